#include "base/http_parse.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "http_text.h"

/*
 * Every byte of head, chunk size and trailer passes take_line_byte(), every byte of body only
 * counts: a verdict falls at the same byte however the bytes were cut into reads.
 */
enum {
	PHASE_REQUEST_LINE,
	PHASE_HEADER,
	PHASE_LENGTH_BODY,
	PHASE_CHUNK_SIZE,
	PHASE_CHUNK_DATA,
	PHASE_CHUNK_END, /* the CRLF after a chunk's bytes */
	PHASE_TRAILER,
	PHASE_OVER,
};

enum { SEEN_HOST = 1, SEEN_LENGTH = 2, SEEN_CHUNKED = 4 };

#define HEAD_MAX   ((size_t)16 << 10)
#define TARGET_MAX ((size_t)4 << 10)
#define BODY_MAX   ((size_t)1 << 20)
#define METHOD_MAX                                                                             \
	16 /* the longest registered method is UPDATEREDIRECTREF, which nobody means */
#define VERSION_LEN    8 /* "HTTP/1.1" */
#define CHUNK_SIZE_MAX 8 /* hex digits */

static const char *const methods[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE" };
static const char *const refused_methods[] = { "OPTIONS", "TRACE", "CONNECT" };

static int fail(struct http_parse *p, int status, const char *why)
{
	p->state = HTTP_PARSE_ERROR;
	p->phase = PHASE_OVER;
	p->status = status;
	p->why = why;
	p->close = true;
	return -1;
}

static void done(struct http_parse *p)
{
	p->state = HTTP_PARSE_DONE;
	p->phase = PHASE_OVER;
}

static bool is_word(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(s, word, len) == 0;
}

/* word is in lower case; not strncasecmp(), which asks the locale. */
static bool is_word_fold(const char *s, size_t len, const char *word)
{
	for (size_t i = 0; i < len; i++) {
		int c = (unsigned char)s[i];

		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if (c != word[i]) /* the end of a shorter word included */
			return false;
	}
	return word[len] == '\0';
}

void http_parse_init(struct http_parse *p, const struct http_limits *limits)
{
	struct http_limits l = limits ? *limits : (struct http_limits){ 0 };

	l.head_max = l.head_max ? l.head_max : HEAD_MAX;
	l.target_max = l.target_max ? l.target_max : TARGET_MAX;
	l.body_max = l.body_max ? l.body_max : BODY_MAX;
	*p = (struct http_parse){
		.body = BUF_INIT(l.body_max),
		.line = BUF_INIT(l.head_max),
		.limits = l,
	};
}

void http_parse_clear(struct http_parse *p)
{
	struct http_limits l = p->limits;

	free(p->target);
	free(p->path);
	free(p->query);
	http_headers_clear(&p->headers);
	buf_clear(&p->body);
	buf_clear(&p->line);
	http_parse_init(p, &l);
}

static int take_method(struct http_parse *p, const char *s, size_t len)
{
	if (!http_is_token(s, len))
		return fail(p, 400, "method is not a token");
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		if (is_word(s, len, methods[i])) {
			memcpy(p->method, s, len);
			return 0;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(refused_methods); i++)
		if (is_word(s, len, refused_methods[i]))
			return fail(p, 405, "method is not allowed here");
	return fail(p, 501, "method is not known");
}

static int take_version(struct http_parse *p, const char *s, size_t len)
{
	if (is_word(s, len, "HTTP/1.1"))
		return 0;
	if (len != VERSION_LEN || memcmp(s, "HTTP/", 5) != 0 || s[6] != '.' || s[5] < '0' ||
	    s[5] > '9' || s[7] < '0' || s[7] > '9')
		return fail(p, 400, "request line does not end in HTTP/1.1");
	return fail(p, 505, "only HTTP/1.1 is spoken");
}

static int take_target(struct http_parse *p, const char *s, size_t len)
{
	if (len > p->limits.target_max)
		return fail(p, 414, "target is too long");
	if (!http_is_target(s, len))
		return fail(p, 400, "target is not an encoded /path?query");

	const char *mark = memchr(s, '?', len);
	size_t path_len = mark ? (size_t)(mark - s) : len;

	p->path = http_path_decode(s, path_len);
	if (!p->path)
		return fail(p, 400,
			    "path has a dot segment, a control byte or an encoded slash");
	p->target = xstrndup(s, len);
	p->query = mark ? xstrndup(mark + 1, len - path_len - 1) : xstrdup("");
	return 0;
}

static int take_request_line(struct http_parse *p, const char *s, size_t len)
{
	const char *end = s + len;
	const char *first = memchr(s, ' ', len);

	if (!first)
		return fail(p, 400, "request line has no target");

	const char *target = first + 1;
	const char *second = memchr(target, ' ', (size_t)(end - target));

	if (!second)
		return fail(p, 400, "request line has no version");
	if (take_method(p, s, (size_t)(first - s)) != 0 ||
	    take_version(p, second + 1, (size_t)(end - second - 1)) != 0 ||
	    take_target(p, target, (size_t)(second - target)) != 0)
		return -1;
	p->phase = PHASE_HEADER;
	return 0;
}

/* The value saturates: anything that large is above every limit. */
static int take_content_length(struct http_parse *p, const char *s, size_t len)
{
	size_t n = 0;

	if (p->seen & SEEN_LENGTH)
		return fail(p, 400, "more than one Content-Length");
	if (len == 0)
		return fail(p, 400, "Content-Length is empty");
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return fail(p, 400, "Content-Length is not a number");
		if (__builtin_mul_overflow(n, (size_t)10, &n) ||
		    __builtin_add_overflow(n, (size_t)(s[i] - '0'), &n))
			return fail(p, 413, "Content-Length is too large");
	}
	p->seen |= SEEN_LENGTH;
	p->want = n;
	return 0;
}

