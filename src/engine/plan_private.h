/*
 * The decision's insides. What a want asks is compiled once (ask.c): equal constraints share a
 * shape, and a shape is held against each kind of node once; after that a want is a short
 * vector of amounts. Nodes that are alike are one room with a count. One attempt (place.c) is
 * the whole placement under one strategy on its own copy of rooms and limits, so that a
 * strategy that turns out worse leaves no trace; plan.c keeps the best.
 */
#ifndef ENGINE_PLAN_PRIVATE_H
#define ENGINE_PLAN_PRIVATE_H

#include "engine/plan.h"

#define SHAPES_SEEN 64
#define DIMS_MAX    16 /* different consumables in one decision */
enum { DIM_CPU, DIM_GPU, DIM_MEM, DIM_CUSTOM };

enum rank { /* the order in which existing nodes are taken */
	    RANK_READY,
	    RANK_UNDRAIN,
	    RANK_BOOTING,
	    RANK_NEW,
	    RANK_NONE /* takes no work */
};

struct amount {
	uint32_t dim;
	bool cores; /* physical: times the threads of the node's size */
	double n;
};

struct pool_use {
	uint32_t pool; /* UINT32_MAX: there is no such pool */
	bool once;
	double n;
};

struct ask {
	uint32_t shape;
	uint32_t first, n;	      /* in planner.amounts */
	uint32_t first_pool, n_pools; /* in planner.uses */
	bool exclusive, exclusive_task, dynamic, eligible;
};

struct shape {			 /* what wants with equal constraints share */
	const struct want *want; /* the first of them */
	uint64_t hash;
	bool by_name; /* asks for properties of single nodes */
	bool known;
	int16_t *fit;	   /* per kind: FIT_NO, or how far from the first preference */
	uint32_t *kinds;   /* existing kinds that fit, in order of rank */
	uint32_t *buckets; /* buckets that fit */
	uint32_t *by_cost; /* the same, the cheapest first */
	uint32_t *spread;  /* buckets that fit, or of which nodes exist that do */
	size_t n_kinds, n_buckets, n_spread;
};
#define FIT_NO (-1)

struct kind { /* nodes that differ in nothing but what is free; the first n_buckets are nodes to
		 be made */
	size_t bucket, array, node; /* node: one of them; SIZE_MAX: none exists yet */
	enum rank rank;
	double threads;
	double cap[DIMS_MAX]; /* of an empty one; the largest */
};

enum { LEVELS = 7 };
struct level { /* a limit that several buckets may share */
	unsigned int bind;
	double cores, cores_max; /* left; max < 0: none */
	int64_t nodes, nodes_max;
	char name[80];
};

struct ledger {
	struct level *levels;
	size_t n;
	double money, money_max; /* per hour; max < 0: none */
	bool shut;		 /* nothing may be made at all */
};

struct room { /* `count` equal nodes */
	uint32_t kind;
	uint32_t job;  /* the last multi-node job that took it */
	uint32_t task; /* exclusive to slots of want task - 1; 0 none */
	uint32_t next, prev; /* in its cell */
	uint8_t set, cpu, mem; /* its cell, while it is open */
	bool open, empty, closed, matched;
	size_t node; /* SIZE_MAX: to be made */
	int64_t count;
	double free[DIMS_MAX];
};

#define CPU_CLASSES 128
enum { SET_GPU = 1, SET_EMPTY = 2, SETS = 4, SETS_ALL = 15, SETS_USED = 3, SETS_EMPTY = 12, SETS_WITH_GPU = 10 };

struct cell {
	uint32_t head, tail;
	double most; /* memory: no room of the cell has more */
};

#define STEPS 10 /* cores by doubling: 1, 2, 4 ... */
struct open_rooms { /* rooms of a kind that may still take something */
	int64_t nodes;	    /* in them */
	double vain[STEPS]; /* so much memory beside 2^step cores was looked for in vain */
	uint32_t classes;
	uint64_t cpus[SETS][CPU_CLASSES / 64]; /* classes of cores with something in them */
	uint64_t *mask[SETS];		       /* per class: cells with something in them */
	struct cell *cells[SETS];
};

