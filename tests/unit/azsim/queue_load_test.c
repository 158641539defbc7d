/* The ghosts' queue on bad days and under load: faults, lost machines, a kill, a hundred
 * thousand jobs. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../support/ghost.h"
#include "base/clock.h"
#include "base/file.h"

#define SCRIPT "#!/bin/sh\n#GHOST time=100\ntrue\n"

static struct ghost g;
static char dir[128];

static int working(void **state)
{
	(void)state;
	ghost_open(&g, NULL, NULL);
	ghost_head_up(&g);
	ghost_nodes(&g, "htc", 2);
	ghost_publish(&g);
	return 0;
}

static int closed(void **state)
{
	(void)state;
	ghost_close(&g);
	return 0;
}

static struct json *spec(const char *text)
{
	struct json *j = json_parse(text, strlen(text), NULL);

	assert_non_null(j);
	return j;
}

static void fault(const char *text)
{
	struct json *j = spec(text);
	struct err err = ERR_INIT;

	assert_int_equal(gq_site_fault(g.site, j, &err), 0);
	json_free(j);
}

static int load(const char *text, struct err *err)
{
	struct json *j = spec(text);
	int rc = gq_site_load(g.site, j, err);

	json_free(j);
	return rc;
}

static void faults_come_as_often_as_asked_for(void **state)
{
	struct queue q;
	struct err err = ERR_INIT;
	struct sched_run r;
	struct json *j;

	(void)state;
	fault("{\"kind\":\"hang\",\"times\":2}");
	assert_int_equal(ghost_run(&g, "squeue -h", NULL), GQ_HANG);
	assert_int_equal(ghost_run(&g, "scontrol ping", NULL), GQ_HANG);
	assert_int_equal(ghost_run(&g, "scontrol ping", NULL), 0);
	fault("{\"kind\":\"down\",\"times\":1,\"command\":\"squeue\"}");
	assert_int_equal(ghost_run(&g, "scontrol ping", NULL), 0);
	assert_int_equal(ghost_run(&g, "squeue -h", NULL), 1);
	assert_string_equal(buf_str(&g.errout),
			    "slurm_load_jobs error: Unable to contact slurm controller "
			    "(connect failure)\n");
	for (int i = 0; i < 2; i++) {
		fault(i ? "{\"kind\":\"garbage\"}" : "{\"kind\":\"truncated\"}");
		queue_init(&q);
		ghost_verb(&g, SCHED_NODES, NULL);
		r = ghost_answer(&g);
		assert_int_equal(r.exit_code, 0);
		assert_int_equal(sched_slurm.read_nodes(&q, &r, GQ_VERSION, &err), -1);
		queue_clear(&q);
	}
	ghost_read(&g, &q);
	queue_clear(&q);
	j = spec("{\"kind\":\"sulk\"}");
	assert_int_equal(gq_site_fault(g.site, j, &err), -1);
	json_free(j);
}

static const struct sched_node *node(const struct queue *q, const char *name)
{
	for (size_t i = 0; i < q->n_nodes; i++)
		if (strcmp(q->nodes[i].name, name) == 0)
			return &q->nodes[i];
	return NULL;
}

static void evict_one(void)
{
	assert_int_equal(cloud_call(&g.cl, "POST", "/azsim/evict", "{\"count\":1}"), 200);
	ghost_pass(&g, 2000);
}

static void a_lost_machine_is_missed_and_its_jobs_start_again(void **state)
{
	struct queue q;

	(void)state;
	ghost_run(&g, "sbatch --array=1-4 x.sh", SCRIPT);
	ghost_run(&g, "sbatch --no-requeue --hold x.sh", SCRIPT);
	ghost_pass(&g, 500);
	evict_one();
	ghost_read(&g, &q);
	assert_true(node(&q, "htc-1")->responding);
	assert_true(node(&q, "htc-1")->evict_notice); /* its watcher was told */
	queue_clear(&q);
	ghost_pass(&g, 20000);
	ghost_read(&g, &q);
	assert_string_equal(node(&q, "htc-1")->raw_state,
			    "ALLOCATED+DRAIN+DYNAMIC_NORM+NOT_RESPONDING");
	queue_clear(&q);
	ghost_pass(&g, 40000);
	ghost_read(&g, &q);
	assert_string_equal(node(&q, "htc-1")->raw_state,
			    "DOWN+DRAIN+DYNAMIC_NORM+NOT_RESPONDING");
	assert_string_equal(q.jobs[0].id, "1_[1-2]");
	assert_string_equal(q.jobs[0].reason, "BeginTime");
	assert_false(q.jobs[0].demand);
	queue_clear(&q);
	ghost_pass(&g, 160000); /* two minutes later it is tried again, where there is room */
	ghost_read(&g, &q);
	assert_int_equal(q.jobs[1].state, JOB_RUNNING);
	assert_string_equal(q.jobs[1].nodes, "htc-2");
	queue_clear(&q);
}

