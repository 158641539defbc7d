#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/rand.h"
#include "base/text.h"

static void cleans_to(const char *in, size_t len, const char *want)
{
	char out[512];
	size_t n = text_clean(out, sizeof(out), in, len);

	assert_string_equal(out, want);
	assert_int_equal(n, strlen(want));
}

#define CLEANS(in, want) cleans_to(in, sizeof(in) - 1, want)

static void leaves_good_text_alone(void **state)
{
	(void)state;
	CLEANS("", "");
	CLEANS("job 17: C:\\path <b>", "job 17: C:\\path <b>");
	CLEANS("na\xC3\xAFve \xE4\xB8\xAD\xE6\x96\x87 \xF0\x9F\x9A\x80",
	       "na\xC3\xAFve \xE4\xB8\xAD\xE6\x96\x87 \xF0\x9F\x9A\x80");
	CLEANS("\xE2\x94\x82 \xE2\x96\x88",
	       "\xE2\x94\x82 \xE2\x96\x88"); /* frames and blocks */
}

static void shows_control_bytes(void **state)
{
	(void)state;
	CLEANS("a\033[31mb\r\n\t", "a\\x1B[31mb\\x0D\\x0A\\x09");
	CLEANS("x\0y\x7F", "x\\x00y\\x7F");
	CLEANS("\xC2\x9B"
	       "2J",
	       "\\x9B2J"); /* CSI as one C1 character */
}

static void replaces_bad_utf8(void **state)
{
	(void)state;
	CLEANS("\xFF", "\xEF\xBF\xBD");
	CLEANS("a\x80z", "a\xEF\xBF\xBDz");
	CLEANS("\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD");			/* overlong '/' */
	CLEANS("\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"); /* surrogate */
	CLEANS("\xF4\x90\x80\x80",
	       "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"); /* 110000 */
	CLEANS("\xE4\xB8", "\xEF\xBF\xBD");			    /* cut short */
	CLEANS("\xE4\xB8\033", "\xEF\xBF\xBD\\x1B"); /* the ESC after it is not swallowed */
}

static void names_what_cannot_be_seen(void **state)
{
	(void)state;
	CLEANS("a\xE2\x80\xAE"
	       "b",
	       "a<U+202E>b");
	CLEANS("\xE2\x81\xA6\xE2\x80\x8F\xD8\x9C", "<U+2066><U+200F><U+061C>");
	CLEANS("\xE2\x80\x8B\xE2\x80\x8D\xE2\x81\xA0\xEF\xBB\xBF",
	       "<U+200B><U+200D><U+2060><U+FEFF>");
	CLEANS("\xE2\x80\xA8\xE2\x80\xA9", "<U+2028><U+2029>");
	CLEANS("\xF3\xA0\x81\x81", "<U+E0041>");		      /* a tag */
	CLEANS("\xEE\x80\x80\xF4\x8F\xBF\xBD", "<U+E000><U+10FFFD>"); /* private use */
	CLEANS("\xCD\xB8\xEF\xBF\xBF",
	       "<U+0378><U+FFFF>"); /* unassigned, and no character at all */
	CLEANS("\xC2\xAD\xE3\x85\xA4", "<U+00AD><U+3164>"); /* soft hyphen, Hangul filler */
}

static void allows_four_marks_on_a_cell(void **state)
{
	(void)state;
	CLEANS("e\xCC\x81", "e\xCC\x81");
	CLEANS("e\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x82\xCC\x83"
	       "f\xCC\x81",
	       "e\xCC\x81\xCC\x81\xCC\x81\xCC\x81<U+0302><U+0303>"
	       "f\xCC\x81");
	CLEANS("\xCC\x81x", "<U+0301>x"); /* would sit on the text before this one */
	CLEANS("\n\xCC\x81", "\\x0A<U+0301>");
}

