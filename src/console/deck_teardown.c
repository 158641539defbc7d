/*
 * Teardown at the Deck: the engine's plan, then the dialog of level 3 below it, then the stages
 * until the proof. It can be left at any moment; the engine does not need anybody to watch.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "command/loss.h"
#include "console/deck.h"
#include "console/teardown.h"

#define FOLLOW_MS 1000
#define RETRY_MS  5000

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

/* Whoever looks at the progress sees the report come; whoever went on is told where it is, and
 * nothing takes the keys away. */
static void tell_report(struct deck *d)
{
	d->teardown.unread = true;
	deck_say(d, TONE_OK, "the teardown of %s has ended: %s shows its report",
		 d->teardown.cluster, KEY_FOR(d, "report"));
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
	/* the plan of another one may have been looked at meanwhile */
	if (json_str(answer, "cluster", "")[0])
		snprintf(t->cluster, sizeof(t->cluster), "%s", json_str(answer, "cluster", ""));
	textbox_open(&t->text, t->cluster);
	teardown_progress(&t->text, answer, t->cluster, t->saves, t->item, deck_now(d));
	t->text.top = top;
	if (under_way(t)) {
		timer_set(d->follow_timer, FOLLOW_MS);
		return;
	}
	timer_stop(d->follow_timer);
	if (d->mode != AT_TEARDOWN)
		tell_report(d);
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

/* A teardown that is under way is shown, not asked about again. */
static bool show_running(struct deck *d)
{
	const struct operation *op = deck_operation(d);
	struct teardown_view *t = &d->teardown;

	if (!op || op->kind != OP_DELETE)
		return false;
	t->unread = false;
	if (t->op_id != op->id) {
		/* the page that waits for its own has agreed to a plan, which said it */
		if (t->op_id != 0 || !t->plan || strcmp(t->cluster, d->cluster) != 0)
			t->saves = -1;
		t->op_id = op->id;
		json_free(t->operation);
		t->operation = NULL;
	}
	snprintf(t->cluster, sizeof(t->cluster), "%s", d->cluster);
	t->asking = false;
	d->mode = AT_TEARDOWN;
	teardown_follow(d);
	return true;
}

/* The plan as it is now takes the place of the one that was refused, and is asked about anew.
 */
static void on_plan_again(struct deck *d, const struct json *answer, const char *why)
{
	struct teardown_view *t = &d->teardown;

	if (d->mode != AT_TEARDOWN || t->asking || t->op_id > 0)
		return;
	if (strcmp(t->cluster, d->cluster) == 0 && show_running(d))
		return;
	teardown_plan_open(d, answer);
	t->refused = true;
	snprintf(d->dialog.note, sizeof(d->dialog.note), "not begun: %.66s", why);
}

static void on_not_begun(struct deck *d, const struct err *err, const char *cluster)
{
	struct teardown_view *t = &d->teardown;

	deck_say(d, TONE_FAIL, "the teardown of %s was not begun: %.200s", cluster, err->msg);
	if (d->mode != AT_TEARDOWN || t->asking || strcmp(cluster, t->cluster) != 0)
		return;
	textbox_open(&t->text, t->cluster);
	textbox_add(&t->text, TONE_FAIL, " not begun: %s", err->msg);
	if (err->code == ERR_CONFLICT || err->code == ERR_STALE)
		deck_get(d, teardown_plan_path(t), on_plan_again, err->msg);
}

void teardown_agreed(struct deck *d)
{
	struct teardown_view *t = &d->teardown;
	struct json *body = json_new_object();

	json_set_str(body, "plan_hash", plan_agreement(t->plan, t->kill));
	json_set_str(body, "typed_name", d->dialog.typed);
	json_set_bool(body, "force", t->kill);
	if (t->kill)
		json_set_str(body, "reason", "asked for at the console");
	json_free(t->operation); /* that of the last one */
	t->operation = NULL;
	t->op_id = 0;
	t->asking = t->unread = t->refused = false;
	d->mode = AT_TEARDOWN;
	deck_undo_none(d, "the teardown", "its own view does, for 10 s");
	textbox_open(&t->text, t->cluster);
	textbox_add(&t->text, TONE_TEXT, " asked for");
	deck_post(d, client_path("/v1/clusters/%/teardown", t->cluster, (char *)NULL), body,
		  on_begun, t->cluster);
	deck_if_match(d, t->plan);
	deck_if_failed(d, on_not_begun);
}

static void on_plan(struct deck *d, const struct json *answer, const char *cluster)
{
	if (d->mode != AT_PANES || strcmp(cluster, d->cluster) != 0)
		return; /* the operator went on to something else */
	snprintf(d->teardown.cluster, sizeof(d->teardown.cluster), "%s", cluster);
	teardown_plan_open(d, answer);
}

/* Somebody else's teardown was quicker than ours: the page that waits for ours shows theirs,
 * and so does a plan that was refused for it. */
void teardown_see(struct deck *d)
{
	const struct teardown_view *t = &d->teardown;

	if (d->mode == AT_TEARDOWN && (!t->asking || t->refused) && t->op_id == 0 &&
	    strcmp(t->cluster, d->cluster) == 0)
		show_running(d);
}

const char *deck_no_report(const struct deck *d, char out[80])
{
	(void)out;
	return d->teardown.operation && !under_way(&d->teardown)
		   ? NULL
		   : "no teardown was followed to its end here";
}

void act_report(struct deck *d)
{
	d->teardown.asking = false;
	d->teardown.unread = false;
	d->mode = AT_TEARDOWN;
}

void act_teardown(struct deck *d)
{
	d->teardown.refused = false;
	d->teardown.opener = d->pressed == K_ENTER ? 0 : d->pressed;
	if (!d->cluster[0] && d->teardown.operation) {
		act_report(d); /* what was torn down last */
		return;
	}
	if (show_running(d))
		return;
	spill_begin(&d->spill, "the plan of the teardown is being made", display_now());
	deck_get(d, client_path("/v1/clusters/%/teardown", d->cluster, (char *)NULL), on_plan,
		 d->cluster);
}

/*
 * Items that could not be deleted: the engine tries again by itself; the operator may hurry it,
 * or leave one
 */

#define NEEDING_MOST 64

size_t teardown_needs(const struct deck *d)
{
	const struct json *items[NEEDING_MOST];

	return under_way(&d->teardown)
		   ? teardown_needing(d->teardown.operation, items, NEEDING_MOST)
		   : 0;
}

static void on_retried(struct deck *d, const struct json *answer, const char *note)
{
	(void)answer;
	(void)note;
	deck_say(d, TONE_TEXT, "tried again now");
	teardown_follow(d);
}

/* The one that is marked; the others keep their own times. */
static void retry_item(struct deck *d)
{
	const struct json *items[NEEDING_MOST];
	size_t n = teardown_needing(d->teardown.operation, items, NEEDING_MOST);
	struct json *body = json_new_object();
	char id[24];

	snprintf(id, sizeof(id), "%lld", (long long)d->teardown.op_id);
	json_set_str(body, "item",
		     json_str(items[d->teardown.item < n ? d->teardown.item : 0], "id", ""));
	deck_post(d, client_path("/v1/operations/%/retry", id, (char *)NULL), body, on_retried,
		  "");
}

static void on_skipped(struct deck *d, const struct json *answer, const char *id)
{
	(void)answer;
	deck_say(d, TONE_WARN, "%s is left with its price: %s again deletes it later",
		 strrchr(id, '/') ? strrchr(id, '/') + 1 : id, KEY_FOR(d, "teardown"));
	teardown_follow(d);
}

static void skip_item(struct deck *d)
{
	struct teardown_view *t = &d->teardown;
	const struct json *items[NEEDING_MOST];
	size_t n = teardown_needing(t->operation, items, NEEDING_MOST);
	const char *item = json_str(items[t->item < n ? t->item : 0], "id", "");
	struct json *body = json_new_object();
	char id[24];

	snprintf(id, sizeof(id), "%lld", (long long)t->op_id);
	json_set_str(body, "item", item);
	deck_post(d, client_path("/v1/operations/%/skip", id, (char *)NULL), body, on_skipped,
		  item);
}

static bool needing_key(struct deck *d, const struct key *k)
{
	size_t n = teardown_needs(d);
	const char *locked = deck_cannot(d, ROLE_OPERATOR);

	if (n == 0 || (k->code != 'r' && k->code != 's' && k->code != K_TAB))
		return false;
	if (k->code == K_TAB) {
		d->teardown.item = (d->teardown.item + 1) % n;
		teardown_follow(d);
	} else if (locked) {
		deck_say(d, TONE_WARN, "%s", locked);
	} else if (k->code == 's') {
		skip_item(d);
	} else {
		retry_item(d);
	}
	return true;
}

bool teardown_key(struct deck *d, const struct key *k)
{
	struct teardown_view *t = &d->teardown;
	enum textbox_end end;

	if (t->asking)
		return teardown_plan_key(d, k);
	if (needing_key(d, k))
		return true;
	if (k->code == 'u' && teardown_can_undo(d)) {
		take_back(d);
		return true;
	}
	end = textbox_key(&t->text, k);
	if (end == TEXTBOX_DEAF)
		deck_deaf_key(d, k,
			      teardown_needs(d) > 0
				  ? "r tries again, s leaves it, arrows scroll, Esc leaves"
			      : teardown_can_undo(d)
				  ? "u takes it back, arrows scroll, Esc leaves"
				  : "arrows scroll, Esc leaves");
	if (end != TEXTBOX_CLOSED)
		return true;
	if (under_way(t))
		deck_say(d, TONE_TEXT, "the teardown of %s goes on; %s shows it again",
			 t->cluster, KEY_FOR(d, "teardown"));
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
			 plan_agreement(t->plan, t->kill), clock_hms(when, until));
	else if (!t->asking)
		snprintf(right, sizeof(right),
			 teardown_can_undo(d) ? "u takes it back  Esc leaves" : "Esc leaves");
	pane_title(s, a, title, right, true);
}

void teardown_draw(struct deck *d, struct screen *s, struct area a)
{
	struct teardown_view *t = &d->teardown;
	struct area body = { a.row + 1, a.col, a.rows - 1, a.cols };

	draw_title(d, s, a);
	if (t->asking) {
		teardown_plan_draw(d, s, body);
		return;
	}
	int all = textbox_paint(&t->text, s, body);
	if (all > t->text.top + body.rows)
		screen_put_right(s, a.row + body.rows, a.col, TONE_KEY, 0, " PgDn more ",
				 a.cols - 2);
}

void teardown_clear(struct deck *d)
{
	json_free(d->teardown.plan);
	json_free(d->teardown.operation);
	strs_clear(&d->teardown.facts);
	strs_clear(&d->teardown.keep);
	plan_tree_clear(&d->teardown.tree);
	textbox_clear(&d->teardown.side);
	textbox_clear(&d->teardown.text);
}
