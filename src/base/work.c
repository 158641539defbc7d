#define _GNU_SOURCE /* pipe2 */
#include "base/work.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

struct work {
	void (*run)(void *arg);
	void (*done)(void *arg);
	void *arg;
	pthread_t thread;
	int ended[2]; /* a pipe: a byte when run has returned */
	struct watch *watch;
};

static void *thread_main(void *arg)
{
	const struct work *w = arg;

	w->run(w->arg);
	while (write(w->ended[1], "", 1) < 0 && errno == EINTR)
		;
	return NULL;
}

static void work_free(struct work *w)
{
	pthread_join(w->thread, NULL);
	watch_free(w->watch);
	close(w->ended[0]);
	close(w->ended[1]);
	free(w);
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
	return rc;
}

struct work *work_start(struct loop *l, void (*run)(void *arg), void (*done)(void *arg),
			void *arg)
{
	struct work *w = xcalloc(1, sizeof(*w));

	*w = (struct work){ .run = run, .done = done, .arg = arg };
	if (pipe2(w->ended, O_CLOEXEC) < 0) {
		free(w);
		return NULL;
	}
	if (thread_start(w) != 0) {
		log_warn("no thread to be had: what it was for holds up everything else");
		close(w->ended[0]);
		close(w->ended[1]);
		free(w);
		return NULL;
	}
	w->watch = watch_new(l, w->ended[0], WATCH_READ, on_ended, w);
	return w;
}

void work_drop(struct work *w)
{
	if (w)
		work_free(w);
}
