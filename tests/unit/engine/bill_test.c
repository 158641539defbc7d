/* The money of a cluster through kills, restarts and a clock that jumps: an engine in a child
 * ends without a word, and the next one's books hold every node second once. */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "engine/bill.h"
#include "engine/members.h"
#include "engine/run.h"

#define T0     INT64_C(1767225600000)
#define MINUTE INT64_C(60000)

struct world {
	char dir[64];
	struct loop *loop;
	struct engine *e;
	struct run *r;
	int64_t *now; /* and what has passed since T0: shared with the child */
};

static void make_cluster(struct world *w)
{
	char *path = xasprintf("%s/engine.db", w->dir);
	struct store *st = store_open(path, true, NULL);
	struct cluster c = { .short_id = "ab12cd34", .head_up_ms = T0, .head_price = 0.19 };

	assert_non_null(st);
	cluster_spec_init(&c.spec);
	c.name = xstrdup("demo");
	c.spec.scheduler = xstrdup("slurm");
	c.spec.cloud = xstrdup("nowhere");
	assert_int_equal(store_cluster_add(st, &c, NULL), 0);
	store_close(st);
	cluster_clear(&c);
	free(path);
}

static void begin(struct world *w)
{
	const struct engine_options o = { .state_dir = w->dir, .any_file_system = true };
	struct err err = ERR_INIT;

	/* the clock that only runs has run on between two lives (R12.1) */
	clock_test_set(T0);
	clock_test_advance(w->now[1]);
	clock_test_set(*w->now);
	w->loop = loop_new(&err);
	assert_non_null(w->loop);
	w->e = engine_new(w->loop, &o, &err);
	assert_string_equal(err.msg, "");
	w->r = run_find(w->e, "demo");
	assert_non_null(w->r);
}

static void end(struct world *w)
{
	engine_free(w->e);
	loop_free(w->loop);
	clock_test_end();
}

