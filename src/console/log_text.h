/*
 * The part of a log that is on this side: lines with their numbers, what is looked for in them,
 * and where the reader stands. Pure: it asks nobody. What lies before it is put in front, what
 * is written at its end behind, and the line under the reader's eyes stays where it is.
 */
#ifndef CONSOLE_LOG_TEXT_H
#define CONSOLE_LOG_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/key.h"

#define LOG_LINES 20000 /* the oldest leave when more come */
#define LOG_LINE  2000	/* bytes of one that are shown */

struct log_text {
	char **v; /* clean, one line each */
	size_t n, cap;
	int64_t number;	    /* of v[0]; 0: nobody counted the lines before it */
	int64_t from, next; /* bytes of the file that are here */
	int64_t size;	    /* of the file, when it was last looked at */
	bool open;	    /* the last line may go on */
	char *tail;	    /* its bytes, as they came */
	size_t top;	 /* place of the first line shown, among those that are shown at all */
	bool follow;	 /* the end is in sight and stays so */
	int64_t fresh;	 /* lines that came while it does not */
	bool wrap, only; /* only: lines that match */
	int left;	 /* columns scrolled away, unless wrapped */
	char find[120];
	size_t *shown; /* with only: which lines */
	size_t n_shown;
};

void log_text_init(struct log_text *t);
void log_text_clear(struct log_text *t);

/* What the file holds from t->next on. Bytes from elsewhere begin anew. */
void log_text_add(struct log_text *t, const char *text, int64_t from, int64_t next,
		  int64_t number);
/* What ends where t->from is; cut_first: it begins inside a line. */
void log_text_before(struct log_text *t, const char *text, int64_t from, int64_t number);

size_t log_text_count(const struct log_text *t); /* lines that are shown */
const char *log_text_line(const struct log_text *t, size_t i, int64_t *number); /* 0: unknown */

void log_text_find(struct log_text *t, const char *what); /* "" nothing */
bool log_text_matches(const struct log_text *t, size_t i);
bool log_text_go_match(struct log_text *t, int step); /* false: there is none */
void log_text_only(struct log_text *t, bool on);

/* Rows of so many columns that line i takes. */
int log_text_height(const struct log_text *t, size_t i, int cols);
/* Puts the top where it may be in an area of that size; with follow the end is in sight. */
void log_text_settle(struct log_text *t, int rows, int cols);
bool log_text_key(struct log_text *t, const struct key *k, int rows, int cols); /* moves */

#endif
