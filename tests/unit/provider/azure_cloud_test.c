/* The provider against the simulated cloud over TLS, both on one loop and one fast clock: real
 * tokens, operations, pages and refusals. PACELINE_TEST_RECORD names a folder for the
 * exchanges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../support/ask.h"
#include "azsim/arm/serve.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "provider/azure/azure.h"

#define FACTOR 50

struct lab {
	char dir[64];
	struct loop *loop;
	struct az_world *world;
	struct arm *arm;
	struct tls_server *tls;
	struct arm_serve *serve;
	struct cloud_record record;
	struct cloud *cloud;
	struct ask ask;
};

static char *in_dir(const struct lab *l, const char *name)
{
	return xasprintf("%s/%s", l->dir, name);
}

static void start_cloud(struct lab *l)
{
	struct az_scenario sc = { 0 };
	struct err err = ERR_INIT;
	struct arm_options ao = { .client_id = "app", .client_secret = "s3cret" };
	struct arm_serve_options so = { 0 };
	char *cert = in_dir(l, "server.pem"), *key = in_dir(l, "server-key.pem");

	assert_int_equal(az_scenario_profile(&sc, "fast", &err), 0);
	sc.has_seed = true;
	sc.seed = 7;
	l->world = az_world_new(l->loop, &sc, NULL, &err);
	assert_non_null(l->world);
	ao.key = rsa_key_make(2048, &err);
	l->arm = arm_new(l->world, &ao);
	assert_int_equal(tls_make_local(l->dir, &err), 0);
	l->tls = tls_server_new(cert, key, &err);
	so.tls = l->tls;
	l->serve = arm_serve_new(l->loop, l->arm, &so, &err);
	assert_non_null(l->serve);
	free(cert);
	free(key);
}

static void open_cloud(struct lab *l)
{
	struct err err = ERR_INIT;
	const char *record = getenv("PACELINE_TEST_RECORD");

	l->record = (struct cloud_record){
		.name = xstrdup("sim"),
		.provider = xstrdup("azure"),
		.simulated = true,
		.arm = xasprintf("https://127.0.0.1:%u", arm_serve_port(l->serve)),
		.authority = xasprintf("https://127.0.0.1:%u", arm_serve_port(l->serve)),
		.audience = xasprintf("https://127.0.0.1:%u", arm_serve_port(l->serve)),
		.ca_file = in_dir(l, "ca.pem"),
		.tenant = xstrdup(AZ_TENANT),
		.subscription = xstrdup(AZ_SUBSCRIPTION),
		.client_id = xstrdup("app"),
		.client_secret_file = in_dir(l, "client.secret"),
		.prices = xasprintf("http://127.0.0.1:%u/api/retail/prices",
				    arm_serve_plain_port(l->serve)),
		.record_dir = record ? xstrdup(record) : NULL,
	};
	assert_int_equal(file_write(l->record.client_secret_file, "s3cret\n", 7, 0600, &err),
			 0);
	l->cloud = provider_azure.open(l->loop, &l->record, &err);
	assert_non_null(l->cloud);
}

static int setup(void **state)
{
	struct lab *l = xcalloc(1, sizeof(*l));
	const char *tmp = getenv("TMPDIR");
	struct err err = ERR_INIT;

	snprintf(l->dir, sizeof(l->dir), "%s/prov.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(l->dir))
		return -1;
	clock_scale(FACTOR, clock_utc_ms());
	l->loop = loop_new(&err);
	start_cloud(l);
	open_cloud(l);
	assert_int_equal(ask_init(&l->ask, l->loop, l->cloud, &l->record, "pl-test"), 0);
	*state = l;
	return 0;
}

static int teardown(void **state)
{
	struct lab *l = *state;
	struct err err = ERR_INIT;

	if (l->cloud)
		provider_azure.close(l->cloud);
	cloud_record_clear(&l->record);
	arm_serve_free(l->serve);
	arm_free(l->arm);
	az_world_free(l->world);
	tls_server_free(l->tls);
	loop_free(l->loop);
	ask_clear(&l->ask);
	clock_scale(1, clock_utc_ms());
	if (file_remove_tree(l->dir, &err) < 0)
		return -1;
	free(l);
	return 0;
}

static struct outcome must(struct lab *l, struct cloud_change ch)
{
	struct outcome o = ask_change(&l->ask, ch);

	if (o.stage != CLOUD_FINISHED)
		fail_msg("%s: %s", ch.id, o.msg);
	return o;
}

static void make_base(struct lab *l)
{
	struct outcome o = ask_base(&l->ask);

	if (o.stage != CLOUD_FINISHED)
		fail_msg("%s", o.msg);
}

static struct seen list_vms(struct lab *l)
{
	struct seen s = ask_vms(&l->ask);

	assert_true(s.known);
	return s;
}

static size_t count_items(struct lab *l)
{
	struct seen s = ask_items(&l->ask, "e1", "c1");

	if (!s.known)
		fail_msg("%s", s.msg);
	return s.n;
}

static void a_cluster_comes_grows_shrinks_and_leaves_nothing(void **state)
{
	struct lab *l = *state;
	struct cloud_vm_spec vm = ask_spec(&l->ask, "Standard_D2s_v5", "head");
	struct strs gone = STRS_INIT(10);
	struct outcome o;
	struct seen s;

	make_base(l);
	o = must(l, (struct cloud_change){
			.verb = CLOUD_PUT, .kind = CLOUD_VM, .id = l->ask.head, .vm = &vm });
	assert_int_equal(o.accepted, 1);
	assert_string_equal(o.host, "head");
	assert_true(text_has_prefix(o.address, "10.20."));
	assert_string_equal(ask_look(&l->ask, CLOUD_VM, l->ask.head).address, o.address);

	assert_int_equal(ask_put_set(&l->ask, CLOUD_PUT, 120).stage, CLOUD_FINISHED);
	assert_int_equal(ask_put_set(&l->ask, CLOUD_GROW, 130).stage, CLOUD_FINISHED);
	assert_int_equal(ask_look(&l->ask, CLOUD_SCALESET, l->ask.set).capacity, 130);
	s = list_vms(l);
	assert_int_equal(s.n, 131);
	assert_int_equal(s.in_set, 130);
	assert_int_equal(s.running, 131);

	for (size_t i = 0; i < 3; i++)
		strs_add(&gone, s.first[i]);
	must(l, (struct cloud_change){ .verb = CLOUD_DELETE,
				       .kind = CLOUD_MEMBERS,
				       .id = l->ask.set,
				       .members = &gone });
	assert_int_equal(list_vms(l).in_set, 127);
	assert_int_equal(ask_look(&l->ask, CLOUD_SCALESET, l->ask.set).capacity, 127);
	assert_true(count_items(l) > 3);

	must(l, (struct cloud_change){
		    .verb = CLOUD_DELETE, .kind = CLOUD_SCALESET, .id = l->ask.set });
	must(l, (struct cloud_change){
		    .verb = CLOUD_DELETE, .kind = CLOUD_SCALESET, .id = l->ask.set });
	assert_int_equal(ask_look(&l->ask, CLOUD_SCALESET, l->ask.set).look, CLOUD_IS_GONE);
	must(l, (struct cloud_change){
		    .verb = CLOUD_DELETE, .kind = CLOUD_GROUP, .id = l->ask.group });
	assert_int_equal(count_items(l), 0);
	strs_clear(&gone);
}

static void members_of_an_infiniband_set_are_listed_and_deleted_by_number(void **state)
{
	struct lab *l = *state;
	struct cloud_vm_spec vm = ask_spec(&l->ask, "Standard_HB120rs_v3", "mpi-");
	struct strs gone = STRS_INIT(10);
	struct seen s;

	make_base(l);
	must(l, (struct cloud_change){ .verb = CLOUD_PUT,
				       .kind = CLOUD_SCALESET,
				       .id = l->ask.rdma,
				       .vm = &vm,
				       .capacity = 60,
				       .uniform_single_group = true });
	s = list_vms(l);
	assert_int_equal(s.in_set, 60);
	assert_int_equal(s.running, 60);
	assert_int_equal(text_casecmp(s.set, l->ask.rdma), 0);
	strs_add(&gone, s.first[0]);
	must(l, (struct cloud_change){ .verb = CLOUD_DELETE,
				       .kind = CLOUD_MEMBERS,
				       .id = l->ask.rdma,
				       .members = &gone });
	assert_int_equal(list_vms(l).in_set, 59);
	strs_clear(&gone);
}

static void a_quota_is_told_with_its_numbers(void **state)
{
	struct lab *l = *state;
	struct outcome o;

	make_base(l);
	assert_int_equal(
	    az_quota_set(&l->world->quota[az_region_find(ASK_REGION)], "lowPriorityCores", 10),
	    0);
	o = ask_put_set(&l->ask, CLOUD_PUT, 20);
	assert_int_equal(o.stage, CLOUD_REFUSED);
	assert_int_equal(o.code, ERR_QUOTA);
	assert_int_equal(o.quota_limit, 10);
}

static void fault(struct lab *l, const char *text)
{
	struct json *j = json_parse(text, strlen(text), NULL);
	struct az_refusal r = { 0 };

	assert_int_equal(arm_fault_add(l->arm, j, &r), 0);
	json_free(j);
}

static void a_lost_answer_to_a_change_is_an_unknown_outcome(void **state)
{
	struct lab *l = *state;
	struct outcome o;

	make_base(l);
	fault(l, "{\"method\":\"PUT\",\"match\":\"virtualMachineScaleSets\",\"effect\":"
		 "\"reset-after\",\"count\":1}");
	o = ask_put_set(&l->ask, CLOUD_PUT, 5);
	assert_int_equal(o.stage, CLOUD_OUTCOME_UNKNOWN);
	assert_int_equal(ask_look(&l->ask, CLOUD_SCALESET, l->ask.set).capacity, 5);
}

static void a_platform_error_is_repeated_and_then_unknown(void **state)
{
	struct lab *l = *state;

	make_base(l);
	fault(l, "{\"method\":\"PUT\",\"match\":\"virtualMachineScaleSets\",\"effect\":"
		 "\"status\",\"status\":500,\"count\":2}");
	assert_int_equal(ask_put_set(&l->ask, CLOUD_PUT, 2).stage, CLOUD_FINISHED);
	fault(l, "{\"method\":\"PUT\",\"match\":\"virtualMachineScaleSets\",\"effect\":"
		 "\"status\",\"status\":500,\"count\":-1}");
	assert_int_equal(ask_put_set(&l->ask, CLOUD_GROW, 3).stage, CLOUD_OUTCOME_UNKNOWN);
}

static void an_answer_cut_in_two_is_read_again(void **state)
{
	struct lab *l = *state;

	make_base(l);
	fault(l,
	      "{\"method\":\"GET\",\"match\":\"/resources\",\"effect\":\"truncate\",\"count\":"
	      "2}");
	assert_true(count_items(l) > 0);
}

static void an_expired_operation_is_settled_by_a_look(void **state)
{
	struct lab *l = *state;
	struct intent in = { .verb = CLOUD_PUT, .kind = CLOUD_SCALESET };
	struct outcome o;

	make_base(l);
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

static void a_console_is_fetched_from_where_the_cloud_says(void **state)
{
	struct lab *l = *state;
	struct cloud_vm_spec vm = ask_spec(&l->ask, "Standard_F2s_v2", "head");
	struct seen t;

	make_base(l);
	must(l, (struct cloud_change){
		    .verb = CLOUD_PUT, .kind = CLOUD_VM, .id = l->ask.head, .vm = &vm });
	t = ask_console(&l->ask, l->ask.head);
	assert_true(t.known);
	assert_non_null(strstr(t.msg, "head: ghost of azsim"));
	t = ask_console(&l->ask,
			"/subscriptions/" AZ_SUBSCRIPTION "/resourceGroups/pl-test/providers/"
			"Microsoft.Compute/virtualMachines/nobody");
	assert_false(t.known);
	assert_true(t.msg[0]);
}

static void a_console_at_an_address_that_others_can_read_is_not_fetched(void **state)
{
	struct lab *l = *state;
	struct cloud_vm_spec vm = ask_spec(&l->ask, "Standard_F2s_v2", "head");

	make_base(l);
	must(l, (struct cloud_change){
		    .verb = CLOUD_PUT, .kind = CLOUD_VM, .id = l->ask.head, .vm = &vm });
	free(l->arm->plain_url);
	l->arm->plain_url = xstrdup("http://10.0.0.1:1");
	assert_non_null(strstr(ask_console(&l->ask, l->ask.head).msg, "not https"));
}

static void a_missing_secret_fails_the_call_and_does_not_hang_it(void **state)
{
	struct lab *l = *state;
	struct outcome o;

	assert_int_equal(unlink(l->record.client_secret_file), 0);
	o = ask_change(&l->ask, (struct cloud_change){ .verb = CLOUD_PUT,
						       .kind = CLOUD_GROUP,
						       .id = l->ask.group });
	assert_int_equal(o.stage, CLOUD_REFUSED);
	assert_non_null(strstr(o.msg, "client secret"));
}

static void a_refused_token_is_fetched_anew_once(void **state)
{
	struct lab *l = *state;
	struct outcome o;
	struct seen s;

	make_base(l);
	assert_int_equal(l->arm->n.tokens, 1);
	fault(l, "{\"method\":\"GET\",\"match\":\"virtualNetworks\",\"effect\":\"status\","
		 "\"status\":401,\"code\":\"ExpiredAuthenticationToken\",\"count\":1}");
	s = ask_look(&l->ask, CLOUD_NETWORK, l->ask.net);
	assert_int_equal(s.look, CLOUD_IS_THERE);
	assert_int_equal(l->arm->n.tokens, 2);

	fault(
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

	make_base(l);
	provider_azure.on_health(l->cloud, count_turns, &turns);
	fault(l, "{\"method\":\"GET\",\"match\":\"virtualNetworks\",\"effect\":\"status\","
		 "\"status\":401,\"code\":\"ExpiredAuthenticationToken\",\"count\":1}");
	assert_int_equal(ask_look(&l->ask, CLOUD_NETWORK, l->ask.net).look, CLOUD_IS_THERE);
	assert_int_equal(turns, 0);
	fault(l, "{\"method\":\"GET\",\"match\":\"virtualNetworks\",\"effect\":\"status\","
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

	make_base(l);
	l->world->sc.retry_after_s = 40;
	fault(l, "{\"method\":\"GET\",\"match\":\"virtualNetworks\",\"effect\":\"status\","
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
	make_base(l);
	assert_int_equal(turns, 1);
	provider_azure.on_health(l->cloud, NULL, NULL);
}

static void whoever_watches_hears_of_each_turn_of_its_health(void **state)
{
	struct lab *l = *state;
	struct cloud_health health;
	unsigned int turns = 0;

	make_base(l);
	provider_azure.on_health(l->cloud, count_turns, &turns);
	assert_int_equal(ask_look(&l->ask, CLOUD_NETWORK, l->ask.net).look, CLOUD_IS_THERE);
	assert_int_equal(turns, 0);
	fault(l, "{\"method\":\"GET\",\"match\":\"virtualNetworks\",\"effect\":\"status\","
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

	make_base(l);
	l->world->sc.retry_after_s = 3600;
	fault(l, "{\"method\":\"PUT\",\"match\":\"virtualMachineScaleSets\",\"effect\":"
		 "\"status\",\"status\":429,\"code\":\"TooManyRequests\",\"count\":1}");
	o = ask_put_set(&l->ask, CLOUD_PUT, 1);
	assert_int_equal(o.stage, CLOUD_REFUSED);
	assert_int_equal(o.code, ERR_THROTTLED);
	assert_int_equal(o.retry_after_ms, 3600000);
}

#define OTHER_REGION "northeurope"

static char *other_group(struct lab *l, const char *below)
{
	return xasprintf("/subscriptions/%s/resourceGroups/pl-other%s", l->record.subscription,
			 below);
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
	char *group = other_group(l, ""),
	     *nsg = other_group(l, "/providers/Microsoft.Network/networkSecurityGroups/nsg");
	struct outcome o;
	int64_t before;

	make_base(l);
	must(l, (struct cloud_change){ .verb = CLOUD_PUT,
				       .kind = CLOUD_GROUP,
				       .id = group,
				       .location = OTHER_REGION });
	must(l,
	     (struct cloud_change){
		 .verb = CLOUD_PUT, .kind = CLOUD_NSG, .id = nsg, .location = OTHER_REGION });
	fault(l, "{\"method\":\"GET\",\"match\":\"/resourceGroups/pl-test\",\"effect\":"
		 "\"status\",\"status\":503,\"count\":5}");
	assert_int_equal(ask_look(&l->ask, CLOUD_NSG, l->ask.nsg).look, CLOUD_IS_THERE);
	fault(l, "{\"method\":\"GET\",\"match\":\"/resourceGroups/pl-test\",\"effect\":"
		 "\"status\",\"status\":503,\"count\":-1}");
	assert_int_equal(ask_look(&l->ask, CLOUD_NSG, l->ask.nsg).look, CLOUD_LOOK_UNKNOWN);
	assert_true(lane_open(l, "reads", ASK_REGION));
	assert_false(lane_open(l, "writes", ASK_REGION));
	assert_false(lane_open(l, "reads", ""));
	assert_false(lane_open(l, "reads", OTHER_REGION));
	before = clock_mono_ms();
	assert_int_equal(ask_look(&l->ask, CLOUD_NSG, nsg).look, CLOUD_IS_THERE);
	o = ask_change(&l->ask, (struct cloud_change){ .verb = CLOUD_DELETE,
						       .kind = CLOUD_NSG,
						       .id = nsg,
						       .location = OTHER_REGION });
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
	char *group = other_group(l, "");
	struct outcome slow;
	int64_t before;

	make_base(l);
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
	must(l, (struct cloud_change){ .verb = CLOUD_PUT,
				       .kind = CLOUD_GROUP,
				       .id = group,
				       .location = OTHER_REGION });
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

	make_base(l);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t before = l->arm->n.faults;
		struct outcome o;

		snprintf(text, sizeof(text),
			 "{\"method\":\"PUT\",\"match\":\"virtualMachineScaleSets\",\"effect\":"
			 "\"status\",\"status\":%d,\"code\":\"%s\",\"count\":%d}",
			 cases[i].status, cases[i].code, cases[i].calls);
		fault(l, text);
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

	make_base(l);
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

	make_base(l);
	l->world->sc.retry_after_s = 600;
	fault(l, "{\"method\":\"PUT\",\"match\":\"virtualNetworks\",\"effect\":\"status\","
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
	must(l, (struct cloud_change){
		    .verb = CLOUD_DELETE, .kind = CLOUD_NETWORK, .id = l->ask.net });
	assert_int_equal(ask_look(&l->ask, CLOUD_NETWORK, l->ask.net).look, CLOUD_IS_GONE);
	assert_true(clock_mono_ms() - before < 600000);
	assert_false(stuck.ended);
	provider_azure.cancel(call);
}

/* R12.2, R12.3: by the Date of its replies. */
static void the_clouds_own_clock_is_known_from_its_replies(void **state)
{
	struct lab *l = *state;
	struct cloud_health health;

	make_base(l);
	provider_azure.health(l->cloud, &health);
	assert_true(health.skew_ms > -60000 && health.skew_ms < 60000);
	l->arm->skew_ms = 1200000;
	for (int i = 0; i < 5; i++)
		ask_look(&l->ask, CLOUD_NETWORK, l->ask.net);
	provider_azure.health(l->cloud, &health);
	assert_true(health.skew_ms > 1140000 && health.skew_ms < 1260000);
}

