#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../support/http_raw.h"
#include "base/clock.h"
#include "base/mem.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

static struct raw_server server;
static struct raw_client client;

static int start(void **state)
{
	const struct http_server_options o = { .refuse_origin = true };

	(void)state;
	raw_server_start(&server, &o);
	raw_connect(&client, &server);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	raw_close(&client);
	if (server.loop)
		raw_server_stop(&server);
	return 0;
}

static void answers_two_requests_on_one_connection(void **state)
{
	(void)state;
	raw_send(&client, GET("/one"));
	raw_wait_text(&client, "GET /one\n");
	raw_send(&client, "DELETE /two HTTP/1.1\r\nHost: a\r\n\r\n");
	raw_wait_text(&client, "DELETE /two\n");
	assert_int_equal(raw_count(&client, "HTTP/1.1 200 OK\r\n"), 2);
	assert_int_equal(raw_count(&client, "Connection: keep-alive\r\n"), 2);
	assert_int_equal(http_server_clients(server.http), 1);
	assert_false(client.eof);
}

static void sets_the_headers_that_every_answer_needs(void **state)
{
	(void)state;
	clock_test_set(1763892930000);
	raw_send(&client, GET("/one"));
	raw_wait_text(&client, "GET /one\n");
	clock_test_end();
	assert_int_equal(raw_count(&client, "Date: Sun, 23 Nov 2025 10:15:30 GMT\r\n"), 1);
	assert_int_equal(raw_count(&client, "Content-Type: text/plain\r\n"), 1);
	assert_int_equal(raw_count(&client, "Content-Length: 9\r\n"), 1);
	assert_int_equal(raw_count(&client, "X-Content-Type-Options: nosniff\r\n"), 1);
	assert_int_equal(raw_count(&client, "Cache-Control: no-store\r\n"), 1);
}

static void answers_pipelined_requests_in_their_order(void **state)
{
	(void)state;
	raw_send(&client, GET("/keep") GET("/two") GET("/three"));
	raw_wait_kept(&server, 1);
	raw_turns(&server, 20);
	assert_int_equal(server.n_asked, 1); /* the next waits for the answer */
	http_x_answer(server.kept[0], 200, "text/plain", "first\n", 6);
	raw_wait_text(&client, "GET /three\n");

	const char *first = strstr(buf_str(&client.got), "first\n");
	const char *two = strstr(buf_str(&client.got), "GET /two\n");

	assert_true(first && two && first < two && two < strstr(two, "GET /three\n"));
}

static void answers_however_the_request_is_cut(void **state)
{
	static const char text[] =
	    "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n";

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		raw_send_bytes(&client, text + i, 1);
		raw_turn(&client);
	}
	raw_wait_text(&client, "\r\n\r\nabcdefg");
}

static void answers_head_without_a_body(void **state)
{
	(void)state;
	raw_send(&client, "HEAD /one HTTP/1.1\r\nHost: a\r\n\r\n");
	raw_wait_text(&client, "Content-Length: 10\r\n");
	raw_wait_text(&client, "\r\n\r\n");
	raw_send(&client, GET("/two"));
	raw_wait_text(&client, "GET /two\n");
	assert_int_equal(raw_count(&client, "HEAD /one"), 0);
}

static void sends_no_body_with_204_and_304(void **state)
{
	(void)state;
	raw_send(&client, GET("/keep") GET("/keep") GET("/end"));
	raw_wait_kept(&server, 1);
	http_x_answer(server.kept[0], 204, NULL, "x", 1);
	raw_wait_kept(&server, 2);
	http_x_answer(server.kept[1], 304, NULL, "x", 1);
	raw_wait_text(&client, "GET /end\n");
	assert_int_equal(raw_count(&client, "HTTP/1.1 204 No Content\r\n"), 1);
	assert_int_equal(raw_count(&client, "Content-Length: "), 1); /* that of /end */
	assert_int_equal(raw_count(&client, "\nContent-Type: "), 1);
	assert_int_equal(raw_count(&client, "\r\n\r\nHTTP/1.1"), 2);
}

