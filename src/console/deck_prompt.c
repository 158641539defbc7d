/* The line being typed over the footer: command, search, filter. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "console/deck.h"
#include "console/filter_typed.h"
#include "console/words.h"

#define FILTER_MS    200 /* five times a second at most (tui.md 5) */
#define CHOICE_ROWS  10
#define CHOICE_WIDTH 22

void deck_open_prompt(struct deck *d, enum prompt_use use, const char *label, const char *text)
{
	d->prompt_use = use;
	prompt_open(&d->prompts[use], label, text);
	d->listing = false;
	d->choices.n = 0;
	d->mode = AT_PROMPT;
}

void deck_open_find(struct deck *d)
{
	deck_open_prompt(d, FOR_FIND, "/", "");
}

void deck_open_filter(struct deck *d)
{
	struct pane *p = &d->panes[d->focus];

	snprintf(d->filter_before, sizeof(d->filter_before), "%s", p->filter);
	d->prompts[FOR_FILTER].max = p->scope[0] ? PANE_SCOPED_FILTER : sizeof(p->filter) - 1;
	deck_open_prompt(d, FOR_FILTER, "filter: ", d->filter_before);
}

void deck_open_command(struct deck *d)
{
	d->params.path[0] = '\0'; /* it may have changed since */
	deck_names_forget(d);
	deck_open_prompt(d, FOR_COMMAND, ":", "");
}

void deck_find_again(struct deck *d, int step)
{
	if (d->view && d->view->find) {
		if (!d->view->find(d, d->find, step))
			deck_say(d, TONE_WARN, "\"%.60s\" is in none of the lines shown",
				 d->find);
		return;
	}
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

/* Bytes of the filter being typed that can be asked for. */
static size_t finished(const struct deck *d)
{
	return filter_finished(d->panes[d->focus].kind->noun, d->prompts[FOR_FILTER].text);
}

/* What is typed so far filters already, as far as it says something; of what the engine cannot
 * read it keeps the last good result. */
void deck_filter_typed(struct deck *d)
{
	char text[PROMPT_TEXT];

	if (d->mode != AT_PROMPT || d->prompt_use != FOR_FILTER)
		return;
	snprintf(text, sizeof(text), "%.*s", (int)finished(d), d->prompts[FOR_FILTER].text);
	set_filter(&d->panes[d->focus], text);
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
	struct pane *p = &d->panes[d->focus];

	timer_stop(d->filter_timer);
	/* what was there before, not what was typed on the way: that is what comes back */
	memcpy(p->good, d->filter_before, sizeof(p->good));
	set_filter(p, done ? text : d->filter_before);
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
	case FOR_LOG:
		log_save_as(d, text);
		break;
	case FOR_COPY:
		act_edit_as(d, text);
		break;
	case FOR_SAVE:
		deck_save_view(d, text);
		break;
	default:
		break;
	}
}

/* The engine has said of this very text that it is no filter. */
static bool is_refused(const struct deck *d, const char *text)
{
	const struct pane *p = &d->panes[d->focus];

	return p->have && strcmp(p->filter, text) == 0 && p->rows.answered && p->rows.error &&
	       p->rows.error[0];
}

void deck_prompt_key(struct deck *d, const struct key *k)
{
	struct prompt *p = &d->prompts[d->prompt_use];
	enum prompt_end end;

	d->listing = d->listing && k->code == K_TAB;
	end = prompt_key(p, k);
	if (end == PROMPT_OPEN && p->deaf && k->code != K_MOUSE) {
		char key[16];

		snprintf(p->hint, sizeof(p->hint), "%s does nothing here; F1 helps",
			 key_name(key, k->code));
	}
	if (end == PROMPT_OPEN) {
		if (d->prompt_use == FOR_COMMAND) {
			deck_choices_ask(d, p->text, p->at);
			if (k->code != K_TAB) /* which has chosen them */
				deck_choices(d, p->text, p->at, &d->choices);
		}
		if (d->prompt_use == FOR_FILTER)
			filter_soon(d);
		return;
	}
	if (end == PROMPT_DONE && d->prompt_use == FOR_FILTER && is_refused(d, p->text))
		return; /* what is wrong with it stands beside it */
	d->mode = AT_PANES;
	if (d->prompt_use == FOR_FILTER)
		filter_ended(d, end == PROMPT_DONE, p->text);
	if (end == PROMPT_DONE)
		prompt_done(d, p->text);
}

