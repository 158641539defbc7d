/* Machines: single ones, and members of sets as machines show themselves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/arm/arm.h"
#include "base/http_parse.h"
#include "base/mem.h"
#include "base/text.h"

static struct az_vm *find(struct arm_call *c)
{
	struct az_vm *vm = az_vm_find(c->group, c->arg[2]);

	if (vm && !arm_hidden(c, vm->created_ms, vm->name))
		return vm;
	arm_not_found(c, AZ_VM_TYPE, c->arg[2]);
	return NULL;
}

static const char *const prov_code[] = { "creating", "updating", "succeeded", "failed",
					 "deleting" };

const char *arm_vm_power_code(const struct az_vm *vm)
{
	static const char *const code[] = { NULL,
					    "PowerState/starting",
					    "PowerState/running",
					    "PowerState/stopping",
					    "PowerState/stopped",
					    "PowerState/deallocating",
					    "PowerState/deallocated" };

	return code[vm->power];
}

static struct json *add_status(struct json *list, const char *code, const char *level,
			       const char *shown)
{
	struct json *e = json_add_object(list);

	json_set_str(e, "code", code);
	json_set_str(e, "level", level);
	json_set_str(e, "displayStatus", shown);
	return e;
}

struct json *arm_vm_view_json(struct arm_call *c, const struct az_vm *vm)
{
	struct json *o = json_new_object(), *list, *e;
	char code[120], when[40];

	(void)c;
	json_set_str(o, "computerName", vm->computer);
	json_set_str(o, "hyperVGeneration", vm->size->flags & SKU_GEN2 ? "V2" : "V1");
	json_set_int(o, "platformFaultDomain", 0);
	if (vm->power == AZ_RUNNING && vm->prov != AZ_CREATING) {
		json_set_str(o, "osName", "linux");
		json_put(o, "vmAgent.vmAgentVersion", json_new_string("2.9.1.1"));
		list = json_set_array(json_get_mut(o, "vmAgent"), "statuses");
		e = add_status(list,
			       vm->prov == AZ_FAILED ? "ProvisioningState/Unavailable"
						     : "ProvisioningState/succeeded",
			       vm->prov == AZ_FAILED ? "Warning" : "Info",
			       vm->prov == AZ_FAILED ? "Not Ready" : "Ready");
		json_set_str(e, "message",
			     vm->prov == AZ_FAILED
				 ? "VM status blob is found but not yet populated."
				 : "Guest Agent is running");
		json_set_str(e, "time", arm_time(when, vm->running_ms));
	}
	list = json_set_array(o, "statuses");
	if (vm->prov == AZ_FAILED)
		snprintf(code, sizeof(code), "ProvisioningState/failed/%s",
			 vm->fail_code ? vm->fail_code : "Unknown");
	else
		snprintf(code, sizeof(code), "ProvisioningState/%s", prov_code[vm->prov]);
	e = add_status(list, code, vm->prov == AZ_FAILED ? "Error" : "Info",
		       vm->prov == AZ_SUCCEEDED ? "Provisioning succeeded"
		       : vm->prov == AZ_FAILED	? "Provisioning failed"
						: az_prov_name[vm->prov]);
	if (vm->fail_message && vm->prov == AZ_FAILED)
		json_set_str(e, "message", vm->fail_message);
	json_set_str(e, "time",
		     arm_time(when, vm->running_ms ? vm->running_ms : vm->created_ms));
	if (vm->power != AZ_POWER_NONE) {
		snprintf(code, sizeof(code), "VM %s", az_power_name[vm->power]);
		add_status(list, arm_vm_power_code(vm), "Info", code);
	}
	return o;
}

static void dress_member(struct arm_call *c, const struct az_vm *vm, struct json *o,
			 struct json *props)
{
	char *set = az_resource_id(vm->group, AZ_SET_TYPE, vm->set->name), text[16];

	(void)c;
	if (vm->set->flexible) {
		json_put(props, "virtualMachineScaleSet.id", json_new_string(set));
	} else {
		snprintf(text, sizeof(text), "%u", vm->instance);
		json_set_str(o, "instanceId", text);
		json_set_bool(props, "latestModelApplied", vm->model == vm->set->model);
		json_set_str(props, "modelDefinitionApplied", "VirtualMachineScaleSet");
		json_put(o, "sku.name", json_new_string(vm->size->name));
		json_put(o, "sku.tier", json_new_string("Standard"));
	}
	free(set);
}

/* A member's profile speaks of prefixes and configurations; the machine itself has a name and
 * an interface. */
