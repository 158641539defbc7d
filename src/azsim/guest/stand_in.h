/* The programs that run in a guest under other names, and how they ask azsim. */
#ifndef AZSIM_GUEST_STAND_IN_H
#define AZSIM_GUEST_STAND_IN_H

#include <stddef.h>

#include "base/buf.h"

enum { MOUNT_USAGE = 1, MOUNT_FAILED = 32 }; /* exit statuses of mount(8) */

/* enum answer; -1 when azsim could not be asked, and errno says why. */
int stand_in_ask(struct buf *text, const char *verb, const char *const *args, size_t n);

/* What mount(8) calls its helpers with. -1: the usage was printed. */
struct mount_words {
	struct buf options;
	const char *source, *target;
	bool fake, version;
};
int mount_words_read(struct mount_words *w, int argc, char **argv, const char *program);

/* stand_in_disk.c */
int main_blkid(int argc, char **argv);
int main_mkfs(int argc, char **argv);
int main_mount_disk(int argc, char **argv);

#endif
