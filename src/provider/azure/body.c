/* Requests as JSON, and machines read from replies (azure-arm.md 4). Pure: shapes are held
 * against Microsoft's schemas in tests. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "base/strs.h"
#include "base/text.h"
#include "provider/azure/azure.h"

static void put_str(struct json *j, const char *path, const char *s)
{
	json_put(j, path, json_new_string(s));
}

static void put_bool(struct json *j, const char *path, bool b)
{
	json_put(j, path, json_new_bool(b));
}

static void put_tags(struct json *j, const struct strs *tags)
{
	struct json *t = json_set_object(j, "tags");

	for (size_t i = 0; tags && i < tags->n; i++) {
		const char *eq = strchr(tags->v[i], '=');
		char *name = xstrndup(tags->v[i], (size_t)(eq - tags->v[i]));

		json_set_str(t, name, eq + 1);
		free(name);
	}
}

static struct json *tagged(const struct cloud_change *ch)
{
	struct json *j = json_new_object();

	json_set_str(j, "location", ch->location);
	put_tags(j, ch->tags);
	return j;
}

/* "publisher:offer:sku:version", or the id of an image of one's own. */
static struct json *image_json(const char *image)
{
	static const char *const names[] = { "publisher", "offer", "sku", "version" };
	struct json *j = json_new_object();
	struct strs parts = STRS_INIT(4);

	if (image[0] == '/' || strs_split(&parts, image, strlen(image), ':') < 0 ||
	    parts.n != 4)
		json_set_str(j, "id", image);
	else
		for (size_t i = 0; i < 4; i++)
			json_set_str(j, names[i], parts.v[i]);
	strs_clear(&parts);
	return j;
}

static struct json *os_profile(const struct cloud_vm_spec *vm, const char *name_key)
{
	struct json *j = json_new_object();
	struct json *key;
	struct buf b64 = BUF_INIT(BUF_TEXT_MAX);
	char *path = xasprintf("/home/%s/.ssh/authorized_keys", vm->admin_user);

	json_set_str(j, name_key, vm->computer_name);
	json_set_str(j, "adminUsername", vm->admin_user);
	base64_write(&b64, vm->custom_data, strlen(vm->custom_data));
	json_set_str(j, "customData", buf_str(&b64));
	put_bool(j, "linuxConfiguration.disablePasswordAuthentication", true);
	json_put(j, "linuxConfiguration.ssh.publicKeys", json_new_array());
	key = json_add_object(json_get_mut(j, "linuxConfiguration.ssh.publicKeys"));
	json_set_str(key, "path", path);
	json_set_str(key, "keyData", vm->ssh_key);
	free(path);
	buf_clear(&b64);
	return j;
}

static struct json *os_disk(const struct cloud_vm_spec *vm, bool uniform)
{
	struct json *j = json_new_object();

	json_set_str(j, "createOption", "FromImage");
	if (!uniform) /* there it goes with its member, and the word is refused */
		json_set_str(j, "deleteOption", "Delete");
	if (vm->ephemeral_disk) {
		json_set_str(j, "caching", "ReadOnly");
		put_str(j, "diffDiskSettings.option", "Local");
	} else {
		json_set_str(j, "caching", "ReadWrite");
		put_str(j, "managedDisk.storageAccountType", "Premium_LRS");
	}
	if (vm->disk_gib > 0)
		json_set_int(j, "diskSizeGB", vm->disk_gib);
	return j;
}

static struct json *nic_config(const struct cloud_vm_spec *vm, bool uniform)
{
	struct json *j = json_new_object(), *ip;

	json_set_str(j, "name", "nic0");
	put_bool(j, "properties.primary", true);
	if (!uniform)
		put_str(j, "properties.deleteOption", "Delete");
	put_bool(j, "properties.enableAcceleratedNetworking", vm->accelerated_net);
	if (vm->nsg_id)
		put_str(j, "properties.networkSecurityGroup.id", vm->nsg_id);
	json_put(j, "properties.ipConfigurations", json_new_array());
	ip = json_add_object(json_get_mut(j, "properties.ipConfigurations"));
	json_set_str(ip, "name", "ip0");
	put_bool(ip, "properties.primary", true);
	put_str(ip, "properties.subnet.id", vm->subnet_id);
	return j;
}

