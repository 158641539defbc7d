/*
 * The job line (squeue). Nineteen fields, each ended by 0x1f, then the account in exactly
 * SLURM_ACCOUNT_LEN bytes and the name in SLURM_NAME_LEN, then a newline. These two are texts
 * that users choose freely (an account, where no accounting checks it), and squeue prints them
 * as they are, newlines and 0x1f included: with an open end, a job's name could carry a whole
 * line of a job that does not exist. With a fixed width the reader knows where a
 * record ends whatever the name holds, and a cut text never ends where a record does.
 */
#include <string.h>

#include "scheduler/slurm.h"

enum {
	F_ID,
	F_ARRAY,
	F_TASK,
	F_STATE,
	F_REASON,
	F_USER,
	F_PARTITION,
	F_NODES,
	F_CPUS,
	F_MEM,
	F_GRES,
	F_FEATURES,
	F_SHARE,
	F_DEPENDENCY,
	F_HELD_NODES,
	F_START,
	F_SUBMIT,
	F_LIMIT,
	F_PRIORITY,
	F_ACCOUNT,
	F_NAME,
	FIELDS
};

#define FREE_LEN (SLURM_ACCOUNT_LEN + SLURM_NAME_LEN)

static const char *const field_names[FIELDS] = {
	"id",	     "array id",   "task set",	"state",      "reason",	     "user",
	"partition", "nodes",	   "cpus",	"memory",     "gres",	     "features",
	"sharing",   "dependency", "node list", "start time", "submit time", "time limit",
	"priority",  "account",	   "name",
};

static const struct {
	const char *word;
	enum job_state state;
} states[] = {
	{ "PENDING", JOB_PENDING },	 { "RUNNING", JOB_RUNNING },
	{ "CONFIGURING", JOB_STARTING }, { "COMPLETING", JOB_COMPLETING },
	{ "SUSPENDED", JOB_SUSPENDED },	 { "STOPPED", JOB_SUSPENDED },
	{ "COMPLETED", JOB_DONE },	 { "CANCELLED", JOB_CANCELLED },
	{ "FAILED", JOB_FAILED },	 { "TIMEOUT", JOB_FAILED },
	{ "NODE_FAIL", JOB_FAILED },	 { "PREEMPTED", JOB_FAILED },
	{ "BOOT_FAIL", JOB_FAILED },	 { "DEADLINE", JOB_FAILED },
	{ "OUT_OF_MEMORY", JOB_FAILED }, { "LAUNCH_FAILED", JOB_FAILED },
	{ "REVOKED", JOB_CANCELLED },	 { "REQUEUED", JOB_COMPLETING },
	{ "REQUEUE_HOLD", JOB_HELD },	 { "SPECIAL_EXIT", JOB_HELD },
	{ "RESV_DEL_HOLD", JOB_HELD },	 { "RESIZING", JOB_RUNNING },
	{ "SIGNALING", JOB_RUNNING },	 { "STAGE_OUT", JOB_COMPLETING },
};

enum job_state slurm_state_of(struct slice f)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (slice_is(f, states[i].word))
			return states[i].state;
	return JOB_UNKNOWN;
}

static const char *keep(struct queue *q, struct slice f)
{
	return slice_none(f) ? "" : pool_intern(&q->pool, f.s, f.len);
}

static const char *keep_id(struct queue *q, struct job *j, const struct slice *f)
{
	struct slice task = slurm_task_set(f[F_TASK]);
	bool set = memchr(task.s, '-', task.len) || memchr(task.s, ',', task.len) ||
		   task.len < f[F_TASK].len;
	char text[4096];
	size_t n = 0;

	if (!j->array_id[0])
		return pool_add(&q->pool, f[F_ID].s, f[F_ID].len);
	/* A long list of tasks is no id that anybody types: the array's own stands for what is
	 * left of it. */
	if (f[F_ARRAY].len + task.len + 4 > sizeof(text))
		return pool_add(&q->pool, f[F_ARRAY].s, f[F_ARRAY].len);
	memcpy(text, f[F_ARRAY].s, f[F_ARRAY].len);
	n = f[F_ARRAY].len;
	text[n++] = '_';
	if (set)
		text[n++] = '[';
	memcpy(text + n, task.s, task.len);
	n += task.len;
	if (set)
		text[n++] = ']';
	return pool_add(&q->pool, text, n);
}

/* Numbers of one record; the index of the field that is wrong, or -1. */
static int read_numbers(struct job *j, const struct slice *f)
{
	int64_t id;

	if (slice_num(&id, f[F_ID], 0, UINT32_MAX) < 0)
		return F_ID;
	if (slice_num(&id, f[F_ARRAY], 0, UINT32_MAX) < 0)
		return F_ARRAY;
	j->tasks = 1;
	if (!slice_none(f[F_TASK]) &&
	    slurm_tasks_read(&j->tasks, &j->task_limit, f[F_TASK]) < 0)
		return F_TASK;
	if (slurm_count_read(&j->nodes_min, f[F_NODES]) < 0)
		return F_NODES;
	if (slurm_count_read(&j->cpus, f[F_CPUS]) < 0)
		return F_CPUS;
	if (slurm_mem_read(&j->mem_bytes, f[F_MEM]) < 0)
		return F_MEM;
	if (slurm_time_read(&j->start_s, f[F_START]) < 0)
		return F_START;
	if (slurm_time_read(&j->submit_s, f[F_SUBMIT]) < 0)
		return F_SUBMIT;
	if (slurm_job_limit_read(&j->limit_s, f[F_LIMIT]) < 0)
		return F_LIMIT;
	if (slice_num(&j->priority, f[F_PRIORITY], 0, UINT32_MAX) < 0)
		return F_PRIORITY;
	return -1;
}

