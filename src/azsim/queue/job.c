/* The life of a job: submitted, split off its array, started, ended, requeued, forgotten. */
#include <stdlib.h>
#include <string.h>

#include "azsim/queue/hosts.h"
#include "azsim/queue/queue.h"
#include "azsim/queue/store.h"
#include "base/mem.h"

const char *const gq_state_name[GQ_STATES] = { "PENDING", "RUNNING", "COMPLETED", "CANCELLED",
					       "FAILED",  "TIMEOUT", "NODE_FAIL" };
const char *const gq_state_short[GQ_STATES] = { "PD", "R", "CD", "CA", "F", "TO", "NF" };
const char *const gq_reason_text[GQ_REASONS] = {
	"None",
	"Resources",
	"Priority",
	"PartitionConfig",
	"PartitionNodeLimit",
	"Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions",
	"BeginTime",
	"Dependency",
	"DependencyNeverSatisfied",
	"JobHeldUser",
	"JobHeldAdmin",
	"JobArrayTaskLimit",
};
const char *const gq_share_text[] = { "OK", "NO", "YES", "USER" };

struct gq_spec *gq_spec_new(void)
{
	struct gq_spec *s = xcalloc(1, sizeof(*s));

	s->refs = 1;
	s->tasks = s->cpus_task = 1;
	s->mem_mb = s->limit_s = -1;
	s->requeue = true;
	s->run_min = 20;
	s->run_max = 60;
	return s;
}

void gq_spec_unref(struct gq_spec *s)
{
	if (!s || --s->refs > 0)
		return;
	free(s->name);
	free(s->user);
	free(s->account);
	free(s->partition);
	free(s->features);
	free(s->dependency);
	free(s->command);
	free(s->workdir);
	free(s->out);
	free(s->errout);
	free(s);
}

int64_t gq_job_eligible(const struct gq_job *j)
{
	if (j->held)
		return 0;
	return j->begin_ms > j->submit_ms ? j->begin_ms : j->submit_ms;
}

/* Slurm tells of no guess of its own here: there is none. */
int64_t gq_job_begins(const struct gq *q, const struct gq_job *j)
{
	return j->begin_ms > gq_now(q) ? j->begin_ms : 0;
}

int64_t gq_job_nodes(const struct gq_job *j)
{
	if (j->run)
		return (int64_t)j->run->n;
	return j->spec->nodes ? j->spec->nodes : 1;
}

int64_t gq_job_cpus(const struct gq_job *j)
{
	int64_t cpus = 0;

	if (j->run) {
		for (size_t i = 0; i < j->run->n; i++)
			cpus += j->run->place[i].cpus;
		return cpus;
	}
	cpus = j->spec->tasks > j->spec->nodes ? j->spec->tasks : j->spec->nodes;
	return cpus * j->spec->cpus_task;
}

void gq_job_changed(struct gq *q, struct gq_job *j)
{
	gq_store_job(q->store, q, j);
}

/*
 * Lists
 */

static void list_add_after(struct gq_jobs *l, struct gq_job *at, struct gq_job *j)
{
	j->prev = at;
	j->next = at ? at->next : l->first;
	*(j->next ? &j->next->prev : &l->last) = j;
	*(at ? &at->next : &l->first) = j;
	l->n++;
}

static void list_del(struct gq_jobs *l, struct gq_job *j)
{
	*(j->prev ? &j->prev->next : &l->first) = j->next;
	*(j->next ? &j->next->prev : &l->last) = j->prev;
	j->prev = j->next = NULL;
	l->n--;
}

/* A new job comes last, a requeued one near the front: both are found in a few steps. */
static void pending_add(struct gq *q, struct gq_job *j)
{
	struct gq_job *at = q->pending.last;

	if (at && at->priority < j->priority) {
		for (at = q->pending.first; at->priority >= j->priority; at = at->next)
			continue;
		at = at->prev;
	}
	list_add_after(&q->pending, at, j);
	q->n_tasks += j->tasks ? j->tasks->count : 1;
}

static void pending_del(struct gq *q, struct gq_job *j)
{
	q->n_tasks -= j->tasks ? j->tasks->count : 1;
	list_del(&q->pending, j);
}

static struct gq_slot *slot(struct gq *q, uint32_t id)
{
	if (id >= q->cap_slots) {
		size_t cap = q->cap_slots ? q->cap_slots : 1024;

		while (cap <= id)
			cap *= 2;
		q->slots = xreallocarray(q->slots, cap, sizeof(*q->slots));
		memset(q->slots + q->cap_slots, 0, (cap - q->cap_slots) * sizeof(*q->slots));
		q->cap_slots = cap;
	}
	return &q->slots[id];
}

