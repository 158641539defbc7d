/* Where the operator was: "[" goes back, "]" forward, "-" to the place before this one and
 * back. Each keeps its cluster, filter, order and cursor. */
#include <stdio.h>
#include <string.h>

#include "console/deck.h"

static void note(const struct deck *d, struct place *out)
{
	const struct pane *p = &d->panes[d->focus];

	*out = (struct place){ .view = d->view,
			       .focus = d->focus,
			       .sort = p->sort,
			       .descending = p->descending,
			       .fold = p->fold,
			       .cursor = p->table.cursor,
			       .top = p->table.top,
			       .cursor_id = p->table.cursor_id };
	snprintf(out->cluster, sizeof(out->cluster), "%s", d->cluster);
	snprintf(out->filter, sizeof(out->filter), "%s", p->filter);
	snprintf(out->scope, sizeof(out->scope), "%s", p->scope);
}

/* Before another view is opened. */
void places_leave(struct deck *d)
{
	struct places *h = &d->places;

	if (h->moving)
		return;
	if (h->n == 0)
		h->n = 1;
	note(d, &h->v[h->at]);
}

/* After it. What was "forward" is gone, as in a browser. */
void places_come(struct deck *d)
{
	struct places *h = &d->places;

	if (h->moving || (h->n > 0 && h->v[h->at].view == d->view))
		return;
	if (h->at + 1 == PLACES_MAX) {
		memmove(h->v, h->v + 1, (PLACES_MAX - 1) * sizeof(h->v[0]));
		h->at--;
	}
	h->last = h->at;
	h->at++;
	h->n = h->at + 1;
	note(d, &h->v[h->at]);
}

static bool choose(struct deck *d, const char *cluster)
{
	if (strcmp(cluster, d->cluster) == 0 || !cluster[0])
		return true;
	d->panes[PANE_CLUSTERS].touched = true;
	if (!pane_go_name(&d->panes[PANE_CLUSTERS], cluster))
		return false;
	deck_load(d);
	return true;
}

static void go(struct deck *d, size_t to)
{
	struct places *h = &d->places;
	size_t from = h->at;
	const struct place place = h->v[to];
	struct pane *p;
	bool here;

	note(d, &h->v[from]);
	h->moving = true;
	here = choose(d, place.cluster);
	view_open(d, place.view);
	h->moving = false;
	d->focus = place.focus;
	p = &d->panes[d->focus];
	p->sort = place.sort;
	p->descending = place.descending;
	p->fold = place.fold;
	p->touched = true;
	snprintf(p->filter, sizeof(p->filter), "%s", place.filter);
	snprintf(p->scope, sizeof(p->scope), "%s", place.scope);
	if (here) {
		p->table.cursor_id = place.cursor_id;
		p->table.cursor = place.cursor;
		p->table.top = place.top;
	} else {
		deck_say(d, TONE_WARN, "the cluster %s is gone", place.cluster);
	}
	h->at = to;
	h->last = from;
}

const char *deck_no_back(const struct deck *d, char out[80])
{
	(void)out;
	return d->places.at > 0 ? NULL : "none before this one";
}

const char *deck_no_forward(const struct deck *d, char out[80])
{
	(void)out;
	return d->places.at + 1 < d->places.n ? NULL : "none after this one";
}

const char *deck_no_last(const struct deck *d, char out[80])
{
	(void)out;
	return d->places.n > 1 ? NULL : "there was none yet";
}

void act_back(struct deck *d)
{
	go(d, d->places.at - 1);
}

void act_forward(struct deck *d)
{
	go(d, d->places.at + 1);
}

void act_last(struct deck *d)
{
	size_t to = d->places.last;

	if (to >= d->places.n || to == d->places.at)
		to = d->places.at > 0 ? d->places.at - 1 : 1;
	go(d, to);
}
