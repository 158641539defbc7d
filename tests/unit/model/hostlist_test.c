#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/queue.h"

static void expands_to(const char *list, const char *want)
{
	struct strs names = STRS_INIT(1000);
	struct buf got = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;

	if (hostlist_expand(&names, list, &err) < 0)
		fail_msg("%s: %s", list, err.msg);
	for (size_t i = 0; i < names.n; i++)
		buf_addf(&got, "%s%s", i ? " " : "", names.v[i]);
	assert_string_equal(buf_str(&got), want);
	strs_clear(&names);
	buf_clear(&got);
}

static void compresses_to(const char *words, const char *want)
{
	struct strs names = STRS_INIT(1000);
	struct buf got = BUF_INIT(BUF_TEXT_MAX);

	strs_split(&names, words, strlen(words), ' ');
	assert_int_equal(hostlist_compress(&got, (const char *const *)names.v, names.n), 0);
	assert_string_equal(buf_str(&got), want);
	strs_clear(&names);
	buf_clear(&got);
}

static void expands_what_slurm_writes(void **state)
{
	(void)state;
	expands_to("", "");
	expands_to("s1", "s1");
	expands_to("c[1-3,7],d01", "c1 c2 c3 c7 d01");
	expands_to("c[001-003]", "c001 c002 c003");
	expands_to("c[9-11],c[09-11]", "c9 c10 c11 c09 c10 c11");
	expands_to("r[1-2]n[0-1]-ib", "r1n0-ib r1n1-ib r2n0-ib r2n1-ib");
}

static void says_where_a_host_list_is_wrong(void **state)
{
	static const char *const bad[] = {
		"c[",  "c]", "c[1",    "c[1-", "c[3-1]", "c[a]", "c[1,]",	  "c[[1]]",
		",c",  "c,", "c1,,c2", "c[]",  "-x",	 "a b",	 "c[1234567890]", "c[1-2]]",
		"a;b",
	};
	static const char *const said[][2] = {
		{ "htc-[9-2]", "bad host list at byte 5: 9-2 runs backwards: write 2-9" },
		{ "c[1,010-002]",
		  "bad host list at byte 4: 010-002 runs backwards: write 002-010" },
		{ "good,c[1-x]",
		  "bad host list at byte 9: a number belongs here, as in htc-[1-4,7]" },
		{ "c[]", "bad host list at byte 2: a number belongs here, as in htc-[1-4,7]" },
		{ "c[1234567890]",
		  "bad host list at byte 2: a number of more than 9 digits" },
		{ "c[1x]",
		  "bad host list at byte 3: \"-\", \",\" or \"]\" belongs behind a number" },
		{ "c[1-", "bad host list at byte 1: this \"[\" is not closed by a \"]\"" },
		{ "c[[1]]", "bad host list at byte 2: a \"[\" within brackets" },
		{ "c1]", "bad host list at byte 2: a \"]\" without its \"[\"" },
		{ "c1,,c2",
		  "bad host list at byte 3: a name is missing before the comma" },
		{ "c1,", "bad host list at byte 2: a name is missing behind the comma" },
		{ "a b",
		  "bad host list at byte 0: no host is called so: letters, digits, \".\", \"_\" and \"-\", which does not begin it" },
	};
	struct strs names = STRS_INIT(1000);
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (hostlist_expand(&names, bad[i], &err) == 0)
			fail_msg("%s was taken", bad[i]);
		assert_int_equal(err.code, ERR_PARSE);
		strs_clear(&names);
	}
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		assert_int_equal(hostlist_expand(&names, said[i][0], &err), -1);
		assert_string_equal(err.msg, said[i][1]);
		strs_clear(&names);
	}
}

static void stops_at_the_ceiling_of_names(void **state)
{
	struct strs names = STRS_INIT(50);
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(hostlist_expand(&names, "c[0-999999999][0-999999999]", &err), -1);
	assert_int_equal(err.code, ERR_FULL);
	strs_clear(&names);
}

static void compresses_and_keeps_zeros(void **state)
{
	(void)state;
	compresses_to("c3 c1 d01 c2 c7", "c[1-3,7],d01");
	compresses_to("c08 c09 c10 c11", "c[08-11]");
	compresses_to("c9 c09 c10", "c[9,09-10]");
	compresses_to("c099 c100 c1000 c999", "c[099-100,999-1000]");
	compresses_to("x x x", "x");
	compresses_to("a b-1x a1", "a,a1,b-1x");
}

static void reads_back_what_it_wrote(void **state)
{
	struct strs names = STRS_INIT(10000), back = STRS_INIT(10000);
	struct buf list = BUF_INIT(BUF_TEXT_MAX);
	uint32_t seed = 7;

	(void)state;
	for (int i = 0; i < 4000; i++) {
		seed = seed * 1664525u + 1013904223u;
		strs_addf(&names, "%s%0*u", seed & 256 ? "htc-" : "n0", (int)(seed >> 30),
			  (seed >> 12) % 1500);
	}
	assert_int_equal(hostlist_compress(&list, (const char *const *)names.v, names.n), 0);
	assert_int_equal(hostlist_expand(&back, buf_str(&list), NULL), 0);
	for (size_t i = 0; i < names.n; i++)
		assert_true(strs_has(&back, names.v[i]));
	for (size_t i = 0; i < back.n; i++)
		assert_true(strs_has(&names, back.v[i]));
	assert_true(back.n < names.n);
	strs_clear(&names);
	strs_clear(&back);
	buf_clear(&list);
}

static void refuses_names_that_are_no_names(void **state)
{
	const char *const bad[] = { "ok", "a b" }, *const brackets[] = { "a[1-2]" };
	struct buf list = BUF_INIT(BUF_TEXT_MAX);

	(void)state;
	assert_int_equal(hostlist_compress(&list, bad, 2), -1);
	assert_int_equal(hostlist_compress(&list, brackets, 1), -1);
	assert_int_equal(hostlist_compress(&list, NULL, 0), 0);
	buf_clear(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expands_what_slurm_writes),
		cmocka_unit_test(says_where_a_host_list_is_wrong),
		cmocka_unit_test(stops_at_the_ceiling_of_names),
		cmocka_unit_test(compresses_and_keeps_zeros),
		cmocka_unit_test(reads_back_what_it_wrote),
		cmocka_unit_test(refuses_names_that_are_no_names),
	};

	return cmocka_run_group_tests_name("model/hostlist", tests, NULL, NULL);
}
