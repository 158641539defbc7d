/* Whether a regular expression is one that libc can be given: those of clients could take it
 * minutes or a gigabyte. */
#ifndef SERVER_PATTERN_H
#define SERVER_PATTERN_H

#include <stdbool.h>

bool pattern_is_modest(const char *pattern);

#endif
