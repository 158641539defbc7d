/* What a machine is made from: osProfile, disks, interfaces. The same for single machines and
 * for sets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/arm/arm.h"
#include "base/crypto.h"
#include "base/text.h"

#define CUSTOM_DATA_MAX 65535

static const char *const bad_users[] = { "administrator",
					 "admin",
					 "user",
					 "user1",
					 "test",
					 "user2",
					 "test1",
					 "user3",
					 "admin1",
					 "1",
					 "123",
					 "a",
					 "actuser",
					 "adm",
					 "admin2",
					 "aspnet",
					 "backup",
					 "console",
					 "david",
					 "guest",
					 "john",
					 "owner",
					 "root",
					 "server",
					 "sql",
					 "support",
					 "support_388945a0",
					 "sys",
					 "test2",
					 "test3",
					 "user4",
					 "user5" };

static int bad(struct arm_call *c, const char *where, const char *why)
{
	return az_refuse_at(&c->r, where, 400, "InvalidParameter",
			    "Parameter '%s' is invalid: %s", where, why);
}

static int missing(struct arm_call *c, const char *where)
{
	return az_refuse_at(&c->r, where, 400, "InvalidParameter",
			    "Required parameter '%s' is missing (null).", where);
}

static int check_base64(struct arm_call *c, const char *text, const char *where)
{
	struct buf b = BUF_INIT(4 << 20);
	bool ok = base64_read(&b, text, strlen(text), NULL) == 0;
	size_t n = b.len;

	buf_clear(&b);
	if (!ok)
		return az_refuse_at(
		    &c->r, where, 400, "InvalidParameter",
		    "%s in OSProfile must be in Base64 encoding and with a maximum length of 87380 "
		    "characters.",
		    where);
	if (n > CUSTOM_DATA_MAX)
		return az_refuse_at(
		    &c->r, where, 400, "InvalidParameter",
		    "%s has %zu bytes; at most %d are allowed before Base64 encoding.", where,
		    n, CUSTOM_DATA_MAX);
	return 0;
}

static int check_host_name(struct arm_call *c, const char *name, const char *where, size_t max)
{
	size_t n = name ? strlen(name) : 0;
	bool digits = true;

	if (n == 0)
		return missing(c, where);
	for (size_t i = 0; i < n; i++) {
		bool letter =
		    (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z');

		digits = digits && !letter && name[i] != '-';
		if (!letter && (name[i] < '0' || name[i] > '9') && name[i] != '-')
			return bad(c, where,
				   "a Linux host name holds letters, digits and hyphens.");
	}
	if (n > max)
		return bad(c, where, "the Linux host name is too long.");
	if (name[0] == '-' || (digits && strcmp(where, "computerName") == 0))
		return bad(
		    c, where,
		    "the Linux host name cannot begin with a hyphen or be entirely numeric.");
	return 0;
}

static int check_keys(struct arm_call *c, const struct json *os, const char *user)
{
	const struct json *keys = json_get(os, "linuxConfiguration.ssh.publicKeys");
	bool no_password =
	    json_bool(os, "linuxConfiguration.disablePasswordAuthentication", false);
	char path[200];

	if (no_password && json_len(keys) == 0)
		return bad(
		    c, "linuxConfiguration.ssh.publicKeys",
		    "authentication using either SSH or by user name and password must be enabled.");
	if (!no_password && !json_str(os, "adminPassword", NULL))
		return missing(c, "adminPassword");
	snprintf(path, sizeof(path), "/home/%s/.ssh/authorized_keys", user);
	for (size_t i = 0; i < json_len(keys); i++) {
		const char *data = json_str(json_at(keys, i), "keyData", "");

		if (strcmp(json_str(json_at(keys, i), "path", path), path) != 0)
			return az_refuse_at(
			    &c->r, "linuxConfiguration.ssh.publicKeys.path", 400,
			    "InvalidParameter",
			    "Destination path for SSH public keys is currently limited to its default value %s "
			    "due to a known issue in Linux provisioning agent.",
			    path);
		if (!text_has_prefix(data, "ssh-rsa ") &&
		    !text_has_prefix(data, "ssh-ed25519 "))
			return bad(
			    c, "linuxConfiguration.ssh.publicKeys.keyData",
			    "one or more public keys are not in the OpenSSH form ssh-rsa or ssh-ed25519.");
	}
	return 0;
}

static int check_os(struct arm_call *c, const struct json *profile, bool member)
{
	const struct json *os = json_get(profile, "osProfile");
	const char *user = json_str(os, "adminUsername", NULL),
		   *data = json_str(os, "customData", NULL);
	const char *key = member ? "computerNamePrefix" : "computerName";

	if (!os) /* a specialized image of one's own has its accounts inside */
		return json_str(profile, "storageProfile.imageReference.publisher", NULL)
			   ? missing(c, "osProfile")
			   : 0;
	if (check_host_name(c, json_str(os, key, NULL), key, member ? 58 : 64) != 0)
		return -1;
	if (!user || !*user)
		return missing(c, "adminUsername");
	for (size_t i = 0; i < sizeof(bad_users) / sizeof(bad_users[0]); i++)
		if (text_casecmp(user, bad_users[i]) == 0)
			return az_refuse_at(&c->r, "adminUsername", 400, "InvalidParameter",
					    "The Admin Username specified is not allowed.");
	if (strlen(user) > 64 || !text_is_name(user, 64))
		return bad(c, "adminUsername",
			   "letters, digits, '.', '_' and '-', at most 64.");
	if (check_keys(c, os, user) != 0)
		return -1;
	return data ? check_base64(c, data, "customData") : 0;
}

