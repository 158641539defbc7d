#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/history.h"

#define MINUTE	((int64_t)60000)
#define START	(MINUTE * 15 * 2000000) /* a full quarter of an hour */
#define UNKNOWN HISTORY_UNKNOWN

static void see(struct history *h, int64_t at_ms, int64_t pending, int64_t evicted)
{
	struct history_sample s = { { 0 } };

	s.v[HISTORY_PENDING] = pending;
	s.v[HISTORY_EVICTED] = evicted;
	history_see(h, at_ms, &s);
}

/* back: steps before the newest */
static int64_t hour(const struct history *h, enum history_series series, size_t back)
{
	return history_get(h, HISTORY_HOUR, series, 59 - back);
}

static void an_empty_one_knows_nothing(void **state)
{
	struct history h = { 0 };
	struct history_row r;

	(void)state;
	assert_int_equal(hour(&h, HISTORY_NODES, 0), UNKNOWN);
	history_row_make(&r, &h, HISTORY_DAY, START, NULL);
	assert_int_equal(r.at_ms, 0);
	assert_int_equal(r.now[HISTORY_NODES], UNKNOWN);
	assert_int_equal(strspn(r.levels[HISTORY_NODES], " "), 96);
}

static void a_burst_within_a_minute_is_kept(void **state)
{
	struct history h = { 0 };

	(void)state;
	see(&h, START, 0, 0);
	see(&h, START + 20000, 40, 0);
	see(&h, START + 50000, 3, 0);
	assert_int_equal(hour(&h, HISTORY_PENDING, 0), 40);
	assert_int_equal(hour(&h, HISTORY_PENDING, 1), UNKNOWN);
}

static void what_happens_is_summed(void **state)
{
	struct history h = { 0 };

	(void)state;
	see(&h, START, 0, 2);
	see(&h, START + 20000, 0, 1);
	see(&h, START + MINUTE, 0, 0);
	assert_int_equal(hour(&h, HISTORY_EVICTED, 1), 3);
	assert_int_equal(hour(&h, HISTORY_EVICTED, 0), 0);
	assert_int_equal(history_get(&h, HISTORY_DAY, HISTORY_EVICTED, 95), 3);
}

static void a_curve_ends_with_what_is_there_now(void **state)
{
	struct history h = { 0 };
	struct history_row r;
	struct history_sample now = { { 0 } };

	(void)state;
	see(&h, START, 20, 3);
	see(&h, START + MINUTE, 40, 0);
	now.v[HISTORY_PENDING] = 10; /* of this minute the ring has 40 */
	now.v[HISTORY_NODES] = 8;    /* and nothing of these: they came since the last look */
	now.v[HISTORY_PRICE] = UNKNOWN;
	history_row_make(&r, &h, HISTORY_HOUR, START + MINUTE + 5000, &now);
	assert_int_equal(r.now[HISTORY_PENDING], 10);
	assert_int_equal(r.max[HISTORY_PENDING], 40);
	assert_int_equal(r.levels[HISTORY_PENDING][59], '0' + 6);
	assert_int_equal(r.now[HISTORY_NODES], 8);
	assert_int_equal(r.max[HISTORY_NODES], 8);
	assert_int_equal(r.levels[HISTORY_NODES][59], '0' + HISTORY_LEVEL);
	assert_int_equal(r.now[HISTORY_PRICE], 0); /* as it was when somebody knew */
	assert_int_equal(r.sum[HISTORY_EVICTED], 3);
	/* A quarter of an hour keeps its highest. */
	history_row_make(&r, &h, HISTORY_DAY, START + MINUTE + 5000, &now);
	assert_int_equal(r.now[HISTORY_PENDING], 10);
	assert_int_equal(r.levels[HISTORY_PENDING][95], '0' + HISTORY_LEVEL);
}

static void minutes_without_a_look_are_gaps_not_zeros(void **state)
{
	struct history h = { 0 };
	struct history_row r;

	(void)state;
	see(&h, START, 8, 0);
	see(&h, START + 3 * MINUTE, 4, 0);
	history_row_make(&r, &h, HISTORY_HOUR, START + 5 * MINUTE, NULL);
	assert_string_equal(r.levels[HISTORY_PENDING] + 54, "H  <  ");
	assert_int_equal(r.at_ms, START + 5 * MINUTE);
	assert_int_equal(r.now[HISTORY_PENDING], 4);
	assert_int_equal(r.max[HISTORY_PENDING], 8);
}

static void after_an_hour_the_first_minute_is_gone_and_the_quarter_is_not(void **state)
{
	struct history h = { 0 };

	(void)state;
	for (int i = 0; i <= 60; i++)
		see(&h, START + i * MINUTE, i == 0 ? 99 : i, 0);
	for (size_t i = 0; i < 60; i++)
		assert_int_equal(hour(&h, HISTORY_PENDING, i), 60 - (int64_t)i);
	assert_int_equal(history_get(&h, HISTORY_DAY, HISTORY_PENDING, 95), 60);
	assert_int_equal(history_get(&h, HISTORY_DAY, HISTORY_PENDING, 91), 99);
	assert_int_equal(history_get(&h, HISTORY_DAY, HISTORY_PENDING, 90), UNKNOWN);
}

static void a_long_silence_empties_it(void **state)
{
	struct history h = { 0 };

	(void)state;
	see(&h, START, 7, 0);
	see(&h, START + 1000000 * MINUTE, 1, 0);
	assert_int_equal(hour(&h, HISTORY_PENDING, 0), 1);
	for (size_t i = 1; i < 60; i++)
		assert_int_equal(hour(&h, HISTORY_PENDING, i), UNKNOWN);
}

static void a_clock_that_was_put_back_writes_the_newest_step(void **state)
{
	struct history h = { 0 };

	(void)state;
	see(&h, START + 10 * MINUTE, 2, 0);
	see(&h, START, 5, 0);
	assert_int_equal(hour(&h, HISTORY_PENDING, 0), 5);
	assert_int_equal(hour(&h, HISTORY_PENDING, 1), UNKNOWN);
}

static void levels_are_shares_of_the_highest_and_little_is_not_nothing(void **state)
{
	struct history h = { 0 };
	struct history_row r;

	(void)state;
	see(&h, START, 0, 0);
	see(&h, START + MINUTE, 1, 0);
	see(&h, START + 2 * MINUTE, 500, 0);
	see(&h, START + 3 * MINUTE, 1000, 0);
	see(&h, START + 4 * MINUTE, UNKNOWN, 0);
	history_row_make(&r, &h, HISTORY_HOUR, START + 4 * MINUTE, NULL);
	assert_string_equal(r.levels[HISTORY_PENDING] + 54, " 01<H ");
	assert_int_equal(r.now[HISTORY_PENDING], 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_one_knows_nothing),
		cmocka_unit_test(a_burst_within_a_minute_is_kept),
		cmocka_unit_test(what_happens_is_summed),
		cmocka_unit_test(a_curve_ends_with_what_is_there_now),
		cmocka_unit_test(minutes_without_a_look_are_gaps_not_zeros),
		cmocka_unit_test(after_an_hour_the_first_minute_is_gone_and_the_quarter_is_not),
		cmocka_unit_test(a_long_silence_empties_it),
		cmocka_unit_test(a_clock_that_was_put_back_writes_the_newest_step),
		cmocka_unit_test(levels_are_shares_of_the_highest_and_little_is_not_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