static void closes_when_the_client_asks_for_it(void **state)
{
	(void)state;
	raw_send(&client,
		 "GET /one HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" GET("/two"));
	raw_wait_eof(&client);
	assert_int_equal(raw_count(&client, "Connection: close\r\n"), 1);
	assert_int_equal(raw_count(&client, "GET /one\n"), 1);
	assert_int_equal(server.n_asked, 1);
}

static void answers_a_client_that_closed_its_sending_side(void **state)
{
	(void)state;
	raw_send(&client, GET("/one") GET("/two"));
	shutdown(client.fd, SHUT_WR);
	raw_wait_eof(&client);
	assert_int_equal(raw_count(&client, "GET /two\n"), 1);
	raw_wait_clients(&server, 0);
}

static void refuses_a_malformed_request_and_closes(void **state)
{
	(void)state;
	raw_send(&client, "GET / HTTP/1.1\nHost: a\n\n" GET("/two"));
	raw_wait_eof(&client);
	assert_int_equal(raw_count(&client, "HTTP/1.1 400 Bad Request\r\n"), 1);
	assert_int_equal(raw_count(&client, "LF without CR"), 1);
	assert_int_equal(raw_count(&client, "Connection: close\r\n"), 1);
	assert_int_equal(server.n_asked, 0);
}

static void says_which_methods_there_are(void **state)
{
	(void)state;
	raw_send(&client, "OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n");
	raw_wait_eof(&client);
	assert_int_equal(raw_count(&client, "HTTP/1.1 405 "), 1);
	assert_int_equal(raw_count(&client, "Allow: GET, HEAD, POST, PUT, PATCH, DELETE\r\n"),
			 1);
}

static void refuses_a_large_body_in_a_way_that_the_client_can_read(void **state)
{
	char *body = xcalloc(1, (size_t)4 << 20);

	(void)state;
	raw_send(&client, "PUT /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4194304\r\n\r\n");
	raw_send_bytes(&client, body, (size_t)4 << 20);
	raw_wait_text(&client, "HTTP/1.1 413 ");
	assert_int_equal(server.n_asked, 0);
	free(body);
}

static void takes_and_gives_a_body_of_a_megabyte(void **state)
{
	size_t len = (size_t)1 << 20;
	char *body = xmalloc(len);

	(void)state;
	memset(body, 'x', len);
	body[len - 1] = 'y';
	raw_send(&client, "PUT /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n");
	raw_send_bytes(&client, body, len);
	raw_wait_text(&client, "xxxxy");
	assert_memory_equal(client.got.data + client.got.len - len, body, len);
	free(body);
}

static void refuses_an_origin(void **state)
{
	(void)state;
	raw_send(&client, "GET /one HTTP/1.1\r\nHost: a\r\nOrigin: https://a\r\n\r\n");
	raw_wait_eof(&client);
	assert_int_equal(raw_count(&client, "HTTP/1.1 403 Forbidden\r\n"), 1);
	assert_int_equal(server.n_asked, 0);
}

static void tells_who_is_at_the_other_end_of_the_socket(void **state)
{
	gid_t groups[1024];
	int n = getgroups(1024, groups);

	(void)state;
	raw_send(&client, GET("/keep"));
	raw_wait_kept(&server, 1);

	const struct http_peer *p = http_x_peer(server.kept[0]);

	assert_true(p->local);
	assert_int_equal(p->uid, geteuid());
	assert_int_equal(p->gid, getegid());
	assert_int_equal(p->pid, getpid());
	assert_string_equal(p->address, "");
	assert_int_equal(p->n_groups, n);
	assert_memory_equal(p->groups, groups, (size_t)n * sizeof(gid_t));
	http_x_drop(server.kept[0]);
}

static void tells_the_address_of_a_remote_client(void **state)
{
	struct raw_client tcp;

	(void)state;
	raw_server_tcp(&server);
	raw_connect_tcp(&tcp, &server, "127.0.0.2");
	raw_send(&tcp, GET("/keep"));
	raw_wait_kept(&server, 1);

	const struct http_peer *p = http_x_peer(server.kept[0]);

	assert_false(p->local);
	assert_int_equal(strncmp(p->address, "127.0.0.2:", 10), 0);
	assert_int_equal(p->n_groups, 0);
	http_x_drop(server.kept[0]);
	raw_close(&tcp);
}

