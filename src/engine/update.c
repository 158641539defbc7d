/*
 * A template's revisions against each other, and a cluster that takes over what may change
 * while it runs. Everything else waits for a cluster made anew; the plan says which is which.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "engine/act.h"
#include "engine/check.h"
#include "engine/members.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/operation.h"
#include "engine/region.h"
#include "engine/update.h"
#include "template/compare.h"
#include "template/template.h"

/*
 * What differs, as JSON
 */

static void lines_json(struct json *list, const char *from, const char *to)
{
	struct compare_lines lines;

	compare_texts(&lines, from, to);
	for (size_t i = 0; i < lines.n; i++) {
		const struct compare_line *l = &lines.v[i];
		struct json *j = json_add_object(list);
		char *text = xstrndup(l->text, l->len), sign[2] = { l->sign, '\0' };

		json_set_str(j, "sign", sign);
		json_set_int(j, "old", l->old_line);
		json_set_int(j, "new", l->new_line);
		json_set_str(j, "text", text);
		free(text);
	}
	compare_lines_clear(&lines);
}

/* Of the array, or of all that have the same; else 0. */
static int64_t idle_of(const struct run *r, const char *array)
{
	const struct cluster_spec *s = &r->cluster.spec;
	int64_t idle_s = 0;

	for (size_t i = 0; i < s->n_arrays; i++) {
		const struct array_spec *a = &s->arrays[i];

		if (array[0] && strcmp(a->name, array) != 0)
			continue;
		if (idle_s && idle_s != a->idle_s)
			return 0;
		idle_s = a->idle_s;
	}
	return idle_s;
}

static struct change_there there_of(const struct run *r, const char *array)
{
	struct change_there there = { .idle_s = idle_of(r, array) };

	for (size_t i = 0; i < r->n_members; i++) {
		const struct node *n = &r->members[i]->node;

		if (!node_is_live(n->state) || (array[0] && strcmp(n->array, array) != 0))
			continue;
		there.nodes++;
		there.cores += n->cpus;
	}
	return there;
}

static void effect_text(char out[CHANGE_TEXT], const struct spec_change *c, const struct run *r)
{
	struct change_there there;

	if (r)
		there = there_of(r, c->array);
	change_told(out, c, r ? &there : NULL);
}

/* r NULL: of no cluster, but of the template itself. */
static void changes_json(struct json *j, const struct spec_changes *c, const struct run *r)
{
	static const char *const words[CHANGE_EFFECTS] = {
		[CHANGE_NOW] = "now",
		[CHANGE_NEW_NODES] = "new_nodes",
		[CHANGE_NEW_CLUSTER] = "new_cluster",
	};
	struct json *list = json_set_array(j, "changes");

	for (size_t i = 0; i < c->n; i++) {
		struct json *o = json_add_object(list);
		char sign[2] = { c->v[i].sign, '\0' }, text[CHANGE_TEXT];

		effect_text(text, &c->v[i], r);
		json_set_str(o, "sign", sign);
		json_set_str(o, "what", c->v[i].what);
		json_set_str(o, "from", c->v[i].from);
		json_set_str(o, "to", c->v[i].to);
		json_set_str(o, "effect", words[c->v[i].effect]);
		json_set_str(o, "text", text);
	}
	json_set_int(j, "add", (int64_t)spec_changes_count(c, '+'));
	json_set_int(j, "change", (int64_t)spec_changes_count(c, '~'));
	json_set_int(j, "destroy", (int64_t)spec_changes_count(c, '-'));
}

struct template *update_revision(const struct run *r, struct err *err)
{
	const char *name = r->cluster.spec.template_name, *hash = r->cluster.spec.template_hash;
	struct template *t = NULL;
	char *text = NULL;

	if (store_revision_text(r->engine->store, hash ? hash : "", &text, err) == 0)
		t = template_parse(text, strlen(text), name, err);
	free(text);
	return t;
}

/* A disk that was taken over has its own name and size in the cluster's spec: the template's
 * words for it are held against what they were when it was made. */
