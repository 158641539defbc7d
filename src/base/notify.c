#include "base/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/loop_private.h"
#include "base/mem.h"
#include "base/text.h"

struct notify {
	struct sockaddr_un to;
	socklen_t to_len; /* 0: nobody asks */
	struct timer *beat;
	int64_t beat_ms; /* 0: nobody waits for signs of life */
};

/* "/run/systemd/notify", or "@name" for one without a file. */
static socklen_t address_of(struct sockaddr_un *to, const char *name)
{
	size_t len = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= sizeof(to->sun_path))
		return 0;
	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(to->sun_path, name, len);
	if (name[0] == '@')
		to->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

/* A socket for each message: the manager may have made its own anew meanwhile. */
static void say(const struct notify *n, const char *text)
{
	int fd = n->to_len ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) : -1;

	if (fd < 0)
		return;
	if (sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&n->to,
		   n->to_len) < 0)
		log_warn("the service manager was not told %s: %s", text, strerror(errno));
	close(fd);
}

static void on_beat(void *arg)
{
	struct notify *n = arg;

	say(n, "WATCHDOG=1");
	timer_set(n->beat, n->beat_ms);
}

/* Half of what is given: one beat may come late. */
static int64_t beat_of_environment(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	int64_t us = 0, whose = (int64_t)getpid();

	if (!usec || num_read(&us, usec, 1, INT64_MAX) < 0)
		return 0;
	if (pid && (num_read(&whose, pid, 1, INT64_MAX) < 0 || whose != (int64_t)getpid()))
		return 0; /* it is another's, who started us */
	return us / 2000 > 0 ? us / 2000 : 1;
}

struct notify *notify_new(struct loop *l)
{
	struct notify *n = xcalloc(1, sizeof(*n));
	const char *name = getenv("NOTIFY_SOCKET");

	n->to_len = name ? address_of(&n->to, name) : 0;
	if (name && !n->to_len)
		log_warn("NOTIFY_SOCKET is no address of a socket: %.100s", name);
	n->beat_ms = n->to_len ? beat_of_environment() : 0;
	n->beat = timer_new_real(l, on_beat, n);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return n;
}

void notify_ready(struct notify *n)
{
	say(n, "READY=1");
	if (n->beat_ms)
		on_beat(n);
}

void notify_stopping(struct notify *n)
{
	say(n, "STOPPING=1");
}

void notify_free(struct notify *n)
{
	if (!n)
		return;
	timer_free(n->beat);
	free(n);
}
