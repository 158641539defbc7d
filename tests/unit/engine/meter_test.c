/* Money: whatever the slices, the parts of a machine's time sum to its node seconds and to
 * their price; and they go to whom the queue says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rand.h"
#include "engine/meter.h"

#define T0     INT64_C(1767225600000) /* an hour's start */
#define MINUTE INT64_C(60000)

struct sum {
	int64_t node_ms, nano, saved;
};

/* kind CHARGE_KINDS, user NULL: any. */
static struct sum sum_of(const struct tally *t, enum charge_kind kind, const char *user)
{
	struct sum s = { 0 };
	const char *key;
	void *v;

	for (size_t i = 0; map_next(t->charges, &i, &key, &v);) {
		const struct charge *c = v;

		if ((kind != CHARGE_KINDS && c->kind != kind) ||
		    (user && strcmp(c->user, user) != 0))
			continue;
		s.node_ms += c->node_ms;
		s.nano += c->nano;
		s.saved += c->saved_nano;
	}
	return s;
}

static struct job *runs(struct queue *q, const char *id, const char *user, const char *nodes,
			int64_t cpus)
{
	struct job *j = queue_add_job(q);

	j->id = id;
	j->user = user;
	j->name = "model";
	j->nodes = nodes;
	j->cpus = cpus;
	j->state = JOB_RUNNING;
	return j;
}

static void a_node_is_shared_by_its_jobs_processors(void **state)
{
	struct tenancy who;
	struct tally t;
	struct queue q;
	struct machine m = { .array = "htc",
			     .from_ms = T0,
			     .to_ms = INT64_MAX,
			     .price = meter_price(0.4),
			     .kind = CHARGE_IDLE,
			     .cpus = 4 };

	(void)state;
	queue_init(&q);
	runs(&q, "7", "alice", "htc-[1-2]", 4); /* two of each node's four */
	runs(&q, "8_1", "bob", "htc-1", 1)->array_id = "8";
	runs(&q, "9", "carol", "htc-1", 4)->state = JOB_PENDING;
	tenancy_make(&who, &q);
	tally_init(&t);
	m.jobs = tenancy_of(&who, "HTC-1");
	meter(&t, &m, T0, T0 + MINUTE);
	assert_int_equal(sum_of(&t, CHARGE_BUSY, "alice").node_ms, MINUTE / 2);
	assert_int_equal(sum_of(&t, CHARGE_BUSY, "bob").node_ms, MINUTE / 4);
	assert_int_equal(sum_of(&t, CHARGE_IDLE, "").node_ms, MINUTE / 4);
	assert_int_equal(sum_of(&t, CHARGE_KINDS, "carol").node_ms, 0);
	assert_int_equal(((struct job_charge *)map_get(t.jobs, "8"))->node_ms, MINUTE / 4);
	assert_int_equal(t.nano, 400000000 / 60);
	tally_clear(&t);
	tenancy_clear(&who);
	queue_clear(&q);
}

static void an_exclusive_job_pays_for_all_of_its_nodes(void **state)
{
	struct machine m = { .array = "hpc", .from_ms = T0, .to_ms = INT64_MAX, .cpus = 120 };
	struct tenancy who;
	struct tally t;
	struct queue q;

	(void)state;
	queue_init(&q);
	runs(&q, "1", "alice", "hpc-3", 1)->exclusive = true;
	tenancy_make(&who, &q);
	tally_init(&t);
	m.jobs = tenancy_of(&who, "hpc-3");
	m.kind = CHARGE_DRAINING;
	meter(&t, &m, T0, T0 + MINUTE);
	assert_int_equal(sum_of(&t, CHARGE_BUSY, "alice").node_ms, MINUTE);
	assert_int_equal(map_count(t.charges), 1);
	tally_clear(&t);
	tenancy_clear(&who);
	queue_clear(&q);
}

