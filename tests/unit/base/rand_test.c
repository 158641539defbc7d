#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/rand.h"

static void the_same_seed_gives_the_same_history(void **state)
{
	struct rng a, b, other;
	int differ = 0;

	(void)state;
	rng_seed(&a, 7);
	rng_seed(&b, 7);
	rng_seed(&other, 8);
	for (int i = 0; i < 1000; i++) {
		uint64_t x = rng_next(&a);

		assert_true(x == rng_next(&b));
		differ += x != rng_next(&other);
	}
	assert_int_equal(differ, 1000);
}

/* The published generator's output for the state 1, 2, 3, 4. */
static void is_xoshiro256starstar(void **state)
{
	struct rng r = { { 1, 2, 3, 4 } };
	const uint64_t want[] = { 11520, 0, 1509978240, 1215971899390074240 };

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_true(rng_next(&r) == want[i]);
}

static void stays_below_and_is_even(void **state)
{
	struct rng r;
	int seen[6] = { 0 };

	(void)state;
	rng_seed(&r, 1);
	for (int i = 0; i < 60000; i++)
		seen[rng_below(&r, 6)]++;
	for (int i = 0; i < 6; i++)
		assert_in_range(seen[i], 9500, 10500);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(rng_below(&r, 1), 0);
		assert_true(rng_below(&r, UINT64_MAX) < UINT64_MAX);
		double u = rng_unit(&r);

		assert_true(u >= 0 && u < 1);
	}
}

static void has_the_promised_shape(void **state)
{
	struct rng r;
	double sum = 0, squares = 0;
	int below = 0;

	(void)state;
	rng_seed(&r, 2);
	for (int i = 0; i < 50000; i++) {
		double x = rng_normal(&r);

		sum += x;
		squares += x * x;
		below += rng_lognormal(&r, 90, 0.5) < 90;
	}
	assert_true(sum / 50000 > -0.03 && sum / 50000 < 0.03);
	assert_true(squares / 50000 > 0.97 && squares / 50000 < 1.03);
	assert_in_range(below, 24300, 25700); /* the median */
}

static void makes_ids_from_the_kernel(void **state)
{
	char a[37], b[37], hex[401];

	(void)state;
	rand_uuid(a);
	rand_uuid(b);
	assert_int_equal(strlen(a), 36);
	assert_string_not_equal(a, b);
	assert_int_equal(a[14], '4');
	assert_non_null(strchr("89ab", a[19]));
	assert_true(a[8] == '-' && a[13] == '-' && a[18] == '-' && a[23] == '-');
	assert_int_equal(strspn(a, "0123456789abcdef-"), 36);
	rand_hex(hex, 200); /* more than one portion */
	assert_int_equal(strlen(hex), 400);
	assert_int_equal(strspn(hex, "0123456789abcdef"), 400);
	assert_memory_not_equal(hex, hex + 200, 100);
	rand_hex(hex, 0);
	assert_string_equal(hex, "");
	unsigned char many[1000] = { 0 };
	int zeros = 0;

	rand_bytes(many, sizeof(many));
	for (size_t i = 700; i < sizeof(many); i++)
		zeros += many[i] == 0;
	assert_true(zeros < 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_gives_the_same_history),
		cmocka_unit_test(is_xoshiro256starstar),
		cmocka_unit_test(stays_below_and_is_even),
		cmocka_unit_test(has_the_promised_shape),
		cmocka_unit_test(makes_ids_from_the_kernel),
	};

	return cmocka_run_group_tests_name("base/rand", tests, NULL, NULL);
}
