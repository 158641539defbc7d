/*
 * The engine's insides, shared by its files and by nobody else. One `struct run` per cluster
 * holds what is in memory of it: the stored rows, the last readings, the last decision, and
 * what is under way. Order of every cycle:
 *
 *   observe.c   reads scheduler and cloud                      -> run->queue, run->vms (whole,
 * or unknown with a reason) reconcile.c binds, moves nodes, decides, writes intents    -> one
 * transaction act         intent.c, drain.c, publish.c start what is not under way; what they
 * learn comes back as events
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
#include "engine/cancels.h"
#include "engine/drift.h"
#include "engine/editing.h"
#include "engine/engine.h"
#include "engine/helpers.h"
#include "engine/lease.h"
#include "engine/meter.h"
#include "engine/outflow.h"
#include "engine/plan.h"
#include "engine/suspicion.h"
#include "model/history.h"
#include "scheduler/scheduler.h"
#include "store/store.h"

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

struct region_facts { /* sizes and quotas of one cloud region, shared by its clusters */
	struct engine *engine;
	struct engine_cloud *cloud;
	char region[40];
	struct vm_sizes sizes;
	struct quotas quotas;
	int64_t sizes_ms, quotas_ms; /* when read; 0 never */
	int64_t sizes_mono_ms, quotas_mono_ms;
	struct cloud_call *sizes_call, *quotas_call;
	struct err err;	  /* of the last failed read */
	int64_t retry_ms; /* mono: no read before */
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
	char issue[240]; /* of the engine itself: safe mode, disk, store */
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
	const char *cloud_start; /* borrowed: what starts a simulated cloud again; NULL nobody knows */
	struct helpers helpers;	     /* commands on heads: remote.c */
};

enum source_state { SOURCE_NEVER, SOURCE_OK, SOURCE_UNKNOWN };

struct source { /* one thing that is read (R5.2) */
	enum source_state state;
	int64_t started_ms, ok_ms; /* UTC: start of the last whole reading, its end */
	int64_t ok_mono_ms;	   /* its end by the clock that nobody sets (R12.1) */
	unsigned int failures;	   /* in a row */
	uint64_t readings; /* whole ones of this engine's life: the number of the last */
	struct err err;
	bool reading;
};

struct member { /* node and the VM that the last listing showed for it */
	struct node node;
	bool has_vm, vm_failed, vm_deleting;
	enum cloud_power power;
	int64_t created_ms; /* its machine, by the cloud's clock; 0: not said, or none yet */
	int64_t vm_missing_since_ms; /* in DB, not in the listing (R5.4); 0: seen */
	bool delete_sent;	     /* its name is in the open change of its set */
	int64_t delete_ended_ms;     /* that change ended; a listing tells what came of it */
	bool delete_done;	     /* and the cloud said that it was done */
	int64_t accepted_ms; /* the cloud accepted it, in this engine's life; 0: not known */
	bool late_told;	     /* that its deletion takes too long */
	bool published;	     /* its line is on the head */
	bool removing;	     /* scheduler removal under way */
	bool down_told;	     /* the scheduler was told that the machine is gone */
	bool requeue_due;    /* jobs wait for it, and it will not come (R6.4) */
	bool requeue_told;   /* that they cannot be put back */
	bool in_scheduler;   /* seen in the last queue */
	int64_t empties_ms; /* no job holds it, and it is not free yet, since then; 0: not so */
	int64_t metered_ms; /* its time until then is charged */
	int64_t made_for_s; /* by the last decision its work takes so long; 0 unknown */
	int64_t list_price; /* of a spot machine's size on demand; 0 not looked up */
};

struct live_intent { /* an open intent and its call */
	struct intent in;
	struct run *run;
	struct cloud_call *call; /* NULL: nothing under way in this process */
	bool looking;		 /* call is a look, not the change */
};

#define BUDGET_NEAR_SHARE 0.8

/* COMMITTED: all of it will be spent by what runs; OVER: it is */
enum budget_level { BUDGET_UNSEEN, BUDGET_OK, BUDGET_NEAR, BUDGET_COMMITTED, BUDGET_OVER };

struct budget_state {		 /* of a period that now lies in, USD */
	double spent, committed; /* committed: with what is spent */
	double booting;		 /* of that, by nodes that boot: a plan counts them itself */
	int64_t to_ms;
};

struct bill {			      /* of one cluster: what is metered, and how far */
	struct tally tally;	      /* not in the store yet */
	struct tenancy tenancy;	      /* by run->queue */
	int64_t until_ms;	      /* the store has everything until then; 0 nothing */
	int64_t head_ms;	      /* the head's time until then is charged */
	int64_t disks_ms;	      /* likewise that of its disks */
	int64_t month_ms, month_nano; /* of the month that began then, by the store */
	int64_t day_ms, day_nano;     /* the same of the day, UTC */
	bool moved;		      /* nodes changed their states since it was last written */
	enum budget_level budget;     /* as it stands */
	enum budget_level told;	      /* the highest that was told of this month and limit */
	double told_limit;
	int64_t told_month_ms;
	int64_t stored_nano;	  /* what the store has */
	uint64_t saves;		  /* times that it was given something */
	int64_t saved_mono_ms;	  /* when it was last written */
	unsigned int head_unseen; /* listings in a row without the head */
	int64_t shown_minute;	  /* when the view's number was made */
	double shown, shown_committed;
};

