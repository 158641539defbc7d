/*
 * What keeps a waiting job from getting nodes, by the last decision: a quota, a limit, a
 * budget, a rest after a refusal. The scheduler only says that there are none, and the queue is
 * where people look. A job that merely waits for nodes which boot has no verdict.
 */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
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

/* Of a want that part of its jobs have a place for, too: which of them is not told. */
static const char *verdict_of(struct run *r, const char **told, const struct job *j)
{
	size_t want =
	    j->state == JOB_PENDING ? demand_want_of(&r->demand, r->queue, j) : SIZE_MAX;

	if (want >= r->plan.n_wants || !is_verdict(&r->plan.wants[want]))
		return "";
	if (!told[want]) {
		const char *text = r->plan.wants[want].text;

		told[want] = pool_intern(&r->queue->pool, text, strlen(text));
	}
	return told[want];
}

void verdicts_set(struct run *r)
{
	const char **told = xcalloc(r->plan.n_wants + 1, sizeof(*told));
	bool changed = false;

	for (size_t i = 0; r->queue && i < r->queue->n_jobs; i++) {
		struct job *j = &r->queue->jobs[i];
		const char *verdict = verdict_of(r, told, j);

		if (strcmp(verdict, j->waits) == 0)
			continue;
		j->waits = verdict;
		changed = true;
	}
	free(told);
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
	struct map *told = map_new(NULL, false);

	for (size_t i = 0; before && i < before->n_jobs; i++)
		if (before->jobs[i].waits[0])
			map_put(told, key_of(&before->jobs[i]),
				(void *)(uintptr_t)before->jobs[i].waits);
	for (size_t i = 0; map_count(told) && i < now->n_jobs; i++) {
		const char *text = map_get(told, key_of(&now->jobs[i]));

		if (text && now->jobs[i].state == JOB_PENDING)
			now->jobs[i].waits = pool_intern(&now->pool, text, strlen(text));
	}
	map_free(told);
}