static void tells_when_the_client_leaves_before_the_answer(void **state)
{
	(void)state;
	raw_send(&client, GET("/keep"));
	raw_wait_kept(&server, 1);
	raw_close(&client);
	raw_wait_clients(&server, 0);
	assert_int_equal(server.n_closed, 1);
}

static void lets_an_exchange_outlive_its_client(void **state)
{
	(void)state;
	raw_send(&client, GET("/keep?deaf"));
	raw_wait_kept(&server, 1);
	raw_close(&client);
	raw_wait_clients(&server, 0);
	assert_string_equal(http_x_path(server.kept[0]), "/keep");
	assert_int_equal(http_x_peer(server.kept[0])->uid, geteuid());
	http_x_answer(server.kept[0], 200, NULL, "late", 4);
	assert_int_equal(server.n_closed, 0);
}

static void may_be_freed_while_exchanges_are_open(void **state)
{
	struct raw_client other;

	(void)state;
	raw_connect(&other, &server);
	raw_send(&client, GET("/keep"));
	raw_send(&other, GET("/keep?deaf"));
	raw_wait_kept(&server, 2);

	struct http_exchange *deaf =
	    strcmp(http_x_query(server.kept[0]), "deaf") == 0 ? server.kept[0] : server.kept[1];

	http_server_free(server.http);
	server.http = NULL;
	assert_int_equal(server.n_closed, 1);
	http_x_stream_begin(deaf, 200, NULL);
	assert_int_equal(http_x_stream_write(deaf, "x", 1), -1);
	http_x_stream_end(deaf);
	raw_wait_eof(&client);
	raw_close(&other);
}

static void free_from_inside(void *arg, struct http_exchange *x)
{
	struct raw_server *s = arg;

	http_server_free(s->http);
	s->http = NULL;
	http_x_answer(x, 200, NULL, "{}", 2);
}

static void may_be_freed_by_its_handler(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	http_server_free(server.http);
	server.http = http_server_new(server.loop, NULL, free_from_inside, &server);
	assert_int_equal(http_server_listen_unix(server.http, server.path, 0600, &err), 0);
	raw_close(&client);
	raw_connect(&client, &server);
	raw_send(&client, GET("/one") GET("/two"));
	raw_wait_eof(&client);
	assert_null(server.http);
}

static struct http_exchange *second;

static void drop_the_other(void *arg)
{
	(void)arg;
	http_x_drop(second);
}

static void on_close_may_end_another_exchange(void **state)
{
	struct raw_client other;

	(void)state;
	raw_connect(&other, &server);
	raw_send(&client, GET("/keep"));
	raw_wait_kept(&server, 1);
	raw_send(&other, GET("/keep"));
	raw_wait_kept(&server, 2);
	second = server.kept[1];
	http_x_set_arg(server.kept[0], NULL, drop_the_other);
	raw_close(&client);
	raw_wait_eof(&other);
	raw_wait_clients(&server, 0);
	assert_int_equal(server.n_closed, 0); /* a drop is the handler's own act */
	raw_close(&other);
}

static void answer_too_late(void *arg)
{
	http_x_answer(arg, 200, NULL, "late", 4);
}

static void an_answer_inside_on_close_does_nothing(void **state)
{
	(void)state;
	raw_send(&client, GET("/keep"));
	raw_wait_kept(&server, 1);
	http_x_set_arg(server.kept[0], server.kept[0], answer_too_late);
	raw_close(&client);
	raw_wait_clients(&server, 0);
}

static void drop_closes_without_an_answer(void **state)
{
	struct raw_client tcp;

	(void)state;
	raw_send(&client, GET("/keep"));
	raw_wait_kept(&server, 1);
	http_x_drop(server.kept[0]);
	raw_wait_eof(&client);
	assert_int_equal(client.got.len, 0);

	raw_server_tcp(&server);
	raw_connect_tcp(&tcp, &server, NULL);
	raw_send(&tcp, GET("/keep"));
	raw_wait_kept(&server, 2);
	http_x_drop(server.kept[1]);
	raw_wait_eof(&tcp);
	assert_true(tcp.reset);
	assert_int_equal(tcp.got.len, 0);
	raw_close(&tcp);
}

