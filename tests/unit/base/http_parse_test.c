#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/http_parse.h"
#include "base/mem.h"

#define H "Host: a\r\n"

/* A request whose bytes may hold NUL, and the status that refuses it. */
struct bad {
	const char *what;
	const char *text;
	size_t len;
	int status;
};

#define BAD(what_, status_, text_)                                                             \
	{                                                                                      \
		what_, text_, sizeof(text_) - 1, status_                                       \
	}
#define TARGET(status_, t) BAD("target " t, status_, "GET " t " HTTP/1.1\r\n" H "\r\n")
#define HEADER(status_, h) BAD("header " h, status_, "GET / HTTP/1.1\r\n" H h "\r\n\r\n")
#define HOST(status_, h)   BAD("host " h, status_, "GET / HTTP/1.1\r\nHost:" h "\r\n\r\n")
#define LENGTH(status_, v)                                                                     \
	BAD("length " v, status_, "POST / HTTP/1.1\r\n" H "Content-Length:" v "\r\n\r\nabc")
#define CODING(v)                                                                              \
	BAD("coding " v, 400,                                                                  \
	    "POST / HTTP/1.1\r\n" H "Transfer-Encoding:" v "\r\n\r\n0\r\n\r\n")
#define CHUNKS(status_, c)                                                                     \
	BAD("chunks " c, status_,                                                              \
	    "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n" c)

/* Small limits, so that the sizes fit in here: head 256, target 32, body 16. */
static const struct http_limits small = { .head_max = 256, .target_max = 32, .body_max = 16 };

