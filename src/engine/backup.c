/*
 * Backups without asking (R2.9): a ladder of copies, the youngest at most five minutes old.
 * Before the first rung is written anew, each rung hands its copy up when the one above is as
 * old as that rung is for.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/note.h"
#include "engine/run.h"
#include "engine/upkeep.h"

#define MIN_MS INT64_C(60000)

static const struct {
	const char *name;
	int64_t age_ms;
} rungs[] = {
	{ "5min.db", 5 * MIN_MS },     { "15min.db", 15 * MIN_MS }, { "1h.db", HOUR_MS },
	{ "4h.db", 4 * HOUR_MS },      { "8h.db", 8 * HOUR_MS },    { "1day.db", 24 * HOUR_MS },
	{ "7days.db", 168 * HOUR_MS },
};

static char *path_of(const struct engine *e, size_t rung)
{
	return xasprintf("%s/" BACKUP_DIR "/%s", e->state_dir, rungs[rung].name);
}

/* INT64_MAX: there is none. */
static int64_t age_of(const struct engine *e, size_t rung)
{
	char *path = path_of(e, rung);
	struct stat st;
	int rc = stat(path, &st);

	free(path);
	return rc < 0 ? INT64_MAX : clock_utc_ms() - (int64_t)st.st_mtime * 1000;
}

/* The ladder's own; what people copied by hand is theirs to choose. */
void backups_newest_first(const struct engine *e, struct strs *paths)
{
	for (size_t i = 0; i < ARRAY_LEN(rungs); i++) {
		char *path = path_of(e, i);

		if (age_of(e, i) != INT64_MAX)
			strs_add(paths, path);
		free(path);
	}
}

static void hand_up(const struct engine *e, size_t rung)
{
	char *from = path_of(e, rung), *to = path_of(e, rung + 1);

	if (rename(from, to) < 0 && errno != ENOENT)
		log_warn("backup %s: %s", to, strerror(errno));
	free(from);
	free(to);
}

static int write_first(struct engine *e, struct err *err)
{
	char *dir = xasprintf("%s/" BACKUP_DIR, e->state_dir), *path = path_of(e, 0);
	int rc = file_make_dir(dir, 0700, err);

	if (rc == 0)
		rc = store_backup(e->store, path, err);
	free(dir);
	free(path);
	return rc;
}

/* Nothing that happened is nothing to keep. Without room a copy would take the last of it. */
void backup_tick(struct engine *e)
{
	struct err err = ERR_INIT;

	if (e->damaged || e->backup_revision == e->revision || !store_has_room(e->store) ||
	    age_of(e, 0) < rungs[0].age_ms)
		return;
	e->backup_revision = e->revision;
	for (size_t i = ARRAY_LEN(rungs) - 1; i-- > 0;)
		if (age_of(e, i + 1) >= rungs[i + 1].age_ms)
			hand_up(e, i);
	if (write_first(e, &err) < 0)
		log_error("backup: %s", err.msg);
}

/* Beside the store, under a name made here: a client names no path on the engine's side. */
char *engine_backup(struct engine *e, const struct user *u, struct err *err)
{
	char *path = xasprintf("%s/backup-%lld.db", e->state_dir, (long long)clock_utc_ms());
	const struct deed d = {
		.by = u, .verb = "backup", .object = "store", .reason = strrchr(path, '/') + 1
	};

	if (store_backup(e->store, path, err) == 0 && audit_write(e, &d, err) == 0)
		return path;
	free(path);
	return NULL;
}
