/* Sizes with their capabilities, prices and quotas of a region (azure-arm.md 6). Prices are
 * list prices, an estimate. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/http_parse.h"
#include "base/mem.h"
#include "base/text.h"
#include "provider/azure/azure.h"

struct size_list {
	struct vm_sizes sizes;
	struct http_call *price_call;
	struct cloud *cloud;
	unsigned int price_pages;
	size_t part; /* of the price list, that is being read */
};

static void free_sizes(struct cloud_call *call)
{
	struct size_list *l = call->state;

	if (l->price_call)
		http_call_cancel(l->price_call);
	vm_sizes_clear(&l->sizes);
	free(l);
}

static const char *capability(const struct json *sku, const char *name)
{
	const struct json *list = json_get(sku, "capabilities");

	for (size_t i = 0; i < json_len(list); i++)
		if (text_casecmp(json_str(json_at(list, i), "name", ""), name) == 0)
			return json_str(json_at(list, i), "value", "");
	return "";
}

static int64_t number(const struct json *sku, const char *name, int64_t fallback)
{
	int64_t n = fallback;

	num_read(&n, capability(sku, name), 0, INT64_MAX);
	return n;
}

static bool yes(const struct json *sku, const char *name)
{
	return text_casecmp(capability(sku, name), "True") == 0;
}

static void zones_of(struct vm_size *s, const struct json *sku)
{
	const struct json *zones = json_get(sku, "locationInfo.0.zones");
	size_t n = 0;

	for (size_t i = 0; i < json_len(zones) && n + 1 < sizeof(s->zones); i++) {
		const char *z = json_text(json_at(zones, i));

		if (z && z[0])
			s->zones[n++] = z[0];
	}
}

static void restrictions_of(struct vm_size *s, const struct json *sku)
{
	const struct json *list = json_get(sku, "restrictions");

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *r = json_at(list, i);

		if (text_casecmp(json_str(r, "type", ""), "Location") != 0)
			continue;
		s->restricted = true;
		snprintf(s->restriction, sizeof(s->restriction), "%.79s",
			 json_str(r, "reasonCode", "restricted"));
	}
}

/* A size with unknown cores is no size that one can plan with. */
static void take_sku(struct vm_sizes *sizes, const struct json *sku)
{
	double gib = 0;
	struct vm_size *s;

	if (text_casecmp(json_str(sku, "resourceType", ""), "virtualMachines") != 0 ||
	    number(sku, "vCPUs", 0) <= 0)
		return;
	s = vm_sizes_add(sizes);
	snprintf(s->name, sizeof(s->name), "%s", json_str(sku, "name", ""));
	snprintf(s->family, sizeof(s->family), "%s", json_str(sku, "family", ""));
	s->vcpus = number(sku, "vCPUs", 0);
	s->vcpus_per_core = number(sku, "vCPUsPerCore", 1);
	if (num_read_real(&gib, capability(sku, "MemoryGB"), 0, 1e6) == 0)
		s->mem_bytes = (int64_t)(gib * 1073741824.0);
	s->gpus = number(sku, "GPUs", 0);
	s->rdma = yes(sku, "RdmaEnabled");
	s->spot_capable = yes(sku, "LowPriorityCapable");
	s->ephemeral_disk = yes(sku, "EphemeralOSDiskSupported");
	s->accelerated_net = yes(sku, "AcceleratedNetworkingEnabled");
	zones_of(s, sku);
	restrictions_of(s, sku);
}

static void sizes_done(struct cloud_call *call, const struct err *err)
{
	struct size_list *l = call->state;

	call_ending(call);
	call->cb.sizes(call->arg, err->code == ERR_NONE ? &l->sizes : NULL, err);
	call_free(call);
}

/*
 * Prices: no token, another host; without them sizes are usable and flagged
 */

static bool has_word(const struct json *item, const char *word)
{
	return strstr(json_str(item, "skuName", ""), word) ||
	       strstr(json_str(item, "meterName", ""), word);
}

