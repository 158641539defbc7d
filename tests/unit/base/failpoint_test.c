#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/failpoint.h"
#include "base/file.h"
#include "base/mem.h"

#ifdef FAILPOINTS

static int forget(void **state)
{
	(void)state;
	unsetenv("PACELINE_FAILPOINT");
	unsetenv("PACELINE_FAILPOINT_LOG");
	failpoint_reset();
	return 0;
}

static void ask(const char *what)
{
	setenv("PACELINE_FAILPOINT", what, 1);
	failpoint_reset();
}

static void is_nothing_unless_asked_for(void **state)
{
	(void)state;
	failpoint_reset();
	assert_int_equal(FAILPOINT("node.create.before"), 0);
}

static void fails_at_the_named_pass_and_only_there(void **state)
{
	(void)state;
	ask("node.create:error");
	assert_int_equal(FAILPOINT("node.delete"), 0);
	assert_int_equal(FAILPOINT("node.create"), 1);
	assert_int_equal(FAILPOINT("node.create"), 0);
	ask("node.create#3:error");
	assert_int_equal(FAILPOINT("node.create"), 0);
	assert_int_equal(FAILPOINT("node.create"), 0);
	assert_int_equal(FAILPOINT("node.create"), 1);
	assert_int_equal(FAILPOINT("node.create"), 0);
}

static int signal_of_child(const char *what)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		close(2);
		ask(what);
		FAILPOINT("commit");
		FAILPOINT("commit");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void kills_without_a_chance_to_clean_up(void **state)
{
	(void)state;
	assert_int_equal(signal_of_child("commit:kill"), SIGKILL);
	assert_int_equal(signal_of_child("commit#2:kill"), SIGKILL);
	assert_int_equal(signal_of_child("commit#3:kill"), 0);
}

static void stops_at_a_word_it_does_not_understand(void **state)
{
	(void)state;
	assert_int_equal(signal_of_child("commit:kil"), SIGABRT);
	assert_int_equal(signal_of_child("commit"), SIGABRT);
	assert_int_equal(signal_of_child("commit#0:kill"), SIGABRT);
	assert_int_equal(signal_of_child("#1:kill"), SIGABRT);
	assert_int_equal(signal_of_child(":kill"), SIGABRT);
}

static void collects_the_names_passed(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char *path = xasprintf("%s/failpoint.XXXXXX", tmp ? tmp : "/tmp");
	struct buf text = BUF_INIT(4096);
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	setenv("PACELINE_FAILPOINT_LOG", path, 1);
	failpoint_reset();
	FAILPOINT("one");
	FAILPOINT("two");
	FAILPOINT("one");
	assert_int_equal(file_read(&text, path, NULL), 0);
	assert_string_equal(buf_str(&text), "one\ntwo\none\n");
	buf_clear(&text);
	unlink(path);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(is_nothing_unless_asked_for, forget),
		cmocka_unit_test_teardown(fails_at_the_named_pass_and_only_there, forget),
		cmocka_unit_test_teardown(kills_without_a_chance_to_clean_up, forget),
		cmocka_unit_test_teardown(stops_at_a_word_it_does_not_understand, forget),
		cmocka_unit_test_teardown(collects_the_names_passed, forget),
	};

	return cmocka_run_group_tests_name("base/failpoint", tests, NULL, NULL);
}

#else

static void is_nothing_in_a_release(void **state)
{
	(void)state;
	assert_int_equal(FAILPOINT("x"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(is_nothing_in_a_release) };

	return cmocka_run_group_tests_name("base/failpoint", tests, NULL, NULL);
}

#endif
