/* What bodies of all kinds are checked for: names, tags, places, sizes, identities, spot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/arm/arm.h"
#include "azsim/world/price.h"
#include "base/text.h"

int arm_check_name(struct arm_call *c, const char *name, size_t max, const char *extra)
{
	size_t n = strlen(name);
	bool ok = n > 0 && n <= max && name[n - 1] != '.';

	for (size_t i = 0; ok && i < n; i++)
		ok = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z') ||
		     (name[i] >= '0' && name[i] <= '9') || strchr(extra, name[i]);
	if (ok)
		return 0;
	return az_refuse(
	    &c->r, 400, "InvalidResourceName",
	    "Resource name %.100s is invalid. The name can be up to %zu characters long and holds letters, "
	    "digits and '%s'.",
	    name, max, extra);
}

int arm_check_tags(struct arm_call *c, const struct json *tags)
{
	const struct json *v;
	const char *key;

	if (!tags || json_is(tags, JSON_NULL))
		return 0;
	if (!json_is(tags, JSON_OBJECT))
		return az_refuse(&c->r, 400, "InvalidRequestContent",
				 "tags is an object of strings.");
	if (json_len(tags) > 50)
		return az_refuse(&c->r, 400, "ExceededMaxTagCount",
				 "Tags can have at most 50 tag names; %zu were given.",
				 json_len(tags));
	for (void *it = NULL; json_each(tags, &it, &key, &v);) {
		if (!json_text(v))
			return az_refuse(&c->r, 400, "InvalidRequestContent",
					 "The value of tag '%.60s' is no string.", key);
		if (!*key || strlen(key) > 512 || strpbrk(key, "<>%&\\?/"))
			return az_refuse(
			    &c->r, 400, "InvalidTagNameCharacters",
			    "The tag name '%.60s' is invalid: it has at most 512 characters and none of "
			    "<>%%&\\?/.",
			    key);
		if (strlen(json_text(v)) > 256)
			return az_refuse(
			    &c->r, 400, "InvalidTagValueLength",
			    "Tag value too large. Following tag value of '%.60s' exceeded the maximum length: "
			    "256.",
			    key);
	}
	return 0;
}

int arm_check_location(struct arm_call *c, const struct json *doc, const char *type)
{
	const char *location = json_str(doc, "location", NULL);

	if (!location || !*location)
		return az_refuse(&c->r, 400, "LocationRequired",
				 "The location property is required for this definition.");
	if (az_region_find(location) < 0)
		return az_refuse(
		    &c->r, 400, "LocationNotAvailableForResourceType",
		    "The provided location '%s' is not available for resource type '%s'. List of available "
		    "regions for the resource type is 'westeurope,northeurope,eastus'.",
		    location, type);
	return 0;
}

int arm_check_size(struct arm_call *c, const char *name, const char *where, int region,
		   const struct az_sku **out)
{
	const struct az_sku *s = az_sku_find(name);

	if (!name || !*name)
		return az_refuse_at(&c->r, where, 400, "InvalidParameter",
				    "Required parameter '%s' is missing (null).", where);
	if (!s)
		return az_refuse_at(
		    &c->r, where, 400, "InvalidParameter",
		    "The value '%s' provided for the VM size is not valid. The valid sizes in the current "
		    "region are listed by the SKU API.",
		    name);
	if (!az_sku_sold(s, region))
		return az_refuse(
		    &c->r, 409, "SkuNotAvailable",
		    "The requested VM size for resource 'Following SKUs have failed for Capacity "
		    "Restrictions: %s' is currently not available in location '%s'. Please try another size or "
		    "deploy to a different location.",
		    name, az_regions[region].name);
	*out = s;
	return 0;
}

int arm_check_zones(struct arm_call *c, const struct json *doc, const struct az_sku *size,
		    int region)
{
	const struct json *zones = json_get(doc, "zones");
	int64_t zone;

	for (size_t i = 0; i < json_len(zones); i++) {
		const char *z = json_text(json_at(zones, i));

		if (!z || num_read(&zone, z, 1, 3) != 0)
			return az_refuse_at(
			    &c->r, "zones", 400, "InvalidAvailabilityZone",
			    "The zone(s) '%s' for resource are not supported. The supported zones for "
			    "location '%s' are '1,2,3'.",
			    z ? z : "", az_regions[region].name);
		if (!az_sku_zone(size, region, (int)zone))
			return az_refuse(
			    &c->r, 409, "SkuNotAvailable",
			    "The requested size '%s' is currently not available in location '%s' zones '%s'.",
			    size->name, az_regions[region].name, z);
	}
	return 0;
}

int arm_check_identity(struct arm_call *c, const struct json *doc, bool system_ok)
{
	const char *type = json_str(doc, "identity.type", "None"), *key;
	const struct json *ids = json_get(doc, "identity.userAssignedIdentities"), *v;

	if (!system_ok && strstr(type, "SystemAssigned"))
		return az_refuse_at(
		    &c->r, "identity", 400, "InvalidParameter",
		    "System assigned identity is not supported for scale sets with flexible orchestration "
		    "mode.");
	if (strstr(type, "UserAssigned") && json_len(ids) == 0)
		return az_refuse_at(&c->r, "identity", 400, "InvalidIdentityType",
				    "Identity type UserAssigned needs userAssignedIdentities.");
	for (void *it = NULL; ids && json_each(ids, &it, &key, &v);) {
		const struct az_resource *res = az_resource_by_id(c->w, key);

		if (!res || strcmp(res->type, AZ_IDENTITY) != 0)
			return az_refuse(
			    &c->r, 400, "FailedIdentityOperation",
			    "Identity operation failed: the resource '%.200s' was not found.",
			    key);
	}
	return 0;
}

static int decimals(double x)
{
	char text[40];
	char *dot;
	size_t n;

	snprintf(text, sizeof(text), "%.9f", x);
	dot = strchr(text, '.');
	for (n = strlen(dot); n > 1 && dot[n - 1] == '0'; n--)
		continue;
	return (int)n - 1;
}

static int check_max_price(struct arm_call *c, double max, const struct az_sku *size,
			   int region)
{
	double now = az_price(c->w, size, region, true, az_world_now(c->w));

	if (max == -1)
		return 0;
	if (max <= 0 || decimals(max) > 5)
		return az_refuse_at(
		    &c->r, "billingProfile.maxPrice", 400, "MaxPriceValueInvalid",
		    "The max price is to be -1 or a number above 0 with at most five decimals.");
	if (max < now)
		return az_refuse(
		    &c->r, 409, "SpotPriceGreaterThanProvidedMaxPrice",
		    "The current spot price %.5f USD of %s is above the provided max price %.5f USD.",
		    now, size->name, max);
	return 0;
}

int arm_check_spot(struct arm_call *c, const struct json *profile, const struct az_sku *size,
		   int region)
{
	const char *priority = json_str(profile, "priority", "Regular");
	const char *policy = json_str(profile, "evictionPolicy", NULL);
	bool spot = text_casecmp(priority, "Spot") == 0 || text_casecmp(priority, "Low") == 0;

	if (!spot && text_casecmp(priority, "Regular") != 0)
		return az_refuse_at(
		    &c->r, "priority", 400, "InvalidParameter",
		    "The value '%s' of parameter 'priority' is invalid: Regular, Low or Spot.",
		    priority);
	if (!spot && policy)
		return az_refuse_at(
		    &c->r, "evictionPolicy", 400,
		    "EvictionPolicyCanBeSetOnlyOnAzureSpotVirtualMachines",
		    "Eviction policy can be set only on Azure Spot Virtual Machines.");
	if (!spot && json_get(profile, "billingProfile.maxPrice"))
		return az_refuse_at(
		    &c->r, "billingProfile", 400, "InvalidParameter",
		    "Max price can be set only on Azure Spot Virtual Machines.");
	if (!spot)
		return 0;
	if (policy && text_casecmp(policy, "Delete") != 0 &&
	    text_casecmp(policy, "Deallocate") != 0)
		return az_refuse_at(&c->r, "evictionPolicy", 400, "InvalidParameter",
				    "The value '%s' of parameter 'evictionPolicy' is invalid.",
				    policy);
	if (!(size->flags & SKU_SPOT))
		return az_refuse(
		    &c->r, 400, "OperationNotAllowed",
		    "The VM size '%s' does not support Azure Spot Virtual Machines.",
		    size->name);
	return check_max_price(c, json_real(profile, "billingProfile.maxPrice", -1), size,
			       region);
}
