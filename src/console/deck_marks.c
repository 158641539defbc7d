/* Marks beyond single rows: the list of them, all that an expression finds, and what was
 * marked. */
#include <stdio.h>
#include <string.h>

#include "console/deck.h"
#include "console/words.h"

const char *deck_no_marks(const struct deck *d, char out[80])
{
	(void)out;
	if (!d->panes[d->focus].kind->marks)
		return "nothing can be marked here";
	return d->panes[d->focus].table.n_marks > 0 ? NULL : "nothing is marked: Space marks";
}

/* Those that the filter hides are acted upon as well: the list says which they are. */
void act_list_marked(struct deck *d)
{
	const struct pane *p = &d->panes[d->focus];
	size_t hidden = 0;

	textbox_open(&d->box, "Marked");
	for (size_t i = 0; i < p->n_marks; i++)
		hidden += !p->marks[i].seen;
	textbox_add(&d->box, TONE_TITLE, "%zu marked in %s%s", p->n_marks, p->kind->title,
		    hidden ? "" : ", all in sight");
	if (hidden)
		textbox_add(
		    &d->box, TONE_WARN,
		    "%zu of them out of sight (filtered out, or further away): an act takes them, too",
		    hidden);
	for (size_t i = 0; i < p->n_marks; i++)
		textbox_add(&d->box, p->marks[i].seen ? TONE_TEXT : TONE_WARN, "  %-30s %s",
			    p->marks[i].name, p->marks[i].seen ? "" : "out of sight");
	textbox_add(&d->box, TONE_DIM, "U unmarks all; y copies this list");
	deck_open_box(d);
}

/* All that pass an expression, also where the pane's own filter hides them. */

void deck_mark_expr(struct deck *d, const char *expr)
{
	if (!d->panes[d->focus].kind->marks)
		deck_say(d, TONE_WARN, "nothing can be marked here");
	else if (!expr[0])
		deck_say(d, TONE_WARN, "mark what? for example: mark state:failed");
	else {
		snprintf(d->mark_expr, sizeof(d->mark_expr), "%s", expr);
		d->mark_pane = d->focus;
	}
}

bool deck_mark_window(const struct deck *d, struct window *w)
{
	const struct pane *p = &d->panes[d->mark_pane];

	if (!d->mark_expr[0])
		return false;
	*w = (struct window){ .noun = p->kind->noun, .count = PANE_MARKS_MAX, .fold = p->fold };
	snprintf(w->id, sizeof(w->id), "mark");
	if (p->kind->of_cluster)
		snprintf(w->cluster, sizeof(w->cluster), "%s", d->cluster);
	snprintf(w->filter, sizeof(w->filter), "%s", d->mark_expr);
	return true;
}

void deck_mark_found(struct deck *d)
{
	struct pane *p = &d->panes[d->mark_pane];
	struct mirror_rows rows;
	char n[24];

	if (!d->mark_expr[0] || !mirror_rows(d->mirror, "mark", &rows))
		return;
	if (rows.error && rows.error[0])
		deck_say(d, TONE_FAIL, "%s", rows.error);
	else {
		pane_mark_rows(p, &rows);
		deck_say(d, TONE_OK, "%s found, %zu marked%s", words_number(n, (int64_t)rows.n),
			 p->table.n_marks,
			 rows.shown_total > (int64_t)rows.n ? ": more is not done at once"
							    : "");
	}
	d->mark_expr[0] = '\0';
}

/* What is done to the marked is done to an open range, too: it ends at the cursor. On the
 * Deck's map there are no ranges. */
bool deck_end_range(struct deck *d, enum pane_id id)
{
	if (id == PANE_NODES && deck_maps(d))
		return true;
	switch (pane_end_range(&d->panes[id])) {
	case RANGE_ASKED:
		deck_say(
		    d, TONE_WARN,
		    "rows of the range are still fetched: once they are marked, once more");
		return false;
	case RANGE_LOST:
		deck_say(
		    d, TONE_WARN,
		    "the row where the range began is gone: nothing was done, v begins anew");
		return false;
	default:
		return true;
	}
}

/* Of "*", "+" and "v", which touch many rows at once. */
void deck_say_marks(struct deck *d, uint32_t key)
{
	const struct pane *p = &d->panes[d->focus];

	if (key == 'v' && p->table.range_from)
		deck_say(
		    d, TONE_TEXT,
		    "a range begins here: move, then v marks it, or an act takes all of it");
	else if (key != ' ')
		deck_say(d, TONE_TEXT,
			 p->table.n_marks ? "%zu marked; %s lists them, U unmarks"
					  : "%zu marked",
			 p->table.n_marks, KEY_FOR(d, "marked"));
}
