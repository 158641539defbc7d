#include "console/shrink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rand.h"

#define NORMAL "\033(B\033[m"

static void says(struct shrink *s, const char *text, const char *want)
{
	struct buf out = BUF_INIT(100000);

	shrink(s, &out, text, strlen(text));
	assert_string_equal(buf_str(&out), want);
	buf_clear(&out);
}

/* One whose terminal is plain and has an own colour. */
static struct shrink begun(void)
{
	struct shrink s;

	shrink_init(&s);
	says(&s, NORMAL "\033[39;49ma", "\033(B\033[ma");
	return s;
}

static void what_differs_is_all_that_is_sent(void **state)
{
	struct shrink s = begun();

	(void)state;
	says(&s, NORMAL "\033[0;1m\033[32m##", "\033[1;32m##");
	says(&s, NORMAL "\033[0m\033[36m==", "\033[0;36m==");
	says(&s, "\033[39m" NORMAL "x", "\033[39mx");
	says(&s, "\033[38;5;208mx\033[48;5;17my\033[91mz",
	     "\033[38;5;208mx\033[48;5;17my\033[91mz");
	says(&s, NORMAL "z", "\033[39;49mz");
}

static void blanks_need_no_look_that_they_do_not_show(void **state)
{
	struct shrink s = begun();

	(void)state;
	says(&s, "\033[0;1m\033[31ma" NORMAL " \033[0;1m\033[31mb", "\033[1;31ma b");
	says(&s, "\033[44m \033[K", "\033[44m \033[K");
	says(&s, NORMAL "\033[7m ", "\033[0;7m ");
	says(&s, NORMAL "\033[K", "\033[m\033[K");
	says(&s, "\033[4m \033[4mx", "\033[4m x");
}

static void moves_wait_for_no_look_and_scrolling_does(void **state)
{
	struct shrink s = begun();

	(void)state;
	says(&s, "\033[44m\033[3;4H\r\033[5dx", "\033[3;4H\r\033[5d\033[44mx");
	says(&s, NORMAL "\033M", "\033[49m\033M");
	says(&s, "\033[31m\033[?25l\033]0;a m\\b\a", "\033[?25l\033]0;a m\\b\a");
}

static void what_is_not_understood_passes_and_ends_it(void **state)
{
	struct shrink s = begun();

	(void)state;
	says(&s, "\033[1m\033[38:2::1:2:3mx" NORMAL "y" NORMAL "z",
	     "\033[1m\033[38:2::1:2:3mx" NORMAL "y" NORMAL "z");
	s = begun();
	says(&s, "\033[1mx\033[12", "\033[1mx\033[12");
}

static void nobody_gets_the_terminal_with_our_looks(void **state)
{
	struct shrink s = begun();
	struct buf out = BUF_INIT(100);

	(void)state;
	says(&s, "\033[7mx" NORMAL, "\033[7mx");
	shrink_flush(&s, &out);
	assert_string_equal(buf_str(&out), "\033[m");
	says(&s,
	     "\033"
	     "8x",
	     "\033"
	     "8\033[mx");
	buf_clear(&out);
}

/* A terminal of one line: what is seen of each character. */
struct seen {
	char c;
	int fg, bg;
	unsigned int on;
};

static void look(int v, struct seen *pen)
{
	if (v == 0)
		*pen = (struct seen){ .fg = -1, .bg = -1 };
	else if (v < 10)
		pen->on |= 1u << v;
	else if (v < 40)
		pen->fg = v == 39 ? -1 : v;
	else
		pen->bg = v == 49 ? -1 : v;
}

static size_t show(struct seen *line, const char *text)
{
	struct seen pen = { .fg = -1, .bg = -1 };
	size_t n = 0;

	for (; *text; text++) {
		if (*text != '\033') {
			pen.c = *text;
			line[n] = pen;
			if (*text == ' ' && !(pen.on & (1u << 4 | 1u << 7))) {
				line[n].on = 0;
				line[n].fg = -1;
			}
			n++;
			continue;
		}
		text += 2;
		do {
			look((int)strtol(text, (char **)&text, 10), &pen);
		} while (*text++ == ';');
		text--;
	}
	return n;
}

static void the_picture_is_the_same(void **state)
{
	static const char *const words[] = { "a",	    "b",	   " ",
					     " ",	    "\033[m",	   "\033[0;1m",
					     "\033[0;2;4m", "\033[31m",	   "\033[36m",
					     "\033[39m",    "\033[44m",	   "\033[49m",
					     "\033[7m",	    "\033[0;7;32m" };
	struct rng rng;

	(void)state;
	rng_seed(&rng, 7);
	for (int round = 0; round < 2000; round++) {
		struct buf raw = BUF_INIT(10000), small = BUF_INIT(10000);
		struct seen a[60], b[60];
		struct shrink s;
		size_t n;

		for (int i = 0; i < 60; i++)
			buf_adds(&raw, words[rng_below(&rng, 14)]);
		shrink_init(&s);
		shrink(&s, &small, buf_str(&raw), raw.len);
		n = show(a, buf_str(&raw));
		assert_int_equal(show(b, buf_str(&small)), n);
		for (size_t i = 0; i < n; i++)
			assert_true(a[i].c == b[i].c && a[i].fg == b[i].fg &&
				    a[i].bg == b[i].bg && a[i].on == b[i].on);
		buf_clear(&raw);
		buf_clear(&small);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_differs_is_all_that_is_sent),
		cmocka_unit_test(blanks_need_no_look_that_they_do_not_show),
		cmocka_unit_test(moves_wait_for_no_look_and_scrolling_does),
		cmocka_unit_test(what_is_not_understood_passes_and_ends_it),
		cmocka_unit_test(nobody_gets_the_terminal_with_our_looks),
		cmocka_unit_test(the_picture_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
