#define _GNU_SOURCE /* accept4 */
#include "base/http_client.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/loop_private.h"
#include "base/mem.h"

#define CONNS 16

/* A server that reads one request head (and body) at a time and behaves as its path says. */
struct conn {
	struct server *s;
	int fd;
	struct watch *w;
	struct buf in;
	int requests;
};

struct server {
	struct loop *l;
	int fd;
	struct watch *w;
	struct conn conn[CONNS];
	int accepted, requests, posts;
	struct buf last; /* the last request */
	struct timer *more;
	struct conn *streaming;
	int streamed;
	struct timer *flood;
	struct conn *flooded;
	size_t flood_left;
};

struct fixture {
	struct loop *l;
	struct server s;
	struct http_client *c;
	char dir[64], url[128];
	int calls;
	bool replied;
	int status;
	struct buf body, stream;
	char header[64];
	struct err err;
	struct http_call *call;
	bool cancel_in_stream, free_in_cb, again;
};

static void conn_close(struct conn *c)
{
	watch_free(c->w);
	close(c->fd);
	buf_clear(&c->in);
	memset(c, 0, sizeof(*c));
	c->fd = -1;
}

static void say(struct conn *c, const char *text)
{
	assert_int_equal(write(c->fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void reset(struct conn *c)
{
	const struct linger now = { 1, 0 };

	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	conn_close(c);
}

static void say_big(struct conn *c)
{
	char *big = xcalloc(1, 5001);

	memset(big, 'b', 5000);
	say(c, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
	say(c, big);
	free(big);
}

static void on_more(void *arg)
{
	struct server *s = arg;

	if (s->streaming->fd < 0)
		return;
	if (s->streamed++ == 3) {
		say(s->streaming, "0\r\n\r\n");
		return;
	}
	say(s->streaming, "4\r\ntick\r\n");
	timer_set(s->more, 5);
}

/* One byte more than a call takes, as fast as it is read. */
static void on_flood(void *arg)
{
	static const char zeros[65536];
	struct server *s = arg;

	while (s->flooded && s->flooded->fd >= 0 && s->flood_left > 0) {
		size_t most = s->flood_left < sizeof(zeros) ? s->flood_left : sizeof(zeros);
		ssize_t n = send(s->flooded->fd, zeros, most, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN)
			return;
		if (n < 0) {
			timer_set(s->flood, 1);
			return;
		}
		s->flood_left -= (size_t)n;
	}
}

static bool asks(const struct conn *c, const char *path)
{
	const char *at = strchr(buf_str(&c->in), ' ');

	return at && strncmp(at + 1, path, strlen(path)) == 0;
}

/* False when the connection is gone. */
static bool answer(struct conn *c)
{
	if (asks(c, "/ok")) {
		say(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Which:  one \r\n\r\nhello");
	} else if (asks(c, "/chunked")) {
		say(c,
		    "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\nX-Which: a\r\n\r\n"
		    "3\r\nabc\r\n4\r\ndefg\r\n0\r\nX-Trailer: t\r\n\r\n");
	} else if (asks(c, "/continue")) {
		say(c, "HTTP/1.1 100 Continue\r\nX-Which: early\r\n\r\n"
		       "HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\nX-Which: late\r\n\r\n");
	} else if (asks(c, "/moved")) {
		say(c, "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n");
	} else if (asks(c, "/short")) {
		say(c, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello");
		conn_close(c);
		return false;
	} else if (asks(c, "/flood")) {
		say(c, "HTTP/1.1 200 OK\r\nContent-Length: 33554433\r\n\r\n");
		c->s->flooded = c;
		c->s->flood_left = 33554433;
		timer_set(c->s->flood, 0);
	} else if (asks(c, "/big")) {
		say_big(c);
	} else if (asks(c, "/stream")) {
		say(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
		c->s->streaming = c;
		timer_set(c->s->more, 0);
	} else if (asks(c, "/second") && c->requests == 1) {
		say(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	} else if (asks(c, "/reset") || asks(c, "/second")) {
		reset(c);
		return false;
	} else if (asks(c, "/secret")) {
		say(c, "HTTP/1.1 200 OK\r\nContent-Length: 52\r\nSet-Cookie: canary\r\n\r\n"
		       "{\"keys\":[{\"keyName\":\"key1\",\"value\":\"canary\"}],\"n\":1}");
	}
	return true; /* anything else is never answered */
}

static void on_conn(void *arg, unsigned int what)
{
	struct conn *c = arg;
	char data[4096];
	ssize_t n = read(c->fd, data, sizeof(data));
	const char *end, *length;
	size_t want;

	(void)what;
	if (n <= 0) {
		conn_close(c);
		return;
	}
	buf_add(&c->in, data, (size_t)n);
	end = strstr(buf_str(&c->in), "\r\n\r\n");
	if (!end)
		return;
	length = strstr(buf_str(&c->in), "Content-Length: ");
	want = (size_t)(end + 4 - c->in.data) + (length ? strtoul(length + 16, NULL, 10) : 0);
	if (c->in.len < want)
		return;
	c->requests++;
	c->s->requests++;
	c->s->posts += strncmp(c->in.data, "POST", 4) == 0;
	buf_reset(&c->s->last);
	buf_add(&c->s->last, c->in.data, c->in.len);
	if (answer(c))
		buf_reset(&c->in);
}

static void on_accept(void *arg, unsigned int what)
{
	struct server *s = arg;

	(void)what;
	for (size_t i = 0; i < CONNS; i++) {
		struct conn *c = &s->conn[i];

		if (c->fd >= 0)
			continue;
		c->fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);
		assert_true(c->fd >= 0);
		c->s = s;
		c->in.max = 1 << 20;
		c->w = watch_new(s->l, c->fd, WATCH_READ, on_conn, c);
		s->accepted++;
		return;
	}
	fail_msg("more than %d connections", CONNS);
}

static void server_start(struct server *s, struct loop *l, const struct sockaddr *a,
			 socklen_t len)
{
	s->l = l;
	s->last.max = 1 << 20;
	for (size_t i = 0; i < CONNS; i++)
		s->conn[i].fd = -1;
	s->fd = socket(a->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s->fd, a, len), 0);
	assert_int_equal(listen(s->fd, 16), 0);
	s->w = watch_new(l, s->fd, WATCH_READ, on_accept, s);
	s->more = timer_new_real(l, on_more, s);
	s->flood = timer_new_real(l, on_flood, s);
}

static void server_stop(struct server *s)
{
	for (size_t i = 0; i < CONNS; i++)
		if (s->conn[i].fd >= 0)
			conn_close(&s->conn[i]);
	watch_free(s->w);
	s->w = NULL;
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	timer_free(s->more);
	timer_free(s->flood);
	s->flood = NULL;
	s->more = NULL;
	buf_clear(&s->last);
}

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	const char *tmp = getenv("TMPDIR");

	setenv("http_proxy", "http://127.0.0.1:1", 1); /* loopback must not ask it */
	snprintf(f->dir, sizeof(f->dir), "%s/paceline-http-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(f->dir))
		return -1;
	f->l = loop_new(NULL);
	server_start(&f->s, f->l, (struct sockaddr *)&a, sizeof(a));
	getsockname(f->s.fd, (struct sockaddr *)&a, &len);
	snprintf(f->url, sizeof(f->url), "http://127.0.0.1:%d", ntohs(a.sin_port));
	f->c = http_client_new(f->l, &(struct http_client_options){ .user_agent = "test/1" },
			       NULL);
	f->body.max = f->stream.max = 1 << 20;
	*state = f;
	return f->c ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	http_client_free(f->c);
	server_stop(&f->s);
	loop_free(f->l);
	buf_clear(&f->body);
	buf_clear(&f->stream);
	file_remove_tree(f->dir, NULL);
	free(f);
	return 0;
}

static void send_path(struct fixture *f, const char *path, struct http_request r);

static void on_reply(void *arg, const struct http_reply *reply, const struct err *err)
{
	struct fixture *f = arg;
	const char *h;

	f->calls++;
	f->call = NULL;
	f->replied = reply != NULL;
	f->err = *err;
	buf_reset(&f->body);
	if (reply) {
		f->status = reply->status;
		buf_add(&f->body, reply->body, reply->body_len);
		assert_int_equal(reply->body[reply->body_len], '\0');
		h = http_headers_get(&reply->headers, "x-which");
		snprintf(f->header, sizeof(f->header), "%s", h ? h : "");
		assert_null(http_headers_get(&reply->headers, "X-Trailer"));
	}
	if (f->free_in_cb) {
		http_client_free(f->c);
		f->c = NULL;
	}
	if (f->again) {
		f->again = false;
		send_path(f, "/ok", (struct http_request){ 0 });
	}
}

static void send_path(struct fixture *f, const char *path, struct http_request r)
{
	char *url = xasprintf("%s%s", f->url, path);

	if (!r.url)
		r.url = url;
	f->call = http_client_send(f->c, &r, on_reply, f);
	free(url);
}

static void wait_calls(struct fixture *f, int n)
{
	int64_t until = loop_real_ms() + 10000;

	while (f->calls < n && loop_real_ms() < until)
		loop_turn(f->l, 1000);
	assert_int_equal(f->calls, n);
}

static void ask(struct fixture *f, const char *path, struct http_request r)
{
	int n = f->calls + 1;

	send_path(f, path, r);
	assert_int_equal(f->calls, n - 1); /* never from within send */
	wait_calls(f, n);
}

static void brings_back_an_answer(void **state)
{
	struct fixture *f = *state;

	ask(f, "/ok", (struct http_request){ 0 });
	assert_true(f->replied);
	assert_int_equal(f->status, 200);
	assert_string_equal(buf_str(&f->body), "hello");
	assert_string_equal(f->header, "one");
	assert_int_equal(http_client_active(f->c), 0);
	assert_non_null(strstr(buf_str(&f->s.last), "GET /ok HTTP/1.1\r\n"));
	assert_non_null(strstr(buf_str(&f->s.last), "User-Agent: test/1\r\n"));
	assert_null(strstr(buf_str(&f->s.last), "Accept-Encoding"));
}

static void sends_a_body_and_headers_and_nothing_of_its_own(void **state)
{
	struct fixture *f = *state;
	const char *const headers[] = { "If-Match: \"3\"", "Content-Type: application/json",
					NULL };
	char *big = xcalloc(1, 3000);

	memset(big, ' ', 2999);
	ask(f, "/ok",
	    (struct http_request){
		.method = "PUT", .headers = headers, .body = "{\"a\":1}", .body_len = 7 });
	assert_non_null(strstr(buf_str(&f->s.last), "PUT /ok HTTP/1.1\r\n"));
	assert_non_null(strstr(buf_str(&f->s.last), "If-Match: \"3\"\r\n"));
	assert_non_null(strstr(buf_str(&f->s.last), "Content-Type: application/json\r\n"));
	assert_non_null(strstr(buf_str(&f->s.last), "\r\n\r\n{\"a\":1}"));
	ask(f, "/ok",
	    (struct http_request){ .method = "PATCH", .body = big, .body_len = 2999 });
	free(big);
	assert_null(strstr(buf_str(&f->s.last), "Expect"));
	assert_null(strstr(buf_str(&f->s.last), "Content-Type"));
	ask(f, "/ok", (struct http_request){ .method = "POST" });
	assert_non_null(strstr(buf_str(&f->s.last), "Content-Length: 0\r\n"));
	ask(f, "/ok", (struct http_request){ .method = "DELETE" });
	assert_non_null(strstr(buf_str(&f->s.last), "DELETE /ok HTTP/1.1\r\n"));
	assert_null(strstr(buf_str(&f->s.last), "Content-Length"));
}

static void reads_share_a_connection_and_writes_do_not(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 3; i++)
		ask(f, "/ok", (struct http_request){ 0 });
	assert_int_equal(f->s.accepted, 1);
	ask(f, "/ok", (struct http_request){ .method = "POST" });
	ask(f, "/ok", (struct http_request){ .method = "DELETE" });
	assert_int_equal(f->s.accepted, 3);
	ask(f, "/ok", (struct http_request){ 0 });
	assert_int_equal(f->s.accepted, 3);
}

static void reads_chunks_and_leaves_trailers_out(void **state)
{
	struct fixture *f = *state;

	ask(f, "/chunked", (struct http_request){ 0 });
	assert_int_equal(f->status, 201);
	assert_string_equal(buf_str(&f->body), "abcdefg");
	assert_string_equal(f->header, "a");
}

static void headers_are_those_of_the_final_answer(void **state)
{
	struct fixture *f = *state;

	ask(f, "/continue", (struct http_request){ .method = "POST" });
	assert_int_equal(f->status, 409);
	assert_string_equal(f->header, "late");
}

/* R11.6: no redirect is followed, with a token or without. */
static void a_redirect_is_an_answer(void **state)
{
	struct fixture *f = *state;

	ask(f, "/moved", (struct http_request){ 0 });
	assert_int_equal(f->status, 302);
	assert_int_equal(f->s.requests, 1);
}

static void a_reset_leaves_the_outcome_unknown(void **state)
{
	struct fixture *f = *state;

	ask(f, "/reset?sig=canary",
	    (struct http_request){ .method = "PUT", .body = "x", .body_len = 1 });
	assert_false(f->replied);
	assert_int_equal(f->err.code, ERR_UNKNOWN);
	assert_non_null(strstr(f->err.msg, "PUT 127.0.0.1:"));
	assert_non_null(strstr(f->err.msg, "may have been carried out"));
	assert_null(strstr(f->err.msg, "canary"));
}

static void a_write_is_never_repeated_by_itself(void **state)
{
	struct fixture *f = *state;

	ask(f, "/second", (struct http_request){ 0 });
	assert_true(f->replied);
	ask(f, "/reset", (struct http_request){ .method = "POST" });
	assert_int_equal(f->err.code, ERR_UNKNOWN);
	assert_int_equal(f->s.posts, 1);
	ask(f, "/second", (struct http_request){ 0 }); /* a read is: on a new connection */
	assert_true(f->replied);
	assert_int_equal(f->s.posts, 1);
}

static void a_refused_connection_sent_nothing(void **state)
{
	struct fixture *f = *state;

	server_stop(&f->s);
	ask(f, "/ok", (struct http_request){ .method = "PUT" });
	assert_false(f->replied);
	assert_int_equal(f->err.code, ERR_IO);
}

static void a_time_out_after_sending_is_unknown(void **state)
{
	struct fixture *f = *state;
	int64_t start = loop_real_ms();

	ask(f, "/never", (struct http_request){ .total_ms = 60 });
	assert_int_equal(f->err.code, ERR_UNKNOWN);
	assert_true(loop_real_ms() - start >= 60);
	assert_true(loop_real_ms() - start < 3000);
}

static void a_truncated_answer_is_no_answer(void **state)
{
	struct fixture *f = *state;

	ask(f, "/short", (struct http_request){ 0 });
	assert_false(f->replied);
	assert_int_equal(f->err.code, ERR_UNKNOWN);
}

static void r11_6_a_body_without_a_ceiling_of_its_own_ends_at_32_mib(void **state)
{
	struct fixture *f = *state;

	ask(f, "/flood", (struct http_request){ 0 });
	assert_false(f->replied);
	assert_int_equal(f->err.code, ERR_UNKNOWN);
	assert_non_null(strstr(f->err.msg, "larger than 33554432 bytes"));
}

/* R11.6: what a call has that says nothing of its own. Nobody waits a minute for it here. */
static void r11_6_every_call_has_its_caps(void **state)
{
	(void)state;
	assert_int_equal(HTTP_CONNECT_MS, 10000);
	assert_int_equal(HTTP_TOTAL_MS, 60000);
	assert_int_equal(HTTP_LIST_MS, 120000);
	assert_int_equal(HTTP_BODY_MAX, 32 * 1024 * 1024);
}

/* R11.6 */
static void an_answer_above_the_ceiling_is_refused(void **state)
{
	struct fixture *f = *state;

	ask(f, "/big", (struct http_request){ .body_max = 4999 });
	assert_false(f->replied);
	assert_int_equal(f->err.code, ERR_UNKNOWN);
	assert_non_null(strstr(f->err.msg, "larger than 4999 bytes"));
	ask(f, "/big", (struct http_request){ .body_max = 5000 });
	assert_true(f->replied);
	assert_int_equal(f->body.len, 5000);
}

static void what_cannot_be_sent_fails_later(void **state)
{
	struct fixture *f = *state;
	const char *const split[] = { "X: a\r\nY: b", NULL };

	ask(f, "", (struct http_request){ .url = "ftp://127.0.0.1/x" });
	assert_int_equal(f->err.code, ERR_INVALID);
	ask(f, "", (struct http_request){ .url = "http://a b/" });
	assert_int_equal(f->err.code, ERR_INVALID);
	ask(f, "/ok", (struct http_request){ .headers = split });
	assert_int_equal(f->err.code, ERR_INVALID);
	assert_int_equal(f->s.requests, 0);
}

static void a_cancelled_call_says_nothing(void **state)
{
	struct fixture *f = *state;

	send_path(f, "/never", (struct http_request){ 0 });
	for (int i = 0; i < 50 && f->s.requests == 0; i++)
		loop_turn(f->l, 100);
	assert_int_equal(f->s.requests, 1);
	http_call_cancel(f->call);
	assert_int_equal(http_client_active(f->c), 0);
	send_path(f, "/ok", (struct http_request){ 0 });
	http_call_cancel(f->call);
	loop_turn(f->l, 20);
	assert_int_equal(f->calls, 0);
}

static void on_stream(void *arg, const char *data, size_t n)
{
	struct fixture *f = arg;

	buf_add(&f->stream, data, n);
	if (f->cancel_in_stream)
		http_call_cancel(f->call);
}

static void a_stream_is_told_as_it_comes(void **state)
{
	struct fixture *f = *state;

	send_path(f, "/stream", (struct http_request){ .on_body = on_stream, .total_ms = -1 });
	for (int i = 0; i < 100 && f->stream.len == 0; i++)
		loop_turn(f->l, 1000);
	assert_int_equal(f->calls, 0); /* before its end */
	wait_calls(f, 1);
	assert_true(f->replied);
	assert_string_equal(buf_str(&f->stream), "tickticktick");
	assert_int_equal(f->body.len, 0);
}

static void a_stream_may_be_cancelled_while_it_tells(void **state)
{
	struct fixture *f = *state;

	f->cancel_in_stream = true;
	send_path(f, "/stream", (struct http_request){ .on_body = on_stream, .total_ms = -1 });
	for (int i = 0; i < 100 && f->stream.len == 0; i++)
		loop_turn(f->l, 1000);
	assert_int_equal(http_client_active(f->c), 0);
	loop_turn(f->l, 30);
	assert_int_equal(f->calls, 0);
	assert_string_equal(buf_str(&f->stream), "tick");
}

static void an_error_instead_of_a_stream_has_its_body(void **state)
{
	struct fixture *f = *state;

	ask(f, "/continue", (struct http_request){ .on_body = on_stream });
	assert_int_equal(f->status, 409);
	assert_int_equal(f->stream.len, 0);
}

static void a_callback_may_send_the_next_request(void **state)
{
	struct fixture *f = *state;

	f->again = true;
	send_path(f, "/chunked", (struct http_request){ 0 });
	wait_calls(f, 2);
	assert_int_equal(f->status, 200);
}

static void a_callback_may_free_the_client(void **state)
{
	struct fixture *f = *state;

	f->free_in_cb = true;
	send_path(f, "/never", (struct http_request){ 0 });
	send_path(f, "/ok", (struct http_request){ 0 });
	wait_calls(f, 1);
	assert_null(f->c);
	loop_turn(f->l, 10);
	assert_int_equal(f->calls, 1);
}

static void more_requests_than_connections_wait_their_turn(void **state)
{
	struct fixture *f = *state;

	http_client_free(f->c);
	f->c =
	    http_client_new(f->l, &(struct http_client_options){ .connections_max = 1 }, NULL);
	ask(f, "/ok", (struct http_request){ 0 });
	for (int i = 0; i < 6; i++)
		send_path(f, "/ok", (struct http_request){ .method = i % 2 ? "POST" : NULL });
	assert_int_equal(http_client_active(f->c), 6);
	wait_calls(f, 7);
	assert_int_equal(f->status, 200);
	assert_int_equal(f->s.posts, 3);
}

static void a_password_in_a_url_is_not_told(void **state)
{
	struct fixture *f = *state;
	char *url = xasprintf("http://user:canary@%s/reset", f->url + strlen("http://"));

	ask(f, "", (struct http_request){ .url = url });
	free(url);
	assert_false(f->replied);
	assert_null(strstr(f->err.msg, "canary"));
	assert_non_null(strstr(f->err.msg, "GET 127.0.0.1:"));
}

/* R1.7 */
static void its_sockets_close_at_exec(void **state)
{
	struct fixture *f = *state;
	int sockets = 0;

	ask(f, "/ok", (struct http_request){ 0 });
	for (int fd = 3; fd < 100; fd++) {
		struct sockaddr_storage a;
		socklen_t len = sizeof(a);

		if (getpeername(fd, (struct sockaddr *)&a, &len) != 0 || a.ss_family != AF_INET)
			continue;
		sockets++;
		assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	}
	assert_int_equal(sockets, 2); /* its end and ours */
}

static void records_without_secrets(void **state)
{
	struct fixture *f = *state;
	char *dir = xasprintf("%s/record", f->dir);
	const char *const headers[] = { "Authorization: Bearer canary", "X-A: b", NULL };
	const char *body =
	    "{\"properties\":{\"osProfile\":{\"customData\":\"canary\",\"n\":7}},"
	    "\"uri\":\"https://x/y?sv=1&sig=canary&se=2\"}";
	const char *form = "grant_type=x&client_secret=canary";
	struct buf text = BUF_INIT(1 << 20);
	char *one = xasprintf("%s/000001.json", dir), *two = xasprintf("%s/000002.json", dir);

	http_client_free(f->c);
	f->c = http_client_new(f->l, &(struct http_client_options){ .record_dir = dir }, NULL);
	assert_non_null(f->c);
	ask(f, "/secret?sig=canary&x=1",
	    (struct http_request){
		.method = "PUT", .headers = headers, .body = body, .body_len = strlen(body) });
	http_client_free(f->c);
	f->c = http_client_new(f->l, &(struct http_client_options){ .record_dir = dir }, NULL);
	ask(f, "/ok/oauth2/v2.0/token",
	    (struct http_request){ .method = "POST", .body = form, .body_len = strlen(form) });
	assert_int_equal(file_read(&text, one, NULL), 0);
	assert_null(strstr(buf_str(&text), "canary"));
	assert_non_null(strstr(buf_str(&text), "\"statusCode\": \"200\""));
	assert_non_null(strstr(buf_str(&text), "sig=REDACTED&x=1"));
	assert_non_null(strstr(buf_str(&text), "https://x/y?sv=1&sig=REDACTED&se=2"));
	assert_non_null(strstr(buf_str(&text), "\"n\": 7"));
	assert_non_null(strstr(buf_str(&text), "\"keyName\": \"key1\""));
	assert_non_null(strstr(buf_str(&text), "\"X-A\": \"b\""));
	buf_reset(&text);
	assert_int_equal(file_read(&text, two, NULL), 0);
	assert_null(strstr(buf_str(&text), "canary"));
	assert_null(strstr(buf_str(&text), "hello"));
	buf_clear(&text);
	free(one);
	free(two);
	free(dir);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(brings_back_an_answer),
		T(sends_a_body_and_headers_and_nothing_of_its_own),
		T(reads_share_a_connection_and_writes_do_not),
		T(reads_chunks_and_leaves_trailers_out),
		T(headers_are_those_of_the_final_answer),
		T(a_redirect_is_an_answer),
		T(a_reset_leaves_the_outcome_unknown),
		T(a_write_is_never_repeated_by_itself),
		T(a_refused_connection_sent_nothing),
		T(a_time_out_after_sending_is_unknown),
		T(a_truncated_answer_is_no_answer),
		T(an_answer_above_the_ceiling_is_refused),
		T(r11_6_a_body_without_a_ceiling_of_its_own_ends_at_32_mib),
		T(r11_6_every_call_has_its_caps),
		T(what_cannot_be_sent_fails_later),
		T(a_cancelled_call_says_nothing),
		T(a_stream_is_told_as_it_comes),
		T(a_stream_may_be_cancelled_while_it_tells),
		T(an_error_instead_of_a_stream_has_its_body),
		T(a_callback_may_send_the_next_request),
		T(a_callback_may_free_the_client),
		T(more_requests_than_connections_wait_their_turn),
		T(a_password_in_a_url_is_not_told),
		T(its_sockets_close_at_exec),
		T(records_without_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
