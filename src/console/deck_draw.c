/* One frame of the Deck. Everything shown is painted; the terminal layer sends the difference.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "console/bars.h"
#include "console/deck.h"
#include "console/deck_dash.h"
#include "console/words.h"

/* Line 1: engine, cloud and scheduler, each for itself (R14.2), then the last decision */

static int64_t queue_age(const struct deck *d)
{
	return d->queue_age_ms < 0 ? -1 : d->queue_age_ms + clock_mono_ms() - d->queue_seen_ms;
}

static int lamp(struct screen *s, int row, int col, const char *what, enum tone tone,
		const char *how)
{
	if (col >= s->cols)
		return col;
	col += screen_put(s, row, col, TONE_TEXT, 0, what, s->cols - col) + 1;
	return col + screen_put(s, row, col, tone, 0, how, s->cols - col) + 2;
}

static int lamp_engine(const struct deck *d, struct screen *s, int row, int col)
{
	const struct engine_row *e = mirror_engine(d->mirror);
	int64_t quiet = mirror_quiet_ms(d->mirror);
	char how[40];

	if (quiet > 0) {
		snprintf(how, sizeof(how), "NO ANSWER for %lld s", (long long)quiet / 1000);
		return lamp(s, row, col, "engine", TONE_FAIL, how);
	}
	return lamp(s, row, col, "engine", e->store_ok ? TONE_OK : TONE_FAIL,
		    e->adoption && !e->safe_mode ? "ADOPTION: nothing is changed; :found :adopt"
		    : !e->store_ok		 ? e->store_text
						 : "ok");
}

/* How long the cloud has not answered. */
static const char *cloud_quiet(const struct deck *d, char span[CLOCK_TEXT])
{
	return clock_span(span, deck_now(d) - mirror_engine(d->mirror)->cloud_since_ms);
}

static int lamp_cloud(const struct deck *d, struct screen *s, int row, int col)
{
	const struct engine_row *e = mirror_engine(d->mirror);
	char how[64], span[CLOCK_TEXT];

	if (!e)
		return lamp(s, row, col, "cloud", TONE_DIM, "unknown");
	if (e->cloud_ok)
		return lamp(s, row, col, "cloud", TONE_OK, "ok");
	snprintf(how, sizeof(how), "NO ANSWER for %s", cloud_quiet(d, span));
	return lamp(s, row, col, "cloud", TONE_FAIL, how);
}

static int lamp_scheduler(const struct deck *d, struct screen *s, int row, int col)
{
	const struct cluster_row *r = deck_cluster(d);
	char how[80], span[CLOCK_TEXT];

	if (!r || r->cluster.state != CLUSTER_RUNNING)
		return lamp(s, row, col, "scheduler", TONE_DIM, r ? "not running" : "none");
	if (r->view.queue_age_ms < 0)
		return lamp(s, row, col, "scheduler", TONE_WARN, "not read yet");
	if (!r->view.queue_stale)
		return lamp(s, row, col, "scheduler", TONE_OK, "ok");
	snprintf(how, sizeof(how), "STALE, read %s ago", clock_span(span, queue_age(d)));
	return lamp(s, row, col, "scheduler", TONE_FAIL, how);
}

#define ELSEWHERE "; in another shell: "

static void draw_lost(const struct deck *d, struct screen *s, int row)
{
	bool never = mirror_engine(d->mirror) == NULL;
	int col = lamp(s, row, 1, "engine", never ? TONE_BOOT : TONE_FAIL,
		       never ? "connecting" : "LOST, this picture is frozen");

	col +=
	    screen_put(s, row, col, TONE_WARN, 0, mirror_link_text(d->mirror), s->cols - col);
	/* whole or not at all: the foot of the screen says it, too */
	if (deck_lost(d) && !never &&
	    col + text_width(ELSEWHERE) + text_width(d->options->start) < s->cols)
		screen_putf(s, row, col, TONE_WARN, LOOK_BOLD, s->cols - col, ELSEWHERE "%s",
			    d->options->start);
}

