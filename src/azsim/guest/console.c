/*
 * What a serial console would show of a guest: what was written while it booted, and what its
 * first-boot script wrote. The files lie in the guest's own root, where its users may have put
 * links in their place: no link is followed, on the whole way.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "guests.h"

static int open_log(const struct guests *g, const char *id, const char *name)
{
	static const char *const way[] = { "root", "var", "log" };
	char *dir = xasprintf("%s/vm/%s", g->dir, id);
	int at = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), fd = -1;

	for (size_t i = 0; at >= 0 && i < ARRAY_LEN(way); i++) {
		int next = openat(at, way[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		close(at);
		at = next;
	}
	if (at >= 0) {
		fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		close(at);
	}
	free(dir);
	return fd;
}

static int add_end(struct buf *out, int fd, size_t max)
{
	struct stat st;
	char piece[4096];
	ssize_t n = 0;
	size_t took = 0;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -1;
	if ((uintmax_t)st.st_size > max && lseek(fd, st.st_size - (off_t)max, SEEK_SET) < 0)
		return -1;
	while (took < max && (n = read(fd, piece, sizeof(piece))) > 0) {
		buf_add(out, piece, (size_t)n);
		took += (size_t)n;
	}
	return n < 0 ? -1 : 0;
}

int guest_console(const struct guests *g, const char *id, size_t max, struct buf *out)
{
	static const char *const logs[] = { "boot.log", "cloud-init-output.log" };
	int rc = -1;

	for (size_t i = 0; i < ARRAY_LEN(logs) && text_is_name(id, MACHINE_ID_MAX); i++) {
		int fd = open_log(g, id, logs[i]);

		if (fd < 0)
			continue;
		if (add_end(out, fd, max) == 0)
			rc = 0;
		close(fd);
	}
	return rc;
}
