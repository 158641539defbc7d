#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "console/job_facts.h"

static struct job job(const char *user, enum job_state state, int64_t tasks)
{
	return (struct job){
		.id = "12_1", .array_id = "12", .user = user, .state = state, .tasks = tasks
	};
}

static void add(struct job_facts *f, struct job j)
{
	char op[] = "op", account[] = "azureuser";
	struct cluster c = { .owner = op, .spec.admin_user = account };

	job_facts_add(f, &j, "op", &c);
}

static void says(const struct job_facts *f, const char *const *lines, size_t n)
{
	struct strs out = STRS_INIT(10);

	job_facts_tell(f, "what runs ends", &out);
	assert_int_equal(out.n, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(out.v[i], lines[i]);
	strs_clear(&out);
}

static void jobs_that_ended_are_not_counted(void **state)
{
	static const char *const lines[] = { "35 tasks, 2 of them run now", "what runs ends",
					     "3 ended already: nothing is done to them" };
	struct job_facts f = { 0 };

	(void)state;
	add(&f, job("op", JOB_PENDING, 33));
	add(&f, job("op", JOB_RUNNING, 1));
	add(&f, job("op", JOB_STARTING, 1));
	add(&f, job("bob", JOB_DONE, 1));
	add(&f, job("bob", JOB_FAILED, 1));
	add(&f, job("bob", JOB_CANCELLED, 40));
	says(&f, lines, 3);
}

static void what_all_have_ended_has_nothing_to_lose(void **state)
{
	static const char *const lines[] = { "nothing of it waits or runs any more",
					     "1 ended already: nothing is done to it" };
	struct job_facts f = { 0 };

	(void)state;
	add(&f, job("bob", JOB_DONE, 1));
	says(&f, lines, 2);
}

/* The engine submits as the head's own account. */
static void jobs_of_the_heads_account_are_the_owners(void **state)
{
	static const char *const lines[] = { "1 task, which waits" };
	char op[] = "op", account[] = "azureuser";
	struct cluster c = { .owner = op, .spec.admin_user = account };
	struct job j = job("azureuser", JOB_PENDING, 1);
	struct job_facts f = { 0 }, g = { 0 };

	(void)state;
	add(&f, j);
	says(&f, lines, 1);
	job_facts_add(&g, &j, "eve", &c);
	assert_string_equal(g.other, "op");
	g = (struct job_facts){ 0 };
	job_facts_add(&g, &j, "eve", NULL); /* the cluster is not known */
	assert_string_equal(g.other, "azureuser");
}

static void an_array_in_one_row_says_how_many_run(void **state)
{
	static const char *const lines[] = { "40 tasks, 7 of them run now", "what runs ends" };
	struct job_facts f = { 0 };
	struct job j = job("op", JOB_RUNNING, 50);

	(void)state;
	j.id = j.array_id;
	j.running = 7;
	j.done = 10;
	add(&f, j);
	says(&f, lines, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jobs_that_ended_are_not_counted),
		cmocka_unit_test(what_all_have_ended_has_nothing_to_lose),
		cmocka_unit_test(jobs_of_the_heads_account_are_the_owners),
		cmocka_unit_test(an_array_in_one_row_says_how_many_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
