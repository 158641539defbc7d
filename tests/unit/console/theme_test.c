#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "console/theme.h"

static int reads(struct theme *t, const char *text, struct err *err)
{
	return theme_read(t, text, strlen(text), err);
}

static void reads_words_for_tones(void **state)
{
	struct theme t = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(
	    reads(&t,
		  "name: mine\ntones:\n  fail: red bold\n  prod: white on blue underline\n"
		  "  off: default\n  later: pink glowing\n",
		  &err),
	    -1); /* an unknown word is a mistake even there */
	assert_int_equal(
	    reads(&t,
		  "name: mine\ntones:\n  fail: red bold\n  prod: on blue white underline\n"
		  "  from-a-later-version: red\n",
		  &err),
	    0);
	assert_string_equal(t.name, "mine");
	assert_int_equal(t.style[TONE_FAIL].fg, 1);
	assert_int_equal(t.style[TONE_FAIL].bg, COLOUR_DEFAULT);
	assert_int_equal(t.style[TONE_FAIL].look, LOOK_BOLD);
	assert_int_equal(t.style[TONE_PROD].fg, 7);
	assert_int_equal(t.style[TONE_PROD].bg, 4);
	/* a tone left out looks as in "auto" */
	assert_memory_equal(&t.style[TONE_BUSY], &theme_builtin("auto")->style[TONE_BUSY],
			    sizeof(struct style));
}

static void says_the_line_and_keeps_the_last_good_theme(void **state)
{
	static const struct {
		const char *text, *said;
	} bad[] = {
		{ "tones:\n  ok: green\n  fail: crimson\n",
		  "line 3: fail: \"crimson\" is no colour or attribute" },
		{ "tones:\n  ok: green on\n", "line 2: ok: no colour after \"on\"" },
		{ "tones:\n  ok: on bold\n", "line 2: ok: \"bold\" is no colour or attribute" },
		{ "tones:\n  ok: [green]\n",
		  "line 2: ok: words such as \"red bold\" are expected" },
		{ "name: x\n", "line 1: a map \"tones\" is expected" },
		{ "just text\n", "line 1: a map with \"name\" and \"tones\" is expected" },
	};
	struct theme t = *theme_builtin("contrast"), before = t;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(reads(&t, bad[i].text, &err), -1);
		assert_string_equal(err.msg, bad[i].said);
		assert_memory_equal(&t, &before, sizeof(t));
	}
}

static void the_files_say_what_is_built_in(void **state)
{
	static const char *const names[] = { "auto", "mono", "light", "contrast" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct theme t = { 0 };
		struct err err = ERR_INIT;
		char path[64];

		snprintf(path, sizeof(path), "themes/%s.yaml", names[i]);
		if (theme_load(&t, path, &err) < 0)
			fail_msg("%s", err.msg);
		assert_string_equal(t.name, names[i]);
		for (int k = 0; k < TONES; k++)
			assert_memory_equal(&t.style[k], &theme_builtin(names[i])->style[k],
					    sizeof(struct style));
	}
	assert_null(theme_builtin("pink"));
}

static void no_color_means_no_colour(void **state)
{
	(void)state;
	setenv("NO_COLOR", "1", 1);
	assert_string_equal(theme_default_name(), "mono");
	setenv("NO_COLOR", "", 1);
	assert_string_equal(theme_default_name(), "auto");
	for (int k = 0; k < TONES; k++)
		assert_true(theme_builtin("mono")->style[k].fg < 0 &&
			    theme_builtin("mono")->style[k].bg < 0);
}

/* Readable on black and on white, or with a background of its own: yellow and cyan pass only as
 * more than colour. */
static void what_matters_does_not_hang_on_colour(void **state)
{
	static const char *const names[] = { "auto", "mono", "light", "contrast" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const struct style *st = theme_builtin(names[i])->style;

		assert_true(st[TONE_FAIL].look & LOOK_BOLD);
		assert_true(st[TONE_WARN].look & LOOK_BOLD);
		for (int k = 0; k < TONES; k++)
			assert_true(st[k].fg != st[k].bg || st[k].fg < 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_words_for_tones),
		cmocka_unit_test(says_the_line_and_keeps_the_last_good_theme),
		cmocka_unit_test(the_files_say_what_is_built_in),
		cmocka_unit_test(no_color_means_no_colour),
		cmocka_unit_test(what_matters_does_not_hang_on_colour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
