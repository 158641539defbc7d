/* The program: the console without a verb, the engine and the demo as two of its own, all else
 * from the table of commands. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/version.h"
#include "cli/cli.h"
#include "console/console.h"
#include "demo.h"
#include "demo_folder.h"
#include "demo_world.h"
#include "engine_main.h"
#include "scheduler/scheduler.h"
#include "told.h"

#define CALLED_MOST 24

struct program {
	const char *called;	   /* "build/paceline", as it would be called again */
	const char *name, *socket; /* -L and --socket; NULL: not said */
	const char *state;	   /* --state, of a command that has none of its own */
	struct console_options console;
	struct places places; /* of the engine that is spoken to */
};

static int misused(const char *text, const char *of)
{
	fprintf(stderr, "paceline: %s; \"paceline help%s\" says what %s\n", text, of,
		of[0] ? "it takes" : "there is");
	return 2;
}

static int usage(const char *text)
{
	return misused(text, "");
}

static int failed(const struct err *err)
{
	fprintf(stderr, "paceline: %s\n", err->msg);
	return 1;
}

/*
 * Words before the verb
 */

static bool take_switch(struct program *p, const char *word)
{
	const struct {
		const char *word;
		bool *to;
	} switches[] = {
		{ "--ascii", &p->console.ascii },
		{ "--plain", &p->console.plain },
		{ "--screen-reader", &p->console.reader },
		{ "--letters", &p->console.letters },
		{ "--no-countdown", &p->console.no_countdown },
		{ "--stats", &p->console.stats },
	};

	for (size_t i = 0; i < ARRAY_LEN(switches); i++)
		if (strcmp(word, switches[i].word) == 0) {
			*switches[i].to = true;
			return true;
		}
	return false;
}

static const char **value_place(struct program *p, const char *word)
{
	const struct {
		const char *word;
		const char **to;
	} values[] = {
		{ "-L", &p->name },
		{ "--socket", &p->socket },
		{ "--state", &p->state },
		{ "--theme", &p->console.theme },
	};

	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		if (strcmp(word, values[i].word) == 0)
			return values[i].to;
	return NULL;
}

/* The number of words that it took, the program's name among them; 0: one needs a value. */
static int take_words(struct program *p, int argc, char **argv)
{
	int i = 1;

	for (; i < argc; i++) {
		const char **to = value_place(p, argv[i]);

		if (to && i + 1 == argc)
			return 0;
		if (to)
			*to = argv[++i];
		else if (!take_switch(p, argv[i]))
			break;
	}
	return i;
}

static int needs_value(const char *word)
{
	const struct command_option *o = command_before;
	char text[80];

	while (o->name && strcmp(o->name, word) != 0)
		o++;
	snprintf(text, sizeof(text), "%.20s needs a value: %s", word,
		 o->value ? o->value : "what is meant");
	return usage(text);
}

/*
 * The engine's place, and its start
 */

static int find_engine(struct program *p, struct err *err)
{
	if (p->socket && !p->socket[0])
		return err_set(err, ERR_INVALID, "--socket is empty: it names a path");
	if (places_find(&p->places, p->name, err) < 0)
		return -1;
	if (p->state && !p->state[0])
		return err_set(err, ERR_INVALID, "--state is empty: it names a folder");
	if (p->socket || p->state) {
		free(p->places.socket);
		p->places.socket =
		    p->socket ? xstrdup(p->socket) : places_socket_below(p->state);
	}
	return 0;
}

/* Without a configuration there is only the demo's engine to speak to, unless it is named; its
 * folder says that there was one. */
static bool demo_has_ended(const struct program *p)
{
	struct places demo;
	bool yes = false;

	if (p->name ? strcmp(p->name, ENGINE_DEMO) != 0 : p->places.config != NULL)
		return false;
	if (places_make(&demo, ENGINE_DEMO, places_of_site(), NULL) == 0)
		yes = file_exists(demo.state);
	places_clear(&demo);
	return yes;
}

static int demo_ended(const struct program *p, const char *dir, struct err *err)
{
	const char *state = dir ? " --state " : "";

	dir = dir ? dir : "";
	return err_set(
	    err, ERR_IO,
	    "the demo's engine has ended: %s demo%s%s starts it again, %s demo%s%s --stop removes what is left",
	    p->called, state, dir, p->called, state, dir);
}

/* Of an engine that was named by its place; NULL: by its name, or not at all. */
static const char *socket_meant(const struct program *p)
{
	return p->socket || p->state ? p->places.socket : NULL;
}

