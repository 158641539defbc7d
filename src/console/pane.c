#include "console/pane.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "console/words.h"

#define WINDOW_MIN 40
#define WINDOW_STEP                                                                            \
	20 /* a window moves in steps, so that a cursor key does not ask the engine */

int64_t pane_hash(const char *text)
{
	uint64_t h = 14695981039346656037u;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 1099511628211u;
	h &= INT64_MAX;
	return h ? (int64_t)h : 1;
}

/* The table asks by its own row numbers; the window holds some of them. */

static size_t row_count(void *arg)
{
	const struct pane *p = arg;

	return p->have && p->rows.shown_total > 0 ? (size_t)p->rows.shown_total : 0;
}

static int64_t in_window(const struct pane *p, size_t row)
{
	int64_t i = (int64_t)row - p->rows.offset;

	return p->have && i >= 0 && i < (int64_t)p->rows.n ? i : -1;
}

static int64_t row_id(void *arg, size_t row)
{
	const struct pane *p = arg;
	int64_t i = in_window(p, row);

	return i < 0 ? -1 : p->kind->id(p, (size_t)i);
}

static void row_cell(void *arg, size_t row, size_t column, struct table_cell *out)
{
	const struct pane *p = arg;
	int64_t i = in_window(p, row);

	if (i >= 0)
		p->kind->cell(p, (size_t)i, p->columns->what[column], out);
	else if (column == 0)
		snprintf(out->text, sizeof(out->text), "...");
}

static size_t window_find(const struct pane *p, int64_t id)
{
	for (size_t i = 0; p->have && i < p->rows.n; i++)
		if (p->kind->id(p, i) == id)
			return (size_t)p->rows.offset + i;
	return SIZE_MAX;
}

static size_t row_find(void *arg, int64_t id)
{
	return window_find(arg, id);
}

static const struct table_source source = { row_count, row_id, row_cell, NULL, row_find };

void pane_init(struct pane *p, const struct pane_kind *kind)
{
	*p = (struct pane){
		.kind = kind, .home = kind, .columns = &kind->columns[0], .count = WINDOW_MIN
	};
	table_init(&p->table, p->columns->v, p->columns->n, &source, p);
	p->table.gutter = kind->marks ? TABLE_GUTTER : 2;
}

void pane_dress(struct pane *p, const struct pane_kind *kind)
{
	p->kind = kind;
	p->columns = &kind->columns[0];
	p->table.columns = p->columns->v;
	p->table.n_columns = p->columns->n;
	p->table.first = 0;
	p->table.gutter = kind->marks ? TABLE_GUTTER : 2;
}

void pane_clear(struct pane *p)
{
	for (size_t i = 0; i < p->n_marks; i++)
		free(p->marks[i].name);
	free(p->marks);
	table_clear(&p->table);
}

/* Marks. The table knows ids; acts need names, also of rows that were scrolled away since. */

static size_t mark_place(const struct pane *p, int64_t mark)
{
	size_t lo = 0, hi = p->n_marks;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->marks[mid].id < mark)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void forget_unmarked(struct pane *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->n_marks; i++) {
		p->marks[i].seen = false;
		if (table_marked(&p->table, p->marks[i].id))
			p->marks[kept++] = p->marks[i];
		else
			free(p->marks[i].name);
	}
	p->n_marks = kept;
}

static void note_mark(struct pane *p, int64_t mark, const char *name)
{
	size_t i = mark_place(p, mark);

	if (i == p->n_marks || p->marks[i].id != mark) {
		GROW(p->marks, p->n_marks, p->cap_marks);
		memmove(p->marks + i + 1, p->marks + i, (p->n_marks - i) * sizeof(p->marks[0]));
		p->n_marks++;
		p->marks[i] = (struct pane_mark){ .id = mark, .name = xstrdup(name) };
	}
	p->marks[i].seen = true;
}

void pane_note_marks(struct pane *p)
{
	forget_unmarked(p);
	for (size_t i = 0; p->table.n_marks > 0 && p->have && i < p->rows.n; i++) {
		int64_t mark = p->kind->id(p, i);

		if (table_marked(&p->table, mark))
			note_mark(p, mark, p->kind->name(p, i));
	}
}

void pane_mark_rows_at(struct pane *p, int64_t from, int64_t to, bool invert)
{
	p->marking = true;
	p->inverting = invert;
	p->mark_from = from;
	p->mark_to = to - from < PANE_MARKS_MAX ? to : from + PANE_MARKS_MAX - 1;
}

