/* R9.6: how long what a client has not read waits, by how much is unread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/lag.h"

static void r9_6_one_that_reads_is_never_behind(void **state)
{
	struct lag l = { .last = 0 };

	(void)state;
	for (int64_t now = 1000; now < 60000; now += 1000) {
		assert_int_equal(lag_look(&l, 0, now), 0);
		lag_wrote(&l, 500, now);
	}
}

static void r9_6_one_that_does_not_read_is_behind_since_the_first_byte(void **state)
{
	struct lag l = { .last = 0 };

	(void)state;
	lag_look(&l, 0, 1000);
	lag_wrote(&l, 500, 1000);
	assert_int_equal(lag_look(&l, 500, 6000), 5000);
	lag_wrote(&l, 900, 6000); /* what comes later does not make it younger */
	assert_int_equal(lag_look(&l, 900, 11001), 10001);
	assert_int_equal(lag_look(&l, 0, 12000), 0);
}

/* Its socket is never empty, but what it reads is young. */
static void r9_6_one_that_is_slow_but_reads_on_is_as_far_behind_as_it_is(void **state)
{
	struct lag l = { .last = 0 };

	(void)state;
	lag_look(&l, 0, 0);
	lag_wrote(&l, 1000, 0);
	for (int64_t now = 1000; now <= 60000; now += 1000) {
		assert_true(lag_look(&l, 500, now) <= 3000);
		lag_wrote(&l, 1000, now);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r9_6_one_that_reads_is_never_behind),
		cmocka_unit_test(r9_6_one_that_does_not_read_is_behind_since_the_first_byte),
		cmocka_unit_test(r9_6_one_that_is_slow_but_reads_on_is_as_far_behind_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
