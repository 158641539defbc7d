/*
 * What a teardown remembers of each thing it deletes, in the data of its operation: clients see
 * it as it works, and a restarted engine goes on with the same decisions.
 *
 * {"keep": [storage...], "skip": [id...], "from": cluster state before,
 *  "items": [{"kind", "id", "state", "error", "price_per_hour", "tries", "next_try_ms",
 * "rest", "storage", "make"}...], "progress_ms": when an item last went} state: waiting,
 * deleting, gone, failed, kept, skipped, foreign (a group that stays, as it holds what is not
 * ours); rest: no step of its own deletes it; make: a snapshot that is made of its storage's
 * disk, and kept from when it was seen
 */
#ifndef ENGINE_TEARDOWN_ITEMS_H
#define ENGINE_TEARDOWN_ITEMS_H

#include "engine/run.h"

/* The data of a new teardown; yours. NULL: what is to be kept cannot be told. */
char *items_begin(struct run *r, const struct strs *keep, struct err *err);
enum cluster_state items_from(struct run *r); /* the state that it began from */

bool item_kept(struct run *r, const struct storage_spec *s);
/* The snapshot that is made of its disk: the id, borrowed; NULL: none is. */
const char *item_snapshot(struct run *r, const struct storage_spec *s);
void item_snapshot_seen(struct run *r, const struct storage_spec *s);
/* Its disk is gone, and the storage kept as what the snapshot holds. */
void item_snapshot_kept(struct run *r, const struct storage_spec *s);
/* It is to be left: kept, skipped, or a group that holds what is skipped. */
bool item_stays(struct run *r, const char *id);
bool item_may_skip(struct run *r, const char *id);
void item_skip(struct run *r, const char *id); /* saved with the operation by the caller */
/* Its next try is put off (R8.5). */
void item_failed(struct run *r, enum cloud_kind kind, const char *id,
		 const struct cloud_stage_info *i);
/* It was deleted, and is still there. */
void item_back(struct run *r, enum cloud_kind kind, const char *id);

/*
 * How long a refused deletion waits: 5 s, doubled by each try, up to 10 min and never given up;
 * what something else still holds, or changes, is let alone for the time that this takes (180
 * s, where the cloud names none). Pure but for the dice.
 */
int64_t item_delay_ms(unsigned int tries, const struct cloud_stage_info *i, struct rng *rng);

/* Deletes it unless it stays or waits for its next try. */
enum item_step {
	ITEM_SETTLED,
	ITEM_UNDER_WAY,
	ITEM_LATER, /* the rest of the graph goes on */
};
enum item_step item_delete(struct run *r, enum cloud_kind kind, const char *id);
/* The same for what no step deletes by itself; the number that is under way. */
size_t items_rest(struct run *r);
bool item_is_later(struct run *r, const char *id);
void item_foreign(struct run *r, const char *group);
bool item_is_foreign(struct run *r, const char *id);
/* Something of that kind waits for its next try; with a group: only what lies in it. */
bool items_later(struct run *r, enum cloud_kind kind, const char *group);
size_t items_failed(struct run *r, int64_t *next_try_ms, char *first, size_t first_max);
void items_retry(struct run *r, const char *id); /* now, as if it had not failed; "": all */
int64_t items_progress_ms(struct run *r);	 /* when something last went */
double items_failed_price(struct run *r);	 /* USD per hour; -1 unknown */

/* teardown.c: stages that the undoing of a start has as well */
bool teardown_head(struct run *r);
bool teardown_storage(struct run *r);
bool teardown_snapshots(struct run *r); /* snapshot.c */
bool teardown_network(struct run *r);
bool teardown_group(struct run *r);

/* For the report: {kept[], left[], goes_on_per_hour}. */
void items_report(struct run *r, struct json *report);
size_t items_left(struct run *r);	 /* skipped ones */
bool items_skip_machines(struct run *r); /* a head or a scale set is among them */

#endif
