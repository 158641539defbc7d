/* Keys by where they go: a question, a line being typed, a menu, the panes. */
#include <stdio.h>
#include <string.h>

#include "console/deck.h"
#include "console/words.h"

#define TWICE_MS 1000
#define BURST_MS 3
#define HABIT_MS 1000 /* Enter out of habit, behind an answer that needed none */

/* An answer may come late: it never takes the keys away from a question or a line being typed.
 */
void deck_open_box(struct deck *d)
{
	d->box_row = false;
	d->result_shown = false;
	d->box.want = 0;
	if (d->mode == AT_PANES || d->mode == AT_MENU)
		d->mode = AT_BOX;
}

void deck_ask(struct deck *d, const struct dialog_spec *spec, void (*yes)(struct deck *d))
{
	dialog_open(&d->dialog, spec, display_now());
	d->spill.until = 0;
	display_drop_input(d->display);
	d->dialog_yes = yes;
	d->dialog_over = d->mode == AT_FORM ? AT_FORM : AT_PANES;
	d->mode = AT_DIALOG;
	deck_watch_dialog(d);
}

void deck_hold_dialog(struct deck *d)
{
	dialog_hold(&d->dialog, mirror_link(d->mirror) == MIRROR_LIVE
				    ? NULL
				    : "the engine does not answer: nothing can begin");
}

static void dialog_pressed(struct deck *d, const struct key *k)
{
	enum dialog_answer a;

	deck_hold_dialog(d);
	a = dialog_key(&d->dialog, k, display_now());

	if (a != DIALOG_ASKING)
		d->mode = d->dialog_over;
	if (a != DIALOG_ASKING && key_is_char(k))
		d->answered_ms = display_now();
	if (a == DIALOG_YES)
		deck_by_key(d, d->dialog_yes);
	else if (a == DIALOG_NO) {
		deck_run_abandon(d);
		deck_say(d, TONE_TEXT, "nothing was changed");
	}
	deck_watch_dialog(d);
}

static bool is_menu_end(uint32_t code)
{
	return code == K_ESC || code == 'q' || code == K_F10 || code == K_F2 ||
	       code == K_CTRL('o') || code == K_CTRL('c');
}

static void menu_pressed(struct deck *d, const struct key *k)
{
	const struct binding *b[MENU_MOST];
	size_t n = deck_menu(d, b);
	const struct binding *hit =
	    k->code == K_ENTER ? b[d->menu_at] : binding_of_key(d, k->code);

	if (k->code == K_DOWN || k->code == 'j')
		d->menu_at = (d->menu_at + 1) % n;
	else if (k->code == K_UP || k->code == 'k')
		d->menu_at = (d->menu_at + n - 1) % n;
	else if (hit || is_menu_end(k->code)) {
		d->mode = AT_PANES;
		if (hit && !is_menu_end(k->code))
			binding_run(d, hit);
	} else
		deck_deaf_key(d, k, "arrows choose, Enter does it, Esc closes");
}

static void help_pressed(struct deck *d, const struct key *k)
{
	d->mode = help_key(&d->help, k) ? AT_HELP : AT_PANES;
	if (d->mode == AT_HELP && d->help.deaf)
		deck_deaf_key(d, k, "type to search, arrows scroll, Esc closes");
}

static void box_pressed(struct deck *d, const struct key *k)
{
	enum textbox_end end;

	if (k->code == 'y') {
		deck_copy_box(d);
		return;
	}
	end = textbox_key(&d->box, k);
	if (end == TEXTBOX_CLOSED)
		d->mode = AT_PANES;
	else if (end == TEXTBOX_DEAF)
		deck_deaf_key(d, k,
			      d->box.marks
				  ? "n and N go through the problems, arrows scroll, Esc closes"
				  : "arrows scroll, w wraps, y copies, Esc closes");
}

static void move_focus(struct deck *d, int by)
{
	d->panes[PANE_EVENTS].touched = false;
	d->focus = (enum pane_id)(((int)d->focus + DECK_PANES + by) % DECK_PANES);
}

/* Esc goes back one step: the search, the filter, the zoom. It never leaves. */
static void step_back(struct deck *d)
{
	struct pane *p = &d->panes[d->focus];

	if (d->find[0]) {
		d->find[0] = '\0';
		if (d->view && d->view->find)
			d->view->find(d, "", 0);
	} else if (d->view && d->view->back)
		d->view->back(d);
	else if (d->view && d->view->parent) /* one row of the table above: its filter stays */
		view_open(d, d->view->parent);
	else if (p->table.range_from)
		p->table.range_from = 0;
	else if (p->filter[0])
		p->filter[0] = '\0';
	else if (p->table.n_marks > 0)
		table_unmark_all(&p->table);
	else if (p->scope[0])
		jobs_fold_again(d);
	else if (d->view)
		view_open(d, d->view->parent);
}

static bool is_mark_key(uint32_t code)
{
	return code == ' ' || code == 'v' || code == '*' || code == '+';
}

/* Marks of rows that are not here: the window is asked for them first. */
static bool mark_far(struct pane *p, uint32_t key)
{
	int64_t all = p->have ? p->rows.shown_total : 0;
	int64_t from = (int64_t)p->table.range_row, to = (int64_t)p->table.cursor;

	if (!p->have || all <= (int64_t)p->rows.n || (key == 'v' && !p->table.range_from))
		return false;
	if (key == 'v') {
		pane_mark_rows_at(p, from < to ? from : to, from < to ? to : from, false);
		p->table.range_from = 0;
	} else {
		pane_mark_rows_at(p, 0, all - 1, key == '+');
	}
	return true;
}

