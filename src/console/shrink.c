#include "console/shrink.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define PARAMS_MOST 16
#define COLOUR_256  256

enum { BOLD = 1, DIM = 2, UNDERLINE = 4, REVERSE = 8 };

static const struct {
	unsigned int bit;
	int number;
} attributes[] = { { BOLD, 1 }, { DIM, 2 }, { UNDERLINE, 4 }, { REVERSE, 7 } };

static const struct looks plain = { .fg = -1, .bg = -1 };

void shrink_init(struct shrink *s)
{
	*s = (struct shrink){ .want = plain, .real = plain };
}

/* Sending */

struct sgr {
	char text[80];
	size_t n;
};

static void add(struct sgr *sgr, int number)
{
	sgr->n += (size_t)snprintf(sgr->text + sgr->n, sizeof(sgr->text) - sgr->n, "%s%d",
				   sgr->n ? ";" : "", number);
}

static void add_colour(struct sgr *sgr, int colour, int base)
{
	if (colour < 0) {
		add(sgr, base + 9);
	} else if (colour >= COLOUR_256) {
		add(sgr, base + 8);
		add(sgr, 5);
		add(sgr, colour - COLOUR_256);
	} else {
		add(sgr, colour < 8 ? base + colour : base + 60 + colour - 8);
	}
}

static bool same(const struct looks *a, const struct looks *b)
{
	return a->fg == b->fg && a->bg == b->bg && a->on == b->on;
}

void shrink_flush(struct shrink *s, struct buf *out)
{
	struct sgr sgr = { .n = 0 };
	struct looks from = s->real;
	const struct looks *to = &s->want;
	bool to_own = (to->fg < 0 && from.fg >= 0) || (to->bg < 0 && from.bg >= 0);

	if (s->off || (s->known && same(&from, to)))
		return;
	if (!s->known || (from.on & ~to->on) || (to_own && !s->can_reset)) {
		from = plain;
		if (!same(to, &plain))
			add(&sgr, 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(attributes); i++)
		if (to->on & ~from.on & attributes[i].bit)
			add(&sgr, attributes[i].number);
	if (to->fg != from.fg)
		add_colour(&sgr, to->fg, 30);
	if (to->bg != from.bg)
		add_colour(&sgr, to->bg, 40);
	buf_addf(out, "\033[%.*sm", (int)sgr.n, sgr.text);
	s->real = s->want;
	s->known = true;
}

/* A blank shows its background, and lines through or under it: then all must be right. */
static void flush_for_blank(struct shrink *s, struct buf *out)
{
	if (!s->known || ((s->want.on | s->real.on) & (UNDERLINE | REVERSE)) ||
	    s->want.bg != s->real.bg)
		shrink_flush(s, out);
}

/* Reading */

/* A colour at p[*i]: N, or 38;5;N; -2: none that is known. */
static int read_colour(const int *p, size_t n, size_t *i, int base)
{
	if (p[*i] == base + 9)
		return -1;
	if (p[*i] != base + 8)
		return p[*i] < base + 8 ? p[*i] - base : p[*i] - base - 60 + 8;
	if (*i + 2 >= n || p[*i + 1] != 5 || p[*i + 2] < 0 || p[*i + 2] > 255)
		return -2;
	*i += 2;
	return COLOUR_256 + p[*i];
}

static int apply_one(struct shrink *s, struct looks *w, const int *p, size_t n, size_t *i)
{
	int v = p[*i];

	for (size_t k = 0; k < ARRAY_LEN(attributes); k++)
		if (attributes[k].number == v) {
			w->on |= attributes[k].bit;
			return 0;
		}
	if (v == 0)
		*w = plain;
	else if (v == 22)
		w->on &= ~(unsigned int)(BOLD | DIM);
	else if (v == 24)
		w->on &= ~(unsigned int)UNDERLINE;
	else if (v == 27)
		w->on &= ~(unsigned int)REVERSE;
	else if ((v >= 30 && v <= 39) || (v >= 90 && v <= 97))
		w->fg = read_colour(p, n, i, 30);
	else if ((v >= 40 && v <= 49) || (v >= 100 && v <= 107))
		w->bg = read_colour(p, n, i, 40);
	else
		return -1;
	s->can_reset |= v == 39 || v == 49;
	return w->fg == -2 || w->bg == -2 ? -1 : 0;
}

/* What stands between "ESC [" and "m". */
static int read_sgr(struct shrink *s, const char *text, size_t len)
{
	int p[PARAMS_MOST] = { 0 };
	struct looks want = s->want;
	size_t n = 1;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == ';' && n < PARAMS_MOST)
			n++;
		else if (text[i] >= '0' && text[i] <= '9' && p[n - 1] < 1000)
			p[n - 1] = p[n - 1] * 10 + text[i] - '0';
		else
			return -1;
	}
	for (size_t i = 0; i < n; i++)
		if (apply_one(s, &want, p, n, &i) < 0)
			return -1;
	s->want = want;
	return 0;
}

