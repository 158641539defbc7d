#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "console/bars.h"
#include "console/help.h"
#include "console/pace.h"
#include "console/screen.h"

static void expect(const struct screen *s, const char *text)
{
	struct buf out = BUF_INIT(BUF_TEXT_MAX);

	screen_dump(s, &out);
	assert_string_equal(buf_str(&out), text);
	buf_clear(&out);
}

static void cuts_by_columns_and_on_whole_characters(void **state)
{
	struct screen s;

	(void)state;
	screen_init(&s, 5, 12, false);
	assert_int_equal(screen_put(&s, 0, 0, TONE_TEXT, 0, "abcdefgh", 8), 8);
	assert_int_equal(screen_put(&s, 1, 0, TONE_TEXT, 0, "abcdefgh", 7), 7);
	assert_int_equal(
	    screen_put(&s, 2, 0, TONE_TEXT, 0, "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2", 4), 4);
	assert_int_equal(screen_put_right(&s, 3, 0, TONE_TEXT, 0, "42", 6), 2);
	assert_int_equal(screen_put(&s, 4, 9, TONE_TEXT, 0, "xyz", 50), 3);
	expect(
	    &s,
	    "abcdefgh\nabcdef\xe2\x80\xa6\n\xe6\xbc\xa2 \xe2\x80\xa6\n    42\n         xy\n");
	s.ascii = true;
	screen_erase(&s);
	screen_put(&s, 0, 0, TONE_TEXT, 0, "\xe6\xbc\xa2z \xc3\xa9", 12);
	screen_put(&s, 1, 0, TONE_TEXT, 0, "abcdefgh", 7);
	expect(&s, "??z ?\nabcdef~\n\n\n\n");
	screen_clear(&s);
}

static void a_sentence_without_room_loses_whole_clauses(void **state)
{
	static const char says[] = "+2 htc: 33 tasks pending, 1 core each; F2s_v2 is cheapest";
	struct screen s;

	(void)state;
	screen_init(&s, 4, 60, false);
	screen_put_clauses(&s, 0, 0, TONE_TEXT, says, 60);
	screen_put_clauses(&s, 1, 0, TONE_TEXT, says, 50);
	assert_int_equal(screen_put_clauses(&s, 2, 0, TONE_TEXT, says, 36), 24);
	screen_put_clauses(&s, 3, 0, TONE_TEXT, says, 12); /* the first is cut */
	expect(&s, "+2 htc: 33 tasks pending, 1 core each; F2s_v2 is cheapest\n"
		   "+2 htc: 33 tasks pending, 1 core each\n"
		   "+2 htc: 33 tasks pending\n"
		   "+2 htc: 33 \xe2\x80\xa6\n");
	screen_clear(&s);
}

static void a_hint_without_room_loses_its_last_keys_and_keeps_the_way_on(void **state)
{
	static const struct {
		int columns;
		const char *fits;
	} rows[] = {
		{ 60, "Enter open  n new  S start  D teardown...  Esc back" },
		{ 40, "Enter open  n new  S start  Esc back" },
		{ 20, "Enter open  Esc back" },
		{ 12, "Enter open" },
		{ 5, "Enter open" }, /* drawing cuts it */
	};
	char hint[80];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(hint, sizeof(hint), "%s", rows[0].fits);
		bar_hint_fit(hint, rows[i].columns);
		assert_string_equal(hint, rows[i].fits);
	}
	snprintf(hint, sizeof(hint), "Enter all events  Tab next pane  ? help");
	bar_hint_fit(hint, 30);
	assert_string_equal(hint, "Enter all events  ? help");
	snprintf(hint, sizeof(hint), "this month, by cluster   sample prices");
	bar_hint_fit(hint, 30);
	assert_string_equal(hint, "this month, by cluster");
}

static void no_byte_from_outside_passes_as_it_is(void **state)
{
	struct screen s;

	(void)state;
	screen_init(&s, 2, 60, false);
	screen_put(&s, 0, 0, TONE_TEXT, 0,
		   "a\033[31mb\r\nc\xe2\x80\xae"
		   "d\xff",
		   60);
	expect(&s, "a\\x1B[31mb\\x0D\\x0Ac<U+202E>d\xef\xbf\xbd\n\n");
	screen_clear(&s);
}

