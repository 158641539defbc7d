/* The lines above and below a view: header, tabs, place, footer of function keys. */
#ifndef CONSOLE_BARS_H
#define CONSOLE_BARS_H

#include <stdbool.h>
#include <stddef.h>

#include "console/screen.h"

#define FOOTER_SPARE 3 /* the largest spare */

struct footer_key {
	const char *key, *label; /* "F7", "Drain"; label NULL ends a list */
	char letter[8];		 /* its twin without function keys; "" none */
	bool off;		 /* not possible now: grey */
	unsigned char spare; /* goes first where not all have room; 0: not before the last */
};

#define BAR_PARTS 8

struct header_part { /* "n 7/16" */
	const char *text;
	enum tone tone;
	unsigned int look;
	unsigned char spare; /* at the right the largest goes first where not all have room */
};

int bar_parts_width(const struct header_part *p, size_t n);

/* Left parts from the left edge, right parts from the right one; the left side wins. */
void bar_header(struct screen *s, int row, const struct header_part *left, size_t n_left,
		const struct header_part *right, size_t n_right);

/* "[1 Clusters]  2 Nodes ...": the current one in brackets. */
/* The tab at a column; n: none. */
size_t bar_tab_at(int cols, const char *const *titles, size_t n, int col);
void bar_tabs(struct screen *s, int row, const char *const *titles, size_t n, size_t current);

/* "Enter open  n new  Esc back", parts two blanks apart: where not all have room they give way
 * whole, from the end, but the way on (Esc, help) that stands last is kept. */
void bar_hint_fit(char *hint, int columns);

/* Keys that work here, "F1Help F2Menu" or with room "F1 Help  F2 Menu". Where there is no room
 * for all, the spare ones are left out, and then what stands at the end. */
void bar_footer(struct screen *s, int row, const struct footer_key *keys, bool letters);
/* The one at that column; NULL none. */
const struct footer_key *bar_footer_at(int cols, const struct footer_key *keys, bool letters,
				       int col);

#endif
