/* Events: what happened in all clusters, the newest first. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "console/deck.h"
#include "console/words.h"

enum { TIME, CLUSTER, TEXT, LEVEL, WHO, OBJECT, MESSAGE, OPERATION };

static const struct column all[] = { { "", 8, 8, 8, false },
				     { "", 6, 10, 5, false },
				     { "", 20, 0, 9, false } };
static const unsigned char all_what[] = { TIME, CLUSTER, TEXT };
static const struct pane_columns sets[] = { PANE_COLUMNS(0, all) };

static const struct event *at(const struct pane *p, size_t i)
{
	return &p->rows.u.events[i];
}

static int64_t id(const struct pane *p, size_t i)
{
	return at(p, i)->seq;
}

static const char *name(const struct pane *p, size_t i)
{
	return at(p, i)->object;
}

static void level(const struct event *e, struct table_cell *out)
{
	static const char *const words[] = { "INFO", "WARN", "ERROR" };

	snprintf(out->text, sizeof(out->text), "%s", words[e->level]);
	out->tone = words_event_tone(e->level);
}

static void cell(const struct pane *p, size_t i, int what, struct table_cell *out)
{
	const struct event *e = at(p, i);
	char when[CLOCK_TEXT], text[WORDS_EVENT];

	out->tone = what == TEXT || what == MESSAGE ? words_event_tone(e->level) : TONE_DIM;
	if (what == TIME)
		snprintf(out->text, sizeof(out->text), "%s", clock_hms(when, e->at_ms));
	else if (what == LEVEL)
		level(e, out);
	else if (what == WHO)
		snprintf(out->text, sizeof(out->text), "%s", e->actor[0] ? e->actor : "engine");
	else if (what == OBJECT)
		snprintf(out->text, sizeof(out->text), "%s", e->object);
	else if (what == OPERATION && e->operation_id)
		snprintf(out->text, sizeof(out->text), "op %lld", (long long)e->operation_id);
	else if (what == OPERATION)
		snprintf(out->text, sizeof(out->text), "-");
	else if (what == MESSAGE)
		snprintf(out->text, sizeof(out->text), "%.159s", e->text);
	else if (what == CLUSTER)
		snprintf(out->text, sizeof(out->text), "%s",
			 e->cluster[0] ? e->cluster : "engine");
	else
		snprintf(out->text, sizeof(out->text), "%.159s", words_event(text, e));
}

/* What the pane of the Deck and the full view have in common. */
#define A_EVENTS_TABLE                                                                         \
	.title = "Events", .window = "events", .noun = NOUN_EVENT, .follows = true,            \
	.sorts = { "", "level", "cluster", "who", "object" }, .id = id, .name = name,          \
	.cell = cell

const struct pane_kind pane_events = {
	A_EVENTS_TABLE,
	PANE_SETS(sets),
};

/* The full view: all clusters, who did what, and under it the whole of the selected one. */

static const struct column brief[] = { { "TIME", 8, 8, 8, false },
				       { "CLUSTER", 7, 10, 5, false },
				       { "EVENT", 20, 0, 9, false } };
static const struct column full[] = {
	{ "TIME", 8, 8, 8, false },	{ "LEVEL", 5, 5, 5, false },
	{ "CLUSTER", 8, 14, 6, false }, { "OBJECT", 8, 14, 3, false },
	{ "WHO", 6, 12, 4, false },	{ "MESSAGE", 20, 0, 9, false },
};
static const unsigned char full_what[] = { TIME, LEVEL, CLUSTER, OBJECT, WHO, MESSAGE };
static const struct column wide[] = {
	{ "TIME", 8, 8, 8, false },	{ "LEVEL", 5, 5, 5, false },
	{ "WHO", 6, 12, 4, false },	{ "CLUSTER", 8, 14, 6, false },
	{ "OBJECT", 8, 16, 3, false },	{ "OPERATION", 9, 9, 2, false },
	{ "MESSAGE", 20, 0, 9, false },
};
static const unsigned char wide_what[] = {
	TIME, LEVEL, WHO, CLUSTER, OBJECT, OPERATION, MESSAGE
};
static const unsigned char brief_what[] = { TIME, CLUSTER, TEXT };
static const struct pane_columns full_sets[] = {
	PANE_COLUMNS(0, all),
	PANE_COLUMNS(60, brief),
	PANE_COLUMNS(76, full),
	PANE_COLUMNS(100, wide),
};

