/* What is refused of networks, rules, interfaces, addresses and disks; and their defaults. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/arm/arm.h"
#include "azsim/world/disk.h"
#include "base/mem.h"
#include "base/text.h"

static int bad(struct arm_call *c, const char *code, const char *what, const char *why)
{
	return az_refuse_at(&c->r, what, 400, code, "%s: %s", what, why);
}

static bool one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (text_casecmp(word, *words) == 0)
			return true;
	return false;
}

static int check_vnet(struct arm_call *c, struct json *doc)
{
	const struct json *list = json_get(doc, "properties.addressSpace.addressPrefixes");
	uint32_t base;
	unsigned int bits;

	if (json_len(list) == 0)
		return bad(c, "InvalidRequestFormat", "addressSpace.addressPrefixes",
			   "a virtual network needs a prefix.");
	for (size_t i = 0; i < json_len(list); i++)
		if (az_prefix_read(&base, &bits, json_text(json_at(list, i))) != 0)
			return az_refuse(
			    &c->r, 400, "InvalidCIDRNotation",
			    "The address prefix %.60s in virtual network has an invalid CIDR notation.",
			    json_text(json_at(list, i)) ? json_text(json_at(list, i)) : "");
	for (size_t i = 0; i < json_len(json_get(doc, "properties.subnets")); i++) {
		char path[80];
		const char *id;

		snprintf(path, sizeof(path),
			 "properties.subnets.%zu.properties.networkSecurityGroup.id", i);
		id = json_str(doc, path, NULL);
		if (id && !az_resource_by_id(c->w, id))
			return az_refuse(
			    &c->r, 400, "InvalidResourceReference",
			    "Resource %.250s referenced by a subnet was not found.", id);
	}
	if (!json_get(doc, "properties.subnets"))
		json_put(doc, "properties.subnets", json_new_array());
	return 0;
}

static int check_rule(struct arm_call *c, const struct json *list, size_t i)
{
	static const char *const access[] = { "Allow", "Deny", NULL }, *const ways[] = {
		"Inbound", "Outbound", NULL
	};
	static const char *const protocols[] = { "Tcp", "Udp", "Icmp", "Esp", "Ah", "*", NULL };
	const struct json *r = json_at(list, i), *p = json_get(r, "properties");
	int64_t priority = json_int(p, "priority", -1);

	if (!json_str(r, "name", NULL))
		return bad(c, "InvalidRequestFormat", "securityRules.name",
			   "a rule needs a name.");
	if (priority < 100 || priority > 4096)
		return bad(c, "SecurityRuleInvalidPriority", "securityRules.priority",
			   "100 to 4096.");
	if (!one_of(json_str(p, "access", ""), access))
		return bad(c, "InvalidRequestFormat", "securityRules.access", "Allow or Deny.");
	if (!one_of(json_str(p, "direction", ""), ways))
		return bad(c, "InvalidRequestFormat", "securityRules.direction",
			   "Inbound or Outbound.");
	if (!one_of(json_str(p, "protocol", ""), protocols))
		return bad(c, "SecurityRuleInvalidProtocol", "securityRules.protocol",
			   "Tcp, Udp, Icmp, Esp, Ah or *.");
	for (size_t k = 0; k < i; k++)
		if (json_int(json_at(list, k), "properties.priority", -2) == priority &&
		    text_casecmp(json_str(json_at(list, k), "properties.direction", ""),
				 json_str(p, "direction", "")) == 0)
			return az_refuse(
			    &c->r, 400, "SecurityRuleConflict",
			    "Security rules have the same priority %lld and direction %s.",
			    (long long)priority, json_str(p, "direction", ""));
	return 0;
}

static int check_nsg(struct arm_call *c, struct json *doc)
{
	const struct json *list = json_get(doc, "properties.securityRules");

	for (size_t i = 0; i < json_len(list); i++)
		if (check_rule(c, list, i) != 0)
			return -1;
	if (!list)
		json_put(doc, "properties.securityRules", json_new_array());
	return 0;
}

static int check_ip(struct arm_call *c, struct json *ip)
{
	const char *pip = json_str(ip, "properties.publicIPAddress.id", NULL);

	if (!json_str(ip, "name", NULL))
		return bad(c, "InvalidRequestFormat", "ipConfigurations.name",
			   "a configuration needs a name.");
	if (pip && !az_resource_by_id(c->w, pip))
		return az_refuse(&c->r, 400, "InvalidResourceReference",
				 "Resource %.250s was not found.", pip);
	if (!json_get(ip, "properties.privateIPAllocationMethod"))
		json_put(ip, "properties.privateIPAllocationMethod",
			 json_new_string("Dynamic"));
	if (!json_get(ip, "properties.privateIPAddressVersion"))
		json_put(ip, "properties.privateIPAddressVersion", json_new_string("IPv4"));
	return 0;
}

static int check_nic(struct arm_call *c, struct json *doc)
{
	size_t n = json_len(json_get(doc, "properties.ipConfigurations"));
	const char *nsg = json_str(doc, "properties.networkSecurityGroup.id", NULL);

	if (n == 0)
		return bad(c, "NetworkInterfaceMustHaveAtLeastOneIpConfiguration",
			   "ipConfigurations", "an interface needs at least one.");
	if (nsg && !az_resource_by_id(c->w, nsg))
		return az_refuse(&c->r, 400, "InvalidResourceReference",
				 "Resource %.250s was not found.", nsg);
	for (size_t i = 0; i < n; i++) {
		char path[80];

		snprintf(path, sizeof(path), "properties.ipConfigurations.%zu", i);
		if (check_ip(c, json_get_mut(doc, path)) != 0)
			return -1;
		if (i == 0 && !json_get(json_get_mut(doc, path), "properties.primary"))
			json_put(json_get_mut(doc, path), "properties.primary",
				 json_new_bool(true));
	}
	return 0;
}

static int check_pip(struct arm_call *c, struct json *doc)
{
	const char *sku = json_str(doc, "sku.name", "Basic");
	bool fixed =
	    text_casecmp(json_str(doc, "properties.publicIPAllocationMethod", "Dynamic"),
			 "Static") == 0;

	if (text_casecmp(sku, "Standard") == 0 && !fixed)
		return az_refuse(
		    &c->r, 400, "PublicIPAddressStandardSkuNotStatic",
		    "Standard sku publicIp must have AllocationMethod set to Static.");
	if (!json_get(doc, "sku.name"))
		json_put(doc, "sku.name", json_new_string("Basic"));
	json_put(doc, "sku.tier", json_new_string("Regional"));
	if (!json_get(doc, "properties.publicIPAllocationMethod"))
		json_put(doc, "properties.publicIPAllocationMethod",
			 json_new_string("Dynamic"));
	return 0;
}

static int check_ppg(struct arm_call *c, struct json *doc)
{
	const char *type = json_str(doc, "properties.proximityPlacementGroupType", "Standard");
	const struct json *sizes = json_get(doc, "properties.intent.vmSizes");

	if (text_casecmp(type, "Standard") != 0 && text_casecmp(type, "Ultra") != 0)
		return bad(c, "InvalidParameter", "proximityPlacementGroupType",
			   "Standard or Ultra.");
	for (size_t i = 0; i < json_len(sizes); i++)
		if (!az_sku_find(json_text(json_at(sizes, i))))
			return bad(c, "InvalidParameter", "intent.vmSizes",
				   "a size is unknown.");
	json_put(doc, "properties.proximityPlacementGroupType", json_new_string(type));
	return 0;
}

/* One that is there is what it was made from, whatever became of that. */
static int check_source(struct arm_call *c, struct json *doc, const struct az_resource *old)
{
	static const char path[] = "properties.creationData.sourceResourceId";
	const struct az_resource *source = az_disk_source(c->w, doc);
	const char *id = json_str(doc, path, NULL);

	if (!id)
		return bad(c, "InvalidParameter", "disk.creationData.sourceResourceId",
			   "required where createOption is Copy.");
	if (old)
		return text_casecmp(json_str(old->doc, path, ""), id) == 0
			   ? 0
			   : az_refuse_at(
				 &c->r, "disk.creationData.sourceResourceId", 409,
				 "PropertyChangeNotAllowed",
				 "Changing property 'creationData.sourceResourceId' is not allowed.");
	if (!source)
		return az_refuse(&c->r, 404, "ResourceNotFound",
				 "The source %.250s is not found.", id);
	if (strcmp(source->location,
		   az_regions[az_region_find(json_str(c->body, "location", ""))].name) != 0)
		return bad(c, "InvalidParameter", "disk.creationData.sourceResourceId",
			   "a copy and its source are in one region.");
	if (!json_get(doc, "properties.diskSizeGB"))
		json_put(doc, "properties.diskSizeGB",
			 json_new_int(json_int(source->doc, "properties.diskSizeGB", 0)));
	if (json_int(doc, "properties.diskSizeGB", 0) <
	    json_int(source->doc, "properties.diskSizeGB", 0))
		return bad(c, "InvalidParameter", "disk.diskSizeGB",
			   "a copy is no smaller than its source.");
	return 0;
}

