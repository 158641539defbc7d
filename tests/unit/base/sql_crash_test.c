/* Power-cut-like ends of a writer: SIGKILL at any point, at each failpoint, and a disk that
 * fails to sync. */
#define _GNU_SOURCE /* syscall() */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/sql.h"

#define KILLS 20
#define SEED  20261122

static const struct sql_options anywhere = { .any_file_system = true };

static struct {
	int syncs_fail; /* nonzero: errno of every sync */
} disk;

/* These stand before libc's for SQLite too, so that a test can break the disk. */
int fdatasync(int fd)
{
	if (disk.syncs_fail == 0)
		return (int)syscall(SYS_fdatasync, fd);
	errno = disk.syncs_fail;
	return -1;
}

int fsync(int fd)
{
	if (disk.syncs_fail == 0)
		return (int)syscall(SYS_fsync, fd);
	errno = disk.syncs_fail;
	return -1;
}

struct bench {
	char dir[256], path[320];
};

static struct sql *open_store(const struct bench *b)
{
	struct err err = ERR_INIT;
	struct sql *db = sql_open(b->path, &anywhere, &err);

	if (!db)
		fprintf(stderr, "%s\n", err.msg);
	return db;
}

/* The parent commits nothing by sql_commit(): a child's failpoints are then read afresh from
 * its environment. */
static int open_bench(void **state)
{
	struct bench *b = xcalloc(1, sizeof(*b));
	const char *tmp = getenv("TMPDIR");
	struct sql *db;
	int rc;

	snprintf(b->dir, sizeof(b->dir), "%s/sql-crash-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(b->dir))
		return -1;
	snprintf(b->path, sizeof(b->path), "%s/store.db", b->dir);
	*state = b;
	db = open_store(b);
	rc = db ? sql_exec(db, "CREATE TABLE row(id INTEGER PRIMARY KEY, half INTEGER) STRICT",
			   NULL)
		: -1;
	sql_close(db);
	return rc;
}

static int close_bench(void **state)
{
	struct bench *b = *state;
	int rc;

	disk.syncs_fail = 0;
	rc = file_remove_tree(b->dir, NULL);
	free(b);
	return rc;
}

/* One transaction of two rows: 2 * n and 2 * n + 1. */
static int add_pair(struct sql *db, int64_t n, struct err *err)
{
	struct stmt s;

	if (sql_begin(db, err) != 0)
		return -1;
	for (int64_t half = 0; half < 2; half++) {
		s = stmt_open(db, "INSERT INTO row(id, half) VALUES(?, ?)");
		stmt_int(&s, 1, 2 * n + half);
		stmt_int(&s, 2, half);
		if (stmt_run(&s, err) != 0) {
			sql_rollback(db);
			return -1;
		}
	}
	return sql_commit(db, err);
}

static int64_t number(struct sql *db, const char *text)
{
	struct stmt s = stmt_open(db, text);
	int64_t n = stmt_row(&s) ? stmt_col_int(&s, 0) : -1;

	return stmt_done(&s, NULL) == 0 ? n : -1;
}

/* Commits pairs from first on and tells each through out after its commit, until it is killed.
 */
static _Noreturn void write_until_killed(const struct bench *b, int64_t first, int out)
{
	struct sql *db = open_store(b);

	alarm(60); /* never outlives a broken test */
	for (int64_t n = first; db; n++) {
		if (add_pair(db, n, NULL) != 0 || write(out, &n, sizeof(n)) != sizeof(n))
			break;
	}
	_exit(1);
}

/* Kills a writer after so many answers; returns the last pair that was acknowledged before it
 * died. */
static int64_t kill_a_writer(const struct bench *b, int64_t first, uint64_t answers)
{
	int64_t last = first - 1, n;
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(fds[0]);
		write_until_killed(b, first, fds[1]);
	}
	close(fds[1]);
	for (uint64_t i = 0; i < answers && read(fds[0], &n, sizeof(n)) == sizeof(n); i++)
		last = n;
	kill(pid, SIGKILL);
	while (read(fds[0], &n, sizeof(n)) == sizeof(n)) /* acknowledged on the way */
		last = n;
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	return last;
}

