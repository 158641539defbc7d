/*
 * Where the parts of the Deck lie in a terminal of any size (tui.md 2.2). Pure: numbers in,
 * areas out; a part that is not shown has no rows.
 */
#ifndef CONSOLE_DECK_LAYOUT_H
#define CONSOLE_DECK_LAYOUT_H

#include <stdbool.h>

#include "console/screen.h"

enum pane_id {
	PANE_TEMPLATES,
	PANE_CLUSTERS,
	PANE_NODES,
	PANE_JOBS,
	PANE_EVENTS,
	DECK_PANES, /* those of the Deck; behind them, those of views alone */
	PANE_OPERATIONS = DECK_PANES,
	PANES
};

enum deck_size {
	DECK_TINY,   /* one line for each object, no footer */
	DECK_SMALL,  /* one pane, from 60x15 */
	DECK_NORMAL, /* all panes, from 80x24 */
	DECK_WIDE,   /* from 120x30: wider side, heat map */
	DECK_LARGE,  /* from 160x40: detail column */
};

struct deck_layout {
	enum deck_size size;
	int cols;
	struct area pane[PANES];   /* the first row is the pane's title */
	struct area detail, under; /* beside the panes; of a view: under its table */
	int tabs_row, lamps_row, message_row, footer_row; /* -1: not shown */
};

/* array_lines: lines that the node pane can use. */
void deck_layout(struct deck_layout *out, int rows, int cols, enum pane_id focus,
		 int array_lines);

/*
 * A full view: focus has the room, its first row is the line of the place. under: lines about
 * what is selected, which get at most half of it. Wide terminals have the newest events as
 * well, and the detail column beside a table; detail: its columns where there is most room, 0:
 * the usual.
 */
void view_layout(struct deck_layout *out, int rows, int cols, enum pane_id focus, bool lamps,
		 bool table, int under, int detail);

#endif
