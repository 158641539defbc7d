#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/text.h"

static void reads_whole_numbers_only(void **state)
{
	static const char *const bad[] = { "",
					   "-",
					   "+1",
					   " 1",
					   "1 ",
					   "0x1",
					   "1.0",
					   "1e3",
					   "--1",
					   "9223372036854775808",
					   "-9223372036854775809",
					   "99999999999999999999" };
	int64_t v = 42;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(num_read(&v, bad[i], INT64_MIN, INT64_MAX), -1);
		assert_int_equal(v, 42);
	}
	assert_int_equal(num_read(&v, "9223372036854775807", INT64_MIN, INT64_MAX), 0);
	assert_true(v == INT64_MAX);
	assert_int_equal(num_read(&v, "-9223372036854775808", INT64_MIN, INT64_MAX), 0);
	assert_true(v == INT64_MIN);
	assert_int_equal(num_read(&v, "007", 0, 9), 0);
	assert_int_equal(v, 7);
	assert_int_equal(num_read(&v, "10", 0, 9), -1);
	assert_int_equal(num_read(&v, "-1", 0, 9), -1);
	assert_int_equal(num_read_n(&v, "123456", 3, 0, 999), 0);
	assert_int_equal(v, 123);
	assert_int_equal(num_read_n(&v, "1\0", 2, 0, 9), -1);
}

static void reads_real_numbers_without_a_locale(void **state)
{
	static const char *const bad[] = { "",	    ".",  "1.", ".5", "1,5", "inf", "nan",
					   "0x1p3", " 1", "1 ", "1e", "1e+", "+1",  "1e999" };
	double v = 42;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(num_read_real(&v, bad[i], -1e300, 1e300), -1);
		assert_true(v == 42);
	}
	assert_int_equal(num_read_real(&v, "0.1", 0, 1), 0);
	assert_true(v == 0.1);
	assert_int_equal(num_read_real(&v, "-2.5e-3", -1, 1), 0);
	assert_true(v == -2.5e-3);
	assert_int_equal(num_read_real(&v, "1.01", 0, 1), -1);
}

static void knows_names_and_operands(void **state)
{
	char longest[4098];

	(void)state;
	assert_true(text_is_name("htc-1.a_b", 64));
	assert_true(text_is_name("abc", 3));
	assert_false(text_is_name("abcd", 3));
	assert_false(text_is_name("", 3));
	assert_false(text_is_name("-a", 64));
	assert_false(text_is_name(".a", 64));
	assert_false(text_is_name("a b", 64));
	assert_false(text_is_name("caf\xC3\xA9", 64));
	assert_true(text_is_operand("htc-[1-3,7],hpc-2"));
	assert_false(text_is_operand("--all"));
	assert_false(text_is_operand("a;b"));
	assert_false(text_is_operand("a b"));
	assert_false(text_is_operand("$(x)"));
	assert_false(text_is_operand("a\nb"));
	assert_false(text_is_operand(""));
	memset(longest, 'a', sizeof(longest));
	longest[4096] = '\0';
	assert_true(text_is_operand(longest));
	longest[4096] = 'a';
	longest[4097] = '\0';
	assert_false(text_is_operand(longest));
}

static void compares_ids_without_case(void **state)
{
	(void)state;
	assert_int_equal(text_casecmp("/Subscriptions/A", "/subscriptions/a"), 0);
	assert_true(text_casecmp("a", "B") < 0);
	assert_true(text_casecmp("ab", "A") > 0);
	assert_true(text_casecmp("[", "a") < 0);
	assert_true(text_has_prefix("abc", "ab"));
	assert_true(text_has_prefix("abc", ""));
	assert_false(text_has_prefix("ab", "abc"));
	assert_true(text_id_prefix("/a/RG/x", "/A/rg"));
	assert_true(text_id_prefix("/a/rg", "/a/rg"));
	assert_true(text_id_prefix("/a/rg/x", "/a/rg/"));
	assert_true(text_id_prefix("/a/rg", "/a/rg/"));
	assert_true(text_id_prefix("/a", ""));
	assert_true(text_id_prefix("", ""));
	assert_false(text_id_prefix("/a/rg2", "/a/rg")); /* another group, not one below */
	assert_false(text_id_prefix("/a", "/a/rg"));
}

