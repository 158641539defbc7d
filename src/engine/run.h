/*
 * The engine's insides, shared by its files and by nobody else. One `struct run` per cluster
 * holds what is in memory of it: the stored rows, the last readings, the last decision, and
 * what is under way. Order of every cycle:
 *
 *   observe.c    reads scheduler and cloud: each whole, or unknown with a reason
 *   reconcile.c  binds, moves nodes, decides, writes intents: one transaction
 *   intent.c, drain.c, publish.c
 *                start what is not under way; what they learn comes back as events
 *
 * Nothing else may change a node's state than node_move(), nothing else an intent's than
 * intent.c, nothing else an operation's step than operation.c.
 */
#ifndef ENGINE_RUN_H
#define ENGINE_RUN_H

#include "base/loop.h"
#include "base/map.h"
#include "base/proc.h"
#include "base/rand.h"
#include "engine/ahead.h"
#include "engine/bill.h"
#include "engine/cancels.h"
#include "engine/drift.h"
#include "engine/editing.h"
#include "engine/engine.h"
#include "engine/helpers.h"
#include "engine/history.h"
#include "engine/lease.h"
#include "engine/observe.h"
#include "engine/outflow.h"
#include "engine/plan.h"
#include "engine/requeued.h"
#include "engine/suspicion.h"
#include "engine/unseen.h"
#include "model/size.h"
#include "scheduler/scheduler.h"
#include "store/store.h"

struct live_intent;
struct member;
struct region_facts;
struct remote;
struct run;
struct verify;

struct engine_cloud { /* one per cloud record */
	struct engine *engine;
	const struct cloud_record *record;
	const struct provider_ops *ops;
	struct cloud *cloud;
	struct cloud_call *sweep; /* for what bears our tags; when it began */
	int64_t sweep_ms;
	int64_t swept_ms;	 /* when the last whole one began; 0 none */
	struct residue *residue; /* the sweep's second half, under way (residue.c) */
	int64_t names_ms;	 /* when that began last; 0: none yet */
	int64_t stock_ms;	 /* since when the day's stock-taking is due; 0: it is not */
	struct timer *lost;	 /* until a loss is an event */
	int64_t lost_ms;	 /* since when it is down, as an event told; 0: none did */
};

struct find;
struct finds { /* what was found in the clouds and stands in no row (engine/found.h) */
	struct find **v;
	size_t n, cap;
	char plan_hash[65]; /* of the plan to condemn some that was last handed out, and when */
	int64_t plan_ms;    /* mono */
};

struct engine {
	struct loop *loop;
	struct store *store;
	int lock_fd;
	char *state_dir;
	struct strs template_folders;
	struct engine_cloud *clouds;
	size_t n_clouds;
	struct region_facts **regions;
	size_t n_regions, cap_regions;
	struct run **runs;
	size_t n_runs, cap_runs;
	const struct cluster **cluster_list; /* what engine_clusters() lends */
	uint64_t revision;
	struct turn_end *changed;
	void (*on_change)(void *arg);
	void *on_change_arg;
	struct timer *housekeeping; /* 10 s: store, disk, file moved, loop lag, history */
	struct rng rng;		    /* jitter */
	bool safe_mode, adoption,
	    damaged;	    /* damaged: what is open is not the store, or not whole */
	char safe_why[120]; /* of safe mode */
	struct lease lease; /* of this life */
	struct drift drift;
	int64_t last_sign_ms, sign_ms; /* of the life before, and of this one: comeback.c */
	int64_t drift_written_ms; /* how far they were apart, as the store has it: moments.c */
	char issue[240];	  /* of the engine itself: safe mode, disk, store */
	struct finds finds;
	struct orphan_rules orphan_rules;
	int64_t gc_ms;		  /* mono: the last sweep */
	uint64_t backup_revision; /* what the last backup holds */
	uint64_t checkpoint_revision;
	int64_t pruned_ms;	     /* the books, mono; 0 never */
	int64_t history_ms;	     /* when it was last written, mono */
	struct verify *verify;	     /* of the audit, under way: trail.c */
	struct editings editings;    /* who has what open to change it */
	const struct limits *limits; /* borrowed; NULL in tests: the defaults */
	const char
	    *cloud_start; /* borrowed: what starts a simulated cloud again; NULL nobody knows */
	struct helpers helpers; /* commands on heads: remote.c */
};

struct run {
	struct engine *engine;
	struct cluster cluster;
	const struct sched_ops *sched;
	struct engine_cloud *cloud;
	struct region_facts *region;
	struct member **members; /* live nodes, in order of id */
	size_t n_members, cap_members;
	struct map *by_name, *by_vm; /* node name, VM id (folded) -> member */
	int64_t *index_hint;	     /* per array of the spec: where to look for a free index */
	struct outflow *outflows;    /* per array of the spec; NULL in tests: nothing went */
	const struct node **node_list; /* what engine_nodes() lends */

