#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void adds_what_each_layer_knows(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(err_set(&e, ERR_CAPACITY, "no capacity for %s", "F2s"), -1);
	assert_int_equal(err_wrap(&e, "node %s", "hpc-3"), -1);
	err_wrap(&e, "cluster alpha");
	assert_string_equal(e.msg, "cluster alpha: node hpc-3: no capacity for F2s");
	assert_int_equal(e.code, ERR_CAPACITY);
}

static void may_quote_itself(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	err_set(&e, ERR_IO, "inner");
	err_set(&e, ERR_PARSE, "outer of %s", e.msg);
	assert_string_equal(e.msg, "outer of inner");
	err_wrap(&e, "%s", e.msg);
	assert_string_equal(e.msg, "outer of inner: outer of inner");
}

static void nobody_needs_to_listen(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, ERR_IO, "x"), -1);
	assert_int_equal(err_wrap(NULL, "x"), -1);
	assert_int_equal(err_sys(NULL, "x"), -1);
}

static void names_the_system_call_failure(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	errno = ENOENT;
	assert_int_equal(err_sys(&e, "/nowhere"), -1);
	assert_string_equal(e.msg, "/nowhere: No such file or directory");
	assert_int_equal(e.code, ERR_IO);
	assert_int_equal(errno, ENOENT);
}

static void cuts_on_a_whole_character(void **state)
{
	char many[sizeof(((struct err *)0)->msg) + 8];
	struct err e = ERR_INIT;

	(void)state;
	for (size_t shift = 0; shift < 3; shift++) {
		memset(many, 'x', shift);
		for (size_t i = shift; i < sizeof(many) - 4; i += 3)
			memcpy(many + i, "\xE4\xB8\xAD", 4);
		err_set(&e, ERR_IO, "%s", many);
		size_t n = strlen(e.msg);

		assert_true(n > sizeof(e.msg) - 5);
		assert_int_equal((n - shift) % 3, 0);
		err_wrap(&e, "ab");
		assert_int_equal((strlen(e.msg) - 4 - shift) % 3, 0);
	}
	memset(many, '\x80', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	err_set(&e, ERR_IO, "%s", many); /* no character at all: must not run off */
	assert_int_equal(strlen(e.msg), sizeof(e.msg) - 1);
}

static void every_code_has_a_word(void **state)
{
	(void)state;
	for (int i = 0; i < ERR_COUNT; i++)
		assert_int_equal(err_code_of(err_name((enum err_code)i)), i);
	assert_string_equal(err_name(ERR_NOT_FOUND), "not_found");
	assert_int_equal(err_code_of("nonsense"), ERR_INTERNAL);
	assert_int_equal(err_code_of(NULL), ERR_INTERNAL);
	assert_string_equal(err_name(ERR_COUNT), "internal");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_what_each_layer_knows),
		cmocka_unit_test(may_quote_itself),
		cmocka_unit_test(nobody_needs_to_listen),
		cmocka_unit_test(names_the_system_call_failure),
		cmocka_unit_test(cuts_on_a_whole_character),
		cmocka_unit_test(every_code_has_a_word),
	};

	return cmocka_run_group_tests_name("base/err", tests, NULL, NULL);
}
