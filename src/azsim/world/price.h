/* What an hour costs: the catalogue's sample, times the region's factor; spot prices wander by
 * the hour, from the seed. */
#ifndef AZSIM_WORLD_PRICE_H
#define AZSIM_WORLD_PRICE_H

#include <stdbool.h>
#include <stdint.h>

#include "azsim/world/world.h"

double az_price(const struct az_world *w, const struct az_sku *s, int region, bool spot,
		int64_t utc_ms);

#endif
