/* Creating and changing single machines, and what is refused of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/arm/arm.h"
#include "azsim/world/disk.h"
#include "base/mem.h"
#include "base/text.h"

static int changed(struct arm_call *c, const char *what)
{
	return az_refuse_at(&c->r, what, 409, "PropertyChangeNotAllowed",
			    "Changing property '%s' is not allowed.", what);
}

/* A machine keeps these for life; what a client leaves out of a repeated PUT it does not mean
 * to change. */
static int check_immutable(struct arm_call *c, const struct json *doc, const struct az_vm *old)
{
	static const char *const paths[] = {
		"properties.osProfile.computerName",
		"properties.osProfile.adminUsername",
		"properties.osProfile.customData",
		"properties.priority",
		"properties.storageProfile.imageReference.publisher",
		"properties.storageProfile.imageReference.offer",
		"properties.storageProfile.imageReference.sku"
	};

	if (az_region_find(json_str(doc, "location", NULL)) != old->region)
		return az_refuse(
		    &c->r, 409, "InvalidResourceLocation",
		    "The resource '%s' already exists in location '%s' in resource group '%s'.",
		    old->name, az_regions[old->region].name, old->group->name);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const char *b = json_str(doc, paths[i], NULL),
			   *a = json_str(old->model->doc, paths[i], "");

		if (b && strcmp(a, b) != 0)
			return changed(c, paths[i] + strlen("properties."));
	}
	if (json_get(doc, "zones") &&
	    strcmp(json_str(doc, "zones.0", ""), json_str(old->model->doc, "zones.0", "")) != 0)
		return changed(c, "zones");
	return 0;
}

static int check_explicit_nics(struct arm_call *c, const struct json *profile,
			       const struct az_vm *old, int region)
{
	const struct json *nics = json_get(profile, "networkProfile.networkInterfaces");
	int primaries = 0;

	for (size_t i = 0; i < json_len(nics); i++) {
		const struct json *e = json_at(nics, i);
		const char *id = json_str(e, "id", "");
		const struct az_resource *nic = az_resource_by_id(c->w, id);

		primaries += json_bool(e, "properties.primary", json_len(nics) == 1);
		if (!nic || strcmp(nic->type, AZ_NIC) != 0)
			return az_refuse(
			    &c->r, 400, "InvalidResourceReference",
			    "Resource %.250s referenced by the network profile was not found.",
			    id);
		if (nic->vm && nic->vm != old)
			return az_refuse(
			    &c->r, 400, "NicInUse",
			    "Network Interface %s is used by existing resource %s. In order to delete or attach "
			    "it, dissociate it first.",
			    nic->name, nic->vm->name);
		if (az_region_find(nic->location) != region)
			return az_refuse(&c->r, 400, "InvalidResourceReference",
					 "Network Interface %s is in another region.",
					 nic->name);
	}
	if (json_len(nics) > 0 && primaries != 1)
		return az_refuse(
		    &c->r, 400, "VirtualMachineMustHaveOneNetworkInterfaceAsPrimary",
		    "A virtual machine must have one network interface set as the primary.");
	return 0;
}

static int check_network(struct arm_call *c, const struct json *doc, const struct az_vm *old,
			 int region)
{
	const struct json *net = json_get(doc, "properties.networkProfile");
	bool inline_nics = json_len(json_get(net, "networkInterfaceConfigurations")) > 0;

	if (json_len(json_get(net, "networkInterfaces")) == 0 && !inline_nics)
		return az_refuse_at(&c->r, "networkProfile", 400, "InvalidParameter",
				    "Required parameter 'networkProfile' is missing (null).");
	if (inline_nics && json_len(json_get(net, "networkInterfaces")) > 0)
		return az_refuse_at(
		    &c->r, "networkProfile", 400, "InvalidParameter",
		    "networkInterfaces and networkInterfaceConfigurations cannot be given together.");
	if (inline_nics && !json_str(net, "networkApiVersion", NULL))
		return az_refuse_at(
		    &c->r, "networkProfile.networkApiVersion", 400, "InvalidParameter",
		    "Required parameter 'networkProfile.networkApiVersion' is missing (null).");
	return check_explicit_nics(c, json_get(doc, "properties"), old, region);
}

/* The conditions under which a machine may belong to a Flexible set. */
static int check_attach(struct arm_call *c, const struct json *doc, const struct az_sku *size,
			struct az_set **out)
{
	const char *id = json_str(doc, "properties.virtualMachineScaleSet.id", NULL), *name;
	struct az_set *s;

