#include "cli/cli.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "check.h"
#include "look.h"
#include "out.h"
#include "terminal.h"

#define WORDS_MAX 100000
#define TURN_MS	  1000

/* An engine that answers nothing is told after 5 s, as in the console, and reads end after 30
 * s. */
static const struct client_patience patience = { 5000, 30000 };

struct cli {
	const struct cli_options *options;
	struct out out;
	struct command_io io;
	struct command_run run;
	bool ended, interrupted;
	int code;
};

static int misused(struct cli *c, const struct command *found, const struct err *err)
{
	struct err said = { .code = err->code };

	if (found)
		err_set(&said, err->code, "%.240s; \"paceline help %s\" says what it takes",
			err->msg, found->name);
	else
		err_set(&said, err->code, "%s", err->msg);
	out_failed(&c->out, &said);
	return 2;
}

/*
 * Words that need no engine
 */

static void print(struct cli *c, const struct buf *text)
{
	out_write(&c->out, buf_str(text), text->len);
}

/* A text, and with --json the same in a value of that name. */
static void print_as(struct cli *c, const char *name, const struct buf *text)
{
	struct buf whole = BUF_INIT(BUF_TEXT_MAX);
	struct json *j;

	if (!c->out.json) {
		print(c, text);
		return;
	}
	j = json_new_object();
	json_set_str(j, name, buf_str(text));
	json_write(&whole, j);
	buf_addc(&whole, '\n');
	print(c, &whole);
	buf_clear(&whole);
	json_free(j);
}

static int help_on(struct cli *c, const char *const *words, size_t n)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;
	size_t used = 0;
	const struct command *found = n ? command_find(words, n, &used) : NULL;
	bool none = n > used && n > 1 && used < 2 && command_is_group(words[0]);
	int code;

	if (found)
		command_usage(&text, found);
	if (!none && (found || command_overview(&text, n ? words[0] : NULL) > 0)) {
		print_as(c, "text", &text);
		code = 0;
	} else {
		command_unknown(words, n, &err);
		code = misused(c, NULL, &err);
	}
	buf_clear(&text);
	return code;
}

static int print_version(struct cli *c)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);

	buf_addf(&text, c->out.json ? "%s" : "paceline %s\n",
		 c->options->version ? c->options->version : "");
	print_as(c, "version", &text);
	buf_clear(&text);
	return 0;
}

static int print_manual(struct cli *c)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);

	struct command_key *keys = c->options->keys ? c->options->keys() : NULL;

	command_manual(&text, keys);
	free(keys);
	print(c, &text);
	buf_clear(&text);
	return 0;
}

static void say_nothing(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

/* For a Tab: what an engine that runs has, within a second, and nothing else. */
static bool print_names(struct cli *c)
{
	static const struct client_patience tab = { 500, 1000 };
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	char *path = look_names_path(&c->run);
	struct loop *l = path ? loop_new(NULL) : NULL;
	struct client *client =
	    l ? client_new(l, c->options->socket_path, c->options->engine_uid) : NULL;

	if (client) {
		client_watch_still(client, &tab, say_nothing, NULL);
		look_names(&text, client, path);
		print(c, &text);
	}
	client_free(client);
	if (l)
		loop_free(l);
	buf_clear(&text);
	free(path);
	return path != NULL;
}

static int print_completion(struct cli *c, const char *shell)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;
	int code = 0;

	if (print_names(c))
		return 0;
	if (command_completion(&text, shell, &err) < 0)
		code = misused(c, c->run.command, &err);
	else
		print(c, &text);
	buf_clear(&text);
	return code;
}

/* An engine that runs has its own folders: its file of that name is what counts. NULL: none
 * runs, or it knows none. Yours to free. */
static char *engine_file(const struct cli *c, const char *name)
{
	struct loop *l = cli_check_names_file(name) ? NULL : loop_new(NULL);
	struct client *client =
	    l ? client_new(l, c->options->socket_path, c->options->engine_uid) : NULL;
	char *target = client ? client_path("/v1/templates/%", name, (char *)NULL) : NULL;
	struct json *j = target ? client_wait_get(client, target, NULL) : NULL;
	const char *path = json_str(j, "path", "");
	char *file = path[0] ? xstrdup(path) : NULL;

	json_free(j);
	free(target);
	client_free(client);
	if (l)
		loop_free(l);
	return file;
}

static int check_template(struct cli *c)
{
	const char *name = c->run.args.v[0];
	char *file = engine_file(c, name);
	int code = cli_check_template(&c->out, &c->io, name, file, c->options->schedulers);

	free(file);
	return code;
}

