#include "engine/teardown_items.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/operation.h"

static struct json *data_of(struct run *r)
{
	struct op_work *w = op_work(r);

	if (!w->data && r->op.data)
		w->data = json_parse(r->op.data, strlen(r->op.data), NULL);
	if (!w->data)
		w->data = json_new_object();
	return w->data;
}

/* Into the row; it goes to the store with the next change of the operation. */
static void data_write(struct run *r)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);

	json_write(&text, data_of(r));
	free(r->op.data);
	r->op.data = buf_steal(&text);
}

static struct json *list_in(struct json *data, const char *name)
{
	struct json *list = json_get_mut(data, name);

	return list ? list : json_set_array(data, name);
}

static bool list_has(const struct json *list, const char *text)
{
	for (size_t i = 0; i < json_len(list); i++)
		if (text_casecmp(json_text(json_at(list, i)), text) == 0)
			return true;
	return false;
}

static struct json *add_item(struct json *items, const char *kind, const char *id,
			     const char *state, double price)
{
	struct json *j = json_add_object(items);

	json_set_str(j, "kind", kind);
	json_set_str(j, "id", id);
	json_set_str(j, "state", state);
	json_set_str(j, "error", "");
	json_set_real(j, "price_per_hour", price);
	return j;
}

char *items_begin(struct run *r, const struct strs *keep)
{
	struct err err = ERR_INIT;
	struct json *plan = engine_teardown_plan(r->engine, &r->cluster, keep, &err);
	struct json *data = json_new_object(), *items;
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	const struct json *list = json_get(plan, "resources"), *storage;

	storage = json_get(plan, "storage");
	json_set_str(data, "from", cluster_state_name(r->cluster.state));
	json_set_array(data, "skip");
	items = json_set_array(data, "keep");
	for (size_t i = 0; i < json_len(storage); i++)
		if (strcmp(json_str(json_at(storage, i), "act", ""), "keep") == 0)
			json_add(items,
				 json_new_string(json_str(json_at(storage, i), "name", "")));
	items = json_set_array(data, "items");
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *j = json_at(list, i);
		const char *act = json_str(j, "act", "");

		if (strcmp(act, "never touched") != 0)
			add_item(items, json_str(j, "kind", ""), json_str(j, "id", ""),
				 strcmp(act, "keep") == 0 ? "kept" : "waiting",
				 json_real(j, "price_per_hour", 0));
	}
	json_free(plan);
	json_write(&text, data);
	json_free(data);
	return buf_steal(&text);
}

enum cluster_state items_from(struct run *r)
{
	return cluster_state_of(json_str(data_of(r), "from", "off"));
}

bool item_kept(struct run *r, const struct storage_spec *s)
{
	return s->disk_ms && list_has(json_get(data_of(r), "keep"), s->name);
}

static bool is_kept_id(struct run *r, const char *id)
{
	const struct json *items = json_get(data_of(r), "items");

	for (size_t i = 0; i < json_len(items); i++)
		if (text_casecmp(json_str(json_at(items, i), "id", ""), id) == 0)
			return strcmp(json_str(json_at(items, i), "state", ""), "kept") == 0;
	return false;
}

/* What lies in a group that is left because of what was skipped in it goes with that decision.
 */
static bool holds_skipped(struct run *r, const char *id)
{
	const struct json *skip = json_get(data_of(r), "skip");

	for (size_t i = 0; i < json_len(skip); i++) {
		const char *skipped = json_text(json_at(skip, i));
		char *group = storage_group_of(skipped);
		bool same = text_id_prefix(id, group);

		free(group);
		if (same)
			return true;
	}
	return false;
}

static bool is_group(const char *id)
{
	return !strstr(id, "/providers/");
}

bool item_stays(struct run *r, const char *id)
{
	return is_kept_id(r, id) || list_has(json_get(data_of(r), "skip"), id) ||
	       (is_group(id) && holds_skipped(r, id));
}

static struct json *item_of(struct run *r, const char *kind, const char *id)
{
	struct json *items = list_in(data_of(r), "items");

	for (size_t i = 0; i < json_len(items); i++) {
		char path[24];
		struct json *j;

		snprintf(path, sizeof(path), "%zu", i);
		j = json_get_mut(items, path);
		if (text_casecmp(json_str(j, "id", ""), id) == 0)
			return j;
	}
	return add_item(items, kind, id, "waiting", 0);
}

static void item_is(struct run *r, enum cloud_kind kind, const char *id, const char *state,
		    const char *error)
{
	struct json *j = item_of(r, cloud_kind_name(kind), id);

	if (strcmp(json_str(j, "state", ""), state) == 0 &&
	    strcmp(json_str(j, "error", ""), error) == 0)
		return;
	json_set_str(j, "state", state);
	json_set_str(j, "error", error);
	data_write(r);
	run_changed(r);
}

void item_failed(struct run *r, enum cloud_kind kind, const char *id, const char *why)
{
	/* a try that was under way when the item was left changes nothing about that */
	if (kind != CLOUD_MEMBERS && !item_stays(r, id))
		item_is(r, kind, id, "failed", why);
}

bool item_may_skip(struct run *r, const char *id)
{
	const struct json *items = json_get(data_of(r), "items");

	for (size_t i = 0; i < json_len(items); i++) {
		const struct json *j = json_at(items, i);
		const char *state = json_str(j, "state", "");

		if (text_casecmp(json_str(j, "id", ""), id) == 0)
			return strcmp(state, "gone") != 0 && strcmp(state, "kept") != 0 &&
			       strcmp(state, "skipped") != 0;
	}
	return false;
}

void item_skip(struct run *r, const char *id)
{
	struct json *j = item_of(r, "other", id);

	json_add(list_in(data_of(r), "skip"), json_new_string(json_str(j, "id", id)));
	json_set_str(j, "state", "skipped");
	r->op.error[0] = '\0';
	data_write(r);
}

bool item_delete(struct run *r, enum cloud_kind kind, const char *id)
{
	if (item_stays(r, id)) {
		if (!is_kept_id(r, id))
			item_is(r, kind, id, "skipped", "");
		return true;
	}
	if (ensure(r, CLOUD_DELETE, kind, id)) {
		item_is(r, kind, id, "gone", "");
		return true;
	}
	if (r->op.next_try_ms <= clock_utc_ms())
		item_is(r, kind, id, "deleting", "");
	return false;
}

size_t items_left(struct run *r)
{
	return json_len(json_get(data_of(r), "skip"));
}

bool items_skip_machines(struct run *r)
{
	const struct json *skip = json_get(data_of(r), "skip");

	for (size_t i = 0; i < json_len(skip); i++)
		if (strstr(json_text(json_at(skip, i)), "/virtualMachine"))
			return true;
	return false;
}

void items_report(struct run *r, struct json *report)
{
	const struct json *items = json_get(data_of(r), "items");
	struct json *kept = json_set_array(report, "kept"),
		    *left = json_set_array(report, "left");
	double goes_on = 0;

	for (size_t i = 0; i < json_len(items); i++) {
		const struct json *j = json_at(items, i);
		const char *state = json_str(j, "state", "");
		bool stays = strcmp(state, "kept") == 0;
		double price = json_real(j, "price_per_hour", -1);

		if (!stays && strcmp(state, "skipped") != 0)
			continue;
		add_item(stays ? kept : left, json_str(j, "kind", ""), json_str(j, "id", ""),
			 state, price);
		goes_on = price < 0 || goes_on < 0 ? -1 : goes_on + price;
	}
	json_set_real(report, "goes_on_per_hour", goes_on);
}
