/* The preview of a teardown and its hash, valid 10 min (R8.1). */
#ifndef ENGINE_TEARDOWN_PLAN_H
#define ENGINE_TEARDOWN_PLAN_H

#include "engine/run.h"

/* The storage that is kept by the plan of this hash; NULL when the plan that the operator saw
 * is not the plan of now, with what changed, or not one of this kind: force kills the jobs that
 * the other waits for. Borrowed until the next plan is made. */
const struct strs *teardown_plan_check(struct run *r, const char *hash, bool force,
				       struct err *err);

/* The hash of the same plan with force, out of its own. */
void teardown_plan_forced(char out[65], const char *hash);

/* Nodes of each array, and the jobs that are on them: each job counts once. */
void teardown_plan_arrays(struct json *list, const struct run *r);

#endif
