/*
 * Real answers of Slurm, read by the adapter with the exit codes that came with them.
 *
 * tests/replay/slurm-22.05 was recorded with Slurm 22.05.8 of Debian 12, controller and slurmd
 * on one machine on the loopback address: select/cons_tres, auth/none, nodes w1 and w2 (2 CPUs,
 * 500 MB, feature main), one dynamic node d1 (slurmd -Z --conf "CPUs=2 RealMemory=1000
 * Feature=htc,Standard_F2s_v2,spot"), two nodes that stand for sizes on offer (State=DOWN,
 * Reason="paceline: on offer", a Port where nobody listens), partitions main, htc, gpu by
 * NodeSet, wide (all, OverSubscribe=EXCLUSIVE) and closed (State=DOWN). The environment was
 * sched_slurm.env. index.tsv has the commands; 0x1f stands there as <US>. Job 25 has a name
 * that tries to be a record of its own, 20 has a newline in its name, 21 the separator. The
 * kernel's version was replaced; nothing else was.
 *
 * The larger set for 22.05, 24.11 and 26.05 lies outside the tree ($PACELINE_CORPUS, else
 * ../shared/corpus). Its squeue recordings have the name without a width, so names get theirs
 * here before they are read. No recording asks for the account, which these machines had none
 * of: each record gets squeue's "(null)" before its name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/text.h"
#include "engine/plan.h"
#include "scheduler/scheduler.h"

#define OWN "tests/replay/slurm-22.05"

typedef int reader(struct queue *q, const struct sched_run *r, const char *version,
		   struct err *err);

struct recording {
	struct buf out, errout;
	struct sched_run run;
};

static int slurp(struct buf *b, const char *path)
{
	char chunk[4096];
	FILE *f = fopen(path, "rb");
	size_t n;

	*b = (struct buf)BUF_INIT(BUF_TEXT_MAX);
	if (!f)
		return -1;
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_add(b, chunk, n);
	fclose(f);
	return 0;
}

static void set_run(struct recording *r, int exit_code)
{
	r->run = (struct sched_run){ .exit_code = exit_code,
				     .out = buf_str(&r->out),
				     .out_len = r->out.len,
				     .errout = buf_str(&r->errout),
				     .errout_len = r->errout.len };
}

/* A record: nineteen fields, each ended by 0x1f, a name of 64 bytes that may hold anything, and
 * a newline. */
static void add_accounts(struct buf *out)
{
	struct buf wide = BUF_INIT(BUF_TEXT_MAX);
	const char *s = buf_str(out), *end = s + out->len;

	while (s < end) {
		const char *name = s;

		for (int i = 0; i < 19; i++) {
			name = memchr(name, '\x1f', (size_t)(end - name));
			assert_non_null(name++);
		}
		assert_true(end - name > 64);
		buf_add(&wide, s, (size_t)(name - s));
		buf_addf(&wide, "%32s", "(null)");
		buf_add(&wide, name, 65);
		s = name + 65;
	}
	buf_clear(out);
	*out = wide;
}

static void recording_clear(struct recording *r)
{
	buf_clear(&r->out);
	buf_clear(&r->errout);
}

static struct recording own(const char *name)
{
	struct recording r;
	char path[256], line[2048];
	FILE *f = fopen(OWN "/index.tsv", "r");
	int code = -1;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		size_t n = strlen(name);

		if (strncmp(line, name, n) == 0 && line[n] == '\t')
			code = atoi(strchr(line + n + 1, '\t') + 1);
	}
	fclose(f);
	assert_true(code >= 0);
	snprintf(path, sizeof(path), OWN "/%s.out", name);
	assert_int_equal(slurp(&r.out, path), 0);
	snprintf(path, sizeof(path), OWN "/%s.err", name);
	slurp(&r.errout, path);
	if (code == 0 && strstr(name, "-jobs"))
		add_accounts(&r.out);
	set_run(&r, code);
	return r;
}

static void read_own(struct queue *q, const char *name, reader *read)
{
	struct recording r = own(name);
	struct err err = ERR_INIT;

	if (read(q, &r.run, "22.05.8", &err) < 0)
		fail_msg("%s: %s", name, err.msg);
	recording_clear(&r);
}

