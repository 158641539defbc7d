/* Jobs go to the scheduler on the head: what a client asks becomes the adapter's command, its
 * answer goes back. */
#include "engine/jobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/act.h"
#include "engine/lease.h"
#include "engine/members.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/remote.h"
#include "engine/resubmit.h"
#include "engine/run.h"
#include "template/head.h"

struct ask { /* one client's request under way */
	struct run *run;
	enum sched_verb verb;
	engine_done_cb *cb;
	void *arg;
	char actor[64];
	struct strs ids;       /* of an act */
	struct strs unfit;     /* why it was not asked for of others */
	int64_t cancel_id;     /* its row, of a cancel */
	struct unseen_job job; /* that is submitted */
};

#define IDS_MOST  STORE_CANCEL_JOBS
#define TOLD_MOST 50 /* jobs of one act that have an event each */

/* Stop and teardown wait for the jobs that run. */
static bool cluster_sends_away(const struct cluster *c)
{
	return c->state == CLUSTER_DELETING || c->state == CLUSTER_STOPPING;
}

static void not_ready(const struct run *r, struct err *err)
{
	const char *name = r->cluster.name, *why = "";

	if (r->cluster.state == CLUSTER_OFF) {
		err_set(err, ERR_CONFLICT, "cluster %s is off: \"cluster start %s\" starts it",
			name, name);
		return;
	}
	/* a head that goes away answers no more, and how it does not is no news */
	if (r->cluster.state == CLUSTER_DELETING && !remote_ready(r->remote)) {
		err_set(err, ERR_CONFLICT, "cluster %s is being deleted, and its head is gone",
			name);
		return;
	}
	if (r->remote && !remote_ready(r->remote))
		why = remote_text(r->remote);
	else if (r->remote && cluster_sends_away(&r->cluster))
		why = "of its jobs only \"job cancel\" is possible now";
	err_set(err, ERR_CONFLICT, "cluster %s is %s%s%s", name,
		cluster_state_name(r->cluster.state), why[0] ? ": " : "", why);
}

/* Its scheduler can be asked; leaving: also while its nodes are sent away. */
static struct run *run_asked(struct engine *e, const char *cluster, bool leaving,
			     struct err *err)
{
	struct run *r = run_need(e, cluster, err);

	if (!r || run_has_cloud(r, err) < 0)
		return NULL;
	if (remote_ready(r->remote) && (r->cluster.state == CLUSTER_RUNNING ||
					(leaving && cluster_sends_away(&r->cluster))))
		return r;
	not_ready(r, err);
	return NULL;
}

struct run *run_ready(struct engine *e, const char *cluster, struct err *err)
{
	return run_asked(e, cluster, false, err);
}

static struct ask *ask_new(struct run *r, enum sched_verb verb, engine_done_cb *cb, void *arg)
{
	struct ask *a = xcalloc(1, sizeof(*a));

	*a = (struct ask){ .run = r,
			   .verb = verb,
			   .cb = cb,
			   .arg = arg,
			   .ids = STRS_INIT(IDS_MOST),
			   .unfit = STRS_INIT(IDS_MOST) };
	return a;
}

static void ask_free(struct ask *a)
{
	strs_clear(&a->ids);
	strs_clear(&a->unfit);
	free(a);
}

static void finish(struct ask *a, struct json *take, const struct err *err)
{
	a->cb(a->arg, take, err);
	json_free(take);
	ask_free(a);
}

static void on_submit(void *arg, const struct sched_run *run, const struct err *why)
{
	struct ask *a = arg;
	struct run *r = a->run;
	struct err err = ERR_INIT;
	struct json *j = NULL;
	char id[64];

	if (!run) {
		err = *why;
	} else if (r->sched->read_submit(id, run, &err) == 0) {
		j = json_new_object();
		json_set_str(j, "job", id);
		r->submitted_ms = clock_utc_ms();
		r->acting = a->actor;
		note(r, EVENT_INFO, id, EVENT_SUBMITTED);
		r->acting = NULL;
		snprintf(a->job.id, sizeof(a->job.id), "%s", id);
		a->job.at_ms = r->submitted_ms;
		unseen_add(&r->unseen, &a->job);
	}
	observe_soon(r, 0);
	finish(a, j, &err);
}

static const char *or_dash(const char *s)
{
	return s && s[0] ? s : "-";
}

