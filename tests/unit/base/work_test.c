/* Work beside the loop: it runs elsewhere, its end is told in a turn, and who lets go of it
 * waits for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>
#include <pthread.h>
#include <signal.h>

#include "base/work.h"

struct job {
	struct loop *loop;
	pthread_t ran_on;
	atomic_int held; /* run waits while it is not 0 */
	int ran, told;
	bool takes_signals;
	struct work *next;
};

static void nap(void)
{
	nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
}

static void run(void *arg)
{
	struct job *j = arg;
	sigset_t set;

	while (atomic_load(&j->held))
		nap();
	pthread_sigmask(SIG_SETMASK, NULL, &set);
	j->takes_signals = !sigismember(&set, SIGTERM);
	j->ran_on = pthread_self();
	j->ran++;
}

static void done(void *arg)
{
	struct job *j = arg;

	j->told++;
	loop_stop(j->loop);
}

static void once_more(void *arg)
{
	struct job *j = arg;

	j->told++;
	j->next = work_start(j->loop, run, done, j);
}

static int setup(void **state)
{
	static struct job job;

	job = (struct job){ 0 };
	job.loop = loop_new(NULL);
	*state = &job;
	return job.loop ? 0 : -1;
}

static int teardown(void **state)
{
	struct job *j = *state;

	loop_free(j->loop);
	return 0;
}

static void the_end_is_told_in_a_turn_and_not_before(void **state)
{
	struct job *j = *state;

	assert_non_null(work_start(j->loop, run, done, j));
	assert_int_equal(j->told, 0);
	assert_int_equal(loop_run(j->loop), 0);
	assert_int_equal(j->ran, 1);
	assert_int_equal(j->told, 1);
	assert_false(pthread_equal(j->ran_on, pthread_self()));
	assert_false(j->takes_signals);
}

static void the_loop_turns_meanwhile(void **state)
{
	struct job *j = *state;

	atomic_store(&j->held, 1);
	assert_non_null(work_start(j->loop, run, done, j));
	for (int i = 0; i < 10; i++)
		loop_turn(j->loop, 1);
	assert_int_equal(j->told, 0);
	atomic_store(&j->held, 0);
	assert_int_equal(loop_run(j->loop), 0);
	assert_int_equal(j->told, 1);
}

static void its_end_may_start_the_next(void **state)
{
	struct job *j = *state;

	assert_non_null(work_start(j->loop, run, once_more, j));
	assert_int_equal(loop_run(j->loop), 0);
	assert_int_equal(j->ran, 2);
	assert_int_equal(j->told, 2);
}

static void who_lets_go_waits_for_it_and_hears_nothing(void **state)
{
	struct job *j = *state;
	struct work *w = work_start(j->loop, run, done, j);

	assert_non_null(w);
	work_drop(w);
	assert_int_equal(j->ran, 1);
	loop_turn(j->loop, 0);
	assert_int_equal(j->told, 0);
	work_drop(NULL);
}

/* R13: four threads at once; the fifth begins when one of them ended. */
static void r13_what_finds_no_thread_has_its_turn_later(void **state)
{
	struct job *j = *state;
	struct job held[WORK_AT_ONCE] = { 0 }, last = { .loop = j->loop };

	for (size_t i = 0; i < WORK_AT_ONCE; i++) {
		held[i].loop = j->loop;
		atomic_store(&held[i].held, 1);
		assert_non_null(work_start(j->loop, run, done, &held[i]));
	}
	assert_non_null(work_start(j->loop, run, done, &last));
	for (int i = 0; i < 20; i++) {
		loop_turn(j->loop, 1);
		nap();
	}
	assert_int_equal(last.ran, 0);
	atomic_store(&held[2].held, 0);
	while (!last.told)
		loop_turn(j->loop, 100);
	assert_int_equal(last.ran, 1);
	assert_int_equal(held[2].told, 1);
	for (size_t i = 0; i < WORK_AT_ONCE; i++)
		atomic_store(&held[i].held, 0);
	for (size_t i = 0; i < WORK_AT_ONCE; i++)
		while (!held[i].told)
			loop_turn(j->loop, 100);
}

static void what_waits_for_a_thread_is_dropped_and_not_run(void **state)
{
	struct job *j = *state;
	struct job held[WORK_AT_ONCE] = { 0 }, last = { .loop = j->loop };
	struct work *works[WORK_AT_ONCE];

	for (size_t i = 0; i < WORK_AT_ONCE; i++) {
		held[i].loop = j->loop;
		atomic_store(&held[i].held, 1);
		works[i] = work_start(j->loop, run, done, &held[i]);
	}
	work_drop(work_start(j->loop, run, done, &last));
	assert_int_equal(last.ran, 0);
	for (size_t i = 0; i < WORK_AT_ONCE; i++) {
		atomic_store(&held[i].held, 0);
		work_drop(works[i]);
	}
	assert_int_equal(last.ran + last.told, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_end_is_told_in_a_turn_and_not_before),
		T(the_loop_turns_meanwhile),
		T(its_end_may_start_the_next),
		T(who_lets_go_waits_for_it_and_hears_nothing),
		T(r13_what_finds_no_thread_has_its_turn_later),
		T(what_waits_for_a_thread_is_dropped_and_not_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
