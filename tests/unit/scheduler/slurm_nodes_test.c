#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scheduler/scheduler.h"

static int read_text(struct queue *q, const char *text, struct err *err)
{
	const struct sched_run r = { .out = text, .out_len = strlen(text) };

	queue_init(q);
	return sched_slurm.read_nodes(q, &r, "22.05.8", err);
}

static struct sched_node one(struct queue *q, const char *state, const char *reason)
{
	char text[1024];
	struct err err = ERR_INIT;

	snprintf(
	    text, sizeof(text),
	    "NodeName=htc-1 Arch=x86_64  CPUAlloc=1 CPUEfctv=3 CPUTot=4 CPULoad=0.18 "
	    "AvailableFeatures=a ActiveFeatures=htc,spot Gres=gpu:2 NodeAddr=10.0.0.4 NodeHostName=vm7 "
	    "OS=Linux 6.1 #1 SMP  RealMemory=1000 AllocMem=100 State=%s Partitions=main,htc  "
	    "BootTime=2026-11-22T22:26:28 LastBusyTime=Unknown AllocTRES=cpu=1,gres/gpu=1 %s\n",
	    state, reason);
	if (read_text(q, text, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(q->n_nodes, 1);
	return q->nodes[0];
}

static void reads_every_field(void **state)
{
	struct queue q;
	struct sched_node n = one(&q, "MIXED+DYNAMIC_NORM", "");

	(void)state;
	assert_string_equal(n.name, "htc-1");
	assert_string_equal(n.host, "vm7");
	assert_string_equal(n.address, "10.0.0.4");
	assert_string_equal(n.features, "htc,spot");
	assert_string_equal(n.partitions, "main,htc");
	assert_string_equal(n.raw_state, "MIXED+DYNAMIC_NORM");
	assert_string_equal(n.reason, "");
	assert_int_equal(n.cpus, 3);
	assert_int_equal(n.cpus_used, 1);
	assert_int_equal(n.mem_bytes, 1000 * 1048576);
	assert_int_equal(n.mem_used, 100 * 1048576);
	assert_int_equal(n.gpus, 2);
	assert_int_equal(n.gpus_used, 1);
	assert_int_equal(n.boot_s, 1795386388);
	assert_int_equal(n.last_busy_s, 0);
	assert_int_equal(n.jobs, -1);
	assert_true(n.state == SNODE_UP && n.responding && !n.drained && !n.offer &&
		    !n.completing);
	queue_clear(&q);
}

static void reads_states_and_flags(void **state)
{
	static const struct {
		const char *text;
		enum sched_node_state state;
		bool drained, responding, completing;
	} all[] = {
		{ "IDLE", SNODE_UP, false, true, false },
		{ "IDLE+COMPLETING", SNODE_UP, false, true, true },
		{ "MIXED+CLOUD+DRAIN", SNODE_UP, true, true, false },
		{ "DOWN+CLOUD+DRAIN+NOT_RESPONDING", SNODE_DOWN, true, false, false },
		{ "IDLE+CLOUD+NOT_RESPONDING+POWERING_UP", SNODE_STARTING, false, false,
		  false },
		{ "IDLE+CLOUD+POWER_UP+POWERED_DOWN", SNODE_STARTING, false, true, false },
		{ "IDLE+CLOUD+POWERED_DOWN", SNODE_DOWN, false, true, false },
		{ "IDLE+CLOUD+INVALID_REG+POWERING_DOWN", SNODE_DOWN, false, true, false },
		{ "UNKNOWN", SNODE_UNKNOWN, false, true, false },
		{ "FUTURE", SNODE_DOWN, false, true, false },
		{ "IDLE+NEVER_SEEN", SNODE_UP, false, true, false },
		{ "NEVER_SEEN", SNODE_UNKNOWN, false, true, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct queue q;
		struct sched_node n = one(&q, all[i].text, "");

		if (n.state != all[i].state || n.drained != all[i].drained ||
		    n.responding != all[i].responding || n.completing != all[i].completing)
			fail_msg("%s: %s", all[i].text, sched_node_state_name(n.state));
		queue_clear(&q);
	}
}

static void tells_our_drains_and_offers_from_others(void **state)
{
	struct queue q;
	struct sched_node n =
	    one(&q, "IDLE+DRAIN", "Reason=paceline:idle | #42 [root@2026-11-22T22:26:30]");

	(void)state;
	assert_true(n.drained && n.drained_by_us && !n.offer);
	assert_string_equal(n.reason, "paceline:idle | #42");
	queue_clear(&q);
	n = one(&q, "IDLE+DRAIN",
		"Reason=bad dimm, see paceline: State=DOWN [op@2026-11-22T22:26:30]");
	assert_true(n.drained && !n.drained_by_us);
	assert_int_equal(n.state, SNODE_UP);
	queue_clear(&q);
	n = one(&q, "DOWN", "Reason=paceline: on offer");
	assert_true(n.offer && !n.drained);
	queue_clear(&q);
	n = one(&q, "IDLE",
		"Reason=paceline: on offer"); /* something answers under its name: a machine */
	assert_false(n.offer);
	queue_clear(&q);
}

static void takes_a_newline_in_a_reason_for_text(void **state)
{
	struct queue q;
	struct sched_node n =
	    one(&q, "IDLE+DRAIN", "Reason=two\nlines State=DOWN [op@2026-11-22T22:26:30]");

	(void)state;
	assert_string_equal(n.reason, "two\nlines State=DOWN");
	assert_int_equal(n.state, SNODE_UP);
	queue_clear(&q);
}

static void refuses_what_is_not_whole(void **state)
{
	static const char *const bad[] = {
		"",
		"\n",
		"NodeName=a\n",
		"NodeName= CPUAlloc=0 CPUTot=1 RealMemory=1 AllocMem=0 State=IDLE\n",
		"NodeName=a CPUAlloc=0 CPUTot=1 RealMemory=1 AllocMem=0 State=IDLE",
		"NodeName=a CPUAlloc=x CPUTot=1 RealMemory=1 AllocMem=0 State=IDLE\n",
		"NodeName=a CPUAlloc=0 CPUTot=1 RealMemory=1 AllocMem=0\n",
		"slurm_load_node error: x\n",
	};
	struct queue q;
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (read_text(&q, bad[i], &err) == 0)
			fail_msg("%s was taken", bad[i]);
		assert_int_equal(err.code, ERR_PARSE);
		queue_clear(&q);
	}
	assert_int_equal(read_text(&q, "No nodes in the system\n", &err), 0);
	queue_clear(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_field),
		cmocka_unit_test(reads_states_and_flags),
		cmocka_unit_test(tells_our_drains_and_offers_from_others),
		cmocka_unit_test(takes_a_newline_in_a_reason_for_text),
		cmocka_unit_test(refuses_what_is_not_whole),
	};

	return cmocka_run_group_tests_name("scheduler/slurm_nodes", tests, NULL, NULL);
}
