#define _GNU_SOURCE /* accept4 */
#include "base/unix_socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define BACKLOG	 128
#define PAUSE_MS 200 /* without descriptors: never spin on accept */

struct unix_listener {
	struct watch *watch;
	struct timer *pause;
	unix_accept_cb *cb;
	void *arg;
	char *path;
	size_t n, most;
	int fd;
};

int unix_address(struct sockaddr_un *out, const char *path, struct err *err)
{
	size_t len = strlen(path), most = sizeof(out->sun_path) - 1;

	if (len > most)
		return err_set(
		    err, ERR_INVALID,
		    "the path of the socket has %zu bytes, %zu are possible: choose a shorter one: %s",
		    len, most, path);
	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(out->sun_path, path, len);
	return 0;
}

int unix_connect(const char *path, int flags, struct err *err)
{
	struct sockaddr_un to;
	int fd, why;

	if (unix_address(&to, path, err) < 0) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	why = errno;
	err_sys(err, "%s", path);
	if (fd >= 0)
		close(fd);
	errno = why;
	return -1;
}

static void on_accept(void *arg, unsigned int what)
{
	struct unix_listener *s = arg;
	int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)what;
	if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
		watch_set(s->watch, 0);
		timer_set(s->pause, PAUSE_MS);
	}
	if (fd < 0)
		return;
	if (s->n >= s->most) {
		close(fd);
		return;
	}
	s->n++;
	s->cb(s->arg, fd);
}

static void go_on(void *arg)
{
	struct unix_listener *s = arg;

	watch_set(s->watch, WATCH_READ);
}

static int listen_at(const struct unix_listen_options *o, struct err *err)
{
	bool alone = o->group == (gid_t)-1;
	struct sockaddr_un at;
	int fd;

	if (unix_address(&at, o->path, err) < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_sys(err, "socket");
	unlink(o->path);
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 &&
	    (alone || chown(o->path, (uid_t)-1, o->group) == 0) &&
	    chmod(o->path, alone ? 0600 : 0660) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	err_sys(err, "%s", o->path);
	close(fd);
	return -1;
}

struct unix_listener *unix_listener_new(struct loop *l, const struct unix_listen_options *o,
					unix_accept_cb *cb, void *arg, struct err *err)
{
	int fd = listen_at(o, err);
	struct unix_listener *s;

	if (fd < 0)
		return NULL;
	s = xcalloc(1, sizeof(*s));
	*s = (struct unix_listener){
		.cb = cb, .arg = arg, .path = xstrdup(o->path), .most = o->most, .fd = fd
	};
	s->pause = timer_new(l, go_on, s);
	s->watch = watch_new(l, fd, WATCH_READ, on_accept, s);
	return s;
}

void unix_listener_left(struct unix_listener *s)
{
	s->n--;
}

void unix_listener_free(struct unix_listener *s)
{
	if (!s)
		return;
	watch_free(s->watch);
	timer_free(s->pause);
	close(s->fd);
	unlink(s->path);
	free(s->path);
	free(s);
}
