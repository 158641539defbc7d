#include "console/wizard_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define OFFERS_MOST 3000

bool wizard_at_review(const struct wizard *w)
{
	return !w->single && w->step + 1 == w->steps.n;
}

bool wizard_is_checked(const struct wizard *w)
{
	return w->check && w->checked == w->serial && !w->stale &&
	       !json_bool(w->check, "pending", false);
}

void wizard_engine(struct wizard *w, const char *away)
{
	w->stale |= w->away[0] && !away[0];
	if (away[0])
		wizard_send_not(w);
	snprintf(w->away, sizeof(w->away), "%s", away);
}

/* Keys that mean nothing say what would. */
static void deaf(struct wizard *w, const struct key *k, const char *possible)
{
	char key[16];

	if (k->code != K_MOUSE)
		snprintf(w->note, sizeof(w->note), "%s does nothing here: %s",
			 key_name(key, k->code), possible);
}

size_t wizard_problems(const struct wizard *w, bool failing)
{
	const struct json *list = json_get(w->check, "problems");
	size_t n = 0;

	for (size_t i = 0; i < json_len(list); i++)
		n += !failing ||
		     strcmp(json_str(json_at(list, i), "level", "fail"), "fail") == 0;
	return n;
}

static bool is_yes(const char *value)
{
	return strcmp(value, "yes") == 0 || strcmp(value, "true") == 0;
}

size_t wizard_options(const struct wizard_field *f, const char *out[WIZARD_RADIO])
{
	int width = 0;

	if (f->choices.n == 0 || f->choices.n > WIZARD_RADIO)
		return 0;
	for (size_t i = 0; i < f->choices.n; i++) {
		out[i] = f->choices.v[i];
		width += text_width(wizard_choice(f, out[i])) + 6;
	}
	return width > 44 ? 0 : f->choices.n;
}

/* Schema */

static size_t step_named(struct wizard *w, const char *group)
{
	for (size_t i = 1; i < w->steps.n; i++)
		if (strcmp(w->steps.v[i], group) == 0)
			return i;
	strs_add(&w->steps, group);
	return w->steps.n - 1;
}

static char *text_of(const struct json *p, const char *key)
{
	return xstrdup(json_str(p, key, ""));
}

const char *wizard_choice(const struct wizard_field *f, const char *value)
{
	return value[0] || !f->none ? value : f->none;
}

static void choices_of(struct wizard_field *f, const struct json *p)
{
	const struct json *list = json_get(p, "choices");

	if (f->none[0] && json_len(list) > 0)
		strs_add(&f->choices, "");
	for (size_t i = 0; i < json_len(list); i++)
		strs_add(&f->choices,
			 json_text(json_at(list, i)) ? json_text(json_at(list, i)) : "");
	if (f->choices.n == 0 && strcmp(json_str(p, "type", ""), "bool") == 0) {
		strs_add(&f->choices, "yes");
		strs_add(&f->choices, "no");
	}
}

static char *hint_of(const struct json *p)
{
	if (!json_get(p, "min"))
		return xstrdup("");
	return xasprintf("%.15g to %.15g", json_real(p, "min", 0), json_real(p, "max", 0));
}

static void add_field(struct wizard *w, const struct json *p)
{
	struct wizard_field *f = &w->fields[w->n++];
	const char *group = json_str(p, "group", ""), *label = json_str(p, "label", "");
	const char *fallback = json_str(p, "default", NULL);

	*f = (struct wizard_field){ .choices = STRS_INIT(1000) };
	f->name = text_of(p, "name");
	f->label = label[0] ? xstrdup(label) : text_of(p, "name");
	f->help = text_of(p, "help");
	f->hint = hint_of(p);
	f->words = strcmp(json_str(p, "type", ""), "words") == 0;
	f->asks = json_bool(p, "offers", false);
	f->fixed = text_of(p, "fixed");
	f->none = text_of(p, "none");
	f->step = step_named(w, group[0] ? group : "Settings");
	choices_of(f, p);
	if (fallback && strcmp(json_str(p, "type", ""), "bool") == 0)
		fallback = is_yes(fallback) ? "yes" : "no";
	f->fallback = fallback ? xstrdup(fallback) : NULL;
	f->value = xstrdup(fallback ? fallback : "");
}

static void focus(struct wizard *w, size_t at);