static const struct job *job(const struct queue *q, const char *id)
{
	const struct job *j = queue_job(q, id);

	if (!j)
		fail_msg("no job %s", id);
	return j;
}

static void reads_a_mixed_queue(void **state)
{
	struct queue q;
	int64_t demand = 0;

	(void)state;
	queue_init(&q);
	read_own(&q, "mixed-jobs", sched_slurm.read_jobs);
	assert_int_equal(q.n_jobs, 28);
	for (size_t i = 0; i < q.n_jobs; i++)
		demand += q.jobs[i].demand;
	assert_int_equal(demand, 9);
	assert_null(queue_job(&q, "9999"));
	assert_non_null(strstr(job(&q, "25")->name, "x\n9999\x1f"));
	assert_string_equal(job(&q, "20")->name, "new\nline");
	assert_string_equal(job(&q, "21")->name, "us\x1fin\x1fname");
	assert_string_equal(job(&q, "24")->name, "");
	assert_true(
	    job(&q, "26")->demand); /* PartitionNodeLimit: wider than the nodes that exist */
	assert_int_equal(job(&q, "26")->nodes_min, 3);
	assert_string_equal(job(&q, "12")->array_id, "12");
	assert_int_equal(job(&q, "12_[3-199:2]")->tasks, 99);
	assert_int_equal(job(&q, "11_[2-20]")->task_limit, 2);
	assert_int_equal(job(&q, "3")->reason_class, REASON_TIME);
	assert_int_equal(job(&q, "3")->start_s - job(&q, "3")->submit_s, 7200);
	assert_int_equal(job(&q, "27")->cpus, 3072);
	queue_clear(&q);
}

static void refines_the_queue_with_exact_sizes(void **state)
{
	struct queue q;

	(void)state;
	queue_init(&q);
	read_own(&q, "mixed-jobs", sched_slurm.read_jobs);
	assert_int_equal(job(&q, "7")->gpus, 0);
	assert_true(job(&q, "11_[2-20]")->demand);
	read_own(&q, "mixed-exact", sched_slurm.read_exact);
	assert_int_equal(q.n_jobs, 28);
	assert_int_equal(job(&q, "7")->gpus, 2); /* --gpus=4 -N 2 */
	assert_int_equal(job(&q, "6")->gpus, 2);
	assert_true(job(&q, "6")->mem_per_cpu);
	assert_int_equal(job(&q, "6")->mem_bytes, 200 * 1048576);
	assert_false(job(&q, "1")->mem_per_cpu);
	assert_true(job(&q, "8")->exclusive);
	assert_false(job(&q, "10")->exclusive);
	assert_false(job(&q, "11_[2-20]")->demand); /* asks for w2 by name */
	assert_true(job(&q, "12_[3-199:2]")->demand);
	assert_true(job(&q, "12_[3-199:2]")->requeue);
	assert_true(job(&q, "20")->requeue); /* a newline in its name */
	queue_clear(&q);
}

/* A job that a node would take, and that a rule of Slurm's own keeps from it: no node is made
 * for it, and the decision says which rule. Where no node could take it either, that is told.
 */
static enum why_code decides(const struct queue *q, const char *array, const char *id,
			     char text[240])
{
	static const struct vm_size size = { .name = "Standard_F4s_v2",
					     .vcpus = 4,
					     .vcpus_per_core = 1,
					     .mem_bytes = 8LL << 30 };
	struct cluster_spec spec;
	struct fact_array of = { .used_cores = -1 };
	struct fact_bucket bucket = {
		.size = &size, .max_nodes = -1, .available = -1, .probe_max = -1, .price = 0.1
	};
	struct facts f = { .now_s = 1800000000,
			   .region = "westeurope",
			   .arrays = &of,
			   .n_arrays = 1,
			   .buckets = &bucket,
			   .n_buckets = 1,
			   .max_cores = -1,
			   .max_nodes = -1,
			   .max_price = -1 };
	struct vm_sizes sizes = { 0 };
	struct err err = ERR_INIT;
	struct demand d;
	struct plan p;
	enum why_code code;
	size_t want;

	cluster_spec_init(&spec);
	spec.arrays = xcalloc(1, sizeof(*spec.arrays));
	spec.n_arrays = 1;
	array_spec_init(&spec.arrays[0]);
	spec.arrays[0].name = xstrdup(array);
	strs_add(&spec.arrays[0].sizes, "Standard_F4s_v2");
	of.spec = &spec.arrays[0];
	assert_int_equal(demand_of(&d, q, &spec, &sizes, &sched_slurm, &err), 0);
	assert_int_equal(plan_make(&p, &d, &f, &err), 0);
	want = demand_want_of(&d, q, job(q, id));
	assert_true(want < p.n_wants);
	assert_true(d.v[want].not_eligible > 0);
	code = p.wants[want].code;
	snprintf(text, 240, "%s", p.wants[want].text);
	for (size_t i = 0; i < p.n_placements; i++)
		assert_int_not_equal(p.placements[i].want, want);
	plan_clear(&p);
	demand_clear(&d);
	cluster_spec_clear(&spec);
	return code;
}

