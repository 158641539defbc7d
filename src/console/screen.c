#include "console/screen.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define LINE_TEXT_MAX 2048 /* more bytes than one line of any terminal shows */

void screen_init(struct screen *s, int rows, int cols, bool ascii)
{
	*s = (struct screen){ .ascii = ascii };
	screen_resize(s, rows, cols);
}

void screen_clear(struct screen *s)
{
	free(s->cells);
	*s = (struct screen){
		.ascii = s->ascii, .grounds = s->grounds, .blocks = s->blocks, .words = s->words
	};
}

void screen_resize(struct screen *s, int rows, int cols)
{
	s->rows = rows < 1 ? 1 : rows;
	s->cols = cols < 1 ? 1 : cols;
	s->cells =
	    xreallocarray(s->cells, (size_t)s->rows * (size_t)s->cols, sizeof(*s->cells));
	screen_erase(s);
}

void screen_erase(struct screen *s)
{
	memset(s->cells, 0, (size_t)s->rows * (size_t)s->cols * sizeof(*s->cells));
	s->cursor_row = s->cursor_col = -1;
}

struct area screen_area(const struct screen *s)
{
	return (struct area){ 0, 0, s->rows, s->cols };
}

/* The cell to paint, or NULL outside and for the last cell of the last line. */
static struct cell *cell_at(struct screen *s, int row, int col)
{
	if (row < 0 || col < 0 || row >= s->rows || col >= s->cols)
		return NULL;
	if (row == s->rows - 1 && col == s->cols - 1)
		return NULL;
	return &s->cells[(size_t)row * (size_t)s->cols + (size_t)col];
}

const struct cell *screen_cell(const struct screen *s, int row, int col)
{
	if (row < 0 || col < 0 || row >= s->rows || col >= s->cols)
		return NULL;
	return &s->cells[(size_t)row * (size_t)s->cols + (size_t)col];
}

/* A cell is about to change: the other half of a wide character that it belonged to becomes a
 * blank. */
static void break_wide(struct screen *s, int row, int col)
{
	struct cell *c = cell_at(s, row, col), *other = NULL;

	if (c && c->half)
		other = cell_at(s, row, col - 1);
	else if (c && c->wide == 2)
		other = cell_at(s, row, col + 1);
	if (other)
		*other = (struct cell){ .tone = other->tone, .look = other->look };
}

static void set_cell(struct screen *s, int row, int col, struct cell cell)
{
	struct cell *c = cell_at(s, row, col);

	break_wide(s, row, col);
	if (c)
		*c = cell;
}

/* One character of so many bytes and columns. */
static void put_char(struct screen *s, int row, int col, struct cell cell, const char *text,
		     size_t n, int width)
{
	if (width == 2 && (!cell_at(s, row, col) || !cell_at(s, row, col + 1)))
		return;
	if (s->ascii && (unsigned char)text[0] >= 0x80) {
		text = "??";
		n = 1;
	}
	memcpy(cell.text, text, n);
	cell.wide = (unsigned int)width & 3;
	if (s->ascii)
		cell.wide = 1;
	set_cell(s, row, col, cell);
	if (width == 2) {
		cell.half = !s->ascii;
		cell.wide = s->ascii;
		if (!s->ascii)
			cell.text[0] = '\0';
		set_cell(s, row, col + 1, cell);
	}
}

static void put_mark(struct screen *s, int row, int col, const char *text, size_t n)
{
	struct cell *c = cell_at(s, row, col);

	if (c && c->half)
		c = cell_at(s, row, col - 1);
	if (!c || s->ascii)
		return;
	size_t have = strlen(c->text);
	if (have > 0 && have + n < sizeof(c->text)) {
		memcpy(c->text + have, text, n);
		c->text[have + n] = '\0';
	}
}

