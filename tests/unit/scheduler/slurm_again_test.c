/* A job once more: what Slurm tells of it, and the options that change it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "scheduler/scheduler.h"

static int options(struct strs *out, struct job *as, struct job_changes c, int64_t processes,
		   struct err *err)
{
	return sched_slurm.job_options(out, as, &c, processes, err);
}

static void changes_become_options_or_are_refused(void **state)
{
	struct strs out = STRS_INIT(8);
	struct err err = ERR_INIT;
	struct job_changes all = {
		.nodes = "2", .time = "1-12:00:00", .cpus = "4", .mem = "2G", .array = "1-5"
	}; /* the array is an option of each submission */

	(void)state;
	assert_int_equal(options(&out, NULL, all, 0, &err), 0);
	assert_int_equal(out.n, 4);
	assert_string_equal(out.v[0], "--nodes=2");
	assert_string_equal(out.v[1], "--time=1-12:00:00");
	assert_string_equal(out.v[2], "--cpus-per-task=4");
	assert_string_equal(out.v[3], "--mem=2G");
	assert_int_equal(
	    options(&out, NULL, (struct job_changes){ .time = "5 --wrap=x" }, 0, &err), -1);
	assert_non_null(strstr(err.msg, "no time limit"));
	assert_int_equal(options(&out, NULL, (struct job_changes){ .nodes = "0" }, 0, &err),
			 -1);
	assert_non_null(strstr(err.msg, "one node at least"));
	assert_int_equal(options(&out, NULL, (struct job_changes){ .cpus = "0" }, 0, &err), -1);
	assert_int_equal(options(&out, NULL, (struct job_changes){ .mem = "4X" }, 0, &err), -1);
	assert_int_equal(
	    options(&out, NULL, (struct job_changes){ .account = "-x y" }, 0, &err), -1);
	strs_clear(&out);
	assert_int_equal(
	    options(&out, NULL, (struct job_changes){ .account = "proj7" }, 0, &err), 0);
	assert_string_equal(out.v[0], "--account=proj7");
	strs_clear(&out);
}

static void changes_become_the_sizes_of_a_job(void **state)
{
	struct job j = { .nodes_min = 1, .cpus = 1, .limit_s = -1, .mem_per_cpu = true };
	struct job_changes c = { .nodes = "2", .time = "1-12", .cpus = "4", .mem = "2G" };

	(void)state;
	assert_int_equal(options(NULL, &j, c, 0, NULL), 0);
	assert_int_equal(j.nodes_min, 2);
	assert_int_equal(j.cpus, 8); /* one process on each node */
	assert_int_equal(j.mem_bytes, INT64_C(2) << 30);
	assert_false(j.mem_per_cpu);
	assert_int_equal(j.limit_s, 36 * 3600);
	assert_int_equal(options(NULL, &j, c, 6, NULL), 0);
	assert_int_equal(j.cpus, 24);
	assert_int_equal(options(NULL, &j, (struct job_changes){ .time = "30" }, 0, NULL), 0);
	assert_int_equal(j.limit_s, 1800);
	assert_int_equal(j.nodes_min, 2); /* what is not said stays */
	assert_int_equal(
	    options(NULL, &j, (struct job_changes){ .array = "1-9:2,20%3" }, 0, NULL), 0);
	assert_int_equal(j.tasks, 6);
	assert_int_equal(j.task_limit, 3);
}

