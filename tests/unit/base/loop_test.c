#include "base/loop.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop_private.h"

static char order[64];
static size_t order_n;

static void note(char c)
{
	if (order_n < sizeof(order) - 1)
		order[order_n++] = c;
}

struct fixture {
	struct loop *l;
	struct timer *a, *b;
	struct watch *w;
	struct turn_end *ea, *eb;
	struct signal_watch *s;
	unsigned int what;
	int fired;
};

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	memset(order, 0, sizeof(order));
	order_n = 0;
	f.l = loop_new(NULL);
	*state = &f;
	return f.l ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	timer_free(f->a);
	timer_free(f->b);
	watch_free(f->w);
	turn_end_free(f->ea);
	turn_end_free(f->eb);
	signal_watch_free(f->s);
	loop_free(f->l);
	clock_test_end();
	return 0;
}

static void note_a(void *arg)
{
	(void)arg;
	note('a');
}

static void note_b(void *arg)
{
	(void)arg;
	note('b');
}

static void a_timer_fires_once_after_its_time(void **state)
{
	struct fixture *f = *state;
	int64_t start = loop_real_ms();

	f->a = timer_new(f->l, note_a, NULL);
	assert_false(timer_on(f->a));
	timer_set(f->a, 20);
	assert_true(timer_on(f->a));
	loop_turn(f->l, 0);
	assert_string_equal(order, "");
	while (order_n == 0 && loop_real_ms() < start + 2000)
		loop_turn(f->l, 2000);
	assert_string_equal(order, "a");
	assert_true(loop_real_ms() - start >= 20);
	assert_false(timer_on(f->a));
	loop_turn(f->l, 30);
	assert_string_equal(order, "a");
}

static void a_turn_waits_no_longer_than_it_may(void **state)
{
	struct fixture *f = *state;
	int64_t start = loop_real_ms(), took;

	loop_turn(f->l, 30);
	took = loop_real_ms() - start;
	assert_true(took >= 29 && took < 1000);
}

static void timers_of_a_test_clock_fire_in_due_order(void **state)
{
	struct fixture *f = *state;

	clock_test_set(1000000);
	f->a = timer_new(f->l, note_a, NULL);
	f->b = timer_new(f->l, note_b, NULL);
	timer_set(f->a, 60000);
	timer_set(f->b, 30000);
	loop_turn(f->l, 0);
	assert_string_equal(order, "");
	clock_test_advance(29999);
	loop_turn(f->l, 0);
	assert_string_equal(order, "");
	clock_test_advance(40000);
	loop_turn(f->l, 0);
	assert_string_equal(order, "ba");
}

static void equal_dues_fire_in_the_order_they_were_set(void **state)
{
	struct fixture *f = *state;

	clock_test_set(1000000);
	f->a = timer_new(f->l, note_a, NULL);
	f->b = timer_new(f->l, note_b, NULL);
	timer_set(f->b, 5);
	timer_set(f->a, 5);
	clock_test_advance(5);
	loop_turn(f->l, 0);
	assert_string_equal(order, "ba");
}

static void a_running_timer_can_be_moved_and_stopped(void **state)
{
	struct fixture *f = *state;

	clock_test_set(1000000);
	f->a = timer_new(f->l, note_a, NULL);
	timer_set(f->a, 10);
	timer_set(f->a, 20);
	clock_test_advance(15);
	loop_turn(f->l, 0);
	assert_string_equal(order, "");
	timer_stop(f->a);
	assert_false(timer_on(f->a));
	clock_test_advance(100);
	loop_turn(f->l, 0);
	assert_string_equal(order, "");
}

