/*
 * The strict HTTP/1.1 reader of S5.3, over bytes only: no I/O, no clock, fuzzed. Feeding byte by byte gives the
 * same verdict as feeding all at once.
 */
#ifndef BASE_HTTP_PARSE_H
#define BASE_HTTP_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/http.h"

struct http_limits {
	size_t head_max;   /* 0: 16 KiB; chunked trailers get as much again */
	size_t target_max; /* 0: 4 KiB */
	size_t body_max;   /* 0: 1 MiB */
};

enum http_parse_state {
	HTTP_PARSE_HEAD,  /* wants more */
	HTTP_PARSE_BODY,  /* head complete (readable), body not */
	HTTP_PARSE_DONE,  /* one whole request; bytes after it stay with the caller */
	HTTP_PARSE_ERROR, /* answer `status` and close */
};

struct http_parse {
	enum http_parse_state state;
	int status;        /* on error: 400, 405, 411, 413, 414, 417, 431, 501, 505 */
	const char *why;   /* on error: for the log, a literal */
	char method[8];
	char *target;      /* as sent: "/v1/nodes?x=1" */
	char *path;        /* percent-decoded once; never has "..", NUL or an encoded slash */
	char *query;       /* raw text after '?', or "" */
	bool close;        /* the client asked to close after the answer */
	struct http_headers headers;
	struct buf body;
	/* private */
	struct buf line;  /* of head, chunk size or trailer: what has come of it */
	size_t head_seen; /* bytes of head, then of trailers */
	size_t n_trailers;
	size_t want;      /* bytes of body or chunk still to come */
	unsigned int seen;
	int phase;
	bool cr;
	struct http_limits limits;
};

void http_parse_init(struct http_parse *p, const struct http_limits *limits); /* limits NULL: all defaults */
/* Takes what belongs to this request and returns how many bytes that was. */
size_t http_parse_feed(struct http_parse *p, const char *data, size_t len);
void http_parse_clear(struct http_parse *p); /* ready for the next request */

/*
 * Value of the first `name` in a query, percent-decoded ('+' stays '+'), in place of what out held; 0, or -1 (out empty) when
 * absent, badly encoded, with an encoded NUL, or above out's ceiling. Names compare decoded.
 */
int http_query_get(struct buf *out, const char *query, const char *name);
/* application/x-www-form-urlencoded: as above, and '+' is a space. */
int http_form_get(struct buf *out, const char *form, const char *name);
void http_escape(struct buf *out, const char *text); /* percent-encodes all but unreserved characters */

#endif
