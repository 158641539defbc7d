/* Operations: what the engine does and did in many steps, the newest first: starts, stops,
 * teardowns. Under it the steps of the selected one, what it waits for, and what can be done.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "console/deck.h"
#include "console/words.h"

enum { ID, CLUSTER, KIND, STATE, STEP, BEGUN, TOOK, NEXT, WHO, NOW };

static const struct column narrow[] = {
	{ "", 8, 12, 9, false },
	{ "", 6, 8, 8, false },
	{ "", 7, 9, 7, false },
	{ "", 10, 0, 6, false },
};
static const unsigned char narrow_what[] = { CLUSTER, KIND, STATE, NOW };
static const struct column brief[] = {
	{ "CLUSTER", 7, 14, 9, false },
	{ "KIND", 4, 8, 8, false },
	{ "STATE", 5, 9, 8, false },
	{ "FOR", 3, 7, 4, true },
	{ "LAST ERROR / NOW", 24, 0, 7, false },
};
static const unsigned char brief_what[] = { CLUSTER, KIND, STATE, TOOK, NOW };
static const struct column full[] = {
	{ "ID", 2, 6, 5, true },	{ "CLUSTER", 7, 14, 9, false },
	{ "KIND", 4, 8, 8, false },	{ "STATE", 5, 9, 8, false },
	{ "STEP", 4, 10, 7, false },	{ "FOR", 3, 7, 4, true },
	{ "NEXT TRY", 8, 8, 6, false }, { "LAST ERROR / NOW", 16, 0, 6, false },
};
static const unsigned char full_what[] = { ID, CLUSTER, KIND, STATE, STEP, TOOK, NEXT, NOW };
static const struct column widest[] = {
	{ "ID", 2, 6, 5, true },     { "CLUSTER", 7, 20, 9, false },
	{ "KIND", 4, 8, 8, false },  { "STATE", 5, 9, 8, false },
	{ "STEP", 4, 10, 7, false }, { "BEGUN", 8, 8, 3, false },
	{ "FOR", 3, 7, 4, true },    { "NEXT TRY", 8, 8, 6, false },
	{ "BY", 2, 16, 2, false },   { "LAST ERROR / NOW", 20, 0, 6, false },
};
static const unsigned char widest_what[] = { ID,    CLUSTER, KIND, STATE, STEP,
					     BEGUN, TOOK,    NEXT, WHO,	  NOW };
static const struct pane_columns sets[] = {
	PANE_COLUMNS(0, narrow),
	PANE_COLUMNS(60, brief),
	PANE_COLUMNS(76, full),
	PANE_COLUMNS(90, widest),
};

static const struct operation *at(const struct pane *p, size_t i)
{
	return &p->rows.u.operations[i];
}

static int64_t id(const struct pane *p, size_t i)
{
	return at(p, i)->id;
}

static const char *name(const struct pane *p, size_t i)
{
	return at(p, i)->cluster;
}

static void times(const struct pane *p, const struct operation *o, int what,
		  struct table_cell *out)
{
	char text[CLOCK_TEXT] = "-";

	if (what == BEGUN)
		clock_hms(text, o->started_ms);
	else if (what == NEXT && o->state == OP_RUNNING && o->next_try_ms)
		clock_hms(text, o->next_try_ms);
	else if (what == TOOK && o->ended_ms)
		clock_span(text, o->ended_ms - o->started_ms);
	else if (what == TOOK)
		words_age(text, p->now_ms - o->started_ms);
	snprintf(out->text, sizeof(out->text), "%s", text);
}

static void cell(const struct pane *p, size_t i, int what, struct table_cell *out)
{
	const struct operation *o = at(p, i);
	bool runs = o->state == OP_RUNNING;

	switch (what) {
	case ID:
		snprintf(out->text, sizeof(out->text), "%lld", (long long)o->id);
		break;
	case CLUSTER:
		snprintf(out->text, sizeof(out->text), "%s", o->cluster);
		break;
	case KIND:
		snprintf(out->text, sizeof(out->text), "%s", op_kind_name(o->kind));
		break;
	case STATE:
		snprintf(out->text, sizeof(out->text), "%s", words_op_state(o));
		out->tone = words_op_tone(o);
		break;
	case STEP:
		snprintf(out->text, sizeof(out->text), "%s", o->step);
		break;
	case WHO:
		snprintf(out->text, sizeof(out->text), "%s", o->actor);
		out->tone = TONE_DIM;
		break;
	case NOW:
		snprintf(out->text, sizeof(out->text), "%.159s",
			 o->error[0] ? o->error : o->detail);
		out->tone = o->error[0] && runs ? TONE_WARN : words_op_tone(o);
		break;
	default:
		times(p, o, what, out);
	}
}

const struct pane_kind pane_operations = {
	.title = "Operations",
	.window = "operations",
	.noun = NOUN_OPERATION,
	.titled = true,
	.follows = true,
	PANE_SETS(sets),
	.sorts = { "", "state", "kind", "cluster", "who", "age" },
	.id = id,
	.name = name,
	.cell = cell,
};

static void right(const struct deck *d, char *out, size_t max)
{
	const struct pane *p = &d->panes[PANE_OPERATIONS];
	size_t under_way = 0;
	char n[24];

	for (size_t i = 0; p->have && i < p->rows.n; i++)
		under_way += at(p, i)->state == OP_RUNNING;
	if (p->have)
		snprintf(out, max, "%zu under way  %s in all", under_way,
			 words_number(n, p->rows.shown_total));
}

/* Where a column tells of it already, the table has the room. */
static int row_count(struct deck *d, int columns)
{
	const struct pane *p = &d->panes[PANE_OPERATIONS];
	int64_t i = pane_at(p);

	if (d->layout.detail.rows > 0)
		return 0;
	textbox_open(&d->under, "Nothing is selected");
	if (i >= 0)
		op_detail(d, &d->under, at(p, (size_t)i), true);
	return textbox_rows(&d->under, columns - 2);
}

