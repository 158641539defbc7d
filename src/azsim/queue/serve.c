#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "azsim/queue/wire.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/unix_socket.h"

#define CALLERS_MAX 256

struct caller {
	struct caller *next;
	struct gq_serve *serve;
	struct watch *watch;
	struct buf in, answer[3]; /* its head, stdout, stderr */
	size_t head_len, args_len, in_len, begin, sent, part;
	bool known, answered, long_sets;
	int fd;
};

struct gq_serve {
	struct loop *loop;
	struct gq_site *site;
	struct unix_listener *listener;
	struct caller *callers;
};

static void caller_free(struct caller *c)
{
	for (struct caller **at = &c->serve->callers; *at; at = &(*at)->next)
		if (*at == c) {
			*at = c->next;
			break;
		}
	unix_listener_left(c->serve->listener);
	watch_free(c->watch);
	close(c->fd);
	buf_clear(&c->in);
	for (size_t i = 0; i < ARRAY_LEN(c->answer); i++)
		buf_clear(&c->answer[i]);
	free(c);
}

/* 1: the header is there; 0: not yet; -1: it is none */
static int read_header(struct caller *c)
{
	const char *nl = c->in.len ? memchr(c->in.data, '\n', c->in.len) : NULL;
	struct strs f = STRS_INIT(8);
	int64_t n[4];
	int rc = 1;

	if (!nl)
		return c->in.len > GQ_HEADER_MAX ? -1 : 0;
	if (strs_split(&f, c->in.data, (size_t)(nl - c->in.data), ' ') != 0 || f.n != 5 ||
	    strcmp(f.v[0], "gq1") != 0 || num_read(&n[0], f.v[1], 0, 255) != 0 ||
	    num_read(&n[1], f.v[2], 1, GQ_ARGS_MAX) != 0 ||
	    num_read(&n[2], f.v[3], 0, GQ_IN_MAX) != 0 || num_read(&n[3], f.v[4], 0, 1) != 0) {
		rc = -1;
	} else {
		c->head_len = (size_t)n[0];
		c->args_len = (size_t)n[1];
		c->in_len = (size_t)n[2];
		c->long_sets = n[3] != 0;
		c->begin = (size_t)(nl + 1 - c->in.data);
		c->known = true;
	}
	strs_clear(&f);
	return rc;
}

/* -1: there are no arguments */
static int run(struct caller *c)
{
	const char *at = c->in.data + c->begin;
	char *head = xstrndup(at, c->head_len);
	struct strs argv = STRS_INIT(1000000);
	struct gq_call call = { .argv = &argv,
				.in = at + c->head_len + c->args_len,
				.in_len = c->in_len,
				.long_sets = c->long_sets,
				.out = &c->answer[1],
				.errout = &c->answer[2] };
	int code = -1, rc = -1;

	if (strs_split(&argv, at + c->head_len, c->args_len - 1, '\0') == 0) {
		code = gq_site_run(c->serve->site, head, &call);
		rc = 0;
	}
	if (rc == 0 && code != GQ_HANG) {
		buf_addf(&c->answer[0], "%d %zu %zu\n", code, c->answer[1].len,
			 c->answer[2].len);
		watch_set(c->watch, WATCH_READ | WATCH_WRITE);
	}
	c->answered = true;
	free(head);
	strs_clear(&argv);
	return rc;
}

/* False: c is gone. */
static bool on_read(struct caller *c)
{
	char data[65536];
	ssize_t n = read(c->fd, data, sizeof(data));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n <= 0) {
		caller_free(c);
		return false;
	}
	if (c->answered)
		return true;
	if (buf_add(&c->in, data, (size_t)n) != 0 || (!c->known && read_header(c) < 0)) {
		caller_free(c);
		return false;
	}
	if (!c->known || c->in.len < c->begin + c->head_len + c->args_len + c->in_len)
		return true;
	if (run(c) == 0)
		return true;
	caller_free(c);
	return false;
}

static void on_write(struct caller *c)
{
	const struct buf *b;
	ssize_t n;

	while (c->part < ARRAY_LEN(c->answer) && c->sent == c->answer[c->part].len) {
		c->part++;
		c->sent = 0;
	}
	if (c->part == ARRAY_LEN(c->answer)) {
		caller_free(c);
		return;
	}
	b = &c->answer[c->part];
	n = send(c->fd, b->data + c->sent, b->len - c->sent, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		caller_free(c);
	else
		c->sent += n > 0 ? (size_t)n : 0;
}

static void on_caller(void *arg, unsigned int what)
{
	struct caller *c = arg;

	if ((what & WATCH_READ) && !on_read(c))
		return;
	if (what & WATCH_WRITE)
		on_write(c);
}

static void on_accept(void *arg, int fd)
{
	struct gq_serve *s = arg;
	struct caller *c = xcalloc(1, sizeof(*c));

	c->serve = s;
	c->fd = fd;
	c->in = (struct buf)BUF_INIT(GQ_ARGS_MAX + GQ_IN_MAX + 1024);
	for (size_t i = 0; i < ARRAY_LEN(c->answer); i++)
		c->answer[i] = (struct buf)BUF_INIT(GQ_OUT_MAX);
	c->watch = watch_new(s->loop, fd, WATCH_READ, on_caller, c);
	c->next = s->callers;
	s->callers = c;
}

static int make_links(const char *dir, struct err *err)
{
	static const char *const names[] = { "squeue", "scontrol", "sinfo",
					     "sbatch", "scancel",  "paceline-sched" };
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		return err_sys(err, "/proc/self/exe");
	self[n] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *path = xasprintf("%s/bin/%s", dir, names[i]);
		int rc;

		unlink(path);
		rc = symlink(self, path) == 0 ? 0 : err_sys(err, "%s", path);
		free(path);
		if (rc != 0)
			return -1;
	}
	return 0;
}

struct gq_serve *gq_serve_new(struct loop *l, struct gq_site *site, const char *dir,
			      gid_t group, struct err *err)
{
	struct gq_serve *s = xcalloc(1, sizeof(*s));
	char *path = xasprintf("%s/" GQ_SOCKET, dir);
	const struct unix_listen_options o = { .path = path,
					       .group = group,
					       .most = CALLERS_MAX };

	s->loop = l;
	s->site = site;
	if (make_links(dir, err) == 0)
		s->listener = unix_listener_new(l, &o, on_accept, s, err);
	free(path);
	if (s->listener)
		return s;
	free(s);
	return NULL;
}

void gq_serve_free(struct gq_serve *s)
{
	struct caller *next;

	if (!s)
		return;
	for (struct caller *c = s->callers; c; c = next) {
		next = c->next;
		caller_free(c);
	}
	unix_listener_free(s->listener);
	free(s);
}
