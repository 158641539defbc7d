#include "engine/lease.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/act.h"
#include "engine/change.h"
#include "engine/intent.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/operation.h"

#define FRESH_MS 5000  /* a look that is younger stands for the next batch, too */
#define RETRY_MS 10000 /* after a look that told nothing */

/*
 * The tag
 */

void lease_text(char out[LEASE_TEXT], const struct lease *l)
{
	snprintf(out, LEASE_TEXT, "%lld.%s.%s", (long long)l->epoch, l->machine, l->boot);
}

int lease_read(struct lease *out, const char *text)
{
	struct strs parts = STRS_INIT(3);
	int rc = -1;

	*out = (struct lease){ 0 };
	if (strs_split(&parts, text, strlen(text), '.') == 0 && parts.n == 3 &&
	    num_read(&out->epoch, parts.v[0], 1, INT64_MAX) == 0 &&
	    strlen(parts.v[1]) == MACHINE_ID - 1 && strlen(parts.v[2]) < MACHINE_ID) {
		snprintf(out->machine, sizeof(out->machine), "%s", parts.v[1]);
		snprintf(out->boot, sizeof(out->boot), "%s", parts.v[2]);
		rc = 0;
	}
	strs_clear(&parts);
	return rc;
}

/* Clouds compare the names of tags without case. */
static const char *tag_of(const struct strs *tags, const char *name)
{
	for (size_t i = 0; i < tags->n; i++) {
		size_t n = strcspn(tags->v[i], "=");
		char key[64];

		snprintf(key, sizeof(key), "%.*s", (int)n, tags->v[i]);
		if (text_casecmp(key, name) == 0)
			return tags->v[i] + n + (tags->v[i][n] == '=');
	}
	return NULL;
}

enum lease_verdict lease_judge(struct lease *theirs, const struct lease *mine,
			       const struct strs *tags, const char *engine_id,
			       const char *cluster_tag)
{
	const char *engine = tags ? tag_of(tags, TAG_ENGINE) : NULL;
	const char *cluster = tags ? tag_of(tags, TAG_CLUSTER) : NULL;
	const char *text = tags ? tag_of(tags, TAG_LEASE) : NULL;

	*theirs = (struct lease){ 0 };
	if (!tags)
		return LEASE_FREE;
	if (!engine && !cluster)
		return LEASE_UNTAGGED;
	if (!engine || strcmp(engine, engine_id) != 0 || !cluster ||
	    strcmp(cluster, cluster_tag) != 0)
		return LEASE_FOREIGN;
	if (!text)
		return LEASE_OLDER; /* made before there was one */
	if (lease_read(theirs, text) < 0 || strcmp(theirs->machine, mine->machine) != 0)
		return LEASE_ELSEWHERE;
	if (theirs->epoch > mine->epoch)
		return LEASE_LATER;
	return theirs->epoch == mine->epoch ? LEASE_MINE : LEASE_OLDER;
}

/*
 * This engine's life
 */

static void epoch_write(struct engine *e)
{
	char text[32];
	struct err err = ERR_INIT;

	snprintf(text, sizeof(text), "%lld", (long long)e->lease.epoch);
	if (store_set_fact(e->store, "epoch", text, &err) < 0)
		log_error("epoch %s is not kept: %s", text, err.msg);
}

void lease_begin(struct engine *e)
{
	const char *known = store_fact(e->store, "epoch");
	int64_t last = 0;

	if (known)
		num_read(&last, known, 0, INT64_MAX - 1);
	e->lease.epoch = last + 1;
	machine_id(e->lease.machine);
	machine_boot(e->lease.boot);
	epoch_write(e);
}

static bool is_held(enum lease_verdict v)
{
	return v == LEASE_FREE || v == LEASE_MINE || v == LEASE_UNTAGGED;
}

bool lease_lost(const struct run *r)
{
	return r->lease.verdict >= LEASE_LATER;
}

int lease_says(const struct run *r, struct err *err)
{
	const struct run_lease *l = &r->lease;

	if (!lease_lost(r))
		return 0;
	if (l->verdict == LEASE_FOREIGN)
		return err_set(
		    err, ERR_CONFLICT,
		    "the resource group of cluster %s bears the tags of another engine or cluster: nothing of it is changed from here",
		    r->cluster.name);
	return err_set(
	    err, ERR_CONFLICT,
	    "cluster %s is acted on by %s (epoch %lld, here %lld): nothing of it is changed from here; end that engine, then \"engine take-over\"",
	    r->cluster.name,
	    l->verdict == LEASE_LATER
		? "a later engine of this machine with a copy of this state"
		: "an engine on another machine, with a copy of this state",
	    (long long)l->theirs.epoch, (long long)r->engine->lease.epoch);
}

