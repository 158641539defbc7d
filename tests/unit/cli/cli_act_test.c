/* Commands that change something or go to a machine, from words to output and exit code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

#include "../../support/cli_site.h"
#include "base/file.h"
#include "cli/look.h"

static void asks_before_it_ends_work(void **state)
{
	struct cli_site *s = *state;

	assert_int_equal(cli_run(s, "paceline node terminate demo htc-1"), 2);
	HAS(ERROUT(s), "there is no terminal to ask on: add --yes");
	assert_int_equal(cli_run(s, "paceline node terminate demo htc-[2-3]"), 1);
	HAS(ERROUT(s), "there is no such thing here");
	assert_int_equal(cli_run(s, "paceline job cancel demo 404 405"), 1);
	assert_null(strstr(cli_asked(s), "POST"));
	assert_int_equal(cli_run(s, "paceline node terminate demo htc-[1-2] --yes"), 0);
	HAS(cli_asked(s),
	    "POST /v1/clusters/demo/nodes/terminate {\"nodes\":[\"htc-1\",\"htc-2\"]}");
	assert_int_equal(cli_run(s, "paceline node drain demo htc-1 --reason disk"), 0);
	HAS(cli_asked(s), "{\"nodes\":[\"htc-1\"],\"reason\":\"disk\"}");
	assert_int_equal(cli_run(s, "paceline node drain demo htc-1 htc-2"), 2);
	assert_int_equal(cli_run(s, "paceline job cancel demo 12 --yes"), 0);
	HAS(cli_asked(s), "POST /v1/clusters/demo/jobs/cancel {\"ids\":[\"12\"]}");
}

static void tells_what_an_act_did_not_do(void **state)
{
	struct cli_site *s = *state;

	assert_int_equal(cli_run(s, "paceline node terminate demo htc-[1-3] --yes"), 0);
	HAS(OUT(s), "htc-1: jobs run there: takes no new ones, deleted once they end; --force");
	HAS(OUT(s), "2 other nodes: deleted, as no job runs there\n");
	assert_int_equal(cli_run(s, "paceline node terminate demo htc-2 --yes"), 0);
	assert_string_equal(OUT(s), "htc-2: is deleted\n");
	assert_int_equal(
	    cli_run(s, "paceline node terminate demo htc-1 --force --reason dull --yes"), 0);
	assert_string_equal(OUT(s), "htc-1: is deleted\n");
	assert_int_equal(cli_run(s, "paceline job hold demo 12 13 --yes"), 0);
	assert_string_equal(OUT(s),
			    "not done: job 12 is running: only a job that waits can be held\n"
			    "1 other job: held: it does not start before it is released\n");
}

/* Nobody is asked about what is not there. */
static void looks_before_it_asks(void **state)
{
	struct cli_site *s = *state;
	const char *const words[] = { "job", "cancel", "demo", "12", "404" };
	struct command_run r = { .args = STRS_INIT(10) };
	struct err err = ERR_INIT;
	size_t used;

	r.command = command_find(words, 5, &used);
	r.loop = loop_new(NULL);
	r.client = client_new(r.loop, s->socket, geteuid());
	assert_int_equal(command_parse(&r, words + used, 5 - used, &err), 0);
	assert_int_equal(look_at_objects(&r, &err), -1);
	HAS(err.msg, "there is no such thing here");
	HAS(cli_asked(s), "GET /v1/clusters/demo/jobs/12\n");
	HAS(cli_asked(s), "GET /v1/clusters/demo/jobs/404\n");
	free(r.args.v[1]);
	r.args.v[1] = xstrdup("12_[1-3]"); /* several at once: the act tells of them */
	free(r.args.v[2]);
	r.args.v[2] = xstrdup("12");
	assert_int_equal(look_at_objects(&r, &err), 0);
	strs_clear(&r.args);
	client_free(r.client);
	loop_free(r.loop);
}

