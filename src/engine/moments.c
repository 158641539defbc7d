#include "engine/moments.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/found.h"
#include "engine/intent.h"
#include "engine/members.h"
#include "engine/note.h"
#include "engine/operation.h"
#include "engine/run.h"

#define FACT	 "clock"
#define WRITE_MS 10000 /* clocks are slewed all the time: not written for less */

const char *moments_text(char out[MOMENTS_TEXT], const char *boot, int64_t apart_ms)
{
	snprintf(out, MOMENTS_TEXT, "%.30s %" PRId64, boot, apart_ms);
	return out;
}

int64_t moments_jump(const char *text, const char *boot, int64_t apart_ms)
{
	size_t n = strlen(boot);
	int64_t then, jump;

	if (n == 0 || !text || strncmp(text, boot, n) != 0 || text[n] != ' ' ||
	    num_read(&then, text + n + 1, INT64_MIN / 4, INT64_MAX / 4) < 0)
		return 0;
	jump = apart_ms - then;
	return jump > DRIFT_MAX_MS || jump < -DRIFT_MAX_MS ? jump : 0;
}

static void shift(int64_t *at, int64_t ms)
{
	if (*at > 0)
		*at = *at + ms > 0 ? *at + ms : 1;
}

static void shift_all(int64_t *const *at, size_t n, int64_t ms)
{
	for (size_t i = 0; i < n; i++)
		shift(at[i], ms);
}

void moments_shift_node(struct node *n, int64_t ms)
{
	int64_t *const at[] = { &n->since_ms,	  &n->requested_ms,   &n->bound_ms,
				&n->booted_ms,	  &n->joined_ms,      &n->idle_since_ms,
				&n->drain_set_ms, &n->drain_asked_ms, &n->kept_ms };

	shift_all(at, ARRAY_LEN(at), ms);
}

void moments_shift_intent(struct intent *in, int64_t ms)
{
	int64_t *const at[] = { &in->created_ms, &in->changed_ms, &in->next_try_ms };

	shift_all(at, ARRAY_LEN(at), ms);
}

void moments_shift_operation(struct operation *o, int64_t ms)
{
	int64_t *const at[] = { &o->started_ms, &o->step_ms, &o->next_try_ms };

	shift_all(at, ARRAY_LEN(at), ms);
}

/*
 * All of an engine
 */

static int shift_members(struct run *r, int64_t ms, struct err *err)
{
	for (size_t i = 0; i < r->n_members; i++) {
		struct member *m = r->members[i];
		int64_t *const at[] = { &m->vm_missing_since_ms, &m->delete_ended_ms,
					&m->accepted_ms,	 &m->empties_ms,
					&m->metered_ms,		 &m->silent_ms,
					&m->unheard_ms };

		shift_all(at, ARRAY_LEN(at), ms);
		moments_shift_node(&m->node, ms);
		if (store_node_save(r->engine->store, &m->node, err) < 0)
			return -1;
	}
	return 0;
}

