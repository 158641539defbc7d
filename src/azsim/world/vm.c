#include "azsim/world/vm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/world/ledger.h"
#include "azsim/world/price.h"
#include "azsim/world/scaleset.h"
#include "azsim/world/store.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

const char *const az_power_name[] = { "unknown", "starting",	 "running",    "stopping",
				      "stopped", "deallocating", "deallocated" };

struct az_model *az_model_new(struct az_world *w, struct json *doc)
{
	struct az_model *m = xcalloc(1, sizeof(*m));

	m->refs = 1;
	m->doc = doc;
	m->world = w;
	if (!w->loading) {
		m->row = ++w->next_row;
		az_store_touch(w, AZ_ROW_MODEL, m);
	}
	return m;
}

struct az_model *az_model_ref(struct az_model *m)
{
	m->refs++;
	return m;
}

void az_model_unref(struct az_model *m)
{
	if (!m || --m->refs > 0)
		return;
	az_store_forget(m->world, AZ_ROW_MODEL, m->row, m);
	json_free(m->doc);
	free(m);
}

const char *az_vm_name(const struct az_vm *vm)
{
	return vm->name;
}

const struct json *az_vm_tags(const struct az_vm *vm)
{
	return vm->tags ? vm->tags : json_get(vm->model->doc, "tags");
}

const struct json *az_vm_profile(const struct az_vm *vm)
{
	return json_get(vm->model->doc, vm->set && !vm->attached
					    ? "properties.virtualMachineProfile"
					    : "properties");
}

char *az_vm_id_text(const struct az_vm *vm)
{
	char *set, *id;

	if (!vm->set || vm->set->flexible)
		return az_resource_id(vm->group, AZ_VM_TYPE, vm->name);
	set = az_resource_id(vm->group, AZ_SET_TYPE, vm->set->name);
	id = xasprintf("%s/virtualMachines/%u", set, vm->instance);
	free(set);
	return id;
}

struct az_vm *az_vm_find(const struct az_group *g, const char *name)
{
	return map_get(g->vms, name);
}

void az_vm_changed(struct az_vm *vm)
{
	az_store_touch(vm->world, AZ_ROW_VM, vm);
}

static struct az_place place_of(const struct az_vm *vm)
{
	return (struct az_place){ vm->region, vm->zone,	  vm->size,
				  vm->spot,   vm->pinned, vm->ephemeral };
}

const char *az_vm_address(const struct az_vm *vm, char out[AZ_ADDRESS_TEXT])
{
	const struct json *list =
	    json_get(az_vm_profile(vm), "networkProfile.networkInterfaces");
	struct az_resource *nic;

	*out = '\0';
	if (vm->lease.subnet)
		return az_address_text(out, vm->lease.address);
	nic = az_resource_by_id(vm->world, json_str(list, "0.id", NULL));
	return nic && nic->n_leases > 0 ? az_address_text(out, nic->leases[0].address) : out;
}

void az_vm_facts(const struct az_vm *vm, struct az_vm_facts *out)
{
	*out = (struct az_vm_facts){
		.computer = vm->computer,
		.name = vm->name,
		.set = vm->set ? vm->set->name : "",
		.group = vm->group->name,
		.size = vm->size->name,
		.region = az_regions[vm->region].name,
		.vcpus = vm->size->vcpus,
		.memory_gb = vm->size->memory_gb,
		.spot = vm->spot,
		.tags = az_vm_tags(vm),
		.vm_id = vm->vm_id,
		.custom_data = json_str(az_vm_profile(vm), "osProfile.customData", NULL),
		.deleted = vm->prov == AZ_DELETING,
	};
}

void az_vm_tell(struct az_vm *vm, bool running)
{
	struct az_world *w = vm->world;
	struct az_vm_facts facts;
	char address[AZ_ADDRESS_TEXT];

	if (vm->told == running)
		return;
	vm->told = running;
	az_vm_facts(vm, &facts);
	facts.address = az_vm_address(vm, address);
	for (size_t i = 0; i < w->n_listeners; i++) {
		const struct az_listener *l = &w->listeners[i];

		if (running)
			l->on_vm_running(l->arg, &facts);
		else
			l->on_vm_gone(l->arg, &facts);
	}
}

