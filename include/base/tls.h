/* TLS for the server side (S5.1: 1.2 and up, ECDHE with AEAD, no renegotiation), and the small CA that azsim and tests make. */
#ifndef BASE_TLS_H
#define BASE_TLS_H

#include "base/err.h"

struct tls_server;

struct tls_server *tls_server_new(const char *cert_pem, const char *key_pem, struct err *err); /* paths */
void tls_server_free(struct tls_server *t);
void *tls_server_ssl(struct tls_server *t); /* a new SSL * for one connection; for base/http_server.c */

/* Writes dir/ca.pem, dir/server.pem (chain) and dir/server-key.pem (0600) for 127.0.0.1, ::1 and localhost, unless they are there
 * and valid for 30 more days. Time is the real one: clients compare with theirs. */
int tls_make_local(const char *dir, struct err *err);

#endif