struct least { /* what a slot takes of any node, whatever branch holds */
	double cpus, cores, mem;
	bool gpu;
};

struct room_scan {
	struct open_rooms *open;
	struct cell *cell;
	double cpus, mem, most;
	unsigned int sets, set;
	uint32_t cpu, first_cpu, mem_bit, next_bit, last, before;
	bool given, nothing_yet;
};

/* How nodes that boot are used. They were bought for work that still waits, so an attempt may
 * take them as if it bought them now: then the decision that made them comes out the same,
 * whoever could use them too (I10). Or they are existing nodes like others. */
enum coming { COMING_AGAIN, COMING_THRIFTY, COMING_AS_ROOMS, COMINGS };

enum strategy { STRATEGY_LISTED, STRATEGY_CHOICE, STRATEGY_LARGE_FIRST, STRATEGIES };

struct planner { /* constant while attempts are made */
	const struct demand *d;
	const struct facts *f;
	char dims[DIMS_MAX][32];
	size_t n_dims;
	struct ask *asks;
	struct amount *amounts;
	size_t n_amounts, cap_amounts;
	struct pool_use *uses;
	size_t n_uses, cap_uses;
	struct shape *shapes;
	size_t n_shapes, cap_shapes;
	uint32_t *shape_table; /* hash -> shape + 1 */
	struct shape_seen {
		const struct want *want;
		uint32_t shape;
	} seen[SHAPES_SEEN]; /* by the address of `where` */
	size_t table_size;
	struct kind *kinds;
	size_t n_kinds, cap_kinds;
	uint32_t *node_kind;		   /* of each fact node */
	uint32_t *own_kinds;  /* kinds of existing nodes, bucket by bucket, those of none last */
	uint32_t *own_first;  /* per bucket, one for none, and one more: where they begin */
	uint32_t (*bucket_levels)[LEVELS]; /* UINT32_MAX: none of that level */
	double *cost;			   /* of each bucket, as it is compared */
	bool *open;	      /* may be made now: not closed, not too dear, not paused */
	struct ledger ledger; /* as it stands before the plan */
	struct room *rooms;   /* of existing nodes, in the order in which they are taken */
	size_t n_rooms;
	int64_t *managed; /* live nodes of each array */
	int64_t *live;	  /* likewise of each bucket */
	uint32_t *coming_kind;	/* per bucket: the kind of its nodes that boot; UINT32_MAX */
	uint32_t *coming;	/* their rooms, bucket by bucket */
	uint32_t *coming_first; /* per bucket, and one more: where its own begin */
	bool any_coming;
	struct strs *warnings;
};

struct attempt {
	const struct planner *p;
	enum strategy strategy;
	enum coming coming;
	uint32_t *taken; /* per bucket, so many of the coming nodes are taken again */
	uint32_t *fresh; /* rooms that attempt_open() took of them last */
	size_t n_fresh, cap_fresh;
	struct ledger ledger;
	double *pools;
	double purses[1 + BUDGETS_MAX]; /* USD left */
	struct room *rooms;
	size_t n_rooms, cap_rooms;
	struct open_rooms *open;  /* per kind */
	struct placement *placed; /* create: bucket */
	size_t n_placed, cap_placed;
	int64_t *want_placed, *want_waiting;
	int64_t *made; /* per bucket */
	int64_t *kept; /* of them, for floors and not for work */
	struct least least; /* of the want that is placed now */
	uint32_t job;  /* counts multi-node jobs */
	double cost;   /* expected, of all that is made */
	double sunk;   /* the same, of coming nodes that are taken */
	struct candidate *scratch;
	uint32_t *soon; /* per node of the facts: want + 1 that begins soon and for which it stays; NULL: none does */
};

/* ask.c */
int asks_make(struct planner *p, struct err *err);
void asks_clear(struct planner *p);
int dim_of(struct planner *p, const char *name, double *unit); /* adds it; -1: too many */
void shape_know(struct planner *p, struct shape *s);
/* Does one more slot of the want fit what is free? Fills how much it takes. */
bool ask_take(const struct planner *p, size_t want, const struct kind *k, size_t node,
	      const double *free, double take[DIMS_MAX]);
