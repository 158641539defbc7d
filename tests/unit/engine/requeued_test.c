/* Why a job that ran waits again: what became of its node, or who asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/requeued.h"

#define NOW INT64_C(1790000000000)

struct world {
	struct queue before, now;
	struct requeued q;
	char told[400];
};

static int up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	queue_init(&w->before);
	queue_init(&w->now);
	*state = w;
	return 0;
}

static int down(void **state)
{
	struct world *w = *state;

	queue_clear(&w->before);
	queue_clear(&w->now);
	requeued_clear(&w->q);
	free(w);
	return 0;
}

static struct job *add(struct queue *q, const char *id, const char *array, const char *nodes)
{
	struct job *j = queue_add_job(q);

	j->id = id;
	j->array_id = array;
	j->nodes = nodes;
	j->state = nodes[0] ? JOB_RUNNING : JOB_PENDING;
	j->reason_class = nodes[0] ? REASON_NONE : REASON_TIME;
	return j;
}

static void on_told(void *arg, const struct job *was, const char *text)
{
	struct world *w = arg;
	size_t n = strlen(w->told);

	snprintf(w->told + n, sizeof(w->told) - n, "%s %s\n", was->id, text);
}

static void look(struct world *w)
{
	w->told[0] = '\0';
	requeued_look(&w->q, &w->before, &w->now, NOW, on_told, w);
}

static void one_whose_node_was_evicted_says_so(void **state)
{
	struct world *w = *state;

	requeued_node(&w->q, "htc-3", "was evicted", NOW);
	add(&w->before, "7", "", "htc-3");
	add(&w->before, "8", "", "hpc-[1-2]");
	add(&w->before, "9", "", "htc-4");
	requeued_node(&w->q, "hpc-2", "failed: the scheduler says DOWN", NOW);
	add(&w->now, "7", "", "");
	add(&w->now, "8", "", "");
	add(&w->now, "9", "", "htc-4");
	look(w);
	assert_string_equal(w->told,
			    "7 requeued: its node htc-3 was evicted\n"
			    "8 requeued: its node hpc-2 failed: the scheduler says DOWN\n");
	assert_string_equal(requeued_text(&w->q, &w->now.jobs[0]),
			    "requeued: its node htc-3 was evicted");
	w->now.jobs[0].reason_class = REASON_RESOURCES; /* its time has come: it is demand */
	assert_string_equal(requeued_text(&w->q, &w->now.jobs[0]), "");
	assert_string_equal(requeued_text(&w->q, &w->now.jobs[2]), "");
}

static void one_that_never_ran_was_not_requeued(void **state)
{
	struct world *w = *state;

	add(&w->before, "7", "", "");
	add(&w->now, "7", "", ""); /* sbatch --begin */
	add(&w->now, "8", "", "");
	look(w);
	assert_string_equal(w->told, "");
	assert_string_equal(requeued_text(&w->q, &w->now.jobs[0]), "");
}

static void what_the_scheduler_says_of_the_node_counts_too(void **state)
{
	struct world *w = *state;
	struct sched_node *n = queue_add_node(&w->now);

	n->name = "htc-1";
	n->state = SNODE_DOWN;
	n->reason = "Not responding";
	add(&w->before, "7", "", "htc-1");
	add(&w->before, "8", "", "htc-2");
	add(&w->now, "7", "", "");
	add(&w->now, "8", "", "");
	look(w);
	assert_string_equal(w->told, "7 requeued: its node htc-1 is down: Not responding\n"
				     "8 requeued: it ran on htc-2\n");
}

static void who_asked_for_it_is_told_once(void **state)
{
	struct world *w = *state;
	struct strs ids = STRS_INIT(4);

	strs_add(&ids, "7");
	requeued_asked(&w->q, &ids, "asked by ann", NOW);
	requeued_node(&w->q, "htc-1", "was evicted", NOW);
	add(&w->before, "7", "", "htc-1");
	add(&w->now, "7", "", "");
	look(w);
	assert_string_equal(w->told, "7 requeued: asked by ann\n");
	look(w); /* the next time it is the node */
	assert_string_equal(w->told, "7 requeued: its node htc-1 was evicted\n");
	strs_clear(&ids);
}

/* Tasks that wait are one row, and those that ended have left it likewise. */
static void tasks_of_an_array_share_what_is_known_of_one(void **state)
{
	struct world *w = *state;

	requeued_node(&w->q, "htc-1", "was evicted", NOW);
	add(&w->before, "12_3", "12", "htc-1");
	add(&w->before, "12_4", "12", "htc-2");
	add(&w->now, "12_[3,9]", "12", "");
	look(w);
	assert_string_equal(w->told, "12_3 requeued: its node htc-1 was evicted\n");
	assert_string_equal(requeued_text(&w->q, &w->now.jobs[0]),
			    "requeued: its node htc-1 was evicted");
}

static void a_new_machine_of_the_name_is_another(void **state)
{
	struct world *w = *state;

	requeued_node(&w->q, "htc-1", "was evicted", NOW);
	requeued_node(&w->q, "htc-1", NULL, NOW + 1);
	add(&w->before, "7", "", "htc-1");
	add(&w->now, "7", "", "");
	look(w);
	assert_string_equal(w->told, "7 requeued: it ran on htc-1\n");
}

static void what_an_earlier_life_told_is_known(void **state)
{
	struct world *w = *state;

	requeued_known(&w->q, "7", "requeued: its node htc-3 was evicted", NOW);
	add(&w->now, "7", "", "");
	assert_string_equal(requeued_text(&w->q, &w->now.jobs[0]),
			    "requeued: its node htc-3 was evicted");
}

static void an_event_names_the_job_and_is_known_again_without(void **state)
{
	char event[REQUEUED_EVENT], text[REQUEUED_TEXT];
	const char *why = "requeued: its node htc-3 was evicted";

	(void)state;
	assert_string_equal(requeued_event(event, why, "wave 2"),
			    "requeued: its node htc-3 was evicted (job wave 2)");
	assert_string_equal(requeued_of_event(text, event), why);
	assert_string_equal(requeued_event(event, why, ""), why);
	assert_string_equal(requeued_of_event(text, event), why);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_whose_node_was_evicted_says_so),
		TEST(one_that_never_ran_was_not_requeued),
		TEST(what_the_scheduler_says_of_the_node_counts_too),
		TEST(who_asked_for_it_is_told_once),
		TEST(tasks_of_an_array_share_what_is_known_of_one),
		TEST(a_new_machine_of_the_name_is_another),
		TEST(what_an_earlier_life_told_is_known),
		TEST(an_event_names_the_job_and_is_known_again_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
