/*
 * One adapter per scheduler, as a constant: what to run on the head node, and how to read the answer. No I/O here, so
 * every adapter is tested on recordings. The engine runs the commands (argument vectors, never a shell of ours) and
 * hands over exit code, output and errors; an adapter that cannot make a whole answer of them fails, and a failed read is
 * "unknown", never "empty" (R5.2, R6.5).
 */
#ifndef SCHEDULER_SCHEDULER_H
#define SCHEDULER_SCHEDULER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strs.h"
#include "model/queue.h"

#define SCHED_NOTICE SCHED_TAG " spot eviction notice" /* a node's own watcher drained it: the cloud takes its machine back */
#define SCHED_TAG "paceline:" /* every drain reason that we set begins with it; others are not ours to undo */

#define SCHED_ALL "*" /* in the place of names */

enum { /* sched_ops.can */
	SCHED_ARRAYS = 1,
	SCHED_HOLD = 2,
	SCHED_REQUEUE = 4,
	SCHED_DRAIN = 8,
	SCHED_REMOVE_NODE = 16, /* nodes leave the scheduler by a command */
};

enum sched_verb {
	SCHED_PING,    /* is the controller up? answers at once */
	SCHED_VERSION,
	SCHED_JOBS,    /* read; input of read_jobs */
	SCHED_NODES,   /* read; input of read_nodes */
	SCHED_JOB_DETAIL, /* names: job ids; text for people */
	SCHED_JOB_SCRIPT, /* names: one job; prints the script that it was submitted as */
	SCHED_ENDED,      /* names: jobs that left the queue; input of read_ended */
	SCHED_EXACT_DEMAND, /* more exact sizes of pending jobs; input of read_exact; run when the pending set changed */
	SCHED_BEGINS,  /* names: what in_doubt told; input of read_begins */
	SCHED_LIMITS,  /* what a submission may ask for; input of read_limits */
	SCHED_SUBMIT,  /* args of struct sched_args; output read by read_submit */
	SCHED_CANCEL,  /* names: job ids */
	SCHED_HOLD_JOBS,
	SCHED_RELEASE_JOBS,
	SCHED_REQUEUE_JOBS,
	SCHED_DRAIN_NODES,   /* names: nodes; text: reason without the tag */
	SCHED_UNDRAIN_NODES,
	SCHED_DOWN_NODES,    /* the machine is gone: requeue its jobs now */
	SCHED_REMOVE_NODES,
	SCHED_VERBS
};

struct sched_limits { /* what the scheduler takes of one submission */
	bool told;
	int64_t array_end; /* numbers of tasks are below it */
};

struct sched_args {
	const struct strs *names; /* job ids or node names; checked by the adapter's grammar (S8.4) */
	const char *text;         /* reason; for submit: path of the script on the head */
	const struct strs *extra; /* submit: operator's own options, passed as they are before the script */
	const struct strs *words; /* submit: arguments of the script itself, behind it */
	const char *array;        /* submit: "1-40" or NULL */
	const char *partition;    /* submit: or NULL */
	const char *cwd;          /* submit: working directory or NULL */
	const struct sched_limits *limits; /* submit: held against these, where they are told; NULL: against none */
	const char *version;      /* what SCHED_VERSION answered, "" when unknown */
};

#define JOB_PATH_MAX 512
#define SCHED_RULE_TEXT 120
#define SCHED_OPTION_TEXT 40

struct job_files { /* absolute paths on the head; "" none, or not known */
	char output[JOB_PATH_MAX], errors[JOB_PATH_MAX];
	char script[JOB_PATH_MAX], cwd[JOB_PATH_MAX]; /* the script's path need not be one: "hostname -f" */
};

/* A job as an operator would submit it anew; "": not known, or as its script says. */
struct job_spec {
	char name[128], account[64], partition[64], array[200];
	char nodes[24], cpus[24], mem[24], time[24]; /* cpus: of each of its processes; mem: of each node */
	char args[512];       /* of the script, with blanks between */
	char script[JOB_PATH_MAX];
	int64_t processes;    /* 0 not known */
	int64_t per_node;     /* of them, so many on each node; 0 not said */
	bool exclusive;       /* shares its nodes with nobody */
};

struct job_changes { /* to what a script says of itself; "" or NULL: none */
	const char *account, *nodes, *cpus, *mem, *time;
	const char *array;    /* counted into the job's tasks; it is no option of these: sched_args.array submits it */
};

struct job_end { /* how a job ended, while the scheduler still knows */
	char id[64], reason[64];
	char nodes[128];              /* all that it ran on, "htc-[1-2]"; "" not known */
	enum job_state state;         /* done, failed or cancelled */
	int64_t exit_code, exit_signal; /* -1 unknown */
	int64_t start_s, end_s;
	struct job_files files;
	/* What the queue tells of one that it shows. */
	char name[128], user[64], account[64], partition[64];
	int64_t submit_s, cpus, nodes_min, limit_s;
};

