#include "base/loop.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop_private.h"
#include "base/mem.h"

/* No single wait is longer; an idle loop that wakes once an hour costs nothing and cannot
 * overflow. */
#define WAIT_MAX_MS 3600000

struct timer {
	struct loop *loop;
	struct heap *heap;
	void (*cb)(void *arg);
	void *arg;
	int64_t due;  /* in the time of its heap */
	uint64_t seq; /* equal dues fire in the order they were set */
	enum { TIMER_OFF, TIMER_WAITS, TIMER_FIRES } state;
	size_t at; /* place in the heap while it waits */
	TAILQ_ENTRY(timer) link;
};

struct heap {
	struct timer **v;
	size_t n, cap;
};

struct watch {
	struct loop *loop;
	struct event *ev;
	int fd;
	unsigned int what;
	void (*cb)(void *arg, unsigned int what);
	void *arg;
};

struct signal_watch {
	struct loop *loop;
	struct event *ev;
	void (*cb)(void *arg, int signo);
	void *arg;
};

struct turn_end {
	struct loop *loop;
	void (*cb)(void *arg);
	void *arg;
	bool asked;
	TAILQ_ENTRY(turn_end) link;
};

struct loop {
	struct event_base *base;
	struct event *waker; /* ends a wait when a timer is due */
	struct heap clock, real;
	TAILQ_HEAD(timers, timer) firing;
	TAILQ_HEAD(turn_ends, turn_end) ends;
	struct turn_end
	    *end_next; /* the one after that which runs now: freeing it moves this on */
	uint64_t seq;
	size_t users; /* timers, watches, ends and signals that live on this loop */
	int64_t turn_began, lag, lag_log;
	int64_t work_began,
	    work; /* us of a processor: at its begin; the most that one turn had */
	const char *doing, *longest; /* of this turn; NULL: nobody said */
	int64_t doing_since, longest_ms, doing_work, longest_work;
	bool turning, began, stop;
	struct work_line works;
};

struct work_line *loop_works(struct loop *l)
{
	return &l->works;
}

int64_t loop_real_ms(void)
{
	return clock_wall_ms();
}

/* A min-heap by due time. */

static bool before(const struct timer *a, const struct timer *b)
{
	return a->due != b->due ? a->due < b->due : a->seq < b->seq;
}

static void heap_place(struct heap *h, size_t i, struct timer *t)
{
	h->v[i] = t;
	t->at = i;
}

