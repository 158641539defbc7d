#include "console/display.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "console/ack.h"
#include "console/child.h"
#include "console/pace.h"
#include "console/term.h"

#define COSTS	     1024
#define DISPLAY_LINE 200
#define HOLD_MS	     60	 /* an engine that answers at all has answered by then */
#define RESUMED_MS   500 /* a SIGCONT this soon belongs to our own stop */

static const int watched_signals[] = { SIGTERM, SIGHUP,	 SIGINT,   SIGQUIT,
				       SIGTSTP, SIGCONT, SIGWINCH, SIGCHLD };

struct display {
	struct loop *loop;
	const struct display_events *events;
	void *arg;
	struct term *term;
	struct keys keys;
	struct pace pace;
	struct ack ack;
	struct screen screen;
	struct watch *input, *output;
	struct timer *key_timer, *frame_timer;
	struct turn_end *turn_end;
	struct signal_watch *signals[ARRAY_LEN(watched_signals)];
	bool hidden; /* a child has the terminal */
	bool gone;
	int64_t shown_at;
	int64_t hold_until; /* 0: the first picture has been shown */
	pid_t child;
	void (*child_cb)(void *arg, int status);
	void *child_arg;
	uint64_t frames, skipped;
	int32_t cost[COSTS]; /* microseconds, the last ones */
};

int64_t display_now(void)
{
	return (int64_t)((double)clock_mono_ms() / clock_factor());
}

/* Timers follow base/clock, which may run faster than the operator. */
static void set_real_timer(struct timer *t, int64_t ms)
{
	timer_set(t, (int64_t)((double)ms * clock_factor()));
}

static void say_gone(struct display *d, int signo)
{
	if (d->gone)
		return;
	d->gone = true;
	watch_set(d->input, 0);
	watch_set(d->output, 0);
	d->events->gone(d->arg, signo);
}

static void push(struct display *d)
{
	int rc = d->gone || d->hidden ? 1 : term_push(d->term);

	watch_set(d->output, rc == 0 ? WATCH_WRITE : 0);
	if (rc < 0)
		say_gone(d, 0);
}

static void paint(struct display *d)
{
	int rows, cols;

	term_size(d->term, &rows, &cols);
	if (rows != d->screen.rows || cols != d->screen.cols)
		screen_resize(&d->screen, rows, cols);
	screen_erase(&d->screen);
	d->events->draw(d->arg, &d->screen);
}

/* The first picture has something to show, unless that takes too long. */
static bool holds(struct display *d, int64_t now)
{
	if (d->hold_until <= now || !d->events->ready || d->events->ready(d->arg)) {
		d->hold_until = 0;
		return false;
	}
	paint(d); /* which tells what is wanted */
	set_real_timer(d->frame_timer, d->hold_until - now);
	return true;
}

static void draw(struct display *d, int64_t now)
{
	clock_t began = clock();
	uint64_t bytes = term_bytes(d->term);

	paint(d);
	term_show(d->term, &d->screen);
	if (!d->pace.key && term_bytes(d->term) != bytes && ack_may_ask(&d->ack, now)) {
		term_ask(d->term);
		ack_ask(&d->ack, now);
	}
	d->cost[d->frames++ % COSTS] =
	    (int32_t)((double)(clock() - began) * 1e6 / CLOCKS_PER_SEC);
}

/* At the end of a turn: draws when a frame is due and the terminal has taken the one before. */
static void frame(void *arg)
{
	struct display *d = arg;
	int64_t now = display_now(), wait = pace_wait(&d->pace, now);

	if (wait < 0 || d->hidden || d->gone || holds(d, now))
		return;
	if (wait > 0) {
		set_real_timer(d->frame_timer, wait);
		return;
	}
	size_t behind = term_behind(d->term);
	if (d->pace.key ? term_push(d->term) == 0
			: behind > TERM_BEHIND || ack_behind(&d->ack, now)) {
		d->skipped++;
		pace_later(&d->pace, now);
		set_real_timer(d->frame_timer, PACE_WAIT_MS);
		push(d);
		return;
	}
	draw(d, now);
	pace_done(&d->pace, now);
	push(d);
}

static void on_frame_timer(void *arg)
{
	turn_end_ask(((struct display *)arg)->turn_end);
}

static void ask(struct display *d, enum pace_for what)
{
	pace_ask(&d->pace, what, display_now());
	turn_end_ask(d->turn_end);
}

