/* What the decision is told of a run: own copies, spot that is shut, quota that no reading has
 * seen, groups on offer, and what an old reading forbids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/facts.h"
#include "engine/members.h"
#include "engine/observe.h"
#include "engine/region.h"
#include "engine/run.h"
#include "engine/scaleset.h"

#define NOW_MS ((int64_t)1800000000000)

struct world {
	struct engine engine;
	struct region_facts region;
	struct run run;
	struct run *runs[1];
	struct queue queue;
	struct member *members[3];
	struct facts facts;
};

static void add_size(struct world *w, const char *name, int64_t vcpus, bool rdma)
{
	struct vm_size *s = vm_sizes_add(&w->region.sizes);

	*s = (struct vm_size){ .vcpus = vcpus,
			       .vcpus_per_core = 1,
			       .mem_bytes = (int64_t)8 << 30,
			       .rdma = rdma,
			       .spot_capable = true,
			       .price = 0.1,
			       .spot_price = 0.02 };
	snprintf(s->name, sizeof(s->name), "%s", name);
	snprintf(s->family, sizeof(s->family), "standardFSv2Family");
}

static void add_quota(struct world *w, const char *name, int64_t limit, int64_t used)
{
	struct quota *q = quotas_add(&w->region.quotas);

	*q = (struct quota){ .limit = limit, .used = used };
	snprintf(q->name, sizeof(q->name), "%s", name);
}

static int up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct cluster_spec *s = &w->run.cluster.spec;

	snprintf(w->region.region, sizeof(w->region.region), "westeurope");
	add_size(w, "Standard_F2s_v2", 2, false);
	cluster_spec_init(s);
	s->arrays = xcalloc(1, sizeof(*s->arrays));
	s->n_arrays = 1;
	s->cycle_s = 15;
	array_spec_init(&s->arrays[0]);
	s->arrays[0].name = xstrdup("htc");
	s->arrays[0].spot = SPOT_THEN_ONDEMAND;
	strs_add(&s->arrays[0].sizes, "Standard_F2s_v2");
	w->region.quotas_ms = NOW_MS - 30000;
	queue_init(&w->queue);
	w->runs[0] = &w->run;
	w->engine.runs = w->runs;
	w->engine.n_runs = 1;
	w->run.engine = &w->engine;
	w->run.region = &w->region;
	w->run.members = w->members;
	w->run.queue = &w->queue;
	w->run.queue_source = (struct source){ .state = SOURCE_OK, .ok_ms = NOW_MS - 1000 };
	w->run.cluster.state = CLUSTER_RUNNING;
	*state = w;
	return 0;
}

static int down(void **state)
{
	struct world *w = *state;

	facts_clear(&w->facts);
	for (size_t i = 0; i < w->run.n_members; i++)
		free(w->members[i]);
	free(w->run.backoffs);
	map_free(w->run.spot_shut);
	vm_sizes_clear(&w->region.sizes);
	quotas_clear(&w->region.quotas);
	cluster_spec_clear(&w->run.cluster.spec);
	queue_clear(&w->queue);
	free(w);
	return 0;
}

static void look(struct world *w, int64_t after_s)
{
	facts_clear(&w->facts);
	w->run.queue_source.ok_mono_ms = clock_mono_ms() - (1 + after_s) * 1000;
	facts_make(&w->facts, &w->run, NOW_MS + after_s * 1000);
}

static struct node *add_member(struct world *w, const char *name, enum node_state state,
			       bool spot, int64_t age_s)
{
	struct member *m = xcalloc(1, sizeof(*m));

	m->node = (struct node){ .state = state,
				 .spot = spot,
				 .requested_ms = NOW_MS - age_s * 1000 };
	snprintf(m->node.name, sizeof(m->node.name), "%s", name);
	snprintf(m->node.array, sizeof(m->node.array), "htc");
	snprintf(m->node.size, sizeof(m->node.size), "Standard_F2s_v2");
	w->members[w->run.n_members++] = m;
	return &m->node;
}

static const struct fact_bucket *spot_bucket(const struct world *w)
{
	for (size_t i = 0; i < w->facts.n_buckets; i++)
		if (w->facts.buckets[i].spot)
			return &w->facts.buckets[i];
	return NULL;
}

static void rest(struct world *w, int64_t until_s)
{
	w->run.backoffs = xcalloc(1, sizeof(*w->run.backoffs));
	w->run.n_backoffs = 1;
	w->run.backoffs[0] =
	    (struct backoff){ .until_ms = NOW_MS + until_s * 1000, .length_ms = 300000 };
	bucket_key(w->run.backoffs[0].key, &w->run.cluster.spec.arrays[0], "Standard_F2s_v2",
		   "", true, "");
}

static void spot_that_rests_is_shut_since_the_first_look(void **state)
{
	struct world *w = *state;

	rest(w, 300);
	look(w, 0);
	assert_int_equal(spot_bucket(w)->shut_since_s, NOW_MS / 1000);
	look(w, 60);
	assert_int_equal(spot_bucket(w)->shut_since_s, NOW_MS / 1000);
	look(w, 301);
	assert_int_equal(spot_bucket(w)->shut_since_s, 0);
	assert_int_equal(spot_bucket(w)->probe_max, 1);
}

static void spot_without_quota_or_above_the_price_is_shut(void **state)
{
	struct world *w = *state;

	add_quota(w, "lowPriorityCores", 10, 8);
	look(w, 0);
	assert_int_equal(spot_bucket(w)->shut_since_s, 0);
	w->region.quotas.v[0].used = 9;
	look(w, 0);
	assert_true(spot_bucket(w)->shut_since_s > 0);
	w->region.quotas.v[0].used = 0;
	w->run.cluster.spec.arrays[0].max_price = 0.01;
	look(w, 5);
	assert_int_equal(spot_bucket(w)->shut_since_s, NOW_MS / 1000);
}

static void quota_counts_what_was_asked_for_since_it_was_read(void **state)
{
	struct world *w = *state;

	add_quota(w, "standardFSv2Family", 100, 10);
	add_quota(w, "lowPriorityCores", 100, 20);
	add_quota(w, "standardHBv3Family", 100, 0);
	add_member(w, "htc-1", NODE_IDLE, false, 600);
	add_member(w, "htc-2", NODE_ALLOCATING, false, 5);
	add_member(w, "htc-3", NODE_REQUESTED, true, 100);
	look(w, 0);
	assert_int_equal(w->facts.n_quotas, 2);
	assert_int_equal(w->facts.quotas[0].used, 12);
	assert_int_equal(w->facts.quotas[1].used, 22);
}

/* R5.5: a request that was throttled is accepted long after it was made, and a reading of the
 * quota in between has nothing of it. */
