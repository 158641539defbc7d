/* Whoever had it and whatever it was spent on: the rows of each table of the cost sum up to its
 * total, for any books, any cluster and any time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/rand.h"
#include "engine/run.h"

#define T0     INT64_C(1767225600000)
#define DAYS   9
#define ROUNDS 30
#define SLICES 80
#define JOBS   70 /* more than are listed */
#define CENT   0.01

struct world {
	char dir[64];
	struct loop *loop;
	struct engine *e;
	struct rng rng;
};

static void add_cluster(struct store *st, const char *name, int64_t head_ms)
{
	struct cluster c = { .head_up_ms = head_ms, .head_price = 0.19 };

	snprintf(c.short_id, sizeof(c.short_id), "%.6s00", name);
	cluster_spec_init(&c.spec);
	c.name = xstrdup(name);
	c.spec.scheduler = xstrdup("slurm");
	c.spec.cloud = xstrdup("nowhere");
	assert_int_equal(store_cluster_add(st, &c, NULL), 0);
	cluster_clear(&c);
}

static int up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	const char *tmp = getenv("TMPDIR");
	const struct engine_options o = { .state_dir = w->dir, .any_file_system = true };
	struct store *st;
	char *path;

	snprintf(w->dir, sizeof(w->dir), "%.40s/sums-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(w->dir));
	path = xasprintf("%s/engine.db", w->dir);
	st = store_open(path, true, NULL);
	assert_non_null(st);
	add_cluster(st, "demo", T0);
	add_cluster(st, "cfd", 0);
	store_close(st);
	free(path);
	clock_test_set(T0 + DAYS * 24 * HOUR_MS);
	w->loop = loop_new(NULL);
	w->e = engine_new(w->loop, &o, NULL);
	assert_non_null(w->e);
	*state = w;
	return 0;
}

static int down(void **state)
{
	struct world *w = *state;

	engine_free(w->e);
	loop_free(w->loop);
	clock_test_end();
	assert_int_equal(file_remove_tree(w->dir, NULL), 0);
	free(w);
	return 0;
}

/*
 * Books
 */

static size_t pick(struct world *w, size_t n)
{
	return (size_t)rng_below(&w->rng, n);
}

/* Two minutes at most of one machine, with up to three jobs on it. */
static void add_slice(struct world *w, struct tally *t)
{
	static const char *const arrays[] = { "htc", "hpc" };
	static const char *const users[] = { "alice", "bob", "" };
	static const char *const accounts[] = { "physics", "" };
	static char ids[JOBS][8];
	struct tenant jobs[3];
	struct tenants on = { .v = jobs, .n = pick(w, 4) };
	enum charge_kind kind = (enum charge_kind)pick(w, CHARGE_KINDS);
	int64_t from = T0 + (int64_t)rng_below(&w->rng, (DAYS * 24 - 1) * HOUR_MS);
	struct machine m = { .array = arrays[pick(w, 2)],
			     .from_ms = from,
			     .to_ms = INT64_MAX,
			     .price = (int64_t)rng_below(&w->rng, 90 * (uint64_t)NANO),
			     .list_price = -1,
			     .spot = pick(w, 2) == 1,
			     .kind = kind,
			     .cpus = 1 + (int64_t)pick(w, 7) };

	for (size_t i = 0; i < on.n; i++) {
		size_t k = pick(w, JOBS);

		snprintf(ids[k], sizeof(ids[k]), "%zu", k + 1);
		jobs[i] = (struct tenant){ .job = ids[k],
					   .name = "job",
					   .user = users[k % 3],
					   .account = accounts[k % 2],
					   .cpus = (int64_t)pick(w, 4) - 1 };
	}
	if (kind == CHARGE_HEAD || kind == CHARGE_STORAGE)
		m.array = "";
	else if (on.n > 0)
		m.jobs = &on;
	meter(t, &m, from, from + 1 + (int64_t)pick(w, 2 * 60000));
}

