#include "engine_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"

void engine_world_make(struct engine_world *w, const char *name, const struct node *node)
{
	const char *tmp = getenv("TMPDIR");
	struct cluster c = { .short_id = "ab12cd34" };
	struct store *st;
	struct node n;
	char *path;

	snprintf(w->dir, sizeof(w->dir), "%.40s/%.10s-XXXXXX", tmp ? tmp : "/tmp", name);
	assert_non_null(mkdtemp(w->dir));
	path = xasprintf("%s/engine.db", w->dir);
	st = store_open(path, true, NULL);
	assert_non_null(st);
	cluster_spec_init(&c.spec);
	c.name = xstrdup("demo");
	c.spec.scheduler = xstrdup("slurm");
	c.spec.cloud = xstrdup("nowhere");
	c.spec.arrays = xcalloc(1, sizeof(*c.spec.arrays));
	c.spec.n_arrays = 1;
	array_spec_init(&c.spec.arrays[0]);
	c.spec.arrays[0].name = xstrdup("htc");
	assert_int_equal(store_cluster_add(st, &c, NULL), 0);
	if (node) {
		n = *node;
		n.cluster_id = c.id;
		assert_int_equal(store_node_add(st, &n, NULL), 0);
	}
	store_close(st);
	cluster_clear(&c);
	free(path);
}

void engine_world_begin(struct engine_world *w)
{
	const struct engine_options o = { .state_dir = w->dir, .any_file_system = true };
	struct err err = ERR_INIT;

	w->loop = loop_new(&err);
	w->e = engine_new(w->loop, &o, &err);
	assert_string_equal(err.msg, "");
	w->r = run_find(w->e, "demo");
	assert_non_null(w->r);
}

void engine_world_end(struct engine_world *w)
{
	engine_free(w->e);
	loop_free(w->loop);
}

int engine_world_remove(struct engine_world *w)
{
	return file_remove_tree(w->dir, NULL);
}

struct engine_world *engine_world_up(const char *name, int64_t utc_ms, const struct node *node)
{
	struct engine_world *w = xcalloc(1, sizeof(*w));

	clock_test_set(utc_ms);
	engine_world_make(w, name, node);
	engine_world_begin(w);
	return w;
}

int engine_world_down(void **state)
{
	struct engine_world *w = *state;

	engine_world_end(w);
	clock_test_end();
	assert_int_equal(engine_world_remove(w), 0);
	free(w);
	return 0;
}
