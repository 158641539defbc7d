#include "server/window.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "model/columns.h"
#include "server/filter.h"
#include "server/fold.h"
#include "server/groups.h"

#define AGES_MS 10000 /* how often a filter on ages is run over rows that did not change */

/* A view of all nodes below, which has filter and order; above it there is nothing to choose.
 */
static int open_groups(struct window_view *v, const struct window *w, struct err *err)
{
	struct window nodes = *w;

	nodes.noun = NOUN_NODE;
	nodes.offset = 0;
	nodes.count = INT64_MAX;
	v->nodes = xcalloc(1, sizeof(*v->nodes));
	v->filter = filter_parse(NOUN_NODE, "", err);
	if (!group_shade_ok(w->shade))
		return err_set(err, ERR_INVALID, "there is no shade \"%s\": %s", w->shade,
			       GROUP_SHADES);
	return window_view_open(v->nodes, &nodes, err);
}

int window_view_open(struct window_view *v, const struct window *w, struct err *err)
{
	const char *name = w->sort;

	*v = (struct window_view){ .want = *w };
	if (w->noun == NOUN_GROUP)
		return open_groups(v, w, err);
	v->descending = name[0] == '-';
	name += v->descending;
	v->sort = name[0] ? column_find(w->noun, name, strlen(name)) : NULL;
	if (name[0] && !v->sort) {
		char names[240];

		column_names(w->noun, names, sizeof(names));
		return err_set(err, ERR_INVALID, "there is no column \"%s\" to sort by: %s",
			       name, names);
	}
	v->filter = filter_parse(w->noun, w->filter, err);
	return v->filter ? 0 : -1;
}

void window_view_close(struct window_view *v)
{
	if (v->nodes)
		window_view_close(v->nodes);
	free(v->nodes);
	rows_clear(&v->folded);
	filter_free(v->filter);
	free(v->order);
	*v = (struct window_view){ .n = 0 };
}

void window_view_move(struct window_view *v, int64_t offset, int64_t count)
{
	v->want.offset = offset;
	v->want.count = count;
}

/*
 * Sorting: each row's key is made once. Its first 8 bytes decide nearly always.
 */

struct sort_key {
	uint64_t first;
	const char *text; /* NULL: first is all there is */
	uint32_t at;
};

/* The bytes before the first number, and that there is one: what natural_compare() compares
 * bytewise. */
static uint64_t first_of_text(const char *text)
{
	uint64_t first = 0;
	int i = 0;

	for (; i < 8 && text[i] && (text[i] < '0' || text[i] > '9'); i++)
		first = first << 8 | (unsigned char)text[i];
	if (i < 8 && text[i]) {
		first = first << 8 | '0';
		i++;
	}
	return i ? first << (8 * (8 - i)) : 0;
}

