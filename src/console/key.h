/*
 * What the operator typed, from the bytes that the terminal sent. A pure state machine: bytes
 * and the time go in, keys come out through a callback. It reads no terminal and keeps no
 * clock, so a test can split a sequence at every byte and let any time pass between.
 *
 * A sequence that it does not know is swallowed whole: half an unknown sequence taken for
 * commands would be keys that nobody pressed.
 */
#ifndef CONSOLE_KEY_H
#define CONSOLE_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* A code is a character (from 0x20 on), a control character (K_CTRL('r')), or one of these. */
enum {
	K_NONE = 0,
	K_FIRST = 0x110000, /* above every character */
	K_ESC,
	K_ENTER,
	K_TAB,
	K_BACKTAB,
	K_BACKSPACE,
	K_INSERT,
	K_DELETE,
	K_UP,
	K_DOWN,
	K_LEFT,
	K_RIGHT,
	K_HOME,
	K_END,
	K_PAGE_UP,
	K_PAGE_DOWN,
	K_F1,
	K_F2,
	K_F3,
	K_F4,
	K_F5,
	K_F6,
	K_F7,
	K_F8,
	K_F9,
	K_F10,
	K_F11,
	K_F12,
	K_PASTE,  /* key.text holds what was pasted */
	K_MOUSE,  /* key.button, row, col; only while the mouse is switched on */
	K_ANSWER, /* no key: the terminal says that it is well, as it was asked */
	K_LAST
};

#define K_CTRL(c) ((c)&0x1f)

#define KEY_ESC_MS	 50 /* a lone ESC is the key after so long; longer over ssh */
#define KEY_ESC_SSH_MS	 150
#define KEY_AFTER_ESC_MS 300   /* "[" or "O" this soon after a lone ESC is a late sequence */
#define KEY_STALL_MS	 1000  /* half a sequence is dropped after so long */
#define KEY_PASTE_MS	 10000 /* a paste whose end never comes */
#define KEY_PASTE_MAX	 65536 /* what is longer is counted and dropped */

struct key {
	uint32_t code;
	const char
	    *text; /* K_PASTE: UTF-8, no control characters but tab and line ends; borrowed */
	size_t len;
	size_t total; /* K_PASTE: bytes that came, kept or not */
	int button;   /* K_MOUSE: 0 left, 1 middle, 2 right, 64 wheel up, 65 wheel down */
	int row, col; /* K_MOUSE: from 0 */
};

typedef void key_cb(void *arg, const struct key *k);

struct keys {
	key_cb *cb;
	void *arg;
	int esc_ms;
	int state;
	int64_t deadline;  /* when keys_time() has something to do; 0: never */
	int64_t after_esc; /* until then a late "[" or "O" belongs to the ESC before it */
	char seq[32];	   /* parameters of the sequence under way */
	size_t seq_len;
	uint32_t rune; /* UTF-8 under way */
	int rune_left, rune_size;
	size_t match; /* bytes of the paste's end seen so far */
	size_t paste_total;
	struct buf paste;
};

void keys_init(struct keys *k, int esc_ms, key_cb *cb, void *arg);
void keys_clear(struct keys *k);
void keys_reset(struct keys *k); /* forgets what is half read */
/* The same where more of it may come: the rest of a paste under way is no keys either. */
void keys_drop(struct keys *k, int64_t now);

void keys_feed(struct keys *k, const char *data, size_t n, int64_t now);
void keys_time(struct keys *k, int64_t now); /* what waited too long runs out */
int64_t keys_wait(const struct keys *k,
		  int64_t now); /* ms until keys_time() has work; -1: none */

bool key_is_char(const struct key *k);	     /* a printable character */
size_t key_utf8(char out[5], uint32_t code); /* its bytes; "" for other keys */
const char *key_name(char out[16],
		     uint32_t code); /* "F9", "Ctrl-R", "Space", "d": for footers and help */
uint32_t key_code(const char *name); /* the same the other way; K_NONE: it names no key */

#endif
