/*
 * The lives of nodes and intents as pure moves: event in, next state and act out. A test walks
 * them without a cloud, and boot.c, drain.c and intent.c carry them out. Later states of a boot
 * are here too where the cloud interferes: a VM can vanish or fail at any time.
 */
#include "engine/boot.h"
#include "engine/drain.h"
#include "engine/intent.h"
#include "engine/run.h"

static struct boot_move boot_stay(enum node_state s)
{
	return (struct boot_move){ s, BOOT_DO_NOTHING };
}

static struct boot_move boot_to(enum node_state to, enum boot_act act)
{
	return (struct boot_move){ to, act };
}

static struct boot_move before_vm(enum node_state s, enum boot_event ev)
{
	switch (ev) {
	case BOOT_EV_ASKED:
		return s == NODE_PLANNED ? boot_to(NODE_REQUESTED, BOOT_DO_NOTHING)
					 : boot_stay(s);
	case BOOT_EV_ACCEPTED:
		return boot_to(NODE_ALLOCATING, BOOT_DO_NOTHING);
	case BOOT_EV_VM_BOUND:
		if (s == NODE_PLANNED)
			return boot_stay(s); /* what was never asked for has no machine */
		return boot_to(NODE_BOOTING, BOOT_DO_PUBLISH);
	case BOOT_EV_REFUSED:
	case BOOT_EV_TOO_LATE:
		return boot_to(NODE_FAILED, BOOT_DO_FORGET);
	default:
		return boot_stay(s);
	}
}

static struct boot_move with_vm(enum node_state s, enum boot_event ev)
{
	switch (ev) {
	case BOOT_EV_VM_RUNNING:
		return s == NODE_BOOTING ? boot_to(NODE_JOINING, BOOT_DO_NOTHING)
					 : boot_stay(s);
	case BOOT_EV_READY:
		return boot_to(NODE_IDLE, BOOT_DO_REPORT);
	case BOOT_EV_VM_FAILED:
	case BOOT_EV_TOO_LATE:
		return boot_to(NODE_FAILED, BOOT_DO_DELETE_VM);
	case BOOT_EV_VM_GONE:
		return boot_to(NODE_EVICTED, BOOT_DO_NOTHING);
	default:
		return boot_stay(s);
	}
}

static struct boot_move working(enum node_state s, enum boot_event ev)
{
	if (ev == BOOT_EV_VM_GONE)
		return boot_to(NODE_EVICTED, BOOT_DO_NOTHING);
	if (ev == BOOT_EV_READY && s == NODE_UNHEALTHY)
		return boot_to(NODE_IDLE, BOOT_DO_REPORT);
	if (ev == BOOT_EV_VM_FAILED && s != NODE_UNHEALTHY)
		return boot_to(NODE_UNHEALTHY, BOOT_DO_NOTHING);
	return boot_stay(s);
}

struct boot_move boot_next(enum node_state s, enum boot_event ev)
{
	switch (s) {
	case NODE_PLANNED:
	case NODE_REQUESTED:
	case NODE_ALLOCATING:
		return before_vm(s, ev);
	case NODE_BOOTING:
	case NODE_JOINING:
		return with_vm(s, ev);
	case NODE_IDLE:
	case NODE_BUSY:
	case NODE_DRAINING:
	case NODE_UNHEALTHY:
		return working(s, ev);
	case NODE_DEALLOCATED:
	case NODE_DELETING:
	case NODE_FAILED:
	case NODE_EVICTED:
	case NODE_GONE:
	case NODE_STATES:
		break;
	}
	return boot_stay(s);
}

static struct drain_move drain_stay(enum node_state s)
{
	return (struct drain_move){ s, DRAIN_DO_NOTHING };
}

static struct drain_move at_work(enum node_state s, enum drain_event ev)
{
	if (ev == DRAIN_EV_WANTED)
		return (struct drain_move){ NODE_DRAINING, DRAIN_DO_SET };
	if (ev == DRAIN_EV_VM_GONE)
		return (struct drain_move){ NODE_EVICTED, DRAIN_DO_REMOVE };
	return drain_stay(s);
}

