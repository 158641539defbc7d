/* What the decision may know, taken from the run at one moment. */
#include "engine/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/bill.h"
#include "engine/members.h"
#include "engine/observe.h"
#include "engine/region.h"
#include "engine/run.h"
#include "engine/scaleset.h"
#include "engine/spot.h"

#define USAGE_LAG_MS 10000 /* a cloud's count of cores in use trails what it accepted */

static const struct backoff *backoff_of(const struct run *r, const char *key)
{
	for (size_t i = 0; i < r->n_backoffs; i++)
		if (strcmp(r->backoffs[i].key, key) == 0)
			return &r->backoffs[i];
	return NULL;
}

static void bucket_add(struct facts *f, const struct run *r, const struct fact_bucket *offer)
{
	const struct array_spec *a = &r->cluster.spec.arrays[offer->array];
	struct fact_bucket *b = &f->buckets[f->n_buckets++];
	const struct backoff *rest;
	char key[200];

	*b = *offer;
	b->max_nodes = b->available = b->probe_max = -1;
	b->price = b->spot ? b->size->spot_price : b->size->price;
	if (b->size->restricted)
		b->available = 0;
	bucket_key(key, a, b->size->name, b->zone, b->spot, b->group);
	rest = backoff_of(r, key);
	if (rest && rest->until_ms > f->now_s * 1000) {
		b->closed_until_s = rest->until_ms / 1000;
		snprintf(b->closed_why, sizeof(b->closed_why), "%.119s", rest->why);
		snprintf(b->console, sizeof(b->console), "%.79s", rest->console);
	} else if (rest && rest->until_ms) {
		b->probe_max = 1; /* half-open until one came: one node tries first */
	}
}

/* Placement groups pg0, pg1 ...: those that nodes are in, and one more (8). */
static unsigned int groups_on_offer(const struct run *r, const struct array_spec *a,
				    const char *size)
{
	unsigned int n = 0;

	for (size_t i = 0; i < r->n_members; i++) {
		const struct node *m = &r->members[i]->node;
		unsigned int at;

		if (strcmp(m->array, a->name) == 0 && strcmp(m->size, size) == 0 &&
		    sscanf(m->group, "pg%3u", &at) == 1 && at >= n)
			n = at + 1;
	}
	return n + 1;
}

static void tariffs_add(struct facts *f, const struct run *r, struct fact_bucket offer)
{
	enum spot_policy spot = r->cluster.spec.arrays[offer.array].spot;

	if (spot != SPOT_NEVER && offer.size->spot_capable) {
		offer.spot = true;
		bucket_add(f, r, &offer);
	}
	if (spot != SPOT_ONLY) {
		offer.spot = false;
		bucket_add(f, r, &offer);
	}
}

static void buckets_of_size(struct facts *f, const struct run *r, size_t array,
			    const struct vm_size *size, size_t *cap)
{
	const struct array_spec *a = &r->cluster.spec.arrays[array];
	unsigned int groups =
	    a->colocated && size->rdma ? groups_on_offer(r, a, size->name) : 1;
	size_t zones = a->zones.n ? a->zones.n : 1;

	*cap += groups * zones * 2;
	f->buckets = xreallocarray(f->buckets, *cap, sizeof(*f->buckets));
	for (size_t z = 0; z < zones; z++)
		for (unsigned int g = 0; g < groups; g++) {
			struct fact_bucket offer = { .array = array, .size = size };

			if (a->zones.n)
				snprintf(offer.zone, sizeof(offer.zone), "%s", a->zones.v[z]);
			if (a->colocated && size->rdma)
				snprintf(offer.group, sizeof(offer.group), "pg%u", g);
			tariffs_add(f, r, offer);
		}
}

/* Sizes are read again while facts are still shown, so facts have their own. */
static void sizes_copy(struct facts *f, const struct run *r)
{
	const struct cluster_spec *s = &r->cluster.spec;
	size_t most = 0;

	for (size_t i = 0; i < s->n_arrays; i++)
		most += s->arrays[i].sizes.n;
	f->own_sizes = xcalloc(most + 1, sizeof(*f->own_sizes));
}

