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

#include "base/mem.h"
#include "engine/plan.h"

struct world {
	struct array_spec array;
	struct vm_size size;
	struct fact_array arrays[1];
	struct fact_bucket buckets[2]; /* the second: on demand, where a test asks for both */
	struct fact_node nodes[4];
	struct facts facts;
	struct demand demand;
	struct plan plan;
};

static int up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	array_spec_init(&w->array);
	w->array.name = xstrdup("htc");
	w->array.max_nodes = 16;
	w->array.is_default = true;
	w->size = (struct vm_size){ .name = "Standard_F2s_v2",
				    .family = "standardFSv2Family",
				    .vcpus = 2,
				    .vcpus_per_core = 1,
				    .mem_bytes = (int64_t)4 << 30,
				    .price = 0.1,
				    .spot_price = 0.02 };
	w->arrays[0] = (struct fact_array){ .spec = &w->array, .used_cores = -1 };
	w->buckets[0] = (struct fact_bucket){ .size = &w->size,
					      .max_nodes = -1,
					      .available = -1,
					      .price = 0.1,
					      .probe_max = -1 };
	w->facts = (struct facts){ .now_s = 1000000,
				   .region = "westeurope",
				   .arrays = w->arrays,
				   .n_arrays = 1,
				   .buckets = w->buckets,
				   .n_buckets = 1,
				   .nodes = w->nodes,
				   .max_cores = -1,
				   .max_nodes = -1,
				   .max_price = -1 };
	*state = w;
	return 0;
}

static int down(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < w->facts.n_nodes; i++) {
		resources_clear(&w->nodes[i].free);
		resources_clear(&w->nodes[i].total);
	}
	plan_clear(&w->plan);
	demand_clear(&w->demand);
	array_spec_clear(&w->array);
	free(w);
	return 0;
}

static struct want *want_slots(struct world *w, int64_t slots, double cpus)
{
	struct want *want = demand_add(&w->demand);

	want->label = demand_text(&w->demand, "12_[1-40]");
	want->jobs = 1;
	want->slots = slots;
	want->need = need_new(NEED_AT_LEAST, "ncpus", cpus);
	return want;
}

static void add_node(struct world *w, enum node_state s, double free_cpus, int64_t idle_for_s)
{
	struct fact_node *n = &w->nodes[w->facts.n_nodes++];

	*n = (struct fact_node){ .name = "htc-1",
				 .state = s,
				 .ever_busy = true,
				 .price = 0.1,
				 .joined_s = w->facts.now_s - 5000,
				 .requested_s = w->facts.now_s - 5100,
				 .idle_since_s =
				     idle_for_s >= 0 ? w->facts.now_s - idle_for_s : 0,
				 .jobs = free_cpus < 2 };
	resources_set(&n->total, "ncpus", 2);
	resources_set(&n->free, "ncpus", free_cpus);
}

static int64_t bought(const struct world *w)
{
	int64_t n = 0;

	for (size_t i = 0; i < w->plan.n_creates; i++)
		n += w->plan.creates[i].count;
	return n;
}

static void tasks_that_wait_buy_as_many_nodes_as_they_fill(void **state)
{
	struct world *w = *state;

	want_slots(w, 9, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 5);
	assert_int_equal(w->plan.wants[0].unplaced, 0);
	assert_true(strlen(w->plan.creates[0].why) > 10);
}

/* "9 tasks pending" for nodes that take 8 of 12 would read as a miscount. */
static void says_how_many_of_the_tasks_the_nodes_are_for(void **state)
{
	struct world *w = *state;

	want_slots(w, 9, 1);
	w->demand.tasks_pending = 12;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_non_null(
	    strstr(w->plan.creates[0].why, "for 9 of the 12 pending tasks, 1 core each"));
}

/* They are told as nodes of jobs: counted here too, one task more would seem to wait. */
static void jobs_of_several_nodes_are_no_pending_tasks(void **state)
{
	struct world *w = *state;
	struct want *wide = want_slots(w, 0, 1);

	wide->node_count = 40; /* more than there may be */
	wide->times = 1;
	want_slots(w, 9, 1);
	w->demand.tasks_pending = 10;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_non_null(strstr(w->plan.creates[0].why, "9 tasks pending, 1 core each"));
}

