#include "engine/unseen.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* What `due` holds of each. */
static char nowhere[] = "not shown", somewhere[] = "an array, shown in part";

static void drop(struct unseen *u, size_t at)
{
	memmove(&u->v[at], &u->v[at + 1], (u->n - at - 1) * sizeof(*u->v));
	u->n--;
}

void unseen_add(struct unseen *u, const struct unseen_job *j)
{
	if (u->n >= UNSEEN_MOST)
		drop(u, 0);
	GROW(u->v, u->n, u->cap);
	u->v[u->n++] = *j;
}

struct map *unseen_due(const struct unseen *u, int64_t read_started_ms)
{
	struct map *due = NULL;

	for (size_t i = 0; i < u->n && !u->asking; i++) {
		if (u->v[i].at_ms >= read_started_ms)
			continue;
		if (!due)
			due = map_new(NULL, false);
		map_put(due, u->v[i].id, nowhere);
	}
	return due;
}

void unseen_shown(struct map *due, const struct queue *now)
{
	for (size_t i = 0; i < now->n_jobs && map_count(due); i++) {
		const struct job *j = &now->jobs[i];

		if (!j->array_id[0])
			map_del(due, j->id);
		else if (map_get(due, j->array_id) == nowhere)
			map_put(due, j->array_id, somewhere);
	}
}

void unseen_settle(struct unseen *u, const struct map *due, int64_t read_started_ms,
		   struct strs *ids)
{
	for (size_t i = u->n; i-- > 0;) {
		struct unseen_job *j = &u->v[i];
		const void *shown = map_get(due, j->id);

		if (j->at_ms >= read_started_ms)
			continue;
		if (!shown) {
			drop(u, i);
			continue;
		}
		j->asked = true;
		j->partly = shown == somewhere;
		strs_add(ids, j->id);
	}
}

void unseen_told(struct unseen *u, const char *id)
{
	size_t n = strcspn(id, "_");

	for (size_t i = 0; i < u->n; i++) {
		struct unseen_job *j = &u->v[i];

		if (strncmp(j->id, id, n) != 0 || j->id[n])
			continue;
		j->told = true;
		j->partly = j->partly || id[n];
	}
}

bool unseen_is_whole_array(const struct unseen *u, const char *id)
{
	for (size_t i = 0; i < u->n; i++)
		if (u->v[i].partly && strcmp(u->v[i].id, id) == 0)
			return true;
	return false;
}

bool unseen_may_be(const struct unseen *u, const char *id)
{
	size_t n = strcspn(id, "_");

	for (size_t i = 0; i < u->n; i++)
		if (strncmp(u->v[i].id, id, n) == 0 && !u->v[i].id[n])
			return true;
	return u->n >= UNSEEN_MOST;
}

void unseen_clear(struct unseen *u)
{
	free(u->v);
	*u = (struct unseen){ .v = NULL };
}
