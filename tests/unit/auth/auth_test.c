/* Who gets which role from uid and groups: grants add up, an explicit "none" wins, nobody is
 * somebody by default. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "auth/auth.h"
#include "base/mem.h"

static void nobody_has_a_role_by_default(void **state)
{
	struct auth_rules r = { .admin_uid = 1000 };

	(void)state;
	assert_int_equal(auth_role(&r, 1001, NULL, 0), ROLE_NONE);
	assert_int_equal(auth_role(&r, 1000, NULL, 0), ROLE_ADMIN);
	assert_int_equal(auth_role(&r, 0, NULL, 0), ROLE_ADMIN);
}

static void grants_of_user_and_groups_add_up(void **state)
{
	struct auth_rules r = { .admin_uid = 1000 };
	const gid_t groups[] = { 50, 60 };

	(void)state;
	assert_int_equal(auth_rules_add(&r, "uid:1001=viewer", NULL), 0);
	assert_int_equal(auth_rules_add(&r, "gid:60=operator", NULL), 0);
	assert_int_equal(auth_role(&r, 1001, NULL, 0), ROLE_VIEWER);
	assert_int_equal(auth_role(&r, 1001, groups, 2), ROLE_OPERATOR);
	assert_int_equal(auth_role(&r, 1002, groups, 1), ROLE_NONE);
	auth_rules_clear(&r);
}

static void an_explicit_none_wins_but_not_over_root(void **state)
{
	struct auth_rules r = { .admin_uid = 1000 };
	const gid_t groups[] = { 60 };

	(void)state;
	assert_int_equal(auth_rules_add(&r, "gid:60=admin", NULL), 0);
	assert_int_equal(auth_rules_add(&r, "uid:1001=none", NULL), 0);
	assert_int_equal(auth_role(&r, 1001, groups, 1), ROLE_NONE);
	assert_int_equal(auth_role(&r, 1002, groups, 1), ROLE_ADMIN);
	assert_int_equal(auth_role(&r, 0, groups, 1), ROLE_ADMIN);
	auth_rules_clear(&r);
}

static void a_rule_that_takes_nothing_away_is_told_from_others(void **state)
{
	static const struct {
		const char *rule;
		bool idle;
	} rows[] = {
		{ "uid:0=viewer", true },     { "uid:0=none", true },
		{ "uid:0=admin", false },     { "uid:1000=operator", true },
		{ "uid:1000=none", false }, /* an explicit none wins, but over root */
		{ "uid:1001=viewer", false }, { "gid:0=viewer", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct auth_rules r = { .admin_uid = 1000 };

		assert_int_equal(auth_rules_add(&r, rows[i].rule, NULL), 0);
		assert_int_equal(auth_rule_is_idle(&r, &r.v[0]), rows[i].idle);
		auth_rules_clear(&r);
	}
}

static void a_wrong_rule_is_named(void **state)
{
	static const char *const bad[] = { "alice",
					   "uid:1001",
					   "uid:x=viewer",
					   "uid:1=king",
					   "team:a=viewer",
					   "user:nobody-of-this-name=viewer",
					   "group:no-such-group=viewer" };
	struct auth_rules r = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(auth_rules_add(&r, bad[i], &err), -1);
		assert_int_equal(err.code, ERR_PARSE);
		assert_non_null(strstr(err.msg, "role rule"));
	}
	assert_int_equal(r.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_has_a_role_by_default),
		cmocka_unit_test(grants_of_user_and_groups_add_up),
		cmocka_unit_test(an_explicit_none_wins_but_not_over_root),
		cmocka_unit_test(a_rule_that_takes_nothing_away_is_told_from_others),
		cmocka_unit_test(a_wrong_rule_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
