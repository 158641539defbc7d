#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "console/key.h"

struct heard {
	uint32_t code[64];
	size_t n;
	char text[256];
	size_t total;
	struct key last;
};

static void on_key(void *arg, const struct key *k)
{
	struct heard *h = arg;

	assert_true(h->n < ARRAY_LEN(h->code));
	h->code[h->n++] = k->code;
	h->last = *k;
	if (k->code == K_PASTE) {
		snprintf(h->text, sizeof(h->text), "%.*s", (int)k->len, k->text);
		h->total = k->total;
	}
}

static void open_keys(struct keys *k, struct heard *h)
{
	memset(h, 0, sizeof(*h));
	keys_init(k, KEY_ESC_MS, on_key, h);
}

static const struct {
	const char *bytes;
	uint32_t code;
} sequences[] = {
	{ "\033OP", K_F1 },
	{ "\033OQ", K_F2 },
	{ "\033OR", K_F3 },
	{ "\033OS", K_F4 },
	{ "\033[11~", K_F1 },
	{ "\033[12~", K_F2 },
	{ "\033[13~", K_F3 },
	{ "\033[14~", K_F4 },
	{ "\033[[A", K_F1 },
	{ "\033[[B", K_F2 },
	{ "\033[[C", K_F3 },
	{ "\033[[D", K_F4 },
	{ "\033[[E", K_F5 },
	{ "\033[15~", K_F5 },
	{ "\033[17~", K_F6 },
	{ "\033[18~", K_F7 },
	{ "\033[19~", K_F8 },
	{ "\033[20~", K_F9 },
	{ "\033[21~", K_F10 },
	{ "\033[23~", K_F11 },
	{ "\033[24~", K_F12 },
	{ "\033[A", K_UP },
	{ "\033[B", K_DOWN },
	{ "\033[C", K_RIGHT },
	{ "\033[D", K_LEFT },
	{ "\033OA", K_UP },
	{ "\033OB", K_DOWN },
	{ "\033OC", K_RIGHT },
	{ "\033OD", K_LEFT },
	{ "\033[H", K_HOME },
	{ "\033[F", K_END },
	{ "\033OH", K_HOME },
	{ "\033OF", K_END },
	{ "\033[1~", K_HOME },
	{ "\033[4~", K_END },
	{ "\033[7~", K_HOME },
	{ "\033[8~", K_END },
	{ "\033[2~", K_INSERT },
	{ "\033[3~", K_DELETE },
	{ "\033[5~", K_PAGE_UP },
	{ "\033[6~", K_PAGE_DOWN },
	{ "\033[Z", K_BACKTAB },
	{ "\b", K_BACKSPACE },
	{ "\177", K_BACKSPACE },
	{ "\r", K_ENTER },
	{ "\n", K_ENTER },
	{ "\t", K_TAB },
	{ "\003", K_CTRL('c') },
	{ "\032", K_CTRL('z') },
	{ "a", 'a' },
	{ "\xc3\xa9", 0xe9 },
	{ "\xe2\x82\xac", 0x20ac },
	{ "\xf0\x9f\x98\x80", 0x1f600 },
	{ "\033[1;5A", K_NONE },
	{ "\033[99~", K_NONE },
	{ "\033Oj", K_NONE },
	{ "\033[?62;22c", K_NONE },
	{ "\033[[Z", K_NONE },
	{ "\033]0;title\007", K_NONE },
	{ "\033]10;rgb:ff/ff/ff\033\\", K_NONE },
	{ "\033P1$r0m\033\\", K_NONE },
	{ "\033[12;40R", K_NONE },
	{ "\033[I", K_NONE },
};

/* Each sequence in two parts, 20 ms apart, and a plain key after it to see that nothing was
 * left over. */
static void reads_every_sequence_however_it_is_split(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sequences); i++) {
		size_t len = strlen(sequences[i].bytes);
		for (size_t cut = 0; cut <= len; cut++) {
			struct keys k;
			struct heard h;

			open_keys(&k, &h);
			keys_feed(&k, sequences[i].bytes, cut, 1000);
			keys_time(&k, 1020);
			keys_feed(&k, sequences[i].bytes + cut, len - cut, 1020);
			keys_feed(&k, "x", 1, 1030);
			size_t keys = sequences[i].code != K_NONE;
			assert_int_equal(h.n, keys + 1);
			if (keys)
				assert_int_equal(h.code[0], sequences[i].code);
			assert_int_equal(h.code[keys], 'x');
			keys_clear(&k);
		}
	}
}

