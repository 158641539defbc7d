/*
 * The cycle's middle: readings move nodes, the decision is made, its intents are written in one
 * transaction, and only then is anything started. Level-triggered (R5.1): whatever was missed
 * is seen again next time.
 */
#include "engine/reconcile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/bill.h"
#include "engine/boot.h"
#include "engine/drain.h"
#include "engine/found.h"
#include "engine/intent.h"
#include "engine/jobs.h"
#include "engine/lease.h"
#include "engine/members.h"
#include "engine/missing.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/operation.h"
#include "engine/publish.h"
#include "engine/region.h"
#include "engine/scaleset.h"
#include "engine/silence.h"
#include "engine/spot.h"

/*
 * After a reading of the scheduler
 */

static void joined(struct run *r, struct member *m, const struct sched_node *sn)
{
	char why[160];
	char span[CLOCK_TEXT];

	if (sn->state != SNODE_UP || !sn->responding || sn->offer)
		return;
	snprintf(why, sizeof(why), "joined %s after the request",
		 clock_span(span, clock_utc_ms() - m->node.requested_ms));
	boot_feed(r, m, BOOT_EV_READY, m->node.state == NODE_UNHEALTHY ? "answers again" : why);
	observe_soon(r, 500);
}

/* A job came and went between two readings, or while no engine ran: the scheduler was busy
 * there after we saw the node idle. Without this it would have the patience for a fresh one. */
static bool worked_unseen(const struct member *m, const struct sched_node *sn)
{
	return !m->node.ever_busy && sn->last_busy_s * 1000 > m->node.since_ms;
}

static void at_work(struct run *r, struct member *m, const struct sched_node *sn)
{
	if (sn->state == SNODE_DOWN || sn->state == SNODE_UNKNOWN) {
		node_move(r, m, NODE_UNHEALTHY, "the scheduler says %.40s %.80s", sn->raw_state,
			  sn->reason);
		return;
	}
	if (m->node.state == NODE_IDLE && (sn->jobs > 0 || worked_unseen(m, sn))) {
		m->node.ever_busy = true;
		m->node.idle_since_ms = 0;
		node_move(r, m, NODE_BUSY, "%s",
			  sn->jobs > 0 ? "jobs run on it" /* how many is in its own column */
				       : "jobs ran on it between two readings");
	} else if (sn->jobs == 0 && !sn->completing && m->node.state == NODE_BUSY) {
		m->node.idle_since_ms = clock_utc_ms();
		node_move(r, m, NODE_IDLE, "no job");
	}
}

/* Its watcher was told, and drained it: that is as if the machine were gone (B2), so that its
 * replacement does not wait for that. A reading from before the VM was bound shows an older
 * node of that name. */
static bool is_noticed(const struct run *r, const struct member *m, const struct sched_node *sn)
{
	return sn->evict_notice && m->node.spot &&
	       r->queue->read_started_ms > m->node.bound_ms &&
	       (m->node.state == NODE_IDLE || m->node.state == NODE_BUSY ||
		m->node.state == NODE_DRAINING || m->node.state == NODE_UNHEALTHY);
}

#define NOTICE_MS ((int64_t)5 * 60 * 1000)

/* A notice is no promise: what is still there long after it, and empty, is not left to cost. */
static void still_there(struct run *r, struct member *m, const struct sched_node *sn)
{
	if (m->has_vm && clock_utc_ms() - m->node.since_ms > NOTICE_MS &&
	    (!sn || (sn->drained && sn->jobs == 0 && !sn->completing)))
		node_move(r, m, NODE_DELETING,
			  "the cloud did not take it, and nothing runs on it");
}

