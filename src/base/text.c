#include "base/text.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define OPERAND_MAX 4096
#define WORD_MAX    64

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

int num_read(int64_t *out, const char *text, int64_t min, int64_t max)
{
	return num_read_n(out, text, strlen(text), min, max);
}

int num_read_n(int64_t *out, const char *text, size_t len, int64_t min, int64_t max)
{
	bool minus = len > 0 && text[0] == '-';
	int64_t v = 0;

	if (len == (size_t)minus)
		return -1;
	for (size_t i = minus; i < len; i++) {
		int digit = text[i] - '0';

		if (!is_digit(text[i]) || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, minus ? -digit : digit, &v))
			return -1;
	}
	if (v < min || v > max)
		return -1;
	*out = v;
	return 0;
}

/* Only [-]D[.D][e[+-]D]: strtod() would take "inf", "0x1p3" and blanks. */
static bool looks_real(const char *s)
{
	const char *p = s + (*s == '-');

	if (!is_digit(*p))
		return false;
	while (is_digit(*p))
		p++;
	if (*p == '.') {
		if (!is_digit(*++p))
			return false;
		while (is_digit(*p))
			p++;
	}
	if (*p == 'e' || *p == 'E') {
		p += p[1] == '+' || p[1] == '-' ? 2 : 1;
		if (!is_digit(*p))
			return false;
		while (is_digit(*p))
			p++;
	}
	return *p == '\0';
}

int num_read_real(double *out, const char *text, double min, double max)
{
	if (!looks_real(text))
		return -1;
	/* the operator's locale may want a decimal comma */
	locale_t c = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);

	if (c == (locale_t)0)
		return -1;
	locale_t before = uselocale(c);
	double v = strtod(text, NULL);

	uselocale(before);
	freelocale(c);
	if (!isfinite(v) || v < min || v > max)
		return -1;
	*out = v;
	return 0;
}

bool text_is_name(const char *s, size_t max)
{
	size_t n = 0;

	for (; s[n]; n++)
		if (n >= max || !(is_alnum(s[n]) || (n > 0 && strchr("._-", s[n]))))
			return false;
	return n > 0;
}

bool text_is_operand(const char *s)
{
	size_t n = 0;

	if (s[0] == '-')
		return false;
	for (; s[n]; n++)
		if (n >= OPERAND_MAX || !(is_alnum(s[n]) || strchr("._[],-", s[n])))
			return false;
	return n > 0;
}

int text_casecmp(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return (unsigned char)lower(*a) - (unsigned char)lower(*b);
}

bool text_has_prefix(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

const char *text_find(const char *text, const char *part)
{
	size_t n = strlen(part);

	for (; n && text && *text; text++)
		if (strncasecmp(text, part, n) == 0)
			return text;
	return NULL;
}

bool text_id_prefix(const char *id, const char *prefix)
{
	while (*prefix && lower(*id) == lower(*prefix)) {
		id++;
		prefix++;
	}
	if (*prefix == '/' && prefix[1] == '\0' && *id == '\0')
		return true;
	return *prefix == '\0' && (*id == '\0' || *id == '/' || id[-1] == '/');
}

void quote_sh(struct buf *b, const char *arg)
{
	buf_addc(b, '\'');
	for (const char *p = arg; *p; p++) {
		if (*p == '\'')
			buf_adds(b, "'\\''");
		else
			buf_addc(b, *p);
	}
	buf_addc(b, '\'');
}

void quote_sh_word(struct buf *b, const char *arg)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-.,:/=%+@";

	if (arg[0] && !arg[strspn(arg, plain)])
		buf_adds(b, arg);
	else
		quote_sh(b, arg);
}

/* Edits (insert, delete, replace) from a to b, case-blind; words longer than WORD_MAX are not
 * compared. */
static size_t distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], na = strlen(a), nb = strlen(b);

	if (na > WORD_MAX || nb > WORD_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= nb; j++)
		row[j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t best = diagonal + (lower(a[i - 1]) != lower(b[j - 1]));

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[nb];
}

/* Near: one edit in a short word, one for each three letters in a longer one. */
const char *text_nearest(const char *word, const char *const *words)
{
	size_t n = strlen(word), best = n / 3 + 1;
	const char *found = NULL;

	if (n <= 1)
		return NULL;
	for (; *words; words++) {
		size_t d = distance(word, *words);

		if (d < best || (d == best && !found)) {
			best = d;
			found = *words;
		}
	}
	return found;
}

/* "K", "KB", "KiB" and the like, in either case, as a power of 1024; -1 when it is none. */
static int unit_power(const char *unit)
{
	static const char letters[] = "kmgtpe";

	if (!*unit || text_casecmp(unit, "b") == 0)
		return 0;
	const char *at = strchr(letters, lower(unit[0]));

	if (!at ||
	    (unit[1] && text_casecmp(unit + 1, "b") != 0 && text_casecmp(unit + 1, "ib") != 0))
		return -1;
	return (int)(at - letters) + 1;
}

int size_read(int64_t *bytes, const char *text)
{
	char number[32];
	size_t n = strspn(text, "0123456789.");
	int power = unit_power(text + n);
	double v;

	if (n == 0 || n >= sizeof(number) || power < 0)
		return -1;
	memcpy(number, text, n);
	number[n] = '\0';
	int64_t whole, unit = INT64_C(1) << (10 * power);

	if (num_read(&whole, number, 0, INT64_MAX / unit) ==
	    0) { /* exact, where a double is not */
		*bytes = whole * unit;
		return 0;
	}
	if (!strchr(number, '.') || num_read_real(&v, number, 0, 9e18) < 0 ||
	    v * (double)unit >= 9223372036854775807.0)
		return -1;
	*bytes = (int64_t)(v * (double)unit);
	return 0;
}

const char *size_text(char out[24], int64_t bytes)
{
	static const char letters[] = "BKMGTPE";
	const char *sign = bytes < 0 ? "-" : "";
	uint64_t size = bytes < 0 ? 0 - (uint64_t)bytes : (uint64_t)bytes;
	unsigned int power = 0;

	while (power < 6 && size >> (10 * (power + 1)))
		power++;
	double in_units = (double)size / (double)(UINT64_C(1) << (10 * power));

	if (in_units >= 1023.5 && power > 0 && power < 6) { /* 1G reads better than 1024M */
		in_units /= 1024;
		power++;
	}
	uint64_t tenths = (uint64_t)(in_units * 10 + 0.5);

	if (power == 0)
		snprintf(out, 24, "%s%uB", sign, (unsigned int)size);
	else if (tenths % 10 == 0 || tenths >= 1000)
		snprintf(out, 24, "%s%u%c", sign, (unsigned int)((tenths + 5) / 10),
			 letters[power]);
	else
		snprintf(out, 24, "%s%u.%u%c", sign, (unsigned int)(tenths / 10),
			 (unsigned int)(tenths % 10), letters[power]);
	return out;
}

const char *count_text(char out[48], int64_t n, const char *noun)
{
	snprintf(out, 48, "%lld %s%s", (long long)n, noun, n == 1 ? "" : "s");
	return out;
}

const char *money_text(char out[24], double usd)
{
	if (usd < 0)
		snprintf(out, 24, "$?");
	else if (usd > 0 && usd < 0.0005)
		snprintf(out, 24, "<$0.001");
	else
		snprintf(out, 24,
			 usd > 0 && usd < 0.1 ? "$%.3f"
			 : usd < 100	      ? "$%.2f"
					      : "$%.0f",
			 usd);
	return out;
}
