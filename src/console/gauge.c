#include "console/gauge.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define EIGHTHS 8

static const char *const ramp[EIGHTHS + 1] = { "_", ".", ":", "-", "=", "+", "*", "#", "%" };
/* One eighth to all of a cell. Nothing is a line at the bottom, too, but a dim one. */
static const char *const blocks[EIGHTHS + 1] = {
	"\xe2\x96\x81", "\xe2\x96\x81", "\xe2\x96\x82", "\xe2\x96\x83", "\xe2\x96\x84",
	"\xe2\x96\x85", "\xe2\x96\x86", "\xe2\x96\x87", "\xe2\x96\x88"
};

int gauge_per(int steps, int cols)
{
	return cols < 1 ? steps : (steps + cols - 1) / cols > 1 ? (steps + cols - 1) / cols : 1;
}

/* Level of a cell that ends before step `end`; -1: nobody looked in any of its steps. */
static int cell_level(const char *levels, int from, int end)
{
	int level = -1;

	for (int i = from < 0 ? 0 : from; i < end; i++)
		if (levels[i] >= '0' && levels[i] - '0' > level)
			level = levels[i] - '0';
	return level > HISTORY_LEVEL ? HISTORY_LEVEL : level;
}

/* A column of the curve: full cells, one that is not, and nothing above. */
static void put_column(struct screen *s, struct area a, int col, enum tone tone, int level)
{
	const char *const *chars = s->blocks ? blocks : ramp;
	int height = (level * a.rows * EIGHTHS + HISTORY_LEVEL - 1) / HISTORY_LEVEL;

	for (int r = 0; r < a.rows; r++) {
		int part = height - r * EIGHTHS, row = a.row + a.rows - 1 - r;

		if (r > 0 && part <= 0)
			break;
		if (part > EIGHTHS)
			part = EIGHTHS;
		screen_put(s, row, col, level == 0 ? TONE_DIM : tone, 0, chars[part], 1);
	}
}

void gauge_curve(struct screen *s, struct area a, enum tone tone, const char *levels, int per,
		 int64_t at)
{
	int end = (int)strlen(levels), last = (int)(at % per) + 1;

	for (int col = a.col + a.cols - 1; col >= a.col && end > 0; col--) {
		int level = cell_level(levels, end - last, end);

		if (level >= 0)
			put_column(s, a, col, tone, level);
		end -= last;
		last = per;
	}
}

static int cells_of(int cells, int64_t part, int64_t whole)
{
	int64_t n;

	if (whole <= 0 || part <= 0)
		return 0;
	if (part >= whole)
		return cells;
	n = (int64_t)((double)part / (double)whole * cells + 0.5);
	return n < 1 ? 1 : n >= cells ? cells - 1 : (int)n;
}

#define FULL  "\xe2\x96\x88"
#define BLANK "\xe2\x96\x91"

void gauge_bar_text(char out[GAUGE_BAR_TEXT], int cells, int64_t part, int64_t whole,
		    bool ascii)
{
	int on = cells_of(cells, part, whole);
	size_t n = 0;

	out[0] = '\0';
	for (int i = 0; i < cells && n + 4 < GAUGE_BAR_TEXT; i++)
		n += (size_t)snprintf(out + n, GAUGE_BAR_TEXT - n, "%s",
				      i < on ? (ascii ? "#" : FULL) : (ascii ? "." : BLANK));
}

void gauge_bar(struct screen *s, int row, int col, int cells, enum tone tone, int64_t part,
	       int64_t whole)
{
	int on = cells_of(cells, part, whole);

	for (int i = 0; i < cells; i++)
		screen_put(s, row, col + i, i < on ? tone : TONE_DIM, 0,
			   i < on ? (s->ascii ? "#" : FULL) : (s->ascii ? "." : BLANK), 1);
}

/* Of equals the last: the worst stand first, and keep their cells. */
static size_t most(const int *v, size_t n)
{
	size_t at = 0;

	for (size_t i = 1; i < n; i++)
		if (v[i] >= v[at])
			at = i;
	return at;
}

void gauge_shares(int *shares, const int64_t *parts, size_t n, int cells)
{
	int64_t whole = 0;
	int used = 0;

	for (size_t i = 0; i < n; i++)
		whole += parts[i];
	for (size_t i = 0; i < n; i++) {
		shares[i] = cells_of(cells, parts[i], whole);
		used += shares[i];
	}
	for (; whole > 0 && used > cells; used--)
		shares[most(shares, n)]--;
	if (whole > 0)
		shares[most(shares, n)] += cells - used;
}