static int shift_work(struct run *r, int64_t ms, struct err *err)
{
	struct store *st = r->engine->store;

	for (size_t i = 0; i < r->n_intents; i++) {
		moments_shift_intent(&r->intents[i]->in, ms);
		if (store_intent_save(st, &r->intents[i]->in, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < r->n_backoffs; i++) {
		shift(&r->backoffs[i].until_ms, ms);
		if (store_backoff_save(st, r->cluster.id, &r->backoffs[i], err) < 0)
			return -1;
	}
	if (!r->op.id)
		return 0;
	moments_shift_operation(&r->op, ms);
	shift(&op_work(r)->empty_since_ms, ms);
	shift(&op_work(r)->list_ms, ms);
	return store_op_save(st, &r->op, err);
}

/* When a reading ended stays: what was made of it is known by that. */
static void shift_readings(struct run *r, int64_t ms)
{
	struct source *const sources[] = { &r->queue_source, &r->cloud_source,
					   &r->phase_source };
	int64_t *const at[] = { &r->submitted_ms, &r->acted_ms, &r->requeue_ms,
				&r->vms_started_ms, &r->decided_ms };
	const char *key;
	void *v;

	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		shift(&sources[i]->started_ms, ms);
		shift(&sources[i]->ok_ms, ms);
	}
	if (r->queue)
		shift(&r->queue->read_started_ms, ms);
	shift_all(at, ARRAY_LEN(at), ms);
	for (size_t i = 0; map_next(r->past_vms, &i, &key, &v);)
		shift(v, ms);
	for (size_t i = 0; r->spot_shut && map_next(r->spot_shut, &i, &key, &v);)
		shift(v, ms / 1000);
}

static int shift_run(struct run *r, int64_t ms, struct err *err)
{
	int64_t *const at[] = { &r->bill.until_ms, &r->bill.head_ms, &r->bill.disks_ms,
				&r->cluster.since_ms, &r->cluster.head_up_ms };

	shift_all(at, ARRAY_LEN(at), ms);
	shift_readings(r, ms);
	if (shift_members(r, ms, err) < 0 || shift_work(r, ms, err) < 0)
		return -1;
	run_changed(r);
	return store_cluster_save(r->engine->store, &r->cluster, err);
}

static void shift_finds(struct engine *e, int64_t ms)
{
	for (size_t i = 0; i < e->finds.n; i++) {
		struct find *f = e->finds.v[i];
		int64_t *const at[] = { &f->f.first_ms, &f->seen_ms, &f->next_try_ms };

		shift_all(at, ARRAY_LEN(at), ms);
	}
}

/* A simulated clock begins anew with each process. */
static bool clocks_tell(char boot[MACHINE_ID])
{
	machine_boot(boot);
	return boot[0] && clock_factor() == 1;
}

static int write_fact(struct engine *e, struct err *err)
{
	char boot[MACHINE_ID], text[MOMENTS_TEXT];

	e->drift_written_ms = e->drift.apart_ms;
	if (!clocks_tell(boot))
		return 0;
	return store_set_fact(e->store, FACT, moments_text(text, boot, e->drift.apart_ms), err);
}

/* One transaction: whoever reads the rows knows by which clock they are. */
static void jumped(struct engine *e, int64_t ms)
{
	struct err err = ERR_INIT;
	bool begun = store_begin(e->store, &err) == 0, ok = begun;

	for (size_t i = 0; i < e->n_runs; i++)
		ok = shift_run(e->runs[i], ms, &err) == 0 && ok;
	shift_finds(e, ms);
	ok = write_fact(e, &err) == 0 && ok;
	if (begun && store_commit(e->store, &err) < 0)
		engine_fatal(e, &err);
	if (!ok)
		log_error("moments by a clock that was set: %s", err.msg);
	note_site(
	    e, EVENT_WARN, "engine",
	    "the clock jumped by %lld s: what waits waits on, and nothing is deleted for %d s",
	    (long long)(ms / 1000), DRIFT_GRACE_MS / 1000);
}

void moments_begin(struct engine *e)
{
	int64_t utc = clock_utc_ms(), mono = clock_mono_ms(), jump = 0;
	char boot[MACHINE_ID];
	struct err err = ERR_INIT;

	drift_look(&e->drift, utc, mono);
	if (e->damaged)
		return;
	if (clocks_tell(boot))
		jump = moments_jump(store_fact(e->store, FACT), boot, utc - mono);
	if (jump) {
		drift_jumped(&e->drift, jump, mono);
		jumped(e, jump);
	} else if (write_fact(e, &err) < 0) {
		log_error("%s", err.msg);
	}
}

void moments_look(struct engine *e)
{
	struct err err = ERR_INIT;
	int64_t moved;

	if (!e->drift.looked) /* what the store says of it was not read yet */
		return;
	if (drift_look(&e->drift, clock_utc_ms(), clock_mono_ms())) {
		jumped(e, e->drift.jump_ms);
		return;
	}
	moved = e->drift.apart_ms - e->drift_written_ms;
	if ((moved > WRITE_MS || moved < -WRITE_MS) && write_fact(e, &err) < 0)
		log_error("%s", err.msg);
}
