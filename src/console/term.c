#define _GNU_SOURCE /* memfd_create */
#include "console/term.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termcap.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

/* curses names a type of its own "struct screen", and we never look into it. */
#define screen curses_screen
#include <curses.h>
#undef screen

#include "base/clock.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "base/text.h"
#include "console/shrink.h"

#define OUT_MAX	      ((size_t)16 << 20)
#define LEAVE_MS      500
#define READ_MS	      20
#define COPY_MAX      50000 /* more is refused by terminals */
#define FALLBACK_TERM "xterm-256color"

#define ASK    "\033[5n"
#define ANSWER "\033[0n"

#define PASTE_ON  "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define MOUSE_ON  "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"

struct term {
	int fd;	   /* our own opening of the tty: O_NONBLOCK here does not reach the shell's
		      descriptors */
	int frame; /* memory that ncurses writes to */
	FILE *frame_file, *null_file;
	SCREEN *curses;
	struct termios was;
	bool entered, ascii, paste, mouse, colours;
	bool no_ramp; /* "set ramp off" */
	bool guessed; /* TERM has no entry here */
	struct theme theme;
	struct screen shown; /* what ncurses was told last */
	struct shrink shrink;
	struct buf said; /* by ncurses, in the frame that is taken */
	struct buf out;
	uint64_t bytes;
};

/* What a crash or exit() needs to give the terminal back; only calls that a signal handler may
 * make use it. */
static struct {
	volatile sig_atomic_t active;
	int fd;
	struct termios was;
	char text[256];
	size_t len;
} rescue;

static const int fatal_signals[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };

static void rescue_now(void)
{
	if (!rescue.active)
		return;
	rescue.active = 0;
	ssize_t n = write(rescue.fd, rescue.text, rescue.len);
	(void)n;
	tcsetattr(rescue.fd, TCSANOW, &rescue.was);
}

static void on_fatal(int signo)
{
	rescue_now();
	raise(signo); /* SA_RESETHAND: now it ends us as it would have */
}

static void rescue_add(const char *s)
{
	/* Padding, "$<5>", is for terminals that need a pause and for tputs() only. */
	for (; s && s != (char *)-1 && *s && rescue.len < sizeof(rescue.text); s++) {
		if (s[0] == '$' && s[1] == '<')
			s += strcspn(s, ">");
		else
			rescue.text[rescue.len++] = *s;
		if (*s == '\0')
			break;
	}
}

static void rescue_prepare(const struct term *t)
{
	static bool registered;

	rescue.fd = t->fd;
	rescue.was = t->was;
	rescue.len = 0;
	rescue_add(MOUSE_OFF PASTE_OFF);
	rescue_add(tigetstr("sgr0"));
	rescue_add(tigetstr("cnorm"));
	rescue_add(tigetstr("rmcup"));
	rescue_add("\r\n");
	if (registered)
		return;
	registered = true;
	atexit(rescue_now);
	for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++) {
		struct sigaction old,
		    sa = { .sa_handler = on_fatal, .sa_flags = (int)SA_RESETHAND };

		if (sigaction(fatal_signals[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
			sigaction(fatal_signals[i], &sa, NULL);
	}
}

static int open_tty(struct err *err)
{
	char name[PATH_MAX];
	int fd = -1;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_set(err, ERR_UNSUPPORTED, "input and output are not a terminal");
	if (ttyname_r(STDOUT_FILENO, name, sizeof(name)) == 0)
		fd = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) /* after su the terminal still belongs to somebody else */
		fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "the terminal cannot be opened");
	return fd;
}

static int open_memory(struct term *t, struct err *err)
{
	int fd = memfd_create("frame", MFD_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "no memory for frames");
	t->frame = fd;
	t->frame_file = fdopen(fd, "w+");
	t->null_file = fopen("/dev/null", "re");
	if (!t->frame_file || !t->null_file)
		return err_sys(err, "no stream for frames");
	return 0;
}

/* newterm() leaks where there is no entry, so that is asked first. */
static bool is_known(const char *name)
{
	return tgetent(NULL, name) == 1;
}

static void set_number(const char *name, int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", n);
	if (n > 0)
		setenv(name, text, 1);
	else
		unsetenv(name);
}

/* newterm() takes signals whose default it finds, and a handler of its own writes into a screen
 * that may be half freed: ours end as we say. */
static const int curses_signals[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };

static void signals_keep(struct sigaction *was)
{
	for (size_t i = 0; i < ARRAY_LEN(curses_signals); i++)
		sigaction(curses_signals[i], NULL, &was[i]);
}

