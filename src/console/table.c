#include "console/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

void table_init(struct table *t, const struct column *columns, size_t n,
		const struct table_source *source, void *arg)
{
	*t = (struct table){ .columns = columns,
			     .n_columns = n < TABLE_COLUMNS_MAX ? n : TABLE_COLUMNS_MAX,
			     .source = source,
			     .arg = arg,
			     .gutter = TABLE_GUTTER };
}

void table_clear(struct table *t)
{
	free(t->marks);
	*t = (struct table){ .columns = t->columns,
			     .n_columns = t->n_columns,
			     .source = t->source,
			     .arg = t->arg,
			     .gutter = t->gutter };
}

/* Columns */

void table_scroll_columns(struct table *t, int by)
{
	if (by < 0)
		t->first -= t->first > 0;
	else if (t->more || t->first + 2 < t->n_columns)
		t->first++;
}

/* Rows */

static int64_t row_id(const struct table *t, size_t row)
{
	return t->source->id(t->arg, row);
}

static size_t find_row(const struct table *t, int64_t id)
{
	if (t->source->find)
		return t->source->find(t->arg, id);
	if (t->cursor < t->count && row_id(t, t->cursor) == id)
		return t->cursor; /* nearly always */
	for (size_t i = 0; i < t->count; i++)
		if (row_id(t, i) == id)
			return i;
	return SIZE_MAX;
}

static void keep_in_view(struct table *t)
{
	size_t rows = t->rows > 0 ? (size_t)t->rows : 1;

	if (t->from_top) {
		t->top = 0;
		return;
	}
	if (t->cursor < t->top)
		t->top = t->cursor;
	if (t->cursor >= t->top + rows)
		t->top = t->cursor - rows + 1;
	if (t->top + rows > t->count)
		t->top = t->count > rows ? t->count - rows : 0;
}

static void set_cursor(struct table *t, size_t row)
{
	if (t->count == 0) {
		t->cursor = t->top = 0;
		return; /* the id stays: an empty moment must not lose the place */
	}
	t->cursor = row < t->count ? row : t->count - 1;
	int64_t id = row_id(t, t->cursor);
	if (id > 0)
		t->cursor_id = id;
	keep_in_view(t);
}

void table_refresh(struct table *t)
{
	t->count = t->source->count(t->arg);
	size_t line = t->cursor - t->top;
	size_t row = t->cursor_id && t->count > 0 ? find_row(t, t->cursor_id) : SIZE_MAX;

	if (row != SIZE_MAX &&
	    row != t->cursor) /* the object moved: it keeps its line on the screen */
		t->top = row > line ? row - line : 0;
	set_cursor(t, row != SIZE_MAX ? row : t->cursor);
}

void table_go(struct table *t, size_t row)
{
	t->count = t->source->count(t->arg);
	if (t->count > 0)
		t->cursor_id = 0; /* a row that is not here yet: its id comes with it */
	set_cursor(t, row);
}

void table_move(struct table *t, int64_t rows)
{
	int64_t to = (int64_t)t->cursor + rows;

	table_go(t, to > 0 ? (size_t)to : 0);
}

int64_t table_cursor(const struct table *t)
{
	return t->count > 0 ? t->cursor_id : 0;
}

/* Marks */

