#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/cloud.h"

enum body { SET, UNIFORM, VM, RAW };

struct refusal {
	const char *method, *target;
	enum body body;
	const char *change[4]; /* RAW: the body itself */
	int status;
	const char *code;
};

#define PROFILE "properties.virtualMachineProfile."
#define S1	CLOUD_SETS "/s1"
#define V1	CLOUD_VMS "/v1"
#define NETS	CLOUD_NET "/virtualNetworks/n2"
#define NSG	CLOUD_NET "/networkSecurityGroups/g1"
#define RULE(name, prio, way, access)                                                          \
	"{\"name\":\"" name "\",\"properties\":{\"priority\":" prio ",\"direction\":\"" way    \
	"\",\"access\":\"" access                                                              \
	"\",\"protocol\":\"Tcp\",\"sourcePortRange\":\"*\",\"destinationPortRange\":\"22\","   \
	"\"sourceAddressPrefix\":\"*\",\"destinationAddressPrefix\":\"*\"}}"
#define NET(space, name, prefix)                                                                       \
	"{\"location\":\"westeurope\",\"properties\":{\"addressSpace\":{\"addressPrefixes\":[\"" space \
	"\"]},\"subnets\":[{\"name\":\"" name "\",\"properties\":{\"addressPrefix\":\"" prefix         \
	"\"}}]}}"

