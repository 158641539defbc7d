/* Networks, interfaces, addresses, disks, snapshots, placement groups, identities: the plain
 * resources. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/arm/arm.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

static const char *etag_of(char out[48], const struct az_resource *res)
{
	snprintf(out, 48, "W/\"%.8s-%u\"", res->guid, res->revision);
	return out;
}

static bool is(const struct az_resource *res, const char *type)
{
	return strcmp(res->type, type) == 0;
}

/* Children carry their own id, etag and state. */
static void dress_child(struct arm_call *c, const struct az_resource *res, struct json *child,
			const char *kind)
{
	char path[220], etag[48];

	snprintf(path, sizeof(path), "%s/%s/%s", res->name, kind, json_str(child, "name", ""));
	arm_set_id(c, child, res->group, res->type, path);
	json_set_str(child, "etag", etag_of(etag, res));
	json_put(child, "properties.provisioningState",
		 json_new_string(az_prov_name[res->prov]));
	snprintf(path, sizeof(path), "%s/%s", res->type, kind);
	json_set_str(child, "type", path);
}

static void dress_children(struct arm_call *c, const struct az_resource *res, struct json *o,
			   const char *list, const char *kind)
{
	size_t n = json_len(json_get(o, list));

	for (size_t i = 0; i < n; i++) {
		char path[80];

		snprintf(path, sizeof(path), "%s.%zu", list, i);
		dress_child(c, res, json_get_mut(o, path), kind);
	}
}

static void add_default_rules(struct arm_call *c, const struct az_resource *res, struct json *o)
{
	static const struct {
		const char *name, *way, *from, *to, *access;
		int priority;
	} rules[] = {
		{ "AllowVnetInBound", "Inbound", "VirtualNetwork", "VirtualNetwork", "Allow",
		  65000 },
		{ "AllowAzureLoadBalancerInBound", "Inbound", "AzureLoadBalancer", "*", "Allow",
		  65001 },
		{ "DenyAllInBound", "Inbound", "*", "*", "Deny", 65500 },
		{ "AllowVnetOutBound", "Outbound", "VirtualNetwork", "VirtualNetwork", "Allow",
		  65000 },
		{ "AllowInternetOutBound", "Outbound", "*", "Internet", "Allow", 65001 },
		{ "DenyAllOutBound", "Outbound", "*", "*", "Deny", 65500 },
	};
	struct json *list = json_new_array();

	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		struct json *r = json_add_object(list), *p = json_set_object(r, "properties");

		json_set_str(r, "name", rules[i].name);
		json_set_str(p, "protocol", "*");
		json_set_str(p, "sourcePortRange", "*");
		json_set_str(p, "destinationPortRange", "*");
		json_set_str(p, "sourceAddressPrefix", rules[i].from);
		json_set_str(p, "destinationAddressPrefix", rules[i].to);
		json_set_str(p, "access", rules[i].access);
		json_set_int(p, "priority", rules[i].priority);
		json_set_str(p, "direction", rules[i].way);
		dress_child(c, res, r, "defaultSecurityRules");
	}
	json_put(o, "properties.defaultSecurityRules", list);
	dress_children(c, res, o, "properties.securityRules", "securityRules");
}

/* Who uses an address of this subnet: interfaces by id; members of sets are only counted, there
 * may be thousands. */
static void add_users(struct arm_call *c, const struct az_resource *vnet, struct json *o)
{
	char path[80];
	size_t i = 0;

	for (const struct az_subnet *s = vnet->subnets; s; s = s->next, i++) {
		struct json *list = json_new_array();
		const char *key;
		void *g, *res;

		for (size_t k = 0; map_next(c->w->groups, &k, &key, &g);)
			for (size_t m = 0;
			     map_next(((struct az_group *)g)->resources, &m, &key, &res);) {
				const struct az_resource *nic = res;

				for (size_t n = 0; n < nic->n_leases; n++)
					if (nic->leases[n].subnet == s) {
						char name[200];

						snprintf(path, sizeof(path),
							 "properties.ipConfigurations.%zu.name",
							 n);
						snprintf(name, sizeof(name),
							 "%s/ipConfigurations/%s", nic->name,
							 json_str(nic->doc, path, "ipconfig"));
						arm_set_id(c, json_add_object(list), nic->group,
							   AZ_NIC, name);
					}
			}
		snprintf(path, sizeof(path),
			 "properties.subnets.%zu.properties.ipConfigurations", i);
		if (json_len(list) > 0)
			json_put(o, path, list);
		else
			json_free(list);
	}
}

