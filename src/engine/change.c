/*
 * What to send for an intent. It is made from cluster and rows each time, so that a killed
 * engine's second call is the same call as its first (A2), and an intent needs no copy of a
 * body that may hold a script.
 */
#include "engine/change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/lease.h"
#include "engine/members.h"
#include "engine/publish.h"
#include "engine/region.h"
#include "engine/remote.h"
#include "engine/run.h"
#include "engine/scaleset.h"
#include "engine/snapshot.h"
#include "engine/storage.h"
#include "template/template.h"

#ifndef PACELINE_VERSION
#define PACELINE_VERSION "0.1"
#endif

char *group_name(const struct run *r)
{
	return xasprintf("paceline-%s-%s", r->cluster.name, r->cluster.short_id);
}

int resource_name(const struct run *r, enum cloud_kind kind, const char *name, char out[320],
		  struct err *err)
{
	char *group = group_name(r);
	int rc = r->cloud->ops->resource_id(r->cloud->record, kind, group, name ? name : group,
					    out, 320, err);

	free(group);
	return rc;
}

/* An existing network was named with its id; ours has a computed name. */
const char *subnet_id(struct run *r, char out[400])
{
	char vnet[320] = "";

	if (r->cluster.spec.vnet_id)
		snprintf(vnet, sizeof(vnet), "%s", r->cluster.spec.vnet_id);
	else
		resource_name(r, CLOUD_NETWORK, "vnet", vnet, NULL);
	snprintf(out, 400, "%s/subnets/%s", vnet, r->cluster.spec.subnet_name);
	return out;
}

static void tag_all(struct change_store *cs, struct run *r, const struct intent *in)
{
	char when[CLOCK_TEXT];

	cs->tags = (struct strs)STRS_INIT(80); /* those that a group has are among them */
	strs_addf(&cs->tags, TAG_ENGINE "=%s", store_engine_id(r->engine->store));
	strs_addf(&cs->tags, TAG_CLUSTER "=%s", r->cluster.short_id);
	/* row numbers come again after a restore: the request's id tells one intent from the
	 * other */
	strs_addf(&cs->tags, TAG_INTENT "=%lld.%.8s", (long long)in->id, in->request_id);
	strs_addf(&cs->tags, TAG_CREATED "=%s", clock_text(when, in->created_ms));
	strs_addf(&cs->tags, TAG_VERSION "=%s", PACELINE_VERSION);
	lease_tag(&cs->tags, r, in);
}

static void join_lines(struct buf *b, const char *line)
{
	if (b->len)
		buf_addc(b, '\n');
	buf_adds(b, line);
}

static void settings_text(struct buf *b, const struct cluster_spec *s)
{
	for (size_t i = 0; i < s->n_settings; i++) {
		char *line = xasprintf("%s=%s", s->settings[i].name, s->settings[i].value);

		join_lines(b, line);
		free(line);
	}
}

static void paths_text(struct buf *b, const struct cluster_spec *s)
{
	for (size_t i = 0; i < s->n_storage; i++)
		buf_addf(b, "%s%s", b->len ? " " : "", s->storage[i].path);
}

/* "PATH LUN new|kept", a line for each disk: include/template/head.h */
static void disks_text(struct buf *b, const struct cluster_spec *s)
{
	for (size_t i = 0; i < s->n_storage; i++)
		if (storage_has_disk(&s->storage[i]))
			buf_addf(b, "%s%s %zu %s", b->len ? "\n" : "", s->storage[i].path, i,
				 s->storage[i].disk ? "kept" : "new");
}

static void var(struct strs *vars, const char *name, struct buf *value)
{
	strs_addf(vars, "%s=%s", name, buf_str(value));
	buf_clear(value);
}

static int head_vars(struct strs *vars, struct run *r, struct err *err)
{
	const struct cluster_spec *s = &r->cluster.spec;
	struct buf text = BUF_INIT(BUF_TEXT_MAX);

	strs_addf(vars, "CLUSTER=%s", r->cluster.name);
	strs_addf(vars, "ADMIN_USER=%s", s->admin_user);
	strs_addf(vars, "VNET_CIDR=%s", s->vnet_cidr ? s->vnet_cidr : "");
	if (offers_text(&text, r, err) < 0) {
		buf_clear(&text);
		return -1;
	}
	var(vars, "OFFERS", &text);
	paths_text(&text, s);
	var(vars, "EXPORTS", &text);
	disks_text(&text, s);
	var(vars, "DISKS", &text);
	settings_text(&text, s);
	var(vars, "SETTINGS", &text);
	return 0;
}

