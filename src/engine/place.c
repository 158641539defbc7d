/* One attempt: its own copy of rooms and limits, wants in order, and how two attempts compare.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/plan_private.h"

#define USE_UNKNOWN_S 3600 /* expected use of a node by work without a time limit */

void attempt_make(struct attempt *a, const struct planner *p, enum strategy s, enum coming c)
{
	*a = (struct attempt){ .p = p, .strategy = s, .coming = c };
	ledger_copy(&a->ledger, &p->ledger);
	a->pools = xcalloc(p->f->n_pools + 1, sizeof(*a->pools));
	for (size_t i = 0; i < p->f->n_pools; i++)
		a->pools[i] = p->f->pools[i].left;
	for (size_t i = 0; i < p->f->n_purses; i++)
		a->purses[i] = p->f->purses[i].left;
	a->open = xcalloc(p->n_kinds + 1, sizeof(*a->open));
	a->want_placed = xcalloc(p->d->n + 1, sizeof(*a->want_placed));
	a->want_waiting = xcalloc(p->d->n + 1, sizeof(*a->want_waiting));
	a->made = xcalloc(p->f->n_buckets + 1, sizeof(*a->made));
	a->kept = xcalloc(p->f->n_buckets + 1, sizeof(*a->kept));
	a->taken = xcalloc(p->f->n_buckets + 1, sizeof(*a->taken));
	a->scratch = xcalloc(p->f->n_buckets + 1, sizeof(*a->scratch));
	a->cap_rooms = p->n_rooms + 64;
	a->rooms = xcalloc(a->cap_rooms, sizeof(*a->rooms));
	memcpy(a->rooms, p->rooms, p->n_rooms * sizeof(*a->rooms));
	a->n_rooms = p->n_rooms;
	for (size_t i = 0; i < a->n_rooms; i++)
		if (!a->rooms[i].closed && !is_coming(a, a->rooms[i].kind))
			room_new(a, (uint32_t)i);
}

void attempt_clear(struct attempt *a)
{
	for (size_t i = 0; a->open && i < a->p->n_kinds; i++)
		rooms_clear(&a->open[i]);
	ledger_clear(&a->ledger);
	free(a->pools);
	free(a->rooms);
	free(a->open);
	free(a->placed);
	free(a->want_placed);
	free(a->want_waiting);
	free(a->made);
	free(a->kept);
	free(a->taken);
	free(a->fresh);
	free(a->scratch);
	free(a->soon);
	*a = (struct attempt){ 0 };
}

int64_t room_slots(const struct attempt *a, const struct room *r, size_t want,
		   double take[DIMS_MAX])
{
	const struct ask *ask = &a->p->asks[want];

	if (r->closed || r->count == 0)
		return 0;
	if (ask->exclusive && !r->empty)
		return 0;
	if (r->task && !(ask->exclusive_task && r->task == want + 1))
		return 0;
	if (ask->exclusive_task && !r->task && !r->empty)
		return 0;
	return slots_in(a->p, want, &a->p->kinds[r->kind], r->node, r->free, take);
}

static uint32_t room_add(struct attempt *a, struct room r)
{
	GROW(a->rooms, a->n_rooms, a->cap_rooms);
	a->rooms[a->n_rooms] = r;
	return (uint32_t)a->n_rooms++;
}

static double hours_of(int64_t run_s)
{
	return (double)((run_s > 0 ? run_s : USE_UNKNOWN_S) + BOOT_USUAL_S) / 3600;
}

static int64_t run_s_of(const struct planner *p, size_t want)
{
	return want == SIZE_MAX ? 0 : p->d->v[want].run_s;
}

void attempt_buy(struct attempt *a, size_t bucket, int64_t nodes, size_t want)
{
	const struct kind *k = &a->p->kinds[bucket];
	struct room r = {
		.kind = (uint32_t)bucket, .node = SIZE_MAX, .count = nodes, .empty = true
	};

	memcpy(r.free, k->cap, sizeof(r.free));
	ledger_take(a->p, &a->ledger, bucket, nodes);
	purse_take(a, bucket, nodes, want);
	a->made[bucket] += nodes;
	a->cost += a->p->cost[bucket] * hours_of(run_s_of(a->p, want)) * (double)nodes;
	room_new(a, room_add(a, r));
}

/*
 * Nodes that boot, taken as if they were bought now
 */

uint32_t coming_kind(const struct attempt *a, size_t bucket)
{
	return a->coming == COMING_AS_ROOMS ? UINT32_MAX : a->p->coming_kind[bucket];
}

bool is_coming(const struct attempt *a, uint32_t kind)
{
	size_t b = a->p->kinds[kind].bucket;

	return b != SIZE_MAX && coming_kind(a, b) == kind;
}

