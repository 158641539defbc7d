/* The line being typed over the footer: command, search, filter. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "console/deck.h"

#define FILTER_MS 200 /* five times a second at most (tui.md 5) */

static void open_prompt(struct deck *d, enum prompt_use use, const char *label,
			const char *text)
{
	d->prompt_use = use;
	prompt_open(&d->prompts[use], label, text);
	d->mode = AT_PROMPT;
}

void deck_open_find(struct deck *d)
{
	open_prompt(d, FOR_FIND, "/", "");
}

void deck_open_filter(struct deck *d)
{
	snprintf(d->filter_before, sizeof(d->filter_before), "%s", d->panes[d->focus].filter);
	open_prompt(d, FOR_FILTER, "filter: ", d->filter_before);
}

void deck_open_command(struct deck *d)
{
	open_prompt(d, FOR_COMMAND, ":", "");
}

void deck_find_again(struct deck *d, int step)
{
	d->panes[d->focus].touched = true;
	if (!pane_find(&d->panes[d->focus], d->find, step))
		deck_say(d, TONE_WARN, "\"%.60s\" is not among the rows shown", d->find);
}

static void set_filter(struct pane *p, const char *text)
{
	size_t n = strlen(text);

	n = n < sizeof(p->filter) ? n : sizeof(p->filter) - 1;
	if (strncmp(p->filter, text, n) == 0 && p->filter[n] == '\0')
		return;
	memmove(p->filter, text, n);
	p->filter[n] = '\0';
	p->offset = 0;
}

/* What is typed so far filters already; the engine keeps the last good result meanwhile. */
void deck_filter_typed(struct deck *d)
{
	if (d->mode != AT_PROMPT || d->prompt_use != FOR_FILTER)
		return;
	set_filter(&d->panes[d->focus], d->prompts[FOR_FILTER].text);
	d->filtered_ms = display_now();
	deck_watch(d);
}

/* The first key after a rest at once, more of them together. */
static void filter_soon(struct deck *d)
{
	int64_t wait = d->filtered_ms + FILTER_MS - display_now();

	if (wait <= 0)
		deck_filter_typed(d);
	else if (!timer_on(d->filter_timer))
		timer_set(d->filter_timer, (int64_t)((double)wait * clock_factor()));
}

static void filter_ended(struct deck *d, bool done, const char *text)
{
	timer_stop(d->filter_timer);
	set_filter(&d->panes[d->focus], done ? text : d->filter_before);
}

static void prompt_done(struct deck *d, const char *text)
{
	switch (d->prompt_use) {
	case FOR_COMMAND:
		deck_run_line(d, text);
		break;
	case FOR_FIND:
		memcpy(d->find, text, strlen(text) + 1);
		if (text[0])
			deck_find_again(d, 1);
		break;
	case FOR_FILTER:
		break;
	case FOR_COPY:
		act_edit_as(d, text);
		break;
	default:
		break;
	}
}

void deck_prompt_key(struct deck *d, const struct key *k)
{
	struct prompt *p = &d->prompts[d->prompt_use];
	enum prompt_end end = prompt_key(p, k);

	if (end == PROMPT_OPEN) {
		if (d->prompt_use == FOR_FILTER)
			filter_soon(d);
		return;
	}
	d->mode = AT_PANES;
	if (d->prompt_use == FOR_FILTER)
		filter_ended(d, end == PROMPT_DONE, p->text);
	if (end == PROMPT_DONE)
		prompt_done(d, p->text);
}
