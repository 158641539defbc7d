/* The lives of nodes and intents as pure moves: walked without a cloud, table by table, and by
 * a random walk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rand.h"
#include "engine/assigned.h"
#include "engine/backoff.h"
#include "engine/boot.h"
#include "engine/drain.h"
#include "engine/intent.h"
#include "engine/members.h"
#include "engine/missing.h"
#include "engine/observe.h"
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
	r.queue_source.ok_mono_ms = clock_mono_ms() - 1000;
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
	m.node.array_kept_ms = 5;
	assert_false(drain_proven(&r, &m, &err));
	m.node.array_kept_ms = 0;
	r.queue_source.state = SOURCE_UNKNOWN;
	assert_false(drain_proven(&r, &m, &err));
	r.queue_source.state = SOURCE_OK;
	r.queue_source.ok_mono_ms = clock_mono_ms() - 20000; /* older than two cycles */
	assert_false(drain_proven(&r, &m, &err));
	r.queue_source.ok_mono_ms = clock_mono_ms() - 1000;
	assert_true(drain_proven(&r, &m, &err));
	clock_test_end();
}

/* R12.1: somebody sets the wall clock by an hour, forth and back; what was read is as old as it
 * is. */
static void r12_1_readings_grow_old_by_the_clock_that_nobody_sets(void **state)
{
	static char head[] = "/head";
	struct run r = { .cluster = { .head_id = head } };

	(void)state;
	clock_test_set(10000000000);
	r.cluster.spec.cycle_s = 5;
	r.queue_source = (struct source){ .state = SOURCE_OK, .ok_mono_ms = clock_mono_ms() };
	assert_true(run_is_blind(&r)); /* what is in the cloud was never read */
	r.cloud_source = r.queue_source;
	assert_false(run_is_blind(&r));
	clock_test_set(10003600000);
	assert_false(run_is_blind(&r));
	clock_test_advance(120000);
	assert_false(run_is_blind(&r));
	clock_test_advance(1);
	assert_true(run_is_blind(&r));
	clock_test_set(9990000000);
	assert_true(run_is_blind(&r));
	r.queue_source.ok_mono_ms = clock_mono_ms(); /* and a listing that does not end */
	assert_true(run_is_blind(&r));
	clock_test_end();
}

#define NOW INT64_C(1700000000000)
#define MIN INT64_C(60000)

static enum overdue overdue(enum node_state s, int64_t at_ms, bool has_vm)
{
	const struct node n = { .state = s, .since_ms = at_ms, .requested_ms = at_ms };
	const struct overdue_facts f = {
		.now_ms = NOW, .listed_ms = NOW, .boot_s = 1800, .has_vm = has_vm
	};

	return node_overdue(&n, &f);
}

static void each_part_of_a_nodes_way_has_its_deadline(void **state)
{
	(void)state; /* R5.7: accepted 5 min, joined 1800 s, deleted 15 min */
	assert_int_equal(overdue(NODE_ALLOCATING, NOW - 5 * MIN, false), OVERDUE_NOT);
	assert_int_equal(overdue(NODE_ALLOCATING, NOW - 5 * MIN - 1, false), OVERDUE_ACCEPTED);
	assert_int_equal(overdue(NODE_BOOTING, NOW - 30 * MIN, true), OVERDUE_NOT);
	assert_int_equal(overdue(NODE_BOOTING, NOW - 30 * MIN - 1, true), OVERDUE_JOINED);
	assert_int_equal(overdue(NODE_JOINING, NOW - 30 * MIN - 1, true), OVERDUE_JOINED);
	assert_int_equal(overdue(NODE_DELETING, NOW - 15 * MIN, true), OVERDUE_NOT);
	assert_int_equal(overdue(NODE_DELETING, NOW - 15 * MIN - 1, true), OVERDUE_DELETED);
	assert_int_equal(overdue(NODE_DELETING, NOW - 15 * MIN - 1, false), OVERDUE_NOT);
	assert_int_equal(overdue(NODE_IDLE, 1, true), OVERDUE_NOT);
	assert_int_equal(overdue(NODE_DRAINING, 1, true), OVERDUE_NOT);
}

static void a_moment_that_nobody_knows_is_just_now(void **state)
{
	(void)state; /* R5.7: never 1970 */
	assert_int_equal(overdue(NODE_ALLOCATING, 0, false), OVERDUE_NOT);
	assert_int_equal(overdue(NODE_BOOTING, 0, true), OVERDUE_NOT);
	assert_int_equal(overdue(NODE_DELETING, 0, true), OVERDUE_NOT);
	assert_int_equal(overdue(NODE_BOOTING, NOW + 60 * MIN, true), OVERDUE_NOT);
}

