/*
 * Inside of the HTTP server. http_server.c accepts, http_server_conn.c reads requests and keeps
 * the deadlines, http_server_exchange.c answers. A connection lives until it is closed, its
 * exchange has ended, and nobody holds it: callbacks into the handler may do anything, even
 * free the server.
 */
#ifndef SRC_BASE_HTTP_SERVER_PRIVATE_H
#define SRC_BASE_HTTP_SERVER_PRIVATE_H

#include <stdbool.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "base/http_server.h"
#include "base/loop.h"

struct bufferevent;

enum conn_phase {
	CONN_HANDSHAKE,
	CONN_IDLE, /* kept alive: no byte of a next request yet */
	CONN_HEAD,
	CONN_BODY,
	CONN_WORKING,  /* the handler has the exchange */
	CONN_FLUSHING, /* the answer is on its way; the next request waits */
	CONN_LINGER,   /* nothing more is sent; the client gets the time to read */
};

struct http_conn {
	struct http_server *server; /* NULL once closed */
	struct bufferevent *bev;    /* NULL once closed */
	struct http_peer peer;
	struct http_parse req;
	struct http_exchange *x; /* at most one */
	struct timer *deadline;	 /* of the phase */
	struct timer *age;
	enum conn_phase phase;
	int holds;
	bool running; /* reads requests just now */
	bool tls;
	bool eof;
	bool closing; /* after the answer under way */
	bool cut;     /* ends without farewell: dropped, or a stream above its backlog */
	TAILQ_ENTRY(http_conn) link;
};

struct http_exchange {
	struct http_conn *conn; /* lives longer */
	struct http_parse req;
	struct http_headers headers;
	void *arg;
	void (*on_close)(void *arg);
	bool streaming;
	bool left; /* on_close runs: too late for anything */
};

struct http_listener {
	struct http_server *server;
	struct watch *watch;
	struct tls_server *tls; /* borrowed */
	int fd;
	char *path; /* of a unix socket; else NULL */
	dev_t dev;
	ino_t ino;
};

struct http_server {
	struct loop *loop;
	struct http_server_options o; /* defaults filled in */
	http_handler *cb;
	void *arg;
	struct timer *pause; /* runs while the listeners sleep */
	bool stopping;
	size_t n_conns;
	struct http_listener **listeners;
	size_t n_listeners, cap_listeners;
	TAILQ_HEAD(http_conns, http_conn) conns;
};

/* Takes fd and what peer holds. */
void http_conn_open(struct http_server *s, int fd, struct http_peer *peer,
		    struct tls_server *tls);
void http_conn_close(struct http_conn *c); /* on_close of its exchange runs */
void http_conn_hold(struct http_conn *c);
void http_conn_release(struct http_conn *c);
void http_conn_flush(
    struct http_conn *c); /* the exchange has ended, its answer is in the output */
void http_conn_cut_soon(struct http_conn *c);

void http_x_free(struct http_exchange *x);
void http_x_leave(struct http_exchange *x); /* the client left: on_close, if there is one */
bool http_x_end_stream_early(struct http_exchange *x);
void http_write_answer(struct http_conn *c, const struct http_headers *extra, int status,
		       const char *type, const void *body, size_t len, bool head_only);

int http_peer_read(struct http_peer *p, int fd, const struct sockaddr_storage *from);
bool http_peer_same(const struct http_peer *a, const struct http_peer *b); /* share one cap */
void http_peer_clear(struct http_peer *p);

#endif