static void begin(struct wizard *w)
{
	*w = (struct wizard){ .steps = STRS_INIT(WIZARD_FIELDS + 2), .start = true };
	w->serial = 1;
	w->list.values = (struct strs)STRS_INIT(OFFERS_MOST);
	w->list.texts = (struct strs)STRS_INIT(OFFERS_MOST);
	prompt_init(&w->edit, NULL, NULL);
	prompt_init(&w->list.filter, NULL, NULL);
	textbox_init(&w->text);
}

void wizard_form_init(struct wizard *w, const char *title, const char *act,
		      const struct json *parameters)
{
	size_t n = json_len(parameters);

	begin(w);
	w->single = act;
	snprintf(w->title, sizeof(w->title), "%s", title);
	strs_add(&w->steps, title);
	n = n < WIZARD_FIELDS ? n : WIZARD_FIELDS;
	w->fields = xcalloc(n + 1, sizeof(*w->fields));
	for (size_t i = 0; i < n; i++) {
		add_field(w, json_at(parameters, i));
		w->fields[i].step = 0;
	}
	focus(w, 0);
}

void wizard_init(struct wizard *w, const struct json *schema, const char *name)
{
	const struct json *params = json_get(schema, "parameters");
	size_t n = json_len(params);

	begin(w);
	snprintf(w->template, sizeof(w->template), "%s", json_str(schema, "name", ""));
	snprintf(w->title, sizeof(w->title), "%s", json_str(schema, "title", ""));
	snprintf(w->hash, sizeof(w->hash), "%s", json_str(schema, "hash", ""));
	w->source = text_of(schema, "text");
	snprintf(w->name_offered, sizeof(w->name_offered), "%s", name);
	n = n < WIZARD_FIELDS - 1 ? n : WIZARD_FIELDS - 1;
	w->fields = xcalloc(n + 1, sizeof(*w->fields));
	w->n = 1;
	w->fields[0] = (struct wizard_field){ .choices = STRS_INIT(1) };
	w->fields[0].name = xstrdup("@name");
	w->fields[0].label = xstrdup("Name of the cluster");
	w->fields[0].help =
	    xstrdup("Small letters, digits and dashes; it becomes part of what is made.");
	w->fields[0].hint = xstrdup("");
	w->fields[0].fixed = xstrdup("");
	w->fields[0].fallback = xstrdup(name);
	w->fields[0].value = xstrdup(name);
	strs_add(&w->steps, "Name");
	for (size_t i = 0; i < n; i++)
		add_field(w, json_at(params, i));
	strs_add(&w->steps, "Review");
	focus(w, 0);
}

static void field_clear(struct wizard_field *f)
{
	free(f->name);
	free(f->label);
	free(f->help);
	free(f->fallback);
	free(f->value);
	free(f->hint);
	free(f->fixed);
	free(f->none);
	free(f->problem);
	free(f->fix);
	free(f->moved);
	strs_clear(&f->choices);
}

void wizard_clear(struct wizard *w)
{
	for (size_t i = 0; i < w->n; i++)
		field_clear(&w->fields[i]);
	free(w->fields);
	free(w->source);
	strs_clear(&w->steps);
	strs_clear(&w->list.values);
	strs_clear(&w->list.texts);
	prompt_clear(&w->edit);
	prompt_clear(&w->list.filter);
	textbox_clear(&w->text);
	json_free(w->check);
	json_free(w->sends);
	*w = (struct wizard){ 0 };
}

/* Moving */

static struct wizard_field *here(struct wizard *w)
{
	return wizard_at_review(w) ? NULL : &w->fields[w->at];
}

static void focus(struct wizard *w, size_t at)
{
	w->at = at;
	w->step = w->fields[at].step;
	if (w->step > w->furthest)
		w->furthest = w->step;
	prompt_open(&w->edit, "", w->fields[at].value);
	w->selected = w->fields[at].value[0] != '\0';
	w->came = w->serial;
}

static void to_review(struct wizard *w, int64_t now)
{
	w->step = w->furthest = w->steps.n - 1;
	w->review_top = 0;
	w->deaf_until = now + WIZARD_DEAF_MS;
}

void wizard_to_step(struct wizard *w, size_t step, int64_t now)
{
	if (w->single) { /* its ends */
		focus(w, step > 0 ? w->n - 1 : 0);
		return;
	}
	if (step + 1 >= w->steps.n) {
		to_review(w, now);
		return;
	}
	for (size_t i = 0; i < w->n; i++)
		if (w->fields[i].step == step) {
			focus(w, i);
			return;
		}
}