static void count_groups(void *arg, const struct cloud_items *items, const struct err *err)
{
	struct seen *s = arg;

	(void)err;
	s->ended++;
	s->n = items ? items->n : 0;
	for (size_t i = 0; items && i < items->n; i++)
		s->in_set += items->v[i].engine_tag[0] != '\0';
}

/* R7.5 */
static void all_groups_are_told_when_none_is_named(void **state)
{
	struct lab *l = *state;
	char *group = other_group(l, "");
	struct seen s = { 0 };

	make_base(l);
	strs_clear(&l->ask.tags);
	l->ask.tags = (struct strs)STRS_INIT(1);
	must(l, (struct cloud_change){ .verb = CLOUD_PUT, .kind = CLOUD_GROUP, .id = group });
	provider_azure.items(l->cloud, NULL, NULL, count_groups, &s);
	assert_true(ask_wait(&l->ask, &s.ended));
	assert_int_equal(s.n, 2);
	assert_int_equal(s.in_set, 1);
	free(group);
}

static void a_secret_that_others_can_read_is_refused(void **state)
{
	struct lab *l = *state;
	struct outcome o;

	assert_int_equal(chmod(l->record.client_secret_file, 0644), 0);
	o = ask_base(&l->ask);
	assert_int_equal(o.stage, CLOUD_REFUSED);
	assert_int_equal(o.code, ERR_DENIED);
	assert_non_null(strstr(o.msg, "chmod 600"));
	assert_int_equal(l->arm->n.tokens, 0);
	assert_int_equal(chmod(l->record.client_secret_file, 0640), 0);
	make_base(l);
}