static const struct refusal refusals[] = {
	/* scale sets: place, size, count */
	{ "PUT", S1, SET, { "location=" }, 400, "LocationRequired" },
	{ "PUT", S1, SET, { "location=\"mars\"" }, 400, "LocationNotAvailableForResourceType" },
	{ "PUT", S1, SET, { "sku.name=\"Standard_Nope\"" }, 400, "InvalidParameter" },
	{ "PUT", S1, SET, { "sku=" }, 400, "InvalidParameter" },
	{ "PUT", S1, UNIFORM, { "location=\"northeurope\"" }, 409, "SkuNotAvailable" },
	{ "PUT", S1, SET, { "sku.capacity=1001" }, 400, "InvalidParameter" },
	{ "PUT", S1, SET, { "sku.capacity=-1" }, 400, "InvalidParameter" },
	{ "PUT", S1, UNIFORM, { "sku.capacity=101" }, 400, "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { "sku.capacity=601", PROFILE "storageProfile.imageReference={\"id\":\"" CLOUD_RG
					"/providers/Microsoft.Compute/images/i\"}" },
	  400,
	  "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { "sku.name=\"Standard_L8s_v3\"", "properties.platformFaultDomainCount=2",
	    "sku.capacity=201" },
	  400,
	  "InvalidParameter" },
	{ "PUT", S1, SET, { "zones=[\"9\"]" }, 400, "InvalidAvailabilityZone" },
	{ "PUT", S1, UNIFORM, { "zones=[\"1\"]" }, 409, "SkuNotAvailable" },
	/* mode */
	{ "PUT",
	  S1,
	  SET,
	  { "properties.orchestrationMode=\"Loose\"" },
	  400,
	  "InvalidParameter" },
	{ "PUT", S1, SET, { "properties.platformFaultDomainCount=" }, 400, "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { "properties.platformFaultDomainCount=6" },
	  400,
	  "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { "properties.platformFaultDomainCount=2", "zones=[\"1\"]" },
	  400,
	  "InvalidParameter" },
	{ "PUT", S1, SET, { "properties.overprovision=true" }, 400, "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE "networkProfile.networkApiVersion=" },
	  400,
	  "InvalidParameter" },
	{ "PUT", S1, UNIFORM, { "properties.upgradePolicy=" }, 400, "InvalidParameter" },
	{ "PUT",
	  S1,
	  UNIFORM,
	  { "properties.upgradePolicy.mode=\"Never\"" },
	  400,
	  "InvalidParameter" },
	{ "PUT",
	  S1,
	  UNIFORM,
	  { "properties.virtualMachineProfile=" },
	  400,
	  "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { "identity={\"type\":\"SystemAssigned\"}" },
	  400,
	  "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { "identity={\"type\":\"UserAssigned\",\"userAssignedIdentities\":{\"" CLOUD_RG
	    "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/x\":{}}}" },
	  400,
	  "FailedIdentityOperation" },
	/* spot */
	{ "PUT", S1, SET, { PROFILE "priority=\"Spotty\"" }, 400, "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE "priority=\"Regular\"" },
	  400,
	  "EvictionPolicyCanBeSetOnlyOnAzureSpotVirtualMachines" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE "priority=\"Regular\"", PROFILE "evictionPolicy=" },
	  400,
	  "InvalidParameter" },
	{ "PUT", S1, SET, { PROFILE "evictionPolicy=\"Keep\"" }, 400, "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE "billingProfile.maxPrice=0" },
	  400,
	  "MaxPriceValueInvalid" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE "billingProfile.maxPrice=0.1234567" },
	  400,
	  "MaxPriceValueInvalid" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE "billingProfile.maxPrice=0.001" },
	  409,
	  "SpotPriceGreaterThanProvidedMaxPrice" },
	{ "PUT", S1, SET, { "sku.name=\"Standard_B2s\"" }, 400, "OperationNotAllowed" },
	{ "PUT",
	  S1,
	  UNIFORM,
	  { "properties.priorityMixPolicy={\"baseRegularPriorityCount\":1}" },
	  400,
	  "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { "properties.priorityMixPolicy={\"regularPriorityPercentageAboveBase\":101}" },
	  400,
	  "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { "properties.priorityMixPolicy={\"baseRegularPriorityCount\":1}",
	    "properties.singlePlacementGroup=true" },
	  400,
	  "InvalidParameter" },
	/* osProfile */
	{ "PUT", S1, SET, { PROFILE "osProfile=" }, 400, "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE "osProfile.computerNamePrefix=\"a_b\"" },
	  400,
	  "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE "osProfile.adminUsername=\"root\"" },
	  400,
	  "InvalidParameter" },
	{ "PUT", S1, SET, { PROFILE "osProfile.adminUsername=" }, 400, "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE "osProfile.customData=\"no base64!\"" },
	  400,
	  "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE "osProfile.linuxConfiguration.ssh=" },
	  400,
	  "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE "osProfile.linuxConfiguration.ssh.publicKeys.0.path=\"/root/x\"" },
	  400,
	  "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE "osProfile.linuxConfiguration.ssh.publicKeys.0.keyData=\"junk\"" },
	  400,
	  "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE "osProfile.linuxConfiguration.disablePasswordAuthentication=false" },
	  400,
	  "InvalidParameter" },
	/* disks */
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE "storageProfile.imageReference=" },
	  400,
	  "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE "storageProfile.imageReference.version=" },
	  400,
	  "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE "storageProfile.osDisk.diffDiskSettings={\"option\":\"Local\"}",
	    PROFILE "storageProfile.osDisk.caching=\"ReadWrite\"" },
	  400,
	  "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { "sku.name=\"Standard_D4s_v5\"",
	    PROFILE "storageProfile.osDisk.diffDiskSettings={\"option\":\"Local\"}" },
	  409,
	  "OperationNotAllowed" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE
	    "storageProfile.osDisk.diffDiskSettings={\"option\":\"Local\",\"placement\":\"CacheDisk\"}",
	    PROFILE "storageProfile.osDisk.diskSizeGB=64" },
	  409,
	  "OperationNotAllowed" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE
	    "storageProfile.dataDisks=[{\"lun\":0,\"createOption\":\"Empty\",\"diskSizeGB\":10},"
	    "{\"lun\":0,\"createOption\":\"Empty\",\"diskSizeGB\":10}]" },
	  400,
	  "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE "storageProfile.dataDisks=[{\"lun\":0,\"createOption\":\"Empty\"}]" },
	  400,
	  "InvalidParameter" },
	/* network */
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE "networkProfile.networkInterfaceConfigurations=[]" },
	  400,
	  "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE
	    "networkProfile.networkInterfaceConfigurations.0.properties.ipConfigurations.0.properties"
	    ".subnet.id=\"" CLOUD_NET "/virtualNetworks/net/subnets/none\"" },
	  400,
	  "InvalidResourceReference" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE
	    "networkProfile.networkInterfaceConfigurations.0.properties.ipConfigurations.0.properties"
	    ".subnet.id=\"" CLOUD_NET "/virtualNetworks/net/subnets/anf\"" },
	  400,
	  "SubnetWithDelegationsCannotBeUsedByResource" },
	{ "PUT", S1, SET, { "location=\"eastus\"" }, 400, "InvalidResourceReference" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE
	    "networkProfile.networkInterfaceConfigurations.0.properties.primary=false" },
	  400,
	  "InvalidParameter" },
	{ "PUT",
	  S1,
	  SET,
	  { PROFILE "scheduledEventsProfile={\"terminateNotificationProfile\":{\"enable\":true,"
		    "\"notBeforeTimeout\":\"PT90M\"}}" },
	  400,
	  "InvalidParameter" },
	/* misspelt members, tags, names */
	{ "PUT", S1, SET, { "properties.virtualMachinProfile={}" }, 400, "BadRequest" },
	{ "PUT", S1, SET, { PROFILE "osProfile.adminUserNam=\"x\"" }, 400, "BadRequest" },
	{ "PUT", V1, VM, { "properties.hardwareProfile.size=\"x\"" }, 400, "BadRequest" },
	{ "PUT", S1, SET, { "tags={\"a/b\":\"c\"}" }, 400, "InvalidTagNameCharacters" },
	{ "PUT", S1, SET, { "tags={\"a\":5}" }, 400, "InvalidRequestContent" },
	{ "PUT", CLOUD_SETS "/bad name", SET, { NULL }, 400, "InvalidResourceName" },
	/* what exists already */
	{ "PATCH",
	  CLOUD_SETS "/old",
	  RAW,
	  { "{\"properties\":{\"orchestrationMode\":\"Uniform\"}}" },
	  409,
	  "PropertyChangeNotAllowed" },
	{ "PATCH",
	  CLOUD_SETS "/old",
	  RAW,
	  { "{\"properties\":{\"platformFaultDomainCount\":2}}" },
	  409,
	  "PropertyChangeNotAllowed" },
	{ "PATCH",
	  CLOUD_SETS "/old",
	  RAW,
	  { "{\"properties\":{\"singlePlacementGroup\":true}}" },
	  409,
	  "PropertyChangeNotAllowed" },
	{ "PUT",
	  CLOUD_SETS "/old",
	  SET,
	  { PROFILE "osProfile.adminUsername=\"other\"" },
	  409,
	  "PropertyChangeNotAllowed" },
	{ "PUT", CLOUD_SETS "/old", SET, { "zones=[\"1\"]" }, 409, "PropertyChangeNotAllowed" },
	{ "POST",
	  CLOUD_SETS "/old/delete",
	  RAW,
	  { "{\"instanceIds\":[\"nobody\"]}" },
	  400,
	  "InvalidParameter" },
	{ "POST", CLOUD_SETS "/old/delete", RAW, { "{}" }, 400, "InvalidParameter" },
	{ "GET", CLOUD_SETS "/old/instanceView", RAW, { NULL }, 400, "BadRequest" },
	{ "PATCH", CLOUD_SETS "/none", RAW, { "{}" }, 404, "ResourceNotFound" },
	/* machines */
	{ "PUT", V1, VM, { "properties.hardwareProfile=" }, 400, "InvalidParameter" },
	{ "PUT", V1, VM, { "properties.networkProfile=" }, 400, "InvalidParameter" },
	{ "PUT",
	  V1,
	  VM,
	  { "properties.networkProfile={\"networkInterfaces\":[{\"id\":\"" CLOUD_NET
	    "/networkInterfaces/none\"}]}" },
	  400,
	  "InvalidResourceReference" },
	{ "PUT",
	  V1,
	  VM,
	  { "properties.osProfile.computerName=\"12345\"" },
	  400,
	  "InvalidParameter" },
	{ "PUT", V1, VM, { "zones=[\"1\",\"2\"]" }, 400, "InvalidParameter" },
	{ "PUT",
	  V1,
	  VM,
	  { "properties.virtualMachineScaleSet={\"id\":\"" CLOUD_SETS "/none\"}" },
	  404,
	  "NotFound" },
	{ "PUT",
	  CLOUD_VMS "/old",
	  VM,
	  { "properties.osProfile.customData=\"eA==\"" },
	  409,
	  "PropertyChangeNotAllowed" },
	{ "PUT",
	  CLOUD_VMS "/old",
	  VM,
	  { "location=\"eastus\"" },
	  409,
	  "InvalidResourceLocation" },
	{ "POST",
	  CLOUD_VMS "/old/simulateEviction",
	  RAW,
	  { NULL },
	  409,
	  "OperationNotAllowed" },
	{ "POST", CLOUD_VMS "/none/start", RAW, { NULL }, 404, "ResourceNotFound" },
	/* networks */
	{ "PUT", NETS, RAW, { "{\"location\":\"westeurope\"}" }, 400, "InvalidRequestFormat" },
	{ "PUT",
	  NETS,
	  RAW,
	  { NET("10.1.0.0/33", "a", "10.1.0.0/24") },
	  400,
	  "InvalidCIDRNotation" },
	{ "PUT",
	  NETS,
	  RAW,
	  { NET("10.1.0.0/16", "a", "10.2.0.0/24") },
	  400,
	  "NetcfgInvalidSubnet" },
	{ "PUT",
	  NETS,
	  RAW,
	  { NET("10.1.0.0/16", "a", "10.1.0.0/30") },
	  400,
	  "NetcfgSubnetRangeTooSmall" },
	{ "PUT",
	  CLOUD_NET "/virtualNetworks/net/subnets/over",
	  RAW,
	  { "{\"properties\":{\"addressPrefix\":\"10.20.1.0/24\"}}" },
	  400,
	  "NetcfgSubnetRangesOverlap" },
	{ "DELETE",
	  CLOUD_NET "/virtualNetworks/net/subnets/compute",
	  RAW,
	  { NULL },
	  400,
	  "InUseSubnetCannotBeDeleted" },
	{ "DELETE",
	  CLOUD_NET "/virtualNetworks/net",
	  RAW,
	  { NULL },
	  400,
	  "InUseSubnetCannotBeDeleted" },
	{ "PUT",
	  NSG,
	  RAW,
	  { "{\"location\":\"westeurope\",\"properties\":{\"securityRules\":[" RULE(
	      "a", "99", "Inbound", "Allow") "]}}" },
	  400,
	  "SecurityRuleInvalidPriority" },
	{ "PUT",
	  NSG,
	  RAW,
	  { "{\"location\":\"westeurope\",\"properties\":{\"securityRules\":[" RULE(
	      "a", "100", "Inbound", "Allow") "," RULE("b", "100", "Inbound", "Deny") "]}}" },
	  400,
	  "SecurityRuleConflict" },
	{ "PUT",
	  CLOUD_NET "/networkInterfaces/n",
	  RAW,
	  { "{\"location\":\"westeurope\",\"properties\":{}}" },
	  400,
	  "NetworkInterfaceMustHaveAtLeastOneIpConfiguration" },
	{ "PUT",
	  CLOUD_NET "/networkInterfaces/n",
	  RAW,
	  { "{\"location\":\"westeurope\",\"properties\":{\"ipConfigurations\":[{\"name\":\"i\",\"properties\":{\"subnet\":"
	    "{\"id\":\"" CLOUD_NET
	    "/virtualNetworks/net/subnets/compute\"},\"privateIPAllocationMethod\":\"Static\","
	    "\"privateIPAddress\":\"10.20.0.2\"}}]}}" },
	  400,
	  "PrivateIPAddressInReservedRange" },
	{ "PUT",
	  CLOUD_NET "/publicIPAddresses/p",
	  RAW,
	  { "{\"location\":\"westeurope\",\"sku\":{\"name\":\"Standard\"},\"properties\":{}}" },
	  400,
	  "PublicIPAddressStandardSkuNotStatic" },
	/* ARM itself */
	{ "GET",
	  CLOUD_RG "/providers/Microsoft.Compute/nothings/x",
	  RAW,
	  { NULL },
	  404,
	  "InvalidResourceType" },
	{ "GET",
	  CLOUD_RG "/providers/Contoso.Cloud/nothings/x",
	  RAW,
	  { NULL },
	  404,
	  "InvalidResourceNamespace" },
	{ "GET",
	  CLOUD_SUB "/resourceGroups/none",
	  RAW,
	  { NULL },
	  404,
	  "ResourceGroupNotFound" },
	{ "GET",
	  "/subscriptions/12345678-0000-0000-0000-000000000000/resourceGroups",
	  RAW,
	  { NULL },
	  404,
	  "SubscriptionNotFound" },
	{ "GET",
	  "/subscriptions/mine/resourceGroups",
	  RAW,
	  { NULL },
	  400,
	  "InvalidSubscriptionId" },
	{ "GET",
	  CLOUD_SETS "?api-version=latest",
	  RAW,
	  { NULL },
	  400,
	  "InvalidApiVersionParameter" },
	{ "GET", CLOUD_SETS "?api-version=", RAW, { NULL }, 400, "MissingApiVersionParameter" },
	{ "GET",
	  CLOUD_SETS "?api-version=1999-01-01",
	  RAW,
	  { NULL },
	  400,
	  "NoRegisteredProviderFound" },
	{ "PUT",
	  CLOUD_SUB "/resourceGroups/rg",
	  RAW,
	  { "{\"location\":\"eastus\"}" },
	  409,
	  "InvalidResourceGroupLocation" },
	{ "PUT", CLOUD_SUB "/resourceGroups/r2", RAW, { "{}" }, 400, "LocationRequired" },
	{ "PUT", S1, RAW, { "{" }, 400, "InvalidRequestContent" },
	{ "PUT", S1, RAW, { NULL }, 400, "MissingRequestBody" },
	{ "PATCH", CLOUD_RG "/resources", RAW, { "{}" }, 405, "MethodNotAllowed" },
	{ "GET",
	  CLOUD_SUB "/providers/Microsoft.Compute/locations/westeurope/operations/none",
	  RAW,
	  { NULL },
	  404,
	  "NotFound" },
	{ "POST",
	  "/providers/Microsoft.ResourceGraph/resources",
	  RAW,
	  { "{\"query\":\"Resources | explode\"}" },
	  400,
	  "InvalidQuery" },
};

