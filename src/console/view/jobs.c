/* Jobs: the queue as the scheduler has it, and why each job is where it is. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "console/pane.h"
#include "console/words.h"

enum { ID, NAME, USER, PART, STATE, CPUS, NODES, WHY };

static const struct column small[] = {
	{ "JOBID", 9, 12, 9, false },
	{ "ST", 2, 2, 8, false },
	{ "NAME", 6, 12, 4, false },
	{ "WHY", 12, 0, 7, false },
};
static const unsigned char small_what[] = { ID, STATE, NAME, WHY };
static const struct column normal[] = {
	{ "JOBID", 9, 14, 9, false }, { "NAME", 11, 18, 5, false }, { "USER", 5, 10, 4, false },
	{ "ST", 2, 2, 8, false },     { "N", 2, 4, 3, true },	    { "WHY", 19, 0, 7, false },
};
static const unsigned char normal_what[] = { ID, NAME, USER, STATE, NODES, WHY };
static const struct column wide[] = {
	{ "JOBID", 10, 16, 9, false }, { "NAME", 10, 18, 5, false },
	{ "USER", 6, 10, 4, false },   { "PART", 4, 8, 3, false },
	{ "ST", 2, 2, 8, false },      { "CPUS", 4, 5, 2, true },
	{ "NODES", 5, 5, 3, true },    { "WHY", 24, 0, 7, false },
};
static const unsigned char wide_what[] = { ID, NAME, USER, PART, STATE, CPUS, NODES, WHY };

static const struct pane_columns sets[] = {
	{ 0, small, small_what, ARRAY_LEN(small) },
	{ 56, normal, normal_what, ARRAY_LEN(normal) },
	{ 85, wide, wide_what, ARRAY_LEN(wide) },
};

static const struct job *at(const struct pane *p, size_t i)
{
	return &p->rows.u.jobs[i];
}

static int64_t id(const struct pane *p, size_t i)
{
	return pane_hash(at(p, i)->id);
}

static const char *name(const struct pane *p, size_t i)
{
	return at(p, i)->id;
}

static void cell(const struct pane *p, size_t i, int what, struct table_cell *out)
{
	const struct job *j = at(p, i);
	char why[WORDS_MAX];

	switch (what) {
	case ID:
		snprintf(out->text, sizeof(out->text), "%.100s", j->id);
		break;
	case NAME:
		snprintf(out->text, sizeof(out->text), "%.150s", j->name);
		break;
	case USER:
		snprintf(out->text, sizeof(out->text), "%.100s", j->user);
		break;
	case PART:
		snprintf(out->text, sizeof(out->text), "%.100s", j->partition);
		break;
	case STATE:
		snprintf(out->text, sizeof(out->text), "%s", job_state_short(j->state));
		out->tone = words_job_tone(j->state);
		break;
	case CPUS:
		snprintf(out->text, sizeof(out->text), "%lld", (long long)j->cpus);
		break;
	case NODES:
		snprintf(out->text, sizeof(out->text), "%lld", (long long)j->nodes_min);
		break;
	default:
		snprintf(out->text, sizeof(out->text), "%s", words_job_why(why, j, p->booting));
		if (j->state == JOB_PENDING && j->reason_class == REASON_NEVER)
			out->tone = TONE_FAIL;
	}
}

const struct pane_kind pane_jobs = {
	.title = "Jobs",
	.window = "jobs",
	.noun = NOUN_JOB,
	.of_cluster = true,
	.titled = true,
	.marks = true,
	.follows = true,
	.columns = sets,
	.n_columns = ARRAY_LEN(sets),
	.sorts = { "", "state", "user", "name", "prio", "nodes" },
	.id = id,
	.name = name,
	.cell = cell,
};
