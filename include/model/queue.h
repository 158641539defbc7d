/*
 * What a scheduler says at one moment: jobs and nodes, in its own words where people read them and in ours where the
 * engine decides. All strings live in the queue's pool and end with it. A queue is either whole or was refused: no adapter
 * hands over half of one (R5.2).
 */
#ifndef MODEL_QUEUE_H
#define MODEL_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strs.h"
#include "model/budget.h"
#include "model/pool.h"

enum job_state {
	JOB_PENDING,
	JOB_HELD,
	JOB_STARTING, /* has its nodes, which are not ready yet */
	JOB_RUNNING,
	JOB_COMPLETING,
	JOB_SUSPENDED,
	JOB_DONE,
	JOB_FAILED,
	JOB_CANCELLED,
	JOB_UNKNOWN, /* a word we do not know: shown, never demand, never proof of emptiness */
	JOB_STATES
};

enum reason_class { /* why a job waits, for the explanation and for demand (spec/slurm.md 5) */
	REASON_NONE,
	REASON_RESOURCES,
	REASON_NEVER,
	REASON_LIMIT,
	REASON_HOLD,
	REASON_DEPENDENCY,
	REASON_TIME,
	REASON_QUEUE,
	REASON_UNKNOWN
};

struct job { /* one record of the queue: a job, or the part of an array that has no record of its own yet */
	const char *id;        /* what the operator types: "12", "12_3", "12_[5-37]" */
	const char *array_id;  /* "12", or "" for a single job */
	const char *task;      /* "3", "5-37%4", or "" */
	const char *name, *user, *account, *partition, *reason, *constraint, *dependency;
	const char *waits;     /* what keeps the engine from giving it nodes (quota, budget, ...); "" nothing does */
	int64_t stuck;         /* tasks that this holds back; the others of the record have their place */
	const char *nodes;     /* host list of the nodes it holds, as the scheduler writes it; "" when none */
	enum job_state state;
	enum reason_class reason_class;
	bool demand;           /* pending and held back by nothing but missing nodes */
	bool exclusive;
	bool mem_per_cpu;      /* mem_bytes is for each CPU, not each node */
	bool requeue;
	uint8_t broke;         /* 1 + the budget that is spent, of queue.broke; 0 none is */
	uint16_t purses;       /* bits of the budgets of its user and account, by their place in the spec */
	bool no_spot;          /* lost its machine to the cloud twice: nodes are made for it on demand */
	int64_t tasks;         /* tasks this record stands for; 1 for a job; -1 unknown (never "fewer") */
	/* Of a row that stands for a whole array its tasks, those that ended as far as is known; else 0. */
	int64_t running, waiting, done, failed, cancelled;
	int64_t lost;          /* ended, and nobody told how */
	int64_t task_limit;    /* array throttle; 0 none */
	int64_t nodes_min;     /* nodes of one task */
	int64_t cpus;          /* of one task, over all its nodes */
	int64_t mem_bytes;     /* 0: not said */
	int64_t gpus;          /* per node */
	int64_t priority;
	int64_t limit_s;       /* wall clock limit; -1 unlimited */
	int64_t submit_s, start_s, end_s; /* UTC seconds; 0 unknown */
};

enum sched_node_state { SNODE_UP, SNODE_DOWN, SNODE_UNKNOWN, SNODE_STARTING };

struct sched_node {
	const char *name;      /* the scheduler's name, which is ours: "htc-1" */
	const char *host, *address;
	const char *partitions, *features, *reason, *raw_state;
	enum sched_node_state state;
	bool drained;          /* takes no new work */
	bool drained_by_us;    /* the reason carries our tag */
	bool evict_notice;     /* and says that the cloud is about to take its machine back */
	bool offer;            /* the entry that stands for a size on offer, not for a machine */
	bool responding;
	bool completing;       /* epilogue still runs */
	int64_t cpus, cpus_used, mem_bytes, mem_used, gpus, gpus_used;
	const char *job, *user; /* the first of them, "" none */
	int64_t jobs;          /* jobs that hold it now, of any state but done; -1 unknown */
	int64_t ending;        /* of them, those that are over but for what is cleared up */
	int64_t cpus_held;     /* of the others, by their own records; of wide jobs an equal share */
	int64_t boot_s, last_busy_s;
};

struct queue {
	struct pool pool;
	struct job *jobs;
	size_t n_jobs, cap_jobs;
	struct sched_node *nodes;
	size_t n_nodes, cap_nodes;
	struct sched_node **by_name; /* n_by_name of them, sorted: made by queue_count_node_jobs() */
	size_t n_by_name;
	const char *broke[BUDGETS_MAX]; /* of budgets that are spent: what is told of their jobs */
	bool any_purses;
	uint64_t judged; /* grows when .waits of its jobs changed */
	int64_t read_started_ms, read_ended_ms; /* UTC; a drain is proven only by a read that started after it (R6.1) */
};

#define QUEUE_JOBS_MAX  1000000
#define QUEUE_NODES_MAX 50000

void queue_init(struct queue *q);
void queue_clear(struct queue *q);
struct job job_blank(void);                             /* zeroed, strings "": none of them is ever NULL */
struct job *queue_add_job(struct queue *q);             /* a blank one; NULL at the ceiling */
struct sched_node *queue_add_node(struct queue *q);      /* the same, but .jobs is -1 until they are counted */
const struct sched_node *queue_node(const struct queue *q, const char *name); /* case-blind; linear before queue_count_node_jobs() */
const struct job *queue_job(const struct queue *q, const char *id); /* also "12" for an array's first record, "12_7" for the one that holds it */
/* Whether what two ids tell of has a job in common: "12" is all of its array, "12_[5-8]" four of its tasks. */
bool job_ids_meet(const char *a, const char *b);
/* Jobs that the scheduler lists side by side as equals (state, partition, priority) stand by their numbers; the rest of its order is kept. */
void queue_order(struct queue *q);
/* Sets sched_node.jobs from the host lists of the jobs that hold nodes; a host list that cannot be read makes it -1 everywhere. */
void queue_count_node_jobs(struct queue *q);

bool job_has_nodes(const struct job *j); /* runs there, begins or ends: what their end would end */

/* Tasks of a row of any kind, counted as the tasks they are: what an act on it reaches. */
int64_t job_tasks_running(const struct job *j);
int64_t job_tasks_left(const struct job *j); /* that have not ended; -1 unknown */
/* "5 cpus on 5 nodes", "33 tasks, each with 1 cpu on 1 node": tasks are those of an array, as how
 * many processes a job starts on its cpus is not in a queue's listing. */
const char *job_asks_text(char out[160], const struct job *j);
void job_count_task(struct job *array, const struct job *j); /* adds a record to the row of its array */
#define JOB_VERDICT 240
const char *job_verdict(char out[JOB_VERDICT], const struct job *j); /* .waits, with how many it holds back; "" nothing */
#define JOB_PARTS 96
const char *job_parts(char out[JOB_PARTS], const struct job *array); /* "18 run, 22 done of 40" */

const char *job_state_name(enum job_state s);           /* "pending" */
const char *job_state_short(enum job_state s);          /* "PD": as operators of Slurm know it */
enum job_state job_state_of(const char *name);
const char *reason_class_name(enum reason_class c);
const char *sched_node_state_name(enum sched_node_state s);

/* "c[1-3,7],d01" → c1 c2 c3 c7 d01, and back (sorted, zero padding kept). Each name passes text_is_operand(). */
int hostlist_expand(struct strs *out, const char *list, struct err *err);
int hostlist_compress(struct buf *out, const char *const *names, size_t n);

#endif
