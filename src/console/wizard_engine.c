/* What the engine is told of a form and what it says of it, and drafts, which are the same. */
#include "console/wizard_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

struct json *wizard_body(const struct wizard *w)
{
	struct json *body = json_new_object(), *list;

	json_set_str(body, "name", w->fields[0].value);
	json_set_str(body, "template", w->template);
	list = json_set_array(body, "params");
	for (size_t i = 1; i < w->n; i++) {
		const struct wizard_field *f = &w->fields[i];
		char *pair;

		if (f->fallback && strcmp(f->value, f->fallback) == 0)
			continue;
		if (!f->fallback && !f->value[0])
			continue; /* not given, which the engine then says */
		pair = xasprintf("%s=%s", f->name, f->value);
		json_add(list, json_new_string(pair));
		free(pair);
	}
	return body;
}

static struct wizard_field *field_named(const struct wizard *w, const char *name)
{
	for (size_t i = 0; name[0] && i < w->n; i++)
		if (strcmp(w->fields[i].name, name) == 0)
			return &w->fields[i];
	return NULL;
}

void wizard_problem_step(const struct wizard *w, const struct json *problem, size_t *step)
{
	const struct wizard_field *f = field_named(w, json_str(problem, "param", ""));

	*step = f ? f->step : w->steps.n;
}

/* A default that would be moved when the cluster is made, as a range that is in use, is shown
 * moved. */
static void show_moved(struct wizard *w, const struct json *problems)
{
	for (size_t i = 0; i < json_len(problems); i++) {
		const struct json *p = json_at(problems, i);
		struct wizard_field *f = field_named(w, json_str(p, "param", ""));

		if (f && json_bool(p, "moves", false) && wizard_has_fix(f) && f->fallback &&
		    strcmp(f->value, f->fallback) == 0) {
			wizard_take_fix(w, f);
			f->moved = xasprintf("%s; %s is the next that is free",
					     json_str(p, "text", ""), f->value);
		}
	}
}

void wizard_failed(struct wizard *w, const char *why)
{
	wizard_send_not(w);
	snprintf(w->failed, sizeof(w->failed), "%s", why);
}

void wizard_took_check(struct wizard *w, const struct json *answer, unsigned int serial)
{
	const struct json *list;
	bool first = !w->check;

	w->failed[0] = '\0';
	if (serial != w->serial)
		return; /* typed on since: another check is on its way */
	json_free(w->check);
	w->check = json_copy(answer);
	w->checked = serial;
	w->stale = false;
	for (size_t i = 0; i < w->n; i++) {
		free(w->fields[i].problem);
		free(w->fields[i].fix);
		w->fields[i].problem = w->fields[i].fix = NULL;
		w->fields[i].fails = w->fields[i].unknown = false;
	}
	list = json_get(w->check, "unknown");
	for (size_t i = 0; i < json_len(list); i++) {
		const char *name = json_text(json_at(list, i));
		struct wizard_field *f = name ? field_named(w, name) : NULL;

		if (f)
			f->unknown = true;
	}
	list = json_get(w->check, "problems");
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *p = json_at(list, i);
		struct wizard_field *f = field_named(w, json_str(p, "param", ""));
		bool fails = strcmp(json_str(p, "level", "fail"), "fail") == 0;

		if (!f || (f->problem && (f->fails || !fails)))
			continue;
		free(f->problem);
		free(f->fix);
		f->problem = xstrdup(json_str(p, "text", ""));
		f->fix = xstrdup(json_str(p, "fix", ""));
		f->fails = fails;
	}
	if (first)
		show_moved(w, list);
	if (strcmp(w->note, WIZARD_UNCHECKED) == 0)
		snprintf(w->note, sizeof(w->note), "%s%s",
			 wizard_problems(w, true) ? "" : "checked now: ",
			 wizard_problems(w, true) ? ""
			 : w->single		  ? "F8 goes on"
						  : "C goes on");
}

void wizard_fill(struct wizard *w, const char *name, const char *value)
{
	struct wizard_field *f = field_named(w, name);

	if (!f || !value[0])
		return;
	wizard_set_value(w, f, value);
	wizard_to_step(w, w->step, 0); /* the line being typed has it, too */
}

/* Drafts: only what differs from the template, by name, so that it outlives a new revision. */

struct json *wizard_draft(const struct wizard *w, int64_t now_ms)
{
	struct json *j = json_new_object(), *values;

	json_set_str(j, "template", w->template);
	json_set_str(j, "hash", w->hash);
	json_set_int(j, "saved_ms", now_ms);
	json_set_int(j, "step", (int64_t)w->step);
	json_set_int(j, "furthest", (int64_t)w->furthest);
	json_set_bool(j, "start", w->start);
	values = json_set_object(j, "values");
	for (size_t i = 0; i < w->n; i++)
		if (!w->fields[i].fallback ||
		    strcmp(w->fields[i].value, w->fields[i].fallback) != 0)
			json_set_str(values, w->fields[i].name, w->fields[i].value);
	return j;
}

void wizard_restore(struct wizard *w, const struct json *draft)
{
	const struct json *value;
	const char *name;
	size_t lost = 0;

	for (void *it = NULL; json_each(json_get(draft, "values"), &it, &name, &value);) {
		struct wizard_field *f = field_named(w, name);

		if (f && json_text(value))
			wizard_set_value(w, f, json_text(value));
		else
			lost++;
	}
	w->start = json_bool(draft, "start", true);
	w->furthest = (size_t)json_int(draft, "furthest", 0);
	if (w->furthest >= w->steps.n)
		w->furthest = w->steps.n - 1;
	w->changed = false;
	/* never back into the review: what it says has to be read anew */
	wizard_to_step(w,
		       (size_t)json_int(draft, "step", 0) < w->steps.n - 1
			   ? (size_t)json_int(draft, "step", 0)
			   : w->steps.n - 2,
		       0);
	if (lost)
		snprintf(w->note, sizeof(w->note),
			 "%zu values of the draft have no parameter any more", lost);
	else if (strcmp(json_str(draft, "hash", ""), w->hash) != 0)
		snprintf(w->note, sizeof(w->note), "the template has changed since the draft");
}