void deck_draw_lamps(const struct deck *d, struct screen *s, int row)
{
	const struct engine_row *e = mirror_engine(d->mirror);
	const struct cluster_row *r = deck_cluster(d);
	int col;

	if (mirror_link(d->mirror) != MIRROR_LIVE || !e) {
		draw_lost(d, s, row);
		return;
	}
	col = lamp_engine(d, s, row, 1);
	col = lamp_cloud(d, s, row, col);
	col = lamp_scheduler(d, s, row, col);
	if (col + 12 > s->cols)
		return;
	if (!e->cloud_ok)
		screen_put(s, row, col, TONE_FAIL, 0, e->cloud_text, s->cols - col);
	else if (!r)
		return;
	else if (r->view.issue[0])
		screen_putf(s, row, col, TONE_FAIL, 0, s->cols - col, "! %s", r->view.issue);
	else if (r->view.plan[0])
		screen_put_clauses(s, row, col, TONE_DIM, r->view.plan, s->cols - col);
}

bool deck_trouble(const struct deck *d)
{
	const struct engine_row *e = mirror_engine(d->mirror);
	const struct cluster_row *r = deck_cluster(d);

	return mirror_link(d->mirror) != MIRROR_LIVE || mirror_quiet_ms(d->mirror) > 0 || !e ||
	       !e->store_ok || e->safe_mode || !e->cloud_ok || (r && r->view.queue_stale);
}

/* Panes */

static void title_counts(const struct deck *d, enum pane_id id, char out[80])
{
	const struct cluster_row *r = deck_cluster(d);
	const struct pane *p = &d->panes[id];
	char a[24], b[24], jobs[80], span[CLOCK_TEXT];
	bool lost = mirror_engine(d->mirror) && !mirror_engine(d->mirror)->cloud_ok;

	out[0] = '\0';
	if (p->filter[0] && p->have)
		snprintf(out, 80, "/%.30s  %s of %s", p->filter,
			 words_number(a, p->rows.shown_total), words_number(b, p->rows.total));
	else if (id == PANE_NODES && r)
		snprintf(out, 80, "%s%s%s%lld/%lld", lost ? "STALE " : "",
			 lost ? cloud_quiet(d, span) : "", lost ? "  " : "",
			 (long long)r->view.nodes, (long long)r->view.nodes_max);
	else if (id == PANE_JOBS && r && r->view.queue_stale)
		snprintf(out, 80, "STALE %s  %.60s", clock_span(span, queue_age(d)),
			 words_queue(jobs, &r->view));
	else if (id == PANE_JOBS && r && r->cluster.state == CLUSTER_RUNNING &&
		 !r->view.queue_unread)
		words_queue(out, &r->view);
	if (p->table.n_marks > 0)
		snprintf(out + strlen(out), 80 - strlen(out), "%s%zu marked",
			 out[0] ? "  " : "", p->table.n_marks);
}

void deck_draw_title(const struct deck *d, struct screen *s, enum pane_id id)
{
	const struct pane *p = &d->panes[id];
	char title[80], right[128], above[40];
	int room = d->layout.pane[id].cols - 8; /* what a title line has around its words */

	snprintf(title, sizeof(title), "%s%s%s", p->kind->title,
		 p->kind->of_cluster && d->cluster[0] ? " " : "",
		 p->kind->of_cluster ? d->cluster : "");
	title_counts(d, id, right);
	if (id == d->focus && pane_above(p, above)[0] &&
	    text_width(title) + text_width(right) + 2 + text_width(above) <= room)
		snprintf(right + strlen(right), sizeof(right) - strlen(right), "%s%s",
			 right[0] ? "  " : "", above);
	pane_title(s, d->layout.pane[id], title, right, id == d->focus);
}

