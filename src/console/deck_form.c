/*
 * What one call makes, as a form: its values are checked by the engine while they are typed, F8
 * sends them, and "!" tells the same for a shell. What differs from form to form is a struct
 * form_kind: deck_job.c has those of jobs, deck_limits.c that of a cluster that lives.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "console/deck.h"

#define CHECK_MS 320  /* as in the wizard */
#define SEND_MS	 5000 /* F8 waits so long for its check: later nobody expects it */
#define TEXT_MAX ((size_t)64 << 10)

/* The first line stands under the form too. */
static void tell_line(const struct deck *d, struct form_view *v)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	struct json *body = v->kind->body(v);
	char *path = v->kind->path(v, false);

	buf_addf(&text, "%s ", deck_called(d));
	v->kind->line(v, &text);
	buf_addf(&text, "\n\nto the API: POST %s%s%s\n", path, v->kind->beside ? ", and " : "",
		 v->kind->beside ? v->kind->beside : "");
	json_write(&text, body);
	json_free(body);
	free(path);
	free(v->cli);
	v->cli = xstrdup(buf_str(&text));
	buf_clear(&text);
}

/*
 * Checks
 */

static void ask_check(struct deck *d, bool offers);

static void check_later(struct deck *d)
{
	timer_set(d->form.timer, (int64_t)((double)CHECK_MS * clock_factor()));
}

static void on_timer(struct deck *d)
{
	if (d->form.open && !d->form.checking && !d->form.form.away[0])
		ask_check(d, false);
	if (d->display)
		display_ask_key(d->display);
}

/* Of F8 that waited for a check. */
static const char *not_sent_now(const struct deck *d)
{
	if (d->mode != AT_FORM || d->helping || display_now() - d->pressed_ms > SEND_MS)
		return "the check took a while; F8 goes on";
	return deck_cannot(d, ROLE_OPERATOR);
}

static void on_checked(struct deck *d, const struct json *answer, const char *note)
{
	struct form_view *v = &d->form;
	unsigned int serial = (unsigned int)strtoul(note, NULL, 10);
	struct json *said;

	v->checking = false;
	if (!v->open)
		return;
	said = json_copy(answer);
	if (v->kind->judge && serial == v->form.serial)
		v->kind->judge(v, said);
	wizard_took_check(&v->form, said, serial);
	wizard_took_offers(&v->form, said);
	json_free(said);
	if (v->form.checked != v->form.serial)
		check_later(d);
	else if (wizard_sends(&v->form, not_sent_now(d)))
		v->kind->send(d);
}

static void on_not_checked(struct deck *d, const struct err *err, const char *note)
{
	struct wizard *w = &d->form.form;

	(void)note;
	d->form.checking = false;
	if (!d->form.open)
		return;
	if (err->code == ERR_IO || err->code == ERR_TIMEOUT) /* its engine comes back */
		check_later(d);
	wizard_took_offers(w, NULL);
	wizard_failed(w, err->msg);
}

static void ask_check(struct deck *d, bool offers)
{
	struct form_view *v = &d->form;
	struct json *body = v->kind->body(v);
	char serial[16];

	if (v->processes)
		json_set_int(body, "processes", v->processes);
	if (v->kind->ask)
		v->kind->ask(v, body);
	if (offers)
		json_set_str(body, "offer", v->form.fields[v->form.at].name);
	snprintf(serial, sizeof(serial), "%u", v->form.serial);
	v->checking = true;
	deck_post(d, v->kind->path(v, true), body, on_checked, serial);
	deck_if_failed(d, on_not_checked);
}