static void a_rule_of_slurms_own_is_no_demand_and_is_told(void **state)
{
	struct queue q;
	char text[240];

	(void)state;
	queue_init(&q);
	read_own(&q, "mixed-jobs", sched_slurm.read_jobs);
	assert_string_equal(job(&q, "5")->reason, "PartitionTimeLimit");
	q.read_ended_ms = 1;
	assert_int_equal(decides(&q, "gpu", "5", text), WHY_NO_ROOM_PLAN);
	assert_string_equal(text,
			    "the scheduler's own rules forbid it: its time limit is longer "
			    "than its partition allows (PartitionTimeLimit)");
	assert_int_equal(decides(&q, "htc", "5", text), WHY_NEVER_FITS);
	queue_clear(&q);
}

static void reads_nodes_drains_and_offers(void **state)
{
	struct queue q;
	const struct sched_node *n;

	(void)state;
	queue_init(&q);
	read_own(&q, "drained-jobs", sched_slurm.read_jobs);
	read_own(&q, "drained-nodes", sched_slurm.read_nodes);
	queue_count_node_jobs(&q);
	assert_int_equal(q.n_nodes, 5);
	n = queue_node(&q, "offer-htc-f2");
	assert_true(n->offer && !n->drained && n->jobs == 0);
	n = queue_node(&q, "d1");
	assert_true(n->drained && n->drained_by_us && n->state == SNODE_UP && !n->offer);
	assert_string_equal(n->features, "htc,Standard_F2s_v2,spot");
	assert_string_equal(n->reason, "paceline:idle for 300 s");
	assert_int_equal(n->jobs, 1);
	queue_clear(&q);
}

/* R6.5: each act once more, and on what is gone, is done; without an answer nobody knows, and
 * it is no success. */
