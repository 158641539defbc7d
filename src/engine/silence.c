#include "engine/silence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/lasting.h"
#include "engine/members.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/run.h"

static bool is_off(enum cloud_power p)
{
	return p == POWER_STOPPED || p == POWER_DEALLOCATED;
}

static bool is_at_work(enum node_state s)
{
	return s == NODE_IDLE || s == NODE_BUSY || s == NODE_DRAINING;
}

static bool is_silent(const struct node *n, const struct silence *s)
{
	return is_at_work(n->state) && (s->unheard || is_off(s->power));
}

static const char *word_of_cloud(const struct silence *s)
{
	return s->power == POWER_DEALLOCATED ? "its machine is deallocated at the cloud"
	       : s->power == POWER_STOPPED   ? "its machine is stopped at the cloud"
	       : s->failed		     ? "its machine failed at the cloud"
					     : "";
}

/* What the scheduler does with a node that it gives up, and the decision with one that is lost.
 */
static void what_follows(char out[100], const struct node *n, const struct silence *s)
{
	snprintf(out, 100, "once the scheduler gives it up, %s%s",
		 n->jobs != 0 ? "its jobs are requeued and " : "",
		 s->stays ? "it stays, as it is kept" : "its machine is deleted");
}

bool silence_text(char out[160], const struct node *n, const struct silence *s)
{
	const char *cloud = word_of_cloud(s);
	char when[CLOCK_TEXT], follows[100];

	out[0] = '\0';
	if (!is_silent(n, s))
		return false;
	what_follows(follows, n, s);
	snprintf(out, 160, "not answering since %.10s%s%s; %.86s", clock_hms(when, s->since_ms),
		 cloud[0] ? ": " : "", cloud, follows);
	return true;
}

/*
 * Of a member
 */

static struct silence silence_of(const struct run *r, const struct member *m)
{
	return (struct silence){ .unheard = m->unheard,
				 .power = is_off(m->power) ? m->power : m->seen_power,
				 .failed = m->vm_failed,
				 .stays = member_stays(r, m),
				 .since_ms = m->silent_ms };
}

/* One that drains takes no work anyhow, and can be undrained. */
enum node_state member_told_state(const struct member *m)
{
	return m->silent_ms && is_at_work(m->node.state) && m->node.state != NODE_DRAINING
		   ? NODE_UNHEALTHY
		   : m->node.state;
}

const struct node *member_told(const struct run *r, struct member *m)
{
	const struct silence s = silence_of(r, m);
	char text[160];

	if (!m->silent_ms || !silence_text(text, &m->node, &s))
		return &m->node;
	if (!m->told)
		m->told = xcalloc(1, sizeof(*m->told));
	*m->told = m->node;
	m->told->state = member_told_state(m);
	if (m->told->state != m->node.state)
		m->told->since_ms = m->silent_ms;
	memcpy(m->told->reason, text, sizeof(m->told->reason));
	return m->told;
}

/* One that was given up meanwhile is told of as that. The words are the same for all, as events
 * that came together are shown as one. */
static void note_change(struct run *r, const struct member *m, bool silent, const char *cloud)
{
	if (silent)
		note(r, EVENT_WARN, m->node.name, LASTING_SILENT "%s%s", cloud[0] ? ": " : "",
		     cloud);
	else if (is_at_work(m->node.state))
		note(r, EVENT_INFO, m->node.name, LASTING_ANSWERS);
}

static void settle(struct run *r, struct member *m)
{
	const struct silence s = silence_of(r, m);
	bool silent = is_silent(&m->node, &s);

	if (silent == (m->silent_ms != 0))
		return;
	note_change(r, m, silent, word_of_cloud(&s));
	m->silent_ms = !silent ? 0 : m->unheard_ms ? m->unheard_ms : clock_utc_ms();
	run_changed(r);
}

struct power_look {
	struct run *run;
	char vm_id[320];
};

static void on_power(void *arg, const struct cloud_sight *s, const struct err *err)
{
	struct power_look *l = arg;
	struct member *m = member_of_vm(l->run, l->vm_id);

	(void)err; /* nothing more is known then */
	l->run->looks--;
	if (m && m->unheard_ms && s->vm) {
		m->seen_power = s->vm->power;
		settle(l->run, m);
		run_changed(l->run);
	}
	free(l);
}

/* Listings do not tell whether a machine runs. One that is gone is found by the next of them,
 * which need not wait for its time. */
static void ask_cloud(struct run *r, const struct member *m)
{
	struct power_look *l;

	if (!r->cloud || !m->node.vm_id[0])
		return;
	observe_cloud_too(r);
	if (r->looks >= LOOKS_MAX)
		return;
	l = xcalloc(1, sizeof(*l));
	l->run = r;
	snprintf(l->vm_id, sizeof(l->vm_id), "%s", m->node.vm_id);
	r->looks++;
	r->cloud->ops->look(r->cloud->cloud, CLOUD_VM, m->node.vm_id, on_power, l);
}

/* A reading from before its machine was bound shows an older node of that name. */
void silence_heard(struct run *r, struct member *m, const struct sched_node *sn)
{
	bool answers =
	    !sn || sn->responding || sn->offer || r->queue->read_started_ms <= m->node.bound_ms;

	if (answers) {
		m->unheard_ms = 0;
		m->seen_power = POWER_UNKNOWN;
	} else if (!m->unheard_ms) {
		m->unheard_ms = clock_utc_ms();
		if (is_at_work(m->node.state))
			ask_cloud(r, m);
	}
	m->unheard = !answers && clock_utc_ms() - m->unheard_ms >= r->sched->answers_ms;
	settle(r, m);
}

void silence_listed(struct run *r, struct member *m)
{
	settle(r, m);
}
