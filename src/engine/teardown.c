/*
 * Teardown (R8): ten seconds in which it can be taken back, then nodes, daemons, head, storage
 * that is not kept, network, group, and a proof: two complete lists by tag a minute apart show
 * nothing but what was to stay, and every other name that was ever recorded is gone by GET.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/operation.h"
#include "engine/teardown_items.h"

#define UNDO_MS	       10000
#define LISTS_APART_MS 60000
#define LOOKS_AT_ONCE  8
#define ALARM_MS       ((int64_t)30 * 60 * 1000)

static bool undone(struct run *r)
{
	enum cluster_state back = r->cluster.head_address && r->cluster.head_address[0]
				      ? CLUSTER_RUNNING
				  : items_from(r) == CLUSTER_KEPT ? CLUSTER_KEPT
								  : CLUSTER_OFF;

	operation_end(r, OP_CANCELLED, "taken back before the first call");
	cluster_move(r, back, "");
	observe_soon(r, 0);
	return true;
}

static bool go_undo(struct run *r)
{
	int64_t left = r->op.started_ms + UNDO_MS - clock_utc_ms();

	if (left <= 0)
		return true;
	operation_step(r, "undo", "begins in 10 s; cancel takes it back");
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
	operation_step(r, "drain", "%zu nodes, %lld jobs run on them%s", r->n_members,
		       (long long)jobs, jobs > 0 ? JOBS_WAITED_FOR : "");
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
		if (text_has_prefix(names.v[i], "scaleset ") &&
		    !item_delete(r, CLOUD_SCALESET, names.v[i] + strlen("scaleset ")))
			waiting++;
	strs_clear(&names);
	operation_step(r, "nodes", "%zu scale sets and %zu nodes to go", waiting, r->n_members);
	return waiting == 0;
}

static bool go_rows(struct run *r)
{
	uint64_t most = r->moves + MOVES_PER_TURN;
	struct err err = ERR_INIT;

	if (store_begin(r->engine->store, &err) < 0) {
		operation_error(r, &err, 5000);
		return false;
	}
	for (size_t i = r->n_members; i-- > 0 && r->moves < most;)
		member_gone(r, r->members[i], "deleted with its scale set");
	if (store_commit(r->engine->store, &err) < 0)
		engine_fatal(r->engine, &err);
	if (r->n_members)
		timer_set(r->op_tick, 0);
	return r->n_members == 0;
}

static bool delete_one(struct run *r, enum cloud_kind kind, const char *name)
{
	struct err err = ERR_INIT;
	char id[320];

	if (resource_name(r, kind, name, id, &err) < 0) {
		operation_error(r, &err, 60000);
		return false;
	}
	return item_delete(r, kind, id);
}

static bool go_head(struct run *r)
{
	if (!r->cluster.head_id || !r->cluster.head_id[0])
		return true;
	if (r->remote) {
		remote_free(r->remote);
		r->remote = NULL;
		reading_free(r->reading);
		r->reading = NULL;
		r->publishing = r->draining_call = r->version_asked = false;
		r->phase_source.reading = false;
	}
	return delete_one(r, CLOUD_VM, "head");
}

static bool go_network(struct run *r)
{
	if (r->cluster.spec.vnet_id || !r->cluster.group_id || !r->cluster.group_id[0])
		return true;
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
	if (items || err->code == ERR_NOT_FOUND)
		strs_add(foreign ? &w->foreign : &w->clear, w->items_group);
	else
		operation_error(r, err, 5000);
	operation_wake(r);
}

/* R8.4: as a whole only when nothing foreign is in it. */
static bool delete_group(struct run *r, const char *group)
{
	struct op_work *w = op_work(r);

	if (strs_has(&w->foreign, group))
		return true;
	if (strs_has(&w->clear, group) || item_stays(r, group))
		return item_delete(r, CLOUD_GROUP, group);
	if (!w->items_call) {
		free(w->items_group);
		w->items_group = xstrdup(group);
		w->items_call =
		    r->cloud->ops->items(r->cloud->cloud, NULL, group, on_group_items, r);
	}
	return false;
}

static bool go_storage(struct run *r)
{
	const struct cluster_spec *spec = &r->cluster.spec;
	bool done = true;

	for (size_t i = 0; i < spec->n_storage && done; i++) {
		const struct storage_spec *s = &spec->storage[i];
		char *group;

		if (!s->disk_id || item_kept(r, s))
			continue;
		group = storage_group_of(s->disk_id);
		done = item_delete(r, CLOUD_DISK, s->disk_id) && delete_group(r, group);
		free(group);
	}
	return done;
}

