/*
 * The sweep (R7): every two minutes each cloud lists what bears this engine's tag, and what no
 * row knows is kept as found. The listing comes first and the rows are read afterwards (R5.4):
 * the other way round what was made in between would be an orphan. What is ours by name alone
 * residue.c looks for. What becomes of what was found, orphan.c and an admin decide.
 *
 * The listing has every kind that takes tags (R7.1), whatever it is: machines, sets, cards,
 * disks, addresses, rules, networks, storage accounts, identities, groups. Role assignments and
 * deployments take none, and this engine makes none (spec/azure-arm.md 9).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/found.h"
#include "engine/intent.h"
#include "engine/members.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/storage.h"
#include "engine/stray.h"
#include "engine/upkeep.h"

#define EVERY_MS    ((int64_t)120 * 1000)
#define ADOPTING_MS ((int64_t)10 * 1000) /* somebody waits for it */

/* What one listing is held against. */
struct sieve {
	struct engine *e;
	struct engine_cloud *c;
	struct map *listed; /* ids of the listing */
	struct map **asked; /* per run: ids that were asked for; NULL: not read yet */
};

/* Read once for each cluster that something of is listed. NULL: it could not be. */
static const struct map *asked_for(struct sieve *s, const struct run *r)
{
	struct strs names = STRS_INIT(20000);
	struct err err = ERR_INIT;
	size_t at = 0;

	while (s->e->runs[at] != r)
		at++;
	if (s->asked[at])
		return s->asked[at];
	if (store_intent_asked(s->e->store, r->cluster.id, &names, &err) < 0) {
		log_error("cluster %s: %s", r->cluster.name, err.msg);
		strs_clear(&names);
		return NULL;
	}
	s->asked[at] = map_new(NULL, true);
	for (size_t i = 0; i < names.n; i++)
		map_put(s->asked[at], names.v[i], s);
	strs_clear(&names);
	return s->asked[at];
}

/* What cannot be read is taken for known: nothing is told of it, and nothing done. */
static bool is_recorded(struct sieve *s, struct run *r, const char *id)
{
	const struct map *asked = asked_for(s, r);

	return !asked || map_get(asked, id) || member_of_vm(r, id) ||
	       vm_left_lately(r, id, clock_utc_ms()) ||
	       (r->cluster.head_id && text_casecmp(r->cluster.head_id, id) == 0);
}

/* A machine is its set's (DESIGN.md 5.3) and a disk its machine's, as long as those are there.
 * The machines of a set are found by the listing of their cluster, which says more of them. */
bool item_in_use(const struct map *listed, const struct run *r, const struct cloud_item *item)
{
	char owner[320];

	if (item->holder[0])
		return true;
	stray_owner(owner, item->id, item->type);
	return owner[0] &&
	       (map_get(listed, owner) || map_get(r->sets, owner) || member_of_vm(r, owner));
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
bool gc_changes(const struct run *r, const char *id)
{
	return !r->engine->adoption && (r->op.id || intent_open(r, id));
}

static enum stray what_is(struct sieve *s, struct run *r, const struct cloud_item *item)
{
	struct stray_facts f = { .ours = true, .cluster_known = r != NULL };

	if (is_disk_of_ours(s->e, item->id))
		return STRAY_NOT;
	if (r && s->e->adoption && kind_of_type(item->type) == CLOUD_OTHER)
		return STRAY_NOT; /* it comes and goes with a machine, which is decided of */
	f.recorded = r && is_recorded(s, r, item->id);
	f.changing = r && gc_changes(r, item->id);
	f.in_use = r && item_in_use(s->listed, r, item);
	return stray_is(&f);
}

void find_from(struct find *f, const struct cloud_item *item)
{
	enum cloud_kind kind = kind_of_type(item->type);

	f->created_ms = item->created_ms;
	f->is_node = item->array_tag[0] && (kind == CLOUD_VM || kind == CLOUD_SCALESET);
	f->is_head = strcmp(item->node_tag, "head") == 0 && kind == CLOUD_VM;
	snprintf(f->storage, sizeof(f->storage), "%s", item->storage_tag);
	snprintf(f->region, sizeof(f->region), "%s", item->location);
}

static void one_item(struct sieve *s, const struct cloud_item *item)
{
	struct run *r = run_by_tag(s->e, item->cluster_tag);
	enum stray what = what_is(s, r, item);
	struct find *f;

	if (what == STRAY_NOT)
		return;
	f = find_see(s->e, s->c, what == STRAY_PART ? FOUND_PART : FOUND_ORPHAN, item->id,
		     item->type, item->cluster_tag, s->c->sweep_ms);
	find_from(f, item);
	/* who held it is gone: it may be loose by now */
	if (f->holder[0] && !map_get(s->listed, f->holder))
		f->looked = false;
}

static void sift(struct engine_cloud *c, const struct cloud_items *items)
{
	struct engine *e = c->engine;
	struct sieve s = { .e = e,
			   .c = c,
			   .listed = map_new(NULL, true),
			   .asked = xcalloc(e->n_runs + 1, sizeof(struct map *)) };

	for (size_t i = 0; i < items->n; i++)
		map_put(s.listed, items->v[i].id, c);
	for (size_t i = 0; i < items->n; i++)
		one_item(&s, &items->v[i]);
	for (size_t i = 0; i < e->n_runs; i++)
		map_free(s.asked[i]);
	free(s.asked);
	map_free(s.listed);
}

/* What a whole listing does not show is gone, or has a row by now. */
static void drop_unseen(struct engine *e, const struct engine_cloud *c)
{
	for (size_t i = e->finds.n; i-- > 0;) {
		struct find *f = e->finds.v[i];

		if (f->what == FOUND_NODE || f->what == FOUND_RESIDUE || f->call ||
		    f->seen_ms >= c->sweep_ms || strcmp(f->f.cloud, c->record->name) != 0)
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
	sift(c, items);
	drop_unseen(e, c);
	c->swept_ms = c->sweep_ms;
	stock_take(e, c, items);
	orphans_act(e, c);
	condemned_act(e);
	residue_sweep(c);
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
	int64_t now = clock_mono_ms();
	int64_t every = e->adoption || something_goes(e) ? ADOPTING_MS : EVERY_MS;

	if (!e->gc_ms)
		e->gc_ms = e->adoption ? now - ADOPTING_MS : now;
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