static void heap_rise(struct heap *h, size_t i, struct timer *t)
{
	while (i > 0 && before(t, h->v[(i - 1) / 2])) {
		heap_place(h, i, h->v[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	heap_place(h, i, t);
}

static void heap_sink(struct heap *h, size_t i, struct timer *t)
{
	for (;;) {
		size_t kid = 2 * i + 1;

		if (kid + 1 < h->n && before(h->v[kid + 1], h->v[kid]))
			kid++;
		if (kid >= h->n || !before(h->v[kid], t))
			break;
		heap_place(h, i, h->v[kid]);
		i = kid;
	}
	heap_place(h, i, t);
}

static void heap_add(struct heap *h, struct timer *t)
{
	GROW(h->v, h->n, h->cap);
	h->n++;
	heap_rise(h, h->n - 1, t);
}

static void heap_remove(struct heap *h, struct timer *t)
{
	size_t i = t->at;
	struct timer *last = h->v[--h->n];

	if (last == t)
		return;
	if (i > 0 && before(last, h->v[(i - 1) / 2]))
		heap_rise(h, i, last);
	else
		heap_sink(h, i, last);
}

/* The loop itself. */

static void on_libevent_log(int severity, const char *msg)
{
	if (severity >= EVENT_LOG_WARN)
		log_warn("loop: %s", msg);
}

static void on_waker(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	loop_enter(arg);
}

static struct event_base *new_base(void)
{
	struct event_config *cfg = event_config_new();
	struct event_base *base;

	if (!cfg)
		return NULL;
	event_config_set_flag(cfg, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV);
	base = event_base_new_with_config(cfg);
	event_config_free(cfg);
	return base;
}

struct loop *loop_new(struct err *err)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct loop *l = xcalloc(1, sizeof(*l));

	event_set_log_callback(
	    on_libevent_log); /* its own choice is stderr: the console's screen */
	sigaction(SIGPIPE, &ignore,
		  NULL); /* a peer that left is an error of write(), not our end */
	TAILQ_INIT(&l->firing);
	TAILQ_INIT(&l->ends);
	l->base = new_base();
	l->waker = l->base ? evtimer_new(l->base, on_waker, l) : NULL;
	if (l->waker)
		return l;
	err_sys(err, "cannot make an event loop (is the limit of open files too low?)");
	if (l->base)
		event_base_free(l->base);
	free(l);
	return NULL;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	assert(!l->turning);
	assert(l->users ==
	       0); /* whoever still holds a timer or watch would use freed memory next */
	event_free(l->waker);
	event_base_free(l->base);
	free(l->clock.v);
	free(l->real.v);
	free(l);
}

struct event_base *loop_base(struct loop *l)
{
	return l->base;
}

void loop_enter(struct loop *l)
{
	if (l->began)
		return;
	l->began = true;
	l->turn_began = loop_real_ms();
	l->work_began = clock_work_us();
}

void loop_lag_log(struct loop *l, int64_t ms)
{
	l->lag_log = ms;
}

void loop_doing(struct loop *l, const char *what)
{
	int64_t now = loop_real_ms(), work = clock_work_us();

	if (l->doing && now - l->doing_since > l->longest_ms) {
		l->longest = l->doing;
		l->longest_ms = now - l->doing_since;
		l->longest_work = work - l->doing_work;
	}
	l->doing = what;
	l->doing_since = now;
	l->doing_work = work;
}

int64_t loop_lag_ms(const struct loop *l)
{
	return l->lag;
}

int64_t loop_work_ms(const struct loop *l)
{
	return l->work / 1000;
}

void loop_lag_reset(struct loop *l)
{
	l->lag = l->work = 0;
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < 0 || b < a ? b : a;
}

static bool ends_asked(const struct loop *l)
{
	const struct turn_end *e;

	TAILQ_FOREACH(e, &l->ends, link)
	if (e->asked)
		return true;
	return false;
}

/* Real milliseconds until something of ours is due; -1: only the outside can wake us. */
static int64_t wait_for(const struct loop *l, int64_t wait)
{
	if (ends_asked(l))
		return 0;
	if (l->real.n) {
		int64_t left = l->real.v[0]->due - loop_real_ms();

		wait = sooner(wait, left > 0 ? left : 0);
	}
	if (l->clock.n) {
		int64_t left = l->clock.v[0]->due - clock_mono_ms();

		if (left <= 0)
			return 0;
		if (!clock_is_test()) /* a stopped clock is moved by the test, not by waiting */
			wait = sooner(wait, clock_real_ms(left));
	}
	return wait;
}

static int wait_and_run_ready(struct loop *l, int64_t wait)
{
	int flags = EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY;
	int rc;

	if (wait > WAIT_MAX_MS)
		wait = WAIT_MAX_MS;
	if (wait == 0) {
		flags |= EVLOOP_NONBLOCK;
	} else if (wait > 0) {
		const struct timeval tv = { wait / 1000, wait % 1000 * 1000 };

		evtimer_add(l->waker, &tv);
	}
	rc = event_base_loop(l->base, flags);
	evtimer_del(l->waker);
	return rc < 0 ? -1 : 0;
}

/* All that is due now is taken out first: a callback that sets a timer to 0 gets its turn
 * later, and others theirs. */
static void collect_due(struct loop *l, struct heap *h, int64_t now)
{
	while (h->n && h->v[0]->due <= now) {
		struct timer *t = h->v[0];

		heap_remove(h, t);
		t->state = TIMER_FIRES;
		TAILQ_INSERT_TAIL(&l->firing, t, link);
	}
}

static void run_timers(struct loop *l)
{
	struct timer *t;

	collect_due(l, &l->real, loop_real_ms());
	collect_due(l, &l->clock, clock_mono_ms());
	while ((t = TAILQ_FIRST(&l->firing)) != NULL) {
		timer_stop(t);
		loop_doing(l, "a timer");
		t->cb(t->arg); /* may free t */
	}
}

static void run_ends(struct loop *l)
{
	for (struct turn_end *e = TAILQ_FIRST(&l->ends); e; e = l->end_next) {
		l->end_next = TAILQ_NEXT(e, link);
		if (!e->asked)
			continue;
		e->asked = false;
		loop_doing(l, "the end of a turn");
		e->cb(e->arg); /* may free e */
	}
	l->end_next = NULL;
}

static void measure(struct loop *l)
{
	int64_t took = l->doing_since - l->turn_began, work = l->doing_work - l->work_began;

	l->lag = took > l->lag ? took : l->lag;
	l->work = work > l->work ? work : l->work;
	if (l->lag_log && took > l->lag_log)
		log_info("for %lld ms (%lld of work) nothing else was done; longest: %s, "
			 "%lld ms (%lld)",
			 (long long)took, (long long)(work / 1000),
			 l->longest ? l->longest : "unknown", (long long)l->longest_ms,
			 (long long)(l->longest_work / 1000));
	l->longest = NULL;
	l->longest_ms = 0;
}

static int turn(struct loop *l, int64_t wait)
{
	int rc;

	assert(!l->turning);
	l->turning = true;
	l->began = false;
	rc = wait_and_run_ready(l, wait_for(l, wait));
	loop_enter(l);
	run_timers(l);
	run_ends(l);
	loop_doing(l, NULL);
	measure(l);
	l->turning = false;
	return rc;
}

void loop_turn(struct loop *l, int64_t wait_ms)
{
	turn(l, wait_ms > 0 ? wait_ms : 0);
}

int loop_run(struct loop *l)
{
	int rc = 0;

	while (!l->stop && rc == 0)
		rc = turn(l, -1);
	l->stop = false;
	return rc;
}

void loop_stop(struct loop *l)
{
	l->stop = true;
}

/* Timers. */

static struct timer *new_timer(struct loop *l, struct heap *h, void (*cb)(void *arg), void *arg)
{
	struct timer *t = xcalloc(1, sizeof(*t));

	t->loop = l;
	t->heap = h;
	t->cb = cb;
	t->arg = arg;
	l->users++;
	return t;
}

struct timer *timer_new(struct loop *l, void (*cb)(void *arg), void *arg)
{
	return new_timer(l, &l->clock, cb, arg);
}

struct timer *timer_new_real(struct loop *l, void (*cb)(void *arg), void *arg)
{
	return new_timer(l, &l->real, cb, arg);
}

void timer_set(struct timer *t, int64_t ms)
{
	int64_t now = t->heap == &t->loop->real ? loop_real_ms() : clock_mono_ms();

	timer_stop(t);
	if (ms < 0)
		ms = 0;
	t->due = ms > INT64_MAX - now ? INT64_MAX : now + ms;
	t->seq = t->loop->seq++;
	t->state = TIMER_WAITS;
	heap_add(t->heap, t);
}

void timer_stop(struct timer *t)
{
	if (t->state == TIMER_WAITS)
		heap_remove(t->heap, t);
	else if (t->state == TIMER_FIRES)
		TAILQ_REMOVE(&t->loop->firing, t, link);
	t->state = TIMER_OFF;
}

bool timer_on(const struct timer *t)
{
	return t->state != TIMER_OFF;
}

void timer_free(struct timer *t)
{
	if (!t)
		return;
	timer_stop(t);
	t->loop->users--;
	free(t);
}

/* Watches. */

static void on_watch(evutil_socket_t fd, short events, void *arg)
{
	struct watch *w = arg;
	unsigned int what = 0;

	(void)fd;
	loop_enter(w->loop);
	loop_doing(w->loop, "a descriptor");
	if (events & EV_READ)
		what |= WATCH_READ;
	if (events & EV_WRITE)
		what |= WATCH_WRITE;
	w->cb(w->arg, what); /* may free w */
}

static void watch_arm(struct watch *w)
{
	short events = EV_PERSIST;

	if (w->what & WATCH_READ)
		events |= EV_READ;
	if (w->what & WATCH_WRITE)
		events |= EV_WRITE;
	event_assign(w->ev, w->loop->base, w->fd, events, on_watch, w);
	if (event_add(w->ev, NULL) != 0)
		log_error("loop: descriptor %d cannot be watched: %s", w->fd, strerror(errno));
}

struct watch *watch_new(struct loop *l, int fd, unsigned int what,
			void (*cb)(void *arg, unsigned int what), void *arg)
{
	struct watch *w = xcalloc(1, sizeof(*w));

	w->loop = l;
	w->fd = fd;
	w->cb = cb;
	w->arg = arg;
	w->ev = xcalloc(1, event_get_struct_event_size());
	event_assign(w->ev, l->base, fd, EV_PERSIST, on_watch, w);
	l->users++;
	watch_set(w, what);
	return w;
}

void watch_set(struct watch *w, unsigned int what)
{
	if (what == w->what)
		return;
	event_del(w->ev);
	w->what = what;
	if (what)
		watch_arm(w);
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	event_del(w->ev);
	free(w->ev);
	w->loop->users--;
	free(w);
}

/* Ends of turn. */

struct turn_end *turn_end_new(struct loop *l, void (*cb)(void *arg), void *arg)
{
	struct turn_end *e = xcalloc(1, sizeof(*e));

	e->loop = l;
	e->cb = cb;
	e->arg = arg;
	TAILQ_INSERT_TAIL(&l->ends, e, link);
	l->users++;
	return e;
}

void turn_end_ask(struct turn_end *e)
{
	e->asked = true;
}

void turn_end_free(struct turn_end *e)
{
	if (!e)
		return;
	if (e->loop->end_next == e)
		e->loop->end_next = TAILQ_NEXT(e, link);
	TAILQ_REMOVE(&e->loop->ends, e, link);
	e->loop->users--;
	free(e);
}

/* Signals: libevent's handler writes a byte to its own pipe; the callback runs in the loop. */

static void on_signal(evutil_socket_t signo, short events, void *arg)
{
	struct signal_watch *s = arg;

	(void)events;
	loop_enter(s->loop);
	s->cb(s->arg, signo); /* may free s */
}

struct signal_watch *signal_watch_new(struct loop *l, int signo,
				      void (*cb)(void *arg, int signo), void *arg)
{
	struct signal_watch *s = xcalloc(1, sizeof(*s));

	s->loop = l;
	s->cb = cb;
	s->arg = arg;
	s->ev = xcalloc(1, event_get_struct_event_size());
	evsignal_assign(s->ev, l->base, signo, on_signal, s);
	if (evsignal_add(s->ev, NULL) != 0)
		log_error("loop: signal %d cannot be watched: %s", signo, strerror(errno));
	l->users++;
	return s;
}

void signal_watch_free(struct signal_watch *s)
{
	if (!s)
		return;
	evsignal_del(s->ev);
	free(s->ev);
	s->loop->users--;
	free(s);
}
