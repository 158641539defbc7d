/*
 * R2.11: stores as the programs of each version left them (golden/vN.sql) are brought to
 * today's, with all that was in them. Whoever adds a migration adds the file of the version it
 * makes; the ones before are never changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/sql.h"
#include "store/store.h"
#include "store/store_private.h"

struct world {
	char dir[64];
	char *path;
};

static int up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	const char *tmp = getenv("TMPDIR");

	snprintf(w->dir, sizeof(w->dir), "%.40s/golden-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(w->dir));
	w->path = xasprintf("%s/engine.db", w->dir);
	*state = w;
	return 0;
}

static int down(void **state)
{
	struct world *w = *state;

	file_remove_tree(w->dir, NULL);
	free(w->path);
	free(w);
	return 0;
}

static int64_t versions(void)
{
	int64_t n = 0;

	while (store_migrations[n])
		n++;
	return n;
}

static struct sql *raw(const char *path)
{
	struct sql *sql =
	    sql_open(path, &(struct sql_options){ .any_file_system = true }, NULL);

	assert_non_null(sql);
	return sql;
}

static void lay_down(const struct world *w, int64_t version)
{
	char *file = xasprintf("tests/unit/store/golden/v%lld.sql", (long long)version);
	struct buf text = BUF_INIT(1 << 20);
	struct sql *sql = raw(w->path);
	struct err err = ERR_INIT;

	file_read(&text, file, &err);
	assert_string_equal(err.msg, "");
	sql_exec(sql, buf_str(&text), &err);
	assert_string_equal(err.msg, "");
	sql_close(sql);
	buf_clear(&text);
	free(file);
}

static void what_was_in_it_is_there(struct store *st)
{
	struct cluster *clusters;
	struct node *nodes;
	struct event *events;
	struct job_record job;
	struct err err = ERR_INIT;
	size_t n;

	assert_string_equal(store_engine_id(st), "00112233445566778899aabbccddeeff");
	store_clusters(st, &clusters, &n, true, &err);
	assert_string_equal(err.msg, "");
	assert_int_equal(n, 2);
	assert_string_equal(clusters[0].name, "alpha");
	assert_int_equal(clusters[0].version, 3);
	for (size_t i = 0; i < n; i++)
		cluster_clear(&clusters[i]);
	free(clusters);
	assert_int_equal(store_nodes(st, 1, &nodes, &n, false, NULL), 0);
	assert_int_equal(n, 1);
	assert_string_equal(nodes[0].name, "htc-1");
	free(nodes);
	assert_int_equal(store_events(st, 1, 0, 10, &events, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_string_equal(events[0].text, "created from template slurm");
	free(events);
	assert_int_equal(store_job_find(st, 1, "12", &job, NULL), 0);
	assert_string_equal(job.user, "ann");
}

/* Every table, index and trigger as its text. */
static void schema_of(struct buf *out, const char *path)
{
	struct sql *sql = raw(path);
	struct stmt s = stmt_open(sql, "SELECT type, name, sql FROM sqlite_master"
				       " WHERE sql IS NOT NULL ORDER BY type, name");

	while (stmt_row(&s))
		buf_addf(out, "%s %s %s\n", stmt_col_text(&s, 0), stmt_col_text(&s, 1),
			 stmt_col_text(&s, 2));
	assert_int_equal(stmt_done(&s, NULL), 0);
	sql_close(sql);
}

static void migrates(const struct world *w, int64_t version, const struct buf *today)
{
	struct buf schema = BUF_INIT(1 << 20);
	char *before = xasprintf("%s.before-v%lld", w->path, (long long)versions());
	struct err err = ERR_INIT;
	struct store *st;

	lay_down(w, version);
	st = store_open(w->path, true, &err);
	assert_string_equal(err.msg, "");
	what_was_in_it_is_there(st);
	store_close(st);
	schema_of(&schema, w->path);
	assert_string_equal(buf_str(&schema), buf_str(today));
	assert_int_equal(file_exists(before), version < versions());
	buf_clear(&schema);
	unlink(before);
	unlink(w->path);
	free(before);
}

static void a_store_of_each_version_becomes_todays(void **state)
{
	struct world *w = *state;
	struct buf today = BUF_INIT(1 << 20);
	struct store *st = store_open(w->path, true, NULL);

	assert_non_null(st);
	store_close(st);
	schema_of(&today, w->path);
	unlink(w->path);
	for (int64_t v = 1; v <= versions(); v++)
		migrates(w, v, &today);
	buf_clear(&today);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_store_of_each_version_becomes_todays, up,
						down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
