/*
 * The nodes that arrays have ahead of their jobs (autoscale.md B7): what the ledger of money
 * has of the weeks before, read once an hour, and what model/foresight.h makes of it, looked at
 * with each tick. Only arrays whose template says foresee have any.
 */
#ifndef ENGINE_AHEAD_H
#define ENGINE_AHEAD_H

#include <stddef.h>
#include <stdint.h>

#include "model/foresight.h"

struct run;

struct ahead_array {
	struct foresight past;
	struct foreseen seen;
};

struct ahead {
	struct ahead_array *v;
	size_t n;
	int64_t hour; /* the one that the ledger was read in */
};

void ahead_tick(struct run *r, int64_t now_ms);
/* NULL: nothing is foreseen for arrays of that name. */
const struct foreseen *ahead_of(const struct run *r, const char *array);
void ahead_clear(struct run *r);

#endif
