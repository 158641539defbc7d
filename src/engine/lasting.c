#include "engine/lasting.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "engine/members.h"
#include "engine/observe.h"
#include "engine/run.h"

#define READ_MOST 5000 /* events */

/* A clock that was set back makes no outage begin tomorrow. */
static int64_t moment(const struct event *ev)
{
	int64_t now = clock_utc_ms();

	return ev->at_ms < now ? ev->at_ms : now;
}

/* Given up, or at work again: what was said before is over. */
static bool is_new_state(const char *text)
{
	for (int s = 0; s < NODE_STATES; s++) {
		const char *name = node_state_name((enum node_state)s);
		size_t n = strlen(name);

		if (strncmp(text, name, n) == 0 && text[n] == ':')
			return true;
	}
	return false;
}

/* Of the machine that the node has now. It was told when the scheduler had no answer for so
 * long. */
static void of_node(struct member *m, const struct event *ev, int64_t answers_ms)
{
	if (ev->at_ms < m->node.bound_ms)
		return;
	if (text_has_prefix(ev->text, LASTING_SILENT))
		m->silent_ms = moment(ev) - answers_ms;
	else if (strcmp(ev->text, LASTING_ANSWERS) == 0 || is_new_state(ev->text))
		m->silent_ms = 0;
	m->unheard_ms = m->silent_ms;
	m->unheard = m->silent_ms != 0;
}

static void of_source(struct source *s, const char *name, const char *text)
{
	size_t n = strlen(name);

	if (strncmp(text, name, n) != 0 || text[n] != ' ')
		return;
	if (text_has_prefix(text + n + 1, LASTING_UNREAD))
		s->lost_told = true;
	else if (text_has_prefix(text + n + 1, LASTING_ANSWERS))
		s->lost_told = false;
}

void lasting_load(struct run *r)
{
	struct event *v = NULL;
	size_t n = 0;

	if (store_events(r->engine->store, r->cluster.id, 0, READ_MOST, &v, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		struct member *m = v[i].object[0] ? member_find(r, v[i].object) : NULL;

		if (m)
			of_node(m, &v[i], r->sched ? r->sched->answers_ms : 0);
		if (v[i].object[0])
			continue;
		of_source(&r->queue_source, SOURCE_SCHEDULER, v[i].text);
		of_source(&r->cloud_source, SOURCE_CLOUD, v[i].text);
	}
	free(v);
}

/* "cloud azsim does not answer: ..." */
static const char *of_cloud(const struct engine_cloud *c, const struct event *ev)
{
	size_t n = strlen(c->record->name);

	if (ev->cluster_id || !text_has_prefix(ev->text, "cloud ") ||
	    strncmp(ev->text + 6, c->record->name, n) != 0 || ev->text[6 + n] != ' ')
		return NULL;
	return ev->text + 6 + n + 1;
}

void lasting_load_cloud(struct engine_cloud *c)
{
	struct event *v = NULL;
	size_t n = 0;

	if (store_events(c->engine->store, 0, 0, READ_MOST, &v, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		const char *what = of_cloud(c, &v[i]);

		if (what && text_has_prefix(what, LASTING_SILENT))
			c->lost_ms = moment(&v[i]);
		else if (what && text_has_prefix(what, LASTING_ANSWERS))
			c->lost_ms = 0;
	}
	free(v);
}
