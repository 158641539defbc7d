/* How wide each column is: what its rows need counts, names before sentences, and what matters
 * least shrinks and goes first. */
#include <string.h>

#include "base/text.h"
#include "console/table.h"

struct fit {
	const struct column *columns;
	size_t n;
	const int *needs; /* NULL: nothing is known of the rows */
	int *widths;
};

#define EXTRA 3 /* columns below this priority come when all others are whole */

#define SENTENCE 8 /* columns beyond its least that one is worth more than those */

/* Up to its bound. */
static int need_of(const struct fit *f, size_t i)
{
	const struct column *c = &f->columns[i];

	int most = c->max > 0 ? c->max : c->min + SENTENCE;

	if (!f->needs || f->needs[i] <= 0)
		return c->min;
	return f->needs[i] > most ? most : f->needs[i];
}

/* A column whose rows are short does not take its least room for nothing, and a number that is
 * cut is another number. */
static int least_of(const struct fit *f, size_t i)
{
	const struct column *c = &f->columns[i];
	int need = need_of(f, i);

	return c->right || need < c->min ? need : c->min;
}

static int room_wanted(const struct fit *f)
{
	int room = 0;

	for (size_t i = 0; i < f->n; i++)
		if (f->widths[i] > 0)
			room += need_of(f, i) + (room > 0);
	return room;
}

static int room_taken(const struct fit *f)
{
	int room = 0;

	for (size_t i = 0; i < f->n; i++)
		if (f->widths[i] > 0)
			room += f->widths[i] + (room > 0);
	return room;
}

/* The shown column that matters least, the rightmost of equals; 0 when only the first is left.
 */
static size_t least_wanted(const struct fit *f)
{
	size_t worst = 0;

	for (size_t i = 1; i < f->n; i++)
		if (f->widths[i] > 0 &&
		    (worst == 0 || f->columns[i].priority <= f->columns[worst].priority))
			worst = i;
	return worst;
}

/* In this order: what is bounded up to its bound, sentences up to what they say, names beyond
 * their bound, some air between all of them, and sentences take the rest. */
enum round { TO_BOUND, SENTENCES, BEYOND, SOME_AIR, THE_REST, ROUNDS };

#define AIR 2 /* columns beyond what is needed */

static int goal_of(const struct fit *f, size_t i, enum round round)
{
	const struct column *c = &f->columns[i];
	int need = f->needs ? f->needs[i] : 0;

	switch (round) {
	case TO_BOUND:
		return c->max > 0 && need > 0 && need < c->max ? need : c->max;
	case SENTENCES:
		return c->max > 0 ? 0 : need;
	case BEYOND:
		return c->max > 0 && !c->right ? need : 0;
	case SOME_AIR:
		return c->max > 0 && need > 0 ? need + AIR : 0;
	default:
		return c->max > 0 ? 0 : INT16_MAX;
	}
}

/* Columns of one priority grow together, for air all do. Returns what is left. */
static int deal_out(const struct fit *f, enum round round, int priority, int left)
{
	for (bool dealt = true; left > 0 && dealt;) {
		dealt = false;
		for (size_t i = 0; i < f->n && left > 0; i++) {
			if (f->widths[i] == 0 || f->widths[i] >= goal_of(f, i, round) ||
			    (round != SOME_AIR && f->columns[i].priority != priority))
				continue;
			f->widths[i]++;
			left--;
			dealt = true;
		}
	}
	return left;
}

static int highest_priority(const struct fit *f)
{
	int highest = 0;

	for (size_t i = 0; i < f->n; i++)
		if (f->columns[i].priority > highest)
			highest = f->columns[i].priority;
	return highest;
}

size_t table_fit(const struct column *columns, size_t n, size_t first, const int *needs,
		 int room, int widths[TABLE_COLUMNS_MAX])
{
	struct fit f = { columns, n, needs, widths };
	size_t hidden = 0, i;
	int left;

	for (i = 0; i < n; i++)
		widths[i] = i > 0 && i <= first ? 0 : least_of(&f, i);
	while (room_wanted(&f) > room && (i = least_wanted(&f)) > 0 &&
	       columns[i].priority < EXTRA)
		widths[i] = 0;
	while (room_taken(&f) > room && (i = least_wanted(&f)) > 0)
		widths[i] = 0;
	left = room - room_taken(&f);
	if (n > 0 && left < 0)
		widths[0] = room > 0 ? room : 1;
	for (int round = TO_BOUND; round < ROUNDS; round++)
		for (int p = highest_priority(&f); p >= 0; p--)
			left = deal_out(&f, (enum round)round, p, left);
	for (i = 0; i < n; i++)
		hidden += widths[i] == 0;
	return hidden;
}

/* What was needed once stays: columns do not move while rows come and go. Other columns, or no
 * rows, begin anew. */
static void forget(struct table *t)
{
	bool empty = t->count == 0 || t->needs_of != t->columns;

	t->needs_of = t->columns;
	for (size_t i = 0; i < t->n_columns; i++) {
		if (!empty && t->needs_title[i] == t->columns[i].title)
			continue;
		t->needs_title[i] = t->columns[i].title;
		t->needs[i] = text_width(t->columns[i].title);
	}
}

void table_forget(struct table *t)
{
	t->needs_of = NULL;
}

void table_measure(struct table *t)
{
	forget(t);
	for (int r = 0; r < t->rows && t->top + (size_t)r < t->count; r++)
		for (size_t i = 0; i < t->n_columns; i++) {
			struct table_cell c = { .tone = TONE_TEXT };
			int width;

			t->source->cell(t->arg, t->top + (size_t)r, i, &c);
			width = text_width(c.text);
			if (width > t->needs[i])
				t->needs[i] = width;
		}
}
