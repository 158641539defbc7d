/* What is said of a job before it is submitted once more: each value, and whether it fits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/resubmit.h"

struct world {
	struct cluster_spec spec;
	struct vm_sizes sizes;
	struct fact_array arrays[1];
	struct fact_bucket buckets[1];
	struct facts facts;
	struct json *out;
};

static int up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct vm_size *size = vm_sizes_add(&w->sizes);
	struct array_spec *a;

	cluster_spec_init(&w->spec);
	w->spec.arrays = a = xcalloc(1, sizeof(*a));
	w->spec.n_arrays = 1;
	array_spec_init(a);
	a->name = xstrdup("htc");
	a->max_nodes = 4;
	strs_add(&a->sizes, "Standard_F2s_v2");
	*size = (struct vm_size){ .name = "Standard_F2s_v2",
				  .family = "standardFSv2Family",
				  .vcpus = 2,
				  .vcpus_per_core = 1,
				  .mem_bytes = (int64_t)4 << 30,
				  .price = 0.1 };
	w->arrays[0] = (struct fact_array){ .spec = a, .used_cores = -1 };
	w->buckets[0] = (struct fact_bucket){
		.size = size, .max_nodes = -1, .available = -1, .price = 0.1, .probe_max = -1
	};
	w->facts = (struct facts){ .now_s = 1000000,
				   .region = "westeurope",
				   .arrays = w->arrays,
				   .n_arrays = 1,
				   .buckets = w->buckets,
				   .n_buckets = 1,
				   .max_cores = -1,
				   .max_nodes = -1,
				   .max_price = -1 };
	*state = w;
	return 0;
}

static int down(void **state)
{
	struct world *w = *state;

	cluster_spec_clear(&w->spec);
	vm_sizes_clear(&w->sizes);
	json_free(w->out);
	free(w);
	return 0;
}

/* changes: "name=value" each */
static void look(struct world *w, const char *const *changes, bool decided)
{
	struct queue q;
	struct json *body = json_new_object();
	const struct check_job f = { &w->spec, &w->sizes, decided ? &w->facts : NULL,
				     &sched_slurm, &(struct sched_limits){ true, 1001 } };
	struct job *as;

	queue_init(&q);
	as = queue_add_job(&q);
	as->partition = "htc";
	as->tasks = as->nodes_min = as->cpus = 1;
	as->state = JOB_PENDING;
	as->limit_s = -1;
	for (; *changes; changes++) {
		char name[24];
		size_t n = strcspn(*changes, "=");

		snprintf(name, sizeof(name), "%.*s", (int)n, *changes);
		if (strcmp(name, "args") == 0)
			json_add(json_set_array(body, name), json_new_string(*changes + n + 1));
		else
			json_set_str(body, name, *changes + n + 1);
	}
	json_free(w->out);
	w->out = json_new_object();
	check_job(w->out, &f, as, body);
	json_free(body);
	queue_clear(&q);
}

#define LOOK(w, ...) look((w), (const char *const[]){ __VA_ARGS__, NULL }, true)

static const char *first(const struct world *w, const char *list, const char *key)
{
	return json_str(json_at(json_get(w->out, list), 0), key, "");
}

static size_t count(const struct world *w, const char *list)
{
	return json_len(json_get(w->out, list));
}

static void a_job_that_fits_says_what_would_be_made(void **state)
{
	struct world *w = *state;

	LOOK(w, "nodes=2", "cpus=2", "time=30");
	assert_string_equal(first(w, "problems", "text"), "");
	assert_int_equal(count(w, "problems"), 0);
	assert_string_equal(first(w, "checks", "state"), "ok");
	assert_non_null(strstr(first(w, "checks", "text"), "2 new nodes"));
}

static void the_tasks_of_its_array_are_counted(void **state)
{
	struct world *w = *state;

	LOOK(w, "array=1-4", "cpus=2");
	assert_non_null(
	    strstr(first(w, "checks", "text"), "4 new nodes: 4 tasks pending, 2 cores each"));
	LOOK(w, "array=7", "cpus=2");
	assert_non_null(
	    strstr(first(w, "checks", "text"), "1 new node: 1 task pending, 2 cores each"));
	LOOK(w, "array=1-5", "cpus=2");
	assert_string_equal(first(w, "problems", "level"), "warn");
	assert_string_equal(
	    first(w, "problems", "text"),
	    "1 of 5 tasks would wait: at a limit: htc has its maximum of 4 nodes");
}

static void a_job_that_never_fits_is_refused_before_it_is_submitted(void **state)
{
	struct world *w = *state;

	LOOK(w, "cpus=3");
	assert_string_equal(first(w, "problems", "level"), "fail");
	assert_non_null(strstr(first(w, "problems", "text"), "never fits"));
	LOOK(w, "nodes=5");
	assert_non_null(strstr(first(w, "problems", "text"), "never fits"));
	LOOK(w, "mem=64G");
	assert_non_null(strstr(first(w, "problems", "text"), "never fits"));
}

