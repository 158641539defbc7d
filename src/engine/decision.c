/*
 * The decision and what it writes. Facts, demand and plan are a snapshot and a pure function of
 * it: for a small cluster made in place, for a large one beside the loop (R1.5), where nothing
 * else is held up meanwhile. What is written rests on a snapshot that still holds: when
 * anything moved in between the decision is made again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/work.h"
#include "engine/act.h"
#include "engine/bill.h"
#include "engine/drain.h"
#include "engine/facts.h"
#include "engine/history.h"
#include "engine/intent.h"
#include "engine/jobs.h"
#include "engine/members.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/reconcile.h"
#include "engine/region.h"
#include "engine/run.h"
#include "engine/scaleset.h"

#define IN_A_ROW 3 /* overtaken so often, it is made in place */

struct decision {
	struct run *run;
	struct work *work;
	uint64_t revision; /* of the engine, when the facts were taken */
	const struct queue *queue;
	struct vm_sizes sizes; /* a copy: the list may be read anew meanwhile */
	struct demand demand;
	struct facts facts;
	struct plan plan;
	bool failed;
	struct err err;
};

static void decision_free(struct decision *d)
{
	plan_clear(&d->plan);
	demand_clear(&d->demand);
	facts_clear(&d->facts);
	vm_sizes_clear(&d->sizes);
	free(d);
}

/* Touches nothing but the decision and what it has borrowed: the queue, and the cluster's
 * arrays. */
static void make(void *arg)
{
	struct decision *d = arg;
	const struct run *r = d->run;

	d->failed = demand_of(&d->demand, d->queue, &r->cluster.spec, &d->sizes, r->sched,
			      &d->err) < 0 ||
		    plan_make(&d->plan, &d->demand, &d->facts, &d->err) < 0;
}

static void sizes_copy(struct vm_sizes *to, const struct vm_sizes *from)
{
	*to = *from;
	to->v = xcalloc(from->n ? from->n : 1, sizeof(*to->v));
	if (from->n)
		memcpy(to->v, from->v, from->n * sizeof(*to->v));
	to->cap = from->n;
}

static struct decision *decision_new(struct run *r)
{
	struct decision *d = xcalloc(1, sizeof(*d));

	d->run = r;
	d->queue = r->queue;
	d->revision = r->engine->revision;
	sizes_copy(&d->sizes, &r->region->sizes);
	loop_doing(r->engine->loop, "the decision: facts");
	budgets_look(r, clock_utc_ms());
	if (r->queue)
		budgets_mark(r, r->queue);
	facts_make(&d->facts, r, clock_utc_ms());
	return d;
}

/*
 * What it writes
 */

static void act_on(struct run *r, struct member *m, const struct plan_node *p)
{
	const struct array_spec *a = cluster_array(&r->cluster.spec, m->node.array);

	if (a && (p->act == ACT_DRAIN || p->act == ACT_DELETE))
		outflow_add(&r->outflows[a - r->cluster.spec.arrays], clock_mono_ms(),
			    r->cluster.spec.cycle_s);
	switch (p->act) {
	case ACT_RETIRE:
		m->node.drain_asked = true;
		drain_feed(r, m, DRAIN_EV_WANTED, p->why);
		break;
	case ACT_DRAIN:
		drain_feed(r, m, DRAIN_EV_WANTED, p->why);
		break;
	case ACT_UNDRAIN:
		drain_feed(r, m, DRAIN_EV_DEMAND, p->why);
		break;
	case ACT_DELETE:
		if (node_is_booting(m->node.state) && m->node.vm_id[0])
			node_move(r, m, NODE_DELETING, "%s", p->why);
		break;
	}
}

static void idle_times(struct run *r, struct member *const *at)
{
	for (size_t i = 0; i < r->plan.n_nodes; i++) {
		struct member *m = at[i];
		int64_t since = r->plan.nodes[i].idle_since_s * 1000;

		if ((since == 0) == (m->node.idle_since_ms == 0))
			continue;
		m->node.idle_since_ms = since;
		member_save(r, m);
	}
}

/* Of what waits on it: the longest. */
static void expected_uses(struct run *r, struct member *const *at)
{
	for (size_t i = 0; i < r->plan.n_nodes; i++)
		at[i]->made_for_s = 0;
	for (size_t i = 0; i < r->plan.n_placements; i++) {
		const struct placement *l = &r->plan.placements[i];
		int64_t run_s = r->demand.v[l->want].run_s;

		if (l->node != SIZE_MAX && at[l->node]->made_for_s < run_s)
			at[l->node]->made_for_s = run_s;
	}
}

