/* Sizes, quotas, and the older list of sizes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/arm/arm.h"
#include "base/text.h"

static void cap(struct json *list, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void cap(struct json *list, const char *name, const char *fmt, ...)
{
	struct json *e = json_add_object(list);
	char text[64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_set_str(e, "name", name);
	json_set_str(e, "value", text);
}

static const char *yes(bool b)
{
	return b ? "True" : "False";
}

static void capabilities(struct json *list, const struct az_sku *s)
{
	unsigned int f = s->flags;

	cap(list, "MaxResourceVolumeMB", "%u", s->temp_gb * 1024);
	cap(list, "OSVhdSizeMB", "1047552");
	cap(list, "vCPUs", "%u", s->vcpus);
	cap(list, "vCPUsAvailable", "%u", s->vcpus);
	cap(list, "vCPUsPerCore", "%d", f & SKU_RDMA ? 1 : 2);
	cap(list, "MemoryPreservingMaintenanceSupported", "%s", yes(f & SKU_PRESERVING));
	cap(list, "HyperVGenerations", "%s", f & SKU_GEN1 ? "V1,V2" : "V2");
	cap(list, "CpuArchitectureType", "x64");
	cap(list, "MemoryGB", "%g", s->memory_gb);
	cap(list, "MaxDataDiskCount", "%u", s->disks_max);
	cap(list, "LowPriorityCapable", "%s", yes(f & SKU_SPOT));
	cap(list, "PremiumIO", "%s", yes(f & SKU_PREMIUM));
	cap(list, "EphemeralOSDiskSupported", "%s", yes(az_sku_ephemeral(s)));
	cap(list, "AcceleratedNetworkingEnabled", "%s", yes(f & SKU_ACCELERATED));
	cap(list, "RdmaEnabled", "%s", yes(f & SKU_RDMA));
	cap(list, "MaxNetworkInterfaces", "%u", s->nics_max);
	if (s->gpus)
		cap(list, "GPUs", "%u", s->gpus);
	if (s->cache_gb)
		cap(list, "CachedDiskBytes", "%llu", (unsigned long long)s->cache_gb << 30);
	if (s->nvme_gb)
		cap(list, "NvmeDiskSizeInMiB", "%u", s->nvme_gb * 1024);
}

static const char *short_size(const char *name)
{
	return strchr(name, '_') ? strchr(name, '_') + 1 : name;
}

static struct json *sku_json(const struct az_sku *s, int region)
{
	struct json *o = json_new_object(), *info, *zones;
	bool sold = az_sku_sold(s, region);

	json_set_str(o, "resourceType", "virtualMachines");
	json_set_str(o, "name", s->name);
	json_set_str(o, "tier", "Standard");
	json_set_str(o, "size", short_size(s->name));
	json_set_str(o, "family", s->family);
	json_add(json_set_array(o, "locations"), json_new_string(az_regions[region].name));
	info = json_add_object(json_set_array(o, "locationInfo"));
	json_set_str(info, "location", az_regions[region].name);
	zones = json_set_array(info, "zones");
	for (int z = 1; z <= 3; z++) {
		char text[2] = { (char)('0' + z), '\0' };

		if (az_sku_zone(s, region, z))
			json_add(zones, json_new_string(text));
	}
	json_set_array(info, "zoneDetails");
	capabilities(json_set_array(o, "capabilities"), s);
	info = json_set_array(o, "restrictions");
	if (!sold) {
		info = json_add_object(info);
		json_set_str(info, "type", "Location");
		json_add(json_set_array(info, "values"),
			 json_new_string(az_regions[region].name));
		json_put(info, "restrictionInfo.locations", json_new_array());
		json_add(json_get_mut(info, "restrictionInfo.locations"),
			 json_new_string(az_regions[region].name));
		json_set_str(info, "reasonCode", "NotAvailableForSubscription");
	}
	return o;
}

/* The one filter there is: location eq 'x'. */
static int filter_region(struct arm_call *c)
{
	struct buf b = BUF_INIT(512);
	int region = -1;
	char name[64];

	if (arm_query(c, "$filter", &b)) {
		const char *from = strchr(buf_str(&b), '\''),
			   *to = from ? strchr(from + 1, '\'') : NULL;

		if (to && strstr(buf_str(&b), "location")) {
			snprintf(name, sizeof(name), "%.*s", (int)(to - from - 1), from + 1);
			region = az_region_find(name);
			if (region < 0)
				region = -2;
		}
	}
	buf_clear(&b);
	return region;
}