static void read_state(struct queue *q, struct job *j, const struct slice *f)
{
	j->state = slurm_state_of(f[F_STATE]);
	j->reason = slice_is(f[F_REASON], "None") ? "" : keep(q, f[F_REASON]);
	j->reason_class = slurm_reason_of(f[F_REASON], &j->demand);
	if (j->state == JOB_UNKNOWN) /* shown in Slurm's own word */
		j->reason = keep(q, f[F_STATE]);
	if (j->state == JOB_PENDING && j->reason_class == REASON_HOLD)
		j->state = JOB_HELD;
	if (j->state != JOB_PENDING)
		j->demand = false;
	/* %S of a waiting job is Slurm's guess, except where the user said when to begin. Which
	 * of them it is of one that seems to be demand is asked for (slurm_begin.c). */
	if (j->state == JOB_HELD ||
	    (j->state == JOB_PENDING && j->reason_class != REASON_TIME && !j->demand))
		j->start_s = 0;
}

/* Blanks in front are squeue's; a name that fills its width may be cut inside a character of
 * several bytes. */
static struct slice name_of(struct slice f)
{
	bool cut = f.len > 0 && f.s[0] != ' ';
	size_t tail = 0, n;

	while (f.len > 0 && f.s[0] == ' ') {
		f.s++;
		f.len--;
	}
	while (cut && tail < 3 && tail + 1 < f.len &&
	       ((unsigned char)f.s[f.len - 1 - tail] & 0xc0) == 0x80)
		tail++;
	if (cut && f.len > tail) {
		unsigned char lead = (unsigned char)f.s[f.len - 1 - tail];

		n = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
		if (n > tail + 1)
			f.len -= tail + 1;
	}
	return f;
}

static int read_record(struct queue *q, const struct slice *f, const char *version,
		       struct err *err)
{
	struct job *j = queue_add_job(q);
	int wrong;

	if (!j)
		return err_set(err, ERR_FULL, "squeue: more than %d jobs", QUEUE_JOBS_MAX);
	wrong = read_numbers(j, f);
	if (wrong >= 0) {
		char text[128];

		slurm_quote(text, f[wrong]);
		return err_set(err, ERR_PARSE, "squeue: record %zu: bad %s \"%s\"", q->n_jobs,
			       field_names[wrong], text);
	}
	if (!slice_none(f[F_TASK])) {
		j->array_id = pool_intern(&q->pool, f[F_ARRAY].s, f[F_ARRAY].len);
		j->task = pool_add(&q->pool, f[F_TASK].s, f[F_TASK].len);
	}
	j->id = keep_id(q, j, f);
	j->name = pool_intern(&q->pool, f[F_NAME].s, f[F_NAME].len);
	j->user = keep(q, f[F_USER]);
	j->account = keep(q, f[F_ACCOUNT]);
	j->partition = keep(q, f[F_PARTITION]);
	j->constraint = keep(q, f[F_FEATURES]);
	j->dependency = keep(q, f[F_DEPENDENCY]);
	j->nodes = keep(q, f[F_HELD_NODES]);
	j->gpus = slurm_gpus(f[F_GRES]);
	read_state(q, j, f);
	/* From 26.05 on NO stands in every line and says nothing: read_exact() tells there.
	 * Without a version, likewise. */
	j->exclusive =
	    version && version[0] && !slurm_from(version, 26, 5) && slice_is(f[F_SHARE], "NO");
	return 0;
}

/* Cuts the record at *at into fields and moves *at behind it; -1 when it is not whole. */
static int cut_record(struct slice *f, const char **at, const char *end)
{
	const char *s = *at;

	for (int i = 0; i < F_ACCOUNT; i++) {
		const char *from = s;

		while (s < end && *s != '\x1f' && *s != '\n')
			s++;
		if (s == end || *s == '\n')
			return -1;
		f[i] = (struct slice){ from, (size_t)(s++ - from) };
	}
	if ((size_t)(end - s) <= FREE_LEN || s[FREE_LEN] != '\n')
		return -1;
	f[F_ACCOUNT] = name_of((struct slice){ s, SLURM_ACCOUNT_LEN });
	f[F_NAME] = name_of((struct slice){ s + SLURM_ACCOUNT_LEN, SLURM_NAME_LEN });
	*at = s + FREE_LEN + 1;
	return 0;
}

size_t slurm_jobs_whole(const char *out, size_t len)
{
	const char *at = out;
	struct slice f[FIELDS];

	while (cut_record(f, &at, out + len) == 0)
		;
	return (size_t)(at - out);
}

int slurm_read_jobs(struct queue *q, const struct sched_run *r, const char *version,
		    struct err *err)
{
	const char *at, *end;

	if (slurm_check(r, "squeue", err) < 0)
		return -1;
	at = r->out;
	end = r->out + r->out_len;
	while (at < end) {
		struct slice f[FIELDS];

		if (cut_record(f, &at, end) < 0)
			return err_set(err, ERR_PARSE,
				       "squeue: the record at byte %zu is not whole",
				       (size_t)(at - r->out));
		if (read_record(q, f, version, err) < 0)
			return -1;
	}
	return 0;
}