/* A pane without rows says why, and which key comes next. */
static const char *empty_text(const struct deck *d, enum pane_id id, char out[96])
{
	const struct pane *p = &d->panes[id];
	const struct cluster_row *r = deck_cluster(d);
	bool running = r && r->cluster.state == CLUSTER_RUNNING;

	if (p->filter[0] && p->have)
		return "nothing passes the filter; Esc clears it";
	if (!p->have && (d->cluster[0] || !p->kind->of_cluster))
		return "waiting for the engine";
	switch (id) {
	case PANE_TEMPLATES:
		return "no templates";
	case PANE_CLUSTERS:
		snprintf(out, 96, "none: %s makes one", KEY_FOR(d, "create"));
		return out;
	case PANE_NODES:
		if (d->cluster[0])
			return "no nodes";
		snprintf(out, 96, "%s on a template makes a cluster with its defaults",
			 KEY_FOR(d, "create"));
		return out;
	case PANE_JOBS:
		if (!running)
			return d->cluster[0] ? "no queue: the cluster is not running" : "";
		if (deck_cluster(d)->view.queue_unread)
			return "the queue was not read yet";
		snprintf(out, 96, "the queue is empty: %s submits a job", KEY_FOR(d, "submit"));
		return out;
	default:
		return "nothing has happened yet";
	}
}

void deck_draw_empty(const struct deck *d, struct screen *s, enum pane_id id, struct area a,
		     int row)
{
	const struct pane *p = &d->panes[id];
	bool error = p->have && p->rows.error && p->rows.error[0];
	char text[96];

	if (row < a.rows)
		screen_put(s, a.row + row, a.col + 2, error ? TONE_FAIL : TONE_DIM, 0,
			   error ? p->rows.error : empty_text(d, id, text), a.cols - 2);
}

/* What is under way, or what the operator can do next, under the arrays. */
static bool draw_operation(const struct deck *d, struct screen *s, struct area a, int row)
{
	const struct operation *op = deck_operation(d);
	const struct cluster_row *r = deck_cluster(d);
	char time[40];

	if (row < 0 || !r)
		return false;
	if (op && op->error[0]) {
		screen_putf(s, row, a.col + 2, TONE_FAIL, 0, a.cols - 2, "! %s %s: %s",
			    op_kind_name(op->kind), op->step, op->error);
		return true;
	}
	if (op) {
		int used = screen_putf(s, row, a.col + 2, TONE_BOOT, 0, a.cols - 2, "%s > %s",
				       op_kind_name(op->kind), op->step);

		screen_putf(s, row, a.col + 3 + used, TONE_TEXT, 0, a.cols - 3 - used,
			    "%s (%s)", op->detail, words_op_time(time, op, deck_now(d)));
		return true;
	}
	if (!cluster_rests(&r->cluster))
		return false;
	if (r->cluster.state == CLUSTER_OFF)
		screen_putf(s, row, a.col + 2, TONE_DIM, 0, a.cols - 2, "off: %s starts it",
			    KEY_FOR(d, "start"));
	else
		screen_putf(
		    s, row, a.col + 2, TONE_DIM, 0, a.cols - 2,
		    "kept: %s deletes it, %s makes a cluster that goes on with its disk",
		    KEY_FOR(d, "teardown"), KEY_FOR(d, "create"));
	return true;
}

static void draw_nodes(struct deck *d, struct screen *s, struct area a, bool focused)
{
	struct area body = { a.row + 1, a.col, a.rows - 1, a.cols };
	bool grid = d->layout.size >= DECK_WIDE;

	if (!d->cluster[0]) {
		deck_draw_empty(d, s, PANE_NODES, a, 1);
		return;
	}
	if (draw_operation(d, s, a, a.row + a.rows - 1))
		body.rows--;
	if (!deck_maps(d)) {
		body.row--;
		body.rows++;
		pane_draw(&d->panes[PANE_NODES], s, body, focused);
		if (d->panes[PANE_NODES].table.count == 0)
			deck_draw_empty(d, s, PANE_NODES, body, 2);
		return;
	}
	map_draw(&d->map, s, body, grid, focused);
}

#define GREYED_MS ((int64_t)10 * 60 * 1000)

