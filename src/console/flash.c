#include "console/flash.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void flash_clear(struct flash *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->v[i].text);
	free(f->v);
	*f = (struct flash){ .n = 0 };
}

static void drop_ended(struct flash *f, int64_t now_ms)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->n_marks; i++)
		if (f->marks[i].until_ms > now_ms)
			f->marks[kept++] = f->marks[i];
	f->n_marks = kept;
}

static void mark(struct flash *f, int64_t id, const char *old, const char *text, int64_t now_ms)
{
	size_t differ = 0;

	for (size_t i = 0; old[i] && text[i]; i++)
		differ += old[i] != text[i];
	if (differ == 0 || differ > FLASH_MOST)
		return;
	drop_ended(f, now_ms);
	for (size_t i = 0; old[i] && text[i] && f->n_marks < FLASH_MOST; i++)
		if (old[i] != text[i])
			f->marks[f->n_marks++] =
			    (struct flash_mark){ id, (int64_t)i, now_ms + FLASH_MS };
}

void flash_see(struct flash *f, int64_t id, const char *text, int64_t now_ms)
{
	size_t i = 0;

	while (i < f->n && f->v[i].id != id)
		i++;
	if (i == f->n) {
		GROW(f->v, f->n, f->cap);
		f->v[f->n++] = (struct flash_text){ id, xstrdup(text) };
		return;
	}
	if (strcmp(f->v[i].text, text) == 0)
		return;
	mark(f, id, f->v[i].text, text, now_ms);
	free(f->v[i].text);
	f->v[i].text = xstrdup(text);
}

bool flash_on(const struct flash *f, int64_t id, int64_t cell, int64_t now_ms)
{
	for (size_t i = 0; i < f->n_marks; i++)
		if (f->marks[i].id == id && f->marks[i].cell == cell &&
		    f->marks[i].until_ms > now_ms)
			return true;
	return false;
}

int64_t flash_wait(const struct flash *f, int64_t now_ms)
{
	int64_t wait = -1;

	for (size_t i = 0; i < f->n_marks; i++) {
		int64_t left = f->marks[i].until_ms - now_ms;

		if (left > 0 && (wait < 0 || left < wait))
			wait = left;
	}
	return wait;
}
