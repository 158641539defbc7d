/*
 * "scontrol show jobs -o" tells what squeue leaves open: memory per CPU or per node, gpus of
 * the whole job, who may share a node (26.05), named nodes, requeue. It refines jobs that are
 * in the queue already and adds none.
 *
 * Names, comments and command lines stand raw in these lines, so a user can write a newline and
 * another job's number into his own. A job that has two lines is therefore left as squeue told
 * it, and a job's own line can only speak for itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "scheduler/slurm.h"

enum {
	K_ID,
	K_ARRAY,
	K_TASK,
	K_REQUEUE,
	K_NODES_ASKED,
	K_NODES,
	K_CPUS,
	K_TASKS,
	K_MEM_CPU,
	K_MEM_NODE,
	K_SHARE,
	K_EXCLUSIVE,
	K_TRES_NODE,
	K_TRES_JOB,
	K_TRES_TASK,
	KEYS
};

#define KEY(word)                                                                              \
	{                                                                                      \
		word, sizeof(word) - 1                                                         \
	}

static const struct slice keys[KEYS] = {
	KEY("JobId"),	     KEY("ArrayJobId"),	   KEY("ArrayTaskId"),	 KEY("Requeue"),
	KEY("ReqNodeList"),  KEY("NumNodes"),	   KEY("NumCPUs"),	 KEY("NumTasks"),
	KEY("MinMemoryCPU"), KEY("MinMemoryNode"), KEY("OverSubscribe"), KEY("Exclusive"),
	KEY("TresPerNode"),  KEY("TresPerJob"),	   KEY("TresPerTask"),
};

struct exact {
	char key[SLURM_KEY];
	struct slice line; /* behind JobId= */
};

static int key_of(const char *s, size_t len)
{
	for (int i = 0; i < KEYS; i++)
		if (keys[i].len == len && keys[i].s[0] == *s && memcmp(keys[i].s, s, len) == 0)
			return i;
	return -1;
}

/* The first of each key counts, except behind the free texts of the job's own (Command,
 * SubmitLine, Comment). */
static void cut_job(struct slice *f, struct slice line)
{
	const char *s = line.s, *end = line.s + line.len;

	for (int i = 0; i < KEYS; i++)
		f[i] = (struct slice){ "", 0 };
	while (s < end) {
		const char *stop = s, *eq = NULL;

		for (; stop < end && *stop != ' ' && *stop != '\n'; stop++)
			if (*stop == '=' && !eq)
				eq = stop;
		int k = eq ? key_of(s, (size_t)(eq - s)) : -1;

		if (k >= 0 && f[k].len == 0)
			f[k] = (struct slice){ eq + 1, (size_t)(stop - eq) - 1 };
		s = stop + 1;
	}
}

static bool is_set(struct slice task)
{
	return memchr(task.s, '-', task.len) || memchr(task.s, ',', task.len) ||
	       memchr(task.s, '%', task.len);
}

void slurm_record_key(char out[SLURM_KEY], struct slice id, struct slice array,
		      struct slice task)
{
	if (array.len == 0 || slice_none(task))
		snprintf(out, SLURM_KEY, "%.*s", (int)(id.len > 20 ? 20 : id.len), id.s);
	else if (is_set(task))
		snprintf(out, SLURM_KEY, "%.*s_[", (int)(array.len > 20 ? 20 : array.len),
			 array.s);
	else
		snprintf(out, SLURM_KEY, "%.*s_%.*s", (int)(array.len > 20 ? 20 : array.len),
			 array.s, (int)(task.len > 20 ? 20 : task.len), task.s);
}

static int by_key(const void *a, const void *b)
{
	const struct exact *x = a, *y = b;

	return strcmp(x->key, y->key);
}

/* Only the head of a record is needed for its key, and it comes before the name. False: this is
 * somebody's text. */
static bool read_key(struct exact *x, struct slice line)
{
	struct slice f[KEYS], head = line;
	const char *name = NULL;
	int64_t id;

	for (size_t i = 0; i + 9 < line.len && !name; i++)
		if (memcmp(line.s + i, " JobName=", 9) == 0)
			name = line.s + i;
	if (!name)
		return false;
	head.len = (size_t)(name - line.s);
	cut_job(f, head);
	if (slice_num(&id, f[K_ID], 0, UINT32_MAX) < 0)
		return false;
	slurm_record_key(x->key, f[K_ID], f[K_ARRAY], f[K_TASK]);
	x->line = line;
	return true;
}

/* A record goes on to the next line that begins with JobId=, because a name or a comment may
 * hold a newline. */
static const char *record_end(const char *s, const char *end)
{
	while (s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));

		if (!nl ||
		    slice_starts((struct slice){ nl + 1, (size_t)(end - nl) - 1 }, "JobId="))
			return nl ? nl : end;
		s = nl + 1;
	}
	return end;
}

