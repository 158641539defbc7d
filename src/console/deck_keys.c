/* What each key does. One table: footer, help, menu and the keys themselves read it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "console/deck.h"
#include "console/words.h"

#define TWICE_MS  1000
#define FILTER_MS 200 /* five times a second at most (tui.md 5) */

/* Why not now */

static const char *no_template(const struct deck *d, char out[80])
{
	(void)out;
	return pane_name_at(&d->panes[PANE_TEMPLATES]) ? NULL : "no template is selected";
}

static const char *nothing_to_end(const struct deck *d, char out[80])
{
	(void)out;
	return d->cluster[0] || d->teardown.operation ? NULL : "no cluster is selected";
}

static const char *not_off(const struct deck *d, char out[80])
{
	const struct cluster_row *r = deck_cluster(d);

	if (!r)
		return "no cluster is selected";
	if (r->cluster.state == CLUSTER_OFF || r->cluster.state == CLUSTER_FAILED)
		return NULL;
	snprintf(out, 80, "it is %s", cluster_state_name(r->cluster.state));
	return out;
}

static const char *not_running(const struct deck *d, char out[80])
{
	const struct cluster_row *r = deck_cluster(d);

	if (!r)
		return "no cluster is selected";
	if (r->cluster.state == CLUSTER_RUNNING)
		return NULL;
	snprintf(out, 80, "the cluster is %s", cluster_state_name(r->cluster.state));
	return out;
}

static const char *nothing_to_explain(const struct deck *d, char out[80])
{
	char what[80];

	(void)out;
	if (d->focus == PANE_EVENTS)
		return deck_event(d) && deck_event(d)->cluster[0]
			   ? NULL
			   : "no event of a cluster is under the cursor";
	if (!d->cluster[0])
		return "no cluster is selected";
	if (d->focus == PANE_NODES || d->focus == PANE_JOBS)
		return deck_selected(d, what)[0] ? NULL : "nothing is under the cursor";
	return d->focus == PANE_CLUSTERS ? NULL : "choose a job, a node or a cluster first";
}

static const char *nothing_to_undo(const struct deck *d, char out[80])
{
	(void)out;
	return d->undo.until > display_now() ? NULL : "nothing was done in the last 30 s";
}

static const char *not_nodes(const struct deck *d, char out[80])
{
	(void)out;
	return d->focus == PANE_NODES ? NULL : "for the node pane";
}

static const char *no_sorts(const struct deck *d, char out[80])
{
	(void)out;
	return d->panes[d->focus].kind->sorts[1] ? NULL : "this pane has one order";
}

static const char *no_filter(const struct deck *d, char out[80])
{
	(void)out;
	return d->focus == PANE_TEMPLATES ? "there are few templates" : NULL;
}

/* Views */

static void open_prompt(struct deck *d, enum prompt_use use, const char *label,
			const char *text)
{
	d->prompt_use = use;
	prompt_open(&d->prompts[use], label, text);
	d->mode = AT_PROMPT;
}

static void open_find(struct deck *d)
{
	open_prompt(d, FOR_FIND, "/", "");
}

static void open_filter(struct deck *d)
{
	snprintf(d->filter_before, sizeof(d->filter_before), "%s", d->panes[d->focus].filter);
	open_prompt(d, FOR_FILTER, "filter: ", d->filter_before);
}

static void open_command(struct deck *d)
{
	open_prompt(d, FOR_COMMAND, ":", "");
}

void deck_open_sort(struct deck *d)
{
	d->menu_at = d->panes[d->focus].sort;
	d->mode = AT_SORT;
}

size_t deck_sorts(const struct deck *d)
{
	const struct pane_kind *k = d->panes[d->focus].kind;
	size_t n = 1;

	while (n < PANE_SORTS && k->sorts[n])
		n++;
	return n;
}

/* The same column again reverses the order. */
static void sort_by(struct deck *d, size_t sort)
{
	struct pane *p = &d->panes[d->focus];

	p->descending = sort == p->sort && sort > 0 && !p->descending;
	p->sort = sort;
	p->offset = 0;
	p->table.cursor_id = 0;
	table_go(&p->table, 0);
}

