/* The tasks of an array that were not started yet: ranges with a step, ascending, as in
 * "1-40", "1-199:2" and "1,3,7-9". A million tasks in one range are one entry. */
#ifndef AZSIM_QUEUE_TASKS_H
#define AZSIM_QUEUE_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct gq_range {
	int64_t from, to, step; /* `to` is one of them */
};

struct gq_tasks {
	struct gq_range *v;
	size_t n, cap;
	int64_t count;
};

#define GQ_TASK_MAX 4000000

/* "1-40:2,50%4": the throttle is 0 when there is none. -1: no such text, or an index above max.
 */
int gq_tasks_read(struct gq_tasks *t, int64_t *throttle, const char *text, int64_t max);
void gq_tasks_print(struct buf *out, const struct gq_tasks *t);
void gq_tasks_add(struct gq_tasks *t, int64_t task);  /* one that is not there */
int64_t gq_tasks_first(const struct gq_tasks *t);     /* -1: none is left */
bool gq_tasks_take(struct gq_tasks *t, int64_t task); /* false: it is not there */
bool gq_tasks_has(const struct gq_tasks *t, int64_t task);
void gq_tasks_copy(struct gq_tasks *to, const struct gq_tasks *from); /* `to` is empty */
void gq_tasks_clear(struct gq_tasks *t);

#endif
