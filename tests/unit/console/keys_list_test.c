#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "console/console.h"
#include "console/deck.h"

static void each(const struct binding *b, void (*judge)(const struct binding *b))
{
	for (; b && b->keys; b++)
		if (b->run)
			judge(b);
}

static void every_binding(void (*judge)(const struct binding *b))
{
	for (size_t i = 0; i < n_bindings; i++)
		if (bindings[i].run)
			judge(&bindings[i]);
	for (size_t i = 0; view_nth(i); i++) {
		each(view_nth(i)->keys, judge);
		each(view_nth(i)->more_keys, judge);
	}
}

/* What a terminal, a multiplexer or a line may keep for itself (tui.md 4.1). */
static void judge_taken(const struct binding *b)
{
	static const char taken[] = "abdhsq\\";
	uint32_t codes[] = { b->key, b->fkey };

	for (size_t i = 0; i < 2; i++) {
		assert_int_not_equal(codes[i], K_F11);
		for (const char *c = taken; *c; c++)
			assert_int_not_equal(codes[i], K_CTRL((uint32_t)*c));
	}
}

static void no_key_is_one_that_terminals_take(void **state)
{
	(void)state;
	every_binding(judge_taken);
}

static void judge_twin(const struct binding *b)
{
	if (b->fkey)
		assert_int_not_equal(b->key, 0);
}

static void every_function_key_has_a_letter(void **state)
{
	(void)state;
	every_binding(judge_twin);
}

/* What ends something is a capital letter or opens a dialog, which its three points say. */
static void judge_ending(const struct binding *b)
{
	if (b->fkey == K_F9)
		assert_non_null(strstr(b->help, "..."));
}

static void what_f9_does_is_asked_about(void **state)
{
	(void)state;
	every_binding(judge_ending);
}

static bool is_listed(const struct command_key *keys, const struct binding *b)
{
	while (keys->keys && (strcmp(keys->keys, b->keys) || strcmp(keys->help, b->help)))
		keys++;
	return keys->keys;
}

static void all_are_listed(const struct command_key *keys, const struct binding *table)
{
	for (const struct binding *b = table; b && b->keys; b++)
		if (!is_listed(keys, b))
			fail_msg("%s (%s) is missing", b->keys, b->help);
}

static void the_manual_gets_every_key(void **state)
{
	struct command_key *keys = console_keys();
	size_t n = 0, same = 0;

	(void)state;
	for (; keys[n].keys; n++) {
		assert_non_null(keys[n].group);
		assert_non_null(keys[n].help);
		same += strcmp(keys[n].keys, "F9 D") == 0;
	}
	assert_true(n >= n_bindings);
	assert_int_equal(same, 1);
	for (size_t i = 0; view_nth(i); i++) {
		all_are_listed(keys, view_nth(i)->keys);
		all_are_listed(keys, view_nth(i)->more_keys);
	}
	free(keys);
}

/* The first of a table's keys wins: a second one would be dead. */
static void no_table_has_a_key_twice_at(const struct binding *a, const struct binding *rest)
{
	for (const struct binding *b = rest; b && b->keys; b++) {
		uint32_t codes[] = { b->key, b->fkey };

		for (size_t i = 0; b != a && b->run && i < 2; i++)
			if (codes[i] && (codes[i] == a->key || codes[i] == a->fkey))
				fail_msg("%s and %s are one key", a->keys, b->keys);
	}
}

static void no_table_has_a_key_twice(const struct binding *table)
{
	for (const struct binding *b = table; b && b->keys; b++)
		if (b->run)
			no_table_has_a_key_twice_at(b, table);
}

static void no_key_stands_twice_in_a_view(void **state)
{
	(void)state;
	for (size_t i = 0; view_nth(i); i++) {
		/* those in more_keys may be hidden by those in keys */
		no_table_has_a_key_twice(view_nth(i)->keys);
		no_table_has_a_key_twice(view_nth(i)->more_keys);
	}
	for (size_t i = 0; i < n_bindings; i++)
		for (size_t k = i + 1; bindings[i].run && k < n_bindings; k++)
			if (bindings[k].run &&
			    (bindings[k].key == bindings[i].key ||
			     (bindings[k].fkey && bindings[k].fkey == bindings[i].fkey)))
				fail_msg("%s and %s are one key", bindings[i].keys,
					 bindings[k].keys);
}

static bool is_taken(const char *word, size_t except)
{
	char is[32];

	for (size_t i = 0; i < n_bindings; i++) {
		binding_word(&bindings[i], is);
		if (i != except && bindings[i].run && strcmp(is, word) == 0)
			return true;
	}
	return false;
}

/* Behind ":" and in console.conf a word means one thing. */
static void every_key_has_a_word_of_its_own(void **state)
{
	char word[32];

	(void)state;
	for (size_t i = 0; i < n_bindings; i++) {
		if (!bindings[i].run)
			continue;
		binding_word(&bindings[i], word);
		assert_true(word[0]);
		if (is_taken(word, i))
			fail_msg("\"%s\" is two keys", word);
	}
}

static void no_word_of_the_console_hides_a_command(void **state)
{
	const char *name;
	size_t used;

	(void)state;
	for (size_t i = 0; i < n_own_words; i++) {
		name = own_words[i].name;
		if (command_find(&name, 1, &used))
			fail_msg("\"%s\" is a command", name);
	}
}

/* A line that is cut at 80 columns hides the keys at its end. */
static void what_a_view_hints_at_fits_into_80_columns(void **state)
{
	(void)state;
	for (size_t i = 0; view_nth(i); i++)
		if (view_nth(i)->hint && strlen(view_nth(i)->hint) > 78)
			fail_msg("%s: %zu columns: %s", view_nth(i)->title,
				 strlen(view_nth(i)->hint), view_nth(i)->hint);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_key_is_one_that_terminals_take),
		cmocka_unit_test(every_function_key_has_a_letter),
		cmocka_unit_test(what_f9_does_is_asked_about),
		cmocka_unit_test(the_manual_gets_every_key),
		cmocka_unit_test(no_key_stands_twice_in_a_view),
		cmocka_unit_test(what_a_view_hints_at_fits_into_80_columns),
		cmocka_unit_test(every_key_has_a_word_of_its_own),
		cmocka_unit_test(no_word_of_the_console_hides_a_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
