/* R13: commands on heads, four at once for each kind of scheduler, and no cluster's slow head
 * that keeps the others from theirs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/helpers.h"

static void r13_no_more_than_the_limit_run_at_once(void **state)
{
	struct helper_seat v[] = { { .running = 2, .waiting = 9 },
				   { .running = 1, .waiting = 1 },
				   { .running = 1, .waiting = 1 } };

	(void)state;
	assert_int_equal(helpers_next(v, 3, 4), 3);
	assert_true(helpers_next(v, 3, 5) < 3);
	assert_int_equal(helpers_next(v, 3, 0), 3);
}

static void r13_a_cluster_alone_has_all_places_and_half_among_others(void **state)
{
	struct helper_seat v[] = { { .running = 2, .waiting = 5 }, { .running = 0 } };

	(void)state;
	assert_int_equal(helpers_next(v, 1, 4), 0);
	assert_int_equal(helpers_next(v, 2, 4), 2);
	v[0].running = 1;
	assert_int_equal(helpers_next(v, 2, 4), 0);
}

static void r13_who_has_least_and_was_served_longest_ago_is_next(void **state)
{
	struct helper_seat v[] = { { .running = 1, .waiting = 1, .served = 1 },
				   { .running = 0, .waiting = 1, .served = 9 },
				   { .running = 0, .waiting = 1, .served = 4 },
				   { .running = 0, .waiting = 0, .served = 0 } };

	(void)state;
	assert_int_equal(helpers_next(v, 4, 4), 2);
	v[2].waiting = 0;
	assert_int_equal(helpers_next(v, 4, 4), 1);
}

static void r13_slow_heads_leave_half_of_the_places_to_the_others(void **state)
{
	struct helper_seat v[] = { { .running = 1, .waiting = 2, .slow = true },
				   { .running = 1, .waiting = 2, .slow = true },
				   { .running = 0, .waiting = 2, .slow = true },
				   { .running = 0, .waiting = 0, .served = 50 } };

	(void)state;
	assert_int_equal(helpers_next(v, 4, 4), 4); /* though two places are free */
	v[3].waiting = 1;
	assert_int_equal(helpers_next(v, 4, 4), 3);
	v[0].running = 0;
	assert_int_equal(helpers_next(v, 4, 4), 3); /* before the slow ones, too */
	v[3].waiting = 0;
	assert_int_equal(helpers_next(v, 4, 4), 0);
	assert_int_equal(helpers_next(v, 1, 1), 0); /* one alone is as slow as it likes */
}

/*
 * Real commands
 */

struct site {
	struct loop *loop;
	struct helpers all;
	int ended, refused;
	bool ready;
	char said[8];
};

static bool is_ready(void *arg, struct err *err)
{
	const struct site *s = arg;

	if (!s->ready)
		err_set(err, ERR_IO, "the head is away");
	return s->ready;
}

static void on_end(void *arg, const struct proc_result *r, const struct err *err)
{
	struct site *s = arg;

	s->ended += r && r->end == PROC_EXITED && r->code == 0;
	s->refused += !r && strcmp(err->msg, "the head is away") == 0;
	if (r && r->out_len && r->out_len < sizeof(s->said))
		memcpy(s->said, r->out, r->out_len);
}

static void ask(struct helper_line *line, struct site *s, const char *const *argv,
		const char *input)
{
	const struct proc_spec spec = { .argv = argv,
					.input = input,
					.input_len = input ? strlen(input) : 0 };

	helper_add(line, &spec, on_end, s);
}

static const char *const waits[] = { "/bin/sleep", "100", NULL };
static const char *const says[] = { "/bin/cat", NULL };

static int up(void **state)
{
	static struct site s;

	s = (struct site){ .loop = loop_new(NULL), .all = { .most = 2 }, .ready = true };
	*state = &s;
	return s.loop ? 0 : -1;
}

static int down(void **state)
{
	struct site *s = *state;

	loop_free(s->loop);
	return 0;
}

static void r13_what_hangs_on_one_head_does_not_keep_another_waiting(void **state)
{
	struct site *s = *state;
	struct helper_line *hangs = helper_line_new(&s->all, s->loop, says, is_ready, s);
	struct helper_line *works = helper_line_new(&s->all, s->loop, says, is_ready, s);

	for (int i = 0; i < 5; i++)
		ask(hangs, s, waits, NULL);
	for (int i = 0; i < 5; i++)
		ask(works, s, says, "hello");
	while (s->ended < 5)
		loop_turn(s->loop, 100);
	assert_string_equal(s->said, "hello");
	helper_line_free(hangs);
	helper_line_free(works);
}

static void r13_a_place_is_free_again_when_its_cluster_leaves(void **state)
{
	struct site *s = *state;
	struct helper_line *a = helper_line_new(&s->all, s->loop, says, is_ready, s);
	struct helper_line *b = helper_line_new(&s->all, s->loop, says, is_ready, s);
	struct helper_line *c = helper_line_new(&s->all, s->loop, says, is_ready, s);
	struct helper_line *other = helper_line_new(&s->all, s->loop, waits, is_ready, s);

	ask(a, s, waits, NULL);
	ask(b, s, waits, NULL);
	ask(c, s, says, "hello");
	for (int i = 0; i < 5; i++)
		loop_turn(s->loop, 2);
	assert_int_equal(s->ended, 0);
	ask(other, s, says, "hi"); /* another kind has places of its own */
	while (s->ended < 1)
		loop_turn(s->loop, 100);
	helper_line_free(a);
	while (s->ended < 2)
		loop_turn(s->loop, 100);
	helper_line_free(b);
	helper_line_free(c);
	helper_line_free(other);
	assert_null(s->all.lines);
}

static void a_head_that_went_away_meanwhile_is_told_in_a_later_turn(void **state)
{
	struct site *s = *state;
	struct helper_line *line = helper_line_new(&s->all, s->loop, says, is_ready, s);

	s->ready = false;
	ask(line, s, says, "hello");
	assert_int_equal(s->refused, 0);
	while (!s->refused)
		loop_turn(s->loop, 100);
	ask(line, s, says, "hello"); /* and what is dropped is told nothing */
	helper_line_free(line);
	loop_turn(s->loop, 2);
	assert_int_equal(s->refused, 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r13_no_more_than_the_limit_run_at_once),
		cmocka_unit_test(r13_a_cluster_alone_has_all_places_and_half_among_others),
		cmocka_unit_test(r13_who_has_least_and_was_served_longest_ago_is_next),
		cmocka_unit_test(r13_slow_heads_leave_half_of_the_places_to_the_others),
		T(r13_what_hangs_on_one_head_does_not_keep_another_waiting),
		T(r13_a_place_is_free_again_when_its_cluster_leaves),
		T(a_head_that_went_away_meanwhile_is_told_in_a_later_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
