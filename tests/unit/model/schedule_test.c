/* Hours in which an array has other numbers: which are open, until when, what comes next, over
 * midnight and over both changes of the clocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "model/schedule.h"

struct world {
	struct schedule_window v[2];
	const struct zone *zones[2];
	struct zone *berlin;
};

static int up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->berlin = zone_load("Europe/Berlin", NULL);
	for (size_t i = 0; i < 2; i++) {
		schedule_window_init(&w->v[i]);
		w->zones[i] = w->berlin;
	}
	*state = w;
	return 0;
}

static int down(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < 2; i++)
		schedule_window_clear(&w->v[i]);
	zone_free(w->berlin);
	free(w);
	return 0;
}

static struct schedule_window *window(struct world *w, size_t i, const char *name,
				      const char *days, const char *from, const char *to)
{
	struct schedule_window *v = &w->v[i];

	if (!w->berlin)
		skip();
	v->name = xstrdup(name);
	v->from = xstrdup(from);
	v->to = xstrdup(to);
	v->zone = xstrdup("Europe/Berlin");
	if (days)
		strs_add(&v->days, days);
	return v;
}

static struct schedule_now look(const struct world *w, size_t n, const char *utc)
{
	struct schedule_now now;
	int64_t ms;

	assert_int_equal(clock_read(&ms, utc), 0);
	schedule_at(&now, w->v, w->zones, n, ms / 1000);
	return now;
}

static const char *utc(int64_t s)
{
	static char out[CLOCK_TEXT];

	return clock_text(out, s * 1000);
}

static void it_is_open_on_its_days_from_its_begin_to_its_end(void **state)
{
	struct world *w = *state;
	struct schedule_now now;

	window(w, 0, "work", "mon-fri", "08:00", "18:00")->min_nodes = 4;
	now = look(w, 1, "2026-11-27T06:59:59Z"); /* a Friday, an hour east */
	assert_null(now.open);
	assert_int_equal(now.min_nodes, -1);
	assert_string_equal(utc(now.next_s), "2026-11-27T07:00:00Z");
	now = look(w, 1, "2026-11-27T07:00:00Z");
	assert_ptr_equal(now.open, &w->v[0]);
	assert_int_equal(now.min_nodes, 4);
	assert_string_equal(utc(now.until_s), "2026-11-27T17:00:00Z");
	assert_string_equal(utc(now.next_s), "2026-11-30T07:00:00Z");
	now = look(w, 1, "2026-11-27T17:00:00Z");
	assert_null(now.open);
	now = look(w, 1, "2026-11-28T10:00:00Z"); /* Saturday */
	assert_null(now.open);
	assert_string_equal(utc(now.next_s), "2026-11-30T07:00:00Z");
}

static void a_night_ends_on_the_next_day(void **state)
{
	struct world *w = *state;
	struct schedule_now now;

	window(w, 0, "night", "sun", "22:00", "06:00")->pause = true;
	now = look(w, 1, "2026-11-29T21:30:00Z");
	assert_true(now.pause);
	assert_string_equal(utc(now.until_s), "2026-11-30T05:00:00Z");
	now = look(w, 1, "2026-11-30T04:59:59Z"); /* Monday */
	assert_true(now.pause);
	now = look(w, 1, "2026-11-30T05:00:00Z");
	assert_false(now.pause);
	now = look(w, 1, "2026-11-29T04:00:00Z"); /* of Saturday's night there is none */
	assert_false(now.pause);
}

static void two_nights_in_a_row_and_a_whole_day_have_no_gap(void **state)
{
	struct world *w = *state;

	window(w, 0, "all", NULL, "00:00", "24:00")->warm_nodes = 2;
	assert_int_equal(look(w, 1, "2026-11-29T22:59:59Z").warm_nodes, 2);
	assert_int_equal(look(w, 1, "2026-11-29T23:00:00Z").warm_nodes, 2);
	assert_int_equal(look(w, 1, "2026-11-29T11:00:00Z").warm_nodes, 2);
}

/* 29 March 2026: 02:00 to 03:00 is not there. */
static void clocks_that_are_put_on_move_the_begin_to_the_next_minute_there_is(void **state)
{
	struct world *w = *state;
	struct schedule_now now;

	window(w, 0, "early", "sun", "02:30", "05:00")->min_nodes = 1;
	now = look(w, 1, "2026-03-29T00:59:59Z");
	assert_null(now.open);
	assert_string_equal(utc(now.next_s), "2026-03-29T01:00:00Z");
	now = look(w, 1, "2026-03-29T01:00:00Z");
	assert_non_null(now.open);
	assert_string_equal(utc(now.until_s), "2026-03-29T03:00:00Z");
	assert_string_equal(utc(now.next_s), "2026-04-05T00:30:00Z");
}