static size_t mark_place(const struct table *t, int64_t id)
{
	size_t lo = 0, hi = t->n_marks;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (t->marks[mid] < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool table_marked(const struct table *t, int64_t id)
{
	size_t i = mark_place(t, id);

	return i < t->n_marks && t->marks[i] == id;
}

void table_mark(struct table *t, int64_t id, bool on)
{
	size_t i = mark_place(t, id);
	bool is = i < t->n_marks && t->marks[i] == id;

	if (id <= 0 || is == on)
		return;
	if (on) {
		GROW(t->marks, t->n_marks, t->cap_marks);
		memmove(t->marks + i + 1, t->marks + i, (t->n_marks - i) * sizeof(*t->marks));
		t->marks[i] = id;
		t->n_marks++;
	} else {
		t->n_marks--;
		memmove(t->marks + i, t->marks + i + 1, (t->n_marks - i) * sizeof(*t->marks));
	}
}

void table_mark_all(struct table *t)
{
	for (size_t i = 0; i < t->count; i++)
		table_mark(t, row_id(t, i), true);
}

void table_mark_invert(struct table *t)
{
	for (size_t i = 0; i < t->count; i++)
		table_mark(t, row_id(t, i), !table_marked(t, row_id(t, i)));
}

void table_unmark_all(struct table *t)
{
	t->n_marks = 0;
	t->range_from = 0;
}

void table_mark_range(struct table *t)
{
	size_t from = t->range_from ? find_row(t, t->range_from) : SIZE_MAX;

	if (from == SIZE_MAX) {
		t->range_from = table_cursor(t);
		t->range_row = t->cursor;
		return;
	}
	size_t to = t->cursor > from ? t->cursor : from;
	for (size_t i = t->cursor < from ? t->cursor : from; i <= to; i++)
		table_mark(t, row_id(t, i), true);
	t->range_from = 0;
}

/* Keys */

static bool mark_key(struct table *t, uint32_t code)
{
	switch (code) {
	case ' ':
		table_mark(t, table_cursor(t), !table_marked(t, table_cursor(t)));
		table_move(t, 1);
		return true;
	case 'v':
		table_mark_range(t);
		return true;
	case '*':
		table_mark_all(t);
		return true;
	case '+':
		table_mark_invert(t);
		return true;
	case 'U':
		table_unmark_all(t);
		return true;
	case '<':
		table_scroll_columns(t, -1);
		return true;
	case '>':
		table_scroll_columns(t, 1);
		return true;
	}
	return false;
}

bool table_key(struct table *t, const struct key *k)
{
	int page = t->rows > 1 ? t->rows - 1 : 1;

	switch (k->code) {
	case K_UP:
	case 'k':
		table_move(t, -1);
		return true;
	case K_DOWN:
	case 'j':
		table_move(t, 1);
		return true;
	case K_PAGE_UP:
	case K_CTRL('b'):
		table_move(t, -page);
		return true;
	case K_PAGE_DOWN:
	case K_CTRL('f'):
		table_move(t, page);
		return true;
	case K_HOME:
	case 'g':
		table_go(t, 0);
		return true;
	case K_END:
	case 'G':
		table_go(t, SIZE_MAX);
		return true;
	}
	return mark_key(t, k->code);
}

size_t table_column_at(const struct table *t, int col)
{
	int at = t->gutter;

	for (size_t i = 0; i < t->n_columns; i++) {
		if (t->widths[i] == 0)
			continue;
		if (col >= at && col <= at + t->widths[i])
			return i;
		at += t->widths[i] + 1;
	}
	return SIZE_MAX;
}

/* Drawing */

static void draw_cell(struct screen *s, int row, int col, int width, bool right,
		      const struct table_cell *c)
{
	if (right)
		screen_put_right(s, row, col, c->tone, c->look, c->text, width);
	else
		screen_put(s, row, col, c->tone, c->look, c->text, width);
}

static void draw_titles(const struct table *t, struct screen *s, struct area a,
			const int *widths, size_t hidden)
{
	int col = a.col + t->gutter;

	for (size_t i = 0; i < t->n_columns; i++) {
		struct table_cell c = { .tone = TONE_TITLE };

		if (widths[i] == 0)
			continue;
		memcpy(c.text, t->columns[i].title,
		       strnlen(t->columns[i].title, sizeof(c.text) - 1));
		draw_cell(s, a.row, col, widths[i], t->columns[i].right, &c);
		col += widths[i] + 1;
	}
	if (t->first > 0)
		screen_put(s, a.row, a.col + t->gutter - 1, TONE_KEY, 0, "<", 1);
	if (hidden > t->first || (t->more && t->first == 0))
		screen_put(s, a.row, a.col + a.cols - 1, TONE_KEY, 0, ">", 1);
}

static void draw_gutter(const struct table *t, struct screen *s, struct area a, int line,
			size_t row, bool focused, const struct table_row *r)
{
	char sign[2] = { r->sign, '\0' };
	int64_t id = row_id(t, row);

	if (row == t->cursor && focused)
		screen_put(s, line, a.col, TONE_CURSOR, 0, ">", 1);
	if (table_marked(t, id))
		screen_put(s, line, a.col + 1, TONE_MARK, 0, "*", 1);
	else if (t->range_from && t->range_from == id)
		screen_put(s, line, a.col + 1, TONE_MARK, 0, "v", 1);
	if (r->sign && t->gutter > 2)
		screen_put(s, line, a.col + 2, TONE_KEY, 0, sign, 1);
}

static void draw_row(const struct table *t, struct screen *s, struct area a, int line,
		     size_t row, bool focused, const int *widths)
{
	struct table_row r = { 0 };
	int col = a.col + t->gutter;

	if (t->source->row)
		t->source->row(t->arg, row, &r);
	draw_gutter(t, s, a, line, row, focused, &r);
	for (size_t i = 0; i < t->n_columns; i++) {
		struct table_cell c = { .tone = r.tone, .look = r.look };

		if (widths[i] == 0)
			continue;
		if (row == t->cursor && focused && i == 0)
			c.look |= LOOK_BOLD;
		t->source->cell(t->arg, row, i, &c);
		draw_cell(s, line, col, widths[i], t->columns[i].right, &c);
		col += widths[i] + 1;
	}
	if (t->bar && row == t->cursor && focused)
		screen_look(s, line, a.col, a.cols, LOOK_REVERSE);
}

#define SPLIT_ROWS 3 /* a shorter table has no room for a line */

static bool is_split(const struct table *t, int rows)
{
	return t->split_title && t->split < t->count && rows >= SPLIT_ROWS;
}

static void draw_split(const struct table *t, struct screen *s, struct area a, int line)
{
	int col = a.col + t->gutter, columns = a.cols - t->gutter - 1;

	screen_hline(s, line, col, columns, TONE_DIM);
	screen_putf(s, line, col + 2, TONE_DIM, 0, columns - 2, " %s ", t->split_title);
}

size_t table_row_at(const struct table *t, int line)
{
	size_t row = t->top + (size_t)line;
	bool split = is_split(t, t->lines) && t->split >= t->top;

	if (line < 0 || line >= t->lines || (split && row == t->split))
		return SIZE_MAX;
	row -= split && row > t->split;
	return row < t->count ? row : SIZE_MAX;
}

void table_draw(struct table *t, struct screen *s, struct area a, bool focused)
{
	int *widths = t->widths;

	if (a.rows < 1 || a.cols <= t->gutter + 1)
		return;
	t->lines = a.rows - 1;
	t->rows = t->lines - is_split(t, t->lines); /* the cursor is in sight with it, too */
	table_refresh(t);
	if (t->needs_cols != a.cols || t->needs_rows != a.rows)
		table_forget(t);
	t->needs_cols = a.cols;
	t->needs_rows = a.rows;
	table_measure(t);
	size_t hidden = table_fit(t->columns, t->n_columns, t->first, t->needs,
				  a.cols - t->gutter - 1, widths);
	draw_titles(t, s, a, widths, hidden);
	for (int line = 0; line < t->lines; line++) {
		size_t row = table_row_at(t, line);

		if (row != SIZE_MAX)
			draw_row(t, s, a, a.row + 1 + line, row, focused, widths);
		else if (is_split(t, t->lines) && t->top + (size_t)line == t->split)
			draw_split(t, s, a, a.row + 1 + line);
	}
}