static void a_wide_character_is_never_half_overwritten(void **state)
{
	struct screen s;

	(void)state;
	screen_init(&s, 2, 10, false);
	screen_put(&s, 0, 0, TONE_TEXT, 0, "\xe6\xbc\xa2\xe5\xad\x97", 10);
	screen_put(&s, 0, 1, TONE_TEXT, 0, "x", 1); /* the right half of the first */
	expect(&s, " x\xe5\xad\x97\n\n");
	screen_put(&s, 0, 2, TONE_TEXT, 0, "y", 1);
	assert_int_equal(screen_cell(&s, 0, 3)->half, 0);
	screen_put(&s, 0, 9, TONE_TEXT, 0, "\xe6\xbc\xa2", 10); /* no room for both halves */
	expect(&s, " xy      \xe2\x80\xa6\n\n");
	screen_clear(&s);
}

static void nothing_is_painted_outside(void **state)
{
	struct screen s;

	(void)state;
	screen_init(&s, 3, 6, true);
	screen_put(&s, -1, 0, TONE_TEXT, 0, "x", 1);
	screen_put(&s, 3, 0, TONE_TEXT, 0, "x", 1);
	screen_put(&s, 0, 7, TONE_TEXT, 0, "x", 1);
	screen_put(&s, 0, -2, TONE_TEXT, 0, "abcd", 4);
	screen_fill(&s, (struct area){ -5, -5, 100, 100 }, TONE_TEXT, 0);
	screen_box(&s, (struct area){ 0, 0, 3, 6 }, TONE_DIM, NULL);
	screen_look(&s, 2, 0, 100, LOOK_BOLD);
	expect(&s, "+----+\n|    |\n+----\n"); /* the last cell stays empty */
	screen_resize(&s, 0, -3);
	assert_int_equal(s.rows * s.cols, 1);
	screen_clear(&s);
}

static void paces_frames(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, 0);
	assert_int_equal(pace_wait(&p, 5000), -1);
	pace_ask(&p, PACE_DATA, 5000);
	assert_int_equal(pace_wait(&p, 5000), 0); /* the first frame at once */
	pace_done(&p, 5000);
	pace_ask(&p, PACE_DATA, 5010);
	assert_int_equal(pace_wait(&p, 5010), 990);
	pace_ask(&p, PACE_KEY,
		 5020); /* a key waits neither for news nor for the frame before */
	assert_int_equal(pace_wait(&p, 5020), 0);
	pace_ask(&p, PACE_DATA, 5030);
	pace_done(&p, 5030); /* and shows them as well */
	assert_int_equal(pace_wait(&p, 5031), -1);
	pace_ask(&p, PACE_KEY, 9000);
	assert_int_equal(pace_wait(&p, 9000), 0);
	pace_later(&p, 9000);
	assert_int_equal(pace_wait(&p, 9000), PACE_WAIT_MS);
}

/* Frames of something that asks every step_ms for two seconds. */
static int frames_of(enum pace_for what, int64_t step_ms)
{
	struct pace p;
	int frames = 0;

	pace_init(&p, 0);
	pace_ask(&p, what, 1000);
	for (int64_t now = 1000; now <= 3000; now++) {
		if (now % step_ms == 0)
			pace_ask(&p, what, now);
		if (pace_wait(&p, now) != 0)
			continue;
		frames++;
		pace_done(&p, now);
	}
	return frames;
}

static void a_key_held_down_draws_ten_times_a_second(void **state)
{
	(void)state;
	assert_in_range(frames_of(PACE_KEY, 5), 20, 20 + PACE_BURST);
	assert_int_equal(frames_of(PACE_KEY, 125), 17); /* each of those that are typed */
}

/* Six keys a second, each with an answer of the engine a moment later: the keys never wait. */
static void answers_leave_the_keys_their_frames(void **state)
{
	struct pace p;
	int answers = 0;

	(void)state;
	pace_init(&p, 0);
	pace_ask(&p, PACE_KEY, 0);
	pace_done(&p, 0);
	for (int64_t now = 1000; now <= 9000; now++) {
		if (now % 165 == 0) {
			pace_ask(&p, PACE_KEY, now);
			assert_int_equal(pace_wait(&p, now), 0);
			pace_done(&p, now);
		}
		if (now % 165 == 3)
			pace_ask(&p, PACE_ANSWER, now);
		if (pace_wait(&p, now) != 0)
			continue;
		answers++;
		pace_done(&p, now);
	}
	assert_in_range(answers, 24, 48); /* and they have what is left of ten a second */
}

