#include <stdlib.h>
#include <string.h>

#include "azsim/world/disk.h"
#include "azsim/world/vm.h"
#include "base/mem.h"
#include "base/text.h"

static bool deletes(const char *option)
{
	return text_casecmp(option, "Delete") == 0;
}

static void hold_disk(struct az_vm *vm, const char *name, const struct json *disk, int64_t gb)
{
	struct az_resource *res = az_resource_find(vm->group, AZ_DISK, name);
	struct az_refusal r = { 0 };
	bool made;

	if (!res && !vm->world->loading) {
		struct json *doc = json_new_object();

		json_put(doc, "sku.name",
			 json_new_string(
			     json_str(disk, "managedDisk.storageAccountType", "Premium_LRS")));
		json_put(doc, "properties.creationData.createOption",
			 json_new_string(json_str(disk, "createOption", "FromImage")));
		json_put(doc, "properties.diskSizeGB",
			 json_new_int(json_int(disk, "diskSizeGB", gb)));
		if (az_vm_tags(vm))
			json_set(doc, "tags", json_copy(az_vm_tags(vm)));
		res = az_resource_put(vm->world, vm->group, AZ_DISK, name,
				      az_regions[vm->region].name, doc, &made, &r);
	}
	if (res)
		res->vm = vm;
}

static void hold_nics(struct az_vm *vm, const struct json *profile)
{
	const struct json *nics = json_get(profile, "networkProfile.networkInterfaces");

	for (size_t i = 0; i < json_len(nics); i++) {
		struct az_resource *nic =
		    az_resource_by_id(vm->world, json_str(json_at(nics, i), "id", NULL));

		if (nic)
			nic->vm = vm;
	}
}

void az_vm_hold_parts(struct az_vm *vm)
{
	const struct json *profile = az_vm_profile(vm);
	const struct json *os = json_get(profile, "storageProfile.osDisk");
	const struct json *data = json_get(profile, "storageProfile.dataDisks");

	if (vm->set && !vm->attached)
		return; /* a member's disks and interface are part of it */
	hold_nics(vm, profile);
	if (!vm->ephemeral && json_str(os, "name", NULL))
		hold_disk(vm, json_str(os, "name", ""), os, 30);
	for (size_t i = 0; i < json_len(data); i++) {
		const struct json *e = json_at(data, i);
		struct az_resource *attached = az_disk_attached(vm->world, e);

		if (attached && (!attached->vm || attached->vm == vm))
			attached->vm = vm;
		else if (!attached && json_str(e, "name", NULL))
			hold_disk(vm, json_str(e, "name", ""), e, 32);
	}
}

static void release_disk(struct az_vm *vm, struct az_resource *res, bool drop)
{
	if (!res || res->vm != vm)
		return;
	res->vm = NULL;
	if (drop)
		az_resource_remove(vm->world, res);
	else
		az_resource_changed(vm->world, res);
}

void az_vm_release_parts(struct az_vm *vm)
{
	const struct json *profile = az_vm_profile(vm);
	const struct json *nics = json_get(profile, "networkProfile.networkInterfaces");
	const struct json *os = json_get(profile, "storageProfile.osDisk");
	const struct json *data = json_get(profile, "storageProfile.dataDisks");

	if (vm->set && !vm->attached)
		return;
	for (size_t i = 0; i < json_len(nics); i++) {
		const struct json *e = json_at(nics, i);
		struct az_resource *nic = az_resource_by_id(vm->world, json_str(e, "id", NULL));

		if (!nic || nic->vm != vm)
			continue;
		nic->vm = NULL;
		if (deletes(json_str(e, "properties.deleteOption", "Detach")))
			az_resource_remove(vm->world, nic);
		else
			az_resource_changed(vm->world, nic);
	}
	release_disk(vm, az_resource_find(vm->group, AZ_DISK, json_str(os, "name", "")),
		     deletes(json_str(os, "deleteOption", "Detach")));
	for (size_t i = 0; i < json_len(data); i++) {
		const struct json *e = json_at(data, i);
		struct az_resource *disk = az_disk_attached(vm->world, e);

		if (!disk)
			disk = az_resource_find(vm->group, AZ_DISK, json_str(e, "name", ""));
		release_disk(vm, disk, deletes(json_str(e, "deleteOption", "Detach")));
	}
}
