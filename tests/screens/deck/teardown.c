/* The plan of the demo's teardown, whose /shared lies on the head's disk or on one of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fixture.h"

#define DISK_PRICE 0.0166
#define GROUP	   "/subscriptions/0/resourceGroups/pl-demo-4f1c"
#define DISK_GROUP "/subscriptions/0/resourceGroups/paceline-disk-demo-shared-4f1c"

static struct json *item(struct json *list, const char *kind, const char *id, const char *act,
			 double price)
{
	struct json *j = json_add_object(list);

	json_set_str(j, "kind", kind);
	json_set_str(j, "id", id);
	json_set_str(j, "act", act);
	json_set_str(j, "note", strcmp(act, "never touched") == 0 ? "not ours" : "");
	json_set_real(j, "price_per_hour", price);
	return j;
}

#define SNAPSHOT_PRICE 0.0044

/* What the fixture's storage is to become: "delete", "keep" or "snapshot". */
static void disk_resources(struct json *list, const char *fate)
{
	bool copied = strcmp(fate, "snapshot") == 0;

	json_set_str(item(list, "disk",
			  DISK_GROUP "/providers/Microsoft.Compute/disks/demo-shared-4f1c",
			  copied ? "delete" : fate, DISK_PRICE),
		     "storage", "shared");
	json_set_str(item(list, "group", DISK_GROUP, copied ? "keep" : fate, 0), "storage",
		     "shared");
	if (copied)
		json_set_str(item(list, "snapshot",
				  DISK_GROUP
				  "/providers/Microsoft.Compute/snapshots/demo-shared-4f1c-s1",
				  "make", SNAPSHOT_PRICE),
			     "storage", "shared");
}

static void resources(struct json *list, const char *fate)
{
	static const char *const ours[][2] = {
		{ "group", "" },
		{ "nsg", "/providers/Microsoft.Network/networkSecurityGroups/pl-4f1c-nsg" },
		{ "network", "/providers/Microsoft.Network/virtualNetworks/pl-4f1c-vnet" },
		{ "vm", "/providers/Microsoft.Compute/virtualMachines/pl-4f1c-head" },
		{ "scaleset",
		  "/providers/Microsoft.Compute/virtualMachineScaleSets/pl-4f1c-htc-1" },
	};

	for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
		char *id = xasprintf(GROUP "%s", ours[i][1]);

		item(list, ours[i][0], id, "delete", strcmp(ours[i][0], "vm") == 0 ? 0.096 : 0);
		free(id);
	}
	item(list, "network", "/g/Microsoft.Network/virtualNetworks/corp-hub", "never touched",
	     0);
	if (fixture->disk)
		disk_resources(list, fate);
}

static void jobs(struct json *list, int n, bool running)
{
	for (int i = 1; i <= n; i++) {
		struct json *j = json_add_object(list);
		char id[24], node[24];

		snprintf(id, sizeof(id), running ? "12_%d" : "13_[%d-35]", i);
		snprintf(node, sizeof(node), "htc-%d", i);
		json_set_str(j, "id", id);
		json_set_str(j, "user", "op");
		json_set_str(j, "name", running ? "monte-carlo" : "sweep");
		json_set_str(j, "nodes", running ? node : "");
		json_set_int(j, "start_ms", running ? fixture->engine.now_ms - 600000 : 0);
	}
}

static void arrays(struct json *list, const struct cluster_row *r)
{
	struct json *a = json_add_object(list), *u;

	json_set_str(a, "name", "htc");
	json_set_int(a, "nodes", r->view.nodes);
	json_set_int(a, "jobs", r->view.jobs_running);
	u = json_add_object(json_set_array(a, "users"));
	json_set_str(u, "user", "op");
	json_set_int(u, "jobs", r->view.jobs_running);
	jobs(json_set_array(a, "list"), 4, true);
	a = json_add_object(list);
	json_set_str(a, "name", "hpc");
	json_set_int(a, "nodes", 0);
	json_set_int(a, "jobs", 0);
}

static void storage(struct json *s, const char *fate)
{
	json_set_str(s, "name", "shared");
	json_set_str(s, "path", "/shared");
	json_set_bool(s, "can_keep", fixture->disk);
	json_set_bool(s, "can_snapshot", fixture->disk);
	json_set_str(s, "act", fate);
	json_set_str(s, "policy", "delete");
	json_set_int(s, "gib", fixture->disk ? 64 : 0);
	json_set_str(s, "disk", fixture->disk ? "demo-shared-4f1c" : "");
	json_set_int(s, "since_ms", fixture->disk ? fixture->engine.now_ms - 86400000 : 0);
	json_set_bool(s, "taken_over", false);
	json_set_real(s, "price_per_hour", fixture->disk ? DISK_PRICE : 0);
	json_set_real(s, "snapshot_per_hour", SNAPSHOT_PRICE);
}