static bool go_group(struct run *r)
{
	return !r->cluster.group_id || !r->cluster.group_id[0] ||
	       delete_group(r, r->cluster.group_id);
}

/*
 * The proof
 */

/* What was to stay. A machine that is left has parts that nobody named: cards, disks, members.
 */
static bool may_be_there(struct run *r, const char *id)
{
	char *group = storage_group_of(id);
	bool may = item_stays(r, id) || (items_skip_machines(r) && item_stays(r, group));

	free(group);
	return may;
}

static void on_tagged(void *arg, const struct cloud_items *items, const struct err *err)
{
	struct run *r = arg;
	struct op_work *w = op_work(r);

	w->items_call = NULL;
	if (!items) {
		operation_error(r, err, 5000);
		return;
	}
	strs_clear(&w->left);
	for (size_t i = 0; i < items->n; i++)
		if (!may_be_there(r, items->v[i].id))
			strs_add(&w->left, items->v[i].id);
	if (w->left.n == 0) {
		w->lists++;
		if (!w->empty_since_ms)
			w->empty_since_ms = w->list_ms;
	} else {
		w->lists = 0;
		w->empty_since_ms = 0;
	}
	operation_wake(r);
}

static void list_tagged(struct run *r)
{
	struct op_work *w = op_work(r);

	w->list_ms = clock_utc_ms();
	w->items_call = r->cloud->ops->items(r->cloud->cloud, store_engine_id(r->engine->store),
					     r->cluster.short_id, on_tagged, r);
}

static void residue(struct run *r)
{
	struct op_work *w = op_work(r);
	struct err err = ERR_INIT;

	err_set(&err, ERR_CONFLICT, "%zu resources are left, the first is %s", w->left.n,
		w->left.v[0]);
	if (clock_utc_ms() - r->op.step_ms > ALARM_MS && r->cluster.state != CLUSTER_RESIDUE)
		cluster_move(r, CLUSTER_RESIDUE, err.msg);
	operation_error(r, &err, 10000);
	strs_clear(&w->made); /* each delete is asked for again */
	operation_step(r, "nodes", "%zu resources are left: deleting them again", w->left.n);
}

static bool go_lists(struct run *r)
{
	struct op_work *w = op_work(r);
	int64_t now = clock_utc_ms();

	if (w->items_call)
		return false;
	if (w->left.n) {
		residue(r);
		return false;
	}
	if (w->lists >= 2 && w->list_ms - w->empty_since_ms >= LISTS_APART_MS)
		return true;
	if (w->lists == 0 || now - w->empty_since_ms >= LISTS_APART_MS) {
		operation_step(r, "lists", "list %u of 2 by tag", w->lists + 1);
		list_tagged(r);
		return false;
	}
	operation_step(r, "lists", "first list is empty; the second comes a minute later");
	timer_set(r->op_tick, w->empty_since_ms + LISTS_APART_MS - now);
	return false;
}

struct name_look {
	struct run *run;
	char name[360];
};

static void on_name(void *arg, const struct cloud_sight *s, const struct err *err)
{
	struct name_look *l = arg;
	struct run *r = l->run;
	struct op_work *w = op_work(r);

	w->looking--;
	if (s->look == CLOUD_LOOK_UNKNOWN)
		operation_error(r, err, 5000);
	if (s->look != CLOUD_IS_GONE)
		strs_add(&w->left, l->name);
	operation_wake(r);
	free(l);
}

static void look_at(struct run *r, const char *kind_and_id)
{
	struct name_look *l = xcalloc(1, sizeof(*l));
	const char *id = strchr(kind_and_id, ' ') + 1;
	char kind[24];

	l->run = r;
	snprintf(l->name, sizeof(l->name), "%s", id);
	snprintf(kind, sizeof(kind), "%.*s", (int)(id - kind_and_id - 1), kind_and_id);
	op_work(r)->looking++;
	r->cloud->ops->look(r->cloud->cloud, cloud_kind_of(kind), id, on_name, l);
}

