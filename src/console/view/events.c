/* Events: what happened in all clusters, the newest first. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "console/pane.h"
#include "console/words.h"

enum { TIME, CLUSTER, TEXT };

static const struct column all[] = { { "", 8, 8, 8, false },
				     { "", 6, 10, 5, false },
				     { "", 20, 0, 9, false } };
static const unsigned char all_what[] = { TIME, CLUSTER, TEXT };
static const struct pane_columns sets[] = { { 0, all, all_what, ARRAY_LEN(all) } };

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

static void cell(const struct pane *p, size_t i, int what, struct table_cell *out)
{
	const struct event *e = at(p, i);
	char when[CLOCK_TEXT], text[WORDS_EVENT];

	out->tone = what == TEXT ? words_event_tone(e->level) : TONE_DIM;
	if (what == TIME)
		snprintf(out->text, sizeof(out->text), "%s", clock_hms(when, e->at_ms));
	else if (what == CLUSTER)
		snprintf(out->text, sizeof(out->text), "%s",
			 e->cluster[0] ? e->cluster : "engine");
	else
		snprintf(out->text, sizeof(out->text), "%.159s", words_event(text, e));
}

const struct pane_kind pane_events = {
	.title = "Events",
	.window = "events",
	.noun = NOUN_EVENT,
	.follows = true,
	.columns = sets,
	.n_columns = ARRAY_LEN(sets),
	.sorts = { "" },
	.id = id,
	.name = name,
	.cell = cell,
};
