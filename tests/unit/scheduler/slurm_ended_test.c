/* How jobs ended, by squeue -O, and where their files lie, by scontrol show job. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "scheduler/scheduler.h"

static const int widths[] = { 64,  16,	20,  64,  16, 20, 20, 64, 128, 512,
			      512, 512, 512, 128, 64, 64, 16, 16, 20,  20 };

/* What most of these do not look at. */
#define REST "acc", "htc", "1", "1", "2026-11-28T11:43:00", "UNLIMITED"

#define LINE(b, ...) line(b, (const char *const[]){ __VA_ARGS__ })

static void line(struct buf *b, const char *const *cells)
{
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
		buf_addf(b, "%-*.*s", widths[i], widths[i], cells[i]);
	buf_addc(b, '\n');
}

static size_t read_all(struct job_end **v, const struct buf *b)
{
	const struct sched_run r = { .out = buf_str(b), .out_len = b->len, .errout = "" };
	struct err err = ERR_INIT;
	size_t n;

	assert_int_equal(sched_slurm.read_ended(v, &n, &r, &err), 0);
	return n;
}

static void tells_state_code_times_and_files(void **state)
{
	struct buf b = BUF_INIT(65536);
	struct job_end *v;

	(void)state;
	LINE(&b, "41", "41", "FAILED", "NonZeroExitCode", "768", "2026-11-28T11:43:07",
	     "2026-11-28T11:43:09", "op", "htc-2", "/home/op/ou t-%j.txt", "/home/op/%x-%N.err",
	     "/home/op/job.sh", "/home/op", "mesh", REST);
	LINE(&b, "12_3", "15", "COMPLETED", "None", "0:0", "2026-11-28T11:43:07",
	     "2026-11-28T11:43:09", "op", "htc-[2-3]", "/r/%A_%a.log", "/r/%N.err", "(null)",
	     "/home/op", "arr", REST);
	LINE(&b, "43", "43", "OUT_OF_MEMORY", "OutOfMemory", "0:9", "2026-11-28T11:43:07",
	     "2026-11-28T11:43:09", "op", "htc-2", "relative.out", "/x/%q.err", "(null)",
	     "/home/op", "m", REST);
	LINE(&b, "44", "44", "RUNNING", "None", "0", "2026-11-28T11:43:07", "NONE", "op",
	     "htc-2", "/x", "/x", "/x", "/x", "m", REST);
	LINE(&b, "45", "45", "FAILED", "JobLaunchFailure", "3893", "2026-11-28T11:43:07",
	     "2026-11-28T11:43:07", "op", "htc-2", "/nope/slurm-45.out", "", "", "/nope", "m",
	     REST);
	assert_int_equal(read_all(&v, &b), 4); /* what runs has not ended */
	assert_int_equal(v[0].state, JOB_FAILED);
	assert_int_equal(v[0].exit_code, 3);
	assert_int_equal(v[0].exit_signal, 0);
	assert_int_equal(v[0].end_s - v[0].start_s, 2);
	assert_string_equal(v[0].files.output, "/home/op/ou t-41.txt");
	assert_string_equal(v[0].files.errors, "/home/op/mesh-htc-2.err");
	assert_string_equal(v[0].nodes, "htc-2");
	assert_string_equal(v[1].nodes, "htc-[2-3]");
	assert_string_equal(v[1].files.output, "/r/12_3.log");
	assert_string_equal(v[1].files.errors, ""); /* which node it was is not told */
	assert_string_equal(v[1].files.script, "");
	assert_string_equal(v[2].reason, "OutOfMemory");
	assert_int_equal(v[2].exit_signal, 9);
	assert_string_equal(v[2].files.output, "");
	assert_string_equal(v[2].files.errors, "");
	assert_int_equal(v[3].exit_code, 0); /* "0:53", as scontrol has it */
	assert_int_equal(v[3].exit_signal, 53);
	free(v);
	buf_clear(&b);
}

static void tells_the_default_file_of_a_task_as_it_is_written(void **state)
{
	struct buf b = BUF_INIT(65536);
	struct job_end *v;

	(void)state;
	LINE(&b, "2_1", "14", "COMPLETED", "None", "0:0", "2026-11-28T11:43:07",
	     "2026-11-28T11:43:09", "op", "htc-2", "/shared/op/slurm-14.out",
	     "/shared/op/slurm-14.out", "(null)", "/shared/op", "arr", REST);
	LINE(&b, "2_2", "15", "COMPLETED", "None", "0:0", "2026-11-28T11:43:07",
	     "2026-11-28T11:43:09", "op", "htc-2", "/shared/op/slurm-%j.out",
	     "/other/slurm-15.out", "(null)", "/shared/op", "arr", REST);
	LINE(&b, "16", "16", "COMPLETED", "None", "0:0", "2026-11-28T11:43:07",
	     "2026-11-28T11:43:09", "op", "htc-2", "/shared/op/slurm-16.out",
	     "/shared/op/slurm-16.out", "(null)", "/shared/op", "one", REST);
	assert_int_equal(read_all(&v, &b), 3);
	assert_string_equal(v[0].files.output, "/shared/op/slurm-2_1.out");
	assert_string_equal(v[0].files.errors, "/shared/op/slurm-2_1.out");
	assert_string_equal(v[1].files.output, "/shared/op/slurm-15.out"); /* asked for so */
	assert_string_equal(v[1].files.errors, "/other/slurm-15.out");
	assert_string_equal(v[2].files.output, "/shared/op/slurm-16.out");
	free(v);
	buf_clear(&b);
}

