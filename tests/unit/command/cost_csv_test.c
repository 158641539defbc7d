/* The CSV of cost: as many cells in each line, and no name that is more than a name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "command/command.h"

static void csv_of(struct buf *out, const char *text)
{
	struct json *j = json_parse(text, strlen(text), NULL);

	assert_non_null(j);
	command_cost_csv(out, j);
	json_free(j);
}

static void every_table_is_in_it(void **state)
{
	struct buf out = BUF_INIT(1 << 16);

	(void)state;
	csv_of(&out,
	       "{\"by_cluster\":[{\"cluster\":\"demo\",\"usd\":1.5,\"node_hours\":2}],"
	       "\"series\":{\"points\":[{\"at_ms\":0,\"usd\":0.25}]},\"total\":{\"usd\":1.5}}");
	assert_non_null(strstr(buf_str(&out), "table,time,cluster,array,user,job,name,kind,account,"));
	assert_non_null(strstr(buf_str(&out), "cluster,,demo,,,,,,,2.000000,,,,,1.500000,,\n"));
	assert_non_null(
	    strstr(buf_str(&out), "time,1970-01-01T00:00:00Z,,,,,,,,,,,,,0.250000,,\n"));
	assert_non_null(strstr(buf_str(&out), "total,,,,,,,,,,,,,,1.500000,,\n"));
	buf_clear(&out);
}

static void a_job_cannot_break_out_of_its_cell(void **state)
{
	struct buf out = BUF_INIT(1 << 16);

	(void)state;
	csv_of(&out, "{\"jobs\":[{\"id\":\"1\",\"name\":\"a,b\\\"c\",\"user\":\"=cmd()\"},"
		     "{\"id\":\"2\",\"name\":\"plain-name\",\"user\":\"-1\"}],\"total\":{}}");
	assert_non_null(strstr(buf_str(&out), "job,,,,\"'=cmd()\",1,\"a,b\"\"c\",,"));
	assert_non_null(strstr(buf_str(&out), "job,,,,\"'-1\",2,plain-name,,"));
	buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_table_is_in_it),
		cmocka_unit_test(a_job_cannot_break_out_of_its_cell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
