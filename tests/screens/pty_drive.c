/* clang-format off: a table
 * Runs a program on a terminal of its own and measures it: bytes and frames from the pseudo
 * terminal, CPU and memory from /proc. Orders come on stdin, one a line, and each is answered
 * by one line of JSON.
 *   pty_drive COLSxROWS PROGRAM [ARGUMENT...]
 *
 *   wait MS TEXT    until the program has written this text since the last answer
 *   rest MS MAX     until nothing is written for MS, at most MAX
 *   key KEYS        types; until 60 ms after the last byte of the answer, at most 2 s
 *   type KEYS       types, and waits for nothing
 *   watch MS        takes what comes for so long
 *   slow N BYTES    a line of 10 times BYTES a second: N times a tenth of a second passes, and so
 *                   many bytes at most come through; questions are answered 0.3 s later
 *   seen TEXT       whether this text came in a row since the program was started
 *   mute on|off     whether the terminal answers questions
 *   size COLSxROWS  another size of the terminal
 *   storm N MS SIZE N sizes, one each MS, the last one SIZE; until nothing is written for 300 ms
 *   link BPS RTT    from now on a line of so many bytes a second and ms of round trip; 0 0: none
 *   soup N SEED     N random keys; an even SEED types nothing that confirms: no y, Y, C or digit,
 *                   except in pastes
 *   again           starts the program anew when it has ended
 *   end KEYS MS     types, then waits for the program's end
 *   quit            no more orders, as at the end of stdin: a program that runs is killed
 *
 * KEYS: \e, \r, \t and \xHH stand for bytes. A program that ended tells in "end" whether it
 * left the terminal as it was: modes of the line, cursor, main screen, paste and mouse off.
 * clang-format on
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define FRAME_GAP_MS 8
#define SLOW_RTT_US  300000
#define FRAMES_MOST  4000
#define KEPT	     262144
#define LINK_STEP    64 /* bytes at once on a slow line */

static struct drive {
	char **argv;
	pid_t pid;
	int master, slave, status;
	bool ended;
	struct termios before;
	int64_t born_us;
	int64_t link_bps, link_rtt_us, link_free_us; /* the line is free from then on */
	size_t total;				     /* bytes since the program's start */

	/* since the last answer */
	int64_t sent_us, first_us, last_us;
	size_t bytes, n_frames, frames[FRAMES_MOST];
	char kept[KEPT];
	size_t n_kept;

	/* the question for the terminal's status, ESC [ 5 n, and when it is answered; 0: not
	 * asked
	 */
	size_t asked;
	int64_t answer_us, delay_us;
	bool mute;
	char seen[KEPT]; /* as kept, but over all answers */
	size_t n_seen;

	/* private modes that are set, by their numbers */
	bool set[10000];
	int number;
	enum { TEXT, ESCAPE, BRACKET, MODE } at;
} drive;

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Modes travel as ESC [ ? N ; N h, and l for off. */
static void follow_modes(struct drive *d, const char *text, size_t n)
{
	static int pending[8];
	static size_t n_pending;

	for (size_t i = 0; i < n; i++) {
		char c = text[i];

		if (c == '\033') {
			d->at = ESCAPE;
		} else if (d->at == ESCAPE) {
			d->at = c == '[' ? BRACKET : TEXT;
		} else if (d->at == BRACKET) {
			d->at = c == '?' ? MODE : TEXT;
			d->number = 0;
			n_pending = 0;
		} else if (d->at == MODE && isdigit((unsigned char)c)) {
			d->number = (d->number * 10 + c - '0') % 10000;
		} else if (d->at == MODE) {
			if (n_pending < 8)
				pending[n_pending++] = d->number;
			d->number = 0;
			if (c == ';')
				continue;
			for (size_t k = 0; k < n_pending && (c == 'h' || c == 'l'); k++)
				d->set[pending[k]] = c == 'h';
			d->at = TEXT;
		}
	}
}

static void follow_question(struct drive *d, const char *text, size_t n, int64_t now)
{
	static const char question[] = "\033[5n";

	for (size_t i = 0; i < n; i++) {
		d->asked =
		    text[i] == question[d->asked] ? d->asked + 1 : text[i] == question[0];
		if (question[d->asked] == '\0') {
			d->answer_us = now + d->delay_us;
			d->asked = 0;
		}
	}
}

static void answer_question(struct drive *d)
{
	if (d->answer_us && !d->mute && now_us() >= d->answer_us &&
	    write(d->master, "\033[0n", 4) == 4)
		d->answer_us = 0;
}

static void keep(char kept[KEPT], size_t *n_kept, const char *text, size_t n)
{
	if (*n_kept + n >= KEPT) { /* the second half stays */
		memmove(kept, kept + KEPT / 2, *n_kept - KEPT / 2);
		*n_kept -= KEPT / 2;
	}
	memcpy(kept + *n_kept, text, n);
	*n_kept += n;
}

static bool holds(const char *kept, size_t n, const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i + len <= n; i++)
		if (memcmp(kept + i, text, len) == 0)
			return true;
	return false;
}

