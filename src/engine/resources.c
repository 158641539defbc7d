/* The vector of named resources: small, so it is searched from the front. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/need.h"

static struct resource *find(const struct resources *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->v[i].name, name) == 0)
			return &r->v[i];
	return NULL;
}

static struct resource *find_or_add(struct resources *r, const char *name)
{
	struct resource *at = find(r, name);

	if (at)
		return at;
	GROW(r->v, r->n, r->cap);
	at = &r->v[r->n++];
	*at = (struct resource){ .kind = RES_NUMBER };
	snprintf(at->name, sizeof(at->name), "%s", name);
	return at;
}

double resources_number(const struct resources *r, const char *name)
{
	const struct resource *at = find(r, name);

	return at && at->kind == RES_NUMBER ? at->number : 0;
}

void resources_reserve(struct resources *r, size_t n)
{
	if (n <= r->cap)
		return;
	r->v = xreallocarray(r->v, n, sizeof(*r->v));
	r->cap = n;
}

void resources_set(struct resources *r, const char *name, double number)
{
	struct resource *at = find_or_add(r, name);

	at->kind = RES_NUMBER;
	at->number = number;
	free(at->word);
	at->word = NULL;
}

void resources_set_word(struct resources *r, const char *name, const char *word)
{
	struct resource *at = find_or_add(r, name);

	at->kind = RES_WORD;
	at->number = 0;
	free(at->word);
	at->word = xstrdup(word);
}

void resources_copy(struct resources *to, const struct resources *from)
{
	resources_clear(to);
	if (from->n == 0)
		return;
	to->v = xmalloc(from->n * sizeof(*to->v));
	memcpy(to->v, from->v, from->n * sizeof(*to->v));
	to->n = to->cap = from->n;
	for (size_t i = 0; i < to->n; i++)
		to->v[i].word = to->v[i].word ? xstrdup(to->v[i].word) : NULL;
}

void resources_clear(struct resources *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->v[i].word);
	free(r->v);
	*r = (struct resources){ 0 };
}
