#include "azsim/world/agenda.h"

#include <stdlib.h>

#include "base/mem.h"

static bool before(const struct az_due *a, const struct az_due *b)
{
	return a->at < b->at || (a->at == b->at && a->seq < b->seq);
}

static void place(struct az_agenda *a, size_t i, struct az_due *d)
{
	a->v[i] = d;
	d->slot = i + 1;
}

static void sift_up(struct az_agenda *a, size_t i)
{
	struct az_due *d = a->v[i];

	while (i > 0 && before(d, a->v[(i - 1) / 2])) {
		place(a, i, a->v[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	place(a, i, d);
}

static void sift_down(struct az_agenda *a, size_t i)
{
	struct az_due *d = a->v[i];

	for (;;) {
		size_t c = 2 * i + 1;

		if (c >= a->n)
			break;
		if (c + 1 < a->n && before(a->v[c + 1], a->v[c]))
			c++;
		if (!before(a->v[c], d))
			break;
		place(a, i, a->v[c]);
		i = c;
	}
	place(a, i, d);
}

void az_agenda_drop(struct az_agenda *a, struct az_due *d)
{
	size_t i = d->slot;
	struct az_due *last;

	if (i == 0)
		return;
	d->slot = 0;
	last = a->v[--a->n];
	if (last == d)
		return;
	place(a, i - 1, last);
	sift_up(a, i - 1);
	sift_down(a, last->slot - 1);
}

void az_agenda_set(struct az_agenda *a, struct az_due *d, int64_t at)
{
	az_agenda_drop(a, d);
	GROW(a->v, a->n, a->cap);
	d->at = at;
	d->seq = ++a->seq;
	place(a, a->n++, d);
	sift_up(a, a->n - 1);
}

struct az_due *az_agenda_pop(struct az_agenda *a, int64_t now)
{
	struct az_due *d = a->n ? a->v[0] : NULL;

	if (!d || d->at > now)
		return NULL;
	az_agenda_drop(a, d);
	return d;
}

int64_t az_agenda_next(const struct az_agenda *a)
{
	return a->n ? a->v[0]->at : INT64_MAX;
}

void az_agenda_clear(struct az_agenda *a)
{
	for (size_t i = 0; i < a->n; i++)
		a->v[i]->slot = 0;
	free(a->v);
	*a = (struct az_agenda){ 0 };
}
