#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/pool.h"

static void keeps_what_it_was_given(void **state)
{
	struct pool p;
	const char *kept[3000];
	char text[32];

	(void)state;
	pool_init(&p);
	for (int i = 0; i < 3000; i++) {
		int n = snprintf(text, sizeof(text), "string %d", i);

		kept[i] = pool_add(&p, text, (size_t)n);
	}
	for (int i = 0; i < 3000; i++) {
		snprintf(text, sizeof(text), "string %d", i);
		assert_string_equal(kept[i], text);
	}
	pool_clear(&p);
	assert_null(p.blocks);
}

static void gives_one_pointer_for_equal_text(void **state)
{
	struct pool p;
	const char *first[2000];
	char text[32];

	(void)state;
	pool_init(&p);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 2000; i++) {
			int n = snprintf(text, sizeof(text), "user%d", i);
			const char *s = pool_intern(&p, text, (size_t)n);

			assert_string_equal(s, text);
			if (round == 0)
				first[i] = s;
			assert_ptr_equal(s, first[i]);
		}
	}
	assert_int_equal(p.n_seen, 2000);
	assert_ptr_not_equal(pool_intern(&p, "user12", 5), first[12]);
	assert_string_equal(pool_intern(&p, "user12", 5), "user1");
	pool_clear(&p);
}

static void takes_nothing_for_an_empty_string(void **state)
{
	struct pool p;

	(void)state;
	pool_init(&p);
	assert_string_equal(pool_add(&p, NULL, 0), "");
	assert_string_equal(pool_intern(&p, NULL, 0), "");
	assert_int_equal(p.bytes, 0);
	pool_clear(&p);
}

static void goes_on_with_its_block_after_a_large_string(void **state)
{
	struct pool p;
	char *large = calloc(1, 3 << 20);
	const char *kept;

	(void)state;
	memset(large, 'x', (3 << 20) - 1);
	pool_init(&p);
	pool_add(&p, "a", 1);
	size_t before = p.bytes;

	kept = pool_add(&p, large, (3 << 20) - 1);
	assert_int_equal(strlen(kept), (3 << 20) - 1);
	assert_true(p.bytes - before < (3 << 20) + 4096);
	before = p.bytes;
	pool_add(&p, "b", 1);
	assert_int_equal(p.bytes, before);
	free(large);
	pool_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_it_was_given),
		cmocka_unit_test(gives_one_pointer_for_equal_text),
		cmocka_unit_test(takes_nothing_for_an_empty_string),
		cmocka_unit_test(goes_on_with_its_block_after_a_large_string),
	};

	return cmocka_run_group_tests_name("model/pool", tests, NULL, NULL);
}
