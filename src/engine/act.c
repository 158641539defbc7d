/* What clients may ask for. Each writes its audit row in the transaction of the act (R10.1). */
#include "engine/act.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "engine/assigned.h"
#include "engine/backoff.h"
#include "engine/check.h"
#include "engine/drain.h"
#include "engine/intent.h"
#include "engine/lease.h"
#include "engine/members.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/operation.h"
#include "engine/region.h"
#include "engine/storage.h"
#include "engine/teardown_items.h"
#include "engine/teardown_plan.h"
#include "template/template.h"

int engine_may_change(const struct engine *e, struct err *err)
{
	if (engine_refuses(e, err) < 0)
		return -1;
	if (e->adoption)
		return err_set(
		    err, ERR_CONFLICT,
		    "the engine is in adoption mode and changes nothing: an admin has to decide of what \"found\" lists, with \"condemn\", and to end it with \"adopt\"");
	return 0;
}

struct engine_cloud *cloud_named(struct engine *e, const char *name)
{
	for (size_t i = 0; i < e->n_clouds; i++)
		if (strcmp(e->clouds[i].record->name, name) == 0)
			return &e->clouds[i];
	return NULL;
}

static int no_such_cloud(const struct engine *e, const char *name, struct err *err)
{
	struct buf names = BUF_INIT(160);

	for (size_t i = 0; i < e->n_clouds; i++)
		buf_addf(&names, "%s%s", i ? ", " : "", e->clouds[i].record->name);
	err_set(
	    err, ERR_INVALID,
	    "the template asks for cloud \"%s\", which is not configured, and %.150s is: add its record to the configuration, or choose one as in cloud=%s",
	    name, names.len ? buf_str(&names) : "none",
	    e->n_clouds ? e->clouds[0].record->name : "NAME");
	buf_clear(&names);
	return -1;
}

static int spec_usable(struct engine *e, const struct cluster_spec *s, struct err *err)
{
	const struct engine_cloud *c = cloud_named(e, s->cloud);
	const struct region_facts *rf;

	if (!sched_find(s->scheduler))
		return err_set(err, ERR_UNSUPPORTED, "scheduler \"%s\" is not known here",
			       s->scheduler);
	if (!c)
		return no_such_cloud(e, s->cloud, err);
	/* what could not be read is asked at the start */
	rf = region_find(e, c, s->region);
	if (!rf || !rf->sizes_ms)
		return 0;
	return region_sells(rf, s, err) < 0
		   ? -1
		   : check_head_fits(&(struct check_facts){ .spec = s, .region = rf }, err);
}

/* Expanded again where the default range is in use: one jump host reaches only one of two
 * clusters with the same addresses. */
static int expand(struct cluster_spec *spec, struct engine *e, const struct template *t,
		  const struct strs *given, struct err *err)
{
	struct strs params = STRS_INIT(given->max + 1);
	struct check_facts f = { .spec = spec, .t = t, .given = given };
	const struct engine_cloud *c;
	struct cluster_spec moved;
	struct err ignored = ERR_INIT;

	if (template_expand(spec, t, given, err) < 0)
		return -1;
	c = cloud_named(e, spec->cloud);
	f.provider = c ? c->ops : NULL;
	f.n_others = engine_clusters(e, &f.others);
	for (size_t i = 0; i < given->n; i++)
		strs_add(&params, given->v[i]);
	cluster_spec_init(&moved);
	if (check_moved_range(&params, &f) &&
	    template_expand(&moved, t, &params, &ignored) == 0) {
		cluster_spec_clear(spec);
		*spec = moved;
	}
	strs_clear(&params);
	f.given = NULL; /* it has moved where it could */
	return check_range_holds(&f, err) < 0 ? -1 : check_range_free(&f, err);
}

/* Clusters that were made when nobody looked: by their addresses one's commands would go to the
 * other's head. */
static int addresses_are_its_own(struct engine *e, const struct run *r, struct err *err)
{
	const struct cluster *const *all;
	size_t n = engine_clusters(e, &all);

	for (size_t i = 0; i < n; i++) {
		struct check_facts f = { .spec = &r->cluster.spec,
					 .others = &all[i],
					 .n_others = 1 };
		struct err why = ERR_INIT;

		if (all[i] == &r->cluster || cluster_rests(all[i]) ||
		    check_range_free(&f, &why) == 0)
			continue;
		return err_set(
		    err, ERR_CONFLICT,
		    "cluster %s is up and has addresses of %s, too: stop it first, or make %s anew with a range of its own",
		    all[i]->name, r->cluster.spec.vnet_cidr, r->cluster.name);
	}
	return 0;
}

