/* What a want may be placed on: kinds of nodes that exist, buckets for new ones, and what those
 * cost. */
#include "engine/plan_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define SPOT_RISK   1.05 /* lost work, until there is a history of evictions (B1) */
#define UNKNOWN_USD 1e6	 /* a size without price is usable, and ranked last */
#define GIB	    (INT64_C(1) << 30)

int64_t mem_for_jobs(const struct vm_size *s, const struct array_spec *a)
{
	int64_t reserve = a->mem_reserve;

	if (reserve < 0)
		reserve = s->mem_bytes / 20 > GIB ? s->mem_bytes / 20 : GIB;
	return s->mem_bytes > reserve ? s->mem_bytes - reserve : 0;
}

static void extra_caps(const struct planner *p, const struct resources *r, double *cap)
{
	for (size_t d = DIM_CUSTOM; d < p->n_dims; d++) {
		double n = resources_number(r, p->dims[d]);

		cap[d] = n > cap[d] ? n : cap[d];
	}
}

static double threads_of(const struct vm_size *s)
{
	return s && s->vcpus_per_core > 0 ? (double)s->vcpus_per_core : 1;
}

static struct kind *kind_add(struct planner *p)
{
	GROW(p->kinds, p->n_kinds, p->cap_kinds);
	p->kinds[p->n_kinds] = (struct kind){ .node = SIZE_MAX };
	return &p->kinds[p->n_kinds++];
}

static void bucket_kind(struct planner *p, size_t b)
{
	const struct fact_bucket *fb = &p->f->buckets[b];
	struct kind *k = kind_add(p);

	k->bucket = b;
	k->array = fb->array;
	k->rank = RANK_NEW;
	k->threads = threads_of(fb->size);
	k->cap[DIM_CPU] = (double)fb->size->vcpus;
	k->cap[DIM_GPU] = (double)fb->size->gpus;
	k->cap[DIM_MEM] = (double)mem_for_jobs(fb->size, p->f->arrays[fb->array].spec);
	extra_caps(p, &p->f->arrays[fb->array].extra, k->cap);
}

static enum rank rank_of(const struct fact_node *n)
{
	if (n->closed || n->exclusive || n->terminate_asked || n->drain_asked ||
	    n->drained_by_other)
		return RANK_NONE;
	if (n->state == NODE_DRAINING || n->drained_by_us)
		return n->state == NODE_DRAINING || n->state == NODE_IDLE ||
			       n->state == NODE_BUSY
			   ? RANK_UNDRAIN
			   : RANK_NONE;
	if (n->state == NODE_IDLE || n->state == NODE_BUSY)
		return RANK_READY;
	return node_is_booting(n->state) ? RANK_BOOTING : RANK_NONE;
}

static bool has_words(const struct resources *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].kind == RES_WORD)
			return true;
	return false;
}

static double node_threads(const struct facts *f, const struct fact_node *n)
{
	double cpus = resources_number(&n->total, "ncpus");
	double cores = resources_number(&n->total, "pcpus");

	if (n->bucket != SIZE_MAX)
		return threads_of(f->buckets[n->bucket].size);
	return cores > 0 && cpus > cores ? (double)(int64_t)(cpus / cores) : 1;
}

/* vCPUs and cores are one thing: what is left is what both readings leave. */
static double free_cpus(const struct fact_node *n, const struct resources *r, double threads)
{
	double cpus = resources_number(r, "ncpus");
	double cores = resources_number(r, "pcpus");

	if (resources_number(&n->total, "pcpus") > 0 &&
	    (double)(int64_t)(cpus / threads) > cores)
		cpus = cores * threads;
	return cpus;
}

static void node_caps(const struct planner *p, const struct fact_node *n,
		      const struct resources *r, double threads, double *cap)
{
	memset(cap, 0, DIMS_MAX * sizeof(*cap));
	cap[DIM_CPU] = free_cpus(n, r, threads);
	cap[DIM_GPU] = resources_number(r, "ngpus");
	cap[DIM_MEM] = resources_number(r, "mem");
	for (size_t d = DIM_CUSTOM; d < p->n_dims; d++)
		cap[d] = resources_number(r, p->dims[d]);
}

static uint32_t node_kind(struct planner *p, size_t node)
{
	const struct fact_node *n = &p->f->nodes[node];
	bool own = has_words(&n->total);
	enum rank rank = rank_of(n);
	struct kind *k;

	for (size_t i = p->f->n_buckets; !own && i < p->n_kinds; i++) {
		k = &p->kinds[i];
		if (k->bucket == n->bucket && k->array == n->array && k->rank == rank &&
		    !has_words(&p->f->nodes[k->node].total))
			return (uint32_t)i;
	}
	k = kind_add(p);
	k->bucket = n->bucket;
	k->array = n->array;
	k->node = node;
	k->rank = rank;
	k->threads = node_threads(p->f, n);
	return (uint32_t)(p->n_kinds - 1);
}

