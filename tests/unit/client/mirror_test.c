/* The mirror line by line, without an engine: what it takes, what it passes over, what it
 * refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "client/mirror_private.h"

#define START 1795300000000

struct desk {
	struct loop *loop;
	struct client *client;
	struct mirror *mirror;
	int changes;
};

static void on_change(void *arg)
{
	((struct desk *)arg)->changes++;
}

static int up(void **state)
{
	struct desk *d = xcalloc(1, sizeof(*d));
	struct window v[] = { { .id = "j", .noun = NOUN_JOB, .cluster = "demo", .count = 10 },
			      { .id = "c", .noun = NOUN_CLUSTER, .count = 10 },
			      { .id = "o", .noun = NOUN_OPERATION, .count = 10 } };

	clock_test_set(START);
	d->loop = loop_new(NULL);
	d->client = client_new(d->loop, "/nonexistent/socket", (uid_t)-1);
	d->mirror = mirror_new(d->client, on_change, d);
	mirror_watch(d->mirror, v, ARRAY_LEN(v));
	*state = d;
	return 0;
}

static int down(void **state)
{
	struct desk *d = *state;

	mirror_free(d->mirror);
	client_free(d->client);
	loop_free(d->loop);
	clock_test_end();
	free(d);
	return 0;
}

static void take(struct desk *d, const char *line)
{
	struct err err = ERR_INIT;

	if (mirror_apply(d->mirror, line, strlen(line), &err) < 0)
		fail_msg("%s: %s", line, err.msg);
}

static struct mirror_rows rows(const struct desk *d, const char *id)
{
	struct mirror_rows r;

	if (!mirror_rows(d->mirror, id, &r))
		r = (struct mirror_rows){ .total = -1 };
	return r;
}

/* "a b c": the ids of the jobs in order. */
static const char *ids(const struct desk *d)
{
	static char text[200];
	struct mirror_rows r = rows(d, "j");
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < r.n; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? " " : "",
					 r.u.jobs[i].id);
	return text;
}

#define JOBS(rest)                                                                             \
	"\"window\":\"j\",\"noun\":\"job\",\"cluster\":\"demo\",\"total\":9,\"shown\":3,"      \
	"\"offset\":0,\"rows\":" rest "}"

static void first(struct desk *d)
{
	take(d, "{\"rev\":1," JOBS(
		    "[{\"id\":\"1\",\"user\":\"al\"},{\"id\":\"2\"},{\"id\":\"3\"}]"));
}

static void rows_move_by_number(void **state)
{
	struct desk *d = *state;

	first(d);
	assert_string_equal(ids(d), "1 2 3");
	take(d, "{\"rev\":5," JOBS("[{\"id\":\"0\"},0,2,1]"));
	assert_string_equal(ids(d), "0 1 3 2");
	assert_string_equal(rows(d, "j").u.jobs[1].user, "al");
	assert_int_equal(rows(d, "j").changed[0], 5); /* new in its place */
	assert_int_equal(rows(d, "j").changed[1], 0);
	take(d, "{\"rev\":6," JOBS("[]"));
	assert_string_equal(ids(d), "");
	assert_int_equal(rows(d, "j").total, 9);
}

static void a_set_changes_its_rows_and_counts(void **state)
{
	struct desk *d = *state;

	first(d);
	take(
	    d,
	    "{\"rev\":7,\"window\":\"j\",\"total\":8,\"shown\":2,\"set\":{\"1\":{\"id\":\"2\",\"state\":\"running\"}}}");
	assert_int_equal(rows(d, "j").u.jobs[1].state, JOB_RUNNING);
	assert_int_equal(rows(d, "j").changed[1], 7);
	assert_int_equal(rows(d, "j").changed[0], 0);
	assert_int_equal(rows(d, "j").total, 8);
	assert_int_equal(rows(d, "j").shown_total, 2);
	assert_int_equal(mirror_revision(d->mirror), 7);
}

