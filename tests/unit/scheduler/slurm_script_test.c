/* What a script says of its size, before it is submitted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scheduler/scheduler.h"

static struct job_spec spec;
static char other[SCHED_OPTION_TEXT];

static void look(const char *script)
{
	sched_slurm.script_spec(&spec, other, script);
}

static void sizes_are_read_in_all_their_spellings(void **state)
{
	(void)state;
	look("#!/bin/sh\n#SBATCH --array=1-40%4 --nodes 2\n#SBATCH -n8 -c 4\n"
	     "#SBATCH --mem=4G # of each node\n#SBATCH -t 1-12\n#SBATCH -p htc\nsleep 1\n");
	assert_string_equal(spec.array, "1-40%4");
	assert_string_equal(spec.nodes, "2");
	assert_int_equal(spec.processes, 8);
	assert_string_equal(spec.cpus, "4");
	assert_string_equal(spec.mem, "4G");
	assert_string_equal(spec.time, "1-12");
	assert_string_equal(spec.partition, "htc");
	assert_string_equal(other, "");
}

static void what_changes_no_size_is_passed_over(void **state)
{
	(void)state;
	look("#!/bin/sh\n#SBATCH --job-name=monte-carlo\n#SBATCH --requeue --open-mode=append\n"
	     "#SBATCH -o out.log -J other\n#SBATCH --ntasks=3\n");
	assert_string_equal(other, "");
	assert_int_equal(spec.processes, 3);
	assert_string_equal(spec.cpus, "1");
}

static void what_is_not_judged_is_named(void **state)
{
	(void)state;
	look("#!/bin/sh\n#SBATCH --gres gpu:1\n#SBATCH --exclusive\n#SBATCH -c 2\n");
	assert_string_equal(other, "--gres");
	assert_string_equal(spec.cpus, "2");
	look("#SBATCH --mem=\"4 G\"\n");
	assert_string_equal(other, "--mem=\"4");
	assert_string_equal(spec.mem, "");
	look("#SBATCH --cpus-per-task\n");
	assert_string_equal(other, "--cpus-per-task");
}

static void whole_nodes_and_processes_on_each_are_read(void **state)
{
	(void)state;
	look("#SBATCH -N 2 --ntasks-per-node=4\n#SBATCH --exclusive\n");
	assert_string_equal(other, "");
	assert_int_equal(spec.per_node, 4);
	assert_int_equal(spec.processes, 0);
	assert_string_equal(spec.cpus, "1");
	assert_true(spec.exclusive);
	look("#SBATCH --exclusive=user --ntasks-per-node 3 -c 2\n");
	assert_string_equal(other, "--exclusive=user");
	assert_false(spec.exclusive);
	assert_int_equal(spec.per_node, 3);
	look("#SBATCH --ntasks-per-node=some\n");
	assert_string_equal(other, "--ntasks-per-node=some");
}

static void lines_behind_the_first_command_are_none(void **state)
{
	(void)state;
	look("#!/bin/sh\n\n# a comment\necho\n#SBATCH -c 8\n");
	assert_string_equal(spec.cpus, "");
	look("#SBATCHc 8\n##SBATCH -c 8\n");
	assert_string_equal(spec.cpus, "");
	look("");
	assert_string_equal(spec.array, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_read_in_all_their_spellings),
		cmocka_unit_test(what_changes_no_size_is_passed_over),
		cmocka_unit_test(what_is_not_judged_is_named),
		cmocka_unit_test(whole_nodes_and_processes_on_each_are_read),
		cmocka_unit_test(lines_behind_the_first_command_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
