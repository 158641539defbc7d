/* What a job writes: where its files lie is asked of the scheduler, or remembered of one that
 * ended. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/file_read.h"
#include "engine/jobs.h"
#include "engine/observe.h"
#include "engine/remote.h"
#include "engine/run.h"

#define KNOWN_MS 60000 /* a job's paths do not move; its number may be given anew, later */

struct log_ask {
	struct run *run;
	char job[64], user[64];
	bool errors, both; /* both: of one file */
	bool list;	   /* what it wrote is listed, not read */
	struct job_files files;
	int64_t from, most;
	engine_done_cb *cb;
	void *arg;
};

static void finish(struct log_ask *a, struct json *take, const struct err *err)
{
	a->cb(a->arg, take, err);
	json_free(take);
	free(a);
}

/* It may write more. */
static bool is_live(const struct log_ask *a)
{
	const struct job *j = a->run->queue ? queue_job(a->run->queue, a->job) : NULL;

	return j && j->state != JOB_DONE && j->state != JOB_FAILED && j->state != JOB_CANCELLED;
}

static void on_part(void *arg, const struct file_part *p, const struct err *err)
{
	struct log_ask *a = arg;
	struct err named = ERR_INIT;
	struct json *j;
	char *text;

	if (!p) {
		named = *err;
		err_wrap(&named, "job %s", a->job);
		finish(a, NULL, &named);
		return;
	}
	text = xstrndup(p->text, p->binary ? 0 : p->len);
	j = json_new_object();
	json_set_str(j, "path", p->path);
	json_set_str(j, "stream", a->errors ? "stderr" : "stdout");
	json_set_bool(j, "both", a->both);
	json_set_str(j, "text", text);
	json_set_bool(j, "binary", p->binary);
	json_set_int(j, "from", p->from);
	json_set_int(j, "next", p->next);
	json_set_int(j, "size", p->size);
	json_set_int(j, "line", p->line);
	json_set_int(j, "written_s", p->mtime_s);
	json_set_bool(j, "live", is_live(a));
	free(text);
	finish(a, j, NULL);
}

/*
 * What lies where it wrote
 */

/* Since it began; of one that ended nothing that came long after. */
#define CLOCKS_APART_S 2
#define LATE_S	       60

static void on_list(void *arg, const struct json *files, const struct err *err)
{
	struct log_ask *a = arg;
	struct err named = ERR_INIT;
	struct json *j, *list;

	if (!files) {
		named = *err;
		err_wrap(&named, "job %s", a->job);
		finish(a, NULL, &named);
		return;
	}
	j = json_new_object();
	json_set_str(j, "folder", a->files.cwd);
	json_set_bool(j, "cut", json_len(files) == FILES_MOST);
	list = json_set_array(j, "files");
	for (size_t i = 0; i < json_len(files); i++) {
		struct json *one = json_copy(json_at(files, i));
		const char *path = json_str(one, "path", "");

		json_set_str(one, "what",
			     strcmp(path, a->files.output) == 0	  ? "stdout"
			     : strcmp(path, a->files.errors) == 0 ? "stderr"
								  : "");
		json_add(list, one);
	}
	finish(a, j, NULL);
}

/* When it ran: by the queue, or as it was written down. */
static void times_of(const struct log_ask *a, int64_t *start_s, int64_t *end_s)
{
	const struct job *j = a->run->queue ? queue_job(a->run->queue, a->job) : NULL;
	struct job_record rec;

	*start_s = j ? j->start_s : 0;
	*end_s = 0;
	if (!j && store_job_find(a->run->engine->store, a->run->cluster.id, a->job, &rec,
				 NULL) == 0) {
		*start_s = rec.start_s;
		*end_s = rec.end_s;
	}
}

