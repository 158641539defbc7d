/* Looking at one thing, and listing: complete, or unknown. A page that fails makes the whole
 * list unknown (R5.2). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/http_parse.h"
#include "base/mem.h"
#include "base/text.h"
#include "provider/azure/azure.h"

#define PAGES_MAX   1000
#define TAGS_MAX    64			   /* Azure takes 50 */
#define CREATED_TOO "&$expand=createdTime" /* groups do not know it */

/*
 * One thing
 */

static enum cloud_look look_of(const struct json *body)
{
	const char *state = json_str(body, "properties.provisioningState", "Succeeded");

	if (text_casecmp(state, "Succeeded") == 0)
		return CLOUD_IS_THERE;
	return text_casecmp(state, "Failed") == 0 ? CLOUD_IS_FAILED : CLOUD_IS_CHANGING;
}

static void free_seen(struct cloud_call *call)
{
	cloud_vm_clear(call->state);
	free(call->state);
}

static void look_done(struct cloud_call *call, const struct cloud_sight *s,
		      const struct err *err)
{
	call_ending(call);
	call->cb.look(call->arg, s, err);
	call_free(call);
}

static void on_address(void *arg, const struct arm_answer *a)
{
	struct cloud_call *call = arg;
	struct cloud_vm *vm = call->state;
	struct cloud_sight s = { .look = CLOUD_LOOK_UNKNOWN,
				 .capacity = -1,
				 .size = vm->size,
				 .spot = vm->spot,
				 .engine_tag = "",
				 .held_by = "" };

	call->arm = NULL;
	if (a->err.code == ERR_NONE) {
		free(vm->address);
		vm->address = xstrdup(json_str(
		    a->body, "properties.ipConfigurations.0.properties.privateIPAddress", ""));
		s.look = CLOUD_IS_THERE;
		s.vm = vm;
	}
	look_done(call, &s, &a->err);
}

/* A machine that is there is told with its address: a head found after a crash needs it. */
static bool ask_address(struct cloud_call *call, const struct json *body)
{
	char *nic = nic_of_vm(body), *url;

	if (!nic)
		return false;
	url = xasprintf("%s?api-version=%s", nic, API_NETWORK);
	call->arm = arm_send(call->cloud, "GET", url, NULL, NULL, on_address, call);
	free(url);
	free(nic);
	return true;
}

static void set_sight(struct cloud_sight *s, const struct json *body)
{
	s->capacity = json_int(body, "sku.capacity", -1);
	s->size = json_str(body, "sku.name", "");
	s->spot = text_casecmp(json_str(body, "properties.virtualMachineProfile.priority", ""),
			       "Spot") == 0;
	s->own_members =
	    text_casecmp(json_str(body, "properties.orchestrationMode", ""), "Flexible") == 0;
}

static void tags_of(struct strs *out, const struct json *body)
{
	const struct json *tags = json_get(body, "tags"), *value;
	const char *name;

	for (void *it = NULL; tags && json_each(tags, &it, &name, &value);)
		strs_addf(out, "%s=%s", name, json_text(value) ? json_text(value) : "");
}

/* Cards, addresses and disks say in words of their own who has them. */
static const char *holder_of(const struct json *body)
{
	static const char *const paths[] = { "managedBy", "properties.virtualMachine.id",
					     "properties.ipConfiguration.id",
					     "properties.natGateway.id" };
	const char *id = "";

	for (size_t i = 0; !id[0] && i < ARRAY_LEN(paths); i++)
		id = json_str(body, paths[i], "");
	return id;
}

static void on_look(void *arg, const struct arm_answer *a)
{
	struct cloud_call *call = arg;
	struct cloud_sight s = { .look = CLOUD_LOOK_UNKNOWN,
				 .capacity = -1,
				 .size = "",
				 .engine_tag = "",
				 .held_by = "" };
	struct strs tags = STRS_INIT(TAGS_MAX);
	struct cloud_vm vm = { 0 };

	call->arm = NULL;
	if (a->err.code == ERR_NOT_FOUND)
		s.look = CLOUD_IS_GONE;
	if (a->err.code == ERR_NONE) {
		s.look = look_of(a->body);
		s.disk_gib = json_int(a->body, "properties.diskSizeGB", 0);
		s.engine_tag = json_str(a->body, "tags." TAG_ENGINE, "");
		s.held_by = holder_of(a->body);
		if (call->kind == CLOUD_SCALESET)
			set_sight(&s, a->body);
		if (call->kind == CLOUD_GROUP) {
			tags_of(&tags, a->body);
			s.tags = &tags;
		}
	}
	if (a->err.code == ERR_NONE && call->kind == CLOUD_VM && vm_read(&vm, a->body) == 0) {
		call->state = xcalloc(1, sizeof(vm));
		call->free_state = free_seen;
		*(struct cloud_vm *)call->state = vm;
		s.vm = call->state;
		s.size = s.vm->size;
		s.spot = s.vm->spot;
		if (s.look == CLOUD_IS_THERE && ask_address(call, a->body))
			return;
	}
	look_done(call, &s, &a->err);
	strs_clear(&tags);
}

