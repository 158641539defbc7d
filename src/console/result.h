/*
 * What a command showed: lines of text, and tables between them. Kept as cells, so that it is
 * laid out for the width that there is, and again when that changes. Pure.
 */
#ifndef CONSOLE_RESULT_H
#define CONSOLE_RESULT_H

#include "console/textbox.h"

struct result_line {
	bool title; /* the first of a table */
	size_t from, n; /* cells; n 0: the one at from is a text */
};

struct result {
	struct strs cells;
	struct result_line *lines;
	size_t n, cap;
};

void result_init(struct result *r);
void result_clear(struct result *r);
void result_text(struct result *r, const char *text); /* split at line ends */
void result_row(struct result *r, bool title, const char *const *cells, size_t n);
bool result_has_tables(const struct result *r);

/* Tables in so many columns: long texts are cut, and of columns that have no room it is said
 * which. whole: as wide as they are. Returns columns of the widest line. */
int result_lay(const struct result *r, int columns, bool whole, struct textbox *out);

#endif
