/*
 * The wizard at the Deck: asks the engine for the template, has the values checked while they
 * are typed, keeps a draft of what is not finished, creates and starts. What is typed never
 * waits for an answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "console/deck.h"

#define CHECK_MS   (WIZARD_DEAF_MS + 20)
#define PENDING_MS 1000
#define DRAFT_MAX  ((size_t)1 << 20)

/* A name that is free */

/* A template's name may hold what a cluster's may not. */
static void base_name(char *out, size_t max, const char *from)
{
	size_t n = 0;

	for (; *from && n + 1 < max; from++) {
		char c = *from >= 'A' && *from <= 'Z' ? (char)(*from + 32) : *from;
		bool letter = c >= 'a' && c <= 'z', digit = c >= '0' && c <= '9';

		if (letter || (n > 0 && digit))
			out[n++] = c;
		else if (n > 0 && out[n - 1] != '-')
			out[n++] = '-';
	}
	while (n > 0 && out[n - 1] == '-')
		n--;
	out[n] = '\0';
	if (n == 0)
		snprintf(out, max, "cluster");
}

static void free_name(const struct deck *d, const char *template,
		      char out[NAME_MAX_CLUSTER + 16])
{
	char base[NAME_MAX_CLUSTER - 4];

	base_name(base, sizeof(base), template);
	snprintf(out, NAME_MAX_CLUSTER + 16, "%s", base);
	for (int i = 2; deck_is_cluster(d, out) && i < 1000; i++)
		snprintf(out, NAME_MAX_CLUSTER + 16, "%s-%d", base, i);
}

/* Drafts: one per template, in this user's own folder */

static char *drafts_dir(const struct deck *d)
{
	return d->options->state_dir ? xasprintf("%s/drafts", d->options->state_dir) : NULL;
}

static char *draft_path(const struct deck *d, const char *template)
{
	char *dir = strchr(template, '/') ? NULL : drafts_dir(d), *path = NULL;

	if (dir)
		path = xasprintf("%s/%s.json", dir, template);
	free(dir);
	return path;
}

static struct json *draft_read(const struct deck *d, const char *template)
{
	char *path = draft_path(d, template);
	struct buf text = BUF_INIT(DRAFT_MAX);
	struct json *j = NULL;

	if (path && file_exists(path) && file_read(&text, path, NULL) == 0)
		j = json_parse(buf_str(&text), text.len, NULL);
	buf_clear(&text);
	free(path);
	return j;
}

static void draft_forget(struct deck *d)
{
	char *path = draft_path(d, d->wizard.form.template);

	if (path)
		remove(path);
	free(path);
}

static int draft_write(struct deck *d, struct err *err)
{
	struct wizard *w = &d->wizard.form;
	char *dir = drafts_dir(d), *path = draft_path(d, w->template);
	struct json *j = wizard_draft(w, deck_now(d));
	struct buf text = BUF_INIT(DRAFT_MAX);
	int rc = -1;

	if (!path)
		err_set(err, ERR_UNSUPPORTED, "there is no folder for drafts");
	else if (json_write_pretty(&text, j) == 0 && deck_state_make(d, err) == 0 &&
		 file_make_dir(dir, 0700, err) == 0)
		rc = file_write(path, buf_str(&text), text.len, 0600, err);
	buf_clear(&text);
	json_free(j);
	free(path);
	free(dir);
	return rc;
}

/* To the minute: seconds would say more than anybody asks. */
static const char *minute(char out[CLOCK_TEXT], int64_t ms)
{
	clock_local(out, ms);
	if (strlen(out) == 8)
		out[5] = '\0';
	return out;
}

static void draft_save(struct deck *d, bool asked)
{
	struct wizard *w = &d->wizard.form;
	char when[CLOCK_TEXT];
	struct err err = ERR_INIT;

	if (!w->changed && !asked)
		return;
	if (draft_write(d, &err) < 0) {
		snprintf(w->note, sizeof(w->note), "the draft is not kept: %.120s", err.msg);
		return;
	}
	w->changed = false;
	snprintf(w->draft_note, sizeof(w->draft_note), "draft saved %s",
		 minute(when, deck_now(d)));
	if (asked)
		snprintf(w->note, sizeof(w->note), "%s", w->draft_note);
}

