/* Durable work with steps (R4.4): a row that belongs to the engine; each tick takes the step
 * that the row names, until it has to wait. */
#include "engine/operation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/retry.h"
#include "engine/assigned.h"
#include "engine/intent.h"
#include "engine/lease.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/snapshot.h"
#include "engine/teardown_items.h"

static void (*const steps[OP_KINDS])(struct run *r) = {
	[OP_START] = start_step,
	[OP_STOP] = stop_step,
	[OP_DELETE] = teardown_step,
};

#define READ_MS	     5000
#define READ_MOST_MS ((int64_t)10 * 60 * 1000)
#define STEPS_KEPT   40 /* with their times; a stage that is gone back to is one more */

static const struct stages *const stages_of[OP_KINDS] = {
	[OP_START] = &start_stages,
	[OP_STOP] = &stop_stages,
	[OP_DELETE] = &teardown_stages,
};

/* R9.4: teardown > stop > update (by hand) > scale (by hand) > autoscale. A start is between
 * stop and scale: it hinders no update. */
static const int ranks[OP_KINDS] = { [OP_START] = OP_START_RANK,
				     [OP_SCALE] = OP_SCALE_RANK,
				     [OP_STOP] = OP_STOP_RANK,
				     [OP_DELETE] = OP_DELETE_RANK };

static const enum cluster_state state_during[OP_KINDS] = {
	[OP_START] = CLUSTER_STARTING,
	[OP_STOP] = CLUSTER_STOPPING,
	[OP_DELETE] = CLUSTER_DELETING,
};

static void save(struct run *r)
{
	struct err err = ERR_INIT;

	if (store_op_save(r->engine->store, &r->op, &err) < 0) {
		if (err.code == ERR_UNKNOWN)
			engine_fatal(r->engine, &err);
		log_error("cluster %s: %s", r->cluster.name, err.msg);
	}
	run_changed(r);
}

void op_work_free(struct op_work *w)
{
	if (!w)
		return;
	strs_clear(&w->left);
	strs_clear(&w->names);
	strs_clear(&w->made);
	strs_clear(&w->clear);
	strs_clear(&w->foreign);
	json_free(w->data);
	free(w->items_group);
	free(w);
}

struct op_work *op_work(struct run *r)
{
	if (!r->op_work) {
		r->op_work = xcalloc(1, sizeof(*r->op_work));
		r->op_work->left = (struct strs)STRS_INIT(10000);
		r->op_work->names = (struct strs)STRS_INIT(20000);
		r->op_work->made = (struct strs)STRS_INIT(10000);
		r->op_work->clear = (struct strs)STRS_INIT(100);
		r->op_work->foreign = (struct strs)STRS_INIT(100);
	}
	return r->op_work;
}

static void forget(struct run *r)
{
	op_work_free(r->op_work);
	r->op_work = NULL;
	operation_clear(&r->op);
}

static int give_way(struct run *r, enum op_kind kind, const char *who, struct err *err)
{
	if (!r->op.id)
		return 0;
	if (ranks[r->op.kind] >= ranks[kind])
		return err_set(
		    err, ERR_CONFLICT,
		    "cluster %s: %s by %s is under way (operation %lld): wait for it or cancel it",
		    r->cluster.name, op_kind_name(r->op.kind), r->op.actor,
		    (long long)r->op.id);
	operation_end(r, OP_CANCELLED, "%s by %s comes first", op_kind_name(kind), who);
	return 0;
}

int operation_outranks(const struct run *r, int rank, const char *what, struct err *err)
{
	if (!r->op.id || ranks[r->op.kind] <= rank)
		return 0;
	return err_set(
	    err, ERR_CONFLICT,
	    "cluster %s: %s by %s (operation %lld) comes before %s: nothing was changed",
	    r->cluster.name, op_kind_name(r->op.kind), r->op.actor, (long long)r->op.id, what);
}