/* Members of a set are not asked for one by one: their set is, and the lists are by tag. */
static bool go_names(struct run *r)
{
	struct op_work *w = op_work(r);
	struct err err = ERR_INIT;

	if (w->names.n == 0 &&
	    store_intent_names(r->engine->store, r->cluster.id, &w->names, &err) < 0) {
		operation_error(r, &err, 5000);
		return false;
	}
	while (w->next_name < w->names.n && w->looking < LOOKS_AT_ONCE) {
		const char *name = w->names.v[w->next_name++];

		if (!text_has_prefix(name, "members ") &&
		    !strs_has(&w->foreign, strchr(name, ' ') + 1) &&
		    !may_be_there(r, strchr(name, ' ') + 1))
			look_at(r, name);
	}
	operation_step(r, "names", "%zu of %zu names looked at", w->next_name - w->looking,
		       w->names.n);
	if (w->looking || w->next_name < w->names.n || r->looks)
		return false;
	if (w->left.n) {
		w->next_name = 0;
		w->lists = 0;
		w->empty_since_ms = 0;
		residue(r);
		return false;
	}
	return true;
}

static const struct stage stages[] = {
	{ "undo", go_undo, undone },	 { "settle", go_settle, NULL },
	{ "drain", go_drain, NULL },	 { "nodes", go_sets, NULL },
	{ "rows", go_rows, NULL },	 { "daemons", scheduler_stop, NULL },
	{ "head", go_head, NULL },	 { "storage", go_storage, NULL },
	{ "network", go_network, NULL }, { "group", go_group, NULL },
	{ "lists", go_lists, NULL },	 { "names", go_names, NULL },
};

const struct stages teardown_stages = { stages, ARRAY_LEN(stages) };

static struct json *proof(struct run *r)
{
	struct op_work *w = op_work(r);
	struct json *j = json_new_object();
	struct json *gone = json_set_array(j, "gone");
	char when[CLOCK_TEXT];

	for (size_t i = 0; i < w->names.n; i++)
		if (!text_has_prefix(w->names.v[i], "members ") &&
		    !strs_has(&w->foreign, strchr(w->names.v[i], ' ') + 1) &&
		    !may_be_there(r, strchr(w->names.v[i], ' ') + 1))
			json_add(gone, json_new_string(strchr(w->names.v[i], ' ') + 1));
	items_report(r, j);
	json_set_str(j, "first_empty_list", clock_text(when, w->empty_since_ms));
	json_set_str(j, "second_empty_list", clock_text(when, w->list_ms));
	json_set_bool(j, "group_deleted", w->foreign.n == 0);
	json_set_real(j, "spent", bill_spent(r, clock_utc_ms()));
	return j;
}

/* What is left of a cluster whose storage is kept: a row on the front page that says what goes
 * on costing, and that is torn down once more, or taken over, some day. */
static void become_kept(struct run *r, size_t disks)
{
	struct cluster *c = &r->cluster;
	char **gone[] = { &c->group_id, &c->head_id, &c->head_host, &c->head_address };
	char reason[80];

	for (size_t i = 0; i < ARRAY_LEN(gone); i++) {
		free(*gone[i]);
		*gone[i] = NULL;
	}
	map_free(r->sets);
	r->sets = map_new(NULL, true);
	if (r->queue) {
		bill_all(r, clock_utc_ms());
		tenancy_clear(&r->bill.tenancy);
		queue_clear(r->queue);
		free(r->queue);
		r->queue = NULL;
	}
	r->decided = false;
	snprintf(reason, sizeof(reason), "torn down; %zu disk%s kept", disks,
		 disks == 1 ? " is" : "s are");
	cluster_move(r, CLUSTER_KEPT, reason);
}

static void finish(struct run *r, const struct json *report, size_t kept, size_t left)
{
	size_t gone = json_len(json_get(report, "gone"));
	char text[200];

	if (left > 0) {
		operation_end(r, OP_DONE, "%zu resources gone by name, %zu left as decided",
			      gone, left);
		snprintf(
		    text, sizeof(text),
		    "%zu resources were left by decision: delete the cluster again to remove them",
		    left);
		cluster_move(r, CLUSTER_RESIDUE, text);
		return;
	}
	operation_end(r, OP_DONE, "verified: %zu resources gone by name, two lists by tag %s",
		      gone, kept ? "show only what is kept" : "empty");
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
	report = proof(r);
	operation_remember(r, json_copy(report));
	kept = disks_kept(r);
	left = items_left(r);
	if (store_tombstone_add(r->engine->store, &r->cluster, report, r->op.actor, &err) < 0)
		log_error("cluster %s: %s", r->cluster.name, err.msg);
	finish(r, report, kept, left);
	json_free(report);
}