void display_ask_key(struct display *d)
{
	ask(d, PACE_KEY);
}

void display_ask_answer(struct display *d)
{
	ask(d, PACE_ANSWER);
}

void display_ask_data(struct display *d)
{
	ask(d, PACE_DATA);
}

static void on_key(void *arg, const struct key *k)
{
	struct display *d = arg;

	if (d->gone)
		return;
	if (k->code == K_ANSWER) {
		ack_came(&d->ack);
		return;
	}
	d->events->key(d->arg, k);
	ask(d, PACE_KEY);
}

static void wait_for_keys(struct display *d)
{
	int64_t wait = keys_wait(&d->keys, display_now());

	if (wait < 0)
		timer_stop(d->key_timer);
	else
		set_real_timer(d->key_timer, wait > 0 ? wait : 1);
}

static void on_key_timer(void *arg)
{
	struct display *d = arg;

	keys_time(&d->keys, display_now());
	wait_for_keys(d);
}

static void on_input(void *arg, unsigned int what)
{
	struct display *d = arg;
	char bytes[4096];
	ssize_t n = term_read(d->term, bytes, sizeof(bytes));

	(void)what;
	if (n == 0)
		say_gone(d, 0);
	if (n <= 0)
		return;
	keys_feed(&d->keys, bytes, (size_t)n, display_now());
	wait_for_keys(d);
}

static void on_output(void *arg, unsigned int what)
{
	struct display *d = arg;

	(void)what;
	push(d);
	if (d->pace.asked && d->pace.key) /* it waited for this */
		ask(d, PACE_KEY);
}

static void hide(struct display *d)
{
	if (d->hidden)
		return;
	d->hidden = true;
	watch_set(d->input, 0);
	watch_set(d->output, 0);
	term_leave(d->term, ack_due(&d->ack, display_now()));
	ack_forget(&d->ack);
	keys_reset(&d->keys);
	timer_stop(d->key_timer);
}

static void show(struct display *d)
{
	d->hidden = false;
	d->shown_at = display_now();
	term_enter(d->term);
	term_repaint(d->term);
	watch_set(d->input, WATCH_READ);
	ask(d, PACE_KEY);
}

/* The default action of SIGTSTP stops us, and is nothing in a session without job control,
 * where nobody could go on. */
static void stop_here(struct display *d, bool whole_group)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL }, old;

	hide(d);
	sigaction(SIGTSTP, &dfl, &old);
	kill(whole_group ? 0 : getpid(), SIGTSTP);
	sigaction(SIGTSTP, &old, NULL);
	show(d);
}

void display_suspend(struct display *d)
{
	if (!d->hidden && !d->gone)
		stop_here(d, true);
}

static void on_child(struct display *d)
{
	int status;

	if (d->child == 0 || !child_ended(d->child, &status))
		return;
	d->child = 0;
	child_done(term_fd(d->term));
	show(d);
	d->child_cb(d->child_arg, status);
}

static void on_signal(void *arg, int signo)
{
	struct display *d = arg;

	switch (signo) {
	case SIGCHLD:
		on_child(d);
		break;
	case SIGWINCH:
		ask(d, PACE_SIZE);
		break;
	case SIGTSTP:
		if (!d->hidden && !d->gone)
			stop_here(d, false);
		break;
	case SIGCONT: /* after SIGSTOP nobody could ask us first: the shell may have changed
			 everything */
		if (!d->hidden && !d->gone && display_now() - d->shown_at > RESUMED_MS) {
			hide(d);
			show(d);
		}
		break;
	default:
		say_gone(d, signo);
	}
}

int display_child(struct display *d, const char *first, const char *const *argv, int says,
		  void (*done)(void *arg, int status), void *arg, struct err *err)
{
	char clean[DISPLAY_LINE];

	if (d->hidden || d->gone)
		return err_set(err, ERR_CONFLICT, "another program has the terminal");
	hide(d);
	if (first) {
		text_clean(clean, sizeof(clean), first, strlen(first));
		dprintf(term_fd(d->term), "%s\r\n", clean);
	}
	d->child = child_start(term_fd(d->term), argv, says, err);
	if (d->child < 0) {
		d->child = 0;
		show(d);
		return -1;
	}
	d->child_cb = done;
	d->child_arg = arg;
	return 0;
}

