#include "store/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/machine.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/text.h"
#include "store/store_private.h"

#define BALLAST_BYTES ((size_t)64 << 20)
#define ROOM_MIN      ((int64_t)16 << 20) /* more than any one transaction of ours writes */
#define ROOM_LOW      ((int64_t)1 << 30)
#define LOOK_EVERY_MS ((int64_t)7 * 24 * 3600 * 1000)

char *json_line(struct json *take)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);

	json_write(&text, take);
	json_free(take);
	return buf_steal(&text);
}

struct json *row_json(struct stmt *s, int column, struct err *err)
{
	const char *text = stmt_col_text(s, column);
	struct json *j = json_parse(text, strlen(text), err);

	if (!j)
		err_wrap(err, "the store holds a damaged row; restore a backup");
	return j;
}

/* Room that can be given back when the disk is full: SQL cannot free space then (R2.5). */
static int ballast_keep(const struct store *st, struct err *err)
{
	char *path = xasprintf("%s.ballast", st->path);
	int rc = 0;

	if (!file_exists(path) && store_free_bytes(st) > (int64_t)(8 * BALLAST_BYTES)) {
		char *room = xcalloc(1, BALLAST_BYTES);

		rc = file_write(path, room, BALLAST_BYTES, 0600, err);
		free(room);
	}
	free(path);
	return rc;
}

int store_release_ballast(struct store *st, struct err *err)
{
	char *path = xasprintf("%s.ballast", st->path);
	int rc = 0;

	if (unlink(path) < 0 && errno != ENOENT)
		rc = err_sys(err, "releasing %s", path);
	free(path);
	return rc;
}

static int identity_load(struct store *st, struct err *err)
{
	const char *known = store_fact(st, "engine_id");

	if (known && known[0]) {
		snprintf(st->engine_id, sizeof(st->engine_id), "%s", known);
		return 0;
	}
	rand_hex(st->engine_id, 16);
	return store_set_fact(st, "engine_id", st->engine_id, err);
}

/* R2.10, R3.4: a file that was copied here may be older than the cloud, and the one that it was
 * copied from may be in use by an engine of its own. */
static int home_check(struct store *st, struct err *err)
{
	char machine[MACHINE_ID], home[64];
	const char *known = store_fact(st, "home");
	struct stat file;
	bool moved = false;

	if (stat(st->path, &file) < 0)
		return err_sys(err, "%s", st->path);
	machine_id(machine);
	snprintf(home, sizeof(home), "%s %llu", machine, (unsigned long long)file.st_ino);
	if (known && strcmp(known, home) == 0)
		return 0;
	moved = known && known[0];
	if (store_begin(st, err) < 0)
		return -1;
	if (store_set_fact(st, "home", home, err) < 0 ||
	    (moved && store_set_fact(st, "adoption", "it was copied to this place", err) < 0)) {
		store_rollback(st);
		return -1;
	}
	return store_commit(st, err);
}

bool store_needs_look(const struct store_last *last, const char *boot, int64_t now_ms)
{
	bool power_cut = !last->clean && last->boot[0] && strcmp(last->boot, boot) != 0;

	return power_cut || now_ms - last->checked_ms >= LOOK_EVERY_MS ||
	       last->checked_ms > now_ms; /* the clock was set back: nothing is known */
}

static int64_t fact_int(struct store *st, const char *name)
{
	const char *text = store_fact(st, name);
	int64_t n = 0;

	if (text)
		num_read(&n, text, 0, INT64_MAX);
	return n;
}

static int set_fact_int(struct store *st, const char *name, int64_t n, struct err *err)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)n);
	return store_set_fact(st, name, text, err);
}

