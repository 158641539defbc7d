/* The lives of nodes and intents as pure moves: walked without a cloud, table by table, and by
 * a random walk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rand.h"
#include "engine/run.h"

static void a_boot_goes_from_the_request_to_work(void **state)
{
	static const struct {
		enum boot_event ev;
		enum node_state to;
		enum boot_act act;
	} way[] = {
		{ BOOT_EV_ASKED, NODE_REQUESTED, BOOT_DO_NOTHING },
		{ BOOT_EV_ACCEPTED, NODE_ALLOCATING, BOOT_DO_NOTHING },
		{ BOOT_EV_VM_BOUND, NODE_BOOTING, BOOT_DO_PUBLISH },
		{ BOOT_EV_VM_RUNNING, NODE_JOINING, BOOT_DO_NOTHING },
		{ BOOT_EV_READY, NODE_IDLE, BOOT_DO_REPORT },
	};
	enum node_state s = NODE_PLANNED;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(way); i++) {
		struct boot_move m = boot_next(s, way[i].ev);

		assert_int_equal(m.to, way[i].to);
		assert_int_equal(m.act, way[i].act);
		s = m.to;
	}
}

static void a_node_may_be_ready_before_the_cloud_says_that_it_runs(void **state)
{
	(void)state;
	assert_int_equal(boot_next(NODE_BOOTING, BOOT_EV_READY).to, NODE_IDLE);
}

static void a_refused_node_leaves_nothing_and_a_failed_one_deletes_its_machine(void **state)
{
	(void)state;
	assert_int_equal(boot_next(NODE_ALLOCATING, BOOT_EV_REFUSED).act, BOOT_DO_FORGET);
	assert_int_equal(boot_next(NODE_BOOTING, BOOT_EV_VM_FAILED).act, BOOT_DO_DELETE_VM);
	assert_int_equal(boot_next(NODE_JOINING, BOOT_EV_TOO_LATE).act, BOOT_DO_DELETE_VM);
}

static void a_refusal_never_touches_a_node_that_has_a_machine(void **state)
{
	(void)state;
	for (int s = NODE_BOOTING; s < NODE_STATES; s++)
		assert_int_equal(boot_next((enum node_state)s, BOOT_EV_REFUSED).to, s);
}

static void a_vanished_machine_is_an_eviction_wherever_it_happens(void **state)
{
	static const enum node_state with[] = { NODE_BOOTING, NODE_JOINING,  NODE_IDLE,
						NODE_BUSY,    NODE_DRAINING, NODE_UNHEALTHY };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(with); i++)
		assert_int_equal(boot_next(with[i], BOOT_EV_VM_GONE).to, NODE_EVICTED);
}

static void a_drain_deletes_only_after_it_was_set_and_proven(void **state)
{
	struct drain_move m = drain_next(NODE_IDLE, false, DRAIN_EV_WANTED);

	(void)state;
	assert_int_equal(m.to, NODE_DRAINING);
	assert_int_equal(m.act, DRAIN_DO_SET);
	assert_int_equal(drain_next(NODE_DRAINING, false, DRAIN_EV_EMPTY).to, NODE_DRAINING);
	assert_int_equal(drain_next(NODE_DRAINING, true, DRAIN_EV_EMPTY).to, NODE_DELETING);
	assert_int_equal(drain_next(NODE_IDLE, true, DRAIN_EV_EMPTY).to, NODE_IDLE);
	assert_int_equal(drain_next(NODE_BUSY, true, DRAIN_EV_EMPTY).to, NODE_BUSY);
}

static void an_operators_drain_can_be_taken_back_for_thirty_seconds(void **state)
{
	struct node n = { .state = NODE_DRAINING, .drain_asked = true, .drain_asked_ms = 5000 };

	(void)state;
	assert_true(drain_lingers(&n, 5000));
	assert_true(drain_lingers(&n, 5000 + 30000));
	assert_false(drain_lingers(&n, 5000 + 60000));
	assert_false(drain_lingers(&n, 4000)); /* the clock was set back */
	drain_unasked(&n);
	assert_false(n.drain_asked);
	assert_false(drain_lingers(&n, 10));
}

static void the_engines_own_drain_waits_for_nothing(void **state)
{
	struct node n = { .state = NODE_DRAINING };
	struct node stopping = { .state = NODE_DRAINING, .drain_asked = true };

	(void)state;
	assert_false(drain_lingers(&n, 1));
	assert_false(drain_lingers(&stopping, 1));
}

