#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "../../support/http_raw.h"
#include "base/http_client.h"
#include "base/loop_private.h"
#include "base/mem.h"
#include "base/tls.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

static struct raw_server server;
static struct tls_server *tls;
static char ca[128], cert[128], key[128];

/* A client that verifies, without curl: versions and record sizes are the test's to choose. */
struct tls_client {
	struct raw_client raw;
	SSL_CTX *ctx;
	SSL *ssl;
};

static struct tls_client client;

static void start(struct http_server_options o)
{
	struct err err = ERR_INIT;

	raw_server_start(&server, &o);
	if (tls_make_local(server.dir, &err) != 0)
		fail_msg("%s", err.msg);
	snprintf(ca, sizeof(ca), "%s/ca.pem", server.dir);
	snprintf(cert, sizeof(cert), "%s/server.pem", server.dir);
	snprintf(key, sizeof(key), "%s/server-key.pem", server.dir);
	tls = tls_server_new(cert, key, &err);
	if (!tls)
		fail_msg("%s", err.msg);
	if (http_server_listen_tcp(server.http, "127.0.0.1", &server.port, tls, &err) != 0)
		fail_msg("%s", err.msg);
}

static void hang_up(void)
{
	SSL_free(client.ssl);
	SSL_CTX_free(client.ctx);
	if (client.raw.server)
		raw_close(&client.raw);
	client = (struct tls_client){ 0 };
}

static int stop(void **state)
{
	(void)state;
	hang_up();
	http_server_free(server.http);
	server.http = NULL;
	tls_server_free(tls);
	unlink(ca);
	unlink(cert);
	unlink(key);
	raw_server_stop(&server);
	return 0;
}

static void dial(int max_version)
{
	raw_connect_tcp(&client.raw, &server, NULL);
	client.ctx = SSL_CTX_new(TLS_client_method());
	assert_int_equal(SSL_CTX_load_verify_locations(client.ctx, ca, NULL), 1);
	SSL_CTX_set_verify(client.ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_security_level(client.ctx, 0); /* else OpenSSL itself would not try 1.1 */
	SSL_CTX_set_max_proto_version(client.ctx, max_version);
	client.ssl = SSL_new(client.ctx);
	SSL_set_fd(client.ssl, client.raw.fd);
	X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(client.ssl), "127.0.0.1");
}

static bool wants_more(int rc)
{
	int why = SSL_get_error(client.ssl, rc);

	return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
}

/* 1, or what SSL_connect() said last. */
static int shake_hands(void)
{
	int64_t until = loop_real_ms() + 20000;
	int rc;

	while ((rc = SSL_connect(client.ssl)) != 1 && wants_more(rc)) {
		assert_true(loop_real_ms() < until);
		loop_turn(server.loop, 2);
	}
	return rc;
}

static void tls_send(const char *data, size_t len, size_t step)
{
	int64_t until = loop_real_ms() + 20000;

	while (len > 0) {
		int rc = SSL_write(client.ssl, data, (int)(len < step ? len : step));

		if (rc > 0) {
			data += rc;
			len -= (size_t)rc;
		} else {
			assert_true(wants_more(rc));
			loop_turn(server.loop, 2);
		}
		assert_true(loop_real_ms() < until);
	}
}

/* Until text came, or the end when text is NULL; how it ended. */
static int tls_wait(const char *text)
{
	int64_t until = loop_real_ms() + 20000;
	char part[16384];

	while (!text || raw_count(&client.raw, text) == 0) {
		int rc = SSL_read(client.ssl, part, sizeof(part));

		if (rc > 0)
			buf_add(&client.raw.got, part, (size_t)rc);
		else if (!wants_more(rc))
			return SSL_get_error(client.ssl, rc);
		else
			loop_turn(server.loop, 2);
		if (loop_real_ms() > until)
			fail_msg("no \"%s\" in \"%s\"", text ? text : "end",
				 buf_str(&client.raw.got));
	}
	return SSL_ERROR_NONE;
}