struct json *fixture_teardown(const struct cluster_row *r, const char *kept)
{
	bool copied = kept && strcmp(kept, "shared=snapshot") == 0;
	bool keep = copied || (kept && strcmp(kept, "shared") == 0);
	const char *fate = copied ? "snapshot" : keep ? "keep" : "delete";
	bool unread = r->view.queue_unread;
	struct json *j = json_new_object(), *lost;

	json_set_str(j, "cluster", r->cluster.name);
	json_set_str(j, "region", "westeurope");
	json_set_str(j, "subscription", "00000000-0000-0000-0000-000000000000");
	json_set_str(j, "group", GROUP);
	json_set_bool(j, "simulated", true);
	json_set_bool(j, "protected", r->cluster.protect);
	resources(json_set_array(j, "resources"), fate);
	arrays(json_set_array(j, "arrays"), r);
	jobs(json_set_array(j, "pending"), 1, false);
	storage(json_add_object(json_set_array(j, "storage")), fate);
	lost = json_set_array(j, "data_lost");
	if (!keep) {
		lost = json_add_object(lost);
		json_set_str(lost, "key", "storage shared");
		json_set_str(lost, "name", "shared");
		json_set_str(lost, "path", "/shared");
	}
	if (unread) {
		lost = json_add_object(json_get_mut(j, "data_lost"));
		json_set_str(lost, "key", "unknown jobs");
		json_set_str(lost, "name", "jobs");
		json_set_str(lost, "path", "queue not read yet");
	}
	json_set_bool(j, "jobs_known", !unread);
	json_set_int(j, "jobs_running", r->view.jobs_running);
	json_set_int(j, "jobs_pending", r->view.jobs_pending);
	json_set_int(j, "nodes", r->view.nodes);
	json_set_int(j, "deletes", keep || !fixture->disk ? 5 : 7);
	json_set_int(j, "keeps", keep ? 2 : 0);
	json_set_int(j, "skips", 1);
	json_set_real(j, "saves_per_hour", r->view.price_now);
	json_set_real(j, "goes_on_per_hour", copied ? SNAPSHOT_PRICE : keep ? DISK_PRICE : 0);
	json_set_str(j, "hash",
		     copied ? "51a9510fd00dfeed"
		     : keep ? "5a5a5a5ad00dfeed"
			    : "c0ffee11d00dfeed");
	json_set_str(j, "hash_forced",
		     copied ? "f0451a9510fd00d"
		     : keep ? "f045a5a5a5ad00d"
			    : "f04c0ffee11d00d");
	json_set_int(j, "valid_until_ms", fixture->engine.now_ms + 600000);
	return j;
}

static bool left;

/* The rules are in use by a stranger: at this stage it goes no further. */
bool fixture_stuck(struct operation *o)
{
	if (!fixture->disk || left || strcmp(o->step, "head") != 0)
		return false;
	free(o->data);
	o->data = xstrdup(
	    "{\"items\":[{\"kind\":\"vm\",\"id\":\"" GROUP
	    "/providers/Microsoft.Compute/virtualMachines/pl-4f1c-head\",\"state\":\"gone\",\"error\":\"\",\"price_per_hour\":0.096},"
	    "{\"kind\":\"disk\",\"id\":\"" DISK_GROUP
	    "/providers/Microsoft.Compute/disks/demo-shared-4f1c\",\"state\":\"kept\",\"error\":\"\",\"price_per_hour\":0.0166},"
	    "{\"kind\":\"nsg\",\"id\":\"" GROUP
	    "/providers/Microsoft.Network/networkSecurityGroups/pl-4f1c-nsg\",\"state\":\"failed\",\"error\":\"it is in use by the network card of a stranger\",\"price_per_hour\":0,\"tries\":3,\"next_try_ms\":1795435742000},"
	    "{\"kind\":\"group\",\"id\":\"" GROUP
	    "\",\"state\":\"waiting\",\"error\":\"\",\"price_per_hour\":0}]}");
	snprintf(o->detail, sizeof(o->detail), "tries again in 5 s");
	return true;
}

void fixture_skip(const char *item)
{
	left = left || strstr(item, "pl-4f1c-nsg") != NULL;
	fixture_changed(); /* it goes on */
}

char *fixture_report(void)
{
	return xstrdup(
	    "{\"gone\":[\"" GROUP
	    "/providers/Microsoft.Compute/virtualMachines/pl-4f1c-head\"],"
	    "\"kept\":[{\"kind\":\"disk\",\"id\":\"" DISK_GROUP
	    "/providers/Microsoft.Compute/disks/demo-shared-4f1c\",\"price_per_hour\":0.0166}],"
	    "\"left\":[{\"kind\":\"nsg\",\"id\":\"" GROUP
	    "/providers/Microsoft.Network/networkSecurityGroups/pl-4f1c-nsg\",\"price_per_hour\":0}],"
	    "\"first_empty_list\":\"2026-11-23T12:06:10Z\",\"second_empty_list\":\"2026-11-23T12:07:11Z\","
	    "\"group_deleted\":true,\"spent\":1.27}");
}
