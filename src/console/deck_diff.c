/*
 * What changed in a template: the file as it is now against the revision of a cluster, or an
 * older one, and what taking it over would do. The engine compares (template/compare.h); here
 * it is asked, shown, and a cluster told to take over what may change while it runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "console/deck.h"

#define FACTS_MOST 8

static const struct template_row *row_here(const struct deck *d)
{
	const struct pane *p = &d->panes[PANE_TEMPLATES];
	int64_t i = pane_at(p);

	return i < 0 ? NULL : &p->rows.u.templates[i];
}

/* Clusters of it come first, then the revisions that none is of. */
struct source {
	char cluster[40], hash[65];
};

static size_t sources(const struct json *told, struct source *out, size_t most)
{
	const struct json *list = json_get(told, "revisions");
	size_t n = 0;

	for (int turn = 0; turn < 2; turn++)
		for (size_t i = 0; i < json_len(list); i++) {
			const struct json *v = json_at(list, i),
					  *used = json_get(v, "clusters");

			for (size_t k = 0; turn == 0 && k < json_len(used) && n < most; k++)
				snprintf(out[n++].cluster, sizeof(out->cluster), "%s",
					 json_text(json_at(used, k)));
			if (turn == 1 && json_len(used) == 0 && n < most)
				snprintf(out[n++].hash, sizeof(out->hash), "%s",
					 json_str(v, "hash", ""));
		}
	return n;
}

#define SOURCES_MOST 64

/* Asking */

static void on_told(struct deck *d, const struct json *answer, const char *template)
{
	if (strcmp(template, d->diff.template) != 0)
		return;
	json_free(d->diff.told);
	d->diff.told = json_copy(answer);
}

static void fetch(struct deck *d, const struct source *s)
{
	snprintf(d->diff.cluster, sizeof(d->diff.cluster), "%s", s->cluster);
	snprintf(d->diff.hash, sizeof(d->diff.hash), "%s", s->hash);
	deck_get(d,
		 client_path("/v1/templates/%/diff?cluster=%&revision=%", d->diff.template,
			     s->cluster, s->hash, (char *)NULL),
		 on_told, d->diff.template);
}

/* "demo, cfd *": the first with a star is what the operator wonders about, else the first. */
static void first_user(char out[40], const struct template_row *t)
{
	const char *star = strstr(t->used_by, " *"), *from;

	if (!star)
		star = t->used_by + strcspn(t->used_by, ",");
	for (from = star; from > t->used_by && from[-1] != ' ';)
		from--;
	snprintf(out, 40, "%.*s", (int)(star - from), from);
}

/* Its name stands there as a whole word. */
static bool uses(const struct template_row *t, const char *cluster)
{
	size_t n = strlen(cluster);

	for (const char *at = t->used_by; n > 0 && (at = strstr(at, cluster)); at++)
		if ((at == t->used_by || at[-1] == ' ') &&
		    (!at[n] || at[n] == ',' || at[n] == ' '))
			return true;
	return false;
}

void act_fetch_diff(struct deck *d, const struct template_row *t)
{
	struct diff_view *v = &d->diff;
	struct source s = { .hash = "" };

	if (!t)
		return;
	json_free(v->told);
	v->told = NULL;
	if (d->view == &view_diff && strcmp(v->template, t->name) == 0 &&
	    (v->hash[0] || uses(t, v->cluster))) { /* what was chosen stays */
		snprintf(s.cluster, sizeof(s.cluster), "%s", v->cluster);
		snprintf(s.hash, sizeof(s.hash), "%s", v->hash);
	} else {
		v->at = 0;
		first_user(s.cluster, t);
	}
	snprintf(v->template, sizeof(v->template), "%s", t->name);
	fetch(d, &s);
}

const struct json *diff_told(const struct deck *d, const char *template)
{
	return strcmp(d->diff.template, template) == 0 ? d->diff.told : NULL;
}