static void as_taken_over(struct cluster_spec *to, const struct run *r)
{
	struct template *t = update_revision(r, NULL);
	struct cluster_spec was;

	cluster_spec_init(&was);
	if (t && template_expand(&was, t, &r->cluster.spec.params, NULL) == 0)
		compare_taken_over(to, &was, &r->cluster.spec);
	cluster_spec_clear(&was);
	template_free(t);
}

/*
 * Two revisions of a template
 */

static const struct revision *revision_named(const struct revision *v, size_t n,
					     const char *hash)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(v[i].hash, hash, strlen(hash)) == 0)
			return &v[i];
	return NULL;
}

/* The newest that the file is not any more; else the newest. */
static const struct revision *last_revision(const struct revision *v, size_t n,
					    const char *hash)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].hash, hash) != 0)
			return &v[i];
	return n ? v : NULL;
}

static void revisions_json(struct json *list, const struct engine *e, const struct revision *v,
			   size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct json *j = json_add_object(list), *used = json_set_array(j, "clusters");

		json_set_str(j, "hash", v[i].hash);
		json_set_int(j, "at_ms", v[i].at_ms);
		for (size_t k = 0; k < e->n_runs; k++) {
			const struct cluster *c = &e->runs[k]->cluster;

			if (c->spec.template_hash &&
			    strcmp(c->spec.template_hash, v[i].hash) == 0)
				json_add(used, json_new_string(c->name));
		}
	}
}

/* What the revision would be without a cluster: every parameter its default. */
static int expand_text(struct cluster_spec *out, const char *text, const char *name,
		       struct err *err)
{
	struct template *t = template_parse(text, strlen(text), name, err);
	int rc = t ? template_expand(out, t, NULL, err) : -1;

	template_free(t);
	return rc;
}

/* A value of the cluster's own hides a default that changed: the lines differ, and nothing is
 * to be done. */
static void note_own_values(struct json *j, const struct run *r, const struct template *to)
{
	struct template *was = update_revision(r, NULL);
	struct buf values = BUF_INIT(1000), text = BUF_INIT(BUF_TEXT_MAX);

	for (size_t i = 0; was && i < to->n_params; i++) {
		const struct template_param *now = &to->params[i],
					    *then = template_param(was, now->name);
		const char *own = strs_value(&r->cluster.spec.params, now->name);

		if (own && then && now->fallback && then->fallback &&
		    strcmp(now->fallback, then->fallback) != 0)
			buf_addf(&values, "%s%s=%s", values.len ? ", " : "", now->name, own);
	}
	if (values.len) {
		buf_addf(&text, "%s has values of its own where a default changed: %s",
			 r->cluster.name, buf_str(&values));
		json_set_str(j, "note", buf_str(&text));
	}
	buf_clear(&values);
	buf_clear(&text);
	template_free(was);
}

static void compare_json(struct json *j, const struct run *r, const char *from_text,
			 const struct template *to)
{
	struct cluster_spec from, now;
	struct spec_changes changes = { 0 };
	struct err err = ERR_INIT;
	int rc;

	cluster_spec_init(&from);
	cluster_spec_init(&now);
	rc = template_expand(&now, to, r ? &r->cluster.spec.params : NULL, &err);
	if (rc == 0 && !r)
		rc = expand_text(&from, from_text, to->name, &err);
	if (rc == 0 && r)
		as_taken_over(&now, r);
	if (rc == 0)
		compare_specs(&changes, r ? &r->cluster.spec : &from, &now);
	else
		json_set_str(j, "note", err.msg);
	if (rc == 0 && r)
		note_own_values(j, r, to);
	changes_json(j, &changes, r);
	spec_changes_clear(&changes);
	cluster_spec_clear(&from);
	cluster_spec_clear(&now);
}

