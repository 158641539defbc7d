#include "azsim/queue/hosts.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define PREFIX_MAX 80

/* "1-3" or "007-012" behind a prefix */
static int add_range(struct strs *names, const char *prefix, size_t np, const char *s, size_t n)
{
	const char *dash = memchr(s, '-', n);
	size_t width = dash ? (size_t)(dash - s) : n;
	int64_t from, to;

	if (num_read_n(&from, s, width, 0, 99999999) != 0)
		return -1;
	to = from;
	if (dash && num_read_n(&to, dash + 1, n - width - 1, from, 99999999) != 0)
		return -1;
	for (int64_t i = from; i <= to; i++)
		if (strs_addf(names, "%.*s%0*lld", (int)np, prefix, (int)width, (long long)i) !=
		    0)
			return -1;
	return 0;
}

static int add_bracket(struct strs *names, const char *s, const char *open, const char *close)
{
	for (const char *at = open + 1; at < close;) {
		const char *comma = memchr(at, ',', (size_t)(close - at));
		const char *end = comma ? comma : close;

		if (add_range(names, s, (size_t)(open - s), at, (size_t)(end - at)) != 0)
			return -1;
		at = end + 1;
	}
	return 0;
}

int gq_hosts_read(struct strs *names, const char *list)
{
	const char *s = list;

	while (*s) {
		size_t n = strcspn(s, ",[");
		const char *close = s[n] == '[' ? strchr(s + n, ']') : NULL;
		char *name;

		if (n == 0 || n > PREFIX_MAX || (s[n] == '[' && !close))
			return -1;
		if (close) {
			if (add_bracket(names, s, s + n, close) != 0)
				return -1;
			s = close + 1;
		} else {
			name = xstrndup(s, n);
			if (strs_take(names, name) != 0)
				return -1;
			s += n;
		}
		if (*s && *s++ != ',')
			return -1;
	}
	return names->n ? 0 : -1;
}

struct numbered {
	size_t prefix, width; /* width 0: no number */
	int64_t number;
};

static struct numbered cut(const char *name)
{
	size_t len = strlen(name), at = len;
	struct numbered c = { len, 0, 0 };

	while (at > 0 && len - at < 9 && name[at - 1] >= '0' && name[at - 1] <= '9')
		at--;
	if (at == len || num_read(&c.number, name + at, 0, INT64_MAX) != 0)
		return c;
	c.prefix = at;
	c.width = len - at;
	return c;
}

/* c2 before c10, as Slurm orders nodes. */
static int by_number(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;
	struct numbered cx = cut(x), cy = cut(y);
	size_t n = cx.prefix < cy.prefix ? cx.prefix : cy.prefix;
	int c = strncmp(x, y, n);

	if (c == 0)
		c = (cx.prefix > cy.prefix) - (cx.prefix < cy.prefix);
	if (c == 0)
		c = (cx.number > cy.number) - (cx.number < cy.number);
	return c ? c : strcmp(x, y);
}

static bool follows(const char *a, const struct numbered *x, const char *b,
		    const struct numbered *y)
{
	char next[16];
	int width =
	    snprintf(next, sizeof(next), "%0*lld", (int)x->width, (long long)x->number + 1);

	return x->width > 0 && y->width > 0 && x->prefix == y->prefix &&
	       strncmp(a, b, x->prefix) == 0 && y->number == x->number + 1 &&
	       y->width == (size_t)width;
}

static bool same_prefix(const char *a, const struct numbered *x, const char *b,
			const struct numbered *y)
{
	return x->width > 0 && y->width > 0 && x->prefix == y->prefix &&
	       strncmp(a, b, x->prefix) == 0;
}

static void print_sorted(struct buf *out, const char *const *names, size_t n)
{
	for (size_t i = 0, end; i < n; i = end) {
		struct numbered first = cut(names[i]), last = first, c;
		struct buf inner = BUF_INIT(BUF_TEXT_MAX);
		size_t from;

		for (end = i; end < n;) { /* one prefix, ranges of it */
			c = cut(names[end]);
			if (end > i && !same_prefix(names[i], &first, names[end], &c))
				break;
			for (from = end++, last = c; end < n; end++) {
				c = cut(names[end]);
				if (!follows(names[end - 1], &last, names[end], &c))
					break;
				last = c;
			}
			buf_addf(&inner, "%s%s", inner.len ? "," : "",
				 names[from] + first.prefix);
			if (end - from > 1)
				buf_addf(&inner, "-%s", names[end - 1] + first.prefix);
			if (first.width == 0)
				break;
		}
		buf_addf(out, "%s%.*s", i ? "," : "", (int)first.prefix, names[i]);
		buf_addf(out, end - i > 1 ? "[%s]" : "%s", buf_str(&inner));
		buf_clear(&inner);
	}
}

void gq_hosts_print(struct buf *out, const char *const *names, size_t n)
{
	const char **sorted = xcalloc(n + 1, sizeof(*sorted));

	for (size_t i = 0; i < n; i++)
		sorted[i] = names[i];
	qsort(sorted, n, sizeof(*sorted), by_number);
	print_sorted(out, sorted, n);
	free(sorted);
}
