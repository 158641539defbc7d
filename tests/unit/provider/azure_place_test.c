/* R11.1: calls are of a region; R12.2: the cloud's clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "provider/azure/place.h"
#include "provider/azure/skew.h"

#define SUB  "/subscriptions/00000000-0000-0000-0000-000000000000"
#define HERE SUB "/resourceGroups/here"

static void a_call_is_of_the_region_in_its_path_or_of_its_group(void **state)
{
	struct arm_places p;
	struct arm_place *west;

	(void)state;
	arm_places_init(&p, 0);
	west = arm_place_of(
	    &p, SUB "/providers/Microsoft.Compute/locations/westeurope/usages?x", 0);
	assert_string_equal(west->region, "westeurope");
	assert_string_equal(arm_place_of(&p, HERE "?api-version=1", 0)->region, "");
	arm_place_learn(&p, HERE "/providers/Microsoft.Network/virtualNetworks/vnet",
			"WestEurope", 0);
	assert_ptr_equal(arm_place_of(&p, HERE "?api-version=1", 0), west);
	assert_ptr_equal(
	    arm_place_of(&p, "https://arm.example" SUB "/resourcegroups/HERE/resources?x", 0),
	    west);
	arm_place_learn(&p, HERE, "northeurope", 0); /* the first word is kept */
	assert_ptr_equal(arm_place_of(&p, HERE, 0), west);
	arm_place_learn(&p, HERE "2", "", 0);
	assert_string_equal(arm_place_of(&p, HERE "2", 0)->region, "");
	assert_string_equal(arm_place_of(&p, SUB "/resourcegroups?api-version=1", 0)->region,
			    "");
	arm_places_clear(&p);
}

static void one_regions_breaker_is_not_anothers(void **state)
{
	struct arm_places p;
	struct arm_place *west, *north;

	(void)state;
	arm_places_init(&p, 0);
	arm_place_learn(&p, HERE, "westeurope", 0);
	arm_place_learn(&p, HERE "2", "northeurope", 0);
	west = arm_place_of(&p, HERE, 0);
	north = arm_place_of(&p, HERE "2", 0);
	for (int i = 0; i < 5; i++)
		breaker_result(&west->breakers[LANE_READ], false, 0);
	pacer_empty(&west->lanes[LANE_WRITE], 60000);
	assert_false(breaker_allows(&west->breakers[LANE_READ], 0));
	assert_true(breaker_allows(&west->breakers[LANE_DELETE], 0));
	assert_true(breaker_allows(&north->breakers[LANE_READ], 0));
	assert_true(breaker_allows(&arm_place_of(&p, SUB, 0)->breakers[LANE_READ], 0));
	assert_int_equal(pacer_wait_ms(&west->lanes[LANE_WRITE], 1, 0), 60000);
	assert_int_equal(pacer_wait_ms(&west->lanes[LANE_DELETE], 1, 0), 0);
	assert_int_equal(pacer_wait_ms(&north->lanes[LANE_WRITE], 1, 0), 0);
	arm_places_close_breakers(&p);
	assert_true(breaker_allows(&west->breakers[LANE_READ], 0));
	arm_places_clear(&p);
}

static void places_without_end_share_that_of_no_region(void **state)
{
	struct arm_places p;
	char url[200];

	(void)state;
	arm_places_init(&p, 0);
	for (int i = 0; i < 500; i++) {
		snprintf(url, sizeof(url), SUB "/providers/X/locations/r%d/usages", i);
		assert_non_null(arm_place_of(&p, url, 0));
	}
	assert_string_equal(arm_place_of(&p, url, 0)->region, "");
	arm_places_clear(&p);
}

static void one_odd_reply_does_not_move_the_clouds_clock(void **state)
{
	struct skew s = { 0 };

	(void)state;
	assert_int_equal(skew_ms(&s), 0);
	skew_add(&s, 400000);
	assert_int_equal(skew_ms(&s), 400000);
	for (int i = 0; i < 4; i++)
		skew_add(&s, -300 + i);
	assert_true(skew_ms(&s) > -400 && skew_ms(&s) < 0);
	skew_add(&s, 86400000);
	assert_true(skew_ms(&s) > -400 && skew_ms(&s) < 0);
	for (int i = 0; i < 3; i++) /* it was set */
		skew_add(&s, 1200000);
	assert_int_equal(skew_ms(&s), 1200000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_of_the_region_in_its_path_or_of_its_group),
		cmocka_unit_test(one_regions_breaker_is_not_anothers),
		cmocka_unit_test(places_without_end_share_that_of_no_region),
		cmocka_unit_test(one_odd_reply_does_not_move_the_clouds_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