static void take(struct drive *d, const char *text, size_t n)
{
	int64_t now = now_us() + d->link_rtt_us / 2;

	follow_question(d, text, n, now + d->link_rtt_us / 2);
	follow_modes(d, text, n);
	if (d->bytes == 0)
		d->first_us = now;
	if ((d->n_frames == 0 || now - d->last_us > FRAME_GAP_MS * 1000) &&
	    d->n_frames < FRAMES_MOST)
		d->frames[d->n_frames++] = 0;
	d->frames[d->n_frames - 1] += n;
	d->bytes += n;
	d->total += n;
	d->last_us = now;
	keep(d->kept, &d->n_kept, text, n);
	keep(d->seen, &d->n_seen, text, n);
}

static bool reap(struct drive *d)
{
	int status;

	if (d->ended || waitpid(d->pid, &status, WNOHANG | WUNTRACED) != d->pid)
		return d->ended;
	if (WIFSTOPPED(status)) {
		kill(d->pid, SIGCONT);
		return false;
	}
	d->status = status;
	return d->ended = true;
}

/* Waits for a slow line, at most the time that there is. */
static bool line_is_free(const struct drive *d, int *ms)
{
	int64_t wait = (d->link_free_us - now_us()) / 1000;

	if (d->link_bps == 0 || wait <= 0)
		return true;
	poll(NULL, 0, wait < *ms ? (int)wait : *ms);
	if (wait >= *ms)
		return false;
	*ms -= (int)wait;
	return true;
}

/* Reads what there is within so many milliseconds; false: nothing came. */
static bool read_for(struct drive *d, int ms)
{
	struct pollfd p = { .fd = d->master, .events = POLLIN };
	char text[16384];
	ssize_t n;

	answer_question(d);
	if (!line_is_free(d, &ms) || poll(&p, 1, ms) <= 0)
		return false;
	n = read(d->master, text, d->link_bps ? LINK_STEP : sizeof(text));
	if (n > 0)
		take(d, text, (size_t)n);
	answer_question(d);
	if (n > 0 && d->link_bps)
		d->link_free_us = now_us() + n * 1000000 / d->link_bps;
	return n > 0;
}

static int left_ms(int64_t until_us)
{
	int64_t left = (until_us - now_us() + 999) / 1000;

	return left > 0 ? (int)left : 0;
}

static void watch(struct drive *d, int64_t ms)
{
	int64_t until = now_us() + ms * 1000;

	while (now_us() < until)
		read_for(d, left_ms(until));
}

/* What waits in the line is the kernel's, as it is with a line that is slow elsewhere. */
static void slow(struct drive *d, int64_t times, int64_t bytes)
{
	char text[4096];

	d->delay_us = SLOW_RTT_US;
	for (int64_t i = 0; i < times; i++) {
		struct pollfd p = { .fd = d->master, .events = POLLIN };
		int64_t left = bytes;
		ssize_t n = 1;

		poll(NULL, 0, 100);
		while (left > 0 && n > 0 && poll(&p, 1, 0) > 0) {
			n = read(d->master, text, left < 4096 ? (size_t)left : 4096);
			if (n > 0)
				take(d, text, (size_t)n);
			left -= n;
		}
		answer_question(d);
	}
	d->delay_us = 0;
}

static bool rest(struct drive *d, int64_t ms, int64_t most)
{
	int64_t until = now_us() + most * 1000, quiet = now_us() + ms * 1000;

	while (now_us() < until) {
		if (read_for(d, left_ms(quiet)))
			quiet = now_us() + ms * 1000;
		else if (now_us() >= quiet)
			return true;
	}
	return false;
}

static bool wait_text(struct drive *d, int64_t ms, const char *text)
{
	int64_t until = now_us() + ms * 1000;

	for (;;) {
		if (holds(d->kept, d->n_kept, text))
			return true;
		if (now_us() >= until || reap(d))
			return false;
		read_for(d, left_ms(until) < 50 ? left_ms(until) : 50);
	}
}