static int add_texts(struct strs *to, const struct json *q, const char *key, struct err *err)
{
	const struct json *args = json_get(q, key);

	for (size_t i = 0; i < json_len(args); i++) {
		const char *text = json_text(json_at(args, i));

		if (!text || strs_add(to, text) < 0)
			return err_set(err, ERR_INVALID,
				       "\"%s\" is a list of at most %zu texts", key, to->max);
	}
	return 0;
}

/* Sizes that are asked for, as the scheduler's own options; then what was written as such. */
static int add_options(struct strs *to, const struct run *r, const struct json *q,
		       struct err *err)
{
	struct job_changes c = resubmit_changes(q);

	if (r->sched->job_options && r->sched->job_options(to, NULL, &c, 0, err) < 0)
		return -1;
	return add_texts(to, q, "args", err);
}

#define ENV_MAX 16

/* The adapter's variables and the request's key, so that the head's tool knows a request that
 * it has seen. */
static void submit_env(const char *out[ENV_MAX + 2], const struct run *r, const char *key_line)
{
	size_t n = 0;

	for (; r->sched->env && r->sched->env[n] && n < ENV_MAX; n++)
		out[n] = r->sched->env[n];
	if (key_line)
		out[n++] = key_line;
	out[n] = NULL;
}

/* What was asked for, then what the script says of itself ("-": the scheduler reads it there),
 * then the name of the file that it came from. */
static const char *name_of(const struct run *r, const struct json *q, const char *text)
{
	const char *asked = json_str(q, "name", NULL);

	if (asked)
		return asked;
	if (r->sched->names_itself && r->sched->names_itself(text))
		return "-";
	return json_str(q, "file", "job");
}

/* The script travels on stdin and is kept on the head by its tool. */
static int submit_text(struct run *r, const struct json *q, const char *text, struct ask *a,
		       struct err *err)
{
	struct strs argv = STRS_INIT(100);
	const char *name = name_of(r, q, text), *key = json_str(q, "key", NULL);
	const char *env[ENV_MAX + 2];
	char line[96];
	int rc = 0;

	if (strcmp(name, "-") != 0 && !text_is_name(name, 64)) {
		ask_free(a);
		return err_set(
		    err, ERR_INVALID,
		    "job name \"%.60s\": letters, digits, dot, hyphen and underscore", name);
	}
	if (key && !text_is_name(key, 64)) {
		ask_free(a);
		return err_set(err, ERR_INVALID, "\"%.60s\" is no key of a request", key);
	}
	snprintf(line, sizeof(line), HEAD_KEY "=%s", key ? key : "");
	submit_env(env, r, key ? line : NULL);
	strs_add(&argv, HEAD_TOOL);
	strs_add(&argv, "submit");
	strs_add(&argv, name);
	strs_add(&argv, or_dash(json_str(q, "array", NULL)));
	strs_add(&argv, or_dash(json_str(q, "partition", NULL)));
	strs_add(&argv, or_dash(json_str(q, "cwd", NULL)));
	rc = add_options(&argv, r, q, err);
	if (rc == 0 && json_len(json_get(q, "words")) > 0) {
		strs_add(&argv, "--");
		rc = add_texts(&argv, q, "words", err);
	}
	if (rc == 0)
		remote_run(r->remote, &argv, env, text, strlen(text), false, 30000, on_submit,
			   a);
	else
		ask_free(a);
	strs_clear(&argv);
	return rc;
}

static int submit_path(struct run *r, const struct json *q, const char *path, struct ask *a,
		       struct err *err)
{
	struct strs extra = STRS_INIT(100), words = STRS_INIT(100);
	struct sched_args args = { .text = path,
				   .extra = &extra,
				   .words = &words,
				   .array = json_str(q, "array", NULL),
				   .partition = json_str(q, "partition", NULL),
				   .cwd = json_str(q, "cwd", NULL),
				   .version = r->sched_version };
	int rc = add_options(&extra, r, q, err);

	if (rc == 0)
		rc = add_texts(&words, q, "words", err);
	if (rc == 0)
		remote_verb(r, SCHED_SUBMIT, &args, on_submit, a);
	else
		ask_free(a);
	strs_clear(&extra);
	strs_clear(&words);
	return rc;
}

/* What is known of it if nobody ever sees it. */
static void name_job(struct ask *a, const struct json *q, const char *name)
{
	const char *slash = strrchr(name, '/');

	snprintf(a->job.name, sizeof(a->job.name), "%s", slash ? slash + 1 : name);
	snprintf(a->job.partition, sizeof(a->job.partition), "%s",
		 json_str(q, "partition", ""));
}

