/* One operation: its steps as the engine tells them, what it waits for, and what can be done.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "console/deck.h"
#include "console/words.h"

static const struct operation *here(const struct deck *d)
{
	const struct pane *p = &d->panes[PANE_OPERATIONS];
	int64_t i = d->focus == PANE_OPERATIONS ? pane_at(p) : -1;

	return i < 0 ? NULL : &p->rows.u.operations[i];
}

/* It changes with each step and each error, and is asked for again then. */
static void key_of(char out[160], const struct operation *o)
{
	snprintf(out, 160, "%lld %s %d %lld %d", (long long)o->id, o->step, (int)o->state,
		 (long long)o->next_try_ms, o->cancel_asked);
}

bool op_wanted(const struct deck *d)
{
	const struct operation *o = here(d);
	char key[160];

	if (!o)
		return false;
	key_of(key, o);
	return strcmp(key, d->op.asked) != 0;
}

static void title_of(char out[80], const struct operation *o)
{
	snprintf(out, 80, "op %lld  %s of %.40s", (long long)o->id, op_kind_name(o->kind),
		 o->cluster);
}

static void on_told(struct deck *d, const struct json *answer, const char *key)
{
	char title[80] = "";

	if (strcmp(key, d->op.asked) != 0)
		return;
	json_free(d->op.told);
	d->op.told = json_copy(answer);
	deck_load(d);
	if (here(d))
		title_of(title, here(d));
	/* its box was opened before this came; any other box stays */
	if (d->mode == AT_BOX && here(d) && strcmp(d->box.title, title) == 0)
		op_detail(d, &d->box, here(d), false);
}

void act_op_open(struct deck *d)
{
	op_detail(d, &d->box, here(d), false);
	deck_open_box(d);
}

void act_fetch_op(struct deck *d)
{
	const struct operation *o;
	char id[24];

	deck_load(d);
	o = here(d);
	if (!o)
		return;
	key_of(d->op.asked, o);
	snprintf(id, sizeof(id), "%lld", (long long)o->id);
	deck_get_quietly(d, client_path("/v1/operations/%", id, (char *)NULL), on_told,
			 d->op.asked);
}

static const struct json *told(const struct deck *d, const struct operation *o)
{
	return json_int(d->op.told, "id", 0) == o->id ? d->op.told : NULL;
}

/*
 * Drawn
 */

static const struct json *step_begun(const struct json *times, const char *name, size_t *at)
{
	for (size_t i = json_len(times); i-- > 0;)
		if (strcmp(json_str(json_at(times, i), "name", ""), name) == 0) {
			*at = i;
			return json_at(times, i);
		}
	return NULL;
}

/* All steps in a line or two: "ok key 14s  ok group 9s  > head 2m  - ssh". */
static void steps_short(struct textbox *out, const struct deck *d, const struct operation *o,
			const struct json *steps, const struct json *times)
{
	char line[600] = "";
	size_t used = 0;

	for (size_t i = 0; i < json_len(steps) && used + 40 < sizeof(line); i++) {
		const char *name = json_text(json_at(steps, i));
		bool last = strcmp(o->step, name) == 0, runs = o->state == OP_RUNNING;
		char span[CLOCK_TEXT] = "";
		size_t at = 0;
		const struct json *s = step_begun(times, name, &at),
				  *after = json_at(times, at + 1);
		int64_t from = json_int(s, "at_ms", o->step_ms);

		if (s && last && runs)
			words_age(span, deck_now(d) - from);
		else if (s)
			clock_span(span, json_int(after, "at_ms", o->ended_ms) - from);
		used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%s %.12s%s%s",
					 i ? "  " : "",
					 last && runs		       ? o->error[0] ? "!" : ">"
					 : last && o->state != OP_DONE ? "!!"
					 : s || last		       ? "ok"
								       : "-",
					 name, span[0] ? " " : "", span);
	}
	textbox_field(out, TONE_TEXT, "steps", "%s", line);
}

