/*
 * Entries lie in one array in the order of their insertion; a second array of slots holds their
 * indexes by hash. A deleted entry leaves a hole in the first and its slot in the second: both
 * go when the table is built anew.
 */
#include "base/map.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rand.h"
#include "base/text.h"

#define SLOT_NONE   0 /* a slot holds the entry's index + 1 */
#define FULL_TENTHS 7

struct entry {
	const char *key; /* NULL: a hole */
	void *value;
	uint64_t hash;
};

struct map {
	struct entry *entries;
	size_t n, cap; /* with holes */
	size_t count;  /* without */
	uint32_t *slots;
	size_t n_slots; /* a power of two; 0 before the first entry */
	uint64_t key;	/* of the hash: whoever chooses names must not choose collisions too */
	void (*free_value)(void *);
	bool fold_case, lent;
};

static unsigned char fold(const struct map *m, char c)
{
	return (unsigned char)(m->fold_case && c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* FNV-1a started from the secret key, with a last mix because slots use the low bits. */
static uint64_t hash_of(const struct map *m, const char *key)
{
	uint64_t h = UINT64_C(0xCBF29CE484222325) ^ m->key;

	for (; *key; key++)
		h = (h ^ fold(m, *key)) * UINT64_C(0x100000001B3);
	h ^= h >> 32;
	h *= UINT64_C(0xD6E8FEB86659FD93);
	return h ^ (h >> 32);
}

static bool same(const struct map *m, const struct entry *e, uint64_t hash, const char *key)
{
	if (!e->key || e->hash != hash)
		return false;
	return (m->fold_case ? text_casecmp(e->key, key) : strcmp(e->key, key)) == 0;
}

struct map *map_new(void (*free_value)(void *), bool fold_case)
{
	struct map *m = xcalloc(1, sizeof(*m));

	m->free_value = free_value;
	m->fold_case = fold_case;
	rand_bytes(&m->key, sizeof(m->key));
	return m;
}

struct map *map_new_lent(bool fold_case)
{
	struct map *m = map_new(NULL, fold_case);

	m->lent = true;
	return m;
}

static void drop_key(const struct map *m, struct entry *e)
{
	if (!m->lent)
		free((char *)(uintptr_t)e->key);
}

static void drop_value(const struct map *m, void *value)
{
	if (m->free_value && value)
		m->free_value(value);
}

void map_free(struct map *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n; i++) {
		if (m->entries[i].key)
			drop_value(m, m->entries[i].value);
		drop_key(m, &m->entries[i]);
	}
	free(m->entries);
	free(m->slots);
	free(m);
}

static struct entry *find(const struct map *m, const char *key, uint64_t hash)
{
	if (m->n_slots == 0)
		return NULL;
	for (size_t at = hash & (m->n_slots - 1); m->slots[at] != SLOT_NONE;
	     at = (at + 1) & (m->n_slots - 1)) {
		struct entry *e = &m->entries[m->slots[at] - 1];

		if (same(m, e, hash, key))
			return e;
	}
	return NULL;
}

void *map_get(const struct map *m, const char *key)
{
	const struct entry *e = find(m, key, hash_of(m, key));

	return e ? e->value : NULL;
}

static void put_slot(struct map *m, size_t index)
{
	size_t at = m->entries[index].hash & (m->n_slots - 1);

	while (m->slots[at] != SLOT_NONE)
		at = (at + 1) & (m->n_slots - 1);
	m->slots[at] = (uint32_t)(index + 1);
}

/* Closes the holes and makes slots for twice the entries that are left. */
static void rebuild(struct map *m)
{
	size_t n = 0, n_slots = 16;

	for (size_t i = 0; i < m->n; i++)
		if (m->entries[i].key)
			m->entries[n++] = m->entries[i];
	m->n = n;
	while (n_slots < n * 2 + 1)
		n_slots *= 2;
	free(m->slots);
	m->slots = xcalloc(n_slots, sizeof(*m->slots));
	m->n_slots = n_slots;
	for (size_t i = 0; i < n; i++)
		put_slot(m, i);
}

void map_put(struct map *m, const char *key, void *value)
{
	uint64_t hash = hash_of(m, key);
	struct entry *e = find(m, key, hash);

	if (e) {
		if (e->value != value)
			drop_value(m, e->value);
		e->value = value;
		if (m->lent)
			e->key = key; /* that of the older value may end with it */
		return;
	}
	if ((m->n + 1) * 10 > m->n_slots * FULL_TENTHS)
		rebuild(m);
	GROW(m->entries, m->n, m->cap);
	m->entries[m->n] = (struct entry){ m->lent ? key : xstrdup(key), value, hash };
	put_slot(m, m->n++);
	m->count++;
}

void *map_steal(struct map *m, const char *key)
{
	struct entry *e = find(m, key, hash_of(m, key));

	if (!e)
		return NULL;
	void *value = e->value;

	drop_key(m, e);
	*e = (struct entry){ 0 };
	m->count--;
	return value;
}

void map_del(struct map *m, const char *key)
{
	drop_value(m, map_steal(m, key));
}

size_t map_count(const struct map *m)
{
	return m->count;
}

bool map_next(const struct map *m, size_t *i, const char **key, void **value)
{
	while (*i < m->n) {
		const struct entry *e = &m->entries[(*i)++];

		if (!e->key)
			continue;
		*key = e->key;
		*value = e->value;
		return true;
	}
	return false;
}