static void judges_acts_as_recorded(void **state)
{
	static const struct {
		const char *name;
		enum sched_verb verb;
		enum err_code want;
	} acts[] = {
		{ "ping-up", SCHED_PING, ERR_NONE },
		{ "ping-down", SCHED_PING, ERR_IO },
		{ "cancel-ok", SCHED_CANCEL, ERR_NONE },
		{ "cancel-unknown", SCHED_CANCEL, ERR_NONE },
		{ "cancel-set", SCHED_CANCEL, ERR_NONE },
		{ "cancel-bad", SCHED_CANCEL, ERR_NOT_FOUND },
		{ "hold-ok", SCHED_HOLD_JOBS, ERR_NONE },
		{ "hold-ok-again", SCHED_HOLD_JOBS, ERR_NONE },
		{ "hold-two", SCHED_HOLD_JOBS, ERR_NONE },
		{ "hold-unknown", SCHED_HOLD_JOBS, ERR_NOT_FOUND },
		{ "hold-mixed", SCHED_HOLD_JOBS, ERR_NOT_FOUND },
		{ "release-ok", SCHED_RELEASE_JOBS, ERR_NONE },
		{ "release-two", SCHED_RELEASE_JOBS, ERR_NONE },
		{ "release-unknown", SCHED_RELEASE_JOBS, ERR_NOT_FOUND },
		{ "requeue-pending", SCHED_REQUEUE_JOBS, ERR_NONE },
		{ "requeue-unknown", SCHED_REQUEUE_JOBS, ERR_NOT_FOUND },
		{ "drain-busy", SCHED_DRAIN_NODES, ERR_NONE },
		{ "drain-again", SCHED_DRAIN_NODES, ERR_NONE },
		{ "drain-unknown", SCHED_DRAIN_NODES, ERR_NOT_FOUND },
		{ "drain-mixed", SCHED_DRAIN_NODES, ERR_NOT_FOUND },
		{ "undrain-ok", SCHED_UNDRAIN_NODES, ERR_NONE },
		{ "undrain-again", SCHED_UNDRAIN_NODES, ERR_NONE },
		{ "undrain-mixed", SCHED_UNDRAIN_NODES, ERR_NONE },
		{ "undrain-unknown", SCHED_UNDRAIN_NODES, ERR_NOT_FOUND },
		{ "down-ok", SCHED_DOWN_NODES, ERR_NONE },
		{ "down-again", SCHED_DOWN_NODES, ERR_NONE },
		{ "down-unknown", SCHED_DOWN_NODES, ERR_NOT_FOUND },
		{ "remove-ok", SCHED_REMOVE_NODES, ERR_NONE },
		{ "remove-gone", SCHED_REMOVE_NODES, ERR_NONE },
		{ "remove-unknown", SCHED_REMOVE_NODES, ERR_NONE },
		{ "remove-busy", SCHED_REMOVE_NODES, ERR_CONFLICT },
		{ "remove-mixed", SCHED_REMOVE_NODES, ERR_CONFLICT }, /* nothing was removed */
		{ "remove-mixed2", SCHED_REMOVE_NODES, ERR_CONFLICT },
		{ "detail-ok", SCHED_JOB_DETAIL, ERR_NONE },
		{ "detail-unknown", SCHED_JOB_DETAIL, ERR_NOT_FOUND },
		{ "down-cancel", SCHED_CANCEL, ERR_IO },
		{ "down-drain", SCHED_DRAIN_NODES, ERR_IO },
		{ "down-drain", SCHED_UNDRAIN_NODES, ERR_IO },
		{ "down-drain", SCHED_DOWN_NODES, ERR_IO },
		{ "down-drain", SCHED_REMOVE_NODES, ERR_IO },
		{ "down-drain", SCHED_REQUEUE_JOBS, ERR_IO },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		struct recording r = own(acts[i].name);
		struct err err = ERR_INIT;
		int rc = sched_slurm.read_act(acts[i].verb, &r.run, &err);

		if (err.code != acts[i].want || rc != (acts[i].want ? -1 : 0))
			fail_msg("%s: %s %s", acts[i].name, err_name(err.code), err.msg);
		recording_clear(&r);
	}
}

/* R6.5: what a node's end takes, each scheduler can be asked for, and none of it is a restart
 * or another configuration. */
static void r6_5_every_adapter_drains_undrains_and_removes(void **state)
{
	static const enum sched_verb verbs[] = { SCHED_DRAIN_NODES, SCHED_UNDRAIN_NODES,
						 SCHED_DOWN_NODES,  SCHED_REMOVE_NODES,
						 SCHED_JOBS,	    SCHED_NODES };
	struct strs names = STRS_INIT(2);
	const struct sched_args args = { .names = &names, .text = "scale-in", .version = "" };

	(void)state;
	strs_add(&names, "htc-1");
	for (size_t i = 0; sched_all[i]; i++)
		for (size_t k = 0; k < sizeof(verbs) / sizeof(verbs[0]); k++) {
			struct strs argv = STRS_INIT(64);

			assert_int_equal(sched_all[i]->argv(&argv, verbs[k], &args, NULL), 0);
			assert_true(argv.n > 0);
			for (size_t n = 0; n < argv.n; n++) {
				assert_null(strstr(argv.v[n], "reconfig"));
				assert_null(strstr(argv.v[n], "restart"));
				assert_null(strstr(argv.v[n], "shutdown"));
			}
			strs_clear(&argv);
		}
	strs_clear(&names);
}

