/* A shell on a node, and files to and from it: the engine says how to get there, this terminal
 * goes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "command/run.h"

#define SCP	  "/usr/bin/scp"
#define COPY	  "/bin/cp"
#define ENV	  "/usr/bin/env" /* looks a command up in PATH */
#define WORDS_MAX 1000

#define NO_TERMINAL "it needs a terminal of its own: paceline %s"

/* Only who may read the key gets in: it belongs to the engine's user. */
static int check_key(const struct json *way, struct err *err)
{
	const char *key = json_str(way, "key", "");

	if (access(key, R_OK) == 0)
		return 0;
	return err_set(
	    err, ERR_DENIED,
	    "the key to the cluster's machines (%s) is for the engine's user alone: run it as that user",
	    show_or(key, "none"));
}

static bool has_terminal(struct command_run *r)
{
	if (!r->io->exec)
		run_failf(r, ERR_UNSUPPORTED, NO_TERMINAL, r->command->name);
	return r->io->exec != NULL;
}

static bool may_enter(struct command_run *r, const struct json *way)
{
	struct err err = ERR_INIT;

	if (!has_terminal(r))
		return false;
	if (check_key(way, &err) == 0)
		return true;
	run_fail(r, &err);
	return false;
}

static void go(struct command_run *r, const struct strs *argv)
{
	struct err err = ERR_INIT;
	int code = r->io->exec(r->io->arg, (const char *const *)argv->v, &err);

	if (code < 0)
		run_fail(r, &err);
	else
		command_done(r, code, NULL);
}

static bool is_local(const struct json *way)
{
	return strcmp(json_str(way, "transport", ""), "local") == 0;
}

static int check_program(const char *path, struct err *err)
{
	if (access(path, X_OK) == 0)
		return 0;
	return err_set(err, ERR_UNSUPPORTED,
		       "there is no %s on this machine: install openssh-client", path);
}

/* ssh, its options, and where to. */
static int argv_of(struct strs *out, const struct json *way, struct err *err)
{
	const struct json *list = json_get(way, "argv");

	for (size_t i = 0; i < json_len(list); i++) {
		const char *word = json_text(json_at(list, i));

		if (!word || strs_add(out, word) < 0)
			return err_set(err, ERR_INTERNAL,
				       "the engine's words for ssh cannot be read");
	}
	if (out->n < 2)
		return err_set(err, ERR_INTERNAL, "the engine did not say how to get there");
	return check_program(out->v[0], err);
}

/* Where "--" stands in args, or their end. */
static size_t end_of_own(const struct command_run *r)
{
	size_t i = 0;

	while (i < r->args.n && strcmp(r->args.v[i], "--") != 0)
		i++;
	return i;
}

/*
 * ssh
 */

/*
 * The other side hands the line to a shell: every word is quoted for it (S8.5). A single word
 * is a line for that shell, as with ssh itself: -- 'squeue | wc -l'.
 */
static char *remote_line(const struct command_run *r, size_t first)
{
	struct buf line = BUF_INIT(BUF_TEXT_MAX);

	if (first + 1 == r->args.n)
		return xstrdup(r->args.v[first]);

	for (size_t i = first; i < r->args.n; i++) {
		if (i > first)
			buf_addc(&line, ' ');
		quote_sh(&line, r->args.v[i]);
	}
	return buf_steal(&line);
}

/*
 * A head without ssh is this machine, or a folder of programs that stands for one. The latter
 * has commands, but no shell, no files and no nodes to go to.
 */
static int check_stay(const struct json *way, const char *node, bool files, struct err *err)
{
	if (node && node[0] && strcmp(node, "head") != 0)
		return err_set(
		    err, ERR_UNSUPPORTED,
		    "%s has no system to go to: the cluster's machines are simulated", node);
	if (files && json_str(way, "bin", "")[0])
		return err_set(
		    err, ERR_UNSUPPORTED,
		    "the cluster's machines are simulated: there are no files on them");
	return 0;
}