static void mark_when_here(struct pane *p)
{
	int64_t last = p->rows.shown_total - 1;

	if (last > p->mark_to)
		last = p->mark_to;
	if (!p->have || p->rows.offset > p->mark_from ||
	    p->rows.offset + (int64_t)p->rows.n <= last)
		return;
	p->marking = false;
	p->marked = true;
	for (int64_t i = p->mark_from; i <= last; i++) {
		int64_t row = p->kind->id(p, (size_t)(i - p->rows.offset));

		table_mark(&p->table, row, !p->inverting || !table_marked(&p->table, row));
	}
}

/* Where it began: by now, or then, when it is out of the window. */
static size_t range_row(const struct pane *p)
{
	size_t row = window_find(p, p->table.range_from);

	return row == SIZE_MAX ? p->table.range_row : row;
}

int64_t pane_range(const struct pane *p)
{
	int64_t from, to = (int64_t)p->table.cursor;

	if (!p->table.range_from)
		return 0;
	from = (int64_t)range_row(p);
	return (from < to ? to - from : from - to) + 1;
}

enum range_end pane_end_range(struct pane *p)
{
	int64_t from = (int64_t)range_row(p), to = (int64_t)p->table.cursor;
	bool here = window_find(p, p->table.range_from) != SIZE_MAX && pane_at(p) >= 0;
	bool all = p->have && p->rows.shown_total <= (int64_t)p->rows.n;

	if (!p->table.range_from)
		return RANGE_NONE;
	if (here) {
		table_mark_range(&p->table);
		pane_note_marks(p);
		return RANGE_MARKED;
	}
	p->table.range_from = 0;
	if (all)
		return RANGE_LOST;
	pane_mark_rows_at(p, from < to ? from : to, from < to ? to : from, false);
	return RANGE_ASKED;
}

void pane_mark_rows(struct pane *p, const struct mirror_rows *rows)
{
	struct pane other = *p;

	other.rows = *rows;
	for (size_t i = 0; i < rows->n; i++) {
		int64_t mark = p->kind->id(&other, i);

		table_mark(&p->table, mark, true);
		note_mark(p, mark, p->kind->name(&other, i));
	}
}

size_t pane_marks(const struct pane *p)
{
	return p->alone ? 0 : p->n_marks;
}

size_t pane_chosen(const struct pane *p, struct strs *out)
{
	size_t hidden = 0, marks = pane_marks(p);

	for (size_t i = 0; i < marks; i++) {
		strs_add(out, p->marks[i].name);
		hidden += !p->marks[i].seen;
	}
	if (marks == 0 && pane_name_at(p))
		strs_add(out, pane_name_at(p));
	return hidden;
}

/* Columns are measured anew for another filter or order, once its rows are there. */
static void refit(struct pane *p, const struct mirror *m)
{
	struct window w;
	char text[sizeof(w.cluster) + sizeof(w.filter) + sizeof(w.sort) + 16];
	int64_t key;

	pane_window(p, &w);
	snprintf(text, sizeof(text), "%s\n%s\n%s\n%d%d", w.cluster, w.filter, w.sort, w.fold,
		 w.ended);
	key = pane_hash(text);
	p->refit |= key != p->fit_key;
	p->fit_key = key;
	if (p->refit)
		table_forget(&p->table);
	p->refit = p->refit && !(p->have && mirror_whole(m));
}

/* What the window has is the answer to the filter as it stands. */
static bool is_answered(const struct pane *p)
{
	struct window w;

	pane_window(p, &w);
	return p->have && p->rows.answered && p->rows.filter &&
	       strcmp(p->rows.filter, w.filter) == 0;
}

static bool is_wrong(const struct pane *p)
{
	return p->rows.error && p->rows.error[0];
}

bool pane_refuse_filter(struct pane *p, char told[400])
{
	if (!p->filter[0] || !is_answered(p) || !is_wrong(p))
		return false;
	if (strcmp(p->good, p->filter) == 0)
		p->good[0] = '\0';
	snprintf(told, 400, "\"%.60s\" is no filter, %s: %.200s", p->filter,
		 p->good[0] ? "the one before stays" : "none is set", p->rows.error);
	memcpy(p->filter, p->good, sizeof(p->filter));
	p->offset = 0;
	return true;
}

