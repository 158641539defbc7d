#include "azsim/world/resource.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/world/disk.h"
#include "azsim/world/scaleset.h"
#include "azsim/world/store.h"
#include "azsim/world/vm.h"
#include "base/mem.h"
#include "base/strs.h"
#include "base/text.h"

const char *const az_prov_name[] = { "Creating", "Updating", "Succeeded", "Failed",
				     "Deleting" };

static const char *const types[] = { AZ_VNET, AZ_NSG,  AZ_NIC,	    AZ_PIP,	AZ_NAT,
				     AZ_PPG,  AZ_DISK, AZ_SNAPSHOT, AZ_IDENTITY };

const char *az_type_of(const char *type)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (text_casecmp(types[i], type) == 0)
			return types[i];
	return NULL;
}

static void key_of(char out[256], const char *type, const char *name)
{
	snprintf(out, 256, "%s/%s", type, name);
}

struct az_resource *az_resource_find(const struct az_group *g, const char *type,
				     const char *name)
{
	char key[256];

	key_of(key, type, name);
	return map_get(g->resources, key);
}

char *az_resource_id(const struct az_group *g, const char *type, const char *name)
{
	return xasprintf("/subscriptions/" AZ_SUBSCRIPTION "/resourceGroups/%s/providers/%s/%s",
			 g->name, type, name);
}

/* "", subscriptions, SUB, resourceGroups, G, providers, NS, TYPE, NAME[, subnets, S] */
static int split_id(struct strs *s, const char *id)
{
	if (!id || strs_split(s, id, strlen(id), '/') != 0 || s->n < 9 || *s->v[0] ||
	    text_casecmp(s->v[1], "subscriptions") != 0 ||
	    text_casecmp(s->v[2], AZ_SUBSCRIPTION) != 0 ||
	    text_casecmp(s->v[3], "resourceGroups") != 0 ||
	    text_casecmp(s->v[5], "providers") != 0)
		return -1;
	return 0;
}

static struct az_resource *by_parts(const struct az_world *w, const struct strs *s)
{
	struct az_group *g = az_group_find(w, s->v[4]);
	char type[160];

	snprintf(type, sizeof(type), "%s/%s", s->v[6], s->v[7]);
	return g ? az_resource_find(g, type, s->v[8]) : NULL;
}

struct az_resource *az_resource_by_id(const struct az_world *w, const char *id)
{
	struct strs s = STRS_INIT(16);
	struct az_resource *res = NULL;

	if (split_id(&s, id) == 0 && s.n == 9)
		res = by_parts(w, &s);
	strs_clear(&s);
	return res;
}

struct az_subnet *az_subnet_by_id(const struct az_world *w, const char *id)
{
	struct strs s = STRS_INIT(16);
	struct az_resource *vnet = NULL;
	struct az_subnet *out = NULL;

	if (split_id(&s, id) == 0 && s.n == 11 && text_casecmp(s.v[9], "subnets") == 0)
		vnet = by_parts(w, &s);
	if (vnet && vnet->type == az_type_of(AZ_VNET))
		out = az_subnet_find(vnet, s.v[10]);
	strs_clear(&s);
	return out;
}

void az_resource_changed(struct az_world *w, struct az_resource *res)
{
	res->changed_ms = az_world_now(w);
	res->revision++;
	az_store_touch(w, AZ_ROW_RESOURCE, res);
}

static void give_leases(struct az_resource *res)
{
	for (size_t i = 0; i < res->n_leases; i++)
		az_lease_give(&res->leases[i]);
	res->n_leases = 0;
}

static int take_lease(struct az_world *w, struct az_resource *nic, struct json *ip,
		      struct az_refusal *r)
{
	struct az_subnet *s = az_subnet_by_id(w, json_str(ip, "properties.subnet.id", NULL));
	bool fixed =
	    text_casecmp(json_str(ip, "properties.privateIPAllocationMethod", "Dynamic"),
			 "Static") == 0;
	const char *text = json_str(ip, "properties.privateIPAddress", NULL);
	char out[AZ_ADDRESS_TEXT];
	uint32_t wanted = 0;