static void tells_what_a_job_was_submitted_with(void **state)
{
	static const char text[] =
	    "JobId=15 ArrayJobId=12 ArrayTaskId=5-37%4 JobName=wing of Partition=evil\n"
	    "   UserId=op(1001) GroupId=op(1001) MCS_label=N/A\n"
	    "   Priority=7 Nice=0 Account=proj7 QOS=(null)\n"
	    "   RunTime=00:01:10 TimeLimit=02:00:00 TimeMin=N/A\n"
	    "   Partition=hpc AllocNode:Sid=head:77\n"
	    "   NumNodes=4-4 NumCPUs=8 NumTasks=4 CPUs/Task=2 ReqB:S:C:T=0:0:*:*\n"
	    "   MinCPUsNode=2 MinMemoryNode=1.50G MinTmpDiskNode=0\n"
	    "   Command=/home/op/jobs/wing.x7 --steps 10 Partition=no\n"
	    "   WorkDir=/home/op\n"
	    "\n"
	    "JobId=16 ArrayJobId=12 ArrayTaskId=1 JobName=other\n";
	const struct sched_run r = { .out = text, .out_len = sizeof(text) - 1, .errout = "" };
	struct job_spec s;

	(void)state;
	assert_int_equal(sched_slurm.read_spec(&s, &r, NULL), 0);
	assert_string_equal(s.name, "wing of Partition=evil");
	assert_string_equal(s.array, "5-37%4");
	assert_string_equal(s.account, "proj7");
	assert_string_equal(s.partition, "hpc");
	assert_string_equal(s.nodes, "4");
	assert_string_equal(s.cpus, "2");
	assert_int_equal(s.processes, 4);
	assert_string_equal(s.mem, "1536M");
	assert_string_equal(s.time, "02:00:00");
	assert_string_equal(s.script, "/home/op/jobs/wing.x7");
	assert_string_equal(s.args, "--steps 10 Partition=no");
}

static void what_is_not_told_is_left_to_the_script(void **state)
{
	static const char text[] = "JobId=3 JobName=n\n   TimeLimit=UNLIMITED TimeMin=N/A\n"
				   "   NumNodes=1 NumCPUs=8 NumTasks=8 CPUs/Task=1\n"
				   "   MinMemoryCPU=2G\n   Command=hostname\n";
	const struct sched_run r = { .out = text, .out_len = sizeof(text) - 1, .errout = "" };
	struct job_spec s;

	(void)state;
	assert_int_equal(sched_slurm.read_spec(&s, &r, NULL), 0);
	assert_string_equal(s.time, "");
	assert_string_equal(s.nodes, ""); /* eight processes may be on several */
	assert_string_equal(s.mem, "");
	assert_string_equal(s.script, "");
	assert_string_equal(s.array, "");
}

/* So "scontrol requeue" leaves a job that had none: as good as unlimited. */
static void a_year_is_no_time_limit(void **state)
{
	static const char text[] = "JobId=3 JobName=n\n   TimeLimit=365-00:00:00 TimeMin=N/A\n";
	const struct sched_run r = { .out = text, .out_len = sizeof(text) - 1, .errout = "" };
	struct job_spec s;

	(void)state;
	assert_int_equal(sched_slurm.read_spec(&s, &r, NULL), 0);
	assert_string_equal(s.time, "");
}

static void an_answer_without_a_job_is_refused(void **state)
{
	const struct sched_run r = { .out = "nothing\n", .out_len = 8, .errout = "" };
	struct job_spec s;

	(void)state;
	assert_int_equal(sched_slurm.read_spec(&s, &r, NULL), -1);
}

static void words_of_the_script_come_behind_it(void **state)
{
	struct strs words = STRS_INIT(4), argv = STRS_INIT(16);
	const struct sched_args args = { .text = "/home/op/a.sh", .words = &words };

	(void)state;
	strs_add(&words, "--steps");
	strs_add(&words, "10");
	assert_int_equal(sched_slurm.argv(&argv, SCHED_SUBMIT, &args, NULL), 0);
	assert_int_equal(argv.n, 5);
	assert_string_equal(argv.v[2], "/home/op/a.sh");
	assert_string_equal(argv.v[3], "--steps");
	strs_clear(&argv);
	strs_clear(&words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_become_options_or_are_refused),
		cmocka_unit_test(changes_become_the_sizes_of_a_job),
		cmocka_unit_test(tells_what_a_job_was_submitted_with),
		cmocka_unit_test(what_is_not_told_is_left_to_the_script),
		cmocka_unit_test(a_year_is_no_time_limit),
		cmocka_unit_test(an_answer_without_a_job_is_refused),
		cmocka_unit_test(words_of_the_script_come_behind_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
