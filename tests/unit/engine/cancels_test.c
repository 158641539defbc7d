/* Who cancelled a job that has left the queue. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/cancels.h"

#define NOW INT64_C(1790000000000)

static void cancel(struct cancels *c, const char *id, const char *actor, int64_t now_ms)
{
	struct strs ids = STRS_INIT(4);

	strs_add(&ids, id);
	cancels_add(c, &ids, actor, now_ms);
	strs_clear(&ids);
}

static void each_task_that_was_cancelled_is_known_by_who_asked(void **state)
{
	struct cancels c = { .by_id = NULL };

	(void)state;
	assert_null(cancels_by(&c, "12_7", "12", NOW));
	cancel(&c, "12_[5-8,11]", "alice", NOW);
	cancel(&c, "13", "bob", NOW);
	assert_string_equal(cancels_by(&c, "12_7", "12", NOW), "alice");
	assert_string_equal(cancels_by(&c, "12_11", "12", NOW), "alice");
	assert_null(cancels_by(&c, "12_9", "12", NOW));
	assert_string_equal(cancels_by(&c, "13_4", "13", NOW), "bob"); /* all of an array */
	assert_string_equal(cancels_by(&c, "13", "", NOW), "bob");
	cancels_clear(&c);
}

static void what_was_refused_or_is_long_ago_is_nobodys(void **state)
{
	struct cancels c = { .by_id = NULL };
	struct strs ids = STRS_INIT(4);

	(void)state;
	cancel(&c, "12_[5-8]", "alice", NOW);
	strs_add(&ids, "12_[5-8]");
	cancels_drop(&c, &ids);
	assert_null(cancels_by(&c, "12_7", "12", NOW));
	cancel(&c, "14", "alice", NOW);
	assert_null(cancels_by(&c, "14", "", NOW + 3600000));
	cancel(&c, "15", "alice", NOW + 3600000);
	assert_int_equal(map_count(c.by_id), 1);
	strs_clear(&ids);
	cancels_clear(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_task_that_was_cancelled_is_known_by_who_asked),
		cmocka_unit_test(what_was_refused_or_is_long_ago_is_nobodys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