static void tells_how_many_rows_before_it_prunes(void **state)
{
	struct cli_site *s = *state;

	assert_int_equal(cli_run(s, "paceline audit prune --before 2026-11-01"), 2);
	HAS(ERROUT(s), "nothing was removed: 12 audit rows, up to row 40 of ");
	HAS(ERROUT(s), "would go: add --yes when it is meant");
	HAS(cli_asked(s), "GET /v1/audit/prune?before=1793491200000");
	assert_null(strstr(cli_asked(s), "POST"));
	assert_int_equal(cli_run(s, "paceline audit prune --before 2026-11-01 --yes"), 0);
	HAS(cli_asked(s), "POST /v1/audit/prune {\"before_ms\":1793491200000,\"reason\":\"\"}");
	HAS(OUT(s), "12 audit rows were removed");
}

static void waits_for_an_operation(void **state)
{
	struct cli_site *s = *state;
	struct json *j;

	assert_int_equal(cli_run(s, "paceline cluster start demo"), 0);
	assert_string_equal(OUT(s), "demo starts (operation 7)\n");
	assert_int_equal(cli_run(s, "paceline cluster start demo --wait --json"), 0);
	HAS(ERROUT(s), "network: waits for the subnet\n");
	j = json_parse(OUT(s), s->out.len, NULL);
	assert_string_equal(json_str(j, "state", ""), "done");
	json_free(j);
	assert_int_equal(cli_run(s, "paceline cluster start bad --wait"), 1);
	HAS(ERROUT(s), "network: waits for the subnet; tried again: no quota for cores in "
		       "westeurope\n");
	HAS(ERROUT(s), "paceline: operation 8 failed: no quota for cores in westeurope\n");
}

static void deletes_only_what_was_named(void **state)
{
	struct cli_site *s = *state;

	assert_int_equal(cli_run(s, "paceline cluster delete demo"), 2);
	HAS(OUT(s), "virtualMachines/head: delete\n");
	HAS(OUT(s), "DATA LOST: shared (/shared) copy it out\n");
	HAS(OUT(s), "It saves $0.31/h. Plan abc123\n");
	HAS(ERROUT(s), "nothing was deleted: type the name");
	assert_int_equal(cli_run(s, "paceline cluster delete demo --name demos"), 2);
	assert_int_equal(cli_run(s, "paceline cluster delete demo --name demo --plan old"), 1);
	HAS(ERROUT(s), "the cluster changed since plan old was made");
	assert_int_equal(cli_run(s, "paceline cluster delete demo --yes"), 2);
	assert_null(strstr(cli_asked(s), "POST"));
	assert_int_equal(
	    cli_run(s, "paceline cluster delete demo --name demo --plan abc123 --wait"), 0);
	HAS(cli_asked(s), "POST /v1/clusters/demo/teardown "
			  "{\"plan_hash\":\"abc123\",\"typed_name\":\"demo\",\"force\":false}");
	HAS(OUT(s), "demo is deleted\nverified gone by name: 1 resource\n"
		    "  virtualMachines/head\nleft: nothing\nspent in all: $1.25\n");
}

/* Whoever reads JSON agrees to a plan that was read, too. */
static void a_plan_that_nobody_agreed_to_is_told_as_json(void **state)
{
	struct cli_site *s = *state;
	struct json *j;

	assert_int_equal(cli_run(s, "paceline cluster delete demo --json"), 2);
	HAS(ERROUT(s), "nothing was deleted: type the name");
	j = json_parse(OUT(s), s->out.len, NULL);
	assert_string_equal(json_str(j, "hash", ""), "abc123");
	assert_string_equal(json_str(j, "hash_forced", ""), "f0ced9");
	json_free(j);
	assert_int_equal(cli_run(s, "paceline condemn all --json"), 2);
	HAS(ERROUT(s), "nothing was deleted: agree to the plan, as in \"--agree 2\"");
	j = json_parse(OUT(s), s->out.len, NULL);
	assert_string_equal(json_str(j, "hash", ""), "c0de");
	json_free(j);
	assert_null(strstr(cli_asked(s), "typed_name"));
	assert_null(strstr(cli_asked(s), "plan_hash"));
}

