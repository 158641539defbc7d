#include "server/pattern.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#define REGEX_MAX   300 /* parts of a regular expression: they cost memory */
#define REGEX_DEPTH 32

/*
 * How large an expression becomes: "+" and bounds copy what stands before them, and in each
 * other they multiply: "a++++++++++++++++++++" would take a gigabyte.
 */
struct pattern_size {
	int64_t sum[REGEX_DEPTH],
	    last[REGEX_DEPTH]; /* of a level of parentheses, of its last part */
	int depth;
};

static void size_part(struct pattern_size *s, int64_t size)
{
	s->sum[s->depth] += size;
	s->last[s->depth] = size;
}

static void size_times(struct pattern_size *s, int64_t times)
{
	int64_t more = s->last[s->depth] * (times - 1);

	s->sum[s->depth] += more;
	s->last[s->depth] += more;
}

static const char *read_number(const char *c, int64_t *n)
{
	for (*n = 0; isdigit((unsigned char)*c); c++)
		if (*n <= REGEX_MAX)
			*n = *n * 10 + (*c - '0');
	return c;
}

/* To the last byte of "{n,m}": the larger bound, and one more when it is open. */
static const char *read_bound(const char *c, int64_t *times)
{
	int64_t least, most;

	c = read_number(c + 1, &least);
	most = least;
	if (*c == ',') {
		c = read_number(c + 1, &most);
		most = most > least ? most : least + 1;
	}
	*times = most > 1 ? most : 1;
	return *c == '}' ? c : c - 1;
}

/* To the last byte of "[...]". */
static const char *skip_bracket(const char *c)
{
	const char *end = c + 1;

	end += *end == '^';
	end += *end == ']';
	for (; *end && *end != ']'; end++)
		if (*end == '[' && end[1] && strchr(":.=", end[1])) {
			const char close[] = { end[1], ']', '\0' };
			const char *last = strstr(end + 2, close);

			end = last ? last + 1 : end;
		}
	return *end ? end : end - 1;
}

static const char *size_next(struct pattern_size *s, const char *c)
{
	int64_t times = 2, inner;

	switch (*c) {
	case '+':
		size_times(s, times);
		return c;
	case '{':
		c = read_bound(c, &times);
		size_times(s, times);
		return c;
	case '(':
		s->depth++;
		s->sum[s->depth] = s->last[s->depth] = 0;
		return c;
	case ')':
		inner = s->sum[s->depth] + 1;
		s->depth -= s->depth > 0;
		size_part(s, inner);
		return c;
	case '[':
		c = skip_bracket(c);
		break;
	case '\\':
		c += c[1] != '\0';
		break;
	default:
		break;
	}
	size_part(s, 1);
	return c;
}

bool pattern_is_modest(const char *pattern)
{
	struct pattern_size s = { .depth = 0 };
	bool repeats = false;

	for (const char *c = pattern; *c; c++) {
		bool before = repeats;

		repeats = strchr("*+?{", *c) != NULL;
		if (before && repeats)
			return false; /* "a+++*++" says no more than "a*", and takes minutes */
		if (*c == '\\' && isdigit((unsigned char)c[1]))
			return false; /* a back-reference takes exponential time */
		c = size_next(&s, c);
		if (s.depth == REGEX_DEPTH - 1 || s.sum[s.depth] > REGEX_MAX)
			return false;
	}
	return true;
}