static int write_begin(struct run *r, const struct user *u, const char *force, struct err *err)
{
	char object[96], why[400] = "", killed[KILLED_TEXT];
	struct deed a = { .by = u,
			  .verb = op_kind_name(r->op.kind),
			  .object = object,
			  .reason = why,
			  .result = "begun",
			  .plan_hash = r->op.plan_hash };

	snprintf(object, sizeof(object), "cluster %s", r->cluster.name);
	if (force)
		snprintf(why, sizeof(why), "forced: %.80s; %s", force,
			 killed_text(killed, r, NULL));
	if (store_op_add(r->engine->store, &r->op, err) < 0)
		return -1;
	a.op_id = r->op.id;
	store_digest_cluster(a.before, &r->cluster);
	cluster_move(r, state_during[r->op.kind], "");
	store_digest_cluster(a.after, &r->cluster);
	if (audit_write(r->engine, &a, err) < 0)
		engine_fatal(r->engine, err); /* the cluster has moved */
	note_by(r, force ? EVENT_WARN : EVENT_INFO, u, "", "%s begins%s%s",
		op_kind_name(r->op.kind), force ? ", " : "", why);
	return 0;
}

int operation_begin(struct run *r, enum op_kind kind, const struct user *u, const char *force,
		    const char *plan_hash, char *data, int64_t *id, struct err *err)
{
	int64_t now = clock_utc_ms();

	if (lease_says(r, err) < 0 || store_begin(r->engine->store, err) < 0) {
		free(data);
		return -1;
	}
	if (give_way(r, kind, u ? u->name : "engine", err) < 0) {
		store_rollback(r->engine->store);
		free(data);
		return -1;
	}
	r->op = (struct operation){ .cluster_id = r->cluster.id,
				    .kind = kind,
				    .state = OP_RUNNING,
				    .started_ms = now,
				    .step_ms = now,
				    .force = force != NULL,
				    .data = data };
	snprintf(r->op.cluster, sizeof(r->op.cluster), "%s", r->cluster.name);
	snprintf(r->op.actor, sizeof(r->op.actor), "%s", u ? u->name : "engine");
	snprintf(r->op.plan_hash, sizeof(r->op.plan_hash), "%s", plan_hash ? plan_hash : "");
	if (write_begin(r, u, force, err) < 0) {
		store_rollback(r->engine->store);
		forget(r);
		return -1;
	}
	if (store_commit(r->engine->store, err) < 0)
		engine_fatal(r->engine, err);
	(void)FAILPOINT("operation.begun");
	*id = r->op.id;
	observe_soon(
	    r, 0); /* its ticks end while a cluster is off: whatever waits is seen again */
	operation_wake(r);
	return 0;
}

/*
 * What the row remembers beside its columns: when each step began, and what steps add at their
 * end
 */

void operation_remember(struct run *r, struct json *take)
{
	struct json *all = r->op.data ? json_parse(r->op.data, strlen(r->op.data), NULL) : NULL;
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	const char *name;
	const struct json *v;

	if (!all)
		all = json_new_object();
	for (void *it = NULL; json_each(take, &it, &name, &v);)
		json_set(all, name, json_copy(v));
	json_write(&text, all);
	free(r->op.data);
	r->op.data = buf_steal(&text);
	if (r->op_work) {
		json_free(r->op_work->data); /* what was read of it is old */
		r->op_work->data = NULL;
	}
	json_free(all);
	json_free(take);
}

static void remember_step(struct run *r, const char *step)
{
	struct json *old = r->op.data ? json_parse(r->op.data, strlen(r->op.data), NULL) : NULL;
	const struct json *had = json_get(old, "steps");
	struct json *j = json_new_object(), *list = json_set_array(j, "steps"), *s;

	for (size_t i = json_len(had) < STEPS_KEPT ? 0 : json_len(had) - STEPS_KEPT + 1;
	     i < json_len(had); i++)
		json_add(list, json_copy(json_at(had, i)));
	s = json_add_object(list);
	json_set_str(s, "name", step);
	json_set_int(s, "at_ms", r->op.step_ms);
	operation_remember(r, j);
	json_free(old);
}

