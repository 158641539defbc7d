#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rand.h"
#include "console/table.h"

static const struct column columns[] = {
	{ "NODE", 8, 12, 9, false },
	{ "STATE", 5, 6, 8, false },
	{ "CPU", 4, 4, 3, true },
	{ "REASON", 6, 0, 5, false },
};

struct rows {
	int64_t id[200];
	size_t n, asked;
};

static size_t rows_count(void *arg)
{
	return ((struct rows *)arg)->n;
}

static int64_t rows_id(void *arg, size_t row)
{
	return ((struct rows *)arg)->id[row];
}

static void rows_cell(void *arg, size_t row, size_t column, struct table_cell *out)
{
	struct rows *r = arg;

	r->asked++;
	if (column == 0)
		snprintf(out->text, sizeof(out->text), "node-%03d", (int)r->id[row]);
	else if (column == 2)
		snprintf(out->text, sizeof(out->text), "%d%%", (int)r->id[row] % 100);
	else
		snprintf(out->text, sizeof(out->text), "%s",
			 column == 1 ? "busy" : "because of what it says here");
}

static const struct table_source source = { rows_count, rows_id, rows_cell, NULL, NULL };

static void fill(struct rows *r, size_t n)
{
	memset(r, 0, sizeof(*r));
	for (size_t i = 0; i < n; i++)
		r->id[r->n++] = (int64_t)i + 1;
}

static void press(struct table *t, uint32_t code)
{
	struct key k = { .code = code };

	assert_true(table_key(t, &k));
}

static void gives_room_by_need(void **state)
{
	int w[TABLE_COLUMNS_MAX];

	(void)state;
	assert_int_equal(table_fit(columns, 4, 0, NULL, 60, w), 0);
	assert_int_equal(w[0], 12);
	assert_int_equal(w[1], 6);
	assert_int_equal(w[2], 4);
	assert_int_equal(w[3], 35); /* 60 less the others and three gaps */
	assert_int_equal(table_fit(columns, 4, 0, NULL, 26, w), 0); /* just the minima */
	assert_int_equal(w[3], 6);
	assert_int_equal(table_fit(columns, 4, 0, NULL, 25, w), 1); /* CPU matters least */
	assert_int_equal(w[2], 0);
	assert_int_equal(table_fit(columns, 4, 0, NULL, 15, w), 2);
	assert_int_equal(w[3], 0);
	assert_int_equal(table_fit(columns, 4, 0, NULL, 5, w),
			 3); /* the name stays, whatever the width */
	assert_int_equal(w[0], 5);
	assert_int_equal(table_fit(columns, 4, 2, NULL, 60, w), 2);
	assert_int_equal(w[1] + w[2], 0);
	assert_true(w[3] > 0);
}

static void names_get_the_room_that_is_free(void **state)
{
	static const struct column jobs[] = {
		{ "JOBID", 9, 12, 9, false }, { "NAME", 10, 18, 5, false },
		{ "USER", 6, 10, 5, false },  { "TIME", 5, 8, 3, true },
		{ "WHY", 20, 0, 7, false },
	};
	int w[TABLE_COLUMNS_MAX];

	(void)state;
	/* All are seen whole where there is room, though beyond their bounds. */
	assert_int_equal(table_fit(jobs, 5, 0, (int[]){ 5, 12, 16, 4, 30 }, 80, w), 0);
	assert_int_equal(w[0], 5 + 2); /* with some air */
	assert_int_equal(w[1], 12 + 2);
	assert_int_equal(w[2], 16 + 2);
	assert_int_equal(w[3], 4 + 2);
	assert_int_equal(w[4], 31); /* with the rest */
	/* A sentence is seen whole before a name grows beyond its bound. */
	table_fit(jobs, 5, 0, (int[]){ 5, 12, 16, 4, 30 }, 69, w);
	assert_int_equal(w[2], 14);
	assert_int_equal(w[4], 30);
	/* One that is longer than the screen leaves names what they need. */
	table_fit(jobs, 5, 0, (int[]){ 5, 12, 10, 4, 150 }, 80, w);
	assert_int_equal(w[1], 12);
	assert_int_equal(w[2], 10);
	/* Short rows hide nothing that fits beside them. */
	assert_int_equal(table_fit(jobs, 5, 0, (int[]){ 5, 6, 4, 4, 8 }, 31, w), 0);
	/* What matters least goes; what stays shrinks. */
	assert_int_equal(table_fit(jobs, 5, 0, (int[]){ 5, 12, 10, 8, 30 }, 48, w), 1);
	assert_int_equal(w[3], 0);
	assert_int_equal(w[1] + w[2], 20);
}

