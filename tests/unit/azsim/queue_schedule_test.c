/* What starts when, and where: wide and exclusive jobs, priorities, limits, dependencies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/ghost.h"

#define SCRIPT "#!/bin/sh\n#GHOST time=10\ntrue\n"

static struct ghost g;

static int working(void **state)
{
	(void)state;
	ghost_open(&g, NULL, NULL);
	ghost_head_up(&g);
	ghost_nodes(&g, "htc", 3);
	ghost_publish(&g);
	return 0;
}

static int closed(void **state)
{
	(void)state;
	ghost_close(&g);
	return 0;
}

static void submit(const char *line)
{
	if (ghost_run(&g, line, SCRIPT) != 0)
		fail_msg("%s: %s", line, buf_str(&g.errout));
}

static void queue_is(const char *want)
{
	ghost_pass(&g, 300);
	ghost_run(&g, "squeue -h -o %i:%t:%N:%C:%r", NULL);
	assert_string_equal(ghost_out(&g), want);
}

static void an_exclusive_job_has_its_node_alone(void **state)
{
	(void)state;
	submit("sbatch --exclusive x.sh");
	submit("sbatch --array=1-5 x.sh");
	queue_is("2_[5]:PD::1:Resources\n"
		 "1:R:htc-1:2:None\n2_4:R:htc-3:1:None\n2_3:R:htc-3:1:None\n"
		 "2_2:R:htc-2:1:None\n2_1:R:htc-2:1:None\n");
}

static void a_wide_job_waits_for_its_nodes_and_nobody_passes_it(void **state)
{
	(void)state;
	submit("sbatch x.sh");
	submit("sbatch -N3 --exclusive x.sh");
	submit("sbatch x.sh");
	queue_is("2:PD::3:Resources\n3:PD::1:Priority\n1:R:htc-1:1:None\n");
	ghost_pass(&g, 10000);
	queue_is("3:PD::1:Resources\n2:R:htc-[1-3]:6:None\n");
	ghost_pass(&g, 10000);
	queue_is("3:R:htc-1:1:None\n");
}

static void tasks_spread_over_nodes_when_one_is_too_small(void **state)
{
	(void)state;
	submit("sbatch -n5 x.sh");
	queue_is("1:R:htc-[1-3]:5:None\n");
	submit("sbatch -N2 -n4 x.sh");
	ghost_pass(&g, 10000);
	queue_is("2:R:htc-[1-2]:4:None\n");
}

static void memory_is_packed_too(void **state)
{
	(void)state;
	submit("sbatch --mem=3000 --array=1-4 x.sh");
	queue_is("1_[4]:PD::1:Resources\n1_3:R:htc-3:1:None\n1_2:R:htc-2:1:None\n"
		 "1_1:R:htc-1:1:None\n");
}

static void who_has_priority_goes_first(void **state)
{
	(void)state;
	submit("sbatch -N3 --exclusive x.sh");
	submit("sbatch -N3 --exclusive x.sh");
	submit("sbatch -N3 --exclusive x.sh");
	ghost_pass(&g, 300);
	submit("scontrol update jobid=3 priority=4294901760");
	queue_is("3:PD::3:Resources\n2:PD::3:Priority\n1:R:htc-[1-3]:6:None\n");
	submit("scontrol hold 3");
	queue_is("2:PD::3:Resources\n3:PD::3:JobHeldAdmin\n1:R:htc-[1-3]:6:None\n");
	submit("scontrol release 3");
	queue_is("2:PD::3:Resources\n3:PD::3:Priority\n1:R:htc-[1-3]:6:None\n");
}

static void an_array_keeps_to_its_throttle(void **state)
{
	(void)state;
	submit("sbatch --array=1-4%2 x.sh");
	queue_is("1_[3-4%2]:PD::1:JobArrayTaskLimit\n1_2:R:htc-1:1:None\n1_1:R:htc-1:1:None\n");
	ghost_pass(&g, 10000);
	queue_is("1_3:R:htc-1:1:None\n1_4:R:htc-1:1:None\n"); /* the last keeps id 1 */
}

static void dependencies_and_moments_hold_jobs_back(void **state)
{
	(void)state;
	submit("sbatch x.sh");
	submit("sbatch -d afterok:1 x.sh");
	submit("sbatch -d afternotok:1 x.sh");
	submit("sbatch --begin=now+60 x.sh");
	queue_is("2:PD::1:Dependency\n3:PD::1:Dependency\n4:PD::1:BeginTime\n"
		 "1:R:htc-1:1:None\n");
	ghost_pass(&g, 10000);
	queue_is("3:PD::1:DependencyNeverSatisfied\n4:PD::1:BeginTime\n2:R:htc-1:1:None\n");
	ghost_pass(&g, 50000);
	queue_is("3:PD::1:DependencyNeverSatisfied\n4:R:htc-1:1:None\n");
}

static void one_that_begins_later_is_known_before_it_is_looked_at(void **state)
{
	struct queue q;

	(void)state;
	submit("sbatch --begin=now+60 x.sh");
	submit("sbatch x.sh");
	ghost_run(&g, "squeue -h -o %i:%r", NULL);
	assert_string_equal(ghost_out(&g), "1:None\n2:None\n");
	ghost_read(&g, &q);
	assert_string_equal(queue_job(&q, "1")->reason, "BeginTime");
	assert_int_equal(queue_job(&q, "1")->start_s - queue_job(&q, "1")->submit_s, 60);
	assert_false(queue_job(&q, "1")->demand);
	assert_true(queue_job(&q, "2")->demand);
	queue_clear(&q);
}

static void a_limit_ends_a_job(void **state)
{
	(void)state;
	submit("sbatch -t 0:05 x.sh");
	submit("sbatch -t 1:00 x.sh");
	ghost_pass(&g, 5500);
	queue_is("2:R:htc-1:1:None\n");
	ghost_pass(&g, 6000);
	ghost_run(&g, "squeue -h -t all -o %i:%T:%M", NULL);
	assert_string_equal(ghost_out(&g), "2:COMPLETED:0:10\n1:TIMEOUT:0:05\n");
}

static void one_task_is_cancelled_out_of_many(void **state)
{
	(void)state;
	submit("sbatch --hold --array=1-10 x.sh");
	submit("scancel 1_5 1_[7-8]");
	queue_is("1_[1-4,6,9-10]:PD::1:JobHeldUser\n");
	submit("scontrol release 1_2");
	queue_is("1_[1,3-4,6,9-10]:PD::1:JobHeldUser\n1_2:R:htc-1:1:None\n");
	submit("scontrol requeue 1_2");
	queue_is("1_[1-4,6,9-10]:PD::1:BeginTime,JobHeldUser\n");
	submit("scancel 1");
	submit("scancel 1_[1-4]"); /* what is cancelled stays so */
	queue_is("");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, working, closed)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_exclusive_job_has_its_node_alone),
		TEST(a_wide_job_waits_for_its_nodes_and_nobody_passes_it),
		TEST(tasks_spread_over_nodes_when_one_is_too_small),
		TEST(memory_is_packed_too),
		TEST(who_has_priority_goes_first),
		TEST(an_array_keeps_to_its_throttle),
		TEST(dependencies_and_moments_hold_jobs_back),
		TEST(one_that_begins_later_is_known_before_it_is_looked_at),
		TEST(a_limit_ends_a_job),
		TEST(one_task_is_cancelled_out_of_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