static void r5_5_quota_counts_what_was_accepted_since_it_was_read(void **state)
{
	struct world *w = *state;

	add_quota(w, "standardFSv2Family", 100, 10);
	add_member(w, "htc-1", NODE_JOINING, false, 600);
	look(w, 0);
	assert_int_equal(w->facts.quotas[0].used, 10);
	w->members[0]->accepted_ms = NOW_MS - 20000; /* the quota was read 30 s ago */
	look(w, 0);
	assert_int_equal(w->facts.quotas[0].used, 12);
	w->members[0]->accepted_ms = NOW_MS - 60000;
	look(w, 0);
	assert_int_equal(w->facts.quotas[0].used, 10);
}

/* R5.5: two clusters in one region spend one quota. */
static void r5_5_quota_counts_what_other_clusters_asked_for(void **state)
{
	struct world *w = *state;
	struct member asked = { .node = { .state = NODE_REQUESTED,
					  .size = "Standard_F2s_v2" } };
	struct member *members[] = { &asked };
	struct run other = {
		.engine = &w->engine, .region = &w->region, .members = members, .n_members = 1
	};
	struct run *both[] = { &w->run, &other };

	add_quota(w, "standardFSv2Family", 100, 10);
	w->engine.runs = both;
	w->engine.n_runs = 2;
	look(w, 0);
	assert_int_equal(w->facts.quotas[0].used, 12);
}

static void a_bucket_that_came_once_is_open_again(void **state)
{
	struct world *w = *state;

	rest(w, -10);
	look(w, 0);
	assert_int_equal(spot_bucket(w)->probe_max, 1);
	w->run.backoffs[0].until_ms = 0; /* what a success leaves: half the length, no moment */
	look(w, 0);
	assert_int_equal(spot_bucket(w)->probe_max, -1);
}

static void facts_outlive_rows_and_sizes(void **state)
{
	struct world *w = *state;

	add_member(w, "htc-1", NODE_IDLE, false, 600);
	look(w, 0);
	memset(w->members[0], 'x', sizeof(*w->members[0]));
	memset(w->region.sizes.v, 'x', w->region.sizes.n * sizeof(*w->region.sizes.v));
	assert_string_equal(w->facts.nodes[0].name, "htc-1");
	assert_string_equal(w->facts.buckets[w->facts.nodes[0].bucket].size->name,
			    "Standard_F2s_v2");
}