static void many_timers_fire_sorted(void **state)
{
	struct fixture *f = *state;
	struct timer *t[200];
	static int last;

	clock_test_set(1000000);
	for (size_t i = 0; i < 200; i++) {
		t[i] = timer_new(f->l, note_a, NULL);
		timer_set(t[i], (int64_t)((i * 73) % 200));
	}
	for (size_t i = 0; i < 200; i += 3)
		timer_stop(t[i]);
	last = 0;
	for (int ms = 0; ms < 200; ms++) {
		order_n = 0;
		loop_turn(f->l, 0);
		last += (int)order_n;
		assert_true(order_n <= 1); /* the dues are all different */
		clock_test_advance(1);
	}
	assert_int_equal(last, 200 - 67);
	for (size_t i = 0; i < 200; i++)
		timer_free(t[i]);
}

static void free_self_and_other(void *arg)
{
	struct fixture *f = arg;

	note('x');
	timer_free(f->a);
	timer_free(f->b);
	f->a = f->b = NULL;
}

static void a_timer_may_free_itself_and_one_that_was_due_too(void **state)
{
	struct fixture *f = *state;

	clock_test_set(1000000);
	f->a = timer_new(f->l, free_self_and_other, f);
	f->b = timer_new(f->l, note_b, NULL);
	timer_set(f->a, 1);
	timer_set(f->b, 2);
	clock_test_advance(10);
	loop_turn(f->l, 0);
	loop_turn(f->l, 0);
	assert_string_equal(order, "x");
}

static void again_at_once(void *arg)
{
	struct fixture *f = arg;

	note('a');
	timer_set(f->a, 0);
}

static void a_timer_set_to_nothing_again_and_again_starves_nobody(void **state)
{
	struct fixture *f = *state;

	clock_test_set(1000000);
	f->a = timer_new(f->l, again_at_once, f);
	f->b = timer_new(f->l, note_b, NULL);
	timer_set(f->a, 0);
	timer_set(f->b, 0);
	loop_turn(f->l, 1000);
	assert_string_equal(order, "ab");
	loop_turn(f->l, 1000);
	assert_string_equal(order, "aba");
}

static void real_timers_go_on_while_the_test_clock_stands(void **state)
{
	struct fixture *f = *state;

	clock_test_set(1000000);
	f->a = timer_new_real(f->l, note_a, NULL);
	timer_set(f->a, 5);
	for (int i = 0; i < 100 && order_n == 0; i++)
		loop_turn(f->l, 1000);
	assert_string_equal(order, "a");
}

static void a_faster_clock_shortens_the_wait(void **state)
{
	struct fixture *f = *state;
	int64_t start = loop_real_ms();

	clock_scale(100, clock_utc_ms());
	f->a = timer_new(f->l, note_a, NULL);
	timer_set(f->a, 2000);
	while (order_n == 0 && loop_real_ms() < start + 1500)
		loop_turn(f->l, 1500);
	clock_scale(1, clock_utc_ms());
	assert_string_equal(order, "a");
	assert_true(loop_real_ms() - start >= 18);
	assert_true(loop_real_ms() - start < 1000);
}

static void on_ready(void *arg, unsigned int what)
{
	struct fixture *f = arg;

	f->fired++;
	f->what = what;
}

static void a_watch_tells_what_is_ready_and_can_sleep(void **state)
{
	struct fixture *f = *state;
	int fd[2];

	assert_int_equal(pipe(fd), 0);
	f->w = watch_new(f->l, fd[0], WATCH_READ, on_ready, f);
	loop_turn(f->l, 0);
	assert_int_equal(f->fired, 0);
	assert_int_equal(write(fd[1], "x", 1), 1);
	loop_turn(f->l, 1000);
	assert_int_equal(f->fired, 1);
	assert_int_equal(f->what, WATCH_READ);
	loop_turn(f->l, 1000);
	assert_int_equal(f->fired, 2); /* until it is read */
	watch_set(f->w, 0);
	loop_turn(f->l, 0);
	assert_int_equal(f->fired, 2);
	watch_set(f->w, WATCH_READ);
	loop_turn(f->l, 1000);
	assert_int_equal(f->fired, 3);
	watch_free(f->w);
	f->w = watch_new(f->l, fd[1], WATCH_WRITE, on_ready, f);
	loop_turn(f->l, 1000);
	assert_int_equal(f->what, WATCH_WRITE);
	close(fd[0]);
	close(fd[1]);
}

