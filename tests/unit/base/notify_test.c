/* What a service manager hears of a process (R1.5): a child runs a loop, and here is the
 * socket. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/notify.h"

#define LONG_MS 20000

struct manager {
	char dir[64], name[96]; /* of its socket; "@..." for one without a file */
	int fd;
	pid_t child;
};

static void listen_on(struct manager *m, bool file)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	const char *tmp = getenv("TMPDIR");

	snprintf(m->dir, sizeof(m->dir), "%.30s/notify-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(m->dir));
	if (file)
		snprintf(m->name, sizeof(m->name), "%s/notify", m->dir);
	else
		snprintf(m->name, sizeof(m->name), "@%s", m->dir);
	memcpy(a.sun_path, m->name, strlen(m->name));
	if (!file)
		a.sun_path[0] = '\0';
	m->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    bind(m->fd, (struct sockaddr *)&a,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(m->name))),
	    0);
}

static int up(void **state)
{
	*state = xcalloc(1, sizeof(struct manager));
	return 0;
}

static int down(void **state)
{
	struct manager *m = *state;

	if (m->child > 0) {
		kill(m->child, SIGKILL);
		waitpid(m->child, NULL, 0);
	}
	close(m->fd);
	file_remove_tree(m->dir, NULL);
	free(m);
	return 0;
}

static void on_term(void *arg, int signo)
{
	(void)signo;
	notify_stopping(arg);
	_exit(0);
}

/* A process as the engine is: a loop that turns, and TERM ends it. */
static void serve(const struct manager *m, const char *usec, bool other_pid)
{
	struct loop *l = loop_new(NULL);
	struct notify *n;
	char pid[24];

	setenv("NOTIFY_SOCKET", m->name, 1);
	if (usec)
		setenv("WATCHDOG_USEC", usec, 1);
	snprintf(pid, sizeof(pid), "%ld", (long)getpid() + other_pid);
	setenv("WATCHDOG_PID", pid, 1);
	n = notify_new(l);
	if (getenv("NOTIFY_SOCKET") || getenv("WATCHDOG_USEC") || getenv("WATCHDOG_PID"))
		_exit(3); /* what is started from here would speak for us */
	signal_watch_new(l, SIGTERM, on_term, n);
	notify_ready(n);
	loop_run(l);
	_exit(0);
}

static void start(struct manager *m, const char *usec, bool other_pid)
{
	m->child = fork();
	assert_true(m->child >= 0);
	if (m->child == 0)
		serve(m, usec, other_pid);
}

/* The next message, or "" when none comes for so long. */
static const char *next(struct manager *m, char out[64], int wait_ms)
{
	struct pollfd p = { .fd = m->fd, .events = POLLIN };
	ssize_t n = poll(&p, 1, wait_ms) == 1 ? recv(m->fd, out, 63, 0) : 0;

	out[n > 0 ? n : 0] = '\0';
	return out;
}

static void hears(struct manager *m, const char *text)
{
	char got[64];

	assert_string_equal(next(m, got, LONG_MS), text);
}

/* All that waits in the socket is read; true when then nothing comes for as long as five beats.
 */
static bool falls_silent(struct manager *m, int beat_ms)
{
	char got[64];

	while (next(m, got, 0)[0])
		;
	return !next(m, got, 5 * beat_ms)[0];
}

static void r1_5_it_is_ready_and_then_its_loop_says_that_it_lives(void **state)
{
	struct manager *m = *state;

	listen_on(m, true);
	start(m, "40000", false);
	hears(m, "READY=1");
	for (int i = 0; i < 5; i++)
		hears(m, "WATCHDOG=1");
}

static void r1_5_a_process_that_stands_still_says_nothing(void **state)
{
	struct manager *m = *state;

	listen_on(m, true);
	start(m, "40000", false);
	hears(m, "READY=1");
	hears(m, "WATCHDOG=1");
	assert_int_equal(kill(m->child, SIGSTOP), 0);
	assert_int_equal(waitpid(m->child, NULL, WUNTRACED), m->child);
	assert_true(falls_silent(m, 40));
	assert_int_equal(kill(m->child, SIGCONT), 0);
	hears(m, "WATCHDOG=1");
}

static void r1_5_its_end_is_told(void **state)
{
	struct manager *m = *state;
	char got[64];

	listen_on(m, false); /* without a file, too */
	start(m, NULL, false);
	hears(m, "READY=1");
	kill(m->child, SIGTERM);
	while (strcmp(next(m, got, LONG_MS), "WATCHDOG=1") == 0)
		;
	assert_string_equal(got, "STOPPING=1");
}

static void r1_5_a_watchdog_of_another_process_is_not_its_own(void **state)
{
	struct manager *m = *state;

	listen_on(m, true);
	start(m, "20000", true);
	hears(m, "READY=1");
	assert_true(falls_silent(m, 20));
}

static void r1_5_without_a_manager_nothing_is_sent(void **state)
{
	struct loop *l = loop_new(NULL);
	struct notify *n;

	(void)state;
	unsetenv("NOTIFY_SOCKET");
	setenv("WATCHDOG_USEC", "1000", 1);
	n = notify_new(l);
	notify_ready(n);
	loop_turn(l, 10);
	notify_stopping(n);
	notify_free(n);
	loop_free(l);
}

#define T(f) cmocka_unit_test_setup_teardown(f, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(r1_5_it_is_ready_and_then_its_loop_says_that_it_lives),
		T(r1_5_a_process_that_stands_still_says_nothing),
		T(r1_5_its_end_is_told),
		T(r1_5_a_watchdog_of_another_process_is_not_its_own),
		cmocka_unit_test(r1_5_without_a_manager_nothing_is_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
