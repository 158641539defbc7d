#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "provider/azure/azure.h"

static struct arm_answer read_error(int status, const char *text)
{
	struct arm_answer a = { .quota_limit = -1, .quota_used = -1, .quota_asked = -1 };
	struct json *body = json_parse(text, strlen(text), NULL);

	arm_error_read(&a, status, body, text);
	json_free(body);
	return a;
}

static void reads_the_form_of_most_providers(void **state)
{
	struct arm_answer a = read_error(
	    409, "{\"error\":{\"code\":\"AnotherOperationInProgress\",\"message\":\"busy\"}}");

	(void)state;
	assert_int_equal(a.err.code, ERR_CONFLICT);
	assert_string_equal(a.code, "AnotherOperationInProgress");
	assert_string_equal(a.err.msg, "AnotherOperationInProgress: busy");
}

static void reads_the_flat_form_of_older_compute(void **state)
{
	struct arm_answer a =
	    read_error(429, "{\"code\":\"OperationNotAllowed\",\"message\":\"slow down\","
			    "\"details\":[{\"code\":\"TooManyRequests\",\"target\":\"x\"}]}");

	(void)state;
	assert_int_equal(a.err.code, ERR_THROTTLED);
	assert_string_equal(a.code, "TooManyRequests");
}

static void reads_the_result_of_an_operation(void **state)
{
	struct arm_answer a = read_error(
	    200, "{\"status\":\"Failed\",\"error\":{\"code\":\"ZonalAllocationFailed\","
		 "\"message\":\"no room\"}}");

	(void)state;
	assert_int_equal(a.err.code, ERR_CAPACITY);
	assert_string_equal(a.code, "ZonalAllocationFailed");
}

static void finds_the_known_code_in_the_depth(void **state)
{
	struct arm_answer a = read_error(
	    409,
	    "{\"error\":{\"code\":\"DeploymentFailed\",\"message\":\"see details\",\"details\":["
	    "{\"code\":\"Unheard\",\"details\":[{\"code\":\"SubnetIsFull\",\"message\":\"full\"}]}]}}");

	(void)state;
	assert_int_equal(a.err.code, ERR_QUOTA);
	assert_string_equal(a.code, "SubnetIsFull");
}

static void tells_a_quota_from_a_conflict_and_reads_its_numbers(void **state)
{
	struct arm_answer quota = read_error(
	    409,
	    "{\"error\":{\"code\":\"OperationNotAllowed\",\"message\":\"Operation could not be "
	    "completed as it results in exceeding approved standardFSv2Family Cores quota. "
	    "Current Limit: 100, Current Usage: 96, Additional Required: 8.\"}}");
	struct arm_answer inner = read_error(
	    409,
	    "{\"error\":{\"code\":\"DeploymentFailed\",\"details\":[{\"code\":"
	    "\"OperationNotAllowed\",\"message\":\"exceeding approved quota. Current Limit: "
	    "10, Current Usage: 10, Additional Required: 2\"}]}}");
	struct arm_answer busy = read_error(
	    409, "{\"error\":{\"code\":\"OperationNotAllowed\",\"message\":\"it is busy\"}}");

	(void)state;
	assert_int_equal(quota.err.code, ERR_QUOTA);
	assert_int_equal(quota.quota_limit, 100);
	assert_int_equal(quota.quota_used, 96);
	assert_int_equal(quota.quota_asked, 8);
	assert_int_equal(inner.err.code, ERR_QUOTA);
	assert_int_equal(inner.quota_limit, 10);
	assert_int_equal(busy.err.code, ERR_CONFLICT);
	assert_int_equal(busy.quota_limit, -1);
}

static void what_something_else_holds_is_a_conflict_whatever_the_status(void **state)
{
	static const char *const held[] = { "AnotherOperationInProgress",
					    "NicReservedForAnotherVm",
					    "NicInUse",
					    "ResourceInUse",
					    "InUseSubnetCannotBeDeleted",
					    "InUseNetworkSecurityGroupCannotBeDeleted" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(held); i++)
		assert_int_equal(arm_error_class(400, held[i], ""), ERR_CONFLICT);
	assert_int_equal(arm_error_class(400, "InvalidParameter", ""), ERR_INVALID);
	assert_int_equal(arm_error_class(400, "PrivateIPAddressInUse", ""), ERR_INVALID);
}

static void survives_what_is_no_error_body(void **state)
{
	struct arm_answer page = read_error(502, "<html>\033[31mBad Gateway</html>");
	struct arm_answer entra = read_error(
	    400, "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: bad\"}");

	(void)state;
	assert_int_equal(page.err.code, ERR_IO);
	assert_null(strchr(page.err.msg, '\033'));
	assert_non_null(strstr(entra.err.msg, "AADSTS7000215"));
}

static void ends_in_a_body_without_end(void **state)
{
	struct buf b = BUF_INIT(1 << 20);
	struct arm_answer a;

	(void)state;
	for (int i = 0; i < 500; i++)
		buf_adds(&b, "{\"code\":\"Unheard\",\"details\":[");
	buf_adds(&b, "{\"code\":\"SubnetIsFull\"}");
	for (int i = 0; i < 500; i++)
		buf_adds(&b, "]}");
	a = read_error(400, buf_str(&b));
	assert_int_equal(a.err.code, ERR_INVALID);
	buf_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_form_of_most_providers),
		cmocka_unit_test(reads_the_flat_form_of_older_compute),
		cmocka_unit_test(reads_the_result_of_an_operation),
		cmocka_unit_test(finds_the_known_code_in_the_depth),
		cmocka_unit_test(tells_a_quota_from_a_conflict_and_reads_its_numbers),
		cmocka_unit_test(what_something_else_holds_is_a_conflict_whatever_the_status),
		cmocka_unit_test(survives_what_is_no_error_body),
		cmocka_unit_test(ends_in_a_body_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
