/* The decision and money: prices and budgets as limits, and spot beside on demand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../support/plan_world.h"

static void the_price_per_hour_is_a_limit_and_says_so(void **state)
{
	struct plan_world *w = *state;

	w->facts.max_price = 0.35;
	plan_world_node(w, NODE_BUSY, 0, -1);
	plan_world_want(w, 10, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w),
			 2); /* 0.10 runs, 0.20 more, 0.05 are not enough */
	assert_int_equal(w->plan.wants[0].unplaced, 6);
	assert_int_equal(w->plan.wants[0].code, WHY_BUDGET);
	assert_int_equal(w->plan.n_acts, 0); /* what runs goes on */
}

static void a_month_that_is_spent_buys_nothing_and_ends_nothing(void **state)
{
	struct plan_world *w = *state;

	w->facts.budget_over = true;
	w->facts.budget_month = 100;
	w->facts.budget_spent = 100.25;
	w->array.min_nodes = 2;
	w->buckets[0].price = -1; /* nor at a price that nobody knows */
	plan_world_node(w, NODE_BUSY, 0, -1);
	plan_world_want(w, 10, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 0);
	assert_int_equal(w->plan.wants[0].code, WHY_BUDGET);
	assert_non_null(strstr(w->plan.wants[0].text, "$100 of this month's $100 are spent"));
	assert_int_equal(w->plan.n_acts, 0);
}

static void a_month_that_is_committed_says_what_is_and_what_would_help(void **state)
{
	struct plan_world *w = *state;

	w->facts.budget_over = true;
	w->facts.budget_month = 100;
	w->facts.budget_spent = 60;
	w->facts.budget_committed = 104.5;
	plan_world_want(w, 10, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 0);
	assert_int_equal(w->plan.wants[0].code, WHY_BUDGET);
	assert_string_equal(
	    w->plan.wants[0].text,
	    "budget: of this month's $100 $60.00 are spent and $44.50 "
	    "committed to what runs, by the time limits of its jobs: no node is "
	    "made until jobs end earlier, it is raised or the month ends");
}

static void put_purse(struct plan_world *w, double left, int64_t for_s)
{
	w->facts.purses[w->facts.n_purses++] = (struct fact_purse){
		.array = w->facts.n_purses ? 0 : SIZE_MAX,
		.left = left,
		.limit = 10,
		.until_s = w->facts.now_s + for_s,
		.name = "this month's budget",
	};
}

/* Nodes at 0.10 USD an hour for work of ten hours. */
static void what_a_budget_leaves_is_a_limit_like_others(void **state)
{
	struct plan_world *w = *state;

	put_purse(w, 3.5, 30 * 24 * 3600);
	plan_world_want(w, 10, 2)->run_s = 10 * 3600;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 3);
	assert_int_equal(w->plan.wants[0].unplaced, 7);
	assert_int_equal(w->plan.wants[0].code, WHY_BUDGET);
	assert_string_equal(
	    w->plan.wants[0].text,
	    "this month's budget: $0.50 of $10.00 are neither spent nor committed; "
	    "a F2s_v2 for this work costs $1.00 to its end");
}

/* What is less than a cent is told as such: "0.00 of 0.00" would explain nothing. */
static void small_money_is_told_in_the_words_of_all_money(void **state)
{
	struct plan_world *w = *state;

	put_purse(w, 0.002, 30 * 24 * 3600);
	w->facts.purses[0].limit = 0.004;
	plan_world_want(w, 10, 2)->run_s = 10 * 3600;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_non_null(strstr(w->plan.wants[0].text,
			       "of $0.004 are neither spent nor committed; a F2s_v2"));
}

static void nodes_that_boot_are_taken_from_it_as_if_bought_now(void **state)
{
	struct plan_world *w = *state;

	put_purse(w, 3.5, 30 * 24 * 3600);
	plan_world_want(w, 10, 2)->run_s = 10 * 3600;
	for (int i = 0; i < 3; i++) {
		plan_world_node(w, NODE_BOOTING, 2, -1);
		w->nodes[i].ever_busy = false;
	}
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 0);
	assert_int_equal(w->plan.wants[0].placed, 3);
}

static void
work_without_a_limit_takes_the_idle_time_and_none_goes_beyond_the_period(void **state)
{
	struct plan_world *w = *state;

	w->array.idle_s = 1800;
	put_purse(w, 0.26, 30 * 24 * 3600);
	plan_world_want(w, 10, 2); /* 0.05 each */
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 5);
	plan_clear(&w->plan);
	w->demand.v[0].run_s = 10 * 3600;
	w->facts.purses[0].until_s = w->facts.now_s + 3600; /* 0.10 each */
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 2);
}

