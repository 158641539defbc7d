/* A server that says what it is told to, on a socket of a folder of its own. */
#include "base/http_local.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../src/base/http_answer.h"
#include "base/buf.h"
#include "base/mem.h"

#define HELLO "HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 5\r\n\r\nhello"

struct fixture {
	char dir[40], path[60];
	struct loop *l;
	int fd, peer;
	struct watch *listener, *reader;
	const char *answer;
	bool hangs_up; /* after its answer */
	struct buf asked;

	/* what the callback got */
	int calls, status, chunks;
	bool cancels;
	struct http_local *call;
	struct buf body;
	struct err err;
};

static void on_request(void *arg, unsigned int what)
{
	struct fixture *f = arg;
	char bytes[4096];
	ssize_t n = read(f->peer, bytes, sizeof(bytes));

	(void)what;
	if (n > 0)
		buf_add(&f->asked, bytes, (size_t)n);
	if (n > 0 && f->answer)
		assert_true(write(f->peer, f->answer, strlen(f->answer)) > 0);
	if (n <= 0 || f->hangs_up) {
		watch_free(f->reader);
		close(f->peer);
		f->reader = NULL;
	}
}

static void on_peer(void *arg, unsigned int what)
{
	struct fixture *f = arg;

	(void)what;
	f->peer = accept(f->fd, NULL, NULL);
	f->reader = watch_new(f->l, f->peer, WATCH_READ, on_request, f);
}

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	strcpy(f->dir, "/tmp/http-local-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/s", f->dir);
	strcpy(a.sun_path, f->path);
	f->l = loop_new(NULL);
	f->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(f->fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(f->fd, 8), 0);
	f->listener = watch_new(f->l, f->fd, WATCH_READ, on_peer, f);
	f->asked = f->body = (struct buf)BUF_INIT(1 << 20);
	f->answer = HELLO;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	watch_free(f->reader);
	watch_free(f->listener);
	close(f->fd);
	loop_free(f->l);
	buf_clear(&f->asked);
	buf_clear(&f->body);
	unlink(f->path);
	rmdir(f->dir);
	free(f);
	return 0;
}

static void on_reply(void *arg, const struct http_reply *reply, const struct err *err)
{
	struct fixture *f = arg;

	f->calls++;
	f->err = *err;
	f->status = reply ? reply->status : 0;
	if (reply)
		buf_add(&f->body, reply->body, reply->body_len);
}

static void on_body(void *arg, const char *data, size_t n)
{
	struct fixture *f = arg;

	f->chunks++;
	buf_add(&f->body, data, n);
	if (f->cancels)
		http_local_cancel(f->call);
}

static void ask(struct fixture *f, struct http_local_request r)
{
	int before = f->calls;

	r.socket = r.socket ? r.socket : f->path;
	r.target = "/v1/x?y=1";
	buf_reset(&f->body);
	f->call = http_local_send(f->l, &r, on_reply, f);
	assert_int_equal(f->calls, before);
	for (int i = 0; i < 100 && f->calls == before; i++)
		loop_turn(f->l, 50);
	assert_int_equal(f->calls, before + 1);
}

static void brings_back_an_answer(void **state)
{
	struct fixture *f = *state;

	ask(f, (struct http_local_request){ 0 });
	assert_int_equal(f->status, 200);
	assert_string_equal(buf_str(&f->body), "hello");
	assert_memory_equal(buf_str(&f->asked), "GET /v1/x?y=1 HTTP/1.1\r\nHost: ", 30);
	assert_null(strstr(buf_str(&f->asked), "Content-Length"));
}

static void sends_a_body_and_headers(void **state)
{
	static const char *const headers[] = { "X-A: b", NULL };
	struct fixture *f = *state;

	ask(f, (struct http_local_request){
		   .method = "PUT", .headers = headers, .body = "{}", .body_len = 2 });
	assert_non_null(strstr(buf_str(&f->asked), "PUT /v1/x?y=1 HTTP/1.1\r\n"));
	assert_non_null(strstr(buf_str(&f->asked), "X-A: b\r\nContent-Length: 2\r\n\r\n{}"));
}

static void an_absent_server_was_sent_nothing(void **state)
{
	struct fixture *f = *state;

	ask(f, (struct http_local_request){ .socket = "/nonexistent/socket" });
	assert_int_equal(f->status, 0);
	assert_int_equal(f->err.code, ERR_IO);
	assert_non_null(strstr(f->err.msg, "GET /nonexistent/socket: No such file"));
}

