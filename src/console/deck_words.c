/* What the console itself understands after ":", beside the commands of the table and the words
 * of its keys. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "console/deck.h"

#define NAMES_MOST 200

static void run_quit(struct deck *d, const char *rest, const struct strs *w)
{
	(void)rest;
	(void)w;
	deck_leave(d, 0);
}

/* Themes. One that cannot be read leaves the present one. */

static void say_themes(struct deck *d)
{
	struct strs names = STRS_INIT(NAMES_MOST);
	struct buf list = BUF_INIT(256);

	theme_names(&names);
	for (size_t i = 0; i < names.n; i++)
		buf_addf(&list, " %s", names.v[i]);
	deck_say(d, TONE_TEXT, "themes:%s, or a file", buf_str(&list));
	buf_clear(&list);
	strs_clear(&names);
}

static void run_theme(struct deck *d, const char *rest, const struct strs *w)
{
	struct theme t;
	struct err err = ERR_INIT;

	(void)rest;
	if (w->n < 2) {
		say_themes(d);
	} else if (theme_find(&t, w->v[1], &err) < 0) {
		deck_say(d, TONE_FAIL, "%s", err.msg);
	} else {
		deck_theme(d, &t);
		deck_say(d, TONE_TEXT, "theme %s", t.name);
	}
}

static void offer_themes(const struct deck *d, const char *typed, struct choices *out)
{
	struct strs names = STRS_INIT(NAMES_MOST);

	(void)d;
	theme_names(&names);
	for (size_t i = 0; i < names.n; i++)
		choices_add(out, typed, names.v[i], "");
	strs_clear(&names);
}

/* What is shown */

static void run_filter(struct deck *d, const char *rest, const struct strs *w)
{
	struct pane *p = &d->panes[d->focus];

	(void)w;
	if (!rest[0])
		deck_open_filter(d);
	else
		snprintf(p->filter, sizeof(p->filter), "%s", rest);
	p->offset = 0;
}

static void run_find(struct deck *d, const char *rest, const struct strs *w)
{
	(void)w;
	if (!rest[0]) {
		deck_open_find(d);
		return;
	}
	snprintf(d->find, sizeof(d->find), "%s", rest);
	deck_find_again(d, 1);
}

static void run_sort(struct deck *d, const char *rest, const struct strs *w)
{
	(void)w;
	if (!rest[0])
		deck_open_sort(d);
	else if (!deck_sort_named(d, rest))
		deck_say(d, TONE_FAIL, "there is no order \"%.40s\" here: %s lists them", rest,
			 KEY_FOR(d, "sort"));
}

static void offer_sorts(const struct deck *d, const char *typed, struct choices *out)
{
	for (size_t i = 1; i < deck_sorts(d); i++)
		choices_add(out, typed, d->panes[d->focus].kind->sorts[i],
			    i == d->panes[d->focus].sort ? "now: again reverses" : "");
}

static void run_view(struct deck *d, const char *rest, const struct strs *w)
{
	bool remove = w->n > 2 && strcmp(w->v[1], "delete") == 0;
	const char *name = remove ? rest + strlen("delete ") : rest;

	if (!rest[0])
		deck_saved_list(d);
	else if (remove && deck_saved_delete(d, name))
		deck_say(d, TONE_OK, "the saved view \"%.40s\" is gone", name);
	else if (remove || (!deck_saved_open(d, name) && !view_named(d, name)))
		deck_say(d, TONE_FAIL, "there is no view \"%.40s\"; :view lists them", name);
}

static void offer_views(const struct deck *d, const char *typed, struct choices *out)
{
	for (size_t i = 0; i < d->saved.n; i++)
		choices_add(out, typed, d->saved.v[i].name, d->saved.v[i].filter);
	for (size_t i = 0; i < TABS; i++)
		choices_add(out, typed, view_title(i), "a tab");
}

static void run_save(struct deck *d, const char *rest, const struct strs *w)
{
	(void)w;
	if (rest[0])
		deck_save_view(d, rest);
	else
		act_save_view(d);
}

static void run_columns(struct deck *d, const char *rest, const struct strs *w)
{
	char why[80];
	const char *off = deck_no_columns(d, why);

	(void)w;
	if (off)
		deck_say(d, TONE_WARN, "columns: %s", off);
	else if (rest[0])
		deck_columns_named(d, strcmp(rest, "usual") == 0 ? "" : rest);
	else
		deck_open_columns(d);
}