static void from_queue(struct run *r, struct member *m, const struct sched_node *sn)
{
	m->in_scheduler = sn != NULL;
	member_empties(m, sn, clock_utc_ms());
	m->node.jobs = sn ? sn->jobs : 0;
	m->node.load = sn && sn->cpus > 0 ? (double)sn->cpus_used / (double)sn->cpus : -1;
	snprintf(m->node.job, sizeof(m->node.job), "%s", sn ? sn->job : "");
	snprintf(m->node.user, sizeof(m->node.user), "%s", sn ? sn->user : "");
	if (m->node.state == NODE_EVICTED)
		still_there(r, m, sn);
	if (!sn) {
		silence_heard(r, m, NULL);
		return;
	}
	if (is_noticed(r, m, sn)) {
		drain_feed(r, m, DRAIN_EV_VM_GONE,
			   "spot eviction notice: the cloud takes its machine back");
		return;
	}
	switch (m->node.state) {
	case NODE_BOOTING:
	case NODE_JOINING:
	case NODE_UNHEALTHY:
		/* a reading from before the VM was bound shows an older node of that name */
		if (r->queue->read_started_ms > m->node.bound_ms)
			joined(r, m, sn);
		break;
	case NODE_IDLE:
	case NODE_BUSY:
		at_work(r, m, sn);
		break;
	default:
		break;
	}
	silence_heard(r, m, sn); /* as it is from here */
}

/* Nodes that the last reading showed, that this one does not, and that nobody sent away. */
static size_t vanished(const struct run *r, size_t *before)
{
	size_t n = 0;

	*before = 0;
	for (size_t i = 0; i < r->n_members; i++) {
		const struct member *m = r->members[i];

		if (!m->in_scheduler || m->node.state == NODE_DELETING ||
		    m->node.state == NODE_EVICTED)
			continue;
		(*before)++;
		if (!queue_node(r->queue, m->node.name))
			n++;
	}
	return n;
}

static size_t open_jobs(const struct queue *q)
{
	size_t n = 0;

	for (size_t i = 0; i < q->n_jobs; i++) {
		enum job_state s = q->jobs[i].state;

		n += s != JOB_DONE && s != JOB_FAILED && s != JOB_CANCELLED;
	}
	return n;
}

#define CANCEL_MS 120000 /* a job that was cancelled has left by then */

static size_t cpus_for_jobs(const struct run *r)
{
	int64_t cpus = 0;

	for (size_t i = 0; i < r->n_members; i++)
		if (r->members[i]->in_scheduler ||
		    queue_node(r->queue, r->members[i]->node.name))
			cpus += r->members[i]->node.cpus;
	return (size_t)cpus;
}

/* R5.3 */
static void suspect(struct run *r)
{
	int64_t now = clock_mono_ms();
	struct drop d = { .jobs = r->last_jobs,
			  .jobs_left = open_jobs(r->queue),
			  .cpus = cpus_for_jobs(r),
			  .cancelled = cancels_since(&r->cancels, clock_utc_ms() - CANCEL_MS),
			  .apart_ms = r->suspected_ms ? now - r->suspected_ms : 0,
			  .cycle_ms = (int64_t)r->cluster.spec.cycle_s * 1000 };
	char text[SUSPICION_TEXT];

	d.nodes_lost = vanished(r, &d.nodes);
	r->last_jobs = d.jobs_left;
	r->suspected_ms = now;
	if (suspicion_look(&r->suspicion, &d, now))
		note(r, EVENT_WARN, "",
		     "%s from one reading to the next: nothing is removed for %d s",
		     suspicion_text(text, &r->suspicion), SUSPICION_MS / 1000);
}

/* Whether the end was reached. What moved already stays as it is when a pass begins anew. */
static bool queue_pass(struct run *r)
{
	uint64_t most = r->moves + MOVES_PER_TURN;
	struct err err = ERR_INIT;
	size_t i = r->n_members;

	if (store_begin(r->engine->store, &err) < 0) {
		log_error("cluster %s: %s", r->cluster.name, err.msg);
		return true;
	}
	while (i > 0 && r->moves < most) {
		i--;
		from_queue(r, r->members[i], queue_node(r->queue, r->members[i]->node.name));
	}
	if (store_commit(r->engine->store, &err) < 0)
		engine_fatal(r->engine, &err);
	if (r->bill.moved) /* who had the nodes until now is known: a kill need not forget it */
		bill_save(r);
	run_changed(r);
	return i == 0;
}

