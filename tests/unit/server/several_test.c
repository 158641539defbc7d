/* Lists of hosts and tasks: what they have in common. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "server/several.h"

static bool meet(const char *a, const char *b)
{
	struct tasks x, y;

	assert_true(tasks_read(&x, a));
	assert_true(tasks_read(&y, b));
	assert_int_equal(tasks_meet(&x, &y), tasks_meet(&y, &x));
	return tasks_meet(&x, &y);
}

static void tasks_meet_where_they_have_one_in_common(void **state)
{
	(void)state;
	assert_true(meet("42_5", "42_[0-999]"));
	assert_true(meet("42_5..42_9", "42_9"));
	assert_true(meet("42_5..9", "42_[1,3,7]"));
	assert_true(meet("42_[0-9%2]", "42_[8-20]"));
	assert_true(meet("42_[1,2,...]", "42_2"));
	assert_true(meet("42_[0-100:10]", "42_30"));
	assert_false(meet("42_[0-100:10]", "42_31"));
	assert_false(meet("42_[0-100:10]", "42_[31-39]"));
	assert_true(meet("42_[0-100:10]", "42_[5-95:15]"));
	assert_false(meet("42_[0-100:10]", "42_[5-95:20]"));
	assert_false(meet("42_5", "43_5"));
	assert_false(meet("42_[0-4]", "42_5..42_9"));
}

static void what_names_no_task_is_refused(void **state)
{
	static const char *const wrong[] = { "",	"42",	   "_5",       "42_",
					     "42_x",	"42_5..",  "42_9..5",  "42_[]",
					     "42_[1",	"42_[1-]", "42_[...]", "42_5-9",
					     "42_[1]x", "42_[1:0]" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct tasks t;

		if (tasks_read(&t, wrong[i]))
			fail_msg("%s was read", wrong[i]);
	}
}

static void hosts_are_found_whatever_their_case(void **state)
{
	struct strs v = STRS_INIT(HOSTS_MAX);

	(void)state;
	assert_int_equal(hosts_sort(&v, "htc-[9-11],HPC-1"), 0);
	assert_true(hosts_have(&v, "htc-10"));
	assert_true(hosts_have(&v, "hpc-1"));
	assert_false(hosts_have(&v, "htc-1"));
	strs_clear(&v);
	assert_int_equal(hosts_sort(&v, "htc-[9-"), -1);
	strs_clear(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tasks_meet_where_they_have_one_in_common),
		cmocka_unit_test(what_names_no_task_is_refused),
		cmocka_unit_test(hosts_are_found_whatever_their_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