struct cloud_call *azure_look(struct cloud *c, enum cloud_kind kind, const char *id,
			      cloud_look_cb *cb, void *arg)
{
	struct cloud_call *call = call_new(c, arg);
	char *url = xasprintf("%s?api-version=%s%s", id, id_version(id),
			      kind == CLOUD_VM ? "&$expand=instanceView" : "");

	call->kind = kind;
	call->cb.look = cb;
	call->arm = arm_send(c, "GET", url, NULL, NULL, on_look, call);
	free(url);
	return call;
}

/*
 * Pages
 */

/* Starts the next page; false when there is none. A link back to its own page ends it at once,
 * a longer loop at PAGES_MAX. */
bool list_goes_on(struct cloud_call *call, const struct arm_answer *a, arm_cb *cb)
{
	const char *link = json_str(a->body, "nextLink", "");

	if (!link[0])
		return false;
	if (call->next_url && strcmp(link, call->next_url) == 0)
		call->pages = PAGES_MAX;
	if (++call->pages >= PAGES_MAX)
		return false;
	free(call->next_url);
	call->next_url = xstrdup(link);
	call->arm = arm_list(call->cloud, link, cb, call);
	return true;
}

bool list_is_cut_off(const struct cloud_call *call, struct err *err)
{
	if (call->pages < PAGES_MAX)
		return false;
	err_set(
	    err, ERR_IO,
	    "the cloud's list has no end: more than %d pages, or a page that leads to itself",
	    PAGES_MAX);
	return true;
}

/*
 * Everything that bears our tags
 */

struct item_list {
	struct cloud_items items;
	char *engine_id, *cluster_tag; /* engine_id NULL: everything in a group */
	bool groups_done;
};

static void free_items(struct cloud_call *call)
{
	struct item_list *l = call->state;

	cloud_items_clear(&l->items);
	free(l->engine_id);
	free(l->cluster_tag);
	free(l);
}

static void items_done(struct cloud_call *call, const struct err *err)
{
	struct item_list *l = call->state;
	cloud_items_cb *cb = call->cb.items;

	call_ending(call);
	cb(call->arg, err->code == ERR_NONE ? &l->items : NULL, err);
	call_free(call);
}

static bool wanted(const struct item_list *l, const char *engine, const char *cluster)
{
	if (!l->engine_id)
		return true;
	if (strcmp(engine, l->engine_id) != 0)
		return false;
	return !l->cluster_tag || strcmp(cluster, l->cluster_tag) == 0;
}

/* R12.2: the tag was written by our clock, where the cloud says nothing of its own. */
static int64_t created(const struct cloud *c, const struct json *j, const struct json *tags)
{
	int64_t at;

	if (clock_read(&at, json_str(j, "createdTime", "")) == 0)
		return at;
	return clock_read(&at, json_str(tags, TAG_CREATED, "")) == 0 ? at + c->health.skew_ms
								     : 0;
}

static void take_item(struct cloud *c, struct item_list *l, const struct json *j)
{
	const struct json *tags = json_get(j, "tags");
	const char *engine = json_str(tags, TAG_ENGINE, ""),
		   *cluster = json_str(tags, TAG_CLUSTER, "");
	struct cloud_item *item;

	if (!json_str(j, "id", NULL) || !wanted(l, engine, cluster))
		return;
	item = cloud_items_add(&l->items);
	item->id = xstrdup(json_str(j, "id", ""));
	item->type = xstrdup(json_str(j, "type", ""));
	item->engine_tag = xstrdup(engine);
	item->cluster_tag = xstrdup(cluster);
	item->array_tag = xstrdup(json_str(tags, TAG_ARRAY, ""));
	item->node_tag = xstrdup(json_str(tags, TAG_NODE, ""));
	item->storage_tag = xstrdup(json_str(tags, TAG_STORAGE, ""));
	item->location = xstrdup(json_str(j, "location", ""));
	arm_place_learn(&c->places, item->id, item->location, clock_mono_ms());
	item->holder = xstrdup(json_str(j, "managedBy", ""));
	item->created_ms = created(c, j, tags);
}

