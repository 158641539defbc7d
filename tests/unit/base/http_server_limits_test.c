#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../support/http_raw.h"
#include "base/clock.h"
#include "base/loop_private.h"
#include "base/mem.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

static struct raw_server server;
static struct raw_client client;

static void start(struct http_server_options o)
{
	raw_server_start(&server, &o);
	raw_connect(&client, &server);
}

static int stop(void **state)
{
	(void)state;
	raw_close(&client);
	raw_server_stop(&server);
	return 0;
}

/* A byte each few milliseconds, for ever: whoever measures the time since the last byte never
 * ends this. */
static void drip(struct raw_client *c, const char *byte)
{
	int64_t until = loop_real_ms() + 20000;

	while (!c->eof) {
		assert_true(loop_real_ms() < until);
		raw_send(c, byte);
		raw_turns(&server, 5);
		raw_turn(c);
	}
}

static void cuts_a_head_that_drips(void **state)
{
	(void)state;
	start((struct http_server_options){ .head_ms = 100 });
	raw_send(&client, "GET / HTTP/1.1\r\nHost: a\r\nX: ");
	drip(&client, "x");
	assert_int_equal(raw_count(&client, "HTTP/1.1 408 Request Timeout\r\n"), 1);
	assert_int_equal(raw_count(&client, "Connection: close\r\n"), 1);
	assert_int_equal(server.n_asked, 0);
}

