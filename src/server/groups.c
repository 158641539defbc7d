#include "server/groups.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "model/columns.h"
#include "model/node.h"
#include "model/view.h"

/* Shades: a digit from little to much, a letter for who or what, '.' for nothing, a blank where
 * nothing was read. */

#define SHADE_UNREAD ' '

static char step_of(double value, const double *steps, size_t n)
{
	size_t i = 0;

	if (isnan(value) || value < 0)
		return SHADE_UNREAD;
	while (i < n && value >= steps[i])
		i++;
	return (char)('0' + i);
}

static char by_load(const struct node *n, int64_t now_ms)
{
	static const double steps[] = { 0.001, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9 };

	(void)now_ms;
	return step_of(n->load, steps, ARRAY_LEN(steps));
}

static char by_cost(const struct node *n, int64_t now_ms)
{
	static const double steps[] = { 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5 };

	(void)now_ms;
	return step_of(n->price, steps, ARRAY_LEN(steps));
}

static char by_age(const struct node *n, int64_t now_ms)
{
	static const double steps[] = {
		60, 300, 900, 3600, 10800, 43200, 86400, 259200, 604800
	};

	if (n->requested_ms <= 0)
		return SHADE_UNREAD;
	return step_of((double)(now_ms - n->requested_ms) / 1000, steps, ARRAY_LEN(steps));
}

/* Neighbours of one job look alike; two jobs may share a letter. */
static char by_job(const struct node *n, int64_t now_ms)
{
	unsigned int h = 5381;

	(void)now_ms;
	for (const char *c = n->job; *c && *c != '_'; c++)
		h = h * 33 + (unsigned char)*c;
	return n->job[0] ? (char)('a' + h % 26) : '.';
}

static char by_user(const struct node *n, int64_t now_ms)
{
	(void)now_ms;
	return n->user[0] ? n->user[0] : '.';
}

static const struct {
	const char *name;
	char (*of)(const struct node *n, int64_t now_ms); /* NULL: the glyphs tell it */
} shades[] = {
	{ "", NULL },	     { "state", NULL },	  { "load", by_load }, { "job", by_job },
	{ "user", by_user }, { "cost", by_cost }, { "age", by_age },
};

static size_t shade_at(const char *name)
{
	size_t i = 0;

	while (i < ARRAY_LEN(shades) && strcmp(shades[i].name, name) != 0)
		i++;
	return i;
}

bool group_shade_ok(const char *shade)
{
	return shade_at(shade) < ARRAY_LEN(shades);
}

/* What a node is grouped by, in words. */
static void group_name(char out[48], const struct row_column *c, const struct node *n,
		       int64_t now_ms)
{
	static const char *const by[] = { "array", "sku",   "zone", "kind",
					  "user",  "state", "group" };
	struct row_value cell = c->get(n, now_ms);
	bool groups = false;

	for (size_t i = 0; i < ARRAY_LEN(by); i++)
		groups = groups || strcmp(c->name, by[i]) == 0;
	if (!groups)
		out[0] = '\0'; /* an order, not a group */
	else if (column_is_text(c))
		snprintf(out, 48, "%.47s", cell.text);
	else
		snprintf(out, 48, "%s", c->words->name((int)cell.number));
}

static struct group_row *add_row(struct group_row **rows, size_t *n, size_t *cap)
{
	GROW(*rows, *n, *cap);
	memset(&(*rows)[*n], 0, sizeof(**rows));
	return &(*rows)[(*n)++];
}

/* The counts of a group stand in each of its rows. */
static void end_group(struct group_row *rows, size_t from, size_t n)
{
	for (size_t i = from; i + 1 < n; i++) {
		rows[i].size = rows[n - 1].size;
		memcpy(rows[i].count, rows[n - 1].count, sizeof(rows[i].count));
	}
}

static struct group_row *next_part(struct group_row **rows, size_t *n, size_t *cap)
{
	struct group_row *part = add_row(rows, n, cap), *last = part - 1;

	memcpy(part->name, last->name, sizeof(part->name));
	memcpy(part->count, last->count, sizeof(part->count));
	part->first = part->size = last->size;
	return part;
}

static void add_node(struct group_row *r, const struct node *n, size_t shade, int64_t now_ms)
{
	size_t at = (size_t)(r->size - r->first);

	r->glyphs[at] = node_state_glyph(n->state);
	if (shades[shade].of)
		r->shades[at] = shades[shade].of(n, now_ms);
	r->count[n->state]++;
	r->size++;
}

void groups_make(struct rows *out, const struct window_view *v, const struct rows *nodes,
		 int64_t now_ms)
{
	const struct row_column *by = v->nodes->sort;
	size_t shade = shade_at(v->want.shade), n = 0, cap = 0, from = 0;
	struct group_row *rows = NULL, *r = NULL;

	if (!by)
		by = column_find(NOUN_NODE, "array", 5);
	for (size_t i = 0; i < v->nodes->n; i++) {
		const struct node *node = window_view_row(v->nodes, nodes, i);
		char name[48] = "";

		group_name(name, by, node, now_ms);
		if (!r || strcmp(r->name, name) != 0) {
			end_group(rows, from, n);
			from = n;
			r = add_row(&rows, &n, &cap);
			memcpy(r->name, name, sizeof(name));
		} else if (r->size - r->first == GROUP_CELLS) {
			r = next_part(&rows, &n, &cap);
		}
		add_node(r, node, shade, now_ms);
	}
	end_group(rows, from, n);
	*out = (struct rows){ .noun = NOUN_GROUP,
			      .size = sizeof(struct group_row),
			      .block = rows,
			      .made = rows,
			      .n = n };
}
