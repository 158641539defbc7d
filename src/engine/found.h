/*
 * What bears our tags in a cloud and stands in no row of ours (R7). Outside of adoption mode
 * that is an orphan: a thing whose cluster nobody knows. In adoption mode (R2.10), where the
 * rows may be older than the cloud, it is also a machine or another part of a cluster that is
 * known. An admin adopts it or condemns it; only machines of arrays go by themselves
 * (orphan.c). A known cluster's loose parts, and what is ours by name alone, are found in both.
 */
#ifndef ENGINE_FOUND_H
#define ENGINE_FOUND_H

#include "engine/run.h"

enum found_what {
	FOUND_ORPHAN,  /* of a cluster that is not known */
	FOUND_PART,    /* of a known cluster, and never asked for by these rows */
	FOUND_NODE,    /* a machine in a set of a known cluster, without a row */
	FOUND_RESIDUE, /* ours by its name, and without tags: told, never touched (R7.5) */
};

struct find {
	struct found f;
	enum found_what what;
	struct engine *engine;
	int64_t
	    seen_ms; /* when the listing began that showed it last; 0: not in this process */
	unsigned int sightings; /* by listings of this process */
	int64_t created_ms;	/* by its tag; 0 not said */
	bool is_node, is_head;	/* by its tags: a machine or set of an array; a head */
	char region[40];
	bool told; /* R7.2: it is an orphan, and somebody knows */
	/* what its price is made of */
	struct cloud_call *look;
	bool looked;
	char holder[320]; /* a card, a disk, an address: what has it; "" it is loose */
	char size[48];	  /* "" of no machine */
	bool spot;
	int64_t machines, disk_gib;
	char storage[40]; /* a disk that a cluster was to keep: its name there */
	/* a condemned orphan: its deletion */
	struct cloud_call *call;
	int64_t next_try_ms;
	unsigned int tries;
	bool deleted; /* says the cloud; the next listing has to agree */
};

/* found.c: the list */
int finds_load(struct engine *e, struct err *err); /* what was decided before */
void finds_free(struct engine *e);
struct find *find_see(struct engine *e, const struct engine_cloud *c, enum found_what what,
		      const char *id, const char *type, const char *cluster_tag,
		      int64_t seen_ms);
struct find *find_of(const struct engine *e, const char *id); /* NULL: it was not found */
void find_forget(struct engine *e, struct find *f);
void find_from(struct find *f, const struct cloud_item *item); /* what a listing says of it */
/* What a machine may hold is shown once it is known to be loose. */
bool find_shown(const struct find *f);
bool find_undecided(const struct find *f); /* and an admin may decide of it */
/* Words of people: ids, or the last part of one where that is enough. None: all that is not
 * decided. */
int finds_named(struct engine *e, const struct strs *words, struct find ***out, size_t *n,
		struct err *err);
struct run *run_by_tag(const struct engine *e, const char *short_id);
enum cloud_kind kind_of_type(const char *type);
const struct sched_node *stranger_in_queue(const struct run *r, const struct cloud_vm *vm);
const struct cloud_vm *stranger_find(const struct run *r, const char *id);

/* What was told and nobody decided yet, of a cluster (NULL: of none that is known); false:
 * nothing. */
bool finds_say(const struct engine *e, const struct run *r, char *out, size_t max);
void find_json(struct json *list, const struct engine *e, const struct find *f);

/* gc.c */
bool item_in_use(const struct map *listed, const struct run *r,
		 const struct cloud_item *item); /* a part of what is there; listed: ids */
bool gc_changes(const struct run *r,
		const char *id); /* it is on its way; not in adoption mode */

/* residue.c: the other half of a sweep, after its listing by tag */
void residue_sweep(struct engine_cloud *c);
void residue_free(struct engine_cloud *c);

/* orphan.c: when one is believed, and when it goes by itself */
struct orphan_facts {
	int64_t now_ms, first_ms, seen_ms; /* by our clock */
	int64_t cloud_now_ms, created_ms;  /* by the cloud's (R12.2); created 0: nothing says */
	unsigned int sightings;
	bool is_node;
	bool may_have_jobs; /* its head is there: a scheduler that nobody can ask */
	bool provably_ours; /* both tags */
	struct orphan_rules rules;
};
enum orphan_step {
	ORPHAN_CANDIDATE,
	ORPHAN_TOLD,  /* shown, with its price */
	ORPHAN_QUIET, /* listed only */
	ORPHAN_GOES,
};
enum orphan_step orphan_next(const struct orphan_facts *o);	/* pure */
void orphans_act(struct engine *e, struct engine_cloud *c);	/* after a whole listing */
double find_price(const struct find *f);			/* USD per hour; -1 unknown */
bool find_is_old(const struct engine *e, const struct find *f); /* too old to be on its way */
int64_t find_goes_ms(const struct engine *e, const struct find *f); /* by itself; 0: never */

/* adopt.c */
int find_condemn(struct engine *e, const struct user *u, struct found *row,
		 const char *plan_hash, const char *reason,
		 struct err *err); /* into the store, in the caller's transaction */
int find_carry_out(struct engine *e, struct find *f,
		   struct err *err); /* of a known cluster: its rows see to it */
bool adoption_ready(const struct engine *e,
		    struct err *err); /* all was listed that is to be decided of; else err says
					 what is waited for */

/* adopt_disk.c: a disk that a cluster kept, and whose row is lost, gets a row again, from which
 * a new cluster takes it over */
bool find_is_storage(const struct find *f);
int adopt_disk(struct engine *e, const struct user *u, struct find *f, struct err *err);

/* condemn.c: condemned orphans go, in the order in which they depend on each other */
void condemned_act(struct engine *e);

void find_stranger(struct run *r,
		   const struct cloud_vm *vm); /* in a listing of adoption mode */
void strangers_whole(struct run *r);	       /* that listing has ended */

#endif