static void what_matters_least_gives_way_to_whole_names(void **state)
{
	static const struct column jobs[] = {
		{ "JOBID", 9, 12, 9, false }, { "NAME", 10, 18, 5, false },
		{ "PRIO", 5, 11, 1, true },   { "NODES", 5, 6, 4, true },
		{ "WHY", 20, 0, 7, false },
	};
	int w[TABLE_COLUMNS_MAX];

	(void)state;
	/* The priority's ten digits and the name's sixteen letters do not both fit. */
	assert_int_equal(table_fit(jobs, 5, 0, (int[]){ 9, 16, 10, 5, 60 }, 60, w), 1);
	assert_int_equal(w[1], 16);
	assert_int_equal(w[2], 0);
	assert_int_equal(table_fit(jobs, 5, 0, (int[]){ 9, 16, 10, 5, 60 }, 72, w), 0);
	assert_int_equal(w[1], 16);
	assert_int_equal(w[2], 10); /* a number is whole, or not there */
	assert_int_equal(w[4], 28);
}

static void columns_do_not_move_while_rows_scroll(void **state)
{
	struct rows r;
	struct table t;
	struct screen s;
	int before;

	(void)state;
	fill(&r, 100);
	r.id[0] = 1000000;
	table_init(&t, columns, 4, &source, &r);
	screen_init(&s, 11, 80, true);
	table_draw(&t, &s, screen_area(&s), true);
	before = t.widths[0];
	assert_int_equal(before, 12 + 2); /* node-1000000, and air */
	press(&t, 'G');
	table_draw(&t, &s, screen_area(&s), true);
	assert_int_equal(t.widths[0], before);
	r.n = 0;
	table_draw(&t, &s, screen_area(&s), true);
	fill(&r, 10);
	table_draw(&t, &s, screen_area(&s), true);
	assert_int_equal(t.widths[0], 8 + 2);
	screen_clear(&s);
	table_clear(&t);
}

static void never_exceeds_its_room(void **state)
{
	struct rng r;

	(void)state;
	rng_seed(&r, 1);
	for (int i = 0; i < 20000; i++) {
		struct column c[8];
		int w[TABLE_COLUMNS_MAX], needs[8], used = 0,
						    room = (int)rng_below(&r, 120) + 1;
		size_t n = rng_below(&r, 8) + 1;

		for (size_t k = 0; k < n; k++) {
			int min = (int)rng_below(&r, 20) + 1;

			needs[k] = (int)rng_below(&r, 60);
			c[k] = (struct column){ "X", min,
						rng_below(&r, 2) ? min + (int)rng_below(&r, 20)
								 : 0,
						(int)rng_below(&r, 5), false };
		}
		table_fit(c, n, rng_below(&r, n), rng_below(&r, 2) ? needs : NULL, room, w);
		for (size_t k = 0; k < n; k++)
			used += w[k] + (w[k] > 0 && used > 0);
		assert_true(used <= room);
		assert_true(w[0] > 0);
	}
}

static void draws_what_is_visible_and_asks_for_no_more(void **state)
{
	struct rows r;
	struct table t;
	struct screen s;
	struct buf out = BUF_INIT(BUF_TEXT_MAX);

	(void)state;
	fill(&r, 200);
	table_init(&t, columns, 4, &source, &r);
	screen_init(&s, 5, 30, true);
	table_draw(&t, &s, (struct area){ 0, 0, 4, 30 }, true);
	assert_int_equal(r.asked, 3 * 4 * 2); /* once to measure, once to draw */
	table_mark(&t, 2, true);
	screen_erase(&s);
	table_draw(&t, &s, (struct area){ 0, 0, 4, 26 }, true);
	screen_dump(&s, &out);
	assert_string_equal(buf_str(&out), "   NODE     STATE REASON >\n"
					   ">  node-001 busy  becaus~\n"
					   " * node-002 busy  becaus~\n"
					   "   node-003 busy  becaus~\n"
					   "\n");
	buf_clear(&out);
	screen_clear(&s);
	table_clear(&t);
}

/* "node-001 -- ended -- node-002": what stands in the lines below the titles. */
static const char *lines_of(const struct screen *s)
{
	static char text[400];
	size_t used = 0;

	text[0] = '\0';
	for (int row = 1; row < s->rows; row++) {
		const struct cell *c = screen_cell(s, row, 3);
		char word[12] = "";

		for (int i = 0; i < 8 && !c[0].line; i++)
			strcat(word, c[i].text);
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
					 used ? " " : "", c[0].line ? "--" : word);
	}
	return text;
}

static void a_line_stands_between_two_kinds_of_rows(void **state)
{
	struct screen s;
	struct rows r;
	struct table t;

	(void)state;
	screen_init(&s, 6, 60, true);
	fill(&r, 9);
	table_init(&t, columns, 4, &source, &r);
	t.split_title = "ended";
	t.split = 2;
	table_draw(&t, &s, screen_area(&s), true);
	assert_string_equal(lines_of(&s), "node-001 node-002 -- node-003 node-004");
	assert_int_equal(table_row_at(&t, 1), 1);
	assert_true(table_row_at(&t, 2) == SIZE_MAX); /* nothing is there to be clicked */
	assert_int_equal(table_row_at(&t, 3), 2);
	assert_true(table_row_at(&t, 5) == SIZE_MAX);
	press(&t, K_END); /* the cursor is in sight below it, too */
	screen_erase(&s);
	table_draw(&t, &s, screen_area(&s), true);
	assert_string_equal(lines_of(&s), "node-006 node-007 node-008 node-009 ");
	press(&t, K_HOME);
	press(&t, K_PAGE_DOWN);
	screen_erase(&s);
	table_draw(&t, &s, screen_area(&s), true);
	assert_non_null(strstr(lines_of(&s), "node-004"));
	t.split = 0;
	press(&t, K_HOME);
	screen_erase(&s);
	table_draw(&t, &s, screen_area(&s), true);
	assert_string_equal(lines_of(&s), "-- node-001 node-002 node-003 node-004");
	t.split_title = NULL;
	screen_erase(&s);
	table_draw(&t, &s, screen_area(&s), true);
	assert_string_equal(lines_of(&s), "node-001 node-002 node-003 node-004 node-005");
	table_clear(&t);
	screen_clear(&s);
}

