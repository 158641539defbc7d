/* The decision on small snapshots: what is bought, what is not and why, who leaves; and the
 * same again for the same input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../support/plan_world.h"

static void tasks_that_wait_buy_as_many_nodes_as_they_fill(void **state)
{
	struct plan_world *w = *state;

	plan_world_want(w, 9, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 5);
	assert_int_equal(w->plan.wants[0].unplaced, 0);
	assert_true(strlen(w->plan.creates[0].why) > 10);
}

/* "9 tasks pending" for nodes that take 8 of 12 would read as a miscount. */
static void says_how_many_of_the_tasks_the_nodes_are_for(void **state)
{
	struct plan_world *w = *state;

	plan_world_want(w, 9, 1);
	w->demand.tasks_pending = 12;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_non_null(
	    strstr(w->plan.creates[0].why, "for 9 of the 12 pending tasks, 1 core each"));
}

/* They are told as nodes of jobs: counted here too, one task more would seem to wait. */
static void jobs_of_several_nodes_are_no_pending_tasks(void **state)
{
	struct plan_world *w = *state;
	struct want *wide = plan_world_want(w, 0, 1);

	wide->node_count = 40; /* more than there may be */
	wide->times = 1;
	plan_world_want(w, 9, 1);
	w->demand.tasks_pending = 10;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_non_null(strstr(w->plan.creates[0].why, "9 tasks pending, 1 core each"));
}

static void the_arrays_limit_holds_and_the_rest_is_explained(void **state)
{
	struct plan_world *w = *state;

	plan_world_want(w, 100, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 16);
	assert_int_equal(w->plan.wants[0].unplaced, 68);
	assert_int_equal(w->plan.wants[0].code, WHY_NO_CAPACITY);
	assert_true(w->plan.wants[0].binding & BIND_ARRAY);
	/* its own: "no capacity" would be the cloud's */
	assert_string_equal(w->plan.wants[0].text,
			    "at a limit: htc has its maximum of 16 nodes");
}

static void what_fits_no_size_buys_nothing(void **state)
{
	struct plan_world *w = *state;

	plan_world_want(w, 3, 64);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 0);
	assert_int_equal(w->plan.wants[0].code, WHY_NEVER_FITS);
}

static void more_nodes_than_an_array_may_have_never_fit(void **state)
{
	struct plan_world *w = *state;
	struct want *want = plan_world_want(w, 0, 1);

	want->node_count = 40;
	want->times = 1;
	w->array.max_nodes = 4;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 0);
	assert_int_equal(w->plan.wants[0].code, WHY_NEVER_FITS);
	assert_string_equal(w->plan.wants[0].text,
			    "never fits: it asks for 40 nodes, htc has 4 at the most");
}

static void the_summary_tells_tasks_from_nodes(void **state)
{
	struct plan_world *w = *state;
	struct want *wide = plan_world_want(w, 0, 1);

	wide->node_count = 20;
	wide->times = 2;
	plan_world_want(w, 1, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_string_equal(w->plan.summary,
			    "wanted: 1 task and 40 nodes for 2 multi-node jobs; without a "
			    "place: 40 nodes for 2 multi-node jobs; 1 node to make, 0.10 USD "
			    "per hour");
	plan_clear(&w->plan);
	w->demand.v[0].times = 0;
	w->demand.v[1].slots = 41;
	w->array.max_nodes = 40;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_non_null(strstr(w->plan.summary, "wanted: 41 tasks; "));
	plan_clear(&w->plan);
	w->demand.v[1].slots = 0;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_string_equal(w->plan.summary, "nothing to place");
}

static void memory_is_told_as_everywhere(void **state)
{
	struct plan_world *w = *state;

	plan_world_want(w, 1, 1)->mem_bytes = INT64_C(1023) << 40;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_string_equal(w->plan.wants[0].text,
			    "never fits: it asks for 1023T of memory on a node, the largest "
			    "that it may use has 3G of memory");
	plan_clear(&w->plan);
	w->demand.v[0].mem_bytes = INT64_C(4095) << 20; /* a size of 4G was chosen for it */
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_string_equal(
	    w->plan.wants[0].text,
	    "never fits: it asks for 4095M of memory on a node, the largest that it may use "
	    "has 3G of memory for jobs: the rest of its 4G is the system's");
}

static void fewer_cores_or_nodes_of_the_cluster_count_too(void **state)
{
	struct plan_world *w = *state;
	struct want *want = plan_world_want(w, 0, 1);

	want->node_count = 4;
	want->times = 9; /* one after the other they fit */
	w->array.max_nodes = 4;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.wants[0].code, WHY_NO_CAPACITY);
	plan_clear(&w->plan);
	w->array.max_cores = 7; /* of two a node */
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_string_equal(w->plan.wants[0].text,
			    "never fits: it asks for 4 nodes, htc has 3 at the most");
	plan_clear(&w->plan);
	w->facts.max_nodes = 2;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_string_equal(w->plan.wants[0].text,
			    "never fits: it asks for 4 nodes, the cluster has 2 at the most");
}

