#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "console/plan_tree.h"

static const char plan_text[] =
    "{\"cluster\":\"cfd\",\"nodes\":3,\"jobs_pending\":7,\"jobs_running\":2,"
    "\"arrays\":[{\"name\":\"htc\",\"nodes\":3,\"jobs\":2,\"users\":[{\"user\":\"ana\",\"jobs\":2}]},"
    "{\"name\":\"hpc\",\"nodes\":0,\"jobs\":0}],"
    "\"resources\":[{\"kind\":\"vm\",\"id\":\"/g/virtualMachines/head\",\"act\":\"delete\"},"
    "{\"kind\":\"network\",\"id\":\"/x/virtualNetworks/corp\",\"act\":\"never touched\",\"note\":\"not ours\"},"
    "{\"kind\":\"disk\",\"id\":\"/d/disks/cfd-shared\",\"act\":\"keep\",\"storage\":\"shared\"},"
    "{\"kind\":\"group\",\"id\":\"/s/resourceGroups/cfd\",\"act\":\"delete\"}],"
    "\"storage\":[{\"name\":\"scratch\",\"path\":\"/scratch\",\"can_keep\":false,\"act\":\"delete\"},"
    "{\"name\":\"shared\",\"path\":\"/shared\",\"can_keep\":true,\"act\":\"keep\",\"policy\":\"keep\",\"gib\":64,"
    "\"price_per_hour\":0.5}]}";

struct ground {
	struct json *plan;
	struct plan_tree tree;
};

static int made(void **state)
{
	struct ground *g = xcalloc(1, sizeof(*g));

	g->plan = json_parse(plan_text, strlen(plan_text), NULL);
	assert_non_null(g->plan);
	plan_tree_make(&g->tree, g->plan, false);
	*state = g;
	return 0;
}

static int gone(void **state)
{
	struct ground *g = *state;

	plan_tree_clear(&g->tree);
	json_free(g->plan);
	free(g);
	return 0;
}

static const struct plan_row *row_of(const struct ground *g, const char *what)
{
	for (size_t i = 0; i < g->tree.n; i++)
		if (strstr(g->tree.v[i].what, what))
			return &g->tree.v[i];
	fail_msg("no row says %s", what);
	return NULL;
}

static void rows_are_in_order_of_their_stages(void **state)
{
	const struct ground *g = *state;
	char stages[40] = "";

	for (size_t i = 0; i < g->tree.n; i++)
		strncat(stages, &g->tree.v[i].stage, 1);
	assert_string_equal(stages, "11222334-67");
}

static void what_is_kept_starts_off_and_says_its_price(void **state)
{
	const struct plan_row *r = row_of(*state, "shared /shared");

	assert_int_equal(r->mark, ' ');
	assert_int_equal(r->toggle, TOGGLE_KEEP);
	assert_string_equal(r->storage, "shared");
	assert_string_equal(r->act, "KEEP (policy; $0.50/h goes on)");
	assert_ptr_equal(
	    r, &((struct ground *)*state)
		    ->tree.v[plan_tree_first_toggle(&((struct ground *)*state)->tree)]);
}

/* The same plan, where the storage's disk may leave a snapshot, and does as act says. */
static void as_snapshot(struct ground *g, const char *act)
{
	struct json *s = json_get_mut(g->plan, "storage.1");

	json_set_bool(s, "can_snapshot", true);
	json_set_str(s, "act", act);
	json_set_real(s, "snapshot_per_hour", 0.25);
	plan_tree_make(&g->tree, g->plan, false);
}

static void facts_of(const struct ground *g, const struct plan_row *r, struct textbox *out)
{
	textbox_open(out, "");
	plan_row_facts(&g->tree, (size_t)(r - g->tree.v), g->plan, out);
}

