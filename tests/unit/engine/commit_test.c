/* What a machine will cost to its expected end: by its jobs' limits, by what it was made for,
 * else by the idle time-out, and never beyond the budget's period. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/bill.h"
#include "engine/members.h"
#include "engine/run.h"

#define NOW    INT64_C(1800000000000)
#define HOUR_S 3600
#define MONTH  (NOW + 100 * HOUR_MS)

static const int64_t now_s = NOW / 1000;

static const struct machine_case {
	const char *what;
	int64_t ends_in_s[2]; /* its jobs; 0: no limit, -1: there is none */
	int64_t made_for_s;
	bool leaves;
	int64_t to_ms;
	double hours;
} machines[] = {
	{ "idle: its time-out", { -1, -1 }, 0, false, MONTH, 0.5 },
	{ "a job with a limit", { 3 * HOUR_S, -1 }, 0, false, MONTH, 3 },
	{ "two: the last one's", { 3 * HOUR_S, 7 * HOUR_S }, 0, false, MONTH, 7 },
	{ "one of them has none", { 3 * HOUR_S, 0 }, 0, false, MONTH, 3 },
	{ "none has one: the time-out", { 0, -1 }, 0, false, MONTH, 0.5 },
	{ "it is past its limit", { -60, -1 }, 0, false, MONTH, 0 },
	{ "boots for a job of two hours", { -1, -1 }, 2 * HOUR_S, false, MONTH, 2 },
	{ "made for one, used by another", { HOUR_S, -1 }, 2 * HOUR_S, false, MONTH, 1 },
	{ "goes, and is empty", { -1, -1 }, 0, true, MONTH, 0 },
	{ "goes when its job ends", { HOUR_S, -1 }, 0, true, MONTH, 1 },
	{ "the period ends first", { 30 * HOUR_S, -1 }, 0, false, NOW + 2 * HOUR_MS, 2 },
};

static struct tenants jobs_of(struct tenant v[2], const struct machine_case *c)
{
	struct tenants t = { .v = v };

	for (size_t i = 0; i < 2; i++)
		if (c->ends_in_s[i] != -1)
			v[t.n++] =
			    (struct tenant){ .user = "ann",
					     .account = "physics",
					     .cpus = -1,
					     .ends_s = c->ends_in_s[i] ? now_s + c->ends_in_s[i]
								       : 0 };
	return t;
}

static bool is_near(double got, double want)
{
	return got > want - 1e-6 && got < want + 1e-6;
}

static void a_machine_is_committed_to_its_expected_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(machines); i++) {
		const struct machine_case *c = &machines[i];
		struct tenant v[2];
		struct tenants jobs = jobs_of(v, c);
		struct occupied o = { .price = 2,
				      .jobs = jobs.n ? &jobs : NULL,
				      .cpus = 4,
				      .idle_s = HOUR_S / 2,
				      .made_for_s = c->made_for_s,
				      .leaves = c->leaves };
		double usd = commit_machine(&o, NOW, c->to_ms);

		if (!is_near(usd, c->hours * 2))
			fail_msg("%s: %.3f USD, not %.3f", c->what, usd, c->hours * 2);
	}
}

static void a_price_that_nobody_knows_commits_nothing(void **state)
{
	struct occupied o = { .price = -1, .idle_s = HOUR_S };

	(void)state;
	assert_true(commit_machine(&o, NOW, MONTH) == 0);
}

static double of(const struct occupied *o, char *user, char *account)
{
	const struct budget_spec b = { .user = user, .account = account };

	return commit_jobs(o, &b, NOW, MONTH);
}

static void users_and_accounts_have_the_share_of_their_jobs(void **state)
{
	struct tenant v[] = {
		{ .user = "ann", .account = "physics", .cpus = 1, .ends_s = now_s + HOUR_S },
		{ .user = "bob",
		  .account = "physics",
		  .cpus = 2,
		  .ends_s = now_s + 4 * HOUR_S },
		{ .user = "cle", .account = "biology", .cpus = -1, .ends_s = 0 },
	};
	struct tenants jobs = { .v = v, .n = 3 };
	struct occupied o = { .price = 2, .jobs = &jobs, .cpus = 4, .idle_s = HOUR_S / 2 };
	char ann[] = "ann", eve[] = "eve", physics[] = "physics", biology[] = "biology";

	(void)state;
	assert_true(is_near(of(&o, ann, NULL), 0.5));
	assert_true(is_near(of(&o, NULL, physics), 0.5 + 4));
	assert_true(is_near(of(&o, NULL, biology), 1));
	assert_true(is_near(of(&o, eve, NULL), 0));
}

static void only_what_goes_on_counts_and_only_the_budgets_array(void **state)
{
	struct member m[] = {
		{ .node = { .name = "htc-1", .array = "htc", .state = NODE_IDLE, .price = 2 } },
		{ .node = { .name = "htc-2",
			    .array = "htc",
			    .state = NODE_DELETING,
			    .price = 2 } },
		{ .node = { .name = "hpc-1",
			    .array = "hpc",
			    .state = NODE_BOOTING,
			    .price = 4 },
		  .made_for_s = 3 * HOUR_S },
	};
	struct member *members[] = { &m[0], &m[1], &m[2] };
	char htc[] = "htc", hpc[] = "hpc";
	struct array_spec arrays[] = { { .name = htc, .idle_s = HOUR_S },
				       { .name = hpc, .idle_s = HOUR_S } };
	struct run r = { .members = members, .n_members = 3 };
	const struct budget_spec of_htc = { .array = htc };
	struct budget_state s = { .spent = 10, .to_ms = MONTH };

	(void)state;
	r.cluster.spec.arrays = arrays;
	r.cluster.spec.n_arrays = 2;
	run_committed(&r, NULL, NOW, &s);
	assert_true(is_near(s.committed, 10 + 2 + 12));
	assert_true(is_near(s.booting, 12));
	run_committed(&r, &of_htc, NOW, &s);
	assert_true(is_near(s.committed, 10 + 2));
	assert_true(is_near(s.booting, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_is_committed_to_its_expected_end),
		cmocka_unit_test(a_price_that_nobody_knows_commits_nothing),
		cmocka_unit_test(users_and_accounts_have_the_share_of_their_jobs),
		cmocka_unit_test(only_what_goes_on_counts_and_only_the_budgets_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
