/*
 * One cloud mutation from row to result (R4): planned, committed; sent, committed; called; what
 * came back, committed. After a restart whatever is not certain is settled by looking at the
 * resource, never by guessing.
 */
#include "engine/intent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/retry.h"
#include "engine/act.h"
#include "engine/bill.h"
#include "engine/change.h"
#include "engine/lease.h"
#include "engine/observe.h"
#include "engine/operation.h"
#include "engine/region.h"
#include "engine/run.h"
#include "engine/scaleset.h"

#define LOOK_AGAIN_MS 5000
#define SIZES_MS      500
#define BACKOFF_BASE  1000
#define BACKOFF_CAP   ((int64_t)5 * 60 * 1000)

static void send_change(struct live_intent *li);

static void save(struct live_intent *li, enum intent_state to)
{
	struct run *r = li->run;
	struct err err = ERR_INIT;

	li->in.state = to;
	li->in.changed_ms = clock_utc_ms();
	if (store_intent_save(r->engine->store, &li->in, &err) < 0) {
		if (err.code == ERR_UNKNOWN)
			engine_fatal(r->engine, &err);
		log_error("cluster %s: %s", r->cluster.name, err.msg);
	}
	run_changed(r);
}

struct live_intent *intent_keep(struct run *r, const struct intent *row)
{
	struct live_intent *li = xcalloc(1, sizeof(*li));

	li->in = *row;
	li->run = r;
	GROW(r->intents, r->n_intents, r->cap_intents);
	r->intents[r->n_intents++] = li;
	return li;
}

void intent_free(struct live_intent *li)
{
	if (li->call)
		li->run->cloud->ops->cancel(li->call);
	free(li);
}

static void forget(struct live_intent *li)
{
	struct run *r = li->run;
	size_t i = 0;

	while (r->intents[i] != li)
		i++;
	memmove(&r->intents[i], &r->intents[i + 1],
		(r->n_intents - i - 1) * sizeof(*r->intents));
	r->n_intents--;
	intent_free(li);
}

static void hash_of(char out[65], const struct intent *in)
{
	char *text = xasprintf("%s %s %s %lld %lld", cloud_verb_name(in->verb),
			       cloud_kind_name(in->kind), in->resource_id,
			       (long long)in->capacity_from, (long long)in->capacity_to);

	sha256_hex(out, text, strlen(text));
	free(text);
}

struct intent *intent_add(struct run *r, enum cloud_verb verb, enum cloud_kind kind,
			  const char *resource_id, int64_t from, int64_t to, struct err *err)
{
	struct intent in = { .operation_id = r->op.id,
			     .cluster_id = r->cluster.id,
			     .verb = verb,
			     .kind = kind,
			     .state = INTENT_PLANNED,
			     .capacity_from = from,
			     .capacity_to = to,
			     .created_ms = clock_utc_ms() };

	if (snprintf(in.resource_id, sizeof(in.resource_id), "%s", resource_id) >=
	    (int)sizeof(in.resource_id)) {
		err_set(err, ERR_INVALID, "resource id too long: %.80s...", resource_id);
		return NULL;
	}
	snprintf(in.actor, sizeof(in.actor), "%s", r->op.id ? r->op.actor : "engine");
	in.changed_ms = in.created_ms;
	rand_uuid(in.request_id);
	hash_of(in.request_hash, &in);
	if (FAILPOINT("intent.add")) {
		err_set(err, ERR_IO, "failpoint");
		return NULL;
	}
	if (store_intent_add(r->engine->store, &in, err) < 0)
		return NULL;
	return &intent_keep(r, &in)->in;
}

int intent_record(struct run *r, enum cloud_kind kind, const char *resource_id, struct err *err)
{
	struct intent in = { .cluster_id = r->cluster.id,
			     .verb = CLOUD_PUT,
			     .kind = kind,
			     .state = INTENT_DONE,
			     .created_ms = clock_utc_ms() };

	snprintf(in.resource_id, sizeof(in.resource_id), "%s", resource_id);
	snprintf(in.actor, sizeof(in.actor), "adopted");
	in.changed_ms = in.created_ms;
	rand_uuid(in.request_id);
	hash_of(in.request_hash, &in);
	return store_intent_add(r->engine->store, &in, err);
}

void intents_void(struct run *r, const char *why)
{
	while (r->n_intents) {
		struct live_intent *li = r->intents[r->n_intents - 1];

		snprintf(li->in.error, sizeof(li->in.error), "%s", why);
		save(li, INTENT_FAILED);
		forget(li);
	}
}

bool intent_open(const struct run *r, const char *resource_id)
{
	for (size_t i = 0; i < r->n_intents; i++)
		if (strcmp(r->intents[i]->in.resource_id, resource_id) == 0)
			return true;
	return false;
}

