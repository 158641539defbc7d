#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "console/filter_typed.h"

static void a_field_without_its_value_is_not_asked_for(void **state)
{
	static const struct {
		const char *typed, *asked;
	} v[] = {
		{ "", "" },
		{ "s", "" }, /* on its way to state: */
		{ "state", "" },
		{ "state:", "" },
		{ "state!=", "" },
		{ "State:", "" },
		{ "state:b", "state:b" },
		{ "state:busy,", "state:busy" },
		{ "state:busy ar", "state:busy" },
		{ "state:busy | ar", "state:busy" },
		{ "state:busy !ar", "state:busy" },
		{ "state:busy (array:", "state:busy" },
		{ "state:busy array:htc", "state:busy array:htc" },
		{ "cost>", "" },
		{ "cost>0", "cost>0" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		char asked[80];

		strcpy(asked, v[i].typed);
		asked[filter_finished(NOUN_NODE, v[i].typed)] = '\0';
		assert_string_equal(asked, v[i].asked);
	}
}

static void all_else_is_asked_for_as_it_is(void **state)
{
	static const char *const v[] = {
		"htc-3",	   "htc",
		"!htc-3",	   "nosuch:", /* the engine says so */
		"(htc-1",	   "name~\"sta te",
		"name~\"a b\"",	   "/^htc-(1|2)/",
		"name~/a b",	   "state:busy |",
		"state:busy hpc-", "12",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		assert_int_equal(filter_finished(NOUN_NODE, v[i]), strlen(v[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_without_its_value_is_not_asked_for),
		cmocka_unit_test(all_else_is_asked_for_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