/* A call, and what its last callback does to it or to its cloud. */
struct quitter {
	struct lab *lab;
	struct cloud_call *call;
	bool closes;
	int ended;
};

static void quit(struct quitter *q)
{
	q->ended++;
	if (q->closes) {
		provider_azure.close(q->lab->cloud);
		q->lab->cloud = NULL;
	} else {
		provider_azure.cancel(q->call);
	}
}

static void quit_stage(void *arg, const struct cloud_stage_info *i)
{
	if (i->stage != CLOUD_ACCEPTED)
		quit(arg);
}

static void quit_look(void *arg, const struct cloud_sight *s, const struct err *err)
{
	(void)s;
	(void)err;
	quit(arg);
}

static void quit_items(void *arg, const struct cloud_items *items, const struct err *err)
{
	(void)items;
	(void)err;
	quit(arg);
}

static void quit_vms(void *arg, struct cloud_vms *vms, const struct err *err)
{
	(void)vms;
	(void)err;
	quit(arg);
}

static void quit_sizes(void *arg, const struct vm_sizes *sizes, const struct err *err)
{
	(void)sizes;
	(void)err;
	quit(arg);
}

static void quit_quotas(void *arg, const struct quotas *quotas, const struct err *err)
{
	(void)quotas;
	(void)err;
	quit(arg);
}

