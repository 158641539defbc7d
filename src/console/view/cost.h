/* The lines of the cost view: what cost.c and cost_wide.c share. */
#ifndef CONSOLE_VIEW_COST_H
#define CONSOLE_VIEW_COST_H

#include "console/deck.h"

enum cost_width { COST_SLIM, COST_MID, COST_WIDE }; /* columns of a table */
enum cost_group { COST_CLUSTERS, COST_ARRAYS, COST_USERS, COST_ACCOUNTS, COST_JOBS, COST_KINDS };

#define COST_SIDE_COLS 158 /* from so many columns on, panes stand side by side */

void cost_sentences(struct textbox *out, const struct json *j);
/* most 0: all rows and their sum. */
void cost_table(struct textbox *out, size_t group, const struct json *j, enum cost_width width,
		size_t most);
void cost_graph(struct textbox *out, const struct json *j, bool ascii);
double cost_highest(const struct json *points);
/* What stands in a bar's row-th cell of rows, counted from 1 at the foot, when most reaches the
 * top. */
const char *cost_cell(const struct json *point, double most, int row, int rows, bool ascii);
const char *cost_signs(bool ascii); /* what these cells mean */
const char *cost_usd(char out[24], const struct json *j, const char *path);

/* cost_wide.c */
/* A bar's number, as money_text() but in so many columns: "12.4", "0.31", "<.001"; "104". */
void cost_amount(char out[16], double usd, int columns);
int cost_wide_rows(struct deck *d, const struct json *j, int columns, bool ascii);
void cost_wide_draw(struct deck *d, struct screen *s, struct area line, int i);

#endif