/* What changes ten thousand times does not grow. */
static void old_texts_are_given_back(void **state)
{
	struct desk *d = *state;
	char line[2048];

	first(d);
	for (int i = 0; i < 10000; i++) {
		snprintf(
		    line, sizeof(line),
		    "{\"rev\":%d,\"window\":\"j\",\"set\":{\"0\":{\"id\":\"1\",\"name\":\"%01000d\"}}}",
		    i, i);
		take(d, line);
	}
	assert_int_equal(strlen(rows(d, "j").u.jobs[0].name), 1000);
	assert_string_equal(rows(d, "j").u.jobs[0].name + 996, "9999");
	assert_string_equal(ids(d), "1 2 3");
}

static void lines_of_earlier_windows_are_passed_over(void **state)
{
	static const char *const late[] = {
		"{\"window\":\"x\",\"noun\":\"job\",\"rows\":[0]}",
		"{\"window\":\"c\",\"set\":{\"0\":{\"name\":\"a\"}}}",
		"{\"window\":\"j\",\"set\":{\"3\":{\"id\":\"9\"}}}",
		"{\"window\":\"j\",\"set\":{\"-1\":{\"id\":\"9\"}}}",
		"{" JOBS("[{\"id\":\"9\"},3]"),
		"{" JOBS("[1,1]"),
		"{" JOBS("[-1]"),
		"{" JOBS("[\"0\"]"),
		"{\"window\":\"j\",\"noun\":\"node\",\"cluster\":\"demo\",\"rows\":[0]}",
	};
	struct desk *d = *state;

	first(d);
	for (size_t i = 0; i < ARRAY_LEN(late); i++) {
		take(d, late[i]);
		assert_string_equal(ids(d), "1 2 3");
	}
	assert_int_equal(rows(d, "c").total, -1);
}

static void nonsense_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"{",
		"[]",
		"{\"window\":\"j\",\"noun\":\"fish\",\"rows\":[]}",
		"{" JOBS("[0,{\"id\":7}]"),
		"{\"window\":\"j\",\"set\":{\"0\":{\"state\":7}}}",
	};
	struct desk *d = *state;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = ERR_INIT;

		first(d);
		if (mirror_apply(d->mirror, bad[i], strlen(bad[i]), &err) == 0)
			fail_msg("%s is taken", bad[i]);
		assert_true(err.msg[0]);
	}
}

static void rows_of_another_cluster_are_no_answer(void **state)
{
	struct desk *d = *state;
	struct window v = { .id = "j", .noun = NOUN_JOB, .cluster = "other", .count = 10 };

	first(d);
	mirror_watch(d->mirror, &v, 1);
	assert_int_equal(rows(d, "j").total, -1);
	take(
	    d,
	    "{\"rev\":8,\"window\":\"j\",\"noun\":\"job\",\"cluster\":\"other\",\"total\":1,\"shown\":1,\"offset\":0,\"rows\":[{\"id\":\"5\"}]}");
	assert_string_equal(ids(d), "5");
	assert_int_equal(rows(d, "j").changed[0], 0);
}

static void rows_with_memory_of_their_own_move_too(void **state)
{
	struct desk *d = *state;

	take(
	    d,
	    "{\"window\":\"c\",\"noun\":\"cluster\",\"cluster\":\"\",\"rows\":[{\"name\":\"a\",\"owner\":\"op\"},{\"name\":\"b\"}]}");
	take(d, "{\"window\":\"c\",\"noun\":\"cluster\",\"cluster\":\"\",\"rows\":[1,0]}");
	assert_string_equal(rows(d, "c").u.clusters[1].cluster.owner, "op");
	take(
	    d,
	    "{\"window\":\"c\",\"noun\":\"cluster\",\"cluster\":\"\",\"rows\":[{\"name\":\"x\"},1]}");
	assert_string_equal(rows(d, "c").u.clusters[0].cluster.name, "x");
	take(
	    d,
	    "{\"window\":\"o\",\"noun\":\"operation\",\"cluster\":\"\",\"rows\":[{\"id\":1,\"kind\":\"start\",\"error\":\"quota\",\"data\":{\"x\":1}}]}");
	take(d, "{\"window\":\"o\",\"set\":{\"0\":{\"id\":1,\"kind\":\"start\"}}}");
	assert_string_equal(rows(d, "o").u.operations[0].error,
			    ""); /* what is left out is empty */
}