/* R5.7, R12.2 */
static void a_boot_counts_from_when_the_cloud_made_the_machine_by_its_own_clock(void **state)
{
	const struct node n = { .state = NODE_BOOTING, .requested_ms = NOW - 60 * MIN };
	struct overdue_facts f = { .now_ms = NOW,
				   .boot_s = 1800,
				   .has_vm = true,
				   .cloud_now_ms = NOW + 90 * MIN,
				   .created_ms = NOW + 60 * MIN };

	(void)state; /* its clock is an hour and a half ahead of ours */
	assert_int_equal(node_overdue(&n, &f), OVERDUE_NOT);
	f.created_ms--;
	assert_int_equal(node_overdue(&n, &f), OVERDUE_JOINED);
	f.created_ms = f.cloud_now_ms + MIN; /* still to come is just now */
	assert_int_equal(node_overdue(&n, &f), OVERDUE_NOT);
	f.created_ms = 0; /* not said: by our request, and our clock */
	assert_int_equal(node_overdue(&n, &f), OVERDUE_JOINED);
}

static void a_machine_is_missed_only_in_a_listing_that_began_late_enough(void **state)
{
	const struct node n = { .state = NODE_ALLOCATING, .since_ms = NOW - 60 * MIN };
	struct overdue_facts f = { .now_ms = NOW, .listed_ms = NOW - 56 * MIN };

	(void)state; /* R5.7 */
	assert_int_equal(node_overdue(&n, &f), OVERDUE_NOT);
	f.listed_ms = NOW - 54 * MIN;
	assert_int_equal(node_overdue(&n, &f), OVERDUE_ACCEPTED);
	f.set_changes = true;
	assert_int_equal(node_overdue(&n, &f), OVERDUE_NOT);
}

/* R5.4: the row came first, then the listing; and then a look by id, or the cloud's own word.
 */