/* facts.nodes[i] is members[i], as nothing moved since; what follows may shorten the list, so
 * the pointers are kept first. */
static int apply(struct run *r, struct err *err)
{
	uint64_t most = r->moves + MOVES_PER_TURN; /* the next decision says the rest again */
	size_t n = r->facts.n_nodes;
	struct member **at = xcalloc(n ? n : 1, sizeof(struct member *));
	int rc = 0;

	if (n)
		memcpy(at, r->members, n * sizeof(struct member *));
	idle_times(r, at);
	expected_uses(r, at);
	for (size_t i = 0; i < r->plan.n_acts && r->moves < most; i++)
		act_on(r, at[r->plan.acts[i].node], &r->plan.acts[i]);
	free(at);
	if (audit_plan(r, err) < 0 || sets_grow(r, &r->plan, err) < 0)
		rc = -1;
	return rc;
}

/* The rows of a failed transaction are undone; memory is made from them again. */
static void reload(struct run *r)
{
	struct err err = ERR_INIT;

	members_free(r);
	map_free(r->by_name);
	map_free(r->by_vm);
	r->by_name = map_new_lent(false);
	r->by_vm = map_new_lent(true);
	if (members_load(r, &err) < 0)
		engine_fatal(r->engine, &err);
}

static void write_down(struct run *r)
{
	struct err err = ERR_INIT;

	loop_doing(r->engine->loop, "the decision is written");
	if (store_begin(r->engine->store, &err) < 0) {
		log_error("cluster %s: %s", r->cluster.name, err.msg);
		return;
	}
	if (apply(r, &err) < 0) {
		store_rollback(r->engine->store);
		log_error("cluster %s: plan not carried out: %s", r->cluster.name, err.msg);
		intents_reload(r);
		reload(r);
		return;
	}
	(void)FAILPOINT("reconcile.commit");
	if (store_commit(r->engine->store, &err) < 0)
		engine_fatal(r->engine, &err);
	(void)FAILPOINT("reconcile.committed");
}

/* The last decision is the run's from here on. */
static void take(struct run *r, struct decision *d)
{
	plan_clear(&r->plan);
	demand_clear(&r->demand);
	facts_clear(&r->facts);
	r->plan = d->plan;
	r->demand = d->demand;
	r->facts = d->facts;
	facts_slim(&r->facts);
	d->plan = (struct plan){ 0 };
	d->demand = (struct demand){ 0 };
	d->facts = (struct facts){ 0 };
	r->decided = true;
	r->decided_ms = clock_utc_ms();
	loop_doing(r->engine->loop, "the decision is told");
	history_look(r);
	verdicts_set(r);
}

static void finish(struct run *r, struct decision *d)
{
	if (d->failed)
		log_error("cluster %s: no decision: %s", r->cluster.name, d->err.msg);
	else
		take(r, d);
	if (!d->failed)
		write_down(r);
	decision_free(d);
}

/*
 * Beside the loop
 */

static void on_made(void *arg)
{
	struct decision *d = arg;
	struct run *r = d->run;
	bool holds = d->revision == r->engine->revision && !engine_hands_off(r->engine);

	r->decision = NULL;
	if (holds) {
		r->overtaken = 0;
		finish(r, d);
		reconcile_acts(r);
	} else {
		r->overtaken++;
		decision_free(d);
	}
	observe_go_on(r);
	reconcile_go_on(r);
	if (!holds)
		reconcile(r);
}

bool decision_make(struct run *r)
{
	struct decision *d = decision_new(r);

	if (run_is_large(r->queue->n_jobs + r->n_members) && r->overtaken < IN_A_ROW)
		d->work = work_start(r->engine->loop, make, on_made, d);
	if (d->work) {
		r->decision = d;
		return false;
	}
	r->overtaken = 0;
	loop_doing(r->engine->loop, "the decision");
	make(d);
	finish(r, d);
	return true;
}

void decision_drop(struct run *r)
{
	struct decision *d = r->decision;

	if (!d)
		return;
	work_drop(d->work);
	r->decision = NULL;
	decision_free(d);
}
