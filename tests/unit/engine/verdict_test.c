/* What keeps jobs from getting nodes is carried from one reading to the next, until the next
 * decision. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/jobs.h"
#include "engine/run.h"

static struct job *add(struct queue *q, const char *id, const char *array, const char *waits)
{
	struct job *j = queue_add_job(q);

	j->id = id;
	j->array_id = array;
	j->waits = waits;
	j->state = JOB_PENDING;
	return j;
}

static void the_rest_of_an_array_keeps_its_verdict(void **state)
{
	struct queue before, now;

	(void)state;
	queue_init(&before);
	queue_init(&now);
	add(&before, "12_[5-37]", "12", "budget: none left");
	add(&before, "13", "", "at a limit: htc has 0 nodes left of 16");
	add(&before, "14", "", "");
	add(&now, "12_5", "12", "")->state = JOB_RUNNING;
	add(&now, "12_[6-37]", "12", "");
	add(&now, "13", "", "");
	add(&now, "14", "", "");
	add(&now, "15", "", "");
	verdicts_keep(&now, &before);
	queue_clear(&before); /* its texts are copied */
	assert_string_equal(now.jobs[0].waits, "");
	assert_string_equal(now.jobs[1].waits, "budget: none left");
	assert_string_equal(now.jobs[2].waits, "at a limit: htc has 0 nodes left of 16");
	assert_string_equal(now.jobs[3].waits, "");
	assert_string_equal(now.jobs[4].waits, "");
	verdicts_keep(&now, NULL); /* the first reading */
	queue_clear(&now);
}

static void a_decision_is_told_where_something_is_in_the_way(void **state)
{
	struct why_want wants[] = {
		{ .code = WHY_NO_CAPACITY, .unplaced = 3, .text = "no capacity: full" },
		{ .code = WHY_WAITING_FOR_NODES, .placed = 2, .waiting = 2, .text = "2 wait" },
		{ .code = WHY_BUDGET, .placed = 1, .text = "budget: spent" },
	};
	size_t want_of[] = { 0, 1, 2, SIZE_MAX };
	struct queue q;
	struct run r = { .queue = &q };
	uint64_t judged;

	(void)state;
	queue_init(&q);
	add(&q, "1", "", "");
	add(&q, "2", "", "no capacity: of before");
	add(&q, "3", "", "");
	add(&q, "4", "", "");
	r.demand = (struct demand){ .want_of = want_of, .n_records = 4 };
	r.plan.wants = wants;
	r.plan.n_wants = 3;
	judged = q.judged;
	verdicts_set(&r);
	assert_string_equal(q.jobs[0].waits, "no capacity: full");
	assert_string_equal(q.jobs[1].waits, "");
	assert_string_equal(q.jobs[2].waits, ""); /* it has its place */
	assert_string_equal(q.jobs[3].waits, "");
	assert_int_equal(q.judged, judged + 1);
	verdicts_set(&r);
	assert_int_equal(q.judged, judged + 1); /* nothing new */
	queue_clear(&q);
}

/* 40 tasks of one want, of which 32 have a place: the first of them, as they are started. */
static void each_record_says_how_many_of_its_tasks_are_held_back(void **state)
{
	struct why_want wants[] = {
		{ .code = WHY_NO_CAPACITY,
		  .placed = 32,
		  .unplaced = 18,
		  .text = "at a limit: htc has its maximum of 16 nodes" },
	};
	size_t want_of[] = { 0, 0, 0 };
	struct queue q;
	struct run r = { .queue = &q };
	char text[JOB_VERDICT];

	(void)state;
	queue_init(&q);
	add(&q, "1", "", "")->tasks = 1;
	add(&q, "2_[1-40]", "2", "")->tasks = 40;
	add(&q, "3_[1-9%3]", "3", "")->tasks = 30; /* throttled: 9 of them are wanted */
	r.demand = (struct demand){ .want_of = want_of, .n_records = 3 };
	r.plan.wants = wants;
	r.plan.n_wants = 1;
	verdicts_set(&r);
	assert_string_equal(job_verdict(text, &q.jobs[0]), "");
	assert_int_equal(q.jobs[1].stuck, 9);
	assert_string_equal(
	    job_verdict(text, &q.jobs[1]),
	    "31 have a place, 9 wait: at a limit: htc has its maximum of 16 nodes");
	assert_int_equal(q.jobs[2].stuck, 9);
	queue_clear(&q);
}

static void a_cluster_that_is_off_keeps_its_jobs_and_no_limit_does(void **state)
{
	struct buf out = BUF_INIT(BUF_TEXT_MAX);
	struct queue q;
	struct run r = { .queue = &q, .decided = true };
	struct job *j;

	(void)state;
	queue_init(&q);
	j = add(&q, "7", "", "at a limit: htc has its maximum of 16 nodes");
	j->tasks = j->stuck = 1;
	add(&q, "8", "", "")->state = JOB_RUNNING;
	r.cluster.state = CLUSTER_OFF;
	verdicts_rest(&r);
	assert_string_equal(q.jobs[0].waits, "cluster off: start it");
	assert_string_equal(q.jobs[1].waits, "");
	why_waits(&out, &r, &q.jobs[0]);
	assert_non_null(strstr(buf_str(&out), "7 waits: cluster off: start it\n"));
	assert_null(strstr(buf_str(&out), "quota"));
	r.cluster.state = CLUSTER_RUNNING;
	verdicts_rest(&r);
	assert_string_equal(q.jobs[0].waits, "");
	buf_clear(&out);
	queue_clear(&q);
}

