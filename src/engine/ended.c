/*
 * Jobs that ended. Slurm's queue no longer shows them, and its accounting may be off: what ran
 * in one reading and is in the next no more has ended between them. How it ended is not known
 * then; where and for how long it ran is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "engine/run.h"

static bool holds_machines(const struct job *j)
{
	return j->state == JOB_RUNNING || j->state == JOB_COMPLETING ||
	       j->state == JOB_STARTING || j->state == JOB_SUSPENDED;
}

static bool says_its_end(const struct job *j)
{
	return j->state == JOB_DONE || j->state == JOB_FAILED || j->state == JOB_CANCELLED;
}

static int keep(struct run *r, const struct job *j, const char *state, int64_t end_s,
		struct err *err)
{
	struct job_record rec = { .submit_s = j->submit_s,
				  .start_s = j->start_s,
				  .end_s = end_s };

	snprintf(rec.id, sizeof(rec.id), "%s", j->id);
	snprintf(rec.name, sizeof(rec.name), "%s", j->name);
	snprintf(rec.user, sizeof(rec.user), "%s", j->user);
	snprintf(rec.partition, sizeof(rec.partition), "%s", j->partition);
	snprintf(rec.state, sizeof(rec.state), "%s", state);
	snprintf(rec.nodes, sizeof(rec.nodes), "%s", j->nodes);
	return store_job_seen(r->engine->store, r->cluster.id, &rec, err);
}

static int keep_all(struct run *r, struct map *gone, const struct queue *now, struct err *err)
{
	const char *id;
	void *job;

	for (size_t i = 0; i < now->n_jobs; i++)
		if (says_its_end(&now->jobs[i]) &&
		    keep(r, &now->jobs[i], job_state_name(now->jobs[i].state),
			 now->jobs[i].end_s, err) < 0)
			return -1;
	for (size_t i = 0; map_next(gone, &i, &id, &job);)
		if (keep(r, job, "ended", now->read_started_ms / 1000, err) < 0)
			return -1;
	return 0;
}

void jobs_ended(struct run *r, const struct queue *before, const struct queue *now)
{
	struct map *gone = map_new(NULL, false);
	struct err err = ERR_INIT;

	for (size_t i = 0; before && i < before->n_jobs; i++)
		if (holds_machines(&before->jobs[i]))
			map_put(gone, before->jobs[i].id, &before->jobs[i]);
	for (size_t i = 0; i < now->n_jobs && map_count(gone); i++)
		map_del(gone, now->jobs[i].id);
	if (store_begin(r->engine->store, &err) == 0) {
		if (keep_all(r, gone, now, &err) < 0)
			store_rollback(r->engine->store);
		else if (store_commit(r->engine->store, &err) < 0)
			engine_fatal(r->engine, &err);
	}
	if (err.code != ERR_NONE)
		log_error("cluster %s: jobs that ended are not kept: %s", r->cluster.name,
			  err.msg);
	map_free(gone);
}
