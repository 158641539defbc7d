/* The hardware nobody shows: free cores per region, zone, family and kind of offer. */
#ifndef AZSIM_WORLD_CAPACITY_H
#define AZSIM_WORLD_CAPACITY_H

#include <stdbool.h>
#include <stdint.h>

#include "azsim/world/refusal.h"
#include "azsim/world/scenario.h"
#include "azsim/world/sku.h"

#define AZ_ZONES 4 /* 0: the region without a zone */

struct az_pool {
	int64_t cores; /* -1: without end */
	int64_t used;
	int64_t seen_ms; /* recovery is counted from here */
};

struct az_stock {
	struct az_pool pool[AZ_REGIONS][AZ_ZONES][AZ_FAMILIES_MAX][2];
	int64_t recover; /* cores a minute that come back to a pool that ran dry */
};

struct az_place {
	int region, zone;
	const struct az_sku *size;
	bool spot;
	bool pinned;	  /* single placement group: one hardware cluster */
	bool constrained; /* ephemeral disk or accelerated network besides */
};

void az_stock_init(struct az_stock *s, const struct az_scenario *sc, int64_t now);
int az_stock_take(struct az_stock *s, const struct az_place *p, int64_t now,
		  struct az_refusal *r);
void az_stock_give(struct az_stock *s, const struct az_place *p);
void az_stock_force(struct az_stock *s,
		    const struct az_place *p); /* takes without asking: it runs already */

#endif
