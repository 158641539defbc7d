/*
 * The plan of a teardown on the screen: the tree, what is known of the row under the cursor,
 * and the dialog of level 3 below. What Space changes is planned again by the engine; the hash
 * that is agreed to is of that plan.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/loss.h"
#include "console/deck.h"
#include "console/teardown.h"
#include "console/words.h"

#define SIDE_FROM 160 /* columns */
#define SIDE_COLS 56
#define NOTE_COLS 76 /* that a note has in a box of 80 columns */

static const struct plan_row *row_now(const struct teardown_view *t)
{
	return t->row < t->tree.n ? &t->tree.v[t->row] : NULL;
}

#define AS_SNAPSHOT "=snapshot" /* behind a storage's name: not the disk is kept, but that */

static void take_keep(struct teardown_view *t)
{
	const struct json *list = json_get(t->plan, "storage");

	strs_clear(&t->keep);
	for (size_t i = 0; i < json_len(list); i++) {
		const char *act = json_str(json_at(list, i), "act", "");
		const char *name = json_str(json_at(list, i), "name", "");

		if (strcmp(act, "keep") == 0)
			strs_add(&t->keep, name);
		else if (strcmp(act, "snapshot") == 0)
			strs_addf(&t->keep, "%s" AS_SNAPSHOT, name);
	}
}

/* The same act for a script, where there is room to say it. */
static void shell_fact(struct deck *d)
{
	struct teardown_view *t = &d->teardown;
	struct buf keep = BUF_INIT(1024);

	for (size_t i = 0; i < t->keep.n; i++)
		buf_addf(&keep, "%s%s", i ? "," : "", t->keep.v[i]);
	strs_addf(&t->facts, "Shell: %s cluster delete %s --keep %s --plan %s %s--name %s%s",
		  deck_called(d), t->cluster, keep.len ? buf_str(&keep) : "none",
		  plan_agreement(t->plan, t->kill),
		  plan_loses_data(t->plan) ? "--" LOSS_OPTION " " : "", t->cluster,
		  t->kill ? " --force --reason WHY" : "");
	buf_clear(&keep);
}

/* Said before a name is typed: the engine would refuse it at the end. */
static const char *locked(struct deck *d)
{
	struct teardown_view *t = &d->teardown;
	const char *cannot = deck_cannot(d, ROLE_OPERATOR);

	if (cannot || !json_bool(t->plan, "protected", false))
		return cannot;
	snprintf(t->lock, sizeof(t->lock), "protected; \":cluster unprotect %s\" ends that",
		 t->cluster);
	return t->lock;
}

static void spec_of(struct deck *d, struct dialog_spec *spec)
{
	struct teardown_view *t = &d->teardown;
	char by[160];

	teardown_losses(&t->losses, t->plan, t->kill);
	strs_clear(&t->facts);
	if (!d->lease.on && deck_edited_by(d, t->cluster, by))
		strs_add(&t->facts, by);
	teardown_facts(&t->facts, t->plan);
	if (d->layout.size == DECK_LARGE)
		shell_fact(d);
	for (size_t i = 0; i <= DIALOG_LOSSES; i++)
		t->loss_list[i] = i < t->losses.n ? t->losses.v[i].text : NULL;
	for (size_t i = 0; i < ARRAY_LEN(t->fact_list); i++)
		t->fact_list[i] = i < t->facts.n ? t->facts.v[i] : NULL;
	snprintf(d->dialog_title, sizeof(d->dialog_title), "Tear down %s", t->cluster);
	*spec = (struct dialog_spec){ .level = CONFIRM_PLAN,
				      .count = 1,
				      .title = d->dialog_title,
				      .name = t->cluster,
				      .losses = t->loss_list,
				      .facts = t->fact_list,
				      .opener = t->opener,
				      .locked = locked(d),
				      .no_countdown = d->no_countdown };
}

static void show_facts(struct teardown_view *t)
{
	const struct plan_row *r = row_now(t);

	textbox_open(&t->side, r ? r->what : "");
	if (r)
		plan_row_facts(&t->tree, t->row, t->plan, &t->side);
}