static void a_node_let_twice_costs_no_more(void **state)
{
	struct tenant v[3] = { { "1", "", "a", "", 4, 0 }, { "2", "", "b", "", 4, 0 }, { "3", "", "c", "", 4, 0 } };
	struct tenants jobs = { v, 3, 3 };
	struct machine m = { .array = "htc",
			     .from_ms = T0,
			     .to_ms = INT64_MAX,
			     .price = 1000000001,
			     .cpus = 4,
			     .jobs = &jobs };
	struct tally t;

	(void)state;
	tally_init(&t);
	meter(&t, &m, T0, T0 + MINUTE);
	assert_int_equal(sum_of(&t, CHARGE_BUSY, NULL).nano, t.nano);
	assert_int_equal(t.nano, 1000000001 / 60);
	assert_int_equal(sum_of(&t, CHARGE_BUSY, "b").node_ms, MINUTE / 3);
	tally_clear(&t);
}

static void charges_lie_in_the_hours_in_which_they_were_made(void **state)
{
	struct machine m = { .array = "",
			     .from_ms = T0 - MINUTE,
			     .to_ms = INT64_MAX,
			     .price = meter_price(6),
			     .kind = CHARGE_HEAD };
	struct tally t;
	const char *key;
	size_t i = 0;
	void *v;

	(void)state;
	tally_init(&t);
	meter(&t, &m, 0, T0 + 2 * MINUTE);
	assert_int_equal(map_count(t.charges), 2);
	assert_true(map_next(t.charges, &i, &key, &v));
	assert_int_equal(((struct charge *)v)->hour_ms, T0 - HOUR_MS);
	assert_int_equal(((struct charge *)v)->nano, meter_price(0.1));
	assert_true(map_next(t.charges, &i, &key, &v));
	assert_int_equal(((struct charge *)v)->hour_ms, T0);
	assert_int_equal(((struct charge *)v)->nano, meter_price(0.2));
	tally_clear(&t);
}

static void what_nobody_watched_is_unknown_and_still_paid(void **state)
{
	struct tenant alice = { "1", "", "alice", "", 4, 0 };
	struct tenants jobs = { &alice, 1, 1 };
	struct machine m = { .array = "htc",
			     .from_ms = T0,
			     .to_ms = INT64_MAX,
			     .price = meter_price(1),
			     .cpus = 4,
			     .jobs = &jobs };
	struct tally t;

	(void)state;
	tally_init(&t);
	meter(&t, &m, T0 + MINUTE, T0 + 2 * HOUR_MS);
	assert_int_equal(sum_of(&t, CHARGE_UNKNOWN, "").node_ms, 2 * HOUR_MS - MINUTE);
	assert_int_equal(sum_of(&t, CHARGE_BUSY, NULL).node_ms, 0);
	tally_clear(&t);
}

static void spot_tells_what_it_saved_and_an_unknown_price_costs_nothing(void **state)
{
	struct machine m = { .array = "htc",
			     .from_ms = T0,
			     .to_ms = INT64_MAX,
			     .price = meter_price(0.12),
			     .list_price = meter_price(0.6),
			     .spot = true };
	struct tally t;

	(void)state;
	tally_init(&t);
	meter(&t, &m, T0, T0 + MINUTE);
	assert_int_equal(sum_of(&t, CHARGE_BUSY, NULL).saved, meter_price(0.48) / 60);
	assert_int_equal(meter_price(-1), -1);
	m.price = -1;
	meter(&t, &m, T0 + MINUTE, T0 + 2 * MINUTE);
	assert_int_equal(t.nano, meter_price(0.12) / 60);
	assert_int_equal(t.node_ms, 2 * MINUTE);
	tally_clear(&t);
}

/*
 * The sum, whatever happens
 */

#define MACHINES 12
#define STEPS	 400

struct life {
	struct machine m;
	int64_t metered_ms;
};

static void be_born(struct life *l, struct rng *rng, const struct tenants *jobs)
{
	l->m = (struct machine){ .array = rng_below(rng, 2) ? "htc" : "hpc",
				 .from_ms = T0 + (int64_t)rng_below(rng, 20 * HOUR_MS),
				 .price = (int64_t)rng_below(rng, 40000000000),
				 .list_price = (int64_t)rng_below(rng, 40000000000),
				 .spot = rng_below(rng, 2),
				 .kind = (enum charge_kind)rng_below(rng, CHARGE_KINDS),
				 .cpus = (int64_t)rng_below(rng, 130),
				 .jobs = rng_below(rng, 3) ? jobs : NULL };
	if (l->m.kind == CHARGE_STORAGE)
		l->m.kind = CHARGE_HEAD; /* a disk has no time of a node, and no jobs */
	l->m.to_ms = l->m.from_ms + (int64_t)rng_below(rng, 20 * HOUR_MS);
	l->metered_ms = 0;
}

