/* Why a job pends: which of Slurm's reasons are rules of its own, and what they say in words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "scheduler/slurm.h"

static void a_limits_name_is_told_in_words(void **state)
{
	static const struct {
		const char *reason, *text;
	} cases[] = {
		{ "QOSMaxJobsPerUserLimit",
		  "its user may not have more running jobs in this QOS" },
		{ "QOSMaxSubmitJobPerUserLimit",
		  "its user may not have more jobs in the queue in this QOS" },
		{ "QOSGrpCPURunMinutesLimit",
		  "its QOS may not have more CPU minutes that are still to run" },
		{ "QOSMaxNodePerJobLimit",
		  "it asks for more nodes than its QOS lets a job have" },
		{ "QOSMinCpuNotSatisfied", "it asks for fewer CPUs than its QOS demands" },
		{ "AssocGrpNodeLimit", "its account may not have more nodes" },
		{ "AssocMaxWallDurationPerJobLimit",
		  "it asks for more run time than its account lets a job have" },
		{ "AssocMaxCpuPerNode",
		  "it asks for more CPUs than its account lets a job have on a node" },
		{ "MaxMemPerAccount", "its account may not have more memory in this QOS" },
		{ "PartitionTimeLimit", "its time limit is longer than its partition allows" },
		{ "QOSUsageThreshold", "its account has used more than its QOS lets begin" },
		{ "AssocMaxJobsLimit,JobHeldUser",
		  "its account may not have more running jobs" },
		{ "QOSMaxQuantaPerMoonLimit", "a limit of its QOS" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[SCHED_RULE_TEXT];

		assert_true(slurm_rule_text(text, cases[i].reason));
		assert_string_equal(text, cases[i].text);
	}
}

static void what_is_no_rule_is_none(void **state)
{
	static const char *const others[] = {
		"",	     "Resources",	  "Priority",		"JobHeldUser",
		"BeginTime", "Dependency",	  "PartitionNodeLimit", "PartitionDown",
		"Licenses",  "JobArrayTaskLimit", "something new"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		char text[SCHED_RULE_TEXT];

		assert_false(slurm_rule_text(text, others[i]));
	}
}

static void a_rule_is_never_demand(void **state)
{
	static const char *const rules[] = { "QOSMaxJobsPerUserLimit", "AssocGrpNodeLimit",
					     "PartitionTimeLimit", "MaxNodePerAccount" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		bool demand = true;

		slurm_reason_of((struct slice){ rules[i], strlen(rules[i]) }, &demand);
		assert_false(demand);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_limits_name_is_told_in_words),
		cmocka_unit_test(what_is_no_rule_is_none),
		cmocka_unit_test(a_rule_is_never_demand),
	};

	return cmocka_run_group_tests_name("scheduler/slurm_reason", tests, NULL, NULL);
}
