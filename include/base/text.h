/*
 * Text rules that more than one layer needs: strict numbers, the cleaner for every string from outside (S10.1),
 * the one function that quotes for a POSIX shell (S8.5, S11.6), names that may be handed to a tool (S8.4).
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Whole text must be a decimal number in [min, max]. -1 otherwise, *out untouched. */
int num_read(int64_t *out, const char *text, int64_t min, int64_t max);
int num_read_n(int64_t *out, const char *text, size_t len, int64_t min, int64_t max);
int num_read_real(double *out, const char *text, double min, double max);

/*
 * Makes any bytes safe for a terminal, a log line or a single-line field: bad UTF-8 becomes U+FFFD, control
 * characters \xNN, bidi controls, zero-width, private and unassigned <U+XXXX>. Idempotent on its own output.
 * At most max bytes, the NUL among them, are written to out, cut on a whole character. Returns the length.
 */
size_t text_clean(char *out, size_t max, const char *in, size_t len);
size_t utf8_read(uint32_t *cp, const char *text, size_t len); /* bytes taken, 0 at the end; U+FFFD when bad */
int text_width(const char *utf8);                /* columns; the text must be clean */
size_t text_cut(const char *utf8, int columns);  /* bytes that fit into so many columns */

bool text_is_name(const char *s, size_t max);    /* [A-Za-z0-9][A-Za-z0-9._-]*, at most max bytes */
bool text_is_operand(const char *s);             /* S8.4: [A-Za-z0-9._\[\],-], not starting with '-', at most 4096 */
int text_casecmp(const char *a, const char *b);  /* ASCII only, for ARM ids and host names */
bool text_has_prefix(const char *s, const char *prefix);
const char *text_find(const char *text, const char *part); /* where it is, in any case of its letters; NULL: nowhere, or one is empty */
bool text_id_prefix(const char *id, const char *prefix); /* case-blind, ends at '/' or at the end */

void quote_sh(struct buf *b, const char *arg);   /* 'it'\''s' */
void quote_sh_word(struct buf *b,
		   const char *arg); /* in quotes only where a shell needs them */

/* Nearest of the words (NULL-terminated) by edit distance, for "did you mean"; NULL when none is near. */
const char *text_nearest(const char *word, const char *const *words);

/* Memory sizes: "500M", "64G", "1.5T", plain bytes. Units are powers of 1024. */
int size_read(int64_t *bytes, const char *text);
const char *size_text(char out[24], int64_t bytes);
const char *count_text(char out[48], int64_t n, const char *noun); /* "1 job", "12 jobs", of nouns that take an s */
const char *money_text(char out[24], double usd); /* "$0.017", "$0.31", "$142"; "$?" below zero: a price is unknown */

#endif
