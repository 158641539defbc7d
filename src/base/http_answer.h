/*
 * The strict reader of an HTTP/1.1 answer, over bytes only, for base/http_local.c: feeding byte
 * by byte gives the same as feeding all at once. An answer tells its length or comes in chunks.
 */
#ifndef SRC_BASE_HTTP_ANSWER_H
#define SRC_BASE_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/http.h"

enum http_answer_state { ANSWER_HEAD, ANSWER_BODY, ANSWER_DONE, ANSWER_ERROR };

struct http_answer {
	enum http_answer_state state;
	int status;
	struct http_headers headers;
	const char *why; /* on error, a literal */
	/* private */
	int phase;
	struct buf line;
	size_t head_seen, want;
	bool cr, chunked, sized;
};

void http_answer_init(struct http_answer *a);
/* The body's bytes are added to body. What comes after the answer's end is an error. */
void http_answer_feed(struct http_answer *a, const char *data, size_t len, struct buf *body);
void http_answer_clear(struct http_answer *a);

#endif