#define POSTED "POST /v1/clusters/demo/teardown "

/* The name is no word for what is lost with the cluster (tui.md 4.3). */
static void deletes_no_data_that_was_not_given_up(void **state)
{
	struct cli_site *s = *state;

	assert_int_equal(cli_run(s, "paceline cluster delete demo --name demo"), 2);
	HAS(OUT(s), "DATA LOST: shared (/shared) copy it out\n");
	HAS(ERROUT(s), "nothing was deleted: shared (/shared) would be lost: add "
		       "--accept-data-loss when it may go");
	assert_int_equal(cli_run(s, "paceline cluster delete demo --name demo --json"), 2);
	HAS(OUT(s), "shared (/shared) would be lost");
	assert_int_equal(
	    cli_run(s, "paceline cluster delete demo --name demo --force --reason x"), 2);
	assert_null(strstr(cli_asked(s), "POST"));
	assert_int_equal(
	    cli_run(s, "paceline cluster delete demo --name demo --accept-data-loss"), 0);
	HAS(cli_asked(s), POSTED);
}

static void asks_at_a_terminal_what_may_be_lost(void **state)
{
	static const char named[] = "paceline cluster delete demo --name demo";
	static const char *const no[] = { "\n", "n\n", "Y\n", "demo\n", "\004" };
	struct cli_site *s = *state;

	for (size_t i = 0; i < ARRAY_LEN(no); i++) {
		assert_int_equal(cli_run_typed(s, named, no[i]), 1);
		HAS(ERROUT(s), "Do you accept the loss of shared (/shared)? y/N: ");
		HAS(ERROUT(s), "nothing was deleted: shared (/shared) would be lost");
	}
	assert_int_equal(cli_run_typed(s, "paceline cluster delete demo", "y\n"), 1);
	assert_null(strstr(ERROUT(s), "Do you accept")); /* the name comes first */
	assert_null(strstr(cli_asked(s), "POST"));
	assert_int_equal(cli_run_typed(s, "paceline cluster delete demo", "demo\ny\n"), 0);
	HAS(ERROUT(s), "Type the cluster's name to delete it: ");
	HAS(cli_asked(s), POSTED);
}

static void asks_nothing_about_what_was_given_up(void **state)
{
	static const char *const lines[] = {
		"paceline cluster delete demo --name demo --accept-data-loss",
		"paceline cluster delete demo --name demo --yes",
		"paceline cluster delete demo --name demo --plan abc123",
		"paceline cluster delete demo --name demo --keep none",
		"paceline cluster delete demo --name demo --keep shared", /* nothing is lost */
	};
	struct cli_site *s = *state;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		assert_int_equal(cli_run_typed(s, lines[i], "n\n"), 0);
		assert_null(strstr(ERROUT(s), "Do you accept"));
	}
	HAS(cli_asked(s), POSTED);
}

/* Who agreed to wait for running jobs agreed to no kill, nor the other way round. */
static void forces_only_the_plan_that_tells_of_it(void **state)
{
	static const char named[] = "paceline cluster delete demo --name demo --plan ";
	struct cli_site *s = *state;
	char line[120];

	assert_int_equal(
	    cli_run(s, "paceline cluster delete demo --name no --force --reason x"), 2);
	HAS(OUT(s), "Plan f0ced9\n");
	snprintf(line, sizeof(line), "%sabc123 --force --reason x", named);
	assert_int_equal(cli_run(s, line), 1);
	HAS(ERROUT(s), "plan abc123 waits for running jobs and --force kills them: leave "
		       "--force out, or take --plan f0ced9; nothing was deleted");
	snprintf(line, sizeof(line), "%sf0ced9", named);
	assert_int_equal(cli_run(s, line), 1);
	HAS(ERROUT(s), "plan f0ced9 kills running jobs: add --force and --reason, or take "
		       "--plan abc123, which waits for them; nothing was deleted");
	assert_null(strstr(cli_asked(s), "POST"));
	snprintf(line, sizeof(line), "%sf0ced9 --force --reason x", named);
	assert_int_equal(cli_run(s, line), 0);
	HAS(cli_asked(s), POSTED "{\"plan_hash\":\"f0ced9\",\"typed_name\":\"demo\",");
}