/* They are detached when the machine goes, whatever becomes of it. */
static void put_data_disks(struct json *p, const struct cloud_vm_spec *vm)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < vm->n_disks; i++) {
		struct json *d = json_add_object(list);

		json_set_int(d, "lun", vm->disks[i].lun);
		json_set_str(d, "createOption", "Attach");
		json_set_str(d, "caching", "None");
		json_set_str(d, "deleteOption", "Detach");
		put_str(d, "managedDisk.id", vm->disks[i].id);
	}
	json_put(p, "storageProfile.dataDisks", list);
}

static void put_profile(struct json *p, const struct cloud_vm_spec *vm, const char *name_key,
			bool inline_nics)
{
	struct json *nics;

	json_set(p, "osProfile", os_profile(vm, name_key));
	json_put(p, "storageProfile.imageReference", image_json(vm->image));
	json_put(p, "storageProfile.osDisk", os_disk(vm, !inline_nics));
	if (vm->n_disks)
		put_data_disks(p, vm);
	if (inline_nics)
		put_str(p, "networkProfile.networkApiVersion", "2020-11-01");
	nics = json_new_array();
	json_add(nics, nic_config(vm, !inline_nics));
	json_put(p, "networkProfile.networkInterfaceConfigurations", nics);
	put_bool(p, "diagnosticsProfile.bootDiagnostics.enabled", true);
	if (!vm->spot)
		return;
	json_set_str(p, "priority", "Spot");
	json_set_str(p, "evictionPolicy", "Delete");
	json_put(p, "billingProfile.maxPrice", json_new_real(vm->max_price));
}

static void put_zone(struct json *j, const char *zone)
{
	if (zone && zone[0])
		json_add(json_set_array(j, "zones"), json_new_string(zone));
}

static struct json *vm_body(const struct cloud_change *ch)
{
	struct json *j = tagged(ch);
	struct json *p = json_set_object(j, "properties");

	put_zone(j, ch->vm->zone);
	put_str(p, "hardwareProfile.vmSize", ch->vm->size);
	put_profile(p, ch->vm, "computerName", true);
	return j;
}

/* Flexible for all but InfiniBand; there Uniform with one placement group (azure-arm.md 4.4).
 */
static struct json *set_body(const struct cloud_change *ch)
{
	bool uniform = ch->uniform_single_group;
	struct json *j = tagged(ch);
	struct json *p = json_set_object(j, "properties");

	put_zone(j, ch->vm->zone);
	put_str(j, "sku.name", ch->vm->size);
	put_str(j, "sku.tier", "Standard");
	json_put(j, "sku.capacity", json_new_int(ch->capacity));
	json_set_str(p, "orchestrationMode", uniform ? "Uniform" : "Flexible");
	json_set_int(p, "platformFaultDomainCount", 1);
	json_set_bool(p, "singlePlacementGroup", uniform);
	if (uniform) {
		json_set_bool(p, "overprovision", false);
		put_str(p, "upgradePolicy.mode", "Manual");
	}
	put_profile(json_set_object(p, "virtualMachineProfile"), ch->vm, "computerNamePrefix",
		    !uniform);
	return j;
}

static struct json *network_body(const struct cloud_change *ch)
{
	struct json *j = tagged(ch);
	struct json *list, *subnet;

	json_put(j, "properties.addressSpace.addressPrefixes", json_new_array());
	json_add(json_get_mut(j, "properties.addressSpace.addressPrefixes"),
		 json_new_string(ch->vnet_cidr));
	json_put(j, "properties.subnets", json_new_array());
	list = json_get_mut(j, "properties.subnets");
	subnet = json_add_object(list);
	json_set_str(subnet, "name", ch->subnet_name);
	put_str(subnet, "properties.addressPrefix", ch->subnet_cidr);
	if (ch->nsg_id)
		put_str(subnet, "properties.networkSecurityGroup.id", ch->nsg_id);
	return j;
}

