/*
 * Teardown (R8): ten seconds in which it can be taken back, then nodes, daemons, head, network,
 * storage that is not kept, group (R8.3), and the proof (teardown_proof.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/bill.h"
#include "engine/change.h"
#include "engine/jobs.h"
#include "engine/members.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/operation.h"
#include "engine/reconcile.h"
#include "engine/remote.h"
#include "engine/snapshot.h"
#include "engine/storage.h"
#include "engine/teardown_items.h"
#include "engine/teardown_proof.h"

#define DRAIN	 "drain"
#define UNDO_MS	 10000
#define ALARM_MS ((int64_t)30 * 60 * 1000)

/* As it was; what the teardown cut off stays cut off, and says so. */
static bool undone(struct run *r)
{
	static const struct {
		enum cluster_state from, to;
		const char *why;
	} backs[] = {
		{ CLUSTER_OFF, CLUSTER_OFF, "" },
		{ CLUSTER_KEPT, CLUSTER_KEPT, "torn down; its storage is kept" },
		{ CLUSTER_RUNNING, CLUSTER_RUNNING, "" },
		{ CLUSTER_STOPPING, CLUSTER_RUNNING, "" },
		{ CLUSTER_RESIDUE, CLUSTER_RESIDUE,
		  "what was left is still there: delete the cluster again to remove it" },
	};
	enum cluster_state from = items_from(r), to = CLUSTER_FAILED;
	const char *why = "a teardown that was taken back came upon it: start it, or delete it";

	for (size_t i = 0; i < ARRAY_LEN(backs); i++)
		if (backs[i].from == from) {
			to = backs[i].to;
			why = backs[i].why;
		}
	operation_end(r, OP_CANCELLED, "taken back before the first call");
	cluster_move(r, to, why);
	observe_soon(r, 0);
	return true;
}

/* Nothing is drained before it cannot be taken back any more. */
static bool jobs_may_start(const struct run *r)
{
	bool may = !r->op.force && r->n_members > 0 && r->queue;

	for (size_t i = 0; may && i < r->queue->n_jobs; i++)
		if (r->queue->jobs[i].state == JOB_PENDING)
			return true;
	return false;
}

static bool go_undo(struct run *r)
{
	int64_t left = r->op.started_ms + UNDO_MS - clock_utc_ms();

	if (left <= 0)
		return true;
	operation_step(r, "undo", "begins in 10 s%s",
		       jobs_may_start(r) ? "; jobs that start meanwhile are waited for" : "");
	timer_set(r->op_tick, left);
	return false;
}

/* Every open intent ends first: what is half made must be known before it is deleted. */
static bool go_settle(struct run *r)
{
	if (r->n_intents == 0)
		return true;
	operation_step(r, "settle", "%zu cloud changes end first", r->n_intents);
	observe_soon(r, 1000);
	timer_set(r->op_tick, 1000);
	return false;
}

bool teardown_drains_since(const struct run *r, int64_t ms)
{
	return r->op.kind == OP_DELETE && strcmp(r->op.step, DRAIN) == 0 && r->op.step_ms <= ms;
}

static bool all_leaving(const struct run *r)
{
	for (size_t i = 0; i < r->n_members; i++)
		if (r->members[i]->node.state != NODE_DELETING &&
		    r->members[i]->node.state != NODE_EVICTED)
			return false;
	return true;
}

static bool go_drain(struct run *r)
{
	int64_t jobs = 0;
	bool more;

	more = nodes_send_away(r, "the cluster is deleted");
	if (all_leaving(r))
		return true;
	for (size_t i = 0; i < r->n_members; i++)
		jobs += r->members[i]->node.jobs > 0 ? r->members[i]->node.jobs : 0;
	operation_step(r, DRAIN, "%s, %s on them%s",
		       count_text((char[48]){ 0 }, (int64_t)r->n_members, "node"),
		       count_text((char[48]){ 0 }, jobs, "job"),
		       jobs > 0 ? JOBS_WAITED_FOR : "");
	observe_soon(r, 500);
	timer_set(r->op_tick, more ? 0 : 1000);
	return false;
}

