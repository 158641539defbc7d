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

#include "azsim/arm/serve.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "provider/provider.h"

#define REGION "westeurope"
#define FACTOR 50
#define WAIT_S 60 /* real: a test that waits longer fails */

struct lab {
	char dir[64];
	struct loop *loop;
	struct az_world *world;
	struct arm *arm;
	struct tls_server *tls;
	struct arm_serve *serve;
	struct cloud_record record;
	struct cloud *cloud;
	struct strs tags;
	char group[200], net[300], nsg[300], subnet[340], head[300], set[300], rdma[300];
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

static void id(struct lab *l, char *out, size_t max, enum cloud_kind kind, const char *name)
{
	struct err err = ERR_INIT;

	assert_int_equal(
	    provider_azure.resource_id(&l->record, kind, "pl-test", name, out, max, &err), 0);
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
	id(l, l->group, sizeof(l->group), CLOUD_GROUP, NULL);
	id(l, l->net, sizeof(l->net), CLOUD_NETWORK, "vnet");
	id(l, l->nsg, sizeof(l->nsg), CLOUD_NSG, "nsg");
	id(l, l->head, sizeof(l->head), CLOUD_VM, "head");
	id(l, l->set, sizeof(l->set), CLOUD_SCALESET, "htc");
	id(l, l->rdma, sizeof(l->rdma), CLOUD_SCALESET, "mpi");
	snprintf(l->subnet, sizeof(l->subnet), "%s/subnets/compute", l->net);
	l->tags = (struct strs)STRS_INIT(8);
	strs_add(&l->tags, TAG_ENGINE "=e1");
	strs_add(&l->tags, TAG_CLUSTER "=c1");
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
	strs_clear(&l->tags);
	clock_scale(1, clock_utc_ms());
	if (file_remove_tree(l->dir, &err) < 0)
		return -1;
	free(l);
	return 0;
}

/* What a change came to. */
struct outcome {
	int accepted, ended;
	enum cloud_stage stage;
	enum err_code code;
	char azure_code[64], address[48], host[64], url[2048], msg[320];
	int64_t quota_limit;
};

static void on_stage(void *arg, const struct cloud_stage_info *i)
{
	struct outcome *o = arg;

	assert_int_equal(o->ended, 0);
	if (i->stage == CLOUD_ACCEPTED) {
		o->accepted++;
		snprintf(o->url, sizeof(o->url), "%s", i->op_url);
		return;
	}
	o->ended++;
	o->stage = i->stage;
	o->code = i->err ? i->err->code : ERR_NONE;
	snprintf(o->msg, sizeof(o->msg), "%s", i->err ? i->err->msg : "");
	snprintf(o->azure_code, sizeof(o->azure_code), "%s", i->azure_code);
	snprintf(o->address, sizeof(o->address), "%s", i->address ? i->address : "");
	snprintf(o->host, sizeof(o->host), "%s", i->host ? i->host : "");
	o->quota_limit = i->quota_limit;
}

static void turn_until(struct lab *l, const int *flag)
{
	int64_t end = clock_wall_ms() + (int64_t)WAIT_S * 1000;

	while (!*flag && clock_wall_ms() < end)
		loop_turn(l->loop, 20);
	assert_true(*flag);
}

static struct outcome change(struct lab *l, struct cloud_change ch)
{
	struct outcome o = { 0 };

	ch.location = REGION;
	ch.tags = &l->tags;
	ch.request_id = "11111111-1111-4111-8111-111111111111";
	provider_azure.change(l->cloud, &ch, on_stage, &o);
	turn_until(l, &o.ended);
	return o;
}

static struct outcome must(struct lab *l, struct cloud_change ch)
{
	struct outcome o = change(l, ch);

	if (o.stage != CLOUD_FINISHED)
		fail_msg("%s: %s", ch.id, o.msg);
	return o;
}

static struct cloud_vm_spec spec(const struct lab *l, const char *size, const char *name)
{
	return (struct cloud_vm_spec){ .size = size,
				       .image = "almalinux:almalinux-hpc:8_10-hpc-gen2:latest",
				       .admin_user = "hpcadmin",
				       .ssh_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ ops",
				       .custom_data = "#!/bin/sh\n",
				       .subnet_id = l->subnet,
				       .computer_name = name,
				       .zone = "",
				       .max_price = -1 };
}

static void make_base(struct lab *l)
{
	must(l,
	     (struct cloud_change){ .verb = CLOUD_PUT, .kind = CLOUD_GROUP, .id = l->group });
	must(l, (struct cloud_change){ .verb = CLOUD_PUT, .kind = CLOUD_NSG, .id = l->nsg });
	must(l, (struct cloud_change){ .verb = CLOUD_PUT,
				       .kind = CLOUD_NETWORK,
				       .id = l->net,
				       .vnet_cidr = "10.20.0.0/16",
				       .subnet_name = "compute",
				       .subnet_cidr = "10.20.0.0/18",
				       .nsg_id = l->nsg });
}

static struct outcome put_set(struct lab *l, enum cloud_verb verb, int64_t capacity)
{
	struct cloud_vm_spec vm = spec(l, "Standard_F2s_v2", "htc-");

