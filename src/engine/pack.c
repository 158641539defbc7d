/* Independent tasks: existing nodes first, then room on planned ones, then new nodes. */
#include <string.h>

#include "engine/plan_private.h"

static int64_t fill_room(struct attempt *a, size_t want, uint32_t at, int64_t left)
{
	double take[DIMS_MAX];
	int64_t done = 0;

	while (left > 0) {
		const struct room *r = &a->rooms[at];
		int64_t each = room_slots(a, r, want, take), nodes;

		if (each == 0)
			break;
		nodes = left / each < r->count ? left / each : r->count;
		if (nodes == 0) {
			nodes = 1;
			each = left;
		}
		attempt_use(a, want, at, nodes, each, take);
		done += nodes * each;
		left -= nodes * each;
	}
	return done;
}

static int64_t fill_kind(struct attempt *a, size_t want, uint32_t kind, int64_t left)
{
	struct room_scan scan;
	int64_t done = 0;
	uint32_t at;

	room_scan(&scan, a, want, kind, SETS_ALL);
	at = room_next(&scan, a);
	if (at == UINT32_MAX || !kind_may_take(a->p, want, &a->p->kinds[kind]))
		return 0;
	for (; at != UINT32_MAX && done < left; at = room_next(&scan, a))
		done += fill_room(a, want, at, left - done);
	return done;
}

static int64_t fill_existing(struct attempt *a, size_t want, int64_t left)
{
	const struct shape *s = &a->p->shapes[a->p->asks[want].shape];
	int64_t done = 0;

	for (size_t i = 0; i < s->n_kinds && done < left; i++)
		if (!is_coming(a, s->kinds[i]))
			done += fill_kind(a, want, s->kinds[i], left - done);
	for (size_t i = 0; i < s->n_buckets && done < left; i++) {
		uint32_t coming = coming_kind(a, s->buckets[i]);

		if (coming != UINT32_MAX && s->fit[coming] >= 0)
			done += fill_kind(a, want, coming, left - done);
		if (done < left)
			done += fill_kind(a, want, s->buckets[i], left - done);
	}
	return done;
}

/*
 * New nodes
 */

struct choice {
	const struct candidate *c;
	int64_t nodes;
};

static int64_t ceil_div(int64_t a, int64_t b)
{
	return a / b + (a % b != 0);
}

static int far_of(const struct attempt *a, size_t want, uint32_t bucket)
{
	return a->p->shapes[a->p->asks[want].shape].fit[bucket];
}

static bool less(double a, double b)
{
	return a < b - 1e-9 * (1 + b);
}

static bool same(double a, double b)
{
	return !less(a, b) && !less(b, a);
}

/* Cheapest bucket that finishes the rest alone. */
static struct choice finish(struct attempt *a, size_t want, size_t n, int64_t left,
			    double *cost)
{
	struct choice best = { 0 };

	for (size_t i = 0; i < n; i++) {
		const struct candidate *c = &a->scratch[i];
		int64_t nodes = ceil_div(left, c->each);
		double usd = (double)nodes * a->p->cost[c->bucket];

		if (attempt_room(a, want, c->bucket) < nodes)
			continue;
		if (best.c && !less(usd, *cost) &&
		    !(same(usd, *cost) &&
		      (nodes < best.nodes ||
		       (nodes == best.nodes &&
			far_of(a, want, c->bucket) < far_of(a, want, best.c->bucket)))))
			continue;
		best = (struct choice){ c, nodes };
		*cost = usd;
	}
	return best;
}

/* Of two buckets whose nodes would be full: which one? */
static bool better_full(const struct attempt *a, size_t want, const struct candidate *x,
			const struct candidate *y)
{
	double ux = a->p->cost[x->bucket] / (double)x->each;
	double uy = a->p->cost[y->bucket] / (double)y->each;

	if (a->p->f->choose == CHOOSE_FEWEST && x->each != y->each)
		return x->each > y->each;
	if (a->p->f->choose == CHOOSE_BALANCED && ux <= uy * 1.1 && uy <= ux * 1.1 &&
	    x->each != y->each)
		return x->each > y->each;
	if (!same(ux, uy))
		return ux < uy;
	if (x->each != y->each)
		return x->each > y->each;
	return far_of(a, want, x->bucket) < far_of(a, want, y->bucket);
}

static struct choice fullest(struct attempt *a, size_t want, size_t n, int64_t left, bool part)
{
	struct choice best = { 0 };

	for (size_t i = 0; i < n; i++) {
		const struct candidate *c = &a->scratch[i];
		int64_t room;

		if (c->each > left && !part)
			continue;
		room = attempt_room(a, want, c->bucket);
		if (room == 0 || (best.c && !better_full(a, want, c, best.c)))
			continue;
		best.c = c;
		best.nodes = left / c->each < room ? left / c->each : room;
		best.nodes = best.nodes > 0 ? best.nodes : 1;
	}
	return best;
}

/* Full nodes of the cheapest per slot and something small for the rest, or one bucket for all.
 */