	*out = NULL;
	if (!id)
		return 0;
	name = strrchr(id, '/');
	s = name ? az_set_find(c->group, name + 1) : NULL;
	if (!s)
		return az_refuse(&c->r, 404, "NotFound",
				 "Virtual machine scale set %.200s was not found.", id);
	if (!s->flexible || s->pinned ||
	    json_int(s->doc, "properties.platformFaultDomainCount", 0) != 1)
		return az_refuse(
		    &c->r, 409, "OperationNotAllowed",
		    "A VM can be attached to a scale set with orchestration mode Flexible, one fault domain and "
		    "singlePlacementGroup false only.");
	if (size->flags & SKU_RDMA)
		return az_refuse(&c->r, 409, "OperationNotAllowed",
				 "VMs of size %s cannot be attached.", size->name);
	if (json_get(doc, "properties.proximityPlacementGroup") ||
	    json_get(doc, "properties.availabilitySet"))
		return az_refuse(
		    &c->r, 409, "OperationNotAllowed",
		    "A VM with a proximity placement group or an availability set cannot be attached.");
	*out = s;
	return 0;
}

int arm_check_vm(struct arm_call *c, struct json *doc, const struct az_vm *old)
{
	const struct az_sku *size;
	int region;

	if (arm_check_location(c, doc, AZ_VM_TYPE) != 0 ||
	    arm_check_tags(c, json_get(doc, "tags")) != 0)
		return -1;
	region = az_region_find(json_str(doc, "location", NULL));
	if (old && check_immutable(c, doc, old) != 0)
		return -1;
	if (arm_check_size(c, json_str(doc, "properties.hardwareProfile.vmSize", NULL),
			   "vmSize", region, &size) != 0 ||
	    arm_check_zones(c, doc, size, region) != 0 || arm_check_identity(c, doc, true) != 0)
		return -1;
	if (json_len(json_get(doc, "zones")) > 1)
		return az_refuse_at(&c->r, "zones", 400, "InvalidParameter",
				    "A virtual machine lies in one zone.");
	if (arm_check_profile(c, json_get(doc, "properties"), size, region, false) != 0 ||
	    az_disks_check(c->w, json_get(doc, "properties.storageProfile.dataDisks"), old,
			   region, &c->r) != 0)
		return -1;
	return check_network(c, doc, old, region);
}

static void fill(struct json *doc, const char *path, struct json *value)
{
	if (json_get(doc, path))
		json_free(value);
	else
		json_put(doc, path, value);
}

static void fill_disks(struct json *doc, const char *vm)
{
	char name[120], id[9], path[80];
	const char *attached;
	size_t n = json_len(json_get(doc, "properties.storageProfile.dataDisks"));
	bool local = json_get(doc, "properties.storageProfile.osDisk.diffDiskSettings") != NULL;

	rand_hex(id, 4);
	snprintf(name, sizeof(name), "%s_OsDisk_1_%s", vm, id);
	fill(doc, "properties.storageProfile.osDisk.name", json_new_string(name));
	fill(doc, "properties.storageProfile.osDisk.osType", json_new_string("Linux"));
	fill(doc, "properties.storageProfile.osDisk.createOption",
	     json_new_string("FromImage"));
	fill(doc, "properties.storageProfile.osDisk.caching",
	     json_new_string(local ? "ReadOnly" : "ReadWrite"));
	fill(doc, "properties.storageProfile.osDisk.managedDisk.storageAccountType",
	     json_new_string(local ? "Standard_LRS" : "Premium_LRS"));
	fill(doc, "properties.storageProfile.osDisk.deleteOption",
	     json_new_string(local ? "Delete" : "Detach"));
	fill(doc, "properties.storageProfile.osDisk.diskSizeGB", json_new_int(30));
	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path),
			 "properties.storageProfile.dataDisks.%zu.managedDisk.id", i);
		snprintf(name, sizeof(name), "%s_disk%zu_%s", vm, i + 2, id);
		attached = strrchr(json_str(doc, path, ""), '/');
		if (attached) /* a disk that is there has a name */
			snprintf(name, sizeof(name), "%.100s", attached + 1);
		snprintf(path, sizeof(path), "properties.storageProfile.dataDisks.%zu.name", i);
		fill(doc, path, json_new_string(name));
		snprintf(path, sizeof(path),
			 "properties.storageProfile.dataDisks.%zu.deleteOption", i);
		fill(doc, path, json_new_string("Detach"));
	}
}

