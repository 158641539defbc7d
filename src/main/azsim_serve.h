/* "azsim serve": the simulated cloud. */
#ifndef MAIN_AZSIM_SERVE_H
#define MAIN_AZSIM_SERVE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct azsim_options {
	const char *state, *profile, *scenario, *group;
	int64_t port, plain_port, seed;
	double factor; /* 0: as before, else 1 */
	bool ghosts, control, has_seed;
};

int azsim_read_options(struct azsim_options *o, int argc, char **argv, struct err *err);
int serve_main(int argc, char **argv); /* serve --state DIR ... */
int connect_main(int argc,
		 char **argv); /* connect ADDRESS PORT --socket S: the bastion's client */

#endif
