/*
 * One pane of the Deck: a window of the mirror as a table. What differs between panes is a
 * constant (struct pane_kind, one file each under view/); what they share, the place in the
 * window, the filter, the drawing, is here. A pane reads the mirror and never calls the engine.
 */
#ifndef CONSOLE_PANE_H
#define CONSOLE_PANE_H

#include "base/mem.h"
#include "base/strs.h"
#include "client/mirror.h"
#include "console/deck_layout.h"
#include "console/table.h"

#define PANE_SORTS	   16
#define PANE_SCOPED_FILTER 130 /* bytes of a filter inside a scope */

struct pane;

struct pane_columns { /* for areas from so many columns on; narrowest first */
	int from_cols;
	const struct column *v;
	const unsigned char *what; /* the kind's own word for each column */
	size_t n;
};

/* One of them, of the columns v and what they show, v_what. */
#define PANE_COLUMNS(from_cols, v)                                                             \
	{                                                                                      \
		(from_cols), (v), v##_what, ARRAY_LEN(v)                                       \
	}

struct pane_kind {
	const char *title;
	const char *window; /* id of its window */
	enum noun noun;
	bool of_cluster; /* shows the selected cluster's rows */
	bool titled;	 /* column titles have a line of their own */
	bool follows;	 /* shows what is new at its top until a row is chosen */
	bool marks;	 /* rows can be marked */
	const struct pane_columns *columns;
	size_t n_columns;
	const char *sorts[PANE_SORTS]; /* the engine's words; [0] is "": the natural order */
	int64_t (*id)(const struct pane *p, size_t i); /* of row i of the window */
	const char *(*name)(const struct pane *p, size_t i);
	void (*cell)(const struct pane *p, size_t i, int what, struct table_cell *out);
	/* In their natural order some stand behind the others, under a line with this title. */
	bool (*is_behind)(const struct pane *p, size_t i);
	const char *behind;
};

struct pane_mark { /* of a marked row: its name is known even when it is out of the window */
	int64_t id;
	char *name;
	bool seen; /* in the window, at the last load */
};

#define PANE_SETS(sets) .columns = (sets), .n_columns = ARRAY_LEN(sets)

#define PANE_MARKS_MAX 1000 /* "*" marks so many: what one window holds */

struct pane {
	const struct pane_kind *kind, *home; /* home: of the Deck, where there is less room */
	struct table table;
	const struct pane_columns *columns; /* of the last drawing */
	struct mirror_rows rows; /* borrowed: pane_load() in every turn of the loop */
	bool have;
	char cluster[40], filter[200];
	char good[200];	 /* the last filter that the engine could read */
	char scope[64];	 /* a filter that the view adds: the tasks of one array; "" none */
	bool fold;	 /* arrays of jobs as one row each */
	bool ended;	 /* jobs that left the queue lately, too */
	bool quiet;	 /* nothing is in the queue: then they are all there is to see */
	int64_t fit_key; /* filter, order and the like for which the columns were measured */
	bool refit;	 /* rows of another one are still shown */
	size_t sort;
	bool descending;
	int64_t offset, count; /* the window asked for */
	int64_t booting;       /* nodes of the cluster on their way: part of why jobs wait */
	int64_t now_ms;	       /* of the engine's clock: for ages and run times */
	bool ascii;
	bool words;		 /* for a screen reader: the word before its glyph */
	struct pane_mark *marks; /* sorted by id, as table.marks are */
	size_t n_marks, cap_marks;
	bool alone;   /* the row under the cursor fills the screen: acts are about it, not the
			 marks */
	bool marking; /* rows mark_from to mark_to are to be marked as soon as they are here */
	bool inverting; /* or changed into the other */
	bool marked;	/* that has just been done */
	int64_t mark_from, mark_to;
	char
	    wanted[200]; /* titles of the columns that were chosen, with commas; "" the usual */
	struct column own[TABLE_COLUMNS_MAX];
	unsigned char own_what[TABLE_COLUMNS_MAX];
	struct pane_columns own_set;
	bool touched;  /* the operator chose a row; before, the first one stays under the cursor
			*/
	bool held;     /* what is under the cursor is looked into: it is followed */
	int64_t ahead; /* the row under the cursor when it did not stand behind the others; 0 */
};

void pane_init(struct pane *p, const struct pane_kind *kind);
void pane_clear(struct pane *p);
/* The same rows in another dress: cursor, marks, filter and order stay. */
void pane_dress(struct pane *p, const struct pane_kind *kind);
void pane_load(struct pane *p, const struct mirror *m);
void pane_settle(struct pane *p); /* the part of it behind the mirror: where the cursor is */
/* The engine cannot read the filter: it goes, and the last good one is back. Told is what it
 * was, and what is wrong with it. */
bool pane_refuse_filter(struct pane *p, char told[400]);
/* The names of the marked rows, or of the one under the cursor. Returns how many of them are
 * not in the window now. */
size_t pane_chosen(const struct pane *p, struct strs *out);
size_t pane_marks(const struct pane *p); /* that an act is about */
void pane_note_marks(struct pane *p);	 /* after keys: learns the names of what was marked */
/* Rows of the whole table, from the first to the last of these places, once they are here. */
void pane_mark_rows_at(struct pane *p, int64_t from, int64_t to, bool invert);
/* Rows from the beginning of an open range to the cursor; 0: none is open. */
int64_t pane_range(const struct pane *p);
/* They become marks. RANGE_ASKED: once they are here; RANGE_LOST: where it began is gone. */
enum range_end { RANGE_NONE, RANGE_MARKED, RANGE_ASKED, RANGE_LOST };
enum range_end pane_end_range(struct pane *p);
/* All rows of another window of the same noun. */
void pane_mark_rows(struct pane *p, const struct mirror_rows *rows);
/* All columns that the kind has: of its widest set. */
const struct pane_columns *pane_all_columns(const struct pane *p);
/* i: of pane_all_columns(). Chosen, or one of the usual ones of this width; */
bool pane_wants_column(const struct pane *p, size_t i);
void pane_want_column(struct pane *p, size_t i, bool on);
/* and what became of it in the last drawing. */
enum column_shown { COLUMN_OFF, COLUMN_NO_ROOM, COLUMN_SHOWN };
enum column_shown pane_column_shown(const struct pane *p, size_t i);
void pane_window(const struct pane *p, struct window *out);
bool pane_follow(
    struct pane *p); /* moves the window after the table; true: the mirror must be told */

/* Index into the window's rows of what is under the cursor; -1 none. */
int64_t pane_at(const struct pane *p);
const char *pane_name_at(const struct pane *p);	     /* NULL none */
bool pane_go_name(struct pane *p, const char *name); /* false: no such row in the window */
bool pane_find(struct pane *p, const char *text,
	       int step); /* the next row that shows the text */

/* The title line, then the table. right: text at the end of the title line. */
void pane_title(struct screen *s, struct area a, const char *title, const char *right,
		bool focused);
void pane_draw(struct pane *p, struct screen *s, struct area a, bool focused);
void pane_lines(struct pane *p, struct screen *s, struct area a); /* DECK_TINY */
/* "32 more above, Home": of those in sight all stand behind others, which are not; "" none. */
const char *pane_above(const struct pane *p, char out[40]);

int64_t pane_hash(const char *text); /* a row id for rows that have only names; never 0 */

extern const struct pane_kind pane_templates, pane_clusters, pane_nodes, pane_jobs, pane_events,
    pane_operations;

#endif
