/*
 * What was spent, by whom, and where it leads: the ledger's rows, what is metered and not yet
 * written, and the rate of what runs now. Days and months are those of UTC, as a cloud bills.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/run.h"

#define DAY_MS	     (24 * HOUR_MS)
#define SPAN_MAX     (400 * DAY_MS)
#define HOURLY_UP_TO (3 * DAY_MS) /* a series of a longer time has a point for each day */
#define JOBS_MOST    20

struct line { /* a sum, and what runs for it now */
	char cluster[40], name[64];
	const struct run *run; /* of a cluster's line; NULL: it was deleted */
	int64_t node_ms, nano, spot, saved, idle;
	int64_t today, month;	 /* of a cluster's line */
	int64_t rate, idle_rate; /* billionths of a dollar per hour */
};

struct cost {
	const char *cluster; /* NULL: all */
	int64_t now, from, to, today, month, month_end;
	struct line total, kinds[CHARGE_KINDS];
	struct map *clusters, *arrays, *users, *accounts; /* struct line */
	int64_t *points, *idle_points;
	int64_t step, first;
	size_t n_points;
	struct job_charge *jobs;
	size_t n_jobs, cap_jobs;
	struct map *job_rates;	    /* "CLUSTER JOB": int64_t */
	int64_t unpriced;	    /* machines that run at an unknown price */
	int64_t kept;		    /* nodes that stay because somebody said so (R5.9) */
	double kept_rate, kept_usd; /* USD per hour, and since they are kept */
	size_t rows;
	bool sample;
};

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
	l->idle += ch->kind == CHARGE_IDLE ? ch->nano : 0;
}

static void point_add(struct cost *c, const struct charge *ch)
{
	size_t at = (size_t)((ch->hour_ms - c->first) / c->step);

	if (at >= c->n_points)
		return;
	c->points[at] += ch->nano;
	c->idle_points[at] += ch->kind == CHARGE_IDLE ? ch->nano : 0;
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
	} else if (c->n_jobs < JOBS_MOST && j->last_ms > c->from && j->first_ms < c->to) {
		GROW(c->jobs, c->n_jobs, c->cap_jobs);
		c->jobs[c->n_jobs] = *j;
		snprintf(c->jobs[c->n_jobs++].cluster, sizeof(j->cluster), "%s", cluster);
	}
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
	l->idle_rate += ch->kind == CHARGE_IDLE ? rate : 0;
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
	    store_job_charges(e->store, c->cluster, c->from, c->to, JOBS_MOST, &c->jobs,
			      &c->n_jobs, err) < 0)
		return -1;
	c->cap_jobs = c->n_jobs;
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
		return err_set(err, ERR_NOT_FOUND, "there is no cluster \"%s\"", c->cluster);
	return 0;
}

/*
 * JSON
 */

static void set_usd(struct json *j, const char *name, int64_t nano)
{
	json_set_real(j, name, (double)nano / NANO);
}

static double forecast(const struct line *l, int64_t spent, int64_t now, int64_t end)
{
	return ((double)spent + (double)l->rate * (double)(end - now) / (double)HOUR_MS) / NANO;
}

static void line_json(struct json *j, const struct line *l, int64_t total)
{
	set_usd(j, "usd", l->nano);
	json_set_real(j, "share", total > 0 ? (double)l->nano / (double)total : 0);
	json_set_real(j, "node_hours", (double)l->node_ms / (double)HOUR_MS);
	set_usd(j, "spot_usd", l->spot);
	set_usd(j, "ondemand_usd", l->nano - l->spot);
	set_usd(j, "saved_usd", l->saved);
	set_usd(j, "idle_usd", l->idle);
	set_usd(j, "usd_per_hour", l->rate);
	set_usd(j, "idle_usd_per_hour", l->idle_rate);
}

/* The dearest first; equal ones by name. */
static int dearer(const void *a, const void *b)
{
	const struct line *x = *(const struct line *const *)a,
			  *y = *(const struct line *const *)b;
	int c;

	if (x->nano != y->nano)
		return x->nano > y->nano ? -1 : 1;
	c = strcmp(x->cluster, y->cluster);
	return c ? c : strcmp(x->name, y->name);
}

static struct line **sorted(const struct map *m)
{
	struct line **v = xcalloc(map_count(m) + 1, sizeof(*v));
	const char *key;
	size_t n = 0;
	void *line;

	for (size_t i = 0; map_next(m, &i, &key, &line);)
		v[n++] = line;
	qsort(v, n, sizeof(struct line *), dearer);
	return v;
}

