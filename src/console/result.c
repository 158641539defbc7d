#include "console/result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "console/table.h"

#define GAP	   2
#define CELLS_MOST 50000
#define LEAST	   6 /* columns that a cut text keeps */

void result_init(struct result *r)
{
	*r = (struct result){ .cells = STRS_INIT(CELLS_MOST) };
}

void result_clear(struct result *r)
{
	strs_clear(&r->cells);
	free(r->lines);
	result_init(r);
}

static void add_line(struct result *r, struct result_line line)
{
	GROW(r->lines, r->n, r->cap);
	r->lines[r->n++] = line;
}

void result_text(struct result *r, const char *text)
{
	do {
		size_t n = strcspn(text, "\n");

		if (strs_addf(&r->cells, "%.*s", (int)n, text) < 0)
			return;
		add_line(r, (struct result_line){ false, r->cells.n - 1, 0 });
		text += n + (text[n] == '\n');
	} while (*text);
}

void result_row(struct result *r, bool title, const char *const *cells, size_t n)
{
	size_t from = r->cells.n;

	n = n < TABLE_COLUMNS_MAX ? n : TABLE_COLUMNS_MAX;
	for (size_t i = 0; i < n; i++)
		if (strs_add(&r->cells, cells[i] ? cells[i] : "") < 0)
			return;
	if (n > 0)
		add_line(r, (struct result_line){ title, from, n });
}

bool result_has_tables(const struct result *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->lines[i].n > 0)
			return true;
	return false;
}

/*
 * A table: its lines from the title on
 */

struct lay {
	const struct result *r;
	size_t from, to; /* lines */
	size_t n;	 /* columns */
	struct column columns[TABLE_COLUMNS_MAX];
	int needs[TABLE_COLUMNS_MAX], widths[TABLE_COLUMNS_MAX];
};

static const char *cell(const struct lay *l, size_t line, size_t column)
{
	const struct result_line *at = &l->r->lines[line];

	return column < at->n ? l->r->cells.v[at->from + column] : "";
}

/* "12.4", "$0.31", "97 %", "-": cut it would be another number. */
static bool is_number(const char *text)
{
	return text[strspn(text, "0123456789.,$%-+ /?")] == '\0';
}

static void measure(struct lay *l)
{
	for (size_t c = 0; c < l->n; c++) {
		bool number = true;

		for (size_t i = l->from; i < l->to; i++) {
			int w = text_width(cell(l, i, c));

			l->needs[c] = w > l->needs[c] ? w : l->needs[c];
			number = number && (l->r->lines[i].title || is_number(cell(l, i, c)));
		}
		/* what stands further left matters more, as in the views; with its gap, which is
		 * wider here */
		l->columns[c] = (struct column){
			.title = "",
			.min = (number || l->needs[c] < LEAST ? l->needs[c] : LEAST) + GAP - 1,
			.max = l->needs[c] + GAP - 1,
			.priority = 3 + (int)(l->n - c),
			.right = number,
		};
	}
}

static void fit(struct lay *l, int columns, bool whole)
{
	int needs[TABLE_COLUMNS_MAX];

	memcpy(l->widths, l->needs, sizeof(l->widths));
	for (size_t c = 0; c < l->n; c++)
		needs[c] = l->needs[c] + GAP - 1;
	if (whole)
		return;
	table_fit(l->columns, l->n, 0, needs, columns + GAP - 1, l->widths);
	for (size_t c = 0; c < l->n; c++) {
		l->widths[c] -= l->widths[c] > 0 ? GAP - 1 : 0;
		if (l->widths[c] > l->needs[c])
			l->widths[c] = l->needs[c]; /* no air */
	}
}

static int add_row(const struct lay *l, size_t line, struct textbox *out)
{
	struct buf text = BUF_INIT(8192);
	int width = 0;

	for (size_t c = 0; c < l->n; c++) {
		const char *value = cell(l, line, c);
		int w = l->widths[c], is = text_width(value);
		bool cut = is > w;

		if (w == 0 && l->needs[c] > 0)
			continue;
		if (width > 0)
			buf_addf(&text, "%*s", GAP, "");
		width += (width > 0 ? GAP : 0) + w;
		if (l->columns[c].right)
			buf_addf(&text, "%*s", w - is > 0 ? w - is : 0, "");
		buf_addf(&text, "%.*s%s",
			 cut ? (int)text_cut(value, w - 1) : (int)strlen(value), value,
			 cut ? "~" : "");
		if (!l->columns[c].right)
			buf_addf(&text, "%*s", w - is > 0 ? w - is : 0, "");
	}
	while (text.len > 0 && buf_str(&text)[text.len - 1] == ' ')
		text.len--;
	textbox_add(out, l->r->lines[line].title ? TONE_TITLE : TONE_TEXT, "%.*s",
		    (int)text.len, buf_str(&text));
	buf_clear(&text);
	return width;
}

/* Which columns are not there, and how they come into sight. */
static void add_hidden(const struct lay *l, struct textbox *out)
{
	char names[160] = "";
	size_t used = 0;

	for (size_t c = 0; c < l->n && used < sizeof(names); c++)
		if (l->widths[c] == 0 && l->needs[c] > 0)
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
						 used ? ", " : "", cell(l, l->from, c));
	if (used > 0)
		textbox_add(out, TONE_DIM, "no room for %s: w and Right show all columns",
			    names);
}

static size_t table_end(const struct result *r, size_t from)
{
	size_t to = from + 1;

	while (to < r->n && r->lines[to].n > 0 && !r->lines[to].title)
		to++;
	return to;
}

int result_lay(const struct result *r, int columns, bool whole, struct textbox *out)
{
	int widest = 0;

	for (size_t i = 0; i < r->n;) {
		struct lay l = { .r = r, .from = i, .to = table_end(r, i) };
		int width;

		if (r->lines[i].n == 0) {
			const char *text = r->cells.v[r->lines[i++].from];

			textbox_add(out, TONE_TEXT, "%s", text);
			width = text_width(text);
			widest = width > widest ? width : widest;
			continue;
		}
		l.n = r->lines[i].n;
		measure(&l);
		fit(&l, columns, whole);
		for (; i < l.to; i++) {
			width = add_row(&l, i, out);
			widest = width > widest ? width : widest;
		}
		if (!whole)
			add_hidden(&l, out);
	}
	return widest;
}