static void buckets_make(struct facts *f, const struct run *r)
{
	const struct cluster_spec *s = &r->cluster.spec;
	size_t cap = 0, copied = 0;

	sizes_copy(f, r);
	for (size_t i = 0; i < s->n_arrays; i++)
		for (size_t k = 0; k < s->arrays[i].sizes.n; k++) {
			const struct vm_size *size =
			    vm_sizes_find(&r->region->sizes, s->arrays[i].sizes.v[k]);

			if (!size)
				continue;
			f->own_sizes[copied] = *size;
			buckets_of_size(f, r, i, &f->own_sizes[copied++], &cap);
		}
}

static size_t bucket_of(const struct facts *f, size_t array, const struct node *n)
{
	for (size_t i = 0; i < f->n_buckets; i++) {
		const struct fact_bucket *b = &f->buckets[i];

		if (b->array == array && b->spot == n->spot &&
		    strcmp(b->size->name, n->size) == 0 && strcmp(b->zone, n->zone) == 0 &&
		    strcmp(b->group, n->group) == 0)
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
	resources_reserve(r, 4); /* of ten thousand nodes, twice */
	resources_set(r, "ncpus", (double)cpus);
	cpus /= threads > 0 ? threads : 1;
	resources_set(r, "pcpus", (double)cpus);
	resources_set(r, "ngpus", (double)gpus);
	resources_set(r, "mem", (double)mem);
}

/* The scheduler's word on totals and use replaces ours for nodes that it knows. */
static void node_resources(struct fact_node *fn, const struct node *n,
			   const struct sched_node *sn, int64_t empties_ms, int64_t threads)
{
	struct node_use use;

	if (!sn) {
		resources_of(&fn->total, n->cpus, n->mem_bytes, n->gpus, threads);
		resources_of(&fn->free, n->cpus, n->mem_bytes, n->gpus, threads);
		return;
	}
	use = node_use(sn, empties_ms);
	fn->empties = use.empties;
	resources_of(&fn->total, sn->cpus, sn->mem_bytes, sn->gpus, threads);
	resources_of(&fn->free, sn->cpus - use.cpus, sn->mem_bytes - use.mem_bytes,
		     sn->gpus - use.gpus, threads);
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
	size_t array = array_of(r, n->array);
	int64_t threads = 1;

	snprintf(f->own_names[fn - f->nodes], sizeof(f->own_names[0]), "%s", n->name);
	*fn = (struct fact_node){ .name = f->own_names[fn - f->nodes],
				  .bucket = bucket_of(f, array, n),
				  .array = array,
				  .state = n->state,
				  .jobs = n->jobs,
				  .keep_alive = node_is_kept(n),
				  .array_kept = n->array_kept_ms > 0,
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
		/* a dead machine whose drain would be undone for waiting work dies once more */
		fn->closed =
		    fn->closed || (!node_is_booting(n->state) &&
				   (sn->state == SNODE_DOWN || sn->state == SNODE_UNKNOWN));
	}
	node_resources(fn, n, sn && !node_is_booting(n->state) ? sn : NULL,
		       m->empties_ms ? f->now_s * 1000 - m->empties_ms : -1, threads);
}

static void nodes_make(struct facts *f, const struct run *r)
{
	struct map *seen = map_new_lent(false);

	for (size_t i = 0; r->queue && i < r->queue->n_nodes; i++)
		map_put(seen, r->queue->nodes[i].name, &r->queue->nodes[i]);
	f->nodes = xcalloc(r->n_members ? r->n_members : 1, sizeof(*f->nodes));
	f->own_names = xcalloc(r->n_members ? r->n_members : 1, sizeof(*f->own_names));
	for (size_t i = 0; i < r->n_members; i++)
		node_make(&f->nodes[f->n_nodes++], f, r, r->members[i], seen);
	map_free(seen);
}

static bool is_family(const char *name)
{
	return strcmp(name, "cores") != 0 && strcmp(name, "lowPriorityCores") != 0;
}

/* R5.5: asked for or accepted since the cloud was asked what is in use, or not accepted yet: no
 * reading has it. A throttled request is accepted minutes after it was made. */
static bool unseen(const struct member *m, int64_t read_ms)
{
	const struct node *n = &m->node;

	return n->state == NODE_PLANNED || n->state == NODE_REQUESTED ||
	       (node_is_live(n->state) && (n->requested_ms > read_ms - USAGE_LAG_MS ||
					   m->accepted_ms > read_ms - USAGE_LAG_MS));
}

/* Nodes of all clusters that share the quota: two decisions must not spend it twice (I1). */
static int64_t cores_unseen(const struct run *r, const struct fact_quota *q)
{
	const struct region_facts *region = r->region;
	int64_t cores = 0;

	for (size_t i = 0; i < r->engine->n_runs; i++) {
		const struct run *o = r->engine->runs[i];

		for (size_t k = 0; o->region == region && k < o->n_members; k++) {
			const struct node *n = &o->members[k]->node;
			const struct vm_size *s;

			if (n->spot != q->spot || !unseen(o->members[k], region->quotas_ms))
				continue; /* most of ten thousand; only then the list */
			s = vm_sizes_find(&region->sizes, n->size);
			if (s && (!q->family || text_casecmp(s->family, q->name) == 0))
				cores += s->vcpus;
		}
	}
	return cores;
}

int64_t facts_quota_used(const struct run *r, const struct fact_quota *q)
{
	const struct quota *told = r->region ? quotas_find(&r->region->quotas, q->name) : NULL;

	return told ? told->used + cores_unseen(r, q) : q->used;
}

static bool of_arrays(const struct facts *f, const struct fact_quota *q)
{
	for (size_t b = 0; b < f->n_buckets; b++)
		if (f->buckets[b].spot == q->spot &&
		    (!q->family || text_casecmp(f->buckets[b].size->family, q->name) == 0))
			return true;
	return false;
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
		*to = (struct fact_quota){ .limit = q->v[i].limit, .used = q->v[i].used };
		snprintf(to->name, sizeof(to->name), "%s", q->v[i].name);
		snprintf(to->region, sizeof(to->region), "%s", r->region->region);
		to->spot = strcmp(to->name, "lowPriorityCores") == 0;
		to->family = is_family(to->name);
		if (!of_arrays(f, to))
			continue;
		to->used += cores_unseen(r, to);
		f->n_quotas++;
	}
}