/*
 * Looking and writing
 */

static void go_on(struct run *r)
{
	if (r->lease.told && r->op.id)
		operation_waits(r, 0, "");
	r->lease.told = false;
	intents_act(r);
	operation_wake(r);
	observe_soon(r, 0);
}

static bool group_id_of(const struct run *r, char out[320])
{
	return resource_name(r, CLOUD_GROUP, NULL, out, NULL) == 0;
}

static bool tag_is_open(const struct run *r, const char *group_id)
{
	for (size_t i = 0; i < r->n_intents; i++)
		if (r->intents[i]->in.verb == CLOUD_PUT &&
		    strcmp(r->intents[i]->in.resource_id, group_id) == 0)
			return true;
	return false;
}

/* Where an earlier life's write is open, that one is settled first and the tag looked at again.
 * A deletion of the group that is open waits for the lease, so the tag does not wait for it. */
static void write_tag(struct run *r)
{
	struct err err = ERR_INIT;
	char id[320];

	if (!group_id_of(r, id) || engine_hands_off(r->engine))
		return;
	if (!tag_is_open(r, id)) {
		if (store_begin(r->engine->store, &err) < 0 ||
		    !intent_add(r, CLOUD_PUT, CLOUD_GROUP, id, 0, 0, &err)) {
			store_rollback(r->engine->store);
			log_error("cluster %s: lease: %s", r->cluster.name, err.msg);
			return;
		}
		if (store_commit(r->engine->store, &err) < 0)
			engine_fatal(r->engine, &err);
	}
	r->lease.writing = true;
	(void)FAILPOINT("lease.write");
	intents_act(r);
}

/* An admin said so: this engine's epoch goes above the one that was found. */
static bool take(struct run *r)
{
	struct engine *e = r->engine;
	struct run_lease *l = &r->lease;

	if (l->may_take == LEASE_TAKE_NOT || l->verdict == LEASE_FOREIGN ||
	    (l->may_take == LEASE_TAKE_HERE && l->verdict != LEASE_LATER))
		return false;
	if (e->lease.epoch <= l->theirs.epoch) {
		e->lease.epoch = l->theirs.epoch + 1;
		epoch_write(e);
	}
	note(r, EVENT_WARN, "", "taken over from epoch %lld of %s", (long long)l->theirs.epoch,
	     l->verdict == LEASE_LATER ? "this machine" : "another machine");
	l->verdict = LEASE_OLDER;
	return true;
}

static void told(struct run *r, enum lease_verdict before)
{
	struct err err = ERR_INIT;

	if (lease_says(r, &err) == 0 || r->lease.verdict == before)
		return;
	note(r, EVENT_ERROR, "", "%s", err.msg);
	engine_look_at_store(r->engine);
}

/* Whoever waits for the operation learns that it has not begun, and why. */
static void unknown(struct run *r, const struct err *err)
{
	r->lease.retry_ms = clock_mono_ms() + RETRY_MS;
	if (r->op.id && err && err->msg[0]) {
		r->lease.told = true;
		operation_waits(r, clock_utc_ms() + RETRY_MS, err->msg);
	}
}

static void on_look(void *arg, const struct cloud_sight *s, const struct err *err)
{
	struct run *r = arg;
	struct run_lease *l = &r->lease;
	enum lease_verdict before = l->verdict;

	l->call = NULL;
	if (s->look == CLOUD_LOOK_UNKNOWN) {
		unknown(r, err);
		log_debug("cluster %s: lease: %s", r->cluster.name, err ? err->msg : "?");
		return;
	}
	l->looked_ms = clock_mono_ms();
	strs_clear(&l->tags);
	for (size_t i = 0; s->tags && i < s->tags->n; i++)
		strs_add(&l->tags, s->tags->v[i]);
	l->verdict = lease_judge(&l->theirs, &r->engine->lease, s->tags,
				 store_engine_id(r->engine->store), r->cluster.short_id);
	if (lease_lost(r) && !take(r))
		told(r, before);
	else if (l->verdict == LEASE_MINE)
		l->may_take = LEASE_TAKE_NOT;
	if (l->verdict == LEASE_OLDER && s->look == CLOUD_IS_CHANGING)
		l->verdict = LEASE_FREE; /* the group is on its way out */
	if (l->verdict == LEASE_OLDER)
		write_tag(r);
	else if (is_held(l->verdict) && before != l->verdict)
		run_changed(r);
	if (is_held(l->verdict))
		go_on(r);
}

