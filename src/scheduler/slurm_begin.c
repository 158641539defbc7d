/*
 * Whether a job may begin yet. Until Slurm has looked at a new job it gives it the reason of
 * any other: None, or which nodes are not there, also to one that was submitted to begin
 * tomorrow (sbatch --begin; seen for some seconds). %S does not tell it apart: there stands the
 * asked time, or a guess of the scheduler's (seen: what is left of an array of which tasks
 * began has None and a guess a year from now). EligibleTime tells, and has no letter of its
 * own, so it is asked for where there is doubt. Both times are the controller's, as is the time
 * until which %S has the asked one: no clock of ours is held against them, but for a guess
 * behind it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "scheduler/slurm.h"

#define ASK_MOST 100 /* by name; of more all that wait are listed */
#define SKEW_S	 120 /* that the controller's clock may be off ours */

enum { B_ID, B_ARRAY, B_TASK, B_ELIGIBLE, COLUMNS };

/* In the order of SLURM_BEGIN_FIELDS. A set of tasks may be cut: it is no number all the same.
 */
static const size_t widths[COLUMNS] = { 16, 16, 24, 20 };

#define LINE_WIDTH 76

struct begin {
	char key[SLURM_KEY];
	int64_t eligible_s;
};

static bool in_doubt(const struct job *j)
{
	return j->state == JOB_PENDING && j->demand && j->start_s > 0;
}

static const char *id_of(const struct job *j)
{
	return strchr(j->id, '[') ? j->array_id : j->id;
}

/* What was demand in the reading before may begin, and stays so. */
static void clear_known(struct map *doubts, const struct queue *before)
{
	for (size_t i = 0; before && map_count(doubts) && i < before->n_jobs; i++)
		if (before->jobs[i].state == JOB_PENDING && before->jobs[i].demand)
			map_del(doubts, id_of(&before->jobs[i]));
}

void slurm_in_doubt(struct strs *ids, struct queue *q, const struct queue *before)
{
	struct map *doubts = map_new_lent(false);
	const char *id;
	void *v;

	for (size_t i = 0; i < q->n_jobs; i++)
		if (in_doubt(&q->jobs[i]))
			map_put(doubts, id_of(&q->jobs[i]), q);
	clear_known(doubts, before);
	for (size_t i = 0; i < q->n_jobs; i++)
		if (in_doubt(&q->jobs[i]) && !map_get(doubts, id_of(&q->jobs[i])))
			q->jobs[i].start_s = 0;
	if (map_count(doubts) > ASK_MOST)
		strs_add(ids, SCHED_ALL);
	else
		for (size_t i = 0; map_next(doubts, &i, &id, &v);)
			strs_add(ids, id);
	map_free(doubts);
}

static bool read_line(struct begin *b, const char *line)
{
	struct slice f[COLUMNS];

	for (int i = 0; i < COLUMNS; i++) {
		size_t n = widths[i];

		while (n > 0 && line[n - 1] == ' ')
			n--;
		f[i] = (struct slice){ line, n };
		line += widths[i];
	}
	if (slurm_time_read(&b->eligible_s, f[B_ELIGIBLE]) < 0)
		return false;
	slurm_record_key(b->key, f[B_ID], f[B_ARRAY], f[B_TASK]);
	return true;
}

static int read_lines(struct begin **v, size_t *n, const struct sched_run *r, struct err *err)
{
	const char *end = r->out + r->out_len;
	size_t cap = 0;

	for (const char *s = r->out; s < end;) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		struct begin b;

		if (!nl || nl - s != LINE_WIDTH || !read_line(&b, s))
			return err_set(err, ERR_PARSE,
				       "squeue: no job's time to begin at byte %zu",
				       (size_t)(s - r->out));
		GROW(*v, *n, cap);
		(*v)[(*n)++] = b;
		s = nl + 1;
	}
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct begin *x = a, *y = b;

	return strcmp(x->key, y->key);
}

/* Before its time %S is that; else %S is a guess, which nobody needs, or the job left
 * meanwhile. */
static bool begins_later(const struct queue *q, const struct job *j, const struct begin *b)
{
	int64_t read_s = q->read_started_ms / 1000;

	return b->eligible_s >= j->start_s || (read_s > 0 && b->eligible_s > read_s + SKEW_S);
}

static void settle(struct queue *q, struct job *j, const struct begin *v, size_t n)
{
	struct begin want;
	const struct begin *hit;

	slurm_record_key(want.key, (struct slice){ j->id, strlen(j->id) },
			 (struct slice){ j->array_id, strlen(j->array_id) },
			 (struct slice){ j->task, strlen(j->task) });
	hit = n ? bsearch(&want, v, n, sizeof(*v), by_key) : NULL;
	if (!hit || !begins_later(q, j, hit)) {
		j->start_s = 0;
		return;
	}
	j->start_s = hit->eligible_s;
	j->reason = pool_intern(&q->pool, SLURM_BEGIN, strlen(SLURM_BEGIN));
	j->reason_class = REASON_TIME;
	j->demand = false;
}

int slurm_read_begins(struct queue *q, const struct sched_run *r, struct err *err)
{
	struct err why = ERR_INIT;
	struct begin *v = NULL;
	size_t n = 0;
	int rc = 0;

	if (slurm_check(r, "squeue", &why) < 0) {
		if (why.code != ERR_NOT_FOUND) /* the only one that was asked of is gone */
			return err_set(err, why.code, "%s", why.msg);
	} else {
		rc = read_lines(&v, &n, r, err);
	}
	if (rc == 0 && n > 0)
		qsort(v, n, sizeof(*v), by_key);
	for (size_t i = 0; rc == 0 && i < q->n_jobs; i++)
		if (in_doubt(&q->jobs[i]))
			settle(q, &q->jobs[i], v, n);
	free(v);
	return rc;
}
