/* What the HTTP server needs to know of one TLS connection; ssl is what tls_server_ssl() gave.
 */
#ifndef SRC_BASE_TLS_CONN_H
#define SRC_BASE_TLS_CONN_H

void tls_conn_bye(void *ssl); /* without it a close looks like an attack that cuts the stream */
const char *tls_conn_reason(unsigned long code); /* of an OpenSSL error code */
void tls_conn_forget_errors(
    void); /* of this thread: an old one would be taken for the next connection's */
void tls_conn_free(void *ssl);

#endif
