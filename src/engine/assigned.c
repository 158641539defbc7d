/*
 * R6.4: a node that never joined may go when no job runs there. Jobs that the scheduler only
 * gave it would be killed or lost with it in some schedulers: so the node is drained, the jobs
 * are put back into the queue, and it goes once a reading that began afterwards shows none.
 */
#include "engine/assigned.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/boot.h"
#include "engine/members.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/remote.h"
#include "engine/run.h"

#define IDS_MOST   500 /* in one command */
#define LIST_NAMES 50000

static bool names(const struct job *j, const char *node, bool *unknown)
{
	struct strs list = STRS_INIT(LIST_NAMES);
	bool has = false;

	if (hostlist_expand(&list, j->nodes, NULL) < 0)
		*unknown = true;
	for (size_t i = 0; i < list.n && !has; i++)
		has = text_casecmp(list.v[i], node) == 0;
	strs_clear(&list);
	return has;
}

static bool has_ended(const struct job *j)
{
	return j->state == JOB_DONE || j->state == JOB_FAILED || j->state == JOB_CANCELLED;
}

/* Whatever is not known to wait runs. */
static bool waits(const struct job *j)
{
	return j->state == JOB_STARTING || j->state == JOB_PENDING || j->state == JOB_HELD;
}

enum node_work node_work(const struct queue *q, const char *node, struct strs *assigned)
{
	const struct sched_node *sn = queue_node(q, node);
	enum node_work work = WORK_NONE;
	bool unknown = sn && sn->jobs < 0;

	if (!sn || sn->jobs == 0)
		return WORK_NONE;
	for (size_t i = 0; i < q->n_jobs && work != WORK_RUNS; i++) {
		const struct job *j = &q->jobs[i];

		if (!j->nodes[0] || has_ended(j) || !names(j, node, &unknown))
			continue;
		work = waits(j) ? WORK_ASSIGNED : WORK_RUNS;
		if (work == WORK_ASSIGNED && assigned && !strs_has(assigned, j->id))
			strs_add(assigned, j->id);
	}
	return unknown && work != WORK_RUNS ? WORK_UNKNOWN : work;
}

static bool can_requeue(const struct run *r)
{
	return r->sched->can & SCHED_REQUEUE;
}

bool unjoined_is_free(struct run *r, struct member *m)
{
	enum node_work work = r->queue ? node_work(r->queue, m->node.name, NULL) : WORK_UNKNOWN;

	m->requeue_due = work == WORK_ASSIGNED && can_requeue(r);
	return work == WORK_NONE;
}

const char *unjoined_text(char out[160], const struct run *r, const struct member *m)
{
	struct overdue_facts f = {
		.now_ms = clock_utc_ms(),
		.boot_s = cluster_array(&r->cluster.spec, m->node.array)
			      ? cluster_array(&r->cluster.spec, m->node.array)->boot_s
			      : 0,
	};

	out[0] = '\0';
	overdue_by_cloud(&f, r, m);
	if (!r->queue || node_overdue(&m->node, &f) != OVERDUE_JOINED)
		return out;
	switch (node_work(r->queue, m->node.name, NULL)) {
	case WORK_NONE:
		break;
	case WORK_ASSIGNED:
		snprintf(
		    out, 160,
		    can_requeue(r)
			? "jobs wait for it: they are put back into the queue first"
			: "jobs wait for it, and %s cannot put them back into the queue: cancel or move them",
		    r->sched->title);
		break;
	case WORK_RUNS:
		snprintf(out, 160, "the scheduler says that jobs run on it");
		break;
	case WORK_UNKNOWN:
		snprintf(out, 160, "which jobs are on it is not known");
		break;
	}
	return out;
}

/*
 * Asking them back
 */

struct asking {
	struct run *run;
	struct strs ids;
	bool noticed; /* they run on machines that the cloud takes back */
};