static void a_job_that_would_wait_is_told_so_and_may_be_submitted(void **state)
{
	struct world *w = *state;

	w->facts.paused = true;
	LOOK(w, "cpus=1");
	assert_string_equal(first(w, "problems", "level"), "warn");
	assert_non_null(strstr(first(w, "problems", "text"), "it would wait"));
}

static void each_value_that_is_not_understood_is_told_at_its_own_place(void **state)
{
	struct world *w = *state;

	LOOK(w, "name=a b", "partition=gpu", "nodes=x", "time=soon", "array=;");
	assert_int_equal(count(w, "problems"), 5);
	assert_string_equal(first(w, "problems", "param"), "name");
	LOOK(w, "partition=gpu");
	assert_string_equal(first(w, "problems", "param"), "partition");
	assert_string_equal(first(w, "problems", "fix"), "htc");
	assert_int_equal(count(w, "checks"), 0);
}

static void before_the_first_decision_nothing_is_said_of_its_fit(void **state)
{
	struct world *w = *state;

	look(w, (const char *const[]){ "cpus=3", NULL }, false);
	assert_int_equal(count(w, "problems"), 0);
	assert_int_equal(count(w, "checks"), 0);
}

static const char *last(const struct world *w, const char *list, const char *key)
{
	return json_str(json_at(json_get(w->out, list), count(w, list) - 1), key, "");
}

static void other_options_are_not_judged_and_that_is_said(void **state)
{
	struct world *w = *state;

	LOOK(w, "cpus=2", "args=--exclusive");
	assert_int_equal(count(w, "checks"), 2);
	assert_non_null(strstr(first(w, "checks", "text"), "1 new node"));
	assert_string_equal(last(w, "checks", "state"), "unknown");
	assert_string_equal(last(w, "checks", "text"),
			    "the other options are not judged: they may change what it needs");
	w->facts.paused = true; /* also when there is more to say */
	LOOK(w, "cpus=2", "args=--exclusive");
	assert_int_equal(count(w, "problems"), 1);
	assert_int_equal(count(w, "checks"), 1);
}

static void what_the_script_says_counts_where_the_form_says_nothing(void **state)
{
	struct world *w = *state;

	LOOK(w, "script_text=#!/bin/sh\n#SBATCH --array=1-40 --cpus-per-task=2\n");
	assert_string_equal(
	    first(w, "problems", "text"),
	    "36 of 40 tasks would wait: at a limit: htc has its maximum of 4 nodes");
	LOOK(w, "array=1-2", "script_text=#!/bin/sh\n#SBATCH --array=1-40 -c 2\n");
	assert_non_null(strstr(first(w, "checks", "text"), "2 new nodes: 2 tasks pending"));
	LOOK(w, "script_text=#!/bin/sh\n#SBATCH -c 3\n");
	assert_non_null(strstr(first(w, "problems", "text"), "never fits"));
	LOOK(w, "script_text=#!/bin/sh\n#SBATCH -n 8\n"); /* wherever there is room */
	assert_non_null(strstr(first(w, "checks", "text"), "4 new nodes: 8 tasks pending"));
	LOOK(w, "script_text=#!/bin/sh\n#SBATCH -n 8 -N 2-4\n");
	assert_int_equal(count(w, "problems"), 0);
	LOOK(w, "script_text=#!/bin/sh\n#SBATCH -n 8 -N 2\n");
	assert_non_null(strstr(first(w, "problems", "text"), "never fits"));
	LOOK(w, "script_text=#!/bin/sh\n#SBATCH --gres=gpu:1\n");
	assert_string_equal(first(w, "checks", "text"),
			    "the script's --gres=gpu:1 is not judged");
	LOOK(w, "script_text=#!/bin/sh\n#SBATCH --time=soon\n");
	assert_string_equal(first(w, "checks", "state"), "unknown");
	assert_non_null(
	    strstr(first(w, "checks", "text"), "what the script says is not judged"));
	assert_int_equal(count(w, "problems"), 0);
}

static void the_largest_number_of_a_task_is_the_schedulers(void **state)
{
	struct world *w = *state;

	LOOK(w, "array=1-4,1-1000:2%9999", "cpus=2");
	assert_string_not_equal(first(w, "problems", "param"), "array");
	LOOK(w, "array=7,1-1001:500", "cpus=2");
	assert_string_equal(first(w, "problems", "level"), "fail");
	assert_string_equal(first(w, "problems", "param"), "array");
	assert_string_equal(first(w, "problems", "text"),
			    "task 1001 is beyond 1000, the largest number that this Slurm "
			    "takes: its MaxArraySize is 1001");
	LOOK(w, "script_text=#!/bin/sh\n#SBATCH --array=0-5000\n");
	assert_string_equal(first(w, "problems", "param"), "array");
	LOOK(w, "array=1-2", "script_text=#!/bin/sh\n#SBATCH --array=0-5000\n");
	assert_int_equal(count(w, "problems"), 0);
	LOOK(w, "args=--array=1", "script_text=#!/bin/sh\n#SBATCH --array=0-5000\n");
	assert_string_not_equal(first(w, "problems", "param"), "array");
}

