/* The provider against a cloud in trouble: lost and broken answers, tokens that end,
 * throttling, and regions that fail while others do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/azure_lab.h"
#include "base/clock.h"
#include "base/mem.h"
#include "provider/azure/azure.h"

static void a_lost_answer_to_a_change_is_an_unknown_outcome(void **state)
{
	struct lab *l = *state;
	struct outcome o;

	lab_base(l);
	lab_fault(l, "{\"method\":\"PUT\",\"match\":\"virtualMachineScaleSets\",\"effect\":"
		     "\"reset-after\",\"count\":1}");
	o = ask_put_set(&l->ask, CLOUD_PUT, 5);
	assert_int_equal(o.stage, CLOUD_OUTCOME_UNKNOWN);
	assert_int_equal(ask_look(&l->ask, CLOUD_SCALESET, l->ask.set).capacity, 5);
}

static void a_platform_error_is_repeated_and_then_unknown(void **state)
{
	struct lab *l = *state;

	lab_base(l);
	lab_fault(l, "{\"method\":\"PUT\",\"match\":\"virtualMachineScaleSets\",\"effect\":"
		     "\"status\",\"status\":500,\"count\":2}");
	assert_int_equal(ask_put_set(&l->ask, CLOUD_PUT, 2).stage, CLOUD_FINISHED);
	lab_fault(l, "{\"method\":\"PUT\",\"match\":\"virtualMachineScaleSets\",\"effect\":"
		     "\"status\",\"status\":500,\"count\":-1}");
	assert_int_equal(ask_put_set(&l->ask, CLOUD_GROW, 3).stage, CLOUD_OUTCOME_UNKNOWN);
}

static void an_answer_cut_in_two_is_read_again(void **state)
{
	struct lab *l = *state;

	lab_base(l);
	lab_fault(
	    l, "{\"method\":\"GET\",\"match\":\"/resources\",\"effect\":\"truncate\",\"count\":"
	       "2}");
	assert_true(lab_items(l) > 0);
}

static void an_expired_operation_is_settled_by_a_look(void **state)
{
	struct lab *l = *state;
	struct intent in = { .verb = CLOUD_PUT, .kind = CLOUD_SCALESET };
	struct outcome o;

	lab_base(l);
	snprintf(in.resource_id, sizeof(in.resource_id), "%s", l->ask.set);
	snprintf(in.op_url, sizeof(in.op_url),
		 "%s/subscriptions/%s/providers/Microsoft.Compute/locations/" ASK_REGION
		 "/operations/22222222-2222-4222-8222-222222222222?api-version=2024-03-01",
		 l->record.arm, l->record.subscription);
	o = ask_resume(&l->ask, &in);
	assert_int_equal(o.stage, CLOUD_OUTCOME_UNKNOWN);
}

static void a_status_link_to_another_host_gets_no_token(void **state)
{
	struct lab *l = *state;
	struct intent in = { .verb = CLOUD_PUT, .kind = CLOUD_SCALESET };
	struct outcome o;

	snprintf(in.resource_id, sizeof(in.resource_id), "%s", l->ask.set);
	snprintf(in.op_url, sizeof(in.op_url), "https://localhost:%u/operations/x",
		 arm_serve_port(l->serve));
	o = ask_resume(&l->ask, &in);
	assert_int_equal(o.stage, CLOUD_OUTCOME_UNKNOWN);
	assert_int_equal(l->arm->n.calls, 0);
}

static void a_refused_token_is_fetched_anew_once(void **state)
{
	struct lab *l = *state;
	struct outcome o;
	struct seen s;

	lab_base(l);
	assert_int_equal(l->arm->n.tokens, 1);
	lab_fault(l, "{\"method\":\"GET\",\"match\":\"virtualNetworks\",\"effect\":\"status\","
		     "\"status\":401,\"code\":\"ExpiredAuthenticationToken\",\"count\":1}");
	s = ask_look(&l->ask, CLOUD_NETWORK, l->ask.net);
	assert_int_equal(s.look, CLOUD_IS_THERE);
	assert_int_equal(l->arm->n.tokens, 2);

	lab_fault(
	    l,
	    "{\"method\":\"PUT\",\"match\":\"virtualMachineScaleSets\",\"effect\":"
	    "\"status\",\"status\":401,\"code\":\"InvalidAuthenticationToken\",\"count\":-1}");
	o = ask_put_set(&l->ask, CLOUD_PUT, 1);
	assert_int_equal(o.stage, CLOUD_REFUSED);
	assert_int_equal(o.code, ERR_DENIED);
	assert_int_equal(l->arm->n.tokens, 3);
}

static void count_turns(void *arg)
{
	(*(unsigned int *)arg)++;
}

/* B10 */
static void a_token_that_ended_on_its_way_is_no_trouble_of_the_cloud(void **state)
{
	struct lab *l = *state;
	struct cloud_health health;
	unsigned int turns = 0;

	lab_base(l);
	provider_azure.on_health(l->cloud, count_turns, &turns);
	lab_fault(l, "{\"method\":\"GET\",\"match\":\"virtualNetworks\",\"effect\":\"status\","
		     "\"status\":401,\"code\":\"ExpiredAuthenticationToken\",\"count\":1}");
	assert_int_equal(ask_look(&l->ask, CLOUD_NETWORK, l->ask.net).look, CLOUD_IS_THERE);
	assert_int_equal(turns, 0);
	lab_fault(l, "{\"method\":\"GET\",\"match\":\"virtualNetworks\",\"effect\":\"status\","
		     "\"status\":401,\"code\":\"InvalidAuthenticationToken\",\"count\":2}");
	assert_int_equal(ask_look(&l->ask, CLOUD_NETWORK, l->ask.net).look, CLOUD_LOOK_UNKNOWN);
	assert_int_equal(turns, 1);
	provider_azure.health(l->cloud, &health);
	assert_string_equal(health.text,
			    "the cloud answers with errors: 401 InvalidAuthenticationToken");
	provider_azure.on_health(l->cloud, NULL, NULL);
}

