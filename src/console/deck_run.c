/* The command line: any command of the table, with what is selected filled in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "console/deck.h"
#include "console/line.h"
#include "console/words.h"

#define WORDS_MOST 64

struct deck_run {
	struct deck *deck;
	struct command_run run;
	struct command_io io;
	bool started;
	char line[PROMPT_TEXT];
};

bool deck_is_cluster(const struct deck *d, const char *name)
{
	const struct pane *p = &d->panes[PANE_CLUSTERS];

	for (size_t i = 0; name && p->have && i < p->rows.n; i++)
		if (strcmp(p->rows.u.clusters[i].cluster.name, name) == 0)
			return true;
	return false;
}

/* The selected cluster, the marked nodes or the one under the cursor, the selected job: unless
 * they were typed. */
static void fill_in(struct strs *out, const struct deck *d, const struct command *c,
		    const char *const *words, size_t n)
{
	/* where nothing but a cluster can stand, the word is one, though perhaps misspelt */
	bool only = strcmp(c->args, "CLUSTER") == 0 && n > 0 && words[0][0] != '-';
	bool typed = n > 0 && (only || deck_is_cluster(d, words[0]));
	size_t rest = n - typed;
	char what[80];

	if (c->flags & CMD_CLUSTER)
		strs_add(out, typed ? words[0] : d->cluster);
	for (size_t i = (c->flags & CMD_CLUSTER) ? typed : 0; i < n; i++)
		strs_add(out, words[i]);
	if (rest > 0)
		return;
	if ((c->flags & CMD_NODES) && !deck_maps(d))
		pane_chosen(&d->panes[PANE_NODES], out);
	else if ((c->flags & CMD_NODES) && deck_node(d))
		strs_add(out, deck_node(d)->name);
	if (strstr(c->args, "ARRAY...") && deck_array(d))
		strs_add(out, deck_array(d));
	if (strstr(c->args, "JOB|NODE") && deck_selected(d, what)[0])
		strs_add(out, what);
	if (strstr(c->args, "JOB..."))
		pane_chosen(&d->panes[PANE_JOBS], out);
	else if ((c->flags & CMD_JOBS) && pane_name_at(&d->panes[PANE_JOBS]))
		strs_add(out, pane_name_at(&d->panes[PANE_JOBS]));
}

/* What the command shows */

static void on_columns(void *arg, const char *const *titles, size_t n)
{
	struct deck_run *r = arg;

	result_row(&r->deck->result, true, titles, n);
}

static void on_row(void *arg, const char *const *cells, size_t n)
{
	struct deck_run *r = arg;

	result_row(&r->deck->result, false, cells, n);
}

static void on_text(void *arg, const char *text)
{
	struct deck_run *r = arg;

	result_text(&r->deck->result, text);
}

static void on_progress(void *arg, const char *text)
{
	struct deck_run *r = arg;

	deck_say(r->deck, TONE_TEXT, "%s", text);
}

static void on_result(void *arg, const struct json *j)
{
	(void)arg;
	(void)j;
}

/* Laid out for the screen as it is, when it or the way of looking has changed. */
void deck_lay_result(struct deck *d, int columns)
{
	struct textbox *b = &d->box;
	char title[sizeof(b->title)];
	int top = b->top, left = b->left;

	if (!d->result_shown || (d->result_cols == columns && d->result_whole == b->cut))
		return;
	d->result_cols = columns;
	d->result_whole = b->cut;
	memcpy(title, b->title, sizeof(title));
	textbox_open(b, title);
	b->want = result_lay(&d->result, columns - TEXTBOX_EDGES, b->cut, b);
	b->top = top;
	b->left = left;
}

static void show_result(struct deck *d, const char *line)
{
	textbox_open(&d->box, line);
	d->result_cols = 0;
	deck_open_box(d);
	d->result_shown = true;
}

static void run_free(struct deck_run *r)
{
	strs_clear(&r->run.args);
	strs_clear(&r->run.options);
	free(r);
}

static void tell(struct deck_run *r, int exit_code, const struct err *err)
{
	struct deck *d = r->deck;

	char note[160];
	bool undo = exit_code == 0 && deck_chosen_typed(d, &r->run, note);

	if (exit_code != 0)
		deck_say(d, TONE_FAIL, "%s", err ? err->msg : "it failed");
	else if (undo && d->result.n <= 1)
		deck_say(d, TONE_OK, "%s", note);
	else if (d->result.n == 1 && !result_has_tables(&d->result))
		deck_say(d, TONE_OK, "%.300s", d->result.cells.v[0]);
	else if (d->result.n > 0)
		show_result(d, r->line);
	else if (!d->message[0])
		deck_say(d, TONE_OK, "done: %.200s", r->line);
	d->running = NULL;
	if (d->display)
		display_ask_key(d->display);
}

static void on_done(void *arg, int exit_code, const struct err *err)
{
	struct deck_run *r = arg;

	tell(r, exit_code, err);
	run_free(r);
}

static void start(struct deck *d)
{
	struct deck_run *r = d->running;

	r->started = true;
	if (r->run.command->flags & CMD_WRITE)
		deck_undo_none(d, r->line, "");
	textbox_open(&d->box, r->line);
	d->result_shown = false;
	result_clear(&d->result);
	r->run.command->run(&r->run);
	if (d->running == r)
		deck_tell_away(d);
}

