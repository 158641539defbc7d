/*
 * blkid, mkfs.ext4 and mount.ext4 as guests see them, for data disks alone: azsim keeps a
 * folder for each disk and shows it where it is mounted. A guest has no other block device.
 */
#define _GNU_SOURCE  /* a getopt() that takes options after operands, as mount(8) passes them  \
		      */
#include "stand_in.h"

#include "ask.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEVICES "/dev/disk/azure/scsi1/lun"

enum { BLKID_NOTHING = 2 };

/* NULL: no data disk. */
static const char *lun_of(const char *device)
{
	static char real[PATH_MAX];
	size_t n = strlen(DEVICES);

	if (!realpath(device, real) || strncmp(real, DEVICES, n) != 0)
		return NULL;
	return real + n;
}

/* "-s NAME" chooses what is shown; the one thing that is known here is the type. */
int main_blkid(int argc, char **argv)
{
	bool value = false, type = true;
	int c, rc = BLKID_NOTHING;

	while ((c = getopt(argc, argv, "c:dghilL:no:ps:t:u:U:")) != -1) {
		if (c == '?')
			return 4;
		value = value || (c == 'o' && strcmp(optarg, "value") == 0);
		type = type && (c != 's' || strcmp(optarg, "TYPE") == 0);
	}
	for (int i = optind; i < argc; i++) {
		const char *lun = lun_of(argv[i]);
		struct buf text = BUF_INIT(ANSWER_MAX);

		if (lun && stand_in_ask(&text, "disk", &lun, 1) == ANSWER_OK && text.len > 0) {
			if (type && value)
				printf("%s\n", buf_str(&text));
			else if (type)
				printf("%s: TYPE=\"%s\"\n", argv[i], buf_str(&text));
			rc = 0;
		}
		buf_clear(&text);
	}
	return rc;
}

int main_mkfs(int argc, char **argv)
{
	struct buf text = BUF_INIT(ANSWER_MAX);
	const char *lun;
	int c, rc;

	while ((c = getopt(argc, argv, "b:cE:FG:i:I:jJ:l:L:m:M:nN:o:O:qr:St:T:U:vVz:")) != -1)
		if (c == '?')
			return 1;
	lun = optind < argc ? lun_of(argv[optind]) : NULL;
	if (!lun) {
		fprintf(stderr, "mkfs.ext4: %s is no data disk of this machine\n",
			optind < argc ? argv[optind] : "(nothing)");
		return 1;
	}
	rc = stand_in_ask(&text, "format", &lun, 1);
	if (rc != ANSWER_OK)
		fprintf(stderr, "mkfs.ext4: %s: %s\n", argv[optind],
			rc < 0 ? strerror(errno) : buf_str(&text));
	buf_clear(&text);
	return rc != ANSWER_OK;
}

static int mount_disk(const char *source, const char *target, const char *options)
{
	struct buf text = BUF_INIT(ANSWER_MAX);
	const char *lun = lun_of(source);
	char real[PATH_MAX];
	int rc;

	if (!lun || !realpath(target, real)) {
		fprintf(stderr, "mount.ext4: %s does not exist\n", lun ? target : source);
		return MOUNT_FAILED;
	}
	rc = stand_in_ask(&text, "mount-disk", (const char *const[]){ lun, real, options }, 3);
	if (rc != ANSWER_OK)
		fprintf(stderr, "mount.ext4: %s: %s on %s\n", target,
			rc < 0	   ? strerror(errno)
			: text.len ? buf_str(&text)
				   : "cannot be mounted",
			source);
	buf_clear(&text);
	return rc == ANSWER_OK ? 0 : MOUNT_FAILED;
}

int main_mount_disk(int argc, char **argv)
{
	struct mount_words w;
	int rc;

	if (mount_words_read(&w, argc, argv, "mount.ext4") < 0)
		rc = MOUNT_USAGE;
	else
		rc = w.version || w.fake ? 0
					 : mount_disk(w.source, w.target, buf_str(&w.options));
	buf_clear(&w.options);
	return rc;
}