/* "state:fail" is about jobs that the queue does not have any more. */
static bool asks_for_ended(const char *filter)
{
	static const char *const words[] = { "done", "fail", "canc", "cd", "ca", "unknown" };
	const char *value = strstr(filter, "state");

	for (; value && *value && *value != ' '; value++)
		for (size_t i = 0; strchr(":=,", value[0]) && i < ARRAY_LEN(words); i++)
			if (strncasecmp(value + 1, words[i], strlen(words[i])) == 0)
				return true;
	return false;
}

/* Of those that stand behind the others the first, as far as the window tells. */
static size_t first_behind(const struct pane *p)
{
	size_t i = p->rows.n;

	while (p->sort == 0 && i > 0 && p->kind->is_behind(p, i - 1))
		i--;
	return (size_t)p->rows.offset + i;
}

/* A row that has just gone behind the others leaves the cursor at its place, and the next one
 * takes it: who looks at what is in the queue looks on. At the top it stays also where such
 * rows are only shown until there are others. One that is marked, or looked into, is followed.
 */
static bool lets_go(const struct pane *p, size_t at)
{
	int64_t row = p->table.cursor_id;

	if (p->held || table_marked(&p->table, row) ||
	    !p->kind->is_behind(p, at - (size_t)p->rows.offset))
		return false;
	return row == p->ahead ||
	       (p->table.cursor == 0 && at > 0 && !p->ended && !asks_for_ended(p->filter));
}

static void keep_ahead(struct pane *p)
{
	size_t at = window_find(p, p->table.cursor_id), first, to = p->table.cursor;

	if (at == SIZE_MAX || !lets_go(p, at))
		return;
	first = first_behind(p);
	table_go(&p->table, first > 0 && to >= first ? first - 1 : to);
}

/* The row under the cursor, if it does not stand behind the others. */
static void note_ahead(struct pane *p)
{
	int64_t i = pane_at(p);

	if (i >= 0)
		p->ahead = p->kind->is_behind(p, (size_t)i) ? 0 : p->table.cursor_id;
}

void pane_settle(struct pane *p)
{
	if (p->marking)
		mark_when_here(p);
	pane_note_marks(p);
	if (p->kind->follows && !p->touched)
		table_go(&p->table, 0);
	else if (p->kind->is_behind)
		keep_ahead(p);
	table_refresh(&p->table);
	if (p->kind->is_behind)
		note_ahead(p);
}

void pane_load(struct pane *p, const struct mirror *m)
{
	p->have = mirror_rows(m, p->kind->window, &p->rows) && p->rows.noun == p->kind->noun;
	if (is_answered(p) && !is_wrong(p))
		memcpy(p->good, p->filter, sizeof(p->good));
	refit(p, m);
	pane_settle(p);
}

void pane_window(const struct pane *p, struct window *out)
{
	const char *sort = p->kind->sorts[p->sort];

	*out = (struct window){ .noun = p->kind->noun, .offset = p->offset, .count = p->count };
	if (p->marking) {
		out->offset = p->mark_from;
		out->count = p->mark_to - p->mark_from + 1;
	}
	snprintf(out->id, sizeof(out->id), "%s", p->kind->window);
	if (p->kind->of_cluster)
		snprintf(out->cluster, sizeof(out->cluster), "%s", p->cluster);
	if (p->scope[0] && p->filter[0])
		snprintf(out->filter, sizeof(out->filter), "%s (%.*s)", p->scope,
			 PANE_SCOPED_FILTER, p->filter);
	else
		snprintf(out->filter, sizeof(out->filter), "%s",
			 p->scope[0] ? p->scope : p->filter);
	out->fold = p->fold;
	out->ended =
	    p->kind->noun == NOUN_JOB && (p->ended || p->quiet || asks_for_ended(p->filter));
	if (sort && sort[0])
		snprintf(out->sort, sizeof(out->sort), "%s%s", p->descending ? "-" : "", sort);
}

bool pane_follow(struct pane *p)
{
	int64_t rows = p->table.lines > 0 ? p->table.lines : 1, top = (int64_t)p->table.top;
	int64_t count = WINDOW_MIN, offset = p->offset;

	while (count < rows * 2 + WINDOW_STEP)
		count += WINDOW_STEP;
	if (top < offset || top + rows > offset + count) /* up to 29 before it, and all of it */
		offset =
		    top > WINDOW_STEP ? (top - WINDOW_STEP / 2) / WINDOW_STEP * WINDOW_STEP : 0;
	if (offset == p->offset && count == p->count)
		return false;
	p->offset = offset;
	p->count = count;
	return true;
}