/* A file that was never a store has no facts, and nothing to look at. */
static int look_whole(struct store *st, struct err *err)
{
	char boot[MACHINE_ID], last_boot[MACHINE_ID];
	struct store_last last = { .boot = last_boot };
	const char *known = store_fact(st, "boot");

	snprintf(last_boot, sizeof(last_boot), "%s", known ? known : "");
	last.clean = fact_int(st, "clean") == 1;
	last.checked_ms = fact_int(st, "checked_ms");
	st->was_open = last_boot[0] && !last.clean;
	machine_boot(boot);
	if (store_needs_look(&last, boot, clock_utc_ms())) {
		if (sql_check(st->sql, true, err) < 0 ||
		    set_fact_int(st, "checked_ms", clock_utc_ms(), err) < 0)
			return -1;
	}
	if (strcmp(boot, last_boot) != 0 && store_set_fact(st, "boot", boot, err) < 0)
		return -1;
	return last.clean ? store_set_fact(st, "clean", "0", err) : 0;
}

const char *store_adoption(struct store *st)
{
	const char *why = store_fact(st, "adoption");

	return why && why[0] ? why : NULL;
}

/* Even a look needs a few pages: the reserve is for that, too. */
static struct sql *open_file(struct store *st, bool any_file_system, struct err *err)
{
	const struct sql_options o = { .any_file_system = any_file_system };
	struct err first = ERR_INIT;
	struct sql *sql = sql_open(st->path, &o, &first);

	if (!sql && first.code == ERR_FULL && store_release_ballast(st, err) == 0)
		return sql_open(st->path, &o, err);
	if (!sql && err)
		*err = first;
	return sql;
}

struct store *store_open(const char *path, bool any_file_system, struct err *err)
{
	struct store *st = xcalloc(1, sizeof(*st));

	st->path = xstrdup(path);
	st->sql = open_file(st, any_file_system, err);
	if (!st->sql || sql_check(st->sql, false, err) < 0 ||
	    sql_migrate(st->sql, store_migrations, err) < 0 || look_whole(st, err) < 0 ||
	    identity_load(st, err) < 0 || home_check(st, err) < 0 ||
	    (!any_file_system && ballast_keep(st, err) < 0)) {
		store_close(st);
		err_wrap(err, "store");
		return NULL;
	}
	st->opened = true;
	return st;
}

void store_close(struct store *st)
{
	if (!st)
		return;
	if (st->opened)
		store_set_fact(st, "clean", "1", NULL);
	sql_close(st->sql);
	free(st->path);
	free(st->fact);
	free(st);
}

bool store_was_open(const struct store *st)
{
	return st->was_open;
}

const char *store_engine_id(const struct store *st)
{
	return st->engine_id;
}

void store_on_trouble(struct store *st, void (*cb)(void *arg, const struct err *why), void *arg)
{
	sql_on_trouble(st->sql, cb, arg);
}

int64_t store_wal_bytes(const struct store *st)
{
	return sql_wal_bytes(st->sql);
}

int store_checkpoint(struct store *st, struct err *err)
{
	return sql_checkpoint(st->sql, err);
}

bool store_has_room(const struct store *st)
{
	int64_t room = store_free_bytes(st);

	return room < 0 || room >= ROOM_MIN;
}

/* Refused before memory follows the rows: a commit that finds the disk full comes too late. */
int store_begin(struct store *st, struct err *err)
{
	if (!sql_begun(st->sql) && !store_has_room(st))
		return err_set(
		    err, ERR_FULL,
		    "the disk of %s is full: %lld KiB are free, %lld are needed; nothing was changed: free some space",
		    st->path, (long long)(store_free_bytes(st) >> 10),
		    (long long)(ROOM_MIN >> 10));
	return sql_begin(st->sql, err);
}

bool store_begun(const struct store *st)
{
	return sql_begun(st->sql);
}

int store_commit(struct store *st, struct err *err)
{
	return sql_commit(st->sql, err);
}

void store_rollback(struct store *st)
{
	sql_rollback(st->sql);
}

bool store_file_moved(const struct store *st)
{
	return !sql_same_file(st->sql, st->path);
}

int store_backup(struct store *st, const char *path, struct err *err)
{
	return sql_backup(st->sql, path, err);
}

