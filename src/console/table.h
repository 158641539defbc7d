/*
 * A table of rows that live elsewhere: only what is visible is asked for. Cursor and marks
 * belong to row ids, not to places, so they stay on the same object while rows come, go and are
 * sorted.
 */
#ifndef CONSOLE_TABLE_H
#define CONSOLE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/key.h"
#include "console/screen.h"

#define TABLE_COLUMNS_MAX 32
#define TABLE_CELL	  160
#define TABLE_GUTTER	  3 /* ">" cursor, "*" mark, a sign of the row */

struct column {
	const char *title;
	int min, max; /* columns; max 0: a sentence, which takes what is left */
	int priority; /* the lowest number goes first when there is no room; the first column
			 never goes */
	bool right;   /* numbers */
};

struct table_cell {
	char text[TABLE_CELL]; /* cut here, cleaned by the screen */
	enum tone tone;
	unsigned int look;
};

struct table_row {
	char sign; /* third cell of the gutter: '+' for a row that can be opened; 0 none */
	enum tone tone;
	unsigned int look;
};

struct table_source {
	size_t (*count)(void *arg);
	int64_t (*id)(void *arg, size_t row); /* stable and not 0; -1: not known here yet */
	void (*cell)(void *arg, size_t row, size_t column,
		     struct table_cell *out);			   /* *out is blank, plain */
	void (*row)(void *arg, size_t row, struct table_row *out); /* may be NULL */
	size_t (*find)(
	    void *arg,
	    int64_t id); /* SIZE_MAX when it is gone; NULL: all rows are looked through */
};

struct table {
	const struct column *columns;
	size_t n_columns;
	const struct table_source *source; /* borrowed, as is arg */
	void *arg;
	size_t cursor, top, count;
	int64_t cursor_id;
	int rows;		 /* of those of the last drawing so many always have room, */
	int lines;		 /* in so many lines without the titles */
	const char *split_title; /* of a line that stands over the row `split`; NULL none */
	size_t split;
	bool from_top; /* its cursor is not shown and not kept in sight: the first rows are */
	size_t first; /* columns scrolled away at the left, the first one aside */
	bool more;    /* there are columns beside these: scrolling brings them */
	int gutter;   /* TABLE_GUTTER, or 2 where nothing can be marked */
	bool bar;     /* the whole cursor row reversed, beside its ">" */
	int needs[TABLE_COLUMNS_MAX]; /* columns that titles and texts seen so far take */
	const struct column *needs_of;
	int needs_cols, needs_rows; /* size of the table then */
	const char *needs_title[TABLE_COLUMNS_MAX];
	int widths[TABLE_COLUMNS_MAX]; /* of the last drawing; 0: no room for it */
	int64_t *marks;		       /* sorted ids */
	size_t n_marks, cap_marks;
	int64_t range_from; /* id where a range of marks began; 0 none */
	size_t range_row;   /* its place then */
};

void table_init(struct table *t, const struct column *columns, size_t n,
		const struct table_source *source, void *arg);
void table_clear(struct table *t);

void table_forget(struct table *t); /* columns are measured anew */
/*
 * table_fit.c: the width of each column in so many columns of screen, 0 for those that are
 * hidden: the least of each first, then the rest is dealt out by need and priority. needs may
 * be NULL. Pure. Returns how many are hidden.
 */
size_t table_fit(const struct column *columns, size_t n, size_t first, const int *needs,
		 int room, int widths[TABLE_COLUMNS_MAX]);
void table_measure(struct table *t); /* learns what the visible rows need */

void table_refresh(
    struct table *t); /* rows may have changed: finds the cursor's object again */
void table_draw(struct table *t, struct screen *s, struct area a, bool focused);
bool table_key(struct table *t,
	       const struct key *k); /* moves and marks; false: not a key of tables */

void table_go(struct table *t, size_t row);
void table_move(struct table *t, int64_t rows);
void table_scroll_columns(struct table *t, int by);
int64_t table_cursor(const struct table *t); /* id under the cursor; 0: no rows */
/* In that line below the titles, as it was drawn last; SIZE_MAX none. */
size_t table_row_at(const struct table *t, int line);
/* At a column of the screen, from the table's left edge; SIZE_MAX none. */
size_t table_column_at(const struct table *t, int col);

bool table_marked(const struct table *t, int64_t id);
void table_mark(struct table *t, int64_t id, bool on);
void table_mark_all(struct table *t); /* all rows shown */
void table_mark_invert(struct table *t);
void table_unmark_all(struct table *t);
void table_mark_range(
    struct table *t); /* first call: begins at the cursor; second: marks up to it */

#endif
