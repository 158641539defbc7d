/* `paceline engine`: the engine in the foreground, and its start in the background for a client
 * that found none. */
#ifndef MAIN_ENGINE_MAIN_H
#define MAIN_ENGINE_MAIN_H

#include <sys/types.h>

#include "base/strs.h"
#include "places.h"

struct engine_args {	   /* NULL: what the places say; all borrowed */
	const char *cloud; /* a file with one more cloud record */
	const char *config, *state, *socket;
	const char *templates; /* a folder before all others */
	const char *log;       /* file for the log; NULL: stderr */
	int ready_fd;	       /* gets "ready\n" when the socket listens; -1: none */
};

#define ENGINE_ARGS_INIT                                                                       \
	{                                                                                      \
		.ready_fd = -1                                                                 \
	}

/* Until SIGTERM or SIGINT. The program's exit code. */
int engine_main(const struct places *p, const struct engine_args *a);

/*
 * Starts `paceline engine` away from this terminal and session, as tmux does with its server,
 * and waits until it listens. Its log goes to engine.log in the state folder. -1: it ended
 * before; err has the last line that it said.
 */
int engine_spawn(const struct places *p, const struct engine_args *a, struct err *err);

/* An engine of root's becomes this user; -1 when there is none. */
int engine_user(uid_t *uid, gid_t *gid, struct err *err);

#endif
