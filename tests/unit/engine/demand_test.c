/* queue -> wants: classes, order, throttles of arrays, what is held and why, where a job may
 * go, and which want a record became part of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/plan.h"
#include "scheduler/scheduler.h"

struct world {
	struct cluster_spec spec;
	struct vm_sizes sizes;
	struct queue queue;
	struct demand demand;
};

/* "spot", "ondemand" or a size must be among the features; "?" is not understood. */
static int fits(const struct job *j, const char *array, const char *const *features)
{
	if (j->constraint[0] == '?')
		return -1;
	if (strcmp(j->partition, array) != 0)
		return 0;
	for (size_t i = 0; j->constraint[0] && features[i]; i++)
		if (strcmp(features[i], j->constraint) == 0)
			return 1;
	return !j->constraint[0];
}

static const struct sched_ops ops = { .name = "test", .job_fits = fits };

static void add_array(struct world *w, const char *name, enum spot_policy spot)
{
	struct array_spec *a = &w->spec.arrays[w->spec.n_arrays++];

	array_spec_init(a);
	a->name = xstrdup(name);
	a->spot = spot;
	strs_add(&a->sizes, "Standard_F2s_v2");
	strs_add(&a->sizes, "Standard_F8s_v2");
}

static int up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	cluster_spec_init(&w->spec);
	w->spec.arrays = xcalloc(2, sizeof(*w->spec.arrays));
	add_array(w, "htc", SPOT_THEN_ONDEMAND);
	add_array(w, "hpc", SPOT_NEVER);
	w->spec.arrays[0].is_default = true;
	queue_init(&w->queue);
	w->queue.read_ended_ms = 1000;
	*state = w;
	return 0;
}

static int down(void **state)
{
	struct world *w = *state;

	demand_clear(&w->demand);
	queue_clear(&w->queue);
	cluster_spec_clear(&w->spec);
	free(w);
	return 0;
}

static struct job *add_job(struct world *w, const char *id, int64_t tasks)
{
	struct job *j = queue_add_job(&w->queue);

	j->id = id;
	j->user = "ann";
	j->state = JOB_PENDING;
	j->demand = true;
	j->tasks = tasks;
	j->cpus = 1;
	j->priority = 100;
	return j;
}

static void read_demand(struct world *w)
{
	struct err err = ERR_INIT;

	demand_clear(&w->demand);
	assert_int_equal(demand_of(&w->demand, &w->queue, &w->spec, &w->sizes, &ops, &err), 0);
}

static const struct want *want_of(const struct world *w, size_t record)
{
	size_t at = demand_want_of(&w->demand, &w->queue, &w->queue.jobs[record]);

	return at == SIZE_MAX ? NULL : &w->demand.v[at];
}

static void no_queue_is_no_demand_of_zero(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;

	assert_int_equal(demand_of(&w->demand, NULL, &w->spec, &w->sizes, &ops, &err), -1);
	assert_true(strlen(err.msg) > 0);
}

static void jobs_alike_are_one_want_and_others_not(void **state)
{
	struct world *w = *state;

	add_job(w, "1", 3);
	add_job(w, "2", 4);
	add_job(w, "3", 1)->cpus = 2;
	add_job(w, "4", 1)->exclusive = true;
	read_demand(w);
	assert_int_equal(w->demand.n, 3);
	assert_int_equal(want_of(w, 0)->slots, 7);
	assert_int_equal(want_of(w, 0)->jobs, 2);
	assert_ptr_equal(want_of(w, 0), want_of(w, 1));
	assert_int_equal(w->demand.tasks_pending, 9);
}

static void the_schedulers_order_is_kept(void **state)
{
	struct world *w = *state;

	add_job(w, "1", 1)->priority = 10;
	add_job(w, "2", 1)->priority = 90;
	w->queue.jobs[1].cpus = 4;
	add_job(w, "3", 1)->priority = 50;
	w->queue.jobs[2].cpus = 8;
	read_demand(w);
	assert_string_equal(w->demand.v[0].label, "2");
	assert_string_equal(w->demand.v[1].label, "3");
	assert_string_equal(w->demand.v[2].label, "1");
}

/* The label of the want of job 12 is a prefix of 120: only the index tells them apart. */
static void twelve_is_not_a_hundred_and_twenty(void **state)
{
	struct world *w = *state;

	add_job(w, "120_[1-4]", 4)->array_id = "120";
	add_job(w, "12_[1-9]", 9)->array_id = "12";
	w->queue.jobs[1].cpus = 2;
	read_demand(w);
	assert_int_equal(want_of(w, 0)->slots, 4);
	assert_int_equal(want_of(w, 1)->slots, 9);
}

static void a_record_of_another_reading_has_no_want(void **state)
{
	struct world *w = *state;

	add_job(w, "1", 1);
	read_demand(w);
	assert_non_null(want_of(w, 0));
	w->queue.read_ended_ms++;
	assert_null(want_of(w, 0));
}