static void a_call_may_be_cancelled_in_its_last_callback(void **state)
{
	struct lab *l = *state;
	struct cloud *c = l->cloud;
	struct quitter q[6];
	struct cloud_change ch = { .verb = CLOUD_DELETE,
				   .kind = CLOUD_NETWORK,
				   .id = l->ask.net };

	make_base(l);
	for (size_t i = 0; i < ARRAY_LEN(q); i++)
		q[i] = (struct quitter){ .lab = l };
	q[0].call = provider_azure.change(c, &ch, quit_stage, &q[0]);
	q[1].call = provider_azure.look(c, CLOUD_NSG, l->ask.nsg, quit_look, &q[1]);
	q[2].call = provider_azure.items(c, "e1", "c1", quit_items, &q[2]);
	q[3].call = provider_azure.vms(c, l->ask.group, "c1", quit_vms, &q[3]);
	q[4].call = provider_azure.sizes(c, ASK_REGION, quit_sizes, &q[4]);
	q[5].call = provider_azure.quotas(c, ASK_REGION, quit_quotas, &q[5]);
	for (size_t i = 0; i < ARRAY_LEN(q); i++)
		assert_true(ask_wait(&l->ask, &q[i].ended));
}

static void a_cloud_may_be_closed_in_a_last_callback(void **state)
{
	struct lab *l = *state;
	struct quitter q = { .lab = l, .closes = true };
	struct seen never = { 0 };

	make_base(l);
	provider_azure.items(l->cloud, "e1", "c1", quit_items, &never); /* dropped with it */
	provider_azure.quotas(l->cloud, ASK_REGION, quit_quotas, &q);
	assert_true(ask_wait(&l->ask, &q.ended));
}

