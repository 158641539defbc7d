/* Random bytes and numbers: from the kernel, or from a seed so that a simulation repeats itself. */
#ifndef BASE_RAND_H
#define BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

struct rng { /* xoshiro256**; a value, so that each owner has its own stream */
	uint64_t s[4];
};

void rng_seed(struct rng *r, uint64_t seed);
uint64_t rng_next(struct rng *r);
uint64_t rng_below(struct rng *r, uint64_t n); /* 0 <= x < n, n > 0, without bias */
double rng_unit(struct rng *r);                /* 0 <= x < 1 */
double rng_normal(struct rng *r);              /* mean 0, deviation 1 */
double rng_lognormal(struct rng *r, double median, double sigma);

void rand_bytes(void *out, size_t n); /* from the kernel; stops the program when there are none */
void rand_hex(char *out, size_t bytes); /* 2 * bytes + 1 characters are written */
void rand_uuid(char out[37]);           /* version 4 */

#endif