static void write_down(struct world *w, struct run *r, const struct tally *t)
{
	struct charge *charges = xcalloc(map_count(t->charges) + 1, sizeof(*charges));
	struct job_charge *jobs = xcalloc(map_count(t->jobs) + 1, sizeof(*jobs));
	size_t n = 0, n_jobs = 0;
	const char *key;
	void *v;

	for (size_t i = 0; map_next(t->charges, &i, &key, &v);)
		charges[n++] = *(struct charge *)v;
	for (size_t i = 0; map_next(t->jobs, &i, &key, &v);)
		jobs[n_jobs++] = *(struct job_charge *)v;
	assert_int_equal(
	    store_charges_add(w->e->store, r->cluster.id, charges, n, jobs, n_jobs, T0, NULL),
	    0);
	free(charges);
	free(jobs);
}

static void spend(struct world *w)
{
	struct run *r = w->e->runs[pick(w, w->e->n_runs)];
	struct tally t;

	tally_init(&t);
	for (int i = 0; i < SLICES; i++)
		add_slice(w, &t);
	write_down(w, r, &t);
	tally_clear(&t);
	add_slice(w, &r->bill.tally); /* and what is not in the store yet */
	if (pick(w, 5) == 0)
		assert_int_equal(
		    store_job_charges_forget(
			w->e->store, T0 + (int64_t)rng_below(&w->rng, 24 * HOUR_MS), NULL),
		    0);
}

/*
 * Sums
 */

static double sum_of(const struct json *list, const char *field)
{
	double sum = 0;

	for (size_t i = 0; i < json_len(list); i++)
		sum += json_real(json_at(list, i), field, 0);
	return sum;
}

static void adds_up(const struct json *j)
{
	static const char *const tables[] = { "by_cluster", "by_array",	  "by_kind",
					      "by_user",    "by_account", "jobs" };
	static const char *const fields[] = { "usd", "node_hours", "usd_per_hour" };

	for (size_t t = 0; t < ARRAY_LEN(tables); t++)
		for (size_t f = 0; f < ARRAY_LEN(fields); f++) {
			double sum = sum_of(json_get(j, tables[t]), fields[f]);
			double total = json_real(json_get(j, "total"), fields[f], -1);

			if (fabs(sum - total) >= CENT / 2)
				fail_msg("%s: %s is %.4f, in total %.4f", tables[t], fields[f],
					 sum, total);
		}
	assert_true(fabs(sum_of(json_get(j, "series.points"), "usd") -
			 json_real(j, "total.usd", -1)) < CENT / 2);
}

static void rows_sum_up_to_the_total(void **state)
{
	static const char *const which[] = { NULL, "demo", "cfd" };
	struct world *w = *state;

	rng_seed(&w->rng, 7);
	for (int i = 0; i < ROUNDS; i++) {
		int64_t from = T0 + (int64_t)rng_below(&w->rng, DAYS * 12 * HOUR_MS);
		int64_t to = from + HOUR_MS + (int64_t)rng_below(&w->rng, DAYS * 14 * HOUR_MS);
		struct json *j;

		spend(w);
		j = engine_cost(w->e, which[pick(w, 3)], i % 3 ? from : 0, i % 2 ? to : 0,
				NULL);
		assert_non_null(j);
		adds_up(j);
		json_free(j);
	}
}

static const struct json *row_of_kind(const struct json *list, const char *kind)
{
	for (size_t i = 0; i < json_len(list); i++)
		if (strcmp(json_str(json_at(list, i), "kind", ""), kind) == 0)
			return json_at(list, i);
	return NULL;
}

static void what_nobody_had_has_rows_of_its_own(void **state)
{
	static const char *const lists[] = { "by_user", "by_account", "jobs" };
	struct world *w = *state;
	struct json *j;

	rng_seed(&w->rng, 3);
	for (int i = 0; i < 4; i++)
		spend(w);
	j = engine_cost(w->e, NULL, T0, 0, NULL);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		const struct json *list = json_get(j, lists[i]);

		assert_non_null(row_of_kind(list, "idle cores and nodes"));
		assert_true(json_real(row_of_kind(list, "heads and disks"), "usd", 0) > 0);
	}
	assert_non_null(row_of_kind(json_get(j, "jobs"), "other jobs"));
	json_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rows_sum_up_to_the_total, up, down),
		cmocka_unit_test_setup_teardown(what_nobody_had_has_rows_of_its_own, up, down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
