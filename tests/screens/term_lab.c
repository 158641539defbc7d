/*
 * The parts of the console on made-up rows, without engine or model: what
 * tests/screens/term_test.sh types at. j k Space v * + U   move and mark      /  prompt     ?
 * help        t  next theme    !  a child program d  drain (level 1)  F9  terminate (2)  D
 * teardown (3)   r  rows change   m  news 50 times a second   q  leave
 */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "console/bars.h"
#include "console/dialog.h"
#include "console/display.h"
#include "console/help.h"
#include "console/prompt.h"
#include "console/table.h"

#define ROWS 60

struct lab {
	struct loop *loop;
	struct display *display;
	struct table table;
	struct prompt prompt;
	struct dialog dialog;
	struct help help;
	enum { AT_TABLE, AT_PROMPT, AT_DIALOG, AT_HELP } at;
	struct timer *dialog_timer, *news_timer;
	int64_t news, first_row;
	size_t theme;
	char message[160], title[80];
	int signo;
};

static const struct column columns[] = {
	{ "NODE", 10, 14, 9, false }, { "S STATE", 7, 8, 8, false },
	{ "CPU", 4, 4, 5, true },     { "USER", 6, 10, 4, false },
	{ "$/H", 6, 6, 6, true },     { "REASON", 10, 0, 3, false },
};

static const struct {
	const char *word;
	enum tone tone;
	const char *reason;
} states[] = {
	{ "# busy", TONE_BUSY, "" },
	{ "= idle", TONE_IDLE, "" },
	{ "! fail", TONE_FAIL, "cloud-init exit 1: mount /shared timed out" },
	{ "~ boot", TONE_BOOT, "" },
	{ ". off", TONE_OFF, "" },
	{ "x evict", TONE_SPOT, "spot, \xc3\xa9viction notice 30 s" },
};

static size_t rows_count(void *arg)
{
	(void)arg;
	return ROWS;
}

static int64_t rows_id(void *arg, size_t row)
{
	return ((struct lab *)arg)->first_row + (int64_t)row + 1;
}

static void rows_cell(void *arg, size_t row, size_t column, struct table_cell *out)
{
	const struct lab *lab = arg;
	int id = (int)rows_id(arg, row);
	size_t state = (size_t)id * 7 % ARRAY_LEN(states);

	switch (column) {
	case 0:
		snprintf(out->text, sizeof(out->text), "hpc-b-%04d", id);
		break;
	case 1:
		snprintf(out->text, sizeof(out->text), "%s", states[state].word);
		out->tone = states[state].tone;
		break;
	case 2:
		snprintf(out->text, sizeof(out->text), "%d%%",
			 (id * 13 + (int)lab->news) % 101);
		break;
	case 3:
		snprintf(out->text, sizeof(out->text), "%s", id % 3 ? "alice" : "bob");
		break;
	case 4:
		snprintf(out->text, sizeof(out->text), "%.2f", id % 4 ? 0.36 : 3.6);
		out->tone = TONE_MONEY;
		break;
	default:
		snprintf(out->text, sizeof(out->text), "%s", states[state].reason);
	}
}

static const struct table_source source = { rows_count, rows_id, rows_cell, NULL, NULL };

static const struct footer_key footer[] = {
	{ "F1", "Help", "?", false, 0 },  { "F3", "Find", "/", false, 0 },
	{ "F7", "Drain", "d", false, 0 }, { "F8", "Add", "a", true, 0 },
	{ "F9", "Kill", "T", false, 0 },  { "F10", "Quit", "q", false, 0 },
	{ NULL, NULL, "", false, 0 },
};

static const struct help_entry help_entries[] = {
	{ "MOVE", "arrows hjkl", NULL, "move", NULL, false },
	{ "MOVE", "PgUp PgDn", NULL, "page", NULL, false },
	{ "MOVE", "g G", NULL, "first, last", NULL, false },
	{ "MARK", "Space", NULL, "mark, unmark", NULL, false },
	{ "MARK", "v", NULL, "mark range", NULL, false },
	{ "MARK", "* + U", NULL, "all, invert, none", NULL, false },
	{ "ACT ON NODES", "F7 d", "node drain", "drain (asks)", NULL, false },
	{ "ACT ON NODES", "F8 a", "node add", "add nodes...", "needs role operator", false },
	{ "ACT ON NODES", "F9", "node terminate", "terminate...", NULL, false },
	{ "ACT ON NODES", "D", "cluster teardown", "tear down...", NULL, false },
	{ "APP", "/", NULL, "find", NULL, false },
	{ "APP", "F10 q", NULL, "quit", NULL, false },
};