static void signals_restore(const struct sigaction *was)
{
	for (size_t i = 0; i < ARRAY_LEN(curses_signals); i++)
		sigaction(curses_signals[i], &was[i], NULL);
}

/* newterm() writes to memory and cannot ask it for its size: it would take the 24 lines of the
 * terminal's entry, and tell the terminal to scroll those alone. use_env(FALSE) fails where the
 * entry has no size, as that of TERM=linux. */
static SCREEN *new_curses(struct term *t, const char *name)
{
	struct sigaction was[ARRAY_LEN(curses_signals)];
	struct winsize ws = { 0 };
	SCREEN *curses;

	if (ioctl(t->fd, TIOCGWINSZ, &ws) < 0)
		ws = (struct winsize){ 0 };
	set_number("LINES", ws.ws_row);
	set_number("COLUMNS", ws.ws_col);
	signals_keep(was);
	curses = newterm(name, t->frame_file, t->null_file);
	signals_restore(was);
	unsetenv("LINES"); /* of a child the size may be another one */
	unsetenv("COLUMNS");
	return curses;
}

static int start_curses(struct term *t, struct err *err)
{
	const char *name = getenv("TERM");

	if (!name || !*name || strcmp(name, "dumb") == 0)
		return err_set(err, ERR_UNSUPPORTED, "TERM is %s",
			       name && *name ? name : "not set");
	if (strcmp(name, "linux") == 0 || strncmp(name, "putty", 5) == 0)
		setenv("NCURSES_NO_UTF8_ACS", "1", 1);
	t->guessed = !is_known(name);
	if (!t->guessed || is_known(FALLBACK_TERM))
		t->curses = new_curses(t, t->guessed ? FALLBACK_TERM : name);
	if (!t->curses)
		return err_set(err, ERR_UNSUPPORTED,
			       "TERM=%s is not known here, try TERM=" FALLBACK_TERM, name);
	if (!tigetstr("cup") || tigetstr("cup") == (char *)-1)
		return err_set(err, ERR_UNSUPPORTED, "TERM=%s cannot place the cursor", name);
	return 0;
}

struct term *term_open(bool ascii, bool paste, struct err *err)
{
	struct term *t = xcalloc(1, sizeof(*t));

	t->out = t->said = (struct buf)BUF_INIT(OUT_MAX);
	t->frame = -1;
	t->paste = paste;
	t->ascii = ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	screen_init(&t->shown, 1, 1, t->ascii);
	t->fd = open_tty(err);
	if (t->fd < 0 || open_memory(t, err) < 0 || start_curses(t, err) < 0)
		goto fail;
	if (tcgetattr(t->fd, &t->was) < 0) {
		err_sys(err, "the terminal's modes cannot be read");
		goto fail;
	}
	t->colours = has_colors() && start_color() == OK && use_default_colors() == OK;
	typeahead(-1);
	idlok(stdscr, TRUE);
	rescue_prepare(t);
	term_theme(t, theme_builtin(theme_default_name()));
	return t;
fail:
	term_free(t);
	return NULL;
}

void term_free(struct term *t)
{
	if (!t)
		return;
	term_leave(t, false);
	if (t->curses) {
		endwin(); /* into memory, and no further */
		delscreen(t->curses);
	}
	if (t->frame_file)
		fclose(t->frame_file);
	else if (t->frame >= 0)
		close(t->frame);
	if (t->null_file)
		fclose(t->null_file);
	if (t->fd >= 0)
		close(t->fd);
	screen_clear(&t->shown);
	buf_clear(&t->said);
	buf_clear(&t->out);
	free(t);
}

/* cbreak and noecho by our own hand, as ncurses has no terminal; Ctrl-C and Ctrl-Z come as
 * keys, in their order. */
static void set_modes(struct term *t)
{
	struct termios m = t->was;

	m.c_iflag &= ~(tcflag_t)(IXON | IXOFF | ICRNL | INLCR | IGNCR | ISTRIP | BRKINT);
	m.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | ISIG | IEXTEN);
	m.c_oflag &= ~(tcflag_t)OPOST;
	m.c_cflag = (m.c_cflag & ~(tcflag_t)CSIZE) | CS8;
	m.c_cc[VMIN] = 1;
	m.c_cc[VTIME] = 0;
	tcsetattr(t->fd, TCSANOW,
		  &m); /* not TCSADRAIN: a stalled terminal would hold us here */
}

