#include "plan_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/mem.h"

int plan_world_up(void **state)
{
	struct plan_world *w = xcalloc(1, sizeof(*w));

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

int plan_world_down(void **state)
{
	struct plan_world *w = *state;

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

struct want *plan_world_want(struct plan_world *w, int64_t slots, double cpus)
{
	struct want *want = demand_add(&w->demand);

	want->label = demand_text(&w->demand, "12_[1-40]");
	want->jobs = 1;
	want->slots = slots;
	want->need = need_new(NEED_AT_LEAST, "ncpus", cpus);
	return want;
}

void plan_world_node(struct plan_world *w, enum node_state s, double free_cpus,
		     int64_t idle_for_s)
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

int64_t plan_world_bought(const struct plan_world *w)
{
	int64_t n = 0;

	for (size_t i = 0; i < w->plan.n_creates; i++)
		n += w->plan.creates[i].count;
	return n;
}