bool engine_region_await(struct engine *e, const char *template_name, const struct strs *params,
			 void (*cb)(void *arg, bool ends), void *arg)
{
	struct err ignored = ERR_INIT; /* engine_create() says it */
	struct template *t = template_load(&e->template_folders, template_name, &ignored);
	struct engine_cloud *c = NULL;
	struct region_facts *rf = NULL;
	struct cluster_spec spec;

	cluster_spec_init(&spec);
	if (t && template_expand(&spec, t, params, &ignored) == 0)
		c = cloud_named(e, spec.cloud);
	if (c)
		rf = region_peek(e, c, spec.region);
	cluster_spec_clear(&spec);
	template_free(t);
	return rf && region_await(rf, cb, arg);
}

static int cluster_fill(struct cluster *c, struct engine *e, const struct user *u,
			const char *name, const struct template *t, const struct strs *params,
			struct err *err)
{
	if (expand(&c->spec, e, t, params, err) < 0 || spec_usable(e, &c->spec, err) < 0)
		return -1;
	c->name = xstrdup(name);
	rand_hex(c->short_id, 4);
	c->state = CLUSTER_OFF;
	c->reason = xstrdup("");
	c->owner = xstrdup(u->name);
	c->owner_uid = u->uid;
	c->created_ms = c->since_ms = clock_utc_ms();
	c->version = 1;
	return 0;
}

static int cluster_write(struct engine *e, const struct user *u, struct cluster *c,
			 const struct template *t, struct err *err)
{
	struct takeover *over = NULL;
	char object[96];
	struct deed a = { .by = u,
			  .verb = "create",
			  .object = object,
			  .reason = c->spec.template_name,
			  .plan_hash = t->hash };

	snprintf(object, sizeof(object), "cluster %s", c->name);
	if (store_begin(e->store, err) < 0)
		return -1;
	if (takeover_begin(&over, e, c, err) < 0 || store_cluster_add(e->store, c, err) < 0 ||
	    store_edition_add(e->store, c, u->name, "create", err) < 0 ||
	    store_revision_add(e->store, t->name, t->hash, t->text, c->created_ms, err) < 0) {
		store_rollback(e->store);
		takeover_end(over, true);
		return -1;
	}
	store_digest_cluster(a.after, c);
	if (audit_write(e, &a, err) < 0) {
		store_rollback(e->store);
		takeover_end(over, true);
		return -1;
	}
	if (store_commit(e->store, err) < 0) {
		takeover_end(over, true);
		return -1;
	}
	takeover_end(over, false);
	return 0;
}

/* R13 */
int engine_room_for_one(const struct engine *e, struct err *err)
{
	int64_t most = limits_get(e->limits, LIMIT_CLUSTERS);

	if ((int64_t)e->n_runs < most)
		return 0;
	return err_set(
	    err, ERR_FULL,
	    "there are %zu clusters, as many as the engine takes: delete one, or raise limits: clusters: in its configuration",
	    e->n_runs);
}

int engine_create(struct engine *e, const struct user *u, const char *name,
		  const char *template_name, const struct strs *params, struct err *err)
{
	struct cluster c = { 0 };
	struct template *t;
	struct run *r;
	int rc;

	cluster_spec_init(&c.spec);
	if (engine_may_change(e, err) < 0 || !cluster_name_ok(name, err) ||
	    engine_room_for_one(e, err) < 0)
		return -1;
	t = template_load(&e->template_folders, template_name, err);
	rc = t ? cluster_fill(&c, e, u, name, t, params, err) : -1;
	if (rc == 0)
		rc = cluster_write(e, u, &c, t, err);
	template_free(t);
	if (rc < 0) {
		cluster_clear(&c);
		return -1;
	}
	r = run_add(e, &c);
	note_by(r, EVENT_INFO, u, "", "created from template %s%s%s", template_name,
		r->cluster.spec.vnet_cidr ? ", addresses " : "",
		r->cluster.spec.vnet_cidr ? r->cluster.spec.vnet_cidr : "");
	return 0;
}

int engine_start(struct engine *e, const struct user *u, const char *name, int64_t *op,
		 struct err *err)
{
	struct run *r = run_need(e, name, err);
	struct buf data = BUF_INIT(BUF_TEXT_MAX);
	struct json *remember;

