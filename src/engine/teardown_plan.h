/* The preview of a teardown and its hash, valid 10 min (R8.1). */
#ifndef ENGINE_TEARDOWN_PLAN_H
#define ENGINE_TEARDOWN_PLAN_H

#include "engine/run.h"

/* -1 when the plan that the operator saw is not the plan of now, with what changed. */
int teardown_plan_check(struct run *r, const char *hash, struct err *err);

#endif
