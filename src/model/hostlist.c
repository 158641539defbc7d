/*
 * Host lists as Slurm writes them: names separated by commas, numbers in brackets.
 * "r[1-2]n[01-03]-ib" is read; what is written compresses the last number of a name only, which
 * every version reads.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "model/queue.h"

#define NAME_MAX_LEN 255
#define DIGITS_MAX   9 /* in a bracket; more is no host number */
#define TOO_LONG     "a name of more than 255 bytes"

struct expander {
	struct strs *out;
	const char *list; /* start, to say where it went wrong */
	struct err *err;
	char name[NAME_MAX_LEN + 1];
};

static int bad(const struct expander *x, const char *at, const char *why)
{
	return err_set(x->err, ERR_PARSE, "bad host list at byte %zu: %s",
		       (size_t)(at - x->list), why);
}

/* End of the name that starts at s: the comma or the end, outside brackets. */
static const char *word_end(const struct expander *x, const char *s)
{
	const char *open = NULL, *p = s;

	for (; *p && (*p != ',' || open); p++) {
		if (*p == '[' && open) {
			bad(x, p, "a \"[\" within brackets");
			return NULL;
		}
		if (*p == ']' && !open) {
			bad(x, p, "a \"]\" without its \"[\"");
			return NULL;
		}
		if (*p == '[')
			open = p;
		else if (*p == ']')
			open = NULL;
	}
	if (open) {
		bad(x, open, "this \"[\" is not closed by a \"]\"");
		return NULL;
	}
	if (p == s) {
		bad(x, s, "a name is missing before the comma");
		return NULL;
	}
	return p;
}

static const char *read_number(const char *s, const char *end, long *value, int *digits)
{
	*value = 0;
	for (*digits = 0; s < end && *s >= '0' && *s <= '9'; s++) {
		if (++*digits > DIGITS_MAX)
			return NULL;
		*value = *value * 10 + (*s - '0');
	}
	return *digits ? s : NULL;
}

static int bad_number(const struct expander *x, const char *at)
{
	return bad(x, at,
		   *at >= '0' && *at <= '9' ? "a number of more than 9 digits"
					    : "a number belongs here, as in htc-[1-4,7]");
}

/* Both with their zeros in front. */
static int bad_range(const struct expander *x, const char *lo, int n_lo, const char *hi,
		     int n_hi)
{
	char why[80];

	snprintf(why, sizeof(why), "%.*s-%.*s runs backwards: write %.*s-%.*s", n_lo, lo, n_hi,
		 hi, n_hi, hi, n_lo, lo);
	return bad(x, lo, why);
}

static int expand_rest(struct expander *x, size_t len, const char *s, const char *end);

static int expand_range(struct expander *x, size_t len, long lo, long hi, int width,
			const char *rest, const char *end)
{
	for (long v = lo; v <= hi; v++) {
		int n = snprintf(x->name + len, sizeof(x->name) - len, "%0*ld", width, v);

		if (n < 0 || (size_t)n >= sizeof(x->name) - len)
			return bad(x, rest, TOO_LONG);
		if (expand_rest(x, len + (size_t)n, rest, end) < 0)
			return -1;
	}
	return 0;
}

/* s is behind the '['. Each number or range is followed by whatever the name has behind the
 * bracket. */
static int expand_bracket(struct expander *x, size_t len, const char *s, const char *end)
{
	const char *close = memchr(s, ']', (size_t)(end - s));

	while (close) {
		long lo, hi;
		int width, digits;
		const char *p = read_number(s, close, &lo, &width);

		if (!p)
			return bad_number(x, s);
		hi = lo;
		if (*p == '-') {
			const char *second = p + 1;

			p = read_number(second, close, &hi, &digits);
			if (!p)
				return bad_number(x, second);
			if (hi < lo)
				return bad_range(x, s, width, second, digits);
		}
		if (expand_range(x, len, lo, hi, *s == '0' ? width : 1, close + 1, end) < 0)
			return -1;
		if (p == close)
			return 0;
		if (*p != ',')
			return bad(x, p, "\"-\", \",\" or \"]\" belongs behind a number");
		s = p + 1;
	}
	return bad(x, s, "the \"[\" before this is not closed by a \"]\"");
}