/* Paints clean text that fits; returns columns used. */
static int put_clean(struct screen *s, int row, int col, struct cell style, const char *text,
		     size_t len)
{
	int at = 0;

	while (len > 0) {
		uint32_t cp;
		char one[8] = "";
		size_t n = utf8_read(&cp, text, len);

		if (n == 0 || n >= sizeof(one))
			break;
		memcpy(one, text, n);
		int width = text_width(one);
		if (width > 0)
			put_char(s, row, col + at, style, text, n, width);
		else if (at > 0)
			put_mark(s, row, col + at - 1, text, n);
		at += width;
		text += n;
		len -= n;
	}
	return at;
}

const char *screen_cut_sign(const struct screen *s)
{
	return s->ascii ? "~" : "\xe2\x80\xa6";
}

int screen_put(struct screen *s, int row, int col, enum tone tone, unsigned int look,
	       const char *text, int columns)
{
	struct cell style = { .tone = (uint8_t)tone, .look = (uint8_t)(look & 15) };
	char clean[LINE_TEXT_MAX];

	if (columns > s->cols - col)
		columns = s->cols - col;
	if (columns <= 0)
		return 0;
	if (s->words && tone == TONE_CURSOR)
		screen_cursor(s, row, col);
	size_t len = text_clean(clean, sizeof(clean), text, strnlen(text, sizeof(clean)));
	if (text_width(clean) <= columns)
		return put_clean(s, row, col, style, clean, len);
	int used = put_clean(s, row, col, style, clean, text_cut(clean, columns - 1));
	for (; used < columns - 1; used++)
		set_cell(s, row, col + used, style);
	const char *sign = screen_cut_sign(s);

	return used + put_clean(s, row, col + used, style, sign, strlen(sign));
}

__attribute__((format(printf, 2, 0))) static void print_line(char out[LINE_TEXT_MAX],
							     const char *fmt, va_list ap)
{
	vsnprintf(out, LINE_TEXT_MAX, fmt, ap);
}

