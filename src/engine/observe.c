/*
 * Reading scheduler and cloud (R5.2): whole, or unknown with a reason. A reading is taken over
 * only when every part of it was; what is decided from it begins afterwards.
 */
#include "engine/observe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/work.h"
#include "engine/bill.h"
#include "engine/change.h"
#include "engine/history.h"
#include "engine/jobs.h"
#include "engine/lasting.h"
#include "engine/members.h"
#include "engine/note.h"
#include "engine/publish.h"
#include "engine/reconcile.h"
#include "engine/region.h"
#include "engine/remote.h"
#include "engine/run.h"
#include "engine/spot.h"

#define CLOUD_BUSY_MS 3000 /* while something is on its way */
#define CLOUD_REST_MS 30000

struct reading { /* one observation of the scheduler under way */
	struct run *run;
	struct queue *queue;
	unsigned int left;
	bool failed;
	struct buf text;    /* of jobs, that is not in the queue yet */
	struct timer *over; /* all parts are there: taken over in a turn of its own */
	struct work *work;  /* it is held against the one before, beside the loop */
	bool compared;
	const struct queue *before;
	struct map *gone;   /* what came of that */
	struct map *unseen; /* submitted before it began; then: what of that it does not show */
	struct tenancy tenancy;
	struct waits waits;
};

/* What is lost of the head may be lost with its cloud: asked now, not when it is due. */
void observe_cloud_too(struct run *r)
{
	if (r->cluster.head_id && r->cluster.head_id[0] && !cluster_rests(&r->cluster))
		observe_cloud(r);
}

static void source_ok(struct run *r, struct source *s, const char *what, int64_t started_ms)
{
	if (s->lost_told)
		note(r, EVENT_INFO, "", "%s " LASTING_ANSWERS, what);
	s->lost_told = false;
	s->state = SOURCE_OK;
	s->started_ms = started_ms;
	s->ok_ms = clock_utc_ms();
	s->ok_mono_ms = clock_mono_ms();
	s->failures = 0;
	s->readings++;
	s->err = (struct err)ERR_INIT;
	s->reading = false;
}

static void source_failed(struct run *r, struct source *s, const char *what,
			  const struct err *err)
{
	s->state = SOURCE_UNKNOWN;
	s->reading = false;
	s->err = *err;
	s->failures++;
	log_debug("cluster %s: %s unknown: %s", r->cluster.name, what, err->msg);
	if (s->failures == 3 && !s->lost_told) {
		s->lost_told = true;
		note(r, EVENT_WARN, "", "%s " LASTING_UNREAD ": %.200s", what, err->msg);
	}
	run_changed(r);
	if (s == &r->queue_source && s->failures == 1)
		observe_cloud_too(r);
}

/* R12.1: whoever sets the wall clock makes no reading older, or younger. */
int64_t source_age_ms(const struct source *s)
{
	return clock_mono_ms() - s->ok_mono_ms;
}

/* DESIGN.md 13: after the larger of two cycles and 120 s. */
bool source_is_old(const struct run *r, const struct source *s)
{
	int64_t limit = 2 * r->cluster.spec.cycle_s * 1000;

	return source_age_ms(s) > (limit > 120000 ? limit : 120000);
}

bool queue_is_unread(const struct run *r)
{
	return !r->queue &&
	       (r->cluster.state == CLUSTER_RUNNING || r->cluster.state == CLUSTER_STOPPING);
}

/* A listing that does not end leaves the last one to grow old, and before the first one nobody
 * knows what is there. */
bool run_is_blind(const struct run *r)
{
	const struct source *q = &r->queue_source, *c = &r->cloud_source;
	bool listed = r->cluster.head_id && r->cluster.head_id[0];

	return q->state != SOURCE_OK || source_is_old(r, q) || c->state == SOURCE_UNKNOWN ||
	       (listed && (c->state != SOURCE_OK || source_is_old(r, c)));
}

bool run_removes_nothing(const struct run *r)
{
	return run_is_blind(r) || suspicion_holds(&r->suspicion);
}

/*
 * Cloud
 */

static bool in_motion(const struct run *r)
{
	if (r->n_intents)
		return true;
	for (size_t i = 0; i < r->n_members; i++) {
		enum node_state s = r->members[i]->node.state;

		if (node_is_booting(s) || s == NODE_DELETING || s == NODE_EVICTED ||
		    s == NODE_FAILED)
			return true;
	}
	return false;
}

