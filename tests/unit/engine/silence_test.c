/* A node that does not answer is told of as such before anybody gives it up, and what is done
 * with it does not change by that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../support/engine_world.h"
#include "base/clock.h"
#include "base/mem.h"
#include "engine/drain.h"
#include "engine/members.h"
#include "engine/run.h"
#include "engine/silence.h"

#define T0 INT64_C(1767261600000) /* 10:00:00 */

static const struct node busy = { .name = "htc-1",
				  .array = "htc",
				  .size = "Standard_F2s_v2",
				  .state = NODE_BUSY,
				  .jobs = 2 };

static void what_is_known_and_what_follows_is_told(void **state)
{
	static const struct {
		struct silence s;
		int64_t jobs;
		const char *text;
	} cases[] = {
		{ { .power = POWER_RUNNING }, 2, "" },
		{ { .failed = true }, 2, "" }, /* it works all the same */
		{ { .unheard = true },
		  2,
		  "not answering since 10:00:00; once the scheduler gives it up, its jobs are "
		  "requeued and its machine is deleted" },
		{ { .unheard = true, .power = POWER_STOPPED },
		  0,
		  "not answering since 10:00:00: its machine is stopped at the cloud; once the "
		  "scheduler gives it up, its machine is deleted" },
		{ { .power = POWER_DEALLOCATED, .stays = true },
		  -1,
		  "not answering since 10:00:00: its machine is deallocated at the cloud; once "
		  "the scheduler gives it up, its jobs are requeued and it stays, as it is "
		  "kept" },
		{ { .unheard = true, .failed = true },
		  0,
		  "not answering since 10:00:00: its machine failed at the cloud; once the "
		  "scheduler gives it up, its machine is deleted" },
	};
	char out[160];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct silence s = cases[i].s;
		struct node n = busy;

		s.since_ms = T0;
		n.jobs = cases[i].jobs;
		assert_int_equal(silence_text(out, &n, &s), cases[i].text[0] != '\0');
		assert_string_equal(out, cases[i].text);
	}
}

static void a_node_that_comes_or_goes_has_its_own_word(void **state)
{
	const struct silence s = { .unheard = true, .since_ms = T0 };
	char out[160];

	(void)state;
	for (int i = 0; i < NODE_STATES; i++) {
		const struct node n = { .state = (enum node_state)i };

		assert_int_equal(silence_text(out, &n, &s),
				 i == NODE_IDLE || i == NODE_BUSY || i == NODE_DRAINING);
	}
}

static int up(void **state)
{
	struct engine_world *w = engine_world_up("silence", T0, &busy);

	w->r->queue = xcalloc(1, sizeof(*w->r->queue));
	queue_init(w->r->queue);
	w->r->queue->read_started_ms = T0;
	*state = w;
	return 0;
}

static const struct node *shown(const struct engine_world *w)
{
	const struct node *const *list;

	assert_int_equal(engine_nodes(w->e, &w->r->cluster, &list), 1);
	return list[0];
}

/* Events of that text. */
static int noted(const struct engine_world *w, const char *text)
{
	struct event *v;
	size_t n;
	int found = 0;

	assert_int_equal(store_events(w->e->store, 0, 0, 100, &v, &n, NULL), 0);
	for (size_t i = 0; i < n; i++)
		found += strcmp(v[i].object, "htc-1") == 0 && strcmp(v[i].text, text) == 0;
	free(v);
	return found;
}

static void its_own_state_stays_and_another_one_is_told(void **state)
{
	struct engine_world *w = *state;
	struct member *m = member_find(w->r, "htc-1");
	struct sched_node sn = { .name = "htc-1", .state = SNODE_UP, .responding = false };
	struct strs names = STRS_INIT(2), silent = STRS_INIT(2);
	struct cluster_view v;

	silence_heard(w->r, m, &sn);
	clock_test_advance(21000);
	silence_heard(w->r, m, &sn);
	assert_int_equal(noted(w, "does not answer"), 1);
	strs_add(&names, "htc-1");
	engine_nodes_silent(w->e, w->r->cluster.name, &names, &silent);
	assert_int_equal(silent.n, 1);
	strs_clear(&names);
	strs_clear(&silent);
	assert_int_equal(m->node.state, NODE_BUSY);
	assert_int_equal(shown(w)->state, NODE_UNHEALTHY);
	assert_int_equal(shown(w)->since_ms, T0);
	assert_non_null(strstr(shown(w)->reason, "not answering since 10:00:00; "));
	engine_view(w->e, &w->r->cluster, &v);
	assert_int_equal(v.busy, 0);
	assert_int_equal(v.failed, 1);
	m->node.state = NODE_DRAINING; /* it can be undrained still */
	assert_int_equal(shown(w)->state, NODE_DRAINING);
	assert_non_null(strstr(shown(w)->reason, "not answering since "));
	m->node.state = NODE_DELETING;
	assert_ptr_equal(shown(w), &m->node);
	m->node.state = NODE_BUSY;
	sn.responding = true;
	silence_heard(w->r, m, &sn);
	assert_ptr_equal(shown(w), &m->node);
	assert_int_equal(m->silent_ms, 0);
	assert_int_equal(noted(w, "does not answer"), 1);
	assert_int_equal(noted(w, "answers again"), 1);
}

