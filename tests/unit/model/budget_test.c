/* Budgets of arrays, users and accounts: which time they are of, and what is said of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "model/budget.h"

static int64_t at(const char *text)
{
	int64_t ms;

	assert_int_equal(clock_read(&ms, text), 0);
	return ms;
}

static void a_month_is_the_calendars(void **state)
{
	struct budget_spec b;
	int64_t from, to;

	(void)state;
	budget_spec_init(&b);
	assert_true(budget_span(&b, at("2026-12-31T23:59:59Z"), &from, &to));
	assert_int_equal(from, at("2026-12-01T00:00:00Z"));
	assert_int_equal(to, at("2027-01-01T00:00:00Z"));
	b.period = BUDGET_DAY;
	assert_true(budget_span(&b, at("2028-02-29T12:00:00Z"), &from, &to));
	assert_int_equal(from, at("2028-02-29T00:00:00Z"));
	assert_int_equal(to, at("2028-03-01T00:00:00Z"));
}

static void a_fixed_time_has_its_last_day_and_holds_in_no_other(void **state)
{
	char first[] = "2026-11-10", last[] = "2026-11-20";
	struct budget_spec b;
	int64_t from, to;

	(void)state;
	budget_spec_init(&b);
	b.period = BUDGET_FIXED;
	b.from = first;
	assert_false(budget_span(&b, at("2026-11-09T23:59:59Z"), &from, &to));
	assert_true(budget_span(&b, at("2036-11-10T00:00:00Z"), &from, &to)); /* no end */
	b.to = last;
	assert_true(budget_span(&b, at("2026-11-20T23:59:59Z"), &from, &to));
	assert_int_equal(from, at("2026-11-10T00:00:00Z"));
	assert_false(budget_span(&b, at("2026-11-21T00:00:00Z"), &from, &to));
}

static void a_sentence_says_whose_it_is_and_no_number_that_moves(void **state)
{
	char name[] = "phys", account[] = "physics", text[BUDGET_TEXT];
	struct budget_spec b;

	(void)state;
	budget_spec_init(&b);
	b.name = name;
	b.account = account;
	b.limit = 200;
	assert_string_equal(budget_closed_text(text, &b, true),
			    "budget phys: the 200.00 USD of account physics for this month are "
			    "spent: no node is made for it");
	assert_string_equal(budget_closed_text(text, &b, false),
			    "budget phys: the 200.00 USD of account physics for this month are "
			    "spent or committed to what runs: no node is made for it");
}

static void what_is_committed_beside_is_told_from_a_cent_on(void **state)
{
	char text[BUDGET_MORE_TEXT];

	(void)state;
	assert_string_equal(budget_more_text(text, 1, 1.004), "");
	assert_string_equal(budget_more_text(text, 1, 1.5),
			    ", $0.50 more committed to what runs");
}

static void words_of_periods_are_read_back(void **state)
{
	int64_t ms;

	(void)state;
	for (int p = BUDGET_MONTH; p <= BUDGET_FIXED; p++)
		assert_int_equal(budget_period_of(budget_period_name((enum budget_period)p)),
				 p);
	assert_int_equal(budget_period_of("week"), -1);
	assert_int_equal(budget_day(&ms, "2026-11-1"), -1);
	assert_int_equal(budget_day(&ms, "2026-13-01"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_month_is_the_calendars),
		cmocka_unit_test(a_fixed_time_has_its_last_day_and_holds_in_no_other),
		cmocka_unit_test(a_sentence_says_whose_it_is_and_no_number_that_moves),
		cmocka_unit_test(what_is_committed_beside_is_told_from_a_cent_on),
		cmocka_unit_test(words_of_periods_are_read_back),
	};

	return cmocka_run_group_tests_name("model/budget", tests, NULL, NULL);
}
