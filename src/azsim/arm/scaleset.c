/* Scale sets as a whole: create, change, read, delete, and calls on many members at once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/arm/arm.h"
#include "base/mem.h"
#include "base/text.h"

static const char *etag_of(char out[32], const struct az_set *s)
{
	snprintf(out, 32, "\"%u\"", s->revision);
	return out;
}

static struct az_set *find(struct arm_call *c)
{
	struct az_set *s = az_set_find(c->group, c->arg[2]);

	if (s && !arm_hidden(c, s->created_ms, s->name))
		return s;
	arm_not_found(c, AZ_SET_TYPE, c->arg[2]);
	return NULL;
}

/* What a client may write and never reads again. */
static void drop_secrets(struct arm_call *c, struct json *profile)
{
	arm_json_drop(profile, "osProfile.adminPassword");
	arm_json_drop(profile, "osProfile.customData");
	if (!arm_query_is(c, "$expand", "userData"))
		arm_json_drop(profile, "userData");
}

struct json *arm_set_json(struct arm_call *c, const struct az_set *s)
{
	struct json *o = json_new_object(), *doc = json_copy(s->doc);
	const struct json *v;
	const char *key;
	char text[40];

	json_set_str(o, "name", s->name);
	arm_set_id(c, o, s->group, AZ_SET_TYPE, s->name);
	json_set_str(o, "type", AZ_SET_TYPE);
	json_set_str(o, "etag", etag_of(text, s));
	for (void *it = NULL; json_each(doc, &it, &key, &v);)
		json_set(o, key, json_copy(v));
	json_free(doc);
	json_set_str(o, "location", az_regions[s->region].name);
	json_put(o, "sku.tier", json_new_string("Standard"));
	json_put(o, "sku.capacity", json_new_int(s->capacity));
	json_put(o, "properties.provisioningState", json_new_string(az_prov_name[s->prov]));
	json_put(o, "properties.uniqueId", json_new_string(s->unique_id));
	json_put(o, "properties.timeCreated",
		 json_new_string(arm_shown_time(c, text, s->created_ms)));
	if (json_get_mut(o, "properties.virtualMachineProfile"))
		drop_secrets(c, json_get_mut(o, "properties.virtualMachineProfile"));
	return o;
}

static void keep(struct json *doc, const struct json *body, const char *key)
{
	if (json_get(body, key))
		json_set(doc, key, json_copy(json_get(body, key)));
}

static struct json *kept(const struct json *body)
{
	static const char *const keys[] = { "location", "tags",	    "sku",	 "plan",
					    "zones",	"identity", "properties" };
	struct json *doc = json_new_object();

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		keep(doc, body, keys[i]);
	arm_json_drop(doc, "properties.provisioningState");
	arm_json_drop(doc, "properties.uniqueId");
	arm_json_drop(doc, "properties.timeCreated");
	return doc;
}

static void fill(struct json *doc, const char *path, struct json *value)
{
	if (json_get(doc, path))
		json_free(value);
	else
		json_put(doc, path, value);
}

#define PROFILE "properties.virtualMachineProfile."

static void fill_disk(struct json *doc)
{
	bool local = json_get(doc, PROFILE "storageProfile.osDisk.diffDiskSettings") != NULL;

	fill(doc, PROFILE "storageProfile.osDisk.osType", json_new_string("Linux"));
	fill(doc, PROFILE "storageProfile.osDisk.createOption", json_new_string("FromImage"));
	fill(doc, PROFILE "storageProfile.osDisk.caching",
	     json_new_string(local ? "ReadOnly" : "ReadWrite"));
	fill(doc, PROFILE "storageProfile.osDisk.managedDisk.storageAccountType",
	     json_new_string(local ? "Standard_LRS" : "Premium_LRS"));
	fill(doc, PROFILE "storageProfile.osDisk.diskSizeGB", json_new_int(30));
}

static void fill_spot(struct json *doc)
{
	if (text_casecmp(json_str(doc, PROFILE "priority", "Regular"), "Regular") == 0)
		return;
	fill(doc, PROFILE "evictionPolicy", json_new_string("Deallocate"));
	fill(doc, PROFILE "billingProfile.maxPrice", json_new_real(-1));
}

/* What Azure adds to a body that leaves it out. */
static void fill_defaults(struct json *doc)
{
	bool flexible = text_casecmp(json_str(doc, "properties.orchestrationMode", "Uniform"),
				     "Flexible") == 0;

	fill(doc, "properties.orchestrationMode", json_new_string("Uniform"));
	fill(doc, "properties.singlePlacementGroup", json_new_bool(!flexible));
	if (!flexible) {
		fill(doc, "properties.overprovision", json_new_bool(true));
		fill(doc, "properties.doNotRunExtensionsOnOverprovisionedVMs",
		     json_new_bool(false));
		fill(doc, "properties.platformFaultDomainCount", json_new_int(5));
	}
	if (!json_get(doc, "properties.virtualMachineProfile"))
		return;
	if (json_get(doc, PROFILE "storageProfile"))
		fill_disk(doc);
	if (json_get(doc, PROFILE "osProfile")) {
		fill(doc, PROFILE "osProfile.linuxConfiguration.disablePasswordAuthentication",
		     json_new_bool(false));
		fill(doc, PROFILE "osProfile.linuxConfiguration.provisionVMAgent",
		     json_new_bool(true));
		fill(doc, PROFILE "osProfile.allowExtensionOperations", json_new_bool(true));
		fill(doc, PROFILE "osProfile.requireGuestProvisionSignal", json_new_bool(true));
	}
	fill_spot(doc);
}