/* Drawing */

/* Beside a filter that is being typed stands how many pass it, or where it is wrong. */
static enum tone prompt_note(const struct deck *d, char out[160])
{
	const struct prompt *p = &d->prompts[d->prompt_use];
	const struct pane *at = &d->panes[d->focus];
	char a[24], b[24];

	snprintf(out, 160, "%s", p->hint);
	if (d->prompt_use != FOR_FILTER || !at->have)
		return TONE_DIM;
	if (at->rows.error && at->rows.error[0]) {
		snprintf(out, 160, "%.150s", at->rows.error);
		return TONE_WARN;
	}
	snprintf(out, 160, "%.100s%s%s of %s", p->hint, p->hint[0] ? "   " : "",
		 words_number(a, at->rows.shown_total), words_number(b, at->rows.total));
	if (finished(d) < p->len)
		return TONE_WARN;
	return TONE_TEXT;
}

void deck_draw_prompt(const struct deck *d, struct screen *s, int row)
{
	struct prompt shown;
	const struct prompt *p = &d->prompts[d->prompt_use];
	char note[160];
	enum tone tone = prompt_note(d, note);
	bool wrong = d->prompt_use == FOR_FILTER && tone == TONE_WARN;
	int want = (int)strlen(p->label) + text_width(p->text) + 2 + (wrong ? 2 : 0);
	int width = text_width(note), left = s->cols - 2 - width;

	if (left < want && left < 30)
		left = want < s->cols - 12 ? want : s->cols - 12;
	if (!note[0])
		left = s->cols - 1;
	if (wrong) { /* not complete yet */
		shown = *p;
		snprintf(shown.label, sizeof(shown.label), "? %.12s", p->label);
		p = &shown;
	}
	prompt_draw(p, s, row, 1, left - 1);
	if (note[0])
		screen_put_right(s, row, left + 1, tone, 0, note, s->cols - left - 2);
}

/* What could stand there, over the panes: the line about the command, then the choices. */
void deck_draw_choices(const struct deck *d, struct screen *s, struct area body)
{
	const struct choices *c = &d->choices;
	bool usage = c->usage[0] != '\0';
	int want = (int)c->n + usage + 2, rows = want < CHOICE_ROWS ? want : CHOICE_ROWS;
	struct area box = { body.row + body.rows - rows, 0, rows, s->cols };
	char title[80];
	size_t marked = pane_marks(&d->panes[d->focus]);

	if (d->mode != AT_PROMPT || (!d->listing && d->prompt_use != FOR_COMMAND) ||
	    (c->n == 0 && !usage) || rows > body.rows - 3)
		return;
	screen_fill(s, box, TONE_TEXT, 0);
	if (marked > 0)
		snprintf(title, sizeof(title), "%zu fit, %zu marked", c->n + c->more, marked);
	else
		snprintf(title, sizeof(title), "%zu fit", c->n + c->more);
	screen_box(s, box, TONE_DIM, title);
	if (usage)
		screen_put(s, box.row + 1, 2, TONE_TITLE, 0, c->usage, box.cols - 4);
	for (int i = 0; i < rows - 2 - usage && i < (int)c->n; i++) {
		int row = box.row + 1 + usage + i;
		int used = screen_put(s, row, 2, TONE_TEXT, 0, c->v[i].text, CHOICE_WIDTH);
		int col = 2 + (used < CHOICE_WIDTH ? CHOICE_WIDTH : used) + 2;

		screen_put(s, row, col,
			   strcmp(c->v[i].help, "marked") == 0 ? TONE_MARK : TONE_DIM, 0,
			   c->v[i].help, box.cols - col - 2);
	}
	if ((int)c->n > rows - 2 - usage)
		screen_putf(s, box.row + rows - 1, 2, TONE_DIM, 0, box.cols - 4,
			    " %zu more: type on, or Tab ",
			    c->n - (size_t)(rows - 2 - usage) + c->more);
}