void operation_step(struct run *r, const char *step, const char *fmt, ...)
{
	char detail[200];
	bool other = strcmp(r->op.step, step) != 0;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	if (!other && strcmp(r->op.detail, detail) == 0)
		return;
	if (other) {
		r->op.step_ms = clock_utc_ms();
		r->op.error[0] = '\0';
		r->op.next_try_ms = 0;
		op_work(r)->waits_itself = op_work(r)->overdue_told = false;
		remember_step(r, step);
		log_info("cluster %s: %s: %s", r->cluster.name, op_kind_name(r->op.kind), step);
	}
	snprintf(r->op.step, sizeof(r->op.step), "%s", step);
	snprintf(r->op.detail, sizeof(r->op.detail), "%s", detail);
	save(r);
	if (other)
		(void)FAILPOINT("operation.step");
}

/* R10.1: what became of it stands in the audit, too. Without room for that its own row has to
 * do. */
static void write_end(struct run *r, enum op_state state, const char *text)
{
	char object[96], result[200];
	struct deed a = { .verb = "operation end",
			  .object = object,
			  .reason = op_kind_name(r->op.kind),
			  .result = result,
			  .plan_hash = r->op.plan_hash,
			  .op_id = r->op.id };
	bool begun = store_begin(r->engine->store, NULL) == 0;
	struct err err = ERR_INIT;

	snprintf(object, sizeof(object), "cluster %s", r->cluster.name);
	snprintf(result, sizeof(result), "%s: %.180s", op_state_name(state), text);
	store_digest_operation(a.before, &r->op);
	r->op.state = state;
	r->op.ended_ms = clock_utc_ms();
	if (state == OP_DONE)
		snprintf(r->op.detail, sizeof(r->op.detail), "%.199s", text);
	else
		snprintf(r->op.error, sizeof(r->op.error), "%s", text);
	save(r);
	store_digest_operation(a.after, &r->op);
	if (audit_write(r->engine, &a, &err) < 0)
		log_error("cluster %s: the end of its %s is not in the audit: %s",
			  r->cluster.name, op_kind_name(r->op.kind), err.msg);
	if (begun && store_commit(r->engine->store, &err) < 0)
		engine_fatal(r->engine, &err);
}

void operation_end(struct run *r, enum op_state state, const char *fmt, ...)
{
	char text[320];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	write_end(r, state, text);
	note(r, state == OP_FAILED ? EVENT_ERROR : EVENT_INFO, "", "%s %s: %s",
	     op_kind_name(r->op.kind), op_state_name(state), text);
	forget(r);
}

void operation_tell(struct run *r, const struct err *err)
{
	if (strcmp(r->op.error, err->msg) != 0) {
		snprintf(r->op.error, sizeof(r->op.error), "%s", err->msg);
		note(r, EVENT_WARN, "", "%s: %s", op_kind_name(r->op.kind), err->msg);
	}
	save(r);
}

void operation_error(struct run *r, const struct err *err, int64_t retry_ms)
{
	if (!r->op.id)
		return;
	op_work(r)->waits_itself = false;
	r->op.next_try_ms = clock_utc_ms() + retry_ms;
	operation_tell(r, err);
	timer_set(r->op_tick, retry_ms);
}

void operation_waits(struct run *r, int64_t next_try_ms, const char *error)
{
	op_work(r)->waits_itself = true;
	if (r->op.next_try_ms == next_try_ms && strcmp(r->op.error, error) == 0)
		return;
	r->op.next_try_ms = next_try_ms;
	snprintf(r->op.error, sizeof(r->op.error), "%s", error);
	save(r);
}

void operation_read_failed(struct run *r, const struct err *err)
{
	if (r->op.id)
		operation_error(r, err,
				retry_delay_ms(op_work(r)->reads_failed++, READ_MS,
					       READ_MOST_MS, READ_MS, &r->engine->rng));
}

