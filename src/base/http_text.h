/* Percent-encoding and character classes of URLs and headers; for the HTTP parser and its
 * neighbours only. */
#ifndef SRC_BASE_HTTP_TEXT_H
#define SRC_BASE_HTTP_TEXT_H

#include <stdbool.h>
#include <stddef.h>

bool http_is_token(const char *s, size_t len); /* RFC 9110 token, at least one byte */
bool http_is_target(
    const char *s,
    size_t len); /* "/path?query" in the characters of RFC 3986, %XX well formed, no %00 */
bool http_is_host(const char *s, size_t len); /* name, IPv4 or [IPv6], with or without port */
char *http_path_decode(
    const char *s,
    size_t len); /* yours to free; NULL: "..", ".", control byte or encoded slash */

#endif