static void resources_page(struct cloud_call *call);

static void on_items(void *arg, const struct arm_answer *a)
{
	struct cloud_call *call = arg;
	struct item_list *l = call->state;
	const struct json *list = json_get(a->body, "value");
	struct err err = a->err;

	call->arm = NULL;
	if (err.code == ERR_NONE && !json_is(list, JSON_ARRAY))
		err_set(&err, ERR_IO, "the cloud's list has no \"value\"");
	if (err.code != ERR_NONE) {
		items_done(call, &err);
		return;
	}
	for (size_t i = 0; i < json_len(list); i++)
		take_item(call->cloud, l, json_at(list, i));
	if (list_goes_on(call, a, on_items))
		return;
	if (list_is_cut_off(call, &err) || l->groups_done) {
		items_done(call, &err);
		return;
	}
	l->groups_done = true;
	call->pages = 0;
	resources_page(call);
}

static void add_filter(struct buf *url, const char *name, const char *value)
{
	struct buf f = BUF_INIT(4096);

	buf_addf(&f, "tagName eq '%s' and tagValue eq '%s'", name, value);
	buf_adds(url, "&$filter=");
	http_escape(url, buf_str(&f));
	buf_clear(&f);
}

/* One tag is all that ARM's filter takes; the other is compared here. */
static void tagged_page(struct cloud_call *call, const char *what)
{
	struct item_list *l = call->state;
	struct buf url = BUF_INIT(8192);

	buf_addf(&url, "/subscriptions/%s/%s?api-version=%s%s",
		 call->cloud->record->subscription, what, API_GROUPS,
		 l->groups_done ? CREATED_TOO : "");
	if (l->cluster_tag)
		add_filter(&url, TAG_CLUSTER, l->cluster_tag);
	else
		add_filter(&url, TAG_ENGINE, l->engine_id);
	call->arm = arm_list(call->cloud, buf_str(&url), on_items, call);
	buf_clear(&url);
}

static void resources_page(struct cloud_call *call)
{
	tagged_page(call, "resources");
}

struct cloud_call *azure_items(struct cloud *c, const char *engine_id, const char *cluster_tag,
			       cloud_items_cb *cb, void *arg)
{
	struct cloud_call *call = call_new(c, arg);
	struct item_list *l = xcalloc(1, sizeof(*l));
	char *url;

	call->cb.items = cb;
	call->state = l;
	call->free_state = free_items;
	if (engine_id) {
		l->engine_id = xstrdup(engine_id);
		l->cluster_tag = cluster_tag ? xstrdup(cluster_tag) : NULL;
		tagged_page(call, "resourcegroups");
		return call;
	}
	l->groups_done = true;
	url = cluster_tag ? xasprintf("%s/resources?api-version=%s" CREATED_TOO, cluster_tag,
				      API_GROUPS)
			  : xasprintf("/subscriptions/%s/resourcegroups?api-version=%s",
				      c->record->subscription, API_GROUPS);
	call->arm = arm_list(c, url, on_items, call);
	free(url);
	return call;
}

/*
 * The machines of a cluster. ARM's own list is complete at once, where Resource Graph lags by
 * up to a minute; a page holds what fits, so a thousand machines are a handful of reads.
 * Members of Uniform sets are in the lists of their sets alone, with their power.
 */

struct vm_list {
	struct cloud_vms vms;
	struct strs uniform; /* sets whose members are in no list but their own */
	size_t asked;
};

static void free_vms(struct cloud_call *call)
{
	struct vm_list *l = call->state;

	cloud_vms_clear(&l->vms);
	strs_clear(&l->uniform);
	free(l);
}

static void vms_done(struct cloud_call *call, const struct err *err)
{
	struct vm_list *l = call->state;

	call_ending(call);
	call->cb.vms(call->arg, err->code == ERR_NONE ? &l->vms : NULL, err);
	call_free(call);
}

