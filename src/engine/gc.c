/*
 * Orphans (R7): what bears our engine's tag and no cluster of ours knows. They are named once
 * and shown as an issue, with what to do; they are deleted by hand: a cluster that is gone has
 * no plan that anybody agreed to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "engine/run.h"

#define EVERY_MS   ((int64_t)120 * 1000)
#define SEEN_TWICE ((int64_t)110 * 1000)

struct sweep { /* of one cloud */
	struct engine *engine;
	struct engine_cloud *cloud;
};

static bool is_known(const struct engine *e, const char *short_id)
{
	for (size_t i = 0; i < e->n_runs; i++)
		if (strcmp(e->runs[i]->cluster.short_id, short_id) == 0)
			return true;
	return false;
}

static void tell(struct engine *e, const struct cloud_item *item)
{
	struct event ev = { .at_ms = clock_utc_ms(), .level = EVENT_WARN };
	struct err err = ERR_INIT;

	snprintf(ev.actor, sizeof(ev.actor), "engine");
	snprintf(
	    ev.text, sizeof(ev.text),
	    "orphan: %.280s bears our tag and no cluster knows it; it may cost money: look at it and delete it by hand",
	    item->id);
	if (store_event_add(e->store, &ev, &err) < 0)
		log_error("%s", err.msg);
}

/* Seen in two listings: a cluster that is being made or deleted at this minute is no orphan. */
static void one_item(struct engine *e, const struct cloud_item *item)
{
	int64_t *first = map_get(e->orphans, item->id);
	int64_t now = clock_utc_ms();

	if (is_known(e, item->cluster_tag)) {
		map_del(e->orphans, item->id);
		return;
	}
	if (!first) {
		first = xcalloc(1, sizeof(*first));
		*first = now;
		map_put(e->orphans, item->id, first);
	} else if (*first > 0 && now - *first > SEEN_TWICE) {
		*first = -1; /* told */
		tell(e, item);
	}
}

static void on_items(void *arg, const struct cloud_items *items, const struct err *err)
{
	struct sweep *s = arg;

	if (!items)
		log_debug("sweep of %s: %s", s->cloud->record->name, err->msg);
	for (size_t i = 0; items && i < items->n; i++)
		one_item(s->engine, &items->v[i]);
	free(s);
}

/* R7.4: not in safe mode, not while adopting, not in the first minutes. */
void gc_tick(struct engine *e)
{
	int64_t now = clock_utc_ms();

	if (!e->orphans) {
		e->orphans = map_new(free, true);
		e->gc_ms = now;
	}
	if (e->safe_mode || e->adoption || now - e->gc_ms < EVERY_MS)
		return;
	e->gc_ms = now;
	for (size_t i = 0; i < e->n_clouds; i++) {
		struct sweep *s = xcalloc(1, sizeof(*s));

		*s = (struct sweep){ e, &e->clouds[i] };
		e->clouds[i].ops->items(e->clouds[i].cloud, store_engine_id(e->store), NULL,
					on_items, s);
	}
}