int64_t slots_in(const struct planner *p, size_t want, const struct kind *k, size_t node,
		 const double *free, double take[DIMS_MAX]); /* of what one node has left */
int64_t slots_on_empty(const struct planner *p, size_t want, const struct kind *k);
bool ask_fits_empty(const struct planner *p, size_t want, uint32_t kind);

/* need.c */
struct need_view {
	const struct planner *p;
	const struct kind *kind;
	size_t node;	    /* SIZE_MAX: none, or any of its kind */
	const double *free; /* NULL: consumables are taken as given */
};
/* -1: does not hold; else how far from the first preference. take grows by what one slot
 * consumes. */
int need_holds(const struct need *n, const struct need_view *v, double take[DIMS_MAX]);
bool need_has_amount(const struct need *n);
bool need_by_name(const struct need *n);
uint64_t need_hash(const struct need *n, uint64_t h); /* without the amounts at the top */
bool need_same(const struct need *a, const struct need *b);

/* candidate.c */
int node_name_cmp(const char *a, const char *b);
void kinds_make(struct planner *p);
void costs_make(struct planner *p);
int64_t mem_for_jobs(const struct vm_size *s, const struct array_spec *a);
bool kind_usable(const struct planner *p, size_t want,
		 const struct kind *k); /* rules of spot and groups */
bool candidate_is(const struct planner *p, size_t want, uint32_t bucket);
bool kind_may_take(const struct planner *p, size_t want, const struct kind *k);
struct candidate {
	uint32_t bucket;
	int64_t each; /* slots on an empty node; at most SLOTS_MANY */
};
#define SLOTS_MANY INT64_C(1000000000000)
/* Buckets whose empty node would take the want, whether they have room or not; out has room for
 * all buckets. */
size_t candidates(const struct planner *p, size_t want, struct candidate *out);

/* An on-demand bucket from which the want keeps away while it may hope for spot. */
bool candidate_waits(const struct planner *p, size_t want, uint32_t bucket);

/* mix.c */
bool is_mixed(const struct planner *p, size_t bucket);
/* Nodes of a mixed array's bucket that may be next; waits: more on demand than it owes are for later. */
int64_t mix_room(const struct attempt *a, size_t bucket, bool waits);

/* ledger.c */
void ledger_make(struct planner *p);
bool bucket_same_offer(const struct fact_bucket *a, const struct fact_bucket *b);
void ledger_copy(struct ledger *to, const struct ledger *from);
void ledger_clear(struct ledger *l);
int64_t ledger_room(const struct planner *p, const struct ledger *l,
		    size_t bucket); /* nodes that may still be made */
void ledger_take(const struct planner *p, struct ledger *l, size_t bucket, int64_t nodes);
/* Levels that leave no room for `nodes` more. */
unsigned int ledger_binding(const struct planner *p, const struct ledger *l, size_t bucket,
			    int64_t nodes, const struct level **first);
bool ledger_too_dear(const struct planner *p, const struct ledger *l, size_t bucket,
		     int64_t nodes);

/* purse.c: what budgets leave */
double purse_cost(const struct planner *p, const struct fact_purse *u, size_t bucket,
		  size_t want); /* of one node; want SIZE_MAX: for no work */
/* Nodes that may be bought when so many that boot are taken from the purses, too. */
int64_t purse_room(const struct attempt *a, size_t bucket, size_t want, int64_t coming);
/* Nodes that boot that the want may have: those that were bought for others its users cannot pay. */
int64_t purse_coming(const struct attempt *a, size_t bucket, size_t want);
void purse_take(struct attempt *a, size_t bucket, int64_t nodes, size_t want);
/* The first that so many nodes are too dear for; SIZE_MAX: none. */
size_t purse_binding(const struct attempt *a, size_t bucket, size_t want, int64_t nodes);

