/*
 * How far the cloud's clock is from ours (R12.2), by the Date of its last replies. A single one
 * may come from a front with another clock, or late: the middle one of the last few is taken.
 */
#ifndef PROVIDER_AZURE_SKEW_H
#define PROVIDER_AZURE_SKEW_H

#include <stddef.h>
#include <stdint.h>

#define SKEW_OF 5

struct skew {
	int64_t last[SKEW_OF]; /* theirs minus ours */
	size_t n, at;
};

void skew_add(struct skew *s, int64_t apart_ms);
int64_t skew_ms(const struct skew *s); /* 0: nothing is known */

#endif