static void look(struct run *r)
{
	struct run_lease *l = &r->lease;
	char id[320];

	if (l->call || l->writing || l->retry_ms > clock_mono_ms() || !group_id_of(r, id))
		return;
	l->call = r->cloud->ops->look(r->cloud->cloud, CLOUD_GROUP, id, on_look, r);
}

/* A look at a cloud that does not answer may be under way for minutes: its tries wait their
 * turn (the breaker). The operation that waits for it says so at once. */
static void tell_trouble(struct run *r)
{
	struct cloud_health h = { .ok = true };

	if (!r->op.id || r->op.error[0] || !r->lease.call)
		return;
	r->cloud->ops->health(r->cloud->cloud, &h);
	if (h.ok || !h.text || !h.text[0])
		return;
	r->lease.told = true;
	operation_waits(r, 0, h.text);
}

bool lease_held(struct run *r, bool fresh)
{
	const struct run_lease *l = &r->lease;

	if (!r->cloud)
		return true; /* nothing can be done there anyway */
	if (is_held(l->verdict) && (!fresh || clock_mono_ms() - l->looked_ms < FRESH_MS))
		return true;
	look(r);
	tell_trouble(r);
	return false;
}

bool run_hands_off(struct run *r)
{
	return engine_hands_off(r->engine) || !lease_held(r, false);
}

bool lease_writes(const struct run *r, const struct intent *in)
{
	char id[320];

	return r->lease.writing && in->verb == CLOUD_PUT && in->kind == CLOUD_GROUP &&
	       group_id_of(r, id) && strcmp(in->resource_id, id) == 0;
}

/* Written is what is there: so it is looked at. */
void lease_written(struct run *r, const struct intent *in, bool done)
{
	if (!lease_writes(r, in))
		return;
	r->lease.writing = false;
	if (!done)
		r->lease.retry_ms = clock_mono_ms() + RETRY_MS;
	look(r);
}

/* What people put on the group stays; so does when it was made. */
void lease_tag(struct strs *tags, const struct run *r, const struct intent *in)
{
	char text[LEASE_TEXT], id[320];

	if (in->kind != CLOUD_GROUP || !group_id_of(r, id) || strcmp(in->resource_id, id) != 0)
		return;
	for (size_t i = 0; i < r->lease.tags.n; i++) {
		const char *tag = r->lease.tags.v[i];
		char *name = xstrndup(tag, strcspn(tag, "="));

		if (text_casecmp(name, TAG_LEASE) != 0 && !tag_of(tags, name))
			strs_add(tags, tag);
		free(name);
	}
	lease_text(text, &r->engine->lease);
	strs_addf(tags, TAG_LEASE "=%s", text);
}

void lease_free(struct run *r)
{
	if (r->lease.call)
		r->cloud->ops->cancel(r->lease.call);
	strs_clear(&r->lease.tags);
}

/* The first look of a life, for everybody to see; of what rests, too. */
void lease_tick(struct engine *e)
{
	for (size_t i = 0; i < e->n_runs; i++)
		if (e->runs[i]->lease.verdict == LEASE_UNKNOWN || lease_lost(e->runs[i]))
			lease_held(e->runs[i], true);
}

/*
 * Taking over
 */

void lease_allow(struct engine *e, enum lease_take how)
{
	for (size_t i = 0; i < e->n_runs; i++) {
		struct run_lease *l = &e->runs[i]->lease;

		l->may_take = how;
		l->retry_ms = 0;
		lease_held(e->runs[i], true);
	}
}

int engine_take_over(struct engine *e, const struct user *u, const char *reason, size_t *n,
		     struct err *err)
{
	char object[80];

	*n = 0;
	for (size_t i = 0; i < e->n_runs; i++)
		*n += lease_lost(e->runs[i]);
	if (*n == 0)
		return err_set(err, ERR_CONFLICT,
			       "no cluster here is acted on by another engine");
	snprintf(object, sizeof(object), "engine: %s",
		 count_text((char[48]){ 0 }, (int64_t)*n, "cluster"));
	if (store_begin(e->store, err) < 0)
		return -1;
	if (audit_act(e, u, "engine take-over", object, reason, NULL, err) < 0) {
		store_rollback(e->store);
		return -1;
	}
	if (store_commit(e->store, err) < 0)
		engine_fatal(e, err);
	lease_allow(e, LEASE_TAKE_ANY);
	return 0;
}