/* Slurm shows such a node as not answering until its next word. */
static void one_that_was_resumed_is_not_silent(void **state)
{
	struct engine_world *w = *state;
	struct member *m = member_find(w->r, "htc-1");
	struct sched_node sn = { .name = "htc-1", .state = SNODE_UP, .responding = false };

	silence_heard(w->r, m, &sn);
	assert_ptr_equal(shown(w), &m->node);
	clock_test_advance(10000);
	silence_heard(w->r, m, &sn);
	assert_ptr_equal(shown(w), &m->node);
	sn.responding = true;
	silence_heard(w->r, m, &sn);
	clock_test_advance(15000);
	sn.responding = false; /* that is another time */
	silence_heard(w->r, m, &sn);
	assert_ptr_equal(shown(w), &m->node);
	m->power = POWER_STOPPED; /* which a resume does not explain */
	silence_listed(w->r, m);
	assert_int_equal(shown(w)->state, NODE_UNHEALTHY);
}

static void one_that_is_undrained_is_busy_while_jobs_run_on_it(void **state)
{
	struct engine_world *w = *state;
	struct member *m = member_find(w->r, "htc-1");

	m->node.jobs = 2;
	drain_feed(w->r, m, DRAIN_EV_WANTED, "asked for");
	drain_feed(w->r, m, DRAIN_EV_UNDRAIN_ASKED, "asked for");
	assert_int_equal(m->node.state, NODE_BUSY);
	m->node.jobs = 0;
	drain_feed(w->r, m, DRAIN_EV_WANTED, "asked for");
	drain_feed(w->r, m, DRAIN_EV_UNDRAIN_ASKED, "asked for");
	assert_int_equal(m->node.state, NODE_IDLE);
}

static void a_machine_that_is_off_is_told_by_a_listing_alone(void **state)
{
	struct engine_world *w = *state;
	struct member *m = member_find(w->r, "htc-1");

	m->power = POWER_STOPPED;
	silence_listed(w->r, m);
	assert_int_equal(shown(w)->state, NODE_UNHEALTHY);
	assert_non_null(strstr(shown(w)->reason, "its machine is stopped at the cloud"));
	m->power = POWER_RUNNING;
	silence_listed(w->r, m);
	assert_ptr_equal(shown(w), &m->node);
}

static void restart(struct engine_world *w)
{
	engine_world_end(w);
	engine_world_begin(w);
	w->r->queue = xcalloc(1, sizeof(*w->r->queue));
	queue_init(w->r->queue);
	w->r->queue->read_started_ms = T0;
}

static void an_outage_is_told_once_over_restarts(void **state)
{
	struct engine_world *w = *state;
	struct sched_node sn = { .name = "htc-1", .state = SNODE_UP, .responding = false };

	silence_heard(w->r, member_find(w->r, "htc-1"), &sn);
	clock_test_advance(21000);
	silence_heard(w->r, member_find(w->r, "htc-1"), &sn);
	restart(w);
	assert_int_equal(shown(w)->state, NODE_UNHEALTHY);
	silence_listed(w->r, member_find(w->r, "htc-1")); /* which tells nothing of it */
	silence_heard(w->r, member_find(w->r, "htc-1"), &sn);
	clock_test_advance(60000);
	silence_heard(w->r, member_find(w->r, "htc-1"), &sn);
	assert_int_equal(noted(w, "does not answer"), 1);
	assert_int_equal(noted(w, "answers again"), 0);
	sn.responding = true;
	silence_heard(w->r, member_find(w->r, "htc-1"), &sn);
	assert_int_equal(noted(w, "answers again"), 1);
	restart(w);
	assert_ptr_equal(shown(w), &member_find(w->r, "htc-1")->node);
	sn.responding = false; /* that is another time */
	silence_heard(w->r, member_find(w->r, "htc-1"), &sn);
	clock_test_advance(21000);
	silence_heard(w->r, member_find(w->r, "htc-1"), &sn);
	assert_int_equal(noted(w, "does not answer"), 2);
}

/* What became of it since is the word that counts. */
static void one_that_was_given_up_since_is_not_silent(void **state)
{
	struct engine_world *w = *state;
	struct sched_node sn = { .name = "htc-1", .state = SNODE_UP, .responding = false };

	silence_heard(w->r, member_find(w->r, "htc-1"), &sn);
	clock_test_advance(21000);
	silence_heard(w->r, member_find(w->r, "htc-1"), &sn);
	node_move(w->r, member_find(w->r, "htc-1"), NODE_UNHEALTHY, "the scheduler says DOWN");
	node_move(w->r, member_find(w->r, "htc-1"), NODE_IDLE, "answers again");
	restart(w);
	assert_ptr_equal(shown(w), &member_find(w->r, "htc-1")->node);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_known_and_what_follows_is_told),
		cmocka_unit_test(a_node_that_comes_or_goes_has_its_own_word),
		cmocka_unit_test_setup_teardown(its_own_state_stays_and_another_one_is_told, up,
						engine_world_down),
		cmocka_unit_test_setup_teardown(one_that_was_resumed_is_not_silent, up,
						engine_world_down),
		cmocka_unit_test_setup_teardown(
		    one_that_is_undrained_is_busy_while_jobs_run_on_it, up, engine_world_down),
		cmocka_unit_test_setup_teardown(
		    a_machine_that_is_off_is_told_by_a_listing_alone, up, engine_world_down),
		cmocka_unit_test_setup_teardown(an_outage_is_told_once_over_restarts, up,
						engine_world_down),
		cmocka_unit_test_setup_teardown(one_that_was_given_up_since_is_not_silent, up,
						engine_world_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
