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
#include "engine/act.h"
#include "engine/found.h"
#include "engine/members.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/region.h"
#include "engine/stray.h"

#define SEEN_TWICE_MS ((int64_t)110 * 1000) /* two sweeps, each up to a turn late */
#define OLD_MS	      ((int64_t)10 * 60 * 1000)
#define GOES_MS	      ((int64_t)30 * 60 * 1000)
#define ADDRESS_USD   0.005 /* an hour: the list price of a Standard address, in every region */

/* What says nothing of its age is as old as we know it (R5.7); what the cloud says of it is
 * held against the cloud's own clock (R12.2). */
static int64_t age_of(const struct orphan_facts *o)
{
	int64_t known = o->now_ms - o->first_ms;
	int64_t there = o->created_ms ? o->cloud_now_ms - o->created_ms : 0;

	return there > known ? there : known;
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

/* A machine of a known cluster that works without a row stands in the queue, under a name that
 * no row has. A cluster that rests has no head that could send it anything. */
static bool strangers_may_work(const struct run *r)
{
	if (cluster_rests(&r->cluster))
		return false;
	if (run_is_blind(r) || !r->queue)
		return true;
	for (size_t i = 0; i < r->queue->n_nodes; i++) {
		const struct sched_node *sn = &r->queue->nodes[i];

		if (!sn->offer && sn->jobs > 0 && !member_find(r, sn->name))
			return true;
	}
	return false;
}

static bool is_data(const struct find *f)
{
	return text_casecmp(f->f.type, "Microsoft.Compute/disks") == 0;
}

/* Of a known cluster loose cards and addresses hold nothing; all else its people decide of. */
static void rules_of_part(struct orphan_rules *rules, const struct find *f)
{
	if (rules->rest == ORPHANS_AUTO && (!stray_is_held(f->f.type) || is_data(f)))
		rules->rest = ORPHANS_ASK;
}

static struct orphan_facts facts_of(const struct engine *e, const struct find *f)
{
	const struct run *r = run_by_tag(e, f->f.cluster_tag);
	const struct engine_cloud *c = cloud_named(f->engine, f->f.cloud);
	int64_t now = clock_utc_ms();
	struct orphan_facts o = { .now_ms = now,
				  .cloud_now_ms = c ? cloud_now_ms(c) : now,
				  .first_ms = f->f.first_ms,
				  .seen_ms = f->seen_ms,
				  .created_ms = f->created_ms,
				  .sightings = f->sightings,
				  .is_node = f->is_node,
				  .may_have_jobs = r && f->is_node
						       ? strangers_may_work(r)
						       : head_is_there(e, f->f.cluster_tag),
				  .provably_ours =
				      f->f.cluster_tag[0] != '\0' && f->what != FOUND_RESIDUE,
				  .rules = e->orphan_rules };

	if (f->what == FOUND_PART)
		rules_of_part(&o.rules, f);
	if (f->what == FOUND_RESIDUE) /* always told, whatever the setting */
		o.rules = (struct orphan_rules){ ORPHANS_ASK, ORPHANS_ASK };
	return o;
}

bool find_is_old(const struct engine *e, const struct find *f)
{
	struct orphan_facts o = facts_of(e, f);

	return age_of(&o) >= OLD_MS;
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

static bool is_address(const struct find *f)
{
	return text_casecmp(f->f.type, "Microsoft.Network/publicIPAddresses") == 0;
}

static bool is_snapshot(const struct find *f)
{
	return text_casecmp(f->f.type, "Microsoft.Compute/snapshots") == 0;
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
	if (is_address(f))
		return ADDRESS_USD;
	if (!rf || !f->looked)
		return -1;
	if (f->disk_gib > 0 && is_snapshot(f))
		return snapshot_price(&rf->sizes, f->disk_gib);
	if (f->disk_gib > 0)
		return disk_price(&rf->sizes, f->disk_gib);
	size = f->size[0] ? vm_sizes_find(&rf->sizes, f->size) : NULL;
	each = !size ? -1 : f->spot ? size->spot_price : size->price;
	return each < 0 ? -1 : each * (double)f->machines;
}

/* An address is held by a card's configuration: the card is what lists show. */
static void holder_of(char out[320], const char *id)
{
	const char *below = text_find(id, "/ipConfigurations/");

	snprintf(out, 320, "%.*s", below ? (int)(below - id) : 319, id);
}

static void on_look(void *arg, const struct cloud_sight *s, const struct err *err)
{
	struct find *f = arg;

	(void)err;
	f->look = NULL;
	if (s->look == CLOUD_LOOK_UNKNOWN && !s->size[0])
		return; /* the next listing asks again */
	f->looked = true;
	holder_of(f->holder, s->held_by);
	snprintf(f->size, sizeof(f->size), "%s", s->size);
	f->spot = s->spot;
	f->disk_gib = s->disk_gib;
	f->machines = s->own_members ? 0 : s->capacity >= 0 ? s->capacity : s->size[0] != '\0';
	engine_changed(f->engine);
}

static void look_at(struct engine *e, struct engine_cloud *c, struct find *f)
{
	if (f->looked || f->look || (costs_nothing(f) && !stray_is_held(f->f.type)))
		return;
	if (f->region[0])
		region_peek(e, c, f->region);
	f->look = c->ops->look(c->cloud, kind_of_type(f->f.type), f->f.id, on_look, f);
}

/*
 * Acts
 */

#define RESIDUE_TEXT                                                                           \
	"residue: %.200s bears a name of ours and no tag: it is never touched from here; tag " \
	"it as the rest of its cluster, or delete it yourself"

static void tell(struct engine *e, struct find *f)
{
	struct run *r = run_by_tag(e, f->f.cluster_tag);
	const char *name = strrchr(f->f.id, '/');

	f->told = true;
	name = name ? name + 1 : f->f.id;
	if (f->what == FOUND_PART && r)
		note(r, EVENT_WARN, "",
		     "loose: %.100s bears the tags of this cluster and stands in no row of it; "
		     "it may cost money: \"found\" lists it, \"condemn\" deletes it",
		     name);
	else if (f->what == FOUND_RESIDUE && r)
		note(r, EVENT_WARN, "", RESIDUE_TEXT, name);
	else if (f->what == FOUND_RESIDUE)
		note_site(e, EVENT_WARN, "engine", RESIDUE_TEXT, f->f.id);
	else
		note_site(e, EVENT_WARN, "engine",
			  "orphan: %.230s bears our tag and no cluster knows it; it may cost "
			  "money: \"found\" lists it, \"condemn\" deletes it",
			  f->f.id);
}

static const char *rule_of(const struct find *f)
{
	if (!f->is_node)
		return "which the setting lets go";
	return f->what == FOUND_PART
		   ? "a machine of an array in no row, whose scheduler has no "
		     "work on it"
		   : "a machine of an array, no head of its cluster";
}

/* By the way that an admin's word takes, with the rule for a reason (R10.2). */
static void condemn_by_rule(struct engine *e, struct find *f)
{
	struct found row = f->f;
	struct err err = ERR_INIT;
	char why[200], span[CLOCK_TEXT];

	snprintf(why, sizeof(why), "orphan for %s > 30m in %u listings, %s",
		 clock_span(span, f->seen_ms - f->f.first_ms), f->sightings, rule_of(f));
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

/* After the listing by tag, and once more after that by name. */
static bool of_this_listing(const struct engine_cloud *c, const struct find *f)
{
	return f->seen_ms == (f->what == FOUND_RESIDUE ? c->names_ms : c->sweep_ms);
}

/* R7.4: of a whole listing only, and never while nothing may be changed. */
void orphans_act(struct engine *e, struct engine_cloud *c)
{
	for (size_t i = 0; i < e->finds.n; i++) {
		struct find *f = e->finds.v[i];
		struct orphan_facts o = facts_of(e, f);
		enum orphan_step step = orphan_next(&o);

		if (f->f.state != FOUND_OPEN || !of_this_listing(c, f) ||
		    strcmp(f->f.cloud, c->record->name) != 0)
			continue;
		if (e->adoption || step != ORPHAN_CANDIDATE)
			look_at(e, c, f);
		if (e->adoption || step == ORPHAN_CANDIDATE || !find_shown(f))
			continue;
		if (!f->told && step != ORPHAN_QUIET)
			tell(e, f);
		if (step == ORPHAN_GOES && !engine_hands_off(e))
			condemn_by_rule(e, f);
	}
}
