/* Hours with a limit of their own: lists and the view show the limit that holds now, as the
 * decision knows it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../support/engine_world.h"
#include "base/clock.h"
#include "base/mem.h"
#include "engine/facts.h"

#define NOON INT64_C(1767265200000) /* a Thursday, 11:00 UTC */
#define HOUR INT64_C(3600000)

static int up(void **state)
{
	struct engine_world *w = engine_world_up("hours", NOON, NULL);
	struct array_spec *a;

	a = &w->r->cluster.spec.arrays[0];
	a->max_nodes = 4;
	strs_add(&a->sizes, "Standard_F2s_v2");
	a->schedule = xcalloc(1, sizeof(*a->schedule));
	a->n_schedule = 1;
	schedule_window_init(&a->schedule[0]);
	a->schedule[0].name = xstrdup("noon");
	a->schedule[0].from = xstrdup("10:00");
	a->schedule[0].to = xstrdup("12:00");
	a->schedule[0].zone = xstrdup("UTC");
	a->schedule[0].max_nodes = 1;
	*state = w;
	return 0;
}

static int64_t shown_in_list(const struct engine_world *w)
{
	struct array_row *rows;
	int64_t max;

	assert_int_equal(engine_arrays(w->e, &w->r->cluster, &rows), 1);
	max = rows[0].max;
	free(rows);
	return max;
}

static int64_t shown_of_cluster(struct engine_world *w)
{
	struct cluster_view v;

	w->e->revision++;
	engine_view(w->e, &w->r->cluster, &v);
	return v.nodes_max;
}

static void the_limit_that_holds_now_is_shown(void **state)
{
	struct engine_world *w = *state;
	struct zone *z = zone_load("UTC", NULL);

	if (!z)
		skip(); /* no zones on this machine */
	zone_free(z);
	assert_int_equal(shown_in_list(w), 1);
	assert_int_equal(shown_of_cluster(w), 1);
	clock_test_set(NOON + HOUR);
	assert_int_equal(shown_in_list(w), 4);
	assert_int_equal(shown_of_cluster(w), 4);
	clock_test_set(NOON);
	w->r->cluster.spec.arrays[0].schedule[0].max_nodes = -1; /* they say nothing of it */
	assert_int_equal(shown_in_list(w), 4);
	w->r->cluster.spec.arrays[0].schedule[0].max_nodes = 9;
	assert_int_equal(shown_in_list(w), 9);
	w->r->cluster.spec.max_nodes = 3; /* of the cluster: it has no hours */
	assert_int_equal(shown_of_cluster(w), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_limit_that_holds_now_is_shown, up,
						engine_world_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