static bool same_caps(const double *a, const double *b)
{
	for (size_t d = 0; d < DIMS_MAX; d++)
		if (a[d] < b[d] || a[d] > b[d])
			return false;
	return true;
}

static void room_of(struct planner *p, struct room *r, size_t node)
{
	const struct fact_node *n = &p->f->nodes[node];
	struct kind *k = &p->kinds[p->node_kind[node]];
	double total[DIMS_MAX];

	*r = (struct room){ .kind = p->node_kind[node], .node = node, .count = 1 };
	node_caps(p, n, &n->free, k->threads, r->free);
	node_caps(p, n, &n->total, k->threads, total);
	if (k->bucket != SIZE_MAX) /* what the node does not report itself, its array has */
		for (size_t d = DIM_CUSTOM; d < p->n_dims; d++)
			if (total[d] <= 0 && r->free[d] <= 0)
				r->free[d] = total[d] = p->kinds[k->bucket].cap[d];
	for (size_t d = 0; d < DIMS_MAX; d++)
		k->cap[d] = total[d] > k->cap[d] ? total[d] : k->cap[d];
	r->empty = n->jobs == 0 || n->empties || node_is_booting(n->state);
	r->empty = r->empty && same_caps(r->free, total);
	r->closed = k->rank == RANK_NONE;
}

/* Names with numbers at their end sort by number: htc-2 before htc-10. */
int node_name_cmp(const char *a, const char *b)
{
	size_t i = 0, la, lb;

	while (a[i] && a[i] == b[i])
		i++;
	while (i > 0 && a[i - 1] >= '0' && a[i - 1] <= '9')
		i--;
	la = strspn(a + i, "0123456789");
	lb = strspn(b + i, "0123456789");
	if (la != lb)
		return la < lb ? -1 : 1;
	return strcmp(a + i, b + i);
}

struct order {
	const struct planner *p;
	struct room room;
};

/* Among equals the fullest that still fits, then by name. */
static int room_cmp(const void *a, const void *b)
{
	const struct order *x = a, *y = b;
	double fx = x->room.free[DIM_CPU], fy = y->room.free[DIM_CPU];

	if (x->room.kind != y->room.kind)
		return x->room.kind < y->room.kind ? -1 : 1;
	if (fx < fy || fx > fy)
		return fx < fy ? -1 : 1;
	return node_name_cmp(x->p->f->nodes[x->room.node].name,
			     y->p->f->nodes[y->room.node].name);
}

static void rooms_make(struct planner *p)
{
	size_t n = p->f->n_nodes;
	struct order *o = xcalloc(n ? n : 1, sizeof(*o));

	for (size_t i = 0; i < n; i++) {
		o[i].p = p;
		room_of(p, &o[i].room, i);
	}
	qsort(o, n, sizeof(*o), room_cmp);
	p->rooms = xcalloc(n ? n : 1, sizeof(*p->rooms));
	for (size_t i = 0; i < n; i++)
		p->rooms[i] = o[i].room;
	p->n_rooms = n;
	free(o);
}

/* Nodes that boot whole and as their bucket says; else they are existing nodes like others. */
static void coming_of(struct planner *p, size_t bucket)
{
	uint32_t kind = UINT32_MAX, n = p->coming_first[bucket];

	for (size_t i = 0; i < p->n_rooms; i++) {
		const struct room *r = &p->rooms[i];
		const struct kind *k = &p->kinds[r->kind];

		if (k->bucket != bucket || k->rank != RANK_BOOTING)
			continue;
		if ((kind != UINT32_MAX && kind != r->kind) ||
		    !same_caps(r->free, p->kinds[bucket].cap)) {
			p->coming_first[bucket + 1] = p->coming_first[bucket];
			return;
		}
		kind = r->kind;
		p->coming[n++] = (uint32_t)i;
	}
	p->coming_kind[bucket] = kind;
	p->coming_first[bucket + 1] = n;
	p->any_coming = p->any_coming || kind != UINT32_MAX;
}

static void coming_make(struct planner *p)
{
	size_t n = p->f->n_buckets;

	p->coming_kind = xmalloc((n + 1) * sizeof(*p->coming_kind));
	p->coming_first = xcalloc(n + 1, sizeof(*p->coming_first));
	p->coming = xcalloc(p->n_rooms + 1, sizeof(*p->coming));
	for (size_t b = 0; b < n; b++) {
		p->coming_kind[b] = UINT32_MAX;
		coming_of(p, b);
	}
}