static void takes_headers_that_cannot_split_an_answer(void **state)
{
	struct http_exchange *x;

	(void)state;
	raw_send(&client, GET("/keep"));
	raw_wait_kept(&server, 1);
	x = server.kept[0];
	assert_int_equal(http_x_set_header(x, "X-A", "a\r\nX-B: b"), -1);
	assert_int_equal(http_x_set_header(x, "X-A", "a\nb"), -1);
	assert_int_equal(http_x_set_header(x, "X-A", "\x1b[2J"), -1);
	assert_int_equal(http_x_set_header(x, "X A", "a"), -1);
	assert_int_equal(http_x_set_header(x, "", "a"), -1);
	assert_int_equal(http_x_set_header(x, "content-length", "1"), -1);
	assert_int_equal(http_x_set_header(x, "Transfer-Encoding", "chunked"), -1);
	assert_int_equal(http_x_set_header(x, "Connection", "upgrade"), -1);
	assert_int_equal(http_x_set_header(x, "Connection", "close"), 0);
	assert_int_equal(http_x_set_header(x, "X-Good", "1"), 0);
	assert_int_equal(http_x_set_header(x, "x-good", "2"), 0);
	assert_int_equal(http_x_set_header(x, "Date", "never"), 0);
	http_x_answer(x, 202, NULL, NULL, 0);
	raw_wait_eof(&client);
	assert_int_equal(raw_count(&client, "X-Good: 2\r\n"), 1);
	assert_int_equal(raw_count(&client, "Date: "), 1);
	assert_int_equal(raw_count(&client, "Date: never\r\n"), 1);
	assert_int_equal(raw_count(&client, "Content-Length: 0\r\n"), 1);
	assert_int_equal(raw_count(&client, "\nContent-Type: "), 0);
	assert_int_equal(raw_count(&client, "Connection: close\r\n"), 1);
}

static void streams_in_chunks_and_goes_on(void **state)
{
	struct http_exchange *x;

	(void)state;
	raw_send(&client, GET("/keep") GET("/next"));
	raw_wait_kept(&server, 1);
	x = server.kept[0];
	http_x_stream_begin(x, 200, "application/x-ndjson");
	assert_int_equal(http_x_stream_write(x, "one\n", 4), 0);
	raw_wait_text(&client, "Transfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n");
	assert_int_equal(http_x_stream_backlog(x), 0);
	assert_int_equal(http_x_stream_write(x, "", 0), 0);
	assert_int_equal(http_x_stream_write(x, "0123456789abcdef", 16), 0);
	assert_true(http_x_stream_backlog(x) > 16);
	http_x_stream_end(x);
	raw_wait_text(&client, "GET /next\n");
	assert_int_equal(
	    raw_count(&client, "\r\n10\r\n0123456789abcdef\r\n0\r\n\r\nHTTP/1.1 200"), 1);
	assert_int_equal(server.n_closed, 0);
}

static void streams_nothing_to_head(void **state)
{
	struct http_exchange *x;

	(void)state;
	raw_send(&client, "HEAD /keep HTTP/1.1\r\nHost: a\r\n\r\n");
	raw_wait_kept(&server, 1);
	x = server.kept[0];
	http_x_stream_begin(x, 200, NULL);
	raw_wait_text(&client, "chunked\r\n\r\n");
	assert_int_equal(http_x_stream_write(x, "one\n", 4), 0);
	http_x_stream_end(x);
	raw_send(&client, GET("/next"));
	raw_wait_text(&client, "chunked\r\n\r\nHTTP/1.1 200 OK");
}