static struct run *run_of_template(struct engine *e, const struct template *t,
				   const char *cluster, struct err *err)
{
	struct run *r = run_need(e, cluster, err);

	if (r && strcmp(r->cluster.spec.template_name ? r->cluster.spec.template_name : "",
			t->name) != 0) {
		err_set(err, ERR_INVALID, "cluster %s was made from template %s, not from %s",
			cluster, r->cluster.spec.template_name, t->name);
		return NULL;
	}
	return r;
}

static int diff(struct json *j, struct engine *e, const struct template *t,
		const struct revision *all, size_t n, const char *cluster, const char *hash,
		struct err *err)
{
	struct run *r = cluster[0] ? run_of_template(e, t, cluster, err) : NULL;
	const struct revision *from;
	char *text = NULL;

	if (cluster[0] && !r)
		return -1;
	if (r)
		hash = r->cluster.spec.template_hash;
	from = hash && hash[0] ? revision_named(all, n, hash) : last_revision(all, n, t->hash);
	if (hash && hash[0] && !r && !from)
		return err_set(err, ERR_NOT_FOUND, "template %s has no revision %.12s here",
			       t->name, hash);
	if (from && store_revision_text(e->store, from->hash, &text, err) < 0)
		return -1;
	json_set_str(j, "cluster", cluster);
	json_set_str(j, "from_hash", from ? from->hash : r ? hash : "");
	json_set_int(j, "from_ms", from ? from->at_ms : 0);
	lines_json(json_set_array(j, "lines"), text ? text : t->text, t->text);
	if (r || text)
		compare_json(j, r, text, t);
	if (r && !text)
		json_set_str(j, "note", "the text that it was made from is not kept");
	else if (!from)
		json_set_str(j, "note",
			     "no cluster was made from it yet: there is nothing to "
			     "hold it against");
	free(text);
	return 0;
}

struct json *engine_template_diff(struct engine *e, const char *name, const char *cluster,
				  const char *revision, struct err *err)
{
	struct template *t = template_load(&e->template_folders, name, err);
	struct revision *all = NULL;
	struct json *j = NULL;
	size_t n = 0;

	if (t && store_revisions(e->store, t->name, &all, &n, err) == 0) {
		j = json_new_object();
		json_set_str(j, "template", t->name);
		json_set_str(j, "hash", t->hash);
		json_set_int(j, "changed_ms", t->changed_ms);
		revisions_json(json_set_array(j, "revisions"), e, all, n);
		if (diff(j, e, t, all, n, cluster ? cluster : "", revision, err) < 0) {
			json_free(j);
			j = NULL;
		}
	}
	free(all);
	template_free(t);
	return j;
}

/*
 * A cluster takes a change over
 */

struct update {
	struct template *t; /* the revision that it is of afterwards */
	struct cluster_spec spec;
	struct spec_changes changes;
};

static void update_clear(struct update *u)
{
	template_free(u->t);
	cluster_spec_clear(&u->spec);
	spec_changes_clear(&u->changes);
}

void update_params(struct strs *out, const struct strs *given, const struct strs *kept)
{
	for (size_t i = 0; i < given->n; i++)
		strs_add(out, given->v[i]);
	for (size_t i = 0; i < kept->n; i++)
		if (!strs_value(given, kept->v[i]))
			strs_add(out, kept->v[i]);
}

static int update_make(struct update *u, struct run *r, const struct strs *params,
		       struct err *err)
{
	struct strs all = STRS_INIT((size_t)2 * CLUSTER_PARAMS_MAX);
	int rc;

	*u = (struct update){ 0 };
	cluster_spec_init(&u->spec);
	update_params(&all, params, &r->cluster.spec.params);
	/* with values, the cluster's own revision with those; without, the file as it is now */
	u->t = params->n ? update_revision(r, err)
			 : template_load(&r->engine->template_folders,
					 r->cluster.spec.template_name, err);
	rc = u->t ? template_expand(&u->spec, u->t, &all, err) : -1;
	if (rc == 0) {
		as_taken_over(&u->spec, r);
		compare_specs(&u->changes, &r->cluster.spec, &u->spec);
	}
	strs_clear(&all);
	return rc;
}

