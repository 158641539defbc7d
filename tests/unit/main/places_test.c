/* Where a console keeps what is its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "main/places.h"

static void a_console_keeps_its_own_below_the_folder_that_it_was_told(void **state)
{
	char dir[] = "/tmp/places.XXXXXX", *own, *wanted, *usual = places_own("engine");

	(void)state;
	assert_non_null(mkdtemp(dir));
	own = places_console(dir, "engine");
	wanted = xasprintf("%s/console", dir);
	assert_string_equal(own, wanted);
	free(own);
	free(wanted);
	assert_int_equal(rmdir(dir), 0);
	own = places_console(dir, "engine"); /* where it may not write, and where nothing is */
	assert_string_equal(own, usual);
	free(own);
	own = places_console(NULL, "engine");
	assert_string_equal(own, usual);
	free(own);
	free(usual);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_console_keeps_its_own_below_the_folder_that_it_was_told),
	};

	setenv("HOME", "/home/nobody", 1);
	unsetenv("XDG_STATE_HOME");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
