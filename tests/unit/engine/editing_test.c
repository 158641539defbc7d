/* "Being edited by" (R9.5): who is shown to whom, and for how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/editing.h"

static struct editing one(const char *object, const char *who, const char *session,
			  int64_t until)
{
	struct editing e = { .until_ms = until, .since_ms = until - EDITING_MS };

	snprintf(e.object, sizeof(e.object), "%s", object);
	snprintf(e.who, sizeof(e.who), "%s", who);
	snprintf(e.session, sizeof(e.session), "%s", session);
	return e;
}

static bool set(struct editings *all, const char *object, const char *who, const char *session,
		int64_t until)
{
	struct editing e = one(object, who, session, until);

	return editing_set(all, &e);
}

static void r9_5_others_are_shown_and_oneself_is_not(void **state)
{
	struct editings all = { 0 };
	struct json *list = json_new_array();

	(void)state;
	assert_true(set(&all, "cluster demo", "ann", "a", 60000));
	assert_true(set(&all, "cluster demo", "bob", "b", 61000));
	assert_true(set(&all, "cluster other", "eve", "c", 61000));
	assert_string_equal(editing_of(&all, "cluster demo", NULL)->who, "ann");
	assert_string_equal(editing_of(&all, "cluster demo", "a")->who, "bob");
	editings_json(list, &all, "cluster demo", "b");
	assert_int_equal(json_len(list), 1);
	assert_string_equal(json_str(json_at(list, 0), "who", ""), "ann");
	json_free(list);
	editings_clear(&all);
}

static void r9_5_it_is_forgotten_after_a_minute_unless_it_is_said_again(void **state)
{
	struct editings all = { 0 };

	(void)state;
	set(&all, "cluster demo", "ann", "a", 60000);
	set(&all, "cluster demo", "bob", "b", 60000);
	assert_false(editing_forget(&all, 59999));
	assert_false(set(&all, "cluster demo", "bob", "b", 80000)); /* no news */
	assert_true(editing_forget(&all, 60000));
	assert_int_equal(all.n, 1);
	assert_string_equal(all.v[0].who, "bob");
	assert_int_equal(all.v[0].since_ms, 0); /* since it began */
	editings_clear(&all);
}

static void r9_5_it_ends_when_its_session_says_so_and_not_by_another(void **state)
{
	struct editings all = { 0 };

	(void)state;
	set(&all, "cluster demo", "ann", "a", 60000);
	assert_false(editing_end(&all, "cluster demo", "b"));
	assert_true(editing_end(&all, "cluster demo", "a"));
	assert_null(editing_of(&all, "cluster demo", NULL));
	editings_clear(&all);
}

static void r9_5_there_is_an_end_to_how_many_are_kept(void **state)
{
	struct editings all = { 0 };
	char session[24];

	(void)state;
	for (int i = 0; i < EDITING_MOST + 10; i++) {
		snprintf(session, sizeof(session), "%d", i);
		assert_int_equal(set(&all, "cluster demo", "ann", session, 60000),
				 i < EDITING_MOST);
	}
	assert_int_equal(all.n, EDITING_MOST);
	editings_clear(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r9_5_others_are_shown_and_oneself_is_not),
		cmocka_unit_test(r9_5_it_is_forgotten_after_a_minute_unless_it_is_said_again),
		cmocka_unit_test(r9_5_it_ends_when_its_session_says_so_and_not_by_another),
		cmocka_unit_test(r9_5_there_is_an_end_to_how_many_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
