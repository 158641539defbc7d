/*
 * The world on disk. Changes are noted as they happen and written in one transaction at the end
 * of the loop's turn, so ten thousand new machines are one commit. Answers leave only after
 * that: what a client was told is kept.
 */
#ifndef AZSIM_WORLD_STORE_H
#define AZSIM_WORLD_STORE_H

#include <stdint.h>

#include "azsim/world/world.h"
#include "base/sql.h"

enum az_row {
	AZ_ROW_GROUP,
	AZ_ROW_RESOURCE,
	AZ_ROW_SET,
	AZ_ROW_MODEL,
	AZ_ROW_VM,
	AZ_ROW_OP,
	AZ_ROWS
};

struct az_store *az_store_open(const char *dir, struct err *err);
void az_store_close(struct az_store *st);
int az_store_load(struct az_store *st, struct az_world *w, struct err *err);
int az_store_flush(struct az_store *st, struct az_world *w, struct err *err);

void az_store_touch(struct az_world *w, enum az_row kind, void *thing);
void az_store_forget(struct az_world *w, enum az_row kind, int64_t row, void *thing);

int az_store_set(struct az_store *st, const char *key, const char *value, struct err *err);
int az_store_get(struct az_store *st, const char *key, struct buf *out); /* -1: no such key */

/* One line of the ledger: changed[] columns by event; written with the next flush. */
enum az_event { AZ_EVENT_MADE, AZ_EVENT_RUNNING, AZ_EVENT_STOPPED, AZ_EVENT_GONE };
struct az_vm;
void az_store_ledger(struct az_world *w, enum az_event what, const struct az_vm *vm);
struct sql *az_store_sql(struct az_store *st);
/* What is written now is committed with the next flush. */
int az_store_begin(struct az_store *st);

#endif
