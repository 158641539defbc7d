/*
 * Managed disks and their snapshots: what they cost, who may hold one, and what was ever made
 * of them. The disk itself is a plain resource; its data, where machines are real, lies with
 * whoever makes those.
 */
#ifndef AZSIM_WORLD_DISK_H
#define AZSIM_WORLD_DISK_H

#include "azsim/world/resource.h"
#include "azsim/world/vm.h"

struct az_disk_tier { /* of premium disks: a disk costs as the next tier that holds it */
	const char *name;
	int64_t gib;
	double month; /* USD in eastus; a sample, not an offer */
};

extern const struct az_disk_tier az_disk_tiers[]; /* ends with a NULL name */

#define AZ_DISK_GIB_MAX 32767
#define AZ_MONTH_HOURS	730

double az_disk_month(const struct az_disk_tier *t, int region);
double az_snapshot_month(int region);			/* of one GiB */
double az_disk_price(const struct az_resource *disk);	/* an hour; of a snapshot, too */
bool az_disk_holds_data(const struct az_resource *res); /* a disk or a snapshot */
/* The disk or snapshot that a document says it is a copy of; NULL: there is none. */
struct az_resource *az_disk_source(const struct az_world *w, const struct json *doc);
void az_disk_fill(struct az_world *w, const struct az_resource *disk); /* from its source */

/* The resource that an entry of dataDisks attaches; NULL when it makes one of its own. */
struct az_resource *az_disk_attached(const struct az_world *w, const struct json *entry);
/* May a machine (old: as it is now; NULL: a new one) of this region have these data disks? */
int az_disks_check(struct az_world *w, const struct json *data_disks, const struct az_vm *old,
		   int region, struct az_refusal *r);
/* A disk of the group that a machine of another one holds: the group cannot go. */
const struct az_resource *az_disk_held_outside(const struct az_group *g);

void az_disk_made(struct az_world *w, const struct az_resource *disk); /* or resized */
void az_disk_gone(struct az_world *w, const struct az_resource *disk);
/* The ledger's disks, newest first: {name, group, gib, pricePerHour, created, deleted, cost,
 * tags}. New. */
struct json *az_disk_ledger(struct az_world *w, const char *tag, const char *value, size_t max,
			    struct err *err);

#endif
