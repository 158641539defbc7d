/*
 * What the stand-ins for NFS and for data disks in a guest say to azsim: one packet, a verb and
 * its arguments, each ended by a zero byte; the answer is a packet of one status byte and text.
 * Also the syntax of /etc/exports, as both ends need it. Pure.
 */
#ifndef AZSIM_GUEST_ASK_H
#define AZSIM_GUEST_ASK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strs.h"

#define ASK_SOCKET "/run/azsim/ask"

enum { ASK_MAX = 16384, ANSWER_MAX = 65536 };

enum ask_verb {
	ASK_CLEAR,
	ASK_EXPORT,
	ASK_UNEXPORT,
	ASK_LIST,
	ASK_MOUNT,
	ASK_DISK,
	ASK_FORMAT,
	ASK_DISK_MOUNT
};

struct ask_request {
	enum ask_verb verb;
	/* Borrowed from the packet. EXPORT: path client options; UNEXPORT: path client; MOUNT:
	 * server path target options; DISK: LUN, answered by its file system or nothing;
	 * FORMAT: LUN; DISK_MOUNT: LUN target options */
	const char *arg[4];
};

int ask_read(struct ask_request *r, const char *packet, size_t len, struct err *err);
void ask_write(struct buf *out, const char *verb, const char *const *args, size_t n);

enum answer {
	ANSWER_OK,
	ANSWER_DENIED,
	ANSWER_NO_PATH,
	ANSWER_NO_HOST,
	ANSWER_DOWN,
	ANSWER_NOT_SERVING,
	ANSWER_NO_TARGET,
	ANSWER_FAILED
};

struct export_line {
	char *path, *client, *options;
};

struct exports {
	struct export_line *v;
	size_t n, cap;
};

void exports_add(struct exports *e, const char *path, const char *client,
		 const char *options); /* replaces path + client */
bool exports_del(struct exports *e, const char *path, const char *client);
void exports_clear(struct exports *e);

/* /etc/exports: "PATH CLIENT(OPTIONS) CLIENT ... -DEFAULTS", comments, continued lines, quoted
 * paths, \040. */
int exports_read(struct exports *e, const char *text, size_t len, struct err *err);
/* "CLIENT(OPTIONS)" or "CLIENT"; out strings are owned by the caller's strs, two entries are
 * added. */
int export_client_read(struct strs *out, const char *text, size_t len, struct err *err);

bool options_have(const char *options, const char *word); /* "rw,sync": whole words */
/* May this machine use what is exported to client: "*", a name with * and ?, an address, a
 * network with /N or /MASK? */
bool export_allows(const char *client, struct in_addr address, const char *name);
/* The export that covers path for this machine, the longest first; NULL when none does. *known:
 * path is exported to somebody. */
const struct export_line *exports_find(const struct exports *e, const char *path,
				       struct in_addr address, const char *name, bool *known);

#endif
