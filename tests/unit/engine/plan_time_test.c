/* The decision and time: what is too much for some hours is told with their end, and jobs that
 * begin soon keep nodes and buy none. */
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
#include "scheduler/scheduler.h"

#define NOW_S 1000000

struct world {
	struct cluster_spec spec;
	struct vm_size size;
	struct vm_sizes sizes;
	struct fact_array array;
	struct fact_bucket bucket;
	struct fact_node nodes[3];
	struct facts facts;
	struct queue queue;
	struct demand demand;
	struct plan plan;
};

static int fits(const struct job *j, const char *array, const char *const *features)
{
	(void)j;
	(void)array;
	(void)features;
	return 1;
}

static const struct sched_ops ops = { .name = "test", .job_fits = fits };

static int up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct array_spec *a;

	cluster_spec_init(&w->spec);
	w->spec.arrays = a = xcalloc(1, sizeof(*a));
	w->spec.n_arrays = 1;
	array_spec_init(a);
	a->name = xstrdup("htc");
	a->max_nodes = 16;
	a->idle_s = 300;
	strs_add(&a->sizes, "Standard_F2s_v2");
	w->size = (struct vm_size){ .name = "Standard_F2s_v2",
				    .family = "standardFSv2Family",
				    .vcpus = 2,
				    .vcpus_per_core = 1,
				    .mem_bytes = (int64_t)4 << 30,
				    .price = 0.1 };
	w->array = (struct fact_array){ .spec = a, .used_cores = -1 };
	w->bucket = (struct fact_bucket){ .size = &w->size,
					  .max_nodes = -1,
					  .available = -1,
					  .price = 0.1,
					  .probe_max = -1 };
	w->facts = (struct facts){ .now_s = NOW_S,
				   .region = "westeurope",
				   .arrays = &w->array,
				   .n_arrays = 1,
				   .buckets = &w->bucket,
				   .n_buckets = 1,
				   .nodes = w->nodes,
				   .max_cores = -1,
				   .max_nodes = -1,
				   .max_price = -1 };
	queue_init(&w->queue);
	w->queue.read_ended_ms = NOW_S * INT64_C(1000);
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
	queue_clear(&w->queue);
	cluster_spec_clear(&w->spec);
	free(w);
	return 0;
}

/* Free for longer than its array waits. */
static void add_idle(struct world *w)
{
	static const char *const names[] = { "htc-1", "htc-2", "htc-3" };
	struct fact_node *n = &w->nodes[w->facts.n_nodes];

	*n = (struct fact_node){ .name = names[w->facts.n_nodes++],
				 .state = NODE_IDLE,
				 .ever_busy = true,
				 .price = 0.1,
				 .joined_s = NOW_S - 5000,
				 .requested_s = NOW_S - 5100,
				 .idle_since_s = NOW_S - 400 };
	resources_set(&n->total, "ncpus", 2);
	resources_set(&n->free, "ncpus", 2);
	resources_set(&n->total, "mem", (double)((int64_t)4 << 30));
	resources_set(&n->free, "mem", (double)((int64_t)4 << 30));
}

/* As Slurm shows one that was put back into the queue. */
static struct job *add_later(struct world *w, const char *id, int64_t tasks, int64_t begins_s)
{
	struct job *j = queue_add_job(&w->queue);

	j->id = id;
	j->state = JOB_PENDING;
	j->reason = "BeginTime";
	j->reason_class = REASON_TIME;
	j->start_s = begins_s;
	j->tasks = tasks;
	j->cpus = 1;
	return j;
}

static void decide(struct world *w)
{
	plan_clear(&w->plan);
	demand_clear(&w->demand);
	assert_int_equal(demand_of(&w->demand, &w->queue, &w->spec, &w->sizes, &ops, NULL), 0);
	assert_int_equal(plan_make(&w->plan, &w->demand, &w->facts, NULL), 0);
}

static void a_job_that_begins_soon_keeps_the_node_that_it_fits(void **state)
{
	struct world *w = *state;

	add_idle(w);
	add_idle(w);
	decide(w);
	assert_int_equal(w->plan.n_acts, 2);
	add_later(w, "7", 1, NOW_S + 90);
	decide(w);
	assert_int_equal(w->plan.n_creates, 0);
	assert_int_equal(w->plan.n_acts, 1);
	assert_int_equal(w->plan.acts[0].node, 1);
	assert_string_equal(w->plan.nodes[0].text, "stays for job 7, which begins in 90 s");
	assert_int_equal(w->plan.nodes[0].idle_since_s, NOW_S - 400); /* it is idle still */
	assert_int_equal(w->plan.wants[0].code, WHY_NOT_ELIGIBLE);
	assert_string_equal(
	    w->plan.wants[0].text,
	    "the scheduler holds it: it begins later, and nothing is bought before");
}

