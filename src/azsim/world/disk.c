#include "azsim/world/disk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/world/ledger.h"
#include "azsim/world/store.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

const struct az_disk_tier az_disk_tiers[] = {
	{ "P1", 4, 0.60 },	 { "P2", 8, 1.20 },	   { "P3", 16, 2.40 },
	{ "P4", 32, 5.28 },	 { "P6", 64, 10.21 },	   { "P10", 128, 19.71 },
	{ "P15", 256, 38.02 },	 { "P20", 512, 73.22 },	   { "P30", 1024, 135.17 },
	{ "P40", 2048, 259.05 }, { "P50", 4096, 495.57 },  { "P60", 8192, 946.08 },
	{ "P70", 16384, 1802 },	 { "P80", 32767, 3604.1 }, { NULL, 0, 0 },
};

static int64_t gib_of(const struct az_resource *disk)
{
	return json_int(disk->doc, "properties.diskSizeGB", 0);
}

double az_disk_month(const struct az_disk_tier *t, int region)
{
	return round(t->month * az_regions[region].price_factor * 100) / 100;
}

double az_snapshot_month(int region)
{
	return 0.05 * az_regions[region].price_factor;
}

bool az_disk_holds_data(const struct az_resource *res)
{
	return strcmp(res->type, AZ_DISK) == 0 || strcmp(res->type, AZ_SNAPSHOT) == 0;
}

/* Of a snapshot as if all of it were in use: this cloud does not count blocks. */
double az_disk_price(const struct az_resource *disk)
{
	const struct az_disk_tier *t = az_disk_tiers;
	int region = az_region_find(disk->location);

	region = region < 0 ? AZ_EASTUS : region;
	if (strcmp(disk->type, AZ_SNAPSHOT) == 0)
		return az_snapshot_month(region) * (double)gib_of(disk) / AZ_MONTH_HOURS;
	while (t[1].name && t->gib < gib_of(disk))
		t++;
	return az_disk_month(t, region) / AZ_MONTH_HOURS;
}

struct az_resource *az_disk_source(const struct az_world *w, const struct json *doc)
{
	struct az_resource *res;

	if (text_casecmp(json_str(doc, "properties.creationData.createOption", ""), "Copy") !=
	    0)
		return NULL;
	res = az_resource_by_id(
	    w, json_str(doc, "properties.creationData.sourceResourceId", NULL));
	return res && az_disk_holds_data(res) && res->prov != AZ_DELETING ? res : NULL;
}

void az_disk_fill(struct az_world *w, const struct az_resource *disk)
{
	const struct az_resource *source = az_disk_source(w, disk->doc);
	struct err err = ERR_INIT;

	if (source && w->machines.copy_disk &&
	    w->machines.copy_disk(w->machines.arg, source, disk, &err) < 0)
		log_error("%s: what %s holds is not in it: %s", disk->name, source->name,
			  err.msg);
}

struct az_resource *az_disk_attached(const struct az_world *w, const struct json *entry)
{
	struct az_resource *res;

	if (text_casecmp(json_str(entry, "createOption", ""), "Attach") != 0)
		return NULL;
	res = az_resource_by_id(w, json_str(entry, "managedDisk.id", NULL));
	return res && strcmp(res->type, AZ_DISK) == 0 ? res : NULL;
}

static int check_one(struct az_world *w, const struct json *entry, const struct az_vm *old,
		     int region, struct az_refusal *r)
{
	const char *id = json_str(entry, "managedDisk.id", "");
	const struct az_resource *disk = az_disk_attached(w, entry);
	char *holder;

	if (text_casecmp(json_str(entry, "createOption", ""), "Attach") != 0)
		return 0;
	if (!*id)
		return az_refuse_at(r, "dataDisk.managedDisk.id", 400, "InvalidParameter",
				    "A disk that is attached is named by managedDisk.id.");
	if (!disk || disk->prov == AZ_DELETING)
		return az_refuse(r, 404, "ResourceNotFound", "Disk %.250s is not found.", id);
	if (az_region_find(disk->location) != region)
		return az_refuse(
		    r, 409, "BadRequest",
		    "Disk %s is in region %s; a disk and its machine are in one region.",
		    disk->name, disk->location);
	if (!disk->vm || disk->vm == old)
		return 0;
	holder = az_vm_id_text(disk->vm);
	az_refuse(r, 409, "ConflictingUserInput",
		  "Disk '%.250s' cannot be attached as the disk is already owned by VM '%s'.",
		  id, holder);
	free(holder);
	return -1;
}

