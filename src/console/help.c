#include "console/help.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

#define COLUMN_MIN 38
#define KEYS_WIDTH 13
#define KEYS_MOST  20

void help_open(struct help *h, const struct help_entry *entries, size_t n)
{
	*h = (struct help){ .entries = entries, .n = n };
}

static bool holds(const char *text, const char *part)
{
	size_t n = strlen(part);

	for (; text && *text; text++)
		if (strncasecmp(text, part, n) == 0)
			return true;
	return n == 0;
}

static bool wanted(const struct help *h, const struct help_entry *e)
{
	return holds(e->keys, h->search) || holds(e->help, h->search) ||
	       holds(e->command, h->search);
}

bool help_key(struct help *h, const struct key *k)
{
	size_t len = strlen(h->search);
	int page = h->shown > 1 ? h->shown - 1 : 1;

	if (k->code == K_ESC || k->code == K_F1 || k->code == K_F10 || k->code == K_ENTER ||
	    k->code == K_CTRL('c') || (k->code == '?' && len == 0) ||
	    (k->code == 'q' && len == 0))
		return false;
	if (k->code == K_BACKSPACE && len > 0)
		h->search[len - 1] = '\0';
	else if (k->code == K_DOWN || k->code == K_PAGE_DOWN)
		h->scroll += k->code == K_DOWN ? 1 : page;
	else if (k->code == K_UP || k->code == K_PAGE_UP)
		h->scroll -= k->code == K_UP ? 1 : page;
	else if (key_is_char(k) && k->code < 0x7f && len + 1 < sizeof(h->search))
		memcpy(h->search + len, (char[]){ (char)k->code, '\0' }, 2);
	return true;
}

/* Keys are short; the words of commands are not. */
static int keys_width(const struct help *h, size_t from, size_t to)
{
	int width = KEYS_WIDTH;

	for (size_t i = from; i < to; i++) {
		int w = text_width(h->entries[i].keys) + 1;

		width = w > width ? w : width;
	}
	return width < KEYS_MOST ? width : KEYS_MOST;
}

static void draw_entry(struct screen *s, int row, int col, int columns,
		       const struct help_entry *e, int keys)
{
	enum tone tone = e->off ? TONE_DIM : TONE_TEXT;

	screen_put(s, row, col, e->off ? TONE_DIM : TONE_TITLE, 0, e->keys, keys - 1);
	int used = keys + screen_put(s, row, col + keys, tone, 0, e->help, columns - keys - 1);
	if (e->off && used + 6 < columns)
		screen_putf(s, row, col + used, TONE_DIM, 0, columns - used - 1, " (%s)",
			    e->off);
}

/* Lines that a group takes: its title, its entries, a blank. */
static int group_lines(const struct help *h, size_t from, size_t *next)
{
	int lines = 0;
	size_t i = from;

	for (; i < h->n && strcmp(h->entries[i].group, h->entries[from].group) == 0; i++)
		lines += wanted(h, &h->entries[i]);
	*next = i;
	return lines > 0 ? lines + 2 : 0;
}

/* Total lines of a block as one column, for an even division. */
static int all_lines(const struct help *h, bool below)
{
	int lines = 0;

	for (size_t i = 0, next; i < h->n; i = next) {
		int group = group_lines(h, i, &next);

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
	for (size_t i = from; i < to; i++) {
		if (!wanted(h, &h->entries[i]))
			continue;
		row++;
		if (row >= a.row && row < a.row + a.rows)
			draw_entry(s, row, col, columns, &h->entries[i], keys);
	}
	return row - a.row + h->scroll + 2;
}

/* The groups of a block flow into columns; none is broken. Returns the line after the longest.
 */
static int draw_block(const struct help *h, struct screen *s, struct area a, int n_columns,
		      bool below, int first)
{
	int width = a.cols / n_columns,
	    each = (all_lines(h, below) + n_columns - 1) / n_columns;
	int column = 0, line = first, longest = first;

	for (size_t i = 0, next; i < h->n; i = next) {
		int lines = group_lines(h, i, &next);

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
	int n_columns = body.cols / COLUMN_MIN > 0 ? body.cols / COLUMN_MIN : 1;

	h->shown = body.rows;
	if (h->scroll > h->lines - h->shown)
		h->scroll = h->lines - h->shown;
	if (h->scroll < 0)
		h->scroll = 0;
	n_columns = n_columns > 4 ? 4 : n_columns;
	h->lines = draw_block(h, s, body, n_columns, true,
			      draw_block(h, s, body, n_columns, false, 0));
	screen_putf(s, a.row + a.rows - 1, a.col + 1, TONE_KEY, 0, a.cols - 2,
		    "type to search keys: %s%s", h->search,
		    h->lines > h->shown ? "   (arrows scroll)" : "");
}
