/* Which losses of a plan are the same ones in the next plan, whatever their sentences are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "console/teardown.h"

static struct losses of(const char *plan, bool kill)
{
	struct json *j = json_parse(plan, strlen(plan), NULL);
	struct losses out;

	assert_non_null(j);
	teardown_losses(&out, j, kill);
	json_free(j);
	return out;
}

static void jobs_are_lost_when_they_are_killed(void **state)
{
	const char *plan =
	    "{\"jobs_running\":1,\"data_lost\":[{\"key\":\"storage shared\",\"name\":"
	    "\"shared\",\"path\":\"/shared\"}]}";
	struct losses waits = of(plan, false), kills = of(plan, true);

	(void)state;
	assert_int_equal(waits.n, 1);
	assert_string_equal(waits.v[0].text, "shared (/shared)");
	assert_int_equal(kills.n, 2);
	assert_string_equal(kills.v[0].text, "1 running job");
	assert_true(loss_is_within(&kills.v[1], &waits.v[0]));
	assert_false(loss_is_within(&kills.v[0], &waits.v[0]));
}

static void fewer_are_accepted_with_more_and_not_the_other_way(void **state)
{
	struct losses many = of("{\"jobs_running\":10}", true),
		      few = of("{\"jobs_running\":9}", true);

	(void)state;
	assert_true(loss_is_within(&few.v[0], &many.v[0]));
	assert_false(loss_is_within(&many.v[0], &few.v[0]));
}

static void the_key_counts_and_not_the_sentence(void **state)
{
	struct losses one = of(
	    "{\"data_lost\":[{\"key\":\"storage a\",\"name\":\"a\",\"path\":\"/a\"}]}", false);
	struct losses told_anew =
	    of("{\"data_lost\":[{\"key\":\"storage a\",\"name\":\"disk a\",\"path\":\"/b\"}]}",
	       false);
	struct losses other = of(
	    "{\"data_lost\":[{\"key\":\"storage b\",\"name\":\"a\",\"path\":\"/a\"}]}", false);

	(void)state;
	assert_true(loss_is_within(&told_anew.v[0], &one.v[0]));
	assert_false(loss_is_within(&other.v[0], &one.v[0]));
}

static void what_has_no_room_is_one_loss(void **state)
{
	struct losses all = of(
	    "{\"jobs_running\":3,\"data_lost\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"c\"},{\"name\":\"d\"},"
	    "{\"name\":\"e\"},{\"name\":\"f\"},{\"name\":\"g\"},{\"name\":\"h\"}]}",
	    true);

	(void)state;
	assert_int_equal(all.n, DIALOG_LOSSES);
	assert_string_equal(all.v[0].text, "3 running jobs");
	assert_string_equal(all.v[DIALOG_LOSSES - 1].text, "2 more data items");
}

static bool told_at(int64_t now_ms, const char *line)
{
	static const char text[] =
	    "{\"state\":\"running\",\"step\":\"undo\",\"started_ms\":1000000,"
	    "\"detail\":\"begins in 10 s; jobs that start meanwhile are waited for\"}";
	struct json *op = json_parse(text, strlen(text), NULL);
	struct textbox b;
	bool found = false;

	assert_non_null(op);
	textbox_init(&b);
	teardown_progress(&b, op, "demo", -1, 0, now_ms);
	for (size_t i = 0; i < b.lines.n; i++)
		found = found || strstr(b.lines.v[i], line);
	textbox_clear(&b);
	json_free(op);
	return found;
}

static void the_seconds_in_which_it_is_taken_back_go_by(void **state)
{
	(void)state;
	assert_true(told_at(1000000, "begins in 10 s; jobs that start meanwhile"));
	assert_true(told_at(1003200, "begins in 7 s; jobs that start meanwhile"));
	assert_true(told_at(1012000, "begins in 0 s;"));
	assert_true(told_at(990000, "begins in 10 s;")); /* clocks differ */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_seconds_in_which_it_is_taken_back_go_by),
		cmocka_unit_test(jobs_are_lost_when_they_are_killed),
		cmocka_unit_test(fewer_are_accepted_with_more_and_not_the_other_way),
		cmocka_unit_test(the_key_counts_and_not_the_sentence),
		cmocka_unit_test(what_has_no_room_is_one_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
