/* Sentences at the foot of the screen: whole, however short its lines are. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "console/deck.h"

#define MESSAGE_LINES 5
#define MESSAGE_TEXT  1024

int deck_put_message(struct screen *s, int row, enum tone tone, const char *text)
{
	char clean[MESSAGE_TEXT];
	const char *lines[MESSAGE_LINES];
	int bytes[MESSAGE_LINES], n = 0, columns = s->cols - 2;

	text_clean(clean, sizeof(clean), text, strlen(text));
	text = clean;
	for (; *text && n < MESSAGE_LINES; n++) {
		lines[n] = text;
		bytes[n] = (int)textbox_fold(text, columns);
		text += bytes[n];
		text += strspn(text, " ");
	}
	if (*text) /* and its end is cut */
		bytes[n - 1] = (int)strlen(lines[n - 1]);
	for (int i = 0; i < n; i++) {
		int at = row - n + 1 + i;

		screen_fill(s, (struct area){ at, 0, 1, s->cols }, TONE_TEXT, 0);
		screen_putf(s, at, 1, tone, 0, columns, "%.*s", bytes[i], lines[i]);
	}
	return n > 0 ? row - n + 1 : row;
}

static void note_back(struct deck *d)
{
	char span[CLOCK_TEXT];

	deck_note(d, TONE_OK, "the engine is back, after %s",
		  clock_span(span, display_now() - d->silent_ms));
	d->was_silent = false;
}

static void note_silent(struct deck *d, int64_t quiet, const char *what)
{
	if (!d->was_silent)
		d->silent_ms = display_now() - quiet;
	if (!d->was_silent || !quiet) /* that it is lost is told of one that hung, too */
		deck_note(d, TONE_FAIL, "%s", what);
	d->was_silent = true;
}

/* What was said before the engine was lost gives way: ":messages" has it. */
void deck_see_link(struct deck *d)
{
	enum mirror_link link = mirror_link(d->mirror);
	int64_t quiet = mirror_quiet_ms(d->mirror);
	bool lost = link == MIRROR_LOST;

	if (lost && !d->was_lost) {
		if (d->mode != AT_PROMPT)
			d->message[0] = '\0';
		note_silent(d, 0,
			    mirror_engine(d->mirror)
				? "the engine is lost: there is no connection to it"
				: "the engine was not reached");
	} else if (link == MIRROR_LIVE && quiet > 0) {
		note_silent(d, quiet, "the engine does not answer: it is busy or stopped");
	} else if (link == MIRROR_LIVE && d->was_silent) {
		note_back(d);
	}
	d->was_lost = lost;
}

#define LOST	  "ENGINE LOST"
#define LOST_TEXT 700

/* Small terminals have no lamps: there it says first what is the matter. */
void deck_put_lost(const struct deck *d, struct screen *s, int row)
{
	const char *cure = d->options->start;
	const char *first = d->layout.tabs_row < 0 ? LOST " " : "";
	bool ended = cure && deck_demo_ended(d);
	char text[LOST_TEXT];
	int top;

	snprintf(
	    text, sizeof(text), "%s%s%s", first,
	    ended  ? "the demo was ended, with all that ran in it; another one is started by: "
	    : cure ? "what runs goes on; the engine is started again by: "
		   : mirror_link_text(d->mirror),
	    cure ? cure : "");
	if (cure && text_width(text) > s->cols - 2) { /* then it stands whole in its line */
		text[strlen(text) - strlen(cure)] = '\0';
		row = deck_put_message(s, row, TONE_TITLE, cure) - 1;
	}
	top = deck_put_message(s, row, TONE_WARN, text);
	if (first[0])
		screen_put(s, top, 1, TONE_FAIL, LOOK_BOLD, LOST, s->cols - 2);
}

void deck_put_quiet(const struct deck *d, struct screen *s, int row)
{
	int64_t quiet = mirror_quiet_ms(d->mirror);
	char text[LOST_TEXT], when[CLOCK_TEXT];

	snprintf(
	    text, sizeof(text),
	    "the engine does not answer for %lld s: it is busy or stopped; this is as of %s",
	    (long long)quiet / 1000, clock_hms(when, deck_now(d) - quiet));
	deck_put_message(s, row, TONE_WARN, text);
}
