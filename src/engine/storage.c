/*
 * Disks of a cluster that outlive its head. Each lies in a resource group of its own: a
 * cluster's group is deleted as a whole, and nothing that is to be kept may be in it; and a
 * disk changes hands between clusters without moving, its group being its own.
 */
#include "engine/storage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/bill.h"
#include "engine/note.h"
#include "engine/operation.h"
#include "engine/snapshot.h"

struct storage_spec *storage_of_disk(struct cluster_spec *s, const char *disk_id)
{
	for (size_t i = 0; i < s->n_storage; i++)
		if (s->storage[i].disk_id && text_casecmp(s->storage[i].disk_id, disk_id) == 0)
			return &s->storage[i];
	return NULL;
}

char *storage_group_of(const char *disk_id)
{
	const char *providers = strstr(disk_id, "/providers/");

	return xstrndup(disk_id, providers ? (size_t)(providers - disk_id) : strlen(disk_id));
}

static bool is_disk_or_group(const struct storage_spec *s, const char *id)
{
	char *group;
	bool is;

	if (!s->disk_id)
		return false;
	group = storage_group_of(s->disk_id);
	is = text_casecmp(id, s->disk_id) == 0 || text_casecmp(id, group) == 0;
	free(group);
	return is;
}

bool storage_owns(const struct run *r, const char *id)
{
	for (size_t i = 0; i < r->cluster.spec.n_storage; i++)
		if (is_disk_or_group(&r->cluster.spec.storage[i], id))
			return true;
	return false;
}

/*
 * Start
 */

/* The final names are committed before the cloud is called (R3.2). */
static int fix_names(struct run *r, struct err *err)
{
	struct cluster *c = &r->cluster;
	bool fixed = false;

	for (size_t i = 0; i < c->spec.n_storage; i++) {
		struct storage_spec *s = &c->spec.storage[i];
		char *name, *group, id[320];
		int rc;

		if (!storage_has_disk(s) || s->disk_id)
			continue;
		name = xasprintf("%s-%s-%s", c->name, s->name, c->short_id);
		group = xasprintf("paceline-disk-%s", name);
		rc = r->cloud->ops->resource_id(r->cloud->record, CLOUD_DISK, group, name, id,
						sizeof(id), err);
		free(name);
		free(group);
		if (rc < 0)
			return -1;
		s->disk_id = xstrdup(id);
		fixed = true;
	}
	if (fixed)
		cluster_save(r);
	return 0;
}

struct disk_look {
	struct run *run;
	char id[320];
};

/* R3.1: what does not say that it is ours is used, as it was asked for, and never changed. */
static void seen(struct run *r, const char *disk_id, const char *engine_tag)
{
	bool ours = strcmp(engine_tag, store_engine_id(r->engine->store)) == 0;

	strs_addf(&op_work(r)->made, "%s %s", ours ? "ours" : "there", disk_id);
	if (!ours)
		note(r, EVENT_WARN, "",
		     "disk %s bears no tag of this engine: it is left as it is",
		     strrchr(disk_id, '/') + 1);
}

static bool was_seen(struct run *r, const char *as, const char *disk_id)
{
	char *text = xasprintf("%s %s", as, disk_id);
	bool was = strs_has(&op_work(r)->made, text);

	free(text);
	return was;
}

static void on_disk(void *arg, const struct cloud_sight *s, const struct err *err)
{
	struct disk_look *l = arg;
	struct op_work *w;

	if (l->run->op.id) {
		w = op_work(l->run);
		w->looking--;
		if (s->look == CLOUD_LOOK_UNKNOWN)
			operation_error(l->run, err, 5000);
		else if (s->look == CLOUD_IS_GONE)
			strs_add(&w->left, l->id);
		else
			seen(l->run, l->id, s->engine_tag);
		operation_wake(l->run);
	}
	free(l);
}

/* First for the group of a disk, then for the disk. */
static enum storage_step with_group(struct run *r, enum cloud_verb verb,
				    const struct storage_spec *s)
{
	char *group = storage_group_of(s->disk_id);
	bool done =
	    ensure(r, verb, CLOUD_GROUP, group) && ensure(r, verb, CLOUD_DISK, s->disk_id);

	free(group);
	return done ? STORAGE_READY : STORAGE_WAITS;
}

