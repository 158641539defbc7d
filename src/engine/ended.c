/*
 * Jobs that ended. The queue no longer shows them, and accounting may be off: what ran in one
 * reading and is in the next no more has ended between them. Where and for how long it ran is
 * written down at once; how it ended, and where its output lies, the scheduler is asked while
 * it still knows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/jobs.h"
#include "engine/remote.h"
#include "engine/run.h"

#define ASK_MOST    500 /* jobs in one question */
#define KEPT_MOST   1000
#define KEPT_S	    86400
#define TASKS_MOST  20000 /* of one record */
#define EVENTS_READ 5000
#define WAITED_MOST 2000 /* that left the queue from waiting, in one reading */

static bool waits(const struct job *j)
{
	return j->state == JOB_PENDING || j->state == JOB_HELD;
}

static bool says_its_end(const struct job *j)
{
	return j->state == JOB_DONE || j->state == JOB_FAILED || j->state == JOB_CANCELLED;
}

/* reason: who ended it here; "" nobody. It is what is known until the scheduler tells more. */
static int keep(struct run *r, const char *id, const struct job *j, const char *state,
		int64_t end_s, const char *reason, struct err *err)
{
	struct job_record rec = { .submit_s = j->submit_s,
				  .start_s = waits(j) ? 0 : j->start_s,
				  .end_s = end_s,
				  .exit_code = -1,
				  .exit_signal = -1,
				  .cpus = j->cpus,
				  .nodes_min = j->nodes_min,
				  .limit_s = j->limit_s };

	snprintf(rec.id, sizeof(rec.id), "%s", id);
	snprintf(rec.name, sizeof(rec.name), "%s", j->name);
	snprintf(rec.user, sizeof(rec.user), "%s", j->user);
	snprintf(rec.account, sizeof(rec.account), "%s", j->account);
	snprintf(rec.partition, sizeof(rec.partition), "%s", j->partition);
	snprintf(rec.state, sizeof(rec.state), "%s", state);
	snprintf(rec.reason, sizeof(rec.reason), "%.63s", reason);
	snprintf(rec.nodes, sizeof(rec.nodes), "%s", j->nodes);
	return store_job_seen(r->engine->store, r->cluster.id, &rec, err);
}

/* "by NAME"; "" nobody. */
static const char *cancelled_by(char out[80], const struct run *r, const char *id,
				const struct job *j)
{
	const char *by = cancels_by(&r->cancels, id, j->array_id, clock_utc_ms());

	snprintf(out, 80, "%s%.60s", by ? "by " : "", by ? by : "");
	return out;
}

static int keep_all(struct run *r, struct map *gone, const struct queue *now, struct err *err)
{
	const char *id;
	char by[80];
	void *job;

	for (size_t i = 0; i < now->n_jobs; i++) {
		const struct job *j = &now->jobs[i];

		by[0] = '\0';
		if (j->state == JOB_CANCELLED)
			cancelled_by(by, r, j->id, j);
		if (says_its_end(j) &&
		    keep(r, j->id, j, job_state_name(j->state), j->end_s, by, err) < 0)
			return -1;
	}
	for (size_t i = 0; map_next(gone, &i, &id, &job);) {
		cancelled_by(by, r, id, job);
		if (keep(r, id, job, by[0] ? job_state_name(JOB_CANCELLED) : JOB_ENDED_WORD,
			 now->read_started_ms / 1000, by, err) < 0)
			return -1;
	}
	return 0;
}

/*
 * What is shown of them
 */

/* "exit 3", "signal 9", "OutOfMemory, exit 137". */
static void how_it_ended(char out[120], const struct job_record *rec)
{
	bool plain = !rec->reason[0] || strcmp(rec->reason, "NonZeroExitCode") == 0;
	size_t n = (size_t)snprintf(out, 120, "%s", plain ? "" : rec->reason);
	const char *comma = n ? ", " : "";

	if (rec->exit_signal > 0)
		snprintf(out + n, 120 - n, "%ssignal %lld", comma, (long long)rec->exit_signal);
	else if (rec->exit_code > 0 || (rec->exit_code == 0 && n == 0))
		snprintf(out + n, 120 - n, "%sexit %lld", comma, (long long)rec->exit_code);
	else if (n == 0 && strcmp(rec->state, JOB_ENDED_WORD) == 0)
		snprintf(out, 120, "ended; how is not known");
}