struct display *display_open(struct loop *l, const struct display_options *o,
			     const struct display_events *events, void *arg, struct err *err)
{
	bool paste = !o->no_paste && !getenv("STY");
	struct term *term = term_open(o->ascii, paste, err);
	int esc_ms = getenv("SSH_CONNECTION") ? KEY_ESC_SSH_MS : KEY_ESC_MS;

	if (!term)
		return NULL;
	struct display *d = xcalloc(1, sizeof(*d));
	*d = (struct display){ .loop = l, .events = events, .arg = arg, .term = term };
	keys_init(&d->keys, o->esc_ms > 0 ? o->esc_ms : esc_ms, on_key, d);
	pace_init(&d->pace, o->data_ms);
	screen_init(&d->screen, 1, 1, term_ascii(term));
	d->screen.blocks = term_blocks(term);
	d->screen.grounds = term_grounds(term);
	d->screen.words = o->words;
	for (size_t i = 0; i < ARRAY_LEN(watched_signals); i++)
		d->signals[i] = signal_watch_new(l, watched_signals[i], on_signal, d);
	d->input = watch_new(l, term_fd(term), WATCH_READ, on_input, d);
	d->output = watch_new(l, term_fd(term), 0, on_output, d);
	d->key_timer = timer_new(l, on_key_timer, d);
	d->frame_timer = timer_new(l, on_frame_timer, d);
	d->turn_end = turn_end_new(l, frame, d);
	d->hold_until = display_now() + HOLD_MS;
	show(d);
	return d;
}

void display_redraw(struct display *d)
{
	term_repaint(d->term);
	ask(d, PACE_KEY);
}

const char *display_guessed(const struct display *d)
{
	return term_guessed(d->term);
}

void display_theme(struct display *d, const struct theme *theme)
{
	term_theme(d->term, theme);
	d->screen.grounds = term_grounds(d->term);
	ask(d, PACE_KEY);
}

void display_mouse(struct display *d, bool on)
{
	term_mouse(d->term, on);
	push(d);
}

void display_paste(struct display *d, bool on)
{
	term_paste(d->term, on);
	push(d);
}

bool display_copy(struct display *d, const char *text)
{
	bool could = term_copy(d->term, text);

	push(d);
	return could;
}

void display_pace(struct display *d, int data_ms)
{
	d->pace.data_ms = data_ms;
}

void display_esc(struct display *d, int ms)
{
	d->keys.esc_ms = ms;
}

void display_drop_input(struct display *d)
{
	term_drop_input(d->term);
	ack_forget(&d->ack); /* it may have been among it */
	keys_drop(&d->keys, display_now());
	wait_for_keys(d);
}

bool display_ascii(const struct display *d)
{
	return term_ascii(d->term);
}

void display_blocks(struct display *d, bool on)
{
	d->screen.blocks = on && !d->screen.ascii;
	ask(d, PACE_KEY);
}

void display_ramp(struct display *d, bool on)
{
	term_ramp(d->term, on);
	ask(d, PACE_KEY);
}

bool display_has_ramp(const struct display *d)
{
	return term_has_ramp(d->term);
}

bool display_has_grounds(const struct display *d)
{
	return d->screen.grounds;
}

bool display_has_blocks(const struct display *d)
{
	return d->screen.blocks;
}

static int by_size(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return (x > y) - (x < y);
}

void display_stats(const struct display *d, struct display_stats *out)
{
	size_t n = d->frames < COSTS ? (size_t)d->frames : COSTS;
	int32_t sorted[COSTS];

	memcpy(sorted, d->cost, sizeof(sorted));
	qsort(sorted, n, sizeof(sorted[0]), by_size);
	*out = (struct display_stats){ .frames = d->frames,
				       .skipped = d->skipped,
				       .bytes = term_bytes(d->term) };
	if (n > 0) {
		out->cost_p50_us = sorted[n / 2];
		out->cost_p99_us = sorted[n * 99 / 100];
	}
}

void display_free(struct display *d, struct display_stats *last)
{
	if (!d)
		return;
	turn_end_free(d->turn_end);
	timer_free(d->frame_timer);
	timer_free(d->key_timer);
	watch_free(d->output);
	watch_free(d->input);
	term_leave(d->term, ack_due(&d->ack, display_now()));
	if (last)
		display_stats(d, last);
	term_free(d->term);
	/* Until here a signal waits: it would end us before the terminal is given back. */
	for (size_t i = 0; i < ARRAY_LEN(watched_signals); i++)
		signal_watch_free(d->signals[i]);
	screen_clear(&d->screen);
	keys_clear(&d->keys);
	free(d);
}
