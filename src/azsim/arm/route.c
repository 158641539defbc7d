#include "azsim/arm/arm.h"

#define S	"/subscriptions/*"
#define G	"/subscriptions/*/resourceGroups/*"
#define COMPUTE "/providers/Microsoft.Compute"
#define NETWORK "/providers/Microsoft.Network"
#define MSI	"/providers/Microsoft.ManagedIdentity"
#define VMSS	G COMPUTE "/virtualMachineScaleSets/*"
#define MEMBER	VMSS "/virtualMachines/*"
#define VM	G COMPUTE "/virtualMachines/*"

/* The five calls of a plain resource. */
#define PLAIN(where, provider, kind, type, read, write)                                        \
	{ "PUT", where "/" kind "/*", arm_resource_put, ARM_GROUP | ARM_BODY, write, type },   \
	    { "PATCH", where "/" kind "/*", arm_resource_patch, ARM_GROUP | ARM_BODY, write,   \
	      type },                                                                          \
	    { "GET", where "/" kind "/*", arm_resource_get, ARM_GROUP, read, type },           \
	    { "DELETE", where "/" kind "/*", arm_resource_delete, ARM_GROUP, write, type },    \
	    { "GET", where "/" kind, arm_resource_list, ARM_GROUP, read, type },               \
	{                                                                                      \
		"GET", S provider "/" kind, arm_resource_list, 0, read, type                   \
	}

