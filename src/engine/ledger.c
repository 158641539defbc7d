/* Limits at six levels, as objects that buckets share: a node that is planned lowers every
 * level at once. */
#include "engine/plan_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define NO_LEVEL UINT32_MAX

static uint32_t level_add(struct ledger *l, unsigned int bind, double cores, int64_t nodes,
			  const char *name)
{
	struct level *v;

	l->levels = xreallocarray(l->levels, l->n + 1, sizeof(*l->levels));
	v = &l->levels[l->n];
	*v = (struct level){ .bind = bind,
			     .cores = cores,
			     .cores_max = cores,
			     .nodes = nodes,
			     .nodes_max = nodes };
	snprintf(v->name, sizeof(v->name), "%s", name);
	return (uint32_t)l->n++;
}

static uint32_t level_find(const struct ledger *l, unsigned int bind, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->levels[i].bind == bind && text_casecmp(l->levels[i].name, name) == 0)
			return (uint32_t)i;
	return NO_LEVEL;
}

/* An array may lie elsewhere than the cluster: its own word "location" says so. */
static const char *region_of_array(const struct facts *f, size_t array)
{
	const struct resources *r = &f->arrays[array].extra;

	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].kind == RES_WORD && strcmp(r->v[i].name, "location") == 0)
			return r->v[i].word;
	return f->region ? f->region : "";
}

bool quota_is_for(const struct facts *f, const struct fact_quota *q,
		  const struct fact_bucket *b)
{
	if (q->spot != b->spot)
		return false;
	if (q->region[0] && text_casecmp(q->region, region_of_array(f, b->array)) != 0)
		return false;
	return !q->family || text_casecmp(q->name, b->size->family) == 0;
}

static uint32_t quota_level(struct planner *p, const struct fact_bucket *b, bool family)
{
	const struct facts *f = p->f;

	for (size_t i = 0; i < f->n_quotas; i++) {
		const struct fact_quota *q = &f->quotas[i];
		unsigned int bind = q->family ? BIND_FAMILY : BIND_REGION;
		char name[sizeof(p->ledger.levels->name)];
		uint32_t at;

		if (q->family != family || q->limit < 0 || !quota_is_for(f, q, b))
			continue;
		snprintf(name, sizeof(name), "%.39s%s%.38s", q->region, q->region[0] ? " " : "",
			 q->name);
		at = level_find(&p->ledger, bind, name);
		if (at != NO_LEVEL)
			return at;
		at = level_add(&p->ledger, bind, (double)q->limit, -1, name);
		p->ledger.levels[at].cores = (double)(q->limit - q->used);
		return at;
	}
	return NO_LEVEL;
}

static bool counts(const struct fact_node *n)
{
	return n->array != SIZE_MAX && node_is_live(n->state);
}

static double node_cores(const struct facts *f, const struct fact_node *n)
{
	if (n->bucket != SIZE_MAX && f->buckets[n->bucket].size)
		return (double)f->buckets[n->bucket].size->vcpus;
	return resources_number(&n->total, "ncpus");
}

static int64_t tighter(int64_t a, int64_t b)
{
	if (a < 0)
		return b;
	return b >= 0 && b < a ? b : a;
}

bool bucket_same_offer(const struct fact_bucket *a, const struct fact_bucket *b)
{
	return a->array == b->array && a->size == b->size && a->spot == b->spot &&
	       strcmp(a->zone, b->zone) == 0;
}

/* What a size may have of an array, zone and tariff is shared by its placement groups. */
static uint32_t bucket_level(struct planner *p, size_t b)
{
	const struct facts *f = p->f;
	const struct fact_bucket *fb = &f->buckets[b];
	int64_t left = fb->max_nodes, used = 0;
	char name[sizeof(p->ledger.levels->name)];
	uint32_t at;

	for (size_t i = 0; i < f->n_nodes; i++)
		used += counts(&f->nodes[i]) && f->nodes[i].bucket != SIZE_MAX &&
			bucket_same_offer(fb, &f->buckets[f->nodes[i].bucket]);
	left = left >= 0 ? left - used : -1;
	if (fb->max_nodes >= 0 && left < 0)
		left = 0;
	left = tighter(left, fb->available);
	if (left < 0)
		return NO_LEVEL;
	snprintf(name, sizeof(name), "%.16s %.44s%s%s%.8s", f->arrays[fb->array].spec->name,
		 fb->size->name, fb->spot ? " spot" : "", fb->zone[0] ? " " : "", fb->zone);
	at = level_find(&p->ledger, BIND_BUCKET, name);
	if (at == NO_LEVEL)
		at = level_add(&p->ledger, BIND_BUCKET, -1, left, name);
	p->ledger.levels[at].nodes = tighter(p->ledger.levels[at].nodes, left);
	p->ledger.levels[at].nodes_max = fb->max_nodes >= 0 ? fb->max_nodes : left;
	return at;
}

