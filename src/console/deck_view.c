/* The full views: what all of them share. What differs is a constant each, under view/. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "console/bars.h"
#include "console/deck.h"
#include "console/words.h"

static const struct view *const tabs[TABS] = {
	NULL,	      &view_clusters, &view_nodes,     &view_jobs,
	&view_events, &view_cost,     &view_templates,
};

#define CELLS_AROUND 150 /* rows in the window of a view that shows them as cells */

/* Opening and leaving */

/* The node under the cursor of the Deck's map stays under the cursor of the view: nodes come in
 * the order of arrays and indexes in both. */
static void keep_node(struct deck *d)
{
	const struct node *n = d->focus == PANE_NODES && deck_maps(d) ? deck_node(d) : NULL;
	struct pane *p = &d->panes[PANE_NODES];
	int64_t at = d->map.cell;

	if (!n || p->sort != 0 || p->descending)
		return;
	for (size_t i = 0; i < d->map.row; i++)
		at += d->map.rows.u.arrays[i].live;
	p->table.cursor = p->table.top = (size_t)at;
	p->table.cursor_id = n->id;
	p->touched = true;
}

/* What found one row for a view of one thing is no filter that somebody set: the lists are
 * whole again. */
static void drop_sought(struct deck *d, const struct view *v)
{
	if (!d->sought[0] || !d->view)
		return;
	if (v && v->pane == d->view->pane && v != &view_nodes && v != &view_map &&
	    v != &view_jobs)
		return;
	if (strcmp(d->panes[d->view->pane].filter, d->sought) == 0)
		d->panes[d->view->pane].filter[0] = '\0';
	d->sought[0] = '\0';
}

void view_open(struct deck *d, const struct view *v)
{
	places_leave(d);
	drop_sought(d, v);
	if (!d->view && v)
		keep_node(d);
	if (v == &view_nodes && d->nodes_mapped && !d->reader)
		v = &view_map;
	if (d->view && d->view->close)
		d->view->close(d);
	if (d->view)
		pane_dress(&d->panes[d->view->pane], deck_kinds[d->view->pane]);
	else
		d->home_focus = d->focus;
	d->panes[PANE_EVENTS].touched = false; /* below another view it follows the newest */
	d->view = v;
	d->panes[PANE_NODES].alone = v == &view_node;
	d->view_top = 0;
	d->focus = v ? v->pane : d->home_focus;
	if (v && v->kind)
		pane_dress(&d->panes[v->pane], v->kind);
	if (v && v->open)
		v->open(d);
	places_come(d);
}

void view_tab(struct deck *d, size_t tab)
{
	if (tab < TABS && (tabs[tab] || d->view))
		view_open(d, tabs[tab]);
}

static const char *tab_title(const struct view *v)
{
	return v ? v->title : "Deck";
}

bool view_named(struct deck *d, const char *title)
{
	if (strcasecmp(view_operations.title, title) == 0) {
		view_open(d, &view_operations);
		return true;
	}
	for (size_t i = 0; i < TABS; i++)
		if (strcasecmp(tab_title(tabs[i]), title) == 0) {
			view_tab(d, i);
			return true;
		}
	return false;
}

bool view_placed(struct deck *d, const char *place)
{
	for (size_t i = 1; i < TABS; i++)
		if (strcmp(tabs[i]->place, place) == 0) {
			view_open(d, tabs[i]);
			return true;
		}
	return false;
}

const char *view_title(size_t tab)
{
	return tab_title(tabs[tab]);
}

size_t view_tab_of(const struct deck *d)
{
	const struct view *v = d->view && d->view->parent ? d->view->parent : d->view;

	if (v == &view_operations) /* what happens, in steps */
		v = &view_events;
	for (size_t i = 0; i < TABS; i++)
		if (tabs[i] == v || (v == &view_map && tabs[i] == &view_nodes))
			return i;
	return 0;
}

struct tab_titles {
	char text[TABS][24];
	const char *v[TABS];
};

static void tab_titles(struct tab_titles *out)
{
	for (size_t i = 0; i < TABS; i++) {
		snprintf(out->text[i], sizeof(out->text[i]), "%zu %s", i, tab_title(tabs[i]));
		out->v[i] = out->text[i];
	}
}

void view_tabs(const struct deck *d, struct screen *s, int row)
{
	struct tab_titles t;

	tab_titles(&t);
	bar_tabs(s, row, t.v, TABS, view_tab_of(d));
}

bool view_tab_clicked(struct deck *d, int cols, int col)
{
	struct tab_titles t;
	size_t tab;

	tab_titles(&t);
	tab = bar_tab_at(cols, t.v, TABS, col);
	if (tab < TABS)
		view_tab(d, tab);
	return tab < TABS;
}

/* Keys */

static int most_top(const struct deck *d, int lines)
{
	int rows = d->layout.pane[d->focus].rows - 1;

	return lines > rows ? lines - rows : 0;
}

