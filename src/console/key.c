#include "console/key.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

enum { GROUND, ESCAPE, CSI, CSI_LINUX, SS3, STRING, STRING_ESC, PASTE, PASTE_REST };

static const char paste_end[] = "\033[201~";

void keys_init(struct keys *k, int esc_ms, key_cb *cb, void *arg)
{
	*k = (struct keys){
		.cb = cb, .arg = arg, .esc_ms = esc_ms, .paste = BUF_INIT(KEY_PASTE_MAX)
	};
}

void keys_clear(struct keys *k)
{
	buf_clear(&k->paste);
}

void keys_reset(struct keys *k)
{
	k->state = GROUND;
	k->deadline = 0;
	k->after_esc = 0;
	k->rune_left = 0;
	buf_reset(&k->paste);
}

/* Its end may have been dropped, too: then a moment without a byte is the end. */
void keys_drop(struct keys *k, int64_t now)
{
	bool pasting = k->state == PASTE || k->state == PASTE_REST;

	keys_reset(k);
	if (!pasting)
		return;
	k->match = 0;
	k->state = PASTE_REST;
	k->deadline = now + KEY_STALL_MS;
}

static void emit(struct keys *k, uint32_t code)
{
	struct key key = { .code = code };

	k->cb(k->arg, &key);
}

static void go(struct keys *k, int state, int64_t deadline)
{
	k->state = state;
	k->deadline = deadline;
	if (state != CSI)
		k->seq_len = 0;
}

/* The number alone between "ESC [" and "~". */
static uint32_t tilde_key(int number)
{
	static const uint32_t keys[] = {
		[1] = K_HOME,	 [2] = K_INSERT,    [3] = K_DELETE, [4] = K_END,
		[5] = K_PAGE_UP, [6] = K_PAGE_DOWN, [7] = K_HOME,   [8] = K_END,
		[11] = K_F1,	 [12] = K_F2,	    [13] = K_F3,    [14] = K_F4,
		[15] = K_F5,	 [17] = K_F6,	    [18] = K_F7,    [19] = K_F8,
		[20] = K_F9,	 [21] = K_F10,	    [23] = K_F11,   [24] = K_F12,
	};

	return number >= 0 && (size_t)number < ARRAY_LEN(keys) ? keys[number] : K_NONE;
}

static uint32_t letter_key(unsigned char c)
{
	switch (c) {
	case 'A':
		return K_UP;
	case 'B':
		return K_DOWN;
	case 'C':
		return K_RIGHT;
	case 'D':
		return K_LEFT;
	case 'F':
		return K_END;
	case 'H':
		return K_HOME;
	}
	return K_NONE;
}

static uint32_t ss3_key(unsigned char c)
{
	return c >= 'P' && c <= 'S' ? K_F1 + (uint32_t)(c - 'P') : letter_key(c);
}

/* "<button;column;row" with M (pressed) or m (released), as DECSET 1006 sends it. */
static void mouse_end(struct keys *k, unsigned char final)
{
	int64_t v[3];
	size_t n = 0, from = 1;

	for (size_t i = 1; i <= k->seq_len; i++) {
		if (i < k->seq_len && k->seq[i] != ';')
			continue;
		if (n == 3 || num_read_n(&v[n], k->seq + from, i - from, 0, 9999) < 0)
			return;
		n++;
		from = i + 1;
	}
	if (n != 3 || final != 'M' || v[1] < 1 || v[2] < 1)
		return;
	struct key key = {
		.code = K_MOUSE, .button = (int)v[0], .col = (int)v[1] - 1, .row = (int)v[2] - 1
	};
	k->cb(k->arg, &key);
}

static void paste_begin(struct keys *k, int64_t now)
{
	buf_reset(&k->paste);
	k->paste.full = false;
	k->paste_total = 0;
	k->match = 0;
	go(k, PASTE, now + KEY_PASTE_MS);
}

static void csi_end(struct keys *k, unsigned char final, int64_t now)
{
	int64_t number = -1;
	uint32_t code = K_NONE;

	k->state = GROUND;
	k->deadline = 0;
	if (k->seq_len > 0 && k->seq[0] == '<') {
		mouse_end(k, final);
	} else if (final == '~') {
		if (num_read_n(&number, k->seq, k->seq_len, 1, 999) == 0)
			code = tilde_key((int)number);
		if (number == 200)
			paste_begin(k, now);
	} else if (final == 'n' && k->seq_len == 1 && k->seq[0] == '0') {
		code = K_ANSWER;
	} else if (k->seq_len == 0) {
		code = final == 'Z' ? (uint32_t)K_BACKTAB : letter_key(final);
	}
	k->seq_len = 0;
	if (code != K_NONE)
		emit(k, code);
}

