/* What may change of a cluster while it lives: its own parameters as a form, the plan of what
 * they change under it, and the box with that plan before anything is done. It does what
 * "cluster update" does. Beside it the switch of its autoscaling. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "console/deck.h"

#define RANKS 4

static const char help[] =
    "Tab, Down, Enter   the next field;  Shift-Tab, Up  the one before\n"
    "F2, Left, Right    choose, where there are choices\n"
    "F4                 all as the cluster has it\n"
    "F5                 check now (it is checked while you type, too)\n"
    "F6 !               the same as a line for the shell and as a call of the API; y copies it\n"
    "F7                 the remedy of the first problem\n"
    "F8                 the plan once more, to agree to with y;  Esc leaves, and nothing is changed\n"
    "What is grey is fixed for a cluster that lives. What has no parameter, as a budget, is in the\n"
    "template's text: edit that, and the diff of the template lets the cluster take it over.";

static struct json *params_of(const struct form_view *v)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < v->form.n; i++) {
		const struct wizard_field *f = &v->form.fields[i];
		char *pair;

		if (f->fallback && strcmp(f->value, f->fallback) == 0)
			continue;
		pair = xasprintf("%s=%s", f->name, f->value);
		json_add(list, json_new_string(pair));
		free(pair);
	}
	return list;
}

static struct json *body_of(const struct form_view *v)
{
	struct json *body = json_new_object();

	json_set(body, "params", params_of(v));
	return body;
}

static char *path_of(const struct form_view *v, bool check)
{
	return client_path(check ? "/v1/clusters/%/update/check" : "/v1/clusters/%/update",
			   v->cluster, (char *)NULL);
}

static void line_of(const struct form_view *v, struct buf *out)
{
	struct json *list = params_of(v);

	buf_addf(out, "cluster update %s", v->cluster);
	for (size_t i = 0; i < json_len(list); i++) {
		buf_addc(out, ' ');
		quote_sh_word(out, json_text(json_at(list, i)));
	}
	if (json_len(list) == 0) /* without a value it would be another command */
		buf_adds(out, " PARAM=VALUE");
	json_free(list);
}

/* What is agreed to is the plan of the values that stand there. */
static void judge(struct form_view *v, struct json *said)
{
	json_free(v->plan);
	v->plan = json_get(said, "plan") ? json_copy(json_get(said, "plan")) : NULL;
}

static void on_changed(struct deck *d, const struct json *answer, const char *cluster)
{
	(void)answer;
	form_sent(d, "%s has taken it over; the next decision works with it", cluster);
}

static void agreed(struct deck *d)
{
	struct form_view *v = &d->form;
	struct json *body;

	if (!v->open)
		return;
	body = body_of(v);
	json_set_str(body, "plan_hash", json_str(d->diff.plan, "hash", ""));
	v->form.sending = true;
	snprintf(v->form.note, sizeof(v->form.note), "it is being changed");
	deck_undo_none(d, "the change", "give the values before");
	deck_post(d, path_of(v, false), body, on_changed, v->cluster);
	deck_if_failed(d, form_not_sent);
	deck_if_match(d, d->diff.plan);
}

static void ask(struct deck *d)
{
	struct form_view *v = &d->form;

	v->form.sending = false; /* not before it is agreed to */
	if (!json_bool(v->plan, "possible", false)) {
		snprintf(v->form.note, sizeof(v->form.note), "nothing would change");
		return;
	}
	snprintf(d->dialog_title, sizeof(d->dialog_title), "Change %.60s while it lives",
		 v->cluster);
	deck_ask_update(d, v->plan, v->cluster, agreed);
}

static const struct form_kind limits = {
	.act = "Change",
	.waits = "waiting for the engine to tell what may change",
	.sent = "the cluster is being changed",
	.left = "nothing was changed",
	.help = help,
	.body = body_of,
	.path = path_of,
	.line = line_of,
	.send = ask,
	.judge = judge,
};

/* What holds from the next decision on comes first, then what the next nodes have; of what
 * cannot change it says why. */
static int rank_of(const struct json *p)
{
	static const char *const effects[] = { "now", "new_nodes" };
	const char *effect = json_str(p, "effect", "");

	for (size_t i = 0; i < ARRAY_LEN(effects); i++)
		if (strcmp(effects[i], effect) == 0)
			return (int)i;
	return json_str(p, "fixed", "")[0] ? RANKS - 1 : RANKS - 2;
}

static struct json *schema_of(const struct json *told)
{
	const struct json *list = json_get(told, "parameters");
	struct json *out = json_new_array();

	for (int rank = 0; rank < RANKS; rank++)
		for (size_t i = 0; i < json_len(list); i++) {
			if (rank_of(json_at(list, i)) != rank)
				continue;
			json_add(out, json_copy(json_at(list, i)));
		}
	return out;
}

static void on_told(struct deck *d, const struct json *answer, const char *cluster)
{
	struct json *schema;
	char title[120], by[160];

	if (!form_is_waited_for(d, &limits))
		return;
	schema = schema_of(answer);
	if (json_len(schema) == 0) {
		form_close(d);
		deck_say(d, TONE_WARN, "the template of %s has no parameters", cluster);
		deck_not_opened(d);
	} else {
		snprintf(title, sizeof(title), "%.40s: what may change while it lives",
			 cluster);
		form_open(d, title, schema);
		if (deck_edited_by(d, cluster, by))
			deck_say(d, TONE_WARN, "%s is %s", cluster, by);
		deck_lease_begin(d, "clusters", cluster, "update");
	}
	json_free(schema);
}

void act_limits(struct deck *d)
{
	form_begin(d, &limits);
	deck_get(d, path_of(&d->form, false), on_told, d->cluster);
	deck_if_failed(d, form_not_told);
}

const char *deck_no_limits(const struct deck *d, char out[80])
{
	const struct cluster_row *r = deck_cluster(d);

	if (!r)
		return "no cluster is selected";
	if (!d->view && d->focus == PANE_TEMPLATES)
		return "that is for a cluster; templates are edited in their view";
	if (r->cluster.state != CLUSTER_DELETING && r->cluster.state != CLUSTER_DELETED &&
	    r->cluster.state != CLUSTER_KEPT)
		return NULL;
	snprintf(out, 80, "it is %s", cluster_state_name(r->cluster.state));
	return out;
}

/*
 * Autoscaling
 */

static void on_switched(struct deck *d, const struct json *answer, const char *note)
{
	(void)answer;
	deck_say(d, TONE_OK, "%s; %s" TAKES_BACK, note, KEY_FOR(d, "undo"));
}

void act_autoscaling(struct deck *d)
{
	static const char *const paths[] = { "/v1/clusters/%/pause", "/v1/clusters/%/resume" };
	bool paused = deck_cluster(d)->cluster.paused;
	char note[160], what[96];

	snprintf(note, sizeof(note), "%.40s: autoscaling %s", d->cluster,
		 paused ? "goes on" : "is paused: nodes neither come nor go");
	snprintf(what, sizeof(what), "the %s of autoscaling of %.40s",
		 paused ? "resume" : "pause", d->cluster);
	deck_undo_set(d, what, client_path(paths[!paused], d->cluster, (char *)NULL), NULL);
	deck_post(d, client_path(paths[paused], d->cluster, (char *)NULL), NULL, on_switched,
		  note);
}

const char *deck_no_autoscaling(const struct deck *d, char out[80])
{
	(void)out;
	return deck_cluster(d) ? NULL : "no cluster is selected";
}