bool view_move(const struct key *k, int page, int64_t last, int64_t *at)
{
	int64_t to = *at;

	switch (k->code) {
	case K_UP:
	case 'k':
		to--;
		break;
	case K_DOWN:
	case 'j':
		to++;
		break;
	case K_PAGE_UP:
	case K_CTRL('b'):
		to -= page;
		break;
	case K_PAGE_DOWN:
	case K_CTRL('f'):
		to += page;
		break;
	case K_HOME:
	case 'g':
		to = 0;
		break;
	case K_END:
	case 'G':
		to = last;
		break;
	default:
		return false;
	}
	to = to > last ? last : to;
	*at = to < 0 ? 0 : to;
	return true;
}

static bool scroll_key(struct deck *d, const struct key *k)
{
	int page = d->layout.pane[d->focus].rows - 2;
	int most = most_top(d, d->view->row_count(d, d->layout.pane[d->focus].cols));
	int64_t to = d->view_top;

	if (!view_move(k, page, most, &to))
		return false;
	d->view_top = (int)to;
	return true;
}

/* Another cluster in the same view. */
static bool next_cluster(struct deck *d, int by)
{
	struct pane *p = &d->panes[PANE_CLUSTERS];
	size_t n = p->table.count;

	if (n == 0)
		return true;
	p->touched = true;
	table_go(&p->table, (p->table.cursor + n + (size_t)(by < 0 ? n - 1 : 1)) % n);
	return true;
}

bool view_key(struct deck *d, const struct key *k)
{
	const struct view *v = d->view;
	struct pane *p = &d->panes[d->focus];
	struct key aside;

	if ((k->code == K_TAB || k->code == K_BACKTAB) && !v->back)
		return next_cluster(d, k->code == K_TAB ? 1 : -1);
	if (v->key && v->key(d, k))
		return true;
	if (!v->kind)
		return !v->cursor_row && v->row_count && scroll_key(d, k);
	aside = *k; /* a table has no left and right but its columns */
	if (k->code == K_LEFT || k->code == 'h')
		aside.code = '<';
	else if (k->code == K_RIGHT || k->code == 'l')
		aside.code = '>';
	if (!deck_table_key(d, &aside))
		return false;
	p->touched = true;
	return true;
}

/* Drawing */

static void place_left(const struct deck *d, char *out, size_t max)
{
	const struct pane *p = &d->panes[d->focus];
	const struct view *v = d->view;
	const char *name = v->parent ? pane_name_at(p) : NULL;

	if (v->left) {
		v->left(d, out, max);
		return;
	}
	if (p->scope[0] && !name)
		name = strchr(p->scope, ':') + 1;
	snprintf(out, max, "%s%s%s%s%s%s%s", p->kind->of_cluster ? d->cluster : "",
		 p->kind->of_cluster && d->cluster[0] ? " > " : "",
		 v->parent ? v->parent->place : v->place, name ? " > " : "", name ? name : "",
		 p->filter[0] && !v->parent ? "   filter: " : "",
		 p->filter[0] && !v->parent ? p->filter : "");
}

static void place_right(const struct deck *d, char *out, size_t max)
{
	const struct pane *p = &d->panes[d->focus];
	const char *sort = p->kind->sorts[p->sort];
	char a[24], b[24], above[40], marks[40] = "";

	out[0] = '\0';
	if (d->view->right)
		d->view->right(d, out, max);
	if (d->view->right || d->view->parent || !p->have)
		return;
	if (p->table.n_marks > 0)
		snprintf(marks, sizeof(marks), "  %zu marked", p->table.n_marks);
	pane_above(p, above);
	snprintf(out, max, "%s%s%s%s%s%s%s of %s%s", above, above[0] ? "  " : "",
		 sort[0] ? "sort:" : "", sort[0] && p->descending ? "-" : "", sort,
		 sort[0] ? "  " : "", words_number(a, p->rows.shown_total),
		 words_number(b, p->rows.total), marks);
}

/* Where we are at the left, how many and in which order at the right; a filter that cannot be
 * read says where it is wrong. */
static void draw_place(const struct deck *d, struct screen *s, int row)
{
	const struct pane *p = &d->panes[d->focus];
	bool error = p->have && p->rows.error && p->rows.error[0];
	char left[360], right[200];
	int used;

	place_left(d, left, sizeof(left));
	place_right(d, right, sizeof(right));
	int room = s->cols - 3 - (error ? 0 : text_width(right));
	used = 1 + screen_put(s, row, 1, TONE_TITLE, 0, left, room > 20 ? room : 20);
	if (error)
		screen_put(s, row, used + 2, TONE_FAIL, 0, p->rows.error, s->cols - used - 3);
	bar_hint_fit(right, s->cols - used - 2);
	if (!error && text_width(right) <= s->cols - used - 2)
		screen_put_right(s, row, used + 1, TONE_TEXT, 0, right, s->cols - used - 2);
	else if (!error)
		screen_put_clauses(s, row, used + 1, TONE_TEXT, right, s->cols - used - 2);
}

