/* What a row of the queue stands for, in tasks: a job, a part of an array, a whole array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "model/queue.h"

static const struct job array = { .id = "12", .array_id = "12", .state = JOB_RUNNING };

static struct job task(enum job_state s, int64_t n, int64_t end_s)
{
	return (struct job){
		.id = "12_7", .array_id = "12", .state = s, .tasks = n, .end_s = end_s
	};
}

static struct job array_of(const struct job *v, size_t n)
{
	struct job row = array;

	for (size_t i = 0; i < n; i++)
		job_count_task(&row, &v[i]);
	return row;
}

static void an_act_on_an_array_reaches_its_tasks_not_its_row(void **state)
{
	struct job v[] = { task(JOB_RUNNING, 1, 0), task(JOB_STARTING, 1, 0),
			   task(JOB_PENDING, 30, 0), task(JOB_COMPLETING, 1, 0),
			   task(JOB_DONE, 1, 9) };
	struct job row = array_of(v, ARRAY_LEN(v));

	(void)state;
	assert_int_equal(job_tasks_running(&row), 2); /* what completes runs no more */
	assert_int_equal(row.waiting, 30);
	assert_int_equal(job_tasks_left(&row), 33);
	assert_int_equal(job_tasks_running(&v[0]), 1);
	assert_int_equal(job_tasks_left(&v[2]), 30);
	assert_int_equal(job_tasks_left(&v[4]), 0);
}

static void the_parts_of_an_array_are_told_with_its_total_while_it_lives(void **state)
{
	struct job lives[] = { task(JOB_RUNNING, 18, 0), task(JOB_DONE, 22, 9) };
	struct job ended[] = { task(JOB_CANCELLED, 26, 9), task(JOB_DONE, 14, 9) };
	struct job mixed[] = { task(JOB_DONE, 6, 9), task(JOB_CANCELLED, 32, 9),
			       task(JOB_UNKNOWN, 2, 9) };
	struct job rows[] = { array_of(lives, 2), array_of(ended, 2), array_of(mixed, 3) };
	char parts[JOB_PARTS];

	(void)state;
	assert_string_equal(job_parts(parts, &rows[0]), "18 run, 22 done of 40");
	assert_string_equal(job_parts(parts, &rows[1]), "14 done, 26 cancelled");
	assert_string_equal(job_parts(parts, &rows[2]),
			    "6 done, 32 cancelled, 2 ended, how is not known");
}

static void tasks_that_nobody_counted_stay_unknown(void **state)
{
	struct job v[] = { task(JOB_RUNNING, 1, 0), task(JOB_PENDING, -1, 0),
			   task(JOB_UNKNOWN, 1, 0) };
	struct job row = array_of(v, ARRAY_LEN(v));

	(void)state;
	assert_int_equal(job_tasks_left(&row), -1);
	assert_int_equal(row.lost, 0); /* a word that we do not know is no end */
	assert_int_equal(job_tasks_running(&row), 1);
}

static void what_a_job_asks_for_are_cpus_and_not_one_task_of_many(void **state)
{
	struct job j = { .tasks = 1, .cpus = 5, .nodes_min = 5 };
	char text[160];

	(void)state;
	assert_string_equal(job_asks_text(text, &j), "5 cpus on 5 nodes");
	j = (struct job){ .tasks = 33, .cpus = 1, .nodes_min = 1 };
	assert_string_equal(job_asks_text(text, &j), "33 tasks, each with 1 cpu on 1 node");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_act_on_an_array_reaches_its_tasks_not_its_row),
		cmocka_unit_test(the_parts_of_an_array_are_told_with_its_total_while_it_lives),
		cmocka_unit_test(tasks_that_nobody_counted_stay_unknown),
		cmocka_unit_test(what_a_job_asks_for_are_cpus_and_not_one_task_of_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
