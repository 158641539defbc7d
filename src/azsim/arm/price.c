/* The retail price list: open to everybody, filtered by equalities, 1,000 items a page. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/arm/arm.h"
#include "azsim/world/disk.h"
#include "azsim/world/price.h"
#include "base/mem.h"
#include "base/text.h"

#define PAGE 100

/* field eq 'value' and field eq 'value' ...: values are case-sensitive, as in the real list. */
static bool passes(const char *filter, const struct json *item)
{
	while (*filter) {
		char field[64], value[128];
		const char *eq = strstr(filter, " eq '"), *end, *from = filter;

		if (!eq)
			return true;
		while (*from == ' ' || *from == '(')
			from++;
		end = strchr(eq + 5, '\'');
		if (!end)
			return true;
		snprintf(field, sizeof(field), "%.*s", (int)(eq - from), from);
		snprintf(value, sizeof(value), "%.*s", (int)(end - eq - 5), eq + 5);
		if (strcmp(json_str(item, field, ""), value) != 0)
			return false;
		filter = strstr(end, " and ") ? strstr(end, " and ") + 5 : "";
	}
	return true;
}

static struct json *priced(double price, int region)
{
	struct json *o = json_new_object();

	json_set_str(o, "currencyCode", "USD");
	json_set_real(o, "tierMinimumUnits", 0);
	json_set_real(o, "retailPrice", price);
	json_set_real(o, "unitPrice", price);
	json_set_str(o, "armRegionName", az_regions[region].name);
	json_set_str(o, "location", az_regions[region].title);
	json_set_str(o, "effectiveStartDate", "2026-01-01T00:00:00Z");
	json_set_str(o, "type", "Consumption");
	json_set_str(o, "priceType", "Consumption");
	json_set_bool(o, "isPrimaryMeterRegion", true);
	return o;
}

static struct json *item(struct arm_call *c, const struct az_sku *s, int region, bool spot)
{
	struct json *o = priced(az_price(c->w, s, region, spot, az_world_now(c->w)), region);
	const char *size = strchr(s->name, '_') + 1;
	char *name = xasprintf("%s%s", size, spot ? " Spot" : "");

	for (char *p = name; *p; p++)
		if (*p == '_')
			*p = ' ';
	json_set_str(o, "meterName", name);
	json_set_str(o, "productName", "Virtual Machines (azsim sample prices)");
	json_set_str(o, "skuName", name);
	json_set_str(o, "serviceName", "Virtual Machines");
	json_set_str(o, "serviceFamily", "Compute");
	json_set_str(o, "unitOfMeasure", "1 Hour");
	json_set_str(o, "armSkuName", s->name);
	free(name);
	return o;
}

static struct json *disk_item(const struct az_disk_tier *t, int region)
{
	struct json *o = priced(az_disk_month(t, region), region);
	char *text = xasprintf("%s LRS Disk", t->name);

	json_set_str(o, "meterName", text);
	text[strlen(text) - strlen(" Disk")] = '\0';
	json_set_str(o, "skuName", text);
	free(text);
	text = xasprintf("Premium_SSD_Managed_Disk_%s", t->name);
	json_set_str(o, "armSkuName", text);
	free(text);
	json_set_str(o, "productName", "Premium SSD Managed Disks");
	json_set_str(o, "serviceName", "Storage");
	json_set_str(o, "serviceFamily", "Storage");
	json_set_str(o, "unitOfMeasure", "1/Month");
	return o;
}

static struct json *snapshot_item(int region)
{
	struct json *o = priced(az_snapshot_month(region), region);

	json_set_str(o, "meterName", "LRS Snapshots");
	json_set_str(o, "skuName", "Snapshots LRS");
	json_set_str(o, "armSkuName", "Standard_HDD_Managed_Disk_Snapshots");
	json_set_str(o, "productName", "Standard HDD Managed Disks");
	json_set_str(o, "serviceName", "Storage");
	json_set_str(o, "serviceFamily", "Storage");
	json_set_str(o, "unitOfMeasure", "1 GB/Month");
	return o;
}

static void add_next(struct arm_call *c, struct json *o, int64_t skip)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);

	buf_addf(&b, "%s%s?", c->req->base, c->req->path);
	for (const char *q = c->req->query ? c->req->query : ""; *q;) {
		size_t len = strcspn(q, "&");

		if (len > 0 && strncmp(q, "$skip=", 6) != 0 && strncmp(q, "%24skip=", 8) != 0) {
			buf_add(&b, q, len);
			buf_addc(&b, '&');
		}
		q += len;
		q += *q == '&';
	}
	buf_addf(&b, "$skip=%lld", (long long)skip);
	json_set_str(o, "NextPageLink", buf_str(&b));
	buf_clear(&b);
}

struct price_list { /* the page that is asked for, of all that passes the filter */
	struct json *items;
	const char *filter;
	int64_t skip, seen;
	bool more;
};

/* Takes e. */
static void offer(struct price_list *l, struct json *e)
{
	if (passes(l->filter, e) && l->seen++ >= l->skip) {
		if (json_len(l->items) < PAGE) {
			json_add(l->items, e);
			return;
		}
		l->more = true;
	}
	json_free(e);
}

void arm_prices(struct arm_call *c)
{
	struct json *o = json_new_object();
	struct buf filter = BUF_INIT(4096), at = BUF_INIT(32);
	struct price_list l = { .items = json_new_array() };

	arm_query(c, "$filter", &filter);
	l.filter = buf_str(&filter);
	if (arm_query(c, "$skip", &at))
		num_read(&l.skip, buf_str(&at), 0, 1000000);
	for (const struct az_sku *s = az_skus; s->name; s++)
		for (int i = 0; i < 2 * AZ_REGIONS; i++)
			if (az_sku_sold(s, i / 2) && (i % 2 == 0 || (s->flags & SKU_SPOT)))
				offer(&l, item(c, s, i / 2, i % 2));
	for (const struct az_disk_tier *t = az_disk_tiers; t->name; t++)
		for (int i = 0; i < AZ_REGIONS; i++)
			offer(&l, disk_item(t, i));
	for (int i = 0; i < AZ_REGIONS; i++)
		offer(&l, snapshot_item(i));
	json_set_str(o, "BillingCurrency", "USD");
	json_set_str(o, "CustomerEntityId", "Default");
	json_set_str(o, "CustomerEntityType", "Retail");
	json_set_int(o, "Count", (int64_t)json_len(l.items));
	json_set(o, "Items", l.items);
	if (l.more)
		add_next(c, o, l.skip + PAGE);
	else
		json_set(o, "NextPageLink", json_new_null());
	buf_clear(&filter);
	buf_clear(&at);
	arm_ok(c, 200, o);
}
