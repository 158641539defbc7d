/* A job's way into the queue, and, where wanted, out of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/run.h"
#include "model/cluster.h"
#include "model/queue.h"

#define SCRIPT_MAX   ((size_t)1 << 20)
#define HEAD_MAX     ((size_t)32 << 10)
#define SAMPLE	     "monte-carlo.sh" /* for a template that names none */
#define LOOK_MS	     1000
#define UNTOLD_MOST  20
#define NAME_MAX_JOB 64

struct submission {
	char *sample; /* file name, until its folder is known */
	char *path;   /* where to it is sent, and where it is judged */
	char *check_path;
	struct json *body;
	char job[64];
	bool seen;	       /* in a reading of the queue */
	char cluster_id[40];   /* its own: another one may get its name */
	int64_t read_ms;       /* when the engine's last reading was; -1 not known yet */
	unsigned int readings; /* that ended since; the first of them may have begun before the
				  job was there */
	unsigned int untold;   /* looks at how it ended that told nothing */
	char said[80];
};

static void drop(void *state)
{
	struct submission *s = state;

	free(s->sample);
	free(s->path);
	free(s->check_path);
	json_free(s->body);
	free(s);
}

static const char *the_cluster(const struct command_run *r)
{
	return r->args.v[0];
}

/*
 * Waiting: no task of the job is left in a reading that began after the job was accepted.
 * Then how it ended, which the scheduler is asked a moment later.
 */

static void look(struct command_run *r);

static bool is_ours(const struct submission *s, const struct json *j)
{
	return strcmp(json_str(j, "id", ""), s->job) == 0 ||
	       strcmp(json_str(j, "array_id", ""), s->job) == 0;
}

struct ends {
	int64_t n[JOB_STATES]; /* tasks that ended so */
	int64_t all;
	const struct json *bad; /* the first that did not end well */
};

static struct ends ends_of(const struct submission *s, const struct json *rows)
{
	struct ends e = { .all = 0 };

	for (size_t i = 0; i < json_len(rows); i++) {
		const struct json *j = json_at(rows, i);
		enum job_state state = job_state_of(json_str(j, "state", ""));

		if (!is_ours(s, j))
			continue;
		e.all++;
		e.n[state]++;
		if (!e.bad && state != JOB_DONE)
			e.bad = j;
	}
	return e;
}

/* "2 of 40 tasks failed, the first 12_3: exit 3" */
static void did_not_end_well(struct command_run *r, const struct ends *e)
{
	const struct submission *s = r->state;
	const char *id = json_str(e->bad, "id", ""), *reason = json_str(e->bad, "reason", "");
	int64_t bad = e->n[JOB_FAILED] ? e->n[JOB_FAILED] : e->n[JOB_CANCELLED];
	const char *how = e->n[JOB_FAILED] ? "failed" : "cancelled";

	if (e->all == 1)
		run_failf(r, ERR_CONFLICT,
			  "job %s %s%s: %s; \"job log %s %s\" shows what it wrote", s->job,
			  e->n[JOB_FAILED] ? "" : "was ", how,
			  show_or(reason, "no reason is told"), the_cluster(r), id);
	else
		run_failf(r, ERR_CONFLICT,
			  "job %s: %lld of %lld tasks %s, the first %s: %s; \"job log %s %s\" "
			  "shows what it wrote",
			  s->job, (long long)bad, (long long)e->all, how, id,
			  show_or(reason, "no reason is told"), the_cluster(r), id);
}

static void look_ends(struct command_run *r);

static void on_ends(struct command_run *r, const struct json *answer)
{
	struct submission *s = r->state;
	struct ends e = ends_of(s, json_get(answer, "rows"));
	struct json *j;

	if ((e.all == 0 || e.n[JOB_UNKNOWN] > 0) && s->untold++ < UNTOLD_MOST) {
		run_later(r, LOOK_MS, look_ends);
	} else if (e.n[JOB_FAILED] + e.n[JOB_CANCELLED] > 0) {
		did_not_end_well(r, &e);
	} else if (e.n[JOB_DONE] == 0 || e.n[JOB_UNKNOWN] > 0) {
		run_failf(
		    r, ERR_UNKNOWN,
		    "job %s has left the queue, and the scheduler does not tell how it ended",
		    s->job);
	} else {
		show_text(r, "job %s is done", s->job);
		j = json_new_object();
		json_set_str(j, "job", s->job);
		json_set_str(j, "cluster", the_cluster(r));
		json_set_str(j, "state", job_state_name(JOB_DONE));
		show_result(r, j);
		json_free(j);
		run_done(r);
	}
}

