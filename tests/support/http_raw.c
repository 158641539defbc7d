#include "http_raw.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/loop_private.h"

#define GIVE_UP_MS 20000

static void count_close(void *arg)
{
	struct raw_server *s = arg;

	s->n_closed++;
}

static void answer_what_was_asked(struct http_exchange *x)
{
	char text[256];
	int n = snprintf(text, sizeof(text), "%s %s\n", http_x_method(x), http_x_path(x));

	http_x_answer(x, 200, "text/plain", text, (size_t)n);
}

static void on_request(void *arg, struct http_exchange *x)
{
	struct raw_server *s = arg;

	s->n_asked++;
	if (strcmp(http_x_path(x), "/keep") == 0) {
		assert_true(s->n_kept < 64);
		s->kept[s->n_kept++] = x;
		if (strcmp(http_x_query(x), "deaf") != 0)
			http_x_set_arg(x, s, count_close);
	} else if (strcmp(http_x_path(x), "/echo") == 0) {
		size_t len;
		const char *body = http_x_body(x, &len);

		http_x_answer(x, 200, "application/octet-stream", body, len);
	} else {
		answer_what_was_asked(x);
	}
}

static size_t open_fds(void)
{
	size_t n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

void raw_server_start(struct raw_server *s, const struct http_server_options *o)
{
	const char *tmp = getenv("TMPDIR");
	struct err err = ERR_INIT;

	*s = (struct raw_server){ .n_fds = open_fds() };
	snprintf(s->dir, sizeof(s->dir), "%s/http.XXXXXX",
		 tmp && strlen(tmp) < 48 ? tmp : "/tmp");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->path, sizeof(s->path), "%s/socket", s->dir);
	s->loop = loop_new(&err);
	assert_non_null(s->loop);
	s->http = http_server_new(s->loop, o, on_request, s);
	if (http_server_listen_unix(s->http, s->path, 0600, &err) != 0)
		fail_msg("%s", err.msg);
}

void raw_server_tcp(struct raw_server *s)
{
	struct err err = ERR_INIT;

	if (http_server_listen_tcp(s->http, "127.0.0.1", &s->port, NULL, &err) != 0)
		fail_msg("%s", err.msg);
}

void raw_server_stop(struct raw_server *s)
{
	http_server_free(s->http);
	loop_turn(s->loop, 0);
	loop_free(s->loop);
	unlink(s->path);
	assert_int_equal(rmdir(s->dir), 0);
	assert_int_equal(open_fds(), s->n_fds);
}

static void set_up(struct raw_client *c, struct raw_server *s, int family)
{
	*c = (struct raw_client){ .server = s, .got = BUF_INIT((size_t)64 << 20) };
	c->fd = socket(family, SOCK_STREAM, 0);
	assert_true(c->fd >= 0);
}

void raw_connect(struct raw_client *c, struct raw_server *s)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	set_up(c, s, AF_UNIX);
	memcpy(to.sun_path, s->path, strlen(s->path));
	assert_int_equal(connect(c->fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_true(fcntl(c->fd, F_SETFL, O_NONBLOCK) == 0);
}

static struct sockaddr_in loopback(const char *address, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET, address, &a.sin_addr), 1);
	return a;
}

void raw_connect_tcp(struct raw_client *c, struct raw_server *s, const char *from)
{
	struct sockaddr_in to = loopback("127.0.0.1", s->port);
	struct sockaddr_in mine = loopback(from ? from : "127.0.0.1", 0);

	set_up(c, s, AF_INET);
	assert_int_equal(bind(c->fd, (struct sockaddr *)&mine, sizeof(mine)), 0);
	assert_int_equal(connect(c->fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_true(fcntl(c->fd, F_SETFL, O_NONBLOCK) == 0);
}

void raw_send_bytes(struct raw_client *c, const void *data, size_t len)
{
	const char *p = data;
	int64_t until = loop_real_ms() + GIVE_UP_MS;

	while (len > 0) {
		ssize_t n = send(c->fd, p, len, MSG_NOSIGNAL);

		if (n > 0) {
			p += n;
			len -= (size_t)n;
			continue;
		}
		if (errno != EAGAIN)
			return; /* the server has closed: the test looks at what it said */
		assert_true(loop_real_ms() < until);
		raw_turn(c);
	}
}

void raw_send(struct raw_client *c, const char *text)
{
	raw_send_bytes(c, text, strlen(text));
}

void raw_close(struct raw_client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	buf_clear(&c->got);
}

static void receive(struct raw_client *c)
{
	char part[16384];

	while (!c->eof) {
		ssize_t n = recv(c->fd, part, sizeof(part), 0);

		if (n > 0) {
			assert_int_equal(buf_add(&c->got, part, (size_t)n), 0);
		} else if (n == 0 || errno == ECONNRESET) {
			c->eof = true;
			c->reset = n != 0;
		} else {
			assert_int_equal(errno, EAGAIN);
			return;
		}
	}
}

void raw_turn(struct raw_client *c)
{
	loop_turn(c->server->loop, 2);
	receive(c);
}

void raw_turns(struct raw_server *s, int64_t ms)
{
	int64_t until = loop_real_ms() + ms;

	do
		loop_turn(s->loop, 2);
	while (loop_real_ms() < until);
}

size_t raw_count(const struct raw_client *c, const char *text)
{
	size_t n = 0;

	for (const char *p = buf_str(&c->got); (p = strstr(p, text)); p++)
		n++;
	return n;
}

void raw_wait_text(struct raw_client *c, const char *text)
{
	int64_t until = loop_real_ms() + GIVE_UP_MS;

	receive(c);
	while (raw_count(c, text) == 0) {
		if (c->eof || loop_real_ms() > until)
			fail_msg("no \"%s\" in \"%s\"", text, buf_str(&c->got));
		raw_turn(c);
	}
}

void raw_wait_eof(struct raw_client *c)
{
	int64_t until = loop_real_ms() + GIVE_UP_MS;

	while (!c->eof) {
		if (loop_real_ms() > until)
			fail_msg("still open after \"%s\"", buf_str(&c->got));
		raw_turn(c);
	}
}

void raw_wait_kept(struct raw_server *s, size_t n)
{
	int64_t until = loop_real_ms() + GIVE_UP_MS;

	while (s->n_kept < n) {
		assert_true(loop_real_ms() < until);
		loop_turn(s->loop, 2);
	}
}

void raw_wait_clients(struct raw_server *s, size_t n)
{
	int64_t until = loop_real_ms() + GIVE_UP_MS;

	while (http_server_clients(s->http) != n) {
		if (loop_real_ms() > until)
			fail_msg("%zu clients, not %zu", http_server_clients(s->http), n);
		loop_turn(s->loop, 2);
	}
}