static void dress(struct arm_call *c, const struct az_resource *res, struct json *o)
{
	char text[AZ_ADDRESS_TEXT], when[CLOCK_TEXT];

	if (is(res, AZ_VNET)) {
		dress_children(c, res, o, "properties.subnets", "subnets");
		add_users(c, res, o);
		if (!json_get(o, "properties.virtualNetworkPeerings"))
			json_put(o, "properties.virtualNetworkPeerings", json_new_array());
		json_put(o, "properties.enableDdosProtection", json_new_bool(false));
	} else if (is(res, AZ_NSG)) {
		add_default_rules(c, res, o);
	} else if (is(res, AZ_NIC)) {
		dress_children(c, res, o, "properties.ipConfigurations", "ipConfigurations");
		json_put(o, "properties.nicType", json_new_string("Standard"));
		if (res->vm) {
			char *id = az_vm_id_text(res->vm);

			json_put(o, "properties.virtualMachine.id", json_new_string(id));
			free(id);
		}
	} else if (is(res, AZ_PIP)) {
		json_put(o, "properties.ipAddress",
			 json_new_string(az_address_text(text, res->public_address)));
	} else if (is(res, AZ_SNAPSHOT)) {
		json_put(o, "properties.diskState", json_new_string("Unattached"));
		json_put(o, "properties.timeCreated",
			 json_new_string(clock_text(when, res->created_ms)));
		json_put(o, "properties.uniqueId", json_new_string(res->guid));
	} else if (is(res, AZ_DISK)) {
		json_put(o, "properties.diskState",
			 json_new_string(res->vm ? "Attached" : "Unattached"));
		if (res->vm) {
			char *id = az_vm_id_text(res->vm);

			json_set_str(o, "managedBy", id);
			free(id);
		}
	} else if (is(res, AZ_IDENTITY)) {
		json_put(o, "properties.tenantId", json_new_string(AZ_TENANT));
		json_put(o, "properties.principalId", json_new_string(res->guid));
		json_put(o, "properties.clientId", json_new_string(res->guid));
	}
}

struct json *arm_resource_json(struct arm_call *c, const struct az_resource *res)
{
	struct json *o = json_new_object(), *doc = json_copy(res->doc);
	const struct json *v;
	const char *key;
	char etag[48];
	bool net = strncmp(res->type, "Microsoft.Network", 17) == 0;

	arm_set_id(c, o, res->group, res->type, res->name);
	json_set_str(o, "name", res->name);
	json_set_str(o, "type", res->type);
	json_set_str(o, "location", res->location);
	if (net)
		json_set_str(o, "etag", etag_of(etag, res));
	for (void *it = NULL; json_each(doc, &it, &key, &v);)
		json_set(o, key, json_copy(v));
	json_free(doc);
	if (!is(res, AZ_IDENTITY) && !is(res, AZ_PPG))
		json_put(o, "properties.provisioningState",
			 json_new_string(az_prov_name[res->prov]));
	if (net)
		json_put(o, "properties.resourceGuid", json_new_string(res->guid));
	dress(c, res, o);
	return o;
}

static struct az_resource *find(struct arm_call *c)
{
	struct az_resource *res = az_resource_find(c->group, c->route->type, c->arg[2]);

	if (res && !arm_hidden(c, res->created_ms, res->name))
		return res;
	arm_not_found(c, c->route->type, c->arg[2]);
	return NULL;
}

