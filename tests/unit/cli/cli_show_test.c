/* Commands that show something, from words to output and exit code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "../../support/cli_site.h"
#include "../../support/fake_engine.h"

static void shows_tables_and_json(void **state)
{
	struct cli_site *s = *state;
	struct json *j;

	assert_int_equal(cli_run(s, "paceline cluster list"), 0);
	assert_string_equal(
	    OUT(s), "NAME  TEMPLATE  SCHEDULER  STATE    SINCE  NODES  JOBS    $/H    NOTE\n"
		    "demo  slurm     slurm      running  3h10m  7/16   4R/33P  $0.31  queue is "
		    "\\x1B[31mold\n");
	assert_int_equal(cli_run(s, "paceline cluster list --json"), 0);
	j = json_parse(OUT(s), s->out.len, NULL);
	assert_string_equal(json_str(j, "clusters.0.name", ""), "demo");
	json_free(j);
	assert_string_equal(ERROUT(s), "");
	assert_int_equal(cli_run(s, "paceline events demo"), 0);
	HAS(OUT(s), " warn  demo       htc-3 boot failed\n");
	HAS(OUT(s), " info  demo       job 12 submitted (by ann)\n");
	HAS(OUT(s), " info  demo       +16 htc: 32 tasks pending\n");
}

static void takes_the_only_cluster_where_none_is_named(void **state)
{
	struct cli_site *s = *state;

	assert_int_equal(cli_run(s, "paceline job list"), 0);
	HAS(cli_asked(s), "GET /v1/clusters/demo/jobs?");
	assert_string_equal(ERROUT(s), "paceline: cluster demo, the only one\n");
	assert_int_equal(cli_run(s, "paceline job list demo"), 0);
	assert_string_equal(ERROUT(s), "");
	assert_int_equal(cli_run(s, "paceline node show htc-9"), 1);
	HAS(cli_asked(s), "GET /v1/clusters/demo/nodes/htc-9\n");
	assert_int_equal(cli_run(s, "paceline node list demo --filter wrong:x"), 2);
	assert_int_equal(cli_run(s, "paceline node list demo --sort wrong --json"), 2);
	HAS(OUT(s), "\"invalid\"");
	assert_int_equal(cli_run(s, "paceline node show demo"), 2);
	HAS(ERROUT(s), "something is missing behind demo: node show CLUSTER NODE");
	assert_int_equal(cli_run(s, "paceline cluster stop --yes"),
			 2); /* it changes something */
	HAS(ERROUT(s), "CLUSTER is missing");
}

static void says_what_was_spent_and_where_it_leads(void **state)
{
	struct cli_site *s = *state;
	struct json *j;

	assert_int_equal(cli_run(s, "paceline cost demo --from 2026-11-01"), 0);
	HAS(cli_asked(s), "GET /v1/cost?cluster=demo&from=1793491200000&to=0\n");
	assert_string_equal(
	    OUT(s),
	    "cluster     demo\n"
	    "now         at least $0.31/h, of it idle $0.080/h\n"
	    "            1 machine at a price that is not known\n"
	    "spent       $1.50 today, $81.00 this month\n"
	    "forecast    $5.25 at the end of the day, $131 at the end of the month\n"
	    "budget      $81.00 of $100 this month (81 %), $14.00 more committed to what runs: too small for this month at the present rate\n"
	    "budgets     phys, account physics, day: $20.25 of $20.00 (101 %): used up, no node is made for it\n"
	    "            all, array htc, month: $21.00 of $30.00 (70 %), $10.50 more committed to what runs: committed, no node is made for it\n"
	    "prices      samples of the simulator, not a price list\n"
	    "period      2026-11-01 00:00 to 2026-11-24 11:00 UTC: $81.00, of it idle $8.00\n"
	    "\n"
	    "CLUSTER  STATE    NODE-H  ON-DEMAND  SPOT    SAVED   IDLE   TOTAL   $/H    BUDGET\n"
	    "demo     running  420.0   $21.00     $60.00  $99.00  $8.00  $81.00  $0.31  81 %\n"
	    "total             420.0   $21.00     $60.00  $99.00  $8.00  $81.00  $0.31  -\n"
	    "\n"
	    "USER             NODE-H  TOTAL   SHARE  $/H\n"
	    "alice            210.0   $40.50  50 %   $0.20\n"
	    "heads and disks  210.0   $40.50  50 %   $0.11\n"
	    "total            420.0   $81.00  100 %  $0.31\n"
	    "\n"
	    "ACCOUNT  NODE-H  TOTAL   SHARE  $/H\n"
	    "physics  105.0   $20.25  25 %   $0.10\n"
	    "total    420.0   $81.00  100 %  $0.31\n");
	assert_int_equal(cli_run(s, "paceline cost --json"), 0);
	j = json_parse(OUT(s), s->out.len, NULL);
	assert_string_equal(json_str(j, "by_user.0.user", ""), "alice");
	json_free(j);
	assert_int_equal(cli_run(s, "paceline cost --by user"), 0);
	assert_null(strstr(OUT(s), "ON-DEMAND"));
	assert_int_equal(cli_run(s, "paceline cost --by account"), 0);
	HAS(OUT(s), "physics  105.0");
	assert_null(strstr(OUT(s), "alice"));
	assert_int_equal(cli_run(s, "paceline cost --by team"), 2);
	assert_int_equal(cli_run(s, "paceline cost --to yesterday"), 2);
	HAS(ERROUT(s), "--to: \"yesterday\" is no day or time of UTC");
}