static void r5_4_what_a_listing_misses_is_looked_for_by_its_id(void **state)
{
	static const struct {
		enum node_state s;
		int64_t bound, deleted;
		bool changes, done;
		enum missing says;
	} rows[] = {
		{ NODE_IDLE, NOW - MIN, 0, false, false, MISSING_LOOK },
		{ NODE_BUSY, NOW - MIN, 0, true, false, MISSING_LOOK },
		{ NODE_BOOTING, NOW, 0, false, false,
		  MISSING_NOT }, /* bound while it was listed */
		{ NODE_IDLE, NOW + MIN, 0, false, false, MISSING_NOT },
		{ NODE_EVICTED, NOW - MIN, 0, false, false,
		  MISSING_LOOK }, /* by a notice: it may be there still */
		{ NODE_DELETING, NOW - MIN, 0, true, false, MISSING_NOT },
		{ NODE_DELETING, NOW - MIN, 0, false, false,
		  MISSING_LOOK }, /* never asked for */
		{ NODE_DELETING, NOW - MIN, NOW - 1, false, true, MISSING_GONE },
		{ NODE_DELETING, NOW - MIN, NOW - 1, false, false, MISSING_LOOK }, /* refused */
		{ NODE_DELETING, NOW - MIN, NOW + 1, false, true, MISSING_NOT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct node n = { .state = rows[i].s,
					.vm_id = "/vm",
					.bound_ms = rows[i].bound };
		const struct missing_facts f = { .listed_ms = NOW,
						 .set_changes = rows[i].changes,
						 .deleted_ms = rows[i].deleted,
						 .deletion_done = rows[i].done };

		assert_int_equal(node_missing(&n, &f), rows[i].says);
	}
}

/* R5.4, promise 1: a machine that stays in the listings is there, whatever its row was told. */
static void r5_4_a_machine_that_left_is_passed_over_for_ten_minutes(void **state)
{
	struct run r = { .past_vms = map_new(free, true) };
	int64_t *gone_ms = xmalloc(sizeof(*gone_ms));

	(void)state;
	*gone_ms = NOW;
	map_put(r.past_vms, "/VM", gone_ms);
	assert_true(vm_is_past(&r, "/vm"));
	assert_true(vm_left_lately(&r, "/vm", NOW + 10 * MIN - 1));
	assert_false(vm_left_lately(&r, "/vm", NOW + 10 * MIN));
	assert_false(vm_left_lately(&r, "/other", NOW));
	map_free(r.past_vms);
}

/* R5.9: of a node or of its array; what somebody asked for ends it all the same. */
static void a_kept_node_goes_only_when_somebody_asked_for_its_end(void **state)
{
	struct run r = { .op = { .id = 0 } };
	struct member m = { .node = { .state = NODE_IDLE } };

	(void)state;
	assert_false(member_stays(&r, &m));
	m.node.array_kept_ms = NOW;
	assert_true(member_stays(&r, &m));
	m.node.array_kept_ms = 0;
	m.node.keep_alive = true;
	assert_true(member_stays(&r, &m));
	m.node.terminate_asked = true;
	assert_false(member_stays(&r, &m));
	m.node.terminate_asked = false;
	r.op.id = 1;
	r.op.kind = OP_START;
	assert_true(member_stays(&r, &m));
	r.op.kind = OP_STOP;
	assert_false(member_stays(&r, &m));
	r.op.kind = OP_DELETE;
	assert_false(member_stays(&r, &m));
}

static struct queue *queue_of(struct queue *q, const char *nodes, enum job_state s)
{
	struct job *j;

	queue_init(q);
	queue_add_node(q)->name = "htc-1";
	queue_add_node(q)->name = "htc-2";
	j = queue_add_job(q);
	j->id = "12";
	j->nodes = nodes;
	j->state = s;
	queue_count_node_jobs(q);
	return q;
}

/* R6.4: a job that runs keeps a node that never joined; one that merely waits for it is put
 * back. */
static void jobs_that_wait_for_a_node_are_told_from_those_that_run_there(void **state)
{
	static const struct {
		const char *nodes;
		enum job_state s;
		enum node_work work;
		size_t ids;
	} rows[] = {
		{ "htc-1", JOB_STARTING, WORK_ASSIGNED, 1 },
		{ "htc-[1-2]", JOB_STARTING, WORK_ASSIGNED, 1 },
		{ "htc-2", JOB_STARTING, WORK_NONE, 0 },
		{ "htc-1", JOB_RUNNING, WORK_RUNS, 0 },
		{ "htc-1", JOB_COMPLETING, WORK_RUNS, 0 },
		{ "htc-1", JOB_SUSPENDED, WORK_RUNS, 0 },
		{ "htc-1", JOB_UNKNOWN, WORK_RUNS, 0 },
		{ "htc-1", JOB_CANCELLED, WORK_NONE, 0 },
		{ "", JOB_PENDING, WORK_NONE, 0 },
		{ "htc-[1-", JOB_STARTING, WORK_UNKNOWN, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct strs ids = STRS_INIT(10);
		struct queue q;

		queue_of(&q, rows[i].nodes, rows[i].s);
		assert_int_equal(node_work(&q, "htc-1", &ids), rows[i].work);
		assert_int_equal(ids.n, rows[i].ids);
		assert_int_equal(node_work(&q, "htc-9", NULL), WORK_NONE);
		strs_clear(&ids);
		queue_clear(&q);
	}
}

static void one_running_job_is_enough_beside_many_that_wait(void **state)
{
	struct queue q;
	struct job *j;

	(void)state; /* R6.4 */
	queue_of(&q, "htc-1", JOB_STARTING);
	j = queue_add_job(&q);
	j->id = "13";
	j->nodes = "htc-1";
	j->state = JOB_RUNNING;
	queue_count_node_jobs(&q);
	assert_int_equal(node_work(&q, "htc-1", NULL), WORK_RUNS);
	queue_clear(&q);
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
		cmocka_unit_test(r12_1_readings_grow_old_by_the_clock_that_nobody_sets),
		cmocka_unit_test(each_part_of_a_nodes_way_has_its_deadline),
		cmocka_unit_test(a_moment_that_nobody_knows_is_just_now),
		cmocka_unit_test(
		    a_boot_counts_from_when_the_cloud_made_the_machine_by_its_own_clock),
		cmocka_unit_test(a_machine_is_missed_only_in_a_listing_that_began_late_enough),
		cmocka_unit_test(r5_4_what_a_listing_misses_is_looked_for_by_its_id),
		cmocka_unit_test(r5_4_a_machine_that_left_is_passed_over_for_ten_minutes),
		cmocka_unit_test(a_kept_node_goes_only_when_somebody_asked_for_its_end),
		cmocka_unit_test(jobs_that_wait_for_a_node_are_told_from_those_that_run_there),
		cmocka_unit_test(one_running_job_is_enough_beside_many_that_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
