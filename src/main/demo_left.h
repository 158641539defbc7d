/* What is told of a demo when its console is left: whether it goes on, and how to come back to it
 * or to end it. Pure. */
#ifndef MAIN_DEMO_LEFT_H
#define MAIN_DEMO_LEFT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct demo_left {
	bool engine, folder; /* the engine runs; there is a folder to take the demo up from */
	size_t processes;    /* of the demo, without its engine */
	const char *called;  /* how the program was called */
	const char *dir;     /* of --state; NULL: the usual one */
};

void demo_left_say(struct buf *out, const struct demo_left *left);

#endif
