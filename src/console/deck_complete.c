/*
 * What could stand where something is being typed: commands, their options, clusters, nodes and
 * jobs, the marked ones first; in the filter the engine's columns and their values. Tab takes
 * what all of them share.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "console/deck.h"
#include "console/files.h"
#include "model/columns.h"

void choices_add(struct choices *c, const char *typed, const char *text, const char *help)
{
	if (strncasecmp(text, typed, strlen(typed)) != 0)
		return;
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->v[i].text, text) == 0)
			return;
	if (c->n == CHOICES_MOST) {
		c->more++;
		return;
	}
	snprintf(c->v[c->n].text, sizeof(c->v[0].text), "%s", text);
	snprintf(c->v[c->n++].help, sizeof(c->v[0].help), "%s", help ? help : "");
}

/* The command line */

static void offer_names(const struct pane *p, const char *typed, struct choices *out)
{
	for (size_t i = 0; i < p->n_marks; i++)
		choices_add(out, typed, p->marks[i].name, "marked");
	for (size_t i = 0; p->have && i < p->rows.n; i++)
		choices_add(out, typed, p->kind->name(p, i), p->kind->title);
}

static void offer_options(const struct command *c, const char *typed, struct choices *out)
{
	const struct command_option *lists[] = { c->options, command_globals };
	char text[40];

	for (size_t k = 0; k < ARRAY_LEN(lists); k++)
		for (const struct command_option *o = lists[k]; o && o->name; o++) {
			snprintf(text, sizeof(text), "--%s", o->name);
			if (o->help)
				choices_add(out, typed, text, o->help);
		}
}

static size_t words_in(const char *text, size_t n)
{
	size_t words = 0;

	for (size_t i = 0; i < n; i++)
		words += text[i] != ' ' && (i == 0 || text[i - 1] == ' ');
	return words;
}

static void offer_arrays(const struct deck *d, const char *typed, struct choices *out)
{
	for (size_t i = 0; d->map.have && i < d->map.rows.n; i++)
		choices_add(out, typed, d->map.rows.u.arrays[i].array, "array");
}

/* Of a path its last part; names that a line could not hold without quotes are left out. */
static void offer_files(const char *typed, struct choices *out)
{
	struct strs names = STRS_INIT(CHOICES_MOST);
	size_t folder = files_like(&names, typed);

	out->from += folder;
	for (size_t i = 0; i < names.n; i++)
		if (strlen(names.v[i]) < sizeof(out->v[0].text) && !strpbrk(names.v[i], " \"'"))
			choices_add(out, typed + folder, names.v[i],
				    names.v[i][strlen(names.v[i]) - 1] == '/' ? "folder"
									      : "file");
	strs_clear(&names);
}

static bool follows(const char *line, size_t from, const char *word)
{
	size_t n = strlen(word);

	return from > n && strncmp(line + from - n - 1, word, n) == 0;
}

/* The panes are of the selected cluster; a line may name another one. */
static bool is_here(const struct deck *d, const struct command *c, const char *line)
{
	const char *word = line + strlen(c->name) + 1;
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, " "), word);
	return strcmp(name, d->cluster) == 0 || !deck_is_cluster(d, name);
}

/* Where a cluster may stand nodes may as well: the selected cluster is filled in. index: words
 * before the one that is typed. */
static void offer_words(const struct deck *d, const struct command *c, const char *line,
			size_t index, const char *typed, struct choices *out)
{
	size_t from = out->from;

	if (c->flags & CMD_NODES && is_here(d, c, line))
		offer_names(&d->panes[PANE_NODES], typed, out);
	if (c->flags & CMD_JOBS && is_here(d, c, line))
		offer_names(&d->panes[PANE_JOBS], typed, out);
	deck_names_offer(d, c, line, typed, out);
	if (strstr(c->args, "ARRAY"))
		offer_arrays(d, typed, out);
	if ((c->flags & CMD_CLUSTER) && index == 0)
		offer_names(&d->panes[PANE_CLUSTERS], typed, out);
	if (strstr(c->args, "TEMPLATE"))
		offer_names(&d->panes[PANE_TEMPLATES], typed, out);
	if (strstr(c->args, "PARAM="))
		deck_params_offer(d, c, line, index, typed, out);
	if ((strstr(c->args, "SCRIPT") || strstr(c->args, "FILE")) && index < 2 &&
	    out->from == from)
		offer_files(typed, out);
}

