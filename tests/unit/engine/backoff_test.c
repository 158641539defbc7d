/* How long a bucket rests after a refusal, by what the refusal says (autoscale.md B3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../support/engine_world.h"
#include "base/mem.h"
#include "engine/backoff.h"

#define SECOND ((int64_t)1000)

static const struct node node = { .name = "htc-1", .array = "htc", .size = "Standard_F2s_v2" };

static int up(void **state)
{
	struct engine_world *w = engine_world_up("backoff", INT64_C(1800000000000), NULL);

	*state = w;
	return 0;
}

/* The length before its jitter. */
static int64_t refused(struct engine_world *w, enum err_code code, const char *word,
		       int64_t retry_ms)
{
	struct err err = ERR_INIT;

	err_set(&err, code, "no");
	backoff_note(w->r, &node, word, &err, retry_ms);
	assert_int_equal(w->r->n_backoffs, 1);
	return w->r->backoffs[0].length_ms;
}

static void no_room_is_five_minutes_doubled_to_an_hour(void **state)
{
	static const int64_t seconds[] = { 300, 600, 1200, 2400, 3600, 3600 };

	for (size_t i = 0; i < ARRAY_LEN(seconds); i++)
		assert_int_equal(refused(*state, ERR_CAPACITY, "AllocationFailed", 0),
				 seconds[i] * SECOND);
	assert_int_equal(refused(*state, ERR_QUOTA, "QuotaExceeded", 0), 900 * SECOND);
	assert_int_equal(refused(*state, ERR_THROTTLED, "TooManyRequests", 17000), 17000);
}

/* And where there is no room besides, the next word of that begins anew. */
static void what_somebody_else_changes_is_free_in_seconds(void **state)
{
	static const int64_t seconds[] = { 10, 20, 40, 80, 160, 320, 10 };

	for (size_t i = 0; i < ARRAY_LEN(seconds); i++)
		assert_int_equal(refused(*state, ERR_CONFLICT, "AnotherOperationInProgress", 0),
				 seconds[i] * SECOND);
	refused(*state, ERR_CAPACITY, "AllocationFailed", 0);
	assert_int_equal(refused(*state, ERR_CONFLICT, "OperationPreempted", 0), 10 * SECOND);
	assert_int_equal(refused(*state, ERR_CAPACITY, "AllocationFailed", 0), 300 * SECOND);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, up, engine_world_down)
	const struct CMUnitTest tests[] = {
		T(no_room_is_five_minutes_doubled_to_an_hour),
		T(what_somebody_else_changes_is_free_in_seconds),
	};

	return cmocka_run_group_tests_name("engine/backoff", tests, NULL, NULL);
}
