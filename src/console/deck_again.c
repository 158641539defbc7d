/* A job once more, with changes: a form of what it was submitted with, checked by the engine
 * while it is typed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "console/deck.h"

#define CHECK_MS 320 /* as in the wizard */
#define TEXT_MAX ((size_t)64 << 10)
#define ARGS	 "args"

static const struct {
	const char *name, *label, *help, *type;
} fields[] = {
	{ "name", "Name", "Letters, digits, dot, hyphen and underscore.", "" },
	{ "account", "Account", "Whom it is charged to. Empty: as the script says.", "" },
	{ "partition", "Partition", "The array of the cluster that it runs in.", "" },
	{ "nodes", "Nodes", "Of each task. Empty: as the script says.", "" },
	{ "cpus", "CPUs per process",
	  "Cores for each of its processes. Empty: as the script says.", "" },
	{ "mem", "Memory of a node", "As in 500M or 4G. Empty: as the script says.", "" },
	{ "time", "Time limit",
	  "Minutes, or as in 2:00:00 or 1-12:00:00. Empty: as the script says.", "" },
	{ "array", "Array", "Task numbers, as in 0-39 or 1-9:2%4. Empty: as the script says.",
	  "" },
	{ ARGS, "Arguments", "What the script gets behind its name, words by blanks.",
	  "words" },
};

static struct json *schema_of(const struct json *told)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		struct json *p = json_add_object(list);
		char at[40];

		snprintf(at, sizeof(at), "values.%s", fields[i].name);
		json_set_str(p, "name", fields[i].name);
		json_set_str(p, "label", fields[i].label);
		json_set_str(p, "help", fields[i].help);
		json_set_str(p, "type", fields[i].type);
		json_set_str(p, "default", json_str(told, at, ""));
		if (strcmp(fields[i].name, "partition") == 0)
			json_set(p, "choices", json_copy(json_get(told, "partitions")));
	}
	return list;
}

/*
 * The values as a body, and as a line for the shell
 */

static struct json *body_of(const struct again_view *v)
{
	struct json *body = json_new_object(), *words = json_set_array(body, "words");

	for (size_t i = 0; i < v->form.n; i++) {
		const struct wizard_field *f = &v->form.fields[i];
		char *text = xstrdup(f->value), *next = NULL;

		if (strcmp(f->name, ARGS) != 0 && f->value[0])
			json_set_str(body, f->name, f->value);
		else if (strcmp(f->name, ARGS) == 0)
			for (char *w = strtok_r(text, " ", &next); w;
			     w = strtok_r(NULL, " ", &next))
				json_add(words, json_new_string(w));
		free(text);
	}
	return body;
}

static void line_of(const struct again_view *v, const struct json *body, struct buf *out)
{
	const struct json *words = json_get(body, "words");
	bool dashed = false;

	buf_addf(out, "paceline job resubmit %s ", v->cluster);
	wizard_shell_word(out, v->job);
	for (size_t i = 0; i < v->form.n; i++) {
		const struct wizard_field *f = &v->form.fields[i];

		if (strcmp(f->name, ARGS) == 0 || !f->value[0])
			continue;
		buf_addf(out, " --%s ", f->name);
		wizard_shell_word(out, f->value);
	}
	for (size_t i = 0; i < json_len(words); i++)
		dashed = dashed || json_text(json_at(words, i))[0] == '-';
	if (dashed)
		buf_adds(out, " --");
	for (size_t i = 0; i < json_len(words); i++) {
		buf_addc(out, ' ');
		wizard_shell_word(out, json_text(json_at(words, i)));
	}
}

/* The first line stands under the form too. */
static void cli_again(struct again_view *v)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	struct json *body = body_of(v);

	line_of(v, body, &text);
	buf_addf(&text, "\n\nto the API: POST /v1/clusters/%s/jobs/%s/resubmit\n", v->cluster,
		 v->job);
	json_write(&text, body);
	json_free(body);
	free(v->cli);
	v->cli = xstrdup(buf_str(&text));
	buf_clear(&text);
}