/* Where there is a choice to be made the cursor stands on it, else in the box below. */
static void plan_take(struct deck *d, const struct json *answer)
{
	struct teardown_view *t = &d->teardown;

	t->tree.n = 0; /* its rows point into the old plan */
	json_free(t->plan);
	t->plan = json_copy(answer);
	t->saves = json_real(answer, "saves_per_hour", -1);
	take_keep(t);
	plan_tree_make(&t->tree, t->plan, t->kill);
}

static struct plan_of plan_of(const struct deck *d)
{
	const struct cluster_row *r = deck_cluster(d);

	if (!r)
		return (struct plan_of){ 0 };
	return (struct plan_of){ .running = r->view.jobs_running,
				 .pending = r->view.jobs_pending,
				 .nodes = r->view.nodes,
				 .unread = r->view.queue_unread,
				 .protect = r->cluster.protect };
}

void teardown_plan_open(struct deck *d, const struct json *answer)
{
	struct teardown_view *t = &d->teardown;
	struct dialog_spec spec;

	t->kill = false;
	t->planning = 0;
	t->of = plan_of(d);
	plan_take(d, answer);
	t->row = plan_tree_first_toggle(&t->tree);
	t->top = 0;
	spec_of(d, &spec);
	t->asking = true;
	deck_ask(d, &spec, teardown_agreed);
	d->dialog.away = t->row < t->tree.n;
	if (t->row == t->tree.n)
		t->row = 0;
	show_facts(t);
	d->mode = AT_TEARDOWN;
	deck_lease_begin(d, "clusters", t->cluster, "teardown");
}

/* What was accepted stays so, unless more is lost. */
static void renew(struct deck *d)
{
	const struct losses was = d->teardown.losses, *now = &d->teardown.losses;
	struct dialog old = d->dialog;
	struct dialog_spec spec;

	spec_of(d, &spec);
	dialog_renew(&d->dialog, &spec, display_now());
	for (size_t i = 0; i < now->n; i++)
		for (size_t k = 0; k < was.n; k++)
			if (loss_is_within(&now->v[i], &was.v[k]))
				d->dialog.accepted[i] = old.accepted[k];
	if (old.focus < d->dialog.n_losses)
		d->dialog.focus = old.focus;
	d->dialog.away = d->dialog.away || d->dialog.n_losses == 0;
	show_facts(&d->teardown);
}

/* The row of the same thing, where it is still there. */
static size_t row_like(const struct plan_tree *tree, const struct plan_row *was, size_t row)
{
	for (size_t i = 0; i < tree->n; i++)
		if (tree->v[i].stage == was->stage && tree->v[i].toggle == was->toggle &&
		    tree->v[i].listed == was->listed &&
		    strcmp(tree->v[i].storage, was->storage) == 0 &&
		    strcmp(tree->v[i].key, was->key) == 0 &&
		    (was->toggle != TOGGLE_NONE || was->key[0] ||
		     strcmp(tree->v[i].what, was->what) == 0))
			return i;
	return row < tree->n ? row : 0;
}

static void answered(struct teardown_view *t)
{
	t->planning -= t->planning > 0;
}

static void on_planned(struct deck *d, const struct json *answer, const char *cluster)
{
	struct teardown_view *t = &d->teardown;
	struct plan_row was = { .stage = '\0' };

	answered(t);
	if (d->mode != AT_TEARDOWN || !t->asking || strcmp(cluster, t->cluster) != 0)
		return;
	if (t->planning > 0)
		return; /* it knows nothing of what Space changed since */
	if (row_now(t))
		was = *row_now(t);
	plan_take(d, answer);
	t->row = row_like(&t->tree, &was, t->row);
	renew(d);
}

static void on_not_planned(struct deck *d, const struct err *err, const char *note)
{
	(void)note;
	answered(&d->teardown);
	take_keep(&d->teardown); /* the plan that is shown is the one that holds */
	snprintf(d->dialog.note, sizeof(d->dialog.note), "no other plan was made: %.50s",
		 err->msg);
}

char *teardown_plan_path(const struct teardown_view *t)
{
	struct buf names = BUF_INIT(4096);
	char *path;

	for (size_t i = 0; i < t->keep.n; i++)
		buf_addf(&names, "%s%s", i ? "," : "", t->keep.v[i]);
	path = client_path(names.len ? "/v1/clusters/%/teardown?keep=%"
				     : "/v1/clusters/%/teardown?keep=",
			   t->cluster, buf_str(&names), (char *)NULL);
	buf_clear(&names);
	return path;
}