int engine_job_submit(struct engine *e, const struct user *u, const char *cluster,
		      const struct json *q, engine_done_cb *cb, void *arg, struct err *err)
{
	struct run *r = run_ready(e, cluster, err);
	const char *text = json_str(q, "script_text", NULL),
		   *path = json_str(q, "script_path", NULL);
	char object[96];
	struct deed act = {
		.by = u, .verb = "job submit", .object = object, .result = "asked"
	};
	struct ask *a;

	if (!r || lease_says(r, err) < 0)
		return -1;
	if (!text == !path)
		return err_set(err, ERR_INVALID, "give \"script_text\" or \"script_path\"");
	snprintf(object, sizeof(object), "cluster %s", cluster);
	act.reason = path ? path : json_str(q, "name", json_str(q, "file", "job"));
	if (audit_write(e, &act, err) < 0)
		return -1;
	a = ask_new(r, SCHED_SUBMIT, cb, arg);
	snprintf(a->actor, sizeof(a->actor), "%s", u->name);
	name_job(a, q, path ? path : name_of(r, q, text));
	return text ? submit_text(r, q, text, a, err) : submit_path(r, q, path, a, err);
}

/* The row of the asking is written; this one says that it came to nothing. */
static void audit_failed(const struct ask *a, const struct err *why)
{
	char object[AUDIT_TEXT], reason[100], result[200];
	const struct deed act = {
		.verb = "job act failed", .object = object, .reason = reason, .result = result
	};
	struct err err = ERR_INIT;

	audit_object(object, a->run->cluster.name, "job", &a->ids);
	snprintf(reason, sizeof(reason), "asked by %.64s", a->actor);
	snprintf(result, sizeof(result), "failed: %.180s", why->msg);
	if (audit_write(a->run->engine, &act, &err) < 0)
		log_error("%s", err.msg);
}

static void cancel_refused(struct ask *a)
{
	struct err err = ERR_INIT;

	cancels_drop(&a->run->cancels, &a->ids);
	if (store_cancel_drop(a->run->engine->store, a->cancel_id, &err) < 0)
		log_error("cluster %s: %s", a->run->cluster.name, err.msg);
}

static void act_failed(struct ask *a, const struct err *err)
{
	if (a->verb == SCHED_CANCEL)
		cancel_refused(a);
	a->run->acting = a->actor;
	note(a->run, EVENT_WARN, a->ids.n == 1 ? a->ids.v[0] : "", "not done: %.300s",
	     err->msg);
	a->run->acting = NULL;
	audit_failed(a, err);
}

static struct json *act_answer(const struct ask *a)
{
	struct json *j = json_new_object(), *list;

	if (a->unfit.n > 0) {
		list = json_set_array(j, "left_alone");
		for (size_t i = 0; i < a->unfit.n; i++)
			json_add(list, json_new_string(a->unfit.v[i]));
	}
	return j;
}

static void on_act(void *arg, const struct sched_run *run, const struct err *why)
{
	struct ask *a = arg;
	struct err err = ERR_INIT;
	struct json *j = NULL;

	if (!run)
		err = *why;
	else if (a->run->sched->read_act(a->verb, run, &err) == 0)
		j = act_answer(a);
	if (!j)
		act_failed(a, &err);
	a->run->acted_ms = clock_utc_ms();
	observe_soon(a->run, 0);
	finish(a, j, &err);
}

static const struct {
	const char *word;
	enum sched_verb verb;
} acts[] = {
	{ "cancel", SCHED_CANCEL },
	{ "hold", SCHED_HOLD_JOBS },
	{ "release", SCHED_RELEASE_JOBS },
	{ "requeue", SCHED_REQUEUE_JOBS },
};

static bool queue_is_fresh(const struct run *r)
{
	const struct source *s = &r->queue_source;

	return r->queue && s->state == SOURCE_OK && s->started_ms > r->submitted_ms;
}

static int jobs_known(const struct run *r, const struct strs *ids, struct err *err)
{
	const struct source *s = &r->queue_source;
	const char *unknown;
	char span[CLOCK_TEXT];

	if (!r->queue || s->state != SOURCE_OK)
		return 0;
	unknown = jobs_unknown(r->queue, &r->unseen, ids);
	if (!unknown)
		return 0;
	return err_set(
	    err, ERR_NOT_FOUND,
	    "cluster %s has no job \"%.40s\" in its queue, read %s ago; nothing was changed",
	    r->cluster.name, unknown, clock_span(span, clock_utc_ms() - s->ok_ms));
}

