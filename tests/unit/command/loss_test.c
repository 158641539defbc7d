/* Which words accept that a teardown loses data, and what is said where none does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "command/loss.h"

#define LOST(name) "{\"key\":\"storage " name "\",\"name\":\"" name "\",\"path\":\"/" name "\"}"
#define QUEUE	   "{\"key\":\"unknown jobs\",\"name\":\"jobs\",\"path\":\"queue not read yet\"}"
#define STORAGE(name, act, can)                                                                \
	"{\"name\":\"" name "\",\"act\":\"" act "\",\"can_keep\":" can "}"
#define PLAN(state, lost, storage)                                                             \
	"{\"hash\":\"abc\",\"state\":\"" state "\",\"jobs_pending\":9,\"data_lost\":[" lost    \
	"],\"storage\":[" storage "]}"

static struct json *plan_of(const char *text)
{
	struct json *plan = json_parse(text, strlen(text), NULL);

	assert_non_null(plan);
	return plan;
}

static bool accepted(const char *plan_text, const char *words)
{
	struct command_run r = { .args = STRS_INIT(10), .options = STRS_INIT(10) };
	struct strs w = STRS_INIT(20);
	struct json *plan = plan_of(plan_text);
	struct err err;
	size_t used;
	bool yes;

	assert_int_equal(strs_split(&w, words, strlen(words), ' '), 0);
	r.command = command_find((const char *const *)w.v, w.n, &used);
	assert_int_equal(command_parse(&r, (const char *const *)w.v + used, w.n - used, &err),
			 0);
	yes = loss_is_accepted(&r, plan);
	strs_clear(&r.args);
	strs_clear(&r.options);
	strs_clear(&w);
	json_free(plan);
	return yes;
}

#define LOSES	 PLAN("running", LOST("shared"), STORAGE("shared", "delete", "false"))
#define NAMED(w) accepted(LOSES, "cluster delete demo --name demo" w)

static void only_a_word_for_it_accepts_a_loss(void **state)
{
	(void)state;
	assert_false(NAMED(""));
	assert_false(NAMED(" --force --reason over"));
	assert_false(NAMED(" --plan abd"));
	assert_false(NAMED(" --keep other"));
	assert_false(NAMED(" --wait"));
	assert_true(NAMED(" --accept-data-loss"));
	assert_true(NAMED(" --yes"));
	assert_true(NAMED(" --plan abc"));
	assert_true(NAMED(" --keep none"));
}

static void jobs_are_no_data(void **state)
{
	(void)state;
	assert_true(accepted(PLAN("off", "", ""), "cluster delete demo --name demo"));
	assert_true(accepted(PLAN("running", QUEUE, ""), "cluster delete demo --name demo"));
	assert_false(accepted(PLAN("running", QUEUE "," LOST("a"), ""),
			      "cluster delete demo --name demo"));
}

static char *never(void *arg, const char *question)
{
	(void)arg;
	fail_msg("asked: %s", question);
	return NULL;
}

static void says(const char *plan_text, const char *sentence)
{
	struct json *plan = plan_of(plan_text);
	struct command_io io = { 0 };
	const struct command_run r = { .io = &io };
	struct err err = ERR_INIT;

	assert_int_equal(loss_refused(&r, plan, &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	assert_string_equal(err.msg, sentence);
	io.ask = never;
	assert_int_equal(loss_refused(&r, plan, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT); /* it was asked about */
	json_free(plan);
}

static void says_what_is_lost_and_what_to_do(void **state)
{
	(void)state;
	says(
	    LOSES,
	    "nothing was deleted: shared (/shared) would be lost: add --accept-data-loss when it may go");
	says(
	    PLAN("running", LOST("b"),
		 STORAGE("a", "snapshot", "true") "," STORAGE("b", "delete", "true")),
	    "nothing was deleted: b (/b) would be lost: add --keep a=snapshot,b, or --accept-data-loss when it may go");
	says(
	    PLAN("running", QUEUE "," LOST("a") "," LOST("b"),
		 STORAGE("a", "delete", "true") "," STORAGE("b", "delete", "false")),
	    "nothing was deleted: a (/a), b (/b) would be lost: add --keep a for what can be kept, and --accept-data-loss for the rest");
	says(
	    PLAN("kept", LOST("a"), STORAGE("a", "delete", "true")),
	    "nothing was deleted: a (/a) would be lost: add --accept-data-loss when it may go");
	says(
	    PLAN("off", LOST("a") "," LOST("b") "," LOST("c") "," LOST("d") "," LOST("e"), ""),
	    "nothing was deleted: a (/a), b (/b), c (/c) and 2 more would be lost: add --accept-data-loss when it may go");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_word_for_it_accepts_a_loss),
		cmocka_unit_test(jobs_are_no_data),
		cmocka_unit_test(says_what_is_lost_and_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