static void a_closed_bucket_is_no_candidate(void **state)
{
	struct plan_world *w = *state;

	w->buckets[0].closed_until_s = w->facts.now_s + 100;
	plan_world_want(w, 3, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 0);
	assert_int_equal(w->plan.wants[0].code, WHY_BACKOFF);
}

static void an_idle_node_serves_before_a_new_one(void **state)
{
	struct plan_world *w = *state;

	plan_world_node(w, NODE_IDLE, 2, 10);
	plan_world_want(w, 2, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 0);
	assert_int_equal(w->plan.n_acts, 0);
}

static void a_node_idle_for_too_long_is_drained_and_a_fresh_one_not(void **state)
{
	struct plan_world *w = *state;

	plan_world_node(w, NODE_IDLE, 2, 4000);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.n_acts, 1);
	assert_int_equal(w->plan.acts[0].act, ACT_DRAIN);
	plan_clear(&w->plan);
	w->nodes[0].idle_since_s = w->facts.now_s - 10;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.n_acts, 0);
}

static void a_blind_engine_removes_nothing(void **state)
{
	struct plan_world *w = *state;

	plan_world_node(w, NODE_IDLE, 2, 4000);
	w->facts.blind = true;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.n_acts, 0);
}

static void work_undoes_a_drain_of_ours_before_anything_is_bought(void **state)
{
	struct plan_world *w = *state;

	plan_world_node(w, NODE_DRAINING, 2, 10);
	w->nodes[0].drained_by_us = true;
	plan_world_want(w, 2, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 0);
	assert_int_equal(w->plan.n_acts, 1);
	assert_int_equal(w->plan.acts[0].act, ACT_UNDRAIN);
	assert_int_equal(w->plan.wants[0].code, WHY_PLACED);
}

static void a_drain_of_others_or_of_a_dead_machine_stays(void **state)
{
	struct plan_world *w = *state;

	plan_world_node(w, NODE_IDLE, 2, 10);
	w->nodes[0].drained_by_other = true;
	plan_world_node(w, NODE_DRAINING, 2, 10);
	w->nodes[1].drained_by_us = w->nodes[1].closed = true;
	plan_world_node(w, NODE_DRAINING, 2, 10);
	w->nodes[2].drained_by_us = w->nodes[2].terminate_asked = true;
	plan_world_want(w, 2, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.n_acts, 0);
	assert_int_equal(plan_world_bought(w), 1);
}

static void minimum_and_warm_nodes_are_made_and_kept(void **state)
{
	struct plan_world *w = *state;

	w->array.min_nodes = 3;
	snprintf(w->arrays[0].ahead, FORESEEN_TEXT, "usage: 3 nodes until 10:00 UTC");
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 3);
	assert_non_null(strstr(w->plan.creates[0].why, "0 of them idle: usage: 3 nodes until"));
	plan_clear(&w->plan);
	plan_world_node(w, NODE_IDLE, 2, 4000);
	plan_world_node(w, NODE_IDLE, 2, 4000);
	plan_world_node(w, NODE_IDLE, 2, 4000);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 0);
	assert_int_equal(w->plan.n_acts, 0);
	assert_string_equal(w->plan.nodes[0].text,
			    "minimum: htc keeps 3 nodes; usage: 3 nodes until 10:00 UTC");
	plan_clear(&w->plan);
	w->array.min_nodes = 0;
	w->array.warm_nodes = 2;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.n_acts, 1);
}

static void warm_nodes_come_on_top_of_demand_and_those_that_boot_count(void **state)
{
	struct plan_world *w = *state;

	w->array.warm_nodes = 1;
	plan_world_want(w, 2, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 2);
	plan_clear(&w->plan);
	plan_world_node(w, NODE_REQUESTED, 2, -1);
	w->nodes[0].jobs = -1;
	plan_world_node(w, NODE_REQUESTED, 2, -1);
	w->nodes[1].jobs = -1;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 0);
}

