/* However the bytes are cut into reads, the verdict of the HTTP parser is the same. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/http_parse.h"

static const struct http_limits small = { .head_max = 512, .target_max = 64, .body_max = 256 };

static void holds(const struct http_parse *p)
{
	if (p->state == HTTP_PARSE_ERROR) {
		assert(p->status >= 400 && p->why && p->close);
		return;
	}
	if (p->state == HTTP_PARSE_HEAD)
		return;
	assert(p->path[0] == '/' && strlen(p->target) <= small.target_max);
	assert(!strstr(p->path, "/../") && http_headers_get(&p->headers, "Host"));
	assert(p->body.len <= small.body_max && p->headers.n <= HTTP_HEADERS_MAX);
}

static void same(const struct http_parse *a, const struct http_parse *b)
{
	assert(a->state == b->state && a->status == b->status && a->why == b->why);
	assert(a->close == b->close && strcmp(a->method, b->method) == 0);
	assert(a->headers.n == b->headers.n && a->body.len == b->body.len);
	assert(!a->path == !b->path && (!a->path || strcmp(a->path, b->path) == 0));
	assert(a->body.len == 0 || memcmp(a->body.data, b->body.data, a->body.len) == 0);
}

static void queries(const struct http_parse *p)
{
	struct buf out = BUF_INIT(64);

	if (p->query && http_query_get(&out, p->query, "x") == 0)
		assert(strlen(buf_str(&out)) == out.len);
	http_form_get(&out, buf_str(&p->body), "x");
	buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;

	/* A connection carries many requests: the rest goes to a fresh parser until one fails
	 * or wants more. */
	for (size_t at = 0; at < len;) {
		struct http_parse whole, bytes;
		size_t n = 0;

		http_parse_init(&whole, &small);
		http_parse_init(&bytes, &small);

		size_t taken = http_parse_feed(&whole, text + at, len - at);

		while (at + n < len && http_parse_feed(&bytes, text + at + n, 1) == 1)
			n++;
		assert(n == taken);
		holds(&whole);
		same(&whole, &bytes);
		queries(&whole);

		bool more = whole.state == HTTP_PARSE_DONE;

		http_parse_clear(&whole);
		http_parse_clear(&bytes);
		at += taken;
		if (!more)
			break;
	}
	return 0;
}