static void a_job_that_slipped_in_sends_the_node_back_to_work(void **state)
{
	struct drain_move m = drain_next(NODE_DRAINING, true, DRAIN_EV_HAS_JOBS);

	(void)state;
	assert_int_equal(m.to, NODE_BUSY);
	assert_int_equal(m.act, DRAIN_DO_UNSET);
}

static void a_row_ends_only_when_machine_and_entry_are_gone(void **state)
{
	(void)state;
	assert_int_equal(drain_next(NODE_DELETING, true, DRAIN_EV_VM_GONE).act,
			 DRAIN_DO_REMOVE);
	assert_int_equal(drain_next(NODE_DELETING, true, DRAIN_EV_REMOVED).act,
			 DRAIN_DO_FORGET);
	assert_int_equal(drain_next(NODE_DRAINING, true, DRAIN_EV_REMOVED).to, NODE_DRAINING);
}

/* Whatever comes in whatever order: every move is one that the model allows, and a busy node is
 * never deleted directly (I2). */
static void no_order_of_events_breaks_the_arrows(void **state)
{
	struct rng rng;

	(void)state;
	rng_seed(&rng, 7);
	for (int walk = 0; walk < 20000; walk++) {
		enum node_state s = NODE_PLANNED;

		for (int i = 0; i < 40; i++) {
			enum node_state to;

			if (rng_below(&rng, 2))
				to = boot_next(s, (enum boot_event)rng_below(
						      &rng, BOOT_EV_NOT_NEEDED + 1))
					 .to;
			else
				to = drain_next(s, rng_below(&rng, 2),
						(enum drain_event)rng_below(
						    &rng, DRAIN_EV_REMOVED + 1))
					 .to;
			if (to == s)
				continue;
			assert_true(node_can_move(s, to));
			assert_false(to == NODE_DELETING && (s == NODE_BUSY || s == NODE_IDLE));
			s = to;
			if (s == NODE_IDLE && rng_below(&rng, 2))
				s = NODE_BUSY;
		}
	}
}