static void what_is_held_is_shown_with_its_reason_and_wants_nothing(void **state)
{
	struct world *w = *state;

	add_job(w, "1", 5)->state = JOB_HELD;
	w->queue.jobs[0].reason = "JobHeldUser";
	add_job(w, "2", 2)->demand = false;
	w->queue.jobs[1].reason = "Dependency";
	add_job(w, "3", 1)->state = JOB_RUNNING;
	read_demand(w);
	assert_int_equal(w->demand.n, 2);
	assert_int_equal(want_of(w, 0)->not_eligible, 5);
	assert_string_equal(want_of(w, 0)->reason, "JobHeldUser");
	assert_string_equal(want_of(w, 1)->reason, "Dependency");
	assert_null(want_of(w, 2));
	assert_int_equal(w->demand.tasks_held, 7);
	assert_int_equal(w->demand.tasks_running, 1);
}

static void an_array_throttle_counts_what_runs(void **state)
{
	struct world *w = *state;
	struct job *j = add_job(w, "7_[3-20]", 18);

	j->array_id = "7";
	j->task_limit = 5;
	j = add_job(w, "7_1", 1);
	j->array_id = "7";
	j->state = JOB_RUNNING;
	j = add_job(w, "7_2", 1);
	j->array_id = "7";
	j->state = JOB_RUNNING;
	read_demand(w);
	assert_int_equal(want_of(w, 0)->slots, 3);
	w->queue.jobs[0].task_limit = 2;
	read_demand(w);
	assert_int_equal(want_of(w, 0)->slots, 0);
	assert_true(want_of(w, 0)->not_eligible > 0);
}

static void what_cannot_be_read_is_never_taken_as_zero(void **state)
{
	struct world *w = *state;

	add_job(w, "1", -1);
	add_job(w, "2", 1)->cpus = -1;
	read_demand(w);
	assert_int_equal(w->demand.unknown, 2);
	assert_true(want_of(w, 0)->not_eligible > 0);
	assert_true(want_of(w, 1)->not_eligible > 0);
}

static void a_constraint_that_is_not_understood_buys_nothing(void **state)
{
	struct world *w = *state;

	add_job(w, "1", 1)->constraint = "?a|b";
	read_demand(w);
	assert_true(want_of(w, 0)->not_eligible > 0);
	assert_non_null(strstr(want_of(w, 0)->reason, "not understood"));
}

static void a_job_of_several_nodes_is_one_task_on_each(void **state)
{
	struct world *w = *state;
	struct job *j = add_job(w, "1", 1);

	j->partition = "hpc";
	j->nodes_min = 4;
	j->cpus = 30;
	add_job(w, "2", 2)->nodes_min = 4;
	w->queue.jobs[1].partition = "hpc";
	w->queue.jobs[1].cpus = 30;
	w->spec.arrays[1].colocated = true;
	read_demand(w);
	assert_int_equal(w->demand.n, 1);
	assert_int_equal(w->demand.v[0].node_count, 4);
	assert_int_equal(w->demand.v[0].times, 3);
	assert_int_equal(w->demand.v[0].slots, 0);
	assert_true(w->demand.v[0].colocated);
}

static bool rule_text(char out[SCHED_RULE_TEXT], const char *reason)
{
	snprintf(out, SCHED_RULE_TEXT, "rule %.20s", reason);
	return strncmp(reason, "QOS", 3) == 0;
}

static struct job *add_forbidden(struct world *w, const char *id, int64_t cpus,
				 const char *reason)
{
	struct job *j = add_job(w, id, 2);

	j->demand = false;
	j->reason = reason;
	j->partition = "htc";
	j->cpus = cpus;
	return j;
}

static void what_a_rule_forbids_wants_nothing_and_says_what_it_asks_for(void **state)
{
	static const char per_user[] = "QOSMaxJobsPerUser", per_group[] = "QOSGrpNode";
	struct world *w = *state;
	struct sched_ops with_rules = ops;

	with_rules.rule_text = rule_text;
	add_forbidden(w, "1", 4, per_user);
	add_forbidden(w, "2", 4, per_user);
	add_forbidden(w, "3", 4, per_group);
	add_forbidden(w, "4", 8, per_user);
	add_forbidden(w, "5", 4, "Dependency");
	assert_int_equal(
	    demand_of(&w->demand, &w->queue, &w->spec, &w->sizes, &with_rules, NULL), 0);
	assert_int_equal(w->demand.n, 4);
	assert_string_equal(want_of(w, 0)->rule, "rule QOSMaxJobsPerUser");
	assert_ptr_equal(want_of(w, 0), want_of(w, 1));
	assert_int_equal(want_of(w, 0)->not_eligible, 4);
	assert_int_equal(want_of(w, 0)->slots, 0);
	assert_int_equal(want_of(w, 0)->cpus, 4);
	assert_string_equal(want_of(w, 2)->rule, "rule QOSGrpNode");
	assert_int_equal(want_of(w, 3)->cpus, 8);
	assert_null(want_of(w, 4)->rule);
}

