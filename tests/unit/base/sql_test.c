#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/sql.h"

struct bench {
	char dir[256], path[320];
	struct sql *db;
	struct err err;
};

static const struct sql_options anywhere = { .any_file_system = true };

#define TABLE                                                                                  \
	"CREATE TABLE node(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, x REAL) STRICT"

static int open_bench(void **state)
{
	struct bench *b = xcalloc(1, sizeof(*b));
	const char *tmp = getenv("TMPDIR");

	snprintf(b->dir, sizeof(b->dir), "%s/sql-test-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(b->dir))
		return -1;
	snprintf(b->path, sizeof(b->path), "%s/store.db", b->dir);
	b->db = sql_open(b->path, &anywhere, &b->err);
	*state = b;
	return b->db ? sql_exec(b->db, TABLE, &b->err) : -1;
}

static int close_bench(void **state)
{
	struct bench *b = *state;
	int rc;

	sql_close(b->db);
	rc = file_remove_tree(b->dir, NULL);
	free(b);
	return rc;
}

static void reopen(struct bench *b)
{
	sql_close(b->db);
	b->db = sql_open(b->path, &anywhere, &b->err);
	if (!b->db)
		fail_msg("%s", b->err.msg);
}

static int add(struct bench *b, const char *name)
{
	struct stmt s = stmt_open(b->db, "INSERT INTO node(name) VALUES(?)");

	stmt_text(&s, 1, name);
	return stmt_run(&s, &b->err);
}

static int64_t count(struct bench *b)
{
	struct stmt s = stmt_open(b->db, "SELECT count(*) FROM node");
	int64_t n = stmt_row(&s) ? stmt_col_int(&s, 0) : -1;

	return stmt_done(&s, &b->err) == 0 ? n : -1;
}

static int64_t pragma(struct bench *b, const char *text)
{
	struct stmt s = stmt_open(b->db, text);
	int64_t n = stmt_row(&s) ? stmt_col_int(&s, 0) : -1;

	return stmt_done(&s, &b->err) == 0 ? n : -1;
}

/* R2.1 */
static void a_store_is_opened_under_the_rules(void **state)
{
	struct bench *b = *state;
	struct stmt s = stmt_open(b->db, "PRAGMA journal_mode");

	assert_true(stmt_row(&s));
	assert_string_equal(stmt_col_text(&s, 0), "wal");
	assert_int_equal(stmt_done(&s, NULL), 0);
	assert_int_equal(pragma(b, "PRAGMA synchronous"), 2);
	assert_int_equal(pragma(b, "PRAGMA foreign_keys"), 1);
	assert_int_equal(pragma(b, "PRAGMA trusted_schema"), 0);
	assert_int_equal(pragma(b, "PRAGMA busy_timeout"), 5000);
	/* defensive: the schema's own table cannot be written, even when asked */
	sql_exec(b->db, "PRAGMA writable_schema = ON", NULL);
	assert_int_equal(sql_exec(b->db, "DELETE FROM sqlite_schema", &b->err), -1);
	assert_int_equal(sql_exec(b->db, "SELECT load_extension('x')", &b->err), -1);
	assert_non_null(strstr(b->err.msg, "not authorized"));
}

static mode_t mode_of(const char *path, const char *suffix)
{
	char *file = xasprintf("%s%s", path, suffix);
	struct stat st = { 0 };

	assert_int_equal(stat(file, &st), 0);
	free(file);
	return st.st_mode & 07777;
}

/* R2.1 */
static void files_are_private_under_any_umask(void **state)
{
	static const mode_t masks[] = { 0, 077, 0777 };
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_LEN(masks); i++) {
		mode_t old = umask(masks[i]);
		struct bench other = { 0 };
		char *backup;

		snprintf(other.path, sizeof(other.path), "%s/umask-%zu.db", b->dir, i);
		other.db = sql_open(other.path, &anywhere, &b->err);
		assert_non_null(other.db);
		assert_int_equal(sql_exec(other.db, TABLE, &b->err), 0);
		backup = xasprintf("%s.backup", other.path);
		assert_int_equal(sql_backup(other.db, backup, &b->err), 0);
		umask(old);
		assert_int_equal(mode_of(other.path, ""), 0600);
		assert_int_equal(mode_of(other.path, "-wal"), 0600);
		assert_int_equal(mode_of(other.path, "-shm"), 0600);
		assert_int_equal(mode_of(backup, ""), 0600);
		sql_close(other.db);
		free(backup);
	}
	assert_int_equal(chmod(b->path, 0644), 0);
	reopen(b);
	assert_int_equal(mode_of(b->path, ""), 0600);
}

