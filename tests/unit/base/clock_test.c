#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"

#define NOON INT64_C(1795349042000) /* 2026-11-22T12:04:02Z */

static int back_to_real(void **state)
{
	(void)state;
	unsetenv("PACELINE_CLOCK");
	clock_test_end();
	clock_scale(1, 0);
	return 0;
}

static void a_test_moves_both_clocks(void **state)
{
	(void)state;
	clock_test_set(1000);
	int64_t mono = clock_mono_ms();

	assert_true(clock_is_test());
	assert_int_equal(clock_utc_ms(), 1000);
	clock_test_advance(250);
	assert_int_equal(clock_utc_ms(), 1250);
	assert_int_equal(clock_mono_ms(), mono + 250);
	clock_test_set(500); /* the wall clock was set back: durations do not see it */
	assert_int_equal(clock_utc_ms(), 500);
	assert_int_equal(clock_mono_ms(), mono + 250);
	clock_test_end();
	assert_false(clock_is_test());
	assert_true(clock_utc_ms() > INT64_C(1700000000000));
}

static void two_processes_agree_through_the_anchor(void **state)
{
	int64_t real = clock_utc_ms(), mono = clock_mono_ms();
	char text[64];

	(void)state;
	snprintf(text, sizeof(text), "60@%lld", (long long)(real - 1000));
	setenv("PACELINE_CLOCK", text, 1);
	assert_int_equal(clock_from_env(), 0);
	assert_true(clock_factor() == 60);
	int64_t ahead = clock_utc_ms() - (real - 1000);

	assert_in_range(ahead, 60000,
			60000 + 60 * 5000); /* a second since the anchor counts as a minute */
	assert_in_range(clock_mono_ms() - mono, 0, 60 * 5000);
	assert_in_range(clock_wall_ms() - mono, 0, 5000);
}

static void does_not_start_with_a_clock_it_does_not_understand(void **state)
{
	static const char *const bad[] = { "",
					   "60",
					   "@5",
					   "60@",
					   "0@5",
					   "0.5@5",
					   "1001@5",
					   "60@-1",
					   "60@5x",
					   "x@5",
					   "1111111111111111111111111111111111111111@5" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		setenv("PACELINE_CLOCK", bad[i], 1);
		assert_int_equal(clock_from_env(), -1);
		assert_true(clock_factor() == 1);
	}
	unsetenv("PACELINE_CLOCK");
	assert_int_equal(clock_from_env(), 0);
	setenv("PACELINE_CLOCK", "1.5@0", 1);
	assert_int_equal(clock_from_env(), 0);
	assert_true(clock_factor() == 1.5);
}

static void waits_shorter_when_time_runs_faster(void **state)
{
	(void)state;
	assert_int_equal(clock_real_ms(1234), 1234);
	clock_scale(60, 0);
	assert_int_equal(clock_real_ms(60000), 1000);
	assert_int_equal(clock_real_ms(60001), 1001);
	assert_int_equal(clock_real_ms(1), 1);
	assert_int_equal(clock_real_ms(0), 0);
	assert_int_equal(clock_real_ms(-5), 0);
}

struct pair {
	int64_t ms;
	const char *text, *http;
};

static const struct pair moments[] = {
	{ 0, "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT" },
	{ -1000, "1969-12-31T23:59:59Z", "Wed, 31 Dec 1969 23:59:59 GMT" },
	{ INT64_C(951782400000), "2000-02-29T00:00:00Z", "Tue, 29 Feb 2000 00:00:00 GMT" },
	{ INT64_C(1795428930000), "2026-11-23T10:15:30Z", "Mon, 23 Nov 2026 10:15:30 GMT" },
	{ INT64_C(4107542399000), "2100-02-28T23:59:59Z", "Sun, 28 Feb 2100 23:59:59 GMT" },
	{ INT64_C(4107542400000), "2100-03-01T00:00:00Z", "Mon, 01 Mar 2100 00:00:00 GMT" },
	{ INT64_C(253402300799000), "9999-12-31T23:59:59Z", "Fri, 31 Dec 9999 23:59:59 GMT" },
};

static void writes_moments_and_reads_them_back(void **state)
{
	char out[CLOCK_TEXT];
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
		assert_string_equal(clock_text(out, moments[i].ms), moments[i].text);
		assert_string_equal(clock_http(out, moments[i].ms), moments[i].http);
		assert_int_equal(clock_read(&ms, moments[i].text), 0);
		assert_true(ms == moments[i].ms);
		assert_int_equal(clock_read_http(&ms, moments[i].http), 0);
		assert_true(ms == moments[i].ms);
	}
	assert_string_equal(clock_text(out, INT64_MAX), "9999-12-31T23:59:59Z");
	assert_string_equal(clock_text(out, INT64_MIN), "0000-01-01T00:00:00Z");
	for (int64_t day = -719528; day <= 2932896; day += 97) { /* the years 0 to 9999 */
		int64_t at = day * 86400000 + 12345000;

		assert_int_equal(clock_read(&ms, clock_text(out, at)), 0);
		assert_true(ms == at);
		assert_int_equal(clock_read_http(&ms, clock_http(out, at)), 0);
		assert_true(ms == at);
	}
}

