#include "demo_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/strs.h"
#include "base/text.h"

#define NAMES_MOST 1000 /* of a folder, that are looked at */

static const char mark_text[] = "This folder is a demo's: paceline demo --stop removes it.\n";

/* All that programs of a demo make in it; the mark is not among them, as it goes last. */
static bool is_made(const char *name)
{
	static const char *const made[] = { "azsim",	  "azsim.log",	"bin",	     DEMO_KNOWN,
					    "console",	  "drive.lock", "drive.log", "engine",
					    "engine.log", "run",	"templates" };

	for (size_t i = 0; i < ARRAY_LEN(made); i++)
		if (strcmp(name, made[i]) == 0)
			return true;
	/* of a write that was cut short */
	return text_has_prefix(name, DEMO_KNOWN ".") || text_has_prefix(name, DEMO_MARK ".");
}

static bool is_marked(const char *dir)
{
	char *path = xasprintf("%s/" DEMO_MARK, dir);
	struct stat st;
	bool is = lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
		  (st.st_uid == geteuid() || st.st_uid == 0 || geteuid() == 0);

	free(path);
	return is;
}

char *demo_folder_of(const char *socket)
{
	size_t n = strlen(socket), tail = sizeof(DEMO_SOCKET) - 1;
	char *dir = n > tail && strcmp(socket + n - tail, DEMO_SOCKET) == 0
			? xstrndup(socket, n - tail)
			: NULL;

	if (dir && is_marked(dir))
		return dir;
	free(dir);
	return NULL;
}

char *demo_folder_state(const char *dir)
{
	return is_marked(dir) ? xasprintf("%s" DEMO_ENGINE, dir) : xstrdup(dir);
}

/* "a, b, c and 12 more"; how many there are, but for what a mark that was cut short left. */
static size_t list_names(const char *dir, char *out, size_t max)
{
	struct strs all = STRS_INIT(NAMES_MOST), names = STRS_INIT(NAMES_MOST);
	size_t used = 0, n;

	out[0] = '\0';
	file_list(&all, dir, NULL);
	for (size_t i = 0; i < all.n; i++)
		if (!text_has_prefix(all.v[i], DEMO_MARK "."))
			strs_add(&names, all.v[i]);
	strs_clear(&all);
	n = names.n;
	for (size_t i = 0; i < n && i < 3; i++)
		used += (size_t)snprintf(out + used, max - used, "%s%.40s", i ? ", " : "",
					 names.v[i]);
	if (n > 3)
		snprintf(out + used, max - used, " and %zu more", n - 3);
	strs_clear(&names);
	return n;
}

int demo_folder_take(const char *dir, struct err *err)
{
	char *path = xasprintf("%s/" DEMO_MARK, dir), names[200];
	int rc = file_make_dir(dir, 0755, err);

	if (rc == 0)
		rc = file_check_dir(dir, err);
	if (rc == 0 && !is_marked(dir)) {
		if (list_names(dir, names, sizeof(names)) > 0)
			rc = err_set(
			    err, ERR_INVALID,
			    "%.200s holds what is no demo's (%s), and --stop would end in "
			    "it: give --state a folder that is new or empty",
			    dir, names);
		else
			rc = file_write(path, mark_text, sizeof(mark_text) - 1, 0644, err);
	}
	free(path);
	return rc;
}

static int remove_name(const char *dir, const char *name, struct err *err)
{
	char *path = xasprintf("%s/%s", dir, name);
	int rc = file_remove_tree(path, err);

	free(path);
	return rc;
}

static int remove_made(const char *dir, struct err *err)
{
	struct strs names = STRS_INIT(NAMES_MOST);
	int rc = file_list(&names, dir, err);

	for (size_t i = 0; i < names.n && rc == 0; i++)
		if (is_made(names.v[i]))
			rc = remove_name(dir, names.v[i], err);
	strs_clear(&names);
	return rc;
}

int demo_folder_check(const char *dir, struct err *err)
{
	if (!file_exists(dir) || is_marked(dir))
		return 0;
	return err_set(err, ERR_INVALID,
		       "%.200s is no folder of a demo: there is no file " DEMO_MARK
		       " in it. Nothing was ended, and nothing removed",
		       dir);
}

int demo_folder_remove(const char *dir, struct err *err)
{
	char names[200];

	if (demo_folder_check(dir, err) < 0)
		return -1;
	if (!file_exists(dir))
		return 0;
	if (remove_made(dir, err) < 0 || remove_name(dir, DEMO_MARK, err) < 0)
		return -1;
	if (rmdir(dir) == 0 || errno == ENOENT)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return err_sys(err, "%s", dir);
	list_names(dir, names, sizeof(names));
	fprintf(stderr, "%s stays, as it holds what is no demo's: %s\n", dir, names);
	return 0;
}