static void a_turn_tells_once(void **state)
{
	struct desk *d = *state;

	first(d);
	take(d, "{\"rev\":9,\"now_ms\":77}");
	take(d, "{\"rev\":9,\"engine\":{\"cloud_ok\":true}}");
	assert_int_equal(d->changes, 0);
	loop_turn(d->loop, 0);
	assert_int_equal(d->changes, 1);
	assert_true(mirror_engine(d->mirror)->cloud_ok);
}

/* Nobody listens: the first try fails at once, the next ones come later and later. */
static void without_an_engine_it_tries_again(void **state)
{
	struct desk *d = *state;

	assert_int_equal(mirror_link(d->mirror), MIRROR_CONNECTING);
	loop_turn(d->loop, 0);
	assert_int_equal(mirror_link(d->mirror), MIRROR_LOST);
	assert_non_null(strstr(mirror_link_text(d->mirror), "/nonexistent/socket"));
	assert_non_null(strstr(mirror_link_text(d->mirror), "trying again in 1 s"));
	for (int i = 0; i < 20; i++) {
		clock_test_advance(10000);
		loop_turn(d->loop, 0);
	}
	assert_int_equal(mirror_link(d->mirror), MIRROR_LOST);
	assert_int_equal(mirror_age_ms(d->mirror), 200000);
	assert_non_null(strstr(mirror_link_text(d->mirror), "trying again in "));
}

static void hear(struct desk *d, const char *line)
{
	mirror_line(d->mirror, line, strlen(line));
}

static void a_picture_that_is_held_stands_still_and_loses_nothing(void **state)
{
	struct desk *d = *state;
	struct window further = { .id = "j", .noun = NOUN_JOB, .cluster = "demo", .count = 20 };

	mirror_watch(d->mirror, &further, 1);
	hear(d, "{\"hello\":{\"v\":1}}");
	hear(d, "{\"rev\":1," JOBS("[{\"id\":\"1\"}]"));
	mirror_hold(d->mirror, true);
	hear(d, "{\"rev\":2," JOBS("[0,{\"id\":\"2\"}]"));
	hear(d, "{\"rev\":3," JOBS("[0,1,{\"id\":\"3\"}]"));
	assert_string_equal(ids(d), "1");
	mirror_hold(d->mirror, false);
	assert_string_equal(ids(d), "1 2 3");

	mirror_hold(d->mirror, true);
	hear(d, "{\"rev\":4," JOBS("[{\"id\":\"4\"}]"));
	further.count = 30;
	mirror_watch(d->mirror, &further, 1); /* scrolled on: its answer is shown */
	hear(d, "{\"rev\":5," JOBS("[0,{\"id\":\"5\"}]"));
	assert_string_equal(ids(d), "4 5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rows_move_by_number, up, down),
		cmocka_unit_test_setup_teardown(a_set_changes_its_rows_and_counts, up, down),
		cmocka_unit_test_setup_teardown(old_texts_are_given_back, up, down),
		cmocka_unit_test_setup_teardown(lines_of_earlier_windows_are_passed_over, up,
						down),
		cmocka_unit_test_setup_teardown(nonsense_is_refused, up, down),
		cmocka_unit_test_setup_teardown(rows_of_another_cluster_are_no_answer, up,
						down),
		cmocka_unit_test_setup_teardown(rows_with_memory_of_their_own_move_too, up,
						down),
		cmocka_unit_test_setup_teardown(
		    a_picture_that_is_held_stands_still_and_loses_nothing, up, down),
		cmocka_unit_test_setup_teardown(a_turn_tells_once, up, down),
		cmocka_unit_test_setup_teardown(without_an_engine_it_tries_again, up, down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
