#define _GNU_SOURCE /* accept4() */

#include "base/http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libgen.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/loop_private.h"
#include "base/mem.h"
#include "base/unix_socket.h"
#include "http_server_private.h"

#define PAUSE_MS 200 /* reliability.md 13 */
#define ACCEPTS_A_TURN                                                                         \
	16 /* so that a flood of connections does not starve those that are open */
#define PEER_MAX_UID 8
#define PEER_MAX_TCP 16

static int64_t or_default(int64_t v, int64_t otherwise)
{
	return v > 0 ? v : otherwise;
}

static void wake_listeners(struct http_server *s, bool on)
{
	for (size_t i = 0; i < s->n_listeners; i++)
		watch_set(s->listeners[i]->watch, on ? WATCH_READ : 0);
}

/* The kernel's queue holds who waits; trying again at once would only burn the processor. */
static void pause_accepting(struct http_server *s)
{
	wake_listeners(s, false);
	timer_set(s->pause, PAUSE_MS);
}

static void on_pause_over(void *arg)
{
	struct http_server *s = arg;

	if (s->n_conns >= s->o.clients_max)
		timer_set(s->pause, PAUSE_MS);
	else
		wake_listeners(s, true);
}

struct http_server *http_server_new(struct loop *l, const struct http_server_options *o,
				    http_handler *cb, void *arg)
{
	struct http_server *s = xcalloc(1, sizeof(*s));

	if (o)
		s->o = *o;
	s->loop = l;
	s->cb = cb;
	s->arg = arg;
	s->o.clients_max = s->o.clients_max ? s->o.clients_max : 64;
	s->o.handshake_ms = or_default(s->o.handshake_ms, 10000);
	s->o.head_ms = or_default(s->o.head_ms, 5000);
	s->o.body_ms = or_default(s->o.body_ms, 30000);
	s->o.idle_ms = or_default(s->o.idle_ms, 60000);
	s->o.age_ms = or_default(s->o.age_ms, 3600000);
	s->o.backlog_max = s->o.backlog_max ? s->o.backlog_max : (size_t)1 << 20;
	s->pause = timer_new_real(l, on_pause_over, s);
	TAILQ_INIT(&s->conns);
	return s;
}

static size_t peer_cap(const struct http_server *s, const struct http_peer *p)
{
	if (s->o.clients_per_peer)
		return s->o.clients_per_peer;
	return p->local ? PEER_MAX_UID : PEER_MAX_TCP;
}

static bool peer_is_at_cap(const struct http_server *s, const struct http_peer *p)
{
	size_t n = 0;
	const struct http_conn *c;

	TAILQ_FOREACH(c, &s->conns, link)
	n += http_peer_same(&c->peer, p);
	return n >= peer_cap(s, p);
}

/* One try to say why; a client that does not take it at once learns nothing. */
static void turn_away(int fd, const struct http_listener *ls, const struct http_peer *p)
{
	char body[240], answer[600];
	int n =
	    snprintf(body, sizeof(body),
		     "{\"error\":{\"code\":\"throttled\",\"message\":\"%zu connections of %s "
		     "are open, which is the most: close one, then try again\"}}\n",
		     peer_cap(ls->server, p), p->local ? "this user" : "this address");

	n = snprintf(answer, sizeof(answer),
		     "HTTP/1.1 429 Too Many Requests\r\n"
		     "Content-Type: application/json; charset=utf-8\r\n"
		     "Content-Length: %d\r\n"
		     "Retry-After: 1\r\n"
		     "X-Content-Type-Options: nosniff\r\n"
		     "Cache-Control: no-store\r\n"
		     "Connection: close\r\n\r\n%s",
		     n, body);
	log_warn("http: too many connections of %s; one more was closed",
		 p->local ? "one local user" : "one address");
	if (!ls->tls && send(fd, answer, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		log_debug("http: a client turned away did not take the answer");
	close(fd);
}

static void welcome(struct http_listener *ls, int fd, const struct sockaddr_storage *from)
{
	struct http_peer peer;
	int on = 1;

	if (http_peer_read(&peer, fd, from) != 0) {
		log_warn("http: who connected cannot be told; closed");
		close(fd);
		return;
	}
	if (peer_is_at_cap(ls->server, &peer)) {
		turn_away(fd, ls, &peer);
		http_peer_clear(&peer);
		return;
	}
	if (!peer.local)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	http_conn_open(ls->server, fd, &peer, ls->tls);
}

static void on_connection(void *arg, unsigned int what)
{
	struct http_listener *ls = arg;
	struct http_server *s = ls->server;

	(void)what;
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		struct sockaddr_storage from = { 0 };
		socklen_t len = sizeof(from);

		if (s->n_conns >= s->o.clients_max) {
			log_warn(
			    "http: %zu connections are open, no more for now; raise the limit "
			    "if these are wanted",
			    s->n_conns);
			pause_accepting(s);
			return;
		}

		int fd = accept4(ls->fd, (struct sockaddr *)&from, &len,
				 SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			welcome(ls, fd, &from);
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			return;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			log_warn("http: cannot accept a connection: %s; trying again in %d ms",
				 strerror(errno), PAUSE_MS);
			pause_accepting(s);
			return;
		}
	}
}

/* Takes fd. */
static int start_listening(struct http_server *s, int fd, struct tls_server *tls, char *path,
			   struct err *err)
{
	struct stat st = { 0 };

	if (listen(fd, SOMAXCONN) != 0 || (path && lstat(path, &st) != 0)) {
		err_sys(err, "cannot listen on %s", path ? path : "the address");
		close(fd);
		free(path);
		return -1;
	}

	struct http_listener *ls = xcalloc(1, sizeof(*ls));

	ls->server = s;
	ls->tls = tls;
	ls->fd = fd;
	ls->path = path;
	ls->dev = st.st_dev;
	ls->ino = st.st_ino;
	ls->watch = watch_new(s->loop, fd, WATCH_READ, on_connection, ls);
	GROW(s->listeners, s->n_listeners, s->cap_listeners);
	s->listeners[s->n_listeners++] = ls;
	return 0;
}

static void stop_listening(struct http_listener *ls)
{
	struct stat st;

	watch_free(ls->watch);
	close(ls->fd);
	if (ls->path && lstat(ls->path, &st) == 0 && st.st_dev == ls->dev &&
	    st.st_ino == ls->ino)
		unlink(ls->path);
	free(ls->path);
	free(ls);
}

/* Whoever may write to the folder could put a socket of his own in place of ours (S2.1). */
static int check_folder(const char *path, struct err *err)
{
	char *copy = xstrdup(path);
	const char *dir = dirname(copy);
	struct stat st;
	int rc = 0;

	if (stat(dir, &st) != 0)
		rc = err_sys(err, "folder %s of the socket", dir);
	else if (st.st_mode & (S_IWGRP | S_IWOTH))
		rc = err_set(err, ERR_DENIED,
			     "folder %s of the socket can be written by others; chmod go-w it",
			     dir);
	else if (st.st_uid != geteuid() && st.st_uid != 0)
		rc = err_set(
		    err, ERR_DENIED,
		    "folder %s of the socket belongs to another user; choose one of your own",
		    dir);
	free(copy);
	return rc;
}

/* A full queue of connections (EAGAIN) is a listener, too. */
static bool somebody_listens(const struct sockaddr_un *to)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool yes = fd >= 0 && (connect(fd, (const struct sockaddr *)to, sizeof(*to)) == 0 ||
			       errno == EAGAIN);

	if (fd >= 0)
		close(fd);
	return yes;
}

