#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "console/prompt.h"

static enum prompt_end press(struct prompt *p, uint32_t code)
{
	struct key k = { .code = code };

	return prompt_key(p, &k);
}

static void type(struct prompt *p, const char *text)
{
	for (; *text; text++)
		assert_int_equal(press(p, (unsigned char)*text), PROMPT_OPEN);
}

static void paste(struct prompt *p, const char *text)
{
	struct key k = {
		.code = K_PASTE, .text = text, .len = strlen(text), .total = strlen(text)
	};

	assert_int_equal(prompt_key(p, &k), PROMPT_OPEN);
}

static bool complete(void *arg, const char *text, size_t at, char out[PROMPT_TEXT],
		     char hint[160])
{
	(void)arg;
	if (at < 2 || strncmp(text, "dr", 2) != 0)
		return false;
	snprintf(out, PROMPT_TEXT, "drain");
	snprintf(hint, 160, "drain NODES");
	return true;
}

static void edits_a_line(void **state)
{
	struct prompt p;

	(void)state;
	prompt_init(&p, NULL, NULL);
	prompt_open(&p, ":", NULL);
	type(&p, "drain hpc-2");
	press(&p, K_LEFT);
	type(&p, "1");
	assert_string_equal(p.text, "drain hpc-12");
	press(&p, K_HOME);
	press(&p, K_DELETE);
	type(&p, "D");
	press(&p, K_END);
	press(&p, K_BACKSPACE);
	assert_string_equal(p.text, "Drain hpc-1");
	press(&p, K_CTRL('w'));
	assert_string_equal(p.text, "Drain ");
	press(&p, K_CTRL('u'));
	assert_string_equal(p.text, "");
	press(&p, K_BACKSPACE);
	press(&p, K_LEFT);
	press(&p, K_DELETE);
	assert_int_equal(p.len, 0);
	prompt_clear(&p);
}

static void moves_over_whole_characters(void **state)
{
	struct prompt p;

	(void)state;
	prompt_init(&p, NULL, NULL);
	prompt_open(&p, "/", NULL);
	press(&p, 0x6f22); /* a wide one */
	press(&p, 'e');
	press(&p, 0x301); /* a mark on the "e" */
	assert_int_equal(p.len, 6);
	press(&p, K_LEFT);
	assert_int_equal(p.at, 3);
	press(&p, K_RIGHT);
	press(&p, K_BACKSPACE);
	assert_int_equal(p.len, 3);
	press(&p, K_BACKSPACE);
	assert_int_equal(p.len, 0);
	press(&p, 0x202e); /* turns text around: it is not typed */
	assert_int_equal(p.len, 0);
	prompt_clear(&p);
}

static void a_paste_ends_at_its_first_line(void **state)
{
	struct prompt p;

	(void)state;
	prompt_init(&p, NULL, NULL);
	prompt_open(&p, ":", NULL);
	paste(&p, "node list\nnode delete all\n");
	assert_string_equal(p.text, "node list");
	assert_string_equal(p.hint, "pasted the first line of 2");
	paste(&p, "\t\xc2\x9bx\xff y");
	assert_string_equal(p.text, "node list x y");
	assert_string_equal(p.hint, "pasted 4 of 6 characters: the others show nothing");
	assert_int_equal(press(&p, K_ENTER), PROMPT_DONE);
	prompt_clear(&p);
}

static void a_long_text_stops_at_the_ceiling(void **state)
{
	struct prompt p;

	(void)state;
	prompt_init(&p, NULL, NULL);
	prompt_open(&p, ":", NULL);
	for (int i = 0; i < 2 * PROMPT_TEXT; i++)
		press(&p, 0x20ac);
	assert_true(p.len < PROMPT_TEXT && p.len > PROMPT_TEXT - 5);
	assert_int_equal(p.len % 3, 0);
	prompt_clear(&p);
}

static void a_line_that_was_copied_with_its_end_is_all_there(void **state)
{
	struct prompt p;

	(void)state;
	prompt_init(&p, NULL, NULL);
	prompt_open(&p, ":", NULL);
	paste(&p, "node list\r\n");
	assert_string_equal(p.text, "node list");
	assert_string_equal(p.hint, "");
	prompt_clear(&p);
}

