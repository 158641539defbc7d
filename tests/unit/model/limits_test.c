/* The ceilings of R13 as a table: what can be set, and what is told of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/limits.h"

static void
r13_each_limit_has_a_name_of_its_own_and_a_usual_value_that_it_can_have(void **state)
{
	(void)state;
	for (int i = 0; i < LIMITS; i++) {
		const struct limit_def *d = &limit_defs[i];

		assert_non_null(d->name);
		assert_non_null(d->help);
		assert_int_equal(limit_named(d->name), i);
		assert_true(d->min <= d->usual && d->usual <= d->max);
		assert_int_equal(limits_get(NULL, (enum limit)i), d->usual);
	}
	assert_int_equal(limit_named("client"), -1);
}

static void r13_a_number_or_bytes_with_their_unit_are_taken(void **state)
{
	struct limits l;
	char text[32];

	(void)state;
	limits_init(&l);
	assert_int_equal(limit_set(&l, LIMIT_CLIENTS, "128", NULL), 0);
	assert_int_equal(limits_get(&l, LIMIT_CLIENTS), 128);
	assert_int_equal(limit_set(&l, LIMIT_REQUEST_BODY, "8 MiB", NULL), 0);
	assert_int_equal(limits_get(&l, LIMIT_REQUEST_BODY), 8 << 20);
	assert_int_equal(limit_set(&l, LIMIT_REQUEST_HEAD, "64KiB", NULL), 0);
	assert_string_equal(limit_text(text, LIMIT_REQUEST_HEAD, 65536), "64 KiB");
	assert_string_equal(limit_text(text, LIMIT_HELPER_TIME, 30), "30 s");
	assert_string_equal(limit_text(text, LIMIT_CLIENTS, 2048), "2048");
}

static void refuses(enum limit which, const char *text, const char *says)
{
	struct limits l;
	struct err err = ERR_INIT;

	limits_init(&l);
	assert_int_equal(limit_set(&l, which, text, &err), -1);
	if (!strstr(err.msg, says))
		fail_msg("%s: %s", text, err.msg);
	assert_int_equal(limits_get(&l, which), limit_defs[which].usual);
}

static void r13_what_is_no_such_number_is_refused_with_those_that_are_possible(void **state)
{
	(void)state;
	refuses(LIMIT_CLIENTS, "1", "clients takes a number from 2 to 4000, not \"1\"");
	refuses(LIMIT_CLIENTS, "4001", "from 2 to 4000");
	refuses(LIMIT_CLIENTS, "", "not \"\"");
	refuses(LIMIT_CLIENTS, "12 MiB", "not \"12 MiB\"");
	refuses(LIMIT_CLIENTS, "many", "not \"many\"");
	refuses(LIMIT_REQUEST_BODY, "99999999999 GiB", "from 64 KiB to 64 MiB");
	refuses(LIMIT_REQUEST_BODY, "1 KB", "from 64 KiB");
	refuses(LIMIT_TEMPLATE_DEPTH, "64", "template_depth is fixed at 32");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    r13_each_limit_has_a_name_of_its_own_and_a_usual_value_that_it_can_have),
		cmocka_unit_test(r13_a_number_or_bytes_with_their_unit_are_taken),
		cmocka_unit_test(
		    r13_what_is_no_such_number_is_refused_with_those_that_are_possible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
