#include "base/sql.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"

#define BUSY_TIMEOUT_MS 5000
#define FS_TMPFS	0x01021994U

struct cached {
	uint32_t hash;
	bool used; /* between stmt_open() and stmt_done() */
	sqlite3_stmt *s;
};

struct sql {
	sqlite3 *db;
	char *path;
	dev_t dev; /* of the file that was opened */
	ino_t ino;
	unsigned int depth; /* of nested sql_begin() */
	void (*on_trouble)(void *arg, const struct err *why);
	void *trouble_arg;
	struct cached *cache;
	size_t n, cap;
};

/*
 * What SQLite's codes mean to an operator
 */

static const struct meaning {
	int rc;
	enum err_code code;
	const char *advice;
} meanings[] = {
	{ SQLITE_FULL, ERR_FULL, "" }, /* and SQLITE_IOERR: see disk_trouble() */
	{ SQLITE_BUSY, ERR_CONFLICT, "; another program holds the file, find it with fuser" },
	{ SQLITE_LOCKED, ERR_CONFLICT, "" },
	{ SQLITE_CORRUPT, ERR_PARSE,
	  "; the file is damaged: keep it, and restore the last backup" },
	{ SQLITE_NOTADB, ERR_PARSE,
	  "; this is no store: keep it, and restore the last backup" },
	{ SQLITE_CANTOPEN, ERR_IO, "; check the directory and its owner" },
	{ SQLITE_READONLY, ERR_DENIED,
	  "; check the owner of the file and how its disk is mounted" },
	{ SQLITE_PERM, ERR_DENIED, "" },
	{ SQLITE_AUTH, ERR_DENIED, "" },
	{ SQLITE_CONSTRAINT, ERR_INVALID, "" },
	{ SQLITE_TOOBIG, ERR_INVALID, "" },
	{ SQLITE_IOERR, ERR_IO, "" },
};

static const struct meaning *meaning_of(int rc)
{
	static const struct meaning unique = { SQLITE_CONSTRAINT, ERR_EXISTS, "" };
	static const struct meaning ours = { SQLITE_ERROR, ERR_INTERNAL, "" };

	if (rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY)
		return &unique;
	for (size_t i = 0; i < ARRAY_LEN(meanings); i++)
		if (meanings[i].rc == (rc & 0xff))
			return &meanings[i];
	return &ours;
}

/* err may be NULL: a caller that does not care must not keep trouble from being heard. */
static int trouble(const struct sql *db, const struct err *why, struct err *err)
{
	if (err)
		*err = *why;
	if (db->on_trouble)
		db->on_trouble(db->trouble_arg, why);
	return -1;
}

/* What was begun is undone then, by SQLite or by whoever began it. */
static void disk_trouble(const struct sql *db, int rc, struct err *why)
{
	struct statfs fs;
	long long free_kib = -1;

	if (statfs(db->path, &fs) == 0)
		free_kib = (long long)(fs.f_bavail * (unsigned long long)fs.f_bsize >> 10);
	if ((rc & 0xff) == SQLITE_FULL)
		err_set(
		    why, ERR_FULL,
		    "the disk of %s is full: %lld KiB are free; nothing was changed: free some space",
		    db->path, free_kib);
	else
		err_set(why, ERR_IO,
			"the disk of %s fails (%s): nothing was changed; check the disk",
			db->path, sqlite3_errstr(rc));
}

/* The statement is for the log alone: whoever asked for something has not written it. */
static int fail(const struct sql *db, int rc, const char *doing, struct err *err)
{
	const struct meaning *m = meaning_of(rc);
	struct err why;

	if (m->code == ERR_FULL || m->code == ERR_IO || m->code == ERR_INTERNAL)
		log_error("%s: %s (SQLite %d), in: %.100s", db->path, sqlite3_errmsg(db->db),
			  rc, doing);
	if ((rc & 0xff) == SQLITE_FULL || (rc & 0xff) == SQLITE_IOERR)
		disk_trouble(db, rc, &why);
	else
		err_set(&why, m->code, "%s: %s (SQLite %d)%s", db->path, sqlite3_errmsg(db->db),
			rc, m->advice);
	if (m->code == ERR_PARSE)
		return trouble(db, &why, err);
	if (err)
		*err = why;
	return -1;
}

static int fail_unknown(const struct sql *db, int rc, struct err *err)
{
	struct err why;

	err_set(&why, ERR_UNKNOWN,
		"%s: commit: %s (SQLite %d); it is not known whether the change is stored: "
		"restart the engine, which reads the store again",
		db->path, sqlite3_errmsg(db->db), rc);
	return trouble(db, &why, err);
}

