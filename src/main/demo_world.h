/*
 * The demo's world: a folder with everything in it (simulated cloud, engine, templates, programs), so that an engine that runs
 * as a user of its own can read it, and so that removing it removes all.
 */
#ifndef MAIN_DEMO_WORLD_H
#define MAIN_DEMO_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "engine_main.h"

struct demo_world { /* owned */
	bool root, ghosts, usual; /* usual: in the usual place */
	char *dir, *azsim_dir, *engine_dir, *bin, *templates, *cloud_file, *control;
	char *own; /* what this person's consoles keep of it: drafts, history; it goes with the demo */
	struct places places;
};

/* dir NULL: the demo of this user or of the site. Nothing is made. */
int demo_world_init(struct demo_world *w, const char *dir, bool ghosts, struct err *err);
void demo_world_clear(struct demo_world *w);

pid_t demo_engine_pid(const struct demo_world *w); /* 0: none runs */
pid_t demo_azsim_pid(const struct demo_world *w);
int64_t demo_world_room(const struct demo_world *w); /* free bytes where its folder is, or will be; -1: not known */
/* This process starts the cluster and submits the job, behind the console: until it ends, or the demo is stopped. */
int demo_driver_lock(const struct demo_world *w, struct err *err);

struct demo_running { /* before somebody starts what is missing */
	bool state, engine, azsim;
};

/* Makes what is missing of user, folder, cloud and engine; what runs already is left alone. seed < 0: any. An interrupt
 * (interrupt.h) ends it between two steps, with -1: what was started stands, so that it can be ended. */
int demo_world_start(struct demo_world *w, int64_t seed, struct err *err);
int demo_engine_start(const struct demo_world *w, struct err *err);
int demo_engine_kill(const struct demo_world *w, struct err *err); /* SIGKILL, and waits for its end */
bool demo_world_there(const struct demo_world *w); /* or something that it left */
/* -1: the demo that would be ended is another user's. elsewhere: its folder was named; else the site's counts, when this user
 * has none. */
int demo_world_owned(const struct demo_world *w, bool elsewhere, struct err *err);
/* Ends engine and cloud, waits for their end, removes the folders. -1 with nothing done where --state named a folder that is no
 * demo's (demo_folder.h). */
int demo_world_stop(struct demo_world *w, struct err *err);
/* Ends what of driver, engine and cloud did not run before; the folders stay. */
int demo_world_halt(const struct demo_world *w, const struct demo_running *had, struct err *err);
/* Processes of this machine that still have something of the world open: named in a command line or mounted. */
size_t demo_processes_left(const struct demo_world *w, char *names, size_t max); /* names: "12 azsim, 34 sshd" */

#endif
