#include "relay.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

enum { PIPE_BYTES = 65536 };

struct side {
	struct relay *relay;
	int fd;
	struct watch *watch;
	/* What was read here and waits for the other side. */
	char *data;
	size_t at, n;
	bool ended; /* nothing more comes from here */
	bool told;  /* and the other side was told so */
};

struct relay {
	struct side side[2];
	struct turn_end *over;
	bool broken;
	void (*done)(void *arg);
	void *arg;
};

static struct side *other(struct side *s)
{
	return &s->relay->side[s == &s->relay->side[0]];
}

static void take(struct side *s)
{
	if (s->ended || s->n > 0)
		return;
	ssize_t n = recv(s->fd, s->data, PIPE_BYTES, MSG_DONTWAIT);
	if (n > 0) {
		s->at = 0;
		s->n = (size_t)n;
	} else if (n == 0) {
		s->ended = true;
	} else if (errno != EAGAIN && errno != EINTR) {
		s->relay->broken = true;
	}
}

static void give(struct side *from)
{
	struct side *to = other(from);

	if (from->n > 0) {
		ssize_t n =
		    send(to->fd, from->data + from->at, from->n, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0) {
			from->at += (size_t)n;
			from->n -= (size_t)n;
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			from->relay->broken = true;
		}
	}
	if (from->ended && from->n == 0 && !from->told) {
		from->told = true;
		shutdown(to->fd, SHUT_WR);
	}
}

static void settle(struct relay *r)
{
	for (int i = 0; i < 2; i++) {
		struct side *s = &r->side[i];
		bool read = !s->ended && s->n == 0, write = other(s)->n > 0;
		watch_set(s->watch, (read ? WATCH_READ : 0) | (write ? WATCH_WRITE : 0));
	}
	if (r->broken || (r->side[0].told && r->side[1].told)) {
		watch_set(r->side[0].watch, 0);
		watch_set(r->side[1].watch, 0);
		turn_end_ask(r->over);
	}
}

static void on_ready(void *arg, unsigned int what)
{
	struct side *s = arg;

	if (what & WATCH_READ) {
		take(s);
		give(s);
	}
	if (what & WATCH_WRITE)
		give(other(s));
	settle(s->relay);
}

static void on_over(void *arg)
{
	struct relay *r = arg;
	void (*done)(void *) = r->done;
	void *done_arg = r->arg;

	relay_free(r);
	done(done_arg);
}

struct relay *relay_new(struct loop *l, int a, int b, void (*done)(void *arg), void *arg)
{
	struct relay *r = xcalloc(1, sizeof(*r));
	int fd[2] = { a, b };

	r->done = done;
	r->arg = arg;
	r->over = turn_end_new(l, on_over, r);
	for (int i = 0; i < 2; i++) {
		struct side *s = &r->side[i];
		s->relay = r;
		s->fd = fd[i];
		s->data = xmalloc(PIPE_BYTES);
		s->watch = watch_new(l, fd[i], WATCH_READ, on_ready, s);
	}
	return r;
}

void relay_free(struct relay *r)
{
	if (!r)
		return;
	turn_end_free(r->over);
	for (int i = 0; i < 2; i++) {
		watch_free(r->side[i].watch);
		close(r->side[i].fd);
		free(r->side[i].data);
	}
	free(r);
}