int64_t pane_at(const struct pane *p)
{
	return p->table.count > 0 ? in_window(p, p->table.cursor) : -1;
}

const char *pane_name_at(const struct pane *p)
{
	int64_t i = pane_at(p);

	return i < 0 ? NULL : p->kind->name(p, (size_t)i);
}

bool pane_go_name(struct pane *p, const char *name)
{
	for (size_t i = 0; p->have && i < p->rows.n; i++)
		if (strcmp(p->kind->name(p, i), name) == 0) {
			table_go(&p->table, (size_t)p->rows.offset + i);
			return true;
		}
	return false;
}

static bool row_holds(const struct pane *p, size_t row, const char *text)
{
	int64_t i = in_window(p, row);

	for (size_t c = 0; i >= 0 && c < p->columns->n; c++) {
		struct table_cell cell = { .tone = TONE_TEXT };

		p->kind->cell(p, (size_t)i, p->columns->what[c], &cell);
		if (text_find(cell.text, text))
			return true;
	}
	return false;
}

bool pane_find(struct pane *p, const char *text, int step)
{
	size_t n = p->table.count, row = p->table.cursor;

	for (size_t i = 0; i < n; i++) {
		row = (row + n + (size_t)(step < 0 ? n - 1 : (size_t)step)) % n;
		if (row_holds(p, row, text)) {
			table_go(&p->table, row);
			return true;
		}
	}
	return false;
}

/* Drawing */

void pane_title(struct screen *s, struct area a, const char *title, const char *right,
		bool focused)
{
	char text[160];

	screen_hline(s, a.row, a.col, a.cols, TONE_DIM);
	snprintf(text, sizeof(text), " %s ", title);
	int used = 2 + screen_put(s, a.row, a.col + 2, focused ? TONE_KEY : TONE_TITLE, 0, text,
				  a.cols - 3);
	if (!right || !right[0])
		return;
	snprintf(text, sizeof(text), " %s ", right);
	if (used + 1 + (int)strlen(text) + 2 <= a.cols)
		screen_put_right(s, a.row, a.col + used, TONE_TEXT, 0, text, a.cols - used - 2);
}

const struct pane_columns *pane_all_columns(const struct pane *p)
{
	return &p->kind->columns[p->kind->n_columns - 1];
}

/* Is title one of the words of the list? */
static const char *in_list(const char *list, const char *title)
{
	size_t n = strlen(title);

	for (const char *at = list; *at; at += strcspn(at, ",") + (at[strcspn(at, ",")] == ','))
		if (strcspn(at, ",") == n && strncasecmp(at, title, n) == 0)
			return at;
	return NULL;
}

/* Where a set has what this column of the widest set shows, under whatever title; -1: it has
 * not.
 */
static int64_t same_column(const struct pane_columns *set, unsigned char what)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->what[i] == what)
			return (int64_t)i;
	return -1;
}

bool pane_wants_column(const struct pane *p, size_t i)
{
	const struct pane_columns *all = pane_all_columns(p);

	if (p->wanted[0])
		return i == 0 || in_list(p->wanted, all->v[i].title) != NULL;
	return same_column(p->columns, all->what[i]) >= 0;
}

enum column_shown pane_column_shown(const struct pane *p, size_t i)
{
	int64_t at = same_column(p->columns, pane_all_columns(p)->what[i]);

	if (at >= 0 && p->table.widths[at] > 0)
		return COLUMN_SHOWN;
	return p->wanted[0] && !pane_wants_column(p, i) ? COLUMN_OFF : COLUMN_NO_ROOM;
}

void pane_want_column(struct pane *p, size_t which, bool on)
{
	const struct pane_columns *all = pane_all_columns(p);
	char list[sizeof(p->wanted)] = "";
	size_t used = 0;

	for (size_t i = 0; i < all->n && used < sizeof(list); i++) {
		if (i == 0 || (i == which ? on : pane_wants_column(p, i)))
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
						 used ? "," : "", all->v[i].title);
	}
	memcpy(p->wanted, list, sizeof(list));
}