#define PAST_BOOTS 64 /* the last ones */

struct waits {		 /* of the tasks that wait in one reading of the queue */
	int64_t read_ms; /* which reading */
	int64_t oldest_s, median_s, cores_running;
	char oldest[24];
};

struct past { /* what curves and their numbers are made of: history.c */
	struct history history;
	int64_t evicted, joined, lost; /* since it was last looked at */
	int64_t boot_ms[PAST_BOOTS];
	size_t n_boots;
};

enum lease_take {
	LEASE_TAKE_NOT,
	LEASE_TAKE_HERE, /* from a later life on this machine: the store was restored */
	LEASE_TAKE_ANY,
};

struct run_lease { /* who acts on the cluster, as its group says: lease.c */
	enum lease_verdict verdict;
	enum lease_take may_take; /* an admin said so */
	struct lease theirs;	  /* what the tag says */
	struct strs tags;	  /* all of the group's */
	struct cloud_call *call;
	bool writing;		     /* the change of the group that is open is the tag's */
	int64_t looked_ms, retry_ms; /* mono */
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

	struct queue *queue;	 /* last whole reading */
	struct cancels cancels;	 /* of late, through us */
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
	char sched_version[32];
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
	int64_t offers_version;	 /* of the definition that the head is told now */
	int64_t offers_after_ms; /* monotonic: not told again before; 0: none failed */
	int64_t
	    requeue_ms; /* when jobs were last asked back: a reading has to begin after it */
	struct bill bill;
	struct budget_look *budgets; /* one for each of the spec */
	size_t n_budgets;
	struct past past;
	struct waits waits;
	struct cluster_view view; /* made new when the revision changed */
	uint64_t view_revision;
	struct suspicion suspicion; /* R5.3 */
	size_t last_jobs;	    /* that the last reading showed */
	unsigned int looks;	    /* at VMs that a listing missed, under way */
	struct plan_ticket { /* teardown plans that were handed out: one for each set that is
				kept */
		char hash[65];
		int64_t ms; /* mono */
		struct strs keep;
		bool jobs_known; /* the queue had been read */
		int64_t pending; /* that the plan told of */
	} tickets[4];
	size_t next_ticket;
	struct map *past_vms; /* ids of VMs whose nodes are gone -> int64_t when: a lagging
				 listing may still show them */
	struct run_lease lease;
};

/* engine.c */
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
struct region_facts *region_of(struct engine *e, struct engine_cloud *c,
			       const char *region); /* reads begin when first asked */
struct region_facts *region_find(const struct engine *e, const struct engine_cloud *c,
				 const char *region); /* NULL: nobody asked for it yet */
/* Once its sizes were read: all that the cluster names is on offer there. */
/* The same to look at it for a cluster that may never be; NULL: too many are looked at. */
struct region_facts *region_peek(struct engine *e, struct engine_cloud *c, const char *region);
int region_none(const struct region_facts *rf, struct err *err); /* it sells nothing: says so */
int region_sells_size(const struct region_facts *rf, const char *what, const char *name,
		      struct err *err);
int region_sells(const struct region_facts *rf, const struct cluster_spec *s, struct err *err);
void region_refresh(struct region_facts *rf, bool quotas_now);
void regions_free(struct engine *e);

struct engine_cloud *cloud_named(struct engine *e, const char *name);
int64_t cloud_now_ms(const struct engine_cloud *c); /* by its own clock (R12.2) */
int engine_may_change(const struct engine *e,
		      struct err *err);	   /* -1: safe mode, adoption mode */
void engine_use_reserve(struct engine *e); /* before what ends costs, when the disk is full */

/* safe.c (R1.6) */
int safe_mode_look(struct engine *e, struct err *err); /* at the start, with the lock held */
void safe_mode_set(struct engine *e, const char *why); /* of this life; a restart looks again */

/* lease.c (R3.4) */
void lease_begin(struct engine *e); /* raises the epoch */
void lease_tick(struct engine *e);
/* This life may change the cluster. fresh: it was so a moment ago, too, as a batch of deletions
 * needs it. false: a look is under way, and what waits for it goes on by itself. */
bool lease_held(struct run *r, bool fresh);
bool lease_lost(const struct run *r);		      /* somebody else acts on it */
int lease_says(const struct run *r, struct err *err); /* -1: who */
bool run_hands_off(struct run *r); /* as engine_hands_off(), or the lease is not held */
bool lease_writes(const struct run *r, const struct intent *in); /* it is the tag's change */
void lease_written(struct run *r, const struct intent *in, bool done);
void lease_tag(struct strs *tags, const struct run *r, const struct intent *in);
void lease_allow(struct engine *e,
		 enum lease_take how); /* of what is lost, or will be found to be */
