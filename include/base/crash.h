/*
 * What a process that dies by its own fault leaves behind: a line in a file, written by the
 * handler of a fatal signal (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGSYS, SIGABRT: a wild pointer,
 * a broken invariant, no memory, a watchdog that gave up) or by who ends because it cannot go
 * on. SIGKILL, a power cut and a stop in order leave none: nobody in the process can have meant
 * them, so they are no reason to distrust the next start.
 */
#ifndef BASE_CRASH_H
#define BASE_CRASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define CRASH_WHY 48

struct crashes { /* the marks of a span of time */
	size_t n;
	int64_t last_ms;
	char last[CRASH_WHY]; /* "signal 11", "commit" */
};

/* From here until crash_watch_end() a death writes its mark into this file, which is made when
 * needed. One a process. */
int crash_watch(const char *path, struct err *err);
void crash_watch_end(void);
void crash_mark(const char *why); /* of an end that no signal tells; one word; without a watch
				     it does nothing */

/* Marks from since_ms on, by clock_utc_ms(); a file that is not there holds none. */
int crash_read(struct crashes *out, const char *path, int64_t since_ms, struct err *err);

#endif