void act_diff_open(struct deck *d)
{
	const struct template_row *t = row_here(d);

	if (!t)
		return;
	act_fetch_diff(d, t); /* the file may be another one by now */
	view_open(d, &view_diff);
}

void act_diff_next(struct deck *d)
{
	struct source s[SOURCES_MOST];
	size_t n;

	memset(s, 0, sizeof(s));
	n = sources(d->diff.told, s, SOURCES_MOST);
	if (n < 2) {
		deck_say(d, TONE_TEXT, "there is no other revision to hold it against");
		return;
	}
	d->diff.at = (d->diff.at + 1) % n;
	fetch(d, &s[d->diff.at]);
}

/* Shown */

static const struct {
	char sign;
	enum tone tone;
} signs[] = { { '-', TONE_FAIL }, { '+', TONE_OK }, { '@', TONE_DIM }, { '~', TONE_WARN } };

static enum tone tone_of(char sign)
{
	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (signs[i].sign == sign)
			return signs[i].tone;
	return TONE_TEXT;
}

static void add_lines(struct textbox *out, const struct json *list)
{
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *l = json_at(list, i);
		char sign = json_str(l, "sign", " ")[0];

		if (sign == '@' && i + 1 == json_len(list))
			continue;
		if (sign == '@')
			textbox_add(
			    out, TONE_DIM, "@@ line %lld",
			    (long long)json_int(json_at(list, i + 1), "new",
						json_int(json_at(list, i + 1), "old", 0)));
		else
			textbox_add(out, tone_of(sign), "%c %s", sign, json_str(l, "text", ""));
	}
}

static void change_text(char out[400], const struct json *c)
{
	const char *from = json_str(c, "from", ""), *to = json_str(c, "to", "");

	snprintf(out, 400, "%s %s%s%s%s%s", json_str(c, "sign", " "), json_str(c, "what", ""),
		 from[0] || to[0] ? " " : "", from, from[0] && to[0] ? " -> " : "", to);
}

static void add_changes(struct textbox *out, const struct json *j)
{
	const struct json *list = json_get(j, "changes");

	if (!list)
		return;
	textbox_add(out, TONE_TITLE, "applying this: %lld add, %lld change, %lld destroy",
		    (long long)json_int(j, "add", 0), (long long)json_int(j, "change", 0),
		    (long long)json_int(j, "destroy", 0));
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *c = json_at(list, i);
		char text[400];

		change_text(text, c);
		textbox_add(out, tone_of(json_str(c, "sign", " ")[0]), "  %-40s %s", text,
			    json_str(c, "text", ""));
	}
}

void diff_lines(const struct deck *d, struct textbox *out, const char *template)
{
	const struct json *j = diff_told(d, template);
	const char *cluster = json_str(j, "cluster", ""), *note = json_str(j, "note", "");
	bool same = json_len(json_get(j, "lines")) == 0;

	if (!j) {
		textbox_add(out, TONE_DIM, "asking the engine");
		return;
	}
	if (json_str(j, "from_hash", "")[0]) {
		textbox_add(out, TONE_FAIL, "- %.12s  %s%s", json_str(j, "from_hash", ""),
			    cluster[0] ? "of cluster " : "an older revision", cluster);
		textbox_add(out, TONE_OK, "+ %.12s  the template's file now",
			    json_str(j, "hash", ""));
	}
	add_lines(out, json_get(j, "lines"));
	if (note[0])
		textbox_add(out, TONE_WARN, "%s", note);
	else if (same && json_len(json_get(j, "changes")) == 0)
		textbox_add(out, TONE_OK, "they are the same");
	textbox_add(out, TONE_TEXT, "%s", "");
	add_changes(out, j);
}

/* Taken over */

