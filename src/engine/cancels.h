/*
 * Who cancelled which jobs of late, through this engine: the queue only shows that they left,
 * and of a task that waited the scheduler has no record of its own to tell how.
 */
#ifndef ENGINE_CANCELS_H
#define ENGINE_CANCELS_H

#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "base/strs.h"

#define CANCELS_KEPT_MS 600000 /* a job may take its time to end */

struct cancels {
	struct map *by_id; /* NULL: none */
};

/* ids as operators write them: a job, a task, "12_[5-37]", or "12" for all of an array. */
void cancels_add(struct cancels *c, const struct strs *ids, const char *actor, int64_t now_ms);
void cancels_drop(struct cancels *c, const struct strs *ids); /* it was refused */
const char *cancels_by(const struct cancels *c, const char *id, const char *array_id,
		       int64_t now_ms);			   /* NULL: nobody here */
size_t cancels_since(const struct cancels *c, int64_t ms); /* how many were asked for */
void cancels_clear(struct cancels *c);

#endif