static void fill_defaults(struct json *doc, const char *name)
{
	bool spot =
	    text_casecmp(json_str(doc, "properties.priority", "Regular"), "Regular") != 0;

	if (json_get(doc, "properties.storageProfile"))
		fill_disks(doc, name);
	if (json_get(doc, "properties.osProfile")) {
		fill(doc, "properties.osProfile.computerName", json_new_string(name));
		fill(doc,
		     "properties.osProfile.linuxConfiguration.disablePasswordAuthentication",
		     json_new_bool(false));
		fill(doc, "properties.osProfile.linuxConfiguration.provisionVMAgent",
		     json_new_bool(true));
		fill(doc, "properties.osProfile.allowExtensionOperations", json_new_bool(true));
		fill(doc, "properties.osProfile.requireGuestProvisionSignal",
		     json_new_bool(true));
	}
	if (spot) {
		fill(doc, "properties.evictionPolicy", json_new_string("Deallocate"));
		fill(doc, "properties.billingProfile.maxPrice", json_new_real(-1));
	}
}

static struct json *kept(const struct json *body)
{
	static const char *const keys[] = { "location", "tags",	    "plan",
					    "zones",	"identity", "properties" };
	static const char *const azures[] = { "properties.provisioningState", "properties.vmId",
					      "properties.timeCreated",
					      "properties.instanceView" };
	struct json *doc = json_new_object();

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (json_get(body, keys[i]))
			json_set(doc, keys[i], json_copy(json_get(body, keys[i])));
	for (size_t i = 0; i < ARRAY_LEN(azures); i++)
		arm_json_drop(doc, azures[i]);
	return doc;
}

/* An inline interface of a single machine becomes a resource of its own, as Azure does it. */
static int make_nic(struct arm_call *c, struct json *doc, const char *vm,
		    const struct json *conf, struct json *refs, const char *location)
{
	struct json *nic = json_new_object(), *e;
	struct az_resource *res;
	char name[180], id[9], *full;
	bool made;

	rand_hex(id, 4);
	snprintf(name, sizeof(name), "%s-nic-%s", json_str(conf, "name", vm), id);
	json_set(nic, "properties", json_copy(json_get(conf, "properties")));
	arm_json_drop(nic, "properties.primary");
	arm_json_drop(nic, "properties.deleteOption");
	if (json_get(doc, "tags"))
		json_set(nic, "tags", json_copy(json_get(doc, "tags")));
	if (arm_check_resource(c, AZ_NIC, nic) != 0) {
		json_free(nic);
		return -1;
	}
	res = az_resource_put(c->w, c->group, AZ_NIC, name, location, nic, &made, &c->r);
	if (!res)
		return -1;
	full = az_resource_id(c->group, AZ_NIC, res->name);
	e = json_add_object(refs);
	json_set_str(e, "id", full);
	json_put(e, "properties.primary",
		 json_new_bool(json_bool(conf, "properties.primary", true)));
	json_put(e, "properties.deleteOption",
		 json_new_string(json_str(conf, "properties.deleteOption", "Detach")));
	free(full);
	return 0;
}

static int make_nics(struct arm_call *c, struct json *doc, const char *location)
{
	const struct json *list =
	    json_get(doc, "properties.networkProfile.networkInterfaceConfigurations");
	struct json *refs;
	int rc = 0;

	if (json_len(list) == 0)
		return 0;
	refs = json_new_array();
	for (size_t i = 0; i < json_len(list) && rc == 0; i++)
		rc = make_nic(c, doc, c->arg[2], json_at(list, i), refs, location);
	if (rc != 0) {
		json_free(refs);
		return -1;
	}
	json_put(doc, "properties.networkProfile.networkInterfaces", refs);
	arm_json_drop(doc, "properties.networkProfile.networkInterfaceConfigurations");
	arm_json_drop(doc, "properties.networkProfile.networkApiVersion");
	return 0;
}

static bool is_spot(const struct json *doc)
{
	return text_casecmp(json_str(doc, "properties.priority", "Regular"), "Regular") != 0;
}

