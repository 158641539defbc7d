#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "console/tile.h"

static struct screen s;

static int up(void **state)
{
	(void)state;
	screen_init(&s, 2, 40, false);
	s.grounds = true;
	return 0;
}

static int down(void **state)
{
	(void)state;
	screen_clear(&s);
	return 0;
}

/* One character for each column: the letter's, in capitals where it stands on a ground; a blank
 * on one is "_". */
static const char *drawn(int wide, char glyph, bool here, int columns)
{
	static char text[20];
	struct tile t = { .glyph = glyph,
			  .tone = glyph == '.' ? TONE_DIM : TONE_BUSY,
			  .name = "",
			  .here = here };

	screen_erase(&s);
	tile_draw(&s, 0, 0, wide, &t);
	memset(text, 0, sizeof(text));
	for (int i = 0; i < columns; i++) {
		const struct cell *c = screen_cell(&s, 0, i);
		char is = c->text[0] ? c->text[0] : ' ';
		bool ground = c->look & LOOK_REVERSE;

		text[i] = !ground ? is : is == ' ' ? '_' : is == 'b' ? 'B' : is;
	}
	return text;
}

static void a_node_stands_on_a_ground_and_keeps_its_letter(void **state)
{
	(void)state;
	assert_string_equal(drawn(TILE_GLYPH, 'b', false, 2), "B ");
	assert_string_equal(drawn(TILE_PAIR, 'b', false, 3), "_B ");
	assert_string_equal(drawn(TILE_SMALL, 'b', false, 3), "_B ");
	assert_string_equal(drawn(TILE_WIDE, 'b', false, 4), "_B_ ");
	/* where no node is there is no ground */
	assert_string_equal(drawn(TILE_PAIR, '.', false, 3), " . ");
	assert_string_equal(drawn(TILE_WIDE, '.', false, 4), " .  ");
}

static void a_band_has_no_gap_between_its_tens(void **state)
{
	struct tile t = { .glyph = 'b', .tone = TONE_BUSY, .name = "", .joined = true };

	(void)state;
	tile_draw(&s, 0, 0, TILE_GLYPH, &t);
	assert_true(screen_cell(&s, 0, 1)->look & LOOK_REVERSE);
	t.glyph = '.'; /* where no node is there is none */
	tile_draw(&s, 1, 0, TILE_GLYPH, &t);
	assert_false(screen_cell(&s, 1, 1)->look & LOOK_REVERSE);
	assert_true(tile_joins(9, 20, 'b'));
	assert_false(tile_joins(8, 20, 'b'));
	assert_false(tile_joins(19, 20, 'b')); /* the end of the line */
	assert_false(tile_joins(9, 20, '.'));
	assert_false(tile_joins(9, 20, '\0'));
}

static void the_cursor_looks_unlike_its_neighbours(void **state)
{
	(void)state;
	assert_string_equal(drawn(TILE_GLYPH, 'b', true, 2), "b ");
	assert_string_equal(drawn(TILE_PAIR, 'b', true, 3), ">b ");
	assert_string_equal(drawn(TILE_SMALL, 'b', true, 3), "[b]");
	assert_string_equal(drawn(TILE_WIDE, 'b', true, 4), "[b] ");
	assert_true(screen_cell(&s, 0, 1)->look & LOOK_BOLD);
	drawn(TILE_GLYPH, '.', true, 1); /* of one that is not there, a ground */
	assert_true(screen_cell(&s, 0, 0)->look & LOOK_REVERSE);
}

static void without_colours_a_letter_stands_alone(void **state)
{
	(void)state;
	s.grounds = false;
	assert_string_equal(drawn(TILE_GLYPH, 'b', false, 2), "b ");
	assert_string_equal(drawn(TILE_GLYPH, 'b', true, 2), "B "); /* and the cursor is one */
}

static void a_column_finds_the_cell_that_is_drawn_there(void **state)
{
	static const int wides[] = { TILE_GLYPH, TILE_PAIR, TILE_SMALL, TILE_WIDE, TILE_NAMED };

	(void)state;
	for (size_t k = 0; k < sizeof(wides) / sizeof(wides[0]); k++) {
		int per = tile_per_line(85, wides[k]);

		assert_true(per > 0);
		assert_true(tile_column(per - 1, wides[k]) + wides[k] <= 86);
		for (int i = 0; i < per; i++)
			assert_int_equal(tile_at(tile_column(i, wides[k]), wides[k], per), i);
		assert_int_equal(tile_at(200, wides[k], per), per);
	}
	assert_int_equal(tile_per_line(85, TILE_GLYPH), 70);
	assert_int_equal(tile_per_line(85, TILE_PAIR), 40);
	assert_int_equal(tile_per_line(30, TILE_WIDE), 0); /* not even ten */
	assert_int_equal(tile_per_line(5, TILE_GLYPH), 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_node_stands_on_a_ground_and_keeps_its_letter,
						up, down),
		cmocka_unit_test_setup_teardown(a_band_has_no_gap_between_its_tens, up, down),
		cmocka_unit_test_setup_teardown(the_cursor_looks_unlike_its_neighbours, up,
						down),
		cmocka_unit_test_setup_teardown(without_colours_a_letter_stands_alone, up,
						down),
		cmocka_unit_test_setup_teardown(a_column_finds_the_cell_that_is_drawn_there, up,
						down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
