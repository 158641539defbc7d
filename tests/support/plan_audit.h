/*
 * A second opinion on a decision: counts again, from demand and facts alone and without the
 * decision's own code, that a plan breaks no rule of its trade. The numbers I1 to I9 are those
 * of the tests that use it.
 */
#ifndef SUPPORT_PLAN_AUDIT_H
#define SUPPORT_PLAN_AUDIT_H

#include "engine/plan.h"

/* NULL: nothing is wrong. Else what is, in out. */
const char *plan_audit(const struct plan *p, const struct demand *d, const struct facts *f,
		       char out[300]);
bool plan_equal(const struct plan *a, const struct plan *b); /* to the last word */

#endif
