#include "azsim/world/operation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/world/resource.h"
#include "azsim/world/scaleset.h"
#include "azsim/world/store.h"
#include "azsim/world/vm.h"
#include "base/log.h"
#include "base/mem.h"

const char *const az_op_state_name[] = { "InProgress", "Succeeded", "Failed", "Canceled" };

void az_op_changed(struct az_op *op)
{
	az_store_touch(op->world, AZ_ROW_OP, op);
}

struct az_op *az_op_new(struct az_world *w, enum az_op_kind kind, const char *group,
			const char *type, const char *name, const char *location,
			int64_t min_ms)
{
	struct az_op *op = xcalloc(1, sizeof(*op));

	rand_uuid(op->id);
	op->world = w;
	op->kind = kind;
	op->group = xstrdup(group);
	op->type = xstrdup(type);
	op->name = xstrdup(name);
	op->location = xstrdup(location);
	op->started_ms = az_world_now(w);
	op->row = ++w->next_row;
	op->due.fire = az_op_fire;
	op->due.owner = op;
	map_put(w->ops, op->id, op);
	az_world_wake_at(w, &op->due, op->started_ms + min_ms);
	az_op_changed(op);
	return op;
}

struct az_op *az_op_find(const struct az_world *w, const char *id)
{
	return map_get(w->ops, id);
}

void az_op_free(void *arg)
{
	struct az_op *op = arg;

	if (!op)
		return;
	az_agenda_drop(&op->world->agenda, &op->due);
	free(op->group);
	free(op->type);
	free(op->name);
	free(op->location);
	free(op);
}

void az_op_more(struct az_op *op)
{
	op->pending++;
	op->parts++;
}

static void finish_resource(struct az_op *op, struct az_group *g)
{
	struct az_resource *res = g ? az_resource_find(g, op->type, op->name) : NULL;

	if (!res || res->op != op)
		return;
	res->op = NULL;
	if (op->kind == AZ_OP_RESOURCE_DELETE) {
		az_resource_remove(op->world, res);
		return;
	}
	res->prov = AZ_SUCCEEDED;
	az_resource_changed(op->world, res);
}

/* What the end of an operation means for the thing that it was about. */
static void finish(struct az_op *op)
{
	struct az_group *g = az_group_find(op->world, op->group);

	switch (op->kind) {
	case AZ_OP_SET_PUT:
	case AZ_OP_SET_DELETE:
	case AZ_OP_SET_ACTION:
		az_set_op_ended(op->world, op);
		break;
	case AZ_OP_RESOURCE_PUT:
	case AZ_OP_RESOURCE_DELETE:
		finish_resource(op, g);
		break;
	case AZ_OP_GROUP_DELETE:
		if (g && !op->code[0])
			az_group_remove(op->world, g);
		else if (g)
			g->deleting = false;
		break;
	case AZ_OP_VM_PUT:
	case AZ_OP_VM_DELETE:
	case AZ_OP_VM_ACTION:
		break;
	}
}

static void end(struct az_op *op, enum az_op_state state)
{
	op->state = state;
	op->ended_ms = az_world_now(op->world);
	az_world_wake_at(op->world, &op->due, op->ended_ms + (int64_t)op->world->sc.op_keep_ms);
	finish(op);
	az_op_changed(op);
}

void az_op_settle(struct az_op *op)
{
	if (op->state == AZ_OP_RUNNING && op->ripe && op->pending == 0)
		end(op, op->code[0] ? AZ_OP_FAILED : AZ_OP_SUCCEEDED);
}

void az_op_part_done(struct az_op *op, const struct az_refusal *failed)
{
	if (op->pending > 0)
		op->pending--;
	if (failed) {
		op->failures++;
		if (!op->code[0]) {
			snprintf(op->code, sizeof(op->code), "%s", failed->code);
			snprintf(op->message, sizeof(op->message), "%s", failed->message);
		}
		az_op_changed(op);
	}
	az_op_settle(op);
}

void az_op_abort(struct az_op *op, const char *code, const char *message)
{
	if (op->state != AZ_OP_RUNNING)
		return;
	snprintf(op->code, sizeof(op->code), "%s", code);
	snprintf(op->message, sizeof(op->message), "%s", message);
	op->world->n.preempted++;
	end(op, AZ_OP_CANCELED);
}

void az_op_fire(void *arg)
{
	struct az_op *op = arg;
	struct az_world *w = op->world;

	if (op->state == AZ_OP_RUNNING) {
		op->ripe = true;
		az_op_settle(op);
		return;
	}
	if (op->pending > 0) { /* machines still name it */
		az_world_wake_at(w, &op->due,
				 az_world_now(w) + (int64_t)w->sc.op_keep_ms + 1000);
		return;
	}
	az_store_forget(w, AZ_ROW_OP, op->row, op);
	map_del(w->ops, op->id);
}