static void a_snapshot_stays_and_the_side_says_what_space_does_next(void **state)
{
	struct ground *g = *state;
	const struct plan_row *r;
	struct textbox facts;

	textbox_init(&facts);
	as_snapshot(g, "keep");
	r = row_of(g, "shared /shared");
	assert_true(plan_row_can_snapshot(r));
	facts_of(g, r, &facts);
	assert_non_null(strstr(facts.lines.v[facts.lines.n - 1], "a snapshot instead"));
	as_snapshot(g, "snapshot");
	r = row_of(g, "shared /shared");
	assert_int_equal(r->mark, ' ');
	assert_string_equal(r->act, "SNAPSHOT ($0.25/h goes on)");
	facts_of(g, r, &facts);
	assert_non_null(strstr(facts.lines.v[facts.lines.n - 1], "delete it too"));
	textbox_clear(&facts);
}

static void storage_of_the_head_is_lost_with_it(void **state)
{
	const struct plan_row *r = row_of(*state, "scratch");

	assert_int_equal(r->mark, 'x');
	assert_int_equal(r->toggle, TOGGLE_NONE);
	assert_string_equal(r->act, "! DATA LOST");
	assert_non_null(strstr(r->fixed, "head's disk"));
}

static void what_is_not_ours_cannot_be_switched_on(void **state)
{
	const struct plan_row *r = row_of(*state, "corp");

	assert_int_equal(r->mark, '-');
	assert_int_equal(r->toggle, TOGGLE_NONE);
	assert_string_equal(r->act, "NEVER TOUCHED");
	assert_non_null(strstr(r->fixed, "not ours"));
}

static void running_jobs_stand_under_their_array_by_user(void **state)
{
	struct ground *g = *state;
	const struct plan_row *r = row_of(g, "running job");

	assert_string_equal(r->what, "2 running jobs: ana 2");
	assert_string_equal((r - 1)->what, "array htc, 3 nodes");
	assert_int_equal(r->toggle, TOGGLE_KILL);
	assert_non_null(strstr(r->act, "waited for"));
	plan_tree_make(&g->tree, g->plan, true);
	assert_string_equal(row_of(g, "running job")->act, "KILL");
}

static void a_disk_stands_as_its_storage_alone(void **state)
{
	const struct ground *g = *state;

	for (size_t i = 0; i < g->tree.n; i++)
		assert_null(strstr(g->tree.v[i].what, "cfd-shared"));
}

static void enter_lists_the_jobs_of_a_row_and_folds_them_again(void **state)
{
	static const char text[] =
	    "{\"cluster\":\"cfd\",\"nodes\":1,\"jobs_pending\":120,\"pending\":[{\"id\":\"9\",\"user\":\"bo\",\"name\":\"late\"}],"
	    "\"arrays\":[{\"name\":\"htc\",\"nodes\":1,\"jobs\":1,\"list\":[{\"id\":\"12_1\",\"user\":\"ana\",\"name\":\"cfd\",\"nodes\":\"htc-1\"}]}]}";
	struct json *plan = json_parse(text, strlen(text), NULL);
	struct plan_tree t = { 0 };
	size_t folded;

	(void)state;
	plan_tree_make(&t, plan, false);
	folded = t.n;
	assert_false(plan_tree_fold(&t, 0)); /* the cluster itself has no list */
	assert_true(plan_tree_fold(&t, 1));
	plan_tree_make(&t, plan, false);
	assert_int_equal(t.n,
			 folded + 2); /* the one that is told, and how many more there are */
	assert_true(t.v[2].listed);
	assert_non_null(strstr(t.v[2].what, "late"));
	assert_non_null(strstr(t.v[3].what, "119 more"));
	assert_true(plan_tree_fold(&t, 1));
	assert_true(plan_tree_fold(&t, 5)); /* of the array */
	plan_tree_make(&t, plan, false);
	assert_int_equal(t.n, folded + 1);
	assert_string_equal(t.v[4].act, "htc-1");
	plan_tree_clear(&t);
	json_free(plan);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, made, gone)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enter_lists_the_jobs_of_a_row_and_folds_them_again),
		TEST(rows_are_in_order_of_their_stages),
		TEST(what_is_kept_starts_off_and_says_its_price),
		TEST(a_snapshot_stays_and_the_side_says_what_space_does_next),
		TEST(storage_of_the_head_is_lost_with_it),
		TEST(what_is_not_ours_cannot_be_switched_on),
		TEST(running_jobs_stand_under_their_array_by_user),
		TEST(a_disk_stands_as_its_storage_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