static void a_storm_of_sizes_has_twenty_layouts_at_most(void **state)
{
	(void)state;
	assert_in_range(frames_of(PACE_SIZE, 20), 15, 20);
}

static void the_bars_leave_out_what_does_not_fit(void **state)
{
	static const struct footer_key keys[] = {
		{ "F1", "Help", "?", false, 0 },
		{ "F7", "Drain", "d", true, 0 },
		{ "F10", "Quit", "q", false, 0 },
		{ 0 },
	};
	static const struct header_part left[] = { { "PACELINE", TONE_TITLE, 0, 0 },
						   { "demo", TONE_TEXT, 0, 0 } };
	static const struct header_part right[] = { { "n 7/16", TONE_TEXT, 0, 0 },
						    { "12:04", TONE_TEXT, 0, 0 } };
	static const char *const tabs[] = { "0 Deck", "1 Clusters", "2 Nodes" };
	struct screen s;

	(void)state;
	screen_init(&s, 4, 40, true);
	bar_header(&s, 0, left, 2, right, 2);
	bar_tabs(&s, 1, tabs, 3, 1);
	bar_footer(&s, 2, keys, false);
	bar_footer(&s, 3, keys, true);
	expect(&s, " PACELINE demo              n 7/16 12:04\n"
		   " 0 Deck  [1 Clusters]  2 Nodes\n"
		   "F1 Help  F7 Drain  F10 Quit\n"
		   "? Help  d Drain  q Quit\n");
	screen_resize(&s, 3, 20);
	bar_header(&s, 0, left, 2, right, 2);
	bar_tabs(&s, 1, tabs, 3, 0);
	bar_footer(&s, 2, keys, false);
	expect(&s, " PACELINE demo 12:04\n[0 Deck]\nF1Help F7Drain\n");
	screen_clear(&s);
}

static void a_footer_leaves_out_what_is_spare_before_its_end(void **state)
{
	static const struct footer_key keys[] = {
		{ "F1", "Help", "", false, 0 },
		{ "F2", "Menu", "", false, 1 },
		{ "F3", "Find", "", false, 2 },
		{ "F10", "Quit", "", false, 0 },
		{ 0 },
	};
	struct screen s;

	(void)state;
	screen_init(&s, 3, 29, true);
	bar_footer(&s, 0, keys, false);
	expect(&s, "F1Help F2Menu F3Find F10Quit\n\n\n");
	screen_resize(&s, 3, 24);
	bar_footer(&s, 0, keys, false);
	expect(&s, "F1Help F2Menu F10Quit\n\n\n");
	screen_resize(&s, 3, 16);
	bar_footer(&s, 0, keys, false);
	expect(&s, "F1Help F10Quit\n\n\n");
	screen_clear(&s);
}

static void a_click_finds_the_key_that_is_drawn_there(void **state)
{
	static const struct footer_key keys[] = {
		{ "F1", "Help", "", false, 0 },
		{ "F2", "Menu", "", false, 1 },
		{ "F10", "Quit", "", false, 0 },
		{ 0 },
	};

	(void)state;
	assert_ptr_equal(bar_footer_at(80, keys, false, 0), &keys[0]);
	assert_ptr_equal(bar_footer_at(80, keys, false, 9), &keys[1]);
	assert_ptr_equal(bar_footer_at(80, keys, false, 20), &keys[2]);
	assert_null(bar_footer_at(80, keys, false, 40));
	assert_ptr_equal(bar_footer_at(16, keys, false, 8), &keys[2]); /* F2 has no room */
}

static void a_header_without_room_leaves_out_what_is_most_spare(void **state)
{
	static const struct header_part left[] = { { "PACELINE", TONE_TITLE, 0, 0 } };
	static const struct header_part right[] = { { "op start", TONE_BOOT, 0, 2 },
						    { "n 7/16", TONE_TEXT, 0, 6 },
						    { "$0.31/h", TONE_MONEY, 0, 4 },
						    { "12:04", TONE_TEXT, 0, 0 } };
	struct screen s;

	(void)state;
	screen_init(&s, 2, 40, true);
	bar_header(&s, 0, left, 1, right, 4);
	expect(&s, " PACELINE  op start n 7/16 $0.31/h 12:04\n\n");
	screen_resize(&s, 2, 35);
	bar_header(&s, 0, left, 1, right, 4);
	expect(&s, " PACELINE    op start $0.31/h 12:04\n\n");
	screen_resize(&s, 2, 26);
	bar_header(&s, 0, left, 1, right, 4);
	expect(&s, " PACELINE   op start 12:04\n\n");
	screen_clear(&s);
}

