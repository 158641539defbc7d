/* One cluster in memory: made from its rows, resumed where it was, freed without touching the
 * cloud (R1.4). */
#include "engine/run.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/act.h"
#include "engine/bill.h"
#include "engine/console.h"
#include "engine/facts.h"
#include "engine/history.h"
#include "engine/intent.h"
#include "engine/jobs.h"
#include "engine/lasting.h"
#include "engine/lease.h"
#include "engine/members.h"
#include "engine/observe.h"
#include "engine/operation.h"
#include "engine/reconcile.h"
#include "engine/region.h"
#include "engine/remote.h"
#include "engine/spot.h"

#define LARGE 3000

static struct engine_cloud *cloud_of(struct engine *e, const char *name)
{
	for (size_t i = 0; i < e->n_clouds; i++)
		if (strcmp(e->clouds[i].record->name, name) == 0)
			return &e->clouds[i];
	return NULL;
}

static int intents_load(struct run *r, struct err *err)
{
	struct intent *rows;
	size_t n;

	if (store_intents_open(r->engine->store, r->cluster.id, &rows, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		intent_keep(r, &rows[i]);
	free(rows);
	return 0;
}

static int operation_load(struct run *r, struct err *err)
{
	struct operation *rows;
	size_t n;

	if (store_ops(r->engine->store, r->cluster.id, true, 1, &rows, &n, err) < 0)
		return -1;
	if (n)
		r->op = rows[0];
	free(rows);
	return 0;
}

static void on_cancel(void *arg, const char *actor, int64_t at_ms, const struct strs *jobs)
{
	struct run *r = arg;

	cancels_add(&r->cancels, jobs, actor, at_ms);
}

static int rows_load(struct run *r, struct err *err)
{
	if (bill_load(r, err) < 0 || members_load(r, err) < 0 || intents_load(r, err) < 0 ||
	    operation_load(r, err) < 0)
		return -1;
	history_load(r);
	if (store_cancels(r->engine->store, r->cluster.id, on_cancel, r, err) < 0)
		return -1;
	return store_backoffs(r->engine->store, r->cluster.id, &r->backoffs, &r->n_backoffs,
			      err);
}

static bool is_up(const struct run *r)
{
	return !cluster_rests(&r->cluster) && r->cluster.state != CLUSTER_DELETED;
}

/* What a killed engine left goes on: the operation takes its next step, open intents are
 * settled by looking (R4.2). */
void run_take_up(struct run *r)
{
	if (!r->sched || !r->cloud)
		return;
	if (r->op.id && !engine_hands_off(r->engine)) {
		log_info("cluster %s: %s goes on at step %s", r->cluster.name,
			 op_kind_name(r->op.kind), r->op.step);
		operation_wake(r);
	}
	if (is_up(r))
		observe_soon(r, 0);
}

struct run *run_add(struct engine *e, const struct cluster *take)
{
	struct run *r = xcalloc(1, sizeof(*r));
	struct err err = ERR_INIT;

	r->engine = e;
	r->cluster = *take;
	r->sched = sched_find(r->cluster.spec.scheduler);
	r->cloud = cloud_of(e, r->cluster.spec.cloud);
	r->by_name = map_new_lent(false);
	r->by_vm = map_new_lent(true);
	r->sets = map_new(NULL, true);
	r->past_vms = map_new(free, true);
	r->lease.tags = (struct strs)STRS_INIT(64);
	r->index_hint = xcalloc(r->cluster.spec.n_arrays + 1, sizeof(*r->index_hint));
	r->outflows = xcalloc(r->cluster.spec.n_arrays + 1, sizeof(*r->outflows));
	for (size_t i = 0; i < r->cluster.spec.n_arrays; i++)
		r->index_hint[i] = 1;
	r->tick = timer_new(e->loop, observe_tick, r);
	r->op_tick = timer_new(e->loop, operation_tick, r);
	r->take_on = timer_new(e->loop, reconcile_take_on, r);
	GROW(e->runs, e->n_runs, e->cap_runs);
	e->runs[e->n_runs++] = r;
	if (rows_load(r, &err) < 0)
		engine_fatal(e, &err);
	if (r->cloud)
		r->region = region_of(e, r->cloud, r->cluster.spec.region);
	bill_save(r);
	spot_load(r);
	gone_jobs_load(r);
	unseen_load(r);
	lasting_load(r);
	run_take_up(r);
	return r;
}

void run_free(struct run *r)
{
	run_let_go(r);
	if (r->vms_call)
		r->cloud->ops->cancel(r->vms_call);
	consoles_clear(r);
	for (size_t i = 0; i < r->n_intents; i++)
		intent_free(r->intents[i]);
	free(r->intents);
	lease_free(r);
	if (r->op_work && r->op_work->items_call)
		r->cloud->ops->cancel(r->op_work->items_call);
	op_work_free(r->op_work);
	proc_free(r->keygen);
	remote_free(r->remote);
	reading_free(r->reading);
	timer_free(r->tick);
	timer_free(r->op_tick);
	timer_free(r->take_on);
	cloud_vms_clear(&r->listing);
	cloud_vms_clear(&r->strangers);
	facts_clear(&r->facts);
	plan_clear(&r->plan);
	demand_clear(&r->demand);
	bill_clear(r);
	ahead_clear(r);
	free(r->budgets);
	if (r->queue) {
		queue_clear(r->queue);
		free(r->queue);
	}
	gone_jobs_free(r);
	map_free(r->known_files);
	cancels_clear(&r->cancels);
	requeued_clear(&r->requeued);
	unseen_clear(&r->unseen);
	members_free(r);
	map_free(r->by_name);
	map_free(r->by_vm);
	map_free(r->sets);
	map_free(r->past_vms);
	free(r->index_hint);
	free(r->outflows);
	free(r->node_list);
	free(r->backoffs);
	map_free(r->spot_shut);
	spot_free(r);
	for (size_t i = 0; i < ARRAY_LEN(r->tickets); i++)
		strs_clear(&r->tickets[i].keep);
	operation_clear(&r->op);
	cluster_clear(&r->cluster);
	free(r);
}

void run_unmade(struct run *r)
{
	struct cluster *c = &r->cluster;
	char **gone[] = { &c->group_id, &c->head_id, &c->head_host, &c->head_address };

	for (size_t i = 0; i < ARRAY_LEN(gone); i++) {
		free(*gone[i]);
		*gone[i] = NULL;
	}
	map_free(r->sets);
	r->sets = map_new(NULL, true);
}

/* A cluster that was deleted leaves memory; its rows and tombstone stay. */
void run_forget(struct run *r)
{
	struct engine *e = r->engine;
	size_t i = 0;

	while (e->runs[i] != r)
		i++;
	memmove(&e->runs[i], &e->runs[i + 1], (e->n_runs - i - 1) * sizeof(*e->runs));
	e->n_runs--;
	run_changed(r);
	run_free(r);
}

/* A thread costs more than it saves below. A test clock stands still, and its history is to
 * come out the same each time. */
bool run_is_large(size_t things)
{
	return things >= LARGE && !clock_is_test();
}

void engine_changed(struct engine *e)
{
	e->revision++;
	turn_end_ask(e->changed);
}

void run_changed(struct run *r)
{
	engine_changed(r->engine);
}

struct run *run_find(const struct engine *e, const char *name)
{
	for (size_t i = 0; i < e->n_runs; i++)
		if (strcmp(e->runs[i]->cluster.name, name) == 0)
			return e->runs[i];
	return NULL;
}

int engine_no_cluster(const struct engine *e, const char *name, struct err *err)
{
	const char **names = xcalloc(e->n_runs + 1, sizeof(*names)), *near;

	for (size_t i = 0; i < e->n_runs; i++)
		names[i] = e->runs[i]->cluster.name;
	near = text_nearest(name, names);
	free(names);
	if (near)
		return err_set(err, ERR_NOT_FOUND,
			       "there is no cluster \"%.80s\"; did you mean \"%s\"?", name,
			       near);
	return err_set(err, ERR_NOT_FOUND,
		       "there is no cluster \"%.80s\"; \"cluster list\" shows what there is",
		       name);
}

struct run *run_need(const struct engine *e, const char *name, struct err *err)
{
	struct run *r = run_find(e, name);

	if (!r)
		engine_no_cluster(e, name, err);
	return r;
}

int run_has_cloud(const struct run *r, struct err *err)
{
	if (r->cloud)
		return 0;
	return err_set(
	    err, ERR_CONFLICT,
	    "cluster %s is in cloud \"%s\", which is not configured any more: add its record again and start the engine anew",
	    r->cluster.name, r->cluster.spec.cloud);
}

struct run *run_of(const struct engine *e, const struct cluster *c)
{
	for (size_t i = 0; i < e->n_runs; i++)
		if (&e->runs[i]->cluster == c)
			return e->runs[i];
	return NULL;
}

void cluster_move(struct run *r, enum cluster_state to, const char *reason)
{
	struct cluster *c = &r->cluster;

	if (c->state != to)
		c->since_ms = clock_utc_ms();
	c->state = to;
	free(c->reason);
	c->reason = xstrdup(reason);
	verdicts_rest(r);
	cluster_save(r);
}

void cluster_save(struct run *r)
{
	struct err err = ERR_INIT;

	if (store_cluster_save(r->engine->store, &r->cluster, &err) < 0) {
		if (err.code == ERR_UNKNOWN)
			engine_fatal(r->engine, &err);
		log_error("cluster %s: %s", r->cluster.name, err.msg);
		return;
	}
	run_changed(r);
}
