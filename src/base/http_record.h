/*
 * One JSON file per exchange (spec/azsim.md 4), in the shape that Microsoft's validator of live
 * traffic reads. What must not leave the process is replaced before anything is written:
 * tokens, passwords, keys, custom data and signatures; bodies to and from token endpoints are
 * left out whole.
 */
#ifndef BASE_HTTP_RECORD_H
#define BASE_HTTP_RECORD_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/http.h"
#include "base/http_client.h"

struct http_record;

struct http_recorded { /* borrowed, request_headers aside */
	const char *method, *url;
	struct http_headers request_headers;
	const char *request_body;
	size_t request_len;
	const struct http_reply *reply;
};

struct http_record *http_record_open(const char *dir,
				     struct err *err); /* made when absent; numbers go on */
void http_record_close(struct http_record *r);
void http_record_add(struct http_record *r,
		     const struct http_recorded *x); /* a failure is logged */

void http_recorded_header(struct http_recorded *x, const char *line); /* "Name: value" */
int http_recorded_write(struct buf *out,
			const struct http_recorded *x); /* the text of the file */

#endif
