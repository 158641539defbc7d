/*
 * SQLite under R2: WAL, synchronous=FULL, foreign keys, defensive, 0600 files, local file systems only. A statement keeps
 * its first failure and tells it at the end, so that binding needs no ladder of checks.
 */
#ifndef BASE_SQL_H
#define BASE_SQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct sql; /* one connection */
struct sqlite3_stmt;

struct sql_options {
	bool any_file_system; /* tests on tmpfs */
};

struct sql *sql_open(const char *path, const struct sql_options *o, struct err *err);
void sql_close(struct sql *db);
/*
 * Runs migrations[user_version ..] each in its own transaction, NULL-terminated; a newer file is refused (R2.11).
 * A file that has a version already is first kept as PATH.before-vN, N being the version it is brought to.
 */
int sql_migrate(struct sql *db, const char *const *migrations, struct err *err);
int sql_version(struct sql *db, int64_t *version, struct err *err);
int sql_exec(struct sql *db, const char *text, struct err *err); /* constant text only */
int sql_begin(struct sql *db, struct err *err);  /* BEGIN IMMEDIATE; nests by counting, the outermost commits */
bool sql_begun(const struct sql *db);
/* A failure ends the transaction. R2.4: other than full, busy or a broken constraint it means unknown: ERR_UNKNOWN. */
int sql_commit(struct sql *db, struct err *err);
void sql_rollback(struct sql *db);               /* the whole transaction, at any depth */
int sql_backup(struct sql *db, const char *path, struct err *err); /* VACUUM INTO temp, fsync, rename, 0600 */
int sql_check(struct sql *db, bool thorough, struct err *err);     /* quick_check or integrity_check */
const char *sql_path(const struct sql *db);
/* Hears at once, before the caller does, that a write's outcome is unknown (ERR_UNKNOWN) or that the file is damaged (ERR_PARSE):
 * whichever statement it was, the answer is the same. */
void sql_on_trouble(struct sql *db, void (*cb)(void *arg, const struct err *why), void *arg);
int64_t sql_wal_bytes(const struct sql *db);
/* Moves what it can of the log into the file, and cuts the log when that was all; waits for nobody (R2.8). */
int sql_checkpoint(struct sql *db, struct err *err);
bool sql_same_file(const struct sql *db, const char *path);        /* R2.6 */
int64_t sql_last_id(const struct sql *db);

struct stmt { /* a prepared statement; cached by its text, which must be a literal */
	struct sql *db;
	struct sqlite3_stmt *s;
	int rc;
	struct err err;
};

struct stmt stmt_open(struct sql *db, const char *text);
void stmt_int(struct stmt *s, int i, int64_t v);
void stmt_real(struct stmt *s, int i, double v);
void stmt_text(struct stmt *s, int i, const char *v); /* NULL binds NULL; copied */
void stmt_null(struct stmt *s, int i);
bool stmt_row(struct stmt *s);                   /* true: a row is there; false: end or failure (stmt_done tells) */
int64_t stmt_col_int(struct stmt *s, int i);     /* columns from 0 */
double stmt_col_real(struct stmt *s, int i);
const char *stmt_col_text(struct stmt *s, int i); /* "" for NULL; borrowed until the next row */
bool stmt_col_null(struct stmt *s, int i);
int stmt_done(struct stmt *s, struct err *err);  /* ends a statement in any state; 0 or the first failure */
int stmt_run(struct stmt *s, struct err *err);   /* for statements without rows: step and done */

#endif