static void draw(void *arg, struct screen *s)
{
	struct lab *lab = arg;
	const struct header_part left[] = { { "TERM LAB", TONE_TITLE, 0, 0 },
					    { "PROD", TONE_PROD, 0, 0 } };
	const struct header_part right[] = { { "nodes 60", TONE_TEXT, 0, 0 },
					     { "!10", TONE_FAIL, 0, 0 } };
	static const char *const tabs[] = { "1 Clusters", "2 Nodes", "3 Jobs" };
	struct area body = { 3, 0, s->rows - 5, s->cols };

	bar_header(s, 0, left, 2, right, 2);
	bar_tabs(s, 1, tabs, 3, 1);
	screen_rule(s, 2, 0, s->cols,
		    lab->table.n_marks ? "hpc-b > nodes, some marked" : "hpc-b > nodes");
	if (lab->at == AT_HELP)
		help_draw(&lab->help, s, body);
	else
		table_draw(&lab->table, s, body, lab->at == AT_TABLE);
	if (lab->at == AT_DIALOG)
		dialog_draw(&lab->dialog, s, (struct area){ 0, 0, s->rows - 1, s->cols },
			    display_now());
	else if (lab->at == AT_PROMPT)
		prompt_draw(&lab->prompt, s, s->rows - 2, 0, s->cols);
	else
		screen_put(s, s->rows - 2, 1, TONE_TEXT, 0, lab->message, s->cols - 1);
	bar_footer(s, s->rows - 1, footer, false);
}

static void watch_dialog(struct lab *lab)
{
	int64_t wait = lab->at == AT_DIALOG ? dialog_wait(&lab->dialog, display_now()) : -1;

	if (wait < 0)
		timer_stop(lab->dialog_timer);
	else
		timer_set(lab->dialog_timer, wait > 0 ? wait : 1);
}

static void dialog_said(struct lab *lab, enum dialog_answer a)
{
	if (a != DIALOG_ASKING) {
		lab->at = AT_TABLE;
		snprintf(lab->message, sizeof(lab->message),
			 a == DIALOG_YES ? "It was done." : "Nothing was changed.");
	}
	watch_dialog(lab);
}

static void on_dialog_timer(void *arg)
{
	struct lab *lab = arg;

	dialog_said(lab, dialog_time(&lab->dialog, display_now()));
	display_ask_key(lab->display);
}

static void on_news(void *arg)
{
	struct lab *lab = arg;

	lab->news++;
	timer_set(lab->news_timer, 20);
	display_ask_data(lab->display);
}

static void ask(struct lab *lab, uint32_t opener)
{
	static const char *const facts[] = { "jobs hit   3 (alice 2, bob 1)",
					     "saves      $7.10/h", "keeps      shared nfs 4.0T",
					     NULL };
	static const char *const losses[] = { "accounting db, 1.1 GiB", NULL };
	struct dialog_spec spec = { .opener = opener, .title = lab->title, .facts = facts };

	spec.count = lab->table.n_marks ? lab->table.n_marks : 1;
	spec.level = opener == 'd' ? CONFIRM_UNDO : opener == 'D' ? CONFIRM_PLAN : CONFIRM_BOX;
	spec.question = "drain the marked nodes?";
	if (spec.level == CONFIRM_PLAN) {
		spec.name = "hpc-b";
		spec.losses = losses;
	}
	snprintf(lab->title, sizeof(lab->title),
		 spec.level == CONFIRM_PLAN ? "Tear down hpc-b" : "Terminate %zu nodes",
		 spec.count);
	dialog_open(&lab->dialog, &spec, display_now());
	display_drop_input(lab->display);
	lab->at = AT_DIALOG;
	watch_dialog(lab);
}

static void child_done(void *arg, int status)
{
	struct lab *lab = arg;

	snprintf(lab->message, sizeof(lab->message), "the child ended with %d", status);
}

static void run_child(struct lab *lab)
{
	static const char *const argv[] = { "/bin/sh", "-c",
					    "echo child; read line; echo \"$line\"", NULL };
	struct err err = ERR_INIT;

	if (display_child(lab->display, NULL, argv, -1, child_done, lab, &err) < 0)
		snprintf(lab->message, sizeof(lab->message), "%.150s", err.msg);
}

