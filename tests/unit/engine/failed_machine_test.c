/* A machine that the cloud calls failed and that the scheduler hears of: it works, and listings
 * and readings of the queue do not take turns at saying otherwise. */
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
#include "engine/members.h"
#include "engine/reconcile.h"

#define T0   INT64_C(1767261600000)
#define A_VM "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm1"

static const struct node idle = { .name = "htc-1",
				  .array = "htc",
				  .size = "Standard_F2s_v2",
				  .state = NODE_IDLE,
				  .vm_id = A_VM,
				  .bound_ms = T0 - 60000 };

static int up(void **state)
{
	struct engine_world *w = engine_world_up("failed", T0, &idle);

	*state = w;
	return 0;
}

static void list_failed(struct engine_world *w)
{
	struct cloud_vms vms = { .v = xcalloc(1, sizeof(*vms.v)), .n = 1, .cap = 1 };
	struct cloud_vm *vm = &vms.v[0];
	char **const texts[] = { &vm->id,   &vm->name, &vm->host,    &vm->set_id,
				 &vm->size, &vm->zone, &vm->address, &vm->cluster_tag };

	vm->failed = true;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = xstrdup(i == 0 ? A_VM : "");
	clock_test_advance(1000);
	reconcile_cloud(w->r, &vms);
	reconcile_take_on(w->r);
}

static void read_queue(struct engine_world *w, bool responding)
{
	struct sched_node *sn;

	clock_test_advance(21000);
	if (w->r->queue)
		queue_clear(w->r->queue);
	free(w->r->queue);
	w->r->queue = xcalloc(1, sizeof(*w->r->queue));
	queue_init(w->r->queue);
	w->r->queue->read_started_ms = clock_utc_ms();
	sn = queue_add_node(w->r->queue);
	sn->name = "htc-1";
	sn->state = SNODE_UP;
	sn->responding = responding;
	reconcile_queue(w->r);
	reconcile_take_on(w->r);
}

static size_t events(const struct engine_world *w)
{
	struct event *v;
	size_t n;

	assert_int_equal(store_events(w->e->store, 0, 0, 100, &v, &n, NULL), 0);
	free(v);
	return n;
}

static enum node_state state_of(const struct engine_world *w)
{
	return member_find(w->r, "htc-1")->node.state;
}

static void one_that_works_stays_as_it_is(void **state)
{
	struct engine_world *w = *state;
	size_t before = events(w);

	list_failed(w); /* before anybody asked the scheduler */
	assert_int_equal(state_of(w), NODE_IDLE);
	for (int i = 0; i < 3; i++) {
		read_queue(w, true);
		assert_int_equal(state_of(w), NODE_IDLE);
		list_failed(w);
		assert_int_equal(state_of(w), NODE_IDLE);
	}
	assert_int_equal(events(w), before);
}

static void one_that_is_not_heard_of_is_given_up_once(void **state)
{
	struct engine_world *w = *state;
	size_t before;

	read_queue(w, true);
	read_queue(w, false);
	read_queue(w, false);
	list_failed(w);
	assert_int_equal(state_of(w), NODE_UNHEALTHY);
	before = events(w);
	read_queue(w, false);
	list_failed(w);
	assert_int_equal(state_of(w), NODE_UNHEALTHY);
	assert_int_equal(events(w), before);
	read_queue(w, true); /* it works all the same */
	list_failed(w);
	assert_int_equal(state_of(w), NODE_IDLE);
	assert_int_equal(events(w), before + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_that_works_stays_as_it_is, up,
						engine_world_down),
		cmocka_unit_test_setup_teardown(one_that_is_not_heard_of_is_given_up_once, up,
						engine_world_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