static void answers_over_a_verified_connection(void **state)
{
	(void)state;
	start((struct http_server_options){ 0 });
	dial(0);
	assert_int_equal(shake_hands(), 1);
	assert_int_equal(SSL_get_verify_result(client.ssl), X509_V_OK);
	assert_string_equal(SSL_get_version(client.ssl), "TLSv1.3");
	tls_send(GET("/one"), strlen(GET("/one")), 1000);
	assert_int_equal(tls_wait("GET /one\n"), SSL_ERROR_NONE);
	tls_send(GET("/two"), strlen(GET("/two")), 1); /* each byte its own record */
	assert_int_equal(tls_wait("GET /two\n"), SSL_ERROR_NONE);
	assert_int_equal(http_server_clients(server.http), 1);
}

static void speaks_1_2_but_not_1_1(void **state)
{
	(void)state;
	start((struct http_server_options){ 0 });
	dial(TLS1_2_VERSION);
	assert_int_equal(shake_hands(), 1);
	hang_up();
	dial(TLS1_1_VERSION);
	assert_int_not_equal(shake_hands(), 1);
	ERR_clear_error();
	raw_wait_clients(&server, 0);
	hang_up();
	dial(0);
	assert_int_equal(shake_hands(), 1); /* the next client is not blamed for it */
	tls_send(GET("/one"), strlen(GET("/one")), 1000);
	assert_int_equal(tls_wait("GET /one\n"), SSL_ERROR_NONE);
}

static void says_good_bye(void **state)
{
	static const char text[] = "GET /one HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

	(void)state;
	start((struct http_server_options){ 0 });
	dial(0);
	assert_int_equal(shake_hands(), 1);
	tls_send(text, sizeof(text) - 1, 1000);
	assert_int_equal(tls_wait(NULL), SSL_ERROR_ZERO_RETURN); /* not cut: told */
	assert_int_equal(raw_count(&client.raw, "GET /one\n"), 1);
}

static void a_dropped_request_looks_cut(void **state)
{
	(void)state;
	start((struct http_server_options){ 0 });
	dial(0);
	assert_int_equal(shake_hands(), 1);
	tls_send(GET("/keep"), strlen(GET("/keep")), 1000);
	raw_wait_kept(&server, 1);
	http_x_drop(server.kept[0]);
	assert_int_equal(tls_wait(NULL), SSL_ERROR_SYSCALL);
	assert_int_equal(client.raw.got.len, 0);
}

static void carries_a_megabyte_each_way(void **state)
{
	static const char head[] =
	    "PUT /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n";
	size_t len = (size_t)1 << 20;
	char *body = xmalloc(len);

	(void)state;
	start((struct http_server_options){ 0 });
	dial(0);
	assert_int_equal(shake_hands(), 1);
	memset(body, 'x', len);
	body[len - 1] = 'y';
	tls_send(head, sizeof(head) - 1, 1000);
	tls_send(body, len, 16384);
	assert_int_equal(tls_wait("xxxxy"), SSL_ERROR_NONE);
	assert_memory_equal(client.raw.got.data + client.raw.got.len - len, body, len);
	free(body);
}

static void goes_on_after_reading_far_ahead(void **state)
{
	struct buf many = BUF_INIT((size_t)1 << 20);

	(void)state;
	start((struct http_server_options){ 0 });
	dial(0);
	assert_int_equal(shake_hands(), 1);
	buf_adds(&many, GET("/keep"));
	for (int i = 0; i < 2000; i++)
		buf_adds(&many, GET("/one"));
	buf_adds(&many, GET("/end"));
	tls_send(many.data, many.len, 16384);
	raw_wait_kept(&server, 1);
	raw_turns(&server, 50);
	assert_int_equal(server.n_asked, 1);
	http_x_answer(server.kept[0], 200, NULL, "{}", 2);
	assert_int_equal(tls_wait("GET /end\n"), SSL_ERROR_NONE);
	assert_int_equal(raw_count(&client.raw, "GET /one\n"), 2000);
	buf_clear(&many);
}