static void step_in(struct az_vm *vm, enum az_step step, int64_t ms)
{
	vm->step = step;
	if (ms >= 0)
		az_world_wake_at(vm->world, &vm->due, az_world_now(vm->world) + ms);
	else
		az_world_sleep(vm->world, &vm->due); /* somebody else will say when */
	az_vm_changed(vm);
}

static int64_t long_or(struct az_world *w, const struct az_spread *p)
{
	int64_t ms = az_spread_ms(p, &w->rng);

	return az_chance(w, w->sc.slow_share) ? (int64_t)((double)ms * w->sc.slow_factor) : ms;
}

/* The part of an operation that this machine was is over. */
static void part_done(struct az_vm *vm, const struct az_refusal *failed)
{
	struct az_op *op = vm->op;

	vm->op = NULL;
	az_vm_changed(vm);
	if (op)
		az_op_part_done(op, failed);
}

static void fail(struct az_vm *vm, const struct az_refusal *r)
{
	vm->prov = AZ_FAILED;
	vm->step = AZ_STEP_NONE;
	free(vm->fail_message);
	vm->fail_message = xstrdup(r->message);
	free(vm->fail_code);
	vm->fail_code = xstrdup(r->code);
	vm->world->n.vms_failed++;
	part_done(vm, r);
}

static void succeed(struct az_vm *vm)
{
	vm->prov = AZ_SUCCEEDED;
	vm->step = AZ_STEP_NONE;
	part_done(vm, NULL);
}

void az_vm_link(struct az_world *w, struct az_vm *vm)
{
	vm->prev = w->last;
	*(w->last ? &w->last->next : &w->first) = vm;
	w->last = vm;
	w->n_vms++;
	if (!vm->set || vm->set->flexible)
		map_put(vm->group->vms, vm->name, vm);
	if (vm->set)
		az_set_link(vm->set, vm);
	vm->due.fire = az_vm_fire;
	vm->due.owner = vm;
	az_quota_add(&w->quota[vm->region], vm->size, vm->spot, 1);
}

static void unlink_vm(struct az_vm *vm)
{
	struct az_world *w = vm->world;

	*(vm->prev ? &vm->prev->next : &w->first) = vm->next;
	*(vm->next ? &vm->next->prev : &w->last) = vm->prev;
	w->n_vms--;
	if (!vm->set || vm->set->flexible)
		map_steal(vm->group->vms, vm->name);
	if (vm->set)
		az_set_unlink(vm->set, vm);
	az_quota_add(&w->quota[vm->region], vm->size, vm->spot, -1);
}

void az_vm_free(struct az_vm *vm)
{
	az_agenda_drop(&vm->world->agenda, &vm->due);
	az_lease_give(&vm->lease);
	az_model_unref(vm->model);
	json_free(vm->tags);
	free(vm->name);
	free(vm->computer);
	free(vm->fail_code);
	free(vm->fail_message);
	free(vm);
}

struct az_vm *az_vm_make(struct az_world *w, const struct az_vm_wish *wish,
			 struct az_refusal *r)
{
	struct az_vm *vm = xcalloc(1, sizeof(*vm));
	const char *option;

	if (wish->subnet && az_lease_take(wish->subnet, 0, &vm->lease, r) != 0) {
		free(vm);
		return NULL;
	}
	vm->world = w;
	vm->group = wish->group;
	vm->set = wish->set;
	vm->model = az_model_ref(wish->model);
	vm->size = wish->size;
	vm->name = xstrdup(wish->name);
	vm->computer = xstrdup(wish->computer);
	rand_uuid(vm->vm_id);
	vm->attached = wish->attached;
	vm->instance = wish->instance;
	vm->region = (unsigned char)wish->region;
	vm->zone = (unsigned char)wish->zone;
	vm->spot = wish->spot;
	option =
	    json_str(az_vm_profile(vm), "storageProfile.osDisk.diffDiskSettings.option", NULL);
	vm->ephemeral = option != NULL;
	vm->pinned = wish->set && wish->set->pinned;
	vm->created_ms = az_world_now(w);
	vm->visible_ms =
	    az_chance(w, w->sc.hidden_share) ? vm->created_ms + (int64_t)w->sc.hidden_ms : 0;
	vm->price = az_price(w, vm->size, vm->region, vm->spot, vm->created_ms);
	vm->capacity_wanted = !wish->set		 ? 1
			      : wish->set->intended >= 0 ? wish->set->intended
							 : wish->set->capacity;
	vm->row = ++w->next_row;
	vm->prov = AZ_CREATING;
	az_vm_link(w, vm);
	w->n.vms_made++;
	vm->op = wish->op;
	if (vm->op)
		az_op_more(vm->op);
	step_in(vm, AZ_STEP_ALLOCATE, long_or(w, &w->sc.allocate));
	az_ledger_made(w, vm);
	return vm;
}

