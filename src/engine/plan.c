/* plan_make(): the same placement under several strategies, and the best of them told in full.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "engine/plan_private.h"

#define WARNINGS_MAX 200
#define MANY_WANTS   20000 /* beyond, time counts more than the last per cent */

static int check(const struct facts *f, struct err *err)
{
	for (size_t i = 0; i < f->n_buckets; i++)
		if (!f->buckets[i].size || f->buckets[i].array >= f->n_arrays)
			return err_set(err, ERR_INTERNAL,
				       "bucket %zu of the facts has no size or array", i);
	for (size_t i = 0; i < f->n_nodes; i++) {
		const struct fact_node *n = &f->nodes[i];

		if ((n->bucket != SIZE_MAX && n->bucket >= f->n_buckets) ||
		    (n->array != SIZE_MAX && n->array >= f->n_arrays))
			return err_set(err, ERR_INTERNAL,
				       "node %s of the facts has no such bucket or array",
				       n->name);
	}
	return 0;
}

static void planner_clear(struct planner *p)
{
	asks_clear(p);
	ledger_clear(&p->ledger);
	free(p->kinds);
	free(p->node_kind);
	free(p->bucket_levels);
	free(p->cost);
	free(p->open);
	free(p->rooms);
	free(p->managed);
	free(p->live);
	free(p->own_kinds);
	free(p->own_first);
	free(p->coming_kind);
	free(p->coming);
	free(p->coming_first);
}

static int custom_dims(struct planner *p, struct err *err)
{
	static const char *const builtin[] = { "ncpus", "ngpus", "mem" };
	double unit;

	for (size_t i = 0; i < ARRAY_LEN(builtin); i++)
		if (dim_of(p, builtin[i], &unit) < 0)
			return err_set(err, ERR_INTERNAL, "no room for %s", builtin[i]);
	return 0;
}

static int planner_make(struct planner *p, const struct demand *d, const struct facts *f,
			struct strs *warnings, struct err *err)
{
	*p = (struct planner){ .d = d, .f = f, .warnings = warnings };
	if (check(f, err) < 0 || custom_dims(p, err) < 0 || asks_make(p, err) < 0)
		return -1;
	kinds_make(p);
	costs_make(p);
	ledger_make(p);
	return 0;
}

/* best or another attempt, whichever is better; the other is gone. */
static void keep_better(struct attempt *best, struct attempt *a, bool better)
{
	if (better) {
		attempt_clear(best);
		*best = *a;
	} else {
		attempt_clear(a);
	}
}

/* Never dearer than plain listed order (B1e), so that is always among them. */
static void best_of(struct attempt *best, const struct planner *p, enum coming c)
{
	int last = p->d->n > MANY_WANTS ? STRATEGY_CHOICE : STRATEGIES - 1;

	if (p->f->choose == CHOOSE_PREFERENCE)
		last = STRATEGY_LISTED;
	attempt_make(best, p, STRATEGY_LISTED, c);
	attempt_run(best);
	for (int s = STRATEGY_LISTED + 1; s <= last; s++) {
		struct attempt a;

		attempt_make(&a, p, (enum strategy)s, c);
		attempt_run(&a);
		keep_better(best, &a, attempt_compare(&a, best) < 0);
	}
}

/* Nodes that boot serve whom they were bought for. Where that would buy more, because prices,
 * limits or work have changed since, another use of them is taken if it does the same work. */
static void best_attempt(struct attempt *best, const struct planner *p)
{
	if (!p->any_coming || p->d->n > MANY_WANTS) {
		best_of(best, p, p->any_coming ? COMING_THRIFTY : COMING_AS_ROOMS);
		return;
	}
	best_of(best, p, COMING_AGAIN);
	for (int c = COMING_THRIFTY; c < COMINGS && best->cost > 0; c++) {
		struct attempt a;

		best_of(&a, p, (enum coming)c);
		keep_better(best, &a, attempt_saves(&a, best));
	}
}

