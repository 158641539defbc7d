/*
 * Why a job pends: the first words of %r, whether that is demand, and Slurm's own rules in
 * words that need no manual. Demand: only nodes are missing. PartitionConfig and
 * PartitionNodeLimit are what a job gets while a dynamic partition has too few nodes (seen: -N
 * 3 with two nodes known), so both are demand; a size that no machine can ever have is told
 * apart by the plan.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "scheduler/slurm.h"

static const struct {
	const char *word;
	enum reason_class class;
	bool demand;
	const char *rule; /* of a rule that has a sentence of its own */
} reasons[] = {
	{ "None", REASON_NONE, true, NULL },
	{ "Resources", REASON_RESOURCES, true, NULL },
	{ "Priority", REASON_RESOURCES, true, NULL },
	{ "PartitionConfig", REASON_RESOURCES, true, NULL },
	{ "PartitionNodeLimit", REASON_RESOURCES, true, NULL },
	{ "Nodes required for job are DOWN", REASON_RESOURCES, true, NULL },
	{ "ReqNodeNotAvail", REASON_RESOURCES, true, NULL },
	{ SLURM_BEGIN, REASON_TIME, false, NULL },
	{ "Reservation", REASON_TIME, false, NULL },
	{ "DependencyNeverSatisfied", REASON_NEVER, false, NULL },
	{ "Dependency", REASON_DEPENDENCY, false, NULL },
	{ "JobHeld", REASON_HOLD, false, NULL },
	{ "JobHold", REASON_HOLD, false, NULL },
	{ "launch failed requeued held", REASON_HOLD, false, NULL },
	{ "PartitionDown", REASON_QUEUE, false, NULL },
	{ "PartitionInactive", REASON_QUEUE, false, NULL },
	{ "PartitionTimeLimit", REASON_NEVER, false,
	  "its time limit is longer than its partition allows" },
	{ "BadConstraints", REASON_NEVER, false, NULL },
	{ "InvalidAccount", REASON_NEVER, false,
	  "its account is not known, or not its user's" },
	{ "InvalidQOS", REASON_NEVER, false, "its QOS is not known, or not its user's" },
	{ "AccountNotAllowed", REASON_NEVER, false, "its account may not use its partition" },
	{ "DeadLine", REASON_NEVER, false, NULL },
	{ "JobArrayTaskLimit", REASON_LIMIT, false, NULL },
	{ "AssociationJobLimit", REASON_LIMIT, false,
	  "its account has as many jobs as it may" },
	{ "AssociationResourceLimit", REASON_LIMIT, false,
	  "its account has as much as it may have" },
	{ "AssociationTimeLimit", REASON_LIMIT, false, "its account has used up its time" },
	{ "Assoc", REASON_LIMIT, false, NULL },
	{ "QOSNotAllowed", REASON_LIMIT, false, "its QOS may not use its partition" },
	{ "QOSJobLimit", REASON_LIMIT, false, "its QOS has as many jobs as it may" },
	{ "QOSResourceLimit", REASON_LIMIT, false, "its QOS has as much as it may have" },
	{ "QOSTimeLimit", REASON_LIMIT, false, "its QOS has used up its time" },
	{ "QOSUsageThreshold", REASON_LIMIT, false,
	  "its account has used more than its QOS lets begin" },
	{ "QOS", REASON_LIMIT, false, NULL },
	{ "MaxCpuPerAccount", REASON_LIMIT, false, NULL },
	{ "MaxGRESPerAccount", REASON_LIMIT, false, NULL },
	{ "MaxJobsPerAccount", REASON_LIMIT, false, NULL },
	{ "MaxMemPerAccount", REASON_LIMIT, false, NULL },
	{ "MaxNodePerAccount", REASON_LIMIT, false, NULL },
	{ "MaxSubmitJobsPerAccount", REASON_LIMIT, false, NULL },
	{ "Licenses", REASON_LIMIT, false, NULL },
};

static enum reason_class one_reason(struct slice f, bool *demand)
{
	*demand = false;
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		if (slice_starts(f, reasons[i].word)) {
			*demand = reasons[i].demand;
			return reasons[i].class;
		}
	}
	return REASON_UNKNOWN;
}

/*
 * squeue joins the reasons of an array's tasks with a comma and no blank
 * ("Resources,JobHeldUser"); a comma inside one reason has a blank behind it. Any reason for
 * tasks that only wait for nodes makes the record demand.
 */
enum reason_class slurm_reason_of(struct slice f, bool *demand)
{
	enum reason_class first = REASON_UNKNOWN;
	bool list =
	    slice_starts(f, "ReqNodeNotAvail"); /* ends in a host list, which has commas too */

