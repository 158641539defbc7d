/*
 * How a node leaves (R6): drain set in the scheduler, drain seen in a reading that began
 * afterwards, no job in that same reading, then the VM, then the scheduler's entry, then the
 * row. Any link that breaks sends the node back to work.
 */
#include "engine/drain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/assigned.h"
#include "engine/lease.h"
#include "engine/members.h"
#include "engine/observe.h"
#include "engine/reconcile.h"
#include "engine/remote.h"
#include "engine/run.h"

void drain_unasked(struct node *n)
{
	n->drain_asked = n->terminate_asked = false;
	n->drain_asked_ms = 0;
}

/* After DRAIN_DO_FORGET m is gone. */
void drain_feed(struct run *r, struct member *m, enum drain_event ev, const char *why)
{
	struct drain_move next = drain_next(m->node.state, m->node.drain_set_ms > 0, ev);

	if (next.act == DRAIN_DO_FORGET) {
		member_gone(r, m, why);
		return;
	}
	if (next.to == NODE_IDLE && m->node.jobs > 0)
		next.to = NODE_BUSY;
	if (next.to == m->node.state)
		return;
	if (next.act == DRAIN_DO_SET || next.act == DRAIN_DO_UNSET)
		m->node.drain_set_ms = 0;
	if (next.act == DRAIN_DO_UNSET)
		drain_unasked(&m->node);
	node_move(r, m, next.to, "%s", why);
}

static bool queue_is_fresh(const struct run *r)
{
	return r->queue && r->queue_source.state == SOURCE_OK &&
	       source_age_ms(&r->queue_source) <= 2 * r->cluster.spec.cycle_s * 1000 + 5000;
}

static bool is_empty(const struct run *r, const struct member *m, struct err *err)
{
	const struct sched_node *sn;

	if (member_stays(r, m))
		return err_set(err, ERR_CONFLICT, "%s",
			       m->node.keep_alive
				   ? "it is kept: unkeep or terminate it"
				   : "its array is kept: unkeep that, or terminate it"),
		       false;
	if (!m->node.drain_set_ms)
		return err_set(err, ERR_CONFLICT, "its drain is not set yet"), false;
	if (!queue_is_fresh(r))
		return err_set(err, ERR_CONFLICT,
			       "the scheduler's last whole answer is too old"),
		       false;
	if (r->queue->read_started_ms <= m->node.drain_set_ms)
		return err_set(err, ERR_CONFLICT,
			       "waits for a reading that starts after the drain"),
		       false;
	sn = queue_node(r->queue, m->node.name);
	if (!sn)
		return true; /* a whole reading without it: the scheduler can give it no work */
	if (!sn->drained)
		return err_set(err, ERR_CONFLICT, "the scheduler does not show the drain yet"),
		       false;
	if (sn->jobs != 0 || sn->completing || sn->cpus_used > 0)
		return err_set(err, ERR_CONFLICT,
			       sn->jobs < 0 ? "its jobs are unknown" : "jobs run on it"),
		       false;
	return true;
}

bool drain_proven(const struct run *r, const struct member *m, struct err *err)
{
	if (!is_empty(r, m, err))
		return false;
	if (drain_lingers(&m->node, clock_utc_ms()))
		return err_set(err, ERR_CONFLICT,
			       "an operator drained it and can take that back for 30 s"),
		       false;
	return true;
}

/*
 * The scheduler's side: one command for all nodes that wait for the same thing
 */

struct batch {
	struct run *run;
	struct strs names;
	enum sched_verb verb;
};

typedef bool batch_pick(const struct run *r, const struct member *m);

static bool wants_drain(const struct run *r, const struct member *m)
{
	const struct sched_node *sn =
	    m->requeue_due && r->queue ? queue_node(r->queue, m->node.name) : NULL;

	if (sn && node_is_booting(m->node.state))
		return !sn->drained; /* R6.4: else its jobs would come back to it */
	return m->node.state == NODE_DRAINING && !m->node.drain_set_ms && r->queue &&
	       queue_node(r->queue, m->node.name);
}

/* Level-triggered: our drain is seen on a node that is to work. */
static bool wants_undrain(const struct run *r, const struct member *m)
{
	const struct sched_node *sn;

	if ((m->node.state != NODE_IDLE && m->node.state != NODE_BUSY) || !r->queue ||
	    r->queue->read_started_ms <= m->node.since_ms)
		return false;
	sn = queue_node(r->queue, m->node.name);
	return sn && sn->drained_by_us;
}

static bool vm_is_gone(const struct member *m)
{
	return !m->has_vm && (m->node.state == NODE_DELETING || m->node.state == NODE_EVICTED);
}

static bool wants_down(const struct run *r, const struct member *m)
{
	return vm_is_gone(m) && !m->down_told && r->queue && queue_node(r->queue, m->node.name);
}

static bool wants_removal(const struct run *r, const struct member *m)
{
	return vm_is_gone(m) && m->down_told && r->queue && queue_node(r->queue, m->node.name);
}

static void on_member(struct run *r, struct member *m, enum sched_verb verb)
{
	switch (verb) {
	case SCHED_DRAIN_NODES:
		if (m->node.state != NODE_DRAINING)
			return;
		m->node.drain_set_ms = clock_utc_ms();
		member_save(r, m);
		break;
	case SCHED_DOWN_NODES:
		m->down_told = true;
		break;
	case SCHED_REMOVE_NODES:
		drain_feed(r, m, DRAIN_EV_REMOVED, "VM gone, removed from the scheduler");
		break;
	default:
		break;
	}
}

