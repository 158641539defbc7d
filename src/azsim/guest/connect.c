#define _GNU_SOURCE /* SO_BINDTODEVICE */
#include "guests.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

struct guests_connect {
	int fd;
	struct watch *watch;
	struct timer *deadline;
	guests_connect_cb *cb;
	void *arg;
	char where[40];
};

static void finish(struct guests_connect *c, int code)
{
	struct err err = ERR_INIT;
	guests_connect_cb *cb = c->cb;
	void *arg = c->arg;
	int fd = c->fd;

	if (code != 0) {
		err_set(&err, code == ETIMEDOUT ? ERR_TIMEOUT : ERR_IO, "connect to %s: %s",
			c->where, strerror(code));
	} else {
		c->fd = -1;
	}
	guests_connect_free(c);
	cb(arg, code == 0 ? fd : -1, &err);
}

static void on_writable(void *arg, unsigned int what)
{
	struct guests_connect *c = arg;
	int code = 0;
	socklen_t len = sizeof(code);

	(void)what;
	getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &code, &len);
	finish(c, code);
}

static void on_deadline(void *arg)
{
	finish(arg, ETIMEDOUT);
}

/* The first guest that has the address; one that is off counts, so that the answer is that of a
 * machine that is off. */
static const struct guest *at_address(const struct guests *g, struct in_addr a)
{
	const struct guest *best = NULL;
	const char *key;
	void *value;

	for (size_t i = 0; map_next(g->guests, &i, &key, &value);) {
		const struct guest *gu = value;
		if (gu->address.s_addr == a.s_addr && !gu->deleting &&
		    (!best || best->state == GUEST_OFF))
			best = gu;
	}
	return best;
}

static int dial(struct guests *g, struct in_addr a, int port, const char *where,
		struct err *err)
{
	const struct guest *gu = at_address(g, a);
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr = a };
	char bridge[IF_NAMESIZE];

	if (!gu)
		return err_set(err, ERR_NOT_FOUND, "connect to %s: no guest has this address",
			       where);
	int fd = guests_socket(g, AF_INET, err);
	if (fd < 0)
		return -1;
	/* Two virtual networks may use the same addresses: the bridge says which is meant. */
	net_bridge_name(bridge, gu->vnet);
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, bridge, (socklen_t)strlen(bridge)) ==
		0 &&
	    (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 || errno == EINPROGRESS))
		return fd;
	err_sys(err, "connect to %s", where);
	close(fd);
	return -1;
}

struct guests_connect *guests_connect(struct guests *g, const char *address, int port,
				      int64_t deadline_ms, guests_connect_cb *cb, void *arg,
				      struct err *err)
{
	struct in_addr a;
	char where[40];

	if (inet_pton(AF_INET, address, &a) != 1 || port < 1 || port > 65535) {
		err_set(err, ERR_INVALID, "connect: not an IPv4 address and port");
		return NULL;
	}
	snprintf(where, sizeof(where), "%s:%d", address, port);
	int fd = dial(g, a, port, where, err);
	if (fd < 0)
		return NULL;
	struct guests_connect *c = xcalloc(1, sizeof(*c));
	*c = (struct guests_connect){ .fd = fd, .cb = cb, .arg = arg };
	memcpy(c->where, where, sizeof(where));
	c->watch = watch_new(g->loop, fd, WATCH_WRITE, on_writable, c);
	c->deadline = timer_new(g->loop, on_deadline, c);
	timer_set(c->deadline, deadline_ms);
	return c;
}

void guests_connect_free(struct guests_connect *c)
{
	if (!c)
		return;
	watch_free(c->watch);
	timer_free(c->deadline);
	if (c->fd >= 0)
		close(c->fd);
	free(c);
}