static void concrete(struct arm_call *c, const struct az_vm *vm, struct json *props)
{
	struct json *nic, *list, *e;
	char name[200];

	if (!vm->set || vm->attached)
		return;
	arm_json_drop(props, "osProfile.computerNamePrefix");
	if (json_get(props, "networkProfile.networkInterfaceConfigurations") &&
	    vm->lease.subnet) {
		nic = arm_member_nic(c, vm);
		if (!vm->set->flexible)
			json_put(props,
				 "networkProfileConfiguration.networkInterfaceConfigurations",
				 json_copy(json_get(
				     props, "networkProfile.networkInterfaceConfigurations")));
		json_set(props, "networkProfile", json_new_object());
		list =
		    json_set_array(json_get_mut(props, "networkProfile"), "networkInterfaces");
		e = json_add_object(list);
		json_set_str(e, "id", json_str(nic, "id", ""));
		json_put(e, "properties.primary", json_new_bool(true));
		json_put(e, "properties.deleteOption", json_new_string("Delete"));
		json_free(nic);
	}
	snprintf(name, sizeof(name), "%s_OsDisk_1_%.8s", vm->name, vm->vm_id);
	if (json_get(props, "storageProfile.osDisk")) {
		json_put(props, "storageProfile.osDisk.name", json_new_string(name));
		json_put(props, "storageProfile.osDisk.deleteOption",
			 json_new_string("Delete"));
	}
}

/* A set's profile has more than its members have of it: how they are bought, in a Uniform set.
 */
static void drop_set_only(const struct az_vm *vm, struct json *props)
{
	static const char *const never[] = { "extensionProfile", "serviceArtifactReference",
					     "securityPostureReference" };
	static const char *const of_set[] = { "priority",	    "evictionPolicy",
					      "billingProfile",	    "scheduledEventsProfile",
					      "applicationProfile", "capacityReservation" };

	for (size_t i = 0; vm->set && i < ARRAY_LEN(never); i++)
		arm_json_drop(props, never[i]);
	for (size_t i = 0; vm->set && !vm->set->flexible && i < ARRAY_LEN(of_set); i++)
		arm_json_drop(props, of_set[i]);
}

static struct json *props_of(struct arm_call *c, const struct az_vm *vm)
{
	const struct json *profile = az_vm_profile(vm);
	struct json *p = profile ? json_copy(profile) : json_new_object();
	char when[40];

	arm_json_drop(p, "osProfile.adminPassword");
	arm_json_drop(p, "osProfile.customData");
	if (!arm_query_is(c, "$expand", "userData"))
		arm_json_drop(p, "userData");
	json_put(p, "hardwareProfile.vmSize", json_new_string(vm->size->name));
	concrete(c, vm, p);
	if (json_get(p, "osProfile"))
		json_put(p, "osProfile.computerName", json_new_string(vm->computer));
	if (vm->set && vm->set->base_regular >= 0)
		json_set_str(p, "priority", vm->spot ? "Spot" : "Regular");
	drop_set_only(vm, p);
	json_set_str(p, "vmId", vm->vm_id);
	json_set_str(p, "provisioningState", az_prov_name[vm->prov]);
	json_set_str(p, "timeCreated", arm_shown_time(c, when, vm->created_ms));
	return p;
}

struct json *arm_vm_json(struct arm_call *c, const struct az_vm *vm, bool view)
{
	struct json *o = json_new_object(), *props = props_of(c, vm);
	const struct json *doc = vm->model->doc;
	char zone[4] = { (char)('0' + vm->zone), '\0' }, etag[24], *id;

	json_set_str(o, "name", vm->name);
	if (!vm->set || vm->set->flexible) {
		arm_set_id(c, o, vm->group, AZ_VM_TYPE, vm->name);
		json_set_str(o, "type", AZ_VM_TYPE);
	} else {
		id = az_vm_id_text(vm);
		json_set_str(o, "id", id);
		free(id);
		json_set_str(o, "type",
			     "Microsoft.Compute/virtualMachineScaleSets/virtualMachines");
	}
	snprintf(etag, sizeof(etag), "\"%lld\"", (long long)vm->row);
	json_set_str(o, "etag", etag);
	json_set_str(o, "location", az_regions[vm->region].name);
	if (az_vm_tags(vm))
		json_set(o, "tags", json_copy(az_vm_tags(vm)));
	if (vm->zone)
		json_add(json_set_array(o, "zones"), json_new_string(zone));
	if (json_get(doc, "identity"))
		json_set(o, "identity", json_copy(json_get(doc, "identity")));
	if (json_get(doc, "plan"))
		json_set(o, "plan", json_copy(json_get(doc, "plan")));
	if (vm->set)
		dress_member(c, vm, o, props);
	if (view)
		json_set(props, "instanceView", arm_vm_view_json(c, vm));
	json_set(o, "properties", props);
	return o;
}

