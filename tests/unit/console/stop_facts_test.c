#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "console/stop_facts.h"

static const char plan_text[] =
    "{\"jobs_running\":30,\"jobs_pending\":900,\"nodes\":100,\"arrays\":["
    "{\"users\":[{\"user\":\"azureuser\",\"jobs\":16},{\"user\":\"bob\",\"jobs\":6}]},"
    "{\"users\":[{\"user\":\"bob\",\"jobs\":4},{\"user\":\"carol\",\"jobs\":4}]}]}";

static void says(const char *plan, const char *me, bool force, bool others,
		 const char *const *lines, size_t n)
{
	char alice[] = "alice", account[] = "azureuser";
	struct cluster c = { .owner = alice, .spec.admin_user = account };
	struct json *j = json_parse(plan, strlen(plan), NULL);
	struct strs out = STRS_INIT(10);

	assert_int_equal(stop_facts(j, &c, me, force, &out), others);
	assert_int_equal(out.n, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(out.v[i], lines[i]);
	strs_clear(&out);
	json_free(j);
}

static void whose_jobs_run_and_what_becomes_of_them(void **state)
{
	static const char *const lines[] = {
		"30 jobs run (azureuser 16, bob 10, carol 4): waited for, however long they take",
		"900 jobs wait: in the queue until it is started again",
		"100 nodes go once empty, then the head stops; disks stay and cost on",
	};

	(void)state;
	says(plan_text, "alice", false, true, lines, 3);
}

static void by_force_they_are_killed(void **state)
{
	static const char *const lines[] = {
		"1 job runs (azureuser 1): KILLED, and what they did not save is lost",
		"1 node goes once empty, then the head stops; disks stay and cost on",
	};

	(void)state;
	says(
	    "{\"jobs_running\":1,\"nodes\":1,\"arrays\":[{\"users\":[{\"user\":\"azureuser\",\"jobs\":1}]}]}",
	    "alice", true, false, lines, 2);
}

/* R6.3: by their numbers. */
static void by_force_the_jobs_are_named(void **state)
{
	static const char *const lines[] = {
		"11 jobs run (bob 11): KILLED, and what they did not save is lost",
		"it ends jobs 12_1, 12_2, 14 and 8 more",
		"the head stops; disks stay and cost on",
	};

	(void)state;
	says("{\"jobs_running\":11,\"arrays\":[{\"users\":[{\"user\":\"bob\",\"jobs\":11}],"
	     "\"list\":[{\"id\":\"12_1\"},{\"id\":\"12_2\"}]},{\"list\":[{\"id\":\"14\"}]}]}",
	     "bob", true, false, lines, 3);
}

static void an_idle_cluster_has_nothing_to_lose(void **state)
{
	static const char *const lines[] = { "no job runs",
					     "the head stops; disks stay and cost on" };

	(void)state;
	says("{\"jobs_running\":0,\"arrays\":[]}", "bob", false, false, lines, 2);
}

static void what_nobody_has_read_is_no_idle_cluster(void **state)
{
	static const char *const lines[] = {
		"the queue was not read yet: nobody knows what runs there",
		"the head stops; disks stay and cost on"
	};

	(void)state;
	says("{\"jobs_known\":false,\"jobs_running\":0,\"arrays\":[]}", "bob", false, false,
	     lines, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whose_jobs_run_and_what_becomes_of_them),
		cmocka_unit_test(by_force_they_are_killed),
		cmocka_unit_test(by_force_the_jobs_are_named),
		cmocka_unit_test(an_idle_cluster_has_nothing_to_lose),
		cmocka_unit_test(what_nobody_has_read_is_no_idle_cluster),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