static void refuses_links_and_directories_in_place_of_the_file(void **state)
{
	struct bench *b = *state;
	char *path = xasprintf("%s/link.db", b->dir);

	assert_int_equal(symlink(b->path, path), 0);
	assert_null(sql_open(path, &anywhere, &b->err));
	assert_int_equal(b->err.code, ERR_DENIED);
	assert_null(sql_open(b->dir, &anywhere, &b->err));
	assert_int_equal(b->err.code, ERR_DENIED);
	free(path);
}

/* R2.2 */
static void refuses_a_store_in_memory_unless_told(void **state)
{
	char dir[] = "/dev/shm/sql-test-XXXXXX", path[64];
	struct bench *b = *state;
	struct statfs fs;
	struct sql *db;

	if (statfs("/dev/shm", &fs) != 0 || fs.f_type != 0x01021994 || !mkdtemp(dir))
		skip();
	snprintf(path, sizeof(path), "%s/store.db", dir);
	assert_null(sql_open(path, NULL, &b->err));
	assert_int_equal(b->err.code, ERR_UNSUPPORTED);
	assert_int_equal(access(path, F_OK), -1);
	db = sql_open(path, &anywhere, &b->err);
	assert_non_null(db);
	sql_close(db);
	assert_int_equal(file_remove_tree(dir, NULL), 0);
}

static void says_that_a_file_is_no_store(void **state)
{
	struct bench *b = *state;
	char *path = xasprintf("%s/text.db", b->dir);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	char text[4096];

	memset(text, 'x', sizeof(text));
	assert_int_equal(write(fd, text, sizeof(text)), sizeof(text));
	close(fd);
	assert_null(sql_open(path, &anywhere, &b->err));
	assert_int_equal(b->err.code, ERR_PARSE);
	assert_non_null(strstr(b->err.msg, "restore the last backup"));
	free(path);
}

static void values_come_back_as_they_were_bound(void **state)
{
	struct bench *b = *state;
	struct stmt s = stmt_open(b->db, "INSERT INTO node(id, name, x) VALUES(?, ?, ?)");

	stmt_int(&s, 1, INT64_MAX);
	stmt_text(&s, 2, "it's \xc3\xa4");
	stmt_real(&s, 3, 0.5);
	assert_int_equal(stmt_run(&s, &b->err), 0);
	assert_true(sql_last_id(b->db) == INT64_MAX);
	s = stmt_open(b->db, "INSERT INTO node(id, name, x) VALUES(?, ?, ?)");
	stmt_int(&s, 1, 1);
	stmt_text(&s, 2, "second");
	stmt_null(&s, 3);
	assert_int_equal(stmt_run(&s, &b->err), 0);
	s = stmt_open(b->db, "SELECT id, name, x FROM node ORDER BY id DESC");
	assert_true(stmt_row(&s));
	assert_true(stmt_col_int(&s, 0) == INT64_MAX);
	assert_string_equal(stmt_col_text(&s, 1), "it's \xc3\xa4");
	assert_true(stmt_col_real(&s, 2) == 0.5);
	assert_false(stmt_col_null(&s, 2));
	assert_true(stmt_row(&s));
	assert_true(stmt_col_null(&s, 2));
	assert_string_equal(stmt_col_text(&s, 2), "");
	assert_false(stmt_row(&s));
	assert_false(stmt_row(&s)); /* and does not start again */
	assert_int_equal(stmt_done(&s, &b->err), 0);
	s = stmt_open(b->db, "UPDATE node SET x = 1");
	assert_int_equal(stmt_run(&s, &b->err), 0);
}