	if (!r || engine_may_change(e, err) < 0 || run_has_cloud(r, err) < 0)
		return -1;
	if (r->cluster.state == CLUSTER_RUNNING) {
		*op = 0;
		return 0;
	}
	if (r->cluster.state == CLUSTER_KEPT)
		return err_set(
		    err, ERR_CONFLICT,
		    "cluster %s was torn down but for its storage: create a cluster that takes it over (\"disk list\" names it)",
		    name);
	if (operation_outranks(r, OP_START_RANK, "start", err) < 0)
		return -1;
	if (r->cluster.state != CLUSTER_OFF && r->cluster.state != CLUSTER_FAILED)
		return err_set(err, ERR_CONFLICT, "cluster %s is %s", name,
			       cluster_state_name(r->cluster.state));
	if (addresses_are_its_own(e, r, err) < 0)
		return -1;
	remember = start_remembers(r);
	json_write(&data, remember);
	json_free(remember);
	return operation_begin(r, OP_START, u, NULL, NULL, buf_steal(&data), op, err);
}

/* What ends costs may always be done: for it the store keeps a reserve (R2.5). */
void engine_use_reserve(struct engine *e)
{
	struct err err = ERR_INIT;

	if (store_has_room(e->store))
		return;
	if (store_release_ballast(e->store, &err) < 0)
		log_error("%s", err.msg);
	else
		log_warn("the disk is full: the reserve under %s is given back", e->state_dir);
}

/* R6.3 */
static int may_force(bool force, const char *reason, const char *what, struct err *err)
{
	if (!force || (reason && reason[0]))
		return 0;
	return err_set(err, ERR_INVALID, "a forced %s kills jobs: give a reason", what);
}

int engine_stop(struct engine *e, const struct user *u, const char *name, bool force,
		const char *reason, int64_t *op, struct err *err)
{
	struct run *r = run_need(e, name, err);

	if (!r || may_force(force, reason, "stop", err) < 0 || engine_may_change(e, err) < 0 ||
	    run_has_cloud(r, err) < 0)
		return -1;
	if (cluster_rests(&r->cluster)) {
		*op = 0;
		return 0;
	}
	engine_use_reserve(e);
	return operation_begin(r, OP_STOP, u, force ? reason : NULL, NULL, NULL, op, err);
}

int engine_delete(struct engine *e, const struct user *u, const char *name,
		  const char *plan_hash, const char *typed_name, bool force, const char *reason,
		  int64_t *op, struct err *err)
{
	struct run *r = run_need(e, name, err);
	const struct strs *keep;
	char *data;

	if (!r || may_force(force, reason, "teardown", err) < 0 ||
	    engine_may_change(e, err) < 0 || run_has_cloud(r, err) < 0)
		return -1;
	if (r->cluster.protect)
		return err_set(
		    err, ERR_DENIED,
		    "cluster %s is protected: an admin has to unprotect it first, with \"cluster unprotect %s\"",
		    name, name);
	if (!typed_name || strcmp(typed_name, name) != 0)
		return err_set(err, ERR_INVALID, "type the cluster's name, %s, to delete it",
			       name);
	keep = teardown_plan_check(r, plan_hash, force, err);
	data = keep ? items_begin(r, keep, err) : NULL;
	if (!data)
		return -1;
	engine_use_reserve(e);
	return operation_begin(r, OP_DELETE, u, force ? reason : NULL, plan_hash, data, op,
			       err);
}

/*
 * Small changes without an operation share this shape: effect and audit row in one transaction.
 * The row comes last, as it says what the object has become.
 */
int act_begin(struct run *r, struct err *err)
{
	return engine_may_change(r->engine, err) < 0 || lease_says(r, err) < 0
		   ? -1
		   : store_begin(r->engine->store, err);
}

/* What is in memory has changed: a row that cannot be written leaves no other way (R2.4). */
int act_end(struct run *r, const struct deed *a, struct err *err)
{
	if (audit_write(r->engine, a, err) < 0 || store_commit(r->engine->store, err) < 0)
		engine_fatal(r->engine, err);
	observe_soon(r, 0);
	return 0;
}

