#include "engine/teardown_items.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/text.h"
#include "engine/operation.h"
#include "engine/storage.h"

#define RETRY_MS      5000
#define RETRY_MOST_MS ((int64_t)10 * 60 * 1000) /* R8.5 */
#define HELD_MS	      ((int64_t)180 * 1000) /* how long a card stays reserved for its machine */

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

static void add_planned(struct json *items, const struct json *resource)
{
	const char *act = json_str(resource, "act", "");
	const char *storage = json_str(resource, "storage", NULL);
	struct json *j;

	if (strcmp(act, "never touched") == 0)
		return;
	j = add_item(items, json_str(resource, "kind", ""), json_str(resource, "id", ""),
		     strcmp(act, "keep") == 0 ? "kept" : "waiting",
		     json_real(resource, "price_per_hour", 0));
	if (storage)
		json_set_str(j, "storage", storage);
	if (strcmp(act, "make") == 0)
		json_set_bool(j, "make", true);
}

char *items_begin(struct run *r, const struct strs *keep, struct err *err)
{
	struct json *plan = engine_teardown_plan(r->engine, &r->cluster, keep, err);
	struct json *data, *items;
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	const struct json *list = json_get(plan, "resources"), *storage;

	if (!plan)
		return NULL;
	data = json_new_object();
	storage = json_get(plan, "storage");
	json_set_str(data, "from", cluster_state_name(r->cluster.state));
	json_set_array(data, "skip");
	items = json_set_array(data, "keep");
	for (size_t i = 0; i < json_len(storage); i++)
		if (strcmp(json_str(json_at(storage, i), "act", ""), "keep") == 0)
			json_add(items,
				 json_new_string(json_str(json_at(storage, i), "name", "")));
	items = json_set_array(data, "items");
	for (size_t i = 0; i < json_len(list); i++)
		add_planned(items, json_at(list, i));
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

static struct json *item_at(struct json *items, size_t i)
{
	char path[24];

	snprintf(path, sizeof(path), "%zu", i);
	return json_get_mut(items, path);
}

static struct json *item_of(struct run *r, const char *kind, const char *id)
{
	struct json *items = list_in(data_of(r), "items");

	for (size_t i = 0; i < json_len(items); i++)
		if (text_casecmp(json_str(json_at(items, i), "id", ""), id) == 0)
			return item_at(items, i);
	return add_item(items, kind, id, "waiting", 0);
}

static const struct json *item_known(struct run *r, const char *id)
{
	const struct json *items = json_get(data_of(r), "items");

	for (size_t i = 0; i < json_len(items); i++)
		if (text_casecmp(json_str(json_at(items, i), "id", ""), id) == 0)
			return json_at(items, i);
	return NULL;
}

static bool state_is(const struct json *item, const char *state)
{
	return strcmp(json_str(item, "state", ""), state) == 0;
}

/* What went wrong the last time stays to be read while it is tried again. */
static void item_is(struct run *r, enum cloud_kind kind, const char *id, const char *state)
{
	struct json *j = item_of(r, cloud_kind_name(kind), id);

	if (state_is(j, state))
		return;
	json_set_str(j, "state", state);
	json_set_int(j, "next_try_ms", 0);
	if (strcmp(state, "deleting") != 0)
		json_set_str(j, "error", "");
	if (strcmp(state, "gone") == 0 || !json_get(data_of(r), "progress_ms"))
		json_set_int(data_of(r), "progress_ms", clock_utc_ms());
	data_write(r);
	run_changed(r);
}

int64_t item_delay_ms(unsigned int tries, const struct cloud_stage_info *i, struct rng *rng)
{
	int64_t most = RETRY_MS, least = i->retry_after_ms;

	for (unsigned int k = 1; k < tries && most < RETRY_MOST_MS; k++)
		most *= 2;
	if (most > RETRY_MOST_MS)
		most = RETRY_MOST_MS;
	if (least <= 0 && i->err && i->err->code == ERR_CONFLICT)
		least = HELD_MS;
	most = most / 2 + (int64_t)rng_below(rng, (uint64_t)(most / 2) + 1);
	return most > least ? most : least;
}

void item_failed(struct run *r, enum cloud_kind kind, const char *id,
		 const struct cloud_stage_info *i)
{
	struct json *j;
	int64_t tries;

	/* a try that was under way when the item was left changes nothing about that */
	if (kind == CLOUD_MEMBERS || item_stays(r, id))
		return;
	j = item_of(r, cloud_kind_name(kind), id);
	tries = json_int(j, "tries", 0) + 1;
	json_set_str(j, "state", "failed");
	json_set_str(j, "error", i->err ? i->err->msg : "no answer");
	json_set_int(j, "tries", tries);
	json_set_int(j, "next_try_ms",
		     clock_utc_ms() + item_delay_ms((unsigned int)tries, i, &r->engine->rng));
	data_write(r);
	run_changed(r);
}

void item_back(struct run *r, enum cloud_kind kind, const char *id)
{
	struct err err = ERR_INIT;
	const struct cloud_stage_info i = { .stage = CLOUD_REFUSED,
					    .err = &err,
					    .cloud_code = "" };

	err_set(&err, ERR_IO, "the cloud said that it was deleted, and still shows it");
	if (!item_known(r, id))
		json_set_bool(item_of(r, cloud_kind_name(kind), id), "rest", true);
	item_failed(r, kind, id, &i);
}

bool item_may_skip(struct run *r, const char *id)
{
	const struct json *j = item_known(r, id);

	return j && !state_is(j, "gone") && !state_is(j, "kept") && !state_is(j, "skipped");
}

/* Its group stays with it, also where the group's own step was before the decision. */
static void leave_groups(struct run *r)
{
	struct json *items = list_in(data_of(r), "items");

	for (size_t i = 0; i < json_len(items); i++) {
		struct json *j = item_at(items, i);
		const char *id = json_str(j, "id", "");

		if (is_group(id) && holds_skipped(r, id) && item_may_skip(r, id))
			json_set_str(j, "state", "skipped");
	}
}

void item_skip(struct run *r, const char *id)
{
	struct json *j = item_of(r, "other", id);

	json_add(list_in(data_of(r), "skip"), json_new_string(json_str(j, "id", id)));
	json_set_str(j, "state", "skipped");
	leave_groups(r);
	json_set_int(j, "next_try_ms", 0);
	json_set_int(data_of(r), "progress_ms", clock_utc_ms());
	r->op.error[0] = '\0';
	data_write(r);
}

bool item_is_later(struct run *r, const char *id)
{
	const struct json *j = item_known(r, id);

	return j && state_is(j, "failed") && json_int(j, "next_try_ms", 0) > clock_utc_ms();
}

void item_foreign(struct run *r, const char *group)
{
	item_is(r, CLOUD_GROUP, group, "foreign");
}

bool item_is_foreign(struct run *r, const char *id)
{
	const struct json *j = item_known(r, id);

	return j && state_is(j, "foreign");
}

/*
 * Snapshots
 */

static bool is_of(const struct json *item, const struct storage_spec *s)
{
	return strcmp(json_str(item, "storage", ""), s->name) == 0;
}

const char *item_snapshot(struct run *r, const struct storage_spec *s)
{
	const struct json *items = json_get(data_of(r), "items");

	for (size_t i = 0; i < json_len(items); i++)
		if (json_bool(json_at(items, i), "make", false) && is_of(json_at(items, i), s))
			return json_str(json_at(items, i), "id", NULL);
	return NULL;
}

void item_snapshot_seen(struct run *r, const struct storage_spec *s)
{
	item_is(r, CLOUD_SNAPSHOT, item_snapshot(r, s), "kept");
}

void item_snapshot_kept(struct run *r, const struct storage_spec *s)
{
	struct json *items = list_in(data_of(r), "items"), *keep = list_in(data_of(r), "keep");

	item_snapshot_seen(r, s);
	for (size_t i = 0; i < json_len(items); i++) {
		struct json *j = item_at(items, i);

		if (is_of(j, s) && strcmp(json_str(j, "kind", ""), "disk") == 0)
			json_set_str(j, "state", "gone");
	}
	if (!list_has(keep, s->name))
		json_add(keep, json_new_string(s->name));
	data_write(r);
}

enum item_step item_delete(struct run *r, enum cloud_kind kind, const char *id)
{
	if (item_stays(r, id)) {
		if (!is_kept_id(r, id))
			item_is(r, kind, id, "skipped");
		return ITEM_SETTLED;
	}
	if (item_is_later(r, id))
		return ITEM_LATER;
	if (ensure(r, CLOUD_DELETE, kind, id)) {
		item_is(r, kind, id, "gone");
		return ITEM_SETTLED;
	}
	if (item_is_later(r, id)) /* refused at once */
		return ITEM_LATER;
	item_is(r, kind, id, "deleting");
	return ITEM_UNDER_WAY;
}

size_t items_rest(struct run *r)
{
	const struct json *items = json_get(data_of(r), "items");
	struct strs rest = STRS_INIT(20000);
	size_t under_way = 0;

	for (size_t i = 0; i < json_len(items); i++)
		if (json_bool(json_at(items, i), "rest", false) &&
		    !state_is(json_at(items, i), "gone"))
			strs_addf(&rest, "%s %s", json_str(json_at(items, i), "kind", "other"),
				  json_str(json_at(items, i), "id", ""));
	for (size_t i = 0; i < rest.n; i++) {
		char *id = strchr(rest.v[i], ' ');

		*id++ = '\0';
		under_way += item_delete(r, cloud_kind_of(rest.v[i]), id) == ITEM_UNDER_WAY;
	}
	strs_clear(&rest);
	return under_way;
}

bool items_later(struct run *r, enum cloud_kind kind, const char *group)
{
	const struct json *items = json_get(data_of(r), "items");

	for (size_t i = 0; i < json_len(items); i++) {
		const struct json *j = json_at(items, i);
		const char *id = json_str(j, "id", "");

		if (!state_is(j, "failed") || (group && text_casecmp(id, group) == 0))
			continue;
		if (group ? text_id_prefix(id, group)
			  : strcmp(json_str(j, "kind", ""), cloud_kind_name(kind)) == 0)
			return true;
	}
	return false;
}

size_t items_failed(struct run *r, int64_t *next_try_ms, char *first, size_t first_max)
{
	const struct json *items = json_get(data_of(r), "items");
	size_t n = 0;

	*next_try_ms = INT64_MAX;
	for (size_t i = 0; i < json_len(items); i++) {
		const struct json *j = json_at(items, i);
		int64_t next = json_int(j, "next_try_ms", 0);
		const char *slash = strrchr(json_str(j, "id", ""), '/');

		if (!state_is(j, "failed"))
			continue;
		if (n++ == 0)
			snprintf(first, first_max, "%.60s: %.120s", slash ? slash + 1 : "",
				 json_str(j, "error", ""));
		if (next < *next_try_ms)
			*next_try_ms = next;
	}
	return n;
}

double items_failed_price(struct run *r)
{
	const struct json *items = json_get(data_of(r), "items");
	double sum = 0;

	for (size_t i = 0; i < json_len(items); i++) {
		double price = json_real(json_at(items, i), "price_per_hour", -1);

		if (!state_is(json_at(items, i), "failed"))
			continue;
		if (price < 0)
			return -1;
		sum += price;
	}
	return sum;
}

void items_retry(struct run *r, const char *id)
{
	struct json *items = list_in(data_of(r), "items");

	for (size_t i = 0; i < json_len(items); i++) {
		struct json *j = item_at(items, i);

		if (!state_is(j, "failed") ||
		    (id[0] && text_casecmp(json_str(j, "id", ""), id) != 0))
			continue;
		json_set_int(j, "tries", 0);
		json_set_int(j, "next_try_ms", 0);
	}
	data_write(r);
}

int64_t items_progress_ms(struct run *r)
{
	return json_int(data_of(r), "progress_ms", clock_utc_ms());
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
