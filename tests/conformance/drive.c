/*
 * drive STATE RECORD: everything that the engine asks of the provider, asked of the azsim that
 * serves STATE, each exchange recorded in RECORD. Prints TAP; what was said on the wire is held
 * against Microsoft's schemas afterwards.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/ask.h"
#include "base/clock.h"
#include "base/http_local.h"
#include "base/mem.h"

struct drive {
	struct loop *loop;
	struct cloud_record *records;
	size_t n_records;
	char *control; /* the socket for what is no traffic of the provider */
	struct ask ask;
	struct seen vms;
};

/*
 * Control
 */

struct told {
	int ended, status;
};

static void on_control(void *arg, const struct http_reply *reply, const struct err *err)
{
	struct told *t = arg;

	(void)err;
	t->status = reply ? reply->status : 0;
	t->ended = 1;
}

static bool control(struct drive *d, const char *what, const char *body)
{
	static const char *const headers[] = { "Content-Type: application/json", NULL };
	char *target = xasprintf("/azsim/%s", what);
	const struct http_local_request q = { .method = "POST",
					      .target = target,
					      .socket = d->control,
					      .headers = headers,
					      .body = body,
					      .body_len = strlen(body) };
	struct told t = { 0 };
	struct http_local *call = http_local_send(d->loop, &q, on_control, &t);

	if (!ask_wait(&d->ask, &t.ended))
		http_local_cancel(call);
	free(target);
	return t.status == 200;
}

static bool fault(struct drive *d, const char *method, const char *match, const char *effect)
{
	char *body =
	    xasprintf("{\"method\":\"%s\",\"match\":\"%s\",%s}", method, match, effect);
	bool done = control(d, "fault", body);

	free(body);
	return done;
}

/*
 * Steps
 */

static bool want(bool good, const char *what, const char *msg)
{
	if (!good)
		printf("# not so: %s: %s\n", what, msg);
	return good;
}

static bool finished(const struct outcome *o, const char *what)
{
	return want(o->ended && o->stage == CLOUD_FINISHED, what, o->msg);
}

static bool refused(const struct outcome *o, enum err_code code, const char *cloud_code)
{
	return want(o->ended && o->stage == CLOUD_REFUSED && o->code == code &&
			strcmp(o->cloud_code, cloud_code) == 0,
		    cloud_code, o->msg);
}

static bool change(struct drive *d, enum cloud_verb verb, enum cloud_kind kind, const char *id)
{
	struct outcome o =
	    ask_change(&d->ask, (struct cloud_change){ .verb = verb, .kind = kind, .id = id });

	return finished(&o, id);
}

static bool is(struct drive *d, enum cloud_kind kind, const char *id, enum cloud_look look)
{
	struct seen s = ask_look(&d->ask, kind, id);

	return want(s.known && s.look == look, id, s.msg);
}

static bool facts(struct drive *d)
{
	return want(ask_sizes(&d->ask).known, "sizes", "") &&
	       want(ask_quotas(&d->ask).known, "quotas", "") &&
	       want(ask_regions(&d->ask).known, "regions", "");
}

static bool base(struct drive *d)
{
	struct outcome o = ask_base(&d->ask);

	return finished(&o, "base") && is(d, CLOUD_GROUP, d->ask.group, CLOUD_IS_THERE) &&
	       is(d, CLOUD_NSG, d->ask.nsg, CLOUD_IS_THERE) &&
	       is(d, CLOUD_NETWORK, d->ask.net, CLOUD_IS_THERE);
}

static const char *disk_id(const struct drive *d, char out[400])
{
	snprintf(out, 400, "%s/providers/Microsoft.Compute/disks/shared", d->ask.group);
	return out;
}

static const char *snapshot_id(const struct drive *d, char out[400])
{
	snprintf(out, 400, "%s/providers/Microsoft.Compute/snapshots/shared-s1", d->ask.group);
	return out;
}