static void reads_versions_and_ids(void **state)
{
	static const char no_script[] =
	    "sbatch: error: This does not look like a batch script.  The first\n"
	    "sbatch: error: line must start with #! followed by the path to an interpreter.\n"
	    "sbatch: error: For instance: #!/bin/sh\n";
	struct recording r = own("version");
	struct queue q;
	char version[32], id[64];
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(sched_slurm.read_version(version, &r.run, &err), 0);
	assert_string_equal(version, "22.05.8");
	recording_clear(&r);
	r = own("submit-array");
	assert_int_equal(sched_slurm.read_submit(id, &r.run, &err), 0);
	assert_string_equal(id, "30");
	recording_clear(&r);
	r = own("submit-bad-partition");
	assert_int_equal(sched_slurm.read_submit(id, &r.run, &err), -1);
	assert_int_equal(err.code, ERR_UNSUPPORTED);
	assert_string_equal(
	    err.msg, "sbatch: exit 1: invalid partition specified: nosuch; "
		     "Batch job submission failed: Invalid partition name specified");
	recording_clear(&r);
	r.run = (struct sched_run){ .errout = no_script,
				    .errout_len = sizeof(no_script) - 1,
				    .exit_code = 1 };
	assert_int_equal(sched_slurm.read_submit(id, &r.run, &err), -1);
	assert_string_equal(
	    err.msg,
	    "sbatch: exit 1: This does not look like a batch script. The first line must start "
	    "with #! followed by the path to an interpreter. For instance: #!/bin/sh");
	r.run = (struct sched_run){ .out = "31;far\n", .out_len = 7 };
	assert_int_equal(sched_slurm.read_submit(id, &r.run, &err), 0);
	assert_string_equal(id, "31");
	queue_init(&q);
	r = own("down-jobs");
	assert_int_equal(sched_slurm.read_jobs(&q, &r.run, "22.05.8", &err), -1);
	recording_clear(&r);
	r = own("down-nodes");
	assert_int_equal(sched_slurm.read_nodes(&q, &r.run, "22.05.8", &err), -1);
	assert_int_equal(err.code, ERR_IO);
	recording_clear(&r);
	queue_clear(&q);
}

static bool same_job(const struct job *a, const struct job *b)
{
	return strcmp(a->id, b->id) == 0 && strcmp(a->name, b->name) == 0 &&
	       strcmp(a->nodes, b->nodes) == 0 && strcmp(a->constraint, b->constraint) == 0 &&
	       strcmp(a->partition, b->partition) == 0 && strcmp(a->reason, b->reason) == 0 &&
	       a->state == b->state && a->demand == b->demand && a->tasks == b->tasks &&
	       a->cpus == b->cpus && a->mem_bytes == b->mem_bytes && a->gpus == b->gpus &&
	       a->exclusive == b->exclusive && a->nodes_min == b->nodes_min &&
	       a->mem_per_cpu == b->mem_per_cpu && a->limit_s == b->limit_s &&
	       a->priority == b->priority;
}

static bool same_node(const struct sched_node *a, const struct sched_node *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->raw_state, b->raw_state) == 0 &&
	       strcmp(a->reason, b->reason) == 0 && strcmp(a->features, b->features) == 0 &&
	       a->cpus == b->cpus && a->cpus_used == b->cpus_used &&
	       a->mem_bytes == b->mem_bytes && a->gpus == b->gpus &&
	       a->last_busy_s == b->last_busy_s;
}