static bool may_stay(struct command_run *r, const struct json *way, const char *node)
{
	struct err err = ERR_INIT;

	if (!has_terminal(r))
		return false;
	if (check_stay(way, node, false, &err) == 0)
		return true;
	run_fail(r, &err);
	return false;
}

static void run_here(struct command_run *r, const struct json *way, size_t first)
{
	struct strs argv = STRS_INIT(WORDS_MAX);
	const char *bin = json_str(way, "bin", "");

	if (first >= r->args.n) {
		run_failf(
		    r, ERR_UNSUPPORTED,
		    "the head of %s is no machine to log in to: name a command of it, as in \"ssh %s -- squeue\"",
		    r->args.v[0], r->args.v[0]);
		return;
	}
	if (bin[0])
		strs_addf(&argv, "%s/%s", bin, r->args.v[first]);
	else
		strs_add(&argv, ENV);
	for (size_t i = first + (bin[0] != '\0'); i < r->args.n; i++)
		strs_add(&argv, r->args.v[i]);
	go(r, &argv);
	strs_clear(&argv);
}

/* A terminal, or a script from a file or a pipe: else a shell would end at once, and well. */
static bool has_input(void)
{
	struct stat st;

	return isatty(STDIN_FILENO) || (fstat(STDIN_FILENO, &st) == 0 && !S_ISCHR(st.st_mode));
}

/* A shell's prompt has the machine's own name, and every table the scheduler's. */
static void tell_host(struct command_run *r, const struct json *way)
{
	const char *host = json_str(way, "host", "");
	const char *node = end_of_own(r) > 1 ? r->args.v[1] : "head";

	if (host[0] && strcmp(host, node) != 0)
		show_progress(r, "%s (host %s) of %s", node, host, r->args.v[0]);
}

static void on_way(struct command_run *r, const struct json *way)
{
	struct strs argv = STRS_INIT(WORDS_MAX);
	struct err err = ERR_INIT;
	size_t first = end_of_own(r) + 1;

	if (is_local(way)) {
		if (may_stay(r, way, end_of_own(r) > 1 ? r->args.v[1] : NULL))
			run_here(r, way, first);
		return;
	}
	if (!may_enter(r, way))
		return;
	if (argv_of(&argv, way, &err) < 0) {
		run_fail(r, &err);
	} else if (first >= r->args.n && !has_input()) {
		run_misused(
		    r,
		    "there is nothing to do: a shell needs a terminal; name a command, as in \"ssh %s -- hostname\"",
		    r->args.v[0]);
	} else {
		if (first < r->args.n)
			strs_take(&argv, remote_line(r, first));
		else
			tell_host(r, way);
		go(r, &argv);
	}
	strs_clear(&argv);
}

static void ask_way(struct command_run *r, const char *cluster, const char *node,
		    answer_fn *then)
{
	run_get(r,
		node ? client_path("/v1/clusters/%/ssh?node=%", cluster, node, (char *)NULL)
		     : client_path("/v1/clusters/%/ssh", cluster, (char *)NULL),
		then);
}

int check_ssh(const struct command_run *r, struct err *err)
{
	if (!command_option(r, "json"))
		return 0;
	return err_set(err, ERR_INVALID,
		       "what a machine writes is shown as it is: ssh takes no --json");
}

void run_ssh(struct command_run *r)
{
	ask_way(r, r->args.v[0], end_of_own(r) > 1 ? r->args.v[1] : NULL, on_way);
}

/*
 * cp: scp with the options of the ssh that the engine named; "CLUSTER:PATH" and
 * "CLUSTER/NODE:PATH"
 */

struct place {
	char cluster[64], node[64]; /* cluster "": a path of this machine */
	const char *path;
};

/* A colon after a slash belongs to a file's name, as with scp. */
static struct place place_of(const char *word)
{
	struct place p = { .path = word };
	const char *colon = strchr(word, ':'), *slash = strchr(word, '/');
	size_t len = colon ? (size_t)(colon - word) : 0;

