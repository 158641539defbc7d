/* The audit (R10) and the editions of a cluster (R9.1) as the store keeps them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/store_world.h"
#include "base/mem.h"
#include "base/sql.h"

static void add_audits(struct store_world *w, int n)
{
	for (int i = 0; i < n; i++) {
		struct audit a = { .at_ms = 1000 * i, .actor = "op", .verb = "cluster start" };

		assert_int_equal(store_audit_add(w->st, &a, NULL), 0);
	}
}

static struct sql *beside(const struct store_world *w)
{
	struct sql *sql =
	    sql_open(w->path, &(struct sql_options){ .any_file_system = true }, NULL);

	assert_non_null(sql);
	return sql;
}

/* In pieces of two rows, as an engine that has other things to do. */
static int verify(struct store_world *w, struct audit_span *span, struct err *err)
{
	*span = (struct audit_span){ 0 };
	while (!span->done)
		if (store_audit_verify(w->st, span, 2, err) < 0)
			return -1;
	return 0;
}

static void prune(struct store_world *w, int64_t to, int64_t most)
{
	struct audit told = { .at_ms = 99000, .actor = "root", .role = "admin" };
	int64_t pruned;

	assert_int_equal(store_begin(w->st, NULL), 0);
	assert_int_equal(store_audit_prune(w->st, to, &told, &pruned, NULL), 0);
	assert_int_equal(store_commit(w->st, NULL), 0);
	assert_int_equal(pruned, most);
}

static void r10_1_an_audit_row_can_be_neither_changed_nor_removed(void **state)
{
	struct store_world *w = *state;
	struct audit_span span;
	struct sql *sql;

	add_audits(w, 3);
	sql = beside(w);
	assert_int_equal(sql_exec(sql, "UPDATE audit SET actor = 'x'", NULL), -1);
	assert_int_equal(sql_exec(sql, "DELETE FROM audit", NULL), -1);
	sql_close(sql);
	assert_int_equal(verify(w, &span, NULL), 0);
	assert_int_equal(span.rows, 3);
	assert_int_equal(span.first, 1);
}

static void r10_1_a_cut_audit_chain_is_found(void **state)
{
	struct store_world *w = *state;
	struct err err = ERR_INIT;
	struct audit_span span;
	struct sql *sql;

	add_audits(w, 5);
	sql = beside(w);
	assert_int_equal(sql_exec(sql, "DROP TRIGGER audit_no_delete", NULL), 0);
	assert_int_equal(sql_exec(sql, "DELETE FROM audit WHERE seq = 3", NULL), 0);
	sql_close(sql);
	assert_int_equal(verify(w, &span, &err), -1);
	assert_non_null(strstr(err.msg, "row 4"));
}

static void r10_3_a_pruned_chain_is_followed_from_where_it_begins(void **state)
{
	struct store_world *w = *state;
	struct audit_span span;

	add_audits(w, 6);
	prune(w, 4, 4);
	assert_int_equal(verify(w, &span, NULL), 0);
	assert_int_equal(span.rows, 3); /* 5, 6, and the one that tells of it */
	assert_int_equal(span.first, 5);
	assert_int_equal(span.last, 7);
	add_audits(w, 2);
	prune(w, 8, 4); /* the first one that told of a pruning goes as well */
	assert_int_equal(verify(w, &span, NULL), 0);
	assert_int_equal(span.first, 9);
}

static void r10_3_what_was_pruned_by_another_hand_is_found(void **state)
{
	struct store_world *w = *state;
	struct err err = ERR_INIT;
	struct audit_span span;
	struct sql *sql;

	add_audits(w, 6);
	prune(w, 2, 2);
	sql = beside(w);
	assert_int_equal(sql_exec(sql, "DROP TRIGGER audit_no_delete", NULL), 0);
	assert_int_equal(sql_exec(sql, "DELETE FROM audit WHERE seq = 3", NULL), 0);
	sql_close(sql);
	assert_int_equal(verify(w, &span, &err), -1);
	assert_non_null(strstr(err.msg, "begins at row 4"));
}

static void r10_3_a_range_without_its_row_removes_nothing(void **state)
{
	struct store_world *w = *state;
	struct audit_span span;
	struct sql *sql;

	add_audits(w, 5);
	sql = beside(w);
	assert_int_equal(sql_exec(sql, "INSERT INTO pruning VALUES(3, 5)", NULL), 0);
	assert_int_equal(sql_exec(sql, "DELETE FROM audit WHERE seq <= 3", NULL), -1);
	assert_int_equal(sql_exec(sql, "DELETE FROM pruning", NULL), 0);
	sql_close(sql);
	prune(w, 2, 2);
	sql = beside(w); /* a range that was pruned opens no other */
	assert_int_equal(sql_exec(sql, "INSERT INTO pruning VALUES(4, 6)", NULL), 0);
	assert_int_equal(sql_exec(sql, "DELETE FROM audit WHERE seq <= 4", NULL), -1);
	sql_close(sql);
	assert_int_equal(verify(w, &span, NULL), 0);
	assert_int_equal(span.first, 3);
}

