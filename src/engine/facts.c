/* What the decision may know, taken from the run at one moment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/run.h"

static const struct backoff *backoff_of(const struct run *r, const char *key)
{
	for (size_t i = 0; i < r->n_backoffs; i++)
		if (strcmp(r->backoffs[i].key, key) == 0)
			return &r->backoffs[i];
	return NULL;
}

static void bucket_add(struct facts *f, const struct run *r, size_t array,
		       const struct vm_size *size, const char *zone, bool spot)
{
	const struct array_spec *a = &r->cluster.spec.arrays[array];
	const char *group = a->colocated && size->rdma ? "pg0" : "";
	struct fact_bucket *b = &f->buckets[f->n_buckets++];
	const struct backoff *rest;
	char key[200];

	*b = (struct fact_bucket){ .array = array,
				   .size = size,
				   .spot = spot,
				   .max_nodes = -1,
				   .available = -1,
				   .probe_max = -1 };
	snprintf(b->zone, sizeof(b->zone), "%s", zone);
	snprintf(b->group, sizeof(b->group), "%s", group);
	b->price = spot ? size->spot_price : size->price;
	if (b->group[0])
		b->max_nodes = a->group_max;
	if (size->restricted)
		b->available = 0;
	bucket_key(key, a, size->name, zone, spot, group);
	rest = backoff_of(r, key);
	if (rest && rest->until_ms > f->now_s * 1000) {
		b->closed_until_s = rest->until_ms / 1000;
		snprintf(b->closed_why, sizeof(b->closed_why), "%.119s", rest->why);
	} else if (rest && rest->length_ms) {
		b->probe_max = 1; /* half-open: one node tries first */
	}
}

static void buckets_of_size(struct facts *f, const struct run *r, size_t array,
			    const struct vm_size *size, const char *zone)
{
	enum spot_policy spot = r->cluster.spec.arrays[array].spot;

	if (spot != SPOT_NEVER && size->spot_capable)
		bucket_add(f, r, array, size, zone, true);
	if (spot != SPOT_ONLY)
		bucket_add(f, r, array, size, zone, false);
}

static void buckets_make(struct facts *f, const struct run *r)
{
	const struct cluster_spec *s = &r->cluster.spec;
	size_t most = 0;

	for (size_t i = 0; i < s->n_arrays; i++)
		most += s->arrays[i].sizes.n * (s->arrays[i].zones.n + 1) * 2;
	f->buckets = xcalloc(most ? most : 1, sizeof(*f->buckets));
	for (size_t i = 0; i < s->n_arrays; i++) {
		const struct array_spec *a = &s->arrays[i];

		for (size_t k = 0; k < a->sizes.n; k++) {
			const struct vm_size *size =
			    vm_sizes_find(&r->region->sizes, a->sizes.v[k]);

			if (!size)
				continue;
			if (a->zones.n == 0)
				buckets_of_size(f, r, i, size, "");
			for (size_t z = 0; z < a->zones.n; z++)
				buckets_of_size(f, r, i, size, a->zones.v[z]);
		}
	}
}

static size_t bucket_of(const struct facts *f, const struct run *r, const struct node *n)
{
	for (size_t i = 0; i < f->n_buckets; i++) {
		const struct fact_bucket *b = &f->buckets[i];

		if (b->spot == n->spot && strcmp(b->size->name, n->size) == 0 &&
		    strcmp(b->zone, n->zone) == 0 &&
		    strcmp(r->cluster.spec.arrays[b->array].name, n->array) == 0)
			return i;
	}
	return SIZE_MAX;
}

static size_t array_of(const struct run *r, const char *name)
{
	for (size_t i = 0; i < r->cluster.spec.n_arrays; i++)
		if (strcmp(r->cluster.spec.arrays[i].name, name) == 0)
			return i;
	return SIZE_MAX;
}

static void resources_of(struct resources *r, int64_t cpus, int64_t mem, int64_t gpus,
			 int64_t threads)
{
	resources_set(r, "ncpus", (double)cpus);
	resources_set(r, "pcpus", (double)(cpus / (threads > 0 ? threads : 1)));
	resources_set(r, "ngpus", (double)gpus);
	resources_set(r, "mem", (double)mem);
}

/* The scheduler's word on totals and use replaces ours for nodes that it knows. */
static void node_resources(struct fact_node *fn, const struct node *n,
			   const struct sched_node *sn, int64_t threads)
{
	if (!sn) {
		resources_of(&fn->total, n->cpus, n->mem_bytes, n->gpus, threads);
		resources_of(&fn->free, n->cpus, n->mem_bytes, n->gpus, threads);
		return;
	}
	resources_of(&fn->total, sn->cpus, sn->mem_bytes, sn->gpus, threads);
	resources_of(&fn->free, sn->cpus - sn->cpus_used, sn->mem_bytes - sn->mem_used,
		     sn->gpus - sn->gpus_used, threads);
}