static void own_kinds_make(struct planner *p)
{
	size_t n = p->f->n_buckets;
	uint32_t at = 0;

	p->own_kinds = xcalloc(p->n_kinds - n + 1, sizeof(*p->own_kinds));
	p->own_first = xcalloc(n + 2, sizeof(*p->own_first));
	for (size_t b = 0; b <= n; b++) {
		p->own_first[b] = at;
		for (size_t k = n; k < p->n_kinds; k++)
			if (p->kinds[k].bucket == (b < n ? b : SIZE_MAX) &&
			    p->kinds[k].rank != RANK_NONE)
				p->own_kinds[at++] = (uint32_t)k;
	}
	p->own_first[n + 1] = at;
}

/* Where a job of many nodes may lie: most shapes name one array of several. */
static void spread_make(const struct planner *p, struct shape *s)
{
	s->spread = xcalloc(p->f->n_buckets + 1, sizeof(*s->spread));
	for (size_t b = 0; b < p->f->n_buckets; b++) {
		bool fits = s->fit[b] >= 0;

		for (uint32_t i = p->own_first[b]; i < p->own_first[b + 1] && !fits; i++)
			fits = s->fit[p->own_kinds[i]] >= 0;
		if (fits)
			s->spread[s->n_spread++] = (uint32_t)b;
	}
}

void kinds_make(struct planner *p)
{
	const struct facts *f = p->f;

	p->managed = xcalloc(f->n_arrays + 1, sizeof(*p->managed));
	p->live = xcalloc(f->n_buckets + 1, sizeof(*p->live));
	p->node_kind = xcalloc(f->n_nodes + 1, sizeof(*p->node_kind));
	for (size_t b = 0; b < f->n_buckets; b++)
		bucket_kind(p, b);
	for (size_t i = 0; i < f->n_nodes; i++) {
		p->node_kind[i] = node_kind(p, i);
		if (f->nodes[i].array == SIZE_MAX || !node_is_live(f->nodes[i].state))
			continue;
		p->managed[f->nodes[i].array]++;
		if (f->nodes[i].bucket != SIZE_MAX)
			p->live[f->nodes[i].bucket]++;
	}
	rooms_make(p);
	coming_make(p);
	own_kinds_make(p);
	for (size_t i = 0; i < p->n_shapes; i++) {
		shape_know(p, &p->shapes[i]);
		spread_make(p, &p->shapes[i]);
	}
}

static bool may_open(const struct planner *p, const struct fact_bucket *b)
{
	const struct fact_array *a = &p->f->arrays[b->array];

	if (b->closed_until_s > p->f->now_s || a->paused || b->size->vcpus <= 0)
		return false;
	return !b->spot || a->spec->max_price < 0 || b->price <= a->spec->max_price;
}

struct by_cost {
	double cost;
	int far;
	uint32_t bucket;
};

static int by_cost_cmp(const void *a, const void *b)
{
	const struct by_cost *x = a, *y = b;

	if (x->cost < y->cost || x->cost > y->cost)
		return x->cost < y->cost ? -1 : 1;
	if (x->far != y->far)
		return x->far < y->far ? -1 : 1;
	return x->bucket < y->bucket ? -1 : x->bucket > y->bucket;
}

static void sort_shape(const struct planner *p, struct shape *s)
{
	struct by_cost *o = xcalloc(s->n_buckets + 1, sizeof(*o));

	for (size_t i = 0; i < s->n_buckets; i++)
		o[i] = (struct by_cost){ p->cost[s->buckets[i]], s->fit[s->buckets[i]],
					 s->buckets[i] };
	qsort(o, s->n_buckets, sizeof(*o), by_cost_cmp);
	s->by_cost = xcalloc(s->n_buckets + 1, sizeof(*s->by_cost));
	for (size_t i = 0; i < s->n_buckets; i++)
		s->by_cost[i] = o[i].bucket;
	free(o);
}

