/* SHA-256 by libmd: the console hashes a template now and then, and would load all of OpenSSL for it. */
#include <sys/types.h>

#include <sha2.h>

#include "base/crypto.h"

_Static_assert(SHA256_HEX == SHA256_DIGEST_STRING_LENGTH, "64 digits and the end");

void sha256_hex(char out[SHA256_HEX], const void *data, size_t n)
{
	SHA256Data(data, n, out);
}