static void take_price(struct vm_sizes *sizes, const struct json *item)
{
	struct vm_size *s =
	    (struct vm_size *)(uintptr_t)vm_sizes_find(sizes, json_str(item, "armSkuName", ""));
	double price = json_real(item, "retailPrice", -1);

	if (!s || price < 0 || strstr(json_str(item, "productName", ""), "Windows") ||
	    has_word(item, "Low Priority"))
		return;
	if (has_word(item, "Spot"))
		s->spot_price = price;
	else
		s->price = price;
}

static void take_disk_price(struct vm_sizes *sizes, const struct json *item)
{
	const char *sku = json_str(item, "skuName", ""), *blank = strchr(sku, ' ');
	const char *disk = strstr(json_str(item, "meterName", ""), " Disk");
	double price = json_real(item, "retailPrice", -1);

	if (!blank || strcmp(blank, " LRS") != 0 || price <= 0 ||
	    strcmp(json_str(item, "unitOfMeasure", ""), "1/Month") != 0 || !disk ||
	    disk[strlen(" Disk")])
		return; /* bursts and mounts of a second machine are meters of their own */
	for (size_t i = 0; i < DISK_TIERS; i++)
		if (strncmp(sku, disk_tiers[i].name, (size_t)(blank - sku)) == 0 &&
		    !disk_tiers[i].name[blank - sku])
			sizes->disk_month[i] = price;
}

static void take_snapshot_price(struct vm_sizes *sizes, const struct json *item)
{
	double price = json_real(item, "retailPrice", -1);

	if (price > 0 && strcmp(json_str(item, "unitOfMeasure", ""), "1 GB/Month") == 0)
		sizes->snapshot_month = price;
}

/* Asked for one after the other. */
static const struct {
	const char *filter;
	void (*take)(struct vm_sizes *sizes, const struct json *item);
} parts[] = {
	{ "serviceName eq 'Virtual Machines'", take_price },
	{ "productName eq 'Premium SSD Managed Disks'", take_disk_price },
	{ "productName eq 'Standard HDD Managed Disks' and skuName eq 'Snapshots LRS'",
	  take_snapshot_price },
};

static void price_page(struct cloud_call *call, const char *url);
static void prices_ask(struct cloud_call *call);

static void on_prices(void *arg, const struct http_reply *reply, const struct err *err)
{
	struct cloud_call *call = arg;
	struct size_list *l = call->state;
	struct json *j = reply && reply->status == 200
			     ? json_parse(reply->body, reply->body_len, NULL)
			     : NULL;
	const struct json *items = json_get(j, "Items");
	const char *next = json_str(j, "NextPageLink", "");
	struct err ok = ERR_INIT;

	(void)err;
	l->price_call = NULL;
	for (size_t i = 0; i < json_len(items); i++)
		parts[l->part].take(&l->sizes, json_at(items, i));
	if (next[0] && ++l->price_pages < 200) {
		price_page(call, next);
	} else if (++l->part < ARRAY_LEN(parts)) {
		prices_ask(call);
	} else {
		sizes_done(call, &ok);
	}
	json_free(j);
}

static void price_page(struct cloud_call *call, const char *url)
{
	struct size_list *l = call->state;
	const struct http_request q = { .url = url, .total_ms = 30000 };

	l->price_call = http_client_send(call->cloud->http, &q, on_prices, call);
}

static void prices_ask(struct cloud_call *call)
{
	const struct size_list *l = call->state;
	struct buf url = BUF_INIT(8192), filter = BUF_INIT(4096);

	buf_addf(&filter, "%s and armRegionName eq '%s' and priceType eq 'Consumption'",
		 parts[l->part].filter, l->sizes.region);
	buf_addf(&url, "%s?api-version=%s&$filter=", call->cloud->record->prices, API_PRICES);
	http_escape(&url, buf_str(&filter));
	price_page(call, buf_str(&url));
	buf_clear(&url);
	buf_clear(&filter);
}

