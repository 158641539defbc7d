/* Jobs that begin soon keep nodes that are there and that they fit: those that stay anyway
 * first, then others; none is made for them. */
#include "base/mem.h"
#include "engine/plan_private.h"

int64_t plan_soon_s(const struct array_spec *a)
{
	return a->idle_s > BOOT_USUAL_S ? a->idle_s : BOOT_USUAL_S;
}

/* Also one whose time has come and that the scheduler has not looked at since. */
static bool begins_soon(const struct facts *f, const struct want *w, size_t array)
{
	int64_t soon = plan_soon_s(f->arrays[array].spec), left = w->begins_s - f->now_s;

	return left <= soon && left > -soon;
}

static bool may_keep(const struct planner *p, size_t want, const struct kind *k, uint32_t kind)
{
	return (k->rank == RANK_READY || k->rank == RANK_BOOTING) && k->array != SIZE_MAX &&
	       p->shapes[p->asks[want].shape].fit[kind] >= 0 && kind_usable(p, want, k) &&
	       begins_soon(p->f, &p->d->v[want], k->array);
}

/* How many of so many slots, or whether one of so many nodes, the room takes. */
static int64_t keep_room(struct attempt *a, size_t want, struct room *r, int64_t left)
{
	bool wide = a->p->d->v[want].node_count > 0, stays = r->matched || !r->empty;
	double take[DIMS_MAX];
	int64_t n;

	if (!may_keep(a->p, want, &a->p->kinds[r->kind], r->kind) || (wide && r->job == a->job))
		return 0;
	n = room_slots(a, r, want, take);
	n = wide && n > 1 ? 1 : n;
	n = n < left ? n : left;
	if (n == 0)
		return 0;
	if (!stays)
		a->soon[r->node] = (uint32_t)want + 1;
	room_fill(a, want, r, n, take);
	return n;
}

static int64_t keep_for(struct attempt *a, size_t want, int64_t slots)
{
	int64_t left = slots;

	a->job++;
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < a->p->n_rooms && left > 0; i++) {
			struct room *r = &a->rooms[i];

			if (pass == 1 || r->matched || !r->empty)
				left -= keep_room(a, want, r, left);
		}
	return slots - left;
}

void soon_keep(struct attempt *a)
{
	const struct demand *d = a->p->d;

	for (size_t i = 0; i < d->n; i++) {
		const struct want *w = &d->v[i];
		int64_t jobs = w->node_count > 0 ? w->not_eligible : 1;

		if (w->begins_s == 0)
			continue;
		if (!a->soon)
			a->soon = xcalloc(a->p->f->n_nodes + 1, sizeof(*a->soon));
		while (jobs-- > 0 &&
		       keep_for(a, i, w->node_count > 0 ? w->node_count : w->not_eligible) > 0)
			;
	}
}
