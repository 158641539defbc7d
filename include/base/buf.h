/*
 * Bytes that grow up to a ceiling. A buf that once hit its ceiling says so (`full`) and takes nothing more,
 * so that a long run of buf_add() needs one check at the end. data is always NUL-terminated when len > 0;
 * buf_str() is NUL-terminated always.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t len, cap, max;
	bool full;
};

#define BUF_INIT(max_) { .max = (max_) } /* allocates nothing */
#define BUF_TEXT_MAX   ((size_t)64 << 20) /* for text of our own making */

int buf_add(struct buf *b, const void *data, size_t n); /* -1 at the ceiling; then nothing was added */
int buf_adds(struct buf *b, const char *s);
int buf_addc(struct buf *b, char c);
int buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int buf_vaddf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
void buf_drop(struct buf *b, size_t n);   /* forgets the first n bytes */
const char *buf_str(const struct buf *b); /* "" when empty; borrowed until the next change */
char *buf_steal(struct buf *b);           /* the text is yours to free; the buf is empty again */
void buf_reset(struct buf *b);            /* empty, memory kept */
void buf_clear(struct buf *b);            /* empty, memory freed, usable again */

#endif