static const char *text_in(struct queue *q, const char *s)
{
	return pool_intern(&q->pool, s, strlen(s));
}

static void add_past(struct queue *q, const struct job_record *rec)
{
	const char *low = strchr(rec->id, '_');
	struct job *j = queue_add_job(q);
	char how[120] = "";

	if (!j)
		return;
	how_it_ended(how, rec);
	j->id = text_in(q, rec->id);
	if (low) {
		j->array_id = pool_intern(&q->pool, rec->id, (size_t)(low - rec->id));
		j->task = text_in(q, low + 1);
	}
	j->name = text_in(q, rec->name);
	j->user = text_in(q, rec->user);
	j->account = text_in(q, rec->account);
	j->partition = text_in(q, rec->partition);
	j->reason = text_in(q, how);
	j->nodes = text_in(q, rec->nodes);
	j->state =
	    strcmp(rec->state, JOB_ENDED_WORD) == 0 ? JOB_UNKNOWN : job_state_of(rec->state);
	j->tasks = 1;
	j->cpus = rec->cpus;
	j->nodes_min = rec->nodes_min;
	j->limit_s = rec->limit_s;
	j->submit_s = rec->submit_s;
	j->start_s = rec->start_s;
	j->end_s = rec->end_s;
}

/* A job that was put back into the queue is no past one. */
static struct map *ids_in_queue(const struct run *r, const struct job_record *v, size_t n)
{
	struct map *asked = map_new(NULL, false), *live = map_new(NULL, false);

	for (size_t i = 0; i < n; i++)
		map_put(asked, v[i].id, asked);
	for (size_t i = 0; n && r->queue && i < r->queue->n_jobs; i++)
		if (map_get(asked, r->queue->jobs[i].id))
			map_put(live, r->queue->jobs[i].id, live);
	map_free(asked);
	return live;
}

void gone_jobs_load(struct run *r)
{
	struct queue *q = xcalloc(1, sizeof(*q));
	struct job_record *v;
	struct err err = ERR_INIT;
	struct map *live;
	size_t n;

	if (store_jobs_ended(r->engine->store, r->cluster.id, clock_utc_ms() / 1000 - KEPT_S,
			     KEPT_MOST, &v, &n, &err) < 0)
		log_error("cluster %s: ended jobs: %s", r->cluster.name, err.msg);
	queue_init(q);
	live = ids_in_queue(r, v, n);
	for (size_t i = 0; i < n; i++)
		if (!map_get(live, v[i].id))
			add_past(q, &v[i]);
	map_free(live);
	free(v);
	q->read_ended_ms = clock_utc_ms();
	q->judged = r->gone_jobs ? r->gone_jobs->judged + 1 : 1;
	gone_jobs_free(r);
	r->gone_jobs = q;
	run_changed(r);
}

void gone_jobs_free(struct run *r)
{
	if (r->gone_jobs) {
		queue_clear(r->gone_jobs);
		free(r->gone_jobs);
	}
	r->gone_jobs = NULL;
}

const struct queue *engine_past(const struct engine *e, const struct cluster *c)
{
	struct run *r = run_of(e, c);

	return r ? r->gone_jobs : NULL;
}

/*
 * How they ended: asked once
 */

/* The last reading saw it end, when nodes that were done with it had left its list already. */
static void learn_nodes(struct job_record *rec, const char *list)
{
	struct strs nodes = STRS_INIT(TASKS_MOST);

	if (list[0] && hostlist_expand(&nodes, list, NULL) == 0 && nodes.n > 0) {
		snprintf(rec->nodes, sizeof(rec->nodes), "%s", list);
		rec->nodes_min = (int64_t)nodes.n;
	}
	strs_clear(&nodes);
}

/* Of one that no reading showed. */
static struct job_record first_told(const struct run *r, const struct job_end *e)
{
	struct job_record rec = { .submit_s = e->submit_s,
				  .cpus = e->cpus,
				  .nodes_min = e->nodes_min,
				  .limit_s = e->limit_s };
	char array[64];
	const char *by;

