/* Whether anything may be changed at all, and small changes without an operation. */
#ifndef ENGINE_ACT_H
#define ENGINE_ACT_H

#include <stdbool.h>

#include "base/err.h"

struct deed;
struct engine;
struct run;

int engine_may_change(const struct engine *e,
		      struct err *err);	   /* -1: safe mode, adoption mode */
int engine_room_for_one(const struct engine *e, struct err *err); /* one cluster more (R13) */
void engine_use_reserve(struct engine *e); /* before what ends costs, when the disk is full */
bool engine_ends_nothing(const struct engine *e); /* for now: the clock jumped (R12.3) */
bool engine_hands_off(
    const struct engine *e); /* safe mode, adoption: nothing is changed outside of the store */

/* safe.c (R1.6) */
int safe_mode_look(struct engine *e, struct err *err); /* at the start, with the lock held */
void safe_mode_set(struct engine *e, const char *why); /* of this life; a restart looks again */

/* act.c: small changes without an operation, in one transaction with their audit row */
int act_begin(struct run *r, struct err *err);
int act_end(struct run *r, const struct deed *a, struct err *err);

#endif
