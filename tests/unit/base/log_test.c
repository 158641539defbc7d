#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"

#define START INT64_C(1795377601000) /* 2026-11-22T20:00:01Z */

static int fds[2];
static char text[65536];

static int open_pipe(void **state)
{
	(void)state;
	clock_test_set(START);
	log_open("azsim", LOG_INFO);
	if (pipe(fds) < 0)
		return -1;
	log_to(fds[1]);
	return 0;
}

static int close_pipe(void **state)
{
	(void)state;
	log_to(2);
	clock_test_end();
	close(fds[0]);
	return close(fds[1]);
}

/* What was written since the last call; the pipe holds more than any test writes. */
static const char *written(void)
{
	log_error("%s", "end");
	ssize_t n = read(fds[0], text, sizeof(text) - 1);

	assert_true(n > 0);
	text[n] = '\0';
	char *end = strstr(text, "2026-11-22T20:00:0");

	for (char *next = end; next; next = strstr(next + 1, "2026-11-22T20:00:0"))
		end = next;
	assert_non_null(strstr(end, "error: end"));
	*end = '\0';
	return text;
}

static size_t lines_of(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

static void writes_one_line_per_happening(void **state)
{
	(void)state;
	errno = ENOENT;
	log_info("node %s: %d cores", "htc-1", 4);
	assert_int_equal(errno, ENOENT);
	log_debug("not at this level");
	assert_string_equal(written(),
			    "2026-11-22T20:00:01Z azsim info: node htc-1: 4 cores\n");
}

static void cleans_what_comes_from_outside(void **state)
{
	(void)state;
	log_warn("job \033[2J\nforged line \xE2\x80\xAE\xFF");
	assert_string_equal(
	    written(),
	    "2026-11-22T20:00:01Z azsim warn: job \\x1B[2J\\x0Aforged line <U+202E>\xEF\xBF\xBD\n");
}

static void cuts_a_line_without_end(void **state)
{
	static char longest[10000];

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	log_info("%s", longest);
	size_t n = strlen(written());

	assert_in_range(n, 2000, 2200);
	assert_int_equal(text[n - 1], '\n');
}

static void tells_repeats_instead_of_writing_them(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		log_error("disk full");
	log_error("something else");
	assert_int_equal(lines_of(written()), 11);
	clock_test_advance(1000);
	log_info("later");
	const char *now = written();

	assert_string_equal(now,
			    "2026-11-22T20:00:02Z azsim error: disk full (repeated 90 times)\n"
			    "2026-11-22T20:00:02Z azsim info: later\n");
	log_error("disk full"); /* a new second, a new count */
	assert_int_equal(lines_of(written()), 1);
}

static void counts_many_different_lines_at_a_time(void **state)
{
	(void)state;
	for (int round = 0; round < 12; round++)
		for (int i = 0; i < 14; i++)
			log_error("line %d", i);
	assert_int_equal(lines_of(written()), 140);
	log_flush();
	const char *now = written();

	assert_int_equal(lines_of(now), 14);
	assert_non_null(strstr(now, "line 13 (repeated 2 times)"));
}

static void an_equal_text_of_another_level_is_another_line(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		log_error("same");
	log_warn("same");
	assert_int_equal(lines_of(written()), 11);
}

/* R10.3 */
static void the_audit_goes_to_the_systems_log_as_well_and_waits_for_nobody(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char line[512];
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	ssize_t n;

	(void)state;
	snprintf(at.sun_path, sizeof(at.sun_path), "%.60s/log.%ld",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", (long)getpid());
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	log_system(at.sun_path);
	log_audit("audit %d: ann\x1b[2J: start cluster demo", 7);
	n = recv(fd, line, sizeof(line) - 1, MSG_DONTWAIT);
	assert_true(n > 0);
	line[n] = '\0';
	assert_memory_equal(line, "<38>azsim[", 10);
	assert_non_null(strstr(line, "]: audit 7: ann\\x1B[2J: start cluster demo"));
	assert_non_null(strstr(written(), "audit 7: ann\\x1B[2J"));
	close(fd);
	unlink(at.sun_path);
	log_audit("audit %d", 8); /* nobody is there */
	log_system(NULL);
	assert_non_null(strstr(written(), "audit 8"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(writes_one_line_per_happening, open_pipe,
						close_pipe),
		cmocka_unit_test_setup_teardown(cleans_what_comes_from_outside, open_pipe,
						close_pipe),
		cmocka_unit_test_setup_teardown(cuts_a_line_without_end, open_pipe, close_pipe),
		cmocka_unit_test_setup_teardown(
		    the_audit_goes_to_the_systems_log_as_well_and_waits_for_nobody, open_pipe,
		    close_pipe),
		cmocka_unit_test_setup_teardown(tells_repeats_instead_of_writing_them,
						open_pipe, close_pipe),
		cmocka_unit_test_setup_teardown(counts_many_different_lines_at_a_time,
						open_pipe, close_pipe),
		cmocka_unit_test_setup_teardown(an_equal_text_of_another_level_is_another_line,
						open_pipe, close_pipe),
	};

	return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