/* -1: the engine that is meant is another's, or was the demo's and has ended. */
static int explain_none(void *arg, struct err *err)
{
	const struct program *p = arg;
	struct err why = ERR_INIT;
	char *dir;
	int rc;

	if (places_reach(&p->places, &why) == 0)
		return 0;
	if (socket_meant(p) && why.code == ERR_DENIED) {
		*err = why;
		return -1;
	}
	if (socket_meant(p)) {
		dir = demo_folder_of(socket_meant(p));
		rc = dir ? demo_ended(p, dir, err) : 0;
		free(dir);
		return rc;
	}
	if (places_check_right(p->name, err) < 0)
		return -1;
	return demo_has_ended(p) ? demo_ended(p, NULL, err) : 0;
}

static int start_engine(void *arg, struct err *err)
{
	struct program *p = arg;
	const struct engine_args none = { 0 };
	struct err why = ERR_INIT;

	if (socket_meant(p) && places_reach(&p->places, &why) == 0)
		return 0;
	if (explain_none(p, err) < 0)
		return -1;
	if (socket_meant(p)) /* whoever names a socket means an engine that runs */
		return err_set(err, why.code,
			       "%.160s; \"%s --socket %.80s engine\" starts one there; leave "
			       "--socket out for the usual one",
			       why.msg, p->called, socket_meant(p));
	fprintf(stderr, "Starting the engine %s.\n", p->places.name);
	return engine_spawn(&p->places, &none, err);
}

/* Another shell stands in another folder. */
static char *called_anywhere(const char *called)
{
	char *path = strchr(called, '/') ? realpath(called, NULL) : NULL;

	return path ? path : xstrdup(called);
}

/* From another shell, when the engine is lost while the console is open. */
static char *start_command(const struct program *p)
{
	char *dir = socket_meant(p) ? demo_folder_of(socket_meant(p)) : NULL;
	char *called = called_anywhere(p->called), *start;

	if (dir)
		start = xasprintf("%s demo --state %s", called, dir);
	else if (socket_meant(p))
		start = xasprintf("%s --socket %s engine", called, socket_meant(p));
	else if (strcmp(p->places.name, ENGINE_DEMO) == 0)
		start = xasprintf("%s demo", called);
	else if (strcmp(p->places.name, ENGINE_MAIN) == 0)
		start = xasprintf("%s engine", called);
	else
		start = xasprintf("%s -L %s engine", called, p->places.name);
	free(called);
	free(dir);
	return start;
}

/* The program with what reaches this engine: alone it opens this console again, with a command
 * behind it it is about this engine, whatever others run. */
static char *with_option(const char *called, const char *option, const char *value)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);

	quote_sh_word(&b, called);
	if (option) {
		buf_addf(&b, " %s ", option);
		quote_sh_word(&b, value);
	}
	return buf_steal(&b);
}

static char *reaching_command(const struct program *p)
{
	const char *path = p->state ? p->state : p->socket;
	char *whole, *command;

	if (!path)
		return with_option(p->called,
				   strcmp(p->places.name, ENGINE_MAIN) != 0 ? "-L" : NULL,
				   p->places.name);
	whole = places_whole(path);
	command = with_option(p->called, p->state ? "--state" : "--socket", whole);
	free(whole);
	return command;
}

static int run_console(struct program *p)
{
	struct err err = ERR_INIT;
	char *state, *templates, *conf, *start, *reaching;
	int code;

	if (console_check(&p->console, &err) < 0 || find_engine(p, &err) < 0)
		return usage(err.msg);
	if (!places_answers(&p->places) && start_engine(p, &err) < 0)
		return failed(&err);
	p->console.socket_path = p->places.socket;
	p->console.engine_uid = (uid_t)-1;
	state = places_console(p->state, p->places.name);
	p->console.state_dir = state;
	/* there from the start, so that it is missed when "demo --stop" takes it away */
	if (state && strcmp(p->places.name, ENGINE_DEMO) == 0)
		file_make_dir(state, 0700, NULL);
	if (!p->socket && !p->state && strcmp(p->places.name, ENGINE_DEMO) == 0)
		p->console.demo_dir = p->places.state;
	templates = file_own("templates");
	p->console.templates_dir = templates;
	conf = file_own("console.conf");
	p->console.conf_path = conf;
	start = start_command(p);
	p->console.start = start;
	reaching = reaching_command(p);
	p->console.back = reaching;
	p->console.called = reaching;
	code = console_main(&p->console);
	free(reaching);
	free(start);
	free(conf);
	free(templates);
	free(state);
	return code;
}