static const char *under_title(const struct deck *d)
{
	return d->under.title;
}

static void only_open(struct deck *d)
{
	struct pane *p = &d->panes[PANE_OPERATIONS];
	const char *filter = strcmp(p->filter, "state:running") == 0 ? "" : "state:running";

	snprintf(p->filter, sizeof(p->filter), "%s", filter);
	p->offset = 0;
	p->touched = false;
}

static const struct binding keys[] = {
	{ .key = K_ENTER,
	  .keys = "Enter",
	  .group = GROUP_VIEW,
	  .help = "its steps, and what can be done",
	  .command = "operation show",
	  .cli = "%o",
	  .off = deck_op_none,
	  .run = act_op_open },
	{ .key = 'a',
	  .fkey = K_F5,
	  .keys = "F5 a",
	  .group = GROUP_VIEW,
	  .label = "Ended",
	  .help = "those that ended, too, or not",
	  .command = "operation list",
	  .cli = "--open",
	  .run = only_open },
	{ .key = 'r',
	  .fkey = K_F7,
	  .keys = "F7 r",
	  .group = GROUP_ACT,
	  .label = "Retry",
	  .help = "try again now",
	  .command = "operation retry",
	  .cli = "%o",
	  .needs = ROLE_OPERATOR,
	  .off = deck_op_no_retry,
	  .run = act_op_retry },
	{ .key = 'c',
	  .fkey = K_F8,
	  .keys = "F8 c",
	  .group = GROUP_ACT,
	  .label = "Cancel",
	  .help = "take it back, where it can be",
	  .command = "operation cancel",
	  .cli = "%o",
	  .needs = ROLE_OPERATOR,
	  .off = deck_op_no_cancel,
	  .run = act_op_cancel },
	{ .key = 'e',
	  .keys = "e",
	  .word = "explain",
	  .group = GROUP_VIEW,
	  .label = "Why",
	  .help = "why: what happened in it",
	  .command = "events",
	  .cli = "%c",
	  .off = deck_op_none,
	  .run = act_op_events },
	{ .keys = NULL },
};

const struct view view_operations = {
	.title = "Operations",
	.place = "all clusters > operations",
	.pane = PANE_OPERATIONS,
	.kind = &pane_operations,
	.keys = keys,
	.right = right,
	.hint =
	    "Enter all of it  {retry} try again now  {cancel} cancel  {explain} what happened  {ended} ended too",
	.row_count = row_count,
	.draw_row = view_detail_row,
	.under_title = under_title,
	.detail_cols = 64,
};
