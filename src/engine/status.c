/* For people who look into the engine: clouds and their calls, store, clusters, limits. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/remote.h"
#include "engine/run.h"
#include "engine/upkeep.h"

static void lanes_json(struct json *list, const struct cloud_health *h)
{
	for (size_t i = 0; i < CLOUD_LANES; i++) {
		struct json *j = h->lanes[i].name ? json_add_object(list) : NULL;

		if (!j)
			continue;
		json_set_str(j, "name", h->lanes[i].name);
		json_set_bool(j, "open", h->lanes[i].open);
		json_set_str(j, "region", h->lanes[i].region);
		json_set_int(j, "wait_ms", h->lanes[i].wait_ms);
		json_set_int(j, "failed_in_a_row", h->lanes[i].in_a_row);
	}
}

static void clouds_json(struct json *arr, const struct engine *e)
{
	for (size_t i = 0; i < e->n_clouds; i++) {
		struct json *j = json_add_object(arr);
		struct cloud_health h = { 0 };
		char cure[160];

		e->clouds[i].ops->health(e->clouds[i].cloud, &h);
		json_set_str(j, "name", e->clouds[i].record->name);
		json_set_str(j, "endpoint", e->clouds[i].record->arm);
		json_set_bool(j, "simulated", e->clouds[i].record->simulated);
		json_set_bool(j, "ok", h.ok);
		json_set_str(j, "text", h.text ? h.text : "");
		json_set_str(j, "cure", h.ok ? "" : outage_cure(&e->clouds[i], cure));
		json_set_int(j, "since_ms", h.since_ms);
		json_set_int(j, "skew_ms", h.skew_ms);
		json_set_int(j, "calls", h.calls);
		json_set_int(j, "writes", h.writes);
		json_set_int(j, "throttled", h.throttled);
		lanes_json(json_set_array(j, "breakers"), &h);
	}
}

static void source_json(struct json *obj, const char *name, const struct source *s)
{
	struct json *j = json_set_object(obj, name);

	json_set_bool(j, "ok", s->state == SOURCE_OK);
	json_set_int(j, "read_ms", s->ok_ms);
	json_set_int(j, "failures", s->failures);
	json_set_str(j, "error", s->err.code ? s->err.msg : "");
}

struct json *engine_status(const struct engine *e)
{
	struct json *j = json_new_object();
	struct json *list;

	json_set_str(j, "engine_id", store_engine_id(e->store));
	json_set_str(j, "state_dir", e->state_dir);
	json_set_bool(j, "safe_mode", e->safe_mode);
	json_set_bool(j, "adoption", e->adoption);
	json_set_real(j, "clock_factor", clock_factor());
	json_set_int(j, "loop_lag_ms", loop_lag_ms(e->loop));
	json_set_int(j, "loop_work_ms", loop_work_ms(e->loop));
	json_set_int(j, "free_bytes", store_free_bytes(e->store));
	clouds_json(json_set_array(j, "clouds"), e);
	list = json_set_array(j, "clusters");
	for (size_t i = 0; i < e->n_runs; i++) {
		const struct run *r = e->runs[i];
		struct json *c = json_add_object(list);

		json_set_str(c, "name", r->cluster.name);
		json_set_str(c, "id", r->cluster.short_id);
		json_set_str(c, "state", cluster_state_name(r->cluster.state));
		json_set_int(c, "nodes", (int64_t)r->n_members);
		json_set_int(c, "open_intents", (int64_t)r->n_intents);
		source_json(c, "scheduler", &r->queue_source);
		source_json(c, "cloud", &r->cloud_source);
		json_set_str(c, "head",
			     r->remote ? remote_ready(r->remote) ? "connected"
								 : remote_text(r->remote)
				       : "none");
	}
	return j;
}

struct json *engine_limits(const struct engine *e)
{
	struct json *all = json_new_object(), *list = json_set_array(all, "limits");

	for (int i = 0; i < LIMITS; i++) {
		const struct limit_def *d = &limit_defs[i];
		int64_t value = limits_get(e->limits, (enum limit)i);
		struct json *j = json_add_object(list);
		char text[32];

		json_set_str(j, "name", d->name);
		json_set_int(j, "value", value);
		json_set_str(j, "text", limit_text(text, (enum limit)i, value));
		json_set_int(j, "usual", d->usual);
		json_set_int(j, "min", d->min);
		json_set_int(j, "max", d->max);
		json_set_str(j, "unit", d->unit);
		json_set_str(j, "help", d->help);
	}
	return all;
}

static int no_cloud(const struct engine *e, const char *name, struct err *err)
{
	const char **names = xcalloc(e->n_clouds + 1, sizeof(*names)), *near;

	for (size_t i = 0; i < e->n_clouds; i++)
		names[i] = e->clouds[i].record->name;
	near = text_nearest(name, names);
	free(names);
	return err_set(err, ERR_NOT_FOUND, "there is no cloud \"%.80s\"; %s%s%s", name,
		       near ? "did you mean \"" : "\"status\" lists them", near ? near : "",
		       near ? "\"?" : "");
}

int engine_cloud_retry(struct engine *e, const struct user *u, const char *name,
		       struct err *err)
{
	struct engine_cloud *c = cloud_named(e, name);

	if (!c)
		return no_cloud(e, name, err);
	if (store_begin(e->store, err) < 0)
		return -1;
	if (audit_act(e, u, "cloud retry", name, NULL, NULL, err) < 0) {
		store_rollback(e->store);
		return -1;
	}
	if (store_commit(e->store, err) < 0)
		engine_fatal(e, err);
	c->ops->close_breakers(c->cloud);
	note_site(e, EVENT_INFO, u->name, "cloud %s is asked again without waiting", name);
	for (size_t i = 0; i < e->n_runs; i++)
		if (e->runs[i]->cloud == c)
			observe_soon(e->runs[i], 0);
	return 0;
}