static void closes_after_the_answer_once_it_accepts_no_more(void **state)
{
	struct stat st;

	(void)state;
	raw_send(&client, GET("/one"));
	raw_wait_text(&client, "GET /one\n");
	http_server_stop_accepting(server.http);
	assert_int_equal(lstat(server.path, &st), -1);
	raw_send(&client, GET("/two"));
	raw_wait_eof(&client);
	assert_int_equal(raw_count(&client, "GET /two\n"), 1);
	assert_int_equal(raw_count(&client, "Connection: close\r\n"), 1);
}

static void leave_stale_socket(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(to.sun_path, path, strnlen(path, sizeof(to.sun_path) - 1));
	assert_int_equal(bind(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	close(fd);
}

static void makes_its_socket_as_private_as_asked(void **state)
{
	struct err err = ERR_INIT;
	struct stat st;
	mode_t old = umask(0);
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/stale", server.dir);
	leave_stale_socket(path);
	assert_int_equal(http_server_listen_unix(server.http, path, 0660, &err), 0);
	umask(old);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0660);
}

static void leaves_the_socket_of_another_alone(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(http_server_listen_unix(server.http, server.path, 0600, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	raw_send(&client, GET("/one"));
	raw_wait_text(&client, "GET /one\n");
}

static void refuses_a_place_where_a_socket_is_not_safe(void **state)
{
	struct err err = ERR_INIT;
	char file[128], name[256];

	(void)state;
	snprintf(file, sizeof(file), "%s/file", server.dir);
	fclose(fopen(file, "w"));
	assert_int_equal(http_server_listen_unix(server.http, file, 0600, &err), -1);
	assert_int_equal(err.code, ERR_EXISTS);
	unlink(file);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(http_server_listen_unix(server.http, name, 0600, &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	chmod(server.dir, 0770);
	assert_int_equal(http_server_listen_unix(server.http, file, 0600, &err), -1);
	assert_int_equal(err.code, ERR_DENIED);
	chmod(server.dir, 0700);
}

static void says_which_address_cannot_be_listened_on(void **state)
{
	struct err err = ERR_INIT;
	uint16_t port = 0;

	(void)state;
	assert_int_equal(http_server_listen_tcp(server.http, "localhost", &port, NULL, &err),
			 -1);
	assert_int_equal(err.code, ERR_INVALID);
	assert_int_equal(http_server_listen_tcp(server.http, "127.0.0.1", &port, NULL, &err),
			 0);
	assert_true(port > 0);
	assert_int_equal(http_server_listen_tcp(server.http, "127.0.0.1", &port, NULL, &err),
			 -1);
	assert_int_equal(err.code, ERR_IO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(answers_two_requests_on_one_connection),
		TEST(sets_the_headers_that_every_answer_needs),
		TEST(answers_pipelined_requests_in_their_order),
		TEST(answers_however_the_request_is_cut),
		TEST(answers_head_without_a_body),
		TEST(sends_no_body_with_204_and_304),
		TEST(closes_when_the_client_asks_for_it),
		TEST(answers_a_client_that_closed_its_sending_side),
		TEST(refuses_a_malformed_request_and_closes),
		TEST(says_which_methods_there_are),
		TEST(refuses_a_large_body_in_a_way_that_the_client_can_read),
		TEST(takes_and_gives_a_body_of_a_megabyte),
		TEST(refuses_an_origin),
		TEST(tells_who_is_at_the_other_end_of_the_socket),
		TEST(tells_the_address_of_a_remote_client),
		TEST(tells_when_the_client_leaves_before_the_answer),
		TEST(lets_an_exchange_outlive_its_client),
		TEST(may_be_freed_while_exchanges_are_open),
		TEST(may_be_freed_by_its_handler),
		TEST(on_close_may_end_another_exchange),
		TEST(an_answer_inside_on_close_does_nothing),
		TEST(drop_closes_without_an_answer),
		TEST(takes_headers_that_cannot_split_an_answer),
		TEST(streams_in_chunks_and_goes_on),
		TEST(streams_nothing_to_head),
		TEST(closes_after_the_answer_once_it_accepts_no_more),
		TEST(makes_its_socket_as_private_as_asked),
		TEST(leaves_the_socket_of_another_alone),
		TEST(refuses_a_place_where_a_socket_is_not_safe),
		TEST(says_which_address_cannot_be_listened_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