/* What a program that was killed left is removed; one that lives keeps its own. */
static int remove_stale(const struct sockaddr_un *to, struct err *err)
{
	const char *path = to->sun_path;
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? 0 : err_sys(err, "%s", path);
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, ERR_EXISTS,
			       "%s is in the way and is no socket; move it away", path);
	if (somebody_listens(to))
		return err_set(
		    err, ERR_CONFLICT,
		    "another program listens on %s: end it, or choose another socket", path);
	return unlink(path) == 0 ? 0 : err_sys(err, "cannot remove the old socket %s", path);
}

/* The socket is made for its owner alone, and opened to others only by `mode`, before it
 * listens. */
static int bind_unix(int fd, const struct sockaddr_un *to, mode_t mode)
{
	mode_t old = umask(0177);
	int rc = bind(fd, (const struct sockaddr *)to, sizeof(*to));

	umask(old);
	return rc == 0 ? chmod(to->sun_path, mode) : rc;
}

int http_server_listen_unix(struct http_server *s, const char *path, mode_t mode,
			    struct err *err)
{
	struct sockaddr_un to;

	if (unix_address(&to, path, err) < 0 || check_folder(path, err) != 0 ||
	    remove_stale(&to, err) != 0)
		return -1;

	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return err_sys(err, "cannot make a socket");
	if (bind_unix(fd, &to, mode) != 0) {
		err_sys(err, "cannot make the socket %s", path);
		close(fd);
		return -1;
	}
	return start_listening(s, fd, NULL, xstrdup(path), err);
}

static socklen_t read_address(struct sockaddr_storage *to, const char *address, uint16_t port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)to;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)to;

	*to = (struct sockaddr_storage){ 0 };
	if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		return sizeof(*v4);
	}
	if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		return sizeof(*v6);
	}
	return 0;
}

static uint16_t bound_port(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} at = { 0 };
	socklen_t len = sizeof(at);

	if (getsockname(fd, &at.any, &len) != 0)
		return 0;
	return ntohs(at.any.sa_family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
}

int http_server_listen_tcp(struct http_server *s, const char *address, uint16_t *port,
			   struct tls_server *tls, struct err *err)
{
	struct sockaddr_storage to;
	socklen_t len = read_address(&to, address, *port);
	int on = 1;

	if (len == 0)
		return err_set(
		    err, ERR_INVALID,
		    "%s is no IPv4 or IPv6 address to listen on; names are not looked up",
		    address);

	int fd = socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return err_sys(err, "cannot make a socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (to.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&to, len) != 0) {
		const char *now = errno == EADDRINUSE
				      ? "; end the program that does, or choose another port"
				      : "";

		err_set(err, ERR_IO, "cannot listen on %s port %u: %s%s", address,
			(unsigned int)*port, strerror(errno), now);
		close(fd);
		return -1;
	}
	*port = bound_port(fd);
	return start_listening(s, fd, tls, NULL, err);
}

void http_server_stop_accepting(struct http_server *s)
{
	s->stopping = true;
	timer_stop(s->pause);
	while (s->n_listeners > 0)
		stop_listening(s->listeners[--s->n_listeners]);
}

size_t http_server_clients(const struct http_server *s)
{
	return s->n_conns;
}

void http_server_free(struct http_server *s)
{
	struct http_conn *c;

	if (!s)
		return;
	http_server_stop_accepting(s);
	while ((c = TAILQ_FIRST(&s->conns)))
		http_conn_close(c);
	timer_free(s->pause);
	free(s->listeners);
	free(s);
}
