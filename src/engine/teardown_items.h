/*
 * What a teardown remembers of each thing it deletes, in the data of its operation: clients see
 * it as it works, and a restarted engine goes on with the same decisions.
 *
 * {"keep": [storage...], "skip": [id...], "from": cluster state before,
 *  "items": [{"kind", "id", "state", "error", "price_per_hour"}...]}
 * state: waiting, deleting, gone, failed, kept, skipped
 */
#ifndef ENGINE_TEARDOWN_ITEMS_H
#define ENGINE_TEARDOWN_ITEMS_H

#include "engine/run.h"

char *items_begin(struct run *r,
		  const struct strs *keep);   /* the data of a new teardown; yours */
enum cluster_state items_from(struct run *r); /* the state that it began from */

bool item_kept(struct run *r, const struct storage_spec *s);
/* It is to be left: kept, skipped, or a group that holds what is skipped. */
bool item_stays(struct run *r, const char *id);
bool item_may_skip(struct run *r, const char *id);
void item_skip(struct run *r, const char *id); /* saved with the operation by the caller */
void item_failed(struct run *r, enum cloud_kind kind, const char *id, const char *why);

/* Deletes it unless it stays; true: that is settled. */
bool item_delete(struct run *r, enum cloud_kind kind, const char *id);

/* For the report: {kept[], left[], goes_on_per_hour}. */
void items_report(struct run *r, struct json *report);
size_t items_left(struct run *r); /* skipped ones */
bool items_skip_machines(struct run *r); /* a head or a scale set is among them */

#endif
