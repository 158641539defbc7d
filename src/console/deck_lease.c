/*
 * "Being edited by" (R9.5): while the operator has a cluster's change, its teardown or a
 * template open, the engine is told so, and he is told of others who have. It hinders nobody,
 * and nothing waits for it: what it cannot learn is not said.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/rand.h"
#include "console/deck.h"

#define LEASE_RENEW_MS 20000 /* of the 60 s that it holds */

static void say(struct deck *d, bool on, deck_answer_cb *cb)
{
	struct deck_lease *l = &d->lease;
	struct json *body = json_new_object();

	json_set_str(body, "session", l->session);
	json_set_str(body, "doing", l->doing);
	json_set_bool(body, "on", on);
	deck_post(d, client_path("/v1/%/%/editing", l->kind, l->name, (char *)NULL), body, cb,
		  l->name);
	deck_call_quiet(d);
}

/* The first of them; a name from outside is cleaned where it is said. */
static void on_told(struct deck *d, const struct json *answer, const char *name)
{
	const struct json *first = json_at(json_get(answer, "editing"), 0);
	char when[CLOCK_TEXT];

	if (first && d->lease.on && strcmp(name, d->lease.name) == 0)
		deck_say(d, TONE_WARN, "%s is being edited by %s since %s", name,
			 json_str(first, "who", "?"),
			 clock_local(when, json_int(first, "since_ms", 0)));
}

const char *deck_edited_by(const struct deck *d, const char *cluster, char out[160])
{
	const struct pane *p = &d->panes[PANE_CLUSTERS];
	const struct engine_row *e = mirror_engine(d->mirror);
	bool ours = d->lease.on && strcmp(d->lease.name, cluster) == 0;
	char when[CLOCK_TEXT];

	out[0] = '\0';
	for (size_t i = 0; p->have && i < p->rows.n; i++) {
		const struct cluster_row *r = &p->rows.u.clusters[i];

		if (ours && e && strcmp(r->view.editing, e->user) == 0)
			continue; /* the form that is open here */
		if (strcmp(r->cluster.name, cluster) == 0 && r->view.editing[0])
			snprintf(out, 160, "being edited by %.60s since %s", r->view.editing,
				 clock_local(when, r->view.editing_ms));
	}
	return out[0] ? out : NULL;
}

static void on_timer(struct deck *d)
{
	deck_lease_look(d);
	if (!d->lease.on)
		return;
	say(d, true, NULL);
	timer_set(d->lease.timer, (int64_t)(LEASE_RENEW_MS * clock_factor()));
}

void deck_lease_begin(struct deck *d, const char *kind, const char *name, const char *doing)
{
	struct deck_lease *l = &d->lease;

	if (deck_cannot(d, ROLE_OPERATOR))
		return; /* a look changes nothing */
	deck_lease_end(d);
	if (!l->session[0])
		rand_hex(l->session, sizeof(l->session) / 2);
	if (!l->timer)
		l->timer = deck_timer(d, on_timer);
	l->on = true;
	l->mode = d->mode;
	snprintf(l->kind, sizeof(l->kind), "%s", kind);
	snprintf(l->name, sizeof(l->name), "%s", name);
	snprintf(l->doing, sizeof(l->doing), "%s", doing);
	say(d, true, on_told);
	timer_set(l->timer, (int64_t)(LEASE_RENEW_MS * clock_factor()));
}

void deck_lease_end(struct deck *d)
{
	struct deck_lease *l = &d->lease;

	if (!l->on)
		return;
	say(d, false, NULL);
	l->on = false;
	timer_stop(l->timer);
}

/* A question that is no longer there is not being answered. An editor says when it ends. */
void deck_lease_look(struct deck *d)
{
	const struct deck_lease *l = &d->lease;
	enum deck_mode mode =
	    d->mode == AT_DIALOG && l->mode != AT_DIALOG ? d->dialog_over : d->mode;

	if (l->on && l->mode != AT_PANES &&
	    (mode != l->mode || (d->mode == AT_TEARDOWN && !d->teardown.asking)))
		deck_lease_end(d);
}

void deck_lease_clear(struct deck *d)
{
	timer_free(d->lease.timer);
}
