/*
 * How a cluster stood in the last hour, minute by minute, and in the last day, quarter by
 * quarter: two rings, which never grow. Of what goes up and down the highest value of a step is
 * kept, so that a burst of twenty seconds is seen; what happens is counted. Pure.
 */
#ifndef MODEL_HISTORY_H
#define MODEL_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum history_series {
	HISTORY_NODES,
	HISTORY_BUSY,
	HISTORY_BOOTING,
	HISTORY_FAILED,
	HISTORY_RUNNING, /* tasks */
	HISTORY_PENDING,
	HISTORY_PRICE,	 /* thousandths of a dollar per hour */
	HISTORY_EVICTED, /* from here on counts: nodes that the cloud took back, */
	HISTORY_JOINED,	 /* that came up, */
	HISTORY_LOST,	 /* that failed on their way */
	HISTORY_SERIES
};

enum history_span { HISTORY_HOUR, HISTORY_DAY, HISTORY_SPANS };

#define HISTORY_STEPS	96 /* of the longer ring */
#define HISTORY_UNKNOWN (-1)

struct history_sample {
	int64_t
	    v[HISTORY_SERIES]; /* HISTORY_UNKNOWN: nobody looked, or the price is not known */
};

struct history_ring {
	int64_t at; /* the newest step, counted from 1970; 0: nothing was seen yet */
	struct history_sample v[HISTORY_STEPS];
};

struct history {
	struct history_ring ring[HISTORY_SPANS]; /* zeros: empty */
};

/* Levels of a step against the highest one shown: HISTORY_BLANK nobody looked, '0' nothing, and
 * up to '0' + HISTORY_LEVEL: enough for a curve that is three rows of eighths high. */
#define HISTORY_BLANK ' '
#define HISTORY_LEVEL 24

struct history_row { /* one span of a cluster, as a client shows it */
	char cluster[40], span[8];
	int64_t at_ms, step_ms; /* when the newest step began */
	int64_t now[HISTORY_SERIES], max[HISTORY_SERIES], sum[HISTORY_SERIES];
	char levels[HISTORY_SERIES][HISTORY_STEPS + 1]; /* the oldest first */
};

/* Counts of s are added to those of the step, all else is its highest value. Time that was put
 * back stays in the newest step. */
void history_see(struct history *h, int64_t now_ms, const struct history_sample *s);
/* i from 0, the oldest, to history_steps() - 1. */
int64_t history_get(const struct history *h, enum history_span span, enum history_series series,
		    size_t i);
/* live: how it stands at this moment, which is newer than the last look; NULL: nobody knows. */
void history_row_make(struct history_row *out, const struct history *h, enum history_span span,
		      int64_t now_ms, const struct history_sample *live);

size_t history_steps(enum history_span span);
int64_t history_step_ms(enum history_span span);
const char *history_span_name(enum history_span span);	     /* "hour" */
const char *history_series_name(enum history_series series); /* "nodes" */
bool history_counts(enum history_series series);

#endif
