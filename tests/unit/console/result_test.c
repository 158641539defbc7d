#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "console/result.h"

static const char *const titles[] = { "NAME", "STATE", "USD", "NOTE" };
static const char *const rows[][4] = {
	{ "alpha", "running", "$0.31", "nodes come and go with the queue" },
	{ "b", "off", "$12.40", "" },
};

static void fill(struct result *r)
{
	result_init(r);
	result_text(r, "two clusters");
	result_row(r, true, titles, ARRAY_LEN(titles));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		result_row(r, false, rows[i], ARRAY_LEN(rows[i]));
}

static void is_laid(int columns, bool whole, const char *const *lines, size_t n)
{
	struct result r;
	struct textbox box;

	fill(&r);
	textbox_init(&box);
	textbox_open(&box, "");
	result_lay(&r, columns, whole, &box);
	assert_int_equal(box.lines.n, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(box.lines.v[i] + 1, lines[i]);
	textbox_clear(&box);
	result_clear(&r);
}

static void a_table_with_room_is_shown_as_it_is(void **state)
{
	static const char *const lines[] = {
		"two clusters",
		"NAME   STATE       USD  NOTE",
		"alpha  running   $0.31  nodes come and go with the queue",
		"b      off      $12.40",
	};

	(void)state;
	is_laid(80, false, lines, ARRAY_LEN(lines));
	is_laid(20, true, lines, ARRAY_LEN(lines));
}

static void texts_are_cut_and_numbers_are_not(void **state)
{
	static const char *const lines[] = {
		"two clusters",
		"NAME   STATE       USD  NOTE",
		"alpha  running   $0.31  nodes come ~",
		"b      off      $12.40",
	};

	(void)state;
	is_laid(36, false, lines, ARRAY_LEN(lines));
}

static void columns_without_room_are_named(void **state)
{
	static const char *const lines[] = {
		"two clusters",
		"NAME   STATE",
		"alpha  running",
		"b      off",
		"no room for USD, NOTE: w and Right show all columns",
	};

	(void)state;
	is_laid(15, false, lines, ARRAY_LEN(lines));
}

static void tables_of_one_answer_have_columns_of_their_own(void **state)
{
	static const char *const users[] = { "USER", "$/H" }, *const op[] = { "op", "0.1" };
	struct result r;
	struct textbox box;

	(void)state;
	fill(&r);
	result_text(&r, "");
	result_row(&r, true, users, 2);
	result_row(&r, false, op, 2);
	assert_true(result_has_tables(&r));
	textbox_init(&box);
	textbox_open(&box, "");
	assert_int_equal(result_lay(&r, 80, false, &box), 56);
	assert_int_equal(box.lines.n, 7);
	assert_string_equal(box.lines.v[4] + 1, "");
	assert_string_equal(box.lines.v[5] + 1, "USER  $/H");
	assert_string_equal(box.lines.v[6] + 1, "op    0.1");
	textbox_clear(&box);
	result_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_with_room_is_shown_as_it_is),
		cmocka_unit_test(texts_are_cut_and_numbers_are_not),
		cmocka_unit_test(columns_without_room_are_named),
		cmocka_unit_test(tables_of_one_answer_have_columns_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