/* Whole sets, members and all: one call each instead of one per hundred nodes. */
static bool go_sets(struct run *r)
{
	struct strs names = STRS_INIT(20000);
	struct err err = ERR_INIT;
	size_t waiting = 0;

	if (!r->cluster.group_id || !r->cluster.group_id[0])
		return true; /* torn down before, but for its storage */
	if (store_intent_names(r->engine->store, r->cluster.id, &names, &err) < 0) {
		operation_error(r, &err, 5000);
		return false;
	}
	for (size_t i = 0; i < names.n; i++)
		if (text_has_prefix(names.v[i], "scaleset "))
			waiting +=
			    item_delete(r, CLOUD_SCALESET, names.v[i] + strlen("scaleset ")) ==
			    ITEM_UNDER_WAY;
	strs_clear(&names);
	operation_step(r, "nodes", "%s and %s to go",
		       count_text((char[48]){ 0 }, (int64_t)waiting, "scale set"),
		       count_text((char[48]){ 0 }, (int64_t)r->n_members, "node"));
	return waiting == 0;
}

/* Nodes of a set that is still there go on being shown, and charged. */
static bool go_rows(struct run *r)
{
	uint64_t most = r->moves + MOVES_PER_TURN;
	struct err err = ERR_INIT;
	size_t i = r->n_members;

	if (store_begin(r->engine->store, &err) < 0) {
		operation_error(r, &err, 5000);
		return false;
	}
	while (i > 0 && r->moves < most)
		if (!item_is_later(r, r->members[--i]->node.set_id))
			member_gone(r, r->members[i], "deleted with its scale set");
	if (store_commit(r->engine->store, &err) < 0)
		engine_fatal(r->engine, &err);
	if (i > 0)
		timer_set(r->op_tick, 0);
	return i == 0;
}

/* Gone, left, or put off: the next thing may go. */
static bool delete_one(struct run *r, enum cloud_kind kind, const char *name)
{
	struct err err = ERR_INIT;
	char id[320];

	if (resource_name(r, kind, name, id, &err) < 0) {
		operation_error(r, &err, 60000);
		return false;
	}
	return item_delete(r, kind, id) != ITEM_UNDER_WAY;
}

bool teardown_head(struct run *r)
{
	if (!r->cluster.head_id || !r->cluster.head_id[0])
		return true;
	if (r->remote) {
		jobs_end_with_cluster(r);
		remote_free(r->remote);
		r->remote = NULL;
		reading_free(r->reading);
		r->reading = NULL;
		r->publishing = r->offering = r->draining_call = r->version_asked = false;
		r->phase_source.reading = false;
	}
	return delete_one(r, CLOUD_VM, "head");
}

bool teardown_network(struct run *r)
{
	if (r->cluster.spec.vnet_id || !r->cluster.group_id || !r->cluster.group_id[0])
		return true;
	if (items_later(r, CLOUD_SCALESET, NULL) || items_later(r, CLOUD_VM, NULL))
		return true; /* machines hold it: "again" comes back to it */
	return delete_one(r, CLOUD_NETWORK, "vnet") && delete_one(r, CLOUD_NSG, "nsg");
}

/* A disk bears the tags of the cluster that made it. */
static bool is_ours(const struct run *r, const struct cloud_item *item)
{
	return strcmp(item->engine_tag, store_engine_id(r->engine->store)) == 0 &&
	       (strcmp(item->cluster_tag, r->cluster.short_id) == 0 ||
		storage_owns(r, item->id));
}

static void on_group_items(void *arg, const struct cloud_items *items, const struct err *err)
{
	struct run *r = arg;
	struct op_work *w = op_work(r);
	bool foreign = false;

	w->items_call = NULL;
	for (size_t i = 0; items && i < items->n; i++)
		if (!is_ours(r, &items->v[i]) &&
		    text_casecmp(items->v[i].id, w->items_group) != 0) {
			foreign = true;
			note(r, EVENT_WARN, "",
			     "the group holds %s, which is not ours: the group stays",
			     items->v[i].id);
		}
	/* a group that is gone holds nothing of anybody */
	if (!items && err->code != ERR_NOT_FOUND) {
		operation_read_failed(r, err);
		return;
	}
	w->reads_failed = 0;
	strs_add(foreign ? &w->foreign : &w->clear, w->items_group);
	operation_wake(r);
}

/* R8.4: as a whole only when nothing foreign is in it; and last. */
static bool delete_group(struct run *r, const char *group)
{
	struct op_work *w = op_work(r);

	if (strs_has(&w->foreign, group))
		item_foreign(r, group);
	if (strs_has(&w->foreign, group) || items_later(r, CLOUD_GROUP, group) ||
	    item_is_later(r, group))
		return true;
	if (strs_has(&w->clear, group) || item_stays(r, group))
		return item_delete(r, CLOUD_GROUP, group) != ITEM_UNDER_WAY;
	if (!w->items_call) {
		free(w->items_group);
		w->items_group = xstrdup(group);
		w->items_call =
		    r->cloud->ops->items(r->cloud->cloud, NULL, group, on_group_items, r);
	}
	return false;
}

