/* R12.3 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/drift.h"

#define UTC INT64_C(1700000000000)

static void clocks_that_run_alike_hold_nothing(void **state)
{
	struct drift d = { 0 };

	(void)state;
	for (int64_t t = 0; t < 3600000; t += 10000)
		assert_false(drift_look(&d, UTC + t, 5000 + t));
	assert_false(drift_holds(&d, 3605000));
}

static void a_minute_is_borne_and_more_is_not(void **state)
{
	struct drift d = { 0 };

	(void)state;
	assert_false(drift_look(&d, UTC, 0));
	assert_false(drift_look(&d, UTC + 10000 + 60000, 10000));
	assert_false(drift_look(&d, UTC + 20000, 20000)); /* and back */
	assert_true(drift_look(&d, UTC + 30000 + 60001, 30000));
	assert_int_equal(d.jump_ms, 60001);
}

static void a_jump_by_ten_years_either_way_holds_for_one_grace(void **state)
{
	static const int64_t ten_years = INT64_C(315360000000);
	int64_t jumps[] = { ten_years, -ten_years };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct drift d = { 0 };

		assert_false(drift_look(&d, UTC, 1000));
		assert_true(drift_look(&d, UTC + jumps[i], 2000));
		assert_true(drift_holds(&d, 2000));
		assert_false(drift_look(&d, UTC + jumps[i] + 10000, 12000)); /* told once */
		assert_true(drift_holds(&d, 2000 + DRIFT_GRACE_MS - 1));
		assert_false(drift_holds(&d, 2000 + DRIFT_GRACE_MS));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocks_that_run_alike_hold_nothing),
		cmocka_unit_test(a_minute_is_borne_and_more_is_not),
		cmocka_unit_test(a_jump_by_ten_years_either_way_holds_for_one_grace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
