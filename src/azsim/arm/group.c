/* Subscriptions, providers, resource groups, and the lists of everything in them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/arm/arm.h"
#include "base/mem.h"
#include "base/text.h"

static struct json *subscription_json(void)
{
	struct json *o = json_new_object();

	json_set_str(o, "id", "/subscriptions/" AZ_SUBSCRIPTION);
	json_set_str(o, "subscriptionId", AZ_SUBSCRIPTION);
	json_set_str(o, "tenantId", AZ_TENANT);
	json_set_str(o, "displayName", "azsim (simulated)");
	json_set_str(o, "state", "Enabled");
	json_put(o, "subscriptionPolicies.spendingLimit", json_new_string("Off"));
	json_put(o, "subscriptionPolicies.quotaId", json_new_string("Sponsored_2016-01-01"));
	json_put(o, "subscriptionPolicies.locationPlacementId",
		 json_new_string("Public_2014-09-01"));
	json_set_str(o, "authorizationSource", "RoleBased");
	return o;
}

/* Of these two lists alone the schema wants a nextLink, at the end as well. */
static void one_list(struct arm_call *c, struct json *entry)
{
	struct json *o = json_new_object();

	json_add(json_set_array(o, "value"), entry);
	json_set_str(o, "nextLink", "");
	arm_ok(c, 200, o);
}

void arm_subscriptions(struct arm_call *c)
{
	one_list(c, subscription_json());
}

void arm_subscription(struct arm_call *c)
{
	arm_ok(c, 200, subscription_json());
}

static struct json *location_json(const struct az_region_info *r)
{
	struct json *o = json_new_object();
	char *id = xasprintf("/subscriptions/" AZ_SUBSCRIPTION "/locations/%s", r->name);

	json_set_str(o, "id", id);
	json_set_str(o, "type", "Region");
	json_set_str(o, "name", r->name);
	json_set_str(o, "displayName", r->title);
	json_set_str(o, "regionalDisplayName", r->title);
	json_put(o, "metadata.regionType", json_new_string("Physical"));
	json_put(o, "metadata.regionCategory", json_new_string("Recommended"));
	free(id);
	return o;
}

void arm_locations(struct arm_call *c)
{
	struct json *o = json_new_object(), *list = json_set_array(o, "value");

	for (int i = 0; i < AZ_REGIONS; i++)
		json_add(list, location_json(&az_regions[i]));
	arm_ok(c, 200, o);
}

void arm_tenants(struct arm_call *c)
{
	struct json *o = json_new_object();

	json_set_str(o, "id", "/tenants/" AZ_TENANT);
	json_set_str(o, "tenantId", AZ_TENANT);
	json_set_str(o, "displayName", "azsim (simulated)");
	one_list(c, o);
}

static const char *const providers[] = {
	"Microsoft.Compute",	   "Microsoft.Network",	      "Microsoft.Resources",
	"Microsoft.ResourceGraph", "Microsoft.Authorization", "Microsoft.ManagedIdentity"
};

static struct json *provider_json(const char *name)
{
	struct json *o = json_new_object();
	char *id = xasprintf("/subscriptions/" AZ_SUBSCRIPTION "/providers/%s", name);

	json_set_str(o, "id", id);
	json_set_str(o, "namespace", name);
	json_set_str(o, "registrationPolicy", "RegistrationRequired");
	json_set_str(o, "registrationState", "Registered");
	json_set_array(o, "resourceTypes");
	free(id);
	return o;
}

void arm_providers(struct arm_call *c)
{
	struct json *o = json_new_object(), *list = json_set_array(o, "value");

	for (size_t i = 0; i < ARRAY_LEN(providers); i++)
		json_add(list, provider_json(providers[i]));
	arm_ok(c, 200, o);
}

void arm_provider(struct arm_call *c)
{
	for (size_t i = 0; i < ARRAY_LEN(providers); i++)
		if (text_casecmp(providers[i], c->arg[1]) == 0) {
			arm_ok(c, 200, provider_json(providers[i]));
			return;
		}
	az_refuse(&c->r, 404, "InvalidResourceNamespace",
		  "The resource namespace '%s' is invalid.", c->arg[1]);
}

void arm_register(struct arm_call *c)
{
	arm_provider(c);
}

void arm_permissions(struct arm_call *c)
{
	struct json *o = json_new_object();

	json_add(json_set_array(o, "actions"), json_new_string("*"));
	json_set_array(o, "notActions");
	json_set_array(o, "dataActions");
	json_set_array(o, "notDataActions");
	one_list(c, o);
}

static struct json *group_json(struct arm_call *c, const struct az_group *g)
{
	struct json *o = json_new_object();
	char *id = xasprintf("/subscriptions/" AZ_SUBSCRIPTION "/resourceGroups/%s", g->name);