static void creates_out(struct plan *out, const struct planner *p, const struct attempt *a,
			size_t *create_of)
{
	for (size_t b = 0; b < p->f->n_buckets; b++) {
		struct plan_create *c;

		create_of[b] = SIZE_MAX;
		if (a->made[b] == 0)
			continue;
		GROW(out->creates, out->n_creates, out->cap_creates);
		create_of[b] = out->n_creates;
		c = &out->creates[out->n_creates++];
		*c = (struct plan_create){ .bucket = b,
					   .count = a->made[b],
					   .price = p->f->buckets[b].price };
		if (c->price > 0)
			out->new_cost += c->price * (double)c->count;
	}
}

static void placements_out(struct plan *out, const struct planner *p, struct attempt *a)
{
	size_t *create_of = xcalloc(p->f->n_buckets + 1, sizeof(*create_of));

	creates_out(out, p, a, create_of);
	out->placements = a->placed;
	out->n_placements = a->n_placed;
	out->cap_placements = a->cap_placed;
	a->placed = NULL;
	a->n_placed = a->cap_placed = 0;
	for (size_t i = 0; i < out->n_placements; i++) {
		struct placement *l = &out->placements[i];

		if (l->create != SIZE_MAX)
			l->create = create_of[l->create];
	}
	free(create_of);
}

/* ceil(what is placed on new nodes / the largest new node), the largest over all resources
 * (B1). */
static void bound_out(struct plan *out, const struct planner *p)
{
	double need[DIMS_MAX] = { 0 }, cap[DIMS_MAX] = { 0 };

	for (size_t i = 0; i < out->n_placements; i++) {
		const struct placement *l = &out->placements[i];
		const struct kind *k;
		double take[DIMS_MAX];

		if (l->create == SIZE_MAX)
			continue;
		k = &p->kinds[out->creates[l->create].bucket];
		if (!ask_take(p, l->want, k, SIZE_MAX, k->cap, take))
			continue;
		for (size_t d = 0; d < p->n_dims; d++) {
			need[d] += take[d] * (double)l->slots;
			cap[d] = k->cap[d] > cap[d] ? k->cap[d] : cap[d];
		}
	}
	for (size_t d = 0; d < p->n_dims; d++) {
		int64_t n = cap[d] > 0 ? (int64_t)(need[d] / cap[d] + 1 - 1e-9) : 0;

		if (n > out->lower_bound_nodes)
			out->lower_bound_nodes = n;
	}
}

static void warn_demand(struct plan *out, const struct demand *d)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct want *w = &d->v[i];

		if (!w->not_eligible && w->slots == 0 && (w->node_count == 0 || w->times == 0))
			strs_addf(&out->warnings, "%s asks for nothing and is left out",
				  w->label ? w->label : "a job");
	}
	if (d->unknown > 0)
		strs_addf(&out->warnings, "%s of unknown size: nothing is planned for %s",
			  count_text((char[48]){ 0 }, d->unknown, "job"),
			  d->unknown == 1 ? "it" : "them");
}

int plan_once(struct plan *out, const struct demand *d, const struct facts *f, struct err *err)
{
	struct planner p;
	struct attempt a;

	*out = (struct plan){ .warnings = STRS_INIT(WARNINGS_MAX) };
	if (planner_make(&p, d, f, &out->warnings, err) < 0) {
		planner_clear(&p);
		plan_clear(out);
		return err_wrap(err, "no plan");
	}
	warn_demand(out, d);
	best_attempt(&a, &p);
	floors_keep(&a);
	out->wants = xcalloc(d->n + 1, sizeof(*out->wants));
	out->n_wants = d->n;
	out->nodes = xcalloc(f->n_nodes + 1, sizeof(*out->nodes));
	out->n_nodes = f->n_nodes;
	explain_wants(out, &p, &a);
	placements_out(out, &p, &a);
	explain_creates(out, &p, &a);
	bound_out(out, &p);
	soon_keep(&a);
	scalein_make(out, &p, &a);
	explain_summary(out, d);
	attempt_clear(&a);
	planner_clear(&p);
	return 0;
}

int plan_make(struct plan *out, const struct demand *d, const struct facts *f, struct err *err)
{
	if (plan_once(out, d, f, err) < 0)
		return -1;
	settle(out, d, f);
	return 0;
}

void plan_clear(struct plan *p)
{
	free(p->creates);
	free(p->acts);
	free(p->placements);
	free(p->wants);
	free(p->nodes);
	strs_clear(&p->warnings);
	pool_clear(&p->texts);
	*p = (struct plan){ 0 };
}
