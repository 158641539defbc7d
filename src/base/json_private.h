#ifndef BASE_JSON_PRIVATE_H
#define BASE_JSON_PRIVATE_H

#include <stddef.h>
#include <stdint.h>

/* The length of the character at s, 0 when its bytes are no UTF-8; len > 0. */
size_t json_utf8(const unsigned char *s, size_t len, uint32_t *cp);

#endif
