/* What each key does, and why not now. One table: footer, help, menu and the keys read it. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "console/deck.h"

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
	if (r->cluster.state == CLUSTER_KEPT)
		snprintf(out, 80, "kept: %s makes a cluster with its disk",
			 KEY_FOR(d, "create"));
	else
		snprintf(out, 80, "it is %s", cluster_state_name(r->cluster.state));
	return out;
}

static const char *not_up(const struct deck *d, char out[80])
{
	const struct cluster_row *r = deck_cluster(d);

	return r && r->cluster.state == CLUSTER_STARTING ? NULL : deck_not_running(d, out);
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
	if (d->undo.until <= display_now())
		return "nothing in the last 30 s";
	if (d->undo.path[0])
		return NULL;
	snprintf(out, 80, "not %.32s%s%.40s", d->undo.what, d->undo.how[0] ? ": " : "",
		 d->undo.how);
	return out;
}

static const char *not_nodes(const struct deck *d, char out[80])
{
	(void)out;
	return d->focus == PANE_NODES ? NULL : "in the node pane";
}

static const char *no_sorts(const struct deck *d, char out[80])
{
	(void)out;
	if (d->view && !d->view->kind && d->view != &view_map)
		return "there are no rows to sort here";
	return d->panes[d->focus].kind->sorts[1] ? NULL : "this pane has one order";
}

static const char *no_filter(const struct deck *d, char out[80])
{
	(void)out;
	if (d->view == &view_files)
		return "/ finds a file";
	return d->focus == PANE_TEMPLATES ? "there are few templates" : NULL;
}

/* Views */

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

/* The nodes of one cell as a table. */
static void list_range(struct deck *d, const struct map_range *r)
{
	struct pane *p = &d->panes[PANE_NODES];
	char rows[100];

	if (!r->from || !r->to) {
		deck_say(d, TONE_WARN, "these nodes are not known here yet: once more");
		return;
	}
	map_filter(&d->map, rows, sizeof(rows));
	d->nodes_mapped = false;
	view_open(d, &view_nodes);
	snprintf(p->filter, sizeof(p->filter), "%s index>=%lld index<=%lld", rows,
		 (long long)r->from->index, (long long)r->to->index);
	p->offset = 0;
	table_go(&p->table, 0);
}

/* On the Deck the pane's full view, of a cluster the cluster itself; there what is known of the
 * row. */
void deck_open_detail(struct deck *d)
{
	struct map_range range;

	if (!d->view) {
		if (d->focus == PANE_CLUSTERS && deck_cluster(d))
			view_open(d, &view_overview);
		else if (d->focus == PANE_NODES && deck_maps(d) &&
			 map_range(&d->map, &d->panes[PANE_NODES], &range))
			list_range(d, &range);
		else
			zoom(d);
		return;
	}
	deck_detail(d, &d->box);
	deck_open_box(d);
	d->box_row = d->mode == AT_BOX;
}

/* What is left of an array is one row, whatever its id is by now: "12_[5-37]", "12_[9-37]". */
static bool is_its_row(const char *title, const char *name)
{
	size_t n = strcspn(title, "[");

	return strncmp(title, name, n) == 0 && title[n] == name[n];
}

void deck_detail_again(struct deck *d)
{
	struct textbox *b = &d->box;
	char name[80], title[sizeof(b->title)];
	int top = b->top, left = b->left;

	if (d->mode != AT_BOX || !d->box_row)
		return;
	memcpy(title, b->title, sizeof(title));
	if (!is_its_row(title, deck_selected(d, name)))
		return; /* it is gone: what was known of it stays */
	deck_detail(d, b);
	b->top = top;
	b->left = left;
}

static bool is_finding(const struct deck *d)
{
	return d->find[0] != '\0';
}

/* In a log n and N are about it alone: they lead nowhere else. */
static bool steps_matches(const struct deck *d)
{
	return is_finding(d) || log_is_open(d);
}

static const char *nothing_sought(const struct deck *d, char out[80])
{
	(void)out;
	return is_finding(d) ? NULL : "nothing is searched for";
}

static void next_match(struct deck *d)
{
	deck_find_again(d, 1);
}

