#include "plan_audit.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define KINDS 20
#define GIB   1073741824.0

struct audit {
	const struct plan *p;
	const struct demand *d;
	const struct facts *f;
	char *out;
};

struct sums { /* how much of each resource */
	char name[KINDS][32];
	double n[KINDS];
	size_t used;
};

#define WRONG(a, ...) (snprintf((a)->out, 300, __VA_ARGS__), false)

static int64_t vcpus(const struct facts *f, size_t bucket)
{
	return f->buckets[bucket].size->vcpus;
}

static double threads_of(const struct facts *f, size_t bucket)
{
	return bucket == SIZE_MAX || f->buckets[bucket].size->vcpus_per_core < 1
		   ? 1
		   : (double)f->buckets[bucket].size->vcpus_per_core;
}

static bool exists(const struct fact_node *n)
{
	return n->array != SIZE_MAX && node_is_live(n->state);
}

/*
 * I1: limits
 */

struct tally {
	double had, made, max;
};

static bool within(struct audit *a, const char *what, struct tally t)
{
	if (t.max < 0 || t.made <= 0 || t.had + t.made <= t.max + 1e-6)
		return true;
	return WRONG(a, "I1: %s: %g there and %g made, %g allowed", what, t.had, t.made, t.max);
}

static int64_t made_in(const struct audit *a, size_t bucket)
{
	int64_t n = 0;

	for (size_t i = 0; i < a->p->n_creates; i++)
		n += a->p->creates[i].bucket == bucket ? a->p->creates[i].count : 0;
	return n;
}

static bool same_offer(const struct fact_bucket *x, const struct fact_bucket *y)
{
	return x->array == y->array && x->size == y->size && x->spot == y->spot &&
	       strcmp(x->zone, y->zone) == 0;
}

static bool bucket_within(struct audit *a, size_t b)
{
	const struct facts *f = a->f;
	const struct fact_bucket *fb = &f->buckets[b];
	struct tally all = { 0, 0, (double)fb->max_nodes };
	struct tally more = { 0, 0, (double)fb->available };
	struct tally group = { 0, 0, (double)f->arrays[fb->array].spec->group_max };
	double booting = 0;

	for (size_t i = 0; i < f->n_buckets; i++) {
		double made = (double)made_in(a, i);

		all.made += same_offer(fb, &f->buckets[i]) ? made : 0;
		if (f->buckets[i].array == fb->array &&
		    strcmp(f->buckets[i].group, fb->group) == 0)
			group.made += made;
	}
	more.made = all.made;
	for (size_t i = 0; i < f->n_nodes; i++) {
		const struct fact_node *n = &f->nodes[i];
		const struct fact_bucket *nb;

		if (!exists(n) || n->bucket == SIZE_MAX)
			continue;
		nb = &f->buckets[n->bucket];
		all.had += same_offer(fb, nb);
		group.had += nb->array == fb->array && strcmp(nb->group, fb->group) == 0;
		booting += n->bucket == b && node_is_booting(n->state);
	}
	return within(a, "nodes of a bucket", all) && within(a, "nodes on offer", more) &&
	       (!fb->group[0] || within(a, "nodes of a placement group", group)) &&
	       within(a, "nodes that probe",
		      (struct tally){ booting, (double)made_in(a, b), (double)fb->probe_max });
}

static bool array_within(struct audit *a, size_t array)
{
	const struct facts *f = a->f;
	struct tally cores = { 0, 0, (double)f->arrays[array].spec->max_cores };
	struct tally nodes = { 0, 0, (double)f->arrays[array].spec->max_nodes };

	for (size_t i = 0; i < f->n_nodes; i++) {
		if (!exists(&f->nodes[i]) || f->nodes[i].array != array)
			continue;
		nodes.had++;
		cores.had += f->nodes[i].bucket == SIZE_MAX
				 ? resources_number(&f->nodes[i].total, "ncpus")
				 : (double)vcpus(f, f->nodes[i].bucket);
	}
	if (f->arrays[array].used_cores >= 0)
		cores.had = (double)f->arrays[array].used_cores;
	for (size_t b = 0; b < f->n_buckets; b++)
		if (f->buckets[b].array == array) {
			nodes.made += (double)made_in(a, b);
			cores.made += (double)(made_in(a, b) * vcpus(f, b));
		}
	return within(a, "cores of an array", cores) && within(a, "nodes of an array", nodes);
}

