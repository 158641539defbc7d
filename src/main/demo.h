/* `paceline demo`: a simulated cloud, an engine, a Slurm cluster, real jobs, and the console on
 * top; or all of it without one. */
#ifndef MAIN_DEMO_H
#define MAIN_DEMO_H

#include <stdbool.h>
#include <stdint.h>

struct demo_options {
	bool batch, json, keep, stop, ghosts;
	bool drive; /* only starts the cluster and submits: behind the console */
	int64_t tasks, kills;
	int64_t seed;	 /* -1: any */
	const char *dir; /* NULL: the usual one */
	const char *called; /* how this program was called, for what is to be typed */
};

struct demo_world;

/* The console on the demo's engine, which is up; elsewhere: in a folder of the caller's. */
typedef int demo_console_fn(const struct demo_world *w, const char *called, bool elsewhere);

/* The program's exit code. */
int demo_main(const struct demo_options *o, demo_console_fn *console);

#endif