/* What a cut text gives must be nothing, or the beginning of what the whole one gives. */
static void check_prefix(const struct queue *cut, const struct queue *whole, size_t at)
{
	if (cut->n_jobs > whole->n_jobs || cut->n_nodes > whole->n_nodes)
		fail_msg("more from the first %zu bytes than from all", at);
	for (size_t i = 0; i < cut->n_jobs; i++)
		if (!same_job(&cut->jobs[i], &whole->jobs[i]))
			fail_msg("cut at %zu: job %s differs", at, cut->jobs[i].id);
	for (size_t i = 0; i < cut->n_nodes; i++)
		if (!same_node(&cut->nodes[i], &whole->nodes[i]))
			fail_msg("cut at %zu: node %s differs", at, cut->nodes[i].name);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Every byte of a small recording, 2,000 places of a large one; then as many changed bytes. */
static void torture(const struct sched_run *r, const char *version, reader *read)
{
	struct queue whole, q;
	uint32_t seed = 1;
	size_t points = r->out_len < 2000 ? r->out_len : 2000, taken = 0;
	char *copy = malloc(r->out_len + 1);

	queue_init(&whole);
	assert_int_equal(read(&whole, r, version, NULL), 0);
	for (size_t i = 0; i < points; i++) {
		struct sched_run cut = *r;

		cut.out_len = points == r->out_len ? i : next_random(&seed) % r->out_len;
		memcpy(copy, r->out,
		       cut.out_len); /* its own block: the sanitizer sees a step over the end */
		cut.out = copy = realloc(copy, cut.out_len + 1);
		queue_init(&q);
		if (read(&q, &cut, version, NULL) == 0) {
			check_prefix(&q, &whole, cut.out_len);
			taken++;
		}
		queue_clear(&q);
		copy = realloc(copy, r->out_len + 1);
	}
	assert_true(taken <= whole.n_jobs + whole.n_nodes + points / 10);
	for (size_t i = 0; i < points; i++) {
		struct sched_run bad = *r;

		memcpy(copy, r->out, r->out_len);
		copy[next_random(&seed) % r->out_len] = (char)next_random(&seed);
		copy[next_random(&seed) % r->out_len] =
		    "\n\x1f =+[]%,-"[next_random(&seed) % 10];
		bad.out = copy;
		queue_init(&q);
		if (read(&q, &bad, version, NULL) == 0)
			assert_true(q.n_jobs <= whole.n_jobs && q.n_nodes <= whole.n_nodes + 1);
		queue_clear(&q);
	}
	free(copy);
	queue_clear(&whole);
}

static void never_makes_half_a_queue_of_a_cut_text(void **state)
{
	static const struct {
		const char *name;
		reader *read;
	} all[] = {
		{ "mixed-jobs", NULL },	   { "drained-jobs", NULL }, { "mixed-nodes", NULL },
		{ "evicted-nodes", NULL }, { "mixed-exact", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct recording r = own(all[i].name);

		torture(&r.run, "22.05.8",
			strstr(all[i].name, "jobs")    ? sched_slurm.read_jobs
			: strstr(all[i].name, "nodes") ? sched_slurm.read_nodes
						       : sched_slurm.read_exact);
		recording_clear(&r);
	}
}

/* A cut second reading refines fewer jobs; none gets a size that is in neither reading. */
static void refines_each_job_whole_or_not_at_all(void **state)
{
	struct recording jobs = own("mixed-jobs"), exact = own("mixed-exact");
	struct queue rough, fine, q;
	uint32_t seed = 3;

	(void)state;
	queue_init(&rough);
	queue_init(&fine);
	sched_slurm.read_jobs(&rough, &jobs.run, "22.05.8", NULL);
	sched_slurm.read_jobs(&fine, &jobs.run, "22.05.8", NULL);
	assert_int_equal(sched_slurm.read_exact(&fine, &exact.run, "22.05.8", NULL), 0);
	for (int i = 0; i < 500; i++) {
		struct sched_run cut = exact.run;

		cut.out_len = next_random(&seed) % exact.run.out_len;
		while (i % 2 && cut.out_len > 1 && cut.out[cut.out_len - 1] != '\n')
			cut.out_len--;
		queue_init(&q);
		sched_slurm.read_jobs(&q, &jobs.run, "22.05.8", NULL);
		if (sched_slurm.read_exact(&q, &cut, "22.05.8", NULL) == 0)
			for (size_t k = 0; k < q.n_jobs; k++)
				assert_true(same_job(&q.jobs[k], &rough.jobs[k]) ||
					    same_job(&q.jobs[k], &fine.jobs[k]));
		queue_clear(&q);
	}
	queue_clear(&rough);
	queue_clear(&fine);
	recording_clear(&jobs);
	recording_clear(&exact);
}

/* Job 20 gets a name that goes on as a record of job 7, whole or broken: 7 stays as squeue told
 * it, all others are refined. */
static void lets_no_job_speak_for_another(void **state)
{
	static const char *const names[] = {
		"x\nJobId=7",
		"x\nJobId=7 JobName=y NumNodes=9 NumCPUs=9 MinMemoryNode=900G z",
		"x\nJobId=abc JobName=y",
		"x\nJobId= JobName=",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct recording r = own("mixed-exact");
		struct buf text = BUF_INIT(BUF_TEXT_MAX);
		const char *at = strstr(buf_str(&r.out), "new\nline");
		struct queue q;

		buf_add(&text, r.out.data, (size_t)(at - r.out.data));
		buf_adds(&text, names[i]);
		buf_adds(&text, at + strlen("new\nline"));
		buf_clear(&r.out);
		r.out = text;
		set_run(&r, 0);
		queue_init(&q);
		read_own(&q, "mixed-jobs", sched_slurm.read_jobs);
		assert_int_equal(sched_slurm.read_exact(&q, &r.run, "22.05.8", NULL), 0);
		assert_int_equal(job(&q, "7")->nodes_min, 2);
		assert_int_equal(job(&q, "7")->mem_bytes, 100 * 1048576);
		assert_true(job(&q, "6")->mem_per_cpu);
		queue_clear(&q);
		recording_clear(&r);
	}
}

struct tally {
	int jobs, nodes, exact, acts, failures;
};

/* Gives the last field of each line the width that the adapter asks for. */
static void widen_names(struct buf *out)
{
	struct buf wide = BUF_INIT(BUF_TEXT_MAX);
	const char *s = buf_str(out), *end = s + out->len;

	while (s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s)), *name = nl;

		assert_non_null(nl);
		while (name[-1] != '\x1f')
			name--;
		buf_add(&wide, s, (size_t)(name - s));
		buf_addf(&wide, "%32s%64.*s\n", "(null)", (int)(nl - name), name);
		s = nl + 1;
	}
	buf_clear(out);
	*out = wide;
}

