#include "model/history.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int64_t step_ms;
	size_t steps;
} spans[HISTORY_SPANS] = {
	[HISTORY_HOUR] = { "hour", 60000, 60 },
	[HISTORY_DAY] = { "day", (int64_t)15 * 60000, 96 },
};

static const char *const names[HISTORY_SERIES] = {
	[HISTORY_NODES] = "nodes",     [HISTORY_BUSY] = "busy",
	[HISTORY_BOOTING] = "booting", [HISTORY_FAILED] = "failed",
	[HISTORY_RUNNING] = "running", [HISTORY_PENDING] = "pending",
	[HISTORY_PRICE] = "price",     [HISTORY_EVICTED] = "evicted",
	[HISTORY_JOINED] = "joined",   [HISTORY_LOST] = "lost",
};

size_t history_steps(enum history_span span)
{
	return spans[span].steps;
}

int64_t history_step_ms(enum history_span span)
{
	return spans[span].step_ms;
}

const char *history_span_name(enum history_span span)
{
	return spans[span].name;
}

const char *history_series_name(enum history_series series)
{
	return names[series];
}

bool history_counts(enum history_series series)
{
	return series >= HISTORY_EVICTED;
}

static void forget(struct history_sample *s)
{
	for (int i = 0; i < HISTORY_SERIES; i++)
		s->v[i] = HISTORY_UNKNOWN;
}

/* Steps in which nobody looked are told from those in which nothing was there. */
static void advance(struct history_ring *ring, enum history_span span, int64_t now_ms)
{
	int64_t step = now_ms / spans[span].step_ms, steps = (int64_t)spans[span].steps;
	int64_t from = ring->at + 1;

	if (step <= ring->at)
		return;
	if (ring->at == 0 || step - ring->at > steps)
		from = step - steps + 1;
	for (int64_t i = from; i <= step; i++)
		forget(&ring->v[i % steps]);
	ring->at = step;
}

void history_see(struct history *h, int64_t now_ms, const struct history_sample *s)
{
	for (int k = 0; k < HISTORY_SPANS; k++) {
		struct history_ring *ring = &h->ring[k];

		advance(ring, (enum history_span)k, now_ms);
		int64_t *v = ring->v[ring->at % (int64_t)spans[k].steps].v;

		for (int i = 0; i < HISTORY_SERIES; i++)
			if (history_counts((enum history_series)i) && v[i] != HISTORY_UNKNOWN)
				v[i] += s->v[i];
			else if (s->v[i] > v[i])
				v[i] = s->v[i];
	}
}

int64_t history_get(const struct history *h, enum history_span span, enum history_series series,
		    size_t i)
{
	int64_t steps = (int64_t)spans[span].steps;
	int64_t step = h->ring[span].at - steps + 1 + (int64_t)i;

	if (h->ring[span].at == 0 || step < 0)
		return HISTORY_UNKNOWN;
	return h->ring[span].v[step % steps].v[series];
}

static char level(int64_t value, int64_t max)
{
	if (value == HISTORY_UNKNOWN)
		return HISTORY_BLANK;
	if (value <= 0 || max <= 0)
		return '0';
	return (char)('0' + (value * HISTORY_LEVEL + max - 1) / max);
}

static void see_live(struct history_ring *ring, enum history_span span,
		     const struct history_sample *live)
{
	int64_t *v = ring->v[ring->at % (int64_t)spans[span].steps].v;

	for (int i = 0; i < HISTORY_SERIES; i++)
		if (!history_counts((enum history_series)i) && live->v[i] > v[i])
			v[i] = live->v[i];
}

/* The number beside a curve is that of this moment, and a curve of minutes ends with it: of the
 * present minute the ring has the highest, which stays in the maximum. */
static void end_live(struct history_row *out, enum history_span span,
		     const struct history_sample *live)
{
	for (int i = 0; i < HISTORY_SERIES; i++) {
		if (history_counts((enum history_series)i) || live->v[i] == HISTORY_UNKNOWN)
			continue;
		out->now[i] = live->v[i];
		if (span == HISTORY_HOUR)
			out->levels[i][spans[span].steps - 1] = level(live->v[i], out->max[i]);
	}
}

static void series_make(struct history_row *out, const struct history *h,
			enum history_span span, enum history_series series)
{
	size_t steps = spans[span].steps;

	out->now[series] = HISTORY_UNKNOWN;
	for (size_t i = 0; i < steps; i++) {
		int64_t value = history_get(h, span, series, i);

		if (value == HISTORY_UNKNOWN)
			continue;
		out->sum[series] += value;
		if (value > out->max[series])
			out->max[series] = value;
		out->now[series] = value;
	}
	for (size_t i = 0; i < steps; i++)
		out->levels[series][i] =
		    level(history_get(h, span, series, i), out->max[series]);
}

/* The picture ends with the present step also when nobody looked since: a silent engine leaves
 * a gap at its end. */
void history_row_make(struct history_row *out, const struct history *h, enum history_span span,
		      int64_t now_ms, const struct history_sample *live)
{
	struct history until_now = *h;

	if (h->ring[span].at)
		advance(&until_now.ring[span], span, now_ms);
	if (h->ring[span].at && live)
		see_live(&until_now.ring[span], span, live);
	*out = (struct history_row){ .at_ms = until_now.ring[span].at * spans[span].step_ms,
				     .step_ms = spans[span].step_ms };
	snprintf(out->span, sizeof(out->span), "%s", spans[span].name);
	for (int i = 0; i < HISTORY_SERIES; i++)
		series_make(out, &until_now, span, (enum history_series)i);
	if (h->ring[span].at && live)
		end_live(out, span, live);
}
