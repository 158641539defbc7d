#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

static void grows_and_stays_terminated(void **state)
{
	struct buf b = BUF_INIT(100000);

	(void)state;
	assert_string_equal(buf_str(&b), "");
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(buf_addf(&b, "%d,", i), 0);
		assert_int_equal(strlen(b.data), b.len);
	}
	assert_memory_equal(b.data, "0,1,2,", 6);
	assert_string_equal(b.data + b.len - 4, "999,");
	buf_clear(&b);
	assert_null(b.data);
	assert_int_equal(b.max, 100000);
}

static void takes_nothing_after_its_ceiling(void **state)
{
	struct buf b = BUF_INIT(5);

	(void)state;
	assert_int_equal(buf_adds(&b, "abcde"), 0);
	assert_int_equal(buf_addc(&b, 'f'), -1);
	assert_true(b.full);
	assert_int_equal(buf_add(&b, "", 0), -1);
	assert_string_equal(buf_str(&b), "abcde");
	buf_reset(&b);
	assert_int_equal(buf_addf(&b, "%s", "123456"), -1);
	assert_int_equal(buf_addf(&b, "1"), -1);
	assert_int_equal(b.len, 0);
	buf_clear(&b);
}

static void drops_the_front(void **state)
{
	struct buf b = BUF_INIT(64);

	(void)state;
	buf_drop(&b, 3);
	buf_adds(&b, "one two");
	buf_drop(&b, 0);
	buf_drop(&b, 4);
	assert_string_equal(buf_str(&b), "two");
	buf_drop(&b, 99);
	assert_string_equal(buf_str(&b), "");
	buf_clear(&b);
}

static void gives_its_text_away(void **state)
{
	struct buf b = BUF_INIT(64);

	(void)state;
	char *none = buf_steal(&b);

	assert_string_equal(none, "");
	free(none);
	buf_adds(&b, "mine");
	char *text = buf_steal(&b);

	assert_string_equal(text, "mine");
	assert_int_equal(b.len, 0);
	assert_int_equal(buf_adds(&b, "again"), 0);
	free(text);
	buf_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_and_stays_terminated),
		cmocka_unit_test(takes_nothing_after_its_ceiling),
		cmocka_unit_test(drops_the_front),
		cmocka_unit_test(gives_its_text_away),
	};

	return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