/* place.c */
void attempt_make(struct attempt *a, const struct planner *p, enum strategy s, enum coming c);
void attempt_clear(struct attempt *a);
void attempt_run(struct attempt *a);
int attempt_compare(const struct attempt *a, const struct attempt *b); /* < 0: a is better */
bool attempt_saves(const struct attempt *a, const struct attempt *b);  /* same work for less */
bool is_coming(const struct attempt *a, uint32_t kind);
uint32_t coming_kind(const struct attempt *a, size_t bucket); /* UINT32_MAX: none */
int64_t coming_left(const struct attempt *a, size_t want, size_t bucket);
/* Nodes of a bucket that the want may still get: coming ones, and those that may be made. */
int64_t attempt_room(const struct attempt *a, size_t want, size_t bucket);
/* Takes so many: coming ones into a->fresh, then one room for those to be made, the last one. */
void attempt_open(struct attempt *a, size_t want, size_t bucket, int64_t nodes);
void attempt_buy(struct attempt *a, size_t bucket, int64_t nodes, size_t want); /* SIZE_MAX: for no work */
/* So many slots on each of the first `nodes` of a room; the rest of the room is split off. */
void attempt_use(struct attempt *a, size_t want, uint32_t room, int64_t nodes, int64_t each,
		 const double take[DIMS_MAX]);
/* So many slots on each node of it. */
void room_fill(const struct attempt *a, size_t want, struct room *r, int64_t each,
	       const double take[DIMS_MAX]);
int64_t room_slots(const struct attempt *a, const struct room *r, size_t want,
		   double take[DIMS_MAX]);
int64_t pools_allow(const struct attempt *a, size_t want, int64_t slots);
void pools_take(struct attempt *a, size_t want, int64_t slots, bool first);
void place_pack(struct attempt *a, size_t want);    /* pack.c: independent tasks */
void place_scatter(struct attempt *a, size_t want); /* scatter.c: many nodes, all or nothing */

/* rooms.c */
void rooms_clear(struct open_rooms *o);
void least_of(struct attempt *a, size_t want);
void room_new(struct attempt *a, uint32_t room);  /* opens one that was not there before */
void room_open(struct attempt *a, uint32_t room); /* where what it has free belongs */
void room_shut(struct attempt *a, uint32_t room);
void room_open_beside(struct attempt *a, uint32_t room, uint32_t rest); /* an equal one */
/* Rooms that may take a slot of the want, the fullest first; sets: bits of SET_... to look in. */
void room_scan(struct room_scan *s, const struct attempt *a, size_t want, uint32_t kind,
	       unsigned int sets);
uint32_t room_next(struct room_scan *s, const struct attempt *a); /* UINT32_MAX: no more */

/* floors.c */
void floors_keep(struct attempt *a); /* minimum and warm nodes, after demand */

/* soon.c */
void soon_keep(struct attempt *a); /* the last that is placed: it takes what nothing else needs */

/* plan.c: one decision, greedy; plan_make() holds it against its outcome */
int plan_once(struct plan *out, const struct demand *d, const struct facts *f, struct err *err);

/* settle.c */
void settle(struct plan *p, const struct demand *d, const struct facts *f);

/* scalein.c */
#define SCALEIN_LATER	   "idle; goes in a later cycle, 10 or a quarter of the array at a time"
#define SCALEIN_WHILE_MADE "idle; stays while nodes of its kind are being made"
/* How many of so many may go in one cycle in which some went already. */
int64_t scalein_share(int64_t nodes, int64_t gone);
void scalein_make(struct plan *out, const struct planner *p, const struct attempt *a);

/* explain.c */
#define BUCKET_TEXT 128
void bucket_text(char out[BUCKET_TEXT], const struct fact_bucket *b);
void explain_wants(struct plan *out, const struct planner *p, const struct attempt *a);
void explain_creates(struct plan *out, const struct planner *p, const struct attempt *a);
/* "schedule weekdays: ...; usage: ...": where an array's numbers come from; "" its template. */
#define NUMBERS_TEXT (SCHEDULE_TEXT + FORESEEN_TEXT + 16)
const char *explain_numbers(char out[NUMBERS_TEXT], const struct fact_array *fa);
void explain_summary(struct plan *out, const struct demand *d);

#endif
