/* Which columns a table shows: a menu of all it has, and ":columns". */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "console/deck.h"

#define BOX_COLS 46

const char *deck_no_columns(const struct deck *d, char out[80])
{
	const struct pane *p = &d->panes[d->focus];

	if ((d->view && !d->view->kind) || !p->kind->titled)
		return "this view has no columns";
	if (d->focus != PANE_NODES || !deck_maps(d))
		return NULL;
	snprintf(out, 80, "the map has no columns: %s shows the list", KEY_FOR(d, "map"));
	return out;
}

void deck_open_columns(struct deck *d)
{
	d->menu_at = 1;
	d->mode = AT_COLUMNS;
}

void deck_columns_key(struct deck *d, const struct key *k)
{
	struct pane *p = &d->panes[d->focus];
	const struct pane_columns *all = pane_all_columns(p);

	if (k->code == K_DOWN || k->code == 'j')
		d->menu_at = (d->menu_at + 1) % all->n;
	else if (k->code == K_UP || k->code == 'k')
		d->menu_at = (d->menu_at + all->n - 1) % all->n;
	else if (k->code == ' ' && d->menu_at > 0)
		pane_want_column(p, d->menu_at, !pane_wants_column(p, d->menu_at));
	else if (k->code == 'u')
		p->wanted[0] = '\0';
	else if (k->code == K_ENTER || k->code == K_ESC || k->code == 'q' || k->code == K_F10 ||
		 k->code == 'C' || k->code == K_CTRL('c'))
		d->mode = AT_PANES;
	else if (k->code == ' ')
		deck_remark(d, "the name always stays");
	else
		deck_deaf_key(d, k, "Space shows or hides, u the usual ones, Esc closes");
	p->table.first = 0;
}

/* One that is wanted and not seen says so: it is no mistake of the box. */
static void draw_one(const struct pane *p, struct screen *s, int row, int col, int cols,
		     size_t i)
{
	static const struct {
		char sign;
		enum tone tone;
		const char *text;
	} states[] = {
		[COLUMN_OFF] = { ' ', TONE_TEXT, "off" },
		[COLUMN_NO_ROOM] = { '~', TONE_DIM, "no room at this width" },
		[COLUMN_SHOWN] = { 'x', TONE_TITLE, "" },
	};
	enum column_shown is = pane_column_shown(p, i);

	screen_putf(s, row, col, states[is].tone, 0, cols, "[%c] %-14s%s", states[is].sign,
		    pane_all_columns(p)->v[i].title,
		    i == 0 && is == COLUMN_SHOWN ? "always" : states[is].text);
}

void deck_draw_columns(const struct deck *d, struct screen *s, struct area body)
{
	const struct pane *p = &d->panes[d->focus];
	const struct pane_columns *all = pane_all_columns(p);
	int n = (int)all->n, rows = n + 3 < body.rows ? n + 3 : body.rows, top = 0;
	struct area box = { body.row, body.col + 1, rows,
			    body.cols <= BOX_COLS ? body.cols - 1 : BOX_COLS };

	screen_fill(s, (struct area){ box.row, body.col, rows, box.cols + 1 }, TONE_TEXT, 0);
	screen_box(s, box, TONE_DIM, "Columns");
	if ((int)d->menu_at >= rows - 3)
		top = (int)d->menu_at - rows + 4;
	for (int i = 0; i < rows - 3 && top + i < n; i++) {
		if (top + i == (int)d->menu_at)
			screen_put(s, box.row + 1 + i, box.col + 1, TONE_CURSOR, 0, ">", 1);
		draw_one(p, s, box.row + 1 + i, box.col + 3, box.cols - 5, (size_t)(top + i));
	}
	screen_put(s, box.row + rows - 2, box.col + 3, TONE_DIM, 0,
		   p->wanted[0] ? "u: the usual ones again" : "these are the usual ones",
		   box.cols - 5);
}

static bool has(const struct pane_columns *all, const char *title, size_t n)
{
	for (size_t i = 0; i < all->n; i++)
		if (strlen(all->v[i].title) == n && strncasecmp(all->v[i].title, title, n) == 0)
			return true;
	return false;
}

/* "NODE,STATE,$/H"; "" the usual ones. false: one of them is not there, which is said. */
bool deck_columns_named(struct deck *d, const char *names)
{
	struct pane *p = &d->panes[d->focus];
	const struct pane_columns *all = pane_all_columns(p);

	for (const char *at = names; *at;) {
		size_t n = strcspn(at, ",");

		if (!has(all, at, n)) {
			deck_say(d, TONE_FAIL,
				 "there is no column \"%.*s\" here; :columns lists them",
				 n > 40 ? 40 : (int)n, at);
			return false;
		}
		at += n + (at[n] == ',');
	}
	snprintf(p->wanted, sizeof(p->wanted), "%s", names);
	p->table.first = 0;
	return true;
}
