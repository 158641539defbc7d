/*
 * The rows of a noun as the engine has them now, in their natural order. What the engine lends
 * stays its own and is borrowed until control returns to the loop; what it hands over or reads
 * from disk is kept here between turns, for all clients together.
 */
#ifndef SERVER_ROWS_H
#define SERVER_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"
#include "engine/engine.h"
#include "model/window.h"

struct rows {
	enum noun noun;
	size_t n;
	const void *block; /* rows side by side, each of size bytes; or */
	size_t size;
	const void **list; /* where each row is; owned */
	void *made;	   /* block, when it was made for this look; owned */
	uint64_t stamp; /* equal ones: the same rows with the same content; 0: nobody knows */
};

struct rows_cache;

struct rows_cache *rows_cache_new(struct engine *e);
void rows_cache_free(struct rows_cache *c);
void rows_cache_drop(struct rows_cache *c); /* nobody looks: memory is given back */

/* A template's file was read just now. true: its row told another revision of it, or it had none,
 * and the rows are read anew at the next look. */
bool rows_template_read(struct rows_cache *c, const char *name, const char *hash);

void rows_get(struct rows *out, struct rows_cache *c, enum noun noun, const char *cluster);
void rows_past(struct rows *out, struct rows_cache *c, const char *cluster); /* lent */
void rows_add_past(struct rows *out, struct rows_cache *c,
		   const char *cluster); /* of NOUN_JOB */
void rows_clear(struct rows *r);
const void *rows_at(const struct rows *r, size_t i);

/* Who a row is, whatever it says now. */
uint64_t row_id(enum noun noun, const void *row);
/* Of its bytes in memory; 0 when they do not tell its content, because it has pointers. */
uint64_t row_bytes(const struct rows *rows, const void *row);
struct json *row_as_json(enum noun noun, const void *row);
/* One line of JSON without what a reader fills in by itself: empty texts, false and null. */
void row_as_text(struct buf *out, enum noun noun, const void *row);

/* 64 bits that nobody can aim at: another secret in each process. */
uint64_t fingerprint(const void *data, size_t len, uint64_t seed);

#endif