/*
 * Commands that are the program's own
 */

/* Said behind the command, or before it. */
static const char *state_of(const struct program *p, const struct command_run *r)
{
	const char *own = command_option(r, "state");

	return own ? own : p->state;
}

static int own_engine(struct program *p, const struct command_run *r)
{
	const struct engine_args a = { .cloud = command_option(r, "cloud"),
				       .config = command_option(r, "config"),
				       .state = state_of(p, r),
				       .socket =
					   p->socket ? p->socket : command_option(r, "socket"),
				       .templates = command_option(r, "templates"),
				       .take_over = command_option(r, "take-over") != NULL,
				       .ready = command_option(r, "ready") != NULL };
	struct places mine;
	struct err err = ERR_INIT;

	if (places_make(&mine, p->name ? p->name : ENGINE_MAIN, places_of_site(), &err) < 0)
		return usage(err.msg);
	engine_become(&mine, &a, &err);
	places_clear(&mine);
	return failed(&err);
}

static int misused_in(const struct command_run *r, const char *text)
{
	struct err err = ERR_INIT;
	char of[80];

	err_set(&err, ERR_INVALID, "%s", text);
	if (command_option(r, "json"))
		told_error(&err);
	snprintf(of, sizeof(of), " %.70s", r->command->name);
	return misused(text, of);
}

static int own_restore(struct program *p, const struct command_run *r)
{
	const char *state = state_of(p, r);
	char *file = r->args.n ? places_whole(r->args.v[0]) : NULL;
	struct engine_args a = { .restore = file,
				 .backups = !file,
				 .json = command_option(r, "json") != NULL };
	struct places mine;
	struct err err = ERR_INIT;
	char *dir, *of_engine;
	int code;

	if (p->socket && !state) { /* it would be another engine's store */
		code = misused_in(r, "a store is restored while no engine runs, so a socket "
				     "does not tell which: name its folder with --state, or "
				     "the engine with -L");
	} else if (places_make(&mine, p->name ? p->name : ENGINE_MAIN, places_of_site(), &err) <
		   0) {
		code = misused_in(r, err.msg);
	} else {
		dir = places_whole(state ? state : mine.state);
		a.state = of_engine = demo_folder_state(dir);
		engine_become(&mine, &a, &err);
		free(of_engine);
		free(dir);
		places_clear(&mine);
		code = failed(&err);
	}
	free(file);
	return code;
}

static int read_count(int64_t *out, const struct command_run *r, const char *name, int64_t min,
		      int64_t max, struct err *err)
{
	const char *text = command_option(r, name);

	if (!text || num_read(out, text, min, max) == 0)
		return 0;
	return err_set(err, ERR_INVALID, "--%s takes a number from %lld to %lld, not \"%.40s\"",
		       name, (long long)min, (long long)max, text);
}

static int demo_console(const struct demo_world *w, const char *as, bool elsewhere)
{
	char *called = called_anywhere(as), *conf = file_own("console.conf");
	char *reaching = elsewhere ? with_option(called, "--state", w->dir)
				   : with_option(called, "-L", ENGINE_DEMO);
	char *templates = xasprintf("%s/templates", w->dir);
	char *start = elsewhere ? xasprintf("%s demo --state %s", called, w->dir)
				: xasprintf("%s demo", called);
	const struct console_options o = { .socket_path = w->places.socket,
					   .engine_uid = (uid_t)-1,
					   .state_dir = w->own,
					   .demo_dir = w->dir,
					   .templates_dir = templates,
					   .start = start,
					   .called = reaching,
					   .conf_path = conf };
	int code = console_main(&o);

	free(conf);
	free(reaching);
	free(called);
	free(start);
	free(templates);
	return code;
}

