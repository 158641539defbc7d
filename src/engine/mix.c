/*
 * Arrays of which a part is on demand whatever spot there is (B2): so many nodes first, and
 * then one for so many of spot. Nodes that boot count when they are taken, as if they were
 * bought now.
 */
#include "engine/plan_private.h"

static const struct array_spec *spec_of(const struct planner *p, size_t bucket)
{
	return p->f->arrays[p->f->buckets[bucket].array].spec;
}

bool is_mixed(const struct planner *p, size_t bucket)
{
	const struct array_spec *s = spec_of(p, bucket);

	return s->ondemand_nodes > 0 || s->ondemand_percent > 0;
}

struct mix {
	int64_t spot, ondemand; /* nodes of the array */
};

static struct mix mix_of(const struct attempt *a, size_t array)
{
	const struct planner *p = a->p;
	struct mix m = { 0, 0 };

	for (size_t b = 0; b < p->f->n_buckets; b++) {
		int64_t n = p->live[b] + a->made[b];

		if (p->f->buckets[b].array != array)
			continue;
		if (coming_kind(a, b) != UINT32_MAX)
			n += (int64_t)a->taken[b] -
			     (int64_t)(p->coming_first[b + 1] - p->coming_first[b]);
		if (p->f->buckets[b].spot)
			m.spot += n;
		else
			m.ondemand += n;
	}
	return m;
}

static int64_t spot_room(const struct array_spec *s, const struct mix *m)
{
	int64_t most;

	if (m->ondemand < s->ondemand_nodes)
		return 0;
	if (s->ondemand_percent <= 0)
		return INT64_MAX;
	most = m->ondemand * (100 - s->ondemand_percent) / s->ondemand_percent;
	return most > m->spot ? most - m->spot : 0;
}

int64_t mix_room(const struct attempt *a, size_t bucket, bool waits)
{
	const struct array_spec *s = spec_of(a->p, bucket);
	struct mix m = mix_of(a, a->p->f->buckets[bucket].array);
	int64_t spot = spot_room(s, &m);

	if (a->p->f->buckets[bucket].spot)
		return spot;
	if (!waits)
		return INT64_MAX;
	if (m.ondemand < s->ondemand_nodes)
		return s->ondemand_nodes - m.ondemand;
	return spot == 0;
}
