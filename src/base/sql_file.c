/* The life of a store's file, by statements alone: version, migrations, backups, checks (R2.7,
 * R2.9, R2.11). */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sql.h"

int sql_version(struct sql *db, int64_t *version, struct err *err)
{
	struct stmt s = stmt_open(db, "PRAGMA user_version");

	if (stmt_row(&s))
		*version = stmt_col_int(&s, 0);
	return stmt_done(&s, err);
}

static int set_version(struct sql *db, int64_t version, struct err *err)
{
	char text[64];

	snprintf(text, sizeof(text), "PRAGMA user_version = %lld", (long long)version);
	return sql_exec(db, text, err);
}

/* While a migration rebuilds a table its references dangle; at the end of each none may. */
static int check_references(struct sql *db, struct err *err)
{
	struct stmt s = stmt_open(db, "PRAGMA foreign_key_check");
	char table[64] = "";
	bool broken = stmt_row(&s);

	if (broken)
		snprintf(table, sizeof(table), "%s", stmt_col_text(&s, 0));
	if (stmt_done(&s, err) != 0)
		return -1;
	return broken ? err_set(err, ERR_INVALID,
				"rows of table %s refer to rows that are gone", table)
		      : 0;
}

static int migrate_one(struct sql *db, const char *text, int64_t to, struct err *err)
{
	if (sql_begin(db, err) != 0)
		return err_wrap(err, "migration to version %lld", (long long)to);
	if (sql_exec(db, text, err) == 0 && check_references(db, err) == 0 &&
	    set_version(db, to, err) == 0 && sql_commit(db, err) == 0)
		return 0;
	sql_rollback(db);
	return err_wrap(err, "migration to version %lld", (long long)to);
}

static int backup_before(struct sql *db, int64_t to, struct err *err)
{
	char *path = xasprintf("%s.before-v%lld", sql_path(db), (long long)to);
	int rc = sql_backup(db, path, err);

	free(path);
	return rc == 0 ? 0 : err_wrap(err, "backup before migration");
}

static int check_version(struct sql *db, int64_t has, int64_t known, struct err *err)
{
	char *backup = xasprintf("%s.before-v%lld", sql_path(db), (long long)has);
	int rc = 0;

	if (has < 0)
		rc = err_set(err, ERR_PARSE, "%s: version %lld: this is no store of ours",
			     sql_path(db), (long long)has);
	else if (has > known)
		rc = err_set(
		    err, ERR_UNSUPPORTED,
		    "%s has version %lld, and this program knows only up to %lld: start the newer program, "
		    "or restore %s",
		    sql_path(db), (long long)has, (long long)known,
		    access(backup, F_OK) == 0 ? backup : "a backup that this one made");
	free(backup);
	return rc;
}

int sql_migrate(struct sql *db, const char *const *migrations, struct err *err)
{
	int64_t has = 0, known = 0;
	int rc = 0;

	while (migrations[known])
		known++;
	if (sql_version(db, &has, err) != 0 || check_version(db, has, known, err) != 0)
		return -1;
	if (has == known)
		return 0;
	if (has > 0 && backup_before(db, known, err) != 0)
		return -1;
	/* Takes effect outside transactions only, hence around all of them. */
	if (sql_exec(db, "PRAGMA foreign_keys = OFF", err) != 0)
		return -1;
	for (; has < known && rc == 0; has++)
		rc = migrate_one(db, migrations[has], has + 1, err);
	if (sql_exec(db, "PRAGMA foreign_keys = ON", rc == 0 ? err : NULL) != 0)
		rc = -1;
	return rc;
}

/* SQLite does not sync what VACUUM INTO writes, so we do, and the directory after the rename.
 */
static int sync_path(const char *path, int flags, struct err *err)
{
	int fd = open(path, flags | O_CLOEXEC);
	int rc = fd < 0 || fsync(fd) != 0 ? err_sys(err, "%s: sync", path) : 0;

	if (fd >= 0)
		close(fd);
	return rc;
}

static int sync_parent(const char *path, struct err *err)
{
	char *dir = xstrdup(path), *slash = strrchr(dir, '/');
	int rc;

	if (slash)
		slash[slash == dir ? 1 : 0] = '\0';
	rc = sync_path(slash ? dir : ".", O_RDONLY | O_DIRECTORY, err);
	free(dir);
	return rc;
}

static int vacuum_into(struct sql *db, const char *path, struct err *err)
{
	struct stmt s = stmt_open(db, "VACUUM INTO ?1");

	stmt_text(&s, 1, path);
	return stmt_run(&s, err);
}

int sql_backup(struct sql *db, const char *path, struct err *err)
{
	char *temp = xasprintf("%s.XXXXXX", path);
	int fd = mkstemp(temp), rc; /* 0600, and VACUUM INTO takes an empty file */

	if (fd < 0) {
		rc = err_sys(err, "%s", temp);
		free(temp);
		return rc;
	}
	rc = fchmod(fd, 0600) != 0 ? err_sys(err, "%s: chmod", temp) : 0;
	close(fd);
	if (rc == 0)
		rc = vacuum_into(db, temp, err);
	if (rc == 0)
		rc = sync_path(temp, O_RDWR, err);
	if (rc == 0 && rename(temp, path) != 0)
		rc = err_sys(err, "%s: rename", path);
	if (rc != 0)
		unlink(temp);
	else
		rc = sync_parent(path, err);
	free(temp);
	return rc == 0 ? 0 : err_wrap(err, "backup of %s", sql_path(db));
}

int sql_check(struct sql *db, bool thorough, struct err *err)
{
	struct stmt s =
	    stmt_open(db, thorough ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)");
	char found[160] = "no answer";

	if (stmt_row(&s))
		snprintf(found, sizeof(found), "%s", stmt_col_text(&s, 0));
	if (stmt_done(&s, err) != 0)
		return -1;
	if (strcmp(found, "ok") == 0)
		return 0;
	return err_set(err, ERR_PARSE,
		       "%s is damaged: keep the file, and restore the last backup (%s)",
		       sql_path(db), found);
}

int64_t sql_wal_bytes(const struct sql *db)
{
	char *path = xasprintf("%s-wal", sql_path(db));
	struct stat st;
	int64_t n = stat(path, &st) < 0 ? 0 : (int64_t)st.st_size;

	free(path);
	return n;
}

/* PASSIVE never waits for a reader; TRUNCATE then has nothing left to do but to cut the file.
 */
int sql_checkpoint(struct sql *db, struct err *err)
{
	struct stmt s = stmt_open(db, "PRAGMA wal_checkpoint(PASSIVE)");
	bool all = stmt_row(&s) && stmt_col_int(&s, 0) == 0 &&
		   stmt_col_int(&s, 1) == stmt_col_int(&s, 2);

	if (stmt_done(&s, err) < 0)
		return err_wrap(err, "checkpoint");
	if (!all)
		return 0;
	s = stmt_open(db, "PRAGMA wal_checkpoint(TRUNCATE)");
	return stmt_run(&s, err) < 0 ? err_wrap(err, "checkpoint") : 0;
}