static const char *place_of(const struct facts *f, size_t array)
{
	const struct resources *r = &f->arrays[array].extra;

	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->v[i].name, "location") == 0)
			return r->v[i].word;
	return f->region;
}

static bool quotas_within(struct audit *a)
{
	for (size_t q = 0; q < a->f->n_quotas; q++) {
		const struct fact_quota *fq = &a->f->quotas[q];
		struct tally t = { (double)fq->used, 0, (double)fq->limit };

		for (size_t b = 0; b < a->f->n_buckets; b++) {
			const struct fact_bucket *fb = &a->f->buckets[b];

			if (fb->spot == fq->spot &&
			    (!fq->region[0] ||
			     text_casecmp(fq->region, place_of(a->f, fb->array)) == 0) &&
			    (!fq->family || text_casecmp(fq->name, fb->size->family) == 0))
				t.made += (double)(made_in(a, b) * vcpus(a->f, b));
		}
		if (!within(a, fq->name, t))
			return false;
	}
	return true;
}

static bool cluster_within(struct audit *a)
{
	const struct facts *f = a->f;
	struct tally cores = { 0, 0, (double)f->max_cores }, money = { 0, 0, f->max_price };
	struct tally nodes = { 0, 0, (double)f->max_nodes };

	for (size_t i = 0; i < f->n_nodes; i++) {
		const struct fact_node *n = &f->nodes[i];

		if (!exists(n))
			continue;
		nodes.had++;
		money.had += n->price > 0 ? n->price : 0;
		cores.had += n->bucket == SIZE_MAX ? resources_number(&n->total, "ncpus")
						   : (double)vcpus(f, n->bucket);
	}
	for (size_t b = 0; b < f->n_buckets; b++) {
		double made = (double)made_in(a, b);

		nodes.made += made;
		cores.made += made * (double)vcpus(f, b);
		money.made += f->buckets[b].price > 0 ? made * f->buckets[b].price : 0;
	}
	return within(a, "cores of the cluster", cores) &&
	       within(a, "nodes of the cluster", nodes) && within(a, "money", money);
}

static bool makes_only_what_is_open(struct audit *a)
{
	const struct facts *f = a->f;

	for (size_t i = 0; i < a->p->n_creates; i++) {
		const struct plan_create *c = &a->p->creates[i];
		const struct fact_bucket *b = &f->buckets[c->bucket];

		if (c->count < 1 || !c->why[0])
			return WRONG(a, "a request of %" PRId64 " nodes, \"%s\"", c->count,
				     c->why);
		if (f->paused || f->demand_stale || f->arrays[b->array].paused ||
		    b->closed_until_s > f->now_s)
			return WRONG(a, "nodes are made where nothing may be made");
		for (size_t k = 0; k < i; k++)
			if (a->p->creates[k].bucket == c->bucket)
				return WRONG(a, "I11: two requests for one bucket");
	}
	return true;
}

static bool limits(struct audit *a)
{
	for (size_t b = 0; b < a->f->n_buckets; b++)
		if (!bucket_within(a, b))
			return false;
	for (size_t i = 0; i < a->f->n_arrays; i++)
		if (!array_within(a, i))
			return false;
	return quotas_within(a) && cluster_within(a) && makes_only_what_is_open(a);
}

/*
 * What work takes, and where it may go
 */

static double *sum_of(struct sums *s, const char *name)
{
	for (size_t i = 0; i < s->used; i++)
		if (strcmp(s->name[i], name) == 0)
			return &s->n[i];
	snprintf(s->name[s->used], sizeof(s->name[0]), "%s", name);
	s->n[s->used] = 0;
	return &s->n[s->used++];
}

static void add_amount(struct sums *s, const char *name, double n, double threads)
{
	if (strcmp(name, "pcpus") == 0)
		*sum_of(s, "ncpus") += n * threads;
	else if (strcmp(name, "memgb") == 0)
		*sum_of(s, "mem") += n * GIB;
	else
		*sum_of(s, name) += n;
}

/* false: what is taken depends on the branch, so it is not counted here. */
static bool takes(struct sums *s, const struct need *n, double threads, bool top)
{
	if (!n)
		return true;
	if (n->kind == NEED_AT_LEAST) {
		if (top)
			add_amount(s, n->name, n->number, threads);
		return top;
	}
	for (const struct need *c = n->child; c; c = c->next)
		if (!takes(s, c, threads, top && n->kind == NEED_AND))
			return false;
	return true;
}

