/* Every command of the table with words that are missing, empty, wrong and too many, and with
 * no engine: each ends with 1 or 2 and with a sentence, and none says nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../support/cli_site.h"
#include "base/mem.h"
#include "command/command.h"

#define WORDS_MOST   40
#define SENTENCE     20 /* bytes that one has at least */
#define FAR_TOO_MANY 12

static void add_name(struct strs *words, const struct command *c)
{
	strs_add(words, "paceline");
	strs_split(words, c->name, strlen(c->name), ' ');
}

/* Words as the table asks for them, each of its kind. */
static void add_words(struct strs *words, const struct command *c)
{
	static const char *const kinds[][2] = {
		{ "FROM", "demo:results" }, { "TO", "results" }, { "ID", "12" }, { "JOB", "12" }
	};
	struct strs wanted = STRS_INIT(WORDS_MOST);

	strs_split(&wanted, c->args, strlen(c->args), ' ');
	for (size_t i = 0; i < wanted.n && wanted.v[i][0] && wanted.v[i][0] != '['; i++) {
		const char *word = "demo";

		for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
			if (strncmp(wanted.v[i], kinds[k][0], strlen(kinds[k][0])) == 0)
				word = kinds[k][1];
		strs_add(words, word);
	}
	strs_clear(&wanted);
	strs_add(words, "--yes"); /* nobody is here to be asked */
	if (strcmp(c->name, "audit prune") == 0)
		strs_add(words, "--before=2026-11-01");
	if (strcmp(c->name, "job submit") == 0)
		strs_add(words, "--sample");
}

static bool is_own(const struct command *c)
{
	return !c->run;
}

/* What it said is in ERROUT. */
static int run(struct cli_site *s, struct strs *words)
{
	const struct cli_options o = cli_site_options(s);
	int code = cli_run_argv(s, &o, (const char *const *)words->v);

	strs_clear(words);
	return code;
}

static void refuses(struct cli_site *s, const struct command *c, struct strs *words, int code,
		    const char *says)
{
	int got = run(s, words);

	if (got != code || !strstr(ERROUT(s), says) || strlen(ERROUT(s)) < SENTENCE ||
	    strncmp(ERROUT(s), "paceline: ", 10) != 0 || OUT(s)[0])
		fail_msg("%s: exit %d, and not %d with \"%s\": %s", c->name, got, code, says,
			 ERROUT(s));
}

static void a_missing_word_is_named(void **state)
{
	for (size_t i = 0; i < n_commands; i++) {
		const struct command *c = &commands[i];
		struct strs words = STRS_INIT(WORDS_MOST);
		/* which cluster is asked of the engine where only one can be meant */
		bool looks = (c->flags & CMD_CLUSTER) && !(c->flags & CMD_WRITE) &&
			     !strchr(c->args, ' ');

		if (!c->args[0] || c->args[0] == '[')
			continue;
		add_name(&words, c);
		if (looks || strcmp(c->name, "ssh") == 0)
			refuses(*state, c, &words, 1, "no engine answers on");
		else
			refuses(*state, c, &words, 2, " is missing");
	}
}

static void an_empty_word_is_refused(void **state)
{
	for (size_t i = 0; i < n_commands; i++) {
		struct strs words = STRS_INIT(WORDS_MOST);

		add_name(&words, &commands[i]);
		strs_add(&words, "");
		refuses(*state, &commands[i], &words, 2, "an empty word names nothing");
	}
}

static void an_option_that_is_none_names_the_nearest(void **state)
{
	for (size_t i = 0; i < n_commands; i++) {
		struct strs words = STRS_INIT(WORDS_MOST);

		add_name(&words, &commands[i]);
		strs_add(&words, "--jsno");
		refuses(*state, &commands[i], &words, 2, "did you mean \"--json\"?");
	}
}

static void a_word_too_many_is_named(void **state)
{
	for (size_t i = 0; i < n_commands; i++) {
		const struct command *c = &commands[i];
		struct strs words = STRS_INIT(WORDS_MOST);

		const char *many = strstr(c->args, "..."), *rest = strstr(c->args, "--");

		if (many && (!rest || many < rest))
			continue;
		add_name(&words, c);
		for (int k = 0; k < FAR_TOO_MANY; k++)
			strs_add(&words, "surplus");
		refuses(*state, c, &words, 2, "surplus\"");
	}
}

static void without_an_engine_each_says_so(void **state)
{
	for (size_t i = 0; i < n_commands; i++) {
		struct strs words = STRS_INIT(WORDS_MOST);

		if (is_own(&commands[i]))
			continue;
		add_name(&words, &commands[i]);
		add_words(&words, &commands[i]);
		refuses(*state, &commands[i], &words, 1, "no engine answers on");
	}
}