static void updates_what_was_agreed_to(void **state)
{
	struct cli_site *s = *state;
	struct json *j;

	assert_int_equal(cli_run(s, "paceline cluster update demo max=2"), 2);
	HAS(OUT(s), "~ max  1 -> 2   no restart\n");
	HAS(ERROUT(s), "nothing was changed; --yes does it: there is no terminal to ask on");
	HAS(OUT(s), "agrees to this, and to no other plan\n");
	assert_int_equal(cli_run_typed(s, "paceline cluster update demo max=2", "n\n"), 1);
	assert_null(strstr(cli_asked(s), "plan_hash"));
	assert_int_equal(cli_run(s, "paceline cluster update demo max=2 --json"), 2);
	HAS(ERROUT(s), "nothing was changed; --yes does it: there is no terminal to ask on");
	j = json_parse(OUT(s), s->out.len, NULL);
	assert_false(json_bool(j, "updated", true));
	json_free(j);
	assert_int_equal(cli_run(s, "paceline cluster update demo max=2 --json --yes"), 0);
	j = json_parse(OUT(s), s->out.len, NULL);
	assert_true(json_bool(j, "updated", false));
	assert_string_equal(json_str(j, "changes.0.what", ""), "max");
	assert_true(json_is(json_get(j, "operation"), JSON_NULL));
	json_free(j);
	assert_int_equal(cli_run(s, "paceline cluster update demo --json --yes"), 0);
	HAS(OUT(s), "\"changes\":[],\"operation\":null,\"updated\":false}");
}

static void submits_and_waits(void **state)
{
	struct cli_site *s = *state;
	char *path = xasprintf("%s/my job.sh", s->dir);
	const char *words[] = { "paceline", "job",    "submit", "demo",	  path, "--array",
				"0-39",	    "--wait", "--",	"--fast", NULL, NULL };
	const struct cli_options o = cli_site_options(s);

	assert_int_equal(file_write(path, "#!/bin/sh\n", 10, 0600, NULL), 0);
	assert_int_equal(cli_run_argv(s, &o, words), 0);
	HAS(cli_asked(s),
	    "POST /v1/clusters/demo/jobs {\"script_text\":\"#!/bin/sh\\n\",\"file\":"
	    "\"myjob\",\"array\":\"0-39\",\"args\":[\"--fast\"]}");
	HAS(ERROUT(s), "job 12: 0 running, 33 pending\n");
	assert_string_equal(OUT(s), "job 12 is done\n");
	words[3] = "bad";
	assert_int_equal(cli_run_argv(s, &o, words), 1);
	HAS(ERROUT(s), "job 12: 1 of 2 tasks failed, the first 12_7: exit 3; \"job log bad "
		       "12_7\" shows what it wrote\n");
	words[3] = "demo";
	words[7] = "--name";
	words[8] = "mine";
	words[9] = NULL;
	assert_int_equal(cli_run_argv(s, &o, words), 0);
	HAS(cli_asked(s), "\"file\":\"myjob\",\"name\":\"mine\",\"array\":\"0-39\"");
	words[5] = "w 1";
	words[6] = "--nodes=2";
	words[7] = "--";
	words[8] = "--exclusive";
	words[9] = "--";
	words[10] = "--fast";
	words[11] = NULL;
	assert_int_equal(cli_run_argv(s, &o, words), 0);
	HAS(cli_asked(s),
	    "\"file\":\"myjob\",\"nodes\":\"2\",\"args\":[\"--exclusive\"],\"words\":[\"w 1\",\"--fast\"]}");
	assert_int_equal(cli_run(s, "paceline job submit demo /nonexistent.sh"), 1);
	assert_int_equal(cli_run(s, "paceline job submit demo"), 2);
	free(path);
}