static void paste_keep(struct keys *k, unsigned char c)
{
	char ch = (char)c;

	k->paste_total++;
	if ((c >= 0x20 && c != 0x7f) || c == '\t' || c == '\n' || c == '\r')
		buf_add(&k->paste, &ch, 1);
}

static void paste_finish(struct keys *k)
{
	struct key key = { .code = K_PASTE, .total = k->paste_total };

	go(k, GROUND, 0);
	key.text = buf_str(&k->paste);
	key.len = k->paste.len;
	k->cb(k->arg, &key);
	buf_clear(&k->paste);
}

static void paste_byte(struct keys *k, unsigned char c, int64_t now)
{
	k->deadline = now + KEY_PASTE_MS;
	if (c == (unsigned char)paste_end[k->match]) {
		if (paste_end[++k->match] == '\0')
			paste_finish(k);
		return;
	}
	for (size_t i = 0; i < k->match; i++) /* it was text after all */
		paste_keep(k, (unsigned char)paste_end[i]);
	k->match = c == 0x1b;
	if (!k->match)
		paste_keep(k, c);
}

static void paste_rest_byte(struct keys *k, unsigned char c, int64_t now)
{
	k->deadline = now + KEY_STALL_MS;
	if (c != (unsigned char)paste_end[k->match])
		k->match = c == 0x1b;
	else if (paste_end[++k->match] == '\0')
		go(k, GROUND, 0);
}

static void rune_begin(struct keys *k, unsigned char c, int64_t now)
{
	if (c >= 0xc2 && c < 0xe0)
		k->rune_size = 2;
	else if (c >= 0xe0 && c < 0xf0)
		k->rune_size = 3;
	else if (c >= 0xf0 && c < 0xf5)
		k->rune_size = 4;
	else
		return; /* no character starts so */
	k->rune = c & (0x7fu >> k->rune_size);
	k->rune_left = k->rune_size - 1;
	k->deadline = now + KEY_STALL_MS;
}

static void rune_byte(struct keys *k, unsigned char c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };

	k->rune = k->rune << 6 | (c & 0x3f);
	if (--k->rune_left > 0)
		return;
	k->deadline = 0;
	bool surrogate = k->rune >= 0xd800 && k->rune < 0xe000;
	if (k->rune >= least[k->rune_size] && k->rune >= 0xa0 && k->rune <= 0x10ffff &&
	    !surrogate)
		emit(k, k->rune);
}

static void ground(struct keys *k, unsigned char c, int64_t now)
{
	bool late = now < k->after_esc && (c == '[' || c == 'O');

	k->after_esc = 0;
	if (k->rune_left > 0 && (c & 0xc0) == 0x80) {
		rune_byte(k, c);
		return;
	}
	k->rune_left = 0;
	k->deadline = 0;
	if (late)
		go(k, c == '[' ? CSI : SS3, now + KEY_STALL_MS);
	else if (c == 0x1b)
		go(k, ESCAPE, now + k->esc_ms);
	else if (c == '\r' || c == '\n')
		emit(k, K_ENTER);
	else if (c == '\t')
		emit(k, K_TAB);
	else if (c == 0x08 || c == 0x7f)
		emit(k, K_BACKSPACE);
	else if (c >= 0x80)
		rune_begin(k, c, now);
	else if (c != 0) /* Ctrl-Space is nobody's key */
		emit(k, c);
}

static void escape(struct keys *k, unsigned char c, int64_t now)
{
	switch (c) {
	case '[':
		go(k, CSI, now + KEY_STALL_MS);
		return;
	case 'O':
		go(k, SS3, now + KEY_STALL_MS);
		return;
	case ']': /* OSC */
	case 'P': /* DCS */
		go(k, STRING, now + KEY_STALL_MS);
		return;
	}
	go(k, GROUND, 0);
	emit(k, K_ESC); /* two keys that came together, or Alt, which means nothing here */
	ground(k, c, now);
}

static void csi(struct keys *k, unsigned char c, int64_t now)
{
	if (c == '[' && k->seq_len == 0) {
		go(k, CSI_LINUX, now + KEY_STALL_MS);
	} else if (c >= 0x20 && c < 0x40) {
		if (k->seq_len < sizeof(k->seq))
			k->seq[k->seq_len] = (char)c;
		k->seq_len += k->seq_len < sizeof(k->seq);
		k->deadline = now + KEY_STALL_MS;
	} else if (c >= 0x40 && c < 0x7f) {
		csi_end(k, c, now);
	} else {
		go(k, GROUND, 0); /* a control character ends it, unfinished */
		ground(k, c, now);
	}
}

