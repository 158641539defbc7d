#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scheduler/slurm.h"

static struct slice text(const char *s)
{
	return (struct slice){ s, strlen(s) };
}

static void reads_times_as_utc(void **state)
{
	static const struct {
		const char *text;
		int64_t want;
	} good[] = {
		{ "1970-01-01T00:00:00", 0 },
		{ "2026-11-22T23:22:09", 1795389729 },
		{ "2024-02-29T12:00:00", 1709208000 },
		{ "2000-03-01T00:00:00", 951868800 },
		{ "N/A", 0 },
		{ "None", 0 },
		{ "Unknown", 0 },
	};
	static const char *const bad[] = { "2026-11-22",	  "2026-13-22T23:22:09",
					   "2026-11-22 23:22:09", "2026-11-22T24:22:09",
					   "2026-11-22T23:22:0x", "now" };
	int64_t s;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(slurm_time_read(&s, text(good[i].text)), 0);
		assert_int_equal(s, good[i].want);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(slurm_time_read(&s, text(bad[i])), -1);
}

static void reads_time_limits(void **state)
{
	static const struct {
		const char *text;
		int64_t want;
	} good[] = {
		{ "UNLIMITED", -1 }, { "30:00", 1800 },		{ "8:00:00", 28800 },
		{ "0:30", 30 },	     { "1-00:00:00", 86400 },	{ "365-00:00:00", 31536000 },
		{ "NOT_SET", -1 },   { "Partition_Limit", -1 },
	};
	static const char *const bad[] = { "30", "1-00:00", "1-0x",    "1:2:3:4",
					   ":",	 "a:b",	    "-1:00:00" };
	int64_t s;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(slurm_limit_read(&s, text(good[i].text)), 0);
		assert_int_equal(s, good[i].want);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(slurm_limit_read(&s, text(bad[i])), -1);
}

/* One truth for a job without a limit, put back into the queue or not. */
static void a_year_is_no_limit_of_a_job(void **state)
{
	int64_t s;

	(void)state;
	assert_int_equal(slurm_job_limit_read(&s, text("365-00:00:00")), 0);
	assert_int_equal(s, -1);
	assert_int_equal(slurm_job_limit_read(&s, text("364-00:00:00")), 0);
	assert_int_equal(s, 364 * 86400);
	assert_int_equal(slurm_job_limit_read(&s, text("a:b")), -1);
}

static void counts_the_tasks_of_a_set(void **state)
{
	static const struct {
		const char *text;
		int64_t tasks, throttle;
	} good[] = {
		{ "7", 1, 0 },	     { "3-20%2", 18, 2 },  { "1-199:2", 100, 0 },
		{ "1,3,7-9", 5, 0 }, { "1,3,...", -1, 0 }, { "1,3,...%5", -1, 5 },
		{ "0-9:3%4", 4, 4 }, { "20%1", 1, 1 },
	};
	static const char *const bad[] = { "",	    "%2",  "a",	 "3-1", "1,,2",
					   "1-5:0", "1:2", "1-", "1,",	"1%x" };
	int64_t tasks, throttle;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(slurm_tasks_read(&tasks, &throttle, text(good[i].text)), 0);
		assert_int_equal(tasks, good[i].tasks);
		assert_int_equal(throttle, good[i].throttle);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (slurm_tasks_read(&tasks, &throttle, text(bad[i])) == 0)
			fail_msg("\"%s\" was taken", bad[i]);
}

static void counts_gpus_in_every_spelling(void **state)
{
	static const struct {
		const char *text;
		int64_t want;
	} good[] = {
		{ "gres:gpu:2", 2 },
		{ "gres/gpu:2", 2 },
		{ "gres:gpu", 1 },
		{ "gres/gpu:a100:4", 4 },
		{ "gres:gpu:a100", 1 },
		{ "gpu:2(S:0-1)", 2 },
		{ "gpu:a100:4,fpga:1", 4 },
		{ "N/A", 0 },
		{ "(null)", 0 },
		{ "cpu=2,mem=400M,gres/gpu=1", 1 },
		{ "gres/gpu=4,gres/gpu:a100=4", 4 },
		{ "gres/gpu:a100=4", 4 },
		{ "gres:fpga:3", 0 },
		{ "gres/gpumem:40G", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (slurm_gpus(text(good[i].text)) != good[i].want)
			fail_msg("%s: %d", good[i].text, (int)slurm_gpus(text(good[i].text)));
}

static void reads_sizes_and_counts(void **state)
{
	int64_t n;

	(void)state;
	assert_int_equal(slurm_mem_read(&n, text("1.50G")), 0);
	assert_int_equal(n, 1536 * 1048576);
	assert_int_equal(slurm_mem_read(&n, text("0")), 0);
	assert_int_equal(n, 0);
	assert_int_equal(slurm_mem_read(&n, text("12X")), -1);
	assert_int_equal(slurm_count_read(&n, text("2-4")), 0);
	assert_int_equal(n, 2);
	assert_int_equal(slurm_count_read(&n, text("3K")), 0);
	assert_int_equal(n, 3072);
	assert_int_equal(slurm_count_read(&n, text("")), -1);
	assert_int_equal(slurm_count_read(&n, text("-")), -1);
}

static void compares_versions(void **state)
{
	(void)state;
	assert_true(slurm_from("26.05.5", 26, 5));
	assert_true(slurm_from("27.02.0-rc1", 26, 5));
	assert_false(slurm_from("25.11.2", 26, 5));
	assert_false(slurm_from("22.05.8", 26, 5));
	assert_false(slurm_from("", 26, 5));
	assert_false(slurm_from(NULL, 26, 5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_times_as_utc),
		cmocka_unit_test(reads_time_limits),
		cmocka_unit_test(a_year_is_no_limit_of_a_job),
		cmocka_unit_test(counts_the_tasks_of_a_set),
		cmocka_unit_test(counts_gpus_in_every_spelling),
		cmocka_unit_test(reads_sizes_and_counts),
		cmocka_unit_test(compares_versions),
	};

	return cmocka_run_group_tests_name("scheduler/slurm_time", tests, NULL, NULL);
}
