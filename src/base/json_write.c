/* JSON as text: over json.h alone, so that the library is seen by json.c only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_private.h"

size_t json_utf8(const unsigned char *s, size_t len, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80	 ? 1
		   : s[0] < 0xc2 ? 0
		   : s[0] < 0xe0 ? 2
		   : s[0] < 0xf0 ? 3
		   : s[0] < 0xf5 ? 4
				 : 0;

	if (n == 0 || n > len)
		return 0;
	*cp = n == 1 ? s[0] : s[0] & (0xffU >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*cp = *cp << 6 | (s[i] & 0x3f);
	}
	if (*cp < least[n] || *cp > 0x10ffff || (*cp >= 0xd800 && *cp <= 0xdfff))
		return 0;
	return n;
}

/* S10.1: what a terminal or an editor would act on without showing it. */
static bool is_hidden(uint32_t cp)
{
	return (cp >= 0x80 && cp < 0xa0) || cp == 0x061c || (cp >= 0x200b && cp <= 0x200f) ||
	       (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x2069) ||
	       cp == 0xfeff || (cp >= 0xe0000 && cp <= 0xe007f);
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static int escape_unit(struct buf *out, uint32_t unit)
{
	static const char hex[] = "0123456789abcdef";
	char s[6] = { '\\',
		      'u',
		      hex[unit >> 12 & 15],
		      hex[unit >> 8 & 15],
		      hex[unit >> 4 & 15],
		      hex[unit & 15] };

	return buf_add(out, s, sizeof(s));
}

static int escape(struct buf *out, uint32_t cp)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *at = cp && cp < 0x80 ? strchr(from, (int)cp) : NULL;

	if (at)
		return buf_add(out, (char[]){ '\\', to[at - from] }, 2);
	if (cp < 0x10000)
		return escape_unit(out, cp);
	cp -= 0x10000;
	if (escape_unit(out, 0xd800 + (cp >> 10)) != 0)
		return -1;
	return escape_unit(out, 0xdc00 + (cp & 0x3ff));
}

/* The length of the run from s that goes out as it is: plain ASCII and visible characters. */
static size_t run_length(const unsigned char *s, size_t len)
{
	size_t i = 0, n;
	uint32_t cp;

	while (i < len) {
		if (is_plain(s[i])) {
			i++;
			continue;
		}
		n = s[i] < 0x80 ? 0 : json_utf8(s + i, len - i, &cp);
		if (n == 0 || is_hidden(cp))
			break;
		i += n;
	}
	return i;
}

int json_quote(struct buf *out, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t len;
	uint32_t cp;
	int rc;

	if (!text)
		return buf_adds(out, "null");
	len = strlen(text);
	rc = buf_addc(out, '"');

	for (size_t i = 0, n; rc == 0;) {
		n = run_length(s + i, len - i);
		if (n > 0)
			rc = buf_add(out, s + i, n);
		i += n;
		if (rc != 0 || i >= len)
			break;
		n = json_utf8(s + i, len - i, &cp);
		rc = n ? escape(out, cp) : buf_add(out, "\xef\xbf\xbd", 3);
		i += n ? n : 1;
	}
	return rc == 0 ? buf_addc(out, '"') : -1;
}

static int write_int(struct buf *out, int64_t v)
{
	char digits[24];
	size_t i = sizeof(digits);
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	do {
		digits[--i] = (char)('0' + u % 10);
		u /= 10;
	} while (u > 0);
	if (v < 0)
		digits[--i] = '-';
	return buf_add(out, digits + i, sizeof(digits) - i);
}

/* The shortest text that reads back as the same number, and as a real whatever the locale. */
static int write_real(struct buf *out, double x)
{
	char s[40];
	char *at;

	for (int precision = 15; precision <= 17; precision++) {
		snprintf(s, sizeof(s), "%.*g", precision, x);
		if (strtod(s, NULL) == x)
			break;
	}
	at = strpbrk(s, ".,");
	if (at)
		*at = '.';
	else if (!strchr(s, 'e'))
		memcpy(s + strlen(s), ".0", 3);
	return buf_adds(out, s);
}

#define COMPACT (-1) /* the depth at which nothing is indented */

static int newline(struct buf *out, int depth)
{
	int rc = depth == COMPACT ? 0 : buf_addc(out, '\n');

	for (int i = 0; i < depth && rc == 0; i++)
		rc = buf_adds(out, "  ");
	return rc;
}

/* As deep as the tree, and what was parsed is at most 2,048 deep. */
// NOLINTBEGIN(misc-no-recursion)
static int write_value(struct buf *out, const struct json *j, int depth);

static int write_array(struct buf *out, const struct json *j, int depth)
{
	int inner = depth == COMPACT ? COMPACT : depth + 1;
	size_t n = json_len(j);
	int rc = buf_addc(out, '[');

	for (size_t i = 0; i < n && rc == 0; i++) {
		if (i > 0)
			rc = buf_addc(out, ',');
		if (rc == 0)
			rc = newline(out, inner);
		if (rc == 0)
			rc = write_value(out, json_at(j, i), inner);
	}
	if (rc == 0 && n > 0)
		rc = newline(out, depth);
	return rc == 0 ? buf_addc(out, ']') : -1;
}

static int write_object(struct buf *out, const struct json *j, int depth)
{
	int inner = depth == COMPACT ? COMPACT : depth + 1;
	int rc = buf_addc(out, '{');
	const struct json *member;
	const char *key;
	bool first = true;

	for (void *it = NULL; rc == 0 && json_each(j, &it, &key, &member);) {
		if (!first)
			rc = buf_addc(out, ',');
		first = false;
		if (rc == 0)
			rc = newline(out, inner);
		if (rc == 0)
			rc = json_quote(out, key);
		if (rc == 0)
			rc = buf_adds(out, depth == COMPACT ? ":" : ": ");
		if (rc == 0)
			rc = write_value(out, member, inner);
	}
	if (rc == 0 && !first)
		rc = newline(out, depth);
	return rc == 0 ? buf_addc(out, '}') : -1;
}

static int write_value(struct buf *out, const struct json *j, int depth)
{
	switch (json_kind(j)) {
	case JSON_OBJECT:
		return write_object(out, j, depth);
	case JSON_ARRAY:
		return write_array(out, j, depth);
	case JSON_STRING:
		return json_quote(out, json_text(j));
	case JSON_INT:
		return write_int(out, json_int(j, NULL, 0));
	case JSON_REAL:
		return write_real(out, json_real(j, NULL, 0));
	case JSON_BOOL:
		return buf_adds(out, json_bool(j, NULL, false) ? "true" : "false");
	case JSON_NULL:
		break;
	}
	return buf_adds(out, "null");
}

// NOLINTEND(misc-no-recursion)

int json_write(struct buf *out, const struct json *j)
{
	return write_value(out, j, COMPACT);
}

int json_write_pretty(struct buf *out, const struct json *j)
{
	if (write_value(out, j, 0) != 0)
		return -1;
	return buf_addc(out, '\n');
}