/* R14.1: what is that old is still shown, and does not look like now. Below its title. */
void deck_draw_greyed(const struct deck *d, struct screen *s, enum pane_id id, struct area a)
{
	const struct cluster_row *r = deck_cluster(d);

	if (id != PANE_JOBS || !r || !r->view.queue_stale || queue_age(d) < GREYED_MS)
		return;
	for (int i = 1; i < a.rows; i++)
		screen_tone(s, a.row + i, a.col, a.cols, TONE_DIM);
}

void deck_draw_pane(struct deck *d, struct screen *s, enum pane_id id)
{
	struct area a = d->layout.pane[id];
	bool focused = id == d->focus;

	if (a.rows < 1)
		return;
	if (d->layout.size == DECK_TINY) {
		pane_lines(&d->panes[id], s, a);
		if (d->panes[id].table.count == 0)
			deck_draw_empty(d, s, id, a, 0);
		return;
	}
	deck_draw_title(d, s, id);
	if (id == PANE_NODES) {
		draw_nodes(d, s, a, focused);
		return;
	}
	pane_draw(&d->panes[id], s, a, focused);
	if (d->panes[id].table.count == 0)
		deck_draw_empty(d, s, id, a, d->panes[id].kind->titled ? 2 : 1);
	deck_draw_greyed(d, s, id, a);
}

#define CURVES_LEAST 9 /* rows that curves under a text need: a title, four of two */

/* What is selected, and under it how its cluster went on. */
static void draw_selected(struct deck *d, struct screen *s, struct area a)
{
	struct area text = { a.row + 1, a.col + 1, a.rows - 1, a.cols - 1 };
	char title[80];
	int rows, high;

	deck_detail(d, &d->detail);
	pane_title(s, a, d->detail.title, "", false);
	rows = textbox_paint(&d->detail, s, text) + 1;
	if (text.rows - rows < CURVES_LEAST || !d->panes[d->focus].kind->of_cluster)
		return;
	if (d->view == &view_map) {
		struct area counts = { text.row + rows, text.col, text.rows - rows, text.cols };
		int used = dash_capacity(d, s, counts);

		counts.row += used;
		counts.rows -= used;
		rows += used + dash_boots(d, s, counts);
	}
	high = text.rows - rows >= CURVES_LEAST + 4 ? 3 : 2;
	if (text.rows - rows < CURVES_LEAST)
		return;
	text.row += text.rows - 4 * high;
	text.rows = 4 * high;
	snprintf(title, sizeof(title), "%s, last hour", d->cluster);
	if (dash_curves(d, s, text, high) > 0)
		pane_title(s, (struct area){ text.row - 1, a.col, 1, a.cols }, title, "",
			   false);
}

void deck_draw_detail(struct deck *d, struct screen *s)
{
	struct area a = d->layout.detail;

	if (a.rows < 3)
		return;
	for (int r = 0; r < a.rows; r++)
		screen_line(s, a.row + r, a.col - 1, r ? LINE_V : LINE_TEE_TOP, TONE_DIM);
	if (d->focus != PANE_CLUSTERS || !deck_cluster(d)) {
		draw_selected(d, s, a);
		return;
	}
	pane_title(s, a, d->cluster, "last hour", false);
	dash_column(d, s, (struct area){ a.row + 1, a.col + 1, a.rows - 1, a.cols - 1 });
}

/* The lines below */

/* A cell of several nodes: which, and the worst of them. */
static bool draw_range(const struct map_range *r, struct screen *s, int row)
{
	int col = 1;

	if (!r->from || !r->to) {
		screen_putf(s, row, col, TONE_DIM, 0, s->cols - 2, "nodes %lld to %lld",
			    (long long)r->first + 1, (long long)r->last + 1);
		return true;
	}
	col += screen_putf(s, row, col, TONE_TEXT, LOOK_BOLD, s->cols - 2, "%s to %s",
			   r->from->name, r->to->name) +
	       2;
	col += screen_putf(s, row, col, TONE_TEXT, 0, s->cols - col - 1, "%lld nodes, worst",
			   (long long)(r->last - r->first + 1)) +
	       1;
	if (r->bad)
		col += screen_putf(s, row, col, words_glyph_tone(r->worst), 0,
				   s->cols - col - 1, "%c %s: %s", r->worst,
				   node_state_word(r->bad->state), r->bad->name) +
		       2;
	screen_put(s, row, col, TONE_DIM, 0, "Enter lists them", s->cols - col - 1);
	return true;
}

