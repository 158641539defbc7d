#define _GNU_SOURCE /* pipe2 */
#include "base/work.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/loop_private.h"
#include "base/mem.h"

struct work {
	struct loop *loop;
	void (*run)(void *arg);
	void (*done)(void *arg);
	void *arg;
	bool running;
	pthread_t thread;
	int ended[2]; /* a pipe: a byte when run has returned */
	struct watch *watch;
	struct work *next; /* of those that wait for a thread */
};

static void *thread_main(void *arg)
{
	const struct work *w = arg;

	w->run(w->arg);
	while (write(w->ended[1], "", 1) < 0 && errno == EINTR)
		;
	return NULL;
}

static void go(struct loop *l);

static void work_free(struct work *w)
{
	struct work_line *line = loop_works(w->loop);
	struct loop *l = w->loop;

	if (w->running) {
		pthread_join(w->thread, NULL);
		line->running--;
	}
	watch_free(w->watch);
	close(w->ended[0]);
	close(w->ended[1]);
	free(w);
	go(l);
}

static void on_ended(void *arg, unsigned int what)
{
	struct work *w = arg;
	void (*done)(void *) = w->done;
	void *mine = w->arg;

	(void)what;
	work_free(w);
	done(mine);
}

/* Signals are the loop's: this thread takes none. */
static int thread_start(struct work *w)
{
	sigset_t all, old;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&w->thread, NULL, thread_main, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	w->running = rc == 0;
	return rc;
}

/* In the order in which they were asked for. One that gets no thread waits for the next end of
 * another. */
static void go(struct loop *l)
{
	struct work_line *line = loop_works(l);

	while (line->first && line->running < WORK_AT_ONCE) {
		struct work *w = line->first;

		if (thread_start(w) != 0 && line->running > 0)
			return;
		line->first = w->next;
		w->next = NULL;
		if (w->running) {
			line->running++;
			continue;
		}
		log_warn("no thread to be had: what it was for holds up everything else");
		thread_main(w);
	}
}

static void queue_up(struct work *w)
{
	struct work **at = &loop_works(w->loop)->first;

	while (*at)
		at = &(*at)->next;
	*at = w;
}

static void leave_queue(struct work *w)
{
	struct work **at = &loop_works(w->loop)->first;

	while (*at && *at != w)
		at = &(*at)->next;
	if (*at)
		*at = w->next;
}

struct work *work_start(struct loop *l, void (*run)(void *arg), void (*done)(void *arg),
			void *arg)
{
	struct work *w = xcalloc(1, sizeof(*w));

	*w = (struct work){ .loop = l, .run = run, .done = done, .arg = arg };
	if (pipe2(w->ended, O_CLOEXEC) < 0) {
		free(w);
		return NULL;
	}
	w->watch = watch_new(l, w->ended[0], WATCH_READ, on_ended, w);
	queue_up(w);
	go(l);
	return w;
}

void work_drop(struct work *w)
{
	if (!w)
		return;
	if (!w->running)
		leave_queue(w);
	work_free(w);
}
