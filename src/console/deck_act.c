/* What the Deck does at the engine: each act is one call of the API, and its answer one
 * sentence. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "console/deck.h"
#include "console/words.h"
#include "model/queue.h"

#define UNDO_MS	    30000
#define WHY_AGES_MS 5000 /* "idle for 35 s of 60 s" */
#define LATE_MS	    2000 /* without an answer to a key somebody wonders */

struct deck_call {
	struct deck *deck;
	struct deck_call *next;
	struct client_call *call;
	deck_answer_cb *cb;
	deck_failed_cb *failed;
	char note[160]; /* what the answer is about */
	bool quiet;	/* its failure is not worth a sentence */
	bool by_key;
};

/* Calls */

static void unlink_call(struct deck_call *c)
{
	struct deck_call **at = &c->deck->calls;

	while (*at && *at != c)
		at = &(*at)->next;
	if (*at)
		*at = c->next;
}

static void on_answer(void *arg, const struct json *answer, const struct err *err)
{
	struct deck_call *c = arg;
	struct deck *d = c->deck;

	unlink_call(c);
	deck_load(d); /* rows are borrowed anew in each turn */
	if (c->by_key && d->told_late)
		d->message[0] = '\0';
	d->told_late = d->told_late && !c->by_key;
	if (answer && c->cb) {
		c->cb(d, answer, c->note);
	} else if (!answer && c->failed) {
		c->failed(d, err, c->note);
	} else if (!answer && !c->quiet) {
		deck_say(d, TONE_FAIL, "%.300s", err->msg);
	}
	if (d->display)
		display_ask_key(d->display);
	free(c);
}

static struct deck_call *call_new(struct deck *d, deck_answer_cb *cb, const char *note)
{
	struct deck_call *c = xcalloc(1, sizeof(*c));

	*c = (struct deck_call){ .deck = d, .next = d->calls, .cb = cb };
	snprintf(c->note, sizeof(c->note), "%s", note ? note : "");
	d->calls = c;
	c->by_key = d->by_key; /* those that are quiet are nobody's question */
	if (d->by_key)
		timer_set(d->late_timer, (int64_t)(LATE_MS * clock_factor()));
	return c;
}

static void tell_late(struct deck *d, const char *why)
{
	d->told_late = true;
	deck_remark(d, "%s; what was asked for comes when it answers", why);
}

void deck_tell_away(struct deck *d)
{
	char away[120];

	if (d->mode == AT_PANES && !d->message[0] && deck_away(d, away)[0])
		tell_late(d, away);
}

void deck_late(struct deck *d)
{
	const struct deck_call *c = d->calls;

	while (c && !c->by_key)
		c = c->next;
	if (c)
		deck_tell_away(d);
	if (c && d->mode == AT_PANES && !d->message[0])
		tell_late(d, "the engine has not answered yet");
	if (d->display)
		display_ask_key(d->display);
}

void deck_by_key(struct deck *d, void (*run)(struct deck *d))
{
	const struct deck_call *before = d->calls;

	d->by_key = true;
	d->told_late = false;
	run(d);
	d->by_key = false;
	if (d->calls != before)
		deck_tell_away(d);
}

void deck_get(struct deck *d, char *path, deck_answer_cb *cb, const char *note)
{
	struct deck_call *c = call_new(d, cb, note);

	c->call = client_get(d->client, path, on_answer, c);
	free(path);
}

void deck_call_quiet(struct deck *d)
{
	if (d->calls) {
		d->calls->quiet = true;
		d->calls->by_key = false;
	}
}

void deck_get_quietly(struct deck *d, char *path, deck_answer_cb *cb, const char *note)
{
	deck_get(d, path, cb, note);
	deck_call_quiet(d);
}

void deck_post(struct deck *d, char *path, struct json *body, deck_answer_cb *cb,
	       const char *note)
{
	struct deck_call *c = call_new(d, cb, note);

	c->call = client_post(d->client, path, body, on_answer, c);
	free(path);
	json_free(body);
}

void deck_if_failed(struct deck *d, deck_failed_cb *cb)
{
	if (d->calls)
		d->calls->failed = cb;
}