static bool want_takes(struct sums *s, const struct want *w, double threads)
{
	const double own[] = { (double)w->cpus, (double)w->mem_bytes, (double)w->gpus };
	static const char *const names[] = { "ncpus", "mem", "ngpus" };

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (own[i] > 0)
			add_amount(s, names[i], own[i], threads);
	return takes(s, w->where, threads, true) && takes(s, w->need, threads, true);
}

static bool has(const struct need *n, enum need_kind kind)
{
	if (!n)
		return false;
	if (n->kind == kind)
		return true;
	for (const struct need *c = n->child; c; c = c->next)
		if (has(c, kind))
			return true;
	return false;
}

static double total_of(const struct facts *f, size_t bucket, const char *name)
{
	const struct fact_bucket *b = &f->buckets[bucket];
	const struct array_spec *a = f->arrays[b->array].spec;
	double reserve = (double)a->mem_reserve;

	if (strcmp(name, "ncpus") == 0)
		return (double)b->size->vcpus;
	if (strcmp(name, "ngpus") == 0)
		return (double)b->size->gpus;
	if (strcmp(name, "mem") != 0)
		return resources_number(&f->arrays[b->array].extra, name);
	if (a->mem_reserve < 0)
		reserve = fmax(GIB, floor((double)b->size->mem_bytes / 20));
	return (double)b->size->mem_bytes - reserve;
}

static bool word_is(const struct need *n, const char *word)
{
	for (size_t i = 0; i < n->n_words; i++)
		if (strcmp(n->words[i], word) == 0)
			return true;
	return false;
}

static bool property_holds(const struct facts *f, const struct need *n, size_t bucket,
			   bool is_new)
{
	const struct fact_bucket *b = &f->buckets[bucket];
	char number[32];

	if (strcmp(n->name, "nodearray") == 0)
		return word_is(n, f->arrays[b->array].spec->name);
	if (strcmp(n->name, "vm_size") == 0)
		return word_is(n, b->size->name);
	if (strcmp(n->name, "vm_family") == 0)
		return word_is(n, b->size->family);
	if (strcmp(n->name, "spot") == 0)
		return word_is(n, b->spot ? "true" : "false");
	if (strcmp(n->name, "exists") == 0)
		return word_is(n, is_new ? "false" : "true");
	if (strcmp(n->name, "location") == 0)
		return word_is(n, place_of(f, b->array));
	snprintf(number, sizeof(number), "%" PRId64, b->size->gpus);
	return strcmp(n->name, "gpu_count") != 0 || word_is(n, number);
}

/* mixed: others work there too, so that what is free of it is not known here. */
static bool holds(const struct facts *f, const struct need *n, size_t bucket, bool is_new,
		  bool mixed)
{
	struct sums one = { 0 };
	size_t yes = 0, all = 0;

	if (!n)
		return true;
	for (const struct need *c = n->child; c; c = c->next, all++)
		yes += holds(f, c, bucket, is_new, mixed);
	switch (n->kind) {
	case NEED_AND:
		return yes == all;
	case NEED_OR:
		return yes > 0;
	case NEED_XOR:
		return yes == 1;
	case NEED_NOT: /* what is free decides */
		return yes == 0 || (mixed && has(n, NEED_AT_LEAST));
	case NEED_PROPERTY:
		return property_holds(f, n, bucket, is_new);
	case NEED_AT_LEAST:
		add_amount(&one, n->name, n->number, threads_of(f, bucket));
		return one.n[0] <= total_of(f, bucket, one.name[0]) * (1 + 1e-9);
	case NEED_NEVER:
		return false;
	default:
		return true;
	}
}

static bool is_alone(const struct want *w)
{
	return w->exclusive || has(w->need, NEED_EXCLUSIVE);
}

static bool may_go(const struct facts *f, const struct want *w, size_t bucket, bool is_new,
		   bool mixed)
{
	return (double)w->cpus <= total_of(f, bucket, "ncpus") &&
	       (double)w->mem_bytes <= total_of(f, bucket, "mem") &&
	       (double)w->gpus <= total_of(f, bucket, "ngpus") &&
	       holds(f, w->where, bucket, is_new, mixed) &&
	       holds(f, w->need, bucket, is_new, mixed);
}