/* Read back by the grammar of single quotes, in full. */
static void quotes_what_a_shell_reads_back(void **state)
{
	static const char *const args[] = {
		"plain", "",   "it's", "$HOME `id` $(id)",	 "a\nb\tc",	    "\\",
		"''",	 "-n", "*",    "\"q\" !x ~ # & ; | < >", "\xC3\xA9\xFF\x01"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(args); i++) {
		struct buf quoted = BUF_INIT(4096);
		char *undone = xstrdup(args[i]);
		size_t n = 0;

		quote_sh(&quoted, args[i]);

		for (const char *p = buf_str(&quoted); *p;) {
			if (*p == '\\') {
				undone[n++] = p[1];
				p += 2;
				continue;
			}
			assert_int_equal(*p++, '\'');
			while (*p != '\'')
				undone[n++] = *p++;
			p++;
		}
		assert_int_equal(n, strlen(args[i]));
		assert_memory_equal(undone, args[i], n);
		free(undone);
		buf_clear(&quoted);
	}
	struct buf b = BUF_INIT(64);

	quote_sh(&b, "it's");
	assert_string_equal(buf_str(&b), "'it'\\''s'");
	buf_clear(&b);
}

static void guesses_what_was_meant(void **state)
{
	static const char *const words[] = { "start", "teardown", "node-drain",
					     "nodes", "jobs",	  NULL };

	(void)state;
	assert_string_equal(text_nearest("strat", words), "start"); /* two edits */
	assert_string_equal(text_nearest("node-drian", words), "node-drain");
	assert_string_equal(text_nearest("JOBS", words), "jobs");
	assert_string_equal(text_nearest("nods", words), "nodes");
	assert_null(text_nearest("completely", words));
	assert_null(text_nearest("x", words));
	assert_null(text_nearest("", words));
}

static void reads_sizes(void **state)
{
	int64_t v = 42;

	(void)state;
	assert_int_equal(size_read(&v, "500M"), 0);
	assert_int_equal(v, INT64_C(500) << 20);
	assert_int_equal(size_read(&v, "1.5T"), 0);
	assert_int_equal(v, (INT64_C(3) << 40) / 2);
	assert_int_equal(size_read(&v, "64 G"), -1);
	assert_int_equal(size_read(&v, "64g"), 0);
	assert_int_equal(v, INT64_C(64) << 30);
	assert_int_equal(size_read(&v, "10KiB"), 0);
	assert_int_equal(v, 10240);
	assert_int_equal(size_read(&v, "9007199254740993"),
			 0); /* a double would lose the last bit */
	assert_true(v == INT64_C(9007199254740993));
	v = 42;
	assert_int_equal(size_read(&v, "8E"), -1);
	assert_int_equal(size_read(&v, "-1"), -1);
	assert_int_equal(size_read(&v, "G"), -1);
	assert_int_equal(size_read(&v, "1.2.3G"), -1);
	assert_int_equal(size_read(&v, "1X"), -1);
	assert_int_equal(size_read(&v, "1KX"), -1);
	assert_int_equal(size_read(&v, "99999999999999999999999999999999999999G"), -1);
	assert_int_equal(v, 42);
}

static void writes_sizes(void **state)
{
	char out[24];

	(void)state;
	assert_string_equal(size_text(out, 0), "0B");
	assert_string_equal(size_text(out, 1023), "1023B");
	assert_string_equal(size_text(out, 1024), "1K");
	assert_string_equal(size_text(out, 1536), "1.5K");
	assert_string_equal(size_text(out, INT64_C(64) << 30), "64G");
	assert_string_equal(size_text(out, INT64_C(1023) << 20), "1023M");
	assert_string_equal(size_text(out, (INT64_C(1) << 30) - 1), "1G");
	assert_string_equal(size_text(out, -1536), "-1.5K");
	assert_string_equal(size_text(out, INT64_MAX), "8E");
}

static void writes_money(void **state)
{
	char out[24];

	(void)state;
	assert_string_equal(money_text(out, 0), "$0.00");
	assert_string_equal(money_text(out, 0.0004), "<$0.001");
	assert_string_equal(money_text(out, 0.0171), "$0.017");
	assert_string_equal(money_text(out, 0.31), "$0.31");
	assert_string_equal(money_text(out, 142.4), "$142");
	assert_string_equal(money_text(out, -1), "$?");
}

static void finds_a_part_in_any_case(void **state)
{
	const char *text = "Slurm waits";

	(void)state;
	assert_ptr_equal(text_find(text, "slurm"), text);
	assert_ptr_equal(text_find(text, "WAITS"), text + 6);
	assert_null(text_find(text, "waits for"));
	assert_null(text_find(text, ""));
	assert_null(text_find("", "x"));
	assert_null(text_find(NULL, "x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_a_part_in_any_case),
		cmocka_unit_test(reads_whole_numbers_only),
		cmocka_unit_test(reads_real_numbers_without_a_locale),
		cmocka_unit_test(knows_names_and_operands),
		cmocka_unit_test(compares_ids_without_case),
		cmocka_unit_test(quotes_what_a_shell_reads_back),
		cmocka_unit_test(guesses_what_was_meant),
		cmocka_unit_test(reads_sizes),
		cmocka_unit_test(writes_sizes),
		cmocka_unit_test(writes_money),
	};

	return cmocka_run_group_tests_name("base/text", tests, NULL, NULL);
}
