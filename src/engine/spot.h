/* The past of spot machines. */
#ifndef ENGINE_SPOT_H
#define ENGINE_SPOT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/node.h"
#include "model/queue.h"
#include "store/store.h"

struct run;

#define SPOT_STORM "taken back: " /* how a back-off begins that such a storm began */

/* How many times its price a spot machine costs, the work counted that is done again. */
double spot_factor(const struct spot_past *p);
void spot_past_add(struct spot_past *p, int64_t node_ms, bool taken, int64_t lost_ms);
bool spot_is_storm(int64_t taken, int64_t nodes); /* within ten minutes, of so many with them */

/* spot.c (B1, B2) */
void spot_load(struct run *r);
void spot_free(struct run *r);
void spot_moved(struct run *r, const struct node *n, enum node_state to); /* before it is so */
void spot_settle(struct run *r); /* what ran on machines that were taken back; no decision is
				    made meanwhile */
void spot_mark(const struct run *r, struct queue *q); /* jobs that get no spot any more */
/* What a bucket's price is to be multiplied by; running_ms: the time of machines that are still
 * there. */
double spot_risk(const struct run *r, const char *key, int64_t running_ms);

#endif
