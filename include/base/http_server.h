/*
 * HTTP/1.1 server on libevent's bufferevents, for the unix socket and for TLS (S5): deadlines that are absolute,
 * caps per peer, listener switched off at the cap, one request at a time per connection. A handler answers at once or
 * later; an exchange lives until it was answered or its on_close ran.
 */
#ifndef BASE_HTTP_SERVER_H
#define BASE_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/http.h"
#include "base/http_parse.h"
#include "base/loop.h"
#include "base/tls.h"

struct http_peer {
	bool local;         /* unix socket: uid, gid and groups are the kernel's word at connect time (S2.3) */
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	size_t n_groups;
	pid_t pid;          /* information, never authority */
	char address[64];   /* "127.0.0.1:54321", or "" for a local peer */
};

struct http_server_options { /* 0 in a field: the default of reliability.md 13 */
	struct http_limits limits;
	unsigned int clients_max;      /* 64 */
	unsigned int clients_per_peer; /* 8 per uid or 16 per address */
	int64_t handshake_ms;          /* 10 s of TLS; these five are real time, however fast base/clock runs */
	int64_t head_ms;               /* 5 s from the first byte wanted */
	int64_t body_ms;               /* 30 s; the client's time to take an answer, too (more for one above 1 MiB) */
	int64_t idle_ms;               /* 60 s of keep-alive */
	int64_t age_ms;                /* 1 h; a stream ends then and the client reconnects */
	size_t backlog_max;            /* unsent bytes of a stream: 1 MiB, then it is cut */
	bool refuse_origin;            /* S5.6: requests that carry Origin are refused */
};

struct http_server;
struct http_exchange;

/*
 * Every exchange is to be ended: answered, dropped, or its stream ended. When the client leaves first, on_close runs and x is
 * gone when that returns; with no on_close set, x stays valid and is still to be ended, to no effect.
 */
typedef void http_handler(void *arg, struct http_exchange *x);

struct http_server *http_server_new(struct loop *l, const struct http_server_options *o, http_handler *cb, void *arg);
int http_server_listen_unix(struct http_server *s, const char *path, mode_t mode, struct err *err); /* caller holds the lock: a stale socket is unlinked (S2.2) */
int http_server_listen_tcp(struct http_server *s, const char *address, uint16_t *port, struct tls_server *tls,
			   struct err *err); /* *port 0: any, and set; tls NULL: plain */
void http_server_stop_accepting(struct http_server *s); /* open connections end after their answer */
size_t http_server_clients(const struct http_server *s);
void http_server_free(struct http_server *s); /* closes all; on_close callbacks run */

const char *http_x_method(const struct http_exchange *x);
const char *http_x_path(const struct http_exchange *x);
const char *http_x_query(const struct http_exchange *x);
const char *http_x_target(const struct http_exchange *x);
const char *http_x_header(const struct http_exchange *x, const char *name);
const struct http_headers *http_x_headers(const struct http_exchange *x);
const char *http_x_body(const struct http_exchange *x, size_t *len);
const struct http_peer *http_x_peer(const struct http_exchange *x);
void http_x_set_arg(struct http_exchange *x, void *arg, void (*on_close)(void *arg)); /* on_close: the client left before the answer ended */

/*
 * Set before the answer; a second value replaces the first; control bytes in a value are refused (-1). Content-Length, Date (of
 * base/clock), nosniff, no-store and Connection come by themselves; the first and Transfer-Encoding cannot be set, and
 * Connection only to "close".
 */
int http_x_set_header(struct http_exchange *x, const char *name, const char *value);
/* The whole answer. type NULL: application/json; charset=utf-8. x is gone afterwards. */
void http_x_answer(struct http_exchange *x, int status, const char *type, const void *body, size_t len);
void http_x_drop(struct http_exchange *x); /* closes without an answer (azsim's faults) */

void http_x_stream_begin(struct http_exchange *x, int status, const char *type);     /* chunked */
/* -1: backlog above the cap (or the client left); nothing was queued, and the connection is cut in the next turn. */
int http_x_stream_write(struct http_exchange *x, const void *data, size_t len);
size_t http_x_stream_backlog(const struct http_exchange *x);
void http_x_stream_end(struct http_exchange *x); /* x is gone afterwards */

#endif