static bool fits_in(struct audit *a, const struct sums *s, const struct resources *free,
		    const char *name)
{
	for (size_t i = 0; i < s->used; i++)
		if (s->n[i] > resources_number(free, s->name[i]) * (1 + 1e-6) + 1e-6)
			return WRONG(a, "%s: %g of %s planned, %g free", name, s->n[i],
				     s->name[i], resources_number(free, s->name[i]));
	return true;
}

static bool nodes_hold_it(struct audit *a)
{
	for (size_t i = 0; i < a->f->n_nodes; i++) {
		const struct fact_node *n = &a->f->nodes[i];
		struct sums s = { 0 };
		int64_t alone = 0, slots = 0;

		for (size_t k = 0; k < a->p->n_placements; k++) {
			const struct placement *l = &a->p->placements[k];
			const struct want *w = &a->d->v[l->want];
			struct sums one = { 0 };

			if (l->node != i)
				continue;
			slots += l->slots;
			alone += is_alone(w) ? l->slots : 0;
			if (!want_takes(&one, w, threads_of(a->f, n->bucket)))
				continue;
			for (size_t x = 0; x < one.used; x++)
				*sum_of(&s, one.name[x]) += one.n[x] * (double)l->slots;
			if (n->bucket != SIZE_MAX && !may_go(a->f, w, n->bucket, false, true))
				return WRONG(a, "%s: the constraints of want %zu do not hold",
					     n->name, l->want);
		}
		if (slots && (n->closed || n->exclusive || n->drained_by_other ||
			      n->terminate_asked || n->drain_asked))
			return WRONG(a, "%s: work is planned where none may go", n->name);
		if (alone && (slots > 1 || n->jobs > 0))
			return WRONG(a, "%s: exclusive work is not alone", n->name);
		if (!fits_in(a, &s, &n->free, n->name))
			return false;
	}
	return true;
}

static bool is_mixed(const struct audit *a, size_t create)
{
	size_t want = SIZE_MAX;

	for (size_t k = 0; k < a->p->n_placements; k++) {
		const struct placement *l = &a->p->placements[k];

		if (l->create != create)
			continue;
		if (want != SIZE_MAX && want != l->want)
			return true;
		want = l->want;
	}
	return false;
}

/* Which slot goes on which of them is not told, so new nodes are held against the sum. */
static bool new_nodes_hold_it(struct audit *a)
{
	for (size_t c = 0; c < a->p->n_creates; c++) {
		const struct plan_create *pc = &a->p->creates[c];
		struct sums s = { 0 };
		int64_t alone = 0;

		for (size_t k = 0; k < a->p->n_placements; k++) {
			const struct placement *l = &a->p->placements[k];
			const struct want *w = &a->d->v[l->want];
			struct sums one = { 0 };

			if (l->create != c)
				continue;
			alone += is_alone(w) ? l->slots : 0;
			if (!may_go(a->f, w, pc->bucket, true, is_mixed(a, c)))
				return WRONG(a, "new %s: want %zu may not go there",
					     a->f->buckets[pc->bucket].size->name, l->want);
			if (!want_takes(&one, w, threads_of(a->f, pc->bucket)))
				continue;
			for (size_t x = 0; x < one.used; x++)
				*sum_of(&s, one.name[x]) += one.n[x] * (double)l->slots;
		}
		if (alone > pc->count)
			return WRONG(a, "%" PRId64 " exclusive slots on %" PRId64 " new nodes",
				     alone, pc->count);
		for (size_t x = 0; x < s.used; x++)
			if (s.n[x] > total_of(a->f, pc->bucket, s.name[x]) * (double)pc->count *
					 (1 + 1e-6))
				return WRONG(a, "new %s: %g of %s on %" PRId64 " nodes",
					     a->f->buckets[pc->bucket].size->name, s.n[x],
					     s.name[x], pc->count);
	}
	return true;
}

/*
 * I3 and I5: wants
 */

/* Units are for a slot, or for a job of several nodes. */
static double units_of(const struct audit *a, const struct need *n, size_t w)
{
	int64_t nodes = a->d->v[w].node_count > 0 ? a->d->v[w].node_count : 1;
	int64_t times = a->p->wants[w].placed / nodes;

	return n->number * (n->flag ? times > 0 : (double)times);
}

static bool pools_hold_it(struct audit *a)
{
	for (size_t i = 0; i < a->f->n_pools; i++) {
		const struct pool_units *pool = &a->f->pools[i];
		double used = 0;

		for (size_t w = 0; w < a->d->n; w++) {
			const struct need *n = a->d->v[w].need;

			for (const struct need *c = n ? n->child : NULL; c; c = c->next)
				if (c->kind == NEED_POOL && strcmp(c->name, pool->name) == 0)
					used += units_of(a, c, w);
		}
		if (used > pool->left + 1e-6)
			return WRONG(a, "I1: %g of %s used, %g left", used, pool->name,
				     pool->left);
	}
	return true;
}