struct sched_run { /* what came back from the head */
	int exit_code;
	const char *out;
	size_t out_len;
	const char *errout;
	size_t errout_len;
};

struct sched_ops {
	const char *name;  /* "slurm" */
	const char *title; /* "Slurm" */
	unsigned int can;
	const char *node_log;   /* what its daemon writes on a node; NULL none */
	const char *const *env; /* fixed environment of every command, "NAME=value", NULL-terminated */
	/* Fills argv (emptied before). -1: unsupported verb or a name that does not pass; nothing must be run then. */
	int (*argv)(struct strs *argv, enum sched_verb verb, const struct sched_args *args, struct err *err);
	/*
	 * For output that is read while it comes: how many of these first bytes are whole records, which read_jobs takes by
	 * themselves; what is left goes with what comes next, and the last of it with the true exit code. NULL: only as a whole.
	 */
	size_t (*jobs_whole)(const char *out, size_t len);
	/* Each appends to q, or fails and leaves q to be thrown away. */
	int (*read_jobs)(struct queue *q, const struct sched_run *r, const char *version, struct err *err);
	int (*read_nodes)(struct queue *q, const struct sched_run *r, const char *version, struct err *err);
	/* Refines the jobs that read_jobs put into q, by id, and adds none: a later queue needs the same text read again. */
	int (*read_exact)(struct queue *q, const struct sched_run *r, const char *version, struct err *err);
	/* Jobs of which neither read_jobs nor the queue before (NULL: none) tells whether they may begin yet: asked with
	 * SCHED_BEGINS before q is taken over, after which those that may not are no demand. SCHED_ALL: so many that all are
	 * asked of. NULL: read_jobs tells. */
	void (*in_doubt)(struct strs *ids, struct queue *q, const struct queue *before);
	int (*read_begins)(struct queue *q, const struct sched_run *r, struct err *err);
	/* NULL: it tells none. */
	int (*read_limits)(struct sched_limits *out, const struct sched_run *r, struct err *err);
	int (*read_version)(char out[32], const struct sched_run *r, struct err *err);
	/* Of SCHED_JOB_DETAIL's answer: the first job in it. */
	int (*read_files)(struct job_files *out, const struct sched_run *r, struct err *err);
	/* Those of the asked that have ended; *out is yours to free. */
	int (*read_ended)(struct job_end **out, size_t *n, const struct sched_run *r, struct err *err);
	int (*read_submit)(char id[64], const struct sched_run *r, struct err *err);
	/* Did an act succeed? Idempotent acts on things that are gone or already so count as success (R6.5). */
	int (*read_act)(enum sched_verb verb, const struct sched_run *r, struct err *err);
	/* Why an act does nothing to a job in this state, though it is taken; NULL: it does something. As a pointer NULL: every act does. */
	const char *(*no_effect)(enum sched_verb verb, enum job_state state);
	/* For so long after it was resumed a node that works may still be told as one that does not answer. */
	int64_t answers_ms;
	/* Of SCHED_JOB_DETAIL's answer: the first job in it. NULL: it is not told. */
	int (*read_spec)(struct job_spec *out, const struct sched_run *r, struct err *err);
	/* Options of a submission for these, and what they come to in a job of so many processes (0: one on each node); each of
	 * the two may be NULL. -1: one of them is not understood. NULL: scripts are not handed out. */
	int (*job_options)(struct strs *out, struct job *as, const struct job_changes *c, int64_t processes, struct err *err);
	/* What a script says of its size; other: the first of its options that is not judged, "" all are. NULL: scripts say nothing. */
	void (*script_spec)(struct job_spec *out, char other[SCHED_OPTION_TEXT], const char *script);
	/* Does the script name the job that it is? NULL: scripts do not. */
	bool (*names_itself)(const char *script);
	/* How a job asks for an array and a size in this scheduler: reads job.partition and job.constraint against an array's
	 * features ("htc", "Standard_F2s_v2", "spot"). 1 match, 0 no match, -1 not understood (shown, no demand). */
	int (*job_fits)(const struct job *j, const char *array, const char *const *features);
	/* Is the reason for which a job pends a rule of the scheduler's own, a limit of a partition, QOS, account or user? Then it is
	 * no demand however much room there is; out tells it in words: "its user may not have more running jobs in this QOS". NULL: none are told. */
	bool (*rule_text)(char out[SCHED_RULE_TEXT], const char *reason);
};

extern const struct sched_ops sched_slurm;
extern const struct sched_ops *const sched_all[]; /* NULL-terminated; the only list */
const struct sched_ops *sched_find(const char *name);

#endif
