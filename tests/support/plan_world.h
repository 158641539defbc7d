/* What a decision is made of, small: one array "htc" of F2s_v2 (2 cores, $0.10 an hour, spot $0.02), at most 16 nodes, and
 * nothing else. A test's state is a struct plan_world. */
#ifndef TESTS_SUPPORT_PLAN_WORLD_H
#define TESTS_SUPPORT_PLAN_WORLD_H

#include "engine/plan.h"

struct plan_world {
	struct array_spec array;
	struct vm_size size;
	struct fact_array arrays[1];
	struct fact_bucket buckets[2]; /* the second: on demand, where a test asks for both */
	struct fact_node nodes[4];
	struct facts facts;
	struct demand demand;
	struct plan plan;
};

int plan_world_up(void **state);
int plan_world_down(void **state);
/* Work for so many slots of so many cores; the demand's. */
struct want *plan_world_want(struct plan_world *w, int64_t slots, double cpus);
/* idle_for_s -1: it was never idle. Four at the most. */
void plan_world_node(struct plan_world *w, enum node_state s, double free_cpus, int64_t idle_for_s);
int64_t plan_world_bought(const struct plan_world *w); /* nodes that the plan makes */

#define PLAN_TEST(f) cmocka_unit_test_setup_teardown(f, plan_world_up, plan_world_down)

#endif