	(void)c;
	json_set_str(o, "id", id);
	json_set_str(o, "name", g->name);
	json_set_str(o, "type", "Microsoft.Resources/resourceGroups");
	json_set_str(o, "location", g->location);
	if (g->tags)
		json_set(o, "tags", json_copy(g->tags));
	json_put(o, "properties.provisioningState",
		 json_new_string(g->deleting ? "Deleting" : "Succeeded"));
	free(id);
	return o;
}

/* tagName eq 'a' and tagValue eq 'b', resourceType eq 'x' */
static bool filter_part(const char *filter, const char *field, char *out, size_t n)
{
	const char *p = strstr(filter, field), *end;

	p = p ? strchr(p, '\'') : NULL;
	end = p ? strchr(p + 1, '\'') : NULL;
	if (!end || (size_t)(end - p) > n)
		return false;
	snprintf(out, n, "%.*s", (int)(end - p - 1), p + 1);
	return true;
}

struct filter {
	char tag[520], value[260], type[160];
	bool has_tag, has_value, has_type;
};

static void read_filter(struct arm_call *c, struct filter *f)
{
	struct buf b = BUF_INIT(4096);

	*f = (struct filter){ 0 };
	if (arm_query(c, "$filter", &b)) {
		f->has_tag = filter_part(buf_str(&b), "tagName", f->tag, sizeof(f->tag));
		f->has_value = filter_part(buf_str(&b), "tagValue", f->value, sizeof(f->value));
		f->has_type =
		    filter_part(buf_str(&b), "resourceType", f->type, sizeof(f->type));
	}
	buf_clear(&b);
}

static bool passes(const struct filter *f, const char *type, const struct json *tags)
{
	const struct json *v;
	const char *key;

	if (f->has_type && text_casecmp(f->type, type) != 0)
		return false;
	if (!f->has_tag)
		return true;
	for (void *it = NULL; tags && json_each(tags, &it, &key, &v);)
		if (text_casecmp(key, f->tag) == 0)
			return !f->has_value ||
			       (json_text(v) && strcmp(json_text(v), f->value) == 0);
	return false;
}

void arm_groups_list(struct arm_call *c)
{
	struct arm_page p;
	struct filter f;
	const char *key;
	void *v;

	read_filter(c, &f);
	arm_page_begin(&p, c, c->w->sc.list_page);
	for (size_t i = 0; map_next(c->w->groups, &i, &key, &v);) {
		const struct az_group *g = v;

		if (passes(&f, "", g->tags) && arm_page_wants(&p, g->row))
			arm_page_add(&p, group_json(c, g));
	}
	arm_page_end(&p);
}

void arm_group_put(struct arm_call *c)
{
	struct az_group *g = az_group_find(c->w, c->arg[1]);
	const char *location = json_str(c->body, "location", NULL);
	int region = az_region_find(location);
	bool made;

	if (arm_check_name(c, c->arg[1], 90, "-_().") != 0 ||
	    arm_check_tags(c, json_get(c->body, "tags")) != 0)
		return;
	if (!location) {
		az_refuse(&c->r, 400, "LocationRequired",
			  "The location property is required for this definition.");
		return;
	}
	if (region < 0) {
		az_refuse(&c->r, 400, "LocationNotAvailableForResourceGroup",
			  "The provided location '%s' is not available for resource group.",
			  location);
		return;
	}
	if (g && g->deleting) {
		az_refuse(
		    &c->r, 409, "ResourceGroupBeingDeleted",
		    "The resource group '%s' is in deprovisioning state and cannot perform this operation.",
		    g->name);
		return;
	}
	if (g && strcmp(g->location, az_regions[region].name) != 0) {
		az_refuse(
		    &c->r, 409, "InvalidResourceGroupLocation",
		    "Invalid resource group location '%s'. The Resource group already exists in location '%s'.",
		    location, g->location);
		return;
	}
	g = az_group_put(c->w, c->arg[1], az_regions[region].name, json_get(c->body, "tags"),
			 &made);
	arm_ok(c, made ? 201 : 200, group_json(c, g));
}

void arm_group_get(struct arm_call *c)
{
	arm_ok(c, 200, group_json(c, c->group));
}

void arm_group_head(struct arm_call *c)
{
	arm_ok(c, az_group_find(c->w, c->arg[1]) ? 204 : 404, NULL);
}

void arm_group_patch(struct arm_call *c)
{
	const struct json *tags = json_get(c->body, "tags");

	if (arm_check_tags(c, tags) != 0)
		return;
	if (tags)
		az_group_set_tags(c->w, c->group, tags);
	arm_ok(c, 200, group_json(c, c->group));
}