static void cuts_on_a_whole_character(void **state)
{
	char out[8];

	(void)state;
	assert_int_equal(text_clean(out, sizeof(out), "abcdefghij", 10), 7);
	assert_string_equal(out, "abcdefg");
	assert_int_equal(text_clean(out, sizeof(out), "abcdef\xC3\xA9", 8), 6);
	assert_string_equal(out, "abcdef");
	assert_int_equal(text_clean(out, sizeof(out), "abcde\033", 6),
			 5); /* no half escape either */
	assert_int_equal(text_clean(out, 1, "a", 1), 0);
	assert_string_equal(out, "");
	out[0] = 'k';
	assert_int_equal(text_clean(out, 0, "a", 1), 0);
	assert_int_equal(out[0], 'k');
}

/* Bytes that are likely to meet each other: plain, marks, controls, and the parts of longer
 * characters. */
static void changes_nothing_the_second_time(void **state)
{
	static const char pool[] =
	    "ab\\<>+U2x\033\n\x80\xBF\xC3\xA9\xCC\x81\xE2\x80\xAE\xF0\x9F\x9A\x80\xFF";
	char in[64], once[1024], twice[1024];
	struct rng rng;

	(void)state;
	rng_seed(&rng, 10);
	for (int round = 0; round < 20000; round++) {
		size_t len = rng_below(&rng, sizeof(in)), max = 1 + rng_below(&rng, 700);

		for (size_t i = 0; i < len; i++)
			in[i] = rng_below(&rng, 3) ? pool[rng_below(&rng, sizeof(pool))]
						   : (char)rng_below(&rng, 256);
		size_t n = text_clean(once, max, in, len);

		assert_true(n < max);
		assert_int_equal(text_clean(twice, max, once, n), n);
		assert_memory_equal(once, twice, n + 1);
	}
}

static void counts_columns(void **state)
{
	(void)state;
	assert_int_equal(text_width(""), 0);
	assert_int_equal(text_width("abc"), 3);
	assert_int_equal(text_width("\xE4\xB8\xAD\xE6\x96\x87"), 4);
	assert_int_equal(text_width("e\xCC\x81"
				    "f"),
			 2);
	assert_int_equal(text_width("\xF0\x9F\x9A\x80"), 2);
	assert_int_equal(text_width("\xE2\x94\x80\xEF\xBF\xBD\xC2\xB7"), 3);
	assert_int_equal(text_width("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"),
			 2); /* Hangul from its parts */
}

static void cuts_at_a_column(void **state)
{
	(void)state;
	assert_int_equal(text_cut("abc", 2), 2);
	assert_int_equal(text_cut("abc", 9), 3);
	assert_int_equal(text_cut("abc", 0), 0);
	assert_int_equal(text_cut("abc", -1), 0);
	assert_int_equal(text_cut("a\xE4\xB8\xAD"
				  "b",
				  2),
			 1); /* the wide one does not fit by half */
	assert_int_equal(text_cut("a\xE4\xB8\xAD"
				  "b",
				  3),
			 4);
	assert_int_equal(text_cut("e\xCC\x81"
				  "f",
				  1),
			 3); /* a mark goes with its character */
}

static void reads_utf8_one_by_one(void **state)
{
	const char *text = "a\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x9A\x80";
	const uint32_t want[] = { 'a', 0xE9, 0x4E2D, 0x1F680 };
	size_t len = strlen(text);
	uint32_t cp;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		size_t took = utf8_read(&cp, text, len);

		assert_int_equal(cp, want[i]);
		text += took;
		len -= took;
	}
	assert_int_equal(utf8_read(&cp, text, len), 0);
	assert_int_equal(utf8_read(&cp, "\xF0\x9F\x9A", 3), 3);
	assert_int_equal(cp, 0xFFFD);
	assert_int_equal(utf8_read(&cp,
				   "\xF0\x9F"
				   "A",
				   3),
			 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_good_text_alone),
		cmocka_unit_test(shows_control_bytes),
		cmocka_unit_test(replaces_bad_utf8),
		cmocka_unit_test(names_what_cannot_be_seen),
		cmocka_unit_test(allows_four_marks_on_a_cell),
		cmocka_unit_test(cuts_on_a_whole_character),
		cmocka_unit_test(changes_nothing_the_second_time),
		cmocka_unit_test(counts_columns),
		cmocka_unit_test(cuts_at_a_column),
		cmocka_unit_test(reads_utf8_one_by_one),
	};

	return cmocka_run_group_tests_name("base/text_clean", tests, NULL, NULL);
}