static struct choice choose(struct attempt *a, size_t want, size_t n, int64_t left)
{
	double all = 0, rest = 0, full_cost;
	struct choice one = finish(a, want, n, left, &all), full, tail;
	int64_t after;

	full = fullest(a, want, n, left, false);
	if (!full.c)
		return one.c ? one : fullest(a, want, n, left, true);
	if (!one.c)
		return full;
	after = left - full.nodes * full.c->each;
	full_cost = (double)full.nodes * a->p->cost[full.c->bucket];
	tail = after > 0 ? finish(a, want, n, after, &rest) : (struct choice){ 0 };
	if (after > 0 && !tail.c)
		return full;
	if (a->p->f->choose == CHOOSE_FEWEST)
		return one.nodes <= full.nodes + tail.nodes ? one : full;
	if (same(all, full_cost + rest))
		return one.nodes < full.nodes + tail.nodes ? one : full;
	return less(all, full_cost + rest) ? one : full;
}

/* As the operator listed them; a preference of the work itself goes before. */
static struct choice first_listed(struct attempt *a, size_t want, size_t n, int64_t left)
{
	struct choice best = { 0 };

	for (size_t i = 0; i < n; i++) {
		const struct candidate *c = &a->scratch[i];
		int64_t room = attempt_room(a, want, c->bucket);

		if (room == 0 ||
		    (best.c && far_of(a, want, c->bucket) >= far_of(a, want, best.c->bucket)))
			continue;
		best.c = c;
		best.nodes = ceil_div(left, c->each);
		best.nodes = best.nodes < room ? best.nodes : room;
	}
	return best;
}

/* Before anything is bought: is there a node on its way that nobody took? */
static struct choice thrifty(struct attempt *a, size_t want, size_t n, struct choice c,
			     int64_t left)
{
	int64_t own = c.c ? coming_left(a, want, c.c->bucket) : 0;

	if (own > 0) {
		c.nodes = c.nodes < own ? c.nodes : own;
		return c;
	}
	for (size_t i = 0; i < n; i++) {
		int64_t nodes = ceil_div(left, a->scratch[i].each);
		int64_t have = coming_left(a, want, a->scratch[i].bucket);

		if (have > 0)
			return (struct choice){ &a->scratch[i], nodes < have ? nodes : have };
	}
	return c;
}

/* The coming rooms that were opened, the new one, and what is split off it. */
static int64_t fill_opened(struct attempt *a, size_t want, size_t first, int64_t left)
{
	int64_t done = 0;

	for (size_t i = 0; i < a->n_fresh && done < left; i++)
		done += fill_room(a, want, a->fresh[i], left - done);
	for (size_t at = first; at < a->n_rooms && done < left; at++)
		done += fill_room(a, want, (uint32_t)at, left - done);
	return done;
}

static bool may_get(struct attempt *a, size_t want, uint32_t bucket)
{
	return candidate_is(a->p, want, bucket) && attempt_room(a, want, bucket) > 0;
}

/* One slot goes on one node: the first bucket that has it, in the strategy's order, will do. */
static int64_t fill_one(struct attempt *a, size_t want)
{
	const struct shape *s = &a->p->shapes[a->p->asks[want].shape];
	bool listed = a->strategy == STRATEGY_LISTED;
	const uint32_t *order = listed ? s->buckets : s->by_cost;
	uint32_t best = UINT32_MAX;
	size_t first = a->n_rooms;

	for (size_t i = 0; i < s->n_buckets; i++) {
		uint32_t b = order[i];

		if (best != UINT32_MAX && s->fit[b] >= s->fit[best])
			continue;
		if (!may_get(a, want, b))
			continue;
		best = b;
		if (!listed || s->fit[b] == 0)
			break;
	}
	if (best == UINT32_MAX)
		return 0;
	attempt_open(a, want, best, 1);
	return fill_opened(a, want, first, 1);
}

static int64_t fill_new(struct attempt *a, size_t want, int64_t left)
{
	size_t n = candidates(a->p, want, a->scratch);
	int64_t done = 0;

	while (done < left && n > 0) {
		struct choice c = a->strategy == STRATEGY_LISTED
				      ? first_listed(a, want, n, left - done)
				      : choose(a, want, n, left - done);
		size_t first = a->n_rooms;
		int64_t got;

		if (a->coming == COMING_THRIFTY)
			c = thrifty(a, want, n, c, left - done);
		if (!c.c)
			break;
		attempt_open(a, want, c.c->bucket, c.nodes);
		got = fill_opened(a, want, first, left - done);
		if (got == 0)
			break;
		done += got;
	}
	return done;
}

void place_pack(struct attempt *a, size_t want)
{
	int64_t left = pools_allow(a, want, a->p->d->v[want].slots), done;

	if (left <= 0)
		return;
	done = fill_existing(a, want, left);
	if (left - done == 1 && a->coming != COMING_THRIFTY)
		done += fill_one(a, want);
	else if (done < left)
		done += fill_new(a, want, left - done);
	pools_take(a, want, done, true);
}
