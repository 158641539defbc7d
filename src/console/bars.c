#include "console/bars.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

int bar_parts_width(const struct header_part *p, size_t n)
{
	int w = 0;

	for (size_t i = 0; i < n; i++)
		w += text_width(p[i].text) + (w > 0 && p[i].text[0]);
	return w;
}

static int draw_parts(struct screen *s, int row, int col, int end, const struct header_part *p,
		      size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!p[i].text[0])
			continue;
		if (col >= end)
			break;
		col += screen_put(s, row, col, p[i].tone, p[i].look, p[i].text, end - col) + 1;
	}
	return col;
}

/* That which is the most spare, the leftmost of equals. false: none is left. */
static bool drop_part(struct header_part *p, size_t n)
{
	size_t worst = n;

	for (size_t i = 0; i < n; i++)
		if (p[i].text[0] && (worst == n || p[i].spare > p[worst].spare))
			worst = i;
	if (worst == n)
		return false;
	p[worst].text = "";
	return true;
}

void bar_header(struct screen *s, int row, const struct header_part *left, size_t n_left,
		const struct header_part *right, size_t n_right)
{
	int end = s->cols - (row == s->rows - 1);
	int used = draw_parts(s, row, 1, end, left, n_left);

	struct header_part fits[BAR_PARTS];

	n_right = n_right < BAR_PARTS ? n_right : BAR_PARTS;
	for (size_t i = 0; i < n_right; i++)
		fits[i] = right[i];
	while (bar_parts_width(fits, n_right) > end - used && drop_part(fits, n_right))
		;
	draw_parts(s, row, end - bar_parts_width(fits, n_right), end, fits, n_right);
}

/* Where the next tab begins; -1: it has no room. */
static int tab_end(int cols, const char *title, int col)
{
	int end = col + 2 + text_width(title);

	return end > cols ? -1 : end;
}

static int tab_gap(int cols)
{
	return cols >= 120 ? 3 : 1;
}

size_t bar_tab_at(int cols, const char *const *titles, size_t n, int col)
{
	for (size_t i = 0, at = 0; i < n; i++) {
		int end = tab_end(cols, titles[i], (int)at);

		if (end < 0)
			break;
		if (col >= (int)at && col < end)
			return i;
		at = (size_t)(end + tab_gap(cols));
	}
	return n;
}

void bar_tabs(struct screen *s, int row, const char *const *titles, size_t n, size_t current)
{
	for (size_t i = 0, col = 0; i < n; i++) {
		bool on = i == current;
		int end = tab_end(s->cols, titles[i], (int)col);

		if (end < 0)
			break;
		screen_putf(s, row, (int)col, on ? TONE_TITLE : TONE_TEXT, on ? LOOK_BOLD : 0,
			    s->cols - (int)col, "%s%s%s", on ? "[" : " ", titles[i],
			    on ? "]" : " ");
		col = (size_t)(end + tab_gap(s->cols));
	}
}

/* Where the part begins that ends there. */
static char *part_of(char *text, const char *end)
{
	char *at = text;

	for (char *gap = text; (gap = strstr(gap, "  ")) && gap < end; gap += 2)
		at = gap + 2;
	return at;
}

static bool is_way_on(const char *part)
{
	static const char help[] = " help";
	size_t n = strlen(part);

	return strncmp(part, "Esc", 3) == 0 ||
	       (n >= strlen(help) && strcmp(part + n - strlen(help), help) == 0);
}

void bar_hint_fit(char *hint, int columns)
{
	while (text_width(hint) > columns) {
		char *last = part_of(hint, hint + strlen(hint));
		char *before = last > hint ? part_of(hint, last - 2) : hint;

		if (last == hint)
			return; /* one part: it is cut where it is drawn */
		if (is_way_on(last) && before > hint)
			memmove(before, last, strlen(last) + 1);
		else
			last[-2] = '\0';
	}
}

static const char *footer_name(const struct footer_key *k, bool letters)
{
	return letters && k->letter[0] ? k->letter : k->key;
}

static int footer_width(const struct footer_key *keys, bool letters, bool wide, int spare)
{
	int w = 0;

	for (const struct footer_key *k = keys; k->label; k++)
		if (k->spare < spare)
			w += text_width(footer_name(k, letters)) + text_width(k->label) +
			     (wide ? 3 : 1);
	return w;
}

struct footer_fit {
	int spare; /* from here on they have no room */
	bool wide, letters;
};

static struct footer_fit footer_fit(const struct footer_key *keys, bool letters, int cols)
{
	struct footer_fit f = { .spare = FOOTER_SPARE + 1, .letters = letters };

	f.wide = footer_width(keys, letters, true, f.spare) <= cols;
	while (!f.wide && f.spare > 1 && footer_width(keys, letters, false, f.spare) > cols)
		f.spare--;
	return f;
}

/* Columns of one with the gap behind it. */
static int footer_step(const struct footer_fit *f, const struct footer_key *k)
{
	return text_width(footer_name(k, f->letters)) + text_width(k->label) +
	       (f->wide ? 3 : 1);
}

/* The last cell of the screen stays empty. */
static bool footer_has_room(const struct footer_fit *f, const struct footer_key *k, int col,
			    int cols)
{
	return col + footer_step(f, k) - (f->wide ? 2 : 1) <= cols - 1;
}

void bar_footer(struct screen *s, int row, const struct footer_key *keys, bool letters)
{
	struct footer_fit f = footer_fit(keys, letters, s->cols);
	int col = 0, end = s->cols - 1;

	for (const struct footer_key *k = keys; k->label; k++) {
		if (k->spare >= f.spare)
			continue;
		if (!footer_has_room(&f, k, col, s->cols))
			break;
		int used = screen_put(s, row, col, k->off ? TONE_DIM : TONE_KEY, 0,
				      footer_name(k, letters), end - col) +
			   f.wide;

		screen_put(s, row, col + used, k->off ? TONE_DIM : TONE_TEXT, 0, k->label,
			   end - col - used);
		col += footer_step(&f, k);
	}
}

const struct footer_key *bar_footer_at(int cols, const struct footer_key *keys, bool letters,
				       int col)
{
	struct footer_fit f = footer_fit(keys, letters, cols);
	int at = 0;

	for (const struct footer_key *k = keys; k->label; k++) {
		if (k->spare >= f.spare)
			continue;
		if (!footer_has_room(&f, k, at, cols))
			break;
		if (col >= at && col < at + footer_step(&f, k))
			return k;
		at += footer_step(&f, k);
	}
	return NULL;
}