static void the_arrays_limit_holds_and_the_rest_is_explained(void **state)
{
	struct world *w = *state;

	want_slots(w, 100, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 16);
	assert_int_equal(w->plan.wants[0].unplaced, 68);
	assert_int_equal(w->plan.wants[0].code, WHY_NO_CAPACITY);
	assert_true(w->plan.wants[0].binding & BIND_ARRAY);
	/* its own: "no capacity" would be the cloud's */
	assert_string_equal(w->plan.wants[0].text,
			    "at a limit: htc has its maximum of 16 nodes");
}

static void what_fits_no_size_buys_nothing(void **state)
{
	struct world *w = *state;

	want_slots(w, 3, 64);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 0);
	assert_int_equal(w->plan.wants[0].code, WHY_NEVER_FITS);
}

static void more_nodes_than_an_array_may_have_never_fit(void **state)
{
	struct world *w = *state;
	struct want *want = want_slots(w, 0, 1);

	want->node_count = 40;
	want->times = 1;
	w->array.max_nodes = 4;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 0);
	assert_int_equal(w->plan.wants[0].code, WHY_NEVER_FITS);
	assert_string_equal(w->plan.wants[0].text,
			    "never fits: it asks for 40 nodes, htc has 4 at the most");
}

static void the_summary_tells_tasks_from_nodes(void **state)
{
	struct world *w = *state;
	struct want *wide = want_slots(w, 0, 1);

	wide->node_count = 20;
	wide->times = 2;
	want_slots(w, 1, 1);
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
	struct world *w = *state;

	want_slots(w, 1, 1)->mem_bytes = INT64_C(1023) << 40;
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
	struct world *w = *state;
	struct want *want = want_slots(w, 0, 1);

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
	struct world *w = *state;

	w->buckets[0].closed_until_s = w->facts.now_s + 100;
	want_slots(w, 3, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 0);
	assert_int_equal(w->plan.wants[0].code, WHY_BACKOFF);
}

static void an_idle_node_serves_before_a_new_one(void **state)
{
	struct world *w = *state;

	add_node(w, NODE_IDLE, 2, 10);
	want_slots(w, 2, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 0);
	assert_int_equal(w->plan.n_acts, 0);
}

static void a_node_idle_for_too_long_is_drained_and_a_fresh_one_not(void **state)
{
	struct world *w = *state;

	add_node(w, NODE_IDLE, 2, 4000);
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
	struct world *w = *state;

	add_node(w, NODE_IDLE, 2, 4000);
	w->facts.blind = true;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.n_acts, 0);
}

static void work_undoes_a_drain_of_ours_before_anything_is_bought(void **state)
{
	struct world *w = *state;

	add_node(w, NODE_DRAINING, 2, 10);
	w->nodes[0].drained_by_us = true;
	want_slots(w, 2, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 0);
	assert_int_equal(w->plan.n_acts, 1);
	assert_int_equal(w->plan.acts[0].act, ACT_UNDRAIN);
	assert_int_equal(w->plan.wants[0].code, WHY_PLACED);
}

static void a_drain_of_others_or_of_a_dead_machine_stays(void **state)
{
	struct world *w = *state;

	add_node(w, NODE_IDLE, 2, 10);
	w->nodes[0].drained_by_other = true;
	add_node(w, NODE_DRAINING, 2, 10);
	w->nodes[1].drained_by_us = w->nodes[1].closed = true;
	add_node(w, NODE_DRAINING, 2, 10);
	w->nodes[2].drained_by_us = w->nodes[2].terminate_asked = true;
	want_slots(w, 2, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.n_acts, 0);
	assert_int_equal(bought(w), 1);
}

static void minimum_and_warm_nodes_are_made_and_kept(void **state)
{
	struct world *w = *state;

	w->array.min_nodes = 3;
	snprintf(w->arrays[0].ahead, FORESEEN_TEXT, "usage: 3 nodes until 10:00 UTC");
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 3);
	assert_non_null(strstr(w->plan.creates[0].why, "0 of them idle: usage: 3 nodes until"));
	plan_clear(&w->plan);
	add_node(w, NODE_IDLE, 2, 4000);
	add_node(w, NODE_IDLE, 2, 4000);
	add_node(w, NODE_IDLE, 2, 4000);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 0);
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
	struct world *w = *state;

	w->array.warm_nodes = 1;
	want_slots(w, 2, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 2);
	plan_clear(&w->plan);
	add_node(w, NODE_REQUESTED, 2, -1);
	w->nodes[0].jobs = -1;
	add_node(w, NODE_REQUESTED, 2, -1);
	w->nodes[1].jobs = -1;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 0);
}