int64_t store_free_bytes(const struct store *st)
{
	struct statvfs fs;

	if (statvfs(st->path, &fs) < 0)
		return -1;
	return (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
}

/* A tenth of a large disk is no reason to worry: there is an upper end to that. */
bool store_room_is_low(int64_t free, int64_t all)
{
	return free < ROOM_LOW || (free < all / 10 && free < 10 * ROOM_LOW);
}

bool store_low_on_room(const struct store *st)
{
	struct statvfs fs;

	return statvfs(st->path, &fs) == 0 &&
	       store_room_is_low((int64_t)fs.f_bavail * (int64_t)fs.f_frsize,
				 (int64_t)fs.f_blocks * (int64_t)fs.f_frsize);
}

/*
 * Restore. The copy is opened as a store first: a backup that cannot be opened must not replace
 * anything.
 */

static int restore_copy(const char *backup, const char *fresh, struct err *err)
{
	struct buf data = BUF_INIT((size_t)1 << 30);
	struct store *st;
	char why[CLOCK_TEXT + 80], when[CLOCK_TEXT];
	struct stat from;
	int rc = file_read(&data, backup, err);

	if (rc == 0)
		rc = file_write(fresh, data.data, data.len, 0600, err);
	buf_clear(&data);
	if (rc < 0)
		return -1;
	st = store_open(fresh, true, err);
	if (!st)
		return err_wrap(err, "%s is no usable backup", backup);
	clock_text(when, stat(backup, &from) == 0 ? (int64_t)from.st_mtime * 1000 : 0);
	snprintf(why, sizeof(why), "it was restored from a backup of %s", when);
	rc = sql_check(st->sql, true, err);
	if (rc == 0)
		rc = store_set_fact(st, "adoption", why, err);
	store_close(st);
	return rc;
}

/* The old one belongs to the engine's user, who need not be the one that restores. */
static int same_owner(const char *path, const char *fresh, struct err *err)
{
	struct stat old;

	if (stat(path, &old) < 0 || geteuid() != 0)
		return 0;
	return chown(fresh, old.st_uid, old.st_gid) < 0 ? err_sys(err, "%s", fresh) : 0;
}

static int move_aside(const char *path, const char *old, struct err *err)
{
	static const char *const parts[] = { "", "-wal", "-shm" };
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(parts) && rc == 0; i++) {
		char *from = xasprintf("%s%s", path, parts[i]);
		char *to = xasprintf("%s%s", old, parts[i]);

		if (rename(from, to) < 0 && errno != ENOENT)
			rc = err_sys(err, "keeping %s as %s", from, to);
		free(from);
		free(to);
	}
	return rc;
}

/* What opening the copy may have left beside it. */
static void drop_parts(const char *fresh)
{
	static const char *const parts[] = { "-wal", "-shm", ".ballast" };

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		char *path = xasprintf("%s%s", fresh, parts[i]);

		unlink(path);
		free(path);
	}
}

int store_restore(const char *backup, const char *path, struct err *err)
{
	char *fresh = xasprintf("%s.restore", path);
	char *old = xasprintf("%s.replaced-%lld", path, (long long)clock_utc_ms());
	int rc = restore_copy(backup, fresh, err);

	if (rc == 0)
		rc = same_owner(path, fresh, err);
	if (rc == 0)
		rc = move_aside(path, old, err);
	if (rc == 0 && rename(fresh, path) < 0)
		rc = err_sys(err, "putting %s in place; the old file is %s", path, old);
	if (rc < 0)
		unlink(fresh);
	drop_parts(fresh);
	free(fresh);
	free(old);
	return rc;
}

const char *store_fact(struct store *st, const char *name)
{
	struct stmt s = stmt_open(st->sql, "SELECT value FROM fact WHERE name = ?");

	stmt_text(&s, 1, name);
	free(st->fact);
	st->fact = stmt_row(&s) ? xstrdup(stmt_col_text(&s, 0)) : NULL;
	stmt_done(&s, NULL);
	return st->fact;
}

int store_set_fact(struct store *st, const char *name, const char *value, struct err *err)
{
	struct stmt s =
	    stmt_open(st->sql, "INSERT INTO fact(name, value) VALUES(?, ?)"
			       " ON CONFLICT(name) DO UPDATE SET value = excluded.value");

	stmt_text(&s, 1, name);
	stmt_text(&s, 2, value);
	return stmt_run(&s, err);
}
