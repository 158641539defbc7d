#include "folder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"
#include "template/template.h"

#define SUFFIX ".yaml"
#define MARK   "nodes/common.sh"

/*
 * Files: a template decides what is bought and what runs as root on machines, so a file that
 * any user may change is none.
 */
int folder_read(struct buf *out, const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENOENT || errno == ENOTDIR
			   ? err_set(err, ERR_NOT_FOUND, "%s: no such file", path)
			   : err_sys(err, "%s", path);
	if (S_ISDIR(st.st_mode))
		return err_set(err, ERR_INVALID, "%s is a folder: name a file in it", path);
	if (st.st_mode & S_IWOTH)
		return err_set(err, ERR_DENIED, "%s: anybody may write to it%s", path,
			       S_ISREG(st.st_mode) ? ": chmod o-w" : "");
	if (file_read(out, path, err) < 0)
		return -1;
	if (memchr(buf_str(out), '\0', out->len))
		return err_set(err, ERR_PARSE, "%s: holds a NUL byte", path);
	return 0;
}

char *folder_find(const struct strs *folders, const char *name)
{
	for (size_t i = 0; i < folders->n; i++) {
		char *path = xasprintf("%s/%s", folders->v[i], name);

		if (file_exists(path))
			return path;
		free(path);
	}
	return NULL;
}

/*
 * Templates by name
 */

int templates_list(struct strs *names, const struct strs *folders, struct err *err)
{
	for (size_t i = 0; i < folders->n; i++) {
		struct strs files = STRS_INIT(10000);

		if (file_exists(folders->v[i]) && file_list(&files, folders->v[i], err) < 0) {
			strs_clear(&files);
			return -1;
		}
		for (size_t k = 0; k < files.n; k++) {
			char *file = files.v[k];
			size_t n = strlen(file), suffix = strlen(SUFFIX);

			if (n <= suffix || strcmp(file + n - suffix, SUFFIX) != 0)
				continue;
			file[n - suffix] = '\0';
			if (text_is_name(file, 64) && !strs_has(names, file))
				strs_add(names, file);
		}
		strs_clear(&files);
	}
	strs_sort(names);
	return 0;
}

static void no_such_template(const struct strs *folders, const char *name, struct err *err)
{
	struct strs names = STRS_INIT(1000);
	const char *near = NULL;

	templates_list(&names, folders, NULL);
	if (names.n)
		near = text_nearest(name, (const char *const *)names.v);
	if (near)
		err_set(err, ERR_NOT_FOUND, "there is no template \"%s\"; did you mean \"%s\"?",
			name, near);
	else
		err_set(err, ERR_NOT_FOUND, "there is no template \"%s\" in %s", name,
			folders->n ? folders->v[0] : "any folder");
	strs_clear(&names);
}

char *template_file(const struct strs *folders, const char *name, struct err *err)
{
	char *file, *path;

	if (strchr(name, '/'))
		return xstrdup(name);
	if (!text_is_name(name, 64)) {
		err_set(err, ERR_INVALID, "\"%.60s\" is no name of a template", name);
		return NULL;
	}
	file = xasprintf("%s" SUFFIX, name);
	path = folder_find(folders, file);
	if (!path)
		no_such_template(folders, name, err);
	free(file);
	return path;
}

/* "dir/slurm.yaml" is called "slurm". */
static char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	size_t n = strlen(base), suffix = strlen(SUFFIX);

	if (n > suffix && strcmp(base + n - suffix, SUFFIX) == 0)
		n -= suffix;
	return xstrndup(base, n);
}

struct template *template_load(const struct strs *folders, const char *name, struct err *err)
{
	struct buf text = BUF_INIT(YAML_TEXT_MAX);
	struct template *t = NULL;
	char *path = template_file(folders, name, err);
	char *base;

	if (!path)
		return NULL;
	base = base_name(path);
	if (folder_read(&text, path, err) == 0)
		t = template_parse(buf_str(&text), text.len, base, err);
	if (t) {
		t->path = path;
		t->changed_ms = file_changed_ms(path);
		path = NULL;
	}
	free(path);
	free(base);
	buf_clear(&text);
	return t;
}

/*
 * Folders
 */

void template_folders(struct strs *out)
{
	char *shipped = file_shipped("templates", MARK), *own = file_own("templates");

	if (shipped)
		strs_take(out, shipped);
	if (own)
		strs_take(out, own);
}