/* R5.5: what lives, what is on its way, and what goes and is not known to be gone. */
static void r5_5_a_node_counts_from_the_request_until_it_is_known_to_be_gone(void **state)
{
	struct world *w = *state;

	w->array.max_nodes = 4;
	want_slots(w, 20, 1);
	for (int s = NODE_PLANNED; s < NODE_STATES; s++) {
		w->facts.n_nodes = 0;
		add_node(w, (enum node_state)s, 0, -1);
		assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
		assert_int_equal(bought(w), s == NODE_GONE || s == NODE_DEALLOCATED ? 4 : 3);
		plan_clear(&w->plan);
		resources_clear(&w->nodes[0].free);
		resources_clear(&w->nodes[0].total);
	}
	w->facts.n_nodes = 0;
}

/* R5.6: a second decision in the same cycle has what the first one left of the share. */
static void r5_6_a_cycles_share_is_used_up_by_what_went_in_it(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 3; i++)
		add_node(w, NODE_IDLE, 2, 100000);
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
	struct world *w = *state;

	w->array.min_nodes = 8;
	w->array.max_nodes = 5;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 5);
}

static void the_price_per_hour_is_a_limit_and_says_so(void **state)
{
	struct world *w = *state;

	w->facts.max_price = 0.35;
	add_node(w, NODE_BUSY, 0, -1);
	want_slots(w, 10, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 2); /* 0.10 runs, 0.20 more, 0.05 are not enough */
	assert_int_equal(w->plan.wants[0].unplaced, 6);
	assert_int_equal(w->plan.wants[0].code, WHY_BUDGET);
	assert_int_equal(w->plan.n_acts, 0); /* what runs goes on */
}

static void a_month_that_is_spent_buys_nothing_and_ends_nothing(void **state)
{
	struct world *w = *state;

	w->facts.budget_over = true;
	w->facts.budget_month = 100;
	w->facts.budget_spent = 100.25;
	w->array.min_nodes = 2;
	w->buckets[0].price = -1; /* nor at a price that nobody knows */
	add_node(w, NODE_BUSY, 0, -1);
	want_slots(w, 10, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 0);
	assert_int_equal(w->plan.wants[0].code, WHY_BUDGET);
	assert_non_null(strstr(w->plan.wants[0].text, "$100 of this month's $100 are spent"));
	assert_int_equal(w->plan.n_acts, 0);
}

static void a_month_that_is_committed_says_what_is_and_what_would_help(void **state)
{
	struct world *w = *state;

	w->facts.budget_over = true;
	w->facts.budget_month = 100;
	w->facts.budget_spent = 60;
	w->facts.budget_committed = 104.5;
	want_slots(w, 10, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 0);
	assert_int_equal(w->plan.wants[0].code, WHY_BUDGET);
	assert_string_equal(
	    w->plan.wants[0].text,
	    "budget: of this month's $100 $60.00 are spent and $44.50 "
	    "committed to what runs, by the time limits of its jobs: no node is "
	    "made until jobs end earlier, it is raised or the month ends");
}

/* What each code says to an operator who has read nothing else. */
static const char *sentence(struct world *w)
{
	plan_clear(&w->plan);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	return w->plan.wants[0].text;
}

static void each_reason_is_a_sentence_of_its_own(void **state)
{
	struct world *w = *state;
	struct want *want = want_slots(w, 3, 64);

	assert_string_equal(
	    sentence(w), "never fits: it asks for 64 cores on a node, the largest that it may "
			 "use has 2 cores");
	want->need->number = 1;
	assert_string_equal(sentence(w), "3 tasks wait for nodes on their way");
	want->slots = 1;
	assert_string_equal(sentence(w), "1 task waits for a node on its way");
	add_node(w, NODE_IDLE, 1, -1);
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
	struct world *w = *state;

	add_node(w, NODE_BUSY, 2, -1);
	w->nodes[0].jobs = 1;
	want_slots(w, 1, 1)->exclusive = true;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 1);
	plan_clear(&w->plan);
	w->nodes[0].empties = true;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 0);
	assert_string_equal(w->plan.nodes[0].text, "about to be free of 1 job");
}

static void put_purse(struct world *w, double left, int64_t for_s)
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
	struct world *w = *state;

	put_purse(w, 3.5, 30 * 24 * 3600);
	want_slots(w, 10, 2)->run_s = 10 * 3600;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 3);
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
	struct world *w = *state;

	put_purse(w, 0.002, 30 * 24 * 3600);
	w->facts.purses[0].limit = 0.004;
	want_slots(w, 10, 2)->run_s = 10 * 3600;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_non_null(strstr(w->plan.wants[0].text,
			       "of $0.004 are neither spent nor committed; a F2s_v2"));
}

