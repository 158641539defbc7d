#include "http_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/http_parse.h"
#include "base/mem.h"

static bool is_alnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* strchr() finds the terminating NUL too, so a NUL byte must not get there. */
static bool is_one_of(unsigned char c, const char *set)
{
	return c != '\0' && strchr(set, c);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* The byte behind %XX at s, or -1. */
static int hex_pair(const char *s, size_t len)
{
	if (len < 3 || s[0] != '%')
		return -1;

	int high = hex_digit(s[1]);
	int low = hex_digit(s[2]);

	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool http_is_token(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_alnum((unsigned char)s[i]) &&
		    !is_one_of((unsigned char)s[i], "!#$%&'*+-.^_`|~"))
			return false;
	return len > 0;
}

bool http_is_target(const char *s, size_t len)
{
	if (len == 0 || s[0] != '/')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '%') {
			if (hex_pair(s + i, len - i) <= 0)
				return false;
			i += 2;
		} else if (!is_alnum((unsigned char)s[i]) &&
			   !is_one_of((unsigned char)s[i], "-._~!$&'()*+,;=:@/?")) {
			return false;
		}
	}
	return true;
}

bool http_is_host(const char *s, size_t len)
{
	size_t i = 0;

	if (len > 0 && s[0] == '[') {
		for (i = 1;
		     i < len && (hex_digit(s[i]) >= 0 || is_one_of((unsigned char)s[i], ":."));
		     i++)
			;
		if (i == 1 || i == len || s[i++] != ']')
			return false;
	} else {
		while (i < len && (is_alnum((unsigned char)s[i]) ||
				   is_one_of((unsigned char)s[i], "-._~")))
			i++;
	}
	if (i == 0 || i == len)
		return i > 0;
	if (s[i++] != ':' || i == len || len - i > 5)
		return false;
	for (; i < len; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return true;
}

/* One decoded path: no segment may be "." or "..", which a file or proxy behind us could
 * resolve. */
static bool has_dot_segment(const char *path)
{
	for (const char *p = path; *p; p += strcspn(p, "/")) {
		if (*p == '/')
			p++;

		size_t n = strcspn(p, "/");

		if ((n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
			return true;
	}
	return false;
}

char *http_path_decode(const char *s, size_t len)
{
	char *path = xmalloc(len + 1);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int c = (unsigned char)s[i];

		if (c == '%') {
			c = hex_pair(s + i, len - i);
			i += 2;
			if (c < 0x20 || c == 0x7f || c == '/') {
				free(path);
				return NULL;
			}
		}
		path[n++] = (char)c;
	}
	path[n] = '\0';
	if (has_dot_segment(path)) {
		free(path);
		return NULL;
	}
	return path;
}

static int decode(struct buf *out, const char *s, size_t len, bool plus_is_space)
{
	buf_reset(out);
	for (size_t i = 0; i < len; i++) {
		int c = (unsigned char)s[i];

		if (c == '%') {
			c = hex_pair(s + i, len - i);
			i += 2;
			if (c <= 0)
				return -1;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		if (buf_addc(out, (char)c) != 0)
			return -1;
	}
	return 0;
}

static int value_of(struct buf *out, const char *text, const char *name, bool plus_is_space)
{
	struct buf key = BUF_INIT(strlen(name) + 1);
	int rc = -1;

	for (const char *p = text; *p;) {
		size_t n = strcspn(p, "&");
		size_t k = strcspn(p, "=&");

		if (decode(&key, p, k, plus_is_space) == 0 &&
		    strcmp(buf_str(&key), name) == 0 && key.len == strlen(name)) {
			size_t skip = k < n ? k + 1 : n;

			rc = decode(out, p + skip, n - skip, plus_is_space);
			break;
		}
		buf_clear(&key);
		p += n;
		p += *p == '&';
	}
	buf_clear(&key);
	if (rc != 0)
		buf_reset(out);
	return rc;
}

int http_query_get(struct buf *out, const char *query, const char *name)
{
	return value_of(out, query, name, false);
}

int http_form_get(struct buf *out, const char *form, const char *name)
{
	return value_of(out, form, name, true);
}

void http_escape(struct buf *out, const char *text)
{
	static const char hex[] = "0123456789ABCDEF";

	for (const char *p = text; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (is_alnum(c) || is_one_of(c, "-._~")) {
			buf_addc(out, *p);
			continue;
		}

		char triple[3] = { '%', hex[c >> 4], hex[c & 15] };

		buf_add(out, triple, sizeof(triple));
	}
}
