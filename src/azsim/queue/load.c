/* Jobs by the thousand, for benchmarks: a first load, and one that keeps changing. */
#include <stdlib.h>
#include <string.h>

#include "azsim/queue/machine.h"
#include "base/mem.h"
#include "base/text.h"

#define JOBS_MAX 1000000

/* So many tasks, in arrays of array_size. */
static void add_jobs(struct gq *q, int64_t n)
{
	while (n > 0) {
		int64_t size = q->load.array_size < n ? q->load.array_size : n;
		struct gq_tasks *tasks = NULL;
		int64_t throttle;

		if (q->load.array_size > 1) {
			char *text = xasprintf("1-%lld", (long long)size);

			tasks = xcalloc(1, sizeof(*tasks));
			gq_tasks_read(tasks, &throttle, text, GQ_TASK_MAX);
			free(text);
		}
		q->load.spec->refs++;
		gq_submit(q, q->load.spec, tasks, false, 0);
		n -= size;
	}
}

/* Once a second so many leave from the front, as if they had run, and as many come. */
static void on_second(void *arg)
{
	struct gq *q = arg;
	int64_t gone = 0;

	for (struct gq_job *j = q->pending.first, *next; j && gone < q->load.per_s; j = next) {
		while (j->tasks && gone < q->load.per_s) {
			struct gq_job *task = gq_job_split(q, j, gq_tasks_first(j->tasks));

			if (task == j)
				break;
			gq_job_end(q, task, GQ_COMPLETED, 0);
			gone++;
		}
		if (j->tasks || gone >= q->load.per_s)
			break;
		next = j->next; /* a split may have put tasks in between */
		gq_job_end(q, j, GQ_COMPLETED, 0);
		gone++;
	}
	add_jobs(q, gone);
	az_world_wake_at(q->w, &q->load.due, gq_now(q) + 1000);
}

/* 30, or "20-60" */
static int read_seconds(struct gq_spec *s, const struct json *v)
{
	const char *text = json_text(v), *dash = text ? strchr(text, '-') : NULL;

	if (!v)
		return 0;
	if (!text) {
		s->run_min = s->run_max = json_int(v, NULL, -1);
		return s->run_min >= 0 ? 0 : -1;
	}
	if (num_read_n(&s->run_min, text, dash ? (size_t)(dash - text) : strlen(text), 0,
		       100000000) != 0)
		return -1;
	s->run_max = s->run_min;
	return dash ? num_read(&s->run_max, dash + 1, s->run_min, 100000000) : 0;
}

static struct gq_spec *read_spec(const struct gq *q, const struct json *spec)
{
	struct gq_spec *s = gq_spec_new();
	const struct gq_partition *p = gq_partition_find(q, json_str(spec, "partition", NULL));

	if (!p || read_seconds(s, json_get(spec, "seconds")) != 0) {
		gq_spec_unref(s);
		return NULL;
	}
	s->name = xstrdup(json_str(spec, "name", "load"));
	s->user = xstrdup(json_str(spec, "user", q->user));
	s->partition = xstrdup(p->name);
	s->workdir = xasprintf("/home/%s", s->user);
	s->out = xstrdup("/dev/null");
	s->cpus_task = json_int(spec, "cpus", 1);
	return s;
}

int gq_site_load(struct gq_site *site, const struct json *spec, struct err *err)
{
	struct gq *q = gq_site_queue(site, json_str(spec, "head", ""));
	int64_t jobs = json_int(spec, "jobs", 0), size = json_int(spec, "array_size", 1),
		per_s = json_int(spec, "change_per_s", 0);
	struct gq_spec *s;

	if (!q)
		return err_set(err, ERR_NOT_FOUND,
			       "no such head runs here: name it in \"head\"");
	if (jobs < 0 || jobs > JOBS_MAX || size < 1 || size > JOBS_MAX || per_s < 0 ||
	    per_s > JOBS_MAX || json_int(spec, "cpus", 1) < 1)
		return err_set(err, ERR_INVALID,
			       "jobs, array_size and change_per_s are numbers up to %d",
			       JOBS_MAX);
	s = read_spec(q, spec);
	if (!s)
		return err_set(err, ERR_INVALID,
			       "seconds is a number or \"A-B\", partition one of the head's");
	gq_spec_unref(q->load.spec);
	q->load.spec = s;
	q->load.array_size = size;
	q->load.per_s = per_s;
	add_jobs(q, jobs);
	q->load.due.fire = on_second;
	q->load.due.owner = q;
	if (per_s > 0)
		az_world_wake_at(q->w, &q->load.due, gq_now(q) + 1000);
	else
		az_world_sleep(q->w, &q->load.due);
	gq_site_soon(site);
	return 0;
}
