/*
 * One node's life from the request to the day it works: a table of moves without I/O, and the
 * one place that carries them out. Later states are here too where the cloud interferes: a VM
 * can vanish or fail at any time.
 */
#include <stdio.h>

#include "base/clock.h"
#include "engine/run.h"

/* R5.7 */
#define ACCEPTED_S 300 /* the cloud has a VM for it within 5 min of accepting */
#define DELETE_MS  ((int64_t)15 * 60 * 1000)

/* After BOOT_DO_FORGET m is gone. */
void boot_feed(struct run *r, struct member *m, enum boot_event ev, const char *why)
{
	struct boot_move next = boot_next(m->node.state, ev);
	int64_t now = clock_utc_ms();

	if (next.to == m->node.state)
		return;
	if (ev == BOOT_EV_VM_RUNNING)
		m->node.booted_ms = now;
	if (ev == BOOT_EV_READY && !m->node.joined_ms)
		m->node.joined_ms = m->node.idle_since_ms = now;
	if (next.act == BOOT_DO_DELETE_VM)
		console_keep(r, &m->node);
	if (node_move(r, m, next.to, "%s", why) < 0)
		return;
	switch (next.act) {
	case BOOT_DO_PUBLISH:
		r->publish_due = true;
		break;
	case BOOT_DO_REPORT:
		backoff_ok(r, &m->node);
		break;
	case BOOT_DO_DELETE_VM:
		node_move(r, m, NODE_DELETING, "failed: %.120s", why);
		break;
	case BOOT_DO_FORGET:
		member_gone(r, m, why);
		break;
	case BOOT_DO_NOTHING:
		break;
	}
}

/* What costs money and will not go is told once; it is asked for again all the time. */
static void deletion_late(struct run *r, struct member *m, int64_t now_ms)
{
	if (m->late_told || !m->has_vm || now_ms - m->node.since_ms <= DELETE_MS)
		return;
	m->late_told = true;
	note(
	    r, EVENT_ERROR, m->node.name,
	    "machine %s is still there 15 min after its deletion was asked for: it is asked for again and costs until it is gone",
	    m->node.vm_name);
}

/* R6.4, R5.2: it may work though nobody saw it join, and without an answer nobody knows. */
static bool may_work(const struct run *r, const struct member *m)
{
	return run_is_blind(r) || m->node.jobs > 0;
}

static void deadline(struct run *r, struct member *m, int64_t now_ms)
{
	const struct array_spec *a = cluster_array(&r->cluster.spec, m->node.array);
	int64_t boot_s = a ? a->boot_s : 1800;
	char why[160];

	/* told by a listing that began so late and is whole: one of a large cluster takes
	 * minutes */
	if (m->node.state == NODE_ALLOCATING &&
	    r->cloud_source.started_ms - m->node.since_ms > ACCEPTED_S * 1000L &&
	    !intent_open(r, m->node.set_id)) {
		boot_feed(r, m, BOOT_EV_TOO_LATE,
			  "the cloud accepted it and made no machine within 5 min");
		return;
	}
	if (m->node.state == NODE_DELETING)
		deletion_late(r, m, now_ms);
	if ((m->node.state != NODE_BOOTING && m->node.state != NODE_JOINING) ||
	    m->node.keep_alive || may_work(r, m) ||
	    now_ms - m->node.requested_ms <= boot_s * 1000)
		return;
	snprintf(why, sizeof(why), "did not join within %lld s; last mark: %s",
		 (long long)boot_s, m->node.phase[0] ? m->node.phase : "none");
	backoff_boot_failed(r, &m->node, why);
	boot_feed(r, m, BOOT_EV_TOO_LATE, why);
}

/* Backwards, as a forgotten node leaves the list. Thousands that are late at once have their turn
 * in the next cycles. */
void boot_deadlines(struct run *r, int64_t now_ms)
{
	uint64_t most = r->moves + MOVES_PER_TURN;

	for (size_t i = r->n_members; i-- > 0 && r->moves < most;)
		deadline(r, r->members[i], now_ms);
}
