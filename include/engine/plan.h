/*
 * The decision: demand + facts → plan, pure and deterministic (DESIGN.md 3.1; spec/autoscale.md is its law). Scenario
 * files, what-if, replay of last night and the live engine run this very code. Nothing here knows a clock, a cloud or a store.
 */
#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strs.h"
#include "engine/need.h"
#include "model/cluster.h"
#include "model/foresight.h"
#include "model/node.h"
#include "model/pool.h"
#include "model/queue.h"
#include "model/size.h"

/* One class of equal work, in priority order. slots > 0: so many independent tasks, may be placed in part. node_count > 0:
 * jobs that want so many different nodes each, all or nothing, from one bucket; `times` of them. */
struct want {
	const char *label;       /* "12_[5-37]" or the first job's id: for explanations; text of the demand */
	const char *user;
	int64_t jobs;            /* records behind it */
	int64_t slots;
	int64_t node_count, times;
	bool colocated;
	bool no_spot;
	bool exclusive;
	int64_t cpus, mem_bytes, gpus; /* of a slot, or of a job on each of its nodes; 0: not asked for */
	int64_t run_s;           /* expected; 0: unknown (1 h) */
	const struct need *where; /* shared by wants: where it may go; NULL: anywhere */
	struct need *need;       /* owned: what it asks for beside all that; NULL: nothing */
	int64_t not_eligible;    /* > 0: no demand at all (held, dependent ...); shown with reason */
	int64_t begins_s;        /* > 0: likewise, but not before then, and then soon: its tasks keep nodes that are there */
	uint16_t purses;         /* bits of the budgets that pay for it, beside those of arrays: fact_purse.pays */
	const char *reason;      /* the scheduler's own */
	const char *budget;      /* likewise: nothing is made for it as a budget is spent; NULL: none is */
	const char *rule;        /* not eligible by a rule of the scheduler, in words; NULL: for another reason. Then it has what it asks for */
};

struct demand {
	struct want *v;
	size_t n, cap;
	int64_t tasks_pending, tasks_running, tasks_held;
	int64_t unknown;         /* records whose size could not be read: shown, never taken as zero */
	size_t *want_of;         /* for each record of the queue: its want; SIZE_MAX when it wants nothing */
	size_t n_records;
	int64_t read_ms;         /* which reading: the queue's read_ended_ms */
	struct need **places;    /* what `where` of the wants points to */
	size_t n_places, cap_places;
	struct pool text;        /* labels, users, reasons */
};

void demand_clear(struct demand *d);
struct want *demand_add(struct demand *d);
const char *demand_text(struct demand *d, const char *s); /* a copy that ends with the demand */
/* Index of the want that a record of this queue became part of; SIZE_MAX: of none, or the queue is another reading. */
size_t demand_want_of(const struct demand *d, const struct queue *q, const struct job *record);

#define BOOT_USUAL_S 120 /* of a node, where nothing is known of its array's: paid for before its first job starts */

/*
 * How long before its time a job that begins later keeps idle nodes that it fits; it never buys one. What runs again after
 * a lost machine begins two minutes later (Slurm's BeginTime): its nodes would go just before, and others be made just
 * after. An idle time-out is what an operator pays for work that may come, so work that will come is worth as much; and
 * whatever the time-out, to let a node go and make it again costs a boot, of money and of the job's time.
 */
int64_t plan_soon_s(const struct array_spec *a);

/* queue + arrays → what is wanted, grouped into classes. fits: the adapter's job_fits. */
struct sched_ops;
int demand_of(struct demand *out, const struct queue *q, const struct cluster_spec *spec,
	      const struct vm_sizes *sizes, const struct sched_ops *ops, struct err *err);

struct fact_bucket { /* array x size x zone x spot x placement group */
	size_t array;            /* index into facts.arrays */
	const struct vm_size *size;
	char zone[8], group[64];
	bool spot;
	int64_t max_nodes;       /* -1: none */
	int64_t available;       /* how many more the cloud says may be made now; -1 unknown */
	double price;            /* -1 unknown */
	double risk;             /* spot: what the price is multiplied by for work that is lost; 0: as where nothing is known */
	int64_t closed_until_s;  /* back-off: no candidate before; 0 open */
	char closed_why[120];
	char console[80];        /* what the last machine that did not join there wrote */
	int64_t probe_max;       /* half-open: at most so many that boot; -1 no bound */
	int64_t shut_since_s;    /* spot: not to be had (back-off, stock, price, quota) since; 0 open */
};

struct fact_node {
	const char *name;
	size_t bucket;           /* SIZE_MAX: unmanaged, or its bucket is gone */
	size_t array;
	enum node_state state;
	struct resources free, total; /* as scheduler or bucket say */
	int64_t jobs;            /* running there; -1 unknown */
	bool keep_alive, drained_by_us, drained_by_other, terminate_asked, drain_asked;
	bool array_kept;         /* keep_alive with its array */
	bool exclusive;          /* closed by an exclusive job */
	bool empties;            /* jobs are still shown there, and have ended: free within a minute */
	int64_t idle_since_s, joined_s, requested_s;
	bool ever_busy;
	double price;
	bool closed;             /* takes no work in this plan (unhealthy, evicted ...) */
};