static int list_files(struct log_ask *a, struct err *err)
{
	struct job_files *f = &a->files;
	struct folder_ask what = { .paths = { f->cwd, f->output, f->errors }, .user = a->user };
	const char *slash = strrchr(f->output, '/');
	int64_t start_s, end_s;

	times_of(a, &start_s, &end_s);
	if (start_s <= 0 || start_s * 1000 > clock_utc_ms())
		return err_set(err, ERR_CONFLICT,
			       "job %s has not begun: it has written nothing yet", a->job);
	if (!f->cwd[0] && slash)
		snprintf(f->cwd, sizeof(f->cwd), "%.*s", (int)(slash - f->output), f->output);
	what.since_s = start_s - CLOCKS_APART_S;
	what.until_s = end_s > 0 ? end_s + LATE_S : 0;
	return folder_list(a->run, &what, on_list, a, err);
}

static int no_file(const struct log_ask *a, struct err *err)
{
	return err_set(err, ERR_NOT_FOUND, "job %s has no output file%s", a->job,
		       a->errors ? " for errors" : "");
}

static int read_path(struct log_ask *a, const struct job_files *f, struct err *err)
{
	const char *path = a->errors && f->errors[0] ? f->errors : f->output;

	a->files = *f;
	a->both = !f->errors[0] || strcmp(f->errors, f->output) == 0;
	if (!a->list && (!path[0] || strcmp(path, "/dev/null") == 0))
		return no_file(a, err);
	if (remote_is_here(a->run) && a->run->cloud->record->bin)
		return err_set(
		    err, ERR_NOT_FOUND,
		    "job %s has no output file: its head only has the commands of %s, and no files",
		    a->job, a->run->cloud->record->bin);
	if (a->list)
		return list_files(a, err);
	return file_read_part(a->run, path, a->user, a->from, a->most, on_part, a, err);
}

/* It left the scheduler's memory: what was written down when it ended. */
static int read_remembered(struct log_ask *a, struct err *err)
{
	struct job_record rec;
	struct job_files f = { .output = "" };

	if (store_job_find(a->run->engine->store, a->run->cluster.id, a->job, &rec, NULL) < 0)
		return err_set(
		    err, ERR_NOT_FOUND,
		    "cluster %s: the scheduler shows no job %s, and none is written down",
		    a->run->cluster.name, a->job);
	snprintf(a->user, sizeof(a->user), "%s", rec.user);
	snprintf(f.output, sizeof(f.output), "%s", rec.output);
	snprintf(f.errors, sizeof(f.errors), "%s", rec.errors);
	snprintf(f.cwd, sizeof(f.cwd), "%s", rec.cwd);
	if (!f.output[0] && !f.errors[0])
		return err_set(
		    err, ERR_NOT_FOUND,
		    "job %s ended, and where its output went is not known: the scheduler had forgotten it already",
		    a->job);
	return read_path(a, &f, err);
}

static struct known_files *known_of(struct run *r, const char *job)
{
	struct known_files *k = r->known_files ? map_get(r->known_files, job) : NULL;

	return k && clock_mono_ms() - k->at_ms < KNOWN_MS ? k : NULL;
}

static void remember(struct log_ask *a, const struct job_files *f)
{
	struct known_files *k = xcalloc(1, sizeof(*k));

	if (a->run->known_files && map_count(a->run->known_files) > 64) {
		map_free(a->run->known_files);
		a->run->known_files = NULL;
	}
	if (!a->run->known_files)
		a->run->known_files = map_new(free, false);
	*k = (struct known_files){ *f, "", clock_mono_ms() };
	snprintf(k->user, sizeof(k->user), "%s", a->user);
	map_put(a->run->known_files, a->job, k);
}

static void on_detail(void *arg, const struct sched_run *run, const struct err *why)
{
	struct log_ask *a = arg;
	struct err err = ERR_INIT;
	struct job_files f;
	int rc;

	if (!run) {
		finish(a, NULL, why);
		return;
	}
	if (run->exit_code != 0) {
		rc = read_remembered(a, &err);
	} else if (!a->user[0]) { /* the scheduler has it, no reading of ours yet */
		observe_soon(a->run, 0);
		rc = err_set(&err, ERR_CONFLICT,
			     "job %s is new: it is in no reading of the queue yet, ask again",
			     a->job);
	} else {
		rc = a->run->sched->read_files(&f, run, &err);
		if (rc == 0)
			remember(a, &f);
		if (rc == 0)
			rc = read_path(a, &f, &err);
	}
	if (rc < 0)
		finish(a, NULL, &err);
}