int az_disks_check(struct az_world *w, const struct json *data_disks, const struct az_vm *old,
		   int region, struct az_refusal *r)
{
	for (size_t i = 0; i < json_len(data_disks); i++)
		if (check_one(w, json_at(data_disks, i), old, region, r) != 0)
			return -1;
	return 0;
}

const struct az_resource *az_disk_held_outside(const struct az_group *g)
{
	const char *key;
	void *v;

	for (size_t i = 0; map_next(g->resources, &i, &key, &v);) {
		const struct az_resource *res = v;

		if (strcmp(res->type, AZ_DISK) == 0 && res->vm && res->vm->group != g)
			return res;
	}
	return NULL;
}

/*
 * The ledger
 */

static void write(struct az_world *w, struct stmt *s)
{
	struct err err = ERR_INIT;

	az_world_changed(w);
	if (stmt_run(s, &err) != 0)
		log_error("ledger of disks: %s", err.msg);
}

void az_disk_made(struct az_world *w, const struct az_resource *disk)
{
	struct buf tags = BUF_INIT(BUF_TEXT_MAX);
	struct stmt s;

	if (!w->store || w->loading || az_store_begin(w->store) != 0)
		return;
	s = stmt_open(
	    az_store_sql(w->store),
	    "INSERT INTO ledger_disk(id, name, grp, gib, price, tags, made) VALUES(?,?,?,?,?,?,?)"
	    " ON CONFLICT(id) DO UPDATE SET gib = excluded.gib, price = excluded.price,"
	    " tags = excluded.tags");
	if (json_get(disk->doc, "tags"))
		json_write(&tags, json_get(disk->doc, "tags"));
	stmt_int(&s, 1, disk->row);
	stmt_text(&s, 2, disk->name);
	stmt_text(&s, 3, disk->group->name);
	stmt_int(&s, 4, gib_of(disk));
	stmt_real(&s, 5, az_disk_price(disk));
	stmt_text(&s, 6, tags.len ? buf_str(&tags) : NULL);
	stmt_int(&s, 7, disk->created_ms);
	write(w, &s);
	buf_clear(&tags);
}

void az_disk_gone(struct az_world *w, const struct az_resource *disk)
{
	struct stmt s;

	if (!w->store || w->loading || az_store_begin(w->store) != 0)
		return;
	s = stmt_open(az_store_sql(w->store), "UPDATE ledger_disk SET gone = ? WHERE id = ?");
	stmt_int(&s, 1, az_world_now(w));
	stmt_int(&s, 2, disk->row);
	write(w, &s);
}

static void add_row(struct json *list, struct stmt *s, const struct json *tags, int64_t now)
{
	struct json *o = json_add_object(list);
	int64_t made = stmt_col_int(s, 4);
	bool gone = !stmt_col_null(s, 5);
	char text[CLOCK_TEXT];

	json_set_str(o, "name", stmt_col_text(s, 0));
	json_set_str(o, "group", stmt_col_text(s, 1));
	json_set_int(o, "gib", stmt_col_int(s, 2));
	json_set_real(o, "pricePerHour", stmt_col_real(s, 3));
	json_set_str(o, "created", clock_text(text, made));
	json_set(o, "deleted",
		 gone ? json_new_string(clock_text(text, stmt_col_int(s, 5)))
		      : json_new_null());
	json_set_real(o, "cost",
		      stmt_col_real(s, 3) * (double)((gone ? stmt_col_int(s, 5) : now) - made) /
			  3600000.0);
	json_set(o, "tags", tags ? json_copy(tags) : json_new_object());
}

struct json *az_disk_ledger(struct az_world *w, const char *tag, const char *value, size_t max,
			    struct err *err)
{
	struct json *list = json_new_array();
	struct stmt s;

	if (!w->store)
		return list;
	s = stmt_open(
	    az_store_sql(w->store),
	    "SELECT name, grp, gib, price, made, gone, tags FROM ledger_disk ORDER BY id DESC");
	while (json_len(list) < max && stmt_row(&s)) {
		const char *text = stmt_col_text(&s, 6);
		struct json *tags = *text ? json_parse(text, strlen(text), NULL) : NULL;

		if (az_ledger_tagged(tags, tag, value))
			add_row(list, &s, tags, az_world_now(w));
		json_free(tags);
	}
	if (stmt_done(&s, err) == 0)
		return list;
	json_free(list);
	return NULL;
}