static void on_vms(void *arg, struct cloud_vms *vms, const struct err *err)
{
	struct run *r = arg;

	r->vms_call = NULL;
	if (!vms)
		source_failed(r, &r->cloud_source, SOURCE_CLOUD, err);
	else
		reconcile_cloud(r, vms);
}

void observe_listed(struct run *r)
{
	source_ok(r, &r->cloud_source, SOURCE_CLOUD, r->vms_started_ms);
}

void observe_cloud(struct run *r)
{
	char group[320];

	if (r->vms_call || r->listing_open ||
	    resource_name(r, CLOUD_GROUP, NULL, group, NULL) < 0)
		return;
	r->vms_started_ms = clock_utc_ms();
	r->vms_mono_ms = clock_mono_ms();
	r->cloud_source.reading = true;
	r->vms_call =
	    r->cloud->ops->vms(r->cloud->cloud, group, r->cluster.short_id, on_vms, r);
}

static void cloud_when_due(struct run *r)
{
	int64_t age = clock_mono_ms() - r->vms_mono_ms;

	if (!r->cluster.head_id || !r->cluster.head_id[0])
		return;
	if (!r->vms_started_ms || age >= (in_motion(r) ? CLOUD_BUSY_MS : CLOUD_REST_MS))
		observe_cloud(r);
}

/*
 * Scheduler
 */

static void queue_free(struct queue *q)
{
	if (!q)
		return;
	queue_clear(q);
	free(q);
}

/* Nobody sees the new reading yet, and the one before is not changed meanwhile. */
static void compare(void *arg)
{
	struct reading *rd = arg;

	queue_order(rd->queue);
	queue_count_node_jobs(rd->queue);
	rd->gone = jobs_left(rd->before, rd->queue);
	verdicts_keep(rd->queue, rd->before);
	if (rd->unseen)
		unseen_shown(rd->unseen, rd->queue);
	tenancy_make(&rd->tenancy, rd->queue);
	waits_make(&rd->waits, rd->queue);
}

static void comparison_clear(struct reading *rd)
{
	work_drop(rd->work);
	rd->work = NULL;
	rd->compared = false;
	map_free(rd->gone);
	rd->gone = NULL;
	map_free(rd->unseen);
	rd->unseen = NULL;
	tenancy_clear(&rd->tenancy);
}

static void take_over(struct run *r, struct reading *rd)
{
	struct queue *before = r->queue;

	bill_all(r, clock_utc_ms());
	spot_mark(r, rd->queue);
	tenancy_clear(&r->bill.tenancy);
	jobs_ended(r, rd->gone, rd->queue);
	if (rd->unseen)
		unseen_ask(r, rd->unseen, rd->queue->read_started_ms);
	requeued_read(r, rd->queue);
	r->queue = rd->queue;
	r->waits = rd->waits;
	r->bill.tenancy = rd->tenancy;
	rd->tenancy = (struct tenancy){ 0 };
	rd->queue = NULL;
	queue_free(before);
	r->reading = NULL;
	reading_free(rd);
	if (r->gone_jobs_due)
		gone_jobs_load(r);
	if (r->queue_source.failures > 0 || r->queue_source.readings == 0)
		offers_doubt(r);
	source_ok(r, &r->queue_source, SOURCE_SCHEDULER, r->queue->read_started_ms);
	reconcile_queue(r);
}

static void on_over(void *arg);

static void on_compared(void *arg)
{
	struct reading *rd = arg;

	rd->work = NULL;
	rd->compared = true;
	on_over(rd);
}

/* A decision has the last reading still: observe_go_on() comes back when it is made. */
static void on_over(void *arg)
{
	struct reading *rd = arg;
	struct run *r = rd->run;

	if (r->decision || rd->work)
		return;
	loop_doing(r->engine->loop, "a reading of the scheduler is taken over");
	if (!rd->compared) {
		rd->queue->read_ended_ms = clock_utc_ms();
		rd->before = r->queue;
		rd->unseen = unseen_due(&r->unseen, rd->queue->read_started_ms);
		if (run_is_large(rd->queue->n_jobs + rd->queue->n_nodes))
			rd->work = work_start(r->engine->loop, compare, on_compared, rd);
		if (rd->work)
			return;
		compare(rd);
	}
	take_over(r, rd);
}

