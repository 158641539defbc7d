/*
 * Who has a cluster or a template open to change it (R9.5): for others to see, and never in
 * their way. Kept in memory alone: a client that is still there says so again within a minute.
 */
#ifndef ENGINE_EDITING_H
#define ENGINE_EDITING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

struct engine;

#define EDITING_MS                                                                             \
	60000 /* until it is to be said again; real time, however fast the clock runs */
#define EDITING_MOST 200 /* at once; whoever comes later is not shown */

struct editing {
	char object[80]; /* "cluster demo" */
	char who[64], session[40], doing[40];
	int64_t since_ms; /* UTC */
	int64_t until_ms; /* mono */
};

struct editings {
	struct editing *v;
	size_t n, cap;
};

/* Begun or renewed; true when that is news to others. */
bool editing_set(struct editings *all, const struct editing *e);
bool editing_end(struct editings *all, const char *object, const char *session);
bool editing_forget(struct editings *all,
		    int64_t now_ms); /* whose minute is over; true: somebody's was */
/* Of others than this session (NULL: of all): the one who began first; NULL nobody. */
const struct editing *editing_of(const struct editings *all, const char *object,
				 const char *session);
void editings_json(struct json *list, const struct editings *all, const char *object,
		   const char *session);
void editings_clear(struct editings *all);

void editing_tick(struct engine *e);
void editing_view(const struct engine *e, const char *cluster, char who[64], int64_t *since_ms);

#endif
