#include "azsim_machines.h"

#include <stdlib.h>
#include <string.h>

#include "azsim/guest/guest.h"
#include "azsim/world/disk.h"
#include "azsim/world/vm.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"

#define KEYS_MAX    32
#define CONSOLE_MAX ((size_t)1 << 20) /* Azure keeps as much */

struct azsim_machines {
	struct az_world *world;
	struct guests *guests;
	struct bastion *bastion;
	char *socket;
	struct map *again; /* ids that are to start once they stopped */
};

static struct az_vm *find(const struct azsim_machines *m, const char *id)
{
	for (struct az_vm *vm = m->world->first; vm; vm = vm->next)
		if (strcmp(vm->vm_id, id) == 0)
			return vm;
	return NULL;
}

static const struct az_subnet *subnet_of(const struct az_vm *vm)
{
	const struct az_resource *nic;

	if (vm->lease.subnet)
		return vm->lease.subnet;
	nic = az_resource_by_id(
	    vm->world,
	    json_str(az_vm_profile(vm), "networkProfile.networkInterfaces.0.id", NULL));
	return nic && nic->n_leases > 0 ? nic->leases[0].subnet : NULL;
}

static int prefix_of(const struct az_resource *vnet)
{
	uint32_t base;
	unsigned int bits = 16;

	az_prefix_read(&base, &bits,
		       json_str(vnet->doc, "properties.addressSpace.addressPrefixes.0", ""));
	return (int)bits;
}

static void add_disks(struct guest_spec *s, const struct az_world *w, const struct az_vm *vm)
{
	const struct json *list = json_get(az_vm_profile(vm), "storageProfile.dataDisks");

	for (size_t i = 0; i < json_len(list) && s->n_disks < GUEST_DISKS; i++) {
		const struct json *e = json_at(list, i);
		const struct az_resource *disk = az_disk_attached(w, e);

		if (!disk)
			disk = az_resource_find(vm->group, AZ_DISK, json_str(e, "name", ""));
		if (disk)
			s->disks[s->n_disks++] =
			    (struct guest_disk){ .lun = (int)json_int(e, "lun", 0),
						 .id = disk->guid };
	}
}

static void on_drop_disk(void *arg, const struct az_resource *disk)
{
	const struct azsim_machines *m = arg;
	struct err err = ERR_INIT;

	if (guest_disk_delete(m->guests, disk->guid, &err) < 0)
		log_warn("disk %s: %s", disk->name, err.msg);
}

static int on_copy_disk(void *arg, const struct az_resource *from, const struct az_resource *to,
			struct err *err)
{
	const struct azsim_machines *m = arg;

	return guest_disk_copy(m->guests, from->guid, to->guid, err);
}

static int start_guest(struct azsim_machines *m, const struct az_vm *vm, struct err *err)
{
	const struct json *os = json_get(az_vm_profile(vm), "osProfile");
	const struct json *keys = json_get(os, "linuxConfiguration.ssh.publicKeys");
	const char *data = json_str(os, "customData", NULL), *lines[KEYS_MAX + 1] = { 0 };
	const struct az_subnet *subnet = subnet_of(vm);
	struct buf custom = BUF_INIT(1 << 20);
	char address[AZ_ADDRESS_TEXT], *vnet;
	int rc = 0;

	if (!subnet)
		return err_set(err, ERR_INVALID, "machine %s has no network interface",
			       vm->computer);
	for (size_t i = 0; i < json_len(keys) && i < KEYS_MAX; i++)
		lines[i] = json_str(json_at(keys, i), "keyData", "");
	if (data)
		rc = base64_read(&custom, data, strlen(data), err);
	vnet = az_resource_id(subnet->vnet->group, AZ_VNET, subnet->vnet->name);
	if (rc == 0) {
		struct guest_spec s = { .id = vm->vm_id,
					.host_name = vm->computer,
					.vnet = vnet,
					.address = az_vm_address(vm, address),
					.prefix = prefix_of(subnet->vnet),
					.admin = json_str(os, "adminUsername", "azureuser"),
					.ssh_keys = lines,
					.custom_data = custom.len ? custom.data : NULL,
					.custom_data_len = custom.len,
					.cpus = (int)vm->size->vcpus,
					.memory_mb = (int64_t)(vm->size->memory_gb * 1024) };

		add_disks(&s, m->world, vm);
		rc = guest_start(m->guests, &s, err);
	}
	free(vnet);
	buf_clear(&custom);
	return rc;
}

