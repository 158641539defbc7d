/* What is refused of a scale set. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/arm/arm.h"
#include "base/text.h"

#define PROFILE "properties.virtualMachineProfile"

static int bad(struct arm_call *c, const char *where, const char *why)
{
	return az_refuse_at(&c->r, where, 400, "InvalidParameter",
			    "Parameter '%s' is invalid: %s", where, why);
}

static int changed(struct arm_call *c, const char *what)
{
	return az_refuse_at(&c->r, what, 409, "PropertyChangeNotAllowed",
			    "Changing property '%s' is not allowed.", what);
}

/* What a set keeps for life. */
static int check_immutable(struct arm_call *c, const struct json *doc, const struct az_set *old)
{
	static const char *const paths[] = { "properties.orchestrationMode",
					     "properties.platformFaultDomainCount",
					     PROFILE ".priority",
					     PROFILE ".evictionPolicy",
					     PROFILE ".osProfile.computerNamePrefix",
					     PROFILE ".osProfile.adminUsername",
					     PROFILE
					     ".storageProfile.osDisk.diffDiskSettings.option" };

	if (az_region_find(json_str(doc, "location", NULL)) != old->region)
		return az_refuse(&c->r, 409, "InvalidResourceLocation",
				 "The resource '%s' already exists in location '%s'.",
				 old->name, az_regions[old->region].name);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const struct json *a = json_get(old->doc, paths[i]),
				  *b = json_get(doc, paths[i]);

		if (!a && !b)
			continue;
		if (json_is(a, JSON_INT)
			? json_int(a, NULL, 0) != json_int(b, NULL, -1)
			: text_casecmp(json_str(a, NULL, ""), json_str(b, NULL, "")) != 0)
			return changed(c, paths[i] + strlen("properties."));
	}
	if (strcmp(json_str(old->doc, "zones.0", ""), json_str(doc, "zones.0", "")) != 0)
		return changed(c, "zones");
	if (!old->pinned && json_bool(doc, "properties.singlePlacementGroup", false))
		return changed(c, "singlePlacementGroup");
	return 0;
}

static bool narrow_flexible(const struct json *doc, const struct az_sku *size)
{
	return json_int(doc, "properties.platformFaultDomainCount", 1) > 1 &&
	       ((size->flags & SKU_NARROW) || !(size->flags & SKU_PRESERVING));
}

static int check_count(struct arm_call *c, const struct json *doc, const struct az_sku *size,
		       bool flexible, int64_t n)
{
	bool pinned = json_bool(doc, "properties.singlePlacementGroup", !flexible);
	const char *image = json_str(doc, PROFILE ".storageProfile.imageReference.id", "");
	const char *kind = NULL;
	int64_t max = 1000;

	if (n < 0)
		return bad(c, "sku.capacity", "it cannot be negative.");
	if (strstr(image, "/providers/Microsoft.Compute/images/")) {
		max = 600;
		kind = "a scale set of a managed image";
	}
	if (pinned) {
		max = 100;
		kind = "a single placement group";
	} else if (flexible && narrow_flexible(doc, size)) {
		max = 200;
		kind = "this size with more than one fault domain";
	}
	if (n <= max)
		return 0;
	return az_refuse_at(
	    &c->r, "sku.capacity", 400, "InvalidParameter",
	    "The value %lld of parameter 'sku.capacity' is invalid: %s takes at most %lld instances.",
	    (long long)n, kind ? kind : "a scale set", (long long)max);
}

static int check_flexible(struct arm_call *c, const struct json *doc)
{
	int64_t domains = json_int(doc, "properties.platformFaultDomainCount", -1);

	if (domains < 0)
		return az_refuse_at(
		    &c->r, "platformFaultDomainCount", 400, "InvalidParameter",
		    "Required parameter 'platformFaultDomainCount' is missing (null).");
	if (domains < 1 || domains > 5)
		return bad(c, "platformFaultDomainCount", "1 to 5.");
	if (domains != 1 && json_len(json_get(doc, "zones")) > 0)
		return bad(c, "platformFaultDomainCount",
			   "a zonal Flexible scale set has one fault domain.");
	if (json_bool(doc, "properties.overprovision", false))
		return bad(c, "overprovision",
			   "it is not supported with orchestration mode Flexible.");
	if (json_get(doc, PROFILE) &&
	    !json_str(doc, PROFILE ".networkProfile.networkApiVersion", NULL))
		return az_refuse_at(
		    &c->r, "networkProfile.networkApiVersion", 400, "InvalidParameter",
		    "Required parameter 'networkProfile.networkApiVersion' is missing (null): a scale set "
		    "with orchestration mode Flexible needs 2020-11-01 or later.");
	return 0;
}

