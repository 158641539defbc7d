/* Unix stream sockets: their addresses, which are short, reaching one, and accepting on one. */
#ifndef BASE_UNIX_SOCKET_H
#define BASE_UNIX_SOCKET_H

#include <stddef.h>
#include <sys/types.h>
#include <sys/un.h>

#include "base/err.h"
#include "base/loop.h"

int unix_address(struct sockaddr_un *out, const char *path, struct err *err); /* -1: the path is too long */
int unix_connect(const char *path, int flags, struct err *err); /* SOCK_NONBLOCK or 0; a descriptor, errno is kept when -1 */

/* Takes callers, `most` at once; the others are turned away. The path and its rights are its own. */
struct unix_listener;
typedef void unix_accept_cb(void *arg, int fd); /* fd: yours, not blocking, close-on-exec */

struct unix_listen_options {
	const char *path; /* what was left there is replaced */
	gid_t group;      /* (gid_t)-1: the owner alone */
	size_t most;
};

struct unix_listener *unix_listener_new(struct loop *l, const struct unix_listen_options *o, unix_accept_cb *cb, void *arg,
					struct err *err);
void unix_listener_left(struct unix_listener *s); /* one of the callers is gone */
void unix_listener_free(struct unix_listener *s); /* removes the path */

#endif