/* What the cursor stands on, when it has something to say: the reason of step 4 is never a key
 * away. */
static bool draw_here(const struct deck *d, struct screen *s, int row)
{
	bool maps = deck_maps(d) || d->view == &view_map;
	const struct node *n = d->focus == PANE_NODES && maps ? deck_node(d) : NULL;
	struct map_range range;
	char when[CLOCK_TEXT];

	if (d->focus == PANE_NODES && deck_maps(d) &&
	    map_range(&d->map, &d->panes[PANE_NODES], &range))
		return draw_range(&range, s, row);
	if (!n)
		return false;
	int col = 1 + screen_putf(s, row, 1, TONE_TEXT, LOOK_BOLD, s->cols - 1, "%s", n->name);
	col += 1 + screen_putf(s, row, col + 1, words_node_tone(n->state), 0, s->cols - col - 1,
			       "%c %s", node_state_glyph(n->state), node_state_word(n->state));
	if (d->layout.size > DECK_SMALL || !n->reason[0])
		col += 1 + screen_putf(s, row, col + 1, TONE_TEXT, 0, s->cols - col - 1,
				       "since %s", clock_hms(when, n->since_ms));
	screen_put(s, row, col + 2, TONE_TEXT, 0, n->reason, s->cols - col - 2);
	return true;
}

/* What is kept has neither nodes nor jobs, and what is being deleted will not have them. */
static const char *cluster_hint(const struct deck *d)
{
	const struct cluster_row *r = deck_cluster(d);

	if (d->focus != PANE_CLUSTERS || d->view == &view_cost || !r)
		return NULL;
	if (r->cluster.state == CLUSTER_KEPT)
		return "Enter open  {create} new cluster, with its disk  {teardown} deletes it...";
	if (r->cluster.state == CLUSTER_DELETING || r->cluster.state == CLUSTER_RESIDUE)
		return "Enter open  {create} new cluster  {teardown} its teardown  {operations} operations  4 events";
	return NULL;
}

static const char *hint_of(const struct deck *d)
{
	if (cluster_hint(d))
		return cluster_hint(d);
	if (d->view)
		return d->view->hint;
	switch (d->focus) {
	case PANE_TEMPLATES:
		return "{create} new cluster from it  Enter what it is  Tab next pane  {help} help";
	case PANE_NODES:
		return "arrows choose a node  {drain} drain  {explain} why  {map} list  Enter all about nodes";
	case PANE_JOBS:
		return "{submit} submit a job  {explain} why  {filter} filter  Enter all about jobs";
	case PANE_EVENTS:
		return "Enter all events  Tab next pane  {help} help";
	default:
		return "Enter open  {create} new  {start} start  {stop} stop...  {submit} submit  {teardown} teardown...  {command} command";
	}
}

/* One line says what changed last, instead of cells all over the screen. */
static void draw_newest(const struct deck *d, struct screen *s, int row)
{
	const struct pane *p = &d->panes[PANE_EVENTS];
	const struct event *newest = NULL;
	char when[CLOCK_TEXT], text[WORDS_EVENT];

	for (size_t i = 0; p->have && i < p->rows.n; i++)
		if (!newest || p->rows.u.events[i].seq > newest->seq)
			newest = &p->rows.u.events[i];
	if (newest)
		screen_putf(s, row, 1, TONE_TEXT, 0, s->cols - 2, "%s %s %s",
			    clock_hms(when, newest->at_ms), newest->cluster,
			    words_event(text, newest));
}

/* Keys: what has no room is left out. */
static void draw_hint(struct screen *s, int row, const char *text)
{
	char hint[HINT_TEXT];

	snprintf(hint, sizeof(hint), "%s", text);
	bar_hint_fit(hint, s->cols - 2);
	screen_put(s, row, 1, TONE_DIM, 0, hint, s->cols - 2);
}

