/* The order of a pane: its menu, and "the same again reverses". */
#include <string.h>

#include "base/mem.h"
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

/* Titles that are not the order's own word. */
static const struct {
	const char *title, *sort;
} heads[] = {
	{ "CLUSTER", "name" },	 { "NODE", "name" }, { "JOBID", "" },	  { "ST", "state" },
	{ "PARTITION", "part" }, { "N", "nodes" },   { "$/H", "cost" },	  { "JOBS", "running" },
	{ "WAIT", "pending" },	 { "UP", "age" },    { "FOR", "age" },	  { "BEGUN", "age" },
	{ "TIME", "" },		 { "BY", "who" },    { "LOAD", "nodes" }, { "ID", "" },
};

bool deck_sort_titled(struct deck *d, const char *title)
{
	char word[32];
	size_t n = 0;

	for (; title[n] && n + 1 < sizeof(word); n++)
		word[n] = title[n] >= 'A' && title[n] <= 'Z' ? (char)(title[n] + 32) : title[n];
	word[n] = '\0';
	if (n > 0 && deck_sort_named(d, word))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		if (strcmp(heads[i].title, title) == 0 && deck_sort_named(d, heads[i].sort))
			return true;
	return false;
}

void deck_sort_key(struct deck *d, const struct key *k)
{
	size_t n = deck_sorts(d);

	if (k->code == K_DOWN || k->code == 'j') {
		d->menu_at = (d->menu_at + 1) % n;
	} else if (k->code == K_UP || k->code == 'k') {
		d->menu_at = (d->menu_at + n - 1) % n;
	} else if (k->code == K_ENTER || k->code == ' ') {
		d->mode = AT_PANES;
		sort_by(d, d->menu_at);
	} else if (k->code == K_ESC || k->code == 'q' || k->code == K_F10 || k->code == 's' ||
		   k->code == K_F6 || k->code == K_CTRL('c')) {
		d->mode = AT_PANES;
	} else {
		deck_deaf_key(d, k, "arrows choose, Enter sorts, Esc closes");
	}
}