static void next_theme(struct lab *lab)
{
	static const char *const names[] = { "auto", "mono", "light", "contrast" };

	lab->theme = (lab->theme + 1) % ARRAY_LEN(names);
	display_theme(lab->display, theme_builtin(names[lab->theme]));
	snprintf(lab->message, sizeof(lab->message), "theme %s", names[lab->theme]);
}

static void table_pressed(struct lab *lab, const struct key *k)
{
	lab->message[0] = '\0';
	if (table_key(&lab->table, k))
		return;
	switch (k->code) {
	case 'q':
	case K_F10:
		loop_stop(lab->loop);
		break;
	case '/':
	case K_F3:
		prompt_open(&lab->prompt, "/", NULL);
		lab->at = AT_PROMPT;
		break;
	case '?':
	case K_F1:
		help_open(&lab->help, help_entries, ARRAY_LEN(help_entries));
		lab->at = AT_HELP;
		break;
	case 'd':
	case 'D':
	case K_F9:
		ask(lab, k->code);
		break;
	case 'r':
		lab->first_row += 5;
		break;
	case 'm':
		if (timer_on(lab->news_timer))
			timer_stop(lab->news_timer);
		else
			timer_set(lab->news_timer, 20);
		break;
	case 't':
		next_theme(lab);
		break;
	case '!':
		run_child(lab);
		break;
	case K_CTRL('l'):
		display_redraw(lab->display);
		break;
	case K_CTRL('z'):
		display_suspend(lab->display);
		break;
	case K_PASTE:
		snprintf(lab->message, sizeof(lab->message), "paste ignored (%zu characters)",
			 k->total);
		break;
	}
}

static void prompt_pressed(struct lab *lab, const struct key *k)
{
	enum prompt_end end = prompt_key(&lab->prompt, k);

	if (end == PROMPT_OPEN)
		return;
	lab->at = AT_TABLE;
	lab->message[0] = '\0';
	if (end == PROMPT_DONE)
		snprintf(lab->message, sizeof(lab->message), "found: %.140s", lab->prompt.text);
}

static void key(void *arg, const struct key *k)
{
	struct lab *lab = arg;

	if (lab->at == AT_DIALOG)
		dialog_said(lab, dialog_key(&lab->dialog, k, display_now()));
	else if (lab->at == AT_PROMPT)
		prompt_pressed(lab, k);
	else if (lab->at == AT_TABLE)
		table_pressed(lab, k);
	else if (!help_key(&lab->help, k))
		lab->at = AT_TABLE;
}

static void gone(void *arg, int signo)
{
	struct lab *lab = arg;

	lab->signo = signo;
	loop_stop(lab->loop);
}

static void run(struct lab *lab)
{
	lab->dialog_timer = timer_new(lab->loop, on_dialog_timer, lab);
	lab->news_timer = timer_new(lab->loop, on_news, lab);
	table_init(&lab->table, columns, ARRAY_LEN(columns), &source, lab);
	prompt_init(&lab->prompt, NULL, NULL);
	loop_run(lab->loop);
	prompt_clear(&lab->prompt);
	table_clear(&lab->table);
	timer_free(lab->news_timer);
	timer_free(lab->dialog_timer);
}

/* A handler that outlived its display would run on what is freed. */
static bool default_again(void)
{
	static const int all[] = {
		SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH
	};
	struct sigaction now;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (sigaction(all[i], NULL, &now) != 0 || now.sa_handler != SIG_DFL)
			return false;
	return true;
}

int main(int argc, char **argv)
{
	static const struct display_events events = { .draw = draw, .key = key, .gone = gone };
	struct display_options options = { .ascii = argc > 1 && strcmp(argv[1], "--ascii") == 0,
					   .data_ms = 100 };
	struct display_stats st;
	struct err err = ERR_INIT;
	struct lab lab = { 0 };

	setlocale(LC_ALL, "");
	lab.loop = loop_new(&err);
	if (!lab.loop)
		return 1;
	lab.display = display_open(lab.loop, &options, &events, &lab, &err);
	if (!lab.display) {
		fprintf(stderr, "no screen: %s\n", err.msg);
		loop_free(lab.loop);
		return 3;
	}
	run(&lab);
	display_free(lab.display, &st);
	loop_free(lab.loop);
	printf("frames %llu skipped %llu bytes %llu signal %d\n", (unsigned long long)st.frames,
	       (unsigned long long)st.skipped, (unsigned long long)st.bytes, lab.signo);
	if (!default_again())
		puts("a handler of signals is left");
	return lab.signo;
}
