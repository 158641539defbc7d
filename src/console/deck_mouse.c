/*
 * The mouse, while it is switched on: a click chooses a tab, a pane, a row or a cell of a map;
 * a second one on the same opens it, as Enter does; on a column's title it sorts, on a key of
 * the footer it is that key; the wheel moves what is under the cursor. Dialogs hear no click:
 * what ends or costs something is confirmed by keys alone.
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

/* The second click in a row on one thing opens it. */
static void thing_clicked(struct deck *d, int64_t id)
{
	if (id && id == d->clicked) {
		d->clicked = 0;
		open_row(d);
	} else {
		d->clicked = id;
	}
}

static void row_clicked(struct deck *d, struct pane *p, size_t row)
{
	p->touched = true;
	table_go(&p->table, row);
	thing_clicked(d, table_cursor(&p->table));
}

/* The title of a column sorts by it, and once more the other way. */
static void head_clicked(struct deck *d, struct pane *p, int col)
{
	size_t i = table_column_at(&p->table, col);

	d->clicked = 0;
	if (i < p->table.n_columns && !deck_sort_titled(d, p->table.columns[i].title))
		deck_remark(d, "by %s nothing can be ordered; %s lists the orders",
			    p->table.columns[i].title, KEY_FOR(d, "sort"));
}

/* A cell of the Deck's map has no id: its place stands for it. */
static void cell_clicked(struct deck *d, const struct key *k)
{
	if (!map_click(&d->map, k->row, k->col))
		d->clicked = 0;
	else
		thing_clicked(d, -1 - (int64_t)d->map.row * (GLYPHS_MAX + 1) - d->map.cell);
}

static void view_clicked(struct deck *d, const struct key *k)
{
	struct area a = d->layout.pane[d->focus];

	if (d->view->click(d, k->row - a.row - 1 + d->view_top, k->col - a.col))
		thing_clicked(d, table_cursor(&d->panes[d->focus].table));
	else
		d->clicked = 0;
}

static void pane_clicked(struct deck *d, enum pane_id id, const struct key *k)
{
	struct pane *p = &d->panes[id];
	int line = k->row - d->layout.pane[id].row - 1 - p->kind->titled;
	size_t row = table_row_at(&p->table, line);

	if (d->focus != id)
		d->clicked = 0;
	d->focus = id;
	if (!d->view && id == PANE_NODES && deck_maps(d))
		cell_clicked(d, k);
	else if (d->view && d->view->click)
		view_clicked(d, k);
	else if (row != SIZE_MAX && has_rows(d, id))
		row_clicked(d, p, row);
	else if (line == -1 && p->kind->titled && has_rows(d, id))
		head_clicked(d, p, k->col - d->layout.pane[id].col);
	else
		d->clicked = 0;
}

/* A key of the footer is pressed by it; but what is made or sent by the last key of a form
 * takes that key itself. */
static bool footer_clicked(struct deck *d, const struct key *k)
{
	struct footer_key keys[12];
	const struct footer_key *at;
	struct key pressed = { 0 };

	if (k->button != 0 || d->layout.footer_row < 0 || k->row != d->layout.footer_row)
		return false;
	d->clicked = 0;
	deck_footer(d, keys);
	at = bar_footer_at(d->layout.cols, keys, d->letters, k->col);
	pressed.code = at ? key_code(at->key) : (uint32_t)K_NONE;
	if ((d->mode == AT_WIZARD && pressed.code == 'C') ||
	    (d->mode == AT_FORM && pressed.code == K_F8))
		deck_remark(d, "%s is to be pressed: a click sends nothing", at->key);
	else if (pressed.code != K_NONE)
		deck_key(d, &pressed);
	return true;
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
	} else if (footer_clicked(d, k)) {
		;
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
	bool asks = d->mode == AT_DIALOG || d->mode == AT_TEARDOWN;
	bool scrolls = d->mode == AT_BOX || d->mode == AT_HELP || d->mode == AT_MENU ||
		       d->mode == AT_SORT || d->mode == AT_COLUMNS || d->mode == AT_WIZARD ||
		       d->mode == AT_FORM || d->mode == AT_TEARDOWN;
	struct key wheel = wheel_key(k);

	if (!asks && footer_clicked(d, k))
		return;
	for (int i = 0; is_wheel(k) && scrolls && i < WHEEL_ROWS; i++)
		deck_key(d, &wheel);
}
