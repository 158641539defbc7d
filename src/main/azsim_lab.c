#define _GNU_SOURCE /* accept4 */
#include "azsim_lab.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "azsim/guest/guest.h"
#include "azsim/guest/relay.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/strs.h"
#include "base/text.h"

enum { LINE_MAX_BYTES = 4096, FILE_MAX_BYTES = 1 << 20, DIAL_MS = 10000, WORDS_MAX = 8 };

struct lab {
	struct loop *loop;
	struct guests *guests;
	struct buf line;
	int listen_fd;
	struct dialer *dialers;
};

struct dialer { /* one guest-dial: reads "ADDRESS PORT\n", then bytes flow */
	struct dialer *next;
	struct lab *lab;
	/* One of these at a time, in this order. */
	struct watch *watch;
	struct guests_connect *connect;
	struct relay *relay;
	int fd; /* -1: the relay's */
};

static const char *const words[] = { [GUEST_BOOTED] = "booted",
				     [GUEST_STOPPED] = "stopped",
				     [GUEST_FAILED] = "failed",
				     [GUEST_DELETED] = "deleted" };

static void say(const char *what, const char *id, const char *text)
{
	printf("%s %s%s%s\n", what, id, *text ? " " : "", text);
	fflush(stdout);
}

static void on_event(void *arg, const char *id, enum guest_event ev, const char *text)
{
	(void)arg;
	say(words[ev], id, text);
}

/* start ID VNET ADDRESS KEYFILE SCRIPT: the host name is the id */
static int start(struct lab *lab, char *const *w, struct err *err)
{
	struct buf keys = BUF_INIT(FILE_MAX_BYTES), data = BUF_INIT(FILE_MAX_BYTES);
	int rc = file_read(&keys, w[4], err);

	if (rc == 0 && strcmp(w[5], "-") != 0)
		rc = file_read(&data, w[5], err);
	if (rc == 0) {
		const char *const lines[] = { buf_str(&keys), NULL };
		struct guest_spec s = { .id = w[1],
					.host_name = w[1],
					.vnet = w[2],
					.address = w[3],
					.prefix = 16,
					.admin = "azureuser",
					.ssh_keys = lines,
					.custom_data = data.data,
					.custom_data_len = data.len,
					.cpus = 2,
					.memory_mb = 4096 };
		rc = guest_start(lab->guests, &s, err);
	}
	buf_clear(&keys);
	buf_clear(&data);
	return rc;
}

static void obey(struct lab *lab, const struct strs *w)
{
	struct err err = ERR_INIT;
	int rc = -1;

	if (w->n == 6 && strcmp(w->v[0], "start") == 0)
		rc = start(lab, w->v, &err);
	else if (w->n == 2 && strcmp(w->v[0], "stop") == 0)
		rc = guest_stop(lab->guests, w->v[1], &err);
	else if (w->n == 2 && strcmp(w->v[0], "cut") == 0)
		rc = guest_power_cut(lab->guests, w->v[1], &err);
	else if (w->n == 2 && strcmp(w->v[0], "delete") == 0)
		rc = guest_delete(lab->guests, w->v[1], &err);
	else
		err_set(&err, ERR_INVALID,
			"start ID VNET ADDRESS KEYFILE SCRIPT|-, stop ID, cut ID, delete ID");
	if (rc < 0)
		say("error", w->n > 1 ? w->v[1] : "-", err.msg);
}

static void on_stdin(void *arg, unsigned int what)
{
	struct lab *lab = arg;
	char text[512];
	ssize_t n = read(0, text, sizeof(text));
	const char *nl;

	(void)what;
	if (n <= 0) {
		loop_stop(lab->loop);
		return;
	}
	if (buf_add(&lab->line, text, (size_t)n) < 0)
		buf_reset(&lab->line);
	while (lab->line.len > 0 && (nl = memchr(lab->line.data, '\n', lab->line.len))) {
		struct strs w = STRS_INIT(WORDS_MAX);
		if (strs_split(&w, lab->line.data, (size_t)(nl - lab->line.data), ' ') == 0)
			obey(lab, &w);
		strs_clear(&w);
		buf_drop(&lab->line, (size_t)(nl - lab->line.data) + 1);
	}
}

