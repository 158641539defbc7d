/*
 * The ghosts' commands against what Slurm 22.05.8 printed: sentences and exit codes to the
 * letter, records by their keys and their order. tests/replay/slurm-22.05 is part of the tree;
 * the larger set lies outside ($PACELINE_CORPUS, else ../shared/corpus).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/ghost.h"
#include "base/file.h"
#include "base/mem.h"

#define OWN    "tests/replay/slurm-22.05"
#define SCRIPT "#!/bin/sh\n#GHOST time=1000\ntrue\n"

static struct ghost g;

static char *read_file(const char *path)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);

	if (file_exists(path) && file_read(&b, path, NULL) == 0)
		return buf_steal(&b);
	buf_clear(&b);
	return NULL;
}

static char *recorded(const char *name, const char *kind)
{
	char *path = xasprintf(OWN "/%s.%s", name, kind), *text = read_file(path);

	free(path);
	return text ? text : xstrdup("");
}

/* The line of the index: its exit code and command. */
static int index_line(const char *name, char command[512])
{
	char *text = read_file(OWN "/index.tsv"), *next = NULL;
	int code = -1;

	for (char *line = strtok_r(text, "\n", &next); line;
	     line = strtok_r(NULL, "\n", &next)) {
		struct strs f = STRS_INIT(8);

		strs_split(&f, line, strlen(line), '\t');
		if (f.n == 4 && strcmp(f.v[0], name) == 0) {
			code = atoi(f.v[2]);
			snprintf(command, 512, "%s", f.v[3]);
			if (command[0] && command[strlen(command) - 1] == ' ')
				command[strlen(command) - 1] = '\0';
		}
		strs_clear(&f);
	}
	free(text);
	return code;
}

/* Blanks stand for themselves in a reason. */
static void run_recorded(const char *command)
{
	const char *reason = strstr(command, " reason=");
	char *head = xstrndup(command, reason ? (size_t)(reason - command) : strlen(command));

	strs_clear(&g.argv);
	strs_split(&g.argv, head, strlen(head), ' ');
	if (reason)
		strs_add(&g.argv, reason + 1);
	free(head);
	ghost_run_argv(&g, SCRIPT);
}

static void same_as_recorded(const char *name)
{
	char command[512] = "", *out = recorded(name, "out"), *errout = recorded(name, "err");
	int code = index_line(name, command);

	assert_true(code >= 0);
	run_recorded(command);
	if (g.code != code || strcmp(buf_str(&g.errout), errout) != 0)
		fail_msg("%s (%s): exit %d: %s", name, command, g.code, buf_str(&g.errout));
	assert_string_equal(ghost_out(&g), out);
	free(out);
	free(errout);
}

static void make_nodes(void)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);
	const char *const names[] = { "d1", "w2", "w1" };
	size_t n = 0;

	ghost_head_up(&g);
	ghost_nodes(&g, "htc", 3);
	for (const struct az_vm *vm = g.cl.w->first; vm; vm = vm->next) {
		if (!vm->set)
			continue;
		buf_addf(
		    &b,
		    "%s\t%s\thtc\tStandard_F2s_v2\t2\t3500\t0\thtc,Standard_F2s_v2,spot%s\n",
		    vm->computer, names[n], n == 0 ? ",first" : "");
		n++;
	}
	ghost_run(&g, "paceline-sched publish", buf_str(&b));
	buf_clear(&b);
	ghost_pass(&g, 1000);
}

static int opened(void **state)
{
	(void)state;
	ghost_open(&g, NULL, NULL);
	make_nodes();
	return 0;
}

static int closed(void **state)
{
	(void)state;
	ghost_close(&g);
	return 0;
}