	struct queue *queue;	/* last whole reading */
	struct cancels cancels; /* of late, through us */
	struct requeued requeued;
	struct unseen unseen;
	const char *acting;	 /* whose act is carried out now; NULL: the engine's own */
	struct map *known_files; /* job -> struct known_files, of late */
	char reasons[160];	 /* why its tasks wait: of the reading and judgement below */
	int64_t reasons_ms;
	uint64_t reasons_judged;
	struct queue
	    *gone_jobs; /* jobs that ended lately, newest first; made anew when one did */
	bool gone_jobs_due;
	struct source queue_source, cloud_source, phase_source;
	int64_t submitted_ms; /* the last job that came through us: younger readings know it */
	int64_t acted_ms;     /* the same of an act on jobs */
	char sched_version[32];
	struct sched_limits sched_limits;
	int64_t limits_due_ms; /* mono: when they are asked for again */
	struct cloud_call *vms_call;
	struct console_call *console_calls;  /* consoles of machines that are being read */
	struct map *consoles;		     /* node -> what one that was given up wrote */
	int64_t vms_started_ms, vms_mono_ms; /* when it began, by both clocks */
	struct cloud_vms listing;	     /* what it brought, while it is taken over */
	size_t listing_at;
	struct cloud_vms
	    strangers; /* adoption: of the last whole listing, machines without a row */
	bool listing_open, queue_open; /* readings that are taken over bit by bit */
	struct timer *take_on;	       /* the next bit */
	uint64_t moves;		       /* of nodes, since the engine began */
	struct reading *reading;       /* of the scheduler, under way */
	bool version_asked;
	int64_t tick_at_ms;   /* monotonic, of the running tick timer */
	struct demand demand; /* of the last decision */
	struct facts facts;
	struct plan plan;
	bool decided;
	int64_t decided_ms;
	struct decision *decision; /* the next one, made beside the loop; NULL: none */
	unsigned int overtaken; /* decisions in a row that were too old when they were made */

	struct live_intent **intents; /* open ones */
	size_t n_intents, cap_intents;
	struct map *sets;    /* ids of scale sets that the cloud is known to have: they grow,
				others are put */
	struct operation op; /* the open operation; id 0: none */
	struct op_work *op_work; /* its state in memory */
	struct backoff *backoffs;
	size_t n_backoffs;
	struct spot *spot; /* what became of spot machines; NULL nothing yet */
	struct map
	    *spot_shut; /* bucket key -> int64_t seconds: since when spot is not to be had */

	struct proc *keygen;   /* under way */
	struct remote *remote; /* the head, as it is reached; NULL before it exists */
	char head_phase[40];   /* the head script's last mark */
	int64_t head_phase_ms;
	char head_text[160];   /* what that mark said */
	struct timer *tick;    /* next observation */
	struct timer *op_tick; /* next look at the operation */
	bool publish_due, publishing, offering, draining_call, removing_call;
	bool offers_doubted; /* the head may have booted again, and knows those that it was made with */
	int64_t offers_version;	 /* of the definition that the head is told now */
	int64_t offers_told;	 /* and that an event told of last; 0 none of this life */
	int64_t offers_after_ms; /* monotonic: not told again before; 0: none failed */
	int64_t
	    requeue_ms; /* when jobs were last asked back: a reading has to begin after it */
	struct bill bill;
	struct ahead ahead;
	struct budget_look *budgets; /* one for each of the spec */
	size_t n_budgets;
	struct past past;
	struct waits waits;
	struct cluster_view view; /* made new when the revision changed */
	uint64_t view_revision;
	struct suspicion suspicion; /* R5.3 */
	size_t last_jobs;	    /* that the last reading showed */
	int64_t suspected_ms;	    /* monotonic, when that was looked at; 0: never */
	unsigned int looks;	    /* at VMs that a listing missed, under way */
	struct plan_ticket { /* teardown plans that were handed out: one for each set that is
				kept */
		char hash[65];
		int64_t ms; /* mono */
		struct strs keep;
		bool jobs_known; /* the queue had been read */
		int64_t running, pending; /* that the plan told of */
	} tickets[4];
	size_t next_ticket;
	struct map *past_vms; /* ids of VMs whose nodes are gone -> int64_t when: a lagging
				 listing may still show them */
	struct run_lease lease;
};

struct run *run_find(const struct engine *e, const char *name);
int run_has_cloud(const struct run *r,
		  struct err *err); /* -1: its cloud left the configuration */
struct run *run_need(const struct engine *e, const char *name, struct err *err);
struct run *run_add(struct engine *e,
		    const struct cluster *take); /* loads its rows; owned by the engine */
void run_take_up(struct run *r); /* what was under way goes on, readings begin */
void run_free(struct run *r);
void run_unmade(struct run *r); /* nothing of it is in the cloud but what its storage names */
void run_forget(struct run *r); /* of a deleted cluster: leaves memory, frees r */
void cluster_move(struct run *r, enum cluster_state to,
		  const char *reason); /* the only writer of cluster.state */
void cluster_save(struct run *r);
void engine_changed(struct engine *e);
void engine_look_at_store(
    struct engine *e);		  /* R2.5, R2.6: what is wrong with it, for everybody to see */
bool run_is_large(size_t things); /* work on so many has to be beside the loop (R1.5) */
void run_changed(struct run *r);  /* revision + 1; clients are told at the end of the turn */
struct run *run_of(const struct engine *e, const struct cluster *c);
struct engine_cloud *cloud_named(struct engine *e, const char *name);
int64_t cloud_now_ms(const struct engine_cloud *c); /* by its own clock (R12.2) */

#endif
