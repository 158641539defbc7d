/* A job once more: resubmit.c submits it, resubmit_form.c tells what it was and judges changes.
 */
#ifndef ENGINE_RESUBMIT_H
#define ENGINE_RESUBMIT_H

#include "engine/run.h"

int resubmit_can(const struct run *r, struct err *err);		 /* does its scheduler? */
struct job_changes resubmit_changes(const struct json *changes); /* borrowed from it */

/* What a job of these sizes would get of the cluster as it is: adds to problems and checks. */
struct check_job {
	const struct cluster_spec *spec;
	const struct vm_sizes *sizes;
	const struct facts *facts; /* NULL: nothing was decided yet */
	const struct sched_ops *sched;
	const struct sched_limits *limits; /* NULL: not known */
};
void check_job(struct json *out, const struct check_job *f, const struct job *as,
	       const struct json *changes);

#endif