/* Its group stays, with the snapshot in it. */
static bool delete_copied(struct run *r, struct storage_spec *s, const char *snapshot)
{
	enum item_step step = ITEM_SETTLED;

	if (!storage_is_snapshot(s)) {
		step = item_stays(r, s->disk_id) ? ITEM_SETTLED : snapshot_step(r, s, snapshot);
		if (step == ITEM_SETTLED)
			step = item_delete(r, CLOUD_DISK, s->disk_id);
		if (item_stays(r, s->disk_id))
			return true;
	}
	if (step == ITEM_SETTLED) /* or an engine was killed before it knew */
		snapshot_takes_place(r, s, snapshot);
	return step != ITEM_UNDER_WAY;
}

bool teardown_storage(struct run *r)
{
	struct cluster_spec *spec = &r->cluster.spec;
	bool done = true;

	if (items_later(r, CLOUD_VM, NULL))
		return true; /* the head holds its disks */
	for (size_t i = 0; i < spec->n_storage && done; i++) {
		struct storage_spec *s = &spec->storage[i];
		const char *snapshot = item_snapshot(r, s);
		char *group;

		if (!s->disk_id || item_kept(r, s))
			continue;
		if (snapshot) {
			done = delete_copied(r, s, snapshot);
			continue;
		}
		group = storage_group_of(s->disk_id);
		done = item_delete(r, storage_kind(s), s->disk_id) != ITEM_UNDER_WAY &&
		       delete_group(r, group);
		free(group);
	}
	return done;
}

bool teardown_group(struct run *r)
{
	return !r->cluster.group_id || !r->cluster.group_id[0] ||
	       delete_group(r, r->cluster.group_id);
}

/* What bears our tags and stands in no row, when the group could not take it along. */
static bool go_rest(struct run *r)
{
	return items_rest(r) == 0;
}

/*
 * What could not be deleted (R8.5): each item has its own next try; when the first of them is
 * due the way through the graph begins anew, and passes over what is gone
 */

static void alarm_text(struct run *r, char out[200], size_t n, int64_t next_ms,
		       const char *first)
{
	double price = items_failed_price(r);
	char when[CLOCK_TEXT], day[24], money[40] = "at an unknown price";

	if (price >= 0)
		snprintf(money, sizeof(money), "%s/day", money_text(day, price * 24));
	snprintf(out, 200, "%zu left, %s; next try %s; %.120s", n, money,
		 clock_hms(when, next_ms), first);
}

/* R8.7: it stays on the front page, with what, why, how dear, and when it is tried again. */
static void alarm_if_stuck(struct run *r, size_t n, int64_t next_ms, const char *first)
{
	bool told = r->cluster.state == CLUSTER_RESIDUE;
	char text[200];

	if (clock_utc_ms() - items_progress_ms(r) < ALARM_MS) {
		if (told)
			cluster_move(r, CLUSTER_DELETING, "");
		return;
	}
	alarm_text(r, text, n, next_ms, first);
	if (!told)
		note(r, EVENT_ERROR, "",
		     "teardown: nothing went for 30 min: %s; skip leaves it, retry hurries it",
		     text);
	if (!told || strcmp(r->cluster.reason, text) != 0)
		cluster_move(r, CLUSTER_RESIDUE, text);
}

static bool go_again(struct run *r)
{
	struct op_work *w = op_work(r);
	int64_t next_ms, now = clock_utc_ms(), wake_ms;
	char first[200] = "", when[CLOCK_TEXT];
	size_t n = items_failed(r, &next_ms, first, sizeof(first));

	if (n == 0) {
		if (r->cluster.state == CLUSTER_RESIDUE && r->op.state == OP_RUNNING)
			cluster_move(r, CLUSTER_DELETING, "");
		return true;
	}
	if (next_ms <= now) {
		strs_clear(&w->clear);
		strs_clear(&w->foreign);
		operation_step(r, "nodes", "%zu are tried again", n);
		operation_wake(r);
		return false;
	}
	alarm_if_stuck(r, n, next_ms, first);
	operation_step(r, "again", "%zu could not be deleted, next try %s", n,
		       clock_hms(when, next_ms));
	operation_waits(r, next_ms, first);
	wake_ms = items_progress_ms(r) + ALARM_MS;
	timer_set(r->op_tick, (wake_ms > now && wake_ms < next_ms ? wake_ms : next_ms) - now);
	return false;
}

