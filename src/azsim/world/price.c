#include "azsim/world/price.h"

#include <math.h>

/* The walk of one hour, a pure function of seed, size, region and hour: the same whoever asks,
 * and after a restart. */
static double wander(const struct az_world *w, const struct az_sku *s, int region, int64_t hour)
{
	struct rng rng;

	rng_seed(&rng, w->seed ^ (uint64_t)hour * 0x9e3779b97f4a7c15u ^
			   (uint64_t)(s - az_skus) << 8 ^ (uint64_t)region);
	return 2 * rng_unit(&rng) - 1;
}

double az_price(const struct az_world *w, const struct az_sku *s, int region, bool spot,
		int64_t utc_ms)
{
	int64_t hour = utc_ms / 3600000;
	double base = (spot ? s->spot_price : s->price) * az_regions[region].price_factor;
	double shift = 0;

	if (!spot || w->sc.price_walk <= 0)
		return round(base * 1e5) / 1e5;
	for (int i = 0; i < 4; i++) /* four hours together: it wanders, it does not jump */
		shift += wander(w, s, region, hour - i) / 4;
	return round(base * (1 + w->sc.price_walk * shift) * 1e5) / 1e5;
}
