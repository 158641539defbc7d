/* A node as a block of its colour, where a map has room for more than a glyph. */
#ifndef CONSOLE_TILE_H
#define CONSOLE_TILE_H

#include <stdbool.h>

#include "console/screen.h"

#define TILE_MOST 24 /* columns of one */

/* In so many columns, 2 to TILE_MOST, the glyph, and as much of the name as has room behind it;
 * brackets stand around the one under the cursor. hollow: of no colour. */
void tile_draw(struct screen *s, int row, int col, int columns, enum tone tone,
	       unsigned int look, char glyph, const char *name, bool hollow, bool here);

#endif