static int check_snapshot(struct arm_call *c, struct json *doc)
{
	static const char *const skus[] = { "Standard_LRS", "Standard_ZRS", "Premium_LRS",
					    NULL };
	const struct az_resource *old = az_resource_find(c->group, AZ_SNAPSHOT, c->arg[2]);
	bool incremental = json_bool(doc, "properties.incremental", false);

	if (text_casecmp(json_str(doc, "properties.creationData.createOption", ""), "Copy") !=
	    0)
		return bad(c, "InvalidParameter", "snapshot.creationData.createOption",
			   "this cloud makes snapshots as a Copy of a disk.");
	if (!one_of(json_str(doc, "sku.name", "Standard_LRS"), skus))
		return bad(c, "InvalidParameter", "sku.name", "there is no such snapshot.");
	if (old && json_bool(old->doc, "properties.incremental", false) != incremental)
		return az_refuse_at(&c->r, "snapshot.incremental", 409,
				    "PropertyChangeNotAllowed",
				    "Changing property 'incremental' is not allowed.");
	if (check_source(c, doc, old) != 0)
		return -1;
	if (old)
		json_put(doc, "properties.diskSizeGB",
			 json_new_int(json_int(old->doc, "properties.diskSizeGB", 0)));
	if (!json_get(doc, "sku.name"))
		json_put(doc, "sku.name", json_new_string("Standard_LRS"));
	json_put(doc, "properties.incremental", json_new_bool(incremental));
	return 0;
}