int64_t coming_left(const struct attempt *a, size_t want, size_t bucket)
{
	const struct planner *p = a->p;
	uint32_t kind = coming_kind(a, bucket);
	int64_t left, afford;

	if (kind == UINT32_MAX || p->shapes[p->asks[want].shape].fit[kind] < 0)
		return 0;
	left =
	    (int64_t)(p->coming_first[bucket + 1] - p->coming_first[bucket] - a->taken[bucket]);
	afford = left > 0 ? purse_coming(a, bucket, want) : left;
	return left < afford ? left : afford;
}

int64_t attempt_room(const struct attempt *a, size_t want, size_t bucket)
{
	int64_t may_make = ledger_room(a->p, &a->ledger, bucket);
	int64_t left = coming_left(a, want, bucket);
	int64_t afford = purse_room(a, bucket, want, left);
	int64_t room, mixed;

	may_make = may_make < afford ? may_make : afford;
	room = may_make > INT64_MAX - left ? INT64_MAX : may_make + left;
	if (!is_mixed(a->p, bucket) || room == 0)
		return room;
	mixed = mix_room(a, bucket, candidate_waits(a->p, want, (uint32_t)bucket));
	return mixed < room ? mixed : room;
}

void attempt_open(struct attempt *a, size_t want, size_t bucket, int64_t nodes)
{
	const struct planner *p = a->p;
	int64_t left = coming_left(a, want, bucket);

	int64_t again = left < nodes ? left : nodes;

	a->n_fresh = 0;
	a->sunk += a->p->cost[bucket] * hours_of(p->d->v[want].run_s) * (double)again;
	purse_take(a, bucket, again, want);
	for (; left > 0 && nodes > 0; left--, nodes--) {
		GROW(a->fresh, a->n_fresh, a->cap_fresh);
		a->fresh[a->n_fresh] = p->coming[p->coming_first[bucket] + a->taken[bucket]++];
		room_new(a, a->fresh[a->n_fresh++]);
	}
	if (nodes > 0)
		attempt_buy(a, bucket, nodes, want);
}

static void note_placement(struct attempt *a, size_t want, const struct room *r, int64_t n)
{
	const struct kind *k = &a->p->kinds[r->kind];
	struct placement *last = a->n_placed ? &a->placed[a->n_placed - 1] : NULL;
	size_t create = r->node == SIZE_MAX ? k->bucket : SIZE_MAX;

	a->want_placed[want] += n;
	if (k->rank == RANK_BOOTING || k->rank == RANK_NEW)
		a->want_waiting[want] += n;
	if (last && last->want == want && last->node == r->node && last->create == create) {
		last->slots += n;
		return;
	}
	GROW(a->placed, a->n_placed, a->cap_placed);
	/* where there is room there is a list, which the analyzer cannot know */
	a->placed[a->n_placed++] = /* NOLINT(clang-analyzer-core.NullDereference) */
	    (struct placement){ .want = want, .node = r->node, .create = create, .slots = n };
}

void room_fill(const struct attempt *a, size_t want, struct room *r, int64_t each,
	       const double take[DIMS_MAX])
{
	const struct ask *ask = &a->p->asks[want];

	for (size_t d = 0; d < a->p->n_dims; d++) {
		r->free[d] -= take[d] * (double)each;
		r->free[d] = r->free[d] < 1e-9 ? 0 : r->free[d];
	}
	r->empty = false;
	r->job = a->job;
	r->closed = r->closed || ask->exclusive;
	if (ask->exclusive_task)
		r->task = (uint32_t)want + 1;
}

void attempt_use(struct attempt *a, size_t want, uint32_t room, int64_t nodes, int64_t each,
		 const double take[DIMS_MAX])
{
	struct room *r = &a->rooms[room];

	if (nodes < r->count) { /* the rest stays as it was */
		struct room rest = *r;

		rest.count -= nodes;
		r->count = nodes;
		room_open_beside(a, room, room_add(a, rest));
		r = &a->rooms[room];
	}
	if (!r->matched && r->node != SIZE_MAX && a->p->kinds[r->kind].rank == RANK_BOOTING &&
	    a->p->kinds[r->kind].bucket != SIZE_MAX && !is_coming(a, r->kind))
		purse_take(a, a->p->kinds[r->kind].bucket, nodes, want);
	room_fill(a, want, r, each, take);
	r->matched = true;
	room_shut(a, room);
	room_open(a, room);
	note_placement(a, want, r, nodes * each);
}

/*
 * Pools: licences limit slots, not nodes
 */

int64_t pools_allow(const struct attempt *a, size_t want, int64_t slots)
{
	const struct ask *ask = &a->p->asks[want];

	for (uint32_t i = ask->first_pool; i < ask->first_pool + ask->n_pools; i++) {
		const struct pool_use *u = &a->p->uses[i];
		double left = u->pool == UINT32_MAX ? 0 : a->pools[u->pool];

		if (u->n <= 0)
			continue;
		if (u->once)
			slots = left + 1e-9 >= u->n ? slots : 0;
		else if ((double)slots * u->n > left + 1e-9)
			slots = (int64_t)((left + 1e-9) / u->n);
	}
	return slots;
}