/* Fields of a step need not follow each other in the template. */
static bool neighbour(const struct wizard *w, int by, size_t *at)
{
	size_t i = *at;

	while (by > 0 ? ++i < w->n : i-- > 0)
		if (w->fields[i].step == w->step) {
			*at = i;
			return true;
		}
	return false;
}

static void next_field(struct wizard *w, int64_t now)
{
	size_t at = w->at;

	if (neighbour(w, 1, &at))
		focus(w, at);
	else if (w->single)
		focus(w, 0);
	else
		wizard_to_step(w, w->step + 1, now);
}

static void last_field_of(struct wizard *w, size_t step)
{
	for (size_t i = w->n; i-- > 0;)
		if (w->fields[i].step == step) {
			focus(w, i);
			return;
		}
}

static void previous_field(struct wizard *w)
{
	size_t at = w->at;

	if (!wizard_at_review(w) && neighbour(w, -1, &at))
		focus(w, at);
	else if (w->step > 0 || w->single)
		last_field_of(w, w->single ? 0 : w->step - 1);
}

/* Values */

void wizard_set_value(struct wizard *w, struct wizard_field *f, const char *value)
{
	if (strcmp(f->value, value) == 0)
		return;
	free(f->value);
	free(f->moved);
	f->moved = NULL;
	f->value = xstrdup(value);
	w->serial++;
	w->changed = true;
}

static void turn(struct wizard *w, struct wizard_field *f, int by)
{
	size_t n = f->choices.n, i = 0;

	while (i < n && strcmp(f->choices.v[i], f->value) != 0)
		i++;
	i = i == n ? 0 : (i + n + (size_t)(by < 0 ? -1 : 1)) % n;
	wizard_set_value(w, f, f->choices.v[i]);
}

bool wizard_has_fix(const struct wizard_field *f)
{
	return f->fix && f->fix[0];
}

void wizard_take_fix(struct wizard *w, struct wizard_field *f)
{
	wizard_set_value(w, f, f->fix);
	if (!wizard_at_review(w))
		focus(w, w->at);
}

/* The problem under the cursor, else the first of this step; the review is about all steps. */
static void take_first_fix(struct wizard *w)
{
	bool all = wizard_at_review(w);

	if (!all && wizard_has_fix(here(w))) {
		wizard_take_fix(w, here(w));
		return;
	}
	for (size_t i = 0; i < w->n; i++)
		if (wizard_has_fix(&w->fields[i]) && (all || w->fields[i].step == w->step)) {
			wizard_take_fix(w, &w->fields[i]);
			return;
		}
	snprintf(w->note, sizeof(w->note), "there is nothing here to mend by a key");
}

static void anew(struct wizard *w)
{
	for (size_t i = 0; i < w->n; i++)
		wizard_set_value(w, &w->fields[i],
				 w->fields[i].fallback ? w->fields[i].fallback : "");
	w->changed = false;
	w->start = true;
	w->furthest = 0;
	w->draft_note[0] = '\0';
	json_free(w->check);
	w->check = NULL;
	focus(w, 0);
	snprintf(w->note, sizeof(w->note), "all as %s",
		 w->single ? "before" : "the template has it");
}

static bool is_as_it_was(const struct wizard *w)
{
	for (size_t i = 0; i < w->n; i++) {
		const char *was = w->fields[i].fallback;

		if (strcmp(w->fields[i].value, was ? was : "") != 0)
			return false;
	}
	return true;
}

/* What was typed took minutes: it goes at a second key only, and never at the same one. */
static enum wizard_act ask_anew(struct wizard *w)
{
	if (is_as_it_was(w)) {
		anew(w);
		return WIZARD_ANEW;
	}
	w->asks_anew = true;
	snprintf(w->note, sizeof(w->note), "begin anew, without what was typed here%s? y/N",
		 w->single ? "" : " or kept as a draft");
	return WIZARD_STAY;
}

static enum wizard_act anew_answered(struct wizard *w, const struct key *k)
{
	w->asks_anew = false;
	if (k->code == 'y') {
		anew(w);
		return WIZARD_ANEW;
	}
	snprintf(w->note, sizeof(w->note), "nothing was changed");
	return WIZARD_STAY;
}

/* Keys */

bool wizard_list_shows(const struct wizard_list *l, size_t i)
{
	return !l->filter.text[0] || text_find(l->values.v[i], l->filter.text) ||
	       text_find(l->texts.v[i], l->filter.text);
}

static void list_move(struct wizard_list *l, int by)
{
	size_t i = l->at;

	while (by > 0 ? ++i < l->values.n : i-- > 0)
		if (wizard_list_shows(l, i)) {
			l->at = i;
			by += by > 0 ? -1 : 1;
			if (by == 0)
				return;
		}
}

