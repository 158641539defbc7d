/* What the cloud's book says of the demo's cluster, where others have clusters in it, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "main/demo_ledger.h"

#define VM(name, set, group, tag, made, gone)                                                  \
	"{\"name\":\"" name "\",\"set\":\"" set "\",\"group\":\"" group                        \
	"\",\"tags\":{\"paceline-cluster\":\"" tag                                             \
	"\"},\"capacityIntended\":1,\"created\":\"2026-11-01T10:00:" made                      \
	"Z\",\"deleted\":" gone "}"
#define GONE(s) "\"2026-11-01T10:00:" s "Z\""

static struct demo_ledger take_own(const char *counters, const char *book, const char *own,
				   const char *id)
{
	struct json *c = json_parse(counters, strlen(counters), NULL),
		    *b = json_parse(book, strlen(book), NULL),
		    *o = json_parse(own, strlen(own), NULL);
	struct demo_ledger l;

	assert_non_null(c);
	assert_non_null(b);
	assert_non_null(o);
	demo_ledger_take(&l, c, b, o, id);
	json_free(c);
	json_free(b);
	json_free(o);
	return l;
}

static struct demo_ledger take(const char *counters, const char *book, const char *id)
{
	return take_own(counters, book, book, id);
}

static void heads_of_two_clusters_are_no_double(void **state)
{
	static const char book[] = "{\"live\":{\"a\":2,\"b\":1},\"vms\":[" VM(
	    "head", "", "one", "aa", "01", "null") "," VM("head", "", "two", "bb", "02",
							  "null") "]}";
	struct demo_ledger l;

	(void)state;
	l = take("{\"double_creates\":0,\"byClass\":{\"writes\":7}}", book, "aa");
	assert_int_equal(l.double_creates, 0);
	assert_int_equal(l.vms, 1);
	assert_int_equal(l.write_calls, 7);
	assert_int_equal(l.resources_left, 3);
	l = take("{\"double_creates\":0}", book, ""); /* its own was never seen */
	assert_int_equal(l.double_creates, 0);
	assert_int_equal(l.vms, 2);
}

/* Who keeps the demo runs it again in the same world. */
static void calls_and_resources_of_other_clusters_are_not_its_own(void **state)
{
	static const char book[] = "{\"live\":{\"a\":2,\"b\":1},\"vms\":[" VM(
	    "head", "", "one", "aa", "01", GONE("09")) "," VM("head", "", "two", "bb", "02",
							      "null") "]}";
	static const char counters[] =
	    "{\"byClass\":{\"writes\":30},\"writesByGroup\":{\"One\":11,\"two\":19}}";
	struct demo_ledger l;

	(void)state;
	l = take_own(counters, book, "{\"live\":{}}", "aa");
	assert_int_equal(l.write_calls, 11);
	assert_int_equal(l.resources_left, 0);
	l = take_own(counters, book, "{\"live\":{\"a\":2}}", "bb");
	assert_int_equal(l.write_calls, 19);
	assert_int_equal(l.resources_left, 2);
	assert_int_equal(take(counters, book, "").write_calls, 30);
}

static void a_double_of_another_cluster_is_not_its_own(void **state)
{
	static const char book[] =
	    "{\"vms\":[" VM("x_0", "x", "one", "aa", "01", "null") "," VM(
		"x_0", "x", "two", "bb", "01", "null") "," VM("x_1", "x", "two", "bb", "02",
							      "null") "]}";

	(void)state;
	assert_int_equal(take("{\"double_creates\":1}", book, "aa").double_creates, 0);
	assert_int_equal(take("{\"double_creates\":1}", book, "bb").double_creates, 1);
}

static void what_is_its_own_counts_by_either_book(void **state)
{
	static const char twice[] =
	    "{\"vms\":[" VM("x_0", "x", "one", "aa", "01",
			    "null") "," VM("x_1", "x", "one", "aa", "05", "null") "]}";
	static const char after[] =
	    "{\"vms\":[" VM("x_0", "x", "one", "aa", "01",
			    GONE("05")) "," VM("x_1", "x", "one", "aa", "05", "null") "]}";

	(void)state;
	assert_int_equal(take("{\"double_creates\":0}", twice, "aa").double_creates, 1);
	assert_int_equal(take("{\"double_creates\":0}", after, "aa").double_creates, 0);
	assert_int_equal(take("{\"double_creates\":1}", after, "aa").double_creates, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_of_two_clusters_are_no_double),
		cmocka_unit_test(calls_and_resources_of_other_clusters_are_not_its_own),
		cmocka_unit_test(a_double_of_another_cluster_is_not_its_own),
		cmocka_unit_test(what_is_its_own_counts_by_either_book),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