static int own_demo(const struct program *p, const struct command_run *r)
{
	struct demo_options o = { .batch = command_option(r, "batch") != NULL,
				  .json = command_option(r, "json") != NULL,
				  .keep = command_option(r, "keep") != NULL,
				  .stop = command_option(r, "stop") != NULL,
				  .ghosts = command_option(r, "ghosts") != NULL,
				  .drive = command_option(r, "drive") != NULL,
				  .tasks = 40,
				  .seed = -1,
				  .called = p->called };
	const char *state = state_of(p, r);
	struct err err = ERR_INIT;
	char *dir;
	int code;

	if (p->name && strcmp(p->name, ENGINE_DEMO) != 0)
		return misused_in(r, "a demo brings its own engine, named " ENGINE_DEMO
				     ": leave -L out; \"paceline demo --state DIR\" is another "
				     "demo, apart from the first");
	if (read_count(&o.tasks, r, "tasks", 1, 100000, &err) < 0 ||
	    read_count(&o.kills, r, "kill-engine", 0, 1000, &err) < 0 ||
	    read_count(&o.seed, r, "seed", 0, INT32_MAX, &err) < 0)
		return misused_in(r, err.msg);
	if (!o.batch && !o.stop && !o.drive && !console_reads())
		return 2; /* before anything is started for it */
	o.dir = dir = state ? places_whole(state) : NULL;
	code = demo_main(&o, demo_console);
	free(dir);
	return code;
}

static int own(void *arg, const struct command_run *r)
{
	if (strcmp(r->command->name, "engine") == 0)
		return own_engine(arg, r);
	if (strcmp(r->command->name, "restore") == 0)
		return own_restore(arg, r);
	return own_demo(arg, r);
}

#define SCHEDULERS_MOST 16

static void known_schedulers(const char *out[SCHEDULERS_MOST + 1])
{
	size_t n = 0;

	for (; n < SCHEDULERS_MOST && sched_all[n]; n++)
		out[n] = sched_all[n]->name;
	out[n] = NULL;
}

static int run_verb(struct program *p, int argc, char **argv)
{
	const char *schedulers[SCHEDULERS_MOST + 1];
	struct cli_options o = { .engine_uid = (uid_t)-1,
				 .version = PACELINE_VERSION,
				 .schedulers = schedulers,
				 .start_engine = start_engine,
				 .explain_none = explain_none,
				 .own = own,
				 .keys = console_keys,
				 .arg = p };
	struct err err = ERR_INIT;
	char *start;
	int code;

	known_schedulers(schedulers);
	if ((p->console.theme && console_check(&p->console, &err) < 0) ||
	    find_engine(p, &err) < 0)
		return usage(err.msg);
	o.socket_path = p->places.socket;
	o.starts = start = start_command(p);
	code = cli_main(&o, argc, argv);
	free(start);
	return code;
}

static bool has_option(const struct command *c, const char *word)
{
	const struct command_option *o = c ? c->options : NULL;

	while (o && o->name && strcmp(o->name, word + 2) != 0)
		o++;
	return o && o->name;
}

/* Which engine is meant may be said behind the command too, unless the command has such an
 * option itself. The number of words that are left. */
static int take_behind(struct program *p, int argc, char **argv)
{
	static const char *const words[] = { "--state", "--socket" };
	size_t used = 0, behind = argc > 1 ? (size_t)argc - 1 : 0;
	const struct command *c =
	    behind ? command_find((const char *const *)argv + 1, behind, &used) : NULL;
	int left = 1, i = 1;

	for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
		size_t w = 0;

		while (w < ARRAY_LEN(words) && strcmp(argv[i], words[w]) != 0)
			w++;
		if (c && w < ARRAY_LEN(words) && !has_option(c, words[w]) && i + 1 < argc)
			*value_place(p, words[w]) = argv[++i];
		else
			argv[left++] = argv[i];
	}
	while (i < argc)
		argv[left++] = argv[i++];
	argv[left] = NULL;
	return left;
}

/* From a tree that is not installed it is called by its path; a long one would only be in the
 * way. */
static const char *called_as(const char *word)
{
	return strchr(word, '/') && strlen(word) <= CALLED_MOST ? word : "paceline";
}

int main(int argc, char **argv)
{
	struct program p = { .called = called_as(argc > 0 ? argv[0] : "") };
	int used, code;

	signal(SIGPIPE, SIG_IGN);
	setlocale(LC_CTYPE, "");
	if (clock_from_env() < 0)
		return usage("PACELINE_CLOCK is not FACTOR@UTC_MILLISECONDS");
	used = take_words(&p, argc, argv);
	if (used == 0)
		return needs_value(argv[argc - 1]);
	if (used == argc) {
		code = run_console(&p);
	} else {
		argv[used - 1] = argv[0];
		argc = take_behind(&p, argc - used + 1, argv + used - 1);
		code = run_verb(&p, argc, argv + used - 1);
	}
	places_clear(&p.places);
	return code;
}