static void one_step(struct textbox *out, const struct deck *d, const struct operation *o,
		     const struct json *times, const char *name)
{
	char when[CLOCK_TEXT], span[CLOCK_TEXT];
	const char *mark = "ok";
	enum tone tone = TONE_OK;
	size_t i = 0;
	const struct json *s = step_begun(times, name, &i);
	bool last = strcmp(o->step, name) == 0;
	int64_t at = json_int(s, "at_ms", 0), to = o->ended_ms;

	if (!s && !last) {
		textbox_add(out, TONE_DIM, "  [  ] %s", name);
		return;
	}
	if (last && o->state == OP_RUNNING) {
		mark = o->error[0] ? "! " : "> ";
		tone = o->error[0] ? TONE_WARN : TONE_BOOT;
	} else if (last && o->state != OP_DONE) {
		mark = "!!";
		tone = words_op_tone(o);
	}
	if (!last)
		to = json_int(json_at(times, i + 1), "at_ms", to);
	at = at ? at : o->step_ms;
	if (last && o->state == OP_RUNNING)
		words_age(span, deck_now(d) - at);
	else
		clock_span(span, to > at ? to - at : 0);
	textbox_add(out, tone, "  [%s] %-10s %s  %s", mark, name, clock_hms(when, at), span);
}

/* Changes that the cloud was asked for and has not ended, in its own words. */
static void waits(struct textbox *out, const struct json *list)
{
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *c = json_at(list, i);
		const char *error = json_str(c, "error", ""), *id = json_str(c, "resource", "");
		const char *slash = strrchr(id, '/');
		int64_t tries = json_int(c, "tries", 0), next = json_int(c, "next_try_ms", 0);
		char when[CLOCK_TEXT];

		textbox_add(out, error[0] ? TONE_WARN : TONE_TEXT, "%-10s %s %s %s: %s",
			    i ? "" : "cloud", json_str(c, "verb", ""), json_str(c, "kind", ""),
			    slash ? slash + 1 : id, json_str(c, "state", ""));
		if (tries)
			textbox_add(out, TONE_TEXT, "%-10s try %lld%s%s", "",
				    (long long)tries + 1, next ? " at " : "",
				    next ? clock_hms(when, next) : "");
		if (error[0])
			textbox_field(out, TONE_WARN, "", "%s", error);
	}
}

static void can_do(struct textbox *out, const struct deck *d)
{
	static const struct {
		const char *word, *text;
		const char *(*off)(const struct deck *d, char out[80]);
	} acts[] = {
		{ "retry", "try again now", deck_op_no_retry },
		{ "cancel", "take it back", deck_op_no_cancel },
	};

	textbox_add(out, TONE_TITLE, "what you can do");
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		char why[80];
		const char *off = acts[i].off(d, why);

		textbox_add(out, off ? TONE_DIM : TONE_KEY, "  %s %s%s%s%s",
			    KEY_FOR(d, acts[i].word), acts[i].text, off ? " (not now: " : "",
			    off ? off : "", off ? ")" : "");
	}
	if (here(d) && here(d)->kind == OP_DELETE)
		textbox_add(out, TONE_DIM,
			    "  %s shows its items: what cannot be removed can be left there",
			    KEY_FOR(d, "teardown"));
	else
		textbox_add(out, TONE_DIM,
			    "  no step can be left out: each needs the ones before it");
	textbox_add(out, TONE_DIM,
		    "  the engine goes on with it whether a console is here or not");
}