void deck_wizard_drafts(struct deck *d)
{
	char *dir = drafts_dir(d);
	struct strs names = STRS_INIT(1000);
	size_t n = 0;
	const char *end;

	if (dir && file_exists(dir))
		file_list(&names, dir, NULL);
	for (size_t i = 0; i < names.n; i++) {
		end = strstr(names.v[i], ".json");
		if (!end || end[5] || n++)
			continue;
		deck_say(
		    d, TONE_TEXT,
		    "a new cluster from %.*s was not finished: %s at that template goes on",
		    (int)(end - names.v[i]), names.v[i], KEY_FOR(d, "create"));
	}
	strs_clear(&names);
	free(dir);
}

/* Checks */

static void ask_check(struct deck *d, bool offers);

static void check_later(struct deck *d, int64_t ms)
{
	timer_set(d->wizard.timer, (int64_t)((double)ms * clock_factor()));
}

static bool wants_check(const struct deck *d)
{
	const struct wizard *w = &d->wizard.form;

	return d->mode == AT_WIZARD && d->wizard.open && (w->checked != w->serial || w->stale);
}

static bool is_away(const struct deck *d)
{
	return mirror_link(d->mirror) != MIRROR_LIVE || mirror_quiet_ms(d->mirror) > 0;
}

static void on_timer(struct deck *d)
{
	if (d->mode != AT_WIZARD || !d->wizard.open)
		return;
	draft_save(d, false);
	if (!d->wizard.checking && !wizard_is_checked(&d->wizard.form) && !is_away(d))
		ask_check(d, false);
	if (d->display)
		display_ask_key(d->display);
}

static void check_ended(struct deck *d)
{
	d->wizard.checking = false;
	if (d->mode != AT_WIZARD || !d->wizard.open)
		return;
	if (wants_check(d))
		check_later(d, CHECK_MS);
	else if (!wizard_is_checked(&d->wizard.form))
		check_later(d, PENDING_MS); /* the cloud has not told everything yet */
}

static void on_checked(struct deck *d, const struct json *answer, const char *note)
{
	unsigned long serial = strtoul(note, NULL, 10);

	if (d->wizard.open)
		wizard_took_check(&d->wizard.form, answer, (unsigned int)serial);
	check_ended(d);
}

static void on_offers(struct deck *d, const struct json *answer, const char *note)
{
	if (d->wizard.open)
		wizard_took_offers(&d->wizard.form, answer);
	on_checked(d, answer, note);
}

static void on_not_checked(struct deck *d, const struct err *err, const char *note)
{
	struct wizard *w = &d->wizard.form;

	(void)note;
	d->wizard.checking = false;
	if (!d->wizard.open)
		return;
	if (err->code == ERR_IO || err->code == ERR_TIMEOUT) /* its engine comes back */
		check_later(d, PENDING_MS);
	wizard_took_offers(w, NULL);
	wizard_failed(w, err->msg);
}

static void ask_check(struct deck *d, bool offers)
{
	struct wizard *w = &d->wizard.form;
	struct json *body = wizard_body(w);
	char serial[16];

	snprintf(serial, sizeof(serial), "%u", w->serial);
	json_del(body, "template");
	if (offers)
		json_set_str(body, "offer", w->fields[w->at].name);
	d->wizard.checking = true;
	deck_post(d, client_path("/v1/templates/%/check", w->template, (char *)NULL), body,
		  offers ? on_offers : on_checked, serial);
	deck_if_failed(d, on_not_checked);
}

/* "the engine is away since 12:03:58, trying again in 3 s"; "": it answers. */
const char *deck_away(const struct deck *d, char out[120])
{
	const char *text = mirror_link_text(d->mirror), *next = strrchr(text, ';');
	int64_t quiet = mirror_quiet_ms(d->mirror);
	char when[CLOCK_TEXT];

	out[0] = '\0';
	if (!is_away(d))
		return out;
	if (mirror_link(d->mirror) == MIRROR_LIVE)
		snprintf(out, 120,
			 "the engine has not answered for %lld s: it is busy or stopped",
			 (long long)quiet / 1000);
	else
		snprintf(out, 120, "the engine is away since %s, %.60s",
			 clock_hms(when, deck_now(d) - mirror_age_ms(d->mirror)),
			 next ? next + 2 : "trying again");
	return out;
}

