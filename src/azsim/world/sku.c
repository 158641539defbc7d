#include "azsim/world/sku.h"

#include <string.h>

#include "base/text.h"

const struct az_region_info az_regions[AZ_REGIONS] = {
	[AZ_WESTEUROPE] = { "westeurope", "West Europe", 1.19 },
	[AZ_NORTHEUROPE] = { "northeurope", "North Europe", 1.09 },
	[AZ_EASTUS] = { "eastus", "East US", 1.0 },
};

#define COMMON (SKU_PREMIUM | SKU_ACCELERATED | SKU_SPOT | SKU_GEN1 | SKU_GEN2 | SKU_PRESERVING)
#define HPC                                                                                    \
	(SKU_PREMIUM | SKU_ACCELERATED | SKU_SPOT | SKU_GEN1 | SKU_GEN2 | SKU_RDMA | SKU_NARROW)
#define GPU   (SKU_PREMIUM | SKU_ACCELERATED | SKU_SPOT | SKU_GEN2 | SKU_NARROW)
#define BURST (SKU_PREMIUM | SKU_ACCELERATED | SKU_GEN1 | SKU_GEN2 | SKU_PRESERVING)
#define ALL                                                                                    \
	{                                                                                      \
		0x0e, 0x0e, 0x0e                                                               \
	}
#define F(name, n, mem, cache, temp, p, sp)                                                    \
	{                                                                                      \
		name, "standardFSv2Family", n, mem, 0, cache, temp, 0, 4, 2, COMMON, ALL, p,   \
		    sp                                                                         \
	}
#define D(name, n, mem, p, sp)                                                                 \
	{                                                                                      \
		name, "standardDSv5Family", n, mem, 0, 0, 0, 0, 4, 2, COMMON, ALL, p, sp       \
	}
#define E(name, n, mem, p, sp)                                                                 \
	{                                                                                      \
		name, "standardESv5Family", n, mem, 0, 0, 0, 0, 4, 2, COMMON, ALL, p, sp       \
	}

