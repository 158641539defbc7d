#include "engine/suspicion.h"

#include <stdio.h>

#define FEW 5 /* no drop of so many is sudden */

static bool is_most(size_t lost, size_t of)
{
	return lost > FEW && lost * 2 > of;
}

/* Jobs that may have ended meanwhile are no surprise: else the end of every short array would
 * hold back the scale-in that it calls for. */
static size_t jobs_lost(const struct drop *d)
{
	size_t fewer = d->jobs > d->jobs_left ? d->jobs - d->jobs_left : 0;
	size_t cycles = d->cycle_ms > 0 && d->apart_ms > d->cycle_ms
			    ? (size_t)(d->apart_ms / d->cycle_ms)
			    : 1;

	return fewer > d->cpus * cycles + d->cancelled ? fewer : 0;
}

bool suspicion_look(struct suspicion *s, const struct drop *d, int64_t now_ms)
{
	bool sudden = is_most(d->nodes_lost, d->nodes) || is_most(jobs_lost(d), d->jobs);

	if (sudden)
		s->drop = *d;
	if (sudden || (s->since_ms && (d->nodes_lost || jobs_lost(d) || now_ms < s->since_ms)))
		s->since_ms = now_ms; /* it is not at its end yet, or the clock was set back */
	else if (s->since_ms && now_ms - s->since_ms >= SUSPICION_MS)
		s->since_ms = 0;
	return sudden;
}

bool suspicion_holds(const struct suspicion *s)
{
	return s->since_ms != 0;
}

const char *suspicion_text(char out[SUSPICION_TEXT], const struct suspicion *s)
{
	const struct drop *d = &s->drop;
	bool nodes = is_most(d->nodes_lost, d->nodes), jobs = is_most(jobs_lost(d), d->jobs);
	size_t n = (size_t)snprintf(out, SUSPICION_TEXT, "the scheduler lost ");

	if (nodes)
		n += (size_t)snprintf(out + n, SUSPICION_TEXT - n, "%zu of %zu nodes%s",
				      d->nodes_lost, d->nodes, jobs ? " and " : "");
	if (jobs)
		snprintf(out + n, SUSPICION_TEXT - n, "%zu of %zu jobs", d->jobs - d->jobs_left,
			 d->jobs);
	return out;
}