/* "12", "12_3" and "12_[5-37]", not "120": the number in front is the same. */
static void ask_rows(struct command_run *r, bool ended, answer_fn *then)
{
	const struct submission *s = r->state;
	char filter[120] = "";
	int digits = (int)strspn(s->job, "0123456789");

	if (digits > 0)
		snprintf(filter, sizeof(filter), "id~\"^%.*s([^0-9]|$)\"", digits, s->job);
	run_get(r,
		client_path("/v1/clusters/%/jobs?filter=%&sort=&offset=0&count=%&ended=%",
			    the_cluster(r), filter, ended ? "1000" : "500", ended ? "1" : "0",
			    (char *)NULL),
		then);
}

static void look_ends(struct command_run *r)
{
	ask_rows(r, true, on_ends);
}

static bool is_over(enum job_state s)
{
	return s == JOB_DONE || s == JOB_FAILED || s == JOB_CANCELLED;
}

static void tell(struct command_run *r, int64_t running, int64_t waiting)
{
	struct submission *s = r->state;
	char now[sizeof(s->said)];

	snprintf(now, sizeof(now), "job %.30s: %lld running, %lld pending", s->job,
		 (long long)running, (long long)waiting);
	if (strcmp(now, s->said) != 0)
		show_progress(r, "%s", now);
	snprintf(s->said, sizeof(s->said), "%s", now);
}

static void on_rows(struct command_run *r, const struct json *answer)
{
	struct submission *s = r->state;
	const struct json *rows = json_get(answer, "rows");
	int64_t running = 0, waiting = 0;

	for (size_t i = 0; i < json_len(rows); i++) {
		const struct json *j = json_at(rows, i);
		enum job_state state = job_state_of(json_str(j, "state", ""));
		int64_t tasks = json_int(j, "tasks", 1);

		if (!is_ours(s, j) || is_over(state))
			continue;
		if (state == JOB_PENDING || state == JOB_HELD)
			waiting += tasks > 0 ? tasks : 1;
		else
			running++;
	}
	if (running + waiting > 0) {
		s->seen = true;
		tell(r, running, waiting);
	} else if (s->seen || s->readings >= 2) {
		look_ends(r);
		return;
	}
	run_later(r, LOOK_MS, look);
}

static const struct json *cluster_in(const struct json *status, const char *name)
{
	const struct json *list = json_get(status, "clusters");

	for (size_t i = 0; i < json_len(list); i++)
		if (strcmp(json_str(json_at(list, i), "name", ""), name) == 0)
			return json_at(list, i);
	return NULL;
}

/* Deleted, perhaps with its storage kept, or another one of its name. */
static bool is_gone(struct submission *s, const struct json *cluster)
{
	const char *state = json_str(cluster, "state", ""), *id = json_str(cluster, "id", "");

	if (!cluster || strcmp(state, cluster_state_name(CLUSTER_DELETED)) == 0 ||
	    strcmp(state, cluster_state_name(CLUSTER_KEPT)) == 0)
		return true;
	if (!s->cluster_id[0])
		snprintf(s->cluster_id, sizeof(s->cluster_id), "%s", id);
	return strcmp(id, s->cluster_id) != 0;
}

static void count_reading(struct submission *s, const struct json *cluster)
{
	int64_t read_ms = json_int(cluster, "scheduler.read_ms", 0);

	s->readings += s->read_ms >= 0 && read_ms != s->read_ms;
	s->read_ms = read_ms;
}

static void on_status(struct command_run *r, const struct json *answer)
{
	struct submission *s = r->state;
	const struct json *cluster = cluster_in(answer, the_cluster(r));

	if (is_gone(s, cluster)) {
		run_failf(r, ERR_NOT_FOUND,
			  "cluster %.40s was deleted while job %.40s was waited for: nobody "
			  "knows how it ended",
			  the_cluster(r), s->job);
		return;
	}
	count_reading(s, cluster);
	ask_rows(r, false, on_rows);
}

static void look(struct command_run *r)
{
	run_get(r, xstrdup("/v1/status"), on_status);
}

/*
 * Sending
 */