/* Typing goes on while the engine is away; all of it is checked when it is back. */
void deck_wizard_link(struct deck *d)
{
	char away[120];

	if (!d->wizard.open)
		return;
	wizard_engine(&d->wizard.form, deck_away(d, away));
	if (away[0])
		d->wizard.form.list.open &= !d->wizard.form.list.waits;
	else if (wants_check(d) && !d->wizard.checking && !timer_on(d->wizard.timer))
		check_later(d, CHECK_MS);
}

/* Opening and leaving */

static void close_form(struct deck *d)
{
	if (d->wizard.open)
		wizard_clear(&d->wizard.form);
	d->wizard.open = false;
	timer_stop(d->wizard.timer);
	if (d->mode == AT_WIZARD)
		d->mode = AT_PANES;
}

static void leave(struct deck *d)
{
	struct wizard *w = &d->wizard.form;
	bool sent = d->wizard.open && w->sending;

	if (d->wizard.open && !sent)
		draft_save(d, false);
	if (sent)
		deck_say(d, TONE_TEXT, "the cluster is being created");
	else if (d->wizard.open && w->note[0])
		deck_say(d, TONE_WARN, "%s", w->note);
	else if (d->wizard.open && w->draft_note[0])
		deck_say(d, TONE_TEXT,
			 "nothing was made; the draft is kept: %s goes on with it",
			 KEY_FOR(d, "create"));
	else
		deck_say(d, TONE_TEXT, "nothing was made");
	close_form(d);
}

static void restore(struct deck *d)
{
	struct wizard *w = &d->wizard.form;
	struct json *draft = draft_read(d, w->template);
	char when[CLOCK_TEXT];

	if (!draft)
		return;
	wizard_restore(w, draft);
	snprintf(w->draft_note, sizeof(w->draft_note), "draft of %s",
		 minute(when, json_int(draft, "saved_ms", 0)));
	if (!w->note[0])
		snprintf(w->note, sizeof(w->note), "goes on with the %s; F4 begins anew",
			 w->draft_note);
	json_free(draft);
}

/* The disk that a kept cluster has for a storage; "" none. */
static const char *kept_disk(const struct json *kept, const char *storage)
{
	const struct json *list = json_get(kept, "spec.storage");

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *s = json_at(list, i);
		const char *slash = strrchr(json_str(s, "disk_id", ""), '/');

		if (strcmp(json_str(s, "name", ""), storage) == 0 && json_int(s, "disk_ms", 0))
			return slash ? slash + 1 : "";
	}
	return "";
}

/* A cluster made at a kept one goes on with its disks, and stands where they are. */
static void take_kept(struct deck *d, const struct json *schema)
{
	const struct json *kept = d->wizard.kept, *list = json_get(schema, "parameters");
	struct wizard *w = &d->wizard.form;
	size_t disks = 0;

	for (size_t i = 0; kept && i < json_len(list); i++) {
		const struct json *p = json_at(list, i);
		const char *name = json_str(p, "name", ""),
			   *disk = json_str(p, "disk", "")[0]
				       ? kept_disk(kept, json_str(p, "disk", ""))
				       : "";

		if (disk[0])
			wizard_fill(w, name, disk);
		else if (strcmp(json_str(p, "type", ""), "region") == 0)
			wizard_fill(w, name, json_str(kept, "region", ""));
		disks += disk[0] != '\0';
	}
	if (kept && disks)
		snprintf(w->note, sizeof(w->note), "takes %s of %.40s over; F4 begins anew",
			 disks == 1 ? "the disk" : "the disks", json_str(kept, "name", "?"));
	else if (kept)
		snprintf(w->note, sizeof(w->note),
			 "template %.40s has no parameter for the disk of %.40s", w->template,
			 json_str(kept, "name", "?"));
}