/* What is not judged of a job may ask for less, and one of several partitions is enough. */
static void only_what_certainly_never_fits_is_refused(void **state)
{
	struct world *w = *state;

	LOOK(w, "cpus=3", "args=--cpus-per-task=1");
	assert_string_equal(first(w, "problems", "level"), "warn");
	assert_non_null(strstr(first(w, "problems", "text"), "never fits"));
	assert_non_null(
	    strstr(first(w, "problems", "text"), ", unless the other options say otherwise"));
	LOOK(w, "cpus=2", "partition=htc,htc");
	assert_int_equal(count(w, "problems"), 0);
	LOOK(w, "cpus=2", "partition=htc,gpu");
	assert_string_equal(first(w, "problems", "text"), "the cluster has no array \"gpu\"");
}

static void processes_of_each_node_and_whole_nodes_are_judged(void **state)
{
	struct world *w = *state;

	LOOK(w, "script_text=#!/bin/sh\n#SBATCH -N 2 --ntasks-per-node=2\n");
	assert_non_null(strstr(first(w, "checks", "text"), "2 new nodes"));
	assert_int_equal(count(w, "checks"), 1); /* nothing is left unjudged */
	LOOK(w, "script_text=#!/bin/sh\n#SBATCH --ntasks-per-node=3\n");
	assert_non_null(strstr(first(w, "problems", "text"), "asks for 3 cores on a node"));
	LOOK(w, "script_text=#!/bin/sh\n#SBATCH --ntasks-per-node=2 -c 2\n");
	assert_non_null(strstr(first(w, "problems", "text"), "asks for 4 cores on a node"));
	LOOK(w, "script_text=#!/bin/sh\n#SBATCH -n 8 --ntasks-per-node=2\n");
	assert_non_null(strstr(first(w, "checks", "text"), "4 new nodes"));
	LOOK(w, "script_text=#!/bin/sh\n#SBATCH -n 9 --ntasks-per-node=2\n");
	assert_non_null(strstr(first(w, "problems", "text"), "it asks for 5 nodes"));
	LOOK(w, "nodes=3", "script_text=#!/bin/sh\n#SBATCH -N 9 --ntasks-per-node=2\n");
	assert_non_null(strstr(first(w, "checks", "text"), "3 new nodes"));
	LOOK(w, "array=1-4", "script_text=#!/bin/sh\n#SBATCH -c 1\n");
	assert_non_null(strstr(first(w, "checks", "text"), "2 new nodes"));
	LOOK(w, "array=1-4", "script_text=#!/bin/sh\n#SBATCH -c 1 --exclusive\n");
	assert_non_null(strstr(first(w, "checks", "text"), "4 new nodes"));
	/* three processes on one node or on three: the scheduler chooses */
	LOOK(w, "script_text=#!/bin/sh\n#SBATCH -n 3 --exclusive\n");
	assert_string_equal(first(w, "checks", "text"),
			    "the script's --exclusive is not judged");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    processes_of_each_node_and_whole_nodes_are_judged, up, down),
		cmocka_unit_test_setup_teardown(a_job_that_fits_says_what_would_be_made, up,
						down),
		cmocka_unit_test_setup_teardown(the_tasks_of_its_array_are_counted, up, down),
		cmocka_unit_test_setup_teardown(
		    a_job_that_never_fits_is_refused_before_it_is_submitted, up, down),
		cmocka_unit_test_setup_teardown(
		    a_job_that_would_wait_is_told_so_and_may_be_submitted, up, down),
		cmocka_unit_test_setup_teardown(
		    each_value_that_is_not_understood_is_told_at_its_own_place, up, down),
		cmocka_unit_test_setup_teardown(
		    before_the_first_decision_nothing_is_said_of_its_fit, up, down),
		cmocka_unit_test_setup_teardown(other_options_are_not_judged_and_that_is_said,
						up, down),
		cmocka_unit_test_setup_teardown(
		    what_the_script_says_counts_where_the_form_says_nothing, up, down),
		cmocka_unit_test_setup_teardown(the_largest_number_of_a_task_is_the_schedulers,
						up, down),
		cmocka_unit_test_setup_teardown(only_what_certainly_never_fits_is_refused, up,
						down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
