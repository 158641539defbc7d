#include "azsim/world/ledger.h"

#include <string.h>

#include "azsim/world/disk.h"
#include "azsim/world/scaleset.h"
#include "azsim/world/store.h"
#include "base/clock.h"

static const char *tag_of(const struct az_vm *vm, const char *tag)
{
	return json_str(az_vm_tags(vm), tag, NULL);
}

static bool same_tag(const struct az_vm *a, const struct az_vm *b, const char *tag)
{
	const char *x = tag_of(a, tag), *y = tag_of(b, tag);

	return x && y && strcmp(x, y) == 0;
}

/* A single machine under a new name for a node whose old one lives. */
static bool twin_lives(const struct az_world *w, const struct az_vm *vm)
{
	if (!tag_of(vm, AZ_TAG_NODE))
		return false;
	for (const struct az_vm *o = w->first; o; o = o->next)
		if (o != vm && (!o->set || o->attached) && o->prov != AZ_DELETING &&
		    same_tag(o, vm, AZ_TAG_NODE) && same_tag(o, vm, AZ_TAG_CLUSTER))
			return true;
	return false;
}

void az_ledger_made(struct az_world *w, const struct az_vm *vm)
{
	bool member = vm->set && !vm->attached;

	if (member ? (int64_t)az_set_live(vm->set) > vm->capacity_wanted : twin_lives(w, vm))
		w->n.double_creates++;
	az_store_ledger(w, AZ_EVENT_MADE, vm);
}

void az_ledger_running(struct az_world *w, const struct az_vm *vm)
{
	az_store_ledger(w, AZ_EVENT_RUNNING, vm);
}

/* Stopped machines go on costing until they are deallocated. */
void az_ledger_stopped(struct az_world *w, const struct az_vm *vm)
{
	if (vm->power == AZ_DEALLOCATED)
		az_store_ledger(w, AZ_EVENT_STOPPED, vm);
}

void az_ledger_gone(struct az_world *w, const struct az_vm *vm)
{
	az_store_ledger(w, AZ_EVENT_GONE, vm);
}

bool az_ledger_tagged(const struct json *tags, const char *tag, const char *value)
{
	const struct json *v;
	const char *key;

	if (!tag)
		return true;
	for (void *it = NULL; tags && json_each(tags, &it, &key, &v);)
		if (strcmp(key, tag) == 0 && json_text(v) && strcmp(json_text(v), value) == 0)
			return true;
	return false;
}

/* Kinds have dots in their names, so a path would not find them. */
static void bump(struct json *live, const char *kind)
{
	const struct json *v;
	const char *key;
	int64_t n = 0;

	for (void *it = NULL; json_each(live, &it, &key, &v);)
		if (strcmp(key, kind) == 0)
			n = json_int(v, NULL, 0);
	json_set_int(live, kind, n + 1);
}

static void count_group(struct json *live, const struct az_group *g, const char *tag,
			const char *value)
{
	const char *key;
	void *v;

	if (az_ledger_tagged(g->tags, tag, value))
		bump(live, "Microsoft.Resources/resourceGroups");
	for (size_t i = 0; map_next(g->resources, &i, &key, &v);) {
		const struct az_resource *r = v;

		if (az_ledger_tagged(json_get(r->doc, "tags"), tag, value))
			bump(live, r->type);
	}
	for (size_t i = 0; map_next(g->sets, &i, &key, &v);)
		if (az_ledger_tagged(json_get(((struct az_set *)v)->doc, "tags"), tag, value))
			bump(live, AZ_SET_TYPE);
}

static struct json *live_counts(const struct az_world *w, const char *tag, const char *value)
{
	struct json *live = json_new_object();
	const char *key;
	void *g;

	for (size_t i = 0; map_next(w->groups, &i, &key, &g);)
		count_group(live, g, tag, value);
	for (const struct az_vm *vm = w->first; vm; vm = vm->next)
		if (az_ledger_tagged(az_vm_tags(vm), tag, value))
			bump(live, AZ_VM_TYPE);
	return live;
}

static void add_time(struct json *o, const char *key, struct stmt *s, int i)
{
	char text[CLOCK_TEXT];

	if (stmt_col_null(s, i))
		json_set(o, key, json_new_null());
	else
		json_set_str(o, key, clock_text(text, stmt_col_int(s, i)));
}

static void add_row(struct json *list, struct stmt *s, const struct json *tags, int64_t now)
{
	struct json *o = json_add_object(list);
	int64_t paid =
	    stmt_col_int(s, 12) + (stmt_col_null(s, 13) ? 0 : now - stmt_col_int(s, 13));

	json_set_int(o, "id", stmt_col_int(s, 0));
	json_set_str(o, "name", stmt_col_text(s, 1));
	json_set_str(o, "computerName", stmt_col_text(s, 2));
	json_set_str(o, "group", stmt_col_text(s, 3));
	json_set_str(o, "set", stmt_col_text(s, 4));
	json_set_str(o, "size", stmt_col_text(s, 5));
	json_set_bool(o, "spot", stmt_col_int(s, 6) != 0);
	json_set_real(o, "pricePerHour", stmt_col_real(s, 7));
	json_set_int(o, "capacityIntended", stmt_col_int(s, 8));
	add_time(o, "created", s, 9);
	add_time(o, "running", s, 10);
	add_time(o, "deleted", s, 11);
	json_set_real(o, "cost", stmt_col_real(s, 7) * (double)paid / 3600000.0);
	json_set_str(o, "operation", stmt_col_text(s, 15));
	json_set(o, "tags", tags ? json_copy(tags) : json_new_object());
}

struct json *az_ledger_read(struct az_world *w, const char *tag, const char *value, size_t max,
			    struct err *err)
{
	struct json *out = json_new_object(), *list, *disks;
	int64_t now = az_world_now(w);
	size_t n = 0;
	struct stmt s;

	json_set(out, "live", live_counts(w, tag, value));
	list = json_set_array(out, "vms");
	if (!w->store)
		return out;
	az_world_flush(w);
	s = stmt_open(
	    az_store_sql(w->store),
	    "SELECT id, name, computer, grp, scaleset, size, spot, price, wanted, made, running, gone, "
	    "paid_ms, since, tags, op FROM ledger ORDER BY id DESC");
	while (n < max && stmt_row(&s)) {
		const char *text = stmt_col_text(&s, 14);
		struct json *tags = *text ? json_parse(text, strlen(text), NULL) : NULL;

		if (az_ledger_tagged(tags, tag, value)) {
			add_row(list, &s, tags, now);
			n++;
		}
		json_free(tags);
	}
	disks = stmt_done(&s, err) == 0 ? az_disk_ledger(w, tag, value, max, err) : NULL;
	if (disks) {
		json_set(out, "disks", disks);
		return out;
	}
	json_free(out);
	return NULL;
}
