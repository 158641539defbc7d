#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "command/command.h"

static struct command_run run; /* of the last parse */

static int parse_line(const char *line, struct err *err)
{
	struct strs words = STRS_INIT(100);
	size_t used = 0;
	int rc;

	strs_clear(&run.args);
	strs_clear(&run.options);
	run = (struct command_run){ .args = STRS_INIT(100), .options = STRS_INIT(100) };
	strs_split(&words, line, strlen(line), ' ');
	run.command = command_find((const char *const *)words.v, words.n, &used);
	assert_non_null(run.command);
	rc = command_parse(&run, (const char *const *)words.v + used, words.n - used, err);
	strs_clear(&words);
	return rc;
}

static void refuses(const char *line, const char *sentence)
{
	struct err err = ERR_INIT;

	assert_int_equal(parse_line(line, &err), -1);
	assert_string_equal(err.msg, sentence);
}

static int forget(void **state)
{
	(void)state;
	strs_clear(&run.args);
	strs_clear(&run.options);
	return 0;
}

static void finds_the_longest_name(void **state)
{
	static const char *const words[] = { "node", "drain", "demo" },
				 *const one[] = { "plan", "demo" },
				 *const group[] = { "node", "demo" };
	size_t used = 9;

	(void)state;
	assert_string_equal(command_find(words, 3, &used)->name, "node drain");
	assert_int_equal(used, 2);
	assert_string_equal(command_find(one, 2, &used)->name, "plan");
	assert_int_equal(used, 1);
	assert_null(command_find(group, 2, &used));
	assert_int_equal(used, 0);
	assert_null(command_find(group, 0, &used));
}

static void takes_words_and_options_in_any_order(void **state)
{
	(void)state;
	assert_int_equal(parse_line("job submit --array 0-39 demo a.sh --name=x=y 1 2", NULL),
			 0);
	assert_int_equal(run.args.n, 4);
	assert_string_equal(run.args.v[0], "demo");
	assert_string_equal(run.args.v[3], "2");
	assert_string_equal(command_option(&run, "array"), "0-39");
	assert_string_equal(command_option(&run, "name"), "x=y");
	assert_null(command_option(&run, "wait"));
	assert_int_equal(parse_line("job submit demo a.sh --wait --name a --name b", NULL), 0);
	assert_string_equal(command_option(&run, "wait"), "");
	assert_string_equal(command_option(&run, "name"), "b");
}

static void leaves_words_after_two_hyphens_alone(void **state)
{
	(void)state;
	assert_int_equal(parse_line("job submit demo a.sh -- --name -x", NULL), 0);
	assert_int_equal(run.args.n, 5);
	assert_string_equal(run.args.v[2], "--");
	assert_string_equal(run.args.v[3], "--name");
	assert_int_equal(parse_line("ssh demo htc-1 -- ls -- --json", NULL), 0);
	assert_int_equal(run.args.n, 6);
	assert_string_equal(run.args.v[2], "--");
	assert_string_equal(run.args.v[4], "--");
	assert_string_equal(run.args.v[5], "--json");
	assert_null(command_option(&run, "json"));
	assert_int_equal(parse_line("ssh demo -- ls", NULL), 0);
	assert_string_equal(run.args.v[1], "--");
}

static void every_command_takes_the_common_switches(void **state)
{
	(void)state;
	assert_int_equal(parse_line("cluster list --json", NULL), 0);
	assert_string_equal(command_option(&run, "json"), "");
	assert_int_equal(parse_line("job cancel demo 1 --yes", NULL), 0);
	assert_string_equal(command_option(&run, "yes"), "");
}

static void an_empty_word_names_nothing(void **state)
{
	static const char *const words[] = { "why", "demo", "" };
	struct err err = ERR_INIT;
	size_t used = 0;

	(void)state;
	run = (struct command_run){ .args = STRS_INIT(100), .options = STRS_INIT(100) };
	run.command = command_find(words, 3, &used);
	assert_int_equal(command_parse(&run, words + used, 3 - used, &err), -1);
	assert_string_equal(err.msg, "an empty word names nothing");
}

static void says_what_does_not_fit(void **state)
{
	(void)state;
	refuses("node drain", "CLUSTER is missing");
	refuses("node drain demo", "NODE is missing");
	refuses("why demo", "JOB|NODE is missing");
	refuses("cluster list demo", "\"demo\" is one word too many");
	refuses("demo status", "\"status\" is a command of its own: with -L demo in place of "
			       "\"demo\" it asks the demo's engine");
	refuses("demo htc", "\"htc\" is one word too many");
	refuses("ssh demo htc-1 ls", "\"ls\" is one word too many");
	refuses("cluster start demo --wiat",
		"cluster start has no option \"--wiat\"; did you mean \"--wait\"?");
	refuses("cluster start demo --jsn",
		"cluster start has no option \"--jsn\"; did you mean \"--json\"?");
	refuses("node list demo --bogus", "node list has no option \"--bogus\"");
	refuses("cluster start demo --everything",
		"cluster start has no option \"--everything\"");
	refuses("events -f", "events has no option \"-f\"");
	refuses("cluster start demo --wait=yes", "--wait takes no value");
	refuses("job submit demo a.sh --array", "--array needs a value: RANGE");
	refuses("engine --state=", "--state is empty: it names a folder");
	refuses("engine --socket=", "--socket is empty: it names a path");
}

