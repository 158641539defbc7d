#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "scheduler/scheduler.h"

static struct strs list_of(const char *words)
{
	struct strs s = STRS_INIT(1000);

	strs_split(&s, words, strlen(words), ' ');
	return s;
}

static int joined(struct buf *out, enum sched_verb verb, const struct sched_args *a,
		  struct err *err)
{
	struct strs argv = STRS_INIT(1000);
	int rc = sched_slurm.argv(&argv, verb, a, err);

	buf_reset(out);
	for (size_t i = 0; i < argv.n; i++)
		buf_addf(out, "%s%s", i ? "|" : "", argv.v[i]);
	if (rc < 0)
		assert_int_equal(argv.n, 0);
	strs_clear(&argv);
	return rc;
}

static void runs(enum sched_verb verb, struct sched_args a, const char *names, const char *want)
{
	struct strs s = list_of(names);
	struct buf got = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;

	a.names = &s;
	if (joined(&got, verb, &a, &err) < 0)
		fail_msg("%s", err.msg);
	assert_string_equal(buf_str(&got), want);
	strs_clear(&s);
	buf_clear(&got);
}

static void refuses(enum sched_verb verb, struct sched_args a, const char *names)
{
	struct strs s = list_of(names);
	struct buf got = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;

	a.names = &s;
	if (joined(&got, verb, &a, &err) == 0)
		fail_msg("%s was taken", names);
	assert_int_equal(err.code, ERR_INVALID);
	strs_clear(&s);
	buf_clear(&got);
}

static void names_nodes_as_a_host_list(void **state)
{
	const struct sched_args why = { .text = "idle\nfor 300 s" };

	(void)state;
	runs(SCHED_DRAIN_NODES, why, "htc-1 htc-3 htc-2",
	     "scontrol|update|nodename=htc-[1-3]|state=drain|reason=paceline:idle for 300 s");
	runs(SCHED_UNDRAIN_NODES, why, "htc-1", "scontrol|update|nodename=htc-1|state=resume");
	runs(SCHED_DOWN_NODES, (struct sched_args){ .text = "evicted" }, "a1 b1",
	     "scontrol|update|nodename=a1,b1|state=down|reason=paceline:evicted");
	runs(SCHED_REMOVE_NODES, why, "a1 a2", "scontrol|delete|nodename=a[1-2]");
}