static void down_by_hand_requeues_at_once(void **state)
{
	struct strs names = STRS_INIT(8);
	const struct sched_args why = { .names = &names, .text = "evicted" };
	struct queue q;

	(void)state;
	ghost_run(&g, "sbatch --array=1-4 x.sh", SCRIPT);
	ghost_run(&g, "sbatch --no-requeue x.sh", SCRIPT);
	ghost_pass(&g, 500);
	strs_add(&names, "htc-1");
	assert_int_equal(ghost_verb(&g, SCHED_DOWN_NODES, &why), 0);
	ghost_read(&g, &q);
	assert_string_equal(node(&q, "htc-1")->reason, "paceline:evicted");
	assert_string_equal(q.jobs[0].id, "1_[1-2]");
	queue_clear(&q);
	assert_int_equal(ghost_verb(&g, SCHED_REMOVE_NODES, &why), 0);
	assert_int_equal(ghost_verb(&g, SCHED_REMOVE_NODES, &why), 1);
	ghost_read(&g, &q);
	assert_null(node(&q, "htc-1"));
	queue_clear(&q);
	strs_clear(&names);
}

static void a_drained_node_finishes_what_it_has(void **state)
{
	struct queue q;

	(void)state;
	ghost_run(&g, "sbatch --array=1-8 x.sh", SCRIPT);
	ghost_pass(&g, 500);
	assert_int_equal(
	    ghost_run(&g, "scontrol update nodename=htc-1 state=drain reason=paceline:idle",
		      NULL),
	    0);
	ghost_read(&g, &q);
	assert_string_equal(node(&q, "htc-1")->raw_state, "ALLOCATED+DRAIN+DYNAMIC_NORM");
	assert_true(node(&q, "htc-1")->drained_by_us);
	queue_clear(&q);
	ghost_pass(&g, 101000);
	ghost_read(&g, &q);
	assert_string_equal(node(&q, "htc-1")->raw_state, "IDLE+DRAIN+DYNAMIC_NORM");
	assert_string_equal(q.jobs[0].id, "1_[7-8]");
	queue_clear(&q);
	assert_int_equal(ghost_run(&g, "scontrol update nodename=htc-1 state=resume", NULL), 0);
	ghost_pass(&g, 500);
	ghost_read(&g, &q);
	assert_int_equal(q.n_jobs, 4);
	assert_string_equal(node(&q, "htc-1")->raw_state, "ALLOCATED+DYNAMIC_NORM");
	queue_clear(&q);
}

static void a_hundred_thousand_jobs_are_read_and_change(void **state)
{
	struct err err = ERR_INIT;
	struct queue q;

	(void)state;
	assert_int_equal(
	    load("{\"jobs\":100000,\"seconds\":\"20-60\",\"change_per_s\":1000}", &err), 0);
	ghost_pass(&g, 150);
	ghost_read(&g, &q);
	assert_int_equal(q.n_jobs, 100000);
	assert_int_equal(gq_site_queue(g.site, GHOST_HEAD)->n_tasks, 99996);
	queue_clear(&q);
	ghost_pass(&g, 2000);
	ghost_run(&g, "squeue -h -o %A", NULL);
	assert_non_null(strstr(ghost_out(&g), "102000\n"));
	assert_null(strstr(ghost_out(&g), "\n1500\n"));
	assert_int_equal(gq_site_queue(g.site, GHOST_HEAD)->n_tasks, 99996);
	assert_int_equal(load("{\"jobs\":-1}", &err), -1);
	assert_int_equal(load("{\"jobs\":1,\"partition\":\"nosuch\"}", &err), -1);
	assert_int_equal(load("{\"jobs\":1,\"seconds\":\"x\"}", &err), -1);
	assert_int_equal(load("{\"jobs\":1,\"head\":\"nosuch\"}", &err), -1);
}