/* The rows of a table may be many more than are here: "*", "+" and "v" ask for them first. */
bool deck_table_key(struct deck *d, const struct key *k)
{
	struct pane *p = &d->panes[d->focus];
	bool many = is_mark_key(k->code) && k->code != ' ';
	size_t marks = p->table.n_marks, first = p->table.first;
	char n[24];

	if (is_mark_key(k->code) && !p->kind->marks) {
		deck_say(d, TONE_WARN, "nothing can be marked here");
		return true;
	}
	if (many && mark_far(p, k->code)) {
		if (k->code != 'v' && p->rows.shown_total > PANE_MARKS_MAX)
			deck_say(d, TONE_WARN,
				 "the first %d of %s are marked: more is not done at once",
				 PANE_MARKS_MAX, words_number(n, p->rows.shown_total));
		return true;
	}
	if (!table_key(&p->table, k))
		return false;
	pane_note_marks(p);
	if (many)
		deck_say_marks(d, k->code);
	else if (k->code == 'U' && marks == 0)
		deck_remark(d, "nothing is marked: Space marks");
	else if ((k->code == '<' || k->code == '>') && p->table.first == first)
		deck_remark(d, "no more columns at that side");
	return true;
}

bool deck_moved(struct deck *d, const struct key *k)
{
	struct pane *p = &d->panes[d->focus];
	bool was = p->touched;

	if (d->view)
		return view_key(d, k);
	if (d->focus == PANE_NODES && deck_maps(d)) {
		if (is_mark_key(k->code))
			deck_say(d, TONE_TEXT,
				 "marks are set in the list (%s) and in the full view (Enter)",
				 KEY_FOR(d, "map"));
		return map_key(&d->map, k);
	}
	p->touched = true;
	if (deck_table_key(d, k))
		return true;
	p->touched = was;
	return false;
}

static void panes_pressed(struct deck *d, const struct key *k)
{
	const struct binding *b;

	if (deck_remapped(d, k->code)) {
		if ((b = binding_of_key(d, k->code)))
			binding_run(d, b);
		else
			deck_dead_key(d, k->code);
	} else if (k->code == K_MOUSE) {
		deck_mouse(d, k);
	} else if (!d->view && (k->code == K_TAB || k->code == K_BACKTAB)) {
		move_focus(d, k->code == K_TAB ? 1 : -1);
	} else if (k->code == K_ESC) {
		step_back(d);
	} else if (k->code == K_PASTE) {
		deck_say(d, TONE_WARN, "paste ignored (%zu characters)", k->total);
	} else if (k->code >= '0' && k->code < '0' + TABS) {
		view_tab(d, k->code - '0');
	} else if (deck_moved(d, k)) {
		;
	} else if ((b = binding_of_key(d, k->code))) {
		binding_run(d, b);
	} else {
		deck_dead_key(d, k->code);
	}
}

static void interrupted(struct deck *d)
{
	int64_t now = display_now();

	if (d->interrupted_ms && now - d->interrupted_ms < TWICE_MS)
		deck_leave(d, 0);
	d->interrupted_ms = now;
	deck_say(d, TONE_TEXT, "Ctrl-C once more leaves; the engine goes on");
}

/* It belongs to what was typed, not to the row behind the question. */
static bool is_habit(struct deck *d, const struct key *k)
{
	bool soon = d->answered_ms && display_now() - d->answered_ms < HABIT_MS;

	d->answered_ms = 0;
	return soon && k->code == K_ENTER;
}

void deck_key(void *arg, const struct key *k)
{
	struct deck *d = arg;

	deck_load(d);
	if (is_habit(d, k) || deck_spills(d, k))
		return;
	d->message[0] = '\0';
	d->pressed = k->code;
	d->burst = display_now() - d->pressed_ms < BURST_MS;
	d->pressed_ms = display_now();
	if (k->code != K_MOUSE)
		d->clicked = 0;
	if (k->code == K_CTRL('l'))
		display_redraw(d->display);
	else if (k->code == K_MOUSE && !d->mouse)
		; /* it was switched off meanwhile */
	else if (k->code == K_MOUSE && d->mode != AT_PANES)
		deck_mouse_over(d, k);
	else if (deck_help_here(d, k))
		;
	else if (d->mode == AT_DIALOG)
		dialog_pressed(d, k);
	else if (d->mode == AT_PROMPT)
		deck_prompt_key(d, k);
	else if (d->mode == AT_HELP)
		help_pressed(d, k);
	else if (d->mode == AT_BOX)
		box_pressed(d, k);
	else if (d->mode == AT_MENU)
		menu_pressed(d, k);
	else if (d->mode == AT_SORT)
		deck_sort_key(d, k);
	else if (d->mode == AT_COLUMNS)
		deck_columns_key(d, k);
	else if (d->mode == AT_TEARDOWN)
		d->mode = teardown_key(d, k) ? d->mode : AT_PANES;
	else if (d->mode == AT_WIZARD)
		deck_wizard_key(d, k);
	else if (d->mode == AT_FORM)
		deck_form_key(d, k);
	else if (k->code == K_CTRL('c'))
		interrupted(d);
	else
		panes_pressed(d, k);
	deck_lease_look(d);
	deck_load(d);
	deck_watch(d);
}
