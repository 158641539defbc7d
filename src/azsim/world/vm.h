/*
 * A machine: single, or a member of a set. Ten thousand of them are to fit into little memory,
 * so a member carries no document of its own: its model is the set's body at the moment of its
 * creation, shared by all that were made with it.
 */
#ifndef AZSIM_WORLD_VM_H
#define AZSIM_WORLD_VM_H

#include "azsim/world/network.h"
#include "azsim/world/operation.h"
#include "azsim/world/resource.h"
#include "azsim/world/world.h"

struct az_model { /* shared; freed with its last user */
	unsigned int refs;
	int64_t row;
	struct json
	    *doc; /* as sent: location, zones, tags, sku or hardwareProfile, properties */
	struct az_world *world;
	bool dirty;
};

enum az_power {
	AZ_POWER_NONE, /* never allocated */
	AZ_STARTING,
	AZ_RUNNING,
	AZ_STOPPING,
	AZ_STOPPED,
	AZ_DEALLOCATING,
	AZ_DEALLOCATED,
};
extern const char *const az_power_name[]; /* "running" */

/* What happens when the machine's moment comes. */
enum az_step {
	AZ_STEP_NONE,
	AZ_STEP_ALLOCATE,
	AZ_STEP_BOOT,
	AZ_STEP_TIMED_OUT, /* the guest never reported */
	AZ_STEP_START,
	AZ_STEP_STOP,
	AZ_STEP_DEALLOCATE,
	AZ_STEP_RESTART,
	AZ_STEP_EVICT,
	AZ_STEP_DELETE,
	AZ_STEP_UPDATE,
	AZ_STEP_NOTICE, /* of its eviction; the last, as stores hold numbers */
};

enum az_action {
	AZ_DO_START,
	AZ_DO_STOP,
	AZ_DO_DEALLOCATE,
	AZ_DO_RESTART,
	AZ_DO_DELETE,
	AZ_DO_REIMAGE
};

struct az_vm {
	struct az_world *world;
	struct az_vm *prev, *next;	   /* of the world */
	struct az_vm *set_prev, *set_next; /* of the set */
	struct az_group *group;
	struct az_set *set; /* NULL: single */
	struct az_model *model;
	const struct az_sku *size;
	char *name, *computer;
	char vm_id[37];
	unsigned int instance; /* of a Uniform set */
	unsigned char region, zone;
	bool spot, allocated, ephemeral, pinned;
	bool told;     /* the listeners know that it runs */
	bool attached; /* by its owner, not made by the set */
	enum az_prov prov;
	enum az_power power;
	enum az_step step;
	struct az_due due;
	struct az_op *op;
	struct az_lease lease; /* of an inline interface; explicit ones are resources */
	struct json *tags;     /* own ones; NULL: the model's */
	double price;	       /* an hour, at creation */
	int64_t created_ms, running_ms, visible_ms; /* visible: when lists show it */
	char *fail_code, *fail_message;		    /* NULL: none */
	int64_t capacity_wanted; /* of its set when it was made: for the ledger */
	int64_t row;
	bool dirty;
};

struct az_model *az_model_new(struct az_world *w,
			      struct json *doc); /* takes doc; one reference */
struct az_model *az_model_ref(struct az_model *m);
void az_model_unref(struct az_model *m);

const char *az_vm_name(const struct az_vm *vm);
const struct json *az_vm_tags(const struct az_vm *vm);
const struct json *
az_vm_profile(const struct az_vm *vm);	     /* osProfile, storageProfile ... live under it */
char *az_vm_id_text(const struct az_vm *vm); /* the ARM id; yours */
struct az_vm *az_vm_find(const struct az_group *g, const char *name); /* single and Flexible */
void az_vm_facts(const struct az_vm *vm, struct az_vm_facts *out);
/* Its first private address, wherever that is kept: "" before it has one. */
const char *az_vm_address(const struct az_vm *vm, char out[AZ_ADDRESS_TEXT]);

struct az_vm_wish {
	struct az_group *group;
	struct az_set *set; /* NULL: single */
	const char *name, *computer;
	unsigned int instance;
	struct az_model *model;
	const struct az_sku *size;
	int region, zone;
	bool spot;
	struct az_subnet *subnet; /* for a member's interface; NULL: none */
	bool attached;		  /* joins the set by its owner's wish */
	struct az_op *op;
};

/* Takes address and quota and begins to allocate. Quota was checked by the caller. */
struct az_vm *az_vm_make(struct az_world *w, const struct az_vm_wish *wish,
			 struct az_refusal *r);
int az_vm_act(struct az_vm *vm, enum az_action what, struct az_op *op, struct az_refusal *r);
int az_vm_evict(struct az_vm *vm,
		struct az_refusal *r);	      /* 30 s notice, then by its policy; spot only */
void az_vm_booted(struct az_vm *vm, bool ok); /* the word of struct az_machines */
void az_vm_halted(struct az_vm *vm);	      /* likewise: it went down by itself */
void az_vm_update(struct az_vm *vm, struct json *tags, struct az_op *op); /* takes tags */
void az_vm_changed(struct az_vm *vm);
void az_vm_fire(void *vm);
void az_vm_link(struct az_world *w, struct az_vm *vm); /* the loader */
void az_vm_free(struct az_vm *vm);
void az_vm_tell(struct az_vm *vm, bool running);

/* parts.c: what a single machine holds besides itself */
void az_vm_hold_parts(
    struct az_vm *vm); /* its interfaces and disks, from the document; makes the disks */
void az_vm_release_parts(struct az_vm *vm); /* deletes or detaches each, by its deleteOption */

#endif