static void previous_match(struct deck *d)
{
	deck_find_again(d, -1);
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
	{ .keys = "Tab S-Tab", .group = GROUP_MOVE, .help = "next pane, or cluster" },
	{ .keys = "0 to 6", .group = GROUP_MOVE, .help = "the Deck, full views" },
	{ .keys = "Space v", .group = GROUP_MOVE, .help = "mark, mark a range" },
	{ .keys = "* + U", .group = GROUP_MOVE, .help = "all, invert, none" },
	{ .keys = "< >", .group = GROUP_MOVE, .help = "columns aside" },
	{ .keys = "Esc", .group = GROUP_MOVE, .help = "back, clear the filter" },
	{ .key = K_ENTER,
	  .keys = "Enter",
	  .word = "open",
	  .group = GROUP_VIEW,
	  .help = "open full view or row",
	  .run = deck_open_detail },
	{ .key = '/',
	  .fkey = K_F3,
	  .keys = "F3 /",
	  .word = "find",
	  .group = GROUP_VIEW,
	  .label = "Find",
	  .help = "find, n N next",
	  .run = deck_open_find },
	{ .key = 'n',
	  .keys = "n",
	  .word = "next-match",
	  .group = GROUP_VIEW,
	  .help = "after /: the next that has it",
	  .when = steps_matches,
	  .off = nothing_sought,
	  .run = next_match },
	{ .key = 'N',
	  .keys = "N",
	  .word = "previous-match",
	  .group = GROUP_VIEW,
	  .help = "after /: the one before",
	  .when = steps_matches,
	  .off = nothing_sought,
	  .run = previous_match },
	{ .key = 'f',
	  .fkey = K_F4,
	  .keys = "F4 f",
	  .word = "filter",
	  .group = GROUP_VIEW,
	  .label = "Filter",
	  .help = "filter this pane",
	  .off = no_filter,
	  .types = true,
	  .run = deck_open_filter },
	{ .key = 'm',
	  .fkey = K_F5,
	  .keys = "F5 m",
	  .word = "map",
	  .group = GROUP_VIEW,
	  .label = "View",
	  .help = "nodes as map or list",
	  .off = not_nodes,
	  .run = map_or_list },
	{ .key = 's',
	  .fkey = K_F6,
	  .keys = "F6 s",
	  .word = "sort",
	  .group = GROUP_VIEW,
	  .label = "Sort",
	  .help = "order; the same reverses",
	  .off = no_sorts,
	  .run = deck_open_sort },
	{ .key = 'Z',
	  .keys = "Z",
	  .word = "zoom",
	  .group = GROUP_VIEW,
	  .label = "Zoom",
	  .help = "full view, and back",
	  .run = zoom },
	{ .key = '[',
	  .keys = "[",
	  .word = "back",
	  .group = GROUP_MOVE,
	  .help = "back to the view before",
	  .off = deck_no_back,
	  .run = act_back },
	{ .key = ']',
	  .keys = "]",
	  .word = "forward",
	  .group = GROUP_MOVE,
	  .help = "forward again",
	  .off = deck_no_forward,
	  .run = act_forward },
	{ .key = '-',
	  .keys = "-",
	  .word = "last",
	  .group = GROUP_MOVE,
	  .help = "last view, and back",
	  .off = deck_no_last,
	  .run = act_last },
	{ .key = 'M',
	  .keys = "M",
	  .word = "marked",
	  .group = GROUP_MOVE,
	  .help = "list the marked",
	  .off = deck_no_marks,
	  .marked = true,
	  .run = act_list_marked },
	{ .key = 'C',
	  .keys = "C",
	  .word = "choose-columns",
	  .group = GROUP_VIEW,
	  .help = "choose columns",
	  .off = deck_no_columns,
	  .run = deck_open_columns },
	{ .key = 'V',
	  .keys = "V",
	  .word = "save-view",
	  .group = GROUP_VIEW,
	  .help = "save view under a name",
	  .types = true,
	  .run = act_save_view },
	{ .key = 'y',
	  .keys = "y",
	  .word = "copy-name",
	  .group = GROUP_VIEW,
	  .help = "copy name, or the marked",
	  .off = deck_no_row,
	  .marked = true,
	  .run = act_copy_name },
	{ .key = 'Y',
	  .keys = "Y",
	  .word = "copy-row",
	  .group = GROUP_VIEW,
	  .help = "copy the row as JSON",
	  .off = deck_no_row,
	  .marked = true,
	  .run = act_copy_row },
	{ .key = 'e',
	  .keys = "e",
	  .word = "explain",
	  .group = GROUP_ACT,
	  .label = "Why",
	  .help = "why: the reason in words",
	  .command = "why",
	  .cli = "%w",
	  .off = nothing_to_explain,
	  .run = act_why },
	{ .key = 'o',
	  .keys = "o",
	  .group = GROUP_VIEW,
	  .label = "Operations",
	  .help = "starts, stops, teardowns",
	  .command = "operation list",
	  .cli = "",
	  .run = act_operations },
	{ .key = 'L',
	  .keys = "L",
	  .group = GROUP_VIEW,
	  .label = "Log",
	  .help = "log of a job or a node",
	  .needs = ROLE_OPERATOR,
	  .off = deck_no_log,
	  .run = act_log },
	{ .key = 'n',
	  .keys = "n",
	  .word = "create",
	  .group = GROUP_ACT,
	  .label = "New",
	  .help = "new cluster...",
	  .command = "cluster create",
	  .cli = "NAME %t",
	  .needs = ROLE_OPERATOR,
	  .off = no_template,
	  .types = true,
	  .run = act_create },
	{ .key = 'S',
	  .keys = "S",
	  .word = "start",
	  .group = GROUP_ACT,
	  .label = "Start",
	  .help = "start the cluster",
	  .command = "cluster start",
	  .cli = "%c",
	  .needs = ROLE_OPERATOR,
	  .off = not_off,
	  .run = act_start },
	{ .key = 'X',
	  .keys = "X",
	  .word = "stop",
	  .group = GROUP_ACT,
	  .label = "Stop",
	  .help = "stop the cluster...",
	  .command = "cluster stop",
	  .cli = "%c",
	  .needs = ROLE_OPERATOR,
	  .off = not_up,
	  .run = act_stop },
	{ .key = 'E',
	  .keys = "E",
	  .word = "limits",
	  .group = GROUP_ACT,
	  .label = "Limits",
	  .help = "limits, sizes, prices...",
	  .command = "cluster update",
	  .cli = "%c PARAM=VALUE",
	  .needs = ROLE_OPERATOR,
	  .off = deck_no_limits,
	  .types = true,
	  .run = act_limits },
	{ .key = 'J',
	  .keys = "J",
	  .word = "submit",
	  .group = GROUP_ACT,
	  .label = "Submit",
	  .help = "submit a job...",
	  .command = "job submit",
	  .cli = "%c --sample",
	  .needs = ROLE_OPERATOR,
	  .off = deck_not_running,
	  .types = true,
	  .run = act_submit },
	{ .key = 'd',
	  .keys = "d",
	  .word = "drain",
	  .group = GROUP_ACT,
	  .label = "Drain",
	  .help = "drain node or marked",
	  .command = "node drain",
	  .cli = "%c %n",
	  .needs = ROLE_OPERATOR,
	  .off = deck_no_node,
	  .marked = true,
	  .run = act_drain },
	{ .key = 'u',
	  .keys = "u",
	  .word = "undo",
	  .group = GROUP_ACT,
	  .label = "Undo",
	  .help = "take the last act back",
	  .needs = ROLE_OPERATOR,
	  .off = nothing_to_undo,
	  .run = act_undo },
	{ .key = 'D',
	  .fkey = K_F9,
	  .keys = "F9 D",
	  .word = "teardown",
	  .group = GROUP_ACT,
	  .label = "Teardown..",
	  .help = "tear the cluster down...",
	  .command = "cluster delete",
	  .cli = "%c --plan HASH %l--name %c",
	  .off = nothing_to_end,
	  .run = act_teardown },
	{ .key = '|',
	  .keys = "|",
	  .word = "autoscaling",
	  .group = GROUP_ACT,
	  .help = "autoscaling on or off",
	  .command = "cluster pause",
	  .cli = "%c",
	  .needs = ROLE_OPERATOR,
	  .off = deck_no_autoscaling,
	  .run = act_autoscaling },
	{ .key = 'B',
	  .keys = "B",
	  .word = "report",
	  .group = GROUP_VIEW,
	  .help = "report of the last teardown",
	  .off = deck_no_report,
	  .run = act_report },
	{ .key = ':',
	  .keys = ":",
	  .word = "command",
	  .group = GROUP_APP,
	  .help = "command, Tab completes",
	  .run = deck_open_command },
	{ .key = '!',
	  .keys = "!",
	  .word = "cli",
	  .group = GROUP_APP,
	  .help = "the same from a shell",
	  .marked = true,
	  .run = deck_show_cli },
	{ .key = K_CTRL('o'),
	  .fkey = K_F2,
	  .keys = "F2 Ctrl-O",
	  .word = "menu",
	  .group = GROUP_APP,
	  .label = "Menu",
	  .help = "what can be done here",
	  .run = open_menu },
	{ .key = '?',
	  .fkey = K_F1,
	  .keys = "F1 ?",
	  .word = "help",
	  .group = GROUP_APP,
	  .label = "Help",
	  .help = "this help",
	  .run = deck_open_help },
	{ .key = K_CTRL('l'),
	  .keys = "Ctrl-L",
	  .word = "redraw",
	  .group = GROUP_APP,
	  .help = "draw anew",
	  .run = redraw },
	{ .key = 'z',
	  .keys = "z",
	  .word = "pause",
	  .group = GROUP_APP,
	  .help = "pause updates, go on",
	  .run = act_pause },
	{ .key = 'w',
	  .keys = "w",
	  .word = "wrap",
	  .group = GROUP_APP,
	  .help = "wrap or cut long lines",
	  .run = act_wrap },
	{ .key = K_CTRL('r'),
	  .keys = "Ctrl-R",
	  .word = "reload",
	  .group = GROUP_APP,
	  .help = "ask the engine anew",
	  .run = act_reload },
	{ .key = K_F12,
	  .keys = "F12",
	  .word = "mouse-switch",
	  .group = GROUP_APP,
	  .help = "mouse on or off (:mouse)",
	  .run = act_mouse },
	{ .key = K_CTRL('z'),
	  .keys = "Ctrl-Z",
	  .word = "suspend",
	  .group = GROUP_APP,
	  .help = "to the shell; fg returns",
	  .run = suspend },
	{ .key = 'q',
	  .fkey = K_F10,
	  .keys = "F10 q",
	  .word = "leave",
	  .group = GROUP_APP,
	  .label = "Quit",
	  .help = "leave; the engine goes on",
	  .run = leave },
};

const size_t n_bindings = ARRAY_LEN(bindings);