static void a_throttled_call_waits_as_long_as_it_was_asked(void **state)
{
	struct lab *l = *state;
	struct cloud_health health;
	int64_t before;

	lab_base(l);
	l->world->sc.retry_after_s = 40;
	lab_fault(l, "{\"method\":\"GET\",\"match\":\"virtualNetworks\",\"effect\":\"status\","
		     "\"status\":429,\"code\":\"SubscriptionRequestsThrottled\",\"count\":1}");
	before = clock_mono_ms();
	assert_int_equal(ask_look(&l->ask, CLOUD_NETWORK, l->ask.net).look, CLOUD_IS_THERE);
	assert_true(clock_mono_ms() - before >= 40000);
	provider_azure.health(l->cloud, &health);
	assert_int_equal(health.throttled, 1);
}

/* Before, nobody knows whether an outage that was told of lasts. */
static void whoever_watches_hears_of_the_first_answer(void **state)
{
	struct lab *l = *state;
	unsigned int turns = 0;

	provider_azure.on_health(l->cloud, count_turns, &turns);
	lab_base(l);
	assert_int_equal(turns, 1);
	provider_azure.on_health(l->cloud, NULL, NULL);
}

static void whoever_watches_hears_of_each_turn_of_its_health(void **state)
{
	struct lab *l = *state;
	struct cloud_health health;
	unsigned int turns = 0;

	lab_base(l);
	provider_azure.on_health(l->cloud, count_turns, &turns);
	assert_int_equal(ask_look(&l->ask, CLOUD_NETWORK, l->ask.net).look, CLOUD_IS_THERE);
	assert_int_equal(turns, 0);
	lab_fault(l, "{\"method\":\"GET\",\"match\":\"virtualNetworks\",\"effect\":\"status\","
		     "\"status\":503,\"code\":\"ServiceUnavailable\",\"count\":2}");
	assert_int_equal(ask_look(&l->ask, CLOUD_NETWORK, l->ask.net).look, CLOUD_IS_THERE);
	assert_int_equal(turns, 2); /* lost once, not with each answer, and back */
	provider_azure.health(l->cloud, &health);
	assert_true(health.ok);
	provider_azure.on_health(l->cloud, NULL, NULL);
}

static void a_wait_that_is_too_long_is_handed_up_with_its_time(void **state)
{
	struct lab *l = *state;
	struct outcome o;

	lab_base(l);
	l->world->sc.retry_after_s = 3600;
	lab_fault(l, "{\"method\":\"PUT\",\"match\":\"virtualMachineScaleSets\",\"effect\":"
		     "\"status\",\"status\":429,\"code\":\"TooManyRequests\",\"count\":1}");
	o = ask_put_set(&l->ask, CLOUD_PUT, 1);
	assert_int_equal(o.stage, CLOUD_REFUSED);
	assert_int_equal(o.code, ERR_THROTTLED);
	assert_int_equal(o.retry_after_ms, 3600000);
}

static bool lane_open(struct lab *l, const char *name, const char *region)
{
	struct cloud_health h = { 0 };

	provider_azure.health(l->cloud, &h);
	for (size_t i = 0; i < CLOUD_LANES; i++)
		if (h.lanes[i].name && strcmp(h.lanes[i].name, name) == 0 &&
		    strcmp(h.lanes[i].region, region) == 0)
			return h.lanes[i].open;
	return false;
}