void observe_go_on(struct run *r)
{
	if (r->reading && r->reading->left == 0)
		timer_set(r->reading->over, 0);
}

bool observe_compares(const struct run *r)
{
	return r->reading && r->reading->work;
}

void run_let_go(struct run *r)
{
	decision_drop(r);
	if (!observe_compares(r))
		return;
	comparison_clear(r->reading);
	observe_go_on(r);
}

static void part_ended(struct reading *rd)
{
	if (--rd->left)
		return;
	if (!rd->failed) {
		timer_set(rd->over, 0);
		return;
	}
	rd->run->reading = NULL;
	reading_free(rd);
}

static void part_failed(struct reading *rd, const struct err *err)
{
	if (!rd->failed)
		source_failed(rd->run, &rd->run->queue_source, SOURCE_SCHEDULER, err);
	rd->failed = true;
}

static void read_jobs(struct reading *rd, const struct sched_run *run)
{
	struct err err = ERR_INIT;

	if (!rd->failed &&
	    rd->run->sched->read_jobs(rd->queue, run, rd->run->sched_version, &err) < 0)
		part_failed(rd, &err);
}

/* A hundred thousand jobs are some 20 MB: read while they come, they stop the loop nowhere, and
 * the text is never there as a whole. */
static void on_jobs_text(void *arg, const char *data, size_t n)
{
	struct reading *rd = arg;
	struct sched_run part = { .errout = "" };

	if (rd->failed)
		return;
	loop_doing(rd->run->engine->loop, "jobs are read");
	buf_add(&rd->text, data, n);
	part.out = buf_str(&rd->text);
	part.out_len = rd->run->sched->jobs_whole(part.out, rd->text.len);
	if (part.out_len == 0)
		return;
	read_jobs(rd, &part);
	buf_drop(&rd->text, part.out_len);
}

static void on_begins(void *arg, const struct sched_run *run, const struct err *why)
{
	struct reading *rd = arg;
	struct err err = ERR_INIT;

	if (!run)
		part_failed(rd, why);
	else if (rd->run->sched->read_begins(rd->queue, run, &err) < 0)
		part_failed(rd, &err);
	part_ended(rd);
}

/* What may not begin yet is no demand, and nothing is bought for it. */
static void ask_begins(struct reading *rd)
{
	struct run *r = rd->run;
	struct strs ids = STRS_INIT(1000);
	const struct sched_args args = { .names = &ids, .version = r->sched_version };

	if (rd->failed || !r->sched->in_doubt)
		return;
	r->sched->in_doubt(&ids, rd->queue, r->queue);
	if (ids.n > 0) {
		rd->left++;
		remote_verb(r, SCHED_BEGINS, &args, on_begins, rd);
	}
	strs_clear(&ids);
}

static void on_jobs(void *arg, const struct sched_run *run, const struct err *why)
{
	struct reading *rd = arg;
	struct sched_run last;

	if (!run) {
		part_failed(rd, why);
	} else {
		last = *run;
		if (rd->run->sched->jobs_whole) {
			last.out = buf_str(&rd->text);
			last.out_len = rd->text.len;
		}
		read_jobs(rd, &last);
	}
	ask_begins(rd);
	part_ended(rd);
}

/* Nodes first and jobs second (2): a job that began in between has its node, which seemed free.
 * The other way round it would seem to wait while a node that boots no more is full, and
 * another node would be bought for it. */
static void on_nodes(void *arg, const struct sched_run *run, const struct err *why)
{
	struct reading *rd = arg;
	struct run *r = rd->run;
	const struct sched_args args = { .version = r->sched_version };
	struct err err = ERR_INIT;

	loop_doing(rd->run->engine->loop, "nodes are read");
	if (!run)
		part_failed(rd, why);
	else if (r->sched->read_nodes(rd->queue, run, r->sched_version, &err) < 0)
		part_failed(rd, &err);
	if (!rd->failed) {
		rd->left++;
		remote_read(r, SCHED_JOBS, &args, r->sched->jobs_whole ? on_jobs_text : NULL,
			    on_jobs, rd);
	}
	part_ended(rd);
}