static void a_bound_value_does_not_outlive_its_statement(void **state)
{
	struct bench *b = *state;
	struct stmt s;

	assert_int_equal(add(b, "a"), 0);
	s = stmt_open(b->db, "INSERT INTO node(name) VALUES(?)");
	assert_int_equal(stmt_run(&s, &b->err), -1); /* NULL, not "a" from the cache */
	assert_non_null(strstr(b->err.msg, "NOT NULL"));
}

static void the_same_text_can_run_inside_its_own_loop(void **state)
{
	static const char text[] = "SELECT name FROM node ORDER BY id";
	struct bench *b = *state;
	struct stmt outer, inner;
	int rows = 0;

	assert_int_equal(add(b, "a"), 0);
	assert_int_equal(add(b, "b"), 0);
	outer = stmt_open(b->db, text);
	while (stmt_row(&outer)) {
		inner = stmt_open(b->db, text);
		while (stmt_row(&inner))
			rows++;
		assert_int_equal(stmt_done(&inner, &b->err), 0);
	}
	assert_int_equal(stmt_done(&outer, &b->err), 0);
	assert_int_equal(rows, 4);
}

static void the_first_failure_is_told_at_the_end(void **state)
{
	struct bench *b = *state;
	struct stmt s = stmt_open(b->db, "SELECT missing FROM nowhere");

	stmt_text(&s, 1, "x");
	assert_false(stmt_row(&s));
	assert_string_equal(stmt_col_text(&s, 0), "");
	assert_int_equal(stmt_done(&s, &b->err), -1);
	assert_int_equal(b->err.code, ERR_INTERNAL);
	assert_non_null(strstr(b->err.msg, "no such table"));
	assert_null(strstr(b->err.msg, "SELECT"));
	s = stmt_open(b->db, "INSERT INTO node(name) VALUES(?)");
	stmt_int(&s, 7, 1);
	stmt_text(&s, 1, "x");
	assert_int_equal(stmt_run(&s, &b->err), -1);
	assert_int_equal(count(b), 0);
	assert_int_equal(add(b, "a"), 0);
	assert_int_equal(add(b, "a"), -1);
	assert_int_equal(b->err.code, ERR_EXISTS);
	assert_int_equal(add(b, "b"), 0); /* the cached statement is none the worse */
}

static void nested_transactions_commit_with_the_outermost(void **state)
{
	struct bench *b = *state;

	assert_int_equal(sql_begin(b->db, &b->err), 0);
	assert_int_equal(sql_begin(b->db, &b->err), 0);
	assert_int_equal(add(b, "a"), 0);
	assert_int_equal(sql_commit(b->db, &b->err), 0);
	assert_int_equal(sql_begin(b->db, &b->err), 0);
	sql_rollback(b->db); /* all of it */
	assert_int_equal(count(b), 0);
	assert_int_equal(sql_commit(b->db, &b->err), -1);
	assert_int_equal(b->err.code, ERR_INTERNAL);
	assert_int_equal(sql_begin(b->db, &b->err), 0);
	assert_int_equal(add(b, "b"), 0);
	assert_int_equal(sql_commit(b->db, &b->err), 0);
	reopen(b);
	assert_int_equal(count(b), 1);
}

