#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "azsim/guest/ask.h"

#include <arpa/inet.h>

static struct in_addr at(const char *text)
{
	struct in_addr a;

	assert_int_equal(inet_pton(AF_INET, text, &a), 1);
	return a;
}

static void a_request_comes_back_as_it_was_written(void **state)
{
	struct buf b = BUF_INIT(ASK_MAX);
	struct ask_request r;

	(void)state;
	ask_write(&b, "mount", (const char *const[]){ "head", "/shared", "/mnt/x y", "" }, 4);
	assert_int_equal(ask_read(&r, b.data, b.len, NULL), 0);
	assert_int_equal(r.verb, ASK_MOUNT);
	assert_string_equal(r.arg[2], "/mnt/x y");
	assert_string_equal(r.arg[3], "");
	buf_clear(&b);
}

static void bad_requests_are_refused(void **state)
{
	struct ask_request r;

	(void)state;
	assert_int_equal(ask_read(&r, "list", 4, NULL), -1);
	assert_int_equal(ask_read(&r, "", 0, NULL), -1);
	assert_int_equal(ask_read(&r, "list\0x", 7, NULL), -1);
	assert_int_equal(ask_read(&r, "shell\0", 6, NULL), -1);
	assert_int_equal(ask_read(&r, "mount\0a\0b\0c", 12, NULL), -1);
	assert_int_equal(ask_read(&r, "mount\0a\0b\0c\0d\0e", 16, NULL), -1);
	assert_int_equal(ask_read(&r, "list", 5, NULL), 0);
}

static void exports_are_read_as_exports_5_says(void **state)
{
	static const char text[] = "# comment\n"
				   "/shared 10.20.0.0/16(rw,no_root_squash) head(ro)\n"
				   "\"/with space\" -ro,sync \\\n"
				   "   *(rw) node*\n"
				   "/with\\040octal\n"
				   "\n";
	struct exports e = { 0 };

	(void)state;
	assert_int_equal(exports_read(&e, text, strlen(text), NULL), 0);
	assert_int_equal(e.n, 5);
	assert_string_equal(e.v[0].client, "10.20.0.0/16");
	assert_string_equal(e.v[0].options, "rw,no_root_squash");
	assert_string_equal(e.v[1].client, "head");
	assert_string_equal(e.v[2].path, "/with space");
	assert_string_equal(e.v[2].options, "rw");
	assert_string_equal(e.v[3].client, "node*");
	assert_string_equal(e.v[3].options, "ro,sync");
	assert_string_equal(e.v[4].path, "/with octal");
	assert_string_equal(e.v[4].client, "*");
	exports_clear(&e);
}

static void a_bad_export_names_its_line(void **state)
{
	struct exports e = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(exports_read(&e, "/a *(rw)\nb *(rw)\n", 17, &err), -1);
	assert_string_equal(err.msg, "line 2: an export must begin with /");
	assert_int_equal(exports_read(&e, "/a *(rw", 7, &err), -1);
	exports_clear(&e);
}

static void an_export_is_for_whom_it_names(void **state)
{
	(void)state;
	assert_true(export_allows("*", at("10.20.0.5"), "node"));
	assert_true(export_allows("10.20.0.0/16", at("10.20.9.5"), "node"));
	assert_false(export_allows("10.20.0.0/16", at("10.21.0.5"), "node"));
	assert_true(export_allows("10.20.0.0/255.255.0.0", at("10.20.9.5"), "node"));
	assert_true(export_allows("0.0.0.0/0", at("10.21.0.5"), "node"));
	assert_false(export_allows("10.20.0.0/33", at("10.20.0.0"), "node"));
	assert_true(export_allows("10.20.0.5", at("10.20.0.5"), "node"));
	assert_true(export_allows("node*", at("10.20.0.5"), "node-7"));
	assert_true(export_allows("NODE", at("10.20.0.5"), "node"));
	assert_false(export_allows("node", at("10.20.0.5"), "node-7"));
}

static void the_nearest_export_counts(void **state)
{
	struct exports e = { 0 };
	bool known;

	(void)state;
	exports_add(&e, "/shared/", "*", "ro");
	exports_add(&e, "/shared/scratch", "*", "rw");
	exports_add(&e, "/sched", "head", "rw");
	assert_string_equal(
	    exports_find(&e, "/shared/scratch/x", at("10.0.0.9"), "n", &known)->options, "rw");
	assert_string_equal(
	    exports_find(&e, "/shared/home", at("10.0.0.9"), "n", &known)->options, "ro");
	assert_null(exports_find(&e, "/shared2", at("10.0.0.9"), "n", &known));
	assert_false(known);
	assert_null(exports_find(&e, "/sched", at("10.0.0.9"), "n", &known));
	assert_true(known);
	assert_null(exports_find(&e, "/shared/../etc", at("10.0.0.9"), "n", &known));
	assert_null(exports_find(&e, "/shared/..", at("10.0.0.9"), "n", &known));
	assert_non_null(exports_find(&e, "/shared/..x", at("10.0.0.9"), "n", &known));
	exports_add(&e, "/sched", "HEAD", "ro");
	assert_int_equal(e.n, 3);
	assert_true(exports_del(&e, "/sched", "head"));
	assert_false(exports_del(&e, "/sched", "head"));
	exports_clear(&e);
}

static void options_are_whole_words(void **state)
{
	(void)state;
	assert_true(options_have("sync,rw", "rw"));
	assert_false(options_have("rwx,arw", "rw"));
	assert_false(options_have("", "rw"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_comes_back_as_it_was_written),
		cmocka_unit_test(bad_requests_are_refused),
		cmocka_unit_test(exports_are_read_as_exports_5_says),
		cmocka_unit_test(a_bad_export_names_its_line),
		cmocka_unit_test(an_export_is_for_whom_it_names),
		cmocka_unit_test(the_nearest_export_counts),
		cmocka_unit_test(options_are_whole_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
