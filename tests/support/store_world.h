/* A store in a folder of its own, with a cluster "demo" in it: set-up and tear-down of tests. */
#ifndef TESTS_SUPPORT_STORE_WORLD_H
#define TESTS_SUPPORT_STORE_WORLD_H

#include "store/store.h"

struct store_world {
	char dir[64];
	char *path;
	struct store *st;
	struct cluster c; /* "demo" */
};

int store_world_up(void **state);
int store_world_down(void **state);
void store_world_reopen(struct store_world *w);
/* The cluster of that name once more, when the first is deleted. */
void store_world_add(struct store_world *w, const char *short_id);

#endif