static void checks_a_cluster_without_making_it(void **state)
{
	struct cli_site *s = *state;

	assert_int_equal(cli_run(s, "paceline cluster check neu slurm head_size=x"), 1);
	HAS(cli_asked(s), "POST /v1/templates/slurm/check");
	assert_string_equal(OUT(s),
			    "makes now   a head\n"
			    "            a network\n"
			    "idle        htc: nodes go after 5s without a job\n"
			    "costs       idle $0.10/h, 10 nodes $0.30/h, full $17.00/h\n"
			    "fail: head_size: no such size\n"
			    "      try head_size=Standard_D2s_v5\n");
	HAS(ERROUT(s), "cluster neu cannot be created so");
	assert_int_equal(cli_run(s, "paceline cluster check neu slurm head_size"), 2);
}

static size_t lines_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void reads_long_lists_page_by_page(void **state)
{
	struct cli_site *s = *state;
	struct json *j;

	assert_int_equal(cli_run(s, "paceline node list demo --filter state:busy"), 0);
	assert_int_equal(lines_of(OUT(s)), FAKE_ENGINE_NODES + 1);
	HAS(OUT(s), "htc-700");
	HAS(cli_asked(s), "nodes?filter=state%3Abusy&sort=&offset=0&count=500\n");
	HAS(cli_asked(s), "nodes?filter=state%3Abusy&sort=&offset=500&count=500\n");
	assert_int_equal(cli_run(s, "paceline node list demo --limit 3 --json"), 0);
	j = json_parse(OUT(s), s->out.len, NULL);
	assert_int_equal(json_len(json_get(j, "rows")), 3);
	assert_int_equal(json_int(j, "shown", 0), FAKE_ENGINE_NODES);
	json_free(j);
	assert_int_equal(cli_run(s, "paceline node list demo --limit 3"), 0);
	HAS(OUT(s), "and 697 more\n");
	assert_int_equal(cli_run(s, "paceline node list demo --limit none"), 2);
}

static void a_job_that_waits_says_how_much_of_it_is_held_back(void **state)
{
	struct cli_site *s = *state;

	assert_int_equal(cli_run(s, "paceline job list demo"), 0);
	HAS(OUT(s), "25 have a place, 8 wait: at a limit: htc has its maximum of 16 nodes");
}

static void tells_what_the_engine_refused(void **state)
{
	struct cli_site *s = *state;

	assert_int_equal(cli_run(s, "paceline cluster status nosuch"), 1);
	assert_string_equal(ERROUT(s), "paceline: there is no such thing here\n");
}

/* For a Tab: names, and not a word about what is wrong. */
static void lists_names_for_a_shell(void **state)
{
	struct cli_site *s = *state;

	assert_int_equal(cli_run(s, "paceline completion clusters"), 0);
	assert_string_equal(OUT(s), "demo\n");
	assert_int_equal(cli_run(s, "paceline completion nodes demo"), 0);
	HAS(OUT(s), "htc-1\n");
	assert_int_equal(cli_run(s, "paceline completion nodes nosuch"), 0);
	assert_string_equal(OUT(s), "");
	assert_string_equal(ERROUT(s), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(shows_tables_and_json),
		WITH(takes_the_only_cluster_where_none_is_named),
		WITH(says_what_was_spent_and_where_it_leads),
		WITH(checks_a_cluster_without_making_it),
		WITH(reads_long_lists_page_by_page),
		WITH(a_job_that_waits_says_how_much_of_it_is_held_back),
		WITH(tells_what_the_engine_refused),
		WITH(lists_names_for_a_shell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
