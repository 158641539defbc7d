#define _GNU_SOURCE /* struct ucred */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "http_server_private.h"

#define GROUPS_MAX 65536 /* the kernel's NGROUPS_MAX */

/* Groups at connect time (S2.3); a kernel without SO_PEERGROUPS grants none. */
static int read_groups(struct http_peer *p, int fd)
{
	gid_t few[32];
	socklen_t len = sizeof(few);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, few, &len) == 0) {
		p->n_groups = len / sizeof(gid_t);
		p->groups = xcalloc(p->n_groups + 1, sizeof(gid_t));
		memcpy(p->groups, few, len);
		return 0;
	}
	if (errno != ERANGE)
		return errno == ENOPROTOOPT ? 0 : -1;
	if (len > GROUPS_MAX * sizeof(gid_t))
		return -1;
	p->groups = xcalloc(1, len);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, p->groups, &len) != 0)
		return -1;
	p->n_groups = len / sizeof(gid_t);
	return 0;
}

static int read_local(struct http_peer *p, int fd)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	p->local = true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0 || len != sizeof(cred))
		return -1;
	p->uid = cred.uid;
	p->gid = cred.gid;
	p->pid = cred.pid;
	return read_groups(p, fd);
}

static int read_address(struct http_peer *p, const struct sockaddr_storage *from)
{
	char host[INET6_ADDRSTRLEN];
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;
	bool is_v6 = from->ss_family == AF_INET6;
	const void *address =
	    is_v6 ? (const void *)&v6->sin6_addr : (const void *)&v4->sin_addr;

	p->uid = (uid_t)-1;
	p->gid = (gid_t)-1;
	if (!inet_ntop(from->ss_family, address, host, sizeof(host)))
		return -1;
	snprintf(p->address, sizeof(p->address), is_v6 ? "[%s]:%u" : "%s:%u", host,
		 (unsigned int)ntohs(is_v6 ? v6->sin6_port : v4->sin_port));
	return 0;
}

int http_peer_read(struct http_peer *p, int fd, const struct sockaddr_storage *from)
{
	*p = (struct http_peer){ 0 };

	int rc = from->ss_family == AF_UNIX ? read_local(p, fd) : read_address(p, from);

	if (rc != 0)
		http_peer_clear(p);
	return rc;
}

static size_t host_len(const char *address)
{
	const char *colon = strrchr(address, ':');

	return colon ? (size_t)(colon - address) : strlen(address);
}

bool http_peer_same(const struct http_peer *a, const struct http_peer *b)
{
	if (a->local || b->local)
		return a->local && b->local && a->uid == b->uid;

	size_t n = host_len(a->address);

	return n == host_len(b->address) && memcmp(a->address, b->address, n) == 0;
}

void http_peer_clear(struct http_peer *p)
{
	free(p->groups);
	*p = (struct http_peer){ 0 };
}