static void list_first(struct wizard_list *l)
{
	l->at = 0;
	while (l->at < l->values.n && !wizard_list_shows(l, l->at))
		l->at++;
}

/* What was typed before the list came narrows it, unless nothing fits: then all of it is shown.
 */
static void list_ahead(struct wizard_list *l)
{
	list_first(l);
	if (l->ahead && l->at == l->values.n) {
		prompt_open(&l->filter, "filter: ", "");
		list_first(l);
	}
}

static void list_key(struct wizard *w, const struct key *k)
{
	struct wizard_list *l = &w->list;

	if (k->code == K_UP || k->code == K_DOWN)
		list_move(l, k->code == K_DOWN ? 1 : -1);
	else if (k->code == K_PAGE_UP || k->code == K_PAGE_DOWN)
		list_move(l, k->code == K_PAGE_DOWN ? l->shown : -l->shown);
	else if (k->code != K_F2 && prompt_key(&l->filter, k) == PROMPT_OPEN) {
		l->ahead = false;
		list_first(l);
		if (l->filter.deaf)
			deaf(w, k, "type to filter, Enter takes it, Esc closes");
	} else {
		l->open = false;
		if (k->code == K_ENTER && l->at < l->values.n) {
			wizard_set_value(w, here(w), l->values.v[l->at]);
			focus(w, w->at);
		}
	}
}

static void is_fixed(struct wizard *w, const struct wizard_field *f)
{
	snprintf(w->note, sizeof(w->note), "%.60s is not changed: %.80s", f->label, f->fixed);
}

bool wizard_has_list(const struct wizard *w)
{
	const struct wizard_field *f = &w->fields[w->at];

	return !wizard_at_review(w) && !f->fixed[0] && (f->choices.n > 0 || f->asks);
}

static enum wizard_act list_open(struct wizard *w)
{
	struct wizard_list *l = &w->list;
	const struct wizard_field *f = here(w);

	if (f && f->fixed[0]) {
		is_fixed(w, f);
		return WIZARD_STAY;
	}
	if (!wizard_has_list(w)) {
		snprintf(w->note, sizeof(w->note), "there is no list for this: type it");
		return WIZARD_STAY;
	}
	strs_clear(&l->values);
	strs_clear(&l->texts);
	for (size_t i = 0; i < f->choices.n; i++) {
		strs_add(&l->values, f->choices.v[i]);
		strs_add(&l->texts, f->choices.v[i][0] ? "" : f->none);
	}
	l->ahead = f->choices.n == 0 && w->serial != w->came;
	prompt_open(&l->filter, "filter: ", l->ahead ? f->value : "");
	l->open = true;
	l->at = 0;
	for (size_t i = 0; i < l->values.n; i++)
		if (strcmp(l->values.v[i], f->value) == 0)
			l->at = i;
	l->waits = l->values.n == 0;
	return l->waits ? WIZARD_OFFERS : WIZARD_STAY;
}

/* What the template has, as "none", is a choice like the others. */
static void offer_usual(struct wizard_list *l, const struct wizard_field *f,
			const struct json *offers)
{
	bool among = !f || !f->fallback || !f->fallback[0];

	for (size_t i = 0; !among && i < json_len(offers); i++)
		among = strcmp(json_str(json_at(offers, i), "value", ""), f->fallback) == 0;
	if (among)
		return;
	strs_add(&l->values, f->fallback);
	strs_add(&l->texts, "as it was offered");
}

void wizard_took_offers(struct wizard *w, const struct json *answer)
{
	const struct json *offers = json_get(answer, "offers");
	struct wizard_list *l = &w->list;

	if (!l->open || !l->waits)
		return;
	l->waits = false;
	if (json_len(offers) > 0)
		offer_usual(l, here(w), offers);
	for (size_t i = 0; i < json_len(offers); i++) {
		const struct json *o = json_at(offers, i);

		if (strs_add(&l->values, json_str(o, "value", "")) < 0 ||
		    strs_add(&l->texts, json_str(o, "text", "")) < 0)
			break;
	}
	for (size_t i = 0; here(w) && i < l->values.n; i++)
		if (strcmp(l->values.v[i], here(w)->value) == 0)
			l->at = i;
	if (l->values.n > 0 && !wizard_list_shows(l, l->at)) /* what was typed hides it */
		list_ahead(l);
	if (l->values.n == 0) {
		l->open = false;
		snprintf(w->note, sizeof(w->note), "nothing is known to choose from: type it");
	}
}

