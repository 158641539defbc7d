/* Lines in a box: those that are marked, as problems of a text are, and the way from one to the
 * next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "console/textbox.h"

#define LINES 90

/* Lines "1" to "90"; the 10th and the 80th have a problem, the 50th one of several rows. */
static int up(void **state)
{
	struct textbox *b = calloc(1, sizeof(*b));

	textbox_init(b);
	textbox_open(b, "text");
	for (int i = 1; i <= LINES; i++) {
		textbox_add(b, TONE_TEXT, "line %d", i);
		if (i == 10 || i == 80)
			textbox_add_mark(b, "! wrong at %d", i);
		if (i == 50)
			textbox_add_mark(b, "! wrong at 50: %s",
					 "this is long enough to take two rows");
	}
	*state = b;
	return 0;
}

static int down(void **state)
{
	textbox_clear(*state);
	free(*state);
	return 0;
}

static bool sees(struct textbox *b, int rows, const char *text)
{
	struct buf out = BUF_INIT(BUF_TEXT_MAX);
	struct screen s;
	bool found;

	screen_init(&s, rows, 40, true);
	textbox_draw(b, &s, (struct area){ 0, 0, rows, 40 });
	screen_dump(&s, &out);
	found = strstr(buf_str(&out), text) != NULL;
	buf_clear(&out);
	screen_clear(&s);
	return found;
}

static enum textbox_end press(struct textbox *b, uint32_t code)
{
	return textbox_key(b, &(struct key){ .code = code });
}

static void the_first_problem_is_in_sight_with_its_line(void **state)
{
	struct textbox *b = *state;

	assert_true(sees(b, 12, "line 10 "));
	assert_true(sees(b, 12, "! wrong at 10"));
	assert_true(sees(b, 12, " 1 of 3: n next, N previous"));
}

static void n_and_N_go_round_the_problems(void **state)
{
	struct textbox *b = *state;

	assert_int_equal(press(b, 'n'), TEXTBOX_OPEN);
	assert_true(sees(b, 8, "line 50 "));
	assert_true(sees(b, 8, "! wrong at 50"));
	assert_true(sees(b, 8, "two rows"));
	press(b, 'n');
	assert_true(sees(b, 8, "line 80 "));
	assert_true(sees(b, 8, "! wrong at 80"));
	press(b, 'n');
	assert_true(sees(b, 8, "! wrong at 10"));
	press(b, 'N');
	assert_true(sees(b, 8, "! wrong at 80"));
	press(b, 'N');
	assert_true(sees(b, 8, "! wrong at 50"));
}

static void arrows_move_away_from_a_problem(void **state)
{
	struct textbox *b = *state;

	assert_true(sees(b, 12, "! wrong at 10"));
	press(b, K_HOME);
	assert_true(sees(b, 12, "line 1 "));
	assert_false(sees(b, 12, "! wrong at 10"));
}

static void a_text_without_problems_does_not_know_the_keys(void **state)
{
	struct textbox *b = *state;

	textbox_open(b, "another");
	textbox_add(b, TONE_FAIL, "a line that is red");
	assert_int_equal(press(b, 'n'), TEXTBOX_DEAF);
	assert_int_equal(press(b, 'N'), TEXTBOX_DEAF);
	assert_true(sees(b, 12, "Esc closes"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_first_problem_is_in_sight_with_its_line, up,
						down),
		cmocka_unit_test_setup_teardown(n_and_N_go_round_the_problems, up, down),
		cmocka_unit_test_setup_teardown(arrows_move_away_from_a_problem, up, down),
		cmocka_unit_test_setup_teardown(a_text_without_problems_does_not_know_the_keys,
						up, down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
