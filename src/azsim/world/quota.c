#include "azsim/world/quota.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

static bool is_word(const char *name, const char *word)
{
	return text_casecmp(name, word) == 0;
}

static struct az_limit *named(struct az_quota *q, const char *name)
{
	if (is_word(name, "cores"))
		return &q->cores;
	if (is_word(name, "lowPriorityCores"))
		return &q->spot;
	if (is_word(name, "virtualMachines"))
		return &q->vms;
	if (is_word(name, "virtualMachineScaleSets"))
		return &q->sets;
	for (size_t i = 0; i < az_families(); i++)
		if (is_word(name, az_family_name(i)))
			return &q->family[i];
	return NULL;
}

int az_quota_set(struct az_quota *q, const char *name, int64_t limit)
{
	struct az_limit *l = named(q, name);

	if (!l || limit < 0)
		return -1;
	l->limit = limit;
	return 0;
}

void az_quota_init(struct az_quota *q, const struct az_scenario *sc, int region)
{
	*q = (struct az_quota){
		.cores = { 0, sc->quota_cores },
		.spot = { 0, sc->quota_spot },
		.vms = { 0, sc->quota_vms },
		.sets = { 0, sc->quota_sets },
	};
	for (size_t i = 0; i < az_families(); i++)
		q->family[i].limit = sc->quota_family;
	for (const struct az_override *o = sc->quotas; o; o = o->next) {
		struct az_limit *l = o->region == region ? named(q, o->name) : NULL;

		if (l)
			l->limit = o->cores;
	}
}

static int over(const struct az_limit *l, int64_t need, const char *what, int region,
		struct az_refusal *r)
{
	if (need <= 0 || l->used + need <= l->limit)
		return 0;
	return az_refuse(
	    r, 409, "OperationNotAllowed",
	    "Operation could not be completed as it results in exceeding approved %s quota. "
	    "Additional details - Deployment Model: Resource Manager, Location: %s, "
	    "Current Limit: %" PRId64 ", Current Usage: %" PRId64
	    ", Additional Required: %" PRId64 ", (Minimum) New Limit Required: %" PRId64 ".",
	    what, az_regions[region].name, l->limit, l->used, need, l->used + need);
}

int az_quota_check(const struct az_quota *q, int region, const struct az_sku *s, bool spot,
		   int64_t n, struct az_refusal *r)
{
	int64_t cores = n * (int64_t)s->vcpus;
	char what[80];
	size_t len = strlen(s->family) < 60 ? strlen(s->family) : 60;

	if (over(&q->vms, n, "VirtualMachines", region, r) != 0)
		return -1;
	if (spot)
		return over(&q->spot, cores, "LowPriorityCores", region, r);
	memcpy(what, s->family, len);
	memcpy(what + len, " Cores", sizeof(" Cores"));
	if (over(&q->family[az_family_of(s)], cores, what, region, r) != 0)
		return -1;
	return over(&q->cores, cores, "Total Regional Cores", region, r);
}

void az_quota_add(struct az_quota *q, const struct az_sku *s, bool spot, int64_t n)
{
	int64_t cores = n * (int64_t)s->vcpus;

	q->vms.used += n;
	if (spot) {
		q->spot.used += cores;
		return;
	}
	q->cores.used += cores;
	q->family[az_family_of(s)].used += cores;
}