/* Moves what ncurses wrote to the queue. */
static void take_frame(struct term *t)
{
	size_t before = t->out.len;
	char chunk[8192];
	off_t at = 0;
	ssize_t n;

	fflush(t->frame_file);
	buf_reset(&t->said);
	while ((n = pread(t->frame, chunk, sizeof(chunk), at)) > 0) {
		buf_add(&t->said, chunk, (size_t)n);
		at += n;
	}
	shrink(&t->shrink, &t->out, buf_str(&t->said), t->said.len);
	t->bytes += t->out.len - before;
	if (at > 0 && (ftruncate(t->frame, 0) < 0 || lseek(t->frame, 0, SEEK_SET) < 0))
		abort(); /* memory of our own: cannot fail */
}

static void queue(struct term *t, const char *s)
{
	if (buf_adds(&t->out, s) == 0)
		t->bytes += strlen(s);
}

void term_enter(struct term *t)
{
	int rows, cols;

	if (t->entered)
		return;
	set_modes(t);
	shrink_init(&t->shrink);
	t->entered = true;
	rescue.active = 1;
	term_size(t, &rows, &cols);
	term_resize(t, rows, cols);
	term_repaint(t);
	if (t->paste)
		queue(t, PASTE_ON);
	if (t->mouse)
		queue(t, MOUSE_ON);
}

/* What is typed meanwhile is nobody's. */
static void await_answer(struct term *t, int64_t until)
{
	size_t match = 0;
	char c;

	while (match < strlen(ANSWER) && clock_mono_ms() < until && !clock_is_test()) {
		struct pollfd p = { .fd = t->fd, .events = POLLIN };

		if (poll(&p, 1, 20) <= 0)
			continue;
		if (read(t->fd, &c, 1) != 1)
			break;
		match = c == ANSWER[match] ? match + 1 : c == ANSWER[0];
	}
}

/* Waits for a slow terminal, but not for one that has stopped. */
static void drain(struct term *t, int64_t until)
{

	while (term_push(t) == 0) {
		struct pollfd p = { .fd = t->fd, .events = POLLOUT };

		if (clock_mono_ms() >= until || clock_is_test())
			break;
		poll(&p, 1, 50);
	}
	if (t->out.len == 0)
		return;
	tcflush(t->fd, TCOFLUSH);
	buf_reset(&t->out);
	ssize_t n = write(t->fd, rescue.text, rescue.len);
	(void)n;
}

void term_leave(struct term *t, bool answer_due)
{
	int64_t until = clock_mono_ms() + (int64_t)(LEAVE_MS * clock_factor());

	if (!t->entered)
		return;
	t->entered = false;
	if (t->mouse)
		queue(t, MOUSE_OFF);
	if (t->paste)
		queue(t, PASTE_OFF);
	curs_set(1);
	endwin();
	take_frame(t);
	shrink_flush(&t->shrink, &t->out);
	drain(t, until);
	if (answer_due)
		await_answer(t, until);
	/* With the old modes an impatient Ctrl-C makes the kernel throw away what the terminal
	 * has not read yet, and then it stays as we had it. */
	if (!clock_is_test())
		poll(NULL, 0, READ_MS);
	tcsetattr(t->fd, TCSANOW, &t->was);
	rescue.active = 0;
}

int term_fd(const struct term *t)
{
	return t->fd;
}

ssize_t term_read(struct term *t, char *out, size_t max)
{
	ssize_t n = read(t->fd, out, max);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? -1 : 0;
	return n;
}

void term_drop_input(struct term *t)
{
	tcflush(t->fd, TCIFLUSH);
}

bool term_ascii(const struct term *t)
{
	return t->ascii;
}

/* The console of Linux has 512 glyphs, PuTTY the font that somebody chose, a serial terminal
 * its own; what calls itself one of these draws blocks itself or brings a font that has them.
 */
bool term_blocks(const struct term *t)
{
	static const char *const known[] = { "xterm",	"tmux", "screen",	"alacritty",
					     "kitty",	"foot", "ghostty",	"wezterm",
					     "konsole", "vte",	"rxvt-unicode", "st-256color" };
	const char *name = getenv("TERM");

	for (size_t i = 0; name && !t->ascii && i < ARRAY_LEN(known); i++)
		if (strncmp(name, known[i], strlen(known[i])) == 0)
			return true;
	return false;
}

