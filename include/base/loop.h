/*
 * One thread, one loop. libevent waits; what is ready runs; then the ends of turn run once (screens redrawn,
 * changes flushed to clients), however many changes there were. Timers follow base/clock: faster when it is scaled,
 * and with a test clock they fire from loop_turn() after clock_test_advance().
 */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct loop;
struct timer;
struct watch;
struct turn_end;
struct signal_watch;

enum { WATCH_READ = 1, WATCH_WRITE = 2 };

struct loop *loop_new(struct err *err);
void loop_free(struct loop *l);  /* everything made on it must be freed before */
int loop_run(struct loop *l);    /* until loop_stop() */
void loop_stop(struct loop *l);
void loop_turn(struct loop *l, int64_t wait_ms); /* one turn; waits at most wait_ms real milliseconds for something to happen */
int64_t loop_lag_ms(const struct loop *l);       /* longest turn since the last call of loop_lag_reset() (R1.5) */
int64_t loop_work_ms(const struct loop *l);      /* the most that one turn since then had of a processor */
void loop_lag_reset(struct loop *l);
void loop_lag_log(struct loop *l, int64_t ms);   /* longer turns are logged with the longest piece of them; 0, the default: none */
/* A literal: what this turn does from here on, to the next call or its end. */
void loop_doing(struct loop *l, const char *what);

struct timer *timer_new(struct loop *l, void (*cb)(void *arg), void *arg); /* not running */
void timer_set(struct timer *t, int64_t ms); /* fires once, in ms of base/clock; a running one is moved */
void timer_stop(struct timer *t);
bool timer_on(const struct timer *t);
void timer_free(struct timer *t); /* NULL is fine; allowed inside its own callback */

struct watch *watch_new(struct loop *l, int fd, unsigned int what, void (*cb)(void *arg, unsigned int what),
			void *arg);
void watch_set(struct watch *w, unsigned int what); /* 0: sleeps */
void watch_free(struct watch *w);                   /* does not close fd */

struct turn_end *turn_end_new(struct loop *l, void (*cb)(void *arg), void *arg);
void turn_end_ask(struct turn_end *e); /* cb runs once at the end of this turn, in order of creation */
void turn_end_free(struct turn_end *e);

struct signal_watch *signal_watch_new(struct loop *l, int signo, void (*cb)(void *arg, int signo), void *arg);
void signal_watch_free(struct signal_watch *s);

#endif
