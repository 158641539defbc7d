/* The provider against the simulated cloud over TLS: real tokens, operations, pages and
 * refusals. */
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

#include "../../support/azure_lab.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "provider/azure/azure.h"

static void a_cluster_comes_grows_shrinks_and_leaves_nothing(void **state)
{
	struct lab *l = *state;
	struct cloud_vm_spec vm = ask_spec(&l->ask, "Standard_D2s_v5", "head");
	struct strs gone = STRS_INIT(10);
	struct outcome o;
	struct seen s;

	lab_base(l);
	o = lab_must(l,
		     (struct cloud_change){
			 .verb = CLOUD_PUT, .kind = CLOUD_VM, .id = l->ask.head, .vm = &vm });
	assert_int_equal(o.accepted, 1);
	assert_string_equal(o.host, "head");
	assert_true(text_has_prefix(o.address, "10.20."));
	assert_string_equal(ask_look(&l->ask, CLOUD_VM, l->ask.head).address, o.address);

	assert_int_equal(ask_put_set(&l->ask, CLOUD_PUT, 120).stage, CLOUD_FINISHED);
	assert_int_equal(ask_put_set(&l->ask, CLOUD_GROW, 130).stage, CLOUD_FINISHED);
	assert_int_equal(ask_look(&l->ask, CLOUD_SCALESET, l->ask.set).capacity, 130);
	s = lab_vms(l);
	assert_int_equal(s.n, 131);
	assert_int_equal(s.in_set, 130);
	assert_int_equal(s.running, 131);

	for (size_t i = 0; i < 3; i++)
		strs_add(&gone, s.first[i]);
	lab_must(l, (struct cloud_change){ .verb = CLOUD_DELETE,
					   .kind = CLOUD_MEMBERS,
					   .id = l->ask.set,
					   .members = &gone });
	assert_int_equal(lab_vms(l).in_set, 127);
	assert_int_equal(ask_look(&l->ask, CLOUD_SCALESET, l->ask.set).capacity, 127);
	assert_true(lab_items(l) > 3);

	lab_must(l, (struct cloud_change){
			.verb = CLOUD_DELETE, .kind = CLOUD_SCALESET, .id = l->ask.set });
	lab_must(l, (struct cloud_change){
			.verb = CLOUD_DELETE, .kind = CLOUD_SCALESET, .id = l->ask.set });
	assert_int_equal(ask_look(&l->ask, CLOUD_SCALESET, l->ask.set).look, CLOUD_IS_GONE);
	lab_must(l, (struct cloud_change){
			.verb = CLOUD_DELETE, .kind = CLOUD_GROUP, .id = l->ask.group });
	assert_int_equal(lab_items(l), 0);
	strs_clear(&gone);
}

static void members_of_an_infiniband_set_are_listed_and_deleted_by_number(void **state)
{
	struct lab *l = *state;
	struct cloud_vm_spec vm = ask_spec(&l->ask, "Standard_HB120rs_v3", "mpi-");
	struct strs gone = STRS_INIT(10);
	struct seen s;

	lab_base(l);
	lab_must(l, (struct cloud_change){ .verb = CLOUD_PUT,
					   .kind = CLOUD_SCALESET,
					   .id = l->ask.rdma,
					   .vm = &vm,
					   .capacity = 60,
					   .uniform_single_group = true });
	s = lab_vms(l);
	assert_int_equal(s.in_set, 60);
	assert_int_equal(s.running, 60);
	assert_int_equal(text_casecmp(s.set, l->ask.rdma), 0);
	strs_add(&gone, s.first[0]);
	lab_must(l, (struct cloud_change){ .verb = CLOUD_DELETE,
					   .kind = CLOUD_MEMBERS,
					   .id = l->ask.rdma,
					   .members = &gone });
	assert_int_equal(lab_vms(l).in_set, 59);
	strs_clear(&gone);
}

