#include "base/tls_local.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/tls.h"

#define DAYS	   397 /* the longest that clients take */
#define DAYS_LEFT  30
#define HOUR_S	   3600
#define SERIAL_MAX 19 /* bytes: positive, within the 20 that X.509 allows */

/* The authority's key is forgotten when both are made: what is not kept cannot sign anything
 * else. */
struct pair {
	EVP_PKEY *ca_key, *key;
	X509 *ca, *cert;
};

struct extension {
	int nid;
	const char *value;
};

/* What strict clients ask for: OpenSSL's X509_STRICT, and with it Python 3.13. */
static const struct extension ca_extensions[] = {
	{ NID_basic_constraints, "critical,CA:TRUE,pathlen:0" },
	{ NID_key_usage, "critical,keyCertSign,cRLSign" },
	{ NID_subject_key_identifier, "hash" },
	{ NID_authority_key_identifier, "keyid:always" },
};

static const struct extension server_extensions[] = {
	{ NID_basic_constraints, "critical,CA:FALSE" },
	{ NID_key_usage, "critical,digitalSignature" },
	{ NID_ext_key_usage, "serverAuth" },
	{ NID_subject_key_identifier, "hash" },
	{ NID_authority_key_identifier, "keyid:always" },
	{ NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1" },
};

static int wrong(struct err *err, const char *what)
{
	unsigned long reason = ERR_peek_last_error();
	const char *text = reason ? ERR_reason_error_string(reason) : NULL;

	ERR_clear_error();
	return err_set(err, ERR_INTERNAL, "%s%s%s", what, text ? ": " : "", text ? text : "");
}

static bool set_serial(X509 *x)
{
	unsigned char bytes[SERIAL_MAX];
	BIGNUM *n;
	bool ok;

	rand_bytes(bytes, sizeof(bytes));
	bytes[0] |= 0x40; /* not zero, not short */
	n = BN_bin2bn(bytes, sizeof(bytes), NULL);
	ok = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x));
	BN_free(n);
	return ok;
}

static bool add_extensions(X509 *x, X509 *issuer, const struct extension *e, size_t n)
{
	X509V3_CTX ctx;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	for (size_t i = 0; i < n; i++) {
		X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, &ctx, e[i].nid, e[i].value);
		bool ok = ext && X509_add_ext(x, ext, -1) == 1;

		X509_EXTENSION_free(ext);
		if (!ok)
			return false;
	}
	return true;
}

static bool set_names(X509 *x, const char *name, X509 *issuer)
{
	X509_NAME *subject = X509_get_subject_name(x);

	return X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8,
					  (const unsigned char *)"Paceline", -1, -1, 0) == 1 &&
	       X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
					  (const unsigned char *)name, -1, -1, 0) == 1 &&
	       X509_set_issuer_name(x, X509_get_subject_name(issuer)) == 1;
}

/* Everything but extensions and signature. OpenSSL reads the real clock, as clients do. */
static X509 *blank(const char *name, X509 *issuer, EVP_PKEY *key, int days)
{
	X509 *x = X509_new();

	if (x && X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) &&
	    X509_gmtime_adj(X509_getm_notBefore(x), -HOUR_S) &&
	    X509_time_adj_ex(X509_getm_notAfter(x), days, -HOUR_S, NULL) &&
	    set_names(x, name, issuer ? issuer : x) && X509_set_pubkey(x, key) == 1)
		return x;
	X509_free(x);
	return NULL;
}

static int make_pair(struct pair *p, int days, struct err *err)
{
	char name[64] = "Paceline local authority ";

	rand_hex(name + sizeof("Paceline local authority ") - 1,
		 4); /* old and new are told apart */
	p->ca_key = EVP_EC_gen("P-256");
	p->key = EVP_EC_gen("P-256");
	if (!p->ca_key || !p->key)
		return wrong(err, "no P-256 key can be made");
	p->ca = blank(name, NULL, p->ca_key, days);
	if (!p->ca || !add_extensions(p->ca, p->ca, ca_extensions, ARRAY_LEN(ca_extensions)) ||
	    X509_sign(p->ca, p->ca_key, EVP_sha256()) == 0)
		return wrong(err, "no certificate authority can be made");
	p->cert = blank("localhost", p->ca, p->key, days);
	if (!p->cert ||
	    !add_extensions(p->cert, p->ca, server_extensions, ARRAY_LEN(server_extensions)) ||
	    X509_sign(p->cert, p->ca_key, EVP_sha256()) == 0)
		return wrong(err, "no certificate can be made");
	return 0;
}

