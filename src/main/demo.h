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
};

/* The program's exit code. console runs on the demo's engine when it is up; elsewhere:
 * in a folder of the caller's. */
int demo_main(const struct demo_options *o,
	      int (*console)(const char *socket, const char *dir, bool elsewhere));

#endif
