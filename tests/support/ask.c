#include "ask.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define WAIT_MS 60000 /* real: what waits longer has failed */

int ask_init(struct ask *a, struct loop *l, struct cloud *cloud, const struct cloud_record *r,
	     const char *group)
{
	const struct {
		char *out;
		size_t max;
		enum cloud_kind kind;
		const char *name;
	} ids[] = {
		{ a->group, sizeof(a->group), CLOUD_GROUP, NULL },
		{ a->net, sizeof(a->net), CLOUD_NETWORK, "vnet" },
		{ a->nsg, sizeof(a->nsg), CLOUD_NSG, "nsg" },
		{ a->head, sizeof(a->head), CLOUD_VM, "head" },
		{ a->set, sizeof(a->set), CLOUD_SCALESET, "htc" },
		{ a->rdma, sizeof(a->rdma), CLOUD_SCALESET, "mpi" },
	};

	a->loop = l;
	a->cloud = cloud;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (provider_azure.resource_id(r, ids[i].kind, group, ids[i].name, ids[i].out,
					       ids[i].max, NULL) < 0)
			return -1;
	snprintf(a->subnet, sizeof(a->subnet), "%s/subnets/compute", a->net);
	a->tags = (struct strs)STRS_INIT(8);
	strs_add(&a->tags, TAG_ENGINE "=e1");
	strs_add(&a->tags, TAG_CLUSTER "=c1");
	return 0;
}

void ask_clear(struct ask *a)
{
	strs_clear(&a->tags);
}

bool ask_wait(const struct ask *a, const int *flag)
{
	int64_t end = clock_wall_ms() + WAIT_MS;

	while (!*flag && clock_wall_ms() < end)
		loop_turn(a->loop, 20);
	return *flag != 0;
}

/* A late answer must not find a stack that is gone. */
static void wait_or_drop(const struct ask *a, struct cloud_call *call, const int *flag)
{
	if (!ask_wait(a, flag))
		provider_azure.cancel(call);
}

static void on_stage(void *arg, const struct cloud_stage_info *i)
{
	struct outcome *o = arg;

	if (i->stage == CLOUD_ACCEPTED) {
		o->accepted++;
		snprintf(o->url, sizeof(o->url), "%s", i->op_url);
		return;
	}
	o->ended++;
	o->stage = i->stage;
	o->code = i->err ? i->err->code : ERR_NONE;
	o->quota_limit = i->quota_limit;
	o->retry_after_ms = i->retry_after_ms;
	snprintf(o->msg, sizeof(o->msg), "%s", i->err ? i->err->msg : "");
	snprintf(o->cloud_code, sizeof(o->cloud_code), "%s", i->cloud_code);
	snprintf(o->address, sizeof(o->address), "%s", i->address ? i->address : "");
	snprintf(o->host, sizeof(o->host), "%s", i->host ? i->host : "");
}

struct cloud_call *ask_begin(struct ask *a, struct cloud_change ch, struct outcome *o)
{
	*o = (struct outcome){ 0 };
	if (!ch.location)
		ch.location = ASK_REGION;
	ch.tags = &a->tags;
	ch.request_id = "11111111-1111-4111-8111-111111111111";
	return provider_azure.change(a->cloud, &ch, on_stage, o);
}

struct outcome ask_change(struct ask *a, struct cloud_change ch)
{
	struct outcome o;
	struct cloud_call *call = ask_begin(a, ch, &o);

	wait_or_drop(a, call, &o.ended);
	return o;
}

struct outcome ask_resume(struct ask *a, const struct intent *in)
{
	struct outcome o = { 0 };

	wait_or_drop(a, provider_azure.resume(a->cloud, in, on_stage, &o), &o.ended);
	return o;
}

struct outcome ask_base(struct ask *a)
{
	const struct cloud_change changes[] = {
		{ .verb = CLOUD_PUT, .kind = CLOUD_GROUP, .id = a->group },
		{ .verb = CLOUD_PUT, .kind = CLOUD_NSG, .id = a->nsg },
		{ .verb = CLOUD_PUT,
		  .kind = CLOUD_NETWORK,
		  .id = a->net,
		  .vnet_cidr = "10.20.0.0/16",
		  .subnet_name = "compute",
		  .subnet_cidr = "10.20.0.0/18",
		  .nsg_id = a->nsg },
	};
	struct outcome o = { 0 };

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		o = ask_change(a, changes[i]);
		if (o.stage != CLOUD_FINISHED)
			break;
	}
	return o;
}

struct cloud_vm_spec ask_spec(const struct ask *a, const char *size, const char *name)
{
	return (struct cloud_vm_spec){ .size = size,
				       .image = "almalinux:almalinux-hpc:8_10-hpc-gen2:latest",
				       .admin_user = "hpcadmin",
				       .ssh_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ ops",
				       .custom_data = "#!/bin/sh\n",
				       .subnet_id = a->subnet,
				       .computer_name = name,
				       .zone = "",
				       .max_price = -1 };
}

