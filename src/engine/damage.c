/*
 * A store that cannot be trusted (R2.4, R2.6, R2.7). A write whose outcome is unknown ends the
 * engine at once: the next start reads what is true. A damaged file is never repaired or
 * written again: the engine goes on in safe mode. At the start it is left alone altogether, and
 * what people see is a copy of the last backup that can be read, so that machines which cost
 * money stay in sight; whatever is written goes into that copy and is dropped with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/act.h"
#include "engine/run.h"
#include "engine/upkeep.h"

#define PICTURE	   "engine.db.picture"
#define BACKUP_MAX ((size_t)1 << 30)

static void on_trouble(void *arg, const struct err *why)
{
	struct engine *e = arg;

	if (why->code == ERR_UNKNOWN)
		engine_fatal(e, why);
	if (e->damaged)
		return;
	e->damaged = true;
	log_error("%s", why->msg);
	safe_mode_set(e, "its store is damaged: stop it and \"paceline restore\" a backup");
}

static char *picture_path(const struct engine *e)
{
	return xasprintf("%s/" PICTURE, e->state_dir);
}

static void drop(const char *path)
{
	static const char *const parts[] = { "", "-wal", "-shm", ".ballast" };

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		char *part = xasprintf("%s%s", path, parts[i]);

		unlink(part);
		free(part);
	}
}

static struct store *open_copy(const char *backup, const char *path, struct err *err)
{
	struct buf data = BUF_INIT(BACKUP_MAX);
	int rc = file_read(&data, backup, err);

	drop(path);
	if (rc == 0)
		rc = file_write(path, data.data, data.len, 0600, err);
	buf_clear(&data);
	return rc == 0 ? store_open(path, true, err) : NULL;
}

/* From the newest on. Without any the picture is empty, but it says why. */
static struct store *open_picture(struct engine *e, char from[80], struct err *err)
{
	char *path = picture_path(e);
	struct store *st = NULL;
	struct strs backups = STRS_INIT(64);

	backups_newest_first(e, &backups);
	for (size_t i = 0; i < backups.n && !st; i++) {
		struct err why = ERR_INIT;

		st = open_copy(backups.v[i], path, &why);
		if (st)
			snprintf(from, 80, "%.79s", strrchr(backups.v[i], '/') + 1);
		else
			log_warn("backup %s: %s", backups.v[i], why.msg);
	}
	strs_clear(&backups);
	if (!st) {
		drop(path);
		st = store_open(path, true, err);
	}
	free(path);
	return st;
}

static struct store *open_damaged(struct engine *e, const struct err *why, struct err *err)
{
	char from[80] = "", text[sizeof(e->safe_why)];
	struct store *st = open_picture(e, from, err);

	if (!st)
		return NULL;
	log_error("%s", why->msg);
	e->damaged = true;
	if (from[0])
		snprintf(text, sizeof(text),
			 "its store is damaged and kept; this is backup %.20s: stop it and "
			 "\"paceline restore\" one",
			 from);
	else
		snprintf(text, sizeof(text),
			 "its store is damaged and kept, and no backup can be read");
	safe_mode_set(e, text);
	return st;
}

struct store *engine_open_store(struct engine *e, bool any_file_system, struct err *err)
{
	char *path = xasprintf("%s/engine.db", e->state_dir), *picture = picture_path(e);
	struct err why = ERR_INIT;
	struct store *st;

	drop(picture); /* of an earlier life */
	st = store_open(path, any_file_system, &why);
	if (!st && why.code == ERR_PARSE)
		st = open_damaged(e, &why, err);
	else if (!st && err)
		*err = why;
	if (st)
		store_on_trouble(st, on_trouble, e);
	free(picture);
	free(path);
	return st;
}
