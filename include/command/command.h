/*
 * Everything that can be done, once: prompt, keys, CLI, help, man page and completion read this table, so that they cannot
 * disagree. A command speaks to the engine through the client and to the person through `struct command_io`; it does not
 * know whether that is a terminal, a pipe or the console.
 */
#ifndef COMMAND_COMMAND_H
#define COMMAND_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/strs.h"
#include "client/client.h"
#include "model/user.h"

enum { /* command.flags */
	CMD_CLUSTER = 1,   /* works on a cluster: the console fills in the selected one */
	CMD_NODES = 2,     /* takes node names: the console fills in the marked ones */
	CMD_JOBS = 4,
	CMD_WRITE = 8,     /* changes something: not in [RO] */
	CMD_LOCAL = 16,    /* runs in the client itself (ssh, cp, demo, engine); not over a stream */
	CMD_CLI_ONLY = 32,
	CMD_NO_JSON = 128, /* what it writes is a text of its own kind */
	CMD_NO_START = 64, /* no engine is started to answer it */
};

enum confirm_level { CONFIRM_NONE, CONFIRM_UNDO, CONFIRM_BOX, CONFIRM_PLAN }; /* tui.md 4.3 levels 0 to 3 */

struct command_option {
	const char *name;     /* "tasks" for --tasks */
	const char *value;    /* "N", NULL for a switch */
	const char *help;     /* NULL: the program's own, which no text and no completion names */
};

struct command_run;

struct command {
	const char *name;     /* "node drain": the CLI words; ":node drain" in the console */
	const char *args;     /* "CLUSTER NODE..." : upper case = value, [] = optional, ... = more */
	const char *help;     /* one line */
	const char *unforced; /* what is asked about instead without --force; NULL: the same */
	const char *more;     /* man page text, or NULL */
	const struct command_option *options; /* NULL-terminated by name, or NULL */
	unsigned int flags;
	enum confirm_level confirm;
	enum role needs;
	/* Whether the words say something, before anybody is asked and an engine is spoken to; NULL: nothing is to be read. */
	int (*check)(const struct command_run *r, struct err *err);
	/* Starts the work; ends by command_done(), now or later. NULL: the program itself does it, as for "engine". */
	void (*run)(struct command_run *r);
};

extern const struct command commands[];
extern const size_t n_commands;
extern const struct command_option command_before[];  /* what stands before the command's words, hyphens included */
extern const struct command_option command_globals[]; /* switches that every command takes; ends like options */

const struct command *command_find(const char *const *words, size_t n, size_t *used); /* longest match: "node drain" */
const char *command_nearest(const char *word);
/* The sentence for words that are no command: what was meant, or what may follow "node". -1 always. */
int command_unknown(const char *const *words, size_t n, struct err *err);
bool command_is_group(const char *word); /* "node": more words follow it; "audit", too, which is one itself */

/* How a command shows its result. Rows are for people; json for machines: it gives both, the io takes one. */
struct command_io {
	bool json;
	void (*columns)(void *arg, const char *const *titles, size_t n);
	void (*row)(void *arg, const char *const *cells, size_t n);
	void (*text)(void *arg, const char *text);       /* one or more lines for people */
	void (*result)(void *arg, const struct json *j); /* the JSON form, once; of what is followed, once for each */
	void (*progress)(void *arg, const char *text);   /* stderr, or the message line */
	/* Two that need a terminal of their own; NULL: not here. */
	char *(*ask)(void *arg, const char *question);   /* the line typed, yours to free; NULL: nobody answers */
	int (*exec)(void *arg, const char *const *argv, struct err *err); /* its exit code; -1: could not be started */
	void *arg;
};

struct command_run {
	const struct command *command;
	struct loop *loop;
	struct client *client;     /* NULL for CMD_LOCAL that needs none */
	struct strs args;          /* positional */
	struct strs options;       /* "name=value", "name=" for a switch */
	const struct command_io *io;
	void (*done)(void *arg, int exit_code, const struct err *err); /* 0 done, 1 failed, 2 usage */
	void *done_arg;
	bool finds_cluster; /* for command_parse(): where CLUSTER alone is missing, whoever runs it looks for it */
	bool lacks_cluster; /* it is missing */

	/* What is under way, for src/command alone: one call or one timer, and what the command remembers meanwhile. */
	struct client_call *call;
	struct timer *timer;
	void (*then)(struct command_run *r, const struct json *answer, const struct err *err);
	void (*then_ok)(struct command_run *r, const struct json *answer);
	void (*wake)(struct command_run *r);
	void *state;
	void (*drop)(void *state);
};

/* What copies, as `cp FROM TO` does, by the way that GET .../ssh told; -1: why it cannot be. */
int command_copy_argv(struct strs *argv, const struct json *way, const char *from, const char *to, struct err *err);

/* Parses words after the command's name. -1: usage error, err says which word and what is expected. */
/* Words after "--" are no options; where the table says "[-- COMMAND...]" they follow a "--" in args, untouched. */
int command_parse(struct command_run *r, const char *const *words, size_t n, struct err *err);
/* Of a run that lacks its cluster: the only one there is comes in front of its words. -1: there is none, or nobody knows
 * which is meant; err names them. */
int command_take_cluster(struct command_run *r, const struct strs *clusters, struct err *err);
const char *command_option(const struct command_run *r, const char *name); /* NULL when not given, "" for a switch */
size_t command_objects(const struct command_run *r); /* how many things it acts on at once: for the question before */
void command_done(struct command_run *r, int exit_code, const struct err *err);
/* Ends a command that is under way: its call and its timer go, done is not called. The engine goes on with what it was told. */
void command_cancel(struct command_run *r);

/* The script of a submission, {script_text, file}, into its body; -1: it cannot be read, or is none. */
int command_script(struct json *body, const char *path, struct err *err);
/* What is sent of it for a check: the lines in front of its first command, in which it speaks of itself. New. */
char *command_script_head(const char *script);

/* What GET /v1/cost told, all its tables as one CSV. */
void command_cost_csv(struct buf *out, const struct json *cost);
void command_usage(struct buf *out, const struct command *c);
size_t command_overview(struct buf *out, const char *group); /* a line each; NULL: all groups. How many there are */
/* A key of the console and what it does, for the manual: the console's own tables say it. */
struct command_key {
	const char *group, *keys, *help; /* keys NULL: the end of an array */
};

void command_manual(struct buf *out, const struct command_key *keys); /* man page in roff, from the table; keys may be NULL */
int command_completion(struct buf *out, const char *shell, struct err *err); /* bash, zsh, fish */

#endif
