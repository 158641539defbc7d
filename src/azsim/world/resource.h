/*
 * Everything that is neither a machine nor a set: networks, interfaces, addresses, disks,
 * placement groups, identities. The document is what a client sent, with Azure's defaults
 * filled in; what Azure adds on top is in the struct.
 */
#ifndef AZSIM_WORLD_RESOURCE_H
#define AZSIM_WORLD_RESOURCE_H

#include "azsim/world/network.h"
#include "azsim/world/operation.h"
#include "azsim/world/world.h"

#define AZ_VNET	    "Microsoft.Network/virtualNetworks"
#define AZ_NSG	    "Microsoft.Network/networkSecurityGroups"
#define AZ_NIC	    "Microsoft.Network/networkInterfaces"
#define AZ_PIP	    "Microsoft.Network/publicIPAddresses"
#define AZ_NAT	    "Microsoft.Network/natGateways"
#define AZ_PPG	    "Microsoft.Compute/proximityPlacementGroups"
#define AZ_DISK	    "Microsoft.Compute/disks"
#define AZ_SNAPSHOT "Microsoft.Compute/snapshots"
#define AZ_IDENTITY "Microsoft.ManagedIdentity/userAssignedIdentities"
#define AZ_VM_TYPE  "Microsoft.Compute/virtualMachines"
#define AZ_SET_TYPE "Microsoft.Compute/virtualMachineScaleSets"

enum az_prov { AZ_CREATING, AZ_UPDATING, AZ_SUCCEEDED, AZ_FAILED, AZ_DELETING };
extern const char *const az_prov_name[]; /* Creating ... */

#define AZ_LEASES 4

struct az_resource {
	const char *type; /* one of the above */
	char *name;
	struct az_group *group;
	char *location;
	struct json *doc; /* tags, properties, sku, zones */
	enum az_prov prov;
	struct az_op *op;
	int64_t created_ms, changed_ms;
	char guid[37];			   /* resourceGuid, principalId ... */
	unsigned int revision;		   /* counts changes: the etag */
	struct az_subnet *subnets;	   /* of a network */
	struct az_lease leases[AZ_LEASES]; /* of an interface */
	size_t n_leases;
	uint32_t public_address; /* of a public IP */
	struct az_vm *vm;	 /* which machine holds an interface or disk */
	int64_t row;
	bool dirty;
};

struct az_resource *az_resource_find(const struct az_group *g, const char *type,
				     const char *name);
/* Splits "/subscriptions/../resourceGroups/G/providers/T/N[/subnets/S]"; NULL when nothing is
 * there. */
struct az_resource *az_resource_by_id(const struct az_world *w, const char *id);
struct az_subnet *az_subnet_by_id(const struct az_world *w, const char *id);
char *az_resource_id(const struct az_group *g, const char *type, const char *name); /* yours */

/* Makes or replaces; takes doc. Addresses are taken here, so it can be refused. */
struct az_resource *az_resource_put(struct az_world *w, struct az_group *g, const char *type,
				    const char *name, const char *location, struct json *doc,
				    bool *made, struct az_refusal *r);
int az_resource_deletable(const struct az_world *w, const struct az_resource *res,
			  struct az_refusal *r);
void az_resource_remove(struct az_world *w, struct az_resource *res);
void az_resource_changed(struct az_world *w, struct az_resource *res);
void az_resource_free(void *res);
struct az_resource *az_resource_load(struct az_world *w, struct az_group *g, const char *type,
				     const char *name, const char *location, struct json *doc,
				     const char *guid);
const char *az_type_of(const char *type); /* the constant of this name; NULL */

#endif
