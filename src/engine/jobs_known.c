/*
 * Which jobs there are: the queue's last reading and what was submitted since, by the number
 * and the task that an id names. Without this a typo would count as done: scancel of a job that
 * never was is silent.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "engine/jobs.h"
#include "engine/run.h"
#include "scheduler/scheduler.h"

#define TASKS_MOST 5000000
#define WHOLE	   (-1) /* the job, or all of an array */

struct asked {
	uint64_t number;
	int64_t task;
	size_t at; /* in the request */
	bool found, fits;
	struct unfit { /* of the last row that the act does nothing to */
		enum job_state state;
		const char *why;
	} unfit;
};

struct row { /* of the queue */
	const char *id;
	struct unfit unfit; /* why: NULL it fits */
};

static uint64_t number_of(const char *id)
{
	return id[0] >= '0' && id[0] <= '9' ? strtoull(id, NULL, 10) : 0;
}

/* "12_7": 7. Several tasks, "12_[5-8]", are the adapter's to judge, as is what bears no number.
 */
static int64_t task_of(const char *id)
{
	const char *task = strchr(id, '_');
	int64_t v;

	return task && num_read(&v, task + 1, 0, INT64_MAX) == 0 ? v : WHOLE;
}

static int by_id(const void *a, const void *b)
{
	const struct asked *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x->task < y->task ? -1 : x->task > y->task;
}

static size_t first_of(const struct asked *v, size_t n, uint64_t number, int64_t task)
{
	const struct asked key = { .number = number, .task = task };
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (by_id(&v[mid], &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void mark_one(struct asked *a, const struct row *row)
{
	a->found = true;
	if (row->unfit.why)
		a->unfit = row->unfit;
	else
		a->fits = true;
}

static void mark(struct asked *v, size_t n, uint64_t number, int64_t task,
		 const struct row *row)
{
	for (size_t i = first_of(v, n, number, task);
	     i < n && v[i].number == number && v[i].task == task; i++)
		mark_one(&v[i], row);
}

/* A row that stands for many tasks, as Slurm shows those that wait. What cannot be read, or is
 * cut off, may have any. */
static void mark_tasks(struct asked *v, size_t n, uint64_t number, const struct row *row)
{
	struct strs tasks = STRS_INIT(TASKS_MOST);
	size_t first = first_of(v, n, number, 0), end = first;
	bool any;

	while (end < n && v[end].number == number)
		end++;
	if (first == end)
		return;
	any = strstr(row->id, "...") || hostlist_expand(&tasks, row->id, NULL) < 0;
	for (size_t i = 0; i < tasks.n && !any; i++)
		mark(v, n, number, task_of(tasks.v[i]), row);
	for (size_t i = first; i < end && any; i++)
		mark_one(&v[i], row);
	strs_clear(&tasks);
}

static void mark_row(struct asked *v, size_t n, const struct row *row)
{
	uint64_t number = number_of(row->id);

	mark(v, n, number, WHOLE, row);
	if (strchr(row->id, '['))
		mark_tasks(v, n, number, row);
	else if (task_of(row->id) != WHOLE)
		mark(v, n, number, task_of(row->id), row);
}

/* ops: NULL where nothing is to be done to them. */
static struct asked *look_up(const struct queue *q, const struct sched_ops *ops,
			     enum sched_verb verb, const struct strs *ids)
{
	struct asked *v = xcalloc(ids->n, sizeof(*v));

	for (size_t i = 0; i < ids->n; i++) {
		uint64_t number = number_of(ids->v[i]);

		v[i] = (struct asked){ .number = number,
				       .task = task_of(ids->v[i]),
				       .at = i,
				       .found = number == 0 };
	}
	qsort(v, ids->n, sizeof(*v), by_id);
	for (size_t i = 0; i < q->n_jobs; i++) {
		const struct job *j = &q->jobs[i];
		const char *why = ops && ops->no_effect ? ops->no_effect(verb, j->state) : NULL;
		const struct row row = { j->id, { j->state, why } };

		mark_row(v, ids->n, &row);
	}
	return v;
}

const char *jobs_unknown(const struct queue *q, const struct unseen *u, const struct strs *ids)
{
	struct asked *v = look_up(q, NULL, SCHED_VERBS, ids);
	size_t first = ids->n;

	for (size_t i = 0; i < ids->n; i++)
		if (!v[i].found && v[i].at < first && !unseen_may_be(u, ids->v[v[i].at]))
			first = v[i].at;
	free(v);
	return first < ids->n ? ids->v[first] : NULL;
}

static int by_place(const void *a, const void *b)
{
	const struct asked *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

void jobs_fit(const struct queue *q, const struct sched_ops *ops, enum sched_verb verb,
	      const struct strs *ids, struct strs *fit, struct strs *unfit)
{
	struct asked *v = look_up(q, ops, verb, ids);

	qsort(v, ids->n, sizeof(*v), by_place);
	for (size_t i = 0; i < ids->n; i++) {
		if (v[i].fits || !v[i].found || v[i].number == 0)
			strs_add(fit, ids->v[i]);
		else
			strs_addf(unfit, "job %.40s is %s: %s", ids->v[i],
				  job_state_name(v[i].unfit.state), v[i].unfit.why);
	}
	free(v);
}
