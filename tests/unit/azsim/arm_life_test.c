#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/cloud.h"
#include "base/clock.h"
#include "base/text.h"

#define SET CLOUD_SETS "/htc"

static struct cloud cl;

static int fast(void **state)
{
	(void)state;
	cloud_open(&cl, NULL, NULL);
	cloud_base(&cl);
	return 0;
}

static int closed(void **state)
{
	(void)state;
	cloud_close(&cl);
	return 0;
}

static void with(const char *scenario)
{
	cloud_close(&cl);
	cloud_open(&cl, scenario, NULL);
	cloud_base(&cl);
}

static int put_set(const char *name, const char *const *changes)
{
	char *body = cloud_set_body(changes), target[300];
	int status;

	snprintf(target, sizeof(target), CLOUD_SETS "/%s", name);
	status = cloud_call(&cl, "PUT", target, body);
	free(body);
	return status;
}

static int put_vm(const char *name, const char *const *changes)
{
	char *body = cloud_vm_body(changes), target[300];
	int status;

	snprintf(target, sizeof(target), CLOUD_VMS "/%s", name);
	status = cloud_call(&cl, "PUT", target, body);
	free(body);
	return status;
}

/* The path of the operation URL in the last answer; yours. */
static char *operation(const char *header)
{
	const char *url = cloud_header(&cl, header);

	return strdup(strstr(url, "/subscriptions") ? strstr(url, "/subscriptions") : "/none");
}

static const char *status_of(const char *op)
{
	cloud_call(&cl, "GET", op, NULL);
	return json_str(cl.json, "status", "");
}

static void an_operation_runs_and_then_succeeds(void **state)
{
	char *op;

	(void)state;
	assert_int_equal(put_set("htc", NULL), 201);
	assert_string_equal(json_str(cl.json, "properties.provisioningState", ""), "Creating");
	assert_string_equal(cloud_header(&cl, "Retry-After"), "1");
	op = operation("Azure-AsyncOperation");
	assert_string_equal(status_of(op), "InProgress");
	assert_null(json_get(cl.json, "endTime"));
	assert_string_equal(cloud_header(&cl, "Retry-After"), "1");
	cloud_pass(&cl, 3000);
	assert_string_equal(status_of(op), "Succeeded");
	assert_non_null(json_get(cl.json, "endTime"));
	free(op);
	cloud_call(&cl, "GET", SET, NULL);
	assert_string_equal(json_str(cl.json, "properties.provisioningState", ""), "Succeeded");
	assert_int_equal(json_int(cl.json, "sku.capacity", 0), 3);
}

static void an_operation_is_forgotten_after_a_day(void **state)
{
	char *op;

	(void)state;
	put_set("htc", NULL);
	op = operation("Azure-AsyncOperation");
	cloud_pass(&cl, 3000);
	clock_test_advance(86400001);
	assert_int_equal(cloud_call(&cl, "GET", op, NULL), 401);
	assert_string_equal(cloud_code(&cl), "ExpiredAuthenticationToken");
	cloud_token(&cl);
	assert_int_equal(cloud_call(&cl, "GET", op, NULL), 404);
	free(op);
}

static int put_intent(const char *intent, const char *capacity)
{
	char tags[120], size[40];

	snprintf(tags, sizeof(tags), "tags={\"cluster-id\":\"c1\",\"paceline-intent\":\"%s\"}",
		 intent);
	snprintf(size, sizeof(size), "sku.capacity=%s", capacity);
	return put_set("htc", (const char *const[]){ tags, size, NULL });
}

