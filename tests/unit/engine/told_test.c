/* Sentences of the engine that have to be true: why a node is drained, what a stop that is
 * taken back leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "engine/drain.h"
#include "engine/operation.h"

static const char *reason(const char *of_state)
{
	static char out[160];
	struct node n = { .state = NODE_DRAINING };

	snprintf(n.reason, sizeof(n.reason), "%s", of_state);
	drain_reason(out, &n);
	return out;
}

static void the_scheduler_is_told_who_drained_a_node_and_why(void **state)
{
	(void)state;
	assert_string_equal(reason("node drain by root: bad fan"), " drained by root: bad fan");
	assert_string_equal(reason("node drain by alice"), " drained by alice");
	assert_string_equal(reason("node terminate by alice: old"),
			    " terminated by alice: old");
	assert_string_equal(reason("idle for 5m"), "scale-in");
}

static void a_stop_that_is_taken_back_counts_its_nodes(void **state)
{
	char out[160];

	(void)state;
	assert_string_equal(stop_taken_back(out, 0, 0, 3), "3 nodes go back to work");
	assert_string_equal(stop_taken_back(out, 16, 0, 0),
			    "16 nodes are gone, none goes back to work");
	assert_string_equal(stop_taken_back(out, 2, 4, 1),
			    "2 nodes are gone, 4 are being deleted, 1 goes back to work");
	assert_string_equal(stop_taken_back(out, 0, 0, 0), "there were no nodes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_scheduler_is_told_who_drained_a_node_and_why),
		cmocka_unit_test(a_stop_that_is_taken_back_counts_its_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
