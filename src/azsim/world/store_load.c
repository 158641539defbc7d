/* Reading a world back, after a stop or a kill: groups, networks, models, sets, machines,
 * operations, in this order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/world/resource.h"
#include "azsim/world/scaleset.h"
#include "azsim/world/store.h"
#include "azsim/world/vm.h"
#include "base/log.h"
#include "base/mem.h"

static struct json *col_json(struct stmt *s, int i)
{
	const char *text = stmt_col_text(s, i);

	return stmt_col_null(s, i) ? NULL : json_parse(text, strlen(text), NULL);
}

static int load_groups(struct sql *db, struct az_world *w, struct err *err)
{
	struct stmt s = stmt_open(
	    db, "SELECT id, name, location, tags, created, deleting FROM grp ORDER BY id");

	while (stmt_row(&s)) {
		struct json *tags = col_json(&s, 3);
		struct az_group *g =
		    az_group_put(w, stmt_col_text(&s, 1), stmt_col_text(&s, 2), tags, NULL);

		json_free(tags);
		g->row = stmt_col_int(&s, 0);
		g->created_ms = stmt_col_int(&s, 4);
		g->deleting = stmt_col_int(&s, 5) != 0;
	}
	return stmt_done(&s, err);
}

/* Operations come before what points at them; their own finish needs nothing until the agenda
 * runs. */
static int load_ops(struct sql *db, struct az_world *w, struct err *err)
{
	struct stmt s = stmt_open(
	    db, "SELECT id, uuid, kind, state, grp, type, name, location, started, ended, due, "
		"ripe, parts, failures, code, message FROM op ORDER BY id");

	while (stmt_row(&s)) {
		struct az_op *op = xcalloc(1, sizeof(*op));

		op->world = w;
		op->row = stmt_col_int(&s, 0);
		snprintf(op->id, sizeof(op->id), "%s", stmt_col_text(&s, 1));
		op->kind = (enum az_op_kind)stmt_col_int(&s, 2);
		op->state = (enum az_op_state)stmt_col_int(&s, 3);
		op->group = xstrdup(stmt_col_text(&s, 4));
		op->type = xstrdup(stmt_col_text(&s, 5));
		op->name = xstrdup(stmt_col_text(&s, 6));
		op->location = xstrdup(stmt_col_text(&s, 7));
		op->started_ms = stmt_col_int(&s, 8);
		op->ended_ms = stmt_col_int(&s, 9);
		op->parts = (unsigned int)stmt_col_int(&s, 12);
		op->failures = (unsigned int)stmt_col_int(&s, 13);
		snprintf(op->code, sizeof(op->code), "%s", stmt_col_text(&s, 14));
		snprintf(op->message, sizeof(op->message), "%s", stmt_col_text(&s, 15));
		op->due.fire = az_op_fire;
		op->due.owner = op;
		map_put(w->ops, op->id, op);
		az_world_wake_at(w, &op->due,
				 stmt_col_int(&s, 10)); /* ripe ones fire once more */
	}
	return stmt_done(&s, err);
}

static int load_resources(struct sql *db, struct az_world *w, bool nets, struct err *err)
{
	/* networks first: interfaces take their addresses from them */
	struct stmt s = stmt_open(
	    db, "SELECT id, grp, type, name, location, doc, prov, op, guid, created, changed, "
		"revision FROM resource WHERE (type = ?) = ? ORDER BY id");

	stmt_text(&s, 1, AZ_VNET);
	stmt_int(&s, 2, nets);
	while (stmt_row(&s)) {
		struct az_group *g = az_group_find(w, stmt_col_text(&s, 1));
		struct json *doc = col_json(&s, 5);
		struct az_resource *res;

		if (!g || !doc || !az_type_of(stmt_col_text(&s, 2))) {
			json_free(doc);
			continue;
		}
		res = az_resource_load(w, g, stmt_col_text(&s, 2), stmt_col_text(&s, 3),
				       stmt_col_text(&s, 4), doc, stmt_col_text(&s, 8));
		res->row = stmt_col_int(&s, 0);
		res->prov = (enum az_prov)stmt_col_int(&s, 6);
		res->op = az_op_find(w, stmt_col_text(&s, 7));
		res->created_ms = stmt_col_int(&s, 9);
		res->changed_ms = stmt_col_int(&s, 10);
		res->revision = (unsigned int)stmt_col_int(&s, 11);
	}
	return stmt_done(&s, err);
}

