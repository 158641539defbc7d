/*
 * Teardown at the Deck: the engine's plan, then the dialog of level 3 below it, then the stages
 * until the proof. It can be left at any moment; the engine does not need anybody to watch.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "console/deck.h"
#include "console/teardown.h"

#define FOLLOW_MS 1000
#define RETRY_MS  5000

static void show_plan(struct deck *d)
{
	struct teardown_view *t = &d->teardown;

	textbox_open(&t->text, t->cluster);
	teardown_tree(&t->text, t->plan);
}

static void on_undone(struct deck *d, const struct json *answer, const char *note)
{
	(void)answer;
	(void)note;
	deck_say(d, TONE_OK, "the teardown of %s is being taken back", d->teardown.cluster);
	teardown_follow(d);
}

static void take_back(struct deck *d)
{
	char id[24];

	snprintf(id, sizeof(id), "%lld", (long long)d->teardown.op_id);
	deck_post(d, client_path("/v1/operations/%/cancel", id, (char *)NULL), NULL, on_undone,
		  "");
}

static bool under_way(const struct teardown_view *t)
{
	return !t->operation ||
	       op_state_of(json_str(t->operation, "state", "running")) == OP_RUNNING;
}

bool teardown_can_undo(const struct deck *d)
{
	const char *step = json_str(d->teardown.operation, "step", "");

	return under_way(&d->teardown) && strcmp(step, "undo") == 0;
}

/* The end of a teardown that was begun or looked at here: its report stays until a key. What is
 * being typed or asked is not pushed aside. */
static void show_report(struct deck *d)
{
	if (d->mode == AT_PANES)
		d->mode = AT_TEARDOWN;
	else
		deck_say(d, TONE_OK, "the teardown of %s has ended: D shows its report",
			 d->teardown.cluster);
}

static void on_operation(struct deck *d, const struct json *answer, const char *note)
{
	struct teardown_view *t = &d->teardown;
	int top = t->text.top;

	(void)note;
	if (t->asking || json_int(answer, "id", 0) != t->op_id)
		return;
	json_free(t->operation);
	t->operation = json_copy(answer);
	textbox_open(&t->text, t->cluster);
	teardown_progress(&t->text, answer, t->cluster, t->saves);
	t->text.top = top;
	if (under_way(t)) {
		timer_set(d->follow_timer, FOLLOW_MS);
		return;
	}
	timer_stop(d->follow_timer);
	if (d->mode != AT_TEARDOWN)
		show_report(d);
}

void teardown_follow(struct deck *d)
{
	char id[24];

	snprintf(id, sizeof(id), "%lld", (long long)d->teardown.op_id);
	timer_set(d->follow_timer, RETRY_MS); /* an answer that fails is asked for again */
	deck_get_quietly(d, client_path("/v1/operations/%", id, (char *)NULL), on_operation,
			 "");
}

static void on_begun(struct deck *d, const struct json *answer, const char *cluster)
{
	struct teardown_view *t = &d->teardown;

	t->op_id = json_int(answer, "operation", 0);
	deck_say(d, TONE_WARN, "the teardown of %s has begun; leaving does not stop it",
		 cluster);
	if (t->op_id > 0)
		teardown_follow(d);
}

static void agreed(struct deck *d)
{
	struct teardown_view *t = &d->teardown;
	struct json *body = json_new_object();

	json_set_str(body, "plan_hash", json_str(t->plan, "hash", ""));
	json_set_str(body, "typed_name", d->dialog.typed);
	json_set_bool(body, "force", false);
	t->asking = false;
	d->mode = AT_TEARDOWN;
	textbox_open(&t->text, t->cluster);
	textbox_add(&t->text, TONE_TEXT, " asked for");
	deck_post(d, client_path("/v1/clusters/%/teardown", t->cluster, (char *)NULL), body,
		  on_begun, t->cluster);
}

static void list_of(const char **out, const struct strs *from, size_t most)
{
	for (size_t i = 0; i <= most; i++)
		out[i] = i < from->n && i < most ? from->v[i] : NULL;
}

static void on_plan(struct deck *d, const struct json *answer, const char *cluster)
{
	struct teardown_view *t = &d->teardown;
	struct dialog_spec spec = { .level = CONFIRM_PLAN, .count = 1 };
	const char *locked = deck_cannot(d, ROLE_OPERATOR);

	if (d->mode != AT_PANES || strcmp(cluster, d->cluster) != 0)
		return; /* the operator went on to something else */
	json_free(t->plan);
	t->plan = json_copy(answer);
	t->saves = json_real(answer, "saves_per_hour", -1);
	snprintf(t->cluster, sizeof(t->cluster), "%s", cluster);
	show_plan(d);
	strs_clear(&t->losses);
	strs_clear(&t->facts);
	teardown_losses(&t->losses, answer, DIALOG_LOSSES);
	teardown_facts(&t->facts, answer);
	list_of(t->loss_list, &t->losses, DIALOG_LOSSES);
	list_of(t->fact_list, &t->facts, 3);
	snprintf(d->dialog_title, sizeof(d->dialog_title), "Tear down %s", cluster);
	spec.title = d->dialog_title;
	spec.name = t->cluster;
	spec.losses = t->loss_list;
	spec.facts = t->fact_list;
	spec.opener = d->teardown.opener;
	spec.locked = locked;
	spec.no_countdown = d->options->no_countdown;
	t->asking = true;
	deck_ask(d, &spec, agreed);
	d->mode = AT_TEARDOWN;
}

