#include "base/tls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/http_client.h"
#include "base/http_server.h"
#include "base/loop_private.h"
#include "base/mem.h"
#include "base/tls_local.h"

struct fixture {
	char dir[64], ca[96], cert[96], key[96];
};

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	const char *tmp = getenv("TMPDIR");

	snprintf(f->dir, sizeof(f->dir), "%s/paceline-tls-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(f->dir))
		return -1;
	snprintf(f->ca, sizeof(f->ca), "%s/ca.pem", f->dir);
	snprintf(f->cert, sizeof(f->cert), "%s/server.pem", f->dir);
	snprintf(f->key, sizeof(f->key), "%s/server-key.pem", f->dir);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	file_remove_tree(f->dir, NULL);
	free(f);
	return 0;
}

static char *text_of(const char *path)
{
	struct buf b = BUF_INIT(65536);

	assert_int_equal(file_read(&b, path, NULL), 0);
	return buf_steal(&b);
}

static bool makes_new_ones(struct fixture *f)
{
	char *before = text_of(f->ca), *after;
	bool differ;

	assert_int_equal(tls_make_local(f->dir, NULL), 0);
	after = text_of(f->ca);
	differ = strcmp(before, after) != 0;
	free(before);
	free(after);
	return differ;
}

static void makes_a_key_that_only_its_owner_reads(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(tls_make_local(f->dir, NULL), 0);
	assert_int_equal(stat(f->key, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(f->ca, &st), 0);
}

static void keeps_what_is_still_good(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(tls_make_local(f->dir, NULL), 0);
	assert_false(makes_new_ones(f));
	assert_int_equal(tls_local_write(f->dir, 32, NULL), 0);
	assert_false(makes_new_ones(f));
}

static void renews_what_ends_within_thirty_days(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(tls_local_write(f->dir, 30, NULL), 0);
	assert_true(makes_new_ones(f));
	assert_false(makes_new_ones(f));
}

static void renews_what_does_not_fit_together(void **state)
{
	struct fixture *f = *state;
	char *key;

	assert_int_equal(tls_make_local(f->dir, NULL), 0);
	key = text_of(f->key);
	assert_int_equal(tls_local_write(f->dir, 100, NULL), 0);
	assert_int_equal(file_write(f->key, key, strlen(key), 0600, NULL), 0);
	free(key);
	assert_true(makes_new_ones(f));
	assert_int_equal(unlink(f->cert), 0);
	assert_true(makes_new_ones(f));
	assert_int_equal(file_write(f->cert, "-----BEGIN", 10, 0644, NULL), 0);
	assert_true(makes_new_ones(f));
}

static struct tls_server *server(struct fixture *f)
{
	struct tls_server *t;

	assert_int_equal(tls_make_local(f->dir, NULL), 0);
	t = tls_server_new(f->cert, f->key, NULL);
	assert_non_null(t);
	return t;
}

static SSL_CTX *strict_client(struct fixture *f)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx);

	SSL_CTX_set_security_level(ctx, 0); /* it must be the server that refuses */
	SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
	assert_int_equal(SSL_CTX_load_verify_locations(ctx, f->ca, NULL), 1);
	return ctx;
}

static void carry(SSL *from, SSL *to)
{
	char data[16384];
	int n;

	while ((n = BIO_read(SSL_get_wbio(from), data, sizeof(data))) > 0)
		assert_int_equal(BIO_write(SSL_get_rbio(to), data, n), n);
}

