#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scheduler/scheduler.h"

#define RUNNING                                                                                \
	"15|9|1|RUNNING|None|ann|htc|2|4|1.50G|gres:gpu:2|htc&spot|NO|(null)|c[1-2]|"          \
	"2026-11-22T23:22:10|2026-11-22T23:22:09|30:00|77|"
#define TAIL "|N/A|2026-11-22T23:22:09|UNLIMITED|1|"

/* A record as squeue prints it, with | for 0x1f and the name brought to its width. */
static void add_record(struct buf *out, const char *fields, const char *name)
{
	for (; *fields; fields++)
		buf_addc(out, *fields == '|' ? '\x1f' : *fields);
	buf_addf(out, "%32s%64.64s\n", "proj1", name);
}

static int read_text(struct queue *q, const struct buf *text, const char *version,
		     struct err *err)
{
	const struct sched_run r = { .out = buf_str(text), .out_len = text->len };

	return sched_slurm.read_jobs(q, &r, version, err);
}

static struct job read_one(struct queue *q, const char *fields, const char *name,
			   const char *version)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;

	queue_init(q);
	add_record(&text, fields, name);
	if (read_text(q, &text, version, &err) < 0)
		fail_msg("%s: %s", fields, err.msg);
	assert_int_equal(q->n_jobs, 1);
	buf_clear(&text);
	return q->jobs[0];
}

static void reads_every_field(void **state)
{
	struct queue q;
	struct job j =
	    read_one(&q,
		     "15|9|1|RUNNING|None|ann|htc|2|4|1.50G|gres:gpu:2|htc&spot|NO|(null)|"
		     "c[1-2]|2026-11-22T23:22:10|2026-11-22T23:22:09|30:00|77|",
		     "my job", "22.05.8");

	(void)state;
	assert_string_equal(j.id, "9_1");
	assert_string_equal(j.array_id, "9");
	assert_string_equal(j.account, "proj1");
	assert_string_equal(j.task, "1");
	assert_string_equal(j.name, "my job");
	assert_string_equal(j.user, "ann");
	assert_string_equal(j.partition, "htc");
	assert_string_equal(j.constraint, "htc&spot");
	assert_string_equal(j.nodes, "c[1-2]");
	assert_string_equal(j.reason, "");
	assert_string_equal(j.dependency, "");
	assert_int_equal(j.state, JOB_RUNNING);
	assert_int_equal(j.nodes_min, 2);
	assert_int_equal(j.cpus, 4);
	assert_int_equal(j.mem_bytes, 1536 * 1048576);
	assert_int_equal(j.gpus, 2);
	assert_int_equal(j.tasks, 1);
	assert_int_equal(j.limit_s, 1800);
	assert_int_equal(j.priority, 77);
	assert_int_equal(j.start_s - j.submit_s, 1);
	assert_true(j.exclusive && !j.demand);
	queue_clear(&q);
}

static void takes_the_rest_of_an_array_as_one_record(void **state)
{
	struct queue q;
	struct job j =
	    read_one(&q, "9|9|3-20%2|PENDING|Resources|a|m|1|1|0|N/A|(null)|OK|(null)|" TAIL,
		     "arr", "24.11.5");

	(void)state;
	assert_string_equal(j.id, "9_[3-20]");
	assert_int_equal(j.tasks, 18);
	assert_int_equal(j.task_limit, 2);
	assert_true(j.demand);
	queue_clear(&q);
	j = read_one(&q, "9|9|1,3,...|PENDING|Resources|a|m|1|1|0|N/A|(null)|OK|(null)|" TAIL,
		     "arr", "24.11.5");
	assert_int_equal(j.tasks, -1);
	queue_clear(&q);
}

