/*
 * Strings that are born and die together (one reading of a queue): a few large blocks, and equal short strings stored
 * once (users, partitions, reasons repeat a hundred thousand times).
 */
#ifndef MODEL_POOL_H
#define MODEL_POOL_H

#include <stddef.h>

struct pool_block;

struct pool {
	struct pool_block *blocks;
	const char **seen; /* hash table of interned strings */
	size_t n_seen, cap_seen, bytes;
};

void pool_init(struct pool *p);
void pool_clear(struct pool *p);
const char *pool_add(struct pool *p, const char *s, size_t len);    /* NUL-terminated copy; "" costs nothing */
const char *pool_intern(struct pool *p, const char *s, size_t len); /* the same pointer for equal text */

#endif