static int open_cloud(void **state)
{
	struct cloud *c = calloc(1, sizeof(*c));
	char *body = cloud_set_body(NULL);

	cloud_open(c, NULL, NULL);
	cloud_base(c);
	assert_int_equal(cloud_call(c, "PUT", CLOUD_SETS "/old", body), 201);
	free(body);
	body = cloud_vm_body(NULL);
	assert_int_equal(cloud_call(c, "PUT", CLOUD_VMS "/old", body), 201);
	free(body);
	cloud_pass(c, 3000);
	*state = c;
	return 0;
}

static int close_cloud(void **state)
{
	cloud_close(*state);
	free(*state);
	return 0;
}

static char *body_of(const struct refusal *r)
{
	switch (r->body) {
	case SET:
		return cloud_set_body(r->change);
	case UNIFORM:
		return cloud_uniform_body(r->change);
	case VM:
		return cloud_vm_body(r->change);
	case RAW:
		break;
	}
	return r->change[0] ? strdup(r->change[0]) : NULL;
}

static void refuses_what_azure_refuses(void **state)
{
	struct cloud *c = *state;
	size_t bad = 0;

	assert_true(sizeof(refusals) / sizeof(refusals[0]) >= 60);
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *r = &refusals[i];
		char *body = body_of(r);
		int status = cloud_call(c, r->method, r->target, body);

		if (status != r->status || strcmp(cloud_code(c), r->code) != 0) {
			bad++;
			print_error("row %zu: %s %s {%s}: %d %s, not %d %s\n", i, r->method,
				    r->target, r->change[0] ? r->change[0] : "", status,
				    buf_str(&c->reply.body), r->status, r->code);
		}
		free(body);
	}
	assert_int_equal(bad, 0);
}