static void budget_json(struct json *j, double limit, double spent, double expected)
{
	const char *state = spent >= limit			 ? "over"
			    : expected > limit			 ? "will_be_over"
			    : spent >= limit * BUDGET_NEAR_SHARE ? "near"
								 : "ok";
	struct json *b;

	if (limit < 0) {
		json_set(j, "budget", json_new_null());
		return;
	}
	b = json_set_object(j, "budget");
	json_set_real(b, "month_usd", limit);
	json_set_real(b, "spent_usd", spent);
	json_set_real(b, "left_usd", limit > spent ? limit - spent : 0);
	json_set_real(b, "share", limit > 0 ? spent / limit : 1);
	json_set_real(b, "forecast_usd", expected);
	json_set_str(b, "state", state);
}

/* Those of one cluster's parts, as its engine looks at them. */
static void budgets_json(struct json *list, const struct cost *c)
{
	struct line **v = sorted(c->clusters);

	for (size_t i = 0; v[i]; i++) {
		struct run *r =
		    (struct run *)(uintptr_t)v[i]->run; /* it looks, and changes nothing */

		if (r)
			budgets_look(r, c->now);
		for (size_t k = 0; r && k < r->cluster.spec.n_budgets; k++) {
			const struct budget_spec *b = &r->cluster.spec.budgets[k];
			struct json *j = json_add_object(list);
			double spent = 0;
			bool active = budget_told(r, k, &spent);
			char of[80];

			json_set_str(j, "cluster", v[i]->cluster);
			json_set_str(j, "name", b->name);
			json_set_str(j, "of", budget_of_text(of, b));
			json_set_str(j, "period", budget_period_name(b->period));
			json_set_real(j, "limit_usd", b->limit);
			json_set_real(j, "spent_usd", spent);
			json_set_real(j, "share", b->limit > 0 ? spent / b->limit : 1);
			json_set_bool(j, "hard", b->hard);
			json_set_str(j, "state",
				     !active				     ? "off"
				     : spent >= b->limit		     ? "over"
				     : spent >= b->limit * BUDGET_NEAR_SHARE ? "near"
									     : "ok");
		}
	}
	free(v);
}

static double limit_of(const struct line *l)
{
	return l->run ? l->run->cluster.spec.budget_month : -1;
}

static void clusters_json(struct json *list, const struct cost *c)
{
	struct line **v = sorted(c->clusters);

	for (size_t i = 0; v[i]; i++) {
		struct json *j = json_add_object(list);

		json_set_str(j, "cluster", v[i]->cluster);
		json_set_str(j, "state",
			     v[i]->run ? cluster_state_name(v[i]->run->cluster.state)
				       : "deleted");
		line_json(j, v[i], c->total.nano);
		set_usd(j, "today_usd", v[i]->today);
		set_usd(j, "month_usd", v[i]->month);
		budget_json(j, limit_of(v[i]), (double)v[i]->month / NANO,
			    forecast(v[i], v[i]->month, c->now, c->month_end));
	}
	free(v);
}

static void arrays_json(struct json *list, const struct cost *c)
{
	struct line **v = sorted(c->arrays);

	for (size_t i = 0; v[i]; i++) {
		struct json *j = json_add_object(list);

		json_set_str(j, "cluster", v[i]->cluster);
		json_set_str(j, "array", v[i]->name);
		line_json(j, v[i], c->total.nano);
	}
	free(v);
}

/* Sums of one name each: "user", "account". */
static void names_json(struct json *list, const struct cost *c, const struct map *lines,
		       const char *noun)
{
	struct line **v = sorted(lines);

	for (size_t i = 0; v[i]; i++) {
		struct json *j = json_add_object(list);

		json_set_str(j, noun, v[i]->name);
		line_json(j, v[i], c->total.nano);
	}
	free(v);
}

static int dearer_job(const void *a, const void *b)
{
	const struct job_charge *x = a, *y = b;

	if (x->nano != y->nano)
		return x->nano > y->nano ? -1 : 1;
	return strcmp(x->job, y->job);
}

