/*
 * The queue of a ghost head: jobs, nodes and partitions as slurmctld would hold them, in the
 * simulated clock. A struct gq belongs to one head; it is driven by the world's agenda and
 * asked by the commands (command.h). Nothing here knows of sockets.
 *
 * What was submitted together is shared (struct gq_spec), and what is left of an array is one
 * record with a set of tasks, so that a million jobs fit into little memory.
 */
#ifndef AZSIM_QUEUE_QUEUE_H
#define AZSIM_QUEUE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "azsim/queue/tasks.h"
#include "azsim/world/agenda.h"
#include "azsim/world/world.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/rand.h"
#include "base/strs.h"

#define GQ_VERSION	"22.05.8"
#define GQ_PRIORITY_TOP 4294901759 /* Slurm's first job has it, each later one has one less */
#define GQ_KEEP_MS	300000	   /* MinJobAge */
#define GQ_REQUEUE_MS	120000	   /* a requeued job waits so long as BeginTime */
#define GQ_SILENT_MS	20000	   /* a machine that is gone: NOT_RESPONDING first, */
#define GQ_DOWN_MS	60000	   /* DOWN after SlurmdTimeout */
#define GQ_MASK		4	   /* words of 64 classes */

enum gq_state {
	GQ_PENDING,
	GQ_RUNNING,
	GQ_COMPLETED,
	GQ_CANCELLED,
	GQ_FAILED,
	GQ_TIMEOUT,
	GQ_NODE_FAIL,
	GQ_STATES
};

enum gq_reason {
	GQ_NO_REASON,
	GQ_RESOURCES,
	GQ_PRIORITY,
	GQ_PARTITION_CONFIG,
	GQ_NODE_LIMIT,
	GQ_NODES_DOWN,
	GQ_BEGIN_TIME,
	GQ_DEPENDENCY,
	GQ_NEVER,
	GQ_HELD_USER,
	GQ_HELD_ADMIN,
	GQ_ARRAY_LIMIT,
	GQ_REASONS
};

enum gq_share { GQ_SHARE_OK, GQ_EXCLUSIVE, GQ_SHARE_YES, GQ_SHARE_USER };

extern const char *const gq_state_name[GQ_STATES], *const gq_state_short[GQ_STATES];
extern const char *const gq_reason_text[GQ_REASONS];
extern const char *const gq_share_text[];

struct gq;
struct gq_job;

struct gq_spec { /* what was asked for; shared by the records made from it */
	unsigned int refs;
	int64_t row;
	char *name, *user, *account, *partition; /* account NULL: none */
	char *features;				 /* NULL: none */
	char *dependency, *command, *workdir, *out, *errout;
	int64_t tasks, cpus_task, nodes; /* nodes 0: as few as it takes */
	int64_t mem_mb;			 /* -1: none was asked for */
	bool mem_per_cpu, requeue;
	int64_t gpus;		  /* a node */
	int64_t limit_s;	  /* -1: none */
	int64_t run_min, run_max; /* seconds that a job of it takes */
	enum gq_share share;
	int64_t throttle; /* tasks of its array at a time; 0: any number */
	/* worked out once in each pass over the queue */
	uint64_t pass, mask[GQ_MASK];
	enum gq_reason verdict;
};

struct gq_array {
	uint32_t id;
	size_t running, n;
	struct gq_job *first; /* all its records */
};

struct gq_place { /* a job's part of one node */
	struct gq_node *node;
	struct gq_job *job;
	struct gq_place *prev, *next; /* of the node */
	int64_t cpus, mem_mb, gpus;
};

struct gq_run { /* what only a running job has */
	struct az_due due;
	struct gq *q;
	struct gq_job *job;
	bool stuck; /* a machine of it is gone: it does not end by itself */
	bool late;  /* its limit ends it */
	size_t n;
	struct gq_place place[];
};

struct gq_job {
	uint32_t id, priority;
	int32_t task; /* -1: none, or what is left of an array */
	unsigned char state, reason, exit_code;
	bool held, fresh; /* fresh: no pass has looked at it */
	uint32_t dirty;	  /* its place among what is to be written, from 1; 0: none */
	unsigned int restarts;
	struct gq_spec *spec;
	struct gq_array *array;
	struct gq_tasks *tasks; /* what is left of an array; NULL: this is one job */
	struct gq_run *run;
	char *hosts;				       /* where it ran */
	int64_t submit_ms, begin_ms, start_ms, end_ms; /* 0: not known */
	struct gq_job *prev, *next;		       /* of its list */
	struct gq_job *peer_prev, *peer_next;	       /* of its array */
};

struct gq_jobs {
	struct gq_job *first, *last;
	size_t n;
};

struct gq_class { /* nodes that are alike for every job */
	char *features;
	struct strs words;
	int64_t cpus, mem_mb, gpus;
	struct gq_node **v; /* in the order in which they came */
	size_t n, cap, n_usable;
	size_t hint; /* nodes before it have nothing free */
	bool blocked;
};

struct gq_node {
	char *name, *host, *address, *features, *reason;
	char vm_id[37];
	int64_t cpus, mem_mb, gpus;
	int64_t used_cpus, used_mem, used_gpus;
	bool wanted; /* an offer that was told last */
	bool offer, dynamic, down, drain, silent, lost;
	uint32_t dirty;
	struct gq_class *class;
	size_t slot; /* in the class */
	struct gq_place *places;
	struct az_due due; /* the next step after its machine is gone */
	struct gq *q;
	int64_t boot_ms, start_ms, busy_ms, reason_ms;
};

struct gq_partition {
	char *name;
	bool is_default;
};

struct gq_slot {
	struct gq_job *job;
	struct gq_array *array;
};

