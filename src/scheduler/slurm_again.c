/* A job once more: what it was submitted with, and the options that change it. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "scheduler/slurm.h"

#define ACCOUNT_MAX 60
#define OPTION_MAX  24
#define GIB	    ((int64_t)1 << 30)
#define MIB	    ((int64_t)1 << 20)

static struct slice whole(const char *text)
{
	return (struct slice){ text, strlen(text) };
}

/* holds "": any name. */
static int check_value(const char *v, const char *holds, const char *says, struct err *err)
{
	if (!holds[0]) {
		if (!text_is_name(v, ACCOUNT_MAX))
			return err_set(err, ERR_INVALID, "\"%.24s\" is %s", v, says);
		return 0;
	}
	if (strlen(v) > OPTION_MAX || strspn(v, "0123456789") == 0 ||
	    v[strspn(v, holds)] != '\0')
		return err_set(err, ERR_INVALID, "\"%.24s\" is %s", v, says);
	return 0;
}

/* "30" are minutes, "1-12" days and hours. */
static int limits_get(int64_t *secs, const char *v)
{
	const char *dash = strchr(v, '-'), *colon = strchr(v, ':');
	char text[OPTION_MAX + 8];
	int64_t minutes;

	if (slice_num(&minutes, whole(v), 0, INT32_MAX) == 0) {
		*secs = minutes * 60;
		return 0;
	}
	snprintf(text, sizeof(text), "%s%s", v,
		 !dash			    ? ""
		 : !colon		    ? ":00:00"
		 : colon == strrchr(v, ':') ? ":00"
					    : "");
	return slurm_limit_read(secs, whole(text));
}

/* What is not understood changes nothing: whoever submits it is told by the scheduler. */
static void take_array(struct job *as, const char *set)
{
	int64_t tasks, limit;

	if (!set || !set[0] || slurm_tasks_read(&tasks, &limit, whole(set)) < 0 || tasks < 1)
		return;
	as->tasks = tasks;
	as->task_limit = limit;
}

/* Sizes that the scheduler would refuse are refused here, where the operator still types. */
static int take_sizes(struct job *as, const struct job_changes *c, int64_t processes,
		      struct err *err)
{
	int64_t n;

	take_array(as, c->array);
	if (c->nodes && c->nodes[0]) {
		if (slurm_count_read(&as->nodes_min, whole(c->nodes)) < 0 || as->nodes_min < 1)
			return err_set(err, ERR_INVALID, "a job has one node at least");
	}
	if (c->cpus && c->cpus[0]) {
		if (slice_num(&n, whole(c->cpus), 1, INT32_MAX) < 0)
			return err_set(err, ERR_INVALID, "a task has one cpu at least");
		if (processes < as->nodes_min)
			processes = as->nodes_min;
		as->cpus = n * (processes > 0 ? processes : 1);
	}
	if (c->mem && c->mem[0]) {
		if (slurm_mem_read(&as->mem_bytes, whole(c->mem)) < 0)
			return err_set(err, ERR_INVALID, "\"%.24s\" is no size of memory",
				       c->mem);
		as->mem_per_cpu = false;
	}
	if (c->time && c->time[0] && (limits_get(&as->limit_s, c->time) < 0 || !as->limit_s))
		return err_set(err, ERR_INVALID,
			       "\"%.24s\" is no time limit: use as in 30 or 1-12:00:00",
			       c->time);
	return 0;
}

int slurm_job_options(struct strs *out, struct job *as, const struct job_changes *c,
		      int64_t processes, struct err *err)
{
	const struct {
		const char *value, *option, *holds, *says;
	} all[] = {
		{ c->account, "--account", "", "no account" },
		{ c->nodes, "--nodes", "0123456789-", "no number of nodes" },
		{ c->time, "--time", "0123456789:-",
		  "no time limit: use as in 30 or 1-12:00:00" },
		{ c->cpus, "--cpus-per-task", "0123456789", "no number of cpus" },
		{ c->mem, "--mem", "0123456789KMGTkmgt",
		  "no size of memory: use as in 500M or 4G" },
	};
	struct job sizes = { .nodes_min = 1 };

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		const char *v = all[i].value;

		if (!v || !v[0])
			continue;
		if (check_value(v, all[i].holds, all[i].says, err) < 0)
			return -1;
		if (out && strs_addf(out, "%s=%s", all[i].option, v) < 0)
			return err_set(err, ERR_FULL, "too many options");
	}
	return take_sizes(as ? as : &sizes, c, processes, err);
}

/*
 * "scontrol show job": words KEY=VALUE, but for the name and the command, which hold blanks and
 * end with their line. The first of each key counts: what a job's name brings along speaks for
 * that job alone.
 */

