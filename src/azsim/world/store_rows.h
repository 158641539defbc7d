/* One row each way: what store.c writes and what it reads at the start. */
#ifndef AZSIM_WORLD_STORE_ROWS_H
#define AZSIM_WORLD_STORE_ROWS_H

#include "azsim/world/world.h"
#include "base/sql.h"

struct az_resource;
struct az_model;
struct az_op;

int az_row_group(struct sql *db, const struct az_group *g, struct err *err);
int az_row_resource(struct sql *db, const struct az_resource *r, struct err *err);
int az_row_model(struct sql *db, const struct az_model *m, struct err *err);
int az_row_set(struct sql *db, const struct az_set *s, struct err *err);
int az_row_vm(struct sql *db, const struct az_vm *vm, struct err *err);
int az_row_op(struct sql *db, const struct az_op *op, struct err *err);

#endif
