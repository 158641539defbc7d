#include "base/strs.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

int strs_take(struct strs *s, char *str)
{
	if (s->n >= s->max) {
		free(str);
		return -1;
	}
	GROW(s->v, s->n + 1, s->cap); /* one more, for the NULL */
	s->v[s->n++] = str;
	s->v[s->n] = NULL;
	return 0;
}

int strs_add(struct strs *s, const char *str)
{
	return s->n >= s->max ? -1 : strs_take(s, xstrdup(str));
}

int strs_addf(struct strs *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	char *str = xvasprintf(fmt, ap);

	va_end(ap);
	return strs_take(s, str);
}

bool strs_has(const struct strs *s, const char *str)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->v[i], str) == 0)
			return true;
	return false;
}

const char *strs_value(const struct strs *s, const char *name)
{
	size_t n = strcspn(name, "=");

	for (size_t i = 0; i < s->n; i++)
		if (strncmp(s->v[i], name, n) == 0 && s->v[i][n] == '=')
			return s->v[i] + n + 1;
	return NULL;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void strs_sort(struct strs *s)
{
	if (s->n > 1)
		qsort(s->v, s->n, sizeof(*s->v), by_bytes);
}

void strs_clear(struct strs *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i]);
	free(s->v);
	*s = (struct strs)STRS_INIT(s->max);
}

int strs_split(struct strs *s, const char *text, size_t len, char sep)
{
	for (size_t from = 0;;) {
		size_t to = from;

		while (to < len && text[to] != sep)
			to++;
		if (s->n >= s->max)
			return -1;
		strs_take(s, xstrndup(text + from, to - from));
		if (to == len)
			return 0;
		from = to + 1;
	}
}