/* What a rolled back transaction added was never sent; what is under way stays. */
void intents_reload(struct run *r)
{
	struct intent *rows;
	struct err err = ERR_INIT;
	size_t n;

	if (store_intents_open(r->engine->store, r->cluster.id, &rows, &n, &err) < 0)
		engine_fatal(r->engine, &err);
	for (size_t i = r->n_intents; i-- > 0;) {
		bool stored = false;

		for (size_t k = 0; k < n; k++)
			stored = stored || rows[k].id == r->intents[i]->in.id;
		if (!stored)
			forget(r->intents[i]);
	}
	free(rows);
}

/* To whom the result matters. The row is committed already; li is gone afterwards. */
static void ended(struct live_intent *li, const struct cloud_stage_info *i)
{
	struct run *r = li->run;
	struct intent in = li->in;

	forget(li);
	if (FAILPOINT("intent.ended"))
		return;
	intent_ended(r, &in, i);
}

void intent_ended(struct run *r, const struct intent *in, const struct cloud_stage_info *i)
{
	if (in->kind == CLOUD_SCALESET || in->kind == CLOUD_MEMBERS)
		sets_ended(r, in, i);
	if (in->kind == CLOUD_VM && in->verb == CLOUD_PUT && i->stage == CLOUD_FINISHED)
		head_made(r, i);
	if (in->kind == CLOUD_VM && i->stage == CLOUD_FINISHED && r->cluster.head_id &&
	    strcmp(in->resource_id, r->cluster.head_id) == 0)
		bill_head(r, in->verb == CLOUD_PUT || in->verb == CLOUD_START);
	if (i->stage == CLOUD_FINISHED &&
	    ((in->kind == CLOUD_DISK && in->verb != CLOUD_TAG) ||
	     (in->kind == CLOUD_SNAPSHOT && in->verb == CLOUD_DELETE)))
		bill_disk(r, in->resource_id, in->verb == CLOUD_PUT);
	lease_written(r, in, i->stage == CLOUD_FINISHED);
	operation_intent_ended(r, in, i);
	operation_wake(r);
}

static void on_refused(struct live_intent *li, const struct cloud_stage_info *i)
{
	snprintf(li->in.error_code, sizeof(li->in.error_code), "%s", err_name(i->err->code));
	snprintf(li->in.error, sizeof(li->in.error), "%s", i->err->msg);
	save(li, INTENT_FAILED);
	ended(li, i);
}

static void on_unknown(struct live_intent *li, const struct cloud_stage_info *i)
{
	struct run *r = li->run;

	li->in.tries++;
	li->in.next_try_ms =
	    clock_utc_ms() + retry_delay_ms((unsigned int)li->in.tries, BACKOFF_BASE,
					    BACKOFF_CAP, i->retry_after_ms, &r->engine->rng);
	snprintf(li->in.error, sizeof(li->in.error), "%s", i->err ? i->err->msg : "");
	save(li, INTENT_UNKNOWN);
	observe_soon(r, li->in.next_try_ms - clock_utc_ms());
	log_warn("cluster %s: %s %s: outcome unknown, will look: %s", r->cluster.name,
		 cloud_verb_name(li->in.verb), li->in.resource_id, li->in.error);
}

static void on_stage(void *arg, const struct cloud_stage_info *i)
{
	struct live_intent *li = arg;

	if (i->stage != CLOUD_ACCEPTED)
		li->call = NULL;
	if (FAILPOINT("intent.answer"))
		return;
	switch (i->stage) {
	case CLOUD_ACCEPTED:
		snprintf(li->in.op_url, sizeof(li->in.op_url), "%s",
			 i->op_url ? i->op_url : "");
		save(li, INTENT_ACCEPTED);
		(void)FAILPOINT("intent.accepted");
		sets_accepted(li->run, &li->in);
		break;
	case CLOUD_FINISHED:
		li->in.error[0] = '\0';
		save(li, INTENT_DONE);
		ended(li, i);
		break;
	case CLOUD_REFUSED:
		on_refused(li, i);
		break;
	case CLOUD_OUTCOME_UNKNOWN:
		on_unknown(li, i);
		break;
	}
}

static void finished(struct live_intent *li, const struct cloud_vm *vm)
{
	const struct cloud_stage_info i = { .stage = CLOUD_FINISHED,
					    .cloud_code = "",
					    .address = vm ? vm->address : NULL,
					    .host = vm ? vm->host : NULL };

	save(li, INTENT_DONE);
	ended(li, &i);
}

static void failed_there(struct live_intent *li)
{
	struct err err = ERR_INIT;
	struct cloud_stage_info i = { .stage = CLOUD_REFUSED, .err = &err, .cloud_code = "" };

	err_set(&err, ERR_IO, "the cloud reports that provisioning of %s failed",
		li->in.resource_id);
	on_refused(li, &i);
}

static void again(struct live_intent *li, int64_t ms)
{
	li->in.next_try_ms = clock_utc_ms() + ms;
	save(li, INTENT_UNKNOWN);
	observe_soon(li->run, ms);
}

