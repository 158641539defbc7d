/*
 * Buckets and their scale sets. A bucket is as many sets as its nodes need (1,000 members each,
 * a placement group's maximum for InfiniBand); a set has one change under way at a time, and
 * its capacity is absolute: the number of rows that have or will have a VM in it. So a repeated
 * call asks for the same thing (R4.3).
 */
#include "engine/scaleset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/backoff.h"
#include "engine/boot.h"
#include "engine/change.h"
#include "engine/intent.h"
#include "engine/lease.h"
#include "engine/members.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/operation.h"
#include "engine/region.h"
#include "engine/run.h"
#include "engine/teardown_items.h"

#define SET_MAX 1000 /* azure-arm.md 5.3 */
#define ROWS_PER_DECISION                                                                      \
	2000 /* whole sets, so that no write is for a part of one; the loop waits meanwhile */
#define DELETE_AGAIN_MS                                                                        \
	30000 /* after its change ended, when listings go on to show a member                  \
	       */

void bucket_key(char out[200], const struct array_spec *a, const char *size, const char *zone,
		bool spot, const char *group)
{
	snprintf(out, 200, "%s|%s|%s|%s|%s", a->name, size, zone, spot ? "spot" : "ondemand",
		 group);
}

/* A set is of one model: another image or highest price begins another set. */
static void set_name(const struct run *r, const struct array_spec *a, const char *key, int k,
		     char out[64])
{
	char hash[SHA256_HEX];
	struct buf model = BUF_INIT(BUF_TEXT_MAX);

	buf_addf(&model, "%s|%s|%.6f", key, array_image(&r->cluster.spec, a), a->max_price);
	sha256_hex(hash, buf_str(&model), model.len);
	buf_clear(&model);
	snprintf(out, 64, "%.20s-%s-%s-%.6s-%d", r->cluster.name, r->cluster.short_id, a->name,
		 hash, k);
}

static int64_t rows_in_set(const struct run *r, const char *set_id)
{
	int64_t n = 0;

	for (size_t i = 0; i < r->n_members; i++)
		if (strcmp(r->members[i]->node.set_id, set_id) == 0)
			n +=
			    r->members[i]->has_vm || node_is_booting(r->members[i]->node.state);
	return n;
}

void member_promise(struct node *n, const struct array_spec *a, const struct vm_size *s)
{
	int64_t reserve = a->mem_reserve;

	if (reserve < 0)
		reserve =
		    s->mem_bytes / 20 > (int64_t)1 << 30 ? s->mem_bytes / 20 : (int64_t)1 << 30;
	n->cpus = s->vcpus;
	n->mem_bytes = s->mem_bytes > reserve ? s->mem_bytes - reserve : s->mem_bytes / 2;
	n->gpus = s->gpus;
}

static bool row_add(struct run *r, const struct fact_bucket *b, const struct array_spec *a,
		    const char *set_id, const char *why)
{
	int64_t now = clock_utc_ms();
	struct node n = { .cluster_id = r->cluster.id,
			  .state = NODE_REQUESTED,
			  .spot = b->spot,
			  .since_ms = now,
			  .requested_ms = now,
			  .price = b->price,
			  .generation = 1,
			  .jobs = -1,
			  .load = -1 };

	n.index = member_free_index(r, a->name);
	snprintf(n.name, sizeof(n.name), "%s-%lld", a->name, (long long)n.index);
	snprintf(n.array, sizeof(n.array), "%s", a->name);
	snprintf(n.size, sizeof(n.size), "%s", b->size->name);
	snprintf(n.zone, sizeof(n.zone), "%s", b->zone);
	snprintf(n.group, sizeof(n.group), "%s", b->group);
	snprintf(n.set_id, sizeof(n.set_id), "%s", set_id);
	snprintf(n.reason, sizeof(n.reason), "%.150s", why);
	member_promise(&n, a, b->size);
	return member_add(r, &n) != NULL;
}

static int64_t set_max(const struct fact_bucket *b, const struct array_spec *a)
{
	return b->group[0] ? a->group_max : SET_MAX;
}

static bool is_full(const struct run *r, const struct fact_bucket *b,
		    const struct array_spec *a, const char *set_id)
{
	return rows_in_set(r, set_id) >= set_max(b, a);
}

