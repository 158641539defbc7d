#include "cloud.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define KEY_DATA "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ ops"
#define SUBNET	 CLOUD_NET "/virtualNetworks/net/subnets/compute"

#define OS(key, name)                                                                                        \
	"\"osProfile\":{\"" key "\":\"" name                                                                 \
	"\",\"adminUsername\":\"hpcadmin\",\"customData\":\"IyEvYmluL3NoCg==\","                             \
	"\"linuxConfiguration\":{\"disablePasswordAuthentication\":true,\"ssh\":{\"publicKeys\":[{\"path\":" \
	"\"/home/hpcadmin/.ssh/authorized_keys\",\"keyData\":\"" KEY_DATA "\"}]}}}"
#define IMAGE                                                                                                    \
	"\"imageReference\":{\"publisher\":\"almalinux\",\"offer\":\"almalinux-hpc\",\"sku\":\"8_10-hpc-gen2\"," \
	"\"version\":\"latest\"}"
#define NIC                                                                                                           \
	"{\"name\":\"nic0\",\"properties\":{\"primary\":true,\"ipConfigurations\":[{\"name\":\"ip0\",\"properties\":" \
	"{\"primary\":true,\"subnet\":{\"id\":\"" SUBNET "\"}}}]}}"

static const char set_body[] =
    "{\"location\":\"westeurope\",\"tags\":{\"cluster-id\":\"c1\"},"
    "\"sku\":{\"name\":\"Standard_F2s_v2\",\"tier\":\"Standard\",\"capacity\":3},"
    "\"properties\":{\"orchestrationMode\":\"Flexible\",\"platformFaultDomainCount\":1,\"singlePlacementGroup\":false,"
    "\"virtualMachineProfile\":{\"priority\":\"Spot\",\"evictionPolicy\":\"Delete\",\"billingProfile\":{\"maxPrice\":-1}," OS(
	"computerNamePrefix",
	"htc-") ",\"storageProfile\":{" IMAGE ",\"osDisk\":{\"createOption\":\"FromImage\"}},"
		"\"networkProfile\":{\"networkApiVersion\":\"2020-11-01\",\"networkInterfaceConfigurations\":[" NIC
		"]}}}}";

static const char uniform_body[] =
    "{\"location\":\"westeurope\",\"tags\":{\"cluster-id\":\"c1\"},"
    "\"sku\":{\"name\":\"Standard_HB120rs_v3\",\"capacity\":2},"
    "\"properties\":{\"orchestrationMode\":\"Uniform\",\"platformFaultDomainCount\":1,\"singlePlacementGroup\":true,"
    "\"overprovision\":false,\"upgradePolicy\":{\"mode\":\"Manual\"},\"virtualMachineProfile\":{" OS(
	"computerNamePrefix",
	"hpc-") ",\"storageProfile\":{" IMAGE ",\"osDisk\":{\"createOption\":\"FromImage\"}},"
		"\"networkProfile\":{\"networkInterfaceConfigurations\":[" NIC "]}}}}";

static const char vm_body[] =
    "{\"location\":\"westeurope\",\"tags\":{\"cluster-id\":\"c1\"},\"properties\":{"
    "\"hardwareProfile\":{\"vmSize\":\"Standard_D2s_v5\"}," OS(
	"computerName",
	"head") ",\"storageProfile\":{" IMAGE
		",\"osDisk\":{\"createOption\":\"FromImage\",\"deleteOption\":\"Delete\"}},"
		"\"networkProfile\":{\"networkApiVersion\":\"2020-11-01\",\"networkInterfaceConfigurations\":[" NIC
		"]}}}";

static void forget_answer(struct cloud *c)
{
	json_free(c->json);
	c->json = NULL;
	arm_reply_clear(&c->reply);
	c->reply = (struct arm_reply){ 0 };
}

void cloud_token(struct cloud *c)
{
	struct http_headers none = { 0 };
	struct arm_request req = {
		.method = "POST",
		.path = "/" AZ_TENANT "/oauth2/v2.0/token",
		.query = "",
		.base = "https://127.0.0.1",
		.headers = &none,
		.body = "grant_type=client_credentials&client_id=app&client_secret=s3cret"
			"&scope=https%3A%2F%2Fmanagement.azure.com%2F.default"
	};
	struct json *j;

	forget_answer(c);
	req.body_len = strlen(req.body);
	arm_handle(c->arm, &req, &c->reply);
	j = json_parse(buf_str(&c->reply.body), c->reply.body.len, NULL);
	free(c->token);
	c->token = xasprintf("Bearer %s", json_str(j, "access_token", ""));
	json_free(j);
	arm_reply_clear(&c->reply);
	c->reply = (struct arm_reply){ 0 };
}