static void no_acknowledged_row_is_lost_when_the_writer_is_killed(void **state)
{
	struct bench *b = *state;
	struct err err = ERR_INIT;
	int64_t acknowledged = -1, pairs;
	struct sql *db;
	struct rng rng;

	rng_seed(&rng, SEED);
	for (int i = 0; i < KILLS; i++) {
		acknowledged = kill_a_writer(b, acknowledged + 1, 1 + rng_below(&rng, 12));
		db = open_store(b);
		assert_non_null(db);
		pairs = number(db, "SELECT count(*) FROM row") / 2;
		/* The next may be stored without its answer having been sent; nothing beyond it
		 * can. */
		assert_in_range(pairs, acknowledged + 1, acknowledged + 2);
		assert_int_equal(number(db, "SELECT max(id) FROM row"), 2 * pairs - 1);
		assert_int_equal(number(db, "SELECT sum(half) FROM row"), pairs);
		if (sql_check(db, true, &err) != 0)
			fail_msg("%s", err.msg);
		sql_close(db);
		acknowledged = pairs - 1;
	}
	assert_true(acknowledged >= KILLS - 1);
}

/* Runs one add_pair() in a child with a failpoint set. Returns the child's wait status; it
 * exits with err.code. */
static int add_with_failpoint(const struct bench *b, const char *failpoint)
{
	struct err err = ERR_INIT;
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		struct sql *db = open_store(b);

		setenv("PACELINE_FAILPOINT", failpoint, 1);
		_exit(db && add_pair(db, 0, &err) != 0 ? (int)err.code : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void assert_rows(const struct bench *b, int64_t want)
{
	struct sql *db = open_store(b);

	assert_non_null(db);
	assert_int_equal(number(db, "SELECT count(*) FROM row"), want);
	sql_close(db);
}

static void a_kill_before_the_commit_stores_nothing(void **state)
{
	int status = add_with_failpoint(*state, "sql.commit.before:kill");

	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_rows(*state, 0);
}

static void a_kill_after_the_commit_stores_all(void **state)
{
	int status = add_with_failpoint(*state, "sql.commit.after:kill");

	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_rows(*state, 2);
}

static void an_error_before_the_commit_is_an_undone_one(void **state)
{
	int status = add_with_failpoint(*state, "sql.commit.before:error");

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), ERR_IO);
	assert_rows(*state, 0);
}

static void an_error_after_the_commit_is_an_unknown_one(void **state)
{
	int status = add_with_failpoint(*state, "sql.commit.after:error");

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), ERR_UNKNOWN);
	assert_rows(*state, 2);
}

/* In a child, so that this process has passed no failpoint. Exits with 0 when all is as it
 * should be. */
static _Noreturn void commit_on_a_bad_disk(const struct bench *b)
{
	struct sql *db = open_store(b);
	struct err err = ERR_INIT;
	struct stmt s;

	disk.syncs_fail = EIO;
	if (!db || add_pair(db, 1, &err) == 0 || err.code != ERR_UNKNOWN ||
	    !strstr(err.msg, "restart the engine"))
		_exit(1);
	/* A statement outside a transaction is its own commit. */
	s = stmt_open(db, "INSERT INTO row(id) VALUES(1000)");
	if (stmt_run(&s, &err) == 0 || err.code != ERR_UNKNOWN)
		_exit(2);
	if (sql_exec(db, "INSERT INTO row(id) VALUES(1001)", &err) == 0 ||
	    err.code != ERR_UNKNOWN)
		_exit(3);
	_exit(0);
}

static void a_commit_whose_sync_failed_is_unknown(void **state)
{
	struct bench *b = *state;
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		commit_on_a_bad_disk(b);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_backup_that_could_not_be_synced_is_not_put_in_place(void **state)
{
	struct bench *b = *state;
	struct sql *db = open_store(b);
	char *path = xasprintf("%s/backup.db", b->dir);
	struct err err = ERR_INIT;

	disk.syncs_fail = EIO;
	assert_int_equal(sql_backup(db, path, &err), -1);
	assert_int_equal(access(path, F_OK), -1);
	disk.syncs_fail = 0;
	assert_int_equal(sql_backup(db, path, &err), 0);
	sql_close(db);
	free(path);
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(no_acknowledged_row_is_lost_when_the_writer_is_killed),
		T(a_kill_before_the_commit_stores_nothing),
		T(a_kill_after_the_commit_stores_all),
		T(an_error_before_the_commit_is_an_undone_one),
		T(an_error_after_the_commit_is_an_unknown_one),
		T(a_commit_whose_sync_failed_is_unknown),
		T(a_backup_that_could_not_be_synced_is_not_put_in_place),
	};

	return cmocka_run_group_tests_name("sql_crash", tests, NULL, NULL);
}
