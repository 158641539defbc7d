/* What HTTP client and server share: headers as they came, and the words for statuses. */
#ifndef BASE_HTTP_H
#define BASE_HTTP_H

#include <stddef.h>

struct http_header {
	char *name, *value;
};

struct http_headers {
	struct http_header *v;
	size_t n, cap;
};

#define HTTP_HEADERS_MAX 64

int http_headers_add(struct http_headers *h, const char *name, const char *value); /* -1 above HTTP_HEADERS_MAX */
const char *http_headers_get(const struct http_headers *h, const char *name);      /* first; NULL when absent */
const char *http_headers_nth(const struct http_headers *h, const char *name, size_t nth);
void http_headers_clear(struct http_headers *h);

const char *http_status_text(int status);

#endif
