/* What a row of the audit is about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/note.h"

static void a_row_names_all_that_it_is_about(void **state)
{
	struct strs nodes = STRS_INIT(4), jobs = STRS_INIT(4);
	char out[AUDIT_TEXT];

	(void)state;
	strs_add(&nodes, "htc-2");
	assert_string_equal(audit_object(out, "cfd", "node", &nodes), "cfd: htc-2");
	strs_add(&nodes, "htc-1");
	strs_add(&nodes, "hpc-4");
	assert_string_equal(audit_object(out, "cfd", "node", &nodes),
			    "cfd: 3 nodes: hpc-4,htc-[1-2]");
	strs_add(&jobs, "12_3");
	strs_add(&jobs, "14");
	assert_string_equal(audit_object(out, "cfd", "job", &jobs), "cfd: 2 jobs: 12_3,14");
	strs_clear(&nodes);
	strs_clear(&jobs);
}

static void more_than_a_row_holds_is_cut_where_it_shows(void **state)
{
	struct strs nodes = STRS_INIT(1000);
	char out[AUDIT_TEXT];

	(void)state;
	for (int i = 0; i < 1000; i++)
		strs_addf(&nodes, "htc-%d", 10000 + 2 * i);
	audit_object(out, "cfd", "node", &nodes);
	assert_int_equal(strlen(out), AUDIT_TEXT - 1);
	assert_non_null(strstr(out, "cfd: 1000 nodes: htc-[10000,10002,"));
	assert_string_equal(out + strlen(out) - 3, "...");
	strs_clear(&nodes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_names_all_that_it_is_about),
		cmocka_unit_test(more_than_a_row_holds_is_cut_where_it_shows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
