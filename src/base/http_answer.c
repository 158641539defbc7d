#include "http_answer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "http_text.h"

enum {
	PHASE_STATUS,
	PHASE_HEADER,
	PHASE_LENGTH_BODY,
	PHASE_CHUNK_SIZE,
	PHASE_CHUNK_DATA,
	PHASE_CHUNK_END, /* the CRLF after a chunk's bytes */
	PHASE_TRAILER,
};

#define HEAD_MAX       ((size_t)16 << 10)
#define CHUNK_SIZE_MAX 8 /* hex digits */

static void fail(struct http_answer *a, const char *why)
{
	a->state = ANSWER_ERROR;
	a->why = why;
}

void http_answer_init(struct http_answer *a)
{
	*a = (struct http_answer){ .line = BUF_INIT(HEAD_MAX) };
}

void http_answer_clear(struct http_answer *a)
{
	http_headers_clear(&a->headers);
	buf_clear(&a->line);
}

/* "HTTP/1.1 200 OK" */
static void take_status(struct http_answer *a, const char *line)
{
	int64_t status;
	char digits[4] = "";

	if (strncmp(line, "HTTP/1.1 ", 9) != 0 || strlen(line) < 12) {
		fail(a, "that is no HTTP/1.1");
		return;
	}
	memcpy(digits, line + 9, 3);
	if (num_read(&status, digits, 100, 599) < 0 || (line[12] != ' ' && line[12] != '\0')) {
		fail(a, "the answer's status is no number");
		return;
	}
	a->status = (int)status;
	a->phase = PHASE_HEADER;
}

static void take_length(struct http_answer *a, const char *value)
{
	int64_t n;

	if (a->sized || num_read(&n, value, 0, INT64_MAX) < 0)
		fail(a, "the answer's length is no number");
	else
		a->want = (size_t)n;
	a->sized = true;
}

static void take_header(struct http_answer *a, char *line)
{
	char *value = strchr(line, ':');

	if (!value || !http_is_token(line, (size_t)(value - line))) {
		fail(a, "a header of the answer has no name");
		return;
	}
	*value++ = '\0';
	value += strspn(value, " \t");
	for (size_t n = strlen(value); n > 0 && (value[n - 1] == ' ' || value[n - 1] == '\t');)
		value[--n] = '\0';
	if (http_headers_add(&a->headers, line, value) < 0)
		fail(a, "the answer has too many headers");
	else if (strcasecmp(line, "Content-Length") == 0)
		take_length(a, value);
	else if (strcasecmp(line, "Transfer-Encoding") == 0)
		a->chunked = true;
}

static void end_head(struct http_answer *a)
{
	if (a->status < 200) { /* the answer itself is still to come */
		http_headers_clear(&a->headers);
		a->sized = a->chunked = false;
		a->want = 0;
		a->phase = PHASE_STATUS;
		return;
	}
	a->state = ANSWER_BODY;
	if (a->sized && a->chunked)
		fail(a, "the answer has two lengths");
	else if (a->status == 204 || a->status == 304 || (a->sized && a->want == 0))
		a->state = ANSWER_DONE;
	else if (a->sized)
		a->phase = PHASE_LENGTH_BODY;
	else if (a->chunked)
		a->phase = PHASE_CHUNK_SIZE;
	else
		fail(a, "the answer does not say how long it is");
}

static void take_chunk_size(struct http_answer *a, const char *line)
{
	size_t digits = strspn(line, "0123456789abcdefABCDEF");

	if (digits == 0 || digits > CHUNK_SIZE_MAX || line[digits] != '\0') {
		fail(a, "a chunk of the answer has no size");
		return;
	}
	a->want = strtoul(line, NULL, 16);
	a->phase = a->want > 0 ? PHASE_CHUNK_DATA : PHASE_TRAILER;
}

static void take_line(struct http_answer *a, char *line)
{
	switch (a->phase) {
	case PHASE_STATUS:
		take_status(a, line);
		break;
	case PHASE_HEADER:
		if (line[0])
			take_header(a, line);
		else
			end_head(a);
		break;
	case PHASE_CHUNK_SIZE:
		take_chunk_size(a, line);
		break;
	case PHASE_CHUNK_END:
		if (line[0])
			fail(a, "a chunk of the answer is longer than it says");
		a->phase = PHASE_CHUNK_SIZE;
		break;
	case PHASE_TRAILER:
		if (!line[0])
			a->state = ANSWER_DONE;
		break;
	default:
		break;
	}
}

static void take_line_byte(struct http_answer *a, char c)
{
	bool in_head =
	    a->phase == PHASE_STATUS || a->phase == PHASE_HEADER || a->phase == PHASE_TRAILER;

	if (in_head && ++a->head_seen > HEAD_MAX) {
		fail(a, "the answer's head is too large");
	} else if (a->cr || c == '\n') {
		if (!a->cr || c != '\n') {
			fail(a, "a line of the answer does not end in CR LF");
			return;
		}
		char *line = xstrdup(buf_str(&a->line));

		a->cr = false;
		buf_reset(&a->line);
		take_line(a, line);
		free(line);
	} else if (c == '\r') {
		a->cr = true;
	} else if (((unsigned char)c < ' ' && c != '\t') || buf_addc(&a->line, c) < 0 ||
		   (!in_head && a->line.len > CHUNK_SIZE_MAX)) {
		fail(a, "a line of the answer has what does not belong there");
	}
}

static size_t take_body(struct http_answer *a, const char *data, size_t len, struct buf *body)
{
	size_t n = len < a->want ? len : a->want;

	if (buf_add(body, data, n) < 0) {
		fail(a, "the answer is too large");
		return n;
	}
	a->want -= n;
	if (a->want == 0 && a->phase == PHASE_CHUNK_DATA)
		a->phase = PHASE_CHUNK_END;
	else if (a->want == 0)
		a->state = ANSWER_DONE;
	return n;
}

void http_answer_feed(struct http_answer *a, const char *data, size_t len, struct buf *body)
{
	for (size_t i = 0; i < len;) {
		if (a->state == ANSWER_ERROR)
			return;
		if (a->state == ANSWER_DONE)
			fail(a, "something follows the answer");
		else if (a->phase == PHASE_LENGTH_BODY || a->phase == PHASE_CHUNK_DATA)
			i += take_body(a, data + i, len - i, body);
		else
			take_line_byte(a, data[i++]);
	}
}
