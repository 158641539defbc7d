/* Clusters, their teardown, plan and reasons. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "server/server_private.h"
#include "store/store.h"
#include "wire/wire.h"

struct json *engine_row_json(struct server *s, const struct user *u)
{
	struct engine_row row;

	engine_row(s->engine, &row);
	snprintf(row.user, sizeof(row.user), "%s", u->name);
	snprintf(row.site, sizeof(row.site), "%s", s->site);
	row.role = u->role;
	return wire_engine_row_json(&row);
}

void get_engine(struct request *q)
{
	answer_json(q, 200, engine_row_json(q->server, &q->user));
}

void resume_engine(struct request *q)
{
	struct err err = ERR_INIT;

	if (engine_resume(q->server->engine, &q->user, json_str(q->body, "reason", NULL),
			  &err) < 0)
		answer_err(q, &err);
	else
		answer_json(q, 200, engine_row_json(q->server, &q->user));
}

void take_over_engine(struct request *q)
{
	struct err err = ERR_INIT;
	struct json *j;
	size_t n;

	if (engine_take_over(q->server->engine, &q->user, json_str(q->body, "reason", NULL), &n,
			     &err) < 0) {
		answer_err(q, &err);
		return;
	}
	j = json_new_object();
	json_set_int(j, "clusters", (int64_t)n);
	answer_json(q, 202, j);
}

void retry_cloud(struct request *q)
{
	struct err err = ERR_INIT;

	if (engine_cloud_retry(q->server->engine, &q->user, segment(q, 2), &err) < 0)
		answer_err(q, &err);
	else
		answer_operation(q, 0);
}

void get_status(struct request *q)
{
	answer_json(q, 200, engine_status(q->server->engine));
}

void list_limits(struct request *q)
{
	answer_json(q, 200, engine_limits(q->server->engine));
}

void list_disks(struct request *q)
{
	answer_json(q, 200, engine_disks(q->server->engine));
}

static struct json *cluster_row_json(struct server *s, const struct cluster *c)
{
	struct cluster_row row = { .cluster = *c }; /* borrowed members; not cleared */
	char etag[CLUSTER_ETAG];
	struct json *j;

	engine_view(s->engine, c, &row.view);
	j = wire_cluster_row_json(&row);
	json_set_str(j, "etag", cluster_etag(etag, c));
	return j;
}

void list_clusters(struct request *q)
{
	struct json *j = json_new_object();
	struct json *list = json_set_array(j, "clusters");
	const struct cluster *const *all;
	size_t n = engine_clusters(q->server->engine, &all);

	for (size_t i = 0; i < n; i++)
		json_add(list, cluster_row_json(q->server, all[i]));
	answer_json(q, 200, j);
}

void get_cluster(struct request *q)
{
	const struct cluster *c = the_cluster(q);
	char digest[65];
	struct json *j;

	if (!c)
		return;
	j = cluster_row_json(q->server, c);
	json_set(j, "spec", wire_spec_json(&c->spec));
	json_set(j, "editing", engine_editing(q->server->engine, "cluster", c->name));
	store_digest_cluster(digest, c); /* what the audit calls it by */
	json_set_str(j, "digest", digest);
	etag_cluster(q, c->name);
	answer_json(q, 200, j);
}

void get_history(struct request *q)
{
	const struct cluster *c = the_cluster(q);

	if (c)
		answer_json(q, 200, wire_history_json(engine_history(q->server->engine, c)));
}

int texts_read(struct strs *out, const struct json *list, const char *name, struct err *err)
{
	for (size_t i = 0; i < json_len(list); i++) {
		const char *text = json_text(json_at(list, i));

		if (!text || strs_add(out, text) < 0)
			return err_set(err, ERR_INVALID,
				       "\"%s\" is a list of at most %zu texts", name, out->max);
	}
	return 0;
}

void create_cluster(struct request *q)
{
	struct strs params = STRS_INIT(200);
	struct err err = ERR_INIT;
	const char *name = json_str(q->body, "name", ""),
		   *template = json_str(q->body, "template", "");
	int rc = texts_read(&params, json_get(q->body, "params"), "params", &err);

	if (rc == 0)
		rc = engine_create(q->server->engine, &q->user, name, template, &params, &err);
	strs_clear(&params);
	if (rc == 0)
		etag_cluster(q, name);
	if (rc < 0)
		answer_err(q, &err);
	else
		answer_json(
		    q, 201,
		    cluster_row_json(q->server, engine_cluster(q->server->engine, name)));
}

