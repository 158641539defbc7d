/* Jobs of a cluster: those that left, what became of them, and why the others wait. */
#ifndef ENGINE_JOBS_H
#define ENGINE_JOBS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"
#include "base/strs.h"
#include "model/cluster.h"
#include "model/queue.h"
#include "scheduler/scheduler.h"

struct engine;
struct run;
struct unseen;

/* jobs.c */
#define EVENT_SUBMITTED "submitted" /* of a job; read again by the next life */
struct run *
run_ready(struct engine *e, const char *cluster,
	  struct err *err); /* running, and its head is reached; NULL: says why not */

/* job_log.c */
struct known_files {
	struct job_files files;
	char user[64];
	int64_t at_ms; /* mono */
};

/* ended.c: what was in the reading before and is so no more is written down */
#define JOB_ENDED_WORD "ended" /* state of a record whose end nobody told */
const char *
jobs_unknown(const struct queue *q, const struct unseen *u,
	     const struct strs *ids); /* the first that neither has; NULL: they have all */
/* fit: those of them that the act does something to; unfit: of the others why it does not. */
void jobs_fit(const struct queue *q, const struct sched_ops *ops, enum sched_verb verb,
	      const struct strs *ids, struct strs *fit, struct strs *unfit);
struct map *jobs_left(const struct queue *before, const struct queue *now);
void jobs_ended(struct run *r, struct map *gone, const struct queue *now); /* what left */
void jobs_end_with_cluster(struct run *r); /* its head is about to go, and all jobs with it */
/* -1: the number is that of an array, whose tasks write, each its own. */
int job_log_one(const struct queue *now, const struct queue *past, const char *job,
		struct err *err);
void gone_jobs_load(struct run *r); /* those that ended lately, of the store */
void gone_jobs_free(struct run *r);

/* why.c: what was written down of a job or an array that has left the queue; false: nothing */
bool why_ended(struct buf *out, const struct run *r, const char *id);

/* why_job.c */
void why_waits(struct buf *out, const struct run *r, const struct job *j);

/* verdict.c: what keeps jobs from getting nodes, into the rows of the queue */
void verdicts_set(struct run *r); /* after a decision */
void verdicts_rest(
    struct run *r); /* the cluster's state moved: what holds while it does not run */
const char *
cluster_rests_why(const struct cluster *c); /* "cluster off: start it"; "" it runs */
void verdicts_keep(struct queue *now, const struct queue *before); /* until the next one */

#endif