/* doc is taken. */
static void create(struct arm_call *c, struct json *doc)
{
	const struct az_sku *size =
	    az_sku_find(json_str(doc, "properties.hardwareProfile.vmSize", NULL));
	int region = az_region_find(json_str(doc, "location", NULL));
	int64_t zone = 0;
	struct az_model *m;
	struct az_set *set;
	struct az_vm *vm = NULL;
	struct az_op *op;

	num_read(&zone, json_str(doc, "zones.0", "0"), 0, 3);
	if (check_attach(c, doc, size, &set) != 0 ||
	    az_quota_check(&c->w->quota[region], region, size, is_spot(doc), 1, &c->r) != 0 ||
	    make_nics(c, doc, az_regions[region].name) != 0) {
		json_free(doc);
		return;
	}
	m = az_model_new(c->w, doc);
	op = az_op_new(c->w, AZ_OP_VM_PUT, c->group->name, AZ_VM_TYPE, c->arg[2],
		       az_regions[region].name, az_spread_ms(&c->w->sc.network, &c->w->rng));
	vm = az_vm_make(
	    c->w,
	    &(struct az_vm_wish){
		.group = c->group,
		.name = c->arg[2],
		.set = set,
		.computer = json_str(doc, "properties.osProfile.computerName", c->arg[2]),
		.model = m,
		.size = size,
		.region = region,
		.zone = (int)zone,
		.spot = is_spot(doc),
		.attached = set != NULL,
		.op = op },
	    &c->r);
	az_model_unref(m);
	if (!vm)
		return;
	if (set) {
		set->capacity++;
		set->intended += set->intended >= 0;
		az_set_changed(set);
	}
	az_vm_hold_parts(vm);
	arm_accepted(c, 201, arm_vm_json(c, vm, false), op);
}

static void update(struct arm_call *c, struct az_vm *vm, struct json *doc)
{
	const struct json *tags = json_get(doc, "tags");
	struct az_op *op;

	op =
	    az_op_new(c->w, AZ_OP_VM_PUT, c->group->name, AZ_VM_TYPE, vm->name,
		      az_regions[vm->region].name, az_spread_ms(&c->w->sc.network, &c->w->rng));
	az_vm_update(vm, tags ? json_copy(tags) : NULL, op);
	json_free(doc);
	arm_accepted(c, 200, arm_vm_json(c, vm, false), op);
}

static int admit(struct arm_call *c, const struct az_vm *vm)
{
	char etag[24];

	snprintf(etag, sizeof(etag), "\"%lld\"", vm ? (long long)vm->row : 0);
	if (arm_need_etag(c, etag, vm != NULL) != 0)
		return -1;
	if (vm && vm->prov == AZ_DELETING)
		return az_refuse(
		    &c->r, 409, "OperationNotAllowed",
		    "Operation 'PUT' is not allowed on VM '%s' since the VM is marked for deletion.",
		    vm->name);
	if (vm && (vm->prov == AZ_CREATING || vm->prov == AZ_UPDATING) && vm->op &&
	    vm->op->kind != AZ_OP_VM_PUT)
		return az_refuse(&c->r, 409, "AnotherOperationInProgress",
				 "Another operation on VM '%s' is in progress.", vm->name);
	return 0;
}

void arm_vm_put(struct arm_call *c)
{
	struct az_vm *vm = az_vm_find(c->group, c->arg[2]);
	struct json *doc;

	if (arm_check_name(c, c->arg[2], 64, "-_.") != 0 || admit(c, vm) != 0 ||
	    arm_check_members(c, c->body, "vm") != 0)
		return;
	doc = kept(c->body);
	if (!vm)
		fill_defaults(doc, c->arg[2]);
	if (!vm ? arm_check_vm(c, doc, NULL) != 0 : check_immutable(c, doc, vm) != 0) {
		json_free(doc);
		return;
	}
	if (!vm) {
		create(c, doc);
	} else if (vm->prov == AZ_CREATING &&
		   vm->op) { /* the same PUT again: the operation is under way */
		arm_accepted(c, 200, arm_vm_json(c, vm, false), vm->op);
		json_free(doc);
	} else {
		update(c, vm, doc);
	}
}

void arm_vm_patch(struct arm_call *c)
{
	struct az_vm *vm = az_vm_find(c->group, c->arg[2]);
	const char *size = json_str(c->body, "properties.hardwareProfile.vmSize", NULL);
	struct json *doc;

	if (!vm) {
		arm_not_found(c, AZ_VM_TYPE, c->arg[2]);
		return;
	}
	if (admit(c, vm) != 0 || arm_check_members(c, c->body, "vm") != 0 ||
	    arm_check_tags(c, json_get(c->body, "tags")) != 0)
		return;
	if (size && text_casecmp(size, vm->size->name) != 0) {
		changed(c, "hardwareProfile.vmSize");
		return;
	}
	doc = kept(c->body);
	if (!json_get(doc, "location"))
		json_set_str(doc, "location", az_regions[vm->region].name);
	if (check_immutable(c, doc, vm) != 0)
		json_free(doc);
	else
		update(c, vm, doc);
}
