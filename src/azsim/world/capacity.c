#include "azsim/world/capacity.h"

#include "base/text.h"

static struct az_pool *pool_of(struct az_stock *s, const struct az_place *p)
{
	return &s->pool[p->region][p->zone][az_family_of(p->size)][p->spot];
}

void az_stock_init(struct az_stock *s, const struct az_scenario *sc, int64_t now)
{
	s->recover = sc->stock_recover;
	for (int r = 0; r < AZ_REGIONS; r++)
		for (int z = 0; z < AZ_ZONES; z++)
			for (size_t f = 0; f < az_families(); f++) {
				s->pool[r][z][f][0] =
				    (struct az_pool){ sc->stock_cores, 0, now };
				s->pool[r][z][f][1] =
				    (struct az_pool){ sc->stock_spot, 0, now };
			}
	for (const struct az_override *o = sc->stocks; o; o = o->next)
		for (int z = 0; z < AZ_ZONES; z++)
			for (size_t f = 0; f < az_families(); f++)
				if ((o->zone < 0 || o->zone == z) &&
				    (!*o->name ||
				     text_casecmp(o->name, az_family_name(f)) == 0))
					s->pool[o->region][z][f][o->spot].cores = o->cores;
}

static int no_room(const struct az_place *p, struct az_refusal *r)
{
	const char *name = p->size->name, *region = az_regions[p->region].name;

	if (p->spot)
		return az_refuse(
		    r, 409, "SkuNotAvailable",
		    "The requested size for resource is currently not available in location '%s' "
		    "zones '%d' for Spot machines of size %s. Try another size, location or zone.",
		    region, p->zone, name);
	if (p->zone && p->constrained)
		return az_refuse(
		    r, 409, "OverconstrainedZonalAllocationRequest",
		    "Allocation failed in zone %d of %s: these constraints together have no room: "
		    "VM size %s, zone, networking or ephemeral disk. Remove one and try again.",
		    p->zone, region, name);
	if (p->zone)
		return az_refuse(
		    r, 409, "ZonalAllocationFailed",
		    "Allocation failed. There is not enough capacity for VM size %s in zone %d of %s.",
		    name, p->zone, region);
	if (p->constrained)
		return az_refuse(
		    r, 409, "OverconstrainedAllocationRequest",
		    "Allocation failed in %s: these constraints together have no room: VM size %s, "
		    "networking or ephemeral disk. Remove one and try again.",
		    region, name);
	return az_refuse(
	    r, 409, "AllocationFailed",
	    "Allocation failed. There is not enough capacity for VM size %s in %s.", name,
	    region);
}

int az_stock_take(struct az_stock *s, const struct az_place *p, int64_t now,
		  struct az_refusal *r)
{
	struct az_pool *pool = pool_of(s, p);
	int64_t minutes = (now - pool->seen_ms) / 60000;

	if (pool->cores >= 0 && pool->used + (int64_t)p->size->vcpus > pool->cores &&
	    minutes > 0) {
		pool->cores += minutes * s->recover;
		pool->seen_ms += minutes * 60000;
	}
	if (pool->cores >= 0 && pool->used + (int64_t)p->size->vcpus > pool->cores)
		return no_room(p, r);
	pool->used += (int64_t)p->size->vcpus;
	return 0;
}

void az_stock_force(struct az_stock *s, const struct az_place *p)
{
	pool_of(s, p)->used += (int64_t)p->size->vcpus;
}

void az_stock_give(struct az_stock *s, const struct az_place *p)
{
	struct az_pool *pool = pool_of(s, p);

	pool->used -= (int64_t)p->size->vcpus;
	if (pool->used < 0)
		pool->used = 0;
}