void deck_if_match(struct deck *d, const struct json *read)
{
	if (d->calls)
		client_if_match(d->calls->call, json_str(read, "etag", ""));
}

void deck_drop_calls(struct deck *d)
{
	while (d->calls) {
		struct deck_call *c = d->calls;

		d->calls = c->next;
		client_cancel(c->call);
		free(c);
	}
}

/* Undo */

void deck_undo_set(struct deck *d, const char *what, char *path, struct json *body)
{
	json_free(d->undo.body);
	d->undo = (struct undo){ .until = display_now() + UNDO_MS, .body = body };
	snprintf(d->undo.what, sizeof(d->undo.what), "%s", what);
	snprintf(d->undo.path, sizeof(d->undo.path), "%s", path);
	free(path);
}

void deck_undo_op(struct deck *d, const char *what, int64_t op)
{
	char id[24];

	snprintf(id, sizeof(id), "%lld", (long long)op);
	deck_undo_set(d, what, client_path("/v1/operations/%/cancel", id, (char *)NULL), NULL);
	d->undo.op = op;
}

void deck_undo_see(struct deck *d)
{
	char what[sizeof(d->undo.what)];

	for (size_t i = 0; d->undo.op && d->have_ops && i < d->ops.n; i++) {
		const struct operation *o = &d->ops.u.operations[i];

		if (o->id != d->undo.op || o->state == OP_RUNNING)
			continue;
		snprintf(what, sizeof(what), "%s", d->undo.what);
		deck_undo_none(d, what, "it has ended");
		if (strstr(d->message, TAKES_BACK))
			d->message[0] = '\0';
	}
}

void deck_undo_none(struct deck *d, const char *what, const char *how)
{
	json_free(d->undo.body);
	d->undo = (struct undo){ .until = display_now() + UNDO_MS };
	snprintf(d->undo.what, sizeof(d->undo.what), "%s", what);
	snprintf(d->undo.how, sizeof(d->undo.how), "%s", how);
}

static void on_undone(struct deck *d, const struct json *answer, const char *note)
{
	(void)answer;
	deck_say(d, TONE_OK, "taken back: %s", note);
}

void act_undo(struct deck *d)
{
	struct json *body = d->undo.body;

	d->undo.body = NULL;
	d->undo.until = 0;
	deck_post(d, xstrdup(d->undo.path), body, on_undone, d->undo.what);
}

/* Start */

static void on_started(struct deck *d, const struct json *answer, const char *cluster)
{
	int64_t op = json_int(answer, "operation", 0);
	char what[96];

	if (op <= 0) {
		deck_say(d, TONE_OK, "%s starts", cluster);
		return;
	}
	snprintf(what, sizeof(what), "the start of %.40s", cluster);
	deck_undo_op(d, what, op);
	deck_say(d, TONE_OK, "%s starts; %s" TAKES_BACK, cluster, KEY_FOR(d, "undo"));
}

void act_start_named(struct deck *d, const char *name)
{
	deck_post(d, client_path("/v1/clusters/%/start", name, (char *)NULL), NULL, on_started,
		  name);
}

void act_start(struct deck *d)
{
	act_start_named(d, d->cluster);
}

/* Why */

static void on_why(struct deck *d, const struct json *answer, const char *what)
{
	char title[100];

	snprintf(title, sizeof(title), "Why: %s", what);
	textbox_open(&d->box, title);
	textbox_add_text(&d->box, TONE_TEXT, json_str(answer, "text", ""));
	deck_open_box(d);
}

