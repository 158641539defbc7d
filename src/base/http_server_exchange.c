#include <assert.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/http_server.h"
#include "base/mem.h"
#include "base/text.h"
#include "http_server_private.h"
#include "http_text.h"

#define HEAD_MAX  ((size_t)256 << 10) /* of an answer; ours to fill */
#define VALUE_MAX ((size_t)16 << 10)

const char *http_x_method(const struct http_exchange *x)
{
	return x->req.method;
}

const char *http_x_path(const struct http_exchange *x)
{
	return x->req.path;
}

const char *http_x_query(const struct http_exchange *x)
{
	return x->req.query;
}

const char *http_x_target(const struct http_exchange *x)
{
	return x->req.target;
}

const char *http_x_header(const struct http_exchange *x, const char *name)
{
	return http_headers_get(&x->req.headers, name);
}

const struct http_headers *http_x_headers(const struct http_exchange *x)
{
	return &x->req.headers;
}

const char *http_x_body(const struct http_exchange *x, size_t *len)
{
	if (len)
		*len = x->req.body.len;
	return buf_str(&x->req.body);
}

const struct http_peer *http_x_peer(const struct http_exchange *x)
{
	return &x->conn->peer;
}

void http_x_set_arg(struct http_exchange *x, void *arg, void (*on_close)(void *arg))
{
	x->arg = arg;
	x->on_close = on_close;
}

/* The connection may go with it, unless the caller holds that. */
void http_x_free(struct http_exchange *x)
{
	x->conn->x = NULL;
	http_parse_clear(&x->req);
	http_headers_clear(&x->headers);
	free(x);
}

void http_x_leave(struct http_exchange *x)
{
	if (!x->on_close || x->left)
		return; /* stays until the handler ends it */
	x->left = true;
	x->on_close(x->arg);
	http_x_free(x);
}

static bool is_head(const struct http_exchange *x)
{
	return strcmp(x->req.method, "HEAD") == 0;
}

static struct evbuffer *output(struct http_conn *c)
{
	return bufferevent_get_output(c->bev);
}

/* Headers. */

static bool is_clean_value(const char *value)
{
	for (const unsigned char *p = (const unsigned char *)value; *p; p++)
		if (*p < 0x20 || *p == 0x7f)
			return false;
	return true;
}

int http_x_set_header(struct http_exchange *x, const char *name, const char *value)
{
	if (!http_is_token(name, strlen(name)) || !is_clean_value(value) ||
	    strlen(value) > VALUE_MAX || text_casecmp(name, "Content-Length") == 0 ||
	    text_casecmp(name, "Transfer-Encoding") == 0)
		return -1;
	if (text_casecmp(name, "Connection") == 0) {
		if (text_casecmp(value, "close") != 0)
			return -1;
		x->req.close = true;
		return 0;
	}
	for (size_t i = 0; i < x->headers.n; i++) {
		struct http_header *h = &x->headers.v[i];

		if (text_casecmp(h->name, name) != 0)
			continue;
		free(h->value);
		h->value = xstrdup(value);
		return 0;
	}
	return http_headers_add(&x->headers, name, value);
}

static void add_header(struct buf *b, const struct http_headers *own, const char *name,
		       const char *value)
{
	if (!http_headers_get(own, name))
		buf_addf(b, "%s: %s\r\n", name, value);
}

/* All but what tells the length of the body. */
static void add_head(struct buf *b, const struct http_conn *c, const struct http_headers *own,
		     int status, const char *type)
{
	char date[CLOCK_TEXT];

	buf_addf(b, "HTTP/1.1 %d %s\r\n", status, http_status_text(status));
	add_header(b, own, "Date", clock_http(date, clock_utc_ms()));
	if (type)
		add_header(b, own, "Content-Type", type);
	add_header(b, own, "X-Content-Type-Options", "nosniff");
	add_header(b, own, "Cache-Control", "no-store");
	for (size_t i = 0; i < own->n; i++)
		buf_addf(b, "%s: %s\r\n", own->v[i].name, own->v[i].value);
	buf_addf(b, "Connection: %s\r\n", c->closing ? "close" : "keep-alive");
}

static bool has_no_body(int status)
{
	return status == 204 || status == 304;
}

static const char *type_or_json(const char *type)
{
	return type ? type : "application/json; charset=utf-8";
}

