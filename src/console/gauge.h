/*
 * Small pictures of numbers: curves and bars. They never stand alone: whoever draws one prints
 * its numbers beside it (tui.md 6).
 */
#ifndef CONSOLE_GAUGE_H
#define CONSOLE_GAUGE_H

#include <stdint.h>

#include "console/screen.h"
#include "model/history.h"

#define GAUGE_BAR_TEXT 128

/*
 * The newest steps of a series at the right end of the area, several rows high where it has
 * them. `per` steps make a cell, which shows the highest of them; cells keep to multiples of
 * per of at (the number of the newest step), so that an old cell does not change again.
 */
void gauge_curve(struct screen *s, struct area a, enum tone tone, const char *levels, int per,
		 int64_t at);
int gauge_per(int steps, int cols); /* so that all steps fit; at least 1 */

/* part of whole in so many cells; more than nothing is at least one cell, less than all never
 * the last. As text for a table's cell, or painted with a dim rest. */
void gauge_bar_text(char out[GAUGE_BAR_TEXT], int cells, int64_t part, int64_t whole,
		    bool ascii);
void gauge_bar(struct screen *s, int row, int col, int cells, enum tone tone, int64_t part,
	       int64_t whole);

/* So many cells shared out by the parts of a whole: what is there at all has a cell, as far as
 * cells go round, and the largest gives and takes the rest. */
void gauge_shares(int *shares, const int64_t *parts, size_t n, int cells);

#endif
