/* Looking into the simulation and pushing it: outside ARM, on the plain port or the unix
 * socket, with a key. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/arm/arm.h"
#include "azsim/queue/site.h"
#include "azsim/world/ledger.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#define SKEW_MAX_MS ((int64_t)86400 * 1000)

void arm_ctl_state(struct arm_call *c)
{
	struct json *o = json_new_object(), *n;
	const struct az_world *w = c->w;
	char when[CLOCK_TEXT];
	const char *key;
	void *g;
	int64_t sets = 0, resources = 0;

	for (size_t i = 0; map_next(w->groups, &i, &key, &g);) {
		sets += (int64_t)map_count(((struct az_group *)g)->sets);
		resources += (int64_t)map_count(((struct az_group *)g)->resources);
	}
	json_set_str(o, "profile", w->sc.profile);
	json_set_real(o, "clockFactor", clock_factor());
	json_set_str(o, "now", clock_text(when, az_world_now(w)));
	json_set_int(o, "seed", (int64_t)w->seed);
	json_set_str(o, "machines", c->arm->guests ? "guests" : "ghosts");
	n = json_set_object(o, "counts");
	json_set_int(n, "groups", (int64_t)map_count(w->groups));
	json_set_int(n, "resources", resources);
	json_set_int(n, "scaleSets", sets);
	json_set_int(n, "vms", (int64_t)w->n_vms);
	json_set_int(n, "operations", (int64_t)map_count(w->ops));
	arm_ok(c, 200, o);
}

void arm_ctl_ledger(struct arm_call *c)
{
	struct buf tag = BUF_INIT(1024), max = BUF_INIT(32);
	struct err err = ERR_INIT;
	int64_t n = 1000;
	char *value = NULL;
	struct json *o;

	arm_query(c, "tag", &tag);
	if (arm_query(c, "max", &max))
		num_read(&n, buf_str(&max), 0, 1000000);
	if (tag.len > 0 && (value = strchr(tag.data, ':')))
		*value++ = '\0';
	o = az_ledger_read(c->w, value ? tag.data : NULL, value, (size_t)n, &err);
	if (o)
		arm_ok(c, 200, o);
	else
		az_refuse(&c->r, 500, "Ledger", "%s", err.msg);
	buf_clear(&tag);
	buf_clear(&max);
}

void arm_ctl_counters(struct arm_call *c)
{
	static const char *const class[AZ_CLASSES] = { "reads", "writes", "deletes" };
	const struct arm_counters *n = &c->arm->n;
	const struct az_counters *w = &c->w->n;
	struct json *o = json_new_object(), *by = json_set_object(o, "byClass");
	const char *group;
	void *writes;

	for (int i = 0; i < AZ_CLASSES; i++)
		json_set_int(by, class[i], n -> by_class[i]);
	by = json_set_object(o, "writesByGroup");
	for (size_t i = 0; map_next(c->arm->group_writes, &i, &group, &writes);)
		json_set_int(by, group, *(int64_t *)writes);
	by = json_set_object(o, "byPolicy");
	for (int i = 1; i < AZ_POLICIES; i++)
		if (n->by_policy[i])
			json_set_int(by, az_policies[i].name, n->by_policy[i]);
	json_set_int(o, "calls", n->calls);
	json_set_int(o, "throttled", n->throttled);
	json_set_int(o, "refused", n->refused);
	json_set_int(o, "failed", n->failed);
	json_set_int(o, "faults", n->faults);
	json_set_int(o, "tokens", n->tokens);
	json_set_int(o, "maxConcurrency", n->most);
	json_set_int(o, "vmsMade", w->vms_made);
	json_set_int(o, "vmsGone", w->vms_gone);
	json_set_int(o, "vmsFailed", w->vms_failed);
	json_set_int(o, "evictions", w->evictions);
	json_set_int(o, "double_creates", w->double_creates);
	json_set_int(o, "preempted", w->preempted);
	arm_ok(c, 200, o);
}

void arm_ctl_calls(struct arm_call *c)
{
	struct json *o = json_new_object(), *list = json_set_array(o, "calls");
	size_t n = c->arm->calls_at, from = n > ARM_CALLS_KEPT ? n - ARM_CALLS_KEPT : 0;
	char when[40];

	for (size_t i = from; i < n; i++) {
		const struct arm_logged *l = &c->arm->calls[i % ARM_CALLS_KEPT];
		struct json *e;

		if (!*l->method)
			continue;
		e = json_add_object(list);
		json_set_str(e, "at", arm_time(when, l->at_ms));
		json_set_str(e, "method", l->method);
		json_set_str(e, "path", l->path);
		json_set_int(e, "status", l->status);
		json_set_str(e, "requestId", l->request_id);
		json_set_str(e, "policy", l->policy);
		json_set_real(e, "leftArm", l->left_arm);
		json_set_real(e, "leftSubscription", l->left_all);
		json_set_real(e, "leftResource", l->left_each);
	}
	arm_ok(c, 200, o);
}

static bool wanted(const struct az_vm *vm, const char *name, const char *set)
{
	if (!vm->spot || vm->power != AZ_RUNNING || vm->prov != AZ_SUCCEEDED)
		return false;
	if (*name && text_casecmp(vm->name, name) != 0 && text_casecmp(vm->computer, name) != 0)
		return false;
	return !*set || (vm->set && text_casecmp(vm->set->name, set) == 0);
}

/* {"vm": NAME} or {"set": NAME, "count": N} or {"count": N}: spot machines, oldest first. */
void arm_ctl_evict(struct arm_call *c)
{
	const char *name = json_str(c->body, "vm", ""), *set = json_str(c->body, "set", "");
	int64_t left = json_int(c->body, "count", 1), n = 0;
	struct json *o = json_new_object(), *list = json_set_array(o, "evicted");

	for (struct az_vm *vm = c->w->first; vm && left > 0; vm = vm->next) {
		struct az_refusal r = { 0 };

		if (!wanted(vm, name, set) || vm->step == AZ_STEP_EVICT ||
		    az_vm_evict(vm, &r) != 0)
			continue;
		json_add(list, json_new_string(vm->name));
		left--;
		n++;
	}
	if (n > 0) {
		arm_ok(c, 200, o);
		return;
	}
	json_free(o);
	az_refuse(&c->r, 404, "NothingToEvict", "No running Spot machine fits.");
}

