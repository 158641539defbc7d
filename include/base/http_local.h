/*
 * HTTP/1.1 to a server on a unix socket, for the console, the commands and whoever asks azsim how it is: without curl and
 * TLS, which take longer to load than an answer takes to come. Each call has a connection of its own, so nothing is repeated
 * by itself.
 */
#ifndef BASE_HTTP_LOCAL_H
#define BASE_HTTP_LOCAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/http.h"
#include "base/loop.h"

struct http_local;

struct http_local_request { /* all borrowed until http_local_send() returns */
	const char *socket;         /* its path */
	const char *method;         /* NULL: GET */
	const char *target;         /* "/v1/nodes?x=1", encoded */
	const char *const *headers; /* "Name: value", NULL-terminated; may be NULL */
	const void *body;
	size_t body_len;
	int64_t total_ms;           /* real ms; 0: 60 s; -1: none (streams) */
	size_t body_max;            /* 0: 32 MiB, and no ceiling for what goes to on_body */
	void (*on_body)(void *arg, const char *data, size_t n); /* stream: bytes as they come (2xx only); or NULL */
};

/* The callback says what that of http_client_send() says, in a later turn of the loop. */
struct http_local *http_local_send(struct loop *l, const struct http_local_request *r, http_call_cb *cb, void *arg);
void http_local_cancel(struct http_local *call); /* no callback; allowed until the callback ran */

#endif
