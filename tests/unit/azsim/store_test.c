#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../support/cloud.h"
#include "base/clock.h"
#include "base/file.h"

static char dir[128];

static int make_dir(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	snprintf(dir, sizeof(dir), "%s/azsim-store-XXXXXX", tmp ? tmp : "/tmp");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	return file_remove_tree(dir, NULL);
}

/* Runs in a process of its own and dies there as by kill -9: nothing is closed, nothing is
 * flushed any more. */
static void in_a_process_that_is_killed(void (*work)(struct cloud *c))
{
	struct cloud c;
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		cloud_open(&c, NULL, dir);
		work(&c);
		kill(getpid(), SIGKILL);
	}
	waitpid(pid, &status, 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void begin_a_set(struct cloud *c)
{
	char *body = cloud_set_body((const char *const[]){ "sku.capacity=40", NULL });

	cloud_base(c);
	if (cloud_call(c, "PUT", CLOUD_SETS "/htc", body) != 201)
		abort();
	free(body);
	body = cloud_vm_body(NULL);
	if (cloud_call(c, "PUT", CLOUD_VMS "/head", body) != 201)
		abort();
	free(body);
}

static void a_kill_in_the_middle_of_an_operation_is_survived(void **state)
{
	struct cloud c;
	const char *key;
	void *v;
	size_t ops = 0;

	(void)state;
	in_a_process_that_is_killed(begin_a_set);
	clock_test_set(CLOUD_START + 1100); /* the child's clock went so far */
	cloud_open(&c, NULL, dir);
	assert_int_equal(c.w->n_vms, 41);
	for (size_t i = 0; map_next(c.w->ops, &i, &key, &v);)
		ops += ((struct az_op *)v)->state == AZ_OP_RUNNING;
	assert_int_equal(ops, 2);
	assert_int_equal(az_set_find(az_group_find(c.w, "rg"), "htc")->op->pending, 40);
	cloud_pass(&c, 4000);
	for (size_t i = 0; map_next(c.w->ops, &i, &key, &v);)
		assert_int_equal(((struct az_op *)v)->state, AZ_OP_SUCCEEDED);
	assert_int_equal(cloud_call(&c, "GET", CLOUD_SETS "/htc", NULL), 200);
	assert_string_equal(json_str(c.json, "properties.provisioningState", ""), "Succeeded");
	assert_int_equal(json_int(c.json, "sku.capacity", 0), 40);
	cloud_close(&c);
}

static void addresses_quota_and_disks_are_counted_again(void **state)
{
	struct cloud c;
	char *body;

	(void)state;
	in_a_process_that_is_killed(begin_a_set);
	cloud_open(&c, NULL, dir);
	assert_int_equal(c.w->quota[AZ_WESTEUROPE].vms.used, 41);
	assert_int_equal(c.w->quota[AZ_WESTEUROPE].spot.used, 80);
	assert_int_equal(c.w->quota[AZ_WESTEUROPE].sets.used, 1);
	assert_int_equal(cloud_call(&c, "GET", CLOUD_NET "/virtualNetworks/net/usages", NULL),
			 200);
	assert_int_equal((int)json_real(c.json, "value.0.currentValue", 0), 41);
	cloud_pass(&c, 3000);
	body = cloud_set_body((const char *const[]){ "sku.capacity=41", NULL });
	assert_int_equal(cloud_call(&c, "PUT", CLOUD_SETS "/htc", body), 200);
	free(body);
	assert_int_equal(c.w->n_vms,
			 42); /* a new name and a new address, none of those there were */
	assert_int_equal(cloud_call(&c, "DELETE", CLOUD_VMS "/head", NULL), 202);
	cloud_pass(&c, 3000);
	cloud_call(&c, "GET", CLOUD_RG "/providers/Microsoft.Compute/disks", NULL);
	assert_int_equal(json_len(json_get(c.json, "value")), 0);
	cloud_close(&c);
}

static void delete_it_all(struct cloud *c)
{
	begin_a_set(c);
	cloud_pass(c, 3000);
	cloud_call(c, "DELETE", CLOUD_RG, NULL);
}

static void a_deletion_goes_on_after_a_kill(void **state)
{
	struct cloud c;

	(void)state;
	in_a_process_that_is_killed(delete_it_all);
	clock_test_set(CLOUD_START + 4100);
	cloud_open(&c, NULL, dir);
	assert_non_null(az_group_find(c.w, "rg"));
	cloud_pass(&c, 4000);
	assert_null(az_group_find(c.w, "rg"));
	assert_int_equal(c.w->n_vms, 0);
	cloud_close(&c);
	clock_test_set(CLOUD_START + 9000);
	cloud_open(&c, NULL, dir);
	assert_int_equal(map_count(c.w->groups), 0);
	cloud_close(&c);
}

static void evict_one(struct cloud *c)
{
	begin_a_set(c);
	cloud_pass(c, 3600000);
	cloud_call(c, "POST", "/azsim/evict", "{\"set\":\"htc\",\"count\":10}");
	cloud_pass(c, 3000);
}

static void the_ledger_remembers_who_is_gone_and_what_it_cost(void **state)
{
	struct cloud c;
	const struct json *vms;
	size_t gone = 0;
	double cost = 0;

	(void)state;
	in_a_process_that_is_killed(evict_one);
	clock_test_set(CLOUD_START + 3605000);
	cloud_open(&c, NULL, dir);
	assert_int_equal(cloud_call(&c, "GET", "/azsim/ledger?tag=cluster-id:c1", NULL), 200);
	vms = json_get(c.json, "vms");
	assert_int_equal(json_len(vms), 41);
	for (size_t i = 0; i < json_len(vms); i++) {
		gone += json_str(json_at(vms, i), "deleted", NULL) != NULL;
		cost += json_real(json_at(vms, i), "cost", 0);
		if (*json_str(json_at(vms, i), "set", ""))
			assert_int_equal(json_int(json_at(vms, i), "capacityIntended", 0), 40);
	}
	assert_int_equal(gone, 10);
	assert_true(cost > 0.8 && cost < 1.1); /* 40 at 0.0201 and one at 0.114 for an hour */
	assert_int_equal(cloud_call(&c, "GET", "/azsim/ledger?tag=cluster-id:c2", NULL), 200);
	assert_int_equal(json_len(json_get(c.json, "vms")), 0);
	assert_int_equal(json_len(json_get(c.json, "live")), 0);
	cloud_close(&c);
}

/* Under the sanitizers resident memory is mostly theirs: they count what the program itself
 * holds. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static int64_t held_kb(void)
{
	FILE *f;
	char line[256];
	int64_t kb = 0;

	if (__sanitizer_get_current_allocated_bytes)
		return (int64_t)(__sanitizer_get_current_allocated_bytes() / 1024);
	f = fopen("/proc/self/status", "re");
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "VmRSS:", 6) == 0)
			kb = strtoll(line + 6, NULL, 10);
	if (f)
		fclose(f);
	return kb;
}

static void ten_thousand_machines_fit_into_100_mb(void **state)
{
	struct cloud c;
	int64_t before;
	char target[200];

	(void)state;
	cloud_open(&c, NULL, dir);
	cloud_base(&c);
	before = held_kb();
	for (int i = 0; i < 10; i++) {
		char *body = cloud_set_body((const char *const[]){ "sku.capacity=1000", NULL });

		snprintf(target, sizeof(target), CLOUD_SETS "/s%d", i);
		assert_int_equal(cloud_call(&c, "PUT", target, body), 201);
		free(body);
	}
	for (int i = 0; i < 100; i++)
		cloud_pass(&c, 50);
	assert_int_equal(c.w->n_vms, 10000);
	assert_int_equal(c.w->n.vms_failed, 0);
	print_message("10,000 machines add %lld kB\n", (long long)(held_kb() - before));
	assert_true(held_kb() - before < 100000);
	assert_int_equal(cloud_call(&c, "DELETE", CLOUD_RG, NULL), 202);
	for (int i = 0; i < 100; i++)
		cloud_pass(&c, 50);
	assert_int_equal(c.w->n_vms, 0);
	cloud_close(&c);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_kill_in_the_middle_of_an_operation_is_survived),
		TEST(addresses_quota_and_disks_are_counted_again),
		TEST(a_deletion_goes_on_after_a_kill),
		TEST(the_ledger_remembers_who_is_gone_and_what_it_cost),
		TEST(ten_thousand_machines_fit_into_100_mb),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
