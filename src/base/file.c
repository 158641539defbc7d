#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rand.h"

#define READ_PART   65536
#define PROGRAM_MAX 4096
#define TREE_DEPTH  6 /* of a program below the tree that it was built in */

static int wrong_open(struct err *err, const char *path)
{
	enum err_code code = errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND
			     : errno == EACCES || errno == EPERM ? ERR_DENIED
								 : ERR_IO;

	err_sys(err, "%s", path);
	if (err)
		err->code = code;
	return -1;
}

static int read_all(struct buf *out, int fd, const char *path, struct err *err)
{
	char *part = xmalloc(READ_PART);
	int rc = -1;

	for (;;) {
		ssize_t n = read(fd, part, READ_PART);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err_sys(err, "%s", path);
			break;
		}
		if (n == 0) {
			rc = 0;
			break;
		}
		if (buf_add(out, part, (size_t)n) < 0) {
			err_set(err, ERR_FULL, "%s: more than %zu bytes", path, out->max);
			break;
		}
	}
	free(part);
	return rc;
}

/* Who may not read it is not who wrote it: an engine has a user of its own. */
static int wrong_secret(struct err *err, const char *path)
{
	const struct passwd *pw;
	char user[40];

	if (errno == ELOOP)
		return err_set(err, ERR_INVALID,
			       "%.200s: a symbolic link, and a secret is named by its own path",
			       path);
	if (errno != EACCES)
		return wrong_open(err, path);
	pw = getpwuid(geteuid());
	snprintf(user, sizeof(user), "%ld", (long)geteuid());
	if (pw)
		snprintf(user, sizeof(user), "%.39s", pw->pw_name);
	return err_set(err, ERR_DENIED,
		       "%.160s: user %s may not read it, or not enter its folder: \"chown %s\" "
		       "and \"chmod 600\" the file",
		       path, user, user);
}

/* Mode bits outside `allowed` are refused; the open file is judged, not its name. */
static int read_file(struct buf *out, const char *path, int flags, mode_t allowed,
		     struct err *err)
{
	/* O_NONBLOCK: a FIFO must be refused, not waited for */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags);
	struct stat st;
	int rc;

	if (fd < 0)
		return flags & O_NOFOLLOW ? wrong_secret(err, path) : wrong_open(err, path);
	if (fstat(fd, &st) < 0)
		rc = err_sys(err, "%s", path);
	else if (!S_ISREG(st.st_mode))
		rc = err_set(err, ERR_INVALID, "%s: not a regular file", path);
	else if (st.st_mode & 07777 & ~allowed)
		rc = err_set(
		    err, ERR_DENIED,
		    "%s: its mode %04o lets others in, so it is no secret: chmod 600 it", path,
		    (unsigned int)(st.st_mode & 07777));
	else
		rc = read_all(out, fd, path, err);
	close(fd);
	return rc;
}

int file_read(struct buf *out, const char *path, struct err *err)
{
	return read_file(out, path, 0, 07777, err);
}

int file_read_secret(struct buf *out, const char *path, struct err *err)
{
	return read_file(out, path, O_NOFOLLOW, 0640, err);
}

static int write_all(int fd, const char *data, size_t n)
{
	while (n > 0) {
		ssize_t did = write(fd, data, n);

		if (did < 0 && errno == EINTR)
			continue;
		if (did < 0)
			return -1;
		data += did;
		n -= (size_t)did;
	}
	return 0;
}

/* The folder's own entry of the new name must be on disk too. */
static int sync_parent(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = !slash	    ? xstrdup(".")
		    : slash == path ? xstrdup("/")
				    : xstrndup(path, (size_t)(slash - path));
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -1 : fsync(fd);

	/* some network file systems cannot sync a folder, and say so */
	if (rc < 0 && fd >= 0 && (errno == EINVAL || errno == ENOTSUP))
		rc = 0;
	if (fd >= 0)
		close(fd);
	free(dir);
	return rc;
}

static int write_temp(const char *temp, const void *data, size_t n, mode_t mode)
{
	int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return -1;
	/* fchmod: the umask is not asked, and nobody sees the text before it is whole */
	int rc = write_all(fd, data, n) < 0 || fchmod(fd, mode) < 0 || fsync(fd) < 0 ? -1 : 0;
	int saved = errno;

	if (close(fd) < 0 && rc == 0)
		return -1;
	errno = saved;
	return rc;
}