void operation_wake(struct run *r)
{
	if (r->op.id)
		timer_set(r->op_tick, 0);
}

void operation_void(struct run *r, const char *why)
{
	enum op_kind kind = r->op.id ? r->op.kind : OP_KINDS;
	char reason[200];

	if (kind == OP_KINDS)
		return;
	operation_end(r, OP_CANCELLED, "%s", why);
	if (kind == OP_STOP) {
		cluster_move(r, CLUSTER_RUNNING, "");
		return;
	}
	snprintf(reason, sizeof(reason), "its %s was %s: start it, or delete it",
		 op_kind_name(kind), why);
	cluster_move(r, CLUSTER_FAILED, reason);
}

static size_t stage_now(const struct operation *o, const struct stage *table, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(table[i].name, o->step) == 0)
			return i;
	return 0;
}

int64_t engine_op_deadline(const struct operation *o)
{
	const struct stages *s = stages_of[o->kind];
	int64_t most = s && o->step[0] ? s->v[stage_now(o, s->v, s->n)].deadline_ms : 0;

	return most ? o->step_ms + most : 0;
}

/* R4.6. A start ends: somebody waits for it, and it can be begun again. Stop and teardown go
 * on, as what they end costs money. */
static bool overdue(struct run *r)
{
	int64_t deadline = engine_op_deadline(&r->op);
	const char *last = r->op.error[0] ? r->op.error : r->op.detail;
	char span[CLOCK_TEXT], why[320];

	if (!deadline || clock_utc_ms() < deadline || op_work(r)->overdue_told)
		return false;
	snprintf(why, sizeof(why), "step %s did not end within %s%s%.200s", r->op.step,
		 clock_span(span, deadline - r->op.step_ms), last[0] ? ": " : "", last);
	if (r->op.kind == OP_START) {
		operation_end(r, OP_FAILED, "%s: start it again, or delete it", why);
		cluster_move(r, CLUSTER_FAILED, why);
		return true;
	}
	op_work(r)->overdue_told = true;
	note(r, EVENT_WARN, "", "%s: %s; it goes on", op_kind_name(r->op.kind), why);
	return false;
}

void operation_tick(void *arg)
{
	struct run *r = arg;
	int64_t now = clock_utc_ms();

	if (!r->op.id || !r->cloud || run_hands_off(r) || overdue(r))
		return;
	if (r->op.next_try_ms > now && !op_work(r)->waits_itself) {
		timer_set(r->op_tick, r->op.next_try_ms - now);
		return;
	}
	loop_doing(r->engine->loop, "a step of an operation");
	steps[r->op.kind](r);
}

/*
 * Stages: what start, stop and teardown are made of
 */

bool stages_run(struct run *r, const struct stage *table, size_t n)
{
	int64_t op = r->op.id;

	for (size_t i = stage_now(&r->op, table, n); i < n; i++) {
		if (strcmp(r->op.step, table[i].name) != 0)
			operation_step(r, table[i].name, "%s", "");
		if (r->op.cancel_asked && table[i].cancel && table[i].cancel(r))
			return false;
		if (!table[i].go(r) || r->op.id != op)
			return false;
	}
	return true;
}

size_t engine_op_steps(enum op_kind kind, const char *out[ENGINE_OP_STEPS])
{
	const struct stages *s = stages_of[kind];
	size_t n = 0;

	for (; s && n < s->n && n < ENGINE_OP_STEPS; n++)
		out[n] = s->v[n].name;
	return n;
}

void operation_number(struct operation *o)
{
	const struct stages *s = stages_of[o->kind];

	o->step_count = s ? (int64_t)s->n : 0;
	o->step_no = 0;
	for (size_t i = 0; s && o->step_no == 0 && i < s->n; i++)
		if (strcmp(s->v[i].name, o->step) == 0)
			o->step_no = (int64_t)i + 1;
}

