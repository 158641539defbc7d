/* A digest, base64, and RS256 over OpenSSL. The only other user of OpenSSL is base/tls.c. */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define SHA256_HEX 65

void sha256_hex(char out[SHA256_HEX], const void *data, size_t n);
bool same_secret(const char *a, const char *b); /* constant time for equal lengths */

int base64_write(struct buf *out, const void *data, size_t n);
int base64_read(struct buf *out, const char *text, size_t len, struct err *err); /* standard alphabet, padded */
int base64url_write(struct buf *out, const void *data, size_t n);                /* no padding */
int base64url_read(struct buf *out, const char *text, size_t len, struct err *err);

struct rsa_key;
struct rsa_key *rsa_key_make(unsigned int bits, struct err *err);
struct rsa_key *rsa_key_load(const char *pem_path, struct err *err);
struct rsa_key *rsa_key_from_public(const char *n, const char *e, struct err *err); /* base64url, of a JWKS */
int rsa_key_save(const struct rsa_key *key, const char *pem_path, struct err *err); /* mode 0600 */
void rsa_key_free(struct rsa_key *key);
int rsa_key_public(const struct rsa_key *key, struct buf *n, struct buf *e); /* base64url, for a JWKS */
int rs256_sign(const struct rsa_key *key, struct buf *sig, const void *data, size_t n, struct err *err);
bool rs256_verify(const struct rsa_key *key, const void *sig, size_t sig_len, const void *data, size_t n);

#endif
