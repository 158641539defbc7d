/* What a folder on the head has, out of what its command prints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/file_read.h"

#define TOLD(text) folder_entries(text, sizeof(text) - 1)

static void files_come_by_name_and_once(void **state)
{
	struct json *j = TOLD("d 0 4096 1795434001.5 /shared/op\0"
			      "f 1 12 1795434002.25 /shared/op/b c.dat\0"
			      "f 1 7 1795434003.0 /shared/op/12.out\0"
			      "d 1 4096 1795434004.0 /shared/op/results\0"
			      "f 0 7 1795434003.0 /shared/op/12.out\0");

	(void)state;
	assert_int_equal(json_len(j), 3);
	assert_string_equal(json_str(j, "0.path", ""), "/shared/op/12.out");
	assert_int_equal(json_int(j, "0.size", 0), 7);
	assert_int_equal(json_int(j, "0.written_s", 0), 1795434003);
	assert_false(json_bool(j, "0.folder", true));
	assert_string_equal(json_str(j, "1.path", ""), "/shared/op/b c.dat");
	assert_string_equal(json_str(j, "2.path", ""), "/shared/op/results");
	assert_true(json_bool(j, "2.folder", false));
	json_free(j);
}

static void what_is_hidden_or_no_line_is_left_out(void **state)
{
	struct json *j = TOLD("f 1 12 1795434002.25 /shared/op/.bash_history\0"
			      "find: a word that is none\0"
			      "\0"
			      "f 1\0"
			      "f 1 9 1795434002.25 /shared/op/cut off");

	(void)state;
	assert_int_equal(json_len(j), 0);
	json_free(j);
}

static void an_empty_answer_has_none(void **state)
{
	struct json *j = folder_entries("", 0);

	(void)state;
	assert_int_equal(json_len(j), 0);
	json_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_come_by_name_and_once),
		cmocka_unit_test(what_is_hidden_or_no_line_is_left_out),
		cmocka_unit_test(an_empty_answer_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