static void as_many_nodes_stay_as_the_jobs_fill(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 3; i++)
		add_idle(w);
	add_later(w, "7", 2, NOW_S + 90);
	add_later(w, "8", 2, NOW_S + 40)->cpus = 1;
	decide(w);
	assert_int_equal(w->plan.n_acts, 1); /* four cores are two nodes */
	assert_string_equal(w->plan.nodes[0].text,
			    "stays for work such as job 7, which begins in 40 s");
	w->queue.jobs[0].tasks = 9;
	decide(w);
	assert_int_equal(w->plan.n_acts, 0);
	assert_int_equal(w->plan.n_creates, 0);
}

static void a_job_of_several_nodes_keeps_so_many(void **state)
{
	struct world *w = *state;
	struct job *j;

	for (int i = 0; i < 3; i++)
		add_idle(w);
	j = add_later(w, "7", 1, NOW_S + 90);
	j->nodes_min = 2;
	j->cpus = 2;
	decide(w);
	assert_int_equal(w->plan.n_acts, 1);
	j->nodes_min = 5; /* the rest is made when it may begin */
	j->cpus = 5;
	decide(w);
	assert_int_equal(w->plan.n_acts, 0);
	assert_int_equal(w->plan.n_creates, 0);
}

static void what_begins_later_than_an_idle_time_keeps_nothing(void **state)
{
	static const struct {
		int64_t idle_s, begins_s;
		bool stays;
	} cases[] = {
		{ 300, NOW_S + 300, true },  { 300, NOW_S + 301, false },
		{ 10, NOW_S + 120, true }, /* a boot takes as long */
		{ 10, NOW_S + 121, false },  { 300, NOW_S - 5, true }, /* not looked at since */
		{ 300, NOW_S - 300, false },
	};
	struct world *w = *state;
	struct job *j;

	add_idle(w);
	j = add_later(w, "7", 1, 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		w->spec.arrays[0].idle_s = cases[i].idle_s;
		j->start_s = cases[i].begins_s;
		decide(w);
		assert_int_equal(w->plan.n_acts, !cases[i].stays);
	}
}

static void what_does_not_fit_keeps_nothing(void **state)
{
	struct world *w = *state;

	add_idle(w);
	add_later(w, "7", 1, NOW_S + 60)->cpus = 4;
	decide(w);
	assert_int_equal(w->plan.n_acts, 1);
}

/* The warm pool is for what nobody knows of yet: nodes for a job that is known are beside it,
 * and none is made in their place before it begins. */
static void the_warm_pool_is_beside_them(void **state)
{
	struct world *w = *state;

	w->spec.arrays[0].warm_nodes = 1;
	add_idle(w);
	add_later(w, "7", 1, NOW_S + 60);
	decide(w);
	assert_int_equal(w->plan.n_acts + w->plan.n_creates, 0);
	add_idle(w);
	decide(w);
	assert_int_equal(w->plan.n_acts + w->plan.n_creates, 0);
	add_idle(w);
	decide(w);
	assert_int_equal(w->plan.n_acts, 1);
}

/* Hours end: what is too much for them is told with their end, and not as "never". */
static void what_hours_forbid_is_not_told_as_never(void **state)
{
	struct world *w = *state;
	struct job *j = add_later(w, "7", 1, 0);

	j->reason_class = REASON_RESOURCES;
	j->demand = true;
	j->nodes_min = j->cpus = 4;
	w->spec.arrays[0].max_nodes = 1;
	w->array.ever_max = 4;
	w->array.scheduled = true;
	snprintf(w->array.schedule, sizeof(w->array.schedule), "noon: max 1 until 12:00 UTC");
	decide(w);
	assert_int_equal(w->plan.wants[0].code, WHY_NO_CAPACITY);
	assert_string_equal(
	    w->plan.wants[0].text,
	    "at a limit: htc has 1 node left of 1; schedule noon: max 1 until 12:00 UTC");
	j->nodes_min = j->cpus = 5;
	decide(w);
	assert_string_equal(w->plan.wants[0].text,
			    "never fits: it asks for 5 nodes, htc has 4 at the most");
}

#define T(f) cmocka_unit_test_setup_teardown(f, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_job_that_begins_soon_keeps_the_node_that_it_fits),
		T(as_many_nodes_stay_as_the_jobs_fill),
		T(a_job_of_several_nodes_keeps_so_many),
		T(what_begins_later_than_an_idle_time_keeps_nothing),
		T(what_does_not_fit_keeps_nothing),
		T(the_warm_pool_is_beside_them),
		T(what_hours_forbid_is_not_told_as_never),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