/* A flag of the definition: its next version. then: what follows from it; NULL nothing. */
static int set_flag(struct run *r, const struct deed *what, bool *flag, bool on,
		    void (*then)(struct run *r), const char *text, struct err *err)
{
	struct engine *e = r->engine;
	struct deed a = *what;

	if (act_begin(r, err) < 0)
		return -1;
	store_digest_cluster(a.before, &r->cluster);
	if (edition_keep(r, err) < 0) {
		store_rollback(e->store);
		return -1;
	}
	*flag = on;
	if (then)
		then(r);
	if (edition_make(r, a.by, a.verb, err) < 0)
		engine_fatal(e, err);
	store_digest_cluster(a.after, &r->cluster);
	note_by(r, EVENT_INFO, a.by, "", "%s", text);
	return act_end(r, &a, err);
}

static void open_protected(struct run *r)
{
	backoff_retry(r, NULL);
}

int engine_pause(struct engine *e, const struct user *u, const char *name, bool paused,
		 struct err *err)
{
	struct run *r = run_need(e, name, err);
	char object[96];
	const struct deed a = { .by = u,
				.verb = paused ? "pause" : "resume",
				.object = object };

	snprintf(object, sizeof(object), "cluster %s", name);
	if (!r || lease_says(r, err) < 0 ||
	    operation_outranks(r, OP_UPDATE_RANK, a.verb, err) < 0)
		return -1;
	return set_flag(r, &a, &r->cluster.paused, paused, paused ? NULL : open_protected,
			paused ? "autoscaling paused" : "autoscaling resumed", err);
}

/* R8.1 */
int engine_protect(struct engine *e, const struct user *u, const char *name, bool protect,
		   struct err *err)
{
	struct run *r = run_need(e, name, err);
	char object[96];
	const struct deed a = { .by = u,
				.verb = protect ? "protect" : "unprotect",
				.object = object };

	snprintf(object, sizeof(object), "cluster %s", name);
	if (!r)
		return -1;
	return set_flag(r, &a, &r->cluster.protect, protect, NULL,
			protect ? "protected: it is not torn down before an admin unprotects it"
				: "not protected any more: it can be torn down",
			err);
}

static struct run *run_of_op(const struct engine *e, int64_t id, struct err *err)
{
	for (size_t i = 0; i < e->n_runs; i++)
		if (e->runs[i]->op.id == id)
			return e->runs[i];
	err_set(err, ERR_NOT_FOUND,
		"no operation %lld is under way: \"operation list\" shows those that are",
		(long long)id);
	return NULL;
}

/* What the operator wants of an operation: written with its row, and then it takes its step. */
struct op_act {
	struct deed act;
	char object[96];
};

static int op_change(struct op_act *a, struct run *r, const struct user *u, const char *verb,
		     const char *what, struct err *err)
{
	snprintf(a->object, sizeof(a->object), "operation %lld", (long long)r->op.id);
	a->act = (struct deed){ .by = u,
				.verb = verb,
				.object = a->object,
				.reason = what,
				.plan_hash = r->op.plan_hash,
				.op_id = r->op.id };
	if (act_begin(r, err) < 0)
		return -1;
	store_digest_operation(a->act.before, &r->op);
	return 0;
}

static int op_changed(struct op_act *a, struct run *r, struct err *err)
{
	r->op.next_try_ms = 0;
	if (store_op_save(r->engine->store, &r->op, err) < 0) {
		store_rollback(r->engine->store);
		return -1;
	}
	store_digest_operation(a->act.after, &r->op);
	intents_retry(r);
	operation_wake(r);
	return act_end(r, &a->act, err);
}

int engine_op_cancel(struct engine *e, const struct user *u, int64_t id, struct err *err)
{
	struct run *r = run_of_op(e, id, err);
	const char *late = r ? operation_too_late(&r->op) : NULL;
	struct op_act a;
	struct json *by;

	if (late)
		return err_set(err, ERR_CONFLICT, "operation %lld cannot be taken back: %s",
			       (long long)id, late);
	if (!r || op_change(&a, r, u, "cancel", op_kind_name(r->op.kind), err) < 0)
		return -1;
	r->op.cancel_asked = true;
	by = json_new_object();
	json_set_str(by, "cancelled_by", u->name);
	operation_remember(r, by);
	note_by(r, EVENT_INFO, u, "", "%s: cancel asked", op_kind_name(r->op.kind));
	return op_changed(&a, r, err);
}

int engine_op_retry(struct engine *e, const struct user *u, int64_t id, const char *item,
		    struct err *err)
{
	struct run *r = run_of_op(e, id, err);
	struct op_act a;