const char *operation_too_late(const struct operation *o)
{
	const struct stages *s = stages_of[o->kind];

	if (o->state != OP_RUNNING)
		return "it has ended";
	for (size_t i = s ? stage_now(o, s->v, s->n) : 0; s && i < s->n; i++)
		if (s->v[i].cancel)
			return NULL;
	return o->kind == OP_DELETE ? "the teardown has begun to delete"
				    : "no step that is left can be taken back";
}

const char *engine_op_cancel_off(const struct operation *o)
{
	const struct stages *s = stages_of[o->kind];
	const char *late = operation_too_late(o);

	if (late)
		return late;
	if (o->cancel_asked)
		return "cancel was asked already";
	return s->v[stage_now(o, s->v, s->n)].cancel
		   ? NULL
		   : "not in this step: it takes effect at the next that can";
}

struct json *engine_op_changes(const struct engine *e, int64_t id)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < e->n_runs; i++)
		for (size_t k = 0; k < e->runs[i]->n_intents; k++) {
			const struct intent *in = &e->runs[i]->intents[k]->in;
			struct json *j;

			if (in->operation_id != id)
				continue;
			j = json_add_object(list);
			json_set_str(j, "verb", cloud_verb_name(in->verb));
			json_set_str(j, "kind", cloud_kind_name(in->kind));
			json_set_str(j, "resource", in->resource_id);
			json_set_str(j, "state", intent_state_name(in->state));
			json_set_str(j, "error", in->error);
			json_set_int(j, "tries", in->tries);
			json_set_int(j, "next_try_ms", in->next_try_ms);
			json_set_int(j, "since_ms", in->created_ms);
		}
	return list;
}

bool ensure(struct run *r, enum cloud_verb verb, enum cloud_kind kind, const char *id)
{
	struct err err = ERR_INIT;

	if (strs_has(&op_work(r)->made, id))
		return true;
	if (intent_open(r, id))
		return false;
	if (!intent_add(r, verb, kind, id, 0, 0, &err)) {
		operation_error(r, &err, 5000);
		return false;
	}
	intents_act(r);
	return false;
}

static bool is_final(enum err_code code)
{
	return code == ERR_INVALID || code == ERR_DENIED || code == ERR_QUOTA ||
	       code == ERR_CAPACITY || code == ERR_UNSUPPORTED || code == ERR_PARSE;
}

void operation_intent_ended(struct run *r, const struct intent *in,
			    const struct cloud_stage_info *i)
{
	bool removes = r->op.kind == OP_DELETE || start_undo_removes(r);

	if (!r->op.id || in->operation_id != r->op.id || i->stage == CLOUD_OUTCOME_UNKNOWN)
		return;
	if (i->stage == CLOUD_FINISHED) {
		/* members bear the id of their set, which is still there; and a new life of the
		 * engine puts its tag on the group, which is no deletion */
		if (in->kind == CLOUD_MEMBERS)
			return;
		if (!removes || in->verb == CLOUD_DELETE || in->kind == CLOUD_SNAPSHOT)
			strs_add(&op_work(r)->made, in->resource_id);
		return;
	}
	if (r->op.kind == OP_START && is_final(i->err->code) && !removes) {
		char *why = xasprintf("%s: %s", r->op.step, i->err->msg);

		operation_end(r, OP_FAILED, "%s", why);
		cluster_move(r, CLUSTER_FAILED, why);
		free(why);
		return;
	}
	if (removes && in->kind == CLOUD_SNAPSHOT && in->verb == CLOUD_PUT) {
		snapshot_failed(r, in->resource_id, i);
		return;
	}
	if (removes) {
		item_failed(r, in->kind, in->resource_id, i);
		operation_tell(r, i->err);
		return; /* the rest of the graph goes on; the caller wakes it */
	}
	operation_error(r, i->err, i->retry_after_ms > 5000 ? i->retry_after_ms : 5000);
}
