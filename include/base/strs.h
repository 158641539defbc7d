/* Owned strings, with a ceiling: what a queue or a cloud sends has no natural end. */
#ifndef BASE_STRS_H
#define BASE_STRS_H

#include <stdbool.h>
#include <stddef.h>

struct strs {
	char **v; /* NULL-terminated once anything was added: usable as argv */
	size_t n, cap, max;
};

#define STRS_INIT(max_) { .max = (max_) } /* allocates nothing */

int strs_add(struct strs *s, const char *str); /* copies; -1 at the ceiling */
int strs_addf(struct strs *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int strs_take(struct strs *s, char *str); /* owns str from here, even when it fails */
bool strs_has(const struct strs *s, const char *str);
/* The value of the first "NAME=VALUE"; NULL: there is none. name ends at its end or at a '='. */
const char *strs_value(const struct strs *s, const char *name);
void strs_sort(struct strs *s);
void strs_clear(struct strs *s); /* empty, and usable again */

/* Splits at each sep; empty fields are kept. -1 at the ceiling. */
int strs_split(struct strs *s, const char *text, size_t len, char sep);

#endif
