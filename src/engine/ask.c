/* Wants, compiled: amounts as vectors, constraints as shapes that equal wants share. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/plan_private.h"

#define GIB 1073741824.0

static const struct {
	const char *name, *dim;
	double unit; /* < 0: times the threads of a core */
} aliases[] = {
	{ "pcpus", "ncpus", -1 },    { "memb", "mem", 1 },    { "memkb", "mem", 1024 },
	{ "memmb", "mem", 1048576 }, { "memgb", "mem", GIB }, { "memtb", "mem", GIB * 1024 },
};

int dim_of(struct planner *p, const char *name, double *unit)
{
	*unit = 1;
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
		if (strcmp(aliases[i].name, name) == 0) {
			name = aliases[i].dim;
			*unit = aliases[i].unit;
			break;
		}
	for (size_t i = 0; i < p->n_dims; i++)
		if (strcmp(p->dims[i], name) == 0)
			return (int)i;
	if (p->n_dims == DIMS_MAX)
		return -1;
	snprintf(p->dims[p->n_dims], sizeof(p->dims[0]), "%s", name);
	return (int)p->n_dims++;
}

static void amount_is(struct planner *p, struct ask *a, int dim, bool cores, double n)
{
	if (n <= 0)
		return;
	GROW(p->amounts, p->n_amounts, p->cap_amounts);
	p->amounts[p->n_amounts++] =
	    (struct amount){ .dim = (uint32_t)dim, .cores = cores, .n = n };
	a->n++;
}

static int add_amount(struct planner *p, struct ask *a, const struct need *n, struct err *err)
{
	double unit;
	int dim = dim_of(p, n->name, &unit);

	if (dim < 0)
		return err_set(err, ERR_FULL,
			       "more than %d different resources are asked for, %s among them: "
			       "use fewer custom resources",
			       DIMS_MAX, n->name);
	if (a)
		amount_is(p, a, dim, unit < 0, n->number * (unit < 0 ? 1 : unit));
	return 0;
}

static void add_pool(struct planner *p, struct ask *a, const struct need *n)
{
	struct pool_use use = { .pool = UINT32_MAX, .once = n->flag, .n = n->number };

	for (size_t i = 0; i < p->f->n_pools; i++)
		if (strcmp(p->f->pools[i].name, n->name) == 0)
			use.pool = (uint32_t)i;
	GROW(p->uses, p->n_uses, p->cap_uses);
	p->uses[p->n_uses++] = use;
	a->n_pools++;
}

/* top: what holds whatever branch is taken; below it amounts depend on the node. */
static int walk(struct planner *p, struct ask *a, const struct need *n, bool top,
		struct err *err)
{
	bool and = n->kind == NEED_AND;

	if (n->kind == NEED_AT_LEAST) {
		a->dynamic = a->dynamic || !top;
		return add_amount(p, top ? a : NULL, n, err);
	}
	if (n->kind == NEED_EXCLUSIVE)
		a->exclusive = true;
	if (n->kind == NEED_EXCLUSIVE_TASK)
		a->exclusive_task = true;
	if (n->kind == NEED_POOL)
		add_pool(p, a, n);
	for (const struct need *c = n->child; c; c = c->next)
		if (walk(p, a, c, top && and, err) < 0)
			return -1;
	return 0;
}

static bool same_or_equal(const struct need *a, const struct need *b)
{
	return a == b || need_same(a, b);
}

static bool shape_is(const struct shape *s, uint64_t hash, const struct want *w)
{
	return s->hash == hash && s->want->no_spot == w->no_spot &&
	       s->want->colocated == w->colocated && same_or_equal(s->want->where, w->where) &&
	       same_or_equal(s->want->need, w->need);
}

static void table_grow(struct planner *p)
{
	size_t size = p->table_size ? p->table_size * 2 : 64;

	free(p->shape_table);
	p->shape_table = xcalloc(size, sizeof(*p->shape_table));
	p->table_size = size;
	for (size_t i = 0; i < p->n_shapes; i++) {
		size_t at = p->shapes[i].hash & (size - 1);

		while (p->shape_table[at])
			at = (at + 1) & (size - 1);
		p->shape_table[at] = (uint32_t)i + 1;
	}
}