/* Half-open after a failure: so many that boot at a time, those under way among them (B3). */
static uint32_t probe_level(struct planner *p, size_t b)
{
	const struct fact_bucket *fb = &p->f->buckets[b];
	int64_t booting = 0;
	uint32_t at;

	if (fb->probe_max < 0)
		return NO_LEVEL;
	for (size_t i = 0; i < p->f->n_nodes; i++)
		booting += p->f->nodes[i].bucket == b && counts(&p->f->nodes[i]) &&
			   node_is_booting(p->f->nodes[i].state);
	at = level_add(&p->ledger, BIND_BUCKET, -1, fb->probe_max, fb->size->name);
	p->ledger.levels[at].nodes = booting < fb->probe_max ? fb->probe_max - booting : 0;
	return at;
}

static uint32_t group_level(struct planner *p, size_t b)
{
	const struct fact_bucket *fb = &p->f->buckets[b];
	const struct array_spec *a = p->f->arrays[fb->array].spec;
	char name[sizeof(p->ledger.levels->name)];
	uint32_t at;

	if (!fb->group[0] || a->group_max < 0)
		return NO_LEVEL;
	snprintf(name, sizeof(name), "%zu/%s", fb->array, fb->group);
	at = level_find(&p->ledger, BIND_GROUP, name);
	return at != NO_LEVEL ? at : level_add(&p->ledger, BIND_GROUP, -1, a->group_max, name);
}

static void take(struct level *v, double cores, int64_t nodes)
{
	if (v->cores_max >= 0)
		v->cores -= cores;
	if (v->nodes_max >= 0)
		v->nodes -= nodes;
}

/* Nodes that exist fill array, cluster and group; buckets counted theirs, quotas come with
 * their use. */
static void count_nodes(struct planner *p, const uint32_t *array_level, uint32_t cluster)
{
	const struct facts *f = p->f;

	for (size_t i = 0; i < f->n_nodes; i++) {
		const struct fact_node *n = &f->nodes[i];
		double cores = node_cores(f, n);

		if (!counts(n))
			continue;
		take(&p->ledger.levels[array_level[n->array]],
		     f->arrays[n->array].used_cores >= 0 ? 0 : cores, 1);
		take(&p->ledger.levels[cluster], cores, 1);
		if (n->bucket != SIZE_MAX && p->bucket_levels[n->bucket][1] != NO_LEVEL)
			take(&p->ledger.levels[p->bucket_levels[n->bucket][1]], 0, 1);
		if (n->price > 0)
			p->ledger.money -= n->price;
	}
}

static void warn_full(struct planner *p)
{
	for (size_t i = 0; i < p->ledger.n; i++) {
		struct level *v = &p->ledger.levels[i];

		if (v->cores_max >= 0 && v->cores < 0)
			strs_addf(p->warnings, "%s: %.0f cores are in use, %.0f are allowed",
				  v->name, v->cores_max - v->cores, v->cores_max);
		else if (v->nodes_max >= 0 && v->nodes < 0)
			strs_addf(p->warnings, "%s: %lld nodes exist, %lld are allowed",
				  v->name, (long long)(v->nodes_max - v->nodes),
				  (long long)v->nodes_max);
	}
}

