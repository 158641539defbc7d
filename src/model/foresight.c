#include "model/foresight.h"

#include <stdio.h>

#include "model/charge.h"

#define HOUR_S	 ((int64_t)3600)
#define WEEK_H	 ((int64_t)7 * 24)
#define CRUMB_MS (HOUR_MS / 10) /* of a node in an hour: no node is made for less */

static size_t slot(int64_t hour)
{
	return (size_t)(hour % FORESIGHT_HOURS);
}

void foresight_add(struct foresight *f, int64_t hour, int64_t busy_ms, int64_t nano,
		   int64_t ahead_nano)
{
	if (!f->first || hour < f->first)
		f->first = hour;
	f->busy_ms[slot(hour)] += busy_ms;
	f->nano += nano;
	f->ahead_nano += ahead_nano;
}

/* Of the weeks that are known; *n of them, smallest first. */
static void nodes_then(int64_t v[FORESIGHT_WEEKS], size_t *n, const struct foresight *f,
		       int64_t hour)
{
	*n = 0;
	for (int64_t week = 1; week <= FORESIGHT_WEEKS; week++) {
		int64_t then = hour - week * WEEK_H, nodes;
		size_t i = *n;

		if (!f->first || then < f->first)
			break;
		nodes = (f->busy_ms[slot(then)] + HOUR_MS - CRUMB_MS) / HOUR_MS;
		for (; i > 0 && v[i - 1] > nodes; i--)
			v[i] = v[i - 1];
		v[i] = nodes;
		++*n;
	}
}

/* The nearest rank. -1: too little is known. */
static int64_t likely(const struct foresight *f, int64_t hour, int64_t percent)
{
	int64_t v[FORESIGHT_WEEKS];
	size_t n, rank;

	nodes_then(v, &n, f, hour);
	if (n < FORESIGHT_LEAST)
		return -1;
	rank = ((size_t)percent * n + 99) / 100;
	return v[rank > 0 ? rank - 1 : 0];
}

void foresee(struct foreseen *out, const struct foresight *f, const struct array_spec *a,
	     int64_t now_s, int64_t lead_s)
{
	int64_t hour = now_s / HOUR_S, soon = (now_s + lead_s) / HOUR_S;
	int64_t now, then;

	*out = (struct foreseen){ .kind = FORESEEN_NOTHING };
	if (!a->foresee)
		return;
	soon = soon > hour ? hour + 1 : hour;
	now = likely(f, hour, a->foresee_quantile);
	then = likely(f, soon, a->foresee_quantile);
	if (now < 0 && then < 0) {
		out->kind = FORESEEN_YOUNG;
		out->known_s = f->first ? (f->first + FORESIGHT_LEAST * WEEK_H) * HOUR_S : 0;
		return;
	}
	out->nodes = then > now ? then : now;
	if (a->max_nodes >= 0 && out->nodes > a->max_nodes)
		out->nodes = a->max_nodes;
	if (out->nodes <= 0)
		return;
	out->until_s = ((then > now ? soon : hour) + 1) * HOUR_S;
	out->kind = (double)f->ahead_nano > (double)f->nano * (double)a->foresee_percent / 100
			? FORESEEN_SPENT
			: FORESEEN_NODES;
}

const char *foreseen_text(char out[FORESEEN_TEXT], const struct foreseen *f,
			  const struct array_spec *a)
{
	int64_t hour = f->until_s / HOUR_S % 24;

	out[0] = '\0';
	if (f->kind == FORESEEN_YOUNG && !f->known_s)
		snprintf(out, FORESEEN_TEXT, "usage: nothing ran yet");
	else if (f->kind == FORESEEN_YOUNG)
		snprintf(out, FORESEEN_TEXT, "usage: not two weeks of it are known yet");
	else if (f->kind == FORESEEN_SPENT)
		snprintf(
		    out, FORESEEN_TEXT,
		    "usage: %lld nodes until %02lld:00 UTC are not kept: %lld %% of its cost were spent ahead",
		    (long long)f->nodes, (long long)hour, (long long)a->foresee_percent);
	else if (f->kind == FORESEEN_NODES)
		snprintf(out, FORESEEN_TEXT,
			 "usage: %lld nodes until %02lld:00 UTC, by the last %d weeks",
			 (long long)f->nodes, (long long)hour, FORESIGHT_WEEKS);
	return out;
}