static void jobs_json(struct json *list, struct cost *c)
{
	if (c->n_jobs)
		qsort(c->jobs, c->n_jobs, sizeof(*c->jobs), dearer_job);
	for (size_t i = 0; i < c->n_jobs; i++) {
		const struct job_charge *job = &c->jobs[i];
		struct json *j = json_add_object(list);
		const int64_t *rate;
		char name[128];

		snprintf(name, sizeof(name), "%s %s", job->cluster, job->job);
		rate = map_get(c->job_rates, name);
		json_set_str(j, "cluster", job->cluster);
		json_set_str(j, "id", job->job);
		json_set_str(j, "name", job->name);
		json_set_str(j, "user", job->user);
		json_set_str(j, "account", job->account);
		json_set_str(j, "array", job->array);
		set_usd(j, "usd", job->nano);
		json_set_real(j, "node_hours", (double)job->node_ms / (double)HOUR_MS);
		set_usd(j, "usd_per_hour", rate ? *rate : 0);
		json_set_int(j, "first_ms", job->first_ms);
		json_set_int(j, "last_ms", job->last_ms);
	}
}

static void series_json(struct json *j, const struct cost *c)
{
	struct json *list;

	json_set_int(j, "step_ms", c->step);
	list = json_set_array(j, "points");
	for (size_t i = 0; i < c->n_points; i++) {
		struct json *p = json_add_object(list);

		json_set_int(p, "at_ms", c->first + (int64_t)i * c->step);
		set_usd(p, "usd", c->points[i]);
		set_usd(p, "idle_usd", c->idle_points[i]);
	}
}

static void rate_json(struct json *j, const struct cost *c)
{
	struct json *kinds;

	set_usd(j, "usd_per_hour", c->total.rate);
	set_usd(j, "idle_usd_per_hour", c->total.idle_rate);
	json_set_int(j, "unpriced", c->unpriced);
	kinds = json_set_object(j, "by_kind");
	for (int k = 0; k < CHARGE_KINDS; k++)
		set_usd(kinds, charge_kind_name((enum charge_kind)k), c->kinds[k].rate);
}

static void kept_json(struct json *j, const struct cost *c)
{
	json_set_int(j, "nodes", c->kept);
	json_set_real(j, "usd_per_hour", c->kept_rate);
	json_set_real(j, "usd", c->kept_usd);
}

static void kinds_json(struct json *list, const struct cost *c)
{
	for (int k = 0; k < CHARGE_KINDS; k++) {
		struct json *j = json_add_object(list);

		json_set_str(j, "kind", charge_kind_name((enum charge_kind)k));
		line_json(j, &c->kinds[k], c->total.nano);
	}
}

/* Budgets are of clusters: together they are held against what those clusters spent. */
static void whole_json(struct json *j, const struct cost *c)
{
	double limit = -1, of_limit = 0, expected = 0;
	struct line all = { .rate = c->total.rate };
	struct json *s;
	const char *key;
	void *v;

	for (size_t i = 0; map_next(c->clusters, &i, &key, &v);) {
		const struct line *l = v;

		all.today += l->today;
		all.month += l->month;
		if (limit_of(l) < 0)
			continue;
		limit = (limit < 0 ? 0 : limit) + limit_of(l);
		of_limit += (double)l->month / NANO;
		expected += forecast(l, l->month, c->now, c->month_end);
	}
	s = json_set_object(j, "spent");
	set_usd(s, "today", all.today);
	set_usd(s, "month", all.month);
	s = json_set_object(j, "forecast");
	json_set_real(s, "day", forecast(&all, all.today, c->now, c->today + DAY_MS));
	json_set_real(s, "month", forecast(&all, all.month, c->now, c->month_end));
	budget_json(j, limit, of_limit, expected);
}

static struct json *cost_json(struct cost *c)
{
	struct json *j = json_new_object();

	json_set_str(j, "cluster", c->cluster ? c->cluster : "");
	json_set_str(j, "currency", "USD");
	json_set_bool(j, "sample_prices", c->sample);
	json_set_int(j, "now_ms", c->now);
	json_set_int(j, "from_ms", c->from);
	json_set_int(j, "to_ms", c->to);
	json_set_int(j, "today_ms", c->today);
	json_set_int(j, "month_ms", c->month);
	json_set_int(j, "month_end_ms", c->month_end);
	rate_json(json_set_object(j, "rate"), c);
	kept_json(json_set_object(j, "kept"), c);
	whole_json(j, c);
	line_json(json_set_object(j, "total"), &c->total, c->total.nano);
	kinds_json(json_set_array(j, "by_kind"), c);
	clusters_json(json_set_array(j, "by_cluster"), c);
	arrays_json(json_set_array(j, "by_array"), c);
	names_json(json_set_array(j, "by_user"), c, c->users, "user");
	names_json(json_set_array(j, "by_account"), c, c->accounts, "account");
	budgets_json(json_set_array(j, "budgets"), c);
	jobs_json(json_set_array(j, "jobs"), c);
	series_json(json_set_object(j, "series"), c);
	return j;
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