static void r10_3_only_what_is_older_in_whole_is_before_a_time(void **state)
{
	struct store_world *w = *state;
	struct audit late = { .at_ms = 500 }; /* the clock was set back */
	int64_t seq;

	assert_int_equal(store_audit_before(w->st, 9000, &seq, NULL), 0);
	assert_int_equal(seq, 0);
	add_audits(w, 5);
	assert_int_equal(store_audit_add(w->st, &late, NULL), 0);
	assert_int_equal(store_audit_before(w->st, 3000, &seq, NULL), 0);
	assert_int_equal(seq, 3);
	assert_int_equal(store_audit_before(w->st, 9000, &seq, NULL), 0);
	assert_int_equal(seq, 6);
}

static void r9_1_each_version_of_a_definition_can_be_read_again(void **state)
{
	struct store_world *w = *state;
	struct cluster then = { 0 };
	struct edition *v;
	size_t n;

	w->c.version = 4;
	assert_int_equal(store_edition_add(w->st, &w->c, "op", "create", NULL), 0);
	w->c.version = 5;
	w->c.spec.head_disk_gib = 64;
	assert_int_equal(store_edition_add(w->st, &w->c, "bob", "update", NULL), 0);
	assert_int_equal(store_edition_add(w->st, &w->c, "eve", "again", NULL), 0);
	assert_int_equal(store_edition_get(w->st, w->c.id, 4, &then, NULL), 0);
	assert_int_equal(then.spec.head_disk_gib, 30);
	cluster_clear(&then);
	assert_int_equal(store_edition_get(w->st, w->c.id, 3, &then, NULL), -1);
	assert_int_equal(store_editions_since(w->st, w->c.id, 4, &v, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_string_equal(v[0].actor, "bob");
	free(v);
}

static void r10_1_a_digest_is_of_what_the_object_is(void **state)
{
	struct store_world *w = *state;
	char a[65], b[65], c[65];

	store_digest_cluster(a, &w->c);
	store_digest_cluster(b, &w->c);
	assert_string_equal(a, b);
	w->c.paused = true;
	store_digest_cluster(c, &w->c);
	assert_string_not_equal(a, c);
}

static void only_the_last_jobs_are_kept(void **state)
{
	struct store_world *w = *state;
	struct job_record *v;
	size_t n;

	for (int i = 1; i <= 5; i++) {
		struct job_record j = { .submit_s = i, .end_s = 100 + i };

		snprintf(j.id, sizeof(j.id), "%d", i);
		assert_int_equal(store_job_seen(w->st, w->c.id, &j, NULL), 0);
	}
	assert_int_equal(store_jobs_forget_most(w->st, 3, NULL), 0);
	assert_int_equal(store_jobs_ended(w->st, w->c.id, 0, 100, &v, &n, NULL), 0);
	assert_int_equal(n, 3);
	assert_string_equal(v[2].id, "3");
	free(v);
}

static void jobs_that_ended_at_once_stand_by_their_numbers(void **state)
{
	static const char *const ids[] = { "43_40", "43_4", "7", "43_39", "43_10" };
	static const char *const by[] = { "7", "43_4", "43_10", "43_39", "43_40" };
	struct store_world *w = *state;
	struct job_record *v;
	size_t n;

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		struct job_record j = { .submit_s = 1, .end_s = i == 2 ? 200 : 100 };

		snprintf(j.id, sizeof(j.id), "%s", ids[i]);
		assert_int_equal(store_job_seen(w->st, w->c.id, &j, NULL), 0);
	}
	assert_int_equal(store_jobs_ended(w->st, w->c.id, 0, 100, &v, &n, NULL), 0);
	assert_int_equal(n, ARRAY_LEN(by));
	for (size_t i = 0; i < n; i++)
		assert_string_equal(v[i].id, by[i]);
	free(v);
}

#define T(f) cmocka_unit_test_setup_teardown(f, store_world_up, store_world_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(r10_1_an_audit_row_can_be_neither_changed_nor_removed),
		T(r10_1_a_cut_audit_chain_is_found),
		T(r10_3_a_pruned_chain_is_followed_from_where_it_begins),
		T(r10_3_what_was_pruned_by_another_hand_is_found),
		T(r10_3_a_range_without_its_row_removes_nothing),
		T(r10_3_only_what_is_older_in_whole_is_before_a_time),
		T(r9_1_each_version_of_a_definition_can_be_read_again),
		T(r10_1_a_digest_is_of_what_the_object_is),
		T(only_the_last_jobs_are_kept),
		T(jobs_that_ended_at_once_stand_by_their_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
