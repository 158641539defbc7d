/* Minimum and warm nodes: made after all demand, and never over a limit (B6). */
#include <stdlib.h>

#include "base/mem.h"
#include "engine/plan_private.h"

static bool counts(const struct fact_node *n)
{
	return node_is_live(n->state) && n->state != NODE_DELETING &&
	       n->state != NODE_EVICTED && n->state != NODE_DRAINING && !n->terminate_asked &&
	       !n->drain_asked && !n->drained_by_us && !n->drained_by_other && !n->closed;
}

static bool needed(const struct fact_node *n, const struct room *r)
{
	/* jobs of a node that boots are unknown, and none */
	return r->matched || n->jobs > 0 || (n->jobs < 0 && !node_is_booting(n->state)) ||
	       n->state == NODE_BUSY;
}

/* How many nodes the array has, and how many of them nothing needs. */
static int64_t present(const struct attempt *a, size_t array, int64_t *spare)
{
	const struct facts *f = a->p->f;
	int64_t nodes = 0;

	*spare = 0;
	for (size_t i = 0; i < a->p->n_rooms; i++) {
		const struct room *r = &a->rooms[i];
		const struct fact_node *n = &f->nodes[r->node];

		bool returns = r->matched && a->p->kinds[r->kind].rank == RANK_UNDRAIN;

		if (n->array != array || (!counts(n) && !returns))
			continue;
		nodes++;
		*spare += !needed(n, r);
	}
	for (size_t b = 0; b < f->n_buckets; b++)
		if (f->buckets[b].array == array)
			nodes += a->made[b];
	return nodes;
}

static int64_t room_for(const struct attempt *a, size_t bucket)
{
	int64_t room = ledger_room(a->p, &a->ledger, bucket);
	int64_t afford = purse_room(a, bucket, SIZE_MAX, 0);

	return room < afford ? room : afford;
}

/* Spot before on-demand where the array says so; else the cheapest, then as listed. */
static size_t pick(const struct attempt *a, size_t array)
{
	const struct facts *f = a->p->f;
	const struct array_spec *s = f->arrays[array].spec;
	size_t best = SIZE_MAX;

	for (size_t b = 0; b < f->n_buckets; b++) {
		bool late = !f->buckets[b].spot && s->spot == SPOT_THEN_ONDEMAND;
		bool best_late =
		    best != SIZE_MAX && !f->buckets[best].spot && s->spot == SPOT_THEN_ONDEMAND;

		if (f->buckets[b].array != array || room_for(a, b) == 0 ||
		    (is_mixed(a->p, b) && f->buckets[b].spot && mix_room(a, b, true) == 0))
			continue;
		if (best == SIZE_MAX || (best_late && !late) ||
		    (late == best_late && f->choose != CHOOSE_PREFERENCE &&
		     a->p->cost[b] < a->p->cost[best]))
			best = b;
	}
	return best;
}

void floors_keep(struct attempt *a)
{
	const struct facts *f = a->p->f;

	for (size_t i = 0; i < f->n_arrays && !f->blind; i++) {
		const struct array_spec *s = f->arrays[i].spec;
		int64_t spare, nodes = present(a, i, &spare), missing;

		missing = s->min_nodes - nodes;
		if (s->warm_nodes - spare > missing)
			missing = s->warm_nodes - spare;
		while (missing > 0) {
			size_t b = pick(a, i);
			int64_t n;

			if (b == SIZE_MAX)
				break;
			n = room_for(a, b);
			n = n < missing ? n : missing;
			if (is_mixed(a->p, b) && mix_room(a, b, true) < n)
				n = mix_room(a, b, true) > 0 ? mix_room(a, b, true) : 1;
			attempt_buy(a, b, n, SIZE_MAX);
			a->kept[b] += n;
			missing -= n;
		}
	}
}
