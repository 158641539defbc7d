/*
 * Storage whose disk goes with its cluster and of which a snapshot stays (R8.3). The snapshot
 * lies in the disk's own group. It is looked for before it is asked for, as a killed engine may
 * have made it; the disk is deleted only when the cloud shows the snapshot whole, and then the
 * snapshot stands in the disk's place: it costs, it is taken over, it is deleted some day.
 */
#include "engine/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/operation.h"
#include "engine/region.h"
#include "engine/storage.h"
#include "engine/teardown_items.h"

#define LOOK_AGAIN_MS 2000

enum cloud_kind storage_kind(const struct storage_spec *s)
{
	return storage_is_snapshot(s) ? CLOUD_SNAPSHOT : CLOUD_DISK;
}

double storage_price(const struct vm_sizes *sizes, const struct storage_spec *s)
{
	return storage_is_snapshot(s) ? snapshot_price(sizes, s->disk_gib)
				      : disk_price(sizes, s->disk_gib);
}

/* Names are never used twice: what an earlier teardown left is of an earlier day. */
static int count_of(struct run *r, const char *group, size_t *n, struct err *err)
{
	struct strs names = STRS_INIT(20000);
	char *prefix = xasprintf("snapshot %s/", group);
	int rc = store_intent_names(r->engine->store, r->cluster.id, &names, err);

	*n = 0;
	for (size_t i = 0; i < names.n; i++)
		*n += text_has_prefix(names.v[i], prefix);
	free(prefix);
	strs_clear(&names);
	return rc;
}

int snapshot_id(struct run *r, const struct storage_spec *s, char out[320], struct err *err)
{
	bool under_way = r->op.id && r->op.kind == OP_DELETE;
	const char *known = under_way ? item_snapshot(r, s) : NULL;
	char *group, *name;
	size_t n;
	int rc;

	if (known) {
		snprintf(out, 320, "%s", known);
		return 0;
	}
	group = storage_group_of(s->disk_id);
	rc = count_of(r, group, &n, err);
	name = xasprintf("%s-s%zu", storage_disk_name(s), n + 1);
	if (rc == 0)
		rc = r->cloud->ops->resource_id(r->cloud->record, CLOUD_SNAPSHOT,
						strrchr(group, '/') + 1, name, out, 320, err);
	free(group);
	free(name);
	return rc;
}

struct storage_spec *storage_of_snapshot(struct run *r, const char *id)
{
	struct cluster_spec *spec = &r->cluster.spec;

	for (size_t i = 0; i < spec->n_storage; i++) {
		const char *made = item_snapshot(r, &spec->storage[i]);

		if (made && text_casecmp(made, id) == 0)
			return &spec->storage[i];
	}
	return NULL;
}

/* R8.7: then it is the disk that could not be deleted. */
void snapshot_failed(struct run *r, const char *id, const struct cloud_stage_info *i)
{
	const struct storage_spec *s = storage_of_snapshot(r, id);
	struct cloud_stage_info why = *i;
	struct err err = ERR_INIT;

	if (!s || storage_is_snapshot(s))
		return;
	err_set(&err, i->err->code, "disk %s stays, as no snapshot of it was made: %.180s",
		storage_disk_name(s), i->err->msg);
	why.err = &err;
	item_failed(r, CLOUD_DISK, s->disk_id, &why);
	operation_tell(r, &err);
}

/*
 * Looking
 */

struct snapshot_look {
	struct run *run;
	char id[320];
};

static bool is_marked(struct run *r, const char *as, const char *id)
{
	char *text = xasprintf("%s %s", as, id);
	bool is = strs_has(&op_work(r)->made, text);

	free(text);
	return is;
}

static void refuse(struct run *r, const char *id, enum err_code code, const char *why)
{
	struct err err = ERR_INIT;
	const struct cloud_stage_info i = { .stage = CLOUD_REFUSED,
					    .err = &err,
					    .cloud_code = "" };

	err_set(&err, code, "%s", why);
	snapshot_failed(r, id, &i);
	operation_wake(r);
}