static void free_watch(void *arg, unsigned int what)
{
	struct fixture *f = arg;

	(void)what;
	f->fired++;
	watch_free(f->w);
	f->w = NULL;
}

static void a_watch_may_free_itself(void **state)
{
	struct fixture *f = *state;
	int fd[2];

	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], "x", 1), 1);
	f->w = watch_new(f->l, fd[0], WATCH_READ, free_watch, f);
	loop_turn(f->l, 1000);
	loop_turn(f->l, 0);
	assert_int_equal(f->fired, 1);
	close(fd[0]);
	close(fd[1]);
}

static struct watch *pair[2];

static void free_both(void *arg, unsigned int what)
{
	struct fixture *f = arg;

	(void)what;
	f->fired++;
	watch_free(pair[0]);
	watch_free(pair[1]);
	pair[0] = pair[1] = NULL;
}

static void a_watch_may_free_another_that_is_ready(void **state)
{
	struct fixture *f = *state;
	int fd[2];

	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], "x", 1), 1);
	pair[0] = watch_new(f->l, fd[0], WATCH_READ, free_both, f);
	pair[1] = watch_new(f->l, fd[1], WATCH_WRITE, free_both, f);
	loop_turn(f->l, 1000);
	assert_int_equal(f->fired, 1);
	close(fd[0]);
	close(fd[1]);
}

static void ask_both(void *arg)
{
	struct fixture *f = arg;

	turn_end_ask(f->eb);
	turn_end_ask(f->ea);
	turn_end_ask(f->ea);
}

static void ends_run_once_in_order_of_creation(void **state)
{
	struct fixture *f = *state;

	f->ea = turn_end_new(f->l, note_a, NULL);
	f->eb = turn_end_new(f->l, note_b, NULL);
	f->a = timer_new(f->l, ask_both, f);
	timer_set(f->a, 0);
	loop_turn(f->l, 1000);
	assert_string_equal(order, "ab");
	loop_turn(f->l, 0);
	assert_string_equal(order, "ab");
}

static void an_end_asked_for_between_turns_is_not_waited_for(void **state)
{
	struct fixture *f = *state;
	int64_t start = loop_real_ms();

	f->ea = turn_end_new(f->l, note_a, NULL);
	turn_end_ask(f->ea);
	loop_turn(f->l, 5000);
	assert_string_equal(order, "a");
	assert_true(loop_real_ms() - start < 2000);
}

static void free_both_ends(void *arg)
{
	struct fixture *f = arg;

	note('x');
	turn_end_free(f->ea);
	turn_end_free(f->eb);
	f->ea = f->eb = NULL;
}

static void an_end_may_free_itself_and_the_next(void **state)
{
	struct fixture *f = *state;

	f->ea = turn_end_new(f->l, free_both_ends, f);
	f->eb = turn_end_new(f->l, note_b, NULL);
	turn_end_ask(f->ea);
	turn_end_ask(f->eb);
	loop_turn(f->l, 0);
	assert_string_equal(order, "x");
}

static void ask_again(void *arg)
{
	struct fixture *f = arg;

	note('a');
	turn_end_ask(f->ea);
}

static void an_end_that_asks_for_itself_runs_in_the_next_turn(void **state)
{
	struct fixture *f = *state;

	f->ea = turn_end_new(f->l, ask_again, f);
	turn_end_ask(f->ea);
	loop_turn(f->l, 0);
	assert_string_equal(order, "a");
	loop_turn(f->l, 5000);
	assert_string_equal(order, "aa");
}

static void on_signal(void *arg, int signo)
{
	struct fixture *f = arg;

	f->fired = signo;
	signal_watch_free(f->s);
	f->s = NULL;
}

