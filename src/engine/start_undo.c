/*
 * A start that is taken back (R4.5) ends as it began: the cluster is off. What the start made
 * goes by the way of a teardown, open changes first, and disks that were there before stay; a
 * head that was only woken goes back to sleep. What cannot be removed within a while is left to
 * a teardown, which has the patience.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/observe.h"
#include "engine/operation.h"
#include "engine/teardown_items.h"

#define PATIENCE_MS ((int64_t)10 * 60 * 1000)
#define STEPS_OF    "undo" /* what the names of all of them begin with */
#define REMOVES	    "undo-"

struct json *start_remembers(const struct run *r)
{
	struct json *data = json_new_object();
	const char *address = r->cluster.head_address;

	json_set_str(data, "from", cluster_state_name(r->cluster.state));
	json_set_bool(data, "had_head", address && address[0]);
	return data;
}

static struct json *data_of(const struct run *r)
{
	struct json *data =
	    r->op.data ? json_parse(r->op.data, strlen(r->op.data), NULL) : NULL;

	return data ? data : json_new_object();
}

static bool had_head(const struct run *r)
{
	struct json *data = data_of(r);
	bool had = json_bool(data, "had_head", false);

	json_free(data);
	return had;
}

bool start_is_undone(const struct run *r)
{
	return r->op.kind == OP_START && text_has_prefix(r->op.step, STEPS_OF);
}

bool start_undo_removes(const struct run *r)
{
	return r->op.kind == OP_START && text_has_prefix(r->op.step, REMOVES) && !had_head(r);
}

bool start_undo_begin(struct run *r)
{
	struct json *data = json_new_object(), *keep = json_set_array(data, "keep");
	const struct cluster_spec *spec = &r->cluster.spec;

	json_set_int(data, "undo_ms", clock_utc_ms());
	for (size_t i = 0; i < spec->n_storage; i++)
		if (spec->storage[i].disk_ms && spec->storage[i].disk_ms < r->op.started_ms)
			json_add(keep, json_new_string(spec->storage[i].name));
	json_set_array(data, "skip");
	json_set_array(data, "items");
	operation_remember(r, data);
	cluster_move(r, CLUSTER_STOPPING, "its start is taken back");
	operation_step(r, STEPS_OF, "%s", "what was asked of the cloud ends first");
	operation_wake(r);
	return true;
}

/* What is half made must be known before it is deleted. */
static bool go_settle(struct run *r)
{
	if (r->n_intents) {
		observe_soon(r, 1000);
		timer_set(r->op_tick, 1000);
		return false;
	}
	strs_clear(&op_work(r)->made); /* of the start: from here each is a deletion */
	return true;
}

static bool go_sleep(struct run *r)
{
	if (!ensure(r, CLOUD_DEALLOCATE, CLOUD_VM, r->cluster.head_id))
		return false;
	head_forget(r);
	return true;
}

static void give_up(struct run *r, size_t n, const char *first)
{
	char why[320];

	snprintf(why, sizeof(why),
		 "its start was taken back, and %s could not be removed, the first is %.160s: "
		 "delete the cluster, or start it again",
		 count_text((char[48]){ 0 }, (int64_t)n, "resource"), first);
	operation_end(r, OP_FAILED, "%s", why);
	cluster_move(r, CLUSTER_FAILED, why);
}

static bool go_left(struct run *r)
{
	struct op_work *w = op_work(r);
	struct json *data = data_of(r);
	int64_t next_ms, now = clock_utc_ms(), began = json_int(data, "undo_ms", now);
	char first[200] = "", when[CLOCK_TEXT];
	size_t n = items_failed(r, &next_ms, first, sizeof(first));

	json_free(data);
	if (n == 0)
		return true;
	if (now - began > PATIENCE_MS) {
		give_up(r, n, first);
		return false;
	}
	if (next_ms <= now) {
		strs_clear(&w->clear);
		strs_clear(&w->foreign);
		operation_step(r, REMOVES "head", "%zu are tried again", n);
		operation_wake(r);
		return false;
	}
	operation_step(r, REMOVES "left", "%zu could not be removed, next try %s", n,
		       clock_hms(when, next_ms));
	operation_waits(r, next_ms, first);
	timer_set(r->op_tick, next_ms - now);
	return false;
}

static const struct stage removes[] = {
	{ STEPS_OF, go_settle, NULL, STEP_MS },
	{ REMOVES "head", teardown_head, NULL, STEP_MS },
	{ REMOVES "network", teardown_network, NULL, STEP_MS },
	{ REMOVES "storage", teardown_storage, NULL, STEP_MS },
	{ REMOVES "group", teardown_group, NULL, STEP_MS },
	{ REMOVES "left", go_left, NULL, STEP_MS },
};

static const struct stage sleeps[] = {
	{ STEPS_OF, go_settle, NULL, STEP_MS },
	{ REMOVES "sleep", go_sleep, NULL, STEP_MS },
};

void start_undo_step(struct run *r)
{
	bool slept = had_head(r);
	struct json *data;
	char by[80];

	if (!(slept ? stages_run(r, sleeps, ARRAY_LEN(sleeps))
		    : stages_run(r, removes, ARRAY_LEN(removes))))
		return;
	data = data_of(r);
	snprintf(by, sizeof(by), "cancelled by %s",
		 json_str(data, "cancelled_by", "the engine"));
	json_free(data);
	operation_end(r, OP_CANCELLED, "%s; %s", by,
		      slept ? "the head is stopped again" : "what it had made is gone again");
	if (!slept) {
		head_forget(r);
		run_unmade(r);
	}
	cluster_move(r, CLUSTER_OFF, by);
}
