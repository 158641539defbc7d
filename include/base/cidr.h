/* IPv4 address ranges as they are written: "10.20.0.0/16". */
#ifndef BASE_CIDR_H
#define BASE_CIDR_H

#include <stdbool.h>
#include <stdint.h>

#define CIDR_TEXT 20

struct cidr {
	uint32_t net; /* host byte order */
	unsigned int bits;
};

int cidr_read(struct cidr *out, const char *text); /* /8 to /29, host bits 0; -1 when it is no such text */
const char *cidr_text(char out[CIDR_TEXT], const struct cidr *c);
bool cidr_contains(const struct cidr *outer, const struct cidr *inner);
bool cidr_overlaps(const struct cidr *a, const struct cidr *b);

#endif