	if (r && item[0] && (r->op.kind != OP_DELETE || !item_may_skip(r, item)))
		return err_set(err, ERR_NOT_FOUND,
			       "operation %lld of %s waits for nothing called \"%.100s\"",
			       (long long)id, r->cluster.name, item);

	if (!r ||
	    op_change(&a, r, u, "retry", item[0] ? item : op_kind_name(r->op.kind), err) < 0)
		return -1;
	if (r->op.kind == OP_DELETE)
		items_retry(r, item);
	note_by(r, EVENT_INFO, u, "", "%s: tried again now", op_kind_name(r->op.kind));
	return op_changed(&a, r, err);
}

int engine_op_skip(struct engine *e, const struct user *u, int64_t id, const char *item,
		   struct err *err)
{
	struct run *r = run_of_op(e, id, err);
	struct op_act a;

	if (!r)
		return -1;
	if (r->op.kind != OP_DELETE)
		return err_set(err, ERR_INVALID,
			       "only a teardown has items that can be skipped");
	if (!item_may_skip(r, item))
		return err_set(err, ERR_NOT_FOUND,
			       "the teardown of %s waits for nothing called \"%.100s\"",
			       r->cluster.name, item);
	if (op_change(&a, r, u, "skip", item, err) < 0)
		return -1;
	item_skip(r, item);
	note_by(r, EVENT_WARN, u, "", "teardown: %s is left as it is", item);
	return op_changed(&a, r, err);
}

/*
 * Nodes
 */

typedef void node_act_fn(struct run *r, struct member *m, const char *why, bool flag);

/* A move tells of itself; what moves nothing now is an event as well: somebody asked for it. */
static void act_told(struct run *r, struct member *m, node_act_fn *act, const char *why,
		     bool flag)
{
	enum node_state before = m ? m->node.state : NODE_GONE;

	if (!m)
		return;
	act(r, m, why, flag);
	if (m->node.state == before)
		note(r, EVENT_INFO, m->node.name, "%s", why);
}

/* Of one node its own; of several one over what such an act can change: there may be ten
 * thousand of them, and the loop waits (R1.5). */
static void nodes_digest(char out[65], const struct run *r, const struct strs *nodes)
{
	const struct member *m = member_find(r, nodes->v[0]);
	struct json *list;

	out[0] = '\0';
	if (nodes->n == 1) {
		if (m) /* else it is gone by now */
			store_digest_node(out, &m->node);
		return;
	}
	list = json_new_array();
	for (size_t i = 0; i < nodes->n; i++) {
		struct json *j = json_add_object(list);

		m = member_find(r, nodes->v[i]);
		json_set_str(j, "name", nodes->v[i]);
		json_set_str(j, "state", node_state_name(m ? m->node.state : NODE_GONE));
		json_set_bool(j, "keep_alive", m && m->node.keep_alive);
		json_set_bool(j, "drain_asked", m && m->node.drain_asked);
		json_set_bool(j, "terminate_asked", m && m->node.terminate_asked);
	}
	store_digest_json(out, list);
}

static int for_nodes(struct engine *e, const struct user *u, const char *cluster,
		     const struct strs *nodes, const char *verb, const char *reason, bool flag,
		     node_act_fn *act, struct err *err)
{
	struct run *r = run_need(e, cluster, err);
	char object[AUDIT_TEXT], why[160];
	struct deed a = { .by = u, .verb = verb, .object = object, .reason = reason };

	if (!r)
		return -1;
	if (nodes->n == 0)
		return err_set(err, ERR_INVALID, "name at least one node");
	for (size_t i = 0; i < nodes->n; i++)
		if (!member_find(r, nodes->v[i]))
			return engine_no_node(e, &r->cluster, nodes->v[i], err);
	audit_object(object, cluster, "node", nodes);
	if (act_begin(r, err) < 0)
		return -1;
	nodes_digest(a.before, r, nodes);
	snprintf(why, sizeof(why), "%.40s by %.40s%s%.60s", verb, u->name,
		 reason && reason[0] ? ": " : "", reason ? reason : "");
	r->acting = u->name;
	for (size_t i = 0; i < nodes->n; i++)
		act_told(r, member_find(r, nodes->v[i]), act, why, flag);
	r->acting = NULL;
	nodes_digest(a.after, r, nodes);
	return act_end(r, &a, err);
}