static const struct pane_kind kind = {
	A_EVENTS_TABLE,
	.titled = true,
	PANE_SETS(full_sets),
};

/* Filters by one key; the same key takes them away. */

static void toggle(struct deck *d, const char *filter)
{
	struct pane *p = &d->panes[PANE_EVENTS];

	if (strcmp(p->filter, filter) == 0)
		filter = "";
	snprintf(p->filter, sizeof(p->filter), "%s", filter);
	p->offset = 0;
	p->touched = false;
}

static void only_people(struct deck *d)
{
	toggle(d, "!who:engine");
}

static void only_trouble(struct deck *d)
{
	toggle(d, "level:warn,error");
}

static void newest(struct deck *d)
{
	struct pane *p = &d->panes[PANE_EVENTS];

	p->touched = false;
	table_go(&p->table, 0);
}

static const char *no_event(const struct deck *d, char out[80])
{
	(void)out;
	return deck_event(d) ? NULL : "no event is under the cursor";
}

/* Of which kind the object is, its name says: "htc-3", "job 12", "array htc". */
static void open_object(struct deck *d)
{
	struct event e = *deck_event(d);
	char name[80];

	deck_event_object(name, &e);
	if (e.cluster[0] && !deck_choose_cluster(d, e.cluster))
		deck_say(d, TONE_WARN, "cluster %s is not there any more", e.cluster);
	else if (strncmp(name, "job ", 4) == 0)
		deck_open_row(d, &view_jobs, "id", name + 4);
	else if (name[0] && !strchr(name, ' ') && e.cluster[0])
		deck_open_row(d, &view_node, "name", name);
	else if (e.operation_id)
		act_operation_open(d, e.operation_id);
	else if (e.cluster[0])
		view_open(d, &view_clusters);
	else
		deck_open_detail(d);
}

static void open_operation(struct deck *d)
{
	if (deck_event(d) && deck_event(d)->operation_id)
		act_operation_open(d, deck_event(d)->operation_id);
	else
		act_operations(d);
}

static const struct binding keys[] = {
	{ .key = K_ENTER,
	  .keys = "Enter",
	  .group = GROUP_VIEW,
	  .help = "open the object of the event",
	  .off = no_event,
	  .run = open_object },
	{ .key = 'o',
	  .keys = "o",
	  .word = "operations",
	  .group = GROUP_VIEW,
	  .help = "its operation, or all of them",
	  .command = "operation list",
	  .cli = "",
	  .run = open_operation },
	{ .key = 'i',
	  .keys = "i",
	  .word = "detail",
	  .group = GROUP_VIEW,
	  .help = "all that is known of it",
	  .off = no_event,
	  .run = deck_open_detail },
	{ .key = 'F',
	  .fkey = K_F5,
	  .keys = "F5 F",
	  .group = GROUP_VIEW,
	  .label = "Follow",
	  .help = "go on with the newest",
	  .command = "events",
	  .cli = "--follow",
	  .run = newest },
	{ .key = 'P',
	  .fkey = K_F7,
	  .keys = "F7 P",
	  .group = GROUP_VIEW,
	  .label = "People",
	  .help = "only what people did, or all",
	  .run = only_people },
	{ .key = 'W',
	  .fkey = K_F8,
	  .keys = "F8 W",
	  .group = GROUP_VIEW,
	  .label = "Warnings",
	  .help = "warnings and errors, or all",
	  .run = only_trouble },
	{ .keys = NULL },
};

static void right(const struct deck *d, char *out, size_t max)
{
	const struct pane *p = &d->panes[PANE_EVENTS];
	char a[24], b[24];

	if (p->have)
		snprintf(out, max, "%s%s of %s", p->touched ? "" : "FOLLOW  ",
			 words_number(a, p->rows.shown_total), words_number(b, p->rows.total));
}

/* Where a column tells of it already, the table has the room. */
static int row_count(struct deck *d, int columns)
{
	return d->layout.detail.rows > 0 ? 0 : view_detail_rows(d, columns);
}

const struct view view_events = {
	.title = "Events",
	.place = "all clusters > events",
	.pane = PANE_EVENTS,
	.kind = &kind,
	.keys = keys,
	.right = right,
	.hint =
	    "Enter object  {operations} its operation  {explain} why  {people} what people did  {warnings} warnings  {detail} detail",
	.row_count = row_count,
	.draw_row = view_detail_row,
};