static void list_begin(struct cloud_call *call, char *url, arm_cb *cb)
{
	call->pages = 0;
	free(call->next_url);
	call->next_url = NULL;
	call->arm = arm_list(call->cloud, url, cb, call);
	free(url);
}

/* NULL: there is no list, and the call has ended or goes on elsewhere. */
static const struct json *list_of(struct cloud_call *call, const struct arm_answer *a)
{
	const struct json *list = json_get(a->body, "value");
	struct err err = a->err;

	call->arm = NULL;
	if (err.code == ERR_NONE && !json_is(list, JSON_ARRAY))
		err_set(&err, ERR_IO, "the cloud's list of machines has no \"value\"");
	if (err.code == ERR_NONE)
		return list;
	vms_done(call, &err);
	return NULL;
}

static void take_vms(struct cloud_call *call, const struct json *list)
{
	struct vm_list *l = call->state;

	for (size_t i = 0; i < json_len(list); i++) {
		struct cloud_vm vm = { 0 };

		if (vm_read(&vm, json_at(list, i)) == 0)
			*cloud_vms_add(&l->vms) = vm;
	}
}

static void on_members(void *arg, const struct arm_answer *a);

static void next_members(struct cloud_call *call)
{
	struct vm_list *l = call->state;
	struct err ok = ERR_INIT;

	if (l->asked == l->uniform.n)
		vms_done(call, &ok);
	else
		list_begin(call,
			   xasprintf("%s/virtualMachines?api-version=%s&$expand=instanceView",
				     l->uniform.v[l->asked++], API_COMPUTE),
			   on_members);
}

static void on_members(void *arg, const struct arm_answer *a)
{
	struct cloud_call *call = arg;
	struct err err = ERR_INIT;
	const struct json *list;

	if (a->err.code == ERR_NOT_FOUND) { /* the set went since it was listed */
		call->arm = NULL;
		next_members(call);
		return;
	}
	list = list_of(call, a);
	if (!list)
		return;
	take_vms(call, list);
	if (list_goes_on(call, a, on_members))
		return;
	if (list_is_cut_off(call, &err))
		vms_done(call, &err);
	else
		next_members(call);
}

static void on_sets(void *arg, const struct arm_answer *a)
{
	struct cloud_call *call = arg;
	struct vm_list *l = call->state;
	const struct json *list = list_of(call, a);
	struct err err = ERR_INIT;

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *set = json_at(list, i);
		const char *mode = json_str(set, "properties.orchestrationMode", "Uniform");

		if (text_casecmp(mode, "Flexible") != 0 &&
		    strs_add(&l->uniform, json_str(set, "id", "")) < 0)
			err_set(&err, ERR_FULL, "more scale sets than a group can hold");
	}
	if (!list || (err.code == ERR_NONE && list_goes_on(call, a, on_sets)))
		return;
	if (err.code != ERR_NONE || list_is_cut_off(call, &err))
		vms_done(call, &err);
	else
		next_members(call);
}

static void on_vms(void *arg, const struct arm_answer *a)
{
	struct cloud_call *call = arg;
	struct err err = ERR_INIT;
	const struct json *list;

	if (a->err.code == ERR_NOT_FOUND) {
		call->arm = NULL;
		vms_done(call, &err); /* no group: no machines */
		return;
	}
	list = list_of(call, a);
	if (!list)
		return;
	take_vms(call, list);
	if (list_goes_on(call, a, on_vms))
		return;
	if (list_is_cut_off(call, &err))
		vms_done(call, &err);
	else
		list_begin(call,
			   xasprintf("%s/providers/Microsoft.Compute/virtualMachineScaleSets"
				     "?api-version=%s",
				     call->id, API_COMPUTE),
			   on_sets);
}

struct cloud_call *azure_vms(struct cloud *c, const char *group_id, const char *cluster_tag,
			     cloud_vms_cb *cb, void *arg)
{
	struct cloud_call *call = call_new(c, arg);
	struct vm_list *l = xcalloc(1, sizeof(*l));

	(void)cluster_tag; /* the group is the cluster's own */
	l->uniform = (struct strs)STRS_INIT(2500);
	call->id = xstrdup(group_id);
	call->cb.vms = cb;
	call->state = l;
	call->free_state = free_vms;
	list_begin(call,
		   xasprintf("%s/providers/Microsoft.Compute/virtualMachines?api-version=%s",
			     group_id, API_COMPUTE),
		   on_vms);
	return call;
}