/* What the console's form refuses is refused here, in the same words of the engine. */
static void submits_nothing_that_never_fits(void **state)
{
	struct cli_site *s = *state;
	char *path = xasprintf("%s/job.sh", s->dir);
	const struct cli_options o = cli_site_options(s);
	const char *words[] = { "paceline", "job", "submit", "demo", path,
				"--cpus",   "400", NULL,     NULL,   NULL };

	assert_int_equal(file_write(path,
				    "#!/bin/sh\n # x\n\n#SBATCH -n 2\ndate\n#SBATCH -n 9\n", 47,
				    0600, NULL),
			 0);
	assert_int_equal(cli_run_argv(s, &o, words), 1);
	HAS(cli_asked(s),
	    "\"script_text\":\"#!/bin/sh\\n # x\\n\\n#SBATCH -n 2\\n\",\"file\":\"job\",\"cpus\":\"400\"");
	HAS(ERROUT(s), "never fits: it asks for 400 cores; --force submits it all the same\n");
	assert_null(strstr(cli_asked(s), "/demo/jobs {"));
	words[7] = "--json";
	assert_int_equal(cli_run_argv(s, &o, words), 1);
	HAS(OUT(s), "never fits: it asks for 400 cores");
	words[5] = "--array";
	words[6] = "1-5000";
	words[7] = NULL;
	assert_int_equal(cli_run_argv(s, &o, words), 2);
	HAS(ERROUT(s), "--array: task 5000 is beyond 1000\n");
	assert_null(strstr(cli_asked(s), "/demo/jobs {"));
	words[5] = "--cpus";
	words[6] = "400";
	words[7] = "--"; /* the scheduler's own options may say otherwise: it is told only */
	words[8] = "--exclusive";
	assert_int_equal(cli_run_argv(s, &o, words), 0);
	HAS(ERROUT(s), "never fits: it asks for 400 cores\n");
	HAS(cli_asked(s), "/demo/jobs {");
	words[7] = "--force";
	words[8] = NULL;
	assert_int_equal(cli_run_argv(s, &o, words), 0);
	assert_string_equal(OUT(s), "job 12 is in the queue of demo\n");
	free(path);
}

static void submits_nothing_anew_that_never_fits(void **state)
{
	struct cli_site *s = *state;

	assert_int_equal(cli_run(s, "paceline job resubmit demo 12 --cpus 400"), 1);
	HAS(ERROUT(s), "never fits: it asks for 400 cores; --force submits it all the same\n");
	HAS(cli_asked(s), "POST /v1/clusters/demo/jobs/12/resubmit/check "
			  "{\"nodes\":\"2\",\"cpus\":\"400\",\"processes\":1}");
	assert_null(strstr(cli_asked(s), "POST /v1/clusters/demo/jobs/12/resubmit {"));
	assert_int_equal(cli_run(s, "paceline job resubmit demo 12 --cpus 3"), 0);
	HAS(cli_asked(s),
	    "POST /v1/clusters/demo/jobs/12/resubmit {\"cpus\":\"3\",\"words\":[]}");
	assert_int_equal(cli_run(s, "paceline job resubmit demo 12 --cpus 400 --force"), 0);
}

static void waits_for_no_job_of_a_cluster_that_is_gone(void **state)
{
	struct cli_site *s = *state;
	char *path = xasprintf("%s/job.sh", s->dir);
	const struct cli_options o = cli_site_options(s);
	const char *words[] = { "paceline", "job", "submit", "gone", path, "--wait", NULL };

	assert_int_equal(file_write(path, "#!/bin/sh\n", 10, 0600, NULL), 0);
	assert_int_equal(cli_run_argv(s, &o, words), 1);
	HAS(ERROUT(s), "cluster gone was deleted while job 12 was waited for");
	free(path);
}