static void a_group_more_than_are_in_use_is_on_offer(void **state)
{
	struct world *w = *state;
	struct array_spec *a = &w->run.cluster.spec.arrays[0];
	struct node *n;

	w->region.sizes.v[0].rdma = true;
	a->colocated = true;
	a->spot = SPOT_NEVER;
	look(w, 0);
	assert_int_equal(w->facts.n_buckets, 1);
	n = add_member(w, "htc-1", NODE_IDLE, false, 600);
	snprintf(n->group, sizeof(n->group), "pg0");
	look(w, 0);
	assert_int_equal(w->facts.n_buckets, 2);
	assert_string_equal(w->facts.buckets[1].group, "pg1");
	assert_int_equal(w->facts.nodes[0].bucket, 0);
}

static void what_is_not_read_now_buys_nothing(void **state)
{
	struct world *w = *state;

	look(w, 0);
	assert_false(w->facts.demand_stale);
	look(w, 90);
	assert_true(w->facts.demand_stale);
	w->run.queue_source.state = SOURCE_UNKNOWN;
	look(w, 0);
	assert_true(w->facts.demand_stale);
	assert_true(w->facts.blind);
	w->run.queue_source.state = SOURCE_OK;
	w->run.queue = NULL;
	look(w, 0);
	assert_true(w->facts.demand_stale);
}

/* R13: the engine's own limit holds over all clusters together. */
static void r13_other_clusters_nodes_count_for_the_engines_limit(void **state)
{
	struct world *w = *state;
	struct limits limits;
	struct run other = { .engine = &w->engine, .n_members = 70 };
	struct run *both[] = { &w->run, &other };

	limits_init(&limits);
	limits.v[LIMIT_NODES] = 100;
	w->engine.limits = &limits;
	w->engine.runs = both;
	w->engine.n_runs = 2;
	look(w, 0);
	assert_int_equal(w->facts.max_nodes, 30);
	w->run.cluster.spec.max_nodes = 10; /* the cluster's, where that is less */
	look(w, 0);
	assert_int_equal(w->facts.max_nodes, 10);
	other.n_members = 130;
	look(w, 0);
	assert_int_equal(w->facts.max_nodes, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, up, down)

static void what_is_foreseen_is_a_minimum_below_the_most(void **state)
{
	struct world *w = *state;
	struct array_spec *a = &w->run.cluster.spec.arrays[0];
	struct ahead_array v = { .past = { .array = "htc" },
				 .seen = { .kind = FORESEEN_NODES,
					   .nodes = 8,
					   .until_s = NOW_MS / 1000 + 3600 } };

	w->run.ahead = (struct ahead){ .v = &v, .n = 1 };
	look(w, 0);
	assert_int_equal(w->facts.arrays[0].spec->min_nodes, 8);
	assert_int_equal(a->min_nodes, 0);
	assert_non_null(strstr(w->facts.arrays[0].ahead, "usage: 8 nodes until"));
	assert_false(w->facts.arrays[0].scheduled);
	a->max_nodes = 5;
	look(w, 0);
	assert_int_equal(w->facts.arrays[0].spec->min_nodes, 5);
	a->min_nodes = 5;
	look(w, 0);
	assert_ptr_equal(w->facts.arrays[0].spec, a);
	a->min_nodes = 0;
	v.seen.kind = FORESEEN_SPENT;
	look(w, 0);
	assert_int_equal(w->facts.arrays[0].spec->min_nodes, 0);
	assert_non_null(strstr(w->facts.arrays[0].ahead, "are not kept"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(spot_that_rests_is_shut_since_the_first_look),
		T(spot_without_quota_or_above_the_price_is_shut),
		T(quota_counts_what_was_asked_for_since_it_was_read),
		T(r5_5_quota_counts_what_was_accepted_since_it_was_read),
		T(r5_5_quota_counts_what_other_clusters_asked_for),
		T(a_bucket_that_came_once_is_open_again),
		T(facts_outlive_rows_and_sizes),
		T(a_group_more_than_are_in_use_is_on_offer),
		T(what_is_not_read_now_buys_nothing),
		T(what_is_foreseen_is_a_minimum_below_the_most),
		T(r13_other_clusters_nodes_count_for_the_engines_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