static void a_signal_is_told_in_the_loop_and_its_watch_may_free_itself(void **state)
{
	struct fixture *f = *state;

	f->s = signal_watch_new(f->l, SIGUSR1, on_signal, f);
	raise(SIGUSR1);
	assert_int_equal(f->fired, 0);
	loop_turn(f->l, 1000);
	assert_int_equal(f->fired, SIGUSR1);
}

static void a_peer_that_left_does_not_end_the_program(void **state)
{
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	close(fd[0]);
	assert_int_equal(write(fd[1], "x", 1), -1);
	close(fd[1]);
}

static void stop(void *arg)
{
	loop_stop(arg);
}

static void runs_until_it_is_stopped_and_can_run_again(void **state)
{
	struct fixture *f = *state;

	f->a = timer_new(f->l, stop, f->l);
	timer_set(f->a, 1);
	assert_int_equal(loop_run(f->l), 0);
	timer_set(f->a, 1);
	assert_int_equal(loop_run(f->l), 0);
	assert_false(timer_on(f->a));
}

static void dawdle(void *arg)
{
	const struct timespec ts = { 0, 40 * 1000000 };

	(void)arg;
	nanosleep(&ts, NULL);
}

static void the_longest_turn_is_measured_without_the_wait(void **state)
{
	struct fixture *f = *state;

	loop_turn(f->l, 100);
	assert_true(loop_lag_ms(f->l) < 40);
	f->a = timer_new(f->l, dawdle, NULL);
	timer_set(f->a, 0);
	loop_turn(f->l, 0);
	loop_turn(f->l, 0);
	assert_true(loop_lag_ms(f->l) >= 39);
	assert_true(loop_work_ms(f->l) < 39); /* it slept */
	loop_lag_reset(f->l);
	assert_int_equal(loop_lag_ms(f->l), 0);
}

static void dawdle_by_name(void *arg)
{
	loop_doing(arg, "something short");
	loop_doing(arg, "a nap");
	dawdle(NULL);
}

static void a_turn_that_is_too_long_is_logged_with_what_took_it(void **state)
{
	struct fixture *f = *state;
	char said[300] = "";
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	log_to(fds[1]);
	loop_lag_log(f->l, 20);
	f->a = timer_new(f->l, dawdle_by_name, f->l);
	timer_set(f->a, 0);
	loop_turn(f->l, 0);
	loop_turn(f->l, 0);
	log_to(2);
	assert_true(read(fds[0], said, sizeof(said) - 1) > 0);
	assert_non_null(strstr(said, " of work) nothing else was done; longest: a nap, "));
	close(fds[0]);
	close(fds[1]);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_timer_fires_once_after_its_time),
		T(a_turn_waits_no_longer_than_it_may),
		T(timers_of_a_test_clock_fire_in_due_order),
		T(equal_dues_fire_in_the_order_they_were_set),
		T(a_running_timer_can_be_moved_and_stopped),
		T(many_timers_fire_sorted),
		T(a_timer_may_free_itself_and_one_that_was_due_too),
		T(a_timer_set_to_nothing_again_and_again_starves_nobody),
		T(real_timers_go_on_while_the_test_clock_stands),
		T(a_faster_clock_shortens_the_wait),
		T(a_watch_tells_what_is_ready_and_can_sleep),
		T(a_watch_may_free_itself),
		T(a_watch_may_free_another_that_is_ready),
		T(ends_run_once_in_order_of_creation),
		T(an_end_asked_for_between_turns_is_not_waited_for),
		T(an_end_may_free_itself_and_the_next),
		T(an_end_that_asks_for_itself_runs_in_the_next_turn),
		T(a_signal_is_told_in_the_loop_and_its_watch_may_free_itself),
		T(a_peer_that_left_does_not_end_the_program),
		T(runs_until_it_is_stopped_and_can_run_again),
		T(the_longest_turn_is_measured_without_the_wait),
		T(a_turn_that_is_too_long_is_logged_with_what_took_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