	*demand = false;
	for (size_t at = 0, end; at <= f.len; at = end + 1) {
		enum reason_class c;
		bool d;

		for (end = at; end < f.len; end++)
			if (!list && f.s[end] == ',' && end + 1 < f.len && f.s[end + 1] != ' ')
				break;
		c = one_reason((struct slice){ f.s + at, end - at }, &d);
		if (at == 0 || (d && !*demand))
			first = c;
		*demand = *demand || d;
	}
	return first;
}

/*
 * Limits of accounts and QOS: their names are put together from whose limit it is, of what, and
 * for whom: "QOS" "Max" "Jobs" "PerUser" "Limit", "Assoc" "Grp" "CPURunMinutes" "Limit". Some
 * hundred of them, which Slurm's versions spell now one way and now another.
 */

struct limit_word {
	const char *word, *text;
};

static const struct limit_word of_what[] = {
	/* the longer of two with one beginning first */
	{ "CPURunMinutes", "CPU minutes that are still to run" },
	{ "CPUMinutes", "CPU minutes" },
	{ "MemRunMinutes", "minutes of memory that are still to run" },
	{ "MemMinutes", "minutes of memory" },
	{ "NodeRunMinutes", "node minutes that are still to run" },
	{ "NodeMinutes", "node minutes" },
	{ "GRESRunMinutes", "minutes of GPUs and the like that are still to run" },
	{ "GRESMinutes", "minutes of GPUs and the like" },
	{ "Cpu", "CPUs" },
	{ "CPU", "CPUs" },
	{ "Mem", "memory" },
	{ "Node", "nodes" },
	{ "GRES", "GPUs and the like" },
	{ "SubmitJob", "jobs in the queue" },
	{ "Job", "running jobs" },
	{ "Wall", "run time" },
	{ "Billing", "billing units" },
	{ "License", "licences" },
	{ "Energy", "energy" },
	{ "BB", "burst buffer" },
};

static const char *skip(const char *at, const char *word)
{
	return strncmp(at, word, strlen(word)) == 0 ? at + strlen(word) : at;
}

static const char *limit_of_what(const char **at)
{
	for (size_t i = 0; i < ARRAY_LEN(of_what); i++)
		if (skip(*at, of_what[i].word) != *at) {
			*at = skip(*at, of_what[i].word);
			return of_what[i].text;
		}
	return NULL;
}

static bool compose(char out[SCHED_RULE_TEXT], const char *reason)
{
	const char *rest = skip(skip(reason, "Assoc"), "QOS");
	const char *whose = skip(reason, "Assoc") != reason ? "account" : "QOS", *what;
	bool all = skip(rest, "Grp") != rest, least = skip(rest, "Min") != rest;

	rest = skip(skip(skip(rest, "Grp"), "Max"), "Min");
	what = limit_of_what(&rest);
	if (!what)
		return false;
	if (all)
		snprintf(out, SCHED_RULE_TEXT, "its %s may not have more %s", whose, what);
	else if (least)
		snprintf(out, SCHED_RULE_TEXT, "it asks for fewer %s than its %s demands", what,
			 whose);
	else if (strstr(rest, "PerUser"))
		snprintf(out, SCHED_RULE_TEXT, "its user may not have more %s in this %s", what,
			 whose);
	else if (strstr(rest, "PerAccount") || strstr(rest, "PerAcct"))
		snprintf(out, SCHED_RULE_TEXT, "its account may not have more %s in this %s",
			 what, whose);
	else if (strstr(rest, "PerJob") || strstr(rest, "PerNode"))
		snprintf(out, SCHED_RULE_TEXT,
			 "it asks for more %s than its %s lets a job have%s", what, whose,
			 strstr(rest, "PerNode") ? " on a node" : "");
	else
		snprintf(out, SCHED_RULE_TEXT, "its %s may not have more %s", whose, what);
	return true;
}

bool slurm_rule_text(char out[SCHED_RULE_TEXT], const char *reason)
{
	struct slice f = { reason, strcspn(reason, ",") };
	bool account = slice_starts(f, "Assoc"), qos = slice_starts(f, "QOS");

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		if (!reasons[i].rule || !slice_starts(f, reasons[i].word))
			continue;
		snprintf(out, SCHED_RULE_TEXT, "%s", reasons[i].rule);
		return true;
	}
	if (!account && !qos && !slice_starts(f, "Max"))
		return false;
	if (!compose(out, reason)) /* one that a later Slurm has and these tables do not */
		snprintf(out, SCHED_RULE_TEXT, "a limit of its %s",
			 account ? "account" : "QOS");
	return true;
}