/*
 * Checks
 */

static void ask_check(struct deck *d);

static void check_later(struct deck *d)
{
	timer_set(d->again.timer, (int64_t)((double)CHECK_MS * clock_factor()));
}

static void on_timer(struct deck *d)
{
	if (d->again.open && !d->again.checking && !d->again.form.away[0])
		ask_check(d);
	if (d->display)
		display_ask_key(d->display);
}

static void on_checked(struct deck *d, const struct json *answer, const char *note)
{
	struct again_view *v = &d->again;

	v->checking = false;
	if (!v->open)
		return;
	wizard_took_check(&v->form, answer, (unsigned int)strtoul(note, NULL, 10));
	if (v->form.checked != v->form.serial)
		check_later(d);
}

static void on_not_checked(struct deck *d, const struct err *err, const char *note)
{
	(void)note;
	d->again.checking = false;
	if (!d->again.open)
		return;
	if (err->code == ERR_IO || err->code == ERR_TIMEOUT) /* its engine comes back */
		check_later(d);
	snprintf(d->again.form.note, sizeof(d->again.form.note), "not checked: %.140s",
		 err->msg);
}

static void ask_check(struct deck *d)
{
	struct again_view *v = &d->again;
	struct json *body = body_of(v);
	char serial[16];

	json_set_int(body, "processes", v->processes);
	snprintf(serial, sizeof(serial), "%u", v->form.serial);
	v->checking = true;
	deck_post(d,
		  client_path("/v1/clusters/%/jobs/%/resubmit/check", v->cluster, v->job,
			      (char *)NULL),
		  body, on_checked, serial);
	deck_if_failed(d, on_not_checked);
}

void deck_again_link(struct deck *d)
{
	struct again_view *v = &d->again;
	char away[120];

	if (!v->open)
		return;
	wizard_engine(&v->form, deck_away(d, away));
	if (!away[0] && !v->checking && !timer_on(v->timer) &&
	    (v->form.stale || v->form.checked != v->form.serial))
		check_later(d);
}

/*
 * Opening and leaving
 */

static void close_form(struct deck *d)
{
	if (d->again.open)
		wizard_clear(&d->again.form);
	d->again.open = false;
	timer_stop(d->again.timer);
	if (d->mode == AT_AGAIN)
		d->mode = AT_PANES;
}

static void on_told(struct deck *d, const struct json *answer, const char *note)
{
	struct again_view *v = &d->again;
	struct json *schema;
	char title[120];

	(void)note;
	if (d->mode != AT_AGAIN || v->open)
		return;
	schema = schema_of(answer);
	snprintf(title, sizeof(title), "%.40s: job %.40s once more", v->cluster, v->job);
	wizard_form_init(&v->form, title, schema);
	json_free(schema);
	v->processes = json_int(answer, "processes", 0);
	v->open = true;
	cli_again(v);
	ask_check(d);
}

static void on_not_told(struct deck *d, const struct err *err, const char *note)
{
	(void)note;
	close_form(d);
	deck_say(d, TONE_FAIL, "%.300s", err->msg);
}

void act_again(struct deck *d)
{
	struct again_view *v = &d->again;
	const char *job = pane_name_at(&d->panes[PANE_JOBS]);

	if (!job)
		return;
	if (!v->timer)
		v->timer = deck_timer(d, on_timer);
	close_form(d);
	v->checking = false;
	snprintf(v->cluster, sizeof(v->cluster), "%s", d->cluster);
	snprintf(v->job, sizeof(v->job), "%s", job);
	d->mode = AT_AGAIN;
	deck_get(
	    d, client_path("/v1/clusters/%/jobs/%/resubmit", v->cluster, v->job, (char *)NULL),
	    on_told, "");
	deck_if_failed(d, on_not_told);
}

static void on_submitted(struct deck *d, const struct json *answer, const char *job)
{
	close_form(d);
	deck_say(d, TONE_OK, "job %.40s is in the queue of %.40s: %.40s once more",
		 json_str(answer, "job", "?"), d->again.cluster, job);
}