void term_size(const struct term *t, int *rows, int *cols)
{
	struct winsize ws = { 0 };
	int lines = tigetnum("lines"), columns = tigetnum("cols");

	*rows = *cols = 0;
	if (ioctl(t->fd, TIOCGWINSZ, &ws) == 0) {
		*rows = ws.ws_row;
		*cols = ws.ws_col;
	}
	if (*rows <= 0) /* a serial line knows no size */
		*rows = lines > 0 ? lines : 24;
	if (*cols <= 0)
		*cols = columns > 0 ? columns : 80;
	if (*rows > 1000)
		*rows = 1000;
	if (*cols > 1000)
		*cols = 1000;
}

void term_resize(struct term *t, int rows, int cols)
{
	if (is_term_resized(rows, cols))
		resizeterm(rows, cols);
	screen_resize(&t->shown, rows, cols);
	erase(); /* shown and stdscr agree again: both are blank */
}

static bool has_colour(const struct theme *theme)
{
	for (int i = 0; i < TONES; i++)
		if (theme->style[i].fg >= 0 || theme->style[i].bg >= 0)
			return true;
	return false;
}

static attr_t style_attrs(const struct theme *theme, int tone, unsigned int look, bool ramp)
{
	attr_t a = A_NORMAL;

	look |= theme_style(theme, tone, ramp).look;
	if (look & LOOK_BOLD)
		a |= A_BOLD;
	if (look & LOOK_REVERSE)
		a |= A_REVERSE;
	if (look & LOOK_UNDERLINE)
		a |= A_UNDERLINE;
	if (look & LOOK_DIM)
		a |= A_DIM;
	return a;
}

static bool shows_ramp(const struct term *t)
{
	return !t->no_ramp && t->colours && COLORS >= 256 && theme_has_colours(&t->theme);
}

bool term_grounds(const struct term *t)
{
	return t->colours && !t->ascii && theme_has_colours(&t->theme);
}

static short tone_pair(const struct term *t, int tone)
{
	struct style st = theme_style(&t->theme, tone, shows_ramp(t));

	if (!t->colours || (st.fg < 0 && st.bg < 0 && st.fg256 <= 0))
		return 0;
	return (short)(tone + 1);
}

/* Blank cells look like plain text: a theme with a background of its own fills the screen with
 * it. */
static void set_background(struct term *t)
{
	cchar_t blank;

	setcchar(&blank, L" ", style_attrs(&t->theme, TONE_TEXT, 0, false),
		 tone_pair(t, TONE_TEXT), NULL);
	bkgrndset(&blank);
}

static short colour_here(int colour, int of256)
{
	return (short)(of256 > 0 && COLORS >= 256 ? of256 : colour);
}

void term_theme(struct term *t, const struct theme *theme)
{
	t->theme = !t->colours && has_colour(theme) ? *theme_builtin("mono") : *theme;
	for (int i = 0; t->colours && i < TONE_RAMP_END; i++) {
		struct style st = theme_style(&t->theme, i, shows_ramp(t));

		init_pair((short)(i + 1), colour_here(st.fg, st.fg256),
			  colour_here(st.bg, st.bg256));
	}
	set_background(t);
	term_repaint(t);
}

void term_ramp(struct term *t, bool on)
{
	struct theme theme = t->theme;

	t->no_ramp = !on;
	term_theme(t, &theme);
}

bool term_has_ramp(const struct term *t)
{
	return shows_ramp(t);
}

const char *term_guessed(const struct term *t)
{
	return t->guessed ? FALLBACK_TERM : NULL;
}

void term_mouse(struct term *t, bool on)
{
	if (on != t->mouse && t->entered)
		queue(t, on ? MOUSE_ON : MOUSE_OFF);
	t->mouse = on;
}

void term_paste(struct term *t, bool on)
{
	if (on != t->paste && t->entered)
		queue(t, on ? PASTE_ON : PASTE_OFF);
	t->paste = on;
}

/* Terminals that know no OSC show it as letters. */
static bool takes_osc(void)
{
	static const char *const none[] = { "linux", "vt", "dumb", "ansi", "cons", "sun" };
	const char *name = getenv("TERM");

	for (size_t i = 0; name && i < ARRAY_LEN(none); i++)
		if (strncmp(name, none[i], strlen(none[i])) == 0)
			return false;
	return name != NULL;
}

bool term_copy(struct term *t, const char *text)
{
	struct buf b = BUF_INIT((size_t)2 * COPY_MAX);
	size_t n = strlen(text);
	bool can = takes_osc() && t->entered && n <= COPY_MAX;

	if (can) {
		buf_adds(&b, "\033]52;c;");
		base64_write(&b, text, n);
		buf_adds(&b, "\a");
		queue(t, buf_str(&b));
	}
	buf_clear(&b);
	return can;
}