void ledger_make(struct planner *p)
{
	const struct facts *f = p->f;
	struct ledger *l = &p->ledger;
	uint32_t *arrays = xcalloc(f->n_arrays + 1, sizeof(*arrays));
	uint32_t cluster;

	*l = (struct ledger){ .money = f->max_price,
			      .money_max = f->max_price,
			      .shut = f->paused || f->demand_stale };
	cluster = level_add(l, BIND_CLUSTER, (double)f->max_cores, f->max_nodes, "cluster");
	for (size_t i = 0; i < f->n_arrays; i++) {
		const struct array_spec *a = f->arrays[i].spec;

		arrays[i] =
		    level_add(l, BIND_ARRAY, (double)a->max_cores, a->max_nodes, a->name);
		if (f->arrays[i].used_cores > 0)
			take(&l->levels[arrays[i]], (double)f->arrays[i].used_cores, 0);
	}
	p->bucket_levels = xcalloc(f->n_buckets + 1, sizeof(*p->bucket_levels));
	for (size_t b = 0; b < f->n_buckets; b++) {
		uint32_t *to = p->bucket_levels[b];

		to[0] = bucket_level(p, b);
		to[1] = group_level(p, b);
		to[2] = quota_level(p, &f->buckets[b], true);
		to[3] = quota_level(p, &f->buckets[b], false);
		to[4] = arrays[f->buckets[b].array];
		to[5] = cluster;
		to[6] = probe_level(p, b);
	}
	count_nodes(p, arrays, cluster);
	warn_full(p);
	free(arrays);
}

void ledger_copy(struct ledger *to, const struct ledger *from)
{
	*to = *from;
	to->levels = xmalloc((from->n ? from->n : 1) * sizeof(*to->levels));
	memcpy(to->levels, from->levels, from->n * sizeof(*to->levels));
}

void ledger_clear(struct ledger *l)
{
	free(l->levels);
	*l = (struct ledger){ 0 };
}

static int64_t level_room(const struct level *v, int64_t cores)
{
	int64_t left = INT64_MAX;

	if (v->cores_max >= 0 && cores > 0)
		left = v->cores <= 0 ? 0 : (int64_t)floor(v->cores / (double)cores + 1e-9);
	if (v->nodes_max >= 0 && v->nodes < left)
		left = v->nodes < 0 ? 0 : v->nodes;
	return left;
}

static int64_t money_room(const struct planner *p, const struct ledger *l, size_t bucket)
{
	double price = p->f->buckets[bucket].price;

	if (p->f->budget_over || p->f->arrays[p->f->buckets[bucket].array].budget[0])
		return 0;
	if (l->money_max < 0 || price <= 0)
		return INT64_MAX;
	return l->money <= 0 ? 0 : (int64_t)floor(l->money / price + 1e-9);
}

int64_t ledger_room(const struct planner *p, const struct ledger *l, size_t bucket)
{
	int64_t left = money_room(p, l, bucket);

	if (l->shut || !p->open[bucket])
		return 0;
	for (size_t i = 0; i < LEVELS; i++) {
		uint32_t at = p->bucket_levels[bucket][i];
		int64_t one;

		if (at == NO_LEVEL)
			continue;
		one = level_room(&l->levels[at], p->f->buckets[bucket].size->vcpus);
		left = one < left ? one : left;
	}
	return left;
}

void ledger_take(const struct planner *p, struct ledger *l, size_t bucket, int64_t nodes)
{
	const struct fact_bucket *b = &p->f->buckets[bucket];

	for (size_t i = 0; i < LEVELS; i++)
		if (p->bucket_levels[bucket][i] != NO_LEVEL)
			take(&l->levels[p->bucket_levels[bucket][i]],
			     (double)b->size->vcpus * (double)nodes, nodes);
	if (b->price > 0)
		l->money -= b->price * (double)nodes;
}

unsigned int ledger_binding(const struct planner *p, const struct ledger *l, size_t bucket,
			    int64_t nodes, const struct level **first)
{
	unsigned int bind = 0;

	for (size_t i = 0; i < LEVELS; i++) {
		uint32_t at = p->bucket_levels[bucket][i];

		if (at == NO_LEVEL ||
		    level_room(&l->levels[at], p->f->buckets[bucket].size->vcpus) >= nodes)
			continue;
		bind |= l->levels[at].bind;
		if (!*first)
			*first = &l->levels[at];
	}
	return bind;
}

bool ledger_too_dear(const struct planner *p, const struct ledger *l, size_t bucket,
		     int64_t nodes)
{
	return money_room(p, l, bucket) < nodes;
}
