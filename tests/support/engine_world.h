/* An engine in a folder of its own, with a cluster "demo" of one array "htc" whose cloud is not in its configuration: so
 * nothing is done but what a test does. */
#ifndef TESTS_SUPPORT_ENGINE_WORLD_H
#define TESTS_SUPPORT_ENGINE_WORLD_H

#include "engine/run.h"

struct engine_world {
	char dir[64];
	struct loop *loop;
	struct engine *e;
	struct run *r;
};

/* The folder and the store; node NULL: none, else one of the cluster. */
void engine_world_make(struct engine_world *w, const char *name, const struct node *node);
void engine_world_begin(struct engine_world *w);
void engine_world_end(struct engine_world *w);
int engine_world_remove(struct engine_world *w);

/* One that has begun at that moment of a clock of its own, for a test's state; engine_world_down() is its teardown. */
struct engine_world *engine_world_up(const char *name, int64_t utc_ms, const struct node *node);
int engine_world_down(void **state);

#endif
