/*
 * One window over the rows of its noun: which pass the filter, in which order, and which of
 * them it shows. The order is kept while neither rows nor filter can have changed it.
 */
#ifndef SERVER_WINDOW_H
#define SERVER_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "model/window.h"
#include "server/rows.h"

struct row_column;
struct filter;

struct window_view {
	struct window want;
	struct window_view *nodes; /* of NOUN_GROUP: what its rows are made of */
	struct rows folded; /* of arrays folded into rows; its stamp tells of which queue */
	struct filter *filter;
	const struct row_column *sort; /* NULL: the natural order */
	bool descending;
	uint32_t *order; /* of the rows that pass; NULL: all of them in their natural order */
	size_t n_order;
	uint64_t stamp; /* of the rows that the order is of */
	int64_t made_ms;
	/* of the last look */
	int64_t total, shown, offset;
	size_t n;
};

/* err tells what is wrong with filter or sort. */
int window_view_open(struct window_view *v, const struct window *w, struct err *err);
void window_view_close(struct window_view *v);
/* The rows that the view is over: of a noun, or groups made for this look. */
void window_view_rows(struct rows *out, struct rows_cache *c, struct window_view *v,
		      int64_t now_ms);
/* Another place in the same rows: the order stays. */
void window_view_move(struct window_view *v, int64_t offset, int64_t count);
/* false: nothing can have changed since the last look. */
bool window_view_look(struct window_view *v, const struct rows *rows, int64_t now_ms);
const void *window_view_row(const struct window_view *v, const struct rows *rows, size_t i);

/* {"total","shown","offset","rows"}; new. */
struct json *window_json(struct rows_cache *c, const struct window *w, struct err *err);

#endif