/* What is typed where there are more choices than stand side by side looks for one. */
static void choose(struct wizard *w, struct wizard_field *f, const struct key *k)
{
	const char *options[WIZARD_RADIO];

	if (k->code == K_LEFT || k->code == K_RIGHT || k->code == ' ') {
		turn(w, f, k->code == K_LEFT ? -1 : 1);
	} else if (k->code == K_PASTE) {
		snprintf(w->note, sizeof(w->note),
			 "nothing is pasted here: Left, Right or Space choose");
	} else if (key_is_char(k) && !wizard_options(f, options)) {
		list_open(w);
		list_key(w, k);
	} else {
		deaf(w, k, "Left, Right or Space choose");
	}
}

static void edit(struct wizard *w, const struct key *k)
{
	struct wizard_field *f = here(w);

	if (f->fixed[0]) {
		is_fixed(w, f);
		return;
	}
	if (f->choices.n > 0) {
		choose(w, f, k);
		return;
	}
	if (w->selected && (key_is_char(k) || k->code == K_PASTE))
		prompt_set(&w->edit, "");
	prompt_key(&w->edit, k);
	w->selected = w->selected && w->edit.deaf;
	if (w->edit.deaf)
		deaf(w, k,
		     w->single ? "F1 tells all keys, Esc leaves"
			       : "F1 tells all keys, PgDn goes on, Esc leaves");
	else if (w->edit.hint[0])
		snprintf(w->note, sizeof(w->note), "%s", w->edit.hint);
	wizard_set_value(w, f, w->edit.text);
}

/* What hinders, where it stands at no field: no mark leads to it. */
static const char *unmarked_problem(const struct wizard *w)
{
	const struct json *list = json_get(w->check, "problems");
	const char *text = NULL;

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *p = json_at(list, i);

		if (strcmp(json_str(p, "level", ""), "fail") != 0)
			continue;
		if (json_str(p, "param", "")[0])
			return NULL;
		text = text ? text : json_str(p, "text", "");
	}
	return text;
}

void wizard_send_not(struct wizard *w)
{
	if (w->sends && strcmp(w->note, WIZARD_SENDS) == 0)
		w->note[0] = '\0';
	json_free(w->sends);
	w->sends = NULL;
}

/* F8 right behind what was typed is meant for that. */
static void send_when_checked(struct wizard *w)
{
	const struct json *list = json_get(w->check, "problems");

	w->sends = list ? json_copy(list) : json_new_array();
	snprintf(w->note, sizeof(w->note), WIZARD_SENDS);
}

static bool has_problem(const struct json *list, const struct json *problem)
{
	for (size_t i = 0; i < json_len(list); i++)
		if (strcmp(json_str(json_at(list, i), "text", ""),
			   json_str(problem, "text", "")) == 0)
			return true;
	return false;
}

static enum wizard_act create(struct wizard *w, const char *locked)
{
	const char *whole = unmarked_problem(w);

	if (locked)
		snprintf(w->note, sizeof(w->note), "not now: %.120s", locked);
	else if (w->single && w->check && !w->stale && !w->away[0] && w->checked != w->serial)
		send_when_checked(w);
	else if (w->checked != w->serial || !w->check || w->stale)
		snprintf(w->note, sizeof(w->note), WIZARD_UNCHECKED);
	else if (whole)
		snprintf(w->note, sizeof(w->note), "not so: %.150s", whole);
	else if (wizard_problems(w, true) > 0)
		snprintf(w->note, sizeof(w->note), "not so: what is marked ! has to be mended");
	else {
		w->sending = true;
		return WIZARD_CREATE;
	}
	return WIZARD_CHECK;
}

bool wizard_sends(struct wizard *w, const char *locked)
{
	const struct json *list = json_get(w->check, "problems");
	bool known = true;

	if (!w->sends || w->checked != w->serial || w->stale)
		return false;
	for (size_t i = 0; i < json_len(list); i++)
		known = known && has_problem(w->sends, json_at(list, i));
	wizard_send_not(w);
	if (known || wizard_problems(w, true) > 0)
		return create(w, locked) == WIZARD_CREATE;
	snprintf(w->note, sizeof(w->note), "checked now: F8 goes on");
	return false;
}