/* R11.1, R11.3 */
static void trouble_of_one_region_stops_no_other(void **state)
{
	struct lab *l = *state;
	char *group = lab_other_group(l, ""),
	     *nsg =
		 lab_other_group(l, "/providers/Microsoft.Network/networkSecurityGroups/nsg");
	struct outcome o;
	int64_t before;

	lab_base(l);
	lab_must(l, (struct cloud_change){ .verb = CLOUD_PUT,
					   .kind = CLOUD_GROUP,
					   .id = group,
					   .location = LAB_OTHER_REGION });
	lab_must(l, (struct cloud_change){ .verb = CLOUD_PUT,
					   .kind = CLOUD_NSG,
					   .id = nsg,
					   .location = LAB_OTHER_REGION });
	lab_fault(l, "{\"method\":\"GET\",\"match\":\"/resourceGroups/pl-test\",\"effect\":"
		     "\"status\",\"status\":503,\"count\":5}");
	assert_int_equal(ask_look(&l->ask, CLOUD_NSG, l->ask.nsg).look, CLOUD_IS_THERE);
	lab_fault(l, "{\"method\":\"GET\",\"match\":\"/resourceGroups/pl-test\",\"effect\":"
		     "\"status\",\"status\":503,\"count\":-1}");
	assert_int_equal(ask_look(&l->ask, CLOUD_NSG, l->ask.nsg).look, CLOUD_LOOK_UNKNOWN);
	assert_true(lane_open(l, "reads", ASK_REGION));
	assert_false(lane_open(l, "writes", ASK_REGION));
	assert_false(lane_open(l, "reads", ""));
	assert_false(lane_open(l, "reads", LAB_OTHER_REGION));
	before = clock_mono_ms();
	assert_int_equal(ask_look(&l->ask, CLOUD_NSG, nsg).look, CLOUD_IS_THERE);
	o = ask_change(&l->ask, (struct cloud_change){ .verb = CLOUD_DELETE,
						       .kind = CLOUD_NSG,
						       .id = nsg,
						       .location = LAB_OTHER_REGION });
	assert_int_equal(o.stage, CLOUD_FINISHED);
	assert_true(clock_mono_ms() - before < 30000); /* the breaker's shortest time */
	provider_azure.close_breakers(l->cloud);
	assert_false(lane_open(l, "reads", ASK_REGION));
	free(group);
	free(nsg);
}

static void empty_bucket(struct lab *l, const char *policy_and_region)
{
	struct az_bucket *b = map_get(l->world->throttle.buckets, policy_and_region);

	assert_non_null(b);
	b->tokens = -200; /* some 24 s */
	b->at_ms = clock_utc_ms();
}

/* R11.1: a provider's bucket is one region's. */
static void an_empty_bucket_of_one_region_leaves_the_others_alone(void **state)
{
	struct lab *l = *state;
	struct cloud_vm_spec vm = ask_spec(&l->ask, "Standard_F2s_v2", "htc-");
	char *group = lab_other_group(l, "");
	struct outcome slow;
	int64_t before;

	lab_base(l);
	vm.spot = true;
	assert_int_equal(ask_put_set(&l->ask, CLOUD_PUT, 1).stage, CLOUD_FINISHED);
	assert_int_equal(ask_put_set(&l->ask, CLOUD_GROW, 2).stage, CLOUD_FINISHED);
	empty_bucket(l, "UpdateVMScaleSet/" ASK_REGION);
	l->world->sc.throttle = 1;
	ask_begin(&l->ask,
		  (struct cloud_change){ .verb = CLOUD_GROW,
					 .kind = CLOUD_SCALESET,
					 .id = l->ask.set,
					 .vm = &vm,
					 .capacity = 3 },
		  &slow);
	while (l->arm->n.throttled == 0)
		loop_turn(l->loop, 20);
	before = clock_mono_ms();
	lab_must(l, (struct cloud_change){ .verb = CLOUD_PUT,
					   .kind = CLOUD_GROUP,
					   .id = group,
					   .location = LAB_OTHER_REGION });
	assert_false(slow.ended);
	assert_true(clock_mono_ms() - before < 20000);
	assert_true(ask_wait(&l->ask, &slow.ended));
	assert_int_equal(slow.stage, CLOUD_FINISHED);
	free(group);
}

