/*
 * HTTP client on curl's multi interface, driven by base/loop. curl is called with sockets and deadlines only; finished
 * requests are handed over afterwards, outside curl. Certificates are verified always; redirects are not followed.
 * GET and HEAD share kept connections; each write has its own, so that curl never repeats one by itself.
 */
#ifndef BASE_HTTP_CLIENT_H
#define BASE_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/http.h"
#include "base/loop.h"

struct http_client;
struct http_call;

struct http_client_options {
	const char *ca_file;    /* NULL: the system's */
	const char *user_agent;
	const char *record_dir; /* one JSON file per exchange, secrets redacted (spec/azsim.md 4); NULL: none */
	unsigned int connections_max; /* per host; 0: 32 */
};

struct http_request {
	const char *method;         /* NULL: GET */
	const char *url;
	const char *const *headers; /* "Name: value", NULL-terminated; may be NULL */
	const void *body;           /* copied */
	size_t body_len;
	int64_t connect_ms;         /* real ms; 0: 10 s */
	int64_t total_ms;           /* real ms; 0: 60 s; -1: none (streams) */
	size_t body_max;            /* 0: 32 MiB, and no ceiling for what goes to on_body */
	void (*on_body)(void *arg, const char *data, size_t n); /* stream: bytes as they come (2xx only); or NULL */
};

struct http_client *http_client_new(struct loop *l, const struct http_client_options *o, struct err *err);
void http_client_free(struct http_client *c); /* calls under way are dropped, without callback */
/* A URL or header that cannot be sent at all is ERR_INVALID. Never NULL: a request that cannot start fails in its callback, in a later turn. */
struct http_call *http_client_send(struct http_client *c, const struct http_request *r, http_call_cb *cb, void *arg);
void http_call_cancel(struct http_call *call); /* no callback; allowed until the callback ran */
size_t http_client_active(const struct http_client *c);

#endif
