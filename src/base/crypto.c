#include "base/crypto.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/file.h"
#include "base/mem.h"

#define KEY_BITS_MIN  2048
#define KEY_BITS_MAX  8192
#define PEM_MAX	      65536
#define MODULUS_BYTES (KEY_BITS_MAX / 8)

struct rsa_key {
	EVP_PKEY *pkey;
	bool can_sign; /* false when made from a public key */
};

/* OpenSSL's oldest reason behind our sentence; its queue is empty afterwards. */
static int wrong(struct err *err, enum err_code code, const char *what)
{
	unsigned long reason = ERR_get_error();
	const char *text = reason ? ERR_reason_error_string(reason) : NULL;

	ERR_clear_error();
	return err_set(err, code, "%s%s%s", what, text ? ": " : "", text ? text : "");
}

bool same_secret(const char *a, const char *b)
{
	size_t n = strlen(a);

	return n == strlen(b) && CRYPTO_memcmp(a, b, n) == 0;
}

/* Takes pkey over; NULL and an error when it is no RSA key of a size that we use. */
static struct rsa_key *key_of(EVP_PKEY *pkey, bool can_sign, struct err *err)
{
	if (!EVP_PKEY_is_a(pkey, "RSA")) {
		err_set(err, ERR_INVALID, "not an RSA key");
	} else if (EVP_PKEY_get_bits(pkey) < KEY_BITS_MIN ||
		   EVP_PKEY_get_bits(pkey) > KEY_BITS_MAX) {
		err_set(err, ERR_INVALID, "an RSA key of %d bits; wanted %d to %d",
			EVP_PKEY_get_bits(pkey), KEY_BITS_MIN, KEY_BITS_MAX);
	} else {
		struct rsa_key *key = xcalloc(1, sizeof(*key));

		key->pkey = pkey;
		key->can_sign = can_sign;
		return key;
	}
	EVP_PKEY_free(pkey);
	return NULL;
}

struct rsa_key *rsa_key_make(unsigned int bits, struct err *err)
{
	EVP_PKEY *pkey = bits <= KEY_BITS_MAX ? EVP_RSA_gen(bits) : NULL;

	if (!pkey) {
		wrong(err, ERR_INTERNAL, "cannot make an RSA key");
		return NULL;
	}
	return key_of(pkey, true, err);
}

/* A key under a passphrase is refused: asking for it would read the terminal. */
static int no_passphrase(char *buf, int size, int writing, void *arg)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static void wipe(struct buf *b)
{
	if (b->data)
		OPENSSL_cleanse(b->data, b->cap);
	buf_clear(b);
}

struct rsa_key *rsa_key_load(const char *pem_path, struct err *err)
{
	struct buf pem = BUF_INIT(PEM_MAX);
	struct rsa_key *key = NULL;

	if (file_read(&pem, pem_path, err) == 0) {
		BIO *bio = BIO_new_mem_buf(buf_str(&pem), (int)pem.len);
		EVP_PKEY *pkey =
		    bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;

		if (pkey)
			key = key_of(pkey, true, err);
		else
			wrong(err, ERR_PARSE, "no private key in PEM without a passphrase");
		if (!key)
			err_wrap(err, "%s", pem_path);
		BIO_free(bio);
	}
	wipe(&pem);
	return key;
}

int rsa_key_save(const struct rsa_key *key, const char *pem_path, struct err *err)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	int rc;

	if (!key->can_sign) {
		rc = err_set(err, ERR_INVALID, "%s: only the public half is known", pem_path);
	} else if (!bio ||
		   PEM_write_bio_PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) != 1) {
		rc = wrong(err, ERR_INTERNAL, "cannot write an RSA key as PEM");
	} else {
		char *pem = NULL;
		long n = BIO_get_mem_data(bio, &pem);

		rc = file_write(pem_path, pem, (size_t)n, 0600, err);
	}
	BIO_free(bio);
	return rc;
}

void rsa_key_free(struct rsa_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

static int put_number(struct buf *out, const struct rsa_key *key, const char *name)
{
	unsigned char bytes[MODULUS_BYTES];
	BIGNUM *bn = NULL;
	int rc = -1;

	if (EVP_PKEY_get_bn_param(key->pkey, name, &bn) == 1 &&
	    BN_num_bytes(bn) <= MODULUS_BYTES)
		rc = base64url_write(out, bytes, (size_t)BN_bn2bin(bn, bytes));
	BN_free(bn);
	return rc;
}

int rsa_key_public(const struct rsa_key *key, struct buf *n, struct buf *e)
{
	if (put_number(n, key, OSSL_PKEY_PARAM_RSA_N) < 0)
		return -1;
	return put_number(e, key, OSSL_PKEY_PARAM_RSA_E);
}

static BIGNUM *number_read(const char *text, struct err *err)
{
	struct buf bytes = BUF_INIT(MODULUS_BYTES);
	BIGNUM *bn = NULL;

	if (base64url_read(&bytes, text, strlen(text), err) == 0)
		bn = BN_bin2bn((const unsigned char *)buf_str(&bytes), (int)bytes.len, NULL);
	buf_clear(&bytes);
	return bn;
}

static EVP_PKEY *pkey_of(const BIGNUM *n, const BIGNUM *e)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;

	if (build && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		params = OSSL_PARAM_BLD_to_param(build);
	if (params && ctx && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		pkey = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

struct rsa_key *rsa_key_from_public(const char *n, const char *e, struct err *err)
{
	BIGNUM *modulus = number_read(n, err), *exponent = modulus ? number_read(e, err) : NULL;
	struct rsa_key *key = NULL;

	if (!exponent) {
		err_wrap(err, "public key");
	} else if (!BN_is_odd(exponent) || BN_is_one(exponent) || BN_num_bits(exponent) > 64) {
		err_set(err, ERR_INVALID,
			"public key: its exponent is not an odd number from 3 to 2^64");
	} else {
		EVP_PKEY *pkey = pkey_of(modulus, exponent);

		if (pkey)
			key = key_of(pkey, false, err);
		else
			wrong(err, ERR_INVALID, "not a public RSA key");
	}
	BN_free(modulus);
	BN_free(exponent);
	return key;
}

int rs256_sign(const struct rsa_key *key, struct buf *sig, const void *data, size_t n,
	       struct err *err)
{
	unsigned char bytes[MODULUS_BYTES];
	size_t len = sizeof(bytes);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int rc = -1;

	if (!key->can_sign)
		err_set(err, ERR_INVALID,
			"cannot sign: only the public half of the key is known");
	else if (!ctx || EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key->pkey) != 1 ||
		 EVP_DigestSign(ctx, bytes, &len, data, n) != 1)
		wrong(err, ERR_INTERNAL, "cannot sign");
	else if (buf_add(sig, bytes, len) < 0)
		err_set(err, ERR_FULL, "a signature of %zu bytes", len);
	else
		rc = 0;
	EVP_MD_CTX_free(ctx);
	return rc;
}

bool rs256_verify(const struct rsa_key *key, const void *sig, size_t sig_len, const void *data,
		  size_t n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx &&
		    EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key->pkey) == 1 &&
		    EVP_DigestVerify(ctx, sig, sig_len, data, n) == 1;

	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return good;
}