/* Words are read first: an engine is not started, nor anybody asked, for what is none. */
static void words_are_read_before_an_engine_is_asked(void **state)
{
	static const char *const lines[][2] = {
		{ "operation show last", "\"last\": an operation has a number" },
		{ "operation skip x disk", "\"x\": an operation has a number" },
		{ "node terminate demo htc-[1-", "\"htc-[1-\": bad host list" },
		{ "cluster create ../x slurm", "cluster name \"../x\"" },
		{ "cluster create alpha slurm htc_max", "a parameter is NAME=VALUE" },
		{ "cluster update alpha htc_max", "a parameter is NAME=VALUE" },
		{ "job submit alpha", "SCRIPT is missing" },
		{ "job log alpha 12 --tail=all", "--tail takes a number from 1" },
		{ "job list alpha --limit=0", "--limit takes a number from 1" },
		{ "events --most=x", "--most takes a number from 1" },
		{ "audit --most=x", "--most takes a number from 1" },
		{ "audit prune", "--before TIME is missing" },
		{ "audit prune --before=soon", "\"soon\" is no day or time of UTC" },
		{ "cost --from=soon", "\"soon\" is no day or time of UTC" },
		{ "cost --csv --json", "--csv and --json are two forms: take one" },
		{ "cost --csv --by=user", "--csv has all tables" },
		{ "cost --by=usr", "there is no \"usr\"; did you mean \"user\"?" },
		{ "cp here there", "one of the two is CLUSTER:PATH" },
	};
	struct cli_site *s = *state;
	struct cli_options o = cli_site_options(s);

	o.start_engine = cli_start_engine;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct strs words = STRS_INIT(WORDS_MOST);

		strs_add(&words, "paceline");
		strs_split(&words, lines[i][0], strlen(lines[i][0]), ' ');
		assert_int_equal(cli_run_argv(s, &o, (const char *const *)words.v), 2);
		HAS(ERROUT(s), lines[i][1]);
		HAS(ERROUT(s), "\" says what it takes");
		assert_false(s->started);
		strs_clear(&words);
	}
}

static void what_was_meant_is_named(void **state)
{
	static const char *const lines[][2] = {
		{ "clutser", "there is no command \"clutser\"; did you mean \"cluster\"?" },
		{ "clus list", "did you mean \"cluster\"?" },
		{ "cluster strat demo", "did you mean \"cluster start\"?" },
		{ "node lst", "did you mean \"node list\"?" },
		{ "start demo", "did you mean \"cluster start\"?" },
		{ "drain htc-1", "did you mean \"node drain\"?" },
		{ "log 12", "did you mean one of \"node log\", \"job log\"?" },
		{ "audit exprot x", "did you mean \"audit export\"?" },
		{ "engine limts", "did you mean \"engine limits\"?" },
		{ "--jsno", "paceline has no option \"--jsno\"; did you mean \"--json\"?" },
		{ "--verison", "did you mean \"--version\"?" },
		{ "help node lst", "did you mean \"node list\"?" },
		{ "help audit exprot", "did you mean \"audit export\"?" },
		{ "node lst --help", "did you mean \"node list\"?" },
		{ "xyzzyplugh", "there is no command \"xyzzyplugh\"; help lists them" },
	};
	struct cli_site *s = *state;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct strs words = STRS_INIT(WORDS_MOST);

		strs_add(&words, "paceline");
		strs_split(&words, lines[i][0], strlen(lines[i][0]), ' ');
		assert_int_equal(run(s, &words), 2);
		HAS(ERROUT(s), lines[i][1]);
		assert_string_equal(OUT(s), "");
	}
}

static void switches_may_stand_in_front(void **state)
{
	struct cli_site *s = *state;
	struct json *j;

	assert_int_equal(cli_run(s, "paceline --json --yes cluster list"), 1);
	j = json_parse(OUT(s), s->out.len, NULL);
	HAS(json_str(j, "error.message", ""), "no engine answers on");
	json_free(j);
	assert_int_equal(cli_run(s, "paceline --help node drain"), 0);
	HAS(OUT(s), "paceline node drain CLUSTER NODE...");
}

#define T(f) cmocka_unit_test_setup_teardown(f, cli_site_open, cli_site_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_missing_word_is_named),
		T(an_empty_word_is_refused),
		T(an_option_that_is_none_names_the_nearest),
		T(a_word_too_many_is_named),
		T(without_an_engine_each_says_so),
		T(words_are_read_before_an_engine_is_asked),
		T(what_was_meant_is_named),
		T(switches_may_stand_in_front),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