static int take_transfer_encoding(struct http_parse *p, const char *s, size_t len)
{
	if (p->seen & SEEN_CHUNKED)
		return fail(p, 400, "more than one Transfer-Encoding");
	if (!is_word(s, len, "chunked"))
		return fail(p, 400, "Transfer-Encoding is not exactly chunked");
	p->seen |= SEEN_CHUNKED;
	return 0;
}

static int take_host(struct http_parse *p, const char *s, size_t len)
{
	if (p->seen & SEEN_HOST)
		return fail(p, 400, "more than one Host");
	if (!http_is_host(s, len))
		return fail(p, 400, "Host is not a name or address with an optional port");
	p->seen |= SEEN_HOST;
	return 0;
}

static int take_connection(struct http_parse *p, const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t from = i;

		while (i < len && s[i] != ',')
			i++;

		size_t to = i++;

		while (from < to && s[from] == ' ')
			from++;
		while (to > from && s[to - 1] == ' ')
			to--;
		if (is_word_fold(s + from, to - from, "close"))
			p->close = true;
	}
	return 0;
}

static int take_expect(struct http_parse *p, const char *s, size_t len)
{
	(void)s;
	(void)len;
	return fail(p, 417, "Expect is not supported");
}

static int take_upgrade(struct http_parse *p, const char *s, size_t len)
{
	(void)s;
	(void)len;
	return fail(p, 400, "Upgrade is not supported");
}

/* Headers that decide about framing, the connection or who is addressed. */
static const struct {
	const char *name;
	int (*take)(struct http_parse *p, const char *value, size_t len);
} meanings[] = {
	{ "host", take_host },
	{ "content-length", take_content_length },
	{ "transfer-encoding", take_transfer_encoding },
	{ "connection", take_connection },
	{ "expect", take_expect },
	{ "upgrade", take_upgrade },
};

static int keep_header(struct http_parse *p, const char *name, size_t name_len,
		       const char *value, size_t value_len)
{
	char *n = xstrndup(name, name_len);
	char *v = xstrndup(value, value_len);
	int rc = http_headers_add(&p->headers, n, v);

	free(n);
	free(v);
	if (rc != 0)
		return fail(p, 431, "too many headers");
	for (size_t i = 0; i < ARRAY_LEN(meanings); i++)
		if (is_word_fold(name, name_len, meanings[i].name))
			return meanings[i].take(p, value, value_len);
	return 0;
}

/* Control bytes never get here, so what is left to check is the name and the shape. */
static int take_header_line(struct http_parse *p, const char *s, size_t len, bool keep)
{
	if (s[0] == ' ')
		return fail(p, 400, "folded header line");

	const char *colon = memchr(s, ':', len);

	if (!colon)
		return fail(p, 400, "header line without colon");

	size_t name_len = (size_t)(colon - s);

	if (!http_is_token(s, name_len))
		return fail(p, 400, "header name is not a token");

	const char *value = colon + 1;
	const char *end = s + len;

	while (value < end && *value == ' ')
		value++;
	while (end > value && end[-1] == ' ')
		end--;
	return keep ? keep_header(p, s, name_len, value, (size_t)(end - value)) : 0;
}

static bool wants_length(const char *method)
{
	return method[0] == 'P'; /* POST, PUT, PATCH */
}

static int end_head(struct http_parse *p)
{
	if (!(p->seen & SEEN_HOST))
		return fail(p, 400, "no Host");
	if ((p->seen & SEEN_LENGTH) && (p->seen & SEEN_CHUNKED))
		return fail(p, 400, "Content-Length together with Transfer-Encoding");
	if (!(p->seen & (SEEN_LENGTH | SEEN_CHUNKED)) && wants_length(p->method))
		return fail(p, 411, "no Content-Length; send 0 for an empty body");
	if (p->want > p->limits.body_max)
		return fail(p, 413, "body is too large");

	p->head_seen = 0;
	p->state = HTTP_PARSE_BODY;
	if (p->seen & SEEN_CHUNKED)
		p->phase = PHASE_CHUNK_SIZE;
	else if (p->want > 0)
		p->phase = PHASE_LENGTH_BODY;
	else
		done(p);
	return 0;
}