void pools_take(struct attempt *a, size_t want, int64_t slots, bool first)
{
	const struct ask *ask = &a->p->asks[want];

	for (uint32_t i = ask->first_pool; i < ask->first_pool + ask->n_pools; i++) {
		const struct pool_use *u = &a->p->uses[i];

		if (u->pool == UINT32_MAX || slots == 0)
			continue;
		if (!u->once)
			a->pools[u->pool] -= u->n * (double)slots;
		else if (first)
			a->pools[u->pool] -= u->n;
	}
}

/*
 * The run
 */

struct turn {
	size_t want;
	double weight;
};

/* How much of the largest node one slot takes; what fits fewer buckets goes first (B1c). */
static double weight_of(const struct planner *p, size_t want)
{
	const struct shape *s = &p->shapes[p->asks[want].shape];
	double most = 0, scarce = s->n_buckets ? 1.0 / (double)s->n_buckets : 0;

	for (uint32_t i = p->asks[want].first; i < p->asks[want].first + p->asks[want].n; i++) {
		double cap = 0;

		for (size_t k = 0; k < s->n_buckets; k++) {
			double c = p->kinds[s->buckets[k]].cap[p->amounts[i].dim];

			cap = c > cap ? c : cap;
		}
		if (cap > 0 && p->amounts[i].n / cap > most)
			most = p->amounts[i].n / cap;
	}
	return p->asks[want].exclusive ? 10 + most : most + scarce;
}

static int turn_cmp(const void *a, const void *b)
{
	const struct turn *x = a, *y = b;

	if (x->weight < y->weight || x->weight > y->weight)
		return x->weight > y->weight ? -1 : 1;
	return x->want < y->want ? -1 : x->want > y->want;
}

void attempt_run(struct attempt *a)
{
	const struct demand *d = a->p->d;
	struct turn *turns = xcalloc(d->n + 1, sizeof(*turns));

	for (size_t i = 0; i < d->n; i++)
		turns[i] = (struct turn){ .want = i,
					  .weight = a->strategy == STRATEGY_LARGE_FIRST
							? weight_of(a->p, i)
							: 0 };
	if (a->strategy == STRATEGY_LARGE_FIRST)
		qsort(turns, d->n, sizeof(*turns), turn_cmp);
	for (size_t i = 0; i < d->n; i++) {
		size_t w = turns[i].want;

		if (!a->p->asks[w].eligible)
			continue;
		least_of(a, w);
		if (d->v[w].node_count > 0)
			place_scatter(a, w);
		else if (d->v[w].slots > 0)
			place_pack(a, w);
	}
	free(turns);
}

static int64_t made_in_all(const struct attempt *a, int64_t *sizes)
{
	int64_t n = 0;

	*sizes = 0;
	for (size_t b = 0; b < a->p->f->n_buckets; b++) {
		n += a->made[b] + a->taken[b];
		*sizes += a->made[b] + a->taken[b] > 0;
	}
	return n;
}

static int by_count(const struct attempt *a, const struct attempt *b)
{
	int64_t sa, sb, na = made_in_all(a, &sa), nb = made_in_all(b, &sb);

	if (na != nb)
		return na < nb ? -1 : 1;
	return sa < sb ? -1 : sa > sb;
}

bool attempt_saves(const struct attempt *a, const struct attempt *b)
{
	for (size_t i = 0; i < a->p->d->n; i++)
		if (a->want_placed[i] != b->want_placed[i])
			return false;
	return a->cost < b->cost - 1e-9 * (1 + b->cost);
}

/* Placed work in priority order, then cost, nodes, sizes; with fewest_nodes nodes come first.
 */
int attempt_compare(const struct attempt *a, const struct attempt *b)
{
	double slack = 1e-9 * (1 + a->cost);
	int counts = by_count(a, b);

	for (size_t i = 0; i < a->p->d->n; i++)
		if (a->want_placed[i] != b->want_placed[i])
			return a->want_placed[i] > b->want_placed[i] ? -1 : 1;
	if (a->p->f->choose == CHOOSE_FEWEST && counts)
		return counts;
	if (a->p->f->choose == CHOOSE_BALANCED)
		slack = 0.1 * (a->cost < b->cost ? a->cost : b->cost) + slack;
	if (a->cost < b->cost - slack || a->cost > b->cost + slack)
		return a->cost < b->cost ? -1 : 1;
	if (a->sunk < b->sunk - slack || a->sunk > b->sunk + slack)
		return a->sunk < b->sunk ? -1 : 1;
	return counts;
}