void start_cluster(struct request *q)
{
	struct err err = ERR_INIT;
	int64_t op = 0;

	if (engine_start(q->server->engine, &q->user, segment(q, 2), &op, &err) < 0)
		answer_err(q, &err);
	else
		answer_operation(q, op);
}

void stop_cluster(struct request *q)
{
	struct err err = ERR_INIT;
	int64_t op = 0;

	if (engine_stop(q->server->engine, &q->user, segment(q, 2),
			json_bool(q->body, "force", false), json_str(q->body, "reason", NULL),
			&op, &err) < 0)
		answer_err(q, &err);
	else
		answer_operation(q, op);
}

/* {params[]}: the plan; with {plan_hash} as well it is done. */
void update_cluster(struct request *q)
{
	const char *hash = json_str(q->body, "plan_hash", NULL);
	struct strs params = STRS_INIT(CLUSTER_PARAMS_MAX);
	struct err err = ERR_INIT;
	struct json *j = NULL;
	int rc = texts_read(&params, json_get(q->body, "params"), "params", &err);

	if (rc == 0 && hash)
		rc = engine_update(q->server->engine, &q->user, segment(q, 2), &params, hash,
				   &err);
	else if (rc == 0)
		rc = (j = engine_update_plan(q->server->engine, segment(q, 2), &params, &err))
			 ? 0
			 : -1;
	strs_clear(&params);
	if (!hash)
		answers_a_question(q);
	if (rc == 0)
		etag_cluster(q, segment(q, 2));
	if (rc < 0)
		answer_err(q, &err);
	else if (j)
		answer_json(q, 200, j);
	else
		answer_operation(q, 0);
}

/* For a form: what may be changed of it. */
void get_update_form(struct request *q)
{
	struct err err = ERR_INIT;
	struct json *j = engine_update_form(q->server->engine, segment(q, 2), &err);

	answer_or_err(q, j, &err);
}

/* What values would come to: {params[], offer}. */
void check_update_form(struct request *q)
{
	struct strs params = STRS_INIT(CLUSTER_PARAMS_MAX);
	struct err err = ERR_INIT;
	struct json *j = NULL;

	answers_a_question(q);
	if (texts_read(&params, json_get(q->body, "params"), "params", &err) == 0)
		j = engine_update_check(q->server->engine, segment(q, 2), &params,
					json_str(q->body, "offer", NULL), &err);
	strs_clear(&params);
	answer_or_err(q, j, &err);
}

static void set_paused(struct request *q, bool paused)
{
	struct err err = ERR_INIT;

	if (engine_pause(q->server->engine, &q->user, segment(q, 2), paused, &err) < 0) {
		answer_err(q, &err);
		return;
	}
	etag_cluster(q, segment(q, 2));
	answer_operation(q, 0);
}

void pause_cluster(struct request *q)
{
	set_paused(q, true);
}

void resume_cluster(struct request *q)
{
	set_paused(q, false);
}

static void set_protected(struct request *q, bool protect)
{
	struct err err = ERR_INIT;

	if (engine_protect(q->server->engine, &q->user, segment(q, 2), protect, &err) < 0) {
		answer_err(q, &err);
		return;
	}
	etag_cluster(q, segment(q, 2));
	answer_operation(q, 0);
}

void protect_cluster(struct request *q)
{
	set_protected(q, true);
}

void unprotect_cluster(struct request *q)
{
	set_protected(q, false);
}

void get_teardown(struct request *q)
{
	const struct cluster *c = the_cluster(q);
	struct strs names = STRS_INIT(64);
	struct err err = ERR_INIT;
	char etag[CLUSTER_ETAG];
	struct json *j;
	char *keep;

	if (!c)
		return;		      /* answered, and q is gone */
	keep = query_text(q, "keep"); /* "a,b"; empty: nothing; not there: the default */
	if (keep && keep[0])
		strs_split(&names, keep, strlen(keep), ',');
	j = engine_teardown_plan(q->server->engine, c, keep ? &names : NULL, &err);
	strs_clear(&names);
	free(keep);
	if (!j) {
		answer_err(q, &err);
		return;
	}
	json_set_str(j, "etag", cluster_etag(etag, c));
	etag_cluster(q, c->name);
	answer_json(q, 200, j);
}