/* A disk that was there before is never put again: were it gone, an empty one would take its
 * place, and nobody would be told. */
static enum storage_step find_disk(struct run *r, const struct storage_spec *s, struct err *err)
{
	struct op_work *w = op_work(r);
	struct disk_look *l;

	if (strs_has(&w->made, s->disk_id) || was_seen(r, "there", s->disk_id))
		return STORAGE_READY;
	/* What was taken over bears this cluster's tag from here: whoever looks for what the
	 * cluster has finds it, and another engine's rule does not take it for what its old
	 * cluster left. Neither disks nor groups know If-Match; their tags were read just now.
	 */
	if (was_seen(r, "ours", s->disk_id))
		return s->disk ? with_group(r, CLOUD_TAG, s) : STORAGE_READY;
	if (strs_has(&w->left, s->disk_id)) {
		err_set(err, ERR_NOT_FOUND, "disk %s of storage %s is gone from the cloud",
			storage_disk_name(s), s->name);
		return STORAGE_FAILED;
	}
	if (w->looking == 0) {
		l = xcalloc(1, sizeof(*l));
		l->run = r;
		snprintf(l->id, sizeof(l->id), "%s", s->disk_id);
		w->looking++;
		r->cloud->ops->look(r->cloud->cloud, CLOUD_DISK, l->id, on_disk, l);
	}
	return STORAGE_WAITS;
}

enum storage_step storage_make(struct run *r, struct err *err)
{
	struct cluster_spec *spec = &r->cluster.spec;
	enum storage_step step = STORAGE_READY;

	if (fix_names(r, err) < 0)
		return STORAGE_FAILED;
	for (size_t i = 0; i < spec->n_storage && step == STORAGE_READY; i++) {
		const struct storage_spec *s = &spec->storage[i];

		/* one that this very start made is marked as there, and known as made */
		if (storage_has_disk(s))
			step = s->disk_ms ? find_disk(r, s, err) : with_group(r, CLOUD_PUT, s);
	}
	return step;
}

/*
 * A new cluster takes over what an earlier one kept
 */

struct taken {
	struct run *from;
	size_t at;		   /* where it stood in the storage of that cluster */
	struct storage_spec given; /* as it stood there */
	struct storage_spec *to;
};

struct takeover {
	struct engine *engine;
	const char *to; /* the new cluster's name */
	struct taken v[CLOUD_DATA_DISKS];
	size_t n;
};

/* By the disk's name, or by the cluster's where it keeps one disk. */
static bool is_called(const struct run *r, const struct storage_spec *s, const char *name)
{
	size_t disks = 0;

	for (size_t i = 0; i < r->cluster.spec.n_storage; i++)
		disks += r->cluster.spec.storage[i].disk_ms != 0;
	return strcmp(storage_disk_name(s), name) == 0 ||
	       (disks == 1 && r->cluster.state == CLUSTER_KEPT &&
		strcmp(r->cluster.name, name) == 0);
}

static struct run *holder_of(struct engine *e, const char *name, size_t *at)
{
	for (size_t i = 0; i < e->n_runs; i++) {
		const struct cluster_spec *spec = &e->runs[i]->cluster.spec;

		for (*at = 0; *at < spec->n_storage; ++*at)
			if (spec->storage[*at].disk_ms &&
			    is_called(e->runs[i], &spec->storage[*at], name))
				return e->runs[i];
	}
	return NULL;
}

static bool begins_with_name(const char *disk, const char *name)
{
	size_t n = strlen(name);

	return n && strncmp(disk, name, n) == 0 && disk[n] == '-';
}

/* Whoever has a disk that is not free by the name that was said: of the cluster that made it,
 * which may be gone, or of the one that has it. */
static struct run *keeper_of(struct engine *e, const char *name, size_t *at)
{
	for (size_t i = 0; i < e->n_runs; i++) {
		const struct cluster *c = &e->runs[i]->cluster;

		for (*at = 0; *at < c->spec.n_storage; ++*at) {
			const struct storage_spec *s = &c->spec.storage[*at];

			if (s->disk_ms && c->state != CLUSTER_KEPT &&
			    (strcmp(c->name, name) == 0 ||
			     begins_with_name(storage_disk_name(s), name)))
				return e->runs[i];
		}
	}
	return NULL;
}

