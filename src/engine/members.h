/*
 * The nodes of a cluster in memory: a row each, and the VM that the last listing showed for it.
 */
#ifndef ENGINE_MEMBERS_H
#define ENGINE_MEMBERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/cluster.h"
#include "model/node.h"
#include "model/queue.h"
#include "provider/provider.h"

struct run;

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
	int64_t unheard_ms;  /* there, and the scheduler gets no answer of it since then */
	bool unheard;	     /* for longer than one needs that was resumed: silence.c */
	int64_t silent_ms;   /* it does not answer since then: silence.h; 0: it does */
	enum cloud_power seen_power; /* by a look at its machine since then */
	struct node *told;	     /* what people are told of it instead; NULL: never was */
	int64_t empties_ms; /* no job holds it, and it is not free yet, since then; 0: not so */
	int64_t metered_ms; /* its time until then is charged */
	int64_t made_for_s; /* by the last decision its work takes so long; 0 unknown */
	int64_t list_price; /* of a spot machine's size on demand; 0 not looked up */
};

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

#endif