bool deck_sort_named(struct deck *d, const char *name)
{
	for (size_t i = 0; i < deck_sorts(d); i++)
		if (strcmp(d->panes[d->focus].kind->sorts[i], name) == 0) {
			sort_by(d, i);
			return true;
		}
	return false;
}

static void sort_pressed(struct deck *d, const struct key *k)
{
	size_t n = deck_sorts(d);

	if (k->code == K_DOWN || k->code == 'j') {
		d->menu_at = (d->menu_at + 1) % n;
	} else if (k->code == K_UP || k->code == 'k') {
		d->menu_at = (d->menu_at + n - 1) % n;
	} else {
		d->mode = AT_PANES;
		if (k->code == K_ENTER || k->code == ' ')
			sort_by(d, d->menu_at);
	}
}

static void map_or_list(struct deck *d)
{
	if (d->view) {
		d->nodes_mapped = !d->nodes_mapped;
		view_open(d, &view_nodes);
	} else {
		d->node_list = !d->node_list;
	}
}

static void zoom(struct deck *d)
{
	static const size_t tab_of[PANES] = { [PANE_TEMPLATES] = 6,
					      [PANE_CLUSTERS] = 1,
					      [PANE_NODES] = 2,
					      [PANE_JOBS] = 3,
					      [PANE_EVENTS] = 4 };

	view_tab(d, d->view ? 0 : tab_of[d->focus]);
}

static void find_again(struct deck *d, int step)
{
	d->panes[d->focus].touched = true;
	if (!pane_find(&d->panes[d->focus], d->find, step))
		deck_say(d, TONE_WARN, "\"%.60s\" is not among the rows shown", d->find);
}

/* On the Deck the pane's full view; there what is known of the row. */
void deck_open_detail(struct deck *d)
{
	if (!d->view) {
		zoom(d);
		return;
	}
	deck_detail(d, &d->box);
	deck_open_box(d);
}

static void show_cli(struct deck *d)
{
	size_t i = 0;

	textbox_open(&d->box, "The same from a shell");
	for (const struct binding *b; (b = binding_at(d, i)); i++) {
		char line[256], why[80];

		if (!b->cli || binding_off(d, b, why))
			continue;
		deck_cli_line(d, b, line);
		textbox_add(&d->box, TONE_TEXT, "%-28s %s", b->help, line);
	}
	if (d->box.lines.n == 0)
		textbox_add(&d->box, TONE_DIM, "nothing can be done with what is selected");
	deck_open_box(d);
}

static void open_menu(struct deck *d)
{
	d->mode = AT_MENU;
	d->menu_at = 0;
}

static void leave(struct deck *d)
{
	deck_leave(d, 0);
}

static void open_help(struct deck *d);

static void redraw(struct deck *d)
{
	display_redraw(d->display);
}

static void suspend(struct deck *d)
{
	display_suspend(d->display);
}