static void nodes_that_boot_are_taken_from_it_as_if_bought_now(void **state)
{
	struct world *w = *state;

	put_purse(w, 3.5, 30 * 24 * 3600);
	want_slots(w, 10, 2)->run_s = 10 * 3600;
	for (int i = 0; i < 3; i++) {
		add_node(w, NODE_BOOTING, 2, -1);
		w->nodes[i].ever_busy = false;
	}
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 0);
	assert_int_equal(w->plan.wants[0].placed, 3);
}

static void
work_without_a_limit_takes_the_idle_time_and_none_goes_beyond_the_period(void **state)
{
	struct world *w = *state;

	w->array.idle_s = 1800;
	put_purse(w, 0.26, 30 * 24 * 3600);
	want_slots(w, 10, 2); /* 0.05 each */
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 5);
	plan_clear(&w->plan);
	w->demand.v[0].run_s = 10 * 3600;
	w->facts.purses[0].until_s = w->facts.now_s + 3600; /* 0.10 each */
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 2);
}

/* Alice's budget has room for two nodes, and bob has none. */
static void a_users_budget_limits_what_is_made_for_the_user_alone(void **state)
{
	struct world *w = *state;

	put_purse(w, 2.1, 30 * 24 * 3600);
	w->facts.purses[0].pays = 4;
	want_slots(w, 5, 2)->run_s = 10 * 3600;
	w->demand.v[0].purses = 4 | 1;
	want_slots(w, 5, 2)->run_s = 10 * 3600;
	w->demand.v[1].purses = 1;
	w->array.min_nodes = 7;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.wants[0].placed, 2);
	assert_int_equal(w->plan.wants[0].code, WHY_BUDGET);
	assert_int_equal(w->plan.wants[1].placed, 5);
	assert_int_equal(bought(w), 7);
}

static void the_tightest_of_several_budgets_holds(void **state)
{
	struct world *w = *state;

	put_purse(w, 100, 30 * 24 * 3600);
	put_purse(w, 1.5, 30 * 24 * 3600);
	want_slots(w, 10, 2)->run_s = 10 * 3600;
	w->array.min_nodes = 4; /* nor do floors go over it */
	w->array.idle_s = 6 * 3600;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 1);
}

static void spot_and_on_demand(struct world *w)
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
	struct world *w = *state;

	spot_and_on_demand(w);
	want_slots(w, 2, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.creates[0].bucket, 0);
	plan_clear(&w->plan);
	w->buckets[0].closed_until_s = w->facts.now_s + 200;
	w->buckets[0].shut_since_s = w->facts.now_s - 119;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 0);
	assert_int_equal(w->plan.wants[0].code, WHY_BACKOFF);
	plan_clear(&w->plan);
	w->buckets[0].shut_since_s = w->facts.now_s - 120;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 1);
	assert_int_equal(w->plan.creates[0].bucket, 1);
}

static void work_that_may_not_be_evicted_does_not_wait_for_spot(void **state)
{
	struct world *w = *state;

	spot_and_on_demand(w);
	want_slots(w, 2, 1)->no_spot = true;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.creates[0].bucket, 1);
}

static void an_unknown_queue_neither_buys_nor_shrinks(void **state)
{
	struct world *w = *state;

	w->array.min_nodes = 4;
	add_node(w, NODE_IDLE, 2, 90000);
	add_node(w, NODE_DRAINING, 2, 90000);
	w->nodes[1].drained_by_us = true;
	want_slots(w, 20, 1);
	w->facts.demand_stale = w->facts.blind = true;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 0);
	assert_int_equal(w->plan.n_acts, 0);
	assert_int_equal(w->plan.wants[0].code, WHY_PAUSED);
	assert_non_null(strstr(w->plan.wants[0].text, "too old"));
}

static void jobs_that_are_not_known_keep_a_node(void **state)
{
	struct world *w = *state;

	add_node(w, NODE_IDLE, 2, 90000);
	w->nodes[0].jobs = -1;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.n_acts, 0);
	assert_true(w->plan.nodes[0].matched);
}

static void a_half_open_bucket_lets_one_node_try(void **state)
{
	struct world *w = *state;

	w->buckets[0].probe_max = 1;
	want_slots(w, 20, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 1);
	plan_clear(&w->plan);
	add_node(w, NODE_BOOTING, 2, -1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 0);
}

