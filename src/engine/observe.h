/* Readings of the scheduler and of the cloud: each is whole, or unknown with a reason. */
#ifndef ENGINE_OBSERVE_H
#define ENGINE_OBSERVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct run;

#define LOOKS_MAX 20 /* at machines by their ids, at once */

enum source_state { SOURCE_NEVER, SOURCE_OK, SOURCE_UNKNOWN };

#define SOURCE_SCHEDULER "the scheduler"
#define SOURCE_CLOUD	 "the cloud"

struct source { /* one thing that is read (R5.2) */
	enum source_state state;
	int64_t started_ms, ok_ms; /* UTC: start of the last whole reading, its end */
	int64_t ok_mono_ms;	   /* its end by the clock that nobody sets (R12.1) */
	unsigned int failures;	   /* in a row */
	bool lost_told;		   /* as an event, whose end is one, too */
	uint64_t readings; /* whole ones of this engine's life: the number of the last */
	struct err err;
	bool reading;
};

void observe_tick(void *run);		      /* timer callback */
void observe_soon(struct run *r, int64_t ms); /* brings the next tick forward */
bool run_is_blind(
    const struct run *r); /* scheduler or cloud unknown or stale: nothing is destroyed */
/* An engine that has just begun knows nobody's jobs yet, and "none" would be a lie. */
bool queue_is_unread(const struct run *r);
int64_t source_age_ms(const struct source *s);			 /* of its last whole reading */
bool source_is_old(const struct run *r, const struct source *s); /* too old to rest on */
bool run_removes_nothing(
    const struct run *r); /* it is blind, or does not believe what it sees (R5.3) */
struct reading;
void reading_free(struct reading *rd);
void observe_cloud(struct run *r); /* lists VMs now, unless under way */
void observe_cloud_too(struct run *r);
void observe_go_on(struct run *r);	    /* with a reading that waited */
bool observe_compares(const struct run *r); /* a new reading is held against run->queue */
/* Before queue or arrays change, or go, which work beside the loop has borrowed. */
void run_let_go(struct run *r);
void observe_listed(struct run *r); /* a listing was taken over, whole */

#endif