void arm_vm_get(struct arm_call *c)
{
	struct az_vm *vm = find(c);

	if (vm)
		arm_ok(c, 200, arm_vm_json(c, vm, arm_query_is(c, "$expand", "instanceView")));
}

void arm_vm_view(struct arm_call *c)
{
	struct az_vm *vm = find(c);

	if (vm)
		arm_ok(c, 200, arm_vm_view_json(c, vm));
}

void arm_vm_list(struct arm_call *c)
{
	bool view =
	    arm_query_is(c, "$expand", "instanceView") || arm_query_is(c, "statusOnly", "true");
	struct arm_page p;

	arm_page_begin(&p, c, c->w->sc.list_page);
	for (const struct az_vm *vm = c->w->first; vm; vm = vm->next)
		if ((!c->group || vm->group == c->group) && (!vm->set || vm->set->flexible) &&
		    az_world_now(c->w) >= vm->visible_ms && arm_page_wants(&p, vm->row))
			arm_page_add(&p, arm_vm_json(c, vm, view));
	arm_page_end(&p);
}

static void act(struct arm_call *c, struct az_vm *vm, enum az_action what)
{
	enum az_op_kind kind = what == AZ_DO_DELETE ? AZ_OP_VM_DELETE : AZ_OP_VM_ACTION;
	struct az_op *op;

	if (vm->set && what == AZ_DO_DELETE && vm->prov != AZ_DELETING && !vm->attached) {
		struct json *ids = json_new_array();

		json_add(ids, json_new_string(vm->name));
		op = az_set_act(vm->set, what, ids, &c->r);
		json_free(ids);
		if (op)
			arm_accepted(c, 202, NULL, op);
		return;
	}
	op =
	    az_op_new(c->w, kind, vm->group->name, AZ_VM_TYPE, vm->name,
		      az_regions[vm->region].name, az_spread_ms(&c->w->sc.network, &c->w->rng));
	if (az_vm_act(vm, what, op, &c->r) == 0)
		arm_accepted(c, 202, NULL, op);
	else
		az_op_abort(op, c->r.code, c->r.message);
}

void arm_vm_action(struct arm_call *c)
{
	struct az_vm *vm = find(c);

	if (vm)
		act(c, vm,
		    strcmp(c->route->type, "start") == 0      ? AZ_DO_START
		    : strcmp(c->route->type, "restart") == 0  ? AZ_DO_RESTART
		    : strcmp(c->route->type, "poweroff") == 0 ? AZ_DO_STOP
							      : AZ_DO_DEALLOCATE);
}

void arm_vm_delete(struct arm_call *c)
{
	struct az_vm *vm = az_vm_find(c->group, c->arg[2]);

	if (!vm)
		arm_ok(c, 204, NULL);
	else
		act(c, vm, AZ_DO_DELETE);
}

void arm_vm_evict(struct arm_call *c)
{
	struct az_vm *vm = find(c);

	if (vm && az_vm_evict(vm, &c->r) == 0)
		arm_ok(c, 204, NULL);
}

/* A URL without a token in front, as Azure's is: the row number and the machine's secret-like
 * id stand in for a SAS. */
void arm_vm_diagnostics(struct arm_call *c)
{
	struct az_set *s = c->route->type ? az_set_find(c->group, c->arg[2]) : NULL;
	struct az_vm *vm = s ? az_set_member(s, c->arg[3]) : c->route->type ? NULL : find(c);
	struct json *o;
	char *url;

	if (!vm) {
		arm_not_found(c, AZ_VM_TYPE, c->arg[c->route->type ? 3 : 2]);
		return;
	}
	o = json_new_object();
	url = xasprintf("%s/azsim-console/%lld/%s", c->arm->plain_url, (long long)vm->row,
			vm->vm_id);
	json_set_str(o, "serialConsoleLogBlobUri", url);
	free(url);
	arm_ok(c, 200, o);
}
