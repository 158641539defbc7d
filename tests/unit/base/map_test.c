#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/rand.h"

static void finds_what_was_put(void **state)
{
	struct map *m = map_new(NULL, false);
	int one = 1, two = 2;

	(void)state;
	assert_null(map_get(m, "a"));
	map_put(m, "a", &one);
	map_put(m, "A", &two);
	assert_ptr_equal(map_get(m, "a"), &one);
	assert_ptr_equal(map_get(m, "A"), &two);
	map_put(m, "a", &two);
	assert_ptr_equal(map_get(m, "a"), &two);
	assert_int_equal(map_count(m), 2);
	assert_ptr_equal(map_steal(m, "a"), &two);
	assert_null(map_steal(m, "a"));
	assert_int_equal(map_count(m), 1);
	map_free(m);
	map_free(NULL);
}

static void folds_case_for_ids(void **state)
{
	struct map *m = map_new(NULL, true);
	int one = 1;

	(void)state;
	map_put(m, "/Subscriptions/X", &one);
	assert_ptr_equal(map_get(m, "/subscriptions/x"), &one);
	map_put(m, "/SUBSCRIPTIONS/x", &one);
	assert_int_equal(map_count(m), 1);
	map_free(m);
}

/* The leak checker watches over each of the four ways in which a value ends. */
static void frees_values_once(void **state)
{
	struct map *m = map_new(free, false);

	(void)state;
	map_put(m, "a", xstrdup("1"));
	map_put(m, "a", xstrdup("2"));
	char *same = map_get(m, "a");

	map_put(m, "a", same);
	assert_string_equal(map_get(m, "a"), "2");
	map_put(m, "b", xstrdup("3"));
	map_del(m, "b");
	map_del(m, "b");
	map_put(m, "c", xstrdup("4"));
	char *mine = map_steal(m, "c");

	assert_string_equal(mine, "4");
	free(mine);
	map_put(m, "d", NULL);
	map_del(m, "d");
	map_free(m);
}

static void walks_in_the_order_of_insertion(void **state)
{
	struct map *m = map_new(NULL, false);
	int values[500];
	char name[16];
	const char *key;
	void *value;
	int at = 0;

	(void)state;
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "k%d", i);
		map_put(m, name, &values[i]);
	}
	for (size_t i = 0; map_next(m, &i, &key, &value);) {
		assert_ptr_equal(value, &values[at]);
		if (at++ % 2)
			map_del(m, key);
	}
	assert_int_equal(at, 500);
	assert_int_equal(map_count(m), 250);
	map_put(m, "k1", &values[1]); /* at the end now */
	at = 0;
	for (size_t i = 0; map_next(m, &i, &key, &value);)
		at++;
	assert_int_equal(at, 251);
	assert_string_equal(key, "k1");
	map_free(m);
}

/* Against the simplest thing that could be right: an array. */
static void agrees_with_an_array(void **state)
{
	struct map *m = map_new(NULL, false);
	bool there[300] = { false };
	struct rng rng;
	size_t count = 0;

	(void)state;
	rng_seed(&rng, 3);
	for (int step = 0; step < 50000; step++) {
		size_t i = rng_below(&rng, 300);
		char name[16];

		snprintf(name, sizeof(name), "%zu", i);
		assert_ptr_equal(map_get(m, name), there[i] ? &there[i] : NULL);
		if (rng_below(&rng, 2)) {
			map_put(m, name, &there[i]);
			count += !there[i];
			there[i] = true;
		} else {
			map_del(m, name);
			count -= there[i];
			there[i] = false;
		}
		assert_int_equal(map_count(m), count);
	}
	map_free(m);
}

/* A table of a hundred thousand does not copy what its owner keeps anyway. */
static void borrows_the_keys_of_a_lent_one(void **state)
{
	char older[] = "job 7", newer[] = "job 7";
	struct map *m = map_new_lent(false);
	const char *key;
	size_t i = 0;
	void *value;

	(void)state;
	map_put(m, older, older);
	map_put(m, newer, newer);
	assert_int_equal(map_count(m), 1);
	assert_true(map_next(m, &i, &key, &value));
	assert_ptr_equal(key, newer);
	assert_ptr_equal(value, newer);
	map_del(m, "job 7");
	assert_null(map_get(m, newer));
	map_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_put),
		cmocka_unit_test(folds_case_for_ids),
		cmocka_unit_test(frees_values_once),
		cmocka_unit_test(walks_in_the_order_of_insertion),
		cmocka_unit_test(agrees_with_an_array),
		cmocka_unit_test(borrows_the_keys_of_a_lent_one),
	};

	return cmocka_run_group_tests_name("base/map", tests, NULL, NULL);
}