static bool is_of_disks(const char *type)
{
	return strcmp(type, AZ_DISK) == 0 || strcmp(type, AZ_SNAPSHOT) == 0;
}

/* Compute's and identity's plain resources are made at once, the network's are operations. */
static bool is_async(const char *type)
{
	return strncmp(type, "Microsoft.Network", 17) == 0 || is_of_disks(type);
}

static void answer_put(struct arm_call *c, struct az_resource *res, bool made)
{
	struct az_op *op;

	if (!is_async(res->type)) {
		arm_ok(c, made ? 201 : 200, arm_resource_json(c, res));
		return;
	}
	op = az_op_new(c->w, AZ_OP_RESOURCE_PUT, res->group->name, res->type, res->name,
		       res->location, az_spread_ms(&c->w->sc.network, &c->w->rng));
	res->op = op;
	res->prov = AZ_UPDATING;
	az_resource_changed(c->w, res);
	/* the disk provider says 202 whether it makes or changes */
	arm_accepted(c,
		     is_of_disks(res->type) ? 202
		     : made		    ? 201
					    : 200,
		     arm_resource_json(c, res), op);
}

/* The parts of a body that are kept; everything else is Azure's to say. */
static struct json *kept(const struct json *body)
{
	static const char *const keys[] = {
		"tags", "sku", "zones", "identity", "extendedLocation", "properties"
	};
	struct json *doc = json_new_object();

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (json_get(body, keys[i]))
			json_set(doc, keys[i], json_copy(json_get(body, keys[i])));
	if (!json_get(doc, "properties"))
		json_set_object(doc, "properties");
	return doc;
}

static int admit(struct arm_call *c, const struct az_resource *old)
{
	char etag[48];

	if (arm_need_etag(c, old ? etag_of(etag, old) : "", old != NULL) != 0)
		return -1;
	if (old && old->prov == AZ_DELETING)
		return az_refuse(&c->r, 409, "AnotherOperationInProgress",
				 "Resource %s is being deleted.", old->name);
	if (old && old->op && az_chance(c->w, c->w->sc.preempt_share))
		return az_refuse(
		    &c->r, 429, "RetryableErrorDueToAnotherOperation",
		    "Operation could not be completed because another operation is in progress on %s.",
		    old->name);
	return 0;
}

void arm_resource_put(struct arm_call *c)
{
	struct az_resource *old = az_resource_find(c->group, c->route->type, c->arg[2]), *res;
	int region = az_region_find(json_str(c->body, "location", NULL));
	struct json *doc;
	bool made;

	if (arm_check_name(c, c->arg[2], 80, "-_.") != 0 ||
	    arm_check_tags(c, json_get(c->body, "tags")) != 0 ||
	    arm_check_location(c, c->body, c->route->type) != 0 || admit(c, old) != 0)
		return;
	if (old && strcmp(old->location, az_regions[region].name) != 0) {
		az_refuse(
		    &c->r, 409, "InvalidResourceLocation",
		    "The resource '%s' already exists in location '%s' in resource group '%s'. A resource with "
		    "the same name cannot be created in location '%s'.",
		    c->arg[2], old->location, c->group->name, az_regions[region].name);
		return;
	}
	doc = kept(c->body);
	if (arm_check_resource(c, c->route->type, doc) != 0) {
		json_free(doc);
		return;
	}
	res = az_resource_put(c->w, c->group, c->route->type, c->arg[2],
			      az_regions[region].name, doc, &made, &c->r);
	if (res)
		answer_put(c, res, made);
}

void arm_resource_patch(struct arm_call *c)
{
	struct az_resource *res = find(c);
	const struct json *tags = json_get(c->body, "tags");

	if (!res || admit(c, res) != 0 || arm_check_tags(c, tags) != 0)
		return;
	if (tags)
		json_set(res->doc, "tags", json_copy(tags));
	az_resource_changed(c->w, res);
	arm_ok(c, 200, arm_resource_json(c, res));
}