static void set_size(struct drive *d, const char *size)
{
	struct winsize w = { .ws_col = (unsigned short)atoi(size) };
	const char *x = strchr(size, 'x');

	w.ws_row = (unsigned short)(x ? atoi(x + 1) : 24);
	ioctl(d->slave, TIOCSWINSZ, &w);
	if (d->pid > 0 && !d->ended)
		kill(d->pid, SIGWINCH);
}

static void start(struct drive *d)
{
	tcflush(d->slave, TCIOFLUSH);
	d->ended = false;
	d->total = 0;
	d->born_us = d->sent_us = now_us();
	d->pid = fork();
	if (d->pid != 0)
		return;
	setsid();
	ioctl(d->slave, TIOCSCTTY, 0);
	for (int fd = 0; fd < 3; fd++)
		dup2(d->slave, fd);
	close(d->slave);
	close(d->master);
	execvp(d->argv[0], d->argv);
	perror(d->argv[0]);
	_exit(127);
}

static size_t unescape(char *keys)
{
	char *to = keys;

	for (const char *p = keys; *p; p++) {
		unsigned int byte;

		if (*p != '\\')
			*to++ = *p;
		else if (*++p == 'x' && sscanf(p + 1, "%2x", &byte) == 1) {
			*to++ = (char)byte;
			p += 2;
		} else if (*p)
			*to++ = (char)(*p == 'e'   ? '\033'
				       : *p == 'r' ? '\r'
				       : *p == 't' ? '\t'
						   : *p);
	}
	*to = '\0';
	return (size_t)(to - keys);
}

/* The program reads when it can; meanwhile it may write more than the line holds. */
static void type(struct drive *d, const char *keys, size_t n)
{
	d->sent_us = now_us();
	if (d->link_rtt_us) {
		watch(d, d->link_rtt_us / 2000);
		d->bytes = d->n_frames = 0; /* what was under way is no answer */
	}
	while (n > 0 && !reap(d)) {
		struct pollfd p = { .fd = d->master, .events = POLLIN | POLLOUT };
		ssize_t put;

		if (poll(&p, 1, 100) <= 0)
			continue;
		if (p.revents & POLLIN)
			read_for(d, 0);
		if (!(p.revents & POLLOUT))
			continue;
		put = write(d->master, keys, n);
		if (put > 0) {
			keys += put;
			n -= (size_t)put;
		}
	}
}

/* Keys as people and cats type them: letters most of the time, named keys, broken sequences,
 * pastes. Leaving the program is rare, so that most keys meet it. */
static size_t soup_key(uint64_t *seed, bool confirms, char out[32])
{
	static const char *const named[] = {
		"\033[A",
		"\033[B",
		"\033[C",
		"\033[D",
		"\033[5~",
		"\033[6~",
		"\033[H",
		"\033[F",
		"\t",
		"\033[Z",
		"\r",
		"\033",
		"\x7f",
		"\033OP",
		"\033OQ",
		"\033OR",
		"\033OS",
		"\033[15~",
		"\033[17~",
		"\033[18~",
		"\033[19~",
		"\033[20~",
		"\033[24~",
		" ",
		" ",
		"\x15",
		"\x0c",
		"\x0f",
		"\033[99;99~",
		"\xc3\xa4",
		"\xff",
		"\x1a",
		"\033[<0;5;5M",
		"\033]0;x\007",
		"\033Px\033\\",
		"\033[200~paste\033[201~",
		"\033[200~2\r\033[201~",
		"\033[200~yYC\033[201~",
	};
	/* what has no end takes the keys after it along */
	static const char *const endless[] = { "\033[200~y", "\033]0;", "\033P" };
	static const char letters[] = "abcdefghijklmnopqrstuvwxzABDEFGHIJKLMNOPQRSTUVWXZ"
				      "*+:/!?[]-,.<>|~";
	uint64_t r = *seed = *seed * 6364136223846793005u + 1442695040888963407u;

	r >>= 33;
	if (r % 400 == 0)
		return (size_t)snprintf(out, 32, "%s", r % 800 ? "\x03" : "\033[21~");
	if (r % 400 == 1)
		return (size_t)snprintf(out, 32, "%s", endless[r / 400 % 3]);
	if (r % 5 < 2) {
		const char *name = named[r / 5 % (sizeof(named) / sizeof(named[0]))];

		return (size_t)snprintf(out, 32, "%s", name);
	}
	if (confirms && r % 7 == 0)
		return (size_t)snprintf(out, 32, "%c", "yYC0123456789"[r / 7 % 13]);
	out[0] = letters[r / 7 % (sizeof(letters) - 1)];
	/* one q in twenty */
	if (out[0] == 'q' && r / 700 % 20)
		out[0] = 'j';
	return 1;
}

