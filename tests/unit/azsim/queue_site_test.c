/* A ghost head and its nodes, through the commands that the engine runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/ghost.h"
#include "base/clock.h"
#include "base/text.h"

#define SCRIPT "#!/bin/sh\n#GHOST time=10\ntrue\n"

static struct ghost g;

static int opened(void **state)
{
	(void)state;
	ghost_open(&g, NULL, NULL);
	return 0;
}

static int closed(void **state)
{
	(void)state;
	ghost_close(&g);
	return 0;
}

static const char *said(const char *line)
{
	ghost_run(&g, line, NULL);
	return ghost_out(&g);
}

/* The phase of a name in the tool's status; "" when there is none. */
static const char *phase_of(const char *name)
{
	static char phase[40];
	char *at, *want = NULL;

	phase[0] = '\0';
	if (ghost_run(&g, "paceline-sched status", NULL) != 0)
		return phase;
	for (at = strtok(g.out.data, "\n"); at; at = strtok(NULL, "\n"))
		if (strncmp(at, name, strlen(name)) == 0 && at[strlen(name)] == '\t')
			want = at + strlen(name) + 1;
	if (want)
		snprintf(phase, sizeof(phase), "%.*s", (int)strcspn(want, "\t"), want);
	return phase;
}

static void a_head_comes_up_mark_by_mark(void **state)
{
	static const char *const order[] = { "mount",	  "munge", "config",
					     "slurmctld", "nfs",   "ready" };
	size_t at = 0;

	(void)state;
	assert_int_equal(ghost_run(&g, "paceline-sched status", NULL), 255);
	assert_int_equal(ghost_run(&g, "scontrol ping", NULL), 1);
	for (int i = 0; i < 100 && at < 5; i++) {
		const char *now;

		ghost_pass(&g, 50);
		now = phase_of("head");
		while (*now && strcmp(now, order[at]) != 0) {
			at++;
			assert_true(at < 6);
		}
	}
	assert_string_equal(phase_of("head"), "ready");
	assert_true(text_has_prefix(said("paceline-sched status"), "paceline-sched\t1\t"));
	assert_string_equal(said("scontrol ping"), "Slurmctld(primary) at demo-head is UP\n");
	assert_string_equal(said("scontrol -V"), "slurm-wlm 22.05.8\n");
	assert_string_equal(said("scontrol -a show jobs -o"), "No jobs in the system\n");
}

static void offers_are_nodes_that_are_down(void **state)
{
	struct queue q;

	(void)state;
	ghost_head_up(&g);
	ghost_read(&g, &q);
	assert_int_equal(q.n_nodes, 3);
	assert_string_equal(q.nodes[0].name, "offer-htc-1");
	assert_string_equal(q.nodes[0].features, "htc,Standard_F2s_v2,spot,ondemand");
	assert_string_equal(q.nodes[0].partitions, "htc");
	assert_string_equal(q.nodes[1].features, "hpc,Standard_HB120rs_v3,ondemand,ib");
	assert_int_equal(q.nodes[2].gpus, 1);
	for (size_t i = 0; i < 3; i++)
		assert_true(q.nodes[i].offer);
	queue_clear(&q);
}

static void jobs_wait_for_what_is_on_offer(void **state)
{
	struct queue q;

	(void)state;
	ghost_head_up(&g);
	assert_int_equal(ghost_run(&g, "paceline-sched submit mc 1-40 - -", SCRIPT), 0);
	assert_string_equal(ghost_out(&g), "1\n");
	assert_int_equal(ghost_run(&g, "sbatch --parsable -N2 -p hpc --exclusive x.sh", SCRIPT),
			 0);
	assert_int_equal(ghost_run(&g, "sbatch -C nosuch x.sh", SCRIPT), 1);
	assert_int_equal(ghost_run(&g, "sbatch -c 64 x.sh", SCRIPT), 0);
	ghost_pass(&g, 500);
	ghost_read(&g, &q);
	assert_int_equal(q.n_jobs, 3);
	for (size_t i = 0; i < q.n_jobs; i++)
		assert_true(q.jobs[i].demand);
	assert_string_equal(q.jobs[1].id, "1_[1-40]");
	assert_int_equal(q.jobs[1].tasks, 40);
	assert_string_equal(q.jobs[1].user, "azureuser");
	assert_true(text_has_prefix(q.jobs[1].reason, "Nodes required for job are DOWN"));
	assert_string_equal(q.jobs[0].partition, "hpc");
	assert_int_equal(q.jobs[0].nodes_min, 2);
	assert_true(q.jobs[0].exclusive);
	assert_string_equal(q.jobs[0].reason, "PartitionNodeLimit");
	assert_string_equal(q.jobs[2].reason, "PartitionConfig");
	queue_clear(&q);
	assert_int_equal(ghost_run(&g, "paceline-sched submit - - - -",
				   "#!/bin/sh\n#SBATCH --job-name=flow\nls\n"),
			 0);
	ghost_read(&g, &q);
	assert_string_equal(q.jobs[q.n_jobs - 1].name, "flow");
	queue_clear(&q);
}