/* Alice's budget has room for two nodes, and bob has none. */
static void a_users_budget_limits_what_is_made_for_the_user_alone(void **state)
{
	struct plan_world *w = *state;

	put_purse(w, 2.1, 30 * 24 * 3600);
	w->facts.purses[0].pays = 4;
	plan_world_want(w, 5, 2)->run_s = 10 * 3600;
	w->demand.v[0].purses = 4 | 1;
	plan_world_want(w, 5, 2)->run_s = 10 * 3600;
	w->demand.v[1].purses = 1;
	w->array.min_nodes = 7;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.wants[0].placed, 2);
	assert_int_equal(w->plan.wants[0].code, WHY_BUDGET);
	assert_int_equal(w->plan.wants[1].placed, 5);
	assert_int_equal(plan_world_bought(w), 7);
}

static void the_tightest_of_several_budgets_holds(void **state)
{
	struct plan_world *w = *state;

	put_purse(w, 100, 30 * 24 * 3600);
	put_purse(w, 1.5, 30 * 24 * 3600);
	plan_world_want(w, 10, 2)->run_s = 10 * 3600;
	w->array.min_nodes = 4; /* nor do floors go over it */
	w->array.idle_s = 6 * 3600;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 1);
}

static void spot_and_on_demand(struct plan_world *w)
{
	w->array.spot = SPOT_THEN_ONDEMAND;
	w->array.spot_wait_s = 120;
	w->facts.n_buckets = 2;
	w->buckets[1] = w->buckets[0];
	w->buckets[0].spot = true;
	w->buckets[0].price = 0.02;
}

static void on_demand_waits_until_spot_had_its_time(void **state)
{
	struct plan_world *w = *state;

	spot_and_on_demand(w);
	plan_world_want(w, 2, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.creates[0].bucket, 0);
	plan_clear(&w->plan);
	w->buckets[0].closed_until_s = w->facts.now_s + 200;
	w->buckets[0].shut_since_s = w->facts.now_s - 119;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 0);
	assert_int_equal(w->plan.wants[0].code, WHY_BACKOFF);
	plan_clear(&w->plan);
	w->buckets[0].shut_since_s = w->facts.now_s - 120;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 1);
	assert_int_equal(w->plan.creates[0].bucket, 1);
}

static void work_that_may_not_be_evicted_does_not_wait_for_spot(void **state)
{
	struct plan_world *w = *state;

	spot_and_on_demand(w);
	plan_world_want(w, 2, 1)->no_spot = true;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.creates[0].bucket, 1);
}

static void an_arrays_spent_budget_makes_nothing_for_it(void **state)
{
	struct plan_world *w = *state;

	snprintf(w->arrays[0].budget, sizeof(w->arrays[0].budget), "budget htc: spent");
	plan_world_want(w, 4, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 0);
	assert_int_equal(w->plan.wants[0].code, WHY_BUDGET);
	assert_string_equal(w->plan.wants[0].text, "budget htc: spent");
}

/* Nothing is killed: a busy node goes as one that an operator drained. */
static void a_hard_budget_sends_each_node_away_when_it_is_empty(void **state)
{
	struct plan_world *w = *state;

	w->arrays[0].retire = true;
	snprintf(w->arrays[0].budget, sizeof(w->arrays[0].budget), "budget htc: spent");
	plan_world_node(w, NODE_BUSY, 0, -1);
	plan_world_node(w, NODE_IDLE, 2, 10);
	plan_world_node(w, NODE_IDLE, 2, 10);
	plan_world_node(w, NODE_BUSY, 0, -1);
	w->nodes[2].keep_alive = true;
	w->nodes[3].array_kept = true;
	plan_world_want(w, 1, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.n_acts, 2);
	assert_int_equal(w->plan.acts[0].act, ACT_RETIRE);
	assert_int_equal(w->plan.acts[0].node, 0);
	assert_int_equal(w->plan.acts[1].act, ACT_RETIRE);
	assert_int_equal(w->plan.acts[1].node, 1);
}

static void a_job_whose_budget_is_spent_is_told_so_and_counted_as_stuck(void **state)
{
	struct plan_world *w = *state;
	struct want *want = plan_world_want(w, 0, 1);

	want->not_eligible = 5;
	want->budget = "budget phys: spent";
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 0);
	assert_int_equal(w->plan.wants[0].code, WHY_BUDGET);
	assert_int_equal(w->plan.wants[0].unplaced, 5);
	assert_string_equal(w->plan.wants[0].text, "budget phys: spent");
}

static int64_t bought_of(const struct plan_world *w, size_t bucket)
{
	int64_t n = 0;

	for (size_t i = 0; i < w->plan.n_creates; i++)
		n += w->plan.creates[i].bucket == bucket ? w->plan.creates[i].count : 0;
	return n;
}

static void a_mixed_array(struct plan_world *w, int64_t nodes, int64_t percent)
{
	w->facts.n_buckets = 2;
	w->buckets[1] = w->buckets[0];
	w->buckets[0].spot = true;
	w->buckets[1].spot = false;
	w->buckets[0].price = 0.02;
	w->buckets[1].price = 0.1;
	w->array.spot = SPOT_THEN_ONDEMAND;
	w->array.spot_wait_s = 120;
	w->array.ondemand_nodes = nodes;
	w->array.ondemand_percent = percent;
}