static void everything_in_a_group_is_told_when_no_engine_is_named(void **state)
{
	struct lab *l = *state;
	struct seen all;

	make_base(l);
	strs_clear(&l->ask.tags);
	l->ask.tags = (struct strs)STRS_INIT(1);
	strs_add(&l->ask.tags, "owner=somebody-else");
	must(l,
	     (struct cloud_change){ .verb = CLOUD_PUT, .kind = CLOUD_NSG, .id = l->ask.nsg });
	all = ask_items(&l->ask, NULL, l->ask.group);
	assert_true(all.known);
	assert_int_equal(all.n, 2);
	assert_int_equal(ask_items(&l->ask, "e1", "c1").n, 2); /* the group and the network */
}

/* R11.6: pages that lead nowhere, of each kind of list. What was read until then is no whole.
 */
static void r11_6_a_list_without_an_end_is_cut_off_and_unknown(void **state)
{
	struct lab *l = *state;
	struct seen s;

	make_base(l);
	assert_int_equal(ask_put_set(&l->ask, CLOUD_PUT, 2).stage, CLOUD_FINISHED);
	fault(l, "{\"method\":\"GET\",\"match\":\"/resources\",\"effect\":\"empty-page\","
		 "\"count\":-1}");
	fault(l, "{\"method\":\"GET\",\"match\":\"/virtualMachines\",\"effect\":\"empty-page\","
		 "\"count\":-1}");
	s = ask_items(&l->ask, "e1", "c1");
	assert_false(s.known);
	assert_non_null(strstr(s.msg, "has no end"));
	l->arm->n.calls = 0;
	s = ask_vms(&l->ask);
	assert_false(s.known);
	assert_non_null(strstr(s.msg, "has no end"));
	assert_true(l->arm->n.calls < 10); /* a page that leads to itself is known at once */
}

