/* The Deck's state: what is selected, which windows that needs, what the engine's clock says.
 */
#include "console/deck.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "console/pace.h"

#define MESSAGE_MS	10000
#define MESSAGE_LOST_MS 3000 /* then the line tells again that the engine is lost */
#define MESSAGES_MOST	200
#define ANSWER_MS	1000
#define WHY_MS		300
#define DRIFT_MS	2000
#define MAP_NODES	1000 /* the most that one window holds */
#define MAP_STEP	64
#define OPS_SHOWN	8
#define CLUSTERS_SHOWN	1000

const struct pane_kind *const deck_kinds[PANES] = {
	[PANE_TEMPLATES] = &pane_templates, [PANE_CLUSTERS] = &pane_clusters,
	[PANE_NODES] = &pane_nodes,	    [PANE_JOBS] = &pane_jobs,
	[PANE_EVENTS] = &pane_events,	    [PANE_OPERATIONS] = &pane_operations,
};

/* Time and messages */

int64_t deck_now(const struct deck *d)
{
	if (d->paused)
		return d->paused_ms;
	return clock_utc_ms() + d->ahead_ms;
}

/* For ":messages": each with its tone and time, the same again once. */
static void keep_message(struct deck *d, enum tone tone, const char *text)
{
	struct strs *m = &d->messages;
	char when[CLOCK_TEXT], line[400];

	snprintf(line, sizeof(line), "%c%s %s", (char)(tone + 1),
		 clock_hms(when, clock_utc_ms() + d->ahead_ms), text);
	if (m->n > 0 && strcmp(m->v[m->n - 1] + 1 + strlen(when), line + 1 + strlen(when)) == 0)
		return;
	if (m->n == m->max) {
		free(m->v[0]);
		memmove(m->v, m->v + 1, m->n * sizeof(*m->v)); /* with the NULL at the end */
		m->n--;
	}
	strs_add(m, line);
}

static void show_message(struct deck *d, enum tone tone)
{
	int64_t ms = d->was_lost ? MESSAGE_LOST_MS : MESSAGE_MS;

	d->message_tone = tone;
	d->message_until = display_now() + ms;
	timer_set(d->message_timer, (int64_t)((double)ms * clock_factor()));
	if (d->display)
		display_ask_key(d->display);
}

void deck_say(struct deck *d, enum tone tone, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(d->message, sizeof(d->message), fmt, ap);
	va_end(ap);
	keep_message(d, tone, d->message);
	show_message(d, tone);
}

