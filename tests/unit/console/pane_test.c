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
#include "console/pane.h"

#define JOBS_MOST 400

/* A queue as the engine tells it: those that left it behind the others, the newest end first.
 */
struct site {
	struct pane pane;
	struct job jobs[JOBS_MOST];
	char ids[JOBS_MOST][24];
	size_t n, ended; /* of n the last so many */
	int64_t clock;
};

static void tell(struct site *s)
{
	struct pane *p = &s->pane;
	int64_t left;

	p->have = true;
	p->rows = (struct mirror_rows){ .noun = NOUN_JOB,
					.error = "",
					.filter = "",
					.total = (int64_t)s->n,
					.shown_total = (int64_t)s->n,
					.offset = p->offset < (int64_t)s->n ? p->offset : 0 };
	left = (int64_t)s->n - p->rows.offset;
	p->rows.n = (size_t)(p->count < left ? p->count : left);
	p->rows.u.jobs = s->jobs + p->rows.offset;
	pane_settle(p);
}

static void open_site(struct site *s, size_t n)
{
	*s = (struct site){ .n = n, .clock = 1000 };
	pane_init(&s->pane, &pane_jobs);
	for (size_t i = 0; i < n; i++) {
		snprintf(s->ids[i], sizeof(s->ids[i]), "%zu", i + 1);
		s->jobs[i] = job_blank();
		s->jobs[i].id = s->ids[i];
		s->jobs[i].state = JOB_RUNNING;
	}
	s->pane.touched = true;
	tell(s);
}

static void end_job(struct site *s, const char *id)
{
	size_t i = 0, to = s->n - s->ended - 1;
	struct job j;

	while (strcmp(s->jobs[i].id, id) != 0)
		i++;
	j = s->jobs[i];
	memmove(s->jobs + i, s->jobs + i + 1, (to - i) * sizeof(j));
	j.state = JOB_DONE;
	j.end_s = ++s->clock;
	s->jobs[to] = j;
	s->ended++;
}

static void begin_job(struct site *s, const char *id)
{
	memmove(s->jobs + 1, s->jobs, s->n * sizeof(s->jobs[0]));
	s->jobs[0] = job_blank();
	s->jobs[0].id = id;
	s->jobs[0].state = JOB_RUNNING;
	s->n++;
}

static const char *under_cursor(const struct site *s)
{
	const char *name = pane_name_at(&s->pane);

	return name ? name : "";
}

static void a_cursor_at_the_top_stays_there_when_its_job_ends(void **state)
{
	struct site s;

	(void)state;
	open_site(&s, 5);
	assert_string_equal(under_cursor(&s), "1");
	end_job(&s, "1");
	tell(&s);
	assert_int_equal(s.pane.table.cursor, 0);
	assert_string_equal(under_cursor(&s), "2");
	end_job(&s, "2");
	end_job(&s, "3");
	tell(&s);
	assert_string_equal(under_cursor(&s), "4");
	pane_clear(&s.pane);
}

static void elsewhere_the_row_below_takes_its_place(void **state)
{
	struct site s;

	(void)state;
	open_site(&s, 5);
	table_go(&s.pane.table, 2);
	tell(&s);
	end_job(&s, "3");
	tell(&s);
	assert_int_equal(s.pane.table.cursor, 2);
	assert_string_equal(under_cursor(&s), "4");
	/* Under the last of the queue stand those that ended: the one above takes it. */
	table_go(&s.pane.table, 3);
	tell(&s);
	end_job(&s, "5");
	tell(&s);
	assert_string_equal(under_cursor(&s), "4");
	/* What ends elsewhere moves no cursor off its job. */
	end_job(&s, "1");
	tell(&s);
	assert_string_equal(under_cursor(&s), "4");
	pane_clear(&s.pane);
}

static void a_job_that_is_looked_into_is_followed(void **state)
{
	struct site s;

	(void)state;
	open_site(&s, 5);
	s.pane.held = true; /* its log is open */
	end_job(&s, "1");
	tell(&s);
	assert_string_equal(under_cursor(&s), "1");
	assert_int_equal(s.pane.table.cursor, 4);
	s.pane.held = false; /* it was closed: the place is kept */
	tell(&s);
	end_job(&s, "2");
	tell(&s);
	assert_string_equal(under_cursor(&s), "1");
	pane_clear(&s.pane);
}

static void a_marked_job_is_followed(void **state)
{
	struct site s;

	(void)state;
	open_site(&s, 5);
	table_mark(&s.pane.table, s.pane.table.cursor_id, true);
	end_job(&s, "1");
	tell(&s);
	assert_string_equal(under_cursor(&s), "1");
	pane_clear(&s.pane);
}