static void node_vars(struct strs *vars, struct run *r, const char *array)
{
	const struct cluster_spec *s = &r->cluster.spec;
	struct buf text = BUF_INIT(BUF_TEXT_MAX);

	strs_addf(vars, "CLUSTER=%s", r->cluster.name);
	strs_addf(vars, "ADMIN_USER=%s", s->admin_user);
	strs_addf(vars, "ARRAY=%s", array);
	strs_addf(vars, "HEAD=%s", r->cluster.head_host ? r->cluster.head_host : "");
	paths_text(&text, s);
	var(vars, "MOUNTS", &text);
	settings_text(&text, s);
	var(vars, "SETTINGS", &text);
}

static int script_make(struct change_store *cs, struct run *r, const char *array,
		       struct err *err)
{
	struct strs vars = STRS_INIT(32);
	int rc = 0;

	cs->script = (struct buf)BUF_INIT(BUF_TEXT_MAX);
	if (array)
		node_vars(&vars, r, array);
	else
		rc = head_vars(&vars, r, err);
	if (rc == 0)
		rc = boot_script(&cs->script, &r->cluster.spec, array ? "node" : "head", &vars,
				 err);
	strs_clear(&vars);
	return rc;
}

/* What head and members have in common. */
static int vm_common(struct change_store *cs, struct run *r, const char *array, struct err *err)
{
	char subnet[400], nsg[320];

	cs->key = (struct buf)BUF_INIT(16384);
	if (remote_key(r, &cs->key, err) < 0 || script_make(cs, r, array, err) < 0)
		return -1;
	cs->subnet_id = xstrdup(subnet_id(r, subnet));
	cs->vm.subnet_id = cs->subnet_id;
	if (!r->cluster.spec.vnet_id && resource_name(r, CLOUD_NSG, "nsg", nsg, err) == 0) {
		cs->nsg_id = xstrdup(nsg);
		cs->vm.nsg_id = cs->nsg_id;
	}
	cs->vm.image = r->cluster.spec.image;
	cs->vm.admin_user = r->cluster.spec.admin_user;
	cs->vm.ssh_key = buf_str(&cs->key);
	cs->vm.custom_data = buf_str(&cs->script);
	cs->vm.zone = "";
	cs->vm.max_price = -1;
	cs->change.vm = &cs->vm;
	return 0;
}

static int head_change(struct change_store *cs, struct run *r, struct err *err)
{
	if (vm_common(cs, r, NULL, err) < 0)
		return -1;
	cs->prefix = xasprintf("%s-head", r->cluster.name);
	cs->vm.computer_name = cs->prefix;
	cs->vm.size = r->cluster.spec.head_size;
	cs->vm.disk_gib = r->cluster.spec.head_disk_gib;
	for (size_t i = 0; i < r->cluster.spec.n_storage; i++)
		if (r->cluster.spec.storage[i].disk_id)
			cs->vm.disks[cs->vm.n_disks++] = (struct cloud_data_disk){
				.lun = (int)i, .id = r->cluster.spec.storage[i].disk_id
			};
	strs_add(&cs->tags, TAG_NODE "=head");
	return 0;
}

static const struct member *first_of_set(const struct run *r, const char *set_id)
{
	for (size_t i = 0; i < r->n_members; i++)
		if (text_casecmp(r->members[i]->node.set_id, set_id) == 0)
			return r->members[i];
	return NULL;
}

static int set_change(struct change_store *cs, struct run *r, const struct intent *in,
		      struct err *err)
{
	const struct member *m = first_of_set(r, in->resource_id);
	const struct array_spec *a = m ? cluster_array(&r->cluster.spec, m->node.array) : NULL;
	const struct vm_size *size = m ? vm_sizes_find(&r->region->sizes, m->node.size) : NULL;

	if (!a || !size)
		return err_set(err, ERR_INVALID, "%s: no node row asks for this set any more",
			       in->resource_id);
	if (vm_common(cs, r, a->name, err) < 0)
		return -1;
	cs->prefix = xasprintf("%s-", a->name);
	cs->vm.computer_name = cs->prefix;
	cs->vm.size = m->node.size;
	cs->vm.zone = m->node.zone;
	cs->vm.spot = m->node.spot;
	cs->vm.max_price = a->max_price;
	cs->vm.ephemeral_disk = size->ephemeral_disk;
	cs->vm.accelerated_net = size->accelerated_net;
	cs->vm.image = array_image(&r->cluster.spec, a);
	cs->change.capacity = in->capacity_to;
	cs->change.uniform_single_group = m->node.group[0] != '\0' && size->rdma;
	strs_addf(&cs->tags, TAG_ARRAY "=%s", a->name);
	return 0;
}