static void placement_groups_share_what_their_size_may_have(void **state)
{
	struct world *w = *state;

	w->size.rdma = true;
	w->array.colocated = true;
	w->facts.n_buckets = 2;
	w->buckets[0].max_nodes = 3;
	w->buckets[1] = w->buckets[0];
	memcpy(w->buckets[0].group, "pg0", 4);
	memcpy(w->buckets[1].group, "pg1", 4);
	want_slots(w, 20, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 3);
}

static void an_arrays_spent_budget_makes_nothing_for_it(void **state)
{
	struct world *w = *state;

	snprintf(w->arrays[0].budget, sizeof(w->arrays[0].budget), "budget htc: spent");
	want_slots(w, 4, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 0);
	assert_int_equal(w->plan.wants[0].code, WHY_BUDGET);
	assert_string_equal(w->plan.wants[0].text, "budget htc: spent");
}

/* Nothing is killed: a busy node goes as one that an operator drained. */
static void a_hard_budget_sends_each_node_away_when_it_is_empty(void **state)
{
	struct world *w = *state;

	w->arrays[0].retire = true;
	snprintf(w->arrays[0].budget, sizeof(w->arrays[0].budget), "budget htc: spent");
	add_node(w, NODE_BUSY, 0, -1);
	add_node(w, NODE_IDLE, 2, 10);
	add_node(w, NODE_IDLE, 2, 10);
	add_node(w, NODE_BUSY, 0, -1);
	w->nodes[2].keep_alive = true;
	w->nodes[3].array_kept = true;
	want_slots(w, 1, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.n_acts, 2);
	assert_int_equal(w->plan.acts[0].act, ACT_RETIRE);
	assert_int_equal(w->plan.acts[0].node, 0);
	assert_int_equal(w->plan.acts[1].act, ACT_RETIRE);
	assert_int_equal(w->plan.acts[1].node, 1);
}

static void a_job_whose_budget_is_spent_is_told_so_and_counted_as_stuck(void **state)
{
	struct world *w = *state;
	struct want *want = want_slots(w, 0, 1);

	want->not_eligible = 5;
	want->budget = "budget phys: spent";
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 0);
	assert_int_equal(w->plan.wants[0].code, WHY_BUDGET);
	assert_int_equal(w->plan.wants[0].unplaced, 5);
	assert_string_equal(w->plan.wants[0].text, "budget phys: spent");
}

static void what_a_rule_forbids_is_told_unless_it_never_fits(void **state)
{
	struct world *w = *state;
	struct want *want = want_slots(w, 0, 1);

	want->not_eligible = 5;
	want->rule = "its user may not have more";
	want->reason = "QOSMaxJobsPerUserLimit";
	want = want_slots(w, 0, 64);
	want->not_eligible = 1;
	want->rule = "its user may not have more";
	want->reason = "QOSMaxJobsPerUserLimit";
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 0);
	assert_int_equal(w->plan.wants[0].code, WHY_NO_ROOM_PLAN);
	assert_non_null(strstr(w->plan.wants[0].text, "QOSMaxJobsPerUserLimit"));
	assert_int_equal(w->plan.wants[1].code, WHY_NEVER_FITS);
}

static int64_t bought_of(const struct world *w, size_t bucket)
{
	int64_t n = 0;

	for (size_t i = 0; i < w->plan.n_creates; i++)
		n += w->plan.creates[i].bucket == bucket ? w->plan.creates[i].count : 0;
	return n;
}

static void a_mixed_array(struct world *w, int64_t nodes, int64_t percent)
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
	struct world *w = *state;

	a_mixed_array(w, 2, 0);
	want_slots(w, 12, 1);
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
	struct world *w = *state;

	a_mixed_array(w, 2, 0);
	add_node(w, NODE_BUSY, 0, -1);
	add_node(w, NODE_BUSY, 0, -1);
	w->nodes[0].bucket = w->nodes[1].bucket = 1;
	w->buckets[0].available = 1;
	want_slots(w, 12, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought_of(w, 1), 0);
	assert_int_equal(bought_of(w, 0), 1);
}

static void a_mixed_arrays_minimum_is_mixed_too(void **state)
{
	struct world *w = *state;

	a_mixed_array(w, 1, 0);
	w->array.min_nodes = 4;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought_of(w, 1), 1);
	assert_int_equal(bought_of(w, 0), 3);
}