const struct binding bindings[] = {
	{ .keys = "arrows hjkl", .group = GROUP_MOVE, .help = "move" },
	{ .keys = "PgUp PgDn", .group = GROUP_MOVE, .help = "a page" },
	{ .keys = "g G Home End", .group = GROUP_MOVE, .help = "first, last" },
	{ .keys = "Tab S-Tab",
	  .group = GROUP_MOVE,
	  .help = "next pane; in a view next cluster" },
	{ .keys = "0 to 6", .group = GROUP_MOVE, .help = "the Deck, the full views" },
	{ .keys = "Space v", .group = GROUP_MOVE, .help = "mark, mark a range" },
	{ .keys = "* + U", .group = GROUP_MOVE, .help = "all, invert, none" },
	{ .keys = "Esc", .group = GROUP_MOVE, .help = "back, or clear the filter" },
	{ .key = K_ENTER,
	  .keys = "Enter",
	  .group = GROUP_VIEW,
	  .help = "open: the full view, the row",
	  .run = deck_open_detail },
	{ .key = '/',
	  .fkey = K_F3,
	  .keys = "F3 /",
	  .group = GROUP_VIEW,
	  .label = "Find",
	  .help = "find, n N next",
	  .run = open_find },
	{ .key = 'f',
	  .fkey = K_F4,
	  .keys = "F4 f",
	  .group = GROUP_VIEW,
	  .label = "Filter",
	  .help = "filter this pane",
	  .off = no_filter,
	  .run = open_filter },
	{ .key = 'm',
	  .fkey = K_F5,
	  .keys = "F5 m",
	  .group = GROUP_VIEW,
	  .label = "View",
	  .help = "nodes as map or list",
	  .off = not_nodes,
	  .run = map_or_list },
	{ .key = 's',
	  .fkey = K_F6,
	  .keys = "F6 s",
	  .group = GROUP_VIEW,
	  .label = "Sort",
	  .help = "order: choose, again reverses",
	  .off = no_sorts,
	  .run = deck_open_sort },
	{ .key = 'Z',
	  .keys = "Z",
	  .group = GROUP_VIEW,
	  .label = "Zoom",
	  .help = "full view, and back",
	  .run = zoom },
	{ .key = 'e',
	  .keys = "e",
	  .group = GROUP_ACT,
	  .label = "Why",
	  .help = "why: the reason in words",
	  .command = "why",
	  .cli = "%c %w",
	  .off = nothing_to_explain,
	  .run = act_why },
	{ .key = 'n',
	  .keys = "n",
	  .group = GROUP_ACT,
	  .label = "New",
	  .help = "new cluster...",
	  .command = "cluster create",
	  .cli = "NAME %t",
	  .needs = ROLE_OPERATOR,
	  .off = no_template,
	  .run = act_create },
	{ .key = 'S',
	  .keys = "S",
	  .group = GROUP_ACT,
	  .label = "Start",
	  .help = "start the cluster",
	  .command = "cluster start",
	  .cli = "%c",
	  .needs = ROLE_OPERATOR,
	  .off = not_off,
	  .run = act_start },
	{ .key = 'J',
	  .keys = "J",
	  .group = GROUP_ACT,
	  .label = "Submit",
	  .help = "submit the sample job",
	  .command = "job submit",
	  .cli = "%c --sample",
	  .needs = ROLE_OPERATOR,
	  .off = not_running,
	  .run = act_submit },
	{ .key = 'd',
	  .keys = "d",
	  .group = GROUP_ACT,
	  .label = "Drain",
	  .help = "drain node or marked",
	  .command = "node drain",
	  .cli = "%c %n",
	  .needs = ROLE_OPERATOR,
	  .off = deck_no_node,
	  .run = act_drain },
	{ .key = 'u',
	  .keys = "u",
	  .group = GROUP_ACT,
	  .label = "Undo",
	  .help = "take the last act back",
	  .needs = ROLE_OPERATOR,
	  .off = nothing_to_undo,
	  .run = act_undo },
	{ .key = 'D',
	  .fkey = K_F9,
	  .keys = "F9 D",
	  .group = GROUP_ACT,
	  .label = "End..",
	  .help = "tear the cluster down...",
	  .command = "cluster delete",
	  .cli = "%c --plan HASH --name %c",
	  .off = nothing_to_end,
	  .run = act_teardown },
	{ .key = ':',
	  .keys = ":",
	  .group = GROUP_APP,
	  .help = "command, Tab completes",
	  .run = open_command },
	{ .key = '!',
	  .keys = "!",
	  .group = GROUP_APP,
	  .help = "the same from a shell",
	  .run = show_cli },
	{ .key = K_CTRL('o'),
	  .fkey = K_F2,
	  .keys = "F2 Ctrl-O",
	  .group = GROUP_APP,
	  .label = "Menu",
	  .help = "what can be done here",
	  .run = open_menu },
	{ .key = '?',
	  .fkey = K_F1,
	  .keys = "F1 ?",
	  .group = GROUP_APP,
	  .label = "Help",
	  .help = "this help",
	  .run = open_help },
	{ .key = K_CTRL('l'),
	  .keys = "Ctrl-L",
	  .group = GROUP_APP,
	  .help = "draw anew",
	  .run = redraw },
	{ .key = K_CTRL('z'),
	  .keys = "Ctrl-Z",
	  .group = GROUP_APP,
	  .help = "to the shell; fg returns",
	  .run = suspend },
	{ .key = 'q',
	  .fkey = K_F10,
	  .keys = "F10 q",
	  .group = GROUP_APP,
	  .label = "Quit",
	  .help = "leave; the engine goes on",
	  .run = leave },
};