static void one_that_was_chosen_among_the_ended_stays(void **state)
{
	struct site s;

	(void)state;
	open_site(&s, 5);
	end_job(&s, "1");
	end_job(&s, "2");
	tell(&s);
	table_go(&s.pane.table, 4);
	tell(&s);
	assert_string_equal(under_cursor(&s), "1");
	end_job(&s, "3");
	begin_job(&s, "6");
	tell(&s);
	assert_string_equal(under_cursor(&s), "1");
	pane_clear(&s.pane);
}

/* When nothing is left, those that ended are what there is to see, until there is something. */
static void the_top_stays_the_top_of_a_queue_that_runs_dry(void **state)
{
	struct site s;

	(void)state;
	open_site(&s, 3);
	end_job(&s, "1");
	end_job(&s, "2");
	end_job(&s, "3");
	tell(&s);
	assert_int_equal(s.pane.table.cursor, 0);
	assert_string_equal(under_cursor(&s), "3");
	begin_job(&s, "6");
	tell(&s);
	assert_string_equal(under_cursor(&s), "6");
	/* Who asked for them is left where he is. */
	end_job(&s, "6");
	tell(&s);
	s.pane.ended = true;
	begin_job(&s, "7");
	tell(&s);
	assert_string_equal(under_cursor(&s), "6");
	pane_clear(&s.pane);
}

/* Each line below the titles has its row or none: never one that the window does not hold. */
static size_t rows_not_here(struct site *s, struct screen *screen)
{
	size_t missing = 0;

	screen_erase(screen);
	pane_draw(&s->pane, screen, (struct area){ 0, 0, screen->rows, screen->cols }, true);
	for (int line = 0; line < s->pane.table.lines; line++) {
		size_t row = table_row_at(&s->pane.table, line);
		int64_t i = (int64_t)row - s->pane.rows.offset;

		missing += row != SIZE_MAX && (i < 0 || i >= (int64_t)s->pane.rows.n);
	}
	return missing;
}

/* As the Deck does: draws, says what is wanted, gets it, draws again. */
static size_t at_rest(struct site *s, struct screen *screen)
{
	size_t missing = rows_not_here(s, screen);

	for (int turn = 0; turn < 4 && pane_follow(&s->pane); turn++) {
		tell(s);
		missing = rows_not_here(s, screen);
	}
	return missing;
}

static void no_row_stays_out_of_its_window_whatever_the_size(void **state)
{
	static const uint32_t keys[] = { K_PAGE_DOWN, K_PAGE_DOWN, K_PAGE_UP, K_DOWN,
					 K_DOWN,      K_UP,	   K_END,     K_HOME };
	struct site s;
	struct screen screen;
	struct rng rng;

	(void)state;
	rng_seed(&rng, 11);
	open_site(&s, 300);
	s.pane.ended = true;
	for (size_t i = 0; i < 200; i++) {
		char id[24];

		snprintf(id, sizeof(id), "%zu", i + 1);
		end_job(&s, id);
	}
	screen_init(&screen, 24, 80, true);
	for (int i = 0; i < 3000; i++) {
		struct key k = { .code = keys[rng_below(&rng, ARRAY_LEN(keys))] };

		if (rng_below(&rng, 4) == 0)
			screen_resize(&screen, 2 + (int)rng_below(&rng, 60), 80);
		else
			table_key(&s.pane.table, &k);
		tell(&s);
		if (at_rest(&s, &screen) > 0)
			fail_msg(
			    "step %d: rows at %zu are not in the window %lld+%lld, of which %zu at %lld are here; cursor %zu, %d lines",
			    i, s.pane.table.top, (long long)s.pane.offset,
			    (long long)s.pane.count, s.pane.rows.n,
			    (long long)s.pane.rows.offset, s.pane.table.cursor,
			    s.pane.table.lines);
	}
	screen_clear(&screen);
	pane_clear(&s.pane);
}

