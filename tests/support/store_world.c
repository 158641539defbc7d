#include "store_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"

void store_world_add(struct store_world *w, const char *short_id)
{
	snprintf(w->c.short_id, sizeof(w->c.short_id), "%s", short_id);
	w->c.state = CLUSTER_OFF;
	assert_int_equal(store_cluster_add(w->st, &w->c, NULL), 0);
}

int store_world_up(void **state)
{
	struct store_world *w = xcalloc(1, sizeof(*w));
	const char *tmp = getenv("TMPDIR");

	snprintf(w->dir, sizeof(w->dir), "%.40s/store-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(w->dir));
	w->path = xasprintf("%s/engine.db", w->dir);
	w->st = store_open(w->path, true, NULL);
	assert_non_null(w->st);
	cluster_spec_init(&w->c.spec);
	w->c.name = xstrdup("demo");
	store_world_add(w, "ab12cd34");
	*state = w;
	return 0;
}

int store_world_down(void **state)
{
	struct store_world *w = *state;

	store_close(w->st);
	cluster_clear(&w->c);
	assert_int_equal(file_remove_tree(w->dir, NULL), 0);
	free(w->path);
	free(w);
	return 0;
}

void store_world_reopen(struct store_world *w)
{
	store_close(w->st);
	w->st = store_open(w->path, true, NULL);
	assert_non_null(w->st);
}
