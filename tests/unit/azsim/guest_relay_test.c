#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "azsim/guest/relay.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MANY = 4 << 20, TURNS = 20000 };

struct fixture {
	struct loop *loop;
	struct relay *relay;
	int left, right; /* our ends; the relay has the others */
	bool done;
};

static void on_done(void *arg)
{
	((struct fixture *)arg)->done = true;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int a[2], b[2];

	assert_non_null(f);
	f->loop = loop_new(NULL);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, a), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, b), 0);
	f->left = a[0];
	f->right = b[0];
	f->relay = relay_new(f->loop, a[1], b[1], on_done, f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	if (!f->done)
		relay_free(f->relay);
	close(f->left);
	close(f->right);
	loop_free(f->loop);
	free(f);
	return 0;
}

static void turns(struct fixture *f, int n)
{
	while (n-- > 0 && !f->done)
		loop_turn(f->loop, 0);
}

static void bytes_go_both_ways(void **state)
{
	struct fixture *f = *state;
	char text[16] = "";

	assert_int_equal(send(f->left, "hello", 5, 0), 5);
	assert_int_equal(send(f->right, "world!", 6, 0), 6);
	turns(f, 10);
	assert_int_equal(recv(f->right, text, sizeof(text), 0), 5);
	assert_memory_equal(text, "hello", 5);
	assert_int_equal(recv(f->left, text, sizeof(text), 0), 6);
	assert_memory_equal(text, "world!", 6);
}

static void a_reader_that_rests_stops_the_writer(void **state)
{
	struct fixture *f = *state;
	char block[65536];
	size_t sent = 0;
	ssize_t n;

	memset(block, 'x', sizeof(block));
	for (int i = 0; i < 1000; i++) {
		while ((n = send(f->left, block, sizeof(block), 0)) > 0)
			sent += (size_t)n;
		turns(f, 1);
	}
	/* Three socket buffers and 64 KiB at most; without a limit it would have gone on. */
	assert_in_range(sent, 1, 3 << 20);
}

static void nothing_is_lost_or_changed_under_pressure(void **state)
{
	struct fixture *f = *state;
	char block[10007], got[8191];
	size_t sent = 0, seen = 0;
	ssize_t n;

	for (int i = 0; i < TURNS && seen < MANY; i++) {
		for (size_t k = 0; k < sizeof(block); k++)
			block[k] = (char)((sent + k) % 251);
		size_t left = MANY - sent < sizeof(block) ? MANY - sent : sizeof(block);
		if (left > 0 && (n = send(f->left, block, left, 0)) > 0)
			sent += (size_t)n;
		turns(f, 1);
		if ((n = recv(f->right, got, sizeof(got), 0)) <= 0)
			continue;
		for (ssize_t k = 0; k < n; k++)
			assert_int_equal((unsigned char)got[k], (seen + (size_t)k) % 251);
		seen += (size_t)n;
	}
	assert_int_equal(seen, MANY);
}

static void a_half_close_is_passed_on_after_the_last_byte(void **state)
{
	struct fixture *f = *state;
	char text[16];

	send(f->left, "bye", 3, 0);
	shutdown(f->left, SHUT_WR);
	turns(f, 10);
	assert_int_equal(recv(f->right, text, sizeof(text), 0), 3);
	assert_int_equal(recv(f->right, text, sizeof(text), 0), 0);
	assert_false(f->done);
	send(f->right, "late", 4, 0);
	turns(f, 10);
	assert_int_equal(recv(f->left, text, sizeof(text), 0), 4);
	shutdown(f->right, SHUT_WR);
	turns(f, 10);
	assert_true(f->done);
	assert_int_equal(recv(f->left, text, sizeof(text), 0), 0);
}

static void an_end_that_vanishes_ends_it(void **state)
{
	struct fixture *f = *state;
	char block[65536] = "";

	for (int i = 0; i < 50; i++) {
		while (send(f->left, block, sizeof(block), MSG_NOSIGNAL) > 0)
			;
		turns(f, 1);
	}
	close(f->right);
	f->right = -1;
	turns(f, 50);
	assert_true(f->done);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(bytes_go_both_ways, setup, teardown),
		cmocka_unit_test_setup_teardown(a_reader_that_rests_stops_the_writer, setup,
						teardown),
		cmocka_unit_test_setup_teardown(nothing_is_lost_or_changed_under_pressure,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_half_close_is_passed_on_after_the_last_byte,
						setup, teardown),
		cmocka_unit_test_setup_teardown(an_end_that_vanishes_ends_it, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
