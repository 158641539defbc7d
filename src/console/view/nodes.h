/*
 * The node pane: each array and VM size as a run of glyphs, one for each node in the array's
 * order, then '.' up to the limit. With room it is a heat map of whole arrays. The cursor
 * stands on a node.
 */
#ifndef CONSOLE_VIEW_NODES_H
#define CONSOLE_VIEW_NODES_H

#include "console/flash.h"
#include "console/pane.h"

/* What the pane of the Deck and the full view have in common. */
#define A_NODES_TABLE                                                                          \
	.title = "Nodes", .window = "nodes", .noun = NOUN_NODE, .of_cluster = true,            \
	.titled = true, .marks = true,                                                         \
	.sorts = { "",	   "state", "name", "array", "size", "zone", "kind",                   \
		   "user", "load",  "jobs", "cost",  "age",  "for" },                          \
	.id = node_row_id, .name = node_row_name

int64_t node_row_id(const struct pane *p, size_t i);
const char *node_row_name(const struct pane *p, size_t i);
/* Why it is as it is, and that it is kept. */
void node_reason_cell(const struct node *n, struct table_cell *out);
void node_state_cell(const struct pane *p, const struct node *n, struct table_cell *out);

struct run_widths { /* columns of a line: name, size, kind, glyphs, counts */
	int name, size, run, counts;
};

struct node_map {
	struct mirror_rows rows; /* of NOUN_ARRAY; borrowed */
	bool have;
	int64_t row_id; /* the array under the cursor; 0 none yet */
	size_t row;
	int64_t cell;
	int per,
	    top; /* cells in a line of the heat map, 0: it is not one; its first line shown */
	int64_t squeeze;    /* glyphs in a cell of it, which shows the worst of them; 0 as 1 */
	int wide;	    /* columns of a cell, with the gap behind it */
	struct flash flash; /* glyphs that just changed */
	int64_t now_ms;
	struct area area; /* of the last drawing, and columns of its lines */
	struct run_widths widths;
	bool focused;
};

void map_clear(struct node_map *m);

void map_load(struct node_map *m, const struct mirror *mirror, int64_t now_ms);
/* Lines that it can use, of the most that it may have. */
int map_lines(const struct node_map *m, const struct screen *s, struct area most, bool grid);
void map_draw(struct node_map *m, struct screen *s, struct area a, bool grid, bool focused);
bool map_key(struct node_map *m, const struct key *k);
/* The cell, or else the array, at that place of the screen; false: there is neither. */
bool map_click(struct node_map *m, int row, int col);
const struct array_row *map_array(const struct node_map *m); /* under the cursor; NULL none */
/* The node under the cursor, looked up in the window of nodes; NULL when no node is there yet.
 */
const struct node *map_node(const struct node_map *m, const struct pane *nodes);

/* What a cell of the squeezed map stands for: nodes first to last of its array, by their places
 * among those that are there. */
struct map_range {
	int64_t first, last;
	char worst; /* glyph that shows */
	const struct node *from, *to,
	    *bad; /* bad: the first as bad as that; NULL: not here yet */
};
/* Of the cell under the cursor; false: it is one node or none. */
bool map_range(const struct node_map *m, const struct pane *nodes, struct map_range *out);
/* Where in its array the nodes are that the cursor needs to be named. */
int64_t map_place(const struct node_map *m);
/* The filter that shows the nodes of the array's row alone: an array may have several. */
void map_filter(const struct node_map *m, char *out, size_t max);

void nodes_widths(struct run_widths *w, const struct array_row *rows, size_t n, int cols);
/* One array's line: "htc  F2s_v2  spot  ##=++~....  4 busy 1 idle 2 boot". cell: of the cursor,
 * -1 when it is elsewhere. */
void nodes_draw_row(struct screen *s, int row, int col, const struct run_widths *w,
		    const struct array_row *r, int64_t cell);

#endif
