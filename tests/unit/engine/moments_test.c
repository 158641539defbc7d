/* R12.1: somebody sets the wall clock, in a life of the engine or between two of one boot; what
 * waits is as far away as before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../support/engine_world.h"
#include "base/clock.h"
#include "base/machine.h"
#include "base/mem.h"
#include "engine/act.h"
#include "engine/boot.h"
#include "engine/members.h"
#include "engine/moments.h"
#include "engine/run.h"
#include "engine/upkeep.h"

#define T0     INT64_C(1767225600000)
#define MINUTE INT64_C(60000)
#define HOUR   INT64_C(3600000)

static const struct node idle = { .name = "htc-1",
				  .array = "htc",
				  .size = "Standard_F2s_v2",
				  .state = NODE_IDLE,
				  .vm_id = "/vm/1",
				  .since_ms = T0 - 5 * MINUTE,
				  .requested_ms = T0 - 9 * MINUTE,
				  .idle_since_ms = T0 - 5 * MINUTE };

static int up(void **state)
{
	struct engine_world *w = engine_world_up("moments", T0, &idle);

	*state = w;
	return 0;
}

static int64_t idle_for(const struct engine_world *w)
{
	return clock_utc_ms() - member_find(w->r, "htc-1")->node.idle_since_ms;
}

static void r12_1_a_boot_and_a_distance_tell_that_the_clock_was_set(void **state)
{
	char text[MOMENTS_TEXT];

	(void)state;
	moments_text(text, "b1", 5000000);
	assert_int_equal(moments_jump(text, "b1", 5000000), 0);
	assert_int_equal(moments_jump(text, "b1", 5000000 + MINUTE), 0); /* slewed */
	assert_int_equal(moments_jump(text, "b1", 5000000 + HOUR), HOUR);
	assert_int_equal(moments_jump(text, "b1", 5000000 - HOUR), -HOUR);
	assert_int_equal(moments_jump(text, "b12", 5000000 + HOUR), 0); /* another boot */
	assert_int_equal(moments_jump(text, "", 5000000 + HOUR), 0);
	assert_int_equal(moments_jump(NULL, "b1", 5000000 + HOUR), 0);
	assert_int_equal(moments_jump("b1 x", "b1", 5000000 + HOUR), 0);
}

static void r12_1_a_moment_that_there_is_none_of_stays_none(void **state)
{
	struct node n = { .since_ms = T0, .drain_set_ms = HOUR };
	struct intent in = { .next_try_ms = T0 };
	struct operation o = { .started_ms = T0 };

	(void)state;
	moments_shift_node(&n, -2 * HOUR);
	moments_shift_intent(&in, -2 * HOUR);
	moments_shift_operation(&o, HOUR);
	assert_int_equal(n.since_ms, T0 - 2 * HOUR);
	assert_int_equal(n.joined_ms, 0);
	assert_int_equal(n.drain_set_ms, 1); /* never "none" */
	assert_int_equal(in.next_try_ms, T0 - 2 * HOUR);
	assert_int_equal(in.changed_ms, 0);
	assert_int_equal(o.started_ms, T0 + HOUR);
}

static void r12_1_ages_stay_when_the_clock_is_set_under_way(void **state)
{
	struct engine_world *w = *state;

	assert_int_equal(idle_for(w), 5 * MINUTE);
	clock_test_advance(MINUTE);
	engine_look_at_store(w->e);
	assert_int_equal(idle_for(w), 6 * MINUTE);
	clock_test_set(T0 + MINUTE + 3 * HOUR);
	engine_look_at_store(w->e);
	assert_int_equal(idle_for(w), 6 * MINUTE);
	assert_true(engine_ends_nothing(w->e));
	clock_test_set(T0 - 9 * HOUR);
	engine_look_at_store(w->e);
	assert_int_equal(idle_for(w), 6 * MINUTE);
	clock_test_advance(MINUTE);
	engine_look_at_store(w->e);
	assert_int_equal(idle_for(w), 7 * MINUTE);
	engine_world_end(w); /* and it is stored so */
	engine_world_begin(w);
	assert_int_equal(idle_for(w), 7 * MINUTE);
}

static void r12_1_ages_stay_when_the_clock_is_set_between_two_lives(void **state)
{
	struct engine_world *w = *state;
	char boot[MACHINE_ID];

	machine_boot(boot);
	if (!boot[0])
		skip();
	engine_world_end(w);
	clock_test_advance(2 * MINUTE);
	clock_test_set(clock_utc_ms() + 5 * HOUR);
	engine_world_begin(w);
	assert_int_equal(idle_for(w), 7 * MINUTE);
	assert_true(engine_ends_nothing(w->e));
	engine_world_end(w);
	engine_world_begin(w); /* once */
	assert_int_equal(idle_for(w), 7 * MINUTE);
}

static void r12_1_after_another_boot_only_the_wall_clock_is_known(void **state)
{
	struct engine_world *w = *state;

	assert_int_equal(store_set_fact(w->e->store, "clock", "another 5", NULL), 0);
	engine_world_end(w);
	clock_test_set(T0 + HOUR);
	engine_world_begin(w);
	assert_int_equal(idle_for(w), 5 * MINUTE + HOUR);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, up, engine_world_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r12_1_a_boot_and_a_distance_tell_that_the_clock_was_set),
		cmocka_unit_test(r12_1_a_moment_that_there_is_none_of_stays_none),
		TEST(r12_1_ages_stay_when_the_clock_is_set_under_way),
		TEST(r12_1_ages_stay_when_the_clock_is_set_between_two_lives),
		TEST(r12_1_after_another_boot_only_the_wall_clock_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