static int check_uniform(struct arm_call *c, const struct json *doc)
{
	const char *mode = json_str(doc, "properties.upgradePolicy.mode", NULL);

	if (!mode)
		return az_refuse_at(&c->r, "upgradePolicy", 400, "InvalidParameter",
				    "Required parameter 'upgradePolicy' is missing (null).");
	if (text_casecmp(mode, "Manual") != 0 && text_casecmp(mode, "Automatic") != 0 &&
	    text_casecmp(mode, "Rolling") != 0)
		return bad(c, "upgradePolicy.mode", "Manual, Automatic or Rolling.");
	if (!json_get(doc, PROFILE))
		return az_refuse_at(
		    &c->r, "virtualMachineProfile", 400, "InvalidParameter",
		    "Required parameter 'virtualMachineProfile' is missing (null).");
	return 0;
}

static int check_mix(struct arm_call *c, const struct json *doc, bool flexible)
{
	const struct json *mix = json_get(doc, "properties.priorityMixPolicy");
	int64_t percent = json_int(mix, "regularPriorityPercentageAboveBase", 0);

	if (!mix)
		return 0;
	if (!flexible)
		return bad(c, "priorityMixPolicy", "it needs orchestration mode Flexible.");
	if (json_bool(doc, "properties.singlePlacementGroup", false))
		return bad(c, "priorityMixPolicy", "it needs singlePlacementGroup false.");
	if (text_casecmp(json_str(doc, PROFILE ".priority", "Regular"), "Spot") != 0)
		return bad(c, "priorityMixPolicy", "the profile's priority is to be Spot.");
	if (percent < 0 || percent > 100)
		return bad(c, "regularPriorityPercentageAboveBase", "0 to 100.");
	if (json_int(mix, "baseRegularPriorityCount", 0) < 0)
		return bad(c, "baseRegularPriorityCount", "it cannot be negative.");
	return 0;
}

static int check_ppg(struct arm_call *c, const struct json *doc, int region)
{
	const char *id = json_str(doc, "properties.proximityPlacementGroup.id", NULL);
	const struct az_resource *ppg = az_resource_by_id(c->w, id);

	if (!id)
		return 0;
	if (!ppg || strcmp(ppg->type, AZ_PPG) != 0)
		return az_refuse(&c->r, 404, "NotFound",
				 "Proximity placement group %.200s was not found.", id);
	if (az_region_find(ppg->location) != region)
		return az_refuse(&c->r, 400, "BadRequest",
				 "Proximity placement group '%s' is in another location.",
				 ppg->name);
	return 0;
}

static int check_mode(struct arm_call *c, const struct json *doc, bool *flexible)
{
	const char *mode = json_str(doc, "properties.orchestrationMode", "");

	*flexible = text_casecmp(mode, "Flexible") == 0;
	if (!*flexible && text_casecmp(mode, "Uniform") != 0)
		return bad(c, "orchestrationMode", "Flexible or Uniform.");
	return 0;
}

int arm_check_set(struct arm_call *c, struct json *doc, const struct az_set *old,
		  int64_t capacity)
{
	const struct json *profile = json_get(doc, PROFILE);
	const struct az_sku *size;
	bool flexible;
	int region;

	if (arm_check_location(c, doc, AZ_SET_TYPE) != 0 ||
	    arm_check_tags(c, json_get(doc, "tags")) != 0 || check_mode(c, doc, &flexible) != 0)
		return -1;
	region = az_region_find(json_str(doc, "location", NULL));
	if (old && check_immutable(c, doc, old) != 0)
		return -1;
	if (arm_check_size(c, json_str(doc, "sku.name", NULL), "sku.name", region, &size) !=
		0 ||
	    arm_check_zones(c, doc, size, region) != 0 ||
	    arm_check_identity(c, doc, !flexible) != 0)
		return -1;
	if ((flexible ? check_flexible(c, doc) : check_uniform(c, doc)) != 0 ||
	    check_count(c, doc, size, flexible, capacity) != 0 ||
	    check_mix(c, doc, flexible) != 0 || check_ppg(c, doc, region) != 0)
		return -1;
	if (capacity > 0 && !profile)
		return bad(c, "virtualMachineProfile", "a capacity needs a profile.");
	if (!profile)
		return 0;
	if (json_len(json_get(profile, "networkProfile.networkInterfaceConfigurations")) == 0)
		return az_refuse_at(
		    &c->r, "networkProfile", 400, "InvalidParameter",
		    "Required parameter 'networkInterfaceConfigurations' is missing (null).");
	return arm_check_profile(c, profile, size, region, true);
}
