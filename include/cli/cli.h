/*
 * The table of commands as verbs of a shell: "paceline node drain demo htc-3". Tables for people, one JSON value with --json,
 * one sentence on stderr for what failed, and with --json the same as {"error":{"code","message"}} on stdout. Exit 0 done, 1 failed, 2 the words do not fit; of ssh that of the command.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <sys/types.h>

#include "base/err.h"
#include "command/command.h"

struct cli_options {
	const char *socket_path;
	uid_t engine_uid; /* as for client_new() */
	const char *version;
	const char *const *schedulers; /* that are known here, for a template's check; NULL: none is held against them */
	/* Called when nobody answers on the socket: starts an engine and returns when it answers. NULL: none is started. */
	int (*start_engine)(void *arg, struct err *err);
	/* Nobody answers, or only others are let in, and the command starts nothing: -1 with what is the matter and what to do, 0 when
	 * there is nothing to say beyond that. NULL: as 0. */
	int (*explain_none)(void *arg, struct err *err);
	const char *starts; /* the command that starts one; NULL: "paceline engine" */
	/* The commands that the program itself runs, their words checked: "engine", "demo". Returns the exit code. */
	int (*own)(void *arg, const struct command_run *r);
	struct command_key *(*keys)(void); /* of the console, for the manual, freed after it; NULL: it has none */
	void *arg;
};

/* argv[0] is the program; the words of the command follow. */
int cli_main(const struct cli_options *o, int argc, char **argv);

#endif
