/*
 * What was spent, by whom, and where it leads: the ledger's rows, what is metered and not yet
 * written, and the rate of what runs now. Days and months are those of UTC, as a cloud bills.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/bill.h"
#include "engine/cost.h"
#include "engine/members.h"
#include "engine/region.h"

#define SPAN_MAX     (400 * DAY_MS)
#define HOURLY_UP_TO (3 * DAY_MS) /* a series of a longer time has a point for each day */
#define JOBS_MOST    20

static int64_t round_up(int64_t ms, int64_t to)
{
	return (ms + to - 1) / to * to;
}

static int cost_span(struct cost *c, int64_t from_ms, int64_t to_ms, struct err *err)
{
	c->now = clock_utc_ms();
	c->month = budget_month(c->now, &c->month_end);
	c->today = c->now / DAY_MS * DAY_MS;
	if (to_ms > c->now || to_ms <= 0)
		to_ms = c->now;
	c->from = (from_ms > 0 ? from_ms : c->month) / HOUR_MS * HOUR_MS;
	c->to = round_up(to_ms, HOUR_MS);
	if (c->from >= c->to)
		return err_set(err, ERR_INVALID, "cost: the time begins after its end");
	if (c->to - c->from > SPAN_MAX)
		return err_set(err, ERR_INVALID, "cost: at most 400 days at once");
	c->step = c->to - c->from > HOURLY_UP_TO ? DAY_MS : HOUR_MS;
	c->first = c->from / c->step * c->step;
	c->n_points = (size_t)(round_up(c->to - c->first, c->step) / c->step);
	return 0;
}

static void cost_init(struct cost *c, const char *cluster)
{
	*c = (struct cost){ .cluster = cluster && cluster[0] ? cluster : NULL,
			    .clusters = map_new(free, false),
			    .arrays = map_new(free, false),
			    .users = map_new(free, false),
			    .accounts = map_new(free, false),
			    .job_rates = map_new(free, false) };
}

static void cost_clear(struct cost *c)
{
	map_free(c->clusters);
	map_free(c->arrays);
	map_free(c->users);
	map_free(c->accounts);
	map_free(c->job_rates);
	free(c->points);
	free(c->idle_points);
	free(c->jobs);
}

/*
 * Sums
 */

static struct line *line_of(struct map *in, const char *cluster, const char *name)
{
	char key[128];
	struct line *l;

	snprintf(key, sizeof(key), "%s %s", cluster, name);
	l = map_get(in, key);
	if (!l) {
		l = xcalloc(1, sizeof(*l));
		snprintf(l->cluster, sizeof(l->cluster), "%s", cluster);
		snprintf(l->name, sizeof(l->name), "%s", name);
		map_put(in, key, l);
	}
	return l;
}

/* What the lines by array call that which belongs to none. */
static const char *array_of(const struct charge *ch)
{
	return ch->kind == CHARGE_HEAD	    ? "head"
	       : ch->kind == CHARGE_STORAGE ? "storage"
					    : ch->array;
}

static void line_add(struct line *l, const struct charge *ch)
{
	l->node_ms += ch->node_ms;
	l->nano += ch->nano;
	l->spot += ch->spot_nano;
	l->saved += ch->saved_nano;
	l->idle += charge_is_idle(ch->kind) ? ch->nano : 0;
}

static void point_add(struct cost *c, const struct charge *ch)
{
	size_t at = (size_t)((ch->hour_ms - c->first) / c->step);

	if (at >= c->n_points)
		return;
	c->points[at] += ch->nano;
	c->idle_points[at] += charge_is_idle(ch->kind) ? ch->nano : 0;
}

static void on_charge(void *arg, const char *cluster, const struct charge *ch)
{
	struct cost *c = arg;
	struct line *of = line_of(c->clusters, cluster, "");

	c->rows++;
	of->month += ch->hour_ms >= c->month ? ch->nano : 0;
	of->today += ch->hour_ms >= c->today ? ch->nano : 0;
	if (ch->hour_ms < c->from || ch->hour_ms >= c->to)
		return;
	line_add(&c->total, ch);
	line_add(&c->kinds[ch->kind], ch);
	line_add(of, ch);
	line_add(line_of(c->arrays, cluster, array_of(ch)), ch);
	if (ch->kind == CHARGE_BUSY) {
		line_add(line_of(c->users, "", ch->user), ch);
		line_add(line_of(c->accounts, "", ch->account), ch);
	}
	point_add(c, ch);
}

static struct job_charge *job_in(struct cost *c, const char *cluster, const char *job)
{
	for (size_t i = 0; i < c->n_jobs; i++)
		if (strcmp(c->jobs[i].job, job) == 0 &&
		    strcmp(c->jobs[i].cluster, cluster) == 0)
			return &c->jobs[i];
	return NULL;
}

/* A list that is full has the dearest: what a job cost in the last minute moves none into it.
 */
static void on_job(struct cost *c, const char *cluster, const struct job_charge *j)
{
	struct job_charge *known = job_in(c, cluster, j->job);

	if (known) {
		known->node_ms += j->node_ms;
		known->nano += j->nano;
		known->last_ms = j->last_ms > known->last_ms ? j->last_ms : known->last_ms;
	} else if (j->last_ms <= c->from || j->first_ms >= c->to) {
		return;
	} else if (c->n_jobs < JOBS_MOST) {
		GROW(c->jobs, c->n_jobs, c->cap_jobs);
		c->jobs[c->n_jobs] = *j;
		snprintf(c->jobs[c->n_jobs++].cluster, sizeof(j->cluster), "%s", cluster);
	} else {
		c->others.nano += j->nano;
		c->others.node_ms += j->node_ms;
	}
}