/* R8.3: of a disk, which goes; and another that is made of it. */
static bool snapshot(struct drive *d)
{
	char disk[400], id[400], copy[420];
	struct outcome o;

	disk_id(d, disk);
	o = ask_change(&d->ask, (struct cloud_change){ .verb = CLOUD_PUT,
						       .kind = CLOUD_SNAPSHOT,
						       .id = snapshot_id(d, id),
						       .source_id = disk });
	if (!finished(&o, "snapshot") || !is(d, CLOUD_SNAPSHOT, id, CLOUD_IS_THERE))
		return false;
	snprintf(copy, sizeof(copy), "%s-copy", disk);
	o = ask_change(&d->ask, (struct cloud_change){ .verb = CLOUD_PUT,
						       .kind = CLOUD_DISK,
						       .id = copy,
						       .disk_gib = 64,
						       .source_id = id });
	return finished(&o, "a disk of the snapshot") &&
	       is(d, CLOUD_DISK, copy, CLOUD_IS_THERE) &&
	       change(d, CLOUD_DELETE, CLOUD_DISK, copy) &&
	       change(d, CLOUD_DELETE, CLOUD_SNAPSHOT, id) &&
	       is(d, CLOUD_SNAPSHOT, id, CLOUD_IS_GONE);
}

static bool head(struct drive *d)
{
	struct cloud_vm_spec vm = ask_spec(&d->ask, "Standard_D2s_v5", "head");
	struct outcome o;
	char disk[400];

	o = ask_change(&d->ask, (struct cloud_change){ .verb = CLOUD_PUT,
						       .kind = CLOUD_DISK,
						       .id = disk_id(d, disk),
						       .disk_gib = 64 });
	if (!finished(&o, "disk") || !is(d, CLOUD_DISK, disk, CLOUD_IS_THERE))
		return false;
	vm.disk_gib = 64;
	vm.zone = "1";
	vm.accelerated_net = true;
	vm.nsg_id = d->ask.nsg;
	vm.disks[vm.n_disks++] = (struct cloud_data_disk){ .lun = 3, .id = disk };
	o = ask_change(&d->ask,
		       (struct cloud_change){
			   .verb = CLOUD_PUT, .kind = CLOUD_VM, .id = d->ask.head, .vm = &vm });
	return finished(&o, "head") && want(o.address[0] != '\0', "an address", "") &&
	       change(d, CLOUD_DEALLOCATE, CLOUD_VM, d->ask.head) &&
	       is(d, CLOUD_VM, d->ask.head, CLOUD_IS_THERE) &&
	       change(d, CLOUD_START, CLOUD_VM, d->ask.head) &&
	       want(ask_console(&d->ask, d->ask.head).known, "the head's console", "");
}

static bool console_of_first(struct drive *d, const char *set)
{
	char *id = xasprintf("%s/virtualMachines/%s", set, d->vms.first[0]);
	struct seen s = ask_console(&d->ask, id);

	free(id);
	return want(s.known, "a member's console", s.msg);
}

static bool members(struct drive *d, enum cloud_verb verb, const char *set, size_t n)
{
	struct strs ids = STRS_INIT(3);
	struct outcome o;

	for (size_t i = 0; i < n; i++)
		strs_add(&ids, d->vms.first[i]);
	o = ask_change(&d->ask,
		       (struct cloud_change){
			   .verb = verb, .kind = CLOUD_MEMBERS, .id = set, .members = &ids });
	strs_clear(&ids);
	return finished(&o, "members");
}

static bool flexible(struct drive *d)
{
	struct outcome o = ask_put_set(&d->ask, CLOUD_PUT, 110);

	if (!finished(&o, "set"))
		return false;
	o = ask_put_set(&d->ask, CLOUD_GROW, 120);
	if (!finished(&o, "grow") || !is(d, CLOUD_SCALESET, d->ask.set, CLOUD_IS_THERE))
		return false;
	d->vms = ask_vms(&d->ask);
	return want(d->vms.in_set == 120, "120 members", d->vms.msg) &&
	       members(d, CLOUD_DEALLOCATE, d->ask.set, 1) &&
	       members(d, CLOUD_START, d->ask.set, 1) &&
	       members(d, CLOUD_DELETE, d->ask.set, 3) &&
	       want(ask_vms(&d->ask).in_set == 117, "117 members", "");
}