static void on_schema(struct deck *d, const struct json *answer, const char *name)
{
	struct wizard_view *v = &d->wizard;
	size_t n = v->n_ahead;

	if (d->mode != AT_WIZARD || v->open)
		return;
	if (json_len(json_get(answer, "problems")) > 0) {
		const struct json *p = json_at(json_get(answer, "problems"), 0);

		close_form(d);
		deck_say(d, TONE_FAIL, "template %s, line %lld: %s",
			 json_str(answer, "name", ""), (long long)json_int(p, "line", 0),
			 json_str(p, "text", ""));
		deck_not_opened(d);
		return;
	}
	wizard_init(&v->form, answer, name);
	v->form.called = d->options->called;
	v->open = true;
	restore(d);
	take_kept(d, answer);
	ask_check(d, false);
	v->n_ahead = 0;
	for (size_t i = 0; i < n && v->open; i++)
		deck_wizard_key(d, &(struct key){ .code = v->ahead[i] });
}

static void on_no_schema(struct deck *d, const struct err *err, const char *note)
{
	(void)note;
	close_form(d);
	deck_say(d, TONE_FAIL, "%.300s", err->msg);
	deck_not_opened(d);
}

static void ask_schema(struct deck *d, const char *template)
{
	char name[NAME_MAX_CLUSTER + 16];

	free_name(d, template, name);
	deck_get(d, client_path("/v1/templates/%", template, (char *)NULL), on_schema, name);
	deck_if_failed(d, on_no_schema);
}

static void on_kept(struct deck *d, const struct json *answer, const char *template)
{
	if (d->mode != AT_WIZARD || d->wizard.open)
		return;
	json_free(d->wizard.kept);
	d->wizard.kept = json_copy(answer);
	ask_schema(d, template);
}

/* Its own, where there is one of that name still. */
static const char *template_of(const struct deck *d, const struct cluster_row *kept)
{
	const struct pane *p = &d->panes[PANE_TEMPLATES];
	const char *own = kept ? kept->cluster.spec.template_name : NULL;

	for (size_t i = 0; own && p->have && i < p->rows.n; i++)
		if (strcmp(p->rows.u.templates[i].name, own) == 0)
			return own;
	return pane_name_at(p);
}

void act_create(struct deck *d)
{
	const struct cluster_row *r = d->focus == PANE_TEMPLATES ? NULL : deck_cluster(d);
	const struct cluster_row *kept = r && r->cluster.state == CLUSTER_KEPT ? r : NULL;
	const char *template = template_of(d, kept);

	if (!d->wizard.timer)
		d->wizard.timer = deck_timer(d, on_timer);
	close_form(d);
	json_free(d->wizard.kept);
	d->wizard.kept = NULL;
	d->mode = AT_WIZARD;
	d->wizard.n_ahead = 0;
	d->wizard.checking = false;
	if (!kept) {
		ask_schema(d, template);
		return;
	}
	deck_get(d, client_path("/v1/clusters/%", kept->cluster.name, (char *)NULL), on_kept,
		 template);
	deck_if_failed(d, on_no_schema);
}

/* Creating */

static void on_created(struct deck *d, const struct json *answer, const char *name)
{
	bool start = d->wizard.open && d->wizard.form.start;

	(void)answer;
	snprintf(d->want_cluster, sizeof(d->want_cluster), "%s", name);
	if (!d->wizard.open || !d->wizard.form.sending) /* it was left meanwhile */
		return;
	draft_forget(d);
	close_form(d);
	view_open(d, NULL);
	d->focus = PANE_CLUSTERS;
	if (start)
		act_start_named(d, name);
	else
		deck_say(d, TONE_OK,
			 "%s is made. Nothing runs and nothing costs yet: %s starts it", name,
			 KEY_FOR(d, "start"));
}

static void on_not_created(struct deck *d, const struct err *err, const char *name)
{
	struct wizard *w = &d->wizard.form;

	if (!d->wizard.open) {
		deck_say(d, TONE_FAIL, "%s: %.300s", name, err->msg);
		return;
	}
	w->sending = false;
	snprintf(w->note, sizeof(w->note), "%.150s", err->msg);
	ask_check(d, false);
}