static void refuses_node_names_that_could_be_more(void **state)
{
	static const char *const bad[] = { "-x",  "a;b", "a,b",	 "a[1-3]",
					   "a=b", "",	 "a\nb", "ALL\t" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuses(SCHED_DRAIN_NODES, (struct sched_args){ .text = "x" }, bad[i]);
}

static void hands_job_ids_over(void **state)
{
	(void)state;
	runs(SCHED_CANCEL, (struct sched_args){ 0 }, "12 13_4 14_[5-37:2,40]",
	     "scancel|12|13_4|14_[5-37:2,40]");
	runs(SCHED_HOLD_JOBS, (struct sched_args){ 0 }, "12 13", "scontrol|hold|12,13");
	runs(SCHED_JOB_DETAIL, (struct sched_args){ 0 }, "12", "scontrol|show|job|12");
	static const char *const bad[] = {
		"abc",	   "12;",   "-12",  "12_",     "12_[",
		"12_[1-2", "12_[]", "12_x", "12_[1]x", "12345678901"
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuses(SCHED_CANCEL, (struct sched_args){ 0 }, bad[i]);
}

static void refuses_to_act_on_nothing(void **state)
{
	struct buf got = BUF_INIT(BUF_TEXT_MAX);
	const struct sched_args none = { .text = "x" };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(joined(&got, SCHED_CANCEL, &none, &err),
			 -1); /* scancel without ids: never */
	assert_int_equal(joined(&got, SCHED_DRAIN_NODES, &none, &err), -1);
	assert_int_equal(joined(&got, SCHED_VERBS, &none, &err), -1);
	assert_int_equal(err.code, ERR_UNSUPPORTED);
	buf_clear(&got);
}

static void submits_a_script(void **state)
{
	struct strs extra = list_of("-J my --mem=2G");
	struct buf got = BUF_INIT(BUF_TEXT_MAX);
	struct sched_args a = { .text = "/home/op/my job.sh",
				.array = "1-40:2%4",
				.partition = "htc",
				.cwd = "/scratch",
				.extra = &extra };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(joined(&got, SCHED_SUBMIT, &a, &err), 0);
	assert_string_equal(
	    buf_str(&got),
	    "sbatch|--parsable|--array=1-40:2%4|--partition=htc|--chdir=/scratch|-J|my|"
	    "--mem=2G|/home/op/my job.sh");
	a.text = "--wrap=rm";
	assert_int_equal(joined(&got, SCHED_SUBMIT, &a, &err), -1);
	a.text = "/a.sh";
	a.array = "1 2";
	assert_int_equal(joined(&got, SCHED_SUBMIT, &a, &err), -1);
	assert_string_equal(err.msg, "\"1 2\" is no task set: use as in 1-40:2%4");
	strs_clear(&extra);
	buf_clear(&got);
}

static int limits_of(struct sched_limits *out, const char *text, struct err *err)
{
	const struct sched_run r = { .out = text, .out_len = strlen(text) };

	return sched_slurm.read_limits(out, &r, err);
}

static void the_largest_array_is_read(void **state)
{
	struct sched_limits l = { .told = true };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(
	    limits_of(
		&l,
		"MailProg = /bin/mail\nMaxArraySize            = 1001\nMaxJobCount = 10000\n",
		&err),
	    0);
	assert_true(l.told);
	assert_int_equal(l.array_end, 1001);
	assert_int_equal(limits_of(&l, "MaxArraySize=0\n", &err), 0);
	assert_true(l.told);
	assert_int_equal(l.array_end, 0);
	assert_int_equal(limits_of(&l, "MaxJobCount = 10000\n", &err), -1);
	assert_false(l.told);
	assert_int_equal(limits_of(&l, "MaxArraySize = many\n", &err), -1);
	assert_false(l.told);
}

static void only_what_slurm_takes_is_a_task_set(void **state)
{
	static const char *const good[] = { "0",       "7",   "0-39",	      "1-9:2%4",
					    "1,3,5-9", "0-0", "2,4-8:2,10%1", "1-40%10" };
	static const char *const bad[] = { "0-a",   "a",       "-1",	"1-",  "5-1",
					   "1,,2",  "1,",      "1%",	"1%0", "1%a",
					   "1-9:0", "1:2",     "",	"%2",  "1 2",
					   "1-9:",  "1-9:2:3", "1%2%3", "0x3" };
	struct sched_args a = { .text = "/a.sh" };
	struct err err = ERR_INIT;
	struct buf got = BUF_INIT(1000);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		a.array = good[i];
		if (joined(&got, SCHED_SUBMIT, &a, &err) < 0)
			fail_msg("%s: %s", good[i], err.msg);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		a.array = bad[i];
		if (joined(&got, SCHED_SUBMIT, &a, &err) == 0)
			fail_msg("%s is taken", bad[i]);
	}
	buf_clear(&got);
}

static void a_script_may_name_itself(void **state)
{
	(void)state;
	assert_true(sched_slurm.names_itself("#!/bin/sh\n#SBATCH --job-name=flow\n"));
	assert_true(sched_slurm.names_itself("#!/bin/sh\n\n# x\n#SBATCH -n 2 -J flow"));
	assert_true(sched_slurm.names_itself("#!/bin/sh\n#SBATCH\t--job-name flow\nls\n"));
	assert_false(sched_slurm.names_itself(""));
	assert_false(sched_slurm.names_itself("#!/bin/sh\n#SBATCH"));
	assert_false(sched_slurm.names_itself("#!/bin/sh\n#SBATCH -n 2 # -J flow\n"));
	assert_false(sched_slurm.names_itself("#!/bin/sh\nls\n#SBATCH -J flow\n"));
	assert_false(sched_slurm.names_itself("#!/bin/sh\n##SBATCH -J flow\n#SBATCHES -J a\n"));
}

static void reads_with_the_fixed_format(void **state)
{
	struct buf got = BUF_INIT(BUF_TEXT_MAX);
	const struct sched_args none = { 0 };

	(void)state;
	assert_int_equal(joined(&got, SCHED_JOBS, &none, NULL), 0);
	assert_ptr_equal(strstr(buf_str(&got), "squeue|-h|-a|-o|%A\x1f%F\x1f%K\x1f%T\x1f"),
			 buf_str(&got));
	assert_non_null(strstr(buf_str(&got), "%Q\x1f%.32a%.64j"));
	assert_string_equal(sched_slurm.env[0], "SLURM_BITSTR_LEN=0");
	assert_ptr_equal(sched_find("slurm"), &sched_slurm);
	assert_null(sched_find("Slurm"));
	buf_clear(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_nodes_as_a_host_list),
		cmocka_unit_test(refuses_node_names_that_could_be_more),
		cmocka_unit_test(hands_job_ids_over),
		cmocka_unit_test(refuses_to_act_on_nothing),
		cmocka_unit_test(submits_a_script),
		cmocka_unit_test(the_largest_array_is_read),
		cmocka_unit_test(only_what_slurm_takes_is_a_task_set),
		cmocka_unit_test(a_script_may_name_itself),
		cmocka_unit_test(reads_with_the_fixed_format),
	};

	return cmocka_run_group_tests_name("scheduler/slurm_argv", tests, NULL, NULL);
}