static void pair_clear(struct pair *p)
{
	X509_free(p->ca);
	X509_free(p->cert);
	EVP_PKEY_free(p->ca_key);
	EVP_PKEY_free(p->key);
}

static int write_pem(const char *dir, const char *name, mode_t mode, BIO *bio, bool made,
		     struct err *err)
{
	char *path = xasprintf("%s/%s", dir, name);
	char *text = NULL;
	long n = made ? BIO_get_mem_data(bio, &text) : 0;
	int rc = n > 0 ? file_write(path, text, (size_t)n, mode, err)
		       : wrong(err, "no PEM text can be made");

	free(path);
	return rc;
}

/* Stopped in between, the three do not fit together, and the next start makes them again. */
static int write_pair(const char *dir, const struct pair *p, struct err *err)
{
	BIO *key = BIO_new(BIO_s_secmem());
	BIO *cert = BIO_new(BIO_s_mem());
	BIO *ca = BIO_new(BIO_s_mem());
	bool made_key =
	    key && PEM_write_bio_PrivateKey(key, p->key, NULL, NULL, 0, NULL, NULL) == 1;
	bool made_cert = cert && PEM_write_bio_X509(cert, p->cert) == 1 &&
			 PEM_write_bio_X509(cert, p->ca) == 1;
	bool made_ca = ca && PEM_write_bio_X509(ca, p->ca) == 1;
	int rc = -1;

	if (write_pem(dir, "server-key.pem", 0600, key, made_key, err) == 0 &&
	    write_pem(dir, "server.pem", 0644, cert, made_cert, err) == 0)
		rc = write_pem(dir, "ca.pem", 0644, ca, made_ca, err);
	BIO_free(key);
	BIO_free(cert);
	BIO_free(ca);
	return rc;
}

int tls_local_write(const char *dir, int days, struct err *err)
{
	struct pair p = { 0 };
	int rc = -1;

	ERR_clear_error();
	if (file_make_dir(dir, 0700, err) == 0 && make_pair(&p, days, err) == 0)
		rc = write_pair(dir, &p, err);
	pair_clear(&p);
	return rc == 0 ? 0 : err_wrap(err, "certificates in %s", dir);
}

/* What is there already. */

static BIO *open_pem(const char *dir, const char *name)
{
	char *path = xasprintf("%s/%s", dir, name);
	struct buf text = BUF_INIT(65536);
	BIO *bio = NULL;

	if (file_read(&text, path, NULL) == 0 && text.len > 0) {
		bio = BIO_new(BIO_s_mem());
		if (bio)
			BIO_write(bio, text.data, (int)text.len);
	}
	buf_clear(&text);
	free(path);
	return bio;
}

static X509 *read_cert(const char *dir, const char *name)
{
	BIO *bio = open_pem(dir, name);
	X509 *x = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	return x;
}

static EVP_PKEY *read_key(const char *dir, const char *name)
{
	BIO *bio = open_pem(dir, name);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	return key;
}

static bool lasts(const X509 *x)
{
	int days = 0, seconds = 0;

	return X509_cmp_current_time(X509_get0_notBefore(x)) < 0 &&
	       ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(x)) == 1 &&
	       days >= DAYS_LEFT;
}

static bool is_usable(const char *dir)
{
	struct pair p = {
		.ca = read_cert(dir, "ca.pem"),
		.cert = read_cert(dir, "server.pem"),
		.key = read_key(dir, "server-key.pem"),
	};
	bool ok = p.ca && p.cert && p.key && lasts(p.ca) && lasts(p.cert) &&
		  X509_check_private_key(p.cert, p.key) == 1 &&
		  X509_verify(p.cert, X509_get0_pubkey(p.ca)) == 1 &&
		  X509_check_ip_asc(p.cert, "127.0.0.1", 0) == 1 &&
		  X509_check_ip_asc(p.cert, "::1", 0) == 1 &&
		  X509_check_host(p.cert, "localhost", 0, 0, NULL) == 1;

	pair_clear(&p);
	ERR_clear_error();
	return ok;
}

int tls_make_local(const char *dir, struct err *err)
{
	return is_usable(dir) ? 0 : tls_local_write(dir, DAYS, err);
}
