/*
 * A full view: what a tab of the console shows. One constant each, under view/, and one line in
 * the list of deck_view.c. A view shows the rows of a Deck pane in another dress, so that
 * cursor, marks, filter and order are the same here and there; it reads the mirror and never
 * calls the engine. What it does not say itself is done for all views alike by deck_view.c.
 */
#ifndef CONSOLE_VIEW_H
#define CONSOLE_VIEW_H

#include "console/pane.h"

struct deck;
struct binding;

struct view {
	const char *title, *place; /* of its tab; in the line of the place: "nodes" */
	enum pane_id pane;	   /* whose rows it shows */
	const struct pane_kind
	    *kind;		    /* how; NULL: it has no table, its lines are all there is */
	const struct view *parent;  /* where Esc goes; NULL: to the Deck */
	const struct binding *keys; /* its own, before the common ones; .keys NULL ends them */
	const struct binding *more_keys; /* after keys, as they are; NULL none */
	int detail_cols;		 /* of its detail column from 160 on; 0: the usual */
	const char *hint;		 /* over the footer, while there is nothing to say */
	void (*open)(struct deck *d);
	void (*close)(struct deck *d);

	/* At the left, instead of the words of the place. */
	void (*left)(const struct deck *d, char *out, size_t max);

	/* At the right of the place; NULL: how many rows, in which order. */
	void (*right)(const struct deck *d, char *out, size_t max);

	/* Lines about what is selected, under the table; or all of the view. NULL: none. */
	int (*row_count)(struct deck *d, int columns);
	void (*draw_row)(struct deck *d, struct screen *s, struct area line, int i);
	const char *(*under_title)(const struct deck *d);

	/* All of the view, under the line of its place, when it is neither table nor lines. */
	void (*draw)(struct deck *d, struct screen *s, struct area a);

	/* Of a view that is all lines and has a cursor of its own. */
	int (*cursor_row)(const struct deck *d);
	bool (*key)(struct deck *d, const struct key *k);
	/* A click on one of its lines; false: nothing is there. */
	bool (*click)(struct deck *d, int line, int col);

	/* Of one that draws in every size, looks for texts itself, and knows where Esc goes. */
	bool (*find)(struct deck *d, const char *text, int step); /* step 0: no more */
	bool (*back)(struct deck *d);
};

#define TABS 7 /* the Deck is the first */

extern const struct view view_clusters, view_nodes, view_jobs, view_events, view_cost,
    view_templates, view_node, view_map, view_overview, view_log, view_console;
extern const struct view view_operations, view_diff, view_files; /* no tabs of their own */

/* A key that goes through lines or rows: from *at, which stays within 0 and last. false: none.
 */
bool view_move(const struct key *k, int page, int64_t last, int64_t *at);

const struct view *view_nth(size_t i); /* all of them; NULL: there are no more */

void overview_window(const struct deck *d, struct window *w); /* of the nodes that failed */

#endif