/* Whose job it is says the queue, or what was written down: never the text that holds its
 * paths. */
static void find_user(struct log_ask *a)
{
	const struct job *j = a->run->queue ? queue_job(a->run->queue, a->job) : NULL;
	struct job_record rec;

	if (j)
		snprintf(a->user, sizeof(a->user), "%s", j->user);
	else if (store_job_find(a->run->engine->store, a->run->cluster.id, a->job, &rec,
				NULL) == 0)
		snprintf(a->user, sizeof(a->user), "%s", rec.user);
}

/* A task of the array in this queue, one that has begun before others; NULL: it is no array. */
static const struct job *task_of(const struct queue *q, const char *array)
{
	const struct job *waits = NULL;

	for (size_t i = 0; q && i < q->n_jobs; i++) {
		const struct job *j = &q->jobs[i];

		if (strcmp(j->id, array) == 0)
			return NULL;
		if (strcmp(j->array_id, array) != 0)
			continue;
		if (j->state != JOB_PENDING && j->state != JOB_HELD && !strchr(j->id, '['))
			return j;
		waits = j;
	}
	return waits;
}

int job_log_one(const struct queue *now, const struct queue *past, const char *job,
		struct err *err)
{
	const struct job *live = task_of(now, job), *over = task_of(past, job);
	const struct job *j = live && !strchr(live->id, '[') ? live : over ? over : live;

	if (!j)
		return 0;
	if (strchr(j->id, '['))
		return err_set(err, ERR_INVALID,
			       "%s is an array: name a task of %s; none has begun yet", job,
			       j->id);
	return err_set(err, ERR_INVALID, "%s is an array: name a task, as %s", job, j->id);
}

/* Asks where it writes, unless that is known; begin has what is to be done then. */
static int ask_files(struct run *r, const char *job, const struct log_ask *begin,
		     struct err *err)
{
	struct strs names = STRS_INIT(1);
	struct sched_args args = { .names = &names, .version = r->sched_version };
	const struct known_files *known;
	struct log_ask *a;

	if (!r->sched->read_files)
		return err_set(err, ERR_UNSUPPORTED, "%s does not tell where jobs write",
			       r->sched->title);
	if (strlen(job) >= sizeof(a->job) || strchr(job, '['))
		return err_set(err, ERR_INVALID,
			       "\"%.40s\" is no single job: name one task, as in 12_3", job);
	if (job_log_one(r->queue, r->gone_jobs, job, err) < 0)
		return -1;
	a = xcalloc(1, sizeof(*a));
	*a = *begin;
	a->run = r;
	snprintf(a->job, sizeof(a->job), "%s", job);
	known = known_of(r, job);
	if (known) {
		snprintf(a->user, sizeof(a->user), "%s", known->user);
		if (read_path(a, &known->files, err) == 0)
			return 0;
		free(a);
		return -1;
	}
	find_user(a);
	strs_add(&names, job);
	remote_verb(r, SCHED_JOB_DETAIL, &args, on_detail, a);
	strs_clear(&names);
	return 0;
}

int engine_job_log(struct engine *e, const char *cluster, const char *job, bool errors,
		   int64_t from, int64_t most, engine_done_cb *cb, void *arg, struct err *err)
{
	struct log_ask begin = {
		.errors = errors, .from = from, .most = most, .cb = cb, .arg = arg
	};
	struct run *r = run_ready(e, cluster, err);

	return r ? ask_files(r, job, &begin, err) : -1;
}

int engine_job_files(struct engine *e, const char *cluster, const char *job, engine_done_cb *cb,
		     void *arg, struct err *err)
{
	struct log_ask begin = { .list = true, .cb = cb, .arg = arg };
	struct run *r = run_ready(e, cluster, err);

	return r ? ask_files(r, job, &begin, err) : -1;
}