static void a_broken_answer_leaves_the_outcome_unknown(void **state)
{
	static const char *const broken[] = {
		NULL, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
		"HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"
	};
	struct fixture *f = *state;

	f->hangs_up = true;
	for (size_t i = 0; i < 5; i++) {
		f->answer = broken[i];
		ask(f, (struct http_local_request){ .method = "POST" });
		assert_int_equal(f->status, 0);
		assert_int_equal(f->err.code, ERR_UNKNOWN);
		assert_non_null(strstr(f->err.msg, "it may have been carried out"));
	}
}

static void silence_ends_after_its_time(void **state)
{
	struct fixture *f = *state;

	f->answer = NULL;
	ask(f, (struct http_local_request){ .total_ms = 20 });
	assert_int_equal(f->err.code, ERR_UNKNOWN);
}

static void an_answer_above_the_ceiling_is_refused(void **state)
{
	struct fixture *f = *state;

	ask(f, (struct http_local_request){ .body_max = 4 });
	assert_int_equal(f->status, 0);
	assert_non_null(strstr(f->err.msg, "too large"));
}

static void a_stream_is_told_as_it_comes_and_may_be_cancelled_then(void **state)
{
	struct fixture *f = *state;
	struct http_local_request r = { .socket = f->path, .target = "/", .on_body = on_body };

	f->answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		    "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
	ask(f, r);
	assert_string_equal(buf_str(&f->body), "abcde");
	assert_int_equal(f->chunks, 1); /* what came at once */
	f->cancels = true;
	f->chunks = 0;
	f->call = http_local_send(f->l, &r, on_reply, f);
	for (int i = 0; i < 100 && f->chunks == 0; i++)
		loop_turn(f->l, 50);
	loop_turn(f->l, 10);
	assert_int_equal(f->calls, 1);
}

static void a_refused_stream_has_its_body(void **state)
{
	struct fixture *f = *state;

	f->answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno";
	ask(f, (struct http_local_request){ .on_body = on_body });
	assert_int_equal(f->status, 403);
	assert_int_equal(f->chunks, 0);
	assert_string_equal(buf_str(&f->body), "no");
}

static void a_cancelled_call_says_nothing(void **state)
{
	struct fixture *f = *state;
	struct http_local_request r = { .socket = f->path, .target = "/" };

	http_local_cancel(http_local_send(f->l, &r, on_reply, f));
	loop_turn(f->l, 10);
	assert_int_equal(f->calls, 0);
}

/* The reader */

struct verdict {
	const char *text, *body;
	enum http_answer_state state;
	int status;
};

static void reads_every_answer_however_it_is_split(void **state)
{
	static const struct verdict cases[] = {
		{ HELLO, "hello", ANSWER_DONE, 200 },
		{ "HTTP/1.1 204 No Content\r\n\r\n", "", ANSWER_DONE, 204 },
		{ "HTTP/1.1 100 Continue\r\n\r\n" HELLO, "hello", ANSWER_DONE, 200 },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "A\r\n0123456789\r\n0\r\nX: y\r\n\r\n",
		  "0123456789", ANSWER_DONE, 200 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", "hello", ANSWER_BODY,
		  200 },
		{ "HTTP/1.1 200 OK\r\nContent-Le", "", ANSWER_HEAD, 200 },
		{ HELLO "x", "hello", ANSWER_ERROR, 200 },
		{ "HTTP/1.1 20 OK\r\n", "", ANSWER_ERROR, 0 },
		{ "HTTP/1.1 200 OK\n", "", ANSWER_ERROR, 0 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
		  "", ANSWER_ERROR, 200 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "", ANSWER_ERROR, 200 },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5 \r\n", "",
		  ANSWER_ERROR, 200 },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", "a",
		  ANSWER_ERROR, 200 },
		{ "HTTP/1.1 200 OK\r\nname\r\n\r\n", "", ANSWER_ERROR, 200 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t step = 1; step <= strlen(cases[i].text); step++) {
			struct buf body = BUF_INIT(1000);
			struct http_answer a;
			size_t len = strlen(cases[i].text);

			http_answer_init(&a);
			for (size_t at = 0; at < len; at += step)
				http_answer_feed(&a, cases[i].text + at,
						 len - at < step ? len - at : step, &body);
			assert_int_equal(a.state, cases[i].state);
			assert_int_equal(a.status, cases[i].status);
			assert_string_equal(buf_str(&body), cases[i].body);
			http_answer_clear(&a);
			buf_clear(&body);
		}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(brings_back_an_answer),
		T(sends_a_body_and_headers),
		T(an_absent_server_was_sent_nothing),
		T(a_broken_answer_leaves_the_outcome_unknown),
		T(silence_ends_after_its_time),
		T(an_answer_above_the_ceiling_is_refused),
		T(a_stream_is_told_as_it_comes_and_may_be_cancelled_then),
		T(a_refused_stream_has_its_body),
		T(a_cancelled_call_says_nothing),
		cmocka_unit_test(reads_every_answer_however_it_is_split),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