	vm.spot = true;
	return change(l, (struct cloud_change){ .verb = verb,
						.kind = CLOUD_SCALESET,
						.id = l->set,
						.vm = &vm,
						.capacity = capacity });
}

/* Lists and looks, copied out of the callback. */
struct seen {
	int ended;
	bool known;
	size_t n, in_set, running;
	enum cloud_look look;
	int64_t capacity;
	char address[48], first[3][100], set[300];
};

static void on_vms(void *arg, const struct cloud_vms *vms, const struct err *err)
{
	struct seen *s = arg;

	(void)err;
	s->known = vms != NULL;
	for (size_t i = 0; vms && i < vms->n; i++) {
		const struct cloud_vm *vm = &vms->v[i];

		if (vm->set_id[0] && s->in_set < 3)
			snprintf(s->first[s->in_set], sizeof(s->first[0]), "%s", vm->name);
		s->in_set += vm->set_id[0] != '\0';
		s->running += vm->power == POWER_RUNNING && vm->host[0];
		snprintf(s->set, sizeof(s->set), "%s", vm->set_id);
		s->n++;
	}
	s->ended = 1;
}

static struct seen list_vms(struct lab *l)
{
	struct seen s = { 0 };

	provider_azure.vms(l->cloud, l->group, "c1", on_vms, &s);
	turn_until(l, &s.ended);
	assert_true(s.known);
	return s;
}

static void on_items(void *arg, const struct cloud_items *items, const struct err *err)
{
	struct seen *s = arg;

	if (!items)
		print_error("%s\n", err->msg);
	s->known = items != NULL;
	s->n = items ? items->n : 0;
	s->ended = 1;
}

static size_t count_items(struct lab *l)
{
	struct seen s = { 0 };

	provider_azure.items(l->cloud, "e1", "c1", on_items, &s);
	turn_until(l, &s.ended);
	assert_true(s.known);
	return s.n;
}

static void on_sight(void *arg, const struct cloud_sight *c, const struct err *err)
{
	struct seen *s = arg;

	(void)err;
	s->look = c->look;
	s->capacity = c->capacity;
	snprintf(s->address, sizeof(s->address), "%s",
		 c->vm && c->vm->address ? c->vm->address : "");
	s->ended = 1;
}

static struct seen look(struct lab *l, enum cloud_kind kind, const char *what)
{
	struct seen s = { 0 };

