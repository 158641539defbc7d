/*
 * The mouse, while it is switched on: a click chooses a tab, a pane, a row; a second one on the
 * same row opens it, as Enter does; the wheel moves what is under the cursor. Nothing is done
 * by a click that costs or ends anything: dialogs and forms hear none.
 */
#include "console/deck.h"

#define WHEEL_ROWS 3

static bool is_wheel(const struct key *k)
{
	return k->button == 64 || k->button == 65;
}

static struct key wheel_key(const struct key *k)
{
	return (struct key){ .code = k->button == 64 ? K_UP : K_DOWN };
}

static bool is_inside(struct area a, const struct key *k)
{
	return a.rows > 0 && k->row >= a.row && k->row < a.row + a.rows && k->col >= a.col &&
	       k->col < a.col + a.cols;
}

/* The pane at that place; PANES: none. */
static enum pane_id pane_under(const struct deck *d, const struct key *k)
{
	for (int i = 0; i < PANES; i++)
		if (is_inside(d->layout.pane[i], k) && (!d->view || i == (int)d->focus))
			return (enum pane_id)i;
	return PANES;
}

static bool has_rows(const struct deck *d, enum pane_id id)
{
	return !(d->view && !d->view->kind) && !(!d->view && id == PANE_NODES && deck_maps(d));
}

static void open_row(struct deck *d)
{
	const struct binding *b = binding_of_key(d, K_ENTER);

	if (b)
		binding_run(d, b);
}

static void row_clicked(struct deck *d, struct pane *p, size_t row)
{
	int64_t id;

	if (row >= p->table.count)
		return;
	p->touched = true;
	table_go(&p->table, row);
	id = table_cursor(&p->table);
	if (id && id == d->clicked) {
		d->clicked = 0;
		open_row(d);
	} else {
		d->clicked = id;
	}
}

static void pane_clicked(struct deck *d, enum pane_id id, const struct key *k)
{
	struct pane *p = &d->panes[id];
	int line = k->row - d->layout.pane[id].row - 1 - p->kind->titled;

	if (d->focus != id)
		d->clicked = 0;
	d->focus = id;
	if (line >= 0 && line < p->table.rows && has_rows(d, id))
		row_clicked(d, p, p->table.top + (size_t)line);
	else
		d->clicked = 0;
}

void deck_mouse(struct deck *d, const struct key *k)
{
	enum pane_id id = pane_under(d, k);
	struct key wheel = wheel_key(k);

	if (is_wheel(k)) {
		d->clicked = 0;
		if (id < PANES)
			d->focus = id;
		for (int i = 0; i < WHEEL_ROWS; i++)
			deck_moved(d, &wheel);
	} else if (k->button != 0) {
		d->clicked = 0;
	} else if (k->row == d->layout.tabs_row) {
		d->clicked = 0;
		view_tab_clicked(d, d->layout.cols, k->col);
	} else if (id < PANES) {
		pane_clicked(d, id, k);
	}
}

void deck_mouse_over(struct deck *d, const struct key *k)
{
	bool scrolls = d->mode == AT_BOX || d->mode == AT_HELP || d->mode == AT_MENU ||
		       d->mode == AT_SORT || d->mode == AT_COLUMNS;
	struct key wheel = wheel_key(k);

	for (int i = 0; is_wheel(k) && scrolls && i < WHEEL_ROWS; i++)
		deck_key(d, &wheel);
}