static void a_quota_is_told_with_its_numbers(void **state)
{
	struct lab *l = *state;
	struct outcome o;

	lab_base(l);
	assert_int_equal(
	    az_quota_set(&l->world->quota[az_region_find(ASK_REGION)], "lowPriorityCores", 10),
	    0);
	o = ask_put_set(&l->ask, CLOUD_PUT, 20);
	assert_int_equal(o.stage, CLOUD_REFUSED);
	assert_int_equal(o.code, ERR_QUOTA);
	assert_int_equal(o.quota_limit, 10);
}

static void a_console_is_fetched_from_where_the_cloud_says(void **state)
{
	struct lab *l = *state;
	struct cloud_vm_spec vm = ask_spec(&l->ask, "Standard_F2s_v2", "head");
	struct seen t;

	lab_base(l);
	lab_must(l, (struct cloud_change){
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

	lab_base(l);
	lab_must(l, (struct cloud_change){
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

/* R12.2, R12.3: by the Date of its replies. */
static void the_clouds_own_clock_is_known_from_its_replies(void **state)
{
	struct lab *l = *state;
	struct cloud_health health;

	lab_base(l);
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
	char *group = lab_other_group(l, "");
	struct seen s = { 0 };

	lab_base(l);
	strs_clear(&l->ask.tags);
	l->ask.tags = (struct strs)STRS_INIT(1);
	lab_must(l,
		 (struct cloud_change){ .verb = CLOUD_PUT, .kind = CLOUD_GROUP, .id = group });
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
	lab_base(l);
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

	lab_base(l);
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

	lab_base(l);
	provider_azure.items(l->cloud, "e1", "c1", quit_items, &never); /* dropped with it */
	provider_azure.quotas(l->cloud, ASK_REGION, quit_quotas, &q);
	assert_true(ask_wait(&l->ask, &q.ended));
}

static void everything_in_a_group_is_told_when_no_engine_is_named(void **state)
{
	struct lab *l = *state;
	struct seen all;

	lab_base(l);
	strs_clear(&l->ask.tags);
	l->ask.tags = (struct strs)STRS_INIT(1);
	strs_add(&l->ask.tags, "owner=somebody-else");
	lab_must(
	    l, (struct cloud_change){ .verb = CLOUD_PUT, .kind = CLOUD_NSG, .id = l->ask.nsg });
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

	lab_base(l);
	assert_int_equal(ask_put_set(&l->ask, CLOUD_PUT, 2).stage, CLOUD_FINISHED);
	lab_fault(l, "{\"method\":\"GET\",\"match\":\"/resources\",\"effect\":\"empty-page\","
		     "\"count\":-1}");
	lab_fault(
	    l, "{\"method\":\"GET\",\"match\":\"/virtualMachines\",\"effect\":\"empty-page\","
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(a_cluster_comes_grows_shrinks_and_leaves_nothing),
		LAB_TEST(members_of_an_infiniband_set_are_listed_and_deleted_by_number),
		LAB_TEST(a_quota_is_told_with_its_numbers),
		LAB_TEST(a_console_is_fetched_from_where_the_cloud_says),
		LAB_TEST(a_console_at_an_address_that_others_can_read_is_not_fetched),
		LAB_TEST(a_missing_secret_fails_the_call_and_does_not_hang_it),
		LAB_TEST(the_clouds_own_clock_is_known_from_its_replies),
		LAB_TEST(all_groups_are_told_when_none_is_named),
		LAB_TEST(a_secret_that_others_can_read_is_refused),
		LAB_TEST(a_call_may_be_cancelled_in_its_last_callback),
		LAB_TEST(a_cloud_may_be_closed_in_a_last_callback),
		LAB_TEST(everything_in_a_group_is_told_when_no_engine_is_named),
		LAB_TEST(r11_6_a_list_without_an_end_is_cut_off_and_unknown),
		LAB_TEST(sizes_come_with_both_prices),
		LAB_TEST(quotas_are_read),
		LAB_TEST(regions_are_listed),
	};

	return cmocka_run_group_tests_name("provider/azure_cloud", tests, NULL, NULL);
}