struct gq_job *gq_job_find(const struct gq *q, uint32_t id)
{
	return id < q->cap_slots ? q->slots[id].job : NULL;
}

struct gq_array *gq_array_find(const struct gq *q, uint32_t id)
{
	return id < q->cap_slots ? q->slots[id].array : NULL;
}

struct gq_job *gq_job_of_task(struct gq_array *a, int64_t task)
{
	for (struct gq_job *j = a->first; j; j = j->peer_next)
		if (j->task == task)
			return j;
	return NULL;
}

static void join_array(struct gq_array *a, struct gq_job *j)
{
	j->array = a;
	j->peer_prev = NULL;
	j->peer_next = a->first;
	if (a->first)
		a->first->peer_prev = j;
	a->first = j;
	a->n++;
}

static void leave_array(struct gq *q, struct gq_job *j)
{
	struct gq_array *a = j->array;

	if (!a)
		return;
	*(j->peer_prev ? &j->peer_prev->peer_next : &a->first) = j->peer_next;
	if (j->peer_next)
		j->peer_next->peer_prev = j->peer_prev;
	j->array = NULL;
	if (--a->n > 0)
		return;
	q->slots[a->id].array = NULL;
	free(a);
}

static void forget(struct gq *q, struct gq_job *j)
{
	gq_store_forget_job(q->store, q, j);
	q->slots[j->id].job = NULL;
	leave_array(q, j);
	gq_spec_unref(j->spec);
	if (j->tasks) {
		gq_tasks_clear(j->tasks);
		free(j->tasks);
	}
	free(j->run);
	free(j->hosts);
	free(j);
}

void gq_job_adopt(struct gq *q, struct gq_job *j, uint32_t array_id)
{
	slot(q, array_id > j->id ? array_id : j->id);
	q->slots[j->id].job = j;
	if (array_id && !q->slots[array_id].array) {
		q->slots[array_id].array = xcalloc(1, sizeof(struct gq_array));
		q->slots[array_id].array->id = array_id;
	}
	if (array_id)
		join_array(q->slots[array_id].array, j);
	if (j->state == GQ_PENDING) {
		pending_add(q, j);
	} else if (j->state == GQ_RUNNING) {
		list_add_after(&q->running, q->running.last, j);
		if (j->array)
			j->array->running++;
	} else {
		list_add_after(&q->done, q->done.last, j);
	}
}

/*
 * Moves
 */

struct gq_job *gq_submit(struct gq *q, struct gq_spec *spec, struct gq_tasks *tasks, bool held,
			 int64_t begin_ms)
{
	struct gq_job *j = xcalloc(1, sizeof(*j));

	j->id = q->next_id++;
	j->task = -1;
	j->spec = spec;
	j->tasks = tasks;
	j->held = held;
	j->fresh = true;
	j->reason = held ? GQ_HELD_USER : GQ_NO_REASON;
	j->priority = held ? 0 : q->next_priority--;
	j->submit_ms = gq_now(q);
	j->begin_ms = begin_ms;
	gq_job_adopt(q, j, tasks ? j->id : 0);
	gq_job_changed(q, j);
	gq_wake(q);
	return j;
}

/* The last task keeps the array's own id, as in Slurm. */
struct gq_job *gq_job_split(struct gq *q, struct gq_job *rest, int64_t task)
{
	struct gq_job *j;

	if (!gq_tasks_take(rest->tasks, task))
		return NULL;
	gq_job_changed(q, rest);
	if (rest->tasks->count == 0) {
		gq_tasks_clear(rest->tasks);
		free(rest->tasks);
		rest->tasks = NULL;
		rest->task = (int32_t)task;
		return rest;
	}
	q->n_tasks--; /* the new record counts again */
	j = xcalloc(1, sizeof(*j));
	j->id = q->next_id++;
	j->task = (int32_t)task;
	j->spec = rest->spec;
	j->spec->refs++;
	j->priority = rest->priority;
	j->held = rest->held;
	j->reason = rest->reason;
	j->submit_ms = rest->submit_ms;
	j->begin_ms = rest->begin_ms;
	gq_job_adopt(q, j, rest->array->id);
	return j;
}

char *gq_run_hosts(const struct gq_run *r)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);
	const char **names = xcalloc(r->n + 1, sizeof(*names));

	for (size_t i = 0; i < r->n; i++)
		names[i] = r->place[i].node->name;
	gq_hosts_print(&b, names, r->n);
	free(names);
	return buf_steal(&b);
}

static int64_t run_ms(struct gq *q, const struct gq_spec *s)
{
	int64_t s_run = s->run_min;

	if (s->run_max > s->run_min)
		s_run += (int64_t)rng_below(&q->rng, (uint64_t)(s->run_max - s->run_min + 1));
	return s_run * 1000;
}

