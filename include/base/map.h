/*
 * String-keyed table (open addressing, grows at 70 %). Keys are copied, values are borrowed pointers unless
 * free_value is given. Iteration order is insertion order, so that output is the same for the same history.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>

struct map;

struct map *map_new(void (*free_value)(void *), bool fold_case); /* fold_case: ASCII, as ARM ids compare */
/* Keys are borrowed, as values are: each outlives its entry, and does not change before that. For tables of a hundred thousand. */
struct map *map_new_lent(bool fold_case);
void map_free(struct map *m);
void *map_get(const struct map *m, const char *key); /* NULL when absent */
void map_put(struct map *m, const char *key, void *value); /* an older value under key is freed */
void *map_steal(struct map *m, const char *key);
void map_del(struct map *m, const char *key);
size_t map_count(const struct map *m);

/* for (size_t i = 0; map_next(m, &i, &key, &value);) — entries may be deleted, not added, on the way */
bool map_next(const struct map *m, size_t *i, const char **key, void **value);

#endif