/*
 * Spot that is not to be had
 */

static bool is_shut(const struct facts *f, const struct fact_bucket *b)
{
	double most = f->arrays[b->array].spec->max_price;

	if (b->closed_until_s > f->now_s || b->available == 0)
		return true;
	if (most >= 0 && b->price > most)
		return true;
	for (size_t i = 0; i < f->n_quotas; i++)
		if (f->quotas[i].spot && f->quotas[i].limit >= 0 &&
		    f->quotas[i].limit - f->quotas[i].used < b->size->vcpus)
			return true;
	return false;
}

static int64_t *seconds_dup(int64_t s)
{
	int64_t *p = xmalloc(sizeof(*p));

	*p = s;
	return p;
}

/* How long it lasts is remembered from decision to decision; a restart waits once more. */
static void spot_times(struct facts *f, struct run *r)
{
	struct map *before = r->spot_shut;

	r->spot_shut = map_new(free, false);
	for (size_t i = 0; i < f->n_buckets; i++) {
		struct fact_bucket *b = &f->buckets[i];
		const int64_t *since;
		char key[200];

		if (!b->spot || !is_shut(f, b))
			continue;
		bucket_key(key, f->arrays[b->array].spec, b->size->name, b->zone, true,
			   b->group);
		since = before ? map_get(before, key) : NULL;
		b->shut_since_s = since ? *since : f->now_s;
		map_put(r->spot_shut, key, seconds_dup(b->shut_since_s));
	}
	map_free(before);
}

/* The cluster's own limit, or what the engine's leaves of nodes to it (R13). */
static int64_t nodes_limit(const struct run *r)
{
	int64_t left = limits_get(r->engine->limits, LIMIT_NODES),
		own = r->cluster.spec.max_nodes;

	for (size_t i = 0; i < r->engine->n_runs; i++)
		if (r->engine->runs[i] != r)
			left -= (int64_t)r->engine->runs[i]->n_members;
	left = left > 0 ? left : 0;
	return own >= 0 && own < left ? own : left;
}