static bool uniform(struct drive *d)
{
	struct cloud_vm_spec vm = ask_spec(&d->ask, "Standard_HB120rs_v3", "mpi-");
	struct cloud_change ch = { .verb = CLOUD_PUT,
				   .kind = CLOUD_SCALESET,
				   .id = d->ask.rdma,
				   .vm = &vm,
				   .capacity = 60,
				   .uniform_single_group = true };
	struct outcome o = ask_change(&d->ask, ch);

	if (!finished(&o, "set"))
		return false;
	d->vms = ask_vms(&d->ask);
	/* members of Uniform sets come behind all others */
	snprintf(d->vms.first[0], sizeof(d->vms.first[0]), "0");
	return want(d->vms.in_set == 177, "177 members", d->vms.msg) &&
	       console_of_first(d, d->ask.rdma) && members(d, CLOUD_DELETE, d->ask.rdma, 1) &&
	       change(d, CLOUD_DELETE, CLOUD_SCALESET, d->ask.rdma);
}

static bool lists(struct drive *d)
{
	bool good =
	    want(ask_items(&d->ask, "e1", "c1").n > 100, "items of the cluster", "") &&
	    want(ask_items(&d->ask, "e1", NULL).n > 100, "items of the engine", "") &&
	    want(ask_items(&d->ask, NULL, d->ask.group).n > 100, "items of the group", "");

	return good && fault(d, "GET", "/resources", "\"effect\":\"empty-page\",\"count\":1") &&
	       fault(d, "GET", "/resources", "\"effect\":\"mixed-case\",\"count\":1") &&
	       want(ask_items(&d->ask, "e1", "c1").n > 100, "items past an empty page", "");
}

/*
 * Refusals and bad days
 */

static char *set_id(const struct drive *d, const char *name)
{
	return xasprintf("%s/providers/Microsoft.Compute/virtualMachineScaleSets/%s",
			 d->ask.group, name);
}

static struct outcome put_set(struct drive *d, const char *name, const char *size, int64_t n)
{
	struct cloud_vm_spec vm = ask_spec(&d->ask, size, "x-");
	char *id = set_id(d, name);
	struct outcome o = ask_change(&d->ask, (struct cloud_change){ .verb = CLOUD_PUT,
								      .kind = CLOUD_SCALESET,
								      .id = id,
								      .vm = &vm,
								      .capacity = n });

	free(id);
	return o;
}

static bool quota(struct drive *d)
{
	struct outcome o;

	if (!want(control(d, "quota",
			  "{\"region\":\"" ASK_REGION "\",\"name\":\"standardESv5Family\","
			  "\"limit\":16}"),
		  "a quota is set", ""))
		return false;
	o = put_set(d, "big", "Standard_E8s_v5", 10);
	return refused(&o, ERR_QUOTA, "OperationNotAllowed") &&
	       want(o.quota_limit == 16, "the limit is told", o.msg);
}

/* The scenario has room for two of these machines. */
static bool capacity(struct drive *d)
{
	struct outcome o = put_set(d, "scarce", "Standard_L8s_v3", 5);

	return want(o.accepted == 1, "accepted at first", o.msg) &&
	       refused(&o, ERR_CAPACITY, "AllocationFailed");
}

static bool invalid(struct drive *d)
{
	struct outcome o = put_set(d, "odd", "Standard_Nothing_v9", 1);

	return want(o.stage == CLOUD_REFUSED && o.code == ERR_INVALID, "no such size", o.msg);
}

/* Two at once: the cloud takes one and refuses the other, unless the one has ended when the
 * other arrives. */