static bool takes_no_work(enum node_state s)
{
	return s == NODE_DELETING || s == NODE_FAILED || s == NODE_EVICTED ||
	       s == NODE_UNHEALTHY || s == NODE_DEALLOCATED;
}

static void node_make(struct fact_node *fn, const struct facts *f, const struct run *r,
		      const struct member *m, const struct map *seen)
{
	const struct node *n = &m->node;
	const struct sched_node *sn = map_get(seen, n->name);
	int64_t threads = 1;

	*fn = (struct fact_node){ .name = n->name,
				  .bucket = bucket_of(f, r, n),
				  .array = array_of(r, n->array),
				  .state = n->state,
				  .jobs = n->jobs,
				  .keep_alive = n->keep_alive,
				  .terminate_asked = n->terminate_asked,
				  .drain_asked = n->drain_asked,
				  .idle_since_s = n->idle_since_ms / 1000,
				  .joined_s = n->joined_ms / 1000,
				  .requested_s = n->requested_ms / 1000,
				  .ever_busy = n->ever_busy,
				  .price = n->price,
				  .closed = takes_no_work(n->state) };
	if (fn->bucket != SIZE_MAX)
		threads = f->buckets[fn->bucket].size->vcpus_per_core;
	if (sn) {
		fn->drained_by_us = sn->drained && sn->drained_by_us;
		fn->drained_by_other = sn->drained && !sn->drained_by_us;
	}
	node_resources(fn, n, sn && !node_is_booting(n->state) ? sn : NULL, threads);
}

static void nodes_make(struct facts *f, const struct run *r)
{
	struct map *seen = map_new(NULL, false);

	for (size_t i = 0; r->queue && i < r->queue->n_nodes; i++)
		map_put(seen, r->queue->nodes[i].name, &r->queue->nodes[i]);
	f->nodes = xcalloc(r->n_members ? r->n_members : 1, sizeof(*f->nodes));
	for (size_t i = 0; i < r->n_members; i++)
		node_make(&f->nodes[f->n_nodes++], f, r, r->members[i], seen);
	map_free(seen);
}

static bool is_family(const char *name)
{
	return strcmp(name, "cores") != 0 && strcmp(name, "lowPriorityCores") != 0;
}

static void quotas_make(struct facts *f, const struct run *r)
{
	const struct quotas *q = &r->region->quotas;

	f->quotas = xcalloc(q->n ? q->n : 1, sizeof(*f->quotas));
	for (size_t i = 0; i < q->n; i++) {
		struct fact_quota *to = &f->quotas[f->n_quotas];

		if (strcmp(q->v[i].name, "virtualMachines") == 0 ||
		    strcmp(q->v[i].name, "virtualMachineScaleSets") == 0)
			continue;
		snprintf(to->name, sizeof(to->name), "%s", q->v[i].name);
		snprintf(to->region, sizeof(to->region), "%s", r->region->region);
		to->spot = strcmp(to->name, "lowPriorityCores") == 0;
		to->family = is_family(to->name);
		to->limit = q->v[i].limit;
		to->used = q->v[i].used;
		f->n_quotas++;
	}
}

void facts_make(struct facts *f, struct run *r, int64_t now_ms)
{
	const struct cluster_spec *s = &r->cluster.spec;
	int64_t age = now_ms - r->queue_source.ok_ms;

	*f = (struct facts){ .now_s = now_ms / 1000,
			     .region = r->region->region,
			     .choose = s->choose,
			     .max_cores = s->max_cores,
			     .max_nodes = s->max_nodes,
			     .max_price = s->max_price,
			     .paused = r->cluster.paused || r->cluster.state != CLUSTER_RUNNING,
			     .blind = run_is_blind(r) || r->suspicion_since_ms };
	f->demand_stale = !r->queue || age > 2 * s->cycle_s * 1000 + 30000;
	f->arrays = xcalloc(s->n_arrays ? s->n_arrays : 1, sizeof(*f->arrays));
	f->n_arrays = s->n_arrays;
	for (size_t i = 0; i < s->n_arrays; i++)
		f->arrays[i] = (struct fact_array){ .spec = &s->arrays[i], .used_cores = -1 };
	buckets_make(f, r);
	nodes_make(f, r);
	quotas_make(f, r);
}

void facts_clear(struct facts *f)
{
	for (size_t i = 0; i < f->n_nodes; i++) {
		resources_clear(&f->nodes[i].free);
		resources_clear(&f->nodes[i].total);
	}
	for (size_t i = 0; i < f->n_arrays; i++)
		resources_clear(&f->arrays[i].extra);
	free(f->arrays);
	free(f->buckets);
	free(f->nodes);
	free(f->quotas);
	free(f->pools);
	*f = (struct facts){ 0 };
}
