#include "console/log_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#define TAB_COLUMNS  8
#define SIDE_COLUMNS 8

void log_text_init(struct log_text *t)
{
	*t = (struct log_text){ .follow = true };
}

static void forget_lines(struct log_text *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i]);
	t->n = 0;
	free(t->tail);
	t->tail = NULL;
	t->open = false;
}

void log_text_clear(struct log_text *t)
{
	forget_lines(t);
	free(t->v);
	free(t->shown);
	log_text_init(t);
}

/* The length of a sequence that sets colours, "ESC [ 1 ; 31 m"; 0: it is none. */
static size_t colour_sequence(const char *s, size_t n)
{
	size_t i = 2;

	if (n < 3 || s[0] != '\033' || s[1] != '[')
		return 0;
	while (i < n && (s[i] == ';' || (s[i] >= '0' && s[i] <= '9')))
		i++;
	return i < n && (s[i] == 'm' || s[i] == 'K') ? i + 1 : 0;
}

/* Tabs become blanks, colours nothing; of a line that was written over with CR, as bars of
 * progress do, the last text counts. */
static char *clean_line(const char *s, size_t n)
{
	struct buf b = BUF_INIT((size_t)LOG_LINE * 4);
	char out[LOG_LINE];

	while (n > 0 && s[n - 1] == '\r')
		n--;
	for (size_t i = n; i > 0; i--)
		if (s[i - 1] == '\r') {
			s += i;
			n -= i;
			break;
		}
	for (size_t i = 0; i < n && b.len < LOG_LINE;) {
		size_t skip = colour_sequence(s + i, n - i);

		if (skip == 0 && s[i] == '\t')
			do
				buf_addc(&b, ' ');
			while (b.len % TAB_COLUMNS);
		else if (skip == 0)
			buf_addc(&b, s[i]);
		i += skip ? skip : 1;
	}
	text_clean(out, sizeof(out), buf_str(&b), b.len);
	buf_clear(&b);
	return xstrdup(out);
}

/* Which lines are shown */

static size_t line_at(const struct log_text *t, size_t i)
{
	return t->only ? t->shown[i] : i;
}

size_t log_text_count(const struct log_text *t)
{
	return t->only ? t->n_shown : t->n;
}

const char *log_text_line(const struct log_text *t, size_t i, int64_t *number)
{
	size_t at = line_at(t, i);

	*number = t->number > 0 ? t->number + (int64_t)at : 0;
	return t->v[at];
}

bool log_text_matches(const struct log_text *t, size_t i)
{
	return text_find(t->v[line_at(t, i)], t->find);
}

/* The line at the top stays there, or the next one that is shown. */
static void show_again(struct log_text *t, size_t top_line)
{
	t->n_shown = 0;
	t->top = top_line;
	if (!t->only)
		return;
	t->shown = xreallocarray(t->shown, t->n + 1, sizeof(*t->shown));
	for (size_t i = 0; i < t->n; i++)
		if (!t->find[0] || text_find(t->v[i], t->find))
			t->shown[t->n_shown++] = i;
	t->top = 0;
	while (t->top + 1 < t->n_shown && t->shown[t->top] < top_line)
		t->top++;
}

static size_t top_line(const struct log_text *t)
{
	return t->top < log_text_count(t) ? line_at(t, t->top) : t->n ? t->n - 1 : 0;
}

void log_text_only(struct log_text *t, bool on)
{
	size_t top = top_line(t);

	t->only = on && t->find[0];
	show_again(t, top);
}

void log_text_find(struct log_text *t, const char *what)
{
	size_t top = top_line(t), n = strlen(what);

	n = n < sizeof(t->find) ? n : sizeof(t->find) - 1;
	memcpy(t->find, what, n);
	t->find[n] = '\0';
	t->only = t->only && n > 0;
	show_again(t, top);
}

bool log_text_go_match(struct log_text *t, int step)
{
	size_t n = log_text_count(t), at = t->top;

	for (size_t i = 0; i < n; i++) {
		at = (at + n + (size_t)(step < 0 ? n - 1 : 1)) % n;
		if (log_text_matches(t, at)) {
			t->top = at;
			t->follow = false;
			return true;
		}
	}
	return false;
}

/* Lines come */

static void drop_oldest(struct log_text *t)
{
	size_t more = t->n > LOG_LINES ? t->n - LOG_LINES : 0;

	if (more == 0)
		return;
	for (size_t i = 0; i < more; i++)
		free(t->v[i]);
	memmove(t->v, t->v + more, (t->n - more) * sizeof(t->v[0]));
	t->n -= more;
	if (t->number > 0)
		t->number += (int64_t)more;
	t->from = -1; /* what lies before is not told any more */
}

static void push_line(struct log_text *t, const char *s, size_t n)
{
	GROW(t->v, t->n, t->cap);
	t->v[t->n++] = clean_line(s, n);
}

