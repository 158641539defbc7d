/* What a question about jobs tells of them: how many tasks, whose. Pure, so that a test reads
 * it without a screen. */
#ifndef CONSOLE_JOB_FACTS_H
#define CONSOLE_JOB_FACTS_H

#include "base/strs.h"
#include "model/cluster.h"
#include "model/queue.h"

struct job_facts {
	int64_t tasks, running; /* of those that have not ended */
	int64_t ended;		/* jobs that have: nothing is done to them */
	char other[40];		/* somebody else whose work is among them; "" nobody */
};

/* Whose a job of that account is. c: its cluster, NULL when it is not known. */
const char *job_owner(const char *user, const struct cluster *c);
/* me: who sits here. c: their cluster, NULL when it is not known. */
void job_facts_add(struct job_facts *f, const struct job *j, const char *me,
		   const struct cluster *c);
/* As lines. lost: what becomes of what runs now. */
void job_facts_tell(const struct job_facts *f, const char *lost, struct strs *out);

#endif