static void put(struct arm_call *c, struct az_set *old, struct json *doc, int64_t capacity)
{
	struct az_op *op;
	struct az_set *s;
	bool made;

	if (json_get(doc, "sku"))
		json_del(json_get_mut(doc, "sku"),
			 "capacity"); /* it lives in the world, not in the body */
	fill_defaults(doc);
	if (arm_check_set(c, doc, old, capacity) != 0) {
		json_free(doc);
		return;
	}
	op = az_set_put(c->w, c->group, c->arg[2], doc, capacity, &made, &c->r);
	if (!op)
		return;
	s = az_set_find(c->group, c->arg[2]);
	arm_accepted(c, made ? 201 : 200, arm_set_json(c, s), op);
}

void arm_set_put(struct arm_call *c)
{
	struct az_set *old = az_set_find(c->group, c->arg[2]);
	char etag[32];

	if (arm_check_name(c, c->arg[2], 64, "-_.") != 0 ||
	    arm_need_etag(c, old ? etag_of(etag, old) : "", old != NULL) != 0 ||
	    arm_check_members(c, c->body, "set") != 0)
		return;
	put(c, old, kept(c->body), json_int(c->body, "sku.capacity", old ? old->capacity : 0));
}

/* RFC 7396: what is null goes, objects are merged, all else replaces. */
static void merge(struct json *into, const struct json *patch)
{
	const struct json *v;
	const char *key;

	for (void *it = NULL; json_each(patch, &it, &key, &v);) {
		struct json *old = NULL;
		const struct json *o;
		const char *k;

		for (void *i2 = NULL; json_each(into, &i2, &k, &o);)
			if (strcmp(k, key) == 0)
				old = (struct json *)o;
		if (json_is(v, JSON_NULL))
			json_del(into, key);
		else if (json_is(v, JSON_OBJECT) && json_is(old, JSON_OBJECT) &&
			 strcmp(key, "tags") != 0)
			merge(old, v);
		else
			json_set(into, key, json_copy(v));
	}
}

void arm_set_patch(struct arm_call *c)
{
	struct az_set *s = find(c);
	struct json *doc, *patch;
	char etag[32];

	if (!s || arm_need_etag(c, etag_of(etag, s), true) != 0 ||
	    arm_check_members(c, c->body, "set") != 0)
		return;
	doc = json_copy(s->doc);
	patch = kept(c->body);
	merge(doc, patch);
	json_free(patch);
	put(c, s, doc, json_int(c->body, "sku.capacity", s->capacity));
}

void arm_set_get(struct arm_call *c)
{
	struct az_set *s = find(c);

	if (s)
		arm_ok(c, 200, arm_set_json(c, s));
}

void arm_set_delete(struct arm_call *c)
{
	struct az_set *s = az_set_find(c->group, c->arg[2]);
	char etag[32];

	if (!s)
		arm_ok(c, 204, NULL);
	else if (arm_need_etag(c, etag_of(etag, s), true) == 0)
		arm_accepted(c, 202, NULL, az_set_delete(s));
}

static struct json *row_json(struct arm_call *c, const struct arm_row *row)
{
	return arm_set_json(c, row->thing);
}

void arm_set_list(struct arm_call *c)
{
	struct arm_rows rows = { 0 };
	const char *key;
	void *g, *v;

	for (size_t i = 0; map_next(c->w->groups, &i, &key, &g);)
		for (size_t k = 0; (!c->group || c->group == g) &&
				   map_next(((struct az_group *)g)->sets, &k, &key, &v);)
			arm_rows_add(&rows, ((struct az_set *)v)->row, AZ_SET_TYPE, v);
	arm_rows_answer(c, &rows, row_json);
}

static const struct {
	const char *word;
	enum az_action what;
} actions[] = {
	{ "delete", AZ_DO_DELETE },   { "deallocate", AZ_DO_DEALLOCATE },
	{ "poweroff", AZ_DO_STOP },   { "start", AZ_DO_START },
	{ "restart", AZ_DO_RESTART }, { "reimage", AZ_DO_REIMAGE },
};

void arm_set_action(struct arm_call *c)
{
	struct az_set *s = find(c);
	const struct json *ids = json_get(c->body, "instanceIds");
	struct az_op *op = NULL;

	if (!s)
		return;
	if (ids && !json_is(ids, JSON_ARRAY)) {
		az_refuse_at(&c->r, "instanceIds", 400, "InvalidParameter",
			     "instanceIds is a list of strings.");
		return;
	}
	if (strcmp(c->route->type, "delete") == 0 && json_len(ids) == 0) {
		az_refuse_at(&c->r, "instanceIds", 400, "InvalidParameter",
			     "Required parameter 'instanceIds' is missing (null).");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (strcmp(actions[i].word, c->route->type) == 0)
			op = az_set_act(s, actions[i].what, ids, &c->r);
	if (op)
		arm_accepted(c, 202, NULL, op);
}