/* Adds up to `want` rows and the intent that asks for their VMs; returns how many, -1 on
 * failure. */
static int64_t grow_set(struct run *r, const struct plan_create *c, const char *set_id,
			int64_t want, struct err *err)
{
	const struct fact_bucket *b = &r->facts.buckets[c->bucket];
	const struct array_spec *a = r->facts.arrays[b->array].spec;
	int64_t max = set_max(b, a);
	int64_t have = rows_in_set(r, set_id);
	int64_t n = want < max - have ? want : max - have;
	bool known = map_get(r->sets, set_id) != NULL;

	if (n <= 0 || intent_open(r, set_id))
		return 0;
	for (int64_t i = 0; i < n; i++)
		if (!row_add(r, b, a, set_id, c->why))
			return err_set(err, ERR_IO, "a node row could not be stored");
	if (!intent_add(r, known ? CLOUD_GROW : CLOUD_PUT, CLOUD_SCALESET, set_id, have,
			have + n, err))
		return -1;
	return n;
}

static int grow_bucket(struct run *r, const struct plan_create *c, struct err *err)
{
	const struct fact_bucket *b = &r->facts.buckets[c->bucket];
	const struct array_spec *a = r->facts.arrays[b->array].spec;
	char key[200], name[64], id[320];
	int64_t left = c->count < ROWS_PER_DECISION ? c->count : ROWS_PER_DECISION, asked = 0;

	bucket_key(key, a, b->size->name, b->zone, b->spot, b->group);
	for (int k = 1; left > 0 && k < 100; k++) {
		int64_t n;

		set_name(r, a, key, k, name);
		if (resource_name(r, CLOUD_SCALESET, name, id, err) < 0)
			return -1;
		n = grow_set(r, c, id, left, err);
		if (n < 0)
			return -1;
		/* a set with a change under way has room again soon: a second set would stay
		 * for ever */
		if (n == 0 && intent_open(r, id) && !is_full(r, b, a, id))
			break;
		left -= n;
		asked += n;
	}
	if (asked)
		note(r, EVENT_INFO, a->name, "+%lld %s: %s", (long long)asked, a->name, c->why);
	if (asked && asked < c->count)
		observe_soon(r, 0); /* the rest comes with the next decision */
	return 0;
}

int sets_grow(struct run *r, const struct plan *p, struct err *err)
{
	if (FAILPOINT("sets.grow"))
		return err_set(err, ERR_IO, "failpoint");
	for (size_t i = 0; i < p->n_creates; i++)
		if (grow_bucket(r, &p->creates[i], err) < 0)
			return err_wrap(err, "cluster %s", r->cluster.name);
	return 0;
}

static void feed_set(struct run *r, const char *set_id, enum boot_event ev, const char *why)
{
	for (size_t i = r->n_members; i-- > 0;) {
		struct member *m = r->members[i];

		if (text_casecmp(m->node.set_id, set_id) == 0 && !m->node.vm_id[0] &&
		    node_is_booting(m->node.state))
			boot_feed(r, m, ev, why);
	}
}

/* One transaction for the thousand rows of a set. */
static void feed_set_stored(struct run *r, const char *set_id, enum boot_event ev,
			    const char *why)
{
	struct err err = ERR_INIT;

	if (store_begin(r->engine->store, &err) < 0) {
		log_error("cluster %s: %s", r->cluster.name, err.msg);
		return;
	}
	feed_set(r, set_id, ev, why);
	if (store_commit(r->engine->store, &err) < 0)
		engine_fatal(r->engine, &err);
}

void sets_accepted(struct run *r, const struct intent *in)
{
	if (in->kind == CLOUD_SCALESET && in->verb != CLOUD_DELETE)
		feed_set_stored(r, in->resource_id, BOOT_EV_ACCEPTED, "accepted by the cloud");
}

static struct member *any_of_set(struct run *r, const char *set_id)
{
	for (size_t i = 0; i < r->n_members; i++)
		if (text_casecmp(r->members[i]->node.set_id, set_id) == 0)
			return r->members[i];
	return NULL;
}

