/*
 * What can be filtered and sorted by, for each noun: one table, read by the filter, by the sort
 * by the messages that name what there is, and by the console for what it offers to complete
 * (tui.md 5).
 */
#ifndef MODEL_COLUMNS_H
#define MODEL_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/window.h"

enum column_kind {
	COLUMN_TEXT,   /* ":" finds a part of it */
	COLUMN_ID,     /* ":" wants all of it: clusters, arrays, users */
	COLUMN_WORD,   /* one of a list; ":" takes its beginning and its short form, too */
	COLUMN_NUMBER, /* k M G T are thousands */
	COLUMN_BYTES,  /* k M G T are powers of 1024 */
	COLUMN_SPAN,   /* s m h d; moves with the clock */
	COLUMN_MONEY,
};

struct row_value {
	const char *text; /* of TEXT and ID */
	double number;	  /* of all others; a WORD's code, seconds; NAN: unknown, which no
			     comparison holds for */
};

struct column_words {
	int n;
	const char *(*name)(int code);
	const char *(*brief)(int code); /* as screens write it; "" none */
};

struct row_column {
	const char *name, *other; /* other names, as tables print them: "a|b"; NULL: none */
	enum column_kind kind;
	bool shown; /* a bare word looks into it */
	bool tasks; /* an ID whose value may go on after '_': "12" finds "12_3" */
	struct row_value (*get)(const void *row, int64_t now_ms);
	const struct column_words *words;
	bool hosts; /* names of nodes: "htc-[1-3]" stands for three, in the value and in the cell */
	struct row_value (*says)(const void *row, int64_t now_ms); /* of a WORD: what is shown for it */
};

const struct row_column *columns_of(enum noun noun, size_t *n);
const struct row_column *column_find(enum noun noun, const char *name, size_t len); /* NULL: none */
bool column_begins(const struct row_column *c, const char *word, size_t len); /* one of its names, with the word */
bool column_is_text(const struct row_column *c);
/* "name, state, ..." of a noun, cut at max. */
void column_names(enum noun noun, char *out, size_t max);

/* Digits compare as numbers: htc-2 comes before htc-10. */
int natural_compare(const char *a, const char *b);

#endif
