/* Managed disks: who may hold one, what outlives a machine, what it costs, and what azsim
 * keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/cloud.h"
#include "base/file.h"
#include "base/mem.h"

#define DATA_RG CLOUD_SUB "/resourceGroups/data"
#define DISK	DATA_RG "/providers/Microsoft.Compute/disks/d1"
#define SNAPSHOT DATA_RG "/providers/Microsoft.Compute/snapshots/s1"
#define COPY	 DATA_RG "/providers/Microsoft.Compute/disks/d2"
#define FROM(source, more)                                                                     \
	"{\"location\":\"westeurope\",\"tags\":{\"of\":\"me\"},\"properties\":{" more           \
	"\"creationData\":{\"createOption\":\"Copy\",\"sourceResourceId\":\"" source "\"}}}"
#define VERSION "?api-version=2023-10-02"
#define BODY(gib)                                                                                   \
	"{\"location\":\"westeurope\",\"sku\":{\"name\":\"Premium_LRS\"},\"tags\":{\"of\":\"me\"}," \
	"\"properties\":{\"creationData\":{\"createOption\":\"Empty\"},\"diskSizeGB\":" gib         \
	"}}"
#define ATTACH                                                                                 \
	"properties.storageProfile.dataDisks=[{\"lun\":0,\"createOption\":\"Attach\","         \
	"\"deleteOption\":\"Detach\",\"managedDisk\":{\"id\":\"" DISK "\"}}]"

static struct cloud cl;
static char *dir;

static int begin(void **state)
{
	char path[] = "/tmp/disk.XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(path));
	dir = xstrdup(path);
	cloud_open(&cl, NULL, dir);
	cloud_base(&cl);
	assert_int_equal(cloud_call(&cl, "PUT", DATA_RG, "{\"location\":\"westeurope\"}") / 100,
			 2);
	assert_int_equal(cloud_call(&cl, "PUT", DISK VERSION, BODY("64")), 202);
	cloud_pass(&cl, 5000);
	return 0;
}

static int end(void **state)
{
	struct err err;

	(void)state;
	cloud_close(&cl);
	file_remove_tree(dir, &err);
	free(dir);
	return 0;
}

static int put_vm(const char *name)
{
	const char *changes[] = { ATTACH, NULL };
	char *body = cloud_vm_body(changes), target[300];
	int status;

	snprintf(target, sizeof(target), CLOUD_VMS "/%s", name);
	status = cloud_call(&cl, "PUT", target, body);
	free(body);
	cloud_pass(&cl, 60000);
	return status;
}

static void disk_is(const char *state, bool held)
{
	assert_int_equal(cloud_call(&cl, "GET", DISK VERSION, NULL), 200);
	assert_string_equal(json_str(cl.json, "properties.diskState", ""), state);
	assert_int_equal(json_str(cl.json, "managedBy", NULL) != NULL, held);
}

static void a_disk_outlives_the_machine_that_held_it(void **state)
{
	(void)state;
	disk_is("Unattached", false);
	assert_int_equal(put_vm("v1"), 201);
	disk_is("Attached", true);
	assert_int_equal(cloud_call(&cl, "DELETE", CLOUD_VMS "/v1", NULL), 202);
	cloud_pass(&cl, 60000);
	disk_is("Unattached", false);
	assert_int_equal(put_vm("v2"), 201);
	disk_is("Attached", true);
}

static void nobody_takes_a_disk_that_another_holds(void **state)
{
	(void)state;
	assert_int_equal(put_vm("v1"), 201);
	assert_int_equal(put_vm("v2"), 409);
	assert_string_equal(cloud_code(&cl), "ConflictingUserInput");
	assert_int_equal(put_vm("v1"), 200); /* the same once more is no conflict */
}

static void a_held_disk_is_not_deleted_nor_is_its_group(void **state)
{
	(void)state;
	put_vm("v1");
	assert_int_equal(cloud_call(&cl, "DELETE", DISK VERSION, NULL), 409);
	assert_string_equal(cloud_code(&cl), "OperationNotAllowed");
	assert_int_equal(cloud_call(&cl, "DELETE", DATA_RG, NULL), 202);
	cloud_pass(&cl, 60000);
	disk_is("Attached", true);
	cloud_call(&cl, "DELETE", CLOUD_VMS "/v1", NULL);
	cloud_pass(&cl, 60000);
	assert_int_equal(cloud_call(&cl, "DELETE", DATA_RG, NULL), 202);
	cloud_pass(&cl, 60000);
	assert_int_equal(cloud_call(&cl, "GET", DATA_RG, NULL), 404);
}