static void resend(struct live_intent *li)
{
	save(li, INTENT_PLANNED);
	send_change(li);
}

static void on_look(void *arg, const struct cloud_sight *s, const struct err *err)
{
	struct live_intent *li = arg;

	li->call = NULL;
	li->looking = false;
	(void)FAILPOINT("intent.looked");
	if (err && s->look == CLOUD_LOOK_UNKNOWN)
		snprintf(li->in.error, sizeof(li->in.error), "%s", err->msg);
	switch (intent_settle(&li->in, s)) {
	case SETTLE_DONE:
		finished(li, s->vm);
		break;
	case SETTLE_RESEND:
		resend(li);
		break;
	case SETTLE_WAIT:
		again(li, LOOK_AGAIN_MS);
		break;
	case SETTLE_FAILED:
		failed_there(li);
		break;
	}
}

/* Members have no look of their own: the next listing shows which are still there, and asks
 * again for those. */
static void settle(struct live_intent *li)
{
	const struct cloud_stage_info nobody_knows = { .stage = CLOUD_OUTCOME_UNKNOWN,
						       .cloud_code = "" };
	struct run *r = li->run;

	if (li->in.kind == CLOUD_MEMBERS) {
		save(li, INTENT_DONE);
		ended(li, &nobody_knows);
		return;
	}
	li->looking = true;
	(void)FAILPOINT("intent.look");
	li->call =
	    r->cloud->ops->look(r->cloud->cloud, li->in.kind, li->in.resource_id, on_look, li);
}

/* An engine that has just begun does not know yet what a machine's size can do, nor what the
 * head is to offer. */
static bool needs_sizes(const struct live_intent *li)
{
	return (li->in.kind == CLOUD_SCALESET || li->in.kind == CLOUD_VM) &&
	       (li->in.verb == CLOUD_PUT || li->in.verb == CLOUD_GROW) &&
	       !li->run->region->sizes_ms;
}

static void send_change(struct live_intent *li)
{
	struct run *r = li->run;
	struct change_store change = { 0 };
	struct err err = ERR_INIT;
	struct cloud_stage_info i = { .stage = CLOUD_REFUSED, .err = &err, .cloud_code = "" };

	if (needs_sizes(li)) {
		region_refresh(r->region, false);
		li->in.next_try_ms = clock_utc_ms() + SIZES_MS;
		observe_soon(r, SIZES_MS);
		return;
	}
	if (change_make(&change, r, &li->in, &err) < 0) {
		change_clear(&change);
		on_refused(li, &i);
		return;
	}
	(void)FAILPOINT("intent.planned");
	save(li, INTENT_SENT);
	(void)FAILPOINT("intent.sent");
	li->call = r->cloud->ops->change(r->cloud->cloud, &change.change, on_stage, li);
	(void)FAILPOINT("intent.called");
	change_clear(&change);
}

static void act(struct live_intent *li)
{
	struct run *r = li->run;

	switch (li->in.state) {
	case INTENT_PLANNED:
		send_change(li);
		break;
	case INTENT_ACCEPTED:
		(void)FAILPOINT("intent.resume");
		if (li->in.op_url[0])
			li->call =
			    r->cloud->ops->resume(r->cloud->cloud, &li->in, on_stage, li);
		else
			settle(li);
		break;
	case INTENT_SENT:
	case INTENT_UNKNOWN:
		settle(li);
		break;
	case INTENT_DONE:
	case INTENT_FAILED:
	case INTENT_STATES:
		break;
	}
}

/* The operator knows that it is worth a try; what the cloud itself asked to wait for, its own
 * side of the engine still waits for. */
void intents_retry(struct run *r)
{
	for (size_t i = 0; i < r->n_intents; i++)
		if (!r->intents[i]->call && r->intents[i]->in.operation_id == r->op.id)
			r->intents[i]->in.next_try_ms = 0;
}

/* R3.4: the lease itself needs none, and what ends something a fresh one. */
static bool may_act(struct run *r, const struct live_intent *li)
{
	bool ends = li->in.verb == CLOUD_DELETE || li->in.verb == CLOUD_DEALLOCATE;

	if (ends && li->in.state == INTENT_PLANNED && engine_ends_nothing(r->engine))
		return false;
	return lease_writes(r, &li->in) || lease_held(r, ends);
}

/* An act may end its intent at once and so change the list: it begins anew after each. */
void intents_act(struct run *r)
{
	int64_t now = clock_utc_ms();
	bool acted = true;

	if (engine_hands_off(r->engine))
		return;
	while (acted) {
		acted = false;
		for (size_t i = 0; i < r->n_intents && !acted; i++) {
			struct live_intent *li = r->intents[i];

			/* one that ended left the list, which the analyzer loses sight of */
			if (li->call || /* NOLINT(clang-analyzer-unix.Malloc) */
			    li->in.next_try_ms > now || !may_act(r, li))
				continue;
			acted = true;
			act(li);
		}
	}
}
