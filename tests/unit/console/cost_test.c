#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "console/deck.h"
#include "console/view/cost.h"

static void names(const char *text, const char *first, const char *second)
{
	struct json *j = json_parse(text, strlen(text), NULL);
	struct textbox box;

	assert_non_null(j);
	textbox_init(&box);
	textbox_open(&box, "");
	cost_table(&box, COST_JOBS, j, COST_SLIM, 2);
	assert_memory_equal(box.lines.v[1] + 1, first, strlen(first));
	assert_memory_equal(box.lines.v[2] + 1, second, strlen(second));
	textbox_clear(&box);
	json_free(j);
}

/* Each cluster has its own job 1. */
static void a_job_is_told_with_its_cluster_where_there_are_several(void **state)
{
	(void)state;
	names("{\"jobs\":[{\"cluster\":\"one\",\"id\":\"1\",\"user\":\"ann\",\"name\":\"mc\"},"
	      "{\"cluster\":\"two\",\"id\":\"1\",\"user\":\"ann\",\"name\":\"bad\"}]}",
	      "one 1 ann mc  ", "two 1 ann bad  ");
	names("{\"jobs\":[{\"cluster\":\"one\",\"id\":\"1\",\"user\":\"ann\",\"name\":\"mc\"},"
	      "{\"id\":\"\",\"kind\":\"other jobs\"}]}",
	      "1 ann mc  ", "other jobs  ");
}

/* As everywhere else: what costs something is not "0.0". */
static void a_bar_tells_even_a_tiny_amount(void **state)
{
	static const struct {
		double usd;
		const char *wide, *slim;
	} t[] = {
		{ 0, "0.00", "0" },	    { 0.0001, "<.001", "<.1" },
		{ 0.004, "0.004", "<.1" },  { 0.06, "0.060", "0.1" },
		{ 0.314, "0.31", "0.3" },   { 12.44, "12.44", "12" },
		{ 104.4, "104.4", "104" },  { 1044, "1044", "1k" },
		{ 123456, "123k", "123k" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		char wide[16], slim[16];

		cost_amount(wide, t[i].usd, 5);
		cost_amount(slim, t[i].usd, 3);
		assert_string_equal(wide, t[i].wide);
		assert_string_equal(slim, t[i].slim);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_is_told_with_its_cluster_where_there_are_several),
		cmocka_unit_test(a_bar_tells_even_a_tiny_amount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
