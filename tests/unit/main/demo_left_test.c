/* What is told when the console of a demo is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "main/demo_left.h"

static void says(const struct demo_left *left, const char *text)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);

	demo_left_say(&b, left);
	assert_string_equal(buf_str(&b), text);
	buf_clear(&b);
}

static void a_demo_goes_on_with_its_engine(void **state)
{
	(void)state;
	says(&(struct demo_left){ .engine = true, .folder = true, .called = "paceline" },
	     "The demo goes on: paceline demo attaches to it again, with --stop it ends and removes all.");
}

static void a_demo_whose_engine_is_dead_has_not_ended(void **state)
{
	(void)state;
	says(&(struct demo_left){
		 .folder = true, .processes = 14, .called = "paceline", .dir = "/d" },
	     "The demo's engine has ended, and 14 processes of the demo still run: paceline demo --state /d starts an engine and goes on, with --stop it ends and removes all.");
	says(&(struct demo_left){ .folder = true, .processes = 1, .called = "paceline" },
	     "The demo's engine has ended, and 1 process of the demo still runs: paceline demo starts an engine and goes on, with --stop it ends and removes all.");
	says(&(struct demo_left){ .folder = true, .called = "paceline" },
	     "Nothing of the demo runs any more: paceline demo starts it from what it kept, with --stop it ends and removes all.");
}

static void a_demo_without_a_folder_has_ended(void **state)
{
	(void)state;
	says(&(struct demo_left){ .called = "paceline" }, "The demo has ended.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_demo_goes_on_with_its_engine),
		cmocka_unit_test(a_demo_whose_engine_is_dead_has_not_ended),
		cmocka_unit_test(a_demo_without_a_folder_has_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