static void create(struct deck *d)
{
	struct wizard *w = &d->wizard.form;

	deck_undo_none(d, "the new cluster", "delete it instead");
	draft_save(d, false); /* until the engine says that it has it */
	deck_post(d, client_path("/v1/clusters", (char *)NULL), wizard_body(w), on_created,
		  w->fields[0].value);
	deck_if_failed(d, on_not_created);
}

/* Keys */

static void remember_key(struct wizard_view *v, const struct key *k)
{
	if (v->n_ahead < WIZARD_AHEAD && k->code != K_PASTE && k->code != K_MOUSE)
		v->ahead[v->n_ahead++] = k->code;
}

/* It is checked like one that was edited, and then lies with the operator's own. */
static void keep_as_template(struct deck *d)
{
	struct wizard *w = &d->wizard.form;
	struct buf text = BUF_INIT(DRAFT_MAX);
	char why[120] = "";

	if (!d->options->templates_dir)
		snprintf(w->note, sizeof(w->note),
			 "there is no folder of your own for templates");
	else if (!wizard_template(w, &text, why))
		snprintf(w->note, sizeof(w->note), "not kept: %s", why);
	else
		deck_keep_template(d, w->fields[0].value, buf_str(&text));
	buf_clear(&text);
}

static void write_quota(struct deck *d)
{
	struct wizard *w = &d->wizard.form;
	struct buf text = BUF_INIT(DRAFT_MAX);
	struct err err = ERR_INIT;
	char *dir = NULL, *path = NULL;

	if (!wizard_quota(w, &text)) {
		snprintf(w->note, sizeof(w->note), "no quota is too small for this");
	} else if (!d->options->state_dir) {
		snprintf(w->note, sizeof(w->note), "there is no folder to write it to");
	} else {
		dir = xasprintf("%s/exports", d->options->state_dir);
		path = xasprintf("%s/quota-%s.txt", dir, w->fields[0].value);
		if (file_make_dir(dir, 0700, &err) < 0 ||
		    file_write(path, buf_str(&text), text.len, 0600, &err) < 0)
			snprintf(w->note, sizeof(w->note), "%.150s", err.msg);
		else
			snprintf(w->note, sizeof(w->note), "%.60s is written, in %.80s",
				 strrchr(path, '/') + 1, dir);
	}
	free(path);
	free(dir);
	buf_clear(&text);
}

static void copy_text(struct deck *d)
{
	struct textbox *box = &d->wizard.form.text;
	struct buf text = BUF_INIT(DRAFT_MAX);

	for (size_t i = 0; i < box->lines.n; i++)
		buf_addf(&text, "%s\n", box->lines.v[i] + 1); /* behind its tone */
	deck_copy_text(d, buf_str(&text), "what is written here");
	buf_clear(&text);
}

/* Without an engine there is nobody to ask: the form says since when. */
static void ask_for(struct deck *d, bool offers)
{
	struct wizard *w = &d->wizard.form;

	if (is_away(d)) {
		w->list.open = false;
		if (!w->note[0])
			snprintf(w->note, sizeof(w->note), "not checked: %s", w->away);
	} else if (offers || !d->wizard.checking) {
		ask_check(d, offers);
	}
}

static void do_act(struct deck *d, enum wizard_act act)
{
	switch (act) {
	case WIZARD_LEAVE:
		leave(d);
		break;
	case WIZARD_CREATE:
		create(d);
		break;
	case WIZARD_OFFERS:
	case WIZARD_CHECK:
		ask_for(d, act == WIZARD_OFFERS);
		break;
	case WIZARD_SAVE:
		draft_save(d, true);
		break;
	case WIZARD_KEEP:
		keep_as_template(d);
		break;
	case WIZARD_QUOTA:
		write_quota(d);
		break;
	case WIZARD_ANEW:
		draft_forget(d);
		break;
	case WIZARD_COPY:
		copy_text(d);
		break;
	case WIZARD_STAY:
		break;
	}
}

