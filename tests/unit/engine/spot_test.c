/* What spot machines are like: a bucket's past in its price, buckets that rest when many are
 * taken at once, and jobs that lost two machines; over a restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../support/engine_world.h"
#include "base/clock.h"
#include "base/mem.h"
#include "engine/backoff.h"
#include "engine/members.h"
#include "engine/run.h"
#include "engine/scaleset.h"
#include "engine/spot.h"

#define T0     INT64_C(1767225600000)
#define MINUTE INT64_C(60000)

struct world {
	struct engine_world x;
	int64_t now;
	int64_t machines;
};

static void begin(struct world *w)
{
	clock_test_set(T0);
	clock_test_advance(w->now - T0); /* as the clock that only runs did (R12.1) */
	engine_world_begin(&w->x);
}

static void end(struct world *w)
{
	engine_world_end(&w->x);
	clock_test_end();
}

static int up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->now = T0;
	engine_world_make(&w->x, "spot", NULL);
	begin(w);
	*state = w;
	return 0;
}

static int down(void **state)
{
	struct world *w = *state;

	end(w);
	assert_int_equal(engine_world_remove(&w->x), 0);
	free(w);
	return 0;
}

static void pass(struct world *w, int64_t ms)
{
	w->now += ms;
	clock_test_advance(ms);
}

static struct member *spot_node(struct world *w)
{
	struct node n = { .cluster_id = w->x.r->cluster.id,
			  .index = ++w->machines,
			  .state = NODE_BOOTING,
			  .spot = true,
			  .price = 0.02 };
	char text[] = "vm";
	struct cloud_vm vm = { .name = text, .host = text, .address = text };
	struct member *m;

	snprintf(n.name, sizeof(n.name), "htc-%lld", (long long)n.index);
	snprintf(n.array, sizeof(n.array), "htc");
	snprintf(n.size, sizeof(n.size), "Standard_F2s_v2");
	m = member_add(w->x.r, &n);
	assert_non_null(m);
	vm.id = xasprintf("/vm/%lld", (long long)n.index);
	member_bind(w->x.r, m, &vm);
	free(vm.id);
	assert_int_equal(node_move(w->x.r, m, NODE_JOINING, "runs"), 0);
	assert_int_equal(node_move(w->x.r, m, NODE_IDLE, "joined"), 0);
	return m;
}

static const char *key(const struct world *w)
{
	static char out[200];

	bucket_key(out, &w->x.r->cluster.spec.arrays[0], "Standard_F2s_v2", "", true, "");
	return out;
}

static struct job *add_job(struct queue *q, const char *id, const char *array,
			   const char *nodes)
{
	struct job *j = queue_add_job(q);

	j->id = id;
	j->array_id = array;
	j->nodes = nodes;
	j->state = nodes[0] ? JOB_RUNNING : JOB_PENDING;
	j->tasks = 1;
	return j;
}

static struct queue *new_queue(struct world *w)
{
	struct queue *q = xcalloc(1, sizeof(*q));

	queue_init(q);
	if (w->x.r->queue) {
		queue_clear(w->x.r->queue);
		free(w->x.r->queue);
	}
	w->x.r->queue = q;
	return q;
}

static bool near(double a, double b)
{
	return a > b - 1e-9 && a < b + 1e-9;
}

static void the_price_of_lost_work_counts_after_twenty_hours(void **state)
{
	struct spot_past p = { .node_ms = 20 * HOUR_MS - 1,
			       .taken = 3,
			       .lost_ms = 10 * HOUR_MS };

	(void)state;
	assert_true(near(spot_factor(&p), 1.05));
	p.node_ms = 40 * HOUR_MS;
	assert_true(near(spot_factor(&p), 1.25)); /* 3/40 an hour, 10/3 hours each */
	p.lost_ms = 0;
	assert_true(near(spot_factor(&p), 1));
}

static void an_old_past_counts_by_half(void **state)
{
	struct spot_past p = { .node_ms = 1999 * HOUR_MS, .taken = 10, .lost_ms = 8 * HOUR_MS };

	(void)state;
	spot_past_add(&p, 3 * HOUR_MS, true, 0);
	assert_int_equal(p.node_ms, 1001 * HOUR_MS);
	assert_int_equal(p.taken, 5);
	assert_int_equal(p.lost_ms, 4 * HOUR_MS);
	spot_past_add(&p, -5, false, -7); /* a clock that was put back takes nothing away */
	assert_int_equal(p.node_ms, 1001 * HOUR_MS);
	assert_int_equal(p.lost_ms, 4 * HOUR_MS);
}

static void two_and_a_tenth_are_a_storm(void **state)
{
	(void)state;
	assert_false(spot_is_storm(1, 1));
	assert_true(spot_is_storm(2, 2));
	assert_true(spot_is_storm(2, 20));
	assert_false(spot_is_storm(2, 21));
	assert_true(spot_is_storm(10, 100));
}

