#include "console/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

void prompt_init(struct prompt *p, prompt_complete_fn *complete, void *arg)
{
	*p = (struct prompt){ .history = STRS_INIT(PROMPT_HISTORY),
			      .complete = complete,
			      .arg = arg };
}

void prompt_clear(struct prompt *p)
{
	strs_clear(&p->history);
}

void prompt_set(struct prompt *p, const char *text)
{
	p->len = text_clean(p->text, sizeof(p->text), text, strnlen(text, PROMPT_TEXT));
	p->at = p->len;
}

void prompt_open(struct prompt *p, const char *label, const char *text)
{
	snprintf(p->label, sizeof(p->label), "%s", label);
	p->back = 0;
	p->hint[0] = '\0';
	prompt_set(p, text ? text : "");
}

/* Bytes of the character before or at a place, with the marks that sit on it. */
static size_t char_at(const struct prompt *p, size_t at)
{
	uint32_t cp;
	size_t n = utf8_read(&cp, p->text + at, p->len - at);

	while (at + n < p->len) {
		char one[8] = "";
		size_t more = utf8_read(&cp, p->text + at + n, p->len - at - n);

		if (more == 0 || more >= sizeof(one))
			break;
		memcpy(one, p->text + at + n, more);
		if (text_width(one) > 0)
			break;
		n += more;
	}
	return n;
}

static size_t char_before(const struct prompt *p)
{
	size_t start = 0, n = 0;

	while (start < p->at) {
		n = char_at(p, start);
		if (n == 0)
			break;
		start += n;
	}
	return n;
}

static void cut(struct prompt *p, size_t from, size_t n)
{
	memmove(p->text + from, p->text + from + n, p->len - from - n + 1);
	p->len -= n;
	p->at = from;
}

static size_t most(const struct prompt *p)
{
	return p->max && p->max < sizeof(p->text) ? p->max : sizeof(p->text) - 1;
}

/* Only what shows as itself, on a letter if it is a mark: what the cleaner would spell out is
 * not typed text. */
static bool insert(struct prompt *p, const char *text, size_t n)
{
	char raw[8] = "a", clean[32];

	if (n == 0 || n + 1 >= sizeof(raw) || p->len + n > most(p))
		return false;
	memcpy(raw + 1, text, n);
	if (text_clean(clean, sizeof(clean), raw, n + 1) != n + 1 ||
	    memcmp(clean, raw, n + 1) != 0)
		return false;
	memmove(p->text + p->at + n, p->text + p->at, p->len - p->at + 1);
	memcpy(p->text + p->at, text, n);
	p->len += n;
	p->at += n;
	return true;
}

struct pasted {
	size_t took, lost; /* characters of the first line */
	size_t lines;	   /* others that are not blank */
	bool full;
};

static size_t lines_after(const struct key *k, size_t n)
{
	size_t lines = 0;
	bool blank = true;

	for (; n < k->len; n++) {
		bool end = k->text[n] == '\n' || k->text[n] == '\r';

		lines += blank && !end;
		blank = end;
	}
	return lines;
}

/* Nothing that was pasted is left out in silence. */
static void tell_pasted(struct prompt *p, const struct pasted *t)
{
	char lines[64] = "", rest[64] = "";

	if (t->lines > 0)
		snprintf(lines, sizeof(lines), "the first line of %zu", t->lines + 1);
	if (t->full)
		snprintf(rest, sizeof(rest), "%zu of %zu characters: %zu bytes have room",
			 t->took, t->took + t->lost, most(p));
	else if (t->lost > 0)
		snprintf(rest, sizeof(rest), "%zu of %zu characters: the others show nothing",
			 t->took, t->took + t->lost);
	if (lines[0] || rest[0])
		snprintf(p->hint, sizeof(p->hint), "pasted %s%s%s", lines,
			 lines[0] && rest[0] ? ", of it " : "", rest);
}

/* The first line only: what follows a line end would otherwise be taken for "Enter" and more
 * typing. A tab is a blank. */
static void paste(struct prompt *p, const struct key *k)
{
	struct pasted t = { 0 };
	size_t n = 0;

	while (n < k->len && k->text[n] != '\n' && k->text[n] != '\r') {
		uint32_t cp;
		size_t step = utf8_read(&cp, k->text + n, k->len - n);

		if (step == 0)
			break;
		if (insert(p, k->text[n] == '\t' ? " " : k->text + n, step))
			t.took++;
		else
			t.lost++;
		t.full |= p->len + step > most(p);
		n += step;
	}
	t.lines = lines_after(k, n);
	if (n == k->len) /* what a paste has beyond what is kept of it */
		t.lost += k->total - k->len;
	t.full &= t.lost > 0;
	tell_pasted(p, &t);
}