	snprintf(array, sizeof(array), "%.*s", (int)strcspn(e->id, "_"), e->id);
	by = cancels_by(&r->cancels, e->id, array, clock_utc_ms());
	snprintf(rec.id, sizeof(rec.id), "%s", e->id);
	snprintf(rec.name, sizeof(rec.name), "%s", e->name);
	snprintf(rec.user, sizeof(rec.user), "%s", e->user);
	snprintf(rec.account, sizeof(rec.account), "%.39s", e->account);
	snprintf(rec.partition, sizeof(rec.partition), "%s", e->partition);
	if (by)
		snprintf(rec.reason, sizeof(rec.reason), "by %.60s", by);
	return rec;
}

/* Into what is known of it already. */
static void learn_more(struct run *r, struct job_record *rec, const struct job_end *e,
		       struct err *err)
{
	if (e->state != JOB_CANCELLED || strncmp(rec->reason, "by ", 3) != 0)
		snprintf(rec->reason, sizeof(rec->reason), "%s", e->reason);
	snprintf(rec->state, sizeof(rec->state), "%s", job_state_name(e->state));
	snprintf(rec->output, sizeof(rec->output), "%s", e->files.output);
	snprintf(rec->errors, sizeof(rec->errors), "%s", e->files.errors);
	snprintf(rec->script, sizeof(rec->script), "%s", e->files.script);
	snprintf(rec->cwd, sizeof(rec->cwd), "%s", e->files.cwd);
	learn_nodes(rec, e->nodes);
	rec->exit_code = e->exit_code;
	rec->exit_signal = e->exit_signal;
	if (e->start_s)
		rec->start_s = e->start_s;
	if (e->end_s)
		rec->end_s = e->end_s;
	store_job_seen(r->engine->store, r->cluster.id, rec, err);
}

static void learn(struct run *r, const struct job_end *e, struct err *err)
{
	struct job_record rec;

	if (store_job_find(r->engine->store, r->cluster.id, e->id, &rec, err) == 0)
		learn_more(r, &rec, e, err);
}

/* A head that was made anew counts its jobs from the first again: what ended before this one
 * was submitted is another. */
static void learn_new(struct run *r, const struct job_end *e, struct err *err)
{
	struct job_record rec;

	if (store_job_find(r->engine->store, r->cluster.id, e->id, &rec, NULL) < 0 ||
	    (e->submit_s != rec.submit_s && e->submit_s > rec.end_s))
		rec = first_told(r, e);
	learn_more(r, &rec, e, err);
}

static void on_ended(void *arg, const struct sched_run *run, const struct err *why)
{
	struct run *r = arg;
	struct err err = ERR_INIT;
	struct job_end *v = NULL;
	size_t n = 0;

	if (!run)
		err = *why;
	else if (r->sched->read_ended(&v, &n, run, &err) == 0 && n > 0 &&
		 store_begin(r->engine->store, &err) == 0) {
		for (size_t i = 0; i < n; i++)
			learn(r, &v[i], &err);
		if (store_commit(r->engine->store, &err) < 0)
			engine_fatal(r->engine, &err);
		gone_jobs_load(r);
	}
	free(v);
	if (err.code != ERR_NONE)
		log_info("cluster %s: how jobs ended is not known: %s", r->cluster.name,
			 err.msg);
}

static void ask_how(struct run *r, struct map *gone)
{
	struct strs ids = STRS_INIT(ASK_MOST);
	struct sched_args args = { .names = &ids, .version = r->sched_version };
	const char *id;
	void *job;

	if (!r->sched->read_ended || !r->remote)
		return;
	for (size_t i = 0; map_next(gone, &i, &id, &job);)
		if (ids.n < ASK_MOST)
			strs_add(&ids, id);
	if (ids.n)
		remote_verb(r, SCHED_ENDED, &args, on_ended, r);
	strs_clear(&ids);
}

/*
 * Jobs that no reading showed
 */

/* It is known that it was submitted, and that it is no more. */
static void keep_unseen(struct run *r, const struct unseen_job *j, struct err *err)
{
	const char *user = r->cluster.spec.admin_user;
	struct job_record rec = { .submit_s = j->at_ms / 1000,
				  .end_s = clock_utc_ms() / 1000,
				  .exit_code = -1,
				  .exit_signal = -1,
				  .state = JOB_ENDED_WORD };

	snprintf(rec.id, sizeof(rec.id), "%s", j->id);
	snprintf(rec.name, sizeof(rec.name), "%s", j->name);
	snprintf(rec.user, sizeof(rec.user), "%s", user ? user : "");
	snprintf(rec.partition, sizeof(rec.partition), "%s", j->partition);
	store_job_seen(r->engine->store, r->cluster.id, &rec, err);
}