static void release(struct az_vm *vm)
{
	struct az_place p = place_of(vm);

	if (vm->allocated)
		az_stock_give(&vm->world->stock, &p);
	vm->allocated = false;
	if (vm->world->machines.stop && vm->power != AZ_POWER_NONE)
		vm->world->machines.stop(vm->world->machines.arg, vm,
					 vm->step == AZ_STEP_DELETE);
	az_vm_tell(vm, false);
}

static int allocate(struct az_vm *vm, struct az_refusal *r)
{
	struct az_world *w = vm->world;
	struct az_place p = place_of(vm);

	if (vm->set && az_set_has_room(vm->set, vm, r) != 0)
		return -1;
	if (az_stock_take(&w->stock, &p, az_world_now(w), r) != 0)
		return -1;
	vm->allocated = true;
	return 0;
}

static void begin_boot(struct az_vm *vm)
{
	struct az_world *w = vm->world;
	struct err err = ERR_INIT;
	struct az_refusal r = { 0 };

	vm->power = AZ_RUNNING;
	vm->running_ms = az_world_now(w);
	az_ledger_running(w, vm);
	if (!w->machines.start) {
		bool lost = az_chance(w, w->sc.os_timeout_share);

		step_in(vm, lost ? AZ_STEP_TIMED_OUT : AZ_STEP_BOOT,
			lost ? (int64_t)w->sc.os_timeout_ms : long_or(w, &w->sc.boot));
		return;
	}
	step_in(vm, AZ_STEP_BOOT, -1);
	if (w->machines.start(w->machines.arg, vm, &err) == 0)
		return;
	log_warn("machine %s did not start: %s", vm->computer, err.msg);
	az_refuse(&r, 409, "VMStartTimedOut", "VM '%s' did not start: %s", vm->name, err.msg);
	fail(vm, &r);
}

static void on_allocate(struct az_vm *vm)
{
	struct az_refusal r = { 0 };

	if (allocate(vm, &r) != 0) {
		fail(vm, &r);
		return;
	}
	begin_boot(vm);
}

static void on_timed_out(struct az_vm *vm)
{
	struct az_refusal r = { 0 };

	az_refuse(
	    &r, 409, "OSProvisioningTimedOut",
	    "OS Provisioning for VM '%s' did not finish in the allotted time. The VM may still finish "
	    "provisioning successfully. Please check provisioning state later.",
	    vm->name);
	fail(vm, &r);
}

void az_vm_booted(struct az_vm *vm, bool ok)
{
	if (vm->step != AZ_STEP_BOOT)
		return;
	if (!ok) {
		on_timed_out(vm);
		return;
	}
	az_vm_tell(vm, true);
	if (vm->spot && vm->world->sc.evictions_per_hour > 0) {
		/* its fate is drawn once: exponential by the hourly rate */
		double u = rng_unit(&vm->world->rng);
		double hours =
		    (u > 0.999999 ? 14 : u / (1 - u)) / vm->world->sc.evictions_per_hour;

		succeed(vm);
		if (hours < 24 * 30)
			step_in(vm, AZ_STEP_NOTICE, (int64_t)(hours * 3600000));
		return;
	}
	succeed(vm);
}

void az_vm_halted(struct az_vm *vm)
{
	if (vm->power != AZ_RUNNING || vm->prov == AZ_DELETING || vm->step == AZ_STEP_RESTART)
		return;
	vm->power = AZ_STOPPED; /* it goes on costing, as in Azure: it is not deallocated */
	az_vm_tell(vm, false);
	az_vm_changed(vm);
	if (vm->step == AZ_STEP_BOOT)
		on_timed_out(vm);
}

