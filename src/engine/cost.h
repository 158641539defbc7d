/*
 * What cost.c sums up and cost_told.c tells: lines of money, each with what runs for it now.
 */
#ifndef ENGINE_COST_H
#define ENGINE_COST_H

#include "engine/run.h"

#define DAY_MS (24 * HOUR_MS)

struct line { /* a sum, and what runs for it now */
	char cluster[40], name[64];
	const struct run *run; /* of a cluster's line; NULL: it was deleted */
	int64_t node_ms, nano, spot, saved, idle;
	int64_t today, month;	 /* of a cluster's line */
	int64_t rate, idle_rate; /* billionths of a dollar per hour */
};

struct cost {
	const char *cluster; /* NULL: all */
	int64_t now, from, to, today, month, month_end;
	struct line total, kinds[CHARGE_KINDS];
	struct map *clusters, *arrays, *users, *accounts; /* struct line */
	int64_t *points, *idle_points;
	int64_t step, first;
	size_t n_points;
	struct job_charge *jobs; /* the dearest; each with all that it cost */
	size_t n_jobs, cap_jobs;
	struct line others;	    /* jobs that are not among them */
	struct map *job_rates;	    /* "CLUSTER JOB": int64_t */
	int64_t unpriced;	    /* machines that run at an unknown price */
	int64_t kept;		    /* nodes that stay because somebody said so (R5.9) */
	double kept_rate, kept_usd; /* USD per hour, and since they are kept */
	size_t rows;
	bool sample;
};

struct json *cost_json(struct cost *c); /* its jobs get into order; new */

#endif
