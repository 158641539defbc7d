#include "engine/editing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/note.h"
#include "engine/run.h"

static struct editing *find(const struct editings *all, const char *object, const char *session)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->v[i].object, object) == 0 &&
		    strcmp(all->v[i].session, session) == 0)
			return &all->v[i];
	return NULL;
}

bool editing_set(struct editings *all, const struct editing *e)
{
	struct editing *mine = find(all, e->object, e->session);

	if (mine) {
		mine->until_ms = e->until_ms;
		return false;
	}
	if (all->n >= EDITING_MOST)
		return false;
	GROW(all->v, all->n, all->cap);
	all->v[all->n++] = *e;
	return true;
}

static void drop(struct editings *all, size_t i)
{
	all->n--;
	memmove(&all->v[i], &all->v[i + 1], (all->n - i) * sizeof(*all->v));
}

bool editing_end(struct editings *all, const char *object, const char *session)
{
	const struct editing *mine = find(all, object, session);

	if (!mine)
		return false;
	drop(all, (size_t)(mine - all->v));
	return true;
}

bool editing_forget(struct editings *all, int64_t now_ms)
{
	size_t before = all->n;

	for (size_t i = all->n; i-- > 0;)
		if (all->v[i].until_ms <= now_ms)
			drop(all, i);
	return all->n != before;
}

const struct editing *editing_of(const struct editings *all, const char *object,
				 const char *session)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->v[i].object, object) == 0 &&
		    (!session || strcmp(all->v[i].session, session) != 0))
			return &all->v[i];
	return NULL;
}

void editings_json(struct json *list, const struct editings *all, const char *object,
		   const char *session)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct editing *e = &all->v[i];
		struct json *j;

		if (strcmp(e->object, object) != 0 ||
		    (session && strcmp(e->session, session) == 0))
			continue;
		j = json_add_object(list);
		json_set_str(j, "who", e->who);
		json_set_str(j, "doing", e->doing);
		json_set_int(j, "since_ms", e->since_ms);
	}
}

void editings_clear(struct editings *all)
{
	free(all->v);
	*all = (struct editings){ 0 };
}

/*
 * The engine's
 */

static void object_of(char out[80], const char *kind, const char *name)
{
	snprintf(out, 80, "%.12s %.64s", kind, name);
}

static void forget_old(struct engine *e)
{
	if (editing_forget(&e->editings, clock_mono_ms()))
		engine_changed(e);
}

void editing_tick(struct engine *e)
{
	forget_old(e);
}

struct json *engine_edit(struct engine *e, const struct user *u, const char *kind,
			 const char *name, const struct edit_note *note)
{
	struct editing mine = { .since_ms = clock_utc_ms() };
	struct json *j = json_new_object();
	bool news;

	forget_old(e);
	object_of(mine.object, kind, name);
	mine.until_ms = clock_mono_ms() + (int64_t)(EDITING_MS * clock_factor());
	snprintf(mine.who, sizeof(mine.who), "%s", u->name);
	snprintf(mine.session, sizeof(mine.session), "%s", note->session);
	snprintf(mine.doing, sizeof(mine.doing), "%s", note->doing);
	news = note->on ? editing_set(&e->editings, &mine)
			: editing_end(&e->editings, mine.object, mine.session);
	if (news)
		engine_changed(e);
	editings_json(json_set_array(j, "editing"), &e->editings, mine.object, mine.session);
	json_set_int(j, "renew_ms", EDITING_MS / 3);
	return j;
}

struct json *engine_editing(const struct engine *e, const char *kind, const char *name)
{
	struct json *list = json_new_array();
	char object[80];

	object_of(object, kind, name);
	editings_json(list, &e->editings, object, NULL);
	return list;
}

void editing_view(const struct engine *e, const char *cluster, char who[64], int64_t *since_ms)
{
	const struct editing *first;
	char object[80];

	object_of(object, "cluster", cluster);
	first = editing_of(&e->editings, object, NULL);
	snprintf(who, 64, "%s", first ? first->who : "");
	*since_ms = first ? first->since_ms : 0;
}
