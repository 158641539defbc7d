/* R5.3 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/suspicion.h"

#define NOW INT64_C(1700000000000)

static const struct drop nothing = { .nodes = 9, .jobs = 40, .jobs_left = 40 };

static bool sudden(struct drop d)
{
	struct suspicion s = { 0 };

	return suspicion_look(&s, &d, NOW) && suspicion_holds(&s);
}

static void most_of_the_nodes_or_jobs_are_a_sudden_drop(void **state)
{
	(void)state; /* R5.3: more than half, and more than five */
	assert_true(sudden((struct drop){ .nodes = 9, .nodes_lost = 9 }));
	assert_true(sudden((struct drop){ .nodes = 11, .nodes_lost = 6 }));
	assert_false(sudden((struct drop){ .nodes = 12, .nodes_lost = 6 }));
	assert_false(sudden((struct drop){ .nodes = 5, .nodes_lost = 5 }));
	assert_false(sudden((struct drop){ .nodes = 1000, .nodes_lost = 499 }));
	assert_true(sudden((struct drop){ .jobs = 40, .jobs_left = 1 }));
	assert_false(sudden((struct drop){ .jobs = 40, .jobs_left = 20 }));
	assert_false(sudden((struct drop){ .jobs = 5, .jobs_left = 0 }));
	assert_false(sudden((struct drop){ .jobs = 1, .jobs_left = 40 }));
	assert_false(sudden(nothing));
}

static void jobs_that_may_have_ended_are_no_surprise(void **state)
{
	(void)state;
	assert_false(sudden((struct drop){ .jobs = 40, .jobs_left = 0, .cpus = 40 }));
	assert_true(sudden((struct drop){ .jobs = 40, .jobs_left = 0, .cpus = 39 }));
	assert_false(
	    sudden((struct drop){ .jobs = 40, .jobs_left = 0, .cpus = 30, .cancelled = 10 }));
}

static void work_goes_on_while_nobody_reads(void **state)
{
	struct drop d = {
		.jobs = 33, .jobs_left = 0, .cpus = 8, .cancelled = 1, .cycle_ms = 10000
	};

	(void)state; /* an engine that stood still for a minute saw not one of them end */
	d.apart_ms = 4 * d.cycle_ms;
	assert_false(sudden(d));
	d.apart_ms--;
	assert_true(sudden(d));
	d.apart_ms = 0;
	assert_true(sudden(d));
	assert_true(sudden((struct drop){
	    .nodes = 9, .nodes_lost = 9, .apart_ms = 65000, .cycle_ms = 10000 }));
}

static void what_is_the_same_for_a_minute_is_believed(void **state)
{
	const struct drop d = { .nodes = 9, .nodes_lost = 9 }, gone = { .nodes = 0 };
	struct suspicion s = { 0 };

	(void)state; /* R5.3: two equal readings, 60 s apart */
	assert_true(suspicion_look(&s, &d, NOW));
	for (int64_t t = 10000; t < SUSPICION_MS; t += 10000) {
		assert_false(suspicion_look(&s, &gone, NOW + t));
		assert_true(suspicion_holds(&s));
	}
	assert_false(suspicion_look(&s, &gone, NOW + SUSPICION_MS));
	assert_false(suspicion_holds(&s));
}

static void a_drop_that_goes_on_begins_the_minute_anew(void **state)
{
	const struct drop d = { .jobs = 40, .jobs_left = 10 },
			  more = { .nodes = 9, .nodes_lost = 1 };
	const struct drop runs = { .jobs = 10, .jobs_left = 9, .cpus = 4 };
	struct suspicion s = { 0 };

	(void)state;
	assert_true(suspicion_look(&s, &d, NOW));
	assert_false(suspicion_look(&s, &more, NOW + 50000));
	assert_false(suspicion_look(&s, &runs, NOW + 70000)); /* a job ended: no drop */
	assert_true(suspicion_holds(&s));
	assert_false(suspicion_look(&s, &nothing, NOW + 110000));
	assert_false(suspicion_holds(&s));
}

static void a_clock_that_is_set_back_makes_it_no_longer_than_a_minute(void **state)
{
	const struct drop d = { .nodes = 9, .nodes_lost = 9 };
	struct suspicion s = { 0 };

	(void)state;
	suspicion_look(&s, &d, NOW);
	suspicion_look(&s, &nothing, NOW - 3600000);
	suspicion_look(&s, &nothing, NOW - 3600000 + SUSPICION_MS);
	assert_false(suspicion_holds(&s));
}

static void the_sentence_tells_what_vanished(void **state)
{
	static const struct {
		struct drop d;
		const char *says;
	} rows[] = {
		{ { .nodes = 9, .nodes_lost = 8, .jobs = 3, .jobs_left = 1 },
		  "the scheduler lost 8 of 9 nodes" },
		{ { .nodes = 9, .nodes_lost = 1, .jobs = 40, .jobs_left = 2 },
		  "the scheduler lost 38 of 40 jobs" },
		{ { .nodes = 9, .nodes_lost = 9, .jobs = 40, .jobs_left = 2 },
		  "the scheduler lost 9 of 9 nodes and 38 of 40 jobs" },
	};
	char text[SUSPICION_TEXT];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct suspicion s = { 0 };

		assert_true(suspicion_look(&s, &rows[i].d, NOW));
		suspicion_look(&s, &nothing, NOW + 1000); /* the sudden one is told on */
		assert_string_equal(suspicion_text(text, &s), rows[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(most_of_the_nodes_or_jobs_are_a_sudden_drop),
		cmocka_unit_test(jobs_that_may_have_ended_are_no_surprise),
		cmocka_unit_test(work_goes_on_while_nobody_reads),
		cmocka_unit_test(what_is_the_same_for_a_minute_is_believed),
		cmocka_unit_test(a_drop_that_goes_on_begins_the_minute_anew),
		cmocka_unit_test(a_clock_that_is_set_back_makes_it_no_longer_than_a_minute),
		cmocka_unit_test(the_sentence_tells_what_vanished),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