struct outcome ask_put_set(struct ask *a, enum cloud_verb verb, int64_t capacity)
{
	struct cloud_vm_spec vm = ask_spec(a, "Standard_F2s_v2", "htc-");

	vm.spot = true;
	return ask_change(a, (struct cloud_change){ .verb = verb,
						    .kind = CLOUD_SCALESET,
						    .id = a->set,
						    .vm = &vm,
						    .capacity = capacity });
}

static void end(struct seen *s, bool known, const struct err *err)
{
	s->known = known;
	s->code = err->code;
	snprintf(s->msg, sizeof(s->msg), "%s", err->msg);
	s->ended = 1;
}

static void on_vms(void *arg, struct cloud_vms *vms, const struct err *err)
{
	struct seen *s = arg;

	for (size_t i = 0; vms && i < vms->n; i++) {
		const struct cloud_vm *vm = &vms->v[i];

		if (vm->set_id[0] && s->in_set < 3)
			snprintf(s->first[s->in_set], sizeof(s->first[0]), "%s", vm->name);
		s->in_set += vm->set_id[0] != '\0';
		s->running += vm->power == POWER_RUNNING && vm->host[0];
		snprintf(s->set, sizeof(s->set), "%s", vm->set_id);
		s->n++;
	}
	end(s, vms != NULL, err);
}

struct seen ask_vms(struct ask *a)
{
	struct seen s = { 0 };

	wait_or_drop(a, provider_azure.vms(a->cloud, a->group, "c1", on_vms, &s), &s.ended);
	return s;
}

static void on_items(void *arg, const struct cloud_items *items, const struct err *err)
{
	struct seen *s = arg;

	s->n = items ? items->n : 0;
	end(s, items != NULL, err);
}

struct seen ask_items(struct ask *a, const char *engine, const char *cluster_or_group)
{
	struct seen s = { 0 };

	wait_or_drop(a, provider_azure.items(a->cloud, engine, cluster_or_group, on_items, &s),
		     &s.ended);
	return s;
}

static void on_sight(void *arg, const struct cloud_sight *c, const struct err *err)
{
	struct seen *s = arg;

	s->look = c->look;
	s->capacity = c->capacity;
	snprintf(s->address, sizeof(s->address), "%s",
		 c->vm && c->vm->address ? c->vm->address : "");
	end(s, c->look != CLOUD_LOOK_UNKNOWN, err);
}

static void on_console(void *arg, const char *text, size_t len, const struct err *err)
{
	struct seen *s = arg;

	s->ended++;
	s->known = text != NULL;
	if (text)
		snprintf(s->msg, sizeof(s->msg), "%.*s", (int)len, text);
	else
		snprintf(s->msg, sizeof(s->msg), "%s", err->msg);
}

struct seen ask_console(struct ask *a, const char *vm_id)
{
	struct seen s = { 0 };

	wait_or_drop(a, provider_azure.console(a->cloud, vm_id, on_console, &s), &s.ended);
	return s;
}

struct seen ask_look(struct ask *a, enum cloud_kind kind, const char *id)
{
	struct seen s = { 0 };

	wait_or_drop(a, provider_azure.look(a->cloud, kind, id, on_sight, &s), &s.ended);
	return s;
}

static void on_sizes(void *arg, const struct vm_sizes *sizes, const struct err *err)
{
	const struct vm_size *one = sizes ? vm_sizes_find(sizes, "standard_f2s_v2") : NULL;

	end(arg,
	    one && one->vcpus == 2 && one->price > 0 && one->spot_price > 0 &&
		one->spot_price < one->price,
	    err);
}

struct seen ask_sizes(struct ask *a)
{
	struct seen s = { 0 };

	wait_or_drop(a, provider_azure.sizes(a->cloud, ASK_REGION, on_sizes, &s), &s.ended);
	return s;
}

static void on_quotas(void *arg, const struct quotas *q, const struct err *err)
{
	const struct quota *cores = q ? quotas_find(q, "cores") : NULL;

	end(arg, cores && cores->limit > 0, err);
}

struct seen ask_quotas(struct ask *a)
{
	struct seen s = { 0 };

	wait_or_drop(a, provider_azure.quotas(a->cloud, ASK_REGION, on_quotas, &s), &s.ended);
	return s;
}

static void on_regions(void *arg, const struct strs *names, const struct err *err)
{
	end(arg, names && strs_has(names, ASK_REGION), err);
}

struct seen ask_regions(struct ask *a)
{
	struct seen s = { 0 };

	wait_or_drop(a, provider_azure.regions(a->cloud, on_regions, &s), &s.ended);
	return s;
}
