/* What a cluster's view tells beside its counts: how long tasks wait, today's money, the limit
 * that is nearest, and why there are not more nodes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/bill.h"
#include "engine/facts.h"
#include "engine/history.h"
#include "engine/members.h"
#include "engine/run.h"

struct waiting {
	int64_t submit_s, tasks;
};

static int by_submit(const void *a, const void *b)
{
	const struct waiting *x = a, *y = b;

	return x->submit_s < y->submit_s ? -1 : x->submit_s > y->submit_s;
}

static int64_t median(struct waiting *v, size_t n, int64_t tasks)
{
	int64_t before = 0;

	qsort(v, n, sizeof(*v), by_submit);
	for (size_t i = 0; i < n; i++) {
		before += v[i].tasks;
		if (before * 2 >= tasks)
			return v[i].submit_s;
	}
	return 0;
}

static void add_job(struct waits *w, const struct job *j, struct waiting *v, size_t *n,
		    int64_t *tasks)
{
	int64_t count = j->tasks > 0 ? j->tasks : 1;

	if (job_has_nodes(j))
		w->cores_running += j->cpus * count;
	if (j->state != JOB_PENDING || j->submit_s <= 0)
		return;
	v[(*n)++] = (struct waiting){ j->submit_s, count };
	*tasks += count;
	if (w->oldest_s == 0 || j->submit_s < w->oldest_s) {
		w->oldest_s = j->submit_s;
		snprintf(w->oldest, sizeof(w->oldest), "%.23s", j->id);
	}
}

void waits_make(struct waits *w, const struct queue *q)
{
	struct waiting *v;
	int64_t tasks = 0;
	size_t n = 0;

	if (w->read_ms == q->read_ended_ms)
		return;
	*w = (struct waits){ .read_ms = q->read_ended_ms };
	v = xcalloc(q->n_jobs + 1, sizeof(*v));
	for (size_t i = 0; i < q->n_jobs; i++)
		add_job(w, &q->jobs[i], v, &n, &tasks);
	w->median_s = median(v, n, tasks);
	free(v);
}

/* What is not placed and could be, in the words of the decision. */
static void limit_value(struct cluster_view *v, const struct run *r)
{
	bool decides = r->decided && r->cluster.state == CLUSTER_RUNNING;

	for (size_t i = 0; decides && i < r->plan.n_wants; i++) {
		const struct why_want *w = &r->plan.wants[i];

		if (w->unplaced <= 0 || w->code == WHY_NOT_ELIGIBLE || w->code == WHY_PLACED)
			continue;
		snprintf(v->limit, sizeof(v->limit), "%.159s", w->text);
		return;
	}
}

/* The one of which the largest part is used, now: what the last decision asked for is in no
 * reading yet, and in none of its own facts. */
static void quota_of(struct cluster_view *v, const struct run *r)
{
	for (size_t i = 0; r->decided && i < r->facts.n_quotas; i++) {
		const struct fact_quota *q = &r->facts.quotas[i];
		int64_t used = facts_quota_used(r, q);

		if (q->limit <= 0 ||
		    (v->quota_limit > 0 && (double)used / (double)q->limit <=
					       (double)v->quota_used / (double)v->quota_limit))
			continue;
		snprintf(v->quota, sizeof(v->quota), "%s", q->name);
		v->quota_used = used;
		v->quota_limit = q->limit;
	}
}

static void storage_of(struct cluster_view *v, const struct cluster *c)
{
	const struct cluster_spec *s = &c->spec;
	size_t used = 0;

	for (size_t i = 0; i < s->n_storage && used < sizeof(v->storage); i++)
		used += (size_t)snprintf(v->storage + used, sizeof(v->storage) - used,
					 "%s%s %s %s", i ? ", " : "", s->storage[i].name,
					 s->storage[i].kind, s->storage[i].path);
	v->loses_data = cluster_loses_data(c);
}

/* Hours that are now before hours that come. */
static void schedule_of(struct cluster_view *v, const struct run *r)
{
	size_t used = 0, max = sizeof(v->schedule);

	for (int pass = 0; r->decided && pass < 2; pass++)
		for (size_t i = 0; i < r->facts.n_arrays && used + 1 < max; i++) {
			const struct fact_array *a = &r->facts.arrays[i];

			if (a->schedule[0] && a->scheduled == (pass == 0))
				used += (size_t)snprintf(v->schedule + used, max - used,
							 "%s%s %s", used ? "; " : "",
							 a->spec->name, a->schedule);
			if (a->ahead[0] && pass == 0 && used + 1 < max)
				used +=
				    (size_t)snprintf(v->schedule + used, max - used, "%s%s %s",
						     used ? "; " : "", a->spec->name, a->ahead);
		}
}

void outlook_make(struct cluster_view *v, struct run *r, int64_t now_ms)
{
	for (size_t i = 0; i < r->n_members; i++)
		v->spot += r->members[i]->node.spot;
	if (r->queue) {
		waits_make(&r->waits, r->queue);
		v->oldest_s = r->waits.oldest_s;
		v->wait_s = r->waits.median_s;
		v->cores_running = r->waits.cores_running;
		snprintf(v->oldest, sizeof(v->oldest), "%s", r->waits.oldest);
	}
	bill_periods(r, now_ms, v->spent, &v->today, &v->month);
	v->budget_month = r->cluster.spec.budget_month;
	v->committed = r->bill.shown_committed;
	v->cycle_s = r->cluster.spec.cycle_s;
	limit_value(v, r);
	schedule_of(v, r);
	quota_of(v, r);
	storage_of(v, &r->cluster);
	history_boots(v, r);
}