void deck_form_link(struct deck *d)
{
	struct form_view *v = &d->form;
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

void form_close(struct deck *d)
{
	if (d->form.open)
		wizard_clear(&d->form.form);
	d->form.open = false;
	json_free(d->form.plan);
	d->form.plan = NULL;
	timer_stop(d->form.timer);
	if (d->mode == AT_FORM)
		d->mode = AT_PANES;
	deck_lease_look(d);
}

/* It is done, and closes. What is typed behind F8 was for a form that would follow: the rest of
 * it is no keys either. */
void form_sent(struct deck *d, const char *fmt, ...)
{
	bool behind = d->form.open && d->form.behind && d->mode == AT_FORM;
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	form_close(d);
	deck_say(d, TONE_OK, "%s", text);
	if (behind)
		deck_not_opened(d);
}

void form_begin(struct deck *d, const struct form_kind *kind)
{
	struct form_view *v = &d->form;

	if (!v->timer)
		v->timer = deck_timer(d, on_timer);
	form_close(d);
	v->kind = kind;
	v->checking = false;
	v->processes = 0;
	v->job[0] = '\0';
	snprintf(v->cluster, sizeof(v->cluster), "%s", d->cluster);
	d->mode = AT_FORM;
}

bool form_is_waited_for(const struct deck *d, const struct form_kind *kind)
{
	return d->mode == AT_FORM && !d->form.open && d->form.kind == kind;
}

void form_open(struct deck *d, const char *title, const struct json *schema)
{
	struct form_view *v = &d->form;

	wizard_form_init(&v->form, title, v->kind->act, schema);
	v->open = true;
	tell_line(d, v);
	ask_check(d, false);
}

void form_not_told(struct deck *d, const struct err *err, const char *note)
{
	bool waited = d->mode == AT_FORM && !d->form.open;

	(void)note;
	if (waited)
		form_close(d);
	deck_say(d, TONE_FAIL, "%.300s", err->msg);
	if (waited)
		deck_not_opened(d);
}

_Static_assert(sizeof(((struct wizard *)0)->note) >= sizeof(((struct err *)0)->msg),
	       "what an error says is whole in a form's note");

void form_not_sent(struct deck *d, const struct err *err, const char *what)
{
	struct form_view *v = &d->form;

	if (!v->open) {
		deck_say(d, TONE_FAIL, "%.40s: %.250s", what, err->msg);
		return;
	}
	v->form.sending = false;
	snprintf(v->form.note, sizeof(v->form.note), "%s", err->msg);
	if (err->code == ERR_CONFLICT || err->code == ERR_STALE) /* by an old plan */
		ask_check(d, false);
}

static void leave(struct deck *d)
{
	bool sent = d->form.open && d->form.form.sending;

	deck_say(d, TONE_TEXT, "%s", sent ? d->form.kind->sent : d->form.kind->left);
	form_close(d);
}

static void offer(struct deck *d)
{
	struct form_view *v = &d->form;
	struct json *known;

	if (v->kind->offers) {
		known = v->kind->offers(v);
		wizard_took_offers(&v->form, known);
		json_free(known);
	} else if (v->form.away[0]) {
		v->form.list.open = false;
	} else {
		ask_check(d, true);
	}
}

void deck_form_key(struct deck *d, const struct key *k)
{
	struct form_view *v = &d->form;
	unsigned int before = v->open ? v->form.serial : 0;

	if (!v->open) {
		if (k->code == K_ESC || k->code == K_CTRL('c'))
			leave(d);
		else
			deck_deaf_key(d, k, "the engine has still to answer; Esc leaves");
		return;
	}
	v->behind = v->form.sending && key_is_char(k);
	switch (wizard_key(&v->form, k, display_now(), deck_cannot(d, ROLE_OPERATOR))) {
	case WIZARD_LEAVE:
		leave(d);
		return;
	case WIZARD_CREATE:
		v->kind->send(d);
		break;
	case WIZARD_OFFERS:
		offer(d);
		break;
	case WIZARD_CHECK:
		if (!v->checking && !v->form.away[0])
			ask_check(d, false);
		break;
	case WIZARD_COPY:
		deck_copy_text(d, v->cli, "the command");
		break;
	default:
		break;
	}
	if (!v->open || v->form.serial == before)
		return;
	tell_line(d, v);
	check_later(d);
}

/*
 * Pictures
 */

void deck_form_draw(struct deck *d, struct screen *s, struct area a)
{
	char away[120];

	deck_form_link(d);
	if (d->form.open)
		wizard_form_draw(&d->form.form, s, a, d->form.cli);
	else if (deck_away(d, away)[0])
		screen_put(s, a.row + 1, a.col + 2, TONE_FAIL, 0, away, a.cols - 2);
	else
		screen_put(s, a.row + 1, a.col + 2, TONE_DIM, 0, d->form.kind->waits,
			   a.cols - 2);
}

void deck_form_footer(const struct deck *d, struct footer_key out[12])
{
	const struct wizard *w = &d->form.form;
	bool open = d->form.open, bad = open && (wizard_problems(w, true) > 0 || w->stale ||
						 deck_cannot(d, ROLE_OPERATOR));
	size_t n = 0;

	if (open && (w->list.open || w->show_text)) {
		out[n++] = w->show_text ? (struct footer_key){ "y", "Copy", "", false, 0 }
					: (struct footer_key){ "Enter", "Take", "", false, 0 };
		out[n++] = (struct footer_key){ "Esc", "Close", "", false, 0 };
	} else {
		out[n++] = (struct footer_key){ "F1", "Help", "", false, 0 };
		if (open && wizard_has_list(w))
			out[n++] = (struct footer_key){ "F2", "List", "", false, 0 };
		out[n++] = (struct footer_key){ "F4", "Anew", "", false, 0 };
		out[n++] = (struct footer_key){ "F5", "Check", "", false, 0 };
		out[n++] = (struct footer_key){ "F6", "CLI", "", false, 0 };
		out[n++] = (struct footer_key){ "F8", d->form.kind->act, "", !open || bad, 0 };
		out[n++] = (struct footer_key){ "Esc", "Leave", "", false, 0 };
	}
	out[n] = (struct footer_key){ NULL, NULL, "", false, 0 };
}

void deck_form_clear(struct deck *d)
{
	if (d->form.open)
		wizard_clear(&d->form.form);
	json_free(d->form.plan);
	timer_free(d->form.timer);
	free(d->form.cli);
}