static struct map *load_models(struct sql *db, struct az_world *w, struct err *err)
{
	struct stmt s = stmt_open(db, "SELECT id, doc FROM model ORDER BY id");
	struct map *models = map_new(NULL, false);

	while (stmt_row(&s)) {
		struct json *doc = col_json(&s, 1);

		if (!doc)
			continue;
		struct az_model *m = az_model_new(w, doc);

		m->row = stmt_col_int(&s, 0);
		map_put(models, stmt_col_text(&s, 0), m);
	}
	if (stmt_done(&s, err) == 0)
		return models;
	map_free(models);
	return NULL;
}

static int load_sets(struct sql *db, struct az_world *w, const struct map *models,
		     struct err *err)
{
	struct stmt s = stmt_open(
	    db,
	    "SELECT id, grp, name, doc, model, capacity, hosts, names, names_at, "
	    "next_instance, prov, op, unique_id, created, revision FROM scaleset ORDER BY id");

	while (stmt_row(&s)) {
		struct az_group *g = az_group_find(w, stmt_col_text(&s, 1));
		struct json *doc = col_json(&s, 3);
		struct az_model *m = map_get(models, stmt_col_text(&s, 4));
		struct az_set *set;

		if (!g || !doc || !m) {
			json_free(doc);
			continue;
		}
		set = az_set_new(w, g, stmt_col_text(&s, 2), doc);
		set->row = stmt_col_int(&s, 0);
		set->model = az_model_ref(m);
		set->capacity = stmt_col_int(&s, 5);
		set->hosts = stmt_col_int(&s, 6);
		set->names = (uint32_t)stmt_col_int(&s, 7);
		set->names_at = (uint32_t)stmt_col_int(&s, 8);
		set->next_instance = (unsigned int)stmt_col_int(&s, 9);
		set->prov = (enum az_prov)stmt_col_int(&s, 10);
		set->op = az_op_find(w, stmt_col_text(&s, 11));
		snprintf(set->unique_id, sizeof(set->unique_id), "%s", stmt_col_text(&s, 12));
		set->created_ms = stmt_col_int(&s, 13);
		set->revision = (unsigned int)stmt_col_int(&s, 14);
		w->quota[set->region].sets.used++;
	}
	return stmt_done(&s, err);
}

static void read_vm(struct az_vm *vm, struct stmt *s)
{
	struct az_world *w = vm->world;
	int64_t flags = stmt_col_int(s, 11);
	struct az_subnet *subnet = az_subnet_by_id(w, stmt_col_text(s, 17));
	struct az_refusal r = { 0 };

	vm->row = stmt_col_int(s, 0);
	vm->name = xstrdup(stmt_col_text(s, 3));
	vm->computer = xstrdup(stmt_col_text(s, 4));
	snprintf(vm->vm_id, sizeof(vm->vm_id), "%s", stmt_col_text(s, 5));
	vm->instance = (unsigned int)stmt_col_int(s, 6);
	vm->region = (unsigned char)stmt_col_int(s, 9);
	vm->zone = (unsigned char)stmt_col_int(s, 10);
	vm->spot = flags & 1;
	vm->allocated = (flags & 2) != 0;
	vm->ephemeral = (flags & 4) != 0;
	vm->pinned = (flags & 8) != 0;
	vm->attached = (flags & 16) != 0;
	vm->prov = (enum az_prov)stmt_col_int(s, 12);
	vm->power = (enum az_power)stmt_col_int(s, 13);
	vm->step = (enum az_step)stmt_col_int(s, 14);
	vm->op = az_op_find(w, stmt_col_text(s, 16));
	vm->tags = col_json(s, 19);
	vm->price = stmt_col_real(s, 20);
	vm->created_ms = stmt_col_int(s, 21);
	vm->running_ms = stmt_col_int(s, 22);
	vm->fail_code = stmt_col_null(s, 23) ? NULL : xstrdup(stmt_col_text(s, 23));
	vm->fail_message = stmt_col_null(s, 24) ? NULL : xstrdup(stmt_col_text(s, 24));
	vm->capacity_wanted = stmt_col_int(s, 25);
	if (subnet)
		az_lease_take(subnet, (uint32_t)stmt_col_int(s, 18), &vm->lease, &r);
}