static bool whole(struct audit *a, size_t w, const int64_t *in_bucket)
{
	const struct want *want = &a->d->v[w];

	for (size_t b = 0; want->node_count > 0 && b <= a->f->n_buckets; b++) {
		if (in_bucket[b] % want->node_count)
			return WRONG(a,
				     "I3: want %zu has %" PRId64
				     " nodes of one bucket, its jobs take %" PRId64,
				     w, in_bucket[b], want->node_count);
		if (in_bucket[b] && want->colocated && b < a->f->n_buckets &&
		    a->f->buckets[b].size->rdma && !a->f->buckets[b].group[0])
			return WRONG(a, "I3: want %zu is not in a placement group", w);
	}
	return true;
}

static bool want_is_told(struct audit *a, size_t w)
{
	const struct want *want = &a->d->v[w];
	const struct why_want *y = &a->p->wants[w];
	int64_t all = want->node_count > 0 ? want->node_count * want->times : want->slots;
	int64_t *in_bucket = xcalloc(a->f->n_buckets + 1, sizeof(*in_bucket)), placed = 0;
	bool ok = true;

	for (size_t k = 0; k < a->p->n_placements; k++) {
		const struct placement *l = &a->p->placements[k];
		size_t b;

		if (l->want != w)
			continue;
		b = l->node != SIZE_MAX ? a->f->nodes[l->node].bucket
					: a->p->creates[l->create].bucket;
		in_bucket[b == SIZE_MAX ? a->f->n_buckets : b] += l->slots;
		placed += l->slots;
		if (want->node_count > 0 && l->node != SIZE_MAX && l->slots > want->times)
			ok = WRONG(a, "I3: want %zu has two places on one node", w);
	}
	ok = ok && whole(a, w, in_bucket);
	free(in_bucket);
	if (!ok)
		return false;
	if (placed != y->placed || y->placed + y->unplaced != all || y->unplaced < 0)
		return WRONG(a,
			     "I5: want %zu: %" PRId64 " placed, told %" PRId64 " and %" PRId64,
			     w, placed, y->placed, y->unplaced);
	if (!y->text[0] ||
	    (y->unplaced > 0 && (y->code == WHY_PLACED || y->code == WHY_WAITING_FOR_NODES)))
		return WRONG(a, "I5: want %zu: the rest has no reason (%s)", w,
			     why_code_name(y->code));
	if (want->not_eligible && placed)
		return WRONG(a, "want %zu is held and has a place", w);
	return true;
}

/*
 * I2, I7, I9: nodes that go
 */

static bool act_is_right(struct audit *a, const struct plan_node *act)
{
	const struct facts *f = a->f;
	const struct fact_node *n = &f->nodes[act->node];
	bool boots = node_is_booting(n->state);

	if (f->blind || f->demand_stale || f->paused)
		return WRONG(a, "%s: touched while blind or paused", n->name);
	if (n->array == SIZE_MAX || !act->why[0])
		return WRONG(a, "I9: %s is not ours, or goes without a reason", n->name);
	if (act->act == ACT_UNDRAIN)
		return true;
	if (n->keep_alive)
		return WRONG(a, "I9: %s is kept by an operator", n->name);
	if (act->act == ACT_RETIRE) /* it ends what it does first */
		return true;
	if (n->jobs > 0 || n->state == NODE_BUSY || (n->jobs < 0 && !boots))
		return WRONG(a, "I2: %s has jobs, or may have", n->name);
	if (act->act == ACT_DELETE && !boots)
		return WRONG(a, "I2: %s is deleted without a drain", n->name);
	if (n->bucket != SIZE_MAX && made_in(a, n->bucket) > 0)
		return WRONG(a, "I7: %s goes while its like is made", n->name);
	for (size_t k = 0; k < a->p->n_placements; k++)
		if (a->p->placements[k].node == act->node)
			return WRONG(a, "I7: %s goes and gets work", n->name);
	return true;
}