static int run_own(struct cli *c)
{
	const char *name = c->run.command->name;

	if (strcmp(name, "help") == 0)
		return help_on(c, (const char *const *)c->run.args.v, c->run.args.n);
	if (strcmp(name, "manual") == 0)
		return print_manual(c);
	if (strcmp(name, "completion") == 0)
		return print_completion(c, c->run.args.v[0]);
	if (strcmp(name, "template check") == 0)
		return check_template(c);
	if (c->options->own)
		return c->options->own(c->options->arg, &c->run);
	out_error("this program cannot do that by itself");
	return 1;
}

/*
 * Asking first (tui.md 4.3). What has a plan asks for itself, when it has shown it.
 */

static bool says_yes(const struct cli *c, size_t things)
{
	struct buf question = BUF_INIT(BUF_TEXT_MAX);
	bool count = c->run.command->confirm == CONFIRM_BOX && things > 1;
	const char *what = c->run.command->unforced && !command_option(&c->run, "force")
			       ? c->run.command->unforced
			       : c->run.command->help;
	char number[24], *answer;
	bool yes;

	snprintf(number, sizeof(number), "%zu", things);
	buf_addf(&question, "%s: %s:", c->run.command->name, what);
	for (size_t i = 0; i < c->run.args.n && i < 12; i++)
		buf_addf(&question, " %s", c->run.args.v[i]);
	if (c->run.args.n > 12)
		buf_addf(&question, " and %zu more", c->run.args.n - 12);
	if (count)
		buf_addf(&question, "\nType %s to go on: ", number);
	else
		buf_adds(&question, "\nGo on? y/N: ");
	answer = terminal_ask(NULL, buf_str(&question));
	yes = answer && (count ? strcmp(answer, number) == 0
			       : strcmp(answer, "y") == 0 || strcmp(answer, "yes") == 0);
	free(answer);
	buf_clear(&question);
	return yes;
}

static bool asks(const struct cli *c)
{
	enum confirm_level level = c->run.command->confirm;

	return level != CONFIRM_NONE && level != CONFIRM_PLAN &&
	       (level != CONFIRM_UNDO || command_objects(&c->run) > 1) &&
	       !command_option(&c->run, "yes");
}

static int nobody_to_ask(struct cli *c)
{
	struct err err;

	err_set(&err, ERR_INVALID,
		"%s: there is no terminal to ask on: add --yes when it is meant",
		c->run.command->name);
	out_failed(&c->out, &err);
	return 2;
}

/*
 * With an engine
 */

static int reach_engine(struct cli *c, struct err *err)
{
	struct json *j = client_wait_get(c->run.client, "/v1/engine", err);
	struct err why = *err;

	json_free(j);
	if (j)
		return 0;
	if (why.code == ERR_IO && c->options->start_engine &&
	    !(c->run.command->flags & CMD_NO_START))
		return c->options->start_engine(c->options->arg, err);
	if ((why.code == ERR_IO || why.code == ERR_DENIED) && c->options->explain_none &&
	    c->options->explain_none(c->options->arg, err) < 0)
		return -1;
	if (why.code != ERR_IO) {
		*err = why;
		return -1;
	}
	return err_set(err, ERR_IO, "%.200s; \"%.100s\" starts one", why.msg,
		       c->options->starts ? c->options->starts : "paceline engine");
}

static void on_done(void *arg, int exit_code, const struct err *err)
{
	struct cli *c = arg;

	c->ended = true;
	c->code = exit_code;
	if (err)
		out_failed(&c->out, err);
}

static void on_signal(void *arg, int signo)
{
	struct cli *c = arg;

	c->interrupted = true;
	c->code = 128 + signo;
}

static void wait_for_end(struct cli *c)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct signal_watch *watches[ARRAY_LEN(signals)];

	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		watches[i] = signal_watch_new(c->run.loop, signals[i], on_signal, c);
	c->run.command->run(&c->run);
	while (!c->ended && !c->interrupted && !c->out.failed)
		loop_turn(c->run.loop, TURN_MS);
	if (!c->ended) {
		command_cancel(&c->run);
		if (c->interrupted && command_option(&c->run, "wait"))
			out_error("no longer waited for; the engine goes on with it");
	}
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		signal_watch_free(watches[i]);
}

/* The cluster that was not named, and whether that is there about which somebody is asked. */
static int look_first(struct cli *c, struct err *err)
{
	if (c->run.lacks_cluster && look_for_cluster(&c->run, err) < 0)
		return err->code == ERR_INVALID ? 2 : 1;
	if (asks(c) && look_at_objects(&c->run, err) < 0)
		return 1;
	return 0;
}

static void on_still(void *arg, const char *text)
{
	(void)arg;
	out_error(text);
}

