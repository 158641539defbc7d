/*
 * A region of the subscription (R11.1): what its calls may take and what holds them back, by
 * kind of call. One region's trouble stops no other's work. What belongs to no region (lists of
 * groups, of all that bears a tag) has a place of its own, with no name.
 *
 * An id does not tell where its thing is, so a group's region is learned: from what is made in
 * it, and from what lists say. Until then its calls are of no region.
 */
#ifndef PROVIDER_AZURE_PLACE_H
#define PROVIDER_AZURE_PLACE_H

#include <stddef.h>

#include "base/map.h"
#include "base/retry.h"

enum lane { LANE_DELETE, LANE_WRITE, LANE_READ, LANES };

struct arm_place {
	char region[40]; /* "" of none */
	struct pacer lanes[LANES];
	struct breaker breakers[LANES];
};

struct arm_places {
	struct arm_place **v; /* the first is that of no region */
	size_t n, cap;
	struct map *groups; /* name -> its struct arm_place */
};

void arm_places_init(struct arm_places *p, int64_t now_ms);
void arm_places_clear(struct arm_places *p);
/* Of a path or a whole URL. */
struct arm_place *arm_place_of(struct arm_places *p, const char *url, int64_t now_ms);
/* Something in a group is in this region; the first word of it is kept. */
void arm_place_learn(struct arm_places *p, const char *id, const char *region, int64_t now_ms);
void arm_places_close_breakers(struct arm_places *p);

/* azure-arm.md 5.1, held at 80 %: other tools share the subscription. */
void lanes_init(struct pacer lanes[LANES], int64_t now_ms);

#endif
