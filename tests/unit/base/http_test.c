#include "base/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void finds_a_header_whatever_its_case(void **state)
{
	struct http_headers h = { 0 };

	(void)state;
	assert_null(http_headers_get(&h, "ETag"));
	assert_int_equal(http_headers_add(&h, "Retry-After", "17"), 0);
	assert_string_equal(http_headers_get(&h, "retry-after"), "17");
	assert_null(http_headers_get(&h, "retry"));
	http_headers_clear(&h);
	assert_int_equal(h.n, 0);
	assert_null(http_headers_get(&h, "Retry-After"));
}

static void tells_repeated_headers_apart(void **state)
{
	struct http_headers h = { 0 };

	(void)state;
	http_headers_add(&h, "Link", "a");
	http_headers_add(&h, "Date", "x");
	http_headers_add(&h, "link", "b");
	assert_string_equal(http_headers_get(&h, "LINK"), "a");
	assert_string_equal(http_headers_nth(&h, "Link", 1), "b");
	assert_null(http_headers_nth(&h, "Link", 2));
	http_headers_clear(&h);
}

static void takes_no_more_headers_than_the_ceiling(void **state)
{
	struct http_headers h = { 0 };

	(void)state;
	for (int i = 0; i < HTTP_HEADERS_MAX; i++)
		assert_int_equal(http_headers_add(&h, "A", "b"), 0);
	assert_int_equal(http_headers_add(&h, "A", "b"), -1);
	assert_int_equal(h.n, HTTP_HEADERS_MAX);
	http_headers_clear(&h);
}

static void knows_the_words_for_statuses(void **state)
{
	(void)state;
	assert_string_equal(http_status_text(202), "Accepted");
	assert_string_equal(http_status_text(429), "Too Many Requests");
	assert_string_equal(http_status_text(299), "Unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_a_header_whatever_its_case),
		cmocka_unit_test(tells_repeated_headers_apart),
		cmocka_unit_test(takes_no_more_headers_than_the_ceiling),
		cmocka_unit_test(knows_the_words_for_statuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