static int take_chunk_size(struct http_parse *p, const char *s, size_t len)
{
	size_t n = 0;

	if (len == 0 || len > CHUNK_SIZE_MAX)
		return fail(p, 400, "chunk size does not have 1 to 8 digits");
	for (size_t i = 0; i < len; i++) {
		const char *digits = "0123456789abcdef";
		const char *d = strchr(digits, s[i] >= 'A' && s[i] <= 'F' ? s[i] + 32 : s[i]);

		if (!d)
			return fail(p, 400,
				    "chunk size is not hexadecimal, or has an extension");
		n = n * 16 + (size_t)(d - digits);
	}
	if (n > p->limits.body_max - p->body.len)
		return fail(p, 413, "body is too large");
	p->want = n;
	p->phase = n > 0 ? PHASE_CHUNK_DATA : PHASE_TRAILER;
	return 0;
}

static int take_trailer(struct http_parse *p, const char *s, size_t len)
{
	if (len == 0) {
		done(p);
		return 0;
	}
	if (++p->n_trailers > HTTP_HEADERS_MAX)
		return fail(p, 431, "too many trailers");
	return take_header_line(p, s, len, false);
}

static int take_line(struct http_parse *p, const char *s, size_t len)
{
	switch (p->phase) {
	case PHASE_REQUEST_LINE:
		return take_request_line(p, s, len);
	case PHASE_HEADER:
		return len == 0 ? end_head(p) : take_header_line(p, s, len, true);
	case PHASE_CHUNK_SIZE:
		return take_chunk_size(p, s, len);
	case PHASE_CHUNK_END:
		if (len > 0)
			return fail(p, 400, "chunk is longer than its size says");
		p->phase = PHASE_CHUNK_SIZE;
		return 0;
	case PHASE_TRAILER:
		return take_trailer(p, s, len);
	default:
		return 0;
	}
}

/* Told while the line grows, so that an endless line is not collected first. */
static int check_length(struct http_parse *p)
{
	switch (p->phase) {
	case PHASE_REQUEST_LINE:
		if (p->line.len > METHOD_MAX + 1 + p->limits.target_max + 1 + VERSION_LEN)
			return fail(p, 414, "request line is too long");
		break;
	case PHASE_CHUNK_SIZE:
		if (p->line.len > CHUNK_SIZE_MAX)
			return fail(
			    p, 400,
			    "chunk size does not have 1 to 8 digits, or has an extension");
		return 0;
	case PHASE_CHUNK_END:
		if (p->line.len > 0)
			return fail(p, 400, "chunk is longer than its size says");
		return 0;
	default:
		break;
	}
	if (++p->head_seen > p->limits.head_max)
		return fail(p, 431, "head is too large");
	return 0;
}

static int take_line_byte(struct http_parse *p, char c)
{
	if (p->cr) {
		if (c != '\n')
			return fail(p, 400, "CR without LF");
		p->cr = false;
		if (check_length(p) != 0)
			return -1;

		int rc = take_line(p, buf_str(&p->line), p->line.len);

		buf_reset(&p->line);
		return rc;
	}
	if (c == '\r') {
		p->cr = true;
		return check_length(p);
	}
	if (c == '\n')
		return fail(p, 400, "LF without CR");
	if ((unsigned char)c < 0x20 || c == 0x7f)
		return fail(p, 400, "control byte in the head");
	if (buf_addc(&p->line, c) != 0)
		return fail(p, 431, "head is too large");
	return check_length(p);
}

static size_t take_body(struct http_parse *p, const char *data, size_t len)
{
	size_t n = len < p->want ? len : p->want;

	if (buf_add(&p->body, data, n) != 0) {
		fail(p, 413, "body is too large");
		return 0;
	}
	p->want -= n;
	if (p->want == 0 && p->phase == PHASE_CHUNK_DATA)
		p->phase = PHASE_CHUNK_END;
	else if (p->want == 0)
		done(p);
	return n;
}

size_t http_parse_feed(struct http_parse *p, const char *data, size_t len)
{
	size_t i = 0;

	while (i < len && p->phase != PHASE_OVER) {
		if (p->phase == PHASE_LENGTH_BODY || p->phase == PHASE_CHUNK_DATA)
			i += take_body(p, data + i, len - i);
		else if (take_line_byte(p, data[i++]) != 0)
			break;
	}
	return i;
}
