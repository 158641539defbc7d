/* Of jobs that Slurm has not looked at yet: which may not begin before their time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "scheduler/scheduler.h"

#define SUBMIT "2026-11-22T22:00:00"
#define LATER  "2026-11-23T08:00:00"
#define GUESS  "2027-11-22T22:00:00"

static struct queue q;

static int opened(void **state)
{
	(void)state;
	queue_init(&q);
	return 0;
}

static int closed(void **state)
{
	(void)state;
	queue_clear(&q);
	return 0;
}

/* As squeue prints it: a job, a task of an array, or what is left of one. */
static void add_job(const char *id, const char *array, const char *task, const char *reason,
		    const char *start)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;
	struct sched_run r = { .errout = "" };

	buf_addf(&text,
		 "%s\x1f%s\x1f%s\x1fPENDING\x1f%s\x1f"
		 "ann\x1fhtc\x1f"
		 "1\x1f"
		 "1\x1f"
		 "0\x1fN/A\x1f(null)\x1fOK\x1f(null)\x1f\x1f%s\x1f" SUBMIT "\x1f"
		 "30:00\x1f"
		 "1\x1f%32s%64s\n",
		 id, array, task, reason, start, "(null)", "x");
	r.out = buf_str(&text);
	r.out_len = text.len;
	if (sched_slurm.read_jobs(&q, &r, "22.05.8", &err) < 0)
		fail_msg("%s", err.msg);
	buf_clear(&text);
}

static int read_begins(const char *out, struct err *err)
{
	const struct sched_run r = { .out = out, .out_len = strlen(out), .errout = "" };

	return sched_slurm.read_begins(&q, &r, err);
}

static void line(struct buf *b, const char *id, const char *array, const char *task,
		 const char *eligible)
{
	buf_addf(b, "%-16.16s%-16.16s%-24.24s%-20.20s\n", id, array, task, eligible);
}

static const struct job *job(const char *id)
{
	for (size_t i = 0; i < q.n_jobs; i++)
		if (strcmp(q.jobs[i].id, id) == 0)
			return &q.jobs[i];
	fail_msg("no job %s", id);
	return NULL;
}

static void asked_after_is(const struct queue *before, const char *want)
{
	struct strs ids = STRS_INIT(1000);
	struct buf got = BUF_INIT(BUF_TEXT_MAX);

	sched_slurm.in_doubt(&ids, &q, before);
	for (size_t i = 0; i < ids.n; i++)
		buf_addf(&got, "%s%s", i ? " " : "", ids.v[i]);
	assert_string_equal(buf_str(&got), want);
	buf_clear(&got);
	strs_clear(&ids);
}

static void asked_is(const char *want)
{
	asked_after_is(NULL, want);
}

static void only_what_seems_to_be_demand_and_has_a_time_is_in_doubt(void **state)
{
	(void)state;
	add_job("1", "1", "N/A", "None", "N/A");
	add_job("2", "2", "N/A", "Dependency", GUESS);
	add_job("3", "3", "N/A", "BeginTime", LATER);
	asked_is("");
	assert_int_equal(job("2")->start_s, 0); /* a guess */
	assert_true(job("3")->start_s > job("3")->submit_s);
	add_job("4", "4", "N/A", "ReqNodeNotAvail, UnavailableNodes:offer-1", LATER);
	add_job("5", "5", "1-40", "None", GUESS);
	add_job("7", "6", "2", "None", LATER);
	asked_is("4 5 6_2");
}

static void what_was_demand_before_is_not_asked_of_again(void **state)
{
	struct queue before;
	struct job *j;

	(void)state;
	queue_init(&before);
	j = queue_add_job(&before);
	j->id = "5_[1-41]";
	j->array_id = "5";
	j->state = JOB_PENDING;
	j->demand = true;
	j = queue_add_job(&before);
	j->id = "4";
	j->state = JOB_PENDING;
	add_job("4", "4", "N/A", "Resources", GUESS);
	add_job("5", "5", "1-40", "Resources", GUESS);
	asked_after_is(&before, "4");
	assert_int_equal(job("5_[1-40]")->start_s, 0);
	assert_true(job("4")->start_s > 0);
	queue_clear(&before);
}

static void so_many_that_all_are_asked_of(void **state)
{
	char id[16];

	(void)state;
	for (int i = 1; i <= 101; i++) {
		snprintf(id, sizeof(id), "%d", i);
		add_job(id, id, "N/A", "None", LATER);
	}
	asked_is(SCHED_ALL);
}

