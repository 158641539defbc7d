#include "provider/azure/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define PLACES_MAX 80	/* Azure has some sixty regions */
#define GROUPS_MAX 5000 /* more are not ours: what is known of them is learned anew */

void lanes_init(struct pacer lanes[LANES], int64_t now_ms)
{
	pacer_init(&lanes[LANE_DELETE], 160, 480, now_ms);
	pacer_init(&lanes[LANE_WRITE], 160, 480, now_ms);
	pacer_init(&lanes[LANE_READ], 200, 1200, now_ms);
}

static struct arm_place *add(struct arm_places *p, const char *region, int64_t now_ms)
{
	struct arm_place *at = xcalloc(1, sizeof(*at));

	snprintf(at->region, sizeof(at->region), "%s", region);
	lanes_init(at->lanes, now_ms);
	GROW(p->v, p->n, p->cap);
	p->v[p->n++] = at;
	return at;
}

void arm_places_init(struct arm_places *p, int64_t now_ms)
{
	*p = (struct arm_places){ .groups = map_new(NULL, true) };
	add(p, "", now_ms);
}

void arm_places_clear(struct arm_places *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->v[i]);
	free(p->v);
	map_free(p->groups);
	*p = (struct arm_places){ 0 };
}

static struct arm_place *named(struct arm_places *p, const char *region, int64_t now_ms)
{
	for (size_t i = 0; i < p->n; i++)
		if (text_casecmp(p->v[i]->region, region) == 0)
			return p->v[i];
	return p->n < PLACES_MAX ? add(p, region, now_ms) : p->v[0];
}

/* The part of a path that follows `mark`; "" none. */
static void part_after(char *out, size_t max, const char *url, const char *mark)
{
	const char *at = text_find(url, mark);
	size_t n;

	at = at ? at + strlen(mark) : "";
	n = strcspn(at, "/?");
	snprintf(out, max, "%.*s", (int)(n < max ? n : 0), at);
}

struct arm_place *arm_place_of(struct arm_places *p, const char *url, int64_t now_ms)
{
	char part[128];
	struct arm_place *known;

	part_after(part, sizeof(part), url, "/locations/");
	if (part[0])
		return named(p, part, now_ms);
	part_after(part, sizeof(part), url, "/resourceGroups/");
	known = part[0] ? map_get(p->groups, part) : NULL;
	return known ? known : p->v[0];
}

void arm_place_learn(struct arm_places *p, const char *id, const char *region, int64_t now_ms)
{
	char group[128];

	part_after(group, sizeof(group), id, "/resourceGroups/");
	if (!group[0] || !region || !region[0] || map_get(p->groups, group))
		return;
	if (map_count(p->groups) >= GROUPS_MAX) {
		map_free(p->groups);
		p->groups = map_new(NULL, true);
	}
	map_put(p->groups, group, named(p, region, now_ms));
}

void arm_places_close_breakers(struct arm_places *p)
{
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < LANES; k++)
			p->v[i]->breakers[k] = (struct breaker){ .state = BREAKER_CLOSED };
}