static void goes_to_a_node(void **state)
{
	struct cli_site *s = *state;
	const struct cli_options o = cli_site_options(s);
	const char *words[] = { "paceline", "ssh", "demo",   "htc-1", "--",
				"echo",	    "a b", "--json", "it's",  NULL };
	const char *code[] = { "paceline", "ssh", "demo", "code", "--", "exit", NULL };

	assert_int_equal(cli_run_argv(s, &o, words), 0);
	assert_string_equal(OUT(s), "to op@head 'echo' 'a b' '--json' 'it'\\''s'\n");
	HAS(cli_asked(s), "GET /v1/clusters/demo/ssh?node=htc-1\n");
	assert_int_equal(cli_run_argv(s, &o, code), 0);
	assert_int_equal(cli_run(s, "paceline ssh demo code -- false"), 1);
	assert_int_equal(cli_run(s, "paceline ssh demo code -- no-such-command-here"), 127);
	assert_int_equal(cli_run(s, "paceline ssh demo code"), 2);
	HAS(ERROUT(s), "there is nothing to do: a shell needs a terminal; name a command");
	assert_int_equal(cli_run(s, "paceline ssh demo gone -- true"), 1);
	HAS(ERROUT(s), "there is no /nonexistent/ssh on this machine: install openssh-client");
	assert_int_equal(cli_run(s, "paceline ssh demo --json -- true"), 2);
	HAS(ERROUT(s), "ssh takes no --json");
	assert_int_equal(cli_run(s, "paceline ssh demo locked"), 1);
	HAS(ERROUT(s), "(/nonexistent/key) is for the engine's user alone");
}

static void runs_on_a_head_without_ssh(void **state)
{
	struct cli_site *s = *state;
	char *line = xasprintf("paceline cp mine:%s/key %s/copy", s->dir, s->dir);
	char *copy = xasprintf("%s/copy", s->dir);

	assert_int_equal(cli_run(s, "paceline ssh ghosts -- echo a b"), 0);
	assert_string_equal(OUT(s), "a b\n");
	assert_int_equal(cli_run(s, "paceline ssh mine -- echo c"), 0);
	assert_string_equal(OUT(s), "c\n");
	assert_int_equal(cli_run(s, "paceline ssh ghosts"), 1);
	HAS(ERROUT(s), "as in \"ssh ghosts -- squeue\"");
	assert_int_equal(cli_run(s, "paceline ssh ghosts htc-1 -- echo a"), 1);
	HAS(ERROUT(s), "htc-1 has no system to go to");
	assert_int_equal(cli_run(s, "paceline cp ghosts:/etc/hostname x"), 1);
	HAS(ERROUT(s), "there are no files on them");
	assert_int_equal(cli_run(s, line), 0);
	assert_true(file_exists(copy));
	assert_int_equal(cli_run(s, "paceline cp mine:/nonexistent/x /nonexistent/y --json"),
			 1);
	HAS(OUT(s), "{\"error\":{\"code\":\"io\"");
	HAS(ERROUT(s), "paceline: mine:/nonexistent/x is not, or not whole, at /nonexistent/y: "
		       "/bin/cp says why (exit 1)\n");
	assert_int_equal(cli_run(s, "paceline cp a b"), 2);
	assert_int_equal(cli_run(s, "paceline cp a:b c:d"), 2);
	free(line);
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(asks_before_it_ends_work),
		WITH(tells_what_an_act_did_not_do),
		WITH(looks_before_it_asks),
		WITH(tells_how_many_rows_before_it_prunes),
		WITH(waits_for_an_operation),
		WITH(deletes_only_what_was_named),
		WITH(deletes_no_data_that_was_not_given_up),
		WITH(asks_at_a_terminal_what_may_be_lost),
		WITH(asks_nothing_about_what_was_given_up),
		WITH(forces_only_the_plan_that_tells_of_it),
		WITH(a_plan_that_nobody_agreed_to_is_told_as_json),
		WITH(updates_what_was_agreed_to),
		WITH(submits_and_waits),
		WITH(submits_nothing_that_never_fits),
		WITH(submits_nothing_anew_that_never_fits),
		WITH(waits_for_no_job_of_a_cluster_that_is_gone),
		WITH(goes_to_a_node),
		WITH(runs_on_a_head_without_ssh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
