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

#define PAGES_MAX 1000

static const char *version_of_kind(enum cloud_kind kind)
{
	if (kind == CLOUD_GROUP)
		return API_GROUPS;
	return kind == CLOUD_NETWORK || kind == CLOUD_NSG ? API_NETWORK : API_COMPUTE;
}

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

static void look_done(struct cloud_call *call, const struct cloud_sight *s,
		      const struct err *err)
{
	cloud_look_cb *cb = call->cb.look;
	void *arg = call->arg;

	call_free(call);
	cb(arg, s, err);
}

static void on_look(void *arg, const struct arm_answer *a)
{
	struct cloud_call *call = arg;
	struct cloud_sight s = { .look = CLOUD_LOOK_UNKNOWN, .capacity = -1 };
	struct cloud_vm vm = { 0 };

	call->arm = NULL;
	if (a->err.code == ERR_NOT_FOUND) {
		s.look = CLOUD_IS_GONE;
	} else if (a->err.code == ERR_NONE) {
		s.look = look_of(a->body);
		s.capacity =
		    call->kind == CLOUD_SCALESET ? json_int(a->body, "sku.capacity", -1) : -1;
		if (call->kind == CLOUD_VM && vm_read(&vm, a->body) == 0)
			s.vm = &vm;
	}
	look_done(call, &s, &a->err);
	cloud_vm_clear(&vm);
}

struct cloud_call *azure_look(struct cloud *c, enum cloud_kind kind, const char *id,
			      cloud_look_cb *cb, void *arg)
{
	struct cloud_call *call = call_new(c, arg);
	char *url = xasprintf("%s?api-version=%s%s", id, version_of_kind(kind),
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

/* Starts the next page; false when there is none. A loop of links ends at PAGES_MAX. */
static bool next_page(struct cloud_call *call, const struct arm_answer *a, arm_cb *cb)
{
	const char *link = json_str(a->body, "nextLink", "");

	if (!link[0] || ++call->pages >= PAGES_MAX)
		return false;
	call->arm = arm_send(call->cloud, "GET", link, NULL, NULL, cb, call);
	return true;
}

static bool cut_off(const struct cloud_call *call, struct err *err)
{
	if (call->pages < PAGES_MAX)
		return false;
	err_set(err, ERR_IO, "the cloud's list has more than %d pages", PAGES_MAX);
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

static void take_item(struct item_list *l, const struct json *j)
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
		take_item(l, json_at(list, i));
	if (next_page(call, a, on_items))
		return;
	if (cut_off(call, &err) || l->groups_done) {
		items_done(call, &err);
		return;
	}
	l->groups_done = true;
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

	buf_addf(&url, "/subscriptions/%s/%s?api-version=%s", call->cloud->record->subscription,
		 what, API_GROUPS);
	if (l->cluster_tag)
		add_filter(&url, TAG_CLUSTER, l->cluster_tag);
	else
		add_filter(&url, TAG_ENGINE, l->engine_id);
	call->arm = arm_send(call->cloud, "GET", buf_str(&url), NULL, NULL, on_items, call);
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
	url = xasprintf("%s/resources?api-version=%s", cluster_tag, API_GROUPS);
	call->arm = arm_send(c, "GET", url, NULL, NULL, on_items, call);
	free(url);
	return call;
}

/*
 * The machines of a cluster. ARM's own list is complete at once, where Resource Graph lags by
 * up to a minute; a page holds what fits, so a thousand machines are a handful of reads.
 */

static void free_vms(struct cloud_call *call)
{
	cloud_vms_clear(call->state);
	free(call->state);
}

static void vms_done(struct cloud_call *call, const struct err *err)
{
	call->cb.vms(call->arg, err->code == ERR_NONE ? call->state : NULL, err);
	call_free(call);
}

static void on_vms(void *arg, const struct arm_answer *a)
{
	struct cloud_call *call = arg;
	struct cloud_vms *vms = call->state;
	const struct json *list = json_get(a->body, "value");
	struct err err = a->err;

	call->arm = NULL;
	if (err.code == ERR_NOT_FOUND) {
		err = (struct err)ERR_INIT; /* no group: no machines */
		vms_done(call, &err);
		return;
	}
	if (err.code == ERR_NONE && !json_is(list, JSON_ARRAY))
		err_set(&err, ERR_IO, "the cloud's list of machines has no \"value\"");
	if (err.code != ERR_NONE) {
		vms_done(call, &err);
		return;
	}
	for (size_t i = 0; i < json_len(list); i++) {
		struct cloud_vm vm = { 0 };

		if (vm_read(&vm, json_at(list, i)) == 0)
			*cloud_vms_add(vms) = vm;
	}
	if (next_page(call, a, on_vms))
		return;
	(void)cut_off(call, &err);
	vms_done(call, &err);
}

struct cloud_call *azure_vms(struct cloud *c, const char *group_id, const char *cluster_tag,
			     cloud_vms_cb *cb, void *arg)
{
	struct cloud_call *call = call_new(c, arg);
	char *url = xasprintf("%s/providers/Microsoft.Compute/virtualMachines?api-version=%s",
			      group_id, API_COMPUTE);

	(void)cluster_tag; /* the group is the cluster's own */
	call->cb.vms = cb;
	call->state = xcalloc(1, sizeof(struct cloud_vms));
	call->free_state = free_vms;
	call->arm = arm_send(c, "GET", url, NULL, NULL, on_vms, call);
	free(url);
	return call;
}
