/* Members of scale sets, one by one and as lists, and the summary of a Uniform set. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/arm/arm.h"
#include "base/mem.h"
#include "base/text.h"

static struct az_set *set_of(struct arm_call *c)
{
	struct az_set *s = az_set_find(c->group, c->arg[2]);

	if (!s)
		arm_not_found(c, AZ_SET_TYPE, c->arg[2]);
	return s;
}

static struct az_vm *member_of(struct arm_call *c)
{
	struct az_set *s = set_of(c);
	struct az_vm *vm = s ? az_set_member(s, c->arg[3]) : NULL;

	if (s && !vm)
		az_refuse(&c->r, 404, "NotFound",
			  "The entity was not found: '%s' is no instance of '%s'.", c->arg[3],
			  s->name);
	return vm;
}

static struct json *member_json(struct arm_call *c, const struct az_vm *vm, bool view)
{
	struct json *o;
	char id[200];

	if (!vm->set->flexible)
		return arm_vm_json(c, vm, view);
	/* of a Flexible set Azure lists names alone: its members are read as machines */
	o = json_new_object();
	snprintf(id, sizeof(id), "%s/virtualMachines/%s", vm->set->name, vm->name);
	json_set_str(o, "instanceId", vm->name);
	arm_set_id(c, o, vm->group, AZ_SET_TYPE, id);
	json_set_str(o, "name", vm->name);
	json_set_str(o, "type", "Microsoft.Compute/virtualMachineScaleSets/virtualMachines");
	json_set_str(o, "location", az_regions[vm->region].name);
	if (view)
		json_put(o, "properties.instanceView", arm_vm_view_json(c, vm));
	return o;
}

void arm_set_members(struct arm_call *c)
{
	struct az_set *s = set_of(c);
	bool view = arm_query_is(c, "$expand", "instanceView");
	struct arm_page p;

	if (!s)
		return;
	arm_page_begin(&p, c, c->w->sc.members_page);
	for (const struct az_vm *vm = s->first; vm; vm = vm->set_next)
		if (az_world_now(c->w) >= vm->visible_ms && arm_page_wants(&p, vm->row))
			arm_page_add(&p, member_json(c, vm, view));
	arm_page_end(&p);
}

void arm_member_get(struct arm_call *c)
{
	struct az_vm *vm = member_of(c);

	if (vm)
		arm_ok(c, 200, arm_vm_json(c, vm, arm_query_is(c, "$expand", "instanceView")));
}

void arm_member_view(struct arm_call *c)
{
	struct az_vm *vm = member_of(c);

	if (vm)
		arm_ok(c, 200, arm_vm_view_json(c, vm));
}

void arm_member_evict(struct arm_call *c)
{
	struct az_vm *vm = member_of(c);

	if (vm && az_vm_evict(vm, &c->r) == 0)
		arm_ok(c, 204, NULL);
}

static void act(struct arm_call *c, enum az_action what)
{
	struct az_vm *vm = member_of(c);
	struct json *ids;
	struct az_op *op;

	if (!vm)
		return;
	ids = json_new_array();
	json_add(ids, json_new_string(c->arg[3]));
	op = az_set_act(vm->set, what, ids, &c->r);
	json_free(ids);
	if (op)
		arm_accepted(c, 202, NULL, op);
}

void arm_member_action(struct arm_call *c)
{
	act(c, strcmp(c->route->type, "start") == 0	 ? AZ_DO_START
	       : strcmp(c->route->type, "restart") == 0	 ? AZ_DO_RESTART
	       : strcmp(c->route->type, "poweroff") == 0 ? AZ_DO_STOP
							 : AZ_DO_DEALLOCATE);
}

void arm_member_delete(struct arm_call *c)
{
	struct az_set *s = set_of(c);

	if (s && !az_set_member(s, c->arg[3]))
		arm_ok(c, 204, NULL);
	else if (s)
		act(c, AZ_DO_DELETE);
}

static void add_count(struct json *list, const char *code, int64_t n)
{
	struct json *e;

	if (n == 0)
		return;
	e = json_add_object(list);
	json_set_str(e, "code", code);
	json_set_int(e, "count", n);
}