static void draw_lines(struct deck *d, struct screen *s, struct area a, int top, int lines)
{
	for (int i = 0; i < a.rows && top + i < lines; i++)
		d->view->draw_row(d, s, (struct area){ a.row + i, a.col, 1, a.cols }, top + i);
}

/* Over what has no word there, or else in a line of its own: half a sentence is none. */
static void tell_more(struct screen *s, struct area line)
{
	static const char more[] = " more below ";
	int col = line.col + line.cols - text_width(more);
	bool free = true;

	for (int i = col - 1; i < line.col + line.cols; i++) {
		const struct cell *c = screen_cell(s, line.row, i);

		free = free && c && !c->line && (!c->text[0] || c->text[0] == ' ');
	}
	if (!free)
		screen_fill(s, line, TONE_TEXT, 0);
	screen_put(s, line.row, col, TONE_KEY, 0, more, text_width(more));
}

/* A view that is all lines: its cursor, if it has one, stays in sight. */
static void draw_bare(struct deck *d, struct screen *s, struct area a)
{
	int lines = d->view->row_count(d, a.cols);

	if (d->view->cursor_row)
		d->panes[d->focus].table.rows = d->panes[d->focus].table.lines = CELLS_AROUND;
	int most = lines > a.rows ? lines - a.rows : 0;

	if (d->view->cursor_row) {
		int at = d->view->cursor_row(d);

		if (at < d->view_top + 1)
			d->view_top = at - 1;
		if (at >= d->view_top + a.rows)
			d->view_top = at - a.rows + 1;
	}
	d->view_top = d->view_top < 0 ? 0 : d->view_top > most ? most : d->view_top;
	draw_lines(d, s, a, d->view_top, lines);
	if (!d->view->cursor_row && lines > d->view_top + a.rows)
		tell_more(s, (struct area){ a.row + a.rows - 1, a.col, 1, a.cols - 1 });
}

int view_detail_rows(struct deck *d, int columns)
{
	deck_detail(d, &d->under);
	return textbox_rows(&d->under, columns - 2);
}

void view_detail_row(struct deck *d, struct screen *s, struct area line, int i)
{
	textbox_paint_line(&d->under, s,
			   (struct area){ line.row, line.col + 1, 1, line.cols - 2 }, i);
}

static void draw_under(struct deck *d, struct screen *s)
{
	const struct view *v = d->view;
	struct area a = d->layout.under;

	if (a.rows < 2)
		return;
	pane_title(s, a, v->under_title ? v->under_title(d) : "Selected", "", false);
	draw_lines(d, s, (struct area){ a.row + 1, a.col, a.rows - 1, a.cols }, 0,
		   v->row_count(d, a.cols));
}

static void draw_table(struct deck *d, struct screen *s)
{
	struct pane *p = &d->panes[d->focus];
	struct area a = d->layout.pane[d->focus];

	pane_draw(p, s, a, true);
	if (p->table.count == 0)
		deck_draw_empty(d, s, d->focus, a, 2);
	deck_draw_greyed(d, s, d->focus, a);
}

static int lines_under(struct deck *d, const struct screen *s)
{
	const struct view *v = d->view;
	struct deck_layout l;

	if (!v->kind || !v->row_count)
		return 0;
	view_layout(&l, s->rows, s->cols, d->focus, deck_trouble(d), true, 0, v->detail_cols);
	d->layout.detail = l.detail;
	return v->row_count(d, l.pane[d->focus].cols);
}

void view_draw(struct deck *d, struct screen *s)
{
	const struct view *v = d->view;
	struct area a;

	view_layout(&d->layout, s->rows, s->cols, d->focus, deck_trouble(d),
		    v->kind != NULL || v->cursor_row != NULL, lines_under(d, s),
		    v->detail_cols);
	a = d->layout.pane[d->focus];
	if (d->layout.size < DECK_SMALL ? v->kind || (v->draw && !v->back)
					: d->layout.size == DECK_SMALL && v->kind) {
		deck_draw_pane(d, s, d->focus);
		return;
	}
	if (d->layout.tabs_row > 0)
		view_tabs(d, s, d->layout.tabs_row);
	if (d->layout.lamps_row > 0)
		deck_draw_lamps(d, s, d->layout.lamps_row);
	if (v->draw)
		v->draw(d, s, (struct area){ a.row + 1, a.col, a.rows - 1, a.cols });
	else if (v->kind)
		draw_table(d, s);
	else
		draw_bare(d, s, (struct area){ a.row + 1, a.col, a.rows - 1, a.cols });
	draw_place(d, s, a.row); /* a log's tells of the line that is drawn last */
	draw_under(d, s);
	deck_draw_detail(d, s);
	if (d->focus != PANE_EVENTS)
		deck_draw_pane(d, s, PANE_EVENTS);
}
