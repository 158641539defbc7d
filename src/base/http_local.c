#define _GNU_SOURCE /* SOCK_CLOEXEC */
#include "base/http_local.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/unix_socket.h"
#include "http_answer.h"
#include "loop_private.h"

#define CONNECT_STEP 20 /* until a listener whose queue is full is asked again */
#define READ_BYTES   16384

struct http_local {
	struct loop *loop;
	char *socket, *method;
	struct buf request;
	bool sent; /* some of it */
	int fd;
	struct watch *watch;
	struct timer *connect, *deadline;
	int64_t began;
	int64_t total_ms;

	struct http_answer answer;
	struct buf body;
	void (*on_body)(void *arg, const char *data, size_t n);
	http_call_cb *cb;
	void *arg;
	bool delivering, cancelled; /* cancelled by its own callback */
};

static void call_free(struct http_local *c)
{
	watch_free(c->watch);
	timer_free(c->connect);
	timer_free(c->deadline);
	if (c->fd >= 0)
		close(c->fd);
	http_answer_clear(&c->answer);
	buf_clear(&c->request);
	buf_clear(&c->body);
	free(c->socket);
	free(c->method);
	free(c);
}

void http_local_cancel(struct http_local *c)
{
	if (c->delivering)
		c->cancelled = true;
	else
		call_free(c);
}

static void end(struct http_local *c, const struct http_reply *reply, const struct err *err)
{
	c->delivering = true;
	c->cb(c->arg, reply, err);
	call_free(c);
}

static void failed(struct http_local *c, const char *why)
{
	struct err err = ERR_INIT;
	char at[100];

	text_clean(at, sizeof(at) - 1, c->socket, strlen(c->socket));
	if (c->sent)
		err_set(&err, ERR_UNKNOWN, "%s %s: %s; it may have been carried out", c->method,
			at, why);
	else
		err_set(&err, ERR_IO, "%s %s: %s", c->method, at, why);
	end(c, NULL, &err);
}

static void on_deadline(void *arg)
{
	failed(arg, "no whole answer in time");
}

/* false: the callback cancelled the call, which is gone. */
static bool tell_body(struct http_local *c)
{
	struct buf chunk = c->body;

	if (!c->on_body || chunk.len == 0 || c->answer.status < 200 || c->answer.status >= 300)
		return true;
	c->body = (struct buf)BUF_INIT(chunk.max);
	c->delivering = true;
	c->on_body(c->arg, chunk.data, chunk.len);
	c->delivering = false;
	buf_clear(&chunk);
	if (!c->cancelled)
		return true;
	call_free(c);
	return false;
}

static void answered(struct http_local *c)
{
	const struct http_reply reply = { .status = c->answer.status,
					  .headers = c->answer.headers,
					  .body = buf_str(&c->body),
					  .body_len = c->body.len,
					  .wall_ms = loop_real_ms() - c->began };
	const struct err none = ERR_INIT;

	end(c, &reply, &none);
}

static void read_some(struct http_local *c)
{
	char bytes[READ_BYTES];
	ssize_t n = read(c->fd, bytes, sizeof(bytes));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		failed(c,
		       n < 0 ? strerror(errno) : "the connection ended before the answer did");
		return;
	}
	http_answer_feed(&c->answer, bytes, (size_t)n, &c->body);
	if (!tell_body(c))
		return;
	if (c->answer.state == ANSWER_ERROR)
		failed(c, c->answer.why);
	else if (c->answer.state == ANSWER_DONE)
		answered(c);
}

/* A server that refuses a request may stop reading it; its answer says why. */
static void write_some(struct http_local *c)
{
	ssize_t n = send(c->fd, c->request.data, c->request.len, MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0)
		buf_reset(&c->request);
	else
		buf_drop(&c->request, (size_t)n);
	c->sent |= n > 0;
	if (c->request.len == 0)
		watch_set(c->watch, WATCH_READ);
}

static void on_socket(void *arg, unsigned int what)
{
	struct http_local *c = arg;

	if (what & WATCH_READ)
		read_some(c);
	else if (what & WATCH_WRITE)
		write_some(c);
}

/* A unix socket connects at once or not at all; EAGAIN: too many wait to be accepted. */
static void begin(void *arg)
{
	struct http_local *c = arg;
	struct err err = ERR_INIT;
	struct sockaddr_un a;

	if (unix_address(&a, c->socket, &err) < 0) {
		failed(c, err.msg);
		return;
	}
	if (c->fd < 0)
		c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
		if (errno == EAGAIN && loop_real_ms() - c->began < HTTP_CONNECT_MS)
			timer_set(c->connect, CONNECT_STEP);
		else
			failed(c, strerror(errno));
		return;
	}
	if (c->total_ms >= 0)
		timer_set(c->deadline, c->total_ms ? c->total_ms : HTTP_TOTAL_MS);
	c->watch = watch_new(c->loop, c->fd, WATCH_READ | WATCH_WRITE, on_socket, c);
}

static void write_request(struct buf *b, const struct http_local_request *r, const char *method)
{
	buf_addf(b, "%s %s HTTP/1.1\r\nHost: paceline\r\nConnection: close\r\n", method,
		 r->target);
	for (size_t i = 0; r->headers && r->headers[i]; i++)
		buf_addf(b, "%s\r\n", r->headers[i]);
	if (strcmp(method, "GET") != 0)
		buf_addf(b, "Content-Length: %zu\r\n", r->body_len);
	buf_adds(b, "\r\n");
	buf_add(b, r->body, r->body_len);
}

struct http_local *http_local_send(struct loop *l, const struct http_local_request *r,
				   http_call_cb *cb, void *arg)
{
	struct http_local *c = xcalloc(1, sizeof(*c));

	*c = (struct http_local){ .loop = l,
				  .socket = xstrdup(r->socket),
				  .method = xstrdup(r->method ? r->method : "GET"),
				  .request = BUF_INIT(BUF_TEXT_MAX),
				  .fd = -1,
				  .began = loop_real_ms(),
				  .total_ms = r->total_ms,
				  .body = BUF_INIT(r->body_max ? r->body_max : HTTP_BODY_MAX),
				  .on_body = r->on_body,
				  .cb = cb,
				  .arg = arg };
	http_answer_init(&c->answer);
	write_request(&c->request, r, c->method);
	c->connect = timer_new_real(l, begin, c);
	c->deadline = timer_new_real(l, on_deadline, c);
	timer_set(c->connect, 0); /* callbacks never run inside the call that asked for them */
	return c;
}