static void dialer_free(struct dialer *d)
{
	for (struct dialer **at = &d->lab->dialers; *at; at = &(*at)->next)
		if (*at == d) {
			*at = d->next;
			break;
		}
	watch_free(d->watch);
	guests_connect_free(d->connect);
	relay_free(d->relay);
	if (d->fd >= 0)
		close(d->fd);
	free(d);
}

static void on_relay_done(void *arg)
{
	struct dialer *d = arg;

	d->relay = NULL;
	dialer_free(d);
}

static void on_connected(void *arg, int fd, const struct err *err)
{
	struct dialer *d = arg;

	d->connect = NULL;
	if (fd < 0) {
		say("refused", "-", err->msg);
		dialer_free(d);
		return;
	}
	d->relay = relay_new(d->lab->loop, d->fd, fd, on_relay_done, d);
	d->fd = -1;
}

static void on_dial(void *arg, unsigned int what)
{
	struct dialer *d = arg;
	char text[64] = "";
	struct err err = ERR_INIT;
	int64_t port = 0;

	(void)what;
	/* ssh's first bytes may be here already: they stay in the socket for the relay. */
	ssize_t n = recv(d->fd, text, sizeof(text) - 1, MSG_PEEK);
	char *nl = n > 0 ? memchr(text, '\n', (size_t)n) : NULL;
	char *space = nl ? memchr(text, ' ', (size_t)(nl - text)) : NULL;
	watch_free(d->watch);
	d->watch = NULL;
	if (space && recv(d->fd, text, (size_t)(nl - text) + 1, 0) > 0) {
		*space = *nl = '\0';
		if (num_read(&port, space + 1, 1, 65535) == 0)
			d->connect = guests_connect(d->lab->guests, text, (int)port, DIAL_MS,
						    on_connected, d, &err);
	}
	if (d->connect)
		return;
	say("refused", "-", err.msg);
	dialer_free(d);
}

static void on_accept(void *arg, unsigned int what)
{
	struct lab *lab = arg;
	int fd = accept4(lab->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)what;
	if (fd < 0)
		return;
	struct dialer *d = xmalloc(sizeof(*d));
	*d = (struct dialer){ .next = lab->dialers, .lab = lab, .fd = fd };
	d->watch = watch_new(lab->loop, fd, WATCH_READ, on_dial, d);
	lab->dialers = d;
}

static int unix_socket(const char *path, bool serve)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	if (serve)
		unlink(path);
	int rc = serve ? bind(fd, (struct sockaddr *)&a, sizeof(a))
		       : connect(fd, (struct sockaddr *)&a, sizeof(a));
	if (rc == 0 && serve)
		rc = listen(fd, 64);
	if (rc == 0)
		return fd;
	fprintf(stderr, "azsim: %s: %s\n", path, strerror(errno));
	close(fd);
	return -1;
}

int lab_main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	struct lab lab = { .line = BUF_INIT(LINE_MAX_BYTES) };

	if (argc != 3 || (lab.listen_fd = unix_socket(argv[2], true)) < 0)
		return 2;
	log_open("azsim", LOG_INFO);
	lab.loop = loop_new(&err);
	lab.guests = lab.loop ? guests_new(lab.loop, argv[1], on_event, &lab, &err) : NULL;
	if (!lab.guests) {
		fprintf(stderr, "azsim: %s: %s\n", err_name(err.code), err.msg);
		if (lab.loop)
			loop_free(lab.loop);
		return err.code == ERR_UNSUPPORTED ? 77 : 1;
	}
	struct watch *in = watch_new(lab.loop, 0, WATCH_READ, on_stdin, &lab);
	struct watch *dials = watch_new(lab.loop, lab.listen_fd, WATCH_READ, on_accept, &lab);
	say("ready", "-", "");
	loop_run(lab.loop);
	while (lab.dialers)
		dialer_free(lab.dialers);
	watch_free(in);
	watch_free(dials);
	guests_free(lab.guests);
	loop_free(lab.loop);
	close(lab.listen_fd);
	buf_clear(&lab.line);
	return 0;
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

int lab_dial_main(int argc, char **argv)
{
	int fd = argc == 4 ? unix_socket(argv[1], false) : -1;

	if (fd < 0 || dprintf(fd, "%s %s\n", argv[2], argv[3]) < 0)
		return 1;
	struct pollfd p[] = { { .fd = 0, .events = POLLIN }, { .fd = fd, .events = POLLIN } };
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