	if (!colon || len == 0 || word[0] == '.' || word[0] == '/')
		return p;
	if (slash && slash < colon) {
		snprintf(p.node, sizeof(p.node), "%.*s", (int)(colon - slash - 1), slash + 1);
		len = (size_t)(slash - word);
	}
	snprintf(p.cluster, sizeof(p.cluster), "%.*s", (int)len, word);
	p.path = colon + 1;
	return p;
}

static struct place there_of(const struct command_run *r)
{
	struct place from = place_of(r->args.v[0]);

	return from.cluster[0] ? from : place_of(r->args.v[1]);
}

static void add_place(struct strs *argv, const char *word, const char *destination)
{
	struct place p = place_of(word);

	if (p.cluster[0])
		strs_addf(argv, "%s:%s", destination, show_or(p.path, "."));
	else if (p.path[0] == '-' || strchr(p.path, ':'))
		strs_addf(argv, "./%s", p.path);
	else
		strs_add(argv, p.path);
}

static void copy_here(struct strs *argv, const char *from, const char *to)
{
	strs_add(argv, COPY);
	strs_add(argv, "-r");
	strs_add(argv, "--");
	strs_add(argv, place_of(from).path);
	strs_add(argv, place_of(to).path);
}

int command_copy_argv(struct strs *argv, const struct json *way, const char *from,
		      const char *to, struct err *err)
{
	struct place there = place_of(place_of(from).cluster[0] ? from : to);
	struct strs ssh = STRS_INIT(WORDS_MAX);
	int rc;

	if (is_local(way)) {
		rc = check_stay(way, there.node, true, err);
		if (rc == 0)
			copy_here(argv, from, to);
		return rc;
	}
	if (check_key(way, err) < 0 || check_program(SCP, err) < 0)
		return -1;
	rc = argv_of(&ssh, way, err);
	if (rc == 0) {
		strs_add(argv, SCP);
		strs_add(argv, "-rp");
		for (size_t i = 1; i + 1 < ssh.n; i++)
			strs_add(argv, ssh.v[i]);
		strs_add(argv, "--");
		add_place(argv, from, ssh.v[ssh.n - 1]);
		add_place(argv, to, ssh.v[ssh.n - 1]);
	}
	strs_clear(&ssh);
	return rc;
}

/* scp's codes are its own: 255 is that the machine cannot be reached. */
static void copy(struct command_run *r, const struct strs *argv)
{
	struct err err = ERR_INIT;
	int code = r->io->exec(r->io->arg, (const char *const *)argv->v, &err);
	struct json *j;

	if (code < 0) {
		run_fail(r, &err);
	} else if (code > 0) {
		run_failf(r, ERR_IO,
			  "%.100s is not, or not whole, at %.100s: %s says why (exit %d)",
			  r->args.v[0], r->args.v[1], argv->v[0], code);
	} else {
		j = json_new_object();
		json_set_str(j, "from", r->args.v[0]);
		json_set_str(j, "to", r->args.v[1]);
		show_result(r, j);
		json_free(j);
		run_done(r);
	}
}

static void on_way_to_copy(struct command_run *r, const struct json *way)
{
	struct strs argv = STRS_INIT(WORDS_MAX);
	struct err err = ERR_INIT;

	if (!has_terminal(r))
		return;
	if (command_copy_argv(&argv, way, r->args.v[0], r->args.v[1], &err) < 0)
		run_fail(r, &err);
	else
		copy(r, &argv);
	strs_clear(&argv);
}

int check_cp(const struct command_run *r, struct err *err)
{
	bool from = place_of(r->args.v[0]).cluster[0], to = place_of(r->args.v[1]).cluster[0];

	if (from != to)
		return 0;
	return err_set(err, ERR_INVALID,
		       "one of the two is CLUSTER:PATH, the other a path of this machine");
}

void run_cp(struct command_run *r)
{
	struct place there = there_of(r);

	ask_way(r, there.cluster, there.node[0] ? there.node : NULL, on_way_to_copy);
}