void reconcile_queue(struct run *r)
{
	suspect(r);
	r->queue_open = true;
	timer_set(r->take_on, 0);
}

/*
 * After a reading of the cloud
 */

struct waiting { /* rows of one set that have no VM yet, in order */
	struct member **v;
	size_t n, cap, at;
};

static void waiting_free(void *arg)
{
	struct waiting *w = arg;

	free(w->v);
	free(w);
}

static bool waits(const struct member *m)
{
	return !m->node.vm_id[0] && node_is_booting(m->node.state);
}

static struct map *waiting_rows(const struct run *r)
{
	struct map *sets = map_new(waiting_free, true);

	for (size_t i = 0; i < r->n_members; i++) {
		struct member *m = r->members[i];
		struct waiting *w;

		if (!waits(m))
			continue;
		w = map_get(sets, m->node.set_id);
		if (!w) {
			w = xcalloc(1, sizeof(*w));
			map_put(sets, m->node.set_id, w);
		}
		GROW(w->v, w->n, w->cap);
		w->v[w->n++] = m;
	}
	return sets;
}

/* A row with a machine bound leaves the set's list; nothing frees one that waits meanwhile. */
static struct member *waiting_row(const struct map *sets, const char *set_id)
{
	struct waiting *w = map_get(sets, set_id);

	return w && w->at < w->n ? w->v[w->at++] : NULL;
}

/* A machine counts as failed where the scheduler does not hear of it, or nobody asked yet. Of
 * one that works all the same it would be taken back at the next reading of the queue, and said
 * again at the next listing; and a drain would be lost. */
static bool works_all_the_same(const struct run *r, const struct member *m)
{
	enum node_state s = m->node.state;

	return (s == NODE_IDLE || s == NODE_BUSY || s == NODE_DRAINING) &&
	       (!r->queue || (m->in_scheduler && !m->unheard));
}

static void bound(struct run *r, struct member *m, const struct cloud_vm *vm)
{
	m->has_vm = true;
	m->vm_failed = vm->failed;
	m->vm_deleting = vm->deleting;
	m->power = vm->power;
	m->created_ms = vm->created_ms;
	m->vm_missing_since_ms = 0;
	if (vm->failed && !vm->deleting && works_all_the_same(r, m))
		; /* "why" tells it */
	else if (vm->failed && !vm->deleting)
		boot_feed(r, m, BOOT_EV_VM_FAILED, "the cloud reports that its machine failed");
	else if (vm->power == POWER_RUNNING)
		boot_feed(r, m, BOOT_EV_VM_RUNNING, "machine runs");
	silence_listed(r, m);
}

/* R7.3: what the scheduler knows has joined, and goes as every node goes, drained and empty. */
static const struct sched_node *works_as(const struct run *r, const struct cloud_vm *vm)
{
	const struct sched_node *sn = stranger_in_queue(r, vm);

	return sn && !member_find(r, sn->name) ? sn : NULL; /* an address comes again */
}

/* A VM in a set of ours that no row waits for: it was given up before it came. It gets a row,
 * so that it is seen, and goes, unless it works. */
static void surplus(struct run *r, const struct cloud_vm *vm)
{
	const struct array_spec *a = array_of_set(r, vm->set_id);
	const struct sched_node *sn = works_as(r, vm);
	struct member *m;
	char name[40];

	if (!a || vm->deleting || intent_open(r, vm->set_id) ||
	    vm_left_lately(r, vm->id, clock_utc_ms()))
		return;
	if (r->cluster.state == CLUSTER_RUNNING && run_removes_nothing(r))
		return; /* whether it works nobody can say: the next listing shows it again */
	if (sn)
		snprintf(name, sizeof(name), "%s", sn->name);
	else
		snprintf(name, sizeof(name), "%s-%lld", a->name,
			 (long long)member_free_index(r, a->name));
	m = member_of_stranger(r, a, vm, name);
	if (!m)
		return;
	member_bind(r, m, vm);
	if (!sn && a->kept_ms) { /* R5.9: not even what nobody asked for */
		note(r, EVENT_WARN, m->node.name,
		     "%s came after it was given up, and stays: its array is kept", vm->name);
		boot_feed(r, m, BOOT_EV_VM_BOUND, "its array is kept");
		r->publish_due = true;
		member_save(r, m);
		bound(r, m, vm);
		return;
	}
	if (!sn) {
		node_move(r, m, NODE_DELETING, "came after it was given up: %s", vm->name);
		return;
	}
	member_save(r, m);
	note(r, EVENT_WARN, m->node.name,
	     "adopted: machine %s works under this name and stood in no row", vm->name);
	bound(r, m, vm);
}

