/* The bastion: "azsim connect" says ADDRESS PORT on a unix socket, then bytes flow to that
 * guest. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "azsim/guest/guest.h"
#include "azsim/guest/relay.h"
#include "azsim_machines.h"
#include "azsim_serve.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/unix_socket.h"

enum { DIAL_MS = 20000, HEAD_MS = 10000, CALLERS_MAX = 512 };

struct caller {
	struct caller *next;
	struct bastion *bastion;
	/* one of these at a time, in this order */
	struct watch *watch;
	struct guests_connect *connect;
	struct relay *relay;
	struct timer *deadline;
	int fd; /* -1: the relay's */
};

struct bastion {
	struct loop *loop;
	struct guests *guests;
	struct unix_listener *listener;
	struct caller *callers;
};

static void caller_free(struct caller *c)
{
	for (struct caller **at = &c->bastion->callers; *at; at = &(*at)->next)
		if (*at == c) {
			*at = c->next;
			break;
		}
	unix_listener_left(c->bastion->listener);
	watch_free(c->watch);
	guests_connect_free(c->connect);
	relay_free(c->relay);
	timer_free(c->deadline);
	if (c->fd >= 0)
		close(c->fd);
	free(c);
}

static void on_relay_done(void *arg)
{
	struct caller *c = arg;

	c->relay = NULL;
	caller_free(c);
}

static void on_connected(void *arg, int fd, const struct err *err)
{
	struct caller *c = arg;

	c->connect = NULL;
	if (fd < 0) {
		log_info("bastion: %s", err->msg);
		caller_free(c);
		return;
	}
	timer_stop(c->deadline);
	c->relay = relay_new(c->bastion->loop, c->fd, fd, on_relay_done, c);
	c->fd = -1;
}

static void on_late(void *arg)
{
	caller_free(arg);
}

/* The head is one line; ssh's first bytes may be behind it already and stay in the socket. */
static void on_head(void *arg, unsigned int what)
{
	struct caller *c = arg;
	char text[64] = "";
	struct err err = ERR_INIT;
	int64_t port = 0;
	ssize_t n = recv(c->fd, text, sizeof(text) - 1, MSG_PEEK);
	char *nl = n > 0 ? memchr(text, '\n', (size_t)n) : NULL;
	char *space = nl ? memchr(text, ' ', (size_t)(nl - text)) : NULL;

	(void)what;
	if (n > 0 && !nl && n < (ssize_t)sizeof(text) - 1)
		return; /* the rest is on its way */
	watch_free(c->watch);
	c->watch = NULL;
	if (space && recv(c->fd, text, (size_t)(nl - text) + 1, 0) > 0) {
		*space = *nl = '\0';
		if (num_read(&port, space + 1, 1, 65535) == 0)
			c->connect = guests_connect(c->bastion->guests, text, (int)port,
						    DIAL_MS, on_connected, c, &err);
	}
	if (!c->connect)
		caller_free(c);
}

static void on_accept(void *arg, int fd)
{
	struct bastion *b = arg;
	struct caller *c = xcalloc(1, sizeof(*c));

	c->next = b->callers;
	c->bastion = b;
	c->fd = fd;
	c->watch = watch_new(b->loop, fd, WATCH_READ, on_head, c);
	c->deadline = timer_new(b->loop, on_late, c);
	timer_set(c->deadline, HEAD_MS + DIAL_MS);
	b->callers = c;
}

struct bastion *bastion_new(struct loop *l, struct guests *g, const char *path, gid_t group,
			    struct err *err)
{
	const struct unix_listen_options o = { .path = path,
					       .group = group,
					       .most = CALLERS_MAX };
	struct bastion *b = xcalloc(1, sizeof(*b));

	b->loop = l;
	b->guests = g;
	b->listener = unix_listener_new(l, &o, on_accept, b, err);
	if (b->listener)
		return b;
	free(b);
	return NULL;
}

void bastion_free(struct bastion *b)
{
	struct caller *next;

	if (!b)
		return;
	for (struct caller *c = b->callers; c; c = next) {
		next = c->next;
		caller_free(c);
	}
	unix_listener_free(b->listener);
	free(b);
}

/* Copies what is there; false at the end. Blocking writes are all the back-pressure that a
 * ProxyCommand needs. */
static bool pump(int from, int to)
{
	char data[65536];
	ssize_t n = read(from, data, sizeof(data));

	for (ssize_t at = 0; at < n;) {
		ssize_t w = write(to, data + at, (size_t)(n - at));

		if (w < 0)
			return false;
		at += w;
	}
	return n > 0;
}

int bastion_dial(const char *socket, const char *address, const char *port)
{
	struct err err = ERR_INIT;
	struct pollfd p[2] = { { .fd = 0, .events = POLLIN }, { .events = POLLIN } };
	int fd = unix_connect(socket, 0, &err);

	if (fd < 0 || dprintf(fd, "%s %s\n", address, port) < 0) {
		fprintf(
		    stderr,
		    "azsim: %s: the simulated cloud has ended: start azsim again, or paceline demo where it is a demo's\n",
		    fd < 0 ? err.msg : strerror(errno));
		return 1;
	}
	p[1].fd = fd;
	while (poll(p, 2, -1) > 0) {
		if (p[1].revents && !pump(fd, 1))
			break;
		if (p[0].revents && !pump(0, fd)) {
			shutdown(fd, SHUT_WR);
			p[0].fd = -1;
		}
	}
	close(fd);
	return 0;
}

int connect_main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[3], "--socket") == 0)
		return bastion_dial(argv[4], argv[1], argv[2]);
	fprintf(stderr, "usage: azsim connect ADDRESS PORT --socket SOCKET\n");
	return 2;
}