void op_detail(const struct deck *d, struct textbox *out, const struct operation *o, bool brief)
{
	const struct json *j = told(d, o), *steps = json_get(j, "steps");
	char title[80], when[CLOCK_TEXT], span[CLOCK_TEXT], time[40];

	title_of(title, o);
	textbox_open(out, title);
	textbox_add(out, words_op_tone(o), "%-10s %s%s", "state", words_op_state(o),
		    o->cancel_asked && o->state == OP_RUNNING ? ", cancel was asked" : "");
	textbox_field(out, o->state == OP_RUNNING ? TONE_WARN : TONE_FAIL, "error", "%s",
		      o->error);
	textbox_field(out, TONE_TEXT, "now", "%s", o->detail);
	if (words_op_due(o))
		textbox_add(out, TONE_TEXT, "%-10s at %s, %s", "goes on",
			    clock_hms(when, o->next_try_ms),
			    words_op_time(time, o, deck_now(d)));
	else if (o->state == OP_RUNNING && o->next_try_ms)
		textbox_add(out, TONE_TEXT, "%-10s %s by itself; %s tries now", "next try",
			    clock_hms(when, o->next_try_ms), KEY_FOR(d, "retry"));
	if (json_int(j, "deadline_ms", 0))
		textbox_add(out,
			    json_int(j, "deadline_ms", 0) < deck_now(d) ? TONE_WARN : TONE_TEXT,
			    "%-10s %s, for step %s", "deadline",
			    clock_hms(when, json_int(j, "deadline_ms", 0)), o->step);
	textbox_add(out, TONE_TEXT, "%-10s %s by %s%s", "begun",
		    clock_text(when, o->started_ms), o->actor, o->force ? ", forced" : "");
	if (o->ended_ms)
		textbox_add(out, TONE_TEXT, "%-10s %s after %s", "ended",
			    clock_hms(when, o->ended_ms),
			    clock_span(span, o->ended_ms - o->started_ms));
	if (!j)
		textbox_add(out, TONE_DIM, "asking the engine for its steps");
	else if (brief)
		steps_short(out, d, o, steps, json_get(j, "data.steps"));
	for (size_t i = 0; !brief && i < json_len(steps); i++)
		one_step(out, d, o, json_get(j, "data.steps"), json_text(json_at(steps, i)));
	waits(out, json_get(j, "changes"));
	if (o->state == OP_RUNNING && !brief)
		can_do(out, d);
}

/*
 * Done
 */

const char *deck_op_name(const struct deck *d, char out[80])
{
	const struct operation *o = here(d);

	snprintf(out, 80, "%lld", (long long)(o ? o->id : 0));
	return out;
}

const char *deck_op_none(const struct deck *d, char out[80])
{
	(void)out;
	return here(d) ? NULL : "no operation is under the cursor";
}

const char *deck_op_no_retry(const struct deck *d, char out[80])
{
	const struct operation *o = here(d);

	if (!o)
		return deck_op_none(d, out);
	if (o->state != OP_RUNNING) {
		if (o->kind != OP_START || o->state != OP_FAILED)
			return "it has ended";
		snprintf(out, 80, "it has ended: %s starts the cluster again",
			 KEY_FOR(d, "start"));
		return out;
	}
	if (words_op_due(o))
		return "nothing failed: it goes on at its time";
	return o->next_try_ms ? NULL : "it waits for no next try";
}

const char *deck_op_no_cancel(const struct deck *d, char out[80])
{
	const struct operation *o = here(d);
	const char *off;

	if (!o)
		return deck_op_none(d, out);
	if (o->state != OP_RUNNING)
		return "it has ended";
	off = json_str(told(d, o), "cancel_off", "");
	if (!off[0])
		return NULL;
	snprintf(out, 80, "%.79s", off);
	return out;
}

static void on_asked(struct deck *d, const struct json *answer, const char *note)
{
	(void)answer;
	d->op.asked[0] = '\0'; /* its detail is another now */
	deck_say(d, TONE_OK, "%s", note);
}

static void ask(struct deck *d, const char *path, const char *note)
{
	char id[24];

	snprintf(id, sizeof(id), "%lld", (long long)here(d)->id);
	deck_post(d, client_path(path, id, (char *)NULL), NULL, on_asked, note);
}

void act_op_retry(struct deck *d)
{
	ask(d, "/v1/operations/%/retry", "it tries again now");
}

void act_op_cancel(struct deck *d)
{
	ask(d, "/v1/operations/%/cancel", "it is taken back as soon as its step allows");
}

void act_op_events(struct deck *d)
{
	struct pane *p = &d->panes[PANE_EVENTS];
	int64_t id = here(d)->id;

	view_open(d, &view_events);
	snprintf(p->filter, sizeof(p->filter), "op:%lld", (long long)id);
	p->offset = 0;
	p->touched = false;
}

void act_operations(struct deck *d)
{
	if (d->view == &view_operations)
		deck_remark(d, "these are the operations; Esc goes back");
	else
		view_open(d, &view_operations);
}

void act_operation_open(struct deck *d, int64_t id)
{
	struct pane *p = &d->panes[PANE_OPERATIONS];

	view_open(d, &view_operations);
	p->filter[0] = '\0';
	p->touched = true;
	p->table.cursor_id = id; /* the row, as soon as it is here */
}

void deck_op_clear(struct deck *d)
{
	json_free(d->op.told);
}