static void show_history(struct prompt *p, size_t back)
{
	if (back > p->history.n)
		return;
	if (p->back == 0)
		memcpy(p->typed, p->text, p->len + 1);
	p->back = back;
	prompt_set(p, back == 0 ? p->typed : p->history.v[p->history.n - back]);
}

static void remember(struct prompt *p)
{
	struct strs *h = &p->history;

	if (p->len == 0 || (h->n > 0 && strcmp(h->v[h->n - 1], p->text) == 0))
		return;
	if (h->n == h->max) {
		free(h->v[0]);
		memmove(h->v, h->v + 1, h->n * sizeof(*h->v)); /* with the NULL at the end */
		h->n--;
	}
	strs_add(h, p->text);
}

static void complete(struct prompt *p)
{
	char out[PROMPT_TEXT] = "", rest[PROMPT_TEXT], hint[160] = "";

	bool fits = p->complete && p->complete(p->arg, p->text, p->at, out, hint);

	p->deaf = !p->complete;
	snprintf(p->hint, sizeof(p->hint), "%s", hint); /* also why nothing fits */
	if (!fits)
		return;
	memcpy(rest, p->text + p->at, p->len - p->at + 1);
	if (strlen(out) + strlen(rest) > most(p))
		return;
	prompt_set(p, out);
	size_t at = p->len;
	memcpy(p->text + at, rest, strlen(rest) + 1);
	p->len = at + strlen(rest);
	p->at = at;
}

static void word_back(struct prompt *p)
{
	size_t from = p->at;

	while (from > 0 && p->text[from - 1] == ' ')
		from--;
	while (from > 0 && p->text[from - 1] != ' ')
		from--;
	cut(p, from, p->at - from);
}

static void type(struct prompt *p, uint32_t code)
{
	char bytes[5];
	size_t n = key_utf8(bytes, code);

	if (!insert(p, bytes, n) && p->len + n > most(p))
		snprintf(p->hint, sizeof(p->hint), "no more has room: at most %zu bytes",
			 most(p));
}

static void edit(struct prompt *p, const struct key *k)
{
	switch (k->code) {
	case K_LEFT:
		p->at -= char_before(p);
		break;
	case K_RIGHT:
		p->at += char_at(p, p->at);
		break;
	case K_HOME:
	case K_CTRL('a'):
		p->at = 0;
		break;
	case K_END:
	case K_CTRL('e'):
		p->at = p->len;
		break;
	case K_BACKSPACE: {
		size_t n = char_before(p);

		cut(p, p->at - n, n);
		break;
	}
	case K_DELETE:
		cut(p, p->at, char_at(p, p->at));
		break;
	case K_CTRL('u'):
		cut(p, 0, p->at);
		break;
	case K_CTRL('k'):
		cut(p, p->at, p->len - p->at);
		break;
	case K_CTRL('w'):
		word_back(p);
		break;
	case K_UP:
		show_history(p, p->back + 1);
		break;
	case K_DOWN:
		if (p->back > 0)
			show_history(p, p->back - 1);
		break;
	case K_TAB:
		complete(p);
		break;
	case K_PASTE:
		paste(p, k);
		break;
	default:
		p->deaf = !key_is_char(k);
		if (!p->deaf)
			type(p, k->code);
	}
}

enum prompt_end prompt_key(struct prompt *p, const struct key *k)
{
	p->hint[0] = '\0';
	p->deaf = false;
	if (k->code == K_ESC || k->code == K_CTRL('c'))
		return PROMPT_CANCELLED;
	if (k->code == K_ENTER) {
		remember(p);
		return PROMPT_DONE;
	}
	edit(p, k);
	return PROMPT_OPEN;
}

static int width_of(const struct prompt *p, size_t from, size_t bytes)
{
	char part[PROMPT_TEXT];

	memcpy(part, p->text + from, bytes);
	part[bytes] = '\0';
	return text_width(part);
}

/* The end of a long text scrolls in, so that the cursor is always seen; what went out on the
 * left leaves a sign, as a path would be another without its beginning. */
void prompt_draw(const struct prompt *p, struct screen *s, int row, int col, int columns)
{
	int label = screen_put(s, row, col, TONE_KEY, 0, p->label, columns);
	int room = columns - label - 1, left = width_of(p, 0, p->at);
	size_t from = 0;

	if (room < 1)
		return;
	while (left + (from > 0) > room && from < p->at) {
		size_t n = char_at(p, from);

		left -= width_of(p, from, n);
		from += n;
	}
	if (from > 0) {
		screen_put(s, row, col + label, TONE_DIM, 0, screen_cut_sign(s), 1);
		label++;
		room--;
	}
	screen_put(s, row, col + label, TONE_TEXT, 0, p->text + from, room + 1);
	screen_cursor(s, row, col + label + left);
}
