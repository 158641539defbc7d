#include "base/tls.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/mem.h"

struct tls_server {
	SSL_CTX *ctx;
};

/* For TLS 1.2; every suite of 1.3 is of this kind. */
#define SUITES "ECDHE+AESGCM:ECDHE+CHACHA20"

static int wrong(struct err *err, enum err_code code, const char *what, const char *path)
{
	unsigned long reason = ERR_peek_last_error();
	const char *text = reason ? ERR_reason_error_string(reason) : NULL;

	ERR_clear_error();
	return err_set(err, code, "%s %s%s%s", what, path, text ? ": " : "", text ? text : "");
}

/* S7.1: a key that others can read is no secret. */
static int check_key_file(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return err_sys(err, "TLS key %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_INVALID, "TLS key %s is not a file", path);
	if (st.st_mode & 077)
		return err_set(err, ERR_DENIED,
			       "TLS key %s can be read by others: chmod 600 it", path);
	return 0;
}

static int set_rules(SSL_CTX *ctx)
{
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
				     SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 &&
		       SSL_CTX_set_num_tickets(ctx, 0) == 1 &&
		       SSL_CTX_set_max_early_data(ctx, 0) == 1 &&
		       SSL_CTX_set_cipher_list(ctx, SUITES) == 1
		   ? 0
		   : -1;
}

static int load(SSL_CTX *ctx, const char *cert, const char *key, struct err *err)
{
	if (set_rules(ctx) != 0)
		return wrong(err, ERR_UNSUPPORTED, "TLS 1.2 with suites", SUITES);
	if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1)
		return wrong(err, ERR_INVALID, "TLS certificate", cert);
	if (check_key_file(key, err) != 0)
		return -1;
	if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1)
		return wrong(err, ERR_INVALID, "TLS key", key);
	return 0;
}

struct tls_server *tls_server_new(const char *cert_pem, const char *key_pem, struct err *err)
{
	struct tls_server *t = xcalloc(1, sizeof(*t));

	ERR_clear_error();
	t->ctx = SSL_CTX_new(TLS_server_method());
	if (!t->ctx)
		wrong(err, ERR_INTERNAL, "TLS does not start for", cert_pem);
	if (t->ctx && load(t->ctx, cert_pem, key_pem, err) == 0)
		return t;
	tls_server_free(t);
	return NULL;
}

void tls_server_free(struct tls_server *t)
{
	if (!t)
		return;
	SSL_CTX_free(t->ctx); /* connections under way hold it too */
	free(t);
}

void *tls_server_ssl(struct tls_server *t)
{
	SSL *ssl = SSL_new(t->ctx);

	if (ssl)
		SSL_set_accept_state(ssl);
	return ssl;
}
