/*
 * The wall clock held against the one that only runs (R12.3). When they part by more than a
 * minute between two looks, somebody set the clock, or the machine slept: ages are not what
 * they seem, and nothing is ended for one grace period.
 */
#ifndef ENGINE_DRIFT_H
#define ENGINE_DRIFT_H

#include <stdbool.h>
#include <stdint.h>

struct drift {
	bool looked;
	int64_t apart_ms;      /* wall less monotonic, at the last look */
	int64_t jump_ms;       /* the last jump */
	int64_t hold_until_ms; /* monotonic */
};

#define DRIFT_MAX_MS   60000
#define DRIFT_GRACE_MS 120000
#define SKEW_MAX_MS    300000 /* to a cloud: its tokens will not be taken any more */

bool drift_look(struct drift *d, int64_t utc_ms,
		int64_t mono_ms); /* true: it jumped just now */
void drift_jumped(struct drift *d, int64_t jump_ms, int64_t mono_ms);
bool drift_holds(const struct drift *d, int64_t mono_ms);

#endif