static void a_disk_that_is_not_there_is_not_attached(void **state)
{
	(void)state;
	cloud_call(&cl, "DELETE", DISK VERSION, NULL);
	cloud_pass(&cl, 60000);
	assert_int_equal(put_vm("v1"), 404);
}

static void sizes_are_checked_and_never_shrink(void **state)
{
	(void)state;
	assert_int_equal(cloud_call(&cl, "PUT", DISK VERSION, BODY("0")), 400);
	assert_int_equal(cloud_call(&cl, "PUT", DISK VERSION, BODY("32")), 409);
	assert_int_equal(cloud_call(&cl, "PUT", DISK VERSION, BODY("128")), 202);
	assert_int_equal(
	    cloud_call(&cl, "PUT", DISK VERSION,
		       "{\"location\":\"westeurope\",\"properties\":{\"diskSizeGB\":64}}"),
	    400);
}

static void a_restart_knows_who_holds_it_and_what_it_cost(void **state)
{
	const struct json *d;

	(void)state;
	put_vm("v1");
	cloud_close(&cl);
	cloud_open(&cl, NULL, dir); /* at the clock's beginning again */
	for (int i = 0; i < 10; i++)
		cloud_pass(&cl, 60000);
	disk_is("Attached", true);
	assert_int_equal(cloud_call(&cl, "GET", "/azsim/ledger?tag=of:me", NULL), 200);
	d = json_at(json_get(cl.json, "disks"), 0);
	assert_int_equal(json_len(json_get(cl.json, "disks")), 1);
	assert_string_equal(json_str(d, "name", ""), "d1");
	assert_int_equal(json_int(d, "gib", 0), 64);
	assert_true(json_real(d, "pricePerHour", 0) > 0.01);
	assert_true(json_real(d, "cost", 0) > 0);
	cloud_call(&cl, "DELETE", CLOUD_VMS "/v1", NULL);
	cloud_pass(&cl, 60000);
	cloud_call(&cl, "DELETE", DISK VERSION, NULL);
	cloud_pass(&cl, 60000);
	assert_int_equal(cloud_call(&cl, "GET", "/azsim/ledger?tag=of:me", NULL), 200);
	assert_non_null(json_str(json_at(json_get(cl.json, "disks"), 0), "deleted", NULL));
}

static void a_snapshot_outlives_its_disk_and_makes_another(void **state)
{
	(void)state;
	assert_int_equal(cloud_call(&cl, "PUT", SNAPSHOT VERSION,
				    FROM(DISK, "\"incremental\":true,")),
			 202);
	cloud_pass(&cl, 5000);
	assert_int_equal(cloud_call(&cl, "DELETE", DISK VERSION, NULL), 202);
	cloud_pass(&cl, 60000);
	assert_int_equal(cloud_call(&cl, "GET", DISK VERSION, NULL), 404);
	assert_int_equal(cloud_call(&cl, "GET", SNAPSHOT VERSION, NULL), 200);
	assert_int_equal(json_int(cl.json, "properties.diskSizeGB", 0), 64);
	assert_true(json_bool(cl.json, "properties.incremental", false));
	assert_string_equal(json_str(cl.json, "properties.provisioningState", ""), "Succeeded");
	assert_int_equal(cloud_call(&cl, "PUT", SNAPSHOT VERSION,
				    FROM(DISK, "\"incremental\":true,")),
			 202); /* the same once more */
	assert_int_equal(cloud_call(&cl, "PUT", COPY VERSION, FROM(SNAPSHOT, "")), 202);
	cloud_pass(&cl, 5000);
	assert_int_equal(cloud_call(&cl, "GET", COPY VERSION, NULL), 200);
	assert_int_equal(json_int(cl.json, "properties.diskSizeGB", 0), 64);
	assert_int_equal(cloud_call(&cl, "DELETE", SNAPSHOT VERSION, NULL), 202);
	cloud_pass(&cl, 60000);
	assert_int_equal(cloud_call(&cl, "GET", SNAPSHOT VERSION, NULL), 404);
}

