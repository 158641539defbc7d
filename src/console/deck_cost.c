/* What the engine tells of money, asked for while the view of it is open. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "console/deck.h"

#define AGAIN_MS 10000
#define WEEK_MS	 ((int64_t)7 * 24 * 3600 * 1000)

static int64_t from_of(const struct deck *d)
{
	switch (d->cost.period) {
	case COST_TODAY:
		return json_int(d->cost.told, "today_ms", 0);
	case COST_WEEK:
		return deck_now(d) - WEEK_MS;
	default:
		return 0; /* since the month began */
	}
}

static void on_told(struct deck *d, const struct json *answer, const char *period)
{
	if (strtol(period, NULL, 10) != (long)d->cost.period)
		return;
	json_free(d->cost.told);
	d->cost.told = json_copy(answer);
}

static void on_timer(void *arg)
{
	struct deck *d = arg;

	act_fetch_cost(d);
}

void act_fetch_cost(struct deck *d)
{
	char from[24], period[8];

	snprintf(from, sizeof(from), "%lld", (long long)from_of(d));
	snprintf(period, sizeof(period), "%d", (int)d->cost.period);
	timer_set(d->cost.timer, (int64_t)(AGAIN_MS * clock_factor()));
	if (mirror_link(d->mirror) == MIRROR_LIVE || !d->cost.told)
		deck_get(d, client_path("/v1/cost?from=%", from, (char *)NULL), on_told,
			 period);
}

void deck_cost_open(struct deck *d)
{
	if (!d->cost.timer)
		d->cost.timer = timer_new(d->loop, on_timer, d);
	act_fetch_cost(d);
}

void deck_cost_close(struct deck *d)
{
	timer_stop(d->cost.timer);
}

void deck_cost_clear(struct deck *d)
{
	json_free(d->cost.told);
	timer_free(d->cost.timer);
}