void arm_group_delete(struct arm_call *c)
{
	if (c->group->deleting) {
		az_refuse(
		    &c->r, 409, "ResourceGroupBeingDeleted",
		    "The resource group '%s' is in deprovisioning state and cannot perform this operation.",
		    c->group->name);
		return;
	}
	arm_accepted(c, 202, NULL, az_group_delete(c->w, c->group));
}

static struct json *short_json(struct arm_call *c, const struct az_group *g, const char *type,
			       const char *name, const char *location, const struct json *tags)
{
	struct json *o = json_new_object();

	arm_set_id(c, o, g, type, name);
	json_set_str(o, "name", name);
	json_set_str(o, "type", type);
	json_set_str(o, "location", location);
	if (tags)
		json_set(o, "tags", json_copy(tags));
	return o;
}

static void gather(struct arm_call *c, struct arm_rows *rows, const struct filter *f,
		   const struct az_group *g)
{
	const char *key;
	void *v;

	for (size_t i = 0; map_next(g->resources, &i, &key, &v);) {
		const struct az_resource *r = v;

		if (passes(f, r->type, json_get(r->doc, "tags")))
			arm_rows_add(rows, r->row, r->type, r);
	}
	for (size_t i = 0; map_next(g->sets, &i, &key, &v);) {
		const struct az_set *s = v;

		if (passes(f, AZ_SET_TYPE, json_get(s->doc, "tags")))
			arm_rows_add(rows, s->row, AZ_SET_TYPE, s);
	}
	for (size_t i = 0; map_next(g->vms, &i, &key, &v);) {
		const struct az_vm *vm = v;

		if (passes(f, AZ_VM_TYPE, az_vm_tags(vm)) &&
		    az_world_now(c->w) >= vm->visible_ms)
			arm_rows_add(rows, vm->row, AZ_VM_TYPE, vm);
	}
}

static struct json *vm_row(struct arm_call *c, const struct az_vm *vm)
{
	return short_json(c, vm->group, AZ_VM_TYPE, vm->name, az_regions[vm->region].name,
			  az_vm_tags(vm));
}

static struct json *set_row(struct arm_call *c, const struct az_set *s)
{
	return short_json(c, s->group, AZ_SET_TYPE, s->name, az_regions[s->region].name,
			  json_get(s->doc, "tags"));
}

/* Of a disk lists tell who has it; of a card and an address its own GET alone does. */
static struct json *resource_row(struct arm_call *c, const struct az_resource *r)
{
	struct json *o =
	    short_json(c, r->group, r->type, r->name, r->location, json_get(r->doc, "tags"));

	if (r->vm && strcmp(r->type, AZ_DISK) == 0) {
		char *id = az_vm_id_text(r->vm);

		json_set_str(o, "managedBy", id);
		free(id);
	}
	return o;
}

static struct json *row_json(struct arm_call *c, const struct arm_row *row, bool created)
{
	struct json *o;
	int64_t at;
	char when[40];

	if (text_casecmp(row->type, AZ_VM_TYPE) == 0) {
		o = vm_row(c, row->thing);
		at = ((const struct az_vm *)row->thing)->created_ms;
	} else if (text_casecmp(row->type, AZ_SET_TYPE) == 0) {
		o = set_row(c, row->thing);
		at = ((const struct az_set *)row->thing)->created_ms;
	} else {
		o = resource_row(c, row->thing);
		at = ((const struct az_resource *)row->thing)->created_ms;
	}
	if (created)
		json_set_str(o, "createdTime", arm_shown_time(c, when, at));
	return o;
}

static bool wants_created(const struct arm_call *c)
{
	struct buf b = BUF_INIT(4096);
	bool wants = arm_query(c, "$expand", &b) && strstr(buf_str(&b), "createdTime");

	buf_clear(&b);
	return wants;
}

static void answer_rows(struct arm_call *c, struct arm_rows *rows)
{
	bool created = wants_created(c);
	struct arm_page p;

	arm_rows_sort(rows);
	arm_page_begin(&p, c, 1000);
	for (size_t i = 0; i < rows->n; i++)
		if (arm_page_wants(&p, rows->v[i].row))
			arm_page_add(&p, row_json(c, &rows->v[i], created));
	arm_page_end(&p);
	free(rows->v);
}

void arm_group_resources(struct arm_call *c)
{
	struct arm_rows rows = { 0 };
	struct filter f;

	read_filter(c, &f);
	gather(c, &rows, &f, c->group);
	answer_rows(c, &rows);
}

void arm_all_resources(struct arm_call *c)
{
	struct arm_rows rows = { 0 };
	struct filter f;
	const char *key;
	void *v;

	read_filter(c, &f);
	for (size_t i = 0; map_next(c->w->groups, &i, &key, &v);)
		gather(c, &rows, &f, v);
	answer_rows(c, &rows);
}
