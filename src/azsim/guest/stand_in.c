/*
 * The NFS tools as guests see them: exportfs, mount.nfs and mount.nfs4, under the names and
 * with the words and exit statuses of the real ones. They run inside a guest and ask azsim,
 * which shares the folder.
 */
#define _GNU_SOURCE  /* a getopt() that takes options after operands, as mount(8) passes them  \
		      */
#include "stand_in.h"

#include "ask.h"
#include "guest.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

int stand_in_ask(struct buf *text, const char *verb, const char *const *args, size_t n)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = ASK_SOCKET };
	struct buf b = BUF_INIT(ASK_MAX);
	char *answer = xmalloc(ANSWER_MAX);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), rc = -1;

	ask_write(&b, verb, args, n);
	errno = b.full ? EMSGSIZE : errno;
	if (fd >= 0 && !b.full && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0 &&
	    send(fd, b.data, b.len, MSG_NOSIGNAL) >= 0) {
		ssize_t got = recv(fd, answer, ANSWER_MAX, 0);
		if (got == 0)
			errno = ECONNRESET;
		if (got > 0) {
			rc = (unsigned char)answer[0];
			buf_add(text, answer + 1, (size_t)got - 1);
		}
	}
	if (fd >= 0)
		close(fd);
	free(answer);
	buf_clear(&b);
	return rc;
}

static int ask_plain(const char *program, const char *verb, const char *const *args, size_t n)
{
	struct buf text = BUF_INIT(ANSWER_MAX);
	int rc = stand_in_ask(&text, verb, args, n);

	if (rc < 0)
		fprintf(stderr, "%s: cannot reach the file service: %s\n", program,
			strerror(errno));
	else if (rc != ANSWER_OK && text.len > 0)
		fprintf(stderr, "%s: %s\n", program, buf_str(&text));
	buf_clear(&text);
	return rc;
}

/* ---- exportfs ---- */

static int exports_load(struct exports *e, const char *path)
{
	struct buf text = BUF_INIT(ANSWER_MAX);
	struct err err = ERR_INIT;
	int rc = 0;

	if (file_exists(path) && (file_read(&text, path, &err) < 0 ||
				  exports_read(e, buf_str(&text), text.len, &err) < 0)) {
		fprintf(stderr, "exportfs: %s: %s\n", path, err.msg);
		rc = -1;
	}
	buf_clear(&text);
	return rc;
}

static int exports_load_all(struct exports *e)
{
	struct strs names = STRS_INIT(1000);
	int rc = exports_load(e, "/etc/exports");

	if (file_exists("/etc/exports.d") && file_list(&names, "/etc/exports.d", NULL) == 0)
		for (size_t i = 0; i < names.n; i++) {
			char path[PATH_MAX];
			size_t len = strlen(names.v[i]);
			if (len < 8 || strcmp(names.v[i] + len - 8, ".exports") != 0)
				continue;
			snprintf(path, sizeof(path), "/etc/exports.d/%s", names.v[i]);
			rc |= exports_load(e, path);
		}
	strs_clear(&names);
	return rc;
}

static int export_one(const char *path, const char *client, const char *options, bool verbose)
{
	char real[PATH_MAX];
	struct stat st;

	if (!realpath(path, real) || stat(real, &st) < 0) {
		fprintf(stderr, "exportfs: Failed to stat %s: %s\n", path, strerror(errno));
		return 1;
	}
	if (!S_ISDIR(st.st_mode)) {
		fprintf(stderr, "exportfs: %s is not a directory\n", path);
		return 1;
	}
	if (verbose)
		printf("exporting %s:%s\n", client, path);
	return ask_plain("exportfs", "export", (const char *const[]){ real, client, options },
			 3) != ANSWER_OK;
}

static int export_files(bool renew, bool verbose)
{
	struct exports e = { 0 };
	int rc = exports_load_all(&e) != 0;

	if (renew && ask_plain("exportfs", "clear", NULL, 0) != ANSWER_OK)
		rc = 1;
	for (size_t i = 0; i < e.n; i++)
		rc |= export_one(e.v[i].path, e.v[i].client, e.v[i].options, verbose);
	exports_clear(&e);
	return rc;
}

static int show_exports(void)
{
	struct buf text = BUF_INIT(ANSWER_MAX);
	int rc = stand_in_ask(&text, "list", NULL, 0);

	if (rc == ANSWER_OK)
		fputs(buf_str(&text), stdout);
	else
		fprintf(stderr, "exportfs: cannot reach the file service: %s\n",
			strerror(errno));
	buf_clear(&text);
	return rc != ANSWER_OK;
}

/* "CLIENT:/path" on the command line; ":/path" is for everyone. */
static int export_operand(const char *operand, const char *options, bool undo, bool verbose)
{
	const char *colon = strstr(operand, ":/");

	if (!colon) {
		fprintf(stderr, "exportfs: Invalid host specification: %s\n", operand);
		return 1;
	}
	char *client =
	    colon == operand ? xstrdup("*") : xstrndup(operand, (size_t)(colon - operand));
	int rc;
	if (undo) {
		rc = ask_plain("exportfs", "unexport",
			       (const char *const[]){ colon + 1, client }, 2);
		if (rc == ANSWER_NO_PATH)
			fprintf(stderr, "exportfs: Could not find '%s' to unexport.\n",
				operand);
		rc = rc != ANSWER_OK;
	} else {
		rc = export_one(colon + 1, client, options, verbose);
	}
	free(client);
	return rc;
}