static void knows_which_reasons_are_demand(void **state)
{
	static const struct {
		const char *reason;
		enum reason_class class;
		bool demand;
		enum job_state state;
	} all[] = {
		{ "None", REASON_NONE, true, JOB_PENDING },
		{ "Resources", REASON_RESOURCES, true, JOB_PENDING },
		{ "Priority", REASON_RESOURCES, true, JOB_PENDING },
		{ "PartitionConfig", REASON_RESOURCES, true, JOB_PENDING },
		{ "PartitionNodeLimit", REASON_RESOURCES, true, JOB_PENDING },
		{ "Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority "
		  "partitions",
		  REASON_RESOURCES, true, JOB_PENDING },
		{ "ReqNodeNotAvail, UnavailableNodes:c3,c4", REASON_RESOURCES, true,
		  JOB_PENDING },
		{ "BeginTime", REASON_TIME, false, JOB_PENDING },
		{ "Dependency", REASON_DEPENDENCY, false, JOB_PENDING },
		{ "DependencyNeverSatisfied", REASON_NEVER, false, JOB_PENDING },
		{ "JobHeldUser", REASON_HOLD, false, JOB_HELD },
		{ "JobHeldAdmin", REASON_HOLD, false, JOB_HELD },
		{ "PartitionDown", REASON_QUEUE, false, JOB_PENDING },
		{ "PartitionTimeLimit", REASON_NEVER, false, JOB_PENDING },
		{ "JobArrayTaskLimit", REASON_LIMIT, false, JOB_PENDING },
		{ "AssocGrpCpuLimit", REASON_LIMIT, false, JOB_PENDING },
		{ "QOSMaxJobsPerUserLimit", REASON_LIMIT, false, JOB_PENDING },
		{ "Licenses", REASON_LIMIT, false, JOB_PENDING },
		{ "BadConstraints", REASON_NEVER, false, JOB_PENDING },
		{ "SomethingNew", REASON_UNKNOWN, false, JOB_PENDING },
		{ "JobArrayTaskLimit,Resources", REASON_RESOURCES, true, JOB_PENDING },
		{ "Dependency,JobHeldUser", REASON_DEPENDENCY, false, JOB_PENDING },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct queue q;
		char fields[512];
		struct job j;

		snprintf(fields, sizeof(fields),
			 "1|1|N/A|PENDING|%s|a|m|1|1|0|N/A|(null)|OK|(null)|" TAIL,
			 all[i].reason);
		j = read_one(&q, fields, "x", "22.05.8");
		if (j.reason_class != all[i].class || j.demand != all[i].demand ||
		    j.state != all[i].state)
			fail_msg("%s: class %s, demand %d, state %s", all[i].reason,
				 reason_class_name(j.reason_class), j.demand,
				 job_state_name(j.state));
		queue_clear(&q);
	}
}

static void shows_a_state_it_does_not_know_and_never_buys_for_it(void **state)
{
	struct queue q;
	struct job j =
	    read_one(&q, "1|1|N/A|DREAMING|Resources|a|m|1|1|0|N/A|(null)|OK|(null)|c1" TAIL,
		     "x", "22.05.8");

	(void)state;
	assert_int_equal(j.state, JOB_UNKNOWN);
	assert_string_equal(j.reason, "DREAMING");
	assert_string_equal(j.nodes, "c1");
	assert_false(j.demand);
	queue_clear(&q);
}

static void reads_sharing_by_version(void **state)
{
	static const struct {
		const char *word, *version;
		bool exclusive;
	} all[] = {
		{ "NO", "22.05.8", true },    { "NO", "24.11.5", true },
		{ "NO", "26.05.5", false },   { "NO", "", false },
		{ "OK", "22.05.8", false },   { "YES", "22.05.8", false },
		{ "USER", "22.05.8", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct queue q;
		char fields[256];
		struct job j;

		snprintf(fields, sizeof(fields),
			 "1|1|N/A|PENDING|None|a|m|1|1|0|N/A|(null)|%s|(null)|" TAIL,
			 all[i].word);
		j = read_one(&q, fields, "x", all[i].version);
		assert_int_equal(j.exclusive, all[i].exclusive);
		queue_clear(&q);
	}
}

static void takes_a_forged_record_for_a_name(void **state)
{
	struct queue q;
	struct job j = read_one(&q, "1|1|N/A|PENDING|None|a|m|1|1|0|N/A|(null)|OK|(null)|" TAIL,
				"x\n9\x1f"
				"9\x1fN/A\x1fPENDING\x1fNone\x1froot",
				"22.05.8");

	(void)state;
	assert_int_equal(q.n_jobs, 1);
	assert_non_null(strstr(j.name, "x\n9\x1f"));
	queue_clear(&q);
}

static void cuts_a_long_name_on_a_whole_character(void **state)
{
	struct queue q;
	struct job j = read_one(
	    &q, "1|1|N/A|PENDING|None|a|m|1|1|0|N/A|(null)|OK|(null)|" TAIL,
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xe6\x97\xa5",
	    "22.05.8");

	(void)state;
	assert_int_equal(strlen(j.name), 63);
	queue_clear(&q);
}

static void refuses_what_is_not_whole(void **state)
{
	static const char *const good =
	    "1|1|N/A|PENDING|None|a|m|1|1|0|N/A|(null)|OK|(null)|" TAIL;
	static const char *const bad[] = {
		"x|1|N/A|PENDING|None|a|m|1|1|0|N/A|(null)|OK|(null)|" TAIL,
		"1|1|3-1|PENDING|None|a|m|1|1|0|N/A|(null)|OK|(null)|" TAIL,
		"1|1|N/A|PENDING|None|a|m|one|1|0|N/A|(null)|OK|(null)|" TAIL,
		"1|1|N/A|PENDING|None|a|m|1|1|0|N/A|(null)|OK|" TAIL,
		"1|1|N/A|PENDING|None|a|m|1|1|0|N/A|(null)|OK|(null)||soon|2026-11-22T23:22:09|1:00|1|",
	};
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	struct queue q;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		buf_reset(&text);
		queue_init(&q);
		add_record(&text, good, "a");
		add_record(&text, bad[i], "b");
		if (read_text(&q, &text, "22.05.8", &err) == 0)
			fail_msg("%s was taken", bad[i]);
		assert_int_equal(err.code, ERR_PARSE);
		queue_clear(&q);
	}
	assert_string_equal(err.msg, "squeue: record 2: bad start time \"soon\"");
	buf_clear(&text);
}

