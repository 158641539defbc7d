/* The cleaner for every string from outside (S10.1), and the columns that clean text takes. */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#include "base/unicode.h"

#define MARKS_MAX   4 /* combining marks on one cell */
#define REPLACEMENT 0xFFFD

/*
 * One code point: the bytes it took, or 0 at the end. What is not UTF-8 (overlong, surrogates
 * and values above 10FFFF too) gives U+FFFD with *cp and takes as much as could have been the
 * beginning of a character.
 */
size_t utf8_read(uint32_t *cp, const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;

	if (len == 0)
		return 0;
	*cp = s[0];
	if (s[0] < 0x80)
		return 1;
	size_t need = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
	/* the second byte's range is what shuts out overlong forms, surrogates and the rest
	 * above 10FFFF */
	unsigned char low = s[0] == 0xE0 ? 0xA0 : s[0] == 0xF0 ? 0x90 : 0x80;
	unsigned char high = s[0] == 0xED ? 0x9F : s[0] == 0xF4 ? 0x8F : 0xBF;
	uint32_t v = s[0] & (0x7FU >> need);

	*cp = REPLACEMENT;
	if (s[0] < 0xC2 || s[0] > 0xF4)
		return 1;
	for (size_t i = 1; i < need; i++) {
		if (i >= len || s[i] < low || s[i] > high)
			return i;
		v = v << 6 | (s[i] & 0x3F);
		low = 0x80;
		high = 0xBF;
	}
	*cp = v;
	return need;
}

/* What is written for a code point that may not pass; NUL-terminated. */
static size_t escape(char out[16], uint32_t cp)
{
	int n = cp < 0xA0 ? snprintf(out, 16, "\\x%02X", (unsigned int)cp)
			  : snprintf(out, 16, "<U+%04X>", (unsigned int)cp);

	return (size_t)n;
}

/*
 * Backslashes and '<' of the input pass as they are. So "\x1B" on screen may be one control
 * byte or the four characters: neither does harm, and cleaning twice changes nothing. A mark
 * needs a character that passed before it, otherwise it would sit on the text to the left of
 * this one.
 */
size_t text_clean(char *out, size_t max, const char *in, size_t len)
{
	unsigned int marks = MARKS_MAX;
	size_t used = 0, took;
	uint32_t cp;

	if (max == 0)
		return 0;
	for (; (took = utf8_read(&cp, in, len)) > 0; in += took, len -= took) {
		int width = unicode_width(cp);
		char instead[16];
		const char *put = in;
		size_t n = took;

		if (width < 0 || (width == 0 && marks >= MARKS_MAX)) {
			n = escape(instead, cp);
			put = instead;
			marks = MARKS_MAX;
		} else if (cp == REPLACEMENT) {
			put = "\xEF\xBF\xBD";
			n = 3;
			marks = 0;
		} else {
			marks = width == 0 ? marks + 1 : 0;
		}
		if (n >= max - used)
			break;
		memcpy(out + used, put, n);
		used += n;
	}
	out[used] = '\0';
	return used;
}

static int columns_of(uint32_t cp)
{
	int width = unicode_width(cp);

	return width < 0 ? 1 : width;
}

int text_width(const char *utf8)
{
	size_t len = strlen(utf8), took;
	uint32_t cp;
	int columns = 0;

	for (; (took = utf8_read(&cp, utf8, len)) > 0; utf8 += took, len -= took)
		columns += columns_of(cp);
	return columns;
}

size_t text_cut(const char *utf8, int columns)
{
	size_t len = strlen(utf8), at = 0, took;
	uint32_t cp;

	for (int left = columns; (took = utf8_read(&cp, utf8 + at, len - at)) > 0; at += took) {
		left -= columns_of(cp);
		if (left < 0)
			break;
	}
	return at;
}
