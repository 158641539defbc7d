/*
 * A disk that a cluster kept and whose row a restore lost becomes a row again (R2.10): a
 * cluster in state kept with nothing but that disk. It goes on costing, "disk list" names it, a
 * new cluster takes it over, or it is deleted with the plan of every teardown.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/text.h"
#include "engine/found.h"
#include "engine/note.h"
#include "engine/region.h"
#include "engine/snapshot.h"

bool find_is_storage(const struct find *f)
{
	return f->what == FOUND_ORPHAN && f->storage[0] && f->f.cluster_tag[0];
}

/* "CLUSTER-STORAGE-SHORT" is what storage.c called it. */
static char *cluster_of(const struct find *f)
{
	const char *slash = strrchr(f->f.id, '/');
	char *end = xasprintf("-%s-%s", f->storage, f->f.cluster_tag);
	size_t len = slash ? strlen(slash + 1) : 0, n = strlen(end);
	char *name = NULL;

	if (len > n && text_casecmp(slash + 1 + len - n, end) == 0)
		name = xstrndup(slash + 1, len - n);
	free(end);
	return name;
}

static char *free_name(const struct engine *e, const struct find *f)
{
	char *name = cluster_of(f), *other;

	if (!name || !cluster_name_ok(name, NULL)) {
		free(name);
		name = xasprintf("kept-%.8s", f->f.cluster_tag);
	}
	for (int i = 2; run_find(e, name) && i < 1000; i++) {
		other = xasprintf("%.24s-%d", name, i);
		if (!run_find(e, other)) {
			free(name);
			return other;
		}
		free(other);
	}
	return name;
}

static double price_of(struct engine *e, const struct find *f, const struct storage_spec *s)
{
	const struct engine_cloud *c = cloud_named(e, f->f.cloud);
	const struct region_facts *rf = c ? region_find(e, c, f->region) : NULL;

	return rf && rf->sizes_ms ? storage_price(&rf->sizes, s) : -1;
}

static void fill(struct cluster *c, struct engine *e, const struct user *u,
		 const struct find *f)
{
	struct storage_spec *s = xcalloc(1, sizeof(*s));
	const char *name = strrchr(f->f.id, '/') + 1;

	cluster_spec_init(&c->spec);
	c->name = free_name(e, f);
	snprintf(c->short_id, sizeof(c->short_id), "%.8s", f->f.cluster_tag);
	c->state = CLUSTER_KEPT;
	c->reason = xstrdup("adopted: its rows were lost, its disk is kept");
	c->owner = xstrdup(u->name);
	c->owner_uid = u->uid;
	c->created_ms = c->since_ms = clock_utc_ms();
	free(c->spec.cloud);
	free(c->spec.region);
	free(c->spec.scheduler);
	c->spec.cloud = xstrdup(f->f.cloud);
	c->spec.region = xstrdup(f->region);
	c->spec.scheduler = xstrdup("slurm");
	*s = (struct storage_spec){ .name = xstrdup(f->storage),
				    .kind = xstrdup("nfs"),
				    .path = xasprintf("/%s", f->storage),
				    .policy = KEEP_KEEP,
				    .disk_gib = f->disk_gib,
				    .disk = xstrdup(name),
				    .disk_id = xstrdup(f->f.id),
				    .disk_ms = clock_utc_ms() };
	s->disk_price = price_of(e, f, s);
	c->spec.storage = s;
	c->spec.n_storage = 1;
}

/* A cluster that was deleted may have had the tag's: then a fresh one. */
static int add_row(struct engine *e, struct cluster *c, struct err *err)
{
	if (store_cluster_add(e->store, c, NULL) == 0)
		return 0;
	rand_hex(c->short_id, 4);
	return store_cluster_add(e->store, c, err);
}

static int write_row(struct engine *e, const struct user *u, const struct find *f,
		     struct cluster *c, struct err *err)
{
	struct deed a = { .by = u, .verb = "adopt", .object = f->f.id };

	if (store_begin(e->store, err) < 0)
		return -1;
	if (add_row(e, c, err) < 0) {
		store_rollback(e->store);
		return -1;
	}
	store_digest_cluster(a.after, c);
	if (audit_write(e, &a, err) < 0) {
		store_rollback(e->store);
		return -1;
	}
	(void)FAILPOINT("adoption.disk");
	if (store_commit(e->store, err) < 0)
		engine_fatal(e, err);
	return 0;
}

int adopt_disk(struct engine *e, const struct user *u, struct find *f, struct err *err)
{
	struct cluster c = { 0 };
	struct run *r;

	if (!f->looked || f->disk_gib <= 0)
		return err_set(err, ERR_CONFLICT,
			       "the size of disk %s was not read yet: again in a moment",
			       strrchr(f->f.id, '/') + 1);
	fill(&c, e, u, f);
	if (write_row(e, u, f, &c, err) < 0) {
		cluster_clear(&c);
		return -1;
	}
	r = run_add(e, &c);
	note_by(r, EVENT_INFO, u, "", "adopted: disk %s, kept, to be taken over or deleted",
		strrchr(f->f.id, '/') + 1);
	find_forget(e, f);
	return 0;
}