/* By what a spot bucket was like until now, with the time of what runs there. */
static void spot_risks(struct facts *f, const struct run *r)
{
	int64_t *running = xcalloc(f->n_buckets + 1, sizeof(*running));
	char key[200];

	for (size_t i = 0; i < f->n_nodes; i++) {
		const struct node *n = &r->members[i]->node;

		if (f->nodes[i].bucket != SIZE_MAX && n->bound_ms && n->state != NODE_EVICTED)
			running[f->nodes[i].bucket] += f->now_s * 1000 - n->bound_ms;
	}
	for (size_t i = 0; i < f->n_buckets; i++) {
		struct fact_bucket *b = &f->buckets[i];

		if (!b->spot)
			continue;
		bucket_key(key, f->arrays[b->array].spec, b->size->name, b->zone, true,
			   b->group);
		b->risk = spot_risk(r, key, running[i]);
	}
	free(running);
}

/*
 * Hours with other numbers (B7)
 */

static void zones_free(struct zone **v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		zone_free(v[i]);
	free(v);
}

/* NULL: a zone is not there any more, and nobody can say what the hour is. */
static struct zone **zones_load(const struct array_spec *a)
{
	struct zone **v = xcalloc(a->n_schedule + 1, sizeof(struct zone *));
	struct err err = ERR_INIT;

	for (size_t i = 0; i < a->n_schedule; i++) {
		v[i] = zone_load(a->schedule[i].zone, &err);
		if (v[i])
			continue;
		log_error("array %s: schedule %s: %s", a->name, a->schedule[i].name, err.msg);
		zones_free(v, i);
		return NULL;
	}
	return v;
}

static int64_t max_of(const struct array_spec *a, const struct schedule_now *now)
{
	return now->max_nodes >= 0 ? now->max_nodes : a->max_nodes;
}

int64_t hours_most(const struct array_spec *a)
{
	int64_t most = a->max_nodes;

	for (size_t i = 0; i < a->n_schedule && most >= 0; i++)
		if (a->schedule[i].max_nodes > most)
			most = a->schedule[i].max_nodes;
	return most;
}

static void own_spec(struct fact_array *fa, struct array_spec *own, const struct array_spec *a)
{
	*own = *a;
	own->schedule = NULL; /* may be another by the time these facts are read */
	own->n_schedule = 0;
	fa->spec = own;
}

static void scheduled(struct fact_array *fa, struct array_spec *own, const struct array_spec *a,
		      const struct schedule_now *now)
{
	own_spec(fa, own, a);
	own->min_nodes = now->min_nodes >= 0 ? now->min_nodes : a->min_nodes;
	own->max_nodes = max_of(a, now);
	own->warm_nodes = now->warm_nodes >= 0 ? now->warm_nodes : a->warm_nodes;
	own->idle_s = now->idle_s >= 0 ? now->idle_s : a->idle_s;
	fa->paused = now->pause;
	fa->scheduled = true;
	fa->until_s = now->until_s;
}

bool hours_of(const struct array_spec *a, int64_t now_s, struct schedule_now *now,
	      char text[SCHEDULE_TEXT])
{
	struct zone **zones = a->n_schedule ? zones_load(a) : NULL;
	const struct zone *const *lent = (const struct zone *const *)zones;

	if (!zones)
		return false;
	schedule_at(now, a->schedule, lent, a->n_schedule, now_s);
	schedule_text(text, now, a->schedule, lent);
	zones_free(zones, a->n_schedule);
	return true;
}

int64_t hours_max(const struct array_spec *a, int64_t now_s)
{
	char text[SCHEDULE_TEXT];
	struct schedule_now now;

	return hours_of(a, now_s, &now, text) ? max_of(a, &now) : a->max_nodes;
}

/* After the schedule, whose most counts. */
static void foreseen(struct fact_array *fa, struct array_spec *own, const struct array_spec *a,
		     const struct foreseen *seen)
{
	int64_t nodes = seen->nodes;

	foreseen_text(fa->ahead, seen, a);
	if (fa->spec->max_nodes >= 0 && nodes > fa->spec->max_nodes)
		nodes = fa->spec->max_nodes;
	if (seen->kind != FORESEEN_NODES || fa->spec->min_nodes >= nodes)
		return;
	if (fa->spec != own)
		own_spec(fa, own, a);
	own->min_nodes = nodes;
}