static void machines_that_go_leave_their_time_and_what_was_lost(void **state)
{
	struct world *w = *state;
	struct member *m = spot_node(w);

	pass(w, 19 * HOUR_MS);
	assert_true(near(spot_risk(w->x.r, key(w), 0), 1.05));
	assert_true(near(spot_risk(w->x.r, key(w), 21 * HOUR_MS), 1)); /* of one that runs */
	node_move(w->x.r, m, NODE_DRAINING, "idle");
	node_move(w->x.r, m, NODE_DELETING, "empty");
	member_gone(w->x.r, m, "gone");
	m = spot_node(w);
	node_move(w->x.r, m, NODE_BUSY, "1 job");
	add_job(new_queue(w), "7", "", m->node.name)->start_s = w->now / 1000;
	pass(w, 6 * HOUR_MS);
	node_move(w->x.r, m, NODE_EVICTED, "taken back");
	spot_settle(w->x.r);
	assert_true(near(spot_risk(w->x.r, key(w), 0), 1 + 6.0 / 25));
	member_gone(w->x.r, m, "gone"); /* counted already */
	assert_true(near(spot_risk(w->x.r, key(w), 0), 1 + 6.0 / 25));
	end(w);
	begin(w);
	assert_true(near(spot_risk(w->x.r, key(w), 0), 1 + 6.0 / 25));
}

static void a_bucket_whose_machines_are_taken_rests(void **state)
{
	struct world *w = *state;
	struct member *m[3];

	for (size_t i = 0; i < 3; i++)
		m[i] = spot_node(w);
	node_move(w->x.r, m[0], NODE_EVICTED, "taken back");
	spot_settle(w->x.r);
	assert_int_equal(w->x.r->n_backoffs, 0);
	pass(w, 9 * MINUTE);
	node_move(w->x.r, m[1], NODE_EVICTED, "taken back");
	spot_settle(w->x.r);
	assert_int_equal(w->x.r->n_backoffs, 1);
	assert_string_equal(w->x.r->backoffs[0].key, key(w));
	assert_true(w->x.r->backoffs[0].until_ms > w->now);
	assert_string_equal(w->x.r->backoffs[0].why,
			    "taken back: 2 of 3 machines within 10 min");
	backoff_ok(w->x.r, &m[2]->node); /* one that was on its way joins */
	assert_true(w->x.r->backoffs[0].until_ms > w->now);
	pass(w, 3600 * 1000);
	backoff_ok(w->x.r, &m[2]->node);
	assert_int_equal(w->x.r->backoffs[0].until_ms, 0);
}

static void two_that_are_taken_far_apart_are_no_storm(void **state)
{
	struct world *w = *state;
	struct member *a = spot_node(w), *b = spot_node(w);

	node_move(w->x.r, a, NODE_EVICTED, "taken back");
	spot_settle(w->x.r);
	pass(w, 11 * MINUTE);
	node_move(w->x.r, b, NODE_EVICTED, "taken back");
	spot_settle(w->x.r);
	assert_int_equal(w->x.r->n_backoffs, 0);
}

static void a_task_that_lost_two_machines_takes_its_array_from_spot(void **state)
{
	struct world *w = *state;
	struct queue *q;

	for (int i = 0; i < 2; i++) {
		struct member *m = spot_node(w);

		q = new_queue(w);
		add_job(q, "12_7", "12", m->node.name);
		add_job(q, "12_[8-9]", "12", "");
		add_job(q, "13", "", "");
		spot_mark(w->x.r, q);
		assert_false(q->jobs[1].no_spot);
		node_move(w->x.r, m, NODE_EVICTED, "taken back");
		spot_settle(w->x.r);
		pass(w, 3600 * 1000);
	}
	assert_true(q->jobs[1].no_spot);
	assert_false(q->jobs[2].no_spot);
	end(w);
	begin(w);
	q = new_queue(w);
	add_job(q, "12_[8-9]", "12", "");
	add_job(q, "13", "", "");
	spot_mark(w->x.r, q);
	assert_true(q->jobs[0].no_spot);
	assert_false(q->jobs[1].no_spot);
}

#define T(f) cmocka_unit_test_setup_teardown(f, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_price_of_lost_work_counts_after_twenty_hours),
		cmocka_unit_test(an_old_past_counts_by_half),
		cmocka_unit_test(two_and_a_tenth_are_a_storm),
		T(machines_that_go_leave_their_time_and_what_was_lost),
		T(a_bucket_whose_machines_are_taken_rests),
		T(two_that_are_taken_far_apart_are_no_storm),
		T(a_task_that_lost_two_machines_takes_its_array_from_spot),
	};

	return cmocka_run_group_tests_name("engine/spot", tests, NULL, NULL);
}