static void offer_columns(const struct deck *d, const char *typed, struct choices *out)
{
	const struct pane_columns *all = pane_all_columns(&d->panes[d->focus]);
	const char *last = strrchr(typed, ',');

	if (last) {
		out->from += (size_t)(last + 1 - typed);
		typed = last + 1;
	}
	for (size_t i = 0; i < all->n; i++)
		choices_add(out, typed, all->v[i].title, "");
	choices_add(out, typed, "usual", "as without choosing");
}

static void run_shade(struct deck *d, const char *rest, const struct strs *w)
{
	(void)w;
	if (!map_shade_named(d, rest))
		deck_say(d, TONE_FAIL,
			 "there is no shade \"%.40s\": state load job user cost age", rest);
}

static void offer_shades(const struct deck *d, const char *typed, struct choices *out)
{
	(void)d;
	for (size_t i = 0; map_shade_name(i); i++)
		choices_add(out, typed, map_shade_name(i), "");
}

/* "goto jobs @demo /user:alice" */
static void run_goto(struct deck *d, const char *rest, const struct strs *w)
{
	const char *filter = strstr(rest, " /");

	for (size_t i = 1; i < w->n && w->v[i][0] != '/'; i++) {
		if (w->v[i][0] == '@') {
			d->panes[PANE_CLUSTERS].touched = true;
			if (!pane_go_name(&d->panes[PANE_CLUSTERS], w->v[i] + 1))
				deck_say(d, TONE_FAIL, "there is no cluster \"%.40s\"",
					 w->v[i] + 1);
			deck_load(d);
		} else if (!view_named(d, w->v[i])) {
			deck_say(d, TONE_FAIL, "there is no view \"%.40s\"; :view lists them",
				 w->v[i]);
			return;
		}
	}
	if (filter)
		run_filter(d, filter + 2, w);
}

static void offer_goto(const struct deck *d, const char *typed, struct choices *out)
{
	const struct pane *p = &d->panes[PANE_CLUSTERS];
	const char *last = strrchr(typed, ' ');
	char name[48];

	if (last) {
		out->from += (size_t)(last + 1 - typed);
		typed = last + 1;
	}
	for (size_t i = 0; !last && i < TABS; i++)
		choices_add(out, typed, view_title(i), "");
	for (size_t i = 0; last && p->have && i < p->rows.n; i++) {
		snprintf(name, sizeof(name), "@%s", p->rows.u.clusters[i].cluster.name);
		choices_add(out, typed, name, "a cluster");
	}
}

static void run_mark(struct deck *d, const char *rest, const struct strs *w)
{
	(void)w;
	deck_mark_expr(d, rest);
}

static void run_copy(struct deck *d, const char *rest, const struct strs *w)
{
	char why[80];
	const char *off = deck_no_row(d, why);

	(void)w;
	if (off)
		deck_say(d, TONE_WARN, "copy: %s", off);
	else if (strcmp(rest, "row") == 0)
		act_copy_row(d);
	else
		act_copy_name(d);
}

static void offer_copies(const struct deck *d, const char *typed, struct choices *out)
{
	(void)d;
	choices_add(out, typed, "name", "the name, or those that are marked");
	choices_add(out, typed, "row", "all that is known of it, as JSON");
}

/* The console */

static void run_set(struct deck *d, const char *rest, const struct strs *w)
{
	struct err err = ERR_INIT;

	(void)rest;
	if (w->n < 3)
		deck_show_settings(d);
	else if (deck_set(d, w->v[1], w->v[2], &err) < 0)
		deck_say(d, TONE_FAIL, "%s", err.msg);
	else
		deck_say(d, TONE_TEXT, "%s is %s", w->v[1], w->v[2]);
}

static void run_mouse(struct deck *d, const char *rest, const struct strs *w)
{
	(void)w;
	if (!rest[0] || d->mouse != (strcmp(rest, "on") == 0))
		act_mouse(d);
}

static void offer_switch(const struct deck *d, const char *typed, struct choices *out)
{
	(void)d;
	choices_add(out, typed, "on", "");
	choices_add(out, typed, "off", "");
}

