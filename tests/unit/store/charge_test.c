/* The ledger of money: what was added is there once, with the mark that says how far it
 * reaches; else neither is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../support/store_world.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/sql.h"
#include "store/store.h"

#define HOURS(n) ((n)*HOUR_MS)

static const struct charge busy = { .hour_ms = HOURS(10),
				    .array = "htc",
				    .user = "alice",
				    .kind = CHARGE_BUSY,
				    .node_ms = 60000,
				    .nano = 7,
				    .spot_nano = 3,
				    .saved_nano = 2 };

static const struct job_charge job = { .job = "12",
				       .name = "model",
				       .user = "alice",
				       .array = "htc",
				       .first_ms = HOURS(10),
				       .last_ms = HOURS(10) + 60000,
				       .node_ms = 60000,
				       .nano = 7 };

struct seen {
	size_t rows;
	struct charge last;
	char cluster[40];
	int64_t nano;
};

static void see(void *arg, const char *cluster, const struct charge *c)
{
	struct seen *s = arg;

	s->rows++;
	s->last = *c;
	s->nano += c->nano;
	snprintf(s->cluster, sizeof(s->cluster), "%s", cluster);
}

static struct seen look(struct store_world *w, const char *cluster, int64_t from, int64_t to)
{
	struct seen s = { 0 };

	assert_int_equal(store_charges(w->st, cluster, from, to, see, &s, NULL), 0);
	return s;
}

static void charges_of_one_hour_are_one_row(void **state)
{
	struct store_world *w = *state;
	struct charge later = busy;
	struct seen s;
	int64_t n;

	later.hour_ms += HOUR_MS;
	assert_int_equal(store_metered_until(w->st, w->c.id, &n, NULL), 0);
	assert_int_equal(n, 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    store_charges_add(w->st, w->c.id, &busy, 1, &job, 1, 100 + i, NULL), 0);
	assert_int_equal(store_charges_add(w->st, w->c.id, &later, 1, NULL, 0, 900, NULL), 0);
	store_close(w->st);
	w->st = store_open(w->path, true, NULL);
	assert_int_equal(store_metered_until(w->st, w->c.id, &n, NULL), 0);
	assert_int_equal(n, 900);
	assert_int_equal(store_spent(w->st, w->c.id, &n, NULL), 0);
	assert_int_equal(n, 28);
	s = look(w, "demo", HOURS(10), HOURS(11));
	assert_int_equal(s.rows, 1);
	assert_int_equal(s.last.node_ms, 180000);
	assert_int_equal(s.last.nano, 21);
	assert_int_equal(s.last.spot_nano, 9);
	assert_int_equal(s.last.saved_nano, 6);
	assert_int_equal(s.last.kind, CHARGE_BUSY);
	assert_string_equal(s.last.user, "alice");
	assert_int_equal(look(w, "other", 0, HOURS(99)).rows, 0);
}

static void a_cluster_made_anew_is_the_same_in_the_books(void **state)
{
	struct store_world *w = *state;
	struct seen s;

	assert_int_equal(store_charges_add(w->st, w->c.id, &busy, 1, NULL, 0, 1, NULL), 0);
	w->c.state = CLUSTER_DELETED;
	assert_int_equal(store_cluster_save(w->st, &w->c, NULL), 0);
	store_world_add(w, "ef56ef56");
	assert_int_equal(store_charges_add(w->st, w->c.id, &busy, 1, NULL, 0, 1, NULL), 0);
	s = look(w, NULL, 0, HOURS(99));
	assert_int_equal(s.rows, 2);
	assert_int_equal(s.nano, 14);
	assert_string_equal(s.cluster, "demo");
	assert_int_equal(look(w, "demo", 0, HOURS(99)).rows, 2);
}

static void on_need(void *arg, const struct store_need *n)
{
	struct store_need *seen = arg;

	assert_string_equal(n->array, "htc");
	assert_int_equal(n->hour_ms, HOURS(10));
	*seen = *n;
	seen->array = "htc";
}

/* All that an array had in an hour, whoever had it; neither head nor disks. */
static void what_an_array_needed_is_a_sum_by_hour(void **state)
{
	struct store_world *w = *state;
	struct charge of[] = { busy, busy, busy, busy, busy };
	struct store_need seen = { 0 };

	snprintf(of[1].user, sizeof(of[1].user), "bob");
	of[2].kind = CHARGE_IDLE;
	of[3].kind = CHARGE_AHEAD;
	of[4].kind = CHARGE_HEAD;
	of[4].array[0] = '\0';
	assert_int_equal(store_charges_add(w->st, w->c.id, of, 5, NULL, 0, 1, NULL), 0);
	assert_int_equal(
	    store_needs(w->st, "demo", HOURS(10), HOURS(11), on_need, &seen, NULL), 0);
	assert_int_equal(seen.busy_ms, 120000);
	assert_int_equal(seen.nano, 28);
	assert_int_equal(seen.ahead_nano, 7);
	seen = (struct store_need){ 0 };
	assert_int_equal(
	    store_needs(w->st, "demo", HOURS(11), HOURS(99), on_need, &seen, NULL), 0);
	assert_null(seen.array);
}

