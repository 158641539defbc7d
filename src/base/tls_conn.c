#include "tls_conn.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

void tls_conn_bye(void *ssl)
{
	SSL_shutdown(ssl);
	ERR_clear_error();
}

const char *tls_conn_reason(unsigned long code)
{
	const char *reason = ERR_reason_error_string(code);

	return reason ? reason : "failed without a reason";
}

void tls_conn_forget_errors(void)
{
	ERR_clear_error();
}

void tls_conn_free(void *ssl)
{
	SSL_free(ssl);
}