static bool by_name(const struct need *n)
{
	return n && need_by_name(n);
}

static uint32_t shape_find(struct planner *p, const struct want *w)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) + (w->no_spot ? 2U : 0U) + w->colocated;
	size_t at;

	if (p->n_shapes * 2 >= p->table_size)
		table_grow(p);
	if (w->where)
		hash = need_hash(w->where, hash);
	if (w->need)
		hash = need_hash(w->need, hash);
	for (at = hash & (p->table_size - 1); p->shape_table[at];
	     at = (at + 1) & (p->table_size - 1))
		if (shape_is(&p->shapes[p->shape_table[at] - 1], hash, w))
			return p->shape_table[at] - 1;
	GROW(p->shapes, p->n_shapes, p->cap_shapes);
	p->shapes[p->n_shapes] = (struct shape){
		.want = w, .hash = hash, .by_name = by_name(w->where) || by_name(w->need)
	};
	p->shape_table[at] = (uint32_t)++p->n_shapes;
	return (uint32_t)p->n_shapes - 1;
}

/* Wants of a queue differ in amounts and share where they may go: that is looked up once. */
static uint32_t shape_of(struct planner *p, const struct want *w)
{
	uintptr_t at = (uintptr_t)w->where >> 4;
	struct shape_seen *s = &p->seen[(at ^ at >> 6) % SHAPES_SEEN];

	if (w->need)
		return shape_find(p, w);
	if (!s->want || s->want->where != w->where || s->want->no_spot != w->no_spot ||
	    s->want->colocated != w->colocated)
		*s = (struct shape_seen){ w, shape_find(p, w) };
	return s->shape;
}

int asks_make(struct planner *p, struct err *err)
{
	const struct demand *d = p->d;

	p->asks = xcalloc(d->n ? d->n : 1, sizeof(*p->asks));
	for (size_t i = 0; i < d->n; i++) {
		const struct want *w = &d->v[i];
		struct ask *a = &p->asks[i];

		a->eligible = w->not_eligible == 0;
		a->exclusive = w->exclusive;
		a->first = (uint32_t)p->n_amounts;
		a->first_pool = (uint32_t)p->n_uses;
		amount_is(p, a, DIM_CPU, false, (double)w->cpus);
		amount_is(p, a, DIM_MEM, false, (double)w->mem_bytes);
		amount_is(p, a, DIM_GPU, false, (double)w->gpus);
		if (w->where && walk(p, a, w->where, true, err) < 0)
			return -1;
		if (w->need && walk(p, a, w->need, true, err) < 0)
			return -1;
		a->shape = shape_of(p, w);
	}
	return 0;
}

void asks_clear(struct planner *p)
{
	for (size_t i = 0; i < p->n_shapes; i++) {
		free(p->shapes[i].fit);
		free(p->shapes[i].kinds);
		free(p->shapes[i].buckets);
		free(p->shapes[i].by_cost);
		free(p->shapes[i].spread);
	}
	free(p->shapes);
	free(p->shape_table);
	free(p->asks);
	free(p->amounts);
	free(p->uses);
}

/* The want's own amounts, where it may go, and what else it asks for. */
static int want_holds(const struct want *w, const struct need_view *v, double take[DIMS_MAX])
{
	const double own[] = { [DIM_CPU] = (double)w->cpus,
			       [DIM_GPU] = (double)w->gpus,
			       [DIM_MEM] = (double)w->mem_bytes };
	const struct need *const parts[] = { w->where, w->need };
	int far = 0;

	for (size_t d = 0; v->free && d < ARRAY_LEN(own); d++) {
		take[d] += own[d];
		if (take[d] > v->free[d] * (1 + 1e-9) + 1e-9)
			return -1;
	}
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		int one = parts[i] ? need_holds(parts[i], v, take) : 0;

		if (one < 0)
			return -1;
		far += one;
	}
	return far;
}

