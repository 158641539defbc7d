#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scheduler/scheduler.h"

static const char *const features[] = { "htc", "Standard_F2s_v2", "spot", NULL };

static int fits(const char *partition, const char *constraint)
{
	struct job j = { .partition = partition, .constraint = constraint };

	return sched_slurm.job_fits(&j, "htc", features);
}

static void looks_for_the_array_among_the_partitions(void **state)
{
	(void)state;
	assert_int_equal(fits("htc", ""), 1);
	assert_int_equal(fits("main,htc", ""), 1);
	assert_int_equal(fits("htc2,xhtc", ""), 0);
	assert_int_equal(fits("", ""), 0);
}

static void reads_constraints_as_slurm_does(void **state)
{
	static const struct {
		const char *text;
		int want;
	} all[] = {
		{ "spot", 1 },
		{ "gpu", 0 },
		{ "htc&spot", 1 },
		{ "htc&gpu", 0 },
		{ "gpu|spot", 1 },
		{ "gpu|hpc", 0 },
		{ "gpu&hpc|spot", 1 },
		{ "spot|gpu&hpc", 0 },
		{ "spot|(gpu&hpc)", 1 },
		{ "!gpu", 1 },
		{ "htc&!spot", 0 },
		{ "[htc|gpu]", 1 },
		{ "[hpc|gpu]", 0 },
		{ "htc*2", 1 },
		{ "gpu*2", 0 },
		{ "(htc|gpu)&spot", 1 },
		{ "spo", 0 },
		{ "[htc*1&gpu*2]", -1 },
		{ "htc*2&spot*1", -1 },
		{ "htc*", -1 },
		{ "(htc", -1 },
		{ "htc)", -1 },
		{ "&htc", -1 },
		{ "htc&", -1 },
		{ "[htc&spot]", -1 },
		{ "((((((((((((((((((((htc", -1 },
		{ "!!!!!!!!!!!!!!!!!!!!!!!!htc", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (fits("htc", all[i].text) != all[i].want)
			fail_msg("%s: %d", all[i].text, fits("htc", all[i].text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_for_the_array_among_the_partitions),
		cmocka_unit_test(reads_constraints_as_slurm_does),
	};

	return cmocka_run_group_tests_name("scheduler/slurm_constraint", tests, NULL, NULL);
}
