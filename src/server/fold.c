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
	job_count_task(row, j);
	row->demand = row->demand || j->demand;
	if (weight(j->state) > weight(row->state))
		row->state = j->state;
	if (j->state == JOB_PENDING) { /* what waits has the reason */
		row->reason = j->reason;
		row->reason_class = j->reason_class;
		row->waits = j->waits[0] ? j->waits : row->waits;
		row->stuck += j->stuck;
	}
	if (j->start_s > 0 && (row->start_s == 0 || j->start_s < row->start_s) && runs(j))
		row->start_s = j->start_s;
}

static void begin_array(struct job *row, const struct job *first)
{
	row->id = row->array_id;
	row->task = row->nodes = "";
	row->tasks = 0;
	job_count_task(row, first);
}

/* What has left the queue of the arrays that are in it still: how many there were. */
static void add_ended(struct job *rows, const struct map *seen, const struct rows *past)
{
	for (size_t i = 0; map_count(seen) && i < past->n; i++) {
		const struct job *j = rows_at(past, i);
		uintptr_t at = j->array_id[0] ? (uintptr_t)map_get(seen, j->array_id) : 0;

		if (at > 0)
			job_count_task(&rows[at - 1], j);
	}
}

uint64_t fold_stamp(const struct rows *jobs, const struct rows *past)
{
	return jobs->stamp && past->n ? jobs->stamp ^ past->stamp << 1 : jobs->stamp;
}

void jobs_fold(struct rows *out, const struct rows *jobs, const struct rows *past)
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
			begin_array(&v[n], j);
			map_put(seen, j->array_id, (void *)(n + 1));
		}
		n++;
	}
	add_ended(v, seen, past);
	map_free(seen);
	*out = (struct rows){ .noun = NOUN_JOB,
			      .size = sizeof(struct job),
			      .block = v,
			      .made = v,
			      .n = n,
			      .stamp = fold_stamp(jobs, past) };
}