const struct arm_route arm_routes[] = {
	/* who are you */
	{ "GET", "/metadata/endpoints", arm_metadata, ARM_OPEN, 0, NULL },
	{ "GET", "/*/.well-known/openid-configuration", arm_openid, ARM_OPEN, 0, NULL },
	{ "GET", "/*/v2.0/.well-known/openid-configuration", arm_openid, ARM_OPEN, 0, NULL },
	{ "GET", "/*/discovery/v2.0/keys", arm_jwks, ARM_OPEN, 0, NULL },
	{ "GET", "/*/discovery/keys", arm_jwks, ARM_OPEN, 0, NULL },
	{ "GET", "/common/discovery/instance", arm_instance, ARM_OPEN, 0, NULL },
	{ "POST", "/*/oauth2/v2.0/token", arm_token, ARM_OPEN, 0, NULL },
	{ "POST", "/*/oauth2/token", arm_token, ARM_OPEN, 0, NULL },
	{ "GET", "/api/retail/prices", arm_prices, ARM_OPEN, 0, NULL },
	{ "GET", "/azsim-console/*/*", arm_console_log, ARM_OPEN, 0, NULL },

	/* subscriptions and groups */
	{ "GET", "/tenants", arm_tenants, 0, 0, NULL },
	{ "GET", "/subscriptions", arm_subscriptions, 0, 0, NULL },
	{ "GET", S, arm_subscription, 0, 0, NULL },
	{ "GET", S "/locations", arm_locations, 0, 0, NULL },
	{ "GET", S "/providers", arm_providers, 0, 0, NULL },
	{ "GET", S "/providers/*", arm_provider, 0, 0, NULL },
	{ "POST", S "/providers/*/register", arm_register, 0, 0, NULL },
	{ "GET", S "/resourceGroups", arm_groups_list, 0, 0, NULL },
	{ "PUT", G, arm_group_put, ARM_BODY, 0, NULL },
	{ "GET", G, arm_group_get, ARM_GROUP, 0, NULL },
	{ "HEAD", G, arm_group_head, 0, 0, NULL },
	{ "PATCH", G, arm_group_patch, ARM_GROUP | ARM_BODY, 0, NULL },
	{ "DELETE", G, arm_group_delete, ARM_GROUP, 0, NULL },
	{ "GET", G "/resources", arm_group_resources, ARM_GROUP, 0, NULL },
	{ "GET", S "/resources", arm_all_resources, 0, 0, NULL },
	{ "GET", G "/providers/Microsoft.Authorization/permissions", arm_permissions, ARM_GROUP,
	  0, NULL },
	{ "GET", S "/providers/Microsoft.Authorization/permissions", arm_permissions, 0, 0,
	  NULL },
	{ "GET", S "/operationresults/*", arm_group_operation, 0, 0, NULL },

	/* networks and the like */
	PLAIN(G NETWORK, NETWORK, "virtualNetworks", AZ_VNET, AZ_NET_READ, AZ_NET_WRITE),
	PLAIN(G NETWORK, NETWORK, "networkSecurityGroups", AZ_NSG, AZ_NET_READ, AZ_NET_WRITE),
	PLAIN(G NETWORK, NETWORK, "networkInterfaces", AZ_NIC, AZ_NET_READ, AZ_NET_WRITE),
	PLAIN(G NETWORK, NETWORK, "publicIPAddresses", AZ_PIP, AZ_NET_READ, AZ_NET_WRITE),
	PLAIN(G NETWORK, NETWORK, "natGateways", AZ_NAT, AZ_NET_READ, AZ_NET_WRITE),
	PLAIN(G COMPUTE, COMPUTE, "proximityPlacementGroups", AZ_PPG, 0, 0),
	PLAIN(G COMPUTE, COMPUTE, "disks", AZ_DISK, 0, 0),
	PLAIN(G COMPUTE, COMPUTE, "snapshots", AZ_SNAPSHOT, 0, 0),
	PLAIN(G MSI, MSI, "userAssignedIdentities", AZ_IDENTITY, 0, 0),
	{ "GET", G NETWORK "/virtualNetworks/*/subnets", arm_subnet_list, ARM_GROUP,
	  AZ_NET_READ, NULL },
	{ "GET", G NETWORK "/virtualNetworks/*/subnets/*", arm_subnet_get, ARM_GROUP,
	  AZ_NET_READ, NULL },
	{ "PUT", G NETWORK "/virtualNetworks/*/subnets/*", arm_subnet_put, ARM_GROUP | ARM_BODY,
	  AZ_NET_WRITE, NULL },
	{ "DELETE", G NETWORK "/virtualNetworks/*/subnets/*", arm_subnet_delete, ARM_GROUP,
	  AZ_NET_WRITE, NULL },
	{ "GET", G NETWORK "/virtualNetworks/*/usages", arm_vnet_usages, ARM_GROUP, AZ_NET_READ,
	  NULL },

	/* scale sets and their members */
	{ "PUT", VMSS, arm_set_put, ARM_GROUP | ARM_BODY, AZ_SET_CREATE, AZ_SET_TYPE },
	{ "PATCH", VMSS, arm_set_patch, ARM_GROUP | ARM_BODY, AZ_SET_UPDATE, AZ_SET_TYPE },
	{ "GET", VMSS, arm_set_get, ARM_GROUP, AZ_SET_GET, AZ_SET_TYPE },
	{ "DELETE", VMSS, arm_set_delete, ARM_GROUP, AZ_SET_DELETE, AZ_SET_TYPE },
	{ "GET", G COMPUTE "/virtualMachineScaleSets", arm_set_list, ARM_GROUP, AZ_SET_LIST,
	  NULL },
	{ "GET", S COMPUTE "/virtualMachineScaleSets", arm_set_list, 0, AZ_SET_LIST, NULL },
	{ "POST", VMSS "/delete", arm_set_action, ARM_GROUP, AZ_SET_DELETE, "delete" },
	{ "POST", VMSS "/deallocate", arm_set_action, ARM_GROUP, AZ_SET_DELETE, "deallocate" },
	{ "POST", VMSS "/poweroff", arm_set_action, ARM_GROUP, AZ_SET_DELETE, "poweroff" },
	{ "POST", VMSS "/start", arm_set_action, ARM_GROUP, AZ_SET_UPDATE, "start" },
	{ "POST", VMSS "/restart", arm_set_action, ARM_GROUP, AZ_SET_UPDATE, "restart" },
	{ "POST", VMSS "/reimage", arm_set_action, ARM_GROUP, AZ_SET_UPDATE, "reimage" },
	{ "GET", VMSS "/instanceView", arm_set_view, ARM_GROUP, AZ_SET_LIST, NULL },
	{ "GET", VMSS "/networkInterfaces", arm_set_nics, ARM_GROUP, AZ_NET_READ, NULL },
	{ "GET", VMSS "/virtualMachines", arm_set_members, ARM_GROUP, AZ_SET_LIST, NULL },
	{ "GET", MEMBER, arm_member_get, ARM_GROUP, AZ_MEMBER_GET, NULL },
	{ "DELETE", MEMBER, arm_member_delete, ARM_GROUP, AZ_MEMBER_DELETE, NULL },
	{ "GET", MEMBER "/instanceView", arm_member_view, ARM_GROUP, AZ_MEMBER_GET, NULL },
	{ "POST", MEMBER "/simulateEviction", arm_member_evict, ARM_GROUP, AZ_MEMBER_DELETE,
	  NULL },
	{ "POST", MEMBER "/start", arm_member_action, ARM_GROUP, AZ_MEMBER_UPDATE, "start" },
	{ "POST", MEMBER "/restart", arm_member_action, ARM_GROUP, AZ_MEMBER_UPDATE,
	  "restart" },
	{ "POST", MEMBER "/poweroff", arm_member_action, ARM_GROUP, AZ_MEMBER_DELETE,
	  "poweroff" },
	{ "POST", MEMBER "/deallocate", arm_member_action, ARM_GROUP, AZ_MEMBER_DELETE,
	  "deallocate" },
	{ "POST", MEMBER "/retrieveBootDiagnosticsData", arm_vm_diagnostics, ARM_GROUP,
	  AZ_MEMBER_GET, "member" },

	/* machines */
	{ "PUT", VM, arm_vm_put, ARM_GROUP | ARM_BODY, AZ_VM_CREATE, AZ_VM_TYPE },
	{ "PATCH", VM, arm_vm_patch, ARM_GROUP | ARM_BODY, AZ_VM_UPDATE, AZ_VM_TYPE },
	{ "GET", VM, arm_vm_get, ARM_GROUP, AZ_VM_GET, AZ_VM_TYPE },
	{ "DELETE", VM, arm_vm_delete, ARM_GROUP, AZ_VM_DELETE, AZ_VM_TYPE },
	{ "GET", VM "/instanceView", arm_vm_view, ARM_GROUP, AZ_VM_GET, NULL },
	{ "GET", G COMPUTE "/virtualMachines", arm_vm_list, ARM_GROUP, AZ_VM_LIST, NULL },
	{ "GET", S COMPUTE "/virtualMachines", arm_vm_list, 0, AZ_VM_LIST, NULL },
	{ "POST", VM "/start", arm_vm_action, ARM_GROUP, AZ_VM_UPDATE, "start" },
	{ "POST", VM "/restart", arm_vm_action, ARM_GROUP, AZ_VM_UPDATE, "restart" },
	{ "POST", VM "/powerOff", arm_vm_action, ARM_GROUP, AZ_VM_UPDATE, "poweroff" },
	{ "POST", VM "/deallocate", arm_vm_action, ARM_GROUP, AZ_VM_DELETE, "deallocate" },
	{ "POST", VM "/simulateEviction", arm_vm_evict, ARM_GROUP, AZ_VM_DELETE, NULL },
	{ "POST", VM "/retrieveBootDiagnosticsData", arm_vm_diagnostics, ARM_GROUP, AZ_VM_GET,
	  NULL },

	/* what a client waits on and plans with */
	{ "GET", S COMPUTE "/locations/*/operations/*", arm_operation, 0, AZ_OPERATION, NULL },
	{ "GET", S COMPUTE "/locations/*/operationResults/*", arm_operation_result, 0,
	  AZ_OPERATION, NULL },
	{ "GET", S NETWORK "/locations/*/operations/*", arm_operation, 0, AZ_NET_READ, NULL },
	{ "GET", S NETWORK "/locations/*/operationResults/*", arm_operation_result, 0,
	  AZ_NET_READ, NULL },
	{ "GET", S MSI "/locations/*/operations/*", arm_operation, 0, 0, NULL },
	{ "GET", S MSI "/locations/*/operationResults/*", arm_operation_result, 0, 0, NULL },
	{ "GET", S COMPUTE "/skus", arm_skus, 0, 0, NULL },
	{ "GET", S COMPUTE "/locations/*/usages", arm_usages, 0, 0, NULL },
	{ "GET", S COMPUTE "/locations/*/vmSizes", arm_vm_sizes, 0, 0, NULL },
	{ "GET", S NETWORK "/locations/*/usages", arm_net_usages, 0, 0, NULL },
	{ "POST", "/providers/Microsoft.ResourceGraph/resources", arm_graph, ARM_BODY, AZ_GRAPH,
	  NULL },

	/* outside ARM */
	{ "GET", "/azsim/state", arm_ctl_state, ARM_OPEN | ARM_CONTROL, 0, NULL },
	{ "GET", "/azsim/ledger", arm_ctl_ledger, ARM_OPEN | ARM_CONTROL, 0, NULL },
	{ "GET", "/azsim/counters", arm_ctl_counters, ARM_OPEN | ARM_CONTROL, 0, NULL },
	{ "GET", "/azsim/calls", arm_ctl_calls, ARM_OPEN | ARM_CONTROL, 0, NULL },
	{ "POST", "/azsim/evict", arm_ctl_evict, ARM_OPEN | ARM_CONTROL | ARM_BODY, 0, NULL },
	{ "POST", "/azsim/fault", arm_ctl_fault, ARM_OPEN | ARM_CONTROL | ARM_BODY, 0, NULL },
	{ "POST", "/azsim/clock", arm_ctl_clock, ARM_OPEN | ARM_CONTROL | ARM_BODY, 0, NULL },
	{ "POST", "/azsim/quota", arm_ctl_quota, ARM_OPEN | ARM_CONTROL | ARM_BODY, 0, NULL },
	{ "POST", "/azsim/skew", arm_ctl_skew, ARM_OPEN | ARM_CONTROL | ARM_BODY, 0, NULL },
	{ "GET", "/azsim/queue", arm_ctl_queue, ARM_OPEN | ARM_CONTROL, 0, NULL },
	{ "POST", "/azsim/queue-fault", arm_ctl_queue_fault, ARM_OPEN | ARM_CONTROL | ARM_BODY,
	  0, NULL },
	{ "POST", "/azsim/queue-load", arm_ctl_queue_load, ARM_OPEN | ARM_CONTROL | ARM_BODY, 0,
	  NULL },
	{ .method = NULL },
};
