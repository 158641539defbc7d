#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "console/gauge.h"

#define COLS 12

static struct screen s;

static int up(void **state)
{
	(void)state;
	screen_init(&s, 4, COLS, false);
	screen_erase(&s);
	return 0;
}

static int down(void **state)
{
	(void)state;
	screen_clear(&s);
	return 0;
}

/* Digits are eighths of the highest. */
static void curve(struct area a, enum tone tone, const char *eighths, int per, int64_t at)
{
	char levels[64];
	size_t n = 0;

	for (; eighths[n]; n++)
		levels[n] = eighths[n] == ' '
				? HISTORY_BLANK
				: (char)('0' + (eighths[n] - '0') * HISTORY_LEVEL / 8);
	levels[n] = '\0';
	gauge_curve(&s, a, tone, levels, per, at);
}

static void shows(const char *text)
{
	struct buf b = BUF_INIT(4096);

	screen_dump(&s, &b);
	assert_string_equal(buf_str(&b), text);
	buf_clear(&b);
}

static void the_newest_stand_at_the_right_and_gaps_stay_blank(void **state)
{
	(void)state;
	curve((struct area){ 0, 0, 1, 8 }, TONE_BUSY, "   0148", 1, 7);
	shows("    _.=%\n\n\n\n");
}

static void what_does_not_fit_is_the_oldest(void **state)
{
	(void)state;
	curve((struct area){ 1, 2, 1, 3 }, TONE_BUSY, "88888012", 1, 7);
	shows("\n  _.:\n\n\n");
}

static void rows_share_a_level(void **state)
{
	(void)state;
	curve((struct area){ 0, 0, 2, 4 }, TONE_BUSY, "0258", 1, 3);
	shows("  :%\n_=%%\n\n\n");
}

static void cells_of_two_steps_keep_to_even_ones(void **state)
{
	(void)state;
	curve((struct area){ 0, 0, 1, 3 }, TONE_BUSY, "112233", 2, 5);
	curve((struct area){ 1, 0, 1, 3 }, TONE_BUSY, "122338", 2, 6);
	shows(".:-\n:-%\n\n\n");
}

static void blocks_where_the_terminal_has_them(void **state)
{
	(void)state;
	s.blocks = true;
	curve((struct area){ 0, 0, 1, 3 }, TONE_BUSY, "048", 1, 2);
	shows("\xe2\x96\x81\xe2\x96\x84\xe2\x96\x88\n\n\n\n");
}

static void nothing_is_dim_and_something_is_not(void **state)
{
	(void)state;
	curve((struct area){ 0, 0, 1, 2 }, TONE_BUSY, "01", 1, 1);
	assert_int_equal(screen_cell(&s, 0, 0)->tone, TONE_DIM);
	assert_int_equal(screen_cell(&s, 0, 1)->tone, TONE_BUSY);
}

static void a_bar_tells_little_from_nothing_and_much_from_all(void **state)
{
	char out[GAUGE_BAR_TEXT];

	(void)state;
	gauge_bar_text(out, 8, 0, 1000, true);
	assert_string_equal(out, "........");
	gauge_bar_text(out, 8, 1, 1000, true);
	assert_string_equal(out, "#.......");
	gauge_bar_text(out, 8, 500, 1000, true);
	assert_string_equal(out, "####....");
	gauge_bar_text(out, 8, 999, 1000, true);
	assert_string_equal(out, "#######.");
	gauge_bar_text(out, 8, 2000, 1000, true);
	assert_string_equal(out, "########");
	gauge_bar_text(out, 8, 5, 0, true);
	assert_string_equal(out, "........");
}

static void steps_are_joined_until_all_fit(void **state)
{
	(void)state;
	assert_int_equal(gauge_per(60, 60), 1);
	assert_int_equal(gauge_per(60, 100), 1);
	assert_int_equal(gauge_per(60, 59), 2);
	assert_int_equal(gauge_per(60, 30), 2);
	assert_int_equal(gauge_per(60, 0), 60);
}

static void whatever_is_there_has_a_cell_and_all_cells_are_given(void **state)
{
	int64_t failed_of_many[] = { 1, 0, 199, 800 }, one_each[] = { 1, 1, 1, 1 },
		nothing[] = { 0, 0, 0, 0 };
	int out[4];

	(void)state;
	gauge_shares(out, failed_of_many, 4, 10);
	assert_int_equal(out[0], 1);
	assert_int_equal(out[1], 0);
	assert_int_equal(out[2], 2);
	assert_int_equal(out[3], 7);
	gauge_shares(out, one_each, 4, 3); /* the worst, which stand first, keep theirs */
	assert_int_equal(out[0] + out[1] + out[2], 3);
	assert_int_equal(out[3], 0);
	gauge_shares(out, one_each, 4, 9);
	assert_int_equal(out[0] + out[1] + out[2] + out[3], 9);
	gauge_shares(out, nothing, 4, 9);
	assert_int_equal(out[0] + out[1] + out[2] + out[3], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    the_newest_stand_at_the_right_and_gaps_stay_blank, up, down),
		cmocka_unit_test_setup_teardown(what_does_not_fit_is_the_oldest, up, down),
		cmocka_unit_test_setup_teardown(rows_share_a_level, up, down),
		cmocka_unit_test_setup_teardown(cells_of_two_steps_keep_to_even_ones, up, down),
		cmocka_unit_test_setup_teardown(blocks_where_the_terminal_has_them, up, down),
		cmocka_unit_test_setup_teardown(nothing_is_dim_and_something_is_not, up, down),
		cmocka_unit_test(a_bar_tells_little_from_nothing_and_much_from_all),
		cmocka_unit_test(steps_are_joined_until_all_fit),
		cmocka_unit_test(whatever_is_there_has_a_cell_and_all_cells_are_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