static void what_may_not_begin_yet_is_no_demand(void **state)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;

	(void)state;
	add_job("4", "4", "N/A", "None", LATER);
	add_job("5", "5", "1-40", "None", GUESS);
	add_job("7", "6", "2", "None", LATER);
	add_job("8", "8", "1,3,5,7,9,11,13,15,17,19,21", "None", LATER);
	line(&b, "5", "5", "1-40", SUBMIT);
	line(&b, "8", "8", "1,3,5,7,9,11,13,15,17,19,21", LATER);
	line(&b, "7", "6", "2", LATER);
	line(&b, "4", "4", "N/A", LATER);
	assert_int_equal(read_begins(buf_str(&b), &err), 0);
	assert_false(job("4")->demand || job("6_2")->demand);
	assert_false(job("8_[1,3,5,7,9,11,13,15,17,19,21]")->demand);
	assert_int_equal(job("4")->reason_class, REASON_TIME);
	assert_string_equal(job("4")->reason, "BeginTime");
	assert_int_equal(job("4")->start_s - job("4")->submit_s, 36000);
	/* what is left of an array of which tasks began: a guess, and demand */
	assert_true(job("5_[1-40]")->demand);
	assert_int_equal(job("5_[1-40]")->start_s, 0);
	buf_clear(&b);
}

/* A guess may lie behind the time that was asked for. */
static void the_clock_tells_where_a_guess_hides_the_time(void **state)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;

	(void)state;
	add_job("4", "4", "N/A", "Resources", GUESS);
	add_job("5", "5", "N/A", "Resources", GUESS);
	line(&b, "4", "4", "N/A", LATER);
	line(&b, "5", "5", "N/A", SUBMIT);
	q.read_started_ms = job("4")->submit_s * 1000;
	assert_int_equal(read_begins(buf_str(&b), &err), 0);
	assert_false(job("4")->demand);
	assert_int_equal(job("4")->start_s - job("4")->submit_s, 36000);
	assert_true(job("5")->demand);
	buf_clear(&b);
}

static void one_that_left_meanwhile_stays_as_it_was(void **state)
{
	const struct sched_run gone = { .exit_code = 1,
					.out = "",
					.errout =
					    "slurm_load_jobs error: Invalid job id specified\n",
					.errout_len = 48 };
	struct err err = ERR_INIT;

	(void)state;
	add_job("4", "4", "N/A", "None", LATER);
	assert_int_equal(sched_slurm.read_begins(&q, &gone, &err), 0);
	assert_true(job("4")->demand);
	assert_int_equal(job("4")->start_s, 0);
}

static void an_answer_that_is_not_whole_is_none(void **state)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);
	const struct sched_run down = { .exit_code = 1,
					.out = "",
					.errout = "Unable to contact slurm controller\n",
					.errout_len = 35 };
	struct err err = ERR_INIT;

	(void)state;
	add_job("4", "4", "N/A", "None", LATER);
	assert_int_equal(sched_slurm.read_begins(&q, &down, &err), -1);
	line(&b, "4", "4", "N/A", "yesterday");
	assert_int_equal(read_begins(buf_str(&b), &err), -1);
	assert_int_equal(read_begins("4\n", &err), -1);
	assert_int_equal(read_begins("4", &err), -1);
	assert_true(job("4")->start_s > 0);
	buf_clear(&b);
}

static void is_asked_by_name_or_of_all(void **state)
{
	static const char *const names[] = { "12,13_4", SCHED_ALL };
	struct strs argv = STRS_INIT(100), ids = STRS_INIT(10);
	const struct sched_args args = { .names = &ids };
	struct err err = ERR_INIT;

	(void)state;
	strs_add(&ids, "12");
	strs_add(&ids, "13_4");
	assert_int_equal(sched_slurm.argv(&argv, SCHED_BEGINS, &args, &err), 0);
	assert_string_equal(argv.v[argv.n - 2], "-j");
	assert_string_equal(argv.v[argv.n - 1], names[0]);
	strs_clear(&ids);
	strs_add(&ids, names[1]);
	assert_int_equal(sched_slurm.argv(&argv, SCHED_BEGINS, &args, &err), 0);
	assert_true(text_has_prefix(argv.v[argv.n - 1], "JobID:"));
	strs_clear(&ids);
	strs_add(&ids, "-x");
	assert_int_equal(sched_slurm.argv(&argv, SCHED_BEGINS, &args, &err), -1);
	strs_clear(&ids);
	strs_clear(&argv);
}

#define ON_A_QUEUE(f) cmocka_unit_test_setup_teardown(f, opened, closed)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_QUEUE(only_what_seems_to_be_demand_and_has_a_time_is_in_doubt),
		ON_A_QUEUE(what_was_demand_before_is_not_asked_of_again),
		ON_A_QUEUE(so_many_that_all_are_asked_of),
		ON_A_QUEUE(what_may_not_begin_yet_is_no_demand),
		ON_A_QUEUE(the_clock_tells_where_a_guess_hides_the_time),
		ON_A_QUEUE(one_that_left_meanwhile_stays_as_it_was),
		ON_A_QUEUE(an_answer_that_is_not_whole_is_none),
		ON_A_QUEUE(is_asked_by_name_or_of_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