/* R11.4: what another try would not change comes back at once, and is tried once. */
static void only_what_may_go_well_is_tried_again(void **state)
{
	static const struct {
		int status;
		const char *code;
		enum err_code class;
		int calls;
	} cases[] = {
		{ 400, "InvalidParameter", ERR_INVALID, 1 },
		{ 403, "AuthorizationFailed", ERR_DENIED, 1 },
		{ 409, "SkuNotAvailable", ERR_CAPACITY, 1 },
		{ 409, "QuotaExceeded", ERR_QUOTA, 1 },
		{ 409, "AnotherOperationInProgress", ERR_CONFLICT, 1 },
		{ 401, "InvalidAuthenticationToken", ERR_DENIED, 2 }, /* with a fresh token */
	};
	struct lab *l = *state;
	char text[300];

	lab_base(l);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t before = l->arm->n.faults;
		struct outcome o;

		snprintf(text, sizeof(text),
			 "{\"method\":\"PUT\",\"match\":\"virtualMachineScaleSets\",\"effect\":"
			 "\"status\",\"status\":%d,\"code\":\"%s\",\"count\":%d}",
			 cases[i].status, cases[i].code, cases[i].calls);
		lab_fault(l, text);
		o = ask_put_set(&l->ask, CLOUD_PUT, 1);
		if (o.stage != CLOUD_REFUSED || o.code != cases[i].class ||
		    l->arm->n.faults - before != cases[i].calls)
			fail_msg("%s: stage %d, %s, %lld calls", cases[i].code, (int)o.stage,
				 err_name(o.code), (long long)(l->arm->n.faults - before));
	}
}

/* R11.2: what is left is told with each answer, and below a tenth of it calls come half as
 * fast. */
static void calls_slow_down_when_little_is_left(void **state)
{
	struct lab *l = *state;
	const struct pacer *p = &l->cloud->lanes[LANE_READ];

	lab_base(l);
	assert_false(p->scarce);
	l->world->throttle.arm[AZ_READ].tokens = 8;
	l->world->throttle.arm[AZ_READ].at_ms = clock_utc_ms();
	ask_look(&l->ask, CLOUD_NETWORK, l->ask.net);
	assert_true(p->scarce);
	assert_true(p->tokens <= 10);
	l->world->throttle.arm[AZ_READ].tokens = 250;
	ask_look(&l->ask, CLOUD_NETWORK, l->ask.net);
	assert_false(p->scarce);
}

/* R11.5: what ends costs has room of its own. */
static void deletes_go_while_creates_are_throttled(void **state)
{
	struct lab *l = *state;
	struct outcome stuck;
	struct cloud_call *call;
	int64_t before;

	lab_base(l);
	l->world->sc.retry_after_s = 600;
	lab_fault(l, "{\"method\":\"PUT\",\"match\":\"virtualNetworks\",\"effect\":\"status\","
		     "\"status\":429,\"code\":\"SubscriptionRequestsThrottled\",\"count\":1}");
	call = ask_begin(&l->ask,
			 (struct cloud_change){ .verb = CLOUD_PUT,
						.kind = CLOUD_NETWORK,
						.id = l->ask.net,
						.vnet_cidr = "10.20.0.0/16",
						.subnet_name = "compute",
						.subnet_cidr = "10.20.0.0/18",
						.nsg_id = l->ask.nsg },
			 &stuck);
	before = clock_mono_ms();
	while (l->arm->n.faults == 0 && clock_mono_ms() - before < 60000)
		loop_turn(l->loop, 20);
	l->world->sc.retry_after_s = 1;
	lab_must(l, (struct cloud_change){
			.verb = CLOUD_DELETE, .kind = CLOUD_NETWORK, .id = l->ask.net });
	assert_int_equal(ask_look(&l->ask, CLOUD_NETWORK, l->ask.net).look, CLOUD_IS_GONE);
	assert_true(clock_mono_ms() - before < 600000);
	assert_false(stuck.ended);
	provider_azure.cancel(call);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(a_lost_answer_to_a_change_is_an_unknown_outcome),
		LAB_TEST(a_platform_error_is_repeated_and_then_unknown),
		LAB_TEST(an_answer_cut_in_two_is_read_again),
		LAB_TEST(an_expired_operation_is_settled_by_a_look),
		LAB_TEST(a_status_link_to_another_host_gets_no_token),
		LAB_TEST(a_refused_token_is_fetched_anew_once),
		LAB_TEST(a_throttled_call_waits_as_long_as_it_was_asked),
		LAB_TEST(a_token_that_ended_on_its_way_is_no_trouble_of_the_cloud),
		LAB_TEST(whoever_watches_hears_of_the_first_answer),
		LAB_TEST(whoever_watches_hears_of_each_turn_of_its_health),
		LAB_TEST(a_wait_that_is_too_long_is_handed_up_with_its_time),
		LAB_TEST(trouble_of_one_region_stops_no_other),
		LAB_TEST(an_empty_bucket_of_one_region_leaves_the_others_alone),
		LAB_TEST(only_what_may_go_well_is_tried_again),
		LAB_TEST(calls_slow_down_when_little_is_left),
		LAB_TEST(deletes_go_while_creates_are_throttled),
	};

	return cmocka_run_group_tests_name("provider/azure_trouble", tests, NULL, NULL);
}