static int may_take(const struct run *from, const struct storage_spec *disk,
		    const struct cluster_spec *to, struct err *err)
{
	const struct cluster_spec *s = &from->cluster.spec;

	if (from->cluster.state != CLUSTER_KEPT)
		return err_set(
		    err, ERR_CONFLICT,
		    "disk %s belongs to cluster %s, which is %s: it is free once that is deleted with --keep %s",
		    storage_disk_name(disk), from->cluster.name,
		    cluster_state_name(from->cluster.state), disk->name);
	if (from->op.id)
		return err_set(err, ERR_CONFLICT, "disk %s is being deleted",
			       storage_disk_name(disk));
	if (strcmp(s->cloud, to->cloud) != 0 || strcmp(s->region, to->region) != 0)
		return err_set(
		    err, ERR_INVALID,
		    "disk %s is in %s of %s: a cluster that takes it over has to be there too",
		    storage_disk_name(disk), s->region, s->cloud);
	return 0;
}

static struct run *giver_of(struct engine *e, const struct storage_spec *to,
			    const struct cluster_spec *spec, size_t *at, struct err *err)
{
	struct run *from = holder_of(e, to->disk, at);

	if (!from)
		from = keeper_of(e, to->disk, at);
	if (!from) {
		err_set(
		    err, ERR_NOT_FOUND,
		    "storage %s: there is no kept disk \"%.80s\"; \"disk list\" shows what there is",
		    to->name, to->disk);
		return NULL;
	}
	if (may_take(from, &from->cluster.spec.storage[*at], spec, err) == 0)
		return from;
	err_wrap(err, "storage %s", to->name);
	return NULL;
}

int storage_can_take(struct engine *e, const struct storage_spec *to,
		     const struct cluster_spec *spec, int64_t *gib, struct err *err)
{
	size_t at;
	const struct run *from = giver_of(e, to, spec, &at, err);

	*gib = from ? from->cluster.spec.storage[at].disk_gib : 0;
	return from ? 0 : -1;
}

void storage_to_take(struct engine *e, const struct cluster_spec *spec,
		     void (*each)(void *arg, const struct run *from,
				  const struct storage_spec *s),
		     void *arg)
{
	struct err err;

	for (size_t i = 0; i < e->n_runs; i++) {
		const struct run *from = e->runs[i];

		for (size_t k = 0; k < from->cluster.spec.n_storage; k++)
			if (from->cluster.spec.storage[k].disk_ms &&
			    may_take(from, &from->cluster.spec.storage[k], spec, &err) == 0)
				each(arg, from, &from->cluster.spec.storage[k]);
	}
}

/* A snapshot stays where it is: the new cluster's disk is made from it, and is its own. */
static void copy_from(struct storage_spec *to, const struct storage_spec *snapshot)
{
	to->from_id = xstrdup(snapshot->disk_id);
	to->disk_gib = snapshot->disk_gib;
	free(to->disk);
	to->disk = xstrdup(storage_disk_name(snapshot));
}

static void take(struct takeover *t, struct storage_spec *to, struct run *from, size_t at)
{
	t->v[t->n++] = (struct taken){
		.from = from, .at = at, .given = from->cluster.spec.storage[at], .to = to
	};
	to->disk_id = xstrdup(t->v[t->n - 1].given.disk_id);
	to->disk_gib = t->v[t->n - 1].given.disk_gib;
	to->disk_price = t->v[t->n - 1].given.disk_price;
	to->disk_ms = clock_utc_ms();
	free(to->disk); /* its own name from here, whatever it was called by */
	to->disk = xstrdup(storage_disk_name(to));
}

/* The giver's entry is out of its spec until the end says which way it went. */
static void pull_out(struct taken *k)
{
	struct cluster_spec *s = &k->from->cluster.spec;

	memmove(&s->storage[k->at], &s->storage[k->at + 1],
		(s->n_storage - k->at - 1) * sizeof(*s->storage));
	s->n_storage--;
}

