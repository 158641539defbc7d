/*
 * The cells of a map of nodes, as the Deck and the map have them: how many stand in a line, and
 * how one looks. With room a node is a block of its colour; the letter is in it always, so that
 * a map reads without colours.
 */
#ifndef CONSOLE_TILE_H
#define CONSOLE_TILE_H

#include <stdbool.h>

#include "console/screen.h"

/* Columns of a cell with the gap behind it. In the two narrowest there is none: neighbours of
 * one state are one band. Pairs are for screens with grounds alone. */
enum { TILE_GLYPH = 1, TILE_PAIR = 2, TILE_SMALL = 3, TILE_WIDE = 4, TILE_NAMED = 14 };

struct tile {
	char glyph;
	enum tone tone;
	unsigned int look;
	const char *name; /* as much of it as has room behind the glyph */
	bool here;	  /* under the cursor */
	bool joined;	  /* the column between two tens, behind it, is of its colour */
};

/* Cells stand in tens, with a column between two of them; with names there are few, and they
 * fill the line. 0: there is no room for ten. */
int tile_per_line(int columns, int wide);
int tile_column(int i, int wide);	    /* of cell i of a line */
int tile_at(int column, int wide, int per); /* the cell there, per: the last one was passed */

/* Cell i of a line has a gap behind it and a node there; next: the glyph behind, '\0' none.
 * Bands without dark gaps are also fewer bytes, where there are many cells. */
bool tile_joins(int i, int per, char next);

void tile_draw(struct screen *s, int row, int col, int wide, const struct tile *t);

#endif