static void do_drain(struct run *r, struct member *m, const char *why, bool flag)
{
	(void)flag;
	m->node.drain_asked = true;
	m->node.drain_asked_ms = clock_utc_ms();
	if (m->node.state == NODE_DRAINING)
		member_save(r, m);
	else
		drain_feed(r, m, DRAIN_EV_WANTED, why);
}

static void do_undrain(struct run *r, struct member *m, const char *why, bool flag)
{
	(void)flag;
	drain_unasked(&m->node);
	if (m->node.state == NODE_DRAINING)
		drain_feed(r, m, DRAIN_EV_UNDRAIN_ASKED, why);
	else
		member_save(r, m);
}

/* R6.3: without force a node that works is drained first; with it, jobs are lost and the audit
 * row says who wanted that. */
static void do_terminate(struct run *r, struct member *m, const char *why, bool force)
{
	bool joined = m->node.joined_ms != 0;

	m->node.terminate_asked = m->node.drain_asked = true;
	m->node.drain_asked_ms = 0;
	if (m->node.vm_id[0] && (force || !joined))
		node_move(r, m, NODE_DELETING, "%s", why);
	else if (joined && m->node.state != NODE_DRAINING)
		drain_feed(r, m, DRAIN_EV_WANTED, why);
	else
		member_save(r, m);
}

static void do_keep(struct run *r, struct member *m, const char *why, bool keep)
{
	(void)why;
	m->node.keep_alive = keep;
	m->node.kept_ms = keep ? clock_utc_ms() : 0;
	snprintf(m->node.kept_by, sizeof(m->node.kept_by), "%s", keep ? run_actor(r) : "");
	member_save(r, m);
}

int engine_node_drain(struct engine *e, const struct user *u, const char *cluster,
		      const struct strs *nodes, const char *reason, struct err *err)
{
	return for_nodes(e, u, cluster, nodes, "node drain", reason, false, do_drain, err);
}

/* R9.4: what would hold a node against a stop or a teardown gives way; draining and deleting go
 * along with them. */
static int may_hold_nodes(const struct engine *e, const char *cluster, const char *verb,
			  struct err *err)
{
	const struct run *r = run_find(e, cluster);

	return r ? operation_outranks(r, OP_UPDATE_RANK, verb, err) : 0;
}

int engine_node_undrain(struct engine *e, const struct user *u, const char *cluster,
			const struct strs *nodes, struct err *err)
{
	if (may_hold_nodes(e, cluster, "undrain", err) < 0)
		return -1;
	return for_nodes(e, u, cluster, nodes, "node undrain", NULL, false, do_undrain, err);
}

int engine_node_terminate(struct engine *e, const struct user *u, const char *cluster,
			  const struct strs *nodes, const char *reason, bool force,
			  struct err *err)
{
	const struct run *r = run_find(e, cluster);
	char killed[KILLED_TEXT], why[400];

	if (may_force(force, reason, "termination", err) < 0)
		return -1;
	if (force && r) {
		snprintf(why, sizeof(why), "%.80s; %s", reason, killed_text(killed, r, nodes));
		reason = why;
	}
	return for_nodes(e, u, cluster, nodes, "node terminate", reason, force, do_terminate,
			 err);
}

void engine_nodes_with_jobs(const struct engine *e, const char *cluster,
			    const struct strs *nodes, struct strs *out)
{
	const struct run *r = run_find(e, cluster);

	for (size_t i = 0; r && i < nodes->n; i++) {
		const struct member *m = member_find(r, nodes->v[i]);

		if (m && m->node.state == NODE_DRAINING && m->node.jobs != 0)
			strs_add(out, m->node.name);
	}
}

void engine_nodes_silent(const struct engine *e, const char *cluster, const struct strs *nodes,
			 struct strs *out)
{
	const struct run *r = run_find(e, cluster);

	for (size_t i = 0; r && i < nodes->n; i++) {
		const struct member *m = member_find(r, nodes->v[i]);

		if (m && m->silent_ms)
			strs_add(out, m->node.name);
	}
}

int engine_node_keep(struct engine *e, const struct user *u, const char *cluster,
		     const struct strs *nodes, bool keep, struct err *err)
{
	if (keep && may_hold_nodes(e, cluster, "keep", err) < 0)
		return -1;
	return for_nodes(e, u, cluster, nodes, keep ? "node keep" : "node unkeep", NULL, keep,
			 do_keep, err);
}
