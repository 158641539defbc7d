/* `paceline engine`: the engine in the foreground, and its start in the background for a client that found none. */
#ifndef MAIN_ENGINE_MAIN_H
#define MAIN_ENGINE_MAIN_H

#include <stdbool.h>
#include <sys/types.h>

#include "places.h"

struct engine_args { /* NULL: what the places say; all borrowed */
	const char *cloud; /* a file with one more cloud record */
	const char *config, *state, *socket;
	const char *templates; /* a folder before all others */
	bool ready;	       /* stdout gets one line: "ready" when the socket listens, or why not */
};

/* Until SIGTERM or SIGINT. The program's exit code. */
int engine_main(const struct places *p, const struct engine_args *a);

/*
 * Starts `paceline engine` away from this terminal and session, as tmux does with its server, and waits until it listens.
 * Its log is STATE.log. -1: it ended before; err has what it said.
 */
int engine_spawn(const struct places *p, const struct engine_args *a, struct err *err);

/* An engine of root's becomes this user; -1 when there is none. */
int engine_user(uid_t *uid, gid_t *gid, struct err *err);

#endif