static void plan_again(struct deck *d)
{
	struct teardown_view *t = &d->teardown;

	t->planning++;
	deck_get(d, teardown_plan_path(t), on_planned, t->cluster);
	deck_if_failed(d, on_not_planned);
}

/* Kept, kept as a snapshot, deleted, and kept again. */
static void choose_next(struct strs *keep, const struct plan_row *r)
{
	struct strs others = STRS_INIT(keep->max);
	char *as_snapshot = xasprintf("%s" AS_SNAPSHOT, r->storage);
	bool kept = strs_has(keep, r->storage), copied = strs_has(keep, as_snapshot);

	for (size_t i = 0; i < keep->n; i++)
		if (strcmp(keep->v[i], r->storage) != 0 && strcmp(keep->v[i], as_snapshot) != 0)
			strs_add(&others, keep->v[i]);
	if (!kept && !copied)
		strs_add(&others, r->storage);
	else if (kept && plan_row_can_snapshot(r))
		strs_add(&others, as_snapshot);
	strs_clear(keep);
	*keep = others;
	free(as_snapshot);
}

/* The plan of what is there now: jobs and nodes come and go while a name is typed. What was
 * typed, accepted and opened stays, as long as the losses are the same. */
void teardown_plan_see(struct deck *d)
{
	struct teardown_view *t = &d->teardown;
	const struct cluster_row *r = deck_cluster(d);

	if (d->mode != AT_TEARDOWN || !t->asking || t->planning ||
	    d->dialog.state == DIALOG_COUNTING || !r ||
	    strcmp(r->cluster.name, t->cluster) != 0)
		return;
	struct plan_of now = plan_of(d);

	if (now.running == t->of.running && now.pending == t->of.pending &&
	    now.nodes == t->of.nodes && now.unread == t->of.unread &&
	    now.protect == t->of.protect)
		return;
	t->of = now;
	plan_again(d);
}

/* The dialog lies over the line where messages stand. */
static void remark(struct deck *d, const char *text)
{
	snprintf(d->dialog.note, sizeof(d->dialog.note), "%.79s", text);
}

static void toggle(struct deck *d)
{
	struct teardown_view *t = &d->teardown;
	const struct plan_row *r = row_now(t);

	if (!r || d->dialog.spec.locked || d->dialog.held)
		return;
	switch (r->toggle) {
	case TOGGLE_KEEP:
		choose_next(&t->keep, r);
		plan_again(d);
		break;
	case TOGGLE_KILL:
		t->kill = !t->kill;
		plan_tree_make(&t->tree, t->plan, t->kill);
		renew(d);
		break;
	case TOGGLE_NONE:
		remark(d, r->fixed);
		break;
	}
}

/* Whose jobs: below their row, until Enter folds them. */
static bool fold(struct deck *d)
{
	struct teardown_view *t = &d->teardown;

	if (!plan_tree_fold(&t->tree, t->row))
		return false;
	plan_tree_make(&t->tree, t->plan, t->kill);
	show_facts(t);
	return true;
}

/*
 * Before it is agreed to: what is to be read later, and a copy of the books
 */

/* The whole path where there is room for it, and among the messages in any case. */
static void written(struct deck *d, const char *dir, const char *name, char note_[160])
{
	deck_say(d, TONE_OK, "the plan is written: %.120s/%.120s", dir, name);
	d->message[0] = '\0'; /* the dialog lies over its line */
	if (strlen(dir) + strlen(name) + strlen("written: /") <= NOTE_COLS)
		snprintf(note_, 160, "written: %s/%s", dir, name);
	else
		snprintf(note_, 160, "%.50s is written; :messages has its path", name);
}

static void save_plan(struct deck *d)
{
	struct teardown_view *t = &d->teardown;
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;
	char *dir, *path, note_[160];

	if (!d->options->state_dir) {
		remark(d, "there is no folder for it: paceline cluster delete prints it");
		return;
	}
	dir = xasprintf("%s/exports", d->options->state_dir);
	path = xasprintf("%s/teardown-%s-%.8s.json", dir, t->cluster,
			 plan_agreement(t->plan, t->kill));
	json_write_pretty(&text, t->plan);
	if (file_make_dir(dir, 0700, &err) < 0 ||
	    file_write(path, buf_str(&text), text.len, 0600, &err) < 0)
		snprintf(note_, sizeof(note_), "not saved: %.100s", err.msg);
	else
		written(d, dir, strrchr(path, '/') + 1, note_);
	remark(d, note_);
	buf_clear(&text);
	free(path);
	free(dir);
}

