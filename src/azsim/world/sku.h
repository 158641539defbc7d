/* The catalogue: what a size is, where it is sold, and what it costs. Figures of prices are
 * samples, not offers. */
#ifndef AZSIM_WORLD_SKU_H
#define AZSIM_WORLD_SKU_H

#include <stdbool.h>
#include <stddef.h>

enum az_region { AZ_WESTEUROPE, AZ_NORTHEUROPE, AZ_EASTUS, AZ_REGIONS };

struct az_region_info {
	const char *name, *title;
	double price_factor; /* against eastus, on which the table's samples are based */
};

struct az_sku {
	const char *name, *family;
	unsigned int vcpus;
	double memory_gb;
	unsigned int gpus;
	unsigned int cache_gb, temp_gb, nvme_gb; /* what an ephemeral disk may lie on */
	unsigned int disks_max, nics_max;
	unsigned int flags;		 /* SKU_... */
	unsigned char zones[AZ_REGIONS]; /* bit 1 << n for zone n; 0xff: not sold there; 0: sold
					    without zones */
	double price, spot_price;	 /* USD an hour in eastus, Linux */
};

enum {
	SKU_RDMA = 1,
	SKU_PREMIUM = 2,
	SKU_ACCELERATED = 4,
	SKU_SPOT = 8,
	SKU_GEN1 = 16,
	SKU_GEN2 = 32,
	SKU_PRESERVING = 64, /* memory-preserving maintenance */
	SKU_NARROW = 128,    /* H, N, L or M: at most 200 in a Flexible set with more than one
				fault domain */
};

#define AZ_NOT_SOLD	0xff
#define AZ_FAMILIES_MAX 32

extern const struct az_region_info az_regions[AZ_REGIONS];
extern const struct az_sku az_skus[]; /* ends with a NULL name */

int az_region_find(const char *name); /* "West Europe" counts as "westeurope"; -1 */
const struct az_sku *az_sku_find(const char *name);
bool az_sku_sold(const struct az_sku *s, int region);
bool az_sku_zone(const struct az_sku *s, int region, int zone);
bool az_sku_ephemeral(const struct az_sku *s);

size_t az_families(void);
const char *az_family_name(size_t i);
size_t az_family_of(const struct az_sku *s);

#endif