/* "why 42": whoever runs it looks for the cluster, where it is not something that is changed.
 */
static void the_only_cluster_need_not_be_named(void **state)
{
	const char *const words[] = { "42" };
	struct strs clusters = STRS_INIT(20);
	struct err err = ERR_INIT;
	size_t used = 0;

	(void)state;
	run = (struct command_run){ .args = STRS_INIT(100),
				    .options = STRS_INIT(100),
				    .finds_cluster = true };
	run.command = command_find((const char *const[]){ "why" }, 1, &used);
	assert_int_equal(command_parse(&run, words, 1, &err), 0);
	assert_true(run.lacks_cluster);
	assert_int_equal(command_take_cluster(&run, &clusters, &err), -1);
	assert_non_null(strstr(err.msg, "there is no cluster yet"));
	strs_add(&clusters, "demo");
	strs_add(&clusters, "cfd");
	assert_int_equal(command_take_cluster(&run, &clusters, &err), -1);
	assert_string_equal(err.msg, "CLUSTER is missing: there are demo cfd");
	strs_clear(&clusters);
	clusters = (struct strs)STRS_INIT(20);
	strs_add(&clusters, "demo");
	assert_int_equal(command_take_cluster(&run, &clusters, &err), 0);
	assert_int_equal(run.args.n, 2);
	assert_string_equal(run.args.v[0], "demo");
	assert_string_equal(run.args.v[1], "42");
	assert_int_equal(command_take_cluster(&run, &clusters, &err), -1);
	assert_string_equal(err.msg, "something is missing behind demo: why CLUSTER JOB|NODE");
	strs_clear(&clusters);
}

static void counts_what_is_acted_on(void **state)
{
	(void)state;
	parse_line("node drain demo htc-1", NULL);
	assert_int_equal(command_objects(&run), 1);
	parse_line("node drain demo htc-[1-4] hpc-1", NULL);
	assert_int_equal(command_objects(&run), 5);
	parse_line("job cancel demo 1 2 3", NULL);
	assert_int_equal(command_objects(&run), 3);
	parse_line("job submit demo a.sh x y z", NULL);
	assert_int_equal(command_objects(&run), 1);
	parse_line("cluster list", NULL);
	assert_int_equal(command_objects(&run), 1);
}

static void unknown(const char *first, const char *second, const char *sentence)
{
	const char *words[] = { first, second };
	struct err err = ERR_INIT;

	assert_int_equal(command_unknown(words, second ? 2 : 1, &err), -1);
	assert_string_equal(err.msg, sentence);
}

static void names_what_was_meant(void **state)
{
	(void)state;
	assert_string_equal(command_nearest("clustre"), "cluster");
	assert_string_equal(command_nearest("evnets"), "events");
	assert_string_equal(command_nearest("clus"), "cluster");
	assert_string_equal(command_nearest("aud"), "audit");
	assert_null(command_nearest("xyzzyplugh"));
	unknown("ops", NULL, "there is no command \"ops\"; did you mean \"operation\"?");
	unknown("nod", NULL, "there is no command \"nod\"; did you mean \"node\"?");
	unknown("nothing-like-it", NULL,
		"there is no command \"nothing-like-it\"; help lists them");
	unknown("node", "drian",
		"there is no command \"node drian\"; did you mean \"node drain\"?");
	unknown("operation", NULL,
		"operation: say what to do: list, show, retry, cancel, skip");
	unknown(
	    "operation", "zap",
	    "there is no command \"operation zap\"; operation takes: list, show, retry, cancel, skip");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_longest_name),
		cmocka_unit_test_teardown(takes_words_and_options_in_any_order, forget),
		cmocka_unit_test_teardown(leaves_words_after_two_hyphens_alone, forget),
		cmocka_unit_test_teardown(every_command_takes_the_common_switches, forget),
		cmocka_unit_test_teardown(an_empty_word_names_nothing, forget),
		cmocka_unit_test_teardown(says_what_does_not_fit, forget),
		cmocka_unit_test_teardown(the_only_cluster_need_not_be_named, forget),
		cmocka_unit_test_teardown(counts_what_is_acted_on, forget),
		cmocka_unit_test(names_what_was_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