static struct drain_move draining(enum drain_event ev)
{
	switch (ev) {
	case DRAIN_EV_EMPTY:
		return (struct drain_move){ NODE_DELETING, DRAIN_DO_DELETE_VM };
	case DRAIN_EV_HAS_JOBS:
		return (struct drain_move){ NODE_BUSY, DRAIN_DO_UNSET };
	case DRAIN_EV_DEMAND:
	case DRAIN_EV_UNDRAIN_ASKED:
		return (struct drain_move){ NODE_IDLE, DRAIN_DO_UNSET };
	case DRAIN_EV_VM_GONE:
		return (struct drain_move){ NODE_EVICTED, DRAIN_DO_REMOVE };
	default:
		return drain_stay(NODE_DRAINING);
	}
}

struct drain_move drain_next(enum node_state s, bool drain_set, enum drain_event ev)
{
	switch (s) {
	case NODE_IDLE:
	case NODE_BUSY:
	case NODE_JOINING:
	case NODE_UNHEALTHY:
		return at_work(s, ev);
	case NODE_DRAINING:
		if (ev == DRAIN_EV_EMPTY && !drain_set)
			return drain_stay(s); /* a proof without a drain is none */
		return draining(ev);
	case NODE_DELETING:
	case NODE_EVICTED:
		if (ev == DRAIN_EV_VM_GONE)
			return (struct drain_move){ s, DRAIN_DO_REMOVE };
		if (ev == DRAIN_EV_REMOVED)
			return (struct drain_move){ NODE_GONE, DRAIN_DO_FORGET };
		return drain_stay(s);
	default:
		return drain_stay(s);
	}
}

#define LINGER_MS 32000 /* the 30 s that were promised, and the way here */

bool drain_lingers(const struct node *n, int64_t now_ms)
{
	int64_t age = now_ms - n->drain_asked_ms;

	/* a clock that was set back holds nothing */
	return n->drain_asked_ms > 0 && age >= 0 && age < LINGER_MS;
}

#define ACCEPTED_MS 300000 /* the cloud has a VM for it within 5 min of accepting */
#define DELETED_MS  ((int64_t)15 * 60 * 1000)

/* A moment that nobody knows, or that is still to come, is just now, never 1970. */
static int64_t age(int64_t at_ms, int64_t now_ms)
{
	return at_ms > 0 && at_ms < now_ms ? now_ms - at_ms : 0;
}

enum overdue node_overdue(const struct node *n, const struct overdue_facts *f)
{
	switch (n->state) {
	case NODE_ALLOCATING:
		/* told by a listing that began so late and is whole: one of a large cluster
		 * takes minutes */
		return !f->set_changes && age(n->since_ms, f->listed_ms) > ACCEPTED_MS
			   ? OVERDUE_ACCEPTED
			   : OVERDUE_NOT;
	case NODE_BOOTING:
	case NODE_JOINING:
		/* from when the cloud made its machine, by the cloud's clock; where it does not
		 * say, from our request, by ours */
		return (f->created_ms ? age(f->created_ms, f->cloud_now_ms)
				      : age(n->requested_ms, f->now_ms)) > f->boot_s * 1000
			   ? OVERDUE_JOINED
			   : OVERDUE_NOT;
	case NODE_DELETING:
		return f->has_vm && age(n->since_ms, f->now_ms) > DELETED_MS ? OVERDUE_DELETED
									     : OVERDUE_NOT;
	default:
		return OVERDUE_NOT;
	}
}

/* What a look says about an intent whose outcome is not known. Pure. */
enum settle intent_settle(const struct intent *in, const struct cloud_sight *s)
{
	if (s->look == CLOUD_IS_CHANGING || s->look == CLOUD_LOOK_UNKNOWN)
		return SETTLE_WAIT;
	if (in->verb ==
	    CLOUD_TAG) /* what it bears is not told: the same once more does no harm */
		return s->look == CLOUD_IS_GONE ? SETTLE_FAILED : SETTLE_RESEND;
	if (in->verb == CLOUD_DELETE)
		return s->look == CLOUD_IS_GONE ? SETTLE_DONE : SETTLE_RESEND;
	if (s->look == CLOUD_IS_GONE)
		return SETTLE_RESEND;
	if (in->kind == CLOUD_SCALESET)
		return s->capacity >= in->capacity_to ? SETTLE_DONE : SETTLE_RESEND;
	if (s->look == CLOUD_IS_FAILED)
		return in->kind == CLOUD_VM ? SETTLE_FAILED : SETTLE_RESEND;
	return SETTLE_DONE;
}