static void machines_beyond_what_an_intent_asked_for_are_counted(void **state)
{
	(void)state;
	assert_int_equal(put_intent("7", "3"), 201);
	cloud_pass(&cl, 3000);
	assert_int_equal(put_intent("7", "3"), 200); /* repeated: nothing is made twice */
	cloud_pass(&cl, 3000);
	assert_int_equal(cl.w->n.double_creates, 0);
	assert_int_equal(put_intent("8", "5"), 200);
	cloud_pass(&cl, 3000);
	assert_int_equal(cl.w->n.double_creates, 0);
	assert_int_equal(put_intent("8", "7"), 200); /* the same wish, bought again */
	cloud_pass(&cl, 3000);
	assert_int_equal(cl.w->n.double_creates, 2);
	cloud_call(&cl, "GET", "/azsim/counters", NULL);
	assert_int_equal(json_int(cl.json, "double_creates", 0), 2);
}

static void a_second_machine_for_a_node_that_lives_is_counted(void **state)
{
	static const char *const node[] = {
		"tags={\"paceline-cluster\":\"a1\",\"paceline-node\":\"head\"}", NULL
	};
	static const char *const other[] = {
		"tags={\"paceline-cluster\":\"b2\",\"paceline-node\":\"head\"}", NULL
	};

	(void)state;
	assert_int_equal(put_vm("head-1", node), 201);
	assert_int_equal(put_vm("head-b", other), 201);
	assert_int_equal(put_vm("plain", NULL), 201);
	cloud_pass(&cl, 3000);
	assert_int_equal(cl.w->n.double_creates, 0);
	assert_int_equal(put_vm("head-2", node), 201);
	assert_int_equal(cl.w->n.double_creates, 1);
	cloud_pass(&cl, 3000);
	cloud_call(&cl, "DELETE", CLOUD_VMS "/head-1", NULL);
	cloud_call(&cl, "DELETE", CLOUD_VMS "/head-2", NULL);
	assert_int_equal(put_vm("head-3", node), 201); /* the others go */
	assert_int_equal(cl.w->n.double_creates, 1);
}

static void write_only_members_never_come_back(void **state)
{
	(void)state;
	put_set("htc", (const char *const[]){
			   "properties.virtualMachineProfile.userData=\"eA==\"", NULL });
	assert_null(strstr(buf_str(&cl.reply.body), "customData"));
	cloud_call(&cl, "GET", SET, NULL);
	assert_null(strstr(buf_str(&cl.reply.body), "customData"));
	assert_null(strstr(buf_str(&cl.reply.body), "userData"));
	cloud_call(&cl, "GET", SET "?$expand=userData", NULL);
	assert_non_null(strstr(buf_str(&cl.reply.body), "userData"));
	put_vm("head", NULL);
	assert_null(strstr(buf_str(&cl.reply.body), "customData"));
}

static void the_same_put_again_makes_nothing_twice(void **state)
{
	(void)state;
	assert_int_equal(put_set("htc", NULL), 201);
	cloud_pass(&cl, 3000);
	assert_int_equal(put_set("htc", NULL), 200);
	cloud_pass(&cl, 3000);
	assert_int_equal(cl.w->n_vms, 3);
	assert_int_equal(put_vm("head", NULL), 201);
	assert_int_equal(put_vm("head", NULL), 200);
	cloud_pass(&cl, 3000);
	assert_int_equal(put_vm("head", NULL), 200);
	assert_int_equal(cl.w->n_vms, 4);
	assert_int_equal(cl.w->n.double_creates, 0);
}

static void a_second_change_of_a_set_meets_the_first(void **state)
{
	(void)state;
	put_set("htc", NULL);
	assert_int_equal(cloud_call(&cl, "PATCH", SET, "{\"sku\":{\"capacity\":9}}"), 409);
	assert_string_equal(cloud_code(&cl), "Conflict");
	cloud_pass(&cl, 3000);
	assert_int_equal(cloud_call(&cl, "PATCH", SET, "{\"sku\":{\"capacity\":9}}"), 200);
}

