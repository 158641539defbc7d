#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "console/plain_help.h"

#define PAGE_ROWS 22
#define PAGE_COLS 79

static char *help_of(const char *of, bool there)
{
	struct buf out = BUF_INIT(BUF_TEXT_MAX);

	assert_int_equal(plain_help(&out, of), there);
	buf_adds(&out, "");
	return buf_steal(&out);
}

/* Nothing scrolls back on a terminal without a screen. */
static void the_first_help_is_one_page(void **state)
{
	char *text = help_of(NULL, true);
	size_t rows = 0;

	(void)state;
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		assert_true(strcspn(line, "\n") <= PAGE_COLS);
		rows++;
	}
	if (rows > PAGE_ROWS)
		fail_msg("%zu rows:\n%s", rows, text);
	assert_non_null(strstr(text, "\nnode: "));
	assert_non_null(strstr(text, "| less"));
	free(text);
}

static void help_of_a_word_has_the_commands_that_begin_so(void **state)
{
	char *text = help_of("node", true);

	(void)state;
	assert_non_null(strstr(text, "node drain "));
	assert_null(strstr(text, "cluster "));
	free(text);
	text = help_of("all", true);
	assert_non_null(strstr(text, "node drain "));
	assert_non_null(strstr(text, "cluster delete "));
	free(text);
	free(help_of("nodes", false));
	free(help_of("job nothing", false));
}

static void help_of_a_command_is_its_own(void **state)
{
	char *text = help_of("job submit", true);

	(void)state;
	assert_non_null(strstr(text, "paceline job submit "));
	assert_non_null(strstr(text, "--array"));
	assert_null(strstr(text, "job cancel "));
	free(text);
	text = help_of("template check", true); /* which runs from a shell alone */
	assert_non_null(strstr(text, "paceline template check "));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_help_is_one_page),
		cmocka_unit_test(help_of_a_word_has_the_commands_that_begin_so),
		cmocka_unit_test(help_of_a_command_is_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
