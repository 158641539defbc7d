/* An hour of the made-up site: a quiet start, a burst, a tail that is still there. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "fixture.h"

/* A hill that begins at `from` and is `wide` minutes wide, of at most `high`. */
static int64_t hill(int64_t minute, int64_t from, int64_t wide, int64_t high)
{
	int64_t x = minute - from;

	return x <= 0 || x >= wide ? 0 : 4 * high * x * (wide - x) / (wide * wide);
}

/* minute: 0 to 59; work comes, nodes follow, work goes, nodes stay for a while. */
static void see(struct history *h, int64_t at_ms, int64_t minute, const struct cluster_view *v)
{
	int64_t pending = hill(minute, 4, 22, 180) + hill(minute, 24, 40, 312);
	int64_t busy = hill(minute, 8, 26, 9) + hill(minute, 27, 48, 12);
	int64_t scale = v->nodes > 13 ? v->nodes / 13 : 1;
	int64_t nodes = busy + (busy > 0) + hill(minute, 6, 16, 4) + hill(minute, 26, 14, 4);
	struct history_sample s = { { [HISTORY_NODES] = nodes * scale,
				      [HISTORY_BUSY] = busy * scale,
				      [HISTORY_BOOTING] = (nodes - busy) * scale,
				      [HISTORY_FAILED] = minute > 40 ? v->failed : 0,
				      [HISTORY_RUNNING] = busy * 2 * scale,
				      [HISTORY_PENDING] = (pending + minute % 3) * scale,
				      [HISTORY_PRICE] = 96 + nodes * scale * 17,
				      [HISTORY_EVICTED] = minute % 17 == 4,
				      [HISTORY_JOINED] = minute % 9 == 0,
				      [HISTORY_LOST] = minute == 40 } };

	if (minute == 59) {
		s.v[HISTORY_NODES] = v->nodes;
		s.v[HISTORY_BUSY] = v->busy;
		s.v[HISTORY_RUNNING] = v->jobs_running;
		s.v[HISTORY_PENDING] = v->jobs_pending;
		s.v[HISTORY_PRICE] = (int64_t)(v->price_now * 1000 + 0.5);
	}
	history_see(h, at_ms, &s);
}

#define QUARTER ((int64_t)15 * 60000)

size_t fixture_histories(struct history_row *out, const char *cluster)
{
	const struct cluster_row *r = fixture_cluster(cluster);
	bool running = r && r->cluster.state == CLUSTER_RUNNING;
	struct history h = { 0 };
	int64_t now = fixture->engine.now_ms;

	if (!r)
		return 0;
	for (int64_t i = 95; running && i >= 4; i--)
		see(&h, now - i * QUARTER, (i * 5 + 7) % 59, &r->view);
	for (int64_t i = 0; running && i < 60; i++)
		see(&h, now - (59 - i) * 60000, i, &r->view);
	for (int s = 0; s < HISTORY_SPANS; s++) {
		history_row_make(&out[s], &h, (enum history_span)s, now, NULL);
		snprintf(out[s].cluster, sizeof(out[s].cluster), "%s", cluster);
	}
	return HISTORY_SPANS;
}
