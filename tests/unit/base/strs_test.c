#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/strs.h"

static void is_usable_as_argv(void **state)
{
	struct strs s = STRS_INIT(100);

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		assert_int_equal(strs_addf(&s, "arg%zu", i), 0);
		assert_null(s.v[s.n]);
	}
	assert_int_equal(s.n, 100);
	assert_string_equal(s.v[0], "arg0");
	assert_string_equal(s.v[99], "arg99");
	strs_clear(&s);
	assert_null(s.v);
	assert_int_equal(s.max, 100);
}

/* The leak checker tells when a refused string is lost. */
static void refuses_more_than_its_ceiling(void **state)
{
	struct strs s = STRS_INIT(2);

	(void)state;
	assert_int_equal(strs_add(&s, "a"), 0);
	assert_int_equal(strs_take(&s, xstrdup("b")), 0);
	assert_int_equal(strs_add(&s, "c"), -1);
	assert_int_equal(strs_addf(&s, "%d", 1), -1);
	assert_int_equal(strs_take(&s, xstrdup("c")), -1);
	assert_int_equal(s.n, 2);
	assert_true(strs_has(&s, "b"));
	assert_false(strs_has(&s, "c"));
	strs_clear(&s);
	assert_int_equal(strs_add(&s, "again"), 0);
	strs_clear(&s);
}

static void sorts_by_bytes(void **state)
{
	struct strs s = STRS_INIT(9);

	(void)state;
	strs_sort(&s);
	strs_split(&s, "b,a,B,aa", 8, ',');
	strs_sort(&s);
	assert_string_equal(s.v[0], "B");
	assert_string_equal(s.v[1], "a");
	assert_string_equal(s.v[2], "aa");
	assert_string_equal(s.v[3], "b");
	assert_null(s.v[4]);
	strs_clear(&s);
}

static void splits_and_keeps_empty_fields(void **state)
{
	struct strs s = STRS_INIT(4);

	(void)state;
	assert_int_equal(strs_split(&s, "|one||", 6, '|'), 0);
	assert_int_equal(s.n, 4);
	assert_string_equal(s.v[0], "");
	assert_string_equal(s.v[1], "one");
	assert_string_equal(s.v[3], "");
	strs_clear(&s);
	assert_int_equal(strs_split(&s, "", 0, '|'), 0);
	assert_int_equal(s.n, 1);
	strs_clear(&s);
	assert_int_equal(strs_split(&s, "one|two", 5, '|'),
			 0); /* the length decides, not a NUL */
	assert_string_equal(s.v[1], "t");
	strs_clear(&s);
	assert_int_equal(strs_split(&s, "1|2|3|4|5", 9, '|'), -1);
	assert_int_equal(s.n, 4);
	strs_clear(&s);
}

static void grows_arrays_by_doubling(void **state)
{
	int *v = NULL;
	size_t n = 0, cap = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		GROW(v, n, cap);
		v[n++] = i;
	}
	assert_int_equal(cap, 128);
	assert_int_equal(v[99], 99);
	free(v);
	char *s = xasprintf("%s-%05d", "x", 42), *half = xstrndup("abcdef", 3);

	assert_string_equal(s, "x-00042");
	assert_string_equal(half, "abc");
	free(s);
	free(half);
}

static void finds_a_value_by_its_name(void **state)
{
	struct strs s = STRS_INIT(10);

	(void)state;
	strs_add(&s, "idle=5m");
	strs_add(&s, "id=7");
	strs_add(&s, "text=a=b");
	strs_add(&s, "empty=");
	strs_add(&s, "bare");
	assert_string_equal(strs_value(&s, "id"), "7");
	assert_string_equal(strs_value(&s, "idle"), "5m");
	assert_string_equal(strs_value(&s, "text"), "a=b");
	assert_string_equal(strs_value(&s, "empty"), "");
	assert_string_equal(strs_value(&s, "idle=9m"), "5m");
	assert_null(strs_value(&s, "bare"));
	assert_null(strs_value(&s, "i"));
	assert_null(strs_value(&s, "idles"));
	strs_clear(&s);
}

static void stops_when_a_size_overflows(void **state)
{
	(void)state;
	pid_t pid = fork();

	if (pid == 0) {
		close(2);
		xreallocarray(NULL, SIZE_MAX / 2, 3);
		_exit(0);
	}
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_usable_as_argv),
		cmocka_unit_test(refuses_more_than_its_ceiling),
		cmocka_unit_test(sorts_by_bytes),
		cmocka_unit_test(splits_and_keeps_empty_fields),
		cmocka_unit_test(grows_arrays_by_doubling),
		cmocka_unit_test(finds_a_value_by_its_name),
		cmocka_unit_test(stops_when_a_size_overflows),
	};

	return cmocka_run_group_tests_name("base/strs", tests, NULL, NULL);
}
