/* What base/ itself needs from the loop: libevent's base for bufferevents, and the real time
 * for what the outside decides. */
#ifndef BASE_LOOP_PRIVATE_H
#define BASE_LOOP_PRIVATE_H

#include <stdint.h>

#include "base/loop.h"

struct event_base;

struct event_base *loop_base(struct loop *l);

struct work;
struct work_line { /* base/work.c: threads that run, and what waits for one */
	unsigned int running;
	struct work *first;
};
struct work_line *loop_works(struct loop *l);

/* First line of every callback that libevent calls without loop.c in between: starts the
 * measure of this turn. */
void loop_enter(struct loop *l);

/* Sockets, helpers and their deadlines follow the real clock, however fast base/clock runs. */
int64_t loop_real_ms(void);
struct timer *timer_new_real(struct loop *l, void (*cb)(void *arg), void *arg);

#endif