struct fact_array {
	const struct array_spec *spec;
	int64_t used_cores;      /* of nodes in every state until they are gone; computed from nodes when -1 */
	struct resources extra;  /* custom resources of each of its nodes */
	bool paused;
	char schedule[SCHEDULE_TEXT]; /* the hours whose numbers these are, or that come next; "" it has none */
	bool scheduled;          /* such hours are now */
	int64_t until_s;         /* then they end */
	int64_t ever_max;        /* nodes at its best hours; -1 no limit. Less than the spec's: that counts */
	char ahead[FORESEEN_TEXT]; /* what its past lets expect; "" nothing. The nodes are in spec's minimum */
	char budget[BUDGET_TEXT]; /* its budget is spent or committed: nothing is made; "" it is not */
	bool retire;             /* and its nodes go when they are empty */
	int64_t gone_in_cycle;   /* nodes that were sent away since this cycle began: they are of its share (R5.6) */
};

struct fact_quota {
	char name[56];           /* region "cores", "lowPriorityCores" or a family */
	char region[40];
	bool spot;               /* applies to spot buckets only; families and "cores": to on-demand only */
	bool family;
	int64_t limit, used;     /* used by all of the subscription, ours that run included */
};

struct fact_purse { /* what a budget leaves (B8) */
	size_t array;            /* SIZE_MAX: of all arrays */
	uint16_t pays;           /* only for wants that have one of these bits; 0: for all */
	double left;             /* USD, before what nodes that boot will cost: the plan counts those */
	double limit;
	int64_t until_s;         /* then its period ends */
	char name[40];           /* "this month's budget", "budget physics" */
};

struct facts {
	int64_t now_s;
	const char *region;
	struct fact_array *arrays;
	size_t n_arrays;
	struct fact_bucket *buckets;
	size_t n_buckets;
	struct fact_node *nodes;
	size_t n_nodes;
	struct fact_quota *quotas;
	size_t n_quotas;
	struct pool_units *pools; /* shared resources: licences */
	size_t n_pools;
	enum choose_policy choose;
	int64_t max_cores, max_nodes; /* of the cluster; -1 none */
	double max_price;             /* USD per hour of the cluster; -1 none */
	double budget_month, budget_spent, budget_committed; /* USD, for the sentence; the last with what is spent */
	struct fact_purse purses[1 + BUDGETS_MAX];
	size_t n_purses;
	bool budget_over;             /* nothing is made for new jobs; what runs goes on (B8) */
	bool retire;                  /* and all nodes go when they are empty */
	bool paused;                  /* autoscaling off */
	bool blind;                   /* scheduler or cloud unknown: nothing is drained or deleted; create only from demand */
	bool doubted;                 /* blind, as the scheduler suddenly shows much less than before (R5.3) */
	bool demand_stale;            /* older than two cycles: nothing is created either */
	struct vm_size *own_sizes;    /* facts_make()'s copies: facts outlive readings and rows. NULL: all is lent */
	char (*own_names)[40];
	struct array_spec *own_specs; /* of arrays in hours with other numbers; their texts are lent */
};

enum why_code {
	WHY_PLACED,
	WHY_NEVER_FITS,
	WHY_GROUP_TOO_SMALL,
	WHY_NO_CAPACITY,
	WHY_BACKOFF,
	WHY_SHARED_POOL,
	WHY_BUDGET,
	WHY_WAITING_FOR_NODES,
	WHY_PAUSED,
	WHY_NOT_ELIGIBLE,
	WHY_NO_ROOM_PLAN,
	WHY_CODES
};

enum { /* why_unplaced.binding: levels at their end */
	BIND_BUCKET = 1, BIND_GROUP = 2, BIND_FAMILY = 4, BIND_REGION = 8, BIND_ARRAY = 16, BIND_CLUSTER = 32
};

struct placement { /* a want's share on one node or on new nodes of one bucket */
	size_t want;
	size_t node;     /* existing: index into facts.nodes; SIZE_MAX: new */
	size_t create;   /* new: index into plan.creates */
	int64_t slots;   /* or nodes, for node_count wants */
};

struct why_want {
	enum why_code code;      /* of the rest that is not placed; PLACED when nothing is left */
	int64_t placed, unplaced; /* slots, or nodes */
	int64_t waiting;         /* placed, but on nodes that still boot or are yet to be made */
	unsigned int binding;
	const char *text;        /* the sentence with numbers; the plan's */
};

struct plan_create { /* nodes of one bucket; one request group, never one call per node (I11) */
	size_t bucket;
	int64_t count;
	double price;            /* each, per hour */
	char why[240];           /* "33 tasks pending, 1 core each; F2s_v2 spot is cheapest" */
};

enum node_act { ACT_DRAIN, ACT_UNDRAIN, ACT_DELETE, ACT_RETIRE /* drained, and not back for work that waits */ };

struct plan_node {
	size_t node;
	enum node_act act;
	char why[160];
};

struct why_node { /* each idle node that stays has one too (autoscale.md 9) */
	char text[120];
	bool matched;
	int64_t idle_since_s;    /* the new value to store: 0 while matched */
};

struct plan {
	struct plan_create *creates;
	size_t n_creates, cap_creates;
	struct plan_node *acts;
	size_t n_acts, cap_acts;
	struct placement *placements;
	size_t n_placements, cap_placements;
	struct why_want *wants;  /* one for each want of the demand */
	struct why_node *nodes;  /* one for each node of the facts */
	size_t n_wants, n_nodes;
	double new_cost;         /* USD per hour of creates */
	int64_t lower_bound_nodes;
	struct strs warnings;
	struct pool texts;
	char summary[240];
};

/* Drains and deletes are for nodes whose own state machine asks for the proof again: the plan only says who may go. */
int plan_make(struct plan *out, const struct demand *d, const struct facts *f, struct err *err);
void plan_clear(struct plan *p);
bool quota_is_for(const struct facts *f, const struct fact_quota *q, const struct fact_bucket *b);
const char *why_code_name(enum why_code c); /* "never_fits" */

#endif
