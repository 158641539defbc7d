#include "server/fold.h"

#include <stdint.h>

#include "base/map.h"
#include "base/mem.h"
#include "model/queue.h"

/* What an array as a whole is: it runs as soon as one task does. */
static int weight(enum job_state s)
{
	static const enum job_state order[] = { JOB_RUNNING, JOB_STARTING, JOB_COMPLETING,
						JOB_PENDING, JOB_HELD,	   JOB_SUSPENDED,
						JOB_FAILED };
	int n = (int)ARRAY_LEN(order);

	for (int i = 0; i < n; i++)
		if (order[i] == s)
			return n - i;
	return 0;
}

static bool runs(const struct job *j)
{
	return j->state == JOB_RUNNING || j->state == JOB_COMPLETING;
}

static void add_record(struct job *row, const struct job *j)
{
	row->tasks = row->tasks < 0 || j->tasks < 0 ? -1 : row->tasks + j->tasks;
	row->running += runs(j);
	row->failed += j->state == JOB_FAILED;
	row->demand = row->demand || j->demand;
	if (weight(j->state) > weight(row->state))
		row->state = j->state;
	if (j->state == JOB_PENDING) { /* what waits has the reason */
		row->reason = j->reason;
		row->reason_class = j->reason_class;
		row->waits = j->waits;
	}
	if (j->start_s > 0 && (row->start_s == 0 || j->start_s < row->start_s) && runs(j))
		row->start_s = j->start_s;
}

static void begin_array(struct job *row)
{
	row->id = row->array_id;
	row->task = row->nodes = "";
	row->running = runs(row);
	row->failed = row->state == JOB_FAILED;
}

void jobs_fold(struct rows *out, const struct rows *jobs)
{
	struct job *v = xcalloc(jobs->n + 1, sizeof(*v));
	struct map *seen = map_new(NULL, false);
	size_t n = 0;

	for (size_t i = 0; i < jobs->n; i++) {
		const struct job *j = rows_at(jobs, i);
		uintptr_t at = j->array_id[0] ? (uintptr_t)map_get(seen, j->array_id) : 0;

		if (at > 0) {
			add_record(&v[at - 1], j);
			continue;
		}
		v[n] = *j;
		if (j->array_id[0]) {
			begin_array(&v[n]);
			map_put(seen, j->array_id, (void *)(n + 1));
		}
		n++;
	}
	map_free(seen);
	*out = (struct rows){ .noun = NOUN_JOB,
			      .size = sizeof(struct job),
			      .block = v,
			      .made = v,
			      .n = n,
			      .stamp = jobs->stamp };
}
