/* A scale set: a body, an absolute capacity, and the members that were made to reach it. */
#ifndef AZSIM_WORLD_SCALESET_H
#define AZSIM_WORLD_SCALESET_H

#include "azsim/world/operation.h"
#include "azsim/world/resource.h"
#include "azsim/world/vm.h"
#include "azsim/world/world.h"

#define AZ_TAG_CLUSTER "paceline-cluster" /* what the ledger reads of a client's tags */
#define AZ_TAG_NODE    "paceline-node"
#define AZ_TAG_INTENT  "paceline-intent"

struct az_set {
	struct az_world *world;
	struct az_group *group;
	char *name;
	struct json *doc;	/* as sent, with defaults; sku.capacity is not kept here */
	struct az_model *model; /* what new members are made from */
	bool flexible, pinned;	/* pinned: single placement group */
	int region, zone;
	const struct az_sku *size;
	bool spot;
	int64_t capacity;
	int64_t
	    intended; /* capacity that the intent in its tags asked for first; -1: not known */
	int64_t base_regular, percent_regular; /* of a priority mix; -1: none */
	int64_t hosts;		  /* pinned: how many machines the hardware cluster holds */
	uint32_t names, names_at; /* where the walk through member names began, how far it is */
	unsigned int next_instance;
	struct az_vm *first, *last;
	size_t n;	   /* members, those that are going included */
	struct map *by_id; /* Uniform: "3" -> az_vm */
	enum az_prov prov;
	struct az_op *op; /* the model change under way */
	char unique_id[37];
	int64_t created_ms;
	unsigned int revision;
	int64_t row;
	bool dirty;
};

struct az_set *az_set_find(const struct az_group *g, const char *name);
struct az_vm *az_set_member(const struct az_set *s,
			    const char *instance_id); /* Uniform: number; Flexible: name */
size_t az_set_live(const struct az_set *s);	      /* members that are not being deleted */

/*
 * Creates or changes a set to this body (taken; checked by the caller) and capacity. The
 * operation ends when every new member succeeded or failed. NULL: refused.
 */
struct az_op *az_set_put(struct az_world *w, struct az_group *g, const char *name,
			 struct json *doc, int64_t capacity, bool *made, struct az_refusal *r);
struct az_op *az_set_delete(struct az_set *s);
/* Members by id; lowers the capacity by those deleted. ids NULL: all. */
struct az_op *az_set_act(struct az_set *s, enum az_action what, const struct json *ids,
			 struct az_refusal *r);

void az_set_read_doc(struct az_set *s); /* the fields above from doc */
void az_set_changed(struct az_set *s);
void az_set_link(struct az_set *s, struct az_vm *vm);
void az_set_unlink(struct az_set *s, struct az_vm *vm);
int az_set_has_room(const struct az_set *s, const struct az_vm *vm,
		    struct az_refusal *r); /* the hardware cluster */
void az_set_lost_member(struct az_set *s); /* evicted for good: Azure lowers the capacity */
void az_set_op_ended(struct az_world *w, struct az_op *op);
struct az_set *az_set_new(struct az_world *w, struct az_group *g, const char *name,
			  struct json *doc);
void az_set_free(void *set);

#endif