static void takes_no_failed_command_for_an_empty_queue(void **state)
{
	static const char said[] =
	    "slurm_load_jobs error: Unable to contact slurm controller\n";
	struct sched_run r = {
		.exit_code = 1, .out = "", .errout = said, .errout_len = sizeof(said) - 1
	};
	struct queue q;
	struct err err = ERR_INIT;

	(void)state;
	queue_init(&q);
	assert_int_equal(sched_slurm.read_jobs(&q, &r, "22.05.8", &err), -1);
	assert_int_equal(err.code, ERR_IO);
	assert_string_equal(err.msg,
			    "squeue: exit 1: slurm_load_jobs error: Unable to contact slurm "
			    "controller");
	r = (struct sched_run){ .out = "" };
	assert_int_equal(sched_slurm.read_jobs(&q, &r, "22.05.8", &err), 0);
	assert_int_equal(q.n_jobs, 0);
	assert_int_equal(sched_slurm.read_nodes(&q, &r, "22.05.8", &err),
			 -1); /* scontrol never says nothing */
	queue_clear(&q);
}

/* Read while it comes: the same jobs, however the bytes are cut. */
static void reads_whole_records_however_they_come(void **state)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);

	(void)state;
	add_record(&text, RUNNING, "one");
	add_record(&text, RUNNING, "a\nname\nof lines");
	add_record(&text, RUNNING, "three");
	for (size_t step = 1; step <= text.len; step++) {
		struct buf got = BUF_INIT(BUF_TEXT_MAX);
		struct queue q;

		queue_init(&q);
		for (size_t at = 0; at < text.len; at += step) {
			size_t n = text.len - at < step ? text.len - at : step;

			buf_add(&got, text.data + at, n);
			const struct sched_run part = { .out = buf_str(&got),
							.out_len = sched_slurm.jobs_whole(
							    buf_str(&got), got.len) };

			assert_int_equal(sched_slurm.read_jobs(&q, &part, "22.05.8", NULL), 0);
			buf_drop(&got, part.out_len);
		}
		assert_int_equal(got.len, 0);
		assert_int_equal(q.n_jobs, 3);
		assert_string_equal(q.jobs[2].name, "three");
		queue_clear(&q);
		buf_clear(&got);
	}
	buf_clear(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_field),
		cmocka_unit_test(takes_the_rest_of_an_array_as_one_record),
		cmocka_unit_test(knows_which_reasons_are_demand),
		cmocka_unit_test(shows_a_state_it_does_not_know_and_never_buys_for_it),
		cmocka_unit_test(reads_sharing_by_version),
		cmocka_unit_test(takes_a_forged_record_for_a_name),
		cmocka_unit_test(cuts_a_long_name_on_a_whole_character),
		cmocka_unit_test(refuses_what_is_not_whole),
		cmocka_unit_test(takes_no_failed_command_for_an_empty_queue),
		cmocka_unit_test(reads_whole_records_however_they_come),
	};

	return cmocka_run_group_tests_name("scheduler/slurm_jobs", tests, NULL, NULL);
}
