/*
 * One node's life from the request to the day it works: a table of moves without I/O, and the
 * one place that carries them out. Later states are here too where the cloud interferes: a VM
 * can vanish or fail at any time.
 */
#include "engine/boot.h"

#include <stdio.h>

#include "base/clock.h"
#include "engine/assigned.h"
#include "engine/backoff.h"
#include "engine/console.h"
#include "engine/intent.h"
#include "engine/members.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/reconcile.h"
#include "engine/run.h"

#define BOOT_S 1800 /* of a node whose array is gone from the template */

/* After BOOT_DO_FORGET m is gone. */
void boot_feed(struct run *r, struct member *m, enum boot_event ev, const char *why)
{
	struct boot_move next = boot_next(m->node.state, ev);
	int64_t now = clock_utc_ms();

	if (next.to == m->node.state || (next.act == BOOT_DO_DELETE_VM && member_stays(r, m)))
		return;
	if (ev == BOOT_EV_VM_RUNNING)
		m->node.booted_ms = now;
	if (ev == BOOT_EV_READY && !m->node.joined_ms)
		m->node.joined_ms = m->node.idle_since_ms = now;
	if (next.act == BOOT_DO_DELETE_VM)
		console_keep(r, &m->node);
	if (m->node.state == NODE_PLANNED || m->node.state == NODE_REQUESTED)
		m->accepted_ms = now;
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

bool deletion_is_late(const struct member *m, int64_t now_ms)
{
	const struct overdue_facts f = { .now_ms = now_ms, .has_vm = m->has_vm };

	return node_overdue(&m->node, &f) == OVERDUE_DELETED;
}

/* What costs money and will not go is told once; it is asked for again all the time. */
static void deletion_late(struct run *r, struct member *m)
{
	if (m->late_told)
		return;
	m->late_told = true;
	note(
	    r, EVENT_ERROR, m->node.name,
	    "machine %s is still there 15 min after its deletion was asked for: it is asked for again and costs until it is gone",
	    m->node.vm_name);
}

/* R6.4, R5.2, R5.3: it may work though nobody saw it join, and without an answer nobody knows.
 */
static void not_joined(struct run *r, struct member *m, int64_t boot_s)
{
	char why[160];

	if (member_stays(r, m) || run_removes_nothing(r) || !unjoined_is_free(r, m))
		return;
	snprintf(why, sizeof(why), "did not join within %lld s; last mark: %s",
		 (long long)boot_s, m->node.phase[0] ? m->node.phase : "none");
	backoff_boot_failed(r, &m->node, why);
	boot_feed(r, m, BOOT_EV_TOO_LATE, why);
}

void overdue_by_cloud(struct overdue_facts *f, const struct run *r, const struct member *m)
{
	f->created_ms = r->cloud ? m->created_ms : 0;
	f->cloud_now_ms = r->cloud ? cloud_now_ms(r->cloud) : f->now_ms;
}

static void deadline(struct run *r, struct member *m, int64_t now_ms)
{
	const struct array_spec *a = cluster_array(&r->cluster.spec, m->node.array);
	struct overdue_facts f = { .now_ms = now_ms,
				   .listed_ms = r->cloud_source.started_ms,
				   .boot_s = a ? a->boot_s : BOOT_S,
				   .has_vm = m->has_vm,
				   .set_changes = intent_open(r, m->node.set_id) };

	overdue_by_cloud(&f, r, m);
	switch (node_overdue(&m->node, &f)) {
	case OVERDUE_NOT:
		break;
	case OVERDUE_ACCEPTED:
		boot_feed(r, m, BOOT_EV_TOO_LATE,
			  "the cloud accepted it and made no machine within 5 min");
		break;
	case OVERDUE_JOINED:
		not_joined(r, m, f.boot_s);
		break;
	case OVERDUE_DELETED:
		deletion_late(r, m);
		break;
	}
}

/* Backwards, as a forgotten node leaves the list. Thousands that are late at once have their
 * turn in the next cycles. */
void boot_deadlines(struct run *r, int64_t now_ms)
{
	uint64_t most = r->moves + MOVES_PER_TURN;

	for (size_t i = r->n_members; i-- > 0 && r->moves < most;)
		deadline(r, r->members[i], now_ms);
}