static void offer_arguments(const struct deck *d, const struct command *c, const char *line,
			    size_t at, struct choices *out)
{
	size_t from = at, index;
	char typed[PROMPT_TEXT];

	while (from > 0 && line[from - 1] != ' ')
		from--;
	snprintf(typed, sizeof(typed), "%.*s", (int)(at - from), line + from);
	out->from = from;
	snprintf(out->usage, sizeof(out->usage), "%s %s   %s", c->name, c->args, c->help);
	index = words_in(line, from) - words_in(c->name, strlen(c->name));
	if (typed[0] == '-')
		offer_options(c, typed, out);
	else if (follows(line, from, "--partition"))
		offer_arrays(d, typed, out);
	else
		offer_words(d, c, line, index, typed, out);
}

static void offer_commands(const struct deck *d, const char *typed, struct choices *out)
{
	char help[100];
	const struct binding *b;

	for (size_t i = 0; i < n_commands; i++)
		if (!(commands[i].flags & CMD_CLI_ONLY)) {
			snprintf(help, sizeof(help), "%.30s%s%.60s", commands[i].args,
				 commands[i].args[0] ? "  " : "", commands[i].help);
			choices_add(out, typed, commands[i].name, help);
		}
	for (size_t i = 0; i < n_own_words; i++) {
		snprintf(help, sizeof(help), "%.30s%s%.60s", own_words[i].args,
			 own_words[i].args[0] ? "  " : "", own_words[i].help);
		choices_add(out, typed, own_words[i].name, help);
	}
	for (size_t i = 0; typed[0] && (b = binding_at(d, i)); i++)
		if (b->run && b->word)
			choices_add(out, typed, b->word, b->help);
	for (size_t i = 0; typed[0] && i < TABS; i++) {
		snprintf(help, sizeof(help), "%s", view_title(i));
		for (char *at = help; *at; at++)
			*at = (char)tolower((unsigned char)*at);
		choices_add(out, typed, help, "a view");
	}
}

static const struct command *command_of(const char *text, size_t at)
{
	const struct command *best = NULL;

	for (size_t i = 0; i < n_commands; i++) {
		size_t n = strlen(commands[i].name);

		if (!(commands[i].flags & CMD_CLI_ONLY) && at > n && text[n] == ' ' &&
		    strncmp(text, commands[i].name, n) == 0 &&
		    (!best || n > strlen(best->name)))
			best = &commands[i];
	}
	return best;
}

static const struct own_word *own_of(const char *text, size_t at)
{
	for (size_t i = 0; i < n_own_words; i++) {
		size_t n = strlen(own_words[i].name);

		if (at > n && text[n] == ' ' && strncmp(text, own_words[i].name, n) == 0)
			return &own_words[i];
	}
	return NULL;
}

/* Blanks before a line and beside others mean nothing: flat is without them, place[i] says
 * where its byte i stood. Returns how much of it is before the cursor. */
static size_t flatten(const char *text, size_t at, char flat[PROMPT_TEXT],
		      size_t place[PROMPT_TEXT])
{
	size_t n = 0, before = 0;

	for (size_t i = 0; text[i] && n + 1 < PROMPT_TEXT; i++) {
		if (i == at)
			before = n;
		if (text[i] == ' ' && (n == 0 || flat[n - 1] == ' '))
			continue;
		place[n] = i;
		flat[n++] = text[i];
	}
	flat[n] = '\0';
	place[n] = strlen(text);
	if (at >= strlen(text))
		before = n;
	return before;
}

static void choices_of_line(const struct deck *d, const char *text, size_t at,
			    struct choices *out);

static void command_choices(const struct deck *d, const char *text, size_t at,
			    struct choices *out)
{
	size_t place[PROMPT_TEXT];
	char flat[PROMPT_TEXT];
	size_t flat_at = flatten(text, at, flat, place);