static void add_vm(struct az_world *w, struct az_vm *vm, struct stmt *s)
{
	struct az_place p = { vm->region, vm->zone, vm->size, vm->spot, false, false };

	az_vm_link(w, vm);
	if (vm->allocated)
		az_stock_force(&w->stock, &p);
	if (vm->op)
		vm->op->pending++; /* parts were counted when it was new */
	if (!stmt_col_null(s, 15))
		az_world_wake_at(w, &vm->due, stmt_col_int(s, 15));
	az_vm_hold_parts(vm);
}

static int load_vms(struct sql *db, struct az_world *w, const struct map *models,
		    struct err *err)
{
	struct stmt s = stmt_open(
	    db,
	    "SELECT id, grp, scaleset, name, computer, vm_id, instance, model, size, region, "
	    "zone, flags, prov, power, step, due, op, subnet, address, tags, price, created, "
	    "running, fail_code, fail_message, wanted FROM vm ORDER BY id");

	while (stmt_row(&s)) {
		struct az_group *g = az_group_find(w, stmt_col_text(&s, 1));
		struct az_set *set =
		    g && !stmt_col_null(&s, 2) ? az_set_find(g, stmt_col_text(&s, 2)) : NULL;
		struct az_model *m = map_get(models, stmt_col_text(&s, 7));
		const struct az_sku *size = az_sku_find(stmt_col_text(&s, 8));
		struct az_vm *vm;

		if (!g || !m || !size || (!stmt_col_null(&s, 2) && !set)) {
			log_warn(
			    "machine %s was left out: its group, set, model or size is gone",
			    stmt_col_text(&s, 3));
			continue;
		}
		vm = xcalloc(1, sizeof(*vm));
		vm->world = w;
		vm->group = g;
		vm->set = set;
		vm->model = az_model_ref(m);
		vm->size = size;
		read_vm(vm, &s);
		add_vm(w, vm, &s);
	}
	return stmt_done(&s, err);
}

static void load_counters(struct az_store *st, struct az_world *w)
{
	struct buf b = BUF_INIT(1024);
	int64_t *const into[] = { &w->next_row,	    &w->n.vms_made,  &w->n.vms_gone,
				  &w->n.vms_failed, &w->n.evictions, &w->n.double_creates,
				  &w->n.preempted };
	const char *p;

	if (az_store_get(st, "counters", &b) == 0) {
		p = buf_str(&b);
		for (size_t i = 0; i < ARRAY_LEN(into); i++) {
			char *end;

			*into[i] = strtoll(p, &end, 10);
			p = end;
		}
	}
	buf_clear(&b);
}

int az_store_load(struct az_store *st, struct az_world *w, struct err *err)
{
	struct sql *db = az_store_sql(st);
	struct map *models = NULL;
	const char *key;
	void *m;
	int rc = -1;

	w->loading = true;
	load_counters(st, w);
	if (load_groups(db, w, err) == 0 && load_ops(db, w, err) == 0 &&
	    load_resources(db, w, true, err) == 0 && load_resources(db, w, false, err) == 0)
		models = load_models(db, w, err);
	if (models && load_sets(db, w, models, err) == 0 && load_vms(db, w, models, err) == 0)
		rc = 0;
	for (size_t i = 0; models && map_next(models, &i, &key, &m);)
		az_model_unref(m); /* those who use it hold it by now */
	map_free(models);
	w->loading = false;
	return rc;
}