static void what_of_a_paste_has_no_room_is_said(void **state)
{
	struct prompt p;
	char text[101];

	(void)state;
	memset(text, 'a', 100);
	text[100] = '\0';
	prompt_init(&p, NULL, NULL);
	p.max = 60;
	prompt_open(&p, ":", NULL);
	paste(&p, text);
	assert_int_equal(p.len, 60);
	assert_string_equal(p.hint, "pasted 60 of 100 characters: 60 bytes have room");
	press(&p, 'b');
	assert_int_equal(p.len, 60);
	assert_string_equal(p.hint, "no more has room: at most 60 bytes");
	press(&p, K_BACKSPACE);
	assert_string_equal(p.hint, "");
	press(&p, 'b');
	assert_int_equal(p.len, 60);
	assert_string_equal(p.hint, "");
	prompt_clear(&p);
}

static void a_key_of_no_line_is_told(void **state)
{
	struct prompt p;

	(void)state;
	prompt_init(&p, NULL, NULL);
	prompt_open(&p, ":", NULL);
	press(&p, K_F7);
	assert_true(p.deaf);
	press(&p, 'x');
	assert_false(p.deaf);
	press(&p, K_LEFT);
	assert_false(p.deaf);
	prompt_clear(&p);
}

static void remembers_what_was_run(void **state)
{
	struct prompt p;

	(void)state;
	prompt_init(&p, NULL, NULL);
	for (int i = 0; i < PROMPT_HISTORY + 3; i++) {
		char text[16];

		snprintf(text, sizeof(text), "run %d", i);
		prompt_open(&p, ":", text);
		assert_int_equal(press(&p, K_ENTER), PROMPT_DONE);
	}
	assert_int_equal(p.history.n, PROMPT_HISTORY);
	prompt_open(&p, ":", "half");
	press(&p, K_UP);
	press(&p, K_UP);
	assert_string_equal(p.text, "run 201");
	press(&p, K_DOWN);
	press(&p, K_DOWN);
	assert_string_equal(p.text, "half");
	press(&p, K_DOWN);
	assert_string_equal(p.text, "half");
	for (int i = 0; i < 500; i++)
		press(&p, K_UP);
	assert_string_equal(p.text, "run 3");
	assert_int_equal(press(&p, K_ESC), PROMPT_CANCELLED);
	assert_int_equal(p.history.n, PROMPT_HISTORY);
	prompt_clear(&p);
}

static void completes_before_the_cursor(void **state)
{
	struct prompt p;

	(void)state;
	prompt_init(&p, complete, NULL);
	prompt_open(&p, ":", "dr hpc-1");
	for (int i = 0; i < 6; i++)
		press(&p, K_LEFT);
	press(&p, K_TAB);
	assert_string_equal(p.text, "drain hpc-1");
	assert_int_equal(p.at, 5);
	assert_string_equal(p.hint, "drain NODES");
	prompt_clear(&p);
}

static void shows_the_cursor_of_a_long_text(void **state)
{
	struct prompt p;
	struct screen s;
	struct buf out = BUF_INIT(BUF_TEXT_MAX);

	(void)state;
	prompt_init(&p, NULL, NULL);
	prompt_open(&p, ":", "abcdefghijklmnop");
	screen_init(&s, 2, 12, true);
	prompt_draw(&p, &s, 0, 0, 12);
	screen_dump(&s, &out);
	assert_string_equal(buf_str(&out), ":~hijklmnop\n\n");
	assert_int_equal(s.cursor_col, 11);
	buf_clear(&out);
	screen_clear(&s);
	prompt_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edits_a_line),
		cmocka_unit_test(moves_over_whole_characters),
		cmocka_unit_test(a_paste_ends_at_its_first_line),
		cmocka_unit_test(a_line_that_was_copied_with_its_end_is_all_there),
		cmocka_unit_test(what_of_a_paste_has_no_room_is_said),
		cmocka_unit_test(a_key_of_no_line_is_told),
		cmocka_unit_test(a_long_text_stops_at_the_ceiling),
		cmocka_unit_test(remembers_what_was_run),
		cmocka_unit_test(completes_before_the_cursor),
		cmocka_unit_test(shows_the_cursor_of_a_long_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