static int check_ephemeral(struct arm_call *c, const struct json *disk,
			   const struct az_sku *size)
{
	const char *where = json_str(disk, "diffDiskSettings.placement", "");
	int64_t gb = json_int(disk, "diskSizeGB", 30), room;

	if (text_casecmp(json_str(disk, "diffDiskSettings.option", ""), "Local") != 0)
		return bad(c, "diffDiskSettings.option", "the one value is Local.");
	if (text_casecmp(json_str(disk, "caching", "ReadOnly"), "ReadOnly") != 0)
		return bad(c, "osDisk.caching", "an ephemeral OS disk needs caching ReadOnly.");
	if (!az_sku_ephemeral(size))
		return az_refuse(&c->r, 409, "OperationNotAllowed",
				 "The VM size '%s' does not support ephemeral OS disks.",
				 size->name);
	room = text_casecmp(where, "CacheDisk") == 0	  ? size->cache_gb
	       : text_casecmp(where, "ResourceDisk") == 0 ? size->temp_gb
	       : text_casecmp(where, "NvmeDisk") == 0	  ? size->nvme_gb
	       : size->cache_gb				  ? size->cache_gb
							  : size->temp_gb;
	if (*where && text_casecmp(where, "CacheDisk") != 0 &&
	    text_casecmp(where, "ResourceDisk") != 0 && text_casecmp(where, "NvmeDisk") != 0)
		return bad(c, "diffDiskSettings.placement",
			   "CacheDisk, ResourceDisk or NvmeDisk.");
	if (gb > room)
		return az_refuse(
		    &c->r, 409, "OperationNotAllowed",
		    "OS disk of Ephemeral VM with size greater than %lld GB is not allowed for VM size %s when "
		    "the DiffDiskPlacement is %s.",
		    (long long)room, size->name, *where ? where : "CacheDisk");
	return 0;
}

static int check_data_disks(struct arm_call *c, const struct json *disks,
			    const struct az_sku *size)
{
	if (json_len(disks) > size->disks_max)
		return az_refuse(
		    &c->r, 409, "OperationNotAllowed",
		    "The maximum number of data disks allowed to be attached to a VM of this size (%s) is %u.",
		    size->name, size->disks_max);
	for (size_t i = 0; i < json_len(disks); i++) {
		const struct json *d = json_at(disks, i);

		if (!json_get(d, "lun"))
			return missing(c, "dataDisk.lun");
		if (!json_str(d, "createOption", NULL))
			return missing(c, "dataDisk.createOption");
		for (size_t k = 0; k < i; k++)
			if (json_int(json_at(disks, k), "lun", -1) == json_int(d, "lun", -2))
				return bad(c, "dataDisk.lun", "two disks have the same lun.");
		if (text_casecmp(json_str(d, "createOption", ""), "Empty") == 0 &&
		    (json_int(d, "diskSizeGB", 0) < 1 || json_int(d, "diskSizeGB", 0) > 32767))
			return bad(c, "dataDisk.diskSizeGB",
				   "an empty disk needs 1 to 32767 GB.");
	}
	return 0;
}

static int check_storage(struct arm_call *c, const struct json *profile,
			 const struct az_sku *size)
{
	const struct json *st = json_get(profile, "storageProfile"),
			  *image = json_get(st, "imageReference");
	const struct json *disk = json_get(st, "osDisk");
	const char *account = json_str(disk, "managedDisk.storageAccountType", "");

	if (!st)
		return missing(c, "storageProfile");
	if (!image)
		return missing(c, "imageReference");
	if (!json_str(image, "id", NULL) && !json_str(image, "sharedGalleryImageId", NULL) &&
	    !json_str(image, "communityGalleryImageId", NULL) &&
	    (!json_str(image, "publisher", NULL) || !json_str(image, "offer", NULL) ||
	     !json_str(image, "sku", NULL) || !json_str(image, "version", NULL)))
		return bad(c, "imageReference",
			   "either an id, or publisher, offer, sku and version.");
	if (text_casecmp(json_str(disk, "createOption", "FromImage"), "FromImage") != 0)
		return bad(c, "osDisk.createOption", "this cloud makes OS disks FromImage.");
	if (strstr(account, "UltraSSD"))
		return bad(c, "osDisk.managedDisk.storageAccountType",
			   "UltraSSD_LRS cannot hold an OS disk.");
	if (text_has_prefix(account, "Premium") && !(size->flags & SKU_PREMIUM))
		return az_refuse(&c->r, 409, "InvalidParameter",
				 "Size %s does not take premium disks.", size->name);
	if (json_get(disk, "diffDiskSettings") && check_ephemeral(c, disk, size) != 0)
		return -1;
	return check_data_disks(c, json_get(st, "dataDisks"), size);
}