static void nodes_join_under_their_published_names_and_work(void **state)
{
	struct queue q;

	(void)state;
	ghost_head_up(&g);
	ghost_run(&g, "paceline-sched submit mc 1-40 - -", SCRIPT);
	ghost_nodes(&g, "htc", 3);
	assert_string_equal(phase_of(g.cl.w->last->computer), "wait");
	ghost_publish(&g);
	assert_string_equal(phase_of("htc-1"), "ready");
	assert_string_equal(phase_of("htc-3"), "ready");
	ghost_read(&g, &q);
	assert_int_equal(q.n_nodes, 6);
	assert_string_equal(q.nodes[3].name, "htc-1");
	assert_string_equal(q.nodes[3].raw_state, "ALLOCATED+DYNAMIC_NORM");
	assert_int_equal(q.nodes[3].cpus_used, 2);
	assert_int_equal(q.nodes[3].mem_used, INT64_C(2048) << 20);
	assert_int_equal(q.n_jobs, 7); /* six run, one record for the rest */
	assert_string_equal(q.jobs[0].id, "1_[7-40]");
	assert_string_equal(q.jobs[0].reason, "Resources");
	assert_int_equal(q.jobs[1].state, JOB_RUNNING);
	queue_clear(&q);
	ghost_pass(&g, 11000);
	ghost_read(&g, &q);
	assert_string_equal(q.jobs[0].id, "1_[13-40]");
	queue_clear(&q);
	ghost_pass(&g, 65000);
	assert_string_equal(said("squeue -h"), "");
	ghost_pass(&g, 310000);
	assert_string_equal(said("scontrol show jobs -o"), "No jobs in the system\n");
}

static void a_size_goes_from_the_offers_with_its_last_node(void **state)
{
	static const char rest[] = "htc Standard_F4s_v2 4 7000 0 both 16 yes -\n";
	struct queue q;

	(void)state;
	ghost_head_up(&g);
	ghost_nodes(&g, "htc", 1);
	ghost_publish(&g);
	assert_int_equal(ghost_run(&g, "paceline-sched offers", rest), 0);
	assert_string_equal(ghost_out(&g), "ok 1 1\n"); /* hpc and gpu have gone */
	ghost_read(&g, &q);
	assert_int_equal(q.n_nodes, 3);
	queue_clear(&q);
	assert_string_equal(said("scontrol update nodename=htc-1 state=down reason=gone"), "");
	assert_string_equal(said("scontrol delete nodename=htc-1"), "");
	assert_int_equal(ghost_run(&g, "paceline-sched offers", rest), 0);
	assert_string_equal(ghost_out(&g), "ok 0 0\n");
	ghost_read(&g, &q);
	assert_int_equal(q.n_nodes, 1);
	assert_string_equal(q.nodes[0].features, "htc,Standard_F4s_v2,spot,ondemand");
	queue_clear(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_head_comes_up_mark_by_mark, opened, closed),
		cmocka_unit_test_setup_teardown(offers_are_nodes_that_are_down, opened, closed),
		cmocka_unit_test_setup_teardown(jobs_wait_for_what_is_on_offer, opened, closed),
		cmocka_unit_test_setup_teardown(nodes_join_under_their_published_names_and_work,
						opened, closed),
		cmocka_unit_test_setup_teardown(a_size_goes_from_the_offers_with_its_last_node,
						opened, closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