/* What the form says, or else what its field is. */
static void draw_form_note(const struct deck *d, struct screen *s, int row)
{
	bool form = d->mode == AT_FORM, open = form ? d->form.open : d->wizard.open;
	const struct wizard *w = form ? &d->form.form : &d->wizard.form;

	if (open && w->note[0])
		deck_put_message(s, row, TONE_WARN, w->note);
	else if (d->message[0])
		deck_put_message(s, row, d->message_tone, d->message);
	else if (open)
		draw_hint(s, row, wizard_help(w));
}

/* The one line that a tiny terminal has below its rows: which row of how many, what hides or
 * marks some, and the way on. */
static void draw_only_line(const struct deck *d, struct screen *s, int row)
{
	const struct pane *p = &d->panes[d->focus];
	const char *keys = d->view ? "Esc back  ? help" : "Tab pane  ? help";
	char text[120], n[24];
	int used = snprintf(text, sizeof(text), "%s", p->kind->title);

	if (p->table.count > 0)
		used += snprintf(text + used, sizeof(text) - (size_t)used, " %zu/%s",
				 p->table.cursor + 1, words_number(n, (int64_t)p->table.count));
	if (p->filter[0])
		used +=
		    snprintf(text + used, sizeof(text) - (size_t)used, " /%.20s", p->filter);
	if (p->table.n_marks > 0)
		used += snprintf(text + used, sizeof(text) - (size_t)used, " *%zu",
				 p->table.n_marks);
	if (pane_range(p) > 0)
		snprintf(text + used, sizeof(text) - (size_t)used, " v%lld",
			 (long long)pane_range(p));
	used = 1 + screen_put(s, row, 1, TONE_TEXT, 0, text, s->cols - 2);
	if (used + 2 + text_width(keys) < s->cols)
		screen_put_right(s, row, used + 1, TONE_DIM, 0, keys, s->cols - used - 2);
	else if (used + 8 < s->cols)
		screen_put_right(s, row, used + 1, TONE_DIM, 0, "? help", s->cols - used - 2);
}

/* An open range: how many rows, as an act takes all of them. */
static bool draw_open_range(const struct deck *d, struct screen *s, int row)
{
	int64_t rows = pane_range(&d->panes[d->focus]);
	char hint[HINT_TEXT];

	if (rows == 0 || (d->view ? !d->view->kind && d->view != &view_map : deck_maps(d)))
		return false;
	snprintf(hint, sizeof(hint),
		 "range of %lld row%s: an act takes %s  v marks %s  Esc drops it",
		 (long long)rows, rows == 1 ? "" : "s", rows == 1 ? "it" : "all of them",
		 rows == 1 ? "it" : "them");
	draw_hint(s, row, hint);
	return true;
}

/* While something is searched for, its keys come before those of the place. */
static void draw_keys(const struct deck *d, struct screen *s, int row)
{
	char hint[HINT_TEXT], all[HINT_TEXT];

	snprintf(all, sizeof(all),
		 "/%.30s  {next-match} next  {previous-match} before  Esc ends it  %s", d->find,
		 hint_of(d));
	draw_hint(s, row, deck_hint(d, d->find[0] ? all : hint_of(d), hint));
}

/* Its first row: what lies over the panes ends above it. */
static int draw_message(const struct deck *d, struct screen *s, int row)
{
	if (d->mode == AT_PROMPT) {
		deck_draw_prompt(d, s, row);
		return row;
	}
	if (d->mode == AT_WIZARD || d->mode == AT_FORM)
		return row; /* the form is drawn first: it knows what it had room for */
	if (d->message[0])
		return deck_put_message(s, row, d->message_tone, d->message);
	if (mirror_link(d->mirror) == MIRROR_LOST)
		deck_put_lost(d, s, row);
	else if (mirror_quiet_ms(d->mirror) > 0)
		deck_put_quiet(d, s, row);
	else if (d->layout.size == DECK_TINY)
		draw_only_line(d, s, row);
	else if (d->reader && d->mode == AT_PANES)
		draw_newest(d, s, row);
	else if (d->mode == AT_PANES && !draw_open_range(d, s, row) &&
		 (d->find[0] || !draw_here(d, s, row)))
		draw_keys(d, s, row);
	return row;
}