static void a_refused_set_leaves_nothing_behind(void **state)
{
	struct cloud *c = *state;
	size_t vms = c->w->n_vms;
	char *body = cloud_set_body((const char *const[]){ "sku.capacity=1001", NULL });

	cloud_call(c, "PUT", S1, body);
	free(body);
	assert_int_equal(c->w->n_vms, vms);
	assert_int_equal(cloud_call(c, "GET", S1, NULL), 404);
}

static void the_bodies_of_this_test_are_good(void **state)
{
	struct cloud *c = *state;
	char *body = cloud_uniform_body(NULL);

	assert_int_equal(cloud_call(c, "PUT", S1, body), 201);
	free(body);
	body = cloud_vm_body(NULL);
	assert_int_equal(cloud_call(c, "PUT", V1, body), 201);
	free(body);
}

static void a_call_without_a_good_token_is_401(void **state)
{
	struct cloud *c = *state;
	char *good = strdup(c->token);

	c->token[strlen(c->token) - 8] ^= 1;
	assert_int_equal(cloud_call(c, "GET", CLOUD_RG, NULL), 401);
	assert_string_equal(cloud_code(c), "InvalidAuthenticationToken");
	assert_non_null(
	    strstr(cloud_header(c, "WWW-Authenticate"), "Bearer authorization_uri="));
	snprintf(c->token, 10, "Basic xx");
	assert_int_equal(cloud_call(c, "GET", CLOUD_RG, NULL), 401);
	assert_string_equal(cloud_code(c), "AuthenticationFailed");
	free(c->token);
	c->token = good;
	assert_int_equal(cloud_call(c, "GET", CLOUD_RG, NULL), 200);
	cloud_pass(c, 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(refuses_what_azure_refuses, open_cloud,
						close_cloud),
		cmocka_unit_test_setup_teardown(a_refused_set_leaves_nothing_behind, open_cloud,
						close_cloud),
		cmocka_unit_test_setup_teardown(the_bodies_of_this_test_are_good, open_cloud,
						close_cloud),
		cmocka_unit_test_setup_teardown(a_call_without_a_good_token_is_401, open_cloud,
						close_cloud),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