void arm_set_view(struct arm_call *c)
{
	static const char *const prov_code[] = { "creating", "updating", "succeeded", "failed",
						 "deleting" };
	struct az_set *s = set_of(c);
	int64_t prov[5] = { 0 }, power[7] = { 0 };
	struct json *o, *list, *e;
	char code[64], when[40];

	if (!s)
		return;
	if (s->flexible) {
		az_refuse(
		    &c->r, 400, "BadRequest",
		    "The instance view of scale set '%s' is not available: its orchestration mode is Flexible.",
		    s->name);
		return;
	}
	for (const struct az_vm *vm = s->first; vm; vm = vm->set_next) {
		prov[vm->prov]++;
		power[vm->power]++;
	}
	o = json_new_object();
	json_put(o, "virtualMachine.statusesSummary", json_new_array());
	list = json_get_mut(o, "virtualMachine.statusesSummary");
	for (int i = 0; i < 5; i++) {
		snprintf(code, sizeof(code), "ProvisioningState/%s", prov_code[i]);
		add_count(list, code, prov[i]);
	}
	for (int i = AZ_STARTING; i <= AZ_DEALLOCATED; i++) {
		snprintf(code, sizeof(code), "PowerState/%s", az_power_name[i]);
		add_count(list, code, power[i]);
	}
	e = json_add_object(json_set_array(o, "statuses"));
	snprintf(code, sizeof(code), "ProvisioningState/%s", prov_code[s->prov]);
	json_set_str(e, "code", code);
	json_set_str(e, "level", "Info");
	json_set_str(e, "displayStatus", "Provisioning status");
	json_set_str(e, "time", arm_time(when, az_world_now(c->w)));
	arm_ok(c, 200, o);
}

struct json *arm_member_nic(struct arm_call *c, const struct az_vm *vm)
{
	const struct json *conf =
	    json_get(az_vm_profile(vm), "networkProfile.networkInterfaceConfigurations.0");
	const struct json *ip = json_get(conf, "properties.ipConfigurations.0");
	struct json *o = json_new_object(), *ips, *e;
	char name[300], *id = az_vm_id_text(vm), text[AZ_ADDRESS_TEXT];

	if (vm->set->flexible)
		snprintf(name, sizeof(name), "%s-nic-%.8s", json_str(conf, "name", "nic"),
			 vm->vm_id);
	else
		snprintf(name, sizeof(name), "%s", json_str(conf, "name", "nic"));
	json_set_str(o, "name", name);
	if (vm->set->flexible) {
		arm_set_id(c, o, vm->group, AZ_NIC, name);
		json_set_str(o, "type", AZ_NIC);
	} else {
		char *nic = xasprintf("%s/networkInterfaces/%s", id, name);

		json_set_str(o, "id", nic);
		free(nic);
	}
	json_set_str(o, "location", az_regions[vm->region].name);
	if (az_vm_tags(vm))
		json_set(o, "tags", json_copy(az_vm_tags(vm)));
	json_put(o, "properties.provisioningState", json_new_string("Succeeded"));
	json_put(o, "properties.primary", json_new_bool(true));
	json_put(o, "properties.virtualMachine.id", json_new_string(id));
	ips = json_set_array(json_get_mut(o, "properties"), "ipConfigurations");
	e = json_add_object(ips);
	json_set_str(e, "name", json_str(ip, "name", "ipconfig"));
	json_put(e, "properties.primary", json_new_bool(true));
	json_put(e, "properties.provisioningState", json_new_string("Succeeded"));
	json_put(e, "properties.privateIPAddress", json_new_string(az_vm_address(vm, text)));
	json_put(e, "properties.privateIPAllocationMethod", json_new_string("Dynamic"));
	json_put(e, "properties.subnet.id",
		 json_new_string(json_str(ip, "properties.subnet.id", "")));
	free(id);
	return o;
}

void arm_set_nics(struct arm_call *c)
{
	struct az_set *s = set_of(c);
	struct arm_page p;

	if (!s)
		return;
	arm_page_begin(&p, c, c->w->sc.list_page);
	for (const struct az_vm *vm = s->first; vm && !s->flexible; vm = vm->set_next)
		if (vm->lease.subnet && arm_page_wants(&p, vm->row))
			arm_page_add(&p, arm_member_nic(c, vm));
	arm_page_end(&p);
}