static int members_change(struct change_store *cs, struct run *r, const struct intent *in,
			  struct err *err)
{
	cs->members = (struct strs)STRS_INIT(500);
	for (size_t i = 0; i < r->n_members; i++) {
		struct member *m = r->members[i];

		if (text_casecmp(m->node.set_id, in->resource_id) != 0 ||
		    !member_leaves(m, clock_utc_ms()))
			continue;
		if (strs_add(&cs->members, m->node.vm_name) < 0)
			break; /* the rest goes with the next intent */
		m->delete_sent = true;
	}
	cs->change.members = &cs->members;
	if (cs->members.n == 0)
		return err_set(err, ERR_INVALID, "%s: no member is to be deleted any more",
			       in->resource_id);
	return 0;
}

static int network_change(struct change_store *cs, struct run *r, struct err *err)
{
	char nsg[320];

	cs->change.vnet_cidr = r->cluster.spec.vnet_cidr;
	cs->change.subnet_name = r->cluster.spec.subnet_name;
	cs->change.subnet_cidr = r->cluster.spec.subnet_cidr;
	if (resource_name(r, CLOUD_NSG, "nsg", nsg, err) < 0)
		return -1;
	cs->nsg_id = xstrdup(nsg);
	cs->change.nsg_id = cs->nsg_id;
	return 0;
}

static int disk_change(struct change_store *cs, struct run *r, const struct intent *in,
		       struct err *err)
{
	const struct storage_spec *s = storage_of_disk(&r->cluster.spec, in->resource_id);

	if (!s && in->kind == CLOUD_GROUP)
		return 0; /* of a disk: it bears no name of a storage */
	if (!s)
		return err_set(err, ERR_INVALID, "%s: no storage of the cluster asks for it",
			       in->resource_id);
	cs->change.disk_gib = s->disk_gib;
	cs->change.source_id = s->from_id;
	strs_addf(&cs->tags, TAG_STORAGE "=%s", s->name);
	return 0;
}

static int snapshot_change(struct change_store *cs, struct run *r, const struct intent *in,
			   struct err *err)
{
	const struct storage_spec *s = storage_of_snapshot(r, in->resource_id);

	if (!s || storage_is_snapshot(s))
		return err_set(err, ERR_INVALID, "%s: no disk of the cluster asks for it",
			       in->resource_id);
	cs->change.source_id = s->disk_id;
	strs_addf(&cs->tags, TAG_STORAGE "=%s", s->name);
	return 0;
}

int change_make(struct change_store *cs, struct run *r, const struct intent *in,
		struct err *err)
{
	cs->change = (struct cloud_change){ .verb = in->verb,
					    .kind = in->kind,
					    .id = in->resource_id,
					    .location = r->cluster.spec.region,
					    .tags = &cs->tags,
					    .request_id = in->request_id };
	tag_all(cs, r, in);
	if (in->kind == CLOUD_MEMBERS)
		return members_change(cs, r, in, err);
	if (in->verb == CLOUD_TAG)
		return disk_change(cs, r, in, err);
	if (in->verb != CLOUD_PUT && in->verb != CLOUD_GROW)
		return 0;
	switch (in->kind) {
	case CLOUD_NETWORK:
		return network_change(cs, r, err);
	case CLOUD_NSG:
		cs->change.vnet_cidr = r->cluster.spec.vnet_cidr;
		return 0;
	case CLOUD_VM:
		return head_change(cs, r, err);
	case CLOUD_DISK:
		return disk_change(cs, r, in, err);
	case CLOUD_SNAPSHOT:
		return snapshot_change(cs, r, in, err);
	case CLOUD_SCALESET:
		return set_change(cs, r, in, err);
	default:
		return 0;
	}
}

void change_clear(struct change_store *cs)
{
	strs_clear(&cs->tags);
	strs_clear(&cs->members);
	buf_clear(&cs->script);
	buf_clear(&cs->key);
	free(cs->subnet_id);
	free(cs->prefix);
	free(cs->nsg_id);
}