static void an_etag_guards_a_change(void **state)
{
	char *etag;

	(void)state;
	put_set("htc", NULL);
	cloud_pass(&cl, 3000);
	cloud_call(&cl, "GET", SET, NULL);
	etag = strdup(json_str(cl.json, "etag", ""));
	cl.extra_name = "If-None-Match";
	cl.extra_value = "*";
	assert_int_equal(put_set("htc", NULL), 412);
	cl.extra_name = "If-Match";
	cl.extra_value = "\"999\"";
	assert_int_equal(cloud_call(&cl, "PATCH", SET, "{\"sku\":{\"capacity\":4}}"), 412);
	cl.extra_name = "If-Match";
	cl.extra_value = etag;
	assert_int_equal(cloud_call(&cl, "PATCH", SET, "{\"sku\":{\"capacity\":4}}"), 200);
	free(etag);
}

static char *member(size_t i)
{
	char path[32];

	snprintf(path, sizeof(path), "value.%zu.name", i);
	cloud_call(&cl, "GET", SET "/virtualMachines", NULL);
	return strdup(json_str(cl.json, path, ""));
}

static void members_go_by_id_and_lower_the_capacity(void **state)
{
	char *name, body[200], path[300];

	(void)state;
	put_set("htc", NULL);
	cloud_pass(&cl, 3000);
	name = member(1);
	snprintf(body, sizeof(body), "{\"instanceIds\":[\"%s\"]}", name);
	assert_int_equal(cloud_call(&cl, "POST", SET "/delete", body), 202);
	assert_non_null(strstr(cloud_header(&cl, "Location"), "/operationResults/"));
	cloud_pass(&cl, 3000);
	cloud_call(&cl, "GET", SET, NULL);
	assert_int_equal(json_int(cl.json, "sku.capacity", 0), 2);
	snprintf(path, sizeof(path), CLOUD_VMS "/%s", name);
	assert_int_equal(cloud_call(&cl, "GET", path, NULL), 404);
	assert_int_equal(cloud_call(&cl, "DELETE", path, NULL), 204);
	free(name);
}