static int read_lines(struct exact **out, size_t *n, const struct sched_run *r, struct err *err)
{
	const char *end = r->out + r->out_len;
	size_t cap = 0;

	for (const char *s = r->out; s < end;) {
		struct slice line = { s, (size_t)(record_end(s, end) - s) };

		if (!slice_starts(line, "JobId="))
			return err_set(err, ERR_PARSE, "scontrol: no job at byte %zu",
				       (size_t)(s - r->out));
		if (*n >= QUEUE_JOBS_MAX)
			return err_set(err, ERR_FULL, "scontrol: more than %d jobs",
				       QUEUE_JOBS_MAX);
		GROW(*out, *n, cap);
		if (read_key(&(*out)[*n], line))
			(*n)++;
		s += line.len + 1;
	}
	return 0;
}

static int64_t ceil_div(int64_t a, int64_t b)
{
	return b > 0 ? (a + b - 1) / b : a;
}

static size_t hosts_in(struct slice f)
{
	char *list = xstrndup(f.s, f.len);
	struct strs names = STRS_INIT(QUEUE_NODES_MAX);
	size_t n = hostlist_expand(&names, list, NULL) == 0 ? names.n : 0;

	strs_clear(&names);
	free(list);
	return n;
}

static void refine_gpus(struct job *j, const struct slice *f)
{
	int64_t tasks, nodes = j->nodes_min > 0 ? j->nodes_min : 1;

	if (f[K_TRES_NODE].len)
		j->gpus = slurm_gpus(f[K_TRES_NODE]);
	else if (f[K_TRES_JOB].len)
		j->gpus = ceil_div(slurm_gpus(f[K_TRES_JOB]), nodes);
	else if (f[K_TRES_TASK].len && slurm_count_read(&tasks, f[K_TASKS]) == 0)
		j->gpus = ceil_div(slurm_gpus(f[K_TRES_TASK]) * tasks, nodes);
}

/* A line whose numbers cannot be read says nothing: its owner may have written into it. */
static void refine(struct job *j, struct slice line, const char *version)
{
	struct slice f[KEYS], mem;
	int64_t nodes, cpus, bytes;

	cut_job(f, line);
	mem = f[K_MEM_CPU].len ? f[K_MEM_CPU] : f[K_MEM_NODE];
	if (slurm_count_read(&nodes, f[K_NODES]) < 0 ||
	    slurm_count_read(&cpus, f[K_CPUS]) < 0 || slurm_mem_read(&bytes, mem) < 0)
		return;
	j->nodes_min = nodes;
	j->cpus = cpus;
	j->mem_bytes = bytes;
	j->mem_per_cpu = f[K_MEM_CPU].len > 0 && bytes > 0;
	j->requeue = slice_is(f[K_REQUEUE], "1");
	if (slurm_from(version, 26, 5))
		j->exclusive = slice_is(f[K_EXCLUSIVE], "NODE");
	else if (version && version[0])
		j->exclusive = slice_is(f[K_SHARE], "NO");
	refine_gpus(j, f);
	/* All its nodes are named: no machine of another name helps. */
	if (j->demand && !slice_none(f[K_NODES_ASKED]) &&
	    (int64_t)hosts_in(f[K_NODES_ASKED]) >= j->nodes_min)
		j->demand = false;
}

static void refine_all(struct queue *q, const struct exact *v, size_t n, const char *version)
{
	for (size_t i = 0; i < q->n_jobs; i++) {
		struct job *j = &q->jobs[i];
		struct exact want;
		struct slice id = { j->id, strlen(j->id) },
			     array = { j->array_id, strlen(j->array_id) };
		const struct exact *hit;

		slurm_record_key(want.key, id, array,
				 (struct slice){ j->task, strlen(j->task) });
		hit = n ? bsearch(&want, v, n, sizeof(*v), by_key) : NULL;
		if (!hit || (hit > v && by_key(hit, hit - 1) == 0) ||
		    (hit + 1 < v + n && by_key(hit, hit + 1) == 0))
			continue;
		refine(j, hit->line, version);
	}
}

int slurm_read_exact(struct queue *q, const struct sched_run *r, const char *version,
		     struct err *err)
{
	struct exact *v = NULL;
	size_t n = 0;
	int rc = -1;

	if (slurm_check(r, "scontrol", err) < 0)
		return -1;
	if (r->out_len == 0)
		return err_set(err, ERR_PARSE, "scontrol: no output");
	if (slice_is((struct slice){ r->out, r->out_len }, "No jobs in the system\n"))
		return 0;
	if (read_lines(&v, &n, r, err) < 0)
		goto out;
	if (n > 0)
		qsort(v, n, sizeof(*v), by_key);
	refine_all(q, v, n, version);
	rc = 0;
out:
	free(v);
	return rc;
}