/* R3.1: one that does not say that it is ours is nobody's proof of anything. */
static void seen(struct run *r, const char *id, const char *engine_tag)
{
	struct storage_spec *s = storage_of_snapshot(r, id);

	if (strcmp(engine_tag, store_engine_id(r->engine->store)) != 0) {
		refuse(r, id, ERR_CONFLICT,
		       "one of that name is there, and bears no tag of this engine");
		return;
	}
	strs_addf(&op_work(r)->made, "there %s", id);
	if (s)
		item_snapshot_seen(r, s);
	operation_wake(r);
}

/* A list of the cloud may lag behind what it has just made. */
static void absent(struct run *r, const char *id)
{
	if (strs_has(&op_work(r)->made, id)) {
		timer_set(r->op_tick, LOOK_AGAIN_MS);
		return;
	}
	if (!is_marked(r, "absent", id))
		strs_addf(&op_work(r)->made, "absent %s", id);
	operation_wake(r);
}

static void on_look(void *arg, const struct cloud_sight *s, const struct err *err)
{
	struct snapshot_look *l = arg;
	struct run *r = l->run;

	if (r->op.id) {
		op_work(r)->looking--;
		switch (s->look) {
		case CLOUD_IS_THERE:
			op_work(r)->reads_failed = 0;
			seen(r, l->id, s->engine_tag);
			break;
		case CLOUD_IS_GONE:
			absent(r, l->id);
			break;
		case CLOUD_IS_CHANGING:
			timer_set(r->op_tick, LOOK_AGAIN_MS);
			break;
		case CLOUD_IS_FAILED:
			strs_clear(&op_work(r)->made); /* it is asked for once more */
			strs_addf(&op_work(r)->made, "absent %s", l->id);
			refuse(r, l->id, ERR_IO, "the cloud says that making it failed");
			break;
		case CLOUD_LOOK_UNKNOWN:
			operation_read_failed(r, err);
			break;
		}
	}
	free(l);
}

static void look_at(struct run *r, const char *id)
{
	struct snapshot_look *l;

	if (op_work(r)->looking)
		return;
	l = xcalloc(1, sizeof(*l));
	l->run = r;
	snprintf(l->id, sizeof(l->id), "%s", id);
	op_work(r)->looking++;
	r->cloud->ops->look(r->cloud->cloud, CLOUD_SNAPSHOT, l->id, on_look, l);
}

enum item_step snapshot_step(struct run *r, const struct storage_spec *s, const char *id)
{
	if (item_stays(r, s->disk_id) || item_is_later(r, s->disk_id))
		return ITEM_LATER;
	if (is_marked(r, "there", id))
		return ITEM_SETTLED;
	if (is_marked(r, "absent", id) && !ensure(r, CLOUD_PUT, CLOUD_SNAPSHOT, id))
		return item_is_later(r, s->disk_id) ? ITEM_LATER : ITEM_UNDER_WAY;
	look_at(r, id);
	return ITEM_UNDER_WAY;
}

bool teardown_snapshots(struct run *r)
{
	const struct cluster_spec *spec = &r->cluster.spec;

	if (items_later(r, CLOUD_VM, NULL))
		return true; /* the head may still write to its disks */
	for (size_t i = 0; i < spec->n_storage; i++) {
		const struct storage_spec *s = &spec->storage[i];
		const char *id = item_snapshot(r, s);

		if (!id || storage_is_snapshot(s))
			continue;
		operation_step(r, "snapshots", "of disk %s", storage_disk_name(s));
		if (snapshot_step(r, s, id) == ITEM_UNDER_WAY)
			return false;
	}
	return true;
}

void snapshot_takes_place(struct run *r, struct storage_spec *s, const char *id)
{
	int64_t now = clock_utc_ms();

	if (!storage_is_snapshot(s)) {
		bill_all(r, now);
		bill_save(r);
		free(s->disk_id);
		s->disk_id = xstrdup(id);
		s->disk_ms = now;
		s->disk_price = r->region ? storage_price(&r->region->sizes, s) : -1;
		cluster_save(r);
		(void)FAILPOINT("snapshot.kept");
	}
	item_snapshot_kept(r, s);
}
