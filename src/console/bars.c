#include "console/bars.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static int parts_width(const struct header_part *p, size_t n)
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

void bar_header(struct screen *s, int row, const struct header_part *left, size_t n_left,
		const struct header_part *right, size_t n_right)
{
	int end = s->cols - (row == s->rows - 1);
	int used = draw_parts(s, row, 1, end, left, n_left);

	while (n_right > 0 && parts_width(right, n_right) > end - used) {
		right++; /* the clock at the very right stays longest */
		n_right--;
	}
	draw_parts(s, row, end - parts_width(right, n_right), end, right, n_right);
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

void bar_footer(struct screen *s, int row, const struct footer_key *keys, bool letters)
{
	int spare = FOOTER_SPARE + 1, col = 0, end = s->cols - 1; /* the last cell of the
								     screen stays empty */
	bool wide = footer_width(keys, letters, true, spare) <= s->cols;

	while (!wide && spare > 1 && footer_width(keys, letters, false, spare) > s->cols)
		spare--;
	for (const struct footer_key *k = keys; k->label; k++) {
		const char *key = footer_name(k, letters);

		if (k->spare >= spare)
			continue;
		if (col + text_width(key) + text_width(k->label) + wide > end)
			break;
		col +=
		    screen_put(s, row, col, k->off ? TONE_DIM : TONE_KEY, 0, key, end - col) +
		    wide;
		col += screen_put(s, row, col, k->off ? TONE_DIM : TONE_TEXT, 0, k->label,
				  end - col);
		col += wide ? 2 : 1;
	}
}
