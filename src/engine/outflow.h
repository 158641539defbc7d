/*
 * How many nodes of an array went in this cycle (R5.6). A decision may be made several times in
 * a cycle, as whatever happens wakes one early: its share is of the cycle, not of the decision.
 */
#ifndef ENGINE_OUTFLOW_H
#define ENGINE_OUTFLOW_H

#include <stdint.h>

struct outflow {
	int64_t began_ms; /* monotonic: the first of them; 0 none yet */
	int64_t gone;
};

int64_t outflow_gone(const struct outflow *s, int64_t mono_ms, int64_t cycle_s);
void outflow_add(struct outflow *s, int64_t mono_ms, int64_t cycle_s);

#endif
