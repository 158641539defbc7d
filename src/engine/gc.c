/*
 * The sweep (R7): every two minutes each cloud lists what bears this engine's tag, and what no
 * row knows is kept as found. The listing comes first and the rows are read afterwards (R5.4):
 * the other way round what was made in between would be an orphan. What becomes of it, orphan.c
 * and an admin decide.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/found.h"

#define EVERY_MS    ((int64_t)120 * 1000)
#define ADOPTING_MS ((int64_t)10 * 1000) /* somebody waits for it */

static bool is_recorded(const struct run *r, const struct strs *names, const char *type,
			const char *id)
{
	const char *kind = cloud_kind_name(kind_of_type(type));
	size_t len = strlen(kind);

	for (size_t i = 0; i < names->n; i++)
		if (strncmp(names->v[i], kind, len) == 0 && names->v[i][len] == ' ' &&
		    text_casecmp(names->v[i] + len + 1, id) == 0)
			return true;
	return r->cluster.head_id && text_casecmp(r->cluster.head_id, id) == 0;
}

/* Machines of sets are found by the listing of their cluster, which says more of them; discs
 * and network cards come and go with their machines. */
static bool is_part(struct run *r, const struct cloud_item *item)
{
	enum cloud_kind kind = kind_of_type(item->type);
	struct strs names = STRS_INIT(20000);
	struct err err = ERR_INIT;
	char head[320];
	bool part;

	if (kind == CLOUD_OTHER)
		return false;
	if (kind == CLOUD_VM && (resource_name(r, CLOUD_VM, "head", head, &err) < 0 ||
				 text_casecmp(head, item->id) != 0))
		return false;
	part = store_intent_names(r->engine->store, r->cluster.id, &names, &err) == 0 &&
	       !is_recorded(r, &names, item->type, item->id);
	strs_clear(&names);
	return part;
}

/* A disk bears the tag of the cluster that made it, whoever has it now. */
static bool is_disk_of_ours(const struct engine *e, const char *id)
{
	for (size_t i = 0; i < e->n_runs; i++)
		if (storage_owns(e->runs[i], id))
			return true;
	return false;
}

/* Outside of adoption mode the rows are right, and an operation is about to write more of them.
 */
static bool is_being_changed(const struct run *r, const char *id)
{
	return !r->engine->adoption && (r->op.id || intent_open(r, id));
}

static void one_item(struct engine *e, const struct engine_cloud *c,
		     const struct cloud_item *item)
{
	struct run *r = run_by_tag(e, item->cluster_tag);
	struct find *f;

	if (is_disk_of_ours(e, item->id) ||
	    (r && (is_being_changed(r, item->id) || !is_part(r, item))))
		return;
	f = find_see(e, c, r ? FOUND_PART : FOUND_ORPHAN, item->id, item->type,
		     item->cluster_tag, c->sweep_ms);
	f->created_ms = item->created_ms;
	f->is_node = item->array_tag[0] != '\0';
	f->is_head = strcmp(item->node_tag, "head") == 0;
	snprintf(f->storage, sizeof(f->storage), "%s", item->storage_tag);
	snprintf(f->region, sizeof(f->region), "%s", item->location);
}

/* What a whole listing does not show is gone, or has a row by now. */
static void drop_unseen(struct engine *e, const struct engine_cloud *c)
{
	for (size_t i = e->finds.n; i-- > 0;) {
		struct find *f = e->finds.v[i];

		if (f->what == FOUND_NODE || f->call || f->seen_ms >= c->sweep_ms ||
		    strcmp(f->f.cloud, c->record->name) != 0)
			continue;
		if (f->f.state == FOUND_CONDEMNED)
			note_site(e, EVENT_INFO, f->f.actor,
				  "gone: %.300s, which was condemned", f->f.id);
		find_forget(e, f);
	}
}

static void on_items(void *arg, const struct cloud_items *items, const struct err *err)
{
	struct engine_cloud *c = arg;
	struct engine *e = c->engine;

	c->sweep = NULL;
	if (!items) {
		log_debug("sweep of %s: %s", c->record->name, err->msg);
		return;
	}
	for (size_t i = 0; i < items->n; i++)
		one_item(e, c, &items->v[i]);
	drop_unseen(e, c);
	c->swept_ms = c->sweep_ms;
	stock_take(e, c, items);
	orphans_act(e, c);
	condemned_act(e);
	engine_changed(e);
}

static void sweep(struct engine *e, struct engine_cloud *c)
{
	if (c->sweep)
		return;
	c->sweep_ms = clock_utc_ms();
	c->sweep = c->ops->items(c->cloud, store_engine_id(e->store), NULL, on_items, c);
}

static bool something_goes(const struct engine *e)
{
	for (size_t i = 0; i < e->finds.n; i++)
		if (e->finds.v[i]->f.state == FOUND_CONDEMNED)
			return true;
	return false;
}

/* R7.4: not in safe mode, and not in the first minutes unless somebody waits for it. */
void gc_tick(struct engine *e)
{
	int64_t now = clock_utc_ms();
	int64_t every = e->adoption || something_goes(e) ? ADOPTING_MS : EVERY_MS;

	if (!e->gc_ms)
		e->gc_ms = e->adoption ? 1 : now;
	condemned_act(e);
	if (e->safe_mode || now - e->gc_ms < every)
		return;
	e->gc_ms = now;
	for (size_t i = 0; i < e->n_clouds; i++)
		sweep(e, &e->clouds[i]);
	for (size_t i = 0; e->adoption && i < e->n_runs; i++)
		if (e->runs[i]->cloud)
			observe_cloud(e->runs[i]); /* one that is off, too: it may not be */
}