static void remove_vm(struct az_vm *vm)
{
	struct az_world *w = vm->world;
	struct az_op *op = vm->op;

	release(vm);
	vm->op = NULL;
	w->n.vms_gone++;
	az_ledger_gone(w, vm);
	az_vm_release_parts(vm);
	az_store_forget(w, AZ_ROW_VM, vm->row, vm);
	unlink_vm(vm);
	az_vm_free(vm);
	if (op)
		az_op_part_done(op, NULL);
}

static void give_notice(struct az_vm *vm)
{
	struct az_world *w = vm->world;
	struct az_vm_facts facts;

	step_in(vm, AZ_STEP_EVICT, (int64_t)w->sc.evict_notice_ms);
	if (!vm->told)
		return;
	az_vm_facts(vm, &facts);
	for (size_t i = 0; i < w->n_listeners; i++)
		if (w->listeners[i].on_vm_notice)
			w->listeners[i].on_vm_notice(w->listeners[i].arg, &facts);
}

static void on_evict(struct az_vm *vm)
{
	const char *policy = json_str(az_vm_profile(vm), "evictionPolicy", "Deallocate");
	bool keep = text_casecmp(policy, "Delete") != 0;

	vm->world->n.evictions++;
	log_info("machine %s is evicted (%s)", vm->name, keep ? "Deallocate" : "Delete");
	if (keep) {
		vm->power = AZ_DEALLOCATING;
		step_in(vm, AZ_STEP_DEALLOCATE,
			az_spread_ms(&vm->world->sc.power, &vm->world->rng));
		return;
	}
	if (vm->set && !vm->attached)
		az_set_lost_member(vm->set);
	vm->prov = AZ_DELETING;
	step_in(vm, AZ_STEP_DELETE, az_spread_ms(&vm->world->sc.remove, &vm->world->rng));
}

static void on_stop(struct az_vm *vm, enum az_power power)
{
	if (power == AZ_DEALLOCATED)
		release(vm);
	else if (vm->world->machines.stop)
		vm->world->machines.stop(vm->world->machines.arg, vm, false);
	az_vm_tell(vm, false);
	vm->power = power;
	az_ledger_stopped(vm->world, vm);
	succeed(vm);
}

void az_vm_fire(void *arg)
{
	struct az_vm *vm = arg;

	switch (vm->step) {
	case AZ_STEP_NONE:
		break;
	case AZ_STEP_ALLOCATE:
		on_allocate(vm);
		break;
	case AZ_STEP_BOOT:
		az_vm_booted(vm, true);
		break;
	case AZ_STEP_TIMED_OUT:
		on_timed_out(vm);
		break;
	case AZ_STEP_START:
		if (vm->allocated)
			begin_boot(vm);
		else
			on_allocate(vm);
		break;
	case AZ_STEP_STOP:
		on_stop(vm, AZ_STOPPED);
		break;
	case AZ_STEP_DEALLOCATE:
		on_stop(vm, AZ_DEALLOCATED);
		break;
	case AZ_STEP_RESTART:
		if (vm->world->machines.stop)
			vm->world->machines.stop(vm->world->machines.arg, vm, false);
		az_vm_tell(vm, false);
		begin_boot(vm);
		break;
	case AZ_STEP_NOTICE:
		give_notice(vm);
		break;
	case AZ_STEP_EVICT:
		on_evict(vm);
		break;
	case AZ_STEP_DELETE:
		remove_vm(vm);
		break;
	case AZ_STEP_UPDATE:
		succeed(vm);
		break;
	}
}

static bool busy(const struct az_vm *vm)
{
	return vm->prov == AZ_CREATING || vm->prov == AZ_UPDATING;
}

struct action {
	enum az_step step;
	enum az_power power;
	bool when_busy;
};

static const struct action actions[] = {
	[AZ_DO_START] = { AZ_STEP_START, AZ_STARTING, false },
	[AZ_DO_STOP] = { AZ_STEP_STOP, AZ_STOPPING, false },
	[AZ_DO_DEALLOCATE] = { AZ_STEP_DEALLOCATE, AZ_DEALLOCATING, false },
	[AZ_DO_RESTART] = { AZ_STEP_RESTART, AZ_RUNNING, false },
	[AZ_DO_REIMAGE] = { AZ_STEP_RESTART, AZ_RUNNING, false },
	[AZ_DO_DELETE] = { AZ_STEP_DELETE, AZ_POWER_NONE, true },
};