/* A slow line delivers byte by byte, slower than the escape delay. The lone ESC is one key; the
 * rest is no command. */
static void a_slow_line_gives_no_command_that_nobody_typed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sequences); i++) {
		const char *s = sequences[i].bytes;
		struct keys k;
		struct heard h;

		if (s[0] != '\033' || (s[1] != '[' && s[1] != 'O'))
			continue;
		open_keys(&k, &h);
		for (size_t b = 0; s[b]; b++) {
			keys_feed(&k, s + b, 1, 1000 + (int64_t)b * 200);
			keys_time(&k, 1000 + (int64_t)b * 200 + 199);
		}
		assert_int_equal(h.code[0], K_ESC);
		assert_int_equal(h.n, 1 + (sequences[i].code != K_NONE));
		if (sequences[i].code != K_NONE)
			assert_int_equal(h.code[1], sequences[i].code);
		keys_clear(&k);
	}
}

static void a_lone_escape_is_a_key_after_its_delay(void **state)
{
	struct keys k;
	struct heard h;

	(void)state;
	open_keys(&k, &h);
	assert_int_equal(keys_wait(&k, 0), -1);
	keys_feed(&k, "\033", 1, 1000);
	assert_int_equal(keys_wait(&k, 1010), 40);
	keys_time(&k, 1049);
	assert_int_equal(h.n, 0);
	keys_time(&k, 1050);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.code[0], K_ESC);
	assert_int_equal(keys_wait(&k, 1050), -1);
	keys_feed(&k, "[", 1, 1050 + KEY_AFTER_ESC_MS); /* late enough to be the key "[" */
	assert_int_equal(h.code[1], '[');
	keys_clear(&k);
}

static void a_letter_right_after_escape_is_two_keys(void **state)
{
	struct keys k;
	struct heard h;

	(void)state;
	open_keys(&k, &h);
	keys_feed(&k, "\033q\033\033[A", 6, 1000);
	assert_int_equal(h.n, 4);
	assert_int_equal(h.code[0], K_ESC);
	assert_int_equal(h.code[1], 'q');
	assert_int_equal(h.code[2], K_ESC);
	assert_int_equal(h.code[3], K_UP);
	keys_clear(&k);
}

static void drops_a_sequence_that_stalls(void **state)
{
	struct keys k;
	struct heard h;

	(void)state;
	open_keys(&k, &h);
	keys_feed(&k, "\033[1", 3, 1000);
	keys_time(&k, 1000 + KEY_STALL_MS);
	keys_feed(&k, "j", 1, 2100);
	keys_feed(&k, "\xe2\x82", 2, 2200);
	keys_time(&k, 2200 + KEY_STALL_MS);
	keys_feed(&k, "k\033]no end", 9, 3500);
	keys_time(&k, 3500 + KEY_STALL_MS);
	keys_feed(&k, "l", 1, 4600);
	assert_int_equal(h.n, 3);
	assert_int_equal(h.code[0], 'j');
	assert_int_equal(h.code[1], 'k');
	assert_int_equal(h.code[2], 'l');
	keys_clear(&k);
}

static void a_paste_is_one_key_however_it_is_split(void **state)
{
	static const char paste[] = "\033[200~rm -rf /\033[201\ny\r\033\033[201~";

	(void)state;
	for (size_t cut = 0; cut < sizeof(paste); cut++) {
		struct keys k;
		struct heard h;

		open_keys(&k, &h);
		keys_feed(&k, paste, cut, 1000);
		keys_time(&k, 1020);
		keys_feed(&k, paste + cut, sizeof(paste) - 1 - cut, 1020);
		assert_int_equal(h.n, 1);
		assert_int_equal(h.code[0], K_PASTE);
		assert_string_equal(h.text, "rm -rf /[201\ny\r"); /* the ESC bytes are gone */
		keys_clear(&k);
	}
}

static void a_huge_paste_is_cut_and_counted(void **state)
{
	struct keys k;
	struct heard h;

	(void)state;
	open_keys(&k, &h);
	keys_feed(&k, "\033[200~", 6, 0);
	for (int i = 0; i < KEY_PASTE_MAX + 1000; i++)
		keys_feed(&k, "p", 1, 1);
	keys_feed(&k, "\033[201~q", 7, 2);
	assert_int_equal(h.n, 2);
	assert_int_equal(h.total, KEY_PASTE_MAX + 1000);
	assert_int_equal(h.code[1], 'q');
	keys_clear(&k);
}

