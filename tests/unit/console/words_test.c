#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "console/words.h"

static const char *event(const char *object, const char *actor, const char *text)
{
	static char out[WORDS_EVENT];
	struct event e = { 0 };

	snprintf(e.object, sizeof(e.object), "%s", object);
	snprintf(e.actor, sizeof(e.actor), "%s", actor);
	snprintf(e.text, sizeof(e.text), "%s", text);
	return words_event(out, &e);
}

/* R and P alone would not add up to the queue. */
static void held_jobs_are_counted(void **state)
{
	struct cluster_view v = { .jobs_running = 4, .jobs_pending = 33 };
	char out[80];

	(void)state;
	assert_string_equal(words_jobs(out, 4, 33, 0), "4R/33P");
	assert_string_equal(words_jobs(out, 4, 33, 2), "4R/33P/2H");
	assert_string_equal(words_jobs(out, 12345, 1000000, 10000), "12.3kR/1.0MP/10.0kH");
	assert_string_equal(words_queue(out, &v), "4 run  33 pend");
	v.jobs_held = 2;
	assert_string_equal(words_queue(out, &v), "4 run  33 pend  2 held");
}

static void an_event_names_its_person_once(void **state)
{
	(void)state;
	assert_string_equal(event("", "op", "created from slurm"),
			    "created from slurm (by op)");
	assert_string_equal(event("", "engine", "started"), "started");
	assert_string_equal(event("", "", "started"), "started");
	assert_string_equal(event("", "root", "start cancelled by root"),
			    "start cancelled by root");
	assert_string_equal(event("", "root", "by root: stopped"), "by root: stopped");
	assert_string_equal(event("", "op", "stop by op comes first"),
			    "stop by op comes first");
	/* another one's name, and a word that only looks like it */
	assert_string_equal(event("", "op", "cancelled by operator"),
			    "cancelled by operator (by op)");
	assert_string_equal(event("", "op", "nearby op-2 stands"),
			    "nearby op-2 stands (by op)");
	assert_string_equal(event("", "op", "asked by ann"), "asked by ann (by op)");
}

static void a_name_inside_another_word_names_nobody(void **state)
{
	(void)state;
	assert_string_equal(event("1", "engine", "requeued: its node htc-1 was evicted"),
			    "1 requeued: its node htc-1 was evicted");
	assert_string_equal(event("1", "engine", "not done: job 12 runs"),
			    "1 not done: job 12 runs");
	assert_string_equal(event("1", "engine", "not done: job 1 runs"),
			    "not done: job 1 runs");
	assert_string_equal(event("htc-1", "engine", "lost with htc-1"), "lost with htc-1");
}

static void an_event_names_its_object_once(void **state)
{
	(void)state;
	assert_string_equal(event("htc-3", "", "boot failed"), "htc-3 boot failed");
	assert_string_equal(event("htc-3", "", "htc-3 boot failed"), "htc-3 boot failed");
}

static void a_node_is_told_with_its_host_where_that_is_another(void **state)
{
	char out[WORDS_NAME];

	(void)state;
	assert_string_equal(words_node_name(out, "htc-3", "htc000003"),
			    "htc-3 (host htc000003)");
	assert_string_equal(words_node_name(out, "htc-3", "htc-3"), "htc-3");
	assert_string_equal(words_node_name(out, "htc-3", ""), "htc-3");
}

static void a_job_that_ended_says_when_how_and_where(void **state)
{
	struct job j = { .state = JOB_FAILED, .reason = "exit 3", .nodes = "htc-14" };
	char out[WORDS_MAX];

	(void)state;
	assert_string_equal(words_job_why(out, &j, 0), "exit 3 on htc-14");
	j.end_s = 1795300000;
	assert_string_equal(words_job_why(out, &j, 0) + 5, " exit 3 on htc-14");
	assert_int_equal(out[2], ':');
	j.nodes = "";
	assert_string_equal(words_job_why(out, &j, 0) + 5, " exit 3");
}

static void a_job_that_may_not_begin_yet_says_when_and_why(void **state)
{
	struct job j = { .state = JOB_PENDING, .reason = "BeginTime", .nodes = "" };
	char out[WORDS_MAX];

	(void)state;
	clock_test_set(INT64_C(1795300000000)); /* 2026-11-21T22:26:40Z */
	j.reason_class = REASON_TIME;
	assert_string_equal(words_job_why(out, &j, 0), "begins later");
	j.start_s = 1795300000 + 300;
	assert_string_equal(words_job_why(out, &j, 0), "begins at 22:31");
	j.start_s += 43200;
	assert_string_equal(words_job_why(out, &j, 0), "begins at 11-22 10:31");
	j.start_s -= 43200;
	j.waits = "requeued: its node htc-3 was evicted";
	assert_string_equal(words_job_why(out, &j, 0),
			    "requeued: its node htc-3 was evicted; begins at 22:31");
	clock_test_end();
}

static void what_comes_later_is_told_by_how_long_until(void **state)
{
	struct operation o = { .state = OP_RUNNING, .started_ms = 1000000 };
	char out[40];

	(void)state;
	assert_string_equal(words_op_time(out, &o, 1027000), "27s");
	o.next_try_ms = 1060000;
	assert_true(words_op_due(&o));
	assert_string_equal(words_op_time(out, &o, 1027000), "in 33s");
	assert_string_equal(words_op_time(out, &o, 1065000), "late by 5s");
	snprintf(o.error, sizeof(o.error), "refused"); /* tried again then: told elsewhere */
	assert_false(words_op_due(&o));
	assert_string_equal(words_op_time(out, &o, 1065000), "1m");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(held_jobs_are_counted),
		cmocka_unit_test(an_event_names_its_person_once),
		cmocka_unit_test(a_name_inside_another_word_names_nobody),
		cmocka_unit_test(an_event_names_its_object_once),
		cmocka_unit_test(a_node_is_told_with_its_host_where_that_is_another),
		cmocka_unit_test(a_job_that_ended_says_when_how_and_where),
		cmocka_unit_test(a_job_that_may_not_begin_yet_says_when_and_why),
		cmocka_unit_test(what_comes_later_is_told_by_how_long_until),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