static void from_cloud(struct run *r, const struct cloud_vm *vm, const struct map *rows)
{
	struct member *m = member_of_vm(r, vm->id);

	if (r->cluster.head_id && text_casecmp(vm->id, r->cluster.head_id) == 0)
		return;
	if (vm->set_id && vm->set_id[0])
		map_put(r->sets, vm->set_id, r);
	if (m) {
		bound(r, m, vm);
		return;
	}
	if (r->engine->adoption) { /* which row it is for, nobody knows */
		find_stranger(r, vm);
		return;
	}
	m = vm->set_id && !vm->deleting && !vm_is_past(r, vm->id)
		? waiting_row(rows, vm->set_id)
		: NULL;
	if (!m) {
		surplus(r, vm);
		return;
	}
	member_bind(r, m, vm);
	boot_feed(r, m, BOOT_EV_VM_BOUND, "has a machine");
	bound(r, m, vm);
}

struct look {
	struct run *run;
	char vm_id[320];
};

static void on_missing(void *arg, const struct cloud_sight *s, const struct err *err)
{
	struct look *l = arg;
	struct member *m = member_of_vm(l->run, l->vm_id);

	(void)err;
	l->run->looks--;
	if (m && s->look == CLOUD_IS_GONE) {
		m->has_vm = false;
		boot_feed(l->run, m, BOOT_EV_VM_GONE,
			  m->node.spot ? "spot machine taken back by the cloud"
				       : "its machine is gone");
		observe_soon(l->run, 0);
	} else if (m) {
		m->vm_missing_since_ms = 0;
	}
	free(l);
}

/* In the rows, not in the listing: asked for by id before anything is believed (R5.4). */
static void missing(struct run *r, struct member *m, int64_t listing_started_ms)
{
	const struct missing_facts f = { .listed_ms = listing_started_ms,
					 .set_changes = intent_open(r, m->node.set_id),
					 .deleted_ms = m->delete_ended_ms,
					 .deletion_done = m->delete_done };
	enum missing what = node_missing(&m->node, &f);
	struct look *l;

	if (what == MISSING_GONE)
		m->has_vm = false;
	if (what != MISSING_LOOK || !m->has_vm || m->vm_missing_since_ms ||
	    r->looks >= LOOKS_MAX)
		return;
	m->vm_missing_since_ms = clock_utc_ms();
	l = xcalloc(1, sizeof(*l));
	l->run = r;
	snprintf(l->vm_id, sizeof(l->vm_id), "%s", m->node.vm_id);
	r->looks++;
	r->cloud->ops->look(r->cloud->cloud, CLOUD_VM, m->node.vm_id, on_missing, l);
}

static void find_missing(struct run *r)
{
	struct map *listed = map_new_lent(true);

	for (size_t i = 0; i < r->listing.n; i++)
		map_put(listed, r->listing.v[i].id, r);
	for (size_t i = r->n_members; i-- > 0;) {
		struct member *m = r->members[i];

		if (m->node.vm_id[0] && !map_get(listed, m->node.vm_id))
			missing(r, m, r->vms_started_ms);
	}
	map_free(listed);
}

/* Whether the end was reached, or the listing has to be dropped: the next one shows the same.
 */