static void read_scheduler(struct run *r)
{
	const struct sched_args args = { .version = r->sched_version };
	struct reading *rd = xcalloc(1, sizeof(*rd));

	rd->run = r;
	rd->queue = xcalloc(1, sizeof(*rd->queue));
	queue_init(rd->queue);
	rd->queue->read_started_ms = clock_utc_ms();
	rd->left = 1;
	rd->text = (struct buf)BUF_INIT(BUF_TEXT_MAX);
	rd->over = timer_new(r->engine->loop, on_over, rd);
	r->reading = rd;
	r->queue_source.reading = true;
	remote_verb(r, SCHED_NODES, &args, on_nodes, rd);
}

static void on_version(void *arg, const struct sched_run *run, const struct err *err)
{
	struct run *r = arg;
	struct err why = ERR_INIT;

	r->version_asked = false;
	if (!run || r->sched->read_version(r->sched_version, run, &why) < 0) {
		source_failed(r, &r->queue_source, SOURCE_SCHEDULER, run ? &why : err);
		return;
	}
	log_info("cluster %s: %s %s", r->cluster.name, r->sched->title, r->sched_version);
	observe_soon(r, 0);
}

#define LIMITS_MS ((int64_t)10 * 60 * 1000) /* somebody may configure it anew */

static void on_limits(void *arg, const struct sched_run *run, const struct err *why)
{
	struct run *r = arg;
	struct sched_limits now;
	struct err err = ERR_INIT;

	if (run && r->sched->read_limits(&now, run, &err) == 0)
		r->sched_limits = now;
	else /* then a submission is held against none, and the scheduler says it */
		log_debug("cluster %s: limits of %s: %s", r->cluster.name, r->sched->title,
			  run ? err.msg : why->msg);
}

static void limits_when_due(struct run *r)
{
	const struct sched_args none = { .version = r->sched_version };

	if (!r->sched->read_limits || clock_mono_ms() < r->limits_due_ms)
		return;
	r->limits_due_ms = clock_mono_ms() + LIMITS_MS;
	remote_verb(r, SCHED_LIMITS, &none, on_limits, r);
}

static bool scheduler_is_up(const struct run *r)
{
	return remote_ready(r->remote) && strcmp(r->head_phase, "ready") == 0;
}

static void scheduler_when_due(struct run *r)
{
	const struct sched_args none = { .version = "" };

	if (!scheduler_is_up(r) || r->reading)
		return;
	if (r->sched_version[0]) {
		limits_when_due(r);
		read_scheduler(r);
	} else if (!r->version_asked) {
		r->version_asked = true;
		remote_verb(r, SCHED_VERSION, &none, on_version, r);
	}
}

/* A reading that is cut off (the run is freed) leaves nothing behind: remote_free() drops its
 * callbacks. */
void reading_free(struct reading *rd)
{
	if (!rd)
		return;
	comparison_clear(rd);
	queue_free(rd->queue);
	buf_clear(&rd->text);
	timer_free(rd->over);
	free(rd);
}

void observe_soon(struct run *r, int64_t ms)
{
	int64_t at = clock_mono_ms() + ms;

	if (timer_on(r->tick) && r->tick_at_ms <= at)
		return;
	r->tick_at_ms = at;
	timer_set(r->tick, ms);
}

static void make_remote(struct run *r)
{
	struct err err = ERR_INIT;

	if (r->remote || !r->cluster.head_address || !r->cluster.head_address[0])
		return;
	r->remote = remote_new(r, &err);
	r->unseen.asking = false; /* the one before is gone with what it was asked */
	if (!r->remote)
		log_error("cluster %s: %s", r->cluster.name, err.msg);
}

void observe_tick(void *arg)
{
	struct run *r = arg;

	if (!r->cloud || (cluster_rests(&r->cluster) && !r->op.id))
		return;
	loop_doing(r->engine->loop, "readings begin");
	observe_soon(r, r->cluster.spec.cycle_s * 1000);
	region_refresh(r->region, false);
	make_remote(r);
	cloud_when_due(r);
	phases_read(r);
	scheduler_when_due(r);
	if (run_is_blind(r))
		reconcile(r); /* what needs no reading goes on: intents, deadlines */
}