static enum wizard_act review_key(struct wizard *w, const struct key *k, int64_t now,
				  const char *locked)
{
	if (now < w->deaf_until)
		return WIZARD_STAY;
	if (k->code == 'C')
		return create(w, locked);
	if (k->code == ' ') {
		w->start = !w->start;
		w->changed = true;
	} else if (k->code == 'm' || k->code == K_F7) {
		take_first_fix(w);
	} else if (k->code == 'u') {
		return WIZARD_QUOTA;
	} else if (k->code >= '1' && k->code <= '9' && k->code - '1' + 1 < w->steps.n) {
		wizard_to_step(w, k->code - '1', now);
	} else if (k->code == K_DOWN || (k->code == K_UP && w->review_top > 0)) {
		w->review_top += k->code == K_UP ? -1 : w->review_more > 0;
	} else if (k->code == K_UP || k->code == K_BACKTAB) {
		previous_field(w);
	} else if (k->code == K_PASTE) {
		snprintf(w->note, sizeof(w->note), "paste refused");
	} else {
		deaf(w, k, "C creates, Space starts it or not, PgUp goes back, Esc leaves");
	}
	return WIZARD_STAY;
}

static enum wizard_act field_key(struct wizard *w, const struct key *k, int64_t now)
{
	switch (k->code) {
	case K_TAB:
	case K_DOWN:
	case K_ENTER:
		next_field(w, now);
		break;
	case K_BACKTAB:
	case K_UP:
		previous_field(w);
		break;
	case K_F7:
		take_first_fix(w);
		break;
	default:
		edit(w, k);
	}
	return WIZARD_STAY;
}

static enum wizard_act text_key(struct wizard *w, const struct key *k)
{
	enum textbox_end end;

	if (k->code == 'y')
		return WIZARD_COPY;
	if (k->code == K_F6 && !w->single && w->text_is + 1 < WIZARD_TEXTS) {
		w->text_is++;
		w->text.top = 0;
		return WIZARD_STAY;
	}
	end = k->code == K_F6 ? TEXTBOX_CLOSED : textbox_key(&w->text, k);
	if (end == TEXTBOX_DEAF)
		deaf(w, k, "arrows scroll, y copies, F6 and Esc close");
	if (end == TEXTBOX_CLOSED) {
		w->show_text = false;
		w->text_is = TEXT_YAML;
	}
	return WIZARD_STAY;
}

static void text_open(struct wizard *w)
{
	w->show_text = true;
	w->text.top = 0;
}

/* What a form has in place of steps, drafts and quotas. */
static bool single_key(struct wizard *w, const struct key *k, const char *locked,
		       enum wizard_act *act)
{
	*act = WIZARD_STAY;
	if (k->code == K_F8)
		*act = create(w, locked);
	else if (k->code == '!' && !w->fields[w->at].words)
		text_open(w);
	else if (k->code == K_F9)
		deaf(w, k, "F8 sends it, Esc leaves");
	else
		return false;
	return true;
}

enum wizard_act wizard_key(struct wizard *w, const struct key *k, int64_t now,
			   const char *locked)
{
	enum wizard_act act;

	wizard_send_not(w);
	w->note[0] = '\0';
	if (w->asks_anew)
		return anew_answered(w, k);
	if (w->sending && k->code != K_ESC)
		deaf(w, k, "it is being sent; Esc leaves, and it goes on");
	if (w->sending)
		return k->code == K_ESC ? WIZARD_LEAVE : WIZARD_STAY;
	if (w->show_text)
		return text_key(w, k);
	if (w->list.open) {
		list_key(w, k);
		return WIZARD_STAY;
	}
	if (w->single && single_key(w, k, locked, &act))
		return act;
	switch (k->code) {
	case K_ESC:
	case K_F10:
	case K_CTRL('c'):
		return WIZARD_LEAVE;
	case K_PAGE_DOWN:
		if (!wizard_at_review(w))
			wizard_to_step(w, w->step + 1, now);
		return WIZARD_STAY;
	case K_PAGE_UP:
		wizard_to_step(w, w->step > 0 ? w->step - 1 : 0, now);
		return WIZARD_STAY;
	case K_F2:
		return list_open(w);
	case K_F4:
		return ask_anew(w);
	case K_F5:
		return WIZARD_CHECK;
	case K_F6:
		text_open(w);
		return WIZARD_STAY;
	case K_F8:
		return wizard_at_review(w) ? WIZARD_KEEP : WIZARD_SAVE;
	case K_F9:
		return WIZARD_QUOTA;
	}
	return wizard_at_review(w) ? review_key(w, k, now, locked) : field_key(w, k, now);
}