/* The dearest, and the sum of all others. */
static int read_jobs(struct cost *c, struct store *st, struct err *err)
{
	if (store_job_charges(st, c->cluster, c->from, c->to, JOBS_MOST, &c->jobs, &c->n_jobs,
			      err) < 0 ||
	    store_job_charges_sum(st, c->cluster, c->from, c->to, &c->others.nano,
				  &c->others.node_ms, err) < 0)
		return -1;
	c->cap_jobs = c->n_jobs;
	for (size_t i = 0; i < c->n_jobs; i++) {
		c->others.nano -= c->jobs[i].nano;
		c->others.node_ms -= c->jobs[i].node_ms;
	}
	return 0;
}

static void add_unsaved(struct cost *c, struct run *r)
{
	const char *key;
	void *v;

	bill_all(r, c->now);
	for (size_t i = 0; map_next(r->bill.tally.charges, &i, &key, &v);)
		on_charge(c, r->cluster.name, v);
	for (size_t i = 0; map_next(r->bill.tally.jobs, &i, &key, &v);)
		on_job(c, r->cluster.name, v);
}

/*
 * The rate: what three minutes of it all as it stands would cost
 */

static void line_rate(struct line *l, const struct charge *ch)
{
	int64_t rate = ch->nano * (HOUR_MS / METER_BLIND_MS);

	l->rate += rate;
	l->idle_rate += charge_is_idle(ch->kind) ? rate : 0;
}

static void rates_of(struct cost *c, struct tally *t, const char *cluster)
{
	const char *key;
	void *v;

	for (size_t i = 0; map_next(t->charges, &i, &key, &v);) {
		const struct charge *ch = v;
		line_rate(&c->total, ch);
		line_rate(&c->kinds[ch->kind], ch);
		line_rate(line_of(c->clusters, cluster, ""), ch);
		line_rate(line_of(c->arrays, cluster, array_of(ch)), ch);
		if (ch->kind == CHARGE_BUSY) {
			line_rate(line_of(c->users, "", ch->user), ch);
			line_rate(line_of(c->accounts, "", ch->account), ch);
		}
	}
	for (size_t i = 0; map_next(t->jobs, &i, &key, &v);) {
		const struct job_charge *j = v;
		int64_t *rate = xmalloc(sizeof(*rate));
		char name[128];

		*rate = j->nano * (HOUR_MS / METER_BLIND_MS);
		snprintf(name, sizeof(name), "%s %s", cluster, j->job);
		map_put(c->job_rates, name, rate);
	}
}

static void rate_add(struct cost *c, struct tally *t, struct machine *m)
{
	c->unpriced += m->price < 0;
	m->from_ms = 0;
	m->to_ms = INT64_MAX;
	meter(t, m, 0, METER_BLIND_MS);
}

static void add_kept(struct cost *c, const struct node *n)
{
	double so_far = node_kept_cost(n, c->now);

	if (!node_is_kept(n) || !n->bound_ms)
		return;
	c->kept++;
	c->kept_rate += n->price > 0 ? n->price : 0;
	c->kept_usd += so_far > 0 ? so_far : 0;
}

static void add_rates(struct cost *c, struct run *r)
{
	struct machine m;
	struct tally t;

	tally_init(&t);
	for (size_t i = 0; i < r->n_members; i++)
		if (bill_machine(r, r->members[i], c->now, &m)) {
			rate_add(c, &t, &m);
			add_kept(c, &r->members[i]->node);
		}
	if (bill_head_machine(r, &m))
		rate_add(c, &t, &m);
	for (size_t i = 0; i < r->cluster.spec.n_storage; i++)
		if (bill_disk_machine(&r->cluster.spec.storage[i], &m))
			rate_add(c, &t, &m);
	rates_of(c, &t, r->cluster.name);
	tally_clear(&t);
}

static int cost_make(struct cost *c, struct engine *e, struct err *err)
{
	int64_t from = c->month < c->from ? c->month : c->from;

	c->points = xcalloc(c->n_points, sizeof(*c->points));
	c->idle_points = xcalloc(c->n_points, sizeof(*c->idle_points));
	if (store_charges(e->store, c->cluster, from, INT64_MAX, on_charge, c, err) < 0 ||
	    read_jobs(c, e->store, err) < 0)
		return -1;
	for (size_t i = 0; i < e->n_regions; i++)
		c->sample = c->sample || e->regions[i]->sizes.sample_prices;
	for (size_t i = 0; i < e->n_runs; i++) {
		struct run *r = e->runs[i];

		if (c->cluster && strcmp(c->cluster, r->cluster.name) != 0)
			continue;
		c->rows++;
		line_of(c->clusters, r->cluster.name, "")->run = r;
		add_unsaved(c, r);
		add_rates(c, r);
	}
	if (c->cluster && !c->rows)
		return engine_no_cluster(e, c->cluster, err);
	return 0;
}

struct json *engine_cost(struct engine *e, const char *cluster, int64_t from_ms, int64_t to_ms,
			 struct err *err)
{
	struct json *j = NULL;
	struct cost c;

	cost_init(&c, cluster);
	if (cost_span(&c, from_ms, to_ms, err) == 0 && cost_make(&c, e, err) == 0)
		j = cost_json(&c);
	cost_clear(&c);
	return j;
}