static void prices_begin(struct cloud_call *call)
{
	struct size_list *l = call->state;
	struct err ok = ERR_INIT;

	if (!call->cloud->record->prices) {
		sizes_done(call, &ok);
		return;
	}
	l->sizes.sample_prices = call->cloud->record->simulated;
	prices_ask(call);
}

static void on_skus(void *arg, const struct arm_answer *a)
{
	struct cloud_call *call = arg;
	struct size_list *l = call->state;
	const struct json *list = json_get(a->body, "value");
	struct err err = a->err;

	call->arm = NULL;
	if (err.code == ERR_NONE && !json_is(list, JSON_ARRAY))
		err_set(&err, ERR_IO, "the cloud's list of sizes has no \"value\"");
	if (err.code != ERR_NONE) {
		sizes_done(call, &err);
		return;
	}
	for (size_t i = 0; i < json_len(list); i++)
		take_sku(&l->sizes, json_at(list, i));
	if (list_goes_on(call, a, on_skus))
		return;
	if (list_is_cut_off(call, &err))
		sizes_done(call, &err);
	else
		prices_begin(call);
}

struct cloud_call *azure_sizes(struct cloud *c, const char *region, cloud_sizes_cb *cb,
			       void *arg)
{
	struct cloud_call *call = call_new(c, arg);
	struct size_list *l = xcalloc(1, sizeof(*l));
	char *url = xasprintf(
	    "/subscriptions/%s/providers/Microsoft.Compute/skus?api-version=%s&$filter=location%%20eq%%20'%s'",
	    c->record->subscription, API_SKUS, region);

	call->cb.sizes = cb;
	call->state = l;
	call->free_state = free_sizes;
	snprintf(l->sizes.region, sizeof(l->sizes.region), "%s", region);
	l->sizes.read_ms = clock_utc_ms();
	call->arm = arm_list(c, url, on_skus, call);
	free(url);
	return call;
}

/*
 * Quotas
 */

static void free_quotas(struct cloud_call *call)
{
	quotas_clear(call->state);
	free(call->state);
}

static void on_usages(void *arg, const struct arm_answer *a)
{
	struct cloud_call *call = arg;
	struct quotas *q = call->state;
	const struct json *list = json_get(a->body, "value");
	struct err err = a->err;

	call->arm = NULL;
	if (err.code == ERR_NONE && !json_is(list, JSON_ARRAY)) /* R5.2: no limit is not none */
		err_set(&err, ERR_IO, "the cloud's list of quotas has no \"value\"");
	for (size_t i = 0; err.code == ERR_NONE && i < json_len(list); i++) {
		const struct json *j = json_at(list, i);
		struct quota *one = quotas_add(q);

		snprintf(one->name, sizeof(one->name), "%s", json_str(j, "name.value", ""));
		one->limit = json_int(j, "limit", 0);
		one->used = json_int(j, "currentValue", 0);
	}
	if (err.code == ERR_NONE && list_goes_on(call, a, on_usages))
		return;
	if (err.code == ERR_NONE)
		list_is_cut_off(call, &err);
	call_ending(call);
	call->cb.quotas(call->arg, err.code == ERR_NONE ? q : NULL, &err);
	call_free(call);
}

struct cloud_call *azure_quotas(struct cloud *c, const char *region, cloud_quotas_cb *cb,
				void *arg)
{
	struct cloud_call *call = call_new(c, arg);
	struct quotas *q = xcalloc(1, sizeof(*q));
	char *url = xasprintf(
	    "/subscriptions/%s/providers/Microsoft.Compute/locations/%s/usages?api-version=%s",
	    c->record->subscription, region, API_COMPUTE);

	call->cb.quotas = cb;
	call->state = q;
	call->free_state = free_quotas;
	snprintf(q->region, sizeof(q->region), "%s", region);
	q->read_ms = clock_utc_ms();
	call->arm = arm_list(c, url, on_usages, call);
	free(url);
	return call;
}
