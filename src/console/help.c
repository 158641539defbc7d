#include "console/help.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "console/textbox.h"

#define COLUMN_MIN 38 /* of what is pressed */
#define BELOW_MIN  58 /* of what is typed */
#define KEYS_WIDTH 13
#define KEYS_MOST  26
#define ENTRY_TEXT 400

void help_open(struct help *h, const struct help_entry *entries, size_t n)
{
	*h = (struct help){ .entries = entries, .n = n };
}

static bool wanted(const struct help *h, const struct help_entry *e)
{
	return !h->search[0] || text_find(e->keys, h->search) ||
	       text_find(e->help, h->search) || text_find(e->command, h->search);
}

bool help_key(struct help *h, const struct key *k)
{
	size_t len = strlen(h->search);
	int page = h->shown > 1 ? h->shown - 1 : 1;

	if (k->code == K_ESC || k->code == K_F1 || k->code == K_F10 || k->code == K_ENTER ||
	    k->code == K_CTRL('c') || (k->code == '?' && len == 0) ||
	    (k->code == 'q' && len == 0))
		return false;
	h->deaf = false;
	if (k->code == K_BACKSPACE && len > 0)
		h->search[len - 1] = '\0';
	else if (k->code == K_DOWN || k->code == K_PAGE_DOWN)
		h->scroll += k->code == K_DOWN ? 1 : page;
	else if (k->code == K_UP || k->code == K_PAGE_UP)
		h->scroll -= k->code == K_UP ? 1 : page;
	else if (key_is_char(k) && k->code < 0x7f && len + 1 < sizeof(h->search))
		memcpy(h->search + len, (char[]){ (char)k->code, '\0' }, 2);
	else
		h->deaf = true;
	return true;
}

/* Keys are short; the words of commands are not. */
static int keys_width(const struct help *h, size_t from, size_t to)
{
	int width = KEYS_WIDTH;

	for (size_t i = from; i < to; i++) {
		int w = text_width(h->entries[i].keys) + 2;

		width = w > width ? w : width;
	}
	return width < KEYS_MOST ? width : KEYS_MOST;
}

static const char *text_of(const struct help_entry *e, char out[ENTRY_TEXT])
{
	snprintf(out, ENTRY_TEXT, "%s%s%s%s", e->help, e->off ? " (" : "", e->off ? e->off : "",
		 e->off ? ")" : "");
	return out;
}

/* What is long goes on under itself: nothing is cut that cannot be read elsewhere. */
static int entry_lines(const struct help_entry *e, int columns)
{
	char buf[ENTRY_TEXT];
	const char *text = text_of(e, buf);
	int lines = 0;

	do {
		text += textbox_fold(text, columns);
		text += strspn(text, " ");
		lines++;
	} while (*text);
	return lines;
}

static int draw_entry(struct screen *s, struct area a, int row, int col, int columns,
		      const struct help_entry *e, int keys)
{
	enum tone tone = e->off ? TONE_DIM : TONE_TEXT;
	char buf[ENTRY_TEXT], line[ENTRY_TEXT];
	const char *text = text_of(e, buf);
	int first = row;

	if (row >= a.row && row < a.row + a.rows)
		screen_put(s, row, col, e->off ? TONE_DIM : TONE_TITLE, 0, e->keys, keys - 1);
	do {
		size_t n = textbox_fold(text, columns - keys - 2);

		snprintf(line, sizeof(line), "%.*s", (int)n, text);
		if (row >= a.row && row < a.row + a.rows)
			screen_put(s, row, col + keys, tone, 0, line, columns - keys - 1);
		text += n + strspn(text + n, " ");
		row++;
	} while (*text);
	return row - first;
}

/* Lines that a group takes in columns so wide: its title, its entries, a blank. */
static int group_lines(const struct help *h, size_t from, size_t *next, int width)
{
	int lines = 0;
	size_t i = from;

	while (i < h->n && strcmp(h->entries[i].group, h->entries[from].group) == 0)
		i++;
	*next = i;
	for (i = from; i < *next; i++)
		if (wanted(h, &h->entries[i]))
			lines +=
			    entry_lines(&h->entries[i], width - keys_width(h, from, *next) - 2);
	return lines > 0 ? lines + 2 : 0;
}

/* Total lines of a block as one column, for an even division. */
static int all_lines(const struct help *h, bool below, int width)
{
	int lines = 0;

	for (size_t i = 0, next; i < h->n; i = next) {
		int group = group_lines(h, i, &next, width);

		lines += h->entries[i].below == below ? group : 0;
	}
	return lines;
}

static int draw_group(const struct help *h, struct screen *s, struct area a, int line, int col,
		      int columns, size_t from, size_t to)
{
	int row = a.row + line - h->scroll, keys = keys_width(h, from, to);

	if (row >= a.row && row < a.row + a.rows)
		screen_put(s, row, col, TONE_TITLE, LOOK_BOLD, h->entries[from].group,
			   columns - 1);
	row++;
	for (size_t i = from; i < to; i++)
		if (wanted(h, &h->entries[i]))
			row += draw_entry(s, a, row, col, columns, &h->entries[i], keys);
	return row - a.row + h->scroll + 1;
}

static int columns_of(struct area a, int least)
{
	int n = a.cols / least;

	return n < 1 ? 1 : n > 4 ? 4 : n;
}

/* The groups of a block flow into columns; none is broken. Returns the line after the longest.
 */
static int draw_block(const struct help *h, struct screen *s, struct area a, bool below,
		      int first)
{
	int n_columns = columns_of(a, below ? BELOW_MIN : COLUMN_MIN);
	int width = a.cols / n_columns,
	    each = (all_lines(h, below, width) + n_columns - 1) / n_columns;
	int column = 0, line = first, longest = first;

	for (size_t i = 0, next; i < h->n; i = next) {
		int lines = group_lines(h, i, &next, width);

		if (lines == 0 || h->entries[i].below != below)
			continue;
		if (line > first && line - first + lines / 2 > each && column < n_columns - 1) {
			column++;
			line = first;
		}
		line = draw_group(h, s, a, line, a.col + column * width, width, i, next);
		longest = line > longest ? line : longest;
	}
	return longest;
}

void help_draw(struct help *h, struct screen *s, struct area a)
{
	struct area body = { a.row, a.col + 1, a.rows - 1, a.cols - 1 };

	h->shown = body.rows;
	if (h->scroll > h->lines - h->shown)
		h->scroll = h->lines - h->shown;
	if (h->scroll < 0)
		h->scroll = 0;
	h->lines = draw_block(h, s, body, true, draw_block(h, s, body, false, 0));
	screen_putf(s, a.row + a.rows - 1, a.col + 1, TONE_KEY, 0, a.cols - 2,
		    "type to search keys: %s%s", h->search,
		    h->lines > h->shown ? "   (arrows scroll)" : "");
}
