/* Disks that outlive the head, each in a group of its own. */
#ifndef ENGINE_STORAGE_H
#define ENGINE_STORAGE_H

#include <stdbool.h>

#include "base/err.h"
#include "model/cluster.h"

struct engine;
struct run;

struct storage_spec *storage_of_disk(struct cluster_spec *s, const char *disk_id);
/* A step of the start: what is new is made, what is there is looked at, once. */
enum storage_step { STORAGE_READY, STORAGE_WAITS, STORAGE_FAILED };
enum storage_step storage_make(struct run *r, struct err *err);
char *storage_group_of(const char *disk_id); /* yours to free */
bool storage_owns(const struct run *r,
		  const char *id); /* a disk of this cluster, or its group */
/* Whether a cluster to be may take over the disk that `to` names, and how large it is; and each
 * disk that it may. */
int storage_can_take(struct engine *e, const struct storage_spec *to,
		     const struct cluster_spec *spec, int64_t *gib, struct err *err);
void storage_to_take(struct engine *e, const struct cluster_spec *spec,
		     void (*each)(void *arg, const struct run *from,
				  const struct storage_spec *s),
		     void *arg);
/* The clusters that gave disks to c, which is about to be: called in the transaction that adds
 * it. undo: the transaction failed; else the rows are written, and what is empty leaves. */
struct takeover;
int takeover_begin(struct takeover **t, struct engine *e, struct cluster *c, struct err *err);
void takeover_end(struct takeover *t, bool undo);

#endif