/* Stable, and there are four ranks. */
static void sort_kinds(const struct planner *p, struct shape *s)
{
	uint32_t *sorted = xcalloc(s->n_kinds + 1, sizeof(*sorted));
	size_t n = 0;

	for (int rank = RANK_READY; rank < RANK_NEW; rank++)
		for (size_t i = 0; i < s->n_kinds; i++)
			if (p->kinds[s->kinds[i]].rank == (enum rank)rank)
				sorted[n++] = s->kinds[i];
	free(s->kinds);
	s->kinds = sorted;
}

void shape_know(struct planner *p, struct shape *s)
{
	s->fit = xcalloc(p->n_kinds ? p->n_kinds : 1, sizeof(*s->fit));
	s->kinds = xcalloc(p->n_kinds ? p->n_kinds : 1, sizeof(*s->kinds));
	s->buckets = xcalloc(p->f->n_buckets ? p->f->n_buckets : 1, sizeof(*s->buckets));
	s->known = true;
	for (size_t k = 0; k < p->n_kinds; k++) {
		struct need_view v = { .p = p, .kind = &p->kinds[k], .node = SIZE_MAX };
		double none[DIMS_MAX] = { 0 };
		int far = 0;
		bool is_new = p->kinds[k].rank == RANK_NEW;

		if (!s->by_name || is_new)
			far = want_holds(s->want, &v, none);
		s->fit[k] = (int16_t)(far > 1000 ? 1000 : far);
		if (far >= 0 && is_new)
			s->buckets[s->n_buckets++] = (uint32_t)k;
		else if (far >= 0 && p->kinds[k].rank != RANK_NONE)
			s->kinds[s->n_kinds++] = (uint32_t)k;
	}
	sort_kinds(p, s);
}

static bool take_plain(const struct planner *p, const struct ask *a, const struct kind *k,
		       const double *free, double take[DIMS_MAX])
{
	for (uint32_t i = a->first; i < a->first + a->n; i++) {
		const struct amount *m = &p->amounts[i];

		take[m->dim] += m->cores ? m->n * k->threads : m->n;
		/* sums of fractions may miss the last bit */
		if (take[m->dim] > free[m->dim] * (1 + 1e-9) + 1e-9)
			return false;
	}
	return true;
}

bool ask_take(const struct planner *p, size_t want, const struct kind *k, size_t node,
	      const double *free, double take[DIMS_MAX])
{
	const struct ask *a = &p->asks[want];
	struct need_view v = { .p = p, .kind = k, .node = node, .free = free };

	memset(take, 0, DIMS_MAX * sizeof(*take));
	if (!a->dynamic && (!p->shapes[a->shape].by_name || node == SIZE_MAX))
		return take_plain(p, a, k, free, take);
	return want_holds(&p->d->v[want], &v, take) >= 0;
}

int64_t slots_in(const struct planner *p, size_t want, const struct kind *k, size_t node,
		 const double *free, double take[DIMS_MAX])
{
	double most = (double)SLOTS_MANY;

	if (!ask_take(p, want, k, node, free, take))
		return 0;
	for (size_t d = 0; d < p->n_dims; d++) {
		double n = take[d] > 0 ? (free[d] * (1 + 1e-9) + 1e-9) / take[d] : most;

		most = n < most ? n : most;
	}
	return p->asks[want].exclusive && most > 1 ? 1 : (int64_t)most;
}

int64_t slots_on_empty(const struct planner *p, size_t want, const struct kind *k)
{
	double take[DIMS_MAX];
	int64_t n =
	    slots_in(p, want, k, k->rank == RANK_NEW ? SIZE_MAX : k->node, k->cap, take);

	return n > 1 && p->asks[want].exclusive ? 1 : n;
}

bool ask_fits_empty(const struct planner *p, size_t want, uint32_t kind)
{
	return slots_on_empty(p, want, &p->kinds[kind]) > 0;
}
