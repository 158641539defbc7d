/*
 * The daily stock-taking of each cluster (R7.6): what the cloud holds under its tag, or under a
 * name of it without one, against what its rows say. The listing came first (R5.4), so what the
 * rows learned since is not missing. Cards and disks are known with the machine that has them;
 * a loose one is a difference. Machines that lists of resources do not show are not counted.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/found.h"
#include "engine/members.h"
#include "engine/note.h"
#include "engine/storage.h"
#include "engine/stray.h"
#include "engine/upkeep.h"

#define LOOKS_MS                                                                               \
	((int64_t)30 * 60 * 1000) /* so long the looks at what was found are waited for */

struct stock {
	size_t cloud, known, unknown, missing, moving;
	double price; /* USD per hour of what differs; -1: of some of it nobody knows */
};

static bool is_known(struct run *r, const struct cloud_item *item, const struct map *names)
{
	bool head = r->cluster.head_id && text_casecmp(r->cluster.head_id, item->id) == 0;

	return head || storage_owns(r, item->id) || map_get(names, item->id) ||
	       member_of_vm(r, item->id);
}

/* What a machine may hold tells a look at it alone. */
static bool is_held(const struct find *f)
{
	return f && f->looked && f->holder[0];
}

static void add_price(struct stock *s, double price)
{
	s->price = s->price < 0 || price < 0 ? -1 : s->price + price;
}

static void differs(struct stock *s, const struct find *f)
{
	s->unknown++;
	add_price(s, f ? find_price(f) : -1);
}

/* On its way, or just gone: the next day tells. */
static bool in_motion(const struct run *r, const struct cloud_item *item, const struct find *f)
{
	if (f && stray_is_held(f->f.type) && !f->looked && !find_is_old(r->engine, f))
		return true;
	return r->op.id || r->n_intents || vm_left_lately(r, item->id, clock_utc_ms());
}

static void count_items(struct stock *s, struct run *r, const struct cloud_items *items,
			const struct map *names, const struct map *listed)
{
	for (size_t i = 0; i < items->n; i++) {
		const struct cloud_item *item = &items->v[i];
		const struct find *f = find_of(r->engine, item->id);

		if (strcmp(item->cluster_tag, r->cluster.short_id) != 0)
			continue;
		s->cloud++;
		if (is_known(r, item, names) || item_in_use(listed, r, item) || is_held(f))
			s->known++;
		else if (in_motion(r, item, f))
			s->moving++;
		else
			differs(s, f);
	}
}

/* R7.5: without a tag, no listing by tag has it. */
static void count_residue(struct stock *s, const struct run *r)
{
	const struct engine *e = r->engine;

	for (size_t i = 0; i < e->finds.n; i++) {
		const struct find *f = e->finds.v[i];

		if (f->what != FOUND_RESIDUE || !f->told ||
		    strcmp(f->f.cluster_tag, r->cluster.short_id) != 0)
			continue;
		s->cloud++;
		differs(s, f);
	}
}

static void row_missing(struct stock *s, const struct map *listed, const char *id, double price)
{
	if (!id || !id[0] || map_get(listed, id))
		return;
	s->known++;
	s->missing++;
	add_price(s, price);
}

static void count_rows(struct stock *s, struct run *r, const struct map *listed, int64_t at_ms)
{
	const struct cluster_spec *spec = &r->cluster.spec;

	if (r->op.id)
		return;
	row_missing(s, listed, r->cluster.group_id, 0);
	row_missing(s, listed, r->cluster.head_id, r->cluster.head_price);
	for (size_t i = 0; i < spec->n_storage; i++)
		if (spec->storage[i].disk_ms && spec->storage[i].disk_ms < at_ms)
			row_missing(s, listed, spec->storage[i].disk_id,
				    spec->storage[i].disk_price);
	for (size_t i = 0; i < r->n_members; i++) {
		const struct node *n = &r->members[i]->node;

		if (n->vm_id[0] && !strstr(n->vm_id, "/virtualMachineScaleSets/") &&
		    n->bound_ms < at_ms && n->state != NODE_DELETING &&
		    n->state != NODE_EVICTED)
			row_missing(s, listed, n->vm_id, n->price);
	}
}