static int up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	const char *tmp = getenv("TMPDIR");

	snprintf(w->dir, sizeof(w->dir), "%.40s/bill-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(w->dir));
	w->now = mmap(NULL, 2 * sizeof(*w->now), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(w->now != MAP_FAILED);
	*w->now = T0;
	make_cluster(w);
	*state = w;
	return 0;
}

static int down(void **state)
{
	struct world *w = *state;

	munmap(w->now, 2 * sizeof(*w->now));
	assert_int_equal(file_remove_tree(w->dir, NULL), 0);
	free(w);
	return 0;
}

/* While no engine runs. */
static void wait_down(struct world *w, int64_t ms)
{
	w->now[0] += ms;
	w->now[1] += ms > 0 ? ms : 0;
}

static void pass(struct world *w, int64_t ms)
{
	wait_down(w, ms);
	if (ms >= 0 && clock_is_test())
		clock_test_advance(ms);
	else
		clock_test_set(*w->now); /* somebody sets it back */
}

static struct member *add_node(struct world *w, int64_t index, double price)
{
	struct node n = { .cluster_id = w->r->cluster.id,
			  .index = index,
			  .state = NODE_BOOTING,
			  .cpus = 4,
			  .spot = index % 2,
			  .price = price };
	char text[] = "vm";
	struct cloud_vm vm = { .name = text, .host = text, .address = text };
	struct member *m;

	snprintf(n.name, sizeof(n.name), "htc-%lld", (long long)index);
	snprintf(n.array, sizeof(n.array), "htc");
	m = member_add(w->r, &n);
	assert_non_null(m);
	vm.id = xasprintf("/vm/%lld", (long long)index);
	member_bind(w->r, m, &vm);
	free(vm.id);
	assert_int_equal(node_move(w->r, m, NODE_JOINING, "runs"), 0);
	return m;
}

/* As the observation does it. */
static void new_queue(struct world *w, const char *user, const char *nodes)
{
	struct queue *q = xcalloc(1, sizeof(*q));
	struct job *j;

	queue_init(q);
	j = queue_add_job(q);
	j->id = "12";
	j->user = user;
	j->account = "physics";
	j->nodes = nodes;
	j->cpus = 2;
	j->state = JOB_RUNNING;
	bill_all(w->r, *w->now);
	tenancy_clear(&w->r->bill.tenancy);
	if (w->r->queue) {
		queue_clear(w->r->queue);
		free(w->r->queue);
	}
	w->r->queue = q;
	w->r->queue_source.ok_ms = *w->now;
	tenancy_make(&w->r->bill.tenancy, q);
}

static int64_t cost(double price, int64_t ms)
{
	int64_t nano = meter_price(price);

	return ms > 0 ? nano * (ms / HOUR_MS) + nano * (ms % HOUR_MS) / HOUR_MS : 0;
}

/* What the rows say that it must be. */
static int64_t owed(struct world *w)
{
	int64_t nano = cost(0.19, *w->now - T0);
	struct node *rows;
	size_t n;

	assert_int_equal(store_nodes(w->e->store, w->r->cluster.id, &rows, &n, true, NULL), 0);
	for (size_t i = 0; i < n; i++)
		if (rows[i].bound_ms)
			nano +=
			    cost(rows[i].price, (rows[i].gone_ms ? rows[i].gone_ms : *w->now) -
						    rows[i].bound_ms);
	free(rows);
	return nano;
}

static float usd(int64_t nano)
{
	return (float)((double)nano / NANO);
}

static int64_t booked(struct world *w)
{
	int64_t nano;

	assert_int_equal(store_spent(w->e->store, w->r->cluster.id, &nano, NULL), 0);
	return nano;
}

struct sums {
	int64_t kind_ms[CHARGE_KINDS], alice_ms;
};

static void add_up(void *arg, const char *cluster, const struct charge *c)
{
	struct sums *s = arg;

	(void)cluster;
	s->kind_ms[c->kind] += c->node_ms;
	if (strcmp(c->user, "alice") == 0)
		s->alice_ms += c->node_ms;
}

static struct sums books(struct world *w)
{
	struct sums s = { 0 };

	assert_int_equal(store_charges(w->e->store, NULL, 0, INT64_MAX, add_up, &s, NULL), 0);
	return s;
}

static void each_minute_goes_to_who_had_it(void **state)
{
	struct world *w = *state;
	struct member *m;
	struct sums s;

	begin(w);
	m = add_node(w, 1, 0.4);
	pass(w, MINUTE);
	node_move(w->r, m, NODE_IDLE, "joined");
	new_queue(w, "alice", "");
	pass(w, MINUTE);
	new_queue(w, "alice", "htc-1");
	node_move(w->r, m, NODE_BUSY, "1 job");
	pass(w, MINUTE);
	new_queue(w, "alice", "");
	pass(w, 10 * MINUTE); /* the scheduler is silent */
	bill_save(w->r);
	s = books(w);
	assert_int_equal(s.kind_ms[CHARGE_BOOTING], MINUTE);
	assert_int_equal(s.alice_ms, MINUTE / 2);
	assert_int_equal(s.kind_ms[CHARGE_IDLE], MINUTE + MINUTE / 2);
	assert_int_equal(s.kind_ms[CHARGE_UNKNOWN], 10 * MINUTE);
	assert_int_equal(s.kind_ms[CHARGE_HEAD], 13 * MINUTE);
	assert_int_equal(booked(w), owed(w));
	assert_float_equal((float)bill_spent(w->r, *w->now), usd(owed(w)), 1e-6);
	assert_float_equal((float)bill_spent(w->r, *w->now + HOUR_MS),
			   usd(owed(w) + meter_price(0.59)), 1e-6);
	end(w);
}

/* Else a screen at rest would change each second. */
static void a_views_money_moves_once_a_minute(void **state)
{
	struct world *w = *state;
	double first;

	begin(w);
	pass(w, 5 * MINUTE - *w->now % MINUTE);
	first = bill_shown(w->r, *w->now);
	assert_true(first > 0);
	pass(w, MINUTE - 1);
	assert_float_equal((float)bill_shown(w->r, *w->now), (float)first, 1e-9);
	pass(w, 1);
	assert_true(bill_shown(w->r, *w->now) > first);
	end(w);
}

static void a_head_that_stopped_costs_nothing(void **state)
{
	struct world *w = *state;
	struct cluster_view v;

	begin(w);
	engine_view(w->e, &w->r->cluster, &v);
	assert_float_equal((float)v.price_now, 0.19F, 1e-6);
	pass(w, 5 * MINUTE);
	bill_head(w->r, false);
	pass(w, HOUR_MS);
	engine_view(w->e, &w->r->cluster, &v);
	assert_float_equal((float)v.price_now, 0, 1e-6);
	assert_float_equal((float)v.spent, usd(cost(0.19, 5 * MINUTE)), 1e-6);
	end(w);
	begin(w);
	pass(w, HOUR_MS);
	bill_save(w->r);
	assert_int_equal(booked(w), cost(0.19, 5 * MINUTE));
	end(w);
}

static void a_head_that_somebody_else_stopped_is_seen_in_the_listing(void **state)
{
	struct world *w = *state;
	char id[] = "/vm/head";
	struct cloud_vm head = { .id = id, .power = POWER_RUNNING };
	struct cloud_vms vms = { .v = &head, .n = 1 };

	begin(w);
	w->r->cluster.head_id = xstrdup("/vm/HEAD");
	bill_head_listed(w->r, &vms);
	assert_int_equal(w->r->cluster.head_up_ms, T0);
	head.power = POWER_DEALLOCATED;
	bill_head_listed(w->r, &vms);
	assert_int_equal(w->r->cluster.head_up_ms, 0);
	pass(w, MINUTE);
	head.power = POWER_RUNNING;
	bill_head_listed(w->r, &vms);
	assert_int_equal(w->r->cluster.head_up_ms, T0 + MINUTE);
	vms.n = 0;
	bill_head_listed(w->r, &vms); /* a listing may lag */
	assert_int_equal(w->r->cluster.head_up_ms, T0 + MINUTE);
	bill_head_listed(w->r, &vms);
	assert_int_equal(w->r->cluster.head_up_ms, 0);
	end(w);
}

/*
 * What clients are told
 */

static struct json *ask(struct world *w, const char *cluster, int64_t from, int64_t to)
{
	struct err err = ERR_INIT;
	struct json *j = engine_cost(w->e, cluster, from, to, &err);

	assert_string_equal(err.msg, "");
	assert_non_null(j);
	return j;
}

static bool about(const struct json *j, const char *path, double want)
{
	double got = json_real(j, path, -99);
	bool same = got > want - 1e-6 && got < want + 1e-6;

	if (!same)
		print_error("%s: %.9f, not %.9f\n", path, got, want);
	return same;
}

/* Four minutes at 0.40, of which alice has half for two; the head at 0.19. */
static void an_afternoon(struct world *w)
{
	struct member *m;

	pass(w, 13 * HOUR_MS);
	begin(w);
	m = add_node(w, 1, 0.4);
	m->list_price = meter_price(1.6);
	node_move(w->r, m, NODE_IDLE, "joined");
	new_queue(w, "alice", "");
	pass(w, 2 * MINUTE);
	new_queue(w, "alice", "htc-1");
	node_move(w->r, m, NODE_BUSY, "1 job");
	pass(w, MINUTE);
	bill_save(w->r);
	pass(w, MINUTE); /* in memory only */
}

static void a_clusters_cost_is_told_by_who_had_it(void **state)
{
	struct world *w = *state;
	struct json *j;

	an_afternoon(w);
	w->r->cluster.spec.budget_month = 100;
	j = ask(w, "demo", T0 + 13 * HOUR_MS, 0);
	assert_true(about(j, "rate.usd_per_hour", 0.59));
	assert_true(about(j, "rate.idle_usd_per_hour", 0.2));
	assert_true(about(j, "rate.by_kind.head", 0.19));
	assert_true(about(j, "total.usd", 0.59 * 4 / 60));
	assert_true(about(j, "total.spot_usd", 0.4 * 4 / 60));
	assert_true(about(j, "total.saved_usd", 1.2 * 4 / 60));
	assert_true(about(j, "total.idle_usd", 0.4 * 3 / 60));
	assert_true(about(j, "spent.today", 0.59 * 4 / 60 + 0.19 * 13));
	assert_true(about(j, "spent.month", 0.59 * 4 / 60 + 0.19 * 13));
	assert_true(
	    about(j, "forecast.day", 0.59 * 4 / 60 + 0.19 * 13 + 0.59 * (11 - 4.0 / 60)));
	assert_true(about(j, "forecast.month", 0.19 * 13 + 0.59 * (31 * 24 - 13)));
	assert_string_equal(json_str(j, "by_array.0.array", ""), "htc");
	assert_string_equal(json_str(j, "by_array.1.array", ""), "head");
	assert_string_equal(json_str(j, "by_user.0.user", ""), "alice");
	assert_true(about(j, "by_user.0.usd", 0.2 * 2 / 60));
	assert_true(about(j, "by_user.0.usd_per_hour", 0.2));
	assert_string_equal(json_str(j, "by_account.0.account", ""), "physics");
	assert_true(about(j, "by_account.0.usd", 0.2 * 2 / 60));
	assert_true(about(j, "by_account.0.usd_per_hour", 0.2));
	assert_string_equal(json_str(j, "jobs.0.account", ""), "physics");
	assert_string_equal(json_str(j, "jobs.0.id", ""), "12");
	assert_true(about(j, "jobs.0.usd", 0.2 * 2 / 60));
	assert_true(about(j, "jobs.0.usd_per_hour", 0.2));
	assert_string_equal(json_str(j, "jobs.1.kind", ""), "idle cores and nodes");
	assert_true(about(j, "jobs.1.usd", 0.4 * 3 / 60));
	assert_true(about(j, "by_user.1.usd", 0.4 * 3 / 60));
	assert_string_equal(json_str(j, "by_account.2.kind", ""), "heads and disks");
	assert_true(about(j, "by_account.2.usd", 0.19 * 4 / 60));
	assert_int_equal(json_len(json_get(j, "jobs")), 3);
	assert_int_equal(json_int(j, "series.step_ms", 0), HOUR_MS);
	assert_int_equal(json_len(json_get(j, "series.points")), 1);
	assert_true(about(j, "series.points.0.usd", 0.59 * 4 / 60));
	assert_string_equal(json_str(j, "budget.state", ""), "will_be_over");
	assert_int_equal(json_int(j, "budget.with", 0), 1);
	assert_int_equal(json_int(j, "budget.clusters", 0), 1);
	assert_true(about(j, "by_cluster.0.budget.spent_usd", 0.59 * 4 / 60 + 0.19 * 13));
	assert_true(about(j, "budget.left_usd", 100 - 0.59 * 4 / 60 - 0.19 * 13));
	json_free(j);
	end(w);
}

static void the_books_of_a_deleted_cluster_stay(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;
	struct json *j;

	an_afternoon(w);
	bill_head(w->r, false);
	cluster_move(w->r, CLUSTER_DELETED, "deleted");
	run_forget(w->r);
	pass(w, HOUR_MS);
	j = ask(w, NULL, 0, 0);
	assert_true(about(j, "rate.usd_per_hour", 0));
	assert_true(about(j, "total.usd", 0.59 * 4 / 60 + 0.19 * 13));
	assert_string_equal(json_str(j, "by_cluster.0.cluster", ""), "demo");
	assert_string_equal(json_str(j, "by_cluster.0.state", ""), "deleted");
	assert_true(json_is(json_get(j, "budget"), JSON_NULL));
	json_free(j);
	json_free(ask(w, "demo", 0, 0));
	assert_null(engine_cost(w->e, "nobody", 0, 0, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_null(engine_cost(w->e, NULL, *w->now + 2 * HOUR_MS, 0, &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_null(engine_cost(w->e, NULL, 1, 0, &err));
	assert_int_equal(err.code, ERR_INVALID);
	end(w);
}

static void a_long_time_is_told_by_the_day(void **state)
{
	struct world *w = *state;
	struct json *j;

	pass(w, 40 * 24 * HOUR_MS);
	begin(w);
	j = ask(w, NULL, T0, 0);
	assert_int_equal(json_int(j, "series.step_ms", 0), 24 * HOUR_MS);
	assert_int_equal(json_len(json_get(j, "series.points")), 40);
	assert_true(about(j, "series.points.39.usd", 0.19 * 24));
	assert_true(about(j, "total.usd", 0.19 * 24 * 40));
	assert_true(about(j, "spent.month", 0.19 * 24 * 9)); /* since 1 February */
	assert_true(about(j, "forecast.month", 0.19 * 24 * 28));
	json_free(j);
	end(w);
}

static bool month_is_over(struct world *w, struct budget_state *s)
{
	*s = (struct budget_state){ .spent = -1 };
	return bill_budget(w->r, *w->now, s) && s->spent >= w->r->cluster.spec.budget_month;
}

static void a_month_is_over_budget_until_it_ends(void **state)
{
	struct world *w = *state;
	struct budget_state s;

	an_afternoon(w);
	assert_false(bill_budget(w->r, *w->now, &s));
	w->r->cluster.spec.budget_month = 2.6;
	assert_false(month_is_over(w, &s));
	pass(w, HOUR_MS);
	bill_all(w->r, *w->now);
	assert_true(month_is_over(w, &s));
	bill_save(w->r);
	assert_true(month_is_over(w, &s));
	assert_true(s.spent > 3 && s.spent < 3.2);
	pass(w, 31 * 24 * HOUR_MS);
	assert_false(month_is_over(w, &s));
	end(w);
}

static void a_spent_budget_is_told_once_and_is_an_issue(void **state)
{
	struct world *w = *state;
	struct engine_cloud cloud = { 0 }; /* a cluster without one has a worse issue */
	struct cluster_view v;
	struct event *events;
	size_t n;

	an_afternoon(w);
	w->r->cloud = &cloud;
	w->r->cluster.state = CLUSTER_STARTING;
	w->r->cluster.spec.budget_month = 3.4;
	bill_tick(w->e);
	pass(w, HOUR_MS);
	bill_all(w->r, *w->now);
	bill_tick(w->e);
	bill_tick(w->e);
	engine_view(w->e, &w->r->cluster, &v);
	assert_string_equal(v.issue, "");
	pass(w, HOUR_MS);
	bill_all(w->r, *w->now);
	bill_tick(w->e);
	engine_view(w->e, &w->r->cluster, &v);
	assert_non_null(strstr(v.issue, "budget is used up"));
	assert_int_equal(engine_events(w->e, "demo", 0, 100, &events, &n, NULL), 0);
	assert_true(n >= 2);
	assert_string_equal(events[n - 2].text, "$3.10 of this month's $3.40 are spent");
	assert_string_equal(events[n - 1].object, "budget");
	assert_int_equal(events[n - 1].level, EVENT_WARN);
	free(events);
	w->r->cluster.state = CLUSTER_KEPT; /* it makes no nodes whatever is left */
	engine_view(w->e, &w->r->cluster, &v);
	assert_string_equal(v.issue, "");
	w->r->cloud = NULL;
	end(w);
}

/* Alice has 0.2 an hour of the account's, and the array 0.4. */
static struct budget_spec *two_budgets(struct world *w, double account, double array)
{
	struct cluster_spec *s = &w->r->cluster.spec;

	s->budgets = xcalloc(2, sizeof(*s->budgets));
	s->n_budgets = 2;
	for (size_t i = 0; i < 2; i++)
		budget_spec_init(&s->budgets[i]);
	s->budgets[0].name = xstrdup("phys");
	s->budgets[0].account = xstrdup("physics");
	s->budgets[0].limit = account;
	s->budgets[1].name = xstrdup("htc-day");
	s->budgets[1].array = xstrdup("htc");
	s->budgets[1].limit = array;
	s->budgets[1].period = BUDGET_DAY;
	s->budgets[1].hard = true;
	return s->budgets;
}

static void an_accounts_spent_budget_is_told_to_its_jobs(void **state)
{
	struct world *w = *state;
	struct queue *q;
	struct job *other;
	struct budget_state s = { .spent = -1 };

	an_afternoon(w);
	two_budgets(w, 0.006, 100);
	q = w->r->queue;
	other = queue_add_job(q);
	other->id = "13";
	other->account = "chemistry";
	budgets_look(w->r, *w->now);
	assert_true(budget_told(w->r, 0, &s));
	assert_true(s.spent > 0.003 &&
		    s.spent < 0.004); /* of the minute that is in the ledger */
	budgets_mark(w->r, q);
	assert_int_equal(q->jobs[0].broke, 0);
	bill_all(w->r, *w->now);
	budgets_look(w->r, *w->now); /* with what is not in the ledger yet */
	budgets_mark(w->r, q);
	assert_int_equal(q->jobs[0].broke, 1);
	assert_int_equal(q->jobs[1].broke, 0);
	assert_non_null(strstr(q->broke[0], "account physics"));
	w->r->cluster.spec.budgets[0].limit = 50;
	budgets_look(w->r, *w->now);
	budgets_mark(w->r, q);
	assert_int_equal(q->jobs[0].broke, 0);
	end(w);
}

static void an_arrays_spent_budget_closes_it_for_the_day(void **state)
{
	struct world *w = *state;
	char htc[] = "htc", hpc[] = "hpc";
	struct array_spec a = { .name = htc }, b = { .name = hpc };
	struct fact_array arrays[2] = { { .spec = &a }, { .spec = &b } };
	struct facts f = { .arrays = arrays, .n_arrays = 2 };

	an_afternoon(w);
	two_budgets(w, 100, 0.02);
	bill_all(w->r, *w->now);
	budgets_look(w->r, *w->now);
	budgets_close(&f, w->r);
	assert_non_null(strstr(arrays[0].budget, "budget htc-day: the 0.02 USD of array htc"));
	assert_true(arrays[0].retire);
	assert_string_equal(arrays[1].budget, "");
	arrays[0] = (struct fact_array){ .spec = &a };
	pass(w, 12 * HOUR_MS);
	budgets_look(w->r, *w->now);
	budgets_close(&f, w->r);
	assert_string_equal(arrays[0].budget, ""); /* another day */
	end(w);
}

static void a_budgets_levels_are_told_once_each(void **state)
{
	struct world *w = *state;
	struct event *events;
	size_t n, before;

	an_afternoon(w);
	bill_all(w->r, *w->now);
	two_budgets(w, 100, 0.04); /* 0.027 of it are spent: told of before is nobody */
	budgets_tell(w->r);
	engine_events(w->e, "demo", 0, 100, &events, &before, NULL);
	free(events);
	pass(w, 2 * MINUTE);
	bill_all(w->r, *w->now);
	budgets_tell(w->r);
	budgets_tell(w->r);
	engine_events(w->e, "demo", 0, 100, &events, &n, NULL);
	assert_int_equal(n, before + 1);
	assert_string_equal(
	    events[n - 1].text,
	    "budget htc-day: $0.04 of the $0.04 of array htc are spent: no node is "
	    "made for it, and its nodes go when they are empty; raise it in the "
	    "template, then \"cluster update\"");
	free(events);
	end(w);
}

static bool is_near(double got, double want)
{
	return got > want - 0.001 && got < want + 0.001;
}

/* The job that runs has half of a node at 0.4 an hour. */
static void it_may_run(struct world *w, int64_t limit_ms)
{
	struct job *j = &w->r->queue->jobs[0];

	j->start_s = *w->now / 1000;
	j->limit_s = limit_ms / 1000;
	tenancy_clear(&w->r->bill.tenancy);
	tenancy_make(&w->r->bill.tenancy, w->r->queue);
}

/* B8: committed is what is spent, and what runs to its expected end. */
static void what_runs_is_committed_to_its_time_limit(void **state)
{
	struct world *w = *state;
	char htc[] = "htc";
	struct array_spec a = { .name = htc };
	struct fact_array array = { .spec = &a };
	struct facts f = { .arrays = &array, .n_arrays = 1 };
	struct budget_state s;

	an_afternoon(w);
	bill_all(w->r, *w->now);
	it_may_run(w, 5 * HOUR_MS);
	two_budgets(w, 0.9, 1.9);
	budgets_look(w->r, *w->now);
	assert_true(budget_told(w->r, 0, &s));
	assert_true(is_near(s.committed - s.spent, 1));
	assert_true(budget_told(w->r, 1, &s));
	assert_true(is_near(s.committed - s.spent, 2));
	budgets_mark(w->r, w->r->queue);
	assert_non_null(
	    strstr(w->r->queue->broke[0], "are spent or committed to what runs: no node"));
	budgets_close(&f, w->r);
	assert_non_null(strstr(array.budget, "spent or committed to what runs"));
	it_may_run(w, HOUR_MS); /* its limit was changed */
	array = (struct fact_array){ .spec = &a };
	budgets_look(w->r, *w->now);
	budgets_mark(w->r, w->r->queue);
	budgets_close(&f, w->r);
	assert_int_equal(w->r->queue->jobs[0].broke, 0);
	assert_string_equal(array.budget, "");
	it_may_run(w, 100 * HOUR_MS); /* but not beyond the day */
	budgets_look(w->r, *w->now);
	assert_true(budget_told(w->r, 1, &s));
	assert_true(s.committed - s.spent < 0.4 * 24);
	end(w);
}

static void a_month_that_is_committed_is_told_once_though_it_falls_and_rises(void **state)
{
	struct world *w = *state;
	struct budget_state s;
	struct event *events;
	size_t n, before;
	struct json *j;

	an_afternoon(w);
	bill_all(w->r, *w->now);
	w->r->cluster.spec.budget_month = 5;
	bill_tick(w->e);
	engine_events(w->e, "demo", 0, 100, &events, &before, NULL);
	free(events);
	for (int i = 0; i < 3; i++) {
		it_may_run(w, 10 * HOUR_MS);
		bill_tick(w->e);
		assert_int_equal(w->r->bill.budget, BUDGET_COMMITTED);
		it_may_run(w, HOUR_MS);
		bill_tick(w->e);
		assert_int_equal(w->r->bill.budget, BUDGET_OK);
	}
	engine_events(w->e, "demo", 0, 100, &events, &n, NULL);
	assert_int_equal(n, before + 1);
	assert_string_equal(
	    events[n - 1].text,
	    "$2.51 of this month's $5.00 are spent, $4.00 more committed to what "
	    "runs: no nodes are made for new jobs, what runs goes on; raise it in the template, "
	    "then \"cluster update\"");
	free(events);
	it_may_run(w, 10 * HOUR_MS);
	assert_true(bill_budget(w->r, *w->now, &s));
	j = engine_cost(w->e, "demo", 0, 0, NULL);
	assert_string_equal(json_str(j, "budget.state", ""), "committed");
	assert_true(is_near(json_real(j, "budget.committed_usd", 0), s.committed));
	json_free(j);
	end(w);
}

static void thousands_of_jobs_are_written_bit_by_bit(void **state)
{
	struct world *w = *state;
	char ids[9000][8];
	struct queue *q;
	struct json *j;
	size_t n;

	begin(w);
	node_move(w->r, add_node(w, 1, 0.4), NODE_IDLE, "joined");
	new_queue(w, "alice", "");
	q = w->r->queue;
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		struct job *job = queue_add_job(q);

		snprintf(ids[i], sizeof(ids[i]), "%zu", i + 100);
		job->id = ids[i];
		job->nodes = "htc-1";
		job->state = JOB_RUNNING;
	}
	tenancy_clear(&w->r->bill.tenancy);
	tenancy_make(&w->r->bill.tenancy, q);
	pass(w, MINUTE);
	for (size_t left = ARRAY_LEN(ids); left > 0; left = n) {
		bill_save(w->r);
		n = map_count(w->r->bill.tally.jobs);
		assert_true(n < left);
		assert_int_equal(map_count(w->r->bill.tally.charges), 0);
	}
	assert_int_equal(booked(w), owed(w));
	j = ask(w, "demo", 0, 0);
	assert_string_equal(json_str(j, "jobs.19.user", ""), "");
	assert_null(json_get(json_at(json_get(j, "jobs"), 19), "kind"));
	assert_string_equal(json_str(j, "jobs.20.kind", ""), "other jobs");
	json_free(j);
	end(w);
}

/*
 * Kills
 */

static void some_move(struct world *w, struct rng *rng)
{
	static const enum node_state to[] = { NODE_IDLE, NODE_BUSY, NODE_DRAINING,
					      NODE_DELETING, NODE_UNHEALTHY };
	struct member *m;
	enum node_state next = to[rng_below(rng, ARRAY_LEN(to))];

	if (w->r->n_members == 0)
		return;
	m = w->r->members[rng_below(rng, w->r->n_members)];
	if (m->node.state == NODE_DELETING)
		member_gone(w->r, m, "deleted");
	else if (node_can_move(m->node.state, next))
		node_move(w->r, m, next, "by chance");
}

static void live(struct world *w, struct rng *rng, int64_t *index, bool back)
{
	static const char *const where[] = { "", "htc-1", "htc-[1-999]", "htc-[3-9,11]" };

	for (int i = 0; i < 30; i++) {
		switch (rng_below(rng, 8)) {
		case 0:
			add_node(w, (*index)++, (double)rng_below(rng, 90000) / 10000);
			break;
		case 1:
			new_queue(w, "alice", where[rng_below(rng, ARRAY_LEN(where))]);
			break;
		case 2:
			bill_save(w->r);
			break;
		case 3:
			pass(w, (int64_t)rng_below(rng, 4 * MINUTE));
			break;
		case 4:
			pass(w, back ? -(int64_t)rng_below(rng, 3 * MINUTE) : 7);
			break;
		default:
			some_move(w, rng);
			break;
		}
	}
}

/* _exit() is a kill -9 to the store: nothing is written on the way out. */
static void live_and_die(struct world *w, struct rng *rng, int64_t *index, bool back)
{
	int status;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		begin(w);
		live(w, rng, index, back);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void kills_neither_lose_nor_repeat_a_charge(void **state)
{
	struct world *w = *state;
	struct rng rng;

	for (int64_t round = 0; round < 12; round++) {
		int64_t index = 40 * round + 1;

		rng_seed(&rng, 77 + (uint64_t)round);
		live_and_die(w, &rng, &index, false);
		wait_down(w, (int64_t)rng_below(&rng, 2 * HOUR_MS));
		begin(w);
		assert_int_equal(booked(w), owed(w));
		index += 20; /* the child's own count went with it */
		if (round % 3)
			live(w, &rng, &index, false);
		end(w);
	}
	begin(w);
	assert_int_equal(booked(w), owed(w));
	assert_true(books(w).kind_ms[CHARGE_UNKNOWN] > 0);
	assert_true(books(w).alice_ms > 0);
	end(w);
}

static void a_clock_put_back_charges_no_time_twice(void **state)
{
	struct world *w = *state;
	int64_t furthest = T0;
	struct rng rng;

	for (int64_t round = 0; round < 6; round++) {
		int64_t index = 40 * round + 1;

		rng_seed(&rng, 7700 + (uint64_t)round);
		live_and_die(w, &rng, &index, true);
		furthest = *w->now > furthest ? *w->now : furthest;
	}
	wait_down(w, furthest + HOUR_MS - *w->now);
	begin(w);
	assert_true(booked(w) > 0);
	assert_true(booked(w) <= owed(w));
	end(w);
}

#define T(f) cmocka_unit_test_setup_teardown(f, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(each_minute_goes_to_who_had_it),
		T(a_views_money_moves_once_a_minute),
		T(a_head_that_stopped_costs_nothing),
		T(a_head_that_somebody_else_stopped_is_seen_in_the_listing),
		T(a_clusters_cost_is_told_by_who_had_it),
		T(the_books_of_a_deleted_cluster_stay),
		T(a_long_time_is_told_by_the_day),
		T(a_month_is_over_budget_until_it_ends),
		T(a_spent_budget_is_told_once_and_is_an_issue),
		T(an_accounts_spent_budget_is_told_to_its_jobs),
		T(an_arrays_spent_budget_closes_it_for_the_day),
		T(a_budgets_levels_are_told_once_each),
		T(what_runs_is_committed_to_its_time_limit),
		T(a_month_that_is_committed_is_told_once_though_it_falls_and_rises),
		T(thousands_of_jobs_are_written_bit_by_bit),
		T(kills_neither_lose_nor_repeat_a_charge),
		T(a_clock_put_back_charges_no_time_twice),
	};

	return cmocka_run_group_tests_name("engine/bill", tests, NULL, NULL);
}
