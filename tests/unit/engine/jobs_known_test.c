/* A job or a task that the queue does not have is told, not passed on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

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

	return jobs_unknown(&q, &ids);
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

static void tasks_that_are_cut_off_may_be_any(void **state)
{
	(void)state;
	assert_null(unknown("14_2", "14_9999"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_is_known_by_its_number),
		cmocka_unit_test(a_task_is_known_when_the_queue_has_it),
		cmocka_unit_test(tasks_that_are_cut_off_may_be_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
