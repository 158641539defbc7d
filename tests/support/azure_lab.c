#include "azure_lab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "provider/azure/azure.h"

#define FACTOR 50

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

int lab_setup(void **state)
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

int lab_teardown(void **state)
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

struct outcome lab_must(struct lab *l, struct cloud_change ch)
{
	struct outcome o = ask_change(&l->ask, ch);

	if (o.stage != CLOUD_FINISHED)
		fail_msg("%s: %s", ch.id, o.msg);
	return o;
}

void lab_base(struct lab *l)
{
	struct outcome o = ask_base(&l->ask);

	if (o.stage != CLOUD_FINISHED)
		fail_msg("%s", o.msg);
}

struct seen lab_vms(struct lab *l)
{
	struct seen s = ask_vms(&l->ask);

	assert_true(s.known);
	return s;
}

size_t lab_items(struct lab *l)
{
	struct seen s = ask_items(&l->ask, "e1", "c1");

	if (!s.known)
		fail_msg("%s", s.msg);
	return s.n;
}

void lab_fault(struct lab *l, const char *text)
{
	struct json *j = json_parse(text, strlen(text), NULL);
	struct az_refusal r = { 0 };

	assert_int_equal(arm_fault_add(l->arm, j, &r), 0);
	json_free(j);
}

char *lab_other_group(struct lab *l, const char *below)
{
	return xasprintf("/subscriptions/%s/resourceGroups/pl-other%s", l->record.subscription,
			 below);
}
