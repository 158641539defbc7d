#include "engine/comeback.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/note.h"
#include "engine/run.h"

#define SIGN_MS 1000 /* no more often, however much happens */

static void since_text(char out[120], const struct comeback *c)
{
	char span[CLOCK_TEXT], when[CLOCK_TEXT];

	if (c->last_ms > 0 && c->last_ms <= c->now_ms)
		snprintf(out, 120, " after %.20s; its last sign of life was at %.20s",
			 clock_span(span, c->now_ms - c->last_ms), clock_hms(when, c->last_ms));
	else
		snprintf(out, 120, "; when it ended is not known");
}

static void taken_up_text(char out[120], const struct comeback *c)
{
	if (c->operations == 0)
		snprintf(out, 120, "no operation was under way");
	else if (c->operations == 1)
		snprintf(out, 120, "%.60s %s", c->first,
			 c->watches ? "waits for the end of safe mode" : "goes on");
	else
		snprintf(out, 120, "%.50s and %zu more %s", c->first, c->operations - 1,
			 c->watches ? "wait for the end of safe mode" : "go on");
}

const char *comeback_text(char out[COMEBACK_TEXT], const struct comeback *c)
{
	char since[120], taken_up[120], clusters[48], nodes[48];

	since_text(since, c);
	taken_up_text(taken_up, c);
	snprintf(
	    out, COMEBACK_TEXT,
	    "the engine came back%s. It had not ended in order: it found %.40s with %.40s, and %.100s",
	    since, count_text(clusters, (int64_t)c->clusters, "cluster"),
	    count_text(nodes, (int64_t)c->nodes, "node"), taken_up);
	return out;
}

int64_t comeback_last_sign(const char *state_dir)
{
	char *path = xasprintf("%s/engine.lock", state_dir);
	int64_t at = file_changed_ms(path);

	free(path);
	return at;
}

/* By our clock, which is not always the file system's. */
void comeback_sign(struct engine *e)
{
	int64_t now = clock_utc_ms();
	const struct timespec at = { .tv_sec = now / 1000, .tv_nsec = now % 1000 * 1000000 };
	const struct timespec both[2] = { at, at };

	if (now >= e->sign_ms && now - e->sign_ms < SIGN_MS)
		return;
	e->sign_ms = now;
	if (futimens(e->lock_fd, both) < 0)
		log_debug("no sign of life is left: %s", strerror(errno));
}

/* What was restored or copied ended elsewhere, and a damaged store cannot tell. */
void comeback_tell(struct engine *e)
{
	struct comeback c = { .last_ms = e->last_sign_ms,
			      .now_ms = clock_utc_ms(),
			      .clusters = e->n_runs,
			      .first = "",
			      .watches = e->safe_mode };
	char text[COMEBACK_TEXT], first[64] = "";

	comeback_sign(e);
	if (e->damaged || e->adoption || !store_was_open(e->store))
		return;
	for (size_t i = 0; i < e->n_runs; i++) {
		const struct run *r = e->runs[i];

		c.nodes += r->n_members;
		if (!r->op.id)
			continue;
		if (c.operations++ == 0)
			snprintf(first, sizeof(first), "%s of %.40s", op_kind_name(r->op.kind),
				 r->cluster.name);
	}
	c.first = first;
	note_site(e, EVENT_WARN, "engine", "%s", comeback_text(text, &c));
}
