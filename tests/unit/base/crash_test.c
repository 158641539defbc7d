#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/file.h"
#include "base/mem.h"

struct world {
	char dir[64];
	char *path;
};

static int begin(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	strcpy(w->dir, "/tmp/crash.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	w->path = xasprintf("%s/crashes", w->dir);
	*state = w;
	return 0;
}

static int end(void **state)
{
	struct world *w = *state;

	file_remove_tree(w->dir, NULL);
	free(w->path);
	free(w);
	return 0;
}

static void run_over(volatile char *above)
{
	volatile char here[4096];

	here[0] = above ? above[0] : 1;
	if (here[0])
		run_over(here);
	here[1] = here[0];
}

static void die(int how)
{
	if (how == SIGABRT)
		abort();
	if (how == SIGUSR2)
		run_over(NULL);
	raise(how);
	_exit(0);
}

/* The signal that ended a child which watched itself; 0: it ended by itself. */
static int end_of_child(const struct world *w, void (*act)(int), int arg)
{
	const struct rlimit no_core = { 0 };
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &no_core);
		for (int s = 1; s < 32; s++)
			signal(s, SIG_DFL); /* cmocka's and the sanitizer's */
		if (crash_watch(w->path, NULL) < 0)
			_exit(99);
		act(arg);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static struct crashes marks(const struct world *w, int64_t since_ms)
{
	struct crashes c;

	assert_int_equal(crash_read(&c, w->path, since_ms, NULL), 0);
	return c;
}

static void each_fatal_signal_leaves_one_mark_and_still_ends_the_process(void **state)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGSYS, SIGABRT };
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		char last[32];

		snprintf(last, sizeof(last), "signal %d", signals[i]);
		assert_int_equal(end_of_child(w, die, signals[i]), signals[i]);
		assert_int_equal(marks(w, 0).n, i + 1);
		assert_string_equal(marks(w, 0).last, last);
	}
}

static void a_stack_that_ran_over_leaves_a_mark_too(void **state)
{
	struct world *w = *state;

	assert_int_equal(end_of_child(w, die, SIGUSR2), SIGSEGV);
	assert_int_equal(marks(w, 0).n, 1);
}

static void who_is_killed_or_stopped_from_outside_leaves_none(void **state)
{
	struct world *w = *state;

	assert_int_equal(end_of_child(w, die, SIGKILL), SIGKILL);
	assert_int_equal(end_of_child(w, die, SIGTERM), SIGTERM);
	assert_int_equal(marks(w, 0).n, 0);
}

static void mark_by_word(int n)
{
	(void)n;
	crash_mark("commit");
	abort(); /* the same death */
}

static void an_end_that_no_signal_tells_is_marked_by_its_word_and_once(void **state)
{
	struct world *w = *state;

	assert_int_equal(end_of_child(w, mark_by_word, 0), SIGABRT);
	assert_int_equal(marks(w, 0).n, 1);
	assert_string_equal(marks(w, 0).last, "commit");
}

static void child_aborts(int n)
{
	pid_t pid = fork();

	(void)n;
	if (pid == 0)
		abort();
	waitpid(pid, NULL, 0);
}

static void a_child_that_was_not_replaced_yet_leaves_none(void **state)
{
	struct world *w = *state;

	assert_int_equal(end_of_child(w, child_aborts, 0), 0);
	assert_int_equal(marks(w, 0).n, 0);
}

static void only_marks_of_the_span_count_and_half_a_line_is_none(void **state)
{
	static const char text[] = "1000 signal 6\n2000 signal 11\nrubbish\n3000 commit\n40";
	struct world *w = *state;
	struct crashes c;

	assert_int_equal(file_write(w->path, text, strlen(text), 0600, NULL), 0);
	c = marks(w, 2000);
	assert_int_equal(c.n, 2);
	assert_int_equal(c.last_ms, 3000);
	assert_string_equal(c.last, "commit");
}

static void nothing_is_marked_without_a_watch(void **state)
{
	struct world *w = *state;

	assert_int_equal(crash_watch(w->path, NULL), 0);
	crash_watch_end();
	crash_mark("commit");
	assert_int_equal(marks(w, 0).n, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		T(each_fatal_signal_leaves_one_mark_and_still_ends_the_process),
		T(a_stack_that_ran_over_leaves_a_mark_too),
		T(who_is_killed_or_stopped_from_outside_leaves_none),
		T(an_end_that_no_signal_tells_is_marked_by_its_word_and_once),
		T(a_child_that_was_not_replaced_yet_leaves_none),
		T(only_marks_of_the_span_count_and_half_a_line_is_none),
		T(nothing_is_marked_without_a_watch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