void costs_make(struct planner *p)
{
	const struct facts *f = p->f;

	p->cost = xcalloc(f->n_buckets + 1, sizeof(*p->cost));
	p->open = xcalloc(f->n_buckets + 1, sizeof(*p->open));
	for (size_t b = 0; b < f->n_buckets; b++) {
		const struct fact_bucket *fb = &f->buckets[b];

		p->open[b] = may_open(p, fb);
		p->cost[b] = fb->price < 0 ? UNKNOWN_USD : fb->price;
		p->cost[b] *= !fb->spot ? 1 : fb->risk > 0 ? fb->risk : SPOT_RISK;
		if (fb->price < 0)
			strs_addf(p->warnings, "%s%s: no price is known, so it is taken last",
				  vm_size_short(fb->size->name), fb->spot ? " spot" : "");
		if (fb->size->vcpus <= 0)
			strs_addf(p->warnings, "%s: its vCPUs are unknown, so it is not used",
				  vm_size_short(fb->size->name));
	}
	for (size_t i = 0; i < p->n_shapes; i++)
		sort_shape(p, &p->shapes[i]);
}

static bool group_right(const struct planner *p, const struct want *w,
			const struct fact_bucket *b)
{
	if (w->colocated)
		return b->group[0] || !b->size->rdma;
	return !b->group[0] || p->f->arrays[b->array].spec->colocated;
}

bool kind_usable(const struct planner *p, size_t want, const struct kind *k)
{
	const struct want *w = &p->d->v[want];
	const struct fact_bucket *b;

	if (k->bucket == SIZE_MAX)
		return true;
	b = &p->f->buckets[k->bucket];
	if (!group_right(p, w, b))
		return false;
	return !b->spot || !w->no_spot || p->f->arrays[b->array].spec->spot == SPOT_ONLY;
}

/* Had spot its time? Only what was shut for so long lets on-demand nodes be made (B2). */
static bool spot_had_its_time(const struct planner *p, const struct fact_bucket *b)
{
	int64_t wait_s = p->f->arrays[b->array].spec->spot_wait_s;

	return b->shut_since_s > 0 && p->f->now_s - b->shut_since_s >= wait_s;
}

static bool prefers_spot(const struct planner *p, const struct want *w,
			 const struct fact_bucket *b)
{
	return !b->spot && !w->no_spot &&
	       p->f->arrays[b->array].spec->spot == SPOT_THEN_ONDEMAND;
}

/* Is there a spot bucket of the same array that the want may still hope for? */
static bool waits_for_spot(const struct planner *p, size_t want, const struct fact_bucket *b)
{
	const struct shape *s = &p->shapes[p->asks[want].shape];

	if (!prefers_spot(p, &p->d->v[want], b))
		return false;
	for (size_t i = 0; i < s->n_buckets; i++) {
		const struct kind *k = &p->kinds[s->buckets[i]];
		const struct fact_bucket *o = &p->f->buckets[k->bucket];

		if (o->spot && o->array == b->array && !spot_had_its_time(p, o) &&
		    kind_usable(p, want, k) && slots_on_empty(p, want, k) > 0)
			return true;
	}
	return false;
}

/* What waits for spot does not take on-demand nodes that were bought for others either: those
 * would have to buy again in the next cycle (I10). Once ready they are the scheduler's. */
bool kind_may_take(const struct planner *p, size_t want, const struct kind *k)
{
	if (!kind_usable(p, want, k))
		return false;
	if (k->bucket == SIZE_MAX || (k->rank != RANK_BOOTING && k->rank != RANK_NEW))
		return true;
	return is_mixed(p, k->bucket) || !waits_for_spot(p, want, &p->f->buckets[k->bucket]);
}

bool candidate_waits(const struct planner *p, size_t want, uint32_t bucket)
{
	return waits_for_spot(p, want, &p->f->buckets[bucket]);
}

bool candidate_is(const struct planner *p, size_t want, uint32_t bucket)
{
	const struct kind *k = &p->kinds[bucket];

	return kind_usable(p, want, k) && slots_on_empty(p, want, k) > 0 &&
	       (is_mixed(p, bucket) || !waits_for_spot(p, want, &p->f->buckets[bucket]));
}

size_t candidates(const struct planner *p, size_t want, struct candidate *out)
{
	const struct shape *s = &p->shapes[p->asks[want].shape];
	size_t n = 0, array = SIZE_MAX;
	bool waits = false;

	for (size_t i = 0; i < s->n_buckets; i++) {
		uint32_t b = s->buckets[i];
		const struct fact_bucket *fb = &p->f->buckets[b];
		int64_t each;

		if (!kind_usable(p, want, &p->kinds[b]))
			continue;
		each = slots_on_empty(p, want, &p->kinds[b]);
		if (each < 1)
			continue;
		if (prefers_spot(p, &p->d->v[want], fb) && !is_mixed(p, b)) {
			if (fb->array != array)
				waits = waits_for_spot(p, want, fb);
			array = fb->array;
			if (waits)
				continue;
		}
		out[n++] = (struct candidate){ .bucket = b, .each = each };
	}
	return n;
}