/* What boots was bought for work that still waits: nothing is bought again (I10). */
static void a_mixed_array_buys_nothing_twice(void **state)
{
	struct world *w = *state;

	a_mixed_array(w, 1, 0);
	w->array.mem_reserve = 0;
	for (size_t i = 0; i < 3; i++) {
		add_node(w, NODE_BOOTING, 2, -1);
		w->nodes[i].bucket = i == 0;
		w->nodes[i].jobs = -1;
		resources_set(&w->nodes[i].total, "mem", (double)w->size.mem_bytes);
		resources_set(&w->nodes[i].free, "mem", (double)w->size.mem_bytes);
	}
	want_slots(w, 6, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 0);
	assert_int_equal(w->plan.wants[0].placed, 6);
}

/* Spot at a fifth of the price is dear where most of its work is done twice. */
static void the_past_of_spot_is_part_of_its_price(void **state)
{
	struct world *w = *state;

	w->facts.n_buckets = 2;
	w->buckets[1] = w->buckets[0];
	w->buckets[0].spot = true;
	w->buckets[0].price = 0.09;
	w->array.spot = SPOT_THEN_ONDEMAND;
	w->array.spot_wait_s = 0;
	w->buckets[0].shut_since_s = 1;
	want_slots(w, 4, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.creates[0].bucket, 0); /* 0.0945 */
	plan_clear(&w->plan);
	w->buckets[0].risk = 1.3;
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(w->plan.creates[0].bucket, 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(tasks_that_wait_buy_as_many_nodes_as_they_fill),
		T(says_how_many_of_the_tasks_the_nodes_are_for),
		T(jobs_of_several_nodes_are_no_pending_tasks),
		T(the_arrays_limit_holds_and_the_rest_is_explained),
		T(what_fits_no_size_buys_nothing),
		T(more_nodes_than_an_array_may_have_never_fit),
		T(the_summary_tells_tasks_from_nodes),
		T(memory_is_told_as_everywhere),
		T(fewer_cores_or_nodes_of_the_cluster_count_too),
		T(a_closed_bucket_is_no_candidate),
		T(an_idle_node_serves_before_a_new_one),
		T(a_node_idle_for_too_long_is_drained_and_a_fresh_one_not),
		T(a_blind_engine_removes_nothing),
		T(work_undoes_a_drain_of_ours_before_anything_is_bought),
		T(a_drain_of_others_or_of_a_dead_machine_stays),
		T(minimum_and_warm_nodes_are_made_and_kept),
		T(warm_nodes_come_on_top_of_demand_and_those_that_boot_count),
		T(r5_5_a_node_counts_from_the_request_until_it_is_known_to_be_gone),
		T(r5_6_a_cycles_share_is_used_up_by_what_went_in_it),
		T(a_minimum_never_passes_a_limit),
		T(the_price_per_hour_is_a_limit_and_says_so),
		T(a_month_that_is_spent_buys_nothing_and_ends_nothing),
		T(a_month_that_is_committed_says_what_is_and_what_would_help),
		T(each_reason_is_a_sentence_of_its_own),
		T(a_node_that_is_about_to_be_free_serves_work_that_wants_it_alone),
		T(what_a_budget_leaves_is_a_limit_like_others),
		T(small_money_is_told_in_the_words_of_all_money),
		T(nodes_that_boot_are_taken_from_it_as_if_bought_now),
		T(work_without_a_limit_takes_the_idle_time_and_none_goes_beyond_the_period),
		T(a_users_budget_limits_what_is_made_for_the_user_alone),
		T(the_tightest_of_several_budgets_holds),
		T(on_demand_waits_until_spot_had_its_time),
		T(work_that_may_not_be_evicted_does_not_wait_for_spot),
		T(an_unknown_queue_neither_buys_nor_shrinks),
		T(jobs_that_are_not_known_keep_a_node),
		T(a_half_open_bucket_lets_one_node_try),
		T(an_arrays_spent_budget_makes_nothing_for_it),
		T(a_hard_budget_sends_each_node_away_when_it_is_empty),
		T(a_job_whose_budget_is_spent_is_told_so_and_counted_as_stuck),
		T(what_a_rule_forbids_is_told_unless_it_never_fits),
		T(a_mixed_array_has_its_part_on_demand_and_the_rest_on_spot),
		T(a_mixed_array_counts_what_is_there),
		T(a_mixed_arrays_minimum_is_mixed_too),
		T(a_mixed_array_buys_nothing_twice),
		T(the_past_of_spot_is_part_of_its_price),
		T(placement_groups_share_what_their_size_may_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