static void put_back(struct taken *k)
{
	struct cluster_spec *s = &k->from->cluster.spec;

	memmove(&s->storage[k->at + 1], &s->storage[k->at],
		(s->n_storage - k->at) * sizeof(*s->storage));
	s->storage[k->at] = k->given;
	s->n_storage++;
	k->from->cluster.state = CLUSTER_KEPT;
}

static bool disks_left(const struct cluster *c)
{
	for (size_t i = 0; i < c->spec.n_storage; i++)
		if (c->spec.storage[i].disk_ms)
			return true;
	return false;
}

static int give(struct takeover *t, struct storage_spec *to, const struct cluster *c,
		struct err *err)
{
	size_t at;
	struct run *from = giver_of(t->engine, to, &c->spec, &at, err);

	if (!from)
		return -1;
	if (storage_is_snapshot(&from->cluster.spec.storage[at])) {
		copy_from(to, &from->cluster.spec.storage[at]);
		return 0;
	}
	take(t, to, from, at);
	bill_all(from, clock_utc_ms());
	pull_out(&t->v[t->n - 1]);
	if (!disks_left(&from->cluster))
		from->cluster.state = CLUSTER_DELETED;
	return store_cluster_save(t->engine->store, &from->cluster, err);
}

int takeover_begin(struct takeover **out, struct engine *e, struct cluster *c, struct err *err)
{
	struct takeover *t = xcalloc(1, sizeof(*t));

	*out = t;
	t->engine = e;
	t->to = c->name;
	for (size_t i = 0; i < c->spec.n_storage; i++)
		if (c->spec.storage[i].disk && give(t, &c->spec.storage[i], c, err) < 0)
			return -1;
	return 0;
}

void takeover_end(struct takeover *t, bool undo)
{
	for (size_t i = t ? t->n : 0; i-- > 0;) {
		struct taken *k = &t->v[i];

		if (undo) {
			put_back(k);
			continue;
		}
		bill_save(k->from); /* what it cost there, until now */
		note(k->from, EVENT_INFO, "", "disk %s goes to cluster %s",
		     storage_disk_name(&k->given), t->to);
		storage_spec_clear(&k->given);
		if (k->from->cluster.state == CLUSTER_DELETED)
			run_forget(k->from);
		else
			run_changed(k->from);
	}
	free(t);
}

/*
 * All of them, for those who look for what goes on costing
 */

/* Of a cluster that is torn down the disk does not go where it is to stay. */
static const char *disk_state(struct run *r, const struct storage_spec *s)
{
	return r->op.id && r->op.kind == OP_DELETE && item_kept(r, s)
		   ? "keeping"
		   : cluster_state_name(r->cluster.state);
}

static void disk_json(struct json *j, struct run *r, const struct storage_spec *s)
{
	json_set_str(j, "disk", storage_disk_name(s));
	json_set_str(j, "id", s->disk_id);
	json_set_str(j, "cluster", r->cluster.name);
	json_set_str(j, "state", disk_state(r, s));
	json_set_str(j, "kind", cloud_kind_name(storage_kind(s)));
	json_set_bool(j, "kept", r->cluster.state == CLUSTER_KEPT);
	json_set_str(j, "storage", s->name);
	json_set_str(j, "path", s->path);
	json_set_int(j, "gib", s->disk_gib);
	json_set_str(j, "cloud", r->cluster.spec.cloud);
	json_set_str(j, "region", r->cluster.spec.region);
	json_set_int(j, "since_ms", s->disk_ms);
	json_set_real(j, "price_per_hour", s->disk_price);
}

struct json *engine_disks(const struct engine *e)
{
	struct json *j = json_new_object(), *list = json_set_array(j, "disks");

	for (size_t i = 0; i < e->n_runs; i++)
		for (size_t k = 0; k < e->runs[i]->cluster.spec.n_storage; k++) {
			const struct storage_spec *s = &e->runs[i]->cluster.spec.storage[k];

			if (s->disk_ms)
				disk_json(json_add_object(list), e->runs[i], s);
		}
	return j;
}