static void on_backed_up(struct deck *d, const struct json *answer, const char *note_)
{
	char text[120];

	(void)note_;
	snprintf(text, sizeof(text), "records, not data, backed up: %.80s",
		 json_str(answer, "path", "done"));
	if (d->mode == AT_TEARDOWN && d->teardown.asking)
		remark(d, text);
	else
		deck_say(d, TONE_OK, "%s", text);
}

static void on_not_backed_up(struct deck *d, const struct err *err, const char *note_)
{
	char text[120];

	(void)note_;
	snprintf(text, sizeof(text), "no backup: %.100s", err->msg);
	remark(d, text);
}

/* The books (jobs, costs, audit) are the engine's; files on a machine's own disk are not. */
static void back_up(struct deck *d)
{
	const struct plan_row *r = row_now(&d->teardown);
	const char *cannot = deck_cannot(d, ROLE_OPERATOR);

	if (r && r->thing && json_get(r->thing, "can_keep") &&
	    !json_bool(r->thing, "can_keep", false)) {
		remark(d, r->fixed);
		return;
	}
	if (cannot) {
		remark(d, cannot);
		return;
	}
	deck_post(d, xstrdup("/v1/backup"), NULL, on_backed_up, "");
	deck_if_failed(d, on_not_backed_up);
	remark(d, "backing up jobs, costs and audit...");
}

/* The name is typed with letters: one that it begins with, or goes on with, is not an act. */
static bool is_act(const struct deck *d, uint32_t code, uint32_t f_key)
{
	char letter = f_key == K_F5 ? 'b' : 'p';

	return code == f_key || (code == (uint32_t)letter && d->dialog.away &&
				 d->dialog.typed_len == 0 && d->teardown.cluster[0] != letter);
}

static void move_row(struct teardown_view *t, int by)
{
	int to = (int)t->row + by;

	to = to < 0 ? 0 : to >= (int)t->tree.n ? (int)t->tree.n - 1 : to;
	t->row = (size_t)(to < 0 ? 0 : to);
	show_facts(t);
}

/* true: the key was for the tree. */
static bool tree_key(struct deck *d, const struct key *k)
{
	struct teardown_view *t = &d->teardown;
	bool away = d->dialog.away;

	d->dialog.note[0] = '\0';
	if (is_act(d, k->code, K_F5) || is_act(d, k->code, K_F6)) {
		if (is_act(d, k->code, K_F5))
			back_up(d);
		else
			save_plan(d);
		return true;
	}
	switch (k->code) {
	case K_ENTER:
		return away && fold(d);
	case K_PAGE_DOWN:
	case K_PAGE_UP:
		move_row(t, k->code == K_PAGE_DOWN ? 8 : -8);
		return true;
	case K_HOME:
	case K_END:
		move_row(t, k->code == K_END ? PLAN_ROWS * 2 : -PLAN_ROWS * 2);
		return true;
	case K_TAB:
	case K_BACKTAB:
		if (away ? d->dialog.n_losses > 0 : d->dialog.n_losses <= 1)
			d->dialog.away = !away;
		else
			return false;
		return true;
	case K_UP:
		if (!away && d->dialog.focus > 0)
			return false;
		if (away)
			move_row(t, -1);
		d->dialog.away = true;
		return true;
	case K_DOWN:
		if (away && t->row + 1 < t->tree.n)
			move_row(t, 1);
		else if (away && d->dialog.n_losses > 0)
			d->dialog.away = false;
		return away;
	case ' ':
		if (away)
			toggle(d);
		return away;
	default:
		return false;
	}
}

