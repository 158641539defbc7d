/* What a cluster's teardown does with its data when nobody chooses, and what its states mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
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

/* What it may have counts among the nodes that are possible no longer. */
static void a_cluster_that_ends_makes_no_node_any_more(void **state)
{
	static const enum cluster_state ends[] = { CLUSTER_DELETING, CLUSTER_DELETED,
						   CLUSTER_RESIDUE, CLUSTER_KEPT };
	size_t n = 0;

	(void)state;
	for (int s = 0; s < CLUSTER_STATES; s++)
		n += cluster_is_ending((enum cluster_state)s);
	assert_int_equal(n, ARRAY_LEN(ends));
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		assert_true(cluster_is_ending(ends[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_on_the_head_goes_with_it),
		cmocka_unit_test(a_disk_goes_by_its_policy),
		cmocka_unit_test(a_cluster_that_ends_makes_no_node_any_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