static void one_more(struct keys *k, unsigned char c, int64_t now)
{
	bool linux_keys = k->state == CSI_LINUX;
	uint32_t code = K_NONE;

	go(k, GROUND, 0);
	if (c < 0x20 || c >= 0x7f) {
		ground(k, c, now);
		return;
	}
	if (!linux_keys)
		code = ss3_key(c);
	else if (c >= 'A' && c <= 'E')
		code = K_F1 + (uint32_t)(c - 'A');
	if (code != K_NONE)
		emit(k, code);
}

static void string(struct keys *k, unsigned char c, int64_t now)
{
	k->deadline = now + KEY_STALL_MS;
	if (k->state == STRING_ESC) {
		go(k, GROUND, 0);
		if (c != '\\') {
			k->state = ESCAPE;
			escape(k, c, now);
		}
	} else if (c == 0x1b) {
		k->state = STRING_ESC;
	} else if (c == 0x07 || c == 0x18 || c == 0x1a) {
		go(k, GROUND, 0);
	}
}

static void feed_byte(struct keys *k, unsigned char c, int64_t now)
{
	switch (k->state) {
	case GROUND:
		ground(k, c, now);
		break;
	case ESCAPE:
		escape(k, c, now);
		break;
	case CSI:
		csi(k, c, now);
		break;
	case CSI_LINUX:
	case SS3:
		one_more(k, c, now);
		break;
	case STRING:
	case STRING_ESC:
		string(k, c, now);
		break;
	case PASTE:
		paste_byte(k, c, now);
		break;
	case PASTE_REST:
		paste_rest_byte(k, c, now);
		break;
	}
}

/*
 * Does not look whether the time is up: bytes that came in time but were read late still belong
 * together. Whoever waits calls keys_time() when keys_wait() has passed with nothing to read.
 */
void keys_feed(struct keys *k, const char *data, size_t n, int64_t now)
{
	for (size_t i = 0; i < n; i++)
		feed_byte(k, (unsigned char)data[i], now);
}

void keys_time(struct keys *k, int64_t now)
{
	int state = k->state;

	if (k->deadline == 0 || now < k->deadline)
		return;
	if (state == PASTE) {
		paste_finish(k);
		return;
	}
	go(k, GROUND, 0);
	k->rune_left = 0;
	if (state == ESCAPE) {
		k->after_esc = now + KEY_AFTER_ESC_MS;
		emit(k, K_ESC);
	}
}

int64_t keys_wait(const struct keys *k, int64_t now)
{
	if (k->deadline == 0)
		return -1;
	return k->deadline > now ? k->deadline - now : 0;
}

bool key_is_char(const struct key *k)
{
	return k->code >= 0x20 && k->code < K_FIRST && k->code != 0x7f;
}

size_t key_utf8(char out[5], uint32_t code)
{
	size_t n = 0;

	if (code < 0x20 || code >= K_FIRST) {
		out[0] = '\0';
		return 0;
	}
	if (code < 0x80) {
		out[n++] = (char)code;
	} else if (code < 0x800) {
		out[n++] = (char)(0xc0 | code >> 6);
	} else if (code < 0x10000) {
		out[n++] = (char)(0xe0 | code >> 12);
		out[n++] = (char)(0x80 | (code >> 6 & 0x3f));
	} else {
		out[n++] = (char)(0xf0 | code >> 18);
		out[n++] = (char)(0x80 | (code >> 12 & 0x3f));
		out[n++] = (char)(0x80 | (code >> 6 & 0x3f));
	}
	if (code >= 0x80)
		out[n++] = (char)(0x80 | (code & 0x3f));
	out[n] = '\0';
	return n;
}

const char *key_name(char out[16], uint32_t code)
{
	static const char *const names[] = {
		"Esc",	"Enter", "Tab",	  "S-Tab", "Backspace", "Ins",	"Del",	"Up",
		"Down", "Left",	 "Right", "Home",  "End",	"PgUp", "PgDn",
	};

	if (code >= K_ESC && code <= K_PAGE_DOWN)
		snprintf(out, 16, "%s", names[code - K_ESC]);
	else if (code >= K_F1 && code <= K_F12)
		snprintf(out, 16, "F%u", (unsigned int)(code - K_F1 + 1));
	else if (code == ' ')
		snprintf(out, 16, "Space");
	else if (code > 0 && code < 0x20)
		snprintf(out, 16, "Ctrl-%c", (char)(code + '@'));
	else
		key_utf8(out, code);
	return out;
}

uint32_t key_code(const char *name)
{
	char is[16];

	for (uint32_t c = 1; c < 0x7f; c++)
		if (c != '\t' && strcmp(key_name(is, c), name) == 0)
			return c;
	for (uint32_t c = K_FIRST + 1; c < K_LAST; c++)
		if (strcmp(key_name(is, c), name) == 0)
			return c;
	return K_NONE;
}
