/*
 * Who pays for a machine's time: pure. A slice of time of one machine becomes charges that sum
 * to its node seconds and to their price exactly, however the life of the machine was cut into
 * slices: what a slice costs is the difference of two sums that both count from the machine's
 * beginning.
 */
#ifndef ENGINE_METER_H
#define ENGINE_METER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"
#include "model/charge.h"
#include "model/queue.h"

/* Nobody looks away for so long: what happened in a longer slice is unknown. */
#define METER_BLIND_MS ((int64_t)180000)

struct tenant { /* a job on one node; strings of the queue */
	const char *job, *name, *user, *account;
	int64_t cpus;	/* on this node; -1: all that it has */
	int64_t ends_s; /* by its time limit, UTC; 0: it has none, or has not begun */
};

struct tenants {
	struct tenant *v;
	size_t n, cap;
};

struct tenancy { /* who is where, by the last whole reading; NULL: there was none */
	struct map *nodes;
};

struct machine {		   /* as it stood during the slice; all borrowed */
	const char *array;	   /* "" the head */
	int64_t from_ms, to_ms;	   /* its life; INT64_MAX: it still runs */
	int64_t price, list_price; /* billionths of a dollar per hour, and what it costs on
				      demand; -1 unknown */
	bool spot;
	enum charge_kind kind; /* of what no job holds */
	int64_t cpus;
	const struct tenants *jobs; /* NULL none */
};

struct tally {		     /* charges that are not in the store yet */
	struct map *charges; /* struct charge */
	struct map *jobs;    /* struct job_charge */
	int64_t node_ms, nano;
};

int64_t meter_price(double usd_per_hour); /* -1 unknown */

/* Jobs of the queue by the node they hold; the queue must outlive it. */
void tenancy_make(struct tenancy *t, const struct queue *q);
const struct tenants *tenancy_of(const struct tenancy *t, const char *node);
void tenancy_clear(struct tenancy *t);

void tally_init(struct tally *t);
void tally_clear(struct tally *t);
void meter(struct tally *t, const struct machine *m, int64_t from_ms, int64_t to_ms);

#endif