static void tells_what_was_asked_for(void **state)
{
	struct buf b = BUF_INIT(65536);
	struct job_end *v;

	(void)state;
	LINE(&b, "41", "41", "FAILED", "NonZeroExitCode", "768", "2026-11-28T11:43:07",
	     "2026-11-28T11:43:09", "op", "htc-2", "/o", "/e", "/j", "/w", "mesh", "(null)",
	     "htc", "8", "2", "2026-11-28T11:43:00", "1-02:00:00");
	LINE(&b, "42", "42", "FAILED", "NonZeroExitCode", "768", "2026-11-28T11:43:07",
	     "2026-11-28T11:43:09", "op", "htc-2", "/o", "/e", "/j", "/w", "mesh", "cfd", "htc",
	     "many", "few", "soon", "long");
	assert_int_equal(read_all(&v, &b), 2);
	assert_string_equal(v[0].name, "mesh");
	assert_string_equal(v[0].user, "op");
	assert_string_equal(v[0].account, "");
	assert_string_equal(v[0].partition, "htc");
	assert_int_equal(v[0].cpus, 8);
	assert_int_equal(v[0].nodes_min, 2);
	assert_int_equal(v[0].start_s - v[0].submit_s, 7);
	assert_int_equal(v[0].limit_s, 26 * 3600);
	assert_string_equal(v[1].account, "cfd"); /* how it ended counts, whatever these are */
	assert_int_equal(v[1].exit_code, 3);
	assert_int_equal(v[1].cpus, 0);
	assert_int_equal(v[1].submit_s, 0);
	assert_int_equal(v[1].limit_s, -1);
	free(v);
	buf_clear(&b);
}

static void a_name_with_a_newline_makes_no_job(void **state)
{
	struct buf b = BUF_INIT(65536);
	struct job_end *v;

	(void)state;
	LINE(&b, "41", "41", "COMPLETED", "None", "0", "2026-11-28T11:43:07",
	     "2026-11-28T11:43:09", "op", "htc-2", "/x\n7   7   FAILED", "/x", "/x", "/x", "m",
	     REST);
	LINE(&b, "42", "42", "COMPLETED", "None", "0", "2026-11-28T11:43:07",
	     "2026-11-28T11:43:09", "op", "htc-2", "/x", "/x", "/x", "/x", "m", REST);
	assert_int_equal(read_all(&v, &b), 1);
	assert_string_equal(v[0].id, "42");
	free(v);
	buf_clear(&b);
}

static void a_path_that_may_be_cut_is_none(void **state)
{
	struct buf b = BUF_INIT(65536);
	struct job_end *v;
	char path[600];

	(void)state;
	memset(path, 'a', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	LINE(&b, "41", "41", "COMPLETED", "None", "0", "2026-11-28T11:43:07",
	     "2026-11-28T11:43:09", "op", "htc-2", path, "/x", "/x", "/x", "m", REST);
	assert_int_equal(read_all(&v, &b), 1);
	assert_string_equal(v[0].files.output, "");
	free(v);
	buf_clear(&b);
}

static void jobs_that_were_forgotten_are_no_failure(void **state)
{
	const struct sched_run r = { .exit_code = 1,
				     .out = "",
				     .errout =
					 "slurm_load_jobs error: Invalid job id specified\n" };
	struct err err = ERR_INIT;
	struct job_end *v;
	size_t n = 7;

	(void)state;
	assert_int_equal(sched_slurm.read_ended(&v, &n, &r, &err), 0);
	assert_int_equal(n, 0);
}

static void files_of_a_job_are_those_of_its_first_record(void **state)
{
	static const char text[] = "JobId=44 ArrayJobId=12 JobName=a\n"
				   "   UserId=op(1000)\n"
				   "   Command=/home/op/job.sh with words\n"
				   "   WorkDir=/home/op\n"
				   "   StdErr=/home/op/e rr\n"
				   "   StdOut=/home/op/12_1.out\n"
				   "\n"
				   "JobId=45\n   StdOut=/other\n";
	const struct sched_run r = { .out = text, .out_len = sizeof(text) - 1, .errout = "" };
	struct err err = ERR_INIT;
	struct job_files f;

	(void)state;
	assert_int_equal(sched_slurm.read_files(&f, &r, &err), 0);
	assert_string_equal(f.output, "/home/op/12_1.out");
	assert_string_equal(f.errors, "/home/op/e rr");
	assert_string_equal(f.cwd, "/home/op");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_state_code_times_and_files),
		cmocka_unit_test(tells_the_default_file_of_a_task_as_it_is_written),
		cmocka_unit_test(tells_what_was_asked_for),
		cmocka_unit_test(a_name_with_a_newline_makes_no_job),
		cmocka_unit_test(a_path_that_may_be_cut_is_none),
		cmocka_unit_test(jobs_that_were_forgotten_are_no_failure),
		cmocka_unit_test(files_of_a_job_are_those_of_its_first_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