void http_write_answer(struct http_conn *c, const struct http_headers *extra, int status,
		       const char *type, const void *body, size_t len, bool head_only)
{
	struct buf head = BUF_INIT(HEAD_MAX);
	bool bare = has_no_body(status);

	assert(status >= 200 && status <= 599);
	add_head(&head, c, extra, status,
		 bare || (!type && len == 0) ? NULL : type_or_json(type));
	if (!bare)
		buf_addf(&head, "Content-Length: %zu\r\n", len);
	buf_adds(&head, "\r\n");
	assert(!head.full);
	evbuffer_add(output(c), head.data, head.len);
	if (!bare && !head_only && len > 0)
		evbuffer_add(output(c), body, len);
	buf_clear(&head);
}

/* Whether this was the last exchange of its connection. */
static bool ends_connection(const struct http_exchange *x)
{
	const struct http_conn *c = x->conn;

	return c->closing || x->req.close || c->server->stopping;
}

void http_x_answer(struct http_exchange *x, int status, const char *type, const void *body,
		   size_t len)
{
	struct http_conn *c = x->conn;

	if (x->left)
		return;
	assert(!x->streaming);
	http_conn_hold(c);
	if (c->bev) {
		c->closing = ends_connection(x);
		http_write_answer(c, &x->headers, status, type, body, len, is_head(x));
	}
	http_x_free(x);
	if (c->bev)
		http_conn_flush(c);
	http_conn_release(c);
}

void http_x_drop(struct http_exchange *x)
{
	struct http_conn *c = x->conn;
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	if (x->left)
		return;
	http_conn_hold(c);
	http_x_free(x);
	if (c->bev && !c->peer.local) {
		/* Closed with this, TCP sends a reset: the client cannot take it for an end. */
		c->cut = setsockopt(bufferevent_getfd(c->bev), SOL_SOCKET, SO_LINGER, &now,
				    sizeof(now)) == 0;
	}
	http_conn_close(c);
	http_conn_release(c);
}

/* Streams. */

void http_x_stream_begin(struct http_exchange *x, int status, const char *type)
{
	struct http_conn *c = x->conn;
	struct buf head = BUF_INIT(HEAD_MAX);

	assert(!x->streaming && !has_no_body(status));
	x->streaming = true;
	if (x->left || !c->bev)
		return;
	c->closing = ends_connection(x);
	add_head(&head, c, &x->headers, status, type_or_json(type));
	buf_adds(&head, "Transfer-Encoding: chunked\r\n\r\n");
	assert(!head.full);
	evbuffer_add(output(c), head.data, head.len);
	buf_clear(&head);
}

int http_x_stream_write(struct http_exchange *x, const void *data, size_t len)
{
	struct http_conn *c = x->conn;

	assert(x->streaming);
	if (x->left || !c->bev || c->cut)
		return -1;
	if (len == 0 || is_head(x))
		return 0; /* an empty chunk would end the stream */

	size_t max = c->server->o.backlog_max;

	if (len > max || http_x_stream_backlog(x) > max - len) {
		http_conn_cut_soon(c);
		return -1;
	}
	evbuffer_add_printf(output(c), "%zx\r\n", len);
	evbuffer_add(output(c), data, len);
	evbuffer_add(output(c), "\r\n", 2);
	return 0;
}

size_t http_x_stream_backlog(const struct http_exchange *x)
{
	return x->conn->bev ? evbuffer_get_length(output(x->conn)) : 0;
}

static void add_last_chunk(struct http_exchange *x)
{
	if (!is_head(x))
		evbuffer_add(output(x->conn), "0\r\n\r\n", 5);
}

void http_x_stream_end(struct http_exchange *x)
{
	struct http_conn *c = x->conn;

	if (x->left)
		return;
	assert(x->streaming);
	http_conn_hold(c);
	if (c->bev && !c->cut)
		add_last_chunk(x);
	http_x_free(x);
	if (c->bev && c->cut)
		http_conn_close(c);
	else if (c->bev)
		http_conn_flush(c);
	http_conn_release(c);
}

bool http_x_end_stream_early(struct http_exchange *x)
{
	if (!x->streaming || x->left || !x->on_close || x->conn->cut)
		return false;
	add_last_chunk(x);
	http_x_leave(x);
	return true;
}