static void an_unknown_outcome_is_settled_by_what_is_there(void **state)
{
	static const struct {
		enum cloud_verb verb;
		enum cloud_kind kind;
		int64_t want, have;
		enum cloud_look look;
		enum settle says;
	} rows[] = {
		{ CLOUD_PUT, CLOUD_SCALESET, 7, 7, CLOUD_IS_THERE, SETTLE_DONE },
		{ CLOUD_PUT, CLOUD_SCALESET, 7, 3, CLOUD_IS_THERE, SETTLE_RESEND },
		{ CLOUD_GROW, CLOUD_SCALESET, 7, -1, CLOUD_IS_GONE, SETTLE_RESEND },
		{ CLOUD_GROW, CLOUD_SCALESET, 7, 9, CLOUD_IS_FAILED, SETTLE_DONE },
		{ CLOUD_GROW, CLOUD_SCALESET, 7, 7, CLOUD_IS_CHANGING, SETTLE_WAIT },
		{ CLOUD_PUT, CLOUD_VM, 0, -1, CLOUD_IS_THERE, SETTLE_DONE },
		{ CLOUD_PUT, CLOUD_VM, 0, -1, CLOUD_IS_FAILED, SETTLE_FAILED },
		{ CLOUD_PUT, CLOUD_GROUP, 0, -1, CLOUD_IS_GONE, SETTLE_RESEND },
		{ CLOUD_DELETE, CLOUD_VM, 0, -1, CLOUD_IS_GONE, SETTLE_DONE },
		{ CLOUD_TAG, CLOUD_DISK, 0, -1, CLOUD_IS_THERE, SETTLE_RESEND },
		{ CLOUD_TAG, CLOUD_DISK, 0, -1, CLOUD_IS_GONE, SETTLE_FAILED },
		{ CLOUD_DELETE, CLOUD_VM, 0, -1, CLOUD_IS_THERE, SETTLE_RESEND },
		{ CLOUD_DELETE, CLOUD_GROUP, 0, -1, CLOUD_IS_CHANGING, SETTLE_WAIT },
		{ CLOUD_DELETE, CLOUD_GROUP, 0, -1, CLOUD_LOOK_UNKNOWN, SETTLE_WAIT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct intent in = { .verb = rows[i].verb,
					   .kind = rows[i].kind,
					   .capacity_to = rows[i].want };
		const struct cloud_sight s = { .look = rows[i].look, .capacity = rows[i].have };

		assert_int_equal(intent_settle(&in, &s), rows[i].says);
	}
}

static void two_failed_boots_close_a_bucket_and_ten_protect_it(void **state)
{
	(void)state; /* R5.8 */
	assert_int_equal(backoff_verdict(1), BOOT_REPLACED);
	assert_int_equal(backoff_verdict(2), BOOT_RESTS);
	assert_int_equal(backoff_verdict(9), BOOT_RESTS);
	assert_int_equal(backoff_verdict(10), BOOT_PROTECTS);
	assert_int_equal(backoff_verdict(1000), BOOT_PROTECTS);
}

/* R6.1: drain set, drain seen in a reading that began afterwards, no job in that same reading,
 * no keep-alive; R6.2: an old or failed reading breaks the chain. */
static void a_drain_is_proven_by_one_fresh_reading_that_began_after_it(void **state)
{
	struct sched_node sn = { .name = "htc-1", .drained = true };
	struct queue q = { .nodes = &sn, .n_nodes = 1 };
	struct run r = { .queue = &q };
	struct member m = { .node = { .name = "htc-1", .state = NODE_DRAINING } };
	struct err err = ERR_INIT;

	(void)state;
	clock_test_set(10000000);
	r.cluster.spec.cycle_s = 5;
	r.queue_source.state = SOURCE_OK;
	r.queue_source.ok_ms = 9999000;
	q.read_started_ms = 9998000;
	m.node.drain_set_ms = 9990000;
	assert_true(drain_proven(&r, &m, &err));
	m.node.drain_set_ms = 0;
	assert_false(drain_proven(&r, &m, &err));
	m.node.drain_set_ms = 9998000; /* while it was read */
	assert_false(drain_proven(&r, &m, &err));
	m.node.drain_set_ms = 9990000;
	sn.jobs = 1;
	assert_false(drain_proven(&r, &m, &err));
	sn.jobs = -1;
	assert_false(drain_proven(&r, &m, &err));
	sn.jobs = 0;
	sn.completing = true;
	assert_false(drain_proven(&r, &m, &err));
	sn.completing = false;
	sn.drained = false;
	assert_false(drain_proven(&r, &m, &err));
	sn.drained = true;
	m.node.keep_alive = true; /* R5.9 */
	assert_false(drain_proven(&r, &m, &err));
	m.node.keep_alive = false;
	r.queue_source.state = SOURCE_UNKNOWN;
	assert_false(drain_proven(&r, &m, &err));
	r.queue_source.state = SOURCE_OK;
	r.queue_source.ok_ms = 9980000; /* older than two cycles */
	assert_false(drain_proven(&r, &m, &err));
	r.queue_source.ok_ms = 9999000;
	assert_true(drain_proven(&r, &m, &err));
	clock_test_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_boot_goes_from_the_request_to_work),
		cmocka_unit_test(a_node_may_be_ready_before_the_cloud_says_that_it_runs),
		cmocka_unit_test(
		    a_refused_node_leaves_nothing_and_a_failed_one_deletes_its_machine),
		cmocka_unit_test(a_refusal_never_touches_a_node_that_has_a_machine),
		cmocka_unit_test(a_vanished_machine_is_an_eviction_wherever_it_happens),
		cmocka_unit_test(a_drain_deletes_only_after_it_was_set_and_proven),
		cmocka_unit_test(an_operators_drain_can_be_taken_back_for_thirty_seconds),
		cmocka_unit_test(the_engines_own_drain_waits_for_nothing),
		cmocka_unit_test(a_job_that_slipped_in_sends_the_node_back_to_work),
		cmocka_unit_test(a_row_ends_only_when_machine_and_entry_are_gone),
		cmocka_unit_test(no_order_of_events_breaks_the_arrows),
		cmocka_unit_test(an_unknown_outcome_is_settled_by_what_is_there),
		cmocka_unit_test(two_failed_boots_close_a_bucket_and_ten_protect_it),
		cmocka_unit_test(a_drain_is_proven_by_one_fresh_reading_that_began_after_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
