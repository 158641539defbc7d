#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
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
		  "  from-a-later-version: red\n",
		  &err),
	    -1); /* whether it is one or a mistake cannot be told */
	assert_int_equal(
	    reads(&t, "name: mine\ntones:\n  fail: red bold\n  prod: on blue white underline\n",
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
		{ "tones:\n  ok: gren\n",
		  "line 2: ok: \"gren\" is no colour or attribute; did you mean \"green\"?" },
		{ "tones:\n  ok: green\n  busy: green underlin\n",
		  "line 3: busy: \"underlin\" is no colour or attribute; did you mean "
		  "\"underline\"?" },
		{ "tones:\n  ok: green/9\n",
		  "line 2: ok: after \"/\" a number from 16 to 255 is expected" },
		{ "tones:\n  ok: red on green/256\n",
		  "line 2: ok: after \"/\" a number from 16 to 255 is expected" },
		{ "tones:\n  ok: red\n  fial: red\n",
		  "line 3: \"fial\" is no tone; did you mean \"fail\"?" },
		{ "tones: {ok: red}\nfoo: bar\n", "line 2: \"foo\" is no key of a theme" },
		{ "tones:\n  ok: green green\n",
		  "line 2: ok: two colours; that of the ground stands after \"on\"" },
		{ "tones:\n  ok: red on green on blue\n",
		  "line 2: ok: two colours after \"on\"" },
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

static void finds_what_came_with_the_program_and_ones_own(void **state)
{
	static const char own[] = "name: x\ntones: {ok: blue}\n";
	char dir[] = "/tmp/theme.XXXXXX", path[96];
	struct theme t = *theme_builtin("auto"), before = t;
	struct strs names = STRS_INIT(100);
	struct err err = ERR_INIT;

	(void)state;
	assert_non_null(mkdtemp(dir));
	setenv("XDG_CONFIG_HOME", dir, 1);
	snprintf(path, sizeof(path), "%s/paceline/themes", dir);
	assert_int_equal(file_make_dir(path, 0700, &err), 0);
	snprintf(path, sizeof(path), "%s/paceline/themes/mine.yaml", dir);
	assert_int_equal(file_write(path, own, strlen(own), 0600, &err), 0);
	assert_int_equal(theme_find(&t, "amber", &err), 0);
	assert_string_equal(t.name, "amber");
	assert_int_equal(t.style[TONE_TEXT].fg, 3);
	assert_int_equal(t.style[TONE_TEXT].fg256, 214);
	assert_int_equal(t.style[TONE_TEXT].bg256, 16);
	assert_int_equal(theme_find(&t, "mine", &err), 0);
	assert_string_equal(t.name, "mine"); /* as it was asked for */
	assert_int_equal(t.style[TONE_OK].fg, 4);
	assert_int_equal(theme_find(&t, path, &err), 0);
	theme_names(&names);
	assert_true(strs_has(&names, "mine") && strs_has(&names, "dusk") &&
		    strs_has(&names, "mono"));
	strs_clear(&names);
	t = before;
	assert_int_equal(theme_find(&t, "amberr", &err), -1);
	assert_string_equal(err.msg, "there is no theme \"amberr\"; did you mean \"amber\"?");
	assert_int_equal(theme_find(&t, "../auto", &err), -1);
	assert_memory_equal(&t, &before, sizeof(t));
	assert_int_equal(file_remove_tree(dir, &err), 0);
	unsetenv("XDG_CONFIG_HOME");
}

/*
 * Contrast, as WCAG 2 counts it, of the colours that a terminal shows
 */

static double light_of(int value)
{
	double v = value / 255.0;

	return v <= 0.03928 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

/* xterm's palette: the first eight as most terminals have them now, the cube, the greys. */
static double luminance(int colour)
{
	static const int base[8][3] = { { 0, 0, 0 },	 { 205, 0, 0 },	   { 0, 205, 0 },
					{ 205, 205, 0 }, { 0, 0, 238 },	   { 205, 0, 205 },
					{ 0, 205, 205 }, { 229, 229, 229 } };
	static const int cube[6] = { 0, 95, 135, 175, 215, 255 };
	int rgb[3];

	for (int i = 0; i < 3; i++) {
		static const int step[3] = { 36, 6, 1 };

		if (colour < 8)
			rgb[i] = base[colour][i];
		else if (colour < 232)
			rgb[i] = cube[(colour - 16) / step[i] % 6];
		else
			rgb[i] = 8 + 10 * (colour - 232);
	}
	return 0.2126 * light_of(rgb[0]) + 0.7152 * light_of(rgb[1]) +
	       0.0722 * light_of(rgb[2]);
}

static double contrast(int fg, int bg)
{
	double a = luminance(fg), b = luminance(bg);

	return a > b ? (a + 0.05) / (b + 0.05) : (b + 0.05) / (a + 0.05);
}

/* A theme with a ground of its own is readable on it, with 8 colours and with 256. */
static void what_has_a_ground_of_its_own_is_readable_on_it(void **state)
{
	static const char *const names[] = { "contrast", "dusk", "amber", "phosphor" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct theme t;
		struct err err = ERR_INIT;

		if (theme_find(&t, names[i], &err) < 0)
			fail_msg("%s", err.msg);
		for (enum tone k = 0; k < TONES; k++) {
			const struct style *st = &t.style[k];
			int fg = st->fg256 ? st->fg256 : st->fg,
			    bg = st->bg256 ? st->bg256 : st->bg;

			if (contrast(st->fg, st->bg) < 3 || contrast(fg, bg) < 4.5)
				fail_msg("%s %s: contrast %.1f with 8 colours, %.1f with 256",
					 names[i], tone_name(k), contrast(st->fg, st->bg),
					 contrast(fg, bg));
		}
	}
}

/* Who sees no hue sees a failure and a warning all the same. */
static void a_failure_stands_out_without_hue(void **state)
{
	static const char *const names[] = { "auto", "mono",  "light",	 "contrast",
					     "dusk", "amber", "phosphor" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct theme t;
		struct err err = ERR_INIT;

		assert_int_equal(theme_find(&t, names[i], &err), 0);
		assert_true(t.style[TONE_FAIL].look & LOOK_BOLD);
		assert_int_not_equal(t.style[TONE_FAIL].look, t.style[TONE_OK].look);
		assert_int_not_equal(t.style[TONE_WARN].look, t.style[TONE_TEXT].look);
	}
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
		cmocka_unit_test(finds_what_came_with_the_program_and_ones_own),
		cmocka_unit_test(what_has_a_ground_of_its_own_is_readable_on_it),
		cmocka_unit_test(a_failure_stands_out_without_hue),
		cmocka_unit_test(no_color_means_no_colour),
		cmocka_unit_test(what_matters_does_not_hang_on_colour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
