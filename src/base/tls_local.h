/* The making of local certificates, with the life to choose: tests need one that ends soon. */
#ifndef BASE_TLS_LOCAL_H
#define BASE_TLS_LOCAL_H

#include "base/err.h"

int tls_local_write(const char *dir, int days, struct err *err);

#endif