static bool collide(struct drive *d, int64_t capacity, struct outcome both[2])
{
	struct cloud_vm_spec vm = ask_spec(&d->ask, "Standard_F2s_v2", "htc-");
	struct cloud_change ch = { .verb = CLOUD_GROW,
				   .kind = CLOUD_SCALESET,
				   .id = d->ask.set,
				   .vm = &vm,
				   .capacity = capacity };

	vm.spot = true;
	ask_begin(&d->ask, ch, &both[0]);
	ch.capacity++;
	ask_begin(&d->ask, ch, &both[1]);
	return want(ask_wait(&d->ask, &both[0].ended) && ask_wait(&d->ask, &both[1].ended),
		    "both end", "");
}

static bool conflict(struct drive *d)
{
	struct outcome both[2];
	int refused_one = -1;

	for (int64_t n = 130; n < 230 && refused_one < 0; n += 2) {
		if (!collide(d, n, both))
			return false;
		for (int i = 0; i < 2; i++)
			if (both[i].stage == CLOUD_REFUSED)
				refused_one = i;
	}
	return want(refused_one >= 0, "one is refused", "") &&
	       refused(&both[refused_one], ERR_CONFLICT, "Conflict") &&
	       finished(&both[1 - refused_one], "the other");
}

static bool throttled(struct drive *d)
{
	struct cloud_health before, after;
	int n = 0;

	provider_azure.health(d->ask.cloud, &before);
	do { /* a set may be read 36 times at once, and 12 times a minute after that */
		if (!is(d, CLOUD_SCALESET, d->ask.set, CLOUD_IS_THERE))
			return false;
		provider_azure.health(d->ask.cloud, &after);
	} while (after.throttled == before.throttled && ++n < 500);
	return want(after.throttled > before.throttled, "throttled at last", "");
}

static bool bad_day(struct drive *d)
{
	char *none =
	    xasprintf("%s/providers/Microsoft.Compute/virtualMachines/none", d->ask.group);
	bool good = is(d, CLOUD_VM, none, CLOUD_IS_GONE) &&
		    change(d, CLOUD_DELETE, CLOUD_VM, none) &&
		    fault(d, "GET", "virtualNetworks",
			  "\"effect\":\"status\",\"status\":503,\"count\":1") &&
		    is(d, CLOUD_NETWORK, d->ask.net, CLOUD_IS_THERE) &&
		    fault(d, "PUT", "networkSecurityGroups",
			  "\"effect\":\"status\",\"status\":500,\"count\":1") &&
		    change(d, CLOUD_PUT, CLOUD_NSG, d->ask.nsg) &&
		    fault(d, "GET", "networkSecurityGroups",
			  "\"effect\":\"status\",\"status\":401,"
			  "\"code\":\"ExpiredAuthenticationToken\",\"count\":1") &&
		    is(d, CLOUD_NSG, d->ask.nsg, CLOUD_IS_THERE) &&
		    fault(d, "GET", "virtualNetworks",
			  "\"effect\":\"status\",\"status\":429,"
			  "\"code\":\"SubscriptionRequestsThrottled\",\"count\":1") &&
		    is(d, CLOUD_NETWORK, d->ask.net, CLOUD_IS_THERE);

	free(none);
	return good;
}

/* What a teardown finds beside its own kinds is deleted by its id alone. */
static bool strays(struct drive *d)
{
	static const char *const ids[] = {
		"Microsoft.Network/networkInterfaces/stray",
		"Microsoft.Network/publicIPAddresses/stray",
		"Microsoft.Compute/disks/stray",
		"Microsoft.ManagedIdentity/userAssignedIdentities/stray",
	};
	bool good = true;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]) && good; i++) {
		char *id = xasprintf("%s/providers/%s", d->ask.group, ids[i]);

		good = change(d, CLOUD_DELETE, CLOUD_OTHER, id);
		free(id);
	}
	return good;
}

