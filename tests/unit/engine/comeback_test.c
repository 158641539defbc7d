/* R1.3: an engine that was killed says so in its next life, once, with what that one found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../support/engine_world.h"
#include "base/clock.h"
#include "base/mem.h"
#include "engine/comeback.h"

#define T0 INT64_C(1767261600000) /* 10:00:00 */

static const struct node idle = {
	.name = "htc-1", .array = "htc", .size = "Standard_F2s_v2", .state = NODE_IDLE
};

static int up(void **state)
{
	struct engine_world *w = xcalloc(1, sizeof(*w));

	clock_test_set(T0);
	engine_world_make(w, "comeback", &idle);
	*state = w;
	return 0;
}

static int down(void **state)
{
	struct engine_world *w = *state;

	clock_test_end();
	assert_int_equal(engine_world_remove(w), 0);
	free(w);
	return 0;
}

static void killed_life(struct engine_world *w)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		engine_world_begin(w);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

/* The events of a life that begins and ends in order: how many tell of a comeback. */
static size_t told(struct engine_world *w, char text[COMEBACK_TEXT])
{
	struct event *v;
	size_t n, found = 0;

	engine_world_begin(w);
	assert_int_equal(store_events(w->e->store, 0, 0, 100, &v, &n, NULL), 0);
	for (size_t i = 0; i < n; i++)
		if (strstr(v[i].text, "came back")) {
			found++;
			strcpy(text, v[i].text);
		}
	free(v);
	engine_world_end(w);
	return found;
}

static void the_first_life_and_one_after_an_end_in_order_have_nothing_to_tell(void **state)
{
	char text[COMEBACK_TEXT];

	assert_int_equal(told(*state, text), 0);
	assert_int_equal(told(*state, text), 0);
}

static void a_killed_engine_is_told_of_once_by_the_next_one(void **state)
{
	char text[COMEBACK_TEXT];

	killed_life(*state);
	clock_test_advance(14000);
	assert_int_equal(told(*state, text), 1);
	assert_string_equal(
	    text,
	    "the engine came back after 14s; its last sign of life was at 10:00:00. It had "
	    "not ended in order: it found 1 cluster with 1 node, and no operation was under way");
	assert_int_equal(told(*state, text), 1); /* that one */
}

static void what_was_under_way_is_named(void **state)
{
	struct comeback c = { .last_ms = T0,
			      .now_ms = T0 + 3600000,
			      .clusters = 2,
			      .nodes = 40,
			      .operations = 3,
			      .first = "start of demo" };
	char text[COMEBACK_TEXT];

	(void)state;
	assert_non_null(strstr(comeback_text(text, &c), "after 1h"));
	assert_non_null(
	    strstr(text, "2 clusters with 40 nodes, and start of demo and 2 more go on"));
	c.operations = 1;
	c.watches = true;
	assert_non_null(
	    strstr(comeback_text(text, &c), "start of demo waits for the end of safe mode"));
	c.last_ms = 0;
	assert_non_null(strstr(comeback_text(text, &c), "when it ended is not known"));
	c.last_ms = c.now_ms + 1; /* the clock was set back */
	assert_non_null(strstr(comeback_text(text, &c), "when it ended is not known"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    the_first_life_and_one_after_an_end_in_order_have_nothing_to_tell, up,
		    down),
		cmocka_unit_test_setup_teardown(a_killed_engine_is_told_of_once_by_the_next_one,
						up, down),
		cmocka_unit_test(what_was_under_way_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