void term_repaint(struct term *t)
{
	clearok(curscr, TRUE);
	erase();
	screen_resize(&t->shown, t->shown.rows, t->shown.cols);
}

static const cchar_t *line_char(enum line_part part)
{
	switch (part) {
	case LINE_H:
		return WACS_HLINE;
	case LINE_V:
		return WACS_VLINE;
	case LINE_TOP_LEFT:
		return WACS_ULCORNER;
	case LINE_TOP_RIGHT:
		return WACS_URCORNER;
	case LINE_BOTTOM_LEFT:
		return WACS_LLCORNER;
	case LINE_BOTTOM_RIGHT:
		return WACS_LRCORNER;
	case LINE_TEE_LEFT:
		return WACS_LTEE;
	case LINE_TEE_RIGHT:
		return WACS_RTEE;
	case LINE_TEE_TOP:
		return WACS_TTEE;
	case LINE_TEE_BOTTOM:
		return WACS_BTEE;
	default:
		return WACS_PLUS;
	}
}

/* The cell's characters; one that the C library thinks wider or narrower than we do would shift
 * the whole line. */
static void cell_chars(const struct cell *c, wchar_t out[CCHARW_MAX + 1])
{
	const char *p = c->text;
	size_t n = 0, left = strlen(p);

	while (left > 0 && n < CCHARW_MAX) {
		uint32_t cp;
		size_t took = utf8_read(&cp, p, left);

		out[n++] = (wchar_t)cp;
		p += took;
		left -= took;
	}
	out[n] = L'\0';
	if (n > 0 && c->text[0] < 0 && wcwidth(out[0]) != c->wide)
		wcscpy(out, L"?");
}

static void show_cell(const struct term *t, int row, int col, const struct cell *c)
{
	wchar_t chars[CCHARW_MAX + 1] = L" ";
	attr_t attrs = style_attrs(&t->theme, c->tone, c->look, shows_ramp(t)), unused = 0;
	short pair = tone_pair(t, c->tone), old_pair;
	cchar_t cc;

	if (c->half)
		return;
	if (c->line && t->ascii)
		chars[0] = (wchar_t)screen_line_ascii(c->line);
	else if (c->line)
		getcchar(line_char(c->line), chars, &unused, &old_pair, NULL);
	else if (c->text[0])
		cell_chars(c, chars);
	if (c->line && !t->ascii)
		attrs |= unused & A_ALTCHARSET;
	setcchar(&cc, chars, attrs, pair, NULL);
	mvadd_wch(row, col, &cc);
	if (c->wide == 2 && chars[0] == L'?')
		mvaddch(row, col + 1, ' ');
}

void term_show(struct term *t, const struct screen *s)
{
	size_t row_bytes = (size_t)s->cols * sizeof(struct cell);
	bool cursor = s->cursor_row >= 0 && s->cursor_row < s->rows && s->cursor_col < s->cols;

	if (s->rows != t->shown.rows || s->cols != t->shown.cols)
		term_resize(t, s->rows, s->cols);
	for (int r = 0; r < s->rows; r++) {
		const struct cell *cells = screen_cell(s, r, 0);
		struct cell *old = &t->shown.cells[(size_t)r * (size_t)s->cols];

		if (memcmp(old, cells, row_bytes) == 0)
			continue;
		for (int c = 0; c < s->cols; c++)
			show_cell(t, r, c, &cells[c]);
		memcpy(old, cells, row_bytes);
	}
	leaveok(stdscr, !cursor);
	curs_set(cursor);
	if (cursor)
		move(s->cursor_row, s->cursor_col);
	wnoutrefresh(stdscr);
	doupdate();
	take_frame(t);
}

void term_ask(struct term *t)
{
	queue(t, ASK);
}

int term_push(struct term *t)
{
	while (t->out.len > 0) {
		ssize_t n = write(t->fd, t->out.data, t->out.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -1;
		buf_drop(&t->out, (size_t)n);
	}
	return 1;
}

size_t term_behind(const struct term *t)
{
	int queued = 0;

	if (ioctl(t->fd, TIOCOUTQ, &queued) < 0 || queued < 0)
		queued = 0;
	return t->out.len + (size_t)queued;
}

uint64_t term_bytes(const struct term *t)
{
	return t->bytes;
}