void arm_ctl_fault(struct arm_call *c)
{
	if (arm_fault_add(c->arm, c->body, &c->r) == 0)
		arm_ok(c, 200, json_new_object());
}

/* {"region", "family" or cores, lowPriorityCores ..., "limit"} */
void arm_ctl_quota(struct arm_call *c)
{
	int region = az_region_find(json_str(c->body, "region", NULL));

	if (region < 0 || az_quota_set(&c->w->quota[region], json_str(c->body, "name", ""),
				       json_int(c->body, "limit", -1)) != 0)
		az_refuse(&c->r, 400, "InvalidParameter",
			  "region, name (cores, a family ...) and limit are wanted.");
	else
		arm_ok(c, 200, json_new_object());
}

/*
 * {"factor": F} and {"advance_ms": N}. The simulated time goes on from where it is; the answer
 * is what PACELINE_CLOCK is to be for programs started from now on.
 */
void arm_ctl_clock(struct arm_call *c)
{
	double old = clock_factor(), factor = json_real(c->body, "factor", old), real;
	int64_t now = az_world_now(c->w), sim = now + json_int(c->body, "advance_ms", 0),
		anchor = c->arm->clock_anchor;
	char text[80];
	struct json *o;

	if (factor <= 1 || factor > 1000) {
		az_refuse(
		    &c->r, 400, "InvalidParameter",
		    "A clock can be moved while its factor is above 1 and at most 1000; it is %g now.",
		    clock_factor());
		return;
	}
	/* simulated = anchor + (real - anchor) * factor */
	real = (double)anchor + (double)(now - anchor) / old;
	anchor = (int64_t)(((double)sim - real * factor) / (1 - factor));
	clock_scale(factor, anchor);
	c->arm->clock_anchor = anchor;
	az_world_run(c->w); /* its timer was aimed by the old clock */
	if (c->arm->clock_changed)
		c->arm->clock_changed(c->arm->clock_arg, factor, anchor);
	o = json_new_object();
	snprintf(text, sizeof(text), "%g@%" PRId64, factor, anchor);
	json_set_str(o, "PACELINE_CLOCK", text);
	arm_ok(c, 200, o);
}

