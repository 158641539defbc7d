#include "azsim/world/throttle.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

#define MINUTE 60000.0
#define GLOBAL 15 /* all principals of a subscription together */

const struct az_policy_info az_policies[AZ_POLICIES] = {
	[AZ_VM_CREATE] = { "CreateVM", 4, 12, 500, 1500, MINUTE },
	[AZ_VM_UPDATE] = { "UpdateVM", 4, 12, 500, 1500, MINUTE },
	[AZ_VM_DELETE] = { "DeleteVM", 4, 12, 500, 1500, MINUTE },
	[AZ_VM_GET] = { "LowCostGet", 12, 36, 8000, 24000, MINUTE },
	[AZ_VM_LIST] = { "HighCostGet", 0, 0, 300, 900, MINUTE },
	[AZ_OPERATION] = { "GetOperation", 15, 45, 5000, 15000, MINUTE },
	[AZ_SET_CREATE] = { "CreateVMScaleSet", 4, 12, 125, 375, MINUTE },
	[AZ_SET_UPDATE] = { "UpdateVMScaleSet", 4, 12, 500, 1500, MINUTE },
	[AZ_SET_DELETE] = { "DeleteVMScaleSet", 4, 12, 175, 525, MINUTE },
	[AZ_SET_GET] = { "GetVMScaleSet", 12, 36, 800, 2400, MINUTE },
	[AZ_SET_LIST] = { "HighCostGetVMScaleSet", 10, 30, 360, 1080, MINUTE },
	[AZ_MEMBER_UPDATE] = { "UpdateVMScaleSetVM", 4, 12, 500, 1500, MINUTE },
	[AZ_MEMBER_DELETE] = { "DeleteVMScaleSetVM", 4, 12, 500, 1500, MINUTE },
	[AZ_MEMBER_GET] = { "GetVMScaleSetVM", 12, 36, 2000, 6000, MINUTE },
	[AZ_NET_WRITE] = { "NetworkWrite", 0, 0, 1000, 1000, 5 * MINUTE },
	[AZ_NET_READ] = { "NetworkRead", 0, 0, 10000, 10000, 5 * MINUTE },
	[AZ_GRAPH] = { "ResourceGraph", 0, 0, 15, 15, 5000 },
};

static const double arm_cap[AZ_CLASSES] = { 250, 200, 200 },
		    arm_refill[AZ_CLASSES] = { 25, 10, 10 };

static struct az_bucket bucket(double capacity, double per_ms, int64_t now)
{
	return (struct az_bucket){ capacity, capacity, per_ms, now };
}

void az_throttle_init(struct az_throttle *t, int64_t now)
{
	for (int c = 0; c < AZ_CLASSES; c++) {
		t->arm[c] = bucket(arm_cap[c], arm_refill[c] / 1000, now);
		t->global[c] = bucket(GLOBAL * arm_cap[c], GLOBAL * arm_refill[c] / 1000, now);
	}
	t->buckets = map_new(free, true);
}

void az_throttle_clear(struct az_throttle *t)
{
	map_free(t->buckets);
	t->buckets = NULL;
}

static void refill(struct az_bucket *b, int64_t now)
{
	if (now > b->at_ms)
		b->tokens = fmin(b->capacity, b->tokens + (double)(now - b->at_ms) * b->per_ms);
	b->at_ms = now;
}

static struct az_bucket *keyed(struct az_throttle *t, const char *key, double cap,
			       double per_ms, int64_t now)
{
	struct az_bucket *b = map_get(t->buckets, key);

	if (!b) {
		b = xmalloc(sizeof(*b));
		*b = bucket(cap, per_ms, now);
		map_put(t->buckets, key, b);
	}
	refill(b, now);
	return b;
}

static int64_t wait_of(const struct az_bucket *b)
{
	return (int64_t)ceil((1 - b->tokens) / b->per_ms);
}

static void take(struct az_bucket *b, double *left)
{
	b->tokens = fmax(0, b->tokens - 1);
	*left = floor(b->tokens);
}

static bool refused(struct az_charge *c, const struct az_bucket *b, enum az_verdict v)
{
	if (!b || b->tokens >= 1 || c->verdict != AZ_ADMITTED)
		return false;
	c->verdict = v;
	c->wait_ms = wait_of(b);
	return true;
}

void az_throttle_charge(struct az_throttle *t, struct az_charge *c, bool enforce, int64_t now)
{
	const struct az_policy_info *p = &az_policies[c->policy];
	struct az_bucket *arm = &t->arm[c->class], *global = &t->global[c->class], *all = NULL,
			 *each = NULL;
	char key[400];

	c->verdict = AZ_ADMITTED;
	c->left_all = c->left_each = -1;
	refill(arm, now);
	refill(global, now);
	if (p->all_cap > 0) {
		snprintf(key, sizeof(key), "%s/%s", p->name, c->region);
		all = keyed(t, key, p->all_cap, p->all_refill / p->window_ms, now);
	}
	if (p->each_cap > 0 && c->resource) {
		snprintf(key, sizeof(key), "%s/%s/%s", p->name, c->region, c->resource);
		each = keyed(t, key, p->each_cap, p->each_refill / p->window_ms, now);
	}
	if (enforce) {
		refused(c, arm, AZ_ARM_EMPTY);
		refused(c, global, AZ_ARM_EMPTY);
		refused(c, all, AZ_PROVIDER_EMPTY);
		c->refused_each = refused(c, each, AZ_PROVIDER_EMPTY);
	}
	c->left_arm = floor(arm->tokens);
	c->left_global = floor(global->tokens);
	if (c->verdict != AZ_ADMITTED)
		return;
	take(arm, &c->left_arm);
	take(global, &c->left_global);
	if (all)
		take(all, &c->left_all);
	if (each)
		take(each, &c->left_each);
}
