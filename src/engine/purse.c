/*
 * What budgets leave for new nodes (B8). A node takes its price until its expected end: that of
 * the work it is made for, or its array's idle time-out, and not beyond the budget's period.
 * Nodes that boot are taken from a purse as they are given work, as if they were bought now: so
 * the next decision finds what this one left (I10).
 */
#include <math.h>

#include "engine/plan_private.h"

#define HOUR_S 3600.0

/* want SIZE_MAX: for no work */
static bool is_of(const struct planner *p, const struct fact_purse *u, size_t bucket,
		  size_t want)
{
	uint16_t of = want == SIZE_MAX ? 0 : p->d->v[want].purses;

	return (!u->pays || u->pays & of) &&
	       (u->array == SIZE_MAX || u->array == p->f->buckets[bucket].array);
}

double purse_cost(const struct planner *p, const struct fact_purse *u, size_t bucket,
		  size_t want)
{
	const struct fact_bucket *b = &p->f->buckets[bucket];
	int64_t run_s = want == SIZE_MAX ? 0 : p->d->v[want].run_s;
	int64_t use_s = run_s > 0 ? run_s : p->f->arrays[b->array].spec->idle_s;
	int64_t left_s = u->until_s - p->f->now_s;

	use_s = use_s < left_s ? use_s : left_s;
	return b->price > 0 && use_s > 0 ? b->price * (double)use_s / HOUR_S : 0;
}

static int64_t least_room(const struct attempt *a, size_t bucket, size_t want, int64_t coming,
			  bool of_users)
{
	const struct facts *f = a->p->f;
	int64_t room = INT64_MAX;

	for (size_t i = 0; i < f->n_purses; i++) {
		double cost = purse_cost(a->p, &f->purses[i], bucket, want);
		double left = a->purses[i] - cost * (double)coming;
		int64_t nodes;

		if (cost <= 0 || !is_of(a->p, &f->purses[i], bucket, want) ||
		    (of_users && !f->purses[i].pays))
			continue;
		nodes = left <= 0 ? 0 : (int64_t)floor(left / cost + 1e-9);
		room = nodes < room ? nodes : room;
	}
	return room;
}

int64_t purse_room(const struct attempt *a, size_t bucket, size_t want, int64_t coming)
{
	return least_room(a, bucket, want, coming, false);
}

int64_t purse_coming(const struct attempt *a, size_t bucket, size_t want)
{
	return least_room(a, bucket, want, 0, true);
}

void purse_take(struct attempt *a, size_t bucket, int64_t nodes, size_t want)
{
	const struct facts *f = a->p->f;

	for (size_t i = 0; i < f->n_purses; i++)
		if (is_of(a->p, &f->purses[i], bucket, want))
			a->purses[i] -=
			    (double)nodes * purse_cost(a->p, &f->purses[i], bucket, want);
}

size_t purse_binding(const struct attempt *a, size_t bucket, size_t want, int64_t nodes)
{
	const struct facts *f = a->p->f;

	for (size_t i = 0; i < f->n_purses; i++) {
		double cost = purse_cost(a->p, &f->purses[i], bucket, want);

		if (is_of(a->p, &f->purses[i], bucket, want) &&
		    a->purses[i] + 1e-9 < cost * (double)nodes)
			return i;
	}
	return SIZE_MAX;
}