static void jobs_come_dearest_first_and_leave_when_they_are_old(void **state)
{
	struct store_world *w = *state;
	struct job_charge two[2] = { job, job }, *out;
	size_t n;

	snprintf(two[1].job, sizeof(two[1].job), "13");
	two[1].nano = 50;
	two[1].last_ms = HOURS(20);
	assert_int_equal(store_charges_add(w->st, w->c.id, NULL, 0, two, 2, 1, NULL), 0);
	assert_int_equal(store_charges_add(w->st, w->c.id, NULL, 0, two, 1, 2, NULL), 0);
	assert_int_equal(
	    store_job_charges(w->st, NULL, HOURS(10), HOURS(11), 9, &out, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_string_equal(out[0].job, "13");
	assert_string_equal(out[0].cluster, "demo");
	assert_string_equal(out[1].name, "model");
	assert_int_equal(out[1].nano, 14);
	free(out);
	assert_int_equal(
	    store_job_charges(w->st, "demo", HOURS(12), HOURS(13), 9, &out, &n, NULL), 0);
	assert_int_equal(n, 1);
	free(out);
	assert_int_equal(store_job_charges_forget(w->st, HOURS(19), NULL), 0);
	assert_int_equal(store_job_charges(w->st, NULL, 0, HOURS(99), 9, &out, &n, NULL), 0);
	assert_int_equal(n, 1);
	free(out);
}

#ifdef FAILPOINTS
static void charges_that_fail_leave_the_mark_where_it_was(void **state)
{
	struct store_world *w = *state;
	int64_t n;

	assert_int_equal(store_charges_add(w->st, w->c.id, &busy, 1, NULL, 0, 5, NULL), 0);
	setenv("PACELINE_FAILPOINT", "store.charges:error", 1);
	failpoint_reset();
	assert_int_equal(store_charges_add(w->st, w->c.id, &busy, 1, NULL, 0, 9, NULL), -1);
	unsetenv("PACELINE_FAILPOINT");
	failpoint_reset();
	assert_int_equal(store_metered_until(w->st, w->c.id, &n, NULL), 0);
	assert_int_equal(n, 5);
	assert_int_equal(look(w, NULL, 0, HOURS(99)).nano, 7);
}
#endif

#define T(f) cmocka_unit_test_setup_teardown(f, store_world_up, store_world_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(charges_of_one_hour_are_one_row),
		T(a_cluster_made_anew_is_the_same_in_the_books),
		T(what_an_array_needed_is_a_sum_by_hour),
		T(jobs_come_dearest_first_and_leave_when_they_are_old),
#ifdef FAILPOINTS
		T(charges_that_fail_leave_the_mark_where_it_was),
#endif
	};

	return cmocka_run_group_tests_name("store/charge", tests, NULL, NULL);
}
