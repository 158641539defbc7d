/* Rows of cells as lines whose columns stand below each other, by what the cells take on a
 * terminal. */
#ifndef CLI_GRID_H
#define CLI_GRID_H

#include "base/buf.h"
#include "base/strs.h"

#define GRID_COLUMNS 24

struct grid {
	struct strs cells; /* cleaned, row by row */
	size_t columns, rows;
	int widths[GRID_COLUMNS];
};

void grid_init(struct grid *g);
void grid_clear(struct grid *g);
/* The first row decides how many columns there are; what is missing is empty. -1 at the ceiling
 * of cells. */
int grid_add(struct grid *g, const char *const *cells, size_t n);
void grid_write(struct buf *out, const struct grid *g,
		int width); /* width 0: no limit; else "~" ends a line that was cut */

#endif
