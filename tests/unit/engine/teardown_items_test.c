/* R8.5: when a refused deletion is tried again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/teardown_items.h"

#define MINUTE ((int64_t)60 * 1000)

static struct rng rng;

static int64_t delay(unsigned int tries, enum err_code code, const char *cloud_code,
		     int64_t retry_after_ms)
{
	struct err err = { .code = code };
	const struct cloud_stage_info i = { .stage = CLOUD_REFUSED,
					    .err = &err,
					    .cloud_code = cloud_code,
					    .retry_after_ms = retry_after_ms };

	return item_delay_ms(tries, &i, &rng);
}

static void it_doubles_from_five_seconds_to_ten_minutes_and_is_never_given_up(void **state)
{
	int64_t most = 5000;

	(void)state;
	for (unsigned int tries = 1; tries < 10000; tries++) {
		int64_t ms = delay(tries, ERR_DENIED, "AuthorizationFailed", 0);

		assert_true(ms >= most / 2);
		assert_true(ms <= most);
		most = most * 2 > 10 * MINUTE ? 10 * MINUTE : most * 2;
	}
	assert_true(delay(UINT32_MAX, ERR_IO, "", 0) <= 10 * MINUTE);
}

static void tries_of_many_items_do_not_come_at_the_same_moment(void **state)
{
	int64_t first = delay(9, ERR_IO, "", 0), other = first;

	(void)state;
	for (int i = 0; i < 20 && other == first; i++)
		other = delay(9, ERR_IO, "", 0);
	assert_true(other != first);
}

static void what_something_else_holds_waits_three_minutes(void **state)
{
	(void)state;
	assert_true(delay(1, ERR_CONFLICT, "Conflict", 0) >= 3 * MINUTE);
	assert_true(delay(1, ERR_INVALID, "InvalidParameter", 0) <= 5000);
	assert_true(delay(50, ERR_CONFLICT, "Conflict", 0) >= 5 * MINUTE);
}

static void what_the_cloud_says_is_the_time_that_is_known(void **state)
{
	(void)state;
	assert_true(delay(1, ERR_CONFLICT, "Conflict", 20000) == 20000);
	assert_true(delay(1, ERR_THROTTLED, "TooManyRequests", 30 * MINUTE) == 30 * MINUTE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    it_doubles_from_five_seconds_to_ten_minutes_and_is_never_given_up),
		cmocka_unit_test(tries_of_many_items_do_not_come_at_the_same_moment),
		cmocka_unit_test(what_something_else_holds_waits_three_minutes),
		cmocka_unit_test(what_the_cloud_says_is_the_time_that_is_known),
	};

	rng_seed(&rng, 11);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
