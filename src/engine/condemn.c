/*
 * Condemned orphans go: sets before machines, machines before networks, the group last and only
 * when nothing foreign is in it (R8.4). The row that says "condemned" is the intent (R4.1): it
 * was committed before the first call, and a killed engine repeats the same DELETE. Gone is
 * what the next whole listing does not show any more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/retry.h"
#include "base/text.h"
#include "engine/act.h"
#include "engine/found.h"
#include "engine/intent.h"
#include "engine/lease.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/storage.h"

#define BACKOFF_BASE 5000
#define BACKOFF_CAP  ((int64_t)10 * 60 * 1000) /* R8.5 */
#define AT_ONCE	     10

static int rank_of(const struct find *f)
{
	static const int ranks[CLOUD_KINDS] = {
		[CLOUD_SCALESET] = 0, [CLOUD_VM] = 1,  [CLOUD_OTHER] = 2,
		[CLOUD_NETWORK] = 3,  [CLOUD_NSG] = 4, [CLOUD_GROUP] = 5,
	};

	return ranks[kind_of_type(f->f.type)];
}

static bool goes(const struct find *f)
{
	return f->what == FOUND_ORPHAN && f->f.state == FOUND_CONDEMNED && f->seen_ms;
}

static bool waits_for_another(const struct engine *e, const struct find *f)
{
	for (size_t i = 0; i < e->finds.n; i++) {
		const struct find *o = e->finds.v[i];

		if (goes(o) && strcmp(o->f.cluster_tag, f->f.cluster_tag) == 0 &&
		    rank_of(o) < rank_of(f))
			return true;
	}
	return false;
}

static void later(struct find *f, const char *why, int64_t at_least_ms)
{
	struct engine *e = f->engine;
	struct err err = ERR_INIT;

	f->tries++;
	f->next_try_ms = clock_utc_ms() + retry_delay_ms(f->tries, BACKOFF_BASE, BACKOFF_CAP,
							 at_least_ms, &e->rng);
	if (strcmp(f->f.error, why) == 0)
		return;
	snprintf(f->f.error, sizeof(f->f.error), "%s", why);
	note_site(e, EVENT_WARN, f->f.actor, "condemned, and not gone yet: %.200s: %.180s",
		  f->f.id, why);
	if (store_found_save(e->store, &f->f, &err) < 0)
		log_error("%s", err.msg);
	engine_changed(e);
}

static void on_stage(void *arg, const struct cloud_stage_info *i)
{
	struct find *f = arg;

	if (i->stage == CLOUD_ACCEPTED)
		return;
	f->call = NULL;
	if (FAILPOINT("condemn.answer"))
		return;
	if (i->stage == CLOUD_FINISHED)
		f->deleted = true; /* the listing has to agree */
	else
		later(f, i->err ? i->err->msg : "no answer", i->retry_after_ms);
}

static void send_delete(struct find *f, struct engine_cloud *c)
{
	char request_id[37];
	const struct cloud_change ch = { .verb = CLOUD_DELETE,
					 .kind = kind_of_type(f->f.type),
					 .id = f->f.id,
					 .request_id = request_id };

	rand_uuid(request_id);
	(void)FAILPOINT("condemn.call");
	f->call = c->ops->change(c->cloud, &ch, on_stage, f);
	(void)FAILPOINT("condemn.called");
}

/* R3.4: what a copy of this engine made elsewhere bears the same engine's tag, and is not ours
 * to delete. */
static void on_lease(void *arg, const struct cloud_sight *s, const struct err *err)
{
	struct find *f = arg;
	struct engine *e = f->engine;
	struct lease theirs;
	enum lease_verdict v;

	f->call = NULL;
	if (s->look == CLOUD_LOOK_UNKNOWN) {
		later(f, err ? err->msg : "its resource group cannot be read", 0);
		return;
	}
	v = lease_judge(&theirs, &e->lease, s->tags, store_engine_id(e->store),
			f->f.cluster_tag);
	if (v == LEASE_LATER || v == LEASE_ELSEWHERE)
		later(f, "an engine with a copy of this state acts on its group", BACKOFF_CAP);
	else
		send_delete(f, cloud_named(e, f->f.cloud));
}

static void look_at_lease(struct find *f, struct engine_cloud *c)
{
	char *group = storage_group_of(f->f.id);

	f->call = c->ops->look(c->cloud, CLOUD_GROUP, group, on_lease, f);
	free(group);
}

/* Whatever is still in the group: all of it has to be condemned by now. */
static void on_group(void *arg, const struct cloud_items *items, const struct err *err)
{
	struct find *f = arg;
	struct engine *e = f->engine;
	struct engine_cloud *c = cloud_named(e, f->f.cloud);
	char why[320];

	f->call = NULL;
	if (!items && err->code == ERR_NOT_FOUND) {
		f->deleted = true;
		return;
	}
	if (!items) {
		later(f, err->msg, 0);
		return;
	}
	for (size_t i = 0; i < items->n; i++)
		if (strcmp(items->v[i].engine_tag, store_engine_id(e->store)) != 0 ||
		    strcmp(items->v[i].cluster_tag, f->f.cluster_tag) != 0) {
			snprintf(why, sizeof(why),
				 "it holds %.240s, which is not ours: the group stays",
				 items->v[i].id);
			later(f, why, BACKOFF_CAP);
			return;
		}
	look_at_lease(f, c);
}

static void act(struct find *f)
{
	struct engine_cloud *c = cloud_named(f->engine, f->f.cloud);

	if (!c)
		later(f, "its cloud is not configured any more", BACKOFF_CAP);
	else if (kind_of_type(f->f.type) == CLOUD_GROUP)
		f->call = c->ops->items(c->cloud, NULL, f->f.id, on_group, f);
	else
		look_at_lease(f, c);
}

/* Of a known cluster, condemned while its rows are right: an intent of that cluster. */
static void parts_act(struct engine *e, int64_t now)
{
	for (size_t i = e->finds.n; i-- > 0;) {
		struct find *f = e->finds.v[i];
		struct run *r = run_by_tag(e, f->f.cluster_tag);
		struct err err = ERR_INIT;

		if (f->what != FOUND_PART || f->f.state != FOUND_CONDEMNED || !f->seen_ms ||
		    !r || r->op.id || f->next_try_ms > now || intent_open(r, f->f.id))
			continue;
		if (find_carry_out(e, f, &err) < 0) {
			later(f, err.msg, 0);
			continue;
		}
		find_forget(e, f);
		observe_soon(r, 0);
	}
}

void condemned_act(struct engine *e)
{
	int64_t now = clock_utc_ms();
	size_t under_way = 0;

	if (engine_hands_off(e) || engine_ends_nothing(e))
		return;
	parts_act(e, now);
	for (size_t i = 0; i < e->finds.n; i++)
		under_way += e->finds.v[i]->call != NULL;
	for (size_t i = 0; i < e->finds.n && under_way < AT_ONCE; i++) {
		struct find *f = e->finds.v[i];

		if (!goes(f) || f->call || f->deleted || f->next_try_ms > now ||
		    waits_for_another(e, f))
			continue;
		act(f);
		under_way++;
	}
}
