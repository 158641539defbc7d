/* What the subscription may use in one region. Spot cores count against their own limit only,
 * as in Azure. */
#ifndef AZSIM_WORLD_QUOTA_H
#define AZSIM_WORLD_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

#include "azsim/world/refusal.h"
#include "azsim/world/scenario.h"
#include "azsim/world/sku.h"

struct az_limit {
	int64_t used, limit;
};

struct az_quota {
	struct az_limit cores, spot, vms, sets, family[AZ_FAMILIES_MAX];
};

void az_quota_init(struct az_quota *q, const struct az_scenario *sc, int region);
/* Would n machines of this size fit? Says what Azure says when they do not. */
int az_quota_check(const struct az_quota *q, int region, const struct az_sku *s, bool spot,
		   int64_t n, struct az_refusal *r);
void az_quota_add(struct az_quota *q, const struct az_sku *s, bool spot,
		  int64_t n);					       /* n < 0 gives back */
int az_quota_set(struct az_quota *q, const char *name, int64_t limit); /* -1: no such limit */

#endif