static void hash_of(char out[SHA256_HEX], const struct update *u, const struct run *r)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);

	buf_addf(&text, "%s %s %lld\n", r->cluster.short_id, u->spec.template_hash,
		 (long long)r->cluster.version);
	for (size_t i = 0; i < u->changes.n; i++)
		buf_addf(&text, "%c %s: %s -> %s\n", u->changes.v[i].sign, u->changes.v[i].what,
			 u->changes.v[i].from, u->changes.v[i].to);
	sha256_hex(out, buf_str(&text), text.len);
	buf_clear(&text);
}

static bool has_effect(const struct spec_changes *c, enum change_effect effect)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].effect == effect)
			return true;
	return false;
}

static bool has_gpus(const struct run *r, const struct cluster_spec *s)
{
	for (size_t i = 0; i < s->n_arrays; i++)
		for (size_t k = 0; k < s->arrays[i].sizes.n; k++) {
			const struct vm_size *size =
			    vm_sizes_find(&r->region->sizes, s->arrays[i].sizes.v[k]);

			if (size && size->gpus > 0)
				return true;
		}
	return false;
}

/* New machines have to pass what those of a new cluster do. */
static int new_nodes_ok(const struct run *r, const struct update *u, struct err *err)
{
	struct check_facts f = { .spec = &u->spec,
				 .t = u->t,
				 .provider = r->cloud ? r->cloud->ops : NULL,
				 .region = r->region,
				 .head_runs = r->cluster.state == CLUSTER_RUNNING };
	const struct json *problems;
	struct json *out;
	int rc = 0;

	if (!r->region || !r->region->sizes_ms)
		return err_set(err, ERR_IO,
			       "what region %s sells is not known yet: try again in a moment",
			       u->spec.region);
	if (has_gpus(r, &u->spec) && !has_gpus(r, &r->cluster.spec))
		return err_set(err, ERR_UNSUPPORTED,
			       "%s has no machines with GPUs, and its scheduler learns of GPUs "
			       "at its start only: make a cluster anew for them",
			       r->cluster.name);
	out = json_new_object();
	json_set_array(out, "checks");
	problems = json_set_array(out, "problems");
	check_spec(out, &f);
	for (size_t i = 0; rc == 0 && i < json_len(problems); i++)
		if (strcmp(json_str(json_at(problems, i), "level", ""), "fail") == 0)
			rc = err_set(err, ERR_INVALID, "%.200s",
				     json_str(json_at(problems, i), "text", ""));
	json_free(out);
	return rc;
}

/* May a cluster that lives take all of them over? Else why not. */
static int takeable(const struct run *r, const struct update *u, struct err *err)
{
	const struct spec_changes *c = &u->changes;

	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].effect == CHANGE_NEW_CLUSTER)
			return err_set(
			    err, ERR_UNSUPPORTED,
			    "%.60s is not changed while %s lives (%s): make a cluster anew for it",
			    c->v[i].what, r->cluster.name, change_effect_text(c->v[i].effect));
	return has_effect(c, CHANGE_NEW_NODES) ? new_nodes_ok(r, u, err) : 0;
}

struct json *engine_update_plan(struct engine *e, const char *name, const struct strs *params,
				struct err *err)
{
	struct run *r = run_need(e, name, err);
	bool takes;
	struct err why = ERR_INIT;
	char hash[SHA256_HEX];
	struct update u;
	struct json *j = NULL;
	char etag[CLUSTER_ETAG];

	if (!r)
		return NULL;
	if (update_make(&u, r, params, err) == 0) {
		takes = takeable(r, &u, &why) == 0;
		hash_of(hash, &u, r);
		j = json_new_object();
		json_set_str(j, "cluster", name);
		json_set_str(j, "template", r->cluster.spec.template_name);
		json_set_str(j, "hash", hash);
		json_set_str(j, "etag", cluster_etag(etag, &r->cluster));
		changes_json(j, &u.changes, r);
		json_set_bool(j, "possible", takes && u.changes.n > 0);
		json_set_str(j, "why_not",
			     !takes		? why.msg
			     : u.changes.n == 0 ? "nothing would change"
						: "");
	}
	update_clear(&u);
	return j;
}

