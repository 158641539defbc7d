/* Callers are taken up to a number, turned away beyond it, and let in again when one has left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/unix_socket.h"

struct world {
	struct loop *loop;
	struct unix_listener *listener;
	char dir[64], path[100];
	int taken[4];
	size_t n;
};

static void on_caller(void *arg, int fd)
{
	struct world *w = arg;

	assert_true(w->n < ARRAY_LEN(w->taken));
	w->taken[w->n++] = fd;
}

static int up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct unix_listen_options o = { .group = (gid_t)-1, .most = 2 };

	snprintf(w->dir, sizeof(w->dir), "/tmp/unix-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->path, sizeof(w->path), "%s/sock", w->dir);
	o.path = w->path;
	w->loop = loop_new(NULL);
	w->listener = unix_listener_new(w->loop, &o, on_caller, w, NULL);
	assert_non_null(w->listener);
	*state = w;
	return 0;
}

static int down(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < w->n; i++)
		close(w->taken[i]);
	unix_listener_free(w->listener);
	loop_free(w->loop);
	file_remove_tree(w->dir, NULL);
	free(w);
	return 0;
}

static int call(struct world *w)
{
	int fd = unix_connect(w->path, 0, NULL);

	assert_true(fd >= 0);
	loop_turn(w->loop, 1000);
	return fd;
}

static void callers_are_taken_up_to_the_number(void **state)
{
	struct world *w = *state;
	int a = call(w), b = call(w), c = call(w);
	char byte;

	assert_int_equal(w->n, 2);
	assert_int_equal(read(c, &byte, 1), 0); /* turned away */
	unix_listener_left(w->listener);
	close(c);
	c = call(w);
	assert_int_equal(w->n, 3);
	close(a);
	close(b);
	close(c);
}

static void the_path_is_its_owners_alone_and_goes_with_it(void **state)
{
	struct world *w = *state;
	struct stat st;

	assert_int_equal(stat(w->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	unix_listener_free(w->listener);
	w->listener = NULL;
	assert_int_equal(stat(w->path, &st), -1);
}

static void what_a_killed_program_left_is_replaced(void **state)
{
	struct world *w = *state;
	const struct unix_listen_options o = { .path = w->path, .group = (gid_t)-1, .most = 1 };
	struct unix_listener *second = unix_listener_new(w->loop, &o, on_caller, w, NULL);

	assert_non_null(second);
	close(call(w));
	assert_int_equal(w->n, 1);
	unix_listener_free(second);
}

static void a_path_that_is_too_long_is_told_with_the_limit(void **state)
{
	struct err err = ERR_INIT;
	char path[200];

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(unix_connect(path, 0, &err), -1);
	assert_non_null(strstr(err.msg, "has 199 bytes, 107 are possible"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, up, down)
	const struct CMUnitTest tests[] = {
		T(callers_are_taken_up_to_the_number),
		T(the_path_is_its_owners_alone_and_goes_with_it),
		T(what_a_killed_program_left_is_replaced),
		T(a_path_that_is_too_long_is_told_with_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