/* R5.5: what lives, what is on its way, and what goes and is not known to be gone. */
static void r5_5_a_node_counts_from_the_request_until_it_is_known_to_be_gone(void **state)
{
	struct plan_world *w = *state;

	w->array.max_nodes = 4;
	plan_world_want(w, 20, 1);
	for (int s = NODE_PLANNED; s < NODE_STATES; s++) {
		w->facts.n_nodes = 0;
		plan_world_node(w, (enum node_state)s, 0, -1);
		assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
		assert_int_equal(plan_world_bought(w),
				 s == NODE_GONE || s == NODE_DEALLOCATED ? 4 : 3);
		plan_clear(&w->plan);
		resources_clear(&w->nodes[0].free);
		resources_clear(&w->nodes[0].total);
	}
	w->facts.n_nodes = 0;
}

/* R5.6: a second decision in the same cycle has what the first one left of the share. */
static void r5_6_a_cycles_share_is_used_up_by_what_went_in_it(void **state)
{
	struct plan_world *w = *state;

	for (int i = 0; i < 3; i++)
		plan_world_node(w, NODE_IDLE, 2, 100000);
	w->arrays[0].gone_in_cycle = 9;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.n_acts, 1);
	plan_clear(&w->plan);
	w->arrays[0].gone_in_cycle = 10;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.n_acts, 0);
	assert_non_null(strstr(w->plan.nodes[0].text, "goes in a later cycle"));
}

static void a_minimum_never_passes_a_limit(void **state)
{
	struct plan_world *w = *state;

	w->array.min_nodes = 8;
	w->array.max_nodes = 5;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 5);
}

/* What each code says to an operator who has read nothing else. */
static const char *sentence(struct plan_world *w)
{
	plan_clear(&w->plan);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	return w->plan.wants[0].text;
}

static void each_reason_is_a_sentence_of_its_own(void **state)
{
	struct plan_world *w = *state;
	struct want *want = plan_world_want(w, 3, 64);

	assert_string_equal(
	    sentence(w), "never fits: it asks for 64 cores on a node, the largest that it may "
			 "use has 2 cores");
	want->need->number = 1;
	assert_string_equal(sentence(w), "3 tasks wait for nodes on their way");
	want->slots = 1;
	assert_string_equal(sentence(w), "1 task waits for a node on its way");
	plan_world_node(w, NODE_IDLE, 1, -1);
	assert_string_equal(sentence(w), "1 task has a place");
	want->slots = 2;
	assert_string_equal(sentence(w),
			    "2 tasks have a place, 1 of them on nodes that are on their way");
	want->slots = 0;
	want->node_count = 4;
	want->times = 1;
	assert_string_equal(sentence(w), "of the 4 nodes that it takes 3 are on their way");
	w->facts.paused = true;
	assert_string_equal(sentence(w), "autoscaling is paused by an operator; \"cluster "
					 "resume\" lets nodes come and go");
	w->facts.paused = false;
	w->facts.max_price = 0.15;
	assert_string_equal(sentence(w),
			    "budget: of the cluster's $0.15/h (max_price) $0.050 are left, "
			    "a F2s_v2 costs $0.10");
	w->facts.max_price = -1;
	want->where = need_new(NEED_PROPERTY, "zone", 0);
	need_word((struct need *)(uintptr_t)want->where, "7");
	assert_string_equal(sentence(w),
			    "never fits: the only kind of node does not have zone = 7");
	need_free((struct need *)(uintptr_t)want->where);
	want->where = NULL;
}

static void a_node_that_is_about_to_be_free_serves_work_that_wants_it_alone(void **state)
{
	struct plan_world *w = *state;

	plan_world_node(w, NODE_BUSY, 2, -1);
	w->nodes[0].jobs = 1;
	plan_world_want(w, 1, 1)->exclusive = true;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 1);
	plan_clear(&w->plan);
	w->nodes[0].empties = true;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 0);
	assert_string_equal(w->plan.nodes[0].text, "about to be free of 1 job");
}

static void an_unknown_queue_neither_buys_nor_shrinks(void **state)
{
	struct plan_world *w = *state;

	w->array.min_nodes = 4;
	plan_world_node(w, NODE_IDLE, 2, 90000);
	plan_world_node(w, NODE_DRAINING, 2, 90000);
	w->nodes[1].drained_by_us = true;
	plan_world_want(w, 20, 1);
	w->facts.demand_stale = w->facts.blind = true;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 0);
	assert_int_equal(w->plan.n_acts, 0);
	assert_int_equal(w->plan.wants[0].code, WHY_PAUSED);
	assert_non_null(strstr(w->plan.wants[0].text, "too old"));
}