void post_teardown(struct request *q)
{
	struct err err = ERR_INIT;
	int64_t op = 0;

	if (engine_delete(q->server->engine, &q->user, segment(q, 2),
			  json_str(q->body, "plan_hash", NULL),
			  json_str(q->body, "typed_name", NULL),
			  json_bool(q->body, "force", false), json_str(q->body, "reason", NULL),
			  &op, &err) < 0)
		answer_err(q, &err);
	else
		answer_operation(q, op);
}

static void creates_json(struct json *list, const struct plan *p, const struct facts *f)
{
	for (size_t i = 0; i < p->n_creates; i++) {
		const struct fact_bucket *b = &f->buckets[p->creates[i].bucket];
		struct json *j = json_add_object(list);

		json_set_str(j, "array", f->arrays[b->array].spec->name);
		json_set_str(j, "size", b->size->name);
		json_set_bool(j, "spot", b->spot);
		json_set_str(j, "zone", b->zone);
		json_set_int(j, "count", p->creates[i].count);
		json_set_real(j, "price", p->creates[i].price);
		json_set_str(j, "why", p->creates[i].why);
	}
}

static void acts_json(struct json *list, const struct plan *p, const struct facts *f)
{
	static const char *const names[] = { [ACT_DRAIN] = "drain",
					     [ACT_UNDRAIN] = "undrain",
					     [ACT_DELETE] = "delete",
					     [ACT_RETIRE] = "retire" };

	for (size_t i = 0; i < p->n_acts; i++) {
		struct json *j = json_add_object(list);

		(void)f;
		json_set_int(j, "node", (int64_t)p->acts[i].node);
		json_set_str(j, "act", names[p->acts[i].act]);
		json_set_str(j, "why", p->acts[i].why);
	}
}

static void wants_json(struct json *list, const struct plan *p, const struct demand *d)
{
	for (size_t i = 0; i < p->n_wants && i < d->n; i++) {
		struct json *j = json_add_object(list);

		json_set_str(j, "job", d->v[i].label);
		json_set_str(j, "user", d->v[i].user);
		json_set_int(j, "jobs", d->v[i].jobs);
		json_set_int(j, "slots", d->v[i].slots);
		json_set_int(j, "nodes", d->v[i].node_count);
		json_set_str(j, "why", why_code_name(p->wants[i].code));
		json_set_int(j, "placed", p->wants[i].placed);
		json_set_int(j, "unplaced", p->wants[i].unplaced);
		json_set_str(j, "text", p->wants[i].text);
	}
}

void get_plan(struct request *q)
{
	const struct cluster *c = the_cluster(q);
	const struct plan *p = c ? engine_plan(q->server->engine, c) : NULL;
	const struct facts *f = c ? engine_facts(q->server->engine, c) : NULL;
	struct json *j;
	struct err err;

	if (!c)
		return;
	if (!p) {
		err_set(&err, ERR_CONFLICT, "cluster %s has made no decision yet: it is %s",
			c->name, cluster_state_name(c->state));
		answer_err(q, &err);
		return;
	}
	j = json_new_object();
	json_set_str(j, "summary", p->summary);
	creates_json(json_set_array(j, "creates"), p, f);
	acts_json(json_set_array(j, "acts"), p, f);
	wants_json(json_set_array(j, "wants"), p, engine_demand(q->server->engine, c));
	json_set_real(j, "new_cost", p->new_cost);
	json_set_int(j, "lower_bound_nodes", p->lower_bound_nodes);
	answer_json(q, 200, j);
}

void get_why(struct request *q)
{
	const struct cluster *c = the_cluster(q);
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;
	struct json *j;

	if (!c)
		return;
	if (engine_why(q->server->engine, c, segment(q, 4), &text, &err) < 0) {
		answer_err(q, &err);
	} else {
		if (query_int(q, "events", 0))
			engine_why_events(q->server->engine, c, segment(q, 4), &text);
		j = json_new_object();
		json_set_str(j, "text", buf_str(&text));
		answer_json(q, 200, j);
	}
	buf_clear(&text);
}

void get_ssh(struct request *q)
{
	char *node = query_text(q, "node");
	struct err err = ERR_INIT;
	struct json *j = engine_ssh(q->server->engine, &q->user, segment(q, 2), node, &err);

	free(node);
	if (j)
		answer_json(q, 200, j);
	else
		answer_err(q, &err);
}