static bool teardown(struct drive *d)
{
	char *scarce = set_id(d, "scarce"), disk[400];
	bool good = change(d, CLOUD_DELETE, CLOUD_SCALESET, d->ask.set) &&
		    change(d, CLOUD_DELETE, CLOUD_SCALESET, d->ask.set) &&
		    is(d, CLOUD_SCALESET, d->ask.set, CLOUD_IS_GONE) &&
		    change(d, CLOUD_DELETE, CLOUD_VM, d->ask.head) &&
		    is(d, CLOUD_VM, d->ask.head, CLOUD_IS_GONE) &&
		    is(d, CLOUD_DISK, disk_id(d, disk), CLOUD_IS_THERE) &&
		    change(d, CLOUD_DELETE, CLOUD_DISK, disk) &&
		    is(d, CLOUD_DISK, disk, CLOUD_IS_GONE) &&
		    change(d, CLOUD_DELETE, CLOUD_SCALESET, scarce) &&
		    change(d, CLOUD_DELETE, CLOUD_NETWORK, d->ask.net) &&
		    is(d, CLOUD_NETWORK, d->ask.net, CLOUD_IS_GONE) &&
		    change(d, CLOUD_DELETE, CLOUD_NSG, d->ask.nsg) &&
		    is(d, CLOUD_NSG, d->ask.nsg, CLOUD_IS_GONE) &&
		    change(d, CLOUD_DELETE, CLOUD_GROUP, d->ask.group) &&
		    is(d, CLOUD_GROUP, d->ask.group, CLOUD_IS_GONE) &&
		    want(ask_items(&d->ask, "e1", "c1").n == 0, "nothing is left", "");

	free(scarce);
	return good;
}

static const struct {
	const char *name;
	bool (*run)(struct drive *d);
} steps[] = {
	{ "sizes, prices and quotas are read", facts },
	{ "group, security group and network are made", base },
	{ "a head is made, stopped and started", head },
	{ "a snapshot is made of a disk, and a disk of it", snapshot },
	{ "a Flexible set is made, grown and shrunk by name", flexible },
	{ "a Uniform set in one placement group comes and goes", uniform },
	{ "lists are complete over pages, empty ones too", lists },
	{ "a quota refuses with its numbers", quota },
	{ "no room: accepted, then failed", capacity },
	{ "a wrong request is refused", invalid },
	{ "a change during a change is a conflict", conflict },
	{ "too many reads are throttled and go on", throttled },
	{ "absent things, platform errors, an expired token", bad_day },
	{ "things of other kinds are deleted by id", strays },
	{ "teardown leaves nothing", teardown },
};

#define N_STEPS (sizeof(steps) / sizeof(steps[0]))

static int drive_open(struct drive *d, const char *state, const char *record, struct err *err)
{
	char *path = xasprintf("%s/cloud.yaml", state);
	struct cloud *cloud = NULL;
	int rc = clock_from_env() < 0 ? err_set(err, ERR_INVALID, "PACELINE_CLOCK") : 0;

	if (rc == 0)
		rc = cloud_records_load(&d->records, &d->n_records, path, err);
	free(path);
	if (rc < 0)
		return -1;
	d->control = xasprintf("%s/control.sock", state);
	free(d->records[0].record_dir);
	d->records[0].record_dir = xstrdup(record);
	d->loop = loop_new(err);
	if (d->loop)
		cloud = provider_azure.open(d->loop, &d->records[0], err);
	return cloud ? ask_init(&d->ask, d->loop, cloud, &d->records[0], "pl-conformance") : -1;
}

static void drive_close(struct drive *d)
{
	if (d->ask.cloud)
		provider_azure.close(d->ask.cloud);
	ask_clear(&d->ask);
	if (d->loop)
		loop_free(d->loop);
	for (size_t i = 0; i < d->n_records; i++)
		cloud_record_clear(&d->records[i]);
	free(d->records);
	free(d->control);
}

int main(int argc, char **argv)
{
	struct drive d = { 0 };
	struct err err = ERR_INIT;
	bool all = true;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc != 3 || drive_open(&d, argv[1], argv[2], &err) < 0) {
		fprintf(stderr, "drive: %s\n",
			argc == 3 ? err.msg : "usage: drive STATE RECORD");
		return 2;
	}
	for (size_t i = 0; i < N_STEPS; i++) {
		bool good = steps[i].run(&d);

		printf("%sok - %s\n", good ? "" : "not ", steps[i].name);
		all = all && good;
	}
	drive_close(&d);
	return all ? 0 : 1;
}