void deck_note(struct deck *d, enum tone tone, const char *fmt, ...)
{
	char text[sizeof(d->message)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	keep_message(d, tone, text);
}

void deck_remark(struct deck *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(d->message, sizeof(d->message), fmt, ap);
	va_end(ap);
	show_message(d, TONE_TEXT);
}

static void on_message_timer(struct deck *d)
{
	if (d->message[0] && d->mode != AT_PROMPT)
		d->message[0] = '\0';
	if (d->display)
		display_ask_data(d->display);
}

/* What counts seconds on the lamps' line. */
static bool counts_seconds(const struct deck *d)
{
	const struct engine_row *e = mirror_engine(d->mirror);
	const struct cluster_row *r = deck_cluster(d);

	return (e && !e->cloud_ok) || (r && r->view.queue_stale);
}

/* A frame when the minute changes, which alone moves by itself; each second while something is
 * lost and its age is shown. */
static void set_clock_timer(struct deck *d)
{
	int64_t second = (int64_t)(1000 * clock_factor());

	d->by_second = counts_seconds(d);
	timer_set(d->clock_timer, d->by_second ? second : 60000 - deck_now(d) % 60000 + 20);
}

static void on_clock_timer(struct deck *d)
{
	set_clock_timer(d);
	if (d->display)
		display_ask_data(d->display);
}

/* The engine row tells its time only when it was just sent, so a new value is "now". */
static void read_clock(struct deck *d)
{
	const struct engine_row *e = mirror_engine(d->mirror);
	int64_t ahead;

	if (!e || e->now_ms == d->seen_now_ms || e->now_ms == 0)
		return;
	d->seen_now_ms = e->now_ms;
	ahead = e->now_ms - clock_utc_ms();
	if (ahead - d->ahead_ms > DRIFT_MS || d->ahead_ms - ahead > DRIFT_MS)
		d->ahead_ms = ahead;
	on_clock_timer(d);
}

/* Selection */

const struct cluster_row *deck_cluster(const struct deck *d)
{
	const struct pane *p = &d->panes[PANE_CLUSTERS];
	int64_t i = pane_at(p);

	return i < 0 ? NULL : &p->rows.u.clusters[i];
}

const struct operation *deck_operation(const struct deck *d)
{
	const struct cluster_row *r = deck_cluster(d);

	for (size_t i = 0; r && d->have_ops && i < d->ops.n; i++)
		if (d->ops.u.operations[i].cluster_id == r->cluster.id &&
		    d->ops.u.operations[i].state == OP_RUNNING)
			return &d->ops.u.operations[i];
	return NULL;
}

bool deck_maps(const struct deck *d)
{
	return !d->view && !d->node_list && !d->reader && !d->panes[PANE_NODES].filter[0] &&
	       d->layout.size != DECK_TINY;
}

const struct node *deck_node(const struct deck *d)
{
	const struct pane *p = &d->panes[PANE_NODES];
	int64_t i;

	if (deck_maps(d))
		return map_node(&d->map, p);
	i = pane_at(p);
	return i < 0 ? NULL : &p->rows.u.nodes[i];
}

const struct event *deck_event(const struct deck *d)
{
	const struct pane *p = &d->panes[PANE_EVENTS];
	int64_t i = d->focus == PANE_EVENTS ? pane_at(p) : -1;

	return i < 0 ? NULL : &p->rows.u.events[i];
}

const char *deck_selected(const struct deck *d, char out[80])
{
	const struct node *n = d->focus == PANE_NODES ? deck_node(d) : NULL;
	const char *name = NULL;

	if (n)
		name = n->name;
	else if (d->focus == PANE_JOBS || d->focus == PANE_EVENTS)
		name = pane_name_at(&d->panes[d->focus]);
	snprintf(out, 80, "%s", name ? name : "");
	return out;
}

bool deck_choose_cluster(struct deck *d, const char *name)
{
	struct pane *p = &d->panes[PANE_CLUSTERS];

	p->touched = true;
	return pane_go_name(p, name);
}

void deck_open_row(struct deck *d, const struct view *v, const char *field, const char *name)
{
	struct pane *p = &d->panes[v->pane];

	view_open(d, v);
	snprintf(p->filter, sizeof(p->filter), "%s=%.80s", field, name);
	snprintf(d->sought, sizeof(d->sought), "%s", p->filter);
	p->offset = 0;
	p->touched = true;
	p->table.cursor_id = 0;
	table_go(&p->table, 0);
}

bool deck_lost(const struct deck *d)
{
	return d->options->start && mirror_link(d->mirror) == MIRROR_LOST;
}

bool deck_demo_ended(const struct deck *d)
{
	const char *dir = d->options->demo_dir;

	return dir && mirror_link(d->mirror) == MIRROR_LOST && !file_exists(dir);
}

const char *deck_cannot(const struct deck *d, enum role needs)
{
	const struct engine_row *e = mirror_engine(d->mirror);

	if (needs == ROLE_NONE)
		return NULL;
	if (mirror_link(d->mirror) == MIRROR_LOST && !e)
		return mirror_link_text(d->mirror); /* it never let us in, and said why */
	if (mirror_link(d->mirror) != MIRROR_LIVE || !e)
		return "no connection to the engine";
	if (e->role < needs)
		return needs == ROLE_OPERATOR ? "needs role operator" : "needs a higher role";
	return NULL;
}

/* Windows */

static void nodes_window(const struct deck *d, struct window *w)
{
	const struct array_row *r = map_array(&d->map);

	pane_window(&d->panes[PANE_NODES], w);
	if (!deck_maps(d))
		return;
	w->offset = 0;
	w->count = 0;
	if (!r || (d->focus != PANE_NODES && d->layout.size != DECK_LARGE))
		return;
	map_filter(&d->map, w->filter, sizeof(w->filter));
	w->sort[0] = '\0'; /* in the order of the cells */
	w->count = (r->live + MAP_STEP) / MAP_STEP * MAP_STEP;
	if (w->count <= MAP_NODES)
		return;
	w->count = MAP_NODES;
	if (map_place(&d->map) > MAP_NODES / 2)
		w->offset = (map_place(&d->map) - MAP_NODES / 2) / MAP_STEP * MAP_STEP;
}

/* Tells the mirror what is to be seen; it compares, so telling it the same again costs nothing.
 */
void deck_watch(struct deck *d)
{
	struct window w[PANES + 7];
	size_t n = 0;

	for (int i = 0; i < PANES; i++) {
		struct pane *p = &d->panes[i];

		snprintf(p->cluster, sizeof(p->cluster), "%s", d->cluster);
		if ((p->kind->of_cluster && !d->cluster[0]) ||
		    (i >= DECK_PANES && d->focus != (enum pane_id)i))
			continue;
		if (i == PANE_NODES)
			nodes_window(d, &w[n]);
		else
			pane_window(p, &w[n]);
		if (i == PANE_CLUSTERS) {
			w[n].offset = 0;
			w[n].count = CLUSTERS_SHOWN;
		}
		n += i != PANE_NODES || w[n].count > 0;
	}
	if (d->panes[PANE_CLUSTERS].filter[0]) {
		w[n] = (struct window){ .noun = NOUN_CLUSTER, .count = CLUSTERS_SHOWN };
		snprintf(w[n++].id, sizeof(w[0].id), "totals");
	}
	if (d->cluster[0]) {
		w[n] = (struct window){ .noun = NOUN_ARRAY, .count = 200 };
		snprintf(w[n].id, sizeof(w[n].id), "arrays");
		snprintf(w[n++].cluster, sizeof(w[0].cluster), "%s", d->cluster);
	}
	if (d->view == &view_map && d->cluster[0])
		map_window(d, &w[n++]);
	if (d->cluster[0] && (d->layout.detail.rows > 0 || d->view == &view_overview)) {
		w[n] = (struct window){ .noun = NOUN_HISTORY, .count = HISTORY_SPANS };
		snprintf(w[n].id, sizeof(w[n].id), "history");
		snprintf(w[n++].cluster, sizeof(w[0].cluster), "%s", d->cluster);
	}
	if (d->cluster[0] && d->view == &view_overview)
		overview_window(d, &w[n++]);
	n += deck_mark_window(d, &w[n]);
	w[n] = (struct window){ .noun = NOUN_OPERATION, .count = OPS_SHOWN };
	snprintf(w[n++].id, sizeof(w[0].id), "ops");
	mirror_watch(d->mirror, w, n);
}

/* A cluster that was just made is selected when its row comes. */
static void choose_cluster(struct deck *d)
{
	struct pane *p = &d->panes[PANE_CLUSTERS];
	const char *name;

	if (d->want_cluster[0] && pane_go_name(p, d->want_cluster))
		d->want_cluster[0] = '\0';
	name = pane_name_at(p);
	if (p->have && p->rows.shown_total == 0 && !p->filter[0])
		name = "";
	if (!name || strcmp(name, d->cluster) == 0)
		return;
	snprintf(d->cluster, sizeof(d->cluster), "%s", name);
	d->map.row = 0;
	d->map.row_id = d->map.cell = 0;
	for (int i = 0; i < PANES; i++)
		if (d->panes[i].kind->of_cluster) {
			table_unmark_all(&d->panes[i].table);
			d->panes[i].touched = false;
			d->panes[i].scope[0] = '\0';
			d->panes[i].offset = 0;
		}
	d->queue_seen_ms = 0;
}

static void read_ages(struct deck *d)
{
	const struct cluster_row *r = deck_cluster(d);

	d->panes[PANE_JOBS].booting = r ? r->view.booting : 0;
	d->panes[PANE_JOBS].quiet =
	    r && r->view.jobs_running + r->view.jobs_pending + r->view.jobs_held == 0;
	if (r && (r->view.queue_age_ms != d->queue_age_ms || !d->queue_seen_ms)) {
		d->queue_age_ms = r->view.queue_age_ms;
		d->queue_seen_ms = clock_mono_ms();
	}
}

static void on_why_timer(struct deck *d)
{
	if (template_wanted(d))
		act_fetch_template(d);
	else if (op_wanted(d))
		act_fetch_op(d);
	else
		act_fetch_why(d);
}

/* With a detail column the reason of what is selected is asked for once the cursor rests. */
static void want_why(struct deck *d)
{
	char key[WHY_KEY];

	if (((d->layout.size != DECK_LARGE && !d->view) ||
	     strcmp(deck_why_key(d, key), d->why_asked) == 0) &&
	    !template_wanted(d) && !op_wanted(d))
		return;
	if (!timer_on(d->why_timer))
		timer_set(d->why_timer, (int64_t)(WHY_MS * clock_factor()));
}

/* A filter that cannot be read hides nothing and shows nothing: where it is not being typed,
 * the last good one takes its place. */
static void refuse_filters(struct deck *d)
{
	char told[400];

	for (int i = 0; i < PANES; i++) {
		bool typed = d->mode == AT_PROMPT && d->prompt_use == FOR_FILTER &&
			     d->focus == (enum pane_id)i;

		if (!typed && pane_refuse_filter(&d->panes[i], told))
			deck_say(d, TONE_FAIL, "%s", told);
	}
}

/* Cells that were underlined are so no more. */
static void on_flash_timer(struct deck *d)
{
	if (d->display)
		display_ask_data(d->display);
}

static void watch_flashes(struct deck *d)
{
	int64_t a = flash_wait(&d->map.flash, display_now());
	int64_t b = flash_wait(&d->group_flash, display_now());
	int64_t wait = a < 0 || (b >= 0 && b < a) ? b : a;

	if (wait >= 0 && !timer_on(d->flash_timer))
		timer_set(d->flash_timer, (int64_t)((double)wait * clock_factor()) + 1);
}

void deck_load(struct deck *d)
{
	for (int i = 0; i < PANES; i++) {
		d->panes[i].now_ms = deck_now(d);
		d->panes[i].held =
		    d->mode != AT_PANES || log_is_open(d) || d->view == &view_files;
		pane_load(&d->panes[i], d->mirror);
		if (d->panes[i].marked) {
			d->panes[i].marked = false;
			deck_say_marks(d, '*');
		}
	}
	deck_mark_found(d);
	refuse_filters(d);
	choose_cluster(d);
	map_load(&d->map, d->mirror, display_now());
	d->have_ops = mirror_rows(d->mirror, "ops", &d->ops) && d->ops.noun == NOUN_OPERATION;
	deck_undo_see(d);
	teardown_see(d);
	teardown_plan_see(d);
	d->have_groups = d->view == &view_map && mirror_rows(d->mirror, "groups", &d->groups) &&
			 d->groups.noun == NOUN_GROUP;
	if (d->have_groups)
		map_see(d);
	watch_flashes(d);
	d->have_history =
	    mirror_rows(d->mirror, "history", &d->history) && d->history.noun == NOUN_HISTORY;
	d->have_broken = d->view == &view_overview &&
			 mirror_rows(d->mirror, "broken", &d->broken) &&
			 d->broken.noun == NOUN_NODE;
	read_clock(d);
	read_ages(d);
	if (counts_seconds(d) != d->by_second)
		set_clock_timer(d);
	deck_detail_again(d);
	want_why(d);
}

void deck_changed(void *arg)
{
	struct deck *d = arg;

	bool had = d->panes[PANE_CLUSTERS].have;

	deck_load(d);
	deck_see_link(d);
	deck_hold_dialog(d);
	if (!had && d->panes[PANE_CLUSTERS].have && deck_site(d))
		deck_theme(d, NULL);
	if (!had && d->panes[PANE_CLUSTERS].have && d->panes[PANE_CLUSTERS].table.count == 0)
		d->focus = PANE_TEMPLATES; /* there the first cluster is made */
	deck_watch(d);
	if (!had && d->panes[PANE_CLUSTERS].have && !d->message[0])
		deck_wizard_drafts(d);
	deck_wizard_link(d);
	deck_form_link(d);
	if (!d->display)
		return;
	/* what answers a key, and the first picture, do not wait for the next second */
	if (!d->pictured || display_now() - d->pressed_ms < ANSWER_MS)
		display_ask_answer(d->display);
	else
		display_ask_data(d->display);
	d->pictured |= mirror_whole(d->mirror);
}

bool deck_ready(void *arg)
{
	const struct deck *d = arg;

	return d->pictured || mirror_link(d->mirror) == MIRROR_LOST;
}

/* Life */

static void on_alarm(void *arg)
{
	const struct deck_alarm *a = arg;

	deck_load(a->deck);
	a->work(a->deck);
}

struct timer *deck_timer(struct deck *d, deck_work *work)
{
	struct deck_alarm *a = &d->alarms[d->n_alarms++];

	assert(d->n_alarms <= DECK_TIMERS);
	*a = (struct deck_alarm){ .deck = d, .work = work };
	return timer_new(d->loop, on_alarm, a);
}

static void on_dialog_timer(struct deck *d)
{
	enum dialog_answer a;

	deck_hold_dialog(d);
	a = dialog_time(&d->dialog, display_now());

	if (a == DIALOG_YES && d->dialog_yes) {
		d->mode = d->dialog_over;
		d->dialog_yes(d);
	}
	deck_watch_dialog(d);
	display_ask_key(d->display);
}

struct deck *deck_new(struct loop *l, struct client *c, const struct console_options *o)
{
	struct deck *d = xcalloc(1, sizeof(*d));

	*d = (struct deck){ .loop = l, .client = c, .options = o, .focus = PANE_CLUSTERS };
	d->letters = o->letters;
	for (int i = 0; i < PANES; i++)
		pane_init(&d->panes[i], deck_kinds[i]);
	for (int i = 0; i < PROMPT_USES; i++)
		prompt_init(&d->prompts[i],
			    i == FOR_COMMAND || i == FOR_FILTER ? deck_complete : NULL, d);
	d->messages = (struct strs)STRS_INIT(MESSAGES_MOST);
	d->scripts = (struct strs)STRS_INIT(SCRIPTS_MOST);
	d->no_countdown = o->no_countdown;
	d->data_ms = o->data_ms > 0 ? o->data_ms : PACE_DATA_MS;
	d->reader = o->reader;
	for (int i = 0; i < PANES; i++)
		d->panes[i].words = o->reader;
	d->esc_ms = o->esc_ms > 0	       ? o->esc_ms
		    : getenv("SSH_CONNECTION") ? KEY_ESC_SSH_MS
					       : KEY_ESC_MS;
	d->paste = !getenv("STY");
	textbox_init(&d->box);
	result_init(&d->result);
	textbox_init(&d->place_help);
	textbox_init(&d->detail);
	textbox_init(&d->under);
	textbox_init(&d->cost.below);
	textbox_init(&d->teardown.text);
	textbox_init(&d->teardown.side);
	d->teardown.keep = (struct strs)STRS_INIT(64);
	d->teardown.facts = (struct strs)STRS_INIT(3);
	d->chosen_names = (struct strs)STRS_INIT(PANE_MARKS_MAX);
	d->chosen_facts = (struct strs)STRS_INIT(DIFF_FACTS);
	d->dialog_timer = deck_timer(d, on_dialog_timer);
	d->clock_timer = deck_timer(d, on_clock_timer);
	d->message_timer = deck_timer(d, on_message_timer);
	d->why_timer = deck_timer(d, on_why_timer);
	d->follow_timer = deck_timer(d, teardown_follow);
	d->flash_timer = deck_timer(d, on_flash_timer);
	d->filter_timer = deck_timer(d, deck_filter_typed);
	d->late_timer = deck_timer(d, deck_late);
	d->mirror = mirror_new(c, deck_changed, d);
	deck_load(d);
	deck_watch(d);
	on_clock_timer(d);
	return d;
}

void deck_free(struct deck *d)
{
	if (!d)
		return;
	deck_remember(d);
	deck_run_clear(d);
	deck_drop_calls(d);
	teardown_clear(d);
	deck_wizard_clear(d);
	deck_form_clear(d);
	deck_template_clear(d);
	deck_cost_clear(d);
	deck_op_clear(d);
	deck_diff_clear(d);
	deck_lease_clear(d);
	deck_log_clear(d);
	deck_files_clear(d);
	mirror_free(d->mirror);
	timer_free(d->filter_timer);
	timer_free(d->late_timer);
	timer_free(d->follow_timer);
	timer_free(d->flash_timer);
	map_clear(&d->map);
	flash_clear(&d->group_flash);
	timer_free(d->why_timer);
	timer_free(d->message_timer);
	timer_free(d->clock_timer);
	timer_free(d->dialog_timer);
	for (int i = 0; i < PANES; i++)
		pane_clear(&d->panes[i]);
	for (int i = 0; i < PROMPT_USES; i++)
		prompt_clear(&d->prompts[i]);
	textbox_clear(&d->box);
	textbox_clear(&d->place_help);
	strs_clear(&d->messages);
	strs_clear(&d->scripts);
	textbox_clear(&d->detail);
	textbox_clear(&d->under);
	strs_clear(&d->chosen_facts);
	strs_clear(&d->chosen_names);
	json_free(d->undo.body);
	json_free(d->params.told);
	json_free(d->names.told);
	free(d->help_entries);
	free(d->help_text);
	free(d->why_text);
	free(d);
}

void deck_leave(struct deck *d, int code)
{
	d->exit_code = code;
	loop_stop(d->loop);
}
