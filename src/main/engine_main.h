/* The engine's life in its own program, paceline-engine, and its start from the other,
 * paceline. */
#ifndef MAIN_ENGINE_MAIN_H
#define MAIN_ENGINE_MAIN_H

#include <stdbool.h>
#include <sys/types.h>

#include "places.h"

struct engine_args {	   /* NULL: what the places say; all borrowed */
	const char *cloud; /* a file with one more cloud record */
	const char *config, *state, *socket;
	const char *templates; /* a folder before all others */
	bool backups;	       /* no engine: the backups of its store are listed */
	const char *restore;   /* no engine: this backup is put in the place of its store */
	bool json;	       /* of these two: told in JSON */
	bool take_over;	       /* clusters on which another engine acts (R3.4) */
	bool ready; /* stdout gets one line: "ready" when the socket listens, or why not */
};

/* In paceline-engine: until SIGTERM or SIGINT. The program's exit code. */
int engine_main(const struct places *p, const struct engine_args *a);

/* In paceline, for `paceline engine` and `paceline restore`: this process becomes the engine's
 * program. Returns only with an error. */
int engine_become(const struct places *p, const struct engine_args *a, struct err *err);

/*
 * Starts the engine away from this terminal and session, as tmux does with its server, and
 * waits until it listens. Its log is STATE.log. -1: it ended before; err has what it said.
 */
int engine_spawn(const struct places *p, const struct engine_args *a, struct err *err);

#endif