enum {
	W_JOB,
	W_TASK,
	W_NAME,
	W_ACCOUNT,
	W_LIMIT,
	W_PARTITION,
	W_NODES,
	W_CPUS,
	W_PROCESSES,
	W_MEM,
	W_COMMAND,
	WORDS
};

static const struct {
	const char *key;
	bool to_end; /* of the line */
} words[WORDS] = {
	[W_JOB] = { "JobId=", false },		[W_TASK] = { "ArrayTaskId=", false },
	[W_NAME] = { "JobName=", true },	[W_ACCOUNT] = { "Account=", false },
	[W_LIMIT] = { "TimeLimit=", false },	[W_PARTITION] = { "Partition=", false },
	[W_NODES] = { "NumNodes=", false },	[W_CPUS] = { "CPUs/Task=", false },
	[W_PROCESSES] = { "NumTasks=", false }, [W_MEM] = { "MinMemoryNode=", false },
	[W_COMMAND] = { "Command=", true },
};

static void cut_line(struct slice f[WORDS], struct slice line)
{
	const char *s = line.s, *end = line.s + line.len;

	while (s < end) {
		const char *stop = memchr(s, ' ', (size_t)(end - s));

		stop = stop ? stop : end;
		for (int i = 0; i < WORDS; i++) {
			size_t key = strlen(words[i].key);

			if (!slice_starts((struct slice){ s, (size_t)(end - s) }, words[i].key))
				continue;
			if (words[i].to_end)
				stop = end;
			if (!f[i].s)
				f[i] = (struct slice){ s + key, (size_t)(stop - s) - key };
			break;
		}
		s = stop + 1;
	}
}

/* "": there is none, or it has no room, which would be another one. */
static void take(char *out, size_t max, struct slice f)
{
	size_t n = !f.s || slice_none(f) || f.len >= max ? 0 : f.len;

	if (n > 0)
		memcpy(out, f.s, n);
	out[n] = '\0';
}

static void take_mem(char out[24], struct slice f)
{
	int64_t bytes;

	out[0] = '\0';
	if (!f.s || slurm_mem_read(&bytes, f) < 0 || bytes < MIB)
		return;
	if (bytes % GIB == 0)
		snprintf(out, 24, "%lldG", (long long)(bytes / GIB));
	else
		snprintf(out, 24, "%lldM", (long long)(bytes / MIB));
}

/* "/home/op/jobs/wing.x7 --steps 10" */
static void take_command(struct job_spec *out, struct slice f)
{
	const char *blank = f.s ? memchr(f.s, ' ', f.len) : NULL;
	size_t path = blank ? (size_t)(blank - f.s) : f.len;

	if (!f.s || f.len == 0 || f.s[0] != '/')
		return;
	take(out->script, sizeof(out->script), (struct slice){ f.s, path });
	if (blank)
		take(out->args, sizeof(out->args),
		     (struct slice){ blank + 1, f.len - path - 1 });
}

int slurm_read_spec(struct job_spec *out, const struct sched_run *r, struct err *err)
{
	const char *s = r->out, *end = r->out + r->out_len;
	struct slice f[WORDS] = { { NULL, 0 } };
	int64_t nodes, limit;

	*out = (struct job_spec){ .name = "" };
	if (slurm_check(r, "scontrol show job", err) < 0)
		return -1;
	for (const char *nl; s < end && *s != '\n'; s = nl + 1) { /* "\n": the next record */
		nl = memchr(s, '\n', (size_t)(end - s));
		cut_line(f, (struct slice){ s, (size_t)(nl - s) });
	}
	if (!f[W_JOB].s)
		return err_set(err, ERR_PARSE, "scontrol show job: no job in what it printed");
	take(out->name, sizeof(out->name), f[W_NAME]);
	take(out->account, sizeof(out->account), f[W_ACCOUNT]);
	take(out->partition, sizeof(out->partition), f[W_PARTITION]);
	take(out->array, sizeof(out->array), f[W_TASK]);
	take(out->cpus, sizeof(out->cpus), f[W_CPUS]);
	take_mem(out->mem, f[W_MEM]);
	take_command(out, f[W_COMMAND]);
	if (f[W_LIMIT].s && strspn(f[W_LIMIT].s, "0123456789:-") >= f[W_LIMIT].len &&
	    slurm_job_limit_read(&limit, f[W_LIMIT]) == 0 && limit >= 0)
		take(out->time, sizeof(out->time), f[W_LIMIT]);
	if (f[W_PROCESSES].s)
		slurm_count_read(&out->processes, f[W_PROCESSES]);
	/* several processes on one node: where they go is their own matter */
	if (f[W_NODES].s && slurm_count_read(&nodes, f[W_NODES]) == 0 &&
	    (nodes > 1 || out->processes <= 1))
		snprintf(out->nodes, sizeof(out->nodes), "%lld", (long long)nodes);
	return 0;
}