/* A cursor left among the ended hides no queue from who looks at another pane. */
static void a_pane_that_is_not_looked_at_shows_the_queue(void **state)
{
	struct site s;
	struct screen screen;
	char above[40];

	(void)state;
	open_site(&s, 120);
	s.pane.ended = true;
	for (size_t i = 0; i < 60; i++) {
		char id[24];

		snprintf(id, sizeof(id), "%zu", i + 1);
		end_job(&s, id);
	}
	screen_init(&screen, 12, 80, true);
	table_go(&s.pane.table, 119);
	tell(&s);
	assert_int_equal(at_rest(&s, &screen), 0);
	assert_string_equal(under_cursor(&s), "1");
	assert_string_equal(pane_above(&s.pane, above), "110 more above, Home");
	for (int turn = 0; turn < 4; turn++) { /* its row is out of the window meanwhile */
		pane_draw(&s.pane, &screen, (struct area){ 0, 0, 12, 80 }, false);
		pane_follow(&s.pane);
		tell(&s);
	}
	assert_int_equal(s.pane.table.top, 0);
	assert_int_equal(s.pane.rows.offset, 0);
	assert_string_equal(pane_above(&s.pane, above), "");
	/* Whoever comes back is at the job that he left. */
	assert_int_equal(at_rest(&s, &screen), 0);
	assert_string_equal(under_cursor(&s), "1");
	assert_int_equal(s.pane.table.top, 110);
	/* In the queue the cursor is kept in sight, looked at or not. */
	table_go(&s.pane.table, 40);
	tell(&s);
	at_rest(&s, &screen);
	pane_draw(&s.pane, &screen, (struct area){ 0, 0, 12, 80 }, false);
	assert_true(s.pane.table.top > 0);
	assert_string_equal(pane_above(&s.pane, above), "");
	screen_clear(&screen);
	pane_clear(&s.pane);
}

/* v j j, and then an act: it is about all three. */
static void an_open_range_ends_as_marks(void **state)
{
	struct site *s = xcalloc(1, sizeof(*s));
	struct strs names = STRS_INIT(10);

	(void)state;
	open_site(s, 10);
	assert_int_equal(pane_range(&s->pane), 0);
	assert_int_equal(pane_end_range(&s->pane), RANGE_NONE);
	table_go(&s->pane.table, 4);
	table_mark_range(&s->pane.table);
	assert_int_equal(pane_range(&s->pane), 1);
	table_move(&s->pane.table, -2);
	assert_int_equal(pane_range(&s->pane), 3);
	assert_int_equal(pane_end_range(&s->pane), RANGE_MARKED);
	assert_int_equal(pane_range(&s->pane), 0);
	assert_int_equal(pane_chosen(&s->pane, &names), 0);
	assert_int_equal(names.n, 3);
	strs_clear(&names);
	s->pane.alone = true; /* in the view of the one under the cursor */
	assert_int_equal(pane_chosen(&s->pane, &names), 0);
	assert_int_equal(names.n, 1);
	assert_string_equal(names.v[0], under_cursor(s));
	strs_clear(&names);
	pane_clear(&s->pane);
	free(s);
}

static void a_range_that_began_out_of_sight_is_asked_for(void **state)
{
	struct site *s = xcalloc(1, sizeof(*s));
	struct window w;

	(void)state;
	open_site(s, 300);
	table_mark_range(&s->pane.table);
	s->pane.table.lines = s->pane.table.rows = 20;
	table_go(&s->pane.table, 199);
	pane_follow(&s->pane);
	tell(s);
	assert_true(s->pane.rows.offset > 0);
	assert_int_equal(pane_range(&s->pane), 200);
	assert_int_equal(pane_end_range(&s->pane), RANGE_ASKED);
	pane_window(&s->pane, &w);
	assert_int_equal(w.offset, 0);
	assert_int_equal(w.count, 200);
	pane_clear(&s->pane);
	free(s);
}

static void a_range_whose_beginning_is_gone_marks_nothing(void **state)
{
	struct site *s = xcalloc(1, sizeof(*s));

	(void)state;
	open_site(s, 10);
	table_mark_range(&s->pane.table);
	s->ids[0][0] = 'x';
	table_go(&s->pane.table, 2);
	tell(s);
	assert_int_equal(pane_end_range(&s->pane), RANGE_LOST);
	assert_int_equal(pane_range(&s->pane), 0);
	assert_int_equal(s->pane.table.n_marks, 0);
	pane_clear(&s->pane);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cursor_at_the_top_stays_there_when_its_job_ends),
		cmocka_unit_test(elsewhere_the_row_below_takes_its_place),
		cmocka_unit_test(a_job_that_is_looked_into_is_followed),
		cmocka_unit_test(a_marked_job_is_followed),
		cmocka_unit_test(one_that_was_chosen_among_the_ended_stays),
		cmocka_unit_test(the_top_stays_the_top_of_a_queue_that_runs_dry),
		cmocka_unit_test(no_row_stays_out_of_its_window_whatever_the_size),
		cmocka_unit_test(a_pane_that_is_not_looked_at_shows_the_queue),
		cmocka_unit_test(an_open_range_ends_as_marks),
		cmocka_unit_test(a_range_that_began_out_of_sight_is_asked_for),
		cmocka_unit_test(a_range_whose_beginning_is_gone_marks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