static void on_not_submitted(struct deck *d, const struct err *err, const char *job)
{
	struct again_view *v = &d->again;

	if (!v->open) {
		deck_say(d, TONE_FAIL, "%.40s: %.250s", job, err->msg);
		return;
	}
	v->form.sending = false;
	snprintf(v->form.note, sizeof(v->form.note), "%.150s", err->msg);
}

static void submit(struct deck *d)
{
	struct again_view *v = &d->again;

	snprintf(v->form.note, sizeof(v->form.note), "it is being submitted");
	deck_undo_none(d, "the submit", "cancel the job instead");
	deck_post(
	    d, client_path("/v1/clusters/%/jobs/%/resubmit", v->cluster, v->job, (char *)NULL),
	    body_of(v), on_submitted, v->job);
	deck_if_failed(d, on_not_submitted);
}

static void leave(struct deck *d)
{
	bool sent = d->again.open && d->again.form.sending;

	deck_say(d, TONE_TEXT, sent ? "the job is being submitted" : "nothing was submitted");
	close_form(d);
}

void deck_again_key(struct deck *d, const struct key *k)
{
	struct again_view *v = &d->again;
	unsigned int before = v->open ? v->form.serial : 0;

	if (!v->open) {
		if (k->code == K_ESC || k->code == K_CTRL('c'))
			leave(d);
		else
			deck_deaf_key(d, k, "the engine is still to tell the job; Esc leaves");
		return;
	}
	switch (wizard_key(&v->form, k, display_now(), deck_cannot(d, ROLE_OPERATOR))) {
	case WIZARD_LEAVE:
		leave(d);
		return;
	case WIZARD_CREATE:
		submit(d);
		break;
	case WIZARD_CHECK:
		if (!v->checking && !v->form.away[0])
			ask_check(d);
		break;
	case WIZARD_COPY:
		deck_copy_text(d, v->cli, "the command");
		break;
	default:
		break;
	}
	if (v->form.serial == before)
		return;
	cli_again(v);
	check_later(d);
}

/*
 * Pictures
 */

void deck_again_draw(struct deck *d, struct screen *s, struct area a)
{
	deck_again_link(d);
	if (d->again.open)
		wizard_form_draw(&d->again.form, s, a, d->again.cli);
	else
		screen_put(s, a.row + 1, a.col + 2, TONE_DIM, 0,
			   "waiting for the engine to tell the job", a.cols - 2);
}

void deck_again_footer(const struct deck *d, struct footer_key out[12])
{
	const struct wizard *w = &d->again.form;
	bool open = d->again.open, bad = open && (wizard_problems(w, true) > 0 || w->stale ||
						  deck_cannot(d, ROLE_OPERATOR));
	size_t n = 0;

	if (open && (w->list.open || w->show_text)) {
		out[n++] = w->show_text ? (struct footer_key){ "y", "Copy", "", false, 0 }
					: (struct footer_key){ "Enter", "Take", "", false, 0 };
		out[n++] = (struct footer_key){ "Esc", "Close", "", false, 0 };
	} else {
		out[n++] = (struct footer_key){ "F1", "Help", "", false, 0 };
		out[n++] = (struct footer_key){ "F2", "List", "", false, 0 };
		out[n++] = (struct footer_key){ "F4", "Anew", "", false, 0 };
		out[n++] = (struct footer_key){ "F5", "Check", "", false, 0 };
		out[n++] = (struct footer_key){ "F6", "CLI", "", false, 0 };
		out[n++] = (struct footer_key){ "F8", "Submit", "",
						!open || bad || w->checked != w->serial, 0 };
		out[n++] = (struct footer_key){ "Esc", "Leave", "", false, 0 };
	}
	out[n] = (struct footer_key){ NULL, NULL, "", false, 0 };
}

void deck_again_clear(struct deck *d)
{
	if (d->again.open)
		wizard_clear(&d->again.form);
	timer_free(d->again.timer);
	free(d->again.cli);
}