static int main_exportfs(int argc, char **argv)
{
	bool all = false, renew = false, undo = false, verbose = false;
	const char *options = "";
	int c, rc = 0;

	while ((c = getopt(argc, argv, "arufvsio:d:")) != -1) {
		switch (c) {
		case 'a':
			all = true;
			break;
		case 'r':
			renew = true;
			break;
		case 'u':
			undo = true;
			break;
		case 'v':
			verbose = true;
			break;
		case 'o':
			options = optarg;
			break;
		case 'f':
		case 's':
		case 'i':
		case 'd':
			break;
		default:
			return 1;
		}
	}
	if (optind == argc && !all && !renew)
		return show_exports();
	if (all && undo)
		return ask_plain("exportfs", "clear", NULL, 0) != ANSWER_OK;
	if (all || renew)
		rc = export_files(renew, verbose);
	for (int i = optind; i < argc; i++)
		rc |= export_operand(argv[i], options, undo, verbose);
	return rc;
}

/* ---- mount.nfs ---- */

static int mount_says(const char *program, enum answer rc, const char *source,
		      const char *server, const char *target, const char *text)
{
	switch (rc) {
	case ANSWER_OK:
		return 0;
	case ANSWER_DENIED:
		fprintf(stderr, "%s: access denied by server while mounting %s\n", program,
			source);
		break;
	case ANSWER_NO_PATH:
		fprintf(
		    stderr,
		    "%s: mounting %s failed, reason given by server: No such file or directory\n",
		    program, source);
		break;
	case ANSWER_NO_HOST:
		fprintf(stderr, "%s: Failed to resolve server %s: Name or service not known\n",
			program, server);
		break;
	case ANSWER_DOWN:
		fprintf(stderr, "%s: No route to host for %s on %s\n", program, source, target);
		break;
	case ANSWER_NOT_SERVING:
		fprintf(stderr, "%s: Connection refused for %s on %s\n", program, source,
			target);
		break;
	case ANSWER_NO_TARGET:
		fprintf(stderr, "%s: mount point %s does not exist\n", program, target);
		break;
	case ANSWER_FAILED:
		fprintf(stderr, "%s: %s for %s on %s\n", program,
			*text ? text : "Input/output error", source, target);
		break;
	}
	return MOUNT_FAILED;
}

static int mount_one(const char *program, const char *source, const char *target,
		     const char *options)
{
	const char *colon = strstr(source, ":/");
	char real[PATH_MAX];
	struct stat st;

	if (!colon || colon == source) {
		fprintf(stderr, "%s: remote share not in 'host:dir' format\n", program);
		return MOUNT_USAGE;
	}
	if (geteuid() != 0) {
		fprintf(stderr, "%s: must be superuser to use mount\n", program);
		return MOUNT_USAGE;
	}
	if (!realpath(target, real) || stat(real, &st) < 0)
		return mount_says(program, ANSWER_NO_TARGET, source, "", target, "");
	if (!S_ISDIR(st.st_mode)) {
		fprintf(stderr, "%s: mount point %s is not a directory\n", program, target);
		return MOUNT_FAILED;
	}
	struct buf text = BUF_INIT(ANSWER_MAX);
	char *server = xstrndup(source, (size_t)(colon - source));
	int rc = stand_in_ask(&text, "mount",
			      (const char *const[]){ server, colon + 1, real, options }, 4);
	if (rc < 0)
		rc =
		    mount_says(program, ANSWER_FAILED, source, server, target, strerror(errno));
	else
		rc = mount_says(program, (enum answer)rc, source, server, target,
				buf_str(&text));
	free(server);
	buf_clear(&text);
	return rc;
}

/* mount(8) calls "mount.nfs SOURCE TARGET [-fnrsvwN] [-o OPTIONS] [-t TYPE]". */
int mount_words_read(struct mount_words *w, int argc, char **argv, const char *program)
{
	int c;

	*w = (struct mount_words){ .options = BUF_INIT(ASK_MAX) };
	while ((c = getopt(argc, argv, "rvVwfno:ht:sN:")) != -1) {
		if (c == '?' || c == 'h')
			return -1;
		if (c == 'o')
			buf_addf(&w->options, "%s%s", w->options.len ? "," : "", optarg);
		else if (c == 'r')
			buf_addf(&w->options, "%sro", w->options.len ? "," : "");
		w->fake = w->fake || c == 'f';
		w->version = w->version || c == 'V';
	}
	if (w->version) {
		printf("%s: (azsim)\n", program);
		return 0;
	}
	if (argc - optind != 2) {
		fprintf(stderr, "usage: %s source dir [-rvVwfnsh] [-o options]\n", program);
		return -1;
	}
	w->source = argv[optind];
	w->target = argv[optind + 1];
	return 0;
}

static int main_mount(const char *program, int argc, char **argv)
{
	struct mount_words w;
	int rc;

	if (mount_words_read(&w, argc, argv, program) < 0)
		rc = MOUNT_USAGE;
	else
		rc = w.version || w.fake
			 ? 0
			 : mount_one(program, w.source, w.target, buf_str(&w.options));
	buf_clear(&w.options);
	return rc;
}

bool guest_main(int argc, char **argv, int *status)
{
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const char *name = argc == 0 ? "" : slash ? slash + 1 : argv[0];

	if (strcmp(name, "exportfs") == 0)
		*status = main_exportfs(argc, argv);
	else if (strcmp(name, "mount.nfs") == 0 || strcmp(name, "mount.nfs4") == 0)
		*status = main_mount(name, argc, argv);
	else if (strcmp(name, "blkid") == 0)
		*status = main_blkid(argc, argv);
	else if (strcmp(name, "mkfs.ext4") == 0)
		*status = main_mkfs(argc, argv);
	else if (strcmp(name, "mount.ext4") == 0)
		*status = main_mount_disk(argc, argv);
	else
		return false;
	return true;
}
