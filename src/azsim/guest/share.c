/* azsim's end of the stand-ins: each guest's exports, the mounts that others ask for, and its
 * data disks. */
#define _GNU_SOURCE /* accept4, struct ucred */
#include "guests.h"

#include "ask.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

enum { CLIENTS_MAX = 64, EXPORTS_MAX = 256 };

struct client { /* a stand-in that is connected */
	struct client *next;
	struct share *share;
	int fd;
	struct watch *watch;
	bool root;
};

struct ask { /* a mount that the warden is making */
	struct ask *next;
	uint32_t job;
	struct client *client; /* NULL: it went away */
};

struct share {
	struct guest *guest;
	int fd;
	struct watch *watch;
	struct client *clients;
	size_t n;
	struct exports exports;
};

static void client_free(struct client *c)
{
	struct share *s = c->share;

	for (struct client **at = &s->clients; *at; at = &(*at)->next)
		if (*at == c) {
			*at = c->next;
			break;
		}
	for (struct ask *a = s->guest->all->asks; a; a = a->next)
		if (a->client == c)
			a->client = NULL;
	s->n--;
	watch_free(c->watch);
	close(c->fd);
	free(c);
}

/* The stand-in reads at once; one that does not is not worth waiting for. */
static void answer(struct client *c, enum answer status, const char *text)
{
	struct buf b = BUF_INIT(ANSWER_MAX);

	buf_addc(&b, (char)status);
	buf_adds(&b, text);
	if (send(c->fd, b.data, b.len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		shutdown(c->fd, SHUT_RDWR);
	buf_clear(&b);
}

static void list(struct client *c)
{
	const struct exports *e = &c->share->exports;
	struct buf b = BUF_INIT(ANSWER_MAX - 1);

	for (size_t i = 0; i < e->n; i++)
		buf_addf(&b, "%s\t%s(%s)\n", e->v[i].path, e->v[i].client, e->v[i].options);
	answer(c, ANSWER_OK, buf_str(&b));
	buf_clear(&b);
}

static enum answer may_mount(const struct guest *client, const struct guest *server,
			     const char *path, bool *ro)
{
	bool known;

	if (!server)
		return ANSWER_NO_HOST;
	if (server->state != GUEST_ON || !server->share)
		return ANSWER_DOWN;
	if (server->share->exports.n == 0)
		return ANSWER_NOT_SERVING;
	const struct export_line *l = exports_find(&server->share->exports, path,
						   client->address, client->host_name, &known);
	if (!l)
		return known ? ANSWER_DENIED : ANSWER_NO_PATH;
	/* An export without "rw" is read-only, as in exports(5). */
	*ro = *ro || !options_have(l->options, "rw");
	return ANSWER_OK;
}

/* The warden's answer comes later: share_bound(). */
static void bind_ask(struct client *c, uint32_t server_run, const char *path,
		     const char *target, bool read_only)
{
	struct guests *g = c->share->guest->all;
	struct order *o = xcalloc(1, sizeof(*o));
	struct err err = ERR_INIT;

	o->kind = ORDER_BIND;
	o->run = ++g->last_job;
	o->u.bind.server_run = server_run;
	o->u.bind.client_run = c->share->guest->run;
	o->u.bind.read_only = read_only;
	snprintf(o->u.bind.path, PATH_MAX, "%s", path);
	snprintf(o->u.bind.target, PATH_MAX, "%s", target);
	if (guests_order(g, o, &err) < 0) {
		answer(c, ANSWER_FAILED, err.msg);
	} else {
		struct ask *a = xmalloc(sizeof(*a));
		*a = (struct ask){ .next = g->asks, .job = o->run, .client = c };
		g->asks = a;
	}
	free(o);
}

static void do_mount(struct client *c, const struct ask_request *r)
{
	struct guest *me = c->share->guest;
	struct guests *g = me->all;
	const struct guest *server = guests_by_name(g, me->vnet, r->arg[0]);
	bool ro = options_have(r->arg[3], "ro");
	enum answer rc = may_mount(me, server, r->arg[1], &ro);

	if (rc == ANSWER_OK && (strlen(r->arg[1]) >= PATH_MAX || strlen(r->arg[2]) >= PATH_MAX))
		rc = ANSWER_FAILED;
	if (rc != ANSWER_OK) {
		answer(c, rc, "");
		return;
	}
	bind_ask(c, server->run, r->arg[1], r->arg[2], ro);
}

void share_bound(struct guests *g, uint32_t job, int status, const char *where)
{
	for (struct ask **at = &g->asks; *at; at = &(*at)->next) {
		struct ask *a = *at;
		if (a->job != job)
			continue;
		*at = a->next;
		bool server = strcmp(where, "server") == 0;
		if (!a->client)
			;
		else if (status == 0)
			answer(a->client, ANSWER_OK, "");
		else if (server && status == EHOSTDOWN)
			answer(a->client, ANSWER_DOWN, "");
		else if (server)
			answer(a->client, ANSWER_NO_PATH, "");
		else
			answer(a->client,
			       status == ENOENT || status == ENOTDIR ? ANSWER_NO_TARGET
								     : ANSWER_FAILED,
			       strerror(status));
		free(a);
		return;
	}
}

void share_forget(struct guests *g)
{
	while (g->asks) {
		struct ask *a = g->asks;
		g->asks = a->next;
		free(a);
	}
}

/*
 * Data disks: a folder, and beside it the file "fs" once it was formatted
 */

static const char *disk_of(const struct client *c, const char *lun)
{
	const struct guest *me = c->share->guest;
	int64_t n;

	if (num_read(&n, lun, 0, (int64_t)ARRAY_LEN(me->disks) - 1) < 0 || !me->disks[n][0])
		return NULL;
	return me->disks[n];
}

static void do_disk(struct client *c, const struct ask_request *r)
{
	const struct guests *g = c->share->guest->all;
	const char *id = disk_of(c, r->arg[0]);
	char path[128];
	struct err err = ERR_INIT;

	if (!id) {
		answer(c, ANSWER_NO_PATH, "no such disk");
		return;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d/disk/%s/fs", g->state_fd, id);
	if (r->verb == ASK_DISK) {
		answer(c, ANSWER_OK, file_exists(path) ? "ext4" : "");
	} else if (r->verb == ASK_FORMAT) {
		if (file_exists(path))
			answer(c, ANSWER_FAILED, "it has a file system");
		else if (file_write(path, "ext4\n", 5, 0600, &err) < 0)
			answer(c, ANSWER_FAILED, err.msg);
		else
			answer(c, ANSWER_OK, "");
	} else if (!file_exists(path)) {
		answer(c, ANSWER_FAILED, "wrong fs type, bad option, bad superblock");
	} else {
		snprintf(path, sizeof(path), "disk/%s/data", id);
		bind_ask(c, 0, path, r->arg[1], options_have(r->arg[2], "ro"));
	}
}

static void obey(struct client *c, const struct ask_request *r)
{
	struct exports *e = &c->share->exports;

	switch (r->verb) {
	case ASK_CLEAR:
		exports_clear(e);
		answer(c, ANSWER_OK, "");
		break;
	case ASK_EXPORT:
		if (e->n >= EXPORTS_MAX) {
			answer(c, ANSWER_FAILED, "too many exports");
			break;
		}
		exports_add(e, r->arg[0], r->arg[1], r->arg[2]);
		answer(c, ANSWER_OK, "");
		break;
	case ASK_UNEXPORT:
		answer(c, exports_del(e, r->arg[0], r->arg[1]) ? ANSWER_OK : ANSWER_NO_PATH,
		       "");
		break;
	case ASK_LIST:
		list(c);
		break;
	case ASK_MOUNT:
		do_mount(c, r);
		break;
	case ASK_DISK:
	case ASK_FORMAT:
	case ASK_DISK_MOUNT:
		do_disk(c, r);
		break;
	}
}

static void on_request(void *arg, unsigned int what)
{
	struct client *c = arg;
	struct ask_request r;
	struct err err = ERR_INIT;
	char packet[ASK_MAX];

	(void)what;
	ssize_t n = recv(c->fd, packet, sizeof(packet), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		client_free(c);
		return;
	}
	if (ask_read(&r, packet, (size_t)n, &err) < 0)
		answer(c, ANSWER_FAILED, err.msg);
	else if (!c->root && r.verb != ASK_LIST)
		answer(c, ANSWER_FAILED, "only root may do this");
	else
		obey(c, &r);
}

static void on_connect(void *arg, unsigned int what)
{
	struct share *s = arg;
	struct ucred who = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(who);
	int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)what;
	if (fd < 0)
		return;
	if (s->n >= CLIENTS_MAX || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0) {
		close(fd);
		return;
	}
	struct client *c = xmalloc(sizeof(*c));
	*c = (struct client){ .next = s->clients, .share = s, .fd = fd, .root = who.uid == 0 };
	c->watch = watch_new(s->guest->all->loop, fd, WATCH_READ, on_request, c);
	s->clients = c;
	s->n++;
}

/* The path may be longer than a socket address holds; one that starts at the open folder never
 * is. */
static int listen_at(const struct guests *g, uint32_t run, struct err *err)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(a.sun_path, sizeof(a.sun_path), "/proc/self/fd/%d/run/ask/%u", g->state_fd,
		 run);
	if (fd < 0)
		return err_sys(err, "socket for a guest");
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || chmod(a.sun_path, 0600) < 0 ||
	    listen(fd, 16) < 0) {
		err_sys(err, "cannot listen for guest %u", run);
		close(fd);
		return -1;
	}
	return fd;
}

struct share *share_new(struct guest *gu, struct err *err)
{
	int fd = listen_at(gu->all, gu->run, err);

	if (fd < 0)
		return NULL;
	struct share *s = xcalloc(1, sizeof(*s));
	s->guest = gu;
	s->fd = fd;
	s->watch = watch_new(gu->all->loop, fd, WATCH_READ, on_connect, s);
	return s;
}

void share_free(struct share *s)
{
	char path[64];

	if (!s)
		return;
	for (struct client *c = s->clients, *next; c; c = next) {
		next = c->next;
		client_free(c);
	}
	watch_free(s->watch);
	close(s->fd);
	snprintf(path, sizeof(path), "run/ask/%u", s->guest->run);
	unlinkat(s->guest->all->state_fd, path, 0);
	exports_clear(&s->exports);
	free(s);
}