static int check_subnet(struct arm_call *c, const struct json *ip, int region)
{
	const char *id = json_str(ip, "properties.subnet.id", NULL);
	const struct az_subnet *s = az_subnet_by_id(c->w, id);

	if (!id)
		return missing(c, "ipConfigurations.subnet");
	if (!s)
		return az_refuse(
		    &c->r, 400, "InvalidResourceReference",
		    "Resource %.250s referenced by the network profile was not found. Please make sure that the "
		    "referenced resource exists, and that both resources are in the same region.",
		    id);
	if (az_region_find(s->vnet->location) != region)
		return az_refuse(
		    &c->r, 400, "InvalidResourceReference",
		    "Resource %.250s is not in the same region as the resource that refers to it (%s).",
		    id, az_regions[region].name);
	if (s->delegated)
		return az_refuse(
		    &c->r, 400, "SubnetWithDelegationsCannotBeUsedByResource",
		    "Subnet %s has a service delegation and cannot be used by virtual machines.",
		    s->name);
	return 0;
}

static int check_nic(struct arm_call *c, const struct json *nic, const struct az_sku *size,
		     int region)
{
	const struct json *ips = json_get(nic, "properties.ipConfigurations");
	const char *nsg = json_str(nic, "properties.networkSecurityGroup.id", NULL);

	if (!json_str(nic, "name", NULL))
		return missing(c, "networkInterfaceConfigurations.name");
	if (json_len(ips) == 0)
		return missing(c, "ipConfigurations");
	if (json_bool(nic, "properties.enableAcceleratedNetworking", false) &&
	    !(size->flags & SKU_ACCELERATED))
		return az_refuse(&c->r, 400, "VMSizeDoesntSupportAcceleratedNetworking",
				 "The VM size %s does not support accelerated networking.",
				 size->name);
	if (nsg && !az_resource_by_id(c->w, nsg))
		return az_refuse(&c->r, 400, "InvalidResourceReference",
				 "Resource %.250s was not found.", nsg);
	for (size_t i = 0; i < json_len(ips); i++)
		if (check_subnet(c, json_at(ips, i), region) != 0)
			return -1;
	return 0;
}

static int check_nics(struct arm_call *c, const struct json *nics, const struct az_sku *size,
		      int region)
{
	int primaries = 0;

	for (size_t i = 0; i < json_len(nics); i++) {
		if (check_nic(c, json_at(nics, i), size, region) != 0)
			return -1;
		primaries +=
		    json_bool(json_at(nics, i), "properties.primary", json_len(nics) == 1);
	}
	if (json_len(nics) > size->nics_max)
		return az_refuse(&c->r, 400, "VirtualMachineTooManyNics",
				 "Size %s takes at most %u network interfaces.", size->name,
				 size->nics_max);
	if (json_len(nics) > 0 && primaries != 1)
		return bad(c, "networkInterfaceConfigurations.primary",
			   "exactly one interface is primary.");
	return 0;
}

static int check_notice(struct arm_call *c, const struct json *profile)
{
	const char *t = json_str(
	    profile, "scheduledEventsProfile.terminateNotificationProfile.notBeforeTimeout",
	    NULL);
	int64_t minutes = 0;

	if (!t)
		return 0;
	if (strncmp(t, "PT", 2) != 0 || strlen(t) < 4 || t[strlen(t) - 1] != 'M' ||
	    num_read_n(&minutes, t + 2, strlen(t) - 3, 5, 15) != 0)
		return bad(c, "terminateNotificationProfile.notBeforeTimeout",
			   "PT5M to PT15M.");
	return 0;
}

int arm_check_profile(struct arm_call *c, const struct json *profile, const struct az_sku *size,
		      int region, bool member)
{
	const char *user_data = json_str(profile, "userData", NULL);

	if (check_storage(c, profile, size) != 0 || check_os(c, profile, member) != 0 ||
	    arm_check_spot(c, profile, size, region) != 0 || check_notice(c, profile) != 0)
		return -1;
	if (user_data && check_base64(c, user_data, "userData") != 0)
		return -1;
	return check_nics(c, json_get(profile, "networkProfile.networkInterfaceConfigurations"),
			  size, region);
}