/* Those that were chosen, out of the widest set, as narrow as the usual ones of this width; the
 * name is always among them. */
static bool choose_own(struct pane *p)
{
	const struct pane_columns *all = pane_all_columns(p), *usual = p->columns;
	size_t n = 0;

	for (size_t i = 0; p->wanted[0] && i < all->n && i < TABLE_COLUMNS_MAX; i++) {
		if (i > 0 && !in_list(p->wanted, all->v[i].title))
			continue;
		int64_t narrow = same_column(usual, all->what[i]);

		p->own[n] = narrow >= 0 ? usual->v[narrow] : all->v[i];
		p->own_what[n++] = all->what[i];
	}
	if (n < 2)
		return false;
	p->own_set = (struct pane_columns){ 0, p->own, p->own_what, n };
	p->columns = &p->own_set;
	return true;
}

/* Scrolled sideways, all of them can come into sight. */
static void choose_columns(struct pane *p, int cols)
{
	p->columns = &p->kind->columns[0];
	for (size_t i = 1; i < p->kind->n_columns; i++)
		if (cols >= p->kind->columns[i].from_cols)
			p->columns = &p->kind->columns[i];
	p->table.more = p->kind != p->home && p->columns != pane_all_columns(p);
	if (choose_own(p))
		p->table.more = false;
	else if (p->table.first > 0)
		p->columns = pane_all_columns(p);
	p->table.columns = p->columns->v;
	p->table.n_columns = p->columns->n;
}

/* The line above the first that stands behind the others, if the window holds it. */
static void split_rows(struct pane *p)
{
	size_t first = p->have && p->kind->is_behind ? first_behind(p) : SIZE_MAX;

	p->table.split_title = NULL;
	if (first >= (size_t)p->rows.offset + p->rows.n ||
	    (p->rows.offset > 0 && first == (size_t)p->rows.offset))
		return;
	p->table.split = first;
	p->table.split_title = p->kind->behind;
}

static bool is_behind(const struct pane *p, size_t row)
{
	int64_t i = in_window(p, row);

	return p->sort == 0 && p->kind->is_behind && i >= 0 && p->kind->is_behind(p, (size_t)i);
}

/* Who looks elsewhere sees what is in the queue, wherever among the ended the cursor was left.
 * Once it is out of the window, that stays so. */
static bool shows_top(const struct pane *p, bool focused)
{
	return !focused && (pane_at(p) < 0 ? p->table.from_top : is_behind(p, p->table.cursor));
}

const char *pane_above(const struct pane *p, char out[40])
{
	char n[24];

	out[0] = '\0';
	if (p->table.top > 0 && is_behind(p, p->table.top))
		snprintf(out, 40, "%s more above, Home",
			 words_number(n, (int64_t)p->table.top));
	return out;
}

void pane_draw(struct pane *p, struct screen *s, struct area a, bool focused)
{
	struct area body = a;

	if (p->kind->titled) {
		body.row++;
		body.rows--;
	}
	p->ascii = s->ascii;
	p->table.from_top = shows_top(p, focused);
	choose_columns(p, a.cols);
	split_rows(p);
	table_draw(&p->table, s, body, focused);
}

/* One line for each object: name, then what matters most, in the order of the columns. */
static void draw_line(struct pane *p, struct screen *s, int row, int cols, size_t i, bool here)
{
	int col = 2;

	if (here)
		screen_put(s, row, 0, TONE_CURSOR, 0, ">", 1);
	for (size_t c = 0; c < p->columns->n && col < cols; c++) {
		struct table_cell cell = { .tone = TONE_TEXT };

		p->kind->cell(p, i, p->columns->what[c], &cell);
		if (cell.text[0])
			col += screen_put(s, row, col, cell.tone, cell.look, cell.text,
					  cols - col) +
			       1;
	}
}

void pane_lines(struct pane *p, struct screen *s, struct area a)
{
	choose_columns(p, a.cols);
	p->ascii = s->ascii;
	p->table.rows = p->table.lines = a.rows;
	p->table.split_title = NULL;
	table_refresh(&p->table);
	for (int r = 0; r < a.rows; r++) {
		size_t row = p->table.top + (size_t)r;
		int64_t i = row < p->table.count ? in_window(p, row) : -1;

		if (i >= 0)
			draw_line(p, s, a.row + r, a.cols, (size_t)i, row == p->table.cursor);
	}
}