static bool floors_hold(struct audit *a, size_t array)
{
	const struct array_spec *s = a->f->arrays[array].spec;
	int64_t there = 0, going = 0, live = 0;

	for (size_t i = 0; i < a->f->n_nodes; i++) {
		const struct fact_node *n = &a->f->nodes[i];

		if (n->array != array || !node_is_live(n->state))
			continue;
		live++;
		there += n->state != NODE_DELETING && n->state != NODE_EVICTED &&
			 n->state != NODE_DRAINING && !n->closed && !n->drained_by_us &&
			 !n->drained_by_other && !n->terminate_asked && !n->drain_asked;
	}
	for (size_t i = 0; i < a->p->n_acts; i++) {
		const struct fact_node *n = &a->f->nodes[a->p->acts[i].node];

		if (n->array != array)
			continue;
		there += a->p->acts[i].act == ACT_UNDRAIN;
		going += a->p->acts[i].act != ACT_UNDRAIN && !n->closed;
	}
	for (size_t b = 0; b < a->f->n_buckets; b++)
		there += a->f->buckets[b].array == array ? made_in(a, b) : 0;
	if (going && there - going < s->min_nodes)
		return WRONG(
		    a, "%s has %" PRId64 " nodes, %" PRId64 " go, %" PRId64 " stay always",
		    s->name, there, going, s->min_nodes);
	if (going > (live / 4 > 10 ? live / 4 : 10))
		return WRONG(a, "%s loses %" PRId64 " of %" PRId64 " nodes in one cycle",
			     s->name, going, live);
	return true;
}

static bool nodes_go_rightly(struct audit *a)
{
	for (size_t i = 0; i < a->p->n_acts; i++) {
		if (!act_is_right(a, &a->p->acts[i]))
			return false;
		for (size_t k = 0; k < i; k++)
			if (a->p->acts[k].node == a->p->acts[i].node)
				return WRONG(a, "I7: two acts on one node");
	}
	for (size_t i = 0; i < a->f->n_arrays; i++)
		if (!floors_hold(a, i))
			return false;
	for (size_t i = 0; i < a->f->n_nodes; i++)
		if (!a->p->nodes[i].text[0])
			return WRONG(a, "%s stays without a reason", a->f->nodes[i].name);
	return true;
}

const char *plan_audit(const struct plan *p, const struct demand *d, const struct facts *f,
		       char out[300])
{
	struct audit a = { .p = p, .d = d, .f = f, .out = out };

	out[0] = '\0';
	for (size_t w = 0; w < d->n; w++)
		if (!want_is_told(&a, w))
			return out;
	if (!limits(&a) || !pools_hold_it(&a) || !nodes_hold_it(&a) || !new_nodes_hold_it(&a) ||
	    !nodes_go_rightly(&a))
		return out;
	return NULL;
}

bool plan_equal(const struct plan *a, const struct plan *b)
{
	bool same = a->n_creates == b->n_creates && a->n_acts == b->n_acts &&
		    a->n_placements == b->n_placements && a->n_wants == b->n_wants &&
		    a->n_nodes == b->n_nodes && a->warnings.n == b->warnings.n &&
		    strcmp(a->summary, b->summary) == 0;

	for (size_t i = 0; same && i < a->n_creates; i++)
		same = a->creates[i].bucket == b->creates[i].bucket &&
		       a->creates[i].count == b->creates[i].count &&
		       strcmp(a->creates[i].why, b->creates[i].why) == 0;
	for (size_t i = 0; same && i < a->n_acts; i++)
		same = a->acts[i].node == b->acts[i].node && a->acts[i].act == b->acts[i].act &&
		       strcmp(a->acts[i].why, b->acts[i].why) == 0;
	for (size_t i = 0; same && i < a->n_placements; i++)
		same = a->placements[i].want == b->placements[i].want &&
		       a->placements[i].node == b->placements[i].node &&
		       a->placements[i].create == b->placements[i].create &&
		       a->placements[i].slots == b->placements[i].slots;
	for (size_t i = 0; same && i < a->n_wants; i++)
		same = a->wants[i].code == b->wants[i].code &&
		       a->wants[i].placed == b->wants[i].placed &&
		       a->wants[i].binding == b->wants[i].binding &&
		       strcmp(a->wants[i].text, b->wants[i].text) == 0;
	for (size_t i = 0; same && i < a->n_nodes; i++)
		same = a->nodes[i].matched == b->nodes[i].matched &&
		       a->nodes[i].idle_since_s == b->nodes[i].idle_since_s &&
		       strcmp(a->nodes[i].text, b->nodes[i].text) == 0;
	return same;
}