/* A restart starts what is still on its way down: it is started when it is. */
static int on_start(void *arg, const struct az_vm *vm, struct err *err)
{
	struct azsim_machines *m = arg;

	if (start_guest(m, vm, err) == 0)
		return 0;
	if (err->code != ERR_EXISTS)
		return -1;
	map_put(m->again, vm->vm_id, m);
	return 0;
}

static void on_stop(void *arg, const struct az_vm *vm, bool forget)
{
	struct azsim_machines *m = arg;
	struct err err = ERR_INIT;
	int rc = 0;

	map_del(m->again, vm->vm_id);
	if (forget)
		rc = guest_delete(m->guests, vm->vm_id, &err);
	else
		rc = guest_stop(m->guests, vm->vm_id, &err);
	if (rc != 0 && err.code != ERR_CONFLICT && err.code != ERR_NOT_FOUND) /* off already */
		log_warn("machine %s: %s", vm->computer, err.msg);
}

static int on_console(void *arg, const struct az_vm *vm, struct buf *out)
{
	const struct azsim_machines *m = arg;

	return guest_console(m->guests, vm->vm_id, CONSOLE_MAX, out);
}

static void start_again(struct azsim_machines *m, struct az_vm *vm)
{
	struct err err = ERR_INIT;

	map_del(m->again, vm->vm_id);
	if (start_guest(m, vm, &err) == 0)
		return;
	log_warn("machine %s: %s", vm->computer, err.msg);
	az_vm_booted(vm, false);
}

static void on_event(void *arg, const char *id, enum guest_event ev, const char *text)
{
	struct azsim_machines *m = arg;
	struct az_vm *vm = find(m, id);

	if (*text)
		log_info("guest %s: %s", vm ? vm->computer : id, text);
	if (!vm || ev == GUEST_DELETED)
		return;
	if (ev != GUEST_BOOTED && map_get(m->again, id))
		start_again(m, vm);
	else if (ev == GUEST_BOOTED)
		az_vm_booted(vm, true);
	else if (ev == GUEST_FAILED)
		az_vm_booted(vm, false);
	else
		az_vm_halted(vm);
}

struct azsim_machines *azsim_machines_new(struct loop *l, struct az_world *w, const char *dir,
					  gid_t group, struct err *err)
{
	struct azsim_machines *m = xcalloc(1, sizeof(*m));
	char *disks = xasprintf("%s/guests", dir);

	m->world = w;
	m->again = map_new(NULL, false);
	m->socket = xasprintf("%s/bastion.sock", dir);
	m->guests = guests_new(l, disks, on_event, m, err);
	free(disks);
	if (m->guests)
		m->bastion = bastion_new(l, m->guests, m->socket, group, err);
	if (!m->bastion) {
		azsim_machines_free(m);
		return NULL;
	}
	az_world_use_machines(w, &(struct az_machines){ .start = on_start,
							.stop = on_stop,
							.drop_disk = on_drop_disk,
							.copy_disk = on_copy_disk,
							.console = on_console,
							.arg = m });
	return m;
}

void azsim_machines_free(struct azsim_machines *m)
{
	if (!m)
		return;
	m->world->machines = (struct az_machines){ 0 };
	bastion_free(m->bastion);
	if (m->guests)
		guests_free(m->guests);
	map_free(m->again);
	free(m->socket);
	free(m);
}

const char *azsim_machines_socket(const struct azsim_machines *m)
{
	return m->socket;
}