static void reads_what_clouds_send(void **state)
{
	static const char *const bad[] = {
		"",
		"2026-11-22",
		"2026-11-22T20:00:01",
		"2026-11-22 20:00:01Z",
		"2026-11-22T20:00:01+01:00",
		"2026-11-22T20:00:01.Z",
		"2026-11-22T20:00:01Zx",
		"2026-13-01T00:00:00Z",
		"2026-02-29T00:00:00Z",
		"2100-02-29T00:00:00Z",
		"2026-00-01T00:00:00Z",
		"2026-01-00T00:00:00Z",
		"2026-01-01T24:00:00Z",
		"2026-01-01T00:60:00Z",
		"2026-01-01T00:00:61Z",
		"+026-01-01T00:00:00Z",
	};
	int64_t ms = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(clock_read(&ms, bad[i]), -1);
	assert_int_equal(ms, 7);
	assert_int_equal(clock_read(&ms, "1970-01-01T00:00:01.1234567+00:00"), 0);
	assert_int_equal(ms, 1123);
	assert_int_equal(clock_read(&ms, "1970-01-01T00:00:01.5Z"), 0);
	assert_int_equal(ms, 1500);
	assert_int_equal(clock_read(&ms, "2016-12-31T23:59:60Z"),
			 0); /* a leap second is the next second */
	assert_true(ms == INT64_C(1483228800000));
	assert_int_equal(clock_read_http(&ms, "Mon, 23 Nov 2026 10:15:30"), -1);
	assert_int_equal(clock_read_http(&ms, "Mon, 23 Nov 2026 10:15:30 GMT "), -1);
	assert_int_equal(clock_read_http(&ms, "Mon, 3 Nov 2026 10:15:30 GMT"), -1);
	assert_int_equal(clock_read_http(&ms, "Mon, 31 Feb 2026 10:15:30 GMT"), -1);
	assert_int_equal(clock_read_http(&ms, "120"), -1);
}

static void tells_durations_to_people(void **state)
{
	char out[CLOCK_TEXT];

	(void)state;
	assert_string_equal(clock_span(out, 0), "0s");
	assert_string_equal(clock_span(out, 999), "0s");
	assert_string_equal(clock_span(out, 45000), "45s");
	assert_string_equal(clock_span(out, 59999), "59s");
	assert_string_equal(clock_span(out, 60000), "1m");
	assert_string_equal(clock_span(out, 12 * 60000 + 59000), "12m");
	assert_string_equal(clock_span(out, 190 * 60000), "3h10m");
	assert_string_equal(clock_span(out, 180 * 60000), "3h");
	assert_string_equal(clock_span(out, INT64_C(52) * 3600000), "2d4h");
	assert_string_equal(clock_span(out, INT64_C(48) * 3600000), "2d");
	assert_string_equal(clock_span(out, -45000), "-45s");
	assert_string_equal(clock_span(out, -999), "0s");
	assert_true(strlen(clock_span(out, INT64_MIN)) > 3);
	assert_string_equal(clock_hms(out, NOON), "12:04:02");
	assert_string_equal(clock_hms(out, -1), "23:59:59");
}

/* Lists are read by people at this machine, and a time of day without its day would mislead. */
static void tells_local_time_and_the_day_when_it_is_another(void **state)
{
	char out[CLOCK_TEXT];

	(void)state;
	setenv("TZ", "UTC-2", 1); /* two hours east, as POSIX writes it */
	tzset();
	clock_test_set(NOON);
	assert_string_equal(clock_local(out, NOON - 60000), "14:03:02");
	assert_string_equal(clock_local(out, NOON - INT64_C(86400000)), "11-21 14:04");
	assert_string_equal(clock_local(out, NOON + INT64_C(10) * 3600000), "11-23 00:04");
	unsetenv("TZ");
	tzset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_test_moves_both_clocks, back_to_real),
		cmocka_unit_test_teardown(two_processes_agree_through_the_anchor, back_to_real),
		cmocka_unit_test_teardown(does_not_start_with_a_clock_it_does_not_understand,
					  back_to_real),
		cmocka_unit_test_teardown(waits_shorter_when_time_runs_faster, back_to_real),
		cmocka_unit_test(writes_moments_and_reads_them_back),
		cmocka_unit_test(reads_what_clouds_send),
		cmocka_unit_test(tells_durations_to_people),
		cmocka_unit_test_teardown(tells_local_time_and_the_day_when_it_is_another,
					  back_to_real),
	};

	return cmocka_run_group_tests_name("base/clock", tests, NULL, NULL);
}
