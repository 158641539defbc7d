/* Jobs that want several different nodes of one bucket each, all or nothing. */
#include <string.h>

#include "engine/plan_private.h"

struct spread {	       /* one bucket, looked at for one job */
	size_t bucket; /* SIZE_MAX: nodes that are not ours to make */
	int64_t have, make, room;
	double cost;
	int far;
};

/* Counted no further than matters. */
static int64_t count_kind(const struct attempt *a, size_t want, uint32_t kind, int64_t most)
{
	struct room_scan scan;
	double take[DIMS_MAX];
	int64_t n = 0;
	uint32_t at;

	if (a->open[kind].nodes == 0)
		return 0;
	room_scan(&scan, a, want, kind, SETS_ALL);
	at = room_next(&scan, a);
	if (at == UINT32_MAX || !kind_may_take(a->p, want, &a->p->kinds[kind]))
		return 0;
	for (; at != UINT32_MAX && n < most; at = room_next(&scan, a))
		if (room_slots(a, &a->rooms[at], want, take) > 0)
			n += a->rooms[at].count;
	return n;
}

static int64_t count_bucket(const struct attempt *a, size_t want, size_t bucket)
{
	const struct planner *p = a->p;
	const struct shape *s = &p->shapes[p->asks[want].shape];
	size_t own = bucket == SIZE_MAX ? p->f->n_buckets : bucket;
	/* how much room a group has decides between groups */
	bool group = bucket != SIZE_MAX && p->f->buckets[bucket].group[0];
	int64_t n = 0, most = group ? INT64_MAX : p->d->v[want].node_count;

	for (uint32_t i = p->own_first[own]; i < p->own_first[own + 1] && n < most; i++)
		if (s->fit[p->own_kinds[i]] >= 0)
			n += count_kind(a, want, p->own_kinds[i], most - n);
	if (bucket != SIZE_MAX && s->fit[bucket] >= 0 && n < most)
		n += count_kind(a, want, (uint32_t)bucket, most - n);
	return n;
}

static bool look(const struct attempt *a, size_t want, size_t bucket, struct spread *s)
{
	int64_t nodes = a->p->d->v[want].node_count;

	*s = (struct spread){ .bucket = bucket, .have = count_bucket(a, want, bucket) };
	s->make = nodes > s->have ? nodes - s->have : 0;
	if (bucket == SIZE_MAX)
		return s->make == 0;
	s->room = attempt_room(a, want, bucket);
	s->far = a->p->shapes[a->p->asks[want].shape].fit[bucket];
	s->cost = a->p->cost[bucket] * (double)s->make;
	return s->make == 0 || (s->far >= 0 && s->room >= s->make);
}

/* No fewer nodes of the bucket would have to be made for the job. */
static int64_t make_at_least(const struct attempt *a, size_t want, size_t bucket)
{
	const struct planner *p = a->p;
	int64_t open = a->open[bucket].nodes;

	for (uint32_t i = p->own_first[bucket]; i < p->own_first[bucket + 1]; i++)
		open += a->open[p->own_kinds[i]].nodes;
	return p->d->v[want].node_count - open;
}

/* Most buckets lose against the best so far before their rooms are counted. */
static bool loses(const struct attempt *a, size_t want, size_t bucket,
		  const struct spread *best)
{
	int64_t make = make_at_least(a, want, bucket);

	if (make <= 0)
		return false;
	if (best->make == 0)
		return true;
	if (a->strategy == STRATEGY_LISTED)
		return a->p->shapes[a->p->asks[want].shape].fit[bucket] >= best->far;
	return a->p->cost[bucket] * (double)make > best->cost;
}

/* Cheapest, then the group with the least room that still holds all (8), then as listed. */
static bool better(const struct attempt *a, const struct spread *x, const struct spread *y)
{
	bool listed = a->strategy == STRATEGY_LISTED;

	if ((x->make == 0) != (y->make == 0))
		return x->make == 0;
	if (listed && x->far != y->far)
		return x->far < y->far;
	if (listed)
		return false;
	if (x->cost < y->cost || x->cost > y->cost)
		return x->cost < y->cost;
	if (x->room + x->have != y->room + y->have && a->p->f->buckets[x->bucket].group[0])
		return x->room + x->have < y->room + y->have;
	return x->far < y->far;
}