/* By what a shell takes: ids of arrays have brackets. */
static void a_hold_names_the_command_that_ends_it(void **state)
{
	struct buf out = BUF_INIT(BUF_TEXT_MAX);
	struct queue q;
	struct run r = { .queue = &q };

	(void)state;
	r.cluster.name = (char[]){ "demo" };
	r.cluster.state = CLUSTER_RUNNING;
	queue_init(&q);
	add(&q, "7", "", "")->state = JOB_HELD;
	add(&q, "6_[5-9]", "6", "")->state = JOB_HELD;
	q.jobs[0].reason = "JobHeldUser";
	why_waits(&out, &r, &q.jobs[0]);
	assert_non_null(strstr(buf_str(&out),
			       "7 waits: a hold (JobHeldUser): \"job release demo 7\" lets it "
			       "go\n"));
	buf_reset(&out);
	why_waits(&out, &r, &q.jobs[1]);
	assert_non_null(strstr(buf_str(&out), "\"job release demo '6_[5-9]'\" lets it go\n"));
	buf_clear(&out);
	queue_clear(&q);
}

/* Of two arrays, spot and on demand; the region's fullest quota bounds neither. */
static void why_tells_the_quota_of_the_jobs_own_array(void **state)
{
	struct array_spec specs[] = { { .name = (char[]){ "htc" } },
				      { .name = (char[]){ "hpc" } } };
	struct fact_array arrays[] = { { .spec = &specs[0] }, { .spec = &specs[1] } };
	struct vm_size f2 = { .family = "standardFSv2Family", .vcpus = 2 };
	struct vm_size hb = { .family = "standardHBFamily", .vcpus = 120 };
	struct fact_bucket buckets[] = { { .array = 0, .size = &f2, .spot = true },
					 { .array = 1, .size = &hb } };
	struct fact_quota quotas[] = {
		{ .name = "cores", .limit = 1000 },
		{ .name = "lowPriorityCores", .spot = true, .limit = 100, .used = 12 },
		{ .name = "standardFSv2Family", .family = true, .limit = 10, .used = 9 },
		{ .name = "standardHBFamily", .family = true, .limit = 480, .used = 120 },
	};
	struct job j = { .id = "7",
			 .state = JOB_PENDING,
			 .partition = "htc",
			 .array_id = "",
			 .account = "",
			 .waits = "",
			 .reason = "BeginTime",
			 .dependency = "",
			 .nodes = "",
			 .reason_class = REASON_TIME };
	struct buf out = BUF_INIT(BUF_TEXT_MAX);
	struct queue q = { .n_jobs = 0 };
	struct run r = { .decided = true, .queue = &q };

	(void)state;
	r.cluster.state = CLUSTER_RUNNING;
	r.cluster.spec.arrays = specs;
	r.cluster.spec.n_arrays = 2;
	r.facts = (struct facts){ .arrays = arrays,
				  .n_arrays = 2,
				  .buckets = buckets,
				  .n_buckets = 2,
				  .quotas = quotas,
				  .n_quotas = 4 };
	j.start_s = clock_utc_ms() / 1000 + 3600;
	why_waits(&out, &r, &j);
	assert_non_null(strstr(buf_str(&out), "quota       88 of 100 lowPriorityCores left\n"));
	assert_non_null(strstr(buf_str(&out), "7 waits: it begins at "));
	assert_non_null(strstr(buf_str(&out), "; nothing is bought for it before\n"));
	assert_non_null(strstr(buf_str(&out), "estimate    it may start from "));
	assert_null(strstr(buf_str(&out), "others end"));
	buf_reset(&out);
	j.partition = "hpc";
	j.start_s = 0;
	why_waits(&out, &r, &j);
	assert_non_null(
	    strstr(buf_str(&out), "quota       360 of 480 standardHBFamily left\n"));
	assert_non_null(strstr(buf_str(&out), "others end"));
	buf_clear(&out);
}

static void an_array_has_no_log_but_its_tasks_have(void **state)
{
	struct queue now, past;
	struct err err = ERR_INIT;

	(void)state;
	queue_init(&now);
	queue_init(&past);
	add(&now, "6_[5-9]", "6", "");
	add(&now, "7", "", "");
	assert_int_equal(job_log_one(&now, NULL, "7", &err), 0);
	assert_int_equal(job_log_one(&now, &past, "6_3", &err), 0);
	assert_int_equal(job_log_one(&now, &past, "6", &err), -1);
	assert_string_equal(err.msg,
			    "6 is an array: name a task of 6_[5-9]; none has begun yet");
	add(&past, "6_3", "6", "")->state = JOB_DONE;
	assert_int_equal(job_log_one(&now, &past, "6", &err), -1);
	assert_string_equal(err.msg, "6 is an array: name a task, as 6_3");
	add(&now, "6_4", "6", "")->state = JOB_RUNNING;
	assert_int_equal(job_log_one(&now, &past, "6", &err), -1);
	assert_string_equal(err.msg, "6 is an array: name a task, as 6_4");
	queue_clear(&now);
	queue_clear(&past);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rest_of_an_array_keeps_its_verdict),
		cmocka_unit_test(a_decision_is_told_where_something_is_in_the_way),
		cmocka_unit_test(each_record_says_how_many_of_its_tasks_are_held_back),
		cmocka_unit_test(a_cluster_that_is_off_keeps_its_jobs_and_no_limit_does),
		cmocka_unit_test(a_hold_names_the_command_that_ends_it),
		cmocka_unit_test(why_tells_the_quota_of_the_jobs_own_array),
		cmocka_unit_test(an_array_has_no_log_but_its_tasks_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