/* A command that ends work asks as its key would (tui.md 4.3). */
static void confirm_or_start(struct deck *d, const struct command *c)
{
	struct dialog_spec spec = { .level = c->confirm, .count = 1 };
	size_t things = command_objects(&d->running->run);

	if (c->confirm == CONFIRM_NONE || (c->confirm == CONFIRM_UNDO && things <= 1)) {
		start(d);
		return;
	}
	if (strcmp(c->name, "cluster stop") == 0) {
		deck_ask_stop(d, d->running->run.args.v[0],
			      command_option(&d->running->run, "force") != NULL, start);
		return;
	}
	if (deck_ask_typed(d, &d->running->run, start))
		return;
	snprintf(d->dialog_title, sizeof(d->dialog_title), "%.100s", d->running->line);
	snprintf(d->dialog_question, sizeof(d->dialog_question), "%s: %zu at once?", c->name,
		 things);
	d->teardown.fact_list[0] = c->help;
	d->teardown.fact_list[1] = NULL;
	spec.title = d->dialog_title;
	spec.question = d->dialog_question;
	spec.facts = d->teardown.fact_list;
	spec.count = things;
	deck_ask(d, &spec, start);
}

static const char *not_here(const struct deck *d, const struct command *c)
{
	const char *off = c->flags & CMD_WRITE ? deck_cannot(d, c->needs) : NULL;

	if (c->flags & (CMD_CLI_ONLY | CMD_LOCAL))
		return "runs from a shell";
	if ((c->flags & CMD_CLUSTER) && !d->cluster[0])
		return "no cluster is selected";
	return d->running ? "another command is not done yet" : off;
}

/* The same as its key: there is no shorter way. What is selected is shown, so a name that was
 * typed must be the one selected. */
static void plan_first(struct deck *d, const char *cluster)
{
	if (strcmp(cluster, d->cluster) == 0)
		act_teardown(d);
	else if (deck_is_cluster(d, cluster))
		deck_say(d, TONE_WARN, "select %s first: a teardown is of the selected cluster",
			 cluster);
	else
		deck_say(d, TONE_WARN, "there is no cluster \"%s\"", cluster);
}

static void run_command(struct deck *d, const struct command *c, const char *line,
			const struct strs *words, size_t used)
{
	const char *off = not_here(d, c);
	struct strs filled = STRS_INIT(TEXTBOX_LINES);
	struct err err = ERR_INIT;
	struct deck_run *r;

	if (off) {
		deck_say(d, TONE_WARN, "%s: %s (%s %s)", c->name, off, deck_called(d), line);
		return;
	}
	if (c->confirm == CONFIRM_PLAN) {
		plan_first(d, words->n > used ? words->v[used] : d->cluster);
		return;
	}
	if (((c->flags & CMD_NODES) && !deck_end_range(d, PANE_NODES)) ||
	    ((c->flags & CMD_JOBS) && !deck_end_range(d, PANE_JOBS)))
		return;
	r = xcalloc(1, sizeof(*r));
	*r = (struct deck_run){ .deck = d };
	r->io = (struct command_io){ .columns = on_columns,
				     .row = on_row,
				     .text = on_text,
				     .result = on_result,
				     .progress = on_progress,
				     .arg = r };
	r->run = (struct command_run){ .command = c,
				       .loop = d->loop,
				       .client = d->client,
				       .args = STRS_INIT(TEXTBOX_LINES),
				       .options = STRS_INIT(WORDS_MOST),
				       .io = &r->io,
				       .done = on_done,
				       .done_arg = r };
	snprintf(r->line, sizeof(r->line), "%s", line);
	fill_in(&filled, d, c, (const char *const *)words->v + used, words->n - used);
	if (command_parse(&r->run, (const char *const *)filled.v, filled.n, &err) < 0) {
		deck_say(d, TONE_FAIL, "%s; usage: %s %s", err.msg, c->name,
			 c->args ? c->args : "");
		run_free(r);
	} else {
		d->running = r;
		confirm_or_start(d, c);
	}
	strs_clear(&filled);
}

/* "help job submit": the table's line; all of it has a page in a shell. */
static bool help_on(struct deck *d, const char *const *words, size_t n)
{
	size_t used = 0;
	const struct command *c = n ? command_find(words, n, &used) : NULL;

	if (!c)
		return false;
	deck_say(d, TONE_TEXT, "%s%s%s: %s", c->name, c->args[0] ? " " : "", c->args, c->help);
	return true;
}

static void run_words(struct deck *d, const char *line, const struct strs *words)
{
	size_t used = 0;
	const struct command *c = command_find((const char *const *)words->v, words->n, &used);
	struct err err = ERR_INIT;

	if (strcmp(words->v[0], "help") == 0 &&
	    help_on(d, (const char *const *)words->v + 1, words->n - 1))
		return;
	if (c) {
		run_command(d, c, line, words, used);
		return;
	}
	if (deck_bound_word(d, words) || (words->n == 1 && view_named(d, words->v[0])))
		return;
	command_unknown((const char *const *)words->v, words->n, &err);
	deck_say(d, TONE_FAIL, "%s", err.msg);
}

void deck_run_line(struct deck *d, const char *line)
{
	struct strs words = STRS_INIT(WORDS_MOST);
	struct err err = ERR_INIT;

	bool split = line_split(&words, line, &err) == 0;

	if (!split) { /* a quote in a name or an expression means itself */
		strs_clear(&words);
		strs_split(&words, line, strlen(line), ' ');
	}
	if (!split && !deck_own_word(d, line, &words))
		deck_say(d, TONE_FAIL, "%s", err.msg);
	else if (split && words.n > 0 && !deck_own_word(d, line, &words))
		run_words(d, line, &words);
	strs_clear(&words);
}

void deck_run_abandon(struct deck *d)
{
	if (!d->running || d->running->started)
		return;
	run_free(d->running);
	d->running = NULL;
}

/* One that still waits for the engine ends; the engine goes on with what it was told. */
void deck_run_clear(struct deck *d)
{
	result_clear(&d->result);
	if (!d->running)
		return;
	command_cancel(&d->running->run);
	run_free(d->running);
	d->running = NULL;
}
