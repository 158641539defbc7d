/* R11.2, R11.3: when to try again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/retry.h"

#define MINUTE 60000

/* R11.2: full jitter, from 1 s to 5 min */
static void spreads_over_a_growing_span(void **state)
{
	struct rng rng;
	int64_t most[12] = { 0 };

	(void)state;
	rng_seed(&rng, 1);
	for (unsigned int tries = 0; tries < 12; tries++) {
		int64_t span = tries < 9 ? INT64_C(1000) << tries : 300000;
		int64_t least = INT64_MAX;

		span = span > 300000 ? 300000 : span;
		for (int i = 0; i < 2000; i++) {
			int64_t d = retry_delay_ms(tries, 1000, 300000, 0, &rng);

			assert_in_range(d, 0, span);
			most[tries] = d > most[tries] ? d : most[tries];
			least = d < least ? d : least;
		}
		assert_true(most[tries] >
			    span * 9 / 10); /* full jitter: the whole span is used */
		assert_true(least < span / 10);
	}
	assert_in_range(retry_delay_ms(1000000, 1000, 300000, 0, &rng), 0, 300000);
}

/* R11.2: Retry-After is the least */
static void waits_at_least_as_long_as_told(void **state)
{
	struct rng rng;

	(void)state;
	rng_seed(&rng, 1);
	for (int i = 0; i < 200; i++)
		assert_in_range(retry_delay_ms(0, 1000, 300000, 17000, &rng), 17000, 17000);
	assert_int_equal(retry_delay_ms(3, 0, 300000, 0, &rng), 0);
}

static void reads_retry_after(void **state)
{
	const char *now = "Mon, 23 Nov 2026 10:15:30 GMT",
		   *later = "Mon, 23 Nov 2026 10:16:00 GMT";

	(void)state;
	assert_int_equal(retry_after_ms("17", NULL, 0), 17000);
	assert_int_equal(retry_after_ms("0", NULL, 0), 0);
	assert_int_equal(retry_after_ms(later, now, 0),
			 30000); /* the reply's own clock decides */
	assert_int_equal(retry_after_ms(now, later, 0), 0);
	assert_int_equal(retry_after_ms(later, NULL, INT64_C(1795428930000)), 30000);
	assert_int_equal(retry_after_ms(later, "yesterday", INT64_C(1795428930000)), 30000);
	assert_int_equal(retry_after_ms("-1", NULL, 0), -1);
	assert_int_equal(retry_after_ms("soon", NULL, 0), -1);
	assert_int_equal(retry_after_ms("", NULL, 0), -1);
	assert_int_equal(retry_after_ms("99999999999999999999", NULL, 0), -1);
}

static void a_pacer_lets_a_burst_through_and_then_the_rate(void **state)
{
	struct pacer p;
	int64_t now = 1000;

	(void)state;
	pacer_init(&p, 10, 60, now); /* one a second */
	for (int i = 0; i < 10; i++) {
		assert_int_equal(pacer_wait_ms(&p, 1, now), 0);
		pacer_take(&p, 1, now);
	}
	assert_int_equal(pacer_wait_ms(&p, 1, now), 1000);
	assert_int_equal(pacer_wait_ms(&p, 3, now), 3000);
	assert_int_equal(pacer_wait_ms(&p, 1, now + 400), 600);
	assert_int_equal(pacer_wait_ms(&p, 1, now + 1000), 0);
	assert_int_equal(pacer_wait_ms(&p, 10, now + MINUTE), 0); /* never more than it holds */
	pacer_take(&p, 10, now + MINUTE);
	assert_int_equal(pacer_wait_ms(&p, 1, now + MINUTE), 1000);
	assert_int_equal(pacer_wait_ms(&p, 99, now + MINUTE),
			 10000); /* more than fits: when it is full */
}

/* A wait that is kept to the letter must be enough, whatever doubles make of the rate. */
static void a_pacer_keeps_its_word(void **state)
{
	struct pacer p;
	struct rng rng;
	int64_t now = 0;

	(void)state;
	rng_seed(&rng, 4);
	pacer_init(&p, 25, 700, now);
	for (int i = 0; i < 5000; i++) {
		double need = 1 + (double)rng_below(&rng, 5);

		now += pacer_wait_ms(&p, need, now);
		assert_int_equal(pacer_wait_ms(&p, need, now), 0);
		pacer_take(&p, need, now);
	}
	double ideal = (5000 * 3 - 25) / 700.0 * MINUTE;

	assert_true((double)now > ideal * 0.95 && (double)now < ideal * 1.05);
}

static void a_pacer_believes_the_cloud_when_it_has_less(void **state)
{
	struct pacer p;

	(void)state;
	pacer_init(&p, 100, 60, 0);
	pacer_correct(&p, 12, 0);
	assert_int_equal(pacer_wait_ms(&p, 12, 0), 0);
	assert_int_equal(pacer_wait_ms(&p, 13, 0), 1000);
	pacer_correct(&p, 50, 0); /* never upwards */
	assert_int_equal(pacer_wait_ms(&p, 13, 0), 1000);
}