static const struct bad bad[] = {
	/* request line */
	BAD("empty line first", 400, "\r\nGET / HTTP/1.1\r\n" H "\r\n"),
	BAD("method alone", 400, "GET\r\n" H "\r\n"),
	BAD("no version", 400, "GET /\r\n" H "\r\n"),
	BAD("space for target", 400, "GET  HTTP/1.1\r\n" H "\r\n"),
	BAD("space first", 400, " GET / HTTP/1.1\r\n" H "\r\n"),
	BAD("two spaces before target", 400, "GET  / HTTP/1.1\r\n" H "\r\n"),
	BAD("two spaces before version", 400, "GET /  HTTP/1.1\r\n" H "\r\n"),
	BAD("space after version", 400, "GET / HTTP/1.1 \r\n" H "\r\n"),
	BAD("tab between", 400, "GET\t/ HTTP/1.1\r\n" H "\r\n"),
	BAD("space in target", 400, "GET /a b HTTP/1.1\r\n" H "\r\n"),
	BAD("HTTP/0.9", 400, "GET /\r\n\r\n"),
	BAD("HTTP/1.0", 505, "GET / HTTP/1.0\r\n" H "\r\n"),
	BAD("HTTP/1.2", 505, "GET / HTTP/1.2\r\n" H "\r\n"),
	BAD("HTTP/1.9", 505, "GET / HTTP/1.9\r\n" H "\r\n"),
	BAD("HTTP/2.0", 505, "GET / HTTP/2.0\r\n" H "\r\n"),
	BAD("HTTP/2", 400, "GET / HTTP/2\r\n" H "\r\n"),
	BAD("HTTP/1.10", 400, "GET / HTTP/1.10\r\n" H "\r\n"),
	BAD("HTTP/01.1", 400, "GET / HTTP/01.1\r\n" H "\r\n"),
	BAD("HTTP/1,1", 400, "GET / HTTP/1,1\r\n" H "\r\n"),
	BAD("http/1.1", 400, "GET / http/1.1\r\n" H "\r\n"),
	BAD("HTTPS/1.1", 400, "GET / HTTPS/1.1\r\n" H "\r\n"),
	BAD("HTTP/x.y", 400, "GET / HTTP/x.y\r\n" H "\r\n"),
	BAD("the HTTP/2 preface", 501, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
	BAD("OPTIONS", 405, "OPTIONS / HTTP/1.1\r\n" H "\r\n"),
	BAD("TRACE", 405, "TRACE / HTTP/1.1\r\n" H "\r\n"),
	BAD("CONNECT", 405, "CONNECT a:443 HTTP/1.1\r\n" H "\r\n"),
	BAD("PROPFIND", 501, "PROPFIND / HTTP/1.1\r\n" H "\r\n"),
	BAD("lower-case method", 501, "get / HTTP/1.1\r\n" H "\r\n"),
	BAD("method with more", 501, "GETX / HTTP/1.1\r\n" H "\r\n"),
	BAD("method cut", 501, "GE / HTTP/1.1\r\n" H "\r\n"),
	BAD("method in quotes", 400, "\"GET\" / HTTP/1.1\r\n" H "\r\n"),
	BAD("method with colon", 400, "GET: / HTTP/1.1\r\n" H "\r\n"),
	BAD("method not ASCII", 400, "G\xc3\x89T / HTTP/1.1\r\n" H "\r\n"),
	BAD("NUL in method", 400, "GE\0T / HTTP/1.1\r\n" H "\r\n"),
	BAD("a TLS hello", 400, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
	BAD("an SSH banner", 400, "SSH-2.0-OpenSSH_9.2\r\n"),

	/* target */
	TARGET(400, "*"),
	TARGET(400, "http://a/"),
	TARGET(400, "https://a/"),
	TARGET(400, "a"),
	TARGET(400, "?x=1"),
	TARGET(400, "a:443"),
	TARGET(400, "/a#b"),
	TARGET(400, "/a\\b"),
	TARGET(400, "/<script>"),
	TARGET(400, "/{a}"),
	TARGET(400, "/?a=\"b\""),
	TARGET(400, "/a|b"),
	TARGET(400, "/\xc3\xa9"),
	TARGET(400, "/a\x7f"),
	TARGET(400, "/%"),
	TARGET(400, "/%4"),
	TARGET(400, "/%4g"),
	TARGET(400, "/%g4"),
	TARGET(400, "/%%41"),
	TARGET(400, "/?x=%"),
	TARGET(400, "/?x=%zz"),
	TARGET(400, "/%00"),
	TARGET(400, "/a%00b"),
	TARGET(400, "/?x=%00"),
	TARGET(400, "/a%2Fb"),
	TARGET(400, "/a%2fb"),
	TARGET(400, "/%0a"),
	TARGET(400, "/%0d%0aX:1"),
	TARGET(400, "/%1b[2J"),
	TARGET(400, "/%7f"),
	TARGET(400, "/.."),
	TARGET(400, "/../etc/passwd"),
	TARGET(400, "/a/../b"),
	TARGET(400, "/a/.."),
	TARGET(400, "/a/..?x=1"),
	TARGET(400, "/%2e%2e/etc"),
	TARGET(400, "/.%2E"),
	TARGET(400, "/./a"),
	TARGET(400, "/a/%2e"),
	TARGET(414, "/23456789012345678901234567890123"),
	TARGET(414, "/?3456789012345678901234567890123456789012345678901234567890123456789"),
	BAD("NUL in target", 400, "GET /\0 HTTP/1.1\r\n" H "\r\n"),

	/* line ends */
	BAD("bare LF after the request line", 400, "GET / HTTP/1.1\n" H "\r\n"),
	BAD("bare LF after a header", 400, "GET / HTTP/1.1\r\nHost: a\n\r\n"),
	BAD("bare LF for the empty line", 400, "GET / HTTP/1.1\r\n" H "\n"),
	BAD("only LF", 400, "GET / HTTP/1.1\nHost: a\n\n"),
	BAD("bare CR after the request line", 400, "GET / HTTP/1.1\rHost: a\r\n\r\n"),
	BAD("bare CR in a value", 400, "GET / HTTP/1.1\r\n" H "X: a\rb\r\n\r\n"),
	BAD("CR CR LF", 400, "GET / HTTP/1.1\r\r\n" H "\r\n"),
	BAD("LF CR", 400, "GET / HTTP/1.1\n\rHost: a\n\r\n\r"),

	/* header lines */
	HEADER(400, "X"),
	HEADER(400, ": x"),
	HEADER(400, "X : x"),
	HEADER(400, "Content-Length : 3"),
	HEADER(400, "X Y: x"),
	HEADER(400, "X\tY: x"),
	HEADER(400, "X\t: x"),
	HEADER(400, "X(: x"),
	HEADER(400, "\"X\": x"),
	HEADER(400, "X\xc3\xa9: x"),
	HEADER(400, "X: a\r\n b"),
	HEADER(400, "X: a\r\n\tb"),
	HEADER(400, " X: a"),
	HEADER(400, "X: a\tb"),
	HEADER(400, "X: \x1b[2J"),
	HEADER(400, "X: a\x7f"),
	HEADER(400, "X: a\x01"),
	HEADER(400, "X: a\bb"),
	BAD("NUL in a value", 400, "GET / HTTP/1.1\r\n" H "X: a\0b\r\n\r\n"),
	BAD("NUL in a name", 400, "GET / HTTP/1.1\r\n" H "X\0: a\r\n\r\n"),
	BAD("folded first header", 400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
	HEADER(417, "Expect: 100-continue"),
	HEADER(417, "expect: 200-ok"),
	HEADER(400, "Upgrade: h2c"),
	HEADER(400, "Connection: Upgrade\r\nUpgrade: websocket"),

	/* host */
	BAD("no host", 400, "GET / HTTP/1.1\r\n\r\n"),
	BAD("no host, other headers", 400, "GET / HTTP/1.1\r\nAccept: */*\r\n\r\n"),
	BAD("two equal hosts", 400, "GET / HTTP/1.1\r\n" H H "\r\n"),
	BAD("two hosts", 400, "GET / HTTP/1.1\r\n" H "host: b\r\n\r\n"),
	HOST(400, ""),
	HOST(400, " "),
	HOST(400, " a b"),
	HOST(400, " a, b"),
	HOST(400, " a/b"),
	HOST(400, " user@a"),
	HOST(400, " a:"),
	HOST(400, " :80"),
	HOST(400, " a:80:80"),
	HOST(400, " a:8x"),
	HOST(400, " a:123456"),
	HOST(400, " [::1"),
	HOST(400, " []"),
	HOST(400, " [::g]"),
	HOST(400, " [::1]80"),
	HOST(400, " a%41"),

	/* content length */
	LENGTH(400, ""),
	LENGTH(400, " "),
	LENGTH(400, " +3"),
	LENGTH(400, " -3"),
	LENGTH(400, " 0x3"),
	LENGTH(400, " 3 3"),
	LENGTH(400, " 3,3"),
	LENGTH(400, " 3, 3"),
	LENGTH(400, " 3;"),
	LENGTH(400, " three"),
	LENGTH(400, " 3.0"),
	LENGTH(400, " 1e1"),
	LENGTH(400, " \"3\""),
	LENGTH(400, " 3\r\nContent-Length: 3"),
	LENGTH(400, " 3\r\nContent-Length: 4"),
	LENGTH(400, " 3\r\ncontent-length: 3"),
	LENGTH(413, " 17"),
	LENGTH(413, " 1000000000000000000"),
	LENGTH(413, " 18446744073709551619"), /* 2^64 + 3 */
	LENGTH(413, " 99999999999999999999999999999999999999"),
	LENGTH(400, " 3\r\nTransfer-Encoding: chunked"),
	BAD("chunked, then a length", 400,
	    "POST / HTTP/1.1\r\n" H
	    "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"),
	BAD("POST without length", 411, "POST / HTTP/1.1\r\n" H "\r\n"),
	BAD("PUT without length", 411, "PUT / HTTP/1.1\r\n" H "\r\n"),
	BAD("PATCH without length", 411, "PATCH / HTTP/1.1\r\n" H "\r\n"),

	/* transfer encoding */
	CODING(""),
	CODING(" identity"),
	CODING(" gzip"),
	CODING(" gzip, chunked"),
	CODING(" chunked, gzip"),
	CODING(" chunked, chunked"),
	CODING(" chunked,"),
	CODING(" ,chunked"),
	CODING(" Chunked"),
	CODING(" \"chunked\""),
	CODING(" xchunked"),
	CODING(" chunked;q=1"),
	CODING("\x0b"
	       "chunked"),
	CODING(" chunked\r\nTransfer-Encoding: chunked"),
	CODING(" chunked\r\ntransfer-encoding: identity"),

	/* chunks */
	CHUNKS(400, "\r\n"),
	CHUNKS(400, "x\r\n"),
	CHUNKS(400, "-1\r\n"),
	CHUNKS(400, "+1\r\na\r\n"),
	CHUNKS(400, "0x1\r\na\r\n"),
	CHUNKS(400, " 1\r\na\r\n"),
	CHUNKS(400, "1 \r\na\r\n"),
	CHUNKS(400, "1;a=b\r\na\r\n"),
	CHUNKS(400, "1;\r\na\r\n"),
	CHUNKS(400, "000000001\r\na\r\n"),
	CHUNKS(400, "1\na\r\n"),
	CHUNKS(400, "1\r\na\n"),
	CHUNKS(400, "1\r\nab\r\n"),
	CHUNKS(400, "1\r\na0\r\n\r\n"),
	CHUNKS(400, "2\r\na\r\n0\r\n\r\n"),
	CHUNKS(400, "1\r\na\r\r\n"),
	CHUNKS(413, "11\r\n"),
	CHUNKS(413, "ffffffff\r\n"),
	CHUNKS(413, "10\r\n0123456789abcdef\r\n1\r\n"),
	CHUNKS(400, "0\r\n\n"),
	CHUNKS(400, "0\r\nX\r\n\r\n"),
	CHUNKS(400, "0\r\nX : y\r\n\r\n"),
	CHUNKS(400, "0\r\n X: y\r\n\r\n"),
	CHUNKS(400, "0\r\nX: \x1b\r\n\r\n"),
};

struct verdict {
	enum http_parse_state state;
	int status;
	const char *why;
	size_t taken;
};

/* Feeds text cut at `first`; step 0 means the rest in one piece. */
static struct verdict feed(const char *text, size_t len, size_t first, size_t step)
{
	struct http_parse p;
	size_t at = 0;

	http_parse_init(&p, &small);
	for (size_t end = first; at < len; end = step && end + step < len ? end + step : len) {
		size_t n = http_parse_feed(&p, text + at, end - at);

		at += n;
		if (at < end)
			break;
	}

	struct verdict v = { p.state, p.status, p.why, at };

	http_parse_clear(&p);
	return v;
}

static void all_cuts_agree(const char *what, const char *text, size_t len, struct verdict want)
{
	for (size_t first = 0; first <= len; first++) {
		struct verdict v = feed(text, len, first, 0);

		if (v.state != want.state || v.status != want.status || v.why != want.why ||
		    v.taken != want.taken)
			fail_msg("%s: cut at %zu: state %d, status %d (%s) at byte %zu", what,
				 first, v.state, v.status, v.why ? v.why : "-", v.taken);
	}

	struct verdict v = feed(text, len, 1, 1);

	if (v.state != want.state || v.status != want.status || v.taken != want.taken)
		fail_msg("%s: byte by byte: state %d, status %d", what, v.state, v.status);
}

static void refuses_each_malformed_request_however_it_is_cut(void **state)
{
	(void)state;
	assert_true(ARRAY_LEN(bad) >= 100);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct verdict whole = feed(bad[i].text, bad[i].len, bad[i].len, 0);

		if (whole.state != HTTP_PARSE_ERROR || whole.status != bad[i].status ||
		    !whole.why)
			fail_msg("%s: state %d, status %d (%s), not %d", bad[i].what,
				 whole.state, whole.status, whole.why ? whole.why : "-",
				 bad[i].status);
		all_cuts_agree(bad[i].what, bad[i].text, bad[i].len, whole);
	}
}

#define GOOD(text_)                                                                            \
	{                                                                                      \
		text_, sizeof(text_) - 1                                                       \
	}

static void accepts_each_sound_request_however_it_is_cut(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} good[] = {
		GOOD("GET / HTTP/1.1\r\n" H "\r\n"),
		GOOD("HEAD /a/b.c?x=1&y HTTP/1.1\r\n" H "\r\n"),
		GOOD("DELETE /a HTTP/1.1\r\n" H "\r\n"),
		GOOD("GET /2345678901234567890123456789012 HTTP/1.1\r\n" H "\r\n"),
		GOOD("GET /..a/b../...?.. HTTP/1.1\r\n" H "\r\n"),
		GOOD("GET /a HTTP/1.1\r\nhOsT:[::1]:8443   \r\nX:\r\nY: a:b \xe9\r\n\r\n"),
		GOOD("POST / HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n"),
		GOOD("POST / HTTP/1.1\r\n" H "Content-Length: 16\r\n\r\n0123456789\r\n\0abc"),
		GOOD("PUT / HTTP/1.1\r\n" H
		     "Content-Length: 00000000000000000000000003\r\n\r\nabc"),
		GOOD("PATCH / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
		GOOD("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
		     "00000003\r\nabc\r\nA\r\n0123456789\r\n0\r\nX: y\r\nHost: b\r\n\r\n"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct verdict want = { HTTP_PARSE_DONE, 0, NULL, good[i].len };

		all_cuts_agree(good[i].text, good[i].text, good[i].len, want);
	}
}

static void wants_more_until_the_last_byte(void **state)
{
	static const char text[] = "POST / HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nabc";
	size_t head = (size_t)(strstr(text, "\r\n\r\n") - text) + 4;

	(void)state;
	for (size_t n = 0; n < sizeof(text) - 1; n++)
		assert_int_equal(feed(text, n, n, 0).state,
				 n < head ? HTTP_PARSE_HEAD : HTTP_PARSE_BODY);
}

static void tells_what_was_asked(void **state)
{
	static const char text[] = "POST /v1/a%20b/%C3%A9?x=%31&y=a+b HTTP/1.1\r\nHost: a\r\n"
				   "X-One:  two words  \r\nConnection: keep-alive, Close\r\n"
				   "Content-Length: 3\r\n\r\nabcGET";
	struct http_parse p;

	(void)state;
	http_parse_init(&p, NULL);
	assert_int_equal(http_parse_feed(&p, text, sizeof(text) - 1), sizeof(text) - 1 - 3);
	assert_int_equal(p.state, HTTP_PARSE_DONE);
	assert_string_equal(p.method, "POST");
	assert_string_equal(p.target, "/v1/a%20b/%C3%A9?x=%31&y=a+b");
	assert_string_equal(p.path, "/v1/a b/\xc3\xa9");
	assert_string_equal(p.query, "x=%31&y=a+b");
	assert_string_equal(http_headers_get(&p.headers, "x-one"), "two words");
	assert_true(p.close);
	assert_string_equal(buf_str(&p.body), "abc");
	assert_int_equal(http_parse_feed(&p, "GET", 3), 0); /* nothing more, until cleared */
	http_parse_clear(&p);
	assert_int_equal(p.state, HTTP_PARSE_HEAD);
	assert_false(p.close);
	assert_int_equal(http_parse_feed(&p, "GET / HTTP/1.1\r\n" H "\r\n", 27), 27);
	assert_int_equal(p.state, HTTP_PARSE_DONE);
	assert_string_equal(p.query, "");
	http_parse_clear(&p);
}

static void joins_the_chunks_and_drops_the_trailers(void **state)
{
	static const char text[] = "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
				   "3\r\na\0b\r\n4\r\ncdef\r\n0\r\nX-Late: 1\r\n\r\n";
	struct http_parse p;

	(void)state;
	http_parse_init(&p, NULL);
	assert_int_equal(http_parse_feed(&p, text, sizeof(text) - 1), sizeof(text) - 1);
	assert_int_equal(p.state, HTTP_PARSE_DONE);
	assert_int_equal(p.body.len, 7);
	assert_memory_equal(p.body.data, "a\0bcdef", 7);
	assert_null(http_headers_get(&p.headers, "X-Late"));
	http_parse_clear(&p);
}

/* Start, then n times line, then end, with the real limits. */
static struct verdict repeated(const char *start, const char *line, size_t n, const char *end)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);
	struct http_parse p;

	buf_adds(&b, start);
	for (size_t i = 0; i < n; i++)
		buf_adds(&b, line);
	buf_adds(&b, end);
	http_parse_init(&p, NULL);

	struct verdict v = { .taken = http_parse_feed(&p, b.data, b.len) };

	v.state = p.state;
	v.status = p.status;
	http_parse_clear(&p);
	buf_clear(&b);
	return v;
}

static void bounds_count_and_size_of_the_head(void **state)
{
	static const char start[] = "GET / HTTP/1.1\r\n" H;

	(void)state;
	assert_int_equal(repeated(start, "X: y\r\n", 63, "\r\n").state, HTTP_PARSE_DONE);
	assert_int_equal(repeated(start, "X: y\r\n", 64, "\r\n").status, 431);

	/* start 25, "X: " and two line ends 7: this is 16 KiB to the byte */
	size_t fits = 16384 - 25 - 7;

	assert_int_equal(repeated("GET / HTTP/1.1\r\n" H "X: ", "x", fits, "\r\n\r\n").state,
			 HTTP_PARSE_DONE);
	assert_int_equal(
	    repeated("GET / HTTP/1.1\r\n" H "X: ", "x", fits + 1, "\r\n\r\n").status, 431);

	struct verdict endless = repeated("GET / HTTP/1.1\r\nX: ", "x", 1 << 20, "");

	assert_int_equal(endless.status, 431);
	assert_true(endless.taken <= 16384 + 1);
}

static void bounds_target_and_method(void **state)
{
	(void)state;
	assert_int_equal(repeated("GET /", "x", 4095, " HTTP/1.1\r\n" H "\r\n").state,
			 HTTP_PARSE_DONE);
	assert_int_equal(repeated("GET /", "x", 4096, " HTTP/1.1\r\n" H "\r\n").status, 414);
	assert_true(repeated("GET /", "x", 1 << 20, "").taken < 4200);
	assert_true(repeated("", "X", 1 << 20, "").taken < 4200);
}

static void bounds_body_and_trailers(void **state)
{
	static const char chunked[] =
	    "PUT / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n";
	struct buf start = BUF_INIT(1024);

	(void)state;
	assert_int_equal(
	    repeated("PUT / HTTP/1.1\r\n" H "Content-Length: 1048576\r\n\r\n", "x", 1 << 20, "")
		.state,
	    HTTP_PARSE_DONE);
	assert_int_equal(
	    repeated("PUT / HTTP/1.1\r\n" H "Content-Length: 1048577\r\n\r\n", "", 0, "")
		.status,
	    413);
	buf_adds(&start, chunked);
	buf_adds(&start, "0\r\n");
	assert_int_equal(repeated(buf_str(&start), "X: y\r\n", 64, "\r\n").state,
			 HTTP_PARSE_DONE);
	assert_int_equal(repeated(buf_str(&start), "X: y\r\n", 65, "\r\n").status, 431);
	buf_adds(&start, "X: ");
	assert_int_equal(repeated(buf_str(&start), "y", 20000, "\r\n\r\n").status, 431);
	buf_clear(&start);
	assert_int_equal(repeated(chunked, "1\r\nx\r\n", 1 << 20, "0\r\n\r\n").state,
			 HTTP_PARSE_DONE);
	assert_int_equal(repeated(chunked, "1\r\nx\r\n", (1 << 20) + 1, "0\r\n\r\n").status,
			 413);
}

static void check_value(int (*get)(struct buf *, const char *, const char *), const char *text,
			const char *name, const char *want)
{
	struct buf out = BUF_INIT(16);

	buf_adds(&out, "old");

	int rc = get(&out, text, name);

	if (rc != (want ? 0 : -1) || strcmp(buf_str(&out), want ? want : "") != 0)
		fail_msg("%s in \"%s\": %d \"%s\"", name, text, rc, buf_str(&out));
	buf_clear(&out);
}

static void finds_a_value_in_a_query(void **state)
{
	(void)state;
	check_value(http_query_get, "a=1&b=2", "b", "2");
	check_value(http_query_get, "a=1&a=2", "a", "1");
	check_value(http_query_get, "%61=x%20y", "a", "x y");
	check_value(http_query_get, "a=b=c", "a", "b=c");
	check_value(http_query_get, "a=b+c", "a", "b+c");
	check_value(http_query_get, "a", "a", "");
	check_value(http_query_get, "&&a=&", "a", "");
	check_value(http_query_get, "$filter=x%20eq%20%27y%27", "$filter", "x eq 'y'");
	check_value(http_query_get, "ab=1", "a", NULL);
	check_value(http_query_get, "a=1", "ab", NULL);
	check_value(http_query_get, "", "a", NULL);
	check_value(http_query_get, "a=%", "a", NULL);
	check_value(http_query_get, "a=x%4", "a", NULL);
	check_value(http_query_get, "a=%00", "a", NULL);
	check_value(http_query_get, "a%00=1", "a", NULL);
	check_value(http_query_get, "%=1&a=2", "a", "2");
	check_value(http_query_get, "a=12345678901234567", "a", NULL);
}

static void finds_a_value_in_a_form(void **state)
{
	(void)state;
	check_value(http_form_get, "a+b=c+d%2B", "a b", "c d+");
	check_value(http_form_get, "scope=x&grant_type=y", "grant_type", "y");
}

static void escapes_all_but_unreserved(void **state)
{
	struct buf out = BUF_INIT(256);
	struct buf back = BUF_INIT(256);

	(void)state;
	buf_adds(&out, "x=");
	http_escape(&out, "aZ0-._~ /?&=+%\xc3\xa9");
	assert_string_equal(buf_str(&out), "x=aZ0-._~%20%2F%3F%26%3D%2B%25%C3%A9");
	assert_int_equal(http_query_get(&back, buf_str(&out), "x"), 0);
	assert_string_equal(buf_str(&back), "aZ0-._~ /?&=+%\xc3\xa9");
	buf_clear(&out);
	buf_clear(&back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_each_malformed_request_however_it_is_cut),
		cmocka_unit_test(accepts_each_sound_request_however_it_is_cut),
		cmocka_unit_test(wants_more_until_the_last_byte),
		cmocka_unit_test(tells_what_was_asked),
		cmocka_unit_test(joins_the_chunks_and_drops_the_trailers),
		cmocka_unit_test(bounds_count_and_size_of_the_head),
		cmocka_unit_test(bounds_target_and_method),
		cmocka_unit_test(bounds_body_and_trailers),
		cmocka_unit_test(finds_a_value_in_a_query),
		cmocka_unit_test(finds_a_value_in_a_form),
		cmocka_unit_test(escapes_all_but_unreserved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