/* A failed read leaves things as they were; a failed write or sync may have reached the disk.
 */
static bool is_write_failure(int rc)
{
	return (rc & 0xff) == SQLITE_IOERR && rc != SQLITE_IOERR_READ &&
	       rc != SQLITE_IOERR_SHORT_READ;
}

/*
 * A full disk or a failed read makes SQLite undo the transaction by itself. What follows would
 * then be stored statement by statement, so it is refused until the caller has ended the
 * transaction.
 */
static bool is_lost(const struct sql *db)
{
	return db->depth > 0 && sqlite3_get_autocommit(db->db);
}

static int fail_lost(const struct sql *db, struct err *err)
{
	return err_set(err, ERR_IO,
		       "%s: an earlier failure undid this transaction; try it again", db->path);
}

/*
 * Opening
 */

/* R2.2: on other file systems WAL's shared memory, locks or fsync do not do what they say. */
static int check_file_system(const char *dir, struct err *err)
{
	static const unsigned int local[] = {
		0xEF53U,     /* ext2, ext3, ext4 */
		0x58465342U, /* xfs */
		0x9123683EU, /* btrfs */
		0x2FC12FC1U, /* zfs */
		0x794C7630U, /* overlayfs, whose upper layer is one of these */
	};
	struct statfs fs;
	unsigned int type;

	if (statfs(dir, &fs) != 0)
		return err_sys(err, "%s", dir);
	type = (unsigned int)fs.f_type;
	for (size_t i = 0; i < ARRAY_LEN(local); i++)
		if (type == local[i])
			return 0;
	return err_set(
	    err, ERR_UNSUPPORTED,
	    "%s: the store cannot live on %s (file system type 0x%x); "
	    "choose a folder on ext4, xfs, btrfs or zfs",
	    dir, type == FS_TMPFS ? "memory, which a reboot empties" : "this kind of disk",
	    type);
}

static char *dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return xstrdup(".");
	return xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static int sync_dir(const char *dir, struct err *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 || fsync(fd) != 0 ? err_sys(err, "%s: sync", dir) : 0;

	if (fd >= 0)
		close(fd);
	return rc;
}

/* An existing file is never opened here: closing it would drop the locks of another connection
 * of ours (R1.2). */
static int check_file(const char *path, struct err *err)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? 0 : err_sys(err, "%s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_DENIED, "%s: not a regular file; move it away", path);
	if (st.st_uid != geteuid())
		return err_set(err, ERR_DENIED, "%s: belongs to uid %u, not to this user (%u)",
			       path, (unsigned int)st.st_uid, (unsigned int)geteuid());
	if ((st.st_mode & 07777) != 0600 && chmod(path, 0600) != 0)
		return err_sys(err, "%s: chmod", path);
	return 0;
}

/* SQLite gives -wal and -shm the mode of the file, whatever the umask. */
static int make_file(const char *path, const char *dir, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int rc;

	if (fd < 0)
		return errno == EEXIST ? 0 : err_sys(err, "%s", path);
	rc = fchmod(fd, 0600) != 0 ? err_sys(err, "%s: chmod", path) : 0;
	close(fd);
	return rc == 0 ? sync_dir(dir, err) : -1;
}

static int prepare_files(const char *path, bool any_file_system, struct err *err)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	char *dir = dir_of(path), *file;
	int rc = any_file_system ? 0 : check_file_system(dir, err);

	for (size_t i = 0; i < ARRAY_LEN(suffixes) && rc == 0; i++) {
		file = xasprintf("%s%s", path, suffixes[i]);
		rc = check_file(file, err);
		free(file);
	}
	if (rc == 0)
		rc = make_file(path, dir, err);
	free(dir);
	return rc;
}

static int set_wal(struct sql *db, struct err *err)
{
	struct stmt s = stmt_open(db, "PRAGMA journal_mode = WAL");
	bool wal = stmt_row(&s) && strcmp(stmt_col_text(&s, 0), "wal") == 0;

	if (stmt_done(&s, err) != 0)
		return -1;
	return wal ? 0
		   : err_set(err, ERR_UNSUPPORTED, "%s: cannot keep a write-ahead log here",
			     db->path);
}