/* Who it was is known after a restart, too: a job may take its time to leave. */
static int cancel_write(struct run *r, const struct user *u, const struct strs *ids,
			int64_t *row, struct err *err)
{
	struct store *st = r->engine->store;
	int64_t now = clock_utc_ms();

	if (store_cancels_forget(st, now - CANCELS_KEPT_MS, err) < 0)
		return -1;
	return store_cancel_add(st, r->cluster.id, u->name, ids, now, row, err);
}

/* Audit row and events in one transaction, before the scheduler is asked. */
static int act_write(struct run *r, const struct user *u, const char *verb,
		     const struct strs *ids, int64_t *cancel_row, struct err *err)
{
	bool cancels = strcmp(verb, "cancel") == 0;
	struct store *st = r->engine->store;
	char object[AUDIT_TEXT], what[40];
	const struct deed a = { .by = u, .verb = what, .object = object, .result = "asked" };

	audit_object(object, r->cluster.name, "job", ids);
	snprintf(what, sizeof(what), "job %s", verb);
	if (cancels)
		engine_use_reserve(r->engine);
	if (store_begin(st, err) < 0)
		return -1;
	if (audit_write(r->engine, &a, err) < 0 ||
	    (cancels && cancel_write(r, u, ids, cancel_row, err) < 0)) {
		store_rollback(st);
		return -1;
	}
	for (size_t i = 0; i < ids->n && ids->n <= TOLD_MOST; i++)
		note_by(r, EVENT_INFO, u, ids->v[i], "%s asked", what);
	if (ids->n > TOLD_MOST)
		note_by(r, EVENT_INFO, u, "", "%s of %zu jobs asked: %.60s and others", what,
			ids->n, ids->v[0]);
	return store_commit(st, err);
}

/* a->ids of them: those that the act does something to. */
static int leave_unfit(struct ask *a, const struct strs *ids, struct err *err)
{
	const struct run *r = a->run;
	char span[CLOCK_TEXT];

	if (queue_is_fresh(r) && r->queue_source.started_ms > r->acted_ms)
		jobs_fit(r->queue, r->sched, a->verb, ids, &a->ids, &a->unfit);
	else
		for (size_t i = 0; i < ids->n; i++)
			strs_add(&a->ids, ids->v[i]);
	if (a->ids.n > 0)
		return 0;
	return err_set(err, ERR_CONFLICT,
		       "cluster %s: %.110s%s, by the queue read %s ago; nothing was changed",
		       r->cluster.name, a->unfit.v[0],
		       a->unfit.n > 1 ? ", as are the others" : "",
		       clock_span(span, clock_utc_ms() - r->queue_source.ok_ms));
}

static int act_begin_of(struct ask *a, const struct user *u, const char *verb,
			const struct strs *ids, struct err *err)
{
	struct run *r = a->run;
	char asked[100];

	if (leave_unfit(a, ids, err) < 0 ||
	    act_write(r, u, verb, &a->ids, &a->cancel_id, err) < 0)
		return -1;
	snprintf(a->actor, sizeof(a->actor), "%s", u->name);
	if (a->verb == SCHED_CANCEL) /* before it is sent: a reading may be first */
		cancels_add(&r->cancels, &a->ids, u->name, clock_utc_ms());
	if (a->verb == SCHED_REQUEUE_JOBS) {
		snprintf(asked, sizeof(asked), "asked by %.80s", u->name);
		requeued_asked(&r->requeued, &a->ids, asked, clock_utc_ms());
	}
	return 0;
}

int engine_job_act(struct engine *e, const struct user *u, const char *cluster,
		   const char *verb, const struct strs *ids, engine_done_cb *cb, void *arg,
		   struct err *err)
{
	/* what such a cluster waits for may be ended, and nothing else */
	struct run *r = run_asked(e, cluster, strcmp(verb, "cancel") == 0, err);
	struct sched_args args = { .names = NULL };
	struct ask *a;