static int check_disk(struct arm_call *c, struct json *doc)
{
	static const char *const options[] = { "Empty",	 "FromImage", "Copy", "Import",
					       "Upload", "Restore",   NULL };
	static const char *const skus[] = { "Premium_LRS",     "Standard_LRS",
					    "StandardSSD_LRS", "PremiumV2_LRS",
					    "UltraSSD_LRS",    "Premium_ZRS",
					    "StandardSSD_ZRS", NULL };
	const char *option = json_str(doc, "properties.creationData.createOption", NULL);
	const struct az_resource *old = az_resource_find(c->group, AZ_DISK, c->arg[2]);
	int64_t gib = json_int(doc, "properties.diskSizeGB", 0),
		was = old ? json_int(old->doc, "properties.diskSizeGB", 0) : 0;

	if (!option || !one_of(option, options))
		return bad(
		    c, "InvalidParameter", "disk.creationData.createOption",
		    "required, and one of Empty, FromImage, Copy, Import, Upload, Restore.");
	if (!one_of(json_str(doc, "sku.name", "Standard_LRS"), skus))
		return bad(c, "InvalidParameter", "sku.name", "there is no such disk.");
	if (text_casecmp(option, "Empty") == 0 && (gib < 1 || gib > AZ_DISK_GIB_MAX))
		return bad(c, "InvalidParameter", "disk.diskSizeGB",
			   "an empty disk needs 1 to 32767 GB.");
	if (gib && gib < was)
		return az_refuse_at(
		    &c->r, "disk.diskSizeGB", 409, "OperationNotAllowed",
		    "Managed disk resize from %lld to %lld GB failed. New size must be greater than existing size.",
		    (long long)was, (long long)gib);
	if (text_casecmp(option, "Copy") == 0 && check_source(c, doc, old) != 0)
		return -1;
	if (!json_get(doc, "sku.name"))
		json_put(doc, "sku.name", json_new_string("Standard_LRS"));
	return 0;
}

int arm_check_resource(struct arm_call *c, const char *type, struct json *doc)
{
	static const struct {
		const char *type;
		int (*check)(struct arm_call *c, struct json *doc);
	} checks[] = {
		{ AZ_VNET, check_vnet },	 { AZ_NSG, check_nsg }, { AZ_NIC, check_nic },
		{ AZ_PIP, check_pip },		 { AZ_PPG, check_ppg }, { AZ_DISK, check_disk },
		{ AZ_SNAPSHOT, check_snapshot },
	};

	for (size_t i = 0; i < ARRAY_LEN(checks); i++)
		if (strcmp(checks[i].type, type) == 0)
			return checks[i].check(c, doc);
	return 0;
}
