#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "console/log_text.h"

static const char *line(const struct log_text *t, size_t i)
{
	int64_t number;

	return log_text_line(t, i, &number);
}

static int64_t number(const struct log_text *t, size_t i)
{
	int64_t n;

	log_text_line(t, i, &n);
	return n;
}

static void press(struct log_text *t, uint32_t code, int rows)
{
	struct key k = { .code = code };

	assert_true(log_text_key(t, &k, rows, 80));
}

static void add(struct log_text *t, const char *text)
{
	log_text_add(t, text, t->next, t->next + (int64_t)strlen(text), 1);
}

static void pieces_become_lines_wherever_they_are_cut(void **state)
{
	struct log_text t;

	(void)state;
	log_text_init(&t);
	add(&t, "one\ntw");
	assert_int_equal(log_text_count(&t), 2);
	assert_string_equal(line(&t, 1), "tw");
	add(&t, "o\n");
	add(&t, "three");
	assert_int_equal(log_text_count(&t), 3);
	assert_string_equal(line(&t, 1), "two");
	assert_string_equal(line(&t, 2), "three");
	assert_int_equal(number(&t, 2), 3);
	log_text_clear(&t);
}

static void control_characters_never_pass(void **state)
{
	struct log_text t;

	(void)state;
	log_text_init(&t);
	add(&t, "\033[1;31mred\033[0m\tx\r\n10 %\r20 %\rdone\n\033]0;title\007\xff\n");
	assert_string_equal(line(&t, 0), "red     x");
	assert_string_equal(line(&t, 1), "done");
	for (const char *s = line(&t, 2); *s; s++)
		assert_true((unsigned char)*s >= 0x20);
	assert_non_null(strstr(line(&t, 2), "\\x1B"));
	log_text_clear(&t);
}

static void a_tail_begins_with_its_first_whole_line(void **state)
{
	struct log_text t;

	(void)state;
	log_text_init(&t);
	log_text_add(&t, "of a line\nsecond\nthird\n", 100, 123, 41);
	assert_int_equal(log_text_count(&t), 2);
	assert_string_equal(line(&t, 0), "second");
	assert_int_equal(number(&t, 0), 42);
	assert_int_equal(t.from, 110);
	log_text_before(&t, "zero\nthe beginning ", 91, 0);
	assert_int_equal(t.from, 96); /* inside a line again, whose rest it is */
	log_text_clear(&t);
}

static void what_is_put_in_front_keeps_the_reader_s_line(void **state)
{
	struct log_text t;

	(void)state;
	log_text_init(&t);
	log_text_add(&t, "\nc\nd\ne\n", 5, 12, 2);
	t.follow = false;
	t.top = 1;
	assert_string_equal(line(&t, t.top), "d");
	log_text_before(&t, "a\nb\nx\n", 0, 1);
	assert_string_equal(line(&t, t.top), "d");
	assert_string_equal(line(&t, 0), "a");
	assert_int_equal(number(&t, 0), 0);
	assert_int_equal(t.from, 0);
	log_text_clear(&t);
}

static void the_end_is_followed_until_the_reader_goes_up(void **state)
{
	struct log_text t;

	(void)state;
	log_text_init(&t);
	for (int i = 0; i < 10; i++)
		add(&t, "line\n");
	log_text_settle(&t, 4, 80);
	assert_int_equal(t.top, 6);
	press(&t, K_UP, 4);
	assert_false(t.follow);
	add(&t, "new\nnewer\n");
	log_text_settle(&t, 4, 80);
	assert_int_equal(t.top, 5);
	assert_int_equal(t.fresh, 2);
	press(&t, 'G', 4);
	assert_true(t.follow);
	assert_int_equal(t.top, 8);
	assert_int_equal(t.fresh, 0);
	press(&t, K_HOME, 4);
	assert_int_equal(t.top, 0);
	for (int i = 0; i < 8; i++)
		press(&t, K_DOWN, 4);
	assert_true(t.follow); /* at the end again */
	log_text_clear(&t);
}

static void only_matching_lines_are_found_and_shown(void **state)
{
	struct log_text t;

	(void)state;
	log_text_init(&t);
	for (int i = 0; i < 5; i++)
		add(&t, "step\nCheckpoint\n");
	log_text_find(&t, "checkpoint");
	assert_true(log_text_go_match(&t, 1));
	assert_true(log_text_matches(&t, t.top));
	log_text_only(&t, true);
	assert_int_equal(log_text_count(&t), 5);
	assert_int_equal(number(&t, 0), 2);
	add(&t, "step\ncheckpoint\n");
	assert_int_equal(log_text_count(&t), 6);
	log_text_find(&t, "");
	assert_int_equal(log_text_count(&t), 12);
	log_text_find(&t, "nowhere");
	assert_false(log_text_go_match(&t, 1));
	log_text_clear(&t);
}

static void the_oldest_lines_leave_and_numbers_stay_right(void **state)
{
	struct log_text t;
	char text[32];

	(void)state;
	log_text_init(&t);
	for (int i = 1; i <= LOG_LINES + 5; i++) {
		snprintf(text, sizeof(text), "%d\n", i);
		add(&t, text);
	}
	assert_int_equal(log_text_count(&t), LOG_LINES);
	assert_string_equal(line(&t, 0), "6");
	assert_int_equal(number(&t, 0), 6);
	log_text_clear(&t);
}

static void folded_lines_take_the_rows_that_they_need(void **state)
{
	struct log_text t;

	(void)state;
	log_text_init(&t);
	add(&t, "0123456789012345678901234\nshort\n");
	assert_int_equal(log_text_height(&t, 0, 10), 1);
	t.wrap = true;
	assert_int_equal(log_text_height(&t, 0, 10), 3);
	log_text_settle(&t, 3, 10);
	assert_int_equal(t.top, 1); /* the end is in sight */
	log_text_clear(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_become_lines_wherever_they_are_cut),
		cmocka_unit_test(control_characters_never_pass),
		cmocka_unit_test(a_tail_begins_with_its_first_whole_line),
		cmocka_unit_test(what_is_put_in_front_keeps_the_reader_s_line),
		cmocka_unit_test(the_end_is_followed_until_the_reader_goes_up),
		cmocka_unit_test(only_matching_lines_are_found_and_shown),
		cmocka_unit_test(the_oldest_lines_leave_and_numbers_stay_right),
		cmocka_unit_test(folded_lines_take_the_rows_that_they_need),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
