#include "console/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"

#define ENTRIES_MOST 5000
#define COPIES_MOST  1000

static bool is_folder(const char *dir, const char *name)
{
	char *path = xasprintf("%s/%s", dir, name);
	struct stat st;
	bool is = stat(path, &st) == 0 && S_ISDIR(st.st_mode);

	free(path);
	return is;
}

size_t files_like(struct strs *out, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t folder = slash ? (size_t)(slash + 1 - path) : 0;
	char *dir = folder ? xstrndup(path, folder) : xstrdup(".");
	struct strs names = STRS_INIT(ENTRIES_MOST);

	file_list(&names, dir, NULL); /* of one that cannot be read, nothing */
	for (size_t i = 0; i < names.n; i++)
		if ((names.v[i][0] != '.' || path[folder] == '.') &&
		    strncmp(names.v[i], path + folder, strlen(path + folder)) == 0)
			strs_addf(out, "%s%s", names.v[i],
				  is_folder(dir, names.v[i]) ? "/" : "");
	strs_clear(&names);
	free(dir);
	return folder;
}

const char *files_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A link whose file is gone is there: what is copied would go where it points. */
static bool is_free(const char *path)
{
	struct stat st;

	return lstat(path, &st) < 0 && errno == ENOENT;
}

int files_free(char *out, size_t size, const char *path, struct err *err)
{
	const char *name = files_name(path);
	int len = snprintf(out, size, "./%s", name);

	for (int n = 1; n < COPIES_MOST && len > 2 && (size_t)len < size; n++) {
		if (is_free(out))
			return 0;
		len = snprintf(out, size, "./%s.%d", name, n);
	}
	return err_set(err, ERR_CONFLICT,
		       "no name is free here for %.100s: move away what was copied before", name);
}