	if (!s)
		return az_refuse(
		    r, 400, "InvalidResourceReference",
		    "Resource %s referenced by an IP configuration of %s was not found. Make sure "
		    "that it exists and that both are in the same region.",
		    json_str(ip, "properties.subnet.id", "(no subnet)"), nic->name);
	if (fixed && (!text || az_address_read(&wanted, text) != 0))
		return az_refuse(r, 400, "InvalidPrivateIPAddress",
				 "A static IP configuration of %s needs a privateIPAddress.",
				 nic->name);
	if (nic->n_leases == AZ_LEASES)
		return az_refuse(r, 400, "NetworkInterfaceTooManyIpConfigurations",
				 "This cloud takes at most %d IP configurations per interface.",
				 AZ_LEASES);
	/* a dynamic address stays while the interface lives, restarts of azsim included */
	if (!fixed && w->loading && text)
		az_address_read(&wanted, text);
	if (az_lease_take(s, wanted, &nic->leases[nic->n_leases], r) != 0)
		return -1;
	nic->n_leases++;
	json_put(ip, "properties.privateIPAddress",
		 json_new_string(az_address_text(out, nic->leases[nic->n_leases - 1].address)));
	return 0;
}

static int read_nic(struct az_world *w, struct az_resource *nic, struct json *doc,
		    struct az_refusal *r)
{
	struct json *list = json_get_mut(doc, "properties.ipConfigurations");

	for (size_t i = 0; i < json_len(list); i++) {
		char path[64];

		snprintf(path, sizeof(path), "properties.ipConfigurations.%zu", i);
		if (take_lease(w, nic, json_get_mut(doc, path), r) != 0)
			return -1;
	}
	return 0;
}

static uint32_t public_address(struct az_world *w)
{
	/* 203.0.113.0/24 and 198.51.100.0/24 are for examples: they lead nowhere */
	return (rng_below(&w->rng, 2) ? 0xcb007100u : 0xc6336400u) + 1 +
	       (uint32_t)rng_below(&w->rng, 254);
}

static struct az_resource *new_resource(struct az_group *g, const char *type, const char *name,
					const char *location)
{
	struct az_resource *res = xcalloc(1, sizeof(*res));

	res->type = az_type_of(type);
	res->name = xstrdup(name);
	res->group = g;
	res->location = xstrdup(location);
	rand_uuid(res->guid);
	return res;
}

void az_resource_free(void *arg)
{
	struct az_resource *res = arg;

	if (!res)
		return;
	give_leases(res);
	az_subnets_free(res);
	json_free(res->doc);
	free(res->name);
	free(res->location);
	free(res);
}

static int read_doc(struct az_world *w, struct az_resource *res, struct json *doc,
		    struct az_refusal *r)
{
	if (res->type == az_type_of(AZ_VNET))
		return az_subnets_read(res, doc, r);
	if (res->type == az_type_of(AZ_NIC))
		return read_nic(w, res, doc, r);
	if (res->type == az_type_of(AZ_PIP) && !res->public_address) {
		uint32_t kept;

		if (az_address_read(&kept, json_str(doc, "properties.ipAddress", "")) == 0)
			res->public_address = kept;
		else
			res->public_address = public_address(w);
	}
	return 0;
}

/* A NIC's new document may name other addresses: the old leases go first and come back when it
 * is refused. */
static int replace_doc(struct az_world *w, struct az_resource *res, struct json *doc,
		       struct az_refusal *r)
{
	struct az_refusal ignored = { 0 };

	give_leases(res);
	if (read_doc(w, res, doc, r) == 0) {
		json_free(res->doc);
		res->doc = doc;
		return 0;
	}
	json_free(doc);
	give_leases(res);
	if (res->doc && res->type == az_type_of(AZ_NIC)) {
		bool loading = w->loading;

		w->loading = true; /* the very same addresses */
		read_nic(w, res, res->doc, &ignored);
		w->loading = loading;
	}
	return -1;
}

struct az_resource *az_resource_put(struct az_world *w, struct az_group *g, const char *type,
				    const char *name, const char *location, struct json *doc,
				    bool *made, struct az_refusal *r)
{
	struct az_resource *res = az_resource_find(g, type, name);
	char key[256];

	*made = res == NULL;
	if (!res)
		res = new_resource(g, type, name, location);
	if (replace_doc(w, res, doc, r) != 0) {
		if (*made)
			az_resource_free(res);
		return NULL;
	}
	if (*made) {
		res->created_ms = az_world_now(w);
		res->row = ++w->next_row;
		key_of(key, res->type, name);
		map_put(g->resources, key, res);
	}
	res->prov = AZ_SUCCEEDED;
	az_resource_changed(w, res);
	if (az_disk_holds_data(res)) {
		az_disk_made(w, res);
		if (*made)
			az_disk_fill(w, res);
	}
	return res;
}

