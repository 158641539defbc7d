/*
 * A job once more, with changes: its script is what the scheduler keeps of it, or the file on
 * the head that it was made of. Changes are options of the submission, which win over what the
 * script says of itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "engine/jobs.h"
#include "engine/remote.h"
#include "engine/resubmit.h"

struct again {
	struct run *run;
	struct user user;
	char job[64], name[64];
	struct json *request; /* of engine_job_submit(), in the making */
	engine_done_cb *cb;
	void *arg;
};

static void finish(struct again *a, const struct err *err)
{
	a->cb(a->arg, NULL, err);
	json_free(a->request);
	free(a);
}

/* The answer of the submission goes to who asked, as it is. */
static void send(struct again *a)
{
	struct err err = ERR_INIT;

	if (engine_job_submit(a->run->engine, &a->user, a->run->cluster.name, a->request, a->cb,
			      a->arg, &err) < 0) {
		finish(a, &err);
		return;
	}
	json_free(a->request);
	free(a);
}

/* It left the scheduler's memory; the file that it was submitted as may still be there. */
static void by_file(struct again *a)
{
	struct job_record rec;
	struct err err = ERR_INIT;

	if (store_job_find(a->run->engine->store, a->run->cluster.id, a->job, &rec, NULL) < 0 ||
	    rec.script[0] != '/') {
		err_set(
		    &err, ERR_NOT_FOUND,
		    "the script of job %s is no longer known: the scheduler has forgotten the job; submit the script itself",
		    a->job);
		finish(a, &err);
		return;
	}
	json_set_str(a->request, "script_path", rec.script);
	if (!json_get(a->request, "cwd") && rec.cwd[0] == '/')
		json_set_str(a->request, "cwd", rec.cwd);
	send(a);
}

static void on_script(void *arg, const struct sched_run *run, const struct err *why)
{
	struct again *a = arg;

	if (!run) {
		finish(a, why);
	} else if (run->exit_code != 0 || run->out_len < 2 || strncmp(run->out, "#!", 2) != 0) {
		by_file(a);
	} else {
		json_set_str(a->request, "script_text", run->out);
		send(a);
	}
}

/* A task alone is one more task of its number; an array is what its script says. */
static void begin_request(struct again *a, const struct json *changes)
{
	static const char *const same[] = { "array", "partition", "cwd", "key",	 "account",
					    "nodes", "cpus",	  "mem", "time", "name" };
	const struct job *j = a->run->queue ? queue_job(a->run->queue, a->job) : NULL;
	const char *task = strchr(a->job, '_');
	struct job_record rec = { .name = "" };

	if (j) {
		snprintf(rec.name, sizeof(rec.name), "%s", j->name);
		snprintf(rec.partition, sizeof(rec.partition), "%s", j->partition);
	} else {
		store_job_find(a->run->engine->store, a->run->cluster.id, a->job, &rec, NULL);
	}
	json_set_str(a->request, "name", text_is_name(rec.name, 64) ? rec.name : "job");
	if (rec.partition[0])
		json_set_str(a->request, "partition", rec.partition);
	if (task && task[1] != '[')
		json_set_str(a->request, "array", task + 1);
	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		if (json_str(changes, same[i], NULL))
			json_set_str(a->request, same[i], json_str(changes, same[i], ""));
}

int engine_job_resubmit(struct engine *e, const struct user *u, const char *cluster,
			const char *job, const struct json *changes, engine_done_cb *cb,
			void *arg, struct err *err)
{
	struct run *r = run_ready(e, cluster, err);
	struct strs names = STRS_INIT(1);
	struct sched_args args = { .names = &names };
	struct job_changes c = resubmit_changes(changes);
	struct again *a;

	if (!r || resubmit_can(r, err) < 0 ||
	    r->sched->job_options(NULL, NULL, &c, 0, err) < 0) /* before anything is asked */
		return -1;
	a = xcalloc(1, sizeof(*a));
	*a = (struct again){ .run = r, .user = *u, .cb = cb, .arg = arg };
	snprintf(a->job, sizeof(a->job), "%s", job);
	a->request = json_new_object();
	begin_request(a, changes);
	if (json_get(changes, "words"))
		json_set(a->request, "words", json_copy(json_get(changes, "words")));
	args.version = r->sched_version;
	strs_addf(&names, "%.*s", (int)strcspn(job, "_"), job);
	remote_verb(r, SCHED_JOB_SCRIPT, &args, on_script, a);
	strs_clear(&names);
	return 0;
}