struct gq {
	struct az_world *w;
	struct gq_store *store; /* borrowed; NULL: nothing is kept */
	char *head, *cluster, *user;
	char vm_id[37];
	int64_t row;
	bool up; /* slurmctld answers */
	int64_t def_mem_cpu, array_max;
	struct rng rng;
	struct gq_partition *partitions;
	size_t n_partitions;
	struct map *nodes; /* name -> gq_node */
	struct gq_class **classes;
	size_t n_classes, cap_classes;
	struct gq_slot *slots; /* by id */
	size_t cap_slots;
	uint32_t next_id, kept_id, next_priority; /* kept_id: next_id as it is on disk */
	struct gq_jobs pending, running, done;	  /* pending: highest priority first */
	int64_t n_tasks;			  /* pending ones, arrays counted out */
	struct az_due tick, sweep;
	uint64_t pass;
	int64_t passed_ms;
	struct { /* of a load that keeps changing: load.c */
		int64_t per_s, array_size;
		struct gq_spec *spec;
		struct az_due due;
	} load;
};

/* job.c */
struct gq_spec *gq_spec_new(void);
void gq_spec_unref(struct gq_spec *s);
/* Takes tasks (NULL: one job) and one reference of spec. */
struct gq_job *gq_submit(struct gq *q, struct gq_spec *spec, struct gq_tasks *tasks, bool held,
			 int64_t begin_ms);
struct gq_job *gq_job_find(const struct gq *q, uint32_t id);
struct gq_array *gq_array_find(const struct gq *q, uint32_t id);
struct gq_job *gq_job_of_task(struct gq_array *a,
			      int64_t task); /* NULL: not started, or gone */
struct gq_job *gq_job_split(struct gq *q, struct gq_job *rest,
			    int64_t task); /* the task's own record */
void gq_job_start(struct gq_job *j, struct gq_run *run);
void gq_job_end(struct gq *q, struct gq_job *j, enum gq_state state, int exit_code);
void gq_job_requeue(struct gq *q, struct gq_job *j);
void gq_job_hold(struct gq *q, struct gq_job *j,
		 enum gq_reason who); /* GQ_NO_REASON: releases */
void gq_job_priority(struct gq *q, struct gq_job *j, uint32_t priority);
void gq_job_adopt(struct gq *q, struct gq_job *j,
		  uint32_t array_id); /* the loader: into its lists */
void gq_job_fired(void *run);
void gq_jobs_sweep(void *q); /* forgets those that ended long ago */
void gq_jobs_free(struct gq *q);
void gq_job_changed(struct gq *q, struct gq_job *j);
int64_t gq_job_cpus(const struct gq_job *j);
int64_t gq_job_eligible(const struct gq_job *j); /* 0: it is held */
int64_t gq_job_begins(const struct gq *q,
		      const struct gq_job *j); /* of one that may not yet: when; else 0 */
int64_t gq_job_nodes(const struct gq_job *j);
char *gq_run_hosts(const struct gq_run *r); /* yours */

/* node.c */
struct gq_node_wish {
	const char *name, *host, *address, *features, *vm_id;
	int64_t cpus, mem_mb, gpus;
	bool offer;
	int64_t boot_ms;
};
struct gq_node *
gq_node_put(struct gq *q,
	    const struct gq_node_wish *wish); /* registers; the name may be known */
struct gq_node *gq_node_find(const struct gq *q, const char *name);
bool gq_node_usable(const struct gq_node *n);
void gq_node_text_state(struct buf *out, const struct gq_node *n);
void gq_node_lost(struct gq_node *n); /* its machine is gone */
void gq_node_fired(void *node);
int gq_node_remove(struct gq *q, struct gq_node *n); /* -1: busy, or of the configuration */
enum gq_node_word { GQ_DRAIN, GQ_DOWN, GQ_RESUME, GQ_UNDRAIN, GQ_FAIL };
int gq_node_set(struct gq_node *n, enum gq_node_word word,
		const char *reason); /* -1: not in this state */
void gq_node_restore(struct gq_node *n, bool down, bool drain, bool silent);
void gq_node_changed(struct gq_node *n);
void gq_node_take(struct gq_place *p); /* fills and empties a part of a node */
void gq_node_give(struct gq_place *p);
bool gq_node_in(const struct gq_node *n, const char *partition);
bool gq_class_in(const struct gq_class *c, const char *partitions); /* any of a list by comma */
void gq_class_free(struct gq_class *c);
void gq_node_free(void *node);
void gq_node_partitions(struct buf *out, const struct gq *q, const struct gq_node *n);

/* schedule.c */
void gq_wake(struct gq *q); /* something changed: a pass over the queue soon */
void gq_schedule(void *q);
bool gq_features_fit(const char *expression, const struct strs *words); /* "a&b|[c|d*2]" */
bool gq_feature_known(const struct gq *q,
		      const char *expression); /* some node has what it names */

/* queue.c */
struct gq_offer {
	char array[64], size[64], features[512];
	int64_t cpus, mem_mb, gpus;
	bool is_default;
};
struct gq *gq_new(struct az_world *w, const char *head, const char *vm_id);
void gq_free(void *q);
void gq_configure(struct gq *q, const char *offers, const char *settings);
int gq_offers(struct gq *q, const char *offers); /* those that are new; how many they were */
/* Those that were not among them go, where no node of their array and size is left; how many wait for that. */
int gq_offers_retire(struct gq *q);
const struct gq_partition *gq_partition_find(const struct gq *q, const char *name);
int64_t gq_now(const struct gq *q);
const char *gq_time(char out[32], int64_t ms, const char *none); /* as Slurm writes it, UTC */

#endif
