/*
 * How this cloud behaves: a profile, then what a scenario file changes. `fast` is for demos and
 * tests, `realistic` has Azure's latencies and limits, `harsh` adds faults. Times are simulated
 * milliseconds.
 */
#ifndef AZSIM_WORLD_SCENARIO_H
#define AZSIM_WORLD_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/rand.h"

struct az_spread { /* log-normal */
	double median, sigma;
};

struct az_override { /* of a quota (cores by family) or of hidden stock */
	int region;
	int zone; /* stock only; -1: every zone */
	char name[64];
	bool spot;
	int64_t cores;
	struct az_override *next;
};

struct az_rule {	 /* a fault that a scenario file or a control call asked for */
	char method[8];	 /* "": any */
	char match[160]; /* part of the path, case-blind */
	char effect[24];
	int64_t status, ms, count; /* count -1: for ever */
	char code[64];
	struct az_rule *next;
};

struct az_scenario {
	char profile[16];
	int64_t seed;
	bool has_seed;

	double front_min, front_max; /* before any answer */
	double write_min, write_max; /* and for a write on top */
	struct az_spread allocate, boot, remove, power, network;
	double slow_share, slow_factor, os_timeout_share, os_timeout_ms;
	double retry_after_s;
	double evict_notice_ms, evictions_per_hour; /* per spot VM */
	double graph_lag_min, graph_lag_max;
	double hidden_share, hidden_ms; /* a new resource is 404 for so long */
	double op_keep_ms;

	int64_t throttle; /* 0: buckets are counted but never refuse */
	int64_t members_page, list_page;
	int64_t quota_cores, quota_family, quota_spot, quota_vms, quota_sets;
	int64_t stock_cores, stock_spot,
	    stock_recover;		  /* per size family and zone; -1: without end */
	int64_t cluster_min, cluster_max; /* hosts behind one single placement group */
	double price_walk;		  /* how far a spot price wanders, as a share */
	double preempt_share; /* overlapping changes that win instead of being refused */
	double p_500, p_503, p_reset_before, p_reset_after, p_slow, p_truncate, p_mixed_case,
	    p_empty_page;
	double slow_ms;

	struct az_override *quotas, *stocks;
	struct az_rule *rules;
};

extern const char *const az_profiles[]; /* NULL-terminated */

int az_scenario_profile(struct az_scenario *s, const char *name,
			struct err *err); /* fills all of *s */
/* A file begins with `profile: NAME` (or keeps what *s has) and changes single values. */
int az_scenario_read(struct az_scenario *s, const char *text, size_t len, struct err *err);
void az_scenario_clear(struct az_scenario *s);

int64_t az_spread_ms(const struct az_spread *p, struct rng *rng);
int64_t az_range_ms(double min, double max, struct rng *rng);

#endif