static void a_million_tasks_are_one_record(void **state)
{
	struct err err = ERR_INIT;
	struct queue q;

	(void)state;
	assert_int_equal(load("{\"jobs\":1000000,\"array_size\":1000000,\"seconds\":1}", &err),
			 0);
	ghost_pass(&g, 150);
	ghost_read(&g, &q);
	assert_int_equal(q.n_jobs, 5);
	assert_string_equal(q.jobs[0].id, "1_[5-1000000]");
	assert_int_equal(q.jobs[0].tasks, 999996);
	queue_clear(&q);
	assert_int_equal(ghost_run(&g, "scancel 1", NULL), 0);
	assert_int_equal(ghost_run(&g, "squeue -h", NULL), 0);
	assert_string_equal(ghost_out(&g), "");
}

/*
 * A kill
 */

static int make_dir(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	snprintf(dir, sizeof(dir), "%s/ghost-queue-XXXXXX", tmp ? tmp : "/tmp");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	ghost_close(&g);
	(void)state;
	return file_remove_tree(dir, NULL);
}

static void work_and_die(void)
{
	ghost_open(&g, NULL, dir);
	ghost_head_up(&g);
	ghost_nodes(&g, "htc", 2);
	ghost_publish(&g);
	ghost_run(&g, "sbatch --array=1-40%3 -J kept x.sh", SCRIPT);
	ghost_run(&g, "sbatch --hold -N2 -p hpc -d afterany:1 x.sh", SCRIPT);
	ghost_pass(&g, 500);
	ghost_run(&g, "scontrol update nodename=htc-2 state=drain reason=paceline:idle", NULL);
	ghost_pass(&g, 2000); /* a second, and it is on disk */
	kill(getpid(), SIGKILL);
}

static void a_kill_loses_nothing_that_is_older_than_a_second(void **state)
{
	struct queue q;
	pid_t pid = fork();
	int status;

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0)
		work_and_die();
	waitpid(pid, &status, 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	clock_test_set(CLOUD_START + 1000 + 4000 + 3000 + 1000 + 500 + 2000);
	ghost_again(&g, NULL, dir);
	ghost_pass(&g, 200);
	assert_int_equal(ghost_run(&g, "scontrol ping", NULL), 0);
	ghost_read(&g, &q);
	assert_int_equal(q.n_nodes, 5);
	assert_string_equal(node(&q, "htc-1")->raw_state, "ALLOCATED+DYNAMIC_NORM");
	assert_string_equal(node(&q, "htc-2")->raw_state, "MIXED+DRAIN+DYNAMIC_NORM");
	assert_string_equal(node(&q, "htc-2")->reason, "paceline:idle");
	assert_int_equal(q.n_jobs, 5);
	assert_string_equal(q.jobs[0].partition, "hpc");
	assert_int_equal(q.jobs[0].state, JOB_HELD);
	assert_string_equal(q.jobs[1].id, "1_[4-40]");
	assert_string_equal(q.jobs[1].name, "kept");
	assert_int_equal(q.jobs[1].task_limit, 3);
	queue_clear(&q);
	assert_int_equal(ghost_run(&g, "paceline-sched status", NULL), 0);
	assert_non_null(strstr(ghost_out(&g), "\nhtc-2\tready\t"));
	ghost_pass(&g, 100000); /* what ran ends, and the queue goes on */
	ghost_read(&g, &q);
	assert_string_equal(q.jobs[1].id, "1_[6-40]");
	assert_int_equal(ghost_run(&g, "sbatch --parsable x.sh", SCRIPT), 0);
	assert_string_equal(ghost_out(&g), "8\n");
	queue_clear(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(faults_come_as_often_as_asked_for, working,
						closed),
		cmocka_unit_test_setup_teardown(
		    a_lost_machine_is_missed_and_its_jobs_start_again, working, closed),
		cmocka_unit_test_setup_teardown(down_by_hand_requeues_at_once, working, closed),
		cmocka_unit_test_setup_teardown(a_drained_node_finishes_what_it_has, working,
						closed),
		cmocka_unit_test_setup_teardown(a_hundred_thousand_jobs_are_read_and_change,
						working, closed),
		cmocka_unit_test_setup_teardown(a_million_tasks_are_one_record, working,
						closed),
		cmocka_unit_test_setup_teardown(
		    a_kill_loses_nothing_that_is_older_than_a_second, make_dir, remove_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