static int configure(struct sql *db, struct err *err)
{
	static const struct {
		int option, on;
	} options[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
		{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
	};
	int rc = sqlite3_busy_timeout(db->db, BUSY_TIMEOUT_MS), now;

	sqlite3_extended_result_codes(db->db, 1);
	for (size_t i = 0; i < ARRAY_LEN(options) && rc == SQLITE_OK; i++) {
		rc = sqlite3_db_config(db->db, options[i].option, options[i].on, &now);
		if (rc == SQLITE_OK && now != options[i].on)
			rc = SQLITE_ERROR;
	}
	if (rc != SQLITE_OK)
		return fail(db, rc, "settings", err);
	if (set_wal(db, err) != 0)
		return -1;
	/* Sorting in memory: nothing is written beside the store. Its owner checkpoints when it
	 * is idle (R2.8), and a commit only when the log has grown to 64 MiB. */
	return sql_exec(
	    db,
	    "PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
	    "PRAGMA wal_autocheckpoint = 16384",
	    err);
}

struct sql *sql_open(const char *path, const struct sql_options *o, struct err *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, rc;
	struct sql *db;
	struct stat st;

	if (prepare_files(path, o && o->any_file_system, err) != 0)
		return NULL;
	db = xcalloc(1, sizeof(*db));
	db->path = xstrdup(path);
	rc = sqlite3_open_v2(path, &db->db, flags, NULL);
	if (rc != SQLITE_OK) {
		fail(db, rc, "open", err);
	} else if (stat(path, &st) != 0) {
		err_sys(err, "%s", path);
	} else if (configure(db, err) == 0) {
		db->dev = st.st_dev;
		db->ino = st.st_ino;
		return db;
	}
	sql_close(db);
	return NULL;
}

void sql_close(struct sql *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < db->n; i++)
		sqlite3_finalize(db->cache[i].s);
	sqlite3_close_v2(db->db);
	free(db->cache);
	free(db->path);
	free(db);
}

const char *sql_path(const struct sql *db)
{
	return db->path;
}

void sql_on_trouble(struct sql *db, void (*cb)(void *arg, const struct err *why), void *arg)
{
	db->on_trouble = cb;
	db->trouble_arg = arg;
}

bool sql_same_file(const struct sql *db, const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_dev == db->dev && st.st_ino == db->ino;
}

int64_t sql_last_id(const struct sql *db)
{
	return sqlite3_last_insert_rowid(db->db);
}

/*
 * Transactions
 */

