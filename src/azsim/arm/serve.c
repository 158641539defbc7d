#include "azsim/arm/serve.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct front { /* one way in */
	struct arm_serve *serve;
	struct http_server *server;
	bool tls, local;
	char base[64];
};

struct waiting { /* an answer on its way out */
	struct arm_serve *serve;
	struct http_exchange *x; /* NULL: the client left */
	struct arm_reply reply;
	struct timer *timer;
	struct waiting *next, *prev;
	bool ready;
};

struct arm_serve {
	struct loop *loop;
	struct arm *arm;
	struct front fronts[3];
	uint16_t port, plain_port;
	struct turn_end *end;
	struct waiting *first;
};

static void forget(struct waiting *w)
{
	*(w->prev ? &w->prev->next : &w->serve->first) = w->next;
	if (w->next)
		w->next->prev = w->prev;
	timer_free(w->timer);
	arm_reply_clear(&w->reply);
	w->serve->arm->n.now--;
	free(w);
}

static void on_left(void *arg)
{
	struct waiting *w = arg;

	w->x = NULL;
}

/* A cut answer: half of the body under the length of the whole. */
static void send_half(struct waiting *w)
{
	http_x_stream_begin(w->x, w->reply.status, "application/json");
	http_x_stream_write(w->x, buf_str(&w->reply.body), w->reply.body.len / 2);
	http_x_stream_end(w->x);
}

static void send_now(struct waiting *w)
{
	struct http_exchange *x = w->x;

	w->x = NULL;
	if (!x)
		return;
	http_x_set_arg(x, NULL, NULL);
	for (size_t i = 0; i < w->reply.headers.n; i++)
		http_x_set_header(x, w->reply.headers.v[i].name, w->reply.headers.v[i].value);
	if (w->reply.drop) {
		http_x_drop(x);
	} else if (w->reply.truncate) {
		w->x = x;
		send_half(w);
		w->x = NULL;
	} else {
		http_x_answer(x, w->reply.status, w->reply.type, buf_str(&w->reply.body),
			      w->reply.body.len);
	}
}

static void on_delay_over(void *arg)
{
	struct waiting *w = arg;

	w->ready = true;
	turn_end_ask(w->serve->end);
}

/* The world's own end of turn was made first, so it is on disk when this runs. */
static void on_turn_end(void *arg)
{
	struct arm_serve *s = arg;

	for (struct waiting *w = s->first, *next; w; w = next) {
		next = w->next;
		if (!w->ready)
			continue;
		send_now(w);
		forget(w);
	}
}

static bool plain_host(const char *host)
{
	size_t n = strlen(host);

	return n > 0 && n < 100 &&
	       strspn(host,
		      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:-[]") ==
		   n;
}

static void handle(struct front *f, struct http_exchange *x, struct waiting *w)
{
	const char *host = http_x_header(x, "Host");
	struct arm_request req = {
		.method = http_x_method(x),
		.path = http_x_path(x),
		.query = http_x_query(x),
		.headers = http_x_headers(x),
		.tls = f->tls,
		.local = f->local,
		.base = f->base,
	};
	char base[128];

	if (host && plain_host(host) && !f->local) {
		snprintf(base, sizeof(base), "%s://%s", f->tls ? "https" : "http", host);
		req.base = base;
	}
	req.body = http_x_body(x, &req.body_len);
	arm_handle(f->serve->arm, &req, &w->reply);
}

static void on_request(void *arg, struct http_exchange *x)
{
	struct front *f = arg;
	struct arm_serve *s = f->serve;
	struct waiting *w = xcalloc(1, sizeof(*w));

	w->serve = s;
	w->x = x;
	w->next = s->first;
	if (w->next)
		w->next->prev = w;
	s->first = w;
	if (++s->arm->n.now > s->arm->n.most)
		s->arm->n.most = s->arm->n.now;
	http_x_set_arg(x, w, on_left);
	handle(f, x, w);
	if (w->reply.delay_ms > 0) {
		w->timer = timer_new(s->loop, on_delay_over, w);
		timer_set(w->timer, w->reply.delay_ms);
		return;
	}
	on_delay_over(w);
}

static int open_front(struct arm_serve *s, struct front *f, uint16_t *port,
		      const struct arm_serve_options *o, struct err *err)
{
	/* one engine, many streams: the caps are there against mistakes only */
	struct http_server_options opt = {
		.limits = { .head_max = 64 << 10, .target_max = 16 << 10, .body_max = 8 << 20 },
		.clients_max = 512,
		.clients_per_peer = 512,
		.idle_ms = 120000,
	};

	f->serve = s;
	f->server = http_server_new(s->loop, &opt, on_request, f);
	if (!port)
		return http_server_listen_unix(f->server, o->control_socket, 0600, err);
	if (http_server_listen_tcp(f->server, "127.0.0.1", port, f->tls ? o->tls : NULL, err) !=
	    0)
		return -1;
	snprintf(f->base, sizeof(f->base), "%s://127.0.0.1:%u", f->tls ? "https" : "http",
		 *port);
	return 0;
}

struct arm_serve *arm_serve_new(struct loop *l, struct arm *a,
				const struct arm_serve_options *o, struct err *err)
{
	struct arm_serve *s = xcalloc(1, sizeof(*s));

	s->loop = l;
	s->arm = a;
	s->port = o->port;
	s->plain_port = o->plain_port;
	s->end = turn_end_new(l, on_turn_end, s);
	s->fronts[0].tls = true;
	s->fronts[2].local = true;
	if ((o->tls && open_front(s, &s->fronts[0], &s->port, o, err) != 0) ||
	    open_front(s, &s->fronts[1], &s->plain_port, o, err) != 0 ||
	    (o->control_socket && open_front(s, &s->fronts[2], NULL, o, err) != 0)) {
		arm_serve_free(s);
		return NULL;
	}
	free(a->arm_url);
	a->arm_url = xstrdup(o->tls ? s->fronts[0].base : s->fronts[1].base);
	free(a->plain_url);
	a->plain_url = xstrdup(s->fronts[1].base);
	return s;
}

void arm_serve_free(struct arm_serve *s)
{
	if (!s)
		return;
	for (int i = 0; i < 3; i++)
		if (s->fronts[i].server)
			http_server_free(s->fronts[i].server);
	for (struct waiting *w = s->first, *next; w; w = next) {
		next = w->next;
		forget(w);
	}
	turn_end_free(s->end);
	free(s);
}

uint16_t arm_serve_port(const struct arm_serve *s)
{
	return s->port;
}

uint16_t arm_serve_plain_port(const struct arm_serve *s)
{
	return s->plain_port;
}