/* True when both sides agree; *c is the client's side, for a look. */
static bool handshake(struct tls_server *t, SSL_CTX *ctx, SSL **c)
{
	SSL *s = tls_server_ssl(t);
	bool ok = false;

	*c = SSL_new(ctx);
	SSL_set_connect_state(*c);
	SSL_set_bio(*c, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	SSL_set_bio(s, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	for (int i = 0; i < 10 && !ok; i++) {
		int a = SSL_do_handshake(*c), b;

		carry(*c, s);
		b = SSL_do_handshake(s);
		carry(s, *c);
		ok = a == 1 && b == 1;
	}
	SSL_free(s);
	return ok;
}

static bool agrees(struct fixture *f, int version, const char *suites)
{
	struct tls_server *t = server(f);
	SSL_CTX *ctx = strict_client(f);
	SSL *c;
	bool ok;

	SSL_CTX_set_max_proto_version(ctx, version);
	if (suites)
		assert_int_equal(SSL_CTX_set_cipher_list(ctx, suites), 1);
	ok = handshake(t, ctx, &c);
	if (ok)
		assert_int_equal(SSL_version(c), version);
	SSL_free(c);
	SSL_CTX_free(ctx);
	tls_server_free(t);
	return ok;
}

static void speaks_the_new_versions_and_not_the_old(void **state)
{
	assert_true(agrees(*state, TLS1_3_VERSION, NULL));
	assert_true(agrees(*state, TLS1_2_VERSION, NULL));
	assert_false(agrees(*state, TLS1_1_VERSION, "ALL:@SECLEVEL=0"));
	assert_false(agrees(*state, TLS1_VERSION, "ALL:@SECLEVEL=0"));
}

static void takes_only_suites_with_forward_secrecy_and_aead(void **state)
{
	assert_true(agrees(*state, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256"));
	assert_true(agrees(*state, TLS1_2_VERSION, "ECDHE-ECDSA-CHACHA20-POLY1305"));
	assert_false(agrees(*state, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA256"));
	assert_false(agrees(*state, TLS1_2_VERSION, "ECDHE-ECDSA-AES256-SHA"));
	assert_false(agrees(*state, TLS1_2_VERSION, "AES128-GCM-SHA256"));
}

static void is_verified_for_its_three_names_and_no_other(void **state)
{
	struct fixture *f = *state;
	struct tls_server *t = server(f);
	SSL_CTX *ctx = strict_client(f);
	X509 *x;
	SSL *c;

	assert_true(handshake(t, ctx, &c));
	x = SSL_get0_peer_certificate(c);
	assert_int_equal(SSL_get_verify_result(c), X509_V_OK);
	assert_int_equal(X509_check_ip_asc(x, "127.0.0.1", 0), 1);
	assert_int_equal(X509_check_ip_asc(x, "::1", 0), 1);
	assert_int_equal(X509_check_host(x, "localhost", 0, 0, NULL), 1);
	assert_int_equal(X509_check_host(x, "management.azure.com", 0, 0, NULL), 0);
	assert_int_equal(X509_check_purpose(x, X509_PURPOSE_SSL_CLIENT, 0), 0);
	assert_int_equal(SSL_session_reused(c), 0);
	assert_int_equal(SSL_SESSION_has_ticket(SSL_get_session(c)), 0);
	SSL_free(c);
	SSL_CTX_free(ctx);
	tls_server_free(t);
}

static void another_authority_is_not_believed(void **state)
{
	struct fixture *f = *state;
	struct tls_server *t = server(f);
	SSL_CTX *ctx;
	SSL *c;

	assert_int_equal(tls_local_write(f->dir, 100, NULL), 0);
	ctx = strict_client(f);
	assert_false(handshake(t, ctx, &c));
	assert_int_not_equal(SSL_get_verify_result(c), X509_V_OK);
	SSL_free(c);
	SSL_CTX_free(ctx);
	tls_server_free(t);
}

static void says_what_is_wrong_with_its_files(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;

	assert_int_equal(tls_make_local(f->dir, NULL), 0);
	assert_null(tls_server_new("/nonexistent/c.pem", f->key, &err));
	assert_non_null(strstr(err.msg, "/nonexistent/c.pem"));
	assert_null(tls_server_new(f->cert, f->ca, &err));
	assert_int_equal(chmod(f->key, 0640), 0);
	assert_null(tls_server_new(f->cert, f->key, &err));
	assert_int_equal(err.code, ERR_DENIED);
	assert_non_null(strstr(err.msg, "chmod 600"));
}

/* Our client against our server. */

struct talk {
	int calls, status;
	struct err err;
};

static void on_request(void *arg, struct http_exchange *x)
{
	(void)arg;
	http_x_answer(x, 200, NULL, "{}", 2);
}

static void on_reply(void *arg, const struct http_reply *reply, const struct err *err)
{
	struct talk *t = arg;

	t->calls++;
	t->status = reply ? reply->status : 0;
	t->err = *err;
}

static struct talk ask(struct loop *l, const char *ca, const char *url)
{
	struct http_client *c =
	    http_client_new(l, &(struct http_client_options){ .ca_file = ca }, NULL);
	int64_t until = loop_real_ms() + 10000;
	struct talk t = { 0 };

	http_client_send(c, &(struct http_request){ .url = url }, on_reply, &t);
	while (t.calls == 0 && loop_real_ms() < until)
		loop_turn(l, 1000);
	http_client_free(c);
	return t;
}

static void our_client_believes_only_the_authority_it_was_given(void **state)
{
	struct fixture *f = *state;
	struct loop *l = loop_new(NULL);
	struct tls_server *tls = server(f);
	struct http_server_options o = { 0 };
	struct http_server *s = http_server_new(l, &o, on_request, NULL);
	uint16_t port = 0;
	char url[64], named[64];
	struct talk t;

	assert_int_equal(http_server_listen_tcp(s, "127.0.0.1", &port, tls, NULL), 0);
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/", port);
	snprintf(named, sizeof(named), "https://127.0.0.2:%d/", port);
	t = ask(l, f->ca, url);
	assert_string_equal(t.err.msg, "");
	assert_int_equal(t.status, 200);
	t = ask(l, NULL, url);
	assert_int_equal(t.status, 0);
	assert_int_equal(t.err.code, ERR_IO); /* nothing was sent */
	assert_int_equal(tls_local_write(f->dir, 100, NULL), 0);
	t = ask(l, f->ca, url);
	assert_int_equal(t.err.code, ERR_IO);
	t = ask(l, f->ca, named);
	assert_int_equal(t.err.code, ERR_IO);
	http_server_free(s);
	tls_server_free(tls);
	for (int i = 0; i < 3; i++)
		loop_turn(l, 0);
	loop_free(l);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(makes_a_key_that_only_its_owner_reads),
		T(keeps_what_is_still_good),
		T(renews_what_ends_within_thirty_days),
		T(renews_what_does_not_fit_together),
		T(speaks_the_new_versions_and_not_the_old),
		T(takes_only_suites_with_forward_secrecy_and_aead),
		T(is_verified_for_its_three_names_and_no_other),
		T(another_authority_is_not_believed),
		T(says_what_is_wrong_with_its_files),
		T(our_client_believes_only_the_authority_it_was_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
