#include "grid.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define CELLS_MAX ((size_t)30 << 20) /* a million jobs in all their columns, twice */
#define CELL_MAX  4096
#define GAP	  2

void grid_init(struct grid *g)
{
	*g = (struct grid){ .cells = STRS_INIT(CELLS_MAX) };
}

void grid_clear(struct grid *g)
{
	strs_clear(&g->cells);
	grid_init(g);
}

int grid_add(struct grid *g, const char *const *cells, size_t n)
{
	char clean[CELL_MAX];

	if (g->rows == 0)
		g->columns = n < GRID_COLUMNS ? n : GRID_COLUMNS;
	for (size_t i = 0; i < g->columns; i++) {
		const char *cell = i < n ? cells[i] : "";
		int w;

		text_clean(clean, sizeof(clean), cell, strlen(cell));
		if (strs_add(&g->cells, clean) < 0)
			return -1;
		w = text_width(clean);
		if (w > g->widths[i])
			g->widths[i] = w;
	}
	g->rows++;
	return 0;
}

static void add_line(struct buf *line, const struct grid *g, size_t row)
{
	int owed = 0; /* blanks are written only before something */

	for (size_t i = 0; i < g->columns; i++) {
		const char *cell = g->cells.v[row * g->columns + i];

		if (cell[0]) {
			buf_addf(line, "%*s%s", owed, "", cell);
			owed = 0;
		}
		owed += g->widths[i] - text_width(cell) + GAP;
	}
}

void grid_write(struct buf *out, const struct grid *g, int width)
{
	struct buf line = BUF_INIT(GRID_COLUMNS * (size_t)CELL_MAX * 2);

	for (size_t row = 0; row < g->rows; row++) {
		buf_reset(&line);
		add_line(&line, g, row);
		if (width > 1 && text_width(buf_str(&line)) > width) {
			buf_add(out, buf_str(&line), text_cut(buf_str(&line), width - 1));
			buf_adds(out, "~\n");
		} else {
			buf_adds(out, buf_str(&line));
			buf_addc(out, '\n');
		}
	}
	buf_clear(&line);
}