const char *deck_diff_no_apply(const struct deck *d, char out[80])
{
	const struct json *j = d->diff.told;
	const char *cluster = json_str(j, "cluster", "");

	(void)out;
	if (!cluster[0])
		return "it is held against no cluster";
	return json_len(json_get(j, "changes")) ? NULL : "nothing would change";
}

static void on_applied(struct deck *d, const struct json *answer, const char *cluster)
{
	(void)answer;
	deck_say(d, TONE_OK, "%s has taken it over; the next decision works with it", cluster);
	act_fetch_diff(d, row_here(d));
}

/* By an old picture: it says what changed, and the new one is read. */
static void on_not_applied(struct deck *d, const struct err *err, const char *cluster)
{
	(void)cluster;
	deck_say(d, TONE_FAIL, "%.300s", err->msg);
	if (err->code == ERR_STALE)
		act_fetch_diff(d, row_here(d));
}

static void apply(struct deck *d)
{
	const char *cluster = json_str(d->diff.plan, "cluster", "");
	struct json *body = json_new_object();

	deck_undo_none(d, "the update", "apply the older text");
	json_set_array(body, "params");
	json_set_str(body, "plan_hash", json_str(d->diff.plan, "hash", ""));
	deck_post(d, client_path("/v1/clusters/%/update", cluster, (char *)NULL), body,
		  on_applied, cluster);
	deck_if_failed(d, on_not_applied);
	deck_if_match(d, d->diff.plan);
}

static void plan_facts(struct deck *d, const char *cluster)
{
	const struct json *list = json_get(d->diff.plan, "changes");
	char by[160];
	size_t n = 0;

	strs_clear(&d->chosen_facts);
	if (deck_edited_by(d, cluster, by))
		strs_add(&d->chosen_facts, by);
	for (size_t i = 0; i < json_len(list) && d->chosen_facts.n + 1 < FACTS_MOST; i++) {
		char text[400];

		change_text(text, json_at(list, i));
		strs_addf(&d->chosen_facts, "%.90s: %s", text,
			  json_str(json_at(list, i), "text", ""));
	}
	if (json_len(list) >= FACTS_MOST)
		strs_addf(&d->chosen_facts, "and %zu more", json_len(list) - FACTS_MOST + 1);
	for (; n < d->chosen_facts.n && n + 1 < ARRAY_LEN(d->diff.facts); n++)
		d->diff.facts[n] = d->chosen_facts.v[n];
	d->diff.facts[n] = NULL;
}

void deck_ask_update(struct deck *d, const struct json *plan, const char *cluster,
		     void (*yes)(struct deck *d))
{
	struct dialog_spec spec = { .level = CONFIRM_BOX, .opener = d->pressed, .count = 1 };

	json_free(d->diff.plan);
	d->diff.plan = json_copy(plan);
	plan_facts(d, cluster);
	spec.title = d->dialog_title;
	spec.question = d->dialog_title;
	spec.facts = d->diff.facts;
	deck_ask(d, &spec, yes);
}

static void on_plan(struct deck *d, const struct json *plan, const char *cluster)
{
	if (!json_bool(plan, "possible", false)) {
		deck_say(d, TONE_WARN, "%.300s", json_str(plan, "why_not", ""));
		return;
	}
	if (d->mode != AT_PANES) /* an answer never takes the keys away */
		return;
	snprintf(d->dialog_title, sizeof(d->dialog_title), "Let %.60s take the template over",
		 cluster);
	deck_ask_update(d, plan, cluster, apply);
	deck_lease_begin(d, "clusters", cluster, "update");
}

void act_diff_apply(struct deck *d)
{
	const char *cluster = json_str(d->diff.told, "cluster", "");
	struct json *body = json_new_object();

	json_set_array(body, "params");
	deck_post(d, client_path("/v1/clusters/%/update", cluster, (char *)NULL), body, on_plan,
		  cluster);
}

void deck_diff_clear(struct deck *d)
{
	json_free(d->diff.told);
	json_free(d->diff.plan);
}
