/*
 * Small allocations that stop the program when memory is gone: the store holds every fact, so a restart
 * resumes. Sizes that come from outside have a ceiling at their reader (struct buf, struct strs) instead.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

void *xmalloc(size_t n) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
void *xreallocarray(void *p, size_t n, size_t size) __attribute__((returns_nonnull));
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull));
char *xstrndup(const char *s, size_t n) __attribute__((malloc, returns_nonnull));
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2), returns_nonnull));
char *xvasprintf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0), returns_nonnull));

/* Makes room for one more element in a growing array; doubles, starting at 8. */
#define GROW(ptr, n, cap)                                                                     \
	do {                                                                                  \
		if ((n) >= (cap)) {                                                           \
			(cap) = (cap) ? (cap) * 2 : 8;                                        \
			(ptr) = xreallocarray((ptr), (cap), sizeof((ptr)[0]));                  \
		}                                                                             \
	} while (0)

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