static void read_fully(struct recording *r, const char *version, const char *file, reader *read,
		       int *count)
{
	struct queue q;
	struct err err = ERR_INIT;

	queue_init(&q);
	if (read(&q, &r->run, version, &err) < 0)
		fail_msg("%s %s: %s", version, file, err.msg);
	queue_count_node_jobs(&q);
	queue_clear(&q);
	if (r->run.out_len > 100)
		torture(&r->run, version, read);
	(*count)++;
}

static void must_fail(struct recording *r, const char *version, const char *file, reader *read,
		      int *count)
{
	struct queue q;

	queue_init(&q);
	if (read(&q, &r->run, version, NULL) == 0)
		fail_msg("%s %s: exit %d was taken", version, file, r->run.exit_code);
	queue_clear(&q);
	(*count)++;
}

static void replay(struct recording *r, const char *version, const char *file,
		   const char *command, struct tally *t)
{
	bool show_nodes = strstr(command, "show nodes -o"),
	     show_jobs = strstr(command, "show jobs -o");
	reader *read = show_nodes  ? sched_slurm.read_nodes
		       : show_jobs ? sched_slurm.read_exact
				   : sched_slurm.read_jobs;
	struct err err = ERR_INIT;
	char id[64];

	if (strstr(command, "json") || strstr(command, "curl"))
		return;
	if (strstr(file, "squeue-fmt-us")) {
		widen_names(&r->out);
		set_run(r, r->run.exit_code);
		read_fully(r, version, file, read, &t->jobs);
	} else if (show_nodes || show_jobs || strstr(command, "squeue ")) {
		if (r->run.exit_code != 0)
			must_fail(r, version, file, read, &t->failures);
		else if (show_nodes || show_jobs)
			read_fully(r, version, file, read, show_nodes ? &t->nodes : &t->exact);
	} else if (strstr(command, "scontrol ping")) {
		assert_int_equal(sched_slurm.read_act(SCHED_PING, &r->run, &err),
				 r->run.exit_code ? -1 : 0);
		t->acts++;
	} else if (strstr(command, "scontrol show config") && r->run.exit_code == 0) {
		struct sched_limits limits;

		assert_int_equal(sched_slurm.read_limits(&limits, &r->run, &err), 0);
		assert_int_equal(limits.array_end, 1001);
		t->acts++;
	} else if (strstr(command, "scancel")) {
		int rc = sched_slurm.read_act(SCHED_CANCEL, &r->run, &err);

		assert_int_equal(rc, strstr(file, "bad-id") || strstr(file, "down") ? -1 : 0);
		t->acts++;
	} else if (strstr(command, "sbatch")) {
		int rc = sched_slurm.read_submit(id, &r->run, &err);

		if ((rc == 0) !=
		    (strstr(command, "--parsable") != NULL && r->run.exit_code == 0))
			fail_msg("%s %s: %d", version, file, rc);
		if (r->run.exit_code != 0)
			assert_true(err.code != ERR_NONE && err.code != ERR_UNKNOWN &&
				    err.msg[0]);
		t->acts++;
	} else if (strstr(command, "scontrol update")) {
		assert_int_equal(sched_slurm.read_act(SCHED_DRAIN_NODES, &r->run, &err),
				 r->run.exit_code ? -1 : 0);
		t->acts++;
	}
}