static bool cloud_pass(struct run *r)
{
	uint64_t most = r->moves + MOVES_PER_TURN;
	struct map *rows;
	struct err err = ERR_INIT;
	bool all;

	if (store_begin(r->engine->store, &err) < 0) {
		log_error("cluster %s: %s", r->cluster.name, err.msg);
		r->cloud_source.reading = false;
		return true;
	}
	rows = waiting_rows(r);
	while (r->listing_at < r->listing.n && r->moves < most)
		from_cloud(r, &r->listing.v[r->listing_at++], rows);
	map_free(rows);
	all = r->listing_at == r->listing.n;
	if (all)
		find_missing(r);
	if (store_commit(r->engine->store, &err) < 0)
		engine_fatal(r->engine, &err);
	if (all) {
		strangers_whole(r);
		bill_head_listed(r, &r->listing);
		observe_listed(r);
	}
	run_changed(r);
	return all;
}

void reconcile_cloud(struct run *r, struct cloud_vms *take)
{
	r->listing = *take;
	*take = (struct cloud_vms){ 0 };
	r->listing_at = 0;
	cloud_vms_clear(&r->strangers);
	r->listing_open = true;
	timer_set(r->take_on, 0);
}

/* One step in each turn of the loop. What is decided rests on whole readings: a node that is
 * known by half would be taken for one that boots. */
void reconcile_take_on(void *arg)
{
	struct run *r = arg;

	if (r->decision) /* it rests on the nodes as they are */
		return;
	if (r->listing_open) {
		loop_doing(r->engine->loop, "nodes move after a listing of the cloud");
		r->listing_open = !cloud_pass(r);
		if (!r->listing_open)
			cloud_vms_clear(&r->listing);
	} else if (r->queue_open) {
		loop_doing(r->engine->loop, "nodes move after a reading of the scheduler");
		r->queue_open = !queue_pass(r);
	} else {
		reconcile(r);
		return;
	}
	timer_set(r->take_on, 0);
}

void reconcile_go_on(struct run *r)
{
	if (r->listing_open || r->queue_open)
		timer_set(r->take_on, 0);
}

/*
 * What follows from readings
 */

static void drains_advance(struct run *r)
{
	uint64_t most = r->moves + MOVES_PER_TURN;
	struct err err = ERR_INIT;

	for (size_t i = r->n_members; i-- > 0 && r->moves < most;) {
		struct member *m = r->members[i];
		const struct sched_node *sn;

		if (m->node.state != NODE_DRAINING || !r->queue || run_is_blind(r))
			continue;
		sn = queue_node(r->queue, m->node.name);
		if (drain_proven(r, m, &err) &&
		    (m->node.drain_asked || !suspicion_holds(&r->suspicion)))
			drain_feed(r, m, DRAIN_EV_EMPTY,
				   "drained and empty in a reading that began afterwards");
		else if (sn && sn->jobs > 0 && !m->node.drain_asked && !m->node.terminate_asked)
			drain_feed(r, m, DRAIN_EV_HAS_JOBS, "a job came first");
	}
}

void reconcile(struct run *r)
{
	struct err err = ERR_INIT;

	engine_look_at_store(r->engine); /* R2.6: before anything is decided */
	if (run_hands_off(r)) {
		intents_act(
		    r); /* the lease's own write may be one whose outcome nobody knows */
		return;
	}
	if (cluster_rests(&r->cluster) || r->listing_open || r->queue_open)
		return;
	loop_doing(r->engine->loop, "deadlines and drains");
	if (store_begin(r->engine->store, &err) < 0)
		return;
	if (!r->decision && !observe_compares(r))
		spot_settle(r);
	boot_deadlines(r, clock_utc_ms());
	drains_advance(r);
	if (store_commit(r->engine->store, &err) < 0)
		engine_fatal(r->engine, &err);
	if (r->cluster.state == CLUSTER_RUNNING && r->queue && r->region->sizes_ms &&
	    r->region->quotas_ms && !r->decision && !observe_compares(r) && !decision_make(r))
		return; /* what follows from it comes with it */
	reconcile_acts(r);
}

void reconcile_acts(struct run *r)
{
	loop_doing(r->engine->loop, "acts begin");
	delete_members(r);
	intents_act(r);
	drain_act(r);
	publish_act(r);
	offers_act(r);
	operation_wake(r);
}