static void soup(struct drive *d, int64_t n, uint64_t seed)
{
	bool confirms = seed & 1;

	for (int64_t i = 0; i < n && !reap(d); i++) {
		char key[32];
		size_t len = soup_key(&seed, confirms, key);

		type(d, key, len);
		if (i % 16 ==
		    15) /* so that keys arrive apart, and dialogs outlive their deaf time */
			read_for(d, i % 512 == 511 ? 350 : 1);
	}
}

/* Answers */

static int64_t proc_number(pid_t pid, const char *file, const char *field)
{
	char path[64], line[512];
	int64_t n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	f = fopen(path, "r");
	while (f && n < 0 && fgets(line, sizeof(line), f))
		if (strncmp(line, field, strlen(field)) == 0)
			n = strtoll(line + strlen(field), NULL, 10);
	if (f)
		fclose(f);
	return n;
}

static int64_t cpu_us(pid_t pid)
{
	char path[64], line[1024];
	long long ns = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
	f = fopen(path, "r");
	if (f && fgets(line, sizeof(line), f))
		ns = strtoll(line, NULL, 10);
	if (f)
		fclose(f);
	return ns / 1000;
}

static int by_size(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

static void answer(struct drive *d, bool ok)
{
	size_t n = d->n_frames;

	qsort(d->frames, n, sizeof(d->frames[0]), by_size);
	reap(d);
	printf(
	    "{\"ok\":%s,\"bytes\":%zu,\"frames\":%zu,\"median\":%zu,\"p99\":%zu,\"most\":%zu,"
	    "\"first_us\":%lld,\"last_us\":%lld,\"alive\":%s,\"pid\":%d,\"cpu_us\":%lld,"
	    "\"rss_kb\":%lld,\"anon_kb\":%lld,\"at_us\":%lld}\n",
	    ok ? "true" : "false", d->bytes, n, n ? d->frames[n / 2] : 0,
	    n ? d->frames[(n * 99) / 100 < n ? (n * 99) / 100 : n - 1] : 0,
	    n ? d->frames[n - 1] : 0, (long long)(d->bytes ? d->first_us - d->sent_us : -1),
	    (long long)(d->bytes ? d->last_us - d->sent_us : -1), d->ended ? "false" : "true",
	    (int)d->pid, (long long)(d->ended ? -1 : cpu_us(d->pid)),
	    (long long)(d->ended ? -1 : proc_number(d->pid, "status", "VmRSS:")),
	    (long long)(d->ended ? -1 : proc_number(d->pid, "status", "RssAnon:")),
	    (long long)now_us());
	fflush(stdout);
	d->bytes = d->n_frames = 0;
	if (!d->ended) /* its last words are for "end" */
		d->n_kept = 0;
}

/* The last words that can be read, for who looks into a failed test. */
static const char *last_words(const struct drive *d)
{
	static char text[241];
	size_t n = 0;

	for (size_t i = d->n_kept > 240 ? d->n_kept - 240 : 0; i < d->n_kept; i++) {
		char c = d->kept[i];

		text[n++] = (char)(c >= ' ' && c < 127 && c != '"' && c != '\\' ? c : '.');
	}
	text[n] = '\0';
	return text;
}

/* What the terminal would be left with. */
static void answer_end(struct drive *d)
{
	static const int modes[] = { 1, 47, 1000, 1002, 1003, 1006, 1047, 1049, 2004, 2026 };
	struct termios after;
	bool line, clean = d->set[25];
	int wrong = clean ? 0 : 25;

	tcgetattr(d->slave, &after);
	line = after.c_iflag == d->before.c_iflag && after.c_oflag == d->before.c_oflag &&
	       after.c_cflag == d->before.c_cflag && after.c_lflag == d->before.c_lflag &&
	       memcmp(after.c_cc, d->before.c_cc, sizeof(after.c_cc)) == 0;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (d->set[modes[i]]) {
			clean = false;
			wrong = modes[i];
		}
	printf("{\"ended\":%s,\"code\":%d,\"signal\":%d,\"line\":%s,\"screen\":%s,"
	       "\"mode\":%d,\"total\":%zu,\"said\":\"%s\"}\n",
	       d->ended ? "true" : "false",
	       d->ended && WIFEXITED(d->status) ? WEXITSTATUS(d->status) : -1,
	       d->ended && WIFSIGNALED(d->status) ? WTERMSIG(d->status) : 0,
	       line ? "true" : "false", clean ? "true" : "false", wrong, d->total,
	       last_words(d));
	fflush(stdout);
	d->bytes = d->n_frames = d->n_kept = 0;
}

static void end(struct drive *d, int64_t ms)
{
	int64_t until = now_us() + ms * 1000;

	while (!reap(d) && now_us() < until)
		read_for(d, 20);
	while (read_for(d, 20)) /* its last words */
		;
	answer_end(d);
}

/* A window that is dragged. */
static void storm(struct drive *d, const char *order)
{
	char size[32] = "80x24";
	int n = 0, ms = 0;

	sscanf(order, "%d %d %31s", &n, &ms, size);
	for (int i = 0; i < n; i++) {
		char one[32];

		snprintf(one, sizeof(one), "%dx%d", 40 + i % 50 * 3, 10 + i % 40);
		set_size(d, i + 1 < n ? one : size);
		watch(d, ms);
	}
	rest(d, 300, 3000);
}

static void obey(struct drive *d, char *order)
{
	char none[1] = "";
	char *word = strtok(order, " "), *rest_of = strtok(NULL, "");
	char *second = rest_of ? strchr(rest_of, ' ') : NULL;
	int64_t n = rest_of ? strtoll(rest_of, NULL, 10) : 0;

	second = second ? second + 1 : none;
	rest_of = rest_of ? rest_of : none;
	if (strcmp(word, "wait") == 0) {
		answer(d, wait_text(d, n, second));
	} else if (strcmp(word, "rest") == 0) {
		answer(d, rest(d, n, strtoll(second, NULL, 10)));
	} else if (strcmp(word, "key") == 0) {
		type(d, rest_of, unescape(rest_of));
		for (int64_t until = now_us() + 2000000; d->bytes == 0 && now_us() < until;)
			read_for(d, left_ms(until));
		rest(d, 60, 2000);
		answer(d, d->bytes > 0);
	} else if (strcmp(word, "type") == 0) {
		type(d, rest_of, unescape(rest_of));
		answer(d, true);
	} else if (strcmp(word, "watch") == 0) {
		watch(d, n);
		answer(d, true);
	} else if (strcmp(word, "seen") == 0) {
		answer(d, holds(d->seen, d->n_seen, rest_of));
	} else if (strcmp(word, "mute") == 0) {
		d->mute = strcmp(rest_of, "on") == 0;
		answer(d, true);
	} else if (strcmp(word, "slow") == 0) {
		slow(d, n, strtoll(second, NULL, 10));
		answer(d, true);
	} else if (strcmp(word, "size") == 0) {
		set_size(d, rest_of);
		answer(d, true);
	} else if (strcmp(word, "storm") == 0) {
		storm(d, rest_of);
		answer(d, true);
	} else if (strcmp(word, "link") == 0) {
		d->link_bps = n;
		d->link_rtt_us = strtoll(second, NULL, 10) * 1000;
		answer(d, true);
	} else if (strcmp(word, "soup") == 0) {
		soup(d, n, (uint64_t)strtoll(second, NULL, 10));
		answer(d, true);
	} else if (strcmp(word, "again") == 0) {
		if (reap(d))
			start(d);
		answer(d, true);
	} else if (strcmp(word, "end") == 0) {
		char *last = strrchr(rest_of, ' ');

		n = strtoll(last ? last : rest_of, NULL, 10);
		if (last) {
			*last = '\0';
			type(d, rest_of, unescape(rest_of));
		}
		end(d, n);
	} else {
		printf("{\"ok\":false,\"error\":\"no such order\"}\n");
		fflush(stdout);
	}
}

static int open_terminal(struct drive *d)
{
	d->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (d->master < 0 || grantpt(d->master) != 0 || unlockpt(d->master) != 0)
		return -1;
	d->slave = open(ptsname(d->master), O_RDWR | O_NOCTTY);
	d->set[25] = true;
	return d->slave < 0 ? -1 : tcgetattr(d->slave, &d->before);
}

int main(int argc, char **argv)
{
	struct drive *d = &drive;
	char *order = NULL;
	size_t cap = 0;
	ssize_t n;

	if (argc < 3 || open_terminal(d) != 0) {
		fprintf(stderr, "usage: pty_drive COLSxROWS PROGRAM [ARGUMENT...]\n");
		return 2;
	}
	d->argv = argv + 2;
	set_size(d, argv[1]);
	start(d);
	while ((n = getline(&order, &cap, stdin)) > 0) {
		if (order[n - 1] == '\n')
			order[n - 1] = '\0';
		if (strcmp(order, "quit") == 0)
			break;
		if (order[0])
			obey(d, order);
	}
	free(order);
	if (!reap(d)) {
		kill(d->pid, SIGKILL);
		waitpid(d->pid, NULL, 0);
	}
	return 0;
}