static void on_submitted(struct command_run *r, const struct json *answer)
{
	struct submission *s = r->state;

	snprintf(s->job, sizeof(s->job), "%s", json_str(answer, "job", "?"));
	if (command_option(r, "wait")) {
		show_progress(r, "job %s is in the queue", s->job);
		look(r);
		return;
	}
	show_text(r, "job %s is in the queue of %s", s->job, the_cluster(r));
	show_result(r, answer);
	run_done(r);
}

/* A file's name without folder and ending, made of what a job's name may hold. */
static void name_of_file(char *out, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	size_t n = strcspn(base, "."), k = 0;

	for (size_t i = 0; i < n && k + 1 < NAME_MAX_JOB; i++) {
		char one[2] = { base[i], '\0' };

		if (text_is_name(one, 1) || (k > 0 && strchr("_-", base[i])))
			out[k++] = base[i];
	}
	out[k] = '\0';
	if (k == 0)
		snprintf(out, NAME_MAX_JOB, "job");
}

/* Which interpreters there are is the scheduler's to say; what no scheduler takes ends here. */
static int check_script(const struct buf *script, const char *path, struct err *err)
{
	if (script->len == 0)
		return err_set(err, ERR_INVALID, "%s is empty", path);
	if (memchr(script->data, '\0', script->len))
		return err_set(err, ERR_INVALID,
			       "%s is a program, not a script: write one that starts it", path);
	return 0;
}

int command_script(struct json *body, const char *path, struct err *err)
{
	struct buf script = BUF_INIT(SCRIPT_MAX);
	char name[NAME_MAX_JOB];
	int rc = file_read(&script, path, err) < 0 || check_script(&script, path, err) < 0
		     ? err_wrap(err, "the script")
		     : 0;

	if (rc == 0) {
		name_of_file(name, path);
		json_set_str(body, "script_text", buf_str(&script));
		json_set_str(body, "file", name);
	}
	buf_clear(&script);
	return rc;
}

/* Words of the script; behind "--" the scheduler's own options, behind another one words again.
 */
static void put_words(const struct command_run *r, size_t first, struct json *body)
{
	struct json *args = json_set_array(body, "args"), *words = json_new_array();
	int parts = 0;

	for (size_t i = first; i < r->args.n; i++)
		if (parts < 2 && strcmp(r->args.v[i], "--") == 0)
			parts++;
		else
			json_add(parts == 1 ? args : words, json_new_string(r->args.v[i]));
	if (json_len(words) > 0)
		json_set(body, "words", words);
	else
		json_free(words);
}

static const char *const changes[] = { "name",	"array", "partition", "account",
				       "nodes", "time",	 "cpus",      "mem" };

static void put_changes(const struct command_run *r, struct json *body)
{
	for (size_t i = 0; i < ARRAY_LEN(changes); i++)
		if (command_option(r, changes[i]))
			json_set_str(body, changes[i], command_option(r, changes[i]));
}

static void submit(struct command_run *r)
{
	struct submission *s = r->state;
	struct json *body = s->body;
	char *path = s->path;

	s->body = NULL;
	s->path = NULL;
	run_post(r, path, body, on_submitted);
}

/* A value that is none is as wrong with --force: the engine does not take it either. */
static void refuse(struct command_run *r, const struct json *problem)
{
	const char *param = json_str(problem, "param", ""),
		   *text = json_str(problem, "text", "?");

	if (param[0])
		run_failf(r, ERR_INVALID, "%s%.20s: %.250s",
			  command_option(r, param) ? "--" : "", param, text);
	else
		run_failf(r, ERR_CONFLICT, "%.250s; --force submits it all the same", text);
}

/* As the console's form has it: what fails there is not sent from here. */
static void on_judged(struct command_run *r, const struct json *answer, const struct err *err)
{
	const struct json *list = json_get(answer, "problems");

	(void)err; /* what cannot be judged now the submission tells, or "why" later */
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *p = json_at(list, i);

		if (strcmp(json_str(p, "level", ""), "fail") == 0) {
			refuse(r, p);
			return;
		}
	}
	for (size_t i = 0; i < json_len(list); i++) {
		const char *text = json_str(json_at(list, i), "text", "");

		if (text_has_prefix(text, "never fits"))
			show_progress(r, "%s", text);
	}
	submit(r);
}

char *command_script_head(const char *script)
{
	size_t n = 0;

	while (script[n]) {
		size_t len = strcspn(script + n, "\n"), gap = strspn(script + n, " \t\r");

		if ((gap < len && script[n + gap] != '#') || n + len > HEAD_MAX)
			break;
		n += len + (script[n + len] == '\n');
	}
	return xstrndup(script, n);
}