/* The length of the sequence at text, 0: it does not end here. Strings (OSC, DCS) end with BEL
 * or ESC \. */
static size_t sequence(const char *text, size_t n)
{
	size_t i = 2;

	if (n < 2)
		return 0;
	if (text[1] == '[') {
		while (i < n && text[i] >= 0x20 && text[i] < 0x40)
			i++;
		return i < n ? i + 1 : 0;
	}
	if (text[1] == ']' || text[1] == 'P') {
		while (i < n && text[i] != '\a' && !(text[i] == '\\' && text[i - 1] == '\033'))
			i++;
		return i < n ? i + 1 : 0;
	}
	return text[1] && strchr("()*+#% ", text[1]) ? (n > 2 ? 3 : 0) : 2;
}

/* From here on all passes as it is. */
static void give_up(struct shrink *s, struct buf *out)
{
	shrink_flush(s, out);
	s->off = true;
}

static void take_csi(struct shrink *s, struct buf *out, const char *text, size_t len)
{
	char final = text[len - 1];

	if (final == 'm') {
		if (read_sgr(s, text + 2, len - 3) == 0)
			return;
		give_up(s, out);
	} else if (!strchr("HfGdABCDEFaeb`", final)) {
		flush_for_blank(s, out); /* it may erase or scroll, which shows blanks */
	}
	buf_add(out, text, len);
}

static void take_sequence(struct shrink *s, struct buf *out, const char *text, size_t len)
{
	if (text[1] == '[') {
		take_csi(s, out, text, len);
		return;
	}
	if (text[1] == '(') {
		if (text[2] == s->charset)
			return;
		s->charset = text[2];
	} else if (text[1] != ']') {
		flush_for_blank(s, out); /* ESC M and its like scroll */
	}
	buf_add(out, text, len);
	if (text[1] == '8' || text[1] == 'c')
		s->known = false; /* looks come back that somebody kept */
}

static size_t text_run(const char *text, size_t n)
{
	size_t i = 0;

	while (i < n && (unsigned char)text[i] > ' ')
		i++;
	return i;
}

/* Returns how many bytes that were. */
static size_t take_text(struct shrink *s, struct buf *out, const char *text, size_t n)
{
	size_t len = text_run(text, n);

	if (len > 0)
		shrink_flush(s, out);
	else if (*text == ' ' || *text == '\n')
		flush_for_blank(s, out);
	len = len ? len : 1;
	buf_add(out, text, len);
	return len;
}

void shrink(struct shrink *s, struct buf *out, const char *text, size_t n)
{
	while (n > 0 && !s->off) {
		size_t len = *text == '\033' ? sequence(text, n) : 0;

		if (len > 0)
			take_sequence(s, out, text, len);
		else if (*text == '\033')
			give_up(s, out); /* it is not whole */
		else
			len = take_text(s, out, text, n);
		text += len;
		n -= len;
	}
	buf_add(out, text, n);
}
