/* What HTTP clients and server share: headers as they came, answers, and the words for statuses. */
#ifndef BASE_HTTP_H
#define BASE_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct http_header {
	char *name, *value;
};

struct http_headers {
	struct http_header *v;
	size_t n, cap;
};

#define HTTP_HEADERS_MAX 64

/* R11.6: what a call may take at most, unless it says less; real milliseconds. */
#define HTTP_CONNECT_MS 10000
#define HTTP_TOTAL_MS   60000
#define HTTP_LIST_MS    120000 /* a page of a list */
#define HTTP_BODY_MAX   ((size_t)32 << 20) /* decompressed */

int http_headers_add(struct http_headers *h, const char *name, const char *value); /* -1 above HTTP_HEADERS_MAX */
const char *http_headers_get(const struct http_headers *h, const char *name);      /* first; NULL when absent */
const char *http_headers_nth(const struct http_headers *h, const char *name, size_t nth);
void http_headers_clear(struct http_headers *h);

struct http_reply {
	int status;
	struct http_headers headers;
	const char *body; /* NUL-terminated */
	size_t body_len;
	int64_t wall_ms;
};

/*
 * reply is NULL when there was none; then err->code is ERR_IO when nothing was sent (safe to repeat) and
 * ERR_UNKNOWN when the request may have been carried out (reset, time-out, truncated or oversized answer).
 */
typedef void http_call_cb(void *arg, const struct http_reply *reply, const struct err *err);

const char *http_status_text(int status);

#endif