static void tells_when_a_client_leaves(void **state)
{
	(void)state;
	start((struct http_server_options){ 0 });
	dial(0);
	assert_int_equal(shake_hands(), 1);
	tls_send(GET("/keep"), strlen(GET("/keep")), 1000);
	raw_wait_kept(&server, 1);
	hang_up(); /* without a good-bye of TLS */
	raw_wait_clients(&server, 0);
	assert_int_equal(server.n_closed, 1);
}

static void cuts_a_handshake_that_stalls(void **state)
{
	struct raw_client silent, slow;

	(void)state;
	start((struct http_server_options){ .handshake_ms = 100 });
	raw_connect_tcp(&silent, &server, NULL);
	raw_connect_tcp(&slow, &server, NULL);
	raw_send_bytes(&slow, "\x16\x03\x01\x02\x00",
		       5); /* the head of a hello that never comes */
	raw_wait_eof(&silent);
	raw_wait_eof(&slow);
	raw_wait_clients(&server, 0);
	raw_close(&silent);
	raw_close(&slow);
}

static void cuts_who_says_nothing_after_the_handshake(void **state)
{
	(void)state;
	start((struct http_server_options){ .head_ms = 100 });
	dial(0);
	assert_int_equal(shake_hands(), 1);
	assert_int_equal(tls_wait(NULL), SSL_ERROR_ZERO_RETURN);
	assert_int_equal(client.raw.got.len, 0);
}

static void does_not_speak_plain_http_there(void **state)
{
	struct raw_client plain;

	(void)state;
	start((struct http_server_options){ 0 });
	raw_connect_tcp(&plain, &server, NULL);
	raw_send(&plain, GET("/one"));
	raw_wait_eof(&plain);
	assert_int_equal(raw_count(&plain, "HTTP"), 0);
	assert_int_equal(server.n_asked, 0);
	raw_close(&plain);
}

static int status;

static void on_reply(void *arg, const struct http_reply *reply, const struct err *err)
{
	(void)arg;
	if (!reply)
		fail_msg("%s", err->msg);
	status = reply->status;
	assert_string_equal(reply->body, "GET /one\n");
}

static void answers_our_own_client(void **state)
{
	struct http_client_options o = { .user_agent = "test" };
	struct http_client *c;
	struct err err = ERR_INIT;
	char url[64];
	int64_t until = loop_real_ms() + 20000;

	(void)state;
	start((struct http_server_options){ 0 });
	o.ca_file = ca;
	c = http_client_new(server.loop, &o, &err);
	assert_non_null(c);
	snprintf(url, sizeof(url), "https://127.0.0.1:%u/one", (unsigned int)server.port);
	for (int i = 0; i < 2; i++) {
		status = 0;
		http_client_send(c, &(struct http_request){ .url = url }, on_reply, NULL);
		while (status == 0) {
			assert_true(loop_real_ms() < until);
			loop_turn(server.loop, 2);
		}
		assert_int_equal(status, 200);
	}
	assert_int_equal(http_server_clients(server.http), 1);
	http_client_free(c);
}

#define TEST(name) cmocka_unit_test_teardown(name, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(answers_over_a_verified_connection),
		TEST(speaks_1_2_but_not_1_1),
		TEST(says_good_bye),
		TEST(a_dropped_request_looks_cut),
		TEST(carries_a_megabyte_each_way),
		TEST(goes_on_after_reading_far_ahead),
		TEST(tells_when_a_client_leaves),
		TEST(cuts_a_handshake_that_stalls),
		TEST(cuts_who_says_nothing_after_the_handshake),
		TEST(does_not_speak_plain_http_there),
		TEST(answers_our_own_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