	if (!r || lease_says(r, err) < 0)
		return -1;
	args.version = r->sched_version;
	if (ids->n == 0)
		return err_set(err, ERR_INVALID, "name at least one job");
	if (jobs_known(r, ids, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		if (strcmp(acts[i].word, verb) != 0)
			continue;
		a = ask_new(r, acts[i].verb, cb, arg);
		if (act_begin_of(a, u, verb, ids, err) < 0) {
			ask_free(a);
			return -1;
		}
		args.names = &a->ids;
		remote_verb(r, acts[i].verb, &args, on_act, a);
		return 0;
	}
	return err_set(err, ERR_INVALID,
		       "jobs can be told to cancel, hold, release or requeue, not \"%s\"",
		       verb);
}

/* Its first line, which is what it calls the failure. */
static void scheduler_said(struct err *err, const struct sched_run *run)
{
	const char *text = run->errout_len ? run->errout : run->out;
	char line[240];

	text_clean(line, sizeof(line), text, text ? strcspn(text, "\n") : 0);
	err_set(err, ERR_NOT_FOUND, "the scheduler does not show it: %s",
		line[0] ? line : "it gave no reason");
}

/* What the engine wrote down, of one that the scheduler has forgotten or cannot be asked of. */
static struct json *from_record(const struct run *r, const char *id)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	struct json *j = NULL;

	if (why_ended(&text, r, id)) {
		j = json_new_object();
		json_set_str(j, "text", buf_str(&text));
	}
	buf_clear(&text);
	return j;
}

static void on_detail(void *arg, const struct sched_run *run, const struct err *why)
{
	struct ask *a = arg;
	struct err err = ERR_INIT;
	struct json *j = NULL;

	if (!run) {
		err = *why;
	} else if (run->exit_code != 0) {
		j = from_record(a->run, a->ids.v[0]);
		if (!j)
			scheduler_said(&err, run);
	} else {
		j = json_new_object();
		json_set_str(j, "text", run->out);
	}
	finish(a, j, &err);
}

int engine_job_detail(struct engine *e, const char *cluster, const char *id, engine_done_cb *cb,
		      void *arg, struct err *err)
{
	struct run *r = run_ready(e, cluster, err), *rests;
	struct sched_args args = { .names = NULL };
	struct json *known;
	struct ask *a;

	if (!r) {
		rests = run_find(e, cluster);
		known = rests ? from_record(rests, id) : NULL;
		if (known)
			cb(arg, known, &(struct err)ERR_INIT);
		json_free(known);
		return known ? 0 : -1;
	}
	a = ask_new(r, SCHED_JOB_DETAIL, cb, arg);
	strs_add(&a->ids, id);
	args.names = &a->ids;
	args.version = r->sched_version;
	remote_verb(r, SCHED_JOB_DETAIL, &args, on_detail, a);
	return 0;
}

/* A stop or a teardown past its nodes takes the head away, and before that nobody can say when:
 * a head that does not answer is told by what ends it. */
static bool head_leaves(const struct run *r, struct err *err)
{
	bool ends = r->op.id && (r->op.kind == OP_STOP || r->op.kind == OP_DELETE);
	bool nodes = strcmp(r->op.step, "settle") == 0 || strcmp(r->op.step, "drain") == 0 ||
		     strcmp(r->op.step, "nodes") == 0;

	if (!ends || (nodes && remote_ready(r->remote)))
		return false;
	err_set(err, ERR_CONFLICT,
		"cluster %s is being %s: \"operation show %lld\" tells how far",
		r->cluster.name, r->op.kind == OP_STOP ? "stopped" : "deleted",
		(long long)r->op.id);
	return true;
}

struct json *engine_ssh(struct engine *e, const struct user *u, const char *cluster,
			const char *node, struct err *err)
{
	struct run *r = run_need(e, cluster, err);
	struct member *m = NULL;
	char object[96];
	struct deed a = { .by = u, .verb = "ssh", .object = object };

	if (!r || run_has_cloud(r, err) < 0 || head_leaves(r, err))
		return NULL;
	if (r->cluster.state == CLUSTER_OFF) {
		not_ready(r, err);
		return NULL;
	}
	if (node && node[0] && strcmp(node, "head") != 0) {
		m = member_find(r, node);
		if (!m) {
			engine_no_node(e, &r->cluster, node, err);
			return NULL;
		}
		if (!m->node.host[0]) {
			err_set(err, ERR_CONFLICT, "cluster %s: node %s has no machine yet",
				cluster, node);
			return NULL;
		}
	}
	snprintf(object, sizeof(object), "%.40s %.40s", cluster, m ? m->node.name : "head");
	a.result = "asked"; /* what comes of it is between ssh and the head */
	if (audit_write(e, &a, err) < 0)
		return NULL;
	return remote_ssh_argv(r, m ? m->node.host : NULL, err);
}
