/* Resource ids: built from computed names, compared without case. Pure. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "provider/azure/azure.h"

static const struct {
	const char *type;
	size_t name_max;
} kinds[CLOUD_KINDS] = {
	[CLOUD_GROUP] = { "", 90 },
	[CLOUD_NSG] = { "/providers/Microsoft.Network/networkSecurityGroups/", 80 },
	[CLOUD_NETWORK] = { "/providers/Microsoft.Network/virtualNetworks/", 64 },
	[CLOUD_VM] = { "/providers/Microsoft.Compute/virtualMachines/", 64 },
	[CLOUD_SCALESET] = { "/providers/Microsoft.Compute/virtualMachineScaleSets/", 64 },
	[CLOUD_DISK] = { "/providers/Microsoft.Compute/disks/", 80 },
	[CLOUD_SNAPSHOT] = { "/providers/Microsoft.Compute/snapshots/", 80 },
	[CLOUD_MEMBERS] = { "/providers/Microsoft.Compute/virtualMachineScaleSets/", 64 },
};

int azure_resource_id(const struct cloud_record *r, enum cloud_kind kind, const char *group,
		      const char *name, char *out, size_t out_max, struct err *err)
{
	int n;

	if (kind >= CLOUD_OTHER)
		return err_set(err, ERR_INTERNAL, "no id is made for kind %s",
			       cloud_kind_name(kind));
	if (strlen(group) > kinds[CLOUD_GROUP].name_max ||
	    (kind != CLOUD_GROUP && strlen(name) > kinds[kind].name_max))
		return err_set(err, ERR_INVALID, "name too long for the cloud: %s/%s", group,
			       name);
	n = snprintf(out, out_max, "/subscriptions/%s/resourceGroups/%s%s%s", r->subscription,
		     group, kinds[kind].type, kind == CLOUD_GROUP ? "" : name);
	if (n < 0 || (size_t)n >= out_max)
		return err_set(err, ERR_INVALID, "resource id too long: %.60s...", out);
	return 0;
}

const char *id_name(const char *id)
{
	const char *slash = strrchr(id, '/');

	return slash ? slash + 1 : id;
}

/* Of its last provider, so that a list of resources of any type can be deleted one by one. */
const char *id_version(const char *id)
{
	static const struct {
		const char *type, *version;
	} versions[] = {
		{ "Microsoft.Compute/disks", API_DISKS },
		{ "Microsoft.Compute/snapshots", API_DISKS },
		{ "Microsoft.Network", API_NETWORK },
		{ "Microsoft.ManagedIdentity", API_MSI },
		{ "Microsoft.Storage", API_STORAGE },
	};
	const char *mark = "/providers/", *at = strstr(id, mark), *type = NULL;

	for (; at; at = strstr(at, mark))
		type = at += strlen(mark);
	if (!type)
		return API_GROUPS;
	for (size_t i = 0; i < ARRAY_LEN(versions); i++)
		if (text_id_prefix(type, versions[i].type))
			return versions[i].version;
	return API_COMPUTE;
}

char *id_set(const char *id)
{
	static const char sets[] = "/virtualMachineScaleSets/";
	const char *at = id;
	size_t n;

	while ((at = strchr(at, '/')) && !text_id_prefix(at, "/virtualMachineScaleSets"))
		at++;
	if (!at)
		return NULL;
	at += sizeof(sets) - 1;
	n = strcspn(at, "/");
	return text_id_prefix(at + n, "/virtualMachines") ? xstrndup(id, (size_t)(at + n - id))
							  : NULL;
}