/* R2.3 */
static void a_second_writer_is_a_conflict_and_not_an_unknown(void **state)
{
	struct bench *b = *state;
	struct sql *other = sql_open(b->path, &anywhere, &b->err);

	assert_non_null(other);
	assert_int_equal(sql_exec(other, "PRAGMA busy_timeout = 0", &b->err), 0);
	assert_int_equal(sql_begin(b->db, &b->err), 0);
	assert_int_equal(sql_begin(other, &b->err), -1);
	assert_int_equal(b->err.code, ERR_CONFLICT);
	sql_rollback(b->db);
	assert_int_equal(sql_begin(other, &b->err), 0);
	sql_rollback(other);
	sql_close(other);
}

/* Fills the store up to max_page_count, as a full disk would. Returns the failing call's code.
 */
static void fill(struct bench *b, bool in_transaction)
{
	char name[2000];
	int rc = 0;

	assert_int_equal(pragma(b, "PRAGMA max_page_count = 40"), 40);
	if (in_transaction)
		assert_int_equal(sql_begin(b->db, &b->err), 0);
	for (int i = 0; i < 1000 && rc == 0; i++) {
		snprintf(name, sizeof(name), "%d%01900d", i, 0);
		rc = add(b, name);
	}
	assert_int_equal(rc, -1);
}

/* R2.5 */
static void a_full_disk_is_told_apart(void **state)
{
	struct bench *b = *state;
	int64_t before;

	fill(b, false);
	assert_int_equal(b->err.code, ERR_FULL);
	assert_non_null(strstr(b->err.msg, "the disk of "));
	assert_non_null(
	    strstr(b->err.msg, "KiB are free; nothing was changed: free some space"));
	assert_null(strstr(b->err.msg, "INSERT"));
	before = count(b);
	assert_true(before > 10);
	reopen(b);
	assert_int_equal(count(b), before); /* what was acknowledged is there */
	assert_int_equal(sql_check(b->db, true, &b->err), 0);
}

static void nothing_of_a_transaction_that_hit_a_full_disk_is_stored(void **state)
{
	struct bench *b = *state;
	int rc;

	assert_int_equal(add(b, "kept"), 0);
	fill(b, true);
	assert_int_equal(b->err.code, ERR_FULL);
	rc = add(
	    b,
	    "short"); /* SQLite may have undone the transaction: then this is refused as well */
	if (rc == 0)
		sql_rollback(b->db);
	else
		assert_int_equal(sql_commit(b->db, &b->err), -1);
	assert_int_equal(count(b), 1);
}

static void what_follows_an_undone_transaction_is_refused(void **state)
{
	struct bench *b = *state;

	assert_int_equal(sql_begin(b->db, &b->err), 0);
	assert_int_equal(add(b, "a"), 0);
	assert_int_equal(sql_exec(b->db, "ROLLBACK", &b->err),
			 0); /* as SQLite does by itself on a failure */
	assert_int_equal(add(b, "b"), -1);
	assert_non_null(strstr(b->err.msg, "undid this transaction"));
	assert_int_equal(sql_begin(b->db, &b->err), -1);
	assert_int_equal(sql_commit(b->db, &b->err), -1);
	assert_int_equal(count(b), 0);
	assert_int_equal(add(b, "c"), 0);
}

static void a_broken_reference_at_commit_is_known_to_be_undone(void **state)
{
	struct bench *b = *state;

	assert_int_equal(
	    sql_exec(b->db,
		     "CREATE TABLE job(n INTEGER REFERENCES node(id) DEFERRABLE INITIALLY "
		     "DEFERRED) STRICT",
		     &b->err),
	    0);
	assert_int_equal(sql_begin(b->db, &b->err), 0);
	assert_int_equal(sql_exec(b->db, "INSERT INTO job VALUES(77)", &b->err), 0);
	assert_int_equal(sql_commit(b->db, &b->err), -1);
	assert_int_equal(b->err.code, ERR_INVALID);
	assert_int_equal(pragma(b, "SELECT count(*) FROM job"), 0);
}

static const char *const v1[] = { "CREATE TABLE t(a INTEGER) STRICT; INSERT INTO t VALUES(1)",
				  NULL };
