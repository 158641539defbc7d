#include "engine/cancels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/queue.h"

#define KEPT_MOST  20000
#define TASKS_MOST 20000 /* of one record */

struct cancel {
	char actor[64];
	int64_t at_ms;
};

static void forget_old(struct cancels *c, int64_t now_ms)
{
	const char *id;
	void *v;

	for (size_t i = 0; map_next(c->by_id, &i, &id, &v);)
		if (now_ms - ((struct cancel *)v)->at_ms > CANCELS_KEPT_MS)
			map_del(c->by_id, id);
}

static void add_one(struct cancels *c, const char *id, const char *actor, int64_t now_ms)
{
	struct cancel *v;

	if (map_count(c->by_id) >= KEPT_MOST)
		return;
	v = xcalloc(1, sizeof(*v));
	snprintf(v->actor, sizeof(v->actor), "%s", actor);
	v->at_ms = now_ms;
	map_put(c->by_id, id, v);
}

/* "12_[5-37]" by its tasks, which leave the queue each by itself. */
static void expand(struct strs *out, const char *id)
{
	if (!strchr(id, '[') || hostlist_expand(out, id, NULL) < 0) {
		strs_clear(out);
		strs_add(out, id);
	}
}

void cancels_add(struct cancels *c, const struct strs *ids, const char *actor, int64_t now_ms)
{
	struct strs tasks = STRS_INIT(TASKS_MOST);

	if (!c->by_id)
		c->by_id = map_new(free, false);
	forget_old(c, now_ms);
	for (size_t i = 0; i < ids->n; i++) {
		expand(&tasks, ids->v[i]);
		for (size_t k = 0; k < tasks.n; k++)
			add_one(c, tasks.v[k], actor, now_ms);
		strs_clear(&tasks);
	}
}

void cancels_drop(struct cancels *c, const struct strs *ids)
{
	struct strs tasks = STRS_INIT(TASKS_MOST);

	for (size_t i = 0; c->by_id && i < ids->n; i++) {
		expand(&tasks, ids->v[i]);
		for (size_t k = 0; k < tasks.n; k++)
			map_del(c->by_id, tasks.v[k]);
		strs_clear(&tasks);
	}
}

const char *cancels_by(const struct cancels *c, const char *id, const char *array_id,
		       int64_t now_ms)
{
	const struct cancel *v = c->by_id ? map_get(c->by_id, id) : NULL;

	if (!v && c->by_id && array_id[0])
		v = map_get(c->by_id, array_id);
	return v && now_ms - v->at_ms <= CANCELS_KEPT_MS ? v->actor : NULL;
}

size_t cancels_since(const struct cancels *c, int64_t ms)
{
	const char *id;
	size_t n = 0;
	void *v;

	for (size_t i = 0; c->by_id && map_next(c->by_id, &i, &id, &v);)
		n += ((const struct cancel *)v)->at_ms >= ms;
	return n;
}

void cancels_clear(struct cancels *c)
{
	map_free(c->by_id);
	c->by_id = NULL;
}