const size_t n_bindings = ARRAY_LEN(bindings);

/* F7 and F8 are the two constructive acts of a pane. */
static const char *const pane_acts[PANES][2] = {
	[PANE_TEMPLATES] = { "New", "Start" }, [PANE_CLUSTERS] = { "New", "Start" },
	[PANE_NODES] = { "Drain", "Submit" },  [PANE_JOBS] = { "Submit", "Why" },
	[PANE_EVENTS] = { "New", "Start" },
};

const char *binding_off(const struct deck *d, const struct binding *b, char out[80])
{
	const char *off = deck_cannot(d, b->needs);

	return off ? off : b->off ? b->off(d, out) : NULL;
}

const struct binding *binding_at(const struct deck *d, size_t i)
{
	const struct binding *own = d->view ? d->view->keys : NULL;
	const struct binding *more = d->view ? d->view->more_keys : NULL;

	for (; own && own->keys; own++, i--)
		if (i == 0)
			return own;
	for (; more && more->keys; more++, i--)
		if (i == 0)
			return more;
	return i < n_bindings ? &bindings[i] : NULL;
}

const struct binding *binding_named(const struct deck *d, const char *label)
{
	const struct binding *b;

	for (size_t i = 0; (b = binding_at(d, i)); i++)
		if (b->label && strcmp(b->label, label) == 0)
			return b;
	return NULL;
}

/* A view's own keys hide the common ones. */
static const struct binding *binding_of(const struct deck *d, uint32_t code)
{
	const struct binding *b;

	for (size_t i = 0; (b = binding_at(d, i)); i++)
		if (b->run && (b->key == code || b->fkey == code))
			return b;
	if (code == K_F7 || code == K_F8)
		return binding_named(d, pane_acts[d->focus][code - K_F7]);
	return NULL;
}

/* Its key does something else in this view. */
static bool is_hidden(const struct deck *d, const struct binding *b)
{
	return b->run && b->key && binding_of(d, b->key) != b;
}

static void run_binding(struct deck *d, const struct binding *b)
{
	char why[80];
	const char *off = binding_off(d, b, why);

	if (off)
		deck_say(d, TONE_WARN, "%s: %s", b->label ? b->label : b->help, off);
	else
		b->run(d);
}

/* Footer, help, menu, shell lines */

static void footer_key_of(const struct deck *d, uint32_t code, const char *key,
			  struct footer_key *out)
{
	static const struct {
		uint32_t code;
		const char *name;
	} letters[] = { { '/', "/" },	      { 'f', "f" }, { 'm', "m" }, { 's', "s" },
			{ 'n', "n" },	      { 'S', "S" }, { 'J', "J" }, { 'd', "d" },
			{ 'e', "e" },	      { 'D', "D" }, { 'o', "o" }, { 'T', "T" },
			{ 'h', "h" },	      { 'c', "c" }, { '?', "?" }, { 'q', "q" },
			{ K_CTRL('o'), "^O" } };
	const struct binding *b = binding_of(d, code);
	char why[80];

	*out = (struct footer_key){ key, b->label, NULL, binding_off(d, b, why) != NULL };
	for (size_t i = 0; i < ARRAY_LEN(letters); i++)
		if (letters[i].code == b->key)
			out->letter = letters[i].name;
}

/* What works while something lies over the panes. */
static const struct footer_key over_keys[][5] = {
	[AT_PROMPT] = { { "Enter", "Done", NULL, false },
			{ "Tab", "Complete", NULL, false },
			{ "Up", "History", NULL, false },
			{ "Esc", "Cancel", NULL, false } },
	[AT_DIALOG] = { { "Esc", "No", NULL, false } },
	[AT_BOX] = { { "PgDn", "More", NULL, false }, { "Esc", "Close", NULL, false } },
	[AT_HELP] = { { "PgDn", "More", NULL, false }, { "Esc", "Close", NULL, false } },
	[AT_MENU] = { { "Enter", "Do", NULL, false }, { "Esc", "Close", NULL, false } },
	[AT_SORT] = { { "Enter", "Sort", NULL, false }, { "Esc", "Close", NULL, false } },
	[AT_TEARDOWN] = { { "Space", "Accept", NULL, false },
			  { "F9", "Begin", NULL, false },
			  { "PgDn", "More", NULL, false },
			  { "Esc", "Leave", NULL, false } },
};