static void jobs_that_are_not_known_keep_a_node(void **state)
{
	struct plan_world *w = *state;

	plan_world_node(w, NODE_IDLE, 2, 90000);
	w->nodes[0].jobs = -1;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.n_acts, 0);
	assert_true(w->plan.nodes[0].matched);
}

static void a_half_open_bucket_lets_one_node_try(void **state)
{
	struct plan_world *w = *state;

	w->buckets[0].probe_max = 1;
	plan_world_want(w, 20, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 1);
	plan_clear(&w->plan);
	plan_world_node(w, NODE_BOOTING, 2, -1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 0);
}

static void placement_groups_share_what_their_size_may_have(void **state)
{
	struct plan_world *w = *state;

	w->size.rdma = true;
	w->array.colocated = true;
	w->facts.n_buckets = 2;
	w->buckets[0].max_nodes = 3;
	w->buckets[1] = w->buckets[0];
	memcpy(w->buckets[0].group, "pg0", 4);
	memcpy(w->buckets[1].group, "pg1", 4);
	plan_world_want(w, 20, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 3);
}

static void what_a_rule_forbids_is_told_unless_it_never_fits(void **state)
{
	struct plan_world *w = *state;
	struct want *want = plan_world_want(w, 0, 1);

	want->not_eligible = 5;
	want->rule = "its user may not have more";
	want->reason = "QOSMaxJobsPerUserLimit";
	want = plan_world_want(w, 0, 64);
	want->not_eligible = 1;
	want->rule = "its user may not have more";
	want->reason = "QOSMaxJobsPerUserLimit";
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(plan_world_bought(w), 0);
	assert_int_equal(w->plan.wants[0].code, WHY_NO_ROOM_PLAN);
	assert_non_null(strstr(w->plan.wants[0].text, "QOSMaxJobsPerUserLimit"));
	assert_int_equal(w->plan.wants[1].code, WHY_NEVER_FITS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAN_TEST(tasks_that_wait_buy_as_many_nodes_as_they_fill),
		PLAN_TEST(says_how_many_of_the_tasks_the_nodes_are_for),
		PLAN_TEST(jobs_of_several_nodes_are_no_pending_tasks),
		PLAN_TEST(the_arrays_limit_holds_and_the_rest_is_explained),
		PLAN_TEST(what_fits_no_size_buys_nothing),
		PLAN_TEST(more_nodes_than_an_array_may_have_never_fit),
		PLAN_TEST(the_summary_tells_tasks_from_nodes),
		PLAN_TEST(memory_is_told_as_everywhere),
		PLAN_TEST(fewer_cores_or_nodes_of_the_cluster_count_too),
		PLAN_TEST(a_closed_bucket_is_no_candidate),
		PLAN_TEST(an_idle_node_serves_before_a_new_one),
		PLAN_TEST(a_node_idle_for_too_long_is_drained_and_a_fresh_one_not),
		PLAN_TEST(a_blind_engine_removes_nothing),
		PLAN_TEST(work_undoes_a_drain_of_ours_before_anything_is_bought),
		PLAN_TEST(a_drain_of_others_or_of_a_dead_machine_stays),
		PLAN_TEST(minimum_and_warm_nodes_are_made_and_kept),
		PLAN_TEST(warm_nodes_come_on_top_of_demand_and_those_that_boot_count),
		PLAN_TEST(r5_5_a_node_counts_from_the_request_until_it_is_known_to_be_gone),
		PLAN_TEST(r5_6_a_cycles_share_is_used_up_by_what_went_in_it),
		PLAN_TEST(a_minimum_never_passes_a_limit),
		PLAN_TEST(each_reason_is_a_sentence_of_its_own),
		PLAN_TEST(a_node_that_is_about_to_be_free_serves_work_that_wants_it_alone),
		PLAN_TEST(an_unknown_queue_neither_buys_nor_shrinks),
		PLAN_TEST(jobs_that_are_not_known_keep_a_node),
		PLAN_TEST(a_half_open_bucket_lets_one_node_try),
		PLAN_TEST(what_a_rule_forbids_is_told_unless_it_never_fits),
		PLAN_TEST(placement_groups_share_what_their_size_may_have),
	};

	return cmocka_run_group_tests_name("engine/plan", tests, NULL, NULL);
}