static int run_with_engine(struct cli *c)
{
	struct err err = ERR_INIT;

	c->run.loop = loop_new(&err);
	if (c->run.loop) {
		c->run.client =
		    client_new(c->run.loop, c->options->socket_path, c->options->engine_uid);
		client_watch_still(c->run.client, &patience, on_still, NULL);
	}
	if (!c->run.client || reach_engine(c, &err) < 0)
		c->code = 1;
	else
		c->code = look_first(c, &err);
	if (c->code)
		out_failed(&c->out, &err);
	else if (asks(c) && !terminal_asks())
		c->code = nobody_to_ask(c);
	else if (asks(c) && !says_yes(c, command_objects(&c->run))) {
		err_set(&err, ERR_CONFLICT, "nothing was changed");
		out_failed(&c->out, &err);
		c->code = 1;
	} else
		wait_for_end(c);
	client_free(c->run.client);
	if (c->run.loop)
		loop_free(c->run.loop);
	return c->code;
}

/*
 * From words to a command
 */

static bool says_json(const char *const *words, size_t n)
{
	for (size_t i = 0; i < n && strcmp(words[i], "--") != 0; i++)
		if (strcmp(words[i], "--json") == 0)
			return true;
	return false;
}

/* Those that every command takes may stand in front of it, too. */
static size_t leading_switches(const char *const *words, size_t n)
{
	size_t i = 0;

	for (; i < n && strncmp(words[i], "--", 2) == 0; i++) {
		const struct command_option *o = command_globals;

		while (o->name && strcmp(o->name, words[i] + 2) != 0)
			o++;
		if (!o->name)
			break;
	}
	return i;
}

static int run_command(struct cli *c, const struct command *found, const char *const *words,
		       size_t n)
{
	struct err err = ERR_INIT;

	c->run = (struct command_run){ .command = found,
				       .args = STRS_INIT(WORDS_MAX),
				       .finds_cluster = true,
				       .options = STRS_INIT(100),
				       .io = &c->io,
				       .done = on_done,
				       .done_arg = c };
	if (command_parse(&c->run, words, n, &err) < 0) {
		c->code = misused(c, found, &err);
	} else {
		out_init(&c->out, command_option(&c->run, "json") != NULL);
		out_io(&c->out, &c->io);
		c->io.exec = terminal_exec;
		if (!c->out.json && terminal_asks())
			c->io.ask = terminal_ask;
		c->code = found->run ? run_with_engine(c) : run_own(c);
	}
	strs_clear(&c->run.args);
	strs_clear(&c->run.options);
	return c->code;
}

/* The words but for the command's own, which are `used` from `first` on. */
static int run_behind(struct cli *c, const struct command *found, const char *const *words,
		      size_t n, size_t first, size_t used)
{
	const char **rest = xcalloc(n, sizeof(*rest));
	size_t k = 0;
	int code;

	for (size_t i = 0; i < n; i++)
		if (i < first || i >= first + used)
			rest[k++] = words[i];
	code = run_command(c, found, rest, k);
	free(rest);
	return code;
}

static bool wants_help(const char *const *words, size_t n)
{
	for (size_t i = 0; i < n && strcmp(words[i], "--") != 0; i++)
		if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0)
			return true;
	return false;
}

/* The words before the first option: what help is wanted on. */
static size_t plain_words(const char *const *words, size_t n)
{
	size_t i = 0;

	while (i < n && words[i][0] != '-')
		i++;
	return i;
}

static int run_words(struct cli *c, const char *const *words, size_t n)
{
	struct err err = ERR_INIT;
	size_t used = 0, first = leading_switches(words, n);
	const struct command *found;

	c->out.json = says_json(words, n);
	if (first < n &&
	    (strcmp(words[first], "--version") == 0 || strcmp(words[first], "-V") == 0))
		return print_version(c);
	if (wants_help(words, n))
		return help_on(c, words + first, plain_words(words + first, n - first));
	if (first == n) {
		err_set(&err, ERR_INVALID, "say what to do: \"paceline help\" lists it");
		return misused(c, NULL, &err);
	}
	found = command_find(words + first, n - first, &used);
	if (found)
		return run_behind(c, found, words, n, first, used);
	command_unknown(words + first, n - first, &err);
	return misused(c, NULL, &err);
}

int cli_main(const struct cli_options *o, int argc, char **argv)
{
	struct cli c = { .options = o };
	int code;

	signal(SIGPIPE, SIG_IGN); /* a reader that left is a failed write, with an exit code */
	out_init(&c.out, false);
	code = run_words(&c, (const char *const *)argv + 1, argc > 1 ? (size_t)argc - 1 : 0);
	return out_end(&c.out) < 0 ? 1 : code;
}
