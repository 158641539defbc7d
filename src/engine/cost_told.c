/* What a cost is told as. The rows of each table sum up to its total: what no user, account or
 * job had stands below them by what it was spent on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/bill.h"
#include "engine/cost.h"

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

static const char *state_word(const struct budget_state *s, double limit)
{
	static const char *const words[] = { [BUDGET_OK] = "ok",
					     [BUDGET_NEAR] = "near",
					     [BUDGET_COMMITTED] = "committed",
					     [BUDGET_OVER] = "over" };

	return words[budget_level(s, limit)];
}

static void budget_json(struct json *j, double limit, double spent, double more,
			double expected)
{
	const struct budget_state s = { .spent = spent, .committed = spent + more };
	bool soon = expected > limit && budget_level(&s, limit) < BUDGET_COMMITTED;
	struct json *b;

	if (limit < 0) {
		json_set(j, "budget", json_new_null());
		return;
	}
	b = json_set_object(j, "budget");
	json_set_real(b, "month_usd", limit);
	json_set_real(b, "spent_usd", spent);
	json_set_real(b, "committed_usd", s.committed);
	json_set_real(b, "left_usd", limit > s.committed ? limit - s.committed : 0);
	json_set_real(b, "share", limit > 0 ? spent / limit : 1);
	json_set_real(b, "forecast_usd", expected);
	json_set_str(b, "state", soon ? "will_be_over" : state_word(&s, limit));
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
			struct budget_state s = { 0 };
			bool active = budget_told(r, k, &s);
			char of[80];

			json_set_str(j, "cluster", v[i]->cluster);
			json_set_str(j, "name", b->name);
			json_set_str(j, "of", budget_of_text(of, b));
			json_set_str(j, "period", budget_period_name(b->period));
			json_set_real(j, "limit_usd", b->limit);
			json_set_real(j, "spent_usd", s.spent);
			json_set_real(j, "committed_usd", s.committed);
			json_set_real(j, "share", b->limit > 0 ? s.spent / b->limit : 1);
			json_set_bool(j, "hard", b->hard);
			json_set_str(j, "state", active ? state_word(&s, b->limit) : "off");
		}
	}
	free(v);
}

static double limit_of(const struct line *l)
{
	return l->run ? l->run->cluster.spec.budget_month : -1;
}

/* What its machines will cost to their expected end. */
static double committed(const struct line *l, const struct cost *c)
{
	struct budget_state s = { .to_ms = c->month_end };

	if (l->run && limit_of(l) >= 0)
		run_committed(l->run, NULL, c->now, &s);
	return s.committed;
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
		budget_json(j, limit_of(v[i]), (double)v[i]->month / NANO, committed(v[i], c),
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

/*
 * What no job had: a row each below those that had something. Such a row has no name; its
 * "kind" says what it is, in words that are nobody's name.
 */

#define PARTS_MOST 2

static const struct rest {
	const char *text;
	size_t n;
	enum charge_kind parts[PARTS_MOST];
} rests[] = {
	{ "idle cores and nodes", 2, { CHARGE_IDLE, CHARGE_AHEAD } },
	{ "booting, draining", 2, { CHARGE_BOOTING, CHARGE_DRAINING } },
	{ "failed nodes", 1, { CHARGE_FAILED } },
	{ "heads and disks", 2, { CHARGE_HEAD, CHARGE_STORAGE } },
	{ "nobody looked", 1, { CHARGE_UNKNOWN } },
};

static void line_plus(struct line *l, const struct line *part)
{
	l->node_ms += part->node_ms;
	l->nano += part->nano;
	l->spot += part->spot;
	l->saved += part->saved;
	l->idle += part->idle;
	l->rate += part->rate;
	l->idle_rate += part->idle_rate;
}

static struct json *rest_row(struct json *list, const char *noun, const char *text)
{
	struct json *j = json_add_object(list);

	json_set_str(j, noun, "");
	json_set_str(j, "kind", text);
	return j;
}

static void rests_json(struct json *list, const struct cost *c, const char *noun)
{
	for (size_t i = 0; i < ARRAY_LEN(rests); i++) {
		struct line l = { .name = "" };

		for (size_t k = 0; k < rests[i].n; k++)
			line_plus(&l, &c->kinds[rests[i].parts[k]]);
		if (l.nano || l.node_ms || l.rate)
			line_json(rest_row(list, noun, rests[i].text), &l, c->total.nano);
	}
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
	rests_json(list, c, noun);
}

static int dearer_job(const void *a, const void *b)
{
	const struct job_charge *x = a, *y = b;

	if (x->nano != y->nano)
		return x->nano > y->nano ? -1 : 1;
	return strcmp(x->job, y->job);
}

static int64_t rate_of(const struct cost *c, const struct job_charge *job)
{
	const int64_t *rate;
	char name[128];

	snprintf(name, sizeof(name), "%s %s", job->cluster, job->job);
	rate = map_get(c->job_rates, name);
	return rate ? *rate : 0;
}

static void of_jobs_json(struct json *j, int64_t nano, int64_t node_ms, int64_t rate)
{
	set_usd(j, "usd", nano);
	json_set_real(j, "node_hours", (double)node_ms / (double)HOUR_MS);
	set_usd(j, "usd_per_hour", rate);
}

/*
 * Those that are not listed, and what jobs cost outside of this time: a job's row has all that
 * it cost, also before the time began and after its end, and what jobs had in this time is
 * known to the hour. Jobs that are forgotten have no row any more.
 */
static void other_jobs_json(struct json *list, const struct cost *c)
{
	const struct line *busy = &c->kinds[CHARGE_BUSY], *others = &c->others;
	int64_t nano = busy->nano - others->nano, node_ms = busy->node_ms - others->node_ms;
	int64_t rate = busy->rate;

	for (size_t i = 0; i < c->n_jobs; i++) {
		nano -= c->jobs[i].nano;
		node_ms -= c->jobs[i].node_ms;
		rate -= rate_of(c, &c->jobs[i]);
	}
	if (others->nano || others->node_ms || rate)
		of_jobs_json(rest_row(list, "id", "other jobs"), others->nano, others->node_ms,
			     rate);
	if (nano || node_ms)
		of_jobs_json(
		    rest_row(list, "id", nano < 0 ? "outside this time" : "forgotten jobs"),
		    nano, node_ms, 0);
}

static void jobs_json(struct json *list, struct cost *c)
{
	if (c->n_jobs)
		qsort(c->jobs, c->n_jobs, sizeof(*c->jobs), dearer_job);
	for (size_t i = 0; i < c->n_jobs; i++) {
		const struct job_charge *job = &c->jobs[i];
		struct json *j = json_add_object(list);

		json_set_str(j, "cluster", job->cluster);
		json_set_str(j, "id", job->job);
		json_set_str(j, "name", job->name);
		json_set_str(j, "user", job->user);
		json_set_str(j, "account", job->account);
		json_set_str(j, "array", job->array);
		of_jobs_json(j, job->nano, job->node_ms, rate_of(c, job));
		json_set_int(j, "first_ms", job->first_ms);
		json_set_int(j, "last_ms", job->last_ms);
	}
	other_jobs_json(list, c);
	rests_json(list, c, "id");
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
	double limit = -1, of_limit = 0, more = 0, expected = 0;
	struct line all = { .rate = c->total.rate };
	int64_t with = 0, clusters = 0;
	struct json *s;
	const char *key;
	void *v;

	for (size_t i = 0; map_next(c->clusters, &i, &key, &v);) {
		const struct line *l = v;

		all.today += l->today;
		all.month += l->month;
		clusters += l->run != NULL;
		if (limit_of(l) < 0)
			continue;
		with++;
		limit = (limit < 0 ? 0 : limit) + limit_of(l);
		of_limit += (double)l->month / NANO;
		more += committed(l, c);
		expected += forecast(l, l->month, c->now, c->month_end);
	}
	s = json_set_object(j, "spent");
	set_usd(s, "today", all.today);
	set_usd(s, "month", all.month);
	s = json_set_object(j, "forecast");
	json_set_real(s, "day", forecast(&all, all.today, c->now, c->today + DAY_MS));
	json_set_real(s, "month", forecast(&all, all.month, c->now, c->month_end));
	budget_json(j, limit, of_limit, more, expected);
	if (with == 0)
		return;
	s = json_get_mut(j, "budget");
	json_set_int(s, "with", with);
	json_set_int(s, "clusters", clusters);
}

struct json *cost_json(struct cost *c)
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
