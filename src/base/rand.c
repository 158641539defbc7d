#include "base/rand.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"

/* In POSIX since 2024; glibc shows it only to _DEFAULT_SOURCE. */
extern int getentropy(void *buffer, size_t length);

static uint64_t rotl(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

/* splitmix64 fills the state, as the authors of xoshiro advise: never all zero, and near seeds
 * end up far apart. */
void rng_seed(struct rng *r, uint64_t seed)
{
	for (int i = 0; i < 4; i++) {
		seed += UINT64_C(0x9E3779B97F4A7C15);
		uint64_t z = seed;

		z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
		z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
		r->s[i] = z ^ (z >> 31);
	}
}

uint64_t rng_next(struct rng *r)
{
	uint64_t *s = r->s;
	uint64_t result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
	uint64_t uneven = (0 - n) % n,
		 x; /* 2^64 mod n: so many values would favour the small ones */

	do
		x = rng_next(r);
	while (x < uneven);
	return x % n;
}

double rng_unit(struct rng *r)
{
	return (double)(rng_next(r) >> 11) * 0x1p-53;
}

/* Box and Muller; the second value is not kept, so that a struct rng stays one stream of
 * numbers. */
double rng_normal(struct rng *r)
{
	double radius = sqrt(-2 * log(1 - rng_unit(r)));

	return radius * cos(6.283185307179586 * rng_unit(r));
}

double rng_lognormal(struct rng *r, double median, double sigma)
{
	return median * exp(sigma * rng_normal(r));
}

void rand_bytes(void *out, size_t n)
{
	unsigned char *p = out;

	while (n > 0) {
		size_t part = n < 256 ? n : 256; /* the most that one call gives */

		if (getentropy(p, part) != 0) {
			log_error("no random numbers from the kernel: error %d; stopping",
				  errno);
			log_flush();
			abort();
		}
		p += part;
		n -= part;
	}
}

static void hex(char *out, const unsigned char *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
	*out = '\0';
}

void rand_hex(char *out, size_t bytes)
{
	unsigned char part[64];

	*out = '\0';
	while (bytes > 0) {
		size_t n = bytes < sizeof(part) ? bytes : sizeof(part);

		rand_bytes(part, n);
		hex(out, part, n);
		out += 2 * n;
		bytes -= n;
	}
}

void rand_uuid(char out[37])
{
	unsigned char b[16];
	char *p = out;

	rand_bytes(b, sizeof(b));
	b[6] = (unsigned char)((b[6] & 0x0F) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		hex(p, &b[i], 1);
		p += 2;
	}
}