static int names_of(struct map *out, struct run *r, struct err *err)
{
	struct strs names = STRS_INIT(20000);
	int rc = store_intent_names(r->engine->store, r->cluster.id, &names, err);

	for (size_t i = 0; i < names.n; i++)
		map_put(out, strchr(names.v[i], ' ') + 1, r);
	strs_clear(&names);
	return rc;
}

static void tell(struct run *r, const struct stock *s, const char *day)
{
	size_t differ = s->unknown + s->missing;
	char price[32] = "at an unknown price", found[80] = "nothing is loose";
	char moving[64] = "", rate[24];

	if (s->price >= 0)
		snprintf(price, sizeof(price), "%s/h", money_text(rate, s->price));
	if (differ)
		snprintf(found, sizeof(found), "%zu differ, %s", differ, price);
	if (s->moving) /* counted by the cloud, and neither known nor loose */
		snprintf(moving, sizeof(moving), ", %zu just %s", s->moving,
			 s->moving == 1 ? "comes or goes" : "come or go");
	note(
	    r, differ ? EVENT_WARN : EVENT_INFO, "",
	    "daily count of %.10s: the cloud holds %zu resources of this cluster, %zu are known here%s: %s",
	    day, s->cloud, s->known, moving, found);
}

static void of_cluster(struct run *r, const struct cloud_items *items, const struct map *listed,
		       const char *day, int64_t at_ms)
{
	struct map *names = map_new(NULL, true);
	struct stock s = { 0 };
	struct err err = ERR_INIT;

	if (names_of(names, r, &err) == 0) {
		count_items(&s, r, items, names, listed);
		count_residue(&s, r);
		count_rows(&s, r, listed, at_ms);
		tell(r, &s, day);
	} else {
		log_error("cluster %s: %s", r->cluster.name, err.msg);
	}
	map_free(names);
}

/* What was found lately is looked at still: whether it is loose, and what it costs. */
static bool is_looked_at(const struct engine *e, const struct engine_cloud *c)
{
	for (size_t i = 0; i < e->finds.n; i++) {
		const struct find *f = e->finds.v[i];

		if (!f->looked && f->what == FOUND_PART && stray_is_held(f->f.type) &&
		    strcmp(f->f.cloud, c->record->name) == 0 && find_is_old(e, f))
			return true;
	}
	return false;
}

/* Not before what bears our names alone was looked for, and what was found was looked at. */
static bool is_due(const struct engine *e, struct engine_cloud *c)
{
	if (!c->names_ms)
		return false;
	if (!c->stock_ms)
		c->stock_ms = c->sweep_ms;
	return !is_looked_at(e, c) || c->sweep_ms - c->stock_ms >= LOOKS_MS;
}

void stock_take(struct engine *e, struct engine_cloud *c, const struct cloud_items *items)
{
	char day[CLOCK_TEXT], fact[80];
	const char *last;
	struct map *listed;
	struct err err = ERR_INIT;

	clock_text(day, c->sweep_ms);
	day[10] = '\0';
	snprintf(fact, sizeof(fact), "stock.%s", c->record->name);
	last = store_fact(e->store, fact);
	if (e->adoption || (last && strcmp(last, day) == 0) || !is_due(e, c))
		return;
	c->stock_ms = 0;
	listed = map_new(NULL, true);
	for (size_t i = 0; i < items->n; i++)
		map_put(listed, items->v[i].id, e);
	for (size_t i = 0; i < e->n_runs; i++)
		if (e->runs[i]->cloud == c)
			of_cluster(e->runs[i], items, listed, day, c->sweep_ms);
	map_free(listed);
	if (store_set_fact(e->store, fact, day, &err) < 0)
		log_error("%s", err.msg);
}
