/* What a cluster's teardown does with its data when nobody chooses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/cluster.h"

static char on_it[] = "head-id", name[] = "shared";

static bool loses(enum cluster_state state, const char *head, struct storage_spec s)
{
	struct cluster c = { .state = state, .head_id = (char *)head };

	s.name = name;
	c.spec.storage = &s;
	c.spec.n_storage = 1;
	return cluster_loses_data(&c);
}

static void a_folder_on_the_head_goes_with_it(void **state)
{
	struct storage_spec folder = { .policy = KEEP_KEEP };

	(void)state;
	assert_true(loses(CLUSTER_RUNNING, on_it, folder));
	assert_false(loses(CLUSTER_OFF, "", folder)); /* it was never started */
	assert_false(loses(CLUSTER_OFF, NULL, folder));
}

static void a_disk_goes_by_its_policy(void **state)
{
	struct storage_spec disk = { .policy = KEEP_DELETE, .disk_gib = 64, .disk_ms = 1 };

	(void)state;
	assert_true(loses(CLUSTER_RUNNING, on_it, disk));
	disk.policy = KEEP_SNAPSHOT;
	assert_false(loses(CLUSTER_RUNNING, on_it, disk));
	disk.policy = KEEP_KEEP;
	assert_false(loses(CLUSTER_RUNNING, on_it, disk));
	assert_true(loses(CLUSTER_KEPT, "", disk)); /* whoever deletes that row means it */
	disk.disk_ms = 0;			    /* not made yet: there is nothing on it */
	assert_false(loses(CLUSTER_OFF, on_it, disk));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_on_the_head_goes_with_it),
		cmocka_unit_test(a_disk_goes_by_its_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