/* A job that may not be requeued stays where it is, and so does its node. */
static void refused(struct run *r, const struct strs *ids, bool noticed, const char *why)
{
	log_warn("cluster %s: requeue of %s: %s", r->cluster.name, ids->v[0], why);
	for (size_t i = 0; !noticed && i < r->n_members; i++) {
		struct member *m = r->members[i];

		if (!m->requeue_due || m->requeue_told)
			continue;
		m->requeue_told = true;
		note(
		    r, EVENT_WARN, m->node.name,
		    "it did not join, and jobs that wait for it could not be put back into the queue: it stays: %.160s",
		    why);
	}
}

static void on_asked(void *arg, const struct sched_run *run, const struct err *why)
{
	struct asking *a = arg;
	struct run *r = a->run;
	struct err err = ERR_INIT;

	r->draining_call = false;
	r->requeue_ms = clock_utc_ms();
	if (FAILPOINT("assigned.answer"))
		run = NULL;
	if (!run || r->sched->read_act(SCHED_REQUEUE_JOBS, run, &err) < 0) {
		refused(r, &a->ids, a->noticed, run ? err.msg : why ? why->msg : "failpoint");
	} else {
		const char *because = a->noticed ? "the cloud takes its spot machine back"
						 : "the node that it waited for did not join";

		requeued_asked(&r->requeued, &a->ids, because, clock_utc_ms());
		for (size_t i = 0; i < a->ids.n; i++)
			note(r, EVENT_WARN, a->ids.v[i], "put back into the queue: %s",
			     because);
		observe_soon(r, 200);
	}
	strs_clear(&a->ids);
	free(a);
}

/* Drained first, or the scheduler would give them the same node again. */
static void ids_of(struct run *r, struct strs *ids)
{
	for (size_t i = 0; i < r->n_members && ids->n < IDS_MOST; i++) {
		const struct member *m = r->members[i];
		const struct sched_node *sn = m->requeue_due && node_is_booting(m->node.state)
						  ? queue_node(r->queue, m->node.name)
						  : NULL;

		if (sn && sn->drained)
			node_work(r->queue, m->node.name, ids);
	}
}

static void running_on(const struct queue *q, const char *node, struct strs *ids)
{
	bool unknown = false;

	for (size_t i = 0; i < q->n_jobs && ids->n < IDS_MOST; i++) {
		const struct job *j = &q->jobs[i];

		if ((j->state == JOB_RUNNING || j->state == JOB_SUSPENDED) &&
		    names(j, node, &unknown) && !strs_has(ids, j->id))
			strs_add(ids, j->id);
	}
}

/* B2: what cannot be put back runs on, as long as the machine is there. */
static void noticed_ids(const struct run *r, struct strs *ids)
{
	for (size_t i = 0; can_requeue(r) && i < r->n_members; i++) {
		const struct member *m = r->members[i];
		const struct sched_node *sn =
		    m->node.state == NODE_EVICTED ? queue_node(r->queue, m->node.name) : NULL;

		if (sn && sn->evict_notice && sn->jobs != 0)
			running_on(r->queue, m->node.name, ids);
	}
}

bool assigned_act(struct run *r)
{
	struct asking *a;
	struct sched_args args = { .version = r->sched_version };

	if (!r->queue || r->queue->read_started_ms <= r->requeue_ms)
		return false;
	a = xcalloc(1, sizeof(*a));
	*a = (struct asking){ .run = r, .ids = STRS_INIT(IDS_MOST) };
	noticed_ids(r, &a->ids); /* they have seconds */
	a->noticed = a->ids.n > 0;
	if (!a->noticed)
		ids_of(r, &a->ids);
	if (a->ids.n == 0) {
		free(a);
		return false;
	}
	args.names = &a->ids;
	(void)FAILPOINT("assigned.call");
	r->draining_call = true;
	remote_verb(r, SCHED_REQUEUE_JOBS, &args, on_asked, a);
	return true;
}