/* Tasks that were cancelled before they began have one record, "12_[5-37]". They wrote nothing.
 */
static void learn_tasks(struct run *r, const struct job_end *e, struct err *err)
{
	struct strs tasks = STRS_INIT(WAITED_MOST);
	struct job_end task = *e;

	task.files.output[0] = task.files.errors[0] = '\0';
	if (hostlist_expand(&tasks, e->id, NULL) < 0)
		strs_clear(&tasks);
	for (size_t i = 0; i < tasks.n; i++) {
		snprintf(task.id, sizeof(task.id), "%s", tasks.v[i]);
		learn_new(r, &task, err);
	}
	strs_clear(&tasks);
}

void unseen_ended(struct run *r, const struct job_end *v, size_t n, struct err *err)
{
	struct unseen *u = &r->unseen;
	size_t left = 0;

	for (size_t i = 0; i < n; i++)
		unseen_told(u, v[i].id);
	for (size_t i = 0; i < n; i++) {
		if (strchr(v[i].id, '['))
			learn_tasks(r, &v[i], err);
		else if (!unseen_is_whole_array(u, v[i].id)) /* its tasks have records */
			learn_new(r, &v[i], err);
	}
	for (size_t i = 0; i < u->n; i++) {
		if (!u->v[i].asked)
			u->v[left++] = u->v[i];
		else if (!u->v[i].told && !u->v[i].partly)
			keep_unseen(r, &u->v[i], err);
	}
	u->n = left;
}

/* Without an answer they are asked for again after the next reading. */
static void on_unseen(void *arg, const struct sched_run *run, const struct err *why)
{
	struct run *r = arg;
	struct err err = ERR_INIT;
	struct job_end *v = NULL;
	size_t n = 0;

	r->unseen.asking = false;
	if (!run)
		err = *why;
	else if (r->sched->read_ended(&v, &n, run, &err) == 0 &&
		 store_begin(r->engine->store, &err) == 0) {
		unseen_ended(r, v, n, &err);
		if (store_commit(r->engine->store, &err) < 0)
			engine_fatal(r->engine, &err);
		gone_jobs_load(r);
	}
	free(v);
	if (err.code != ERR_NONE)
		log_info("cluster %s: what became of jobs that no reading showed: %s",
			 r->cluster.name, err.msg);
}

void unseen_ask(struct run *r, const struct map *due, int64_t read_started_ms)
{
	struct strs ids = STRS_INIT(UNSEEN_MOST);
	struct sched_args args = { .names = &ids, .version = r->sched_version };

	unseen_settle(&r->unseen, due, read_started_ms, &ids);
	if (ids.n && r->sched->read_ended && r->remote) {
		r->unseen.asking = true;
		remote_verb(r, SCHED_ENDED, &args, on_unseen, r);
	}
	strs_clear(&ids);
}

/* By its scheduler's last reading: nobody will tell how they ended. */
static int keep_with_cluster(struct run *r, const struct map *gone, int64_t now_s,
			     struct err *err)
{
	const char *id;
	char why[80];
	void *job;

	snprintf(why, sizeof(why), "ended with its cluster, by %.36s", r->op.actor);
	for (size_t i = 0; map_next(gone, &i, &id, &job);)
		if (keep(r, id, job, job_state_name(JOB_CANCELLED), now_s, why, err) < 0)
			return -1;
	return 0;
}

void jobs_end_with_cluster(struct run *r)
{
	struct map *gone = jobs_left(r->queue, &(const struct queue){ .n_jobs = 0 });
	struct err err = ERR_INIT;

	if (store_begin(r->engine->store, &err) == 0) {
		if (keep_with_cluster(r, gone, clock_utc_ms() / 1000, &err) < 0)
			store_rollback(r->engine->store);
		else if (store_commit(r->engine->store, &err) < 0)
			engine_fatal(r->engine, &err);
	}
	if (err.code != ERR_NONE)
		log_error("cluster %s: jobs that end with it are not kept: %s", r->cluster.name,
			  err.msg);
	map_free(gone);
}

