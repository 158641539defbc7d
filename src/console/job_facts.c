#include "console/job_facts.h"

#include <stdio.h>
#include <string.h>

static bool has_ended(const struct job *j)
{
	return j->state == JOB_DONE || j->state == JOB_FAILED || j->state == JOB_CANCELLED;
}

/* What goes through the engine is submitted on the head by its own account, whoever asked: it
 * counts as the cluster's owner's. */
const char *job_owner(const char *user, const struct cluster *c)
{
	const char *account = c ? c->spec.admin_user : NULL;

	return account && strcmp(user, account) == 0 && c->owner && c->owner[0] ? c->owner
										: user;
}

void job_facts_add(struct job_facts *f, const struct job *j, const char *me,
		   const struct cluster *c)
{
	const char *owner = job_owner(j->user, c);
	int64_t left = job_tasks_left(j);

	if (has_ended(j)) {
		f->ended++;
		return;
	}
	f->tasks += left >= 0 ? left : 1;
	f->running += job_tasks_running(j);
	if (me && strcmp(owner, me) != 0)
		snprintf(f->other, sizeof(f->other), "%.32s", owner);
}

void job_facts_tell(const struct job_facts *f, const char *lost, struct strs *out)
{
	long long tasks = f->tasks, running = f->running;

	if (tasks == 0)
		strs_add(out, "nothing of it waits or runs any more");
	else if (running == 0)
		strs_addf(out, tasks == 1 ? "1 task, which waits" : "%lld tasks, all wait",
			  tasks);
	else if (running == tasks)
		strs_addf(out,
			  tasks == 1 ? "1 task, which runs now" : "%lld tasks, all run now",
			  tasks);
	else
		strs_addf(out, "%lld tasks, %lld of them run%s now", tasks, running,
			  running == 1 ? "s" : "");
	if (running > 0)
		strs_add(out, lost);
	if (f->ended > 0)
		strs_addf(out, "%lld ended already: nothing is done to %s", (long long)f->ended,
			  f->ended == 1 ? "it" : "them");
	if (f->other[0])
		strs_addf(out, "not all are yours: %s", f->other);
}
