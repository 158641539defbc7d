/*
 * The token buckets of ARM and of the compute, network and graph providers. They are counted
 * always, so that the remaining-headers are right; whether an empty one refuses is the
 * scenario's choice.
 */
#ifndef AZSIM_WORLD_THROTTLE_H
#define AZSIM_WORLD_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"

enum az_class { AZ_READ, AZ_WRITE, AZ_DELETE, AZ_CLASSES };

enum az_policy {
	AZ_POLICY_NONE,
	AZ_VM_CREATE,
	AZ_VM_UPDATE,
	AZ_VM_DELETE,
	AZ_VM_GET,
	AZ_VM_LIST,
	AZ_OPERATION,
	AZ_SET_CREATE,
	AZ_SET_UPDATE,
	AZ_SET_DELETE,
	AZ_SET_GET,
	AZ_SET_LIST,
	AZ_MEMBER_UPDATE,
	AZ_MEMBER_DELETE,
	AZ_MEMBER_GET,
	AZ_NET_WRITE,
	AZ_NET_READ,
	AZ_GRAPH,
	AZ_POLICIES
};

struct az_bucket {
	double tokens, capacity, per_ms;
	int64_t at_ms;
};

struct az_policy_info {
	const char *name;	      /* as in the headers: Microsoft.Compute/<name>Resource */
	double each_refill, each_cap; /* per resource; 0: none */
	double all_refill, all_cap;   /* per subscription and region */
	double window_ms;	      /* the refill's window */
};

extern const struct az_policy_info az_policies[AZ_POLICIES];

struct az_throttle {
	struct az_bucket arm[AZ_CLASSES], global[AZ_CLASSES];
	struct map *buckets; /* "policy/region" and "policy/region/id" -> az_bucket */
};

enum az_verdict { AZ_ADMITTED, AZ_ARM_EMPTY, AZ_PROVIDER_EMPTY };

struct az_charge {
	enum az_class class;
	enum az_policy policy;
	const char *region, *resource; /* resource may be NULL */
	/* answers */
	enum az_verdict verdict;
	int64_t wait_ms;
	double left_arm, left_global, left_all, left_each; /* -1: no such bucket */
	bool refused_each; /* the bucket that was empty is the resource's own */
};

void az_throttle_init(struct az_throttle *t, int64_t now);
void az_throttle_clear(struct az_throttle *t);
/* Takes one token of each bucket that applies, or none when one is empty and `enforce`. */
void az_throttle_charge(struct az_throttle *t, struct az_charge *c, bool enforce, int64_t now);

#endif