static const struct stage stages[] = {
	{ "undo", go_undo, undone, STEP_MS },
	{ "settle", go_settle, NULL, STEP_MS },
	{ DRAIN, go_drain, NULL, 0 }, /* R5.7: as long as jobs run */
	{ "nodes", go_sets, NULL, STEP_MS },
	{ "rows", go_rows, NULL, STEP_MS },
	{ "daemons", scheduler_stop, NULL, STEP_MS },
	{ "head", teardown_head, NULL, STEP_MS },
	{ "rest", go_rest, NULL, STEP_MS },
	{ "network", teardown_network, NULL,
	  STEP_MS }, /* R8.3: data goes after what it is reached by */
	{ "snapshots", teardown_snapshots, NULL, STEP_MS },
	{ "storage", teardown_storage, NULL, STEP_MS },
	{ "group", teardown_group, NULL, STEP_MS },
	{ "again", go_again, NULL, 0 }, /* alarms by itself, 30 min after the last progress */
	{ "lists", proof_lists, NULL, STEP_MS },
	{ "names", proof_names, NULL, STEP_MS },
};

const struct stages teardown_stages = { stages, ARRAY_LEN(stages) };

/* What is left of a cluster whose storage is kept: a row on the front page that says what goes
 * on costing, and that is torn down once more, or taken over, some day. */
static void become_kept(struct run *r, size_t disks)
{
	const struct cluster_spec *spec = &r->cluster.spec;
	size_t snapshots = 0;
	char reason[80];

	for (size_t i = 0; i < spec->n_storage; i++)
		snapshots += spec->storage[i].disk_ms && storage_is_snapshot(&spec->storage[i]);

	run_unmade(r);
	run_let_go(r);
	if (r->queue) {
		bill_all(r, clock_utc_ms());
		tenancy_clear(&r->bill.tenancy);
		queue_clear(r->queue);
		free(r->queue);
		r->queue = NULL;
		gone_jobs_load(r); /* they were in its queue until now */
	}
	r->decided = false;
	snprintf(reason, sizeof(reason), "torn down; %zu %s%s kept", disks,
		 snapshots == 0	      ? "disk"
		 : snapshots == disks ? "snapshot"
				      : "snapshot or disk",
		 disks == 1 ? " is" : "s are");
	cluster_move(r, CLUSTER_KEPT, reason);
}

static void finish(struct run *r, const struct json *report, size_t kept, size_t left)
{
	size_t gone = json_len(json_get(report, "gone"));
	char text[200];

	if (left > 0) {
		operation_end(r, OP_DONE, "%s gone by name, %zu left as decided",
			      count_text((char[48]){ 0 }, (int64_t)gone, "resource"), left);
		snprintf(text, sizeof(text),
			 "%s left by decision: delete the cluster again to remove %s",
			 count_text((char[48]){ 0 }, (int64_t)left, "resource"),
			 left == 1 ? "it" : "them");
		cluster_move(r, CLUSTER_RESIDUE, text);
		return;
	}
	operation_end(r, OP_DONE, "verified: %s gone by name, %s by tag %s",
		      count_text((char[48]){ 0 }, (int64_t)gone, "resource"),
		      json_int(report, "lists", 2) == 1 ? "one list (nothing was ever made)"
							: "two lists",
		      kept ? "show only what is kept" : "empty");
	remote_key_forget(r);
	if (kept > 0) {
		become_kept(r, kept);
		return;
	}
	cluster_move(r, CLUSTER_DELETED, "deleted");
	run_forget(r);
}

static size_t disks_kept(struct run *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->cluster.spec.n_storage; i++)
		n += item_kept(r, &r->cluster.spec.storage[i]);
	return n;
}

void teardown_step(struct run *r)
{
	struct err err = ERR_INIT;
	struct json *report;
	size_t kept, left;

	if (!stages_run(r, stages, ARRAY_LEN(stages)))
		return;
	bill_save(r);
	report = proof_report(r);
	operation_remember(r, json_copy(report));
	kept = disks_kept(r);
	left = items_left(r);
	if (store_tombstone_add(r->engine->store, &r->cluster, report, r->op.actor, &err) < 0)
		log_error("cluster %s: %s", r->cluster.name, err.msg);
	finish(r, report, kept, left);
	json_free(report);
}
