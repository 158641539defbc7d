/* What keeps jobs from getting nodes is carried from one reading to the next, until the next
 * decision. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/run.h"

static struct job *add(struct queue *q, const char *id, const char *array, const char *waits)
{
	struct job *j = queue_add_job(q);

	j->id = id;
	j->array_id = array;
	j->waits = waits;
	j->state = JOB_PENDING;
	return j;
}

static void the_rest_of_an_array_keeps_its_verdict(void **state)
{
	struct queue before, now;

	(void)state;
	queue_init(&before);
	queue_init(&now);
	add(&before, "12_[5-37]", "12", "budget: none left");
	add(&before, "13", "", "no capacity: htc has 0 nodes left of 16");
	add(&before, "14", "", "");
	add(&now, "12_5", "12", "")->state = JOB_RUNNING;
	add(&now, "12_[6-37]", "12", "");
	add(&now, "13", "", "");
	add(&now, "14", "", "");
	add(&now, "15", "", "");
	verdicts_keep(&now, &before);
	queue_clear(&before); /* its texts are copied */
	assert_string_equal(now.jobs[0].waits, "");
	assert_string_equal(now.jobs[1].waits, "budget: none left");
	assert_string_equal(now.jobs[2].waits, "no capacity: htc has 0 nodes left of 16");
	assert_string_equal(now.jobs[3].waits, "");
	assert_string_equal(now.jobs[4].waits, "");
	verdicts_keep(&now, NULL); /* the first reading */
	queue_clear(&now);
}

static void a_decision_is_told_where_something_is_in_the_way(void **state)
{
	struct why_want wants[] = {
		{ .code = WHY_NO_CAPACITY, .unplaced = 3, .text = "no capacity: full" },
		{ .code = WHY_WAITING_FOR_NODES, .placed = 2, .waiting = 2, .text = "2 wait" },
		{ .code = WHY_BUDGET, .placed = 1, .text = "budget: spent" },
	};
	size_t want_of[] = { 0, 1, 2, SIZE_MAX };
	struct queue q;
	struct run r = { .queue = &q };
	uint64_t judged;

	(void)state;
	queue_init(&q);
	add(&q, "1", "", "");
	add(&q, "2", "", "no capacity: of before");
	add(&q, "3", "", "");
	add(&q, "4", "", "");
	r.demand = (struct demand){ .want_of = want_of, .n_records = 4 };
	r.plan.wants = wants;
	r.plan.n_wants = 3;
	judged = q.judged;
	verdicts_set(&r);
	assert_string_equal(q.jobs[0].waits, "no capacity: full");
	assert_string_equal(q.jobs[1].waits, "");
	assert_string_equal(q.jobs[2].waits, ""); /* it has its place */
	assert_string_equal(q.jobs[3].waits, "");
	assert_int_equal(q.judged, judged + 1);
	verdicts_set(&r);
	assert_int_equal(q.judged, judged + 1); /* nothing new */
	queue_clear(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rest_of_an_array_keeps_its_verdict),
		cmocka_unit_test(a_decision_is_told_where_something_is_in_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