static void cuts_a_body_that_drips(void **state)
{
	(void)state;
	start((struct http_server_options){ .body_ms = 100 });
	raw_send(&client, "PUT /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
	drip(&client, "x");
	assert_int_equal(raw_count(&client, "HTTP/1.1 408 "), 1);
	assert_int_equal(server.n_asked, 0);
}

static void cuts_chunks_that_drip(void **state)
{
	(void)state;
	start((struct http_server_options){ .body_ms = 100 });
	raw_send(&client,
		 "PUT /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
	drip(&client, "1\r\nx\r\n");
	assert_int_equal(raw_count(&client, "HTTP/1.1 408 "), 1);
}

static void closes_a_connection_that_says_nothing(void **state)
{
	(void)state;
	start((struct http_server_options){ .head_ms = 50 });
	raw_wait_eof(&client);
	assert_int_equal(client.got.len, 0);
	raw_wait_clients(&server, 0);
}

static void closes_an_idle_connection(void **state)
{
	(void)state;
	start((struct http_server_options){ .idle_ms = 50 });
	raw_send(&client, GET("/one"));
	raw_wait_eof(&client);
	assert_int_equal(raw_count(&client, "GET /one\n"), 1);
	assert_int_equal(raw_count(&client, "HTTP/1.1"), 1);
}

static void measures_the_second_head_from_its_first_byte(void **state)
{
	(void)state;
	start((struct http_server_options){ .head_ms = 100 });
	raw_send(&client, GET("/one"));
	raw_wait_text(&client, "GET /one\n");
	raw_turns(&server, 200);
	assert_false(client.eof);
	raw_send(&client, "GET /two HTTP/1.1\r\n");
	drip(&client, "x");
	assert_int_equal(raw_count(&client, "HTTP/1.1 408 "), 1);
}

static void waits_in_real_time_whatever_the_clock_says(void **state)
{
	(void)state;
	clock_test_set(1763892930000);
	start((struct http_server_options){ .head_ms = 1500 });
	raw_turns(&server, 20);
	clock_test_advance(86400000);
	raw_send(&client, GET("/one"));
	raw_wait_text(&client, "GET /one\n"); /* a day of the clock closed nothing */
	raw_send(&client, "GET /two");
	raw_wait_eof(&client); /* a stopped clock does not keep it open */
	clock_test_end();
}

static void closes_an_old_connection(void **state)
{
	(void)state;
	start((struct http_server_options){ .age_ms = 100 });
	raw_send(&client, GET("/keep"));
	raw_wait_kept(&server, 1);
	raw_wait_eof(&client);
	assert_int_equal(client.got.len, 0);
	assert_int_equal(server.n_closed, 1);
}

static void ends_an_old_stream_as_if_complete(void **state)
{
	(void)state;
	start((struct http_server_options){ .age_ms = 100 });
	raw_send(&client, GET("/keep"));
	raw_wait_kept(&server, 1);
	http_x_stream_begin(server.kept[0], 200, NULL);
	assert_int_equal(http_x_stream_write(server.kept[0], "one\n", 4), 0);
	raw_wait_eof(&client);
	assert_int_equal(raw_count(&client, "4\r\none\n\r\n0\r\n\r\n"), 1);
	assert_int_equal(server.n_closed, 1);
}

static void turns_one_user_away_at_the_cap(void **state)
{
	struct raw_client second, third;

	(void)state;
	start((struct http_server_options){ .clients_per_peer = 2 });
	raw_connect(&second, &server);
	raw_send(&second, GET("/two"));
	raw_wait_text(&second, "GET /two\n");
	raw_connect(&third, &server);
	raw_wait_eof(&third);
	assert_int_equal(raw_count(&third, "HTTP/1.1 429 Too Many Requests\r\n"), 1);
	assert_int_equal(raw_count(&third, "\"2 connections of this user are open"), 1);
	assert_int_equal(raw_count(&third, "Content-Length: 125\r\n"), 1);
	assert_int_equal(strlen(strstr(buf_str(&third.got), "\r\n\r\n") + 4), 125);
	raw_close(&third);
	raw_close(&second);
	raw_wait_clients(&server, 1);
	raw_connect(&third, &server);
	raw_send(&third, GET("/three"));
	raw_wait_text(&third, "GET /three\n");
	raw_close(&third);
}

static void turns_one_address_away_but_not_another(void **state)
{
	struct raw_client first, second, other;

	(void)state;
	start((struct http_server_options){ .clients_per_peer = 1 });
	raw_server_tcp(&server);
	raw_connect_tcp(&first, &server, NULL);
	raw_send(&first, GET("/one"));
	raw_wait_text(&first, "GET /one\n");
	raw_connect_tcp(&second, &server, NULL);
	raw_wait_eof(&second);
	raw_connect_tcp(&other, &server, "127.0.0.2");
	raw_send(&other, GET("/other"));
	raw_wait_text(&other, "GET /other\n");
	assert_int_equal(http_server_clients(server.http), 3); /* the one on the socket too */
	raw_close(&first);
	raw_close(&second);
	raw_close(&other);
}

/* Turns that ended within so many milliseconds although each would wait for a second. */
static size_t turns_in(int64_t ms)
{
	int64_t until = loop_real_ms() + ms;
	size_t n = 0;

	for (; loop_real_ms() < until; n++)
		loop_turn(server.loop, 1000);
	return n;
}

static void sleeps_at_the_cap_and_recovers(void **state)
{
	struct raw_client second, third;

	(void)state;
	start((struct http_server_options){ .clients_max = 2 });
	raw_connect(&second, &server);
	raw_wait_clients(&server, 2);
	raw_connect(&third, &server);
	raw_send(&third, GET("/three"));
	assert_true(turns_in(500) < 20);
	assert_int_equal(http_server_clients(server.http), 2);
	assert_int_equal(server.n_asked, 0);
	raw_close(&second);
	raw_wait_text(&third, "GET /three\n");
	raw_close(&third);
}

static void sleeps_without_descriptors_and_recovers(void **state)
{
	struct rlimit old, none;
	struct raw_client second;

	(void)state;
	start((struct http_server_options){ 0 });
	raw_wait_clients(&server, 1);
	raw_connect(&second, &server);
	raw_send(&second, GET("/two"));
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = old;
	none.rlim_cur = 3; /* those that are open stay open */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);

	size_t turns = turns_in(500);
	size_t clients = http_server_clients(server.http);

	setrlimit(RLIMIT_NOFILE, &old);
	assert_true(turns < 20);
	assert_int_equal(clients, 1);
	raw_wait_text(&second, "GET /two\n");
	raw_close(&second);
}

static void cuts_a_stream_whose_client_does_not_read(void **state)
{
	static const char part[1024] = "x";
	struct http_exchange *x;
	size_t n = 0;

	(void)state;
	start((struct http_server_options){ .backlog_max = 65536 });
	raw_send(&client, GET("/keep"));
	raw_wait_kept(&server, 1);
	x = server.kept[0];
	http_x_stream_begin(x, 200, NULL);
	while (http_x_stream_write(x, part, sizeof(part)) == 0) {
		assert_true(++n < 10000);
		assert_true(http_x_stream_backlog(x) <= 65536 + 16);
		loop_turn(server.loop, 0);
	}
	assert_int_equal(server.n_closed, 0); /* x is valid until the turn ends */
	assert_int_equal(http_x_stream_write(x, "y", 1), -1);
	raw_wait_clients(&server, 0);
	assert_int_equal(server.n_closed, 1);
	raw_wait_eof(&client);
	assert_int_equal(raw_count(&client, "\r\n0\r\n\r\n"), 0);
}

static void a_stream_above_its_backlog_may_be_ended_at_once(void **state)
{
	char *large = xcalloc(1, 70000);

	(void)state;
	start((struct http_server_options){ .backlog_max = 65536 });
	raw_send(&client, GET("/keep"));
	raw_wait_kept(&server, 1);
	http_x_stream_begin(server.kept[0], 200, NULL);
	assert_int_equal(http_x_stream_write(server.kept[0], large, 70000), -1);
	http_x_stream_end(server.kept[0]);
	raw_wait_eof(&client);
	assert_int_equal(raw_count(&client, "\r\n0\r\n\r\n"), 0);
	assert_int_equal(server.n_closed, 0);
	free(large);
}

static void takes_no_next_request_before_the_answer_was_read(void **state)
{
	size_t len = (size_t)4 << 20;
	char *large = xcalloc(1, len);

	(void)state;
	start((struct http_server_options){ 0 });
	raw_send(&client, GET("/keep") GET("/two"));
	raw_wait_kept(&server, 1);
	http_x_answer(server.kept[0], 200, "text/plain", large, len);
	raw_turns(&server,
		  100); /* nobody reads: the loop turns, this client does not receive */
	assert_int_equal(server.n_asked, 1);
	while (client.got.len < len)
		raw_turn(&client);
	while (server.n_asked < 2)
		raw_turn(&client);
	free(large);
}

static void cuts_a_client_that_does_not_take_its_answer(void **state)
{
	size_t len = (size_t)1000000;
	char *large = xcalloc(1, len);

	(void)state;
	start((struct http_server_options){ .body_ms = 100 });
	raw_send(&client, GET("/keep"));
	raw_wait_kept(&server, 1);
	http_x_answer(server.kept[0], 200, "text/plain", large, len);
	raw_wait_clients(&server, 0);
	raw_wait_eof(&client);
	assert_true(client.got.len < len);
	free(large);
}

static void reads_little_ahead_while_a_handler_works(void **state)
{
	static const char part[4096] = GET("/next");
	size_t sent = 0;

	(void)state;
	start((struct http_server_options){ 0 });
	raw_send(&client, GET("/keep"));
	raw_wait_kept(&server, 1);
	for (;;) {
		ssize_t n = send(client.fd, part, sizeof(part), MSG_NOSIGNAL);

		if (n < 0)
			break;
		sent += (size_t)n;
		assert_true(sent < (size_t)4 << 20);
		loop_turn(server.loop, 0);
	}
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(server.n_asked, 1);
	http_x_drop(server.kept[0]);
}

static void leaves_no_descriptor_to_helpers(void **state)
{
	size_t seen = 0;

	(void)state;
	start((struct http_server_options){ 0 });
	raw_wait_clients(&server, 1);
	for (int fd = 0; fd < 256; fd++) {
		struct sockaddr_un at = { 0 };
		socklen_t len = sizeof(at);

		if (fd == client.fd || getsockname(fd, (struct sockaddr *)&at, &len) != 0 ||
		    at.sun_family != AF_UNIX || strcmp(at.sun_path, server.path) != 0)
			continue;
		seen++;
		assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	}
	assert_int_equal(seen, 2); /* the listener and the connection */
}

#define TEST(name) cmocka_unit_test_teardown(name, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cuts_a_head_that_drips),
		TEST(cuts_a_body_that_drips),
		TEST(cuts_chunks_that_drip),
		TEST(closes_a_connection_that_says_nothing),
		TEST(closes_an_idle_connection),
		TEST(measures_the_second_head_from_its_first_byte),
		TEST(waits_in_real_time_whatever_the_clock_says),
		TEST(closes_an_old_connection),
		TEST(ends_an_old_stream_as_if_complete),
		TEST(turns_one_user_away_at_the_cap),
		TEST(turns_one_address_away_but_not_another),
		TEST(sleeps_at_the_cap_and_recovers),
		TEST(sleeps_without_descriptors_and_recovers),
		TEST(cuts_a_stream_whose_client_does_not_read),
		TEST(a_stream_above_its_backlog_may_be_ended_at_once),
		TEST(takes_no_next_request_before_the_answer_was_read),
		TEST(cuts_a_client_that_does_not_take_its_answer),
		TEST(reads_little_ahead_while_a_handler_works),
		TEST(leaves_no_descriptor_to_helpers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
