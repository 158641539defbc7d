/* A cloud that answers no more, and answers again: told to clients at once, and as events when
 * it lasts. */
#include <stdio.h>

#include "base/clock.h"
#include "engine/lasting.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/run.h"
#include "engine/upkeep.h"

/* An answer that is lost is asked for again within a second or two: alone it is no event. */
#define LASTS_MS 2500

const char *outage_cure(const struct engine_cloud *c, char out[160])
{
	const char *start = c->record->simulated ? c->engine->cloud_start : NULL;

	out[0] = '\0';
	if (start)
		snprintf(out, 160, "\"%.100s\" starts it again; ", start);
	return out;
}

static void on_lasts(void *arg)
{
	struct engine_cloud *c = arg;
	struct cloud_health h = { 0 };
	char cure[160];

	c->ops->health(c->cloud, &h);
	if (h.ok || c->lost_ms)
		return;
	c->lost_ms = h.since_ms;
	note_site(c->engine, EVENT_ERROR, "engine", "cloud %s " LASTING_SILENT ": %s%s",
		  c->record->name, outage_cure(c, cure), h.text);
}

static void back(struct engine_cloud *c)
{
	char span[CLOCK_TEXT];

	timer_stop(c->lost);
	if (!c->lost_ms)
		return;
	note_site(c->engine, EVENT_INFO, "engine", "cloud %s " LASTING_ANSWERS ", after %s%s",
		  c->record->name, clock_span(span, clock_utc_ms() - c->lost_ms),
		  c->record->simulated ? ": machines that ended with it boot again" : "");
	c->lost_ms = 0;
	for (size_t i = 0; i < c->engine->n_runs; i++)
		if (c->engine->runs[i]->cloud == c)
			observe_soon(c->engine->runs[i], 0);
}

static void on_health(void *arg)
{
	struct engine_cloud *c = arg;
	struct cloud_health h = { 0 };

	c->ops->health(c->cloud, &h);
	if (h.ok)
		back(c);
	else if (!timer_on(c->lost))
		timer_set(c->lost, LASTS_MS);
	engine_changed(c->engine);
}

void outage_watch(struct engine_cloud *c)
{
	c->lost = timer_new(c->engine->loop, on_lasts, c);
	lasting_load_cloud(c);
	if (c->ops->on_health)
		c->ops->on_health(c->cloud, on_health, c);
}

void outage_end(struct engine_cloud *c)
{
	if (c->cloud && c->ops->on_health)
		c->ops->on_health(c->cloud, NULL, NULL);
	timer_free(c->lost);
	c->lost = NULL;
}
