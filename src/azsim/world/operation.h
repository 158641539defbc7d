/* Long-running work: what ARM hands out a URL for. It ends when its own moment came and nothing
 * is pending under it. */
#ifndef AZSIM_WORLD_OPERATION_H
#define AZSIM_WORLD_OPERATION_H

#include "azsim/world/world.h"

enum az_op_kind {
	AZ_OP_SET_PUT,
	AZ_OP_SET_DELETE,
	AZ_OP_SET_ACTION, /* power, or deletion of single members */
	AZ_OP_VM_PUT,
	AZ_OP_VM_DELETE,
	AZ_OP_VM_ACTION,
	AZ_OP_RESOURCE_PUT,
	AZ_OP_RESOURCE_DELETE,
	AZ_OP_GROUP_DELETE,
};

enum az_op_state { AZ_OP_RUNNING, AZ_OP_SUCCEEDED, AZ_OP_FAILED, AZ_OP_CANCELED };

struct az_op {
	char id[37];
	enum az_op_kind kind;
	enum az_op_state state;
	char *group, *type, *name; /* of what it works on */
	char *location;
	int64_t started_ms, ended_ms;
	char code[80], message[560];	       /* of the first failure under it */
	unsigned int pending, failures, parts; /* parts: how many machines it is about */
	bool ripe;			       /* its own moment has come */
	struct az_due due; /* running: the earliest end; ended: when it is forgotten */
	struct az_world *world;
	int64_t row;
	bool dirty;
};

extern const char *const az_op_state_name[]; /* InProgress ... */

struct az_op *az_op_new(struct az_world *w, enum az_op_kind kind, const char *group,
			const char *type, const char *name, const char *location,
			int64_t min_ms);
struct az_op *az_op_find(const struct az_world *w, const char *id);
void az_op_more(struct az_op *op); /* one more part to wait for */
void az_op_part_done(struct az_op *op,
		     const struct az_refusal *failed); /* NULL: it went well */
void az_op_abort(struct az_op *op, const char *code,
		 const char *message); /* ends as Canceled; parts go on without */
void az_op_settle(struct az_op *op);   /* looks whether it can end now */
void az_op_changed(struct az_op *op);
void az_op_free(void *op);
void az_op_fire(void *op);

#endif