/* Where it runs is in run; takes it. */
void gq_job_start(struct gq_job *j, struct gq_run *run)
{
	struct gq *q = run->q;
	int64_t ms = run_ms(q, j->spec), limit = j->spec->limit_s * 1000;

	pending_del(q, j);
	j->state = GQ_RUNNING;
	j->reason = GQ_NO_REASON;
	j->fresh = false;
	j->run = run;
	free(j->hosts);
	j->hosts = gq_run_hosts(run);
	j->start_ms = gq_now(q);
	run->late = limit > 0 && limit < ms;
	j->end_ms = j->start_ms + (run->late ? limit : ms);
	list_add_after(&q->running, q->running.last, j);
	if (j->array)
		j->array->running++;
	run->due.fire = gq_job_fired;
	run->due.owner = run;
	for (size_t i = 0; i < run->n; i++)
		run->stuck = run->stuck || run->place[i].node->lost;
	if (!run->stuck)
		az_world_wake_at(q->w, &run->due, j->end_ms);
	gq_job_changed(q, j);
}

void gq_job_fired(void *arg)
{
	struct gq_run *run = arg;
	struct gq_job *j = run->job;

	gq_job_end(run->q, j, run->late ? GQ_TIMEOUT : GQ_COMPLETED, 0);
}

static void stop(struct gq *q, struct gq_job *j)
{
	struct gq_run *run = j->run;

	list_del(&q->running, j);
	if (j->array)
		j->array->running--;
	if (!run)
		return;
	az_world_sleep(q->w, &run->due);
	for (size_t i = 0; i < run->n; i++)
		gq_node_give(&run->place[i]);
	free(run);
	j->run = NULL;
}

void gq_job_end(struct gq *q, struct gq_job *j, enum gq_state state, int exit_code)
{
	if (j->state == GQ_RUNNING) {
		stop(q, j);
	} else {
		pending_del(q, j);
		j->start_ms = gq_now(q);
	}
	j->state = (unsigned char)state;
	j->exit_code = (unsigned char)exit_code;
	j->end_ms = gq_now(q);
	list_add_after(&q->done, q->done.last, j);
	gq_job_changed(q, j);
	if (q->done.n == 1)
		az_world_wake_at(q->w, &q->sweep, j->end_ms + GQ_KEEP_MS);
	gq_wake(q);
}

void gq_job_requeue(struct gq *q, struct gq_job *j)
{
	if (j->state == GQ_RUNNING)
		stop(q, j);
	else
		list_del(&q->done, j);
	j->state = GQ_PENDING;
	j->reason = j->held ? GQ_HELD_ADMIN : GQ_BEGIN_TIME;
	j->begin_ms = gq_now(q) + GQ_REQUEUE_MS;
	j->start_ms = j->end_ms = 0;
	j->restarts++;
	free(j->hosts);
	j->hosts = NULL;
	pending_add(q, j);
	gq_job_changed(q, j);
	gq_wake(q);
}

void gq_job_priority(struct gq *q, struct gq_job *j, uint32_t priority)
{
	if (j->state == GQ_PENDING)
		pending_del(q, j);
	j->priority = priority;
	if (j->state == GQ_PENDING)
		pending_add(q, j);
	gq_job_changed(q, j);
	gq_wake(q);
}

void gq_job_hold(struct gq *q, struct gq_job *j, enum gq_reason who)
{
	j->held = who != GQ_NO_REASON;
	if (j->state == GQ_PENDING || j->state == GQ_RUNNING)
		j->reason = (unsigned char)who;
	gq_job_priority(q, j, j->held ? 0 : q->next_priority--);
}

void gq_jobs_sweep(void *arg)
{
	struct gq *q = arg;
	int64_t now = gq_now(q);

	while (q->done.first && q->done.first->end_ms + GQ_KEEP_MS <= now) {
		struct gq_job *j = q->done.first;

		list_del(&q->done, j);
		forget(q, j);
	}
	if (q->done.first)
		az_world_wake_at(q->w, &q->sweep, q->done.first->end_ms + GQ_KEEP_MS);
}

static void drop_all(struct gq *q, struct gq_jobs *l)
{
	while (l->first) {
		struct gq_job *j = l->first;

		if (j->state == GQ_RUNNING)
			stop(q, j);
		else
			list_del(l, j);
		forget(q, j);
	}
}

void gq_jobs_free(struct gq *q)
{
	drop_all(q, &q->running);
	drop_all(q, &q->pending);
	drop_all(q, &q->done);
	free(q->slots);
}