static void help_comes_from_the_table_and_can_be_searched(void **state)
{
	static const struct help_entry entries[] = {
		{ "MOVE", "arrows", NULL, "move", NULL, false },
		{ "MOVE", "g G", NULL, "first, last", NULL, false },
		{ "ACT", "F7 d", "node drain", "drain", "read-only", false },
		{ "ACT", "y", NULL, "copy name", NULL, false },
	};
	struct help h;
	struct screen s;
	struct key k = { .code = 'd' };

	(void)state;
	help_open(&h, entries, 4);
	screen_init(&s, 6, 80, true);
	help_draw(&h, &s, screen_area(&s));
	expect(&s, " MOVE                                   ACT\n"
		   " arrows       move                      F7 d         drain (read-only)\n"
		   " g G          first, last               y            copy name\n"
		   "\n\n type to search keys:\n");
	assert_true(help_key(&h, &k));
	k.code = 'r';
	assert_true(help_key(&h, &k));
	screen_erase(&s);
	help_draw(&h, &s, screen_area(&s));
	expect(&s, " ACT\n F7 d         drain (read-only)\n\n\n\n type to search keys: dr\n");
	k.code = K_ESC;
	assert_false(help_key(&h, &k));
	screen_clear(&s);
}

/* Words in the order in which they stand on the screen, without its blanks and line ends. */
static void all_is_there(const struct help_entry *e, size_t n, int columns)
{
	struct help h;
	struct screen s;
	struct buf out = BUF_INIT(BUF_TEXT_MAX);

	help_open(&h, e, n);
	screen_init(&s, 60, columns, true);
	help_draw(&h, &s, screen_area(&s));
	screen_dump(&s, &out);
	assert_null(strstr(buf_str(&out), "\xe2\x80\xa6")); /* nothing is cut */
	for (size_t i = 0; i < n; i++) {
		char words[200], *at = words;

		snprintf(words, sizeof(words), "%s %s", e[i].help, e[i].off ? e[i].off : "");
		for (char *w; (w = strtok_r(at, " ", &at));)
			if (!strstr(buf_str(&out), w))
				fail_msg("%d columns: \"%s\" of \"%s\" is not there", columns,
					 w, e[i].help);
	}
	buf_clear(&out);
	screen_clear(&s);
}

static void help_is_readable_whole_at_any_width(void **state)
{
	static const struct help_entry entries[] = {
		{ "MOVE", "Tab S-Tab", NULL, "next pane; in a view the next cluster", NULL,
		  false },
		{ "VIEW", "C", NULL, "choose columns of this table",
		  "the map has no columns: m shows the list", false },
		{ "COMMANDS", "operation cancel", NULL,
		  "a template of CycleCloud as one of these, with what could not be taken over "
		  "told line by line",
		  "no connection to the engine", true },
	};

	(void)state;
	for (int columns = 40; columns <= 200; columns += 20)
		all_is_there(entries, 3, columns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_by_columns_and_on_whole_characters),
		cmocka_unit_test(a_sentence_without_room_loses_whole_clauses),
		cmocka_unit_test(a_hint_without_room_loses_its_last_keys_and_keeps_the_way_on),
		cmocka_unit_test(no_byte_from_outside_passes_as_it_is),
		cmocka_unit_test(a_wide_character_is_never_half_overwritten),
		cmocka_unit_test(nothing_is_painted_outside),
		cmocka_unit_test(paces_frames),
		cmocka_unit_test(a_key_held_down_draws_ten_times_a_second),
		cmocka_unit_test(answers_leave_the_keys_their_frames),
		cmocka_unit_test(a_storm_of_sizes_has_twenty_layouts_at_most),
		cmocka_unit_test(the_bars_leave_out_what_does_not_fit),
		cmocka_unit_test(a_footer_leaves_out_what_is_spare_before_its_end),
		cmocka_unit_test(a_click_finds_the_key_that_is_drawn_there),
		cmocka_unit_test(a_header_without_room_leaves_out_what_is_most_spare),
		cmocka_unit_test(help_comes_from_the_table_and_can_be_searched),
		cmocka_unit_test(help_is_readable_whole_at_any_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