bool teardown_plan_key(struct deck *d, const struct key *k)
{
	struct teardown_view *t = &d->teardown;
	bool counting;
	enum dialog_answer a;

	deck_hold_dialog(d);
	counting = d->dialog.state == DIALOG_COUNTING;
	if (!counting && display_now() >= d->dialog.deaf_until && tree_key(d, k))
		return true;
	if (t->planning && k->code == dialog_confirm_key(&d->dialog)) {
		remark(d, "the plan is being made again: a moment");
		return true;
	}
	a = dialog_key(&d->dialog, k, display_now());
	if (a == DIALOG_YES) {
		teardown_agreed(d);
	} else if (a == DIALOG_NO) {
		t->asking = false;
		deck_say(d, TONE_TEXT, "nothing was changed");
		deck_watch_dialog(d);
		return false;
	}
	deck_watch_dialog(d);
	return true;
}

#define MORE " PgDn more "

static void draw_rows(struct teardown_view *t, struct screen *s, struct area a, bool stages,
		      bool cursor)
{
	size_t rows = a.rows > 0 ? (size_t)a.rows : 0;

	if (t->row < t->top)
		t->top = t->row;
	if (rows && t->row >= t->top + rows)
		t->top = t->row - rows + 1;
	if (t->top + rows > t->tree.n) /* a larger terminal shows what was above */
		t->top = t->tree.n > rows ? t->tree.n - rows : 0;
	bool more = t->top + rows < t->tree.n;

	for (size_t i = 0; i < rows && t->top + i < t->tree.n; i++)
		plan_row_draw(&t->tree, t->top + i, s,
			      (struct area){ a.row + (int)i, a.col, 1, a.cols }, stages,
			      cursor && t->top + i == t->row,
			      more && i + 1 == rows ? text_width(MORE) : 0);
	if (more)
		screen_put_right(s, a.row + a.rows - 1, a.col, TONE_KEY, 0, MORE, a.cols - 1);
}

static struct area inside(struct area a)
{
	return (struct area){ a.row + 1, a.col + 1, a.rows - 2, a.cols - 2 };
}

static void draw_wide(struct teardown_view *t, struct screen *s, struct area a, bool cursor)
{
	struct area left = { a.row, a.col, a.rows, a.cols - SIDE_COLS };
	struct area right = { a.row, a.col + left.cols, a.rows, SIDE_COLS };
	struct area head = inside(left);
	char title[120];

	screen_box(s, left, TONE_DIM, "What will happen, in order");
	screen_put(s, head.row, head.col + 1, TONE_TITLE, 0, "stage  resource", 40);
	screen_put(s, head.row, head.col + head.cols * 56 / 100, TONE_TITLE, 0, "action", 20);
	head.row++;
	head.rows--;
	draw_rows(t, s, head, true, cursor);
	snprintf(title, sizeof(title), "Selected: %.45s", t->side.title);
	screen_box(s, right, TONE_DIM, title);
	right = inside(right);
	right.col++;
	right.cols--;
	textbox_paint(&t->side, s, right);
}

/* The dialog lies over the line in which it stands otherwise. */
static int draw_cure(struct screen *s, struct area a, const char *cure)
{
	int n = 0;

	screen_put(s, a.row, 1, TONE_WARN, 0, "the engine is started again by:", a.cols - 2);
	for (n = 1; *cure && n < a.rows; n++) {
		size_t at = textbox_fold(cure, a.cols - 2);

		screen_putf(s, a.row + n, 1, TONE_TITLE, 0, a.cols - 2, "%.*s", (int)at, cure);
		cure += at;
		cure += strspn(cure, " ");
	}
	return n;
}

void teardown_plan_draw(struct deck *d, struct screen *s, struct area a)
{
	struct teardown_view *t = &d->teardown;
	bool counting = d->dialog.state == DIALOG_COUNTING;
	bool cursor = d->dialog.away && !counting;
	struct area body = a;

	/* the dialog reaches down over the message line */
	body.rows -= dialog_rows(&d->dialog, a.cols) - (d->layout.message_row > 0);
	if (deck_lost(d)) {
		int used = draw_cure(s, body, d->options->start);

		body.row += used;
		body.rows -= used;
	}
	if (body.rows < 1)
		body.rows = 1;
	if (s->cols >= SIDE_FROM && body.rows > 6)
		draw_wide(t, s, body, cursor);
	else
		draw_rows(t, s, body, false, cursor);
	dialog_draw(&d->dialog, s,
		    (struct area){ 0, 0,
				   d->layout.footer_row > 0 ? d->layout.footer_row : s->rows,
				   s->cols },
		    display_now());
}
