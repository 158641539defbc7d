#include "console/textbox.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define LINE_MAX_TEXT 1024
#define FIELD_MOST    12 /* columns of a field's name */
#define SIDE_STEP     16

void textbox_init(struct textbox *b)
{
	*b = (struct textbox){ .lines = STRS_INIT(TEXTBOX_LINES) };
}

void textbox_clear(struct textbox *b)
{
	strs_clear(&b->lines);
}

void textbox_open(struct textbox *b, const char *title)
{
	strs_clear(&b->lines);
	b->top = b->left = 0;
	b->marks = b->mark = 0;
	snprintf(b->title, sizeof(b->title), "%s", title);
}

/* Tones are small numbers; 1 is added, so that none of them ends the string. */
static void add_line(struct textbox *b, enum tone tone, const char *text, size_t len)
{
	char clean[LINE_MAX_TEXT];

	text_clean(clean, sizeof(clean), text, len);
	strs_addf(&b->lines, "%c%s", (char)(tone + 1), clean);
}

void textbox_add(struct textbox *b, enum tone tone, const char *fmt, ...)
{
	char text[LINE_MAX_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add_line(b, tone, text, strlen(text));
}

void textbox_add_mark(struct textbox *b, const char *fmt, ...)
{
	char text[LINE_MAX_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add_line(b, TONE_FAIL, text, strlen(text));
	b->marks++;
	b->mark = 1;
	b->to_mark = true;
}

void textbox_field(struct textbox *b, enum tone tone, const char *name, const char *fmt, ...)
{
	char text[LINE_MAX_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (text[0])
		textbox_add(b, tone, "%-10s %s", name, text);
}

void textbox_add_text(struct textbox *b, enum tone tone, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		add_line(b, tone, text, n < LINE_MAX_TEXT ? n : LINE_MAX_TEXT - 1);
		text += n + (text[n] == '\n');
	}
}

static void go_to_mark(struct textbox *b, int by)
{
	size_t at = b->mark - 1 + b->marks + (size_t)(by > 0 ? 1 : b->marks - 1);

	b->mark = at % b->marks + 1;
	b->to_mark = true;
}

enum textbox_end textbox_key(struct textbox *b, const struct key *k)
{
	int page = b->shown > 1 ? b->shown - 1 : 1;

	switch (k->code) {
	case K_UP:
	case 'k':
		b->top--;
		break;
	case K_DOWN:
	case 'j':
		b->top++;
		break;
	case K_PAGE_UP:
		b->top -= page;
		break;
	case K_PAGE_DOWN:
	case ' ':
		b->top += page;
		break;
	case K_HOME:
	case 'g':
		b->top = 0;
		break;
	case K_END:
	case 'G':
		b->top = INT32_MAX / 2;
		break;
	case 'w':
		b->cut = !b->cut;
		b->left = 0;
		break;
	case K_LEFT:
	case K_RIGHT:
		b->left += k->code == K_RIGHT ? SIDE_STEP : -SIDE_STEP;
		break;
	case 'n':
	case 'N':
		if (b->marks == 0)
			return TEXTBOX_DEAF;
		go_to_mark(b, k->code == 'n' ? 1 : -1);
		break;
	case K_ESC:
	case K_ENTER:
	case 'q':
	case K_F10:
	case K_CTRL('c'):
		return TEXTBOX_CLOSED;
	default:
		return TEXTBOX_DEAF;
	}
	if (b->top < 0)
		b->top = 0;
	if (b->left < 0 || !b->cut)
		b->left = 0;
	return TEXTBOX_OPEN;
}

size_t textbox_fold(const char *text, int columns)
{
	size_t n = text_cut(text, columns), at;

	if (text[n] == '\0' || n == 0)
		return n ? n : strlen(text);
	for (at = n; at > 0 && text[at] != ' '; at--)
		;
	return at > n / 2 ? at : n;
}

/* Continued lines stand under the beginning of their text: behind the name of a field, if there
 * is one. */
static int indent_of(const char *text, int columns)
{
	const char *gap = strstr(text + strspn(text, " "), "  ");
	int n = (int)strspn(text, " ") + 2;

	if (gap && gap - text < FIELD_MOST)
		n = (int)(gap - text) + (int)strspn(gap, " ");
	return n < columns / 2 ? n : 0;
}

static int paint_line(const struct textbox *b, struct screen *s, struct area a, int from,
		      const char *line)
{
	enum tone tone = (enum tone)(line[0] - 1);
	int rows = 0, indent = 0;

	line++;
	do {
		size_t n = textbox_fold(line, a.cols - indent);
		char part[LINE_MAX_TEXT];
		int row = from + rows;

		snprintf(part, sizeof(part), "%.*s", (int)n, line);
		if (s && row >= 0 && row < a.rows)
			screen_put(s, a.row + row, a.col + indent, tone, 0, part,
				   a.cols - indent);
		if (rows++ == 0 && !b->flush)
			indent = indent_of(line, a.cols);
		line += n;
		line += strspn(line, " ");
	} while (*line);
	return rows;
}

/* One line of the screen, from so many columns on. */
static void paint_cut(struct screen *s, struct area a, int row, const char *line, int left)
{
	const char *text = line + 1 + text_cut(line + 1, left);

	screen_put(s, a.row + row, a.col, (enum tone)(line[0] - 1), 0, text, a.cols);
}

int textbox_rows(const struct textbox *b, int columns)
{
	int rows = 0;

	if (b->cut)
		return (int)b->lines.n;
	for (size_t i = 0; i < b->lines.n; i++)
		rows +=
		    paint_line(b, NULL, (struct area){ 0, 0, 0, columns }, 0, b->lines.v[i]);
	return rows;
}

static bool is_mark(const char *line)
{
	return (enum tone)(line[0] - 1) == TONE_FAIL;
}

static void stress(struct screen *s, struct area a, int from, int to)
{
	for (int row = from < 0 ? 0 : from; row < to && row < a.rows; row++)
		screen_look(s, a.row + row, a.col, a.cols, LOOK_BOLD);
}

/* The mark stands in the middle, so that the line that it is about stands above it; a long one
 * begins higher, to be there whole. */
static void show_mark(struct textbox *b, struct area a)
{
	int row = 0, rows = 0;
	size_t seen = 0;

	for (size_t i = 0; i < b->lines.n && seen < b->mark; i++) {
		row += rows;
		rows = b->cut ? 1
			      : paint_line(b, NULL, (struct area){ 0, 0, 0, a.cols }, 0,
					   b->lines.v[i]);
		seen += is_mark(b->lines.v[i]);
	}
	b->top = row - a.rows / 2;
	if (row + rows - b->top > a.rows)
		b->top = row + rows - a.rows < row - 1 ? row + rows - a.rows : row - 1;
	if (b->top < 0)
		b->top = 0;
	b->to_mark = false;
}

int textbox_paint(struct textbox *b, struct screen *s, struct area a)
{
	int all = textbox_rows(b, a.cols), row;
	size_t marks = 0;

	b->shown = a.rows;
	if (b->to_mark && b->mark > 0)
		show_mark(b, a);
	if (b->top > all - a.rows)
		b->top = all > a.rows ? all - a.rows : 0;
	b->more = all > b->top + a.rows ? all - b->top - a.rows : 0;
	row = -b->top;
	for (size_t i = 0; i < b->lines.n && row < a.rows; i++) {
		int from = row;

		if (b->cut && row >= 0)
			paint_cut(s, a, row, b->lines.v[i], b->left);
		row += b->cut ? 1 : paint_line(b, s, a, row, b->lines.v[i]);
		marks += b->marks > 0 && is_mark(b->lines.v[i]);
		if (b->marks > 0 && marks == b->mark && is_mark(b->lines.v[i]))
			stress(s, a, from, row);
	}
	return all;
}

void textbox_paint_line(const struct textbox *b, struct screen *s, struct area line, int i)
{
	int row = -i;

	line.rows = 1;
	for (size_t k = 0; k < b->lines.n && row < 1; k++)
		row += paint_line(b, s, line, row, b->lines.v[k]);
}

void textbox_draw(struct textbox *b, struct screen *s, struct area a)
{
	int cols = a.cols > 104 ? 100 : a.cols;

	if (b->want + TEXTBOX_EDGES > cols)
		cols = b->want + TEXTBOX_EDGES < a.cols ? b->want + TEXTBOX_EDGES : a.cols;
	int rows = textbox_rows(b, cols - TEXTBOX_EDGES) + 2;
	struct area box;

	if (rows > a.rows)
		rows = a.rows;
	box = (struct area){ a.row + (a.rows - rows) / 2, a.col + (a.cols - cols) / 2, rows,
			     cols };
	screen_fill(s, box, TONE_TEXT, 0);
	screen_box(s, box, TONE_DIM, b->title);
	int all =
	    textbox_paint(b, s, (struct area){ box.row + 1, box.col + 2, rows - 2, cols - 4 });
	if (b->marks > 0)
		screen_putf(s, box.row + rows - 1, box.col + 2, TONE_KEY, 0, cols - 4,
			    " %zu of %zu: n next, N previous, Esc closes ", b->mark, b->marks);
	else if (all > rows - 2)
		screen_putf(s, box.row + rows - 1, box.col + 2, TONE_DIM, 0, cols - 4,
			    " %d-%d of %d, arrows scroll ", b->top + 1, b->top + rows - 2, all);
	else
		screen_put(s, box.row + rows - 1, box.col + 2, TONE_DIM, 0, " Esc closes ",
			   cols - 4);
}
