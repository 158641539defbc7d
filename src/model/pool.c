#include "model/pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define BLOCK_MIN ((size_t)16 << 10)
#define BLOCK_MAX ((size_t)1 << 20)

struct pool_block {
	struct pool_block *next;
	size_t len, cap;
	char data[];
};

void pool_init(struct pool *p)
{
	*p = (struct pool){ 0 };
}

void pool_clear(struct pool *p)
{
	struct pool_block *next;

	for (struct pool_block *b = p->blocks; b; b = next) {
		next = b->next;
		free(b);
	}
	free(p->seen);
	pool_init(p);
}

static struct pool_block *block_new(struct pool *p, size_t cap)
{
	struct pool_block *b = xmalloc(sizeof(*b) + cap);

	*b = (struct pool_block){ .cap = cap };
	p->bytes += sizeof(*b) + cap;
	return b;
}

/* A string too large for the present block gets one of its own, behind the present one, so that
 * the rest of that is used. */
static char *pool_room(struct pool *p, size_t n)
{
	struct pool_block *b = p->blocks;
	size_t cap = b ? b->cap * 2 : BLOCK_MIN;

	if (b && b->cap - b->len >= n) {
		b->len += n;
		return b->data + b->len - n;
	}
	if (cap > BLOCK_MAX)
		cap = BLOCK_MAX;
	if (b && n > cap / 4) {
		struct pool_block *own = block_new(p, n);

		own->len = n;
		own->next = b->next;
		b->next = own;
		return own->data;
	}
	b = block_new(p, n > cap ? n : cap);
	b->len = n;
	b->next = p->blocks;
	p->blocks = b;
	return b->data;
}

const char *pool_add(struct pool *p, const char *s, size_t len)
{
	char *copy;

	if (len == 0)
		return "";
	copy = pool_room(p, len + 1);
	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

/* FNV-1a */
static size_t hash_of(const char *s, size_t len)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 1099511628211u;
	return (size_t)(h ^ (h >> 32));
}

static size_t slot_of(const char *const *seen, size_t cap, const char *s, size_t len)
{
	size_t i = hash_of(s, len) & (cap - 1);

	while (seen[i] && (strncmp(seen[i], s, len) != 0 || seen[i][len] != '\0'))
		i = (i + 1) & (cap - 1);
	return i;
}

static void seen_grow(struct pool *p)
{
	size_t cap = p->cap_seen ? p->cap_seen * 2 : 64;
	const char **seen = xcalloc(cap, sizeof(*seen));

	for (size_t i = 0; i < p->cap_seen; i++)
		if (p->seen[i])
			seen[slot_of(seen, cap, p->seen[i], strlen(p->seen[i]))] = p->seen[i];
	p->bytes += (cap - p->cap_seen) * sizeof(*seen);
	free(p->seen);
	p->seen = seen;
	p->cap_seen = cap;
}

const char *pool_intern(struct pool *p, const char *s, size_t len)
{
	size_t i;

	if (len == 0)
		return "";
	if (memchr(s, '\0', len)) /* such text cannot be found again by its C string */
		return pool_add(p, s, len);
	if ((p->n_seen + 1) * 10 >= p->cap_seen * 7)
		seen_grow(p);
	i = slot_of(p->seen, p->cap_seen, s, len);
	if (!p->seen[i]) {
		p->seen[i] = pool_add(p, s, len);
		p->n_seen++;
	}
	return p->seen[i];
}