static void sentences_are_slurms(void **state)
{
	static const char *const names[] = {
		"version",	   "cancel-unknown",	   "cancel-bad",
		"hold-unknown",	   "release-unknown",	   "requeue-unknown",
		"detail-unknown",  "drain-unknown",	   "undrain-unknown",
		"down-unknown",	   "remove-unknown",	   "remove-mixed2",
		"empty-exact",	   "empty-jobs",	   "undrain-not-drained",
		"undrain-undrain", "submit-bad-partition",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		same_as_recorded(names[i]);
}

/* In the order in which they were recorded: d1 has a job. */
static void acts_on_nodes_are_slurms(void **state)
{
	static const char *const names[] = { "drain-busy",  "drain-again",   "drain-mixed",
					     "undrain-ok",  "undrain-again", "undrain-mixed",
					     "remove-busy", "down-ok",	     "down-again",
					     "drain-down",  "remove-mixed",  "remove-ok",
					     "remove-gone" };

	(void)state;
	ghost_run(&g, "sbatch -C first x.sh", SCRIPT);
	ghost_pass(&g, 500);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		same_as_recorded(names[i]);
}

static void acts_on_jobs_are_slurms(void **state)
{
	(void)state;
	for (int i = 0; i < 28; i++)
		ghost_run(&g, i == 27 ? "sbatch --parsable x.sh" : "sbatch -c 64 x.sh", SCRIPT);
	assert_string_equal(ghost_out(&g), "28\n");
	ghost_pass(&g, 500);
	same_as_recorded("requeue-pending");
	same_as_recorded("requeue-running");
	same_as_recorded("hold-ok");
	same_as_recorded("hold-ok-again");
	same_as_recorded("release-ok");
	same_as_recorded("cancel-ok");
	ghost_run(&g, "squeue -h -j 2", NULL);
	assert_string_equal(ghost_out(&g), "");
}

/*
 * Records
 */

/* "NodeName Arch CoresPerSocket ...": the words before '=', behind Reason= nothing. */
static void keys_of(struct buf *out, const char *line, size_t len)
{
	const char *end = line + len;

	for (const char *s = line; s < end;) {
		size_t n = strcspn(s, " \n"), eq = strcspn(s, "=");

		if (eq < n && strncmp(s, "Port=", 5) != 0)
			buf_addf(out, "%s%.*s", out->len ? " " : "", (int)eq, s);
		if (strncmp(s, "Reason=", 7) == 0 && strncmp(line, "NodeName", 8) == 0)
			return;
		s += n + 1;
	}
}

static const char *line_with(const char *text, const char *word, size_t *len)
{
	for (const char *s = text; *s; s += *len + 1) {
		const char *hit = strstr(s, word);

		*len = strcspn(s, "\n");
		if (hit && hit < s + *len)
			return s;
	}
	fail_msg("no line with %s", word);
	return NULL;
}

static void same_keys(const char *file, const char *theirs, const char *ours)
{
	char *text = recorded(file, "out");
	struct buf a = BUF_INIT(65536), b = BUF_INIT(65536);
	size_t len;
	const char *line = line_with(text, theirs, &len);

	keys_of(&a, line, len);
	line = line_with(ghost_out(&g), ours, &len);
	keys_of(&b, line, len);
	assert_string_equal(buf_str(&b), buf_str(&a));
	buf_clear(&a);
	buf_clear(&b);
	free(text);
}

static void node_records_have_slurms_keys(void **state)
{
	(void)state;
	ghost_run(&g, "sbatch x.sh", SCRIPT);
	ghost_pass(&g, 500);
	ghost_verb(&g, SCHED_NODES, NULL);
	same_keys("mixed-nodes", "NodeName=offer-gpu-nc6", "NodeName=offer-gpu");
	same_keys("mixed-nodes", "NodeName=d1", "NodeName=d1");
	ghost_run(&g, "scontrol update nodename=d1,w2 state=drain reason=paceline:x", NULL);
	ghost_verb(&g, SCHED_NODES, NULL);
	same_keys("drained-nodes", "NodeName=d1", "NodeName=d1");
}

static void job_records_have_slurms_keys(void **state)
{
	(void)state;
	ghost_run(&g, "sbatch --hold x.sh", SCRIPT);
	ghost_run(&g, "sbatch --array=1-40%2 --mem=400 x.sh", SCRIPT);
	ghost_run(&g, "sbatch --gres=gpu:2 --mem=100M -p gpu x.sh", SCRIPT);
	ghost_run(&g, "sbatch -n2 --mem=200M -d afterok:1 x.sh", SCRIPT);
	ghost_pass(&g, 500);
	ghost_verb(&g, SCHED_EXACT_DEMAND, NULL);
	same_keys("mixed-exact", "JobName=later", "JobId=1 ");
	same_keys("mixed-exact", "ArrayTaskId=1 ArrayTaskThrottle=2",
		  "ArrayTaskId=1 ArrayTask");
	assert_non_null(strstr(ghost_out(&g), "TresPerNode=gres:gpu:2 \n"));
	assert_non_null(strstr(ghost_out(&g), "MinMemoryNode=200M"));
	assert_non_null(strstr(ghost_out(&g), "Dependency=afterok:1(unfulfilled) "));
}

/*
 * The larger set
 */

static char *corpus(const char *name)
{
	const char *dir = getenv("PACELINE_CORPUS");
	char *path = xasprintf("%s/slurm/22.05.8/%s", dir ? dir : "../shared/corpus", name),
	     *text = read_file(path);

	free(path);
	return text;
}

static void a_job_keeps_its_account_and_its_scripts_arguments(void **state)
{
	(void)state;
	ghost_run(&g, "sbatch --parsable -A proj7 x.sh --steps 10", SCRIPT);
	ghost_run(&g, "squeue -h -o %.32a%.8j", NULL);
	assert_string_equal(ghost_out(&g), "                           proj7    x.sh\n");
	ghost_run(&g, "scontrol show job 1", NULL);
	assert_non_null(strstr(ghost_out(&g), "Account=proj7 "));
	assert_non_null(strstr(ghost_out(&g), "x.sh --steps 10\n"));
}

static void tables_are_slurms(void **state)
{
	char *jobs = corpus("array-pending/squeue.txt"), *empty = corpus("empty/squeue.txt"),
	     *nodes = corpus("array-running/scontrol-show-node.txt");

	(void)state;
	if (!jobs || !empty || !nodes) {
		print_message("# skipped: no recordings in ../shared/corpus\n");
		skip();
	}
	ghost_run(&g, "squeue", NULL);
	assert_string_equal(ghost_out(&g), empty);
	ghost_run(&g, "sbatch --array=1-40 -p hpc -J arr --uid=labuser x.sh", SCRIPT);
	ghost_run(&g, "squeue", NULL);
	memcpy(strstr(jobs, " main"), "  hpc", 5);
	assert_string_equal(ghost_out(&g), jobs);
	ghost_run(&g, "scontrol show node w2", NULL);
	for (const char *a = nodes, *b = ghost_out(&g); *a && *b && *a != '\n';) {
		size_t na = strcspn(a, "\n"), nb = strcspn(b, "\n");
		struct buf x = BUF_INIT(4096), y = BUF_INIT(4096);

		keys_of(&x, a, na);
		keys_of(&y, b, nb);
		assert_string_equal(buf_str(&y), buf_str(&x));
		buf_clear(&x);
		buf_clear(&y);
		a += na + (a[na] == '\n');
		b += nb + (b[nb] == '\n');
	}
	free(jobs);
	free(empty);
	free(nodes);
}

struct said {
	const char *command, *file;
};

static void refusals_are_slurms(void **state)
{
	static const struct said refusals[] = {
		{ "sbatch -C nosuch x.sh", "sbatch-bad-feature" },
		{ "sbatch --array=0-99999999 x.sh", "sbatch-bad-array" },
		{ "sbatch --gres=fpga:1 x.sh", "sbatch-bad-gres" },
		{ "sbatch --nosuch x.sh", "sbatch-bad-option" },
		{ "sbatch -p nosuch x.sh", "sbatch-bad-partition" },
		{ "sbatch -t banana x.sh", "sbatch-bad-time" },
		{ "sbatch --mem 9999999 x.sh", "sbatch-too-much-mem" },
		{ "scancel abc", "scancel-bad-id" },
		{ "scancel 99999", "scancel-unknown" },
		{ "scontrol update nodename=d1 state=drain", "scontrol-drain-no-reason" },
		{ "scontrol show job 99999", "scontrol-show-unknown-job" },
		{ "scontrol show node zz9", "scontrol-show-unknown-node" },
		{ "scontrol update nodename=d1 state=nonsense", "scontrol-update-bad-state" },
		{ "squeue -j 99999", "squeue-unknown-job" },
		{ "squeue -p nosuch", "squeue-unknown-partition" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		char *name = xasprintf("submit/%s.txt", refusals[i].file), *out = corpus(name),
		     *err_name = xasprintf("%s.stderr", name), *errout = corpus(err_name);

		free(name);
		free(err_name);
		if (!out) {
			free(errout);
			print_message("# skipped: no recordings in ../shared/corpus\n");
			skip();
		}
		ghost_run(&g, refusals[i].command, SCRIPT);
		assert_string_equal(ghost_out(&g), out);
		assert_string_equal(buf_str(&g.errout), errout ? errout : "");
		free(out);
		free(errout);
	}
	ghost_run(&g, "sbatch nosuch.sh", NULL);
	assert_string_equal(buf_str(&g.errout),
			    "sbatch: error: Unable to open file nosuch.sh\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, opened, closed)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sentences_are_slurms),	    TEST(acts_on_nodes_are_slurms),
		TEST(acts_on_jobs_are_slurms),	    TEST(node_records_have_slurms_keys),
		TEST(job_records_have_slurms_keys), TEST(tables_are_slurms),
		TEST(refusals_are_slurms),
		TEST(a_job_keeps_its_account_and_its_scripts_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