	choices_of_line(d, flat, flat_at, out);
	out->typed = flat_at - out->from;
	out->from = out->from < flat_at ? place[out->from] : at;
}

void deck_choices_ask(struct deck *d, const char *text, size_t at)
{
	size_t place[PROMPT_TEXT];
	char flat[PROMPT_TEXT];
	size_t flat_at = flatten(text, at, flat, place);
	const struct command *c = command_of(flat, flat_at);

	size_t from = flat_at;

	if (!c)
		return;
	if (strstr(c->args, "PARAM="))
		deck_params_ask(d, c, flat);
	while (from > 0 && flat[from - 1] != ' ')
		from--;
	flat[flat_at] = '\0';
	deck_names_ask(d, c, flat, flat + from);
}

static void choices_of_line(const struct deck *d, const char *text, size_t at,
			    struct choices *out)
{
	const struct command *c = command_of(text, at);
	const struct own_word *own = own_of(text, at);

	if (c) {
		offer_arguments(d, c, text, at, out);
	} else if (own) {
		out->from = strlen(own->name) + 1;
		snprintf(out->usage, sizeof(out->usage), "%s %s   %s", own->name, own->args,
			 own->help);
		if (own->offer)
			own->offer(d, text + out->from, out);
	} else {
		offer_commands(d, text, out);
	}
}

/* The filter */

static bool ends_term(char c)
{
	return c == ' ' || c == '|' || c == '(' || c == ')' || c == '!';
}

static void offer_values(const struct deck *d, const struct row_column *c, const char *typed,
			 struct choices *out)
{
	const struct pane *p = &d->panes[d->focus];
	const char *rows = (const char *)p->rows.u.nodes;

	for (int i = 0; c->words && i < c->words->n; i++) {
		const char *whole = c->words->name(i), *brief = c->words->brief(i);

		choices_add(out, typed, whole, brief);
		if (strncasecmp(whole, brief, strlen(brief)) != 0) /* as the rows have it */
			choices_add(out, typed, brief, whole);
	}
	for (size_t i = 0; p->have && column_is_text(c) && i < p->rows.n; i++) {
		const char *value =
		    c->get(rows + i * noun_size(p->kind->noun), deck_now(d)).text;

		if (value[0] && strlen(value) < sizeof(out->v[0].text))
			choices_add(out, typed, value, "");
	}
	if (p->kind->noun == NOUN_NODE && strcmp(c->name, "array") == 0)
		for (size_t i = 0; d->map.have && i < d->map.rows.n; i++)
			choices_add(out, typed, d->map.rows.u.arrays[i].array, "");
}

static const char *kind_words(const struct row_column *c)
{
	static const char *const words[] = {
		[COLUMN_TEXT] = "text: a part of it", [COLUMN_ID] = "all of it",
		[COLUMN_WORD] = "one of its words",   [COLUMN_NUMBER] = "a number: > >= < <=",
		[COLUMN_BYTES] = "bytes: >16G",	      [COLUMN_SPAN] = "a time: >10m",
		[COLUMN_MONEY] = "$ per hour: >0.5",
	};

	return words[c->kind];
}

static void filter_choices(const struct deck *d, const char *text, size_t at,
			   struct choices *out)
{
	const struct pane *p = &d->panes[d->focus];
	size_t from = at, n;
	char term[PROMPT_TEXT];
	const struct row_column *all = columns_of(p->kind->noun, &n);

	while (from > 0 && !ends_term(text[from - 1]))
		from--;
	snprintf(term, sizeof(term), "%.*s", (int)(at - from), text + from);
	size_t name = strcspn(term, ":=<>~"), value = name + strspn(term + name, ":=<>~!");
	const char *comma = strrchr(term, ',');

	if (comma)
		value = (size_t)(comma + 1 - term);
	out->from = from;
	if (!term[name]) {
		out->after = ':';
		for (size_t i = 0; i < n; i++)
			choices_add(out, term, all[i].name, kind_words(&all[i]));
		return;
	}
	const struct row_column *c = column_find(p->kind->noun, term, name);

	out->from = from + value;
	out->after = '\0';
	if (c) {
		snprintf(out->usage, sizeof(out->usage), "%s   %s", c->name, kind_words(c));
		offer_values(d, c, term + value, out);
	}
}

