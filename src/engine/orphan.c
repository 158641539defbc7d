/*
 * What becomes of things that bear our tags and that no row knows (R7.2). One is believed when
 * two listings showed it and it is old enough not to be on its way; then it is shown with its
 * price. Machines of arrays hold no data, and go by themselves half an hour later; all else
 * waits for an admin's word, unless the configuration says otherwise (R7.2: auto, ask, off).
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "engine/found.h"

#define SEEN_TWICE_MS ((int64_t)110 * 1000) /* two sweeps, each up to a turn late */
#define OLD_MS	      ((int64_t)10 * 60 * 1000)
#define GOES_MS	      ((int64_t)30 * 60 * 1000)

/* What says nothing of its age is as old as we know it (R5.7). */
static int64_t age_of(const struct orphan_facts *o)
{
	int64_t since =
	    o->created_ms && o->created_ms < o->first_ms ? o->created_ms : o->first_ms;

	return o->now_ms - since;
}

enum orphan_step orphan_next(const struct orphan_facts *o)
{
	enum orphan_policy p = o->is_node ? o->rules.nodes : o->rules.rest;
	int64_t known = o->seen_ms - o->first_ms;

	if (o->sightings < 2 || known < SEEN_TWICE_MS || age_of(o) < OLD_MS)
		return ORPHAN_CANDIDATE;
	if (p == ORPHANS_OFF)
		return ORPHAN_QUIET;
	if (p == ORPHANS_AUTO && o->provably_ours && !o->may_have_jobs && known >= GOES_MS)
		return ORPHAN_GOES;
	return ORPHAN_TOLD;
}

/* R7.3, R5.2: a scheduler that no cluster of ours reads may have work on its nodes. */
static bool head_is_there(const struct engine *e, const char *cluster_tag)
{
	for (size_t i = 0; i < e->finds.n; i++)
		if (e->finds.v[i]->is_head &&
		    strcmp(e->finds.v[i]->f.cluster_tag, cluster_tag) == 0)
			return true;
	return false;
}

static struct orphan_facts facts_of(const struct engine *e, const struct find *f)
{
	struct orphan_facts o = { .now_ms = clock_utc_ms(),
				  .first_ms = f->f.first_ms,
				  .seen_ms = f->seen_ms,
				  .created_ms = f->created_ms,
				  .sightings = f->sightings,
				  .is_node = f->is_node,
				  .may_have_jobs = head_is_there(e, f->f.cluster_tag),
				  .provably_ours = f->f.cluster_tag[0] != '\0',
				  .rules = e->orphan_rules };

	if (f->what != FOUND_ORPHAN && o.rules.nodes == ORPHANS_AUTO)
		o.rules.nodes = ORPHANS_ASK; /* a known cluster's people decide */
	if (f->what != FOUND_ORPHAN && o.rules.rest == ORPHANS_AUTO)
		o.rules.rest = ORPHANS_ASK;
	return o;
}

int64_t find_goes_ms(const struct engine *e, const struct find *f)
{
	struct orphan_facts o = facts_of(e, f);

	if (!f->told || f->f.state != FOUND_OPEN)
		return 0;
	o.seen_ms = o.first_ms + GOES_MS;
	return orphan_next(&o) == ORPHAN_GOES ? o.seen_ms : 0;
}

/*
 * The price
 */

static bool costs_nothing(const struct find *f)
{
	enum cloud_kind kind = kind_of_type(f->f.type);

	return kind == CLOUD_GROUP || kind == CLOUD_NSG || kind == CLOUD_NETWORK ||
	       text_casecmp(f->f.type, "Microsoft.Network/networkInterfaces") == 0;
}

double find_price(const struct find *f)
{
	const struct engine_cloud *c = cloud_named(f->engine, f->f.cloud);
	const struct region_facts *rf = c ? region_find(f->engine, c, f->region) : NULL;
	const struct vm_size *size;
	double each;

	if (costs_nothing(f) ||
	    (f->looked && f->machines == 0 && f->disk_gib == 0 && f->size[0]))
		return 0;
	if (!rf || !f->looked)
		return -1;
	if (f->disk_gib > 0)
		return disk_price(&rf->sizes, f->disk_gib);
	size = f->size[0] ? vm_sizes_find(&rf->sizes, f->size) : NULL;
	each = !size ? -1 : f->spot ? size->spot_price : size->price;
	return each < 0 ? -1 : each * (double)f->machines;
}

static void on_look(void *arg, const struct cloud_sight *s, const struct err *err)
{
	struct find *f = arg;

	(void)err;
	f->look = NULL;
	if (s->look == CLOUD_LOOK_UNKNOWN && !s->size[0])
		return; /* the next listing asks again */
	f->looked = true;
	snprintf(f->size, sizeof(f->size), "%s", s->size);
	f->spot = s->spot;
	f->disk_gib = s->disk_gib;
	f->machines = s->own_members ? 0 : s->capacity >= 0 ? s->capacity : s->size[0] != '\0';
	engine_changed(f->engine);
}

static void look_at_price(struct engine *e, struct engine_cloud *c, struct find *f)
{
	if (costs_nothing(f) || f->looked || f->look)
		return;
	if (f->region[0])
		region_peek(e, c, f->region);
	f->look = c->ops->look(c->cloud, kind_of_type(f->f.type), f->f.id, on_look, f);
}

/*
 * Acts
 */

static void tell(struct engine *e, struct find *f)
{
	f->told = true;
	note_site(e, EVENT_WARN, "engine",
		  "orphan: %.230s bears our tag and no cluster knows it; it may cost money: "
		  "\"found\" lists it, \"condemn\" deletes it",
		  f->f.id);
}

/* By the way that an admin's word takes, with the rule for a reason (R10.2). */
static void condemn_by_rule(struct engine *e, struct find *f)
{
	struct found row = f->f;
	struct err err = ERR_INIT;
	char why[200], span[CLOCK_TEXT];

	snprintf(
	    why, sizeof(why),
	    "orphan for %s > 30m in %u listings, a machine of an array, no head of its cluster",
	    clock_span(span, f->seen_ms - f->f.first_ms), f->sightings);
	if (store_begin(e->store, &err) < 0) {
		log_error("%s", err.msg);
		return;
	}
	if (find_condemn(e, NULL, &row, "", why, &err) < 0) {
		store_rollback(e->store);
		log_error("%s", err.msg);
		return;
	}
	if (store_commit(e->store, &err) < 0)
		engine_fatal(e, &err);
	f->f = row;
	f->next_try_ms = clock_utc_ms();
	note_site(e, EVENT_WARN, "engine", "deleted: %.200s: %s", f->f.id, why);
}

/* R7.4: of a whole listing only, and never while nothing may be changed. */
void orphans_act(struct engine *e, struct engine_cloud *c)
{
	for (size_t i = 0; i < e->finds.n; i++) {
		struct find *f = e->finds.v[i];
		struct orphan_facts o = facts_of(e, f);
		enum orphan_step step = orphan_next(&o);

		if (f->f.state != FOUND_OPEN || f->seen_ms != c->sweep_ms ||
		    strcmp(f->f.cloud, c->record->name) != 0)
			continue;
		if (e->adoption || step != ORPHAN_CANDIDATE)
			look_at_price(e, c, f);
		if (e->adoption || step == ORPHAN_CANDIDATE)
			continue;
		if (!f->told && step != ORPHAN_QUIET)
			tell(e, f);
		if (step == ORPHAN_GOES && !engine_hands_off(e))
			condemn_by_rule(e, f);
	}
}
