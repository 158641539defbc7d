#include "azsim/world/store_rows.h"

#include <stdlib.h>

#include "azsim/world/resource.h"
#include "azsim/world/scaleset.h"
#include "azsim/world/vm.h"
#include "base/mem.h"

static void bind_json(struct stmt *s, int i, const struct json *j)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);

	if (!j) {
		stmt_null(s, i);
		return;
	}
	json_write(&b, j);
	stmt_text(s, i, buf_str(&b));
	buf_clear(&b);
}

int az_row_group(struct sql *db, const struct az_group *g, struct err *err)
{
	struct stmt s = stmt_open(db, "INSERT OR REPLACE INTO grp VALUES(?,?,?,?,?,?)");

	stmt_int(&s, 1, g->row);
	stmt_text(&s, 2, g->name);
	stmt_text(&s, 3, g->location);
	bind_json(&s, 4, g->tags);
	stmt_int(&s, 5, g->created_ms);
	stmt_int(&s, 6, g->deleting);
	return stmt_run(&s, err);
}

int az_row_resource(struct sql *db, const struct az_resource *r, struct err *err)
{
	struct stmt s =
	    stmt_open(db, "INSERT OR REPLACE INTO resource VALUES(?,?,?,?,?,?,?,?,?,?,?,?)");

	stmt_int(&s, 1, r->row);
	stmt_text(&s, 2, r->group->name);
	stmt_text(&s, 3, r->type);
	stmt_text(&s, 4, r->name);
	stmt_text(&s, 5, r->location);
	bind_json(&s, 6, r->doc);
	stmt_int(&s, 7, r->prov);
	stmt_text(&s, 8, r->op ? r->op->id : NULL);
	stmt_text(&s, 9, r->guid);
	stmt_int(&s, 10, r->created_ms);
	stmt_int(&s, 11, r->changed_ms);
	stmt_int(&s, 12, r->revision);
	return stmt_run(&s, err);
}

int az_row_model(struct sql *db, const struct az_model *m, struct err *err)
{
	struct stmt s = stmt_open(db, "INSERT OR REPLACE INTO model VALUES(?,?)");

	stmt_int(&s, 1, m->row);
	bind_json(&s, 2, m->doc);
	return stmt_run(&s, err);
}

int az_row_set(struct sql *db, const struct az_set *set, struct err *err)
{
	struct stmt s = stmt_open(
	    db, "INSERT OR REPLACE INTO scaleset VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");

	stmt_int(&s, 1, set->row);
	stmt_text(&s, 2, set->group->name);
	stmt_text(&s, 3, set->name);
	bind_json(&s, 4, set->doc);
	stmt_int(&s, 5, set->model ? set->model->row : 0);
	stmt_int(&s, 6, set->capacity);
	stmt_int(&s, 7, set->hosts);
	stmt_int(&s, 8, set->names);
	stmt_int(&s, 9, set->names_at);
	stmt_int(&s, 10, set->next_instance);
	stmt_int(&s, 11, set->prov);
	stmt_text(&s, 12, set->op ? set->op->id : NULL);
	stmt_text(&s, 13, set->unique_id);
	stmt_int(&s, 14, set->created_ms);
	stmt_int(&s, 15, set->revision);
	return stmt_run(&s, err);
}

static void bind_subnet(struct stmt *s, int i, const struct az_subnet *subnet)
{
	char *net, *id;

	if (!subnet) {
		stmt_null(s, i);
		return;
	}
	net = az_resource_id(subnet->vnet->group, AZ_VNET, subnet->vnet->name);
	id = xasprintf("%s/subnets/%s", net, subnet->name);
	stmt_text(s, i, id);
	free(net);
	free(id);
}

int az_row_vm(struct sql *db, const struct az_vm *vm, struct err *err)
{
	struct stmt s =
	    stmt_open(db, "INSERT OR REPLACE INTO vm "
			  "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");

	stmt_int(&s, 1, vm->row);
	stmt_text(&s, 2, vm->group->name);
	stmt_text(&s, 3, vm->set ? vm->set->name : NULL);
	stmt_text(&s, 4, vm->name);
	stmt_text(&s, 5, vm->computer);
	stmt_text(&s, 6, vm->vm_id);
	stmt_int(&s, 7, vm->instance);
	stmt_int(&s, 8, vm->model->row);
	stmt_text(&s, 9, vm->size->name);
	stmt_int(&s, 10, vm->region);
	stmt_int(&s, 11, vm->zone);
	stmt_int(&s, 12,
		 (vm->spot ? 1 : 0) | (vm->allocated ? 2 : 0) | (vm->ephemeral ? 4 : 0) |
		     (vm->pinned ? 8 : 0) | (vm->attached ? 16 : 0));
	stmt_int(&s, 13, vm->prov);
	stmt_int(&s, 14, vm->power);
	stmt_int(&s, 15, vm->step);
	if (vm->due.slot)
		stmt_int(&s, 16, vm->due.at);
	else
		stmt_null(&s, 16);
	stmt_text(&s, 17, vm->op ? vm->op->id : NULL);
	bind_subnet(&s, 18, vm->lease.subnet);
	stmt_int(&s, 19, vm->lease.address);
	bind_json(&s, 20, vm->tags);
	stmt_real(&s, 21, vm->price);
	stmt_int(&s, 22, vm->created_ms);
	stmt_int(&s, 23, vm->running_ms);
	stmt_text(&s, 24, vm->fail_code);
	stmt_text(&s, 25, vm->fail_message);
	stmt_int(&s, 26, vm->capacity_wanted);
	return stmt_run(&s, err);
}

int az_row_op(struct sql *db, const struct az_op *op, struct err *err)
{
	struct stmt s =
	    stmt_open(db, "INSERT OR REPLACE INTO op VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");

	stmt_int(&s, 1, op->row);
	stmt_text(&s, 2, op->id);
	stmt_int(&s, 3, op->kind);
	stmt_int(&s, 4, op->state);
	stmt_text(&s, 5, op->group);
	stmt_text(&s, 6, op->type);
	stmt_text(&s, 7, op->name);
	stmt_text(&s, 8, op->location);
	stmt_int(&s, 9, op->started_ms);
	stmt_int(&s, 10, op->ended_ms);
	stmt_int(&s, 11, op->due.at);
	stmt_int(&s, 12, op->ripe);
	stmt_int(&s, 13, op->parts);
	stmt_int(&s, 14, op->failures);
	stmt_text(&s, 15, op->code);
	stmt_text(&s, 16, op->message);
	return stmt_run(&s, err);
}