void deck_choices(const struct deck *d, const char *text, size_t at, struct choices *out)
{
	*out = (struct choices){ .after = ' ' };
	out->typed = SIZE_MAX;
	if (d->prompt_use == FOR_COMMAND && strncmp(text, "filter ", 7) == 0 && at >= 7) {
		filter_choices(d, text + 7, at - 7, out);
		out->from += 7;
	} else if (d->prompt_use == FOR_COMMAND && strncmp(text, "mark ", 5) == 0 && at >= 5) {
		filter_choices(d, text + 5, at - 5, out);
		out->from += 5;
	} else if (d->prompt_use == FOR_COMMAND) {
		command_choices(d, text, at, out);
	} else if (d->prompt_use == FOR_FILTER) {
		filter_choices(d, text, at, out);
	}
	if (out->typed == SIZE_MAX)
		out->typed = at - out->from;
}

/* A choice that goes on by itself: a folder, a parameter. */
static bool goes_on(const struct choice *c)
{
	size_t n = strlen(c->text);

	return n > 0 && (c->text[n - 1] == '/' || c->text[n - 1] == '=');
}

/* Once more where nothing is to be added: each choice in turn, and then what was typed. */
static bool take_turn(struct deck *d, const char *text, size_t at, char out[PROMPT_TEXT],
		      char hint[160])
{
	struct tab_turn *t = &d->turn;
	struct choices *c = &d->choices;

	if (!t->shown[0] || strlen(t->shown) != at || strncmp(t->shown, text, at) != 0)
		return false;
	deck_choices(d, t->typed, strlen(t->typed), c);
	if (c->n < 2)
		return false;
	if (t->next < c->n) {
		snprintf(out, PROMPT_TEXT, "%.*s%s", (int)c->from, t->typed,
			 c->v[t->next].text);
		snprintf(hint, 160, "%zu of %zu  %.120s", t->next + 1, c->n + c->more,
			 c->v[t->next].help);
		t->next++;
	} else {
		snprintf(out, PROMPT_TEXT, "%s", t->typed);
		snprintf(hint, 160, "%zu begin so", c->n + c->more);
		t->next = 0;
	}
	snprintf(t->shown, sizeof(t->shown), "%s", out);
	d->listing = true;
	return true;
}

/* Tab: what all of them share; of a single one all, and what follows it. */
bool deck_complete(void *arg, const char *text, size_t at, char out[PROMPT_TEXT],
		   char hint[160])
{
	struct deck *d = arg;
	struct choices *c = &d->choices;
	size_t common;

	if (take_turn(d, text, at, out, hint))
		return true;
	d->turn.shown[0] = '\0';
	deck_choices(d, text, at, c);
	d->listing = true;
	hint[0] = '\0';
	if (c->n == 0) {
		snprintf(hint, 160, "%.150s",
			 c->usage[0] ? c->usage : "nothing begins like this");
		return false;
	}
	common = strlen(c->v[0].text);
	for (size_t i = 1; i < c->n; i++) {
		size_t k = 0;

		while (k < common && c->v[i].text[k] == c->v[0].text[k])
			k++;
		common = k;
	}
	if (c->more)
		common = c->typed < common ? c->typed : common;
	if (common < c->typed) /* in another case than typed */
		snprintf(out, PROMPT_TEXT, "%.*s", (int)at, text);
	else
		snprintf(out, PROMPT_TEXT, "%.*s%.*s%.1s", (int)c->from, text, (int)common,
			 c->v[0].text,
			 c->n == 1 && text[at] != c->after && !goes_on(&c->v[0]) ? &c->after
										 : "");
	if (c->n > 1)
		snprintf(hint, 160, "%zu begin so", c->n + c->more);
	else
		snprintf(hint, 160, "%.150s", c->v[0].help);
	d->listing = c->n > 1;
	if (c->n > 1) {
		snprintf(d->turn.typed, PROMPT_TEXT, "%s", out);
		snprintf(d->turn.shown, PROMPT_TEXT, "%s", out);
		d->turn.next = 0;
	}
	deck_choices(d, out, strlen(out), c);
	return true;
}
