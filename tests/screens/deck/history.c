/* An hour of the made-up site: a quiet start, a burst, a tail that is still there. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "fixture.h"

static void see(struct history *h, int64_t at_ms, int64_t minute, const struct cluster_view *v)
{
	static const int64_t pending[] = { 0, 0, 12, 96, 240, 310, 288, 225, 160, 110, 70, 35 };
	static const int64_t nodes[] = { 1, 1, 2, 6, 11, 16, 16, 14, 12, 10, 9, 8 };
	size_t at = (size_t)minute / 5 % ARRAY_LEN(nodes);
	struct history_sample s = { { [HISTORY_NODES] = nodes[at],
				      [HISTORY_BUSY] = nodes[at] * 3 / 4,
				      [HISTORY_BOOTING] = nodes[at] > 10 ? 3 : 0,
				      [HISTORY_FAILED] = v->failed,
				      [HISTORY_RUNNING] = nodes[at] * 2,
				      [HISTORY_PENDING] = pending[at] + minute % 3,
				      [HISTORY_PRICE] = 96 + nodes[at] * 17,
				      [HISTORY_EVICTED] = minute % 17 == 4,
				      [HISTORY_JOINED] = minute % 9 == 0,
				      [HISTORY_LOST] = minute == 40 } };

	if (minute == 59) {
		s.v[HISTORY_NODES] = v->nodes;
		s.v[HISTORY_BUSY] = v->busy;
		s.v[HISTORY_RUNNING] = v->jobs_running;
		s.v[HISTORY_PENDING] = v->jobs_pending;
		s.v[HISTORY_PRICE] = (int64_t)(v->price_now * 1000);
	}
	history_see(h, at_ms, &s);
}

size_t fixture_histories(struct history_row *out, const char *cluster)
{
	const struct cluster_row *r = fixture_cluster(cluster);
	struct history h = { 0 };
	int64_t now = fixture->engine.now_ms;

	if (!r)
		return 0;
	for (int64_t i = 0; r->cluster.state == CLUSTER_RUNNING && i < 60; i++)
		see(&h, now - (59 - i) * 60000, i, &r->view);
	for (int s = 0; s < HISTORY_SPANS; s++) {
		history_row_make(&out[s], &h, (enum history_span)s, now);
		snprintf(out[s].cluster, sizeof(out[s].cluster), "%s", cluster);
	}
	return HISTORY_SPANS;
}
