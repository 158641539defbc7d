#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/members.h"
#include "engine/teardown_plan.h"

static struct array_spec arrays[] = { { .name = (char *)"htc" }, { .name = (char *)"hpc" } };

/* Four nodes of htc, two of hpc. */
struct site {
	struct run run;
	struct member members[6], *list[6];
	struct queue queue;
};

static struct json *arrays_of(struct site *s, struct job *jobs, size_t n)
{
	struct json *list = json_new_array();

	s->run = (struct run){ .by_name = map_new_lent(false), .queue = &s->queue };
	s->run.cluster.spec.arrays = arrays;
	s->run.cluster.spec.n_arrays = ARRAY_LEN(arrays);
	s->queue = (struct queue){ .jobs = jobs, .n_jobs = n };
	for (size_t i = 0; i < ARRAY_LEN(s->members); i++) {
		struct node *node = &s->members[i].node;

		snprintf(node->array, sizeof(node->array), i < 4 ? "htc" : "hpc");
		snprintf(node->name, sizeof(node->name), i < 4 ? "htc-%zu" : "hpc-%zu",
			 i < 4 ? i + 1 : i - 3);
		node->jobs = 1; /* as a reading counts them, node by node */
		s->list[i] = &s->members[i];
		map_put(s->run.by_name, node->name, s->list[i]);
	}
	s->run.members = s->list;
	s->run.n_members = ARRAY_LEN(s->list);
	teardown_plan_arrays(list, &s->run);
	map_free(s->run.by_name);
	return list;
}

static struct job job(const char *id, const char *partition, const char *nodes,
		      enum job_state state)
{
	struct job j = job_blank();

	j.id = id;
	j.user = "ana";
	j.partition = partition;
	j.nodes = nodes;
	j.state = state;
	j.tasks = 1;
	return j;
}

static void a_job_on_three_nodes_is_one_job(void **state)
{
	struct site s = { .run = { .engine = NULL } };
	struct job jobs[] = {
		job("7", "htc", "htc-[1-3]", JOB_RUNNING),
		job("8", "htc", "htc-4", JOB_COMPLETING),
		job("9", "hpc", "hpc-[1-2]", JOB_SUSPENDED),
		job("10", "htc", "", JOB_PENDING),
	};
	struct json *list = arrays_of(&s, jobs, ARRAY_LEN(jobs));
	const struct json *htc = json_at(list, 0), *hpc = json_at(list, 1);

	(void)state;
	assert_int_equal(json_int(htc, "nodes", 0), 4);
	assert_int_equal(json_int(htc, "jobs", 0), 2);
	assert_int_equal(json_len(json_get(htc, "list")), 2);
	assert_int_equal(json_int(htc, "users.0.jobs", 0), 2);
	assert_string_equal(json_str(htc, "list.0.nodes", ""), "htc-[1-3]");
	assert_int_equal(json_int(hpc, "nodes", 0), 2);
	assert_int_equal(json_int(hpc, "jobs", 0), 1);
	assert_int_equal(json_int(hpc, "users.0.jobs", 0), 1);
	json_free(list);
}

/* Partitions of a cluster that was not made here: its nodes tell. */
static void a_job_of_another_partition_counts_where_its_nodes_are(void **state)
{
	struct site s = { .run = { .engine = NULL } };
	struct job jobs[] = {
		job("7", "all", "hpc-[1-2],htc-1", JOB_RUNNING),
		job("8", "all", "old-1", JOB_RUNNING),
	};
	struct json *list = arrays_of(&s, jobs, ARRAY_LEN(jobs));

	(void)state;
	assert_int_equal(json_int(json_at(list, 0), "jobs", -1), 0);
	assert_int_equal(json_int(json_at(list, 1), "jobs", -1), 1);
	json_free(list);
}

#define GENTLE "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"

static void a_plan_is_not_done_by_force_unless_it_told_of_it(void **state)
{
	struct run r = { .cluster = { .id = 1 } };
	struct err err = ERR_INIT;
	char forced[65];

	(void)state;
	teardown_plan_forced(forced, GENTLE);
	assert_int_equal(strlen(forced), 64);
	assert_string_not_equal(forced, GENTLE);
	snprintf(r.tickets[1].hash, sizeof(r.tickets[1].hash), GENTLE);
	assert_null(teardown_plan_check(&r, GENTLE, true, &err));
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_string_equal(
	    err.msg,
	    "plan 2c26b46b68ff waits for running jobs and force kills them: read the plan again, and agree to its hash_forced");
	assert_null(teardown_plan_check(&r, forced, false, &err));
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_non_null(strstr(err.msg, "kills running jobs and force is not asked for"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_on_three_nodes_is_one_job),
		cmocka_unit_test(a_job_of_another_partition_counts_where_its_nodes_are),
		cmocka_unit_test(a_plan_is_not_done_by_force_unless_it_told_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