static void run_key(struct deck *d, const char *rest, const struct strs *w)
{
	struct err err = ERR_INIT;

	(void)rest;
	if (w->n != 3)
		deck_say(d, TONE_FAIL,
			 "key KEY WORD: as in \"key x drain\"; :keys lists the words");
	else if (deck_remap(d, w->v[1], w->v[2], &err) < 0)
		deck_say(d, TONE_FAIL, "%s", err.msg);
	else
		deck_say(d, TONE_TEXT, "%s: %s, until the console ends (console.conf keeps it)",
			 w->v[1], w->v[2]);
}

static void run_keys(struct deck *d, const char *rest, const struct strs *w)
{
	const struct binding *b;
	char word[32], keys[KEYS_TEXT];

	(void)rest;
	(void)w;
	textbox_open(&d->box, "Keys here, and their words");
	for (size_t i = 0; (b = binding_at(d, i)); i++) {
		if (!b->run || binding_is_hidden(d, b))
			continue;
		binding_word(b, word);
		textbox_add(&d->box, TONE_TEXT, "%-12s %-14s %s", binding_keys(d, b, keys),
			    word, b->help);
	}
	deck_open_box(d);
}

static void run_messages(struct deck *d, const char *rest, const struct strs *w)
{
	(void)rest;
	(void)w;
	deck_show_messages(d);
}

void deck_show_messages(struct deck *d)
{
	textbox_open(&d->box, "Messages, the newest last");
	for (size_t i = 0; i < d->messages.n; i++)
		textbox_add(&d->box, (enum tone)(d->messages.v[i][0] - 1), "%s",
			    d->messages.v[i] + 1);
	if (d->messages.n == 0)
		textbox_add(&d->box, TONE_DIM, "none yet");
	deck_open_box(d);
	d->box.top = TEXTBOX_LINES;
}

const struct own_word own_words[] = {
	{ "columns", "[NAME,...|usual]", "which columns the table shows", run_columns,
	  offer_columns },
	{ "copy", "[name|row]", "to the clipboard and the copy file", run_copy, offer_copies },
	{ "filter", "EXPR", "only rows that pass", run_filter, NULL },
	{ "find", "TEXT", "go to the next row with it", run_find, NULL },
	{ "goto", "VIEW [@CLUSTER] [/FILTER]", "another view", run_goto, offer_goto },
	{ "key", "KEY WORD", "give a key another meaning", run_key, NULL },
	{ "keys", "", "the words of the keys here", run_keys, NULL },
	{ "mark", "EXPR", "mark all rows that pass", run_mark, NULL },
	{ "messages", "", "what was said before", run_messages, NULL },
	{ "mouse", "[on|off]", "clicks for the console, or the terminal", run_mouse,
	  offer_switch },
	{ "q", "", "leave; the engine goes on", run_quit, NULL },
	{ "quit", "", "leave; the engine goes on", run_quit, NULL },
	{ "save", "NAME", "this view under a name", run_save, NULL },
	{ "set", "[NAME VALUE]", "a setting; without one all of them", run_set,
	  deck_offer_settings },
	{ "shade", "NAME", "what a cell of the map shows", run_shade, offer_shades },
	{ "sort", "COLUMN", "the order; again reverses", run_sort, offer_sorts },
	{ "theme", "[NAME|FILE]", "other colours", run_theme, offer_themes },
	{ "view", "[NAME|delete NAME]", "a tab or a saved view; alone lists them", run_view,
	  offer_views },
};

const size_t n_own_words = ARRAY_LEN(own_words);

bool deck_own_word(struct deck *d, const char *line, const struct strs *words)
{
	const char *from = line + strspn(line, " ");
	size_t len, i = 0;
	char *rest;

	while (i < n_own_words && strcmp(own_words[i].name, words->v[0]) != 0)
		i++;
	if (i == n_own_words)
		return false;
	from += strcspn(from, " ");
	from += strspn(from, " ");
	len = strlen(from);
	while (len > 0 && from[len - 1] == ' ') /* a completion leaves one */
		len--;
	rest = xstrndup(from, len);
	own_words[i].run(d, rest, words);
	free(rest);
	return true;
}

/* The word of a key does what the key does. */
bool deck_bound_word(struct deck *d, const struct strs *words)
{
	const struct binding *b = words->n == 1 ? binding_worded(d, words->v[0]) : NULL;

	if (b)
		binding_run(d, b);
	return b != NULL;
}