static void the_cursor_stays_on_its_object(void **state)
{
	struct rows r;
	struct table t;
	struct screen s;

	(void)state;
	fill(&r, 100);
	table_init(&t, columns, 4, &source, &r);
	screen_init(&s, 20, 80, true);
	table_draw(&t, &s, screen_area(&s), true);
	for (int i = 0; i < 40; i++)
		press(&t, 'j');
	assert_int_equal(table_cursor(&t), 41);
	size_t line = t.cursor - t.top;
	memmove(r.id + 5, r.id, 95 * sizeof(r.id[0])); /* five rows came in above */
	for (int i = 0; i < 5; i++)
		r.id[i] = 500 + i;
	table_draw(&t, &s, screen_area(&s), true);
	assert_int_equal(table_cursor(&t), 41);
	assert_int_equal(t.cursor, 45);
	assert_int_equal(t.cursor - t.top, line); /* and on its line of the screen */
	r.n = 0;				  /* an empty moment, as after a reconnect */
	table_draw(&t, &s, screen_area(&s), true);
	assert_int_equal(table_cursor(&t), 0);
	fill(&r, 100);
	table_draw(&t, &s, screen_area(&s), true);
	assert_int_equal(table_cursor(&t), 41);
	memmove(r.id + 40, r.id + 41,
		59 * sizeof(r.id[0])); /* its object is gone: the next one takes its place */
	r.n = 99;
	table_draw(&t, &s, screen_area(&s), true);
	assert_int_equal(table_cursor(&t), 42);
	screen_clear(&s);
	table_clear(&t);
}

static void moves_as_the_keys_say(void **state)
{
	struct rows r;
	struct table t;
	struct screen s;
	struct key other = { .code = 'd' };

	(void)state;
	fill(&r, 100);
	table_init(&t, columns, 4, &source, &r);
	screen_init(&s, 11, 80, true);
	table_draw(&t, &s, screen_area(&s), true);
	press(&t, K_PAGE_DOWN);
	assert_int_equal(table_cursor(&t), 10);
	press(&t, K_UP);
	press(&t, 'G');
	assert_int_equal(table_cursor(&t), 100);
	assert_int_equal(t.top, 90);
	press(&t, K_DOWN);
	assert_int_equal(table_cursor(&t), 100);
	press(&t, K_CTRL('b'));
	assert_int_equal(table_cursor(&t), 91);
	press(&t, 'g');
	press(&t, 'k');
	assert_int_equal(table_cursor(&t), 1);
	assert_false(table_key(&t, &other));
	screen_clear(&s);
	table_clear(&t);
}

static void marks_belong_to_objects(void **state)
{
	struct rows r;
	struct table t;

	(void)state;
	fill(&r, 10);
	table_init(&t, columns, 4, &source, &r);
	table_refresh(&t);
	press(&t, ' ');
	assert_true(table_marked(&t, 1));
	assert_int_equal(table_cursor(&t), 2);
	press(&t, 'v');
	press(&t, 'j');
	press(&t, 'j');
	press(&t, 'v');
	assert_int_equal(t.n_marks, 4);
	press(&t, '+');
	assert_int_equal(t.n_marks, 6);
	assert_false(table_marked(&t, 2));
	assert_true(table_marked(&t, 10));
	r.n = 5; /* a filter hides marked rows: they stay marked */
	table_refresh(&t);
	assert_int_equal(t.n_marks, 6);
	press(&t, '*');
	assert_int_equal(t.n_marks, 10);
	press(&t, 'U');
	assert_int_equal(t.n_marks, 0);
	table_clear(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_room_by_need),
		cmocka_unit_test(names_get_the_room_that_is_free),
		cmocka_unit_test(what_matters_least_gives_way_to_whole_names),
		cmocka_unit_test(columns_do_not_move_while_rows_scroll),
		cmocka_unit_test(never_exceeds_its_room),
		cmocka_unit_test(draws_what_is_visible_and_asks_for_no_more),
		cmocka_unit_test(a_line_stands_between_two_kinds_of_rows),
		cmocka_unit_test(the_cursor_stays_on_its_object),
		cmocka_unit_test(moves_as_the_keys_say),
		cmocka_unit_test(marks_belong_to_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