void arm_resource_get(struct arm_call *c)
{
	struct az_resource *res = find(c);

	if (res)
		arm_ok(c, 200, arm_resource_json(c, res));
}

static void delete_later(struct arm_call *c, struct az_resource *res)
{
	struct az_op *op =
	    az_op_new(c->w, AZ_OP_RESOURCE_DELETE, res->group->name, res->type, res->name,
		      res->location, az_spread_ms(&c->w->sc.network, &c->w->rng));

	if (res->op)
		az_op_abort(res->op, "OperationPreempted", "The resource is being deleted.");
	res->op = op;
	res->prov = AZ_DELETING;
	az_resource_changed(c->w, res);
	arm_accepted(c, 202, NULL, op);
}

void arm_resource_delete(struct arm_call *c)
{
	struct az_resource *res = az_resource_find(c->group, c->route->type, c->arg[2]);

	if (!res) {
		arm_ok(c, 204, NULL);
		return;
	}
	if (admit(c, res) != 0 || az_resource_deletable(c->w, res, &c->r) != 0)
		return;
	if (is_async(res->type)) {
		delete_later(c, res);
		return;
	}
	az_resource_remove(c->w, res);
	arm_ok(c, 200, NULL);
}

/* Members of Flexible sets have interfaces like any machine: they are listed with the group's.
 */
static void gather_member_nics(struct arm_call *c, struct arm_rows *rows)
{
	for (const struct az_vm *vm = c->w->first; vm; vm = vm->next)
		if (vm->lease.subnet && vm->set && vm->set->flexible &&
		    (!c->group || vm->group == c->group))
			arm_rows_add(rows, vm->row, AZ_VM_TYPE, vm);
}

static struct json *row_json(struct arm_call *c, const struct arm_row *row)
{
	return strcmp(row->type, AZ_VM_TYPE) == 0 ? arm_member_nic(c, row->thing)
						  : arm_resource_json(c, row->thing);
}

void arm_resource_list(struct arm_call *c)
{
	struct arm_rows rows = { 0 };
	const char *key;
	void *g, *v;

	for (size_t i = 0; map_next(c->w->groups, &i, &key, &g);)
		for (size_t k = 0; (!c->group || c->group == g) &&
				   map_next(((struct az_group *)g)->resources, &k, &key, &v);)
			if (strcmp(((struct az_resource *)v)->type, c->route->type) == 0)
				arm_rows_add(&rows, ((struct az_resource *)v)->row,
					     c->route->type, v);
	if (strcmp(c->route->type, AZ_NIC) == 0)
		gather_member_nics(c, &rows);
	arm_rows_answer(c, &rows, row_json);
}

static struct az_resource *vnet_of(struct arm_call *c)
{
	struct az_resource *vnet = az_resource_find(c->group, AZ_VNET, c->arg[2]);

	if (!vnet)
		arm_not_found(c, AZ_VNET, c->arg[2]);
	return vnet;
}

static const struct json *subnet_in(const struct json *vnet, const char *name, size_t *at)
{
	const struct json *list = json_get(vnet, "properties.subnets");

	for (size_t i = 0; i < json_len(list); i++)
		if (text_casecmp(json_str(json_at(list, i), "name", ""), name) == 0) {
			*at = i;
			return json_at(list, i);
		}
	return NULL;
}

void arm_subnet_list(struct arm_call *c)
{
	struct az_resource *vnet = vnet_of(c);
	struct json *o, *all;

	if (!vnet)
		return;
	o = json_new_object();
	all = arm_resource_json(c, vnet);
	json_set(o, "value",
		 json_get(all, "properties.subnets")
		     ? json_copy(json_get(all, "properties.subnets"))
		     : json_new_array());
	json_free(all);
	arm_ok(c, 200, o);
}