int file_write(const char *path, const void *data, size_t n, mode_t mode, struct err *err)
{
	char suffix[17];
	int rc = 0;

	rand_hex(suffix, 8);
	char *temp = xasprintf("%s.%s.new", path, suffix);

	if (write_temp(temp, data, n, mode) < 0 || rename(temp, path) < 0) {
		int full = errno == ENOSPC || errno == EDQUOT;

		rc = wrong_open(err, path);
		if (full && err)
			err->code = ERR_FULL;
		unlink(temp);
	} else if (sync_parent(path) < 0) {
		rc = err_sys(err, "%s: written, but its folder cannot be synced", path);
	}
	free(temp);
	return rc;
}

/* One level of file_make_dir(). */
static int make_one(const char *path, mode_t mode, struct err *err)
{
	struct stat st;

	if (mkdir(path, mode) == 0)
		return 0;
	if (errno != EEXIST && errno != EISDIR && errno != EROFS && errno != EACCES)
		return wrong_open(err, path);
	int why = errno;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	errno = why == EEXIST ? ENOTDIR : why;
	return why == EEXIST
		   ? err_set(err, ERR_EXISTS, "%s: there already, and not a directory", path)
		   : wrong_open(err, path);
}

int file_make_dir(const char *path, mode_t mode, struct err *err)
{
	char *part = xstrdup(path);
	int rc = 0;

	for (char *p = part + 1; *part && rc == 0 && *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		/* parents of a private folder need not be more open than it is */
		rc = make_one(part, mode, err);
		*p = '/';
	}
	if (rc == 0)
		rc = make_one(part, mode, err);
	free(part);
	return rc;
}

int file_check_dir(const char *path, struct err *err)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return wrong_open(err, path);
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ERR_DENIED, "%s: not a directory (a link is none)", path);
	if (st.st_uid != geteuid())
		return err_set(err, ERR_DENIED, "%s: belongs to user %ju, not to user %ju",
			       path, (uintmax_t)st.st_uid, (uintmax_t)geteuid());
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return err_set(err, ERR_DENIED,
			       "%s: others may write to it; run: chmod go-w %s", path, path);
	return 0;
}

int file_list(struct strs *names, const char *dir, struct err *err)
{
	DIR *d = opendir(dir);
	int rc = 0;

	if (!d)
		return wrong_open(err, dir);
	for (;;) {
		errno = 0;
		const struct dirent *e = readdir(d);

		if (!e) {
			if (errno)
				rc = err_sys(err, "%s", dir);
			break;
		}
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (strs_add(names, e->d_name) < 0) {
			rc = err_set(err, ERR_FULL, "%s: more than %zu entries", dir,
				     names->max);
			break;
		}
	}
	closedir(d);
	strs_sort(names);
	return rc;
}

bool file_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

int64_t file_changed_ms(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return 0;
	return (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
}

static bool is_shipped(const char *dir, const char *mark)
{
	char *path = xasprintf("%s/%s", dir, mark);
	struct stat st;
	bool is = stat(dir, &st) == 0 && !(st.st_mode & S_IWOTH) && file_exists(path);

	free(path);
	return is;
}

char *file_shipped(const char *name, const char *mark)
{
	char program[PROGRAM_MAX];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (n <= 0)
		return NULL;
	program[n] = '\0';
	for (int i = 0; i < TREE_DEPTH; i++) {
		static const char *const below[] = { "share/paceline/", "" };
		char *slash = strrchr(program, '/');

		if (!slash)
			return NULL;
		*slash = '\0';
		for (size_t k = 0; k < ARRAY_LEN(below); k++) {
			char *dir = xasprintf("%s/%s%s", program, below[k], name);

			if (is_shipped(dir, mark))
				return dir;
			free(dir);
		}
	}
	return NULL;
}

char *file_own(const char *name)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (config && config[0] == '/')
		return xasprintf("%s/paceline/%s", config, name);
	if (home && home[0] == '/')
		return xasprintf("%s/.config/paceline/%s", home, name);
	return NULL;
}