static void a_mixed_array_has_its_part_on_demand_and_the_rest_on_spot(void **state)
{
	struct plan_world *w = *state;

	a_mixed_array(w, 2, 0);
	plan_world_want(w, 12, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought_of(w, 1), 2);
	assert_int_equal(bought_of(w, 0), 4);
	plan_clear(&w->plan);
	a_mixed_array(w, 0, 25);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought_of(w, 1), 2); /* of six */
	assert_int_equal(bought_of(w, 0), 4);
}

/* Those that are there count, and what waits for spot waits for more. */
static void a_mixed_array_counts_what_is_there(void **state)
{
	struct plan_world *w = *state;

	a_mixed_array(w, 2, 0);
	plan_world_node(w, NODE_BUSY, 0, -1);
	plan_world_node(w, NODE_BUSY, 0, -1);
	w->nodes[0].bucket = w->nodes[1].bucket = 1;
	w->buckets[0].available = 1;
	plan_world_want(w, 12, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought_of(w, 1), 0);
	assert_int_equal(bought_of(w, 0), 1);
}

static void a_mixed_arrays_minimum_is_mixed_too(void **state)
{
	struct plan_world *w = *state;

	a_mixed_array(w, 1, 0);
	w->array.min_nodes = 4;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought_of(w, 1), 1);
	assert_int_equal(bought_of(w, 0), 3);
}

/* What boots was bought for work that still waits: nothing is bought again (I10). */
static void a_mixed_array_buys_nothing_twice(void **state)
{
	struct plan_world *w = *state;

	a_mixed_array(w, 1, 0);
	w->array.mem_reserve = 0;
	for (size_t i = 0; i < 3; i++) {
		plan_world_node(w, NODE_BOOTING, 2, -1);
		w->nodes[i].bucket = i == 0;
		w->nodes[i].jobs = -1;
		resources_set(&w->nodes[i].total, "mem", (double)w->size.mem_bytes);
		resources_set(&w->nodes[i].free, "mem", (double)w->size.mem_bytes);
	}
	plan_world_want(w, 6, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 0);
	assert_int_equal(w->plan.wants[0].placed, 6);
}

/* Spot at a fifth of the price is dear where most of its work is done twice. */
static void the_past_of_spot_is_part_of_its_price(void **state)
{
	struct plan_world *w = *state;

	w->facts.n_buckets = 2;
	w->buckets[1] = w->buckets[0];
	w->buckets[0].spot = true;
	w->buckets[0].price = 0.09;
	w->array.spot = SPOT_THEN_ONDEMAND;
	w->array.spot_wait_s = 0;
	w->buckets[0].shut_since_s = 1;
	plan_world_want(w, 4, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.creates[0].bucket, 0); /* 0.0945 */
	plan_clear(&w->plan);
	w->buckets[0].risk = 1.3;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.creates[0].bucket, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAN_TEST(the_price_per_hour_is_a_limit_and_says_so),
		PLAN_TEST(a_month_that_is_spent_buys_nothing_and_ends_nothing),
		PLAN_TEST(a_month_that_is_committed_says_what_is_and_what_would_help),
		PLAN_TEST(what_a_budget_leaves_is_a_limit_like_others),
		PLAN_TEST(small_money_is_told_in_the_words_of_all_money),
		PLAN_TEST(nodes_that_boot_are_taken_from_it_as_if_bought_now),
		PLAN_TEST(
		    work_without_a_limit_takes_the_idle_time_and_none_goes_beyond_the_period),
		PLAN_TEST(a_users_budget_limits_what_is_made_for_the_user_alone),
		PLAN_TEST(the_tightest_of_several_budgets_holds),
		PLAN_TEST(on_demand_waits_until_spot_had_its_time),
		PLAN_TEST(work_that_may_not_be_evicted_does_not_wait_for_spot),
		PLAN_TEST(an_arrays_spent_budget_makes_nothing_for_it),
		PLAN_TEST(a_hard_budget_sends_each_node_away_when_it_is_empty),
		PLAN_TEST(a_job_whose_budget_is_spent_is_told_so_and_counted_as_stuck),
		PLAN_TEST(a_mixed_array_has_its_part_on_demand_and_the_rest_on_spot),
		PLAN_TEST(a_mixed_array_counts_what_is_there),
		PLAN_TEST(a_mixed_arrays_minimum_is_mixed_too),
		PLAN_TEST(a_mixed_array_buys_nothing_twice),
		PLAN_TEST(the_past_of_spot_is_part_of_its_price),
	};

	return cmocka_run_group_tests_name("engine/plan_money", tests, NULL, NULL);
}
