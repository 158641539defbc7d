#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "cli/grid.h"

static void writes(const struct grid *g, int width, const char *expected)
{
	struct buf out = BUF_INIT(BUF_TEXT_MAX);

	grid_write(&out, g, width);
	assert_string_equal(buf_str(&out), expected);
	buf_clear(&out);
}

static void add(struct grid *g, const char *a, const char *b, const char *c)
{
	const char *cells[] = { a, b, c };

	assert_int_equal(grid_add(g, cells, ARRAY_LEN(cells)), 0);
}

static void columns_stand_below_each_other(void **state)
{
	struct grid g;

	(void)state;
	grid_init(&g);
	writes(&g, 80, "");
	add(&g, "NAME", "STATE", "NOTE");
	add(&g, "demo", "running", "");
	add(&g, "a-longer-name", "off", "since yesterday");
	writes(&g, 0,
	       "NAME           STATE    NOTE\n"
	       "demo           running\n"
	       "a-longer-name  off      since yesterday\n");
	grid_clear(&g);
	writes(&g, 0, "");
}

/* A wide character takes two columns, a combining mark none; nothing of it may move what stands
 * to the right. */
static void cells_are_as_wide_as_on_a_terminal(void **state)
{
	struct grid g;

	(void)state;
	grid_init(&g);
	add(&g, "\xe8\xa8\x88\xe7\xae\x97", "x", "1"); /* two wide ones */
	add(&g, "e\xcc\x81t\xc3\xa9", "x", "2");       /* e with a mark, t, an e of two bytes */
	add(&g, "abcd", "x", "3");
	writes(&g, 0,
	       "\xe8\xa8\x88\xe7\xae\x97  x  1\n"
	       "e\xcc\x81t\xc3\xa9   x  2\n"
	       "abcd  x  3\n");
	grid_clear(&g);
}

static void nothing_reaches_a_terminal_as_an_order(void **state)
{
	struct grid g;

	(void)state;
	grid_init(&g);
	add(&g, "\033[31mred", "a\nb", "\xe2\x80\xae");
	writes(&g, 0, "\\x1B[31mred  a\\x0Ab  <U+202E>\n");
	grid_clear(&g);
}

static void lines_end_where_the_terminal_ends(void **state)
{
	struct grid g;

	(void)state;
	grid_init(&g);
	add(&g, "htc-1", "busy", "a long reason");
	add(&g, "htc-2", "idle", "\xe8\xa8\x88\xe7\xae\x97\xe8\xa8\x88");
	writes(&g, 19,
	       "htc-1  busy  a lon~\n"
	       "htc-2  idle  \xe8\xa8\x88\xe7\xae\x97\xe8\xa8\x88\n");
	writes(&g, 18,
	       "htc-1  busy  a lo~\n"
	       "htc-2  idle  \xe8\xa8\x88\xe7\xae\x97~\n");
	grid_clear(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_stand_below_each_other),
		cmocka_unit_test(cells_are_as_wide_as_on_a_terminal),
		cmocka_unit_test(nothing_reaches_a_terminal_as_an_order),
		cmocka_unit_test(lines_end_where_the_terminal_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