struct az_resource *az_resource_load(struct az_world *w, struct az_group *g, const char *type,
				     const char *name, const char *location, struct json *doc,
				     const char *guid)
{
	struct az_refusal r = { 0 };
	struct az_resource *res = new_resource(g, type, name, location);
	char key[256];

	snprintf(res->guid, sizeof(res->guid), "%s", guid);
	res->doc = doc;
	read_doc(w, res, doc, &r);
	key_of(key, res->type, name);
	map_put(g->resources, key, res);
	return res;
}

/* Does any string of this document name the resource? */
static bool names_it(const struct json *j, const char *id)
{
	const struct json *v;
	const char *key;

	if (json_text(j))
		return text_id_prefix(json_text(j), id);
	if (json_is(j, JSON_ARRAY)) {
		for (size_t i = 0; i < json_len(j); i++)
			if (names_it(json_at(j, i), id))
				return true;
	} else if (json_is(j, JSON_OBJECT)) {
		for (void *it = NULL; json_each(j, &it, &key, &v);)
			if (names_it(v, id) || text_id_prefix(key, id))
				return true;
	}
	return false;
}

static const struct az_resource *user_of(const struct az_world *w,
					 const struct az_resource *res, const char *id)
{
	void *g, *other;
	const char *key;

	for (size_t i = 0; map_next(w->groups, &i, &key, &g);)
		for (size_t k = 0;
		     map_next(((struct az_group *)g)->resources, &k, &key, &other);)
			if (other != res && names_it(((struct az_resource *)other)->doc, id))
				return other;
	return NULL;
}

static const struct az_set *set_user(const struct az_world *w, const char *id)
{
	void *g, *set;
	const char *key;

	for (size_t i = 0; map_next(w->groups, &i, &key, &g);)
		for (size_t k = 0; map_next(((struct az_group *)g)->sets, &k, &key, &set);)
			if (names_it(((struct az_set *)set)->doc, id))
				return set;
	return NULL;
}

static const struct az_vm *vm_user(const struct az_world *w, const char *id)
{
	for (const struct az_vm *vm = w->first; vm; vm = vm->next)
		if (!vm->set && names_it(vm->model->doc, id))
			return vm;
	return NULL;
}

int az_resource_deletable(const struct az_world *w, const struct az_resource *res,
			  struct az_refusal *r)
{
	const struct az_resource *other;
	const struct az_set *set;
	const struct az_vm *vm;
	char *id;
	int rc = 0;

	for (const struct az_subnet *s = res->subnets; s; s = s->next)
		if (s->n_used > 0)
			return az_refuse(
			    r, 400, "InUseSubnetCannotBeDeleted",
			    "Subnet %s is in use by %u IP configurations and cannot be deleted. In "
			    "order to delete it, delete what uses it first.",
			    s->name, s->n_used);
	if (res->vm && res->type == az_type_of(AZ_NIC))
		return az_refuse(
		    r, 400, "NicInUse",
		    "Network Interface %s is used by existing resource %s. In order to delete it, "
		    "dissociate it from the resource.",
		    res->name, az_vm_name(res->vm));
	if (res->vm)
		return az_refuse(r, 409, "OperationNotAllowed", "Disk %s is attached to VM %s.",
				 res->name, az_vm_name(res->vm));
	if (az_disk_holds_data(res))
		return 0; /* what was made from it is a copy */
	id = az_resource_id(res->group, res->type, res->name);
	other = user_of(w, res, id);
	set = other ? NULL : set_user(w, id);
	vm = other || set ? NULL : vm_user(w, id);
	if (other || set || vm)
		rc = az_refuse(
		    r, 400,
		    res->type == az_type_of(AZ_NSG) ? "InUseNetworkSecurityGroupCannotBeDeleted"
		    : res->type == az_type_of(AZ_PIP) ? "PublicIPAddressCannotBeDeleted"
		    : res->type == az_type_of(AZ_PPG) ? "OperationNotAllowed"
						      : "ResourceInUse",
		    "Resource %s cannot be deleted because it is in use by %s.", id,
		    other ? other->name
		    : set ? set->name
			  : az_vm_name(vm));
	free(id);
	return rc;
}

void az_resource_remove(struct az_world *w, struct az_resource *res)
{
	char key[256];

	if (az_disk_holds_data(res)) {
		az_disk_gone(w, res);
		if (w->machines.drop_disk)
			w->machines.drop_disk(w->machines.arg, res);
	}
	az_store_forget(w, AZ_ROW_RESOURCE, res->row, res);
	key_of(key, res->type, res->name);
	map_del(res->group->resources, key); /* frees it */
}