/* text goes on where t->tail, the line that was not ended, stops. */
static void push_text(struct log_text *t, const char *text)
{
	char *all = xasprintf("%s%s", t->tail ? t->tail : "", text);
	const char *s = all;

	if (t->open && t->n > 0)
		free(t->v[--t->n]);
	for (const char *nl; (nl = strchr(s, '\n')); s = nl + 1)
		push_line(t, s, (size_t)(nl - s));
	free(t->tail);
	t->tail = *s ? xstrdup(s) : NULL;
	t->open = *s != '\0';
	if (t->open)
		push_line(t, s, strlen(s));
	free(all);
}

void log_text_add(struct log_text *t, const char *text, int64_t from, int64_t next,
		  int64_t number)
{
	size_t top = top_line(t), before = t->n;

	if (from != t->next || t->n == 0) {
		const char *nl = strchr(text, '\n');

		forget_lines(t);
		t->from = from;
		t->number = number;
		before = top = 0;
		if (from > 0 && nl) { /* it begins inside a line */
			t->from += nl + 1 - text;
			t->number += t->number > 0;
			text = nl + 1;
		}
	}
	push_text(t, text);
	t->next = next;
	if (!t->follow && t->n > before)
		t->fresh += (int64_t)(t->n - before);
	before = t->n;
	drop_oldest(t);
	before -= t->n;
	show_again(t, top > before ? top - before : 0);
}

void log_text_before(struct log_text *t, const char *text, int64_t from, int64_t number)
{
	struct log_text older;
	size_t top = top_line(t), room = t->n < LOG_LINES ? LOG_LINES - t->n : 0, skip;

	log_text_init(&older);
	log_text_add(&older, text, from, t->from, number);
	skip = older.n > room ? older.n - room : 0;
	t->v = xreallocarray(t->v, t->n + older.n + 1, sizeof(t->v[0]));
	t->cap = t->n + older.n + 1;
	memmove(t->v + older.n - skip, t->v, t->n * sizeof(t->v[0]));
	for (size_t i = skip; i < older.n; i++)
		t->v[i - skip] = xstrdup(older.v[i]);
	t->n += older.n - skip;
	if (t->number > 0)
		t->number -= (int64_t)(older.n - skip);
	else
		t->number = skip == 0 ? older.number : 0;
	t->from = skip ? -1 : older.from;
	show_again(t, top + older.n - skip);
	log_text_clear(&older);
}

/* Where the reader stands */

int log_text_height(const struct log_text *t, size_t i, int cols)
{
	int64_t number;
	int width;

	if (!t->wrap || cols < 1)
		return 1;
	width = text_width(log_text_line(t, i, &number));
	return width > cols ? (width + cols - 1) / cols : 1;
}

/* The first line of the last page. */
static size_t last_top(const struct log_text *t, int rows, int cols)
{
	size_t i = log_text_count(t);

	while (i > 0) {
		int high = log_text_height(t, i - 1, cols);

		if (high > rows)
			break;
		rows -= high;
		i--;
	}
	return i < log_text_count(t) ? i : i ? i - 1 : 0;
}

void log_text_settle(struct log_text *t, int rows, int cols)
{
	size_t last = last_top(t, rows, cols);

	if (t->follow || t->top > last)
		t->top = last;
	if (t->top == last && t->follow)
		t->fresh = 0;
}

static void move(struct log_text *t, int64_t by, size_t last)
{
	int64_t to = (int64_t)t->top + by;

	if (by < 0)
		t->follow = false;
	t->top = to < 0 ? 0 : (size_t)to;
	if (t->top >= last) {
		t->top = last;
		if (by > 0)
			t->follow = true; /* back at the end */
	}
}

bool log_text_key(struct log_text *t, const struct key *k, int rows, int cols)
{
	size_t last = last_top(t, rows, cols);
	int page = rows > 1 ? rows - 1 : 1;

	switch (k->code) {
	case K_UP:
	case 'k':
		move(t, -1, last);
		break;
	case K_DOWN:
	case 'j':
		move(t, 1, last);
		break;
	case K_PAGE_UP:
	case K_CTRL('b'):
		move(t, -page, last);
		break;
	case K_PAGE_DOWN:
	case K_CTRL('f'):
	case ' ':
		move(t, page, last);
		break;
	case K_HOME:
	case 'g':
		move(t, -(int64_t)t->top - 1, last);
		break;
	case K_END:
	case 'G':
		t->follow = true;
		break;
	case K_LEFT:
	case 'h':
		t->left = t->left > SIDE_COLUMNS ? t->left - SIDE_COLUMNS : 0;
		break;
	case K_RIGHT:
	case 'l':
		t->left += t->left < LOG_LINE ? SIDE_COLUMNS : 0;
		break;
	default:
		return false;
	}
	log_text_settle(t, rows, cols);
	return true;
}