/* Seconds mostly, now and then a sleep of hours, and a clock that is put back. */
static int64_t step(struct rng *rng, int64_t now)
{
	switch (rng_below(rng, 20)) {
	case 0:
		return now + (int64_t)rng_below(rng, 3 * HOUR_MS);
	case 1:
		return now - (int64_t)rng_below(rng, HOUR_MS);
	default:
		return now + (int64_t)rng_below(rng, 5 * MINUTE);
	}
}

static int64_t whole(const struct life *l, int64_t until)
{
	int64_t ms = (until < l->m.to_ms ? until : l->m.to_ms) - l->m.from_ms;

	return ms > 0 ? l->m.price * (ms / HOUR_MS) + l->m.price * (ms % HOUR_MS) / HOUR_MS : 0;
}

static void one_history(struct rng *rng, const struct tenants *jobs)
{
	struct life lives[MACHINES];
	int64_t now = T0, furthest = T0, nano = 0, node_ms = 0;
	struct tally t;

	tally_init(&t);
	for (size_t i = 0; i < MACHINES; i++)
		be_born(&lives[i], rng, jobs);
	for (int s = 0; s < STEPS; s++) {
		struct life *l = &lives[rng_below(rng, MACHINES)];

		now = step(rng, now);
		furthest = now > furthest ? now : furthest;
		for (size_t i = 0; i < MACHINES; i++) {
			if (&lives[i] != l && rng_below(rng, 2))
				continue;
			meter(&t, &lives[i].m, lives[i].metered_ms, now);
			if (now > lives[i].metered_ms)
				lives[i].metered_ms = now;
		}
	}
	for (size_t i = 0; i < MACHINES; i++) {
		int64_t end = furthest < lives[i].m.to_ms ? furthest : lives[i].m.to_ms;

		meter(&t, &lives[i].m, lives[i].metered_ms, furthest);
		nano += whole(&lives[i], furthest);
		node_ms += end > lives[i].m.from_ms ? end - lives[i].m.from_ms : 0;
	}
	assert_int_equal(t.nano, nano);
	assert_int_equal(t.node_ms, node_ms);
	assert_int_equal(sum_of(&t, CHARGE_KINDS, NULL).nano, nano);
	assert_int_equal(sum_of(&t, CHARGE_KINDS, NULL).node_ms, node_ms);
	tally_clear(&t);
}

static void the_parts_sum_to_the_whole_whatever_the_slices(void **state)
{
	struct tenant v[] = { { "1", "", "alice", "", 3, 0 },
			      { "2", "", "bob", "", 50, 0 },
			      { "3", "", "", "", 0, 0 },
			      { "1", "", "alice", "", 7, 0 } };
	struct tenants jobs = { v, ARRAY_LEN(v), ARRAY_LEN(v) };
	struct rng rng;

	(void)state;
	rng_seed(&rng, 20261124);
	for (int i = 0; i < 200; i++) {
		jobs.n = 1 + rng_below(&rng, ARRAY_LEN(v));
		one_history(&rng, &jobs);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_is_shared_by_its_jobs_processors),
		cmocka_unit_test(an_exclusive_job_pays_for_all_of_its_nodes),
		cmocka_unit_test(a_node_let_twice_costs_no_more),
		cmocka_unit_test(charges_lie_in_the_hours_in_which_they_were_made),
		cmocka_unit_test(what_nobody_watched_is_unknown_and_still_paid),
		cmocka_unit_test(spot_tells_what_it_saved_and_an_unknown_price_costs_nothing),
		cmocka_unit_test(the_parts_sum_to_the_whole_whatever_the_slices),
	};

	return cmocka_run_group_tests_name("engine/meter", tests, NULL, NULL);
}