/* One transaction for all of them. */
static void on_members(const struct batch *b)
{
	struct run *r = b->run;
	struct err err = ERR_INIT;

	if (store_begin(r->engine->store, &err) < 0) {
		log_error("cluster %s: %s", r->cluster.name, err.msg);
		return; /* the next reading asks for the same again */
	}
	for (size_t i = 0; i < b->names.n; i++) {
		struct member *m = member_find(r, b->names.v[i]);

		if (m)
			on_member(r, m, b->verb);
	}
	if (store_commit(r->engine->store, &err) < 0)
		engine_fatal(r->engine, &err);
}

static void batch_done(void *arg, const struct sched_run *run, const struct err *why)
{
	struct batch *b = arg;
	struct run *r = b->run;
	struct err err = ERR_INIT;

	r->draining_call = false;
	if (FAILPOINT("drain.answer"))
		run = NULL;
	if (!run || r->sched->read_act(b->verb, run, &err) < 0) {
		log_warn("cluster %s: %s", r->cluster.name,
			 run   ? err.msg
			 : why ? why->msg
			       : "failpoint");
	} else {
		on_members(b);
		observe_soon(r, 200);
	}
	strs_clear(&b->names);
	free(b);
}

void drain_reason(char out[160], const struct node *n)
{
	static const struct {
		const char *act, *told;
	} asked[] = { { "node drain by ", " drained by " },
		      { "node terminate by ", " terminated by " } };

	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		if (text_has_prefix(n->reason, asked[i].act)) {
			snprintf(out, 160, "%s%.140s", asked[i].told,
				 n->reason + strlen(asked[i].act));
			return;
		}
	snprintf(out, 160, "scale-in");
}

#define BATCH_NAMES 500

static bool batch_run(struct run *r, enum sched_verb verb, batch_pick *pick, const char *text)
{
	struct batch *b = xcalloc(1, sizeof(*b));
	char reason[160] = "", other[160] = "";
	struct sched_args args = { .names = &b->names,
				   .text = text ? text : reason,
				   .version = r->sched_version };

	b->names = (struct strs)STRS_INIT(BATCH_NAMES);
	b->run = r;
	b->verb = verb;
	for (size_t i = 0; i < r->n_members && b->names.n < BATCH_NAMES; i++) {
		if (!pick(r, r->members[i]))
			continue;
		if (verb == SCHED_DRAIN_NODES) /* one command has one reason: others wait */
			drain_reason(b->names.n ? other : reason, &r->members[i]->node);
		if (b->names.n && strcmp(other, reason) != 0)
			continue;
		if (!b->names.n)
			memcpy(other, reason, sizeof(other));
		strs_add(&b->names, r->members[i]->node.name);
	}
	if (b->names.n == 0) {
		free(b);
		return false;
	}
	(void)FAILPOINT("drain.call");
	r->draining_call = true;
	remote_verb(r, verb, &args, batch_done, b);
	return true;
}

/* A whole reading that no longer shows the node needs no command. */
static void removed_already(struct run *r)
{
	uint64_t most = r->moves + MOVES_PER_TURN;

	if (!queue_is_fresh(r))
		return;
	for (size_t i = r->n_members; i-- > 0 && r->moves < most;) {
		struct member *m = r->members[i];

		if (vm_is_gone(m) && !queue_node(r->queue, m->node.name) &&
		    r->queue->read_started_ms > m->node.since_ms)
			drain_feed(r, m, DRAIN_EV_REMOVED,
				   "VM gone, and the scheduler does not know it");
	}
}

/* A node that the scheduler does not know can get no work: there is nothing to set (one unknown
 * name would fail the whole command). */
static void unknown_need_no_drain(struct run *r)
{
	if (!queue_is_fresh(r))
		return;
	for (size_t i = 0; i < r->n_members; i++) {
		struct member *m = r->members[i];

		if (m->node.state != NODE_DRAINING || m->node.drain_set_ms ||
		    queue_node(r->queue, m->node.name))
			continue;
		m->node.drain_set_ms = r->queue->read_started_ms;
		member_save(r, m);
	}
}

void drain_act(struct run *r)
{
	static const struct {
		enum sched_verb verb;
		batch_pick *pick;
		const char *text;
	} steps[] = {
		{ SCHED_UNDRAIN_NODES, wants_undrain, NULL },
		{ SCHED_DRAIN_NODES, wants_drain, NULL },
		{ SCHED_DOWN_NODES, wants_down, "machine gone" },
		{ SCHED_REMOVE_NODES, wants_removal, NULL },
	};
	struct err err = ERR_INIT;

	if (store_begin(r->engine->store, &err) < 0)
		return;
	removed_already(r);
	unknown_need_no_drain(r);
	if (store_commit(r->engine->store, &err) < 0)
		engine_fatal(r->engine, &err);
	if (r->draining_call || !r->remote || run_hands_off(r))
		return;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (batch_run(r, steps[i].verb, steps[i].pick, steps[i].text))
			return;
	assigned_act(r);
}
