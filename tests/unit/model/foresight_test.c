/* B7: what an array is likely to need, by the same hour of the weeks before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "model/foresight.h"

#define HOUR_S	3600
#define HOUR_MS ((int64_t)3600000)
#define WEEK	(7 * 24)
#define NOW	((int64_t)494000) /* an hour: 2026-05-10 08:00 */

struct world {
	struct foresight f;
	struct array_spec a;
	struct foreseen seen;
	char text[FORESEEN_TEXT];
};

static int up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	array_spec_init(&w->a);
	w->a.foresee = true;
	*state = w;
	return 0;
}

static int down(void **state)
{
	struct world *w = *state;

	array_spec_clear(&w->a);
	free(w);
	return 0;
}

static void ran(struct world *w, int64_t hour, double nodes)
{
	foresight_add(&w->f, hour, (int64_t)(nodes * (double)HOUR_MS), 1000, 0);
}

static void look(struct world *w, int64_t at_s, int64_t lead_s)
{
	foresee(&w->seen, &w->f, &w->a, at_s, lead_s);
	foreseen_text(w->text, &w->seen, &w->a);
}

static void it_is_off_by_default(void **state)
{
	struct world *w = *state;
	struct array_spec fresh;

	array_spec_init(&fresh);
	assert_false(fresh.foresee);
	w->a.foresee = false;
	for (int week = 1; week <= 4; week++)
		ran(w, NOW - week * WEEK, 8);
	look(w, NOW * HOUR_S, 300);
	assert_int_equal(w->seen.kind, FORESEEN_NOTHING);
	assert_string_equal(w->text, "");
}

static void the_quantile_is_the_nearest_rank_of_four_weeks(void **state)
{
	static const struct {
		int64_t quantile;
		int64_t nodes;
	} cases[] = { { 25, 1 }, { 50, 2 }, { 70, 3 }, { 75, 3 }, { 76, 9 }, { 100, 9 } };
	struct world *w = *state;

	ran(w, NOW - 1 * WEEK, 9);
	ran(w, NOW - 2 * WEEK, 1);
	ran(w, NOW - 3 * WEEK, 3);
	ran(w, NOW - 4 * WEEK, 2);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		w->a.foresee_quantile = cases[i].quantile;
		look(w, NOW * HOUR_S, 0);
		assert_int_equal(w->seen.kind, FORESEEN_NODES);
		assert_int_equal(w->seen.nodes, cases[i].nodes);
		assert_int_equal(w->seen.until_s, (NOW + 1) * HOUR_S);
	}
}

static void two_weeks_must_be_known(void **state)
{
	struct world *w = *state;

	look(w, NOW * HOUR_S, 0);
	assert_int_equal(w->seen.kind, FORESEEN_YOUNG);
	assert_string_equal(w->text, "usage: nothing ran yet");
	ran(w, NOW - 2 * WEEK + 1, 8);
	ran(w, NOW - 1 * WEEK, 8);
	look(w, NOW * HOUR_S, 0);
	assert_int_equal(w->seen.kind, FORESEEN_YOUNG);
	assert_int_equal(w->seen.known_s, (NOW + 1) * HOUR_S);
	assert_non_null(strstr(w->text, "not two weeks"));
	look(w, (NOW + 1) * HOUR_S, 0);
	assert_int_equal(w->seen.nodes, 8); /* of 0 and 8: enough in 7 weeks of 10 */
	w->a.foresee_quantile = 50;
	look(w, (NOW + 1) * HOUR_S, 0);
	assert_int_equal(w->seen.kind, FORESEEN_NOTHING);
}

static void nodes_are_there_when_their_hour_begins(void **state)
{
	struct world *w = *state;

	for (int week = 1; week <= 4; week++)
		ran(w, NOW + 1 - week * WEEK, 5);
	ran(w, NOW - 4 * WEEK, 0);
	look(w, NOW * HOUR_S + 3299, 300);
	assert_int_equal(w->seen.kind, FORESEEN_NOTHING);
	look(w, NOW * HOUR_S + 3300, 300);
	assert_int_equal(w->seen.nodes, 5);
	assert_int_equal(w->seen.until_s, (NOW + 2) * HOUR_S);
	/* and not later than it ends */
	look(w, (NOW + 2) * HOUR_S - 1, 300);
	assert_int_equal(w->seen.nodes, 5);
	look(w, (NOW + 2) * HOUR_S, 300);
	assert_int_equal(w->seen.kind, FORESEEN_NOTHING);
	/* more is needed now than then: they stay as long as their own hour */
	for (int week = 1; week <= 4; week++)
		ran(w, NOW - week * WEEK, 7);
	look(w, NOW * HOUR_S + 3300, 300);
	assert_int_equal(w->seen.nodes, 7);
	assert_int_equal(w->seen.until_s, (NOW + 1) * HOUR_S);
	/* a boot of hours sees the next hour, and none beyond */
	look(w, (NOW - 1) * HOUR_S, 4 * HOUR_S);
	assert_int_equal(w->seen.nodes, 7);
	look(w, (NOW - 2) * HOUR_S, 4 * HOUR_S);
	assert_int_equal(w->seen.kind, FORESEEN_NOTHING);
}

static void a_part_of_a_node_is_a_node_and_a_crumb_is_none(void **state)
{
	struct world *w = *state;

	for (int week = 1; week <= 4; week++) {
		ran(w, NOW - week * WEEK, 2.2);
		ran(w, NOW + 1 - week * WEEK, 0.05);
	}
	look(w, NOW * HOUR_S, 0);
	assert_int_equal(w->seen.nodes, 3);
	look(w, (NOW + 1) * HOUR_S, 0);
	assert_int_equal(w->seen.kind, FORESEEN_NOTHING);
}

static void it_never_foresees_more_than_the_array_may_have(void **state)
{
	struct world *w = *state;

	for (int week = 1; week <= 4; week++)
		ran(w, NOW - week * WEEK, 50);
	w->a.max_nodes = 16;
	look(w, NOW * HOUR_S, 0);
	assert_int_equal(w->seen.nodes, 16);
	assert_string_equal(w->text, "usage: 16 nodes until 09:00 UTC, by the last 4 weeks");
}

static void what_is_kept_ahead_has_a_share_of_its_own(void **state)
{
	struct world *w = *state;

	for (int week = 1; week <= 4; week++)
		foresight_add(&w->f, NOW - week * WEEK, 8 * HOUR_MS, 250, 25);
	look(w, NOW * HOUR_S, 0);
	assert_int_equal(w->seen.kind, FORESEEN_NODES); /* 10 % */
	foresight_add(&w->f, NOW - 5, 0, 1, 1);
	look(w, NOW * HOUR_S, 0);
	assert_int_equal(w->seen.kind, FORESEEN_SPENT);
	assert_non_null(strstr(w->text, "10 % of its cost were spent ahead"));
	w->a.foresee_percent = 11;
	look(w, NOW * HOUR_S, 0);
	assert_int_equal(w->seen.kind, FORESEEN_NODES);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, up, down)
	const struct CMUnitTest tests[] = {
		T(it_is_off_by_default),
		T(the_quantile_is_the_nearest_rank_of_four_weeks),
		T(two_weeks_must_be_known),
		T(nodes_are_there_when_their_hour_begins),
		T(a_part_of_a_node_is_a_node_and_a_crumb_is_none),
		T(it_never_foresees_more_than_the_array_may_have),
		T(what_is_kept_ahead_has_a_share_of_its_own),
	};

	return cmocka_run_group_tests_name("model/foresight", tests, NULL, NULL);
}