void arm_subnet_get(struct arm_call *c)
{
	struct az_resource *vnet = vnet_of(c);
	const struct json *subnet;
	struct json *all;
	size_t at;

	if (!vnet)
		return;
	all = arm_resource_json(c, vnet);
	subnet = subnet_in(all, c->arg[3], &at);
	if (subnet)
		arm_ok(c, 200, json_copy(subnet));
	else
		az_refuse(&c->r, 404, "NotFound", "Resource %s/subnets/%s not found.",
			  vnet->name, c->arg[3]);
	json_free(all);
}

static void put_vnet(struct arm_call *c, struct az_resource *vnet, struct json *doc, bool made)
{
	struct az_resource *res;
	struct az_op *op;
	struct json *all;
	size_t at = 0;
	bool new_net;

	res = az_resource_put(c->w, c->group, AZ_VNET, vnet->name, vnet->location, doc,
			      &new_net, &c->r);
	if (!res)
		return;
	op = az_op_new(c->w, AZ_OP_RESOURCE_PUT, res->group->name, AZ_VNET, res->name,
		       res->location, az_spread_ms(&c->w->sc.network, &c->w->rng));
	res->op = op;
	res->prov = AZ_UPDATING;
	if (strcmp(c->req->method, "DELETE") == 0) {
		arm_accepted(c, 202, NULL, op);
		return;
	}
	all = arm_resource_json(c, res);
	arm_accepted(c, made ? 201 : 200, json_copy(subnet_in(all, c->arg[3], &at)), op);
	json_free(all);
}

void arm_subnet_put(struct arm_call *c)
{
	struct az_resource *vnet = vnet_of(c);
	struct json *doc, *entry, *list;
	size_t at;
	bool made;

	if (!vnet || arm_check_name(c, c->arg[3], 80, "-_.") != 0)
		return;
	doc = json_copy(vnet->doc);
	made = subnet_in(doc, c->arg[3], &at) == NULL;
	entry = json_new_object();
	json_set_str(entry, "name", c->arg[3]);
	json_set(entry, "properties",
		 json_get(c->body, "properties") ? json_copy(json_get(c->body, "properties"))
						 : json_new_object());
	list = json_get_mut(doc, "properties.subnets");
	if (!list)
		list = json_set_array(json_get_mut(doc, "properties"), "subnets");
	if (made) {
		json_add(list, entry);
	} else {
		char path[64];

		snprintf(path, sizeof(path), "properties.subnets.%zu", at);
		json_put(doc, path, entry);
	}
	put_vnet(c, vnet, doc, made);
}

void arm_subnet_delete(struct arm_call *c)
{
	struct az_resource *vnet = vnet_of(c);
	const struct json *list;
	struct json *doc, *rest;
	size_t at;

	if (!vnet)
		return;
	if (!subnet_in(vnet->doc, c->arg[3], &at)) {
		arm_ok(c, 204, NULL);
		return;
	}
	doc = json_copy(vnet->doc);
	list = json_get(doc, "properties.subnets");
	rest = json_new_array();
	for (size_t i = 0; i < json_len(list); i++)
		if (i != at)
			json_add(rest, json_copy(json_at(list, i)));
	json_put(doc, "properties.subnets", rest);
	put_vnet(c, vnet, doc, false);
}

void arm_vnet_usages(struct arm_call *c)
{
	struct az_resource *vnet = vnet_of(c);
	struct json *o, *list;

	if (!vnet)
		return;
	o = json_new_object();
	list = json_set_array(o, "value");
	for (const struct az_subnet *s = vnet->subnets; s; s = s->next) {
		struct json *e = json_add_object(list);
		char path[200];

		snprintf(path, sizeof(path), "%s/subnets/%s", vnet->name, s->name);
		json_set_real(e, "currentValue", s->n_used);
		arm_set_id(c, e, vnet->group, AZ_VNET, path);
		json_set_real(e, "limit", s->n_used + az_subnet_free(s));
		json_put(e, "name.value", json_new_string("SubnetSpace"));
		json_put(e, "name.localizedValue", json_new_string("Subnet size and usage"));
		json_set_str(e, "unit", "Count");
	}
	arm_ok(c, 200, o);
}