static void jobs_that_other_budgets_pay_for_are_other_wants(void **state)
{
	struct world *w = *state;

	add_job(w, "1", 1);
	add_job(w, "2", 2)->purses = 2;
	add_job(w, "3", 4)->purses = 2;
	read_demand(w);
	assert_int_equal(w->demand.n, 2);
	assert_int_equal(want_of(w, 0)->purses, 0);
	assert_int_equal(want_of(w, 1)->purses, 2);
	assert_int_equal(want_of(w, 2)->slots, 6);
}

static void a_job_whose_budget_is_spent_wants_nothing(void **state)
{
	struct world *w = *state;

	add_job(w, "1", 3)->partition = "htc";
	add_job(w, "2", 4)->partition = "htc";
	w->queue.jobs[1].broke = 1;
	w->queue.broke[0] = "budget phys: spent";
	read_demand(w);
	assert_int_equal(w->demand.n, 2);
	assert_int_equal(want_of(w, 0)->slots, 3);
	assert_null(want_of(w, 0)->budget);
	assert_int_equal(want_of(w, 1)->slots, 0);
	assert_int_equal(want_of(w, 1)->not_eligible, 4);
	assert_string_equal(want_of(w, 1)->budget, "budget phys: spent");
}

static void a_job_that_lost_two_machines_gets_no_spot(void **state)
{
	struct world *w = *state;

	add_job(w, "1", 1)->partition = "htc";
	add_job(w, "2", 1)->partition = "htc";
	w->queue.jobs[1].no_spot = true;
	read_demand(w);
	assert_int_equal(w->demand.n, 2);
	assert_false(want_of(w, 0)->no_spot);
	assert_true(want_of(w, 1)->no_spot);
}

struct yard { /* one bucket per array, tariff and size, to see where a want may go */
	struct fact_array arrays[2];
	struct fact_bucket buckets[8];
	struct facts facts;
};

static size_t goes_to(struct world *w, struct yard *y, bool spot)
{
	static const struct vm_size small = { .name = "Standard_F2s_v2",
					      .family = "F",
					      .vcpus = 2,
					      .vcpus_per_core = 1,
					      .mem_bytes = (int64_t)4 << 30 };
	struct plan p;
	size_t array = SIZE_MAX;

	*y = (struct yard){ 0 };
	y->facts = (struct facts){ .now_s = 1000000,
				   .arrays = y->arrays,
				   .n_arrays = 2,
				   .buckets = y->buckets,
				   .max_cores = -1,
				   .max_nodes = -1,
				   .max_price = -1 };
	for (size_t i = 0; i < 2; i++) {
		y->arrays[i] =
		    (struct fact_array){ .spec = &w->spec.arrays[i], .used_cores = -1 };
		y->buckets[y->facts.n_buckets++] = (struct fact_bucket){ .array = i,
									 .size = &small,
									 .spot = spot,
									 .max_nodes = -1,
									 .available = -1,
									 .price = 1,
									 .probe_max = -1 };
	}
	read_demand(w);
	assert_int_equal(plan_make(&p, &w->demand, &y->facts, NULL), 0);
	if (p.n_creates == 1)
		array = y->buckets[p.creates[0].bucket].array;
	plan_clear(&p);
	return array;
}

static void a_partition_and_a_tariff_say_where_a_job_may_go(void **state)
{
	struct world *w = *state;
	struct yard y;

	add_job(w, "1", 1)->partition = "hpc";
	assert_int_equal(goes_to(w, &y, false), 1);
	w->queue.jobs[0].partition = ""; /* the default array's */
	assert_int_equal(goes_to(w, &y, true), 0);
	w->queue.jobs[0].constraint = "ondemand";
	assert_int_equal(goes_to(w, &y, true), SIZE_MAX);
	w->queue.jobs[0].constraint = "Standard_F2s_v2";
	assert_int_equal(goes_to(w, &y, true), 0);
	w->queue.jobs[0].constraint = "Standard_F8s_v2";
	assert_int_equal(goes_to(w, &y, true), SIZE_MAX);
	w->queue.jobs[0].constraint = "";
	w->queue.jobs[0].partition = "elsewhere";
	assert_int_equal(goes_to(w, &y, false), SIZE_MAX);
}

#define T(f) cmocka_unit_test_setup_teardown(f, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(no_queue_is_no_demand_of_zero),
		T(jobs_alike_are_one_want_and_others_not),
		T(the_schedulers_order_is_kept),
		T(twelve_is_not_a_hundred_and_twenty),
		T(a_record_of_another_reading_has_no_want),
		T(what_is_held_is_shown_with_its_reason_and_wants_nothing),
		T(an_array_throttle_counts_what_runs),
		T(what_cannot_be_read_is_never_taken_as_zero),
		T(a_constraint_that_is_not_understood_buys_nothing),
		T(a_job_of_several_nodes_is_one_task_on_each),
		T(what_a_rule_forbids_wants_nothing_and_says_what_it_asks_for),
		T(jobs_that_other_budgets_pay_for_are_other_wants),
		T(a_job_whose_budget_is_spent_wants_nothing),
		T(a_job_that_lost_two_machines_gets_no_spot),
		T(a_partition_and_a_tariff_say_where_a_job_may_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