#define MENU_KEYS  14 /* columns before the words of a line */
#define MENU_LEAST 65

static const char *menu_text(const struct deck *d, const struct binding *b, char out[200])
{
	char why[80];
	const char *off = binding_off(d, b, why);

	snprintf(out, 200, "%s%s%s%s", b->help, off ? " (" : "", off ? off : "",
		 off ? ")" : "");
	return out;
}

/* As wide as its longest line, where there is room. */
static int menu_cols(const struct deck *d, const struct binding *const *b, int n)
{
	char text[200];
	int most = MENU_LEAST;

	for (int i = 0; i < n; i++) {
		int cols = text_width(menu_text(d, b[i], text)) + MENU_KEYS + 3;

		most = cols > most ? cols : most;
	}
	return most;
}

static void draw_menu(const struct deck *d, struct screen *s, struct area body)
{
	const struct binding *b[MENU_MOST];
	int n = (int)deck_menu(d, b), want = menu_cols(d, b, n);
	int cols = body.cols < want ? body.cols : want;
	int rows = n + 2 < body.rows ? n + 2 : body.rows, top = 0;
	struct area box = { body.row, body.col + 1, rows, cols - 1 };
	char text[200], why[80], keys[KEYS_TEXT];

	screen_fill(s, (struct area){ box.row, body.col, rows, cols }, TONE_TEXT, 0);
	screen_box(s, box, TONE_DIM, "What can be done here");
	if ((int)d->menu_at >= rows - 2)
		top = (int)d->menu_at - rows + 3;
	for (int i = 0; i < rows - 2 && top + i < n; i++) {
		const struct binding *it = b[top + i];
		bool off = binding_off(d, it, why) != NULL;
		int row = box.row + 1 + i;

		if (top + i == (int)d->menu_at)
			screen_put(s, row, box.col + 1, TONE_CURSOR, 0, ">", 1);
		screen_put(s, row, box.col + 3, off ? TONE_DIM : TONE_TITLE, 0,
			   binding_keys(d, it, keys), 10);
		screen_put(s, row, box.col + MENU_KEYS, off ? TONE_DIM : TONE_TEXT, 0,
			   menu_text(d, it, text), box.cols - MENU_KEYS - 2);
	}
	if (n > rows - 2)
		screen_putf(s, box.row + rows - 1, box.col + 2, TONE_KEY, 0, box.cols - 4,
			    " %d-%d of %d ", top + 1, top + rows - 2, n);
}

static void draw_sorts(const struct deck *d, struct screen *s, struct area body)
{
	const struct pane *p = &d->panes[d->focus];
	int n = (int)deck_sorts(d), rows = n + 2 < body.rows ? n + 2 : body.rows;
	struct area box = { body.row, body.col + 1, rows, body.cols < 34 ? body.cols - 1 : 33 };

	screen_fill(s, (struct area){ box.row, body.col, rows, box.cols + 1 }, TONE_TEXT, 0);
	screen_box(s, box, TONE_DIM, d->view == &view_map ? "Order and groups" : "Order");
	for (int i = 0; i < rows - 2; i++) {
		const char *name = p->kind->sorts[i];
		bool on = (size_t)i == p->sort;

		if (i == (int)d->menu_at)
			screen_put(s, box.row + 1 + i, box.col + 1, TONE_CURSOR, 0, ">", 1);
		screen_putf(s, box.row + 1 + i, box.col + 3, on ? TONE_TITLE : TONE_TEXT, 0,
			    box.cols - 5, "%-14s %s", name[0] ? name : "their own",
			    !on		    ? ""
			    : p->descending ? "now, largest first"
			    : i		    ? "now; again reverses"
					    : "now");
	}
}

static void draw_box(struct deck *d, struct screen *s, struct area body)
{
	deck_lay_result(d, body.cols);
	textbox_draw(&d->box, s, body);
}

#define OVER_LEAST 6