int sql_exec(struct sql *db, const char *text, struct err *err)
{
	bool commits = db->depth == 0;
	int rc;

	if (is_lost(db))
		return fail_lost(db, err);
	rc = sqlite3_exec(db->db, text, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		return 0;
	return commits && is_write_failure(rc) ? fail_unknown(db, rc, err)
					       : fail(db, rc, text, err);
}

int sql_begin(struct sql *db, struct err *err)
{
	if (is_lost(db))
		return fail_lost(db, err);
	if (db->depth == 0 && sql_exec(db, "BEGIN IMMEDIATE", err) != 0)
		return -1;
	db->depth++;
	return 0;
}

bool sql_begun(const struct sql *db)
{
	return db->depth > 0;
}

void sql_rollback(struct sql *db)
{
	/* Cannot fail in a way that matters: an open transaction that is not committed is
	 * undone at the next open. */
	if (!sqlite3_get_autocommit(db->db))
		sqlite3_exec(db->db, "ROLLBACK", NULL, NULL, NULL);
	db->depth = 0;
}

static int fail_commit(struct sql *db, int rc, struct err *err)
{
	int primary = rc & 0xff;

	if (primary == SQLITE_FULL || primary == SQLITE_BUSY || primary == SQLITE_CONSTRAINT)
		fail(db, rc, "COMMIT, which was undone", err);
	else
		fail_unknown(db, rc, err);
	sql_rollback(db);
	return -1;
}

int sql_commit(struct sql *db, struct err *err)
{
	int rc;

	if (db->depth == 0)
		return err_set(err, ERR_INTERNAL, "%s: commit without a transaction", db->path);
	if (is_lost(db)) {
		db->depth = 0;
		return fail_lost(db, err);
	}
	if (db->depth > 1) {
		db->depth--;
		return 0;
	}
	if (FAILPOINT("sql.commit.before")) {
		sql_rollback(db);
		return err_set(err, ERR_IO,
			       "%s: commit: stopped by a failpoint; the change is undone",
			       db->path);
	}
	rc = sqlite3_exec(db->db, "COMMIT", NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return fail_commit(db, rc, err);
	db->depth = 0;
	if (FAILPOINT("sql.commit.after"))
		return fail_unknown(db, SQLITE_IOERR, err);
	return 0;
}

/*
 * Statements
 */

static uint32_t hash_of(const char *text)
{
	uint32_t h = 2166136261U; /* FNV-1a */

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 16777619U;
	return h;
}

static int prepare(struct sql *db, const char *text, unsigned int flags, sqlite3_stmt **s,
		   struct err *err)
{
	int rc = sqlite3_prepare_v3(db->db, text, -1, flags, s, NULL);

	if (rc != SQLITE_OK)
		fail(db, rc, text, err);
	return rc;
}

struct stmt stmt_open(struct sql *db, const char *text)
{
	struct stmt s = { .db = db };
	uint32_t hash = hash_of(text);
	struct cached *c;

	for (size_t i = 0; i < db->n; i++) {
		c = &db->cache[i];
		if (c->hash != hash || strcmp(sqlite3_sql(c->s), text) != 0)
			continue;
		if (c->used) { /* the same text inside its own loop: one more, finalized at its
				  end */
			s.rc = prepare(db, text, 0, &s.s, &s.err);
			return s;
		}
		c->used = true;
		s.s = c->s;
		return s;
	}
	s.rc = prepare(db, text, SQLITE_PREPARE_PERSISTENT, &s.s, &s.err);
	if (s.rc == SQLITE_OK) {
		GROW(db->cache, db->n, db->cap);
		db->cache[db->n++] = (struct cached){ hash, true, s.s };
	}
	return s;
}

static void check_bind(struct stmt *s, int rc)
{
	if (rc == SQLITE_OK)
		return;
	s->rc = rc;
	fail(s->db, rc, sqlite3_sql(s->s), &s->err);
}

void stmt_int(struct stmt *s, int i, int64_t v)
{
	if (s->rc == SQLITE_OK)
		check_bind(s, sqlite3_bind_int64(s->s, i, v));
}

void stmt_real(struct stmt *s, int i, double v)
{
	if (s->rc == SQLITE_OK)
		check_bind(s, sqlite3_bind_double(s->s, i, v));
}

void stmt_text(struct stmt *s, int i, const char *v)
{
	if (s->rc == SQLITE_OK) /* a NULL pointer binds NULL */
		check_bind(s, sqlite3_bind_text(s->s, i, v, -1, SQLITE_TRANSIENT));
}

void stmt_null(struct stmt *s, int i)
{
	if (s->rc == SQLITE_OK)
		check_bind(s, sqlite3_bind_null(s->s, i));
}

bool stmt_row(struct stmt *s)
{
	bool commits;

	if (s->rc != SQLITE_OK && s->rc != SQLITE_ROW)
		return false;
	if (is_lost(s->db)) {
		s->rc = SQLITE_ABORT;
		fail_lost(s->db, &s->err);
		return false;
	}
	/* Outside a transaction a writing statement is its own commit, and can fail as one. */
	commits = sqlite3_get_autocommit(s->db->db) && !sqlite3_stmt_readonly(s->s);
	s->rc = sqlite3_step(s->s);
	if (s->rc == SQLITE_ROW)
		return true;
	if (s->rc == SQLITE_DONE)
		return false;
	if (commits && is_write_failure(s->rc))
		fail_unknown(s->db, s->rc, &s->err);
	else
		fail(s->db, s->rc, sqlite3_sql(s->s), &s->err);
	return false;
}

int64_t stmt_col_int(struct stmt *s, int i)
{
	return s->rc == SQLITE_ROW ? sqlite3_column_int64(s->s, i) : 0;
}

double stmt_col_real(struct stmt *s, int i)
{
	return s->rc == SQLITE_ROW ? sqlite3_column_double(s->s, i) : 0;
}

const char *stmt_col_text(struct stmt *s, int i)
{
	const unsigned char *t = s->rc == SQLITE_ROW ? sqlite3_column_text(s->s, i) : NULL;

	return t ? (const char *)t : "";
}

bool stmt_col_null(struct stmt *s, int i)
{
	return s->rc != SQLITE_ROW || sqlite3_column_type(s->s, i) == SQLITE_NULL;
}

static void give_back(struct sql *db, sqlite3_stmt *s)
{
	for (size_t i = 0; i < db->n; i++) {
		if (db->cache[i].s != s)
			continue;
		sqlite3_reset(s); /* tells the failure of the step again */
		sqlite3_clear_bindings(s);
		db->cache[i].used = false;
		return;
	}
	sqlite3_finalize(s);
}

int stmt_done(struct stmt *s, struct err *err)
{
	bool failed = s->rc != SQLITE_OK && s->rc != SQLITE_ROW && s->rc != SQLITE_DONE;

	if (s->s)
		give_back(s->db, s->s);
	s->s = NULL;
	s->rc = SQLITE_DONE;
	if (failed && err)
		*err = s->err;
	return failed ? -1 : 0;
}

int stmt_run(struct stmt *s, struct err *err)
{
	while (stmt_row(s))
		; /* rows of a RETURNING or a PRAGMA are not asked for */
	return stmt_done(s, err);
}
