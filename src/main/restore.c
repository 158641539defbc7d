#include "restore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/engine.h"
#include "store/store.h"
#include "told.h"

static int failed(const struct err *err, bool json)
{
	if (json)
		told_error(err);
	fprintf(stderr, "paceline: %s\n", err->msg);
	return 1;
}

struct backup {
	char *path;
	int64_t at_ms;
};

/* Newest first. */
static int by_age(const void *a, const void *b)
{
	int64_t x = ((const struct backup *)a)->at_ms, y = ((const struct backup *)b)->at_ms;

	return (x < y) - (x > y);
}

/* SQLite's own, beside a store. */
static bool is_part(const char *name)
{
	const char *dash = strrchr(name, '-');

	return dash && (strcmp(dash, "-wal") == 0 || strcmp(dash, "-shm") == 0);
}

static void backups_of(struct backup **v, size_t *n, size_t *cap, const char *dir,
		       const char *begins)
{
	struct strs names = STRS_INIT(10000);
	struct stat st;

	file_list(&names, dir, NULL); /* a folder that is not there holds none */
	for (size_t i = 0; i < names.n; i++) {
		char *path = xasprintf("%s/%s", dir, names.v[i]);
		bool is = text_has_prefix(names.v[i], begins) && !is_part(names.v[i]);

		if (!is || stat(path, &st) < 0 || !S_ISREG(st.st_mode)) {
			free(path);
			continue;
		}
		GROW(*v, *n, *cap);
		(*v)[(*n)++] = (struct backup){ path, (int64_t)st.st_mtime * 1000 };
	}
	strs_clear(&names);
}

static struct json *backups_json(const struct backup *v, size_t n)
{
	struct json *j = json_new_object(), *list = json_set_array(j, "backups");

	for (size_t i = 0; i < n; i++) {
		struct json *b = json_add_object(list);

		json_set_str(b, "path", v[i].path);
		json_set_int(b, "at_ms", v[i].at_ms);
	}
	return j;
}

static int list_backups(const char *state_dir, bool json)
{
	char *own = xasprintf("%s/" BACKUP_DIR, state_dir), when[CLOCK_TEXT];
	struct backup *v = NULL;
	size_t n = 0, cap = 0;

	backups_of(&v, &n, &cap, own, "");
	backups_of(&v, &n, &cap, state_dir, "backup-");
	backups_of(&v, &n, &cap, state_dir, "engine.db.before-");
	backups_of(&v, &n, &cap, state_dir, "engine.db.replaced-");
	if (n)
		qsort(v, n, sizeof(*v), by_age);
	if (json)
		told_json(backups_json(v, n));
	for (size_t i = 0; i < n; i++) {
		if (!json)
			printf("%s  %s\n", clock_local(when, v[i].at_ms), v[i].path);
		free(v[i].path);
	}
	if (n == 0 && !json)
		printf("%s holds no backup\n", state_dir);
	free(v);
	free(own);
	return 0;
}

static int put_in_place(const char *state_dir, const char *backup, struct err *err)
{
	char *path = xasprintf("%s/engine.db", state_dir);
	int lock = engine_lock(state_dir, err);
	int rc = lock < 0 ? -1 : store_restore(backup, path, err);

	if (lock >= 0)
		close(lock);
	free(path);
	return rc;
}

int restore_main(const char *state_dir, const char *backup, bool json)
{
	struct err err = ERR_INIT;
	struct json *j;

	if (!file_exists(state_dir)) {
		err_set(&err, ERR_NOT_FOUND,
			"%s: there is no engine's state; name it with -L or --state",
			state_dir);
		return failed(&err, json);
	}
	if (!backup)
		return list_backups(state_dir, json);
	if (put_in_place(state_dir, backup, &err) < 0)
		return failed(&err, json);
	if (json) {
		j = json_new_object();
		json_set_str(j, "restored", backup);
		told_json(j);
		return 0;
	}
	printf(
	    "%s is in place. The engine starts in adoption mode: \"paceline found\" shows what the backup does not know, "
	    "\"paceline adopt\" and \"paceline condemn\" settle it.\n",
	    backup);
	return 0;
}