const struct az_sku az_skus[] = {
	{ "Standard_B2s", "standardBSFamily", 2, 4, 0, 30, 8, 0, 4, 3, BURST, ALL, 0.0416, 0 },
	{ "Standard_B4ms", "standardBSFamily", 4, 16, 0, 90, 32, 0, 8, 4, BURST, ALL, 0.166,
	  0 },
	F("Standard_F2s_v2", 2, 4, 32, 16, 0.0846, 0.0169),
	F("Standard_F4s_v2", 4, 8, 64, 32, 0.169, 0.0338),
	F("Standard_F8s_v2", 8, 16, 128, 64, 0.338, 0.0676),
	F("Standard_F16s_v2", 16, 32, 256, 128, 0.677, 0.1354),
	F("Standard_F32s_v2", 32, 64, 512, 256, 1.353, 0.2706),
	F("Standard_F64s_v2", 64, 128, 1024, 512, 2.706, 0.5412),
	F("Standard_F72s_v2", 72, 144, 1520, 576, 3.045, 0.609),
	D("Standard_D2s_v5", 2, 8, 0.096, 0.0192),
	D("Standard_D4s_v5", 4, 16, 0.192, 0.0384),
	D("Standard_D8s_v5", 8, 32, 0.384, 0.0768),
	D("Standard_D16s_v5", 16, 64, 0.768, 0.1536),
	D("Standard_D32s_v5", 32, 128, 1.536, 0.3072),
	D("Standard_D96s_v5", 96, 384, 4.608, 0.9216),
	{ "Standard_D4ds_v5", "standardDDSv5Family", 4, 16, 0, 100, 150, 0, 8, 2, COMMON, ALL,
	  0.226, 0.0452 },
	E("Standard_E4s_v5", 4, 32, 0.252, 0.0504),
	E("Standard_E8s_v5", 8, 64, 0.504, 0.1008),
	E("Standard_E16s_v5", 16, 128, 1.008, 0.2016),
	E("Standard_E32s_v5", 32, 256, 2.016, 0.4032),
	E("Standard_E64s_v5", 64, 512, 4.032, 0.8064),
	{ "Standard_L8s_v3", "standardLSv3Family", 8, 64, 0, 0, 80, 1788, 16, 4,
	  COMMON | SKU_NARROW, ALL, 0.624, 0.1248 },
	{ "Standard_HB120rs_v3",
	  "standardHBrsv3Family",
	  120,
	  448,
	  0,
	  0,
	  480,
	  1788,
	  32,
	  8,
	  HPC,
	  { 0, AZ_NOT_SOLD, 0x02 },
	  3.6,
	  0.9 },
	{ "Standard_HB120-64rs_v3",
	  "standardHBrsv3Family",
	  64,
	  448,
	  0,
	  0,
	  480,
	  1788,
	  32,
	  8,
	  HPC,
	  { 0, AZ_NOT_SOLD, 0x02 },
	  3.6,
	  0.9 },
	{ "Standard_HB176rs_v4",
	  "standardHBv4Family",
	  176,
	  768,
	  0,
	  0,
	  480,
	  3576,
	  32,
	  8,
	  HPC & ~(unsigned int)SKU_GEN1,
	  { 0, AZ_NOT_SOLD, 0x04 },
	  7.2,
	  1.8 },
	{ "Standard_HC44rs",
	  "standardHCSFamily",
	  44,
	  352,
	  0,
	  0,
	  700,
	  0,
	  4,
	  8,
	  HPC,
	  { 0, AZ_NOT_SOLD, AZ_NOT_SOLD },
	  3.168,
	  0.6336 },
	{ "Standard_NC6s_v3",
	  "standardNCSv3Family",
	  6,
	  112,
	  1,
	  0,
	  736,
	  0,
	  12,
	  4,
	  GPU,
	  { 0, 0, 0x0a },
	  3.06,
	  0.765 },
	{ "Standard_NC24ads_A100_v4",
	  "StandardNCADSA100v4Family",
	  24,
	  220,
	  1,
	  256,
	  64,
	  958,
	  8,
	  2,
	  GPU,
	  { 0x06, AZ_NOT_SOLD, 0x0e },
	  3.673,
	  0.918 },
	{ "Standard_ND96asr_v4",
	  "standardNDASv4_A100Family",
	  96,
	  900,
	  8,
	  0,
	  6000,
	  6000,
	  16,
	  8,
	  GPU | SKU_RDMA,
	  { 0x02, AZ_NOT_SOLD, 0x0a },
	  27.197,
	  6.8 },
	{ .name = NULL },
};

int az_region_find(const char *name)
{
	char plain[32];
	size_t n = 0;

	for (; name && *name && n + 1 < sizeof(plain); name++)
		if (*name != ' ')
			plain[n++] = *name;
	plain[n] = '\0';
	for (int i = 0; i < AZ_REGIONS; i++)
		if (text_casecmp(plain, az_regions[i].name) == 0)
			return i;
	return -1;
}

const struct az_sku *az_sku_find(const char *name)
{
	for (const struct az_sku *s = az_skus; name && s->name; s++)
		if (text_casecmp(s->name, name) == 0)
			return s;
	return NULL;
}

bool az_sku_sold(const struct az_sku *s, int region)
{
	return s->zones[region] != AZ_NOT_SOLD;
}

bool az_sku_zone(const struct az_sku *s, int region, int zone)
{
	return az_sku_sold(s, region) && (s->zones[region] >> zone & 1) != 0;
}

bool az_sku_ephemeral(const struct az_sku *s)
{
	return s->cache_gb >= 30 || s->temp_gb >= 30 || s->nvme_gb >= 30;
}

/* Families in the order of their first size. */
size_t az_families(void)
{
	size_t n = 0;

	for (const struct az_sku *s = az_skus; s->name; s++)
		if (s == az_skus || strcmp(s[-1].family, s->family) != 0)
			n++;
	return n;
}

size_t az_family_of(const struct az_sku *of)
{
	size_t n = 0;

	for (const struct az_sku *s = az_skus; s->name; s++) {
		if (s != az_skus && strcmp(s[-1].family, s->family) != 0)
			n++;
		if (strcmp(s->family, of->family) == 0)
			break;
	}
	return n;
}

const char *az_family_name(size_t i)
{
	size_t n = 0;

	for (const struct az_sku *s = az_skus; s->name; s++) {
		if (s != az_skus && strcmp(s[-1].family, s->family) != 0)
			n++;
		if (n == i)
			return s->family;
	}
	return "";
}