static void teardown_footer(const struct deck *d, struct footer_key out[12])
{
	bool f8 = dialog_confirm_key(&d->dialog) == K_F8;

	if (!d->teardown.asking) {
		size_t n = 0;

		if (teardown_can_undo(d))
			out[n++] = (struct footer_key){ "u", "Take back", NULL, false };
		memcpy(out + n, &over_keys[AT_TEARDOWN][2], 3 * sizeof(out[0]));
		return;
	}
	out[1].key = f8 ? "F8" : "F9";
	out[1].off = !dialog_complete(&d->dialog);
}

void deck_footer(const struct deck *d, struct footer_key out[12])
{
	static const char *const names[] = { "F1", "F2", "F3", "F4", "F5",
					     "F6", "F7", "F8", "F9", "F10" };
	size_t n = 0;

	if (d->mode == AT_WIZARD) {
		deck_wizard_footer(d, out);
		return;
	}
	if (d->mode != AT_PANES) {
		memcpy(out, over_keys[d->mode], sizeof(over_keys[0]));
		if (d->mode == AT_TEARDOWN)
			teardown_footer(d, out);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (d->layout.size != DECK_SMALL || i == 0 || i == 3 || i > 5)
			footer_key_of(d, (uint32_t)(K_F1 + i), names[i], &out[n++]);
	out[n] = (struct footer_key){ NULL, NULL, NULL, false };
}

static struct help_entry *help_of_bindings(struct deck *d, struct help_entry *to,
					   const char *group)
{
	const struct binding *b;

	for (size_t i = 0; (b = binding_at(d, i)); i++) {
		if (strcmp(b->group, group) != 0 || is_hidden(d, b))
			continue;
		*to = (struct help_entry){ b->group, b->keys, b->command, b->help, NULL };
		to->off = b->run ? binding_off(d, b, d->help_off[i]) : NULL;
		to++;
	}
	return to;
}

static struct help_entry *help_of_commands(const struct deck *d, struct help_entry *to)
{
	for (size_t i = 0; i < n_commands; i++) {
		const struct command *c = &commands[i];

		if (c->flags & CMD_CLI_ONLY)
			continue;
		*to++ = (struct help_entry){ "COMMANDS, AFTER :", c->name, c->args, c->help,
					     c->flags & CMD_WRITE ? deck_cannot(d, c->needs)
								  : NULL };
	}
	return to;
}

static void open_help(struct deck *d)
{
	static const char *const groups[] = { GROUP_MOVE, GROUP_ACT, GROUP_VIEW, GROUP_APP };
	struct help_entry *to;
	size_t n = 0;

	free(d->help_entries);
	free(d->help_off);
	while (binding_at(d, n))
		n++;
	d->help_entries = xcalloc(n + n_commands, sizeof(*d->help_entries));
	d->help_off = xcalloc(n, sizeof(*d->help_off));
	to = d->help_entries;
	for (size_t g = 0; g < ARRAY_LEN(groups); g++)
		to = help_of_bindings(d, to, groups[g]);
	to = help_of_commands(d, to);
	help_open(&d->help, d->help_entries, (size_t)(to - d->help_entries));
	d->mode = AT_HELP;
}

size_t deck_menu(const struct deck *d, const struct binding *out[MENU_MOST])
{
	const struct binding *b;
	size_t n = 0;

	for (size_t i = 0; (b = binding_at(d, i)) && n < MENU_MOST; i++)
		if (b->run && !is_hidden(d, b) &&
		    (strcmp(b->group, GROUP_ACT) == 0 || strcmp(b->group, GROUP_VIEW) == 0))
			out[n++] = b;
	return n;
}

static const char *argument(const struct deck *d, char what, char out[80])
{
	const char *text = NULL;

	if (what == 'c')
		text = d->cluster;
	else if (what == 't')
		text = pane_name_at(&d->panes[PANE_TEMPLATES]);
	else if (what == 'w')
		text = deck_selected(d, out);
	else {
		deck_chosen_cli(d, what == 'n' ? PANE_NODES : PANE_JOBS, out, 80);
		text = out;
	}
	return text ? text : "";
}

void deck_cli_line(const struct deck *d, const struct binding *b, char out[256])
{
	char name[80];
	size_t n = (size_t)snprintf(out, 256, "paceline %s ", b->command);

	for (const char *c = b->cli; *c && n + 1 < 256; c++) {
		if (*c != '%') {
			out[n++] = *c;
			continue;
		}
		int more = snprintf(out + n, 256 - n, "%s", argument(d, *++c, name));
		n += more < (int)(256 - n) ? (size_t)more : 255 - n;
	}
	out[n] = '\0';
}

/* Keys by where they go */

/* An answer may come late: it never takes the keys away from a question or a line being typed.
 */
void deck_open_box(struct deck *d)
{
	if (d->mode == AT_PANES || d->mode == AT_MENU)
		d->mode = AT_BOX;
}

void deck_ask(struct deck *d, const struct dialog_spec *spec, void (*yes)(struct deck *d))
{
	dialog_open(&d->dialog, spec, display_now());
	display_drop_input(d->display);
	d->dialog_yes = yes;
	d->mode = AT_DIALOG;
	deck_watch_dialog(d);
}

static void dialog_pressed(struct deck *d, const struct key *k)
{
	enum dialog_answer a = dialog_key(&d->dialog, k, display_now());

	if (a != DIALOG_ASKING)
		d->mode = AT_PANES;
	if (a == DIALOG_YES)
		d->dialog_yes(d);
	else if (a == DIALOG_NO) {
		deck_run_abandon(d);
		deck_say(d, TONE_TEXT, "nothing was changed");
	}
	deck_watch_dialog(d);
}

static void set_filter(struct pane *p, const char *text)
{
	size_t n = strlen(text);

	n = n < sizeof(p->filter) ? n : sizeof(p->filter) - 1;
	if (strncmp(p->filter, text, n) == 0 && p->filter[n] == '\0')
		return;
	memmove(p->filter, text, n);
	p->filter[n] = '\0';
	p->offset = 0;
}

/* What is typed so far filters already; the engine keeps the last good result meanwhile. */
void deck_filter_typed(struct deck *d)
{
	if (d->mode != AT_PROMPT || d->prompt_use != FOR_FILTER)
		return;
	set_filter(&d->panes[d->focus], d->prompts[FOR_FILTER].text);
	deck_watch(d);
}

static void filter_ended(struct deck *d, bool done, const char *text)
{
	timer_stop(d->filter_timer);
	set_filter(&d->panes[d->focus], done ? text : d->filter_before);
}

static void prompt_done(struct deck *d, const char *text)
{
	switch (d->prompt_use) {
	case FOR_COMMAND:
		deck_run_line(d, text);
		break;
	case FOR_FIND:
		memcpy(d->find, text, strlen(text) + 1);
		if (text[0])
			find_again(d, 1);
		break;
	case FOR_FILTER:
		break;
	case FOR_COPY:
		act_edit_as(d, text);
		break;
	default:
		break;
	}
}

static void prompt_pressed(struct deck *d, const struct key *k)
{
	struct prompt *p = &d->prompts[d->prompt_use];
	enum prompt_end end = prompt_key(p, k);

	if (end == PROMPT_OPEN) {
		if (d->prompt_use == FOR_FILTER && !timer_on(d->filter_timer))
			timer_set(d->filter_timer, (int64_t)(FILTER_MS * clock_factor()));
		return;
	}
	d->mode = AT_PANES;
	if (d->prompt_use == FOR_FILTER)
		filter_ended(d, end == PROMPT_DONE, p->text);
	if (end == PROMPT_DONE)
		prompt_done(d, p->text);
}

static void menu_pressed(struct deck *d, const struct key *k)
{
	const struct binding *b[MENU_MOST];
	size_t n = deck_menu(d, b);
	const struct binding *hit = k->code == K_ENTER ? b[d->menu_at] : binding_of(d, k->code);

	if (k->code == K_DOWN || k->code == 'j')
		d->menu_at = (d->menu_at + 1) % n;
	else if (k->code == K_UP || k->code == 'k')
		d->menu_at = (d->menu_at + n - 1) % n;
	else {
		d->mode = AT_PANES;
		if (hit && k->code != 'q' && k->code != K_F10 && k->code != K_F2)
			run_binding(d, hit);
	}
}

static void move_focus(struct deck *d, int by)
{
	d->panes[PANE_EVENTS].touched = false;
	d->focus = (enum pane_id)(((int)d->focus + PANES + by) % PANES);
}

/* Esc goes back one step: the search, the filter, the zoom. It never leaves. */
static void step_back(struct deck *d)
{
	struct pane *p = &d->panes[d->focus];

	if (d->find[0])
		d->find[0] = '\0';
	else if (p->filter[0])
		p->filter[0] = '\0';
	else if (p->table.n_marks > 0)
		table_unmark_all(&p->table);
	else if (p->scope[0])
		jobs_fold_again(d);
	else if (d->view)
		view_open(d, d->view->parent);
}

/* The rows of a table may be many more than are here: "*" asks for them first. */
bool deck_table_key(struct deck *d, const struct key *k)
{
	struct pane *p = &d->panes[d->focus];
	bool marks = k->code == ' ' || k->code == '*' || k->code == '+' || k->code == 'v';
	char n[24];

	if (marks && !p->kind->marks)
		return true;
	if (k->code == '*' && p->have && p->rows.shown_total > (int64_t)p->rows.n) {
		pane_mark_all(p);
		if (p->rows.shown_total > PANE_MARKS_MAX)
			deck_say(d, TONE_WARN,
				 "the first %d of %s are marked: more is not done at once",
				 PANE_MARKS_MAX, words_number(n, p->rows.shown_total));
		return true;
	}
	if (!table_key(&p->table, k))
		return false;
	pane_note_marks(p);
	return true;
}

static bool moved(struct deck *d, const struct key *k)
{
	struct pane *p = &d->panes[d->focus];
	bool was = p->touched;

	if (d->view)
		return view_key(d, k);
	if (d->focus == PANE_NODES && deck_maps(d))
		return map_key(&d->map, k);
	p->touched = true;
	if (deck_table_key(d, k))
		return true;
	p->touched = was;
	return false;
}

static void panes_pressed(struct deck *d, const struct key *k)
{
	const struct binding *b;

	if (!d->view && (k->code == K_TAB || k->code == K_BACKTAB)) {
		move_focus(d, k->code == K_TAB ? 1 : -1);
	} else if (k->code == K_ESC) {
		step_back(d);
	} else if (k->code == K_PASTE) {
		deck_say(d, TONE_WARN, "paste ignored (%zu characters)", k->total);
	} else if (k->code >= '0' && k->code < '0' + TABS) {
		view_tab(d, k->code - '0');
	} else if (d->find[0] && (k->code == 'n' || k->code == 'N')) {
		find_again(d, k->code == 'n' ? 1 : -1);
	} else if (!moved(d, k) && (b = binding_of(d, k->code))) {
		run_binding(d, b);
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

void deck_key(void *arg, const struct key *k)
{
	struct deck *d = arg;

	deck_load(d);
	d->message[0] = '\0';
	d->pressed = k->code;
	d->pressed_ms = display_now();
	if (k->code == K_CTRL('l'))
		redraw(d);
	else if (d->mode == AT_DIALOG)
		dialog_pressed(d, k);
	else if (d->mode == AT_PROMPT)
		prompt_pressed(d, k);
	else if (d->mode == AT_HELP)
		d->mode = help_key(&d->help, k) ? AT_HELP : AT_PANES;
	else if (d->mode == AT_BOX)
		d->mode = textbox_key(&d->box, k) ? AT_BOX : AT_PANES;
	else if (d->mode == AT_MENU)
		menu_pressed(d, k);
	else if (d->mode == AT_SORT)
		sort_pressed(d, k);
	else if (d->mode == AT_TEARDOWN)
		d->mode = teardown_key(d, k) ? d->mode : AT_PANES;
	else if (d->mode == AT_WIZARD)
		deck_wizard_key(d, k);
	else if (k->code == K_CTRL('c'))
		interrupted(d);
	else
		panes_pressed(d, k);
	deck_load(d);
	deck_watch(d);
}
