#include <stdlib.h>
#include <string.h>

#include "azsim/world/disk.h"
#include "azsim/world/operation.h"
#include "azsim/world/resource.h"
#include "azsim/world/scaleset.h"
#include "azsim/world/store.h"
#include "azsim/world/vm.h"
#include "azsim/world/world.h"
#include "base/mem.h"

struct az_group *az_group_find(const struct az_world *w, const char *name)
{
	return name ? map_get(w->groups, name) : NULL;
}

static struct az_group *new_group(struct az_world *w, const char *name, const char *location)
{
	struct az_group *g = xcalloc(1, sizeof(*g));

	g->name = xstrdup(name);
	g->location = xstrdup(location);
	g->created_ms = az_world_now(w);
	g->vms = map_new(NULL, true);
	g->sets = map_new(az_set_free, true);
	g->resources = map_new(az_resource_free, true);
	if (!w->loading)
		g->row = ++w->next_row;
	map_put(w->groups, name, g);
	return g;
}

void az_group_set_tags(struct az_world *w, struct az_group *g, const struct json *tags)
{
	json_free(g->tags);
	g->tags = tags ? json_copy(tags) : NULL;
	az_store_touch(w, AZ_ROW_GROUP, g);
}

struct az_group *az_group_put(struct az_world *w, const char *name, const char *location,
			      const struct json *tags, bool *made)
{
	struct az_group *g = az_group_find(w, name);

	if (made)
		*made = g == NULL;
	if (!g)
		g = new_group(w, name, location);
	az_group_set_tags(w, g, tags);
	return g;
}

/* A network that machines of another group live in keeps its group from going. */
static const struct az_subnet *foreign_use(const struct az_world *w, const struct az_group *g)
{
	const char *key;
	void *other, *res;

	for (const struct az_vm *vm = w->first; vm; vm = vm->next)
		if (vm->group != g && vm->lease.subnet && vm->lease.subnet->vnet->group == g)
			return vm->lease.subnet;
	for (size_t i = 0; map_next(w->groups, &i, &key, &other);)
		for (size_t k = 0; other != g && map_next(((struct az_group *)other)->resources,
							  &k, &key, &res);)
			for (size_t n = 0; n < ((struct az_resource *)res)->n_leases; n++)
				if (((struct az_resource *)res)
					->leases[n]
					.subnet->vnet->group == g)
					return ((struct az_resource *)res)->leases[n].subnet;
	return NULL;
}

static void delete_vm(struct az_vm *vm, struct az_op *op)
{
	struct az_refusal r = { 0 };

	if (vm->prov == AZ_DELETING && !vm->op) {
		vm->op = op;
		az_op_more(op);
		az_vm_changed(vm);
		return;
	}
	az_vm_act(vm, AZ_DO_DELETE, op, &r);
}

static void preempt_ops(struct az_world *w, const struct az_group *g,
			const struct az_op *except)
{
	const char *key;
	void *v;

	for (size_t i = 0; map_next(w->ops, &i, &key, &v);) {
		struct az_op *op = v;

		if (op != except && op->state == AZ_OP_RUNNING &&
		    op->kind != AZ_OP_GROUP_DELETE && strcmp(op->group, g->name) == 0)
			az_op_abort(
			    op, "OperationPreempted",
			    "The resource group of this operation's target is being deleted.");
	}
}

struct az_op *az_group_delete(struct az_world *w, struct az_group *g)
{
	const struct az_subnet *used = foreign_use(w, g);
	const struct az_resource *held = az_disk_held_outside(g);
	struct az_op *op =
	    az_op_new(w, AZ_OP_GROUP_DELETE, g->name, "Microsoft.Resources/resourceGroups",
		      g->name, g->location, az_spread_ms(&w->sc.network, &w->rng));
	const char *key;
	void *v;

	if (used) {
		struct az_refusal r = { 0 };

		az_refuse(&r, 409, "InUseSubnetCannotBeDeleted",
			  "Subnet %s is in use by resources of another resource group.",
			  used->name);
		az_op_more(op);
		az_op_part_done(op, &r);
		return op;
	}
	if (held) {
		struct az_refusal r = { 0 };

		az_refuse(&r, 409, "OperationNotAllowed", "Disk %s is attached to VM %s.",
			  held->name, az_vm_name(held->vm));
		az_op_more(op);
		az_op_part_done(op, &r);
		return op;
	}
	g->deleting = true;
	az_store_touch(w, AZ_ROW_GROUP, g);
	for (size_t i = 0; map_next(g->sets, &i, &key, &v);)
		((struct az_set *)v)->prov = AZ_DELETING;
	preempt_ops(w, g, op);
	for (size_t i = 0; map_next(g->sets, &i, &key, &v);) {
		struct az_set *s = v;

		s->prov = AZ_DELETING;
		s->capacity = 0;
		az_set_changed(s);
	}
	for (struct az_vm *vm = w->first; vm; vm = vm->next)
		if (vm->group == g)
			delete_vm(vm, op);
	return op;
}

static void remove_resources(struct az_world *w, struct az_group *g, bool nets)
{
	const char *key;
	void *v;

	for (size_t i = 0; map_next(g->resources, &i, &key, &v);) {
		struct az_resource *res = v;

		if ((res->subnets != NULL) == nets)
			az_resource_remove(w, res);
	}
}

void az_group_free(struct az_group *g)
{
	map_free(g->vms);
	map_free(g->sets);
	map_free(g->resources);
	json_free(g->tags);
	free(g->name);
	free(g->location);
	free(g);
}

void az_group_remove(struct az_world *w, struct az_group *g)
{
	const char *key;
	void *v;

	for (size_t i = 0; map_next(g->sets, &i, &key, &v);) {
		struct az_set *s = v;

		w->quota[s->region].sets.used--;
		az_store_forget(w, AZ_ROW_SET, s->row, s);
	}
	remove_resources(w, g, false);
	remove_resources(w, g, true);
	az_store_forget(w, AZ_ROW_GROUP, g->row, g);
	map_steal(w->groups, g->name);
	az_group_free(g);
}
