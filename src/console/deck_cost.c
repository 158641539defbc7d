/* What the engine tells of money, asked for while the view of it is open. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
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

static void on_timer(struct deck *d)
{
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
		d->cost.timer = deck_timer(d, on_timer);
	act_fetch_cost(d);
}

void deck_cost_close(struct deck *d)
{
	timer_stop(d->cost.timer);
}

/* Beside the drafts: the only folder that is this console's own. */
void act_cost_export(struct deck *d)
{
	static const char *const names[COST_PERIODS] = { "month", "today", "week" };
	struct buf csv = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;
	char when[CLOCK_TEXT];
	char *path, *dir;

	if (!d->options->state_dir) {
		deck_say(d, TONE_WARN,
			 "there is no folder for it: paceline cost --csv prints it");
		return;
	}
	clock_text(when, deck_now(d));
	dir = xasprintf("%s/exports", d->options->state_dir);
	path = xasprintf("%s/cost-%s-%.10s-%.2s%.2s%.2s.csv", dir, names[d->cost.period], when,
			 when + 11, when + 14, when + 17);
	command_cost_csv(&csv, d->cost.told);
	if (file_make_dir(dir, 0700, &err) < 0 ||
	    file_write(path, buf_str(&csv), csv.len, 0600, &err) < 0)
		deck_say(d, TONE_FAIL, "%.300s", err.msg);
	else
		deck_say(d, TONE_OK, "%.80s is written, in %.200s", strrchr(path, '/') + 1,
			 dir);
	buf_clear(&csv);
	free(path);
	free(dir);
}

void deck_cost_clear(struct deck *d)
{
	textbox_clear(&d->cost.below);
	json_free(d->cost.told);
	timer_free(d->cost.timer);
}
