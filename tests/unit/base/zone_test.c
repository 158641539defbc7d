/* Time zones without the C library's one: what the file says, the rule behind its end, and
 * local times that are twice or never. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/zone.h"

#define DAY_S INT64_C(86400)

/* A file of one type and no transitions, and the rule at its end. */
static struct zone *of_rule(const char *rule, int32_t offset)
{
	unsigned char file[512] = { 0 };
	size_t n = 0;

	for (int block = 0; block < 2; block++) {
		memcpy(file + n, "TZif2", 5);
		file[n + 39] = 1; /* types */
		file[n + 43] = 4; /* characters */
		n += 44;
		for (int i = 0; i < 4; i++)
			file[n + (size_t)i] = (unsigned char)((uint32_t)offset >> (24 - 8 * i));
		n += 6 + 4;
	}
	file[n++] = '\n';
	memcpy(file + n, rule, strlen(rule));
	n += strlen(rule);
	file[n++] = '\n';
	return zone_read((const char *)file, n, NULL);
}

static int64_t at(const char *text)
{
	int64_t ms;

	assert_int_equal(clock_read(&ms, text), 0);
	return ms / 1000;
}

#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"

static void the_rule_at_the_end_holds_for_good(void **state)
{
	struct zone *z = of_rule(BERLIN, 3600);

	(void)state;
	assert_non_null(z);
	assert_int_equal(zone_offset(z, at("2026-03-29T00:59:59Z")), 3600);
	assert_int_equal(zone_offset(z, at("2026-03-29T01:00:00Z")), 7200);
	assert_int_equal(zone_offset(z, at("2026-10-25T00:59:59Z")), 7200);
	assert_int_equal(zone_offset(z, at("2026-10-25T01:00:00Z")), 3600);
	assert_int_equal(zone_offset(z, at("2099-07-01T00:00:00Z")), 7200);
	zone_free(z);
}

/* South of the equator summer lasts over the new year; some rules count days. */
static void a_summer_over_the_new_year_is_one(void **state)
{
	struct zone *z = of_rule("AEST-10AEDT,M10.1.0,M4.1.0/3", 36000);

	(void)state;
	assert_int_equal(zone_offset(z, at("2026-01-01T00:00:00Z")), 39600);
	assert_int_equal(zone_offset(z, at("2026-06-01T00:00:00Z")), 36000);
	zone_free(z);
	z = of_rule("<-03>3<-02>,J60/0,300/0", -10800);
	assert_int_equal(zone_offset(z, at("2028-02-29T12:00:00Z")), -10800);
	assert_int_equal(zone_offset(z, at("2028-03-01T12:00:00Z")), -7200);
	zone_free(z);
}

static void a_time_that_clocks_skip_is_the_moment_after(void **state)
{
	struct zone *z = of_rule(BERLIN, 3600);

	(void)state;
	assert_int_equal(zone_instant(z, at("2026-03-29T02:30:00Z")),
			 at("2026-03-29T01:00:00Z"));
	assert_int_equal(zone_instant(z, at("2026-03-29T01:59:00Z")),
			 at("2026-03-29T00:59:00Z"));
	assert_int_equal(zone_instant(z, at("2026-03-29T03:00:00Z")),
			 at("2026-03-29T01:00:00Z"));
	zone_free(z);
}

static void a_time_that_comes_twice_is_the_first(void **state)
{
	struct zone *z = of_rule(BERLIN, 3600);

	(void)state;
	assert_int_equal(zone_instant(z, at("2026-10-25T02:30:00Z")),
			 at("2026-10-25T00:30:00Z"));
	assert_int_equal(zone_instant(z, at("2026-10-25T03:00:00Z")),
			 at("2026-10-25T02:00:00Z"));
	zone_free(z);
}

static void a_file_that_is_cut_off_is_none(void **state)
{
	static const char *const rules[] = { "CET", "CET-1CEST,M3.5.0",
					     "CET-1CEST,M13.5.0,M1.1.0", "C-1", "CET-1x" };
	struct err err = ERR_INIT;

	(void)state;
	assert_null(zone_read("TZif2", 5, &err));
	assert_true(err.msg[0] != '\0');
	assert_null(zone_read("", 0, NULL));
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		assert_null(of_rule(rules[i], 3600));
}

/* What tzdata of this machine has, against what is known of it. */
static void the_systems_zones_are_read_by_name(void **state)
{
	struct err err = ERR_INIT;
	struct zone *z = zone_load("Europe/Berlin", &err);

	(void)state;
	if (!z)
		skip();
	assert_int_equal(zone_offset(z, at("1945-06-01T00:00:00Z")), 3 * 3600);
	assert_int_equal(zone_offset(z, at("2026-07-01T00:00:00Z")), 7200);
	assert_int_equal(zone_offset(z, at("2050-01-01T00:00:00Z")), 3600);
	zone_free(z);
	z = zone_load("UTC", &err);
	assert_int_equal(zone_offset(z, 0), 0);
	assert_int_equal(zone_instant(z, 12345), 12345);
	zone_free(z);
}

static void a_name_leads_nowhere_else(void **state)
{
	static const char *const names[] = {
		"../../../etc/passwd", "/etc/passwd",	"", "Europe", "Europe/",
		"Europe/Berlim",       "Europe//Berlin"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct err err = ERR_INIT;

		assert_null(zone_load(names[i], &err));
		assert_non_null(strstr(err.msg, "Europe/Berlin"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rule_at_the_end_holds_for_good),
		cmocka_unit_test(a_summer_over_the_new_year_is_one),
		cmocka_unit_test(a_time_that_clocks_skip_is_the_moment_after),
		cmocka_unit_test(a_time_that_comes_twice_is_the_first),
		cmocka_unit_test(a_file_that_is_cut_off_is_none),
		cmocka_unit_test(the_systems_zones_are_read_by_name),
		cmocka_unit_test(a_name_leads_nowhere_else),
	};

	return cmocka_run_group_tests_name("base/zone", tests, NULL, NULL);
}