void arm_skus(struct arm_call *c)
{
	int want = filter_region(c);
	struct json *o = json_new_object(), *list = json_set_array(o, "value");

	for (int region = 0; region < AZ_REGIONS; region++)
		for (const struct az_sku *s = az_skus; s->name; s++)
			if (want == -1 || want == region)
				json_add(list, sku_json(s, region));
	arm_ok(c, 200, o);
}

static int region_arg(struct arm_call *c)
{
	int region = az_region_find(c->arg[1]);

	if (region < 0)
		az_refuse(&c->r, 400, "NoRegisteredProviderFound",
			  "No registered resource provider found for location '%s'.",
			  c->arg[1]);
	return region;
}

static void usage(struct json *list, const char *name, const struct az_limit *l)
{
	struct json *e = json_add_object(list);

	json_set_str(e, "unit", "Count");
	json_set_int(e, "currentValue", l->used);
	json_set_int(e, "limit", l->limit);
	json_put(e, "name.value", json_new_string(name));
	json_put(e, "name.localizedValue", json_new_string(name));
}

void arm_usages(struct arm_call *c)
{
	int region = region_arg(c);
	const struct az_quota *q;
	struct json *o, *list;

	if (region < 0)
		return;
	q = &c->w->quota[region];
	o = json_new_object();
	list = json_set_array(o, "value");
	usage(list, "availabilitySets", &(struct az_limit){ 0, 2500 });
	usage(list, "cores", &q->cores);
	usage(list, "virtualMachines", &q->vms);
	usage(list, "virtualMachineScaleSets", &q->sets);
	usage(list, "lowPriorityCores", &q->spot);
	for (size_t i = 0; i < az_families(); i++)
		usage(list, az_family_name(i), &q->family[i]);
	arm_ok(c, 200, o);
}

static int64_t count(const struct arm_call *c, const char *type, int region)
{
	const char *key;
	void *g, *r;
	int64_t n = 0;

	for (size_t i = 0; map_next(c->w->groups, &i, &key, &g);)
		for (size_t k = 0; map_next(((struct az_group *)g)->resources, &k, &key, &r);)
			n += strcmp(((struct az_resource *)r)->type, type) == 0 &&
			     az_region_find(((struct az_resource *)r)->location) == region;
	return n;
}

void arm_net_usages(struct arm_call *c)
{
	static const struct {
		const char *name, *type;
		int64_t limit;
	} kinds[] = { { "VirtualNetworks", AZ_VNET, 1000 },
		      { "NetworkSecurityGroups", AZ_NSG, 5000 },
		      { "NetworkInterfaces", AZ_NIC, 65536 },
		      { "PublicIPAddresses", AZ_PIP, 1000 } };
	int region = region_arg(c);
	struct json *o, *list;

	if (region < 0)
		return;
	o = json_new_object();
	list = json_set_array(o, "value");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		usage(list, kinds[i].name,
		      &(struct az_limit){ count(c, kinds[i].type, region), kinds[i].limit });
	arm_ok(c, 200, o);
}

void arm_vm_sizes(struct arm_call *c)
{
	int region = region_arg(c);
	struct json *o, *list;

	if (region < 0)
		return;
	o = json_new_object();
	list = json_set_array(o, "value");
	for (const struct az_sku *s = az_skus; s->name; s++) {
		struct json *e;

		if (!az_sku_sold(s, region))
			continue;
		e = json_add_object(list);
		json_set_str(e, "name", s->name);
		json_set_int(e, "numberOfCores", s->vcpus);
		json_set_int(e, "osDiskSizeInMB", 1047552);
		json_set_int(e, "resourceDiskSizeInMB", (int64_t)s->temp_gb * 1024);
		json_set_int(e, "memoryInMB", (int64_t)(s->memory_gb * 1024));
		json_set_int(e, "maxDataDiskCount", s->disks_max);
	}
	arm_ok(c, 200, o);
}