void deck_wizard_key(struct deck *d, const struct key *k)
{
	struct wizard_view *v = &d->wizard;
	struct wizard *w = &v->form;
	bool was_review;

	if (!v->open) {
		if (k->code == K_ESC || k->code == K_CTRL('c'))
			leave(d);
		else
			remember_key(v, k);
		return;
	}
	was_review = wizard_at_review(w);
	do_act(d, wizard_key(w, k, display_now(), deck_cannot(d, ROLE_OPERATOR)));
	if (!v->open)
		return;
	if (wizard_at_review(w) && !was_review)
		display_drop_input(d->display);
	if (wants_check(d) || (wizard_at_review(w) && !was_review))
		check_later(d, CHECK_MS);
}

/* Pictures */

void deck_wizard_draw(struct deck *d, struct screen *s, struct area a)
{
	char away[120];

	deck_wizard_link(d);
	if (d->wizard.open)
		wizard_draw(&d->wizard.form, s, a, display_now(),
			    deck_cannot(d, ROLE_OPERATOR));
	else if (deck_away(d, away)[0])
		screen_put(s, a.row + 1, a.col + 2, TONE_FAIL, 0, away, a.cols - 2);
	else
		screen_put(s, a.row + 1, a.col + 2, TONE_DIM, 0,
			   "waiting for the engine to tell the template", a.cols - 2);
}

static bool wants_quota(const struct wizard *w)
{
	struct buf text = BUF_INIT(DRAFT_MAX);
	bool wants = wizard_quota(w, &text);

	buf_clear(&text);
	return wants;
}

void deck_wizard_footer(const struct deck *d, struct footer_key out[12])
{
	const struct wizard *w = &d->wizard.form;
	bool review = d->wizard.open && wizard_at_review(w);
	bool fine = !d->wizard.open || wizard_problems(w, false) == 0;
	bool quota = !fine && wants_quota(w);
	bool ready = d->wizard.open && w->checked == w->serial && !w->stale &&
		     wizard_problems(w, true) == 0 && !deck_cannot(d, ROLE_OPERATOR);
	size_t n = 0;

	if (d->wizard.open && (w->list.open || w->show_text)) {
		out[n++] = w->show_text
			       ? (struct footer_key){ "F6",
						      w->text_is == TEXT_YAML	? "JSON"
						      : w->text_is == TEXT_JSON ? "CLI"
										: "Close",
						      "", false, 0 }
			       : (struct footer_key){ "Enter", "Take", "", false, 0 };
		if (w->show_text)
			out[n++] = (struct footer_key){ "y", "Copy", "", false, 0 };
		out[n++] = (struct footer_key){ "Esc", "Close", "", false, 0 };
	} else {
		out[n++] = (struct footer_key){ "F1", "Help", "", false, 0 };
		if (review)
			out[n++] = (struct footer_key){ "C", "Create", "", !ready, 0 };
		else if (d->wizard.open && wizard_has_list(w))
			out[n++] = (struct footer_key){ "F2", "List", "", false, 0 };
		if (!quota) /* as many as fit in 80 columns */
			out[n++] = (struct footer_key){ "F4", "Anew", "", false, 3 };
		out[n++] = (struct footer_key){ "F5", "Check", "", false, 2 };
		out[n++] = (struct footer_key){ "F6", "Text", "", false, 2 };
		out[n++] = (struct footer_key){ "F7", "Mend", "", fine, fine ? 1 : 0 };
		out[n++] = (struct footer_key){ "F8", review ? "Keep" : "Draft", "", false, 0 };
		if (quota)
			out[n++] = (struct footer_key){ "F9", "Quota", "", false, 3 };
		out[n++] = (struct footer_key){ "PgUp", "Back", "", false, 0 };
		out[n++] = (struct footer_key){ "PgDn", "Next", "", review, review ? 3 : 0 };
		out[n++] = (struct footer_key){ "Esc", "Leave", "", false, 0 };
	}
	out[n] = (struct footer_key){ NULL, NULL, "", false, 0 };
}

/* A terminal that goes away takes no draft along. */
void deck_wizard_clear(struct deck *d)
{
	if (d->wizard.open && !d->wizard.form.sending)
		draft_save(d, false);
	if (d->wizard.open)
		wizard_clear(&d->wizard.form);
	timer_free(d->wizard.timer);
	json_free(d->wizard.kept);
}
