/* B7: what the ledger has of the weeks before is read once an hour, and what is kept ahead of
 * its jobs is a charge of its own, which ends what is kept when it is more than its share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/engine_world.h"
#include "base/clock.h"
#include "base/mem.h"
#include "engine/ahead.h"
#include "engine/bill.h"
#include "engine/members.h"

#define HOUR ((int64_t)494000)
#define NOW  (HOUR * HOUR_MS)
#define WEEK (7 * 24)
#define USD  INT64_C(1000000000)

static const struct node idle = { .name = "htc-1",
				  .array = "htc",
				  .state = NODE_IDLE,
				  .bound_ms = NOW - 1000,
				  .price = 0.5 };

static int up(void **state)
{
	struct engine_world *w = engine_world_up("ahead", NOW, &idle);

	w->r->cluster.spec.arrays[0].foresee = true;
	*state = w;
	return 0;
}

static void charged(struct engine_world *w, int64_t hour, enum charge_kind kind,
		    int64_t node_ms, int64_t nano)
{
	struct charge c = {
		.hour_ms = hour * HOUR_MS, .kind = kind, .node_ms = node_ms, .nano = nano
	};

	snprintf(c.array, sizeof(c.array), "htc");
	assert_int_equal(store_charges_add(w->e->store, w->r->cluster.id, &c, 1, NULL, 0,
					   w->r->bill.until_ms, NULL),
			 0);
}

static void busy_for_weeks(struct engine_world *w, int64_t hour)
{
	for (int week = 1; week <= 4; week++)
		charged(w, hour - week * WEEK, CHARGE_BUSY, 6 * HOUR_MS, 100 * USD);
}

static void only_an_array_that_says_so_has_any(void **state)
{
	struct engine_world *w = *state;

	busy_for_weeks(w, HOUR);
	w->r->cluster.spec.arrays[0].foresee = false;
	ahead_tick(w->r, NOW);
	assert_null(ahead_of(w->r, "htc"));
	assert_int_equal(w->r->ahead.n, 0);
	w->r->cluster.spec.arrays[0].foresee = true; /* an update brings it */
	ahead_tick(w->r, NOW);
	assert_int_equal(ahead_of(w->r, "htc")->kind, FORESEEN_NODES);
	assert_int_equal(ahead_of(w->r, "htc")->nodes, 6);
	w->r->cluster.spec.arrays[0].foresee = false;
	ahead_tick(w->r, NOW);
	assert_null(ahead_of(w->r, "htc"));
}

static void the_ledger_is_read_again_when_the_hour_is_another(void **state)
{
	struct engine_world *w = *state;

	ahead_tick(w->r, NOW);
	assert_int_equal(ahead_of(w->r, "htc")->kind, FORESEEN_YOUNG);
	busy_for_weeks(w, HOUR + 1);
	ahead_tick(w->r, NOW + 1800000);
	assert_int_equal(ahead_of(w->r, "htc")->kind, FORESEEN_YOUNG);
	ahead_tick(w->r, NOW + HOUR_MS);
	assert_int_equal(ahead_of(w->r, "htc")->nodes, 6);
	/* and what was foreseen ends with its hour, though nothing is read */
	ahead_tick(w->r, NOW + 2 * HOUR_MS);
	assert_null(ahead_of(w->r, "htc"));
}

static enum charge_kind kind_now(struct engine_world *w)
{
	struct machine m;

	w->r->queue_source.ok_ms = NOW;
	assert_true(bill_machine(w->r, w->r->members[0], NOW, &m));
	return m.kind;
}

static void an_idle_node_is_ahead_while_more_is_foreseen_and_its_share_lasts(void **state)
{
	struct engine_world *w = *state;

	w->r->queue = xcalloc(1, sizeof(*w->r->queue));
	queue_init(w->r->queue);
	ahead_tick(w->r, NOW);
	assert_int_equal(kind_now(w), CHARGE_IDLE);
	busy_for_weeks(w, HOUR + 1);
	ahead_tick(w->r, NOW + HOUR_MS);
	assert_int_equal(kind_now(w), CHARGE_AHEAD);
	w->r->members[0]->node.state = NODE_BUSY;
	assert_int_equal(kind_now(w), CHARGE_IDLE); /* what no job has of it */
	w->r->members[0]->node.state = NODE_IDLE;
	/* more than a tenth of it all */
	charged(w, HOUR, CHARGE_AHEAD, HOUR_MS, 50 * USD);
	busy_for_weeks(w, HOUR + 2);
	ahead_tick(w->r, NOW + 2 * HOUR_MS);
	assert_int_equal(ahead_of(w->r, "htc")->kind, FORESEEN_NODES); /* 50 of 850 */
	charged(w, HOUR + 1, CHARGE_AHEAD, HOUR_MS, 50 * USD);
	busy_for_weeks(w, HOUR + 3);
	charged(w, HOUR + 1, CHARGE_AHEAD, HOUR_MS, 90 * USD);
	ahead_tick(w->r, NOW + 3 * HOUR_MS);
	assert_int_equal(ahead_of(w->r, "htc")->kind, FORESEEN_SPENT);
	assert_int_equal(kind_now(w), CHARGE_IDLE);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, up, engine_world_down)
	const struct CMUnitTest tests[] = {
		T(only_an_array_that_says_so_has_any),
		T(the_ledger_is_read_again_when_the_hour_is_another),
		T(an_idle_node_is_ahead_while_more_is_foreseen_and_its_share_lasts),
	};

	return cmocka_run_group_tests_name("engine/ahead", tests, NULL, NULL);
}
