/* The order of a pane: its menu, and "the same again reverses". */
#include <string.h>

#include "console/deck.h"

void deck_open_sort(struct deck *d)
{
	d->menu_at = d->panes[d->focus].sort;
	d->mode = AT_SORT;
}

size_t deck_sorts(const struct deck *d)
{
	const struct pane_kind *k = d->panes[d->focus].kind;
	size_t n = 1;

	while (n < PANE_SORTS && k->sorts[n])
		n++;
	return n;
}

/* The same column again reverses the order. The first row comes under the cursor, for it is
 * what the order was asked for; but of clusters the chosen one stays, for the next key acts on
 * it. */
static void sort_by(struct deck *d, size_t sort)
{
	struct pane *p = &d->panes[d->focus];

	p->descending = sort == p->sort && sort > 0 && !p->descending;
	p->sort = sort;
	p->offset = 0;
	if (d->focus == PANE_CLUSTERS)
		return;
	p->table.cursor_id = 0;
	table_go(&p->table, 0);
}

bool deck_sort_named(struct deck *d, const char *name)
{
	for (size_t i = 0; i < deck_sorts(d); i++)
		if (strcmp(d->panes[d->focus].kind->sorts[i], name) == 0) {
			sort_by(d, i);
			return true;
		}
	return false;
}

void deck_sort_key(struct deck *d, const struct key *k)
{
	size_t n = deck_sorts(d);

	if (k->code == K_DOWN || k->code == 'j') {
		d->menu_at = (d->menu_at + 1) % n;
	} else if (k->code == K_UP || k->code == 'k') {
		d->menu_at = (d->menu_at + n - 1) % n;
	} else {
		d->mode = AT_PANES;
		if (k->code == K_ENTER || k->code == ' ')
			sort_by(d, d->menu_at);
	}
}