static const char *const v3[] = { "CREATE TABLE t(a INTEGER) STRICT; INSERT INTO t VALUES(1)",
				  "ALTER TABLE t ADD COLUMN b INTEGER",
				  "UPDATE t SET b = a + 1", NULL };
static const char *const broken[] = {
	"CREATE TABLE t(a INTEGER) STRICT; INSERT INTO t VALUES(1)",
	"ALTER TABLE t ADD COLUMN b INTEGER",
	"INSERT INTO t VALUES(5, 5); SELECT * FROM nowhere", NULL
};

/* R2.9, R2.11 */
static void migrations_run_once_with_a_backup_before(void **state)
{
	struct bench *b = *state;
	char *backup = xasprintf("%s.before-v3", b->path);
	int64_t version = -1;
	struct sql *old;

	assert_int_equal(sql_migrate(b->db, v1, &b->err), 0);
	assert_int_equal(sql_migrate(b->db, v1, &b->err), 0);
	assert_int_equal(access(backup, F_OK), -1);
	assert_int_equal(sql_migrate(b->db, v3, &b->err), 0);
	assert_int_equal(sql_version(b->db, &version, &b->err), 0);
	assert_int_equal(version, 3);
	assert_int_equal(pragma(b, "SELECT b FROM t"), 2);
	assert_int_equal(pragma(b, "PRAGMA foreign_keys"), 1);
	old = sql_open(backup, &anywhere, &b->err);
	assert_non_null(old);
	assert_int_equal(sql_version(old, &version, &b->err), 0);
	assert_int_equal(version, 1);
	sql_close(old);
	free(backup);
}

static void a_failed_migration_leaves_the_version_before_it(void **state)
{
	struct bench *b = *state;
	int64_t version = -1;

	assert_int_equal(sql_migrate(b->db, broken, &b->err), -1);
	assert_non_null(strstr(b->err.msg, "migration to version 3"));
	assert_int_equal(sql_version(b->db, &version, &b->err), 0);
	assert_int_equal(version, 2);
	assert_int_equal(pragma(b, "SELECT count(*) FROM t"), 1);
	assert_int_equal(pragma(b, "PRAGMA foreign_keys"), 1);
	assert_int_equal(sql_migrate(b->db, v3, &b->err), 0);
}

static void a_migration_may_rebuild_a_table_but_not_break_references(void **state)
{
	static const char *const rebuild[] = {
		"CREATE TABLE c(id INTEGER PRIMARY KEY); CREATE TABLE n(c INTEGER REFERENCES c(id) ON DELETE CASCADE);"
		"INSERT INTO c VALUES(1); INSERT INTO n VALUES(1)",
		"CREATE TABLE c2(id INTEGER PRIMARY KEY, x); INSERT INTO c2 SELECT id, 0 FROM c; DROP TABLE c;"
		"ALTER TABLE c2 RENAME TO c",
		"DELETE FROM c", NULL
	};
	struct bench *b = *state;

	assert_int_equal(sql_migrate(b->db, rebuild, &b->err), -1);
	assert_non_null(strstr(b->err.msg, "table n "));
	assert_int_equal(pragma(b, "PRAGMA user_version"), 2);
	assert_int_equal(pragma(b, "SELECT count(*) FROM n"),
			 1); /* the rebuild did not cascade */
}

/* R2.11 */
static void a_newer_file_is_refused_with_both_numbers(void **state)
{
	struct bench *b = *state;

	assert_int_equal(sql_migrate(b->db, v3, &b->err), 0);
	assert_int_equal(sql_migrate(b->db, v1, &b->err), -1);
	assert_int_equal(b->err.code, ERR_UNSUPPORTED);
	assert_non_null(strstr(b->err.msg, "has version 3"));
	assert_non_null(strstr(b->err.msg, "only up to 1"));
	assert_non_null(strstr(b->err.msg, "restore a backup")); /* none was made here */
}

