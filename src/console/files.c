#include "console/files.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"

#define ENTRIES_MOST 5000

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
