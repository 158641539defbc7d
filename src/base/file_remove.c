/*
 * Removing a tree that others may be writing to. Every step goes through an open directory, so
 * that a folder swapped for a link on the way leads nowhere; what lies on another file system
 * (a mount) is left and told.
 */
#define _GNU_SOURCE /* statx: a bind mount shows in its mount id alone */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define DEPTH_MAX 200 /* each level holds a descriptor */

struct sweep {
	struct statx top;
	unsigned int left; /* things that could not be removed */
	struct err *err;   /* the first of them */
};

static void failed(struct sweep *s, const char *name, const char *why)
{
	if (s->left++ > 0)
		return;
	if (why)
		err_set(s->err, ERR_IO, "%s: %s", name, why);
	else
		err_sys(s->err, "%s", name);
}

/* Kernels before 5.8 give no mount id: the device alone decides there. */
static bool same_mount(const struct statx *a, const struct statx *b)
{
	if (a->stx_dev_major != b->stx_dev_major || a->stx_dev_minor != b->stx_dev_minor)
		return false;
	return !(a->stx_mask & b->stx_mask & STATX_MNT_ID) || a->stx_mnt_id == b->stx_mnt_id;
}

static void remove_at(struct sweep *s, int parent, const char *name, unsigned int depth);

static void empty_dir(struct sweep *s, int fd, const char *name, unsigned int depth)
{
	DIR *d = fdopendir(fd);

	if (!d) {
		failed(s, name, NULL);
		close(fd);
		return;
	}
	/* POSIX leaves open whether readdir() shows what goes meanwhile; what it missed fails
	 * the rmdir and is seen */
	for (;;) {
		errno = 0;
		const struct dirent *e = readdir(d);

		if (!e)
			break;
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			remove_at(s, dirfd(d), e->d_name, depth + 1);
	}
	if (errno)
		failed(s, name, NULL);
	closedir(d);
}

static void remove_dir(struct sweep *s, int parent, const char *name, unsigned int depth)
{
	struct statx here;
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0) {
		if (errno == ENOENT) /* somebody else was quicker, as everywhere here */
			return;
		/* an unreadable one may still be empty */
		if (errno != EACCES || unlinkat(parent, name, AT_REMOVEDIR) < 0)
			failed(s, name, NULL);
		return;
	}
	if (statx(fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_MNT_ID, &here) < 0 ||
	    !same_mount(&s->top, &here) || depth >= DEPTH_MAX) {
		failed(s, name,
		       depth >= DEPTH_MAX ? "nested too deep"
					  : "another file system is mounted there");
		close(fd);
		return;
	}
	empty_dir(s, fd, name, depth);
	/* not empty because something below was left, and told, is no news */
	if (unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT &&
	    !(errno == ENOTEMPTY && s->left))
		failed(s, name, NULL);
}

static void remove_at(struct sweep *s, int parent, const char *name, unsigned int depth)
{
	struct stat st;

	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			failed(s, name, NULL);
	} else if (S_ISDIR(st.st_mode)) {
		remove_dir(s, parent, name, depth);
	} else if (unlinkat(parent, name, 0) < 0 && errno != ENOENT) {
		failed(s, name, NULL);
	}
}

int file_remove_tree(const char *path, struct err *err)
{
	struct sweep s = { .err = err };

	if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_TYPE | STATX_MNT_ID, &s.top) < 0)
		return errno == ENOENT ? 0 : err_sys(err, "%s", path);
	remove_at(&s, AT_FDCWD, path, 0);
	if (s.left == 0)
		return 0;
	return err_wrap(err, "%s: not all of it could be removed (%u left)", path, s.left);
}
