/* A job or a task that the queue does not have is told, not passed on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/jobs.h"
#include "engine/run.h"

static const char *unknown(const char *a, const char *b)
{
	struct job jobs[] = {
		{ .id = "7" },	      { .id = "12_3" },		  { .id = "12_[5-8,11%2]" },
		{ .id = "13_[1-4]" }, { .id = "14_[1,3,5,...]" },
	};
	const struct queue q = { .jobs = jobs, .n_jobs = ARRAY_LEN(jobs) };
	char *words[] = { (char *)a, (char *)b };
	const struct strs ids = { .v = words, .n = b ? 2 : 1 };

	return jobs_unknown(&q, &(struct unseen){ .n = 0 }, &ids);
}

static void a_job_is_known_by_its_number(void **state)
{
	(void)state;
	assert_null(unknown("7", "12"));
	assert_string_equal(unknown("7", "8"), "8");
	assert_null(unknown("12_[5-900]", "x")); /* the adapter's to judge */
}

static void a_task_is_known_when_the_queue_has_it(void **state)
{
	(void)state;
	assert_null(unknown("12_3", "13_4"));
	assert_string_equal(unknown("13_4", "13_5"), "13_5");
	assert_string_equal(unknown("13_9999", "8"), "13_9999"); /* the first of them */
	assert_string_equal(unknown("7_1", NULL), "7_1");
}

static void what_was_submitted_since_the_reading_is_known_and_nothing_else(void **state)
{
	struct unseen_job submitted[] = { { .id = "20" } };
	const struct unseen u = { .v = submitted, .n = 1 };
	struct job jobs[] = { { .id = "7" } };
	const struct queue q = { .jobs = jobs, .n_jobs = 1 };
	char *words[] = { (char *)"20", (char *)"20_3", (char *)"7", (char *)"200" };
	struct strs ids = { .v = words, .n = 3 };

	(void)state; /* a typo is told right behind a submission, too */
	assert_null(jobs_unknown(&q, &u, &ids));
	ids.n = 4;
	assert_string_equal(jobs_unknown(&q, &u, &ids), "200");
}

static void tasks_that_are_cut_off_may_be_any(void **state)
{
	(void)state;
	assert_null(unknown("14_2", "14_9999"));
}

static void fits(enum sched_verb verb, const char *wanted, size_t unfit, const char *why)
{
	struct job jobs[] = {
		{ .id = "7", .state = JOB_RUNNING },
		{ .id = "8", .state = JOB_PENDING },
		{ .id = "9", .state = JOB_HELD },
		{ .id = "12_3", .state = JOB_RUNNING },
		{ .id = "12_[5-8]", .state = JOB_PENDING },
		{ .id = "13_1", .state = JOB_RUNNING },
	};
	const struct queue q = { .jobs = jobs, .n_jobs = ARRAY_LEN(jobs) };
	const char *const words[] = { "9", "8", "7", "12", "12_6", "12_3", "13" };
	struct strs ids = STRS_INIT(10);
	struct strs fit = STRS_INIT(10), not = STRS_INIT(10);
	char list[100] = "";

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		strs_add(&ids, words[i]);
	jobs_fit(&q, &sched_slurm, verb, &ids, &fit, &not );
	for (size_t i = 0; i < fit.n; i++)
		snprintf(list + strlen(list), sizeof(list) - strlen(list), " %s", fit.v[i]);
	assert_string_equal(list, wanted);
	assert_int_equal(not .n, unfit);
	if (why)
		assert_string_equal(not .v[0], why);
	strs_clear(&ids);
	strs_clear(&fit);
	strs_clear(&not );
}

static void what_an_act_does_nothing_to_is_told(void **state)
{
	(void)state;
	fits(SCHED_HOLD_JOBS, " 9 8 12 12_6", 3,
	     "job 7 is running: only a job that waits can be held, so requeue it first");
	fits(SCHED_REQUEUE_JOBS, " 7 12 12_3 13", 3,
	     "job 9 is held: only a job that runs goes back into the queue");
	fits(SCHED_CANCEL, " 9 8 7 12 12_6 12_3 13", 0, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_is_known_by_its_number),
		cmocka_unit_test(a_task_is_known_when_the_queue_has_it),
		cmocka_unit_test(
		    what_was_submitted_since_the_reading_is_known_and_nothing_else),
		cmocka_unit_test(tasks_that_are_cut_off_may_be_any),
		cmocka_unit_test(what_an_act_does_nothing_to_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