void lease_free(struct run *r);

/* drain.c: the reason that the scheduler is told, without its tag */
void drain_reason(char out[160], const struct node *n);

/* outage.c: a cloud that is lost, and back */
void outage_watch(struct engine_cloud *c);
void outage_end(struct engine_cloud *c);
const char *outage_cure(const struct engine_cloud *c, char out[160]); /* "": it comes back by itself */

/* note.c: events and audit rows in the engine's words */
void note(struct run *r, enum event_level level, const char *object, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
const char *run_actor(const struct run *r); /* WHO of an event that is written now */
void note_by(struct run *r, enum event_level level, const struct user *u, const char *object,
	     const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void note_site(struct engine *e, enum event_level level, const char *actor, const char *fmt,
	       ...) __attribute__((format(printf, 4, 5))); /* of no cluster */
/* R10.1: who did what to which object, which was that before and is this now. Written at the
 * end of its transaction: what it says has happened then. */
struct deed {
	const struct user *by; /* NULL: the engine itself */
	const char *verb, *object, *reason, *plan_hash;
	const char *result; /* NULL: "done" */
	int64_t op_id;
	char before[65], after[65]; /* digests (store_digest_...); "" it has none */
};
int audit_write(struct engine *e, const struct deed *a, struct err *err);
void audit_mirror(const struct audit *a); /* R10.3: to the journal */
/* One that changes no object of ours. */
int audit_act(struct engine *e, const struct user *u, const char *verb, const char *object,
	      const char *reason, const char *plan_hash, struct err *err);

/* act.c: small changes without an operation, in one transaction with their audit row */
int act_begin(struct run *r, struct err *err);
int act_end(struct run *r, const struct deed *a, struct err *err);

/* grounds.c (R10.2): what the engine does by itself, and why; in the transaction of the act */
int audit_plan(struct run *r, struct err *err);
int audit_members(struct run *r, const char *set_id, struct err *err); /* of a set, that go */

/* edition.c (R9.1): in the caller's transaction */
int edition_keep(struct run *r,
		 struct err *err); /* the version that stands, unless it is kept */
int edition_make(struct run *r, const struct user *u, const char *verb,
		 struct err *err); /* the definition has changed: saved as the next version */

void audit_verify_end(struct engine *e); /* trail.c */

/* editing.c (R9.5) */
void editing_tick(struct engine *e);
void editing_view(const struct engine *e, const char *cluster, char who[64], int64_t *since_ms);

/* members.c: the in-memory rows */
struct member *member_add(struct run *r,
			  const struct node *n); /* stores it first; NULL when the store refused
						    (engine_fatal ran for unknown outcomes) */
int members_load(struct run *r, struct err *err);
void keep_with_array(const struct run *r, struct member *m); /* its array is kept, or no more */
/* R5.9: an operator keeps it, or its array, and nobody has asked for its end since. */
bool member_stays(const struct run *r, const struct member *m);
void members_free(struct run *r);
struct member *member_find(const struct run *r, const char *name);
struct member *member_of_stranger(
    struct run *r, const struct array_spec *a, const struct cloud_vm *vm,
    const char *name); /* a row for a machine that came without one; not bound yet */
const struct array_spec *
array_of_set(const struct run *r, const char *set_id); /* by the set's name; NULL: not ours */
struct member *member_of_vm(const struct run *r, const char *vm_id);
bool vm_is_past(const struct run *r, const char *vm_id); /* its node is gone */
bool vm_left_lately(const struct run *r, const char *vm_id,
		    int64_t now_ms); /* and a listing that shows it need not be right */
/* By the node's entry in a new reading; NULL: it has none. */
void member_empties(struct member *m, const struct sched_node *sn, int64_t now_ms);
void member_bind(struct run *r, struct member *m,
		 const struct cloud_vm *vm); /* not saved: the move that follows saves it */
void member_gone(struct run *r, struct member *m,
		 const char *reason); /* row kept as history, member freed */
/* The only writer of node.state: checks node_can_move(), writes row and event in one
 * transaction, tells clients. */
int node_move(struct run *r, struct member *m, enum node_state to, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void member_save(struct run *r, struct member *m);
int64_t member_free_index(struct run *r, const char *array); /* lowest free; O(1) amortised */

/* bill.c: the money of a cluster. Every change of what a charge depends on is metered before.
 */
int bill_load(struct run *r, struct err *err);	       /* before the members */
void bill_gone(struct run *r, const struct node *row); /* its time that no engine charged */
void bill_member(struct run *r, struct member *m, int64_t now_ms);
void bill_all(struct run *r, int64_t now_ms);
void bill_head(struct run *r, bool runs);
void bill_head_listed(struct run *r, const struct cloud_vms *vms);
void bill_save(struct run *r);	  /* outside of any transaction */
void bill_tick(struct engine *e); /* saves once a minute */
void bill_clear(struct run *r);
enum budget_level budget_level(const struct budget_state *s, double limit);
/* The cluster's own; false: it has none. */
bool bill_budget(struct run *r, int64_t now_ms, struct budget_state *out);
double bill_spent(const struct run *r, int64_t now_ms); /* USD */
/* The same for a view, made once a minute: what runs up all the time would change each view
 * each second, for a cent. */
double bill_shown(struct run *r, int64_t now_ms);
/* Today's and this month's, UTC; spent: what bill_spent() says. */
void bill_periods(struct run *r, int64_t now_ms, double spent, double *today, double *month);
/* The machine as it is now; false: it costs nothing. */
bool bill_machine(struct run *r, struct member *m, int64_t now_ms, struct machine *out);
bool bill_head_machine(const struct run *r, struct machine *out);
bool bill_disk_machine(const struct storage_spec *s, struct machine *out);
void bill_disk(struct run *r, const char *disk_id, bool there); /* it was made, or is gone */

/* commit.c: what machines that run will cost to their expected end (B8), USD */
struct occupied {
	double price;		    /* USD per hour; < 0 unknown */
	const struct tenants *jobs; /* NULL none */
	int64_t cpus, idle_s, made_for_s;
	bool leaves; /* when its jobs have ended */
};
double commit_machine(const struct occupied *o, int64_t now_ms, int64_t to_ms);
/* Only what jobs of the budget's user or account have of it. */
double commit_jobs(const struct occupied *o, const struct budget_spec *b, int64_t now_ms,
		   int64_t to_ms);
/* Adds all machines that are of the budget to what is spent; NULL: of the whole cluster. */
void run_committed(const struct run *r, const struct budget_spec *b, int64_t now_ms,
		   struct budget_state *s);

/* budget.c: of arrays, users and accounts */
void budgets_look(struct run *r, int64_t now_ms);
/* false: it is in no period */
bool budget_told(const struct run *r, size_t i, struct budget_state *out);
void budgets_close(struct facts *f, const struct run *r);
void budgets_mark(const struct run *r, struct queue *q); /* jobs that nothing is made for */
void budgets_tell(struct run *r);

/* issue.c: what is wrong, and how old the readings are. These move while nothing happens: a
 * source that is silent changes no revision. */
void view_ages(struct cluster_view *v, const struct run *r);

/* history.c: the curves. Of a move before the node's state is the new one. */
void history_load(struct run *r); /* after the members */
void history_moved(struct run *r, const struct node *n, enum node_state to);
void history_look(struct run *r);
void history_tick(struct engine *e);
void history_end(struct engine *e);
void history_boots(struct cluster_view *v, const struct run *r);

/* outlook.c: what a cluster's view tells beside counts: waits, money of today, limits */
void waits_make(struct waits *w, const struct queue *q); /* once for each reading */
void outlook_make(struct cluster_view *v, struct run *r, int64_t now_ms);

/* remote.c: commands on the head */
/* run NULL: it could not be run, or there was no answer; err says why */
typedef void remote_cb(void *arg, const struct sched_run *run, const struct err *err);
struct remote *remote_new(struct run *r, struct err *err);
void remote_free(struct remote *m);	   /* ends the connection; callbacks are dropped */
bool remote_ready(const struct remote *m); /* the connection stands */
bool remote_denied(const struct remote *m); /* the head refuses the engine's key, not only at first */
const char *remote_text(const struct remote *m); /* why not */
/* argv runs on the head, with env; as_root: through sudo -n where the transport needs it. Fails
 * in the callback, in a later turn. */
void remote_run(struct remote *m, const struct strs *argv, const char *const *env,
		const char *input, size_t input_len, bool as_root, int64_t deadline_ms,
		remote_cb *cb, void *arg);
/* What the command says, as it comes: then the callback gets no output. */
typedef void remote_output(void *arg, const char *data, size_t n);
/* The same for an adapter's verb; on_output may be NULL. */
void remote_read(struct run *r, enum sched_verb verb, const struct sched_args *args,
		 remote_output *on_output, remote_cb *cb, void *arg);
void remote_verb(struct run *r, enum sched_verb verb, const struct sched_args *args,
		 remote_cb *cb, void *arg);
bool remote_is_here(const struct run *r); /* the head is this machine */
/* A command on a node, through the head. */
void remote_run_on(struct run *r, const char *host, const struct strs *argv, bool as_root,
		   int64_t deadline_ms, remote_cb *cb, void *arg);
/* One key per cluster, keys/SHORT: made by a step of the start operation, which is woken when
 * it is there. */
int remote_key_begin(struct run *r, struct err *err);
int remote_tools(const struct run *r,
		 struct err *err); /* this machine has what reaching a head takes */
int remote_key(struct run *r, struct buf *public_key,
	       struct err *err); /* the public line; ERR_IO when it was not made yet */
void remote_key_forget(struct run *r);
struct json *
remote_ssh_argv(struct run *r, const char *host,
		struct err *err); /* for clients: reach the head, or host through it */

/* observe.c */
void observe_tick(void *run);		      /* timer callback */
void observe_soon(struct run *r, int64_t ms); /* brings the next tick forward */
bool run_is_blind(
    const struct run *r); /* scheduler or cloud unknown or stale: nothing is destroyed */
int64_t source_age_ms(const struct source *s);			 /* of its last whole reading */
bool source_is_old(const struct run *r, const struct source *s); /* too old to rest on */
bool run_removes_nothing(
    const struct run *r); /* it is blind, or does not believe what it sees (R5.3) */
struct reading;
void reading_free(struct reading *rd);
void observe_cloud(struct run *r);	    /* lists VMs now, unless under way */
void observe_cloud_too(struct run *r);
void observe_go_on(struct run *r);	    /* with a reading that waited */
bool observe_compares(const struct run *r); /* a new reading is held against run->queue */
/* Before queue or arrays change, or go, which work beside the loop has borrowed. */
void run_let_go(struct run *r);
void observe_listed(struct run *r); /* a listing was taken over, whole */

/* jobs.c */
struct run *
run_ready(struct engine *e, const char *cluster,
	  struct err *err); /* running, and its head is reached; NULL: says why not */

/* file_read.c: a window of a file on the head */
struct file_part {
	const char *path, *text;
	size_t len;
	int64_t from, next, size; /* bytes */
	int64_t line;		  /* number of the line that `from` is in; 0 not known */
	int64_t mtime_s;
	bool binary; /* no text: nothing to show */
};
typedef void file_read_cb(void *arg, const struct file_part *part, const struct err *err);
/* from < 0: the last -from bytes. user: whose rights it is read with. */
int file_read_part(struct run *r, const char *path, const char *user, int64_t from,
		   int64_t most, file_read_cb *cb, void *arg, struct err *err);

/* job_log.c */
struct known_files {
	struct job_files files;
	char user[64];
	int64_t at_ms; /* mono */
};

/* ended.c: what was in the reading before and is so no more is written down */
#define JOB_ENDED_WORD "ended" /* state of a record whose end nobody told */
const char *jobs_unknown(const struct queue *q,
			 const struct strs *ids); /* the first that it does not have; NULL: it has all */
struct map *jobs_left(const struct queue *before, const struct queue *now);
void jobs_ended(struct run *r, struct map *gone, const struct queue *now); /* what left */
/* -1: the number is that of an array, whose tasks write, each its own. */
int job_log_one(const struct queue *now, const struct queue *past, const char *job,
		struct err *err);
void gone_jobs_load(struct run *r); /* those that ended lately, of the store */
void gone_jobs_free(struct run *r);

/* why.c: what was written down of a job or an array that has left the queue; false: nothing */
bool why_ended(struct buf *out, const struct run *r, const char *id);

/* why_job.c */
void why_waits(struct buf *out, const struct run *r, const struct job *j);

/* verdict.c: what keeps jobs from getting nodes, into the rows of the queue */
void verdicts_set(struct run *r); /* after a decision */
void verdicts_rest(
    struct run *r); /* the cluster's state moved: what holds while it does not run */
const char *
cluster_rests_why(const struct cluster *c); /* "cluster off: start it"; "" it runs */
void verdicts_keep(struct queue *now, const struct queue *before); /* until the next one */

/* console.c; lines: clean, yours for the call alone; NULL: err says why */
#define CONSOLE_TEXT_MAX ((size_t)64 << 10)
typedef void console_cb(void *arg, struct run *r, const char *node, const char *lines,
			const struct err *err);
bool console_can(const struct run *r, const struct node *n); /* its cloud keeps one */
void console_read(struct run *r, const struct node *n, console_cb *cb, void *arg);
void console_keep(struct run *r,
		  const struct node *n); /* it is given up: what it wrote stays */
const char *console_kept(const struct run *r, const char *node, int64_t *at_ms); /* NULL none */
void console_excerpt(char out[160],
		     const char *lines); /* the line that says why, else the last */
void consoles_clear(struct run *r);

/* use.c: what of a node is in use, by two lists that were read one after the other */
struct node_use {
	bool empties; /* nothing, though it seems so */
	int64_t cpus, mem_bytes, gpus;
};
bool node_empties(const struct sched_node *sn); /* no job holds it, and it is not free yet */
/* empties_ms: for so long by now; -1: it does not */
struct node_use node_use(const struct sched_node *sn, int64_t empties_ms);

/* facts.c: run -> facts, pure but for reading run */
void facts_make(struct facts *out, struct run *r, int64_t now_ms);
void facts_slim(struct facts *f); /* after the decision: of what nodes have only it asks */
void facts_clear(struct facts *f);
/* The hours of an array that are now, or come next; false: it has none, or their zone is not
 * there. */
bool hours_of(const struct array_spec *a, int64_t now_s, struct schedule_now *now,
	      char text[SCHEDULE_TEXT]);
struct fact_purse *purse_add(struct facts *f, size_t array, const struct budget_state *s,
			     double limit, const char *name); /* lent */
/* Of a quota of the last decision, as it is now: what was asked for since counts. */
int64_t facts_quota_used(const struct run *r, const struct fact_quota *q);
void bucket_key(char out[200], const struct array_spec *a, const char *size, const char *zone,
		bool spot, const char *group);

/* decision.c */
/* Makes it, and writes what it says. false: it is made beside the loop, and reconcile_acts()
 * follows when it is written. */
bool decision_make(struct run *r);
void decision_drop(struct run *r);

/* reconcile.c */
void reconcile(struct run *r);
void reconcile_acts(struct run *r);
void reconcile_go_on(struct run *r); /* with a reading that waited */
/* After a reading of the cloud: binds VMs to rows, finds failed, evicted and gone ones, and VMs
 * that nobody asked for. */
void reconcile_cloud(struct run *r, struct cloud_vms *take);
void reconcile_queue(struct run *r); /* after a reading of the scheduler */
void reconcile_take_on(
    void *run); /* timer callback: the next bit of either, then the decision */
/* So many nodes move in one turn of the loop, and as many rows are added: clients wait for less
 * than 0.25 s (DESIGN.md 12). */
#define MOVES_PER_TURN 1000

/* boot.c, drain.c: one node's life as pure moves; feed is the only caller of node_move() for
 * them */
enum boot_event {
	BOOT_EV_ASKED,
	BOOT_EV_ACCEPTED,
	BOOT_EV_VM_BOUND,
	BOOT_EV_VM_RUNNING,
	BOOT_EV_READY,
	BOOT_EV_VM_FAILED,
	BOOT_EV_VM_GONE,
	BOOT_EV_REFUSED,
	BOOT_EV_TOO_LATE,
	BOOT_EV_NOT_NEEDED
};
enum boot_act {
	BOOT_DO_NOTHING,
	BOOT_DO_PUBLISH,
	BOOT_DO_DELETE_VM,
	BOOT_DO_FORGET,
	BOOT_DO_REPORT
};
struct boot_move {
	enum node_state to;
	enum boot_act act;
};
struct boot_move boot_next(enum node_state s, enum boot_event ev);
void boot_feed(struct run *r, struct member *m, enum boot_event ev, const char *why);
void boot_deadlines(struct run *r, int64_t now_ms);
bool deletion_is_late(const struct member *m, int64_t now_ms); /* it costs, and will not go */

/* R5.7: what of a node's way should be over by now. Pure. */
enum overdue { OVERDUE_NOT, OVERDUE_ACCEPTED, OVERDUE_JOINED, OVERDUE_DELETED };
struct overdue_facts {
	int64_t now_ms;
	int64_t listed_ms; /* when the last whole listing of the cloud began */
	int64_t boot_s;
	bool has_vm;
	bool set_changes; /* a change of its set is under way */
	/* R12.2: its machine's time of making and the cloud's own now; created 0: not said */
	int64_t created_ms, cloud_now_ms;
};
void overdue_by_cloud(struct overdue_facts *f, const struct run *r,
		      const struct member *m); /* boot.c: fills the last two */
enum overdue node_overdue(const struct node *n, const struct overdue_facts *f);

/* assigned.c (R6.4): what a reading says of the jobs that hold a node. */
enum node_work {
	WORK_NONE,
	WORK_ASSIGNED, /* they wait for it, and run nowhere */
	WORK_RUNS,
	WORK_UNKNOWN
};
enum node_work node_work(const struct queue *q, const char *node,
			 struct strs *assigned); /* pure; their ids; may be NULL */
/* Of a node that never joined: false: jobs are there, and those that only wait for it are put
 * back into the queue first, after a drain. */
bool unjoined_is_free(struct run *r, struct member *m);

/* killed.c (R6.3): "it ends jobs 12, 13 and 4 more"; nodes NULL: of the whole cluster */
#define KILLED_TEXT 320
const char *killed_text(char out[KILLED_TEXT], const struct run *r, const struct strs *nodes);

bool assigned_act(struct run *r); /* true: the scheduler was asked */
const char *unjoined_text(char out[160], const struct run *r,
			  const struct member *m); /* what keeps it; "" nothing */

enum drain_event {
	DRAIN_EV_WANTED,
	DRAIN_EV_SET,
	DRAIN_EV_EMPTY,
	DRAIN_EV_HAS_JOBS,
	DRAIN_EV_DEMAND,
	DRAIN_EV_UNDRAIN_ASKED,
	DRAIN_EV_VM_GONE,
	DRAIN_EV_REMOVED
};
enum drain_act {
	DRAIN_DO_NOTHING,
	DRAIN_DO_SET,
	DRAIN_DO_UNSET,
	DRAIN_DO_DELETE_VM,
	DRAIN_DO_REMOVE,
	DRAIN_DO_FORGET
};
struct drain_move {
	enum node_state to;
	enum drain_act act;
};
/* An operator's drain can be taken back for a while (the console says 30 s), and an empty node
 * would be gone within one. */
bool drain_lingers(const struct node *n, int64_t now_ms);
struct drain_move drain_next(enum node_state s, bool drain_set, enum drain_event ev);
void drain_unasked(struct node *n);
void drain_feed(struct run *r, struct member *m, enum drain_event ev, const char *why);
void drain_act(struct run *r); /* one scheduler call for all that wait for a drain, an undrain,
				  a removal */
/* R6.1 in one place: may this node's VM be deleted now? err says which link of the chain is
 * missing. */
bool drain_proven(const struct run *r, const struct member *m, struct err *err);

/* intent.c */
struct intent *intent_add(struct run *r, enum cloud_verb verb, enum cloud_kind kind,
			  const char *resource_id, int64_t from, int64_t to,
			  struct err *err); /* committed by the caller's transaction */
struct live_intent *intent_keep(struct run *r,
				const struct intent *row); /* of the store, into memory */
void intent_free(struct live_intent *li);		   /* its call is dropped */
void intents_reload(
    struct run *r); /* after a rolled back transaction: drops what was added and never sent */
void intents_act(struct run *r); /* sends what is planned, polls what was accepted, settles what
				    is unknown */
int intent_record(struct run *r, enum cloud_kind kind, const char *resource_id,
		  struct err *err); /* a name that is ours without a call of ours */
void intents_void(struct run *r,
		  const char *why); /* all that are open; none may be under way */
void intents_retry(struct run *r);  /* of the open operation: now, not at their next try */
bool intent_open(const struct run *r,
		 const char *resource_id); /* one change per resource at a time */
/* How it ended is told to whoever it concerns (operations, boots); called after the result was
 * committed. */
void intent_ended(struct run *r, const struct intent *in, const struct cloud_stage_info *i);
enum settle { SETTLE_DONE, SETTLE_RESEND, SETTLE_WAIT, SETTLE_FAILED };
enum settle intent_settle(
    const struct intent *in,
    const struct cloud_sight *s); /* pure: what a look says about an unknown outcome */
bool member_leaves(const struct member *m, int64_t now_ms); /* its VM is to be deleted, and
							       nobody was asked to yet */
void delete_members(
    struct run *r); /* nodes in DELETING whose VM is still there: one intent per set */

/* scaleset.c: buckets and sets */
int sets_grow(
    struct run *r, const struct plan *p,
    struct err *err); /* rows and intents for plan.creates, in the caller's transaction */
void sets_accepted(struct run *r, const struct intent *in);
/* An intent of a set ended: its rows go on, or fail and leave their bucket to the back-off. */
void sets_ended(struct run *r, const struct intent *in, const struct cloud_stage_info *i);
void member_promise(
    struct node *n, const struct array_spec *a,
    const struct vm_size *s); /* cpus, memory, gpus that the scheduler will be told */

/* change.c: what to send for an intent; made from the rows each time, so that a repeated call
 * is the same call */
struct change_store { /* owns what a cloud_change borrows */
	struct cloud_change change;
	struct cloud_vm_spec vm;
	struct strs tags, members;
	struct buf script, key;
	char *subnet_id, *prefix, *nsg_id;
};
char *group_name(const struct run *r); /* "paceline-demo-1a2b3c4d": yours to free; every other
					  name begins with it less the prefix */
int resource_name(const struct run *r, enum cloud_kind kind, const char *name, char out[320],
		  struct err *err); /* full id in the cluster's group */
const char *subnet_id(struct run *r, char out[400]);
int change_make(struct change_store *out, struct run *r, const struct intent *in,
		struct err *err);
void change_clear(struct change_store *c);

/* backoff.c */
void backoff_note(struct run *r, const struct node *n, const char *azure_code,
		  const struct err *err, int64_t retry_ms); /* B3 */
void backoff_ok(struct run *r, const struct node *n);
/* R5.8: a machine did not join. One is replaced, two in a row close their bucket for a while,
 * ten protect it: no node is made there until one joins, or an operator has it tried again. */
enum boot_verdict { BOOT_REPLACED, BOOT_RESTS, BOOT_PROTECTS };
enum boot_verdict backoff_verdict(int64_t boots_failed); /* pure */
void backoff_boot_failed(struct run *r, const struct node *n, const char *why);
void backoff_console(struct run *r, const struct node *n,
		     const char *line);			/* what its console said last */
bool backoff_issue(char out[160], const struct run *r); /* of the first that is protected */
/* What rests or is protected is tried again now, with one node first; array NULL: only what is
 * protected, of all of them. How many there were. */
size_t backoff_retry(struct run *r, const char *array);
size_t backoff_closed(const struct run *r, const char *array); /* how many it would be */

/* spot.c (B1, B2) */
void spot_load(struct run *r);
void spot_free(struct run *r);
void spot_moved(struct run *r, const struct node *n, enum node_state to); /* before it is so */
void spot_settle(struct run *r); /* what ran on machines that were taken back; no decision is
				    made meanwhile */
void spot_mark(const struct run *r, struct queue *q); /* jobs that get no spot any more */
/* What a bucket's price is to be multiplied by; running_ms: the time of machines that are still
 * there. */
double spot_risk(const struct run *r, const char *key, int64_t running_ms);

/* offers.c */
/* Lines of OFFERS (include/template/head.h) for the cluster as it is defined now. */
int offers_text(struct buf *b, struct run *r, struct err *err);
void offers_act(struct run *r); /* tells the head, when the cluster's sizes are others now */

/* publish.c */
void publish_act(
    struct run *r); /* the head's list of host -> name, size, features, when it changed */
void phases_read(struct run *r); /* the marks that head and node scripts left */

/* operation.c and one file per kind: start.c stop.c teardown.c */
/* data: what its row is to remember, or NULL; it is taken, also on failure. */
/* force: why it ends jobs (R6.3); NULL: it does not. */
int operation_begin(struct run *r, enum op_kind kind, const struct user *u, const char *force,
		    const char *plan_hash, char *data, int64_t *id, struct err *err);
void operation_tick(void *run); /* timer callback: next() of its kind, until it has to wait */
void operation_step(struct run *r, const char *step, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void operation_end(struct run *r, enum op_state state, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void operation_void(
    struct run *r, const char *why); /* an open one ends, and its cluster waits for a new one */
void operation_wake(struct run *r);  /* something that it waits for happened */
void operation_remember(
    struct run *r,
    struct json *take); /* members that the row keeps; the next save writes them */
void operation_error(struct run *r, const struct err *err, int64_t retry_ms);
void start_step(struct run *r);
void stop_step(struct run *r);
void teardown_step(struct run *r);
bool nodes_send_away(struct run *r, const char *why); /* stop.c: for stop and teardown */
void head_forget(struct run *r); /* stop.c: it sleeps, or is gone; nothing asks it any more */
bool scheduler_stop(
    struct run *r); /* true: the head's daemons were asked to end, or cannot be */
void op_work_free(struct op_work *w);
void head_made(struct run *r,
	       const struct cloud_stage_info *i); /* host name and address of the head's VM */
void operation_intent_ended(struct run *r, const struct intent *in,
			    const struct cloud_stage_info *i);

/* storage.c: disks that outlive the head, each in a group of its own */
struct storage_spec *storage_of_disk(struct cluster_spec *s, const char *disk_id);
/* A step of the start: what is new is made, what is there is looked at, once. */
enum storage_step { STORAGE_READY, STORAGE_WAITS, STORAGE_FAILED };
enum storage_step storage_make(struct run *r, struct err *err);
char *storage_group_of(const char *disk_id); /* yours to free */
bool storage_owns(const struct run *r,
		  const char *id); /* a disk of this cluster, or its group */
/* Whether a cluster to be may take over the disk that `to` names; and each disk that it may. */
int storage_can_take(struct engine *e, const struct storage_spec *to,
		     const struct cluster_spec *spec, struct err *err);
void storage_to_take(struct engine *e, const struct cluster_spec *spec,
		     void (*each)(void *arg, const struct run *from,
				  const struct storage_spec *s),
		     void *arg);
/* The clusters that gave disks to c, which is about to be: called in the transaction that adds
 * it. undo: the transaction failed; else the rows are written, and what is empty leaves. */
struct takeover;
int takeover_begin(struct takeover **t, struct engine *e, struct cluster *c, struct err *err);
void takeover_end(struct takeover *t, bool undo);

/* stock.c: R7.6, once a day */
void stock_take(struct engine *e, struct engine_cloud *c, const struct cloud_items *items);

/* gc.c */
void gc_tick(struct engine *e); /* R7: every 2 min */

/* damage.c */
struct store *engine_open_store(struct engine *e, bool any_file_system, struct err *err);

/* backup.c */
void backups_newest_first(const struct engine *e, struct strs *paths);
void backup_tick(struct engine *e);

/* found.c, adopt.c: what no row knows */
int finds_load(struct engine *e, struct err *err);
void finds_free(struct engine *e);
void find_stranger(struct run *r,
		   const struct cloud_vm *vm);	  /* in a listing of adoption mode */
void strangers_whole(struct run *r);		  /* that listing has ended */
bool engine_ends_nothing(const struct engine *e); /* for now: the clock jumped (R12.3) */
bool engine_hands_off(
    const struct engine *e); /* safe mode, adoption: nothing is changed outside of the store */

#endif