/* version, file, exit, wall, command, situation */
static void replay_row(const char *corpus, char *line, struct tally *tallies)
{
	struct strs f = STRS_INIT(16);
	struct recording r;
	char path[512], *plus;
	bool stderr_too;

	strs_split(&f, line, strcspn(line, "\n"), '\t');
	if (f.n < 6 || strcmp(f.v[0], "version") == 0 || text_has_prefix(f.v[2], "(") ||
	    strstr(f.v[1], ".gz")) {
		strs_clear(&f);
		return;
	}
	plus = strstr(f.v[1], "+stderr");
	stderr_too = plus != NULL;
	if (plus)
		*plus = '\0';
	snprintf(path, sizeof(path), "%s/slurm/%s/%s", corpus, f.v[0], f.v[1]);
	if (slurp(&r.out, path) < 0)
		fail_msg("%s is missing", path);
	snprintf(path, sizeof(path), "%s/slurm/%s/%s.stderr", corpus, f.v[0], f.v[1]);
	r.errout = (struct buf)BUF_INIT(BUF_TEXT_MAX);
	if (stderr_too)
		slurp(&r.errout, path);
	set_run(&r, atoi(f.v[2]));
	replay(&r, f.v[0], f.v[1], f.v[4],
	       &tallies[f.v[0][1] == '2'   ? 0
			: f.v[0][1] == '4' ? 1
					   : 2]);
	recording_clear(&r);
	strs_clear(&f);
}

static void reads_the_recordings_of_three_versions(void **state)
{
	const char *corpus = getenv("PACELINE_CORPUS");
	struct tally t[3] = { 0 };
	char path[512], line[8192];
	FILE *f;

	(void)state;
	corpus = corpus ? corpus : "../shared/corpus";
	snprintf(path, sizeof(path), "%s/slurm/index.tsv", corpus);
	f = fopen(path, "r");
	if (!f) {
		print_message("no recordings at %s\n", path);
		skip();
	}
	while (fgets(line, sizeof(line), f))
		replay_row(corpus, line, t);
	fclose(f);
	for (int i = 0; i < 3; i++) {
		print_message(
		    "# %s: %d squeue, %d nodes, %d exact, %d acts, %d failed commands\n",
		    i == 0   ? "22.05"
		    : i == 1 ? "24.11"
			     : "26.05",
		    t[i].jobs, t[i].nodes, t[i].exact, t[i].acts, t[i].failures);
		assert_true(t[i].nodes >= 6 && t[i].exact >= 6 && t[i].acts >= 2 &&
			    t[i].failures >= 1);
		assert_true(i == 0 || t[i].jobs >= 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_mixed_queue),
		cmocka_unit_test(refines_the_queue_with_exact_sizes),
		cmocka_unit_test(a_rule_of_slurms_own_is_no_demand_and_is_told),
		cmocka_unit_test(reads_nodes_drains_and_offers),
		cmocka_unit_test(judges_acts_as_recorded),
		cmocka_unit_test(r6_5_every_adapter_drains_undrains_and_removes),
		cmocka_unit_test(reads_versions_and_ids),
		cmocka_unit_test(never_makes_half_a_queue_of_a_cut_text),
		cmocka_unit_test(refines_each_job_whole_or_not_at_all),
		cmocka_unit_test(lets_no_job_speak_for_another),
		cmocka_unit_test(reads_the_recordings_of_three_versions),
	};

	return cmocka_run_group_tests_name("replay/slurm", tests, NULL, NULL);
}