static void sizes_come_with_both_prices(void **state)
{
	struct lab *l = *state;

	assert_true(ask_sizes(&l->ask).known);
}

static void quotas_are_read(void **state)
{
	struct lab *l = *state;

	assert_true(ask_quotas(&l->ask).known);
}

static void regions_are_listed(void **state)
{
	struct lab *l = *state;

	assert_true(ask_regions(&l->ask).known);
}

#define WITH(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(a_cluster_comes_grows_shrinks_and_leaves_nothing),
		WITH(members_of_an_infiniband_set_are_listed_and_deleted_by_number),
		WITH(a_quota_is_told_with_its_numbers),
		WITH(a_lost_answer_to_a_change_is_an_unknown_outcome),
		WITH(a_platform_error_is_repeated_and_then_unknown),
		WITH(an_answer_cut_in_two_is_read_again),
		WITH(an_expired_operation_is_settled_by_a_look),
		WITH(a_status_link_to_another_host_gets_no_token),
		WITH(a_console_is_fetched_from_where_the_cloud_says),
		WITH(a_console_at_an_address_that_others_can_read_is_not_fetched),
		WITH(a_missing_secret_fails_the_call_and_does_not_hang_it),
		WITH(a_refused_token_is_fetched_anew_once),
		WITH(a_throttled_call_waits_as_long_as_it_was_asked),
		WITH(a_token_that_ended_on_its_way_is_no_trouble_of_the_cloud),
		WITH(whoever_watches_hears_of_the_first_answer),
		WITH(whoever_watches_hears_of_each_turn_of_its_health),
		WITH(a_wait_that_is_too_long_is_handed_up_with_its_time),
		WITH(trouble_of_one_region_stops_no_other),
		WITH(an_empty_bucket_of_one_region_leaves_the_others_alone),
		WITH(only_what_may_go_well_is_tried_again),
		WITH(calls_slow_down_when_little_is_left),
		WITH(deletes_go_while_creates_are_throttled),
		WITH(the_clouds_own_clock_is_known_from_its_replies),
		WITH(all_groups_are_told_when_none_is_named),
		WITH(a_secret_that_others_can_read_is_refused),
		WITH(a_call_may_be_cancelled_in_its_last_callback),
		WITH(a_cloud_may_be_closed_in_a_last_callback),
		WITH(everything_in_a_group_is_told_when_no_engine_is_named),
		WITH(r11_6_a_list_without_an_end_is_cut_off_and_unknown),
		WITH(sizes_come_with_both_prices),
		WITH(quotas_are_read),
		WITH(regions_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