static void a_backup_of_a_live_store_has_every_row(void **state)
{
	struct bench *b = *state;
	struct strs names = STRS_INIT(100);
	char *path = xasprintf("%s/it's a backup.db", b->dir), name[16];
	struct bench copy = { 0 };

	for (int i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		assert_int_equal(add(b, name), 0);
	}
	assert_int_equal(sql_backup(b->db, path, &b->err), 0);
	assert_int_equal(sql_backup(b->db, path, &b->err), 0); /* replaces */
	copy.db = sql_open(path, &anywhere, &b->err);
	assert_non_null(copy.db);
	assert_int_equal(count(&copy), 50);
	sql_close(copy.db);
	assert_int_equal(file_list(&names, b->dir, &b->err), 0);
	assert_int_equal(names.n, 4); /* store, -wal, -shm, backup: no temporary file is left */
	strs_clear(&names);
	assert_int_equal(sql_backup(b->db, "/nonexistent/x.db", &b->err), -1);
	free(path);
}

/* R2.7 */
static void a_damaged_page_is_found_by_the_check(void **state)
{
	struct bench *b = *state;
	char name[2000], junk[4096];
	int fd;

	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "%d%01900d", i, 0);
		assert_int_equal(add(b, name), 0);
	}
	assert_int_equal(sql_check(b->db, false, &b->err), 0);
	assert_int_equal(sql_check(b->db, true, &b->err), 0);
	sql_close(b->db);
	memset(junk, 0xa5, sizeof(junk));
	fd = open(b->path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, junk, sizeof(junk), 4096 * 4), sizeof(junk));
	close(fd);
	b->db = sql_open(b->path, &anywhere, &b->err);
	assert_non_null(b->db);
	assert_int_equal(sql_check(b->db, false, &b->err), -1);
	assert_int_equal(b->err.code, ERR_PARSE);
	assert_non_null(strstr(b->err.msg, "restore"));
}

/* R2.6 */
static void a_file_that_was_moved_away_is_noticed(void **state)
{
	struct bench *b = *state;
	char *moved = xasprintf("%s.moved", b->path);
	int fd;

	assert_true(sql_same_file(b->db, b->path));
	assert_int_equal(rename(b->path, moved), 0);
	assert_false(sql_same_file(b->db, b->path));
	fd = open(b->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	close(fd);
	assert_false(sql_same_file(b->db, b->path));
	assert_true(sql_same_file(b->db, moved));
	free(moved);
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_store_is_opened_under_the_rules),
		T(files_are_private_under_any_umask),
		T(refuses_links_and_directories_in_place_of_the_file),
		T(refuses_a_store_in_memory_unless_told),
		T(says_that_a_file_is_no_store),
		T(values_come_back_as_they_were_bound),
		T(a_bound_value_does_not_outlive_its_statement),
		T(the_same_text_can_run_inside_its_own_loop),
		T(the_first_failure_is_told_at_the_end),
		T(nested_transactions_commit_with_the_outermost),
		T(a_second_writer_is_a_conflict_and_not_an_unknown),
		T(a_full_disk_is_told_apart),
		T(nothing_of_a_transaction_that_hit_a_full_disk_is_stored),
		T(what_follows_an_undone_transaction_is_refused),
		T(a_broken_reference_at_commit_is_known_to_be_undone),
		T(migrations_run_once_with_a_backup_before),
		T(a_failed_migration_leaves_the_version_before_it),
		T(a_migration_may_rebuild_a_table_but_not_break_references),
		T(a_newer_file_is_refused_with_both_numbers),
		T(a_backup_of_a_live_store_has_every_row),
		T(a_damaged_page_is_found_by_the_check),
		T(a_file_that_was_moved_away_is_noticed),
	};

	return cmocka_run_group_tests_name("sql", tests, NULL, NULL);
}
