#include "console/ack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void waits_for_a_terminal_that_answers(void **state)
{
	struct ack a = { 0 };

	(void)state;
	assert_true(ack_may_ask(&a, 0));
	ack_ask(&a, 0);
	assert_false(ack_behind(&a, 100)); /* nobody knows yet whether it can */
	ack_came(&a);
	ack_ask(&a, 1000);
	assert_true(ack_behind(&a, 1300));
	assert_false(ack_may_ask(&a, 1300)); /* one question at a time */
	ack_came(&a);
	assert_false(ack_behind(&a, 1300));
	assert_true(ack_may_ask(&a, 1300));
}

static void never_waits_for_one_that_does_not(void **state)
{
	struct ack a = { 0 };

	(void)state;
	ack_ask(&a, 0);
	for (int64_t now = 0; now < 100000; now += 500) {
		assert_false(ack_behind(&a, now));
		assert_false(ack_may_ask(&a, now));
	}
	assert_false(ack_due(&a, ACK_FIRST_MS));
}

static void an_answer_that_was_lost_is_not_waited_for_without_end(void **state)
{
	struct ack a = { 0 };

	(void)state;
	ack_ask(&a, 0);
	ack_came(&a);
	ack_ask(&a, 1000);
	assert_true(ack_behind(&a, 1000 + ACK_MS - 1));
	assert_false(ack_behind(&a, 1000 + ACK_MS));
	assert_true(ack_may_ask(&a, 1000 + ACK_MS));
	ack_forget(&a);
	assert_false(ack_behind(&a, 1001));
}

static void an_answer_that_nobody_asked_for_is_none(void **state)
{
	struct ack a = { 0 };

	(void)state;
	ack_came(&a);
	assert_false(a.answers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_for_a_terminal_that_answers),
		cmocka_unit_test(never_waits_for_one_that_does_not),
		cmocka_unit_test(an_answer_that_was_lost_is_not_waited_for_without_end),
		cmocka_unit_test(an_answer_that_nobody_asked_for_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