static void on_plan(struct deck *d, const struct json *answer, const char *cluster)
{
	const struct json *creates = json_get(answer, "creates"),
			  *wants = json_get(answer, "wants");
	char title[100], money[24];

	snprintf(title, sizeof(title), "Why: %s", cluster);
	textbox_open(&d->box, title);
	textbox_add(&d->box, TONE_TITLE, "last decision: %s", json_str(answer, "summary", ""));
	for (size_t i = 0; i < json_len(creates); i++) {
		const struct json *c = json_at(creates, i);

		textbox_add(&d->box, TONE_BOOT, "+%lld %s %s %s at %s/h: %s",
			    (long long)json_int(c, "count", 0), json_str(c, "array", ""),
			    vm_size_short(json_str(c, "size", "")),
			    words_kind(json_bool(c, "spot", false)),
			    money_text(money, json_real(c, "price", -1)),
			    json_str(c, "why", ""));
	}
	for (size_t i = 0; i < json_len(wants); i++)
		textbox_add(&d->box, TONE_TEXT, "job %s of %s: %s",
			    json_str(json_at(wants, i), "job", "?"),
			    json_str(json_at(wants, i), "user", "?"),
			    json_str(json_at(wants, i), "text", ""));
	deck_open_box(d);
}

/* Events that came together are one line, "htc-[1-3,7]": its first node tells of all. */
void deck_event_object(char out[80], const struct event *e)
{
	struct strs names = STRS_INIT(QUEUE_NODES_MAX);
	struct err err = ERR_INIT;

	snprintf(out, 80, "%s", e->object);
	if (strchr(e->object, '[') && hostlist_expand(&names, e->object, &err) == 0 && names.n)
		snprintf(out, 80, "%s", names.v[0]);
	strs_clear(&names);
}

/* Of an event it is that of its node or job, which may be gone from all other panes. */
const char *deck_explained(const struct deck *d, char what[80])
{
	const struct event *e = deck_event(d);

	if (e)
		deck_event_object(what, e);
	else
		deck_selected(d, what);
	return e ? e->cluster : d->cluster;
}

void act_why(struct deck *d)
{
	char what[80];
	const char *cluster = deck_explained(d, what);

	if (what[0]) /* with its history, which no pane beside the list has */
		deck_get(
		    d,
		    client_path("/v1/clusters/%/why/%?events=1", cluster, what, (char *)NULL),
		    on_why, what);
	else
		deck_get(d, client_path("/v1/clusters/%/plan", cluster, (char *)NULL), on_plan,
			 cluster);
}

static void on_side_why(struct deck *d, const struct json *answer, const char *what)
{
	free(d->why_text);
	d->why_text = xstrdup(json_str(answer, "text", ""));
	snprintf(d->why_of, sizeof(d->why_of), "%.79s", what);
}

const char *deck_why_key(const struct deck *d, char out[WHY_KEY])
{
	const struct pane *jobs = &d->panes[PANE_JOBS];
	const struct cluster_row *r = deck_cluster(d);
	const struct node *n = d->focus == PANE_NODES ? deck_node(d) : NULL;
	int64_t at = d->focus == PANE_JOBS ? pane_at(jobs) : -1;
	const struct job *j = at >= 0 ? &jobs->rows.u.jobs[at] : NULL;
	char what[80];

	out[0] = '\0';
	if (deck_selected(d, what)[0])
		snprintf(
		    out, WHY_KEY, "%lld %s %s %lld %s %.60s %.120s",
		    n ? (long long)(deck_now(d) / (int64_t)(WHY_AGES_MS * clock_factor())) : 0,
		    what,
		    n	? node_state_name(n->state)
		    : j ? job_state_name(j->state)
			: "",
		    n ? (long long)n->since_ms : 0, j ? reason_class_name(j->reason_class) : "",
		    j ? j->waits : "", r ? r->view.plan : "");
	return out;
}

void act_fetch_why(struct deck *d)
{
	char what[80];

	deck_load(d);
	timer_stop(d->why_timer); /* loading found the question not yet asked */
	deck_selected(d, what);
	deck_why_key(d, d->why_asked);
	if (!what[0] || !d->cluster[0] || (d->focus != PANE_NODES && d->focus != PANE_JOBS))
		return;
	if (d->focus == PANE_JOBS && d->layout.size == DECK_LARGE &&
	    strcmp(what, d->why_of) != 0)
		act_fetch_tail(d, what);
	deck_get_quietly(d, client_path("/v1/clusters/%/why/%", d->cluster, what, (char *)NULL),
			 on_side_why, what);
}
