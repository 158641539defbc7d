/*
 * The picture that the views paint: cells in memory, nothing else. Views never see the
 * terminal, so they are tested without one; term.c brings the difference to the terminal. A
 * view paints all it shows in every frame.
 *
 * All text goes through text_clean() here, so that no byte from outside reaches a terminal as
 * it came (S10.1).
 */
#ifndef CONSOLE_SCREEN_H
#define CONSOLE_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "console/theme.h"

#define CELL_TEXT 22 /* a character of 4 bytes and its combining marks */

/* A cell's text may be one of these instead: term.c draws them with the terminal's own line
 * characters. */
enum line_part {
	LINE_NONE,
	LINE_H,
	LINE_V,
	LINE_TOP_LEFT,
	LINE_TOP_RIGHT,
	LINE_BOTTOM_LEFT,
	LINE_BOTTOM_RIGHT,
	LINE_TEE_LEFT,	/* |-  */
	LINE_TEE_RIGHT, /*  -| */
	LINE_TEE_TOP,
	LINE_TEE_BOTTOM,
	LINE_CROSS,
	LINE_PARTS
};

struct cell {
	char text[CELL_TEXT]; /* "": blank, or the right half of a wide character before it */
	uint8_t tone;
	uint8_t look : 4, wide : 2, half : 1;
	uint8_t line; /* enum line_part */
};

struct area {
	int row, col, rows, cols;
};

struct screen {
	int rows, cols;
	struct cell *cells;
	bool ascii;   /* nothing but ASCII: --ascii, or a locale without UTF-8 */
	bool grounds; /* a theme with colours: cells of a map stand on theirs */
	bool blocks;  /* its font is known to have the eighths of a block, or "set blocks on" */
	bool words;   /* for a screen reader: no lines, the cursor is where ">" is */
	int cursor_row, cursor_col; /* -1: hidden */
};

void screen_init(struct screen *s, int rows, int cols, bool ascii);
void screen_clear(struct screen *s); /* frees */
void screen_resize(struct screen *s, int rows, int cols);
void screen_erase(struct screen *s);
struct area screen_area(const struct screen *s);

const char *screen_cut_sign(const struct screen *s); /* what stands where a text is cut */

/*
 * Paints text in at most `columns` columns, nothing outside the screen, and never into its last
 * cell (a terminal would scroll). What does not fit is cut on a whole character and ends in "~"
 * or an ellipsis. Returns columns used.
 */
int screen_put(struct screen *s, int row, int col, enum tone tone, unsigned int look,
	       const char *text, int columns);
int screen_putf(struct screen *s, int row, int col, enum tone tone, unsigned int look,
		int columns, const char *fmt, ...) __attribute__((format(printf, 7, 8)));
/* What does not fit goes by whole clauses, and only a first one that is too long is cut. */
int screen_put_clauses(struct screen *s, int row, int col, enum tone tone, const char *text,
		       int columns);
/* Of what does not fit the end is seen, behind the sign: as it is typed. */
int screen_put_end(struct screen *s, int row, int col, enum tone tone, unsigned int look,
		   const char *text, int columns);
/* At the right end of the columns. */
int screen_put_right(struct screen *s, int row, int col, enum tone tone, unsigned int look,
		     const char *text, int columns);

void screen_fill(struct screen *s, struct area a, enum tone tone,
		 unsigned int look); /* blanks */
void screen_look(struct screen *s, int row, int col, int columns,
		 unsigned int look); /* adds attributes */
void screen_tone(struct screen *s, int row, int col, int columns, enum tone tone);
void screen_line(struct screen *s, int row, int col, enum line_part part, enum tone tone);
void screen_hline(struct screen *s, int row, int col, int columns, enum tone tone);
void screen_box(struct screen *s, struct area a, enum tone tone,
		const char *title); /* title may be NULL */
void screen_rule(struct screen *s, int row, int col, int columns,
		 const char *title); /* "-- title -----" */
void screen_cursor(struct screen *s, int row, int col);

const struct cell *screen_cell(const struct screen *s, int row, int col); /* NULL outside */
char screen_line_ascii(enum line_part part);
void screen_dump(const struct screen *s,
		 struct buf *out); /* as text, lines in ASCII, no blanks at line ends */

#endif