/* Nothing from the Internet comes in; within the network everything may talk. ssh comes through
 * what the operator has there. */
static struct json *nsg_body(const struct cloud_change *ch)
{
	struct json *j = tagged(ch);
	struct json *rule;

	json_put(j, "properties.securityRules", json_new_array());
	rule = json_add_object(json_get_mut(j, "properties.securityRules"));
	json_set_str(rule, "name", "deny-internet");
	put_str(rule, "properties.protocol", "*");
	put_str(rule, "properties.sourceAddressPrefix", "Internet");
	put_str(rule, "properties.sourcePortRange", "*");
	put_str(rule, "properties.destinationAddressPrefix", "*");
	put_str(rule, "properties.destinationPortRange", "*");
	put_str(rule, "properties.access", "Deny");
	json_put(rule, "properties.priority", json_new_int(4000));
	put_str(rule, "properties.direction", "Inbound");
	return j;
}

static struct json *disk_body(const struct cloud_change *ch)
{
	struct json *j = tagged(ch);

	put_str(j, "sku.name", "Premium_LRS");
	put_str(j, "properties.creationData.createOption", ch->source_id ? "Copy" : "Empty");
	if (ch->source_id)
		put_str(j, "properties.creationData.sourceResourceId", ch->source_id);
	json_put(j, "properties.diskSizeGB", json_new_int(ch->disk_gib));
	return j;
}

/* An incremental one lies on standard storage, whatever its disk does, and is billed by what it
 * holds. */
static struct json *snapshot_body(const struct cloud_change *ch)
{
	struct json *j = tagged(ch);

	put_str(j, "sku.name", "Standard_LRS");
	put_str(j, "properties.creationData.createOption", "Copy");
	put_str(j, "properties.creationData.sourceResourceId", ch->source_id);
	put_bool(j, "properties.incremental", true);
	return j;
}

static struct json *members_body(const struct cloud_change *ch)
{
	struct json *j = json_new_object();
	struct json *ids = json_set_array(j, "instanceIds");

	for (size_t i = 0; i < ch->members->n; i++)
		json_add(ids, json_new_string(ch->members->v[i]));
	return j;
}

static struct json *tags_alone(const struct cloud_change *ch)
{
	struct json *j = json_new_object();

	put_tags(j, ch->tags);
	return j;
}

/* A grown set is sent whole, capacity included: a machine of the new ones then has the script
 * of today. */
struct json *body_of_change(const struct cloud_change *ch)
{
	if (ch->kind == CLOUD_MEMBERS)
		return members_body(ch);
	if (ch->verb == CLOUD_TAG)
		return tags_alone(ch);
	if (ch->verb != CLOUD_PUT && ch->verb != CLOUD_GROW)
		return NULL;
	switch (ch->kind) {
	case CLOUD_GROUP:
		return tagged(ch);
	case CLOUD_NETWORK:
		return network_body(ch);
	case CLOUD_NSG:
		return nsg_body(ch);
	case CLOUD_DISK:
		return disk_body(ch);
	case CLOUD_SNAPSHOT:
		return snapshot_body(ch);
	case CLOUD_VM:
		return vm_body(ch);
	case CLOUD_SCALESET:
		return set_body(ch);
	default:
		return NULL;
	}
}

