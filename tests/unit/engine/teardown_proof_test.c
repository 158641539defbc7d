/* R8.6: how many lists are enough. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/teardown_proof.h"

#define MINUTE ((int64_t)60 * 1000)

static void two_lists_a_minute_apart_are_enough(void **state)
{
	struct proof_facts f = { .now_ms = 100 * MINUTE };

	(void)state;
	assert_int_equal(proof_next(&f), PROOF_LIST);
	f = (struct proof_facts){ .lists = 1,
				  .first_ms = 100 * MINUTE,
				  .last_ms = 100 * MINUTE,
				  .now_ms = 100 * MINUTE + 1 };
	assert_int_equal(proof_next(&f), PROOF_WAIT);
	f.now_ms = 101 * MINUTE;
	assert_int_equal(proof_next(&f), PROOF_LIST);
	f.lists = 2;
	f.last_ms = 101 * MINUTE;
	assert_int_equal(proof_next(&f), PROOF_DONE);
	f.last_ms = 101 * MINUTE - 1; /* too soon after the first: once more */
	assert_int_equal(proof_next(&f), PROOF_LIST);
}

static void one_list_is_enough_where_nothing_was_ever_asked_of_the_cloud(void **state)
{
	struct proof_facts f = { .now_ms = 100 * MINUTE, .never_asked = true };

	(void)state;
	assert_int_equal(proof_next(&f), PROOF_LIST); /* none is not */
	f.lists = 1;
	f.first_ms = f.last_ms = 100 * MINUTE;
	assert_int_equal(proof_next(&f), PROOF_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_lists_a_minute_apart_are_enough),
		cmocka_unit_test(one_list_is_enough_where_nothing_was_ever_asked_of_the_cloud),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