static void a_snapshot_is_of_a_disk_that_is_there_and_stays_so(void **state)
{
	(void)state;
	assert_int_equal(cloud_call(&cl, "PUT", SNAPSHOT VERSION, BODY("64")), 400);
	assert_int_equal(cloud_call(&cl, "PUT", SNAPSHOT VERSION, FROM(DISK "x", "")), 404);
	assert_int_equal(cloud_call(&cl, "PUT", SNAPSHOT VERSION, FROM(DISK, "")), 202);
	cloud_pass(&cl, 5000);
	assert_int_equal(cloud_call(&cl, "PUT", SNAPSHOT VERSION, FROM(DISK "x", "")), 409);
	assert_string_equal(cloud_code(&cl), "PropertyChangeNotAllowed");
	assert_int_equal(
	    cloud_call(&cl, "PUT", COPY VERSION, FROM(SNAPSHOT, "\"diskSizeGB\":32,")), 400);
	assert_int_equal(cloud_call(&cl, "PUT", COPY VERSION, FROM(SNAPSHOT "x", "")), 404);
}

static void a_snapshot_stands_in_the_ledger_and_in_the_price_list(void **state)
{
	const struct json *d;

	(void)state;
	cloud_call(&cl, "PUT", SNAPSHOT VERSION, FROM(DISK, "\"incremental\":true,"));
	cloud_pass(&cl, 5000);
	assert_int_equal(cloud_call(&cl, "GET", "/azsim/ledger?tag=of:me", NULL), 200);
	assert_int_equal(json_len(json_get(cl.json, "disks")), 2);
	d = json_at(json_get(cl.json, "disks"), 0); /* the newest */
	assert_string_equal(json_str(d, "name", ""), "s1");
	assert_true(json_real(d, "pricePerHour", 0) > 0);
	assert_true(json_real(d, "pricePerHour", 1) <
		    json_real(json_at(json_get(cl.json, "disks"), 1), "pricePerHour", 0));
	assert_int_equal(
	    cloud_call(
		&cl, "GET",
		"/api/retail/prices?$filter=productName%20eq%20'Standard%20HDD%20Managed%20Disks'"
		"%20and%20skuName%20eq%20'Snapshots%20LRS'%20and%20armRegionName%20eq%20'westeurope'",
		NULL),
	    200);
	assert_int_equal(json_len(json_get(cl.json, "Items")), 1);
	assert_string_equal(json_str(cl.json, "Items.0.unitOfMeasure", ""), "1 GB/Month");
}

static void the_price_list_has_a_tier_for_each_size(void **state)
{
	const struct json *items;

	(void)state;
	assert_int_equal(
	    cloud_call(
		&cl, "GET",
		"/api/retail/prices?$filter=productName%20eq%20'Premium%20SSD%20Managed%20Disks'"
		"%20and%20armRegionName%20eq%20'westeurope'",
		NULL),
	    200);
	items = json_get(cl.json, "Items");
	assert_int_equal(json_len(items), 14);
	assert_string_equal(json_str(json_at(items, 4), "skuName", ""), "P6 LRS");
	assert_string_equal(json_str(json_at(items, 4), "unitOfMeasure", ""), "1/Month");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_disk_outlives_the_machine_that_held_it),
		TEST(nobody_takes_a_disk_that_another_holds),
		TEST(a_held_disk_is_not_deleted_nor_is_its_group),
		TEST(a_disk_that_is_not_there_is_not_attached),
		TEST(sizes_are_checked_and_never_shrink),
		TEST(a_restart_knows_who_holds_it_and_what_it_cost),
		TEST(a_snapshot_outlives_its_disk_and_makes_another),
		TEST(a_snapshot_is_of_a_disk_that_is_there_and_stays_so),
		TEST(a_snapshot_stands_in_the_ledger_and_in_the_price_list),
		TEST(the_price_list_has_a_tier_for_each_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