int screen_putf(struct screen *s, int row, int col, enum tone tone, unsigned int look,
		int columns, const char *fmt, ...)
{
	char text[LINE_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	print_line(text, fmt, ap);
	va_end(ap);
	return screen_put(s, row, col, tone, look, text, columns);
}

/* Where the last clause ends before that byte; 0: there is one alone. */
static size_t clause_end(const char *text, size_t before)
{
	for (size_t i = before; i > 0; i--)
		if (strncmp(text + i, "; ", 2) == 0 || strncmp(text + i, ", ", 2) == 0 ||
		    strncmp(text + i, ". ", 2) == 0 || strncmp(text + i, "  ", 2) == 0)
			return i;
	return 0;
}

int screen_put_clauses(struct screen *s, int row, int col, enum tone tone, const char *text,
		       int columns)
{
	char clean[LINE_TEXT_MAX];
	size_t end;

	text_clean(clean, sizeof(clean), text, strnlen(text, sizeof(clean)));
	if (columns > s->cols - col)
		columns = s->cols - col;
	if (columns > 0 && text_width(clean) > columns) {
		end = clause_end(clean, text_cut(clean, columns));
		if (end > 0)
			clean[end] = '\0';
	}
	return screen_put(s, row, col, tone, 0, clean, columns);
}

int screen_put_end(struct screen *s, int row, int col, enum tone tone, unsigned int look,
		   const char *text, int columns)
{
	char clean[LINE_TEXT_MAX];
	const char *from = clean;
	uint32_t cp;
	int used;

	if (columns > s->cols - col)
		columns = s->cols - col;
	if (columns <= 0)
		return 0;
	text_clean(clean, sizeof(clean), text, strnlen(text, sizeof(clean)));
	if (text_width(clean) <= columns)
		return screen_put(s, row, col, tone, look, clean, columns);
	while (*from && (text_width(from) > columns - 1))
		from += utf8_read(&cp, from, strlen(from));
	used = screen_put(s, row, col, TONE_DIM, 0, screen_cut_sign(s), 1);
	return used + screen_put(s, row, col + used, tone, look, from, columns - used);
}

int screen_put_right(struct screen *s, int row, int col, enum tone tone, unsigned int look,
		     const char *text, int columns)
{
	char clean[LINE_TEXT_MAX];

	text_clean(clean, sizeof(clean), text, strnlen(text, sizeof(clean)));
	int width = text_width(clean);
	int skip = width < columns ? columns - width : 0;
	return screen_put(s, row, col + skip, tone, look, clean, columns - skip);
}

void screen_fill(struct screen *s, struct area a, enum tone tone, unsigned int look)
{
	struct cell blank = { .tone = (uint8_t)tone, .look = (uint8_t)(look & 15) };

	for (int r = a.row; r < a.row + a.rows; r++)
		for (int c = a.col; c < a.col + a.cols; c++)
			set_cell(s, r, c, blank);
}

void screen_look(struct screen *s, int row, int col, int columns, unsigned int look)
{
	for (int c = col; c < col + columns; c++) {
		struct cell *cell = cell_at(s, row, c);

		if (cell)
			cell->look = (uint8_t)((cell->look | look) & 15);
	}
}

void screen_tone(struct screen *s, int row, int col, int columns, enum tone tone)
{
	for (int c = col; c < col + columns; c++) {
		struct cell *cell = cell_at(s, row, c);

		if (cell)
			cell->tone = (uint8_t)tone;
	}
}

void screen_line(struct screen *s, int row, int col, enum line_part part, enum tone tone)
{
	if (s->words)
		part = LINE_NONE;
	set_cell(s, row, col,
		 (struct cell){ .tone = (uint8_t)tone, .line = (uint8_t)part, .wide = 1 });
}

void screen_hline(struct screen *s, int row, int col, int columns, enum tone tone)
{
	for (int c = col; c < col + columns; c++)
		screen_line(s, row, c, LINE_H, tone);
}

void screen_box(struct screen *s, struct area a, enum tone tone, const char *title)
{
	int bottom = a.row + a.rows - 1, right = a.col + a.cols - 1;

	if (a.rows < 2 || a.cols < 2)
		return;
	screen_hline(s, a.row, a.col, a.cols, tone);
	screen_hline(s, bottom, a.col, a.cols, tone);
	for (int r = a.row + 1; r < bottom; r++) {
		screen_line(s, r, a.col, LINE_V, tone);
		screen_line(s, r, right, LINE_V, tone);
	}
	screen_line(s, a.row, a.col, LINE_TOP_LEFT, tone);
	screen_line(s, a.row, right, LINE_TOP_RIGHT, tone);
	screen_line(s, bottom, a.col, LINE_BOTTOM_LEFT, tone);
	screen_line(s, bottom, right, LINE_BOTTOM_RIGHT, tone);
	if (title && a.cols > 6)
		screen_putf(s, a.row, a.col + 2, TONE_TITLE, 0, a.cols - 4, " %s ", title);
}

void screen_rule(struct screen *s, int row, int col, int columns, const char *title)
{
	screen_hline(s, row, col, columns, TONE_DIM);
	if (title && *title)
		screen_putf(s, row, col + 2, TONE_TITLE, 0, columns - 3, " %s ", title);
}

void screen_cursor(struct screen *s, int row, int col)
{
	s->cursor_row = row;
	s->cursor_col = col;
}

char screen_line_ascii(enum line_part part)
{
	if (part == LINE_H)
		return '-';
	return part == LINE_V ? '|' : '+';
}

void screen_dump(const struct screen *s, struct buf *out)
{
	for (int r = 0; r < s->rows; r++) {
		size_t blanks = 0;

		for (int c = 0; c < s->cols; c++) {
			const struct cell *cell = screen_cell(s, r, c);

			if (cell->half)
				continue;
			if (!cell->line && (cell->text[0] == '\0' || cell->text[0] == ' ')) {
				blanks++;
				continue;
			}
			for (; blanks > 0; blanks--)
				buf_addc(out, ' ');
			if (cell->line)
				buf_addc(out, screen_line_ascii(cell->line));
			else
				buf_adds(out, cell->text);
		}
		buf_addc(out, '\n');
	}
}
