/* The one line of a machine's console that says why it did not come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/console.h"
#include "engine/run.h"

static const char *excerpt(const char *lines)
{
	static char out[160];

	console_excerpt(out, lines);
	return out;
}

static void the_last_line_that_complains_is_told(void **state)
{
	(void)state;
	assert_string_equal(excerpt("boot\n  mount: /shared: Timed Out\nwaiting\n\n"),
			    "mount: /shared: Timed Out");
	assert_string_equal(excerpt("error: one\ncloud-init: failed, exit 1\nrebooting\n"),
			    "cloud-init: failed, exit 1");
}

static void without_a_complaint_it_is_the_last_line(void **state)
{
	(void)state;
	assert_string_equal(excerpt("one\ntwo\n   \n"), "two");
	assert_string_equal(excerpt("no end"), "no end");
	assert_string_equal(excerpt(""), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_line_that_complains_is_told),
		cmocka_unit_test(without_a_complaint_it_is_the_last_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
