/*
 * What keeps a waiting job from getting nodes, by the last decision: a quota, a limit, a
 * budget, a rest after a refusal. The scheduler only says that there are none, and the queue is
 * where people look. A job that merely waits for nodes which boot has no verdict.
 */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "engine/jobs.h"
#include "engine/run.h"

static bool is_verdict(const struct why_want *w)
{
	switch (w->code) {
	case WHY_NEVER_FITS:
	case WHY_GROUP_TOO_SMALL:
	case WHY_NO_CAPACITY:
	case WHY_BACKOFF:
	case WHY_SHARED_POOL:
	case WHY_BUDGET:
	case WHY_PAUSED:
		return w->unplaced > 0;
	case WHY_PLACED:
	case WHY_WAITING_FOR_NODES:
	case WHY_NOT_ELIGIBLE:
	case WHY_NO_ROOM_PLAN:
	case WHY_CODES:
		break;
	}
	return false;
}

struct share { /* of one want, while its records are gone through in the scheduler's order */
	const char *text;	  /* its verdict, in the queue's pool; NULL not told yet */
	int64_t placed, unplaced; /* that no record has got yet */
};

/* A want that asks for nodes counts those, of each of its tasks. */
static int64_t slots_of(const struct run *r, size_t want, const struct job *j)
{
	int64_t nodes = r->demand.v && want < r->demand.n ? r->demand.v[want].node_count : 0;

	return (j->tasks > 0 ? j->tasks : 1) * (nodes > 0 ? nodes : 1);
}

/* What is placed goes to the first of them: so it is started, and so each says how many of its
 * tasks are held back. A throttled array asks for less than it has. */
static const char *verdict_of(struct run *r, struct share *shares, const struct job *j,
			      int64_t *stuck)
{
	size_t want =
	    j->state == JOB_PENDING ? demand_want_of(&r->demand, r->queue, j) : SIZE_MAX;
	struct share *s = &shares[want < r->plan.n_wants ? want : 0];
	int64_t slots, placed, left, tasks;

	*stuck = 0;
	if (requeued_waits(j)) {
		const char *text = requeued_text(&r->requeued, j);

		return text[0] ? pool_intern(&r->queue->pool, text, strlen(text)) : "";
	}
	if (want >= r->plan.n_wants || !is_verdict(&r->plan.wants[want]))
		return "";
	slots = slots_of(r, want, j);
	placed = slots < s->placed ? slots : s->placed;
	left = slots - placed < s->unplaced ? slots - placed : s->unplaced;
	s->placed -= placed;
	s->unplaced -= left;
	if (left <= 0)
		return "";
	tasks = j->tasks > 0 ? j->tasks : 1;
	*stuck = (left * tasks + slots - 1) / slots;
	if (!s->text) {
		const char *text = r->plan.wants[want].text;

		s->text = pool_intern(&r->queue->pool, text, strlen(text));
	}
	return s->text;
}

static struct share *shares_make(const struct run *r)
{
	struct share *v = xcalloc(r->plan.n_wants + 1, sizeof(*v));

	for (size_t i = 0; i < r->plan.n_wants; i++) {
		v[i].placed = r->plan.wants[i].placed;
		v[i].unplaced = r->plan.wants[i].unplaced;
	}
	return v;
}

static bool set(struct job *j, const char *verdict, int64_t stuck)
{
	if (strcmp(verdict, j->waits) == 0 && stuck == j->stuck)
		return false;
	j->waits = verdict;
	j->stuck = stuck;
	return true;
}

void verdicts_set(struct run *r)
{
	struct share *shares = shares_make(r);
	bool changed = false;
	int64_t stuck;

	for (size_t i = 0; r->queue && i < r->queue->n_jobs; i++) {
		struct job *j = &r->queue->jobs[i];
		const char *verdict = verdict_of(r, shares, j, &stuck);

		changed |= set(j, verdict, stuck);
	}
	free(shares);
	if (changed)
		r->queue->judged++;
}

const char *cluster_rests_why(const struct cluster *c)
{
	switch (c->state) {
	case CLUSTER_RUNNING:
		return "";
	case CLUSTER_OFF:
		return "cluster off: start it";
	case CLUSTER_STOPPING:
		return "cluster stops: its jobs wait until it is started again";
	case CLUSTER_STARTING:
		return "cluster starts: nodes are made when its scheduler answers";
	default:
		return "cluster does not run: no nodes are made for it";
	}
}

/* Nobody decides for a cluster that does not run: what the last decision said holds no more. */
void verdicts_rest(struct run *r)
{
	const char *why = cluster_rests_why(&r->cluster);
	bool changed = false;

	for (size_t i = 0; r->queue && i < r->queue->n_jobs; i++) {
		struct job *j = &r->queue->jobs[i];
		bool waits = j->state == JOB_PENDING && why[0];

		changed |= set(j, waits ? why : "", waits && j->tasks > 0 ? j->tasks : 0);
	}
	if (changed)
		r->queue->judged++;
}

/* What is left of an array keeps its verdict while its tasks leave it. */
static const char *key_of(const struct job *j)
{
	return strchr(j->id, '[') ? j->array_id : j->id;
}

void verdicts_keep(struct queue *now, const struct queue *before)
{
	struct map *told = map_new_lent(false);

	for (size_t i = 0; before && i < before->n_jobs; i++)
		if (before->jobs[i].waits[0])
			map_put(told, key_of(&before->jobs[i]),
				(void *)(uintptr_t)&before->jobs[i]);
	for (size_t i = 0; map_count(told) && i < now->n_jobs; i++) {
		struct job *j = &now->jobs[i];
		const struct job *old = map_get(told, key_of(j));

		if (!old || j->state != JOB_PENDING)
			continue;
		j->waits = pool_intern(&now->pool, old->waits, strlen(old->waits));
		j->stuck = old->stuck < j->tasks ? old->stuck : j->tasks;
	}
	map_free(told);
}