/* Partial success keeps what came: rows without a VM in the listing that follows are given up
 * then, not here. */
static void set_refused(struct run *r, const struct intent *in,
			const struct cloud_stage_info *i)
{
	struct member *m = any_of_set(r, in->resource_id);

	note(r, EVENT_ERROR, m ? m->node.array : "", "%s", i->err->msg);
	if (m)
		backoff_note(r, &m->node, i->cloud_code, i->err, i->retry_after_ms);
	feed_set_stored(r, in->resource_id, BOOT_EV_REFUSED, i->err->msg);
	region_refresh(r->region, true);
}

/* Done or refused: the listing that follows says what is left, and until it came nobody is
 * asked again. */
static void members_ended(struct run *r, const char *set_id, bool done)
{
	for (size_t i = 0; i < r->n_members; i++) {
		struct member *m = r->members[i];

		if (!m->delete_sent || text_casecmp(m->node.set_id, set_id) != 0)
			continue;
		m->delete_sent = false;
		m->delete_done = done;
		m->delete_ended_ms = clock_utc_ms();
	}
}

void sets_ended(struct run *r, const struct intent *in, const struct cloud_stage_info *i)
{
	bool grow = in->kind == CLOUD_SCALESET && in->verb != CLOUD_DELETE;

	if (in->kind == CLOUD_MEMBERS)
		members_ended(r, in->resource_id, i->stage == CLOUD_FINISHED);
	if (grow && i->stage == CLOUD_FINISHED) {
		map_put(r->sets, in->resource_id, r);
		feed_set_stored(r, in->resource_id, BOOT_EV_ACCEPTED, "made by the cloud");
	} else if (grow && i->stage == CLOUD_REFUSED) {
		set_refused(r, in, i);
	} else if (i->stage == CLOUD_REFUSED) {
		const char *slash = strrchr(in->resource_id, '/'); /* the intent has it whole */

		note(r, EVENT_WARN, "", "%s of %s refused: %s", cloud_verb_name(in->verb),
		     slash ? slash + 1 : in->resource_id, i->err->msg);
	} else if (in->kind == CLOUD_SCALESET) {
		map_del(r->sets, in->resource_id);
	}
	observe_cloud(r);
	observe_soon(r, 500);
}

bool member_leaves(const struct member *m, int64_t now_ms)
{
	return m->node.state == NODE_DELETING && m->has_vm && !m->vm_deleting &&
	       m->node.vm_name[0] && now_ms - m->delete_ended_ms >= DELETE_AGAIN_MS;
}

static int ask_to_delete(struct run *r, const char *set_id, struct err *err)
{
	struct store *st = r->engine->store;

	if (store_begin(st, err) < 0)
		return -1;
	if (audit_members(r, set_id, err) < 0 ||
	    !intent_add(r, CLOUD_DELETE, CLOUD_MEMBERS, set_id, 0, 0, err)) {
		store_rollback(st);
		return -1;
	}
	if (store_commit(st, err) < 0)
		engine_fatal(r->engine, err);
	return 0;
}

/* A teardown deletes whole sets. Only where jobs keep it from that longer than a cycle does
 * what is empty go before, with what has become so in that time. */
static bool is_due(struct run *r, const struct member *m, int64_t now_ms)
{
	int64_t before_ms = now_ms - r->cluster.spec.cycle_s * 1000;

	if (r->op.kind != OP_DELETE)
		return true;
	return teardown_drains_since(r, before_ms) && m->node.since_ms <= before_ms &&
	       !item_stays(r, m->node.set_id);
}

/* One intent per set; which members is read from the rows when it is sent. */
void delete_members(struct run *r)
{
	int64_t now_ms = clock_utc_ms();
	struct err err = ERR_INIT;

	if (run_hands_off(r))
		return;
	for (size_t i = 0; i < r->n_members; i++) {
		const struct member *m = r->members[i];

		if (!member_leaves(m, now_ms) || intent_open(r, m->node.set_id) ||
		    !is_due(r, m, now_ms))
			continue;
		if (ask_to_delete(r, m->node.set_id, &err) < 0) {
			log_error("cluster %s: %s", r->cluster.name, err.msg);
			return;
		}
	}
}