static bool written_down(const struct run *r, const char *id)
{
	const struct queue *past = r->gone_jobs;
	struct job_record rec;

	for (size_t i = 0; past && i < past->n_jobs; i++)
		if (strcmp(past->jobs[i].array_id, id) == 0)
			return true;
	return store_job_find(r->engine->store, r->cluster.id, id, &rec, NULL) == 0;
}

void unseen_load(struct run *r)
{
	int64_t since_ms = clock_utc_ms() - (int64_t)KEPT_S * 1000;
	struct unseen_job j;
	struct event *v = NULL;
	size_t n = 0;

	if (store_events(r->engine->store, r->cluster.id, 0, EVENTS_READ, &v, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		if (v[i].at_ms < since_ms || strcmp(v[i].text, EVENT_SUBMITTED) != 0 ||
		    written_down(r, v[i].object))
			continue;
		j = (struct unseen_job){ .at_ms = v[i].at_ms };
		snprintf(j.id, sizeof(j.id), "%.63s", v[i].object);
		unseen_add(&r->unseen, &j);
	}
	free(v);
}

/*
 * Which jobs left the queue between two readings. Those that waited may have been cancelled, or
 * have run in between; what an array has left has one record, "12_[5-37]", that shrinks.
 */

/* Tasks of a record that stands for several; none when its set is written in another way. */
static void tasks_of(struct strs *out, const struct job *j)
{
	if (strchr(j->id, '[') && hostlist_expand(out, j->id, NULL) < 0)
		strs_clear(out);
}

static void add_waiting(struct map *gone, const struct job *j)
{
	struct strs tasks = STRS_INIT(TASKS_MOST);

	if (!strchr(j->id, '['))
		map_put(gone, j->id, (void *)(uintptr_t)j);
	tasks_of(&tasks, j);
	for (size_t i = 0; i < tasks.n && map_count(gone) < WAITED_MOST; i++)
		map_put(gone, tasks.v[i], (void *)(uintptr_t)j);
	strs_clear(&tasks);
}

static void remove_present(struct map *gone, const struct job *j)
{
	struct strs tasks = STRS_INIT(TASKS_MOST);

	map_del(gone, j->id);
	tasks_of(&tasks, j);
	for (size_t i = 0; i < tasks.n && map_count(gone); i++)
		map_del(gone, tasks.v[i]);
	strs_clear(&tasks);
}

/* Records of waiting jobs are held against each other whole first: most did not change. */
struct map *jobs_left(const struct queue *before, const struct queue *now)
{
	struct map *gone = map_new(NULL, false), *waiting = map_new_lent(false);
	const char *id;
	void *job;

	for (size_t i = 0; before && i < before->n_jobs; i++)
		if (job_has_nodes(&before->jobs[i]))
			map_put(gone, before->jobs[i].id, (void *)&before->jobs[i]);
		else if (waits(&before->jobs[i]))
			map_put(waiting, before->jobs[i].id, (void *)&before->jobs[i]);
	for (size_t i = 0; i < now->n_jobs; i++)
		map_del(waiting, now->jobs[i].id);
	for (size_t i = 0; map_next(waiting, &i, &id, &job);)
		if (map_count(gone) < WAITED_MOST)
			add_waiting(gone, job);
	for (size_t i = 0; i < now->n_jobs && map_count(gone); i++)
		remove_present(gone, &now->jobs[i]);
	map_free(waiting);
	return gone;
}

void jobs_ended(struct run *r, struct map *gone, const struct queue *now)
{
	struct err err = ERR_INIT;

	if (store_begin(r->engine->store, &err) == 0) {
		if (keep_all(r, gone, now, &err) < 0)
			store_rollback(r->engine->store);
		else if (store_commit(r->engine->store, &err) < 0)
			engine_fatal(r->engine, &err);
	}
	if (err.code != ERR_NONE)
		log_error("cluster %s: jobs that ended are not kept: %s", r->cluster.name,
			  err.msg);
	else if (map_count(gone))
		ask_how(r, gone);
	r->gone_jobs_due = map_count(gone) > 0 || !r->gone_jobs;
}
