#include "engine/stray.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

enum stray stray_is(const struct stray_facts *f)
{
	if (f->others || f->changing)
		return STRAY_NOT;
	if (!f->ours)
		return f->named && !f->in_use ? STRAY_RESIDUE : STRAY_NOT;
	if (!f->cluster_known)
		return STRAY_ORPHAN; /* its machines, too: nobody else lists them */
	return f->recorded || f->in_use ? STRAY_NOT : STRAY_PART;
}

static const char *name_of(const char *id)
{
	const char *slash = strrchr(id, '/');

	return slash ? slash + 1 : id;
}

/* "/subscriptions/S/resourceGroups/NAME..." */
static size_t group_of(char out[128], const char *id)
{
	static const char mark[] = "/resourceGroups/";
	const char *at = id;
	size_t n;

	out[0] = '\0';
	while (*at && !text_id_prefix(at, "/resourceGroups"))
		at++;
	if (!*at)
		return 0;
	at += sizeof(mark) - 1;
	n = strcspn(at, "/");
	snprintf(out, 128, "%.*s", (int)(n < 127 ? n : 127), at);
	return n;
}

static bool is_own_group(const char *group, const char *cluster, const char *short_id)
{
	char own[128];

	snprintf(own, sizeof(own), "paceline-%s-%s", cluster, short_id);
	return text_casecmp(group, own) == 0;
}

static bool has_tail(const char *text, const char *tail)
{
	size_t n = strlen(text), m = strlen(tail);

	return n > m && text_casecmp(text + n - m, tail) == 0;
}

/* Of the disks that outlive their head. */
static bool is_disk_group(const char *group, const char *cluster, const char *short_id)
{
	char head[64], tail[16];

	snprintf(head, sizeof(head), "paceline-disk-%s-", cluster);
	snprintf(tail, sizeof(tail), "-%s", short_id);
	return strlen(group) > strlen(head) + strlen(tail) && has_tail(group, tail) &&
	       text_find(group, head) == group;
}

/* "-SHORT", and not as the beginning of a longer word. */
static bool bears(const char *name, const char *short_id)
{
	size_t n = strlen(short_id);
	const char *at = name;

	while (n && (at = text_find(at, short_id)) != NULL) {
		char next = at[n];

		if (at > name && at[-1] == '-' && (!next || next == '-' || next == '_'))
			return true;
		at++;
	}
	return false;
}

/* These have no number in their names: in our group alone they are ours. */
static bool is_plain(const char *name)
{
	static const char *const names[] = { "head", "vnet", "nsg" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (text_casecmp(name, names[i]) == 0)
			return true;
	return text_has_prefix(name, "head_") || text_has_prefix(name, "head-");
}

bool stray_named(const char *id, const char *cluster, const char *short_id)
{
	const char *name = name_of(id);
	char group[128], base[32];

	if (!short_id[0] || group_of(group, id) == 0)
		return false;
	if (!strstr(id, "/providers/"))
		return is_own_group(group, cluster, short_id) ||
		       is_disk_group(group, cluster, short_id);
	snprintf(base, sizeof(base), "%.20s-", cluster);
	if (text_find(name, base) == name && bears(name, short_id))
		return true;
	return is_own_group(group, cluster, short_id) && is_plain(name);
}

bool stray_is_held(const char *type)
{
	static const char *const types[] = { "Microsoft.Network/networkInterfaces",
					     "Microsoft.Network/publicIPAddresses",
					     "Microsoft.Compute/disks" };

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (text_casecmp(type, types[i]) == 0)
			return true;
	return false;
}

/* The cloud calls a set's machine SET_HASH, and a machine's disks MACHINE_WORD. */
void stray_owner(char out[320], const char *id, const char *type)
{
	bool is_vm = text_casecmp(type, "Microsoft.Compute/virtualMachines") == 0;
	const char *kind = is_vm ? "virtualMachineScaleSets" : "virtualMachines";
	const char *name = name_of(id), *providers = strstr(id, "/providers/"), *cut;

	out[0] = '\0';
	if (!providers || (!is_vm && text_casecmp(type, "Microsoft.Compute/disks") != 0))
		return;
	cut = is_vm ? strrchr(name, '_') : strstr(name, "_OsDisk_");
	if (!cut && !is_vm)
		cut = strstr(name, "_disk");
	if (cut)
		snprintf(out, 320, "%.*s/providers/Microsoft.Compute/%s/%.*s",
			 (int)(providers - id), id, kind, (int)(cut - name), name);
}
