/*
 * What an array is likely to need in an hour of the week, by what its jobs had in that hour of the weeks before (autoscale.md
 * B7). Hours are UTC, counted from 1970. Pure.
 */
#ifndef MODEL_FORESIGHT_H
#define MODEL_FORESIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/cluster.h"

#define FORESIGHT_WEEKS 4
#define FORESIGHT_LEAST 2 /* weeks of which something must be known */
#define FORESIGHT_HOURS ((int64_t)FORESIGHT_WEEKS * 7 * 24)

struct foresight { /* of one array, as the ledger of money has it */
	char array[20];
	int64_t first;      /* the hour with which the ledger begins; 0: it has nothing */
	int64_t busy_ms[FORESIGHT_HOURS]; /* node time that jobs had, by the hour's remainder */
	int64_t nano, ahead_nano; /* what all its nodes cost in these weeks; of that, those that idled ahead of their jobs */
};

enum foreseen_kind {
	FORESEEN_NOTHING,
	FORESEEN_YOUNG, /* the ledger is too short */
	FORESEEN_SPENT, /* its share is used up: nothing is kept for it */
	FORESEEN_NODES,
};

struct foreseen {
	enum foreseen_kind kind;
	int64_t nodes;   /* to have now; NODES only. SPENT: that would be kept */
	int64_t until_s; /* UTC; NODES and SPENT */
	int64_t known_s; /* YOUNG: when enough is known; 0: when something ran */
};

/* An hour that has ended, of the last FORESIGHT_WEEKS; any order. */
void foresight_add(struct foresight *f, int64_t hour, int64_t busy_ms, int64_t nano, int64_t ahead_nano);
/* lead_s: how long a node of it boots. The nodes of the next hour, where it begins by then, are those to have now, if they are
 * more. */
void foresee(struct foreseen *out, const struct foresight *f, const struct array_spec *a, int64_t now_s, int64_t lead_s);

#define FORESEEN_TEXT 120
/* "usage: 4 nodes until 10:00 UTC, by the last 4 weeks"; "" for NOTHING */
const char *foreseen_text(char out[FORESEEN_TEXT], const struct foreseen *f, const struct array_spec *a);

#endif
