/* Commands that need no engine, or find none; and output that cannot be written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../support/cli_site.h"
#include "base/file.h"

static void helps(void **state)
{
	struct cli_site *s = *state;

	assert_int_equal(cli_run(s, "paceline help"), 0);
	HAS(OUT(s), "cluster start");
	assert_int_equal(cli_run(s, "paceline help node drain"), 0);
	HAS(OUT(s), "paceline node drain CLUSTER NODE... [OPTION...]");
	assert_int_equal(cli_run(s, "paceline node drain --help"), 0);
	HAS(OUT(s), "--reason TEXT");
	assert_int_equal(cli_run(s, "paceline node --help"), 0);
	HAS(OUT(s), "node terminate");
	assert_int_equal(cli_run(s, "paceline --help"), 0);
	assert_int_equal(cli_run(s, "paceline help nonsense-word"), 2);
	assert_int_equal(cli_run(s, "paceline --version --json"), 0);
	assert_string_equal(OUT(s), "{\"version\":\"1.2\"}\n");
	assert_int_equal(cli_run(s, "paceline help node drain --json"), 0);
	HAS(OUT(s), "{\"text\":\"paceline node drain CLUSTER NODE...");
	assert_int_equal(cli_run(s, "paceline --version"), 0);
	assert_string_equal(OUT(s), "paceline 1.2\n");
	assert_int_equal(cli_run(s, "paceline manual"), 0);
	assert_int_equal(strncmp(OUT(s), ".TH PACELINE", 12), 0);
	assert_int_equal(cli_run(s, "paceline completion bash"), 0);
	HAS(OUT(s), "complete -o default -F _paceline paceline");
	assert_int_equal(cli_run(s, "paceline completion csh"), 2);
	assert_int_equal(cli_run(s, "paceline completion clusters"), 0);
	assert_string_equal(OUT(s), ""); /* no engine is here, and none is started */
	assert_string_equal(ERROUT(s), "");
}

static void says_which_words_do_not_fit(void **state)
{
	struct cli_site *s = *state;

	assert_int_equal(cli_run(s, "paceline clustre list"), 2);
	assert_string_equal(
	    ERROUT(s),
	    "paceline: there is no command \"clustre\"; did you mean \"cluster\"?\n");
	assert_int_equal(cli_run(s, "paceline node drain demo"), 2);
	assert_string_equal(
	    ERROUT(s),
	    "paceline: NODE is missing; \"paceline help node drain\" says what it takes\n");
	assert_int_equal(cli_run(s, "paceline"), 2);
	assert_string_equal(OUT(s), "");
}

/* What a script reads is one value, whatever came of it: in the shape of the API's errors. */
static void failed_as_json(struct cli_site *s, const char *line, int code, const char *word,
			   const char *says)
{
	struct json *j;

	assert_int_equal(cli_run(s, line), code);
	j = json_parse(OUT(s), s->out.len, NULL);
	assert_non_null(j);
	assert_string_equal(json_str(j, "error.code", ""), word);
	HAS(json_str(j, "error.message", ""), says);
	HAS(ERROUT(s), says);
	json_free(j);
}

static void a_failure_is_json_where_json_was_asked_for(void **state)
{
	struct cli_site *s = *state;

	failed_as_json(s, "paceline cluster list --json", 1, "io", "no engine answers on");
	failed_as_json(s, "paceline node drain demo --json", 2, "invalid", "NODE is missing");
	failed_as_json(s, "paceline --json", 2, "invalid", "say what to do");
	failed_as_json(s, "paceline template check --json /nonexistent/x.yaml", 1, "not_found",
		       "/nonexistent/x.yaml");
	assert_int_equal(cli_run(s, "paceline cluster list"), 1);
	assert_string_equal(OUT(s), "");
}

static void hands_its_own_commands_to_the_program(void **state)
{
	struct cli_site *s = *state;

	assert_int_equal(cli_run(s, "paceline demo --batch --tasks 3"), 42);
	assert_string_equal(s->own, "demo tasks=3");
	assert_int_equal(cli_run(s, "paceline demo --taks 3"), 2);
}

static void tells_when_nobody_answers(void **state)
{
	struct cli_site *s = *state;
	struct cli_options o = cli_site_options(s);
	const char *words[] = { "paceline", "cluster", "list", NULL };
	const char *status[] = { "paceline", "status", NULL };

	assert_int_equal(cli_run(s, "paceline cluster list"), 1);
	HAS(ERROUT(s), "no engine answers on");
	HAS(ERROUT(s), "\"paceline engine\" starts one");
	o.starts = "paceline -L lab engine";
	assert_int_equal(cli_run_argv(s, &o, words), 1);
	HAS(ERROUT(s), "; \"paceline -L lab engine\" starts one");
	o.explain_none = cli_refuse_engine;
	assert_int_equal(cli_run_argv(s, &o, status), 1);
	assert_string_equal(ERROUT(s), "paceline: the engine did not start\n");
	o.explain_none = NULL;
	o.start_engine = cli_refuse_engine;
	assert_int_equal(cli_run_argv(s, &o, words), 1);
	assert_string_equal(ERROUT(s), "paceline: the engine did not start\n");
	o.start_engine = cli_start_engine;
	assert_int_equal(cli_run_argv(s, &o, status), 1);
	assert_false(s->started);
	assert_int_equal(cli_run_argv(s, &o, words), 0);
	assert_true(s->started);
	HAS(OUT(s), "demo");
}

