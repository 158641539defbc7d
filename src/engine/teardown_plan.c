/*
 * What a teardown will do, before it does anything. The hash is over what matters to the person
 * who agrees: resources, arrays and their nodes, data. Jobs come and go by the second and are
 * shown, not hashed; the drain waits for them.
 */
#include "engine/teardown_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "base/text.h"

#define VALID_MS ((int64_t)10 * 60 * 1000)

static void item(struct json *list, const char *kind, const char *id, const char *act,
		 const char *note_)
{
	struct json *j = json_add_object(list);

	json_set_str(j, "kind", kind);
	json_set_str(j, "id", id);
	json_set_str(j, "act", act);
	json_set_str(j, "note", note_);
}

static void list_recorded(struct json *list, struct run *r, struct err *err)
{
	struct strs names = STRS_INIT(20000);

	store_intent_names(r->engine->store, r->cluster.id, &names, err);
	for (size_t i = 0; i < names.n; i++) {
		const char *id = strchr(names.v[i], ' ') + 1;
		char kind[24];

		snprintf(kind, sizeof(kind), "%.*s", (int)(id - names.v[i] - 1), names.v[i]);
		if (strcmp(kind, "members") != 0)
			item(list, kind, id, "delete", "");
	}
	strs_clear(&names);
	if (r->cluster.spec.vnet_id)
		item(list, "network", r->cluster.spec.vnet_id, "never touched", "not ours");
}

static size_t list_data(struct json *list, const struct run *r)
{
	size_t lost = 0;

	if (!r->cluster.head_id || !r->cluster.head_id[0])
		return 0;
	for (size_t i = 0; i < r->cluster.spec.n_storage; i++) {
		const struct storage_spec *s = &r->cluster.spec.storage[i];
		struct json *j = json_add_object(list);

		json_set_str(j, "name", s->name);
		json_set_str(j, "path", s->path);
		json_set_str(
		    j, "note",
		    "lies on the head's disk and is lost with it: copy it out first with paceline cp");
		lost++;
	}
	return lost;
}

static void list_arrays(struct json *list, const struct run *r)
{
	for (size_t i = 0; i < r->cluster.spec.n_arrays; i++) {
		const char *name = r->cluster.spec.arrays[i].name;
		struct json *j = json_add_object(list);
		int64_t nodes = 0, jobs = 0;

		for (size_t k = 0; k < r->n_members; k++) {
			if (strcmp(r->members[k]->node.array, name) != 0)
				continue;
			nodes++;
			jobs += r->members[k]->node.jobs > 0 ? r->members[k]->node.jobs : 0;
		}
		json_set_str(j, "name", name);
		json_set_int(j, "nodes", nodes);
		json_set_int(j, "jobs", jobs);
	}
}

static void hash_of(char out[65], const struct json *plan)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);

	json_write(&b, json_get(plan, "resources"));
	json_write(&b, json_get(plan, "data_lost"));
	buf_adds(&b, json_str(plan, "cluster", ""));
	sha256_hex(out, buf_str(&b), b.len);
	buf_clear(&b);
}

static struct json *make(struct run *r, struct err *err)
{
	struct json *j = json_new_object();
	struct cluster_view v;
	char hash[65];

	engine_view(r->engine, &r->cluster, &v);
	json_set_str(j, "cluster", r->cluster.name);
	json_set_str(j, "subscription", r->cloud->record->subscription);
	json_set_str(j, "region", r->cluster.spec.region);
	json_set_str(j, "group", r->cluster.group_id ? r->cluster.group_id : "");
	json_set_bool(j, "simulated", r->cloud->record->simulated);
	list_recorded(json_set_array(j, "resources"), r, err);
	list_arrays(json_set_array(j, "arrays"), r);
	list_data(json_set_array(j, "data_lost"), r);
	json_set_int(j, "jobs_running", v.jobs_running);
	json_set_int(j, "jobs_pending", v.jobs_pending);
	json_set_int(j, "nodes", v.nodes);
	json_set_real(j, "saves_per_hour", v.price_now);
	json_set_str(
	    j, "jobs_note",
	    "running jobs are waited for; with force they are killed; pending ones are lost");
	hash_of(hash, j);
	json_set_str(j, "hash", hash);
	return j;
}

struct json *engine_teardown_plan(struct engine *e, const struct cluster *c, struct err *err)
{
	struct run *r = run_of(e, c);
	struct json *j;

	if (!r) {
		err_set(err, ERR_NOT_FOUND, "there is no such cluster");
		return NULL;
	}
	if (run_has_cloud(r, err) < 0)
		return NULL;
	j = make(r, err);
	snprintf(r->teardown_hash, sizeof(r->teardown_hash), "%s", json_str(j, "hash", ""));
	r->teardown_hash_ms = clock_utc_ms();
	json_set_int(j, "valid_until_ms", r->teardown_hash_ms + VALID_MS);
	return j;
}

int teardown_plan_check(struct run *r, const char *hash, struct err *err)
{
	struct json *now = make(r, err);
	bool same = hash && strcmp(json_str(now, "hash", ""), hash) == 0;
	bool fresh = strcmp(r->teardown_hash, hash ? hash : "") == 0 &&
		     clock_utc_ms() - r->teardown_hash_ms <= VALID_MS;

	json_free(now);
	if (!hash || !hash[0])
		return err_set(err, ERR_INVALID,
			       "a teardown needs the hash of its plan: read the plan first");
	if (!same)
		return err_set(
		    err, ERR_CONFLICT,
		    "the cluster changed since the plan was made: read the new plan");
	if (!fresh)
		return err_set(
		    err, ERR_CONFLICT,
		    "the plan is older than 10 min or of another engine run: read it again");
	return 0;
}
