#include "base/cidr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

int cidr_read(struct cidr *out, const char *text)
{
	const char *slash = strchr(text, '/');
	char address[16];
	struct in_addr in;
	int64_t bits;

	if (!slash || (size_t)(slash - text) >= sizeof(address) ||
	    num_read(&bits, slash + 1, 8, 29) < 0)
		return -1;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	if (inet_pton(AF_INET, address, &in) != 1)
		return -1;
	out->net = ntohl(in.s_addr);
	out->bits = (unsigned int)bits;
	return (out->net & (UINT32_MAX >> out->bits)) ? -1 : 0;
}

const char *cidr_text(char out[CIDR_TEXT], const struct cidr *c)
{
	snprintf(out, CIDR_TEXT, "%u.%u.%u.%u/%u", c->net >> 24, c->net >> 16 & 255,
		 c->net >> 8 & 255, c->net & 255, c->bits);
	return out;
}

bool cidr_contains(const struct cidr *outer, const struct cidr *inner)
{
	return inner->bits >= outer->bits &&
	       (inner->net & ~(UINT32_MAX >> outer->bits)) == outer->net;
}

bool cidr_overlaps(const struct cidr *a, const struct cidr *b)
{
	return cidr_contains(a, b) || cidr_contains(b, a);
}
