/* Words of states go out and come back the same; the arrows between node states are those of
 * DESIGN.md 4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "model/cluster.h"
#include "model/node.h"
#include "model/size.h"
#include "model/user.h"
#include "model/window.h"
#include "model/work.h"

static void every_word_comes_back(void **state)
{
	(void)state;
	for (int i = 0; i < CLUSTER_STATES; i++)
		assert_int_equal(cluster_state_of(cluster_state_name((enum cluster_state)i)),
				 i);
	for (int i = 0; i < NODE_STATES; i++)
		assert_int_equal(node_state_of(node_state_name((enum node_state)i)), i);
	for (int i = 0; i < INTENT_STATES; i++)
		assert_int_equal(intent_state_of(intent_state_name((enum intent_state)i)), i);
	for (int i = 0; i < CLOUD_KINDS; i++)
		assert_int_equal(cloud_kind_of(cloud_kind_name((enum cloud_kind)i)), i);
	for (int i = 0; i < CLOUD_VERBS; i++)
		assert_int_equal(cloud_verb_of(cloud_verb_name((enum cloud_verb)i)), i);
	for (int i = 0; i < OP_KINDS; i++)
		assert_int_equal(op_kind_of(op_kind_name((enum op_kind)i)), i);
	for (int i = ROLE_NONE; i <= ROLE_ADMIN; i++)
		assert_int_equal(role_of(role_name((enum role)i)), i);
	for (int i = 0; i < NOUNS; i++)
		assert_int_equal(noun_of(noun_name((enum noun)i)), i);
}

static void an_unknown_word_is_never_taken_for_something_safe(void **state)
{
	(void)state;
	assert_int_equal(intent_state_of("finished"), INTENT_UNKNOWN);
	assert_int_equal(role_of("root"), ROLE_NONE);
	assert_int_equal(noun_of("teapot"), NOUNS);
	assert_int_equal(spot_policy_of("sometimes"), -1);
}

static void a_gone_node_never_comes_back(void **state)
{
	(void)state;
	for (int i = 0; i < NODE_STATES; i++)
		assert_false(node_can_move(NODE_GONE, (enum node_state)i));
}

static void a_node_being_deleted_takes_no_work_again(void **state)
{
	(void)state;
	assert_false(node_can_move(NODE_DELETING, NODE_IDLE));
	assert_false(node_can_move(NODE_DELETING, NODE_BUSY));
	assert_true(node_can_move(NODE_DRAINING, NODE_IDLE));
}

static void every_live_state_can_end(void **state)
{
	(void)state;
	for (int i = 0; i < NODE_STATES; i++)
		if (i != NODE_GONE)
			assert_true(node_can_move((enum node_state)i, NODE_GONE));
}

static void names_that_cannot_be_host_names_are_refused(void **state)
{
	static const char *const bad[] = { "",
					   "Demo",
					   "1st",
					   "a_b",
					   "a-",
					   "a b",
					   "-a",
					   "abcdefghijklmnopqrstuvwxyz0123456",
					   "d\xc3\xa9mo",
					   "a/b" };
	struct err err;

	(void)state;
	assert_true(cluster_name_ok("demo", NULL));
	assert_true(cluster_name_ok("cfd-2", NULL));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err = (struct err)ERR_INIT;
		assert_false(cluster_name_ok(bad[i], &err));
		assert_int_equal(err.code, ERR_INVALID);
		assert_true(strlen(err.msg) > 20);
	}
}

static void sizes_are_shown_without_what_all_of_them_have(void **state)
{
	(void)state;
	assert_string_equal(vm_size_short("Standard_F2s_v2"), "F2s_v2");
	assert_string_equal(vm_size_short("Basic_A0"), "Basic_A0");
	assert_string_equal(vm_size_short("Standard_"), "Standard_");
	assert_string_equal(vm_size_short(""), "");
}

/* R5.9: what keeping costs, since it is kept, but not before there was a machine. */
static void a_kept_node_costs_since_it_is_kept(void **state)
{
	const int64_t hour = 3600000;
	struct node n = { .bound_ms = 10 * hour, .price = 2 };

	(void)state;
	assert_false(node_is_kept(&n));
	assert_int_equal(node_kept_ms(&n, 20 * hour), 0);
	n.keep_alive = true;
	assert_int_equal(node_kept_ms(&n, 20 * hour), 10 * hour); /* since when is not known */
	n.kept_ms = 15 * hour;
	assert_int_equal(node_kept_ms(&n, 20 * hour), 5 * hour);
	assert_true(node_kept_cost(&n, 20 * hour) > 9.99 &&
		    node_kept_cost(&n, 20 * hour) < 10.01);
	n.array_kept_ms = 12 * hour;
	assert_int_equal(node_kept_ms(&n, 20 * hour), 8 * hour);
	n.keep_alive = false;
	n.array_kept_ms = 5 * hour;
	assert_true(node_is_kept(&n));
	assert_int_equal(node_kept_ms(&n, 20 * hour), 10 * hour);
	n.bound_ms = 0;
	assert_int_equal(node_kept_ms(&n, 20 * hour), 0);
	n.price = -1;
	assert_true(node_kept_cost(&n, 20 * hour) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_comes_back),
		cmocka_unit_test(an_unknown_word_is_never_taken_for_something_safe),
		cmocka_unit_test(a_gone_node_never_comes_back),
		cmocka_unit_test(a_kept_node_costs_since_it_is_kept),
		cmocka_unit_test(a_node_being_deleted_takes_no_work_again),
		cmocka_unit_test(every_live_state_can_end),
		cmocka_unit_test(names_that_cannot_be_host_names_are_refused),
		cmocka_unit_test(sizes_are_shown_without_what_all_of_them_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