static void members_are_named_as_azure_names_them(void **state)
{
	(void)state;
	put_set("htc", NULL);
	cloud_pass(&cl, 3000);
	for (const struct az_vm *vm = cl.w->first; vm; vm = vm->next) {
		assert_int_equal(strlen(vm->name), strlen("htc_") + 8);
		assert_int_equal(strlen(vm->computer), strlen("htc-") + 6);
		assert_int_equal(
		    strspn(vm->computer + 4, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 6);
	}
}

static void a_uniform_set_counts_its_members(void **state)
{
	char *body = cloud_uniform_body(NULL);

	(void)state;
	assert_int_equal(cloud_call(&cl, "PUT", CLOUD_SETS "/hpc", body), 201);
	free(body);
	cloud_pass(&cl, 3000);
	assert_int_equal(cloud_call(&cl, "GET", CLOUD_SETS "/hpc/instanceView", NULL), 200);
	assert_string_equal(json_str(cl.json, "virtualMachine.statusesSummary.0.code", ""),
			    "ProvisioningState/succeeded");
	assert_int_equal(json_int(cl.json, "virtualMachine.statusesSummary.0.count", 0), 2);
	assert_string_equal(json_str(cl.json, "virtualMachine.statusesSummary.1.code", ""),
			    "PowerState/running");
	assert_int_equal(cloud_call(&cl, "GET", CLOUD_SETS "/hpc/virtualMachines/1", NULL),
			 200);
	assert_string_equal(json_str(cl.json, "instanceId", ""), "1");
	assert_string_equal(json_str(cl.json, "properties.osProfile.computerName", ""),
			    "hpc-000001");
	assert_int_equal(cloud_call(&cl, "GET",
				    CLOUD_SETS "/hpc/networkInterfaces?api-version=2018-10-01",
				    NULL),
			 200);
	assert_string_equal(
	    json_str(cl.json,
		     "value.1.properties.ipConfigurations.0.properties.privateIPAddress", ""),
	    "10.20.0.5");
	assert_int_equal(
	    cloud_call(&cl, "POST", CLOUD_SETS "/hpc/delete", "{\"instanceIds\":[\"0\"]}"),
	    202);
	cloud_pass(&cl, 3000);
	assert_int_equal(cl.w->n_vms, 1);
}

static void a_short_stock_fills_a_part(void **state)
{
	char *op;

	(void)state;
	with(
	    "stock:\n  - {region: westeurope, family: standardFSv2Family, spot: true, cores: 4}\n");
	put_set("htc", NULL);
	op = operation("Azure-AsyncOperation");
	cloud_pass(&cl, 3000);
	assert_string_equal(status_of(op), "Failed");
	assert_string_equal(json_str(cl.json, "error.code", ""), "SkuNotAvailable");
	free(op);
	cloud_call(&cl, "GET", SET, NULL);
	assert_int_equal(json_int(cl.json, "sku.capacity", 0), 3);
	assert_string_equal(json_str(cl.json, "properties.provisioningState", ""), "Failed");
	assert_int_equal(cl.w->n.vms_failed, 1);
	assert_int_equal(cl.w->n_vms,
			 3); /* the failed one is there until somebody deletes it */
}

static void a_quota_says_how_much_is_missing(void **state)
{
	(void)state;
	with("quota:\n  - {region: westeurope, family: lowPriorityCores, cores: 5}\n");
	assert_int_equal(put_set("htc", NULL), 409);
	assert_string_equal(cloud_code(&cl), "OperationNotAllowed");
	assert_non_null(strstr(json_str(cl.json, "error.message", ""),
			       "Current Limit: 5, Current Usage: 0, Additional Required: 6"));
	assert_int_equal(put_set("htc", (const char *const[]){ "sku.capacity=2", NULL }), 201);
	cloud_call(&cl, "GET",
		   CLOUD_SUB "/providers/Microsoft.Compute/locations/westeurope/usages", NULL);
	assert_string_equal(json_str(cl.json, "value.4.name.value", ""), "lowPriorityCores");
	assert_int_equal(json_int(cl.json, "value.4.currentValue", 0), 4);
}

static void a_full_subnet_stops_a_set(void **state)
{
	char *op;

	(void)state;
	put_set(
	    "htc",
	    (const char *const[]){
		"sku.capacity=5",
		"properties.virtualMachineProfile.networkProfile.networkInterfaceConfigurations"
		".0.properties.ipConfigurations.0.properties.subnet.id=\"" CLOUD_NET
		"/virtualNetworks/net/subnets/tiny\"",
		NULL });
	op = operation("Azure-AsyncOperation");
	cloud_pass(&cl, 3000);
	assert_string_equal(status_of(op), "Failed");
	assert_string_equal(json_str(cl.json, "error.code", ""), "SubnetIsFull");
	assert_int_equal(cl.w->n_vms, 3); /* a /29 less Azure's five */
	free(op);
}

static void an_evicted_machine_is_gone_and_the_capacity_with_it(void **state)
{
	char *name, path[300];

	(void)state;
	put_set("htc", NULL);
	cloud_pass(&cl, 3000);
	name = member(0);
	snprintf(path, sizeof(path), CLOUD_VMS "/%s/simulateEviction", name);
	assert_int_equal(cloud_call(&cl, "POST", path, NULL), 204);
	cloud_pass(&cl, 3000);
	assert_int_equal(cl.w->n_vms, 2);
	cloud_call(&cl, "GET", SET, NULL);
	assert_int_equal(json_int(cl.json, "sku.capacity", 0), 2);
	assert_int_equal(cl.w->n.evictions, 1);
	free(name);
}

static void a_mix_keeps_its_regular_base(void **state)
{
	size_t spot = 0;

	(void)state;
	put_set("htc", (const char *const[]){
			   "sku.capacity=10",
			   "properties.priorityMixPolicy={\"baseRegularPriorityCount\":2,"
			   "\"regularPriorityPercentageAboveBase\":25}",
			   NULL });
	for (const struct az_vm *vm = cl.w->first; vm; vm = vm->next)
		spot += vm->spot;
	assert_int_equal(spot, 6); /* 2 regular, then a quarter of 8 */
}

static void a_machine_stops_paying_when_deallocated(void **state)
{
	(void)state;
	assert_int_equal(put_vm("head", NULL), 201);
	cloud_pass(&cl, 3000);
	cloud_call(&cl, "GET", CLOUD_VMS "/head/instanceView", NULL);
	assert_string_equal(json_str(cl.json, "statuses.1.code", ""), "PowerState/running");
	assert_string_equal(json_str(cl.json, "vmAgent.statuses.0.displayStatus", ""), "Ready");
	assert_int_equal(cloud_call(&cl, "POST", CLOUD_VMS "/head/deallocate", NULL), 202);
	cloud_pass(&cl, 3000);
	cloud_call(&cl, "GET", CLOUD_VMS "/head?$expand=instanceView", NULL);
	assert_string_equal(json_str(cl.json, "properties.instanceView.statuses.1.code", ""),
			    "PowerState/deallocated");
	assert_int_equal(cloud_call(&cl, "POST", CLOUD_VMS "/head/start", NULL), 202);
	cloud_pass(&cl, 3000);
	cloud_call(&cl, "GET", CLOUD_VMS "/head/instanceView", NULL);
	assert_string_equal(json_str(cl.json, "statuses.1.code", ""), "PowerState/running");
}

static size_t resources(void)
{
	cloud_call(&cl, "GET", CLOUD_RG "/resources", NULL);
	return json_len(json_get(cl.json, "value"));
}

static void what_is_not_marked_for_deletion_stays(void **state)
{
	(void)state;
	put_vm("head",
	       (const char *const[]){ "properties.storageProfile.osDisk.deleteOption=", NULL });
	cloud_pass(&cl, 3000);
	assert_int_equal(resources(), 4); /* network, interface, disk, machine */
	cloud_call(&cl, "DELETE", CLOUD_VMS "/head", NULL);
	cloud_pass(&cl, 3000);
	assert_int_equal(resources(), 3); /* disk and interface are left over, as in Azure */
	put_vm("h2", (const char *const[]){
			 "properties.networkProfile.networkInterfaceConfigurations.0.properties"
			 ".deleteOption=\"Delete\"",
			 NULL });
	cloud_pass(&cl, 3000);
	cloud_call(&cl, "DELETE", CLOUD_VMS "/h2", NULL);
	cloud_pass(&cl, 3000);
	assert_int_equal(resources(), 3);
}

static void a_machine_takes_an_interface_that_exists(void **state)
{
	(void)state;
	assert_int_equal(
	    cloud_call(
		&cl, "PUT", CLOUD_NET "/networkInterfaces/n1",
		"{\"location\":\"westeurope\",\"properties\":{\"ipConfigurations\":[{\"name\":\"i\","
		"\"properties\":{\"subnet\":{\"id\":\"" CLOUD_NET
		"/virtualNetworks/net/subnets/compute\"},"
		"\"privateIPAllocationMethod\":\"Static\",\"privateIPAddress\":\"10.20.0.10\"}}]}}"),
	    201);
	assert_int_equal(
	    put_vm("head",
		   (const char *const[]){
		       "properties.networkProfile={\"networkInterfaces\":[{\"id\":\"" CLOUD_NET
		       "/networkInterfaces/n1\"}]}",
		       NULL }),
	    201);
	cloud_call(&cl, "GET", CLOUD_NET "/networkInterfaces/n1", NULL);
	assert_string_equal(json_str(cl.json, "properties.virtualMachine.id", ""),
			    CLOUD_VMS "/head");
	assert_int_equal(cloud_call(&cl, "DELETE", CLOUD_NET "/networkInterfaces/n1", NULL),
			 400);
	assert_string_equal(cloud_code(&cl), "NicInUse");
}

static void a_group_takes_everything_with_it(void **state)
{
	char *where;

	(void)state;
	put_set("htc", NULL);
	put_vm("head", NULL);
	assert_int_equal(cloud_call(&cl, "DELETE", CLOUD_RG, NULL), 202);
	where = operation("Location");
	assert_int_equal(put_set("other", NULL), 409);
	assert_string_equal(cloud_code(&cl), "ResourceGroupBeingDeleted");
	assert_int_equal(cloud_call(&cl, "GET", where, NULL), 202);
	cloud_pass(&cl, 3000);
	assert_int_equal(cloud_call(&cl, "GET", where, NULL), 200);
	assert_int_equal(cloud_call(&cl, "HEAD", CLOUD_RG, NULL), 404);
	assert_int_equal(cl.w->n_vms, 0);
	assert_int_equal(cl.w->quota[AZ_WESTEUROPE].vms.used, 0);
	assert_int_equal(cl.w->quota[AZ_WESTEUROPE].sets.used, 0);
	assert_int_equal(cl.w->quota[AZ_WESTEUROPE].spot.used, 0);
	free(where);
}

static void pages_show_everything_once(void **state)
{
	struct map *seen = map_new(NULL, true);
	char *next = strdup(SET "/virtualMachines");
	size_t pages = 0;

	(void)state;
	put_set("htc", (const char *const[]){ "sku.capacity=120", NULL });
	while (next && pages++ < 10) {
		const char *link;

		assert_int_equal(cloud_call(&cl, "GET", next, NULL), 200);
		for (size_t i = 0; i < json_len(json_get(cl.json, "value")); i++) {
			const char *name =
			    json_str(json_at(json_get(cl.json, "value"), i), "name", "");

			assert_null(map_get(seen, name));
			map_put(seen, name, &cl);
		}
		free(next);
		link = json_str(cl.json, "nextLink", NULL);
		next = link ? strdup(strstr(link, "/subscriptions")) : NULL;
	}
	assert_int_equal(map_count(seen), 120);
	assert_int_equal(pages, 3);
	map_free(seen);
}

static void the_graph_answers_the_engines_question(void **state)
{
	static const char query[] =
	    "{\"query\":\"Resources | where type =~ 'microsoft.compute/virtualmachines' and tags['cluster-id'] =~ 'C1' | "
	    "project name, id, vmId=properties.vmId, prov=properties.provisioningState, "
	    "power=properties.extended.instanceView.powerState.code, ss=properties.virtualMachineScaleSet.id, "
	    "zone=tostring(zones[0]), created=properties.timeCreated, host=properties.osProfile.computerName | "
	    "order by name asc\",\"options\":{\"$top\":2,\"$skipToken\":null}}";

	(void)state;
	put_set("htc", NULL);
	cloud_pass(&cl, 3000);
	assert_int_equal(
	    cloud_call(&cl, "POST", "/providers/Microsoft.ResourceGraph/resources", query),
	    200);
	assert_int_equal(json_int(cl.json, "totalRecords", 0), 3);
	assert_int_equal(json_int(cl.json, "count", 0), 2);
	assert_string_equal(json_str(cl.json, "$skipToken", ""), "2");
	assert_string_equal(json_str(cl.json, "data.0.power", ""), "PowerState/running");
	assert_string_equal(json_str(cl.json, "data.0.ss", ""), SET);
	assert_true(strcmp(json_str(cl.json, "data.0.name", ""),
			   json_str(cl.json, "data.1.name", "")) < 0);
	assert_int_equal(
	    cloud_call(
		&cl, "POST", "/providers/Microsoft.ResourceGraph/resources",
		"{\"query\":\"resources | where type in~ ('Microsoft.Compute/virtualMachines') | summarize "
		"n=count() by tostring(properties.extended.instanceView.powerState.code)\"}"),
	    200);
	assert_int_equal(json_int(cl.json, "data.0.n", 0), 3);
}

static void buckets_refuse_when_they_are_empty(void **state)
{
	int status = 0;

	(void)state;
	with("throttle: 1\n");
	put_set("htc", NULL);
	for (int i = 0; i < 40 && status != 429; i++)
		status = cloud_call(&cl, "GET", SET, NULL);
	assert_int_equal(status, 429);
	assert_string_equal(json_str(cl.json, "code", ""),
			    "OperationNotAllowed"); /* the form without "error" */
	assert_string_equal(json_str(cl.json, "details.0.target", ""), "GetVMScaleSet");
	assert_string_equal(cloud_header(&cl, "Retry-After"), "5"); /* 12 a minute */
	assert_int_equal(cloud_call(&cl, "GET", CLOUD_RG, NULL), 200);
	cloud_pass(&cl, 5000);
	assert_int_equal(cloud_call(&cl, "GET", SET, NULL), 200);
	for (int i = 0; i < 300 && (i == 0 || status != 429); i++)
		status = cloud_call(&cl, "GET", CLOUD_RG, NULL);
	assert_int_equal(status, 429);
	assert_string_equal(cloud_code(&cl), "TooManyRequests");
}

static void headers_count_what_is_left(void **state)
{
	(void)state;
	put_set("htc", NULL);
	cloud_call(&cl, "GET", SET, NULL);
	assert_string_equal(cloud_header(&cl, "x-ms-ratelimit-remaining-subscription-reads"),
			    "249");
	assert_string_equal(
	    cloud_header(&cl, "x-ms-ratelimit-remaining-subscription-global-reads"), "3749");
	assert_string_equal(cloud_header(&cl, "x-ms-ratelimit-remaining-resource"),
			    "Microsoft.Compute/GetVMScaleSetResource;35,"
			    "Microsoft.Compute/GetVMScaleSetSubscriptionMaximum;2399");
	cloud_call(&cl, "GET", SET, NULL);
	assert_string_equal(cloud_header(&cl, "x-ms-ratelimit-remaining-subscription-reads"),
			    "248");
}

static void a_fault_hits_as_often_as_asked(void **state)
{
	(void)state;
	assert_int_equal(
	    cloud_call(
		&cl, "POST", "/azsim/fault",
		"{\"method\":\"PUT\",\"match\":\"/virtualmachinescalesets/\",\"effect\":\"reset-after\"}"),
	    200);
	assert_int_equal(put_set("htc", NULL), 201);
	assert_true(cl.reply.drop); /* done, but the client does not learn it */
	assert_int_equal(cl.w->n_vms, 3);
	assert_int_equal(
	    cloud_call(&cl, "POST", "/azsim/fault",
		       "{\"match\":\"/htc\",\"effect\":\"status\",\"status\":503,\"count\":2}"),
	    200);
	assert_int_equal(cloud_call(&cl, "GET", SET, NULL), 503);
	assert_int_equal(cloud_call(&cl, "GET", SET, NULL), 503);
	assert_int_equal(cloud_call(&cl, "GET", SET, NULL), 200);
	assert_int_equal(cloud_call(&cl, "POST", "/azsim/fault", "{\"effect\":\"meteor\"}"),
			 400);
}

static void control_needs_its_key(void **state)
{
	(void)state;
	assert_int_equal(cloud_call(&cl, "GET", "/azsim/state", NULL), 200);
	cl.arm->control_key[0] = 'x';
	assert_int_equal(cloud_call(&cl, "GET", "/azsim/state", NULL), 403);
}

static void the_price_list_pages_and_filters(void **state)
{
	(void)state;
	assert_int_equal(cloud_call(&cl, "GET", "/api/retail/prices", NULL), 200);
	assert_non_null(json_str(cl.json, "NextPageLink", NULL));
	assert_int_equal(
	    cloud_call(
		&cl, "GET",
		"/api/retail/prices?$filter=serviceName%20eq%20'Virtual%20Machines'%20and%20armRegionName%20"
		"eq%20'eastus'%20and%20armSkuName%20eq%20'Standard_F2s_v2'",
		NULL),
	    200);
	assert_int_equal(json_int(cl.json, "Count", 0), 2);
	assert_true(json_real(cl.json, "Items.0.retailPrice", 0) >
		    json_real(cl.json, "Items.1.retailPrice", 9));
	assert_null(json_str(cl.json, "NextPageLink", NULL));
}

struct heard {
	int running, gone;
	char last[80];
};

static void on_running(void *arg, const struct az_vm_facts *vm)
{
	struct heard *h = arg;

	h->running++;
	snprintf(h->last, sizeof(h->last), "%s", vm->computer);
	assert_string_equal(json_str(vm->tags, "cluster-id", ""), "c1");
	assert_true(*vm->address);
}

static void on_gone(void *arg, const struct az_vm_facts *vm)
{
	(void)vm;
	((struct heard *)arg)->gone++;
}

static void a_listener_hears_of_machines(void **state)
{
	struct heard h = { 0 };

	(void)state;
	az_world_listen(cl.w, &(struct az_listener){ on_running, on_gone, NULL, &h });
	put_set("htc", NULL);
	assert_int_equal(h.running, 0);
	cloud_pass(&cl, 3000);
	assert_int_equal(h.running, 3);
	assert_true(text_has_prefix(h.last, "htc-"));
	cloud_call(&cl, "DELETE", SET, NULL);
	cloud_pass(&cl, 3000);
	assert_int_equal(h.gone, 3);
	assert_int_equal(cloud_call(&cl, "GET", SET, NULL), 404);
}

static void the_harsh_profile_settles_in_the_end(void **state)
{
	int64_t good = 0;

	(void)state;
	with("profile: harsh\nseed: 5\n");
	for (int i = 0; i < 20 && !az_group_find(cl.w, "rg"); i++)
		cloud_base(&cl);
	for (int i = 0; i < 20 && !(az_group_find(cl.w, "rg") &&
				    az_set_find(az_group_find(cl.w, "rg"), "htc"));
	     i++) {
		cloud_base(&cl);
		put_set("htc", (const char *const[]){ "sku.capacity=50", NULL });
	}
	for (int i = 0; i < 3600; i++) {
		clock_test_advance(1000);
		az_world_run(cl.w);
	}
	for (const struct az_vm *vm = cl.w->first; vm; vm = vm->next)
		good += vm->prov == AZ_SUCCEEDED;
	assert_true(good > 25);
	assert_int_equal(cl.w->n.double_creates, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fast, closed)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_operation_runs_and_then_succeeds),
		TEST(an_operation_is_forgotten_after_a_day),
		TEST(machines_beyond_what_an_intent_asked_for_are_counted),
		TEST(a_second_machine_for_a_node_that_lives_is_counted),
		TEST(write_only_members_never_come_back),
		TEST(the_same_put_again_makes_nothing_twice),
		TEST(a_second_change_of_a_set_meets_the_first),
		TEST(an_etag_guards_a_change),
		TEST(members_go_by_id_and_lower_the_capacity),
		TEST(members_are_named_as_azure_names_them),
		TEST(a_uniform_set_counts_its_members),
		TEST(a_short_stock_fills_a_part),
		TEST(a_quota_says_how_much_is_missing),
		TEST(a_full_subnet_stops_a_set),
		TEST(an_evicted_machine_is_gone_and_the_capacity_with_it),
		TEST(a_mix_keeps_its_regular_base),
		TEST(a_machine_stops_paying_when_deallocated),
		TEST(what_is_not_marked_for_deletion_stays),
		TEST(a_machine_takes_an_interface_that_exists),
		TEST(a_group_takes_everything_with_it),
		TEST(pages_show_everything_once),
		TEST(the_graph_answers_the_engines_question),
		TEST(buckets_refuse_when_they_are_empty),
		TEST(headers_count_what_is_left),
		TEST(a_fault_hits_as_often_as_asked),
		TEST(control_needs_its_key),
		TEST(the_price_list_pages_and_filters),
		TEST(a_listener_hears_of_machines),
		TEST(the_harsh_profile_settles_in_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