void cloud_open(struct cloud *c, const char *scenario, const char *dir)
{
	struct az_scenario sc = { 0 };
	struct err err = ERR_INIT;
	struct arm_options o = { .client_id = "app",
				 .client_secret = "s3cret",
				 .control_key = "key" };

	*c = (struct cloud){ 0 };
	if (!clock_is_test())
		clock_test_set(CLOUD_START);
	az_scenario_profile(&sc, "fast", &err);
	sc.has_seed = true;
	sc.seed = 1;
	if (scenario && az_scenario_read(&sc, scenario, strlen(scenario), &err) != 0) {
		fprintf(stderr, "%s\n", err.msg);
		abort();
	}
	c->w = az_world_new(NULL, &sc, dir, &err);
	if (!c->w) {
		fprintf(stderr, "%s\n", err.msg);
		abort();
	}
	o.key = rsa_key_make(2048, &err);
	c->arm = arm_new(c->w, &o);
	cloud_token(c);
}

void cloud_close(struct cloud *c)
{
	forget_answer(c);
	free(c->token);
	arm_free(c->arm);
	az_world_free(c->w);
	*c = (struct cloud){ 0 };
	clock_test_end();
}

int cloud_call(struct cloud *c, const char *method, const char *target, const char *body)
{
	struct http_headers h = { 0 };
	char *path = xstrdup(target), *query = strchr(path, '?');
	struct buf q = BUF_INIT(65536);
	struct arm_request req = {
		.method = method, .path = path, .base = "https://127.0.0.1", .headers = &h
	};

	if (query)
		*query++ = '\0';
	buf_adds(&q, query ? query : "");
	if (!query || !strstr(query, "api-version"))
		buf_addf(&q, "%sapi-version=2024-03-01", query && *query ? "&" : "");
	req.query = buf_str(&q);
	http_headers_add(&h, "Authorization", c->token);
	http_headers_add(&h, "x-azsim-key", "key");
	if (c->extra_name)
		http_headers_add(&h, c->extra_name, c->extra_value);
	c->extra_name = NULL;
	req.body = body;
	req.body_len = body ? strlen(body) : 0;
	forget_answer(c);
	arm_handle(c->arm, &req, &c->reply);
	az_world_flush(c->w);
	if (c->reply.body.len > 0)
		c->json = json_parse(buf_str(&c->reply.body), c->reply.body.len, NULL);
	http_headers_clear(&h);
	buf_clear(&q);
	free(path);
	return c->reply.status;
}

const char *cloud_code(const struct cloud *c)
{
	return json_str(c->json, "error.code", "");
}

const char *cloud_header(const struct cloud *c, const char *name)
{
	const char *v = http_headers_get(&c->reply.headers, name);

	return v ? v : "";
}

void cloud_pass(struct cloud *c, int64_t ms)
{
	for (; ms > 0; ms -= 50) {
		clock_test_advance(ms < 50 ? ms : 50);
		az_world_run(c->w);
	}
	az_world_flush(c->w);
}

void cloud_base(struct cloud *c)
{
	cloud_call(c, "PUT", CLOUD_RG,
		   "{\"location\":\"westeurope\",\"tags\":{\"cluster-id\":\"c1\"}}");
	cloud_call(
	    c, "PUT", CLOUD_NET "/virtualNetworks/net",
	    "{\"location\":\"westeurope\",\"properties\":{\"addressSpace\":{\"addressPrefixes\":[\"10.20.0.0/16\"]},"
	    "\"subnets\":[{\"name\":\"compute\",\"properties\":{\"addressPrefix\":\"10.20.0.0/18\"}},"
	    "{\"name\":\"tiny\",\"properties\":{\"addressPrefix\":\"10.20.64.0/29\"}},"
	    "{\"name\":\"anf\",\"properties\":{\"addressPrefix\":\"10.20.65.0/24\",\"delegations\":[{\"name\":\"d\","
	    "\"properties\":{\"serviceName\":\"Microsoft.NetApp/volumes\"}}]}}]}}");
	cloud_pass(c, 1000);
}

static void change(struct json *doc, const char *spec)
{
	const char *eq = strchr(spec, '=');
	char *path = xstrndup(spec, (size_t)(eq - spec));

	if (!eq[1])
		arm_json_drop(doc, path);
	else
		json_put(doc, path, json_parse(eq + 1, strlen(eq + 1), NULL));
	free(path);
}

static char *changed(const char *base, const char *const *changes)
{
	struct json *doc = json_parse(base, strlen(base), NULL);
	struct buf b = BUF_INIT(1 << 20);

	assert(doc);
	for (; changes && *changes; changes++)
		change(doc, *changes);
	json_write(&b, doc);
	json_free(doc);
	return buf_steal(&b);
}

char *cloud_set_body(const char *const *changes)
{
	return changed(set_body, changes);
}

char *cloud_uniform_body(const char *const *changes)
{
	return changed(uniform_body, changes);
}

char *cloud_vm_body(const char *const *changes)
{
	return changed(vm_body, changes);
}