/* R11.2: below 10 % */
static void a_pacer_goes_half_as_fast_while_less_than_a_tenth_is_left(void **state)
{
	struct pacer p;

	(void)state;
	pacer_init(&p, 100, 60, 0);
	pacer_correct(&p, 2, 0);
	assert_int_equal(pacer_wait_ms(&p, 2, 0), 0);
	assert_int_equal(pacer_wait_ms(&p, 3, 0), 2000);
	assert_int_equal(pacer_wait_ms(&p, 3, 2000), 0);
	pacer_correct(&p, 10, 2000); /* a tenth: it is enough again */
	assert_int_equal(pacer_wait_ms(&p, 4, 2000), 1000);
}

static void a_pacer_is_shut_after_a_429(void **state)
{
	struct pacer p;

	(void)state;
	pacer_init(&p, 100, 60, 0);
	pacer_empty(&p, 17000);
	assert_int_equal(pacer_wait_ms(&p, 1, 0), 17000);
	assert_int_equal(pacer_wait_ms(&p, 1, 16999), 1);
	assert_int_equal(pacer_wait_ms(&p, 1, 17000), 0);
	assert_int_equal(pacer_wait_ms(&p, 3, 10000), 9000); /* seven, and two tokens more */
	pacer_empty(&p, 5000); /* an older answer does not open it */
	assert_int_equal(pacer_wait_ms(&p, 1, 10000), 7000);
}

/* R11.3 */
static void a_breaker_opens_after_five_in_a_row(void **state)
{
	struct breaker b = { 0 };

	(void)state;
	for (int i = 0; i < 4; i++)
		breaker_result(&b, false, 0);
	breaker_result(&b, true, 0);
	for (int i = 0; i < 4; i++)
		breaker_result(&b, false, 0);
	assert_true(breaker_allows(&b, 0));
	breaker_result(&b, false, 0);
	assert_int_equal(b.state, BREAKER_OPEN);
	assert_false(breaker_allows(&b, 29999));
}

static void a_breaker_opens_when_more_than_half_fail(void **state)
{
	struct breaker half = { 0 }, more = { 0 };
	int opened = 0;

	(void)state;
	for (int i = 0; i < 400; i++)
		breaker_result(&half, i % 2, 0);
	assert_int_equal(half.state, BREAKER_CLOSED);
	for (int i = 0; i < 60 && !opened; i++) {
		breaker_result(&more, i % 3 == 0, 0);
		opened = more.state == BREAKER_OPEN ? i + 1 : 0;
	}
	assert_in_range(opened, 11, 20);
}

static void a_breaker_probes_once_and_doubles(void **state)
{
	struct breaker b = { 0 };
	int64_t now = 0, want[] = { 30000, 60000, 120000, 240000, 300000, 300000 };

	(void)state;
	for (int i = 0; i < 5; i++)
		breaker_result(&b, false, now);
	for (int i = 0; i < 6; i++) {
		assert_false(breaker_allows(&b, now + want[i] - 1));
		now += want[i];
		assert_true(breaker_allows(&b, now));
		assert_false(breaker_allows(&b, now));
		breaker_result(&b, false, now);
	}
	now += 300000;
	assert_true(breaker_allows(&b, now));
	breaker_result(&b, true, now);
	assert_int_equal(b.state, BREAKER_CLOSED);
	for (int i = 0; i < 5; i++) {
		assert_true(breaker_allows(&b, now));
		breaker_result(&b, false, now);
	}
	assert_int_equal(b.open_for_ms, 30000); /* a new trouble starts small */
}

static void a_breaker_survives_strays(void **state)
{
	struct breaker b = { 0 };

	(void)state;
	for (int i = 0; i < 5; i++)
		breaker_result(&b, false, 0);
	breaker_result(&b, true, 10); /* of calls sent before it opened */
	breaker_result(&b, false, 20);
	assert_int_equal(b.state, BREAKER_OPEN);
	assert_int_equal(b.open_until_ms, 30000);
	assert_true(breaker_allows(&b, 30000));
	assert_false(breaker_allows(&b, 59999)); /* the probe's answer never came */
	assert_true(breaker_allows(&b, 60000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spreads_over_a_growing_span),
		cmocka_unit_test(waits_at_least_as_long_as_told),
		cmocka_unit_test(reads_retry_after),
		cmocka_unit_test(a_pacer_lets_a_burst_through_and_then_the_rate),
		cmocka_unit_test(a_pacer_keeps_its_word),
		cmocka_unit_test(a_pacer_believes_the_cloud_when_it_has_less),
		cmocka_unit_test(a_pacer_goes_half_as_fast_while_less_than_a_tenth_is_left),
		cmocka_unit_test(a_pacer_is_shut_after_a_429),
		cmocka_unit_test(a_breaker_opens_after_five_in_a_row),
		cmocka_unit_test(a_breaker_opens_when_more_than_half_fail),
		cmocka_unit_test(a_breaker_probes_once_and_doubles),
		cmocka_unit_test(a_breaker_survives_strays),
	};

	return cmocka_run_group_tests_name("base/retry", tests, NULL, NULL);
}
