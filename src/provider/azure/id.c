/* Resource ids: built from computed names, compared without case. Pure. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
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

char *id_group(const char *id)
{
	const char *providers = strstr(id, "/providers/");

	return xstrndup(id, providers ? (size_t)(providers - id) : strlen(id));
}
