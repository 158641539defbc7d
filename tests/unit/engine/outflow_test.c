/* R5.6: what of an array may go is a share of each cycle, however often it is decided in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/outflow.h"
#include "engine/plan_private.h"

#define CYCLE_S 15

static void r5_6_what_went_counts_until_its_cycle_is_over(void **state)
{
	struct outflow s = { 0 };

	(void)state;
	assert_int_equal(outflow_gone(&s, 1000, CYCLE_S), 0);
	for (int64_t ms = 1000; ms < 4000; ms += 1000) /* three decisions, woken early */
		outflow_add(&s, ms, CYCLE_S);
	assert_int_equal(outflow_gone(&s, 4000, CYCLE_S), 3);
	assert_int_equal(outflow_gone(&s, 15999, CYCLE_S), 3);
	assert_int_equal(outflow_gone(&s, 16000, CYCLE_S), 0);
	outflow_add(&s, 20000, CYCLE_S);
	assert_int_equal(outflow_gone(&s, 34999, CYCLE_S), 1);
	assert_int_equal(outflow_gone(&s, 35000, CYCLE_S), 0);
}

static void r5_6_ten_or_a_quarter_of_an_array_go_in_a_cycle(void **state)
{
	(void)state;
	assert_int_equal(scalein_share(3, 0), 10);
	assert_int_equal(scalein_share(40, 0), 10);
	assert_int_equal(scalein_share(1000, 0), 250);
	assert_int_equal(scalein_share(1000, 240), 10);
	assert_int_equal(scalein_share(750, 250), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r5_6_what_went_counts_until_its_cycle_is_over),
		cmocka_unit_test(r5_6_ten_or_a_quarter_of_an_array_go_in_a_cycle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
