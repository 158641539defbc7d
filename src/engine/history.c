/* What the curves on the screens are drawn from: looked at with every decision and every ten
 * seconds, written once a minute, all clusters in one transaction. */
#include "engine/history.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/members.h"
#include "engine/observe.h"
#include "engine/run.h"

#define SAVE_MS 50000 /* of a tick of 10 s: within the minute */
#define MILLS	1000.0

static void boot_seen(struct past *p, int64_t ms)
{
	if (ms >= 0)
		p->boot_ms[p->n_boots++ % PAST_BOOTS] = ms;
}

/* The boots of before a restart are in the nodes' own rows, as far as these are still there. */
void history_load(struct run *r)
{
	struct err err = ERR_INIT;

	if (store_history_get(r->engine->store, r->cluster.id, &r->past.history, &err) < 0)
		log_error("cluster %s: its history: %s", r->cluster.name, err.msg);
	for (size_t i = 0; i < r->n_members; i++) {
		const struct node *n = &r->members[i]->node;

		if (n->joined_ms)
			boot_seen(&r->past, n->joined_ms - n->requested_ms);
	}
}

void history_moved(struct run *r, const struct node *n, enum node_state to)
{
	struct past *p = &r->past;

	if (to == NODE_EVICTED)
		p->evicted++;
	else if (to == NODE_FAILED && node_is_booting(n->state))
		p->lost++;
	if (n->state != NODE_JOINING || (to != NODE_IDLE && to != NODE_BUSY))
		return;
	p->joined++;
	boot_seen(p, (n->joined_ms ? n->joined_ms : clock_utc_ms()) - n->requested_ms);
}

/* What never ran has no history: its picture would be a flat line. */
static bool is_quiet(const struct run *r)
{
	return cluster_rests(&r->cluster) && r->past.history.ring[HISTORY_HOUR].at == 0;
}

/* At this moment; what happens is counted elsewhere. */
static struct history_sample stands(const struct run *r)
{
	struct cluster_view v;
	bool known = r->queue && !run_is_blind(r);

	engine_view(r->engine, &r->cluster, &v);
	return (struct history_sample){
		{ [HISTORY_NODES] = v.nodes,
		  [HISTORY_BUSY] = v.busy,
		  [HISTORY_BOOTING] = v.booting,
		  [HISTORY_FAILED] = v.failed,
		  [HISTORY_RUNNING] = known ? v.jobs_running : HISTORY_UNKNOWN,
		  [HISTORY_PENDING] = known ? v.jobs_pending : HISTORY_UNKNOWN,
		  [HISTORY_PRICE] =
		      v.price_now < 0 ? HISTORY_UNKNOWN : (int64_t)(v.price_now * MILLS + 0.5) }
	};
}

void history_look(struct run *r)
{
	struct past *p = &r->past;
	struct history_sample now;

	if (is_quiet(r))
		return;
	now = stands(r);
	now.v[HISTORY_EVICTED] = p->evicted;
	now.v[HISTORY_JOINED] = p->joined;
	now.v[HISTORY_LOST] = p->lost;
	history_see(&p->history, clock_utc_ms(), &now);
	p->evicted = p->joined = p->lost = 0;
}

static void save_all(struct engine *e)
{
	struct err err = ERR_INIT;

	if (store_begin(e->store, &err) < 0) {
		log_error("the history is not written: %s", err.msg);
		return;
	}
	for (size_t i = 0; i < e->n_runs; i++)
		if (!is_quiet(e->runs[i]) &&
		    store_history_save(e->store, e->runs[i]->cluster.id,
				       &e->runs[i]->past.history, &err) < 0)
			log_error("cluster %s: its history is not written: %s",
				  e->runs[i]->cluster.name, err.msg);
	if (store_commit(e->store, &err) < 0)
		engine_fatal(e, &err);
}

void history_tick(struct engine *e)
{
	for (size_t i = 0; i < e->n_runs; i++)
		history_look(e->runs[i]);
	if (e->n_runs == 0 || clock_mono_ms() - e->history_ms < SAVE_MS)
		return;
	e->history_ms = clock_mono_ms();
	save_all(e);
	run_changed(e->runs[0]); /* the minute is another one for all who watch */
}

void history_end(struct engine *e)
{
	if (e->store && e->n_runs > 0)
		save_all(e);
}

static int by_length(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

int64_t history_boot_ms(const struct run *r, int percent)
{
	int64_t ms[PAST_BOOTS] = { 0 };
	size_t n = r->past.n_boots < PAST_BOOTS ? r->past.n_boots : PAST_BOOTS;

	if (n == 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		ms[i] = r->past.boot_ms[i];
	qsort(ms, n, sizeof(ms[0]), by_length);
	return ms[(n * (size_t)percent + 99) / 100 - 1];
}

void history_boots(struct cluster_view *v, const struct run *r)
{
	int64_t joined = 0, lost = 0;

	v->boot_p50_ms = history_boot_ms(r, 50);
	v->boot_p95_ms = history_boot_ms(r, 95);
	for (size_t i = 0; i < history_steps(HISTORY_HOUR); i++) {
		int64_t j = history_get(&r->past.history, HISTORY_HOUR, HISTORY_JOINED, i);
		int64_t l = history_get(&r->past.history, HISTORY_HOUR, HISTORY_LOST, i);

		joined += j > 0 ? j : 0;
		lost += l > 0 ? l : 0;
	}
	v->boots_hour = joined + lost;
	v->boots_lost = lost;
}

void engine_history_row(const struct engine *e, const struct cluster *c, enum history_span span,
			struct history_row *out)
{
	struct run *r = run_of(e, c);
	struct history_sample now;

	*out = (struct history_row){ .at_ms = 0 };
	if (!r)
		return;
	now = stands(r);
	history_row_make(out, &r->past.history, span, clock_utc_ms(), &now);
	snprintf(out->cluster, sizeof(out->cluster), "%s", c->name);
}

const struct history *engine_history(const struct engine *e, const struct cluster *c)
{
	struct run *r = run_of(e, c);

	return r ? &r->past.history : NULL;
}
