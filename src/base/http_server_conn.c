#include "http_server_private.h"

#include <assert.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/loop_private.h"
#include "base/mem.h"
#include "base/tls.h"
#include "tls_conn.h"

/* Of what a client sends while it waits for an answer. libevent's own high watermark is no
 * help: it runs the read callback again and again, without end, while that leaves the bytes
 * alone (2.1.12). */
#define READ_AHEAD_MAX ((size_t)16 << 10)
#define LINGER_MS      1000
#define FLUSH_FREE     ((size_t)1 << 20) /* an answer up to this has body_ms to leave, */
#define FLUSH_RATE     32		 /* a larger one a millisecond more per so many bytes */

void http_conn_hold(struct http_conn *c)
{
	assert(c->holds >= 0);
	c->holds++;
}

void http_conn_release(struct http_conn *c)
{
	assert(c->holds > 0);
	c->holds--;
	if (c->holds > 0 || c->bev || c->x)
		return;
	http_parse_clear(&c->req);
	http_peer_clear(&c->peer);
	free(c);
}

static void say_bye(struct http_conn *c)
{
	if (c->tls && c->phase != CONN_HANDSHAKE && !c->cut)
		tls_conn_bye(bufferevent_openssl_get_ssl(c->bev));
}

void http_conn_close(struct http_conn *c)
{
	if (!c->bev)
		return;
	http_conn_hold(c);
	TAILQ_REMOVE(&c->server->conns, c, link);
	c->server->n_conns--;
	c->server = NULL;
	say_bye(c);
	/* libevent closes the descriptor a turn later; the peer is told now. */
	if (!c->cut)
		shutdown(bufferevent_getfd(c->bev), SHUT_RDWR);
	bufferevent_free(c->bev);
	c->bev = NULL;
	timer_free(c->deadline);
	timer_free(c->age);
	if (c->x)
		http_x_leave(c->x);
	http_conn_release(c);
}

void http_conn_cut_soon(struct http_conn *c)
{
	c->cut = true;
	timer_set(c->deadline, 0);
}

/* The answer has left. A close with unread bytes would make the kernel throw it away at the
 * other side. */
static void linger(struct http_conn *c)
{
	if (c->eof) {
		http_conn_close(c);
		return;
	}
	c->phase = CONN_LINGER;
	bufferevent_enable(c->bev, EV_READ);
	say_bye(c);
	shutdown(bufferevent_getfd(c->bev), SHUT_WR);
	timer_set(c->deadline, LINGER_MS);
}

static size_t output_len(const struct http_conn *c)
{
	return evbuffer_get_length(bufferevent_get_output(c->bev));
}

void http_conn_flush(struct http_conn *c)
{
	size_t len = output_len(c);
	size_t large = len > FLUSH_FREE ? len - FLUSH_FREE : 0;

	c->phase = CONN_FLUSHING;
	timer_set(c->deadline, c->server->o.body_ms + (int64_t)(large / FLUSH_RATE));
	if (len == 0)
		timer_set(c->deadline,
			  0); /* nothing to write: nobody else would say that it left */
}

static const char *code_word(int status)
{
	switch (status) {
	case 403:
		return "origin_refused";
	case 405:
		return "method_not_allowed";
	case 408:
		return "too_slow";
	case 411:
		return "length_required";
	case 413:
	case 414:
	case 431:
		return "too_large";
	case 417:
	case 501:
	case 505:
		return "not_supported";
	default:
		return "bad_request";
	}
}

/* `why` is a literal of ours without quotes: nothing that the client sent is sent back. */
static void refuse(struct http_conn *c, const struct http_parse *req, int status,
		   const char *why)
{
	struct http_headers extra = { 0 };
	struct buf body = BUF_INIT(512);

	log_debug("http: %s: answered %d: %s", c->peer.local ? "local" : c->peer.address,
		  status, why);
	if (status == 405)
		http_headers_add(&extra, "Allow", "GET, HEAD, POST, PUT, PATCH, DELETE");
	buf_addf(&body, "{\"error\":{\"code\":\"%s\",\"message\":\"%s\"}}\n", code_word(status),
		 why);
	c->closing = true;
	http_write_answer(c, &extra, status, NULL, buf_str(&body), body.len,
			  strcmp(req->method, "HEAD") == 0);
	buf_clear(&body);
	http_headers_clear(&extra);
	http_conn_flush(c);
}

static void hand_over(struct http_conn *c)
{
	struct http_server *s = c->server;

	timer_stop(c->deadline);
	if (s->o.refuse_origin && http_headers_get(&c->req.headers, "Origin")) {
		refuse(
		    c, &c->req, 403,
		    "requests with an Origin header are refused; use a client, not a web page");
		return;
	}

	struct http_exchange *x = xcalloc(1, sizeof(*x));

	x->conn = c;
	x->req = c->req;
	http_parse_init(&c->req, &s->o.limits);
	c->x = x;
	c->phase = CONN_WORKING;
	s->cb(s->arg, x);
}

/* The deadlines of head and body begin once, however often bytes come. */
static void note_progress(struct http_conn *c)
{
	if (c->req.state == HTTP_PARSE_BODY && c->phase != CONN_BODY) {
		c->phase = CONN_BODY;
		timer_set(c->deadline, c->server->o.body_ms);
	} else if (c->req.state == HTTP_PARSE_HEAD && c->phase == CONN_IDLE) {
		c->phase = CONN_HEAD;
		timer_set(c->deadline, c->server->o.head_ms);
	}
}

static bool reads_requests(const struct http_conn *c)
{
	return c->bev &&
	       (c->phase == CONN_IDLE || c->phase == CONN_HEAD || c->phase == CONN_BODY);
}

