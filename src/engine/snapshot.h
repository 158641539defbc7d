/* A snapshot in the place of a disk (R8.3): its name, its making in a teardown, its price. */
#ifndef ENGINE_SNAPSHOT_H
#define ENGINE_SNAPSHOT_H

#include "engine/run.h"
#include "engine/teardown_items.h"

/* What there is of a storage, and what that costs: USD per hour, -1 unknown. */
enum cloud_kind storage_kind(const struct storage_spec *s);
double storage_price(const struct vm_sizes *sizes, const struct storage_spec *s);

/* Of the one that the teardown under way makes of it, or that the next one would. */
int snapshot_id(struct run *r, const struct storage_spec *s, char out[320], struct err *err);
/* The storage of which this teardown makes the snapshot of that id; NULL: none. */
struct storage_spec *storage_of_snapshot(struct run *r, const char *id);
/* SETTLED: the cloud shows it. LATER: it could not be made, and its disk waits. */
enum item_step snapshot_step(struct run *r, const struct storage_spec *s, const char *id);
void snapshot_failed(struct run *r, const char *id, const struct cloud_stage_info *i);
/* The disk is gone: from here the storage is its snapshot. Again, it does no harm. */
void snapshot_takes_place(struct run *r, struct storage_spec *s, const char *id);

#endif
