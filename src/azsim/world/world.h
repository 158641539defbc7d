/*
 * What is true in the simulated cloud: groups, networks, sets, machines, operations, the stock
 * behind them and the ledger. No HTTP and no JSON of ARM's replies: arm/ asks here and words
 * the answers. Everything hangs on one struct az_world and dies with it.
 */
#ifndef AZSIM_WORLD_WORLD_H
#define AZSIM_WORLD_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "azsim/world/agenda.h"
#include "azsim/world/capacity.h"
#include "azsim/world/quota.h"
#include "azsim/world/refusal.h"
#include "azsim/world/scenario.h"
#include "azsim/world/throttle.h"
#include "base/err.h"
#include "base/json.h"
#include "base/loop.h"
#include "base/map.h"
#include "base/rand.h"

#define AZ_SUBSCRIPTION "00000000-0000-0000-0000-000000000000"
#define AZ_TENANT	"00000000-0000-0000-0000-0000000000aa"

struct az_store;
struct az_vm;
struct az_set;
struct az_resource;

struct az_group {
	char *name;
	char *location;
	struct json *tags; /* NULL: none */
	int64_t created_ms;
	bool deleting;
	struct map *vms;       /* name -> az_vm: single machines and members of Flexible sets */
	struct map *sets;      /* name -> az_set */
	struct map *resources; /* "Type/name" -> az_resource */
	int64_t row;
	bool dirty;
};

/* Who wants to know of machines (the ghosts' queue): called when one runs for the scheduler's
 * purposes and when it no longer does. */
struct az_vm_facts {
	const char *computer, *name, *set, *group, *size, *region;
	unsigned int vcpus;
	double memory_gb;
	bool spot;
	const struct json *tags; /* may be NULL */
	const char *address;
	const char *vm_id;
	const char *custom_data; /* base64; NULL: none */
	bool deleted;		 /* with on_vm_gone: it does not come back */
};

struct az_listener {
	void (*on_vm_running)(void *arg, const struct az_vm_facts *vm);
	void (*on_vm_gone)(void *arg, const struct az_vm_facts *vm);
	/* A Preempt event stands in its instance metadata: it is taken back in a moment. */
	void (*on_vm_notice)(void *arg, const struct az_vm_facts *vm);
	void *arg;
};

/* Who makes real machines of them (guests). Without, machines are ghosts: state and timing
 * alone. */
struct az_machines {
	/* -1: it could not be started. Otherwise az_vm_booted() is called, now or later. */
	int (*start)(void *arg, const struct az_vm *vm, struct err *err);
	void (*stop)(void *arg, const struct az_vm *vm, bool forget); /* forget: the disk too */
	void (*drop_disk)(void *arg,
			  const struct az_resource *disk); /* its data is gone for good */
	/* What one disk or snapshot holds now goes into another, which is new. */
	int (*copy_disk)(void *arg, const struct az_resource *from,
			 const struct az_resource *to, struct err *err);
	/* What the machine wrote to its console; -1: nothing. */
	int (*console)(void *arg, const struct az_vm *vm, struct buf *out);
	void *arg;
};

struct az_counters {
	int64_t vms_made, vms_gone, vms_failed, evictions, double_creates, preempted;
};

#define AZ_LISTENERS 4

struct az_world {
	struct loop *loop; /* NULL: a test turns the world by hand */
	struct timer *timer;
	struct turn_end *end;
	struct az_scenario sc;
	uint64_t seed;
	struct rng rng;
	struct az_agenda agenda;
	struct map *groups; /* name -> az_group */
	struct map *ops;    /* id -> az_op */
	struct az_quota quota[AZ_REGIONS];
	struct az_stock stock;
	struct az_throttle throttle;
	struct az_vm *first, *last; /* all machines, oldest first */
	size_t n_vms;
	int64_t next_row;
	struct az_counters n;
	struct az_store *store; /* NULL: nothing is kept */
	struct az_listener listeners[AZ_LISTENERS];
	size_t n_listeners;
	struct az_machines machines;
	bool loading;
};

/* dir NULL: nothing is kept. scenario is taken over (and left empty). */
struct az_world *az_world_new(struct loop *l, struct az_scenario *scenario, const char *dir,
			      struct err *err);
void az_world_free(struct az_world *w); /* keeps what is on disk */

void az_world_listen(struct az_world *w,
		     const struct az_listener *l); /* running machines are told at once */
void az_world_use_machines(struct az_world *w,
			   const struct az_machines *m); /* running machines boot again */

void az_world_run(struct az_world *w);	   /* everything that is due by now */
void az_world_flush(struct az_world *w);   /* changes to disk, in one transaction */
void az_world_changed(struct az_world *w); /* asks for a flush at the end of the turn */
int64_t az_world_now(const struct az_world *w);
void az_world_wake_at(struct az_world *w, struct az_due *d, int64_t at);
void az_world_sleep(struct az_world *w, struct az_due *d);
bool az_chance(struct az_world *w, double p);

struct az_group *az_group_find(const struct az_world *w, const char *name);
struct az_group *az_group_put(struct az_world *w, const char *name, const char *location,
			      const struct json *tags, bool *made);
void az_group_set_tags(struct az_world *w, struct az_group *g, const struct json *tags);
/* The group and everything in it; it is gone when its operation ends. */
struct az_op *az_group_delete(struct az_world *w, struct az_group *g);
void az_group_free(struct az_group *g); /* with the world; else see az_group_remove() */
void az_group_remove(struct az_world *w,
		     struct az_group *g); /* at once, with the resources that are left in it */

#endif