/* last: the row that it ends above, where that leaves it room. */
static void draw_over(struct deck *d, struct screen *s, int last)
{
	int first = d->layout.tabs_row == 1 ? 2 : 1;

	if (last - first < OVER_LEAST)
		last = d->layout.message_row > 0 ? d->layout.message_row : s->rows;
	struct area body = { first, 0, last - first, s->cols };

	bool asked = d->mode == AT_DIALOG && d->dialog_over == AT_FORM;

	if (d->mode == AT_HELP || d->mode == AT_TEARDOWN || d->mode == AT_WIZARD ||
	    d->mode == AT_FORM || asked)
		screen_fill(s, body, TONE_TEXT, 0);
	if (d->mode == AT_WIZARD)
		deck_wizard_draw(d, s, body);
	if (d->mode == AT_FORM || asked)
		deck_form_draw(d, s, body);
	if ((d->mode == AT_WIZARD || d->mode == AT_FORM) && d->layout.message_row > 0)
		draw_form_note(d, s, d->layout.message_row);
	if (d->mode == AT_HELP)
		help_draw(&d->help, s, body);
	else if (d->mode == AT_TEARDOWN)
		teardown_draw(d, s, body);
	else if (d->mode == AT_BOX)
		draw_box(d, s, body);
	else if (d->mode == AT_MENU)
		draw_menu(d, s, body);
	else if (d->mode == AT_SORT)
		draw_sorts(d, s, body);
	else if (d->mode == AT_COLUMNS)
		deck_draw_columns(d, s, body);
	else if (d->mode == AT_PROMPT && d->layout.size >= DECK_NORMAL)
		deck_draw_choices(d, s, body);
	else if (d->mode == AT_DIALOG)
		dialog_draw(&d->dialog, s,
			    (struct area){
				0, 0, d->layout.footer_row > 0 ? d->layout.footer_row : s->rows,
				s->cols },
			    display_now());
	deck_draw_help_here(d, s, body);
}

/* A line more than the map has, for what is under way. */
static int wanted_lines(const struct deck *d, const struct screen *s)
{
	struct deck_layout l;
	struct area most;

	deck_layout(&l, s->rows, s->cols, d->focus, s->rows);
	most = l.pane[PANE_NODES];
	most.rows -= 2; /* its title, and that line */
	return 1 + map_lines(&d->map, s, most, l.size >= DECK_WIDE);
}

static void draw_home(struct deck *d, struct screen *s)
{
	deck_layout(&d->layout, s->rows, s->cols, d->focus, wanted_lines(d, s));
	if (d->layout.tabs_row > 0)
		view_tabs(d, s, d->layout.tabs_row);
	if (d->layout.lamps_row > 0)
		deck_draw_lamps(d, s, d->layout.lamps_row);
	for (int i = 0; i < DECK_PANES; i++)
		deck_draw_pane(d, s, (enum pane_id)i);
	deck_draw_detail(d, s);
}

void deck_draw(void *arg, struct screen *s)
{
	struct deck *d = arg;
	struct footer_key footer[12];
	int last;

	deck_load(d);
	if (d->view)
		view_draw(d, s);
	else
		draw_home(d, s);
	deck_draw_header(d, s);
	last = d->layout.message_row > 0 ? draw_message(d, s, d->layout.message_row) : s->rows;
	draw_over(d, s, last);
	if (d->layout.footer_row > 0) {
		deck_footer(d, footer);
		bar_footer(s, d->layout.footer_row, footer, d->letters);
	}
	for (int i = 0; i < PANES; i++)
		pane_follow(&d->panes[i]);
	deck_watch(d);
}

void deck_watch_dialog(struct deck *d)
{
	bool asks = d->mode == AT_DIALOG || (d->mode == AT_TEARDOWN && d->teardown.asking);
	int64_t wait = asks ? dialog_wait(&d->dialog, display_now()) : -1;

	if (wait < 0)
		timer_stop(d->dialog_timer);
	else
		timer_set(d->dialog_timer,
			  (int64_t)((double)(wait > 0 ? wait : 1) * clock_factor()));
}
