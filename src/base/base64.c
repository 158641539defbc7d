/* Strict in what it reads: one text for one value, so that a signature cannot be dressed in two
 * ways. */
#include "base/crypto.h"

#include <string.h>

static const char standard[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char for_url[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int put(struct buf *out, const unsigned char *p, size_t n, const char *alphabet,
	       bool pad)
{
	for (size_t i = 0; i < n; i += 3) {
		size_t have = n - i < 3 ? n - i : 3;
		unsigned int v = (unsigned int)p[i] << 16;

		v |= have > 1 ? (unsigned int)p[i + 1] << 8 : 0;
		v |= have > 2 ? p[i + 2] : 0;
		char four[4] = { alphabet[v >> 18], alphabet[v >> 12 & 63],
				 alphabet[v >> 6 & 63], alphabet[v & 63] };

		if (have < 3)
			memset(four + have + 1, '=', 3 - have);
		buf_add(out, four, pad ? 4 : have + 1);
	}
	return out->full ? -1 : 0;
}

int base64_write(struct buf *out, const void *data, size_t n)
{
	return put(out, data, n, standard, true);
}

int base64url_write(struct buf *out, const void *data, size_t n)
{
	return put(out, data, n, for_url, false);
}

static int value_of(const char *alphabet, char c)
{
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

/* text without its padding; have is 2 to 4 for the last group. */
static int get(struct buf *out, const char *text, size_t len, const char *alphabet,
	       struct err *err)
{
	if (len % 4 == 1)
		return err_set(err, ERR_PARSE,
			       "bad base64: ends within a character at byte %zu", len);
	for (size_t i = 0; i < len; i += 4) {
		size_t have = len - i < 4 ? len - i : 4;
		unsigned int v = 0;

		for (size_t j = 0; j < 4; j++) {
			int x = j < have ? value_of(alphabet, text[i + j]) : 0;

			if (x < 0)
				return err_set(err, ERR_PARSE, "bad base64 at byte %zu", i + j);
			v = v << 6 | (unsigned int)x;
		}
		char three[3] = { (char)(v >> 16 & 255), (char)(v >> 8 & 255),
				  (char)(v & 255) };

		if ((have == 2 && (v & 0xFFFF)) || (have == 3 && (v & 0xFF)))
			return err_set(err, ERR_PARSE, "bad base64: bits left over at byte %zu",
				       i + have - 1);
		if (buf_add(out, three, have - 1) < 0)
			return err_set(err, ERR_FULL, "base64: more than %zu bytes", out->max);
	}
	return 0;
}

int base64_read(struct buf *out, const char *text, size_t len, struct err *err)
{
	if (len % 4 != 0)
		return err_set(err, ERR_PARSE, "bad base64: length %zu is no multiple of 4",
			       len);
	if (len > 0 && text[len - 1] == '=')
		len -= text[len - 2] == '=' ? 2 : 1;
	return get(out, text, len, standard, err);
}

int base64url_read(struct buf *out, const char *text, size_t len, struct err *err)
{
	return get(out, text, len, for_url, err);
}