/* A window that lies in the hour that is not there has no moment at all that day. */
static void a_window_within_the_hour_that_is_skipped_does_not_open(void **state)
{
	struct world *w = *state;
	struct schedule_now now;

	window(w, 0, "gone", "sun", "02:10", "02:50")->min_nodes = 1;
	now = look(w, 1, "2026-03-29T00:59:59Z");
	assert_null(now.open);
	assert_string_equal(utc(now.next_s), "2026-04-05T00:10:00Z");
	assert_null(look(w, 1, "2026-03-29T01:00:00Z").open);
}

/* 25 October 2026: 02:00 to 03:00 comes twice. */
static void clocks_that_are_put_back_open_it_once(void **state)
{
	struct world *w = *state;
	struct schedule_now now;

	window(w, 0, "early", "sun", "02:15", "02:45")->min_nodes = 1;
	now = look(w, 1, "2026-10-25T00:15:00Z");
	assert_non_null(now.open);
	assert_string_equal(utc(now.until_s), "2026-10-25T00:45:00Z");
	now = look(w, 1, "2026-10-25T01:20:00Z"); /* 02:20 once more */
	assert_null(now.open);
	assert_string_equal(utc(now.next_s), "2026-11-01T01:15:00Z");
	schedule_window_clear(&w->v[0]);
	window(w, 0, "long", "sun", "01:00", "04:00")->min_nodes = 1;
	assert_non_null(look(w, 1, "2026-10-25T01:20:00Z").open);
	assert_string_equal(utc(look(w, 1, "2026-10-25T01:20:00Z").until_s),
			    "2026-10-25T03:00:00Z");
}

static void of_two_open_ones_the_last_listed_says_what_it_sets(void **state)
{
	struct world *w = *state;
	struct schedule_now now;

	window(w, 0, "work", "mon-fri", "08:00", "18:00")->min_nodes = 4;
	w->v[0].idle_s = 900;
	window(w, 1, "lunch", "daily", "12:00", "13:00")->min_nodes = 1;
	now = look(w, 2, "2026-11-27T11:30:00Z");
	assert_ptr_equal(now.open, &w->v[1]);
	assert_int_equal(now.min_nodes, 1);
	assert_int_equal(now.idle_s, 900);
	assert_int_equal(now.max_nodes, -1);
}

static void it_is_told_in_a_sentence(void **state)
{
	struct world *w = *state;
	struct schedule_now now;
	char text[SCHEDULE_TEXT];

	window(w, 0, "weekdays", "mon-fri", "08:00", "18:00")->min_nodes = 4;
	w->v[0].idle_s = 600;
	now = look(w, 1, "2026-11-27T12:00:00Z");
	assert_string_equal(schedule_text(text, &now, w->v, w->zones),
			    "weekdays: min 4, idle 600 s until 18:00 Europe/Berlin");
	now = look(w, 1, "2026-11-27T19:00:00Z");
	assert_string_equal(schedule_text(text, &now, w->v, w->zones),
			    "weekdays from mon 08:00 Europe/Berlin: min 4, idle 600 s");
	now = look(w, 0, "2026-11-27T19:00:00Z");
	assert_string_equal(schedule_text(text, &now, w->v, w->zones), "");
}

static void days_are_words_or_ranges_of_them(void **state)
{
	static const struct {
		const char *text;
		unsigned int bits; /* 0: refused */
	} cases[] = {
		{ "mon", 1 },	   { "mon-fri", 0x1f }, { "sat-mon", 0x61 },
		{ "daily", 0x7f }, { "sun-sun", 0x40 }, { "fri-thu", 0x7f },
		{ "monday", 0 },   { "mon-", 0 },	{ "-", 0 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct strs days = STRS_INIT(4);
		struct err err = ERR_INIT;
		unsigned int bits = 0;
		int rc;

		strs_add(&days, cases[i].text);
		rc = schedule_days(&bits, &days, &err);
		assert_int_equal(rc, cases[i].bits ? 0 : -1);
		if (rc == 0)
			assert_int_equal(bits, cases[i].bits);
		strs_clear(&days);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_open_on_its_days_from_its_begin_to_its_end),
		TEST(a_night_ends_on_the_next_day),
		TEST(two_nights_in_a_row_and_a_whole_day_have_no_gap),
		TEST(clocks_that_are_put_on_move_the_begin_to_the_next_minute_there_is),
		TEST(a_window_within_the_hour_that_is_skipped_does_not_open),
		TEST(clocks_that_are_put_back_open_it_once),
		TEST(of_two_open_ones_the_last_listed_says_what_it_sets),
		TEST(it_is_told_in_a_sentence),
		TEST(days_are_words_or_ranges_of_them),
	};

	return cmocka_run_group_tests_name("model/schedule", tests, NULL, NULL);
}