/* body: what is judged. It is taken. */
static void judge(struct command_run *r, struct json *body)
{
	struct submission *s = r->state;
	char *head = command_script_head(json_str(body, "script_text", "")),
	     *path = s->check_path;

	if (head[0])
		json_set_str(body, "script_text", head);
	free(head);
	s->check_path = NULL;
	run_post_any(r, path, body, on_judged);
}

static void send_script(struct command_run *r, const char *path, size_t first_arg)
{
	struct submission *s = r->state;
	struct json *body = json_new_object();
	struct err err = ERR_INIT;

	if (command_script(body, path, &err) < 0) {
		json_free(body);
		run_fail(r, &err);
		return;
	}
	put_changes(r, body);
	if (command_option(r, "cwd"))
		json_set_str(body, "cwd", command_option(r, "cwd"));
	put_words(r, first_arg, body);
	s->body = body;
	s->path = client_path("/v1/clusters/%/jobs", the_cluster(r), (char *)NULL);
	s->check_path = client_path("/v1/clusters/%/jobs/check", the_cluster(r), (char *)NULL);
	if (command_option(r, "force"))
		submit(r);
	else
		judge(r, json_copy(body));
}

/* What it was submitted with, and the changes over it, as the console's form has them. */
static void on_job(struct command_run *r, const struct json *answer, const struct err *err)
{
	struct json *body;

	(void)err;
	if (!answer) { /* the submission says why it cannot be */
		submit(r);
		return;
	}
	body = json_copy(json_get(answer, "values"));
	json_del(body, "args"); /* those are the script's, here the scheduler's */
	json_set_int(body, "processes", json_int(answer, "processes", 0));
	put_changes(r, body);
	judge(r, body);
}

/* Of a job that was submitted before: what is said changes, the rest is as it was. */
void run_job_resubmit(struct command_run *r)
{
	struct submission *s = xcalloc(1, sizeof(*s));
	struct json *body = json_new_object(), *words;

	s->read_ms = -1;
	run_keep(r, s, drop);
	put_changes(r, body);
	words = json_set_array(body, "words");
	for (size_t i = 2; i < r->args.n; i++)
		json_add(words, json_new_string(r->args.v[i]));
	s->body = body;
	s->path = client_path("/v1/clusters/%/jobs/%/resubmit", the_cluster(r), r->args.v[1],
			      (char *)NULL);
	s->check_path = client_path("/v1/clusters/%/jobs/%/resubmit/check", the_cluster(r),
				    r->args.v[1], (char *)NULL);
	if (command_option(r, "force"))
		submit(r);
	else
		run_get_any(r, xstrdup(s->path), on_job);
}

/*
 * The sample: the cluster's template names it and lies beside its folder
 */

static void on_template(struct command_run *r, const struct json *answer)
{
	struct submission *s = r->state;
	const char *path = json_str(answer, "path", ""), *slash = strrchr(path, '/');
	char *file = xasprintf("%.*s/jobs/%s", slash ? (int)(slash - path) : 1,
			       slash ? path : ".", s->sample);

	send_script(r, file, 1);
	free(file);
}

static void on_cluster(struct command_run *r, const struct json *answer)
{
	struct submission *s = r->state;
	const char *sample = json_str(answer, "spec.sample_job", "");

	s->sample = xstrdup(sample[0] && !strchr(sample, '/') ? sample : SAMPLE);
	run_get(r,
		client_path("/v1/templates/%", json_str(answer, "template", ""), (char *)NULL),
		on_template);
}

int check_submit(const struct command_run *r, struct err *err)
{
	if (command_option(r, "sample") || (r->args.n > 1 && strcmp(r->args.v[1], "--") != 0))
		return 0;
	return err_set(err, ERR_INVALID, "SCRIPT is missing: name a file, or take --sample");
}

void run_job_submit(struct command_run *r)
{
	bool sample = command_option(r, "sample") != NULL;
	struct submission *s = xcalloc(1, sizeof(*s));

	s->read_ms = -1;
	run_keep(r, s, drop);
	if (sample)
		run_get(r, client_path("/v1/clusters/%", the_cluster(r), (char *)NULL),
			on_cluster);
	else
		send_script(r, r->args.v[1], 2);
}