static void hours_and_usage(struct facts *f, const struct run *r)
{
	const struct cluster_spec *s = &r->cluster.spec;

	f->own_specs = xcalloc(s->n_arrays + 1, sizeof(*f->own_specs));
	for (size_t i = 0; i < s->n_arrays; i++) {
		const struct array_spec *a = &s->arrays[i];
		struct schedule_now now;

		f->arrays[i].ever_max = hours_most(a);
		if (hours_of(a, f->now_s, &now, f->arrays[i].schedule) && now.open)
			scheduled(&f->arrays[i], &f->own_specs[i], a, &now);
		if (ahead_of(r, a->name))
			foreseen(&f->arrays[i], &f->own_specs[i], a, ahead_of(r, a->name));
	}
}

struct fact_purse *purse_add(struct facts *f, size_t array, const struct budget_state *s,
			     double limit, const char *name)
{
	struct fact_purse *u = &f->purses[f->n_purses++];

	*u = (struct fact_purse){ .array = array,
				  .left = limit - s->committed + s->booting,
				  .limit = limit,
				  .until_s = s->to_ms / 1000 };
	snprintf(u->name, sizeof(u->name), "%.39s", name);
	return u;
}

static void budget_of_month(struct facts *f, struct run *r, int64_t now_ms)
{
	struct budget_state state = { 0 };
	bool any = bill_budget(r, now_ms, &state);

	f->budget_month = r->cluster.spec.budget_month;
	f->budget_spent = state.spent;
	f->budget_committed = state.committed;
	f->budget_over = any && state.committed >= f->budget_month;
	if (any)
		purse_add(f, SIZE_MAX, &state, f->budget_month, "this month's budget");
}

void facts_make(struct facts *f, struct run *r, int64_t now_ms)
{
	const struct cluster_spec *s = &r->cluster.spec;
	int64_t age = source_age_ms(&r->queue_source);

	*f = (struct facts){ .now_s = now_ms / 1000,
			     .region = r->region->region,
			     .choose = s->choose,
			     .max_cores = s->max_cores,
			     .max_nodes = nodes_limit(r),
			     .max_price = s->max_price,
			     .paused = r->cluster.paused || r->cluster.state != CLUSTER_RUNNING,
			     .blind = run_removes_nothing(r),
			     .doubted = suspicion_holds(&r->suspicion) };
	budget_of_month(f, r, now_ms);
	/* what the last reading wanted may be wrong by now: nothing is bought for it (2) */
	f->demand_stale = !r->queue || r->queue_source.state != SOURCE_OK ||
			  age > 2 * s->cycle_s * 1000 + 30000;
	f->arrays = xcalloc(s->n_arrays ? s->n_arrays : 1, sizeof(*f->arrays));
	f->n_arrays = s->n_arrays;
	for (size_t i = 0; i < s->n_arrays; i++)
		f->arrays[i] = (struct fact_array){
			.spec = &s->arrays[i],
			.used_cores = -1,
			.gone_in_cycle = r->outflows ? outflow_gone(&r->outflows[i],
								    clock_mono_ms(), s->cycle_s)
						     : 0,
		};
	hours_and_usage(f, r);
	buckets_make(f, r);
	nodes_make(f, r);
	quotas_make(f, r);
	spot_times(f, r);
	spot_risks(f, r);
	budgets_close(f, r);
}

void facts_slim(struct facts *f)
{
	for (size_t i = 0; i < f->n_nodes; i++) {
		resources_clear(&f->nodes[i].free);
		resources_clear(&f->nodes[i].total);
	}
}

void facts_clear(struct facts *f)
{
	facts_slim(f);
	for (size_t i = 0; i < f->n_arrays; i++)
		resources_clear(&f->arrays[i].extra);
	free(f->arrays);
	free(f->buckets);
	free(f->nodes);
	free(f->quotas);
	free(f->pools);
	free(f->own_sizes);
	free(f->own_names);
	free(f->own_specs);
	*f = (struct facts){ 0 };
}