/* A teardown that is under way is shown, not asked about again. */
static bool show_running(struct deck *d)
{
	const struct operation *op = deck_operation(d);
	struct teardown_view *t = &d->teardown;

	if (!op || op->kind != OP_DELETE)
		return false;
	if (t->op_id != op->id) {
		t->op_id = op->id;
		t->saves = -1;
		json_free(t->operation);
		t->operation = NULL;
	}
	snprintf(t->cluster, sizeof(t->cluster), "%s", d->cluster);
	t->asking = false;
	d->mode = AT_TEARDOWN;
	teardown_follow(d);
	return true;
}

void act_teardown(struct deck *d)
{
	d->teardown.opener = d->pressed == K_ENTER ? 0 : d->pressed;
	if (!d->cluster[0] && d->teardown.operation) {
		d->mode = AT_TEARDOWN; /* what was torn down last */
		return;
	}
	if (!show_running(d))
		deck_get(d, client_path("/v1/clusters/%/teardown", d->cluster, (char *)NULL),
			 on_plan, d->cluster);
}

static bool is_scroll(const struct key *k)
{
	return k->code == K_PAGE_DOWN || k->code == K_PAGE_UP;
}

static bool ask_key(struct deck *d, const struct key *k)
{
	enum dialog_answer a;

	if (is_scroll(k))
		return textbox_key(&d->teardown.text, k);
	a = dialog_key(&d->dialog, k, display_now());
	if (a == DIALOG_YES)
		agreed(d);
	else if (a == DIALOG_NO) {
		d->teardown.asking = false;
		deck_say(d, TONE_TEXT, "nothing was changed");
		deck_watch_dialog(d);
		return false;
	}
	deck_watch_dialog(d);
	return true;
}

bool teardown_key(struct deck *d, const struct key *k)
{
	struct teardown_view *t = &d->teardown;

	if (t->asking)
		return ask_key(d, k);
	if (k->code == 'u' && teardown_can_undo(d)) {
		take_back(d);
		return true;
	}
	if (textbox_key(&t->text, k))
		return true;
	if (under_way(t))
		deck_say(d, TONE_TEXT, "the teardown of %s goes on; D shows it again",
			 t->cluster);
	return false;
}

static void draw_title(const struct deck *d, struct screen *s, struct area a)
{
	const struct teardown_view *t = &d->teardown;
	char title[100], when[CLOCK_TEXT], right[80];
	int64_t until = json_int(t->plan, "valid_until_ms", 0);

	snprintf(title, sizeof(title), "Teardown %s", t->cluster);
	right[0] = '\0';
	if (t->asking && until)
		snprintf(right, sizeof(right), "plan %.8s, valid until %s",
			 json_str(t->plan, "hash", ""), clock_hms(when, until));
	else if (!t->asking)
		snprintf(right, sizeof(right),
			 teardown_can_undo(d) ? "u takes it back  Esc leaves" : "Esc leaves");
	pane_title(s, a, title, right, true);
}

void teardown_draw(struct deck *d, struct screen *s, struct area a)
{
	struct teardown_view *t = &d->teardown;
	struct area body = { a.row + 1, a.col, a.rows - 1, a.cols };
	int box = t->asking ? dialog_rows(&d->dialog) : 0;

	draw_title(d, s, a);
	if (t->asking) {
		/* the dialog reaches down over the message line */
		body.rows -= box - (d->layout.message_row > 0);
		if (body.rows < 1)
			body.rows = 1;
	}
	int all = textbox_paint(&t->text, s, body);
	if (t->asking)
		dialog_draw(&d->dialog, s,
			    (struct area){
				0, 0, d->layout.footer_row > 0 ? d->layout.footer_row : s->rows,
				s->cols },
			    display_now());
	if (all > t->text.top + body.rows)
		screen_put_right(s, a.row + 1 + body.rows - !t->asking, a.col, TONE_KEY, 0,
				 " PgDn more ", a.cols - 2);
}

void teardown_clear(struct deck *d)
{
	json_free(d->teardown.plan);
	json_free(d->teardown.operation);
	strs_clear(&d->teardown.losses);
	strs_clear(&d->teardown.facts);
	textbox_clear(&d->teardown.text);
}