static int expand_rest(struct expander *x, size_t len, const char *s, const char *end)
{
	const char *open = memchr(s, '[', (size_t)(end - s));
	size_t n = (size_t)((open ? open : end) - s);

	if (n >= sizeof(x->name) - len)
		return bad(x, s, TOO_LONG);
	memcpy(x->name + len, s, n);
	if (open)
		return expand_bracket(x, len + n, open + 1, end);
	x->name[len + n] = '\0';
	if (!text_is_operand(x->name))
		return bad(x, s, "no host is called so: letters, digits, \".\", \"_\" and \"-\", which does not begin it");
	if (strs_add(x->out, x->name) < 0)
		return err_set(x->err, ERR_FULL, "host list of more than %zu names",
			       x->out->max);
	return 0;
}

int hostlist_expand(struct strs *out, const char *list, struct err *err)
{
	struct expander x = { .out = out, .list = list, .err = err };

	for (const char *s = list; *s;) {
		const char *end = word_end(&x, s);

		if (!end || expand_rest(&x, 0, s, end) < 0)
			return -1;
		if (*end == ',' && end[1] == '\0')
			return bad(&x, end, "a name is missing behind the comma");
		s = *end ? end + 1 : end;
	}
	return 0;
}

struct split { /* "htc-012" is prefix "htc-" (4), width 3, value 12 */
	const char *name;
	size_t prefix;
	int width; /* digits; 0: no number */
	long value;
};

static struct split split_name(const char *name)
{
	size_t len = strlen(name), start = len;
	struct split s = { .name = name };

	while (start > 0 && len - start < DIGITS_MAX && name[start - 1] >= '0' &&
	       name[start - 1] <= '9')
		start--;
	s.prefix = start;
	s.width = (int)(len - start);
	if (s.width > 0)
		s.value = strtol(name + start, NULL, 10);
	return s;
}

static int by_prefix_and_number(const void *a, const void *b)
{
	const struct split *x = a, *y = b;
	size_t n = x->prefix < y->prefix ? x->prefix : y->prefix;
	int d = memcmp(x->name, y->name, n);

	if (d == 0 && x->prefix != y->prefix)
		d = x->prefix < y->prefix ? -1 : 1;
	if (d == 0 && x->value != y->value)
		d = x->value < y->value ? -1 : 1;
	return d ? d : x->width - y->width;
}

static bool same_prefix(const struct split *a, const struct split *b)
{
	return a->width > 0 && b->width > 0 && a->prefix == b->prefix &&
	       memcmp(a->name, b->name, a->prefix) == 0;
}

/* Is next the number that a reader of "[first-..." would make after prev? Zeros in front fix
 * the width. */
static bool continues(const struct split *first, const struct split *prev,
		      const struct split *next)
{
	bool padded = first->name[first->prefix] == '0' && first->width > 1;
	bool next_padded = next->name[next->prefix] == '0' && next->width > 1;

	if (next->value != prev->value + 1)
		return false;
	return padded
		   ? next->width == first->width || (next->width > first->width && !next_padded)
		   : !next_padded;
}

/* Writes one prefix with its numbers, as few ranges as they make; returns how many names that
 * took. */
static size_t write_group(struct buf *out, const struct split *s, size_t n)
{
	size_t count = 1, i = 0;

	while (count < n && same_prefix(&s[0], &s[count]))
		count++;
	if (count == 1) {
		buf_adds(out, s->name);
		return 1;
	}
	buf_add(out, s->name, s->prefix);
	buf_addc(out, '[');
	while (i < count) {
		size_t last = i;

		while (last + 1 < count && continues(&s[i], &s[last], &s[last + 1]))
			last++;
		if (i > 0)
			buf_addc(out, ',');
		buf_adds(out, s[i].name + s[i].prefix);
		if (last > i)
			buf_addf(out, "-%s", s[last].name + s[last].prefix);
		i = last + 1;
	}
	buf_addc(out, ']');
	return count;
}

int hostlist_compress(struct buf *out, const char *const *names, size_t n)
{
	struct split *s = xcalloc(n ? n : 1, sizeof(*s));
	size_t unique = 0;
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		if (!text_is_operand(names[i]) || strpbrk(names[i], "[],"))
			rc = -1;
		else
			s[i] = split_name(names[i]);
	}
	if (rc == 0)
		qsort(s, n, sizeof(*s), by_prefix_and_number);
	for (size_t i = 0; i < n && rc == 0; i++)
		if (unique == 0 || strcmp(s[unique - 1].name, s[i].name) != 0)
			s[unique++] = s[i];
	for (size_t i = 0; i < unique && rc == 0;) {
		if (i > 0)
			buf_addc(out, ',');
		i += write_group(out, s + i, unique - i);
	}
	free(s);
	return rc == 0 && !out->full ? 0 : -1;
}
