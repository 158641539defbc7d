/*
 * The filter grammar of tui.md 5 for every noun, as a small program: parsed once, then run over
 * as many rows as there are. A filter belongs to one noun.
 */
#ifndef SERVER_FILTER_H
#define SERVER_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/window.h"
#include "server/rows.h"

struct filter;

/* "" passes all rows. NULL: err begins with "at character N: ", counted from 1. */
struct filter *filter_parse(enum noun noun, const char *text, struct err *err);
void filter_free(struct filter *f);
bool filter_is_empty(const struct filter *f);
bool filter_moves(const struct filter *f); /* asks about ages: the answer changes by itself */
/* Before each run over rows: what is remembered of texts is remembered by their address. */
void filter_begin(struct filter *f);
/* Each row is a whole array from now on: of these records are they made, which tell whether an
 * array has the tasks that are asked for. */
void filter_fold(struct filter *f, const struct rows *jobs);
bool filter_passes(struct filter *f, const void *row, int64_t now_ms);

#endif