	provider_azure.look(l->cloud, kind, what, on_sight, &s);
	turn_until(l, &s.ended);
	return s;
}

static void a_cluster_comes_grows_shrinks_and_leaves_nothing(void **state)
{
	struct lab *l = *state;
	struct cloud_vm_spec vm = spec(l, "Standard_D2s_v5", "head");
	struct strs gone = STRS_INIT(10);
	struct outcome o;
	struct seen s;

	make_base(l);
	o = must(l, (struct cloud_change){
			.verb = CLOUD_PUT, .kind = CLOUD_VM, .id = l->head, .vm = &vm });
	assert_int_equal(o.accepted, 1);
	assert_string_equal(o.host, "head");
	assert_true(text_has_prefix(o.address, "10.20."));
	assert_string_equal(look(l, CLOUD_VM, l->head).address, o.address);

	assert_int_equal(put_set(l, CLOUD_PUT, 120).stage, CLOUD_FINISHED);
	assert_int_equal(put_set(l, CLOUD_GROW, 130).stage, CLOUD_FINISHED);
	assert_int_equal(look(l, CLOUD_SCALESET, l->set).capacity, 130);
	s = list_vms(l);
	assert_int_equal(s.n, 131);
	assert_int_equal(s.in_set, 130);
	assert_int_equal(s.running, 131);

	for (size_t i = 0; i < 3; i++)
		strs_add(&gone, s.first[i]);
	must(l,
	     (struct cloud_change){
		 .verb = CLOUD_DELETE, .kind = CLOUD_MEMBERS, .id = l->set, .members = &gone });
	assert_int_equal(list_vms(l).in_set, 127);
	assert_int_equal(look(l, CLOUD_SCALESET, l->set).capacity, 127);
	assert_true(count_items(l) > 3);

	must(l, (struct cloud_change){
		    .verb = CLOUD_DELETE, .kind = CLOUD_SCALESET, .id = l->set });
	must(l, (struct cloud_change){
		    .verb = CLOUD_DELETE, .kind = CLOUD_SCALESET, .id = l->set });
	assert_int_equal(look(l, CLOUD_SCALESET, l->set).look, CLOUD_IS_GONE);
	must(l, (struct cloud_change){
		    .verb = CLOUD_DELETE, .kind = CLOUD_GROUP, .id = l->group });
	assert_int_equal(count_items(l), 0);
	strs_clear(&gone);
}

static void members_of_an_infiniband_set_are_listed_and_deleted_by_number(void **state)
{
	struct lab *l = *state;
	struct cloud_vm_spec vm = spec(l, "Standard_HB120rs_v3", "mpi-");
	struct strs gone = STRS_INIT(10);
	struct seen s;

	make_base(l);
	must(l, (struct cloud_change){ .verb = CLOUD_PUT,
				       .kind = CLOUD_SCALESET,
				       .id = l->rdma,
				       .vm = &vm,
				       .capacity = 60,
				       .uniform_single_group = true });
	s = list_vms(l);
	assert_int_equal(s.in_set, 60);
	assert_int_equal(s.running, 60);
	assert_int_equal(text_casecmp(s.set, l->rdma), 0);
	strs_add(&gone, s.first[0]);
	must(l, (struct cloud_change){ .verb = CLOUD_DELETE,
				       .kind = CLOUD_MEMBERS,
				       .id = l->rdma,
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
	    az_quota_set(&l->world->quota[az_region_find(REGION)], "lowPriorityCores", 10), 0);
	o = put_set(l, CLOUD_PUT, 20);
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
	o = put_set(l, CLOUD_PUT, 5);
	assert_int_equal(o.stage, CLOUD_OUTCOME_UNKNOWN);
	assert_int_equal(look(l, CLOUD_SCALESET, l->set).capacity, 5);
}

static void a_platform_error_is_repeated_and_then_unknown(void **state)
{
	struct lab *l = *state;

	make_base(l);
	fault(l, "{\"method\":\"PUT\",\"match\":\"virtualMachineScaleSets\",\"effect\":"
		 "\"status\",\"status\":500,\"count\":2}");
	assert_int_equal(put_set(l, CLOUD_PUT, 2).stage, CLOUD_FINISHED);
	fault(l, "{\"method\":\"PUT\",\"match\":\"virtualMachineScaleSets\",\"effect\":"
		 "\"status\",\"status\":500,\"count\":-1}");
	assert_int_equal(put_set(l, CLOUD_GROW, 3).stage, CLOUD_OUTCOME_UNKNOWN);
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
	struct outcome o = { 0 };

	make_base(l);
	snprintf(in.resource_id, sizeof(in.resource_id), "%s", l->set);
	snprintf(in.op_url, sizeof(in.op_url),
		 "%s/subscriptions/%s/providers/Microsoft.Compute/locations/" REGION
		 "/operations/22222222-2222-4222-8222-222222222222?api-version=2024-03-01",
		 l->record.arm, l->record.subscription);
	provider_azure.resume(l->cloud, &in, on_stage, &o);
	turn_until(l, &o.ended);
	assert_int_equal(o.stage, CLOUD_OUTCOME_UNKNOWN);
}

static void a_status_link_to_another_host_gets_no_token(void **state)
{
	struct lab *l = *state;
	struct intent in = { .verb = CLOUD_PUT, .kind = CLOUD_SCALESET };
	struct outcome o = { 0 };

	snprintf(in.resource_id, sizeof(in.resource_id), "%s", l->set);
	snprintf(in.op_url, sizeof(in.op_url), "https://localhost:%u/operations/x",
		 arm_serve_port(l->serve));
	provider_azure.resume(l->cloud, &in, on_stage, &o);
	turn_until(l, &o.ended);
	assert_int_equal(o.stage, CLOUD_OUTCOME_UNKNOWN);
	assert_int_equal(l->arm->n.calls, 0);
}

static void a_missing_secret_fails_the_call_and_does_not_hang_it(void **state)
{
	struct lab *l = *state;
	struct outcome o;

	assert_int_equal(unlink(l->record.client_secret_file), 0);
	o = change(
	    l, (struct cloud_change){ .verb = CLOUD_PUT, .kind = CLOUD_GROUP, .id = l->group });
	assert_int_equal(o.stage, CLOUD_REFUSED);
	assert_non_null(strstr(o.msg, "client secret"));
}

static void on_sizes(void *arg, const struct vm_sizes *sizes, const struct err *err)
{
	struct seen *s = arg;
	const struct vm_size *one = sizes ? vm_sizes_find(sizes, "standard_f2s_v2") : NULL;

	(void)err;
	s->known = one && one->vcpus == 2 && one->price > 0 && one->spot_price > 0 &&
		   one->spot_price < one->price;
	s->ended = 1;
}

static void sizes_come_with_both_prices(void **state)
{
	struct lab *l = *state;
	struct seen s = { 0 };

	provider_azure.sizes(l->cloud, REGION, on_sizes, &s);
	turn_until(l, &s.ended);
	assert_true(s.known);
}

static void on_quotas(void *arg, const struct quotas *q, const struct err *err)
{
	struct seen *s = arg;
	const struct quota *cores = q ? quotas_find(q, "cores") : NULL;

	(void)err;
	s->known = cores && cores->limit > 0;
	s->ended = 1;
}

static void quotas_are_read(void **state)
{
	struct lab *l = *state;
	struct seen s = { 0 };

	provider_azure.quotas(l->cloud, REGION, on_quotas, &s);
	turn_until(l, &s.ended);
	assert_true(s.known);
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
		WITH(a_missing_secret_fails_the_call_and_does_not_hang_it),
		WITH(sizes_come_with_both_prices),
		WITH(quotas_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