static bool find(struct attempt *a, size_t want, struct spread *best)
{
	const struct planner *p = a->p;
	const struct shape *s = &p->shapes[p->asks[want].shape];
	bool any = look(a, want, SIZE_MAX, best);
	struct spread other;

	for (size_t i = 0; i < s->n_spread; i++) {
		uint32_t b = s->spread[i];

		/* nothing to make, as wanted, and no group to choose: it gets no better */
		if (any && best->make == 0 && best->bucket != SIZE_MAX && best->far == 0 &&
		    !p->f->buckets[best->bucket].group[0])
			break;
		if ((any && loses(a, want, b, best)) || !look(a, want, b, &other))
			continue;
		if ((any && !better(a, &other, best)) ||
		    (other.make > 0 && !candidate_is(p, want, b)))
			continue;
		*best = other;
		any = true;
	}
	return any;
}

/* empty_only: idle nodes go first, nodes with room after them. */
static int64_t use_kind(struct attempt *a, size_t want, uint32_t kind, int64_t left,
			bool empty_only)
{
	struct room_scan scan;
	double take[DIMS_MAX];
	int64_t done = 0;
	uint32_t at;

	if (!kind_may_take(a->p, want, &a->p->kinds[kind]))
		return 0;
	room_scan(&scan, a, want, kind, empty_only ? SETS_EMPTY : SETS_USED);
	while (done < left && (at = room_next(&scan, a)) != UINT32_MAX) {
		int64_t nodes = a->rooms[at].count;

		if (a->rooms[at].job == a->job || room_slots(a, &a->rooms[at], want, take) == 0)
			continue;
		nodes = nodes < left - done ? nodes : left - done;
		attempt_use(a, want, at, nodes, 1, take);
		done += nodes;
	}
	return done;
}

static int64_t use_existing(struct attempt *a, size_t want, size_t bucket, int64_t left)
{
	const struct planner *p = a->p;
	const struct shape *s = &p->shapes[p->asks[want].shape];
	size_t own = bucket == SIZE_MAX ? p->f->n_buckets : bucket;
	int64_t done = 0;

	for (int pass = 0; pass < 2 * RANK_NEW && done < left; pass++)
		for (uint32_t i = p->own_first[own]; i < p->own_first[own + 1]; i++) {
			uint32_t kind = p->own_kinds[i];

			if (done < left && s->fit[kind] >= 0 && !is_coming(a, kind) &&
			    p->kinds[kind].rank == (enum rank)(pass / 2))
				done += use_kind(a, want, kind, left - done, pass % 2 == 0);
		}
	return done;
}

/* What was opened for others before, of nodes that come and of those to be made. */
static int64_t use_planned(struct attempt *a, size_t want, size_t bucket, int64_t left)
{
	uint32_t coming = coming_kind(a, bucket);
	const struct shape *s = &a->p->shapes[a->p->asks[want].shape];
	int64_t done = 0;

	for (int empty = 0; empty < 2; empty++) {
		if (coming != UINT32_MAX && s->fit[coming] >= 0 && done < left)
			done += use_kind(a, want, coming, left - done, empty);
		if (done < left)
			done += use_kind(a, want, (uint32_t)bucket, left - done, empty);
	}
	return done;
}

static void use_new(struct attempt *a, size_t want, size_t bucket, int64_t left)
{
	double take[DIMS_MAX];
	size_t at;

	attempt_open(a, want, bucket, left);
	for (size_t i = 0; i < a->n_fresh; i++) {
		room_slots(a, &a->rooms[a->fresh[i]], want, take);
		attempt_use(a, want, a->fresh[i], 1, 1, take);
	}
	left -= (int64_t)a->n_fresh;
	if (left == 0)
		return;
	at = a->n_rooms - 1;
	room_slots(a, &a->rooms[at], want, take);
	attempt_use(a, want, (uint32_t)at, left, 1, take);
}

static void place_one(struct attempt *a, size_t want, const struct spread *s)
{
	int64_t left = a->p->d->v[want].node_count;

	a->job++;
	left -= use_existing(a, want, s->bucket, left);
	if (left > 0 && s->bucket != SIZE_MAX)
		left -= use_planned(a, want, s->bucket, left);
	if (left > 0)
		use_new(a, want, s->bucket, left);
	pools_take(a, want, 1, true);
}

void place_scatter(struct attempt *a, size_t want)
{
	const struct want *w = &a->p->d->v[want];
	struct spread s;

	for (int64_t i = 0; i < w->times; i++) {
		if (pools_allow(a, want, 1) < 1 || !find(a, want, &s))
			break;
		place_one(a, want, &s);
	}
}