static bool take_some(struct http_conn *c)
{
	struct evbuffer *in = bufferevent_get_input(c->bev);
	size_t len = evbuffer_get_contiguous_space(in);

	if (len == 0)
		return false;

	const char *data = (const char *)evbuffer_pullup(in, (ev_ssize_t)len);
	size_t taken = http_parse_feed(&c->req, data, len);

	evbuffer_drain(in, taken);
	if (c->req.state == HTTP_PARSE_ERROR)
		refuse(c, &c->req, c->req.status, c->req.why);
	else if (c->req.state == HTTP_PARSE_DONE)
		hand_over(c);
	else
		note_progress(c);
	return true;
}

/* The caller holds c. */
static void run(struct http_conn *c)
{
	if (c->running)
		return;
	c->running = true;
	while (reads_requests(c) && take_some(c))
		;
	c->running = false;
	if (c->bev && c->eof && c->phase != CONN_FLUSHING)
		http_conn_close(c); /* no more requests, and nobody to answer later */
}

static void flushed(struct http_conn *c)
{
	if (c->closing) {
		linger(c);
		return;
	}
	c->phase = CONN_IDLE;
	timer_set(c->deadline, c->server->o.idle_ms);
	if (!c->eof)
		bufferevent_enable(c->bev, EV_READ);
	run(c);
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct http_conn *c = arg;
	struct evbuffer *in = bufferevent_get_input(bev);

	loop_enter(c->server->loop);
	http_conn_hold(c);
	if (c->phase == CONN_LINGER)
		evbuffer_drain(in, evbuffer_get_length(in));
	else
		run(c);
	if (c->bev && evbuffer_get_length(in) >= READ_AHEAD_MAX)
		bufferevent_disable(bev, EV_READ); /* until the answer has left */
	http_conn_release(c);
}

static void on_written(struct bufferevent *bev, void *arg)
{
	struct http_conn *c = arg;

	(void)bev;
	loop_enter(c->server->loop);
	http_conn_hold(c);
	if (c->phase == CONN_FLUSHING && output_len(c) == 0)
		flushed(c);
	http_conn_release(c);
}

static void log_tls_errors(struct http_conn *c)
{
	unsigned long code;

	while ((code = bufferevent_get_openssl_error(c->bev)) != 0)
		log_debug("http: %s: TLS: %s", c->peer.address, tls_conn_reason(code));
	tls_conn_forget_errors();
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct http_conn *c = arg;

	(void)bev;
	loop_enter(c->server->loop);
	http_conn_hold(c);
	if (what & BEV_EVENT_CONNECTED) {
		c->phase = CONN_HEAD;
		timer_set(c->deadline, c->server->o.head_ms);
	} else if ((what & BEV_EVENT_EOF) && (what & BEV_EVENT_READING)) {
		/* A client may close its sending side and wait for what it asked so far. */
		c->eof = true;
		run(c);
	} else {
		if (c->tls)
			log_tls_errors(c);
		http_conn_close(c);
	}
	http_conn_release(c);
}

static void on_deadline(void *arg)
{
	struct http_conn *c = arg;
	bool began = c->req.head_seen > 0 || c->req.line.len > 0;

	http_conn_hold(c);
	if (c->phase == CONN_BODY)
		refuse(c, &c->req, 408, "the body took too long");
	else if (c->phase == CONN_HEAD && began)
		refuse(c, &c->req, 408, "the head took too long");
	else if (c->phase == CONN_FLUSHING && output_len(c) == 0)
		flushed(c);
	else
		http_conn_close(c);
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): held, so it is still there */
	http_conn_release(c);
}

/* A stream ends as if complete, so that its client comes back; all else is simply over. */
static void on_age(void *arg)
{
	struct http_conn *c = arg;

	http_conn_hold(c);
	c->closing = true;
	if (c->x && http_x_end_stream_early(c->x)) {
		if (c->bev) /* on_close may have freed the server */
			http_conn_flush(c);
	} else {
		http_conn_close(c);
	}
	http_conn_release(c);
}

static struct bufferevent *new_bev(struct http_server *s, int fd, struct tls_server *tls)
{
	struct event_base *base = loop_base(s->loop);

	if (!tls)
		return bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);

	void *ssl = tls_server_ssl(tls);
	struct bufferevent *bev =
	    ssl ? bufferevent_openssl_socket_new(base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING,
						 BEV_OPT_CLOSE_ON_FREE)
		: NULL;

	if (!bev)
		tls_conn_free(ssl);
	return bev;
}

void http_conn_open(struct http_server *s, int fd, struct http_peer *peer,
		    struct tls_server *tls)
{
	struct bufferevent *bev = new_bev(s, fd, tls);

	if (!bev) {
		log_warn("http: no memory for a connection; closed");
		http_peer_clear(peer);
		close(fd);
		return;
	}

	struct http_conn *c = xcalloc(1, sizeof(*c));

	c->server = s;
	c->bev = bev;
	c->peer = *peer;
	c->tls = tls != NULL;
	c->phase = tls ? CONN_HANDSHAKE : CONN_HEAD;
	http_parse_init(&c->req, &s->o.limits);
	c->deadline = timer_new_real(s->loop, on_deadline, c);
	c->age = timer_new_real(s->loop, on_age, c);
	timer_set(c->deadline, tls ? s->o.handshake_ms : s->o.head_ms);
	timer_set(c->age, s->o.age_ms);
	TAILQ_INSERT_TAIL(&s->conns, c, link);
	s->n_conns++;
	bufferevent_setcb(bev, on_read, on_written, on_event, c);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
}