static void checks_a_template_by_itself(void **state)
{
	struct cli_site *s = *state;
	static const char text[] = "name: x\nschedular: slurm\n";
	char *path = xasprintf("%s/x.yaml", s->dir);
	char *line = xasprintf("paceline template check %s", path);
	char *json_line = xasprintf("%s --json", line), *place = xasprintf("%s:2:", path);
	struct json *j;

	assert_int_equal(file_write(path, text, strlen(text), 0600, NULL), 0);
	assert_int_equal(cli_run(s, line), 1);
	HAS(OUT(s), place);
	HAS(OUT(s), "schedul");
	assert_int_equal(cli_run(s, json_line), 1);
	j = json_parse(OUT(s), s->out.len, NULL);
	assert_true(json_len(json_get(j, "problems")) > 0);
	json_free(j);
	assert_int_equal(cli_run(s, "paceline template check ./templates/slurm.yaml"), 0);
	HAS(OUT(s), "fine");
	assert_int_equal(cli_run(s, "paceline template check /nonexistent.yaml"), 1);
	free(path);
	free(line);
	free(json_line);
	free(place);
}

/* It would be right elsewhere, and "cluster check" refuses it. */
static void a_scheduler_that_is_not_here_is_told_with_its_place(void **state)
{
	struct cli_site *s = *state;
	static const char text[] = "# meant for another\nscheduler:\n  type: pbs\n";
	char *path = xasprintf("%s/pbs.yaml", s->dir);
	char *line = xasprintf("paceline template check %s", path);
	char *told = xasprintf(
	    "%s:3:9: scheduler \"pbs\" is not known here: this build has slurm\n", path);

	assert_int_equal(file_write(path, text, strlen(text), 0600, NULL), 0);
	assert_int_equal(cli_run(s, line), 1);
	HAS(OUT(s), told);
	assert_null(strstr(OUT(s), "fine"));
	free(path);
	free(line);
	free(told);
}

static void a_text_that_is_no_yaml_has_a_place_as_any_problem(void **state)
{
	struct cli_site *s = *state;
	static const char text[] = "a: [b\nc: d\n";
	char *path = xasprintf("%s/bad.yaml", s->dir),
	     *place = xasprintf("%s:2:2: did not", path);
	char *line = xasprintf("paceline template check %s", path);

	assert_int_equal(file_write(path, text, strlen(text), 0600, NULL), 0);
	assert_int_equal(cli_run(s, line), 1);
	HAS(OUT(s), place);
	assert_string_equal(ERROUT(s), "");
	free(path);
	free(place);
	free(line);
}

/* As "template show" does: what the engine would make a cluster of. */
static void checks_the_file_that_the_engine_has(void **state)
{
	struct cli_site *s = *state;

	assert_int_equal(cli_run(s, "paceline template check mine"), 0);
	assert_string_equal(OUT(s), "templates/slurm.yaml: fine: slurm, 14 parameters\n");
	assert_int_equal(cli_run(s, "paceline template check other"), 1);
	HAS(ERROUT(s), "there is no template \"other\"");
}

/* A full disk and a reader who left are failures, not successes with less output. */
static void fails_when_the_output_cannot_be_written(void **state)
{
	struct cli_site *s = *state;
	const struct cli_options o = cli_site_options(s);
	const char *words[] = { "paceline", "node", "list", "demo", NULL };
	int fds[2], old, old_err, code;

	if (access("/dev/full", W_OK) == 0) {
		snprintf(s->out_path, sizeof(s->out_path), "/dev/full");
		fflush(stdout);
		old = cli_redirect(STDOUT_FILENO, "/dev/full");
		old_err = cli_redirect(STDERR_FILENO, s->err_path);
		code = cli_main(&o, 4, (char **)words);
		cli_back(STDERR_FILENO, old_err);
		cli_back(STDOUT_FILENO, old);
		clearerr(stdout);
		assert_int_equal(code, 1);
		cli_slurp(&s->errout, s->err_path);
		HAS(ERROUT(s), "the output cannot be written: No space left on device");
	}
	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	fflush(stdout);
	old = dup(STDOUT_FILENO);
	dup2(fds[1], STDOUT_FILENO);
	code = cli_main(&o, 4, (char **)words);
	cli_back(STDOUT_FILENO, old);
	close(fds[1]);
	clearerr(stdout);
	assert_int_equal(code, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITHOUT(helps),
		WITHOUT(says_which_words_do_not_fit),
		WITHOUT(a_failure_is_json_where_json_was_asked_for),
		WITHOUT(hands_its_own_commands_to_the_program),
		WITHOUT(tells_when_nobody_answers),
		WITHOUT(checks_a_template_by_itself),
		WITHOUT(a_scheduler_that_is_not_here_is_told_with_its_place),
		WITHOUT(a_text_that_is_no_yaml_has_a_place_as_any_problem),
		WITH(checks_the_file_that_the_engine_has),
		WITH(fails_when_the_output_cannot_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
