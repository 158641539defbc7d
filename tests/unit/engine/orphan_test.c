/* R7.2 to R7.4: when a thing that no row knows is an orphan, and when it goes by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/found.h"

#define MINUTE ((int64_t)60 * 1000)

/* A machine of an array, under the usual rules, known for an hour. */
static struct orphan_facts machine(void)
{
	return (struct orphan_facts){ .now_ms = 1000 * MINUTE,
				      .first_ms = 940 * MINUTE,
				      .seen_ms = 1000 * MINUTE,
				      .cloud_now_ms = 1000 * MINUTE,
				      .created_ms = 900 * MINUTE,
				      .sightings = 30,
				      .is_node = true,
				      .provably_ours = true,
				      .rules = { .nodes = ORPHANS_AUTO, .rest = ORPHANS_ASK } };
}

static void one_listing_is_not_believed(void **state)
{
	struct orphan_facts o = machine();

	(void)state;
	o.sightings = 1;
	assert_int_equal(orphan_next(&o), ORPHAN_CANDIDATE);
	o = machine();
	o.first_ms = o.seen_ms - MINUTE; /* twice, but within two minutes */
	assert_int_equal(orphan_next(&o), ORPHAN_CANDIDATE);
}

static void what_is_younger_than_ten_minutes_is_on_its_way(void **state)
{
	struct orphan_facts o = machine();

	(void)state;
	o.first_ms = o.seen_ms - 4 * MINUTE;
	o.created_ms = o.first_ms - MINUTE;
	assert_int_equal(orphan_next(&o), ORPHAN_CANDIDATE);
	o.created_ms = o.first_ms - 10 * MINUTE;
	assert_int_equal(orphan_next(&o), ORPHAN_TOLD);
	o.created_ms = 0; /* R5.7: a time that is missing means just now */
	assert_int_equal(orphan_next(&o), ORPHAN_CANDIDATE);
}

/* R12.2 */
static void what_the_cloud_says_of_an_age_is_held_against_its_own_clock(void **state)
{
	struct orphan_facts o = machine();

	(void)state;
	o.first_ms = o.seen_ms - 4 * MINUTE;
	o.cloud_now_ms = o.now_ms - 20 * MINUTE; /* it is behind ours */
	o.created_ms = o.cloud_now_ms - 5 * MINUTE;
	assert_int_equal(orphan_next(&o), ORPHAN_CANDIDATE); /* and not 25 minutes old */
	o.created_ms = o.cloud_now_ms - 10 * MINUTE;
	assert_int_equal(orphan_next(&o), ORPHAN_TOLD);
	o.cloud_now_ms = o.now_ms + 20 * MINUTE; /* it is ahead */
	o.created_ms = o.now_ms + 9 * MINUTE;
	assert_int_equal(orphan_next(&o), ORPHAN_TOLD);
	o.created_ms = o.cloud_now_ms + MINUTE; /* not made yet: as old as we know it */
	assert_int_equal(orphan_next(&o), ORPHAN_CANDIDATE);
}

static void a_machine_goes_by_itself_after_half_an_hour(void **state)
{
	struct orphan_facts o = machine();

	(void)state;
	o.first_ms = o.seen_ms - 29 * MINUTE;
	assert_int_equal(orphan_next(&o), ORPHAN_TOLD);
	o.first_ms = o.seen_ms - 30 * MINUTE;
	assert_int_equal(orphan_next(&o), ORPHAN_GOES);
}

static void what_may_hold_data_never_goes_by_itself(void **state)
{
	struct orphan_facts o = machine();

	(void)state;
	o.is_node = false;
	assert_int_equal(orphan_next(&o), ORPHAN_TOLD);
	o.rules = (struct orphan_rules){ 0 }; /* nothing said is: ask */
	o.is_node = true;
	assert_int_equal(orphan_next(&o), ORPHAN_TOLD);
}

static void the_setting_is_auto_ask_or_off(void **state)
{
	struct orphan_facts o = machine();

	(void)state;
	o.rules.nodes = ORPHANS_ASK;
	assert_int_equal(orphan_next(&o), ORPHAN_TOLD);
	o.rules.nodes = ORPHANS_OFF;
	assert_int_equal(orphan_next(&o), ORPHAN_QUIET);
	o.is_node = false;
	o.rules.rest = ORPHANS_AUTO;
	assert_int_equal(orphan_next(&o), ORPHAN_GOES);
}

static void a_machine_whose_scheduler_lives_is_let_alone(void **state)
{
	struct orphan_facts o = machine();

	(void)state;
	o.may_have_jobs = true;
	assert_int_equal(orphan_next(&o), ORPHAN_TOLD);
}

static void what_bears_no_clusters_tag_is_only_reported(void **state)
{
	struct orphan_facts o = machine();

	(void)state;
	o.provably_ours = false;
	assert_int_equal(orphan_next(&o), ORPHAN_TOLD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_listing_is_not_believed),
		cmocka_unit_test(what_is_younger_than_ten_minutes_is_on_its_way),
		cmocka_unit_test(what_the_cloud_says_of_an_age_is_held_against_its_own_clock),
		cmocka_unit_test(a_machine_goes_by_itself_after_half_an_hour),
		cmocka_unit_test(what_may_hold_data_never_goes_by_itself),
		cmocka_unit_test(the_setting_is_auto_ask_or_off),
		cmocka_unit_test(a_machine_whose_scheduler_lives_is_let_alone),
		cmocka_unit_test(what_bears_no_clusters_tag_is_only_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
