/* The decision on small snapshots: what is bought, what is not and why, who leaves; and the
 * same again for the same input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/plan.h"

struct world {
	struct array_spec array;
	struct vm_size size;
	struct fact_array arrays[1];
	struct fact_bucket buckets[1];
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

	want->label = xstrdup("12_[1-40]");
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

static void the_arrays_limit_holds_and_the_rest_is_explained(void **state)
{
	struct world *w = *state;

	want_slots(w, 100, 1);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 16);
	assert_int_equal(w->plan.wants[0].unplaced, 68);
	assert_int_equal(w->plan.wants[0].code, WHY_NO_CAPACITY);
	assert_true(w->plan.wants[0].binding & BIND_ARRAY);
}

static void what_fits_no_size_buys_nothing(void **state)
{
	struct world *w = *state;

	want_slots(w, 3, 64);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
	assert_int_equal(bought(w), 0);
	assert_int_equal(w->plan.wants[0].code, WHY_NEVER_FITS);
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

#define T(f) cmocka_unit_test_setup_teardown(f, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(tasks_that_wait_buy_as_many_nodes_as_they_fill),
		T(the_arrays_limit_holds_and_the_rest_is_explained),
		T(what_fits_no_size_buys_nothing),
		T(a_closed_bucket_is_no_candidate),
		T(an_idle_node_serves_before_a_new_one),
		T(a_node_idle_for_too_long_is_drained_and_a_fresh_one_not),
		T(a_blind_engine_removes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