const char *method_of_change(const struct cloud_change *ch, char **url)
{
	static const char *const member_acts[CLOUD_VERBS] = { [CLOUD_DELETE] = "delete",
							      [CLOUD_START] = "start",
							      [CLOUD_DEALLOCATE] =
								  "deallocate" };
	const char *version = id_version(ch->id);

	if (ch->kind == CLOUD_MEMBERS) {
		if (!member_acts[ch->verb])
			return NULL;
		*url =
		    xasprintf("%s/%s?api-version=%s", ch->id, member_acts[ch->verb], version);
		return "POST";
	}
	switch (ch->verb) {
	case CLOUD_PUT:
	case CLOUD_GROW:
		*url = xasprintf("%s?api-version=%s", ch->id, version);
		return "PUT";
	case CLOUD_TAG:
		*url = xasprintf("%s?api-version=%s", ch->id, version);
		return "PATCH";
	case CLOUD_DELETE:
		*url = xasprintf("%s?api-version=%s%s", ch->id, version,
				 ch->kind == CLOUD_VM || ch->kind == CLOUD_SCALESET
				     ? "&forceDeletion=true"
				     : "");
		return "DELETE";
	case CLOUD_START:
	case CLOUD_DEALLOCATE:
		*url =
		    xasprintf("%s/%s?api-version=%s", ch->id, member_acts[ch->verb], version);
		return "POST";
	case CLOUD_VERBS:
		break;
	}
	return NULL;
}

/*
 * Replies
 */

static enum cloud_power power_of(const char *code)
{
	static const struct {
		const char *code;
		enum cloud_power power;
	} words[] = {
		{ "PowerState/running", POWER_RUNNING },
		{ "PowerState/starting", POWER_STARTING },
		{ "PowerState/stopped", POWER_STOPPED },
		{ "PowerState/stopping", POWER_STOPPED },
		{ "PowerState/deallocated", POWER_DEALLOCATED },
		{ "PowerState/deallocating", POWER_DEALLOCATED },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (text_casecmp(words[i].code, code) == 0)
			return words[i].power;
	return POWER_UNKNOWN;
}

static const char *power_code(const struct json *j)
{
	const struct json *list = json_get(j, "properties.instanceView.statuses");

	for (size_t i = 0; i < json_len(list); i++) {
		const char *code = json_str(json_at(list, i), "code", "");

		if (strncmp(code, "PowerState/", strlen("PowerState/")) == 0)
			return code;
	}
	return json_str(j, "properties.extended.instanceView.powerState.code", "");
}

char *nic_of_vm(const struct json *vm)
{
	const char *id = json_str(vm, "properties.networkProfile.networkInterfaces.0.id", NULL);

	/* a card below a Uniform set's member has calls of its own */
	return id && !text_has_prefix(id_version(id), API_COMPUTE) ? xstrdup(id) : NULL;
}

int vm_read(struct cloud_vm *vm, const struct json *j)
{
	const char *state = json_str(j, "properties.provisioningState", "");

	if (!json_str(j, "id", NULL))
		return -1;
	vm->id = xstrdup(json_str(j, "id", ""));
	vm->set_id = id_set(vm->id);
	/* calls on members of a Uniform set want its number, on all else the name */
	vm->name = xstrdup(vm->set_id ? json_str(j, "instanceId", id_name(vm->id))
				      : json_str(j, "name", id_name(vm->id)));
	if (!vm->set_id)
		vm->set_id = xstrdup(json_str(j, "properties.virtualMachineScaleSet.id", ""));
	vm->host = xstrdup(json_str(j, "properties.osProfile.computerName", ""));
	vm->size = xstrdup(
	    json_str(j, "properties.hardwareProfile.vmSize", json_str(j, "sku.name", "")));
	vm->zone = xstrdup(json_str(j, "zones.0", ""));
	vm->address = xstrdup("");
	vm->cluster_tag = xstrdup(json_str(json_get(j, "tags"), TAG_CLUSTER, ""));
	vm->spot = text_casecmp(json_str(j, "properties.priority", ""), "Spot") == 0;
	vm->failed = text_casecmp(state, "Failed") == 0;
	vm->deleting = text_casecmp(state, "Deleting") == 0;
	vm->power = power_of(power_code(j));
	/* a list tells no power: a machine that was made runs until its look says otherwise */
	if (vm->power == POWER_UNKNOWN && text_casecmp(state, "Succeeded") == 0)
		vm->power = POWER_RUNNING;
	if (clock_read(&vm->created_ms, json_str(j, "properties.timeCreated", "")) < 0)
		vm->created_ms = 0;
	return 0;
}