/* As unsigned numbers these compare as the doubles do. */
static uint64_t first_of_number(double x)
{
	uint64_t bits;

	x += 0.0; /* -0 is 0 */
	memcpy(&bits, &x, sizeof(bits));
	return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static int compare_rest(const struct sort_key *x, const struct sort_key *y, int sign)
{
	int d = x->text && y->text && x->text != y->text
		    ? sign * natural_compare(x->text, y->text)
		    : 0;

	return d ? d : x->at < y->at ? -1 : 1;
}

static int by_key_up(const void *a, const void *b)
{
	const struct sort_key *x = a, *y = b;

	return x->first != y->first ? (x->first < y->first ? -1 : 1) : compare_rest(x, y, 1);
}

static int by_key_down(const void *a, const void *b)
{
	const struct sort_key *x = a, *y = b;

	return x->first != y->first ? (x->first < y->first ? -1 : 1) : compare_rest(x, y, -1);
}

/* What is not known comes last in both directions. */
static struct sort_key key_of(const struct row_column *c, bool descending, const void *row,
			      int64_t now_ms)
{
	struct row_value cell = c->get(row, now_ms);
	struct sort_key k = { .first = UINT64_MAX };

	if (column_is_text(c)) {
		if (!cell.text[0])
			return k;
		k.text = cell.text;
		k.first = first_of_text(cell.text);
	} else {
		if (isnan(cell.number))
			return k;
		k.first = first_of_number(cell.number);
	}
	if (descending)
		k.first = ~k.first;
	return k;
}

static void sort_order(struct window_view *v, const struct rows *rows, int64_t now_ms)
{
	struct sort_key *keys = xcalloc(v->n_order + 1, sizeof(*keys));

	for (size_t i = 0; i < v->n_order; i++) {
		keys[i] = key_of(v->sort, v->descending, rows_at(rows, v->order[i]), now_ms);
		keys[i].at = v->order[i];
	}
	qsort(keys, v->n_order, sizeof(*keys), v->descending ? by_key_down : by_key_up);
	for (size_t i = 0; i < v->n_order; i++)
		v->order[i] = keys[i].at;
	free(keys);
}

static void make_order(struct window_view *v, const struct rows *rows, int64_t now_ms)
{
	bool all = filter_is_empty(v->filter);

	free(v->order);
	v->order = NULL;
	v->n_order = rows->n;
	if (all && !v->sort)
		return;
	v->order = xcalloc(rows->n + 1, sizeof(*v->order));
	v->n_order = 0;
	filter_begin(v->filter);
	for (size_t i = 0; i < rows->n; i++)
		if (all || filter_passes(v->filter, rows_at(rows, i), now_ms))
			v->order[v->n_order++] = (uint32_t)i;
	if (v->sort)
		sort_order(v, rows, now_ms);
}

static bool order_holds(const struct window_view *v, const struct rows *rows, int64_t now_ms)
{
	return rows->stamp && rows->stamp == v->stamp &&
	       (!filter_moves(v->filter) || now_ms - v->made_ms < AGES_MS);
}

/* Past the end, the last page is shown. */
static void cut(struct window_view *v)
{
	int64_t shown = (int64_t)v->n_order, count = v->want.count, left;

	v->shown = shown;
	v->offset = v->want.offset;
	if (v->offset >= shown)
		v->offset = shown > count ? shown - count : 0;
	left = shown - v->offset;
	v->n = (size_t)(count < left ? count : left);
}

bool window_view_look(struct window_view *v, const struct rows *rows, int64_t now_ms)
{
	bool held = order_holds(v, rows, now_ms);
	int64_t total = v->total, shown = v->shown, offset = v->offset;
	size_t n = v->n;

	if (!held) {
		make_order(v, rows, now_ms);
		v->stamp = rows->stamp;
		v->made_ms = now_ms;
	}
	v->total = (int64_t)rows->n;
	cut(v);
	return !held || v->total != total || v->shown != shown || v->offset != offset ||
	       v->n != n;
}

const void *window_view_row(const struct window_view *v, const struct rows *rows, size_t i)
{
	size_t at = (size_t)v->offset + i;

	return rows_at(rows, v->order ? v->order[at] : at);
}

/* The folded rows are kept while the queue is the same: a large one is gone through once. */
static void fold_jobs(struct window_view *v, struct rows *jobs, const struct rows *past)
{
	if (v->folded.stamp == 0 || v->folded.stamp != fold_stamp(jobs, past)) {
		rows_clear(&v->folded);
		jobs_fold(&v->folded, jobs, past);
		filter_fold(v->filter, jobs);
	}
	rows_clear(jobs);
	*jobs = v->folded;
	jobs->made = NULL; /* stays the view's */
}

void window_view_rows(struct rows *out, struct rows_cache *c, struct window_view *v,
		      int64_t now_ms)
{
	struct rows nodes, past = { .n = 0 };

	if (!v->nodes) {
		rows_get(out, c, v->want.noun, v->want.cluster);
		if (v->want.ended && v->want.noun == NOUN_JOB)
			rows_add_past(out, c, v->want.cluster);
		if (v->want.fold && v->want.noun == NOUN_JOB && v->want.cluster[0]) {
			if (!v->want.ended)
				rows_past(&past, c, v->want.cluster);
			fold_jobs(v, out, &past);
		}
		return;
	}
	rows_get(&nodes, c, NOUN_NODE, v->want.cluster);
	window_view_look(v->nodes, &nodes, now_ms);
	groups_make(out, v, &nodes, now_ms);
	rows_clear(&nodes);
}

struct json *window_json(struct rows_cache *c, const struct window *w, struct err *err)
{
	struct window_view v;
	struct rows rows;
	struct json *j = NULL, *list;

	if (window_view_open(&v, w, err) == 0) {
		window_view_rows(&rows, c, &v, clock_utc_ms());
		window_view_look(&v, &rows, clock_utc_ms());
		j = json_new_object();
		json_set_int(j, "total", v.total);
		json_set_int(j, "shown", v.shown);
		json_set_int(j, "offset", v.offset);
		list = json_set_array(j, "rows");
		for (size_t i = 0; i < v.n; i++)
			json_add(list, row_as_json(w->noun, window_view_row(&v, &rows, i)));
		rows_clear(&rows);
	}
	window_view_close(&v);
	return j;
}