static void a_paste_without_end_ends_by_itself(void **state)
{
	struct keys k;
	struct heard h;

	(void)state;
	open_keys(&k, &h);
	keys_feed(&k, "\033[200~half", 10, 1000);
	keys_time(&k, 1000 + KEY_PASTE_MS - 1);
	assert_int_equal(h.n, 0);
	keys_time(&k, 1000 + KEY_PASTE_MS);
	assert_int_equal(h.n, 1);
	assert_string_equal(h.text, "half");
	keys_clear(&k);
}

/* A question came up in the middle of it, and took what had come. */
static void what_comes_later_of_a_dropped_paste_is_no_key(void **state)
{
	struct keys k;
	struct heard h;

	(void)state;
	open_keys(&k, &h);
	keys_feed(&k, "\033[200~de", 8, 1000);
	keys_drop(&k, 1010);
	keys_feed(&k, "mo\r\033[20", 7, 1020);
	keys_feed(&k, "1~d", 3, 1030);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.code[0], 'd');
	keys_feed(&k, "\033[200~de", 8, 2000);
	keys_drop(&k, 2010); /* with its end */
	assert_int_equal(keys_wait(&k, 2010), KEY_STALL_MS);
	keys_time(&k, 2010 + KEY_STALL_MS);
	keys_feed(&k, "d", 1, 4000);
	assert_int_equal(h.n, 2);
	keys_drop(&k, 4010); /* of none there is no rest */
	keys_feed(&k, "d", 1, 4020);
	assert_int_equal(h.n, 3);
	keys_clear(&k);
}

static void bad_utf8_is_no_key(void **state)
{
	static const char *const bad[] = {
		"\x80",		"\xff",
		"\xc0\xaf",	"\xe0\x80\xaf",
		"\xed\xa0\x80", "\xf4\x90\x80\x80",
		"\xc2\x9b",	"\xf8\x88\x80\x80\x80",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct keys k;
		struct heard h;

		open_keys(&k, &h);
		keys_feed(&k, bad[i], strlen(bad[i]), 1000);
		keys_feed(&k, "x", 1, 1000);
		assert_int_equal(h.n, 1);
		assert_int_equal(h.code[0], 'x');
		keys_clear(&k);
	}
}

static void reads_the_mouse(void **state)
{
	struct keys k;
	struct heard h;

	(void)state;
	open_keys(&k, &h);
	keys_feed(&k, "\033[<0;12;5M\033[<0;12;5m\033[<64;1;1M\033[<;;M\033[<0;0;0M", 44, 1000);
	assert_int_equal(h.n, 2);
	assert_int_equal(h.code[0], K_MOUSE);
	assert_int_equal(h.last.button, 64);
	assert_int_equal(h.last.row, 0);
	keys_clear(&k);
}

static void names_keys_for_people(void **state)
{
	char out[16];

	(void)state;
	assert_string_equal(key_name(out, K_F12), "F12");
	assert_string_equal(key_name(out, K_CTRL('r')), "Ctrl-R");
	assert_string_equal(key_name(out, ' '), "Space");
	assert_string_equal(key_name(out, 'D'), "D");
	assert_string_equal(key_name(out, K_PAGE_DOWN), "PgDn");
	assert_string_equal(key_name(out, 0x1f600), "\xf0\x9f\x98\x80");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_sequence_however_it_is_split),
		cmocka_unit_test(a_slow_line_gives_no_command_that_nobody_typed),
		cmocka_unit_test(a_lone_escape_is_a_key_after_its_delay),
		cmocka_unit_test(a_letter_right_after_escape_is_two_keys),
		cmocka_unit_test(drops_a_sequence_that_stalls),
		cmocka_unit_test(a_paste_is_one_key_however_it_is_split),
		cmocka_unit_test(a_huge_paste_is_cut_and_counted),
		cmocka_unit_test(a_paste_without_end_ends_by_itself),
		cmocka_unit_test(what_comes_later_of_a_dropped_paste_is_no_key),
		cmocka_unit_test(bad_utf8_is_no_key),
		cmocka_unit_test(reads_the_mouse),
		cmocka_unit_test(names_keys_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
