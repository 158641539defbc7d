#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "model/queue.h"

static struct job *add_job(struct queue *q, const char *id, enum job_state s, const char *nodes)
{
	struct job *j = queue_add_job(q);

	j->id = id;
	j->state = s;
	j->nodes = nodes;
	return j;
}

static void add_nodes(struct queue *q)
{
	static const char *const names[] = { "c1", "C2", "c3" };

	for (size_t i = 0; i < 3; i++)
		queue_add_node(q)->name = names[i];
}

static void counts_the_jobs_on_each_node(void **state)
{
	struct queue q;

	(void)state;
	queue_init(&q);
	add_nodes(&q);
	assert_int_equal(q.nodes[0].jobs, -1);
	add_job(&q, "1", JOB_RUNNING, "c[1-2]");
	add_job(&q, "2", JOB_COMPLETING, "c2");
	add_job(&q, "3", JOB_UNKNOWN, "c2");
	add_job(&q, "4", JOB_DONE, "c3");
	add_job(&q, "5", JOB_PENDING, "");
	queue_count_node_jobs(&q);
	assert_int_equal(q.nodes[0].jobs, 1);
	assert_int_equal(q.nodes[1].jobs, 3);
	assert_int_equal(q.nodes[2].jobs, 0);
	queue_clear(&q);
}

static void knows_nothing_when_one_host_list_cannot_be_read(void **state)
{
	struct queue q;

	(void)state;
	queue_init(&q);
	add_nodes(&q);
	add_job(&q, "1", JOB_RUNNING, "c1");
	add_job(&q, "2", JOB_RUNNING, "c[1-");
	queue_count_node_jobs(&q);
	for (size_t i = 0; i < q.n_nodes; i++)
		assert_int_equal(q.nodes[i].jobs, -1);
	queue_clear(&q);
}

static void finds_the_record_that_a_waiting_task_is_part_of(void **state)
{
	static const char *const parts[] = { "8_3", "8_9", "8_12", "8_25", "8_20" };
	static const char *const others[] = { "8_10", "8_13", "8_22", "8_4294967296",
					      "8_",   "8_x",  "88_3", "_3" };
	struct queue q;
	struct job *j;

	(void)state;
	queue_init(&q);
	j = add_job(&q, "8_[0-9,12,20-30:5%4]", JOB_PENDING, "");
	j->array_id = "8";
	j->task = "0-9,12,20-30:5%4";
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		assert_ptr_equal(queue_job(&q, parts[i]), j);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_null(queue_job(&q, others[i]));
	j->task = "40-45,50-...";
	assert_ptr_equal(queue_job(&q, "8_41"), j);
	assert_null(queue_job(&q, "8_3"));
	queue_clear(&q);
}

static void finds_jobs_and_nodes(void **state)
{
	struct queue q;

	(void)state;
	queue_init(&q);
	add_nodes(&q);
	add_job(&q, "9_1", JOB_RUNNING, "c1")->array_id = "9";
	add_job(&q, "9_[2-5]", JOB_PENDING, "")->array_id = "9";
	assert_ptr_equal(queue_job(&q, "9"), &q.jobs[0]);
	assert_ptr_equal(queue_job(&q, "9_[2-5]"), &q.jobs[1]);
	assert_null(queue_job(&q, "10"));
	assert_ptr_equal(queue_node(&q, "c2"), &q.nodes[1]);
	assert_null(queue_node(&q, "c22"));
	queue_clear(&q);
}

static void names_every_state_and_reads_it_back(void **state)
{
	(void)state;
	for (int i = 0; i < JOB_STATES; i++) {
		assert_int_equal(job_state_of(job_state_name((enum job_state)i)), i);
		assert_true(strlen(job_state_short((enum job_state)i)) > 0);
	}
	for (int i = 0; i <= REASON_UNKNOWN; i++)
		assert_true(strlen(reason_class_name((enum reason_class)i)) > 0);
	assert_int_equal(job_state_of("resting"), JOB_UNKNOWN);
	assert_string_equal(sched_node_state_name(SNODE_STARTING), "starting");
}

static void equals_stand_by_their_numbers_and_the_rest_as_it_was_told(void **state)
{
	static const struct {
		const char *id;
		enum job_state state;
		int64_t priority;
	} told[] = { { "9_10", JOB_RUNNING, 5 }, { "9_2", JOB_RUNNING, 5 },
		     { "9_1", JOB_RUNNING, 5 },	 { "12_[3-8]", JOB_PENDING, 7 },
		     { "11", JOB_PENDING, 7 },	 { "3", JOB_PENDING, 4 },
		     { "1", JOB_RUNNING, 5 } };
	static const char *const order[] = { "9_1", "9_2", "9_10", "11", "12_[3-8]", "3", "1" };
	struct queue q;

	(void)state;
	queue_init(&q);
	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		struct job *j = queue_add_job(&q);

		j->id = told[i].id;
		j->state = told[i].state;
		j->priority = told[i].priority;
		j->partition = i == 4 ? "htc" : "";
	}
	q.jobs[3].partition = "htc";
	queue_order(&q);
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		assert_string_equal(q.jobs[i].id, order[i]);
	queue_clear(&q);
}

static void takes_no_node_above_the_ceiling(void **state)
{
	struct queue q;

	(void)state;
	queue_init(&q);
	for (size_t i = 0; i < QUEUE_NODES_MAX; i++)
		assert_non_null(queue_add_node(&q));
	assert_null(queue_add_node(&q));
	queue_clear(&q);
}

static void ids_meet_where_they_have_a_task_in_common(void **state)
{
	static const char *const meet[][2] = {
		{ "22", "22" },
		{ "49", "49_7" },
		{ "49_[5-8]", "49" },
		{ "49_7", "49_[5-8]" },
		{ "49_[1-3,8]", "49_[5-8]" },
		{ "49_[0-20:5]", "49_[10-14]" },
		{ "49_[9-20%2]", "49_20" },
		{ "49.1_4", "49.1_4" },
	};
	static const char *const apart[][2] = {
		{ "22", "2" },
		{ "49_4", "49_[5-8]" },
		{ "49_[1-3]", "49_[5-8]" },
		{ "49_[0-20:5]", "49_[11-14]" },
		{ "htc-1", "49" },
		{ "", "49" },
		{ "4_7", "49_7" },
		{ "49_[-9223372036854775808-9]", "49_3" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(meet); i++) {
		assert_true(job_ids_meet(meet[i][0], meet[i][1]));
		assert_true(job_ids_meet(meet[i][1], meet[i][0]));
	}
	for (size_t i = 0; i < ARRAY_LEN(apart); i++) {
		assert_false(job_ids_meet(apart[i][0], apart[i][1]));
		assert_false(job_ids_meet(apart[i][1], apart[i][0]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_the_jobs_on_each_node),
		cmocka_unit_test(knows_nothing_when_one_host_list_cannot_be_read),
		cmocka_unit_test(finds_the_record_that_a_waiting_task_is_part_of),
		cmocka_unit_test(ids_meet_where_they_have_a_task_in_common),
		cmocka_unit_test(finds_jobs_and_nodes),
		cmocka_unit_test(names_every_state_and_reads_it_back),
		cmocka_unit_test(equals_stand_by_their_numbers_and_the_rest_as_it_was_told),
		cmocka_unit_test(takes_no_node_above_the_ceiling),
	};

	return cmocka_run_group_tests_name("model/queue", tests, NULL, NULL);
}
