/* Stop: nodes go, the head is deallocated with its disk, the cluster can be started again. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/boot.h"
#include "engine/drain.h"
#include "engine/intent.h"
#include "engine/members.h"
#include "engine/observe.h"
#include "engine/operation.h"
#include "engine/reconcile.h"
#include "engine/remote.h"
#include "template/head.h"

const char *stop_taken_back(char out[160], size_t gone, size_t going, size_t back)
{
	char nodes[48];
	size_t n = 0;

	out[0] = '\0';

	if (gone + going + back == 0)
		snprintf(out + n, 160 - n, "there were no nodes");
	if (gone)
		n += (size_t)snprintf(out + n, 160 - n, "%s %s gone, ",
				      count_text(nodes, (int64_t)gone, "node"),
				      gone == 1 ? "is" : "are");
	if (going)
		n += (size_t)snprintf(out + n, 160 - n, "%zu %s being deleted, ", going,
				      going == 1 ? "is" : "are");
	if (back && gone + going)
		snprintf(nodes, sizeof(nodes), "%zu", back);
	else
		count_text(nodes, (int64_t)back, "node");
	if (back)
		snprintf(out + n, 160 - n, "%s %s back to work", nodes,
			 back == 1 ? "goes" : "go");
	else if (gone + going)
		snprintf(out + n, 160 - n, "none goes back to work");
	return out;
}

static bool cancelled(struct run *r)
{
	size_t going = 0, begun = op_work(r)->nodes_begun;
	char told[160];

	for (size_t i = 0; i < r->n_members; i++) {
		enum node_state s = r->members[i]->node.state;

		going += s == NODE_DELETING || s == NODE_EVICTED || s == NODE_GONE;
	}
	operation_end(r, OP_CANCELLED, "%s",
		      stop_taken_back(told, begun > r->n_members ? begun - r->n_members : 0,
				      going, r->n_members - going));
	for (size_t i = 0; i < r->n_members; i++)
		drain_feed(r, r->members[i], DRAIN_EV_UNDRAIN_ASKED, "stop was cancelled");
	cluster_move(r, CLUSTER_RUNNING, "");
	return true;
}

/* R6: every node that joined is drained and proven empty; forced, or never joined, it goes at
 * once (R6.3, R6.4). */
static void send_away(struct run *r, struct member *m, const char *why)
{
	enum node_state s = m->node.state;

	if (s == NODE_DELETING || s == NODE_EVICTED || s == NODE_GONE)
		return;
	if (!m->node.vm_id[0]) {
		if (!intent_open(r, m->node.set_id))
			boot_feed(r, m, BOOT_EV_TOO_LATE, why);
		return;
	}
	if (r->op.force || s == NODE_FAILED || (node_is_booting(s) && !m->in_scheduler) ||
	    !r->remote) {
		node_move(r, m, NODE_DELETING, "%s%s", r->op.force ? "forced: " : "", why);
	} else if (s != NODE_DRAINING) {
		m->node.drain_asked = true;
		m->node.drain_asked_ms = 0;
		drain_feed(r, m, DRAIN_EV_WANTED, why);
	} else if (!m->node.drain_asked || m->node.drain_asked_ms) {
		m->node.drain_asked = true;
		m->node.drain_asked_ms = 0;
		member_save(r, m);
	}
}

/* A turn's share of them; true: there are more, and it is to be called again soon. */
bool nodes_send_away(struct run *r, const char *why)
{
	uint64_t most = r->moves + MOVES_PER_TURN;
	struct err err = ERR_INIT;

	if (store_begin(r->engine->store, &err) < 0) {
		log_error("cluster %s: %s", r->cluster.name, err.msg);
		return false;
	}
	for (size_t i = r->n_members; i-- > 0 && r->moves < most;)
		send_away(r, r->members[i], why);
	if (store_commit(r->engine->store, &err) < 0)
		engine_fatal(r->engine, &err);
	return r->moves >= most;
}

static bool go_nodes(struct run *r)
{
	int64_t jobs = 0;

	if (op_work(r)->nodes_begun < r->n_members)
		op_work(r)->nodes_begun = r->n_members;
	if (r->n_members == 0)
		return true;
	if (nodes_send_away(r, "the cluster stops"))
		timer_set(r->op_tick, 0);
	for (size_t i = 0; i < r->n_members; i++)
		jobs += r->members[i]->node.jobs > 0 ? r->members[i]->node.jobs : 0;
	operation_step(r, "nodes", "%s left, %s on them%s",
		       count_text((char[48]){ 0 }, (int64_t)r->n_members, "node"),
		       count_text((char[48]){ 0 }, jobs, "job"),
		       jobs > 0 ? JOBS_WAITED_FOR : "");
	observe_soon(r, 500);
	return r->n_members == 0;
}

static void on_stopped(void *arg, const struct sched_run *run, const struct err *err)
{
	struct run *r = arg;

	(void)run;
	(void)err; /* a head that cannot be asked is stopped all the same */
	if (r->op.id)
		op_work(r)->stopped = true;
	operation_wake(r);
}

bool scheduler_stop(struct run *r)
{
	struct op_work *w = op_work(r);
	struct strs argv = STRS_INIT(4);

	if (w->stopped || !remote_ready(r->remote))
		return true;
	if (w->stop_called)
		return false;
	w->stop_called = true;
	strs_add(&argv, HEAD_TOOL);
	strs_add(&argv, "stop");
	remote_run(r->remote, &argv, NULL, NULL, 0, true, 15000, on_stopped, r);
	strs_clear(&argv);
	return false;
}

void head_forget(struct run *r)
{
	remote_free(r->remote);
	r->remote = NULL;
	reading_free(r->reading);
	r->reading = NULL;
	r->publishing = r->offering = r->draining_call = r->version_asked = false;
	r->phase_source.reading = r->queue_source.reading = false;
	r->head_phase[0] = '\0';
	r->sched_version[0] = '\0';
	r->sched_limits.told = false;
	r->limits_due_ms = 0;
}

static bool go_head(struct run *r)
{
	if (!r->cluster.head_id || !r->cluster.head_id[0])
		return true;
	return ensure(r, CLOUD_DEALLOCATE, CLOUD_VM, r->cluster.head_id);
}

static const struct stage stages[] = {
	{ "nodes", go_nodes, cancelled, 0 },
	{ "daemons", scheduler_stop, NULL, STEP_MS },
	{ "head", go_head, NULL, STEP_MS },
};

const struct stages stop_stages = { stages, ARRAY_LEN(stages) };

void stop_step(struct run *r)
{
	if (!stages_run(r, stages, ARRAY_LEN(stages)))
		return;
	operation_end(r, OP_DONE, "stopped; the head's disk is kept");
	head_forget(r);
	cluster_move(r, CLUSTER_OFF, "stopped");
}