static void take_over(struct cluster_spec *mine, struct update *u)
{
	spec_take(mine, &u->spec);
	strs_clear(&mine->params);
	for (size_t i = 0; i < u->spec.params.n; i++)
		strs_add(&mine->params, u->spec.params.v[i]);
	free(mine->template_hash);
	mine->template_hash = xstrdup(u->spec.template_hash);
}

static void tell(struct run *r, const struct user *by, const struct spec_changes *c)
{
	for (size_t i = 0; i < c->n; i++)
		note_by(r, EVENT_INFO, by, c->v[i].array, "%s: %s becomes %s", c->v[i].what,
			c->v[i].from, c->v[i].to);
}

/* "slurm: array htc max_nodes 8 -> 12; image a -> b" */
static char *what_changed(const struct update *u)
{
	const struct spec_changes *c = &u->changes;
	struct buf text = BUF_INIT(BUF_TEXT_MAX);

	buf_addf(&text, "%s", u->t->name);
	for (size_t i = 0; i < c->n; i++)
		buf_addf(&text, "%s%s%s%s%s%s", i ? "; " : ": ", c->v[i].what,
			 c->v[i].from[0] || c->v[i].to[0] ? " " : "", c->v[i].from,
			 c->v[i].from[0] && c->v[i].to[0] ? " -> " : "", c->v[i].to);
	return buf_steal(&text);
}

/* The rows are written first: a store that cannot take them leaves the cluster as it was. */
static int update_write(struct run *r, const struct user *by, struct update *u,
			const char *hash, const char *what, struct err *err)
{
	struct store *st = r->engine->store;
	char object[96];
	struct deed a = {
		.by = by, .verb = "update", .object = object, .reason = what, .plan_hash = hash
	};

	snprintf(object, sizeof(object), "cluster %s", r->cluster.name);
	store_digest_cluster(a.before, &r->cluster);
	if (store_begin(st, err) < 0)
		return -1;
	if (edition_keep(r, err) < 0 ||
	    store_revision_add(st, u->t->name, u->t->hash, u->t->text, clock_utc_ms(), err) <
		0) {
		store_rollback(st);
		return -1;
	}
	run_let_go(r);
	/* a head that was never made learns it at its boot */
	if (has_effect(&u->changes, CHANGE_NEW_NODES) && r->cluster.head_id &&
	    r->cluster.head_id[0])
		r->cluster.offers_due = true;
	take_over(&r->cluster.spec, u);
	if (edition_make(r, by, a.verb, err) < 0)
		engine_fatal(r->engine, err);
	store_digest_cluster(a.after, &r->cluster);
	if (audit_write(r->engine, &a, err) < 0 || store_commit(st, err) < 0)
		engine_fatal(r->engine, err);
	return 0;
}

int engine_update(struct engine *e, const struct user *by, const char *name,
		  const struct strs *params, const char *plan_hash, struct err *err)
{
	struct run *r = run_need(e, name, err);
	char hash[SHA256_HEX];
	struct update u;
	int rc = -1;

	if (!r || engine_may_change(e, err) < 0 ||
	    operation_outranks(r, OP_UPDATE_RANK, "update", err) < 0)
		return -1;
	if (update_make(&u, r, params, err) == 0) {
		hash_of(hash, &u, r);
		rc = takeable(r, &u, err);
		if (rc == 0 && (!plan_hash || strcmp(plan_hash, hash) != 0))
			rc = err_set(
			    err, ERR_CONFLICT,
			    "the cluster or its template changed since the plan was made: read the new plan");
		if (rc == 0) {
			char *what = what_changed(&u);

			rc = update_write(r, by, &u, hash, what, err);
			free(what);
		}
	}
	if (rc == 0) {
		tell(r, by, &u.changes);
		run_changed(r);
		observe_soon(r, 0);
	}
	update_clear(&u);
	return rc;
}