static int check_action(const struct az_vm *vm, enum az_action what, struct az_refusal *r)
{
	if (vm->prov == AZ_DELETING)
		return az_refuse(r, 409, "OperationNotAllowed", "The VM '%s' is being deleted.",
				 vm->name);
	if (busy(vm) && !actions[what].when_busy)
		return az_refuse(
		    r, 409, "AnotherOperationInProgress",
		    "Another operation on this or a dependent resource is in progress: %s.",
		    vm->name);
	if (what == AZ_DO_DEALLOCATE && vm->ephemeral)
		return az_refuse(
		    r, 409, "OperationNotAllowed",
		    "Deallocate is not supported for VM '%s' because it uses an ephemeral OS disk.",
		    vm->name);
	if (what == AZ_DO_RESTART && vm->power != AZ_RUNNING)
		return az_refuse(r, 409, "OperationNotAllowed",
				 "Cannot restart VM '%s' because it is not running.", vm->name);
	if (what == AZ_DO_STOP && vm->power == AZ_DEALLOCATED)
		return az_refuse(r, 409, "OperationNotAllowed",
				 "Cannot power off VM '%s' because it is deallocated.",
				 vm->name);
	return 0;
}

/* Nothing to do is a success: start of what runs, deallocate of what is deallocated. */
static bool is_there(const struct az_vm *vm, enum az_action what)
{
	return vm->prov == AZ_SUCCEEDED &&
	       ((what == AZ_DO_START && vm->power == AZ_RUNNING) ||
		(what == AZ_DO_STOP && vm->power == AZ_STOPPED) ||
		(what == AZ_DO_DEALLOCATE && vm->power == AZ_DEALLOCATED));
}

int az_vm_act(struct az_vm *vm, enum az_action what, struct az_op *op, struct az_refusal *r)
{
	const struct action *a = &actions[what];
	struct az_world *w = vm->world;

	if (check_action(vm, what, r) != 0)
		return -1;
	if (is_there(vm, what))
		return 0;
	if (vm->op) { /* only a deletion gets here */
		struct az_op *old = vm->op;
		struct az_refusal preempted = { 0 };

		vm->op = NULL;
		az_refuse(&preempted, 409, "OperationPreempted",
			  "Operation execution has been preempted by a more recent operation.");
		az_op_part_done(old, &preempted);
	}
	vm->op = op;
	if (op)
		az_op_more(op);
	vm->prov = what == AZ_DO_DELETE ? AZ_DELETING : AZ_UPDATING;
	if (a->power != AZ_POWER_NONE)
		vm->power = a->power;
	if (what == AZ_DO_DELETE && vm->power == AZ_RUNNING)
		az_vm_tell(vm, false);
	step_in(vm, a->step,
		what == AZ_DO_DELETE			? long_or(w, &w->sc.remove)
		: what == AZ_DO_START && !vm->allocated ? long_or(w, &w->sc.allocate)
							: az_spread_ms(&w->sc.power, &w->rng));
	return 0;
}

int az_vm_evict(struct az_vm *vm, struct az_refusal *r)
{
	if (!vm->spot)
		return az_refuse(
		    r, 409, "OperationNotAllowed",
		    "Simulating an eviction is not supported for VM '%s': it is not a Spot VM.",
		    vm->name);
	if (vm->power != AZ_RUNNING || vm->prov == AZ_DELETING || busy(vm))
		return az_refuse(
		    r, 409, "OperationNotAllowed",
		    "Simulating an eviction is not possible: VM '%s' is not running.",
		    vm->name);
	give_notice(vm);
	return 0;
}

void az_vm_update(struct az_vm *vm, struct json *tags, struct az_op *op)
{
	if (tags) {
		json_free(vm->tags);
		vm->tags = tags;
	}
	vm->op = op;
	az_op_more(op);
	vm->prov = AZ_UPDATING;
	step_in(vm, AZ_STEP_UPDATE, az_spread_ms(&vm->world->sc.network, &vm->world->rng));
}
