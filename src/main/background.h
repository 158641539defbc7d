/*
 * Programs that go on when this one ends: the engine, and the demo's cloud. They are no
 * helpers, so base/proc, which kills what it started, is not the way: a new session, no
 * terminal, nobody who waits.
 */
#ifndef MAIN_BACKGROUND_H
#define MAIN_BACKGROUND_H

#include "base/err.h"
#include "base/strs.h"

/*
 * argv[0] is a path. Its stdout is read until the first line: one that holds "ready" is
 * success, another one is why not; its stderr goes to the end of log (0600). Waits at most 30
 * s.
 */
int background_start(const struct strs *argv, const char *log, struct err *err);

#endif
