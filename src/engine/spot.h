/* The past of spot machines: pure parts, for the decision's prices and for tests; the rest of
 * spot.c is in run.h. */
#ifndef ENGINE_SPOT_H
#define ENGINE_SPOT_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

#define SPOT_STORM "taken back: " /* how a back-off begins that such a storm began */

/* How many times its price a spot machine costs, the work counted that is done again. */
double spot_factor(const struct spot_past *p);
void spot_past_add(struct spot_past *p, int64_t node_ms, bool taken, int64_t lost_ms);
bool spot_is_storm(int64_t taken, int64_t nodes); /* within ten minutes, of so many with them */

#endif