/* {"ms": N}: from now on the clock that replies show, in Date and in times of making, is so
 * much ahead, or behind; what happens when stays as it is. */
void arm_ctl_skew(struct arm_call *c)
{
	int64_t ms = json_int(c->body, "ms", INT64_MAX);

	if (ms > SKEW_MAX_MS || ms < -SKEW_MAX_MS) {
		az_refuse(&c->r, 400, "InvalidParameter",
			  "ms is wanted, of a day at most in either direction.");
		return;
	}
	c->arm->skew_ms = ms;
	arm_ok(c, 200, json_new_object());
}

static bool has_queue(struct arm_call *c)
{
	if (!c->arm->site)
		az_refuse(
		    &c->r, 404, "NoQueue",
		    "Guests have schedulers of their own; only ghosts have a queue here.");
	return c->arm->site != NULL;
}

void arm_ctl_queue(struct arm_call *c)
{
	if (has_queue(c))
		arm_ok(c, 200, gq_site_state(c->arm->site));
}

/* What was asked for is answered with how things stand then. */
static void queue_done(struct arm_call *c, int rc, const struct err *err)
{
	if (rc == 0)
		arm_ok(c, 200, gq_site_state(c->arm->site));
	else
		az_refuse(&c->r, err->code == ERR_NOT_FOUND ? 404 : 400, "InvalidParameter",
			  "%s", err->msg);
}

/* {"kind": "hang|garbage|truncated|forgets|down", "times": N, "command": NAME} */
void arm_ctl_queue_fault(struct arm_call *c)
{
	struct err err = ERR_INIT;

	if (has_queue(c))
		queue_done(c, gq_site_fault(c->arm->site, c->body, &err), &err);
}

/* {"head", "jobs": N, "array_size": N, "seconds": N or "A-B", "cpus": N, "partition",
 * "change_per_s": N, "name", "user"} */
void arm_ctl_queue_load(struct arm_call *c)
{
	struct err err = ERR_INIT;

	if (has_queue(c))
		queue_done(c, gq_site_load(c->arm->site, c->body, &err), &err);
}

/* The console log behind retrieveBootDiagnosticsData's URL. */
void arm_console_log(struct arm_call *c)
{
	int64_t row;
	struct az_vm *vm = NULL;

	if (num_read(&row, c->arg[0], 1, INT64_MAX) == 0)
		for (vm = c->w->first; vm && vm->row != row; vm = vm->next)
			continue;
	if (!vm || strcmp(vm->vm_id, c->arg[1]) != 0) {
		az_refuse(&c->r, 404, "BlobNotFound", "The specified blob does not exist.");
		return;
	}
	arm_ok(c, 200, NULL);
	c->reply->type = "text/plain; charset=utf-8";
	if (c->w->machines.console &&
	    c->w->machines.console(c->w->machines.arg, vm, &c->reply->body) == 0)
		return;
	buf_addf(&c->reply->body,
		 "%s: ghost of azsim: no machine, no console; power %s, provisioning %s\n",
		 vm->computer, az_power_name[vm->power], az_prov_name[vm->prov]);
}
